"""How values move, as arrays: the steps and their pools, each amount, each state, for many draws at once.

The operations of ``plain_walk`` in the same order, so that both agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from criteria_engine.projection.value_steps import GAP, POOL, STEP, Moves

__all__ = ["AmountArrays", "StateArrays", "StepArrays"]


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
