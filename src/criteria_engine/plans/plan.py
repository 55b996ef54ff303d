"""A plan: units, whom it registers, what it aims at; sound, or not made.

First the kinds of single values in a plan file, then the parts of a plan, ``Plan`` itself, and what
``look_at_plan`` notes: names against the roster of their day, sums, years and tasks.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.grammar import normal
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.plans.roster import (
    MOST_LOOKED_FOR,
    Roster,
    Unit,
    meant_unit,
    name_key,
    nearest_name,
    year_days,
)
from criteria_engine.rules.parts import LegalBasis
from criteria_engine.rules.schema import (
    BOOLEAN,
    DATE,
    ID,
    INTEGER,
    LABEL,
    SHARE,
    TEXT,
    TITLES,
    ById,
    Field,
    ListOf,
    MapOf,
    Members,
    Object,
    OptionalDay,
    OptionalObject,
    OptionalSeveral,
    Pairs,
    Plain,
    Scalar,
    Several,
    Struct,
    Titles,
    Wording,
    digest_of,
    part,
    shown,
    word_of,
)

_SPAN = re.compile(r"([0-9]{1,2}) years?")
_LAPSED = "until lapsed"
_EVERY_YEAR = "every year"


def _year(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch("[0-9]{4}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
        raise Fault(Code.NOT_A_YEAR, value=shown(value))
    return value


def _years(value: Any, code: str = Code.BAD_NUMBER_OF_YEARS, least: int = 0) -> int:
    span = _SPAN.fullmatch(value) if isinstance(value, str) else None
    years = int(span[1]) if span else value
    if isinstance(years, bool) or not isinstance(years, int) or not least <= years <= 99:
        raise Fault(code, value=shown(value))
    return years


def _lasts(value: Any) -> int | None:
    return None if value in (None, _LAPSED) else _years(value, Code.BAD_DURATION, 1)


def _day_of_year(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch("[0-9]{2}-[0-9]{2}", value):
        try:
            # A year that is no leap year: a report due on 29 February comes once in four years.
            datetime.date(2023, int(value[:2]), int(value[3:]))
        except ValueError:
            pass
        else:
            return value
    raise Fault(Code.NOT_A_DAY_OF_A_PLAN, value=shown(value))


def _due(value: Any) -> datetime.date | str:
    if isinstance(value, str) and value == _EVERY_YEAR:
        return value
    try:
        return datetime.date(_year(value), 12, 31)
    except Fault:
        pass
    try:
        day: datetime.date = DATE.accept(value)
    except Fault:
        raise Fault(Code.BAD_DUE_DATE, value=shown(value)) from None
    return day


def day_of_year(text: str, year: int) -> datetime.date:
    """The day of a year that a text like ``05-15`` says."""
    return datetime.date(year, int(text[:2]), int(text[3:]))


YEAR = Scalar("year", _year, _year)
"""A year of four digits, kept as an int."""

_LASTS = Scalar("span", _lasts, _lasts, lambda years: _LAPSED if years is None else f"{years} years")
_SPAN_OF_YEARS = Scalar("years", _years, _years, lambda years: f"{years} years")
_DAY_OF_YEAR = Scalar("day of a year", _day_of_year, _day_of_year)
_DUE = Scalar("due", _due, _due, str)


CLEARS = ("owner", "what", "due", "result", "answerable")
"""The "five clears" of a task: who, what, by when, with which result, who answers for it."""


@attrs.frozen(repr=False)
class Horizon(Plain):
    """The first and the last year of a plan."""

    from_: int = part(YEAR, key="from")
    until: int = part(YEAR)


@attrs.frozen(repr=False)
class Denominator(Plain):
    """Of how many units a share is: those of the day (``rule="current"``), or those of a ``fixed`` day."""

    rule: str = part(word_of("current"), default="current")
    fixed: OptionalDay = part(DATE, optional=True, default=None)


_COUNTING_RULES: tuple[str, ...] = ("basis", "denominator", "carry_over", "predecessors")
_COUNTING_RULES += ("lasts", "decided_after", "only", "registered_only")


@attrs.frozen(repr=False)
class Counting(Plain):
    """What counts, of how many, and for how long.

    ``basis``: a recognition counts from the year in its title, or from the day of its decision, which
    then comes ``decided_after`` years later as long as it is not known. ``carry_over``: what becomes of
    the titles of units that merge: the new unit holds one if ``any``, ``most`` (more than half) or
    ``all`` of its predecessors did, none (``reassess``), or the old list goes on being counted
    (``freeze``). ``predecessors`` are those of the kinds that count (``counted``), or ``all``.
    ``lasts``: years a recognition stands without renewal, None until it lapses. ``only``: the units
    that count, by the columns of the roster. ``registered_only``: in a year with a list, only units on
    it can be recognised. ``assumed``: which of all this no document says.
    """

    basis: str = part(word_of("title_year", "decision_date"), default="title_year")
    denominator: Object[Denominator] = part(Struct(Denominator, short="rule"), default=Denominator())
    carry_over: str = part(word_of("any", "most", "all", "reassess", "freeze"), default="any")
    predecessors: str = part(word_of("counted", "all"), default="counted")
    lasts: int | None = part(_LASTS, default=None)
    decided_after: int = part(_SPAN_OF_YEARS, default=1)
    only: Pairs[tuple[str, ...]] = part(MapOf(LABEL, ListOf(LABEL, single=True)), default=())
    registered_only: bool = part(BOOLEAN, default=False)
    assumed: Several[str] = part(ListOf(word_of(*_COUNTING_RULES), single=True), default=())


@attrs.frozen(repr=False)
class AreaList(Plain):
    """The units that one area registers for a year; ``total`` is the number the document states."""

    units: Several[str] = part(ListOf(LABEL), default=())
    total: int | None = part(INTEGER, optional=True, default=None)
    area: str = attrs.field(default="")


@attrs.frozen(repr=False)
class Registration(Plain):
    """The units registered for one year, by area; ``total`` is the number the document states.

    A list without areas is that of one area without a name.
    """

    year: int
    areas: tuple[AreaList, ...] = ()
    total: int | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """All names on the list."""
        return tuple(name for each in self.areas for name in each.units)


def _listed(value: Any) -> tuple[Registration, ...]:
    """Registrations from Python: years with a list of names, or with lists by area."""
    if isinstance(value, Mapping):
        return tuple(_of_year(year, each) for year, each in value.items())
    if isinstance(value, list | tuple) and all(isinstance(each, Registration) for each in value):
        return tuple(value)
    raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="map")


def _of_year(year: Any, value: Any) -> Registration:
    known = YEAR.accept(year)
    if isinstance(value, list | tuple):
        return Registration(known, (AreaList(tuple(value)),))
    if not isinstance(value, Mapping):
        raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="map")
    areas = []
    for name, each in value.items():
        if name != "total":
            area = AreaList(**each) if isinstance(each, Mapping) else AreaList(tuple(each))
            areas.append(attrs.evolve(area, area=normal(LABEL.accept(name))))
    return Registration(known, tuple(areas), INTEGER.accept(value["total"]) if "total" in value else None)


# A file's registrations are read by ``plan_file``, which knows their places.
_REGISTRATIONS = Scalar("registrations", _listed, _listed)


@attrs.frozen(repr=False)
class Target(Plain):
    """What a plan wants to reach; exactly one of ``share``, ``count`` and ``units`` is given.

    ``share`` (0–1; two for a range) and ``count`` ``by`` a year are of units that hold the title at its
    end; ``count`` ``in`` a year are units recognised for that year; ``units`` keep it ``through`` a
    year. With ``each="area"`` every area must reach it on its own.
    """

    id: str = part(ID)
    share: Field[tuple[float, ...] | None, float | str | Iterable[float | str] | None] = part(
        ListOf(SHARE, single=True), optional=True, default=None
    )
    count: int | None = part(INTEGER, optional=True, default=None)
    units: OptionalSeveral[str] = part(ListOf(LABEL), optional=True, default=None)
    by: int | None = part(YEAR, optional=True, default=None)
    in_: int | None = part(YEAR, optional=True, default=None, key="in")
    through: int | None = part(YEAR, optional=True, default=None)
    each: str | None = part(word_of("area"), optional=True, default=None)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())

    @property
    def year(self) -> int:
        """The year at whose end the target is judged."""
        return self.by or self.in_ or self.through or 0

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """The share, or both ends of its range, exactly as written."""
        return tuple(Fraction(repr(each)) for each in self.share or ())


@attrs.frozen(repr=False)
class Reports(Plain):
    """The days of the year on which reports are due, and the years of reviews."""

    half_year: str | None = part(_DAY_OF_YEAR, optional=True, default=None)
    year: str | None = part(_DAY_OF_YEAR, optional=True, default=None)
    review: Several[int] = part(ListOf(YEAR, single=True), default=())

    def due(self, horizon: Horizon) -> tuple[datetime.date, ...]:
        """The days on which reports are due, from the first to the last year."""
        days = [text for text in (self.half_year, self.year) if text is not None]
        years = range(horizon.from_, horizon.until + 1)
        return tuple(sorted(day_of_year(text, year) for year in years for text in days))


@attrs.frozen(repr=False)
class Task(Plain):
    """A task with its five clears; ``assumed`` names those that no document says."""

    id: str | None = part(ID, optional=True, default=None)
    owner: Wording = part(TITLES, default=Titles())
    what: Wording = part(TITLES, default=Titles())
    due: datetime.date | str | None = part(_DUE, optional=True, default=None)
    result: Wording = part(TITLES, default=Titles())
    answerable: Wording = part(TITLES, default=Titles())
    criteria: Several[str] = part(ListOf(LABEL, single=True), default=())
    assumed: Several[str] = part(ListOf(word_of(*CLEARS), single=True), default=())
    note: Wording = part(TITLES, default=Titles())

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of the five clears that are not said."""
        return tuple(name for name in CLEARS if not getattr(self, name))


