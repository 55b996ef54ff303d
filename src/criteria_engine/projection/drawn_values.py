"""Drawn futures of the values of units, each judged by the ruleset itself; with NumPy.

``futures_of`` reads how values moved (``value_steps``), draws what the years do to all units at once
(``common_draws``), and takes blocks of units, in all draws at once, from year to year (``_Block``). What
comes of it is kept as whole numbers with a bit for each draw: what is true of a unit in every draw.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import attrs

from criteria_engine.compiler.scope import ON
from criteria_engine.core.extras import numpy
from criteria_engine.forecasting.distribution import stream, uniforms
from criteria_engine.forecasting.series import EBB, Pools
from criteria_engine.plans.assessed import Assessed, Panel, Verdicts
from criteria_engine.projection import value_steps
from criteria_engine.tables.arrays import ArrayInputs, ArrayRows, Cells, InputSource, cells_of

Reaching = tuple[int, int]
"""In which draws a unit surely, and in which it possibly, reaches the level in a year."""

Reached = Mapping[str, Mapping[int, int]]
"""For each unit, by year, the draws in which something is so."""

_DIGITS = b"01" + bytes(254)


def in_bits(flags: Iterable[bool | int]) -> int:
    """Flags, one a draw, as a number with a bit for each; the first draw is the lowest bit."""
    return int(bytes(flags).translate(_DIGITS)[::-1] or b"0", 2)


def rows_in_bits(np: Any, flags: Any) -> list[int]:
    """The same for every row of an array of truth values."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def counts_by_draw(sets: Iterable[int], draws: int) -> list[int]:
    """Of some sets of draws, how many each draw is in."""
    np = numpy()
    counts, size = np.zeros(draws, dtype=np.intp), (draws + 7) // 8
    for each in sets:
        packed = np.frombuffer(each.to_bytes(size, "little"), dtype=np.uint8)
        counts += np.unpackbits(packed, count=draws, bitorder="little")
    totals: list[int] = counts.tolist()
    return totals


@attrs.frozen(eq=False)
class CommonYear:
    """One year in all draws.

    ``steps`` are the common steps of each number by draw. ``sources`` are by draw the place of the year
    seen whose own steps are taken, or one place further for those of all years.
    """

    steps: Sequence[Any]
    sources: Any


def common_draws(
    np: Any, moves: value_steps.Moves, years: Iterable[int], last: int, seed: int, draws: int
) -> dict[int, CommonYear]:
    """For each year and draw: an ebbing drift, a shock, and the year whose own steps are taken.

    ``last`` is the last year that is known of any unit.
    """

    def summed(parts: Sequence[float], normal: Sequence[Sequence[float]]) -> Any:
        """By draw the sum of normal numbers times their parts, added up in the order of the parts."""
        total = np.zeros(draws)
        for part, numbers in zip(parts, np.array(normal).T, strict=True):
            total += part * numbers
        return total

    chance, count = stream(seed, "the drift"), len(moves.years)
    normal = [[chance.normal() for _ in range(count)] for _ in range(draws)]
    drifts = [number.drift + summed(number.unsure, normal) for number in moves.numbers]
    by_year: dict[int, CommonYear] = {}
    for year in years:
        chance, left = stream(seed, f"year {year}"), EBB ** max(0, year - last - 1)
        normal, sources = [], []
        for _ in range(draws):
            normal.append([chance.normal() for _ in range(count)])
            alike, pick = chance.random() < moves.alike, chance.below(max(1, count))
            sources.append(count if alike else pick)
        steps = [
            drift * left + summed(number.shocks, normal)
            for number, drift in zip(moves.numbers, drifts, strict=True)
        ]
        by_year[year] = CommonYear(steps, np.array(sources))
    return by_year


