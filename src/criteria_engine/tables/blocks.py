"""Judging a frame in memory by arrays: block by block, exactly where nothing is missing, bounded elsewhere.

``judge_blocks`` runs the two programs over all rows; for each answer a ``Gathering`` takes in what they find and
makes the columns of it at the end.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from criteria_engine.backends.arrays import Arrays
from criteria_engine.backends.operations import is_plain
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.program import Program
from criteria_engine.tables.answers import (
    NA_TEXT,
    Answer,
    BoundsAnswer,
    ChoiceAnswer,
    PlaceAnswer,
    TextAnswer,
    breaches_of,
)
from criteria_engine.tables.arrays import NO, ArrayInputs, ArrayRows
from criteria_engine.tables.frame_kinds import OutputColumn

_BLOCK = 16_384
"""Rows in a block: small enough for the cache, large enough that a step costs little."""

_FEW = 3  # fewer than a third of the rows with gaps are judged by themselves


def judge_blocks(
    program: Program, answers: Sequence[Answer], inputs: ArrayInputs, count: int, *, detail: bool
) -> tuple[list[OutputColumn], list[tuple[str, Any]]]:
    """The columns of all answers, and what is wrong: names of inputs with numbers of rows."""
    programs = program.kept(("arrays", detail), lambda: _programs(inputs.np, program, answers))
    run = _Run(inputs, count, [_gathering_of(inputs.np, answer, count) for answer in answers], programs)
    run.judge_all(program.reader.order)
    refused = run.refused()
    columns = [column for gathering in run.gatherings for column in gathering.columns(refused)]
    return columns, run.wrong


def _programs(np: Any, program: Program, answers: Sequence[Answer]) -> tuple[Steps, Steps]:
    """The exact and the bounded program; breaches of consistency come last."""
    breaches = breaches_of(program)
    exact = [part for answer in answers for part in answer.exact]
    bounded = [part for answer in answers for part in answer.open]
    return (
        Steps(Arrays(np), [*exact, *[breach for breach, _ in breaches]]),
        Steps(Arrays(np), [*bounded, *[surely for _, surely in breaches]]),
    )


@attrs.define(eq=False, repr=False)
class _Run:
    inputs: ArrayInputs
    count: int
    gatherings: list[Gathering]
    programs: tuple[Steps, Steps]
    wrong: list[tuple[str, Any]] = attrs.field(factory=list)
    """What is wrong: the name of an input and the numbers of rows."""

    def judge_all(self, order: Sequence[str]) -> None:
        """Judge all blocks, and scattered rows with gaps by themselves."""
        np, count = self.inputs.np, self.count
        scattered: list[Any] = []
        for start in range(0, count, _BLOCK):
            rows = slice(start, min(start + _BLOCK, count))
            block = ArrayRows(self.inputs, rows)
            gaps = self._gaps(block, order, rows)
            if gaps is NO:
                self._judge(block, rows, complete=True)
            elif gaps is True or _FEW * np.count_nonzero(gaps) > rows.stop - rows.start:
                self._judge(block, rows, complete=False)
            else:
                self._judge(block, rows, complete=True)
                scattered.append(np.flatnonzero(gaps) + start)
        if scattered:
            self._judge_again(np.concatenate(scattered))

    def _gaps(self, block: ArrayRows, order: Sequence[str], rows: slice) -> Any:
        """The rows in which something is missing, or wrong; what is wrong is noted."""
        gaps: Any = NO
        for name in order:
            cells = block.cells(name)
            self._note(name, cells.bad, rows)
            if cells.given is False:
                gaps = True
            elif gaps is not True and cells.given is not True:
                gaps = ~cells.given if gaps is NO else gaps | ~cells.given
        return gaps

    def _judge(self, block: ArrayRows, rows: Any, *, complete: bool) -> None:
        """Run the exact or the bounded program over some rows."""
        with self.inputs.np.errstate(all="ignore"):
            results = self.programs[0 if complete else 1].run(block)
        start = 0
        for gathering in self.gatherings:
            end = start + len(gathering.answer.parts(complete=complete))
            gathering.take(results[start:end], rows, block, complete=complete)
            start = end
        for number, breach in enumerate(results[start:]):
            self._note(f"consistency[{number}]", breach, rows)

    def _judge_again(self, numbers: Any) -> None:
        """Judge rows with gaps, which the exact program has judged for nothing."""
        np = self.inputs.np
        self.wrong = [
            (name, rows[~np.isin(rows, numbers)] if name.startswith("consistency[") else rows)
            for name, rows in self.wrong
        ]
        for start in range(0, len(numbers), _BLOCK):
            rows = numbers[start : start + _BLOCK]
            self._judge(ArrayRows(self.inputs, rows), rows, complete=False)

    def _note(self, name: str, bad: Any, rows: Any) -> None:
        """Note the rows in which an input is wrong."""
        if bad is NO:
            return
        numbers = self.inputs.np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        self.wrong.append((name, numbers if bad is True else numbers[bad]))

    def refused(self) -> Any:
        """The rows whose values are wrong, or None."""
        if not any(len(rows) for _, rows in self.wrong):
            return None
        refused = self.inputs.np.zeros(self.count, dtype=bool)
        for _, rows in self.wrong:
            refused[rows] = True
        return refused


_MOST_BITS = 62
_NOT_YET, _OPEN, _NA = -1, -2, -3  # codes of what is no word


# Each class gathers one answer for ``count`` rows: ``take`` takes in what a program made of the answer's parts
# for some rows, ``columns`` gives the columns; ``refused`` are the rows whose values are wrong, or None.
class _Choices:
    """One of several things, as a set of bits: which of them can be."""

    def __init__(self, np: Any, answer: ChoiceAnswer, count: int) -> None:
        self._np, self.answer = np, answer
        bits = len(answer.words)
        self._kind: Any = np.uint8 if bits <= 7 else np.int64 if bits <= _MOST_BITS else object
        self._sets = np.zeros(count, dtype=self._kind)
        self._several = False

    def take(self, results: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np, kind = self._np, self._kind
        number = kind if kind is not object else int
        if complete and self.answer.coded:
            code = results[0]
            bit = 1 << int(code) if is_plain(code) else np.left_shift(number(1), code.astype(kind))
            self._sets[rows] = bit
            return
        self._several = True
        sets: Any = np.zeros_like(self._sets[rows])
        for place, flag in enumerate(results):
            if isinstance(flag, bool):
                sets |= number(flag << place)
            else:
                sets |= flag.astype(kind) << number(place)
        self._sets[rows] = sets

    def columns(self, refused: Any) -> Iterator[OutputColumn]:
        np, answer = self._np, self.answer
        count = len(answer.words)
        if count <= 7:
            sets, codes = list(range(1 << count)), self._sets
            if not self._several:  # then no other set is there
                sets = [each if each.bit_count() == 1 else 1 for each in sets]
        else:
            distinct, codes = np.unique(self._sets, return_inverse=True)
            sets = [int(each) for each in distinct]
        chosen = [[place for place in range(count) if each >> place & 1] for each in sets]
        one = [answer.words[places[0]] if len(places) == 1 else answer.open_word for places in chosen]
        column = _worded(np, answer.column, codes, one, refused)
        yield column
        if answer.decided is not None:
            decided = np.array([len(places) == 1 for places in chosen])[codes]
            yield OutputColumn(answer.decided, decided if refused is None else decided & ~refused)
        if answer.listed is not None:
            listed = ["|".join(w for p in places if (w := answer.words[p]) is not None) for places in chosen]
            if refused is None and listed == one:
                yield attrs.evolve(column, name=answer.listed)
            else:
                yield _worded(np, answer.listed, codes, listed, refused)


def _worded(np: Any, name: str, codes: Any, words: Sequence[str | None], refused: Any) -> OutputColumn:
    """A column of texts from codes into words, of which several may be the same."""
    distinct = [*dict.fromkeys(word for word in words if word is not None), None]
    places = {word: place for place, word in enumerate(distinct)}
    kind = np.int8 if len(distinct) < 128 else np.int32
    values = np.array([places[word] for word in words], dtype=kind)[codes]
    if refused is not None:
        values[refused] = len(distinct) - 1
    return OutputColumn(name, values, tuple(distinct))


class _Sizes:
    """A number between two ends."""

    def __init__(self, np: Any, answer: BoundsAnswer, count: int) -> None:
        self._np, self.answer = np, answer
        self._low = np.empty(count)
        self._high: Any = None
        self._gone: Any = None

    def take(self, results: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        low, high, nothing = results
        if not complete and self._high is None:
            self._high = self._low.copy()
        self._low[rows] = self._unsigned(low)
        if self._high is not None:
            self._high[rows] = self._unsigned(high)
        if self._gone is None and nothing is not False:
            self._gone = self._np.zeros(len(self._low), dtype=bool)
        if self._gone is not None:
            self._gone[rows] = nothing

    def _unsigned(self, value: Any) -> Any:
        """A zero without its sign."""
        return value + 0.0 if is_plain(value) else self._np.add(value, 0.0, dtype=self._np.float64)

    def columns(self, refused: Any) -> Iterator[OutputColumn]:
        answer, gone = self.answer, self._gone
        high = self._low if self._high is None else self._high
        if answer.decided is not None:
            decided = self._low == high
            decided = decided if gone is None else decided | gone
            yield OutputColumn(answer.decided, decided if refused is None else decided & ~refused)
        if refused is not None:
            gone = refused if gone is None else gone | refused
        absent = False if gone is None or not gone.any() else gone
        yield OutputColumn(answer.columns[0], self._low, gone=absent)
        yield OutputColumn(answer.columns[1], high, gone=absent)


class _Worded:
    """Texts as codes: places among words, days, or places among all texts that came."""

    def __init__(self, np: Any, answer: PlaceAnswer | TextAnswer, count: int) -> None:
        self._np, self.answer = np, answer
        self._codes = np.full(count, _OPEN, dtype=np.int32)
        self._texts: dict[str, int] = {}

    def take(self, results: Sequence[Any], rows: Any, block: ArrayRows, *, complete: bool) -> None:
        np, shape = self._np, self._codes[rows].shape
        *parts, there, na = (np.broadcast_to(result, shape) for result in results)
        if isinstance(self.answer, TextAnswer):
            codes = self._codes_of_cases(self.answer, parts, block, shape)
        else:
            low, high = parts
            codes = np.where(low == high, low, _OPEN)
        self._codes[rows] = np.where(na, np.where(there, _OPEN, _NA), codes).astype(np.int32)

    def _codes_of_cases(self, answer: TextAnswer, flags: Sequence[Any], block: ArrayRows, shape: Any) -> Any:
        np, codes = self._np, self._np.full(shape, _NOT_YET)
        for flag, word, input in zip(flags, answer.words, answer.inputs, strict=True):
            text = self._place(word) if input is None else self._text_of(block, input)
            first = flag & (codes == _NOT_YET)
            other = flag & ~first & (codes != text)
            codes = np.where(first, text, np.where(other, _OPEN, codes))
        return codes

    def _place(self, word: str) -> int:
        return self._texts.setdefault(word, len(self._texts))

    def _text_of(self, block: ArrayRows, input: str) -> Any:
        """What an input says in each row; nothing where it is missing."""
        np, cells = self._np, block.cells(input)
        places = np.array([*[self._place(word) for word in block.texts(input)], _OPEN])
        return np.where(cells.given, places[cells.values], _OPEN)

    def columns(self, refused: Any) -> Iterator[OutputColumn]:
        words: Sequence[str | None] | None = self.answer.words
        if isinstance(self.answer, TextAnswer):
            words = [*self._texts]
        if words is not None:
            codes, words = self._codes - _NA, [NA_TEXT, None, None, *words]
        else:
            distinct, codes = self._np.unique(self._codes, return_inverse=True)
            words = [_day(code) for code in distinct.tolist()]
        yield _worded(self._np, self.answer.column, codes, words, refused)


Gathering = _Choices | _Sizes | _Worded


def _gathering_of(np: Any, answer: Answer, count: int) -> Gathering:
    match answer:
        case ChoiceAnswer():
            return _Choices(np, answer, count)
        case BoundsAnswer():
            return _Sizes(np, answer, count)
    return _Worded(np, answer, count)


def _day(code: int) -> str | None:
    if code < 0:
        return NA_TEXT if code == _NA else None
    return datetime.date.fromordinal(code).isoformat()
