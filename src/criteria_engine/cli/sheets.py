"""Verdicts as CSV, JSON, JSON lines and Parquet, written as they come."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from criteria_engine import Bounds, Ruleset, write_parquet
from criteria_engine.cli.console import Console
from criteria_engine.cli.subjects import Judged
from criteria_engine.cli.table_text import safe
from criteria_engine.cli.verdicts import level_title

__all__ = ["as_parquet", "csv_lines", "json_lines", "json_parts", "json_text"]

# A cell that begins with one of these is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


class _Echo:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, line: str) -> str:
        """The line."""
        return line


def csv_lines(ruleset: Ruleset, found: Iterable[Judged], console: Console, *, detail: bool) -> Iterator[str]:
    """A row a subject; ``detail`` adds state and points of every criterion.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    line_of = csv.writer(_Echo(), lineterminator="\r\n").writerow
    yield line_of(_columns(ruleset, detail=detail))
    for row in _rows(ruleset, found, console, detail=detail):
        yield line_of([_cell(value) for value in row])


def as_parquet(
    stream: BinaryIO, ruleset: Ruleset, found: Iterable[Judged], console: Console, *, detail: bool
) -> None:
    """The rows and columns of ``csv_lines`` with their types: texts as they are, numbers, truth values."""
    columns = _columns(ruleset, detail=detail)
    write_parquet(stream, columns, _rows(ruleset, found, console, detail=detail))


def _columns(ruleset: Ruleset, *, detail: bool) -> dict[str, type[str | float | bool]]:
    """What stands in each column."""
    columns: dict[str, type[str | float | bool]] = dict.fromkeys(("subject", "period", "level"), str)
    columns |= {"level_title": str, "decided": bool, "score_low": float, "score_high": float}
    columns |= dict.fromkeys(("possible_levels", "referred", "missing", "error"), str)
    for path in _paths(ruleset) if detail else ():
        columns |= {f"{path}.status": str, f"{path}.low": float, f"{path}.high": float}
    return columns


def _rows(
    ruleset: Ruleset, found: Iterable[Judged], console: Console, *, detail: bool
) -> Iterator[list[object]]:
    paths = _paths(ruleset) if detail else []
    return (_row(ruleset, each, paths, console) for each in found)


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


def json_parts(found: Iterable[Judged], console: Console) -> Iterator[str]:
    """A list of results as ``to_dict`` gives them, with the period; faulty values as ``errors``."""
    between = "[\n  "
    for each in found:
        yield between + json_text(_plain(each, console)).replace("\n", "\n  ")
        between = ",\n  "
    yield "[]\n" if between.startswith("[") else "\n]\n"


def json_lines(found: Iterable[Judged], console: Console) -> Iterator[str]:
    """The elements of ``json_parts``, each on a line of its own."""
    return (json_text(_plain(each, console), indent=None) + "\n" for each in found)


def _plain(each: Judged, console: Console) -> dict[str, Any]:
    if each.result is not None:
        return {**each.result.to_dict(), "period": each.period}
    problems = [problem.in_language(console.lang) for problem in each.problems]
    errors = [{"code": one.code, "message": one.message, "path": one.path} for one in problems]
    return {"subject": each.subject, "period": each.period, "errors": errors}


def json_text(value: object, indent: int | None = 2) -> str:
    """JSON that people can read, with nothing in it that a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _UNSEEN.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    return json.dumps(letter)[1:-1] if ord(letter) > 0x7F else f"\\u{ord(letter):04x}"
