"""Making a periodic report on a plan."""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.assessed import last_results
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.unit_status import UnitStatus, load_unit_statuses, unit_statuses_from
from criteria_engine.projection.context import course_of, setting_of
from criteria_engine.projection.projection import project
from criteria_engine.reports.duties import duties_of, risks_of
from criteria_engine.reports.period import KINDS, changed_since, period_of
from criteria_engine.reports.quality import qualities
from criteria_engine.reports.report import Report
from criteria_engine.reports.standings import area_standings, unit_standings

__all__ = ["report"]

_Rows = str | os.PathLike[str] | Iterable[UnitStatus | Mapping[str, Any]]


def report(
    plan: Plan,
    recognitions: _Rows = (),
    *,
    on: datetime.date,
    since: datetime.date | None = None,
    kind: str | None = None,
    assessments: Mapping[str, Any] | None = None,
    assessments_assumed: bool = False,
    done: Collection[str] = (),
    **choices: Any,
) -> Report:
    """The report on a plan that is due on a day, or near it.

    Args:
        plan: The plan, from ``ce.load_plan`` or built in Python.
        recognitions: What happened: the path of a CSV file, or rows, as ``ce.project`` takes them.
        on: The day of the report. What came later is left out.
        since: The day of the last report; changes are told from the day after it. Where it is not
            given, the plan's own duties say it.
        kind: ``half_year``, ``year`` or ``review``, where the plan's duties do not say it.
        assessments: By name or id of the unit the ``Result`` of its last assessment, or by year its
            results or values, as ``ce.project`` takes them.
        assessments_assumed: Whether the values they were made from are assumed; the report says so.
        done: Ids of tasks that are done. Of others the report says when they are due, or were.
        choices: How to look ahead: ``method``, ``scenarios``, ``confidence`` and whatever else
            ``ce.project`` takes.

    Raises:
        CriteriaError: Rows, names, the kind, the tasks, the method or a scenario are not right.
        ValueError: ``confidence`` is not between 0 and 1.
    """
    if kind is not None and kind not in KINDS:
        raise _refused("kind", Fault("CE973", value=str(kind), known=", ".join(KINDS)))
    if since is not None and since >= on:
        raise _refused("since", Fault("CE974", since_day=since, on_day=on))
    rows = _rows_of(plan, recognitions)
    found = project(plan, recognitions=rows, on=on, assessments=assessments, **choices)
    setting = setting_of(plan, rows, on, course_of(choices.get("scenarios", ())))
    results = last_results(assessments or {}, choices.get("ruleset"))
    units = unit_standings(setting, qualities(setting, results))
    period = period_of(plan, on, kind, since)
    changed = changed_since(setting, period.since)
    duties = duties_of(plan, on, done)
    statuses = {each.ruleset.status for each in results.values()}
    return Report(
        plan,
        on,
        period,
        found,
        units,
        area_standings(setting, units),
        changed,
        duties,
        risks_of(plan, found, units, changed, duties),
        assessments_assumed and bool(results),
        next((word for word in ("illustrative", "adapted", "official") if word in statuses), None),
    )


def _rows_of(plan: Plan, given: _Rows) -> Sequence[UnitStatus]:
    fixed = plan.counting.denominator.fixed
    if isinstance(given, str | os.PathLike):
        return load_unit_statuses(given, plan.roster, fixed)
    return unit_statuses_from(given, plan.roster, fixed)


def _refused(path: str, fault: Fault) -> CriteriaError:
    problems = Problems()
    problems.add_fault(path, fault)
    return CriteriaError(problems)
