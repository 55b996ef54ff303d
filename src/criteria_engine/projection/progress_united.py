"""Labels of progress by the rules of the United Nations: its Statistics Division and its regions."""

from __future__ import annotations

import math
from collections.abc import Mapping

from criteria_engine.projection.progress_labels import Label
from criteria_engine.projection.series import Series, finite, read_series

__all__ = ["current_status", "escap", "unsd_progress"]


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
    found = read_series(series, target_year)
    (start, base), (last, latest) = found.base, found.latest
    goal = finite(target, "target")
    if min(value for _, value in found.points) < 0.0 or goal < 0.0:
        raise ValueError("constant growth needs values of at least 0")
    if direction not in (1, -1, None):
        raise ValueError(f"the direction is +1 (more is better) or -1, not {direction!r}")
    wanted = direction or _towards(base, goal)
    near = latest >= 99.0 and goal <= 100.0 if wanted > 0 else latest <= 1.0
    met = wanted * (latest - goal) >= 0.0 or near if wanted else latest == goal
    actual = found.growth if base > 0.0 else None
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
    if direction not in (1, -1, None):
        raise ValueError(f"the direction is +1 (more is better) or -1, not {direction!r}")
    found = read_series(series, target_year)
    start, base = next(
        (point for point in found.points if base_year is None or point[0] >= base_year), (math.nan, math.nan)
    )
    if not math.isfinite(base) or not target_year > start:
        raise ValueError(f"a base from {base_year} on and before the target year {target_year} is needed")
    goal = finite(target, "target")
    slope, anticipated = _weighted_line(found, half_life, target_year)
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
    found = read_series(series, since=base_year)
    way = finite(target, "target") - found.base[1]
    if way == 0.0:
        raise ValueError(f"the base is the target already, {target:g}: there is no way to measure")
    return 10.0 * min(1.0, max(0.0, (found.latest[1] - found.base[1]) / way))


def _weighted_line(found: Series, half_life: float, at: float) -> tuple[float, float]:
    """The slope of the weighted line through a series, and its height in a year."""
    last = found.latest[0]
    weights = [0.5 ** ((last - year) / half_life) for year, _ in found.points]
    total = math.fsum(weights)
    year = math.fsum(w * x for w, (x, _) in zip(weights, found.points, strict=True)) / total
    height = math.fsum(w * y for w, (_, y) in zip(weights, found.points, strict=True)) / total
    rise = math.fsum(w * (x - year) * (y - height) for w, (x, y) in zip(weights, found.points, strict=True))
    run = math.fsum(w * (x - year) ** 2 for w, (x, _) in zip(weights, found.points, strict=True))
    return rise / run, height + rise / run * (at - year)


def _towards(base: float, goal: float, *, percent: bool = True) -> int:
    """Which way a target lies; a percentage can only rise to 100 and fall to 0. 0 if it cannot be said."""
    if goal != base:
        return 1 if goal > base else -1
    return (1 if goal == 100.0 else -1 if goal == 0.0 else 0) if percent else 0
