from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.batching import BatchStream, Chunk, Position, WorkerError, stack
from ocrlib.errors import DataError, LabelError

ROOT = Path(__file__).parents[2]


class Numbers:
    """Chunk n holds n % 3 batches of one array [n, k]; some chunks misbehave."""

    def __init__(self, broken: int = -1, fault: str = "") -> None:
        self.broken, self.fault = broken, fault

    def chunk(self, number: int) -> Chunk:
        if number == self.broken:
            if self.fault == "label":
                raise LabelError("no tab", file="rec.txt", line=7, value="x", remedy="add one")
            if self.fault == "bug":
                raise ZeroDivisionError("a bug")
            if self.fault == "import":
                raise RuntimeError(f"paddle is here: {'paddle' in sys.modules}")
            os.kill(os.getpid(), signal.SIGKILL)
        batches = tuple({"n": np.array([number, k])} for k in range(number % 3))
        return Chunk(batches, {"odd": 1}, 3)


def take(stream: Iterator[dict[str, np.ndarray]], count: int) -> list[tuple[int, int]]:
    return [tuple(batch["n"].tolist()) for batch in islice(stream, count)]


ALL = [(n, k) for n in range(40) for k in range(n % 3)]


@pytest.mark.parametrize("workers", [0, 2])
def test_order_and_counts_do_not_depend_on_workers(workers):
    with BatchStream(Numbers(), workers, queue=2) as stream:
        assert take(stream, 20) == ALL[:20]
        assert stream.skipped == {"odd": ALL[19][0]}  # one per chunk that is used up


@pytest.mark.parametrize(("workers", "used"), [(0, 1), (0, 2), (0, 3), (2, 2)])
def test_a_stream_goes_on_where_another_stopped(workers, used):
    with BatchStream(Numbers()) as stream:
        take(stream, used)
        position = stream.position
    with BatchStream(Numbers(), workers, start=position) as stream:
        assert take(stream, 5) == ALL[used : used + 5]


def test_strides_share_the_chunks_out():
    streams = [BatchStream(Numbers(), 0, start=Position(r), stride=2) for r in range(2)]
    found = [take(stream, 8) for stream in streams]
    assert found[0] == [pair for pair in ALL if pair[0] % 2 == 0][:8]
    assert found[1] == [pair for pair in ALL if pair[0] % 2 == 1][:8]


def test_bad_input_in_a_worker_is_the_same_error_in_the_trainer():
    with BatchStream(Numbers(4, "label"), 1) as stream:
        assert take(stream, 3) == ALL[:3]  # what came before it is still delivered
        with pytest.raises(LabelError) as caught:
            next(stream)
    assert (caught.value.file, caught.value.line, caught.value.remedy) == ("rec.txt", 7, "add one")
    assert str(caught.value) == "rec.txt:7: no tab (got 'x'). Remedy: add one"


def test_a_bug_in_a_worker_arrives_with_its_traceback():
    with BatchStream(Numbers(1, "bug"), 1) as stream, pytest.raises(WorkerError, match="in chunk"):
        next(stream)


def test_a_worker_that_is_killed_is_reported():
    with BatchStream(Numbers(4, "kill"), 1) as stream, pytest.raises(DataError, match=r"died.*-9"):
        take(stream, 10)


def test_workers_do_not_import_paddle():
    with BatchStream(Numbers(0, "import"), 1) as stream, pytest.raises(WorkerError) as caught:
        next(stream)
    assert "paddle is here: False" in str(caught.value)


def test_closing_ends_the_workers():
    with BatchStream(Numbers(), 2) as stream:
        next(stream)
        processes = [process for process, _ in stream._workers]
        assert all(process.is_alive() for process in processes)
    assert not any(process.is_alive() for process in processes)
    with pytest.raises(StopIteration):
        next(stream)


class Large:
    def chunk(self, number: int) -> Chunk:
        Path(os.environ["MADE"]).write_text(str(number))
        return Chunk(tuple({"x": np.zeros(500_000, np.uint8)} for _ in range(2)))


def test_workers_stop_when_the_queue_is_full(tmp_path, monkeypatch):
    made = tmp_path / "made"
    monkeypatch.setenv("MADE", str(made))
    with BatchStream(Large(), 1, queue=4) as stream:
        next(stream)
        time.sleep(0.7)
        before = int(made.read_text())
        time.sleep(0.5)
        assert int(made.read_text()) == before <= 4  # 1 taken, 4 queued, 1 in the pipe, 1 at hand


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_workers_die_with_a_trainer_that_is_killed(tmp_path):
    script = tmp_path / "trainer.py"
    code = """
        import numpy as np, time
        from ocrlib.data.batching import BatchStream, Chunk

        class Maker:
            def chunk(self, number):
                return Chunk(({"x": np.zeros(10)},))

        if __name__ == "__main__":
            stream = BatchStream(Maker(), 2)
            next(stream)
            print(*[process.pid for process, _ in stream._workers], flush=True)
            time.sleep(60)
    """
    script.write_text(textwrap.dedent(code))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    workers = [int(pid) for pid in process.stdout.readline().split()]
    assert len(workers) == 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in workers)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_stack():
    stacked = stack([{"a": np.ones(2), "b": np.float32(1)}, {"a": np.zeros(2), "b": np.float32(2)}])
    assert stacked["a"].tolist() == [[1, 1], [0, 0]]
    assert stacked["b"].tolist() == [1, 2]
