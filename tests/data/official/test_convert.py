from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.labels import read_det_labels, read_rec_labels
from ocrlib.data.official.convert import convert
from ocrlib.data.registry import load_registry
from ocrlib.errors import DataError, LabelError

Tree = Callable[[dict[str, str]], Path]
PLATE = "025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg"
GREEN = "02-90_95-1&2_9&8-9&8_1&8_1&2_9&2-0_0_3_24_27_26_31_30-148-296.jpg"


@pytest.fixture
def tree(tmp_path) -> Tree:
    """Write a folder of made-up files: name -> content."""

    def make(files: dict[str, str]) -> Path:
        for name, content in files.items():
            file = tmp_path / "set" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return tmp_path / "set"

    return make


def regions(file: Path) -> list[tuple[str, list[tuple[str, bool, list[list[float]]]]]]:
    """(picture, [(text, ignored, corners)]) for every line of a detection file."""
    return [
        (
            label.picture.name,
            [(i.text, i.ignore, np.round(i.polygon, 3).tolist()) for i in label.instances],
        )
        for label in read_det_labels(file)
    ]


def det(tree: Tree, name: str, files: dict[str, str]) -> dict[str, list]:
    root = tree(files)
    out = root.parent / "out"
    results = convert(name, root, out)
    for result in results:
        labels = read_det_labels(result.file)
        assert all(label.picture.is_file() for label in labels)
        assert result.pictures == len(labels)
        assert result.regions == sum(len(label.instances) for label in labels)
        assert result.ignored == sum(i.ignore for label in labels for i in label.instances)
    return {result.file.name: regions(result.file) for result in results}


