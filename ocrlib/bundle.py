"""A bundle is what leaves training: a folder with the network and all that reading needs."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ocrlib.charset import Charset
from ocrlib.errors import BundleError, CharsetError, RecipeError
from ocrlib.preprocess import DetPreprocess, RecPreprocess

FORMAT_VERSION = 1
BUNDLES = Path(__file__).parent / "bundles"
SPEC_FILE = "bundle.json"
MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "model.safetensors"

TASKS = ("det", "rec", "cls")


@dataclass(frozen=True)
class BundleSpec:
    """What ``bundle.json`` says.

    Args:
        name: for example "det-lite".
        task: "det" (find text), "rec" (read text) or "cls" (which way up).
        architecture: ``{"name": ..., "args": {...}}``, enough to build the network again.
        preprocess: the very object that training used.
        charset: the characters of a recogniser, in class order; None for other tasks.
        postprocess: arguments of ``DBPostprocess`` for a detector; None for other tasks.
        recipe: the training recipe as plain values.
        data: what it was trained on, each ``{"name", "licence", "use"}``.
        fonts: the fonts of the rendered data, each ``{"family", "sha256"}``.
        seed: of the training run.
        commit: of this repository when training started.
        figures: what was measured, for example ``{"hmean": 0.87}``.
        unfinished: True if training was cut short; such a bundle is for trying out only.
        files: file name to SHA-256 in hex; filled in by ``write_bundle``.
        format_version: of the folder's layout.
    """

    name: str
    task: str
    architecture: Mapping[str, Any]
    preprocess: DetPreprocess | RecPreprocess
    charset: Charset | None = None
    postprocess: Mapping[str, Any] | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[Mapping[str, str], ...] = ()
    fonts: tuple[Mapping[str, str], ...] = ()
    seed: int = 0
    commit: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    unfinished: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        _check_task(self.task)
        if (self.charset is not None) != (self.task == "rec"):
            raise BundleError("a recogniser, and nothing else, has a charset", value=self.name)
        wanted = DetPreprocess if self.task == "det" else RecPreprocess
        if not isinstance(self.preprocess, wanted):
            raise BundleError(
                f"the preprocessing of a '{self.task}' bundle must be a {wanted.__name__}",
                value=type(self.preprocess).__name__,
            )

    def to_dict(self) -> dict[str, Any]:
        """The specification as plain JSON-ready values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["preprocess"] = self.preprocess.to_dict()
        values["charset"] = None if self.charset is None else self.charset.to_dict()
        values["data"] = list(self.data)
        values["fonts"] = list(self.fonts)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> BundleSpec:
        """The inverse of ``to_dict``.

        Raises:
            BundleError: for a newer format, unknown or missing keys, or values of a wrong kind.
        """
        _check_spec(values)
        pre = DetPreprocess if values["task"] == "det" else RecPreprocess
        charset = values["charset"]
        try:
            return cls(
                **{
                    **values,
                    "preprocess": pre.from_dict(values["preprocess"]),
                    "charset": None if charset is None else Charset.from_dict(charset),
                    "data": tuple(values["data"]),
                    "fonts": tuple(values["fonts"]),
                }
            )
        except (RecipeError, CharsetError) as error:
            raise BundleError(error.problem, value=error.value, remedy=error.remedy) from error


_KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "task": str,
    "architecture": dict,
    "preprocess": dict,
    "charset": (dict, type(None)),
    "postprocess": (dict, type(None)),
    "recipe": dict,
    "data": list,
    "fonts": list,
    "seed": int,
    "commit": str,
    "figures": dict,
    "unfinished": bool,
    "files": dict,
    "format_version": int,
}


def _check_spec(values: Mapping[str, Any]) -> None:
    version = values.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleError(
            f"the bundle has a newer format than this ocrlib knows ({FORMAT_VERSION})",
            value=version,
            remedy="update ocrlib",
        )
    if isinstance(version, int) and version < 1:
        raise BundleError("unknown format", value=version, remedy="write the bundle again")
    for key in sorted(values.keys() - _KINDS.keys()):
        raise BundleError("unknown key", value=key, remedy="write the bundle again")
    for key, kind in _KINDS.items():
        if key not in values:
            raise BundleError("a key is missing", value=key, remedy="write the bundle again")
        if not isinstance(values[key], kind):
            raise BundleError(f"the key '{key}' has a value of a wrong kind", value=values[key])
    _check_task(values["task"])
    for name, digest in values["files"].items():
        if Path(name).name != name or not re.fullmatch("[0-9a-f]{64}", str(digest)):
            raise BundleError("the list of files is not valid", value=name)


