import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.classifier import direction_classifier


def test_any_width_and_a_probability_per_class():
    model = direction_classifier(classes=4)
    model.eval()
    for size in ((48, 192), (48, 50), (33, 64)):
        output = model(paddle.randn([3, 3, *size]))
        assert tuple(output.logits.shape) == (3, 4)
        np.testing.assert_allclose(output.probabilities.sum(axis=1).numpy(), 1, rtol=1e-5)


@pytest.mark.slow
def test_learns_which_way_up():
    rng = np.random.default_rng(0)
    paddle.seed(0)
    upright = rng.standard_normal((4, 3, 48, 64)).astype(np.float32) * 0.2
    upright[:, :, :16] += 1  # light above, dark below
    x = paddle.to_tensor(np.concatenate([upright, upright[:, :, ::-1, ::-1]]))
    labels = paddle.to_tensor([0] * 4 + [1] * 4)
    model = direction_classifier()
    adam = paddle.optimizer.Adam(3e-3, parameters=model.parameters())
    for _ in range(40):
        loss = paddle.nn.functional.cross_entropy(model(x).logits, labels)
        loss.backward()
        adam.step()
        adam.clear_grad()
    assert loss.item() < 0.05
    assert (model(x).logits.argmax(axis=1) == labels).all()
