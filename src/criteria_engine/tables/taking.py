"""Taking columns out of a frame in memory, as arrays; what does not fit is marked, not raised."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from criteria_engine.compiler.inputs import Door
from criteria_engine.compiler.names import span_of
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Input
from criteria_engine.tables.cells import WORDED, cells_of, fill_of
from criteria_engine.tables.coding import coded, numbers_and_gaps, placed, truth_values
from criteria_engine.tables.sources import NO, YES, Cells, Source, Taken

__all__ = ["Taking", "is_missing", "plain"]

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
        self, np: Any, nw: Any, frame: Any, door: Door, levels: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._levels = levels
        self._np, self._nw, self._frame, self._door = np, nw, frame, door
        self._columns = frozenset(frame.columns)
        self.words: dict[str, Sequence[str]] = {}

    def sources(self, evidence: Mapping[str, Any]) -> dict[str, Source]:
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

    def days(self, column: str) -> Source:
        """The days of assessment that a column holds; one that is missing is wrong."""
        cells = self._of_column(Input(column, type="date"), self._frame[column]).at(slice(None))
        gone = NO if cells.given is YES else ~cells.given
        return Source(Cells(cells.values, YES, NO, cells.bad | gone))

    # ---- one input ---------------------------------------------------------------------------

    def _source(self, given: Input) -> Source:
        if given.type in WORDED:
            self.words[given.id] = self._door.words.get(given.id, ())
        withheld = self._yes(f"{given.id}@na") if f"{given.id}@na" in self._columns else NO
        if given.id in self._columns:
            source = self._of_column(given, self._frame[given.id])
        else:
            source = Source(Cells(self._fill(given), NO))
        return source if withheld is NO else self._with_na(given, source, withheld)

    def _fill(self, given: Input) -> Any:
        """What stands where there is no value."""
        return fill_of(given, self._door.words.get(given.id, ()))

    def _with_na(self, given: Input, source: Source, withheld: Any) -> Source:
        """What the column ``x@na`` says comes before what the input's own column says."""
        cells = source.at(slice(None))
        if not given.may_be_na:
            return Source(Cells(*self._where(given, cells, ~withheld), cells.bad | withheld))
        values, given_there, na_there = self._where(given, cells, ~withheld)
        bad = NO if cells.bad is NO else cells.bad & ~withheld
        return Source(Cells(values, given_there | withheld, na_there | withheld, bad))

    def _only_where(self, given: Input, source: Source, named: Any) -> Source:
        """The input only where evidence names it."""
        if named is NO:
            return Source(Cells(self._fill(given), NO))
        cells = source.at(slice(None))
        return Source(Cells(*self._where(given, cells, named), cells.bad & named))

    def _where(self, given: Input, cells: Cells, there: Any) -> tuple[Any, Any, Any]:
        """Values, given and withheld, where ``there``; elsewhere the input is missing."""
        values = self._np.array(self._np.broadcast_to(self._np.asarray(cells.values), there.shape))
        values[~there] = self._fill(given)
        return values, cells.given & there, cells.withheld & there

    # ---- kinds of columns --------------------------------------------------------------------

    def _of_column(self, given: Input, column: Any) -> Source:
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
            return self._mixed_flags(given, column.to_list()) if held is None else Source(Cells(*held))
        return self._one_by_one(given, column.to_list())

    def _mixed_flags(self, given: Input, cells: Sequence[Any]) -> Source:
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
        return Source(Cells(yes, there, *others))

    def _numbers(self, given: Input, column: Any) -> Source:
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

    def _flags(self, column: Any) -> Source:
        gone = column.is_null().to_numpy().astype(bool, copy=False)
        if not gone.any():
            return Source(Cells(column.to_numpy().astype(bool, copy=False)))
        return Source(Cells(column.fill_null(value=False).to_numpy().astype(bool, copy=False), ~gone))

    def _dates(self, given: Input, column: Any) -> Source:
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
        return Source(Cells(np.where(fine, days, 1).astype(np.float64), there & fine, NO, ~fine))

    def _texts(self, given: Input, column: Any) -> Source:
        """Each text is looked at once, however often it stands in the column."""
        words = self._door.words.get(given.id, ())
        places = placed(self._np, self._nw, column, words) if given.type in ("choice", "ordinal") else None
        if places is not None:
            there = places >= 0
            if there.all():
                return Source(Cells(places))
            return Source(Cells(self._np.maximum(places, self._np.int8(0)), there))
        codes, texts = coded(self._np, self._nw, column)
        cells = self._one_by_one(given, [*texts, None]).cells
        given_there = cells.given if (codes < 0).any() or not cells.given[:-1].all() else YES
        others = [each if each.any() else NO for each in (cells.withheld, cells.bad)]
        masks = [each if isinstance(each, bool) else each[codes] for each in (given_there, *others)]
        return Source(Cells(cells.values[codes], *masks))

    def _title(self, given: Input, column: Any) -> Source:
        """A title: whether one of the levels that will do is held."""
        codes, texts = coded(self._np, self._nw, column)
        held = self._np.array([*[text in self._levels[given.id] for text in texts], False], dtype=bool)
        return Source(Cells(held[codes], codes >= 0))

    def _one_by_one(self, given: Input, cells: Sequence[Any]) -> Source:
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
        return Source(Cells(found.values, found.given, found.withheld, self._np.array(bad, dtype=bool)))


def plain(cell: Any) -> Any:
    """A scalar of NumPy as Python's own."""
    return cell.item() if type(cell).__module__ == "numpy" and hasattr(cell, "item") else cell
