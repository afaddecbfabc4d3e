"""How likely a character is after the ones before it: a character n-gram model.

Counts are smoothed as Witten and Bell do (IEEE Transactions on Information Theory, 1991): the
more different characters a context was followed by, the more is left to the next shorter context.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import Charset
from ocrlib.errors import DataError

EDGE = 0  # begins and ends every text; the blank's class, which no text has
_EDGE_SIGN = "\n"  # the same in files: no charset has a line break
_VERSION = 1

Counts = Mapping[tuple[int, ...], Mapping[int, int]]


class CharNgram:
    """Probability of the next character, or of the end, given the last ones.

    Args:
        charset: whose classes the model speaks of.
        order: characters that are looked at together, the next one included; at least 1.
        counts: how often a class followed a context, for contexts of 0 to ``order`` - 1 classes.
        add: added to the count of every class without context, so that none is impossible.

    Raises:
        DataError: an order below 1, or nothing to add.
    """

    def __init__(self, charset: Charset, order: int, counts: Counts, add: float = 0.5) -> None:
        if order < 1 or add <= 0:
            raise DataError(
                "an n-gram needs an order from 1 and an add above 0", value=(order, add)
            )
        self.charset = charset
        self.order = order
        self.add = add
        self.counts = {context: dict(row) for context, row in counts.items()}
        self._rows = lru_cache(maxsize=50_000)(self._row)

    @classmethod
    def learn(
        cls, texts: Iterable[str], charset: Charset, order: int = 4, add: float = 0.5
    ) -> CharNgram:
        """Count characters in texts, such as a word list.

        Args:
            texts: each begins and ends for itself.
            charset: of the recogniser.
            order: characters that are looked at together.
            add: see the class.

        Raises:
            CharsetError: a character outside the charset.
            DataError: no text.
        """
        counts: dict[tuple[int, ...], dict[int, int]] = {}
        for text in texts:
            classes = [EDGE, *charset.encode(text), EDGE]
            for end in range(1, len(classes)):
                for begin in range(max(0, end - order + 1), end + 1):
                    row = counts.setdefault(tuple(classes[begin:end]), {})
                    row[classes[end]] = row.get(classes[end], 0) + 1
        if not counts:
            raise DataError("an n-gram cannot be learnt from no text")
        return cls(charset, order, counts, add)

    def log_probabilities(self, before: Sequence[int]) -> NDArray[np.float64]:
        """What may come next.

        Args:
            before: classes of the text so far.

        Returns:
            Natural logarithm of the probability of every class, (C,); the place of class 0 holds
            that of the text's end.
        """
        context = (EDGE, *before)[max(0, len(before) + 2 - self.order) :]
        return self._rows(context)

    def score(self, classes: Sequence[int]) -> float:
        """Natural logarithm of the probability of a whole text, its end included."""
        places = range(len(classes) + 1)
        following = [*classes, EDGE]
        return float(sum(self.log_probabilities(classes[:i])[following[i]] for i in places))

    def _row(self, context: tuple[int, ...]) -> NDArray[np.float64]:
        row = np.log(self._probabilities(context))
        row.flags.writeable = False  # it is shared
        return row

    def _probabilities(self, context: tuple[int, ...]) -> NDArray[np.float64]:
        seen = self.counts.get(context, {})
        counts = np.zeros(self.charset.size)
        counts[list(seen)] = list(seen.values())
        if not context:
            counts += self.add
            return np.asarray(counts / counts.sum())
        shorter = self._probabilities(context[1:])
        if not seen:
            return shorter
        return (
            np.asarray((counts + len(seen) * shorter) / (counts.sum() + len(seen)))
            if seen
            else shorter
        )

    def save(self, file: str | Path) -> None:
        """Write the model as JSON, contexts and characters as text."""

        def sign(classes: Iterable[int]) -> str:
            return "".join(_EDGE_SIGN if c == EDGE else self.charset.decode([c]) for c in classes)

        content = {
            "version": _VERSION,
            "characters": self.charset.to_dict()["characters"],
            "order": self.order,
            "add": self.add,
            "counts": {
                sign(context): {sign([c]): n for c, n in sorted(row.items())}
                for context, row in sorted(self.counts.items())
            },
        }
        Path(file).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, file: str | Path) -> CharNgram:
        """Read what ``save`` wrote.

        Raises:
            DataError: the file is missing or is no such model.
        """
        path = Path(file)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != _VERSION:
                raise ValueError(f"version {content['version']}")
            charset = Charset(content["characters"], space=False)

            def classes(text: str) -> tuple[int, ...]:
                return tuple(EDGE if c == _EDGE_SIGN else charset.encode(c)[0] for c in text)

            counts = {
                classes(context): {classes(sign)[0]: int(n) for sign, n in row.items()}
                for context, row in content["counts"].items()
            }
            return cls(charset, int(content["order"]), counts, float(content["add"]))
        except OSError as error:
            raise DataError(f"cannot read the n-gram: {error.strerror}", file=path) from error
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise DataError(
                f"not an n-gram that this version wrote: {error}",
                file=path,
                remedy="learn it again and save it",
            ) from error
