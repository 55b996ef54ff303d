"""Series of yearly values: what forecasts and published rules start from, and units drawn by their scores.

``Past`` is a series to forecast from; ``read_series`` checks one that a published rule is put on. ``drawn_ahead`` takes the
pasts of many units and draws each of them into the years ahead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import attrs

from criteria_engine.core.extras import numpy
from criteria_engine.forecasting.distribution import Distribution, Stream, stream, uniforms


@attrs.frozen
class Past:
    """The known values of a series, by rising years, and how it moved.

    Horizons count from ``last_year``, the last year that was given, with a value or not.
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
        return _memory(turned, least=0.3)

    @property
    def level(self) -> float:
        """The value without its noise: the values smoothed with the weight of ``memory``."""
        return self.followed(self.memory)[1]

    def followed(self, memory: float) -> tuple[list[LevelStep], float]:
        """The values beside a level that keeps the part ``memory`` of each change; and the level at the end."""
        level, steps = self.values[0], []
        for year, value, gap in zip(self.years[1:], self.values[1:], self.gaps, strict=True):
            error = value - level
            steps.append(LevelStep(level, year, error / math.sqrt(1.0 + (gap - 1) * memory**2)))
            level += memory * error
        return steps, level


class LevelStep(NamedTuple):
    """How far a value came out from the level of the years before it.

    ``error`` is of one year: over a gap, what it must have been a year.
    """

    level: float
    year: int
    error: float


def _memory(autocorrelation: float, *, least: float) -> float:
    """How much of a change stays, by the first autocorrelation of the steps: see ``Past.memory``."""
    if autocorrelation >= 0.0:
        return 1.0
    r = max(autocorrelation, -0.499)
    return max(least, 1.0 - (1.0 - math.sqrt(1.0 - 4.0 * r * r)) / (-2.0 * r))


def read_past(years: Iterable[int], values: Iterable[float | None]) -> Past:
    """Years and values as a series; None is missing, and never taken for zero.

    Raises ``ValueError`` where their numbers differ, a year stands twice or is not whole, a value is not
    finite, or no value is known.
    """
    pairs = []
    for year, value in zip(years, values, strict=True):
        if isinstance(year, bool) or int(year) != year:
            raise ValueError(f"{year!r} is no year")
        pairs.append((int(year), value))
    if len({year for year, _ in pairs}) < len(pairs):
        raise ValueError("a year stands twice in the series")
    known = sorted((year, float(value)) for year, value in pairs if value is not None)
    for year, value in known:
        if not math.isfinite(value):
            raise ValueError(f"the value of {year} is {value!r}; write None for one that is missing")
    if not known:
        raise ValueError("no value is known, so nothing can be said of the years ahead")
    numbers, heights = zip(*known, strict=True)
    return Past(numbers, heights, max(year for year, _ in pairs))


Points = tuple[tuple[float, float], ...]
"""At least two known values in the order of their years: (year, value)."""


