"""``criteria evaluate`` and ``criteria explain``: the subjects of a data file judged, or one of them explained.

The two commands come first, then verdicts as CSV, JSON, JSON lines and Parquet, written as they come.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import attrs

import criteria_engine as ce
from criteria_engine import Bounds, CriteriaError, Ruleset
from criteria_engine.cli import terminal
from criteria_engine.cli.subjects import (
    CommandInputs,
    JudgedSubject,
    criteria_of,
    criteria_table,
    found_subject,
    judged,
    read_data,
    tally,
    verdict_table,
)
from criteria_engine.messages.codes import Code

_ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
_EXPLANATION_ENDINGS = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json"}
_MOST_SAID = 50


def run_evaluate(options: Namespace, console: terminal.Console) -> int:
    """Judge the subjects; 1 where the values of one are faulty."""
    form = terminal.form_of(options.output, options.format, _ENDINGS)
    if form == "parquet" and options.output is None:
        raise terminal.unusable(Code.PARQUET_WITHOUT_FILE)
    files = (options.ruleset, options.data)
    terminal.look_at_output(options.output, files, force=options.force)
    console.to_file = options.output is not None
    refused, progress = _Refused(), terminal.Progress(console)
    inputs = _inputs(options, console, progress)
    ruleset, detail = inputs.ruleset, options.detail
    with terminal.opened_output(console, options.output) as stream, progress:
        subjects = refused.among(judged(inputs))
        match form:
            case "parquet":
                rows = _rows(ruleset, subjects, console, detail=detail)
                ce.write_parquet(stream, _columns(ruleset, detail=detail), rows)
                parts: Iterable[str] = ()
            case "csv":
                lines = _csv_lines(ruleset, subjects, console, detail=detail)
                parts = chain((terminal.BOM,), lines) if console.to_file else lines
            case "json":
                parts = _json_parts(subjects, console)
            case "jsonl":
                parts = (terminal.json_text(_plain(each, console), indent=None) + "\n" for each in subjects)
            case _:
                parts = (_as_text(ruleset, list(subjects), console, detail=detail), "\n")
        stream.writelines(part.encode() for part in parts)
        # A long time may have passed since.
        terminal.look_at_output(options.output, files, force=options.force)
    refused.say(console)
    return 1 if refused.count else 0


def run_explain(options: Namespace, console: terminal.Console) -> int:
    """Explain one subject."""
    form = terminal.form_of(options.output, options.format, _EXPLANATION_ENDINGS)
    terminal.look_at_output(options.output, (options.ruleset, options.data), force=options.force)
    inputs = _inputs(options, console)
    subject = found_subject(inputs.subjects, options.subject)
    verdict = next(judged(attrs.evolve(inputs, subjects=(subject,))))
    if verdict.result is None:
        raise CriteriaError(verdict.problems)
    explanation = verdict.result.explain(console.lang)
    match form:
        case "markdown":
            text = terminal.safe(explanation.markdown(), lines=True)
        case "html":
            text = terminal.safe(explanation.html(), lines=True)
        case "json":
            text = terminal.json_text(explanation.to_dict())
        case _:
            text = terminal.safe(str(explanation), lines=True)
    terminal.give_out(console, text, options.output)
    return 0


def _inputs(
    options: Namespace, console: terminal.Console, progress: terminal.Progress | None = None
) -> CommandInputs:
    return read_data(
        options.ruleset,
        options.data,
        console,
        on=options.on,
        library=options.library,
        subject_column=options.subject_column,
        numbers=options.numbers,
        progress=progress,
    )


class _Refused:
    """Subjects whose values are faulty: how many, and what is wrong with the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[JudgedSubject] = []

    def among(self, subjects: Iterable[JudgedSubject]) -> Iterator[JudgedSubject]:
        """The same again, looked at on its way."""
        for subject in subjects:
            if subject.result is None:
                self.count += 1
                self._first += [subject] if self.count <= _MOST_SAID else []
            yield subject

    def say(self, console: terminal.Console) -> None:
        """Tell what is wrong, and how many more there are."""
        for subject in self._first:
            for problem in subject.problems:
                message = console.diagnostic(problem)
                console.complain(console.word("unsound_row", subject=subject.subject, message=message))
        if self.count > len(self._first):
            console.complain(console.word("more_unsound_rows", count=self.count - len(self._first)))


