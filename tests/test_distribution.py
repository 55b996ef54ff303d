"""Distributions, and the sums and integrals that they are made by; scipy is the judge where it is there."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine.core.extras import numpy
from criteria_engine.forecasting.distribution import (
    beta_cdf,
    beta_points,
    beta_quantile,
    binomial,
    convolved,
    legendre,
    mixed_sums,
    stream,
)

WEIGHTS = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40).filter(lambda found: sum(found) > 1e-6)
COUNTS = st.builds(ce.Distribution.counts, WEIGHTS)
NUMBERS = st.builds(ce.Distribution.numbers, st.lists(st.floats(-100, 100), min_size=1, max_size=30))
ANY = COUNTS | NUMBERS
BETAS = [(0.5, 0.5), (1.0, 1.0), (0.5, 9.5), (3.0, 0.6), (30.0, 70.0), (2000.0, 5000.0), (0.2, 3.0)]


class TestDistribution:
    """Questions that can be asked of any distribution."""

    def test_by_hand(self) -> None:
        four = ce.Distribution.counts([0.1, 0.2, 0.3, 0.2, 0.2])
        assert four.mean == pytest.approx(2.2)
        assert four.deviation == pytest.approx(math.sqrt(0.2 + 1.2 + 1.8 + 3.2 - 2.2**2))
        assert [four.quantile(q) for q in (0.0, 0.1, 0.11, 0.3, 0.5, 0.8, 1.0)] == [0, 0, 1, 1, 2, 3, 4]
        assert four.interval(0.8) == (0, 4)
        assert four.interval(0.5) == (1, 3)
        assert four.probability(at_least=3) == pytest.approx(0.4)
        assert four.probability(at_most=1) == pytest.approx(0.3)
        assert four.probability(at_least=1, at_most=3) == pytest.approx(0.7)
        assert repr(four) == "<Distribution over counts of 4 units: mean 2.2, 80% 0 to 4>"

    def test_half_of_35_units_is_18(self) -> None:
        shares = ce.Distribution.shares([0.0] * 17 + [0.4, 0.6], units=35)
        assert shares.probability(at_least=0.5) == pytest.approx(0.6)
        assert shares.probability(at_least="50%") == pytest.approx(0.6)
        assert shares.in_counts().probability(at_least="50%") == pytest.approx(0.6)
        assert shares.in_counts().probability(at_least=18) == pytest.approx(0.6)
        assert shares.probability(at_least=Fraction(17, 35)) == pytest.approx(1.0)
        assert shares.mean == pytest.approx(17.6 / 35)

    @given(st.integers(1, 400), st.integers(0, 1000))
    def test_shares_are_exact_on_whole_units(self, n: int, thousandths: int) -> None:
        """A share is reached by just the units that make it up, however floats round."""
        share = thousandths / 1000
        even = ce.Distribution.shares([1.0] * (n + 1))
        expected = (n + 1 - ce.published.units_needed(share, n)) / (n + 1)
        assert even.probability(at_least=share) == pytest.approx(expected, abs=1e-12)

    @given(ANY, st.floats(0, 1), st.floats(0, 1))
    def test_quantiles(self, found: ce.Distribution, q: float, other: float) -> None:
        """They rise, they are values that may come, and so much lies up to each."""
        assert (found.quantile(q) <= found.quantile(other)) == (q <= other) or found.quantile(
            q
        ) == found.quantile(other)
        assert found.quantile(q) in found.values
        below = math.fsum(
            w for v, w in zip(found.values, found.weights, strict=True) if v <= found.quantile(q)
        )
        assert below >= q - 1e-9
        low, high = found.interval(q)
        inside = math.fsum(w for v, w in zip(found.values, found.weights, strict=True) if low <= v <= high)
        assert inside >= q - 1e-9

    @given(ANY)
    def test_it_is_a_value(self, found: ce.Distribution) -> None:
        assert math.fsum(found.weights) == pytest.approx(1.0)
        assert found.points == tuple(sorted(set(found.points)))
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
        assert copy.deepcopy(found) == found
        assert hash(copy.copy(found)) == hash(found)
        assert len(repr(found)) < 100

    @given(ANY, st.floats(-150, 150))
    def test_crps_is_its_integral(self, found: ce.Distribution, observed: float) -> None:
        """E|X − y| − ½E|X − X'|, the other way to write it."""
        pairs = list(zip(found.values, found.weights, strict=True))
        first = math.fsum(w * abs(v - observed) for v, w in pairs)
        second = math.fsum(w * u * abs(v - x) for v, w in pairs for x, u in pairs)
        assert found.crps(observed) == pytest.approx(first - second / 2, abs=1e-7)

    def test_crps_of_a_single_value_is_the_error(self) -> None:
        assert ce.Distribution.numbers([3.0]).crps(5.5) == 2.5
        assert ce.Distribution.shares([1.0], first=7, units=35).crps(0.5) == pytest.approx(0.3)

    @given(ANY, st.integers(0, 2**40))
    def test_samples_repeat(self, found: ce.Distribution, seed: int) -> None:
        assert found.sample(20, seed) == found.sample(20, seed)
        assert set(found.sample(20, seed)) <= set(found.values)

    def test_samples_follow_the_weights(self) -> None:
        found = ce.Distribution.counts([0.1, 0.2, 0.3, 0.4])
        drawn = found.sample(20_000, 7)
        for value, weight in zip(found.values, found.weights, strict=True):
            assert drawn.count(value) / 20_000 == pytest.approx(weight, abs=0.015)
        assert drawn != found.sample(20_000, 8)
        assert found.sample(0, 7) == ()

    def test_the_same_numbers_on_every_python(self) -> None:
        """A stream follows from its seed and name alone; these were drawn on CPython 3.11."""
        assert [stream(0, "x").random() for _ in range(2)] == [stream(0, "x").random()] * 2
        assert stream(0, "x").random() != stream(1, "x").random() != stream(0, "y").random()

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: ce.Distribution.counts([]), "some weight"),
            (lambda: ce.Distribution.counts([0.0, 0.0]), "some weight"),
            (lambda: ce.Distribution.counts([0.5, -0.1]), "no weight"),
            (lambda: ce.Distribution.counts([0.5, math.nan]), "no weight"),
            (lambda: ce.Distribution.counts([0.5, 0.5], first=3, units=3), "between 0 and 3"),
            (lambda: ce.Distribution.numbers([1.0, math.inf]), "finite"),
            (lambda: ce.Distribution.shares([1.0]), "at least one unit"),
            (lambda: ce.Distribution.numbers([1.0]).in_counts(), "no units"),
            (lambda: ce.Distribution.counts([1.0, 1.0]).quantile(1.5), "no probability"),
            (lambda: ce.Distribution.counts([1.0, 1.0]).interval(-0.1), "no probability"),
            (lambda: ce.Distribution.counts([1.0, 1.0]).probability(), "at_least="),
            (lambda: ce.Distribution.counts([1.0, 1.0]).probability(at_least=math.nan), "finite"),
            (lambda: ce.Distribution.counts([1.0, 1.0]).crps(math.nan), "finite"),
            (lambda: ce.Distribution.counts([1.0, 1.0]).sample(-1, 0), "drawn"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, make: object, said: str) -> None:
        assert callable(make)
        with pytest.raises(ValueError, match=said):
            make()


