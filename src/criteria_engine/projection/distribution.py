"""What is expected of a number to come: every value it may have, and how likely each is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate

import attrs

from criteria_engine.projection.chance import stream
from criteria_engine.projection.exact import Share, exact_number

__all__ = ["Distribution"]

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

        Raises:
            ValueError: The weights are no probabilities, or the counts leave 0 to ``units``.
        """
        last = first + len(weights) - 1
        units = last if units is None else units
        if first < 0 or last > units:
            raise ValueError(f"counts from {first} to {last} do not lie between 0 and {units} units")
        return _weighed(zip(range(first, last + 1), weights, strict=True), units, as_shares=False)

    @classmethod
    def shares(cls, weights: Sequence[float], *, first: int = 0, units: int | None = None) -> Distribution:
        """Over shares of ``units``, given as ``counts`` takes them: ``weights[i]`` is of (first + i)/units.

        Raises:
            ValueError: As for ``counts``, or there is no unit.
        """
        return cls.counts(weights, first=first, units=units).in_shares()

    @classmethod
    def numbers(cls, values: Iterable[float], weights: Iterable[float] | None = None) -> Distribution:
        """Over numbers: values in any order, each as likely as the next unless ``weights`` says otherwise.

        Raises:
            ValueError: There is no value, one is not finite, or the weights are no probabilities.
        """
        found = [float(value) for value in values]
        if not all(math.isfinite(value) for value in found):
            raise ValueError("a distribution needs finite values")
        given = [1.0] * len(found) if weights is None else [float(weight) for weight in weights]
        return _weighed(zip(found, given, strict=True), None, as_shares=False)

    def in_shares(self) -> Distribution:
        """The same distribution over shares of its units.

        Raises:
            ValueError: It is not over units, or there is none.
        """
        if not self.units:
            raise ValueError("only counts of at least one unit can be read as shares")
        return attrs.evolve(self, as_shares=True)

    def in_counts(self) -> Distribution:
        """The same distribution over counts of its units.

        Raises:
            ValueError: It is not over units.
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
        whole = math.fsum(point * weight for point, weight in zip(self.points, self.weights, strict=True))
        return min(max(whole, self.points[0]), self.points[-1]) / self._scale

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        mean = self.mean * self._scale
        parts = ((point - mean) ** 2 * w for point, w in zip(self.points, self.weights, strict=True))
        return math.sqrt(math.fsum(parts)) / self._scale

    def quantile(self, q: float) -> float:
        """The smallest value that is not exceeded with probability ``q``.

        Raises:
            ValueError: ``q`` is not between 0 and 1.
        """
        if not 0.0 <= q <= 1.0:
            raise ValueError(f"{q!r} is no probability")
        for point, below in zip(self.points, accumulate(self.weights), strict=True):
            if below >= q - _SLACK:
                return point / self._scale if self.as_shares else point
        return self.points[-1] / self._scale if self.as_shares else self.points[-1]

    def interval(self, coverage: float = 0.8) -> tuple[float, float]:
        """The values between which it lies with at least this probability, as much left out at either end.

        Raises:
            ValueError: ``coverage`` is not between 0 and 1.
        """
        if not 0.0 <= coverage <= 1.0:
            raise ValueError(f"{coverage!r} is no probability")
        return self.quantile((1.0 - coverage) / 2.0), self.quantile((1.0 + coverage) / 2.0)

    def probability(self, *, at_least: Share | None = None, at_most: Share | None = None) -> float:
        """How likely it is to be at least, at most, or between these values; both count as inside.

        Over units this is exact on whole ones: half of 35 units is 18 of them. A number with a fraction
        is taken as the decimal it prints as, and ``"50%"`` and fractions do as well.

        Raises:
            ValueError: Neither is given, or one is no number.
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

        Raises:
            ValueError: ``k`` is negative.
        """
        if k < 0:
            raise ValueError(f"{k} values cannot be drawn")
        values, chance = self.values, stream(seed, "sample")
        bounds = list(accumulate(self.weights))
        # Through the sorted draws once, then back into the order in which they were drawn.
        draws = [chance.uniform() * bounds[-1] for _ in range(k)]
        found, at = [0.0] * k, 0
        for index in sorted(range(k), key=draws.__getitem__):
            while bounds[at] <= draws[index] and at < len(bounds) - 1:
                at += 1
            found[index] = values[at]
        return tuple(found)

    def crps(self, observed: float) -> float:
        """The continuous ranked probability score of what was observed, in its own terms; 0 is best.

        ∫ (P(X ≤ x) − [observed ≤ x])² dx, the distance of a forecast from what came, which for a single
        value is the absolute error (Gneiting and Raftery, J. Amer. Stat. Assoc. 102, 2007).

        Raises:
            ValueError: ``observed`` is not finite.
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


def _weighed(pairs: Iterable[tuple[float, float]], units: int | None, *, as_shares: bool) -> Distribution:
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
    return Distribution(points, tuple(weights[point] / total for point in points), units, as_shares)
