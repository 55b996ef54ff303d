"""How the values of units moved from year to year: the steps that drawn futures are made of.

A step is what one unit did between two years, one after the other. Numbers move by a common part of the
year, and an own part seen among units of about the same score (a band). What is one of a few words, or
yes or no (a state), changes as it was seen to change among such units.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import attrs

from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.scope import span_of
from criteria_engine.core.nodes import NA
from criteria_engine.forecasting.series import (
    BAND,
    MOST_BANDS,
    RECENT,
    STILL,
    Past,
    common_scatter,
    memory_of,
)
from criteria_engine.plans.assessed import Assessed, Year

# What each number is for that is drawn of a unit, a year and a draw; those of states and numbers follow.
POOL = 0
STEP = 1
GAP = 2
FIRST_STATE = 3

# Steps of all bands weigh as much in each as so many of its own.
_POOLED = 5.0

Ways = Mapping[Any, tuple[tuple[float, Any], ...]]
"""For a value that may change, what it becomes, each with the probability up to it; else nothing."""


@attrs.frozen(eq=False)
class NumberModel:
    """How one number among the inputs moved: its place in a row, what it may be, and its steps.

    ``memory`` is how much of a change stays. ``steps`` has the own part of each step (None where either
    year does not show the number), ``own`` those seen in each band, ``anywhere`` those of all bands.
    ``drift`` is the mean common step. Normal numbers, one for each year seen, are multiplied by ``unsure``
    to give what is not known of the drift, and by ``shocks`` to give the shock of a year. ``levels`` says
    where a unit stood in its last year without the noise; units that never showed the number have none.
    """

    place: int
    low: float
    high: float
    whole: bool
    memory: float
    steps: tuple[float | None, ...]
    own: tuple[tuple[float, ...], ...]
    anywhere: tuple[float, ...]
    drift: float
    unsure: tuple[float, ...]
    shocks: tuple[float, ...]
    levels: Mapping[str, float]


@attrs.frozen(eq=False)
class StateModel:
    """How a truth value or a word changed: its place in a row, and for each band what a value becomes.

    ``known`` are the values that were seen in two years, one after the other; ``steps`` what it was
    before and after each step.
    """

    place: int
    ways: tuple[Ways, ...]
    known: frozenset[Any]
    steps: tuple[tuple[Any, Any], ...]


@attrs.frozen(eq=False)
class Moves:
    """How the values of all units moved: numbers, states, the points between bands, and the years seen.

    ``gaps`` are the years that each step took. ``pools`` has for each band the places of the steps that may
    be taken: for each year seen those of that year, and last those of all years; where there is none, the
    next wider pool. ``pooled`` is for each band how likely a step is taken from all bands. ``lacking`` are
    the places of the numbers that some step says nothing of.
    """

    numbers: tuple[NumberModel, ...]
    states: tuple[StateModel, ...]
    bounds: tuple[float, ...]
    gaps: tuple[int, ...]
    pools: tuple[tuple[tuple[int, ...], ...], ...]
    pooled: tuple[float, ...]
    years: tuple[int, ...]
    lacking: tuple[int, ...]

    @property
    def alike(self) -> float:
        """How likely the units of a drawn year take their steps from all years, not from one."""
        return STILL / (len(self.years) + STILL)

    @property
    def first_lacking(self) -> int:
        """The place of the number that is drawn for the first number that some step lacks."""
        return FIRST_STATE + len(self.states)

    @property
    def chances(self) -> int:
        """How many numbers are drawn of a unit, a year and a draw."""
        return self.first_lacking + len(self.lacking)


def moves_of(assessed: Assessed, reader: InputReader) -> Moves:
    """How the values of all units moved in the last years."""
    pairs = _pairs(assessed)
    bounds = _bounds([pair.before.judged.points for pair in pairs])
    bands = [bisect_right(bounds, pair.before.judged.points) for pair in pairs]
    count, years = len(bounds) + 1, tuple(sorted({pair.after.year for pair in pairs}))
    numbers = [
        number
        for place, definition in enumerate(reader.inputs)
        if definition.type in ("number", "percent", "integer")
        for number in [_number(assessed, place, span_of(definition, ()), pairs, bands, count, years)]
        if number is not None
    ]
    states = [
        StateModel(
            place,
            _ways(pairs, bands, count, place),
            frozenset(value for pair in pairs if pair.shows(place) for value in pair.values(place)),
            tuple(pair.values(place) for pair in pairs),
        )
        for place, definition in enumerate(reader.inputs)
        if definition.type in ("boolean", "ordinal", "choice") and any(pair.changes(place) for pair in pairs)
    ]
    own = [[place for place, band in enumerate(bands) if band == each] for each in range(count)]
    return Moves(
        tuple(numbers),
        tuple(states),
        bounds,
        tuple(pair.after.year - pair.before.year for pair in pairs),
        tuple(_pools(pairs, pool, years) for pool in own),
        tuple(_POOLED / (len(pool) + _POOLED) if count > 1 else 0.0 for pool in own),
        years,
        tuple(at for at, number in enumerate(numbers) if None in number.steps),
    )


def _is_known(value: Any) -> bool:
    """Whether a value is there and applies."""
    return value is not None and value is not NA


class _Pair(NamedTuple):
    """Two years of a unit, one after the other."""

    unit: str
    before: Year
    after: Year

    def values(self, place: int) -> tuple[Any, Any]:
        """An input before and after."""
        return self.before.row[place], self.after.row[place]

    def shows(self, place: int) -> bool:
        """Whether an input is known in both years."""
        return all(map(_is_known, self.values(place)))

    def changes(self, place: int) -> bool:
        """Whether a word or truth value that is known in both years changed."""
        before, after = self.values(place)
        return self.shows(place) and before != after


def _pairs(assessed: Assessed) -> list[_Pair]:
    """The pairs of all units in the last years, in the order of units and years."""
    pairs = [
        _Pair(panel.unit, before, after)
        for panel in assessed.panels
        for before, after in pairwise(panel.years)
    ]
    last = max((pair.after.year for pair in pairs), default=0)
    return [pair for pair in pairs if pair.after.year > last - RECENT]


def _bounds(points: Sequence[float]) -> tuple[float, ...]:
    """The points between bands of about as many steps each; equal scores are never parted."""
    ranked = sorted(points)
    count = max(1, min(MOST_BANDS, len(ranked) // BAND))
    cuts = {ranked[len(ranked) * index // count] for index in range(1, count)}
    return tuple(sorted(cut for cut in cuts if cut > ranked[0]))


def _pools(pairs: Sequence[_Pair], own: Sequence[int], years: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The steps of a band by year, and all of them."""
    everything = tuple(own) or tuple(range(len(pairs)))
    by_year = [tuple(place for place in own if pairs[place].after.year == year) for year in years]
    return (*[each or everything for each in by_year], everything)


