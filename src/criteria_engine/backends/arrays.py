"""The array carrier: the arithmetic of ``arithmetic`` over blocks of rows, with NumPy.

The same operations in the same order, so that results agree to the last bit. A value is an array, or a
plain number or truth value where all rows of a block agree. Whole numbers
that are small enough stay in small arrays, in which sums are exact and cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from operator import and_, iand, ior, or_
from typing import Any

from criteria_engine.core import arithmetic
from criteria_engine.core.nodes import RoundingMode

__all__ = [
    "Arrays",
    "log",
    "mixture",
    "power_of_e",
    "working_days_between",
    "years_between",
]


# ---- functions of the core on whole arrays: logarithms, powers of e, days; as ``arithmetic`` has them ---

_EPOCH = 719_163  # 1 January 1970, counted from 1 January of the year 1
_LAST_DAY = 3_652_059


def log(np: Any, x: Any) -> Any:
    """The natural logarithm as it is; minus infinity for 0 and less."""
    inside = (x > 0) & (x < np.inf)
    part, twos = np.frexp(np.where(inside, x, 1.0))
    small = part < arithmetic.ROOT_OF_HALF
    part, twos = np.where(small, part * 2.0, part), np.where(small, twos - 1, twos).astype(np.float64)
    s = (part - 1.0) / (part + 1.0)
    total = arithmetic.series(arithmetic.LN_TERMS, s * s)
    found = twos * arithmetic.LN_TWO_HIGH + (twos * arithmetic.LN_TWO_LOW + 2.0 * s * total)
    return np.where(inside, found, np.where(x > 0, np.inf, -np.inf))


def power_of_e(np: Any, x: Any) -> Any:
    """e to the ``x`` as it is."""
    there = x > arithmetic.LOWEST_EXPONENT
    x = np.where(there, np.minimum(x, arithmetic.MOST_EXPONENT), 0.0)
    twos = np.floor(x * arithmetic.MANY_TWOS + 0.5)
    rest = x - twos * arithmetic.LN_TWO_HIGH - twos * arithmetic.LN_TWO_LOW
    total = arithmetic.series(arithmetic.EXP_TERMS, rest)
    return np.where(there, np.ldexp(total, twos.astype(np.int32)), 0.0)


def years_between(np: Any, first: Any, second: Any) -> Any:
    """Whole years from one day to another."""
    turned = first > second
    start, end = np.minimum(first, second), np.maximum(first, second)
    (from_year, from_day), (to_year, to_day) = _calendar(np, start), _calendar(np, end)
    years = (to_year - from_year - (to_day < from_day)).astype(np.float64)
    return np.where(turned, -years, years)


def _calendar(np: Any, days: Any) -> tuple[Any, Any]:
    """The year of each day, and a number that grows with month and day of the month."""
    day = (np.clip(np.trunc(days), 1, _LAST_DAY).astype(np.int64) - _EPOCH).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    of_month = (day - month).astype(np.int64)
    number = month.astype(np.int64)
    return number // 12, number % 12 * 32 + of_month


def working_days_between(np: Any, first: Any, second: Any, days_off: Collection[int]) -> Any:
    """Mondays to Fridays after the first day, up to and with the second, less the days off."""
    turned = first > second
    start = np.trunc(np.minimum(first, second)).astype(np.int64)
    end = np.trunc(np.maximum(first, second)).astype(np.int64)
    off = np.array(sorted(day for day in days_off if (day - 1) % 7 < 5), dtype=np.int64)
    free = np.searchsorted(off, end, "right") - np.searchsorted(off, start, "right")
    days = (_workdays_to(np, end) - _workdays_to(np, start) - free).astype(np.float64)
    return np.where(turned, -days, days)


def _workdays_to(np: Any, day: Any) -> Any:
    return day // 7 * 5 + np.minimum(day % 7, 5)


# ---- ``arithmetic.mixture`` for many rows at once: the same rounds, each row until its own end ---

_Mixed = tuple[Any, Any, Any, Any]
"""Points, maximum, surely, maybe."""


def mixture(
    np: Any,
    grid: Callable[[Any], Any],
    which: str,
    scale: float,
    parts: Sequence[_Mixed],
    summed_on_grid: bool,
) -> Any:
    """The smallest or largest ratio of sums over every choice of the parts that may apply."""
    lengths = [len(each) for part in parts for each in part if not isinstance(each, bool | int | float)]
    if not lengths:
        plain = [(float(points), float(most), surely, maybe) for points, most, surely, maybe in parts]
        return arithmetic.mixture(which, scale, plain, summed_on_grid)
    return _Rounds(np, grid, which, scale, parts, summed_on_grid, lengths[0]).run()


class _Rounds:
    def __init__(
        self,
        np: Any,
        grid: Callable[[Any], Any],
        which: str,
        scale: float,
        parts: Sequence[_Mixed],
        summed_on_grid: bool,
        length: int,
    ) -> None:
        self._np, self._grid, self._scale, self._gridded = np, grid, scale, summed_on_grid
        self._turn = 1.0 if which == "min" else -1.0

        def spread(value: Any, kind: Any) -> Any:
            return np.broadcast_to(np.asarray(value, dtype=kind), (length,))

        self._parts = [
            (spread(points, np.float64), spread(most, np.float64), spread(surely, bool), spread(maybe, bool))
            for points, most, surely, maybe in parts
        ]
        self._length = length

    def run(self) -> Any:
        """All rounds."""
        np, turn = self._np, self._turn
        best, begun = np.zeros(self._length), False
        taken = [
            surely | (maybe & (most == 0) & (turn * points < 0))
            for points, most, surely, maybe in self._parts
        ]
        going = np.ones(self._length, dtype=bool)
        while True:
            bare = best / self._scale
            taken = self._with_one(taken, bare, begun)
            ratio, there = self._ratio(taken)
            going &= there
            if begun:
                going &= turn * ratio < turn * best
            if not going.any():
                return best
            best = np.where(going, ratio, best)
            begun = True
            bare = best / self._scale
            taken = [
                surely | (maybe & (turn * (points - bare * most) < 0))
                for points, most, surely, maybe in self._parts
            ]

    def _with_one(self, taken: Sequence[Any], bare: Any, begun: bool) -> list[Any]:
        """Where no part with a maximum is taken, the one that pulls furthest as well."""
        np, turn = self._np, self._turn
        idle = np.ones(self._length, dtype=bool)
        for (_, most, _, _), use in zip(self._parts, taken, strict=True):
            idle &= ~(use & (most != 0))
        if not idle.any():
            return list(taken)
        furthest = np.full(self._length, np.inf)
        chosen = np.full(self._length, -1)
        for place, (points, most, _, maybe) in enumerate(self._parts):
            pull = turn * points / np.where(most > 0, most, 1.0)
            if begun:
                pull = np.where(bare != 0, turn * (points - bare * most), pull)
            nearer = idle & maybe & (most > 0) & ((pull < furthest) | (chosen < 0))
            furthest, chosen = np.where(nearer, pull, furthest), np.where(nearer, place, chosen)
        return [use | (chosen == place) for place, use in enumerate(taken)]

    def _ratio(self, taken: Sequence[Any]) -> tuple[Any, Any]:
        np = self._np
        points, most = np.zeros(self._length), np.zeros(self._length)
        for (part_points, part_most, _, _), use in zip(self._parts, taken, strict=True):
            points = points + np.where(use, part_points, 0.0)
            most = most + np.where(use, part_most, 0.0)
        if self._gridded:
            points, most = self._grid(points), self._grid(most)
        there = most != 0
        return self._scale * points / np.where(there, most, 1.0), there


_BYTE, _SHORT = 127, 32_767

_Join = Callable[[Any, Any], Any]


class Arrays:
    """Arithmetic on arrays; ``np`` is NumPy, as its door gives it."""

    def __init__(self, np: Any) -> None:
        self._np = np

    def kept(self, value: Any, uses: int) -> Any:
        """An array may be read as often as one likes."""
        return value

    # ---- truth values ------------------------------------------------------------------------

    def every(self, values: Sequence[Any]) -> Any:
        """Where all hold."""
        return self._joined(values, True, and_, iand)

    def some(self, values: Sequence[Any]) -> Any:
        """Where at least one holds."""
        return self._joined(values, False, or_, ior)

    def _joined(self, values: Sequence[Any], none: bool, join: _Join, join_into: _Join) -> Any:
        """The values joined; ``none`` is what no value comes to, its contrary settles all."""
        found: Any = none
        own = False
        for value in values:
            if value is (not none):
                return value
            if value is none:
                continue
            if found is none:
                found = value
            elif own:
                found = join_into(found, value)
            else:
                found, own = join(found, value), True
        return found

    def contrary(self, value: Any) -> Any:
        """Where it does not hold."""
        return not value if isinstance(value, bool) else ~value

    def compared(self, operator: str, left: Any, right: Any) -> Any:
        """Where a comparison holds."""
        match operator:
            case "<":
                found = left < right
            case "<=":
                found = left <= right
            case ">":
                found = left > right
            case ">=":
                found = left >= right
            case "==":
                found = left == right
            case _:
                found = left != right
        return found

    # ---- choosing ----------------------------------------------------------------------------

    def chosen(self, test: Any, yes: Any, no: Any) -> Any:
        """``yes`` where the test holds, else ``no``."""
        if isinstance(test, bool):
            return yes if test else no
        if self._plain(yes) and self._plain(no):
            return self._two_numbers(test, yes, no)
        if self._plain(no) and no == 0 and yes.dtype.kind == "i":
            return yes * test.view(self._np.int8)
        if self._plain(yes) and yes == 0 and no.dtype.kind == "i":
            return no * (~test).view(self._np.int8)
        kinds = {self._kind(yes), self._kind(no)}
        if None in kinds:
            return self._blended(test, yes, no)
        return self._blended_small(test, yes, no, self._np.int16 if 2 in kinds else self._np.int8)

    def _kind(self, value: Any) -> int | None:
        """How many bytes a small whole number takes; None for any other number."""
        if not self._plain(value):
            return int(value.itemsize) if value.dtype.kind == "i" and value.itemsize <= 2 else None
        if not isinstance(value, int) or abs(value) > _SHORT:
            return None
        return 1 if abs(value) <= _BYTE else 2

    def _blended_small(self, test: Any, yes: Any, no: Any, kind: Any) -> Any:
        np = self._np
        mask = -test.view(np.int8) if kind is np.int8 else -test.astype(np.int16)
        one, other = (
            kind(value) if self._plain(value) else value.astype(kind, copy=False) for value in (yes, no)
        )
        mask &= one ^ other
        mask ^= other
        return mask

    def _two_numbers(self, test: Any, yes: Any, no: Any) -> Any:
        np, step = self._np, yes - no
        if not isinstance(yes, int) or not isinstance(no, int) or max(abs(yes), abs(no), abs(step)) > _SHORT:
            return self._blended(test, float(yes), float(no))
        if step == 0:
            return yes
        if max(abs(yes), abs(no), abs(step)) <= _BYTE:
            found = test.view(np.int8)
            found = found * np.int8(step) if step != 1 else found
            return found + np.int8(no) if no else found
        found = test.astype(np.int16) * np.int16(step)
        return found + np.int16(no) if no else found

    def _blended(self, test: Any, yes: Any, no: Any) -> Any:
        """By their bits, which costs the same whatever the test says, and takes any number as it is."""
        np = self._np
        mask = test.astype(np.int64)
        np.negative(mask, out=mask)
        if self._plain(no) and no == 0:
            mask &= self._bits(yes)
            return mask.view(np.float64)
        other = self._bits(no)
        mask &= self._bits(yes) ^ other
        mask ^= other
        return mask.view(np.float64)

    def _bits(self, value: Any) -> Any:
        np = self._np
        return np.float64(value).view(np.int64) if self._plain(value) else self.real(value).view(np.int64)

    def _plain(self, value: Any) -> bool:
        return isinstance(value, int | float)

    def real(self, value: Any) -> Any:
        """The value as floats."""
        if self._plain(value):
            return float(value)
        return value if value.dtype == self._np.float64 else value.astype(self._np.float64)

    # ---- adding ------------------------------------------------------------------------------

    def added(self, terms: Sequence[Any], most: float) -> Any:
        """The terms added from left to right; no partial sum is larger than ``most``."""
        np, small = self._np, self._small(most)
        total, own = terms[0], False
        for each in terms[1:]:
            if self._plain(total) and self._plain(each):
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
        if self._plain(left) and self._plain(right):
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
        return isinstance(value, int) if self._plain(value) else value.dtype.kind == "i"

    # ---- other arithmetic --------------------------------------------------------------------

    def times(self, left: Any, right: Any) -> Any:
        """A product."""
        return self.real(left) * self.real(right)

    def divided(self, left: Any, right: Any, nearest: float, *, safe: bool) -> Any:
        """A quotient; 0 where the divisor is nearer to 0 than ``nearest`` (unless surely ``safe``)."""
        left, right = self.real(left), self.real(right)
        if self._plain(right):
            return 0.0 if -nearest < right < nearest else left / right
        if safe:
            return left / right
        there = (right >= nearest) | (right <= -nearest)
        return self.chosen(there, left / right, 0.0)

    def extreme(self, which: str, values: Sequence[Any], *, finite: bool) -> Any:
        """The smallest or largest, as Python's ``min`` and ``max`` pick it."""
        found = values[0]
        for value in values[1:]:
            if self._plain(found) and self._plain(value):
                found = min(found, value) if which == "min" else max(found, value)
            elif finite:
                pick = self._np.minimum if which == "min" else self._np.maximum
                found = pick(self.real(found), self.real(value))
            else:
                found, other = self.real(found), self.real(value)
                found = self.chosen(other < found if which == "min" else other > found, other, found)
        return found

    def grid(self, x: Any) -> Any:
        """On the grid of one billionth."""
        if self._plain(x):
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
        if self._plain(x):
            return arithmetic.grid(x)
        found = self.real(x) * 1e9
        found += 0.5
        self._np.floor(found, out=found)
        found /= 1e9
        return found

    def applied(self, function: str, values: Sequence[Any], days_off: Collection[int]) -> Any:
        """A named function."""
        if all(map(self._plain, values)):
            return arithmetic.applied(function, [float(value) for value in values], days_off)
        first = self.real(values[0])
        match function:
            case "grid":
                return self.grid(first)
            case "abs":
                return self._np.abs(first)
            case "floor" | "ceil":
                turned = self._np.floor(first) if function == "floor" else self._np.ceil(first)
                return self.chosen(self._np.abs(first) < arithmetic.EXACT_FLOAT, turned, first)
            case "sqrt":
                return self.chosen(first > 0, self.grid(self._np.sqrt(first)), 0.0)
            case "years_between":
                return years_between(self._np, *self._both(values))
            case "working_days_between":
                return working_days_between(self._np, *self._both(values), days_off)
        return self._by_series(function, first)

    def _by_series(self, function: str, x: Any) -> Any:
        match function:
            case "power_of_e":
                return power_of_e(self._np, x)
            case "exp":
                return self.grid(power_of_e(self._np, x))
            case "log":
                return log(self._np, x)
            case "ln":
                return self.chosen(x > 0, self.grid(log(self._np, x)), 0.0)
        return self.chosen(x > 0, self.grid(log(self._np, x) / arithmetic.LN_TEN), 0.0)

    def _both(self, values: Sequence[Any]) -> tuple[Any, Any]:
        one, other = self._np.broadcast_arrays(self.real(values[0]), self.real(values[1]))
        return one, other

    def remainder(self, left: Any, right: Any) -> Any:
        """``left`` less the whole times that ``right`` goes into it."""
        left, right = self.real(left), self.real(right)
        if self._plain(left) and self._plain(right):
            return float(arithmetic.remainder(left, right))
        there = self.contrary(self.every([right > -arithmetic.NEAREST, right < arithmetic.NEAREST]))
        if there is False:
            return 0.0
        times = self.applied(
            "floor", [self.grid(self.divided(left, right, arithmetic.NEAREST, safe=there is True))], ()
        )
        return self.chosen(there, left - right * times, 0.0)

    def power(self, base: Any, exponent: int) -> Any:
        """The base multiplied by itself."""
        base = self.real(base)
        product = base
        for _ in range(exponent - 1):
            product = product * base
        return product

    def rounded(self, x: Any, digits: int, mode: RoundingMode) -> Any:
        """``x``, already on the grid, rounded to so many digits."""
        x = self.real(x)
        if self._plain(x):
            return float(arithmetic.round_to(x, digits, mode))
        np = self._np
        size = np.abs(x)
        inside = np.floor(size * 1e9 + 0.5) / 10.0 ** (9 - digits)
        steps = self.chosen(size <= arithmetic.EDGE, inside, size * 10.0**digits)
        below = np.floor(steps)
        part = steps - below
        if mode == "half_up":
            up = part >= 0.5
        elif mode == "half_even":
            up = (part > 0.5) | ((part == 0.5) & (below % 2 == 1))
        else:
            up = part > 0 if mode == "up" else np.zeros(len(x), dtype=bool)
        whole = below + up
        found = whole / 10.0**digits if digits >= 0 else whole * 10.0**-digits
        return self.chosen(steps < arithmetic.EXACT_FLOAT, np.copysign(found, x), x)

    def mixture(self, which: str, scale: float, parts: Sequence[Any], *, summed_on_grid: bool) -> Any:
        """The smallest or largest ratio of sums over every choice of the parts that may apply."""
        return mixture(self._np, self.grid, which, scale, parts, summed_on_grid)
