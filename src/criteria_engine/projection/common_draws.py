"""What drawn years do to all units at once: the common step of every number, and whose steps are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.projection.chance import stream
from criteria_engine.projection.value_steps import EBB, Moves

__all__ = ["Common", "CommonYear", "common_draws"]


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
