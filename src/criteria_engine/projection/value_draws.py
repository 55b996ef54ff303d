"""Drawn futures of the values of units, each judged by the ruleset itself.

Futures are kept as whole numbers with a bit for each draw: what is true of a unit in every draw at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.projection.amount_steps import level_of, past_of
from criteria_engine.projection.assessed import Assessed, Panel
from criteria_engine.projection.chance import generator, stream
from criteria_engine.projection.tallies import in_bits
from criteria_engine.projection.value_steps import EBB, Moves, Step, moves_of
from criteria_engine.projection.verdicts import Verdicts

__all__ = ["Futures", "Reaching", "futures_of"]

Reaching = tuple[int, int]
"""In which draws a unit surely, and in which it possibly, reaches the level in a year."""


@attrs.frozen
class Futures:
    """For each unit, by year, the draws in which it surely and in which it possibly reaches the level."""

    draws: int
    by_unit: Mapping[str, Mapping[int, Reaching]]


def futures_of(
    assessed: Assessed, units: Sequence[str], verdicts: Verdicts, until: int, seed: int, draws: int
) -> Futures:
    """Draw units from the year after their last assessment to a year; known years are as they were.

    Every unit has a stream of its own, keyed by its id, and every year one: another unit changes none
    of them, though what its steps say of how values move does count.
    """
    moves = moves_of(assessed, verdicts.door)
    wanted = frozenset(units)
    panels = [panel for panel in assessed.panels if panel.unit in wanted]
    first = min((panel.years[-1].year for panel in panels), default=until) + 1
    common = _common(moves, range(first, until + 1), assessed.last_year, seed, draws)
    every = (1 << draws) - 1
    found: dict[str, dict[int, Reaching]] = {}
    for panel in panels:
        known = {
            each.year: (every * each.judged.surely, every * each.judged.possibly) for each in panel.years
        }
        drawn = _Drawing(panel, moves, verdicts, common, until).run(seed, draws)
        found[panel.unit] = {**known, **drawn}
    return Futures(draws, found)


@attrs.frozen
class _Common:
    """What a year does to all units in each draw: the step of every amount, and whose steps are taken.

    ``year`` is the year seen whose steps are taken, None for those of all.
    """

    steps: tuple[float, ...]
    year: int | None


def _common(moves: Moves, years: Sequence[int], last: int, seed: int, draws: int) -> dict[int, list[_Common]]:
    """For each year and draw: an ebbing drift, a shock, and the year whose own steps are taken."""
    doubts = []
    chance = stream(seed, "the drift")
    for _ in range(draws):
        normal = [chance.normal() for _ in moves.years]
        doubts.append(
            [drift + _sum(row, normal) for drift, row in zip(moves.drift, moves.unsure, strict=True)]
        )
    found: dict[int, list[_Common]] = {}
    for year in years:
        chance, left = stream(seed, f"year {year}"), EBB ** max(0, year - last - 1)
        drawn = found.setdefault(year, [])
        for doubt in doubts:
            normal = [chance.normal() for _ in moves.years]
            alike, pick = chance.uniform() < moves.alike, chance.below(max(1, len(moves.years)))
            steps = tuple(
                lasting * left + _sum(row, normal) for lasting, row in zip(doubt, moves.shocks, strict=True)
            )
            drawn.append(_Common(steps, None if alike or not moves.years else moves.years[pick]))
    return found


def _sum(row: Sequence[float], normal: Sequence[float]) -> float:
    # One after another, so that every Python adds them in the same way.
    total = 0.0
    for part, number in zip(row, normal, strict=True):
        total += part * number
    return total


class _Drawing:
    """One unit, from its last known year on."""

    def __init__(
        self,
        panel: Panel,
        moves: Moves,
        verdicts: Verdicts,
        common: Mapping[int, Sequence[_Common]],
        until: int,
    ) -> None:
        now = panel.years[-1]
        self.panel, self.moves, self.verdicts, self.common, self.latest = panel, moves, verdicts, common, now
        self.years = range(now.year + 1, until + 1)
        self.judge = verdicts.judge_open if None in now.row else verdicts.judge_complete
        # What is missing, and what does not apply, stays so.
        pasts = [past_of(panel, each.place) for each in moves.amounts]
        there = [
            (at, each, past)
            for at, (each, past) in enumerate(zip(moves.amounts, pasts, strict=True))
            if past is not None and isinstance(now.row[each.place], int | float)
        ]
        self.amounts = [each for _, each, _ in there]
        self.specs = [(each.place, each.low, each.high, each.whole, each.memory) for each in self.amounts]
        self.levels = [level_of(past, each.memory) for _, each, past in there]
        self.picks = None if len(there) == len(moves.amounts) else [at for at, _, _ in there]
        self.states = [
            (at, each.place, each.ways, each.known)
            for at, each in enumerate(moves.states)
            if now.row[each.place] in each.known
        ]
        self.pooled = [moves.pooled(band) for band in range(len(moves.pools))]

    def run(self, seed: int, draws: int) -> dict[int, Reaching]:
        """All draws."""
        surely = {year: bytearray(draws) for year in self.years}
        possibly = {year: bytearray(draws) for year in self.years}
        uniform = generator(seed, f"unit {self.panel.unit}").random
        for draw in range(draws):
            self._walk(draw, uniform, surely, possibly)
        return {year: (in_bits(surely[year]), in_bits(possibly[year])) for year in self.years}

    def _walk(
        self,
        draw: int,
        uniform: Callable[[], float],
        surely: Mapping[int, bytearray],
        possibly: Mapping[int, bytearray],
    ) -> None:
        """One future of the unit: its values year by year, and what they come to."""
        row, levels = list(self.latest.row), list(self.levels)
        band, dated = self.moves.band(self.latest.judged.points), self.verdicts.door.needs_day
        for year in self.years:
            common = self.common[year][draw]
            step = self._step(band, common.year, uniform)
            own: Sequence[float | None] = step.own
            shared: Sequence[float] = common.steps
            if self.picks is not None:
                own, shared = [own[at] for at in self.picks], [shared[at] for at in self.picks]
            if None in own:
                own = self._filled(own, band, uniform)
            _move(row, levels, self.specs, own, shared)
            if self.states and (step.gap == 1 or uniform() * step.gap < 1.0):
                self._change_states(row, step, band, uniform)
            if dated:
                row[-1] = datetime.date(year, 12, 31).toordinal()
            judged = self.judge(tuple(row), self.latest.proved)
            surely[year][draw], possibly[year][draw] = judged.surely, judged.possibly
            band = self.moves.band(judged.points)

    def _step(self, band: int, year: int | None, uniform: Callable[[], float]) -> Step:
        """The step of a unit of about the same score: of one year or of all, at times of any score."""
        moves = self.moves
        pool: Sequence[Step] = moves.pools[band]
        if uniform() < self.pooled[band]:
            pool = moves.everywhere
        elif year is not None:
            pool = moves.by_year[band][year] or pool
        pool = pool or moves.everywhere
        return pool[min(int(uniform() * len(pool)), len(pool) - 1)]

    def _filled(
        self, own: Sequence[float | None], band: int, uniform: Callable[[], float]
    ) -> list[float | None]:
        """The own parts of a step, where some inputs were not known, with what others showed of them."""
        found = list(own)
        for at, (part, amount) in enumerate(zip(own, self.amounts, strict=True)):
            if part is None:
                parts = amount.own[band] or amount.anywhere
                found[at] = parts[min(int(uniform() * len(parts)), len(parts) - 1)]
        return found

    def _change_states(self, row: list[Any], step: Step, band: int, uniform: Callable[[], float]) -> None:
        states = step.states
        for at, place, ways, known in self.states:
            now = row[place]
            before, after = states[at]
            if before == now and after in known:
                row[place] = after
            elif now in ways[band]:
                row[place] = _changed(ways[band][now], now, uniform())


def _move(
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
