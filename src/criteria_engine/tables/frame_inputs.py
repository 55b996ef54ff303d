"""Inputs as expressions of a frame: what of a column is there, not applicable, or wrong.

Nothing here relies on how an engine treats null or NaN: both are asked for by name, and from then on
there are only truth values and numbers.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from criteria_engine.carriers.frames import Formula, Formulas
from criteria_engine.criteria import Input
from criteria_engine.door import Door
from criteria_engine.names import ON, span_of
from criteria_engine.tables.answers import NA_TEXT
from criteria_engine.tables.frame_days import day_number, day_of_text

__all__ = ["FrameInputs", "Known"]

_NUMERIC = ("number", "integer", "percent")
_WORDED = ("choice", "ordinal", "text")
_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


@attrs.frozen
class Known:
    """What is known of a frame: inputs of which no value is missing or wrong, and columns that say where
    the word of an input stands.
    """

    sound: frozenset[str] = frozenset()
    words: Mapping[tuple[str, str], str] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False)
class _Seen:
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


class FrameInputs:
    """The inputs of a ruleset in a frame (see ``carriers.steps.Block``).
    """

    def __init__(
        self,
        nw: Any,
        do: Formulas,
        schema: Mapping[str, Any],
        door: Door,
        known: Known,
    ) -> None:
        self._nw, self._ex, self._do, self._schema, self._door, self._known = nw, do.space, do, schema, door, known
        self._by_name = {given.id: given for given in door.inputs}
        self._seen: dict[str, _Seen] = {}
        self._flags: dict[tuple[str, str], Any] = {}
        self._evidence: dict[str, Any] = {}

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

    def seen(self, input: str) -> _Seen:
        """The input, looked at once."""
        if input not in self._seen:
            self._seen[input] = self._looked_at(self._by_name[input])
        return self._seen[input]

    def wrong(self) -> list[tuple[str, Any]]:
        """The names of all inputs, each with where it is wrong."""
        names = [name for name in self._door.order if name != ON]
        found = [(name, self.seen(name).bad) for name in names]
        return [*found, ("on", self._seen[ON].bad)] if ON in self._seen else found

    def look_at_day(self, on: datetime.date | str | None, first: datetime.date | None) -> None:
        """Take the day of assessment: one for all rows, or a column, where one that is missing is wrong."""
        if not isinstance(on, str):
            self._seen[ON] = _Seen(True, number=1.0 if on is None else float(on.toordinal()))
            return
        do, day = self._do, self._of_column(Input(on, type="date"))
        late = True if first is None else do.compared(">=", day.number, float(first.toordinal()))
        fine = do.named(do.every([day.given, late]))
        number = do.named(do.chosen(fine, day.number, 1.0))
        self._seen[ON] = _Seen(fine, bad=do.contrary(fine), number=number)

    def word(self, input: str, word: str) -> Any:
        """Where the text of an input is that word, in any form in which Unicode may write it."""
        found = self._flags.get((input, word))
        if found is None:
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
            held = [self._held(lambda x, form=form: x == form, column) for form in sorted(forms)]
            found = self._do.named(self._do.some(held)) if len(held) > 1 else self._do.named(held[0])
            self._flags[input, word] = found
        return found

    def _spoken(self, input: str, word: str) -> Any:
        """Where the input is there and says that word."""
        seen, found = self.seen(input), self.word(input, word)
        return found if seen.masked is None else self._do.every([seen.masked, found])

    def _held(self, make: Callable[[Any], Any], column: Any) -> Any:
        """A truth value of a column, false where that is null."""
        return self._do.made(lambda x: make(x).fill_null(False), column)

    def _text(self, input: str) -> Any:
        """The text as its words are written in the ruleset."""
        listed = self._door.words.get(input, ())
        if not listed:
            return self.seen(input).text
        found: Any = Formula(self._ex.lit(""))
        for word in listed:
            literal = Formula(self._ex.lit(word))
            found = self._do.made(
                lambda t, w, other: self._ex.when(t).then(w).otherwise(other), self.word(input, word), literal, found
            )
        return self._do.named(found)

    def text(self, input: str) -> Any:
        """What the input says, where it is there."""
        return None if self.seen(input).text is None else self._text(input)

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

    def _looked_at(self, given: Input) -> _Seen:
        """The input, with what ``x@na`` and evidence say of it."""
        do = self._do
        marked = self._yes(f"{given.id}@na")
        found = self._of_column(given) if given.id in self._schema else self._nothing(given)
        if marked is not False:
            found = self._with_na(given, found, marked)
        if given.id in self._door.evidenced:
            named = self.evidenced(given.id)
            both = [do.named(do.every([named, each])) for each in (found.given, found.withheld, found.bad, found.yes)]
            number = do.named(do.chosen(named, found.number, self._nothing(given).number))
            masked = named if found.masked is None else do.named(do.every([named, found.masked]))
            found = _Seen(*both[:3], number, both[3], found.text, masked)
        return found

    def _nothing(self, given: Input) -> _Seen:
        low = span_of(given, self._door.words.get(given.id, ()))[0]
        return _Seen(number=int(low) if given.type == "ordinal" else float(low))

    def _with_na(self, given: Input, found: _Seen, marked: Any) -> _Seen:
        """What the column ``x@na`` says comes before what the input's own column says."""
        do = self._do
        unmarked = do.contrary(marked)
        kept = do.named(do.chosen(unmarked, found.number, self._nothing(given).number))
        yes, bad = do.every([unmarked, found.yes]), do.every([unmarked, found.bad])
        if not given.may_be_na:
            there = [do.named(do.every([unmarked, each])) for each in (found.given, found.withheld)]
            return _Seen(*there, do.named(do.some([bad, marked])), kept, do.named(yes), found.text, do.named(unmarked))
        there = [do.named(do.some([each, marked])) for each in (found.given, found.withheld)]
        return _Seen(*there, do.named(bad), kept, do.named(yes), found.text, do.named(unmarked))

    # ---- kinds of columns --------------------------------------------------------------------

    def _of_column(self, given: Input) -> _Seen:
        kind = self._schema[given.id]
        if given.type in _NUMERIC and kind.is_numeric():
            return self._numeric(given, kind)
        if given.type == "boolean" and kind == self._nw.Boolean:
            return self._boolean(given)
        if self._is_text(kind):
            return self._worded(given) if given.type in _WORDED else self._said(given)
        if given.type == "date" and kind in (self._nw.Date, self._nw.Datetime):
            return self._dated(given)
        return self._nothing_fits(given, Formula(self._ex.col(given.id)), False)

    def _nothing_fits(self, given: Input, column: Formula, withheld: Any) -> _Seen:
        """A column of a kind that does not fit: whatever stands in it is wrong, but for ``n/a``."""
        do = self._do
        there = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([there, do.contrary(withheld)]))
        return attrs.evolve(self._nothing(given), given=withheld, withheld=withheld, bad=bad)

    def _numeric(self, given: Input, kind: Any) -> _Seen:
        ex, do = self._ex, self._do
        low, high, whole = span_of(given, ())
        column, as_it_is = ex.col(given.id), kind == self._nw.Float64
        x = Formula(column if as_it_is else column.cast(ex.Float64), depth=not as_it_is)
        if given.id in self._known.sound:
            return _Seen(True, number=do.named(x))
        fitting = (
            do.made(lambda y: (y >= low) & (y <= high) & (y == y.floor().cast(ex.Float64)), x)
            if whole and not kind.is_integer()
            else do.made(lambda y: (y >= low) & (y <= high), x)
        )
        fine = do.named(self._held(lambda y: y, fitting))
        gone = self._held(lambda y: y.is_null(), Formula(column))
        if kind.is_float():
            gone = do.some([gone, self._held(lambda y: y.is_nan(), Formula(column))])
        bad = do.named(do.every([do.contrary(fine), do.contrary(gone)]))
        return _Seen(fine, bad=bad, number=do.named(do.chosen(fine, x, float(low))))

    def _boolean(self, given: Input) -> _Seen:
        column, do = Formula(self._ex.col(given.id)), self._do
        if given.id in self._known.sound:
            return _Seen(True, yes=column)
        there = do.named(do.made(lambda x: ~x.is_null(), column))
        return _Seen(there, yes=do.named(do.made(lambda x: x.fill_null(False), column)))

    def _worded(self, given: Input) -> _Seen:
        """A text; ``n/a`` is one that cannot be mistaken."""
        do, column = self._do, self._as_text(given.id)
        na = self._held(lambda x: x == NA_TEXT, column)
        self._seen[given.id] = _Seen(text=column)
        sound = given.id in self._known.sound
        if given.type == "text":
            there = do.named(do.made(lambda x: ~x.is_null(), column))
            if given.may_be_na:
                return _Seen(there, do.named(na), text=column)
            fine = do.named(do.every([there, do.contrary(na)]))
            return _Seen(fine, False, do.named(do.every([there, na])), text=column)
        words = self._door.words[given.id]
        listed = [self.word(given.id, word) for word in words]
        withheld = do.named(na) if given.may_be_na and not sound else False
        number: Any = 0
        for place, flag in enumerate(listed[1:] if given.type == "ordinal" else (), 1):
            number = do.chosen(flag, place, number)
        if sound:
            return _Seen(True, number=do.named(number), text=column)
        fine = do.named(do.some([*listed, withheld]))
        there = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([there, do.contrary(fine)]))
        return _Seen(fine, withheld, bad, do.named(number), text=column)

    def _said(self, given: Input) -> _Seen:
        """A text where a number, a truth value or a date is wanted: ``n/a``, or a date as a text."""
        column = self._as_text(given.id)
        na = self._do.named(self._held(lambda x: x == NA_TEXT, column)) if given.may_be_na else False
        if given.type != "date":
            return self._nothing_fits(given, column, na)
        there, day = day_of_text(self._ex, self._do, column)
        return self._day_seen(given, column, there, day, na)

    def _dated(self, given: Input) -> _Seen:
        ex, do = self._ex, self._do
        column = ex.col(given.id)
        there = do.named(do.made(lambda x: ~x.is_null(), Formula(column)))
        parts = [
            do.named(do.chosen(there, Formula(part.cast(ex.Float64).fill_null(1.0), depth=1), 1.0))
            for part in (column.dt.year(), column.dt.month(), column.dt.day())
        ]
        return self._day_seen(given, Formula(column), there, day_number(do, *parts), False)

    def _day_seen(self, given: Input, column: Formula, there: Any, day: Any, na: Any) -> _Seen:
        do = self._do
        low, high, _ = span_of(given, ())
        day = do.named(day)
        fine = do.named(do.every([there, do.compared(">=", day, low), do.compared("<=", day, high)]))
        some = do.made(lambda x: ~x.is_null(), column)
        bad = do.named(do.every([some, do.contrary(do.some([fine, na]))]))
        number = do.named(do.chosen(fine, day, float(low)))
        return _Seen(do.named(do.some([fine, na])), na, bad, number)
