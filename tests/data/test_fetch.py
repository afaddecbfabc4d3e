from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from ocrlib.data.fetch import fetch
from ocrlib.errors import DataError

BODY = np.random.default_rng(0).bytes(700_000)
SHA256 = hashlib.sha256(BODY).hexdigest()


@dataclass
class Site:
    """A server on this machine that can break in several ways."""

    url: str = ""
    body: bytes = BODY
    etag: str = '"one"'
    break_after: list[int] = field(default_factory=list)  # bytes sent before each hang-up
    ranges: bool = True
    requests: list[str] = field(default_factory=list)  # the Range header of every request


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            site.requests.append(wanted)
            if self.path.startswith("/none"):
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            if not site.ranges or self.headers.get("If-Range", site.etag) != site.etag:
                start = 0
            if start >= len(site.body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(site.body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                last = len(site.body) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{len(site.body)}")
            if site.etag:
                self.send_header("ETag", site.etag)
            self.send_header("Content-Length", str(len(site.body) - start))
            self.end_headers()
            end = start + site.break_after.pop(0) if site.break_after else len(site.body)
            self.wfile.write(site.body[start:end])

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that hangs up is part of the tests
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file(site, tmp_path) -> None:
    file = fetch(f"{site.url}/a/set%20one.zip?x=1", tmp_path / "new", size=len(BODY), sha256=SHA256)
    assert file == tmp_path / "new" / "set one.zip"
    assert file.read_bytes() == BODY
    assert names(tmp_path / "new") == ["set one.zip"]


def test_a_broken_connection_is_resumed_at_once(site, tmp_path) -> None:
    site.break_after = [300_000, 100_000]
    assert fetch(f"{site.url}/f.zip", tmp_path).read_bytes() == BODY
    assert site.requests == ["", "bytes=300000-", "bytes=400000-"]


def test_the_next_run_resumes(site, tmp_path) -> None:
    site.break_after = [1000, 1000, 1000]
    with pytest.raises(DataError) as caught:
        fetch(f"{site.url}/f.zip", tmp_path)
    assert str(caught.value) == (
        "the connection broke 3 times: 3000 of 700000 bytes arrived "
        f"(got '{site.url}/f.zip'). Remedy: run the same command again: it goes on where it stopped"
    )
    assert names(tmp_path) == ["f.zip.part", "f.zip.part-version"]
    assert fetch(f"{site.url}/f.zip", tmp_path, sha256=SHA256).read_bytes() == BODY
    assert site.requests[-1] == "bytes=3000-"
    assert names(tmp_path) == ["f.zip"]


def test_a_new_version_on_the_server_starts_over(site, tmp_path) -> None:
    site.break_after = [1000]
    with pytest.raises(DataError):
        fetch(f"{site.url}/f.zip", tmp_path, tries=1)
    site.etag, site.body = '"two"', BODY[::-1]
    assert fetch(f"{site.url}/f.zip", tmp_path).read_bytes() == BODY[::-1]


def test_a_server_without_ranges_starts_over(site, tmp_path) -> None:
    site.break_after, site.ranges = [1000], False
    assert fetch(f"{site.url}/f.zip", tmp_path).read_bytes() == BODY


def test_a_server_without_versions_starts_over(site, tmp_path) -> None:
    site.break_after, site.etag = [1000], ""
    assert fetch(f"{site.url}/f.zip", tmp_path).read_bytes() == BODY
    assert site.requests == ["", ""]


def test_a_part_that_is_whole_is_taken(site, tmp_path) -> None:
    (tmp_path / "f.zip.part").write_bytes(BODY)
    (tmp_path / "f.zip.part-version").write_text(site.etag)
    assert fetch(f"{site.url}/f.zip", tmp_path, sha256=SHA256).read_bytes() == BODY
    assert site.requests == [f"bytes={len(BODY)}-"]


def test_a_file_that_shrank_starts_over(site, tmp_path) -> None:
    (tmp_path / "f.zip.part").write_bytes(BODY + b"more")
    (tmp_path / "f.zip.part-version").write_text(site.etag)
    assert fetch(f"{site.url}/f.zip", tmp_path).read_bytes() == BODY


def test_what_is_there_is_not_fetched_again(site, tmp_path) -> None:
    (tmp_path / "f.zip").write_bytes(BODY)
    fetch(f"{site.url}/f.zip", tmp_path, size=len(BODY), sha256=SHA256)
    assert site.requests == []
    (tmp_path / "f.zip").write_bytes(b"other")
    with pytest.raises(DataError) as caught:
        fetch(f"{site.url}/f.zip", tmp_path, size=len(BODY))
    assert str(caught.value) == (
        f"{tmp_path / 'f.zip'}: the file has 5 bytes, the source states 700000 "
        f"(got '{site.url}/f.zip'). Remedy: remove it and fetch it again"
    )


def test_a_wrong_size_is_refused_before_the_download(site, tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        fetch(f"{site.url}/f.zip", tmp_path, size=5)
    assert str(caught.value) == (
        f"the server has 700000 bytes, the source states 5 (got '{site.url}/f.zip'). "
        "Remedy: the set may have changed: look at its home page"
    )
    assert names(tmp_path) == []


def test_a_wrong_checksum_leaves_nothing_behind(site, tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        fetch(f"{site.url}/f.zip", tmp_path, sha256="0" * 64)
    assert str(caught.value) == (
        f"{tmp_path / 'f.zip'}: the checksum is {SHA256}, the source states {'0' * 64} "
        f"(got '{site.url}/f.zip'). Remedy: fetch it again"
    )
    assert names(tmp_path) == []


def test_404_is_said(site, tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        fetch(f"{site.url}/none.zip", tmp_path)
    assert str(caught.value) == (
        f"the server answers 404 Not Found (got '{site.url}/none.zip'). "
        "Remedy: look at the home page for a new address"
    )
    assert len(site.requests) == 1


def test_no_server(tmp_path) -> None:
    with pytest.raises(DataError, match=r"the connection broke 2 times: .*refused"):
        fetch("http://127.0.0.1:9/f.zip", tmp_path, tries=2)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("file:///etc/passwd", "not an http or https address"),
        ("ftp://127.0.0.1/f.zip", "not an http or https address"),
        ("funsd", "not an http or https address"),
        ("http://127.0.0.1/", "the address does not end in a file name"),
        ("http://127.0.0.1/a/..", "the address does not end in a file name"),
        ("http://127.0.0.1/a/%2e%2e", "the address does not end in a file name"),
    ],
)
def test_other_addresses_are_refused(tmp_path, url: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        fetch(url, tmp_path)


def test_a_folder_that_cannot_be_written(site, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"cannot write: .*Remedy: make room or choose another"):
        fetch(f"{site.url}/f.zip", tmp_path / "file" / "folder")
