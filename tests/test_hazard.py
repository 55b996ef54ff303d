"""Counts in the years ahead: laws of the exact model, and the model beside drawn futures."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.forecasting.hazard import (
    Cohort,
    Rate,
    YearStep,
    all_reach,
    cohorts_at,
    dispersion,
    kept,
    stepwise,
)

UNITS = st.integers(0, 25)
KNOWN = st.builds(Rate.fixed, st.floats(0, 1))
OPEN = st.builds(Rate, st.floats(0.3, 20), st.floats(0.3, 60), st.floats(0, 0.2), st.floats(0, 0.02))
RATES = KNOWN | OPEN
NEVER = Rate.fixed(0.0)
STEPS = st.builds(
    YearStep,
    registered=st.none() | st.integers(0, 12),
    capacity=st.none() | st.integers(0, 8),
    pass_rate=st.none() | st.floats(0, 1),
    factor=st.sampled_from([1.0, 0.5, 1.5]),
)
few = settings(max_examples=40)


def tail(found: Distribution, least: int) -> float:
    """The probability of at least so many units."""
    return found.probability(at_least=least) if least > 0 else 1.0


def cohorts_ahead(
    cohorts: list[Cohort], years: int, entry: Rate, lapse: Rate, factors: tuple[float, ...] | list[float] = ()
) -> list[Distribution]:
    """The count at the end of each of some years ahead."""
    return [cohorts_at(cohorts, year, entry, lapse, factors) for year in range(1, years + 1)]


def counts_ahead(
    have: int, outside: int, steps: list[YearStep], entry: Rate, lapse: Rate
) -> Sequence[Distribution]:
    """The count of units that are all alike: by cohorts, or step by step where only so many can pass."""
    if any(step.registered is not None or step.capacity is not None for step in steps):
        return stepwise(have, outside, steps, entry, lapse)
    chances = tuple(step.pass_rate for step in steps)
    cohorts = [Cohort(have, recognised=True, chances=chances), Cohort(outside, chances=chances)]
    return cohorts_ahead(cohorts, len(steps), entry, lapse, [step.factor for step in steps])


class TestRate:
    """What is known of a yearly rate."""

    def test_posterior_by_hand(self) -> None:
        """One year: 3 of 10. Two years, the older discounted: 2^(−1/2.5) of it."""
        once = Rate.posterior({2024: (3, 10)})
        assert (once.alpha, once.beta) == (3.5, 7.5)
        faded = 0.5 ** (1 / 2.5)
        twice = Rate.posterior({2023: (1, 10), 2024: (1, 10)})
        assert twice.alpha == pytest.approx(1 + faded + 0.5)
        assert twice.beta == pytest.approx(9 * (1 + faded) + 0.5)
        older = Rate.posterior({2023: (1, 10)}, as_of=2024)
        assert older.alpha == pytest.approx(faded + 0.5)
        assert Rate.posterior({}).mean == 0.5

    def test_dispersion_by_hand(self) -> None:
        """Ten of twenty and none of twenty: pooled 10.5/41, so χ² is what it is, over one degree."""
        pooled = 10.5 / 41
        chi = ((10 - 20 * pooled) ** 2 + (20 * pooled) ** 2) / (20 * pooled * (1 - pooled))
        factor, spread = dispersion({2023: (10, 20), 2024: (0, 20)})
        assert factor == pytest.approx(chi)
        assert spread > 0
        assert dispersion({2023: (5, 20), 2024: (5, 20)})[0] == 1.0
        assert dispersion({2024: (5, 20)})[0] == 1.0

    @given(
        st.dictionaries(
            st.integers(2000, 2024), st.tuples(st.integers(0, 30), st.integers(30, 60)), max_size=8
        )
    )
    def test_where_years_differ_less_is_known(self, trials: dict[int, tuple[int, int]]) -> None:
        rate = Rate.posterior(trials)
        factor, _ = dispersion(trials)
        assert factor >= 1.0
        assert 0 < rate.mean < 1
        wide = rate.averaged(1)
        assert wide.mean == pytest.approx(rate.mean)
        assert wide.deviation >= rate.deviation * 0.999

    @pytest.mark.parametrize(
        ("trials", "said"),
        [
            ({2024: (3, 2)}, "count of successes"),
            ({2024: (-1, 2)}, "count of successes"),
            ({2024: (1, math.inf)}, "count"),
        ],
    )
    def test_unsound_trials(self, trials: dict[int, tuple[float, float]], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            Rate.posterior(trials)
        with pytest.raises(ValueError, match="half-life"):
            Rate.posterior({}, half_life=0)
        with pytest.raises(ValueError, match="rate"):
            Rate.fixed(1.1)


class TestCounts:
    """Counts ahead, whichever way they are worked out."""

    def test_by_hand(self) -> None:
        """Two units outside, each recognised with ½ a year."""
        one, two = counts_ahead(0, 2, [YearStep(), YearStep()], Rate.fixed(0.5), NEVER)
        assert one.weights == pytest.approx((0.25, 0.5, 0.25))
        assert two.weights == pytest.approx((1 / 16, 6 / 16, 9 / 16))

    def test_registered_by_hand(self) -> None:
        """One of two is registered each year; the one who fails may be registered again."""
        one, two = counts_ahead(0, 2, [YearStep(registered=1)] * 2, Rate.fixed(0.5), NEVER)
        assert one.weights == pytest.approx((0.5, 0.5))
        assert two.weights == pytest.approx((0.25, 0.5, 0.25))

    def test_capacity_by_hand(self) -> None:
        one, two = counts_ahead(0, 2, [YearStep(capacity=1)] * 2, Rate.fixed(0.5), NEVER)
        assert one.weights == pytest.approx((0.25, 0.75))
        assert two.weights == pytest.approx((1 / 16, 3 / 16 + 3 / 8, 3 / 8))

    @few
    @given(UNITS, UNITS, st.lists(STEPS, min_size=1, max_size=4), RATES, RATES)
    def test_they_are_probabilities(
        self, have: int, outside: int, steps: list[YearStep], entry: Rate, lapse: Rate
    ) -> None:
        """They add up to 1 and lie between 0 and the number of units."""
        n = have + outside
        for found in counts_ahead(have, outside, steps, entry, lapse):
            assert found.units == n
            assert math.fsum(found.weights) == pytest.approx(1.0)
            assert 0 <= found.points[0] <= found.points[-1] <= n
            assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes

    @few
    @given(UNITS, UNITS, st.lists(STEPS, min_size=2, max_size=4), RATES)
    def test_nothing_is_lost_without_lapses(
        self, have: int, outside: int, steps: list[YearStep], entry: Rate
    ) -> None:
        """With no lapse the count never falls: year after year at least as many are as likely."""
        counts = counts_ahead(have, outside, steps, Rate.fixed(entry.mean), NEVER)
        assert counts[0].points[0] >= have
        for before, after in pairwise(counts):
            assert after.points[0] >= before.points[0]
            for least in range(have, have + outside + 1):
                assert tail(after, least) >= tail(before, least) - 1e-6

    @few
    @given(UNITS, st.integers(1, 20), st.integers(0, 10), st.integers(0, 10), RATES, st.floats(0, 1))
    def test_more_registrations_never_hurt(
        self, have: int, outside: int, few_: int, more: int, entry: Rate, part: float
    ) -> None:
        lapse = NEVER if entry.exact is None else Rate.fixed(part * (1 - entry.exact))
        some = counts_ahead(have, outside, [YearStep(registered=few_)] * 2, entry, lapse)
        most = counts_ahead(have, outside, [YearStep(registered=few_ + more)] * 2, entry, lapse)
        for one, other in zip(some, most, strict=True):
            for least in range(have + outside + 1):
                assert tail(other, least) >= tail(one, least) - 1e-6

    @few
    @given(UNITS, UNITS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
    def test_better_rates_never_hurt(self, have: int, outside: int, p: float, q: float, l: float) -> None:  # noqa: E741
        low, high = min(p, q), max(p, q)
        # Where next to all lapse and next to all are recognised, they change places every year.
        assume(high + l <= 1)
        worse = counts_ahead(have, outside, [YearStep()] * 3, Rate.fixed(low), Rate.fixed(l))[2]
        better = counts_ahead(have, outside, [YearStep()] * 3, Rate.fixed(high), Rate.fixed(l * (1 - high)))[
            2
        ]
        for least in range(have + outside + 1):
            assert tail(better, least) >= tail(worse, least) - 1e-9

    @few
    @given(UNITS, UNITS, st.integers(1, 4), KNOWN, KNOWN)
    def test_both_ways_agree(self, have: int, outside: int, years: int, entry: Rate, lapse: Rate) -> None:
        """Cohorts, and walking from year to year, are two ways to the same figures."""
        for one, other in zip(
            counts_ahead(have, outside, [YearStep()] * years, entry, lapse),
            stepwise(have, outside, [YearStep()] * years, entry, lapse),
            strict=True,
        ):
            for least in range(have + outside + 1):
                assert tail(one, least) == pytest.approx(tail(other, least), abs=1e-4)

    @pytest.mark.parametrize(
        "rates",
        [(Rate(6, 30, 0.03), Rate(2, 40, 0.02)), (Rate(1.5, 7, 0.1, 0.01, 1.5), Rate(0.5, 9.5, 0.05))],
    )
    def test_both_ways_agree_on_open_rates(self, rates: tuple[Rate, Rate]) -> None:
        for one, other in zip(
            counts_ahead(9, 26, [YearStep()] * 6, *rates),
            stepwise(9, 26, [YearStep()] * 6, *rates),
            strict=True,
        ):
            assert one.mean == pytest.approx(other.mean, abs=0.25)
            assert one.deviation == pytest.approx(other.deviation, abs=0.4)

    @few
    @given(UNITS, UNITS, st.lists(STEPS, min_size=1, max_size=3), RATES, RATES)
    def test_the_same_again(
        self, have: int, outside: int, steps: list[YearStep], entry: Rate, lapse: Rate
    ) -> None:
        assert counts_ahead(have, outside, steps, entry, lapse) == counts_ahead(
            have, outside, steps, entry, lapse
        )

    def test_no_unit_at_all(self) -> None:
        assert counts_ahead(0, 0, [YearStep()], Rate.fixed(0.5), NEVER)[0].points == (0,)

    def test_what_makes_no_sense_is_refused(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            stepwise(-1, 5, [YearStep()], NEVER, NEVER)
        with pytest.raises(ValueError, match="negative"):
            YearStep(registered=-1)
        with pytest.raises(ValueError, match="pass rate"):
            YearStep(pass_rate=1.2)
        with pytest.raises(ValueError, match="chances for 1"):
            cohorts_ahead([Cohort(3, chances=(0.5,))], 2, NEVER, NEVER)
        with pytest.raises(ValueError, match="cohort of -1"):
            cohorts_ahead([Cohort(-1)], 2, NEVER, NEVER)


def drawn(
    rates: tuple[Rate, Rate], steps: list[YearStep], have: int, outside: int, draws: int
) -> list[list[int]]:
    """The same years drawn: the rates of each horizon anew, then unit by unit."""
    random = Random(11)
    found: list[list[int]] = [[] for _ in steps]
    for until in range(1, len(steps) + 1):
        entry, lapse = (rate.averaged(until) for rate in rates)
        for _ in range(draws):
            p = random.betavariate(entry.alpha, entry.beta) if entry.exact is None else entry.exact
            q = random.betavariate(lapse.alpha, lapse.beta) if lapse.exact is None else lapse.exact
            count, n = have, have + outside
            for step in steps[:until]:
                tries = n - count if step.registered is None else min(step.registered, n - count)
                gained = sum(random.random() < p for _ in range(tries))
                if step.capacity is not None:
                    gained = min(gained, step.capacity)
                count += gained - sum(random.random() < q for _ in range(count))
            found[until - 1].append(count)
    return found


@pytest.mark.parametrize(
    ("rates", "step"),
    [
        ((Rate(6, 30, 0.03), Rate(2, 40, 0.02)), YearStep()),
        ((Rate(1.5, 7, 0.1, 0.01, 1.5), Rate(0.5, 9.5, 0.05)), YearStep()),
        ((Rate(6, 30, 0.03), Rate(2, 40, 0.02)), YearStep(registered=8)),
        ((Rate.fixed(0.4), Rate.fixed(0.05)), YearStep(capacity=5)),
    ],
)
def test_exact_is_what_is_drawn(rates: tuple[Rate, Rate], step: YearStep) -> None:
    """Means and spreads as those of many drawn futures, within the error of drawing."""
    draws, steps = 4000, [step] * 4
    exact = counts_ahead(9, 26, steps, *rates)
    for found, counts in zip(exact, drawn(rates, steps, 9, 26, draws), strict=True):
        error = found.deviation / math.sqrt(draws)
        assert sum(counts) / draws == pytest.approx(found.mean, abs=4.5 * error + 0.02)
        for least in (9, 14, 18, 24):
            seen = sum(count >= least for count in counts) / draws
            assert seen == pytest.approx(tail(found, least), abs=0.04)


class TestCohorts:
    """Units that fare differently."""

    def test_poisson_binomial_by_hand(self) -> None:
        """Two wards with pass rates ½ and ¼ of their own, one that is not registered."""
        cohorts = [Cohort(1, chances=(0.5,)), Cohort(1, chances=(0.25,)), Cohort(1, chances=(0.0,))]
        (found,) = cohorts_ahead(cohorts, 1, Rate.fixed(0.9), NEVER)
        assert found.weights == pytest.approx((3 / 8, 4 / 8, 1 / 8))
        assert found.units == 3

    @few
    @given(
        st.lists(st.builds(Cohort, st.integers(0, 6), st.booleans()), min_size=1, max_size=4), RATES, RATES
    )
    @example([Cohort(1, recognised=True)], Rate.fixed(0.5), Rate.fixed(1.0))
    def test_alike_together_or_apart(self, cohorts: list[Cohort], entry: Rate, lapse: Rate) -> None:
        """A cohort is the same as its units one by one, in any order."""
        apart = [Cohort(1, cohort.recognised) for cohort in reversed(cohorts) for _ in range(cohort.size)]
        for one, other in zip(
            cohorts_ahead(cohorts, 3, entry, lapse), cohorts_ahead(apart, 3, entry, lapse), strict=True
        ):
            for least in range(one.units or 0):
                assert tail(one, least) == pytest.approx(tail(other, least), abs=1e-9)

    def test_factors(self) -> None:
        """A harder year and a harder cohort multiply; a chance stays at most 1."""
        (found,) = cohorts_ahead([Cohort(1, factor=0.5), Cohort(1)], 1, Rate.fixed(0.8), NEVER, [0.5])
        assert found.mean == pytest.approx(0.2 + 0.4)
        (found,) = cohorts_ahead([Cohort(1, factor=2.0)], 1, Rate.fixed(0.8), NEVER)
        assert found.mean == 1.0

    def test_every_area_at_once(self) -> None:
        """Given known rates areas are independent; open rates are shared, which makes both more alike."""
        areas = [([Cohort(4)], 2), ([Cohort(4)], 2)]
        single = cohorts_ahead([Cohort(4)], 1, Rate.fixed(0.4), NEVER)[0].probability(at_least=2)
        assert all_reach(areas, 1, Rate.fixed(0.4), NEVER) == pytest.approx(single**2)
        open_rate = Rate(2, 3)
        alone = cohorts_ahead([Cohort(4)], 1, open_rate, NEVER)[0].probability(at_least=2)
        assert alone**2 < all_reach(areas, 1, open_rate, NEVER) < alone

    def test_kept(self) -> None:
        assert kept(1, 6, Rate.fixed(0.1)) == pytest.approx(0.9**6)
        assert kept(3, 2, Rate.fixed(0.1)) == pytest.approx(0.9**6)
        # The mean of (1 − l)^k of a Beta(a, b) is B(a, b + k)/B(a, b).
        exact = math.exp(math.lgamma(44) - math.lgamma(40) + math.lgamma(42) - math.lgamma(46))
        assert kept(1, 4, Rate(2, 40)) == pytest.approx(exact, rel=1e-6)
        assert kept(0, 4, Rate(2, 40)) == pytest.approx(1.0)
