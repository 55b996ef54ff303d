"""Taking columns out of a frame in memory, as arrays; what does not fit is marked, not raised."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.names import span_of
from criteria_engine.core.nodes import NA
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Input

__all__ = [
    "WORDED",
    "ArrayRows",
    "Cells",
    "InputSource",
    "Taken",
    "Taking",
    "cells_of",
    "coded",
    "fill_of",
    "is_missing",
    "numbers_and_gaps",
    "placed",
    "plain",
    "truth_values",
]


# ---- texts of a column as numbers: what every kind of frame does fastest in its own way ----------

_FEW = 8


def placed(np: Any, nw: Any, column: Any, words: Sequence[str]) -> Any:
    """For each row the place of its text among a few words, -1 where there is none; None if there are others.

    To compare a column with a word is ten times faster than to sort out its texts.
    """
    objects = column.implementation.is_pandas_like() and column.to_native().dtype == object
    if column.dtype != nw.String or not 0 < len(words) <= _FEW or objects:
        return None
    codes: Any = None
    for place, word in enumerate(words, 1):
        flags = (column == word).fill_null(value=False).to_numpy().astype(bool, copy=False).view(np.int8)
        codes = flags - np.int8(1) if codes is None else codes + np.int8(place) * flags
    others = np.count_nonzero(codes < 0) - column.null_count()
    return None if others else codes


def coded(np: Any, nw: Any, column: Any) -> tuple[Any, list[Any]]:
    """For each row the place of its text, -1 where there is none; and the texts."""
    native = column.to_native()
    if column.implementation.is_pandas_like():
        codes, texts = native.factorize()
        return codes, list(texts)
    if column.implementation.is_pyarrow():
        found = native.combine_chunks().dictionary_encode()
        codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return codes, found.dictionary.to_pylist()
    column = column.cast(nw.String)
    texts = column.drop_nulls().unique().to_list()
    if not texts:
        return np.full(len(column), -1), []
    gone = column.is_null().to_numpy()
    codes = column.fill_null(texts[0]).replace_strict(texts, list(range(len(texts)))).to_numpy()
    return (np.where(gone, -1, codes) if gone.any() else codes), texts


def numbers_and_gaps(np: Any, nw: Any, column: Any) -> tuple[Any, Any]:
    """Numbers as an array, and where there are any; None where the array itself says so, by NaN."""
    if not (column.implementation.is_pyarrow() and column.dtype == nw.Float64 and column.null_count()):
        return column.to_numpy(), None
    # As they lie in memory: a copy with NaN for each null takes longer than to judge by it.
    whole = column.to_native().combine_chunks()
    count, first = len(whole), whole.offset
    valid, held = whole.buffers()
    bits = np.frombuffer(valid, dtype=np.uint8)
    there = np.unpackbits(bits, count=first + count, bitorder="little")[first:].view(np.bool_)
    return np.frombuffer(held, dtype=np.float64, count=count, offset=8 * first), there


def truth_values(nw: Any, column: Any) -> tuple[Any, Any] | None:
    """Where truth values hold, and where there are any, of a column that pandas holds as objects because some are
    missing; None if there is anything else.
    """
    if not column.implementation.is_pandas():
        return None
    native, pandas = column.to_native(), nw.get_native_namespace(column)
    if pandas.api.types.infer_dtype(native, skipna=True) != "boolean":
        return None
    values = native.to_numpy()
    try:
        # Twice as fast as to ask pandas, and surely of truth values here, so that 1 is not met.
        yes, no = values == True, values == False  # noqa: E712
    except TypeError:  # of pd.NA one cannot ask even that
        nullable = native.astype("boolean")
        no = (nullable == False).to_numpy(dtype=bool, na_value=False)  # noqa: E712
        yes = nullable.to_numpy(dtype=bool, na_value=False)
    return yes, yes | no


# ---- inputs as arrays: what a block of rows reads of a column, its gaps, and what is wrong in it ---

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


@attrs.frozen(eq=False, repr=False)
class InputSource:
    """An input whose cells were looked at: by row, or the same in all rows."""

    cells: Cells

    def at(self, rows: Any) -> Cells:
        """The cells of some rows (a slice, or their numbers)."""
        cells = self.cells
        return Cells(
            *[_some_of(each, rows) for each in (cells.values, cells.given, cells.withheld, cells.bad)]
        )


def _some_of(value: Any, rows: Any) -> Any:
    return value if isinstance(value, bool | int | float) else value[rows]


@attrs.frozen(eq=False, repr=False)
class Taken(InputSource):
    """A column of numbers as it stands in the frame: each block is looked at when it is read.

    ``low`` and ``high`` are the ends of what it may be; NaN is missing, and so is what ``there`` says.
    """

    np: Any
    column: Any
    low: float
    high: float
    whole: bool
    fill: float
    top: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "top", int(self.np.float64(self.high).view(self.np.uint64)))

    def at(self, rows: Any) -> Cells:
        """The cells of some rows, checked."""
        np, known = self.np, self.cells
        given, withheld = _some_of(known.given, rows), _some_of(known.withheld, rows)
        raw = self.column[rows]
        values = raw if raw.dtype == np.float64 else raw.astype(np.float64)
        if given is YES and withheld is NO and len(values) and self._within(values) and self._all_whole(raw):
            return Cells(values)
        there = values == values  # noqa: PLR0124 - not NaN
        if given is not YES:
            there &= given
        if withheld is not NO:
            there &= ~withheld
        fine = (values >= self.low) & (values <= self.high)
        if self.whole and raw.dtype.kind == "f":
            fine &= values == np.floor(values)
        fine &= there
        bad = there & ~fine
        if self.fill == 0:  # by their bits, which is the fastest way to write a zero here and there
            mask = fine.astype(np.int64)
            filled = (np.negative(mask, out=mask) & values.view(np.int64)).view(np.float64)
        else:
            filled = np.where(fine, values, self.fill)
        given = fine if withheld is NO else fine | withheld
        return Cells(filled, _folded(given, YES), withheld, _folded(bad, NO))

    def _within(self, values: Any) -> bool:
        """Whether all are between the ends; what is not a number is not."""
        if self.low == 0 and values.flags.c_contiguous:
            # By their bits floats from 0 up are in order, and all others come after them.
            return bool(values.view(self.np.int64).view(self.np.uint64).max() <= self.top)
        return bool(self.low <= values.min() and values.max() <= self.high)

    def _all_whole(self, raw: Any) -> bool:
        if not self.whole or raw.dtype.kind != "f":
            return True
        return bool((raw == self.np.floor(raw)).all())


def _folded(value: Any, all_of_it: bool) -> Any:
    """A truth value by row; one for all where it is ``all_of_it`` everywhere."""
    if isinstance(value, bool):
        return value
    same = value.all() if all_of_it else not value.any()
    return all_of_it if same else value


class ArrayRows:
    """Some rows of all inputs: what the array carrier reads (see ``carriers.arrays.Block``)."""

    def __init__(
        self,
        np: Any,
        sources: Mapping[str, InputSource],
        words: Mapping[str, Sequence[str]],
        evidence: Mapping[str, Any],
        rows: Any,
    ) -> None:
        self._np, self._sources, self._words, self._evidence, self._rows = np, sources, words, evidence, rows
        self._seen: dict[str, Cells] = {}

    def cells(self, input: str) -> Cells:
        """The cells of an input, looked at once."""
        found = self._seen.get(input)
        if found is None:
            cells = self._sources[input].at(self._rows)
            found = Cells(
                cells.values,
                _folded(cells.given, YES),
                _folded(cells.withheld, NO),
                _folded(cells.bad, NO),
            )
            self._seen[input] = found
        return found

    def given(self, input: str) -> Any:
        """Where the input is not missing."""
        return self.cells(input).given

    def withheld(self, input: str) -> Any:
        """Where the input is not applicable."""
        return self.cells(input).withheld

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input."""
        found = self._evidence.get(input, NO)
        return found if isinstance(found, bool) else _folded(found[self._rows], NO)

    def number(self, input: str) -> Any:
        """The number of the input; its lowest where it is missing or not applicable."""
        return self.cells(input).values

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""
        cells = self.cells(input)
        if isinstance(cells.values, bool):
            held: Any = cells.values is wanted
        else:
            held = cells.values if wanted else ~cells.values
        return self._there(cells, held)

    def _there(self, cells: Cells, held: Any) -> Any:
        """What holds, where the input is there."""
        if cells.given is NO or cells.withheld is YES or held is NO:
            return NO
        found = held
        for mask in (cells.given, NO if cells.withheld is NO else ~cells.withheld):
            if not isinstance(mask, bool):
                found = mask if found is YES else found & mask
        return found

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


