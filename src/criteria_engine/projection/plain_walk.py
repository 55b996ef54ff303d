"""Units walked into the years ahead one by one, draw by draw: what ``array_walk`` does at once, without NumPy.

Of every year a unit's stream gives, for all draws in turn: the pool a step is taken from, the step, whether
a change over several years falls into this one, then one number for each state that moves, and one for
each amount that some step lacks. So what is drawn does not depend on what was drawn before.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from criteria_engine.plans.assessed import Judged, Panel, Verdicts
from criteria_engine.projection.chance import generator
from criteria_engine.projection.common_draws import Common
from criteria_engine.projection.tallies import Reaching, in_bits
from criteria_engine.projection.value_steps import GAP, POOL, STEP, Moves, Step

__all__ = ["PlainWalk"]


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

    def _judged(self, year: int, row: list[Any]) -> Judged:
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

    def _step(self, band: int, source: int, which: float, chance: float) -> Step:
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
        self, row: list[Any], step: Step, band: int, draw: int, chances: Sequence[Sequence[float]]
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
