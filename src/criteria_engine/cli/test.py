"""``criteria test``: the tests beside the rules, and what no test reaches.

The command comes first, then its forms: text, plain data, and JUnit XML, which build servers read.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from criteria_engine import CaseOutcome, CriteriaError, Diagnostic, TestRun, Unreached, run_tests
from criteria_engine.cli.check import ruleset_files
from criteria_engine.cli.output import UNREADABLE, json_text
from criteria_engine.cli.subjects import library_of
from criteria_engine.cli.terminal import Console, safe

_NAMED = 12


def run_test(options: Namespace, console: Console) -> int:
    """Run tests; 1 where one fails, or a file is faulty."""
    runs: list[TestRun] = []
    faulty: list[Diagnostic] = []
    library = library_of(options.library)
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
            console.give(json_text({"files": [_plain(run) for run in runs]}))
        case _:
            _say(runs, console)
    if any(problem.code in UNREADABLE for problem in faulty):
        return 2
    return 0 if not faulty and all(run.passed for run in runs) else 1


def _say(runs: Sequence[TestRun], console: Console) -> None:
    for run in runs:
        _say_run(run, console)
    outcomes = [outcome for run in runs for _, outcome in run.outcomes]
    passed = sum(outcome.passed for outcome in outcomes)
    if len(runs) > 1:
        tone = "good" if passed == len(outcomes) else "bad"
        failed = len(outcomes) - passed
        console.say(console.word("tests_total", count=len(outcomes), passed=passed, failed=failed), tone)


def _say_run(run: TestRun, console: Console) -> None:
    count = len(run.outcomes)
    if not count:
        console.say(console.word("no_tests", file=run.path), "doubt")
        return
    failed = [outcome for _, outcome in run.outcomes if not outcome.passed]
    for outcome in failed:
        console.say(console.word("failed_case", name=outcome.name), "bad")
        for problem in (*outcome.errors, *outcome.differences):
            lines = console.diagnostic(problem).splitlines()
            console.say("\n".join(f"  {line}" for line in lines))
    key, tone = ("some_failed", "bad") if failed else ("all_passed", "good")
    console.say(console.word(key, file=run.path, count=count, failed=len(failed)), tone)
    for key, names in _unreached(run.unreached, console):
        console.say(f"  {console.word(key, names=_listed(names))}", "doubt")


def _unreached(missed: Unreached, console: Console) -> list[tuple[str, Sequence[str]]]:
    """What no test reaches: the sentence that says so, and the names; nothing where there are none."""
    pairs = [
        console.word("blocking_pair", name=name, prerequisite=text) for name, text in missed.never_blocking
    ]
    found = [
        ("never_met", missed.never_met),
        ("never_failed", missed.never_failed),
        ("never_reached", missed.never_reached),
        ("never_blocking", pairs),
    ]
    return [(key, names) for key, names in found if names]


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f", … (+{left})" if left > 0 else "")


def _plain(run: TestRun) -> dict[str, Any]:
    missed = run.unreached
    return {
        "file": run.path,
        "ruleset": run.ruleset.id,
        "tests": [
            {
                "name": outcome.name,
                "file": file,
                "passed": outcome.passed,
                "differences": [_plain_problem(problem) for problem in outcome.differences],
                "errors": [_plain_problem(problem) for problem in outcome.errors],
            }
            for file, outcome in run.outcomes
        ],
        "never_met": list(missed.never_met),
        "never_failed": list(missed.never_failed),
        "never_reached": list(missed.never_reached),
        "never_blocking": [{"criterion": name, "requires": text} for name, text in missed.never_blocking],
    }


def _plain_problem(problem: Diagnostic) -> dict[str, Any]:
    return {key: getattr(problem, key) for key in ("code", "message", "line", "column")}


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
    attributes = {"classname": run.ruleset.id, "name": safe(outcome.name), "file": safe(file)}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    problems = outcome.errors or outcome.differences
    if problems:
        message = safe("; ".join(problem.message for problem in problems))
        kind = "error" if outcome.errors else "failure"
        element = ElementTree.SubElement(case, kind, message=message, type=problems[0].code)
        element.text = safe("\n".join(str(problem) for problem in problems), lines=True)
