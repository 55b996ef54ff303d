"""What is asked of a frame besides its inputs: columns that fit, earlier periods, titles, and what is wrong in rows.

What a ruleset looks back to is an input of its own (``previous(theft)``), and so is a title. Its column is
``theft@-1``, or the library looks for the earlier row where it is told which column names the unit and which
the period. From there on nothing is special about it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest
from criteria_engine.evaluation.evaluation import levels_that_reach
from criteria_engine.messages.codes import Code
from criteria_engine.messages.diagnostics import Diagnostic, Fault, Problems, chosen_language
from criteria_engine.rules.parts import RulesetParts
from criteria_engine.tables.arrays import plain
from criteria_engine.tables.frame_kinds import LazyTable, MemoryTable, OutputColumn, refuse_frame

# ---- what is wrong in rows: named in a column, or raised ----------------------------------------

Wrong = Sequence[tuple[str, Any]]
"""Names of inputs, each with the numbers of the rows in which it is wrong."""

_MOST_SHOWN = 50


def error_column(
    np: Any, count: int, wrong: Wrong, order: Sequence[str], labels: Mapping[str, str]
) -> OutputColumn:
    """The column ``error``: the names of what is wrong, null where all is well."""
    codes = np.zeros(count, dtype=np.int32)
    places = {name: place for place, name in enumerate(order)}
    by_row: dict[int, list[str]] = {}
    for name, rows in sorted(wrong, key=lambda each: places.get(each[0], len(places))):
        for row in rows.tolist():
            by_row.setdefault(row, []).append(labels.get(name, name))
    texts: dict[str, int] = {}
    for row, names in by_row.items():
        codes[row] = 1 + texts.setdefault(", ".join(names), len(texts))
    return OutputColumn("error", np.where(codes, codes - 1, len(texts)), (*texts, None))


def refuse_rows(
    ruleset: RulesetParts, program: Program, frame: Any, wrong: Wrong, labels: Mapping[str, str]
) -> None:
    """Raise what is wrong with rows, the first of them, as ``evaluate`` would say it."""
    problems = Problems()
    rules = {f"consistency[{n}]": rule for n, rule in enumerate(ruleset.consistency)}
    inputs = {given.id: given for given in program.door.inputs}
    found = sorted((int(row), name) for name, rows in wrong for row in rows[:_MOST_SHOWN].tolist())
    for row, name in found[:_MOST_SHOWN]:
        at = f"rows[{row}].{labels.get(name, name)}"
        if name in rules:
            note = rules[name].note.in_language("vi")
            problems.add(
                at, Code.CONTRADICTION, rule=rules[name].holds.text, note=f" ({note})" if note else ""
            )
            continue
        if name not in inputs:
            problems.add(f"rows[{row}].on", Code.INPUT_NOT_A_DATE, name="on", value="–")
            continue
        value = frame[name][row] if name in frame.columns else None
        try:
            program.door.value_of(inputs[name], plain(value))
            problems.add(at, Code.ALWAYS_APPLICABLE, name=name)
        except Fault as fault:
            problems.add_fault(at, fault)
    problems.raise_errors()


# ---- what columns there are ---------------------------------------------------------------------


def check_columns(
    program: Program, there: Sequence[str], added: Sequence[str], labels: Mapping[str, str]
) -> None:
    """Refuse a frame that has columns of the names that are added; warn of inputs without one."""
    taken = [name for name in added if name in there]
    if taken:
        raise refuse_frame(Code.COLUMNS_EXIST, names=", ".join(taken[:8]))
    absent = [
        labels.get(each.id, each.id)
        for each in program.door.inputs
        if not {each.id, f"{each.id}@na"} & set(there)
    ]
    if absent:
        near = [close for name in absent if (close := nearest(name, there)) and close not in absent]
        details = {
            "names": ", ".join(absent[:8]) + ", …" * (len(absent) > 8),
            "nearest": ", ".join(near[:3]) or "–",
        }
        said = Diagnostic(Code.COLUMNS_MISSING, details, "frame", "warning", lang=chosen_language())
        warnings.warn(str(said), UserWarning, stacklevel=4)


@attrs.frozen
class HistoryColumns:
    """How a frame tells of earlier periods and titles.

    ``history`` are the columns that name the unit and the period; ``titles`` says by ruleset which column
    holds the level, and ``sets`` rank the levels of those rulesets.
    """

    history: tuple[str, str] | None = None
    titles: Mapping[str, str] = attrs.field(factory=dict)
    sets: Sequence[RulesetParts] = ()


@attrs.frozen
class HistoryInputs:
    """What was found of it: by input what users call it, and by title the levels that will do."""

    labels: Mapping[str, str] = attrs.field(factory=dict)
    levels: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


def with_history(
    table: MemoryTable | LazyTable, program: Program, asked: HistoryColumns, own: RulesetParts
) -> tuple[MemoryTable | LazyTable, HistoryInputs]:
    """The table with a column for every input that is no column of its own, and what was found."""
    names = list(table.schema)
    for name in (*(asked.history or ()), *asked.titles.values()):
        if name not in names:
            raise refuse_frame(
                Code.NO_SUCH_COLUMN, name=name, nearest=nearest(name, names) or ", ".join(names[:8])
            )
    ranked = {ruleset.id: ruleset for ruleset in (own, *asked.sets)}
    labels: dict[str, str] = {}
    levels: dict[str, tuple[str, ...]] = {}
    copies: dict[str, str] = {}
    earlier: dict[str, tuple[str, int]] = {}
    for input, (of, level, back) in program.judging.observing.origins.items():
        source = asked.titles.get(of, f"titles.{of}") if level else of
        labels[input] = f"{source}@-{back}" if back else source
        if level:
            levels[input] = levels_that_reach(level, ranked.get(of))
        for mark in ("",) if level else ("", "@na"):
            if labels[input] + mark in names:
                copies[input + mark] = labels[input] + mark
            elif back and asked.history is not None and source + mark in names:
                earlier[input + mark] = source + mark, back
    if asked.history is not None and earlier:
        unit, period = asked.history
        if not table.schema[period].is_numeric():
            raise refuse_frame(Code.PERIODS_NOT_WHOLE, name=period)
        table = table.with_earlier(unit, period, earlier)
    return table.with_copies(copies), HistoryInputs(labels, levels)
