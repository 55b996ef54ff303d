"""Drawn futures of the values of units, each judged by the ruleset itself.

Futures are kept as whole numbers with a bit for each draw: what is true of a unit in every draw at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import attrs

from criteria_engine.compiler.names import ON
from criteria_engine.forecasting.distribution import generator, stream, uniforms
from criteria_engine.plans.assessed import Assessed, Panel, RowVerdict, Verdicts
from criteria_engine.projection.value_steps import EBB, GAP, POOL, STEP, Moves, ValueStep, moves_of
from criteria_engine.tables.arrays import ArrayInputs, ArrayRows, Cells, InputSource, cells_of

__all__ = [
    "AmountArrays",
    "ArrayWalk",
    "Common",
    "CommonYear",
    "Futures",
    "PlainWalk",
    "Reached",
    "Reaching",
    "StateArrays",
    "StepArrays",
    "common_draws",
    "counts_by_draw",
    "futures_of",
    "in_bits",
    "rows_in_bits",
]


# ---- what drawn years do to all units at once: the common step of every number, and whose steps are taken ---


@attrs.frozen(eq=False)
class CommonYear:
    """One year in all draws.

    ``steps`` are the common steps of each amount by draw. ``sources`` are by draw the place of the year
    seen whose own steps are taken, or one place further for those of all years. Lists, or arrays.
    """

    steps: Sequence[Any]
    sources: Any


Common = Mapping[int, CommonYear]
"""The drawn years."""


def common_draws(
    moves: Moves, years: Sequence[int], last: int, seed: int, draws: int, np: Any = None
) -> dict[int, CommonYear]:
    """For each year and draw: an ebbing drift, a shock, and the year whose own steps are taken.

    ``last`` is the last year that is known of any unit; with NumPy (``np``) it comes in arrays.
    """
    chance, count = stream(seed, "the drift"), len(moves.years)
    normal = [[chance.normal() for _ in range(count)] for _ in range(draws)]
    doubts = [_sums(np, row, normal, drift) for drift, row in zip(moves.drift, moves.unsure, strict=True)]
    found: dict[int, CommonYear] = {}
    for year in years:
        chance, left = stream(seed, f"year {year}"), EBB ** max(0, year - last - 1)
        normal, sources = [], []
        for _ in range(draws):
            normal.append([chance.normal() for _ in range(count)])
            alike, pick = chance.uniform() < moves.alike, chance.below(max(1, count))
            sources.append(count if alike else pick)
        steps = [
            _added(np, doubt, left, _sums(np, row, normal))
            for doubt, row in zip(doubts, moves.shocks, strict=True)
        ]
        found[year] = CommonYear(steps, sources if np is None else np.array(sources))
    return found


def _sums(np: Any, row: Sequence[float], normal: Sequence[Sequence[float]], first: float = 0.0) -> Any:
    """By draw ``first`` and, to it, normal numbers by what they are multiplied by."""
    # One after another, so that every carrier adds them in the same way.
    if np is not None:
        whole = np.zeros(len(normal))
        for part, numbers in zip(row, np.array(normal).T, strict=True):
            whole += part * numbers
        return first + whole
    found = []
    for numbers in normal:
        total = 0.0
        for part, number in zip(row, numbers, strict=True):
            total += part * number
        found.append(first + total)
    return found


def _added(np: Any, doubt: Any, left: float, shock: Any) -> Any:
    """What is left of a drift, and a shock."""
    if np is not None:
        return doubt * left + shock
    return [lasting * left + each for lasting, each in zip(doubt, shock, strict=True)]


# ---- how values move, as arrays: the steps and their pools, each amount, each state, for many draws at once ---


class _Lists:
    """Several lists, from one of which something is taken in each draw."""

    def __init__(self, np: Any, lists: Sequence[Sequence[float]]) -> None:
        self._np = np
        self._items = np.array([item for each in lists for item in each])
        self._sizes = np.array([len(each) for each in lists], dtype=np.intp)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def taken(self, which: Any, chances: Any) -> Any:
        """In each draw an item of a list, by a number from 0 up to 1."""
        np, sizes = self._np, self._sizes.take(which)
        places = (chances * sizes).astype(np.intp)
        np.minimum(places, sizes - 1, out=places)
        places += self._starts.take(which)
        return self._items.take(places)


class StepArrays:
    """The steps of units, by their places, and the pools that they are taken from."""

    def __init__(self, np: Any, moves: Moves) -> None:
        self._np = np
        pools = [pool for band in moves.pools for pool in band]
        self._lists = _Lists(np, [*pools, range(len(moves.steps))])
        self._everywhere, self._sources = len(pools), len(moves.years) + 1
        self._pooled = np.array(moves.pooled)
        self._gaps = np.array([float(step.gap) for step in moves.steps])

    def taken(self, bands: Any, sources: Any, chances: Any) -> Any:
        """The step of a unit of about the same score: of one year or of all, at times of any score."""
        anywhere = chances[POOL] < self._pooled.take(bands)
        pools = self._np.where(anywhere, self._everywhere, bands * self._sources + sources)
        return self._lists.taken(pools, chances[STEP])

    def changing(self, steps: Any, chances: Any) -> Any:
        """Where a change over several years falls into this one."""
        return chances[GAP] * self._gaps.take(steps) < 1.0


class AmountArrays:
    """How one amount moves."""

    def __init__(self, np: Any, moves: Moves, at: int) -> None:
        self._np, self._amount = np, moves.amounts[at]
        own = [step.own[at] for step in moves.steps]
        self._own = np.array([0.0 if part is None else part for part in own])
        self._chance: int | None = None
        if at in moves.lacking:
            self._chance = moves.first_lacking + moves.lacking.index(at)
            self._lacks = np.array([part is None for part in own])
            self._lists = _Lists(np, [self._amount.own_parts(band) for band in range(len(moves.pools))])

    def moved(self, levels: Any, common: Any, steps: Any, bands: Any, chances: Any) -> tuple[Any, Any]:
        """Values and levels a year later."""
        np, amount = self._np, self._amount
        parts = self._own.take(steps)
        if self._chance is not None:
            filled = self._lists.taken(bands, chances[self._chance])
            parts = np.where(self._lacks.take(steps), filled, parts)
        lasting = levels + common
        values = lasting + parts
        parts *= amount.memory
        lasting += parts
        for each in (values, lasting):
            np.minimum(each, float(amount.high), out=each)
            np.maximum(each, float(amount.low), out=each)
        if amount.whole:
            np.rint(values, out=values)
        return values, lasting


class StateArrays:
    """How one state moves: its values are places in ``values``."""

    def __init__(self, np: Any, moves: Moves, at: int, others: Sequence[Any]) -> None:
        """``others`` are values from which nothing leads away."""
        self._np, state = np, moves.states[at]
        self._chance = moves.first_state + at
        self.values = [*sorted(state.known, key=repr), *others]
        places = {value: place for place, value in enumerate(self.values)}
        pairs = [
            (places[before], places[after]) if {before, after} <= state.known else (-1, -1)
            for before, after in (step.states[at] for step in moves.steps)
        ]
        self._before = np.array([before for before, _ in pairs])
        self._after = np.array([after for _, after in pairs])
        ways = [[each.get(value, ()) for value in self.values] for each in state.ways]
        self._most = max((len(each) for band in ways for each in band), default=0)
        self._below = [
            np.array([[each[way][0] if way < len(each) else 2.0 for each in band] for band in ways]).ravel()
            for way in range(self._most)
        ]
        self._ways = np.array(
            [
                [
                    [*(places[after] for _, after in each), *[place] * (self._most + 1 - len(each))]
                    for place, each in enumerate(band)
                ]
                for band in ways
            ]
        ).ravel()

    def places(self, values: Sequence[Any]) -> Any:
        """Values by their places."""
        places = {value: place for place, value in enumerate(self.values)}
        return self._np.array([places[value] for value in values], dtype=self._np.intp)

    def changed(self, now: Any, steps: Any, bands: Any, changing: Any, chances: Any) -> Any:
        """What it is a year later: as the step has it, or by what is known of a value that this had not."""
        np = self._np
        here = bands * len(self.values) + now
        ways = here * (self._most + 1)
        for below in self._below:
            ways += chances[self._chance] >= below.take(here)
        found = np.where(self._before.take(steps) == now, self._after.take(steps), self._ways.take(ways))
        return np.where(changing, found, now)


# ---- what is true of units in every draw at once: whole numbers with a bit for each draw ---------

Reaching = tuple[int, int]
"""In which draws a unit surely, and in which it possibly, reaches the level in a year."""

Reached = Mapping[str, Mapping[int, int]]
"""For each unit, by year, the draws in which something is so."""

_DIGITS = b"01" + bytes(254)


def in_bits(flags: Iterable[bool | int]) -> int:
    """Flags, one a draw, as a number with a bit for each; the first draw is the lowest bit."""
    return int(bytes(flags).translate(_DIGITS)[::-1] or b"0", 2)


def rows_in_bits(np: Any, flags: Any) -> list[int]:
    """The same for every row of an array of truth values, with NumPy."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def counts_by_draw(sets: Iterable[int], draws: int) -> list[int]:
    """Of some sets of draws, how many each draw is in.

    The sets are added up in binary: one number holds the ones of all draws, the next their twos.
    """
    planes: list[int] = []
    for each in sets:
        carry = each
        for place, plane in enumerate(planes):
            planes[place], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    counts = [0] * draws
    for place, plane in enumerate(planes):
        digits, worth = f"{plane:0{draws}b}"[::-1], 1 << place
        counts = [
            count + worth if digit == "1" else count for count, digit in zip(counts, digits, strict=True)
        ]
    return counts