class TestSums:
    """Binomial counts and their sums."""

    @given(st.integers(0, 60), st.floats(0, 1))
    def test_binomial(self, n: int, p: float) -> None:
        first, found = binomial(n, p)
        assert math.fsum(found) == pytest.approx(1.0)
        assert math.fsum(w * k for k, w in enumerate(found, first)) == pytest.approx(n * p, abs=1e-9)
        assert 0 <= first <= first + len(found) - 1 <= n

    @given(
        st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1)), min_size=1, max_size=4),
        st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1)), min_size=1, max_size=4),
        st.floats(0, 1),
    )
    def test_mixed_sums(
        self, one: list[tuple[int, float]], other: list[tuple[int, float]], share: float
    ) -> None:
        """By convolving blocks as by adding units one at a time."""
        n = max(sum(m for m, _ in one), sum(m for m, _ in other))
        expected = [0.0] * (n + 1)
        for weight, blocks in ((share, one), (1 - share, other)):
            run = [1.0] + [0.0] * n
            for m, q in blocks:
                for _ in range(m):
                    run = [run[0] * (1 - q), *(b * (1 - q) + a * q for a, b in pairwise(run))]
            expected = [total + weight * value for total, value in zip(expected, run, strict=True)]
        found = mixed_sums(n, [(share, one), (1 - share, other)])
        assert found == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize(("n", "p"), [(1, 0.3), (35, 0.5), (300, 0.02), (3300, 0.9)])
    def test_against_scipy(self, n: int, p: float) -> None:
        stats = pytest.importorskip("scipy.stats", reason="the judge of the binomial sums is not installed")
        expected = stats.binom.pmf(range(n + 1), n, p)
        assert mixed_sums(n, [(1.0, [(n, p)])]) == pytest.approx(expected, abs=1e-12)
        first, found = binomial(n, p)
        assert found == pytest.approx(expected[first : first + len(found)], rel=1e-9, abs=1e-300)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_convolving_with_numpy_and_without(one: list[float], two: list[float]) -> None:
    assert convolved(one, two, numpy()) == pytest.approx(convolved(one, two), abs=1e-12)


class TestQuadrature:
    """Integrals by weighted sums."""

    @pytest.mark.parametrize("count", [1, 2, 5, 16, 48])
    def test_legendre_is_exact_for_polynomials(self, count: int) -> None:
        rule = legendre(count)
        for degree in range(2 * count):
            assert math.fsum(w * x**degree for x, w in rule) == pytest.approx(1 / (degree + 1), rel=1e-12)

    @pytest.mark.parametrize(("a", "b"), BETAS)
    def test_beta_points_have_the_moments(self, a: float, b: float) -> None:
        points = beta_points(a, b, legendre(24))
        mean = math.fsum(w * x for x, w in points)
        assert math.fsum(w for _, w in points) == pytest.approx(1.0)
        assert mean == pytest.approx(a / (a + b), rel=1e-5)
        variance = math.fsum(w * (x - mean) ** 2 for x, w in points)
        assert variance == pytest.approx(a * b / (a + b) ** 2 / (a + b + 1), rel=1e-4)

    @pytest.mark.parametrize(("a", "b"), BETAS)
    def test_beta_against_scipy(self, a: float, b: float) -> None:
        stats = pytest.importorskip("scipy.stats", reason="the judge of the Beta function is not installed")
        for x in (0.0, 1e-6, 0.01, 0.28, 0.5, 0.9, 1.0):
            assert beta_cdf(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-12)
        for q in (0.001, 0.1, 0.5, 0.9, 0.999):
            assert beta_quantile(a, b, q) == pytest.approx(stats.beta.ppf(q, a, b), rel=1e-9)

    def test_legendre_against_numpy(self) -> None:
        polynomial = pytest.importorskip(
            "numpy.polynomial", reason="the judge of the points is not installed"
        )
        places, weights = polynomial.legendre.leggauss(31)
        found = sorted(legendre(31))
        assert [x for x, _ in found] == pytest.approx((places + 1) / 2, abs=1e-14)
        assert [w for _, w in found] == pytest.approx(weights / 2, abs=1e-14)
