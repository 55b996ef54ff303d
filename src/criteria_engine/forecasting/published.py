"""The published rules of progress: labels, rates, and what a plan needs.

A label compares a trend with the one that would lead to a target. It is not a forecast: where a share
is below 20 %, "on track" by a growth rate has come true in 30 to 40 of 100 cases. The labels come first
(SDSN, Eurostat and Open SDG, UNSD, ESCAP), then rates of change, then the arithmetic of planning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import attrs

from criteria_engine.forecasting.distribution import Share, exact_number, exact_share, units_needed
from criteria_engine.forecasting.series import finite, read_series, weighted_fit

__all__ = [
    "Label",
    "annual_rate_of_reduction",
    "average_annual_rate_of_reduction",
    "current_status",
    "escap",
    "gross_need",
    "growth_ratio",
    "registrations",
    "required_rate",
    "sdsn_arrow",
    "units_needed",
    "unsd_progress",
]


# What stands for zero where a growth rate cannot do with it (Open SDG, "Special considerations").
_ZERO = 0.001
# The exponent by which growth is asked less of near a natural limit (Open SDG).
_NEARNESS = 4.44


@attrs.frozen
class Label:
    """What a published rule says of a series.

    Attributes:
        label: The rule's word, or its number.
        actual: The observed change a year, as the rule measures it.
        required: The change a year that leads to the target; None where the rule has none.
        ratio: What the rule compares with its cuts; None where it compares nothing.
    """

    label: str | int
    actual: float | None
    required: float | None
    ratio: float | None


def sdsn_arrow(
    series: Mapping[int, float | None], green: float, target_year: int, *, since: int = 2015
) -> Label:
    """The trend arrow of the Sustainable Development Report.

    On a score from 0 to 100 (more is better; above 100 counts as 100, below 0 stays): the change a year
    from the first observation since 2015 to the latest, over the change a year that leads from that
    observation to the threshold of green in the target year. If there is only one observation since
    2015, the last earlier one is the first point.

    - ``on_track_or_maintaining``: ratio at least 1, or the latest score is at or above green and has not
      fallen;
    - ``moderately_improving``: at least 0.5; ``stagnating``: at least 0, and a score that fell but is
      still at or above green;
    - ``decreasing``: below 0, as is any score that fell from green to below it.

    Compared in exact arithmetic, so that an edge is an edge.

    Args:
        series: Score by year, 0 to 100; None is left out.
        green: The score from which the goal is achieved.
        target_year: The year of the target (2030 in the reports).
        since: The year from which observations count.

    Returns:
        ``actual`` and ``required`` in points a year; ``required`` and ``ratio`` are None if the first
        score is already at or above green.

    Raises:
        ValueError: Fewer than two values, none since ``since``, one that is not finite, or a target year
            before the last value.

    Source: Sachs, Lafortune et al., Sustainable Development Report (SDSN), "Methods Summary", SDG
        trends; G. Lafortune et al., SDG Index and Dashboards: Detailed Methodological Paper, 2018.
    """
    points = [
        (Fraction(year), min(exact_number(value), Fraction(100)))
        for year, value in read_series(series, target_year)
    ]
    recent = [point for point in points if point[0] >= since]
    if not recent:
        raise ValueError(
            f"an observation from {since} or later is needed; the last one is of {points[-1][0]}"
        )
    (start, first), (last, latest) = recent[0] if len(recent) > 1 else points[-2], recent[-1]
    goal = exact_number(green)
    actual = (latest - first) / (last - start)
    required = (goal - first) / (target_year - start) if first < goal else None
    ratio = actual / required if required else None
    if latest >= goal:
        label = "stagnating" if actual < 0 else "on_track_or_maintaining"
    elif ratio is None or ratio < 0:
        label = "decreasing"
    elif ratio < Fraction(1, 2):
        label = "stagnating"
    else:
        label = "moderately_improving" if ratio < 1 else "on_track_or_maintaining"
    numbers = [None if number is None else float(number) for number in (actual, required, ratio)]
    return Label(label, *numbers)


def growth_ratio(
    series: Mapping[int, float | None],
    target: float | None,
    target_year: int,
    direction: int = 1,
    limit: float | None = None,
    *,
    base_year: int | None = None,
    cuts: Literal["open_sdg", "eurostat"] = "open_sdg",
) -> Label:
    """The ratio of growth rates by which Eurostat and Open SDG judge progress.

    With v0 the base, vt the latest value, T the target, t0, t and tT their years and d = ±1 for the
    wanted direction: a = (vt/v0)^(1/(t−t0)) − 1, r = (T/v0)^(1/(tT−t0)) − 1, and the ratio is d·a/|r|.

    - ``met``: the latest value is at the target or past it, whatever the growth;
    - ``significant``: ratio ≥ 0.95; ``moderate``: ≥ 0.60; ``insufficient``: ≥ 0; ``moving_away``: < 0.

    Without a target (None) d·a is compared instead. By Open SDG: ``significant`` from 1.5 % a year,
    ``moderate`` from 0.5 %, ``insufficient`` from 0, else ``moving_away``. Near a natural limit L the two
    cuts above 0 are multiplied by 1 − (v0/L)^4.44 for v0 ≤ L, by 1 − ((2L − v0)/L)^4.44 for L < v0 < 2L
    and by 1 from there on. By Eurostat: ``significant`` from 1 %, ``moderate`` from 0, and a movement
    away, be it moderate (to −1 %) or significant, is ``moving_away``.

    A base or a target of 0 counts as 0.001. If all values are negative, the wanted direction turns
    round with them, as Open SDG does.

    Args:
        series: Value by year; None is left out.
        target: The value to be reached, or None.
        target_year: The year in which it is to be reached.
        direction: +1 if more is better, −1 if less is better.
        limit: The natural limit of the values; it matters only without a target.
        base_year: The year of the base, or the next one that has a value; by default the first one.
        cuts: Whose cuts hold where there is no target.

    Returns:
        ``actual`` is a, ``required`` is r (parts of 1 a year), ``ratio`` is d·a/|r|; without a target,
        and where the target equals the base, ``ratio`` is None.

    Raises:
        ValueError: Fewer than two values, one that is not finite, values or a target of both signs, a
            target year before the last value, or a direction other than +1 and −1.

    Source: Eurostat, Sustainable development in the European Union: monitoring report, annex on method;
        Open SDG and Statistics Canada, "Progress measurement methodology for the SDGs".
    """
    if direction not in (1, -1):
        raise ValueError(f"the direction is +1 (more is better) or -1, not {direction!r}")
    points = read_series(series, None if target is None else target_year, since=base_year)
    (start, first), (last, latest) = points[0], points[-1]
    wanted = -direction if first < 0.0 else direction
    base = first or _ZERO
    if base * latest < 0.0:
        raise ValueError(f"growth from {first:g} to {latest:g} crosses zero; values of one sign are needed")
    actual = _growth((start, base), (last, latest))
    if target is None:
        return Label(_growth_label(wanted * actual, first, limit, cuts), actual, None, None)
    goal = finite(target, "target") or _ZERO
    if base * goal < 0.0:
        raise ValueError(f"growth from {first:g} to {target:g} crosses zero; values of one sign are needed")
    if not target_year > start:
        raise ValueError(f"the target year {target_year} does not lie after the base, of {start:g}")
    required = _growth((start, base), (target_year, goal))
    ratio = wanted * actual / abs(required) if required else None
    if direction * (latest - goal) >= 0.0:
        label = "met"
    elif ratio is None:
        # The base was the target itself, and the latest value is not there: it fell away.
        label = "moving_away"
    else:
        label = _cut(ratio, ((0.95, "significant"), (0.60, "moderate"), (0.0, "insufficient")), "moving_away")
    return Label(label, actual, required, ratio)


def _growth(base: tuple[float, float], latest: tuple[float, float]) -> float:
    """The constant yearly growth that leads from one year and its value to another."""
    return float((latest[1] / base[1]) ** (1.0 / (latest[0] - base[0]))) - 1.0


def _growth_label(growth: float, base: float, limit: float | None, cuts: str) -> str:
    """The label of a growth rate in the wanted direction where there is no target."""
    if cuts == "eurostat":
        return _cut(growth, ((0.01, "significant"), (0.0, "moderate")), "moving_away")
    if cuts != "open_sdg":
        raise ValueError(f"the cuts of 'open_sdg' or of 'eurostat', not of {cuts!r}")
    scale = 1.0
    if limit is not None:
        size, edge = abs(base), abs(finite(limit, "limit"))
        if size < 2.0 * edge:
            scale = 1.0 - (min(size, 2.0 * edge - size) / edge) ** _NEARNESS
    steps = ((0.015 * scale, "significant"), (0.005 * scale, "moderate"), (0.0, "insufficient"))
    return _cut(growth, steps, "moving_away")


def _cut(value: float, steps: tuple[tuple[float, str], ...], below: str) -> str:
    """The first word whose bound a value reaches, to nine decimals, so that an edge is one in floats too."""
    return next((word for bound, word in steps if round(value - bound, 9) >= 0.0), below)


def unsd_progress(
    series: Mapping[int, float | None], target: float, target_year: int, *, direction: int | None = None
) -> Label:
    """The progress score of the United Nations' SDG Progress Chart: 3, 2 or 1.

    With constant growth from the base v0 to the latest value, the value to be expected in the target
    year tT is v0·(vt/v0)^((tT−t0)/(t−t0)); (expected − v0)/(T − v0) ≥ 0.95 gives 3 (on track), ≥ 0.10
    gives 2 (some progress), less gives 1 (stagnation or regression). A target that is met gives 3, and
    a percentage within one point of 100, or of 0 where less is better, counts as met.

    Args:
        series: Value by year, percentages as 0 to 100; None is left out.
        target: The value to be reached.
        target_year: The year in which it is to be reached.
        direction: +1 if more is better, −1 if less is; by default as the target lies from the base.

    Returns:
        ``label`` is 3, 2 or 1; ``actual`` and ``required`` are growth rates (parts of 1 a year), None
        where there is none from or to such values; ``ratio`` is None if the base is the target.

    Raises:
        ValueError: Fewer than two values, one that is not finite or is negative, a base of 0 (no growth
            leads away from it), a target year before the last value, or a base at the target that
            leaves the direction open.

    Source: United Nations Statistics Division, SDG Progress Chart, technical note.
    """
    points = read_series(series, target_year)
    (start, base), (last, latest) = points[0], points[-1]
    goal = finite(target, "target")
    if min(value for _, value in points) < 0.0 or goal < 0.0:
        raise ValueError("constant growth needs values of at least 0")
    _check_direction(direction)
    wanted = direction or _towards(base, goal)
    near = latest >= 99.0 and goal <= 100.0 if wanted > 0 else latest <= 1.0
    met = wanted * (latest - goal) >= 0.0 or near if wanted else latest == goal
    actual = _growth(points[0], points[-1]) if base > 0.0 else None
    years = target_year - start
    required = (goal / base) ** (1.0 / years) - 1.0 if base > 0.0 else None
    ratio = None
    if actual is not None and goal != base:
        expected = base * (latest / base) ** (years / (last - start))
        ratio = (expected - base) / (goal - base)
    if met:
        return Label(3, actual, required, ratio)
    if not wanted:
        raise ValueError(f"the base is the target, {goal:g}; say with direction= which way is better")
    if wanted * (goal - base) <= 0.0:
        # It was met at the base and is no longer.
        return Label(1, actual, required, ratio)
    if ratio is None:
        raise ValueError("no growth leads away from a base of 0; a base above 0 is needed")
    step = round(ratio, 9)
    return Label(3 if step >= 0.95 else 2 if step >= 0.10 else 1, actual, required, ratio)


def _check_direction(direction: int | None) -> None:
    if direction not in (1, -1, None):
        raise ValueError(f"the direction is +1 (more is better) or -1, not {direction!r}")


def escap(
    series: Mapping[int, float | None],
    target: float,
    target_year: int,
    half_life: float,
    *,
    base_year: int | None = None,
    direction: int | None = None,
) -> Label:
    """The anticipated progress of the United Nations' regional commissions (ESCAP and its sisters).

    A straight line is fitted by least squares in which a value that lies a years before the latest one
    has the weight 2^(−a/half_life), and continued to the target year. The gap |T − anticipated| over
    |T − v0| gives ``maintain`` up to 0.10, ``accelerate`` up to 1, ``reverse`` above. A line that
    reaches the target or passes it leaves no gap.

    Args:
        series: Value by year; None is left out.
        target: The value to be reached.
        target_year: The year in which it is to be reached.
        half_life: Years after which a value counts half; ``math.inf`` weighs all alike.
        base_year: The year of v0, or the next one with a value (2015 in the reports); by default the
            first one. Earlier values still take part in the line.
        direction: +1 if more is better, −1 if less is; by default as the target lies from the base.

    Returns:
        ``actual`` is the slope of the line and ``required`` the straight way from the base to the
        target, both in units a year; ``ratio`` is the gap, None if the base is the target.

    Raises:
        ValueError: Fewer than two values, one that is not finite, a half-life that is not above 0, a
            target year before the last value, or a base at the target that leaves the direction open.

    Source: A. Bidarbakht Nia, "Tracking progress towards the SDGs: measuring the otherwise ambiguous
        progress" and "A weighted extrapolation method for measuring the SDGs progress", ESCAP Working
        Papers SD/WP/05 and SD/WP/04, 2017; ESCAP, Asia and the Pacific SDG Progress Report.
    """
    if not half_life > 0.0:
        raise ValueError(f"a half-life of {half_life!r} years; it must be above 0")
    _check_direction(direction)
    points = read_series(series, target_year)
    start, base = next(
        (point for point in points if base_year is None or point[0] >= base_year), (math.nan, math.nan)
    )
    if not math.isfinite(base) or not target_year > start:
        raise ValueError(f"a base from {base_year} on and before the target year {target_year} is needed")
    goal = finite(target, "target")
    weights = [0.5 ** ((points[-1][0] - year) / half_life) for year, _ in points]
    year, height, rise, run = weighted_fit(points, weights)
    slope, anticipated = rise / run, height + rise / run * (target_year - year)
    required = (goal - base) / (target_year - start)
    wanted = direction or _towards(base, goal, percent=False)
    if wanted == 0:
        raise ValueError(f"the base is the target, {goal:g}; say with direction= which way is better")
    missing, way = max(0.0, wanted * (goal - anticipated)), abs(goal - base)
    gap = missing / way if way else None
    if missing == 0.0:
        label = "maintain"
    elif gap is None or round(gap, 9) > 1.0:
        label = "reverse"
    else:
        label = "maintain" if round(gap, 9) <= 0.10 else "accelerate"
    return Label(label, slope, required, gap)


def current_status(
    series: Mapping[int, float | None], target: float, *, base_year: int | None = None
) -> float:
    """ESCAP's current status: the progress made over the progress needed, from 0 to 10.

    10·(vt − v0)/(T − v0), not below 0 (it went back) and not above 10 (the target is reached).

    Args:
        series: Value by year; None is left out.
        target: The value to be reached.
        base_year: The year of v0, or the next one with a value; by default the first one.

    Raises:
        ValueError: Fewer than two values, one that is not finite, or the base is the target already.

    Source: as for ``escap``.
    """
    points = read_series(series, since=base_year)
    way = finite(target, "target") - points[0][1]
    if way == 0.0:
        raise ValueError(f"the base is the target already, {target:g}: there is no way to measure")
    return 10.0 * min(1.0, max(0.0, (points[-1][1] - points[0][1]) / way))


def _towards(base: float, goal: float, *, percent: bool = True) -> int:
    """Which way a target lies; a percentage can only rise to 100 and fall to 0. 0 if it cannot be said."""
    if goal != base:
        return 1 if goal > base else -1
    return (1 if goal == 100.0 else -1 if goal == 0.0 else 0) if percent else 0


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
    points = read_series(series, above_zero=_LOGARITHM)
    (start, base), (last, latest) = points[0], points[-1]
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
    points = read_series(series, above_zero=_LOGARITHM)
    logs = [(year, math.log(value)) for year, value in points]
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
        start, base = read_series(known, target_year, above_zero=_LOGARITHM)[0]
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
    return float(yearly_need(wanted, there, staying, years))


def yearly_need(need: Fraction, have: Fraction, staying: Fraction, years: int) -> Fraction:
    """The x of ``gross_need`` as a fraction; ``staying`` is the part that does not lapse in a year."""
    terms = sum((staying**i for i in range(years)), Fraction(0))
    return max(Fraction(0), (need - have * staying**years) / terms)


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
    of, hits = chance.denominator, chance.numerator
    misses = of - hits
    term = total = misses**n
    for k in range(1, least):
        # Each term is a whole number: C(n, k) · hits^k · misses^(n−k).
        term = term * (n - k + 1) * hits // (k * misses)
        total += term
    return 1 - Fraction(total, of**n)
