"""Write the hashes of vendored files into their VENDOR.toml again."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "public" / "_static" / "vendor"


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder`` but the list itself."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "VENDOR.toml"
    }


def main() -> int:
    """Renew every list, keeping what stands above the hashes."""
    for listed in sorted(VENDOR.glob("*/VENDOR.toml")):
        head = listed.read_text(encoding="utf-8").partition("[sha256]")[0]
        lines = [f'"{name}" = "{value}"' for name, value in hashes(listed.parent).items()]
        listed.write_text(head + "\n".join(["[sha256]", *lines]) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