def read_series(
    series: Mapping[int, float | None],
    target_year: float | None = None,
    *,
    since: float | None = None,
    above_zero: str = "",
) -> Points:
    """Values by year as points from ``since`` on; None is a value that is missing, and is left out.

    ``above_zero`` says why every value has to be above 0, if it has to. Raises ``ValueError`` where fewer
    than two values are known, one is not finite or not above 0 where it must be, or the target year lies
    before the last value.
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
    return tuple(kept)


def weighted_fit(
    points: Sequence[tuple[float, float]], weights: Sequence[float]
) -> tuple[float, float, float, float]:
    """The middle of weighted points, and the rise and run of the least-squares line through it."""
    total = math.fsum(weights)
    x = math.fsum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
    y = math.fsum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
    rise = math.fsum(w * (px - x) * (py - y) for w, (px, py) in zip(weights, points, strict=True))
    run = math.fsum(w * (px - x) ** 2 for w, (px, _) in zip(weights, points, strict=True))
    return x, y, rise, run


def finite(number: float, what: str) -> float:
    """A number that is finite; ``what`` names it in the message if it is not."""
    if not math.isfinite(number):
        raise ValueError(f"the {what} is {number!r}; a finite number is needed")
    return float(number)


# Steps of so many units make a band; fewer than this say little of where a unit of that score goes.
BAND = 25
MOST_BANDS = 6
# How many of the latest years' steps are looked at.
RECENT = 6
# How fast a common drift ebbs, and with how many years of no change it is shrunk.
EBB, STILL = 0.85, 2.0


@attrs.frozen(repr=False)
class UnitShares(Distribution):
    """The share of units that pass in a year ahead, and how likely each unit is to.

    Attributes:
        chances: Each unit with its probability of passing, in the order in which the units were given.
    """

    chances: tuple[tuple[str, float], ...] = ()

    @property
    def by_unit(self) -> dict[str, float]:
        """The probability of passing by unit."""
        return dict(self.chances)

    @property
    def share(self) -> Distribution:
        """The distribution alone."""
        return Distribution(self.points, self.weights, self.units, self.as_shares)


@attrs.frozen
class _Model:
    """How scores move: the lasting part of a change, the common part of a year, the own part by band."""

    memory: float
    drift: float
    unsure: float
    shock: float
    bounds: tuple[float, ...]
    bands: tuple[tuple[float, ...], ...]


def drawn_ahead(
    pasts: Mapping[str, Past], threshold: float, horizons: Sequence[int], seed: int, draws: int
) -> dict[int, UnitShares]:
    """Draw every unit into the years ahead; see ``forecast.units``."""
    np = numpy()
    model = _fitted(pasts, max(past.years[-1] for past in pasts.values()))
    last = max(past.last_year for past in pasts.values())
    longest = max(horizons) + max(last - past.years[-1] for past in pasts.values())
    common = np.array(_common(model, stream(seed, "the years"), draws, longest))
    errors = Pools(np, model.bands)
    passing = {h: np.zeros(draws, dtype=np.intp) for h in horizons}
    chances: dict[int, list[tuple[str, float]]] = {h: [] for h in horizons}
    for unit, past in pasts.items():
        behind = last - past.years[-1]
        years = max(horizons) + behind
        numbers = uniforms(np, seed, [f"unit {unit}"], draws * years).reshape(draws, years)
        level = np.full(draws, past.followed(model.memory)[1])
        for year in range(years):
            band = np.searchsorted(model.bounds, level, side="right")
            error = errors.picked(band, numbers[:, year])
            h = year + 1 - behind
            if h in passing:
                passes = level + common[:, year] + error >= threshold
                passing[h] += passes
                chances[h].append((unit, int(passes.sum()) / draws))
            # Of a year's change the part ``memory`` stays; the rest is gone the year after.
            level += common[:, year] + model.memory * error
    distributions = {}
    for h in horizons:
        share = Distribution.shares(np.bincount(passing[h], minlength=len(pasts) + 1).tolist())
        fields = share.points, share.weights, share.units, share.as_shares
        distributions[h] = UnitShares(*fields, tuple(chances[h]))
    return distributions


class Pools:
    """Several lists of numbers, from one of which an item is picked in each draw, with NumPy."""

    def __init__(self, np: Any, pools: Sequence[Sequence[float]]) -> None:
        self._np = np
        self._items = np.array([item for pool in pools for item in pool])
        self._sizes = np.array([len(pool) for pool in pools], dtype=np.intp)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def picked(self, which: Any, chances: Any) -> Any:
        """In each draw an item of the pool ``which``, by a number from 0 up to 1."""
        np, sizes = self._np, self._sizes.take(which)
        places = (chances * sizes).astype(np.intp)
        np.minimum(places, sizes - 1, out=places)
        places += self._starts.take(which)
        return self._items.take(places)


def _common(model: _Model, chance: Stream, draws: int, years: int) -> list[list[float]]:
    """For each draw what all scores do together in each year ahead: an ebbing drift, and a shock a year."""
    paths = []
    for _ in range(draws):
        drift = model.drift + model.unsure * chance.normal()
        paths.append([drift * EBB**year + model.shock * chance.normal() for year in range(years)])
    return paths


def _fitted(pasts: Mapping[str, Past], last: int) -> _Model:
    """How the scores moved in the recent years."""
    memory = memory_of(pasts)
    steps = [
        step for past in pasts.values() for step in past.followed(memory)[0] if step.year > last - RECENT
    ]
    years: dict[int, list[float]] = {}
    for step in steps:
        years.setdefault(step.year, []).append(step.error)
    means = {year: math.fsum(errors) / len(errors) for year, errors in years.items()}
    own = [(step.level, step.error - means[step.year]) for step in steps]
    center, scatter, chance = common_scatter(years, means, [error for _, error in own])
    shock = math.sqrt(max(0.0, scatter - chance))
    count = len(means)
    bounds, bands = _banded(own)
    return _Model(
        memory,
        center * count / (count + STILL),
        math.sqrt(scatter / count),
        shock * math.sqrt(1.0 + 2.0 / count),
        bounds,
        bands,
    )


def common_scatter(
    by_year: Mapping[int, Sequence[float]], means: Mapping[int, float], own: Sequence[float]
) -> tuple[float, float, float]:
    """The mean of the years' means, how far these scatter, and how far they would by chance alone.

    ``own`` are the errors less the mean of their year.
    """
    count = len(means)
    center = math.fsum(means.values()) / count
    if count == 1:
        # A single year does not say what was lasting in it: all of it may have been a shock.
        scatter = center * center
    else:
        scatter = math.fsum((mean - center) ** 2 for mean in means.values()) / (count - 1)
    spread = math.fsum(error * error for error in own) / max(1, len(own) - count)
    return center, scatter, spread * math.fsum(1.0 / len(each) for each in by_year.values() if each) / count


def memory_of(pasts: Mapping[str, Past]) -> float:
    """How much of a change stays, from all units together: see ``Past.memory``.

    The mean change of all units is taken out, so that a common drift does not pass for memory.
    """
    moved: dict[int, list[float]] = {}
    every = [(past.years[1:], past.steps) for past in pasts.values()]
    for years, steps in every:
        for year, step in zip(years, steps, strict=True):
            moved.setdefault(year, []).append(step)
    means = {year: math.fsum(steps) / len(steps) for year, steps in moved.items()}
    squares, turned, pairs = 0.0, 0.0, 0
    for years, steps in every:
        own = [step - means[year] for year, step in zip(years, steps, strict=True)]
        squares += math.fsum(step * step for step in own) * (len(own) - 1) / max(1, len(own))
        turned += math.fsum(one * other for one, other in pairwise(own))
        pairs += max(0, len(own) - 1)
    if pairs == 0 or squares == 0.0:
        return 1.0
    return _memory(turned / squares * pairs / (pairs + 5.0), least=0.2)


def _banded(own: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]:
    """The own parts by the score they started from: (the bounds between bands, the errors in each).

    In each band half of the mean error stays: scores near an end tend back from it, but a band's mean is
    partly luck.
    """
    ranked = sorted(own)
    count = max(1, min(MOST_BANDS, len(ranked) // BAND))
    cuts = [len(ranked) * index // count for index in range(count + 1)]
    bands = []
    for start, end in pairwise(cuts):
        errors = [error for _, error in ranked[start:end]]
        kept = math.fsum(errors) / len(errors) / 2.0
        bands.append(tuple(error - kept for error in errors))
    return tuple(ranked[cut][0] for cut in cuts[1:-1]), tuple(bands)
