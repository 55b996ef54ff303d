"""``criteria evaluate``: every subject of a data file judged."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from criteria_engine import Ruleset
from criteria_engine.cli.console import Console, diagnostic_text
from criteria_engine.cli.output import form_of, give_out, look_at_output
from criteria_engine.cli.sheets import as_csv, as_json
from criteria_engine.cli.subjects import Judged, judged, read_data
from criteria_engine.cli.verdicts import criteria_table, tally, verdict_table

__all__ = ["run"]

_ENDINGS = {".csv": "csv", ".json": "json", ".txt": "text"}
_BOM = "\ufeff"


def run(options: Namespace, console: Console) -> int:
    """Judge the subjects; 1 where the values of one are faulty."""
    form = form_of(options.output, options.format, _ENDINGS)
    look_at_output(options.output, (options.ruleset, options.data), force=options.force)
    console.to_file = options.output is not None
    given = read_data(options, console)
    ruleset = given.ruleset
    found = judged(given, options.data, console.progress)
    if form == "csv":
        text = as_csv(ruleset, found, console, detail=options.detail)
        # Spreadsheets take a CSV file for UTF-8 only if it says so.
        text = text if options.output is None else _BOM + text
    elif form == "json":
        text = as_json(found, console)
    else:
        text = _as_text(ruleset, found, console, detail=options.detail)
    give_out(console, text, options.output)
    refused = [each for each in found if each.result is None]
    for each in refused:
        for problem in each.problems:
            said = diagnostic_text(problem, console.lang)
            console.complain(console.word("unsound_row", subject=each.subject, message=said))
    return 1 if refused else 0


def _as_text(ruleset: Ruleset, found: Sequence[Judged], console: Console, *, detail: bool) -> str:
    parts = [verdict_table(ruleset, found, console), "", tally(ruleset, found, console)]
    if detail:
        for each in found:
            if each.result is not None:
                parts += ["", each.subject, criteria_table(ruleset, each.result, console)]
    return "\n".join(parts)
