from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocrlib.data.registry import load_registry

ROOT = Path(__file__).parents[2]
# Ours, and crops that came to the project without an address.
WITHOUT_A_HOME = ("renders", "plates_rec")
CARDS = sorted((ROOT / "datasets" / "cards").glob("*.md"))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_a_card_agrees_with_the_registry(card: Path) -> None:
    text = card.read_text(encoding="utf-8")
    assert "**Used for.**" in text
    assert "licence:" in text
    if card.stem in WITHOUT_A_HOME:
        assert "home:" not in text
        return
    (known,) = {
        known.licence: known
        for known in load_registry().values()
        if f"home: {known.home} " in text and f"**{known.licence}**" in text
    }.values()
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    (key,) = re.findall(r"\(`(\w+)` in the bibliography\)", text)
    assert f"{{{key}," in bibliography
    assert key == known.cite


def test_there_is_a_card_for_every_set_in_the_recipes() -> None:
    used = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "ocrlib" / "recipes").glob("*.toml")
    )
    folders = set(re.findall(r"\$\{OCR_DATA\}/(\w+)/", used))
    card_of = {"ic15_rec": "icdar2015-words", "ic15_det": "icdar2015-scenes"}
    assert {card_of.get(name, name) for name in folders} <= {card.stem for card in CARDS}
