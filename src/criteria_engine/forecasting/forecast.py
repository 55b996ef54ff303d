"""Forecasts without a plan: of a share or a score known for some years, and of units by their scores.

The methods come first, then ``share``, which picks one of them, and ``units``, which draws (``series``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.forecasting.distribution import Distribution, stream
from criteria_engine.forecasting.hazard import HALF_LIFE, RARE, Cohort, Rate, cohorts_at
from criteria_engine.forecasting.series import Past, UnitShares, drawn_ahead, read_past, weighted_fit
from criteria_engine.messages.speaker import Speaker

__all__ = [
    "Method",
    "UnitShares",
    "damped_drift",
    "hazard",
    "last_value",
    "scored",
    "share",
    "spread_out",
    "units",
]

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
    pairs = pairwise(past.values)
    for year, (before, after), gap in zip(past.years[1:], pairs, past.gaps, strict=True):
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
    years = [float(year) for year, _, _ in seen]
    points = [(year, math.log(hits / misses)) for year, (_, hits, misses) in zip(years, seen, strict=True)]
    _, _, rise, run = weighted_fit(points, weights)
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


Method = str | Callable[..., Any]
"""``"hazard"``, ``"damped"``, ``"last"``, or ``(years, values, n, horizons, rng) -> draws``."""


def share(
    years: Sequence[int],
    values: Sequence[float | None],
    n: int | None,
    horizons: Iterable[int],
    method: Method = "hazard",
    *,
    seed: int = 0,
) -> dict[int, Distribution]:
    """What is expected of a share of units, or of a score, in the years ahead.

    - ``"hazard"``: units outside are recognised and units inside lapse at yearly rates, with older years
      discounted and the spread taken from how the years differed; exact, with no random numbers. For a
      score (``n`` is None) its level and the errors of the past take the place of rates.
    - ``"damped"``: the mean change so far, ebbing, with a normal spread.
    - ``"last"``: the last value for certain, the "no change" that a forecast has to beat.
    - a function ``(years, values, n, horizons, rng) -> draws``: it is given the known years and values,
      the horizons as years ahead of the last known value and a ``random.Random``, and returns for each
      horizon a sequence of draws (a mapping by horizon, or one sequence for each in their order).

    Args:
        years: The years of the values, in any order; gaps are fine.
        values: For each year a share from 0 to 1 of ``n`` units; with ``n`` None a score on any scale.
            None is a value that is missing: it is left out, never taken for zero.
        n: How many units there are; None for a score.
        horizons: Years ahead of the last year, each at least 1.
        method: See above.
        seed: Where the random numbers of a function start; the other methods use none.

    Returns:
        For each horizon a ``Distribution``: over shares of ``n`` units, or over numbers.

    Raises:
        ValueError: Nothing is known, a year stands twice, a share is not between 0 and 1, a horizon is
            below 1, the method is unknown, or a score or a drift is asked of a single value. (One
            share of ``n`` units is enough for ``"hazard"``: what comes out is very wide.)
    """
    if len(years) != len(values):
        raise ValueError(f"{len(years)} years and {len(values)} values; each year needs a value or None")
    past = read_past(years, values)
    if n is not None:
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            raise ValueError(f"{n!r} units; a whole number of at least 1 is needed, or None for a score")
        n = n.__index__()
        wrong = next((value for value in past.values if not 0.0 <= value <= 1.0), None)
        if wrong is not None:
            raise ValueError(f"{wrong:g} is no share: shares lie between 0 and 1 (for a score let n be None)")
    asked = _horizons(horizons)
    if callable(method):
        return _drawn(method, past, n, asked, seed)
    if method == "hazard":
        return {
            h: scored(past, h + past.behind) if n is None else hazard(past, n, h + past.behind) for h in asked
        }
    way = {"damped": damped_drift, "last": last_value}.get(method)
    if way is None:
        raise ValueError(f"the method is 'hazard', 'damped', 'last' or a function, not {method!r}")
    return {h: way(past, n, h + past.behind) for h in asked}


def units(
    scores: Mapping[str, Mapping[int, float | None]],
    threshold: float,
    horizons: Iterable[int],
    seed: int = 0,
    *,
    draws: int = 1000,
) -> dict[int, UnitShares]:
    """What share of units will score at least a threshold in the years ahead, and how likely each one is to.

    Each drawn future takes every unit from its level, year by year, by a step that a unit of about its
    score made in the last six years, and by what the years do to all units together: a common shock, and
    a common drift that is shrunk towards none and ebbs. How much of a step lasts is read off how often
    steps were undone the year after, so that noise about a level does not add up over the years.

    Every unit has a random stream of its own, keyed by its name: another unit beside it changes none of
    its random numbers (though what its steps say of how scores move does count). It takes NumPy
    (``criteria-engine[fast]``).

    Args:
        scores: For each unit its scores by year, on any scale on which more is better; None is missing.
        threshold: The score from which a unit passes.
        horizons: Years ahead of the last year in which any unit has an entry, each at least 1.
        seed: Where the random numbers start.
        draws: How many futures are drawn.

    Returns:
        For each horizon a ``UnitShares``: the distribution of the share of the units that pass, with
        ``by_unit`` giving each unit's probability. Units without any score are not counted.

    Raises:
        CriteriaError: NumPy is not installed.
        ValueError: No unit has scores of two years, a score is not finite, or a horizon or ``draws`` is
            below 1.
    """
    asked = _horizons(horizons)
    if draws < 1:
        raise ValueError(f"{draws} draws; at least 1 is needed")
    known = {
        unit: read_past(by_year.keys(), by_year.values())
        for unit, by_year in scores.items()
        if any(value is not None for value in by_year.values())
    }
    if all(len(past.values) < 2 for past in known.values()):
        raise ValueError("no unit has scores of two years, so nothing says how far scores move")
    return drawn_ahead(known, float(threshold), asked, seed, draws)


def _horizons(horizons: Iterable[int]) -> list[int]:
    """Years ahead, each once, in their order."""
    asked = []
    for h in horizons:
        if isinstance(h, bool) or not hasattr(h, "__index__") or h < 1:
            raise ValueError(f"{h!r} years ahead; horizons are whole numbers from 1 on")
        asked.append(h.__index__())
    if not asked:
        raise ValueError("at least one horizon is needed")
    return list(dict.fromkeys(asked))


def _drawn(
    method: Callable[..., Any], past: Past, n: int | None, horizons: list[int], seed: int
) -> dict[int, Distribution]:
    """What a caller's own method draws, as distributions."""
    ahead = [h + past.behind for h in horizons]
    draws = method(list(past.years), list(past.values), n, ahead, stream(seed, "method"))
    rows = [draws[h] for h in ahead] if isinstance(draws, Mapping) else list(draws)
    if len(rows) != len(horizons):
        raise ValueError(f"the method drew for {len(rows)} horizons, where {len(horizons)} were asked")
    distributions = {}
    for h, row in zip(horizons, rows, strict=True):
        numbers = [float(value) for value in row]
        if n is None:
            distributions[h] = Distribution.numbers(numbers)
            continue
        weights = [0.0] * (n + 1)
        for number in numbers:
            # A draw is of a share; the nearest whole number of units stands for it.
            weights[min(n, max(0, round(number * n)))] += 1.0
        distributions[h] = Distribution.shares(weights)
    return distributions


