"""Tests beside rules as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from criteria_engine import CaseOutcome, Diagnostic, TestRun
from criteria_engine.cli.table_text import safe

__all__ = ["as_junit"]


def as_junit(runs: Sequence[TestRun]) -> str:
    """A suite a ruleset, a case a test: a difference is a failure, what kept it from running an error."""
    root = ElementTree.Element("testsuites")
    for run in runs:
        outcomes = [outcome for _, outcome in run.outcomes]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=safe(run.path),
            tests=str(len(outcomes)),
            failures=str(sum(bool(each.differences) and not each.errors for each in outcomes)),
            errors=str(sum(bool(each.errors) for each in outcomes)),
        )
        for file, outcome in run.outcomes:
            _add_case(suite, run, file, outcome)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _add_case(suite: ElementTree.Element, run: TestRun, file: str, outcome: CaseOutcome) -> None:
    name = safe(outcome.name)
    case = ElementTree.SubElement(suite, "testcase", classname=run.ruleset.id, name=name, file=safe(file))
    for kind, found in (("error", outcome.errors), ("failure", outcome.differences)):
        if found:
            _add_problem(case, kind, found)
            return


def _add_problem(case: ElementTree.Element, kind: str, found: Sequence[Diagnostic]) -> None:
    message = safe("; ".join(each.message for each in found))
    problem = ElementTree.SubElement(case, kind, message=message, type=found[0].code)
    problem.text = safe("\n".join(str(each) for each in found), lines=True)
