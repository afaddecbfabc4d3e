"""Three decoders compared, and curved words with and without rectification, seed by seed.

    nice python book/tools/decoder_comparison.py        # writes book/results/decoders.json

The world is that of ``ocrlib.explore.strips``. Every reader is trained alone, with the same seeds:
a seed fixes the pictures, their order and the first weights of what two readers share, so that
differences may be taken seed by seed. Seeds run side by side, one process each. A run that is
stored already is not repeated.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.charset import Charset
from ocrlib.commands.train import git_commit
from ocrlib.engine import paddle
from ocrlib.explore import strips
from ocrlib.losses.attention import WritingLoss
from ocrlib.losses.ctc import CTCLoss
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.models.decoders import AttentionDecoder, ParallelDecoder
from ocrlib.models.lite import LiteConvNet
from ocrlib.models.rectify import Rectifier
from ocrlib.models.sequence import BiLSTM, columns_to_sequence
from ocrlib.postprocess import attention, ctc
from ocrlib.train.finetune import scale_learning_rates
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.types import FloatArray

nn = paddle.nn
PATH = ROOT / "book" / "results" / "decoders.json"
SEEDS = (1, 2, 3)
STEPS, BENT_STEPS, BATCH, PICTURES, TESTS = 250, 300, 32, 3000, 200
LENGTHS = (3, 4, 5, 6)
LONGER = (7, 8, 9, 10, 12)
HIDDEN, LONGEST = 48, 24
SLOWLY = 0.1  # of the reader's learning rate, for a rectifier that learns slowly
BENDS = (0.0, 0.8, 1.4, 2.0)  # radians, one way or the other

# Characters that no other one in the list looks like.
LATIN = "abcdefghijklmnopqrstuvwxyz"
MORE = "23456789" + "βγδεζηθλμξπσφψω" + "бвгджзийлпфцчшщъыьэюя" + "ABDEFGHJLNQRTUY&@#%?"
ALPHABETS = {
    "10": strips.CHARSET,
    "26": Charset(LATIN, space=False),
    "90": Charset(LATIN + MORE, space=False),
}

Head = Literal["ctc", "attention", "parallel"]
View = Literal["straight", "bent", "rectified", "slowly rectified"]


@dataclass(frozen=True)
class Run:
    """What one reader is and practises."""

    head: Head
    alphabet: str = "10"
    text: Literal["spoken", "scrambled"] = "spoken"
    view: View = "straight"

    @property
    def rectifies(self) -> bool:
        """Whether a rectifier stands in front of the reader."""
        return self.view in ("rectified", "slowly rectified")


RUNS = (
    *(Run(head) for head in ("ctc", "attention", "parallel")),
    *(Run("ctc", view=view) for view in ("bent", "rectified", "slowly rectified")),
    *(Run(h, a, "scrambled") for a in ALPHABETS for h in ("ctc", "attention")),
)


class Reader(paddle.nn.Layer):
    """A small reader: rectifier or not, convolutions, LSTM, one head."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        size, classes = 2 * HIDDEN, ALPHABETS[run.alphabet].size
        self.run = run
        self.backbone = LiteConvNet((16, 32, 64), ((2, 2), (2, 1), (2, 1)))
        self.sequence = BiLSTM(64, HIDDEN)
        self.head: paddle.nn.Layer
        match run.head:
            case "ctc":
                self.head = nn.Linear(size, classes)
            case "attention":
                self.head = AttentionDecoder(size, classes, HIDDEN, LONGEST)
            case "parallel":
                self.head = ParallelDecoder(size, classes, HIDDEN, LONGEST)
        if run.rectifies:
            points = 2 * strips.EDGE_POINTS
            self.rectifier = Rectifier((16, 64), points, channels=(8, 16, 32, 32))

    def columns(self, images: paddle.Tensor) -> paddle.Tensor:
        """Map (B, 3, 16, W), or bent strips (B, 3, 32, 64), to (B, T, size)."""
        if self.run.rectifies:
            images = self.rectifier(images)
        elif self.run.view == "bent":
            images = nn.functional.interpolate(images, size=[16, 64], mode="bilinear")
        return self.sequence(columns_to_sequence(self.backbone(images)))

    def loss(
        self, images: paddle.Tensor, labels: paddle.Tensor, lengths: paddle.Tensor
    ) -> paddle.Tensor:
        """The loss of a batch."""
        columns = self.columns(images)
        if isinstance(self.head, nn.Linear):
            return CTCLoss()(self.head(columns), labels, lengths)
        return WritingLoss()(self.head(columns, labels).logits, labels, lengths)

    def read(self, images: FloatArray, charset: Charset) -> list[str]:
        """The texts on strips."""
        texts: list[str] = []
        with paddle.no_grad():
            for start in range(0, len(images), 100):
                output = self.head(self.columns(paddle.to_tensor(images[start : start + 100])))
                found = (
                    ctc.greedy(output.numpy())
                    if isinstance(self.head, nn.Linear)
                    else attention.greedy(output.logits.numpy())
                )
                texts += [charset.decode(one.indices) for one in found]
        return texts


def some_words(rng: np.random.Generator, run: Run, count: int, practice: bool) -> list[str]:
    """Words of three to six characters."""
    if run.text == "spoken":
        return strips.words(rng, count, LENGTHS, practice)
    charset = ALPHABETS[run.alphabet]
    return [strips.scrambled(rng, int(n), charset) for n in rng.choice(LENGTHS, count)]


