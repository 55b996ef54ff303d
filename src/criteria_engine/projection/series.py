"""A series of yearly values, checked once for all the rules that are put on it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

__all__ = ["Series", "finite", "read_series"]


@attrs.frozen
class Series:
    """At least two known values, in the order of their years."""

    points: tuple[tuple[float, float], ...]

    @property
    def base(self) -> tuple[float, float]:
        """The first year and its value."""
        return self.points[0]

    @property
    def latest(self) -> tuple[float, float]:
        """The last year and its value."""
        return self.points[-1]

    @property
    def growth(self) -> float:
        """The constant yearly growth that leads from the base to the latest value."""
        (start, base), (last, value) = self.base, self.latest
        return float((value / base) ** (1.0 / (last - start))) - 1.0


def read_series(
    series: Mapping[int, float | None],
    target_year: float | None = None,
    *,
    since: float | None = None,
    above_zero: str = "",
) -> Series:
    """A mapping of years to values as a series; None is a value that is missing, and is left out.

    Args:
        series: Years and values, in any order.
        target_year: The year that the rule looks ahead to, if it does.
        since: The first year that counts.
        above_zero: Why every value has to be above 0; "" if it need not be.

    Raises:
        ValueError: Fewer than two values are known, one is not finite or not above 0 where it must be,
            or the target year lies before the last value.
    """
    points = sorted((float(year), float(value)) for year, value in series.items() if value is not None)
    for year, value in points:
        if not (math.isfinite(year) and math.isfinite(value)):
            raise ValueError(f"the series has {value!r} in {year:g}; finite values are needed")
    kept = [point for point in points if since is None or point[0] >= since]
    if len(kept) < 2:
        where = "" if since is None else f" from {since:g} on"
        raise ValueError(f"at least two years with a value are needed{where}; the series has {len(kept)}")
    for year, value in kept:
        if above_zero and value <= 0.0:
            raise ValueError(f"the series has {value:g} in {year:g}; {above_zero}, so it must be above 0")
    if target_year is not None and not target_year >= kept[-1][0]:
        raise ValueError(f"the target year {target_year:g} lies before the last value, of {kept[-1][0]:g}")
    return Series(tuple(kept))


def finite(number: float, what: str) -> float:
    """A number that is finite, with the name it has in the complaint if it is not."""
    if not math.isfinite(number):
        raise ValueError(f"the {what} is {number!r}; a finite number is needed")
    return float(number)
