"""The parts of a recipe that say what a network is taught by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ocrlib.tables import number


@dataclass(frozen=True)
class DetLossRecipe:
    """What a detector's maps are compared by: see ``losses.db.DBLoss``.

    Args:
        main: of the probability map. ``dice`` weighs a false speck by its area, next to nothing;
            ``bce`` looks at the worst pixels of the background, and lets all the others float just
            below them; ``dice+bce`` is the sum of both.
        alpha: weight of the probability map.
        beta: weight of the threshold map.
        ohem_ratio: background pixels per text pixel in ``bce``.
    """

    main: Literal["dice", "bce", "dice+bce"] = "dice"
    alpha: float = number(5.0, least=0)
    beta: float = number(10.0, least=0)
    ohem_ratio: float = number(3.0, above=0)


@dataclass(frozen=True)
class GuideRecipe:
    """An attention reader beside CTC that teaches the backbone and is left behind afterwards.

    Args:
        kind: ``sar`` or ``nrtr``; not every network takes both.
        weight: of the guide's loss beside that of CTC.
    """

    kind: Literal["sar", "nrtr"] = "sar"
    weight: float = number(1.0, above=0)
