"""Downloading: resumed where it broke off, checked, and never half a file under the final name."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tqdm import tqdm

from ocrlib.errors import DataError

_CHUNK = 1 << 18  # bytes
_AGAIN = "run the same command again: it goes on where it stopped"


class _Broken(Exception):
    """The connection ended early; what has arrived is kept."""


def fetch(
    url: str,
    folder: str | Path,
    *,
    size: int | None = None,
    sha256: str | None = None,
    tries: int = 3,
    timeout: float = 30,
) -> Path:
    """Download one file into a folder.

    What arrives is written to ``NAME.part`` and renamed when it is whole and checked. An earlier
    ``NAME.part`` is continued if the server still has the same version (its ETag or date).

    Args:
        url: an http or https address; the file is called as its last part.
        folder: where to put it; made if missing.
        size: the size in bytes that the source states, if it does.
        sha256: the checksum that the source states, if it does.
        tries: connections to try in a row.
        timeout: s without an answer after which a connection counts as broken.

    Returns:
        The file. One that is there already is only checked.

    Raises:
        DataError: not an http address, the server refuses, the connection keeps breaking, the size
            or checksum is wrong, or the disk is full.
    """
    target = Path(folder) / _file_name(url)
    part = target.with_name(target.name + ".part")
    if target.exists():
        _check(target, target, url, size, sha256)
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, tries + 1):
            try:
                _download(url, part, size, timeout)
                break
            except _Broken as error:
                if attempt == tries:
                    raise DataError(
                        f"the connection broke {tries} times: {error}", value=url, remedy=_AGAIN
                    ) from error
        try:
            _check(part, target, url, size, sha256)
        except DataError:
            _forget(part)  # going on from here could never give the right file
            raise
        part.replace(target)
        _tag(part).unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot write: {error.strerror}",
            file=target,
            remedy="make room or choose another --out",
        ) from error
    return target


def _file_name(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DataError(
            "not an http or https address",
            value=url,
            remedy="give a full address, or a name from: ocrlib data list",
        )
    name = urllib.parse.unquote(parts.path).rpartition("/")[2]
    if name in ("", ".", "..") or "\\" in name or "\0" in name:
        raise DataError("the address does not end in a file name", value=url)
    return name


def _tag(part: Path) -> Path:
    """Where the version of the half-finished file is noted."""
    return part.with_name(part.name + "-version")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)


def _download(url: str, part: Path, size: int | None, timeout: float) -> None:
    """One connection: append to ``part`` what is missing, or start over if that cannot be done."""
    have = part.stat().st_size if part.exists() else 0
    version = _tag(part).read_text(encoding="utf-8") if _tag(part).exists() else ""
    if have and not version:  # nothing says that these are the first bytes of the same file
        _forget(part)
        have = 0
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            _receive(answer, url, part, have, size)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing is missing, or the file has shrunk
            if error.headers.get("Content-Range") == f"bytes */{have}":
                return
            _forget(part)
            raise _Broken("the file on the server changed") from error
        raise DataError(
            f"the server answers {error.code} {error.reason}",
            value=url,
            remedy="try later" if error.code >= 500 else "look at the home page for a new address",
        ) from error
    except urllib.error.URLError as error:
        raise _Broken(str(error.reason)) from error
    except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
        raise _Broken(str(error) or type(error).__name__) from error


def _receive(
    answer: http.client.HTTPResponse, url: str, part: Path, have: int, size: int | None
) -> None:
    """Write the body of an answer behind the first ``have`` bytes, if it continues there."""
    start = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if answer.status != 206 or start is None or int(start[1]) != have:
        have = 0
    length = answer.headers.get("Content-Length")
    total = have + int(length) if length is not None and length.isdigit() else None
    if size is not None and total is not None and total != size:
        raise DataError(
            f"the server has {total} bytes, the source states {size}",
            value=url,
            remedy="the set may have changed: look at its home page",
        )
    _tag(part).write_text(
        answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "", encoding="utf-8"
    )
    with (
        part.open("ab" if have else "wb") as stream,
        tqdm(
            total=total, initial=have, unit="B", unit_scale=True, desc=part.stem, disable=None
        ) as bar,
    ):
        while chunk := answer.read(_CHUNK):
            stream.write(chunk)
            bar.update(len(chunk))
    got = part.stat().st_size
    if total is not None and got < total:
        raise _Broken(f"{got} of {total} bytes arrived")


def _check(file: Path, name: Path, url: str, size: int | None, sha256: str | None) -> None:
    remedy = "remove it and fetch it again" if file == name else "fetch it again"
    if size is not None and file.stat().st_size != size:
        raise DataError(
            f"the file has {file.stat().st_size} bytes, the source states {size}",
            file=name,
            value=url,
            remedy=remedy,
        )
    if sha256 is not None:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256.lower():
            raise DataError(
                f"the checksum is {found}, the source states {sha256}",
                file=name,
                value=url,
                remedy=remedy,
            )
