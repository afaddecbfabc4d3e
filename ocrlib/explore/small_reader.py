"""A recogniser that trains in seconds, and the small world it reads: to compare its parts.

Words of ten letters, black or grey, on crops of one size. Everything follows from a seed, so that
two networks of one seed differ in nothing but what is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import Charset
from ocrlib.data.synth import content, typeset, vocabulary
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.engine import paddle
from ocrlib.explore.ctc_fit import fit_ctc, padded
from ocrlib.explore.specimens import font
from ocrlib.models.crnn import CRNN
from ocrlib.models.lite import LiteConvNet
from ocrlib.models.sequence import AsTheyAre, BiGRU, BiLSTM, Neighbours
from ocrlib.postprocess.ctc import greedy
from ocrlib.types import ByteImage, FloatArray

LETTERS = "aeilmnorst"
CHARSET = Charset(LETTERS, space=False)
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono")
HEIGHT, WIDTH = 32, 64  # px
SHORTEST, LONGEST = 3, 5  # letters

WIDTHS = (16, 32, 48, 64, 64)  # channels of the convolutions
Strides = tuple[tuple[int, int], ...]  # (down, across) of each convolution
STRIDES: Strides = ((2, 2), (2, 1), (2, 2), (2, 1), (1, 1))  # a column is 4 px wide
TALL: Strides = ((2, 2), (1, 1), (2, 2), (2, 1), (2, 1))  # the same, but the second step waits
COARSE: Strides = ((2, 2), (2, 2), (2, 2), (2, 1), (1, 1))  # a column is 8 px wide

Kind = Literal["none", "conv", "bilstm", "bigru"]


class Words(NamedTuple):
    """Pictures and what they say.

    Args:
        images: float32 (N, 3, 32, 64), values from -1 to 1.
        texts: N words.
    """

    images: FloatArray
    texts: list[str]


def build(kind: Kind = "bilstm", strides: Strides = STRIDES, classes: int = CHARSET.size) -> CRNN:
    """The small recogniser.

    Args:
        kind: what looks along the columns.
        strides: (down, across) of the five convolutions; heights must divide by 32 in all.
        classes: classes including the blank.
    """
    convolutions = LiteConvNet(WIDTHS, strides)
    channels = convolutions.out_channels
    along: paddle.nn.Layer
    match kind:
        case "none":
            along = AsTheyAre(channels)
        case "conv":
            along = Neighbours(channels, 64)
        case "bilstm":
            along = BiLSTM(channels, 48)
        case "bigru":
            along = BiGRU(channels, 48)
    return CRNN(convolutions, along, classes)


@lru_cache(maxsize=1)
def real_words() -> tuple[str, ...]:
    """Words that exist, written in the ten letters; none is ever practised."""
    return tuple(sorted(filter(_fits, {*vocabulary.COMMON, *vocabulary.SIGNS})))


def invented(rng: np.random.Generator) -> str:
    """A word that looks like English and does not exist."""
    while True:
        word = content.invented_word(rng)
        if _fits(word) and word not in real_words():
            return word


def scrambled(rng: np.random.Generator) -> str:
    """Letters without any sense."""
    while True:
        count = int(rng.integers(SHORTEST, LONGEST + 1))
        word = "".join(rng.choice(list(LETTERS), count))
        if word not in real_words():
            return word


def draw(rng: np.random.Generator, text: str, touching: bool = False) -> ByteImage:
    """A crop of a word, RGB uint8 (32, 64, 3).

    Args:
        rng: source of randomness.
        text: of the ten letters.
        touching: letters run into each other and are blurred.
    """
    size = int(rng.integers(14, 19))
    face = get_face(_faces()[rng.integers(len(FACES))], size)
    tracking = -0.08 * size if touching else float(rng.uniform(-0.03, 0.06)) * size
    ink = typeset.draw_text(face, text, tracking, 1.0).mask[:HEIGHT, :WIDTH]
    height, width = ink.shape
    y = int(rng.integers(1, max(2, HEIGHT - height)))
    x = int(rng.integers(min(7, WIDTH - width + 1)))
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[y : y + height, x : x + width] = ink
    sigma = 1.2 if touching else float(rng.uniform(0.2, 0.9))
    side = 2 * int(np.ceil(2 * sigma)) + 1
    mask = cv2.GaussianBlur(mask, (side, side), sigma) / 255
    paper, black = rng.uniform(170, 255), rng.uniform(0, 90)
    noise = rng.normal(0, rng.uniform(2, 14), (HEIGHT, WIDTH))
    grey = np.clip(paper + (black - paper) * mask + noise, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def render(rng: np.random.Generator, texts: Sequence[str], touching: bool = False) -> Words:
    """Crops of words, as the network wants them."""
    crops = np.stack([draw(rng, text, touching) for text in texts])  # (N, 32, 96, 3)
    images = crops.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(127.5) - 1
    return Words(images, list(texts))


def practice(seed: int, count: int = 2000) -> Words:
    """Half invented words, half scrambled ones."""
    rng = np.random.default_rng([seed, 1])
    return render(rng, [(invented if i % 2 else scrambled)(rng) for i in range(count)])


def train(
    model: CRNN,
    words: Words,
    seed: int,
    steps: int,
    batch: int = 24,
    rate: float = 1e-2,
) -> list[float]:
    """Train with CTC for a fixed number of steps; the rate falls to 0 along a cosine.

    Args:
        model: from ``build``.
        words: to practise on.
        seed: of the order of the pictures.
        steps: how many.
        batch: pictures per step.
        rate: highest learning rate.

    Returns:
        The loss of every step.
    """
    rng = np.random.default_rng([seed, 2])
    labels = [CHARSET.encode(text) for text in words.texts]
    return fit_ctc(model, words.images, labels, rng, steps=steps, batch=batch, rate=rate)


def targets(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Classes padded with 0, (N, L), and lengths, (N,)."""
    return padded([CHARSET.encode(text) for text in texts])


def read(model: CRNN, words: Words) -> list[str]:
    """What the network reads, by greedy decoding."""
    model.eval()
    texts = []
    with paddle.no_grad():
        for begin in range(0, len(words.texts), 100):
            logits = model(paddle.to_tensor(words.images[begin : begin + 100])).logits.numpy()
            texts += [CHARSET.decode(one.indices) for one in greedy(logits)]
    return texts


def accuracy(model: CRNN, words: Words) -> float:
    """Share of words that are read without a mistake, 0-1."""
    pairs = zip(read(model, words), words.texts, strict=True)
    return float(np.mean([found == true for found, true in pairs]))


@lru_cache(maxsize=1)
def _faces() -> tuple[Font, ...]:
    return tuple(font(name) for name in FACES)


def _fits(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and set(word) <= set(LETTERS)
