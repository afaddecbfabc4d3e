import pytest

from ocrlib.errors import RecipeError
from ocrlib.models.build import ARCHITECTURES, build_model
from ocrlib.models.crnn import CRNN
from ocrlib.models.db import DBNet


def test_both_networks():
    assert isinstance(build_model({"name": "det_lite"}), DBNet)
    model = build_model({"name": "rec_lite", "args": {"charset_size": 7, "hidden": 8}})
    assert isinstance(model, CRNN)
    assert model.head.weight.shape == [16, 7]


def test_every_listed_name_is_known():
    for name in ARCHITECTURES:
        reads = name.startswith(("rec_", "crnn_", "svtr_"))
        build_model({"name": name, "args": {"charset_size": 5} if reads else {}})


@pytest.mark.parametrize("name", ["det_big", "", None, 3])
def test_unknown_name_says_which_there_are(name):
    with pytest.raises(RecipeError, match="det_lite, rec_lite"):
        build_model({"name": name})


def test_unknown_argument_is_named():
    with pytest.raises(RecipeError, match=r"det_lite.*colour"):
        build_model({"name": "det_lite", "args": {"colour": 1}})


def test_missing_argument_is_named():
    with pytest.raises(RecipeError, match=r"rec_lite.*charset_size"):
        build_model({"name": "rec_lite"})


def test_unknown_key():
    with pytest.raises(RecipeError, match="'widths'"):
        build_model({"name": "det_lite", "widths": 3})


@pytest.mark.parametrize("args", [{"charset_size": -1}, {"charset_size": 1}, {"charset_size": "9"}])
def test_impossible_values(args):
    with pytest.raises(RecipeError, match="charset_size"):
        build_model({"name": "rec_lite", "args": args})


def test_detectors_of_ppocr_take_their_arguments():
    args = {"scale": 0.35, "se": True, "neck": "rse-fpn", "width": 32}
    model = build_model({"name": "db_mobilenetv3", "args": args})
    assert isinstance(model, DBNet)
    assert model.neck.out_channels == 32


def test_impossible_values_of_a_detector():
    with pytest.raises(RecipeError, match="db_resnet_vd: there is no ResNet-vd of 20 layers"):
        build_model({"name": "db_resnet_vd", "args": {"layers": 20}})
    with pytest.raises(RecipeError, match="unknown neck 'u-net'"):
        build_model({"name": "db_lcnetv3", "args": {"neck": "u-net"}})
