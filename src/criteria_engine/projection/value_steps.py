"""How the values of units moved from year to year: the steps that drawn futures are made of.

Numbers move by steps: a common part of the year, and an own part seen among units of about the same
score. What is one of a few words, or yes or no, changes as it was seen to change among such units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.door import Door
from criteria_engine.names import span_of
from criteria_engine.projection.amount_steps import STILL, Fit, fitted
from criteria_engine.projection.assessed import Assessed
from criteria_engine.projection.state_ways import POOLED, Ways, known_values, ways_of
from criteria_engine.projection.year_pairs import Pair, bounds_of, pairs_of

__all__ = ["EBB", "Amount", "Moves", "State", "Step", "moves_of"]

EBB = 0.85
"""What is left of a common drift a year later."""


@attrs.frozen
class Amount:
    """A number among the inputs: its place in a row, its range, how much of a change stays."""

    place: int
    low: float
    high: float
    whole: bool
    memory: float
    own: tuple[tuple[float, ...], ...]
    """For each band the own parts that were seen, for steps that lack this input."""
    anywhere: tuple[float, ...]
    """Those of all bands."""


@attrs.frozen
class State:
    """A truth value or a word among the inputs: its place in a row, and for each band its ways."""

    place: int
    ways: tuple[Ways, ...]
    known: frozenset[Any]
    """The values that were seen in two years, one after the other."""


@attrs.frozen(eq=False)
class Step:
    """What one unit did between two years: the own part of each amount, each state before and after."""

    year: int
    gap: int
    own: tuple[float | None, ...]
    states: tuple[tuple[Any, Any], ...]


@attrs.frozen(eq=False)
class Moves:
    """All of it.

    ``bounds`` are the points between bands; ``pools`` the steps of each band, ``by_year`` the same for
    each year that was seen; ``everywhere`` all steps. ``drift`` is the mean common step of each amount,
    ``unsure`` and ``shocks`` what normal numbers, one for each year seen, are multiplied by to give what
    is not known of the drift, and the shock of a year.
    """

    amounts: tuple[Amount, ...]
    states: tuple[State, ...]
    bounds: tuple[float, ...]
    pools: tuple[tuple[Step, ...], ...]
    by_year: tuple[Mapping[int, tuple[Step, ...]], ...]
    everywhere: tuple[Step, ...]
    years: tuple[int, ...]
    drift: tuple[float, ...]
    unsure: tuple[tuple[float, ...], ...]
    shocks: tuple[tuple[float, ...], ...]

    @property
    def alike(self) -> float:
        """How likely the units of a drawn year take their steps from all years, not from one."""
        return STILL / (len(self.years) + STILL)

    def pooled(self, band: int) -> float:
        """How likely a step is taken from all bands rather than from this one."""
        return POOLED / (len(self.pools[band]) + POOLED) if len(self.pools) > 1 else 0.0

    def band(self, points: float) -> int:
        """The band of a score."""
        return bisect_right(self.bounds, points)


def moves_of(assessed: Assessed, door: Door) -> Moves:
    """How the values of all units moved in the last years."""
    pairs = pairs_of(assessed)
    bounds = bounds_of([pair.before.judged.points for pair in pairs])
    bands = [bisect_right(bounds, pair.before.judged.points) for pair in pairs]
    count, years = len(bounds) + 1, tuple(sorted({pair.after.year for pair in pairs}))
    fits = [
        fit
        for place, given in enumerate(door.inputs)
        if given.type in ("number", "percent", "integer")
        for fit in [fitted(assessed, place, pairs, bands, count, years)]
        if fit is not None
    ]
    states = [
        State(place, ways_of(pairs, bands, count, place), frozenset(known_values(pairs, place)))
        for place, given in enumerate(door.inputs)
        if given.type in ("boolean", "ordinal", "choice") and any(pair.changes(place) for pair in pairs)
    ]
    steps = _steps(pairs, fits, states)
    pools = tuple(
        tuple(step for step, band in zip(steps, bands, strict=True) if band == each) for each in range(count)
    )
    return Moves(
        tuple(_amount(door, fit) for fit in fits),
        tuple(states),
        bounds,
        pools,
        tuple({year: tuple(step for step in pool if step.year == year) for year in years} for pool in pools),
        steps,
        years,
        tuple(fit.drift for fit in fits),
        tuple(fit.unsure for fit in fits),
        tuple(fit.shocks for fit in fits),
    )


def _amount(door: Door, fit: Fit) -> Amount:
    given = door.inputs[fit.place]
    return Amount(
        fit.place,
        *span_of(given, ()),
        fit.memory,
        fit.own,
        tuple(part for parts in fit.own for part in parts),
    )


def _steps(pairs: Sequence[Pair], fits: Sequence[Fit], states: Sequence[State]) -> tuple[Step, ...]:
    return tuple(
        Step(
            pair.after.year,
            pair.after.year - pair.before.year,
            tuple(fit.steps[at] for fit in fits),
            tuple((pair.before.row[state.place], pair.after.row[state.place]) for state in states),
        )
        for at, pair in enumerate(pairs)
    )
