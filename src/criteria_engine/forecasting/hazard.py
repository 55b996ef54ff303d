"""How many units will hold a recognition: exactly, year by year, with the rates integrated out.

Given its yearly rates every unit is a chain of two states: outside it is recognised at one rate, inside
it lapses at another, at most one of the two in a year. So a count is a sum of binomials, one for each
cohort of units that fare alike (``cohorts_at``). Where only so many can be recognised in a year, the
count is walked from year to year instead (``stepwise``). What is not known of the rates is integrated by
quadrature. Nothing is random: the same history gives the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import attrs

from criteria_engine.forecasting import distribution

HALF_LIFE = 2.5
"""Years after which a period counts half as much as the last one."""

RARE = (0.5, 9.5)
"""What is put in before a lapse was seen: half a lapse in ten unit-years, a mean of 5 % a year.

Jeffreys' Beta(½, ½) weighs as much as one unit-year and has its mean at a half, so that after a single
unit that kept its title it would expect every fourth to lapse in a year. A title is not lost by default,
as it is not won by default; so the device is the same as for recognitions, and what is put in differs.
"""

# Measured over panels of many kinds (tests/test_calibration.py): single years stray this far from the
# lasting rate (a standard deviation on the logit scale) even where the few that are known happen to
# agree, which counts as much as so many periods; the lasting rate itself walks this far in a year; and
# a spread that is estimated from k periods is wider by one part in so many of k.
_USUAL_SHOCK = 0.4
_USUAL_WEIGHT = 4.0
_WALK = 0.18
_UNSURE = 1.0
# Beyond this part of p (1 − p) a rate would be little but nought or one.
_WIDEST = 0.8


@attrs.frozen
class Rate:
    """What is known of a yearly rate: Beta(``alpha``, ``beta``), and how far single years stray.

    ``spread`` is the variance of one year's rate about the lasting one as a part of p (1 − p), ``walk``
    that by which the lasting rate itself moves in a year, and ``doubt`` multiplies all of that, because
    it was estimated from a few periods. Where the rate is known it is ``exact``, and the rest is not used.
    """

    alpha: float
    beta: float
    spread: float = 0.0
    walk: float = 0.0
    doubt: float = 1.0
    exact: float | None = None

    @classmethod
    def fixed(cls, p: float) -> Rate:
        """A rate that is known, each year the same; raises ``ValueError`` unless it is between 0 and 1."""
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"{p!r} is no rate; a number between 0 and 1 is needed")
        return cls(p, 1.0 - p, exact=float(p))

    @classmethod
    def posterior(
        cls,
        trials: Mapping[int, tuple[float, float]],
        *,
        half_life: float = HALF_LIFE,
        as_of: int | None = None,
        prior: tuple[float, float] = (0.5, 0.5),
    ) -> Rate:
        """The rate after what was seen: Beta(x + ½, n − x + ½) with older periods discounted.

        A period that lies a years back counts 2^(−a/half_life) times. Where periods differ by more than
        chance allows, that is where Pearson's χ²/(k − 1) over the k periods is above 1, the counts are
        divided by it, and single years ahead stray as the years behind did. With no period at all this
        is Jeffreys' Beta(½, ½).

        Beyond that the rate of the years ahead is not quite that of the years behind: it walks, and
        what a few periods say about spreads is unsure itself. Both widen what is expected; how far was
        measured on panels of many kinds.

        ``trials`` are successes and trials by year; ages are counted from ``as_of``, by default the last
        year; ``prior`` are successes and failures put in before anything was seen. Raises ``ValueError``
        for more successes than trials, a negative number, and a half-life that is not above 0.
        """
        if not half_life > 0.0:
            raise ValueError(f"a half-life of {half_life!r} years; it must be above 0")
        for year, (successes, size) in trials.items():
            if not 0.0 <= successes <= size < math.inf:
                raise ValueError(f"{year}: {successes} of {size} is no count of successes")
        last = max(trials, default=0) if as_of is None else as_of
        faded = {year: 0.5 ** (max(0, last - year) / half_life) for year in trials}
        hits = math.fsum(faded[year] * successes for year, (successes, _) in trials.items())
        size = math.fsum(faded[year] * size for year, (_, size) in trials.items())
        factor, spread = dispersion(trials)
        alpha, beta = hits / factor + prior[0], (size - hits) / factor + prior[1]
        mean = alpha / (alpha + beta)
        periods = max(1, sum(size > 0.0 for _, size in trials.values()))
        return cls(alpha, beta, spread, _WALK**2 * mean * (1.0 - mean), 1.0 + _UNSURE / periods)

    @property
    def mean(self) -> float:
        """The expected yearly rate."""
        return self.alpha / (self.alpha + self.beta) if self.exact is None else self.exact

    @property
    def deviation(self) -> float:
        """The standard deviation of the Beta distribution."""
        mean = self.mean
        return math.sqrt(mean * (1.0 - mean) / (self.alpha + self.beta + 1.0)) if self.exact is None else 0.0

    def averaged(self, years: float) -> Rate:
        """The average rate over some years ahead: the lasting rate, its walk, and the shocks of the years.

        The shocks of single years partly cancel, so their variance is divided by the number of years h;
        that of the average of a walk grows as (h + 1)(2h + 1)/6h.
        """
        if self.exact is not None:
            return self
        h = max(years, 1.0)
        more = self.spread / h + self.walk * (h + 1.0) * (2.0 * h + 1.0) / (6.0 * h)
        variance = self.doubt * (1.0 / (self.alpha + self.beta + 1.0) + more)
        if variance == 1.0 / (self.alpha + self.beta + 1.0):
            return self
        size, mean = 1.0 / min(variance, _WIDEST) - 1.0, self.mean
        return attrs.evolve(self, alpha=mean * size, beta=(1.0 - mean) * size)

    def doubted(self, factor: float) -> Rate:
        """The same, but more or less sure: all that is unknown of it multiplied."""
        return attrs.evolve(self, doubt=self.doubt * factor)

    def tilted(self, shift: float) -> Rate:
        """The rate with its odds multiplied by e^shift, as sure as before."""
        if self.exact is not None or shift == 0.0:
            return self
        odds = self.alpha / self.beta * math.exp(shift)
        mean, size = odds / (1.0 + odds), self.alpha + self.beta
        return attrs.evolve(self, alpha=mean * size, beta=(1.0 - mean) * size)

    def points(self, rule: distribution.Points) -> distribution.Points:
        """Rates to look at, each with its weight: a quadrature over the Beta distribution."""
        if self.exact is not None:
            return ((self.exact, 1.0),)
        return distribution.beta_points(self.alpha, self.beta, rule)


def dispersion(trials: Mapping[int, tuple[float, float]]) -> tuple[float, float]:
    """How much more the periods differ than chance allows: (factor for the counts, spread of the rate).

    The factor is Pearson's χ²/(k − 1), at least 1, where k periods had trials. The spread is the part of
    p (1 − p) by which the rate of a single year varies: (factor − 1)/(mean trials − 1), drawn towards
    what years usually differ by, since a handful of periods says little about it.
    """
    periods = [(x, n) for x, n in trials.values() if n > 0.0]
    size = math.fsum(n for _, n in periods)
    if not periods or size <= 0.0:
        return 1.0, 0.0
    pooled = (math.fsum(x for x, _ in periods) + 0.5) / (size + 1.0)
    usual = _USUAL_SHOCK**2 * pooled * (1.0 - pooled)
    chi_square = math.fsum((x - n * pooled) ** 2 / (n * pooled * (1.0 - pooled)) for x, n in periods)
    freedom = len(periods) - 1
    factor = max(1.0, chi_square / freedom) if freedom else 1.0
    mean_size = size / len(periods)
    spread = min((factor - 1.0) / (mean_size - 1.0), 0.9) if mean_size > 1.0 else 0.0
    return factor, (freedom * spread + _USUAL_WEIGHT * usual) / (freedom + _USUAL_WEIGHT)


@attrs.frozen
class Cohort:
    """So many units that fare alike, and whether they hold the recognition today.

    ``chances`` say for each year ahead how likely one that is outside is recognised: None for the common
    rate, a number for an own pass rate, 0 where it is not registered and the plan allows no other way.
    Without them it is the common rate every year. ``factor`` multiplies the chance in every year (which
    stays at most 1).
    """

    size: int
    recognised: bool = False
    chances: tuple[float | None, ...] | None = None
    factor: float = 1.0


def cohorts_at(
    cohorts: Sequence[Cohort], year: int, entry: Rate, lapse: Rate, factors: Sequence[float] = ()
) -> distribution.Distribution:
    """The number of recognised units among cohorts at the end of one year ahead, from 1.

    Units outside are recognised at the common rate ``entry``, recognised ones lapse at ``lapse``;
    ``factors`` multiply all chances of recognition, by year ahead (1 where they say nothing). Raises
    ``ValueError`` where a cohort has a negative size or the chances of too few years.
    """
    here = _merged(cohorts, year)
    n = sum(cohort.size for cohort in here)
    mixture = (
        (weight, [(cohort.size, _chance(cohort, year, p, q, factors)) for cohort in here])
        for weight, p, q in _rates(here, year, entry, lapse, factors)
    )
    return distribution.Distribution.counts(distribution.mixed_sums(n, mixture))


def all_reach(
    needs: Sequence[tuple[Sequence[Cohort], int]],
    year: int,
    entry: Rate,
    lapse: Rate,
    factors: Sequence[float] = (),
) -> float:
    """How likely every one of several areas has as many recognised units as it needs in a year ahead.

    ``needs`` are the cohorts and the number needed, by area; the rest is as in ``cohorts_at``. The areas
    share the rates, so that a good year is good for all of them; given the rates they are independent.
    """
    areas = [(_merged(cohorts, year), need) for cohorts, need in needs]
    everyone = [cohort for cohorts, _ in areas for cohort in cohorts]
    total = 0.0
    for weight, p, q in _rates(everyone, year, entry, lapse, factors):
        chance = weight
        for cohorts, need in areas:
            blocks = [(cohort.size, _chance(cohort, year, p, q, factors)) for cohort in cohorts]
            chances = distribution.mixed_sums(sum(size for size, _ in blocks), [(1.0, blocks)])
            chance *= min(1.0, math.fsum(chances[max(need, 0) :]))
            if chance < 1e-15:
                break
        total += chance
    return total


def kept(units: int, years: int, lapse: Rate) -> float:
    """How likely none of some recognised units lapses in so many years: the mean of (1 − l)^(units·years)."""
    rule = distribution.legendre(24)
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
    for year in range(1, until + 1):
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
    recognitions = recognition.points(distribution.legendre(fine))
    for q, v in lapsing.points(distribution.legendre(coarse)):
        for p, w in recognitions:
            if v * w > 1e-12:
                yield v * w, p, q


# Counts rarer than this beside the commonest one are let go on the way.
_CUT = 1e-6

_Run = tuple[int, list[float]]
_Runs = Callable[[int, float], _Run]


@attrs.frozen
class YearStep:
    """One year ahead.

    ``registered`` units of those outside may be recognised in it (None: all), at most ``capacity`` of
    them (None: no limit), with the chance ``pass_rate`` (None: the rate at which units were recognised)
    times ``factor``, for a harder or an easier rule book (at most 1).
    """

    registered: int | None = None
    capacity: int | None = None
    pass_rate: float | None = None
    factor: float = 1.0

    def __attrs_post_init__(self) -> None:
        if min(self.registered or 0, self.capacity or 0, self.factor) < 0:
            raise ValueError(f"{self} has a negative number")
        if self.pass_rate is not None and not 0.0 <= self.pass_rate <= 1.0:
            raise ValueError(f"a pass rate of {self.pass_rate!r}; it lies between 0 and 1")


def stepwise(
    have: int, outside: int, steps: Sequence[YearStep], entry: Rate, lapse: Rate
) -> tuple[distribution.Distribution, ...]:
    """The number of recognised units at the end of each year ahead, for units that are all alike.

    ``have`` units hold the recognition today, and so many are ``outside``; under each pair of rates year
    follows year. Raises ``ValueError`` for a negative number of units.
    """
    if have < 0 or outside < 0:
        raise ValueError(f"{have} units recognised and {outside} outside; neither can be negative")
    n, years = have + outside, len(steps)
    # A walk under each pair of rates takes long where there are many units, so there are fewer of them.
    points = 6 if n < 1000 else 4
    totals = [[0.0] * (n + 1) for _ in steps]
    for q, lapse_weights in _weighed(lapse, points // 2 + 1, years):
        runs = cache(lambda size, chance: distribution.binomial(size, chance, _CUT))
        for p, entry_weights in _weighed(entry, points, years):
            run: _Run = (have, [1.0])
            for year, step in enumerate(steps):
                chance = min(1.0, (p if step.pass_rate is None else step.pass_rate) * step.factor)
                run = _year_later(run, n, step, chance, q, runs)
                weight = entry_weights[year] * lapse_weights[year]
                _add(totals[year], run[0], weight, run[1])
    return tuple(distribution.Distribution.counts(total) for total in totals)


def _weighed(rate: Rate, points: int, years: int) -> list[tuple[float, list[float]]]:
    """Rates to walk under, each with its weight in the average over 1, 2, … years.

    The walk is made once for all of the years, under rates picked for the widest spread of them. Over
    more years the shocks partly cancel, so each year has weights with its own mean and variance.
    """
    averages = [rate.averaged(year) for year in range(1, years + 1)]
    widest = max(averages, key=lambda average: average.deviation)
    places = widest.points(distribution.legendre(points))
    columns = [_matched(_reweighed(places, widest, average), average) for average in averages]
    return [(x, [column[at] for column in columns]) for at, (x, _) in enumerate(places)]


def _reweighed(points: distribution.Points, drawn: Rate, wanted: Rate) -> distribution.Points:
    """Points of one Beta distribution with the weights that they have in another."""
    rises, falls = wanted.alpha - drawn.alpha, wanted.beta - drawn.beta
    if len(points) == 1 or rises == falls == 0.0:
        return points
    _, weights = _tilted(points, [rises * math.log(x) + falls * math.log1p(-x) for x, _ in points])
    return tuple((x, weight) for (x, _), weight in zip(points, weights, strict=True))


def _tilted(points: distribution.Points, logs: Sequence[float]) -> tuple[float, list[float]]:
    """Weights times e^log that add up to 1 again, and the logarithm of what they added up to."""
    most = max(logs)
    weights = [w * math.exp(log - most) for (_, w), log in zip(points, logs, strict=True)]
    total = math.fsum(weights)
    return most + math.log(total), [weight / total for weight in weights]


def _matched(points: distribution.Points, rate: Rate) -> list[float]:
    """Weights at given points that have the mean and the variance of a rate.

    The given weights times exp(λ₁u + λ₂u²), u counted in deviations from the mean. Both λ are where a
    convex function is least, log Σ w·exp(λ₁u + λ₂(u² − 1)), so Newton's steps, halved where they would
    climb, lead there.
    """
    if len(points) == 1:
        return [1.0]
    places = [(x - rate.mean) / rate.deviation for x, _ in points]

    def tilted(first: float, second: float) -> tuple[float, list[float]]:
        return _tilted(points, [first * u + second * (u * u - 1.0) for u in places])

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


def _year_later(run: _Run, n: int, step: YearStep, p: float, q: float, runs: _Runs) -> _Run:
    """The count a year later: some of those who hold it lapse, some of the others are recognised."""
    np = distribution.numpy_for(n)
    first, weights = run
    # Counts that leave as many units to be recognised are taken together.
    by_trying: dict[int, list[tuple[int, float]]] = {}
    for count, weight in enumerate(weights, first):
        trying = n - count if step.registered is None else min(step.registered, n - count)
        by_trying.setdefault(trying, []).append((count, weight))
    total = [0.0] * (n + 1)
    for trying, counts in by_trying.items():
        low, kept = _after_lapses(counts, q, runs)
        fewest, gained = _capped(runs(trying, p), step.capacity)
        _add(total, low + fewest, 1.0, distribution.convolved(kept, gained, np))
    return _trimmed(total)


def _after_lapses(counts: Sequence[tuple[int, float]], q: float, runs: _Runs) -> _Run:
    """How many still hold it after lapses, from counts with their weights."""
    parts = []
    for count, weight in counts:
        fewest, losing = runs(count, q)
        parts.append((count - fewest - len(losing) + 1, weight, losing[::-1]))
    low = min(first for first, _, _ in parts)
    total = [0.0] * (max(first + len(chances) for first, _, chances in parts) - low)
    for first, weight, chances in parts:
        _add(total, first - low, weight, chances)
    return low, total


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


def _trimmed(weights: list[float]) -> _Run:
    """Without the rare counts at either end, and adding up to 1 again."""
    least = max(weights) * _CUT
    low, high = 0, len(weights)
    while weights[low] <= least:
        low += 1
    while weights[high - 1] <= least:
        high -= 1
    total = math.fsum(weights[low:high])
    return low, [value / total for value in weights[low:high]]
