from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.deploy.reading_order import reading_order

# A layout is a list of (x, y, width, height) in the order in which a person reads it.
Layout = list[tuple[float, float, float, float]]


def quads(layout: Layout) -> np.ndarray:
    boxes = np.array(layout, np.float32)
    x, y, w, h = boxes.T
    return np.stack(
        [np.stack(c, -1) for c in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))], axis=1
    )


def rotated(polygons: np.ndarray, degrees: float) -> np.ndarray:
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return (polygons @ turn).astype(np.float32)


def read(layout: Layout, degrees: float = 0, seed: int = 0) -> list[int]:
    """Positions in the layout, in the order found, after shuffling and turning the page."""
    order = np.random.default_rng(seed).permutation(len(layout))
    found = reading_order(list(rotated(quads(layout), degrees)[order]))
    return [int(order[i]) for i in found]


def prose(x: float, y: float, lines: int, width: float = 300, step: float = 26) -> Layout:
    """A paragraph: full lines, the last one short."""
    rng = np.random.default_rng(int(x + y))
    widths = [width - rng.uniform(0, 12) for _ in range(lines - 1)] + [width * 0.4]
    return [(x, y + i * step, w, 20) for i, w in enumerate(widths)]


def receipt(rows: int = 12) -> Layout:
    rng = np.random.default_rng(3)
    layout: Layout = [(120, 20, 180, 24), (90, 50, 240, 20)]  # shop, address
    for i in range(rows):
        y = 100 + 30 * i
        layout.append((20, y, rng.uniform(80, 230), 20))
        price = rng.uniform(45, 70)
        layout.append((400 - price, y + rng.uniform(-3, 3), price, 20))
    layout.append((100, 120 + 30 * rows, 200, 20))  # thank you
    return layout


def table(rows: int = 8) -> Layout:
    rng = np.random.default_rng(4)
    columns = ((20, 160), (240, 60), (340, 80), (470, 70))
    return [
        (x + rng.uniform(0, 5), 40 + 36 * i + rng.uniform(-3, 3), w * rng.uniform(0.5, 1), 20)
        for i in range(rows)
        for x, w in columns
    ]


TWO_COLUMNS = prose(40, 60, 10) + prose(380, 60, 10)
UNEVEN_COLUMNS = prose(40, 60, 14) + prose(380, 71, 9, step=31)
THREE_COLUMNS = prose(40, 60, 9) + prose(380, 60, 9) + prose(720, 60, 9)
TITLE_COLUMNS_FOOTER = [
    (150, 10, 420, 30),
    *prose(40, 70, 8),
    *prose(380, 70, 8),
    *prose(40, 330, 3, width=640),
    *prose(40, 430, 6),
    *prose(380, 430, 6),
    (330, 620, 60, 18),
]
FORM = [box for i in range(8) for box in ((20, 40 * i, 90, 20), (180, 40 * i + 1, 200 + i, 20))]
# The columns begin at different heights, so that the first line of one stands alone.
TITLE_OFFSET_COLUMNS = [
    (40, 10, 360, 36),
    *prose(40, 120, 12),
    *prose(380, 64, 11),
]
TITLE_THREE_COLUMNS_FOOTER = [
    (100, 10, 700, 40),
    (330, 64, 340, 20),  # wider than the column it stands over
    *prose(40, 100, 9, width=280),
    *prose(370, 104, 14, width=280, step=24),
    *prose(700, 100, 6, width=280),
    (300, 520, 420, 18),  # over two columns
]
PAGE_NUMBER_COLUMNS = [(620, 10, 60, 18), *prose(40, 100, 9), *prose(380, 100, 12)]
RAGGED_COLUMNS = [
    (x, 60 + 26 * i, 300 * (0.3 if i % 5 == 4 else 0.8 + 0.2 * np.sin(7 * i + x) ** 2), 20)
    for x in (40, 400)
    for i in range(15)
]
# Two long labels shorten the gutter, and the rest by itself looks like columns.
LONG_LABEL_FORM = [
    box
    for i, width in enumerate((300, 300, 184, 186, 183, 187, 185, 186))
    for box in ((20, 40 * i, width, 20), (360, 40 * i + 1, 250 + 9 * (i % 3), 20))
]
HEADER = [
    box for i in range(3) for box in ((20, 30 * i, 150, 20), (240, 30 * i, 190 - 40 * (i % 2), 20))
]


@pytest.mark.parametrize("degrees", [0, -7, 4, 15])
@pytest.mark.parametrize(
    "layout",
    [
        prose(40, 60, 12, width=600),
        TWO_COLUMNS,
        UNEVEN_COLUMNS,
        THREE_COLUMNS,
        TITLE_COLUMNS_FOOTER,
        receipt(),
        table(),
        FORM,
        HEADER,
        TITLE_OFFSET_COLUMNS,
        TITLE_THREE_COLUMNS_FOOTER,
        PAGE_NUMBER_COLUMNS,
        RAGGED_COLUMNS,
    ],
    ids=[
        *("prose", "columns", "uneven", "three", "title", "receipt", "table", "form", "header"),
        *("title-offset", "title-three", "page-number", "ragged"),
    ],
)
def test_layouts_are_read_as_people_do(layout: Layout, degrees: float):
    for seed in (0, 1):
        assert read(layout, degrees, seed) == list(range(len(layout)))


