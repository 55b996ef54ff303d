"""Inputs as arrays: what a block of rows reads of a column, its gaps, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

__all__ = ["Cells", "Rows", "Source", "Taken"]

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
class Source:
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
class Taken(Source):
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


class Rows:
    """Some rows of all inputs: what the array carrier reads (see ``carriers.arrays.Block``)."""

    def __init__(
        self,
        np: Any,
        sources: Mapping[str, Source],
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
