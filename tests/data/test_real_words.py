from __future__ import annotations

import numpy as np
import pytest

from ocrlib.config import RECIPES, load_recipe
from ocrlib.data.build import used_data
from ocrlib.data.real_words import lay_in
from ocrlib.data.rendered import SynthScenes
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.errors import DataError, RecipeError
from ocrlib.types import DetSample, RecSample, TextInstance

PLATE = np.array([[100, 140], [220, 140], [220, 180], [100, 180]], np.float32)


class Crops:
    """Dark bars on light ground, in a frame of 40 px of height."""

    def __init__(self, width=100, ink=20, ground=220):
        self.image = np.full((40, width, 3), ground, np.uint8)
        self.image[8:32, 8 : width - 8 : 12] = ink

    def __len__(self):
        return 1

    def sample(self, index, rng):
        return RecSample(self.image, "bars", "crops:1")


class Street:
    def __len__(self):
        return 1

    def sample(self, index, rng):
        image = np.full((400, 300, 3), 120, np.uint8)
        return DetSample(image, (TextInstance(PLATE, "plate"),), "street")


def place(seed, crops=None, taken=None):
    image = np.full((300, 400, 3), 120, np.uint8)
    boxes = [] if taken is None else taken
    words = lay_in(image, crops or Crops(), np.random.default_rng(seed), boxes)
    return image, words, boxes


def test_words_lie_apart_and_inside_and_off_what_was_taken():
    found = 0
    for seed in range(30):
        _, words, boxes = place(seed, taken=[(150.0, 100.0, 250.0, 200.0)])
        corners = [(*w.polygon.min(axis=0), *w.polygon.max(axis=0)) for w in words]
        for k, one in enumerate(corners):
            assert min(one) >= 0
            assert one[2] <= 400
            assert one[3] <= 300
            for other in [*corners[:k], (150, 100, 250, 200)]:
                assert (
                    one[0] >= other[2] or one[2] <= other[0]
                    or one[1] >= other[3] or one[3] <= other[1]
                )  # fmt: skip
        assert all(any(b[0] <= c[0] and c[2] <= b[2] for b in boxes) for c in corners)
        found += len(words)
    assert found > 40


def test_the_ink_is_where_the_label_says_and_the_ground_takes_the_colour_of_the_place():
    for seed in range(8):
        image, words, _ = place(seed)
        outside = np.ones(image.shape[:2], bool)
        for word in words:
            x0, y0 = word.polygon.min(axis=0).astype(int)
            x1, y1 = word.polygon.max(axis=0).astype(int)
            inside = image[y0:y1, x0:x1]
            assert not word.ignore
            assert word.text == "bars"
            assert inside.min() < 60, "ink stays dark"
            assert abs(int(np.median(inside[:2])) - 120) < 25, "its ground has the place's grey"
            outside[y0:y1, x0:x1] = False
        # 100 grey levels lie between the two grounds; nothing of that step is seen as a seam.
        assert np.abs(image[outside].astype(int) - 120).max() < 40


def test_what_cannot_be_seen_does_not_count():
    words = [word for seed in range(10) for word in place(seed, Crops(ink=216))[1]]
    assert words
    assert all(word.ignore for word in words)


def test_tall_crops_and_small_pictures_give_nothing():
    assert place(1, Crops(width=20))[1] == []
    tiny = np.zeros((16, 16, 3), np.uint8)
    assert lay_in(tiny, Crops(), np.random.default_rng(1), []) == []
    assert (tiny == 0).all()


def test_scenes_hold_rendered_and_real_words():
    source = SynthScenes(Street(), load_fonts("bundled"), 256, "word", (), Crops())
    samples = [source.sample(0, np.random.default_rng(seed)) for seed in range(10)]
    real = [sum(i.text == "bars" for i in sample.instances) for sample in samples]
    assert 0 < sum(count > 0 for count in real) < 10
    assert any(i.text not in ("bars", "plate") for sample in samples for i in sample.instances)
    again = source.sample(0, np.random.default_rng(3))
    assert (again.image == samples[3].image).all()


def test_real_words_are_nothing_where_lines_are_labelled():
    with pytest.raises(DataError, match="where words are labelled"):
        SynthScenes(Street(), load_fonts("bundled"), 256, "line", (), Crops())


def recipe_with(source, tmp_path):
    file = tmp_path / "recipe.toml"
    text = (RECIPES / "det-lite-word-real.toml").read_text(encoding="utf-8")
    file.write_text(text.replace(*source), encoding="utf-8")
    return file


def test_the_card_names_the_words_beside_the_photographs():
    used = used_data(load_recipe("det-lite-word-real"))
    assert {"name": "ICDAR2015 words", "licence": "CC BY 4.0", "use": "train"} in used
    assert [entry["licence"] for entry in used[:2]] == ["MIT", "CC BY 4.0"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (('level = "word"\n\n[data', 'level = "line"\n\n[data'), "words needs level word"),
        (('kind = "synth-scenes"\nname', 'kind = "labels"\nname'), "means nothing for kind labels"),
        (('split_rec.tsv"\npart = "val"', 'split_rec.tsv"\npart = "report"'), "report part"),
    ],
)
def test_recipes_with_words_in_the_wrong_place_are_refused(source, message, tmp_path):
    with pytest.raises(RecipeError, match=message):
        load_recipe(recipe_with(source, tmp_path))
