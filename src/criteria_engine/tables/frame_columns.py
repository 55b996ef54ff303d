"""What comes of the answers in a frame: expressions for the columns that are added."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, assert_never

from criteria_engine.backends.frames import Formula, Formulas, FrameFunctions
from criteria_engine.backends.splitting import Anything
from criteria_engine.tables.answers import NA_TEXT, Answer, OneOf, Place, Said, Size
from criteria_engine.tables.frame_days import text_of_day
from criteria_engine.tables.frame_inputs import FrameInputs

__all__ = ["FrameColumns", "parts_of"]

_FEW = 3


def parts_of(answer: Answer, *, complete: bool) -> tuple[Anything, ...]:
    """The parts of the core that an answer is read from."""
    which = 0 if complete else 1
    match answer:
        case OneOf():
            if complete and answer.code is not None:
                return (answer.code,)
            return answer.ways if complete else answer.possible
        case Size():
            return (answer.exact, answer.nothing) if complete else (*answer.ends, answer.surely_nothing)
        case Place():
            ends = (answer.exact, answer.exact) if complete else answer.ends
            return (*ends, answer.there[which], answer.na[which])
        case Said():
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
            case OneOf():
                if complete and answer.code is not None:
                    return self._coded(answer, found[0])
                return self._one_of(answer, found)
            case Size():
                ends = (found[0], found[0], found[1]) if complete else tuple(found)
                return self._size(answer, *ends)
            case Place():
                return iter([(answer.column, self._text(self._place(answer, *found)))])
            case Said():
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

    def _coded(self, answer: OneOf, code: Any) -> Iterator[tuple[str, Any]]:
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

    def _one_of(self, answer: OneOf, found: Sequence[Any]) -> Iterator[tuple[str, Any]]:
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

    def _size(self, answer: Size, low: Any, high: Any, nothing: Any) -> Iterator[tuple[str, Any]]:
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

    def _place(self, answer: Place, low: Any, high: Any, there: Any, na: Any) -> Any:
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

    def _said(self, answer: Said, found: Sequence[Any]) -> Any:
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
