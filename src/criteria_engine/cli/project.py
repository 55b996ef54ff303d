"""``criteria project`` and ``criteria report``: how the targets of a plan look on a day.

The projection is a table, a chart and a paragraph; the report is the half-yearly, yearly or mid-term one, as a
file to send.
"""

from __future__ import annotations

import datetime
import io
import math
import textwrap
from argparse import Namespace
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import criteria_engine as ce
from criteria_engine import CriteriaError, Plan, Projection, Result, TargetOutlook, UnitStatus, YearRow
from criteria_engine.cli import terminal
from criteria_engine.cli.subjects import day_of, judged, read_data
from criteria_engine.messages.codes import Code

_PROJECT_ENDINGS = {".txt": "text", ".json": "json", ".csv": "csv"}
_FALLS_SHORT = frozenset({"missed", "off_track"})
# Signs that every office font has.
_LOW, _EXPECTED, _HIGH, _NEEDED = "#", "+", ".", "|"


def run_project(options: Namespace, console: terminal.Console) -> int:
    """Project a plan; 1 where a target is missed, or will be as things go."""
    form = terminal.form_of(options.output, options.format, _PROJECT_ENDINGS)
    files = (options.plan,) if options.data is None else (options.plan, options.data)
    terminal.look_at_output(options.output, files, force=options.force)
    console.to_file = options.output is not None
    plan, rows = _plan_and_rows(options, console)
    first_year = plan.horizon.from_
    projection = ce.project(
        plan,
        recognitions=rows,
        # Else the end of the last year that the rows tell of, or of the plan's first year.
        on=day_of(options.on) or datetime.date(max((row.year for row in rows), default=first_year), 12, 31),
        method=options.method,
        scenarios=options.scenario or ("as_is",),
        confidence=_share_of(options.confidence),
    )
    match form:
        case "json":
            text = terminal.json_text(projection.to_dict())
        case "csv":
            text = (terminal.BOM if console.to_file else "") + _as_csv(projection)
        case _:
            text = _as_text(projection, console)
    terminal.give_out(console, text, options.output)
    return 1 if any(each.status in _FALLS_SHORT for each in projection.targets.values()) else 0


def _plan_and_rows(options: Namespace, console: terminal.Console) -> tuple[Plan, Sequence[UnitStatus]]:
    """The plan and what happened, where a file tells it."""
    plan = ce.load_plan(options.plan, lang=console.lang)
    if options.data is None:
        return plan, ()
    return plan, ce.load_unit_statuses(options.data, plan.roster, plan.counting.denominator.fixed)


