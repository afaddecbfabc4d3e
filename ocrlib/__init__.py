"""ocrlib: a small OCR library, the code behind the book Dive into OCR."""

from __future__ import annotations

__version__ = "0.1.0"
