r"""Everything that is wrong with a label file, with line numbers and remedies.

An *error* makes a line unusable: training refuses the file, or leaves the line out and counts it if
told so. A *warning* is handled by a stated rule: a region without area is trained as ignored, one
that juts out is clipped, and the byte order mark and the ``\r`` of a Windows line end are dropped.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

from ocrlib.charset import Charset
from ocrlib.data.label_checks import Check, Problem, Report
from ocrlib.data.label_lines import (
    DetLabel,
    RecLabel,
    parse_det_line,
    parse_rec_line,
    read_lines,
)
from ocrlib.errors import LabelError
from ocrlib.preprocess import RecPreprocess

__all__ = [
    "Problem",
    "Report",
    "check_det_labels",
    "check_rec_labels",
    "guess_task",
    "time_steps_needed",
    "validate_labels",
]


def validate_labels(
    file: str | Path,
    *,
    task: Literal["det", "rec"] | None = None,
    charset: Charset | None = None,
    preprocess: RecPreprocess | None = None,
    stride: int = 4,
    open_pictures: bool = False,
) -> Report:
    """List everything that is wrong with a label file.

    Args:
        file: a detection or recognition label file.
        task: which of the two; None: found out from the file.
        charset: if given, texts must not leave it.
        preprocess: how crops are resized (recognition); None: the defaults.
        stride: px of width per time step of the recogniser.
        open_pictures: also decode every picture; otherwise only headers are read.

    Returns:
        The report; a file that cannot be read at all is one error on line 0.
    """
    path = Path(file)
    try:
        if (task or guess_task(path)) == "det":
            return check_det_labels(path, charset=charset, open_pictures=open_pictures)[1]
        return check_rec_labels(
            path,
            charset=charset,
            preprocess=preprocess,
            stride=stride,
            open_pictures=open_pictures,
        )[1]
    except LabelError as error:
        return Report(path, (Problem(str(error), 0),), 0)


def guess_task(file: Path) -> Literal["det", "rec"]:
    """Tell a detection from a recognition label file: labels of the former are JSON lists.

    Raises:
        LabelError: the file cannot be read.
    """
    lines = [text for _, text in read_lines(file) if isinstance(text, str)]
    lists = sum(text.partition("\t")[2].lstrip().startswith(("[{", "[]")) for text in lines)
    return "det" if 2 * lists > len(lines) else "rec"


def check_det_labels(
    file: str | Path, *, charset: Charset | None = None, open_pictures: bool = False
) -> tuple[list[DetLabel], Report]:
    """Read a detection label file, keeping the good lines and reporting on the others.

    Args:
        file: the label file.
        charset: if given, texts must not leave it.
        open_pictures: also decode every picture.

    Returns:
        The labels without an error, and the report.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    check = Check(Path(file), charset, open_pictures)
    good = []
    for number, text in check.lines():
        try:
            label, faults = parse_det_line(text, check.file, number)
        except LabelError as error:
            check.add(error)
            continue
        for fault in faults:
            check.add(fault)
        size = check.picture(label.picture, text, number)
        for index, instance in enumerate(label.instances, start=1):
            where = f"region {index}"
            check.region(instance.polygon, size, number, where)
            if not instance.ignore:
                check.text(instance.text, number, where, may_be_empty=False)
        if number not in check.bad:
            good.append(label)
    return good, check.report()


def check_rec_labels(
    file: str | Path,
    *,
    charset: Charset | None = None,
    preprocess: RecPreprocess | None = None,
    stride: int = 4,
    open_pictures: bool = False,
    fold_case: bool = False,
) -> tuple[list[RecLabel], Report]:
    """Read a recognition label file, keeping the good lines and reporting on the others.

    Args:
        file: the label file.
        charset: if given, texts must not leave it.
        preprocess: how crops are resized; None: the defaults.
        stride: px of width per time step of the recogniser.
        open_pictures: also decode every picture.
        fold_case: texts are learnt in capitals, where "aA" has two equal neighbours.

    Returns:
        The labels without an error, and the report.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    check = Check(Path(file), charset, open_pictures)
    resize = preprocess or RecPreprocess()
    good = []
    for number, text in check.lines():
        try:
            label = parse_rec_line(text, check.file, number)
        except LabelError as error:
            check.add(error)
            continue
        size = check.picture(label.picture, text, number)
        check.text(label.text, number)
        if size is not None:
            steps = resize.padded_width(*size) // stride
            needed = time_steps_needed(label.text.upper() if fold_case else label.text)
            if needed > steps:
                check.problem(
                    f"the text needs {needed} time steps, but a crop of {size[1]}x{size[0]} px "
                    f"gives {steps}",
                    number,
                    label.text,
                    "check that text and crop belong together; else leave the line out",
                )
        if number not in check.bad:
            good.append(label)
    return good, check.report()


def time_steps_needed(text: str) -> int:
    """How many columns CTC needs for a text: one per character, one more between equal ones."""
    return len(text) + sum(a == b for a, b in pairwise(text))
