"""One program under test in a process of its own: paths come in, results and times go out.

Run as a plain script, also by the Python of another environment, so it imports nothing of ocrlib
except to run ocrlib itself::

    python bench_worker.py ocrlib|tesseract|rapidocr pages|scenes|lines|words [det rec]

It first prints one JSON line about itself; then, for every path that it reads on its standard
input, one JSON line with ``lines`` (each ``{"polygon", "text"}``), ``ms`` by the clock,
``cpu_ms`` of computing and ``peak_mb``, or with ``error``. All programs use one thread.
"""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Line = dict[str, Any]  # {"polygon": [[x, y], ...] or None, "text": str}
Engine = Callable[[str], list[Line]]

# Tesseract's page segmentation modes: automatic; sparse text; one line; one word.
_PSM = {"pages": "3", "scenes": "11", "lines": "7", "words": "8"}


def open_ocrlib(mode: str, det: str, rec: str) -> tuple[Engine, dict[str, Any]]:
    """This library, with the models named."""
    import ocrlib
    from ocrlib.bundle import load_bundle
    from ocrlib.deploy.pipeline import Pipeline
    from ocrlib.images import read_image

    pipeline = Pipeline(det, rec, threads=1)

    def page(path: str) -> list[Line]:
        lines = pipeline(path).lines
        return [{"polygon": line.polygon.tolist(), "text": line.text} for line in lines]

    def crop(path: str) -> list[Line]:
        ((text, _),) = pipeline.recognize_crops([read_image(path)])
        return [{"polygon": None, "text": text}]

    models = [load_bundle(name).model for name in (det, rec)]
    about = {"version": ocrlib.__version__, "model_mb": _megabytes(models)}
    return page if mode in ("pages", "scenes") else crop, about


def open_tesseract(mode: str) -> tuple[Engine, dict[str, Any]]:
    """The system's Tesseract, started anew for every picture, as its users do."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["tesseract", *arguments],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
        return done.stdout

    def read(path: str) -> list[Line]:
        lines: dict[tuple[str, ...], Line] = {}
        table = run(path, "stdout", "-l", "eng", "--psm", _PSM[mode], "tsv").splitlines()
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            key = tuple(row[name] for name in ("block_num", "par_num", "line_num"))
            if row["level"] == "4":  # a line
                x, y, w, h = (int(row[name]) for name in ("left", "top", "width", "height"))
                corners = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
                lines[key] = {"polygon": corners, "text": ""}
            elif row["level"] == "5":  # a word
                lines[key]["text"] = f"{lines[key]['text']} {row['text']}".strip()
        found = [line for line in lines.values() if line["text"]]
        if mode in ("pages", "scenes"):
            return found
        return [{"polygon": None, "text": " ".join(line["text"] for line in found)}]

    version = run("--version").split("\n")[0].removeprefix("tesseract").strip()
    folder = re.search('"(.+)"', run("--list-langs"))
    models = [Path(folder.group(1)) / "eng.traineddata"] if folder else []
    return read, {"version": version, "model_mb": _megabytes(models)}


def open_rapidocr(mode: str) -> tuple[Engine, dict[str, Any]]:
    """RapidOCR with the models that its wheel carries."""
    from importlib.metadata import version

    import rapidocr

    parameters = {
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "critical",
    }
    engine = rapidocr.RapidOCR(params=parameters)

    def page(path: str) -> list[Line]:
        result = engine(path)
        if result.boxes is None or result.txts is None:
            return []
        pairs = zip(result.boxes, result.txts, strict=True)
        return [{"polygon": box.tolist(), "text": text} for box, text in pairs]

    def crop(path: str) -> list[Line]:
        result = engine(path, use_det=False, use_cls=False, use_rec=True)
        return [{"polygon": None, "text": " ".join(result.txts or ())}]

    models = sorted((Path(rapidocr.__file__).parent / "models").glob("*.onnx"))
    about = {"version": version("rapidocr"), "model_mb": _megabytes(models)}
    return page if mode in ("pages", "scenes") else crop, about


def _megabytes(files: list[Path]) -> float:
    return round(sum(file.stat().st_size for file in files) / 1e6, 2)


# Tesseract works in child processes.
_WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def peak_megabytes() -> float:
    """The most memory that this process or one of those it started has held, in MB (10^6)."""
    own, children = (resource.getrusage(who).ru_maxrss for who in _WHOSE)  # KB
    status = Path("/proc/self/status")
    if status.exists():  # Linux hands a process's ru_maxrss on to what it starts; VmHWM is its own
        peak = re.search(r"VmHWM:\s*(\d+)", status.read_text(encoding="utf-8"))
        own = int(peak.group(1)) if peak else own
    return round(max(own, children) * 1024 / 1e6, 1)


def computing_seconds() -> float:
    """Processor time so far, of this process and of those it started that have ended."""
    used = [resource.getrusage(who) for who in _WHOSE]
    return sum(u.ru_utime + u.ru_stime for u in used)


def serve(engine: Engine, about: dict[str, Any]) -> None:
    """Answer paths on standard input until it closes."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a program prints must not stand between the answers
    print(json.dumps(about), file=answers, flush=True)
    for row in sys.stdin:
        path = json.loads(row)
        start, computed = time.perf_counter(), computing_seconds()
        answer: dict[str, Any]
        try:
            lines = engine(path)
            answer = {
                "lines": lines,
                "ms": 1000 * (time.perf_counter() - start),
                "cpu_ms": 1000 * (computing_seconds() - computed),
            }
        except Exception as error:  # the programs' errors have nothing in common; they are counted
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["peak_mb"] = peak_megabytes()
        print(json.dumps(answer), file=answers, flush=True)


def main() -> None:
    """Open the program named by the arguments and serve it."""
    name, mode, *models = sys.argv[1:]
    if name == "ocrlib":
        serve(*open_ocrlib(mode, *models))
    elif name == "tesseract":
        serve(*open_tesseract(mode))
    elif name == "rapidocr":
        serve(*open_rapidocr(mode))
    else:
        sys.exit(f"unknown program {name!r}")


if __name__ == "__main__":
    main()
