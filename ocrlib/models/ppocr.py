"""The networks of PP-OCR under their usual descriptions, and weights in PaddleOCR's naming.

No published weights came with this project or were tried: layouts and names are those measured
from PaddleOCR 2.10.0, and the tests write files of that layout themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.classifier import direction_classifier
from ocrlib.models.crnn import crnn_mobilenetv1, crnn_mobilenetv3, crnn_resnet_vd
from ocrlib.models.detectors import db_lcnetv3, db_mobilenetv3, db_resnet_vd
from ocrlib.models.pdparams import read_pdparams
from ocrlib.models.svtr import svtr_tiny
from ocrlib.models.svtr_lcnet import svtr_lcnet, svtr_lcnetv3
from ocrlib.models.weights import named_tensors

Arrays = Mapping[str, NDArray[Any]]

# x0.5 is the factor of widths, se / nose with or without squeeze and excitation, then neck and
# head with their channels; s1222 are steps, rnn96 features per direction, ctc6625 the classes.
NETWORKS: dict[str, Callable[[], paddle.nn.Layer]] = {
    # PP-OCR v1 (256, with SE) and v2 (96); v3's student has the RSE neck
    "det_mv3_large_x0.5_se_dbfpn256_dbhead": partial(db_mobilenetv3, se=True, width=256),
    "det_mv3_large_x0.5_se_dbfpn96_dbhead": partial(db_mobilenetv3, se=True),
    "det_mv3_large_x0.5_nose_dbfpn96_dbhead": partial(db_mobilenetv3),
    "det_mv3_large_x0.5_nose_rsefpn96_dbhead": partial(db_mobilenetv3, neck="rse-fpn"),
    # servers and teachers
    "det_resnet18vd_dbfpn256_dbhead": partial(db_resnet_vd, 18),
    "det_resnet50vd_dbfpn256_dbhead": partial(db_resnet_vd, 50),
    "det_resnet50vd_lkpan256_dbhead7": partial(db_resnet_vd, 50, "lk-pan", head_kernel=7),
    "det_resnet50vd_lkpan256_lite_dbhead7": partial(
        db_resnet_vd, 50, "lk-pan-light", head_kernel=7
    ),
    "det_resnet50vd_lkpan256_intracl_dbhead7": partial(
        db_resnet_vd, 50, "lk-pan-intra-cl", head_kernel=7
    ),
    # PP-OCR v4
    "det_pplcnetv3_x0.75_rsefpn96_dbhead": partial(db_lcnetv3, head="db"),
    "det_pplcnetv3_x0.75_rsefpn96_pfheadlocal_small": partial(db_lcnetv3),
    # Recognisers of v1 and v2, Latin ones, servers'
    "rec_crnn_mv3_small_x0.5_s1222_rnn48_ctc6625": partial(crnn_mobilenetv3, 6625),
    "rec_crnn_mv3_large_x0.5_rnn96_ctc37": partial(crnn_mobilenetv3, 37, "large", hidden=96),
    "rec_crnn_mv1enhance_x0.5_rnn64_mid96_ctc6625": partial(crnn_mobilenetv1, 6625),
    "rec_crnn_resnet34vd_rnn256_ctc37": partial(crnn_resnet_vd, 37),
    "rec_crnn_resnet34vd_rnn256_ctc6625": partial(crnn_resnet_vd, 6625),
    # SVTR, with and without rectification (stn), and for Chinese
    "rec_svtr_tiny_nostn_ctc37": partial(svtr_tiny, 37),
    "rec_svtr_tiny_stn_ctc37": partial(svtr_tiny, 37, rectify=True),
    "rec_svtr_tiny_ch_nostn_ctc6625": partial(
        svtr_tiny, 6625, width=320, steps=40, out_channels=96
    ),
    # v3 in Chinese and English, v4; sar6627 and nrtr6628 are the classes of the guides
    "rec_svtrlcnet_mv1enhance_x0.5_multihead_ctc6625_sar6627": partial(svtr_lcnet, 6625),
    "rec_svtrlcnet_mv1enhance_x0.5_multihead_ctc97_sar99_en": partial(
        svtr_lcnet, 97, pool="mean-3x2"
    ),
    "rec_pplcnetv3_x0.95_multihead_ctc6625_nrtr6628": partial(svtr_lcnetv3, 6625),
    # Which way up
    "cls_mv3_small_x0.35": direction_classifier,
}


def _counted(before: str, first: int, step: int = 1) -> Callable[[re.Match[str]], str]:
    """Replace a number by its place in the row that starts at ``first``."""
    return lambda match: f"{before}{(int(match[1]) - first) // step}."


# From PaddleOCR's names of weights to ours. Every rule whose pattern is found is applied, in this
# order; names that no rule touches are the same on both sides.
RENAMES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    # MobileNetV3
    (r"^backbone\.conv1?\.", "backbone.stem."),
    (r"^backbone\.stage3\.3\.", "backbone.last."),
    (r"^backbone\.conv2\.", "backbone.last."),
    (r"^backbone\.blocks\.", "backbone.stages.0."),
    (r"^backbone\.stage(\d)\.", r"backbone.stages.\1."),
    (r"\.expand_conv\.", ".expand."),
    (r"\.bottleneck_conv\.", ".depthwise."),
    (r"\.mid_se\.", ".se."),
    (r"\.linear_conv\.", ".project."),
    # ResNet-vd
    (r"^backbone\.conv1_([123])\.", _counted("backbone.stem.", 1)),
    (r"^backbone\.bb_(\d+)_(\d+)\.", r"backbone.stages.\1.\2."),
    (r"\.short\.", ".short.project."),
    (r"\._conv\.", ".conv."),
    (r"\._batch_norm\.", ".bn."),
    # MobileNetV1Enhance; after MobileNetV3, whose blocks have another name with us
    (r"^backbone\.block_list\.", "backbone.blocks."),
    (r"\._depthwise_conv\.", ".depthwise."),
    (r"\._pointwise_conv\.", ".project."),
    (r"\._se\.", ".se."),
    # SVTR; before PP-LCNetV3, whose stages have the same names
    (r"^backbone\.blocks([123])\.(?=\d+\.(?:norm|mixer|mlp))", _counted("backbone.stages.", 1)),
    (r"^backbone\.patch_embed\.proj\.(\d)\.", r"backbone.patch.\1."),
    (r"^(backbone\.patch\.\d)\.norm\.", r"\1.bn."),
    (r"^backbone\.sub_sample([12])\.", _counted("backbone.merge.", 1)),
    (r"^backbone\.pos_embed$", "backbone.positions"),
    (r"^backbone\.last_conv\.", "backbone.last."),
    (r"^transform\.stn_head\.stn_convnet\.(\d+)\.", _counted("rectifier.convs.", 0, 2)),
    (r"^(rectifier\.convs\.\d)\.0\.", r"\1.conv."),
    (r"^(rectifier\.convs\.\d)\.1\.", r"\1.bn."),
    (r"^transform\.stn_head\.stn_fc1\.0\.", "rectifier.fc1."),
    (r"^transform\.stn_head\.stn_fc1\.1\.", "rectifier.bn."),
    (r"^transform\.stn_head\.stn_fc2\.", "rectifier.fc2."),
    # PP-LCNetV3
    (r"^backbone\.blocks([2-6])\.", _counted("backbone.stages.", 2)),
    (r"\.dw_conv\.", ".depthwise."),
    (r"\.pw_conv\.", ".project."),
    (r"\.conv_kxk\.", ".branches."),
    (r"\.conv_1x1\.", ".point."),
    (r"\.act\.lab\.", ".act_affine."),
    (r"\.lab\.", ".affine."),
    (r"^backbone\.layer_list\.", "backbone.narrow."),
    # Necks
    (r"^neck\.in([2-5])_conv\.", _counted("neck.lateral.", 2)),
    (r"^neck\.p([2-5])_conv\.", _counted("neck.smooth.", 2)),
    (r"^neck\.ins_conv\.", "neck.lateral."),
    (r"^neck\.inp_conv\.", "neck.smooth."),
    (r"\.in_conv\.", ".conv."),
    (r"\.se_block\.", ".se."),
    (r"^neck\.pan_head_conv\.", "neck.up."),
    (r"^neck\.pan_lat_conv\.", "neck.out."),
    (r"^(neck\.(?:smooth|out)\.\d)\.conv1\.", r"\1.depthwise."),
    (r"^(neck\.(?:smooth|out)\.\d)\.conv2\.", r"\1.widen."),
    (r"^(neck\.(?:smooth|out)\.\d)\.conv3\.", r"\1.narrow."),
    (r"^(neck\.(?:smooth|out)\.\d)\.conv_end\.", r"\1.shortcut."),
    (r"^neck\.incl([1-4])\.", _counted("neck.context.", 1)),
    (r"\.conv1x1_reduce_channel\.", ".narrow."),
    (r"\.conv1x1_return_channel\.", ".widen."),
    (r"\.c_layer_([753])x\d\.", _counted(".square.", 7, -2)),
    (r"\.v_layer_([753])x1\.", _counted(".upright.", 7, -2)),
    (r"\.q_layer_1x([753])\.", _counted(".lying.", 7, -2)),
    # Heads
    (r"^head\.binarize\.", "head.shrink."),
    (r"^head\.thresh\.", "head.threshold."),
    (r"^(head\.(?:shrink|threshold))\.conv1\.", r"\1.conv.conv."),
    (r"^(head\.(?:shrink|threshold))\.conv_bn1\.", r"\1.conv.bn."),
    (r"^(head\.(?:shrink|threshold))\.conv2\.", r"\1.up1."),
    (r"^(head\.(?:shrink|threshold))\.conv_bn2\.", r"\1.bn."),
    (r"^(head\.(?:shrink|threshold))\.conv3\.", r"\1.up2."),
    (r"^head\.cbn_layer\.last_3\.", "head.local.conv."),
    (r"^head\.cbn_layer\.last_1\.", "head.local.out."),
    # Recognisers
    (r"^neck\.encoder\.lstm\.", "sequence.lstm."),
    (r"^head\.fc\.", "head."),
    (r"^head\.fc([12])\.", _counted("head.", 1)),
    # SVTR_LCNet and its guides
    (r"^head\.ctc_head\.fc\.", "head."),
    (r"^head\.ctc_encoder\.encoder\.", "encoder."),
    (r"^encoder\.svtr_block\.", "encoder.blocks."),
    (r"^encoder\.(\w+)\.norm\.", r"encoder.\1.bn."),
    (r"^encoder\.conv1\.", "encoder.narrow."),
    (r"^encoder\.conv2\.", "encoder.enter."),
    (r"^encoder\.conv3\.", "encoder.leave."),
    (r"^encoder\.conv4\.", "encoder.join."),
    (r"^encoder\.conv1x1\.", "encoder.out."),
    (r"^head\.sar_head\.encoder\.rnn_encoder\.", "guide.columns."),
    (r"^head\.sar_head\.encoder\.linear\.", "guide.holistic."),
    (r"^head\.sar_head\.decoder\.", "guide."),
    (r"^guide\.conv1x1_1\.", "guide.query."),
    (r"^guide\.conv3x3_1\.", "guide.key."),
    (r"^guide\.conv1x1_2\.", "guide.score."),
    (r"^guide\.rnn_decoder\.", "guide.writer."),
    (r"^guide\.prediction\.", "guide.out."),
    (r"^head\.before_gtc\.1\.fc\.", "guide.memory."),
    (r"^head\.gtc_head\.", "guide."),
    (r"^guide\.embedding\.embedding\.", "guide.embedding."),
    (r"^guide\.positional_encoding\.pe$", "guide.positions"),
    (r"^guide\.decoder\.", "guide.layers."),
    (r"\.self_attn\.", ".causal."),
    (r"\.cross_attn\.", ".cross."),
    (r"\.out_proj\.", ".proj."),
    (r"^guide\.tgt_word_prj\.", "guide.out."),
)


def our_name(name: str) -> str:
    """What ocrlib calls the weight that PaddleOCR calls ``name``."""
    for pattern, replacement in RENAMES:
        name = re.sub(pattern, replacement, name)
    return name


def load_state(model: paddle.nn.Layer, arrays: Arrays, file: str | Path | None = None) -> None:
    """Put weights in PaddleOCR's naming into a model; everything has to fit, else nothing changes.

    Args:
        model: a network of :data:`NETWORKS`, or one of the same kind in another size.
        arrays: arrays by PaddleOCR's name. Paddle lists the weights of an LSTM twice, under two
            names; either or both may be there, but both must be the same.
        file: where they come from, for the message.

    Raises:
        CheckpointError: arrays are missing, left over, of another shape or not numbers. The
            message counts them; the error's notes (``__notes__``) name every one.
    """
    tensors = named_tensors(model)
    first_names = _first_names(model)
    found: dict[str, NDArray[Any]] = {}
    left_over, misfits = [], []
    for peer, array in arrays.items():
        name = first_names.get(our_name(peer))
        if name is None:
            left_over.append(peer)
        elif tuple(tensors[name].shape) != array.shape:
            misfits.append(f"{peer}: {array.shape}, the model has {tuple(tensors[name].shape)}")
        elif array.dtype.kind != "f" or not np.isfinite(array).all():
            misfits.append(f"{peer}: not all of it is finite numbers")
        elif name in found and not np.array_equal(found[name], array):
            misfits.append(f"{peer}: not the same as under its other name")
        found.setdefault(name or peer, array)
    missing = [name for name in tensors if name not in found]
    if missing or left_over or misfits:
        raise _misfit(missing, left_over, misfits, file)
    for name, tensor in tensors.items():
        tensor.set_value(found[name].astype("float32"))


def load_checkpoint(model: paddle.nn.Layer, path: str | Path, prefix: str = "") -> None:
    """Put the weights of a ``.pdparams`` file, as PaddleOCR publishes them, into a model.

    The file is read without running anything that it may hold. This was tested with files of
    that layout that the tests write themselves; no published file was at hand.

    Args:
        model: a network of :data:`NETWORKS`, or one of the same kind in another size.
        path: the file.
        prefix: only names that begin with it count, without it. ``"Student."`` takes the
            student out of a distillation's checkpoint.

    Raises:
        CheckpointError: the file cannot be read or is refused, no name has the prefix, or
            something does not fit (:func:`load_state`).
    """
    arrays = read_pdparams(path)
    chosen = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
    starts = sorted({name.partition(".")[0] + "." for name in arrays})
    if not chosen:
        raise CheckpointError(
            "no weight has this prefix",
            file=path,
            value=prefix,
            remedy=f"names begin with {', '.join(starts)}",
        )
    try:
        load_state(model, chosen, path)
    except CheckpointError as error:
        if not prefix and "Student." in starts:
            error.add_note('The file holds several networks: take one with prefix="Student.".')
        raise


def _first_names(model: paddle.nn.Layer) -> dict[str, str]:
    """Every name of a weight, second ones too, to the one that ``named_tensors`` uses."""
    by_id = {id(tensor): name for name, tensor in named_tensors(model).items()}
    return {name: by_id[id(tensor)] for name, tensor in model.state_dict().items()}


def _misfit(
    missing: list[str], left_over: list[str], misfits: list[str], file: str | Path | None
) -> CheckpointError:
    parts = (
        ("missing", missing),
        ("left over", left_over),
        ("of another shape or kind", misfits),
    )
    counts = ", ".join(f"{len(items)} {what} ({items[0]})" for what, items in parts if items)
    error = CheckpointError(
        f"the weights do not fit, with the first of each: {counts}",
        file=file,
        remedy="build the network that these weights belong to, or name the prefix of a part",
    )
    for what, items in parts:
        for item in items:
            error.add_note(f"{what}: {item}")
    return error