def bent_strips(
    rng: np.random.Generator, texts: Sequence[str], bends: Iterable[float]
) -> tuple[strips.Strips, FloatArray]:
    """Words on arcs, and the points on their edges, (N, points, 2)."""
    drawn = [strips.bent(rng, text, bend) for text, bend in zip(texts, bends, strict=True)]
    return strips.pack([image for image, _ in drawn], texts), np.stack([e for _, e in drawn])


def practice(run: Run, seed: int) -> strips.Strips:
    """What a run learns from."""
    rng = np.random.default_rng([seed, 1])
    texts = some_words(rng, run, PICTURES, practice=True)
    if run.view == "straight":
        return strips.render(rng, texts, charset=ALPHABETS[run.alphabet])
    return bent_strips(rng, texts, rng.uniform(-BENDS[-1], BENDS[-1], len(texts)))[0]


def train(run: Run, seed: int) -> Reader:
    """One reader, alone."""
    data = practice(run, seed)
    steps = STEPS if run.view == "straight" else BENT_STEPS
    paddle.seed(seed)
    reader, rng = Reader(run), np.random.default_rng([seed, 2])
    if run.view == "slowly rectified":
        scale_learning_rates(reader, {"rectifier": SLOWLY})
    rate = cosine_with_warmup(6e-3, steps, steps // 10)
    clip = nn.ClipGradByGlobalNorm(5.0)
    optimizer = paddle.optimizer.AdamW(parameters=reader.parameters(), grad_clip=clip)
    for step in range(steps):
        chosen = rng.integers(0, len(data.texts), BATCH)
        arrays = (data.images, data.labels, data.lengths)
        reader.loss(*(paddle.to_tensor(array[chosen]) for array in arrays)).backward()
        optimizer.set_lr(rate(step))
        optimizer.step()
        optimizer.clear_grad()
    reader.eval()
    return reader


def judge(reader: Reader, part: strips.Strips, charset: Charset) -> dict[str, float]:
    """Word accuracy and edit similarity."""
    metric = RecognitionMetric()
    metric.update(reader.read(part.images, charset), part.texts)
    return dict(metric.compute())


def figures(reader: Reader, run: Run) -> dict[str, Any]:
    """What is measured: the same words for every seed and run, none of them practised."""
    rng = np.random.default_rng(100)
    charset = ALPHABETS[run.alphabet]
    texts = some_words(rng, run, TESTS, practice=False)
    if run.view != "straight":
        shown = {}
        for bend in BENDS:
            part, _ = bent_strips(rng, texts, bend * rng.choice([-1, 1], len(texts)))
            shown[f"{bend:g} rad"] = judge(reader, part, charset)
        return shown | ({"points": points(reader)} if run.rectifies else {})
    shown = {"test": judge(reader, strips.render(rng, texts, charset=charset), charset)}
    if run.text == "spoken":
        other = [strips.scrambled(rng, len(text)) for text in texts]
        shown["scrambled"] = judge(reader, strips.render(rng, other), charset)
        for n in LONGER:
            long = [strips.spoken(rng, n) for _ in range(TESTS // 2)]
            shown[f"{n} letters"] = judge(
                reader, strips.render(rng, long, strips.fitting(n)), charset
            )
    return shown


def points(reader: Reader) -> list[Any]:
    """Where the rectifier sees the edges of the specimens, (3, points, 2), (x, y), 0-1."""
    with paddle.no_grad():
        found = reader.rectifier.find(paddle.to_tensor(specimens()[0].images)).numpy()
    values: list[Any] = np.round(found.astype(float), 4).tolist()
    return values


def specimens() -> tuple[strips.Strips, FloatArray]:
    """Three bent words to look at, and the true points on their edges."""
    rng = np.random.default_rng(200)
    return bent_strips(rng, ("relate", "tonal", "minors"), (1.8, -1.4, 2.0))


def work(task: tuple[Run, int]) -> dict[str, Any]:
    """One run from beginning to end."""
    run, seed = task
    start = time.process_time()
    reader = train(run, seed)
    trained = time.process_time() - start
    found = figures(reader, run)
    return {
        "settings": asdict(run),
        "seed": seed,
        "training_cpu_s": round(trained, 1),
        "computing_cpu_s": round(time.process_time() - start, 1),
        "figures": found,
    }


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    content = {
        "command": "nice python book/tools/decoder_comparison.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": list(SEEDS),
        "steps": {"straight": STEPS, "bent": BENT_STEPS},
        "data": f"{PICTURES} rendered strips a seed, {TESTS} for a test",
        "computing_cpu_s": round(sum(one["computing_cpu_s"] for one in runs)),
        "runs": sorted(runs, key=lambda one: (one["seed"], str(one["settings"]))),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def main() -> int:
    """Run what is missing."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"] if PATH.exists() else []
    done = [(one["settings"], one["seed"]) for one in runs]
    todo = [(r, seed) for r in RUNS for seed in SEEDS if (asdict(r), seed) not in done]
    with multiprocessing.get_context("spawn").Pool(len(SEEDS)) as pool:
        for one in pool.imap_unordered(work, todo):
            runs.append(one)
            store(PATH, runs)
            print(one["settings"], one["seed"], one["computing_cpu_s"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
