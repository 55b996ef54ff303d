"""Judging a frame by expressions: a plan, layer after layer, that nothing runs before its engine does."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from criteria_engine.carriers.frames import Formula, Formulas
from criteria_engine.carriers.steps import Steps
from criteria_engine.program import Program
from criteria_engine.tables.answers import answers_of, breaches_of, columns_of
from criteria_engine.tables.frame_columns import FrameColumns, parts_of
from criteria_engine.tables.frame_inputs import FrameInputs

__all__ = ["planned"]


def planned(
    nw: Any,
    frame: Any,
    program: Program,
    day: datetime.date | str | None,
    first_day: datetime.date | None,
    sound: frozenset[str],
    *,
    detail: bool,
    prefix: str,
) -> Any:
    """The frame (as narwhals holds it) with the columns of all answers.

    ``sound`` are inputs of which it is known that no value is missing or wrong; ``day`` is the day of
    assessment or the column that holds it, never before ``first_day``.
    """
    schema = frame.collect_schema()
    do = Formulas(nw, _mark(schema.names()))
    inputs = FrameInputs(nw, do, schema, program.door, sound)
    if program.needs_day:
        inputs.look_at_day(day, first_day)
    complete = sound >= {given.id for given in program.door.inputs} and not isinstance(day, str)
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    wanted = [parts_of(answer, complete=complete) for answer in answers]
    breaches = [each[0 if complete else 1] for each in breaches_of(program)]
    found = Steps(do, [*[part for parts in wanted for part in parts], *breaches]).run(inputs)
    start = sum(map(len, wanted))
    broken = [(f"consistency[{n}]", each) for n, each in enumerate(found[start:])]
    wrong = [(name, do.named(bad)) for name, bad in [*inputs.wrong(), *broken] if bad is not False]
    refused = do.named(do.some([bad for _, bad in wrong]))
    made = {"error": _error(nw, do, wrong, refused)}
    columns, at = FrameColumns(nw, do, inputs, refused), 0
    for answer, parts in zip(answers, wanted, strict=True):
        made.update(columns.of(answer, found[at : at + len(parts)], complete=complete))
        at += len(parts)
    for layer in do.layers:
        frame = frame.with_columns(*[expression.alias(name) for name, expression in layer])
    return frame.select(
        *[nw.col(name) for name in schema.names()],
        *[made[name].alias(prefix + name) for name in columns_of(answers)],
    )


def _mark(names: Sequence[str]) -> str:
    """How the names of our own columns begin, other than all that are there."""
    mark = "criteria_"
    while any(name.lower().startswith(mark) for name in names):
        mark = "_" + mark
    return mark


def _error(nw: Any, do: Formulas, wrong: Sequence[tuple[str, Any]], refused: Any) -> Any:
    """The names of what is wrong in a row, null where all is well."""
    none = nw.lit(None, dtype=nw.String)
    if refused is False:
        return none
    if refused is True:
        return nw.lit(", ".join(name for name, bad in wrong), dtype=nw.String)
    texts = [
        nw.when(bad.expression).then(nw.lit(f", {name}")).otherwise(nw.lit("")) if isinstance(bad, Formula) else nw.lit(f", {name}")
        for name, bad in wrong
    ]
    return nw.when(refused.expression).then(nw.concat_str(texts).str.slice(2)).otherwise(none)
