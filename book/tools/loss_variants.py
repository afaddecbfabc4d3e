"""Losses and labels compared: chapter 2's detector trained with one thing changed at a time.

    nice python book/tools/loss_variants.py        # writes book/results/losses.json

Every variant is run with the same three seeds: a seed fixes the pages, the first weights and the
crops, so that two variants of one seed differ in nothing else and may be subtracted. The three
numbers of the post-processing are chosen on validation pages for each run; figures are of held-out
pages, and of pages on which lines stand ever closer. A run that is stored already is not repeated.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
from tqdm import tqdm

from execute import machine
from first_detector import BATCH, CROP, PREPROCESS, outlines, render
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.data.det_augment import colour, random_window
from ocrlib.data.det_targets import shrink_map, shrink_ratio_at, threshold_map
from ocrlib.engine import paddle
from ocrlib.explore import specimens
from ocrlib.losses.db import DBLoss
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.metrics.merging import merged_texts
from ocrlib.models.db import DBHead, DBNet
from ocrlib.models.fpn import LiteFPN
from ocrlib.models.lite import LiteResNet
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.types import DetSample, FloatArray

PATH = ROOT / "book" / "results" / "losses.json"
SEEDS = (1, 2, 3)
STEPS, PAGES = 200, 150
THRESHES = (0.2, 0.3, 0.4, 0.5)
RATIOS = (0.3, 0.5, 0.7, 0.9, 1.2, 1.5)
BARS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SPACINGS = (0.8, 0.9, 1.0, 1.1, 1.3, 1.5)  # from baseline to baseline, in heights of the letters
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono")
WORDS = ("market", "bridge", "yellow", "jumping", "paper", "quick", "garden", "light", "number")
WORDS += ("happy", "lodge", "fifty", "river", "copy", "bright", "doing", "apple", "young")


@dataclass(frozen=True)
class Variant:
    """What one run does differently."""

    main: Literal["dice", "bce"] = "dice"
    ohem_ratio: float | None = 3.0
    beta: float = 10.0
    gamma: float = 1.0
    shrink: float = 0.6
    shrink_end: float = 0.6
    # What a third of the lines, chosen by the seed, are in the labels of training.
    third: Literal["labelled", "ignored", "background"] = "labelled"


BASE = Variant()
VARIANTS = {
    "dice, shrink ratio 0.6": BASE,
    "cross entropy, hard negatives": replace(BASE, main="bce"),
    "cross entropy, all background": replace(BASE, main="bce", ohem_ratio=None),
    "no threshold and binary map": replace(BASE, beta=0.0, gamma=0.0),
    "shrink ratio 0.4": replace(BASE, shrink=0.4, shrink_end=0.4),
    "shrink ratio 0.5": replace(BASE, shrink=0.5, shrink_end=0.5),
    "shrink ratio 0.8": replace(BASE, shrink=0.8, shrink_end=0.8),
    "shrink ratio grows from 0.4 to 0.6": replace(BASE, shrink=0.4),
    "a third of the lines is ###": replace(BASE, third="ignored"),
    "a third of the lines is background": replace(BASE, third="background"),
}


def relabel(page: DetSample, variant: Variant, rng: np.random.Generator) -> DetSample:
    """Hide a third of the lines: as regions that do not count, or without a trace."""
    hidden = rng.random(len(page.instances)) < 1 / 3
    if variant.third == "labelled":
        return page
    pairs = list(zip(page.instances, hidden, strict=True))
    if variant.third == "background":
        kept = tuple(i for i, hide in pairs if not hide)
    else:
        kept = tuple(replace(i, ignore=True) if hide else i for i, hide in pairs)
    return replace(page, instances=kept)


def make_row(page: DetSample, shrink: float, rng: np.random.Generator) -> tuple[FloatArray, ...]:
    """A picture (3, CROP, CROP) and its four targets (CROP, CROP)."""
    crop = colour(random_window(page, rng, CROP, zoom=(0.75, 1.33)), rng)
    targets = (draw(*outlines(crop), (CROP, CROP), shrink) for draw in (shrink_map, threshold_map))
    return PREPROCESS.normalise(crop.image), *(array for pair in targets for array in pair)


def train(variant: Variant, seed: int, steps: int = STEPS) -> paddle.nn.Layer:
    """Chapter 2's training, shorter."""
    hide = np.random.default_rng([seed, 2])
    pages = [relabel(page, variant, hide) for page in render(seed, PAGES)]
    paddle.seed(seed)
    backbone = LiteResNet(stem=12, widths=(16, 32, 48, 64))
    neck = LiteFPN(backbone.out_channels, width=32)
    network = DBNet(backbone, neck, DBHead(neck.out_channels, width=16))
    criterion = DBLoss(
        beta=variant.beta, ohem_ratio=variant.ohem_ratio, main=variant.main, gamma=variant.gamma
    )
    rate = cosine_with_warmup(5e-3, steps, steps // 10)
    optimizer = paddle.optimizer.AdamW(
        parameters=network.parameters(),
        weight_decay=0.01,
        grad_clip=paddle.nn.ClipGradByGlobalNorm(5.0),
    )
    for step in range(steps):
        ratio = shrink_ratio_at(step / steps, variant.shrink, variant.shrink_end)
        # Each step's own source of chance: with other labels, windows would fall elsewhere.
        rows = []
        for i in range(BATCH):
            rng = np.random.default_rng([seed, 1, step, i])
            rows.append(make_row(pages[rng.integers(len(pages))], ratio, rng))
        image, *targets = [paddle.to_tensor(np.stack(column)) for column in zip(*rows, strict=True)]
        criterion(network(image), *targets)["loss"].backward()
        optimizer.set_lr(rate(step))
        optimizer.step()
        optimizer.clear_grad()
    network.eval()
    return network


def crowd(spacing: float, pages: int = 6, lines: int = 5) -> list[DetSample]:
    """Blocks of lines, black on white, this close to each other."""
    rng = np.random.default_rng(400)
    return [
        specimens.block(
            [" ".join(rng.choice(WORDS, 4)) for _ in range(lines)],
            size=int(rng.integers(16, 23)),
            spacing=spacing,
            face=str(rng.choice(FACES)),
        )
        for _ in range(pages)
    ]


class Judge:
    """Measures post-processing on the maps that a network gives of some pages."""

    def __init__(self, network: paddle.nn.Layer, pages: Sequence[DetSample]) -> None:
        self.pages = pages
        with paddle.no_grad():
            inputs = [paddle.to_tensor(PREPROCESS(page.image)[None]) for page in pages]
            self.maps = [network(x).probabilities[0, 0].numpy() for x in inputs]

    def boxes(self, post: DBPostprocess) -> list[list[FloatArray]]:
        """What is found on each page."""
        pairs = zip(self.maps, self.pages, strict=True)
        return [[d.polygon for d in post(map_, page.image.shape[:2])] for map_, page in pairs]

    def __call__(self, post: DBPostprocess, *ious: float) -> dict[str, dict[str, float]]:
        """Precision, recall and hmean for each IoU."""
        metrics = {str(iou): DetectionMetric(iou) for iou in ious}
        for page, boxes in zip(self.pages, self.boxes(post), strict=True):
            for metric in metrics.values():
                metric.update(boxes, *outlines(page))
        return {iou: metric.compute() for iou, metric in metrics.items()}

    def merged(self, post: DBPostprocess) -> float:
        """The part of all lines that share a box with another one."""
        pairs = zip(self.boxes(post), self.pages, strict=True)
        flags = [flag for boxes, page in pairs for flag in merged_texts(boxes, outlines(page)[0])]
        return sum(flags) / len(flags)


def choose(val: Judge) -> DBPostprocess:
    """For every threshold the unclip ratio at an IoU of 0.7, then the box threshold; the best."""
    posts = []
    for thresh in THRESHES:
        grown = [DBPostprocess(thresh=thresh, unclip_ratio=ratio) for ratio in RATIOS]
        ratio = max(grown, key=lambda post: val(post, 0.7)["0.7"]["hmean"]).unclip_ratio
        posts += [DBPostprocess(thresh=thresh, box_thresh=b, unclip_ratio=ratio) for b in BARS]
    return max(posts, key=lambda post: val(post, 0.5)["0.5"]["hmean"])


def run(variant: Variant, seed: int) -> dict[str, Any]:
    """One training, its post-processing chosen on validation pages, figures of other pages."""
    start = time.process_time()
    network = train(variant, seed)
    seconds = time.process_time() - start
    val, held_out = (Judge(network, render(s, n)) for s, n in ((200, 24), (300, 60)))
    chosen = choose(val)
    crowds = {spacing: Judge(network, crowd(spacing)) for spacing in SPACINGS}
    return {
        "settings": asdict(variant),
        "seed": seed,
        "training_s": round(seconds, 1),
        "computing_s": round(time.process_time() - start, 1),
        "thresh": chosen.thresh,
        "box_thresh": chosen.box_thresh,
        "unclip_ratio": chosen.unclip_ratio,
        "brightness": float(np.mean([map_.mean() for map_ in held_out.maps])),
        "defaults": held_out(DBPostprocess(), 0.5, 0.7),
        "chosen": held_out(chosen, 0.5, 0.7),
        "crowded": [
            {"spacing": spacing, "merged": judge.merged(chosen)} | judge(chosen, 0.5)["0.5"]
            for spacing, judge in crowds.items()
        ],
    }


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Mean and spread, the standard deviation over seeds."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"mean": statistics.fmean(values), "spread": spread, "values": list(values)}


def summarise(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """For every variant its figures over the seeds, and its differences to the base, by seed."""

    def hmeans(variant: Variant, iou: str) -> dict[int, float]:
        mine = [one for one in runs if one["settings"] == asdict(variant)]
        return {one["seed"]: one["chosen"][iou]["hmean"] for one in mine}

    found = {}
    for name, variant in VARIANTS.items():
        entry: dict[str, Any] = {}
        for iou in ("0.5", "0.7"):
            figures, base = hmeans(variant, iou), hmeans(BASE, iou)
            both = [figures[seed] - base[seed] for seed in figures if seed in base]
            if figures and both:
                entry[iou] = {"hmean": summary(list(figures.values())), "gain": summary(both)}
        if entry:
            found[name] = {"settings": asdict(variant)} | entry
    return found


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    content = {
        "command": "nice python book/tools/loss_variants.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": list(SEEDS),
        "steps": STEPS,
        "data": f"{PAGES} rendered training pages a seed, 24 for validation, 60 held out,"
        " 30 crowded lines a spacing",
        "computing_s": round(sum(one["computing_s"] for one in runs)),
        "variants": summarise(runs),
        "runs": list(runs),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def main() -> int:
    """Run what is missing: all variants of one seed, then of the next."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"] if PATH.exists() else []
    done = [(one["settings"], one["seed"]) for one in runs]
    todo = [(n, v, s) for s in SEEDS for n, v in VARIANTS.items() if (asdict(v), s) not in done]
    for name, variant, seed in tqdm(todo, disable=not sys.stderr.isatty()):
        runs.append(run(variant, seed))
        store(PATH, runs)
        hmean = runs[-1]["chosen"]["0.5"]["hmean"]
        print(f"{name}, seed {seed}: {hmean:.3f}, {runs[-1]['computing_s']:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
