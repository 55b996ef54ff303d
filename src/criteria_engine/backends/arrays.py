"""The backend of arrays: operations over blocks of rows, with NumPy.

A value is an array, or a plain number or truth value where all rows of a block agree. Whole numbers that are
small enough stay in small arrays, in which sums are exact and cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import and_, iand, ior, or_
from typing import Any

from criteria_engine.backends.operations import Operations, is_plain
from criteria_engine.core import arithmetic

_BYTE, _SHORT = 127, 32_767

_INTO: dict[Any, Callable[[Any, Any], Any]] = {and_: iand, or_: ior}


class Arrays(Operations):
    """Arithmetic on arrays; ``np`` is NumPy."""

    def __init__(self, np: Any) -> None:
        self._np = np

    def nowhere(self, test: Any) -> bool:
        """Looked up in the array."""
        return not (test if isinstance(test, bool) else test.any())

    def joined(self, make: Callable[[Any, Any], Any], values: Sequence[Any]) -> Any:
        """One after the other, from the second on into the same array."""
        total = values[0]
        if len(values) > 1:
            total = make(total, values[1])
        for value in values[2:]:
            total = _INTO[make](total, value)
        return total

    def chosen(self, test: Any, yes: Any, no: Any) -> Any:
        """By their bits, which costs the same whatever the test says, and takes any number as it is."""
        if isinstance(test, bool):
            return yes if test else no
        np, width = self._np, max(self._width(yes), self._width(no))
        kind = np.int8 if width == 1 else np.int16 if width == 2 else np.int64
        mask = test.astype(kind)
        np.negative(mask, out=mask)
        if is_plain(no) and no == 0:
            mask &= self._bits(yes, kind)
        else:
            other = self._bits(no, kind)
            mask &= self._bits(yes, kind) ^ other
            mask ^= other
        return mask if width < 8 else mask.view(np.float64)

    def _width(self, value: Any) -> int:
        """How many bytes a small whole number takes; 8 for any other number."""
        if not is_plain(value):
            return int(value.itemsize) if value.dtype.kind == "i" and value.itemsize <= 2 else 8
        if not isinstance(value, int) or abs(value) > _SHORT:
            return 8
        return 1 if abs(value) <= _BYTE else 2

    def _bits(self, value: Any, kind: Any) -> Any:
        np = self._np
        if kind is np.int64:
            return np.float64(value).view(kind) if is_plain(value) else self.real(value).view(kind)
        return kind(value) if is_plain(value) else value.astype(kind, copy=False)

    def real(self, value: Any) -> Any:
        """The value as floats."""
        if is_plain(value):
            return float(value)
        return value if value.dtype == self._np.float64 else value.astype(self._np.float64)

    def added(self, terms: Sequence[Any], most: float) -> Any:
        """The terms added from left to right; no partial sum is larger than ``most``."""
        np, small = self._np, self._small(most)
        total, own = terms[0], False
        for each in terms[1:]:
            if is_plain(total) and is_plain(each):
                total = total + each
                continue
            term = each
            if small is None:
                total, term = self.real(total), self.real(term)
            kind = small if self._is_whole(total) and self._is_whole(term) else np.float64
            if own and total.dtype == kind:
                np.add(total, term, out=total)
            else:
                total, own = np.add(total, term, dtype=kind), True
        return total

    def subtracted(self, left: Any, right: Any, most: float) -> Any:
        """``left`` less ``right``."""
        if is_plain(left) and is_plain(right):
            return left - right
        small = self._small(most)
        if small is not None and self._is_whole(left) and self._is_whole(right):
            return self._np.subtract(left, right, dtype=small)
        return self.real(left) - self.real(right)

    def _small(self, most: float) -> Any:
        """The kind of array in which whole numbers up to that size fit, if it is a small one."""
        if most <= _BYTE:
            return self._np.int8
        return self._np.int16 if most <= _SHORT else None

    def _is_whole(self, value: Any) -> bool:
        return isinstance(value, int) if is_plain(value) else value.dtype.kind == "i"

    def extreme(self, which: str, values: Sequence[Any], *, finite: bool) -> Any:
        """NumPy picks faster where a zero's sign and what is not a number cannot tell its way from Python's."""
        if not finite:
            return super().extreme(which, values, finite=finite)
        pick = self._np.minimum if which == "min" else self._np.maximum
        best = values[0]
        for value in values[1:]:
            if is_plain(best) and is_plain(value):
                best = min(best, value) if which == "min" else max(best, value)
            else:
                best = pick(self.real(best), self.real(value))
        return best

    def grid(self, x: Any) -> Any:
        """On the grid of one billionth."""
        if is_plain(x):
            return arithmetic.grid(x)
        np, x = self._np, self.real(x)
        size = np.abs(x)
        found = np.floor(size * 1e9 + 0.5)
        found /= 1e9
        np.copysign(found, x, out=found)
        inside = size <= arithmetic.EDGE
        return found if inside.all() else self.chosen(inside, found, x)

    def grid_inside(self, x: Any) -> Any:
        """The same for what is surely not below 0 and within the edge."""
        if is_plain(x):
            return arithmetic.grid(x)
        found = self.real(x) * 1e9
        found += 0.5
        self._np.floor(found, out=found)
        found /= 1e9
        return found

    def root(self, x: Any) -> Any:
        """The square root of what is above 0."""
        return self._np.sqrt(x)

    def floor(self, x: Any) -> Any:
        """The largest whole number not above ``x``, as a float."""
        return float(arithmetic.floor(x)) if is_plain(x) else self._np.floor(self.real(x))

    def halved(self, x: Any) -> tuple[Any, Any]:
        """A part from 0.5 up to 1 and a power of two (as a float) that make up ``x`` above 0."""
        part, twos = self._np.frexp(x)
        return part, twos.astype(self._np.float64)

    def doubled(self, x: Any, twos: Any) -> Any:
        """``x`` times two to a whole power from -1023 to 1023."""
        return self._np.ldexp(x, twos.astype(self._np.int32))

    def days_among(self, days: Sequence[int], start: Any, end: Any) -> Any:
        """How many of the days, which rise, come after ``start``, up to and with ``end``: two searches."""
        listed = self._np.array(days)
        first, last = (self._np.searchsorted(listed, day, "right") for day in (start, end))
        return (last - first).astype(self._np.float64)
