"""Readers that write one character after the other, used as guides of a CTC reader.

Hu et al., 2020, "GTC: Guided Training of CTC": attention finds the characters better while
training, CTC reads faster afterwards. So the backbone learns from the guide, and the guide is
left behind when training is over.
"""

from __future__ import annotations

import numpy as np

from ocrlib.engine import paddle
from ocrlib.models.svtr import MLP
from ocrlib.types import FloatArray

nn = paddle.nn
F = paddle.nn.functional

NRTR_SIGNS, NRTR_START, NRTR_END = 4, 2, 3  # padding 0 and unknown 1 are signs too
NRTR_PLACES = 5000  # longest text that has positions; published weights hold them all


class SARGuide(paddle.nn.Layer):
    """Attention in two dimensions, steered by an LSTM (Li et al., 2019, "Show, Attend and Read").

    One LSTM reads the columns and says what the line is about; another writes the characters. For
    each, its state asks every px of the map how well it fits; the answer is read off the
    mean of the map under these weights.

    Args:
        channels: of the backbone's map.
        classes: known characters, start and padding: the last two numbers. All but the padding
            can be written, so ``classes - 1`` scores go out.
        size: features of both LSTMs and of the attention.
        dropout: between the columns' LSTM layers, and on the scores.
    """

    def __init__(self, channels: int, classes: int, size: int = 512, dropout: float = 0.1) -> None:
        super().__init__()
        self.start, self.padding = classes - 2, classes - 1
        self.columns = nn.LSTM(channels, size, num_layers=2, dropout=dropout)
        self.holistic = nn.Linear(size, size)
        self.embedding = nn.Embedding(classes, size, padding_idx=classes - 1)
        self.writer = nn.LSTM(size, size, num_layers=2)
        self.query = nn.Linear(size, size)
        self.key = nn.Conv2D(channels, size, 3, padding=1)
        self.score = nn.Linear(size, 1)
        self.out = nn.Linear(2 * size + channels, classes - 1)
        self.drop = nn.Dropout(dropout)

    def targets(self, labels: paddle.Tensor, lengths: paddle.Tensor) -> paddle.Tensor:
        """CTC's labels (B, N), padded with 0, of these lengths (B,), as this guide's texts.

        Returns:
            Start, the text, start again as the end, padding: (B, N + 2) int64.
        """
        return _framed(labels, lengths, self.start, self.start, self.padding)

    def forward(
        self,
        features: paddle.Tensor,
        targets: paddle.Tensor,
        valid: paddle.Tensor | None = None,
    ) -> paddle.Tensor:
        """Say at every place of a known text which character comes next.

        Args:
            features: of the backbone, (B, channels, h, w).
            targets: characters, (B, L), whole numbers: start, the text, padding.
            valid: share of the width that is picture, the rest being padding, (B,), 0-1; None is
                all of it.

        Returns:
            Scores before the softmax, (B, L, classes - 1); those at place t tell what follows
            ``targets[:, t]``.
        """
        width = features.shape[3]
        ends = (
            paddle.full([features.shape[0]], width, "int64")
            if valid is None
            else (valid * width).ceil().astype("int64").clip(1, width)
        )
        state = self._state(features, ends)  # (B, size)
        # The writer sees what the line is about first; nothing is written there.
        inputs = paddle.concat([state.unsqueeze(1), self.embedding(targets)], axis=1)
        written = self.writer(inputs)[0]  # (B, 1 + L, size)
        glimpses = self._glimpses(features, written, ends)
        context = state.unsqueeze(1).expand_as(written)
        scores = self.out(paddle.concat([written, glimpses, context], axis=2))
        return self.drop(scores)[:, 1:]  # (B, L, classes - 1)

    def _state(self, features: paddle.Tensor, ends: paddle.Tensor) -> paddle.Tensor:
        """What the line is about, after its last column that is picture: (B, size)."""
        columns = features.max(axis=2).transpose([0, 2, 1])  # (B, w, channels)
        read = self.columns(columns)[0]  # (B, w, size)
        last = F.one_hot(ends - 1, read.shape[1]).unsqueeze(1)  # (B, 1, w)
        return self.holistic(last.matmul(read).squeeze(1))

    def _glimpses(
        self, features: paddle.Tensor, written: paddle.Tensor, ends: paddle.Tensor
    ) -> paddle.Tensor:
        """The mean of the map for every query, weighed by attention: (B, queries, channels)."""
        batch, _, height, width = features.shape
        keys = self.key(features).flatten(2).transpose([0, 2, 1])  # (B, h * w, size)
        queries = self.query(written)  # (B, queries, size)
        mixed = F.tanh(queries.unsqueeze(2) + keys.unsqueeze(1))  # (B, queries, h * w, size)
        scores = self.score(mixed).squeeze(3)  # (B, queries, h * w)
        outside = paddle.arange(width).unsqueeze(0) >= ends.unsqueeze(1)  # (B, w)
        outside = outside.unsqueeze(1).expand([batch, height, width]).reshape([batch, 1, -1])
        scores = paddle.where(outside, paddle.full([1], -np.inf), scores)
        weights = F.softmax(scores, axis=2)
        return weights.matmul(features.flatten(2).transpose([0, 2, 1]))


