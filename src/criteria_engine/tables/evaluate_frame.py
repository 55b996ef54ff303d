"""The door for frames: one in, the same kind out, with a column for each answer."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs

from criteria_engine.compiler.names import ON
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.soundness import SoundRuleset
from criteria_engine.core.extras import narwhals, numpy
from criteria_engine.evaluation.evaluation import checked_day, first_day
from criteria_engine.tables.answers import answers_of, columns_of
from criteria_engine.tables.arrays import Cells, InputSource, Taking
from criteria_engine.tables.blocks import Inputs, judged, with_columns
from criteria_engine.tables.frame_inputs import Known
from criteria_engine.tables.history import (
    HistoryColumns,
    HistoryInputs,
    error_column,
    look_at_columns,
    observed,
    refuse_frame,
    refuse_rows,
)
from criteria_engine.tables.plan import FrameRequest, Latest, look_of, mark_for, planned

__all__ = [
    "MANY",
    "by_partitions",
    "evaluate_frame",
]


# ---- frames in partitions of pandas (dask): each is judged by arrays when its turn comes, none before ---


def by_partitions(frame: Any, judge: Callable[[Any], Any]) -> Any:
    """The frame with every partition judged; nothing runs before its owner asks."""
    # What is absent is said once, here, and not again by every partition.
    shape = judge(frame._meta)  # noqa: SLF001 - how dask itself tells the shape of a result
    return frame.map_partitions(_quietly, judge, meta=shape)


def _quietly(part: Any, judge: Callable[[Any], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return judge(part)


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
    nw = narwhals()
    if nw.dependencies.is_dask_dataframe(frame):
        if strict or asked.history is not None:
            raise refuse_frame("CE575") if strict else refuse_frame("CE577", kind="dask")
        judge = partial(evaluate_frame, ruleset, detail=detail, on=on, asked=asked, prefix=prefix)
        return by_partitions(frame, judge)
    try:
        held = nw.from_native(frame)
    except TypeError:
        raise refuse_frame("CE572", kind=type(frame).__name__) from None
    names = held.collect_schema().names()
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    day = on if isinstance(on, str) and on in names else checked_day(ruleset, program, on)
    if strict and not isinstance(held, nw.DataFrame):
        raise refuse_frame("CE575")
    seen, found = observed(nw, held, program, asked, ruleset)
    added = [prefix + name for name in columns_of(answers)]
    look_at_columns(program, seen.collect_schema().names(), added, found.labels)
    judging = _Judging(ruleset, program, nw, held, seen, found, day, detail, prefix, strict)
    if not isinstance(held, nw.DataFrame):
        return judging.planned(seen, Known())
    if held.implementation.is_polars() and len(held) >= MANY:
        return judging.by_plan()
    return judging.by_arrays()


@attrs.frozen(eq=False, repr=False)
class _Judging:
    """What is to be judged, and how: ``held`` is the frame, ``seen`` the same with earlier periods and titles."""

    ruleset: SoundRuleset
    program: Program
    nw: Any
    held: Any
    seen: Any
    found: HistoryInputs
    day: datetime.date | str | None
    detail: bool
    prefix: str
    strict: bool

    def planned(self, seen: Any, known: Known) -> Any:
        """A plan that nothing runs yet."""
        schema = dict(seen.collect_schema()) if known.schema is None else known.schema
        hidden = schema.keys() - set(self.held.collect_schema().names())
        first = first_day(self.ruleset)
        known = attrs.evolve(
            known,
            schema=schema,
            hidden=frozenset(hidden),
            labels=self.found.labels,
            levels=self.found.levels,
        )
        return planned(
            self.nw, seen, self.program, self.day, first, known, detail=self.detail, prefix=self.prefix
        )

    def by_plan(self) -> Any:
        """A large polars frame: looked at first, then judged by one lazy plan."""
        nw, door, schema = self.nw, self.program.door, dict(self.seen.schema)
        mark = mark_for(schema)
        latest: Latest[Any, FrameRequest] = self.program.kept("look", Latest)
        look = latest.of(schema, lambda: look_of(nw, self.seen, door, mark))
        seen, answers = look.at(self.seen.to_native(), mark)
        sound = frozenset(input for input, name in answers.items() if seen[name].item(0))
        schema = schema | dict.fromkeys([*look.words.values(), *answers.values()], nw.Boolean())
        known = Known(sound, words=look.words, schema=schema)
        made = self.planned(nw.from_native(seen.lazy()), known).collect()
        if self.strict and made[self.prefix + "error"].null_count() < len(made):
            return self.by_arrays()
        return made

    def by_arrays(self) -> Any:
        """By arrays, in blocks."""
        np, program = numpy(), self.program
        taking = Taking(np, self.nw, self.seen, program.door, self.found.levels)
        evidence = taking.evidence()
        sources = taking.sources(evidence)
        if program.needs_day:
            sources[ON] = _day(np, self.ruleset, taking, self.day)
        inputs = Inputs(len(self.held), sources, taking.words, evidence)
        columns, wrong = judged(np, program, inputs, detail=self.detail)
        if self.strict and wrong:
            refuse_rows(self.ruleset, program, self.seen, wrong, self.found.labels)
        order = {column.name: column for column in columns}
        names = {**self.found.labels, ON: "on"}
        order["error"] = error_column(np, inputs.count, wrong, program.door.order, names)
        answers = program.kept(("answers", self.detail), lambda: answers_of(program, detail=self.detail))
        listed = [attrs.evolve(order[name], name=self.prefix + name) for name in columns_of(answers)]
        return with_columns(self.nw, self.held, listed)


def _day(np: Any, ruleset: SoundRuleset, taking: Taking, day: datetime.date | str | None) -> InputSource:
    """The day of assessment of every row; one before a parameter's first day is wrong."""
    if not isinstance(day, str):
        return InputSource(Cells(0.0 if day is None else float(day.toordinal())))
    cells = taking.days(day).cells
    first = first_day(ruleset)
    early = cells.values < first.toordinal() if first is not None else False
    bad = cells.bad | early
    return InputSource(
        Cells(np.where(bad, 1.0, cells.values), ~np.broadcast_to(bad, cells.values.shape), False, bad)
    )
