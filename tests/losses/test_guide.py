import math
from pathlib import Path

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.losses.guide import GuideLoss

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden_guide_loss.npz"


def test_by_hand():
    # Start 2 (written again as the end), padding 3; the texts are "1" and "1 1".
    targets = paddle.to_tensor([[2, 1, 2, 3], [2, 1, 1, 2]])
    p = np.full((2, 4, 3), 1 / 3, np.float32)
    p[0, 0] = 0.2, 0.5, 0.3  # "1" comes: 0.5
    p[0, 1] = 0.1, 0.1, 0.8  # the end comes: 0.8
    p[0, 2] = 0.9, 0.0, 0.1  # padding comes: teaches nothing
    p[1, 0] = 0.3, 0.4, 0.3
    p[1, 1] = 0.5, 0.2, 0.3
    p[1, 2] = 0.3, 0.1, 0.6
    logits = paddle.to_tensor(np.log(np.maximum(p, 1e-9)))
    wanted = -sum(map(math.log, (0.5, 0.8, 0.4, 0.2, 0.6))) / 5
    loss = GuideLoss(padding=3)
    assert loss(logits, targets).item() == pytest.approx(wanted, rel=1e-5)
    # Some guides say nothing after the last character.
    assert loss(logits[:, :-1], targets).item() == pytest.approx(wanted, rel=1e-5)


def test_nothing_but_padding_teaches_nothing():
    logits = paddle.randn([2, 3, 4])
    logits.stop_gradient = False
    loss = GuideLoss(4)(logits, paddle.full([2, 3], 4, "int64"))
    loss.backward()
    assert loss.item() == 0
    assert not logits.grad.any()


def test_same_value_as_the_reference():
    golden = np.load(GOLDEN)
    said, targets = paddle.to_tensor(golden["said"]), paddle.to_tensor(golden["targets"])
    found = GuideLoss(int(golden["padding"]))(said, targets).item()
    assert found == pytest.approx(float(golden["value"]), rel=1e-6)
