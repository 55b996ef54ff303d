"""The inputs of a ruleset as arrays, read from a frame in memory; what does not fit is marked, not raised.

In order: ``Cells`` of an input, and the sources that they come from; ``ArrayRows``, some rows of all sources,
which the backend of arrays reads (see ``backends.steps.Block``); ``cells_of`` for values that were read one by
one; ``ArrayReader``, which makes a source for each input.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.backends.arrays import Arrays
from criteria_engine.backends.steps import Block
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.scope import span_of
from criteria_engine.core.nodes import NA
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Input
from criteria_engine.tables.frame_kinds import MemoryTable, is_missing

_FEW = 8  # words up to which a column is compared with each: ten times faster than to sort out its texts

NO, YES = False, True


@attrs.frozen(eq=False, repr=False)
class Cells:
    """An input in some rows. ``values`` are its lowest where it is missing, not applicable or bad.

    The three others are truth values by row, or one for all rows.
    """

    values: Any
    given: Any = YES
    withheld: Any = NO
    bad: Any = NO


class InputSource:
    """An input whose cells were looked at: by row, or the same in all rows."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells

    def at(self, rows: Any) -> Cells:
        """The cells of some rows (a slice, or their numbers)."""
        cells = self.cells
        columns = cells.values, cells.given, cells.withheld, cells.bad
        return Cells(*[_some_of(column, rows) for column in columns])


def _some_of(value: Any, rows: Any) -> Any:
    return value if isinstance(value, bool | int | float) else value[rows]


class NumberSource(InputSource):
    """A column of numbers as it stands in the frame: each block is checked when it is read.

    ``low`` and ``high`` are the ends of what it may be; NaN is missing, and so is all that ``cells`` has not as
    given.
    """

    def __init__(self, cells: Cells, np: Any, column: Any, low: float, high: float, whole: bool) -> None:
        super().__init__(cells)
        self._np, self._column = np, column
        self._low, self._high, self._whole = float(low), float(high), whole
        self._top = int(np.float64(high).view(np.uint64))

    def at(self, rows: Any) -> Cells:
        """The cells of some rows, checked."""
        np, given = self._np, _some_of(self.cells.given, rows)
        raw = self._column[rows]
        values = raw if raw.dtype == np.float64 else raw.astype(np.float64)
        if given is YES and len(values) and self._within(values) and self._all_whole(raw):
            return Cells(values)
        there = values == values  # noqa: PLR0124 - not NaN
        if given is not YES:
            there &= given
        fine = (values >= self._low) & (values <= self._high)
        if self._whole and raw.dtype.kind == "f":
            fine &= values == np.floor(values)
        fine &= there
        return Cells(Arrays(np).chosen(fine, values, self._low), fine, NO, there & ~fine)

    def _within(self, values: Any) -> bool:
        """Whether all are between the ends; what is not a number is not."""
        if self._low == 0 and values.flags.c_contiguous:
            # By their bits floats from 0 up are in order, and all others come after them.
            return bool(values.view(self._np.int64).view(self._np.uint64).max() <= self._top)
        return bool(self._low <= values.min() and values.max() <= self._high)

    def _all_whole(self, raw: Any) -> bool:
        if not self._whole or raw.dtype.kind != "f":
            return True
        return bool((raw == self._np.floor(raw)).all())


def _folded(value: Any, all_of_it: bool) -> Any:
    """A truth value by row; one for all where it is ``all_of_it`` everywhere."""
    if isinstance(value, bool):
        return value
    same = value.all() if all_of_it else not value.any()
    return all_of_it if same else value


@attrs.frozen(eq=False, repr=False)
class ArrayInputs:
    """All that is read of a frame.

    ``words`` are for inputs of text the texts in the order of their places; ``evidence`` says by input where it
    is named.
    """

    np: Any
    sources: Mapping[str, InputSource]
    words: Mapping[str, Sequence[str]]
    evidence: Mapping[str, Any]


