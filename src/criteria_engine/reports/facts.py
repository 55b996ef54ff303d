"""The figures of a report, before any of them is said.

In order: which report is due and since when it tells; what changed since then; what the last assessments say of
each unit; where units and areas stand; the tasks, and the risks that the figures show.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.evaluation.result import CriterionResult, Result, leaves_of
from criteria_engine.messages.diagnostics import Code, Problems
from criteria_engine.messages.formatting import sort_key_vi
from criteria_engine.plans.history import History
from criteria_engine.plans.plan import Plan, Task, day_of_year, of_those_that_count
from criteria_engine.plans.roster import Unit, UnitChange, meant_unit
from criteria_engine.plans.unit_status import HELD, PENDING, UnitStatus
from criteria_engine.projection.context import ProjectionContext
from criteria_engine.projection.projection import Projection
from criteria_engine.rules.parts import Status
from criteria_engine.rules.schema import Titles

KINDS = ("half_year", "year", "review")
"""The reports that a plan asks for: half-yearly, yearly, and the review between its stages."""

_A_REPORT_BELONGS_TO = datetime.timedelta(days=92)


@attrs.frozen
class Period:
    """Which report it is, the day on which it is due (None where none is near), and since when it tells."""

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
    days = [earlier for earlier in plan.report_days if earlier < day]
    if kind == "year" and plan.reports is not None and plan.reports.year is not None:
        text = plan.reports.year
        days = [earlier for earlier in days if day_of_year(text, earlier.year) == earlier]
    return max([begin, *days])


def changed_since(setting: ProjectionContext, since: datetime.date) -> Since:
    """What changed from the day after ``since`` to the day of looking."""
    ledger, on = setting.ledger, setting.on
    counted = [row for row in ledger.rows if _counts(setting, row)]
    recent = [row for row in counted if _happened(row, since, on)]
    lists = [
        UnitStatus(unit, year, "registered")
        for year, units in setting.lists.items()
        if since.year < year <= on.year
        for unit in units
    ]
    listed = {(row.unit, row.year) for row in lists}
    asked = [row for row in recent if row.status in PENDING and (row.unit, row.year) not in listed]
    then, now = setting.plan.counted_on(since), ledger.units(on.year)
    held_then, held_now = (len(ledger.held(on.year, "low", units)) for units in (then, now))
    settled = [row for row in counted if row.status in (*HELD, "lapsed")]
    undated = [row for row in settled if row.decided is None and row.year == since.year]
    return Since(
        since,
        _happenings(setting, [row for row in recent if row.status == "recognised"]),
        _happenings(setting, [row for row in recent if row.status == "maintained"]),
        _happenings(setting, [row for row in recent if row.status == "lapsed"]),
        _happenings(setting, [*lists, *asked]),
        _happenings(setting, undated),
        _roster_changes(setting, since),
        (len(then), len(now)),
        (held_then, held_now),
    )


def _counts(setting: ProjectionContext, row: UnitStatus) -> bool:
    return bool(of_those_that_count([setting.plan.roster.unit(row.unit)], setting.plan.counting))


def _happened(row: UnitStatus, since: datetime.date, on: datetime.date) -> bool:
    """Whether a row is of the time after ``since``; without a day its year has to be a later one."""
    if row.decided is not None:
        return since < row.decided <= on
    return since.year < row.year <= on.year


def _happenings(setting: ProjectionContext, rows: Sequence[UnitStatus]) -> tuple[Happening, ...]:
    rows = sorted(rows, key=lambda row: (row.year, row.decided or datetime.date.min, row.unit))
    pairs = [(row, setting.plan.roster.unit(row.unit)) for row in rows]
    return tuple(Happening(u.id, u.name, u.area, row.year, row.decided, row.assumed) for row, u in pairs)


def _roster_changes(setting: ProjectionContext, since: datetime.date) -> tuple[UnitChange, ...]:
    counting = setting.plan.counting
    return tuple(
        change
        for change in setting.plan.roster.changes()
        if since < change.day <= setting.on and of_those_that_count([*change.before, *change.after], counting)
    )


@attrs.frozen
class CriterionName:
    """A criterion, by its path and its title."""

    path: str
    title: Titles


@attrs.frozen
class Quality:
    """What one assessment says.

    ``score`` is the least and the most points it can come to, ``most`` what can be had; None in sets
    without points. ``level`` is the title of the level reached, None while undecided. ``weakest`` is
    the criterion with the smallest sure part of its points, ``lacking`` those not met or blocked, ``open`` those
    without a verdict for lack of values.
    """

    score: tuple[float, float] | None
    most: float | None
    level: Titles | None
    weakest: CriterionName | None
    lacking: tuple[CriterionName, ...]
    open: tuple[CriterionName, ...]


def qualities(setting: ProjectionContext, assessments: Mapping[str, Result]) -> dict[str, Quality]:
    """What the assessments say, by the id of the unit of the day that each name means."""
    roster, day = setting.plan.roster, setting.ledger.day_of(setting.on.year)
    return {meant_unit(name, roster, day, day).id: _quality(result) for name, result in assessments.items()}


def _quality(result: Result) -> Quality:
    leaves = list(leaves_of(result.criteria))
    lacking = [leaf for leaf in leaves if leaf.status in (Status.NOT_MET, Status.BLOCKED)]
    open_ = [leaf for leaf in leaves if leaf.status is Status.UNKNOWN]
    score, most = result.score, result.max_score
    shares = [(share, leaf) for leaf in leaves if (share := _sure_share(leaf)) is not None]
    weakest = min(shares, key=lambda pair: pair[0], default=None)
    return Quality(
        None if score is None else (score.low, score.high),
        None if most is None else most.high,
        _level(result),
        None if weakest is None or weakest[0] >= 1 else _name(result, weakest[1]),
        tuple(_name(result, leaf) for leaf in lacking),
        tuple(_name(result, leaf) for leaf in open_),
    )


def _sure_share(leaf: CriterionResult) -> float | None:
    score, most = leaf.score, leaf.max_score
    if score is None or most is None or most.high <= 0:
        return None
    return score.low / most.high


def _name(result: Result, leaf: CriterionResult) -> CriterionName:
    criterion = result.program.scope.tree.by_path[leaf.path].criterion
    return CriterionName(leaf.path, criterion.title)


def _level(result: Result) -> Titles | None:
    if result.level is None:
        return None
    otherwise = result.ruleset.otherwise
    known = {level.id: level.title for level in result.ruleset.levels}
    if otherwise is not None:
        known[otherwise.id] = otherwise.title
    return known.get(result.level) or Titles((("", result.level),))


def commonly_lacking(qualities: Iterable[Quality]) -> tuple[tuple[CriterionName, int], ...]:
    """The criteria that most units lack, with the number of units; the commonest first."""
    counts = Counter(criterion for quality in qualities for criterion in quality.lacking)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].path)))


@attrs.frozen
class UnitStanding:
    """What is known of one unit that counts.

    Attributes:
        unit: Its id in the roster.
        name: Its name.
        area: Its area.
        holds: Whether it holds the recognition; None where that is open.
        status: The last word about it (see ``ce.UnitStatus``); ``carried`` where it holds what units
            did that went into it, ``expired`` where a recognition was not renewed in time, ``none``
            where nothing was ever told.
        title_year: The year in the title it holds.
        kept_year: The last year for which it was said to be kept up.
        decided: The day of the decision, where it is known.
        until: The last year for which the title stands without renewal; None until it lapses.
        carried: The names and title years of the units that it has its title from.
        listed: The years, from this one on, in which the plan registers it.
        told: Whether anything was told of it for this year.
        assumed: Whether what is said here was assumed by somebody.
        quality: What its last assessment says, where there is one.
    """

    unit: str
    name: str
    area: str
    holds: bool | None
    status: str
    title_year: int | None
    kept_year: int | None
    decided: datetime.date | None
    until: int | None
    carried: tuple[tuple[str, int], ...]
    listed: tuple[int, ...]
    told: bool
    assumed: bool
    quality: Quality | None


@attrs.frozen
class AreaStanding:
    """The units of an area: how many, how many recognised, open, registered this year and next."""

    area: str
    units: int
    recognised: int
    open: int
    listed_now: int
    listed_next: int


def unit_standings(setting: ProjectionContext, quality: Mapping[str, Quality]) -> tuple[UnitStanding, ...]:
    """All units that count on the day, by area and name as a dictionary has them."""
    rows: dict[str, list[UnitStatus]] = {}
    for row in setting.ledger.rows:
        rows.setdefault(row.unit, []).append(row)
    listed = _listed(setting)
    units = setting.units(setting.on.year)
    return tuple(
        _standing(setting.ledger, unit, rows, listed.get(unit.id, ()), quality.get(unit.id))
        for unit in sorted(units, key=lambda u: (sort_key_vi(u.area), sort_key_vi(u.name), u.id))
    )


def _listed(setting: ProjectionContext) -> dict[str, tuple[int, ...]]:
    """For units of the day the years, from this one on, in which they are registered."""
    now = setting.on.year
    years_of: dict[str, list[int]] = {}
    for year, units in [(now, setting.lists.get(now, ())), *sorted(setting.ahead.items())]:
        for unit in units:
            years_of.setdefault(unit, []).append(year)
    return {unit: tuple(years) for unit, years in years_of.items()}


def _standing(
    ledger: History,
    unit: Unit,
    rows: Mapping[str, Sequence[UnitStatus]],
    listed: tuple[int, ...],
    quality: Quality | None,
) -> UnitStanding:
    year = ledger.on.year
    own = list(rows.get(unit.id, ())) or _later_rows(ledger, unit, rows)
    holds = ledger.held_surely(unit, year)
    before = _carried_rows(ledger, unit, rows) if not own or not any(r.status in HELD for r in own) else []
    carried = [] if holds is False else before
    told = own or [row for _, row in carried]
    title = next((row for row in reversed(own) if row.status == "recognised"), None)
    kept = next((row.year for row in reversed(own) if row.status == "maintained"), None)
    if holds is False:
        title, kept = None, None
    last_held = next((row for row in reversed(own) if row.status in HELD), None)
    lasts = ledger.counting.lasts
    until = None
    if lasts is not None and last_held is not None and holds is not False:
        until = ledger.counts_from(last_held) + lasts - 1
    return UnitStanding(
        unit.id,
        unit.name,
        unit.area,
        holds,
        _word(own, holds, carried=bool(carried)),
        title.year if title else None,
        kept,
        title.decided if title else None,
        until,
        tuple((before_unit.name, row.year) for before_unit, row in carried),
        listed,
        any(row.year == year and row.status not in ("missing", "registered") for row in own),
        any(row.assumed for row in told),
        quality,
    )


def _word(own: Sequence[UnitStatus], holds: bool | None, *, carried: bool) -> str:
    if carried and holds is not False and (not own or own[-1].status not in HELD):
        return "carried"
    if not own:
        return "none"
    last = own[-1].status
    return "expired" if last in HELD and holds is not True else last


def _carried_rows(
    ledger: History, unit: Unit, rows: Mapping[str, Sequence[UnitStatus]]
) -> list[tuple[Unit, UnitStatus]]:
    """The last recognitions of the units that went into this one."""
    if ledger.counting.carry_over == "reassess":
        return []
    carried = []
    for before in ledger.roster.predecessors(unit):
        held = [row for row in rows.get(before.id, ()) if row.status == "recognised"]
        if held and ledger.holds(before, ledger.on.year, "high"):
            carried.append((before, held[-1]))
        elif not held:
            carried += _carried_rows(ledger, before, rows)
    return carried


def _later_rows(ledger: History, unit: Unit, rows: Mapping[str, Sequence[UnitStatus]]) -> list[UnitStatus]:
    """On a fixed list: what is told of the units that this one went into."""
    if ledger.counting.denominator.fixed is None:
        return []
    return [row for each in ledger.roster.successors(unit) for row in rows.get(each.id, ())]


def by_area(units: Iterable[UnitStanding]) -> dict[str, list[UnitStanding]]:
    """The units of each area, in the order of the first of them."""
    areas: dict[str, list[UnitStanding]] = {}
    for unit in units:
        areas.setdefault(unit.area, []).append(unit)
    return areas


def area_standings(setting: ProjectionContext, units: Iterable[UnitStanding]) -> tuple[AreaStanding, ...]:
    """The areas, in the order of their units."""
    year = setting.on.year
    return tuple(
        AreaStanding(
            area,
            len(inside),
            sum(unit.holds is True for unit in inside),
            sum(unit.holds is None for unit in inside),
            sum(year in unit.listed for unit in inside),
            sum(year + 1 in unit.listed for unit in inside),
        )
        for area, inside in by_area(units).items()
    )


_NEXT = datetime.timedelta(days=366)
_ORDER = ("overdue", "next", "yearly", "later", "done")


@attrs.frozen
class Duty:
    """A task and how it stands: ``overdue`` (past its day, and nobody said it is done), ``next`` (due
    within a year), ``yearly``, ``later`` or ``done``; ``due`` is its day, where it has one.
    """

    task: Task
    state: str
    due: datetime.date | None


@attrs.frozen
class Risk:
    """Something that the figures show and a reader should weigh; ``details`` fill its sentence."""

    code: str
    details: Mapping[str, object] = attrs.field(factory=dict, hash=False)


def duties_of(plan: Plan, on: datetime.date, done: Collection[str]) -> tuple[Duty, ...]:
    """The tasks, those first that press most.

    Raises ``CriteriaError`` where ``done`` names a task that the plan does not have.
    """
    known = [task.id for task in plan.tasks if task.id is not None]
    problems = Problems()
    for name in done:
        if name not in known:
            problems.add("done", Code.UNKNOWN_TASK, value=name, known=", ".join(known) or "–")
    problems.raise_errors()
    duties = [_duty(task, on, done=task.id is not None and task.id in done) for task in plan.tasks]
    return tuple(sorted(duties, key=lambda duty: (_ORDER.index(duty.state), duty.due or datetime.date.max)))


def _duty(task: Task, on: datetime.date, *, done: bool) -> Duty:
    due = task.due if isinstance(task.due, datetime.date) else None
    if due is not None:
        state = "overdue" if due < on else "next" if due - on <= _NEXT else "later"
    else:
        state = "later" if task.due is None else "yearly"
    return Duty(task, "done" if done else state, due)


def risks_of(
    plan: Plan,
    projection: Projection,
    units: Sequence[UnitStanding],
    since: Since,
    duties: Sequence[Duty],
) -> tuple[Risk, ...]:
    """What may keep the plan from its targets, or a reader from the right figure."""
    year = projection.on.year
    doubtful = {"missed", "off_track", "uncertain", "unlikely", "very_unlikely"}
    risks = [
        Risk("target", {"target": id, "word": outlook.likelihood or outlook.status})
        for id, outlook in projection.targets.items()
        if {outlook.status, outlook.likelihood} & doubtful
    ]

    def risk(code: str, **details: object) -> None:
        """Note a risk, if any of its details is more than nothing."""
        if any(details.values()):
            risks.append(Risk(code, details))

    ahead = year < plan.horizon.until
    if ahead and plan.counting.registered_only and not any(each.year > year for each in plan.registrations):
        risks.append(Risk("no_list", {"year": year + 1}))
    lapsing = [unit.name for unit in units if unit.until == year]
    if lapsing:
        risks.append(Risk("lapsing", {"names": lapsing, "year": year}))
    risk("weak", names=[each.name for each in units if each.holds and each.quality and each.quality.lacking])
    risk("open", count=sum(unit.holds is None for unit in units))
    if since.units[0] != since.units[1]:
        then, now = since.shares
        before, after = since.units
        risks.append(Risk("denominator", {"before": before, "after": after, "then": then, "now": now}))
    risk("carried", names=[unit.name for unit in units if unit.carried and unit.holds])
    risk("overdue", count=sum(duty.state == "overdue" for duty in duties))
    if ahead:
        risks.append(Risk("rules"))
    return tuple(risks)
