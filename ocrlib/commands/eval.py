"""``ocrlib eval``: a bundle or a run on labelled pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ocrlib.bundle import load_bundle
from ocrlib.commands.train import print_figures, trained_task
from ocrlib.errors import OcrError

if TYPE_CHECKING:
    from ocrlib.charset import Charset
    from ocrlib.postprocess.db import DBPostprocess
    from ocrlib.types import ByteImage, FloatArray


def eval(
    model: str,
    labels: Path,
    /,
    *,
    split: Path | None = None,
    part: Literal["train", "val", "report"] = "report",
    ignore_case: bool = False,
    alnum_only: bool = False,
    iou: float = 0.5,
    sweep: bool = False,
    json_file: Path | None = None,
) -> int:
    """Measure a detector or recogniser on labelled pictures.

    Args:
        model: a bundle (name or folder), or a run's folder: then its best checkpoint.
        labels: label file, of pages for a detector, of crops for a recogniser.
        split: file that says which picture belongs to which part; without it all are used.
        part: the part to measure on.
        ignore_case: compare texts case-folded.
        alnum_only: compare letters and digits only.
        iou: a detector's box must overlap a label by more than this.
        sweep: try a detector's post-processing with many thresholds and unclip ratios and name
            the best; never on the report part.
        json_file: also write the figures there.

    Returns:
        0.

    Raises:
        OcrError: whatever is wrong with the model or the labels.
    """
    import numpy as np

    from ocrlib.data.labels import read_rec_labels
    from ocrlib.data.sources import LabelledDet, part_of
    from ocrlib.images import read_image
    from ocrlib.train.predict import measure_crops, measure_pages
    from ocrlib.types import RecSample

    if sweep:
        return _sweep(model, labels, split, part, iou, json_file)
    task, predict, charset = predictor(model)
    lacking: Counter[str] = Counter()
    unspellable = 0
    anything = np.random.default_rng(0)  # labelled samples leave nothing to chance
    if task == "det":
        pages = LabelledDet(labels, split, part)
        count = len(pages)
        figures = measure_pages(predict, (pages.sample(i, anything) for i in range(count)), iou)
    else:
        # Texts that the network cannot spell count as misread; only training refuses them. They
        # are told apart all the same: no training mends them.
        crops = part_of(read_rec_labels(labels), labels, split, part)
        count = len(crops)
        if charset is not None:
            lacking.update(c for crop in crops for c in charset.missing(crop.text))
            unspellable = sum(bool(charset.missing(crop.text)) for crop in crops)
        samples = [RecSample(read_image(c.picture), c.text, f"{labels}:{c.line}") for c in crops]
        figures = measure_crops(predict, samples, ignore_case, alnum_only)
    print(f"{model} on {count} pictures of {labels}" + (f", part {part}" if split else ""))
    print_figures(figures)
    if lacking:
        names = " ".join(name for name, _ in lacking.most_common(40))
        print(f"  {unspellable} texts have characters outside the charset: {names}")
    if json_file is not None:
        content = {"model": model, "labels": str(labels), "pictures": count, **figures}
        if charset is not None:
            content["outside_charset"] = unspellable
        json_file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


def predictor(model: str) -> tuple[str, Callable[[Any], Any], Charset | None]:
    """The task of a bundle or run, what predicts (text regions of a picture, or texts), and what a
    recogniser can spell.
    """
    from ocrlib.deploy.runtime import OnnxModel
    from ocrlib.postprocess.db import DBPostprocess
    from ocrlib.preprocess import DetPreprocess
    from ocrlib.train.predict import find_text, read_text

    if _is_run(model):
        from ocrlib.train.task import RecTask  # needs Paddle, as the run does

        recipe, task, _ = trained_task(Path(model))
        return recipe.task, task.predict, task.charset if isinstance(task, RecTask) else None
    bundle = load_bundle(model)
    network, preprocess = OnnxModel(bundle.model), bundle.spec.preprocess
    if isinstance(preprocess, DetPreprocess):
        post = DBPostprocess.from_dict(bundle.spec.postprocess or {})
        return "det", partial(find_text, network, preprocess, post), None
    if bundle.spec.charset is None:
        raise OcrError("only detectors and recognisers can be measured", file=bundle.folder)
    charset = bundle.spec.charset
    return "rec", partial(read_text, network, preprocess, charset), charset


def _is_run(model: str) -> bool:
    return (Path(model) / "last.safetensors").exists()


def _sweep(
    model: str, labels: Path, split: Path | None, part: str, iou: float, json_file: Path | None
) -> int:
    """Try a detector's post-processing with every combination of a grid."""
    import numpy as np

    from ocrlib.data.sources import LabelledDet
    from ocrlib.train.sweep import Grid, Trial, best_trial, sweep

    if part == "report":
        raise OcrError("never choose anything on the report part", value=part, remedy="--part val")
    mapper, post = _mapper(model)
    source, anything = LabelledDet(labels, split, part), np.random.default_rng(0)
    pages = [source.sample(i, anything) for i in range(len(source))]
    maps = [mapper(page.image) for page in pages]
    trials = sweep(pages, maps, post, Grid().including(post), (iou,))
    chosen = best_trial(trials, post, iou)
    now = next(trial for trial in trials if trial.postprocess == post)

    def row(trial: Trial) -> dict[str, float]:
        values = trial.postprocess
        shown = {name: getattr(values, name) for name in ("thresh", "box_thresh", "unclip_ratio")}
        return shown | dict(trial.figures[iou])

    print(f"{model} on {len(pages)} pictures of {labels}, {len(trials)} combinations, IoU {iou}")
    for name, trial in (("in use", now), ("best", chosen)):
        print(f"  {name}: " + ", ".join(f"{key} {value:.4g}" for key, value in row(trial).items()))
    print("  chosen here, so report it on other pictures")
    if json_file is not None:
        content = {
            "model": model,
            "labels": str(labels),
            "part": part,
            "pictures": len(pages),
            "iou": iou,
            "in_use": row(now),
            "best": row(chosen),
            "trials": [row(trial) for trial in trials],
        }
        json_file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


def _mapper(model: str) -> tuple[Callable[[ByteImage], FloatArray], DBPostprocess]:
    """What makes a detector's probability maps, and its post-processing."""
    from ocrlib.deploy.runtime import OnnxModel
    from ocrlib.postprocess.db import DBPostprocess
    from ocrlib.preprocess import DetPreprocess
    from ocrlib.train.predict import probability_map
    from ocrlib.train.task import DetTask

    if _is_run(model):
        task = trained_task(Path(model))[1]
        if isinstance(task, DetTask):
            return task.probability_map, task.postprocess
    else:
        bundle = load_bundle(model)
        if isinstance(bundle.spec.preprocess, DetPreprocess):
            network = OnnxModel(bundle.model)
            post = DBPostprocess.from_dict(bundle.spec.postprocess or {})
            return partial(probability_map, network, bundle.spec.preprocess), post
    raise OcrError("only a detector has post-processing to choose", value=model)
