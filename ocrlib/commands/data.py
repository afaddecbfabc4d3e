"""``ocrlib validate`` and ``ocrlib data``: label files, public sets, rendered samples."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Literal

import tyro  # the command line has loaded it already

from ocrlib.data.formats.convert import Format
from ocrlib.errors import DataError


def validate(
    files: tuple[Path, ...],
    /,
    *,
    task: Literal["auto", "det", "rec"] = "auto",
    charset: str | None = None,
    stride: int = 4,
    open: bool = False,
    strict: bool = False,
    format: Literal["auto", Format] = "auto",
    pictures: Path | None = None,
) -> int:
    """List everything that is wrong with label files.

    Every problem is one line with file, line number, value and remedy; a summary per file ends it.

    Args:
        files: detection or recognition label files; with a format, what is written in it.
        task: det or rec; auto finds out.
        charset: "english", "chinese", or a UTF-8 file with one character per line; texts must not
            leave it.
        stride: px of width per time step of the recogniser (height 32).
        open: also decode every picture, which finds damaged ones but takes longer.
        strict: warnings count as errors.
        format: of detection labels, if they are not det.txt: see 'ocrlib data convert --help'.
        pictures: folder of the pictures, if the format leaves it open.

    Returns:
        0, or 2 if there is an error.

    Raises:
        OcrError: no file was given, or the charset or the stride is not acceptable.
    """
    from ocrlib.charset import Charset
    from ocrlib.data.formats.check import check_format
    from ocrlib.data.validate import validate_labels

    if not files:
        raise DataError("nothing to check", remedy="give label files: ocrlib validate det.txt")
    if stride < 1:
        raise DataError("the stride must be at least 1 px", value=stride)
    if pictures is not None and format == "auto":
        raise DataError("a folder of pictures needs a format", remedy="add --format")
    if format not in ("auto", "det") and task == "rec":
        raise DataError(f"{format} is a format of detection labels", remedy="leave out --task")
    known = None if charset is None else Charset.named(charset)
    failed = False
    for file in files:
        if format == "auto":
            report = validate_labels(
                file,
                task=None if task == "auto" else task,
                charset=known,
                stride=stride,
                open_pictures=open,
            )
        else:
            report = check_format(
                file, format, pictures=pictures, charset=known, open_pictures=open
            )
        for problem in report.problems:
            print(problem)
        print(report.summary)
        failed = failed or report.errors > 0 or (strict and len(report.problems) > 0)
    return 2 if failed else 0


def data_list(*, details: bool = False) -> None:
    """List the public data sets that are known.

    Args:
        details: also print where each is found, its licence, its size and the layout expected.
    """
    from ocrlib.data.registry import load_registry

    sets = load_registry().values()
    for known in sets:
        can = ("fetch " if known.files else "      ") + ("import" if known.importer else "      ")
        print(f"{known.name:17}{','.join(known.tasks):9}{can}  {known.title}")
        if details:
            facts = {
                "home": f"{known.home} ({known.access})",
                "licence": known.licence,
                "size": known.size,
                "layout": known.layout if known.importer else f"not converted: {known.why}",
            }
            for name, fact in facts.items():
                start = f"    {name + ':':9}"
                print(textwrap.fill(fact, 100, initial_indent=start, subsequent_indent=" " * 13))


def data_import(
    name: str,
    folder: Path,
    /,
    *,
    out: Path | None = None,
    on_bad: Literal["refuse", "skip"] = "refuse",
) -> None:
    """Convert a public data set that you have to label files; its pictures stay where they are.

    Args:
        name: a name that 'ocrlib data list' shows.
        folder: where its archives are unpacked.
        out: folder for det_train.txt and so on; default: FOLDER itself.
        on_bad: refuse stops at a label that cannot be read; skip leaves it out and lists it.

    Raises:
        OcrError: an unknown set, another layout, or a label that cannot be read.
    """
    from ocrlib.data.official.convert import convert
    from ocrlib.data.registry import find

    for result in convert(name, folder, folder if out is None else out, on_bad):
        for problem in result.problems:
            print(f"left out: {problem}")
        what = "texts" if result.file.name.startswith("rec") else "regions"
        ignored = f" ({result.ignored} do not count)" if result.ignored else ""
        left_out = f", {len(result.problems)} left out" if result.problems else ""
        print(
            f"{result.file}: {result.pictures} pictures, {result.regions} {what}{ignored}{left_out}"
        )
    print(f"licence: {find(name).licence}; see {find(name).home}")


def data_convert(
    source: Path,
    out: Path,
    /,
    *,
    from_: Annotated[Format, tyro.conf.arg(name="from")] = "det",
    to: Format = "det",
    pictures: Path | None = None,
    on_bad: Literal["refuse", "skip"] = "refuse",
) -> None:
    """Write detection labels in another format.

    Formats: det (the det.txt of ocrlib and PaddleOCR), ppocrlabel (Label.txt), icdar (gt_NAME.txt
    with four corners), total-text (poly_gt_NAME.txt with polygons), ccpd (file names), labelme
    (NAME.json), coco (one JSON file). Pictures stay where they are; for ppocrlabel and ccpd they
    are copied into the folder.

    Args:
        source: a file (det, coco), a folder of label files (icdar, total-text), either
            (ppocrlabel, labelme), or a folder of pictures (ccpd).
        out: a file (det, coco) or a folder.
        from_: format of the source.
        to: format to write.
        pictures: folder of the source's pictures, if they are not beside its labels (icdar,
            total-text, labelme, coco).
        on_bad: refuse stops at a label that is wrong; skip leaves its picture out and lists it.

    Raises:
        OcrError: a label that is wrong, or that the new format cannot hold.
    """
    from ocrlib.data.formats.convert import convert_labels

    result = convert_labels(source, out, from_, to, pictures=pictures, on_bad=on_bad)
    for problem in result.problems:
        print(f"left out: {problem}")
    ignored = f" ({result.ignored} do not count)" if result.ignored else ""
    print(f"{result.file}: {result.pictures} pictures, {result.regions} regions{ignored}")


def data_pack(
    labels: Path,
    out: Path,
    /,
    *,
    split: Path | None = None,
    part: str = "train",
) -> None:
    """Put labelled crops into one LMDB folder, which opens faster than many small files.

    A recipe takes it as a source of kind lmdb. Needs the package lmdb.

    Args:
        labels: recognition label file; the files of its pictures are copied byte by byte.
        out: the new folder.
        split: file with lines "picture, tab, part"; without it all crops are packed.
        part: the part of the split.

    Raises:
        OcrError: a label that is wrong, a picture that is missing, or a folder that is not new.
    """
    from ocrlib.data.labels import read_rec_labels
    from ocrlib.data.lmdb_source import pack_lmdb
    from ocrlib.data.sources import part_of

    wanted = part_of(read_rec_labels(labels), labels, split, part)
    size = pack_lmdb(wanted, out)
    print(f"{out}: {len(wanted)} crops, {size / 1e6:.1f} MB of pictures")


def data_draw(
    source: Path,
    out: Path,
    /,
    *,
    format: Format = "det",
    pictures: Path | None = None,
    count: int = 20,
) -> None:
    """Draw detection labels on their pictures, to see whether they are right.

    Regions are orange, those that do not count grey; a blue dot is the first corner, and the
    numbers are those that 'ocrlib validate' tells.

    Args:
        source: labels, as for 'ocrlib data convert'.
        out: folder for the drawn pictures.
        format: how the labels are written.
        pictures: folder of the pictures, if they are not beside the labels.
        count: at most so many pictures.

    Raises:
        OcrError: a label or a picture that cannot be read.
    """
    from ocrlib.data.formats.draw import draw_labels

    for file in draw_labels(source, out, format, pictures=pictures, count=count):
        print(file)


def data_fetch(
    source: str,
    /,
    *,
    out: Path = Path(),
    size: int | None = None,
    sha256: str | None = None,
) -> None:
    """Download a data set; run it again to go on after a broken connection.

    Args:
        source: a name that 'ocrlib data list' shows with "fetch", or an http(s) address.
        out: folder to put the files into.
        size: bytes the file must have, if its source states it.
        sha256: checksum the file must have, if its source states it.

    Raises:
        OcrError: the set cannot be fetched, or what arrived is not what its source states.
    """
    from ocrlib.data.fetch import fetch
    from ocrlib.data.registry import RemoteFile, find

    if "://" in source:
        files: tuple[RemoteFile, ...] = (RemoteFile(source, size, sha256),)
    else:
        known = find(source)
        files = known.files
        if not files:
            raise DataError(
                f"{source} cannot be fetched ({known.access})", remedy=f"get it at {known.home}"
            )
        if size is not None or sha256 is not None:
            raise DataError("size and sha256 belong to an address, not to a name", value=source)
        print(f"licence: {known.licence}; see {known.home}")
    for file in files:
        print(fetch(file.url, out, size=file.bytes, sha256=file.sha256))


def data_synth(
    *,
    kind: Literal["words", "lines", "pages"] = "words",
    count: int = 100,
    seed: int = 0,
    out: Path = Path("synth"),
    fonts: Literal["bundled", "debian", "chinese", "chinese-held-out"] = "bundled",
    language: Literal["english", "chinese"] = "english",
    level: Literal["line", "word"] = "line",
    size: tuple[int, int] = (640, 640),
    format: Literal["jpg", "png"] = "jpg",
) -> None:
    """Render labelled samples into a folder; the same seed gives the same samples.

    Args:
        kind: single words, text lines, or pages.
        count: how many.
        seed: 0 or more.
        out: folder for images/ and rec.txt or det.txt; it must not hold samples already.
        fonts: bundled (those that come with matplotlib), debian (many more, to be installed), or
            chinese (some of those); chinese-held-out is the family that no recipe trains on.
        language: of words and lines; chinese needs chinese fonts.
        level: what is labelled on pages.
        size: height and width of pages in px.
        format: jpg (small) or png (exact).

    Raises:
        OcrError: fonts are missing, a value is not acceptable, or the folder cannot be used.
    """
    from ocrlib.data.synth.content import system_words
    from ocrlib.data.synth.fonts import load_fonts
    from ocrlib.data.synth.language import LANGUAGES
    from ocrlib.data.synth.write import write_samples

    faces = load_fonts(fonts)
    # As in training, the system's words go with the system's fonts; bundled fonts stay portable.
    words = () if fonts == "bundled" else system_words()
    print(
        write_samples(
            kind,
            count,
            seed,
            out,
            faces,
            size=size,
            level=level,
            words=words,
            language=LANGUAGES[language],
            picture_format=format,
        )
    )
