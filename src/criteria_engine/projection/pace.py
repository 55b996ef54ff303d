"""How fast it has to go, and how far it gets at a given pace: whole numbers and fractions, no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = ["at_pace", "earned_schedule", "required_per_year", "straight_pathway"]


def at_pace(have: int | Fraction, of: int, pace: Sequence[int | Fraction]) -> tuple[Fraction, ...]:
    """How many units hold the recognition after each year, if so many more do every year.

    Args:
        have: How many hold it now.
        of: How many units there are; no more can.
        pace: For each year ahead how many more; a fraction is a mean.
    """
    found, now = [], Fraction(have)
    for more in pace:
        now = min(now + more, Fraction(of))
        found.append(now)
    return tuple(found)


def required_per_year(
    need: int, have: int | Fraction, years: int, lapse: Fraction = Fraction(0)
) -> Fraction | None:
    """How many have to be recognised each year, those that replace the ones that lapse included.

    x = (k − m(1 − l)^Y) / Σ_{i<Y} (1 − l)^i for a need of k, m held, a lapse rate of l and Y years.
    0 where nothing more is needed; None where no year is left.
    """
    if years < 1:
        return None
    kept = [(1 - lapse) ** i for i in range(years + 1)]
    return max(Fraction(0), (need - have * kept[years]) / sum(kept[:years], Fraction(0)))


def straight_pathway(start: int, have: int | Fraction, milestones: Mapping[int, int]) -> dict[int, Fraction]:
    """How many units it takes in every year to go in straight lines from what there is to each milestone.

    Args:
        start: The year in which ``have`` holds.
        have: How many units hold the recognition then.
        milestones: How many are needed by which years; what is needed once is needed ever after.
    """
    points = [(start, Fraction(have))]
    for year, need in sorted(milestones.items()):
        if year > start:
            points.append((year, max(points[-1][1], Fraction(need))))
    found = {start: Fraction(have)}
    for (before, low), (after, high) in pairwise(points):
        for year in range(before + 1, after + 1):
            found[year] = low + (high - low) * Fraction(year - before, after - before)
    return found


def earned_schedule(pathway: Mapping[int, Fraction], have: int | Fraction) -> Fraction | None:
    """How many years after its start a pathway reaches what there is (Lipke's earned schedule).

    All of its length where there is as much as it ends with; None where there is less than at its start.
    """
    years = sorted(pathway)
    if not years or have < pathway[years[0]]:
        return None
    reached = Fraction(0)
    for before, after in pairwise(years):
        low, high = pathway[before], pathway[after]
        if high <= have:
            reached = Fraction(after - years[0])
        elif low <= have:
            return before - years[0] + (have - low) / (high - low)
    return reached
