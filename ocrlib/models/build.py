"""From the description that a recipe or a bundle holds to the network itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocrlib.engine import paddle
from ocrlib.errors import RecipeError
from ocrlib.models import classifier, crnn, detectors, lite, svtr, svtr_lcnet, svtr_lite

ARCHITECTURES = (
    "det_lite",
    "rec_lite",
    "db_mobilenetv3",
    "db_resnet_vd",
    "db_lcnetv3",
    "crnn_mobilenetv3",
    "crnn_resnet_vd",
    "crnn_mobilenetv1",
    "svtr_tiny",
    "svtr_lcnet",
    "svtr_lcnetv3",
    "svtr_lite",
    "direction_classifier",
)

GUIDED = ("svtr_lcnet", "svtr_lcnetv3", "svtr_lite")  # take the argument ``guide``


def build_model(architecture: Mapping[str, Any]) -> paddle.nn.Layer:
    """Build the network that ``architecture`` describes, with fresh weights.

    Args:
        architecture: ``{"name": one of ARCHITECTURES, "args": {argument: value}}``; ``args``
            may be left out.

    Raises:
        RecipeError: an unknown name, unknown keys, or arguments that the network does not take.
    """
    unknown = set(architecture) - {"name", "args"}
    if unknown:
        raise RecipeError(
            "unknown key in the architecture", value=sorted(unknown)[0], remedy="use name and args"
        )
    name = architecture.get("name")
    args = dict(architecture.get("args") or {})
    _check_classes(args.get("charset_size"))
    try:
        match name:
            case "det_lite":
                return lite.det_lite(**args)
            case "rec_lite":
                return lite.rec_lite(**args)
            case "db_mobilenetv3":
                return detectors.db_mobilenetv3(**args)
            case "db_resnet_vd":
                return detectors.db_resnet_vd(**args)
            case "db_lcnetv3":
                return detectors.db_lcnetv3(**args)
            case "crnn_mobilenetv3":
                return crnn.crnn_mobilenetv3(**args)
            case "crnn_resnet_vd":
                return crnn.crnn_resnet_vd(**args)
            case "crnn_mobilenetv1":
                return crnn.crnn_mobilenetv1(**args)
            case "svtr_tiny":
                return svtr.svtr_tiny(**args)
            case "svtr_lcnet":
                return svtr_lcnet.svtr_lcnet(**args)
            case "svtr_lcnetv3":
                return svtr_lcnet.svtr_lcnetv3(**args)
            case "svtr_lite":
                return svtr_lite.svtr_lite(**args)
            case "direction_classifier":
                return classifier.direction_classifier(**args)
    except (TypeError, ValueError) as error:
        raise RecipeError(f"wrong arguments for {name}: {error}", value=args) from error
    raise RecipeError(
        "unknown architecture", value=name, remedy=f"use one of {', '.join(ARCHITECTURES)}"
    )


def _check_classes(classes: object) -> None:
    """Paddle takes a size of -1 and crashes later."""
    if classes is not None and (not isinstance(classes, int) or classes < 2):
        raise RecipeError("charset_size must be a whole number above 1", value=classes)
