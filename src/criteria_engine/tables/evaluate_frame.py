"""Frames in, the same kind out, with a column for each answer.

``evaluate_frame`` asks of which kind a frame is (``frame_kinds``) and sends it one of three ways: frames in memory
by arrays (``by_arrays``), plans and large polars frames by expressions (``by_plan``), dask by its partitions, each
of which comes back here.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs

from criteria_engine.compiler.names import ON
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.soundness import SoundRuleset
from criteria_engine.core.extras import narwhals, numpy
from criteria_engine.evaluation.evaluation import checked_day, first_day
from criteria_engine.messages.codes import Code
from criteria_engine.tables.answers import Answer, answers_of, columns_of
from criteria_engine.tables.arrays import ArrayReader, Cells, InputSource
from criteria_engine.tables.blocks import judge_blocks
from criteria_engine.tables.frame_inputs import FrameFacts
from criteria_engine.tables.frame_kinds import LazyTable, MemoryTable, PolarsTable, refuse_frame, table_of
from criteria_engine.tables.history import (
    HistoryColumns,
    HistoryInputs,
    check_columns,
    error_column,
    refuse_rows,
    with_history,
)
from criteria_engine.tables.plan import PlanRequest, checked, planned

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
        if strict or asked.history is not None:
            raise (
                refuse_frame(Code.STRICT_ON_LAZY_FRAME)
                if strict
                else refuse_frame(Code.PERIODS_ACROSS_PARTITIONS, kind="dask")
            )
        return _by_partitions(
            frame, partial(evaluate_frame, ruleset, detail=detail, on=on, asked=asked, prefix=prefix)
        )
    table = table_of(frame)
    if strict and not isinstance(table, MemoryTable):
        raise refuse_frame(Code.STRICT_ON_LAZY_FRAME)
    day = on if isinstance(on, str) and on in table.schema else checked_day(ruleset, program, on)
    table, history = with_history(table, program, asked, ruleset)
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    check_columns(
        program, list(table.schema), [prefix + name for name in columns_of(answers)], history.labels
    )
    judging = _Judging(ruleset, program, answers, history, day, detail, prefix, strict)
    if isinstance(table, LazyTable):
        return judging.by_plan(table, FrameFacts(table.schema))
    if isinstance(table, PolarsTable) and len(table) >= MANY:
        return judging.by_checked_plan(table)
    return judging.by_arrays(table)


def _by_partitions(frame: Any, judge: Callable[[Any], Any]) -> Any:
    """A frame of dask, every partition of which is judged; nothing runs before its owner asks."""
    # What is absent is said once, here, and not again by every partition.
    shape = judge(frame._meta)  # noqa: SLF001 - how dask itself tells the shape of a result
    return frame.map_partitions(_quietly, judge, meta=shape)


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
    history: HistoryInputs
    day: datetime.date | str | None
    detail: bool
    prefix: str
    strict: bool

    def by_plan(self, table: LazyTable, facts: FrameFacts) -> Any:
        """A plan that nothing runs yet."""
        facts = attrs.evolve(facts, labels=self.history.labels, levels=self.history.levels)
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
        reader = ArrayReader(np, table, program.door, self.history.levels)
        inputs = reader.read()
        if program.needs_day:
            inputs = attrs.evolve(inputs, sources={**inputs.sources, ON: self._day(reader)})
        columns, wrong = judge_blocks(program, self.answers, inputs, len(table), detail=self.detail)
        if self.strict and wrong:
            refuse_rows(self.ruleset, program, table.frame, wrong, self.history.labels)
        by_name = {column.name: column for column in columns}
        labels = {**self.history.labels, ON: "on"}
        by_name["error"] = error_column(np, len(table), wrong, program.door.order, labels)
        names = columns_of(self.answers)
        return table.with_columns([attrs.evolve(by_name[name], name=self.prefix + name) for name in names])

    def _day(self, reader: ArrayReader) -> InputSource:
        """The day of assessment of every row."""
        if isinstance(self.day, str):
            return reader.days(self.day, first_day(self.ruleset))
        return InputSource(Cells(0.0 if self.day is None else float(self.day.toordinal())))
