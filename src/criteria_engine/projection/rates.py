"""Yearly rates, what is known of them: how likely a unit outside is recognised, or one inside lapses."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from criteria_engine.projection.distribution import Distribution
from criteria_engine.projection.quadrature import Points, beta_points, beta_quantile

__all__ = ["HALF_LIFE", "Rate", "dispersion"]

HALF_LIFE = 2.5
"""Years after which a period counts half as much as the last one."""

# A single year's rate differs from the rate of the years around it even where the few years that are
# known happen to agree; this much (standard deviation on the logit scale), with this weight in periods.
_USUAL_SHOCK = 0.35
_USUAL_WEIGHT = 2.0


@attrs.frozen
class Rate:
    """What is known of a yearly rate: a Beta distribution about it, and how far single years stray.

    Attributes:
        alpha: First parameter of the Beta distribution of the lasting rate.
        beta: Its second parameter.
        spread: Over-dispersion: the variance of one year's rate about the lasting one, as a part of
            p (1 − p).
        exact: The rate itself where it is known; the rest is not looked at then.
    """

    alpha: float
    beta: float
    spread: float = 0.0
    exact: float | None = None

    @classmethod
    def fixed(cls, p: float) -> Rate:
        """A rate that is known, each year the same.

        Raises:
            ValueError: ``p`` is not between 0 and 1.
        """
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"{p!r} is no rate; a number between 0 and 1 is needed")
        return cls(p, 1.0 - p, 0.0, float(p))

    @classmethod
    def posterior(
        cls,
        trials: Mapping[int, tuple[float, float]],
        *,
        half_life: float = HALF_LIFE,
        as_of: int | None = None,
    ) -> Rate:
        """The rate after what was seen: Beta(x + ½, n − x + ½) with older periods discounted.

        A period that lies a years back counts 2^(−a/half_life) times. Where periods differ by more than
        chance allows, that is where Pearson's χ²/(k − 1) over the k periods is above 1, the counts are
        divided by it, and single years ahead stray as the years behind did. With no period at all this
        is Jeffreys' Beta(½, ½).

        Args:
            trials: For each year how many succeeded, of how many that could have.
            half_life: Years after which a period counts half.
            as_of: The year from which ages are counted; by default the last one there is.

        Raises:
            ValueError: A year has more successes than trials, or a negative number, or ``half_life`` is
                not above 0.
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
        return cls(hits / factor + 0.5, (size - hits) / factor + 0.5, spread)

    @property
    def mean(self) -> float:
        """The expected yearly rate."""
        return self.alpha / (self.alpha + self.beta) if self.exact is None else self.exact

    def interval(self, coverage: float = 0.8) -> tuple[float, float]:
        """Where the lasting rate lies with this probability."""
        if self.exact is not None:
            return self.exact, self.exact
        tail = (1.0 - coverage) / 2.0
        low = beta_quantile(self.alpha, self.beta, tail)
        return low, beta_quantile(self.alpha, self.beta, 1.0 - tail)

    def averaged(self, years: float) -> Rate:
        """The average rate over some years ahead: the lasting rate, and the shocks of so many years.

        The shocks of single years partly cancel, so their variance is divided by the number of years.
        """
        if self.exact is not None or self.spread == 0.0:
            return self
        size = self.alpha + self.beta
        own = 1.0 / (size + 1.0)
        whole = own + (1.0 - own) * self.spread / max(years, 1.0)
        wider = 1.0 / whole - 1.0
        return attrs.evolve(self, alpha=self.mean * wider, beta=(1.0 - self.mean) * wider)

    def points(self, rule: Points) -> Points:
        """Rates to look at, each with its weight: a quadrature over the Beta distribution."""
        if self.exact is not None:
            return ((self.exact, 1.0),)
        return beta_points(self.alpha, self.beta, rule)

    def distribution(self, rule: Points) -> Distribution:
        """The lasting rate as a distribution over numbers, at the points of a quadrature rule."""
        found = self.points(rule)
        return Distribution.numbers((x for x, _ in found), (w for _, w in found))


def dispersion(trials: Mapping[int, tuple[float, float]]) -> tuple[float, float]:
    """How much more the periods differ than chance allows: (factor for the counts, spread of the rate).

    The factor is Pearson's χ²/(k − 1), at least 1, where k periods had trials. The spread is the part of
    p (1 − p) by which the rate of a single year varies: (factor − 1)/(mean trials − 1), drawn towards
    what years usually differ by, since a handful of periods says little about it.
    """
    seen = [(x, n) for x, n in trials.values() if n > 0.0]
    size = math.fsum(n for _, n in seen)
    if not seen or size <= 0.0:
        return 1.0, 0.0
    pooled = (math.fsum(x for x, _ in seen) + 0.5) / (size + 1.0)
    usual = _USUAL_SHOCK**2 * pooled * (1.0 - pooled)
    chi_square = math.fsum((x - n * pooled) ** 2 / (n * pooled * (1.0 - pooled)) for x, n in seen)
    freedom = len(seen) - 1
    factor = max(1.0, chi_square / freedom) if freedom else 1.0
    mean_size = size / len(seen)
    found = min((factor - 1.0) / (mean_size - 1.0), 0.9) if mean_size > 1.0 else 0.0
    return factor, (freedom * found + _USUAL_WEIGHT * usual) / (freedom + _USUAL_WEIGHT)
