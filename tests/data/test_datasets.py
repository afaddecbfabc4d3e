from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.data.datasets import Dataset, DetChunks, RecChunks, UnfitSample, steps_needed
from ocrlib.data.det_augment import random_crop
from ocrlib.errors import CharsetError, DataError, ImageError
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.types import DetSample, RecSample, TextInstance

CHARSET = Charset("abcABC", space=False)
WIDTHS = (20, 64, 90, 150, 300)  # px at a height of 32: padded to 32, 64, 96, 160, 320


class Crops:
    """Crop i has width WIDTHS[i % 5] and a text of its own; some are bad in one way."""

    def __init__(self, length: int = 200, bad: dict[int, str] | None = None) -> None:
        self.length, self.bad = length, bad or {}

    def __len__(self) -> int:
        return self.length

    def sample(self, index, rng):
        fault = self.bad.get(index)
        if fault == "image":
            raise ImageError("the file is empty", file="x.jpg")
        text = {"charset": "aé", "long": "aaaaaaaaaaaa", "empty": ""}.get(
            fault, "abc"[: 1 + index % 3]
        )
        width = 20 if fault else WIDTHS[index % 5]
        image = np.full((32, width, 3), rng.integers(256), np.uint8)
        return RecSample(image, text, f"rec.txt:{index}", fold_case=index % 2 == 0)


def rec_chunks(source=None, **changes) -> RecChunks:
    values = {"batch": 8, "chunk": 100, **changes}
    dataset = Dataset(source or Crops(), 7)
    return RecChunks(dataset, RecPreprocess(), CHARSET, values.pop("transform", None), **values)


def test_samples_are_a_pure_function_of_seed_epoch_and_index():
    dataset, again = Dataset(Crops(), 7), Dataset(Crops(), 7)
    again.draw(399)  # whatever was drawn before
    for position in (0, 5, 205):
        (one, rng), (two, other_rng) = dataset.draw(position), again.draw(position)
        assert one.source == two.source
        assert (one.image == two.image).all()
        assert rng.random() == other_rng.random()
    assert any(dataset.draw(i)[0].source != Dataset(Crops(), 8).draw(i)[0].source for i in range(9))


def test_an_epoch_has_every_sample_once_and_the_next_another_order():
    dataset = Dataset(Crops(50), 7)
    epochs = [[dataset.draw(e * 50 + i)[0].source for i in range(50)] for e in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(f"rec.txt:{i}" for i in range(50))
    assert epochs[0] != epochs[1]


def test_rec_batches_share_one_width_and_a_budget_of_pixels():
    chunk = rec_chunks().chunk(0)
    total = 0
    for batch in chunk.batches:
        count, _, height, width = batch["image"].shape
        assert batch["image"].dtype == np.float32
        assert (height, batch["label"].dtype, batch["length"].dtype) == (32, np.int32, np.int64)
        assert width in (32, 64, 96, 160, 320)
        assert count >= 4
        assert 0.5 * 800 <= count * width <= 1.6 * 800 or count < 8  # a budget of 8 x 100 px
        assert (batch["label"] > 0).sum(axis=1).tolist() == batch["length"].tolist()
        content = (batch["image"] != 0).any(axis=(1, 2)).sum(axis=1)  # px that are not padding
        np.testing.assert_allclose(batch["valid"], content / width)
        total += count
    assert total + sum(chunk.skipped.values()) == chunk.samples == 100
    widths = [batch["image"].shape[3] for batch in chunk.batches]
    assert widths != sorted(widths)  # shuffled


def test_chunks_are_pure_functions_of_their_number():
    maker = rec_chunks(transform=lambda image, rng: image // (2 + rng.integers(3, dtype=np.uint8)))
    third = maker.chunk(3)
    maker.chunk(0)
    for one, two in zip(
        third.batches, rec_chunks(transform=maker.transform).chunk(3).batches, strict=True
    ):
        assert one.keys() == two.keys()
        assert all((one[name] == two[name]).all() for name in one)
    assert any(
        one["image"].shape != two["image"].shape or (one["image"] != two["image"]).any()
        for one, two in zip(third.batches, maker.chunk(4).batches, strict=False)
    )


def test_texts_that_do_not_tell_case_are_capitals():
    lower, upper = set(CHARSET.encode("abc")), set(CHARSET.encode("ABC"))
    seen = Counter()
    for batch in rec_chunks().chunk(0).batches:
        for label, length, fold in zip(
            batch["label"], batch["length"], batch["fold_case"], strict=True
        ):
            assert set(label[:length].tolist()) <= (upper if fold else lower)
            seen[bool(fold)] += 1
    assert min(seen[True], seen[False]) > 20


def test_few_crops_of_a_width_are_counted_not_mixed_in():
    class One(Crops):
        def sample(self, index, rng):
            width = 1500 if index in (3, 4, 5) else 90
            return RecSample(np.zeros((32, width, 3), np.uint8), "ab", str(index))

    chunk = rec_chunks(One(100)).chunk(0)
    assert {batch["image"].shape[3] for batch in chunk.batches} == {96}
    assert chunk.skipped == {"too few crops of this width in the chunk": 3}


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ("charset", CharsetError, "text outside the charset"),
        ("long", UnfitSample, "text empty or too long for its crop"),
        ("empty", UnfitSample, "text empty or too long for its crop"),
        ("image", ImageError, "picture cannot be read"),
    ],
)
def test_samples_that_cannot_be_learnt_are_refused_or_counted(fault, error, reason):
    bad = Crops(100, {5: fault, 55: fault})
    with pytest.raises(error) as caught:
        rec_chunks(bad).chunk(0)
    assert fault == "image" or caught.value.file in ("rec.txt:5", "rec.txt:55")
    chunk = rec_chunks(bad, on_bad="skip", least=1).chunk(0)
    assert chunk.skipped == {reason: 2}
    assert sum(len(batch["length"]) for batch in chunk.batches) == 98


