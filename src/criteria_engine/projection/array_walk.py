"""Units walked into the years ahead all at once, in arrays: what ``plain_walk`` does, with NumPy.

The same numbers are drawn, and the same operations follow in the same order, so both come to the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from criteria_engine.compiler.names import ON
from criteria_engine.plans.assessed import Panel, Verdicts
from criteria_engine.projection.chance import uniforms
from criteria_engine.projection.common_draws import Common
from criteria_engine.projection.move_arrays import AmountArrays, StateArrays, StepArrays
from criteria_engine.projection.tallies import Reaching, rows_in_bits
from criteria_engine.projection.value_steps import Moves
from criteria_engine.tables.arrays import Cells, Rows, Source, cells_of

__all__ = ["ArrayWalk"]

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
        self.sources: dict[str, Source] = {}
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
        self.sources[self.walk.verdicts.door.inputs[place].id] = Source(cells)

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
            self.sources[ON] = Source(Cells(float(datetime.date(year, 12, 31).toordinal())))
        rows = Rows(np, self.sources, self.words, self.evidence, slice(None))
        judged = verdicts.judge_block(np, rows, complete=self.complete)
        surely, possibly, points = (
            np.broadcast_to(each, len(self.panels) * self.walk.draws) for each in judged
        )
        return surely.reshape(self.shape), possibly.reshape(self.shape), points
