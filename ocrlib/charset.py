"""The characters a recogniser knows, and the numbers they stand for."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ocrlib.errors import CharsetError

BLANK = 0  # the class CTC uses for "nothing new here"
END = 0  # readers that write have no use for a blank: there the class ends a text
# Marks of Chinese text that ASCII lacks, as GB 2312 writes them.
CHINESE_MARKS = "、。·…—“”‘’〈〉《》「」『』【】￥×°℃"
# Full-width forms of ASCII, as Chinese and Japanese text has them, and the ideographic space.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """The text with full-width letters, digits and marks (U+FF01-FF5E, U+3000) as ASCII.

    No other character is touched: Unicode's NFKC would also take "²" for "2".
    """
    return text.translate(_NARROW)


def is_cluster(text: str) -> bool:
    """Whether a text is what a reader takes for one character.

    That is one code point, or a letter with the combining marks upon it, as the vowel and tone
    signs of Thai.
    """
    marks = [unicodedata.category(sign).startswith("M") for sign in text]
    return len(text) == 1 or (len(text) > 1 and not marks[0] and all(marks[1:]))


def gb2312_level_1() -> str:
    """The 3,755 characters of GB 2312's first level, the usual ones of modern Chinese, in order.

    Rows 16 to 55 of the standard's table hold them, by pronunciation; the last row has five
    places empty.
    """
    rows, cells = range(0xB0, 0xD8), range(0xA1, 0xFF)
    codes = bytes(byte for row in rows for cell in cells for byte in (row, cell))
    return codes[: -2 * 5].decode("gb2312")


class Charset:
    """A fixed, ordered set of characters; class 0 is CTC's blank.

    Args:
        characters: characters in class order (class 1, 2, ...); a plain string will do. One may
            consist of several code points if they are a letter with its combining marks: then
            such a letter is one class, and the same letter with other marks is another.
        space: append the space as last class unless ``characters`` already has it.

    Raises:
        CharsetError: an entry is not one character, stands twice, or is a line break or tab
            (label files cannot hold those).
    """

    def __init__(self, characters: Sequence[str], space: bool = True) -> None:
        names = list(characters)
        if space and " " not in names:
            names.append(" ")
        for position, name in enumerate(names):
            if not is_cluster(name) or name in "\n\r\t":
                raise CharsetError(
                    f"entry {position + 1} of the charset is not one printable character",
                    value=name,
                    remedy="give each character as an entry of its own",
                )
        self._class_of = {name: number for number, name in enumerate(names, start=1)}
        if len(self._class_of) != len(names):
            twice = next(name for i, name in enumerate(names) if name in names[:i])
            raise CharsetError(
                "the charset has a character twice", value=twice, remedy="list it once"
            )
        if not names:
            raise CharsetError("the charset is empty", remedy="list at least one character")
        self.entries = tuple(names)
        self._longest = max(map(len, names))

    @property
    def characters(self) -> str:
        """All entries, one after the other."""
        return "".join(self.entries)

    @classmethod
    def named(cls, name_or_file: str | Path) -> Charset:
        """``english``, ``chinese``, or what a file holds: see ``from_file``."""
        match name_or_file:
            case "english":
                return cls.english()
            case "chinese":
                return cls.chinese()
        return cls.from_file(name_or_file)

    @classmethod
    def english(cls) -> Charset:
        """Digits, upper and lower case letters, ASCII punctuation and the space: 95 characters."""
        return cls(
            string.digits + string.ascii_uppercase + string.ascii_lowercase + string.punctuation
        )

    @classmethod
    def chinese(cls) -> Charset:
        """Usual Chinese: GB 2312's first level, the marks of Chinese text, and ``english``.

        Where Unicode has a full-width twin of an ASCII character ("，" and ","), there is one class
        for both, called by the ASCII character: they are the same shape with other space around
        it, and that space is not for sure in a crop. Pass labels through `narrow` first.
        """
        return cls(gb2312_level_1() + CHINESE_MARKS + cls.english().characters)

    @classmethod
    def from_file(cls, path: str | Path, space: bool = True) -> Charset:
        """Read a UTF-8 file with one character per line.

        Args:
            path: the file; a line that holds only a space is the space, empty lines are ignored.
            space: append the space if the file does not have it.

        Raises:
            CharsetError: the file is missing, is not UTF-8, or breaks a rule of the class.
        """
        file = Path(path)
        try:
            content = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise CharsetError(
                f"cannot read the charset: {error.strerror}", file=file, remedy="check the path"
            ) from error
        except UnicodeDecodeError as error:
            raise CharsetError(
                "the charset is not UTF-8", file=file, remedy="save it as UTF-8"
            ) from error
        names = [line.removesuffix("\r") for line in content.split("\n")]
        for number, name in enumerate(names, start=1):
            if len(name) > 1 and not is_cluster(name):
                raise CharsetError(
                    "more than one character on a line of the charset",
                    file=file,
                    line=number,
                    value=name,
                    remedy="put each character on a line of its own",
                )
        try:
            return cls([name for name in names if name], space=space)
        except CharsetError as error:
            raise CharsetError(
                error.problem, file=file, value=error.value, remedy=error.remedy
            ) from error

    def to_file(self, path: str | Path) -> None:
        """Write a file that `from_file` reads, whether it is to append the space or not."""
        lines = "".join(f"{entry}\n" for entry in self.entries)
        Path(path).write_text(lines, encoding="utf-8", newline="\n")

    def extended(self, characters: Iterable[str]) -> Charset:
        """A charset with more characters, whose old ones keep their classes.

        Args:
            characters: the new ones, in class order.

        Raises:
            CharsetError: one of them is there already, or is none.
        """
        return Charset([*self.entries, *characters], space=False)

    @property
    def size(self) -> int:
        """Number of classes, the blank included."""
        return len(self.entries) + 1

    def split(self, text: str) -> Iterator[str]:
        """The text's characters: where entries have several code points, the longest that fits.

        What is in no entry comes out code point by code point.
        """
        start = 0
        while start < len(text):
            length = min(self._longest, len(text) - start)
            while length > 1 and text[start : start + length] not in self._class_of:
                length -= 1
            yield text[start : start + length]
            start += length

    def encode(self, text: str) -> list[int]:
        """The class number of every character.

        Raises:
            CharsetError: a character is not in the charset; the message names it.
        """
        try:
            return [self._class_of[character] for character in self.split(text)]
        except KeyError as error:
            character = error.args[0]
            raise CharsetError(
                f"character {character!r} (U+{ord(character):04X}) is not in the charset",
                value=text,
                remedy="add it to the charset, or leave the text out",
            ) from None

    def decode(self, indices: Iterable[int]) -> str:
        """The text behind class numbers; blanks write nothing and repeats are kept.

        Merging repeats is CTC's business: see ``postprocess.ctc``.

        Raises:
            CharsetError: a number is no class of this charset.
        """
        letters = []
        for index in indices:
            if not 0 <= index < self.size:
                raise CharsetError(
                    f"no such class in a charset of {self.size} classes",
                    value=int(index),
                    remedy="use the charset that the network was trained with",
                )
            if index != BLANK:
                letters.append(self.entries[index - 1])
        return "".join(letters)

    def missing(self, text: str) -> set[str]:
        """The characters of ``text`` that the charset does not have."""
        return set(self.split(text)) - self._class_of.keys()

    def to_dict(self) -> dict[str, Any]:
        """The charset as plain JSON-ready values: a string, or a list if entries are clusters."""
        return {"characters": self.characters if self._longest == 1 else list(self.entries)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Charset:
        """Rebuild a charset from ``to_dict``.

        Raises:
            CharsetError: ``characters`` is missing or is neither a string nor a list of strings, or
                there is another key.
        """
        characters = values.get("characters")
        strings = isinstance(characters, str) or (
            isinstance(characters, list) and all(isinstance(entry, str) for entry in characters)
        )
        if not strings or characters is None or len(values) != 1:
            raise CharsetError(
                "a stored charset has exactly one key, characters: a string, or a list of them",
                value=dict(values),
                remedy="store what Charset.to_dict gives",
            )
        return cls(characters, space=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Charset) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"Charset({self.to_dict()['characters']!r}, space=False)"