def test_columns_are_those_of_the_network():
    # The narrowest crops, 32 px with padding, have 8 columns of 4 px, or 2 of 16.
    assert not rec_chunks().chunk(0).skipped
    chunk = rec_chunks(time_step=16, on_bad="skip").chunk(0)
    assert set(chunk.skipped) == {"text empty or too long for its crop"}
    with pytest.raises(UnfitSample, match="needs 3 time steps, its crop gives 2"):
        rec_chunks(time_step=16).chunk(0)


def test_steps_needed():
    assert [steps_needed(list(text)) for text in ("", "a", "abc", "aab", "aaa", "abba")] == [
        0,
        1,
        3,
        4,
        5,
        5,
    ]


class Pages:
    def __init__(self, bad: int = -1) -> None:
        self.bad = bad

    def __len__(self) -> int:
        return 10

    def sample(self, index, rng):
        if index == self.bad:
            raise ImageError("the file is empty", file="x.jpg")
        box = np.float32([[8, 16], [88, 16], [88, 40], [8, 40]])
        image = np.full((96, 96, 3), rng.integers(256), np.uint8)
        return DetSample(image, (TextInstance(box, "text"),), "det.txt:1")


def transform(sample, rng):
    return random_crop(sample, rng, 64)


def test_det_batches():
    maker = DetChunks(Dataset(Pages(), 7), DetPreprocess(), transform, 4, chunk=8, per_page=2)
    chunk = maker.chunk(1)
    assert len(chunk.batches) == 2
    assert not chunk.skipped
    assert chunk.samples == 8
    for batch in chunk.batches:
        assert batch["image"].shape == (4, 3, 64, 64)
        for name in ("shrink_map", "shrink_mask", "threshold_map", "threshold_mask"):
            assert batch[name].shape == (4, 64, 64)
            assert batch[name].dtype == np.float32
    again = maker.chunk(1)
    for one, two in zip(chunk.batches, again.batches, strict=True):
        assert all((one[name] == two[name]).all() for name in one)
    # each page gave two crops: every grey level of the page stands twice
    levels = Counter(float(row[0].min()) for batch in chunk.batches for row in batch["image"])
    assert all(count % 2 == 0 for count in levels.values())


def test_unreadable_pages_are_refused_or_counted():
    with pytest.raises(ImageError):
        DetChunks(Dataset(Pages(3), 7), DetPreprocess(), transform, 2, chunk=10).chunk(0)
    maker = DetChunks(Dataset(Pages(3), 7), DetPreprocess(), transform, 2, chunk=10, on_bad="skip")
    chunk = maker.chunk(0)
    assert chunk.skipped == {
        "picture cannot be read": 1,
        "crops beyond the last full batch of a chunk": 1,
    }
    assert len(chunk.batches) == 4


