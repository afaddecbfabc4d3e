"""Batches in a fixed order, made by worker processes that never see Paddle.

The unit of work is a *chunk*: batches that are a pure function of the chunk's number. Worker w of
W makes every W-th chunk and hands its batches over one by one through a bounded queue; the trainer
empties the queues in turn. So the order does not depend on the number of workers or on their
speed, and a run that resumes needs to know only the chunk and how many of its batches were used.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import Queue
from typing import Any, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.errors import DataError, OcrError

Batch = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """A few batches, and what was left out of them.

    Args:
        batches: named arrays, each with the batch as first axis.
        skipped: samples left out, by reason.
        samples: samples drawn, including those left out.
    """

    batches: tuple[Batch, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    samples: int = 0


class ChunkMaker(Protocol):
    """Makes chunks; has to travel to another process."""

    def chunk(self, number: int) -> Chunk:
        """The chunk with this number, a pure function of it."""
        ...


@dataclass(frozen=True)
class Position:
    """How far a stream has been read.

    Args:
        chunk: number of the chunk that the next batch is from.
        batch: batches of it that were used.
    """

    chunk: int = 0
    batch: int = 0


class BatchStream:
    """An endless stream of batches; use it in a ``with`` statement.

    Args:
        maker: makes the chunks.
        workers: processes; 0 makes the chunks in this one.
        queue: batches that may wait per worker: the bound on memory.
        start: where to begin.
        stride: chunks to go forward; with N data-parallel processes, N.

    Attributes:
        position: where the stream would have to start to give the batch after the last one.
        skipped: samples left out so far, by reason.
    """

    def __init__(
        self,
        maker: ChunkMaker,
        workers: int = 1,
        queue: int = 24,
        start: Position = Position(),
        stride: int = 1,
    ) -> None:
        self.maker = maker
        self.workers = workers
        self.queue = queue
        self.stride = stride
        self.position = start
        self.skipped: Counter[str] = Counter()
        self._workers: list[tuple[SpawnProcess, Connection]] = []
        self._batches = self._pull() if workers else self._make()

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        return next(self._batches)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; the stream cannot be read after that."""
        for process, pipe in self._workers:
            process.kill()  # they hold nothing that would have to be saved
            process.join()
            pipe.close()
        self._workers = []
        self._batches = iter(())

    def _make(self) -> Iterator[Batch]:
        while True:
            number, used = self.position.chunk, self.position.batch
            chunk = self.maker.chunk(number)
            for index, batch in enumerate(chunk.batches[used:], used):
                self.position = Position(number, index + 1)
                yield batch
            self._finish(number, chunk.skipped)

    def _pull(self) -> Iterator[Batch]:
        self._start()
        turn = 0
        while True:
            kind, content = self._get(turn)
            if kind == "error":
                raise content
            number, used = self.position.chunk, self.position.batch
            if kind == "batch":
                self.position = Position(number, used + 1)
                yield content
            else:
                self._finish(number, content)
                turn = (turn + 1) % self.workers

    def _finish(self, number: int, skipped: Mapping[str, int]) -> None:
        self.skipped.update(skipped)
        self.position = Position(number + self.stride, 0)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork of a threaded trainer may hang
        for worker in range(self.workers):
            pipe, end = context.Pipe(duplex=False)
            first = self.position.chunk + worker * self.stride
            used = self.position.batch if worker == 0 else 0
            process = context.Process(
                target=_work,
                args=(self.maker, end, self.queue, first, self.stride * self.workers, used),
                daemon=True,
            )
            process.start()
            end.close()  # the worker has the only one now: if it dies, reading ends, not waits
            self._workers.append((process, pipe))

    def _get(self, worker: int) -> tuple[str, Any]:
        process, pipe = self._workers[worker]
        try:
            message: tuple[str, Any] = pipe.recv()
        except (EOFError, OSError):
            process.join(5)
            raise DataError(
                f"a data worker died (exit code {process.exitcode})",
                remedy="look for its message above; too little memory is a usual cause",
            ) from None
        return message


class WorkerError(DataError):
    """A worker met a bug, not bad input; the message carries its traceback."""


def _work(
    maker: ChunkMaker, pipe: Connection, waiting: int, number: int, stride: int, used: int
) -> None:
    """Body of a worker process: one thread makes batches, another one sends them."""
    for request in (signal.SIGINT, signal.SIGTERM):  # the trainer saves and then ends the workers
        signal.signal(request, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    queue: Queue[tuple[str, Any]] = Queue(waiting)
    sender = threading.Thread(target=_send, args=(queue, pipe))
    sender.start()
    try:
        while True:
            chunk = maker.chunk(number)
            for batch in chunk.batches[used:]:
                queue.put(("batch", batch))
            queue.put(("end", dict(chunk.skipped)))
            number, used = number + stride, 0
    except OcrError as error:
        queue.put(("error", error))
    except Exception:  # anything else is reported as it is, in the trainer
        queue.put(("error", WorkerError("a data worker failed:\n" + traceback.format_exc())))
    sender.join()


def _send(queue: Queue[tuple[str, Any]], pipe: Connection) -> None:
    kind = ""
    while kind != "error":
        kind, content = queue.get()
        pipe.send((kind, content))


def _die_with_parent() -> None:
    """End this process when the trainer is gone, even if it had no chance to say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def stack(rows: list[dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """Stack the equally named, equally shaped arrays of several samples along a new first axis."""
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
