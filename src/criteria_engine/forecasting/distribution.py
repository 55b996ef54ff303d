"""Distributions: every value a number may have, and how likely each is.

Before ``Distribution`` itself stands what distributions are made with: exact numbers, binomial counts and
their sums, quadrature over Beta distributions, and seeded random numbers.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from random import Random
from typing import Any

import attrs

from criteria_engine.core.extras import numpy_if_there

Share = str | float | int | Decimal | Fraction
"""A share of a whole: ``"50%"``, ``"1/2"``, ``Fraction(1, 2)``, ``Decimal("0.5")``, ``0.5``, or 0 or 1."""


def exact_number(number: Share) -> Fraction:
    """A number as a fraction; a float stands for the decimal it prints as, so 0.7 is seven tenths.

    A text may end in ``%`` and may have a decimal comma (``"62,5%"``).

    Raises ``ValueError`` where it is not a number, or not a finite one.
    """
    try:
        if isinstance(number, bool):
            raise TypeError
        if isinstance(number, str):
            text = number.strip()
            bare = text.removesuffix("%").strip().replace(",", ".")
            return Fraction(bare) / (100 if text.endswith("%") else 1)
        if isinstance(number, float):
            return Fraction(repr(float(number)))
        return Fraction(number)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise ValueError(f"{number!r} is not a finite number") from None


def exact_share(share: Share) -> Fraction:
    """A share between 0 and 1 as a fraction.

    Raises:
        ValueError: It is no number, or not between 0 and 1: a bare 50 is refused, because 1 could then
            mean one percent or all.
    """
    exact = exact_number(share)
    if not 0 <= exact <= 1:
        raise ValueError(f"{share!r} is not between 0 and 1; write a share as '50%' or 0.5")
    return exact


def units_needed(share: Share, n: int) -> int:
    """The least number of whole units that makes up a share of ``n`` units.

    The smallest whole k with k / n ≥ share, in exact arithmetic: 50 % of 35 is 18, and 0.7 of 25 is 18
    (in floats 0.7 × 25 is a little more than 17.5 and 0.7 × 10 a little more than 7; a float is taken
    as the decimal it prints as).

    Args:
        share: ``"50%"``, ``"1/2"``, a ``Fraction``, a ``Decimal`` or a number between 0 and 1.
        n: How many units there are.

    Returns:
        A whole number from 0 to ``n``.

    Raises:
        ValueError: ``share`` is no number between 0 and 1, or ``n`` is not a whole number of at least 0.
    """
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < 0:
        raise ValueError(f"{n!r} is not a number of units; a whole number of at least 0 is needed")
    return math.ceil(exact_share(share) * n.__index__())


Blocks = Sequence[tuple[int, float]]
"""Blocks of units that fare alike: how many, and the chance of each one."""

Mixture = Iterable[tuple[float, Blocks]]
"""Blocks under each of several assumptions, with the weight of the assumption; the weights add up to 1."""

# What is too unlikely to count.
_NEGLIGIBLE = 1e-14


def binomial(n: int, p: float, cut: float = 0.0) -> tuple[int, list[float]]:
    """The probabilities of Bin(n, p): the first count that is listed, and the list from there on.

    Grown outwards from the commonest count, so that nothing overflows and the tails keep their digits.
    Counts rarer than ``cut`` times the commonest are left out.
    """
    if p <= 0.0 or p >= 1.0 or n == 0:
        return (n if p >= 1.0 else 0), [1.0]
    mode = min(n, int((n + 1) * p))
    peak = math.exp(
        math.lgamma(n + 1)
        - math.lgamma(mode + 1)
        - math.lgamma(n - mode + 1)
        + mode * math.log(p)
        + (n - mode) * math.log1p(-p)
    )
    odds, least = p / (1.0 - p), peak * cut
    above, value = [peak], peak
    for k in range(mode, n):
        value *= (n - k) / (k + 1) * odds
        if value <= least:
            break
        above.append(value)
    below, value = [], peak
    for k in range(mode, 0, -1):
        value *= k / (n - k + 1) / odds
        if value <= least:
            break
        below.append(value)
    return mode - len(below), below[::-1] + above


def mixed_sums(n: int, mixture: Mixture) -> list[float]:
    """The probabilities of 0 to n for a sum of binomial counts, mixed over assumptions.

    Under each assumption the counts of the blocks are convolved. Exact up to rounding, that is to about
    twelve decimals. ``n`` is the number of units in all blocks together.
    """
    np = numpy_for(n)
    mixed = [0.0] * (n + 1)
    for weight, blocks in mixture:
        first, chances = 0, [weight]
        for m, q in blocks:
            fewest, block = binomial(m, q, _NEGLIGIBLE)
            first, chances = first + fewest, convolved(chances, block, np)
        for count, chance in enumerate(chances, first):
            mixed[count] += chance
    total = math.fsum(mixed)
    return [value / total if value > _NEGLIGIBLE * total else 0.0 for value in mixed]


def numpy_for(n: int) -> Any:
    """NumPy, to convolve counts of so many units; None where they are few or it is not installed.

    It adds in another order, so the last digits differ; up to a hundred units they are the same everywhere.
    """
    return numpy_if_there() if n > 100 else None


def convolved(one: Sequence[float], two: Sequence[float], np: Any = None) -> list[float]:
    """The probabilities of the sum of two independent counts, each from 0 on; with NumPy if it is given."""
    if np is not None:
        product: list[float] = np.convolve(one, two).tolist()
        return product
    short, long = sorted((one, two), key=len)
    total = [0.0] * (len(one) + len(two) - 1)
    for at, weight in enumerate(short):
        end = at + len(long)
        total[at:end] = [below + weight * chance for below, chance in zip(total[at:end], long, strict=True)]
    return total


Points = tuple[tuple[float, float], ...]
"""Where to look, each place with its weight."""


def legendre(count: int) -> Points:
    """The points and weights of Gauss–Legendre quadrature on the interval from 0 to 1.

    A sum over ``count`` points is exact for polynomials up to degree 2·count − 1. The points are the
    roots of Legendre's polynomial, found by Newton's method (Abramowitz and Stegun, 25.4.29).
    """
    points = []
    for index in range(count):
        x = math.cos(math.pi * (index + 0.75) / (count + 0.5))
        slope = 1.0
        for _ in range(100):
            before, value = 1.0, x
            for degree in range(2, count + 1):
                before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
            slope = count * (x * value - before) / (x * x - 1.0) if count > 1 else 1.0
            step = value / slope
            x -= step
            if abs(step) < 1e-15:
                break
        points.append(((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope)))
    return tuple(points)


def _continued(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete Beta function (Lentz's method)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    value = d
    for m in range(1, 10_000):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + top * d or tiny)
            c = 1.0 + top / c or tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def beta_cdf(a: float, b: float, x: float) -> float:
    """P(X ≤ x) for X with a Beta(a, b) distribution (Abramowitz and Stegun, 26.5.8)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued(a, b, x) / a
    return 1.0 - front * _continued(b, a, 1.0 - x) / b


