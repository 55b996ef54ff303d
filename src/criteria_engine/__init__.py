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
    "Plan",
    "Projection",
    "Recognition",
    "RecognitionEvent",
    "Registration",
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
    "results_as_unit_statuses",
    "run_cases",
    "run_tests",
    "score",
    "share",
    "text",
    "titles_on",
    "unit_statuses",
    "working_days_between",
    "write_recognitions",
    "write_whole",
    "years_between",
]

_HOMES = {
    "bounded": "Bounds",
    "building": "any_period applicable boolean choice count count_met date days_between every_period evidenced first holds integer known lowest_share max_score met number ordinal percent score share text working_days_between years_between",
    "case_files": "TestRun companion_cases run_tests",
    "cases": "Case Expected",
    "columns": "Column",
    "criteria": "Combine Consistency Criterion Dated Definition Effective Input LegalBasis Level Missing Otherwise Override Parameter Round Scale Setting",
    "data_files": "read_subjects",
    "diagnostics": "CriteriaError Diagnostic",
    "dossier": "Dossier evaluate_all",
    "editions": "Edition",
    "explanation": "Explanation",
    "expressions": "Expression",
    "files": "write_whole",
    "found": "CriterionResult",
    "kinds": "EXPRESSION part",
    "library": "Library",
    "lint": "check",
    "na": "NA NotApplicable",
    "projection.changes": "ShareChange",
    "projection.distribution": "Distribution",
    "projection.life_rows": "unit_statuses",
    "projection.plan": "Plan",
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
    "recognition": "TRANSITIONS Recognition RecognitionEvent Standing Transition Validity Waiting read_recognitions titles_on write_recognitions",
    "result": "Result",
    "rules": "RULES Bands Checklist Choose Curve Deduct Event Item Line NoneOf Row Score Step Table Test Value",
    "rules.shape": "Clause Desk Judged Rule all_or_nothing",
    "ruleset": "Ruleset",
    "running": "CaseOutcome run_cases",
    "status": "Status",
    "titles": "Titles",
    "values": "read_value",
    "windows": "Window",
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
