"""Join the sources of each widget into the one module that is shipped.

    python book/tools/bundle_widgets.py [--check]

A widget travels inside notebooks and pages as one text, so its modules are put one after the
other, those that are imported first, and the lines that connect them are left out. No Node is
needed. With ``--check`` nothing is written: the exit code is 1 when a bundle is out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

WIDGETS = Path(__file__).resolve().parents[2] / "ocrlib" / "explore" / "widgets"
ENTRIES = ("postprocess_lab", "ctc_stepper", "tia_playground")

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+\.js)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.M)
NAME = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.M)


def modules(entry: Path) -> list[Path]:
    """The modules that an entry needs, each after those that it imports itself."""
    found: list[Path] = []

    def visit(path: Path) -> None:
        if path in found:
            return
        for _, name in IMPORT.findall(path.read_text(encoding="utf-8")):
            visit(path.parent / name)
        found.append(path)

    visit(entry)
    return found


def bundle(entry: Path) -> str:
    """One module made of an entry and all that it imports.

    Raises:
        ValueError: two modules use the same name, import something that is not there, or import
            in a way that this tool does not know.
    """
    owners: dict[str, str] = {}
    parts = [f"// Made by book/tools/bundle_widgets.py from src/{entry.name}: change it there.\n"]
    for path in modules(entry):
        source = path.read_text(encoding="utf-8")
        for names, module in IMPORT.findall(source):
            for name in names.split(", "):
                if owners.get(name) != module:
                    raise ValueError(f"{path.name} imports {name}, which {module} does not have")
        body = IMPORT.sub("", source)
        if re.search(r"^import\b", body, re.M):
            raise ValueError(f'{path.name}: write imports as import {{ a, b }} from "./module.js";')
        for name in NAME.findall(body):
            if name in owners:
                raise ValueError(f"{name} stands in {owners[name]} and in {path.name}")
            owners[name] = path.name
        parts.append(f"\n// {path.name}\n{EXPORT.sub('', body)}")
    return "".join(parts)


def main() -> int:
    """Write the bundles, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    old = 0
    for name in ENTRIES:
        target, made = WIDGETS / f"{name}.js", bundle(WIDGETS / "src" / f"{name}.js")
        if target.exists() and target.read_text(encoding="utf-8") == made:
            continue
        old += 1
        print(f"{target.name}: {'out of date' if check else f'{len(made):,} characters'}")
        if not check:
            target.write_text(made, encoding="utf-8")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
