"""PP-OCR's detector configuration, field by field, beside the recipe of this library.

``yaml_rec`` has what is different for a recogniser.

Their names and values are those of the YAML files of PP-OCR v2 to v4; what stands on our side is
read from the recipe's dataclasses, so that a field which is renamed here cannot stay there.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from ocrlib.config import DetRecipe


@dataclass(frozen=True)
class YamlRow:
    """One field of a PP-OCR configuration.

    Args:
        theirs: dotted name in the YAML; a step of ``transforms`` is named by its operation.
        value: what PP-OCRv3's student has there, or a later file that has the field.
        ours: dotted names of recipe fields, see :func:`recipe_fields`; empty: there is none.
        code: dotted name of the function or class argument in ocrlib that holds it instead.
        note: what is different, in a few words.
    """

    theirs: str
    value: str
    ours: tuple[str, ...] = ()
    code: str = ""
    note: str = ""


@dataclass(frozen=True)
class RecipeField:
    """One field of our recipe.

    Args:
        name: dotted; ``[]`` stands for each entry of a list.
        default: as TOML would write it; empty if it must be given.
        meaning: its line in the dataclass's docstring.
    """

    name: str
    default: str
    meaning: str


_T = "Train.dataset.transforms."
_E = "Eval.dataset.transforms."

YAML_MAP: tuple[YamlRow, ...] = (
    YamlRow("Global.debug", "false", note="no such mode"),
    YamlRow(
        "Global.use_gpu", "true", code="engine.device", note="a GPU is used where there is one"
    ),
    YamlRow("Global.epoch_num", "500", ("train.steps",), note="steps = epochs x pictures / batch"),
    YamlRow("Global.log_smooth_window", "20", note="a log line is the mean since the one before"),
    YamlRow("Global.print_batch_step", "10", ("train.log_every",)),
    YamlRow("Global.save_model_dir", "./output/...", note="ocrlib train RECIPE FOLDER"),
    YamlRow(
        "Global.save_epoch_step",
        "100",
        ("train.save_every",),
        note="in steps; the last one and the best one are kept",
    ),
    YamlRow(
        "Global.eval_batch_step",
        "[0, 400]",
        ("train.eval_every",),
        note="theirs: first step after which to evaluate, then how often",
    ),
    YamlRow("Global.cal_metric_during_train", "false", note="only evaluation sets are measured"),
    YamlRow(
        "Global.pretrained_model",
        "a .pdparams",
        ("init.bundle", "init.reset"),
        note="theirs takes what fits and warns; ours refuses what was not named in reset",
    ),
    YamlRow("Global.checkpoints", "null", note="ocrlib train RECIPE FOLDER --resume"),
    YamlRow("Global.load_static_weights", "True (v2)", note="one format only"),
    YamlRow("Global.save_inference_dir", "null", note="ocrlib export RUN FOLDER"),
    YamlRow("Global.use_visualdl", "false", note="always metrics.jsonl and curve.png"),
    YamlRow("Global.infer_img", "a picture", note="ocrlib read PICTURE"),
    YamlRow("Global.save_res_path", "a file", note="ocrlib read --json"),
    YamlRow("Global.distributed", "true", note="python -m paddle.distributed.launch"),
    YamlRow("Global.d2s_train_image_shape", "[3, -1, -1]", note="any size, always"),
    YamlRow("Architecture.model_type", "det", ("task",)),
    YamlRow("Architecture.algorithm", "DB", ("model.architecture",), note="one name for all parts"),
    YamlRow("Architecture.Transform", "null", note="not for detection"),
    YamlRow("Architecture.Backbone.name", "MobileNetV3", ("model.architecture",)),
    YamlRow("Architecture.Backbone.scale", "0.5", ("model.args",)),
    YamlRow("Architecture.Backbone.model_name", "large", ("model.args",)),
    YamlRow("Architecture.Backbone.disable_se", "True", ("model.args",)),
    YamlRow(
        "Architecture.Backbone.pretrained",
        "True (v4)",
        ("init.bundle",),
        note="theirs downloads a backbone trained on ImageNet",
    ),
    YamlRow("Architecture.Neck.name", "RSEFPN", ("model.architecture",)),
    YamlRow("Architecture.Neck.out_channels", "96", ("model.args",)),
    YamlRow("Architecture.Neck.shortcut", "True", ("model.args",)),
    YamlRow("Architecture.Head.name", "DBHead", ("model.architecture",)),
    YamlRow("Architecture.Head.k", "50", code="models.db.DBHead.k"),
    YamlRow("Architecture.Head.mode", "small (v4)", ("model.args",)),
    YamlRow("Loss.name", "DBLoss", code="losses.db.DBLoss"),
    YamlRow(
        "Loss.balance_loss",
        "true",
        code="losses.db.DBLoss.ohem_ratio",
        note="hard negatives; without effect on Dice, here and there",
    ),
    YamlRow("Loss.main_loss_type", "DiceLoss", ("loss.main",)),
    YamlRow("Loss.alpha", "5", ("loss.alpha",)),
    YamlRow("Loss.beta", "10", ("loss.beta",)),
    YamlRow("Loss.ohem_ratio", "3", ("loss.ohem_ratio",)),
    YamlRow("Optimizer.name", "Adam", note="always AdamW"),
    YamlRow("Optimizer.beta1", "0.9", note="Paddle's default, the same"),
    YamlRow("Optimizer.beta2", "0.999", note="Paddle's default, the same"),
    YamlRow("Optimizer.lr.name", "Cosine", code="train.schedule.cosine_with_warmup"),
    YamlRow("Optimizer.lr.learning_rate", "0.001", ("train.lr",)),
    YamlRow("Optimizer.lr.warmup_epoch", "2", ("train.warmup",), note="in steps"),
    YamlRow(
        "Optimizer.regularizer.name",
        "L2",
        note="theirs adds to the gradient; AdamW shrinks the weights beside it",
    ),
    YamlRow(
        "Optimizer.regularizer.factor",
        "5.0e-05",
        ("train.weight_decay",),
        note="not the same scale: see the line above",
    ),
    YamlRow("PostProcess.name", "DBPostProcess", code="postprocess.db.DBPostprocess"),
    YamlRow("PostProcess.thresh", "0.3", ("postprocess.thresh",)),
    YamlRow("PostProcess.box_thresh", "0.6", ("postprocess.box_thresh",)),
    YamlRow("PostProcess.max_candidates", "1000", ("postprocess.max_candidates",)),
    YamlRow("PostProcess.unclip_ratio", "1.5", ("postprocess.unclip_ratio",)),
    YamlRow("Metric.name", "DetMetric", code="metrics.detection.DetectionMetric"),
    YamlRow("Metric.main_indicator", "hmean", code="train.task.DetTask.primary"),
    YamlRow("Train.dataset.name", "SimpleDataSet", ("data.sources[].kind",), note='"labels"'),
    YamlRow(
        "Train.dataset.data_dir",
        "a folder",
        ("data.sources[].file",),
        note="pictures are found from the label file's folder",
    ),
    YamlRow("Train.dataset.label_file_list", "a list", ("data.sources[].file",)),
    YamlRow(
        "Train.dataset.ratio_list",
        "[1.0]",
        ("data.sources[].ratio",),
        note="theirs: share of each file that an epoch uses; ours: share of the training samples",
    ),
    YamlRow(_T + "DecodeImage.img_mode", "BGR", note="always RGB"),
    YamlRow(_T + "DecodeImage.channel_first", "false", code="images.read_image"),
    YamlRow(_T + "DetLabelEncode", "", code="data.labels.read_det_labels"),
    YamlRow(_T + "CopyPaste", "(v2, v4)", ("data.copy_paste",), code="data.copy_paste.copy_paste"),
    YamlRow(
        _T + "IaaAugment.Fliplr.p", "0.5", ("data.augment",), note="not used: mirrored text is none"
    ),
    YamlRow(
        _T + "IaaAugment.Affine.rotate",
        "[-10, 10]",
        ("data.augment",),
        code="data.det_augment.rotate.max_angle",
        note="fixed",
    ),
    YamlRow(
        _T + "IaaAugment.Resize.size",
        "[0.5, 3]",
        ("data.augment",),
        code="data.det_augment.random_window.zoom",
        note="fixed",
    ),
    YamlRow(_T + "EastRandomCropData.size", "[960, 960]", ("data.crop",), note="one side, square"),
    YamlRow(_T + "EastRandomCropData.max_tries", "50", code="data.det_augment.random_crop.tries"),
    YamlRow(_T + "EastRandomCropData.keep_ratio", "true", note="always"),
    YamlRow(_T + "MakeBorderMap.shrink_ratio", "0.4", ("data.shrink_ratio",), note="one for both"),
    YamlRow(_T + "MakeBorderMap.thresh_min", "0.3", code="data.det_targets.threshold_map.low"),
    YamlRow(_T + "MakeBorderMap.thresh_max", "0.7", code="data.det_targets.threshold_map.high"),
    YamlRow(
        _T + "MakeBorderMap.total_epoch",
        "500 (v4)",
        ("data.shrink_ratio_end",),
        code="data.det_targets.shrink_ratio_at",
        note="theirs ends at 0.6; ours ends where the recipe says, with its last step",
    ),
    YamlRow(_T + "MakeShrinkMap.shrink_ratio", "0.4", ("data.shrink_ratio",)),
    YamlRow(_T + "MakeShrinkMap.min_text_size", "8", ("data.min_text_size",)),
    YamlRow(
        _T + "MakeShrinkMap.total_epoch",
        "500 (v4)",
        ("data.shrink_ratio_end",),
        code="data.det_targets.shrink_ratio_at",
        note="theirs ends at 0.6; ours ends where the recipe says, with its last step",
    ),
    YamlRow(_T + "NormalizeImage.scale", "1./255.", note="always"),
    YamlRow(
        _T + "NormalizeImage.mean",
        "[0.485, 0.456, 0.406]",
        ("preprocess.mean",),
        note="here red comes first; theirs applies it to blue first",
    ),
    YamlRow(
        _T + "NormalizeImage.std", "[0.229, 0.224, 0.225]", ("preprocess.std",), note="likewise"
    ),
    YamlRow(_T + "NormalizeImage.order", "hwc", note="always"),
    YamlRow(_T + "ToCHWImage", "", code="preprocess.DetPreprocess.normalise"),
    YamlRow(
        _T + "KeepKeys.keep_keys",
        "five names",
        code="data.datasets.DetChunks",
        note="batches have names, so no order has to be kept",
    ),
    YamlRow("Train.loader.shuffle", "true", note="always, by the seed"),
    YamlRow("Train.loader.drop_last", "false", note="left out and counted"),
    YamlRow("Train.loader.batch_size_per_card", "8", ("train.batch",)),
    YamlRow("Train.loader.num_workers", "4", ("data.workers",)),
    YamlRow("Eval.dataset.name", "SimpleDataSet", ("eval[].source.kind",)),
    YamlRow("Eval.dataset.data_dir", "a folder", ("eval[].source.file",)),
    YamlRow(
        "Eval.dataset.label_file_list",
        "test labels",
        ("eval[].source.file", "eval[].source.part"),
        note="checkpoints are chosen on it: never the part that is reported",
    ),
    YamlRow(_E + "DecodeImage.img_mode", "BGR", note="always RGB"),
    YamlRow(_E + "DecodeImage.channel_first", "false", code="images.read_image"),
    YamlRow(_E + "DetLabelEncode", "", code="data.labels.read_det_labels"),
    YamlRow(
        _E + "DetResizeForTest",
        "null",
        ("preprocess.limit_side", "preprocess.limit_type", "preprocess.multiple"),
        note='null means: the shorter side at least 736 ("min"); ours is also what reading uses',
    ),
    YamlRow(_E + "NormalizeImage.scale", "1./255.", note="always"),
    YamlRow(_E + "NormalizeImage.mean", "as above", ("preprocess.mean",), note="written once"),
    YamlRow(_E + "NormalizeImage.std", "as above", ("preprocess.std",), note="written once"),
    YamlRow(_E + "NormalizeImage.order", "hwc", note="always"),
    YamlRow(_E + "ToCHWImage", "", code="preprocess.DetPreprocess.normalise"),
    YamlRow(_E + "KeepKeys.keep_keys", "four names", note="samples have fields"),
    YamlRow("Eval.loader.shuffle", "false", note="never"),
    YamlRow("Eval.loader.drop_last", "false", note="never"),
    YamlRow("Eval.loader.batch_size_per_card", "1", note="one page at a time, as in reading"),
    YamlRow("Eval.loader.num_workers", "2", note="none"),
    YamlRow("profiler_options", "null (v4)", note="none"),
)


def recipe_fields(cls: type = DetRecipe, prefix: str = "") -> Iterator[RecipeField]:
    """Every field of a recipe, a detector's by default, from its dataclasses.

    Args:
        cls: the dataclass to walk through.
        prefix: what stands before its fields' names.
    """
    hints, meanings = get_type_hints(cls), _meanings(cls)
    for item in fields(cls):
        hint, name = hints[item.name], prefix + item.name
        inner = next((x for x in (hint, *get_args(hint)) if is_dataclass(x)), None)
        if isinstance(inner, type):
            many = "[]" if get_origin(hint) is tuple else ""
            yield from recipe_fields(inner, f"{name}{many}.")
            continue
        yield RecipeField(name, _default(item), meanings.get(item.name, ""))


def show_rows(section: str = "") -> list[dict[str, str]]:
    """The map as rows of a table.

    Args:
        section: only names that begin so, such as ``Optimizer``.
    """
    return rows_of(YAML_MAP, DetRecipe, section)


def rows_of(mapping: Sequence[YamlRow], recipe: type, section: str = "") -> list[dict[str, str]]:
    """A map as rows of a table.

    Args:
        mapping: its fields.
        recipe: the dataclass whose defaults are shown.
        section: only names that begin so.
    """
    defaults = {item.name: item.default for item in recipe_fields(recipe)}
    rows = []
    for row in mapping:
        if row.theirs.startswith(section):
            ours = ", ".join(
                _breakable(name) + (f" ({defaults[name]})" if defaults.get(name) else "")
                for name in row.ours
            )
            code = _breakable(row.code)
            rows.append(
                {
                    "PP-OCR": _breakable(row.theirs),
                    "v3": row.value,
                    "recipe (default)": ours or "-",
                    "remark": ", ".join(filter(None, (code, row.note))),
                }
            )
    return rows


def _breakable(name: str) -> str:
    """A dotted name that a narrow column may break behind its dots."""
    return name.replace(".", ".<wbr>")


def only_ours() -> list[RecipeField]:
    """Fields of our recipe to which nothing in PP-OCR's configuration corresponds."""
    mapped = {name for row in YAML_MAP for name in row.ours}
    return [item for item in recipe_fields() if item.name not in mapped]


def _default(item: Any) -> str:  # noqa: ANN401 - dataclasses.Field[Any]
    value = item.default if item.default_factory is MISSING else item.default_factory()
    if value is MISSING:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _meanings(cls: type) -> dict[str, str]:
    """Argument to description, from the ``Args:`` of a docstring."""
    part = inspect.cleandoc(cls.__doc__ or "").partition("Args:\n")[2].split("\n\n")[0]
    found: dict[str, str] = {}
    for name, text in re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", part, re.MULTILINE):
        found[name] = " ".join(text.split())
    return found
