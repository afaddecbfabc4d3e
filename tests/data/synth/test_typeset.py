from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.synth import typeset
from ocrlib.data.synth.fonts import get_face, load_fonts
from ocrlib.data.synth.sheet import Sheet, set_sheet, warp_sheet

FONT = load_fonts("bundled")[0]
FACE = get_face(FONT, 40)


def test_ink_is_trimmed():
    mask = typeset.draw_text(FACE, "Hamburg").mask
    assert mask[0].any()
    assert mask[-1].any()
    assert mask[:, 0].any()
    assert mask[:, -1].any()


def test_baseline_of_letters_with_and_without_descenders():
    flat, deep = typeset.draw_text(FACE, "HE"), typeset.draw_text(FACE, "gp")
    assert flat.baseline == pytest.approx(flat.mask.shape[0], abs=1)
    assert deep.baseline < deep.mask.shape[0] - 5


def test_tracking_and_gaps_widen():
    plain = typeset.draw_text(FACE, "ab cd").mask.shape[1]
    assert typeset.draw_text(FACE, "ab cd", tracking=5).mask.shape[1] == pytest.approx(
        plain + 4 * 5, abs=4
    )
    space = FACE.getlength(" ")
    assert typeset.draw_text(FACE, "ab cd", gap=3).mask.shape[1] == pytest.approx(
        plain + 2 * space, abs=2
    )


def test_invisible_text_has_no_ink():
    assert typeset.draw_text(FACE, " ").mask.size == 0


def test_points_follow_the_warp():
    matrix = typeset.affine(2, 3, np.pi / 2, 0)
    np.testing.assert_allclose(
        typeset.transform_points(matrix, np.array([[1.0, 0], [0, 1]])), [[0, 2], [-3, 0]], atol=1e-9
    )


def test_tilt_enlarges_the_right_end():
    left, right = typeset.transform_points(
        typeset.tilt(100, 20, 0.5, 0), np.array([[-50.0, 10], [50, 10]])
    )
    assert right[1] > 10 > left[1]


@pytest.mark.parametrize("bend", [0.4, -0.9])
def test_arc_sends_ink_where_its_points_go(bend):
    mask = np.zeros((61, 201), np.uint8)
    mask[9:12, 159:162] = 255  # a dot 60 px right of the centre, 20 px above it
    matrix = np.array([[1, 0, 150], [0, 1, 100], [0, 0, 1.0]])
    bent = typeset.warp_arc(mask, matrix, (200, 300), bend)
    expected = typeset.arc_points(np.array([[60.0, -20]]), 201, bend)[0] + (150, 100)
    y, x = np.nonzero(bent > 100)
    np.testing.assert_allclose([x.mean(), y.mean()], expected, atol=0.8)


def test_arc_of_hardly_any_bend_is_flat():
    mask = typeset.draw_text(FACE, "Hamburg").mask
    centre_x, centre_y = (mask.shape[1] - 1) / 2, (mask.shape[0] - 1) / 2
    matrix = np.array([[1, 0, centre_x], [0, 1, centre_y], [0, 0, 1.0]])
    bent = typeset.warp_arc(mask, matrix, mask.shape, 1e-4)
    assert np.abs(bent.astype(int) - mask).mean() < 2


def test_all_ink_of_the_text_is_inside_a_loose_crop():
    # Without margins below zero nothing of the text may be cut off: compare its ink in the crop
    # with its ink after the same warp onto a larger picture, by area.
    kept = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        sheet = set_sheet(rng, FONT, "Hamburg", 40, crowd=0.0, plain=False)
        mask = warp_sheet(rng, sheet, 40, strength=0.5, stretch=1.0)
        frame = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        kept += bool((frame > 128).mean() < 0.05)
    assert kept >= 40  # one in four is cut on purpose


def test_neighbours_stay_out_of_the_text_box():
    for seed in range(30):
        alone = set_sheet(np.random.default_rng(seed), FONT, "Exit", 40, crowd=0.0, plain=True)
        crowded = set_sheet(np.random.default_rng(seed), FONT, "Exit", 40, crowd=1.0, plain=True)
        x, y, width, height = (int(value) for value in alone.box)
        assert crowded.box == alone.box
        assert crowded.mask.sum() > alone.mask.sum()
        inner = (slice(y, y + height), slice(x, x + width))
        np.testing.assert_array_equal(crowded.mask[inner], alone.mask[inner])


def test_a_very_long_sheet_is_limited():
    mask = np.full((50, 9000), 255, np.uint8)
    crop = warp_sheet(
        np.random.default_rng(0), Sheet(mask, (10, 10, 8980, 30)), 32, strength=0, stretch=1
    )
    assert crop.shape == (32, 2400)
