"""The method ``hazard``: units outside are recognised, units inside lapse, and both rates are unsure.

``Prospects`` says how every unit may fare in the years ahead, by where it stands and which lists it is on;
``Hazard`` counts them exactly (see ``forecasting.hazard``). Nothing in it is random.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.forecasting import hazard
from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.plans.plan import Target
from criteria_engine.plans.unit_status import PENDING
from criteria_engine.projection.arithmetic import Arithmetic, ForecastMethod, Path, PathYear, past_points
from criteria_engine.projection.context import ProjectionContext, holders_named

_Chances = tuple[float | None, ...]

# What is not known at all is as likely as not.
_EVEN = 0.5


class Prospects:
    """How every unit may fare in the years ahead.

    ``pass_rate`` is the chance of a unit on a list, ``entry`` the mean rate at which units outside are
    recognised, ``lapse`` that at which they lapse. A chance of None is the rate common to all.
    """

    def __init__(self, context: ProjectionContext, pass_rate: float, entry: float, lapse: float) -> None:
        self.context, self.pass_rate, self.entry = context, pass_rate, entry
        scenarios = context.scenarios
        self.steered = scenarios.required or scenarios.pace is not None
        open_years = [year for year in context.years_ahead if year not in context.ahead]
        self.lists_bind = context.plan.counting.registered_only or scenarios.lists_only
        self.any_open = not self.steered and bool(open_years) and not scenarios.lists_only
        ledger, today = context.ledger, context.on.year
        units = context.units(today)
        self.low, self.high = ledger.held(today, "low", units), ledger.held(today, "high", units)
        self.latest = {row.unit: row.status for row in sorted(ledger.rows, key=lambda row: row.year)}
        self.listed: frozenset[str] = frozenset().union(*context.ahead.values())
        self.last = self._last()
        self.steering = self._steering(lapse) if self.steered else {}

    def _last(self) -> frozenset[str]:
        """The units that are recognised last: of those outside the ones on no list."""
        if self.context.scenarios.last is None or self.steered:
            return frozenset()
        few = self.context.scenarios.last[0]
        outside = [unit.id for unit in self.context.units(self.context.on.year) if unit.id not in self.low]
        ordered = sorted(outside, key=lambda unit: (unit not in self.listed, unit))
        return frozenset(ordered[max(0, len(ordered) - few) :])

    def chances(self, unit: str) -> _Chances:
        """The chance of a unit outside, in every year ahead."""
        chances: list[float | None] = []
        for year in self.context.years_ahead:
            if self.steered:
                chances.append(self.steering[year])
            elif year in self.context.ahead:
                chances.append(self._listed(unit, year))
            else:
                chances.append(0.0 if self.context.scenarios.lists_only else None)
        for place, chance in self._coming(unit):
            chances[place] = chance
        return tuple(chances)

    def _coming(self, unit: str) -> Iterator[tuple[int, float]]:
        """Recognitions that are due or open regardless of lists: the index of the year ahead, and the chance."""
        context = self.context
        if not context.years_ahead:
            return
        if unit in self.high:
            if unit not in self.low:
                # What is open today is settled in the first year ahead.
                yield 0, self.open_chance(unit)
            return
        if context.plan.counting.basis == "title_year":
            return
        # Titles of years behind whose decision is still to come.
        known = context.plan.roster.unit(unit)
        for place, year in enumerate(context.years_ahead):
            if context.ledger.holds(known, year, "high"):
                sure = context.ledger.holds(known, year, "low")
                yield place, 1.0 if sure else self.open_chance(unit)
                return

    def _steering(self, lapse: float) -> dict[int, float]:
        """For each year ahead the chance that brings the mean to the pathway, or by a pace."""
        context, scenarios = self.context, self.context.scenarios
        n = len(context.units(context.on.year))
        opened = [self.open_chance(unit) for unit in sorted(self.high - self.low)]
        mean = len(self.low) + math.fsum(opened)
        pathway = context.pathway(context.on.year, round(mean))
        steering = {}
        for year in context.years_ahead:
            stays = mean * (1.0 - lapse)
            gain = Fraction(scenarios.pace or 0) * scenarios.factor(year)
            if scenarios.required:
                gain = Fraction(max(0.0, float(pathway.get(year, Fraction(n))) - stays))
            if scenarios.capacity is not None:
                gain = min(gain, Fraction(scenarios.capacity))
            outside = n - mean
            slowed = float(scenarios.slowed(gain, Fraction(outside)))
            steering[year] = min(1.0, slowed / outside) if outside > 0.0 else 0.0
            mean = stays + steering[year] * outside
        return steering

    def _listed(self, unit: str, year: int) -> float | None:
        listed = unit in self.context.ahead[year]
        if not self.lists_bind:
            # Numbers for both: an unsure rate may reach further than a higher one that is sure, and then
            # a unit more on the list would make a target less likely.
            return max(self.pass_rate, self.entry) if listed else self.entry
        if not listed:
            return 0.0
        # The common rate is that of those on lists, where no year is open to all.
        return self.pass_rate if self.any_open else None

    def open_chance(self, unit: str) -> float:
        """How likely a unit whose result is open holds the recognition."""
        return self.pass_rate if self._is_pending(unit) else _EVEN

    def _is_pending(self, unit: str) -> bool:
        """Whether a recognition of it, or of a unit that went into it, is under way."""
        if unit in self.latest:
            return self.latest[unit] in PENDING
        roster = self.context.plan.roster
        return any(self._is_pending(each.id) for each in roster.predecessors(roster.unit(unit)))

    def steps(self, area: str | None, years: int) -> Sequence[hazard.YearStep]:
        """The years ahead for units that are all alike, within the capacity."""
        context, scenarios, steps = self.context, self.context.scenarios, []
        units = {unit.id for unit in context.units(context.on.year, area)}
        everyone = len(context.units(context.on.year)) or 1
        capacity = None if scenarios.capacity is None else round(scenarios.capacity * len(units) / everyone)
        for year in context.years_ahead[:years]:
            listed = len(context.ahead.get(year, frozenset()) & units)
            open_ = not scenarios.lists_only and (year not in context.ahead or not self.lists_bind)
            rate = None if open_ or not self.any_open else self.pass_rate
            registered = None if open_ else listed
            factor = float(scenarios.factor(year))
            steps.append(
                hazard.YearStep(registered=registered, capacity=capacity, pass_rate=rate, factor=factor)
            )
        return steps

    def trying(self, area: str | None, year: int) -> list[hazard.Cohort]:
        """Units that may be recognised in one year and are not yet: the open ones of the day, or a list."""
        context, today = self.context, self.context.on.year
        units = {unit.id for unit in context.units(today, area)}
        if year <= today:
            ledger = context.ledger
            open_ = (ledger.recognised_for(year, "high") - ledger.recognised_for(year, "low")) & units
            sizes = Counter(self.open_chance(unit) for unit in open_)
            return [hazard.Cohort(size, chances=(chance,)) for chance, size in sorted(sizes.items())]
        if year in context.ahead:
            listed = len((context.ahead[year] & units) - self.low)
            return [hazard.Cohort(listed, chances=(self.pass_rate,))] if listed else []
        outside = len(units - self.low)
        chance = 0.0 if context.scenarios.lists_only else self.steering[year] if self.steered else None
        return [hazard.Cohort(outside, chances=(chance,))] if outside else []

    def cohorts(self, area: str | None) -> list[hazard.Cohort]:
        """The units of an area, or all, as cohorts for the years ahead."""
        last = self.context.scenarios.last
        sizes: Counter[tuple[bool, _Chances, float]] = Counter()
        for unit in self.context.units(self.context.on.year, area):
            harder = float(last[1]) if last is not None and unit.id in self.last else 1.0
            sizes[unit.id in self.low, self.chances(unit.id), harder] += 1
        ordered = sorted(sizes.items(), key=lambda each: repr(each[0]))
        return [
            hazard.Cohort(size, recognised=held, chances=chances, factor=factor)
            for (held, chances, factor), size in ordered
        ]

    def standing(self, area: str | None) -> list[hazard.Cohort]:
        """The units recognised today, those whose result is open, and the rest."""
        sizes: Counter[tuple[bool, float]] = Counter()
        for unit in self.context.units(self.context.on.year, area):
            held = unit.id in self.low
            is_open = unit.id in self.high and not held
            sizes[held, self.open_chance(unit.id) if is_open else 0.0] += 1
        return [
            hazard.Cohort(size, recognised=held, chances=(chance,))
            for (held, chance), size in sorted(sizes.items())
        ]


_NONE = hazard.Rate.fixed(0.0)
# So many open results are put through the walk with a capacity one by one; more are taken at their mean.
_MOST_OPEN = 24


class Hazard(ForecastMethod):
    """Rates of recognition and of lapse, learnt from the years behind.

    Where not one step from a year to the next was seen, there is nothing to learn from: paths are those
    of ``Arithmetic``, there are no probabilities, and the name is that of ``Arithmetic``.
    """

    name = "hazard"
    sentence = "model"

    def __init__(self, context: ProjectionContext) -> None:
        super().__init__(context)
        counts_behind, scenarios, today = context.counts, context.scenarios, context.on.year
        self.learnt = bool(counts_behind.entries)
        self.name = Hazard.name if self.learnt else Arithmetic.name
        self.bounds_everywhere = not self.learnt
        self.lapse = _NONE
        if counts_behind.lapses and not scenarios.no_lapse:
            self.lapse = hazard.Rate.posterior(counts_behind.lapses, as_of=today, prior=hazard.RARE)
        passes = hazard.Rate.posterior(counts_behind.passes, as_of=today)
        if scenarios.pass_rate is not None:
            passes = hazard.Rate.fixed(float(scenarios.pass_rate))
        self.passes = passes
        entry = hazard.Rate.posterior(counts_behind.entries, as_of=today)
        self.prospects = Prospects(context, passes.mean, entry.mean, self.lapse.mean)
        # One rate can be integrated at a time: where no year is open to all, that of those on lists.
        self.entry = entry if self.prospects.any_open else passes
        self.factors = [float(scenarios.factor(year)) for year in context.years_ahead]
        if scenarios.required or scenarios.pace is not None:
            self.factors = []
        self._by_year: dict[tuple[str | None, int | None], Path] = {}
        self._means: dict[tuple[hazard.Cohort, int], float] = {}
        self._cohorts: dict[str | None, list[hazard.Cohort]] = {}

    def path(self, area: str | None = None, year: int | None = None) -> Path:
        """Means, and between the 10 % and the 90 % quantile, with the distributions; or of one year alone."""
        if not self.learnt:
            return super().path(area)
        key = area, None if self._is_limited else year
        if key not in self._by_year:
            self._by_year[key] = self._forecast(*key)
        return self._by_year[key]

    def lapse_rate(self) -> Fraction:
        """The mean of the rate of lapse."""
        return Fraction(self.lapse.mean).limit_denominator(10_000)

    def pass_rate(self) -> Fraction:
        """The mean of the rate at which those on lists are recognised."""
        if not self.learnt:
            return super().pass_rate()
        return Fraction(self.passes.mean).limit_denominator(10_000)

    def _of(self, area: str | None) -> list[hazard.Cohort]:
        if area not in self._cohorts:
            self._cohorts[area] = self.prospects.cohorts(area)
        return self._cohorts[area]

    def _today(self, area: str | None) -> Distribution:
        return hazard.cohorts_at(self.prospects.standing(area), 1, _NONE, _NONE)

    @property
    def _is_limited(self) -> bool:
        """Whether a capacity has to be walked with, from year to year."""
        scenarios = self.context.scenarios
        return scenarios.capacity is not None and not scenarios.required and scenarios.pace is None

    def _ahead(self, area: str | None, only: int | None) -> Sequence[Distribution | float]:
        """A distribution for each year ahead; the mean alone for all years but ``only``."""
        ahead = self.context.years_ahead
        if self._is_limited:
            return self._limited(area, len(ahead))
        cohorts = self._of(area)
        return [
            hazard.cohorts_at(cohorts, h, self.entry, self.lapse, self.factors)
            if only in (None, year)
            else math.fsum(cohort.size * self._mean(cohort, h) for cohort in cohorts)
            for h, year in enumerate(ahead, 1)
        ]

    def _mean(self, cohort: hazard.Cohort, h: int) -> float:
        """How likely one unit of a cohort holds it; areas share their kinds of cohorts."""
        one = attrs.evolve(cohort, size=1)
        if (one, h) not in self._means:
            self._means[one, h] = hazard.cohorts_at([one], h, self.entry, self.lapse, self.factors).mean
        return self._means[one, h]

    def _limited(self, area: str | None, years: int) -> Sequence[Distribution]:
        """With a capacity: walked from year to year, from every number that may hold it today."""
        if not years:
            return ()
        steps = self.prospects.steps(area, years)
        size = len(self.context.units(self.context.on.year, area))
        today = self._today(area)
        starts = list(zip(today.points, today.weights, strict=True))
        if len(starts) > _MOST_OPEN:
            starts = [(round(today.mean), 1.0)]
        totals: list[list[float]] = [[0.0] * (size + 1) for _ in range(years)]
        for have, weight in starts:
            walked = hazard.stepwise(int(have), size - int(have), steps, self.entry, self.lapse)
            for total, each in zip(totals, walked, strict=True):
                for point, chance in zip(each.points, each.weights, strict=True):
                    total[int(point)] += weight * chance
        return [Distribution.counts(total) for total in totals]

    def _forecast(self, area: str | None, only: int | None) -> Path:
        points = past_points(self.context, area)
        today = self.context.on.year
        before = len(self.context.ledger.held(today, "expected", self.context.units(today, area)))
        expected = Fraction(before)
        if today in points:
            chances = self._today(area)
            expected = Fraction(chances.mean)
            points[today] = attrs.evolve(points[today], expected=expected, chances=chances).with_gains()
        n = len(self.context.units(today, area))
        for year, counts in zip(self.context.years_ahead, self._ahead(area, only), strict=False):
            lost = expected * Fraction(self.lapse.mean)
            if isinstance(counts, Distribution):
                points[year] = PathYear.forecast(year, n, counts, expected, lost)
            else:
                mean = Fraction(counts)
                points[year] = PathYear(year, n, mean, mean, mean, expected, Fraction(0), lost).with_gains()
            expected = points[year].expected
        return points

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """How likely a target is reached; None where nothing was learnt, or this cannot be said."""
        if not self.learnt:
            return None
        if target.units is not None:
            units = holders_named(self.context, target)
            years = max(0, target.year - self.context.on.year)
            return None if units is None else _unit(hazard.kept(len(units), years, self.lapse))
        if target.in_ is not None:
            return self._in_a_year(target.in_, needs)
        ahead = target.year - self.context.on.year
        if len(needs) == 1:
            ((area, need),) = needs.items()
            chances = self.path(area, None if area is None else target.year)[target.year].chances
            return None if chances is None else _unit(chances.probability(at_least=need))
        if ahead < 1:
            chances_of_areas = [self._today(area).probability(at_least=need) for area, need in needs.items()]
            return _unit(math.prod(chances_of_areas)) if ahead == 0 else None
        if self.context.scenarios.capacity is not None:
            # A capacity for all together ties the areas to each other; that is not reckoned with.
            return None
        groups = [(self._of(area), need) for area, need in needs.items()]
        return _unit(hazard.all_reach(groups, ahead, self.entry, self.lapse, self.factors))

    def _in_a_year(self, year: int, needs: Mapping[str | None, int]) -> float | None:
        """Of those recognised in one year: that of the day or the next, or one with a list."""
        today = self.context.on.year
        if len(needs) != 1:
            return None
        ((area, need),) = needs.items()
        if year > today + 1 and year not in self.context.ahead:
            return None
        cohorts = self.prospects.trying(area, year)
        sure = self.context.recognised_for(year, "low", area)
        chances = hazard.cohorts_at(cohorts, 1, self.entry, _NONE) if cohorts else Distribution.counts([1.0])
        return _unit(chances.probability(at_least=need - sure)) if need > sure else 1.0


def _unit(probability: float) -> float:
    return min(1.0, max(0.0, probability))