def rec(tree: Tree, name: str, files: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    root = tree(files)
    results = convert(name, root, root.parent / "out")
    return {
        result.file.name: [(label.picture.name, label.text) for label in labels]
        for result in results
        if (labels := read_rec_labels(result.file)) and all(x.picture.is_file() for x in labels)
    }


def test_icdar2013(tree) -> None:
    found = det(
        tree,
        "icdar2013",
        {
            "Challenge2_Training_Task12_Images/100.jpg": "",
            "Challenge2_Training_Task1_GT/gt_100.txt": '158 128 411 181 "Footpath"\r\n',
            "Challenge2_Test_Task12_Images/img_1.jpg": "",
            "Challenge2_Test_Task1_GT/gt_img_1.txt": '1, 2, 30, 40, "A \\"b\\" \\\\"\n',
        },
    )
    corners = [[158, 128], [411, 128], [411, 181], [158, 181]]
    assert found["det_train.txt"] == [("100.jpg", [("Footpath", False, corners)])]
    assert found["det_test.txt"][0][1][0][0] == 'A "b" \\'


def test_icdar2015(tree) -> None:
    gt = "ch4_training_localization_transcription_gt/gt_img_1.txt"
    found = det(
        tree,
        "icdar2015",
        {
            "ch4_training_images/img_1.jpg": "",
            gt: "\ufeff1,2,11,2,11,8,1,8,Hi, you\r\n0,0,5,0,5,5,0,5,###\r\n",
        },
    )
    assert found == {
        "det_train.txt": [
            (
                "img_1.jpg",
                [
                    ("Hi, you", False, [[1, 2], [11, 2], [11, 8], [1, 8]]),
                    ("###", True, [[0, 0], [5, 0], [5, 5], [0, 5]]),
                ],
            )
        ]
    }


def test_mlt(tree) -> None:
    line = "1,2,11,2,11,8,1,8,Latin,a,b\n"
    files = {
        "ch8_training_images_2/img_7.png": "",
        "ch8_training_localization_transcription_gt_v2/gt_img_7.txt": line,
        "ImagesPart1/tr_img_1.jpg": "",
        "train_gt_t13/tr_img_1.txt": line,
    }
    assert det(tree, "mlt2017", files)["det_train.txt"][0][1][0][0] == "a,b"
    assert det(tree, "mlt2019", files)["det_train.txt"][0][0] == "tr_img_1.jpg"


def test_rctw17(tree) -> None:
    files = {
        "train_images/image_0.jpg": "",
        "train_gts/image_0.txt": '1,2,11,2,11,8,1,8,0,"中,文"\n1,2,11,2,11,8,1,8,1,"难"\n',
    }
    ((_, found),) = det(tree, "rctw17", files)["det_train.txt"]
    assert [(text, ignored) for text, ignored, _ in found] == [("中,文", False), ("###", True)]


def test_total_text(tree) -> None:
    files = {
        "Images/Train/img11.jpg": "",
        "txt_format/Train/poly_gt_img11.txt": (
            "x: [[259 313 389\n 427 354 302]], y: [[542 462 417 459 507 582]], ornt: [u'c'], "
            "transcriptions: [u'PAUL']\n"
            "x: [[1 9 9 1]], y: [[1 1 5 5]], ornt: [u'h'], transcriptions: [u\"IT'S\"]\n"
            "x: [[1 9 9 1]], y: [[1 1 5 5]], ornt: [u'#'], transcriptions: [u'#']\n"
        ),
    }
    ((_, found),) = det(tree, "total-text", files)["det_train.txt"]
    assert [(text, ignored) for text, ignored, _ in found] == [
        ("PAUL", False),
        ("IT'S", False),
        ("###", True),
    ]
    assert found[0][2][2] == [389, 417]
    assert len(found[0][2]) == 6


def test_msra_td500(tree) -> None:
    files = {
        "train/IMG_0063.JPG": "",
        "train/IMG_0063.gt": "0 0 10 20 40 10 0.0\n1 1 10 20 40 10 1.5707963267948966\n",
        "test/IMG_0001.JPG": "",
        "test/IMG_0001.gt": "",
    }
    found = det(tree, "msra-td500", files)
    assert found["det_test.txt"] == [("IMG_0001.JPG", [])]
    ((_, ((text, ignored, corners), turned)),) = found["det_train.txt"]
    assert (text, ignored, corners) == ("", False, [[10, 20], [50, 20], [50, 30], [10, 30]])
    # a quarter turn about the centre (30, 25); clockwise, as y points down
    assert turned == ("###", True, [[35, 5], [35, 45], [25, 45], [25, 5]])


def test_lsvt(tree) -> None:
    corners = [[1, 1], [9, 1], [9, 5], [1, 5]]
    labels = {
        "gt_0": [
            {"points": corners, "transcription": "店", "illegibility": False},
            {"points": corners, "transcription": "###", "illegibility": True},
        ]
    }
    files = {
        "train_full_labels.json": json.dumps(labels),
        "train_full_images_0/train_full_images_0/gt_0.jpg": "",
    }
    assert det(tree, "lsvt", files) == {
        "det_train.txt": [("gt_0.jpg", [("店", False, corners), ("###", True, corners)])]
    }


def test_svt(tree) -> None:
    xml = (
        "<tagset><image><imageName>img/14_03.jpg</imageName><taggedRectangles>"
        '<taggedRectangle height="75" width="236" x="375" y="253"><tag>LIVING</tag>'
        "</taggedRectangle></taggedRectangles></image></tagset>"
    )
    found = det(tree, "svt", {"svt1/train.xml": xml, "svt1/img/14_03.jpg": ""})
    corners = [[375, 253], [611, 253], [611, 328], [375, 328]]
    assert found == {"det_train.txt": [("14_03.jpg", [("LIVING", False, corners)])]}


def test_sroie(tree) -> None:
    files = {
        "0325updated.task1train(626p)/X1.jpg": "",
        "0325updated.task1train(626p)/X1.txt": "72,25,326,25,326,64,72,64,TAN, WOON\n",
        "other/readme.txt": "not a label",
    }
    corners = [[72, 25], [326, 25], [326, 64], [72, 64]]
    assert det(tree, "sroie", files) == {"det.txt": [("X1.jpg", [("TAN, WOON", False, corners)])]}


def test_funsd_and_xfund(tree) -> None:
    entity = {
        "words": [{"box": [1, 2, 9, 8], "text": "Date:"}, {"box": [1, 2, 9, 8], "text": " "}],
        "text": "Date:",
    }
    document = {"img": {"fname": "zh_train_0.jpg"}, "document": [entity]}
    files = {
        "dataset/training_data/annotations/1.json": json.dumps({"form": [entity]}),
        "dataset/training_data/images/1.png": "",
        "zh.train.json": json.dumps({"documents": [document]}),
        "zh.train/zh_train_0.jpg": "",
    }
    corners = [[1, 2], [9, 2], [9, 8], [1, 8]]
    expected = [("Date:", False, corners), ("###", True, corners)]
    assert det(tree, "funsd", files) == {"det_train.txt": [("1.png", expected)]}
    assert det(tree, "xfund", files) == {"det_zh_train.txt": [("zh_train_0.jpg", expected)]}


def test_ccpd(tree) -> None:
    files = {f"ccpd_base/{PLATE}": "", "ccpd_np/1.jpg": ""}
    corners = [[154, 383], [363, 402], [386, 473], [177, 454]]
    label = (PLATE, [("皖AY339S", False, corners)])
    assert det(tree, "ccpd2019", files) == {"det.txt": [label, ("1.jpg", [])]}
    files["splits/train.txt"] = f"ccpd_base/{PLATE}\n"
    assert det(tree, "ccpd2019", files) == {"det_train.txt": [label]}


def test_linked_folders_are_entered(tree, tmp_path) -> None:
    root = tree({f"away/{PLATE}": ""})
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "ccpd_base").symlink_to(root / "away")
    (root / "away" / "loop").symlink_to(root / "away")
    (result,) = convert("ccpd2019", tmp_path / "linked", tmp_path / "out")
    assert result.pictures == 1