class _NumberArrays:
    """How one number moves; ``chance`` is the place of the number drawn for steps that lack it."""

    def __init__(self, np: Any, number: value_steps.NumberModel, chance: int | None) -> None:
        self._np, self.number, self._chance = np, number, chance
        self._own = np.array([0.0 if part is None else part for part in number.steps])
        if chance is not None:
            self._lacks = np.array([part is None for part in number.steps])
            self._pools = Pools(np, [own or number.anywhere for own in number.own])

    def moved(self, levels: Any, common: Any, steps: Any, bands: Any, chances: Any) -> tuple[Any, Any]:
        """Values and levels a year later; of a year's own change a part stays."""
        np, number = self._np, self.number
        parts = self._own.take(steps)
        if self._chance is not None:
            filled = self._pools.picked(bands, chances[self._chance])
            parts = np.where(self._lacks.take(steps), filled, parts)
        lasting = levels + common
        values = lasting + parts
        parts *= number.memory
        lasting += parts
        for each in (values, lasting):
            np.minimum(each, float(number.high), out=each)
            np.maximum(each, float(number.low), out=each)
        if number.whole:
            np.rint(values, out=values)
        return values, lasting


class _StateArrays:
    """How one state moves: its values are places in ``values``; ``chance`` is that of its own number."""

    def __init__(self, np: Any, state: value_steps.StateModel, chance: int, others: Sequence[Any]) -> None:
        """``others`` are values from which nothing leads away."""
        self._np, self.state, self._chance = np, state, chance
        self.values = [*sorted(state.known, key=repr), *others]
        places = self._places = {value: place for place, value in enumerate(self.values)}
        pairs = [
            (places[before], places[after]) if {before, after} <= state.known else (-1, -1)
            for before, after in state.steps
        ]
        self._before = np.array([before for before, _ in pairs])
        self._after = np.array([after for _, after in pairs])
        # For each band and value: the chances up to each way, and where it leads; past the last it stays.
        ways = [each.get(value, ()) for each in state.ways for value in self.values]
        most = max(map(len, ways), default=0)
        self._below = np.array([[*(below for below, _ in way), *[2.0] * (most - len(way))] for way in ways])
        self._ways = np.array(
            [
                [*(places[after] for _, after in way), *[at % len(self.values)] * (most + 1 - len(way))]
                for at, way in enumerate(ways)
            ]
        )

    def places(self, values: Sequence[Any]) -> Any:
        """Values by their places."""
        return self._np.array([self._places[value] for value in values], dtype=self._np.intp)

    def changed(self, now: Any, steps: Any, bands: Any, changing: Any, chances: Any) -> Any:
        """What it is a year later: as the step has it, or by what is known of a value that this had not."""
        np = self._np
        here = bands * len(self.values) + now
        ways = here * self._ways.shape[1]
        for below in self._below.T:
            ways += chances[self._chance] >= below.take(here)
        changed = np.where(self._before.take(steps) == now, self._after.take(steps), self._ways.take(ways))
        return np.where(changing, changed, now)


_BLOCK = 16_384
"""Draws of units in a block: as many as tables have rows in one."""


def futures_of(
    assessed: Assessed, units: Sequence[str], verdicts: Verdicts, until: int, seed: int, draws: int
) -> dict[str, dict[int, Reaching]]:
    """For each unit, by year, the draws in which it surely and in which it possibly reaches the level.

    Units are drawn from the year after their last assessment to a year; known years are as they were.

    Every unit has a stream of its own, keyed by its id, and every year one: another unit changes none
    of them, though what its steps say of how values move does count. Raises ``CriteriaError`` where NumPy
    is not installed.
    """
    wanted = frozenset(units)
    panels = [panel for panel in assessed.panels if panel.unit in wanted]
    drawn = _Walk(assessed, panels, verdicts, until, seed, draws).futures()
    every = (1 << draws) - 1
    by_unit: dict[str, dict[int, Reaching]] = {}
    for panel in panels:
        known = {
            each.year: (every * each.judged.surely, every * each.judged.possibly) for each in panel.years
        }
        by_unit[panel.unit] = {**known, **drawn[panel.unit]}
    return by_unit


