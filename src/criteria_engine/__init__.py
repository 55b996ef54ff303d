"""criteria_engine: composable criteria, explained verdicts, projected targets."""

from __future__ import annotations

from criteria_engine.bounded import Bounds
from criteria_engine.case_files import TestRun, companion_cases, run_tests
from criteria_engine.cases import Case, Expected
from criteria_engine.data_files import read_subjects
from criteria_engine.diagnostics import CriteriaError, Diagnostic
from criteria_engine.files import write_whole
from criteria_engine.lint import check
from criteria_engine.na import NA
from criteria_engine.reached import Unreached
from criteria_engine.reading import load, loads
from criteria_engine.result import Result
from criteria_engine.ruleset import Ruleset
from criteria_engine.running import CaseOutcome, run_cases
from criteria_engine.status import Status
from criteria_engine.values import read_value
from criteria_engine.writing import dumps

__all__ = [
    "NA",
    "Bounds",
    "Case",
    "CaseOutcome",
    "CriteriaError",
    "Diagnostic",
    "Expected",
    "Result",
    "Ruleset",
    "Status",
    "TestRun",
    "Unreached",
    "check",
    "companion_cases",
    "dumps",
    "load",
    "loads",
    "read_subjects",
    "read_value",
    "run_cases",
    "run_tests",
    "write_whole",
]
