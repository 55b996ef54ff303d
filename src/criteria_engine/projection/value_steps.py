"""How the values of units moved from year to year: the steps that drawn futures are made of.

Numbers move by steps: a common part of the year, and an own part seen among units of about the same
score. What is one of a few words, or yes or no, changes as it was seen to change among such units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.inputs import Door
from criteria_engine.compiler.names import span_of
from criteria_engine.plans.assessed import Assessed
from criteria_engine.projection.amount_steps import STILL, Fit, fitted
from criteria_engine.projection.state_ways import POOLED, Ways, known_values, ways_of
from criteria_engine.projection.year_pairs import Pair, bounds_of, pairs_of

__all__ = ["EBB", "GAP", "POOL", "STEP", "Amount", "Moves", "State", "Step", "moves_of"]

EBB = 0.85
"""What is left of a common drift a year later."""

# What each number is for that is drawn of a unit, a year and a draw; those of states and amounts follow.
POOL = 0
STEP = 1
GAP = 2


@attrs.frozen(eq=False)
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
    levels: Mapping[str, float]
    """By unit, where it stood in its last year without the noise; units that never showed it have none."""

    def own_parts(self, band: int) -> tuple[float, ...]:
        """The own parts of a band, or of all where none was seen in it."""
        return self.own[band] or self.anywhere


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

    ``bounds`` are the points between bands. ``pools`` are, for each band, the places among ``steps`` of
    those that may be taken: for each year seen those of that year, and last those of all years; where
    there is none, the next wider pool. ``pooled`` is for each band how likely a step is taken from all
    bands rather than from this one. ``drift`` is the mean common step of each amount, ``unsure`` and
    ``shocks`` what normal numbers, one for each year seen, are multiplied by to give what is not known of
    the drift, and the shock of a year. ``lacking`` are the places of the amounts that some step says
    nothing of.
    """

    amounts: tuple[Amount, ...]
    states: tuple[State, ...]
    bounds: tuple[float, ...]
    steps: tuple[Step, ...]
    pools: tuple[tuple[tuple[int, ...], ...], ...]
    pooled: tuple[float, ...]
    years: tuple[int, ...]
    drift: tuple[float, ...]
    unsure: tuple[tuple[float, ...], ...]
    shocks: tuple[tuple[float, ...], ...]
    lacking: tuple[int, ...]

    @property
    def alike(self) -> float:
        """How likely the units of a drawn year take their steps from all years, not from one."""
        return STILL / (len(self.years) + STILL)

    @property
    def first_state(self) -> int:
        """The place of the number that is drawn for the first state."""
        return GAP + 1

    @property
    def first_lacking(self) -> int:
        """The place of the number that is drawn for the first amount that some step lacks."""
        return self.first_state + len(self.states)

    @property
    def chances(self) -> int:
        """How many numbers are drawn of a unit, a year and a draw."""
        return self.first_lacking + len(self.lacking)

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
    own = [[place for place, band in enumerate(bands) if band == each] for each in range(count)]
    return Moves(
        tuple(_amount(door, fit) for fit in fits),
        tuple(states),
        bounds,
        steps,
        tuple(_pools(steps, pool, years) for pool in own),
        tuple(POOLED / (len(pool) + POOLED) if count > 1 else 0.0 for pool in own),
        years,
        tuple(fit.drift for fit in fits),
        tuple(fit.unsure for fit in fits),
        tuple(fit.shocks for fit in fits),
        tuple(at for at, fit in enumerate(fits) if None in fit.steps),
    )


def _pools(steps: Sequence[Step], own: Sequence[int], years: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The steps of a band by year, and all of them."""
    whole = tuple(own) or tuple(range(len(steps)))
    by_year = [tuple(place for place in own if steps[place].year == year) for year in years]
    return (*[each or whole for each in by_year], whole)


def _amount(door: Door, fit: Fit) -> Amount:
    given = door.inputs[fit.place]
    return Amount(
        fit.place,
        *span_of(given, ()),
        fit.memory,
        fit.own,
        tuple(part for parts in fit.own for part in parts),
        fit.levels,
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
