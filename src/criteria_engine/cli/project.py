"""``criteria project``: how the targets of a plan look, as a table, a chart and a paragraph."""

from __future__ import annotations

import csv
import datetime
import io
import math
import textwrap
from argparse import Namespace
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from criteria_engine import (
    CriteriaError,
    Diagnostic,
    Plan,
    Projection,
    Result,
    TargetOutlook,
    UnitStatus,
    YearRow,
    load_plan,
    load_unit_statuses,
    project,
    report,
)
from criteria_engine.cli.output import Unusable, form_of, give_out, look_at_output
from criteria_engine.cli.subjects import day_of, json_text, judged, read_data
from criteria_engine.cli.terminal import Console, padded, safe, text_table, width_of

__all__ = [
    "chart_text",
    "plan_and_rows",
    "projection_text",
    "run_project",
    "run_report",
    "share_of",
    "targets_text",
]

_PROJECT_ENDINGS = {".txt": "text", ".json": "json", ".csv": "csv"}
_BOM = "\ufeff"
_FALLS_SHORT = frozenset({"missed", "off_track"})
# Signs that every office font has.
_LOW, _EXPECTED, _HIGH, _NEEDED = "#", "+", ".", "|"


def run_project(options: Namespace, console: Console) -> int:
    """Project a plan; 1 where a target is missed, or will be as things go."""
    form = form_of(options.output, options.format, _PROJECT_ENDINGS)
    inputs = (options.plan,) if options.data is None else (options.plan, options.data)
    look_at_output(options.output, inputs, force=options.force)
    console.to_file = options.output is not None
    plan, rows = plan_and_rows(options, console)
    found = project(
        plan,
        recognitions=rows,
        on=day_of(options.on) or _last_day(plan, rows),
        method=options.method,
        scenarios=options.scenario or ("as_is",),
        confidence=share_of(options.confidence),
    )
    match form:
        case "json":
            text = json_text(found.to_dict())
        case "csv":
            text = ("" if options.output is None else _BOM) + _as_csv(found)
        case _:
            text = projection_text(found, console)
    give_out(console, text, options.output)
    return 1 if any(each.status in _FALLS_SHORT for each in found.targets.values()) else 0


def plan_and_rows(options: Namespace, console: Console) -> tuple[Plan, Sequence[UnitStatus]]:
    """The plan and what happened, where a file tells it."""
    plan = load_plan(options.plan, lang=console.lang)
    if options.data is None:
        return plan, ()
    return plan, load_unit_statuses(options.data, plan.roster, plan.counting.denominator.fixed)


def share_of(text: str) -> Fraction:
    """A share as an option says it, exactly."""
    bare = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        share = Fraction(bare) / (100 if "%" in text else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise Unusable([Diagnostic("CE830", {"value": text})])
    return share


def _last_day(plan: Plan, rows: Sequence[UnitStatus]) -> datetime.date:
    """The end of the last year that the rows tell of, or of the plan's first year."""
    return datetime.date(max((row.year for row in rows), default=plan.horizon.from_), 12, 31)


def projection_text(found: Projection, console: Console) -> str:
    """The whole page: targets, years, chart, paragraph."""
    title = found.plan.title.in_language(console.lang) or found.plan.id
    paragraph = textwrap.fill(found.explain(console.lang), console.width, break_long_words=False)
    parts = [
        safe(title),
        targets_text(found, console),
        _years(found, console),
        chart_text(found, console),
        paragraph,
    ]
    return "\n\n".join(safe(part, lines=True) for part in parts)


def targets_text(found: Projection, console: Console) -> str:
    """The targets as a table, each with its areas below it."""
    keys = ("target", "year", "required", "have", "expected", "per_year", "outlook")
    header = [console.word(f"project_{key}") for key in keys]
    rows = []
    for id, each in found.targets.items():
        rows.append(_target_row(each.title.in_language(console.lang) or id, each, console))
        rows += [_target_row(f"  {area}", part, console) for area, part in each.areas.items()]
    return text_table(header, rows, width=console.width, right=(1, 2, 3, 4, 5))


def _target_row(title: str, each: TargetOutlook, console: Console) -> list[str]:
    pace = "–" if not each.required_per_year else _shown(each.required_per_year, console)
    word = console.word(f"project_{each.likelihood or each.status}")
    if each.probability is not None and each.likelihood != each.status:
        word += f" ({_percent(Fraction(each.probability), console)})"
    have = str(each.have) + (f"…{each.have + each.pending}" if each.pending else "")
    return [
        title,
        str(each.year),
        f"{each.required}/{each.units}",
        have,
        _shown(each.expected, console),
        pace,
        word,
    ]


def _years(found: Projection, console: Console) -> str:
    keys = ("year", "units", "low", "expected", "high", "share", "pathway", "registered")
    header = [console.word(f"project_{key}") for key in keys]
    rows = [
        [
            str(row.year),
            str(row.units),
            *(_shown(each, console) for each in (row.low, row.expected, row.high)),
            _percent(row.shares[1], console),
            "–" if row.required is None else _shown(row.required, console),
            str(row.registered or "–"),
        ]
        for row in found.table()
    ]
    return text_table(header, rows, width=console.width, right=tuple(range(8)))


def chart_text(found: Projection, console: Console) -> str:
    """A bar a year: low, expected and high of all units, and how many it takes."""
    room = console.width - 24
    lines = [_bar(row, room, console) for row in found.table()]
    legend = console.word("project_legend", low=_LOW, expected=_EXPECTED, high=_HIGH, needed=_NEEDED)
    return "\n".join([*lines, legend])


def _bar(row: YearRow, room: int, console: Console) -> str:
    of = row.units or 1

    def cells(count: Fraction) -> int:
        return round(count / of * room)

    low, expected, high = cells(row.low), cells(row.expected), cells(row.high)
    signs = _LOW * low + _EXPECTED * (expected - low) + _HIGH * (high - expected)
    signs = padded(signs, room)
    if row.required is not None:
        at = max(0, min(room, cells(row.required)) - 1)
        signs = signs[:at] + _NEEDED + signs[at + 1 :]
    share = _percent(row.shares[1], console)
    return f"{row.year} [{signs}] {' ' * max(0, 8 - width_of(share))}{share}"


def _shown(value: Fraction, console: Console) -> str:
    # To one place, halves upwards, as the paragraph has them.
    return console.number(math.floor(value * 10 + Fraction(1, 2)) / 10)


def _percent(share: Fraction, console: Console) -> str:
    shown = _shown(share * 100, console)
    return f"{shown} %" if console.lang == "vi" else f"{shown}%"


def _as_csv(found: Projection) -> str:
    """A row a year, numbers with a decimal point."""
    rows = found.table().to_dict()
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]) if rows else ["year"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


# ---- ``criteria report``: the half-yearly, yearly or mid-term report on a plan, as a file to send ---

_REPORT_ENDINGS = {".md": "markdown", ".html": "html", ".json": "json"}
# How data that comes with the program says in its name that it is assumed.
_ASSUMED_NAMES = (".gia-dinh.", ".assumed.")


def run_report(options: Namespace, console: Console) -> int:
    """Write the report; what it says of the targets plays no part in the exit status."""
    form = form_of(options.output, options.format, _REPORT_ENDINGS)
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
