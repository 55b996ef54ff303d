"""criteria_engine: criteria as rule objects, verdicts with reasons, unknown kept apart from failed.

The way through it: ``load`` (or ``loads``) reads a ruleset, ``ruleset.evaluate(values)`` judges one
subject, ``result.explain()`` says why. ``Ruleset``, ``Criterion``, ``Level`` and the rule shapes
(``Test``, ``Bands``, …) build the same in Python; ``dumps`` writes it as YAML. ``check`` tells what is
wrong with a file, ``run_tests`` runs the tests beside it. ``load_plan`` reads a plan, and ``project`` says
how its targets look on a day.

A name is loaded when it is first asked for, so that importing the package costs next to nothing.
What is not in ``__all__`` is not promised.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "EXPRESSION",
    "NA",
    "RULES",
    "AreaList",
    "Backtest",
    "Bands",
    "Bounds",
    "Capacity",
    "Case",
    "CaseOutcome",
    "Checklist",
    "Choose",
    "Clause",
    "Column",
    "Combine",
    "Consistency",
    "Counting",
    "CriteriaError",
    "Criterion",
    "CriterionResult",
    "Curve",
    "Dated",
    "Deduct",
    "Definition",
    "Denominator",
    "Desk",
    "Diagnostic",
    "Distribution",
    "Effective",
    "Event",
    "Expected",
    "Explanation",
    "Expression",
    "Horizon",
    "Input",
    "Item",
    "Judged",
    "Label",
    "LegalBasis",
    "Level",
    "Line",
    "Missing",
    "MustChange",
    "Nearest",
    "NoneOf",
    "NotApplicable",
    "Otherwise",
    "Override",
    "Parameter",
    "Plan",
    "Projection",
    "Registration",
    "Report",
    "Reports",
    "Result",
    "Roster",
    "Round",
    "Row",
    "Rule",
    "Ruleset",
    "Scale",
    "Scenario",
    "Score",
    "Setting",
    "ShareChange",
    "Status",
    "Step",
    "Table",
    "Target",
    "TargetOutlook",
    "Task",
    "Test",
    "TestRun",
    "Titles",
    "Unit",
    "UnitChange",
    "UnitStatus",
    "Unreached",
    "Value",
    "Window",
    "YearRow",
    "YearTable",
    "all_or_nothing",
    "applicable",
    "backtest_plan",
    "boolean",
    "check",
    "check_plan",
    "choice",
    "companion_cases",
    "count",
    "count_met",
    "date",
    "dumps",
    "evidenced",
    "first",
    "forecast",
    "integer",
    "known",
    "load",
    "load_plan",
    "load_roster",
    "load_unit_statuses",
    "loads",
    "lowest_share",
    "max_score",
    "met",
    "number",
    "ordinal",
    "part",
    "percent",
    "project",
    "published",
    "read_subjects",
    "read_value",
    "report",
    "results_as_unit_statuses",
    "run_cases",
    "run_tests",
    "score",
    "share",
    "text",
    "unit_statuses",
    "write_whole",
]

_HOMES = {
    "bounded": "Bounds",
    "building": "applicable boolean choice count count_met date evidenced first integer known lowest_share max_score met number ordinal percent score share text",
    "case_files": "TestRun companion_cases run_tests",
    "cases": "Case Expected",
    "columns": "Column",
    "criteria": "Combine Consistency Criterion Dated Definition Effective Input LegalBasis Level Missing Otherwise Override Parameter Round Scale Setting",
    "data_files": "read_subjects",
    "diagnostics": "CriteriaError Diagnostic",
    "explanation": "Explanation",
    "expressions": "Expression",
    "files": "write_whole",
    "found": "CriterionResult",
    "kinds": "EXPRESSION part",
    "lint": "check",
    "na": "NA NotApplicable",
    "projection.changes": "ShareChange",
    "projection.distribution": "Distribution",
    "projection.life_rows": "unit_statuses",
    "projection.plan": "Plan",
    "projection.calibration": "Backtest",
    "projection.plan_backtest": "backtest_plan",
    "projection.plan_files": "check_plan load_plan",
    "projection.plan_parts": "AreaList Capacity Counting Denominator Horizon Registration Reports Target Task",
    "projection.progress_labels": "Label",
    "projection.project": "project",
    "projection.projection": "Projection",
    "projection.unit_status": "UnitStatus results_as_unit_statuses",
    "projection.unit_status_files": "load_unit_statuses",
    "projection.roster": "Roster Unit UnitChange",
    "projection.roster_files": "load_roster",
    "projection.scenario": "Scenario",
    "projection.target_outlook": "MustChange Nearest TargetOutlook",
    "projection.year_table": "YearRow YearTable",
    "reached": "Unreached",
    "reading": "load loads",
    "reports.report": "Report",
    "reports.reporting": "report",
    "result": "Result",
    "rules": "RULES Bands Checklist Choose Curve Deduct Event Item Line NoneOf Row Score Step Table Test Value",
    "rules.shape": "Clause Desk Judged Rule all_or_nothing",
    "ruleset": "Ruleset Window",
    "running": "CaseOutcome run_cases",
    "status": "Status",
    "titles": "Titles",
    "values": "read_value",
    "writing": "dumps",
}
"""Where each name lives; ``__init__.pyi`` says the same to type checkers."""

_MODULES = {"forecast": "projection.forecast", "published": "projection.published"}
"""Names that are modules themselves."""


def __getattr__(name: str) -> Any:
    """Load a name of the face when it is first asked for."""
    if name == "__version__":
        return import_module("importlib.metadata").version("criteria-engine")
    if name in _MODULES:
        globals()[name] = import_module(f"criteria_engine.{_MODULES[name]}")
        return globals()[name]
    for home, names in _HOMES.items():
        if name in names.split():
            found = getattr(import_module(f"criteria_engine.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'criteria_engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The promised names."""
    return __all__