def columns_under_a_title(rng: np.random.Generator) -> Layout:
    """A title over two columns of paragraphs with ragged lines, and perhaps a footer."""
    height = rng.uniform(12, 20)
    step, width, gutter = (
        height * rng.uniform(1.15, 1.6),
        rng.uniform(280, 460),
        rng.uniform(24, 60),
    )
    whole = 2 * width + gutter
    title = whole * rng.uniform(0.6, 1)
    layout: Layout = [(40 + (whole - title) / 2, 20, title, 2 * height)]
    for x in (40, 40 + width + gutter):
        y = 20 + 3.5 * height + rng.choice([0, rng.uniform(0, 2 * step)])
        for _ in range(int(rng.integers(2, 5))):  # paragraphs
            lines = int(rng.integers(2, 8))
            for i in range(lines):
                part = rng.uniform(0.2, 0.8) if i == lines - 1 else rng.uniform(0.8, 1)
                layout.append((x, y, width * part, height))
                y += step
            y += rng.choice([0, step / 2])
    if rng.random() < 0.5:
        layout.append((40 + whole / 4, max(y for _, y, _, _ in layout) + step, whole / 2, height))
    return layout


def random_receipt(rng: np.random.Generator) -> Layout:
    """Shop and address, then items with their price, beside them or in the row below."""
    height, width = rng.uniform(14, 26), rng.uniform(250, 600)
    step = height * rng.uniform(1.1, 1.8)
    layout: Layout = []
    for kind in [0] * 3 + list(rng.integers(1, 4, 14)) + [0]:
        y, name = 20 + step * len({y for _, y, _, _ in layout}), width * rng.uniform(0.2, 0.65)
        layout.append((20 + (width - name) / 2 * (kind == 0), y, name, height))
        if kind == 1:
            y += step
            layout.append((20, y, width * rng.uniform(0.2, 0.45), height))
        if kind:
            price = height * rng.uniform(2, 4)
            layout.append((20 + width - price, y, price, height))
    return layout


@pytest.mark.parametrize("make", [columns_under_a_title, random_receipt])
def test_random_pages(make: Callable[[np.random.Generator], Layout]):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        layout = make(rng)
        assert read(layout, rng.uniform(-3, 3), seed) == list(range(len(layout))), seed


def test_a_part_of_a_form_is_not_taken_for_columns():
    assert read(LONG_LABEL_FORM) == list(range(len(LONG_LABEL_FORM)))


def test_words_of_a_line_on_a_curved_page():
    # The row sinks by three heights over its length, word by word.
    words = [(40 + 90 * i, 100 + 6 * i + row * 30, 80, 20) for row in range(3) for i in range(10)]
    assert read(words) == list(range(30))


def test_receipt_is_not_taken_apart_when_prices_stand_a_little_lower():
    layout = [(x, y + (5 if x > 300 else 0), w, h) for x, y, w, h in receipt() if not 120 < y < 121]
    assert read(layout) == list(range(len(layout)))


def test_independent_blocks_are_read_one_after_the_other():
    left = [(20, 100 + 33 * i, 120, 20) for i in range(6)]
    right = [(250, 113 + 47 * i, 130, 24) for i in range(4)]
    assert read(left + right) == list(range(10))


def test_lines_that_run_downwards_do_not_tilt_the_page():
    layout = [*prose(100, 60, 5), (40, 60, 20, 120)]
    order = read(layout)
    assert [i for i in order if i < 5] == [0, 1, 2, 3, 4]


def test_polygons_with_many_corners():
    top = [(x, 10 + x / 50) for x in range(0, 201, 50)]
    curved = np.array(top + [(x, y + 20) for x, y in reversed(top)], np.float32)
    below = curved + np.float32([0, 40])
    assert reading_order([below, curved]) == [1, 0]


def test_nothing_and_one():
    assert reading_order([]) == []
    assert reading_order([quads([(0, 0, 10, 5)])[0]]) == [0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.floats(0, 1000)] * 2, *[st.floats(0, 300)] * 2), min_size=2, max_size=40
    )
)
def test_every_line_comes_exactly_once_whatever_the_boxes(layout: Layout):
    assert sorted(reading_order(list(quads(layout)))) == list(range(len(layout)))


def test_order_does_not_depend_on_the_order_given():
    for layout in (receipt(), table(), TWO_COLUMNS):
        assert len({tuple(read(layout, seed=seed)) for seed in range(5)}) == 1
