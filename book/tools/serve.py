"""Serve _build/html on port 8000, or the next free one, and print the address."""

from __future__ import annotations

import argparse
import errno
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line in the terminal for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """Forbid caching: a page that was rendered again must show."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def open_server(
    folder: Path, host: str = "127.0.0.1", first_port: int = 8000, tries: int = 100
) -> ThreadingHTTPServer:
    """A server on the first free port from ``first_port`` on."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    # Without this, a second server could take a port that another one still holds.
    ThreadingHTTPServer.allow_reuse_address = False
    for port in range(first_port, first_port + tries):
        try:
            return ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"no free port in {first_port}-{first_port + tries - 1}")


def main() -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 shows it to other machines")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    if not (HTML / "index.html").exists():
        print("There are no pages yet: make html", file=sys.stderr)
        return 1
    server = open_server(HTML, arguments.host, arguments.port)
    print(
        f"The book is at http://localhost:{server.server_address[1]}/  (Ctrl-C stops)", flush=True
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
