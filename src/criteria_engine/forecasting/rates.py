"""Yearly rates, what is known of them: how likely a unit outside is recognised, or one inside lapses."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from criteria_engine.forecasting.distribution import Points, beta_points

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
    """What is known of a yearly rate: a Beta distribution about it, and how far single years stray.

    Attributes:
        alpha: First parameter of the Beta distribution of the lasting rate.
        beta: Its second parameter.
        spread: Over-dispersion: the variance of one year's rate about the lasting one, as a part of
            p (1 − p).
        walk: The variance, as such a part, by which the lasting rate itself moves in a year.
        doubt: Multiplies all of that, because it was estimated from a few periods.
        exact: The rate itself where it is known; the rest is not looked at then.
    """

    alpha: float
    beta: float
    spread: float = 0.0
    walk: float = 0.0
    doubt: float = 1.0
    exact: float | None = None

    @classmethod
    def fixed(cls, p: float) -> Rate:
        """A rate that is known, each year the same.

        Raises:
            ValueError: ``p`` is not between 0 and 1.
        """
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

        Args:
            trials: For each year how many succeeded, of how many that could have.
            half_life: Years after which a period counts half.
            as_of: The year from which ages are counted; by default the last one there is.
            prior: Successes and failures that are put in before anything was seen.

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

    def points(self, rule: Points) -> Points:
        """Rates to look at, each with its weight: a quadrature over the Beta distribution."""
        if self.exact is not None:
            return ((self.exact, 1.0),)
        return beta_points(self.alpha, self.beta, rule)


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