# A cell that begins with one of these is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _as_text(
    ruleset: Ruleset, subjects: list[JudgedSubject], console: terminal.Console, *, detail: bool
) -> str:
    """A table for readers, which needs all verdicts for the widths of its columns."""
    parts = [verdict_table(ruleset, subjects, console), "", tally(ruleset, subjects, console)]
    for each in subjects if detail else ():
        if each.result is not None:
            parts += ["", each.subject, criteria_table(ruleset, each.result, console)]
    return "\n".join(parts)


def _columns(ruleset: Ruleset, *, detail: bool) -> dict[str, type[str | float | bool]]:
    """The columns of a table of verdicts; ``detail`` adds state and points of every criterion."""
    columns: dict[str, type[str | float | bool]] = dict.fromkeys(("subject", "period", "level"), str)
    columns |= {"level_title": str, "decided": bool, "score_low": float, "score_high": float}
    columns |= dict.fromkeys(("possible_levels", "referred", "missing", "error"), str)
    for path, _ in criteria_of(ruleset) if detail else ():
        columns |= {f"{path}.status": str, f"{path}.low": float, f"{path}.high": float}
    return columns


def _rows(
    ruleset: Ruleset, subjects: Iterable[JudgedSubject], console: terminal.Console, *, detail: bool
) -> Iterator[list[object]]:
    paths = [path for path, _ in criteria_of(ruleset)] if detail else []
    return (_row(subject, paths, console) for subject in subjects)


def _row(subject: JudgedSubject, paths: Sequence[str], console: terminal.Console) -> list[object]:
    result = subject.result
    if result is None:
        message = "; ".join(problem.in_language(console.lang).message for problem in subject.problems)
        return [subject.subject, subject.period, *[None] * 8, message, *[None] * (3 * len(paths))]
    title = None if result.level is None else result.level_title(console.lang)
    row: list[object] = [subject.subject, subject.period, result.level, title, result.decided]
    row += [*_ends(result.score), "|".join(result.possible_levels), result.referred]
    row += ["|".join(result.missing), None]
    for path in paths:
        criterion = result.criteria[path]
        row += [str(criterion.status), *_ends(criterion.score)]
    return row


def _ends(bounds: Bounds | None) -> tuple[float | None, float | None]:
    return (None, None) if bounds is None else (bounds.low, bounds.high)


class _Echo:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, line: str) -> str:
        """The line."""
        return line


def _csv_lines(
    ruleset: Ruleset, subjects: Iterable[JudgedSubject], console: terminal.Console, *, detail: bool
) -> Iterator[str]:
    import csv

    line_of = csv.writer(_Echo(), lineterminator="\r\n").writerow
    yield line_of(_columns(ruleset, detail=detail))
    for row in _rows(ruleset, subjects, console, detail=detail):
        yield line_of([_cell(value) for value in row])


def _cell(value: object) -> str:
    """A cell of CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return repr(value)
    text = terminal.safe(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json_parts(subjects: Iterable[JudgedSubject], console: terminal.Console) -> Iterator[str]:
    """A list of results as ``to_dict`` gives them, with the period; faulty values as ``errors``."""
    between = "[\n  "
    for subject in subjects:
        yield between + terminal.json_text(_plain(subject, console)).replace("\n", "\n  ")
        between = ",\n  "
    yield "[]\n" if between.startswith("[") else "\n]\n"


def _plain(subject: JudgedSubject, console: terminal.Console) -> dict[str, Any]:
    if subject.result is not None:
        return {**subject.result.to_dict(), "period": subject.period}
    problems = [problem.in_language(console.lang) for problem in subject.problems]
    errors = [{"code": each.code, "message": each.message, "path": each.path} for each in problems]
    return {"subject": subject.subject, "period": subject.period, "errors": errors}
