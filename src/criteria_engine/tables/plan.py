"""Judging a frame by expressions: a plan, layer after layer, that nothing runs before its engine does.

``planned`` writes the plan of a lazy frame, or takes one from the cache. A large polars frame is looked at first
(``checked``): inputs of which no value is missing or wrong need no asking. ``_AnswerColumns`` are the
columns of each answer as expressions, as ``blocks`` makes them of arrays.
"""

from __future__ import annotations

import datetime
import inspect
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Generic, TypeVar

import attrs

from criteria_engine.backends.frames import Formula, Formulas
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.scope import span_of
from criteria_engine.tables.answers import (
    NA_TEXT,
    Answer,
    BoundsAnswer,
    ChoiceAnswer,
    PlaceAnswer,
    TextAnswer,
    breaches_of,
    columns_of,
)
from criteria_engine.tables.arrays import NUMERIC
from criteria_engine.tables.frame_inputs import FrameFacts, FrameInputs, text_of_day
from criteria_engine.tables.frame_kinds import LazyTable, PolarsTable

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_KEPT = 8
"""Plans that are kept for a ruleset. Frames come in parts of one kind, a year or an area each, of a few layouts;
a plan of a large ruleset holds thousands of expressions."""


@attrs.define(eq=False)
class Cache(Generic[_Key, _Value]):
    """The values of the last few keys, found by equality: schemas have no hash."""

    _held: tuple[tuple[_Key, _Value], ...] = ()

    def of(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made unless it is held; its entry comes first from now on."""
        held = self._held
        for place, entry in enumerate(held):
            if entry[0] == key:
                self._held = (entry, *held[:place], *held[place + 1 :])
                return entry[1]
        value = make()
        self._held = ((key, value), *held)[:_KEPT]
        return value


_Named = Sequence[tuple[str, Any]]


@attrs.frozen
class PlanRequest:
    """What a plan depends on.

    ``kind`` is the kind of frame, ``day`` the day of assessment or the column that holds it, never before
    ``first_day``.
    """

    kind: type[LazyTable]
    facts: FrameFacts
    day: datetime.date | str | None
    first_day: datetime.date | None
    detail: bool


@attrs.frozen(eq=False)
class _Plan:
    """The layers of columns that are worked out first, and the columns that are added, by name."""

    layers: Sequence[_Named]
    columns: Mapping[str, Any]


def planned(
    table: LazyTable, program: Program, answers: Sequence[Answer], request: PlanRequest, prefix: str
) -> Any:
    """The native frame with the columns of all answers."""
    cache: Cache[PlanRequest, _Plan] = program.kept("plan", Cache)
    plan = cache.of(request, lambda: _written(table, program, answers, request))
    added = [(prefix + name, plan.columns[name]) for name in columns_of(answers)]
    return table.with_layers(plan.layers, added)


def _written(table: LazyTable, program: Program, answers: Sequence[Answer], request: PlanRequest) -> _Plan:
    facts = request.facts
    do = Formulas(table.space, _mark_for(facts.schema), table.spread())
    inputs = FrameInputs(table.nw, do, program.reader, facts)
    complete = not isinstance(request.day, str) and facts.sound >= {each.id for each in program.reader.inputs}
    if program.needs_day:
        inputs.look_at_day(request.day, request.first_day)
    wanted = [answer.parts(complete=complete) for answer in answers]
    breaches = [exact if complete else surely for exact, surely in breaches_of(program)]
    results = Steps(do, [*[part for parts in wanted for part in parts], *breaches]).run(inputs)
    start = sum(map(len, wanted))
    broken = [(f"consistency[{number}]", breach) for number, breach in enumerate(results[start:])]
    wrong = [(name, bad) for name, bad in [*inputs.wrong(), *broken] if bad is not False]
    refused = do.named(do.some([bad for _, bad in wrong]))
    columns, at = _AnswerColumns(do, inputs, refused), 0
    made = {"error": columns.error(wrong)}
    for answer, parts in zip(answers, wanted, strict=True):
        made.update(columns.of(answer, results[at : at + len(parts)], complete=complete))
        at += len(parts)
    return _Plan(do.layers, made)


def _mark_for(names: Iterable[str]) -> str:
    """How the names of our own columns begin, other than all that are there."""
    mark = "criteria_"
    while any(name.lower().startswith(mark) for name in names):
        mark = "_" + mark
    return mark


def checked(table: PolarsTable, program: Program) -> tuple[LazyTable, FrameFacts]:
    """A polars frame as a plan, with columns that say where words stand, and what is known of it."""
    schema = table.schema
    cache: Cache[Mapping[str, Any], _Checks] = program.kept("checks", Cache)
    checks = cache.of(schema, lambda: _checks_of(table, program.reader))
    native, names = checks.run(table.frame.to_native())
    sound = frozenset(input for input, name in names.items() if native[name].item(0))
    added = dict.fromkeys([*checks.words.values(), *names.values()], table.nw.Boolean())
    lazy = table.holding(table.nw.from_native(native)).plan()
    return lazy, FrameFacts(schema | added, sound, checks.words)


@attrs.frozen(eq=False, repr=False)
class _Checks:
    """What is asked of frames of one kind.

    ``words`` are by input and word names of columns that say where the word stands; ``questions`` are by input
    expressions that have one answer in all rows, whether all values of the input that are there are sound.
    """

    mark: str
    words: Mapping[tuple[str, str], str]
    questions: Mapping[str, Any]
    flags: Sequence[Any]

    def run(self, native: Any) -> tuple[Any, dict[str, str]]:
        """The frame with the columns of words and of answers, and by input the names of the latter."""
        asked = [input for input in self.questions if native[input].null_count() == 0]
        names = {input: f"{self.mark}sound{number}" for number, input in enumerate(asked)}
        answers = [self.questions[input].alias(name) for input, name in names.items()]
        return native.lazy().with_columns(self.flags).with_columns(answers).collect(), names


def _checks_of(table: PolarsTable, reader: InputReader) -> _Checks:
    nw, schema = table.nw, table.schema
    pl, mark = nw.get_native_namespace(table.frame), _mark_for(schema)
    listed = [
        (given.id, word)
        for given in reader.inputs
        if given.type in ("choice", "ordinal") and schema.get(given.id) == nw.String
        for word in reader.words[given.id]
        if word.isascii()
    ]
    words = {each: f"{mark}word{number}" for number, each in enumerate(listed)}
    questions = {}
    for given in reader.inputs:
        marked = {f"{given.id}@na", f"{given.id}@evidence"} & schema.keys() or given.id in reader.evidenced
        if given.id not in schema or marked:
            continue
        question = _question(nw, pl, schema[given.id], reader, given, words)
        if question is not None:
            questions[given.id] = question
    flags = [(pl.col(input) == word).alias(name) for (input, word), name in words.items()]
    return _Checks(mark, words, questions, flags)


def _question(
    nw: Any, pl: Any, kind: Any, reader: InputReader, given: Any, words: Mapping[tuple[str, str], str]
) -> Any:
    """Whether all values of a column without nulls are sound; None where that is not looked at."""
    column = pl.col(given.id)
    if given.type in NUMERIC and (kind.is_integer() or kind.is_float()):
        low, high, whole = span_of(given, ())
        if low == 0 and kind == nw.Float64 and "dtype" in inspect.signature(pl.Expr.reinterpret).parameters:
            # By their bits floats from 0 up are in order, and all others come after them: one look is enough.
            top = struct.unpack("<Q", struct.pack("<d", high))[0]
            within = column.reinterpret(dtype=pl.UInt64).max() <= top
        else:
            within = (column.nan_min() >= low) & (column.nan_max() <= high)
        return within & (column == column.floor()).all() if whole and kind.is_float() else within
    if given.type == "boolean" and kind == nw.Boolean:
        return pl.lit(value=True)
    flags = [pl.col(name) for (input, _), name in words.items() if input == given.id]
    if flags and len(flags) == len(reader.words[given.id]):
        return pl.any_horizontal(flags).all()
    return None


_FEW = 3  # words of which every combination is asked for by itself


class _AnswerColumns:
    """Makes the columns; ``refused`` says in which rows values are wrong."""

    def __init__(self, do: Formulas, inputs: FrameInputs, refused: Any) -> None:
        self._ex, self._do, self._inputs, self._refused = do.space, do, inputs, refused

    def of(self, answer: Answer, results: Sequence[Any], *, complete: bool) -> Iterator[tuple[str, Any]]:
        """Names and expressions of the columns of one answer."""
        match answer:
            case ChoiceAnswer():
                if complete and answer.coded:
                    return self._coded(answer, results[0])
                return self._one_of(answer, results)
            case BoundsAnswer():
                return self._size(answer, *results)
            case PlaceAnswer():
                return iter([(answer.column, self._text(self._place(answer, *results)))])
            case TextAnswer():
                return iter([(answer.column, self._text(self._text_of(answer, results)))])

    def error(self, wrong: _Named) -> Any:
        """The names of what is wrong in a row, null where all is well."""
        names = [self._when([(bad, f", {name}")], "") for name, bad in wrong]
        return self._when([(self._refused, self._joined(names, 2))], None).expression

    def _joined(self, texts: Sequence[Formula], cut: int) -> Any:
        """Texts one after the other, without so many characters at the beginning."""
        if not texts:
            return None
        joined = self._do.made(lambda *each: self._ex.concat_str(list(each)), *texts)
        return self._do.made(lambda x: x.str.slice(cut), self._do.named(joined))

    def _when(self, ways: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
        """The text of the first way that holds; texts are formulas, words or None."""
        chosen = self._literal(otherwise)
        for test, text in reversed(ways):
            literal = self._literal(text)
            if test is True:
                chosen = literal
            elif test is not False:
                chosen = self._do.made(
                    lambda t, x, y: self._ex.when(t).then(x).otherwise(y), test, literal, chosen
                )
        return chosen

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
        held = self._do.every([value, self._do.contrary(self._refused)])
        return held.expression if isinstance(held, Formula) else self._ex.lit(held, dtype=self._ex.Boolean)

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
            if None in words:
                named = self._when([*zip(tests, listed[:-1], strict=True)], listed[-1])
            yield answer.listed, self._text(named)

    def _one_of(self, answer: ChoiceAnswer, results: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        do, words = self._do, answer.words
        flags = [do.named(flag) for flag in results]
        count = do.named(do.added([do.chosen(flag, 1, 0) for flag in flags] or [0], max(1, len(flags))))
        only = do.named(do.compared("==", count, 1))
        ways = [(do.every([only, flag]), word) for flag, word in zip(flags, words, strict=True)]
        yield answer.column, self._text(self._when(ways, answer.open_word))
        if answer.decided is not None:
            yield answer.decided, self._truth(only)
        if answer.listed is not None:
            yield answer.listed, self._text(self._listed(flags, words))

    def _listed(self, flags: Sequence[Any], words: Sequence[str | None]) -> Any:
        """The words of all that hold, joined."""
        spoken = [(flag, word) for flag, word in zip(flags, words, strict=True) if word is not None]
        if len(spoken) <= _FEW:
            # What asks more comes first, so no way need ask what does not hold.
            sets = [each for count in range(len(spoken), 0, -1) for each in combinations(spoken, count)]
            ways = [
                (self._do.every([flag for flag, _ in each]), "|".join(word for _, word in each))
                for each in sets
            ]
            return self._when(ways, "")
        return self._joined([self._when([(flag, f"|{word}")], "") for flag, word in spoken], 1)

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
        number = value if isinstance(value, Formula) else Formula(ex.lit(value, dtype=ex.Float64))
        return self._when([(gone, Formula(ex.lit(None, dtype=ex.Float64)))], number).expression

    def _place(self, answer: PlaceAnswer, low: Any, high: Any, there: Any, na: Any) -> Any:
        do = self._do
        low, high = do.named(low), do.named(high)
        exact = do.named(do.every([do.compared("==", low, high), do.contrary(na)]))
        ways = [(do.every([na, do.contrary(there)]), NA_TEXT)]
        if answer.words is not None:
            for place, word in enumerate(answer.words):
                ways.append((do.every([exact, do.compared("==", low, place)]), word))
            return self._when(ways, None)
        parts = do.calendar(do.named(do.real(low)))
        day: Any = do.made(lambda y, m, d: text_of_day(self._ex, (y, m, d)), *map(self._column, parts))
        return self._when([*ways, (exact, day)], None)

    def _column(self, value: Any) -> Formula:
        return value if isinstance(value, Formula) else Formula(self._ex.lit(float(value)))

    def _text_of(self, answer: TextAnswer, results: Sequence[Any]) -> Any:
        """The text of the first case that can be, if every other that can be says the same."""
        do = self._do
        *flags, there, na = [do.named(each) for each in results]
        first: Any = None
        begun: Any = False
        open_: Any = False
        for flag, word, input in zip(flags, answer.words, answer.inputs, strict=True):
            text, known = self._case(word, input)
            other: Any = False
            if first is not None:
                agree = do.made(lambda x, y: (x == y).fill_null(False), first, text)
                other = do.every([flag, begun, do.contrary(agree)])
            open_ = do.named(do.some([open_, other, do.every([flag, do.contrary(known)])]))
            here = do.every([flag, do.contrary(begun)])
            first = do.named(self._when([(here, text)], first if first is not None else ""))
            begun = do.named(do.some([begun, flag]))
        ways = [(do.every([na, do.contrary(there)]), NA_TEXT), (na, None), (open_, None), (begun, first)]
        return self._when(ways, None)

    def _case(self, word: str, input: str | None) -> tuple[Formula, Any]:
        """What a case says, and where that is known."""
        if input is None:
            return self._literal(word), True
        text = self._inputs.text(input)
        return (self._literal(""), False) if text is None else (text, self._inputs.given(input))