def _number(
    assessed: Assessed,
    place: int,
    span: tuple[float, float, bool],
    pairs: Sequence[_Pair],
    bands: Sequence[int],
    count: int,
    years: Sequence[int],
) -> NumberModel | None:
    """How one number moved, as ``forecast.units`` has it of a score; None where it never did."""
    pasts = _pasts(assessed, place)
    memory = memory_of(pasts)
    errors: dict[tuple[str, int], float] = {}
    levels: dict[str, float] = {}
    for unit, past in pasts.items():
        steps, levels[unit] = past.followed(memory)
        errors.update({(unit, step.year): step.error for step in steps})
    moved = [errors.get((pair.unit, pair.after.year)) for pair in pairs]
    if not any(moved):
        return None
    by_year: dict[int, list[float]] = {year: [] for year in years}
    for pair, error in zip(pairs, moved, strict=True):
        if error is not None:
            by_year[pair.after.year].append(error)
    means = {year: math.fsum(each) / len(each) for year, each in by_year.items() if each}
    own = [
        None if error is None else error - means[pair.after.year]
        for pair, error in zip(pairs, moved, strict=True)
    ]
    in_bands = [
        [part for part, band in zip(own, bands, strict=True) if band == each and part is not None]
        for each in range(count)
    ]
    # Half of a band's mean stays: scores near an end tend back from it, but a mean is partly luck.
    kept = [math.fsum(parts) / len(parts) / 2.0 if parts else 0.0 for parts in in_bands]
    by_band = tuple(tuple(part - mean for part in parts) for parts, mean in zip(in_bands, kept, strict=True))
    return NumberModel(
        place,
        *span,
        memory,
        tuple(None if part is None else part - kept[band] for part, band in zip(own, bands, strict=True)),
        by_band,
        tuple(part for parts in by_band for part in parts),
        *_common(by_year, means, [part for part in own if part is not None], years),
        levels,
    )