@attrs.frozen(repr=False)
class Capacity(Plain):
    """How many units can be built up in a year."""

    per_year: int = part(INTEGER)


def of_those_that_count(units: Sequence[Unit], counting: Counting) -> tuple[Unit, ...]:
    """Those of some units that ``counting.only`` picks out."""
    left = tuple(units)
    for column, values in counting.only:
        wanted = {name_key(value) for value in values}
        present = {unit.column(column) or "" for unit in left}
        kept = {value for value in present if name_key(value) in wanted}
        left = tuple(unit for unit in left if (unit.column(column) or "") in kept)
    return left


def counted_units(roster: Roster, counting: Counting, day: datetime.date) -> tuple[Unit, ...]:
    """The units that count on a day; where the plan counts on a fixed day's list, those of that day."""
    return of_those_that_count(roster.on(counting.denominator.fixed or day), counting)


@attrs.frozen(repr=False, kw_only=True)
class Plan(Plain):
    """What an authority wants its units to reach, by when, and who registers when.

    ``ce.load_plan`` reads one from a file; one built here meets the same checks: ``CriteriaError``
    names all that is wrong, with the path instead of the line. ``roster`` holds the units,
    ``roster_file`` says where a file keeps them. Frozen, equal by value, picklable.
    """

    id: str = part(LABEL, key="plan")
    title: Wording = part(TITLES, default=Titles())
    legal_basis: Members[LegalBasis] = part(ListOf(Struct(LegalBasis)), default=())
    ruleset: str | None = part(LABEL, optional=True, default=None)
    roster_file: str = part(TEXT, key="roster", default="")
    horizon: Object[Horizon] = part(Struct(Horizon), kw_only=True)
    counting: Object[Counting] = part(Struct(Counting), default=Counting())
    registrations: Members[Registration] = part(_REGISTRATIONS, default=())
    targets: Members[Target] = part(ById(Struct(Target)), default=())
    reports: OptionalObject[Reports] = part(Struct(Reports), optional=True, default=None)
    tasks: Members[Task] = part(ListOf(Struct(Task)), default=())
    capacity: OptionalObject[Capacity] = part(Struct(Capacity), optional=True, default=None)
    note: Wording = part(TITLES, default=Titles())
    roster: Roster = attrs.field(default=Roster(()))

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        look_at_plan(self, problems)
        problems.raise_errors()

    @property
    def digest(self) -> str:
        """The SHA-256 of the plan and its units; comments and the order of keys play no part."""
        return digest_of(self)

    @property
    def report_days(self) -> tuple[datetime.date, ...]:
        """The days on which the half-yearly and yearly reports are due."""
        return () if self.reports is None else self.reports.due(self.horizon)

    def target(self, id: str) -> Target:
        """The target with that id; raises ``KeyError`` where there is none."""
        for target in self.targets:
            if target.id == id:
                return target
        raise KeyError(id)

    def counted_on(self, day: datetime.date) -> tuple[Unit, ...]:
        """The units that count on a day: those of the roster that ``counting.only`` picks out.

        Where the plan counts on the list of a fixed day, that day's list.
        """
        return counted_units(self.roster, self.counting, day)

    def registered(self, year: int) -> tuple[Unit, ...]:
        """The units on the list of a year; () where it has none."""
        return tuple(
            unit
            for each in self.registrations
            if each.year == year
            for _, _, _, unit in _listed_units(self, each)
            if isinstance(unit, Unit)
        )


