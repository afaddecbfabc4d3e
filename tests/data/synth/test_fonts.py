from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest

from ocrlib.bundle import load_bundle
from ocrlib.data.synth.fonts import STYLES, Font, covers, get_face, load_fonts
from ocrlib.errors import DataError

ALPHANUMERIC = string.ascii_letters + string.digits


def test_bundled_faces_cover_letters_and_digits():
    fonts = load_fonts("bundled")
    assert len(fonts) == 20
    assert all(covers(font, ALPHANUMERIC) for font in fonts)
    assert {font.style for font in fonts} == {"sans", "serif", "mono"}
    assert all(font.licence for font in fonts)


def test_order_is_stable():
    assert load_fonts("bundled") == load_fonts("bundled")


def test_unknown_set_is_refused():
    with pytest.raises(DataError, match="windows"):
        load_fonts("windows")  # type: ignore[arg-type]


def test_absent_packages_are_named(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        load_fonts("debian", root=tmp_path)
    assert "font packages are not installed" in str(caught.value)
    assert "apt-get install" in caught.value.remedy
    assert "fonts-liberation2" in caught.value.remedy
    assert caught.value.remedy.count("fonts-lato") == 1


def test_missing_list_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="list of fonts"):
        load_fonts("debian", font_list=tmp_path / "none.toml")


def test_unknown_style_in_the_list(tmp_path: Path):
    path = tmp_path / "fonts.toml"
    path.write_text(
        '[[package]]\nname="x"\nlicence="y"\nstyle="fraktur"\nfolder="z"\nfiles=[]\n', "utf-8"
    )
    with pytest.raises(DataError, match="fraktur"):
        load_fonts("debian", font_list=path)


def test_unknown_set_in_the_list(tmp_path: Path):
    path = tmp_path / "fonts.toml"
    path.write_text(
        '[[package]]\nname="x"\nset="greek"\nlicence="y"\nstyle="sans"\nfolder="z"\nfiles=[]\n',
        "utf-8",
    )
    with pytest.raises(DataError, match="greek"):
        load_fonts("debian", font_list=path)


def test_sets_are_kept_apart(tmp_path: Path):
    bundled = load_fonts("bundled")[0].path
    path = tmp_path / "fonts.toml"
    entry = '[[package]]\nname="x"\n{}licence="y"\nstyle="sans"\nfolder="{}"\nfiles=["{}"]\n'
    path.write_text(
        entry.format("", bundled.parent, "DejaVuSans.ttf")
        + entry.format('set="chinese"\nindex=0\n', bundled.parent, "DejaVuSerif.ttf")
        + entry.format('set="chinese-held-out"\n', bundled.parent, "absent.ttf"),
        "utf-8",
    )
    assert [f.path.name for f in load_fonts("debian", font_list=path)] == ["DejaVuSans.ttf"]
    assert [f.path.name for f in load_fonts("chinese", font_list=path)] == ["DejaVuSerif.ttf"]
    with pytest.raises(DataError, match="1 font packages are not installed"):
        load_fonts("chinese-held-out", font_list=path)


@pytest.mark.slow
def test_latin_set_is_the_one_that_the_english_recogniser_learnt_from():
    try:
        fonts = load_fonts("debian")
    except DataError as error:
        pytest.skip(f"Debian's fonts are not installed: {error.problem}")
    recorded = {font["family"] for font in load_bundle("rec-lite-en").spec.fonts}
    assert {font.family for font in fonts} == recorded


def test_slanted_faces_are_known():
    slanted = [font.path.stem for font in load_fonts("bundled") if font.slanted]
    assert len(slanted) == 8
    assert "DejaVuSans-Oblique" in slanted
    assert "STIXGeneralBolIta" in slanted
    assert "DejaVuSerif-Bold" not in slanted


def test_face_draws_at_the_size_asked_for():
    font = load_fonts("bundled")[0]
    small, large = get_face(font, 20), get_face(font, 40)
    assert get_face(font, 20) is small
    assert large.getlength("Hamburg") == pytest.approx(2 * small.getlength("Hamburg"), rel=0.05)


def test_not_a_font(tmp_path: Path):
    path = tmp_path / "broken.ttf"
    path.write_text("not a font", encoding="utf-8")
    with pytest.raises(DataError, match="cannot read this font"):
        get_face(Font(path, 0, "Broken", None), 20)


def test_covers_tells_what_is_missing():
    font = load_fonts("bundled")[0]
    assert covers(font, "plain text")
    assert not covers(font, "漢")
    assert covers(replace(font, licence=None), "")


@pytest.mark.slow
def test_listed_faces_are_complete():
    try:
        fonts = load_fonts("debian")
    except DataError as error:
        pytest.skip(f"Debian's fonts are not installed: {error.problem}")
    assert len(fonts) >= 150
    assert len({(font.path, font.index) for font in fonts}) == len(fonts)
    assert {font.style for font in fonts} == set(STYLES)
    assert [font.path.name for font in fonts if not covers(font, ALPHANUMERIC)] == []
