"""``criteria report``: the half-yearly, yearly or mid-term report on a plan, as a file to send."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from criteria_engine import CriteriaError, Diagnostic, Result, report
from criteria_engine.cli.console import Console
from criteria_engine.cli.output import Unusable, form_of, give_out, look_at_output
from criteria_engine.cli.projecting import plan_and_rows, share_of
from criteria_engine.cli.sheets import json_text
from criteria_engine.cli.subjects import day_of, judged, read_data
from criteria_engine.cli.table_text import safe

__all__ = ["run"]

_ENDINGS = {".md": "markdown", ".html": "html", ".json": "json"}
# How data that comes with the program says in its name that it is assumed.
_ASSUMED_NAMES = (".gia-dinh.", ".assumed.")


def run(options: Namespace, console: Console) -> int:
    """Write the report; what it says of the targets plays no part in the exit status."""
    form = form_of(options.output, options.format, _ENDINGS)
    assessed: Sequence[str] = options.assessments or ()
    inputs = [each for each in (options.plan, options.data, *assessed) if each is not None]
    look_at_output(options.output, inputs, force=options.force)
    on = day_of(options.on)
    if on is None:
        raise Unusable([Diagnostic("CE828", {"value": ""})])
    plan, rows = plan_and_rows(options, console)
    made = report(
        plan,
        rows,
        on=on,
        since=day_of(options.since),
        kind=options.kind,
        assessments=_results(options, console) if assessed else None,
        assessments_assumed=options.assumed or _is_assumed(assessed),
        done=options.done or (),
        method=options.method,
        scenarios=options.scenario or ("as_is",),
        confidence=share_of(options.confidence),
    )
    match form:
        case "html":
            text = made.html(console.lang)
        case "json":
            text = json_text(made.to_dict())
        case _:
            text = safe(made.markdown(console.lang), lines=True)
    give_out(console, text, options.output)
    return 0


def _results(options: Namespace, console: Console) -> dict[str, Result]:
    """The results of the assessments in a data file, by subject; raises where values are not right."""
    ruleset, data = options.assessments
    named = Namespace(
        ruleset=ruleset, data=data, on=options.on, subject_column="subject", numbers="vi", library=None
    )
    found = list(judged(read_data(named, console), data))
    problems = [each for one in found for each in one.problems]
    if problems:
        raise CriteriaError(problems)
    return {each.subject: each.result for each in found if each.result is not None}


def _is_assumed(files: Sequence[str]) -> bool:
    return any(mark in Path(file).name for file in files for mark in _ASSUMED_NAMES)
