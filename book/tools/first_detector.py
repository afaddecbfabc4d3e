"""Train chapter 2's detector again and again: what did each choice of the lesson matter?

    python book/tools/first_detector.py            # writes book/results/first-detector.json

Every variant changes one thing of the lesson's training and is run with three seeds. Post-
processing is chosen on validation pages, as in the lesson; figures are of held-out pages.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
from tqdm import tqdm

from execute import machine
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.data.det_augment import colour, random_window
from ocrlib.data.det_targets import shrink_map, threshold_map
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.pages import render_page
from ocrlib.engine import paddle
from ocrlib.losses.db import DBLoss
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.models.db import DBHead, DBNet
from ocrlib.models.fpn import LiteFPN
from ocrlib.models.lite import LiteResNet
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.types import DetSample, FloatArray

SIZE, CROP, BATCH = (320, 320), 256, 4
KINDS = ("letter", "poster")
RATIOS = (0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5)
BARS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SEEDS = (1, 2, 3)
PREPROCESS = DetPreprocess()


@dataclass(frozen=True)
class Variant:
    """What one run does differently from the lesson."""

    steps: int = 360
    pages: int = 150
    shrink: float = 0.6
    main: Literal["dice", "bce"] = "dice"
    light: bool = True


LESSON = Variant()
VARIANTS = {
    "as in the lesson": LESSON,
    "a third of the steps": replace(LESSON, steps=120),
    "three times the steps": replace(LESSON, steps=1080),
    "15 pages instead of 150": replace(LESSON, pages=15),
    "shrink ratio 0.4": replace(LESSON, shrink=0.4),
    "cross entropy instead of dice": replace(LESSON, main="bce"),
    "no changes of light": replace(LESSON, light=False),
}


def render(seed: int, count: int) -> list[DetSample]:
    """Pages of both kinds in turn."""
    rng, fonts = np.random.default_rng(seed), load_fonts("bundled")
    return [render_page(rng, fonts, size=SIZE, kind=KINDS[i % 2]) for i in range(count)]


def outlines(sample: DetSample) -> tuple[list[FloatArray], list[bool]]:
    """Polygons of a page's lines, and which of them do not count."""
    return [i.polygon for i in sample.instances], [i.ignore for i in sample.instances]


def make_row(
    pages: Sequence[DetSample], variant: Variant, rng: np.random.Generator
) -> tuple[FloatArray, ...]:
    """A picture (3, CROP, CROP) and its four targets (CROP, CROP)."""
    crop = random_window(pages[rng.integers(len(pages))], rng, CROP, zoom=(0.75, 1.33))
    if variant.light:
        crop = colour(crop, rng)
    shrink = shrink_map(*outlines(crop), (CROP, CROP), variant.shrink)
    threshold = threshold_map(*outlines(crop), (CROP, CROP), variant.shrink)
    return PREPROCESS.normalise(crop.image), *shrink, *threshold


def train(variant: Variant, seed: int) -> paddle.nn.Layer:
    """The lesson's training."""
    pages = render(seed, variant.pages)
    paddle.seed(seed)
    backbone = LiteResNet(stem=12, widths=(16, 32, 48, 64))
    neck = LiteFPN(backbone.out_channels, width=32)
    network = DBNet(backbone, neck, DBHead(neck.out_channels, width=16))
    criterion = DBLoss(main=variant.main)
    rate = cosine_with_warmup(5e-3, variant.steps, variant.steps // 10)
    optimizer = paddle.optimizer.AdamW(
        parameters=network.parameters(),
        weight_decay=0.01,
        grad_clip=paddle.nn.ClipGradByGlobalNorm(5.0),
    )
    rng = np.random.default_rng([seed, 1])
    for step in range(variant.steps):
        rows = [make_row(pages, variant, rng) for _ in range(BATCH)]
        image, *targets = [paddle.to_tensor(np.stack(column)) for column in zip(*rows, strict=True)]
        criterion(network(image), *targets)["loss"].backward()
        optimizer.set_lr(rate(step))
        optimizer.step()
        optimizer.clear_grad()
    network.eval()
    return network


class Judge:
    """Measures post-processing on the maps that a network gives of some pages."""

    def __init__(self, network: paddle.nn.Layer, pages: Sequence[DetSample]) -> None:
        self.pages = pages
        with paddle.no_grad():
            inputs = [paddle.to_tensor(PREPROCESS(page.image)[None]) for page in pages]
            self.maps = [network(x).probabilities[0, 0].numpy() for x in inputs]

    def __call__(self, post: DBPostprocess, iou: float = 0.5) -> dict[str, float]:
        """Precision, recall and hmean."""
        metric = DetectionMetric(iou)
        for page, map_ in zip(self.pages, self.maps, strict=True):
            metric.update([found.polygon for found in post(map_, SIZE)], *outlines(page))
        return metric.compute()


def run(variant: Variant, seed: int) -> dict[str, Any]:
    """One training, its post-processing chosen on validation pages, figures of held-out pages."""
    start = time.process_time()
    network = train(variant, seed)
    seconds = time.process_time() - start
    val, held_out = (Judge(network, render(s, n)) for s, n in ((200, 30), (300, 60)))
    ratio = max(RATIOS, key=lambda u: val(DBPostprocess(unclip_ratio=u), 0.7)["hmean"])
    posts = [DBPostprocess(box_thresh=bar, unclip_ratio=ratio) for bar in BARS]
    chosen = max(posts, key=lambda post: val(post)["hmean"])
    return {
        "seed": seed,
        "computing_s": round(seconds, 1),
        "unclip_ratio": chosen.unclip_ratio,
        "box_thresh": chosen.box_thresh,
        "defaults": held_out(DBPostprocess()),
        "chosen": held_out(chosen),
    }


def main() -> int:
    """Run all variants and store what came out."""
    results = {}
    for name, variant in tqdm(VARIANTS.items(), disable=not sys.stderr.isatty()):
        runs = [run(variant, seed) for seed in SEEDS]
        hmeans = [one["chosen"]["hmean"] for one in runs]
        results[name] = {
            "settings": asdict(variant),
            "hmean": {"mean": statistics.fmean(hmeans), "spread": statistics.stdev(hmeans)},
            "runs": runs,
        }
        print(
            f"{name}: {statistics.fmean(hmeans):.3f} ± {statistics.stdev(hmeans):.3f}", flush=True
        )
    content = {
        "command": "python book/tools/first_detector.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": list(SEEDS),
        "variants": results,
    }
    path = ROOT / "book" / "results" / "first-detector.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
