"""How well do the shipped detectors outline curved text, with rectangles and with polygons?

    python book/tools/curved_text.py         # writes book/results/curved-text.json

The pages are rendered with matplotlib's fonts from a seed that no recipe uses, so everyone gets the
same ones.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import SourceRecipe
from ocrlib.data.build import det_source
from ocrlib.deploy.pipeline import sigmoid
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess

SEED = 4_000_000
PAGES = 100
LEVELS = {"det-lite": "line", "det-lite-word": "word"}  # what each of them finds


def measure(name: str, pages: int = PAGES) -> dict[str, object]:
    """Precision, recall and hmean (IoU 0.5) of one bundle for each type of box."""
    bundle = load_bundle(name)
    network = OnnxModel(bundle.model)
    shipped = DBPostprocess.from_dict(bundle.spec.postprocess or {})
    level = LEVELS[name]
    source = det_source(
        SourceRecipe("synth-pages", kinds=("curved",), fonts="bundled", level=level), "refuse"
    )
    posts = {
        f"{box}, {mode}": replace(shipped, box_type=box, score_mode=mode)
        for box in ("quad", "poly")
        for mode in ("fast", "slow")
    }
    metrics = {key: DetectionMetric() for key in posts}
    for number in range(pages):
        page = source.sample(0, np.random.default_rng([SEED, number]))
        map_ = sigmoid(network(bundle.spec.preprocess(page.image)[None])[0, 0])  # (H', W')
        truths = [i.polygon for i in page.instances], [i.ignore for i in page.instances]
        for key, post in posts.items():
            found = [box.polygon for box in post(map_, page.image.shape[:2])]
            metrics[key].update(found, *truths)
    return {
        "sha256": bundle.spec.files["model.onnx"],
        "level": level,
        "pages": pages,
        "figures": {key: metric.compute() for key, metric in metrics.items()},
    }


def main() -> int:
    """Measure every detector that is there."""
    content = {
        "command": "python book/tools/curved_text.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seed": SEED,
        "bundles": {name: measure(name) for name in LEVELS},
    }
    path = ROOT / "book" / "results" / "curved-text.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for name, result in content["bundles"].items():
        for key, figures in result["figures"].items():
            print(f"{name} {key}: {figures['hmean']:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
