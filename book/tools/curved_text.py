"""How well do the shipped detectors outline curved text, with rectangles and with polygons?

    python book/tools/curved_text.py         # writes book/results/curved-text.json

The pages are rendered with matplotlib's fonts from seeds that no recipe uses, so everyone gets the
same ones. Polygons want a larger unclip ratio than the rectangles that the shipped one was chosen
for (chapter 7), so theirs is chosen beside it, on other pages than those of the report.
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
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import det_source
from ocrlib.deploy.pipeline import sigmoid
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess
from ocrlib.train.sweep import Grid, best_trial, sweep
from ocrlib.types import DetSample, FloatArray

SEED, SEED_TO_CHOOSE = 4_000_000, 5_000_000
PAGES, PAGES_TO_CHOOSE = 100, 40
GRID = Grid((0.3, 0.4, 0.5), (0.4, 0.5, 0.6, 0.7), (1.0, 1.3, 1.6, 2.0, 2.4, 2.8))
LEVELS = {"det-lite": "line", "det-lite-word": "word"}  # what each of them finds


def measure(name: str, pages: int = PAGES) -> dict[str, object]:
    """Precision, recall and hmean (IoU 0.5) of one bundle for each type of box."""
    bundle = load_bundle(name)
    network, rule = OnnxModel(bundle.model), bundle.spec.preprocess
    assert isinstance(rule, DetPreprocess)
    shipped = DBPostprocess.from_dict(bundle.spec.postprocess or {})
    level = LEVELS[name]
    source = det_source(
        SourceRecipe("synth-pages", kinds=("curved",), fonts="bundled", level=level), "refuse"
    )

    def look(seed: int, count: int) -> tuple[list[DetSample], list[FloatArray]]:
        """Pages of a seed and their maps, each (H', W')."""
        some = [source.sample(0, np.random.default_rng([seed, i])) for i in range(count)]
        return some, [sigmoid(network(rule(page.image)[None])[0, 0]) for page in some]

    posts = {
        f"{box}, {mode}": replace(shipped, box_type=box, score_mode=mode)
        for box in ("quad", "poly")
        for mode in ("fast", "slow")
    }
    poly = posts["poly, fast"]
    tried = sweep(*look(SEED_TO_CHOOSE, PAGES_TO_CHOOSE), poly, GRID.including(poly))
    chosen = posts["poly, chosen for polygons"] = best_trial(tried, poly).postprocess
    metrics = {key: DetectionMetric() for key in posts}
    for page, map_ in zip(*look(SEED, pages), strict=True):
        truths = [i.polygon for i in page.instances], [i.ignore for i in page.instances]
        for key, post in posts.items():
            found = [box.polygon for box in post(map_, page.image.shape[:2])]
            metrics[key].update(found, *truths)
    return {
        "sha256": bundle.spec.files["model.onnx"],
        "level": level,
        "pages": pages,
        "chosen for polygons": chosen.to_dict(),
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
