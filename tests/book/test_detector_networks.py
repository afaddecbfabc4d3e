"""book/tools/detector_networks.py measures the detectors of PP-OCR."""

from __future__ import annotations

import json

import pytest

import detector_networks as tool
from notebook_files import ROOT
from ocrlib.models.count import parameters, running_statistics
from ocrlib.models.lcnet import fold
from ocrlib.models.lite import det_lite
from ocrlib.models.ppocr import NETWORKS

STORED = json.loads((ROOT / "book/results/detector-networks.json").read_text(encoding="utf-8"))
V4 = "det_pplcnetv3_x0.75_rsefpn96_pfheadlocal_small"


def test_summary_keeps_every_round() -> None:
    found = tool.summary([3.04, 1.0, 2.0])
    assert found == {"median_ms": 2.0, "least_ms": 1.0, "rounds_ms": [3.0, 1.0, 2.0]}


def test_every_detector_is_stored() -> None:
    detectors = {name for name in NETWORKS if name.startswith("det_")}
    folded = {f"{name}, folded" for name in detectors if "lcnet" in name}
    assert set(STORED["networks"]) == detectors | folded | {"det-lite"}
    for figures in STORED["networks"].values():
        assert len(figures["onnx_runtime"]["rounds_ms"]) == STORED["rounds"]["onnx_runtime"]
        assert len(figures["paddle"]["rounds_ms"]) == STORED["rounds"]["paddle"]


@pytest.mark.parametrize(
    ("name", "build"),
    [
        *((name, NETWORKS[name]) for name in NETWORKS if name.startswith("det_mv3")),
        (f"{V4}, folded", lambda: fold(NETWORKS[V4]())),
        ("det-lite", det_lite),
    ],
)
def test_stored_sizes_are_those_of_the_networks(name, build) -> None:
    network, figures = build(), STORED["networks"][name]
    assert parameters(network) == figures["parameters"]
    assert running_statistics(network) == figures["running_statistics"]
