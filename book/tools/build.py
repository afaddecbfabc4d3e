"""Render the book into _build/html. Exits 1 when anything is wrong with it.

Every warning counts as a fault (an unknown reference, a missing picture, …). With ``--lenient``,
which `make book` uses so that a reader's own changes never keep the pages away, warnings are only
shown.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"


def toc_documents(node: object) -> list[str]:
    """All document names in the table of contents, in order."""
    if isinstance(node, list):
        return [name for child in node for name in toc_documents(child)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    return own + [name for value in node.values() for name in toc_documents(value)]


def missing_pages(html: Path) -> list[str]:
    """Documents of the table of contents that have no page."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    wanted = [name.removesuffix(".md").removesuffix(".ipynb") for name in toc_documents(toc)]
    return [name for name in wanted if not (html / f"{name}.html").exists()]


def build(fresh: bool) -> tuple[int, str]:
    """Run Jupyter Book; its exit code and its output without colours."""
    if fresh:
        shutil.rmtree(BUILD / "html", ignore_errors=True)
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(ROOT),
    ]
    command += ["-W", "-n", "--keep-going"]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    output = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "build.log").write_text(output, encoding="utf-8")
    return result.returncode, output


def main() -> int:
    """Build, then look at what came out: Jupyter Book exits 0 on some failures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="forget what was rendered before")
    parser.add_argument("--lenient", action="store_true", help="show warnings, accept them")
    arguments = parser.parse_args()
    print("Rendering the pages ...", flush=True)
    code, output = build(arguments.fresh)
    complaints = sorted(set(re.findall(r"^.*\b(?:WARNING|ERROR|CRITICAL)\b.*$", output, re.M)))
    for line in complaints:
        print(line.replace(f"{ROOT}/", ""), file=sys.stderr)
    lost = missing_pages(BUILD / "html")
    for name in lost:
        print(f"{name}: no page was made of it", file=sys.stderr)
    index_exists = (BUILD / "html" / "index.html").exists()
    if lost or not index_exists or ((code or complaints) and not arguments.lenient):
        if not complaints and not lost:
            print(output[-3000:], file=sys.stderr)
        print("The pages have faults; the whole log is in _build/build.log", file=sys.stderr)
        return 1
    print("Pages: _build/html/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