def look_at_plan(plan: Plan, problems: Problems) -> None:
    """Note all that is wrong with a plan whose parts were read."""
    first, last = plan.horizon.from_, plan.horizon.until
    if first > last:
        problems.add("horizon", Code.PLAN_ENDS_BEFORE_IT_BEGINS, first=first, last=last)
        return
    _look_at_counting(plan, problems)
    for registration in plan.registrations:
        _look_at_registration(plan, registration, problems)
    for target in plan.targets:
        _look_at_target(plan, target, problems)
    _look_at_reports_and_capacity(plan, problems)
    _look_at_tasks(plan, problems)


def first_day(plan: Plan, year: int) -> datetime.date:
    """From which day on the names of a year's list are looked for: that of the plan, in its own year."""
    begin, end = year_days(year)
    issued = [each.issued for each in plan.legal_basis if each.issued is not None]
    return next((day for day in issued if begin <= day <= end), begin)


def _listed_units(plan: Plan, registration: Registration) -> Iterator[tuple[str, str, str, Unit | Fault]]:
    """The names on a list with their paths and areas, and the unit each means, or why it means none."""
    faults = 0
    _, last = year_days(registration.year)
    for each in registration.areas:
        path = f"registrations.{registration.year}" + (f".{each.area}" if each.area else "")
        path += ".units" if each.total is not None else ""
        for place, name in enumerate(each.units):
            try:
                day = first_day(plan, registration.year)
                # Names on a fixed list stay valid, even if the units have changed since.
                fixed = plan.counting.denominator.fixed
                unit: Unit | Fault = meant_unit(
                    name, plan.roster, day, last, each.area or None, fixed, looking=faults < MOST_LOOKED_FOR
                )
            except Fault as fault:
                unit, faults = fault, faults + 1
            yield f"{path}[{place}]", name, each.area, unit


