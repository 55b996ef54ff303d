"""What a projection starts from: the plan, what is known on the day, and how the years ahead are to go.

Scenarios come first, then the paces and pathways they are measured by, then ``ProjectionContext`` with all
that a method of forecasting needs to know.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.forecasting.distribution import exact_number, units_needed
from criteria_engine.forecasting.published import yearly_need
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.plans.assessed import Assessed, Verdicts
from criteria_engine.plans.history import History, View, YearCounts, observed
from criteria_engine.plans.plan import Plan, Target, first_day
from criteria_engine.plans.roster import Roster, Unit, meant_unit, year_days
from criteria_engine.plans.unit_status import UnitStatus

SCENARIOS = (
    "as_is",
    "plan",
    "required",
    "pass_rate(0.9)",
    "no_lapse",
    "capacity(12)",
    "pace(8)",
    "harder_last(5)",
    "criteria_change(2026-01-01, 0.8)",
)
"""The suppositions there are, each as it is written."""

_CALL = re.compile(r"\s*([a-z_]+)\s*(?:\(([^()]*)\))?\s*")
_HARDER = Fraction(1, 2)


@attrs.frozen
class Scenario:
    """One supposition: its name and what it is given, as ``SCENARIOS`` shows them.

    - ``as_is``: lists as given; in years without a list the method decides.
    - ``plan``: nothing but the plan's lists: in years without a list nobody is recognised.
    - ``required``: in every year as many are recognised as the pathway to the targets asks for.
    - ``pass_rate(p)``: a registered unit is recognised with probability ``p``.
    - ``no_lapse``: nobody who holds the recognition loses it.
    - ``capacity(n)``: at most ``n`` units are recognised in a year.
    - ``pace(x)``: in years without a list ``x`` units are recognised (may be a fraction).
    - ``harder_last(k, factor=1/2)``: once no more than ``k`` units are left, their chance is
      multiplied by ``factor``.
    - ``criteria_change(day, factor)``: from the year of ``day`` on every chance is multiplied by
      ``factor``.
    """

    name: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str | Scenario) -> Scenario:
        """The supposition that a text like ``pass_rate(0.9)`` writes; raises ``Fault`` for any other."""
        if isinstance(text, Scenario):
            return text
        call = _CALL.fullmatch(text)
        known = {each.partition("(")[0] for each in SCENARIOS}
        if call is None or call[1] not in known:
            raise Fault(Code.UNKNOWN_SCENARIO, value=text, known=", ".join(SCENARIOS))
        arguments = tuple(each.strip() for each in (call[2] or "").split(",") if each.strip())
        return cls(call[1], arguments)

    def __str__(self) -> str:
        return self.name + (f"({', '.join(self.arguments)})" if self.arguments else "")


@attrs.frozen
class Scenarios:
    """Suppositions put together: how the years ahead are to go."""

    lists_only: bool = False
    required: bool = False
    pass_rate: Fraction | None = None
    no_lapse: bool = False
    capacity: int | None = None
    pace: Fraction | None = None
    last: tuple[int, Fraction] | None = None
    changes: tuple[tuple[int, Fraction], ...] = ()

    def factor(self, year: int) -> Fraction:
        """What multiplies every chance of recognition in a year."""
        product = Fraction(1)
        for begins, factor in self.changes:
            if begins <= year:
                product *= factor
        return product

    def slowed(self, gain: Fraction, outside: Fraction) -> Fraction:
        """How many are recognised of a number that would be, where so many are still outside."""
        if self.last is None or gain <= 0:
            return gain
        few, factor = self.last
        easy = min(gain, max(Fraction(0), outside - few))
        return easy + (gain - easy) * factor


def scenarios_of(suppositions: Iterable[str | Scenario]) -> Scenarios:
    """Suppositions put together; a later one of a kind counts.

    Raises ``CriteriaError`` with all that is wrong.
    """
    problems = Problems()
    scenarios = Scenarios()
    for place, supposition in enumerate(suppositions):
        try:
            scenarios = _with(scenarios, Scenario.of(supposition))
        except Fault as fault:
            problems.add_fault(f"scenarios[{place}]", fault)
    problems.raise_errors()
    return scenarios


def _with(scenarios: Scenarios, scenario: Scenario) -> Scenarios:
    arguments = scenario.arguments
    match scenario.name:
        case "plan":
            return attrs.evolve(scenarios, lists_only=True)
        case "required":
            return attrs.evolve(scenarios, required=True)
        case "no_lapse":
            return attrs.evolve(scenarios, no_lapse=True)
        case "pass_rate" if len(arguments) == 1:
            return attrs.evolve(scenarios, pass_rate=_number(scenario, 0, most=1))
        case "capacity" if len(arguments) == 1:
            return attrs.evolve(scenarios, capacity=_whole(scenario))
        case "pace" if len(arguments) == 1:
            return attrs.evolve(scenarios, pace=_number(scenario, 0))
        case "harder_last" if 1 <= len(arguments) <= 2:
            harder = _number(scenario, 1, most=1) if len(arguments) == 2 else _HARDER
            return attrs.evolve(scenarios, last=(_whole(scenario), harder))
        case "criteria_change" if len(arguments) == 2:
            try:
                year = datetime.date.fromisoformat(arguments[0]).year
            except ValueError:
                raise _wanted(scenario) from None
            return attrs.evolve(scenarios, changes=(*scenarios.changes, (year, _number(scenario, 1))))
        case "as_is":
            return scenarios
    raise _wanted(scenario)


def _number(scenario: Scenario, place: int, *, most: int | None = None) -> Fraction:
    try:
        number = exact_number(scenario.arguments[place])
    except ValueError:
        raise _wanted(scenario) from None
    if number < 0 or (most is not None and number > most):
        raise _wanted(scenario)
    return number


def _whole(scenario: Scenario) -> int:
    number = _number(scenario, 0)
    if number.denominator != 1:
        raise _wanted(scenario)
    return number.numerator


def _wanted(scenario: Scenario) -> Fault:
    example = next(each for each in SCENARIOS if each.partition("(")[0] == scenario.name)
    return Fault(Code.BAD_SCENARIO_ARGUMENT, value=str(scenario), example=example)


def required_per_year(
    need: int, have: int | Fraction, years: int, lapse: Fraction = Fraction(0)
) -> Fraction | None:
    """How many have to be recognised each year, lapses made good; None where no year is left."""
    return None if years < 1 else yearly_need(Fraction(need), Fraction(have), 1 - lapse, years)


def straight_pathway(start: int, have: int | Fraction, milestones: Mapping[int, int]) -> dict[int, Fraction]:
    """How many units it takes in every year to go in straight lines from what there is to each milestone.

    ``have`` units hold the recognition in the year ``start``; ``milestones`` are how many are needed by
    which years. What is needed once is needed ever after.
    """
    points = [(start, Fraction(have))]
    for year, need in sorted(milestones.items()):
        if year > start:
            points.append((year, max(points[-1][1], Fraction(need))))
    pathway = {start: Fraction(have)}
    for (before, low), (after, high) in pairwise(points):
        for year in range(before + 1, after + 1):
            pathway[year] = low + (high - low) * Fraction(year - before, after - before)
    return pathway


def earned_schedule(pathway: Mapping[int, Fraction], have: int | Fraction) -> Fraction | None:
    """How many years after its start a pathway reaches what there is (Lipke's earned schedule).

    All of its length where there is as much as it ends with; None where there is less than at its start.
    """
    years = sorted(pathway)
    if not years or have < pathway[years[0]]:
        return None
    reached = Fraction(0)
    for before, after in pairwise(years):
        low, high = pathway[before], pathway[after]
        if high <= have:
            reached = Fraction(after - years[0])
        elif low <= have:
            return before - years[0] + (have - low) / (high - low)
    return reached


@attrs.frozen(eq=False)
class ProjectionContext:
    """The plan and what is known on a day.

    ``lists`` are the registrations by title year, as ids; ``ahead`` the same as units of the day for
    the years in which their recognitions would count. ``first`` is the first year that is looked at.
    ``seed``, ``draws``, ``verdicts`` and ``assessed`` are for methods that draw. ``notes`` are keys of
    sentences on what was asked for and could not be done.
    """

    plan: Plan
    on: datetime.date
    ledger: History
    scenarios: Scenarios
    lists: Mapping[int, tuple[str, ...]]
    ahead: Mapping[int, frozenset[str]]
    first: int
    counts: YearCounts
    seed: int = 0
    draws: int = 0
    verdicts: Verdicts | None = None
    assessed: Assessed | None = None
    notes: tuple[str, ...] = ()

    @property
    def years(self) -> range:
        """The years of the table: from the first recognition or the plan's first year to its last."""
        return range(self.first, self.plan.horizon.until + 1)

    @property
    def years_ahead(self) -> range:
        """Those of them that lie ahead."""
        return range(max(self.first, self.on.year + 1), self.plan.horizon.until + 1)

    def units(self, year: int, area: str | None = None) -> tuple[Unit, ...]:
        """The units that count for a year, of one area or of all."""
        counted = self.ledger.units(year)
        return counted if area is None else tuple(unit for unit in counted if unit.area == area)

    def recognised_for(self, year: int, view: View, area: str | None) -> int:
        """How many units of an area, or of all, were recognised for a year, seen in one way."""
        ids = self.ledger.recognised_for(year, view)
        return sum(area in (None, self.plan.roster.unit(id).area) for id in ids)

    def pathway(self, start: int, have: int | Fraction, area: str | None = None) -> dict[int, Fraction]:
        """The straight lines from what there is in a year to what the targets need (see ``pace``)."""
        needs: dict[int, int] = {}
        for target in self.plan.targets:
            if target.in_ is None and target.units is None and (area is None) == (target.each is None):
                need = need_of(target, len(self.units(target.year, area)))
                needs[target.year] = max(need, needs.get(target.year, 0))
        return straight_pathway(start, have, needs)

    def base(self, area: str | None = None) -> tuple[int, int]:
        """The year before the plan, and how many units held the recognition at its end."""
        start = self.plan.horizon.from_ - 1
        return start, len(self.ledger.held(start, "expected", self.units(start, area)))


def need_of(target: Target, units: int) -> int:
    """How many whole units a target needs of so many: exactly, half of 35 is 18."""
    if target.share is not None:
        return units_needed(target.shares[0], units)
    if target.count is not None:
        return min(target.count, units) if target.in_ is None else target.count
    return len(target.units or ())


def context_of(
    plan: Plan, rows: Sequence[UnitStatus], on: datetime.date, scenarios: Scenarios, **drawn: Any
) -> ProjectionContext:
    """The context of a projection made on a day; ``drawn`` is what methods that draw need."""
    lists = {each.year: tuple(unit.id for unit in plan.registered(each.year)) for each in plan.registrations}
    ledger = History(plan.roster, plan.counting, rows, lists, on, _named(plan))
    present = {unit.id for unit in ledger.units(on.year)}
    delay = plan.counting.decided_after if plan.counting.basis == "decision_date" else 0
    ahead = {
        year + delay: frozenset(
            near for unit in units for near in _on_the_day(plan.roster, plan.roster.unit(unit), present)
        )
        for year, units in lists.items()
        if year > on.year
    }
    held = [ledger.counts_from(row) for row in ledger.rows]
    first = min([plan.horizon.from_, *(year for year in held if year <= on.year)])
    return ProjectionContext(
        plan, on, ledger, scenarios, lists, ahead, first, observed(ledger, lists), **drawn
    )


def _unit_named(plan: Plan, name: str) -> Unit:
    """The unit that a target names; it may have had the name at any time in the plan."""
    first, last = first_day(plan, plan.horizon.from_), year_days(plan.horizon.until)[1]
    return meant_unit(name, plan.roster, first, last)


def _named(plan: Plan) -> dict[str, int]:
    """Units that are to keep what they were recognised for, and the year before the plan."""
    kept = [target for target in plan.targets if target.through is not None]
    names = [name for target in kept for name in target.units or ()]
    return {_unit_named(plan, name).id: plan.horizon.from_ - 1 for name in names}


def present_units(context: ProjectionContext, name: str, year: int) -> tuple[Unit, ...]:
    """What a unit that a target names is in a year: itself, or what it went into by then."""
    plan = context.plan
    unit = _unit_named(plan, name)
    present = {each.id for each in context.units(year)}
    near = _on_the_day(plan.roster, unit, present)
    return tuple(plan.roster.unit(each) for each in near) or (unit,)


def holders_named(context: ProjectionContext, target: Target) -> tuple[Unit, ...] | None:
    """The units of the day that a target names; None unless all of them surely hold the recognition."""
    year = context.on.year
    units = {unit.id: unit for name in target.units or () for unit in present_units(context, name, year)}
    sure = all(context.ledger.holds(unit, year, "low") for unit in units.values())
    return tuple(units.values()) if sure else None


def _on_the_day(roster: Roster, unit: Unit, present: set[str]) -> list[str]:
    """The units of the day that a unit of another day is, goes into, or comes from."""
    return _along(roster.successors, unit, present) or _along(roster.predecessors, unit, present)


def _along(step: Callable[[Unit], tuple[Unit, ...]], unit: Unit, present: set[str]) -> list[str]:
    if unit.id in present:
        return [unit.id]
    return [near for other in step(unit) for near in _along(step, other, present)]
