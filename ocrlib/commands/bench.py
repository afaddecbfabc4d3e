"""``ocrlib bench``: ours, Tesseract and RapidOCR on the same pictures in one run."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from ocrlib.errors import DataError, OcrError


def bench(
    *,
    data: Path | None = None,
    out: Path = Path("book/results/bench.json"),
    protocols: tuple[str, ...] = (),
    programs: tuple[str, ...] = (),
    det: str = "det-lite",
    scene_det: str = "det-lite-word",
    rec: str = "rec-lite-en",
    peers: Path = Path(".venv-peers"),
    limit: int | None = None,
) -> int:
    """Measure accuracy, time, memory and size, print a table and write all figures as JSON.

    Every program uses one thread. Tesseract is the system's; RapidOCR lives in an environment of
    its own, which `make peers` sets up. Programs that are not there are left out, and the result
    says so.

    Args:
        data: folder of the data sets; by default $OCR_DATA.
        out: where to write the figures.
        protocols: names of what to measure; by default all of which the data is there.
        programs: some of ocrlib, tesseract and rapidocr; by default all that are there.
        det: name or folder of the bundle of the detector of lines.
        scene_det: the same for scenes, whose labels are words.
        rec: name or folder of the recogniser's bundle.
        peers: virtual environment with RapidOCR.
        limit: at most so many pictures per protocol, for a quick look.

    Returns:
        0.

    Raises:
        OcrError: unknown names, missing data, or a program that was asked for cannot run.
    """
    from ocrlib.bundle import load_bundle
    from ocrlib.deploy.bench import PROGRAMS, PROTOCOLS

    root = _data_folder(data)
    chosen = [p for p in PROTOCOLS if p.name in (_known(protocols, [p.name for p in PROTOCOLS]))]
    missing = [p for p in chosen if not (root / p.folder).is_dir()]
    if missing and protocols:
        raise DataError("the data set is not there", file=root / missing[0].folder)
    if len(missing) == len(chosen):
        raise DataError("none of the data sets is there", file=root, remedy="check --data")
    absent = _absent(peers)
    names = [name for name in PROGRAMS if name in _known(programs, PROGRAMS)]
    for name in list(names):
        if name in absent and programs:
            raise OcrError(f"{name} cannot run", value=absent[name])
        if name in absent:
            print(f"left out: {name}: {absent[name]}", file=sys.stderr)
            names.remove(name)
    bundles = [load_bundle(name) for name in (det, scene_det, rec)]
    result: dict[str, Any] = {
        "command": _command(root),
        "date": date.today().isoformat(),
        "commit": _commit(),
        "machine": _machine(),
        "threads": 1,
        "bundles": {
            b.spec.name: {
                "commit": b.spec.commit,
                "seed": b.spec.seed,
                "recipe": b.spec.recipe,
                "sha256": b.spec.files["model.onnx"],
            }
            for b in bundles
        },
        "programs": {},
        "left_out": {
            **{name: absent[name] for name in absent if name not in names},
            **{p.name: "the data set is not there" for p in missing},
        },
        "protocols": {},
    }
    for protocol in chosen:
        if protocol not in missing:
            finder = scene_det if protocol.mode == "scenes" else det
            _measure(result, protocol.name, root, names, (finder, rec), peers, limit)
            _write(out, result)  # after every protocol: a long run may be interrupted
    print(table(result))
    return 0


def _measure(
    result: dict[str, Any],
    name: str,
    root: Path,
    names: Sequence[str],
    models: tuple[str, str],
    peers: Path,
    limit: int | None,
) -> None:
    """Run one protocol and add its figures to the result."""
    from tqdm import tqdm

    from ocrlib.deploy.bench import PROTOCOLS, Item, Program, load_items, python_of, run_protocol

    protocol = next(p for p in PROTOCOLS if p.name == name)
    items = load_items(protocol, root, limit)

    def bar(what: Sequence[Item]) -> Iterator[Item]:
        shown: Iterator[Item] = iter(tqdm(what, desc=name, disable=not sys.stderr.isatty()))
        return shown

    with ExitStack() as stack:
        opened = []
        for program in names:
            arguments = models if program == "ocrlib" else ()
            opened.append(Program(program, protocol.mode, python_of(program, peers), arguments))
            stack.callback(opened[-1].close)
            result["programs"][program] = opened[-1].about
        figures, failures = run_protocol(protocol, items, opened, bar)
    for failure in failures:
        print(f"{name}: {failure}", file=sys.stderr)
    result["protocols"][name] = {
        "says": protocol.says,
        "pictures": len(items),
        "figures": figures,
    }


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table, one row per protocol and figure."""
    programs = list(result["programs"])
    rows = [["", *programs]]
    rows.append(["model, MB", *(f"{result['programs'][p]['model_mb']:.1f}" for p in programs)])
    for name, protocol in result["protocols"].items():
        for label, path, form in _ROWS:
            values = [_dig(protocol["figures"][p], path) for p in programs]
            if any(value is not None for value in values):
                shown = ["–" if value is None else format(value, form) for value in values]
                rows.append([f"{name} ({protocol['pictures']}): {label}", *shown])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---|" + "---:|" * len(programs))
    return "\n".join(lines)


_ROWS = (
    ("words P", ("words", "precision"), ".3f"),
    ("words R", ("words", "recall"), ".3f"),
    ("detection hmean", ("detection", "hmean"), ".3f"),
    ("accuracy", ("accuracy",), ".3f"),
    ("median ms", ("median_ms",), ".1f"),
    ("95 % ms", ("p95_ms",), ".1f"),
    ("median ms of computing", ("median_cpu_ms",), ".1f"),
    ("peak MB", ("peak_mb",), ".0f"),
)


def _dig(figures: dict[str, Any], path: Sequence[str]) -> float | None:
    value: Any = figures
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else float(value)


def _data_folder(data: Path | None) -> Path:
    if data is None and not os.environ.get("OCR_DATA"):
        raise DataError("no data to measure on", remedy="give --data or set OCR_DATA")
    folder = data if data is not None else Path(os.environ["OCR_DATA"])
    if not folder.is_dir():
        raise DataError("no such folder", file=folder, remedy="give --data or set OCR_DATA")
    return folder


def _known(names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    for name in names:
        if name not in known:
            raise OcrError("unknown name", value=name, remedy=f"use some of {', '.join(known)}")
    return names or known


def _absent(peers: Path) -> dict[str, str]:
    """Programs that cannot run here, and why."""
    absent = {}
    if shutil.which("tesseract") is None:
        absent["tesseract"] = "it is not installed (Debian: tesseract-ocr)"
    if not (peers / "bin" / "python").exists():
        absent["rapidocr"] = "its environment is not there: make peers"
    return absent


def _command(root: Path) -> str:
    words = ["$OCR_DATA" if word == str(root) else word for word in sys.argv[1:]]
    return " ".join(["ocrlib", *words])


def _commit() -> str:
    git = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _write(out: Path, result: dict[str, Any]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        temporary = out.with_name(f".{out.name}.tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(out)
    except OSError as error:
        raise OcrError(f"cannot be written: {error.strerror}", file=out) from error
