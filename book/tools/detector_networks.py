"""Sizes and times of PP-OCR's detector networks, kept in book/results/detector-networks.json.

    python book/tools/detector_networks.py

For every network of ``ocrlib.models.ppocr.NETWORKS`` that detects, with random weights: numbers
in a checkpoint, multiplications for a picture of 640x640 px, size as ONNX, processor time of one
thread for that picture in ONNX Runtime and in Paddle (dygraph, on the CPU). PP-OCRv4's are
measured a second time after folding, and det-lite stands beside them. All networks take turns, so
that whatever else the machine does disturbs them alike; the median of the rounds is kept, and all
rounds with it.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from execute import machine, versions
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.deploy.export import to_onnx
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.engine import paddle
from ocrlib.models.count import macs, parameters, running_statistics
from ocrlib.models.lcnet import fold
from ocrlib.models.lite import det_lite
from ocrlib.models.ppocr import NETWORKS

ROUNDS, PADDLE_ROUNDS, SHAPE = 7, 3, (1, 3, 640, 640)


def networks() -> Iterator[tuple[str, paddle.nn.Layer]]:
    """Every network that is measured, by its name."""
    for name, factory in NETWORKS.items():
        if name.startswith("det_"):
            network = factory()
            yield name, network
            if "lcnet" in name:
                yield f"{name}, folded", fold(network)
    yield "det-lite", det_lite()


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def summary(times: list[float]) -> dict[str, object]:
    """Median, least and all times, ms."""
    return {
        "median_ms": round(statistics.median(times), 1),
        "least_ms": round(min(times), 1),
        "rounds_ms": [round(t, 1) for t in times],
    }


def paddle_times(network: paddle.nn.Layer, picture: np.ndarray) -> list[float]:
    """Times of some runs in Paddle after one that does not count."""
    network.eval()
    image = paddle.to_tensor(picture)
    with paddle.no_grad():
        return [milliseconds(lambda: network(image)) for _ in range(PADDLE_ROUNDS + 1)][1:]


def main() -> None:
    """Measure, print and keep the figures."""
    paddle.set_device("cpu")
    paddle.seed(0)
    picture = np.random.default_rng(0).standard_normal(SHAPE, np.float32)
    measured: dict[str, dict[str, object]] = {}
    runtimes: dict[str, OnnxModel] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, network in networks():
            graph = to_onnx(network, "det")
            file = Path(folder) / "network.onnx"
            file.write_bytes(graph)
            runtimes[name] = OnnxModel(file, threads=1)
            measured[name] = {
                "parameters": parameters(network),
                "running_statistics": running_statistics(network),
                "macs": macs(network, SHAPE),
                "onnx_bytes": len(graph),
                "paddle": summary(paddle_times(network, picture)),
            }
            print(name, measured[name], flush=True)
    times: dict[str, list[float]] = {name: [] for name in runtimes}
    for turn in range(ROUNDS + 1):
        for name, runtime in runtimes.items():
            took = milliseconds(lambda runtime=runtime: runtime(picture))  # type: ignore[misc]
            if turn > 0:  # the first turn warms up
                times[name].append(took)
    for name, of_network in times.items():
        measured[name]["onnx_runtime"] = summary(of_network)
        print(name, measured[name]["onnx_runtime"])
    result = {
        "command": "python book/tools/detector_networks.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "versions": versions(),
        "threads": 1,
        "rounds": {"onnx_runtime": ROUNDS, "paddle": PADDLE_ROUNDS},
        "input": list(SHAPE),
        "note": "Random weights. Processor time of one thread; the machine had other work, too.",
        "networks": measured,
    }
    file = ROOT / "book" / "results" / "detector-networks.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
