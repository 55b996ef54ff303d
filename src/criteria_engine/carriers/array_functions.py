"""Functions of the core on whole arrays: logarithms, powers of e, days; as ``arithmetic`` has them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from criteria_engine.core import arithmetic

__all__ = ["log", "power_of_e", "working_days_between", "years_between"]

_EPOCH = 719_163  # 1 January 1970, counted from 1 January of the year 1
_LAST_DAY = 3_652_059


def log(np: Any, x: Any) -> Any:
    """The natural logarithm as it is; minus infinity for 0 and less."""
    inside = (x > 0) & (x < np.inf)
    part, twos = np.frexp(np.where(inside, x, 1.0))
    small = part < arithmetic.ROOT_OF_HALF
    part, twos = np.where(small, part * 2.0, part), np.where(small, twos - 1, twos).astype(np.float64)
    s = (part - 1.0) / (part + 1.0)
    total = arithmetic.series(arithmetic.LN_TERMS, s * s)
    found = twos * arithmetic.LN_TWO_HIGH + (twos * arithmetic.LN_TWO_LOW + 2.0 * s * total)
    return np.where(inside, found, np.where(x > 0, np.inf, -np.inf))


def power_of_e(np: Any, x: Any) -> Any:
    """e to the ``x`` as it is."""
    there = x > arithmetic.LOWEST_EXPONENT
    x = np.where(there, np.minimum(x, arithmetic.MOST_EXPONENT), 0.0)
    twos = np.floor(x * arithmetic.MANY_TWOS + 0.5)
    rest = x - twos * arithmetic.LN_TWO_HIGH - twos * arithmetic.LN_TWO_LOW
    total = arithmetic.series(arithmetic.EXP_TERMS, rest)
    return np.where(there, np.ldexp(total, twos.astype(np.int32)), 0.0)


def years_between(np: Any, first: Any, second: Any) -> Any:
    """Whole years from one day to another."""
    turned = first > second
    start, end = np.minimum(first, second), np.maximum(first, second)
    (from_year, from_day), (to_year, to_day) = _calendar(np, start), _calendar(np, end)
    years = (to_year - from_year - (to_day < from_day)).astype(np.float64)
    return np.where(turned, -years, years)


def _calendar(np: Any, days: Any) -> tuple[Any, Any]:
    """The year of each day, and a number that grows with month and day of the month."""
    day = (np.clip(np.trunc(days), 1, _LAST_DAY).astype(np.int64) - _EPOCH).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    of_month = (day - month).astype(np.int64)
    number = month.astype(np.int64)
    return number // 12, number % 12 * 32 + of_month


def working_days_between(np: Any, first: Any, second: Any, days_off: Collection[int]) -> Any:
    """Mondays to Fridays after the first day, up to and with the second, less the days off."""
    turned = first > second
    start = np.trunc(np.minimum(first, second)).astype(np.int64)
    end = np.trunc(np.maximum(first, second)).astype(np.int64)
    off = np.array(sorted(day for day in days_off if (day - 1) % 7 < 5), dtype=np.int64)
    free = np.searchsorted(off, end, "right") - np.searchsorted(off, start, "right")
    days = (_workdays_to(np, end) - _workdays_to(np, start) - free).astype(np.float64)
    return np.where(turned, -days, days)


def _workdays_to(np: Any, day: Any) -> Any:
    return day // 7 * 5 + np.minimum(day % 7, 5)
