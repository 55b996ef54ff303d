"""Rates of change by their published formulas, and what they ask of a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from criteria_engine.projection.exact import Share, exact_number, exact_share
from criteria_engine.projection.series import read_series

__all__ = [
    "annual_rate_of_reduction",
    "average_annual_rate_of_reduction",
    "gross_need",
    "registrations",
    "required_rate",
]

_LOGARITHM = "its logarithm is taken"


def annual_rate_of_reduction(series: Mapping[int, float | None]) -> float:
    """The annual rate of reduction between the first and the latest value: ln(v0/vt)/(t − t0).

    Returns:
        Parts of 1 a year; negative if the values rise.

    Raises:
        ValueError: Fewer than two values, or one that is not finite or not above 0.

    Source: UN Inter-agency Group for Child Mortality Estimation, Levels and Trends in Child Mortality
        (the logarithmic form).
    """
    found = read_series(series, above_zero=_LOGARITHM)
    (start, base), (last, latest) = found.base, found.latest
    return math.log(base / latest) / (last - start)


def average_annual_rate_of_reduction(series: Mapping[int, float | None]) -> float:
    """The average annual rate of reduction over all values: 1 − e^b, b the least-squares slope of ln v.

    Returns:
        Parts of 1 a year; negative if the values rise.

    Raises:
        ValueError: Fewer than two values, or one that is not finite or not above 0.

    Source: UNICEF, Technical note: How to calculate average annual rate of reduction (AARR) of
        underweight prevalence, 2007.
    """
    found = read_series(series, above_zero=_LOGARITHM)
    logs = [(year, math.log(value)) for year, value in found.points]
    middle = math.fsum(year for year, _ in logs) / len(logs)
    rise = math.fsum((year - middle) * log for year, log in logs)
    slope = rise / math.fsum((year - middle) ** 2 for year, _ in logs)
    return -math.expm1(slope)


def required_rate(series: Mapping[int, float | None], target: float, target_year: int) -> float:
    """The annual rate of reduction that leads from the first value to the target: 1 − (T/v0)^(1/(tT−t0)).

    Args:
        series: Value by year; the first one is the base v0, and one is enough.
        target: The value to be reached.
        target_year: The year in which it is to be reached.

    Returns:
        Parts of 1 a year; negative if the values have to rise.

    Raises:
        ValueError: No value, one that is not finite or not above 0, a target that is not above 0, or a
            target year that is not after the base or lies before the last value.

    Source: UNICEF, as for ``average_annual_rate_of_reduction``; WHO, Global nutrition targets 2025.
    """
    known = {year: value for year, value in series.items() if value is not None}
    start: float
    if len(known) == 1:
        ((start, base),) = known.items()
        if not (math.isfinite(base) and base > 0.0):
            raise ValueError(f"the base is {base!r}; {_LOGARITHM}, so it must be above 0")
    else:
        start, base = read_series(known, target_year, above_zero=_LOGARITHM).base
    if not (math.isfinite(target) and target > 0.0):
        raise ValueError(f"the target is {target!r}; {_LOGARITHM}, so it must be above 0")
    if not target_year > start:
        raise ValueError(f"the target year {target_year} does not lie after the base, of {start:g}")
    return -math.expm1(math.log(target / base) / (target_year - start))


def gross_need(k: Share, m: Share, lapse: Share, years: int) -> float:
    """How many units a year must be recognised to have ``k`` after some years, lapses made good.

    x = (k − m·(1−l)^Y) / Σ_{i<Y} (1−l)^i: each year a part l of those who hold it lapses, and then x
    are recognised. Worked out in fractions, so that nine is nine; not below 0.

    Args:
        k: The number of units that is wanted in the end.
        m: The number there is today.
        lapse: The part that lapses in a year, 0 to 1.
        years: How many years there are, Y.

    Raises:
        ValueError: A number of units is negative or not finite, ``lapse`` is no share, or there is not
            at least one year.

    Source: the sum of a geometric series; no publisher needed.
    """
    wanted, there, staying = exact_number(k), exact_number(m), 1 - exact_share(lapse)
    if min(wanted, there) < 0:
        raise ValueError(f"{k} wanted and {m} there; neither can be negative")
    if isinstance(years, bool) or not hasattr(years, "__index__") or years < 1:
        raise ValueError(f"{years!r} years; a whole number of at least 1 is needed")
    terms = sum((staying**i for i in range(years)), Fraction(0))
    return float(max(Fraction(0), (wanted - there * staying**years) / terms))


def registrations(need: Share, pass_rate: Share, confidence: Share) -> int:
    """How many units to register so that enough of them pass.

    The smallest R with P(Bin(R, pass_rate) ≥ need) ≥ confidence, in exact arithmetic.

    Args:
        need: How many have to pass; 8.2 asks for nine.
        pass_rate: The chance that one passes, 0 to 1 (or ``"80%"``).
        confidence: How sure it has to be, 0 to 1 (or ``"90%"``).

    Raises:
        ValueError: A share is not between 0 and 1, or no number of registrations is enough.

    Source: the binomial distribution; no publisher needed.
    """
    least = math.ceil(exact_number(need))
    chance, sure = exact_share(pass_rate), exact_share(confidence)
    if least <= 0 or sure == 0:
        return 0
    if chance == 1:
        return least
    if chance == 0 or sure == 1:
        raise ValueError(f"with a pass rate of {pass_rate} no number of registrations gives {confidence}")
    few, many = least - 1, least
    while _tail(many, least, chance) < sure:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        if _tail(middle, least, chance) < sure:
            few = middle
        else:
            many = middle
    return many


def _tail(n: int, least: int, chance: Fraction) -> Fraction:
    """P(Bin(n, chance) ≥ least) as a fraction, for n of at least ``least``."""
    whole, hits = chance.denominator, chance.numerator
    misses = whole - hits
    term = total = misses**n
    for k in range(1, least):
        # Each term is a whole number: C(n, k) · hits^k · misses^(n−k).
        term = term * (n - k + 1) * hits // (k * misses)
        total += term
    return 1 - Fraction(total, whole**n)
