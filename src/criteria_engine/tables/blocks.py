"""Running the array carrier over a whole frame: in blocks, exact where nothing is missing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.backends.arrays import Arrays
from criteria_engine.backends.splitting import Anything
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.program import Program
from criteria_engine.core.nodes import Condition
from criteria_engine.tables.answers import (
    NA_TEXT,
    Answer,
    BoundsAnswer,
    ChoiceAnswer,
    PlaceAnswer,
    TextAnswer,
    answers_of,
    breaches_of,
)
from criteria_engine.tables.arrays import NO, ArrayRows, InputSource

__all__ = [
    "Gathering",
    "Inputs",
    "OutputColumn",
    "gathering_of",
    "judged",
    "with_columns",
]


# ---- what comes of the answers: gathered block by block into columns of codes, flags and numbers ---

_MOST_BITS = 62
_NOT_YET, _OPEN, _NA = -1, -2, -3


@attrs.frozen(eq=False, repr=False)
class OutputColumn:
    """A finished column: texts as codes (``words``, the last of which is null), numbers or flags.

    Where ``gone`` a number is null.
    """

    name: str
    values: Any
    words: tuple[str | None, ...] | None = None
    gone: Any = False


class Gathering:
    """Gathers one answer: ``exact`` and ``open`` are its parts, taken in block by block."""

    exact: Sequence[Anything]
    open: Sequence[Anything]

    def take(self, found: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        """Take in what a program found for some rows."""
        raise NotImplementedError

    def columns(self, refused: Any) -> Iterable[OutputColumn]:
        """The columns; ``refused`` are the rows whose values are wrong, or None."""
        raise NotImplementedError


def gathering_of(np: Any, answer: Answer, count: int) -> Gathering:
    """What gathers an answer for so many rows."""
    match answer:
        case ChoiceAnswer():
            return _Sets(np, answer, count)
        case BoundsAnswer():
            return _Sizes(np, answer, count)
        case PlaceAnswer():
            return _Places(np, answer, count)
    return _Texts(np, answer, count)


class _Sets(Gathering):
    """One of several things, as a set of bits: which of them can be."""

    def __init__(self, np: Any, answer: ChoiceAnswer, count: int) -> None:
        self._np, self._answer = np, answer
        self.exact = (answer.code,) if answer.code is not None else answer.ways
        self.open = answer.possible
        bits = len(answer.ways)
        self._kind: Any = np.uint8 if bits <= 7 else np.int64 if bits <= _MOST_BITS else object
        self._sets = np.zeros(count, dtype=self._kind)
        self._several = False

    def take(self, found: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np, kind = self._np, self._kind
        one = kind(1) if kind is not object else 1
        if complete and self._answer.code is not None:
            code = found[0]
            self._sets[rows] = 1 << int(code) if _is_plain(code) else np.left_shift(one, code.astype(kind))
            return
        self._several = True
        total: Any = np.zeros_like(self._sets[rows])
        for place, flag in enumerate(found):
            if isinstance(flag, bool):
                total |= kind(flag << place) if kind is not object else flag << place
            else:
                total |= flag.astype(kind) << (kind(place) if kind is not object else place)
        self._sets[rows] = total

    def columns(self, refused: Any) -> Iterable[OutputColumn]:
        np, answer = self._np, self._answer
        count = len(answer.ways)
        if count <= 7:
            listed, codes = list(range(1 << count)), self._sets
            if not self._several:  # then no other set is there
                listed = [each if each.bit_count() == 1 else 1 for each in listed]
        else:
            sets, codes = np.unique(self._sets, return_inverse=True)
            listed = [int(each) for each in sets]
        chosen = [[place for place in range(count) if each >> place & 1] for each in listed]
        one = [answer.words[each[0]] if len(each) == 1 else answer.open for each in chosen]
        column = OutputColumn(answer.column, *_coded(np, codes, one, refused))
        yield column
        if answer.decided is not None:
            decided = np.array([len(each) == 1 for each in chosen])[codes]
            yield OutputColumn(answer.decided, decided if refused is None else decided & ~refused)
        if answer.listed is not None:
            names = ["|".join(w for p in each if (w := answer.words[p]) is not None) for each in chosen]
            if refused is None and names == one:
                yield attrs.evolve(column, name=answer.listed)
            else:
                yield OutputColumn(answer.listed, *_coded(np, codes, names, refused))


def _coded(
    np: Any, codes: Any, words: Sequence[str | None], refused: Any
) -> tuple[Any, tuple[str | None, ...]]:
    """Codes into distinct words, the last of which is null."""
    distinct = [*dict.fromkeys(word for word in words if word is not None), None]
    places = {word: place for place, word in enumerate(distinct)}
    kind = np.int8 if len(distinct) < 128 else np.int32
    table = np.array([places[word] for word in words], dtype=kind)
    found = table[codes]
    if refused is not None:
        found[refused] = len(distinct) - 1
    return found, tuple(distinct)


class _Sizes(Gathering):
    """A number between two ends."""

    def __init__(self, np: Any, answer: BoundsAnswer, count: int) -> None:
        self._np, self._answer = np, answer
        self.exact = (answer.exact, answer.nothing)
        self.open = (*answer.ends, answer.surely_nothing)
        self._low = np.empty(count)
        self._high: Any = None
        self._gone: Any = None

    def take(self, found: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np, nothing = self._np, found[-1]
        if not complete and self._high is None:
            self._high = self._low.copy()
        # A zero has no sign.
        self._low[rows] = found[0] + 0.0 if _is_plain(found[0]) else np.add(found[0], 0.0, dtype=np.float64)
        if self._high is not None:
            high = found[0] if complete else found[1]
            self._high[rows] = high + 0.0 if _is_plain(high) else np.add(high, 0.0, dtype=np.float64)
        if self._gone is None and nothing is not False:
            self._gone = np.zeros(len(self._low), dtype=bool)
        if self._gone is not None:
            self._gone[rows] = nothing

    def columns(self, refused: Any) -> Iterable[OutputColumn]:
        np, answer, gone = self._np, self._answer, self._gone
        high = self._low if self._high is None else self._high
        if answer.decided is not None:
            decided = self._low == high
            decided = decided if gone is None else decided | gone
            yield OutputColumn(answer.decided, decided if refused is None else decided & ~refused)
        if refused is not None:
            gone = refused if gone is None else gone | refused
        absent = False if gone is None or not np.any(gone) else gone
        yield OutputColumn(answer.columns[0], self._low, gone=absent)
        yield OutputColumn(answer.columns[1], high, gone=absent)


class _Places(Gathering):
    """A place among words, or a day."""

    def __init__(self, np: Any, answer: PlaceAnswer, count: int) -> None:
        self._np, self._answer = np, answer
        self.exact = (answer.exact, answer.exact, answer.there[0], answer.na[0])
        self.open = (*answer.ends, answer.there[1], answer.na[1])
        self._codes = np.full(count, _OPEN, dtype=np.int32)

    def take(self, found: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np = self._np
        low, high, there, na = (np.broadcast_to(each, self._codes[rows].shape) for each in found)
        value = np.where(low == high, low, _OPEN).astype(np.int32)
        self._codes[rows] = np.where(na, np.where(there, _OPEN, _NA), value)

    def columns(self, refused: Any) -> Iterable[OutputColumn]:
        found, codes = self._np.unique(self._codes, return_inverse=True)
        words = [self._word(int(each)) for each in found]
        yield OutputColumn(self._answer.column, *_coded(self._np, codes, words, refused))

    def _word(self, code: int) -> str | None:
        if code < 0:
            return NA_TEXT if code == _NA else None
        if self._answer.words is not None:
            return self._answer.words[code]
        return datetime.date.fromordinal(code).isoformat()


class _Texts(Gathering):
    """A text: a fixed word, or what an input says."""

    def __init__(self, np: Any, answer: TextAnswer, count: int) -> None:
        self._np, self._answer = np, answer
        self.exact = (*answer.guards, answer.there[0], answer.na[0])
        self.open = (*answer.possible, answer.there[1], answer.na[1])
        self._codes = np.full(count, _OPEN, dtype=np.int64)
        self._texts: dict[str, int] = {}

    def take(self, found: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np, shape = self._np, self._codes[rows].shape
        *flags, there, na = (np.broadcast_to(each, shape) for each in found)
        codes = np.full(shape, _NOT_YET)
        for flag, word, input in zip(flags, self._answer.words, self._answer.inputs, strict=True):
            text = self._place(word) if input is None else self._spoken(block, input)
            first = flag & (codes == _NOT_YET)
            other = flag & ~first & (codes != text)
            codes = np.where(first, text, np.where(other, _OPEN, codes))
        self._codes[rows] = np.where(na, np.where(there, _OPEN, _NA), codes)

    def _place(self, word: str) -> int:
        return self._texts.setdefault(word, len(self._texts))

    def _spoken(self, block: ArrayRows, input: str) -> Any:
        """What an input says in each row; nothing where it is missing."""
        np, cells = self._np, block.cells(input)
        places = np.array([*[self._place(word) for word in block.texts(input)], _OPEN])
        said = places[cells.values]
        return np.where(cells.given, said, _OPEN)

    def columns(self, refused: Any) -> Iterable[OutputColumn]:
        np, texts = self._np, [*self._texts]
        codes = np.where(self._codes >= 0, self._codes, len(texts) + (self._codes == _NA))
        words: list[str | None] = [*texts, None, NA_TEXT]
        yield OutputColumn(self._answer.column, *_coded(np, codes, words, refused))


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float)


_BLOCK = 16_384
"""Rows in a block: small enough for the cache, large enough that a step costs little."""

_FEW = 3  # fewer than a third of the rows with gaps are judged by themselves


@attrs.frozen(eq=False, repr=False)
class Inputs:
    """All that is read of a frame."""

    count: int
    sources: Mapping[str, InputSource]
    words: Mapping[str, Sequence[str]]
    evidence: Mapping[str, Any]


@attrs.define(eq=False, repr=False)
class _Run:
    np: Any
    inputs: Inputs
    gatherings: list[Gathering]
    programs: tuple[Steps, Steps]
    wrong: list[tuple[str, Any]] = attrs.field(factory=list)
    """What is wrong: the name of an input and the numbers of rows."""

    def block(self, rows: Any) -> ArrayRows:
        """Some rows of the inputs."""
        inputs = self.inputs
        return ArrayRows(self.np, inputs.sources, inputs.words, inputs.evidence, rows)

    def judge(self, block: ArrayRows, rows: Any, *, complete: bool) -> None:
        """Run the exact or the bounded program over some rows."""
        program = self.programs[0 if complete else 1]
        with self.np.errstate(all="ignore"):
            found = program.run(block)
        start = 0
        for gathering in self.gatherings:
            size = len(gathering.exact if complete else gathering.open)
            gathering.take(found[start : start + size], rows, block, complete=complete)
            start += size
        for number, breach in enumerate(found[start:]):
            self.note(f"consistency[{number}]", breach, rows)

    def note(self, name: str, bad: Any, rows: Any) -> None:
        """Note the rows in which an input is wrong."""
        if bad is NO:
            return
        np = self.np
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        self.wrong.append((name, numbers if bad is True else numbers[bad]))


def judged(
    np: Any, program: Program, inputs: Inputs, *, detail: bool
) -> tuple[list[OutputColumn], list[tuple[str, Any]]]:
    """The columns of all answers, and what is wrong: names of inputs with numbers of rows."""
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    gatherings = [gathering_of(np, answer, inputs.count) for answer in answers]
    programs = program.kept(("arrays", detail), lambda: _programs(np, program, gatherings))
    run = _Run(np, inputs, gatherings, programs)
    _judge_all(run, program)
    refused = _refused(np, run)
    columns = [column for gathering in gatherings for column in gathering.columns(refused)]
    return columns, run.wrong


def _programs(np: Any, program: Program, gatherings: Sequence[Gathering]) -> tuple[Steps, Steps]:
    breaches: list[tuple[Condition, Condition]] = breaches_of(program)
    exact = [part for gathering in gatherings for part in gathering.exact]
    bounded = [part for gathering in gatherings for part in gathering.open]
    return (
        Steps(Arrays(np), [*exact, *[breach[0] for breach in breaches]]),
        Steps(Arrays(np), [*bounded, *[breach[1] for breach in breaches]]),
    )


def _judge_all(run: _Run, program: Program) -> None:
    np, count = run.np, run.inputs.count
    left: list[Any] = []
    for start in range(0, count, _BLOCK):
        rows = slice(start, min(start + _BLOCK, count))
        block = run.block(rows)
        gaps = _gaps(run, block, program.door.order, rows)
        if gaps is NO:
            run.judge(block, rows, complete=True)
        elif gaps is True or _FEW * np.count_nonzero(gaps) > rows.stop - rows.start:
            run.judge(block, rows, complete=False)
        else:
            run.judge(block, rows, complete=True)
            left.append(np.flatnonzero(gaps) + start)
    if left:
        _judge_again(run, np.concatenate(left))


def _judge_again(run: _Run, numbers: Any) -> None:
    """Judge scattered rows with gaps, which the exact program has judged for nothing."""
    scattered = set(numbers.tolist()) if run.wrong else set()
    run.wrong = [
        (name, rows if not name.startswith("consistency[") else _without(run.np, rows, scattered))
        for name, rows in run.wrong
    ]
    for start in range(0, len(numbers), _BLOCK):
        rows = numbers[start : start + _BLOCK]
        run.judge(run.block(rows), rows, complete=False)


def _without(np: Any, rows: Any, others: set[int]) -> Any:
    return np.array([row for row in rows.tolist() if row not in others], dtype=np.int64)


def _gaps(run: _Run, block: ArrayRows, order: Sequence[str], rows: slice) -> Any:
    """The rows in which something is missing, or wrong; what is wrong is noted."""
    gaps: Any = NO
    for name in order:
        cells = block.cells(name)
        run.note(name, cells.bad, rows)
        if cells.given is False:
            gaps = True
        elif gaps is not True and cells.given is not True:
            gone = ~cells.given
            gaps = gone if gaps is NO else gaps | gone
    return gaps


def _refused(np: Any, run: _Run) -> Any:
    if not any(len(rows) for _, rows in run.wrong):
        return None
    found = np.zeros(run.inputs.count, dtype=bool)
    for _, rows in run.wrong:
        found[rows] = True
    return found


# ---- putting finished columns back into the frame they belong to, in its own kind ----------------


def with_columns(nw: Any, frame: Any, columns: Sequence[OutputColumn]) -> Any:
    """The frame (as narwhals holds it) with the columns, as its own kind."""
    native, space = frame.to_native(), nw.get_native_namespace(frame)
    if frame.implementation.is_pandas_like():
        made = {
            each.name: column
            for each, column in _each_once(columns, lambda one: _of_pandas(space, native.index, one))
        }
        return space.concat([native, space.DataFrame(made, index=native.index)], axis=1)
    if frame.implementation.is_polars():
        found = _each_once(columns, lambda one: _of_polars(space, one))
        return native.with_columns([column.alias(each.name) for each, column in found])
    if frame.implementation.is_pyarrow():
        for each, column in _each_once(columns, lambda one: _of_pyarrow(space, one)):
            native = native.append_column(each.name, column)
        return native
    return frame.with_columns(*[_of_any(nw, space, each) for each in columns]).to_native()


def _each_once(
    columns: Sequence[OutputColumn], make: Callable[[OutputColumn], Any]
) -> Iterator[tuple[OutputColumn, Any]]:
    """Each column made; those that hold the same are made once."""
    made: dict[tuple[int, int, Any], Any] = {}
    for each in columns:
        key = id(each.values), id(each.gone), each.words
        if key not in made:
            made[key] = make(each)
        yield each, made[key]


def _of_pandas(pd: Any, index: Any, column: OutputColumn) -> Any:
    if column.words is not None:
        # Without an empty text a column of nulls alone would not be one of texts.
        words = pd.Series([*column.words, ""])
        return words.take(column.values).set_axis(index)
    values = column.values
    if column.gone is not False:
        values = values.copy()
        values[column.gone] = float("nan")
    return pd.Series(values, index=index)


def _of_polars(pl: Any, column: OutputColumn) -> Any:
    if column.words == (None,):
        return pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(column.values))
    if column.words is not None:
        words = pl.Series(column.name, column.words, dtype=pl.String)
        return words.gather(pl.Series(column.values.astype("uint32")))
    made = pl.Series(column.name, column.values)
    if column.gone is False:
        return made
    return made.set(pl.Series(column.gone), None)


def _of_pyarrow(pa: Any, column: OutputColumn) -> Any:
    if column.words == (None,):
        return pa.nulls(len(column.values), pa.string())
    if column.words is not None:
        return pa.array(column.words, type=pa.string()).take(pa.array(column.values))
    gone = column.gone if column.gone is not False else None
    return pa.array(column.values, mask=gone)


def _of_any(nw: Any, space: Any, column: OutputColumn) -> Any:
    if column.words is not None:
        words = nw.new_series(column.name, list(column.words), nw.String, backend=space)
        return words[column.values]
    kind = nw.Boolean if column.values.dtype.kind == "b" else nw.Float64
    gone = set() if column.gone is False else set(column.gone.nonzero()[0].tolist())
    values = [None if row in gone else value for row, value in enumerate(column.values.tolist())]
    return nw.new_series(column.name, values, kind, backend=space)
