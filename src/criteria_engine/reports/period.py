"""Which report is due, since when it tells, and what changed in between."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction

import attrs

from criteria_engine.plans.plan import Plan, day_of_year, of_those_that_count
from criteria_engine.plans.roster import Unit, UnitChange
from criteria_engine.plans.unit_status import HELD, PENDING, UnitStatus
from criteria_engine.projection.context import Setting

__all__ = ["KINDS", "Happening", "Period", "Since", "changed_since", "period_of"]

KINDS = ("half_year", "year", "review")
"""The reports that a plan asks for: half-yearly, yearly, and the review between its stages."""

_A_REPORT_BELONGS_TO = datetime.timedelta(days=92)


@attrs.frozen
class Period:
    """Which report it is, the day on which it is due (None where no duty is near), and since when it tells."""

    kind: str
    due: datetime.date | None
    since: datetime.date


@attrs.frozen
class Happening:
    """Something that happened to a unit, and when, where the day is known."""

    unit: str
    name: str
    area: str
    year: int
    day: datetime.date | None
    assumed: bool


@attrs.frozen
class Since:
    """What changed since a day.

    ``recognised kept lapsed registered`` are what happened to units; ``undated`` are rows of the year of
    ``day`` without a day of decision: they may have been in the last report. ``changes`` are changes of
    the roster. ``units`` are the numbers of units then and now, and ``shares`` what the *same*
    recognitions make of both lists: their difference is no work done.
    """

    day: datetime.date
    recognised: tuple[Happening, ...]
    kept: tuple[Happening, ...]
    lapsed: tuple[Happening, ...]
    registered: tuple[Happening, ...]
    undated: tuple[Happening, ...]
    changes: tuple[UnitChange, ...]
    units: tuple[int, int]
    held: tuple[int, int]

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """The share of today's recognitions on the list of then, and on today's."""
        then, now = (Fraction(held, units or 1) for held, units in zip(self.held, self.units, strict=True))
        return then, now


def period_of(
    plan: Plan, on: datetime.date, kind: str | None = None, since: datetime.date | None = None
) -> Period:
    """The report that is made on a day.

    The duty nearest to the day, within three months; the yearly one of a year of review is the review.
    Where nothing else is said, a half-year report tells since the report before, a yearly one since the
    one of the year before, a review since the plan began.
    """
    due = None
    if plan.reports is not None and plan.report_days:
        nearest = min(plan.report_days, key=lambda day: (abs(day - on), day))
        due = nearest if abs(nearest - on) <= _A_REPORT_BELONGS_TO else None
    word = kind or _kind(plan, due)
    return Period(word, due, since or _since(plan, due or on, word))


def _kind(plan: Plan, due: datetime.date | None) -> str:
    if plan.reports is None or due is None:
        return "other"
    text = plan.reports.year
    if text is None or day_of_year(text, due.year) != due:
        return "half_year"
    return "review" if due.year in plan.reports.review else "year"


def _since(plan: Plan, day: datetime.date, kind: str) -> datetime.date:
    begin = datetime.date(plan.horizon.from_ - 1, 12, 31)
    if kind == "review":
        return begin
    earlier = [each for each in plan.report_days if each < day]
    if kind == "year" and plan.reports is not None and plan.reports.year is not None:
        text = plan.reports.year
        earlier = [each for each in earlier if day_of_year(text, each.year) == each]
    return max([begin, *earlier])


def changed_since(setting: Setting, since: datetime.date) -> Since:
    """What changed from the day after ``since`` to the day of looking."""
    ledger, on = setting.ledger, setting.on
    counted = [row for row in ledger.rows if _counts(setting, row)]
    told = [row for row in counted if _happened(row, since, on)]
    lists = [
        UnitStatus(unit, year, "registered")
        for year, units in setting.lists.items()
        if since.year < year <= on.year
        for unit in units
    ]
    listed = {(row.unit, row.year) for row in lists}
    asked = [row for row in told if row.status in PENDING and (row.unit, row.year) not in listed]
    then = setting.plan.counted_on(since)
    now = ledger.units(on.year)
    held = [len(ledger.held(on.year, "low", units)) for units in (then, now)]
    undated = [
        row
        for row in counted
        if row.decided is None and row.year == since.year and row.status in (*HELD, "lapsed")
    ]
    return Since(
        since,
        _happenings(setting, [row for row in told if row.status == "recognised"]),
        _happenings(setting, [row for row in told if row.status == "maintained"]),
        _happenings(setting, [row for row in told if row.status == "lapsed"]),
        _happenings(setting, [*lists, *asked]),
        _happenings(setting, undated),
        _roster_changes(setting, since),
        (len(then), len(now)),
        (held[0], held[1]),
    )


def _counts(setting: Setting, row: UnitStatus) -> bool:
    return bool(of_those_that_count([setting.plan.roster.unit(row.unit)], setting.plan.counting))


def _happened(row: UnitStatus, since: datetime.date, on: datetime.date) -> bool:
    """Whether a row is of the time after ``since``; without a day its year has to be a later one."""
    if row.decided is not None:
        return since < row.decided <= on
    return since.year < row.year <= on.year


def _happenings(setting: Setting, rows: Sequence[UnitStatus]) -> tuple[Happening, ...]:
    found = []
    for row in sorted(rows, key=lambda row: (row.year, row.decided or datetime.date.min, row.unit)):
        unit: Unit = setting.plan.roster.unit(row.unit)
        found.append(Happening(unit.id, unit.name, unit.area, row.year, row.decided, row.assumed))
    return tuple(found)


def _roster_changes(setting: Setting, since: datetime.date) -> tuple[UnitChange, ...]:
    counting = setting.plan.counting
    return tuple(
        change
        for change in setting.plan.roster.changes()
        if since < change.day <= setting.on and of_those_that_count([*change.before, *change.after], counting)
    )
