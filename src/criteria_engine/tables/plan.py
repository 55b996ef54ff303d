"""Judging a frame by expressions: a plan, layer after layer, that nothing runs before its engine does."""

from __future__ import annotations

import datetime
import inspect
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Generic, TypeVar, assert_never

import attrs

from criteria_engine.backends.frames import Formula, Formulas, FrameFunctions
from criteria_engine.backends.splitting import Anything
from criteria_engine.backends.sql import DUCKDB, SPARK, Sql, query_of
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.names import span_of
from criteria_engine.compiler.program import Program
from criteria_engine.tables.answers import (
    NA_TEXT,
    Answer,
    BoundsAnswer,
    ChoiceAnswer,
    PlaceAnswer,
    TextAnswer,
    answers_of,
    breaches_of,
    columns_of,
)
from criteria_engine.tables.frame_inputs import FrameInputs, Known, text_of_day

__all__ = [
    "Copy",
    "FrameColumns",
    "FrameRequest",
    "Latest",
    "look_of",
    "looks_at_tests_first",
    "mark_for",
    "parts_of",
    "planned",
    "space_of",
    "spread_of",
    "with_copies",
    "with_layers",
]


# ---- in which words a frame's expressions are written, and how the layers of a plan are put on it ---

_Named = Sequence[tuple[str, Any]]
_SOURCE = "criteria_frame"


@attrs.frozen
class Copy:
    """A column under another name, perhaps as it was so many periods before in the row of the same unit."""

    name: str
    source: str
    back: int = 0
    history: tuple[str, str] | None = None


def with_copies(nw: Any, frame: Any, copies: Sequence[Copy]) -> Any:
    """The frame (as narwhals holds it) with copies of columns."""
    if not copies:
        return frame
    if frame.implementation.is_pyspark():
        # narwhals takes the dots in the name of a column for those of a struct.
        ex = Sql(SPARK)
        listed = [f"{_in_sql(ex, copy)} AS {ex.quoted(copy.name)}" for copy in copies]
        return nw.from_native(frame.to_native().selectExpr("*", *listed))
    return frame.with_columns(*[nw.col(copy.source).alias(copy.name) for copy in copies])


def _in_sql(ex: Sql, copy: Copy) -> str:
    column = ex.quoted(copy.source)
    if copy.history is None:
        return column
    unit, period = map(ex.quoted, copy.history)
    span = f"RANGE BETWEEN {copy.back} PRECEDING AND {copy.back} PRECEDING"
    return f"first_value({column}) OVER (PARTITION BY {unit} ORDER BY {period} {span})"


def space_of(nw: Any, frame: Any) -> Any:
    """What makes expressions for a frame (as narwhals holds it)."""
    engine = frame.implementation
    if engine.is_polars():
        return nw.get_native_namespace(frame)
    if engine.is_duckdb():
        return Sql(DUCKDB)
    if engine.is_pyspark():
        return Sql(SPARK)
    return nw


def looks_at_tests_first(frame: Any) -> bool:
    """Whether the engine works out only that side of a choice which the rows at hand need."""
    return bool(frame.implementation.is_duckdb())


def spread_of(nw: Any, frame: Any, names: Iterable[str]) -> Any:
    """What ``Formulas`` needs of engines that multiply by the reciprocal of a plain divisor."""
    names = list(names)
    if not frame.implementation.is_polars() or not names:
        return None
    return nw.get_native_namespace(frame).col(names[0]).is_null()


