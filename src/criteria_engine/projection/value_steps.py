"""How the values of units moved from year to year: the steps that drawn futures are made of.

Numbers move by steps: a common part of the year, and an own part seen among units of about the same
score. What is one of a few words, or yes or no, changes as it was seen to change among such units.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.names import span_of
from criteria_engine.core.nodes import NA
from criteria_engine.forecasting.series import Past, memory_of
from criteria_engine.plans.assessed import Assessed, Panel, Year

__all__ = [
    "EBB",
    "GAP",
    "POOL",
    "POOLED",
    "STEP",
    "STILL",
    "Fit",
    "Moves",
    "NumberModel",
    "Pair",
    "State",
    "ValueStep",
    "Ways",
    "bounds_of",
    "fitted",
    "is_known",
    "known_values",
    "moves_of",
    "pairs_of",
    "ways_of",
]


# ---- pairs of years of one unit, one after the other: what the steps of values are read off ------

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


# ---- how one number among the inputs moved from year to year, common to all units and on its own ---

STILL = 2.0
"""With how many years of no change a common drift is shrunk, and single years are made alike."""


@attrs.frozen(eq=False)
class Fit:
    """How one amount moved: the own part of each pair, those of each band, and the common part.

    ``levels`` are the values of the units without their noise: smoothed with the part of a change that stays.
    """

    place: int
    memory: float
    steps: tuple[float | None, ...]
    own: tuple[tuple[float, ...], ...]
    drift: float
    unsure: tuple[float, ...]
    shocks: tuple[float, ...]
    levels: Mapping[str, float]


def _past_of(panel: Panel, place: int) -> Past | None:
    """The known numbers of one input of a unit; None where there is none."""
    known = [(each.year, float(each.row[place])) for each in panel.years if is_known(each.row[place])]
    if not known:
        return None
    return Past(tuple(year for year, _ in known), tuple(value for _, value in known), known[-1][0])


def fitted(
    assessed: Assessed,
    place: int,
    pairs: Sequence[Pair],
    bands: Sequence[int],
    count: int,
    years: Sequence[int],
) -> Fit | None:
    """How one amount moved, as ``unit_scores`` has it of a score; None where it never did."""
    pasts = {panel.unit: past for panel in assessed.panels if (past := _past_of(panel, place)) is not None}
    memory = memory_of(pasts)
    errors, levels = _followed(pasts, memory)
    found = [errors.get((pair.unit, pair.after.year)) for pair in pairs]
    if not any(found):
        return None
    by_year: dict[int, list[float]] = {year: [] for year in years}
    for pair, moved in zip(pairs, found, strict=True):
        if moved is not None:
            by_year[pair.after.year].append(moved)
    means = {year: math.fsum(each) / len(each) for year, each in by_year.items() if each}
    own = [
        None if moved is None else moved - means[pair.after.year]
        for pair, moved in zip(pairs, found, strict=True)
    ]
    in_bands = [
        [part for part, band in zip(own, bands, strict=True) if band == each and part is not None]
        for each in range(count)
    ]
    # Half of a band's mean stays: scores near an end tend back from it, but a mean is partly luck.
    kept = [math.fsum(parts) / len(parts) / 2.0 if parts else 0.0 for parts in in_bands]
    drift, unsure, shocks = _common(by_year, means, own, years)
    return Fit(
        place,
        memory,
        tuple(None if part is None else part - kept[band] for part, band in zip(own, bands, strict=True)),
        tuple(tuple(part - mean for part in parts) for parts, mean in zip(in_bands, kept, strict=True)),
        drift,
        unsure,
        shocks,
        levels,
    )


def _followed(
    pasts: Mapping[str, Past], memory: float
) -> tuple[dict[tuple[str, int], float], dict[str, float]]:
    """By unit and year what a value was beyond the level, as of one year; by unit the level at the end."""
    errors: dict[tuple[str, int], float] = {}
    levels: dict[str, float] = {}
    for unit, past in pasts.items():
        level = past.values[0]
        for year, value, gap in zip(past.years[1:], past.values[1:], past.gaps, strict=True):
            error = value - level
            errors[unit, year] = error / math.sqrt(1.0 + (gap - 1) * memory**2)
            level += memory * error
        levels[unit] = level
    return errors, levels


def _common(
    by_year: Mapping[int, Sequence[float]],
    means: Mapping[int, float],
    own: Sequence[float | None],
    years: Sequence[int],
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """The common drift, and what normal numbers of the years are multiplied by: its doubt, and shocks."""
    count = len(means)
    center = math.fsum(means.values()) / count
    known = [part for part in own if part is not None]
    spread = math.fsum(part * part for part in known) / max(1, len(known) - count)
    # What the mean of a year's own parts would scatter by alone is no common shock.
    chance = spread * math.fsum(1.0 / len(each) for each in by_year.values() if each) / count
    scatter = math.fsum((mean - center) ** 2 for mean in means.values()) / max(1, count - 1)
    if count == 1:
        # A single year does not say what was lasting in it: all of it may have been a shock.
        scatter = center * center
    apart = [
        (center if count == 1 else (means[year] - center) / math.sqrt(count - 1)) if year in means else 0.0
        for year in years
    ]
    real = math.sqrt(max(0.0, 1.0 - chance / scatter)) if scatter else 0.0
    wider = real * math.sqrt(1.0 + 2.0 / count)
    return (
        center * count / (count + STILL),
        tuple(part / math.sqrt(count) for part in apart),
        tuple(part * wider for part in apart),
    )


# ---- how a truth value or a word among the inputs changed, among units of about the same score ---

POOLED = 5.0
"""Steps of all bands weigh as much in each as so many of its own."""

Ways = Mapping[Any, tuple[tuple[float, Any], ...]]
"""For a value that may change, what it becomes, each with the probability up to it; else nothing."""


def known_values(pairs: Sequence[Pair], place: int) -> Iterator[Any]:
    """The values that were seen in two years, one after the other."""
    for pair in pairs:
        both = pair.before.row[place], pair.after.row[place]
        if all(map(is_known, both)):
            yield from both


def ways_of(pairs: Sequence[Pair], bands: Sequence[int], count: int, place: int) -> tuple[Ways, ...]:
    """For each band what a value becomes in a year; what nobody showed stays impossible.

    Over a gap of several years a change falls into one of them. All bands together weigh as much as
    five steps of a band's own.
    """
    seen: list[dict[Any, dict[Any, float]]] = [{} for _ in range(count)]
    whole: dict[Any, dict[Any, float]] = {}
    for pair, band in zip(pairs, bands, strict=True):
        before, after = pair.before.row[place], pair.after.row[place]
        if not (is_known(before) and is_known(after)):
            continue
        part = 1.0 / (pair.after.year - pair.before.year)
        for found in (seen[band], whole):
            ways = found.setdefault(before, {})
            ways[after] = ways.get(after, 0.0) + part
            ways[before] = ways.get(before, 0.0) + 1.0 - part
    return tuple(
        {
            before: chances
            for before in sorted(whole, key=repr)
            if (chances := tuple(_chances(before, each.get(before, {}), whole[before])))
        }
        for each in seen
    )


def _chances(
    before: Any, here: Mapping[Any, float], whole: Mapping[Any, float]
) -> Iterator[tuple[float, Any]]:
    """What a value may become, each with the probability of it or of one before it."""
    own, all_ = math.fsum(here.values()), math.fsum(whole.values())
    below = 0.0
    for after in sorted(whole, key=repr):
        if after != before:
            below += (here.get(after, 0.0) + POOLED * whole[after] / all_) / (own + POOLED)
            yield below, after


EBB = 0.85
"""What is left of a common drift a year later."""

# What each number is for that is drawn of a unit, a year and a draw; those of states and amounts follow.
POOL = 0
STEP = 1
GAP = 2


@attrs.frozen(eq=False)
class NumberModel:
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
class ValueStep:
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

    amounts: tuple[NumberModel, ...]
    states: tuple[State, ...]
    bounds: tuple[float, ...]
    steps: tuple[ValueStep, ...]
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


def moves_of(assessed: Assessed, door: InputReader) -> Moves:
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


def _pools(
    steps: Sequence[ValueStep], own: Sequence[int], years: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """The steps of a band by year, and all of them."""
    whole = tuple(own) or tuple(range(len(steps)))
    by_year = [tuple(place for place in own if steps[place].year == year) for year in years]
    return (*[each or whole for each in by_year], whole)


def _amount(door: InputReader, fit: Fit) -> NumberModel:
    given = door.inputs[fit.place]
    return NumberModel(
        fit.place,
        *span_of(given, ()),
        fit.memory,
        fit.own,
        tuple(part for parts in fit.own for part in parts),
        fit.levels,
    )


def _steps(pairs: Sequence[Pair], fits: Sequence[Fit], states: Sequence[State]) -> tuple[ValueStep, ...]:
    return tuple(
        ValueStep(
            pair.after.year,
            pair.after.year - pair.before.year,
            tuple(fit.steps[at] for fit in fits),
            tuple((pair.before.row[state.place], pair.after.row[state.place]) for state in states),
        )
        for at, pair in enumerate(pairs)
    )