class _Walk:
    """What is common to all units on their way to a year."""

    def __init__(
        self,
        assessed: Assessed,
        panels: Sequence[Panel],
        verdicts: Verdicts,
        until: int,
        seed: int,
        draws: int,
    ) -> None:
        self.np, self.panels, self.verdicts = numpy(), panels, verdicts
        self.until, self.seed, self.draws = until, seed, draws
        np, moves = self.np, value_steps.moves_of(assessed, verdicts.reader)
        self.moves = moves
        first = min((panel.years[-1].year for panel in panels), default=until) + 1
        self.common = common_draws(np, moves, range(first, until + 1), assessed.last_year, seed, draws)
        pools = [pool for band in moves.pools for pool in band]
        self._pools = Pools(np, [*pools, range(len(moves.gaps))])
        self._everywhere = len(pools)
        self._pooled = np.array(moves.pooled)
        self.gaps = np.array(moves.gaps, dtype=float)
        lacking = {at: moves.first_lacking + place for place, at in enumerate(moves.lacking)}
        self.numbers = [_NumberArrays(np, number, lacking.get(at)) for at, number in enumerate(moves.numbers)]
        self.states = []
        for at, state in enumerate(moves.states):
            last = dict.fromkeys(panel.years[-1].row[state.place] for panel in panels)
            others = [value for value in last if value not in state.known]
            self.states.append(_StateArrays(np, state, value_steps.FIRST_STATE + at, others))

    def futures(self) -> dict[str, dict[int, Reaching]]:
        """For each unit, by year ahead, the draws in which it reaches the level."""
        reaching: dict[str, dict[int, Reaching]] = {}
        most = max(1, _BLOCK // self.draws)
        # Units of the same last year, with values missing or with none, are walked together.
        for (_, is_open), alike in groupby(sorted(self.panels, key=_kind), key=_kind):
            units = list(alike)
            for start in range(0, len(units), most):
                reaching |= _Block(self, units[start : start + most], complete=not is_open).run()
        return reaching

    def steps(self, bands: Any, sources: Any, chances: Any) -> Any:
        """The step of a unit of about the same score: of one year or of all, at times of any score."""
        anywhere = chances[value_steps.POOL] < self._pooled.take(bands)
        pools = self.np.where(anywhere, self._everywhere, bands * (len(self.moves.years) + 1) + sources)
        return self._pools.picked(pools, chances[value_steps.STEP])


def _kind(panel: Panel) -> tuple[int, bool]:
    now = panel.years[-1]
    return now.year, None in now.row


class _Block:
    """Some units in all draws; arrays have a row for each unit, and in it its draws."""

    def __init__(self, walk: _Walk, panels: Sequence[Panel], *, complete: bool) -> None:
        self.walk, self.np, self.panels, self.complete = walk, walk.np, panels, complete
        self.latest = [panel.years[-1] for panel in panels]
        self.shape = len(panels), walk.draws
        self.words: dict[str, Sequence[str]] = {}
        self.sources: dict[str, InputSource] = {}
        moving = {arrays.state.place for arrays in walk.states}
        for place in range(len(walk.verdicts.reader.inputs)):
            if place not in moving:
                cells = self._cells(place, self._values(place))
                parts = cells.values, cells.given, cells.withheld
                self._put(place, Cells(*map(self._each_draw, parts)))
        self.levels = [self._level(arrays.number) for arrays in walk.numbers]
        self.states = [
            self._each_draw(arrays.places(self._values(arrays.state.place))).reshape(self.shape)
            for arrays in walk.states
        ]
        self.coded = [self._cells(arrays.state.place, arrays.values) for arrays in walk.states]
        names = frozenset[str]().union(*[year.proved for year in self.latest])
        self.evidence = {
            name: self._each_draw([name in year.proved for year in self.latest]) for name in sorted(names)
        }

    def _values(self, place: int) -> list[Any]:
        return [year.row[place] for year in self.latest]

    def _cells(self, place: int, values: Sequence[Any]) -> Cells:
        reader = self.walk.verdicts.reader
        definition = reader.inputs[place]
        words = reader.words.get(definition.id, ())
        cells, self.words[definition.id] = cells_of(self.np, definition, words, values)
        return cells

    def _put(self, place: int, cells: Cells) -> None:
        self.sources[self.walk.verdicts.reader.inputs[place].id] = InputSource(cells)

    def _each_draw(self, values: Any) -> Any:
        return self.np.repeat(self.np.asarray(values), self.walk.draws)

    def _level(self, number: value_steps.NumberModel) -> Any:
        """The levels of a number to begin with; None where no unit of the block has it."""
        there = [isinstance(value, int | float) for value in self._values(number.place)]
        if not any(there):
            return None
        levels = [
            number.levels[panel.unit] if has else 0.0 for panel, has in zip(self.panels, there, strict=True)
        ]
        return self._each_draw(levels).reshape(self.shape)

    def run(self) -> dict[str, dict[int, Reaching]]:
        """All years ahead."""
        walk, np = self.walk, self.np
        years = range(self.latest[0].year + 1, walk.until + 1)
        units = [panel.unit for panel in self.panels]
        reached: dict[str, dict[int, Reaching]] = {unit: {} for unit in units}
        size = len(years), walk.moves.chances, walk.draws
        drawn = uniforms(np, walk.seed, [f"unit {unit}" for unit in units], size[0] * size[1] * size[2])
        drawn = drawn.reshape(len(units), *size).transpose(1, 2, 0, 3)
        bands = self._each_draw([bisect_right(walk.moves.bounds, year.judged.points) for year in self.latest])
        for year, chances in zip(years, drawn, strict=True):
            self._move(year, bands.reshape(self.shape), chances)
            surely, possibly, points = self._judged(year)
            bands = np.searchsorted(np.array(walk.moves.bounds), points, side="right")
            both = zip(rows_in_bits(np, surely), rows_in_bits(np, possibly), strict=True)
            for unit, reaching in zip(units, both, strict=True):
                reached[unit][year] = reaching
        return reached

    def _move(self, year: int, bands: Any, chances: Any) -> None:
        """The values of all draws a year later."""
        walk, common = self.walk, self.walk.common[year]
        steps = walk.steps(bands, common.sources, chances)
        for at, arrays in enumerate(walk.numbers):
            if self.levels[at] is not None:
                values, self.levels[at] = arrays.moved(
                    self.levels[at], common.steps[at], steps, bands, chances
                )
                self._put(arrays.number.place, self._filled(arrays.number.place, values.ravel()))
        # A change over several years falls into one of them.
        changing = chances[value_steps.GAP] * walk.gaps.take(steps) < 1.0 if walk.states else None
        for at, states in enumerate(walk.states):
            now = self.states[at] = states.changed(self.states[at], steps, bands, changing, chances)
            cells, places = self.coded[at], now.ravel()
            values_now = Cells(
                cells.values.take(places), cells.given.take(places), cells.withheld.take(places)
            )
            self._put(states.state.place, values_now)

    def _filled(self, place: int, values: Any) -> Cells:
        """A number a year later: what is missing, and what does not apply, stays so."""
        before = self.sources[self.walk.verdicts.reader.inputs[place].id].cells
        there = before.given & ~before.withheld
        filled = values if there.all() else self.np.where(there, values, before.values)
        return Cells(filled, before.given, before.withheld)

    def _judged(self, year: int) -> tuple[Any, Any, Any]:
        """What all draws come to: surely, possibly, and the points."""
        np, verdicts = self.np, self.walk.verdicts
        if verdicts.reader.needs_day:
            self.sources[ON] = InputSource(Cells(float(datetime.date(year, 12, 31).toordinal())))
        rows = ArrayRows(ArrayInputs(np, self.sources, self.words, self.evidence), slice(None))
        judged = verdicts.judge_block(np, rows, complete=self.complete)
        surely, possibly, points = (
            np.broadcast_to(each, len(self.panels) * self.walk.draws) for each in judged
        )
        return surely.reshape(self.shape), possibly.reshape(self.shape), points
