"""Inputs as expressions of a frame: what is there, not applicable, or wrong, and which word it is."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from operator import eq
from typing import Any, Literal

import attrs

from criteria_engine.backends.frames import Formula, Formulas
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.names import ON, span_of
from criteria_engine.rules.parts import Input
from criteria_engine.tables.answers import NA_TEXT

__all__ = [
    "FrameCells",
    "FrameInputs",
    "Known",
    "Seen",
    "day_number",
    "day_of_text",
    "text_of_day",
]


# ---- days in frames: the number of a day from its parts, from a text, and the text of a number ---

_WRITTEN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SHORT_MONTHS = (4, 6, 9, 11)
_MOST = 1e9


def day_number(do: Formulas, year: Any, month: Any, day: Any) -> Any:
    """The day counted from 1 January of the year 1, of year, month and day of the month."""
    early = do.named(do.compared("<=", month, 2.0))
    year = do.named(do.subtracted(year, do.chosen(early, 1.0, 0.0), _MOST))
    era = do.named(do.floor(do.divided(year, 400.0, 1e-9, safe=True)))
    of_era = do.named(do.subtracted(year, do.times(era, 400.0), _MOST))
    place = do.subtracted(month, do.chosen(early, -9.0, 3.0), _MOST)
    months = do.floor(do.divided(do.added([do.times(place, 153.0), 2.0], _MOST), 5.0, 1e-9, safe=True))
    leap = do.floor(do.divided(of_era, 4.0, 1e-9, safe=True))
    century = do.floor(do.divided(of_era, 100.0, 1e-9, safe=True))
    years = do.subtracted(do.added([do.times(of_era, 365.0), leap], _MOST), century, _MOST)
    days = do.added([do.times(era, 146_097.0), years, months, day], _MOST)
    return do.subtracted(days, 306.0, _MOST)


def day_of_text(ex: Any, do: Formulas, text: Formula) -> tuple[Any, Any]:
    """Where a text is a date such as 2024-01-30, and its day there."""
    written = do.named(do.made(lambda x: x.str.contains(_WRITTEN).fill_null(False), text))
    safe = do.named(do.made(lambda t, x: ex.when(t).then(x).otherwise(ex.lit("0001-01-01")), written, text))
    year, month, day = (
        do.named(do.made(lambda x, at=at, size=size: x.str.slice(at, size).cast(ex.Float64), safe))
        for at, size in ((0, 4), (5, 2), (8, 2))
    )
    fits = [do.compared(">=", each, 1.0) for each in (year, month, day)]
    fits += [do.compared("<=", month, 12.0), do.compared("<=", day, _length(do, year, month))]
    return do.named(do.every([written, *fits])), do.named(day_number(do, year, month, day))


def _length(do: Formulas, year: Any, month: Any) -> Any:
    """How many days the month has."""

    def divides(size: float) -> Any:
        part = do.divided(year, size, 1e-9, safe=True)
        return do.named(do.compared("==", do.times(do.floor(part), size), year))

    leap = do.some([do.every([divides(4.0), do.contrary(divides(100.0))]), divides(400.0)])
    short = do.some([do.compared("==", month, float(each)) for each in _SHORT_MONTHS])
    february = do.chosen(leap, 29.0, 28.0)
    return do.chosen(do.compared("==", month, 2.0), february, do.chosen(short, 30.0, 31.0))


def text_of_day(ex: Any, parts: tuple[Any, Any, Any]) -> Any:
    """The text of a day, from expressions of its year, month and day of the month."""

    def digits(part: Any, count: int) -> Any:
        shifted = (part + float(10**count)).cast(ex.Int64).cast(ex.String)
        return shifted.str.slice(1, count)

    year, month, day = parts
    return ex.concat_str([digits(year, 4), digits(month, 2), digits(day, 2)], separator="-")


# ---- columns of a frame as expressions: numbers, truth values, texts and days, with what is wrong in them ---


@attrs.frozen
class Known:
    """What is known of a frame: inputs of which no value is missing or wrong, and columns that say where
    the word of an input stands. Where it is ``trusted``, columns are taken as they are, nulls and all.
    Columns that are ``hidden`` are not given back; ``labels`` are what users call inputs with other names, ``levels`` by
    title those that will do. ``schema`` are the kinds of its columns, where they are known without asking it.
    """

    sound: frozenset[str] = frozenset()
    trusted: bool = False
    words: Mapping[tuple[str, str], str] = attrs.field(factory=dict)
    hidden: frozenset[str] = frozenset()
    labels: Mapping[str, str] = attrs.field(factory=dict)
    levels: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    schema: Mapping[str, Any] | None = None


@attrs.frozen(eq=False, repr=False)
class Seen:
    """An input: formulas, or plain truth values that hold for all rows. ``text`` is its column, if any.

    ``masked`` is where other columns do not take the text away.
    """

    given: Any = False
    withheld: Any = False
    bad: Any = False
    number: Any = 0.0
    yes: Any = False
    text: Any = None
    masked: Any = None


class FrameCells:
    """Reads single columns; what a ruleset asks of them is in ``frame_inputs``."""

    def __init__(
        self,
        nw: Any,
        do: Formulas,
        schema: Mapping[str, Any],
        door: InputReader,
        known: Known,
    ) -> None:
        self._nw, self._ex, self._do, self._schema, self._door, self._known = (
            nw,
            do.space,
            do,
            schema,
            door,
            known,
        )

    def _held(self, make: Callable[[Any], Any], column: Any) -> Any:
        """A truth value of a column, false where that is null."""
        return self._do.made(lambda x: make(x).fill_null(False), column)

    def _yes(self, name: str) -> Any:
        if name not in self._schema:
            return False
        kind, column = self._schema[name], Formula(self._ex.col(name))
        if kind == self._nw.Boolean:
            return self._do.named(self._do.made(lambda x: x.fill_null(False), column))
        said = self._do.made(lambda x: ~x.is_null(), column)
        if self._is_text(kind):
            said = self._do.every([said, self._held(lambda x: x != "", self._as_text(name))])
        return self._do.named(said)

    def _is_text(self, kind: Any) -> bool:
        nw = self._nw
        return bool(kind in (nw.String, nw.Categorical, nw.Enum))

    def _as_text(self, name: str) -> Formula:
        column = self._ex.col(name)
        return Formula(column if self._schema[name] == self._nw.String else column.cast(self._ex.String))

    def _nothing(self, given: Input) -> Seen:
        low = span_of(given, self._door.words.get(given.id, ()))[0]
        return Seen(number=int(low) if given.type == "ordinal" else float(low))

    def _titled(self, given: Input) -> Seen:
        """A title: whether one of the levels that will do is held."""
        do, column = self._do, self._as_text(given.id)
        there = do.named(do.made(lambda x: ~x.is_null(), column))
        held = [self._held(partial(eq, level), column) for level in self._known.levels[given.id]]
        return Seen(there, yes=do.named(do.some(held)))

    def _nothing_fits(self, given: Input, column: Formula, withheld: Any) -> Seen:
        """A column of a kind that does not fit: whatever stands in it is wrong, but for ``n/a``."""
        do = self._do
        there = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([there, do.contrary(withheld)]))
        return attrs.evolve(self._nothing(given), given=withheld, withheld=withheld, bad=bad)

    def _numeric(self, given: Input, kind: Any) -> Seen:
        ex, do = self._ex, self._do
        low = span_of(given, ())[0]
        column, as_it_is = ex.col(given.id), kind == self._nw.Float64
        x = Formula(column if as_it_is else column.cast(ex.Float64), depth=not as_it_is)
        if given.id in self._known.sound:
            return Seen(True, number=do.named(x))
        fitting = do.made(self._fits(given, kind), Formula(column))
        fine = do.named(self._held(lambda y: y, fitting))
        gone = self._held(lambda y: y.is_null(), Formula(column))
        if kind.is_float():
            gone = do.some([gone, self._held(lambda y: y.is_nan(), Formula(column))])
        bad = do.named(do.every([do.contrary(fine), do.contrary(gone)]))
        return Seen(fine, bad=bad, number=do.named(do.chosen(fine, x, float(low))))

    def _fits(self, given: Input, kind: Any) -> Callable[[Any], Any]:
        """Whether a number of a column can be; null or false of what is no number."""
        ex, (low, high, whole) = self._ex, span_of(given, ())

        def fits(column: Any) -> Any:
            x = column if kind == self._nw.Float64 else column.cast(ex.Float64)
            inside = (x >= float(low)) & (x <= float(high))
            return inside & (x == x.floor().cast(ex.Float64)) if whole and not kind.is_integer() else inside

        return fits

    def _boolean(self, given: Input) -> Seen:
        column, do = Formula(self._ex.col(given.id)), self._do
        if given.id in self._known.sound:
            return Seen(True, yes=column)
        there = do.named(do.made(lambda x: ~x.is_null(), column))
        return Seen(there, yes=do.named(do.made(lambda x: x.fill_null(False), column)))

    def _dated(self, given: Input) -> Seen:
        ex, do = self._ex, self._do
        column = ex.col(given.id)
        there = do.named(do.made(lambda x: ~x.is_null(), Formula(column)))
        parts = [
            do.named(do.chosen(there, Formula(part.cast(ex.Float64).fill_null(1.0), depth=1), 1.0))
            for part in (column.dt.year(), column.dt.month(), column.dt.day())
        ]
        return self._day_seen(given, Formula(column), there, day_number(do, *parts), False)

    def _day_seen(self, given: Input, column: Formula, there: Any, day: Any, na: Any) -> Seen:
        do = self._do
        low, high, _ = span_of(given, ())
        day = do.named(day)
        fine = do.named(do.every([there, do.compared(">=", day, low), do.compared("<=", day, high)]))
        some = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([some, do.contrary(do.some([fine, na]))]))
        number = do.named(do.chosen(fine, day, float(low)))
        return Seen(do.named(do.some([fine, na])), na, bad, number)


_NUMERIC = ("number", "integer", "percent")
_WORDED = ("choice", "ordinal", "text")
_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")


class FrameInputs(FrameCells):
    """The inputs of a ruleset in a frame (see ``carriers.steps.Block``)."""

    def __init__(
        self, nw: Any, do: Formulas, schema: Mapping[str, Any], door: InputReader, known: Known
    ) -> None:
        super().__init__(nw, do, schema, door, known)
        self._by_name = {given.id: given for given in door.inputs}
        self._seen: dict[str, Seen] = {}
        self._flags: dict[tuple[str, str], Any] = {}
        self._evidence: dict[str, Any] = {}

    def complete(self) -> Any:
        """Where nothing is missing, not applicable or wrong; False where that is not easily said.

        For it, and for what is judged there, columns are taken as they are (``Known.trusted``).
        """
        plain = []
        for given in self._door.inputs:
            kind = self._schema.get(given.id)
            extra = {f"{given.id}@na", f"{given.id}@evidence"} & set(self._schema)
            if kind is None or extra or given.id in self._door.evidenced or self._door.needs_day:
                return False
            column = Formula(self._ex.col(given.id))
            if given.type in ("number", "integer", "percent") and kind.is_numeric():
                plain.append(self._do.made(self._fits(given, kind), column))
            elif given.type == "boolean" and kind == self._nw.Boolean:
                plain.append(self._do.made(lambda x: ~x.is_null(), column))
            elif given.type in ("choice", "ordinal") and kind == self._nw.String:
                plain.append(
                    self._do.some([self.word(given.id, word) for word in self._door.words[given.id]])
                )
            else:
                return False
        return self._held(lambda x: x, self._do.every(plain)) if plain else False

    # ---- what the carrier asks ---------------------------------------------------------------

    def given(self, input: str) -> Any:
        """Where the input is not missing."""
        return self.seen(input).given

    def withheld(self, input: str) -> Any:
        """Where the input is not applicable."""
        return self.seen(input).withheld

    def number(self, input: str) -> Any:
        """The number of the input; its lowest where it is missing or not applicable."""
        return self.seen(input).number

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""
        seen = self.seen(input)
        if wanted:
            return seen.yes
        there = [seen.given, self._do.contrary(seen.withheld), self._do.contrary(seen.yes)]
        return self._do.every(there)

    def among(self, input: str, words: tuple[str, ...], wanted: bool) -> Any:
        """Where a text is there, and is one (none) of the words."""
        seen, do = self.seen(input), self._do
        if seen.text is None:
            return False
        listed = self._door.words.get(input, ())
        if listed and not wanted:
            words, wanted = tuple(word for word in listed if word not in words), True
        found = do.some([self._spoken(input, word) for word in words if not listed or word in listed])
        if wanted:
            return found
        return do.every([seen.given, do.contrary(seen.withheld), do.contrary(found)])

    def same(self, left: str, right: str, wanted: bool) -> Any:
        """Where two texts are there and agree (differ)."""
        one, other, do = self.seen(left), self.seen(right), self._do
        if one.text is None or other.text is None:
            return False
        there = do.every([one.given, other.given, do.contrary(one.withheld), do.contrary(other.withheld)])
        agree = do.made(lambda x, y: (x == y).fill_null(False), self._text(left), self._text(right))
        return do.every([there, agree if wanted else do.contrary(agree)])

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input: by a text that says something, or a yes."""
        if input not in self._evidence:
            self._evidence[input] = self._yes(f"{input}@evidence")
        return self._evidence[input]

    # ---- one input ---------------------------------------------------------------------------

    def seen(self, input: str) -> Seen:
        """The input, looked at once."""
        if input not in self._seen:
            self._seen[input] = self._looked_at(self._by_name[input])
        return self._seen[input]

    def wrong(self) -> list[tuple[str, Any]]:
        """The names of all inputs, each with where it is wrong."""
        names = [name for name in self._door.order if name != ON]
        found = [(self._known.labels.get(name, name), self.seen(name).bad) for name in names]
        return [*found, ("on", self._seen[ON].bad)] if ON in self._seen else found

    def look_at_day(self, on: datetime.date | str | None, first: datetime.date | None) -> None:
        """Take the day of assessment: one for all rows, or a column, where one that is missing is wrong."""
        if not isinstance(on, str):
            self._seen[ON] = Seen(True, number=1.0 if on is None else float(on.toordinal()))
            return
        do, day = self._do, self._of_column(Input(on, type="date"))
        late = True if first is None else do.compared(">=", day.number, float(first.toordinal()))
        fine = do.named(do.every([day.given, late]))
        number = do.named(do.chosen(fine, day.number, 1.0))
        self._seen[ON] = Seen(fine, bad=do.contrary(fine), number=number)

    def word(self, input: str, word: str) -> Any:
        """Where the text of an input is that word, in any form in which Unicode may write it."""
        found = self._flags.get((input, word))
        if found is None:
            if self._known.trusted:
                column = Formula(self._ex.col(input))
                found = self._do.named(self._do.made(partial(eq, word), column))
                self._flags[input, word] = found
                return found
            ready = self._known.words.get((input, word))
            given = self._by_name[input]
            if ready is not None:
                sure = input in self._known.sound
                column = Formula(self._ex.col(ready))
                found = column if sure else self._do.named(self._held(lambda x: x, column))
                self._flags[input, word] = found
                return found
            forms = {word} if given.type == "text" else {unicodedata.normalize(f, word) for f in _FORMS}
            column = self.seen(input).text
            held = [self._held(partial(eq, form), column) for form in sorted(forms)]
            found = self._do.named(self._do.some(held)) if len(held) > 1 else self._do.named(held[0])
            self._flags[input, word] = found
        return found

    def _spoken(self, input: str, word: str) -> Any:
        """Where the input is there and says that word."""
        seen, found = self.seen(input), self.word(input, word)
        return found if seen.masked is None else self._do.every([seen.masked, found])

    def _text(self, input: str) -> Any:
        """The text as its words are written in the ruleset."""
        listed = self._door.words.get(input, ())
        if not listed:
            return self.seen(input).text
        found: Any = Formula(self._ex.lit(""))
        for word in listed:
            literal = Formula(self._ex.lit(word))
            found = self._do.made(
                lambda t, w, other: self._ex.when(t).then(w).otherwise(other),
                self.word(input, word),
                literal,
                found,
            )
        return self._do.named(found)

    def text(self, input: str) -> Any:
        """What the input says, where it is there."""
        return None if self.seen(input).text is None else self._text(input)

    def _looked_at(self, given: Input) -> Seen:
        """The input, with what ``x@na`` and evidence say of it."""
        marked = self._yes(f"{given.id}@na")
        found = self._of_column(given) if given.id in self._schema else self._nothing(given)
        if marked is not False:
            found = self._with_na(given, found, marked)
        if given.id in self._door.evidenced:
            named = self.evidenced(given.id)
            found = self._only_where(given, found, named)
        return found

    def _only_where(self, given: Input, found: Seen, named: Any) -> Seen:
        """The input only where it is ``named``; elsewhere it is missing."""
        do = self._do

        def here(value: Any) -> Any:
            return do.named(do.every([named, value]))

        number = do.named(do.chosen(named, found.number, self._nothing(given).number))
        masked = named if found.masked is None else here(found.masked)
        given_here, withheld = here(found.given), here(found.withheld)
        return Seen(given_here, withheld, here(found.bad), number, here(found.yes), found.text, masked)

    def _with_na(self, given: Input, found: Seen, marked: Any) -> Seen:
        """What the column ``x@na`` says comes before what the input's own column says."""
        do, unmarked = self._do, self._do.named(self._do.contrary(marked))
        found = self._only_where(given, found, unmarked)
        if not given.may_be_na:
            return attrs.evolve(found, bad=do.named(do.some([found.bad, marked])))
        given_there, withheld = do.some([found.given, marked]), do.some([found.withheld, marked])
        return attrs.evolve(found, given=do.named(given_there), withheld=do.named(withheld))

    # ---- kinds of columns --------------------------------------------------------------------

    def _of_column(self, given: Input) -> Seen:
        kind = self._schema[given.id]
        if given.type in _NUMERIC and kind.is_numeric():
            return self._numeric(given, kind)
        if given.type == "boolean" and kind == self._nw.Boolean:
            return self._boolean(given)
        if given.id in self._known.levels and self._is_text(kind):
            return self._titled(given)
        if self._is_text(kind):
            return self._worded(given) if given.type in _WORDED else self._said(given)
        if given.type == "date" and kind in (self._nw.Date, self._nw.Datetime):
            return self._dated(given)
        return self._nothing_fits(given, Formula(self._ex.col(given.id)), False)

    def _worded(self, given: Input) -> Seen:
        """A text; ``n/a`` is one that cannot be mistaken."""
        do, column = self._do, self._as_text(given.id)
        na = self._held(lambda x: x == NA_TEXT, column)
        self._seen[given.id] = Seen(text=column)
        sound = given.id in self._known.sound
        if given.type == "text":
            there = do.named(do.made(lambda x: ~x.is_null(), column))
            if given.may_be_na:
                return Seen(there, do.named(na), text=column)
            fine = do.named(do.every([there, do.contrary(na)]))
            return Seen(fine, False, do.named(do.every([there, na])), text=column)
        words = self._door.words[given.id]
        listed = [self.word(given.id, word) for word in words]
        withheld = do.named(na) if given.may_be_na and not sound else False
        number: Any = 0
        for place, flag in enumerate(listed[1:] if given.type == "ordinal" else (), 1):
            number = do.chosen(flag, place, number)
        if sound:
            return Seen(True, number=do.named(number), text=column)
        fine = do.named(do.some([*listed, withheld]))
        there = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([there, do.contrary(fine)]))
        return Seen(fine, withheld, bad, do.named(number), text=column)

    def _said(self, given: Input) -> Seen:
        """A text where a number, a truth value or a date is wanted: ``n/a``, or a date as a text."""
        column = self._as_text(given.id)
        na = self._do.named(self._held(lambda x: x == NA_TEXT, column)) if given.may_be_na else False
        if given.type != "date":
            return self._nothing_fits(given, column, na)
        there, day = day_of_text(self._ex, self._do, column)
        return self._day_seen(given, column, there, day, na)
