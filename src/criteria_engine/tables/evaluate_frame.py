"""Frames in, the same kind out, with a column for each answer.

``evaluate_frame`` asks of which kind a frame is (``frame_kinds``) and sends it one of three ways: frames in memory
by arrays (``by_arrays``), plans and large polars frames by expressions (``by_plan``), dask by its partitions, each
of which comes back here. Before that stand the checks of rows and columns, and the columns of earlier periods.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from criteria_engine.compiler.program import Program
from criteria_engine.compiler.scope import ON
from criteria_engine.compiler.soundness import SoundRuleset
from criteria_engine.core.extras import narwhals, numpy
from criteria_engine.core.grammar import nearest
from criteria_engine.evaluation.evaluation import checked_day, first_day, levels_that_reach
from criteria_engine.messages.diagnostics import Code, Diagnostic, Fault, Problems, chosen_language, refusal
from criteria_engine.rules.parts import RulesetParts
from criteria_engine.tables.answers import Answer, answers_of, columns_of
from criteria_engine.tables.arrays import ArrayReader, Cells, InputSource, plain
from criteria_engine.tables.blocks import judge_blocks
from criteria_engine.tables.frame_inputs import FrameFacts
from criteria_engine.tables.frame_kinds import (
    LazyTable,
    MemoryTable,
    OutputColumn,
    PolarsTable,
    table_of,
)
from criteria_engine.tables.plan import PlanRequest, checked, planned

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
    inputs = {given.id: given for given in program.reader.inputs}
    faults = sorted((int(row), name) for name, rows in wrong for row in rows[:_MOST_SHOWN].tolist())
    for row, name in faults[:_MOST_SHOWN]:
        at = f"rows[{row}].{labels.get(name, name)}"
        if name in rules:
            rule, note = rules[name].holds.text, rules[name].note.in_language("vi")
            problems.add(at, Code.CONTRADICTION, rule=rule, note=f" ({note})" if note else "")
            continue
        if name not in inputs:
            problems.add(f"rows[{row}].on", Code.INPUT_NOT_A_DATE, name="on", value="–")
            continue
        value = frame[name][row] if name in frame.columns else None
        try:
            program.reader.value_of(inputs[name], plain(value))
            problems.add(at, Code.ALWAYS_APPLICABLE, name=name)
        except Fault as fault:
            problems.add_fault(at, fault)
    problems.raise_errors()


def check_columns(
    program: Program, there: Sequence[str], added: Sequence[str], labels: Mapping[str, str]
) -> None:
    """Refuse a frame that has columns of the names that are added; warn of inputs without one."""
    taken = [name for name in added if name in there]
    if taken:
        raise refusal("frame", Code.COLUMNS_EXIST, names=", ".join(taken[:8]))
    inputs = [given.id for given in program.reader.inputs]
    absent = [labels.get(name, name) for name in inputs if not {name, f"{name}@na"} & set(there)]
    if absent:
        near = [close for name in absent if (close := nearest(name, there)) and close not in absent]
        names = ", ".join(absent[:8]) + ", …" * (len(absent) > 8)
        details = {"names": names, "nearest": ", ".join(near[:3]) or "–"}
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


def with_history(
    table: MemoryTable | LazyTable, program: Program, asked: HistoryColumns, own: RulesetParts
) -> tuple[MemoryTable | LazyTable, Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """The table with a column for every earlier period and title that is asked for.

    Also the names that users know these inputs by, and for each title the levels that will do.
    """
    names = list(table.schema)
    for name in (*(asked.history or ()), *asked.titles.values()):
        if name not in names:
            near = nearest(name, names) or ", ".join(names[:8])
            raise refusal("frame", Code.NO_SUCH_COLUMN, name=name, nearest=near)
    ranked = {ruleset.id: ruleset for ruleset in (own, *asked.sets)}
    labels: dict[str, str] = {}
    levels: dict[str, tuple[str, ...]] = {}
    copies: dict[str, str] = {}
    earlier: dict[str, tuple[str, int]] = {}
    for input, (of, level, back) in program.scope.observed_inputs.origins.items():
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
            raise refusal("frame", Code.PERIODS_NOT_WHOLE, name=period)
        table = table.with_earlier(unit, period, earlier)
    return table.with_copies(copies), labels, levels


MANY = 5_000
"""From so many rows on polars is faster with its own expressions than with arrays."""

_NOTHING = HistoryColumns()


def evaluate_frame(
    ruleset: SoundRuleset,
    frame: Any,
    *,
    detail: bool = False,
    on: datetime.date | str | None = None,
    asked: HistoryColumns = _NOTHING,
    prefix: str = "",
    strict: bool = False,
) -> Any:
    """Judge every row of a frame; see ``Ruleset.evaluate_frame``."""
    program = ruleset.program
    if narwhals().dependencies.is_dask_dataframe(frame):
        if strict:
            raise refusal("frame", Code.STRICT_ON_LAZY_FRAME)
        if asked.history is not None:
            raise refusal("frame", Code.PERIODS_ACROSS_PARTITIONS, kind="dask")
        judge = partial(evaluate_frame, ruleset, detail=detail, on=on, asked=asked, prefix=prefix)
        # What is absent is said once, here, and not again by every partition. Nothing runs before the owner asks.
        shape = judge(frame._meta)  # noqa: SLF001 - how dask itself tells the shape of a result
        return frame.map_partitions(_quietly, judge, meta=shape)
    table = table_of(frame)
    if strict and not isinstance(table, MemoryTable):
        raise refusal("frame", Code.STRICT_ON_LAZY_FRAME)
    day = on if isinstance(on, str) and on in table.schema else checked_day(ruleset, program, on)
    table, labels, levels = with_history(table, program, asked, ruleset)
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    added = [prefix + name for name in columns_of(answers)]
    check_columns(program, list(table.schema), added, labels)
    judging = _Judging(ruleset, program, answers, labels, levels, day, detail, prefix, strict)
    if isinstance(table, LazyTable):
        return judging.by_plan(table, FrameFacts(table.schema))
    if isinstance(table, PolarsTable) and len(table) >= MANY:
        return judging.by_checked_plan(table)
    return judging.by_arrays(table)


def _quietly(part: Any, judge: Callable[[Any], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return judge(part)


@attrs.frozen(eq=False, repr=False)
class _Judging:
    """What is asked of a frame, which its methods take with columns of earlier periods and titles."""

    ruleset: SoundRuleset
    program: Program
    answers: Sequence[Answer]
    labels: Mapping[str, str]
    levels: Mapping[str, tuple[str, ...]]
    day: datetime.date | str | None
    detail: bool
    prefix: str
    strict: bool

    def by_plan(self, table: LazyTable, facts: FrameFacts) -> Any:
        """A plan that nothing runs yet."""
        facts = attrs.evolve(facts, labels=self.labels, levels=self.levels)
        request = PlanRequest(type(table), facts, self.day, first_day(self.ruleset), self.detail)
        return planned(table, self.program, self.answers, request, self.prefix)

    def by_checked_plan(self, table: PolarsTable) -> Any:
        """A large polars frame: checked first, then judged by one plan."""
        made = self.by_plan(*checked(table, self.program)).collect()
        if self.strict and made[self.prefix + "error"].null_count() < len(made):
            return self.by_arrays(table)
        return made

    def by_arrays(self, table: MemoryTable) -> Any:
        """By arrays, in blocks."""
        np, program = numpy(), self.program
        reader = ArrayReader(np, table, program.reader, self.levels)
        inputs = reader.read()
        if program.needs_day:
            day = 0.0 if self.day is None or isinstance(self.day, str) else float(self.day.toordinal())
            source = InputSource(Cells(day))
            if isinstance(self.day, str):
                source = reader.days(self.day, first_day(self.ruleset))
            inputs = attrs.evolve(inputs, sources={**inputs.sources, ON: source})
        columns, wrong = judge_blocks(program, self.answers, inputs, len(table), detail=self.detail)
        if self.strict and wrong:
            refuse_rows(self.ruleset, program, table.frame, wrong, self.labels)
        by_name = {column.name: column for column in columns}
        labels = {**self.labels, ON: "on"}
        by_name["error"] = error_column(np, len(table), wrong, program.reader.order, labels)
        names = columns_of(self.answers)
        return table.with_columns([attrs.evolve(by_name[name], name=self.prefix + name) for name in names])
