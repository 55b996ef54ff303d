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
    "TRANSITIONS",
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
    "Diagnostic",
    "Distribution",
    "Dossier",
    "Edition",
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
    "Library",
    "Line",
    "Missing",
    "MustChange",
    "Nearest",
    "NoneOf",
    "NotApplicable",
    "Otherwise",
    "Override",
    "Parameter",
    "ParameterValue",
    "Plan",
    "Projection",
    "Recognition",
    "RecognitionEvent",
    "Registration",
    "Report",
    "Reports",
    "Result",
    "Roster",
    "Round",
    "Row",
    "Rule",
    "RuleContext",
    "Ruleset",
    "Scale",
    "Scenario",
    "Score",
    "ShareChange",
    "Standing",
    "Status",
    "Step",
    "Table",
    "Target",
    "TargetOutlook",
    "Task",
    "Test",
    "TestRun",
    "Titles",
    "Transition",
    "Unit",
    "UnitChange",
    "UnitStatus",
    "Unreached",
    "Validity",
    "Value",
    "Waiting",
    "Window",
    "YearRow",
    "YearTable",
    "all_or_nothing",
    "any_period",
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
    "days_between",
    "dumps",
    "evaluate_all",
    "every_period",
    "evidenced",
    "first",
    "forecast",
    "holds",
    "integer",
    "iter_subjects",
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
    "read_recognitions",
    "read_subjects",
    "read_value",
    "report",
    "results_as_unit_statuses",
    "run_cases",
    "run_tests",
    "score",
    "share",
    "text",
    "titles_on",
    "unit_statuses",
    "working_days_between",
    "write_parquet",
    "write_recognitions",
    "write_whole",
    "writing_whole",
    "years_between",
]

_HOMES = {
    "building": "any_period applicable boolean choice count count_met date days_between every_period evidenced first holds integer known lowest_share max_score met number ordinal percent score share text working_days_between years_between",
    "core.expression": "Expression",
    "core.nodes": "Bounds NA NotApplicable",
    "dossier": "Dossier evaluate_all",
    "evaluation.findings": "CriterionResult",
    "evaluation.result": "Result",
    "explanation.explanation": "Explanation",
    "files.cases": "CaseOutcome TestRun Unreached companion_cases run_cases run_tests",
    "files.cells": "read_value",
    "files.data_files": "iter_subjects read_subjects write_whole writing_whole",
    "files.library": "Edition Library",
    "files.parquet_files": "write_parquet",
    "files.reading": "load loads",
    "files.writing": "dumps",
    "forecasting.backtest": "Backtest",
    "forecasting.distribution": "Distribution",
    "forecasting.published": "Label",
    "linter": "check",
    "messages.diagnostics": "CriteriaError Diagnostic",
    "messages.titles": "Titles",
    "plans.plan": "AreaList Capacity Counting Denominator Horizon Plan Registration Reports Target Task",
    "plans.plan_file": "check_plan load_plan",
    "plans.recognition": "Recognition read_recognitions titles_on write_recognitions",
    "plans.recognition_events": "RecognitionEvent TRANSITIONS Transition Validity Waiting",
    "plans.recognition_standing": "Standing",
    "plans.roster": "Roster Unit UnitChange load_roster",
    "plans.unit_status": "UnitStatus load_unit_statuses results_as_unit_statuses unit_statuses",
    "projection.backtest": "backtest_plan",
    "projection.chart": "YearRow YearTable",
    "projection.context": "Scenario",
    "projection.outlook": "MustChange Nearest ShareChange TargetOutlook",
    "projection.projection": "Projection project",
    "reports.report": "Report report",
    "rules": "RULES",
    "rules.amounts": "Curve Deduct Line Score Value",
    "rules.conditions": "Checklist Event Item NoneOf Test",
    "rules.parts": "Case Column Combine Consistency Criterion Dated Definition Effective Expected Input LegalBasis Level Missing Otherwise Override Parameter Round Scale ParameterValue Status Window",
    "rules.picks": "Bands Choose Row Step Table",
    "rules.schema": "EXPRESSION part",
    "rules.shape": "Clause RuleContext Judged Rule all_or_nothing",
    "ruleset": "Ruleset",
}
"""Where each name lives; ``__init__.pyi`` says the same to type checkers."""

_MODULES = {"forecast": "forecasting.forecast", "published": "forecasting.published"}
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
