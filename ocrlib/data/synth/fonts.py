"""Which typefaces synthetic text is drawn with.

"bundled" are the text faces inside matplotlib: always there, so tests and notebooks use them.
"debian" are the several hundred Latin faces of the Debian packages that `datasets/fonts.toml` lists
with their licences: training data is drawn with those. "chinese" are the faces listed there that
also draw Chinese, but for the family that training never sees: "chinese-held-out".
"""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from PIL import ImageFont

from ocrlib.errors import DataError

FontSet = Literal["bundled", "debian", "chinese", "chinese-held-out"]
FONT_LIST = Path(__file__).resolve().parents[3] / "datasets" / "fonts.toml"
FONT_ROOT = Path("/usr/share/fonts")
_LISTED = ("debian", "chinese", "chinese-held-out")
STYLES = ("sans", "serif", "mono", "display", "hand")

_SLANT_ENDINGS = ("-It", "Ita", "BI", "RI", " I", "BasI", "-I", "gIt", "cmunbi", "cmunti", "cmunsi")

# The text faces of matplotlib; its other files are pieces of mathematics.
_BUNDLED = (
    ("DejaVuSans.ttf", "sans"),
    ("DejaVuSans-Bold.ttf", "sans"),
    ("DejaVuSans-BoldOblique.ttf", "sans"),
    ("DejaVuSans-Oblique.ttf", "sans"),
    ("DejaVuSansMono.ttf", "mono"),
    ("DejaVuSansMono-Bold.ttf", "mono"),
    ("DejaVuSansMono-BoldOblique.ttf", "mono"),
    ("DejaVuSansMono-Oblique.ttf", "mono"),
    ("DejaVuSerif.ttf", "serif"),
    ("DejaVuSerif-Bold.ttf", "serif"),
    ("DejaVuSerif-BoldItalic.ttf", "serif"),
    ("DejaVuSerif-Italic.ttf", "serif"),
    ("STIXGeneral.ttf", "serif"),
    ("STIXGeneralBol.ttf", "serif"),
    ("STIXGeneralBolIta.ttf", "serif"),
    ("STIXGeneralItalic.ttf", "serif"),
    ("cmr10.ttf", "serif"),
    ("cmb10.ttf", "serif"),
    ("cmss10.ttf", "sans"),
    ("cmtt10.ttf", "mono"),
)


@dataclass(frozen=True)
class Font:
    """One face of a typeface.

    Args:
        path: the font file.
        index: which face of the file, 0 except in collections.
        family: name of its family as the file states it.
        licence: short name of its licence, None when not known.
        style: one of `STYLES`: what it looks like.
        upper_only: it has capitals in place of small letters, so text drawn with it must be
            labelled in capitals.
        lacks: characters for which it has a glyph, but an empty one.
    """

    path: Path
    index: int
    family: str
    licence: str | None
    style: str = "sans"
    upper_only: bool = False
    lacks: str = ""

    @property
    def slanted(self) -> bool:
        """Whether it is an italic or oblique face, judged by the file's name."""
        name = self.path.stem
        return "obl" in name.lower() or "ital" in name.lower() or name.endswith(_SLANT_ENDINGS)


def load_fonts(
    which: FontSet = "bundled", *, font_list: Path = FONT_LIST, root: Path = FONT_ROOT
) -> tuple[Font, ...]:
    """The faces of one set, always in the same order.

    Args:
        which: "bundled" (matplotlib's), or a part of the packages of `datasets/fonts.toml`.
        font_list: the list of packages.
        root: folder under which the packages install their fonts.

    Raises:
        DataError: an unknown set, or faces that are not installed (names the packages).
    """
    if which == "bundled":
        return _bundled()
    if which in _LISTED:
        return _listed(font_list, root, which)
    raise DataError(
        "no such set of fonts", value=which, remedy=f"use one of {', '.join(get_args(FontSet))}"
    )


def _bundled() -> tuple[Font, ...]:
    import matplotlib  # not needed to read pictures, so not imported at the top

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = []
    for name, style in _BUNDLED:
        if name.startswith("DejaVu"):
            licence = "Bitstream-Vera"
        else:
            licence = "OFL-1.1" if name.startswith("STIX") else "Bakoma-Fonts-Licence"
        path = folder / name
        if not path.is_file():
            raise DataError(
                "matplotlib's font is missing", file=path, remedy="reinstall matplotlib"
            )
        fonts.append(Font(path, 0, _family(path), licence, style))
    return tuple(fonts)


def _listed(font_list: Path, root: Path, which: FontSet) -> tuple[Font, ...]:
    if not font_list.is_file():
        raise DataError(
            "the list of fonts is missing", file=font_list, remedy="run from a source checkout"
        )
    packages = tomllib.loads(font_list.read_text(encoding="utf-8"))["package"]
    absent: dict[str, None] = {}  # an ordered set
    fonts = []
    for package in packages:
        if package.get("set", "debian") not in _LISTED:
            raise DataError(
                "unknown set of fonts",
                file=font_list,
                value=package["set"],
                remedy=f"use one of {', '.join(_LISTED)}",
            )
        if package.get("set", "debian") != which:
            continue
        if package["style"] not in STYLES:
            raise DataError(
                "unknown font style",
                file=font_list,
                value=package["style"],
                remedy=f"use one of {', '.join(STYLES)}",
            )
        upper_only = set(package.get("upper_only", ()))
        for name in package["files"]:
            path = root / package["folder"] / name
            if not path.is_file():
                absent[package["name"]] = None
                continue
            index = package.get("index", 0)
            family = _family(path, index)
            licence, style = package["licence"], package["style"]
            lacks = package.get("lacks", "")
            fonts.append(Font(path, index, family, licence, style, name in upper_only, lacks))
    if absent:
        raise DataError(
            f"{len(absent)} font packages are not installed",
            file=font_list,
            remedy=f"apt-get install --no-install-recommends {' '.join(absent)}",
        )
    return tuple(fonts)


def _family(path: Path, index: int = 0) -> str:
    return ImageFont.truetype(str(path), 10, index=index).getname()[0] or path.stem


# Opening a face takes 40 µs, keeping it about 150 KB.
@lru_cache(maxsize=128)
def get_face(font: Font, size_px: int) -> ImageFont.FreeTypeFont:
    """The face at one size, ready to draw with.

    Basic layout: no ligatures, so one character stays one shape, and every machine draws alike.

    Args:
        font: which face.
        size_px: em size in px.

    Raises:
        DataError: the file cannot be read as a font.
    """
    try:
        return ImageFont.truetype(
            str(font.path), size_px, index=font.index, layout_engine=ImageFont.Layout.BASIC
        )
    except OSError as error:
        raise DataError("cannot read this font", file=font.path, remedy="reinstall it") from error


def covers(font: Font, text: str) -> bool:
    """Whether the face has a glyph for every character of `text` (spaces aside)."""
    table = _coverage(font)
    for char in text:
        byte, bit = divmod(ord(char), 8)
        if char in font.lacks:
            return False
        if char != " " and (byte >= len(table) or not table[byte] >> bit & 1):
            return False
    return True


@lru_cache(maxsize=2048)
def _coverage(font: Font) -> bytes:
    """One bit per code point, set if the face has a glyph: a few KB, where a set takes a MB."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # comes with matplotlib

    # Some free faces have spare bytes in a table that is not used here; that is no news.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    with TTFont(font.path, fontNumber=font.index, lazy=True) as file:
        codes = list(file.getBestCmap() or ())
    table = bytearray(max(codes, default=0) // 8 + 1)
    for code in codes:
        table[code // 8] |= 1 << code % 8
    return bytes(table)
