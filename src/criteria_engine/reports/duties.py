"""The tasks of a plan on the day of a report: overdue, due next, yearly, done; risks that the figures show."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence

import attrs

from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.plans.plan import Plan, Task
from criteria_engine.projection.projection import Projection
from criteria_engine.reports.period import Since
from criteria_engine.reports.standings import UnitStanding

__all__ = ["Duty", "Risk", "duties_of", "risks_of"]

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
            problems.add_fault("done", Fault("CE972", value=str(name), known=", ".join(known) or "–"))
    problems.raise_errors()
    found = [_duty(task, on, done=task.id is not None and task.id in done) for task in plan.tasks]
    late = datetime.date.max
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.state), each.due or late)))


def _duty(task: Task, on: datetime.date, *, done: bool) -> Duty:
    if isinstance(task.due, datetime.date):
        state = "overdue" if task.due < on else "next" if task.due - on <= _NEXT else "later"
        return Duty(task, "done" if done else state, task.due)
    if task.due is None:
        return Duty(task, "done" if done else "later", None)
    return Duty(task, "done" if done else "yearly", None)


def risks_of(
    plan: Plan,
    projection: Projection,
    units: Sequence[UnitStanding],
    since: Since,
    duties: Sequence[Duty],
) -> tuple[Risk, ...]:
    """What may keep the plan from its targets, or a reader from the right figure."""
    year = projection.on.year
    found = [
        Risk("target", {"target": id, "word": each.likelihood or each.status})
        for id, each in projection.targets.items()
        if each.status in ("missed", "off_track")
        or each.likelihood in ("uncertain", "unlikely", "very_unlikely")
    ]
    ahead = year < plan.horizon.until
    if ahead and plan.counting.registered_only and not any(each.year > year for each in plan.registrations):
        found.append(Risk("no_list", {"year": year + 1}))
    lapsing = [each.name for each in units if each.until == year]
    if lapsing:
        found.append(Risk("lapsing", {"names": lapsing, "year": year}))
    weak = [each.name for each in units if each.holds and each.quality is not None and each.quality.lacking]
    if weak:
        found.append(Risk("weak", {"names": weak}))
    open_ = sum(each.holds is None for each in units)
    if open_:
        found.append(Risk("open", {"count": open_}))
    if since.units[0] != since.units[1]:
        then, now = since.shares
        found.append(
            Risk("denominator", {"before": since.units[0], "after": since.units[1], "then": then, "now": now})
        )
    carried = [each.name for each in units if each.carried and each.holds]
    if carried:
        found.append(Risk("carried", {"names": carried}))
    overdue = sum(each.state == "overdue" for each in duties)
    if overdue:
        found.append(Risk("overdue", {"count": overdue}))
    if ahead:
        found.append(Risk("rules"))
    return tuple(found)