def with_layers(nw: Any, frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    """The columns of those names and those that are added, of which the layers are worked out before."""
    engine = frame.implementation
    if engine.is_duckdb():
        hidden = frozenset(frame.collect_schema().names()) - frozenset(names)
        query = query_of(Sql(DUCKDB), _SOURCE, names, hidden, layers, added)
        return frame.to_native().query(_SOURCE, query)
    if engine.is_pyspark():
        return _in_spark(frame.to_native(), names, layers, added)
    space, held = nw, frame
    if engine.is_polars():
        space, held = nw.get_native_namespace(frame), frame.to_native()
    for layer in layers:
        held = held.with_columns([expression.alias(name) for name, expression in layer])
    held = held.select(
        [*[space.col(name) for name in names], *[expression.alias(name) for name, expression in added]]
    )
    return held if engine.is_polars() else held.to_native()


def _in_spark(frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    ex = Sql(SPARK)
    for layer in layers:
        frame = frame.selectExpr("*", *[ex.named(expression, name) for name, expression in layer])
    listed = [*map(ex.quoted, names), *[ex.named(expression, name) for name, expression in added]]
    return frame.selectExpr(*listed)


# ---- looking at a polars frame before it is judged: of which inputs no value is missing or wrong ---

_Words = dict[tuple[str, str], str]
"""By input and word the name of a column that says where it stands."""


@attrs.frozen(eq=False, repr=False)
class FrameRequest:
    """What is asked of frames of one kind.

    ``words`` are names of columns that say where each word stands, ``questions`` by input expressions of which each
    has one answer in all rows: whether all values of the input, which are there, are sound.
    """

    words: _Words
    questions: Mapping[str, Any]
    _flags: Sequence[Any]

    def at(self, native: Any, mark: str) -> tuple[Any, dict[str, str]]:
        """The frame with the columns of words and of answers, and by input the names of the latter."""
        asked = [input for input in self.questions if native[input].null_count() == 0]
        names = {input: f"{mark}sound{number}" for number, input in enumerate(asked)}
        answers = [self.questions[input].alias(name) for input, name in names.items()]
        return native.lazy().with_columns(self._flags).with_columns(answers).collect(), names


def look_of(nw: Any, frame: Any, door: InputReader, mark: str) -> FrameRequest:
    """What is to be asked of polars frames like this one (as narwhals holds it)."""
    pl, schema = nw.get_native_namespace(frame), frame.schema
    words = _words_of(nw, schema, door, mark)
    as_bits = "dtype" in inspect.signature(pl.Expr.reinterpret).parameters
    questions = {}
    for given in door.inputs:
        if {f"{given.id}@na", f"{given.id}@evidence"} & schema.keys() or given.id in door.evidenced:
            continue
        question = _question(nw, pl, schema, door, given, words, as_bits=as_bits)
        if question is not None:
            questions[given.id] = question
    flags = [(pl.col(input) == word).alias(name) for (input, word), name in words.items()]
    return FrameRequest(words, questions, flags)


def _words_of(nw: Any, schema: Any, door: InputReader, mark: str) -> _Words:
    listed = [
        (given.id, word)
        for given in door.inputs
        if given.type in ("choice", "ordinal") and schema.get(given.id) == nw.String
        for word in door.words[given.id]
        if word.isascii()
    ]
    return {each: f"{mark}word{number}" for number, each in enumerate(listed)}


def _question(
    nw: Any, pl: Any, schema: Any, door: InputReader, given: Any, words: _Words, *, as_bits: bool
) -> Any:
    """Whether all values of a column without nulls are sound; None where that is not looked at."""
    kind, column = schema.get(given.id), pl.col(given.id)
    if kind is None:
        return None
    if given.type in ("number", "integer", "percent") and (kind.is_integer() or kind.is_float()):
        low, high, whole = span_of(given, ())
        within = _within(pl, column, low, high, as_bits=as_bits and low == 0 and kind == nw.Float64)
        return within & (column == column.floor()).all() if whole and kind.is_float() else within
    if given.type == "boolean" and kind == nw.Boolean:
        return pl.lit(value=True)
    flags = [pl.col(name) for (input, _), name in words.items() if input == given.id]
    if flags and len(flags) == len(door.words[given.id]):
        return pl.any_horizontal(flags).all()
    return None


def _within(pl: Any, column: Any, low: float, high: float, *, as_bits: bool) -> Any:
    """Whether all numbers are between the ends, which NaN is not."""
    if as_bits:
        # By their bits floats from 0 up are in order, and all others come after them: one look is enough.
        top = struct.unpack("<Q", struct.pack("<d", high))[0]
        return column.reinterpret(dtype=pl.UInt64).max() <= top
    return (column.nan_min() >= low) & (column.nan_max() <= high)


# ---- what comes of the answers in a frame: expressions for the columns that are added ------------

_FEW = 3


def parts_of(answer: Answer, *, complete: bool) -> tuple[Anything, ...]:
    """The parts of the core that an answer is read from."""
    which = 0 if complete else 1
    match answer:
        case ChoiceAnswer():
            if complete and answer.code is not None:
                return (answer.code,)
            return answer.ways if complete else answer.possible
        case BoundsAnswer():
            return (answer.exact, answer.nothing) if complete else (*answer.ends, answer.surely_nothing)
        case PlaceAnswer():
            ends = (answer.exact, answer.exact) if complete else answer.ends
            return (*ends, answer.there[which], answer.na[which])
        case TextAnswer():
            guards = answer.guards if complete else answer.possible
            return (*guards, answer.there[which], answer.na[which])
    assert_never(answer)


class FrameColumns:
    """Makes the columns; ``refused`` says in which rows values are wrong."""

    def __init__(self, do: Formulas, inputs: FrameInputs, refused: Any) -> None:
        self._ex, self._do, self._inputs, self._refused = do.space, do, inputs, refused

    def of(self, answer: Answer, found: Sequence[Any], *, complete: bool) -> Iterator[tuple[str, Any]]:
        """Names and expressions of the columns of one answer."""
        match answer:
            case ChoiceAnswer():
                if complete and answer.code is not None:
                    return self._coded(answer, found[0])
                return self._one_of(answer, found)
            case BoundsAnswer():
                ends = (found[0], found[0], found[1]) if complete else tuple(found)
                return self._size(answer, *ends)
            case PlaceAnswer():
                return iter([(answer.column, self._text(self._place(answer, *found)))])
            case TextAnswer():
                return iter([(answer.column, self._text(self._said(answer, found)))])

    # ---- pieces ------------------------------------------------------------------------------

    def _when(self, ways: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
        """The text of the first way that holds; texts are formulas, words or None."""
        found = self._literal(otherwise)
        for test, text in reversed(ways):
            if test is False:
                continue
            if test is True:
                found = self._literal(text)
                continue
            found = self._do.made(
                lambda t, x, y: self._ex.when(t).then(x).otherwise(y), test, self._literal(text), found
            )
        return found

    def _literal(self, text: Any) -> Any:
        if isinstance(text, Formula):
            return text
        ex = self._ex
        return Formula(ex.lit(None, dtype=ex.String) if text is None else ex.lit(text, dtype=ex.String))

    def _text(self, formula: Any) -> Any:
        """A column of texts, null in the rows that are refused."""
        return self._when([(self._refused, None)], formula).expression

    def _truth(self, value: Any) -> Any:
        """A column of truth values, false in the rows that are refused."""
        found = self._do.every([value, self._do.contrary(self._refused)])
        return found.expression if isinstance(found, Formula) else self._ex.lit(found, dtype=self._ex.Boolean)

    # ---- one of several ----------------------------------------------------------------------

    def _coded(self, answer: ChoiceAnswer, code: Any) -> Iterator[tuple[str, Any]]:
        """Of complete rows the number of the one is known."""
        do, words = self._do, answer.words
        code = do.named(code)
        tests = [do.named(do.compared("==", code, place)) for place in range(len(words) - 1)]
        named = self._when([*zip(tests, words[:-1], strict=True)], words[-1])
        yield answer.column, self._text(named)
        if answer.decided is not None:
            yield answer.decided, self._truth(True)
        if answer.listed is not None:
            listed = [word or "" for word in words]
            same = None not in words
            yield (
                answer.listed,
                self._text(
                    named if same else self._when([*zip(tests, listed[:-1], strict=True)], listed[-1])
                ),
            )

    def _one_of(self, answer: ChoiceAnswer, found: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        do, words = self._do, answer.words
        flags = [do.named(flag) for flag in found]
        count = do.named(do.added([do.chosen(flag, 1, 0) for flag in flags] or [0], max(1, len(flags))))
        only = do.named(do.compared("==", count, 1))
        ways = [(do.every([only, flag]), word) for flag, word in zip(flags, words, strict=True)]
        yield answer.column, self._text(self._when(ways, answer.open))
        if answer.decided is not None:
            yield answer.decided, self._truth(only)
        if answer.listed is not None:
            yield answer.listed, self._text(self._listed(flags, words))

    def _listed(self, flags: Sequence[Any], words: Sequence[str | None]) -> Any:
        """The words of all that hold, joined."""
        spoken = [(flag, word) for flag, word in zip(flags, words, strict=True) if word is not None]
        if len(spoken) <= _FEW:
            ways = []
            for chosen in product((True, False), repeat=len(spoken)):
                test = self._do.every([flag for (flag, _), use in zip(spoken, chosen, strict=True) if use])
                ways.append(
                    (test, "|".join(word for (_, word), use in zip(spoken, chosen, strict=True) if use))
                )
            # What asks more comes first, so no way need ask what does not hold.
            ways.sort(key=lambda way: -way[1].count("|") - bool(way[1]))
            return self._when(ways[:-1], ways[-1][1])
        texts = [self._when([(flag, f"|{word}")], "") for flag, word in spoken]
        joined = self._do.made(lambda *each: self._ex.concat_str(list(each)), *texts)
        return self._do.made(lambda x: x.str.slice(1), self._do.named(joined))

    # ---- numbers -----------------------------------------------------------------------------

    def _size(self, answer: BoundsAnswer, low: Any, high: Any, nothing: Any) -> Iterator[tuple[str, Any]]:
        do, nothing = self._do, self._do.named(nothing)
        gone = do.named(do.some([nothing, self._refused]))
        same = high is low
        low = self._unsigned(low)
        high = low if same else self._unsigned(high)
        for name, end in zip(answer.columns, (low, high), strict=True):
            yield name, self._number(end, gone)
        if answer.decided is not None:
            yield answer.decided, self._truth(do.some([nothing, do.compared("==", low, high)]))

    def _unsigned(self, value: Any) -> Any:
        """A number under a name, a zero without its sign."""
        do = self._do
        if isinstance(value, Formula) and value.whole:
            return do.named(do.real(value))
        return do.named(do.added([value, 0.0], math.inf))

    def _number(self, value: Any, gone: Any) -> Any:
        ex = self._ex
        number = value.expression if isinstance(value, Formula) else ex.lit(value, dtype=ex.Float64)
        if gone is False:
            return number
        if gone is True:
            return ex.lit(None, dtype=ex.Float64)
        return ex.when(~gone.expression).then(number).otherwise(ex.lit(None, dtype=ex.Float64))

    # ---- texts -------------------------------------------------------------------------------

    def _place(self, answer: PlaceAnswer, low: Any, high: Any, there: Any, na: Any) -> Any:
        do = self._do
        low, high = do.named(low), do.named(high)
        exact = do.named(do.every([do.compared("==", low, high), do.contrary(na)]))
        ways = [(do.every([na, do.contrary(there)]), NA_TEXT)]
        if answer.words is not None:
            for place, word in enumerate(answer.words):
                ways.append((do.every([exact, do.compared("==", low, place)]), word))
            return self._when(ways, None)
        parts = FrameFunctions(do).calendar(do.named(do.real(low)))
        day: Any = do.made(lambda y, m, d: text_of_day(self._ex, (y, m, d)), *map(self._column, parts))
        return self._when([*ways, (exact, day)], None)

    def _column(self, value: Any) -> Formula:
        return value if isinstance(value, Formula) else Formula(self._ex.lit(float(value)))

    def _said(self, answer: TextAnswer, found: Sequence[Any]) -> Any:
        """The text of the first case that can be, if every other that can be says the same."""
        do = self._do
        *flags, there, na = [do.named(each) for each in found]
        first: Any = None
        begun: Any = False
        open_: Any = False
        for flag, word, input in zip(flags, answer.words, answer.inputs, strict=True):
            text, known = self._spoken(word, input)
            other = (
                do.every([flag, begun, do.contrary(self._agree(first, text))]) if first is not None else False
            )
            open_ = do.named(do.some([open_, other, do.every([flag, do.contrary(known)])]))
            here = do.every([flag, do.contrary(begun)])
            first = do.named(self._when([(here, text)], first if first is not None else ""))
            begun = do.named(do.some([begun, flag]))
        ways = [(do.every([na, do.contrary(there)]), NA_TEXT), (na, None), (open_, None), (begun, first)]
        return self._when(ways, None)

    def _spoken(self, word: str, input: str | None) -> tuple[Formula, Any]:
        """What a case says, and where that is known."""
        if input is None:
            return self._literal(word), True
        text = self._inputs.text(input)
        if text is None:
            return self._literal(""), False
        return text, self._inputs.given(input)

    def _agree(self, one: Formula, other: Formula) -> Any:
        return self._do.made(lambda x, y: (x == y).fill_null(False), one, other)


# ---- what was made of late, kept for when the same is asked for again: frames come in parts of one kind ---

_LastAnswer = TypeVar("_LastAnswer")
_Made = TypeVar("_Made")

_MOST = 8


@attrs.define(eq=False)
class Latest(Generic[_LastAnswer, _Made]):
    """A few things that were made, each with what had been asked for, the latest first."""

    _held: tuple[tuple[_LastAnswer, _Made], ...] = ()

    def of(self, asked: _LastAnswer, make: Callable[[], _Made]) -> _Made:
        """What is made of what is asked, unless it was asked for of late."""
        held = self._held
        for place, (before, made) in enumerate(held):
            if before == asked:
                if place:
                    self._held = (held[place], *held[:place], *held[place + 1 :])
                return made
        made = make()
        self._held = ((asked, made), *held)[:_MOST]
        return made


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