# ---- values that the door has read, as the cells of an input -------------------------------------

WORDED = ("choice", "text")
"""Types of inputs whose cells are places among texts."""


def cells_of(
    np: Any, given: Input, words: Sequence[str], values: Sequence[Any], texts: Sequence[str] = ()
) -> tuple[Cells, tuple[str, ...]]:
    """The cells of one input from its values as they stand in rows, and the texts that they name by place.

    ``words`` are those of its scale or its choices; ``texts`` have their places already.
    """
    fill, places = fill_of(given, words), {word: place for place, word in enumerate(texts)}
    found, there, withheld = [fill] * len(values), [False] * len(values), [False] * len(values)
    for row, value in enumerate(values):
        if value is None:
            continue
        there[row] = True
        if value is NA:
            withheld[row] = True
        elif given.type in WORDED:
            found[row] = places.setdefault(value, len(places))
        else:
            found[row] = value
    kind = _kind(np, given, max(len(places), len(words)))
    masks = [np.array(each, dtype=bool) for each in (there, withheld)]
    return Cells(np.array(found, dtype=kind), *masks), tuple(places)


def fill_of(given: Input, words: Sequence[str]) -> Any:
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
_NUMERIC = ("number", "integer", "percent")


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, or what cannot even be compared with itself."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124 - NaN and its kin
    except ValueError:
        return False
    except (TypeError, ArithmeticError):
        return True


