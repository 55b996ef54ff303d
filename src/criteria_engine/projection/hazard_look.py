"""Looking ahead with rates: units outside are recognised, units inside lapse, and both rates are unsure.

Exactly counted (see ``hazard``); there is nothing random in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.forecasting.hazard import Cohort, all_reach, cohorts_at, kept, stepwise
from criteria_engine.forecasting.rates import RARE, Rate
from criteria_engine.plans.plan import Target
from criteria_engine.projection.cohorts import Prospects, cohorts_of, open_today
from criteria_engine.projection.looking import Arithmetic
from criteria_engine.projection.path import Path, Point, past_points
from criteria_engine.projection.setting import Setting, present_units

__all__ = ["Hazard"]

_COVERAGE = 0.8
_NONE = Rate.fixed(0.0)
# So many open results are put through the walk with a capacity one by one; more are taken at their mean.
_MOST_OPEN = 24


class Hazard:
    """Rates of recognition and of lapse, learnt from the years behind.

    Where not one step from a year to the next was seen, there is nothing to learn from: paths are those
    of ``Arithmetic``, there are no probabilities, and the name is that of ``Arithmetic``.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting, self.plain = setting, Arithmetic(setting)
        seen, course, today = setting.seen, setting.course, setting.on.year
        self.learnt = seen.periods > 0
        self.name = "hazard" if self.learnt else self.plain.name
        self.bounds_everywhere = not self.learnt
        self.lapse = _NONE
        if seen.lapses and not course.no_lapse:
            self.lapse = Rate.posterior(seen.lapses, as_of=today, prior=RARE)
        passes = Rate.posterior(seen.passes, as_of=today)
        if course.pass_rate is not None:
            passes = Rate.fixed(float(course.pass_rate))
        self.passes = passes
        entry = Rate.posterior(seen.entries, as_of=today)
        self.prospects = Prospects(setting, passes.mean, entry.mean, self.lapse.mean)
        # One rate can be integrated at a time: where no year is open to all, that of those on lists.
        self.entry = entry if self.prospects.any_open else passes
        self.factors = [float(course.factor(year)) for year in setting.years_ahead]
        if course.required or course.pace is not None:
            self.factors = []
        self._paths: dict[tuple[str | None, int | None], Path] = {}
        self._means: dict[tuple[Cohort, int], float] = {}
        self._cohorts: dict[str | None, list[Cohort]] = {}

    def path(self, area: str | None = None, year: int | None = None) -> Path:
        """Means, and between the 10 % and the 90 % quantile, with the distributions; or of one year alone."""
        if not self.learnt:
            return self.plain.path(area)
        if self._is_limited:
            year = None
        if (area, year) not in self._paths:
            self._paths[area, year] = self._walked(area, year)
        return self._paths[area, year]

    def lapse_rate(self) -> Fraction:
        """The mean of the rate of lapse."""
        return Fraction(self.lapse.mean).limit_denominator(10_000)

    def pass_rate(self) -> Fraction:
        """The mean of the rate at which those on lists are recognised."""
        if not self.learnt:
            return self.plain.pass_rate()
        return Fraction(self.passes.mean).limit_denominator(10_000)

    # ---- distributions -----------------------------------------------------------------------

    def _of(self, area: str | None) -> list[Cohort]:
        if area not in self._cohorts:
            self._cohorts[area] = cohorts_of(self.prospects, area)
        return self._cohorts[area]

    def _today(self, area: str | None) -> Distribution:
        cohorts = open_today(self.prospects, area)
        return cohorts_at(cohorts, 1, _NONE, _NONE)

    @property
    def _is_limited(self) -> bool:
        """Whether a capacity has to be walked with, from year to year."""
        course = self.setting.course
        return course.capacity is not None and not course.required and course.pace is None

    def _ahead(self, area: str | None, only: int | None) -> Sequence[Distribution | float]:
        """A distribution for each year ahead; the mean alone for all years but ``only``."""
        ahead = self.setting.years_ahead
        if self._is_limited:
            return self._limited(area, len(ahead))
        cohorts = self._of(area)
        return [
            cohorts_at(cohorts, h, self.entry, self.lapse, self.factors)
            if only in (None, year)
            else math.fsum(cohort.size * self._mean(cohort, h) for cohort in cohorts)
            for h, year in enumerate(ahead, 1)
        ]

    def _mean(self, cohort: Cohort, h: int) -> float:
        """How likely one unit of a cohort holds it; areas share their kinds of cohorts."""
        one = attrs.evolve(cohort, size=1)
        if (one, h) not in self._means:
            self._means[one, h] = cohorts_at([one], h, self.entry, self.lapse, self.factors).mean
        return self._means[one, h]

    def _limited(self, area: str | None, years: int) -> Sequence[Distribution]:
        """With a capacity: walked from year to year, from every number that may hold it today."""
        if not years:
            return ()
        steps = self.prospects.steps(area, years)
        size = len(self.setting.units(self.setting.on.year, area))
        today = self._today(area)
        starts = list(zip(today.points, today.weights, strict=True))
        if len(starts) > _MOST_OPEN:
            starts = [(round(today.mean), 1.0)]
        found: list[list[float]] = [[0.0] * (size + 1) for _ in range(years)]
        for have, weight in starts:
            walked = stepwise(int(have), size - int(have), steps, self.entry, self.lapse)
            for total, each in zip(found, walked, strict=True):
                for point, chance in zip(each.points, each.weights, strict=True):
                    total[int(point)] += weight * chance
        return [Distribution.counts(total) for total in found]

    def _walked(self, area: str | None, only: int | None) -> Path:
        points = past_points(self.setting, area)
        today = self.setting.on.year
        before = len(self.setting.ledger.held(today, "expected", self.setting.units(today, area)))
        expected = Fraction(before)
        if today in points:
            chances = self._today(area)
            expected = Fraction(chances.mean)
            points[today] = _moved(attrs.evolve(points[today], expected=expected, chances=chances))
        n = len(self.setting.units(today, area))
        for year, found in zip(self.setting.years_ahead, self._ahead(area, only), strict=False):
            lost = expected * Fraction(self.lapse.mean)
            if isinstance(found, Distribution):
                low, high = found.interval(_COVERAGE)
                mean = Fraction(found.mean)
                bounds = min(Fraction(low), mean), max(Fraction(high), mean)
                point = Point(year, n, bounds[0], mean, bounds[1], expected, Fraction(0), lost, found)
            else:
                mean = Fraction(found)
                point = Point(year, n, mean, mean, mean, expected, Fraction(0), lost)
            points[year] = _moved(point)
            expected = mean
        return points

    # ---- probabilities -----------------------------------------------------------------------

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """How likely a target is reached; None where nothing was learnt, or this cannot be said."""
        if not self.learnt:
            return None
        if target.units is not None:
            return self._kept(target)
        if target.in_ is not None:
            return self._in_a_year(target.in_, needs)
        ahead = target.year - self.setting.on.year
        if len(needs) == 1:
            ((area, need),) = needs.items()
            chances = self.path(area, None if area is None else target.year)[target.year].chances
            return None if chances is None else _unit(chances.probability(at_least=need))
        if ahead < 1:
            found = [self._today(area).probability(at_least=need) for area, need in needs.items()]
            return _unit(math.prod(found)) if ahead == 0 else None
        if self.setting.course.capacity is not None:
            # A capacity for all together ties the areas to each other; that is not reckoned with.
            return None
        groups = [(self._of(area), need) for area, need in needs.items()]
        return _unit(all_reach(groups, ahead, self.entry, self.lapse, self.factors))

    def _kept(self, target: Target) -> float | None:
        setting = self.setting
        years = max(0, target.year - setting.on.year)
        units = {
            unit.id: unit
            for name in target.units or ()
            for unit in present_units(setting, name, setting.on.year)
        }
        sure = all(setting.ledger.holds(unit, setting.on.year, "low") for unit in units.values())
        return _unit(kept(len(units), years, self.lapse)) if sure else None

    def _in_a_year(self, year: int, needs: Mapping[str | None, int]) -> float | None:
        """Of those recognised in one year: that of the day or the next, or one with a list."""
        today = self.setting.on.year
        if len(needs) != 1:
            return None
        ((area, need),) = needs.items()
        if year > today + 1 and year not in self.setting.ahead:
            return None
        cohorts = self.prospects.trying(area, year)
        sure = self.prospects.recognised_already(area, year)
        chances = cohorts_at(cohorts, 1, self.entry, _NONE) if cohorts else Distribution.counts([1.0])
        return _unit(chances.probability(at_least=need - sure)) if need > sure else 1.0


def _unit(probability: float) -> float:
    return min(1.0, max(0.0, probability))


def _moved(point: Point) -> Point:
    """The point with what was gained, so that kept and gained less lost is what is expected."""
    gained = point.expected - point.kept + point.lost
    if gained >= 0:
        return attrs.evolve(point, gained=gained)
    return attrs.evolve(point, gained=Fraction(0), lost=point.kept - point.expected)
