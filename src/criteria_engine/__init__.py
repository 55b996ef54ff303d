"""criteria_engine: criteria as rule objects, verdicts with reasons, unknown kept apart from failed.

The way through it: ``load`` (or ``loads``) reads a ruleset, ``ruleset.evaluate(values)`` judges one
subject, ``result.explain()`` says why. ``Ruleset``, ``Criterion``, ``Level`` and the rule shapes
(``Test``, ``Bands``, …) build the same in Python; ``dumps`` writes it as YAML. ``check`` tells what is
wrong with a file, ``run_tests`` runs the tests beside it.

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
    "Bands",
    "Bounds",
    "Case",
    "CaseOutcome",
    "Checklist",
    "Choose",
    "Clause",
    "Column",
    "Combine",
    "Consistency",
    "CriteriaError",
    "Criterion",
    "CriterionResult",
    "Curve",
    "Dated",
    "Deduct",
    "Definition",
    "Desk",
    "Diagnostic",
    "Dossier",
    "Edition",
    "Effective",
    "Event",
    "Expected",
    "Explanation",
    "Expression",
    "Input",
    "Item",
    "Judged",
    "LegalBasis",
    "Level",
    "Library",
    "Line",
    "Missing",
    "NoneOf",
    "NotApplicable",
    "Otherwise",
    "Override",
    "Parameter",
    "Recognition",
    "RecognitionEvent",
    "Result",
    "Round",
    "Row",
    "Rule",
    "Ruleset",
    "Scale",
    "Score",
    "Setting",
    "Standing",
    "Status",
    "Step",
    "Table",
    "Test",
    "TestRun",
    "Titles",
    "Transition",
    "Unreached",
    "Validity",
    "Value",
    "Waiting",
    "Window",
    "all_or_nothing",
    "any_period",
    "applicable",
    "boolean",
    "check",
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
    "holds",
    "integer",
    "known",
    "load",
    "loads",
    "lowest_share",
    "max_score",
    "met",
    "number",
    "ordinal",
    "part",
    "percent",
    "read_recognitions",
    "read_subjects",
    "read_value",
    "run_cases",
    "run_tests",
    "score",
    "share",
    "text",
    "titles_on",
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


def __getattr__(name: str) -> Any:
    """Load a name of the face when it is first asked for."""
    if name == "__version__":
        return import_module("importlib.metadata").version("criteria-engine")
    for home, names in _HOMES.items():
        if name in names.split():
            found = getattr(import_module(f"criteria_engine.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'criteria_engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The promised names."""
    return __all__
