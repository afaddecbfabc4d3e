"""What do a shipped detector's two thresholds and its unclip ratio do on real receipts?

    python book/tools/postprocess_sweep.py         # needs OCR_DATA; writes book/results/...

Measures on the validation part of SROIE, so that a choice made by these figures leaves the report
part untouched.
"""

from __future__ import annotations

import json
import sys
from datetime import date

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import expand
from ocrlib.data.sources import LabelledDet
from ocrlib.deploy.pipeline import sigmoid
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import DetSample, FloatArray

BUNDLE = "det-lite"
VALUES = {
    "thresh": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "box_thresh": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "unclip_ratio": (0.9, 1.1, 1.3, 1.5, 1.7, 1.9, 2.1),
}
IOUS = (0.5, 0.7)


def measure(
    pages: list[DetSample], maps: list[FloatArray], post: DBPostprocess
) -> dict[str, dict[str, float]]:
    """Precision, recall and hmean for each IoU."""
    metrics = {iou: DetectionMetric(iou) for iou in IOUS}
    for page, map_ in zip(pages, maps, strict=True):
        found = [box.polygon for box in post(map_, page.image.shape[:2])]
        truths = [i.polygon for i in page.instances], [i.ignore for i in page.instances]
        for metric in metrics.values():
            metric.update(found, *truths)
    return {str(iou): metric.compute() for iou, metric in metrics.items()}


def main() -> int:
    """Change one parameter at a time, the others staying as shipped."""
    files = expand("${OCR_DATA}/sroie/det.txt"), expand("${OCR_DATA}/sroie/split.tsv")
    source, nothing = LabelledDet(*files, "val"), np.random.default_rng(0)
    pages = [source.sample(i, nothing) for i in range(len(source))]
    bundle = load_bundle(BUNDLE)
    network, shipped = OnnxModel(bundle.model), bundle.spec.postprocess or {}
    inputs = (bundle.spec.preprocess(page.image)[None] for page in pages)
    maps = [sigmoid(network(x)[0, 0]) for x in inputs]
    sweeps = {
        name: [
            {"value": value}
            | measure(pages, maps, DBPostprocess.from_dict(shipped | {name: value}))
            for value in values
        ]
        for name, values in VALUES.items()
    }
    content = {
        "command": "python book/tools/postprocess_sweep.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "bundle": {"name": BUNDLE, "sha256": bundle.spec.files["model.onnx"]},
        "data": f"SROIE, validation part, {len(pages)} pages",
        "shipped": shipped,
        "sweeps": sweeps,
    }
    path = ROOT / "book" / "results" / f"{BUNDLE}-sweep.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for name, rows in sweeps.items():
        print(name, *[f"{row['value']}: {row['0.5']['hmean']:.3f}" for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
