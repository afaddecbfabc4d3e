"""What counts as the same text: protocols with a name, to state beside every figure.

Two papers' accuracies can be compared only if both looked at the same characters. A protocol says
which differences do not count; what is left of two texts is then compared exactly.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Literal

from ocrlib.charset import narrow
from ocrlib.metrics.recognition import normalise

_ASCII = frozenset(string.ascii_letters + string.digits)


@dataclass(frozen=True)
class Protocol:
    """Which differences between two texts do not count.

    Call it with a text; two texts are the same if the results are equal.

    Args:
        name: for tables.
        case: ``exact``, or ``fold``: upper and lower case are the same.
        keep: ``all`` characters; ``alnum``: letters and digits of every script, spaces if
            ``spaces`` keeps them; ``ascii-alnum``: those of ASCII only, so that "é" counts for
            nothing.
        width: ``exact``, or ``half``: full-width forms are the same as ASCII. No other character
            is touched: Unicode's NFKC would also take "²" for "2".
        spaces: ``exact``; ``single``: runs count as one space, and none at the ends; ``none``:
            spaces do not count at all.
    """

    name: str
    case: Literal["exact", "fold"] = "exact"
    keep: Literal["all", "alnum", "ascii-alnum"] = "all"
    width: Literal["exact", "half"] = "exact"
    spaces: Literal["exact", "single", "none"] = "exact"

    def __call__(self, text: str) -> str:
        """What of a text is compared."""
        if self.width == "half":
            text = narrow(text)
        if self.keep == "alnum":
            text = "".join(c for c in text if c.isalnum() or c.isspace())
        elif self.keep == "ascii-alnum":
            text = "".join(c for c in text if c in _ASCII or c.isspace())
        match self.spaces:
            case "single":
                text = " ".join(text.split())
            case "none":
                text = "".join(text.split())
        return normalise(text, ignore_case=self.case == "fold")


EXACT = Protocol("exact")
FOLDED = Protocol("case-folded", case="fold", spaces="single")
# What benchmarks of scene text report: 36 classes.
SCENE_WORDS = Protocol("lower-case letters and digits", "fold", "ascii-alnum", "half", "none")
# Documents and receipts: the words count, not how far they are apart.
LINES = Protocol("lines", width="half", spaces="single")
# Chinese, which has no spaces between words; where a label has one is a matter of taste.
CHINESE_LINES = Protocol("lines without spaces", width="half", spaces="none")
