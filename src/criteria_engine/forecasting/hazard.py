"""How many units will hold a recognition: exactly, year by year, with the rates integrated out.

Given its yearly rates every unit is a chain of two states: outside it is recognised at one rate, inside
it lapses at another, at most one of the two in a year. So a count is a sum of binomials, one for each
cohort of units that fare alike, and what is not known of the rates is integrated by quadrature. There
is nothing random in it: the same history gives the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from criteria_engine.forecasting.distribution import (
    Distribution,
    Points,
    binomial,
    convolved,
    legendre,
    mixed_sums,
)
from criteria_engine.forecasting.rates import Rate

__all__ = [
    "Cohort",
    "YearStep",
    "all_reach",
    "cohorts_ahead",
    "cohorts_at",
    "counts_ahead",
    "kept",
    "stepwise",
]


# ---- years ahead in which only so many units can be recognised: the count, walked from year to year ---

# How far apart, in deviations of a count, are the means of numbers of units that stand for those between.
_NEAR = 0.1
# Fewer units are each taken as they are.
_MANY = 100
# Counts rarer than this beside the commonest one are let go on the way.
_CUT = 1e-6

_Run = tuple[int, list[float]]
_Runs = Callable[[int], _Run]
_States = list[tuple[int, float]]


@attrs.frozen
class YearStep:
    """One year ahead.

    Attributes:
        registered: How many of the units outside may be recognised in it; None for all of them.
        capacity: How many can be recognised at most, however many deserve it; None for no limit.
        pass_rate: The chance of those who may be; None for the rate at which units were recognised.
        factor: Multiplies that chance, for a harder or an easier rule book (it stays at most 1).
        joins: Units without the recognition that come onto the roster at the start of the year.
        joins_recognised: Units with it that come.
        leaves: Units that leave it then, whichever they are, recognised or not.
    """

    registered: int | None = None
    capacity: int | None = None
    pass_rate: float | None = None
    factor: float = 1.0
    joins: int = 0
    joins_recognised: int = 0
    leaves: int = 0

    def __attrs_post_init__(self) -> None:
        counts = (self.registered or 0, self.capacity or 0, self.joins, self.joins_recognised, self.leaves)
        if min(counts) < 0 or self.factor < 0.0:
            raise ValueError(f"{self} has a negative number")
        if self.pass_rate is not None and not 0.0 <= self.pass_rate <= 1.0:
            raise ValueError(f"a pass rate of {self.pass_rate!r}; it lies between 0 and 1")


def stepwise(
    have: int, outside: int, steps: Sequence[YearStep], entry: Rate, lapse: Rate
) -> tuple[Distribution, ...]:
    """As ``hazard.counts_ahead``, for steps of any kind: under each pair of rates year follows year."""
    years = len(steps)
    sizes = _sizes(have + outside, steps)
    # A walk under each pair of rates takes long where there are many units, so there are fewer of them.
    points = 6 if have + outside < 1000 else 4
    entries = _weighed(entry, points, years)
    lapses = _weighed(lapse, points // 2 + 1, years)
    totals = [[0.0] * (n + 1) for n in sizes]
    recognised: dict[tuple[float, int], _Run] = {}
    for q, lapse_weights in lapses:
        lapsed: dict[tuple[float, int], _Run] = {}
        for p, entry_weights in entries:
            run: _Run = (have, [1.0])
            n = have + outside
            for year, step in enumerate(steps):
                run, n = _roster(run, n, step)
                chance = p if step.pass_rate is None else step.pass_rate
                chance = min(1.0, chance * step.factor)
                gains = _remembered(recognised, chance)
                run = _year(run, n, step, chance, q, gains, _remembered(lapsed, q))
                weight = entry_weights[year] * lapse_weights[year]
                total, (first, weights) = totals[year], run
                for at, value in enumerate(weights, first):
                    total[at] += weight * value
    return tuple(Distribution.counts(total) for total in totals)


def _sizes(n: int, steps: Sequence[YearStep]) -> list[int]:
    """How many units the roster has in each year."""
    found = []
    for step in steps:
        n += step.joins + step.joins_recognised
        if step.leaves > n:
            raise ValueError(f"{step.leaves} units leave a roster of {n}")
        n -= step.leaves
        found.append(n)
    return found


def _weighed(rate: Rate, points: int, years: int) -> list[tuple[float, list[float]]]:
    """Rates to walk under, each with its weight in the average over 1, 2, … years.

    The walk is made once for all of the years, under rates picked for the widest spread of them. Over
    more years the shocks partly cancel, so each year has weights with its own mean and variance.
    """
    averages = [rate.averaged(year) for year in range(1, years + 1)]
    widest = max(averages, key=lambda average: average.deviation)
    found = widest.points(legendre(points))
    columns = [_matched(_reweighed(found, widest, average), average) for average in averages]
    return [(x, [column[at] for column in columns]) for at, (x, _) in enumerate(found)]


def _reweighed(found: Points, drawn: Rate, wanted: Rate) -> Points:
    """Points of one Beta distribution with the weights that they have in another."""
    rises, falls = wanted.alpha - drawn.alpha, wanted.beta - drawn.beta
    if len(found) == 1 or rises == falls == 0.0:
        return found
    logs = [rises * math.log(x) + falls * math.log1p(-x) for x, _ in found]
    most = max(logs)
    weights = [w * math.exp(log - most) for (_, w), log in zip(found, logs, strict=True)]
    total = math.fsum(weights)
    return tuple((x, weight / total) for (x, _), weight in zip(found, weights, strict=True))


def _matched(found: Points, rate: Rate) -> list[float]:
    """Weights at given points that have the mean and the variance of a rate.

    The given weights times exp(λ₁u + λ₂u²), u counted in deviations from the mean. Both λ are where a
    convex function is least, log Σ w·exp(λ₁u + λ₂(u² − 1)), so Newton's steps, halved where they would
    climb, lead there.
    """
    if len(found) == 1:
        return [1.0]
    places = [(x - rate.mean) / rate.deviation for x, _ in found]

    def tilted(first: float, second: float) -> tuple[float, list[float]]:
        logs = [first * u + second * (u * u - 1.0) for u in places]
        most = max(logs)
        weights = [w * math.exp(log - most) for (_, w), log in zip(found, logs, strict=True)]
        total = math.fsum(weights)
        return most + math.log(total), [w / total for w in weights]

    first = second = 0.0
    height, weights = tilted(first, second)
    for _ in range(60):
        one, two, three, four = (
            math.fsum(w * u**power for w, u in zip(weights, places, strict=True)) for power in (1, 2, 3, 4)
        )
        a, b, c = two - one * one, three - one * two, four - two * two
        det = a * c - b * b
        if abs(one) + abs(two - 1.0) < 1e-9 or det <= 1e-13 * a * c:
            break
        rise, bend = (b * (two - 1.0) - c * one) / det, (b * one - a * (two - 1.0)) / det
        size = 1.0
        while size > 1e-4:
            lower, lighter = tilted(first + size * rise, second + size * bend)
            if lower < height:
                first, second, height, weights = first + size * rise, second + size * bend, lower, lighter
                break
            size /= 2.0
        else:
            break
    return weights


def _remembered(known: dict[tuple[float, int], _Run], p: float) -> _Runs:
    """Binomial probabilities by the number of units, each worked out once."""

    def look(n: int) -> _Run:
        run = known.get((p, n))
        if run is None:
            run = known[p, n] = binomial(n, p, _CUT)
        return run

    return look


def _roster(run: _Run, n: int, step: YearStep) -> tuple[_Run, int]:
    """The count after units have come and gone; those that go are drawn from all alike."""
    first, weights = run
    first, n = first + step.joins_recognised, n + step.joins + step.joins_recognised
    gone = step.leaves
    if not gone:
        return (first, weights), n
    found = [0.0] * (n - gone + 1)
    ways = math.comb(n, gone)
    for count, weight in enumerate(weights, first):
        for held in range(max(0, gone - (n - count)), min(gone, count) + 1):
            chance = math.comb(count, held) * math.comb(n - count, gone - held) / ways
            found[count - held] += weight * chance
    return _trimmed(0, found), n - gone


def _year(run: _Run, n: int, step: YearStep, p: float, q: float, gains: _Runs, losses: _Runs) -> _Run:
    """The count a year later: some of those who hold it lapse, some of the others are recognised."""
    found = [0.0] * (n + 1)
    for (start, chances), states in _kinds(run, n, step, p, gains):
        low, left = _left(states, q, losses)
        _add(found, low + start, 1.0, convolved(left, chances))
    return _trimmed(0, found)


def _left(states: _States, q: float, losses: _Runs) -> _Run:
    """How many still hold it after lapses."""
    kinds: dict[int, _States] = {}
    for count, weight in states:
        for near, part in _near(count, q, losses):
            kinds.setdefault(near, []).append((count, weight * part))
    parts = []
    for near, those in kinds.items():
        weights = [0.0] * (those[-1][0] - those[0][0] + 1)
        for count, weight in those:
            weights[count - those[0][0]] = weight
        fewest, losing = losses(near)
        parts.append((those[0][0] - fewest - len(losing) + 1, convolved(weights, losing[::-1])))
    low = min(first for first, _ in parts)
    total = [0.0] * (max(first + len(chances) for first, chances in parts) - low)
    for first, chances in parts:
        _add(total, first - low, 1.0, chances)
    return low, total


def _kinds(run: _Run, n: int, step: YearStep, p: float, gains: _Runs) -> Iterable[tuple[_Run, _States]]:
    """What may be gained, with the counts after which it may be, each with its weight."""
    first, weights = run
    kinds: dict[int, tuple[_Run, _States]] = {}
    for count, weight in enumerate(weights, first):
        trying = n - count if step.registered is None else min(step.registered, n - count)
        gained = _capped(gains(trying), step.capacity)
        if step.capacity is not None and gained[0] == step.capacity:
            kinds.setdefault(-1, (gained, []))[1].append((count, weight))
            continue
        for near, part in _near(trying, p, gains):
            kind = kinds.setdefault(near, (_capped(gains(near), step.capacity), []))
            kind[1].append((count, weight * part))
    return kinds.values()


def _near(units: int, p: float, runs: _Runs) -> Sequence[tuple[int, float]]:
    """Numbers of units whose binomial counts, mixed, stand for that of a number between them.

    A mixture of two binomial counts has the mean of the one between them; its variance is too large by
    at most a quarter of the square of the difference of their means, here a four-hundredth.
    """
    width = int(_NEAR * math.sqrt(units * (1.0 - p) / p)) if units >= _MANY and 0.0 < p < 1.0 else 1
    below = units % width if width > 1 else 0
    if not below:
        return ((units, 1.0),)
    upper = units - below + width
    first, chances = runs(upper)
    if first + len(chances) - 1 > units:
        # Of more units than there are more could be counted.
        return ((units, 1.0),)
    return ((units - below, 1.0 - below / width), (upper, below / width))


def _add(total: list[float], at: int, weight: float, chances: list[float]) -> None:
    """Add a weighted run of chances to a list from a place on."""
    end = at + len(chances)
    total[at:end] = [sum_ + weight * chance for sum_, chance in zip(total[at:end], chances, strict=True)]


def _capped(run: _Run, capacity: int | None) -> _Run:
    """A count that is cut off at a limit: what lies above falls on the limit."""
    first, weights = run
    if capacity is None or first + len(weights) - 1 <= capacity:
        return run
    if first >= capacity:
        return capacity, [1.0]
    inside = capacity - first
    return first, [*weights[:inside], math.fsum(weights[inside:])]


def _trimmed(first: int, weights: list[float]) -> _Run:
    """Without the rare counts at either end, and adding up to 1 again."""
    least = max(weights) * _CUT
    low, high = 0, len(weights)
    while weights[low] <= least:
        low += 1
    while weights[high - 1] <= least:
        high -= 1
    total = math.fsum(weights[low:high])
    return first + low, [value / total for value in weights[low:high]]


@attrs.frozen
class Cohort:
    """Units that fare alike.

    Attributes:
        size: How many they are.
        recognised: Whether they hold the recognition when they join.
        chances: For each year ahead how likely one that is outside is recognised: None for the common
            rate, a number for an own pass rate, 0 where it is not registered and the plan allows no
            other way. None for the whole: the common rate every year.
        factor: Multiplies its chance of recognition in every year (which stays at most 1).
        joins: The year ahead at whose start they come onto the roster; 0 if they are on it today.
        leaves: The year ahead at whose start they leave it; None if they stay.
    """

    size: int
    recognised: bool = False
    chances: tuple[float | None, ...] | None = None
    factor: float = 1.0
    joins: int = 0
    leaves: int | None = None

    def present(self, year: int) -> bool:
        """Whether they are on the roster at the end of a year ahead."""
        return self.joins <= year and (self.leaves is None or year < self.leaves)


def counts_ahead(
    have: int, outside: int, steps: Sequence[YearStep], entry: Rate, lapse: Rate
) -> tuple[Distribution, ...]:
    """The number of recognised units at the end of each year ahead.

    Args:
        have: How many units hold the recognition today.
        outside: How many do not.
        steps: One for each year ahead; ``Step()`` is a year in which every unit outside may be
            recognised and the roster stays.
        entry: The rate at which units outside are recognised.
        lapse: The rate at which recognised units lapse.

    Returns:
        For each step a distribution over counts of the units that are on the roster then.

    Raises:
        ValueError: A number of units is negative, or a step takes more units than there are.
    """
    if have < 0 or outside < 0:
        raise ValueError(f"{have} units recognised and {outside} outside; neither can be negative")
    if any(step.registered is not None or step.capacity is not None or step.leaves for step in steps):
        return stepwise(have, outside, steps, entry, lapse)
    chances = tuple(step.pass_rate for step in steps)
    cohorts = [Cohort(have, recognised=True, chances=chances), Cohort(outside, chances=chances)]
    for year, step in enumerate(steps, 1):
        cohorts.append(Cohort(step.joins, chances=chances, joins=year))
        cohorts.append(Cohort(step.joins_recognised, recognised=True, chances=chances, joins=year))
    return cohorts_ahead(cohorts, len(steps), entry, lapse, [step.factor for step in steps])


def cohorts_ahead(
    cohorts: Sequence[Cohort], years: int, entry: Rate, lapse: Rate, factors: Sequence[float] = ()
) -> tuple[Distribution, ...]:
    """The number of recognised units among cohorts at the end of each of some years ahead.

    Args:
        cohorts: The units, those that fare alike together.
        years: How many years ahead.
        entry: The common rate at which units outside are recognised.
        lapse: The rate at which recognised units lapse.
        factors: For each year ahead what multiplies all chances of recognition; 1 where it says nothing.

    Returns:
        For each year a distribution over counts of the units that are on the roster then.

    Raises:
        ValueError: A cohort has a negative size or tells the chances of too few years.
    """
    return tuple(cohorts_at(cohorts, year, entry, lapse, factors) for year in range(1, years + 1))


def cohorts_at(
    cohorts: Sequence[Cohort], year: int, entry: Rate, lapse: Rate, factors: Sequence[float] = ()
) -> Distribution:
    """The number of recognised units among cohorts at the end of one year ahead, as ``cohorts_ahead``."""
    here = [cohort for cohort in _merged(cohorts, year) if cohort.present(year)]
    n = sum(cohort.size for cohort in here)
    mixture = (
        (weight, [(cohort.size, _chance(cohort, year, p, q, factors)) for cohort in here])
        for weight, p, q in _rates(here, year, entry, lapse, factors)
    )
    return Distribution.counts(mixed_sums(n, mixture))


def all_reach(
    needs: Sequence[tuple[Sequence[Cohort], int]],
    year: int,
    entry: Rate,
    lapse: Rate,
    factors: Sequence[float] = (),
) -> float:
    """How likely every one of several areas has at least so many recognised units in a year ahead.

    The areas share the rates, so that a good year is good for all of them; given the rates they are
    independent.

    Args:
        needs: For each area its cohorts and the number that is needed.
        year: The year ahead, from 1.
        entry: The common rate at which units outside are recognised.
        lapse: The rate at which recognised units lapse.
        factors: As in ``cohorts_ahead``.
    """
    areas = [
        ([cohort for cohort in _merged(cohorts, year) if cohort.present(year)], need)
        for cohorts, need in needs
    ]
    everyone = [cohort for cohorts, _ in areas for cohort in cohorts]
    total = 0.0
    for weight, p, q in _rates(everyone, year, entry, lapse, factors):
        chance = weight
        for cohorts, need in areas:
            blocks = [(cohort.size, _chance(cohort, year, p, q, factors)) for cohort in cohorts]
            chances = mixed_sums(sum(size for size, _ in blocks), [(1.0, blocks)])
            chance *= min(1.0, math.fsum(chances[max(need, 0) :]))
            if chance < 1e-15:
                break
        total += chance
    return total


def kept(units: int, years: int, lapse: Rate) -> float:
    """How likely none of some recognised units lapses in so many years: the mean of (1 − l)^(units·years)."""
    rule = legendre(24)
    return math.fsum(w * (1.0 - rate) ** (units * years) for rate, w in lapse.averaged(years).points(rule))


def _merged(cohorts: Sequence[Cohort], years: int) -> list[Cohort]:
    """Cohorts that fare alike as one."""
    sizes: dict[Cohort, int] = {}
    for cohort in cohorts:
        if cohort.size < 0 or not cohort.factor >= 0.0:
            raise ValueError(f"a cohort of {cohort.size} units with the factor {cohort.factor!r}")
        if cohort.chances is not None and len(cohort.chances) < years:
            raise ValueError(f"chances for {len(cohort.chances)} years, where {years} are asked")
        kind = attrs.evolve(cohort, size=0)
        sizes[kind] = sizes.get(kind, 0) + cohort.size
    return [attrs.evolve(kind, size=size) for kind, size in sizes.items() if size]


def _factor(factors: Sequence[float], year: int) -> float:
    return factors[year - 1] if year <= len(factors) else 1.0


def _chance(cohort: Cohort, until: int, entry: float, lapse: float, factors: Sequence[float]) -> float:
    """How likely a unit of a cohort is recognised at the end of a year ahead, given both rates."""
    state = 1.0 if cohort.recognised else 0.0
    start = max(cohort.joins, 1)
    if cohort.chances is None and not factors and entry * cohort.factor + lapse > 0.0:
        # The same every year: from where it starts it nears the balance of both rates.
        chance = min(1.0, entry * cohort.factor)
        balance = chance / (chance + lapse)
        return balance + (state - balance) * (1.0 - chance - lapse) ** max(0, until + 1 - start)
    for year in range(start, until + 1):
        own = cohort.chances[year - 1] if cohort.chances is not None else None
        chance = min(1.0, (entry if own is None else own) * cohort.factor * _factor(factors, year))
        state = state * (1.0 - lapse) + (1.0 - state) * chance
    return state


def _rates(
    cohorts: Sequence[Cohort], year: int, entry: Rate, lapse: Rate, factors: Sequence[float]
) -> Iterator[tuple[float, float, float]]:
    """Pairs of both rates over the years up to one, each with its weight.

    The counts under neighbouring rates must run into each other, so the more units the more rates.
    """
    open_years = sum(
        any(cohort.chances is None or cohort.chances[at] is None for cohort in cohorts)
        and _factor(factors, at + 1) > 0.0
        for at in range(year)
    )
    recognition = entry.averaged(open_years) if open_years else Rate.fixed(0.0)
    lapsing = lapse.averaged(year)

    def expected(p: float, q: float) -> tuple[float, float]:
        chances = [(cohort.size, _chance(cohort, year, p, q, factors)) for cohort in cohorts]
        mean = math.fsum(size * chance for size, chance in chances)
        # a chance may pass 0 or 1 by a rounding
        return mean, math.sqrt(
            max(0.0, math.fsum(size * chance * (1.0 - chance) for size, chance in chances))
        )

    p, q = recognition.mean, lapsing.mean
    mean, deviation = expected(p, q)
    # How far one deviation of a rate moves the count, beside how far the count scatters anyway.
    moves = abs(expected(min(1.0, p + recognition.deviation), q)[0] - mean) / (deviation + 0.5)
    loses = abs(expected(p, min(1.0, q + lapsing.deviation))[0] - mean) / (deviation + 0.5)
    # Where there are few units more points cost next to nothing.
    spare = 6 if sum(cohort.size for cohort in cohorts) < 150 else 2
    fine, coarse = (min(32, math.ceil(5.0 * ratio) + spare) for ratio in (moves, loses))
    if min(fine, coarse) > 12:
        # The rates of one kind fill the gaps between those of the other.
        fine, coarse = (
            max(6, points // 2) if points == max(fine, coarse) else 6 for points in (fine, coarse)
        )
    recognitions = recognition.points(legendre(fine))
    for q, v in lapsing.points(legendre(coarse)):
        for p, w in recognitions:
            if v * w > 1e-12:
                yield v * w, p, q
