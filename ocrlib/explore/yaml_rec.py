"""PP-OCR's recogniser configuration, field by field, beside the recipe of this library.

Fields that a detector's file has as well, with the same meaning, stand in ``yaml_map`` only.
"""

from __future__ import annotations

from ocrlib.config import RecRecipe
from ocrlib.explore.yaml_map import YamlRow, rows_of

_T = "Train.dataset.transforms."
_E = "Eval.dataset.transforms."
_RULE = ("preprocess.height", "preprocess.max_width", "preprocess.fit")

REC_YAML_MAP: tuple[YamlRow, ...] = (
    YamlRow(
        "Global.character_dict_path",
        "en_dict.txt",
        ("model.charset",),
        note="a file with a character per line; a bundle holds its characters itself",
    ),
    YamlRow(
        "Global.use_space_char",
        "true",
        code="charset.Charset.from_file.space",
        note="the space becomes the last class; always",
    ),
    YamlRow(
        "Global.max_text_length",
        "25",
        note="longer labels are dropped there without a word; here a text may be as long as its"
        " crop has columns, and others are refused or counted",
    ),
    YamlRow("Global.infer_mode", "false", note="reading needs no labels, ever"),
    YamlRow(
        "Global.cal_metric_during_train",
        "true",
        note="theirs measures the batch just trained on: the training curve of this chapter",
    ),
    YamlRow("Global.eval_batch_step", "[0, 2000]", ("train.eval_every",)),
    YamlRow("Architecture.model_type", "rec", ("task",)),
    YamlRow("Architecture.algorithm", "SVTR", ("model.architecture",)),
    YamlRow(
        "Architecture.Transform",
        "null; TPS",
        ("model.architecture",),
        code="models.rectify.Rectifier",
        note="a rectifier in front",
    ),
    YamlRow("Architecture.Backbone.name", "MobileNetV1Enhance", ("model.architecture",)),
    YamlRow("Architecture.Backbone.scale", "0.5", ("model.args",)),
    YamlRow(
        "Architecture.Backbone.last_conv_stride",
        "[1, 2]",
        ("data.time_step",),
        note="columns a text gets: px of width per column",
    ),
    YamlRow(
        "Architecture.Backbone.last_pool_type", "avg", code="models.svtr_lcnet.svtr_lcnet.pool"
    ),
    YamlRow(
        "Architecture.Backbone.last_pool_kernel_size",
        "[2, 2]",
        ("data.time_step",),
        note="likewise",
    ),
    YamlRow("Architecture.Neck.encoder_type", "rnn (v2)", code="models.sequence.BiLSTM"),
    YamlRow("Architecture.Neck.hidden_size", "48 (v2)", ("model.args",)),
    YamlRow("Architecture.Head.name", "MultiHead", ("guide.kind",), note="CTC and a guide"),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Neck.name",
        "svtr",
        code="models.svtr_lcnet.MixingEncoder",
    ),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Neck.dims",
        "64",
        code="models.svtr_lcnet.svtr_lcnet.features",
    ),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Neck.depth",
        "2",
        code="models.svtr_lcnet.MixingEncoder.depth",
    ),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Neck.hidden_dims",
        "120",
        code="models.svtr_lcnet.MixingEncoder.inside",
    ),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Neck.use_guide",
        "True",
        code="models.svtr_lcnet.SVTRLCNet",
        note="the guide's gradient stops at CTC's neck",
    ),
    YamlRow(
        "Architecture.Head.head_list.CTCHead.Head.fc_decay",
        "0.00001",
        ("train.weight_decay",),
        note="one decay for all weights",
    ),
    YamlRow("Architecture.Head.head_list.SARHead.enc_dim", "512", code="models.attention.SARGuide"),
    YamlRow(
        "Architecture.Head.head_list.SARHead.max_text_length",
        "25",
        code="models.attention.SARGuide",
    ),
    YamlRow("Loss.name", "MultiLoss", code="train.guided.GuidedRecTask"),
    YamlRow("Loss.loss_config_list.CTCLoss", "", code="losses.ctc.CTCLoss"),
    YamlRow("Loss.loss_config_list.SARLoss", "", ("guide.weight",), code="losses.guide.GuideLoss"),
    YamlRow("Optimizer.lr.learning_rate", "0.001", ("train.lr",)),
    YamlRow("Optimizer.lr.warmup_epoch", "5", ("train.warmup",), note="in steps"),
    YamlRow(
        "Optimizer.regularizer.factor",
        "3.0e-05",
        ("train.weight_decay",),
        note="not the same scale: theirs is L2",
    ),
    YamlRow("PostProcess.name", "CTCLabelDecode", code="postprocess.ctc.greedy"),
    YamlRow("Metric.name", "RecMetric", code="metrics.recognition.RecognitionMetric"),
    YamlRow("Metric.main_indicator", "acc", code="train.task.RecTask.primary"),
    YamlRow(
        "Metric.ignore_space",
        "False",
        ("eval[].ignore_case", "eval[].alnum_only"),
        note="a protocol, and to be said beside the figure: see metrics.protocol",
    ),
    YamlRow("Train.dataset.name", "SimpleDataSet", ("data.sources[].kind",), note='"labels"'),
    YamlRow("Train.dataset.label_file_list", "a list", ("data.sources[].file",)),
    YamlRow(
        "Train.dataset.ratio_list",
        "[1.0]",
        ("data.sources[].ratio",),
        note="theirs: part of each file per epoch; ours: share of the samples drawn",
    ),
    YamlRow("Train.dataset.ext_op_transform_idx", "1", note="no such index"),
    YamlRow(_T + "RecConAug.prob", "0.5", ("data.rec_augment[].probability",), note="concatenate"),
    YamlRow(_T + "RecConAug.ext_data_num", "2", code="data.mixing.Joined"),
    YamlRow(_T + "RecConAug.image_shape", "[48, 320, 3]", ("preprocess.height",)),
    YamlRow(
        _T + "RecAug",
        "",
        ("data.augment", "data.rec_augment[].name", "data.rec_augment[].strength"),
    ),
    YamlRow(_T + "MultiLabelEncode", "", code="charset.Charset.encode"),
    YamlRow(
        _T + "RecResizeImg.image_shape",
        "[3, 48, 320]",
        _RULE,
        note="one width for all crops; ours grows with the crop",
    ),
    YamlRow(_T + "KeepKeys.keep_keys", "five names", code="data.datasets.RecChunks"),
    YamlRow("Train.loader.batch_size_per_card", "128", ("train.batch",), note="of 100 px width"),
    YamlRow("Train.loader.drop_last", "true", note="rare widths are left out and counted"),
    YamlRow("Train.loader.num_workers", "4", ("data.workers", "data.queue")),
    YamlRow(
        "Eval.dataset.label_file_list",
        "test labels",
        ("eval[].source.file", "eval[].source.part"),
        note="checkpoints are chosen on it: never the part that is reported",
    ),
    YamlRow(
        _E + "RecResizeImg.image_shape",
        "[3, 48, 320]",
        _RULE,
        note="must be the one of training, and of reading; here it is written once",
    ),
    YamlRow("Eval.loader.batch_size_per_card", "128", code="train.predict.BATCH_WIDTH"),
)


def show_rec_rows(section: str = "") -> list[dict[str, str]]:
    """The map as rows of a table.

    Args:
        section: only names that begin so, such as ``Train``.
    """
    return rows_of(REC_YAML_MAP, RecRecipe, section)
