"""Whether a plan is sound: its names against the roster of their day, its sums, years and tasks."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Protocol

from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.projection.plan_parts import (
    Capacity,
    Counting,
    Horizon,
    Registration,
    Reports,
    Target,
    Task,
)
from criteria_engine.projection.plan_units import (
    MOST_LOOKED_FOR,
    counted_units,
    meant_unit,
    of_those_that_count,
    year_days,
)
from criteria_engine.projection.roster import Roster, Unit
from criteria_engine.projection.unit_names import name_key, nearest_name
from criteria_engine.rules.parts import LegalBasis

__all__ = ["PlanShape", "first_day", "listed_units", "look_at_plan"]


class PlanShape(Protocol):
    """What the checks look at: a plan that may not be sound yet."""

    @property
    def legal_basis(self) -> tuple[LegalBasis, ...]:
        """The documents it rests on."""

    @property
    def horizon(self) -> Horizon:
        """Its first and last year."""

    @property
    def counting(self) -> Counting:
        """What counts."""

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Its lists."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it aims at."""

    @property
    def reports(self) -> Reports | None:
        """When it reports."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Who does what."""

    @property
    def capacity(self) -> Capacity | None:
        """How many units a year."""

    @property
    def roster(self) -> Roster:
        """Its units."""


def look_at_plan(plan: PlanShape, problems: Problems) -> None:
    """Note all that is wrong with a plan whose parts were read."""
    first, last = plan.horizon.from_, plan.horizon.until
    if first > last:
        problems.add("horizon", "CE905", first=first, last=last)
        return
    _look_at_counting(plan, problems)
    for registration in plan.registrations:
        _look_at_registration(plan, registration, problems)
    for target in plan.targets:
        _look_at_target(plan, target, problems)
    _look_at_reports_and_capacity(plan, problems)
    _look_at_tasks(plan, problems)


def first_day(plan: PlanShape, year: int) -> datetime.date:
    """From which day on the names of a year's list are looked for: that of the plan, in its own year."""
    begin, end = year_days(year)
    issued = [each.issued for each in plan.legal_basis if each.issued is not None]
    return next((day for day in issued if begin <= day <= end), begin)


def listed_units(plan: PlanShape, registration: Registration) -> Iterator[tuple[str, str, str, Unit | Fault]]:
    """The names on a list with their paths and areas, and the unit each means, or why it means none."""
    faults = 0
    _, last = year_days(registration.year)
    for each in registration.areas:
        path = f"registrations.{registration.year}" + (f".{each.area}" if each.area else "")
        path += ".units" if each.total is not None else ""
        for place, name in enumerate(each.units):
            try:
                day = first_day(plan, registration.year)
                # On a fixed list its names stay good, whatever became of the units since.
                fixed = plan.counting.denominator.fixed
                unit: Unit | Fault = meant_unit(
                    name,
                    plan.roster,
                    day,
                    last,
                    each.area or None,
                    fixed,
                    looking=faults < MOST_LOOKED_FOR,
                )
            except Fault as fault:
                unit, faults = fault, faults + 1
            yield f"{path}[{place}]", name, each.area, unit


def _look_at_counting(plan: PlanShape, problems: Problems) -> None:
    counting, roster = plan.counting, plan.roster
    fixed = counting.denominator.fixed
    if counting.carry_over == "freeze" and fixed is None:
        problems.add("counting.carry_over", "CE921")
    for column, values in counting.only:
        known = {unit.column(column) for unit in roster} - {None}
        if column not in roster.columns():
            found = nearest_name(column, roster.columns())
            problems.add("counting.only", "CE922", column=column, nearest=found)
            return
        keys = {name_key(str(each)) for each in known}
        for value in values:
            if name_key(value) not in keys:
                near = nearest_name(value, sorted(str(each) for each in known))
                problems.add(f"counting.only.{column}", "CE923", value=value, column=column, nearest=near)
                return
    day = fixed or first_day(plan, plan.horizon.from_)
    if not counted_units(roster, counting, day):
        problems.add("counting.denominator.fixed" if fixed else "roster", "CE929", day=day)


def _look_at_registration(plan: PlanShape, registration: Registration, problems: Problems) -> None:
    path = f"registrations.{registration.year}"
    first, last = plan.horizon.from_, plan.horizon.until
    if not first <= registration.year <= last:
        problems.add(path, "CE924", year=registration.year, first=first, last=last)
        return
    areas = _areas_of(plan, registration.year)
    for each in registration.areas:
        here = f"{path}.{each.area}" if each.area else path
        if each.area and name_key(each.area) not in {name_key(area) for area in areas}:
            problems.add(here, "CE915", area=each.area, nearest=nearest_name(each.area, areas))
        if each.total is not None and each.total != len(each.units):
            problems.add(f"{here}.total", "CE917", total=each.total, found=len(each.units))
    if registration.total is not None and registration.total != len(registration.units):
        problems.add(f"{path}.total", "CE917", total=registration.total, found=len(registration.units))
    capacity = plan.capacity.per_year if plan.capacity else None
    if capacity is not None and capacity < len(registration.units):
        problems.add(
            path, "CE926", severity="warning", found=len(registration.units), capacity=capacity
        )  # fmt: skip
    _look_at_listed(plan, registration, areas, problems)


