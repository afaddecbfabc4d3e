"""Where samples come from: a recipe's ``data.sources`` and the sources of its evaluation sets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from ocrlib.errors import RecipeError
from ocrlib.tables import number

Case = Literal["exact", "fold"]
Part = Literal["train", "val", "report"]
SourceKind = Literal["labels", "crops", "lmdb", "synth-text", "synth-pages", "synth-scenes"]


@dataclass(frozen=True)
class WordsRecipe:
    """Crops of real words that are laid into photographs, see ``data.real_words``.

    Args:
        file: recognition label file; ``${OCR_DATA}`` is expanded.
        split: file with ``picture<TAB>part`` lines; empty: all crops.
        part: which part of ``split`` to use.
        name: how the bundle's card calls it.
        licence: licence of the crops, for the bundle's card.
    """

    file: str
    split: str = ""
    part: Part = "train"
    name: str = ""
    licence: str = ""


@dataclass(frozen=True)
class SourceRecipe:
    """Where samples come from.

    Args:
        kind: ``labels`` (a PP-OCR label file), ``crops`` (lines cut out of the pages of a
            detection label file), ``lmdb`` (a folder of crops, see ``data.lmdb_source``),
            ``synth-text`` or ``synth-pages`` (renders), or
            ``synth-scenes`` (rendered words on the photographs of a detection label file).
        ratio: share of this source among the training samples; the sum need not be 1.
        name: how metrics and the bundle's card call it.
        file: label file (``labels``, ``crops``, ``synth-scenes``) or folder (``lmdb``);
            ``${OCR_DATA}`` is expanded.
        split: file with ``picture<TAB>part`` lines; empty: all pictures.
        part: which part of ``split`` to use.
        licence: licence of the pictures, for the bundle's card.
        case: ``fold`` where transcriptions do not tell upper from lower case.
        fonts: which set of fonts renders use: see ``data.synth.fonts.load_fonts``.
        language: of the texts, ``english`` or ``chinese`` (``synth-text``).
        longest: characters to which texts are cut; 0: as they come (``synth-text``).
        words_ratio: share of single words, the rest are lines (``synth-text``).
        kinds: kinds of pages to render; empty: all (``synth-pages``).
        size: side of a rendered page in px (``synth-pages``, ``synth-scenes``).
        level: what is labelled on a rendered page, ``line`` or ``word``.
        jitter: largest shift of a crop's corners, as a share of its height (``crops``).
        words: real words to lay in beside the rendered ones (``synth-scenes``).
    """

    kind: SourceKind
    ratio: float = number(1.0, above=0)
    name: str = ""
    file: str = ""
    split: str = ""
    part: Part = "train"
    licence: str = ""
    case: Case = "exact"
    fonts: Literal["bundled", "debian", "chinese", "chinese-held-out"] = "debian"
    language: Literal["english", "chinese"] = "english"
    longest: int = number(0, least=0)
    words_ratio: float = number(0.7, least=0, most=1)
    kinds: tuple[str, ...] = ()
    size: int = number(640, least=32)
    level: Literal["line", "word"] = "line"
    jitter: float = number(0.08, least=0, most=0.5)
    words: WordsRecipe | None = None


_PAGES = frozenset({"fonts", "kinds", "size", "level"})
_FILES = frozenset({"file", "split", "part", "licence", "case"})
_FIELDS_OF_KIND: dict[str, frozenset[str]] = {
    "labels": _FILES,
    "crops": _FILES | {"jitter"},
    "lmdb": frozenset({"file", "licence", "case"}),
    "synth-text": frozenset({"fonts", "language", "longest", "words_ratio"}),
    "synth-pages": _PAGES,
    "synth-scenes": _FILES - {"case"} | _PAGES - {"kinds"} | {"words"},
}


def check_source(source: SourceRecipe, where: str, file: str | Path) -> None:
    """Refuse a source without its file, or with keys that its kind does not have.

    Args:
        source: the source.
        where: where in the recipe it stands, for the message.
        file: the recipe's file, for the message.

    Raises:
        RecipeError: what is wrong.
    """
    takes = _FIELDS_OF_KIND[source.kind] | {"kind", "ratio", "name"}
    default = SourceRecipe(source.kind)
    for item in fields(source):
        if item.name not in takes and getattr(source, item.name) != getattr(default, item.name):
            raise RecipeError(
                f"{where}.{item.name} means nothing for kind {source.kind}", file=file
            )
    if "file" in takes and not source.file:
        raise RecipeError(f"{where}.file is missing", file=file)
    if source.words and source.level != "word":
        raise RecipeError(
            f"{where}.words needs level word: lines cannot be made of them", file=file
        )
