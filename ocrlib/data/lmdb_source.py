"""Crops in an LMDB folder: one file instead of millions, as benchmarks of text recognition come.

The layout is the usual one: ``num-samples`` holds the count in decimal, ``image-000000001`` the
bytes of a picture file, ``label-000000001`` its text in UTF-8; numbers start at 1. Nothing in it is
ever unpickled. Needs the package ``lmdb``: ``pip install ocrlib[lmdb]``.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from numpy.random import Generator
from tqdm import tqdm

from ocrlib.data.label_lines import RecLabel
from ocrlib.errors import DataError
from ocrlib.images import decode_image
from ocrlib.types import RecSample

if TYPE_CHECKING:
    import lmdb

_COUNT = b"num-samples"
_PAGE = 4096  # bytes; what LMDB allocates in
_SPARE = 64 << 20  # bytes for its trees
_TRANSACTION = 1000  # crops


def _import_lmdb() -> ModuleType:
    try:
        import lmdb
    except ImportError as error:
        raise DataError("LMDB folders need the package lmdb", remedy="pip install lmdb") from error
    return lmdb


@cache  # LMDB does not let a process open a folder twice
def _opened(folder: str) -> lmdb.Environment:
    package = _import_lmdb()
    try:
        environment: lmdb.Environment = package.open(
            folder, readonly=True, lock=False, readahead=False, create=False
        )
    except package.Error as error:
        raise DataError(
            f"cannot be opened as LMDB: {error}",
            file=folder,
            remedy="give the folder that holds data.mdb",
        ) from error
    return environment


def _key(kind: str, index: int) -> bytes:
    return f"{kind}-{index + 1:09d}".encode()


class LmdbRec:
    """Crops with their texts from an LMDB folder.

    Pictures and texts are looked at when they are drawn, for there may be millions: what is wrong
    with one of them is said, or counted, then.

    Args:
        folder: holds ``data.mdb``.
        fold_case: the texts do not tell upper from lower case.

    Raises:
        DataError: the package is missing, or the folder is not of this layout.
    """

    def __init__(self, folder: Path, fold_case: bool = False) -> None:
        self.folder = str(folder.resolve())
        self.fold_case = fold_case
        self.skipped: Counter[str] = Counter()
        count = self._get(_COUNT)
        if count is None or not count.isdigit() or int(count) == 0:
            raise DataError(
                "num-samples should hold a count",
                file=folder,
                value=None if count is None else count.decode("utf-8", "replace"),
                remedy="`ocrlib data pack` makes such a folder from a label file",
            )
        self.count = int(count)
        if self._get(_key("image", self.count - 1)) is None:
            raise DataError("has fewer crops than num-samples says", file=folder, value=self.count)

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int, rng: Generator) -> RecSample:
        """The crop with this index, as it is.

        Raises:
            DataError: the entry is missing, or its text is not UTF-8.
            ImageError: its picture cannot be read.
        """
        picture, text = self._get(_key("image", index)), self._get(_key("label", index))
        name = f"{self.folder}: {_key('image', index).decode()}"
        if picture is None or text is None:
            raise DataError("the picture or its text is missing", file=name)
        try:
            return RecSample(
                decode_image(picture, name), text.decode("utf-8"), name, self.fold_case
            )
        except UnicodeDecodeError as error:
            raise DataError("the text is not UTF-8", file=name, value=text) from error

    def _get(self, key: bytes) -> bytes | None:
        with _opened(self.folder).begin() as transaction:
            value: bytes | None = transaction.get(key)
            return value


def pack_lmdb(labels: Sequence[RecLabel], folder: Path) -> int:
    """Write crops into an LMDB folder, the bytes of their files unchanged.

    Args:
        labels: pictures and texts, in the order in which they are to be numbered.
        folder: must not be there yet; it appears when everything is written.

    Returns:
        Bytes of pictures.

    Raises:
        DataError: the package is missing, there is nothing to write, the folder is there already,
            or a file cannot be read or written.
    """
    package = _import_lmdb()
    if not labels:
        raise DataError("nothing to pack", file=folder)
    if folder.exists():
        raise DataError("is there already", file=folder, remedy="give a name that is free")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        sizes = [label.picture.stat().st_size for label in labels]
        most = sum(-(-size // _PAGE) * _PAGE + 2 * _PAGE for size in sizes) + _SPARE
        with package.open(str(unfinished), map_size=most) as environment:
            for start in tqdm(range(0, len(labels), _TRANSACTION), disable=None, unit="k crops"):
                with environment.begin(write=True) as transaction:
                    for i, label in enumerate(labels[start : start + _TRANSACTION], start):
                        transaction.put(_key("image", i), label.picture.read_bytes())
                        transaction.put(_key("label", i), label.text.encode())
            with environment.begin(write=True) as transaction:
                transaction.put(_COUNT, str(len(labels)).encode())
        unfinished.replace(folder)
    except (OSError, package.Error) as error:
        raise DataError(f"cannot be packed: {error}", file=folder) from error
    return sum(sizes)
