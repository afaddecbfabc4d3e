from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import det_source, used_data
from ocrlib.data.labels import DetLabel, write_det_labels
from ocrlib.data.rendered import SynthScenes
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.errors import RecipeError
from ocrlib.images import write_image
from ocrlib.types import DetSample, TextInstance

PLATE = np.array([[100, 140], [220, 140], [220, 180], [100, 180]], np.float32)


class Street:
    """One grey photograph with one plate."""

    def __len__(self) -> int:
        return 1

    def sample(self, index, rng):
        image = np.full((400, 300, 3), 120, np.uint8)
        image[140:180, 100:220] = (30, 60, 200)
        return DetSample(image, (TextInstance(PLATE, "plate"),), "street")


def scenes(level="word", size=256):
    return SynthScenes(Street(), load_fonts("bundled"), size, level)


def test_words_are_put_up_beside_the_text_that_is_there_already():
    source = scenes()
    seen = [source.sample(0, np.random.default_rng(seed)) for seed in range(12)]
    put_up = [i for s in seen for i in s.instances if i.text != "plate"]
    assert len(put_up) > 12
    assert any(i.text == "plate" for s in seen for i in s.instances)
    assert all(" " not in i.text for i in put_up)
    for sample in seen:
        assert sample.image.shape == (256, 256, 3)
        plates = [i.polygon for i in sample.instances if i.text == "plate"]
        for instance in sample.instances:
            if instance.text == "plate" or not plates:
                continue
            low, high = instance.polygon.min(axis=0), instance.polygon.max(axis=0)
            apart = (low > plates[0].max(axis=0)).any() or (high < plates[0].min(axis=0)).any()
            assert apart, "a word covers the plate"


def test_chance_decides_everything():
    one, same, other = (scenes().sample(0, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert (one.image == same.image).all()
    assert one.image.shape != other.image.shape or (one.image != other.image).any()


def test_a_recipe_builds_scenes_and_its_card_names_the_photographs(tmp_path):
    photo = tmp_path / "street.png"
    write_image(photo, Street().sample(0, None).image)
    file = tmp_path / "det.txt"
    write_det_labels(file, [DetLabel(photo, (TextInstance(PLATE, "plate"),), file, 1)])
    recipe = SourceRecipe("synth-scenes", file=str(file), licence="MIT", fonts="bundled", size=128)
    sample = det_source(recipe, "refuse").sample(0, np.random.default_rng(1))
    assert sample.image.shape == (128, 128, 3)

    trained = SimpleNamespace(data=SimpleNamespace(sources=(recipe,)))
    assert used_data(trained)[0]["licence"] == "MIT"


def test_scenes_are_nothing_for_a_recogniser():
    from ocrlib.data.build import rec_source

    with pytest.raises(RecipeError, match="cannot learn"):
        rec_source(SourceRecipe("synth-scenes", file="det.txt"), "refuse")
