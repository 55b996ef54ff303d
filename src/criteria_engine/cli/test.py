"""``criteria test``: the tests beside the rules, and what no test reaches."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from criteria_engine import CaseOutcome, CriteriaError, Diagnostic, TestRun, Unreached, run_tests
from criteria_engine.cli.check import ruleset_files
from criteria_engine.cli.output import UNREADABLE
from criteria_engine.cli.subjects import json_text, library_of
from criteria_engine.cli.terminal import Console, diagnostic_text, safe

__all__ = [
    "as_junit",
    "run_test",
]


# ---- tests beside rules as JUnit XML, which build servers read -----------------------------------


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


_NAMED = 12


def run_test(options: Namespace, console: Console) -> int:
    """Run tests; 1 where one fails, or a file is faulty."""
    runs: list[TestRun] = []
    faulty: list[Diagnostic] = []
    library = library_of(options)
    for file in ruleset_files(options.files):
        try:
            runs.append(run_tests(file, console.lang, library=library))
        except CriteriaError as error:
            faulty += error.diagnostics
    console.complain_of(faulty)
    match options.format:
        case "junit":
            console.give(as_junit(runs))
        case "json":
            console.give(json_text({"files": [_plain(each) for each in runs]}))
        case _:
            _say(runs, console)
    if any(each.code in UNREADABLE for each in faulty):
        return 2
    return 0 if not faulty and all(each.passed for each in runs) else 1


def _say(runs: Sequence[TestRun], console: Console) -> None:
    for each in runs:
        _say_run(each, console)
    outcomes = [outcome for each in runs for _, outcome in each.outcomes]
    passed = sum(outcome.passed for outcome in outcomes)
    if len(runs) > 1:
        tone = "good" if passed == len(outcomes) else "bad"
        failed = len(outcomes) - passed
        console.say(console.word("tests_total", count=len(outcomes), passed=passed, failed=failed), tone)


def _say_run(found: TestRun, console: Console) -> None:
    count = len(found.outcomes)
    if not count:
        console.say(console.word("no_tests", file=found.path), "doubt")
        return
    failed = [outcome for _, outcome in found.outcomes if not outcome.passed]
    for outcome in failed:
        console.say(console.word("failed_case", name=outcome.name), "bad")
        for each in (*outcome.errors, *outcome.differences):
            console.say(_indented(diagnostic_text(each, console.lang)))
    key, tone = ("some_failed", "bad") if failed else ("all_passed", "good")
    console.say(console.word(key, file=found.path, count=count, failed=len(failed)), tone)
    for line in _unreached(found.unreached, console):
        console.say(f"  {line}", "doubt")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _unreached(missed: Unreached, console: Console) -> list[str]:
    pairs = [
        console.word("blocking_pair", name=name, prerequisite=text) for name, text in missed.never_blocking
    ]
    listed = (
        ("never_met", missed.never_met),
        ("never_failed", missed.never_failed),
        ("never_reached", missed.never_reached),
        ("never_blocking", pairs),
    )
    return [console.word(key, names=_named(names)) for key, names in listed if names]


def _named(names: Sequence[str]) -> str:
    left = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f", … (+{left})" if left > 0 else "")


def _plain(found: TestRun) -> dict[str, Any]:
    missed = found.unreached
    return {
        "file": found.path,
        "ruleset": found.ruleset.id,
        "tests": [_plain_outcome(file, outcome) for file, outcome in found.outcomes],
        "never_met": list(missed.never_met),
        "never_failed": list(missed.never_failed),
        "never_reached": list(missed.never_reached),
        "never_blocking": [{"criterion": name, "requires": text} for name, text in missed.never_blocking],
    }


def _plain_outcome(file: str, outcome: CaseOutcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "file": file,
        "passed": outcome.passed,
        "differences": [_plain_problem(each) for each in outcome.differences],
        "errors": [_plain_problem(each) for each in outcome.errors],
    }


def _plain_problem(found: Diagnostic) -> dict[str, Any]:
    return {"code": found.code, "message": found.message, "line": found.line, "column": found.column}
