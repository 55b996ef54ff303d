"""``criteria check`` and ``criteria test``: what is wrong with rulesets, where, and whether their tests pass.

The command comes first, then how it finds files, then diagnostics as SARIF and as workflow commands of GitHub.
Last comes ``criteria test``: the tests beside the rules, and what no test reaches.
"""

from __future__ import annotations

import os
import re
import string
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import criteria_engine as ce
from criteria_engine import CaseOutcome, CriteriaError, Diagnostic, Ruleset, TestRun, Unreached, run_tests
from criteria_engine.cli.subjects import leaves, library_of
from criteria_engine.cli.terminal import UNUSABLE, Console, json_text, safe, unusable
from criteria_engine.messages.codes import Code

_SHOWN = 200
_TESTS = ".tests.yaml"
_HEAD = 65_536


def run_check(options: Namespace, console: Console) -> int:
    """Check files; 1 where there is an error, 2 where a file cannot be read."""
    files = ruleset_files(options.files, plans=True)
    library = library_of(options.library)
    problems = [each for file in files for each in ce.check(file, library=library, lang=console.lang)]
    errors = sum(each.severity == "error" for each in problems)
    counts = {"errors": errors, "warnings": len(problems) - errors}
    match options.format:
        case "github":
            if problems:
                console.give(as_github(problems))
        case "sarif":
            console.give(as_sarif(problems))
        case "json":
            console.give(json_text({"diagnostics": [each.to_dict() for each in problems], **counts}))
        case _:
            for problem in problems[:_SHOWN]:
                tone = "bad" if problem.severity == "error" else "doubt"
                console.say(console.diagnostic(problem), tone)
            if len(problems) > _SHOWN:
                console.say(console.word("more_problems", count=len(problems) - _SHOWN))
            faulty = {each.file for each in problems if each.severity == "error"}
            sound = [ruleset for file in files if file not in faulty for ruleset in _loaded(file, library)]
            tone = "bad" if errors else "doubt" if problems else "good"
            console.say(_summary(counts, sound, len(files), console), tone)
    if any(each.code in UNUSABLE for each in problems):
        return 2
    return 1 if errors else 0


def _summary(counts: dict[str, int], sound: Sequence[Ruleset], files: int, console: Console) -> str:
    if not sound:
        return console.word("summary", **counts)
    criteria = sum(1 for ruleset in sound for _ in leaves(ruleset))
    line = console.word("summary_sound", **counts, criteria=criteria)
    points = _total_points(sound[0]) if files == 1 else None
    if points is not None:
        line += console.word("total", points=console.number(points))
    return line + (console.word("files", count=files) if files > 1 else "")


def _loaded(file: str, library: ce.Library | None) -> list[Ruleset]:
    """The ruleset of a file, if it has one: the tests beside it may be what is faulty."""
    try:
        return [ce.load(file, library=library)]
    except CriteriaError:
        return []


def _total_points(ruleset: Ruleset) -> float | None:
    """The points possible where everything applies; None in a set that has no maximum."""
    day = ruleset.effective.from_ if ruleset.effective else None
    try:
        most = ruleset.evaluate({}, on=day).max_score
    except CriteriaError:
        return None
    return None if most is None else most.high


def ruleset_files(names: Sequence[str], *, plans: bool = False) -> list[str]:
    """The rulesets that are meant: files as they are, folders by what is in them, each once.

    A file of tests stands for the ruleset it belongs to. Plans in a folder are left out unless ``plans``.
    """
    files: dict[str, None] = {}
    for name in names:
        inside = [name]
        if Path(name).is_dir():
            paths = sorted(str(path) for path in Path(name).rglob("*.yaml") if _is_meant(path, Path(name)))
            inside = [path for path in paths if plans or not _is_plan(path)]
            if not inside:
                raise unusable(Code.FOLDER_WITHOUT_RULESET, folder=name)
        for path in inside:
            files[path.removesuffix(_TESTS) + ".yaml" if path.endswith(_TESTS) else path] = None
    return list(files)


def _is_meant(path: Path, folder: Path) -> bool:
    """Whether a file was put there by its author: hidden folders hold what programs keep."""
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_plan(path: str) -> bool:
    """Whether a file has the key ``plan`` at its top, as plans have."""
    try:
        with Path(path).open("rb") as stream:
            return re.search(rb"^plan[ \t]*:", stream.read(_HEAD), re.MULTILINE) is not None
    except OSError:
        return False


_UNQUOTED = frozenset((string.ascii_letters + string.digits + "-._~/").encode())


def as_sarif(problems: Sequence[Diagnostic]) -> str:
    """SARIF 2.1.0, which code hosts and editors read: one run of one tool with all diagnostics."""
    codes = sorted({each.code for each in problems})
    run = {
        "tool": {"driver": {"name": "criteria_engine", "rules": [{"id": code} for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(each, codes.index(each.code)) for each in problems],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json_text({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _sarif_result(problem: Diagnostic, code: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": code,
        "level": problem.severity,
        "message": {"text": _with_hint(problem)},
    }
    if problem.file is not None:
        location: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.file)}}
        if problem.line is not None:
            column = problem.column or 1
            end = column + problem.width
            location["region"] = {"startLine": problem.line, "startColumn": column, "endColumn": end}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(file: str) -> str:
    name = os.fsencode(file.replace(os.sep, "/"))
    quoted = "".join(chr(byte) if byte in _UNQUOTED else f"%{byte:02X}" for byte in name)
    return f"file://{quoted}" if quoted.startswith("/") else quoted


def as_github(problems: Sequence[Diagnostic]) -> str:
    """Workflow commands of GitHub, a line each: ``::error file=…,line=…,col=…,title=CE123::message``."""
    return "\n".join(_github_line(each) for each in problems)


def _github_line(problem: Diagnostic) -> str:
    properties = {
        "file": problem.file,
        "line": problem.line,
        "col": problem.column,
        "endColumn": None if problem.column is None else problem.column + problem.width,
        "title": problem.code,
    }
    shown = ",".join(
        f"{name}={_github_text(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in properties.items()
        if value is not None
    )
    return f"::{problem.severity} {shown}::{_github_text(_with_hint(problem))}"


def _github_text(text: str) -> str:
    """A message: what would end the line, or begin a command, is escaped."""
    for letter in ("%", "\r", "\n"):
        text = text.replace(letter, f"%{ord(letter):02X}")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _with_hint(problem: Diagnostic) -> str:
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message


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
    if any(problem.code in UNUSABLE for problem in faulty):
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
