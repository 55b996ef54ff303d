"""Why a share changed from one year to the next: recognition, lapse, and more or fewer units."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.projection.path import Path
from criteria_engine.projection.target_outlook import plain

__all__ = ["ShareChange", "share_changes"]


@attrs.frozen
class ShareChange:
    """The change of the expected share between the ends of two years, exactly in three parts.

    ``composition`` is what another list of units makes of what stood the year before; ``recognition``
    and ``lapse`` (at most 0) are what was gained and lost on the new list. All are shares, 0–1.
    """

    year: int
    before: Fraction
    after: Fraction
    recognition: Fraction
    lapse: Fraction
    composition: Fraction

    @property
    def change(self) -> Fraction:
        """The whole change: the sum of its parts."""
        return self.recognition + self.lapse + self.composition

    def to_dict(self) -> dict[str, Any]:
        """As plain data; fractions as floats."""
        return {**plain(self), "change": plain(self.change)}


def share_changes(path: Path) -> tuple[ShareChange, ...]:
    """The changes along a path; a year without units is passed over."""
    found = []
    for year, following in pairwise(sorted(path)):
        old, new = path[year], path[following]
        if not old.units or not new.units:
            continue
        before, after = old.expected / old.units, new.expected / new.units
        found.append(
            ShareChange(
                following,
                before,
                after,
                new.gained / new.units,
                -new.lost / new.units,
                new.kept / new.units - before,
            )
        )
    return tuple(found)
