"""Verdicts as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from criteria_engine import Bounds, Ruleset
from criteria_engine.cli.console import Console
from criteria_engine.cli.subjects import Judged
from criteria_engine.cli.table_text import safe
from criteria_engine.cli.verdicts import level_title

__all__ = ["as_csv", "as_json", "json_text"]

# A cell that begins with one of these is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


def as_csv(ruleset: Ruleset, found: Sequence[Judged], console: Console, *, detail: bool) -> str:
    """A row a subject; ``detail`` adds state and points of every criterion.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    paths = list(_paths(ruleset)) if detail else []
    header = ["subject", "period", "level", "level_title", "decided", "score_low", "score_high"]
    header += ["possible_levels", "referred", "missing", "error"]
    header += [f"{path}.{part}" for path in paths for part in ("status", "low", "high")]
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(header)
    for each in found:
        rows.writerow([_cell(value) for value in _row(ruleset, each, paths, console)])
    return stream.getvalue()


def _paths(ruleset: Ruleset) -> list[str]:
    paths = []
    waiting = [(each.id, each) for each in reversed(ruleset.criteria)]
    while waiting:
        path, criterion = waiting.pop()
        paths.append(path)
        waiting.extend((f"{path}.{each.id}", each) for each in reversed(criterion.criteria))
    return paths


def _row(ruleset: Ruleset, each: Judged, paths: Sequence[str], console: Console) -> list[object]:
    result = each.result
    if result is None:
        said = "; ".join(problem.in_language(console.lang).message for problem in each.problems)
        return [each.subject, each.period, *[None] * 8, said, *[None] * (3 * len(paths))]
    title = None if result.level is None else level_title(ruleset, result.level, console.lang)
    row: list[object] = [each.subject, each.period, result.level, title, result.decided]
    row += [*_ends(result.score), "|".join(result.possible_levels), result.referred]
    row += ["|".join(result.missing), None]
    for path in paths:
        criterion = result.criteria[path]
        row += [str(criterion.status), *_ends(criterion.score)]
    return row


def _ends(bounds: Bounds | None) -> list[object]:
    return [None, None] if bounds is None else [bounds.low, bounds.high]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return repr(value)
    text = safe(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_json(found: Sequence[Judged], console: Console) -> str:
    """A list of results as ``to_dict`` gives them, with the period; faulty values as ``errors``."""
    listed: list[dict[str, Any]] = []
    for each in found:
        if each.result is not None:
            listed.append({**each.result.to_dict(), "period": each.period})
        else:
            problems = [problem.in_language(console.lang) for problem in each.problems]
            errors = [{"code": one.code, "message": one.message, "path": one.path} for one in problems]
            listed.append({"subject": each.subject, "period": each.period, "errors": errors})
    return json_text(listed)


def json_text(value: object) -> str:
    """JSON that people can read, with nothing in it that a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return _UNSEEN.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    return json.dumps(letter)[1:-1] if ord(letter) > 0x7F else f"\\u{ord(letter):04x}"
