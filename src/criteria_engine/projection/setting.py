"""What a projection starts from: the plan, what is known on the day, and how the years ahead are to go."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.forecasting.shares import units_needed
from criteria_engine.plans.history import Ledger, Observed, observed
from criteria_engine.plans.plan import Plan, Target, first_day, meant_unit, year_days
from criteria_engine.plans.roster import Roster, Unit
from criteria_engine.plans.unit_status import UnitStatus
from criteria_engine.projection.pace import straight_pathway
from criteria_engine.projection.scenario import Course

__all__ = ["Setting", "need_of", "present_units", "setting_of"]


@attrs.frozen(eq=False)
class Setting:
    """The plan and what is known on a day.

    ``lists`` are the registrations by title year, as ids; ``ahead`` the same as units of the day for
    the years in which their recognitions would count. ``first`` is the first year that is looked at.
    """

    plan: Plan
    on: datetime.date
    ledger: Ledger
    course: Course
    lists: Mapping[int, tuple[str, ...]]
    ahead: Mapping[int, frozenset[str]]
    first: int
    seen: Observed

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
        found = self.ledger.units(year)
        return found if area is None else tuple(unit for unit in found if unit.area == area)

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
        year = self.plan.horizon.from_ - 1
        return year, len(self.ledger.held(year, "expected", self.units(year, area)))


def need_of(target: Target, units: int) -> int:
    """How many whole units a target needs of so many: exactly, half of 35 is 18."""
    if target.share is not None:
        return units_needed(target.shares[0], units)
    if target.count is not None:
        return min(target.count, units) if target.in_ is None else target.count
    return len(target.units or ())


def setting_of(plan: Plan, rows: Sequence[UnitStatus], on: datetime.date, course: Course) -> Setting:
    """The setting of a projection made on a day."""
    lists = {each.year: tuple(unit.id for unit in plan.registered(each.year)) for each in plan.registrations}
    ledger = Ledger(plan.roster, plan.counting, rows, lists, on, _named(plan))
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
    return Setting(plan, on, ledger, course, lists, ahead, first, observed(ledger, lists))


def _named(plan: Plan) -> dict[str, int]:
    """Units that are to keep what they were recognised for, and the year before the plan."""
    kept = [target for target in plan.targets if target.through is not None]
    names = [name for target in kept for name in target.units or ()]
    first, last = first_day(plan, plan.horizon.from_), year_days(plan.horizon.until)[1]
    return {meant_unit(name, plan.roster, first, last).id: plan.horizon.from_ - 1 for name in names}


def present_units(setting: Setting, name: str, year: int) -> tuple[Unit, ...]:
    """What a unit that a target names is in a year: itself, or what it went into by then."""
    plan = setting.plan
    first, last = first_day(plan, plan.horizon.from_), year_days(plan.horizon.until)[1]
    unit = meant_unit(name, plan.roster, first, last)
    present = {each.id for each in setting.units(year)}
    near = _on_the_day(plan.roster, unit, present)
    return tuple(plan.roster.unit(each) for each in near) or (unit,)


def _on_the_day(roster: Roster, unit: Unit, present: set[str]) -> list[str]:
    """The units of the day that a unit of another day is, goes into, or comes from."""
    if unit.id in present:
        return [unit.id]
    later = [each for nearer in roster.successors(unit) for each in _forward(roster, nearer, present)]
    return later or [each for before in roster.predecessors(unit) for each in _back(roster, before, present)]


def _forward(roster: Roster, unit: Unit, present: set[str]) -> list[str]:
    if unit.id in present:
        return [unit.id]
    return [each for nearer in roster.successors(unit) for each in _forward(roster, nearer, present)]


def _back(roster: Roster, unit: Unit, present: set[str]) -> list[str]:
    if unit.id in present:
        return [unit.id]
    return [each for before in roster.predecessors(unit) for each in _back(roster, before, present)]