class OnePage:
    """The same page again and again."""

    def __init__(self, page: DetSample) -> None:
        self.page = page

    def __len__(self) -> int:
        return 1

    def sample(self, index, rng):
        return self.page


def test_a_larger_shrink_ratio_paints_larger_kernels_and_narrow_texts_can_count():
    wide = np.array([[4, 8], [60, 8], [60, 28], [4, 28]], np.float32)
    narrow = np.array([[30, 36], [36, 36], [36, 52], [30, 52]], np.float32)
    texts = (TextInstance(wide, "wide"), TextInstance(narrow, "1"))
    page = OnePage(DetSample(np.full((64, 64, 3), 200, np.uint8), texts, "page"))

    def batch(ratio, least):
        rules = {"shrink_ratio": ratio, "min_text_size": least}
        maker = DetChunks(Dataset(page, 1), DetPreprocess(), lambda s, rng: s, 1, 1, **rules)
        return maker.chunk(0).batches[0]

    small, large = batch(0.4, 8), batch(0.6, 5)
    assert large["shrink_map"][0, :30].sum() > 1.2 * small["shrink_map"][0, :30].sum()
    assert small["shrink_mask"][0, 44, 33] == 0  # too narrow to count
    assert large["shrink_mask"][0, 44, 33] == 1
    assert large["shrink_map"][0, 44, 33] == 1


class Fresh:
    """Empty pages; each but the first ones of a chunk may get texts of those before it."""

    def __len__(self) -> int:
        return 10

    def sample(self, index, rng):
        image = np.full((96, 96, 3), 10 * index, np.uint8)
        box = np.array([[2, 2], [30, 2], [30, 14], [2, 14]], np.float32)
        return DetSample(image, (TextInstance(box, str(index)),), f"page {index}")


def seen(number: int, **rules) -> list[DetSample]:
    pages = []
    maker = DetChunks(
        Dataset(Fresh(), 7),
        DetPreprocess(),
        lambda sample, rng: pages.append(sample) or sample,
        2,
        chunk=8,
        **rules,
    )
    maker.chunk(number)
    return pages


def test_texts_of_earlier_pages_of_the_chunk_are_pasted():
    for number in (0, 3):
        pages, plain = seen(number, copy_paste=1), seen(number)
        assert [page.source for page in pages] == [page.source for page in plain]
        assert [len(page.instances) for page in plain] == [1] * 8
        assert len(pages[0].instances) == 1  # nothing came before it
        for i, page in enumerate(pages):
            before = {other.instances[0].text for other in plain[max(0, i - 4) : i]}
            pasted = [instance.text for instance in page.instances[1:]]
            assert set(pasted) <= before
        assert sum(len(page.instances) for page in pages) > 12
        again = seen(number, copy_paste=1)
        assert all((a.image == b.image).all() for a, b in zip(pages, again, strict=True))
    some = [len(page.instances) > 1 for number in range(5) for page in seen(number, copy_paste=0.5)]
    assert 8 <= sum(some) <= 28


def test_pasting_needs_several_pages_a_chunk():
    with pytest.raises(DataError, match="a chunk of one page has no other page to paste from"):
        DetChunks(
            Dataset(Fresh(), 7), DetPreprocess(), transform, 2, chunk=4, per_page=4, copy_paste=0.1
        )


def test_the_shrink_ratio_grows_from_chunk_to_chunk():
    maker = DetChunks(
        Dataset(Fresh(), 7),
        DetPreprocess(),
        lambda sample, rng: sample,
        5,
        chunk=10,
        shrink_ratio=0.3,
        shrink_ratio_end=0.7,
        total=8,
    )
    ratios = [maker.shrink_ratio_of(number) for number in range(6)]
    assert ratios == pytest.approx([0.3, 0.4, 0.5, 0.6, 0.7, 0.7])
    areas = [maker.chunk(number).batches[0]["shrink_map"][0].sum() for number in range(5)]
    assert areas == sorted(areas)
    assert areas[0] < areas[2] < areas[4]
    widths = [maker.chunk(number).batches[0]["threshold_mask"][0].sum() for number in range(5)]
    assert widths[0] > widths[2] > widths[4]
