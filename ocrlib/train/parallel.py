"""Data-parallel training: several processes, each with batches of its own, one set of weights.

Started by ``python -m paddle.distributed.launch --nproc_per_node 2 …``, which tells each process
its rank through the environment. Gradients and batch-norm statistics are averaged in one go after
every backward pass. A process normalises with the statistics of its own batch; the running
statistics, which reading uses, are the mean over the processes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ocrlib.engine import paddle
from ocrlib.errors import OcrError


@dataclass(frozen=True)
class Group:
    """The processes that train together.

    Args:
        rank: number of this process, from 0; only rank 0 prints and saves.
        world: number of processes.
    """

    rank: int = 0
    world: int = 1

    @classmethod
    def join(cls) -> Group:
        """Meet the other processes that Paddle's launcher started; alone without it.

        Raises:
            OcrError: the launcher's environment makes no sense.
        """
        rank_text = os.environ.get("PADDLE_TRAINER_ID", "0")
        world_text = os.environ.get("PADDLE_TRAINERS_NUM", "1")
        if not (rank_text.isdecimal() and world_text.isdecimal()):
            raise OcrError(
                "PADDLE_TRAINER_ID and PADDLE_TRAINERS_NUM must be numbers",
                value=(rank_text, world_text),
            )
        group = cls(int(rank_text), int(world_text))
        if group.world > 1:
            paddle.distributed.init_parallel_env()
        return group

    @property
    def leads(self) -> bool:
        """Whether this process prints and saves."""
        return self.rank == 0

    def average(self, tensors: Sequence[paddle.Tensor]) -> None:
        """Replace float tensors by their mean over all processes, in one exchange."""
        if self.world == 1:
            return
        with paddle.no_grad():
            flat = paddle.concat([tensor.flatten() for tensor in tensors])  # (all elements,)
            paddle.distributed.all_reduce(flat)
            flat = flat / self.world
            start = 0
            for tensor in tensors:
                part = flat[start : start + tensor.size]
                paddle.assign(part.reshape(tensor.shape), tensor)
                start += tensor.size

    def spread(self, tensors: Sequence[paddle.Tensor]) -> None:
        """Give all processes the tensors of rank 0."""
        if self.world > 1:
            with paddle.no_grad():
                for tensor in tensors:
                    paddle.distributed.broadcast(tensor, src=0)

    def gather(self, numbers: Sequence[int]) -> list[list[int]]:
        """The numbers of every process, by rank."""
        if self.world == 1:
            return [list(numbers)]
        received: list[paddle.Tensor] = []
        paddle.distributed.all_gather(received, paddle.to_tensor(list(numbers), dtype="int64"))
        return [[int(x) for x in tensor.numpy()] for tensor in received]
