"""The path of a plan year by year, what every method of forecasting answers, and the method without a model.

``past_points`` counts the years behind, ``arithmetic_path`` goes on by the plan's lists and scenarios.
``ForecastMethod`` is the base of all methods; ``methods`` has the table of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.forecasting.published import Label
from criteria_engine.plans.history import VIEWS
from criteria_engine.plans.plan import Target
from criteria_engine.projection.context import ProjectionContext


@attrs.frozen
class PathYear:
    """One year of a path.

    ``low``, ``expected`` and ``high`` are numbers of units, of ``units``. ``gained`` and ``lost`` are
    what the expected number changed by since the year before (of the same units), ``kept`` what stood
    of it on this year's list of units. ``chances`` is the whole distribution, where a method has one.
    """

    year: int
    units: int
    low: Fraction
    expected: Fraction
    high: Fraction
    kept: Fraction
    gained: Fraction
    lost: Fraction
    chances: Distribution | None = None

    @classmethod
    def forecast(
        cls, year: int, units: int, chances: Distribution, kept: Fraction, lost: Fraction = Fraction(0)
    ) -> PathYear:
        """A year with a distribution: its mean, and its 10 % and 90 % quantiles."""
        low, high = (Fraction(end) for end in chances.interval(0.8))
        mean = Fraction(chances.mean)
        point = cls(year, units, min(low, mean), mean, max(high, mean), kept, Fraction(0), lost, chances)
        return point.with_gains()

    def with_gains(self) -> PathYear:
        """The same with what was gained, so that kept and gained less lost is what is expected."""
        gained = self.expected - self.kept + self.lost
        if gained >= 0:
            return attrs.evolve(self, gained=gained)
        return attrs.evolve(self, gained=Fraction(0), lost=self.kept - self.expected)


Path = Mapping[int, PathYear]
"""Points by year."""


def past_points(context: ProjectionContext, area: str | None = None) -> dict[int, PathYear]:
    """The years up to the day of looking, counted from what is known."""
    ledger, points = context.ledger, {}
    for year in context.years:
        if year > context.on.year:
            break
        units = context.units(year, area)
        views = [ledger.held(year, view, units) for view in VIEWS]
        low, expected, high = (Fraction(len(held)) for held in views)
        held, before = views[1], ledger.held(year - 1, "expected", units)
        kept, gained, lost = (Fraction(len(ids)) for ids in (before, held - before, before - held))
        points[year] = PathYear(year, len(units), low, expected, high, kept, gained, lost)
    return points


def arithmetic_path(context: ProjectionContext, area: str | None = None) -> dict[int, PathYear]:
    """The path without any model: what is known, then the plan's lists and the suppositions.

    Low: nobody on a list ahead is recognised, and what has to be renewed is not. Expected: the plan goes
    as written. High: all that is open goes well, and in years without a list as many are recognised as
    the capacity allows, where there is one.
    """
    points, walk = past_points(context, area), _PathWalk(context, area)
    for year in context.years_ahead:
        points[year] = walk.step(year)
    return points


class _PathWalk:
    """The years ahead, one after another, on the units of the day."""

    def __init__(self, context: ProjectionContext, area: str | None) -> None:
        self.context, self.scenarios, self.ledger = context, context.scenarios, context.ledger
        year = context.on.year
        self.units = context.units(year, area)
        self.ids = {unit.id for unit in self.units}
        self.held = {view: self.ledger.held(year, view, self.units) for view in VIEWS}
        self.count = {view: Fraction(len(self.held[view])) for view in VIEWS}
        self.likely: dict[str, Fraction] = {}
        """How far units on lists ahead are recognised, in the expected view."""
        self.further = Fraction(0)
        """Units that are on no list yet: those of a pace or a pathway."""
        self.named: frozenset[str] = frozenset()
        self.room = Fraction(0)
        self.pathway = context.pathway(year, self.count["expected"], area)
        all_outside = len(context.units(year)) - len(self.ledger.held(year, "expected"))
        outside = len(self.units) - len(self.held["expected"])
        self.portion = Fraction(outside, all_outside) if all_outside else Fraction(0)
        """The part that these units have in a pace or a capacity for all."""

    def step(self, year: int) -> PathYear:
        """The next year."""
        before, held_before = self.count["expected"], self.held
        self.held = {view: self.ledger.held(year, view, self.units) for view in VIEWS}
        if self.scenarios.no_lapse:
            self.held = {view: held | held_before[view] for view, held in self.held.items()}
        lost = Fraction(len(held_before["expected"] - self.held["expected"]))
        listed = self.context.ahead.get(year, frozenset()) & self.ids
        self.named |= listed
        self._pass(year, listed)
        self._go_on(year)
        most = Fraction(len(self.units))
        expected = self.count["expected"] = self._expected()
        low = min(Fraction(len(self.held["low"])), expected)
        high = min(most, max(expected, len(self.held["high"] | self.named) + self.room))
        gained = expected - before + lost
        return PathYear(year, len(self.units), low, expected, high, before, gained, lost)

    def _pass(self, year: int, listed: frozenset[str]) -> None:
        """Recognise those on the list of a year, as far as pass rate and capacity go."""
        held = self.held["expected"]
        self.likely = {unit: chance for unit, chance in self.likely.items() if unit not in held}
        trying = {unit: 1 - self.likely.get(unit, Fraction(0)) for unit in sorted(listed - held)}
        rate = Fraction(1) if self.scenarios.pass_rate is None else self.scenarios.pass_rate
        rate = min(Fraction(1), rate * self.scenarios.factor(year))
        gain = sum(trying.values(), Fraction(0)) * rate
        if gain:
            part = self._limited(gain) / gain * rate
            for unit, open_ in trying.items():
                self.likely[unit] = self.likely.get(unit, Fraction(0)) + open_ * part

    def _go_on(self, year: int) -> None:
        """What comes beside the lists: a pace in years without one, or what the pathway asks for."""
        now = self._expected()
        free = year not in self.context.ahead and not self.scenarios.lists_only
        more = Fraction(0)
        if self.scenarios.required:
            more = max(more, self.pathway.get(year, now) - now)
        elif free and self.scenarios.pace is not None:
            more = self.scenarios.pace * self.portion * self.scenarios.factor(year)
        spent = max(Fraction(0), now - self.count["expected"]) if self.scenarios.required else Fraction(0)
        self.further += self._limited(more, spent)
        if free:
            most = self.scenarios.capacity
            if most is None and self.context.plan.capacity is not None:
                most = self.context.plan.capacity.per_year
            self.room += (most or 0) * self.portion

    def _expected(self) -> Fraction:
        sure = Fraction(len(self.held["expected"])) + sum(self.likely.values(), Fraction(0))
        return min(Fraction(len(self.units)), sure + self.further)

    def _limited(self, gain: Fraction, spent: Fraction = Fraction(0)) -> Fraction:
        """A gain within the capacity that is supposed, slowed where only the hardest are left."""
        if self.scenarios.capacity is not None:
            gain = max(Fraction(0), min(gain, self.scenarios.capacity * self.portion - spent))
        return self.scenarios.slowed(gain, len(self.units) - self.count["expected"])


class ForecastMethod:
    """A method of forecasting, and what it answers for one context.

    The answers here are those without a model: lists as given, lapses as given. A method overrides what it
    knows better.
    """

    name = "arithmetic"
    """What ``method=`` calls it, and what the projection says was used."""
    sentence = "own_model"
    """The key in ``messages/plans`` of what is said of where its numbers come from."""
    forecasts = True
    """Whether it gives distributions, so that past forecasts can be checked."""
    seeded = False
    """Whether random numbers have a part in it."""
    bounds_everywhere = True
    """Whether low and high are given for every year of an area, too."""

    def __init__(self, context: ProjectionContext) -> None:
        self.context = context
        self._paths: dict[str | None, Path] = {}

    def path(self, area: str | None = None, year: int | None = None) -> Path:  # noqa: ARG002 - all years at once
        """The number of recognised units by year, of one area or of all.

        With a ``year`` low and high are asked for that year alone; elsewhere they may be the mean.
        """
        if area not in self._paths:
            self._paths[area] = self._path(area)
        return self._paths[area]

    def _path(self, area: str | None) -> Path:
        return arithmetic_path(self.context, area)

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:  # noqa: ARG002 - no model
        """How likely a target is reached, if each area (None: all together) needs so many."""
        return None

    def lapse_rate(self) -> Fraction:
        """The yearly share of recognised units that lapsed in past years; 0 where none was seen."""
        if self.context.scenarios.no_lapse:
            return Fraction(0)
        return _ratio(self.context.counts.lapses, Fraction(0))

    def pass_rate(self) -> Fraction:
        """The part of registered units that is recognised: as supposed, else as in the years behind, else all."""
        supposed = self.context.scenarios.pass_rate
        return _ratio(self.context.counts.passes, Fraction(1)) if supposed is None else supposed

    def labels(self) -> dict[str, dict[str, Label]]:
        """For each target the labels of published rules, by the rule; empty unless they are what is asked."""
        return {}

    def notes(self) -> tuple[str, ...]:
        """Keys of sentences on what was asked for and could not be done, and what to be careful of."""
        return self.context.notes

    def digest_parts(self) -> list[Any]:
        """What goes into the digest of a projection, beside what every method looks at."""
        return []


class Arithmetic(ForecastMethod):
    """No model."""

    sentence = "no_model"
    forecasts = False


def _ratio(trials: Mapping[int, tuple[float, float]], otherwise: Fraction) -> Fraction:
    size = sum((Fraction(n) for _, n in trials.values()), Fraction(0))
    return sum((Fraction(x) for x, _ in trials.values()), Fraction(0)) / size if size else otherwise
