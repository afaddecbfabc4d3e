"""Guided training of CTC (Hu et al., 2020, "GTC"): two readers learn, one of them stays.

A guide that writes one character after the other looks for each in the whole map. So it tells the
backbone which columns matter, which CTC alone finds out late. It is slow, and reading does without.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.charset import Charset
from ocrlib.engine import paddle
from ocrlib.losses.guide import GuideLoss
from ocrlib.models.svtr_lcnet import SVTRLCNet, drop_guide
from ocrlib.preprocess import RecPreprocess
from ocrlib.train.task import RecEvalSet, RecTask, TensorBatch


class GuidedRecTask(RecTask):
    """Recognition by CTC, with a guide beside it while training.

    Evaluation, the best checkpoint and the exported bundle know nothing of the guide.

    Args:
        model: a network with a guide.
        charset: what the classes mean.
        preprocess: the one that reading will use.
        sets: what ``evaluate`` measures on; ``accuracy`` is the mean over them.
        weight: of the guide's loss beside that of CTC.

    Raises:
        ValueError: the network has no guide.
    """

    def __init__(
        self,
        model: SVTRLCNet,
        charset: Charset,
        preprocess: RecPreprocess,
        sets: Sequence[RecEvalSet] = (),
        weight: float = 1.0,
    ) -> None:
        super().__init__(model, charset, preprocess, sets)
        if model.guide is None:
            raise ValueError("guided training needs a network with a guide")
        self.weight = weight
        self.guide_loss = GuideLoss(model.guide.padding)

    @property
    def student(self) -> paddle.nn.Layer:
        """A copy of the network as it is now, without the guide."""
        return drop_guide(self.model)

    def loss(self, batch: TensorBatch) -> dict[str, paddle.Tensor]:
        """Both losses for a batch of ``RecChunks``, and their weighed sum."""
        # A guide is shown the text that it shall write. Where nobody knows whether a letter is a
        # capital there is no such text, and CTC learns alone.
        unsure = batch["fold_case"].unsqueeze(1)  # (B, 1)
        targets = self.model.guide.targets(batch["label"], batch["length"])  # (B, L)
        known = paddle.where(unsure, paddle.full_like(targets, self.guide_loss.padding), targets)
        output = self.model(batch["image"], targets, batch["valid"])
        ctc = self.ctc(output.logits, batch)
        guide = self.guide_loss(output.guide_logits, known)
        return {"loss": ctc + self.weight * guide, "ctc": ctc, "guide": guide}
