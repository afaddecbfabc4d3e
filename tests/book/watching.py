"""What the tests of widgets share: pages whose complaints are noted, and a JupyterLab."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import nbformat
from playwright.sync_api import Page

from notebook_files import ROOT


class Watched:
    """A page whose complaints and requests are noted."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def _on_console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def is_quiet(self) -> None:
        inside = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:", "about:")
        assert [url for url in self.requests if not url.startswith(inside)] == []
        assert self.complaints == [], self.complaints


@contextmanager
def jupyterlab(folder: Path, cells: Sequence[str]) -> Iterator[str]:
    """The address of a JupyterLab that serves a notebook of these cells, ``lab.ipynb``."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    (folder / "root").mkdir()
    nbformat.write(notebook, folder / "root" / "lab.ipynb")
    settings = folder / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    quiet = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(quiet, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--expose-app-in-browser", f"--port={port}", "--ip=127.0.0.1"),
        *(f"--ServerApp.root_dir={folder / 'root'}", "--IdentityProvider.token="),
        *("--ServerApp.port_retries=0", "--LabApp.extension_manager=readonly"),
    ]
    own = {
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "run",
        "IPYTHONDIR": folder / "ipython",
        "PYTHONPATH": ROOT,
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, env={**os.environ, **{k: str(v) for k, v in own.items()}},
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urlopen(f"{base}/api/status", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
                time.sleep(0.5)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=30)


def open_notebook(page: Page, base: str) -> None:
    """Open that notebook and run all of its cells."""
    page.goto(f"{base}/lab/tree/lab.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")