# Fewer forecasts than this say nothing of skill.
_FEWEST = 8


@attrs.frozen
class Checked:
    """One forecast of the past beside what came."""

    crps: float
    no_change: float
    inside: bool
    brier: tuple[float, float] | None


@attrs.frozen
class Backtest:
    """What forecasts from the past would have been worth.

    Attributes:
        count: How many forecasts were compared with what came.
        crps: Their mean continuous ranked probability score, in the terms of the values; 0 is best.
        crps_no_change: The same of "no change", that is the mean absolute change.
        brier: Mean squared error of the probability of reaching the share that was asked; None if none
            was asked.
        brier_no_change: The same of "no change".
        coverage: How often the 80 % interval held what came.
        error: Standard error of the difference of both scores, series taken as independent.
    """

    count: int
    crps: float
    crps_no_change: float
    brier: float | None
    brier_no_change: float | None
    coverage: float
    error: float

    @property
    def skill(self) -> float:
        """The part of the error of "no change" that the forecasts do away with; below 0 they add to it."""
        return 1.0 - self.crps / self.crps_no_change if self.crps_no_change else 0.0

    @property
    def skilled(self) -> bool | None:
        """Whether forecasts were clearly better than "no change"; None where there are too few to say."""
        if self.count < _FEWEST:
            return None
        return self.crps_no_change - self.crps > 2.0 * self.error

    def sentence(self, lang: str = "vi") -> str:
        """What it comes to, for a reader who has to decide whether to trust the forecasts.

        Raises:
            ValueError: The language is neither ``"vi"`` nor ``"en"``.
        """
        if lang not in ("vi", "en"):
            raise ValueError(f"the languages are 'vi' and 'en', not {lang!r}")
        kind = {None: "few", True: "skill", False: "none"}[self.skilled]
        part, coverage = f"{abs(self.skill):.0%}", f"{self.coverage:.0%}"
        if kind == "none" and self.skill < 0.0 and self.crps - self.crps_no_change > 2.0 * self.error:
            kind = "worse"
        return Speaker(lang, "plans").say(f"backtest_{kind}", count=self.count, part=part, coverage=coverage)


def compared(series: Iterable[Sequence[Checked]]) -> Backtest:
    """The figures of forecasts that were checked, at least one, those of each series together."""
    groups = [group for group in series if group]
    forecasts = [each for group in groups for each in group]
    pairs = [each.brier for each in forecasts if each.brier is not None]
    differences = [(len(group), math.fsum(each.no_change - each.crps for each in group)) for group in groups]
    return Backtest(
        len(forecasts),
        _mean([each.crps for each in forecasts]),
        _mean([each.no_change for each in forecasts]),
        _mean([ours for ours, _ in pairs]) if pairs else None,
        _mean([theirs for _, theirs in pairs]) if pairs else None,
        _mean([float(each.inside) for each in forecasts]),
        _error(forecasts, differences),
    )


def checked(forecast: Distribution, value: float, last: float, bound: float | None) -> Checked:
    """A forecast beside what came, and beside the last value before it; ``bound`` is to be reached."""
    low, high = forecast.interval(0.8)
    scores = None
    if bound is not None:
        reached = float(value >= bound)
        chances = forecast.probability(at_least=bound), float(last >= bound)
        scores = (chances[0] - reached) ** 2, (chances[1] - reached) ** 2
    return Checked(forecast.crps(value), abs(value - last), low <= value <= high, scores)


def _error(forecasts: Sequence[Checked], differences: Sequence[tuple[int, float]]) -> float:
    """The standard error of the mean difference of scores, from how far series differ from each other.

    Forecasts of one series share what came, so it is the series that count as independent; with a
    single one its own forecasts have to do.
    """
    if len(differences) < 2:
        differences = [(1, each.no_change - each.crps) for each in forecasts]
    total, count = sum(size for size, _ in differences), len(differences)
    if count < 2:
        return 0.0
    mean = math.fsum(difference for _, difference in differences) / total
    squares = math.fsum((difference - size * mean) ** 2 for size, difference in differences)
    return math.sqrt(squares * count / (count - 1)) / total


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
