"""``ocrlib data charset``: count, check, build and extend charsets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ocrlib.errors import DataError

SHOWN = 40  # characters per list


def data_charset(
    files: tuple[Path, ...],
    /,
    *,
    charset: str | None = None,
    out: Path | None = None,
    least: int = 1,
    enough: int = 200,
    marks: bool = False,
    narrow: bool = False,
) -> int:
    """Count the characters of label files; warn of rare ones; write a charset of them.

    Args:
        files: detection or recognition label files.
        charset: "english", "chinese", or a file: tell which texts leave it and what it has for
            nothing; with --out, extend it, so that its characters keep their classes.
        out: write a charset file of the characters found, one per line.
        least: for --out, leave out characters that occur less often.
        enough: warn of characters that occur less often: they will hardly be learnt.
        marks: a letter with the combining marks upon it is one character (as for Thai).
        narrow: take full-width letters, digits and marks for ASCII, as "chinese" wants it.

    Returns:
        0.

    Raises:
        OcrError: no file was given, or a file is wrong.
    """
    import ocrlib.data.charset_tools as tools
    from ocrlib.charset import Charset
    from ocrlib.charset import narrow as to_narrow

    if not files:
        raise DataError("nothing to count", remedy="give label files")
    texts = [text for file in files for text in tools.label_texts(file)]
    if narrow:
        texts = [to_narrow(text) for text in texts]
    base = None if charset is None else Charset.named(charset)
    counts = tools.count_characters(texts, base, marks)
    print(f"{len(texts)} texts, {counts.total()} characters, {len(counts)} different ones")
    if base is not None:
        lacking = tools.outside_characters(base, counts)
        misses = sum(bool(base.missing(text)) for text in texts)
        print(f"outside the charset: {misses} texts, {len(lacking)} characters{_list(lacking)}")
    known = base if base is not None and out is None else tools.build_charset(counts, least, base)
    rare = tools.rare_characters(known, counts, enough)
    print(f"warning: {len(rare)} characters occur less than {enough} times{_list(rare)}")
    if out is not None:
        known.to_file(out)
        print(f"{out}: {known.size - 1} characters, {known.size} classes with the blank")
    return 0


def _list(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    shown = " ".join(f"{name}:{count}" for name, count in list(counts.items())[:SHOWN])
    return f": {shown}{' …' if len(counts) > SHOWN else ''}"
