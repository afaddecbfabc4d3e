"""The lab's pictures: always the same, and labelled where their letters are."""

from __future__ import annotations

import cv2
import numpy as np

from ocrlib.explore.lab_pictures import crowded, curved, lab_pictures, scene
from ocrlib.geometry import is_valid_polygon


def test_pictures_are_always_the_same() -> None:
    first, second = lab_pictures(), lab_pictures()
    assert list(first) == ["receipt", "scene", "curved", "crowded"]
    for name, sample in first.items():
        assert np.array_equal(sample.image, second[name].image), name
        for a, b in zip(sample.instances, second[name].instances, strict=True):
            assert np.array_equal(a.polygon, b.polygon)


def test_labels_are_polygons_inside_the_picture() -> None:
    for name, sample in lab_pictures().items():
        height, width = sample.image.shape[:2]
        for instance in sample.instances:
            assert is_valid_polygon(instance.polygon), (name, instance.text)
            assert instance.polygon.min() >= 0
            assert (instance.polygon.max(axis=0) < (width, height)).all()


def test_letters_stand_inside_the_bent_labels() -> None:
    """Ink is darker than the label's ground; hardly any of it lies outside all outlines."""
    sample = curved()
    assert sum(len(instance.polygon) == 28 for instance in sample.instances) == 4
    inside = np.zeros(sample.image.shape[:2], np.uint8)
    for instance in sample.instances:
        alone = np.zeros_like(inside)
        cv2.fillPoly(alone, [np.rint(instance.polygon).astype(np.int32)], 1)
        share = (sample.image[alone == 1].mean(axis=1) < 120).mean()
        assert 0.1 < share < 0.6, instance.text
        inside |= alone
    ys, xs = np.mgrid[0:640, 0:640] - 320
    distance = np.hypot(xs, ys)
    ring = (distance > 204) & (distance < 286)  # between the printed circles
    dark = sample.image.mean(axis=2) < 110
    assert (dark & ring & (inside == 0)).sum() < 0.01 * (dark & ring).sum()


def test_the_scene_says_what_its_signs_say() -> None:
    texts = {instance.text for instance in scene().instances}
    assert texts == {"HARBOUR BOOKS", "No. 27", "Maps & charts", "OPEN", "used books 2 for 5"}


def test_the_left_column_is_set_tighter() -> None:
    tops = {i.text: float(i.polygon[:, 1].min()) for i in crowded().instances}
    assert tops["chisel 12 mm"] - tops["chisel 6 mm"] < tops["bar clamp 80"] - tops["bar clamp 40"]
    assert len(tops) >= 28