# ---- units walked into the years ahead all at once, in arrays: what ``plain_walk`` does, with NumPy ---

_BLOCK = 16_384
"""Draws of units in a block: as many as tables have rows in one."""


class ArrayWalk:
    """Walks units through what is common to all of them, in every draw, until a year."""

    def __init__(
        self, np: Any, moves: Moves, verdicts: Verdicts, common: Common, until: int, seed: int, draws: int
    ) -> None:
        self.np, self.moves, self.verdicts, self.common = np, moves, verdicts, common
        self.until, self.seed, self.draws = until, seed, draws
        self.steps = StepArrays(np, moves)
        self.amounts = [AmountArrays(np, moves, at) for at in range(len(moves.amounts))]
        self.states: list[StateArrays] = []

    def futures(self, panels: Sequence[Panel]) -> dict[str, dict[int, Reaching]]:
        """For each unit, by year ahead, the draws in which it reaches the level."""
        self.states = [self._state(at, panels) for at in range(len(self.moves.states))]
        found: dict[str, dict[int, Reaching]] = {}
        most = max(1, _BLOCK // self.draws)
        # Units of the same last year, with values missing or with none, are walked together.
        for (_, is_open), alike in groupby(sorted(panels, key=_kind), key=_kind):
            units = list(alike)
            for start in range(0, len(units), most):
                found |= _Block(self, units[start : start + most], complete=not is_open).run()
        return found

    def _state(self, at: int, panels: Sequence[Panel]) -> StateArrays:
        state = self.moves.states[at]
        last = dict.fromkeys(panel.years[-1].row[state.place] for panel in panels)
        return StateArrays(self.np, self.moves, at, [value for value in last if value not in state.known])


def _kind(panel: Panel) -> tuple[int, bool]:
    now = panel.years[-1]
    return now.year, None in now.row


class _Block:
    """Some units in all draws; arrays have a row for each unit, and in it its draws."""

    def __init__(self, walk: ArrayWalk, panels: Sequence[Panel], *, complete: bool) -> None:
        self.walk, self.np, self.panels, self.complete = walk, walk.np, panels, complete
        self.latest = [panel.years[-1] for panel in panels]
        self.shape = len(panels), walk.draws
        self.words: dict[str, Sequence[str]] = {}
        self.sources: dict[str, InputSource] = {}
        moving = {each.place for each in walk.moves.states}
        for place in range(len(walk.verdicts.door.inputs)):
            if place not in moving:
                self._put(place, self._repeated(self._cells(place, self._values(place))))
        self.levels = [self._level(at) for at in range(len(walk.moves.amounts))]
        self.states = [
            self._each_draw(state.places(self._values(each.place))).reshape(self.shape)
            for each, state in zip(walk.moves.states, walk.states, strict=True)
        ]
        self.coded = [
            self._cells(each.place, state.values)
            for each, state in zip(walk.moves.states, walk.states, strict=True)
        ]
        names = frozenset[str]().union(*[each.proved for each in self.latest])
        self.evidence = {
            name: self._each_draw([name in each.proved for each in self.latest]) for name in sorted(names)
        }

    # ---- where it begins ---------------------------------------------------------------------

    def _values(self, place: int) -> list[Any]:
        return [each.row[place] for each in self.latest]

    def _cells(self, place: int, values: Sequence[Any]) -> Cells:
        door = self.walk.verdicts.door
        given = door.inputs[place]
        cells, self.words[given.id] = cells_of(self.np, given, door.words.get(given.id, ()), values)
        return cells

    def _put(self, place: int, cells: Cells) -> None:
        self.sources[self.walk.verdicts.door.inputs[place].id] = InputSource(cells)

    def _each_draw(self, values: Any) -> Any:
        return self.np.repeat(self.np.asarray(values), self.walk.draws)

    def _repeated(self, cells: Cells) -> Cells:
        return Cells(*[self._each_draw(each) for each in (cells.values, cells.given, cells.withheld)])

    def _level(self, at: int) -> Any:
        """The levels of an amount to begin with; None where no unit of the block has it."""
        amount = self.walk.moves.amounts[at]
        there = [isinstance(value, int | float) for value in self._values(amount.place)]
        if not any(there):
            return None
        levels = [
            amount.levels[panel.unit] if has else 0.0 for panel, has in zip(self.panels, there, strict=True)
        ]
        return self._each_draw(levels).reshape(self.shape)

    # ---- year by year ------------------------------------------------------------------------

    def run(self) -> dict[str, dict[int, Reaching]]:
        """All years ahead."""
        walk, np = self.walk, self.np
        years = range(self.latest[0].year + 1, walk.until + 1)
        units = [panel.unit for panel in self.panels]
        found: dict[str, dict[int, Reaching]] = {unit: {} for unit in units}
        size = len(years), walk.moves.chances, walk.draws
        drawn = uniforms(np, walk.seed, [f"unit {unit}" for unit in units], size[0] * size[1] * size[2])
        drawn = drawn.reshape(len(units), *size).transpose(1, 2, 0, 3)
        bands = self._each_draw([walk.moves.band(each.judged.points) for each in self.latest])
        for year, chances in zip(years, drawn, strict=True):
            self._move(year, bands.reshape(self.shape), chances)
            surely, possibly, points = self._judged(year)
            bands = np.searchsorted(np.array(walk.moves.bounds), points, side="right")
            both = zip(rows_in_bits(np, surely), rows_in_bits(np, possibly), strict=True)
            for unit, each in zip(units, both, strict=True):
                found[unit][year] = each
        return found

    def _move(self, year: int, bands: Any, chances: Any) -> None:
        """The values of all draws a year later."""
        walk, common = self.walk, self.walk.common[year]
        steps = walk.steps.taken(bands, common.sources, chances)
        for at, (amount, arrays) in enumerate(zip(walk.moves.amounts, walk.amounts, strict=True)):
            if self.levels[at] is not None:
                values, self.levels[at] = arrays.moved(
                    self.levels[at], common.steps[at], steps, bands, chances
                )
                self._put(amount.place, self._moved(amount.place, values.ravel()))
        changing = walk.steps.changing(steps, chances) if walk.states else None
        for at, (state, changes) in enumerate(zip(walk.moves.states, walk.states, strict=True)):
            now = self.states[at] = changes.changed(self.states[at], steps, bands, changing, chances)
            cells, places = self.coded[at], now.ravel()
            self._put(
                state.place,
                Cells(*[each.take(places) for each in (cells.values, cells.given, cells.withheld)]),
            )

    def _moved(self, place: int, values: Any) -> Cells:
        """An amount a year later: what is missing, and what does not apply, stays so."""
        before = self.sources[self.walk.verdicts.door.inputs[place].id].cells
        there = before.given & ~before.withheld
        filled = values if there.all() else self.np.where(there, values, before.values)
        return Cells(filled, before.given, before.withheld)

    def _judged(self, year: int) -> tuple[Any, Any, Any]:
        """What all draws come to: surely, possibly, and the points."""
        np, verdicts = self.np, self.walk.verdicts
        if verdicts.door.needs_day:
            self.sources[ON] = InputSource(Cells(float(datetime.date(year, 12, 31).toordinal())))
        rows = ArrayRows(ArrayInputs(np, self.sources, self.words, self.evidence), slice(None))
        judged = verdicts.judge_block(np, rows, complete=self.complete)
        surely, possibly, points = (
            np.broadcast_to(each, len(self.panels) * self.walk.draws) for each in judged
        )
        return surely.reshape(self.shape), possibly.reshape(self.shape), points


# ---- units walked into the years ahead one by one, draw by draw: what ``array_walk`` does at once, without NumPy ---


class PlainWalk:
    """Walks units through what is common to all of them, in every draw, until a year."""

    def __init__(
        self, moves: Moves, verdicts: Verdicts, common: Common, until: int, seed: int, draws: int
    ) -> None:
        self.moves, self.verdicts, self.until, self.seed, self.draws = moves, verdicts, until, seed, draws
        self.sources = {year: each.sources for year, each in common.items()}
        # For each draw the steps of all amounts.
        self.steps = {
            year: list(zip(*each.steps, strict=True)) or [()] * draws for year, each in common.items()
        }

    def futures(self, panels: Sequence[Panel]) -> dict[str, dict[int, Reaching]]:
        """For each unit, by year ahead, the draws in which it reaches the level."""
        return {panel.unit: _Unit(self, panel).run() for panel in panels}


class _Unit:
    """One unit, from its last known year on."""

    def __init__(self, walk: PlainWalk, panel: Panel) -> None:
        now, moves = panel.years[-1], walk.moves
        self.walk, self.moves, self.unit, self.latest = walk, moves, panel.unit, now
        verdicts = walk.verdicts
        self.judge = verdicts.judge_open if None in now.row else verdicts.judge_complete
        self.dated = verdicts.door.needs_day
        # What is missing, and what does not apply, stays so.
        there = [
            (at, each)
            for at, each in enumerate(moves.amounts)
            if isinstance(now.row[each.place], int | float)
        ]
        self.specs = [(each.place, each.low, each.high, each.whole, each.memory) for _, each in there]
        self.levels = [each.levels[panel.unit] for _, each in there]
        self.picks = None if len(there) == len(moves.amounts) else [at for at, _ in there]
        self.states = [
            (at, each.place, each.ways, each.known)
            for at, each in enumerate(moves.states)
            if now.row[each.place] in each.known
        ]

    def run(self) -> dict[int, Reaching]:
        """All draws."""
        walk, draws = self.walk, range(self.walk.draws)
        uniform = generator(walk.seed, f"unit {self.unit}").random
        rows = [list(self.latest.row) for _ in draws]
        levels = [list(self.levels) for _ in draws]
        bands = [self.moves.band(self.latest.judged.points)] * walk.draws
        found: dict[int, Reaching] = {}
        for year in range(self.latest.year + 1, walk.until + 1):
            chances = [[uniform() for _ in draws] for _ in range(self.moves.chances)]
            judged = []
            for draw, (row, band) in enumerate(zip(rows, bands, strict=True)):
                self._move(year, draw, row, levels[draw], band, chances)
                judged.append(self._judged(year, row))
            bands = [self.moves.band(each.points) for each in judged]
            found[year] = in_bits(each.surely for each in judged), in_bits(each.possibly for each in judged)
        return found

    def _judged(self, year: int, row: list[Any]) -> RowVerdict:
        if self.dated:
            row[-1] = datetime.date(year, 12, 31).toordinal()
        return self.judge(tuple(row), self.latest.proved)

    def _move(
        self,
        year: int,
        draw: int,
        row: list[Any],
        levels: list[float],
        band: int,
        chances: Sequence[Sequence[float]],
    ) -> None:
        """The values of one draw a year later."""
        step = self._step(band, self.walk.sources[year][draw], chances[POOL][draw], chances[STEP][draw])
        own: Sequence[float | None] = step.own
        if None in own:
            own = self._filled(own, band, draw, chances)
        shared: Sequence[float] = self.walk.steps[year][draw]
        if self.picks is not None:
            own, shared = [own[at] for at in self.picks], [shared[at] for at in self.picks]
        _move_amounts(row, levels, self.specs, own, shared)
        if chances[GAP][draw] * step.gap < 1.0:
            self._change_states(row, step, band, draw, chances)

    def _step(self, band: int, source: int, which: float, chance: float) -> ValueStep:
        """The step of a unit of about the same score: of one year or of all, at times of any score."""
        moves = self.moves
        if which < moves.pooled[band]:
            return moves.steps[_below(chance, len(moves.steps))]
        pool = moves.pools[band][source]
        return moves.steps[pool[_below(chance, len(pool))]]

    def _filled(
        self, own: Sequence[float | None], band: int, draw: int, chances: Sequence[Sequence[float]]
    ) -> list[float | None]:
        """The own parts of a step, where some inputs were not known, with what others showed of them."""
        found, first = list(own), self.moves.first_lacking
        for place, at in enumerate(self.moves.lacking, first):
            if own[at] is None:
                parts = self.moves.amounts[at].own_parts(band)
                found[at] = parts[_below(chances[place][draw], len(parts))]
        return found

    def _change_states(
        self, row: list[Any], step: ValueStep, band: int, draw: int, chances: Sequence[Sequence[float]]
    ) -> None:
        states, first = step.states, self.moves.first_state
        for at, place, ways, known in self.states:
            now = row[place]
            before, after = states[at]
            if before == now and after in known:
                row[place] = after
            elif now in ways[band]:
                row[place] = _changed(ways[band][now], now, chances[first + at][draw])


def _below(chance: float, limit: int) -> int:
    """A number from 0 up to 1 as a whole one from 0 up to, not including, ``limit``."""
    return min(int(chance * limit), limit - 1)


def _move_amounts(
    row: list[Any],
    levels: list[float],
    specs: Sequence[tuple[int, float, float, bool, float]],
    own: Sequence[Any],
    common: Sequence[float],
) -> None:
    """Numbers a year later; of a year's own change a part stays, the rest is gone the year after."""
    for at, (part, shared, (place, low, high, whole, memory)) in enumerate(
        zip(own, common, specs, strict=True)
    ):
        lasting = levels[at] + shared
        value, level = lasting + part, lasting + memory * part
        if not low <= value <= high:
            value = low if value < low else high
        levels[at] = level if low <= level <= high else low if level < low else high
        row[place] = round(value) if whole else value


def _changed(ways: Sequence[tuple[float, Any]], now: Any, chance: float) -> Any:
    """What a value becomes that the unit whose step is taken did not have."""
    for below, after in ways:
        if chance < below:
            return after
    return now


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
