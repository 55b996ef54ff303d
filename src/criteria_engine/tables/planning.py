"""Judging a frame by expressions: a plan, layer after layer, that nothing runs before its engine does."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.backends.frames import Formula, Formulas
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.program import Program
from criteria_engine.tables.answers import Answer, answers_of, breaches_of, columns_of
from criteria_engine.tables.frame_cells import Known
from criteria_engine.tables.frame_columns import FrameColumns, parts_of
from criteria_engine.tables.frame_inputs import FrameInputs
from criteria_engine.tables.latest import Latest
from criteria_engine.tables.layering import looks_at_tests_first, space_of, spread_of, with_layers

__all__ = ["mark_for", "planned"]

_MOST_TWICE = 400  # answers: beyond, the plan itself would cost more than it saves


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
    schema = dict(frame.collect_schema()) if known.schema is None else known.schema
    own = [name for name in schema if name not in known.hidden]
    latest: Latest[_Asked, _Written] = program.kept("plan", Latest)
    asked = (frame.implementation, schema, day, first_day, known, detail)
    layers, made = latest.of(asked, lambda: _written(nw, frame, program, asked))
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    added = [(prefix + name, made[name]) for name in columns_of(answers)]
    return with_layers(nw, frame, own, layers, added)


_Asked = tuple[Any, Mapping[str, Any], datetime.date | str | None, datetime.date | None, Known, bool]
_Written = tuple[list[list[tuple[str, Any]]], dict[str, Any]]


def _written(nw: Any, frame: Any, program: Program, asked: _Asked) -> _Written:
    """The layers of a plan, and the columns that are added."""
    _, schema, day, first_day, known, detail = asked
    do = Formulas(space_of(nw, frame), mark_for(schema), spread_of(nw, frame, schema))
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    plan = _Plan(nw, do, schema, program, answers)
    whole = known.sound >= {given.id for given in program.door.inputs} and not isinstance(day, str)
    if whole:
        made = plan.judged(known, day, first_day, complete=True)
    elif looks_at_tests_first(frame) and len(answers) <= _MOST_TWICE:
        made = plan.judged_twice(known, day, first_day)
    else:
        made = plan.judged(known, day, first_day, complete=False)
    return do.layers, made


class _Plan:
    """The columns of all answers, as expressions."""

    def __init__(
        self, nw: Any, do: Formulas, schema: Mapping[str, Any], program: Program, answers: Sequence[Answer]
    ) -> None:
        self._nw, self._do, self._schema = nw, do, schema
        self._program, self._answers = program, answers

    def judged(
        self,
        known: Known,
        day: datetime.date | str | None,
        first_day: datetime.date | None,
        *,
        complete: bool,
    ) -> dict[str, Any]:
        """By the exact or the bounded program."""
        return self._judged(self._inputs(known), known, day, first_day, complete=complete)

    def _inputs(self, known: Known) -> FrameInputs:
        return FrameInputs(self._nw, self._do, self._schema, self._program.door, known)

    def _judged(
        self,
        inputs: FrameInputs,
        known: Known,
        day: datetime.date | str | None,
        first_day: datetime.date | None,
        *,
        complete: bool,
    ) -> dict[str, Any]:
        do, program = self._do, self._program
        if program.needs_day:
            inputs.look_at_day(day, first_day)
        wanted = [parts_of(answer, complete=complete) for answer in self._answers]
        breaches = [each[0 if complete else 1] for each in breaches_of(program)]
        found = Steps(do, [*[part for parts in wanted for part in parts], *breaches]).run(inputs)
        start = sum(map(len, wanted))
        broken = [(f"consistency[{n}]", each) for n, each in enumerate(found[start:])]
        given = [] if known.trusted else inputs.wrong()
        wrong = [(name, bad) for name, bad in [*given, *broken] if bad is not False]
        refused = do.named(do.some([bad for _, bad in wrong]))
        made = {"error": _error(do.space, wrong, refused)}
        columns, at = FrameColumns(do, inputs, refused), 0
        for answer, parts in zip(self._answers, wanted, strict=True):
            made.update(columns.of(answer, found[at : at + len(parts)], complete=complete))
            at += len(parts)
        return made

    def judged_twice(
        self, known: Known, day: datetime.date | str | None, first_day: datetime.date | None
    ) -> dict[str, Any]:
        """By the exact program where a row is complete, by the bounded one elsewhere."""
        trusted = Known(frozenset(given.id for given in self._program.door.inputs), trusted=True)
        inputs = self._inputs(trusted)
        complete = inputs.complete()
        if not isinstance(complete, Formula):
            return self.judged(known, day, first_day, complete=False)
        test = self._do.named(complete)
        exact = self._judged(inputs, trusted, day, first_day, complete=True)
        self._do.only_where(self._do.contrary(test))
        bounded = self.judged(known, day, first_day, complete=False)
        when = self._do.space.when
        return {name: when(test.expression).then(exact[name]).otherwise(bounded[name]) for name in exact}


def mark_for(names: Iterable[str]) -> str:
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
