"""Labels of progress by the rules that statistical offices and institutes publish.

A label says how a trend compares with the one that would lead to the target. It is no probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import attrs

from criteria_engine.projection.exact import exact_number
from criteria_engine.projection.series import Series, finite, read_series

__all__ = ["Label", "growth_ratio", "sdsn_arrow"]

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
    whole = read_series(series, target_year)
    points = [(Fraction(year), min(exact_number(value), Fraction(100))) for year, value in whole.points]
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
    return Label(label, float(actual), _plain(required), _plain(ratio))


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
    found = read_series(series, None if target is None else target_year, since=base_year)
    (start, first), (_, latest) = found.base, found.latest
    wanted = -direction if first < 0.0 else direction
    base = first or _ZERO
    if base * latest < 0.0:
        raise ValueError(f"growth from {first:g} to {latest:g} crosses zero; values of one sign are needed")
    actual = attrs.evolve(found, points=((start, base), found.latest)).growth
    if target is None:
        return Label(_growth_label(wanted * actual, first, limit, cuts), actual, None, None)
    goal = finite(target, "target") or _ZERO
    if base * goal < 0.0:
        raise ValueError(f"growth from {first:g} to {target:g} crosses zero; values of one sign are needed")
    if not target_year > start:
        raise ValueError(f"the target year {target_year} does not lie after the base, of {start:g}")
    required = Series(((start, base), (target_year, goal))).growth
    ratio = wanted * actual / abs(required) if required else None
    if direction * (latest - goal) >= 0.0:
        label = "met"
    elif ratio is None:
        # The base was the target itself, and the latest value is not there: it fell away.
        label = "moving_away"
    else:
        label = _cut(ratio, ((0.95, "significant"), (0.60, "moderate"), (0.0, "insufficient")), "moving_away")
    return Label(label, actual, required, ratio)


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


def _plain(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
