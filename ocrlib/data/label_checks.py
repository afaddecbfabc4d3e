"""The single checks behind ``data.validate``, and the report they end up in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from ocrlib.charset import Charset
from ocrlib.data.label_lines import read_lines
from ocrlib.errors import DataError, ImageError, LabelError
from ocrlib.geometry import is_valid_polygon
from ocrlib.images import FORMATS, MAX_PIXELS, read_image
from ocrlib.types import FloatArray

_ORIENTATION = 0x0112  # EXIF tag; values from 5 on swap height and width
_OPEN_REMEDY = "replace the picture or remove the line"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Args:
        message: where, what, which value, and the remedy, in one line.
        line: line number from 1 (in formats without lines the picture's number); 0 when the
            file as a whole is concerned.
        error: False for a warning.
    """

    message: str
    line: int
    error: bool = True

    def __str__(self) -> str:
        return f"{'error' if self.error else 'warning'}: {self.message}"


@dataclass(frozen=True)
class Report:
    """What the check of one label file found.

    Args:
        file: the label file, or the folder of them.
        problems: everything that is wrong, by line.
        checked: how many lines were looked at.
        unit: what was counted, if not lines.
    """

    file: Path
    problems: tuple[Problem, ...]
    checked: int
    unit: str = "lines"

    @property
    def errors(self) -> int:
        """Number of errors."""
        return sum(problem.error for problem in self.problems)

    @property
    def bad_lines(self) -> int:
        """Number of lines with at least one error: as many as training would leave out."""
        return len({problem.line for problem in self.problems if problem.error})

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        warnings = len(self.problems) - self.errors
        good = max(0, self.checked - self.bad_lines)  # a file without lines has an error too
        return (
            f"{self.file}: {self.checked} {self.unit} checked, {good} usable, "
            f"{self.errors} error{'s' * (self.errors != 1)}, "
            f"{warnings} warning{'s' * (warnings != 1)}"
        )

    def require_usable(self, on_bad: Literal["refuse", "skip"] = "refuse") -> int:
        """What training asks before it starts.

        Args:
            on_bad: ``refuse`` raises if there is any error, ``skip`` only if no good line is left.

        Returns:
            The number of lines left out.

        Raises:
            DataError: the file must not be trained on.
        """
        if self.bad_lines and (on_bad == "refuse" or self.bad_lines == self.checked):
            first = next(problem for problem in self.problems if problem.error)
            raise DataError(
                f"{self.bad_lines} of {self.checked} label lines cannot be used; "
                f"the first: {first.message}",
                remedy=f"see them all with: ocrlib validate {self.file}; mend them, or set "
                "on_bad = 'skip' in the recipe",
            )
        return self.bad_lines


