from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from ocrlib.charset import CHINESE_MARKS, Charset, narrow
from ocrlib.cli import main
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import rec_source
from ocrlib.data.labels import read_rec_labels
from ocrlib.data.synth import chinese
from ocrlib.data.synth.chinese import LEVEL_1, chinese_line, chinese_word, even_characters
from ocrlib.data.synth.fonts import Font, covers, get_face, load_fonts
from ocrlib.data.synth.language import CHINESE, shortened
from ocrlib.data.synth.typeset import draw_text
from ocrlib.data.synth.words import render_line, render_word
from ocrlib.errors import DataError

CHARSET = Charset.chinese()


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@cache
def faces(which="chinese") -> tuple[Font, ...]:
    try:
        return load_fonts(which)
    except DataError as error:
        pytest.skip(f"Debian's Chinese fonts are not installed: {error.problem}")


def test_texts_keep_to_the_charset_and_to_their_lengths():
    words = [narrow(chinese_word(rng(0, i))) for i in range(3000)]
    lines = [narrow(chinese_line(rng(1, i))) for i in range(3000)]
    assert set().union(*(CHARSET.missing(text) for text in words + lines)) == set()
    assert all(text == text.strip() != "" for text in lines)
    assert max(map(len, lines)) <= 24
    lengths = np.array([len(word) for word in words])
    assert np.mean((lengths >= 2) & (lengths <= 10)) > 0.85
    assert np.mean([len(line) for line in lines]) > 1.5 * lengths.mean()


def test_own_vocabulary_is_in_the_charset():
    lists = (chinese.PLACES, chinese.ROADS, chinese.ROAD_ENDINGS, chinese.FIRMS, chinese.BRANDS)
    more = (chinese.NOTICES, chinese.LABELS, chinese.WORDS, chinese.UNITS)
    signs = chinese.SURNAMES + chinese.GIVEN + chinese.PARTICLES + chinese.NUMERALS
    everything = signs + "".join(word for words in lists + more for word in words)
    assert CHARSET.missing(everything) == set()


def test_characters_are_drawn_evenly_and_every_mark_occurs():
    generator = rng(2)
    counts = Counter(c for _ in range(4000) for c in even_characters(generator, 2, 10))
    expected = sum(counts.values()) / len(LEVEL_1)
    numbers = np.array([counts[c] for c in LEVEL_1])
    # Poisson: the spread is the root of the mean.
    assert numbers.std() == pytest.approx(expected**0.5, rel=0.15)
    assert numbers.max() < expected + 8 * expected**0.5
    seen = set(
        "".join(narrow(chinese_word(rng(3, i)) + chinese_line(rng(3, i))) for i in range(6000))
    )
    assert set(CHINESE_MARKS) <= seen
    assert CHARSET.missing("".join(seen)) == set()


def test_texts_can_be_cut_short():
    short = shortened(CHINESE, 2)
    texts = [short.word(rng(8, i)) for i in range(400)] + [short.line(rng(8, 0))]
    assert {len(text) for text in texts} == {1, 2}
    assert all(text.strip() == text for text in texts)
    faces()
    recipe = SourceRecipe("synth-text", fonts="chinese", language="chinese", longest=1)
    source = rec_source(recipe, "refuse", CHARSET)
    assert {len(source.sample(0, rng(9, i)).text) for i in range(20)} == {1}


@pytest.mark.slow
def test_chinese_faces_have_the_charset_in_both_widths():
    known = faces() + faces("chinese-held-out")
    signs = CHARSET.characters + "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert len({font.family for font in faces()}) >= 8
    for font in known:
        there = "".join(sign for sign in signs if sign not in font.lacks and sign != " ")
        assert len(there) > 3950
        assert covers(font, there)
        face = get_face(font, 24)
        drawn = {sign: draw_text(face, sign).mask for sign in there}
        assert [sign for sign, mask in drawn.items() if not mask.size] == [], font.family
        shapes = {(mask.shape, mask.tobytes()) for sign, mask in drawn.items() if sign in LEVEL_1}
        assert len(shapes) == len(LEVEL_1), font.family  # no box stands for several


def test_a_face_is_passed_over_for_what_it_lacks():
    (face,) = (font for font in faces() if font.lacks)
    with pytest.raises(DataError, match="no font covers"):
        render_word(rng(10), [face], text=f"2{face.lacks}", language=CHINESE)


def test_the_held_out_family_is_not_trained_on():
    trained = {font.family for font in faces()}
    held_out = {font.family for font in faces("chinese-held-out")}
    assert held_out == {"WenQuanYi Zen Hei"}
    assert not trained & held_out


@pytest.mark.parametrize("render", [render_word, render_line])
def test_chinese_pictures(render):
    for seed in range(20):
        first = render(rng(4, seed), faces(), language=CHINESE)
        again = render(rng(4, seed), faces(), language=CHINESE)
        assert first.text == again.text == narrow(first.text)
        np.testing.assert_array_equal(first.image, again.image)
        assert first.image.shape[0] >= CHINESE.least
        assert CHARSET.missing(first.text) == set()


def test_labels_are_narrow_whatever_is_drawn():
    one = render_word(rng(5), faces(), text="（Ａ）：好，", language=CHINESE, height=32)
    assert one.text == "(A):好,"
    half = render_word(rng(5), faces(), text="(A):好,", language=CHINESE, height=32)
    assert one.image.shape[1] > half.image.shape[1]  # full-width letters take more room


def test_latin_faces_cannot_draw_it():
    with pytest.raises(DataError, match="no font covers"):
        render_word(rng(6), load_fonts("bundled"), text="漢字", language=CHINESE)


def test_a_recipe_names_the_language():
    faces()
    recipe = SourceRecipe("synth-text", fonts="chinese", language="chinese", words_ratio=0.5)
    source = rec_source(recipe, "refuse", CHARSET)
    texts = [source.sample(0, rng(7, i)).text for i in range(20)]
    assert sum(any(c in LEVEL_1 for c in text) for text in texts) > 15


def test_samples_in_files_have_narrow_labels(tmp_path):
    faces("chinese-held-out")
    command = ["data", "synth", "--fonts", "chinese-held-out", "--language", "chinese"]
    assert main([*command, "--count", "30", "--out", str(tmp_path / "a")]) == 0
    texts = [label.text for label in read_rec_labels(tmp_path / "a" / "rec.txt")]
    assert len(texts) == 30
    assert CHARSET.missing("".join(texts)) == set()
    assert main([*command, "--kind", "pages", "--out", str(tmp_path / "b")]) == 2
