"""Typed errors: every one says where the problem is, what was found and what to do about it."""

from __future__ import annotations

from pathlib import Path


class OcrError(Exception):
    """Base of all errors that bad input can cause; the command line turns it into exit code 2.

    Args:
        problem: what is wrong, in one short phrase.
        file: the file concerned.
        line: line number in that file, from 1.
        value: the offending value; long ones are shortened in the message.
        remedy: what the user can do about it, in one short phrase.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        value: object = None,
        remedy: str = "",
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.line = line
        self.value = value
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = self.file or ""
        if self.line is not None:
            where += f":{self.line}"
        message = f"{where}: {self.problem}" if where else self.problem
        if self.value is not None:
            shown = repr(self.value)
            message += f" (got {shown if len(shown) <= 80 else shown[:77] + '...'})"
        if self.remedy:
            message += f". Remedy: {self.remedy}"
        return message


class ImageError(OcrError):
    """A picture that cannot be read or is not acceptable."""


class LabelError(OcrError):
    """A label line that cannot be understood."""


class CharsetError(OcrError):
    """A character outside the charset, or a charset that is not valid."""


class RecipeError(OcrError):
    """A recipe with an unknown key, a wrong type or an impossible value."""


class BundleError(OcrError):
    """A bundle that is incomplete, altered or made by a newer version."""


class CheckpointError(OcrError):
    """A checkpoint that cannot be read or does not fit the model."""


class ExportError(OcrError):
    """An exported graph that does not give the same numbers as the trained model."""


class DataError(OcrError):
    """A data set that is missing, incomplete or not usable for training."""
