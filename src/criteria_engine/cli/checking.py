"""``criteria check``: what is wrong with rulesets, where, and how to mend it."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from criteria_engine import CriteriaError, Diagnostic, Library, Ruleset, check, load
from criteria_engine.cli.console import Console, diagnostic_text
from criteria_engine.cli.github import as_github
from criteria_engine.cli.output import UNREADABLE, Unusable
from criteria_engine.cli.sarif import as_sarif
from criteria_engine.cli.sheets import json_text
from criteria_engine.cli.subjects import library_of
from criteria_engine.cli.verdicts import leaves

__all__ = ["count_criteria", "ruleset_files", "run", "total_points"]

_SHOWN = 200
_TESTS = ".tests.yaml"
_HEAD = 65_536


def run(options: Namespace, console: Console) -> int:
    """Check files; 1 where there is an error, 2 where a file cannot be read."""
    files = ruleset_files(options.files, plans=True)
    library = library_of(options)
    found = [each for file in files for each in check(file, library=library, lang=console.lang)]
    match options.format:
        case "github":
            console.give(as_github(found)) if found else None
        case "sarif":
            console.give(as_sarif(found))
        case "json":
            console.give(json_text({"diagnostics": [_plain(each) for each in found], **_counts(found)}))
        case _:
            _say(files, found, console, library)
    if any(each.code in UNREADABLE for each in found):
        return 2
    return 1 if any(each.severity == "error" for each in found) else 0


def ruleset_files(names: Sequence[str], *, plans: bool = False) -> list[str]:
    """The rulesets that are meant: files as they are, folders by what is in them, each once.

    A file of tests stands for the ruleset it belongs to. Plans in a folder are left out unless ``plans``.
    """
    files: dict[str, None] = {}
    for name in names:
        if not Path(name).is_dir():
            files[_tested(name)] = None
            continue
        inside = sorted(str(path) for path in Path(name).rglob("*.yaml") if _is_meant(path, Path(name)))
        inside = [path for path in inside if plans or not _is_plan(path)]
        if not inside:
            raise Unusable([Diagnostic("CE827", {"folder": name})])
        files |= dict.fromkeys(_tested(each) for each in inside)
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


def _tested(name: str) -> str:
    return name.removesuffix(_TESTS) + ".yaml" if name.endswith(_TESTS) else name


def _plain(found: Diagnostic) -> dict[str, object]:
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "hint": found.hint,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "path": found.path,
    }


def _counts(found: Sequence[Diagnostic]) -> dict[str, int]:
    errors = sum(each.severity == "error" for each in found)
    return {"errors": errors, "warnings": len(found) - errors}


def _say(
    files: Sequence[str], found: Sequence[Diagnostic], console: Console, library: Library | None
) -> None:
    for each in found[:_SHOWN]:
        console.say(diagnostic_text(each, console.lang), "bad" if each.severity == "error" else "doubt")
    if len(found) > _SHOWN:
        console.say(console.word("more_problems", count=len(found) - _SHOWN))
    counts = _counts(found)
    faulty = {each.file for each in found if each.severity == "error"}
    sound = [ruleset for file in files if file not in faulty for ruleset in _loaded(file, library)]
    tone = "bad" if counts["errors"] else "doubt" if counts["warnings"] else "good"
    if not sound:
        console.say(console.word("summary", **counts), tone)
        return
    line = console.word("summary_sound", **counts, criteria=sum(map(count_criteria, sound)))
    points = total_points(sound[0]) if len(files) == 1 else None
    if points is not None:
        line += console.word("total", points=console.number(points))
    if len(files) > 1:
        line += console.word("files", count=len(files))
    console.say(line, tone)


def _loaded(file: str, library: Library | None) -> list[Ruleset]:
    """The ruleset of a file, if it has one: the tests beside it may be what is faulty."""
    try:
        return [load(file, library=library)]
    except CriteriaError:
        return []


def count_criteria(ruleset: Ruleset) -> int:
    """How many criteria are judged themselves; groups are not counted."""
    return sum(1 for _ in leaves(ruleset))


def total_points(ruleset: Ruleset) -> float | None:
    """The points possible where everything applies; None in a set that has no maximum."""
    day = ruleset.effective.from_ if ruleset.effective else None
    try:
        most = ruleset.evaluate({}, on=day).max_score
    except CriteriaError:
        return None
    return None if most is None else most.high