def beta_quantile(a: float, b: float, q: float) -> float:
    """The x with P(X ≤ x) = q for X with a Beta(a, b) distribution, by halving the interval."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if beta_cdf(a, b, middle) < q:
            low = middle
        else:
            high = middle
        if high - low <= 1e-15 * high:
            break
    return (low + high) / 2.0


def _side(a: float, b: float, rule: Points) -> list[tuple[float, float]]:
    """Points below the mean of a Beta(a, b) distribution, with the mass each stands for."""
    mean = a / (a + b)
    deviation = math.sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    # How far a normal and how far an exponential tail reach: what lies beyond is below a millionth.
    start = max(0.0, mean - 6.0 * deviation - 12.0 / (a + b))
    # Near 0 the density goes as x^(a−1); in this variable that is smooth, with or without a pole. A side that is
    # cut off before it gets there has its mass near the mean, and so most of its points.
    power = max(1.0, 2.0 / a) if start == 0.0 else 2.0
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + math.log((mean - start) * power)
    points = []
    for point, weight in rule:
        way = point**power
        x = start + (mean - start) * way if start == 0.0 else mean - (mean - start) * way
        if 0.0 < x < 1.0:
            log_density = scale + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)
            points.append((x, weight * math.exp(log_density + (power - 1.0) * math.log(point))))
    return points


def beta_points(a: float, b: float, rule: Points) -> Points:
    """Points and weights of a Beta(a, b) distribution: Σ weight · f(point) is the mean of f.

    The two sides of the mean are taken apart, each by its own run of ``rule`` (from ``legendre``),
    and each only as far out as the distribution reaches.
    """
    # Below 1 by more than nothing, so that its logarithms can be taken.
    upper = [(min(1.0 - x, 1.0 - 2**-53), mass) for x, mass in _side(b, a, rule)]
    points = _side(a, b, rule) + upper
    total = math.fsum(mass for _, mass in points)
    return tuple((x, mass / total) for x, mass in points)


class Stream(Random):
    """The standard library's generator of random numbers, with two kinds of numbers more."""

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, ``limit``."""
        return min(int(self.random() * limit), limit - 1)

    def normal(self) -> float:
        """A number from the standard normal distribution (Box and Muller's first half)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.random()))
        return radius * math.cos(math.tau * self.random())


def stream(seed: int, name: str) -> Stream:
    """The stream of a name under a seed; another name, or another seed, gives an unrelated one."""
    digest = hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
    return Stream(int.from_bytes(digest[:16], "big"))


def uniforms(np: Any, seed: int, names: Sequence[str], count: int) -> Any:
    """With NumPy, for each name a row of the first ``count`` numbers of its ``stream``."""
    rows, numbers = np.empty((len(names), count)), np.random.RandomState(0)
    for place, name in enumerate(names):
        # Both are the Mersenne Twister, and make a float of two of its words in the same way.
        _, (*words, at), _ = stream(seed, name).getstate()
        numbers.set_state(("MT19937", np.array(words, dtype=np.uint32), at))
        rows[place] = numbers.random_sample(count)
    return rows


# Sums of weights are off by a few rounding errors; a quantile must not jump a whole unit for that.
_SLACK = 1e-12


@attrs.frozen(repr=False)
class Distribution:
    """A distribution over counts of n units, over shares of n units, or over numbers.

    Made by ``Distribution.counts``, ``.shares`` and ``.numbers``. All questions are answered in the
    distribution's own terms: for shares ``.mean`` lies between 0 and 1, for counts between 0 and n.
    Frozen, equal by value, and it pickles.

    Attributes:
        points: The values that have a weight, in rising order: whole units where ``units`` is given
            (for shares too), numbers otherwise.
        weights: The probability of each point; they add up to 1.
        units: How many units there are; None for plain numbers.
        as_shares: Whether values are shares of the units.
    """

    points: tuple[float, ...]
    weights: tuple[float, ...]
    units: int | None = None
    as_shares: bool = False

    @classmethod
    def counts(cls, weights: Sequence[float], *, first: int = 0, units: int | None = None) -> Distribution:
        """Over counts of units: ``weights[i]`` belongs to ``first + i`` of ``units`` (by default the last).

        Raises ``ValueError`` where the weights are no probabilities, or the counts leave 0 to ``units``.
        """
        last = first + len(weights) - 1
        units = last if units is None else units
        if first < 0 or last > units:
            raise ValueError(f"counts from {first} to {last} do not lie between 0 and {units} units")
        return _weighed(zip(range(first, last + 1), weights, strict=True), units)

    @classmethod
    def shares(cls, weights: Sequence[float], *, first: int = 0, units: int | None = None) -> Distribution:
        """Over shares of ``units``, given as ``counts`` takes them: ``weights[i]`` is of (first + i)/units.

        Raises ``ValueError`` as ``counts`` does, and where there is no unit.
        """
        return cls.counts(weights, first=first, units=units).in_shares()

    @classmethod
    def numbers(cls, values: Iterable[float], weights: Iterable[float] | None = None) -> Distribution:
        """Over numbers: values in any order, each as likely as the next unless ``weights`` says otherwise.

        Raises ``ValueError`` where there is no value, one is not finite, or the weights are no probabilities.
        """
        points = [float(value) for value in values]
        if not all(math.isfinite(value) for value in points):
            raise ValueError("a distribution needs finite values")
        weighed = [1.0] * len(points) if weights is None else [float(weight) for weight in weights]
        return _weighed(zip(points, weighed, strict=True), None)

    def in_shares(self) -> Distribution:
        """The same distribution over shares of its units.

        Raises ``ValueError`` where it is not over units, or there is none.
        """
        if not self.units:
            raise ValueError("only counts of at least one unit can be read as shares")
        return attrs.evolve(self, as_shares=True)

    def in_counts(self) -> Distribution:
        """The same distribution over counts of its units.

        Raises ``ValueError`` where it is not over units.
        """
        if self.units is None:
            raise ValueError("a distribution over numbers has no units to count")
        return attrs.evolve(self, as_shares=False)

    @property
    def values(self) -> tuple[float, ...]:
        """The values that may come, rising, in the distribution's own terms."""
        return tuple(point / self._scale for point in self.points) if self.as_shares else self.points

    @property
    def _scale(self) -> int:
        return self.units if self.as_shares and self.units else 1

    @property
    def mean(self) -> float:
        """The expected value."""
        total = math.fsum(point * weight for point, weight in zip(self.points, self.weights, strict=True))
        return min(max(total, self.points[0]), self.points[-1]) / self._scale

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        mean = self.mean * self._scale
        parts = ((point - mean) ** 2 * w for point, w in zip(self.points, self.weights, strict=True))
        return math.sqrt(math.fsum(parts)) / self._scale

    def quantile(self, q: float) -> float:
        """The smallest value that is not exceeded with probability ``q``.

        Raises ``ValueError`` where ``q`` is not between 0 and 1.
        """
        if not 0.0 <= q <= 1.0:
            raise ValueError(f"{q!r} is no probability")
        at = bisect_left(list(accumulate(self.weights)), q - _SLACK)
        return self.values[min(at, len(self.points) - 1)]

    def interval(self, coverage: float = 0.8) -> tuple[float, float]:
        """The values between which it lies with at least this probability, as much left out at either end.

        Raises ``ValueError`` where ``coverage`` is not between 0 and 1.
        """
        if not 0.0 <= coverage <= 1.0:
            raise ValueError(f"{coverage!r} is no probability")
        return self.quantile((1.0 - coverage) / 2.0), self.quantile((1.0 + coverage) / 2.0)

    def probability(self, *, at_least: Share | None = None, at_most: Share | None = None) -> float:
        """How likely it is to be at least, at most, or between these values; both count as inside.

        Over units this is exact on whole ones: half of 35 units is 18 of them. A number with a fraction
        is taken as the decimal it prints as, and ``"50%"`` and fractions do as well.

        Raises ``ValueError`` where neither is given, or one is no number.
        """
        if at_least is None and at_most is None:
            raise ValueError("say at_least=, at_most= or both")
        low, high = -math.inf, math.inf
        if at_least is not None:
            exact = self._placed(at_least)
            low = math.ceil(exact) if self.units is not None else float(exact)
        if at_most is not None:
            exact = self._placed(at_most)
            high = math.floor(exact) if self.units is not None else float(exact)
        inside = (w for point, w in zip(self.points, self.weights, strict=True) if low <= point <= high)
        return min(1.0, math.fsum(inside))

    def _placed(self, bound: Share) -> Fraction:
        """A bound in terms of the points; a percentage is of the units, whether in shares or in counts."""
        percent = isinstance(bound, str) and bound.strip().endswith("%")
        return exact_number(bound) * ((self.units or 1) if percent else self._scale)

    def sample(self, k: int, seed: int) -> tuple[float, ...]:
        """``k`` values drawn from it; the same seed draws the same ones.

        Raises ``ValueError`` where ``k`` is negative.
        """
        if k < 0:
            raise ValueError(f"{k} values cannot be drawn")
        values, random, bounds = self.values, stream(seed, "sample"), list(accumulate(self.weights))
        places = [bisect_right(bounds, random.random() * bounds[-1]) for _ in range(k)]
        return tuple(values[min(place, len(values) - 1)] for place in places)

    def crps(self, observed: float) -> float:
        """The continuous ranked probability score of what was observed, in its own terms; 0 is best.

        ∫ (P(X ≤ x) − [observed ≤ x])² dx, the distance of a forecast from what came, which for a single
        value is the absolute error (Gneiting and Raftery, J. Amer. Stat. Assoc. 102, 2007).

        Raises ``ValueError`` where ``observed`` is not finite.
        """
        if not math.isfinite(observed):
            raise ValueError("the observed value must be finite")
        values, total, below = self.values, 0.0, 0.0
        if observed < values[0]:
            total += values[0] - observed
        for index, (value, weight) in enumerate(zip(values, self.weights, strict=True)):
            below += weight
            until = values[index + 1] if index + 1 < len(values) else max(value, observed)
            split = min(max(observed, value), until)
            total += (split - value) * below**2 + (until - split) * (1.0 - below) ** 2
        return total

    def __repr__(self) -> str:
        low, high = self.interval(0.8)
        what = "numbers" if self.units is None else f"{self.units} units"
        kind = f"shares of {what}" if self.as_shares else f"counts of {what}" if self.units else what
        return f"<Distribution over {kind}: mean {self.mean:.4g}, 80% {low:.4g} to {high:.4g}>"


def _weighed(pairs: Iterable[tuple[float, float]], units: int | None) -> Distribution:
    """Equal values put together, what has no weight left out, and all of it adding up to 1."""
    weights: dict[float, float] = {}
    for value, weight in pairs:
        if not 0.0 <= weight < math.inf:
            raise ValueError(f"{weight!r} is no weight; a finite number of at least 0 is needed")
        if weight > 0.0:
            weights[value] = weights.get(value, 0.0) + weight
    total = math.fsum(weights.values())
    if total <= 0.0:
        raise ValueError("a distribution needs a value with some weight")
    points = tuple(sorted(weights))
    return Distribution(points, tuple(weights[point] / total for point in points), units)
