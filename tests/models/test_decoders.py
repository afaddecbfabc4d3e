import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import DataError
from ocrlib.losses.attention import WritingLoss
from ocrlib.models.decoders import (
    AdditiveAttention,
    AttentionDecoder,
    ParallelDecoder,
    WritingReader,
    rec_lite_attention,
    rec_lite_parallel,
)
from ocrlib.models.lite import LiteConvNet
from ocrlib.models.sequence import BiLSTM
from ocrlib.postprocess.attention import beam, greedy

DECODERS = {"attention": AttentionDecoder, "parallel": ParallelDecoder}


def decoder(name, longest=6):
    paddle.seed(0)
    made = DECODERS[name](8, 5, size=16, longest=longest)
    made.eval()
    return made


def test_attention_by_hand():
    layer = AdditiveAttention(1, 1, 1)
    for weight, value in ((layer.key.weight, 1.0), (layer.query.weight, 2.0)):
        weight.set_value(paddle.full([1, 1], value))
    layer.score.weight.set_value(paddle.full([1, 1], 3.0))
    queries, columns = paddle.to_tensor([[[0.5], [-1.0]]]), paddle.to_tensor([[[0.0], [1.0]]])
    seen, weights = layer(queries, columns)
    scores = 3 * np.tanh(2 * np.array([[0.5], [-1.0]]) + np.array([0.0, 1.0]))
    wanted = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(weights.numpy()[0], wanted, atol=1e-6)
    # The columns hold 0 and 1, so the weight of the second is what is seen.
    np.testing.assert_allclose(seen.numpy()[0, :, 0], wanted[:, 1], atol=1e-6)


@pytest.mark.parametrize("name", DECODERS)
def test_sizes_of_what_goes_out(name):
    columns = paddle.randn([2, 7, 8])
    output = decoder(name)(columns, paddle.to_tensor([[1, 2, 3], [4, 0, 0]]))
    assert (output.logits.shape, output.attention.shape) == ([2, 4, 5], [2, 4, 7])
    np.testing.assert_allclose(output.attention.numpy().sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(output.probabilities.numpy().sum(axis=2), 1, atol=1e-5)


def test_a_place_knows_the_characters_before_it_if_they_are_written_in_turn():
    columns, labels = paddle.randn([1, 7, 8]), paddle.to_tensor([[1, 2, 3, 4]])
    other = paddle.to_tensor([[1, 4, 3, 4]])
    changed = {}
    for name in DECODERS:
        made = decoder(name)
        difference = made(columns, labels).logits - made(columns, other).logits
        changed[name] = (np.abs(difference.numpy()).max(axis=2)[0] > 1e-6).tolist()
    assert changed["attention"] == [False, False, True, True, True]
    assert changed["parallel"] == [False] * 5


def test_writing_freely_is_being_taught_with_what_one_has_written():
    made = decoder("attention")
    columns = paddle.randn([3, 7, 8])
    free = made(columns)
    written = free.logits.argmax(axis=2)[:, :-1]
    taught = made(columns, written)
    np.testing.assert_allclose(taught.logits.numpy(), free.logits.numpy(), atol=1e-6)


def test_it_stops_when_all_texts_have_ended():
    made = decoder("attention", longest=6)
    columns = paddle.randn([2, 7, 8])
    for end, places in ((9.0, 1), (-9.0, 6)):
        made.out.bias.set_value(paddle.to_tensor([end, 0.0, 0.0, 0.0, 0.0]))
        assert made(columns).logits.shape == [2, places, 5]


@pytest.mark.parametrize("name", DECODERS)
def test_a_text_does_not_depend_on_its_batch_mates(name):
    made = decoder(name)
    columns = paddle.randn([4, 7, 8])
    together = greedy(made(columns).logits.numpy())
    alone = [greedy(made(columns[i : i + 1]).logits.numpy())[0] for i in range(4)]
    assert [text.indices for text in together] == [text.indices for text in alone]


def test_the_widest_beam_finds_the_likeliest_text():
    made = decoder("attention", longest=3)
    columns = paddle.randn([1, 7, 8])

    def follow(prefixes):
        return made.follow(columns, paddle.to_tensor(prefixes)).numpy()

    texts = [()] + [(a,) for a in range(1, 5)] + [(a, b) for a in range(1, 5) for b in range(1, 5)]
    log_p = {}
    for text in texts:
        rows = made(columns, paddle.to_tensor([list(text)], dtype="int64")).logits
        rows = np.log(paddle.nn.functional.softmax(rows, axis=2).numpy()[0])
        log_p[text] = sum(rows[t, c] for t, c in enumerate((*text, 0)))
    best = max(log_p, key=log_p.__getitem__)
    found = beam(follow, width=125, longest=3)
    assert found.indices == best
    assert found.log_probability == pytest.approx(log_p[best], abs=1e-5)
    narrow = beam(follow, width=1, longest=3)
    assert narrow.indices == greedy(made(columns).logits.numpy())[0].indices


def test_more_characters_than_questions_are_refused():
    with pytest.raises(DataError, match=r"6 characters and its end need 7 places, .* has 6"):
        decoder("parallel", longest=6)(paddle.randn([1, 7, 8]), paddle.ones([1, 6], "int64"))


@pytest.mark.parametrize("factory", [rec_lite_attention, rec_lite_parallel])
def test_every_weight_of_a_reader_learns(factory):
    paddle.seed(0)
    reader = factory(11, hidden=32, longest=8)
    labels = paddle.to_tensor([[1, 2, 3, 4, 5, 6, 7], [4, 5, 0, 0, 0, 0, 0]])
    logits = reader(paddle.randn([2, 3, 32, 64]), labels).logits
    assert logits.shape == [2, 8, 11]
    WritingLoss()(logits, labels, paddle.to_tensor([7, 2])).backward()
    still = [n for n, p in reader.named_parameters() if p.trainable and not p.grad.any()]
    # A softmax does not change when all its scores grow by the same.
    assert still == []


@pytest.mark.slow
@pytest.mark.parametrize("name", DECODERS)
def test_overfits_eight_crops(name):
    rng = np.random.default_rng(0)
    paddle.seed(0)
    x = paddle.to_tensor(rng.standard_normal((8, 3, 32, 64)).astype(np.float32))
    lengths = np.array([4, 4, 3, 2, 4, 1, 0, 4])
    texts = rng.integers(1, 11, (8, 4)) * (np.arange(4) < lengths[:, None])
    labels, lengths = paddle.to_tensor(texts), paddle.to_tensor(lengths)
    convolutions = LiteConvNet((16, 32, 32, 32), ((2, 2), (2, 2), (2, 1), (2, 1)))
    sequence = BiLSTM(32, 32)
    reader = WritingReader(convolutions, sequence, DECODERS[name](64, 11, size=32, longest=8))
    optimizer = paddle.optimizer.Adam(5e-3, parameters=reader.parameters())
    loss = WritingLoss()
    for _ in range(120):
        value = loss(reader(x, labels).logits, labels, lengths)
        value.backward()
        optimizer.step()
        optimizer.clear_grad()
    assert value.item() < 0.05
    reader.eval()
    read = greedy(reader(x).logits.numpy())
    assert [list(text.indices) for text in read] == [
        [c for c in row if c] for row in texts.tolist()
    ]
    assert all(text.ended for text in read)
