"""``criteria evaluate``: every subject of a data file judged, one after the other."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from itertools import chain

import attrs

from criteria_engine import CriteriaError, Diagnostic, Ruleset
from criteria_engine.cli.output import Unusable, form_of, give_out, look_at_output, opened_output
from criteria_engine.cli.subjects import (
    JudgedSubject,
    as_parquet,
    criteria_table,
    csv_lines,
    found_subject,
    json_lines,
    json_parts,
    json_text,
    judged,
    read_data,
    tally,
    verdict_table,
)
from criteria_engine.cli.terminal import Console, Progress, diagnostic_text, safe

__all__ = [
    "run_evaluate",
    "run_explain",
]

_ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
_BOM = "\ufeff"
_MOST_SAID = 50


def run_evaluate(options: Namespace, console: Console) -> int:
    """Judge the subjects; 1 where the values of one are faulty."""
    form = form_of(options.output, options.format, _ENDINGS)
    if form == "parquet" and options.output is None:
        raise Unusable([Diagnostic("CE837")])
    inputs = (options.ruleset, options.data)
    look_at_output(options.output, inputs, force=options.force)
    console.to_file = options.output is not None
    refused, progress = _Refused(), Progress(console)
    given = read_data(options, console, progress)
    with opened_output(console, options.output) as stream, progress:
        found = refused.among(judged(given, options.data))
        if form == "parquet":
            as_parquet(stream, given.ruleset, found, console, detail=options.detail)
        else:
            parts = _parts(form, given.ruleset, found, console, options)
            stream.writelines(part.encode() for part in parts)
        # A long time may have passed since.
        look_at_output(options.output, inputs, force=options.force)
    refused.say(console)
    return 1 if refused.count else 0


def _parts(
    form: str, ruleset: Ruleset, found: Iterable[JudgedSubject], console: Console, options: Namespace
) -> Iterator[str]:
    """The output, bit by bit."""
    match form:
        case "csv":
            # Spreadsheets take a CSV file for UTF-8 only if it says so.
            bom = "" if options.output is None else _BOM
            return chain((bom,), csv_lines(ruleset, found, console, detail=options.detail))
        case "json":
            return json_parts(found, console)
        case "jsonl":
            return json_lines(found, console)
        case _:
            return iter((_as_text(ruleset, list(found), console, detail=options.detail), "\n"))


def _as_text(ruleset: Ruleset, found: list[JudgedSubject], console: Console, *, detail: bool) -> str:
    """A table for readers, which needs all verdicts for the widths of its columns."""
    parts = [verdict_table(ruleset, found, console), "", tally(ruleset, found, console)]
    if detail:
        for each in found:
            if each.result is not None:
                parts += ["", each.subject, criteria_table(ruleset, each.result, console)]
    return "\n".join(parts)


class _Refused:
    """Subjects whose values are faulty: how many, and what is wrong with the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[JudgedSubject] = []

    def among(self, found: Iterable[JudgedSubject]) -> Iterator[JudgedSubject]:
        """The same again, looked at on its way."""
        for each in found:
            if each.result is None:
                self.count += 1
                self._first += [each] if self.count <= _MOST_SAID else []
            yield each

    def say(self, console: Console) -> None:
        """Tell what is wrong, and how many more there are."""
        for each in self._first:
            for problem in each.problems:
                said = diagnostic_text(problem, console.lang)
                console.complain(console.word("unsound_row", subject=each.subject, message=said))
        if self.count > len(self._first):
            console.complain(console.word("more_unsound_rows", count=self.count - len(self._first)))


# ---- ``criteria explain``: why one subject comes out as it does ----------------------------------

_EXPLANATION_ENDINGS = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json"}


def run_explain(options: Namespace, console: Console) -> int:
    """Explain one subject."""
    form = form_of(options.output, options.format, _EXPLANATION_ENDINGS)
    look_at_output(options.output, (options.ruleset, options.data), force=options.force)
    given = read_data(options, console)
    subject = found_subject(given.subjects, options.subject)
    found = next(judged(attrs.evolve(given, subjects=(subject,)), options.data))
    if found.result is None:
        raise CriteriaError(found.problems)
    explanation = found.result.explain(console.lang)
    match form:
        case "markdown":
            text = safe(explanation.markdown(), lines=True)
        case "html":
            text = safe(explanation.html(), lines=True)
        case "json":
            text = json_text(explanation.to_dict())
        case _:
            text = safe(str(explanation), lines=True)
    give_out(console, text, options.output)
    return 0
