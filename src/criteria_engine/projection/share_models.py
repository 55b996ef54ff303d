"""Ways to look ahead from a series of shares: by rates of recognition and lapse, by drift, by the last value."""

from __future__ import annotations

import math
from itertools import pairwise

from criteria_engine.projection.distribution import Distribution
from criteria_engine.projection.hazard import Cohort, cohorts_at
from criteria_engine.projection.past import Past
from criteria_engine.projection.rates import HALF_LIFE, RARE, Rate

__all__ = ["damped_drift", "hazard", "last_value", "scored", "spread_out"]

# A step up of the net share hides lapses, and one down hides recognitions: both are taken to be rare
# until they are seen (``RARE``).
# How far the odds of a rate move a year, at most likely (a standard deviation), and how fast it ebbs.
_TILT, _EBB = 0.15, 0.85
# How much more is unsure where the share went to and fro than where it went one way.
_TO_AND_FRO = 2.0


def hazard(past: Past, n: int, ahead: int) -> Distribution:
    """The share of n units some years after the last known value, by rates of recognition and lapse.

    What the share rose are recognitions of the units that were outside, what it fell are lapses of
    those inside; ``Rate.posterior`` makes rates of both, and ``hazard.cohorts_at`` the count. Where the
    share went one way only, the rate's own trend goes on for a while and ebbs; where it went to and
    fro, the count starts from the smoothed level, and more is unsure.
    """
    entries, lapses = _flows(past, n)
    straight = past.straightness**2
    doubt = 1.0 + _TO_AND_FRO * (1.0 - straight)
    last = past.years[-1]
    before = (0.5, 0.5) if entries else RARE
    entry = Rate.posterior(entries, as_of=last, prior=before).tilted(straight * _tilt(entries, ahead))
    lapse = Rate.posterior(lapses, as_of=last, prior=RARE)
    have = min(n, max(0, round(past.level * n)))
    cohorts = [Cohort(have, recognised=True), Cohort(n - have)]
    return cohorts_at(cohorts, ahead, entry.doubted(doubt), lapse.doubted(doubt)).in_shares()


def _flows(past: Past, n: int) -> tuple[dict[int, tuple[float, float]], dict[int, tuple[float, float]]]:
    """For each known year how many were recognised of those outside before, and lapsed of those inside.

    Over a gap of several years the number of trials is what gives the yearly rate that leads there.
    """
    entries, lapses = {}, {}
    for year, before, after, gap in zip(
        past.years[1:], past.values, past.values[1:], past.gaps, strict=False
    ):
        have = before * n
        entries[year] = _trials(max(0.0, after * n - have), n - have, gap)
        lapses[year] = _trials(max(0.0, have - after * n), have, gap)
    return entries, lapses


def _trials(hits: float, size: float, gap: int) -> tuple[float, float]:
    if gap == 1 or hits <= 0.0:
        return hits, max(hits, size * gap)
    return hits, hits / (1.0 - max(0.0, 1.0 - hits / size) ** (1.0 / gap))


def _tilt(trials: dict[int, tuple[float, float]], ahead: int) -> float:
    """How much the log-odds of a rate will on average have moved over some years ahead.

    Its yearly slope by weighted least squares, drawn towards none, goes on from where the discounted
    periods have their middle, and ebbs in the years ahead.
    """
    seen = [(year, hits + 0.5, size - hits + 0.5) for year, (hits, size) in trials.items() if size > 0.5]
    if len(seen) < 3:
        return 0.0
    weights = [1.0 / (1.0 / hits + 1.0 / misses + 0.35**2) for _, hits, misses in seen]
    logs = [math.log(hits / misses) for _, hits, misses in seen]
    years = [float(year) for year, _, _ in seen]
    total = math.fsum(weights)
    year = math.fsum(w * x for w, x in zip(weights, years, strict=True)) / total
    height = math.fsum(w * y for w, y in zip(weights, logs, strict=True)) / total
    rise = math.fsum(w * (x - year) * (y - height) for w, x, y in zip(weights, years, logs, strict=True))
    run = math.fsum(w * (x - year) ** 2 for w, x in zip(weights, years, strict=True))
    slope = rise / (run + 1.0 / _TILT**2)
    ages = [max(years) - x for x in years]
    faded = [0.5 ** (age / HALF_LIFE) for age in ages]
    middle = math.fsum(w * age for w, age in zip(faded, ages, strict=True)) / math.fsum(faded)
    reached = [math.fsum(_EBB**i for i in range(1, year + 1)) for year in range(1, ahead + 1)]
    return slope * (middle + math.fsum(reached) / ahead)