def test_ccpd2020(tree) -> None:
    found = det(tree, "ccpd2020", {f"ccpd_green/val/{GREEN}": ""})
    assert found["det_val.txt"][0][1][0][0] == "皖AD03276"


def test_icdar_words(tree) -> None:
    files = {
        "ch4_training_word_images_gt/word_1.png": "",
        "ch4_training_word_images_gt/gt.txt": '\ufeffword_1.png, "Genaxis, \\"A\\""\r\n',
        "ch4_test_word_images_gt/word_1.png": "",
        "Challenge4_Test_Task3_GT.txt": 'word_1.png, "20%"\n',
        "Challenge2_Training_Task3_Images_GT/word_9.png": "",
        "Challenge2_Training_Task3_Images_GT/gt.txt": 'word_9.png, "To"\n',
    }
    assert rec(tree, "icdar2015-words", files) == {
        "rec_train.txt": [("word_1.png", 'Genaxis, "A"')],
        "rec_test.txt": [("word_1.png", "20%")],
    }
    assert rec(tree, "icdar2013-words", files) == {"rec_train.txt": [("word_9.png", "To")]}


def test_iiit5k(tree) -> None:
    scipy_io = pytest.importorskip("scipy.io", reason="reading MATLAB files needs scipy")
    root = tree({"IIIT5K/train/1_1.png": "", "IIIT5K/test/2_1.png": "", "IIIT5K/test/2_2.png": ""})
    kind = [("ImgName", object), ("GroundTruth", object)]
    for name, rows in (
        ("train", [("train/1_1.png", "YOU")]),
        ("test", [("test/2_1.png", "RESCUE"), ("test/2_2.png", "5")]),
    ):
        table = np.array(rows, dtype=kind)
        scipy_io.savemat(root / "IIIT5K" / f"{name}data.mat", {f"{name}data": table})
    assert rec(tree, "iiit5k", {}) == {
        "rec_train.txt": [("1_1.png", "YOU")],
        "rec_test.txt": [("2_1.png", "RESCUE"), ("2_2.png", "5")],
    }


