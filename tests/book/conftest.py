"""Fixtures of the tests that look at the built pages."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve import HTML, open_server


def missing(what: str) -> None:
    """Skip where a person may lack it; fail where the CI must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of built pages."""
    if not (HTML / "index.html").exists():
        missing("the pages are not built: make html")
    return HTML


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address under which the pages are served."""
    server = open_server(html, first_port=8800)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