class ArrayRows(Block):
    """Some rows of all inputs: a slice, or their numbers."""

    def __init__(self, inputs: ArrayInputs, rows: Any) -> None:
        self._np, self._inputs, self._words, self._rows = inputs.np, inputs, inputs.words, rows
        self._do = Arrays(inputs.np)
        self._cells: dict[str, Cells] = {}

    def cells(self, input: str) -> Cells:
        """The cells of an input, looked at once."""
        cells = self._cells.get(input)
        if cells is None:
            raw = self._inputs.sources[input].at(self._rows)
            masks = _folded(raw.given, YES), _folded(raw.withheld, NO), _folded(raw.bad, NO)
            cells = self._cells[input] = Cells(raw.values, *masks)
        return cells

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input."""
        return _folded(_some_of(self._inputs.evidence.get(input, NO), self._rows), NO)

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""
        cells = self.cells(input)
        return self._there(cells, cells.values if wanted else self._do.contrary(cells.values))

    def _there(self, cells: Cells, held: Any) -> Any:
        """What holds, where the input is there."""
        return self._do.every([cells.given, self._do.contrary(cells.withheld), held])

    def among(self, input: str, words: tuple[str, ...], wanted: bool) -> Any:
        """Where a text is there, and is one (none) of the words."""
        cells, listed = self.cells(input), self._words[input]
        if isinstance(cells.values, int):
            return self._there(cells, (listed[cells.values] in words) == wanted if listed else NO)
        places = [place for place, word in enumerate(listed) if word in words]
        if len(places) > 3:
            table = self._np.zeros(max(1, len(listed)), dtype=bool)
            table[places] = True
            held = table[cells.values]
        else:
            held = self._np.zeros(len(cells.values), dtype=bool) if not places else cells.values == places[0]
            for place in places[1:]:
                held |= cells.values == place
        # A text that is missing has the first word's place.
        return self._there(cells, held if wanted else ~held)

    def texts(self, input: str) -> Sequence[str]:
        """The texts of an input, in the order of their places."""
        return self._words[input]

    def same(self, left: str, right: str, wanted: bool) -> Any:
        """Where two texts are there and agree (differ)."""
        one, other = self.cells(left), self.cells(right)
        if one.given is NO or other.given is NO or one.withheld is YES or other.withheld is YES:
            return NO
        places = {word: place for place, word in enumerate(self._words[left])}
        table = self._np.array([places.get(word, -1) for word in self._words[right]] or [-1])
        held = one.values == table[other.values]
        return self._there(other, self._there(one, held if wanted else ~held))


WORDED = ("choice", "text")
"""Types of inputs whose cells are places among texts."""


def cells_of(
    np: Any, given: Input, words: Sequence[str], values: Sequence[Any], texts: Sequence[str] = ()
) -> tuple[Cells, tuple[str, ...]]:
    """The cells of one input from its values as they stand in rows, and the texts that they name by place.

    ``words`` are those of its scale or its choices; ``texts`` have their places already.
    """
    fill, places = _fill_of(given, words), {word: place for place, word in enumerate(texts)}
    numbers, there, withheld = [fill] * len(values), [False] * len(values), [False] * len(values)
    for row, value in enumerate(values):
        if value is None:
            continue
        there[row] = True
        if value is NA:
            withheld[row] = True
        elif given.type in WORDED:
            numbers[row] = places.setdefault(value, len(places))
        else:
            numbers[row] = value
    kind = _kind(np, given, max(len(places), len(words)))
    masks = [np.array(each, dtype=bool) for each in (there, withheld)]
    return Cells(np.array(numbers, dtype=kind), *masks), tuple(places)


def _fill_of(given: Input, words: Sequence[str]) -> Any:
    """What stands where there is no value: the lowest there is."""
    if given.type == "boolean":
        return False
    if given.type in WORDED:
        return 0
    low = span_of(given, words)[0]
    return int(low) if given.type == "ordinal" else float(low)


def _kind(np: Any, given: Input, count: int) -> Any:
    """The kind of array in which an input's values stand."""
    if given.type == "boolean":
        return bool
    if given.type in WORDED or given.type == "ordinal":
        return np.int8 if count < 128 else np.int16 if count < 32_000 else np.int64
    return np.float64


_EPOCH = datetime.date(1970, 1, 1).toordinal()
NUMERIC = ("number", "integer", "percent")
"""Types of inputs that are numbers."""