def _check_task(task: str) -> None:
    if task not in TASKS:
        raise BundleError("unknown task", value=task, remedy=f"use one of {list(TASKS)}")


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk whose files were verified.

    Args:
        folder: where it is.
        spec: what its ``bundle.json`` says.
    """

    folder: Path
    spec: BundleSpec

    @property
    def model(self) -> Path:
        """The ONNX graph."""
        return self.folder / MODEL_FILE

    @property
    def weights(self) -> Path:
        """The same weights as safetensors, fp16."""
        return self.folder / WEIGHTS_FILE


def find_bundle(name_or_path: str | os.PathLike[str]) -> Path:
    """The folder of a bundle: one that ships with ocrlib, by name, or any folder, by path.

    Raises:
        BundleError: if there is none; says which there are.
    """
    shipped = BUNDLES / name_or_path
    if isinstance(name_or_path, str) and Path(name_or_path).name == name_or_path:
        if (shipped / SPEC_FILE).is_file():
            return shipped
        if not Path(name_or_path).is_dir():
            there = sorted(spec.parent.name for spec in BUNDLES.glob(f"*/{SPEC_FILE}"))
            raise BundleError(
                f"there is no bundle '{name_or_path}'",
                remedy=(f"use one of {there}" if there else "train the models with `make weights`")
                + ", or give the path of a bundle's folder",
            )
    folder = Path(name_or_path)
    if not (folder / SPEC_FILE).is_file():
        problem = f"the folder has no {SPEC_FILE}" if folder.is_dir() else "no such folder"
        raise BundleError(problem, file=folder, remedy="give the path of a bundle's folder")
    return folder


def load_bundle(name_or_path: str | os.PathLike[str]) -> Bundle:
    """Open a bundle and verify it.

    Args:
        name_or_path: "det-lite" and the like, or the path of a folder.

    Raises:
        BundleError: if it does not exist, a file is missing or altered, or the format is newer.
    """
    folder = find_bundle(name_or_path)
    file = folder / SPEC_FILE
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise BundleError("is not a JSON object", file=file)
        spec = BundleSpec.from_dict(values)
    except (OSError, ValueError, RecursionError) as error:  # bad JSON or UTF-8: ValueError
        raise BundleError(
            f"cannot be read: {error}", file=file, remedy="restore the bundle"
        ) from error
    except BundleError as error:
        raise BundleError(
            error.problem, file=file, value=error.value, remedy=error.remedy
        ) from error
    if MODEL_FILE not in spec.files:
        raise BundleError(f"does not list {MODEL_FILE}", file=file, remedy="restore the bundle")
    for name, digest in spec.files.items():
        _verify(folder / name, digest)
    return Bundle(folder, spec)


def _verify(file: Path, digest: str) -> None:
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"a file of the bundle is missing or unreadable: {error.strerror}",
            file=file,
            remedy="restore the bundle",
        ) from error
    if found != digest:
        raise BundleError(
            "the file is not the one that the bundle was made with (its SHA-256 differs)",
            file=file,
            remedy="restore the bundle",
        )


def write_bundle(
    folder: str | os.PathLike[str], spec: BundleSpec, files: Mapping[str, Path | bytes]
) -> Bundle:
    """Write a bundle; ``bundle.json`` comes last, so that a half-written one cannot be loaded.

    Args:
        folder: where to write; made if needed, files of the same names are replaced.
        spec: its ``files`` and ``format_version`` are filled in here.
        files: name inside the bundle to content, or to the path of a file to copy (which may be
            in ``folder`` already).

    Returns:
        The bundle, as ``load_bundle`` would give it.

    Raises:
        BundleError: if the model is not among the files or writing fails.
    """
    folder = Path(folder)
    if MODEL_FILE not in files:
        raise BundleError(f"a bundle needs a {MODEL_FILE}", file=folder, value=sorted(files))
    hashes: dict[str, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in files.items():
            content = source if isinstance(source, bytes) else source.read_bytes()
            hashes[name] = hashlib.sha256(content).hexdigest()
            _write_atomically(folder / name, content)
        spec = replace(spec, files=hashes, format_version=FORMAT_VERSION)
        text = json.dumps(spec.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        _write_atomically(folder / SPEC_FILE, (text + "\n").encode())
    except (OSError, TypeError, ValueError) as error:  # TypeError, ValueError: not JSON
        raise BundleError(f"cannot be written: {error}", file=folder) from error
    return load_bundle(folder)


def _write_atomically(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(file)
