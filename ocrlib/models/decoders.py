"""Readers that write a text instead of naming every column: one character at a time, or all.

Both look at the picture through attention: for a character they take the mean of the columns,
weighed by how well each fits. Class 0 ends a text. The same class stands in front of the first
character, so that labels which CTC takes, padded with 0, need no other form.
"""

from __future__ import annotations

from typing import NamedTuple

from ocrlib.charset import END
from ocrlib.engine import paddle
from ocrlib.errors import DataError
from ocrlib.models.lite import LiteConvNet
from ocrlib.models.sequence import BiLSTM, columns_to_sequence

nn = paddle.nn
F = paddle.nn.functional


class WrittenOutput(NamedTuple):
    """What a reader that writes returns.

    Args:
        logits: scores per place of the text and class before the softmax, (B, L, C); class 0 ends
            the text, what stands behind the first end means nothing.
        attention: how much every place looked at every column, (B, L, T), 0-1, 1 in sum.
    """

    logits: paddle.Tensor
    attention: paddle.Tensor

    @property
    def probabilities(self) -> paddle.Tensor:
        """Probability of every class per place, 0-1, (B, L, C)."""
        return F.softmax(self.logits, axis=-1)


class AdditiveAttention(paddle.nn.Layer):
    """Weighs columns by ``v . tanh(W query + U column)``.

    Bahdanau et al., 2015, "Neural Machine Translation by Jointly Learning to Align and Translate".

    Args:
        channels: of a column.
        asking: features of a query.
        size: features inside the tanh.
    """

    def __init__(self, channels: int, asking: int, size: int) -> None:
        super().__init__()
        self.key = nn.Linear(channels, size)
        self.query = nn.Linear(asking, size, bias_attr=False)
        self.score = nn.Linear(size, 1, bias_attr=False)

    def forward(
        self, queries: paddle.Tensor, columns: paddle.Tensor, keys: paddle.Tensor | None = None
    ) -> tuple[paddle.Tensor, paddle.Tensor]:
        """Look at the columns once for every query.

        Args:
            queries: (B, L, asking), or (1, L, asking) for the same ones on every picture.
            columns: (B, T, channels).
            keys: ``key(columns)``, (B, T, size), where it is known already.

        Returns:
            What was seen, (B, L, channels), and the weights, (B, L, T).
        """
        keys = self.key(columns) if keys is None else keys
        mixed = F.tanh(self.query(queries).unsqueeze(2) + keys.unsqueeze(1))  # (B, L, T, size)
        weights = F.softmax(self.score(mixed).squeeze(3), axis=2)  # (B, L, T)
        return weights.matmul(columns), weights


class AttentionDecoder(paddle.nn.Layer):
    """Writes one character after the other.

    A GRU remembers what has been written. Its state says where to look; what is seen there and
    the character before give the next state, and that gives the next character. Shi et al., 2016,
    "Robust Scene Text Recognition with Automatic Rectification", section 3.2.

    Args:
        channels: of a column.
        classes: known characters and, as class 0, the end.
        size: features of the state, of a character and of the attention.
        longest: places that are written at most if no label is given, the end included.
    """

    def __init__(self, channels: int, classes: int, size: int = 96, longest: int = 32) -> None:
        super().__init__()
        self.size = size
        self.longest = longest
        self.attend = AdditiveAttention(channels, size, size)
        self.embedding = nn.Embedding(classes, size)
        self.cell = nn.GRUCell(size + channels, size)
        self.out = nn.Linear(size, classes)

    def forward(self, columns: paddle.Tensor, labels: paddle.Tensor | None = None) -> WrittenOutput:
        """Write down what the columns say.

        Args:
            columns: (B, T, channels).
            labels: the true texts, padded with 0, (B, L), which stand for what has been written so
                far (teacher forcing): place t is asked to continue the first t characters. None:
                every place gets what the place before has written, until all texts have ended.

        Returns:
            L + 1 places with labels, at most ``longest`` without.
        """
        batch = columns.shape[0]
        keys = self.attend.key(columns)  # (B, T, size), the same at every place
        state = paddle.zeros([batch, self.size])
        written = paddle.full([batch], END, "int64")
        running = paddle.ones([batch], "bool")
        rows, looks = [], []
        for place in range(self.longest if labels is None else labels.shape[1] + 1):
            if labels is not None and place > 0:
                written = labels[:, place - 1]
            seen, weights = self.attend(state.unsqueeze(1), columns, keys)  # (B, 1, channels)
            taken = paddle.concat([self.embedding(written), seen.squeeze(1)], axis=1)
            state = self.cell(taken, state)[1]  # (B, size)
            rows.append(self.out(state))  # (B, classes)
            looks.append(weights.squeeze(1))  # (B, T)
            if labels is None:
                written = rows[-1].argmax(axis=1)
                running = running & (written != END)
                if not bool(running.any()):
                    break
        return WrittenOutput(paddle.stack(rows, axis=1), paddle.stack(looks, axis=1))

    def follow(self, columns: paddle.Tensor, prefixes: paddle.Tensor) -> paddle.Tensor:
        """Which character comes after each of some beginnings of one text, for a beam search.

        Args:
            columns: of one picture, (1, T, channels).
            prefixes: (N, L), all of the same length, which may be 0.

        Returns:
            Natural logarithms of probabilities, (N, classes).
        """
        columns = columns.expand([prefixes.shape[0], *columns.shape[1:]])
        return F.log_softmax(self(columns, prefixes).logits[:, -1], axis=-1)


