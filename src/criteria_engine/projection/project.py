"""Projecting a plan: from its rows of recognitions to what becomes of its targets."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib import metadata
from typing import Any

import attrs

from criteria_engine.forecasting.shares import Share, exact_share
from criteria_engine.plans.assessed import last_results
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.unit_status import Rows, rows_of
from criteria_engine.projection.attaining import attainment
from criteria_engine.projection.changes import share_changes
from criteria_engine.projection.labels_look import published_labels
from criteria_engine.projection.methods import Method, way_of
from criteria_engine.projection.nearest import nearest_units
from criteria_engine.projection.path import Path
from criteria_engine.projection.projection import Projection
from criteria_engine.projection.scenario import Scenario, course_of
from criteria_engine.projection.setting import Setting, setting_of
from criteria_engine.projection.year_table import YearRow, YearTable
from criteria_engine.rules.schema import digest_of
from criteria_engine.ruleset import Ruleset

__all__ = ["project"]


def project(
    plan: Plan,
    *,
    recognitions: Rows = (),
    on: datetime.date,
    method: Method | None = None,
    scenarios: Sequence[str | Scenario] = ("as_is",),
    confidence: Share = Fraction(4, 5),
    assessments: Mapping[str, Any] | None = None,
    ruleset: Ruleset | None = None,
    level: str | None = None,
    seed: int = 0,
    draws: int = 1000,
) -> Projection:
    """How the targets of a plan look on a day.

    Args:
        plan: The plan, from ``ce.load_plan`` or built in Python.
        recognitions: What happened: the path of a CSV file, or rows (``ce.UnitStatus``, or mappings of
            ``unit``, ``period``, ``status`` and, where known, ``decided``). A unit without a row has
            not been recognised, unless the plan registered it: then its result is open.
        on: The day from which one looks. Rows of later years and decisions of later days are left out,
            and units are those of that day.
        method: ``"scores"`` (the default where assessments of two years and a ruleset are given):
            the values of every unit are drawn ahead, by steps that units of about the same score made,
            and every drawn unit is judged by the ruleset itself. ``"hazard"`` (else the default): rates
            of recognition and lapse with what is not known of them, counted exactly, without random
            numbers; where the rows show one year only there is nothing to learn from, and it is
            ``"arithmetic"``: no model, the plan's lists and lapses as given. ``"published"``: the
            labels of published rules (``labels``), and no probabilities. Or a function
            ``(years, values, n, horizons, rng) -> draws`` of the share of recognised units, as
            ``ce.forecast.share`` takes one.
        scenarios: What is to be supposed of the years ahead; see ``ce.Scenario``. They compose.
        confidence: How sure registrations for the next year are to be enough (0–1, or ``"80%"``).
        assessments: By name or id of the unit, and by year, its values or the ``Result`` of them; or its
            last ``Result`` alone. Also for the units that are nearest to the criteria.
        ruleset: What drawn values are judged by.
        level: Its level that counts as recognised, or a better one; by default its best.
        seed: Where random numbers start, for ``"scores"`` and functions.
        draws: How many futures are drawn for ``"scores"``.

    Raises:
        CriteriaError: Rows, names, values, the method or a scenario are not right; all of it at once.
        ValueError: ``confidence`` is not between 0 and 1, ``"scores"`` has no ruleset, the ruleset not
            this level, or ``draws`` is below 1.
    """
    course = course_of(scenarios)
    known = assessments or {}
    way = way_of(method, known, ruleset, level, plan.roster, on, course, seed, draws)
    rows = rows_of(recognitions, plan)
    setting = setting_of(plan, way.rows(rows), on, course)
    look = way.look(setting)
    sure = exact_share(confidence)
    path = look.path()
    nearest = nearest_units(setting, last_results(known, ruleset))
    named = tuple(str(Scenario.of(each)) for each in scenarios)
    looked_at = set(setting.ledger.rows)
    seen = [row for row in rows if row in looked_at]
    labels, is_low = published_labels(setting, path) if way.method == "published" else ({}, False)
    asked = [method if isinstance(method, str) else look.name, list(named), str(sure)]
    return Projection(
        plan,
        on,
        "published" if way.method == "published" else look.name,
        named,
        sure,
        attainment(setting, look, sure, nearest),
        share_changes(path),
        _table(setting, path),
        _standing(setting),
        (sum(row.assumed for row in seen), len(seen)),
        seed if way.is_seeded(look) else None,
        metadata.version("criteria-engine"),
        digest_of([plan, [attrs.asdict(row) for row in rows], on, *asked, *way.digest_parts()]),
        labels,
        (*way.notes, *(["low_share"] if is_low else [])),
    )


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
