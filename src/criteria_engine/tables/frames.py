"""The door for frames: one in, the same kind out, with a column for each answer."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import partial
from typing import Any, Protocol

import attrs

from criteria_engine.described import Described
from criteria_engine.evaluation import checked_day, first_day
from criteria_engine.names import ON
from criteria_engine.narwhals_door import narwhals
from criteria_engine.numpy_door import numpy
from criteria_engine.program import Program
from criteria_engine.tables.answers import answers_of, columns_of
from criteria_engine.tables.earlier import with_earlier
from criteria_engine.tables.frame_cells import Known
from criteria_engine.tables.giving import with_columns
from criteria_engine.tables.looking import looked_at
from criteria_engine.tables.partitions import by_partitions
from criteria_engine.tables.planning import mark_for, planned
from criteria_engine.tables.refusing import error_column, look_at_columns, refuse_frame, refuse_rows
from criteria_engine.tables.running import Inputs, judged
from criteria_engine.tables.sources import Cells, Source
from criteria_engine.tables.taking import Taking

__all__ = ["MANY", "Programmed", "evaluate_frame"]

MANY = 5_000
"""From so many rows on polars is faster with its own expressions than with arrays."""


class Programmed(Described, Protocol):
    """A ruleset with its program."""

    @property
    def program(self) -> Program:
        """What a carrier is to work out."""


def evaluate_frame(
    ruleset: Programmed,
    frame: Any,
    *,
    detail: bool = False,
    on: datetime.date | str | None = None,
    prefix: str = "",
    strict: bool = False,
    history: tuple[str, str] | None = None,
    sets: Iterable[Described] = (),
) -> Any:
    """Judge every row of a frame; see ``Ruleset.evaluate_frame``."""
    at_hand = tuple(sets)
    program = ruleset.program
    nw = narwhals()
    if nw.dependencies.is_dask_dataframe(frame):
        if strict:
            raise refuse_frame("CE575")
        if history is not None:
            raise refuse_frame("CE579")
        judge = partial(evaluate_frame, ruleset, detail=detail, on=on, prefix=prefix, sets=at_hand)
        return by_partitions(frame, judge)
    try:
        held = nw.from_native(frame)
    except TypeError:
        raise refuse_frame("CE572", kind=type(frame).__name__) from None
    names = held.collect_schema().names()
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    earlier = with_earlier(nw, held, ruleset, program, history, at_hand)
    held = earlier.frame
    look_at_columns(program, names, [prefix + name for name in columns_of(answers)], earlier.absent)
    day = on if isinstance(on, str) and on in names else checked_day(ruleset, program, on)
    made = _judged(ruleset, program, nw, held, day, detail, prefix, strict)
    return made if not earlier.added else nw.from_native(made).drop(*earlier.added).to_native()


def _judged(
    ruleset: Programmed,
    program: Program,
    nw: Any,
    held: Any,
    day: datetime.date | str | None,
    detail: bool,
    prefix: str,
    strict: bool,
) -> Any:
    """The frame judged in the way that suits its kind."""
    if not isinstance(held, nw.DataFrame):
        if strict:
            raise refuse_frame("CE575")
        first = first_day(ruleset)
        return planned(nw, held, program, day, first, Known(), detail=detail, prefix=prefix)
    if held.implementation.is_polars() and len(held) >= MANY:
        return _by_plan(ruleset, program, nw, held, day, detail, prefix, strict)
    return _by_arrays(ruleset, program, nw, held, day, detail, prefix, strict)


def _by_plan(
    ruleset: Programmed,
    program: Program,
    nw: Any,
    held: Any,
    day: datetime.date | str | None,
    detail: bool,
    prefix: str,
    strict: bool,
) -> Any:
    """A large polars frame: looked at first, then judged by one lazy plan."""
    native, sound, words = looked_at(nw, held, program.door, mark_for(held.columns))
    known, first = Known(sound, words=words), first_day(ruleset)
    lazy = nw.from_native(native.lazy())
    made = planned(nw, lazy, program, day, first, known, detail=detail, prefix=prefix).collect()
    if strict and made[prefix + "error"].null_count() < len(made):
        return _by_arrays(ruleset, program, nw, held, day, detail, prefix, strict)
    return made


def _by_arrays(
    ruleset: Programmed,
    program: Program,
    nw: Any,
    held: Any,
    day: datetime.date | str | None,
    detail: bool,
    prefix: str,
    strict: bool,
) -> Any:
    np = numpy()
    taking = Taking(np, nw, held, program.door)
    evidence = taking.evidence()
    sources = taking.sources(evidence)
    if program.needs_day:
        sources[ON] = _day(np, ruleset, taking, day)
    inputs = Inputs(len(held), sources, taking.words, evidence)
    columns, wrong = judged(np, program, inputs, detail=detail)
    wrong = [("on" if name == ON else name, rows) for name, rows in wrong]
    if strict and wrong:
        refuse_rows(ruleset, program, held, wrong)
    order = {column.name: column for column in columns}
    order["error"] = error_column(np, inputs.count, wrong, program.door.order)
    listed = columns_of(program.kept(("answers", detail), lambda: answers_of(program, detail=detail)))
    return with_columns(nw, held, [attrs.evolve(order[name], name=prefix + name) for name in listed])


def _day(np: Any, ruleset: Programmed, taking: Taking, day: datetime.date | str | None) -> Source:
    """The day of assessment of every row; one before a parameter's first day is wrong."""
    if not isinstance(day, str):
        return Source(Cells(0.0 if day is None else float(day.toordinal())))
    cells = taking.days(day).cells
    first = first_day(ruleset)
    early = cells.values < first.toordinal() if first is not None else False
    bad = cells.bad | early
    return Source(
        Cells(np.where(bad, 1.0, cells.values), ~np.broadcast_to(bad, cells.values.shape), False, bad)
    )
