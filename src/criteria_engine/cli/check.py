"""``criteria check``: what is wrong with rulesets, where, and how to mend it."""

from __future__ import annotations

import os
import re
import string
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import criteria_engine as ce
from criteria_engine import CriteriaError, Diagnostic, Ruleset, check, load
from criteria_engine.cli.output import UNREADABLE, Unusable
from criteria_engine.cli.subjects import json_text, leaves, library_of
from criteria_engine.cli.terminal import Console, diagnostic_text

__all__ = [
    "as_github",
    "as_sarif",
    "count_criteria",
    "ruleset_files",
    "run_check",
    "total_points",
]


# ---- diagnostics as SARIF 2.1.0, which code hosts and editors read -------------------------------

_PLAIN = frozenset((string.ascii_letters + string.digits + "-._~/").encode())


def as_sarif(found: Sequence[Diagnostic]) -> str:
    """One run of one tool with all diagnostics."""
    codes = sorted({each.code for each in found})
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "criteria_engine", "rules": [{"id": code} for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes) for each in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json_text({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _result(found: Diagnostic, codes: Sequence[str]) -> dict[str, Any]:
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": found.severity,
        "message": {"text": text},
    }
    if found.file is not None:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(found.file)}}
        if found.line is not None:
            column = found.column or 1
            place["region"] = {
                "startLine": found.line,
                "startColumn": column,
                "endColumn": column + found.width,
            }
        result["locations"] = [{"physicalLocation": place}]
    return result


def _uri(file: str) -> str:
    name = os.fsencode(file.replace(os.sep, "/"))
    quoted = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in name)
    return f"file://{quoted}" if quoted.startswith("/") else quoted


# ---- diagnostics as GitHub's workflow commands, which show them beside the line ------------------


def as_github(found: Sequence[Diagnostic]) -> str:
    """A line a diagnostic: ``::error file=…,line=…,col=…,title=CE123::message``."""
    return "\n".join(_line(each) for each in found)


def _line(found: Diagnostic) -> str:
    places = {
        "file": found.file,
        "line": found.line,
        "col": found.column,
        "endColumn": None if found.column is None else found.column + found.width,
        "title": found.code,
    }
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in places.items() if value is not None)
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    return f"::{found.severity} {shown}::{_data(text)}"


def _data(text: str) -> str:
    """A message: what would end the line, or begin a command, is escaped."""
    for letter in ("%", "\r", "\n"):
        text = text.replace(letter, f"%{ord(letter):02X}")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_SHOWN = 200
_TESTS = ".tests.yaml"
_HEAD = 65_536


def run_check(options: Namespace, console: Console) -> int:
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
    files: Sequence[str], found: Sequence[Diagnostic], console: Console, library: ce.Library | None
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


def _loaded(file: str, library: ce.Library | None) -> list[Ruleset]:
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
