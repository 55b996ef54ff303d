"""Pairs of years of one unit, one after the other: what the steps of values are read off."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.core.nodes import NA
from criteria_engine.plans.assessed import Assessed, Year

__all__ = ["Pair", "bounds_of", "is_known", "pairs_of"]

# How many of the latest years' steps are looked at.
_RECENT = 6
# Steps of so many units make a band of scores; fewer say little of where a unit of that score goes.
_BAND, _MOST_BANDS = 25, 6


def is_known(value: Any) -> bool:
    """Whether a value is there and applies."""
    return value is not None and value is not NA


@attrs.frozen(eq=False)
class Pair:
    """Two years of a unit, one after the other."""

    unit: str
    before: Year
    after: Year

    def changes(self, place: int) -> bool:
        """Whether a word or truth value that is known in both years changed."""
        before, after = self.before.row[place], self.after.row[place]
        return is_known(before) and is_known(after) and before != after


def pairs_of(assessed: Assessed) -> list[Pair]:
    """The pairs of all units in the last years, in the order of units and years."""
    every = [
        Pair(panel.unit, before, after)
        for panel in assessed.panels
        for before, after in pairwise(panel.years)
    ]
    last = max((pair.after.year for pair in every), default=0)
    return [pair for pair in every if pair.after.year > last - _RECENT]


def bounds_of(points: Sequence[float]) -> tuple[float, ...]:
    """The points between bands of about as many steps each; equal scores are never parted."""
    ranked = sorted(points)
    count = max(1, min(_MOST_BANDS, len(ranked) // _BAND))
    cuts = {ranked[len(ranked) * index // count] for index in range(1, count)}
    return tuple(sorted(cut for cut in cuts if cut > ranked[0]))
