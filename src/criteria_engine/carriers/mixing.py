"""``arithmetic.mixture`` for many rows at once: the same rounds, each row until its own end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from criteria_engine.core import arithmetic

__all__ = ["mixture"]

_Mixed = tuple[Any, Any, Any, Any]
"""Points, maximum, surely, maybe."""


def mixture(
    np: Any,
    grid: Callable[[Any], Any],
    which: str,
    scale: float,
    parts: Sequence[_Mixed],
    summed_on_grid: bool,
) -> Any:
    """The smallest or largest ratio of sums over every choice of the parts that may apply."""
    lengths = [len(each) for part in parts for each in part if not isinstance(each, bool | int | float)]
    if not lengths:
        plain = [(float(points), float(most), surely, maybe) for points, most, surely, maybe in parts]
        return arithmetic.mixture(which, scale, plain, summed_on_grid)
    return _Rounds(np, grid, which, scale, parts, summed_on_grid, lengths[0]).run()


class _Rounds:
    def __init__(
        self,
        np: Any,
        grid: Callable[[Any], Any],
        which: str,
        scale: float,
        parts: Sequence[_Mixed],
        summed_on_grid: bool,
        length: int,
    ) -> None:
        self._np, self._grid, self._scale, self._gridded = np, grid, scale, summed_on_grid
        self._turn = 1.0 if which == "min" else -1.0

        def spread(value: Any, kind: Any) -> Any:
            return np.broadcast_to(np.asarray(value, dtype=kind), (length,))

        self._parts = [
            (spread(points, np.float64), spread(most, np.float64), spread(surely, bool), spread(maybe, bool))
            for points, most, surely, maybe in parts
        ]
        self._length = length

    def run(self) -> Any:
        """All rounds."""
        np, turn = self._np, self._turn
        best, begun = np.zeros(self._length), False
        taken = [
            surely | (maybe & (most == 0) & (turn * points < 0))
            for points, most, surely, maybe in self._parts
        ]
        going = np.ones(self._length, dtype=bool)
        while True:
            bare = best / self._scale
            taken = self._with_one(taken, bare, begun)
            ratio, there = self._ratio(taken)
            going &= there
            if begun:
                going &= turn * ratio < turn * best
            if not going.any():
                return best
            best = np.where(going, ratio, best)
            begun = True
            bare = best / self._scale
            taken = [
                surely | (maybe & (turn * (points - bare * most) < 0))
                for points, most, surely, maybe in self._parts
            ]

    def _with_one(self, taken: Sequence[Any], bare: Any, begun: bool) -> list[Any]:
        """Where no part with a maximum is taken, the one that pulls furthest as well."""
        np, turn = self._np, self._turn
        idle = np.ones(self._length, dtype=bool)
        for (_, most, _, _), use in zip(self._parts, taken, strict=True):
            idle &= ~(use & (most != 0))
        if not idle.any():
            return list(taken)
        furthest = np.full(self._length, np.inf)
        chosen = np.full(self._length, -1)
        for place, (points, most, _, maybe) in enumerate(self._parts):
            pull = turn * points / np.where(most > 0, most, 1.0)
            if begun:
                pull = np.where(bare != 0, turn * (points - bare * most), pull)
            nearer = idle & maybe & (most > 0) & ((pull < furthest) | (chosen < 0))
            furthest, chosen = np.where(nearer, pull, furthest), np.where(nearer, place, chosen)
        return [use | (chosen == place) for place, use in enumerate(taken)]

    def _ratio(self, taken: Sequence[Any]) -> tuple[Any, Any]:
        np = self._np
        points, most = np.zeros(self._length), np.zeros(self._length)
        for (part_points, part_most, _, _), use in zip(self._parts, taken, strict=True):
            points = points + np.where(use, part_points, 0.0)
            most = most + np.where(use, part_most, 0.0)
        if self._gridded:
            points, most = self._grid(points), self._grid(most)
        there = most != 0
        return self._scale * points / np.where(there, most, 1.0), there
