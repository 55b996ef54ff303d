"""How many units will hold a recognition: exactly, year by year, with the rates integrated out.

Given its yearly rates every unit is a chain of two states: outside it is recognised at one rate, inside
it lapses at another, at most one of the two in a year. So a count is a sum of binomials, one for each
cohort of units that fare alike, and what is not known of the rates is integrated by quadrature. There
is nothing random in it: the same history gives the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import attrs

from criteria_engine.projection.counts import mixed_sums
from criteria_engine.projection.distribution import Distribution
from criteria_engine.projection.quadrature import legendre
from criteria_engine.projection.rates import Rate
from criteria_engine.projection.stepping import Step, stepwise

__all__ = ["Cohort", "all_reach", "cohorts_ahead", "cohorts_at", "counts_ahead", "kept"]


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
    have: int, outside: int, steps: Sequence[Step], entry: Rate, lapse: Rate
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
