"""Rendered samples as files, and many samples on one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from tqdm import tqdm

from ocrlib.data.labels import DetLabel, RecLabel, write_det_labels, write_rec_labels
from ocrlib.data.synth.content import extra_words
from ocrlib.data.synth.fonts import Font
from ocrlib.data.synth.language import ENGLISH, Language
from ocrlib.data.synth.pages import PAGE_KINDS, render_page
from ocrlib.data.synth.words import render_line, render_word
from ocrlib.errors import DataError
from ocrlib.images import write_image
from ocrlib.types import ByteImage, DetSample, RecSample

Kind = Literal["words", "lines", "pages"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REC_CELL = (40, 200)  # of a contact sheet: height, width in px
DET_CELL = (320, 320)


def draw_samples(
    kind: Kind,
    count: int,
    seed: int,
    fonts: Sequence[Font],
    *,
    size: tuple[int, int] = (640, 640),
    level: str = "line",
    words: Sequence[str] = (),
    language: Language = ENGLISH,
) -> Iterator[RecSample | DetSample]:
    """Renders samples; number i depends on the seed and on i only.

    Args:
        kind: "words", "lines" or "pages"; pages take turns through `PAGE_KINDS`.
        count: how many.
        seed: 0 or more.
        fonts: faces to write with.
        size: (height, width) of pages, px.
        level: what is labelled on pages, "line" or "word".
        words: a word list to use besides the built-in vocabulary.
        language: of words and lines; pages are in English.

    Raises:
        DataError: an unknown kind, a count or seed that cannot be, or pages in another language.
    """
    if kind not in KINDS:
        raise DataError("no such kind of sample", value=kind, remedy=f"use {', '.join(KINDS)}")
    if count < 1:
        raise DataError("nothing to render", value=count, remedy="ask for at least one sample")
    if seed < 0:
        raise DataError("a seed cannot be negative", value=seed, remedy="use 0 or more")
    if kind == "pages" and language is not ENGLISH:
        raise DataError("pages are written in English only", remedy="render words or lines")
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        with extra_words(words):
            if kind == "words":
                sample: RecSample | DetSample = render_word(rng, fonts, language=language)
            elif kind == "lines":
                sample = render_line(rng, fonts, language=language)
            else:
                turn = PAGE_KINDS[index % len(PAGE_KINDS)]
                sample = render_page(rng, fonts, size=size, kind=turn, level=level)
        yield sample


def write_samples(
    kind: Kind,
    count: int,
    seed: int,
    out_dir: str | Path,
    fonts: Sequence[Font],
    *,
    size: tuple[int, int] = (640, 640),
    level: str = "line",
    words: Sequence[str] = (),
    language: Language = ENGLISH,
    picture_format: Literal["jpg", "png"] = "jpg",
) -> Path:
    """Renders samples into a folder: pictures in `images/`, labels in `rec.txt` or `det.txt`.

    Args:
        kind: as for `draw_samples`, like all that is not named here.
        count: how many.
        seed: 0 or more.
        out_dir: the folder; made if it is not there.
        fonts: faces to write with.
        size: (height, width) of pages, px.
        level: what is labelled on pages.
        words: a word list to use besides the built-in vocabulary.
        language: of words and lines.
        picture_format: "jpg" (small) or "png" (exact).

    Returns:
        the label file.

    Raises:
        DataError: as `draw_samples`, or the folder holds samples already.
    """
    samples = draw_samples(
        kind, count, seed, fonts, size=size, level=level, words=words, language=language
    )
    folder = Path(out_dir)
    label_file = folder / ("det.txt" if kind == "pages" else "rec.txt")
    if label_file.exists():
        raise DataError(
            "samples were written here before",
            file=label_file,
            remedy="choose an empty folder or delete that file",
        )
    rec_labels: list[RecLabel] = []
    det_labels: list[DetLabel] = []
    made = False
    for number, sample in enumerate(tqdm(samples, desc=kind, total=count, disable=None), 1):
        picture = folder / "images" / f"{number:06}.{picture_format}"
        if not made:  # only now: wrong arguments leave no folder behind
            picture.parent.mkdir(parents=True, exist_ok=True)
            made = True
        write_image(picture, sample.image)
        if isinstance(sample, RecSample):
            rec_labels.append(RecLabel(picture, sample.text, label_file, number))
        else:
            det_labels.append(DetLabel(picture, sample.instances, label_file, number))
    if kind == "pages":
        write_det_labels(label_file, det_labels)
    else:
        write_rec_labels(label_file, rec_labels)
    return label_file


def contact_sheet(
    samples: Sequence[RecSample | DetSample],
    columns: int = 5,
    *,
    cell: tuple[int, int] | None = None,
    polygons: bool = True,
) -> ByteImage:
    """Many samples side by side, each shrunk or enlarged to fit its cell.

    Args:
        samples: what to show, row by row.
        columns: cells per row.
        cell: (height, width) of a cell, px; None: 40x200 for words and lines, 320x320 for pages.
        polygons: outline the labelled regions of pages.

    Returns:
        RGB uint8 (rows * (cell height + 4), columns * (cell width + 4), 3) on light grey.

    Raises:
        DataError: no samples, or no columns.
    """
    if not samples:
        raise DataError("no samples to show", remedy="render some first")
    if columns < 1:
        raise DataError("a sheet needs a column", value=columns, remedy="use 1 or more")
    if cell is None:
        cell = DET_CELL if isinstance(samples[0], DetSample) else REC_CELL
    height, width = cell[0] + 4, cell[1] + 4
    rows = -(-len(samples) // columns)
    sheet = np.full((rows * height, columns * width, 3), 225, np.uint8)
    for number, sample in enumerate(samples):
        picture = sample.image
        if polygons and isinstance(sample, DetSample):
            picture = picture.copy()
            for instance in sample.instances:
                corners = np.round(instance.polygon).astype(np.int32)
                colour = (160, 160, 160) if instance.ignore else (255, 0, 90)
                cv2.polylines(picture, [corners], True, colour, 2, cv2.LINE_AA)
        scale = min(cell[0] / picture.shape[0], cell[1] / picture.shape[1])
        fitted = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, fitted, interpolation=how)
        y, x = number // columns * height + 2, number % columns * width + 2
        sheet[y : y + fitted[1], x : x + fitted[0]] = picture
    return sheet
