"""From the official layout of a public set to label files of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from ocrlib.data.formats.common import Converted
from ocrlib.data.labels import DetLabel, RecLabel, write_det_labels, write_rec_labels
from ocrlib.data.official import documents, scene, words
from ocrlib.data.official.common import Item, Part
from ocrlib.data.registry import DataSet, find
from ocrlib.errors import DataError, LabelError


def convert(
    name: str, folder: str | Path, out: str | Path, on_bad: Literal["refuse", "skip"] = "refuse"
) -> list[Converted]:
    """Write label files for a set that the user has; pictures stay where they are.

    Args:
        name: a name of the registry.
        folder: where the set's archives were unpacked: see its ``layout``.
        out: folder for ``det_train.txt`` and so on; their paths lead back to the pictures.
        on_bad: ``refuse`` stops at a label that cannot be read, ``skip`` leaves it out and tells.

    Returns:
        One entry per file written.

    Raises:
        DataError: an unknown set, one without a converter, or not its layout.
        LabelError: a label that cannot be read, unless skipped.
    """
    known = find(name)
    root = Path(folder)
    if not root.is_dir():
        raise DataError("no such folder", file=root, remedy="unpack the set and give its folder")
    if not known.importer:
        raise DataError(f"{name} cannot be imported: {known.why}", remedy=f"see {known.home}")
    parts = _parts(known, root)
    if not parts:
        raise DataError(f"not the layout of {name}", file=root, remedy=f"expected {known.layout}")
    return [_write(part, Path(out), on_bad) for part in parts]


def _parts(known: DataSet, root: Path) -> list[Part]:
    match known.name:
        case "icdar2013":
            return scene.icdar2013(root)
        case "icdar2013-words":
            return words.icdar2013_words(root)
        case "icdar2015":
            return scene.icdar2015(root)
        case "icdar2015-words":
            return words.icdar2015_words(root)
        case "mlt2017":
            return scene.mlt2017(root)
        case "mlt2019":
            return scene.mlt2019(root)
        case "lsvt":
            return scene.lsvt(root)
        case "rctw17":
            return scene.rctw17(root)
        case "total-text":
            return scene.total_text(root)
        case "msra-td500":
            return scene.msra_td500(root)
        case "svt":
            return scene.svt(root)
        case "iiit5k":
            return words.iiit5k(root)
        case "mjsynth":
            return words.mjsynth(root)
        case "sroie":
            return documents.sroie(root)
        case "funsd":
            return documents.funsd(root)
        case "xfund":
            return documents.xfund(root)
        case "ccpd2019" | "ccpd2020":
            return documents.ccpd(root)
    raise DataError("the registry promises a converter that is not there", value=known.name)


def _write(part: Part, out: Path, on_bad: Literal["refuse", "skip"]) -> Converted:
    problems: list[LabelError] = []
    counts = {"pictures": 0, "regions": 0, "ignored": 0}

    def good(items: Iterator[Item]) -> Iterator[DetLabel | RecLabel]:
        for item in tqdm(items, desc=part.name, unit=" labels", disable=None):
            if isinstance(item, LabelError):
                if on_bad == "refuse":
                    raise item
                problems.append(item)
                continue
            counts["pictures"] += 1
            if isinstance(item, DetLabel):
                counts["regions"] += len(item.instances)
                counts["ignored"] += sum(region.ignore for region in item.instances)
            else:
                counts["regions"] += 1
            yield item

    suffix = "" if part.name == "all" else f"_{part.name}"
    file = out / f"{part.task}{suffix}.txt"
    labels = good(part.items)
    if part.task == "det":
        write_det_labels(file, (label for label in labels if isinstance(label, DetLabel)))
    else:
        write_rec_labels(file, (label for label in labels if isinstance(label, RecLabel)))
    return Converted(file, problems=tuple(problems), **counts)