class ParallelDecoder(paddle.nn.Layer):
    """Writes all characters at once: each place of the text has a question of its own.

    The k-th question, a vector that is learnt, means "where is the k-th character?". Nobody waits
    for anybody, and nobody knows what the others write. Yu et al., 2020, "Towards Accurate Scene
    Text Recognition with Semantic Reasoning Networks", section 3.2, without its reasoning.

    Args:
        channels: of a column.
        classes: known characters and, as class 0, the end.
        size: features of a question and of the attention.
        longest: questions, that is, the characters of the longest text and its end.
    """

    def __init__(self, channels: int, classes: int, size: int = 96, longest: int = 32) -> None:
        super().__init__()
        self.longest = longest
        self.questions = nn.Embedding(longest, size)
        self.attend = AdditiveAttention(channels, size, size)
        self.out = nn.Linear(channels, classes)

    def forward(self, columns: paddle.Tensor, labels: paddle.Tensor | None = None) -> WrittenOutput:
        """Write down what the columns say.

        Args:
            columns: (B, T, channels).
            labels: the true texts, (B, L). Only their length counts: as many questions are asked,
                and one for the end. None: all are asked.

        Returns:
            L + 1 places with labels, ``longest`` without.

        Raises:
            DataError: labels with more characters than there are questions for.
        """
        places = self.longest if labels is None else labels.shape[1] + 1
        if places > self.longest:
            raise DataError(
                f"a text of {places - 1} characters and its end need {places} places, "
                f"the decoder has {self.longest}",
                remedy="build it with a larger `longest`, or leave the text out",
            )
        questions = self.questions.weight[:places].unsqueeze(0)  # (1, places, size)
        seen, weights = self.attend(questions, columns)
        return WrittenOutput(self.out(seen), weights)


class WritingReader(paddle.nn.Layer):
    """A recogniser: backbone, sequence layer, a decoder that writes.

    Args:
        backbone: maps crops (B, 3, 32, W) to (B, channels, 1, T).
        sequence: maps (B, T, channels) to (B, T, features).
        decoder: maps (B, T, features) and labels, or None, to a ``WrittenOutput``.
    """

    def __init__(
        self,
        backbone: paddle.nn.Layer,
        sequence: paddle.nn.Layer,
        decoder: AttentionDecoder | ParallelDecoder,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.sequence = sequence
        self.decoder = decoder

    def columns(self, x: paddle.Tensor) -> paddle.Tensor:
        """What the decoder looks at, (B, T, features), of crops (B, 3, 32, W)."""
        return self.sequence(columns_to_sequence(self.backbone(x)))

    def forward(self, x: paddle.Tensor, labels: paddle.Tensor | None = None) -> WrittenOutput:
        """Read crops (B, 3, 32, W); ``labels`` (B, L) are needed for training only."""
        output: WrittenOutput = self.decoder(self.columns(x), labels)
        return output


def rec_lite_attention(charset_size: int, hidden: int = 96, longest: int = 32) -> WritingReader:
    """The small recogniser with an attention decoder in place of CTC.

    Args:
        charset_size: classes including the end, at least 2.
        hidden: features per direction of the recurrent layer, and of the decoder.
        longest: places that are written at most.

    Returns:
        A network from (B, 3, 32, W), W a multiple of 4, to a ``WrittenOutput``.
    """
    backbone = LiteConvNet()
    sequence = BiLSTM(backbone.out_channels, hidden)
    decoder = AttentionDecoder(sequence.out_channels, charset_size, hidden, longest)
    return WritingReader(backbone, sequence, decoder)


def rec_lite_parallel(charset_size: int, hidden: int = 96, longest: int = 32) -> WritingReader:
    """The small recogniser with a parallel decoder in place of CTC; arguments as above."""
    backbone = LiteConvNet()
    sequence = BiLSTM(backbone.out_channels, hidden)
    decoder = ParallelDecoder(sequence.out_channels, charset_size, hidden, longest)
    return WritingReader(backbone, sequence, decoder)