class ArrayReader:
    """Reads the inputs of a ruleset from a frame; ``levels`` are by title those that will do."""

    def __init__(
        self, np: Any, table: MemoryTable, reader: InputReader, levels: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._np, self._table, self._reader, self._levels = np, table, reader, levels
        self._columns = frozenset(table.frame.columns)
        self._words: dict[str, Sequence[str]] = {}

    def read(self) -> ArrayInputs:
        """All inputs; one that needs evidence is missing where nothing names it."""
        named = [given.id for given in self._reader.inputs if f"{given.id}@evidence" in self._columns]
        evidence = {name: self._yes(f"{name}@evidence") for name in named}
        sources = {}
        for given in self._reader.inputs:
            source = self._source(given)
            if given.id in self._reader.evidenced:
                source = self._only_where(given, source, evidence.get(given.id, NO))
            sources[given.id] = source
        return ArrayInputs(self._np, sources, self._words, evidence)

    def days(self, column: str, first: datetime.date | None) -> InputSource:
        """The days of assessment that a column holds; one that is missing, or before the first, is wrong."""
        cells = self._of_column(Input(column, type="date"), self._table.frame[column]).at(slice(None))
        early = NO if first is None else cells.values < first.toordinal()
        gone = NO if cells.given is YES else ~cells.given
        bad = self._np.broadcast_to(cells.bad | gone | early, cells.values.shape)
        return InputSource(Cells(self._np.where(bad, 1.0, cells.values), ~bad, NO, bad))

    def _yes(self, name: str) -> Any:
        """Where a column says something: a text that is not empty, or true."""
        cells = self._table.frame[name].to_list()
        yes = [not is_missing(cell) and cell not in ("", False) for cell in cells]
        return self._np.array(yes, dtype=bool)

    def _source(self, given: Input) -> InputSource:
        if given.type in WORDED:
            self._words[given.id] = self._reader.words.get(given.id, ())
        if given.id in self._columns:
            source = self._of_column(given, self._table.frame[given.id])
        else:
            source = InputSource(Cells(self._fill(given), NO))
        if f"{given.id}@na" not in self._columns:
            return source
        return self._with_na(given, source, self._yes(f"{given.id}@na"))

    def _fill(self, given: Input) -> Any:
        return _fill_of(given, self._reader.words.get(given.id, ()))

    def _with_na(self, given: Input, source: InputSource, withheld: Any) -> InputSource:
        """What the column ``x@na`` says comes before what the input's own column says."""
        cells = source.at(slice(None))
        values, there, na = self._where(given, cells, ~withheld)
        if not given.may_be_na:
            return InputSource(Cells(values, there, na, cells.bad | withheld))
        return InputSource(Cells(values, there | withheld, na | withheld, cells.bad & ~withheld))

    def _only_where(self, given: Input, source: InputSource, named: Any) -> InputSource:
        """The input only where evidence names it."""
        if named is NO:
            return InputSource(Cells(self._fill(given), NO))
        cells = source.at(slice(None))
        return InputSource(Cells(*self._where(given, cells, named), cells.bad & named))

    def _where(self, given: Input, cells: Cells, there: Any) -> tuple[Any, Any, Any]:
        """Values, given and withheld, where ``there``; elsewhere the input is missing."""
        values = self._np.array(self._np.broadcast_to(self._np.asarray(cells.values), there.shape))
        values[~there] = self._fill(given)
        return values, cells.given & there, cells.withheld & there

    def _of_column(self, given: Input, column: Any) -> InputSource:
        nw, kind = self._table.nw, column.dtype
        if given.type in NUMERIC and (kind.is_float() or kind.is_integer()):
            return self._numbers(given, column)
        if given.type == "boolean" and kind == nw.Boolean:
            return self._flags(column)
        if kind in (nw.String, nw.Categorical, nw.Enum):
            return self._title(given, column) if given.id in self._levels else self._texts(given, column)
        if given.type == "date" and kind in (nw.Date, nw.Datetime):
            return self._dates(given, column)
        if given.type == "boolean":
            flags = self._table.truth_values(column)
            if flags is not None:
                return InputSource(Cells(*flags))
        return self._one_by_one(given, column.to_list())

    def _numbers(self, given: Input, column: Any) -> InputSource:
        raw, there = self._table.numbers(column)
        if raw.dtype.kind not in "fiu":
            return self._one_by_one(given, column.to_list())
        return NumberSource(Cells(None, YES if there is None else there), self._np, raw, *span_of(given, ()))

    def _flags(self, column: Any) -> InputSource:
        gone = column.is_null().to_numpy().astype(bool, copy=False)
        if not gone.any():
            return InputSource(Cells(column.to_numpy().astype(bool, copy=False)))
        return InputSource(Cells(column.fill_null(value=False).to_numpy().astype(bool, copy=False), ~gone))

    def _dates(self, given: Input, column: Any) -> InputSource:
        np = self._np
        if column.dtype == self._table.nw.Datetime and column.dtype.time_zone is not None:
            column = column.dt.replace_time_zone(None)
        raw = column.to_numpy()
        if raw.dtype.kind != "M":
            return self._one_by_one(given, column.to_list())
        there = ~np.isnat(raw)
        days = np.where(there, raw.astype("datetime64[D]").astype(np.int64) + _EPOCH, 1)
        low, high, _ = span_of(given, ())
        fine = (days >= low) & (days <= high)
        return InputSource(Cells(np.where(fine, days, 1).astype(np.float64), there & fine, NO, ~fine))

    def _texts(self, given: Input, column: Any) -> InputSource:
        """Each text is looked at once, however often it stands in the column."""
        places = self._places_of_words(given, column)
        if places is not None:
            there = places >= 0
            if there.all():
                return InputSource(Cells(places))
            return InputSource(Cells(self._np.maximum(places, self._np.int8(0)), there))
        codes, texts = self._table.codes(column)
        cells = self._one_by_one(given, [*texts, None]).cells
        there = cells.given if (codes < 0).any() or not cells.given[:-1].all() else YES
        masks = [there, *[mask if mask.any() else NO for mask in (cells.withheld, cells.bad)]]
        return InputSource(Cells(cells.values[codes], *[_some_of(mask, codes) for mask in masks]))

    def _places_of_words(self, given: Input, column: Any) -> Any:
        """For each row the place of its text among a few words, -1 where there is none; None if there are others."""
        np, words = self._np, self._reader.words.get(given.id, ())
        few = given.type in ("choice", "ordinal") and 0 < len(words) <= _FEW
        if not few or not self._table.compares_texts(column):
            return None
        places = np.full(len(column), -1, dtype=np.int8)
        for place, word in enumerate(words, 1):
            flags = (column == word).fill_null(value=False).to_numpy().astype(bool, copy=False)
            places += np.int8(place) * flags.view(np.int8)
        others = np.count_nonzero(places < 0) - column.null_count()
        return None if others else places

    def _title(self, given: Input, column: Any) -> InputSource:
        """A title: whether one of the levels that will do is held."""
        codes, texts = self._table.codes(column)
        held = self._np.array([*[text in self._levels[given.id] for text in texts], False], dtype=bool)
        return InputSource(Cells(held[codes], codes >= 0))

    def _one_by_one(self, given: Input, cells: Sequence[Any]) -> InputSource:
        """Every cell read as ``evaluate`` reads a value."""
        read: list[Any] = [None] * len(cells)
        bad = self._np.zeros(len(cells), dtype=bool)
        for row, cell in enumerate(cells):
            if cell is True or cell is False:
                # Python takes a truth value for a number.
                read[row], bad[row] = (cell, False) if given.type == "boolean" else (None, True)
            elif not is_missing(cell):
                try:
                    read[row] = self._reader.value_of(given, plain(cell))
                except Fault:
                    bad[row] = True
        words = self._reader.words.get(given.id, ())
        values, texts = cells_of(self._np, given, words, read, self._words.get(given.id, ()))
        if given.type in WORDED:
            self._words[given.id] = texts
        return InputSource(attrs.evolve(values, bad=bad))


def plain(cell: Any) -> Any:
    """A scalar of NumPy as Python's own."""
    return cell.item() if type(cell).__module__ == "numpy" and hasattr(cell, "item") else cell