def _look_at_counting(plan: Plan, problems: Problems) -> None:
    counting, roster = plan.counting, plan.roster
    fixed = counting.denominator.fixed
    if counting.carry_over == "freeze" and fixed is None:
        problems.add("counting.carry_over", Code.FREEZE_WITHOUT_DAY)
    for column, values in counting.only:
        known = {unit.column(column) for unit in roster} - {None}
        if column not in roster.columns():
            found = nearest_name(column, roster.columns())
            problems.add("counting.only", Code.UNKNOWN_ROSTER_COLUMN, column=column, nearest=found)
            return
        keys = {name_key(str(each)) for each in known}
        for value in values:
            if name_key(value) not in keys:
                path, near = f"counting.only.{column}", nearest_name(value, sorted(map(str, known)))
                problems.add(path, Code.NO_UNIT_WITH_VALUE, value=value, column=column, nearest=near)
                return
    day = fixed or first_day(plan, plan.horizon.from_)
    if not counted_units(roster, counting, day):
        problems.add("counting.denominator.fixed" if fixed else "roster", Code.NO_UNIT_COUNTS, day=day)


def _look_at_registration(plan: Plan, registration: Registration, problems: Problems) -> None:
    path = f"registrations.{registration.year}"
    first, last = plan.horizon.from_, plan.horizon.until
    if not first <= registration.year <= last:
        problems.add(path, Code.LIST_OUTSIDE_PLAN, year=registration.year, first=first, last=last)
        return
    alive = [unit for unit in plan.roster if unit.exists_between(*year_days(registration.year))]
    areas = sorted({unit.area for unit in of_those_that_count(alive, plan.counting) if unit.area})
    for each in registration.areas:
        here = f"{path}.{each.area}" if each.area else path
        if each.area and name_key(each.area) not in {name_key(area) for area in areas}:
            problems.add(here, Code.UNKNOWN_AREA, area=each.area, nearest=nearest_name(each.area, areas))
        if each.total is not None and each.total != len(each.units):
            problems.add(f"{here}.total", Code.TOTAL_DIFFERS, total=each.total, found=len(each.units))
    found = len(registration.units)
    if registration.total is not None and registration.total != found:
        problems.add(f"{path}.total", Code.TOTAL_DIFFERS, total=registration.total, found=found)
    if plan.capacity is not None and plan.capacity.per_year < found:
        capacity = plan.capacity.per_year
        problems.add(path, Code.ABOVE_CAPACITY, severity="warning", found=found, capacity=capacity)
    _look_at_listed(plan, registration, areas, problems)


