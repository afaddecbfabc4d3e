"""One miniature of each family of recognisers: an eye, and heads that learn in seconds.

All heads know the same classes, 1 to ``classes - 1`` being letters. Class 0 says that there is no
letter, in the way that the family needs: background, blank, end. They differ in the *places* at
which they name a class:

===============  ====================================================  ========================
head             places                                                after
===============  ====================================================  ========================
`PixelHead`      px of the picture                                     Liao et al. 2019, CA-FCN
`SlotHead`       first letter, second letter, ...                      Goodfellow et al. 2014
`CTCHead`        columns of the picture                                Graves et al. 2006, CTC
`AttentionHead`  steps of writing, each knowing the letters before it  Shi et al. 2016, RARE
`ParallelHead`   first letter, second letter, ..., each looking around Yu et al. 2020, SRN
===============  ====================================================  ========================
"""

from __future__ import annotations

from ocrlib.engine import paddle
from ocrlib.models.attention import waves
from ocrlib.models.layers import ConvBN

nn = paddle.nn
F = paddle.nn.functional

CHANNELS = 24  # of the eye's map
PLACES = 256  # columns that a ParallelHead can tell apart


class Eye(paddle.nn.Layer):
    """Four convolutions; each px of the map has seen 15 x 15 px."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            ConvBN(1, 8, stride=2), ConvBN(8, 16), ConvBN(16, CHANNELS), ConvBN(CHANNELS, CHANNELS)
        )

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map pictures (B, 1, H, W) to (B, 24, H / 2, W / 2)."""
        return self.convs(x)


def to_columns(features: paddle.Tensor) -> paddle.Tensor:
    """The strongest answer in each column, at whatever height: (B, C, h, w) -> (B, w, C)."""
    return features.max(axis=2).transpose([0, 2, 1])


class PixelHead(paddle.nn.Layer):
    """Says of each px of the map which letter it is the middle of.

    Args:
        classes: letters and background.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.out = nn.Linear(CHANNELS, classes)

    def forward(self, features: paddle.Tensor) -> paddle.Tensor:
        """Map (B, 24, h, w) to logits (B, h, w, classes)."""
        return self.out(features.transpose([0, 2, 3, 1]))


class SlotHead(paddle.nn.Layer):
    """One classifier for each place in the word, each looking at the whole picture.

    Args:
        classes: letters and "none".
        slots: letters of the longest word that it can read.
        width: columns of the pictures, a multiple of 4; it takes no other.
    """

    def __init__(self, classes: int, slots: int, width: int = 32) -> None:
        super().__init__()
        self.whole = nn.Linear(CHANNELS * width // 4, 96)
        self.slots = nn.LayerList([nn.Linear(96, classes) for _ in range(slots)])

    def forward(self, seen: paddle.Tensor) -> paddle.Tensor:
        """Map columns (B, width, 24) to logits (B, slots, classes)."""
        coarse = F.max_pool1d(seen.transpose([0, 2, 1]), 4)  # (B, 24, width / 4)
        whole = F.relu(self.whole(coarse.flatten(1)))  # (B, 24 * width / 4) -> (B, 96)
        return paddle.stack([slot(whole) for slot in self.slots], axis=1)


class CTCHead(paddle.nn.Layer):
    """One classifier, the same for every column.

    Args:
        classes: letters and blank.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.out = nn.Linear(CHANNELS, classes)

    def forward(self, seen: paddle.Tensor) -> paddle.Tensor:
        """Map columns (B, w, 24) to logits (B, w, classes)."""
        return self.out(seen)


class AttentionHead(paddle.nn.Layer):
    """Writes letter by letter; before each one it looks for the columns that it needs.

    Args:
        classes: letters and "end", which also stands before the first letter.
        size: features of the writer's memory.
    """

    def __init__(self, classes: int, size: int = 48) -> None:
        super().__init__()
        self.size = size
        self.key = nn.Linear(CHANNELS, size)
        self.query = nn.Linear(size, size)
        self.score = nn.Linear(size, 1)
        self.embedding = nn.Embedding(classes, 16)
        self.writer = nn.GRUCell(16 + CHANNELS, size)
        self.out = nn.Linear(size + CHANNELS, classes)
        self.register_buffer("where", paddle.to_tensor(waves(PLACES, size)), persistable=False)

    def forward(
        self, seen: paddle.Tensor, targets: paddle.Tensor | None = None, steps: int = 12
    ) -> tuple[paddle.Tensor, paddle.Tensor]:
        """Read columns (B, w, 24).

        Args:
            seen: the columns.
            targets: in training, the right classes, (B, L): the writer is told what it should
                have written before. None: it goes by what it did write.
            steps: to write, without targets.

        Returns:
            Logits, (B, L, classes), and where it looked, (B, L, w), which sums to 1 at each step.
        """
        keys = self.key(seen) + self.where[: seen.shape[1]]  # (B, w, size)
        state = paddle.zeros([seen.shape[0], self.size])
        before = paddle.zeros([seen.shape[0]], "int64")
        logits, looks = [], []
        for step in range(steps if targets is None else targets.shape[1]):
            mixed = F.tanh(keys + self.query(state).unsqueeze(1))  # (B, w, size)
            look = F.softmax(self.score(mixed), axis=1).transpose([0, 2, 1])  # (B, 1, w)
            glimpse = look.matmul(seen).squeeze(1)  # (B, 24)
            state, _ = self.writer(paddle.concat([self.embedding(before), glimpse], 1), state)
            logits.append(self.out(paddle.concat([state, glimpse], 1)))
            looks.append(look)
            before = logits[-1].argmax(axis=1) if targets is None else targets[:, step]
        return paddle.stack(logits, axis=1), paddle.concat(looks, axis=1)


class ParallelHead(paddle.nn.Layer):
    """A small transformer: columns look at each other, then all letters are named at once.

    Args:
        classes: letters and "end".
        places: letters of the longest word that it can read.
        size: features of a column inside, a multiple of 4.
    """

    def __init__(self, classes: int, places: int, size: int = 48) -> None:
        super().__init__()
        self.enter = nn.Linear(CHANNELS, size)
        self.register_buffer("where", paddle.to_tensor(waves(PLACES, size)), persistable=False)
        self.mix = nn.TransformerEncoderLayer(size, 4, 2 * size, dropout=0.0)
        self.queries = self.create_parameter([places, size])
        self.look = nn.MultiHeadAttention(size, 4, need_weights=True)
        self.out = nn.Linear(size, classes)

    def forward(self, seen: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        """Map columns (B, w, 24) to logits (B, places, classes) and looks (B, places, w)."""
        mixed = self.mix(self.enter(seen) + self.where[: seen.shape[1]])  # (B, w, size)
        queries = self.queries.unsqueeze(0).expand([seen.shape[0], -1, -1])
        found, looks = self.look(queries, mixed, mixed)  # (B, places, size), (B, 4, places, w)
        return self.out(found), looks.mean(axis=1)
