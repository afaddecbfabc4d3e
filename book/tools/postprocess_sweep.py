"""What do a shipped detector's two thresholds and its unclip ratio do on real receipts?

    python book/tools/postprocess_sweep.py [BUNDLE]   # needs OCR_DATA; writes book/results/...

Measures on the validation part of SROIE, so that a choice made by these figures leaves the report
part untouched.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import expand
from ocrlib.data.sources import LabelledDet
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess
from ocrlib.train.predict import probability_map
from ocrlib.train.sweep import Grid, sweep
from ocrlib.types import DetSample, FloatArray

SHIPPED = "det-lite"
VALUES = {
    "thresh": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "box_thresh": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "unclip_ratio": (0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.7, 1.9),
}
IOUS = (0.5, 0.7)


def one_at_a_time(
    pages: list[DetSample], maps: list[FloatArray], shipped: DBPostprocess, name: str
) -> list[dict[str, Any]]:
    """Figures for each value of one parameter, the others staying as shipped."""
    as_shipped = Grid((shipped.thresh,), (shipped.box_thresh,), (shipped.unclip_ratio,))
    grid = replace(as_shipped, **{name: VALUES[name]})
    return [
        {"value": getattr(trial.postprocess, name)}
        | {str(iou): dict(figures) for iou, figures in trial.figures.items()}
        for trial in sweep(pages, maps, shipped, grid, IOUS)
    ]


def main() -> int:
    """Change one parameter at a time, the others staying as shipped."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle", nargs="?", default=SHIPPED)
    name_of_bundle = parser.parse_args().bundle
    files = expand("${OCR_DATA}/sroie/det.txt"), expand("${OCR_DATA}/sroie/split.tsv")
    source, nothing = LabelledDet(*files, "val"), np.random.default_rng(0)
    pages = [source.sample(i, nothing) for i in range(len(source))]
    bundle = load_bundle(name_of_bundle)
    network, preprocess = OnnxModel(bundle.model), bundle.spec.preprocess
    assert isinstance(preprocess, DetPreprocess)
    shipped = DBPostprocess.from_dict(bundle.spec.postprocess or {})
    maps = [probability_map(network, preprocess, page.image) for page in pages]
    sweeps = {name: one_at_a_time(pages, maps, shipped, name) for name in VALUES}
    content = {
        "command": f"python book/tools/postprocess_sweep.py {name_of_bundle}",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "bundle": {"name": name_of_bundle, "sha256": bundle.spec.files["model.onnx"]},
        "data": f"SROIE, validation part, {len(pages)} pages",
        "shipped": shipped.to_dict(),
        "sweeps": sweeps,
    }
    path = ROOT / "book" / "results" / f"{name_of_bundle}-sweep.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for name, rows in sweeps.items():
        print(name, *[f"{row['value']}: {row['0.5']['hmean']:.3f}" for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