class CausalAttention(paddle.nn.Layer):
    """Every character gathers from those up to itself.

    Args:
        channels: of a character, a multiple of ``heads``.
        heads: independent gatherings side by side.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, L, channels) to the same shape."""
        length = x.shape[1]
        future = paddle.triu(paddle.full([length, length], -np.inf), diagonal=1)
        q, k, v = self.qkv(x).chunk(3, axis=2)
        return self.proj(_attend(q, k, v, self.heads, future))


class CrossAttention(paddle.nn.Layer):
    """Every character gathers from the picture.

    Args:
        channels: of a character and of a place in the picture, a multiple of ``heads``.
        heads: independent gatherings side by side.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(channels, channels)
        self.kv = nn.Linear(channels, 2 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: paddle.Tensor, memory: paddle.Tensor) -> paddle.Tensor:
        """Map characters (B, L, channels) and places (B, N, channels) to (B, L, channels)."""
        k, v = self.kv(memory).chunk(2, axis=2)
        return self.proj(_attend(self.q(x), k, v, self.heads))


def _attend(
    q: paddle.Tensor,
    k: paddle.Tensor,
    v: paddle.Tensor,
    heads: int,
    mask: paddle.Tensor | None = None,
) -> paddle.Tensor:
    """Attention of (B, L, C) on (B, N, C), head by head, side by side again: (B, L, C)."""
    size = q.shape[2] // heads
    q, k, v = (x.reshape([0, 0, heads, size]).transpose([0, 2, 1, 3]) for x in (q, k, v))
    scores = (q * size**-0.5).matmul(k.transpose([0, 1, 3, 2]))  # (B, heads, L, N)
    if mask is not None:
        scores = scores + mask
    gathered = F.softmax(scores, axis=-1).matmul(v)  # (B, heads, L, size)
    return gathered.transpose([0, 2, 1, 3]).reshape([0, 0, heads * size])


class DecoderLayer(paddle.nn.Layer):
    """Look at the text so far, look at the picture, think: each with a shortcut, then normalised.

    Args:
        channels: of a character.
        heads: of both attentions.
        inside: features inside the MLP.
        dropout: share of every branch that training forgets.
    """

    def __init__(self, channels: int, heads: int, inside: int, dropout: float) -> None:
        super().__init__()
        self.causal = CausalAttention(channels, heads)
        self.norm1 = nn.LayerNorm(channels)
        self.cross = CrossAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MLP(channels, inside, "relu", dropout)
        self.norm3 = nn.LayerNorm(channels)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: paddle.Tensor, memory: paddle.Tensor) -> paddle.Tensor:
        """Map characters (B, L, channels) to the same shape; ``memory`` is (B, N, channels)."""
        x = self.norm1(x + self.drop(self.causal(x)))
        x = self.norm2(x + self.drop(self.cross(x, memory)))
        return self.norm3(x + self.drop(self.mlp(x)))


class NRTRGuide(paddle.nn.Layer):
    """A transformer that writes (Sheng et al., 2019, "NRTR"): all places of a text at once.

    Each place sees the characters up to itself and the whole picture.

    Args:
        channels: of the backbone's map.
        classes: padding (0), unknown (1), start (2), end (3), then the characters.
        size: features of a character, a multiple of ``heads``.
        depth: layers.
        heads: of the attentions.
        dropout: on what goes in and on every branch.
    """

    def __init__(
        self,
        channels: int,
        classes: int,
        size: int = 384,
        depth: int = 4,
        heads: int = 12,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.size = size
        self.padding = 0
        self.memory = nn.Linear(channels, size, bias_attr=False)
        # One more than there are classes, in and out: published weights are so.
        self.embedding = nn.Embedding(classes + 1, size, padding_idx=0)
        places = paddle.to_tensor(waves(NRTR_PLACES, size)).unsqueeze(1)  # (places, 1, size)
        self.register_buffer("positions", places)
        self.layers = nn.LayerList(
            [DecoderLayer(size, heads, 4 * size, dropout) for _ in range(depth)]
        )
        self.out = nn.Linear(size, classes + 1, bias_attr=False)
        self.drop = nn.Dropout(dropout)

    def targets(self, labels: paddle.Tensor, lengths: paddle.Tensor) -> paddle.Tensor:
        """CTC's labels (B, N), padded with 0, of these lengths (B,), as this guide's texts.

        Returns:
            Start, the text, end, padding: (B, N + 2) int64.
        """
        shifted = labels + (NRTR_SIGNS - 1)  # CTC's first character is 1, here it is 4
        return _framed(shifted, lengths, NRTR_START, NRTR_END, self.padding)

    def forward(
        self,
        features: paddle.Tensor,
        targets: paddle.Tensor,
        valid: paddle.Tensor | None = None,
    ) -> paddle.Tensor:
        """Say at every place of a known text which character comes next.

        Args:
            features: of the backbone, (B, channels, h, w).
            targets: characters, (B, L), whole numbers: start, the text, end, padding.
            valid: not used: this guide looks at padding too.

        Returns:
            Scores before the softmax, (B, L - 1, classes + 1); those at place t tell what
            follows ``targets[:, t]``.
        """
        memory = self.memory(features.flatten(2).transpose([0, 2, 1]))  # (B, h * w, size)
        known = targets[:, :-1]
        places = self.positions[: known.shape[1], 0]  # (L - 1, size)
        x = self.drop(self.embedding(known) * self.size**0.5 + places)
        for layer in self.layers:
            x = layer(x, memory)
        return self.out(x)


def _framed(
    labels: paddle.Tensor, lengths: paddle.Tensor, start: int, end: int, padding: int
) -> paddle.Tensor:
    """Texts (B, N) between two signs, filled up: (B, N + 2) int64."""
    batch, longest = labels.shape
    place = paddle.arange(longest + 1).unsqueeze(0)  # (1, N + 1)
    ends = lengths.astype("int64").unsqueeze(1)  # (B, 1)
    more = paddle.zeros([batch, 1], "int64")
    texts = paddle.concat([labels.astype("int64"), more], axis=1)  # (B, N + 1)
    texts = paddle.where(place == ends, paddle.full_like(texts, end), texts)
    texts = paddle.where(place > ends, paddle.full_like(texts, padding), texts)
    return paddle.concat([paddle.full([batch, 1], start, "int64"), texts], axis=1)


def waves(places: int, size: int) -> FloatArray:
    """Positions as sines and cosines of wavelengths from 2 pi to 20,000 pi (Vaswani et al., 2017).

    Args:
        places: how many.
        size: features of a place, even: sine and cosine take turns.

    Returns:
        (places, size), -1 to 1.
    """
    angles = np.arange(places)[:, None] / 10_000 ** (np.arange(0, size, 2) / size)
    return (
        np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(places, size).astype("float32")
    )
