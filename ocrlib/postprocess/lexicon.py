"""The texts that a reader may answer, as a tree of characters (a trie)."""

from __future__ import annotations

from collections.abc import Iterable

from ocrlib.charset import Charset
from ocrlib.errors import DataError

ROOT = 0


class Lexicon:
    """Words as a tree: those that begin alike share their first nodes.

    Args:
        words: at least one, none empty.
        charset: of the recogniser; words in other characters are an error, for they can never be
            read.
        between: characters of the charset that may stand between two words, a space for instance;
            nothing means that a text is one word.

    Raises:
        DataError: no words, or an empty one.
        CharsetError: a character outside the charset.
    """

    def __init__(self, words: Iterable[str], charset: Charset, between: str = "") -> None:
        self.children: list[dict[int, int]] = [{}]  # per node: class to the next node
        self.ends: list[bool] = [False]  # per node: is a word complete here?
        self.size = 0
        for word in words:
            if not word:
                raise DataError("a lexicon cannot hold an empty word", remedy="leave it out")
            self._add(charset.encode(word))
        if not self.size:
            raise DataError("a lexicon needs a word at least")
        # Behind every complete word the tree may begin anew.
        for cls in charset.encode(between):
            for node, complete in enumerate(self.ends):
                if complete:
                    self.children[node].setdefault(cls, ROOT)

    def _add(self, classes: list[int]) -> None:
        node = ROOT
        for cls in classes:
            following = self.children[node].get(cls)
            if following is None:
                following = len(self.children)
                self.children[node][cls] = following
                self.children.append({})
                self.ends.append(False)
            node = following
        self.size += not self.ends[node]
        self.ends[node] = True

    def allows(self, classes: Iterable[int]) -> bool:
        """Whether a text, given by its classes, may be answered."""
        node = ROOT
        for cls in classes:
            if cls not in self.children[node]:
                return False
            node = self.children[node][cls]
        return self.ends[node]

    def __len__(self) -> int:
        """How many different words there are."""
        return self.size
