"""book/tools/scene_figures.py measures with the numbers that its row names."""

from __future__ import annotations

import scene_figures
from ocrlib.bundle import load_bundle


def test_nothing_asked_nothing_changed() -> None:
    bundle = load_bundle("det-lite-word")
    said, preprocess, post = scene_figures.as_asked(bundle, None, None)
    assert said == ""
    assert preprocess == bundle.spec.preprocess
    assert post.to_dict() == bundle.spec.postprocess


def test_what_is_asked_is_named_and_used() -> None:
    bundle = load_bundle("det-lite-word")
    said, preprocess, post = scene_figures.as_asked(bundle, ("max", 800), (0.35, 0.55, 1.3))
    assert said == " at max 800 at 0.35 / 0.55 / 1.3"
    assert (preprocess.limit_type, preprocess.limit_side) == ("max", 800)
    assert (post.thresh, post.box_thresh, post.unclip_ratio) == (0.35, 0.55, 1.3)
