"""Columns of a frame as expressions: numbers, truth values, texts and days, with what is wrong in them.

Nothing here relies on how an engine treats null or NaN: both are asked for by name, and from then on
there are only truth values and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import eq
from typing import Any

import attrs

from criteria_engine.backends.frames import Formula, Formulas
from criteria_engine.compiler.inputs import Door
from criteria_engine.compiler.names import span_of
from criteria_engine.rules.parts import Input
from criteria_engine.tables.frame_days import day_number

__all__ = ["FrameCells", "Known", "Seen"]


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
        door: Door,
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
