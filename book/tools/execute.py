"""Run notebooks from top to bottom and store their outputs and run time in them.

    python book/tools/execute.py chapters/01_what_is_ocr/lesson.ipynb ...

A notebook with a failing cell is left as it was, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from notebook_files import ROOT, STRICT_VARIABLE, normalise, read_notebook, write_notebook

PACKAGES = ("paddlepaddle", "paddlepaddle-gpu", "numpy", "onnxruntime", "opencv-python")


def machine() -> str:
    """The machine in a few words: cores, processor, GPU."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True)
        gpu = listed.stdout.split(":", 1)[1].split("(")[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        gpu = "no GPU"
    return f"{os.cpu_count()} x {name}, {gpu}"


def versions() -> dict[str, str]:
    """The versions that results may depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def run_record(previous: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
    """What to store about this run; the previous record while it still describes it."""
    record = {"seconds": max(1, round(seconds)), "machine": machine(), "versions": versions()}
    if previous is not None:
        same = all(previous.get(key) == record[key] for key in ("machine", "versions"))
        if same and abs(previous["seconds"] - seconds) <= 0.25 * previous["seconds"] + 1:
            return previous
    return record


def execute(path: Path, timeout: int = 600) -> float:
    """Run one notebook and store the result; seconds it took.

    Raises:
        CellExecutionError: if a cell fails.
    """
    notebook: NotebookNode = read_notebook(path)
    previous = notebook.metadata.get("last_run")
    client = NotebookClient(
        notebook,
        timeout=timeout,
        startup_timeout=300,  # a busy machine takes its time to start a kernel
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
    )
    start = time.monotonic()
    client.execute(env={**os.environ, STRICT_VARIABLE: "1"})  # of the kernel, not of this process
    seconds = time.monotonic() - start
    notebook.metadata["last_run"] = run_record(previous, seconds)
    normalise(notebook)
    write_notebook(notebook, path)
    return seconds


def main() -> int:
    """Execute the notebooks named on the command line, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    failed = 0
    for path in parser.parse_args().notebooks:
        name = path.resolve().relative_to(ROOT)
        try:
            seconds = execute(path.resolve())
        except CellExecutionError as error:
            print(f"{name}: not stored, a cell failed\n{error}", file=sys.stderr)
            failed += 1
        else:
            print(f"{name}: {seconds:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
