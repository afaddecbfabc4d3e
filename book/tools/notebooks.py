"""Run notebooks with nbval, two at a time, and compare them with their stored outputs.

    python book/tools/notebooks.py [chapters/01_what_is_ocr/lesson.ipynb ...]

Without names it runs all of them. Exit code 1 when any of them fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from notebook_files import CHAPTERS, ROOT, STRICT_VARIABLE, find_notebooks, read_notebook

CELL_TIMEOUT = 600  # s
PROCESSES = 2


def run(path: Path) -> tuple[bool, float, str]:
    """Run one notebook: whether it passed, seconds, and what nbval printed."""
    command = [sys.executable, "-m", "pytest", "--nbval", str(path)]
    command += [f"--nbval-cell-timeout={CELL_TIMEOUT}", "--nbval-kernel-name=python3"]
    # Several of these run at once: no shared cache, no options meant for the unit tests.
    command += ["-o", "addopts=", "-p", "no:cacheprovider", "-q", "--tb=short", "--color=no"]
    start = time.monotonic()
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, STRICT_VARIABLE: "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # pytest exits 5 when it finds no cell to run: that is a fault too.
    return result.returncode == 0, time.monotonic() - start, result.stdout


def stored_seconds(path: Path) -> float:
    """How long the notebook took last time; unknown ones count as long."""
    return float(read_notebook(path).metadata.get("last_run", {}).get("seconds", 1e9))


def main() -> int:
    """Run the named notebooks, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    paths = [path.resolve() for path in parser.parse_args().notebooks] or find_notebooks()
    if not paths:
        print(f"There is no notebook under {CHAPTERS.name}/", file=sys.stderr)
        return 1
    paths.sort(key=stored_seconds, reverse=True)  # long ones first: both workers end together
    failed = []
    with ThreadPoolExecutor(PROCESSES) as pool:
        futures = {pool.submit(run, path): path.relative_to(ROOT) for path in paths}
        for future in as_completed(futures):
            passed, seconds, output = future.result()
            print(
                f"{'ok' if passed else 'FAILED':7}{seconds:5.0f} s  {futures[future]}", flush=True
            )
            if not passed:
                failed.append(futures[future])
                print(output, flush=True)
    print(f"{len(paths) - len(failed)} of {len(paths)} notebooks give their stored outputs")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