class Taking:
    """Takes the inputs of a ruleset out of a frame (as narwhals holds it).

    ``levels`` are by title those that will do. Afterwards ``words`` holds, for inputs of text, the texts in
    the order of their places.
    """

    def __init__(
        self, np: Any, nw: Any, frame: Any, door: InputReader, levels: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._levels = levels
        self._np, self._nw, self._frame, self._door = np, nw, frame, door
        self._columns = frozenset(frame.columns)
        self.words: dict[str, Sequence[str]] = {}

    def sources(self, evidence: Mapping[str, Any]) -> dict[str, InputSource]:
        """All inputs; one that needs evidence is missing where ``evidence`` does not name it."""
        found = {}
        for given in self._door.inputs:
            source = self._source(given)
            if given.id in self._door.evidenced:
                source = self._only_where(given, source, evidence.get(given.id, NO))
            found[given.id] = source
        return found

    def evidence(self) -> dict[str, Any]:
        """Where columns ``x@evidence`` name the inputs: by a text that says something, or a yes."""
        named = [given.id for given in self._door.inputs if f"{given.id}@evidence" in self._columns]
        return {name: self._yes(f"{name}@evidence") for name in named}

    def _yes(self, name: str) -> Any:
        cells = self._frame[name].to_list()
        return self._np.array(
            [not is_missing(cell) and cell not in ("", False) for cell in cells], dtype=bool
        )

    def days(self, column: str) -> InputSource:
        """The days of assessment that a column holds; one that is missing is wrong."""
        cells = self._of_column(Input(column, type="date"), self._frame[column]).at(slice(None))
        gone = NO if cells.given is YES else ~cells.given
        return InputSource(Cells(cells.values, YES, NO, cells.bad | gone))

    # ---- one input ---------------------------------------------------------------------------

    def _source(self, given: Input) -> InputSource:
        if given.type in WORDED:
            self.words[given.id] = self._door.words.get(given.id, ())
        withheld = self._yes(f"{given.id}@na") if f"{given.id}@na" in self._columns else NO
        if given.id in self._columns:
            source = self._of_column(given, self._frame[given.id])
        else:
            source = InputSource(Cells(self._fill(given), NO))
        return source if withheld is NO else self._with_na(given, source, withheld)

    def _fill(self, given: Input) -> Any:
        """What stands where there is no value."""
        return fill_of(given, self._door.words.get(given.id, ()))

    def _with_na(self, given: Input, source: InputSource, withheld: Any) -> InputSource:
        """What the column ``x@na`` says comes before what the input's own column says."""
        cells = source.at(slice(None))
        if not given.may_be_na:
            return InputSource(Cells(*self._where(given, cells, ~withheld), cells.bad | withheld))
        values, given_there, na_there = self._where(given, cells, ~withheld)
        bad = NO if cells.bad is NO else cells.bad & ~withheld
        return InputSource(Cells(values, given_there | withheld, na_there | withheld, bad))

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

    # ---- kinds of columns --------------------------------------------------------------------

    def _of_column(self, given: Input, column: Any) -> InputSource:
        nw, kind = self._nw, column.dtype
        if given.type in _NUMERIC and (kind.is_float() or kind.is_integer()):
            return self._numbers(given, column)
        if given.type == "boolean" and kind == nw.Boolean:
            return self._flags(column)
        if kind in (nw.String, nw.Categorical, nw.Enum):
            return self._title(given, column) if given.id in self._levels else self._texts(given, column)
        if given.type == "date" and kind in (nw.Date, nw.Datetime):
            return self._dates(given, column)
        if given.type == "boolean":
            held = truth_values(nw, column)
            return self._mixed_flags(given, column.to_list()) if held is None else InputSource(Cells(*held))
        return self._one_by_one(given, column.to_list())

    def _mixed_flags(self, given: Input, cells: Sequence[Any]) -> InputSource:
        """Truth values among other things, as pandas holds them where some are missing."""
        np = self._np
        yes = np.array([cell is True for cell in cells], dtype=bool)
        there = yes | np.array([cell is False for cell in cells], dtype=bool)
        odd = np.flatnonzero(~there)
        rest = self._one_by_one(given, [cells[row] for row in odd.tolist()]).cells
        others = [np.zeros(len(cells), dtype=bool) for _ in range(2)]
        for made, found in ((yes, rest.values), (there, rest.given), (others[0], rest.withheld)):
            made[odd] = found
        others[1][odd] = rest.bad
        return InputSource(Cells(yes, there, *others))

    def _numbers(self, given: Input, column: Any) -> InputSource:
        raw, there = numbers_and_gaps(self._np, self._nw, column)
        if raw.dtype.kind not in "fiu":
            return self._one_by_one(given, column.to_list())
        low, high, whole = span_of(given, ())
        return Taken(
            Cells(None, YES if there is None else there),
            self._np,
            raw,
            float(low),
            float(high),
            whole,
            float(low),
        )

    def _flags(self, column: Any) -> InputSource:
        gone = column.is_null().to_numpy().astype(bool, copy=False)
        if not gone.any():
            return InputSource(Cells(column.to_numpy().astype(bool, copy=False)))
        return InputSource(Cells(column.fill_null(value=False).to_numpy().astype(bool, copy=False), ~gone))

    def _dates(self, given: Input, column: Any) -> InputSource:
        np = self._np
        if column.dtype == self._nw.Datetime and column.dtype.time_zone is not None:
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
        words = self._door.words.get(given.id, ())
        places = placed(self._np, self._nw, column, words) if given.type in ("choice", "ordinal") else None
        if places is not None:
            there = places >= 0
            if there.all():
                return InputSource(Cells(places))
            return InputSource(Cells(self._np.maximum(places, self._np.int8(0)), there))
        codes, texts = coded(self._np, self._nw, column)
        cells = self._one_by_one(given, [*texts, None]).cells
        given_there = cells.given if (codes < 0).any() or not cells.given[:-1].all() else YES
        others = [each if each.any() else NO for each in (cells.withheld, cells.bad)]
        masks = [each if isinstance(each, bool) else each[codes] for each in (given_there, *others)]
        return InputSource(Cells(cells.values[codes], *masks))

    def _title(self, given: Input, column: Any) -> InputSource:
        """A title: whether one of the levels that will do is held."""
        codes, texts = coded(self._np, self._nw, column)
        held = self._np.array([*[text in self._levels[given.id] for text in texts], False], dtype=bool)
        return InputSource(Cells(held[codes], codes >= 0))

    def _one_by_one(self, given: Input, cells: Sequence[Any]) -> InputSource:
        """Every cell read as ``evaluate`` reads a value."""
        read: list[Any] = [None] * len(cells)
        bad = [False] * len(cells)
        for row, cell in enumerate(cells):
            if cell is True or cell is False:
                if given.type == "boolean":
                    read[row] = cell
                else:
                    bad[row] = True
            elif not is_missing(cell):
                try:
                    read[row] = self._door.value_of(given, plain(cell))
                except Fault:
                    bad[row] = True
        words = self._door.words.get(given.id, ())
        found, texts = cells_of(self._np, given, words, read, self.words.get(given.id, ()))
        if given.type in WORDED:
            self.words[given.id] = texts
        return InputSource(Cells(found.values, found.given, found.withheld, self._np.array(bad, dtype=bool)))


def plain(cell: Any) -> Any:
    """A scalar of NumPy as Python's own."""
    return cell.item() if type(cell).__module__ == "numpy" and hasattr(cell, "item") else cell