def test_iiit5k_says_that_it_needs_scipy(tree, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy.io", None)
    root = tree({"IIIT5K/testdata.mat": ""})
    with pytest.raises(DataError) as caught:
        convert("iiit5k", root, root.parent / "out")
    assert str(caught.value) == (
        f"{root / 'IIIT5K' / 'testdata.mat'}: reading MATLAB files needs scipy. "
        "Remedy: pip install scipy"
    )


def test_mjsynth(tree) -> None:
    base = "mnt/ramdisk/max/90kDICT32px"
    files = {
        f"{base}/annotation_train.txt": "./3000/7/182_slinking_71711.jpg 71711\n",
        f"{base}/3000/7/182_slinking_71711.jpg": "",
    }
    assert rec(tree, "mjsynth", files) == {
        "rec_train.txt": [("182_slinking_71711.jpg", "slinking")]
    }


def test_every_promised_converter_is_there(tmp_path) -> None:
    for known in load_registry().values():
        problem = f"not the layout of {known.name}" if known.importer else "cannot be imported"
        with pytest.raises(DataError, match=problem):
            convert(known.name, tmp_path, tmp_path / "out")


def test_what_cannot_be_imported_says_why(tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        convert("casia-hwdb", tmp_path, tmp_path)
    assert str(caught.value) == (
        "casia-hwdb cannot be imported: its binary formats (.gnt, .dgrl) are not converted. "
        "Remedy: see http://www.nlpr.ia.ac.cn/databases/handwriting/Home.html"
    )
    with pytest.raises(DataError, match=r"none: no such folder"):
        convert("svt", tmp_path / "none", tmp_path)


@pytest.mark.parametrize(
    ("name", "files", "problem"),
    [
        (
            "icdar2013",
            {
                "Challenge2_Test_Task12_Images/a.jpg": "",
                "Challenge2_Test_Task1_GT/gt_a.txt": "1,2,3,A\n",
            },
            "gt_a.txt:1: not four coordinates and a quoted text",
        ),
        (
            "icdar2015",
            {
                "ch4_test_images/b.jpg": "",
                "Challenge4_Test_Task1_GT/gt_a.txt": "1,2,11,2,11,8,1,8,a\n",
            },
            "gt_a.txt: no such picture (got 'a')",
        ),
        (
            "rctw17",
            {"train_images/a.jpg": "", "train_gts/a.txt": "1,2,11,2,11,8,1,8,text\n"},
            "a.txt: the field before the text is not 0 or 1",
        ),
        (
            "total-text",
            {
                "Images/Test/img1.jpg": "",
                "txt_format/Test/poly_gt_img1.txt": (
                    "x: [[1 9 9]], y: [[1 1 5]], ornt: [u'h'], transcriptions: [u'A']\n"
                ),
            },
            "poly_gt_img1.txt:1: a region needs at least 4 points, this one has 3",
        ),
        (
            "total-text",
            {"Images/Test/img1.jpg": "", "txt_format/Test/poly_gt_img1.txt": "\nx: [[1 9]]\n"},
            "poly_gt_img1.txt:2: not a polygon and a text",
        ),
        (
            "msra-td500",
            {"test/a.JPG": "", "test/a.gt": "0 0 1 2 3 4\n"},
            "a.gt:1: not seven numbers",
        ),
        ("lsvt", {"train_full_labels.json": "{"}, "train_full_labels.json: broken JSON"),
        ("svt", {"train.xml": "<a>"}, "train.xml: broken XML"),
        (
            "svt",
            {
                "train.xml": "<t><image><imageName>a.jpg</imageName><taggedRectangle/></image></t>",
                "a.jpg": "",
            },
            "train.xml: a rectangle without x, y, width and height",
        ),
        (
            "funsd",
            {"training_data/annotations/1.json": "{}", "training_data/images/1.png": ""},
            "1.json: not a form with words, their box and text (KeyError)",
        ),
        ("xfund", {"zh.val.json": "[]"}, "zh.val.json: not a form with words"),
        ("ccpd2019", {"ccpd_base/1.jpg": ""}, "1.jpg: the file name is not area-tilt-box"),
        (
            "ccpd2019",
            {"splits/val.txt": "ccpd_base/none.jpg\n"},
            "val.txt:1: no such picture (got 'ccpd_base/none.jpg')",
        ),
        (
            "icdar2015-words",
            {"ch4_training_word_images_gt/gt.txt": "word_1.png A\n"},
            "gt.txt:1: not a picture and a quoted text",
        ),
        (
            "mjsynth",
            {"annotation_val.txt": "./1/2/word.jpg 5\n"},
            "annotation_val.txt:1: the file name does not hold number_text_number",
        ),
    ],
)
def test_a_bad_label_is_named_and_can_be_skipped(tree, name, files, problem) -> None:
    root = tree(files)
    with pytest.raises(LabelError) as caught:
        convert(name, root, root.parent / "out")
    assert problem in str(caught.value)
    assert "Remedy: " in str(caught.value)
    (result,) = convert(name, root, root.parent / "out", on_bad="skip")
    assert result.pictures == 0
    assert [str(error) for error in result.problems] == [str(caught.value)]
