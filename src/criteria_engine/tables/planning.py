"""Judging a frame by expressions: a plan, layer after layer, that nothing runs before its engine does."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from criteria_engine.carriers.frames import Formula, Formulas
from criteria_engine.carriers.steps import Steps
from criteria_engine.program import Program
from criteria_engine.tables.answers import answers_of, breaches_of, columns_of
from criteria_engine.tables.frame_cells import Known
from criteria_engine.tables.frame_columns import FrameColumns, parts_of
from criteria_engine.tables.frame_inputs import FrameInputs
from criteria_engine.tables.layering import space_of, spread_of, with_layers

__all__ = ["mark_for", "planned"]


def planned(
    nw: Any,
    frame: Any,
    program: Program,
    day: datetime.date | str | None,
    first_day: datetime.date | None,
    known: Known,
    *,
    detail: bool,
    prefix: str,
) -> Any:
    """The frame (as narwhals holds it) with the columns of all answers.

    ``day`` is the day of assessment or the column that holds it, never before ``first_day``; ``known`` is
    what is known of the frame, if anything.
    """
    schema = frame.collect_schema()
    own = [name for name in schema.names() if name not in set(known.words.values())]
    do = Formulas(space_of(nw, frame), mark_for(own), spread_of(nw, frame))
    inputs = FrameInputs(nw, do, schema, program.door, known)
    sound = known.sound
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
    made = {"error": _error(do.space, wrong, refused)}
    columns, at = FrameColumns(do, inputs, refused), 0
    for answer, parts in zip(answers, wanted, strict=True):
        made.update(columns.of(answer, found[at : at + len(parts)], complete=complete))
        at += len(parts)
    added = [(prefix + name, made[name]) for name in columns_of(answers)]
    return with_layers(nw, frame, own, do.layers, added)


def mark_for(names: Sequence[str]) -> str:
    """How the names of our own columns begin, other than all that are there."""
    mark = "criteria_"
    while any(name.lower().startswith(mark) for name in names):
        mark = "_" + mark
    return mark


def _error(ex: Any, wrong: Sequence[tuple[str, Any]], refused: Any) -> Any:
    """The names of what is wrong in a row, null where all is well."""
    none = ex.lit(None, dtype=ex.String)
    if refused is False:
        return none
    if refused is True:
        return ex.lit(", ".join(name for name, bad in wrong), dtype=ex.String)
    texts = [
        ex.when(bad.expression).then(ex.lit(f", {name}")).otherwise(ex.lit(""))
        if isinstance(bad, Formula)
        else ex.lit(f", {name}")
        for name, bad in wrong
    ]
    return ex.when(refused.expression).then(ex.concat_str(texts).str.slice(2)).otherwise(none)
