"""CCPD's file names: fields by hand, there and back, and what is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocrlib.data.formats.ccpd import (
    LETTERS,
    LETTERS_AND_DIGITS,
    PROVINCES,
    PlateName,
    format_plate_name,
    parse_plate_name,
    read_plate,
    scan_ccpd,
    write_ccpd,
)
from ocrlib.data.label_lines import DetLabel
from ocrlib.data.labels import read_det_labels
from ocrlib.errors import DataError, LabelError
from ocrlib.types import TextInstance

BLUE = "025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15"
GREEN = "02-90_95-1&2_9&8-9&8_1&8_1&2_9&2-0_0_3_24_27_26_31_30-148-296"

whole = st.integers(0, 9999)


@st.composite
def plates(draw: st.DrawFn) -> PlateName:
    rest = draw(st.text(LETTERS_AND_DIGITS, min_size=5, max_size=6))
    corners = draw(st.lists(st.tuples(whole, whole), min_size=4, max_size=4))
    return PlateName(
        draw(st.floats(0, 0.999, allow_subnormal=False).filter(lambda a: a == 0 or a > 1e-9)),
        draw(st.tuples(st.integers(0, 360), st.integers(0, 360))),
        draw(st.tuples(whole, whole, whole, whole)),
        np.array(corners, np.float32),
        draw(st.sampled_from(PROVINCES)) + draw(st.sampled_from(LETTERS)) + rest,
        draw(whole),
        draw(whole),
    )


@given(plates())
def test_round_trip(plate):
    back = parse_plate_name(Path(format_plate_name(plate) + ".jpg"))
    for field in ("area", "tilt", "box", "text", "brightness", "blurriness"):
        assert getattr(back, field) == getattr(plate, field)
    np.testing.assert_array_equal(back.corners, plate.corners)


def test_every_field_by_hand():
    plate = parse_plate_name(Path(f"ccpd_base/{BLUE}.jpg"))
    assert (plate.area, plate.tilt, plate.box) == (0.025, (95, 113), (154, 383, 386, 473))
    assert plate.corners.tolist() == [[154, 383], [363, 402], [386, 473], [177, 454]]
    assert (plate.text, plate.brightness, plate.blurriness) == ("皖AY339S", 37, 15)
    assert format_plate_name(plate) == BLUE
    assert parse_plate_name(Path(f"{GREEN}.jpg")).text == "皖AD03276"
    assert read_plate(Path("ccpd_np/1234.jpg")).instances == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("-37-15", "-37", "the file name is not area-tilt-box-corners"),
        ("025-", "0.2-", "field 1, the area"),
        ("95_113", "95", "field 2, the tilt"),
        ("154&383_386&473-", "154&383-", "field 3, the box"),
        ("_363&402", "", "field 4, the corners"),
        ("_363&402", "_363&x", "field 4, the corners"),
        ("0_0_22_27_27_33_16", "34_0_22_27_27_33_16", "field 5, the characters"),
        ("0_0_22_27_27_33_16", "0_24_22_27_27_33_16", "field 5, the characters"),
        ("0_0_22_27_27_33_16", "0_0_22_27_27_33", "field 5, the characters"),
        ("0_0_22_27_27_33_16", "0_0_22_27_27_33_34", "field 5, the characters"),
        ("-37-", "-x-", "fields 6 and 7"),
    ],
)
def test_what_is_wrong_is_named(old, new, problem):
    assert old in BLUE
    with pytest.raises(LabelError) as caught:
        parse_plate_name(Path(BLUE.replace(old, new) + ".jpg"))
    assert problem in str(caught.value)
    assert "Remedy: keep the official file names" in str(caught.value)


def picture(folder: Path, name: str = "car.png") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (200, 100), (90, 90, 90)).save(folder / name)
    return folder / name


def test_a_name_is_made_from_the_label(tmp_path):
    corners = np.array([[10, 20], [110, 20], [110, 60], [10, 60]], np.float32)
    label = DetLabel(picture(tmp_path), (TextInstance(corners, "京A12345"),), tmp_path, 1)
    without = DetLabel(picture(tmp_path, "empty.png"), (), tmp_path, 1)
    write_ccpd(tmp_path / "out", [label, without])
    entries = list(scan_ccpd(tmp_path / "out"))
    one, other = (entry.label for entry in entries)
    plate = parse_plate_name(one.picture)
    assert one.instances[0].polygon.tolist() == corners.tolist()
    assert (plate.text, plate.tilt, plate.brightness) == ("京A12345", (90, 90), 90)
    assert plate.area == pytest.approx(100 * 40 / 200 / 100)
    assert plate.box == (10, 20, 110, 60)
    assert other.picture == tmp_path / "out" / "ccpd_np" / "empty.png"
    assert one.picture.read_bytes() == label.picture.read_bytes()
    with pytest.raises(DataError, match="a picture of this name is there already"):
        write_ccpd(tmp_path / "out", [label])


def test_a_name_that_says_it_already_is_kept(tmp_path):
    file = picture(tmp_path, f"{GREEN}.png")
    write_ccpd(tmp_path / "out", [read_plate(file)])
    assert (tmp_path / "out" / file.name).is_file()


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        ({"text": "京A1234O"}, "not a plate: a province, a letter"),
        ({"text": "A12345"}, "not a plate"),
        ({"ignore": True}, "a file name cannot say that a region does not count"),
        ({"polygon": np.array([[-1, 5], [9, 5], [9, 9], [1, 9]], np.float32)}, "within the pic"),
        ({"polygon": np.zeros((6, 2), np.float32)}, "a plate has four corners, not 6"),
    ],
)
def test_what_a_name_cannot_hold(tmp_path, region, problem):
    box = np.array([[1, 5], [9, 5], [9, 9], [1, 9]], np.float32)
    instance = TextInstance(**{"polygon": box, "text": "京A12345", **region})
    with pytest.raises(LabelError, match=problem):
        write_ccpd(tmp_path / "out", [DetLabel(picture(tmp_path), (instance,), tmp_path, 1)])


@pytest.mark.skipif("OCR_DATA" not in os.environ, reason="needs real data")
def test_real_names():
    folder = Path(os.environ["OCR_DATA"]) / "ccpd_scene"
    texts = {
        label.picture.name: label.instances[0] for label in read_det_labels(folder / "det.txt")
    }
    entries = list(scan_ccpd(folder / "images"))
    assert len(entries) == len(texts) > 100
    for entry in entries:
        (plate,) = entry.label.instances
        assert plate.text == texts[entry.label.picture.name].text
        np.testing.assert_array_equal(plate.polygon, texts[entry.label.picture.name].polygon)
        back = format_plate_name(parse_plate_name(entry.label.picture))
        assert back.partition("-")[2] == entry.label.picture.stem.partition("-")[2]
