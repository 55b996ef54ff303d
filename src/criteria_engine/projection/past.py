"""What a forecast starts from: the known values of some years, and the years ahead that are asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs

__all__ = ["Past", "read_past"]


@attrs.frozen
class Past:
    """The known values of a series and how it moved.

    Attributes:
        years: The years that have a value, rising.
        values: Their values.
        last_year: The year from which horizons count: the last one that was given, with a value or not.
    """

    years: tuple[int, ...]
    values: tuple[float, ...]
    last_year: int

    @property
    def last(self) -> float:
        """The last known value."""
        return self.values[-1]

    @property
    def behind(self) -> int:
        """How many years the last known value lies before the year from which horizons count."""
        return self.last_year - self.years[-1]

    @property
    def gaps(self) -> tuple[int, ...]:
        """The years between each known value and the one before it."""
        return tuple(after - before for before, after in pairwise(self.years))

    @property
    def steps(self) -> tuple[float, ...]:
        """The change a year between each known value and the one before it."""
        changes = (after - before for before, after in pairwise(self.values))
        return tuple(change / gap for change, gap in zip(changes, self.gaps, strict=True))

    @property
    def straightness(self) -> float:
        """How much of all movement led one way: 1 where it never turned, near 0 where it went to and fro."""
        way = math.fsum(abs(step) * gap for step, gap in zip(self.steps, self.gaps, strict=True))
        return abs(self.values[-1] - self.values[0]) / way if way else 1.0

    @property
    def memory(self) -> float:
        """How much of a change stays, from 1 (all) down to 0.3 (the rest was noise about a level).

        Noise about a level turns round the year after: where each step tends to undo the one before, the
        first autocorrelation r of the steps is below 0, and for a level that is smoothed with the weight
        α, r = −θ/(1 + θ²) with θ = 1 − α (Muth, J. Amer. Stat. Assoc. 55, 1960). A few steps say little
        about r, so it is drawn towards 0.
        """
        steps = self.steps
        size = math.fsum(step * step for step in steps)
        if len(steps) < 3 or size == 0.0:
            return 1.0
        pairs = pairwise(steps)
        turned = math.fsum(one * other for one, other in pairs) / size * len(steps) / (len(steps) + 3.0)
        if turned >= 0.0:
            return 1.0
        r = max(turned, -0.499)
        return max(0.3, 1.0 - (1.0 - math.sqrt(1.0 - 4.0 * r * r)) / (-2.0 * r))

    @property
    def level(self) -> float:
        """The value without its noise: the values smoothed with the weight of ``memory``."""
        smoothed, weight = self.values[0], self.memory
        for value in self.values[1:]:
            smoothed += weight * (value - smoothed)
        return smoothed


def read_past(years: Iterable[int], values: Iterable[float | None]) -> Past:
    """Years and values as a series; None is missing, and never taken for zero.

    Raises:
        ValueError: Their numbers differ, a year stands twice or is not whole, a value is not finite, or
            no value is known.
    """
    pairs = list(zip(_whole(years), values, strict=True))
    if len({year for year, _ in pairs}) < len(pairs):
        raise ValueError("a year stands twice in the series")
    known = sorted((year, float(value)) for year, value in pairs if value is not None)
    for year, value in known:
        if not math.isfinite(value):
            raise ValueError(f"the value of {year} is {value!r}; write None for one that is missing")
    if not known:
        raise ValueError("no value is known, so nothing can be said of the years ahead")
    return Past(
        tuple(year for year, _ in known), tuple(value for _, value in known), max(year for year, _ in pairs)
    )


def _whole(years: Iterable[int]) -> Sequence[int]:
    found = list(years)
    for year in found:
        if isinstance(year, bool) or int(year) != year:
            raise ValueError(f"{year!r} is no year")
    return [int(year) for year in found]
