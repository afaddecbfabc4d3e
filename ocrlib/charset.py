"""The characters a recogniser knows, and the numbers they stand for."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ocrlib.errors import CharsetError

BLANK = 0  # the class CTC uses for "nothing new here"
END = 0  # readers that write have no use for a blank: there the class ends a text


class Charset:
    """A fixed, ordered set of characters; class 0 is CTC's blank.

    Args:
        characters: single characters, in class order (class 1, 2, ...); a plain string will do.
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
            if len(name) != 1 or name in "\n\r\t":
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
        self.characters = "".join(names)

    @classmethod
    def english(cls) -> Charset:
        """Digits, upper and lower case letters, ASCII punctuation and the space: 95 characters."""
        return cls(
            string.digits + string.ascii_uppercase + string.ascii_lowercase + string.punctuation
        )

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
            if len(name) > 1:
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

    @property
    def size(self) -> int:
        """Number of classes, the blank included."""
        return len(self.characters) + 1

    def encode(self, text: str) -> list[int]:
        """The class number of every character.

        Raises:
            CharsetError: a character is not in the charset; the message names it.
        """
        try:
            return [self._class_of[character] for character in text]
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
                letters.append(self.characters[index - 1])
        return "".join(letters)

    def missing(self, text: str) -> set[str]:
        """The characters of ``text`` that the charset does not have."""
        return set(text) - self._class_of.keys()

    def to_dict(self) -> dict[str, Any]:
        """The charset as plain JSON-ready values."""
        return {"characters": self.characters}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Charset:
        """Rebuild a charset from ``to_dict``.

        Raises:
            CharsetError: ``characters`` is missing or is not a string, or there is another key.
        """
        characters = values.get("characters")
        if not isinstance(characters, str) or len(values) != 1:
            raise CharsetError(
                "a stored charset has exactly one key, characters, which holds a string",
                value=dict(values),
                remedy="store what Charset.to_dict gives",
            )
        return cls(characters, space=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Charset) and self.characters == other.characters

    def __hash__(self) -> int:
        return hash(self.characters)

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"Charset({self.characters!r}, space=False)"
