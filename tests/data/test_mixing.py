from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.mixing import Joined, cut_mix, join, mixup
from ocrlib.types import RecSample


def sample(level: int, text: str, size: tuple[int, int] = (32, 60), fold: bool = False):
    return RecSample(np.full((*size, 3), level, np.uint8), text, f"f:{text}", fold)


def test_mixup_weighs_labels_as_it_weighs_pictures():
    first, second = sample(0, "a"), sample(200, "b", (16, 90))
    for seed in range(10):
        mixed = mixup(first, second, np.random.default_rng(seed), alpha=1.0)
        assert mixed.image.shape == first.image.shape
        assert mixed.texts == ("a", "b")
        assert sum(mixed.weights) == pytest.approx(1)
        assert mixed.image.mean() == pytest.approx(200 * mixed.weights[1], abs=1)
    alone = mixup(first, second, np.random.default_rng(0), alpha=0)
    assert alone.weights == (1, 0)
    np.testing.assert_array_equal(alone.image, first.image)


def test_small_alphas_leave_one_picture_nearly_alone():
    first, second = sample(0, "a"), sample(200, "b")
    smaller = [
        min(mixup(first, second, np.random.default_rng(s), alpha=0.1).weights) for s in range(100)
    ]
    assert np.median(smaller) < 0.05


def test_cut_mix_weighs_labels_by_area():
    first, second = sample(0, "a"), sample(200, "b", (20, 20))
    weights = []
    for seed in range(20):
        mixed = cut_mix(first, second, np.random.default_rng(seed))
        share = (mixed.image[:, :, 0] == 200).mean()
        assert mixed.weights == pytest.approx((1 - share, share))
        assert set(np.unique(mixed.image)) <= {0, 200}
        weights.append(mixed.weights[1])
    assert max(weights) > 0.3
    alone = cut_mix(first, second, np.random.default_rng(0), alpha=0)
    assert alone.weights == (1, 0)
    assert (first.image == 0).all()


def test_join_puts_pictures_and_labels_side_by_side():
    joined = join(sample(10, "ab"), sample(90, "cd", (16, 20)))
    assert joined.text == "abcd"
    assert joined.image.shape == (32, 100, 3)
    assert (joined.image[:, :60] == 10).all()
    assert (joined.image[:, 60:] == 90).all()
    assert joined.source == "f:ab + f:cd"


def test_join_with_room_fades_from_one_to_the_other():
    joined = join(sample(10, "ab"), sample(90, "cd"), between=" ", gap=0.25)
    assert joined.text == "ab cd"
    assert joined.image.shape == (32, 60 + 8 + 60, 3)
    between = joined.image[0, 60:68, 0].astype(int)
    assert between.tolist() == [15, 25, 35, 45, 55, 65, 75, 85]


@pytest.mark.parametrize("folds", [(False, False), (True, False), (False, True)])
def test_a_joined_text_tells_case_only_if_both_do(folds):
    joined = join(sample(0, "A", fold=folds[0]), sample(0, "b", fold=folds[1]))
    assert joined.fold_case == any(folds)


class Numbers:
    """Crops of one width; the text is the crop's number."""

    def __init__(self, width: int = 60) -> None:
        self.width = width

    def __len__(self) -> int:
        return 10

    def sample(self, index, rng):
        return sample(20 * index, str(index), (32, self.width))


def test_a_source_of_joined_texts():
    source = Joined(Numbers(), probability=0.5)
    assert len(source) == 10
    drawn = [source.sample(i % 10, np.random.default_rng(i)) for i in range(200)]
    alone = [one for one in drawn if " " not in one.text]
    assert 70 < len(alone) < 130
    for number, one in enumerate(drawn):
        first, _, second = one.text.partition(" ")
        assert int(first) == number % 10
        assert (one.image[:, :60] == 20 * int(first)).all()
        if second:
            assert (one.image[:, -60:] == 20 * int(second)).all()
            assert 120 + 0.2 * 32 - 1 <= one.image.shape[1] <= 120 + 0.5 * 32 + 1
    again = source.sample(3, np.random.default_rng(3))
    np.testing.assert_array_equal(again.image, drawn[3].image)


def test_joining_ends_at_the_stated_width_and_can_do_without_spaces():
    wide = Joined(Numbers(200), probability=1.0, longest=12)
    assert all(" " not in wide.sample(i, np.random.default_rng(i)).text for i in range(10))
    tight = Joined(Numbers(60), probability=1.0, space=False)
    one = tight.sample(1, np.random.default_rng(0))
    assert (len(one.text), one.image.shape[1]) == (2, 120)
    never = Joined(Numbers(), probability=0.0)
    assert [never.sample(i, np.random.default_rng(i)).text for i in range(3)] == ["0", "1", "2"]
