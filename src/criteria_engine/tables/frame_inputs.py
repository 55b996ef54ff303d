"""The inputs of a ruleset as expressions of a frame: what is there, not applicable, or wrong, and which word it is.

``FrameInputs`` is to plans what ``arrays.ArrayRows`` is to arrays (see ``backends.steps.Block``). Days come first:
their numbers are made of year, month and day by arithmetic, since engines count days from different ones.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from operator import eq
from typing import Any, Literal

import attrs

from criteria_engine.backends.frames import Formula, Formulas
from criteria_engine.backends.steps import Block
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.scope import ON, span_of
from criteria_engine.rules.parts import Input
from criteria_engine.tables.answers import NA_TEXT
from criteria_engine.tables.arrays import NUMERIC

_WRITTEN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _day_of_text(ex: Any, do: Formulas, text: Formula) -> tuple[Any, Any]:
    """Where a text is a date such as 2024-01-30, and its day there."""
    written = do.named(do.made(lambda x: x.str.contains(_WRITTEN).fill_null(False), text))
    safe = do.named(do.made(lambda t, x: ex.when(t).then(x).otherwise(ex.lit("0001-01-01")), written, text))
    year, month, day = (
        do.named(do.made(lambda x, at=at, size=size: x.str.slice(at, size).cast(ex.Float64), safe))
        for at, size in ((0, 4), (5, 2), (8, 2))
    )
    number = do.named(do.day_number(year, month, day))
    # A day that its month does not have comes back as one of the next.
    _, same_month, same_day = do.calendar(number)
    fits = [do.compared(">=", part, 1.0) for part in (year, month, day)]
    fits += [do.compared("==", same_month, month), do.compared("==", same_day, day)]
    return do.named(do.every([written, *fits])), number


def text_of_day(ex: Any, parts: tuple[Any, Any, Any]) -> Any:
    """The text of a day, from expressions of its year, month and day of the month."""

    def digits(part: Any, count: int) -> Any:
        shifted = (part + float(10**count)).cast(ex.Int64).cast(ex.String)
        return shifted.str.slice(1, count)

    year, month, day = parts
    return ex.concat_str([digits(year, 4), digits(month, 2), digits(day, 2)], separator="-")


_WORDED = ("choice", "ordinal", "text")
_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")


@attrs.frozen
class FrameFacts:
    """What is known of a frame before it is judged.

    ``schema`` are the kinds of its columns. Of inputs that are ``sound`` no value is missing or wrong; ``words``
    are by input and word columns that say where it stands. ``labels`` are what users call inputs with other
    names, ``levels`` by title those that will do.
    """

    schema: Mapping[str, Any]
    sound: frozenset[str] = frozenset()
    words: Mapping[tuple[str, str], str] = attrs.field(factory=dict)
    labels: Mapping[str, str] = attrs.field(factory=dict)
    levels: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False)
class CellFormulas:
    """An input: formulas, or plain truth values that hold for all rows.

    ``values`` are its numbers, ``yes`` is where a truth value holds, ``text`` its column of texts. ``masked`` is
    where other columns do not take the text away.
    """

    given: Any = False
    withheld: Any = False
    bad: Any = False
    values: Any = 0.0
    yes: Any = False
    text: Any = None
    masked: Any = None


class FrameInputs(Block):
    """The inputs of a ruleset in a frame, each looked at once."""

    def __init__(self, nw: Any, do: Formulas, reader: InputReader, facts: FrameFacts) -> None:
        self._nw, self._do, self._ex, self._reader, self._facts = nw, do, do.space, reader, facts
        self._schema = facts.schema
        self._by_name = {given.id: given for given in reader.inputs}
        self._cells: dict[str, CellFormulas] = {}
        self._flags: dict[tuple[str, str], Any] = {}
        self._evidence: dict[str, Any] = {}

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""
        cells, do = self.cells(input), self._do
        if wanted:
            return cells.yes
        return do.every([cells.given, do.contrary(cells.withheld), do.contrary(cells.yes)])

    def among(self, input: str, words: tuple[str, ...], wanted: bool) -> Any:
        """Where a text is there, and is one (none) of the words."""
        cells, do = self.cells(input), self._do
        if cells.text is None:
            return False
        listed = self._reader.words.get(input, ())
        if listed and not wanted:
            words, wanted = tuple(word for word in listed if word not in words), True
        says_one = do.some([self._says(input, word) for word in words if not listed or word in listed])
        if wanted:
            return says_one
        return do.every([cells.given, do.contrary(cells.withheld), do.contrary(says_one)])

    def same(self, left: str, right: str, wanted: bool) -> Any:
        """Where two texts are there and agree (differ)."""
        one, other, do = self.cells(left), self.cells(right), self._do
        if one.text is None or other.text is None:
            return False
        there = do.every([one.given, other.given, do.contrary(one.withheld), do.contrary(other.withheld)])
        agree = do.made(lambda x, y: (x == y).fill_null(False), self.text(left), self.text(right))
        return do.every([there, agree if wanted else do.contrary(agree)])

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input: by a text that says something, or a yes."""
        if input not in self._evidence:
            self._evidence[input] = self._yes(f"{input}@evidence")
        return self._evidence[input]

    def cells(self, input: str) -> CellFormulas:
        """The input, looked at once."""
        if input not in self._cells:
            self._cells[input] = self._looked_at(self._by_name[input])
        return self._cells[input]

    def wrong(self) -> list[tuple[str, Any]]:
        """The names of all inputs, each with where it is wrong."""
        names = [name for name in self._reader.order if name != ON]
        wrong = [(self._facts.labels.get(name, name), self.cells(name).bad) for name in names]
        return [*wrong, ("on", self._cells[ON].bad)] if ON in self._cells else wrong

    def look_at_day(self, on: datetime.date | str | None, first: datetime.date | None) -> None:
        """Take the day of assessment: one for all rows, or a column, where one that is missing is wrong."""
        if not isinstance(on, str):
            self._cells[ON] = CellFormulas(True, values=1.0 if on is None else float(on.toordinal()))
            return
        do, day = self._do, self._of_column(Input(on, type="date"))
        late = True if first is None else do.compared(">=", day.values, float(first.toordinal()))
        fine = do.named(do.every([day.given, late]))
        number = do.named(do.chosen(fine, day.values, 1.0))
        self._cells[ON] = CellFormulas(fine, bad=do.contrary(fine), values=number)

    def word(self, input: str, word: str) -> Any:
        """Where the text of an input is that word, in any form in which Unicode may write it."""
        if (input, word) not in self._flags:
            self._flags[input, word] = self._word(input, word)
        return self._flags[input, word]

    def _word(self, input: str, word: str) -> Any:
        ready = self._facts.words.get((input, word))
        if ready is not None:
            column = Formula(self._ex.col(ready))
            sure = input in self._facts.sound
            return column if sure else self._do.named(self._held(lambda x: x, column))
        textual = self._by_name[input].type == "text"
        forms = {word} if textual else {unicodedata.normalize(form, word) for form in _FORMS}
        column = self.cells(input).text
        flags = [self._held(partial(eq, form), column) for form in sorted(forms)]
        return self._do.named(self._do.some(flags))

    def _says(self, input: str, word: str) -> Any:
        """Where the input is there and says that word."""
        masked, flag = self.cells(input).masked, self.word(input, word)
        return flag if masked is None else self._do.every([masked, flag])

    def text(self, input: str) -> Any:
        """The text as its words are written in the ruleset; None if the column holds none."""
        words = self._reader.words.get(input, ())
        if self.cells(input).text is None or not words:
            return self.cells(input).text
        ex, text = self._ex, Formula(self._ex.lit(""))
        for word in words:
            flag, literal = self.word(input, word), Formula(ex.lit(word))
            text = self._do.made(lambda t, w, other: ex.when(t).then(w).otherwise(other), flag, literal, text)
        return self._do.named(text)

    def _looked_at(self, given: Input) -> CellFormulas:
        """The input, with what ``x@na`` and evidence say of it."""
        marked = self._yes(f"{given.id}@na")
        cells = self._of_column(given) if given.id in self._schema else self._nothing(given)
        if marked is not False:
            cells = self._with_na(given, cells, marked)
        if given.id in self._reader.evidenced:
            cells = self._only_where(given, cells, self.evidenced(given.id))
        return cells

    def _only_where(self, given: Input, cells: CellFormulas, named: Any) -> CellFormulas:
        """The input only where it is ``named``; elsewhere it is missing."""
        do = self._do
        masks = (cells.given, cells.withheld, cells.bad, cells.yes)
        there, withheld, bad, yes = (do.named(do.every([named, mask])) for mask in masks)
        masked = named if cells.masked is None else do.named(do.every([named, cells.masked]))
        number = do.named(do.chosen(named, cells.values, self._nothing(given).values))
        return CellFormulas(there, withheld, bad, number, yes, cells.text, masked)

    def _with_na(self, given: Input, cells: CellFormulas, marked: Any) -> CellFormulas:
        """What the column ``x@na`` says comes before what the input's own column says."""
        do = self._do
        cells = self._only_where(given, cells, do.named(do.contrary(marked)))
        if not given.may_be_na:
            return attrs.evolve(cells, bad=do.named(do.some([cells.bad, marked])))
        there, withheld = do.some([cells.given, marked]), do.some([cells.withheld, marked])
        return attrs.evolve(cells, given=do.named(there), withheld=do.named(withheld))

    def _of_column(self, given: Input) -> CellFormulas:
        kind = self._schema[given.id]
        if given.type in NUMERIC and kind.is_numeric():
            return self._numeric(given, kind)
        if given.type == "boolean" and kind == self._nw.Boolean:
            return self._boolean(given)
        if given.id in self._facts.levels and self._is_text(kind):
            return self._titled(given)
        if self._is_text(kind):
            return self._worded(given) if given.type in _WORDED else self._text_for_other(given)
        if given.type == "date" and kind in (self._nw.Date, self._nw.Datetime):
            return self._dated(given)
        return self._nothing_fits(given, Formula(self._ex.col(given.id)), False)

    def _worded(self, given: Input) -> CellFormulas:
        """A text; ``n/a`` is one that cannot be mistaken."""
        do, column = self._do, self._as_text(given.id)
        na = self._held(lambda x: x == NA_TEXT, column)
        self._cells[given.id] = CellFormulas(text=column)
        sound = given.id in self._facts.sound
        if given.type == "text":
            there = do.named(self._there(column))
            if given.may_be_na:
                return CellFormulas(there, do.named(na), text=column)
            fine = do.named(do.every([there, do.contrary(na)]))
            return CellFormulas(fine, False, do.named(do.every([there, na])), text=column)
        words = self._reader.words[given.id]
        listed = [self.word(given.id, word) for word in words]
        withheld = do.named(na) if given.may_be_na and not sound else False
        number: Any = 0
        for place, flag in enumerate(listed[1:] if given.type == "ordinal" else (), 1):
            number = do.chosen(flag, place, number)
        if sound:
            return CellFormulas(True, values=do.named(number), text=column)
        fine = do.named(do.some([*listed, withheld]))
        there = self._there(column)
        bad = do.named(do.every([there, do.contrary(fine)]))
        return CellFormulas(fine, withheld, bad, do.named(number), text=column)

    def _text_for_other(self, given: Input) -> CellFormulas:
        """A text where a number, a truth value or a date is wanted: ``n/a``, or a date as a text."""
        column = self._as_text(given.id)
        na = self._do.named(self._held(lambda x: x == NA_TEXT, column)) if given.may_be_na else False
        if given.type != "date":
            return self._nothing_fits(given, column, na)
        there, day = _day_of_text(self._ex, self._do, column)
        return self._of_day(given, column, there, day, na)

    def _titled(self, given: Input) -> CellFormulas:
        """A title: whether one of the levels that will do is held."""
        do, column = self._do, self._as_text(given.id)
        there = do.named(self._there(column))
        held = [self._held(partial(eq, level), column) for level in self._facts.levels[given.id]]
        return CellFormulas(there, yes=do.named(do.some(held)))

    def _nothing_fits(self, given: Input, column: Formula, withheld: Any) -> CellFormulas:
        """A column of a kind that does not fit: whatever stands in it is wrong, but for ``n/a``."""
        do = self._do
        there = self._there(column)
        bad = do.named(do.every([there, do.contrary(withheld)]))
        return attrs.evolve(self._nothing(given), given=withheld, withheld=withheld, bad=bad)

    def _numeric(self, given: Input, kind: Any) -> CellFormulas:
        ex, do = self._ex, self._do
        low, high, whole = span_of(given, ())
        raw, as_it_is = ex.col(given.id), kind == self._nw.Float64
        column, number = Formula(raw), raw if as_it_is else raw.cast(ex.Float64)
        x = Formula(number, depth=not as_it_is)
        if given.id in self._facts.sound:
            return CellFormulas(True, values=do.named(x))
        fitting = (number >= float(low)) & (number <= float(high))
        if whole and not kind.is_integer():
            fitting &= number == number.floor().cast(ex.Float64)
        fine = do.named(self._held(lambda y: y, Formula(fitting, depth=1)))
        gone = self._held(lambda y: y.is_null(), column)
        if kind.is_float():
            gone = do.some([gone, self._held(lambda y: y.is_nan(), column)])
        bad = do.named(do.every([do.contrary(fine), do.contrary(gone)]))
        return CellFormulas(fine, bad=bad, values=do.named(do.chosen(fine, x, float(low))))

    def _boolean(self, given: Input) -> CellFormulas:
        column, do = Formula(self._ex.col(given.id)), self._do
        if given.id in self._facts.sound:
            return CellFormulas(True, yes=column)
        there = do.named(self._there(column))
        return CellFormulas(there, yes=do.named(do.made(lambda x: x.fill_null(False), column)))

    def _dated(self, given: Input) -> CellFormulas:
        ex, do = self._ex, self._do
        column = ex.col(given.id)
        there = do.named(self._there(Formula(column)))
        parts = [
            do.named(do.chosen(there, Formula(part.cast(ex.Float64).fill_null(1.0), depth=1), 1.0))
            for part in (column.dt.year(), column.dt.month(), column.dt.day())
        ]
        return self._of_day(given, Formula(column), there, do.day_number(*parts), False)

    def _of_day(self, given: Input, column: Formula, there: Any, day: Any, na: Any) -> CellFormulas:
        do = self._do
        low, high, _ = span_of(given, ())
        day = do.named(day)
        fine = do.named(do.every([there, do.compared(">=", day, low), do.compared("<=", day, high)]))
        some = self._there(column)
        bad = do.named(do.every([some, do.contrary(do.some([fine, na]))]))
        number = do.named(do.chosen(fine, day, float(low)))
        return CellFormulas(do.named(do.some([fine, na])), na, bad, number)

    def _there(self, column: Any) -> Any:
        return self._do.made(lambda x: ~x.is_null(), column)

    def _held(self, make: Callable[[Any], Any], column: Any) -> Any:
        """A truth value of a column, false where that is null."""
        return self._do.made(lambda x: make(x).fill_null(False), column)

    def _yes(self, name: str) -> Any:
        """Where a column says something: a text that is not empty, or true."""
        if name not in self._schema:
            return False
        kind, column = self._schema[name], Formula(self._ex.col(name))
        if kind == self._nw.Boolean:
            return self._do.named(self._do.made(lambda x: x.fill_null(False), column))
        yes = self._there(column)
        if self._is_text(kind):
            yes = self._do.every([yes, self._held(lambda x: x != "", self._as_text(name))])
        return self._do.named(yes)

    def _is_text(self, kind: Any) -> bool:
        nw = self._nw
        return bool(kind in (nw.String, nw.Categorical, nw.Enum))

    def _as_text(self, name: str) -> Formula:
        column = self._ex.col(name)
        return Formula(column if self._schema[name] == self._nw.String else column.cast(self._ex.String))

    def _nothing(self, given: Input) -> CellFormulas:
        low = span_of(given, self._reader.words.get(given.id, ()))[0]
        return CellFormulas(values=int(low) if given.type == "ordinal" else float(low))
