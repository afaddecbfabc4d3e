"""Everything that is wrong with labels of any format, as ``data.validate`` tells it of ours."""

from __future__ import annotations

from pathlib import Path

from ocrlib.charset import Charset
from ocrlib.data.formats.convert import Format, scan_labels
from ocrlib.data.formats.ppocrlabel import STATES, read_states
from ocrlib.data.label_checks import Check, Problem, Report
from ocrlib.data.label_lines import DetLabel
from ocrlib.data.validate import validate_labels
from ocrlib.errors import DataError, LabelError


def check_format(
    source: str | Path,
    format: Format,
    *,
    pictures: Path | None = None,
    charset: Charset | None = None,
    open_pictures: bool = False,
) -> Report:
    """List everything that is wrong with a labelled set.

    In a PPOCRLabel folder, a picture that ``fileState.txt`` does not call confirmed is a warning.

    Args:
        source: what ``scan_labels`` takes.
        format: how it is written.
        pictures: where the pictures are, if not beside the labels.
        charset: if given, texts must not leave it.
        open_pictures: also decode every picture; otherwise only headers are read.

    Returns:
        The report; its problems are numbered by picture. What cannot be read at all is one error.
    """
    path = Path(source)
    if format == "det" and pictures is None:
        return validate_labels(path, task="det", charset=charset, open_pictures=open_pictures)
    check = Check(path, charset, open_pictures)
    try:
        states = _states(path) if format == "ppocrlabel" else None
        for number, entry in enumerate(scan_labels(path, format, pictures), start=1):
            check.turn_to(path if entry.label is None else entry.label.file, number)
            for fault in entry.faults:
                check.add(fault)
            if entry.label is not None:
                _check_label(check, entry.label, number)
                if states is not None and not states.get(entry.label.picture.name):
                    check.problem(
                        f"{STATES} does not say that this picture was confirmed",
                        number,
                        entry.label.picture.name,
                        "confirm it in PPOCRLabel (Check), or leave its line out",
                        warning=True,
                    )
    except (DataError, LabelError) as error:
        return Report(path, (Problem(str(error), 0),), 0, "pictures")
    return check.report()


def _states(source: Path) -> dict[str, bool] | None:
    """Which pictures of a PPOCRLabel folder were confirmed, if a file says it."""
    file = (source if source.is_dir() else source.parent) / STATES
    return read_states(file) if file.is_file() else None


def _check_label(check: Check, label: DetLabel, number: int) -> None:
    size = check.picture(label.picture, label.picture.name, number)
    for index, instance in enumerate(label.instances, start=1):
        # One file may label many pictures.
        where = f"{label.picture.name}, region {index}"
        check.region(instance.polygon, size, number, where)
        if not instance.ignore:
            check.text(instance.text, number, where, may_be_empty=False)
