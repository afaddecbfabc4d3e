"""The rules that every notebook of the book keeps, as code.

python book/tools/notebook_rules.py [chapters/01_what_is_ocr/lesson.ipynb ...]
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from notebook_files import ROOT, find_notebooks, read_notebook, tags

MAX_LINES = 25
MAX_BYTES = 3_000_000
FORBIDDEN = {
    r"^\s*[!%]|get_ipython\(": "shell commands and magics do not belong into a notebook",
    r"\bpip3? install|\bconda install": "a notebook installs nothing",
    r"\burllib\b|\brequests\b|\burlopen\b|\bwget\b|\bcurl\b": ("a notebook downloads nothing"),
    r"\bsys\.path\b|\bos\.chdir\b": "a notebook runs from a clean checkout as it is",
    r"set_device\(\s*[\"']cpu|CPUPlace|CUDA_VISIBLE_DEVICES": "nothing pins the CPU",
}
ABSOLUTE = re.compile(r"""["'](?:/(?!/)[\w.]+[/\w.]*|~/|[A-Za-z]:[\\/])""")
LEAKED = re.compile(r"(?<![\w.])/(?:home|root|work|tmp|usr|opt|Users|mnt)/[\w.-]+")
ADDRESS = re.compile(r" at 0x[0-9a-f]+>")
IGNORED = "nbval-ignore-output"
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")


def find_faults(path: Path) -> list[str]:
    """Everything that is wrong with one notebook, as ``file: cell: what``."""
    notebook = read_notebook(path)
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    faults = [f"{name}: {fault}" for fault in notebook_faults(notebook, path.stem)]
    if path.stat().st_size > MAX_BYTES:
        faults.append(f"{name}: larger than {MAX_BYTES / 1e6:.0f} MB")
    for number, cell in enumerate(notebook.cells, start=1):
        found = markdown_faults(cell) if cell.cell_type == "markdown" else code_faults(cell)
        if cell.cell_type == "code" and path.stem != "assignment":
            found += output_faults(cell)
        faults += [f"{name}: cell {number}: {fault}" for fault in found]
    return faults


def notebook_faults(notebook: NotebookNode, stem: str) -> list[str]:
    """Rules about the notebook as a whole."""
    faults = []
    cells = notebook.cells
    if not cells or not (cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")):
        faults.append("the first cell is a Markdown title")
    code = [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]
    if code and not imports_only(code[0].source):
        faults.append("the first code cell only imports")
    if any(imports(cell.source) for cell in code[1:]):
        faults.append("all imports stand in the first code cell")
    if stem != "assignment":
        counts = [cell.execution_count for cell in code]
        if counts != list(range(1, len(code) + 1)):
            faults.append("not executed in one go from top to bottom: book/tools/execute.py")
    if stem == "lesson":
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        exercises, answers = text.count("{exercise"), text.count("{solution")
        if not exercises or exercises != answers:
            faults.append(f"{exercises} exercises, {answers} solutions: some of each, as many")
    return faults


def statements(source: str) -> list[ast.stmt]:
    """The statements of a cell, none if it is not plain Python."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def imports(source: str) -> bool:
    """Whether the cell has an import at its top level."""
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in statements(source))


def imports_only(source: str) -> bool:
    """Whether the cell has imports and nothing else."""
    body = statements(source)
    return bool(body) and all(isinstance(node, ast.Import | ast.ImportFrom) for node in body)


def markdown_faults(cell: NotebookNode) -> list[str]:
    """Rules about text."""
    faults = []
    for alt, target in PICTURE.findall(cell.source):
        if not alt.strip():
            faults.append(f"no alt text for {target}")
        if target.startswith(("http:", "https:", "//")):
            faults.append(f"a picture from the network: {target}")
    for block in re.findall(r"[`:]{3,}\{(?:figure|image)\}.*?(?=\n[`:]{3,})", cell.source, re.S):
        if ":alt:" not in block:
            faults.append("a figure without :alt:")
    if re.search(r"<(?:script|iframe|link|img)\b", cell.source):
        faults.append("raw HTML that loads something")
    return faults


def code_faults(cell: NotebookNode) -> list[str]:
    """Rules about code."""
    faults = [
        why for pattern, why in FORBIDDEN.items() if re.search(pattern, cell.source, re.MULTILINE)
    ]
    if ABSOLUTE.search(cell.source):
        faults.append(f"an absolute path: {ABSOLUTE.search(cell.source).group()}")  # type: ignore[union-attr]
    if cell.source.rstrip().endswith(";") and IGNORED not in tags(cell):
        faults.append(f"a ';' at the end hides nothing from nbval: plt.show(), or tag {IGNORED}")
    lines = cell.source.count("\n") + 1
    if lines > MAX_LINES:
        faults.append(f"{lines} lines of code: at most {MAX_LINES}")
    return faults


def output_faults(cell: NotebookNode) -> list[str]:
    """Rules about what is stored under a cell."""
    faults = []
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    for output in cell.outputs:
        if output.output_type == "error":
            faults.append(f"ends in {output.ename}")
        if output.get("name") == "stderr" and "raises-exception" not in tags(cell):
            faults.append(f"writes to stderr: {output.text.strip()[:80]}")
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data) and not alt.strip():
            faults.append(
                'a picture without alt text: metadata {"mystnb": {"image": {"alt": ...}}}'
            )
        for kind, value in [*data.items(), ("text/plain", output.get("text", ""))]:
            leaked = LEAKED.search(value) if kind.startswith("text/") else None
            if leaked:
                faults.append(f"shows a path of this machine: {leaked.group()}")
            if kind == "text/plain" and ADDRESS.search(value) and IGNORED not in tags(cell):
                faults.append("shows an address in memory, which is another one in every run")
            if kind == "text/html" and re.search(r"(?:src|href)=[\"']https?:", value):
                faults.append("output that loads something from the network")
    return faults


def main() -> int:
    """Print the faults of the named notebooks, or of all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    paths = [path.resolve() for path in parser.parse_args().notebooks]
    faults = [f for path in paths or find_notebooks(True) for f in find_faults(path)]
    print("\n".join(faults) or "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