def _share_of(text: str) -> Fraction:
    """A share as an option says it, exactly."""
    bare = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        share = Fraction(bare) / (100 if "%" in text else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise terminal.unusable(Code.ARGUMENT_NOT_A_SHARE, value=text)
    return share


def _as_text(projection: Projection, console: terminal.Console) -> str:
    """The whole page: targets, years, chart, paragraph."""
    title = projection.plan.title.in_language(console.lang) or projection.plan.id
    paragraph = textwrap.fill(projection.explain(console.lang), console.width, break_long_words=False)
    years = _years(projection, console)
    parts = [targets_text(projection, console), years, _chart(projection, console), paragraph]
    return "\n\n".join([terminal.safe(title), *(terminal.safe(part, lines=True) for part in parts)])


def targets_text(projection: Projection, console: terminal.Console) -> str:
    """The targets as a table, each with its areas below it."""
    keys = ("target", "year", "required", "have", "expected", "per_year", "outlook")
    header = [console.word(f"project_{key}") for key in keys]
    rows = []
    for id, target in projection.targets.items():
        rows.append(_target_row(target.title.in_language(console.lang) or id, target, console))
        rows += [_target_row(f"  {area}", part, console) for area, part in target.areas.items()]
    return terminal.text_table(header, rows, width=console.width, right=(1, 2, 3, 4, 5))


def _target_row(title: str, target: TargetOutlook, console: terminal.Console) -> list[str]:
    outlook = console.word(f"project_{target.likelihood or target.status}")
    if target.probability is not None and target.likelihood != target.status:
        outlook += f" ({_percent(Fraction(target.probability), console)})"
    return [
        title,
        str(target.year),
        f"{target.required}/{target.units}",
        str(target.have) + (f"…{target.have + target.pending}" if target.pending else ""),
        _shown(target.expected, console),
        _shown(target.required_per_year, console) if target.required_per_year else "–",
        outlook,
    ]


def _years(projection: Projection, console: terminal.Console) -> str:
    keys = ("year", "units", "low", "expected", "high", "share", "pathway", "registered")
    header = [console.word(f"project_{key}") for key in keys]
    rows = [
        [
            str(row.year),
            str(row.units),
            *(_shown(count, console) for count in (row.low, row.expected, row.high)),
            _percent(row.shares[1], console),
            "–" if row.required is None else _shown(row.required, console),
            str(row.registered or "–"),
        ]
        for row in projection.table()
    ]
    return terminal.text_table(header, rows, width=console.width, right=tuple(range(8)))


def _chart(projection: Projection, console: terminal.Console) -> str:
    """A bar a year: low, expected and high of all units, and how many it takes."""
    lines = [_bar(row, console.width - 24, console) for row in projection.table()]
    legend = console.word("project_legend", low=_LOW, expected=_EXPECTED, high=_HIGH, needed=_NEEDED)
    return "\n".join([*lines, legend])


def _bar(row: YearRow, room: int, console: terminal.Console) -> str:
    of = row.units or 1

    def cells(count: Fraction) -> int:
        return round(count / of * room)

    low, expected, high = cells(row.low), cells(row.expected), cells(row.high)
    signs = _LOW * low + _EXPECTED * (expected - low) + _HIGH * (high - expected)
    signs = terminal.padded(signs, room)
    if row.required is not None:
        at = max(0, min(room, cells(row.required)) - 1)
        signs = signs[:at] + _NEEDED + signs[at + 1 :]
    share = _percent(row.shares[1], console)
    return f"{row.year} [{signs}] {' ' * max(0, 8 - terminal.width_of(share))}{share}"


def _shown(value: Fraction, console: terminal.Console) -> str:
    # To one place, halves upwards, as the paragraph has them.
    return console.number(math.floor(value * 10 + Fraction(1, 2)) / 10)


def _percent(share: Fraction, console: terminal.Console) -> str:
    shown = _shown(share * 100, console)
    return f"{shown} %" if console.lang == "vi" else f"{shown}%"


def _as_csv(projection: Projection) -> str:
    """A row a year, numbers with a decimal point."""
    import csv

    rows = projection.table().to_dict()
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]) if rows else ["year"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


_REPORT_ENDINGS = {".md": "markdown", ".html": "html", ".json": "json"}
# How data that comes with the program says in its name that it is assumed.
_ASSUMED_NAMES = (".gia-dinh.", ".assumed.")


def run_report(options: Namespace, console: terminal.Console) -> int:
    """Write the report; what it says of the targets plays no part in the exit status."""
    form = terminal.form_of(options.output, options.format, _REPORT_ENDINGS)
    assessed: Sequence[str] = options.assessments or ()
    files = [file for file in (options.plan, options.data, *assessed) if file is not None]
    terminal.look_at_output(options.output, files, force=options.force)
    on = day_of(options.on)
    if on is None:
        raise terminal.unusable(Code.ARGUMENT_NOT_A_DATE, value="")
    plan, rows = _plan_and_rows(options, console)
    is_assumed = any(mark in Path(file).name for file in assessed for mark in _ASSUMED_NAMES)
    report = ce.report(
        plan,
        rows,
        on=on,
        since=day_of(options.since),
        kind=options.kind,
        assessments=_results(*assessed, on=options.on, console=console) if assessed else None,
        assessments_assumed=options.assumed or is_assumed,
        done=options.done or (),
        method=options.method,
        scenarios=options.scenario or ("as_is",),
        confidence=_share_of(options.confidence),
    )
    match form:
        case "html":
            text = report.html(console.lang)
        case "json":
            text = terminal.json_text(report.to_dict())
        case _:
            text = terminal.safe(report.markdown(console.lang), lines=True)
    terminal.give_out(console, text, options.output)
    return 0


def _results(ruleset: str, data: str, *, on: str, console: terminal.Console) -> dict[str, Result]:
    """The results of the assessments in a data file, by subject; raises where values are not right."""
    subjects = list(judged(read_data(ruleset, data, console, on=on)))
    problems = [problem for subject in subjects for problem in subject.problems]
    if problems:
        raise CriteriaError(problems)
    return {subject.subject: subject.result for subject in subjects if subject.result is not None}