def last_value(past: Past, n: int | None, ahead: int) -> Distribution:  # noqa: ARG001 - what every way takes
    """The last known value, for certain: what any forecast has to beat."""
    if n is None:
        return Distribution.numbers([past.last])
    return Distribution.shares([1.0], first=round(past.last * n), units=n)


def damped_drift(past: Past, n: int | None, ahead: int) -> Distribution:
    """The mean yearly change, ebbing by 0.85 a year, with a normal spread that grows with the root of time.

    Raises:
        ValueError: Fewer than two values are known.
    """
    steps, unit = past.steps, 0.0 if n is None else 0.5 / n
    if not steps:
        raise ValueError("a drift needs at least two known values")
    drift = math.fsum(steps) / len(steps)
    squares = math.fsum((step - drift) ** 2 for step in steps)
    deviation = math.sqrt(squares / (len(steps) - 1)) if len(steps) > 1 else abs(drift)
    mean = past.last + drift * math.fsum(0.85**year for year in range(1, ahead + 1))
    return spread_out(mean, max(deviation, unit) * math.sqrt(ahead), n, freedom=None)


def scored(past: Past, ahead: int) -> Distribution:
    """A score of any scale some years after the last known value: near its level, shrunk towards no change.

    The level is the values without their noise, a straight drift goes on for a while and ebbs, and the
    spread is that of the one-year errors that the same rule made in the past, of which the lasting part
    adds up year by year (exponential smoothing; Hyndman et al., Forecasting with Exponential Smoothing,
    2008). Few errors make the tails wide, as Student's t does.

    Raises:
        ValueError: Fewer than two values are known: a single score does not say how far scores move.
    """
    steps = past.steps
    if not steps:
        raise ValueError("at least two known values are needed to say how far a score moves")
    count, memory = len(steps), past.memory
    drift = past.straightness**2 * (past.values[-1] - past.values[0]) / sum(past.gaps) * count / (count + 2.0)
    level, errors = past.values[0], []
    for value, gap in zip(past.values[1:], past.gaps, strict=True):
        error = value - level - drift * gap
        errors.append(error / math.sqrt(1.0 + (gap - 1) * memory**2))
        level += drift * gap + memory * error
    square = math.fsum(error * error for error in errors) / count * (1.0 + 1.0 / count)
    reach = math.fsum(_EBB**year for year in range(1, ahead + 1))
    unsure = past.straightness * square / count * reach**2
    deviation = math.sqrt(square * (1.0 + (ahead - 1) * memory**2) + unsure)
    return spread_out(level + drift * reach, deviation, None, freedom=max(2, count))


def spread_out(mean: float, deviation: float, n: int | None, freedom: int | None) -> Distribution:
    """A normal distribution over shares of n units, or over numbers; Student's t if ``freedom`` is given.

    Over units the middle of each unit's range stands for it, and what lies past the ends falls on them.
    """
    if n is not None:
        edges = [((k + 0.5) / n - mean) / deviation for k in range(n)]
        below = [0.0, *(0.5 * math.erfc(-edge / math.sqrt(2.0)) for edge in edges), 1.0]
        return Distribution.shares([b - a for a, b in pairwise(below)])
    places = [0.05 * index for index in range(-80, 81)]
    return Distribution.numbers(
        (mean + deviation * math.sinh(place) for place in places),
        (_density(math.sinh(place), freedom) * math.cosh(place) for place in places),
    )


def _density(t: float, freedom: int | None) -> float:
    """The density of Student's t, or of the normal distribution, but for a factor."""
    if freedom is None:
        return math.exp(-t * t / 2.0)
    return float((1.0 + t * t / freedom) ** (-(freedom + 1) / 2.0))
