"""book/tools/serve.py finds a free port and serves the pages."""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

import pytest

import serve


def test_takes_the_next_free_port(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("pages", encoding="utf-8")
    first = serve.open_server(tmp_path, first_port=18000)
    second = serve.open_server(tmp_path, first_port=18000)
    try:
        assert second.server_address[1] > first.server_address[1] >= 18000
        threading.Thread(target=second.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://localhost:{second.server_address[1]}/") as answer:
            assert answer.read() == b"pages"
            assert answer.headers["Cache-Control"] == "no-cache"
        second.shutdown()
    finally:
        first.server_close()
        second.server_close()


def test_says_so_when_no_port_is_free(tmp_path: Path) -> None:
    first = serve.open_server(tmp_path, first_port=18500)
    port = first.server_address[1]
    with first, pytest.raises(OSError, match=f"no free port in {port}-{port}"):
        serve.open_server(tmp_path, first_port=port, tries=1)


def test_without_pages_it_asks_for_make_html(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "HTML", tmp_path)
    monkeypatch.setattr("sys.argv", ["serve.py"])
    assert serve.main() == 1
    assert "make html" in capsys.readouterr().err
