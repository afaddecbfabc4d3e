"""``ocrlib read``: the text of pictures and of folders of pictures."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from ocrlib.errors import ImageError, OcrError
from ocrlib.images import SUFFIXES, read_image, write_image
from ocrlib.types import MIN_SCORE, Page


def read(
    files: tuple[Path, ...],
    /,
    *,
    json: bool = False,
    draw: Path | None = None,
    det: str = "det-lite",
    rec: str = "rec-lite-en",
    threads: int = 1,
    min_score: float = MIN_SCORE,
    box_type: Literal["quad", "poly"] | None = None,
) -> int:
    """Print the text of pictures in reading order.

    What cannot be read is reported at the end, the rest is read all the same; the exit code is
    then 2.

    Args:
        files: pictures, and folders whose pictures are read in the order of their names.
        json: one JSON object per picture and line instead of plain text.
        draw: folder for annotated pictures; made if it does not exist.
        det: name or folder of the detector's bundle.
        rec: name or folder of the recogniser's bundle.
        threads: cores to use for one picture.
        min_score: lines whose mean character confidence is below this are not printed, 0-1; with
            --json they stand under "doubtful".
        box_type: quad for rotated rectangles, poly for outlines that follow curved text; by
            default what the detector's bundle says.

    Returns:
        0, or 2 if a file could not be read.

    Raises:
        OcrError: if nothing was given to read, a model is missing, or the folder for the
            annotated pictures cannot be made.
    """
    from ocrlib.deploy.draw import draw_page  # here, so that --help need not wait for them
    from ocrlib.deploy.pipeline import Pipeline

    if not files:
        raise OcrError("nothing to read", remedy="give pictures or folders: ocrlib read page.jpg")
    pipeline = Pipeline(det, rec, threads=threads, min_score=min_score, box_type=box_type)
    if draw is not None:
        _make_folder(draw)
    items = list(_expand(files))
    names = _unique_names([item for item in items if isinstance(item, Path)])
    failures: list[OcrError] = []
    show_bar = len(items) > 1 and sys.stderr.isatty()
    for item in tqdm(items, unit="file", disable=not show_bar, leave=False):
        try:
            if isinstance(item, OcrError):
                raise item
            image = read_image(item)
            page = pipeline(image)
            if draw is not None:
                write_image(draw / names[item], draw_page(image, page))
        except OcrError as error:
            failures.append(error)
            if json:
                _print(json_format.dumps({"file": error.file, "error": str(error)}))
            continue
        _print(_as_json(item, page) if json else _as_text(item, page, len(items) > 1))
    for failure in failures:
        print(f"ocrlib: {failure}", file=sys.stderr)
    if failures and len(items) > 1:
        print(f"ocrlib: {len(failures)} of {len(items)} could not be read", file=sys.stderr)
    return 2 if failures else 0


def _expand(files: Sequence[Path]) -> Iterator[Path | ImageError]:
    """Folders become their pictures; a folder without any becomes an error."""
    for file in files:
        try:
            if not file.is_dir():
                yield file
                continue
            inside = sorted(f for f in file.iterdir() if f.suffix.lower() in SUFFIXES)
        except OSError as error:
            yield ImageError(f"cannot be opened: {error.strerror}", file=file)
            continue
        if not inside:
            yield ImageError(
                "no pictures in this folder", file=file, remedy="folders inside it are not searched"
            )
        yield from inside


def _unique_names(files: Sequence[Path]) -> dict[Path, str]:
    """A name for every annotated picture: the original's, numbered where two would collide."""
    names: dict[Path, str] = {}
    for file in dict.fromkeys(files):
        name, number = f"{file.name}.png", 2
        while name in names.values():
            name, number = f"{file.name}-{number}.png", number + 1
        names[file] = name
    return names


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OcrError(
            f"the folder for annotated pictures cannot be made: {error.strerror}", file=folder
        ) from error


def _as_json(file: Path, page: Page) -> str:
    return json_format.dumps({"file": str(file), **page.to_dict()}, ensure_ascii=False)


def _as_text(file: Path, page: Page, heading: bool) -> str:
    return f"==> {file} <==\n{page.text}\n" if heading else page.text


def _print(text: str) -> None:
    tqdm.write(text, file=sys.stdout)  # keeps the bar below what is printed