def _look_at_listed(plan: Plan, registration: Registration, areas: Sequence[str], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for path, name, area, unit in _listed_units(plan, registration):
        if isinstance(unit, Fault):
            problems.add_fault(path, unit)
            continue
        if unit.id in seen:
            problems.add(path, Code.UNIT_LISTED_TWICE, unit=name, first=seen[unit.id] or "–")
        seen.setdefault(unit.id, area)
        if not of_those_that_count((unit,), plan.counting):
            # The columns that keep it from being counted, with what they hold.
            which = ", ".join(f"{column}: {unit.column(column) or '–'}" for column, _ in plan.counting.only)
            problems.add(path, Code.UNIT_DOES_NOT_COUNT, unit=name, which=which)
        elif area and name_key(unit.area) != name_key(area) and name_key(area) in map(name_key, areas):
            problems.add(path, Code.UNIT_IN_ANOTHER_AREA, unit=name, area=unit.area or "–", found=area)


_YEARS = {"share": ("by",), "count": ("by", "in"), "units": ("through", "by")}


def _look_at_target(plan: Plan, target: Target, problems: Problems) -> None:
    path = f"targets.{target.id}"
    kinds = [kind for kind in _YEARS if getattr(target, kind) is not None]
    years = {"by": target.by, "in": target.in_, "through": target.through}
    year_keys = [name for name, year in years.items() if year is not None]
    if len(kinds) != 1:
        problems.add(path, Code.TARGET_NOT_ONE_KIND, target=target.id, found=", ".join(kinds) or "–")
        return
    kind = kinds[0]
    if len(year_keys) != 1 or year_keys[0] not in _YEARS[kind] or (target.each and kind == "units"):
        found = ", ".join([*year_keys, *(["each"] if target.each and kind == "units" else [])]) or "–"
        problems.add(path, Code.TARGET_YEAR_KEY, kind_=kind, found=found, wanted=" / ".join(_YEARS[kind]))
        return
    first, last = plan.horizon.from_, plan.horizon.until
    if not first <= target.year <= last:
        problems.add(
            f"{path}.{year_keys[0]}", Code.TARGET_OUTSIDE_PLAN, year=target.year, first=first, last=last
        )
        return
    if target.share is not None:
        low, *high = target.share or (1.0,)
        if not 1 <= len(target.share) <= 2 or low == 0 or (high and high[0] < low):
            problems.add(f"{path}.share", Code.BAD_TARGET_SHARE)
    if target.count is not None:
        _look_at_count(plan, target, problems)
    for place, name in enumerate(target.units or ()):
        try:
            meant_unit(name, plan.roster, first_day(plan, first), year_days(target.year)[1])
        except Fault as fault:
            problems.add_fault(f"{path}.units[{place}]", fault)


def _look_at_count(plan: Plan, target: Target, problems: Problems) -> None:
    path, count = f"targets.{target.id}", target.count or 0
    days = [first_day(plan, plan.horizon.from_), year_days(target.year)[1]]
    most = max(len(counted_units(plan.roster, plan.counting, day)) for day in days)
    if not 1 <= count <= most:
        problems.add(f"{path}.count", Code.BAD_TARGET_COUNT, count=count, most=most)
        return
    lists = [each for each in plan.registrations if each.year == target.in_]
    if lists and target.each is None and len(lists[0].units) < count:
        problems.add(
            f"{path}.count",
            Code.BELOW_TARGET,
            severity="warning",
            count=count,
            year=target.year,
            found=len(lists[0].units),
        )


def _look_at_reports_and_capacity(plan: Plan, problems: Problems) -> None:
    first, last = plan.horizon.from_, plan.horizon.until
    for place, year in enumerate(plan.reports.review if plan.reports else ()):
        if not first <= year <= last:
            problems.add(
                f"reports.review[{place}]", Code.REVIEW_OUTSIDE_PLAN, year=year, first=first, last=last
            )
    if plan.capacity is not None and plan.capacity.per_year < 1:
        problems.add("capacity.per_year", Code.BAD_CAPACITY, value=plan.capacity.per_year)


def _look_at_tasks(plan: Plan, problems: Problems) -> None:
    seen: set[str] = set()
    for place, task in enumerate(plan.tasks):
        if task.missing:
            known = task.id or f"{place + 1}"
            problems.add(f"tasks[{place}]", Code.TASK_INCOMPLETE, task=known, missing=", ".join(task.missing))
        if task.id is not None and task.id in seen:
            problems.add(f"tasks[{place}].id", Code.TASK_ID_TWICE, task=task.id)
        seen.add(task.id or "")
