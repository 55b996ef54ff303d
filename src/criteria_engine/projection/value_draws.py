"""Drawn futures of the values of units, each judged by the ruleset itself.

Futures are kept as whole numbers with a bit for each draw: what is true of a unit in every draw at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.plans.assessed import Assessed, Verdicts
from criteria_engine.projection.array_walk import ArrayWalk
from criteria_engine.projection.common_draws import common_draws
from criteria_engine.projection.plain_walk import PlainWalk
from criteria_engine.projection.tallies import Reaching
from criteria_engine.projection.value_steps import moves_of

__all__ = ["Futures", "futures_of"]


@attrs.frozen
class Futures:
    """For each unit, by year, the draws in which it surely and in which it possibly reaches the level."""

    draws: int
    by_unit: Mapping[str, Mapping[int, Reaching]]


def futures_of(
    assessed: Assessed,
    units: Sequence[str],
    verdicts: Verdicts,
    until: int,
    seed: int,
    draws: int,
    np: Any = None,
) -> Futures:
    """Draw units from the year after their last assessment to a year; known years are as they were.

    Every unit has a stream of its own, keyed by its id, and every year one: another unit changes none
    of them, though what its steps say of how values move does count. With NumPy (``np``) the walk is in
    arrays, and comes to the same.
    """
    moves = moves_of(assessed, verdicts.door)
    wanted = frozenset(units)
    panels = [panel for panel in assessed.panels if panel.unit in wanted]
    first = min((panel.years[-1].year for panel in panels), default=until) + 1
    common = common_draws(moves, range(first, until + 1), assessed.last_year, seed, draws, np)
    every = (1 << draws) - 1
    walk = (
        PlainWalk(moves, verdicts, common, until, seed, draws)
        if np is None
        else ArrayWalk(np, moves, verdicts, common, until, seed, draws)
    )
    drawn = walk.futures(panels)
    found: dict[str, dict[int, Reaching]] = {}
    for panel in panels:
        known = {
            each.year: (every * each.judged.surely, every * each.judged.possibly) for each in panel.years
        }
        found[panel.unit] = {**known, **drawn[panel.unit]}
    return Futures(draws, found)