def _pasts(assessed: Assessed, place: int) -> dict[str, Past]:
    """The known numbers of one input, by unit; units that never showed it are left out."""
    pasts = {}
    for panel in assessed.panels:
        known = [(each.year, float(each.row[place])) for each in panel.years if _is_known(each.row[place])]
        if known:
            years, values = zip(*known, strict=True)
            pasts[panel.unit] = Past(years, values, years[-1])
    return pasts


def _common(
    by_year: Mapping[int, Sequence[float]],
    means: Mapping[int, float],
    own: Sequence[float],
    years: Sequence[int],
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """The common drift, and what normal numbers of the years are multiplied by: its doubt, and shocks."""
    count = len(means)
    center, scatter, chance = common_scatter(by_year, means, own)
    apart = [
        (center if count == 1 else (means[year] - center) / math.sqrt(count - 1)) if year in means else 0.0
        for year in years
    ]
    # What the mean of a year's own parts would scatter by alone is no common shock.
    real = math.sqrt(max(0.0, 1.0 - chance / scatter)) if scatter else 0.0
    wider = real * math.sqrt(1.0 + 2.0 / count)
    return (
        center * count / (count + STILL),
        tuple(part / math.sqrt(count) for part in apart),
        tuple(part * wider for part in apart),
    )


def _ways(pairs: Sequence[_Pair], bands: Sequence[int], count: int, place: int) -> tuple[Ways, ...]:
    """For each band what a value becomes in a year; changes that were never seen stay impossible.

    Over a gap of several years a change falls into one of them. All bands together weigh as much as
    five steps of a band's own.
    """
    by_band: list[dict[Any, dict[Any, float]]] = [{} for _ in range(count)]
    everywhere: dict[Any, dict[Any, float]] = {}
    for pair, band in zip(pairs, bands, strict=True):
        if not pair.shows(place):
            continue
        before, after = pair.values(place)
        part = 1.0 / (pair.after.year - pair.before.year)
        for seen in (by_band[band], everywhere):
            ways = seen.setdefault(before, {})
            ways[after] = ways.get(after, 0.0) + part
            ways[before] = ways.get(before, 0.0) + 1.0 - part
    return tuple(
        {
            before: chances
            for before in sorted(everywhere, key=repr)
            if (chances := tuple(_chances(before, seen.get(before, {}), everywhere[before])))
        }
        for seen in by_band
    )


def _chances(
    before: Any, here: Mapping[Any, float], everywhere: Mapping[Any, float]
) -> Iterator[tuple[float, Any]]:
    """What a value may become, each with the probability of it or of one before it."""
    own, all_ = math.fsum(here.values()), math.fsum(everywhere.values())
    below = 0.0
    for after in sorted(everywhere, key=repr):
        if after != before:
            below += (here.get(after, 0.0) + _POOLED * everywhere[after] / all_) / (own + _POOLED)
            yield below, after