class Check:
    """Collects the problems of one file."""

    def __init__(self, file: Path, charset: Charset | None, open_pictures: bool) -> None:
        self.file = file
        self.charset = charset
        self.open_pictures = open_pictures
        self.problems: list[Problem] = []
        self.bad: set[int] = set()
        self.checked = 0
        self._source = file
        self._number: int | None = None
        self._seen: dict[Path, tuple[int, str]] = {}

    def turn_to(self, file: Path, number: int) -> None:
        """Go on to the next picture of a format without lines, and to the file that labels it."""
        self.file = file
        self._number = number
        self.checked += 1

    def add(self, error: LabelError, warning: bool = False) -> None:
        """Note an error that a parser raised."""
        line = (error.line or 0) if self._number is None else self._number
        self.problems.append(Problem(str(error), line, not warning))
        if not warning:
            self.bad.add(line)

    def problem(
        self, what: str, line: int, value: object, remedy: str, warning: bool = False
    ) -> None:
        """Note a problem on a line."""
        if self._number is not None:
            fault = LabelError(what, file=self.file, value=value, remedy=remedy)
            self.add(fault, warning)
            return
        self.add(LabelError(what, file=self.file, line=line, value=value, remedy=remedy), warning)

    def report(self) -> Report:
        """Everything noted so far."""
        ordered = sorted(self.problems, key=lambda problem: problem.line)
        unit = "lines" if self._number is None else "pictures"
        return Report(self._source, tuple(ordered), self.checked, unit)

    def lines(self) -> Iterator[tuple[int, str]]:
        """The readable lines with their numbers; the others are noted."""
        lines = read_lines(self.file)
        self._whole_file()
        for number, text in lines:
            self.checked += 1
            if isinstance(text, LabelError):
                self.add(text)
            else:
                yield number, text

    def _whole_file(self) -> None:
        content = self.file.read_bytes()
        if content.startswith(b"\xef\xbb\xbf"):
            self.problem("a byte order mark", 1, None, "save as UTF-8 without BOM", warning=True)
        raw = content.split(b"\n")
        ends = [number for number, line in enumerate(raw, start=1) if line.endswith(b"\r")]
        if ends:
            self.problem(
                f"Windows line ends (CRLF) on {len(ends)} lines, first on this one",
                ends[0],
                None,
                r"convert the file: sed -i 's/\r$//' FILE",
                warning=True,
            )
        empty = [number for number, line in enumerate(raw[:-1], start=1) if not line.strip(b"\r")]
        if empty:
            self.problem(
                f"{len(empty)} empty lines, first this one", empty[0], None, "remove", warning=True
            )

    def picture(self, picture: Path, text: str, line: int) -> tuple[int, int] | None:
        """Check the picture of a line; its (height, width) in px if that could be read."""
        name = text.partition("\t")[0]
        first, other = self._seen.setdefault(picture, (line, text))
        if first != line:
            same = other == text
            self.problem(
                f"the picture stands on line {first} already, with "
                f"{'the same' if same else 'another'} label"
                if self._number is None
                else "the picture is labelled twice",
                line,
                name,
                "remove one of the lines" if self._number is None else "remove one of the labels",
                warning=same and self._number is None,
            )
        try:
            if not picture.is_file():
                raise ImageError("no such picture", remedy="paths start at the label file's folder")
            if self.open_pictures:
                return read_image(picture).shape[:2]
            return header_size(picture)
        except ImageError as error:
            self.problem(error.problem, line, name, error.remedy or _OPEN_REMEDY)
            return None

    def text(self, text: str, line: int, where: str = "", may_be_empty: bool = True) -> None:
        """Check a transcription; an empty one of a whole line is the parser's business."""
        prefix = f"{where}: " if where else ""
        if not text.strip() and not may_be_empty:
            self.problem(
                f"{prefix}the text is empty", line, text, "write the text, or ###", warning=True
            )
        if self.charset is not None and (missing := self.charset.missing(text)):
            shown = " ".join(f"{c!r} (U+{ord(c):04X})" for c in sorted(missing))
            self.problem(
                f"{prefix}not in the charset: {shown}",
                line,
                text,
                "add the characters to the charset, or leave the line out",
            )

    def region(
        self, polygon: FloatArray, size: tuple[int, int] | None, line: int, where: str
    ) -> None:
        """Check a region's outline, and its place in a picture of (height, width) px."""
        if not is_valid_polygon(polygon):
            self.problem(
                f"{where}: the outline crosses itself or has no area; training ignores the region",
                line,
                polygon.tolist(),
                "give the corners in order, clockwise from top-left",
                warning=True,
            )
        if size is None:
            return
        height, width = size
        x, y = polygon[:, 0], polygon[:, 1]
        outside = x.max() <= 0 or y.max() <= 0 or x.min() >= width or y.min() >= height
        if outside or x.min() < 0 or y.min() < 0 or x.max() > width or y.max() > height:
            self.problem(
                f"{where}: {'' if outside else 'partly '}outside the picture of "
                f"{width}x{height} px{'' if outside else '; it is clipped'}",
                line,
                polygon.tolist(),
                "correct the corners, or check that the picture was not resized",
                warning=not outside,
            )


def header_size(picture: Path) -> tuple[int, int]:
    """(height, width) in px of an upright picture, from its header alone.

    Args:
        picture: the picture's path.

    Raises:
        ImageError: not a picture, or one with more than ``MAX_PIXELS`` pixels.
    """
    try:
        with Image.open(picture, formats=FORMATS) as image:
            width, height = image.size
            # For PNG without EXIF in front, Pillow would decode everything to look behind it.
            has_exif = image.format != "PNG" or "exif" in image.info
            if has_exif and image.getexif().get(_ORIENTATION, 1) >= 5:
                width, height = height, width
    except Image.DecompressionBombError:
        height = width = MAX_PIXELS
    # Pillow's header parsers raise almost anything on damaged files: see images.read_image.
    except Exception as error:
        raise ImageError("not a picture that can be read", remedy=_OPEN_REMEDY) from error
    if height * width > MAX_PIXELS:
        raise ImageError(f"the picture has more than {MAX_PIXELS} pixels", remedy="scale it down")
    return height, width
