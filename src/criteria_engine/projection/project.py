"""Projecting a plan: from its rows of recognitions to what becomes of its targets."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from importlib import metadata
from typing import Any

import attrs

from criteria_engine.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.digest import digest_of
from criteria_engine.projection.attaining import attainment
from criteria_engine.projection.changes import share_changes
from criteria_engine.projection.exact import Share, exact_share
from criteria_engine.projection.hazard_look import Hazard
from criteria_engine.projection.looking import Arithmetic, Look
from criteria_engine.projection.nearest import nearest_units
from criteria_engine.projection.path import Path
from criteria_engine.projection.plan import Plan
from criteria_engine.projection.projection import Projection
from criteria_engine.projection.scenario import Scenario, course_of
from criteria_engine.projection.setting import Setting, setting_of
from criteria_engine.projection.unit_status import UnitStatus, unit_statuses_from
from criteria_engine.projection.unit_status_files import load_unit_statuses
from criteria_engine.projection.year_table import YearRow, YearTable
from criteria_engine.result import Result

__all__ = ["METHODS", "project"]

METHODS = ("arithmetic", "hazard")
"""The ways to look ahead: without a model, or with rates of recognition and lapse."""

_Rows = str | os.PathLike[str] | Iterable[UnitStatus | Mapping[str, Any]]


def project(
    plan: Plan,
    *,
    recognitions: _Rows = (),
    on: datetime.date,
    method: str = "hazard",
    scenarios: Sequence[str | Scenario] = ("as_is",),
    confidence: Share = Fraction(4, 5),
    assessments: Mapping[str, Result] | None = None,
) -> Projection:
    """How the targets of a plan look on a day.

    Args:
        plan: The plan, from ``ce.load_plan`` or built in Python.
        recognitions: What happened: the path of a CSV file, or rows (``ce.UnitStatus``, or mappings of
            ``unit``, ``period``, ``status`` and, where known, ``decided``). A unit without a row has
            not been recognised, unless the plan registered it: then its result is open.
        on: The day from which one looks. Rows of later years and decisions of later days are left out,
            and units are those of that day.
        method: ``"hazard"``: rates of recognition and lapse with what is not known of them, counted
            exactly, without random numbers; where the rows show one year only there is nothing to learn
            from, and it is ``"arithmetic"``: no model, the plan's lists and lapses as given.
        scenarios: What is to be supposed of the years ahead; see ``ce.Scenario``. They compose.
        confidence: How sure registrations for the next year are to be enough (0–1, or ``"80%"``).
        assessments: Results of the last assessments by name or id of the unit, for the nearest units.

    Raises:
        CriteriaError: Rows, names, the method or a scenario are not right; all of it at once.
        ValueError: ``confidence`` is not between 0 and 1.
    """
    if method not in METHODS:
        problems = Problems()
        problems.add_fault("method", Fault("CE961", value=str(method), known=", ".join(METHODS)))
        raise CriteriaError(problems)
    course = course_of(scenarios)
    fixed = plan.counting.denominator.fixed
    if isinstance(recognitions, str | os.PathLike):
        rows = load_unit_statuses(recognitions, plan.roster, fixed)
    else:
        rows = unit_statuses_from(recognitions, plan.roster, fixed)
    setting = setting_of(plan, rows, on, course)
    look = _look(method, setting)
    sure = exact_share(confidence)
    path = look.path()
    nearest = nearest_units(setting, assessments or {})
    named = tuple(str(Scenario.of(each)) for each in scenarios)
    looked_at = set(setting.ledger.rows)
    seen = [row for row in rows if row in looked_at]
    return Projection(
        plan,
        on,
        look.name,
        named,
        sure,
        attainment(setting, look, sure, nearest),
        share_changes(path),
        _table(setting, path),
        _standing(setting),
        (sum(row.assumed for row in seen), len(seen)),
        None,
        metadata.version("criteria-engine"),
        digest_of([plan, [attrs.asdict(row) for row in rows], on, method, list(named), str(sure)]),
    )


def _look(method: str, setting: Setting) -> Look:
    return Hazard(setting) if method == "hazard" else Arithmetic(setting)


def _standing(setting: Setting) -> tuple[int, int, int]:
    """Units recognised on the day, those whose result is open, and all that count."""
    low = len(setting.ledger.held(setting.on.year, "low"))
    high = len(setting.ledger.held(setting.on.year, "high"))
    return low, high - low, len(setting.units(setting.on.year))


def _table(setting: Setting, path: Path) -> YearTable:
    now = max(setting.first, min(setting.on.year, setting.years[-1]))
    behind = setting.pathway(*setting.base())
    ahead = setting.pathway(now, path[now].expected) if now in path else {}
    rows = []
    for year, point in sorted(path.items()):
        known = year <= setting.on.year
        listed = len(setting.lists.get(year, ()))
        required = (behind if known else ahead).get(year)
        rows.append(
            YearRow(year, point.units, point.low, point.expected, point.high, required, listed, known)
        )
    return YearTable(tuple(rows))