def _look_at_listed(
    plan: PlanShape, registration: Registration, areas: Sequence[str], problems: Problems
) -> None:
    seen: dict[str, str] = {}
    for path, name, area, unit in listed_units(plan, registration):
        if isinstance(unit, Fault):
            problems.add_fault(path, unit)
            continue
        if unit.id in seen:
            problems.add(path, "CE914", unit=name, first=seen[unit.id] or "–")
        seen.setdefault(unit.id, area)
        if not of_those_that_count((unit,), plan.counting):
            problems.add(path, "CE920", unit=name, which=_which(unit, plan.counting))
        elif area and name_key(unit.area) != name_key(area) and name_key(area) in map(name_key, areas):
            problems.add(path, "CE916", unit=name, area=unit.area or "–", found=area)


def _which(unit: Unit, counting: Counting) -> str:
    """The columns that keep a unit from being counted, with what they hold."""
    return ", ".join(f"{column}: {unit.column(column) or '–'}" for column, _ in counting.only)


def _areas_of(plan: PlanShape, year: int) -> list[str]:
    first, last = year_days(year)
    alive = [unit for unit in plan.roster if unit.exists_between(first, last)]
    return sorted({unit.area for unit in of_those_that_count(alive, plan.counting) if unit.area})


# ---- targets ---------------------------------------------------------------------------------

_YEARS = {"share": ("by",), "count": ("by", "in"), "units": ("through", "by")}


def _look_at_target(plan: PlanShape, target: Target, problems: Problems) -> None:
    path = f"targets.{target.id}"
    kinds = [kind for kind in _YEARS if getattr(target, kind) is not None]
    years = {"by": target.by, "in": target.in_, "through": target.through}
    given = [name for name, year in years.items() if year is not None]
    if len(kinds) != 1:
        problems.add(path, "CE906", target=target.id, found=", ".join(kinds) or "–")
        return
    kind = kinds[0]
    if len(given) != 1 or given[0] not in _YEARS[kind] or (target.each and kind == "units"):
        found = ", ".join([*given, *(["each"] if target.each and kind == "units" else [])]) or "–"
        problems.add(path, "CE907", kind_=kind, found=found, wanted=" / ".join(_YEARS[kind]))
        return
    first, last = plan.horizon.from_, plan.horizon.until
    if not first <= target.year <= last:
        problems.add(f"{path}.{given[0]}", "CE908", year=target.year, first=first, last=last)
        return
    if target.share is not None:
        low, *high = target.share or (1.0,)
        if not 1 <= len(target.share) <= 2 or low == 0 or (high and high[0] < low):
            problems.add(f"{path}.share", "CE909")
    if target.count is not None:
        _look_at_count(plan, target, problems)
    for place, name in enumerate(target.units or ()):
        try:
            meant_unit(name, plan.roster, first_day(plan, first), year_days(target.year)[1])
        except Fault as fault:
            problems.add_fault(f"{path}.units[{place}]", fault)


def _look_at_count(plan: PlanShape, target: Target, problems: Problems) -> None:
    path, count = f"targets.{target.id}", target.count or 0
    days = [first_day(plan, plan.horizon.from_), year_days(target.year)[1]]
    most = max(len(counted_units(plan.roster, plan.counting, day)) for day in days)
    if not 1 <= count <= most:
        problems.add(f"{path}.count", "CE910", count=count, most=most)
        return
    lists = [each for each in plan.registrations if each.year == target.in_]
    if lists and target.each is None and len(lists[0].units) < count:
        problems.add(
            f"{path}.count",
            "CE927",
            severity="warning",
            count=count,
            year=target.year,
            found=len(lists[0].units),
        )


# ---- what is done, and told ------------------------------------------------------------------


def _look_at_reports_and_capacity(plan: PlanShape, problems: Problems) -> None:
    first, last = plan.horizon.from_, plan.horizon.until
    for place, year in enumerate(plan.reports.review if plan.reports else ()):
        if not first <= year <= last:
            problems.add(f"reports.review[{place}]", "CE928", year=year, first=first, last=last)
    if plan.capacity is not None and plan.capacity.per_year < 1:
        problems.add("capacity.per_year", "CE930", value=plan.capacity.per_year)


def _look_at_tasks(plan: PlanShape, problems: Problems) -> None:
    seen: set[str] = set()
    for place, task in enumerate(plan.tasks):
        if task.missing:
            known = task.id or f"{place + 1}"
            problems.add(f"tasks[{place}]", "CE918", task=known, missing=", ".join(task.missing))
        if task.id is not None and task.id in seen:
            problems.add(f"tasks[{place}].id", "CE919", task=task.id)
        seen.add(task.id or "")
