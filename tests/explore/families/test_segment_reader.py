"""The reader of stored shapes: its threshold, its cuts, what it reads and what it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.errors import ImageError
from ocrlib.explore.families import segment_reader
from ocrlib.explore.families.segment_reader import SegmentReader, binarise, cut_at_gaps, otsu
from ocrlib.explore.families.words import draw_word, random_words


@pytest.fixture(scope="module")
def reader() -> SegmentReader:
    return SegmentReader.from_faces()


def test_otsu_by_hand() -> None:
    # Two groups, 10 and 12 against 200 and 204: everything from 12 to 199 parts them equally well.
    image = np.array([[10, 12, 12, 200, 204, 204, 204]], np.uint8)
    assert otsu(image) == 12


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=2, max_size=12).filter(lambda v: len(set(v)) > 1))
def test_otsu_gives_the_tightest_two_groups(values: list[int]) -> None:
    image = np.array([values], np.uint8)

    def spread(threshold: int) -> float:
        low = image[image <= threshold].astype(float)
        high = image[image > threshold].astype(float)
        return float(((low - low.mean()) ** 2).sum() + ((high - high.mean()) ** 2).sum())

    best = min(spread(t) for t in sorted(set(values))[:-1])
    assert spread(otsu(image)) == pytest.approx(best, abs=1e-6)


def test_ink_may_be_light_on_dark() -> None:
    image = draw_word("mail").image
    assert np.array_equal(binarise(image), binarise((255 - image).astype(np.uint8)))


def test_only_grey_pictures() -> None:
    with pytest.raises(ImageError, match=r"grey pictures.*\(24, 64, 3\).*mean"):
        binarise(np.zeros((24, 64, 3), np.uint8))


def test_gaps_keep_a_dot_with_its_letter_and_leave_dirt_out() -> None:
    ink = np.zeros((12, 20), bool)
    ink[2:4, 2:4] = ink[5:10, 2:4] = True  # i
    ink[3:10, 8:12] = True
    ink[1, 17] = True  # dirt
    assert cut_at_gaps(ink) == [(2, 2, 4, 10), (8, 3, 12, 10)]


def test_reads_clean_words_in_every_face(reader: SegmentReader) -> None:
    for face in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif"):
        for text in ("lace", "ton", "nails"):
            image = draw_word(text, face, tracking=1, at=(0.3, 0.2)).image
            assert reader.read(image).text == text, face
            if face != "DejaVuSerif":  # its n falls apart where the arch is thin
                assert reader.read(image, search=False).text == text, face


def test_search_parts_what_gaps_do_not(reader: SegmentReader) -> None:
    image = draw_word("ocean", "DejaVuSans-Bold", tracking=-1.2).image
    at_gaps, searched = reader.read(image, search=False), reader.read(image)
    assert len(at_gaps.boxes) < 5
    assert searched.text == "ocean"
    assert len(searched.boxes) == len(searched.distances) == 5
    assert sorted(searched.boxes) == list(searched.boxes)


def test_the_search_finds_the_cheapest_row(reader: SegmentReader) -> None:
    """Against all rows of pieces, on a word short enough to try them."""
    image = draw_word("rn", "DejaVuSans", tracking=-1).image
    ink = binarise(image)
    dark = segment_reader.darkness(image, ink)
    cuts = segment_reader.places_to_cut(ink)

    def cheapest(start: int) -> float:
        if start == len(cuts) - 1:
            return 0.0
        passed = float(ink[:, cuts[start] : cuts[start + 1]].sum()) + segment_reader.FEE
        costs = [passed + cheapest(start + 1)]
        for end in range(start + 1, len(cuts)):
            box = segment_reader.tighten(ink, cuts[start], cuts[end])
            if box is None:
                costs.append(cheapest(end))
            elif box[2] - box[0] <= segment_reader.SHAPE[1]:
                price = reader.compare(dark, [box])[1][0] + segment_reader.FEE
                costs.append(price + cheapest(end))
        return min(costs)

    found = reader.read(image)
    total = sum(found.distances) + segment_reader.FEE * len(found.boxes)
    assert len(cuts) >= 4
    assert total == pytest.approx(cheapest(0), rel=1e-5)


def test_empty_paper_has_no_text(reader: SegmentReader) -> None:
    for search in (False, True):
        assert reader.read(np.full((24, 64), 200, np.uint8), search).text == ""


def test_search_pays_on_touching_and_worn_words(reader: SegmentReader) -> None:
    for kind in ("touching", "worn"):
        some = random_words(5, kind, 40)
        right = {
            search: sum(reader.read(w.image, search).text == w.text for w in some)
            for search in (False, True)
        }
        assert right[True] >= right[False] + 4, kind
