"""The carrier of frame expressions: the arithmetic of ``arithmetic`` as columns of any dataframe engine.

The same operations in the same order, by additions, multiplications, comparisons and ``floor`` alone, of
which every engine makes the same bits. No expression is ever null or not a number where somebody looks:
what is missing was turned into truth values before. What is read twice becomes a column of its own for
a while (``Formulas.layers``), so that plans stay small; a value that holds for all rows stays plain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

import attrs

from criteria_engine.backends.steps import Operations
from criteria_engine.core import arithmetic
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, NEAREST
from criteria_engine.core.nodes import RoundingMode

__all__ = [
    "Formula",
    "Formulas",
    "FrameFunctions",
    "FrameOperations",
]


# ---- functions of the core as expressions of a frame: days, logarithms, rounding, ratios that move together ---

_UP = (512, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1)


class FrameOperations(Operations, Protocol):
    """What the functions are made of (see ``frames.Formulas``)."""

    def named(self, value: Any) -> Any:
        """The value as a column of its own."""

    def floor(self, x: Any) -> Any:
        """The largest whole number not above ``x``, as a float."""

    def grid(self, x: Any) -> Any:
        """On the grid of one billionth."""


class FrameFunctions:
    """The functions, over the operations of a carrier."""

    def __init__(self, operations: FrameOperations) -> None:
        self._do = operations

    # ---- short forms -------------------------------------------------------------------------

    def _plus(self, *terms: Any) -> Any:
        return self._do.added(
            [float(each) if isinstance(each, int) else each for each in terms], arithmetic.EXACT_FLOAT
        )

    def _minus(self, left: Any, right: Any) -> Any:
        return self._do.subtracted(left, right, arithmetic.EXACT_FLOAT)

    def _over(self, left: Any, right: float) -> Any:
        return self._do.divided(left, right, 1e-300, safe=True)

    def _into(self, left: Any, right: float) -> Any:
        """How often ``right`` goes into ``left``."""
        return self._do.floor(self._over(left, right))

    # ---- days --------------------------------------------------------------------------------

    def days(self, function: str, first: Any, second: Any, days_off: Collection[int]) -> Any:
        """Years or working days from one day to another; turned round the number is negative."""
        do = self._do
        turned = do.named(do.compared(">", first, second))
        start, end = do.named(do.chosen(turned, second, first)), do.named(do.chosen(turned, first, second))
        if function == "years_between":
            found = do.named(self._years(start, end))
        else:
            found = do.named(self._working_days(start, end, days_off))
        return do.chosen(turned, self._minus(0.0, found), found)

    def _years(self, start: Any, end: Any) -> Any:
        (from_year, from_month, from_day), (to_year, to_month, to_day) = map(self.calendar, (start, end))
        before = self._do.compared(
            "<",
            self._plus(self._do.times(to_month, 32.0), to_day),
            self._plus(self._do.times(from_month, 32.0), from_day),
        )
        return self._minus(self._minus(to_year, from_year), self._do.chosen(before, 1.0, 0.0))

    def calendar(self, day: Any) -> tuple[Any, Any, Any]:
        """Year, month and day of the month of a day counted from 1 January of the year 1."""
        do = self._do
        since_march = do.named(self._plus(day, 305.0))
        era = do.named(self._into(since_march, 146_097.0))
        of_era = do.named(self._minus(since_march, do.times(era, 146_097.0)))
        leaps = self._minus(
            self._plus(self._minus(of_era, self._into(of_era, 1_460.0)), self._into(of_era, 36_524.0)),
            self._into(of_era, 146_096.0),
        )
        year = do.named(self._into(leaps, 365.0))
        past = self._minus(self._plus(do.times(year, 365.0), self._into(year, 4.0)), self._into(year, 100.0))
        of_year = do.named(self._minus(of_era, past))
        place = do.named(self._into(self._plus(do.times(of_year, 5.0), 2.0), 153.0))
        of_month = self._plus(
            self._minus(of_year, self._into(self._plus(do.times(place, 153.0), 2.0), 5.0)), 1.0
        )
        early = do.named(do.compared("<", place, 10.0))
        month = self._plus(place, do.chosen(early, 3.0, -9.0))
        whole_year = self._plus(year, do.times(era, 400.0), do.chosen(early, 0.0, 1.0))
        return do.named(whole_year), do.named(month), do.named(of_month)

    def _working_days(self, start: Any, end: Any, days_off: Collection[int]) -> Any:
        do = self._do
        off = [
            do.chosen(do.every([do.compared("<", start, day), do.compared(">=", end, day)]), 1, 0)
            for day in sorted(days_off)
            if (day - 1) % 7 < 5
        ]
        found = self._minus(self._workdays_to(end), self._workdays_to(start))
        return self._minus(found, do.added(off, len(off))) if off else found

    def _workdays_to(self, day: Any) -> Any:
        do = self._do
        weeks = do.named(self._into(day, 7.0))
        rest = self._minus(day, do.times(weeks, 7.0))
        return self._plus(do.times(weeks, 5.0), do.extreme("min", [rest, 5.0], finite=True))

    # ---- logarithms --------------------------------------------------------------------------

    def by_series(self, function: str, x: Any) -> Any:
        """``exp``, ``ln``, ``log10``, and the two that stay off the grid."""
        do = self._do
        if function == "power_of_e":
            return self._power_of_e(x)
        if function == "exp":
            return do.grid(self._power_of_e(x))
        positive = do.named(do.compared(">", x, 0.0))
        found = self._log(do.named(do.chosen(positive, x, 1.0)))
        if function == "log":
            return do.chosen(positive, found, float("-inf"))
        return do.chosen(
            positive, do.grid(found if function == "ln" else self._over(found, arithmetic.LN_TEN)), 0.0
        )

    def _log(self, x: Any) -> Any:
        """As ``arithmetic.log``: what ``frexp`` gives is found by halving, which is exact."""
        do = self._do
        twos: Any = 0.0
        for step in _UP:
            small = do.named(do.compared("<", x, 2.0 ** (1 - step)))
            twos = do.named(do.chosen(small, self._minus(twos, float(step)), twos))
            x = do.named(do.chosen(small, do.times(x, 2.0**step), x))
        for step in _UP[1:]:
            large = do.named(do.compared(">=", x, 2.0**step))
            twos = do.named(do.chosen(large, self._plus(twos, float(step)), twos))
            x = do.named(do.chosen(large, do.times(x, 2.0**-step), x))
        half = do.named(do.times(x, 0.5))
        small = do.named(do.compared("<", half, arithmetic.ROOT_OF_HALF))
        part = do.named(do.chosen(small, x, half))
        twos = do.named(do.chosen(small, twos, self._plus(twos, 1.0)))
        s = do.named(do.divided(self._minus(part, 1.0), self._plus(part, 1.0), 1e-300, safe=True))
        total = self._series(arithmetic.LN_TERMS, do.named(do.times(s, s)))
        low = self._plus(do.times(twos, arithmetic.LN_TWO_LOW), do.times(do.times(s, 2.0), total))
        return self._plus(do.times(twos, arithmetic.LN_TWO_HIGH), low)

    def _series(self, terms: Sequence[float], x: Any) -> Any:
        total: Any = terms[0]
        for term in terms[1:]:
            total = self._plus(self._do.times(total, x), term)
        return total

    def _power_of_e(self, x: Any) -> Any:
        do = self._do
        there = do.named(do.compared(">", x, arithmetic.LOWEST_EXPONENT))
        x = do.named(do.extreme("min", [do.chosen(there, x, 0.0), arithmetic.MOST_EXPONENT], finite=True))
        twos = do.named(do.floor(self._plus(do.times(x, arithmetic.MANY_TWOS), 0.5)))
        rest = self._minus(x, do.times(twos, arithmetic.LN_TWO_HIGH))
        rest = do.named(self._minus(rest, do.times(twos, arithmetic.LN_TWO_LOW)))
        total = self._series(arithmetic.EXP_TERMS, rest)
        up = do.named(do.extreme("max", [twos, 0.0], finite=True))
        down = do.named(do.extreme("max", [self._minus(0.0, twos), 0.0], finite=True))
        found = do.times(do.times(total, self._two_to(up, 1)), self._two_to(down, -1))
        return do.chosen(there, found, 0.0)

    def _two_to(self, exponent: Any, sign: int) -> Any:
        """Two to a whole power from 0 to 1023, or one over it: the product of what its bits say."""
        do = self._do
        product: Any = 1.0
        for step in _UP[1:]:
            odd = self._minus(
                self._into(exponent, float(step)), do.times(self._into(exponent, 2.0 * step), 2.0)
            )
            product = do.times(product, do.chosen(do.compared(">=", odd, 1.0), 2.0 ** (sign * step), 1.0))
        return do.named(product)

    # ---- rounding and ratios -----------------------------------------------------------------

    def rounded(self, x: Any, digits: int, mode: RoundingMode) -> Any:
        """``x``, already on the grid, rounded to so many digits."""
        do = self._do
        negative = do.named(do.compared("<", x, 0.0))
        size = do.named(do.chosen(negative, self._minus(0.0, x), x))
        near = do.named(do.compared("<=", size, arithmetic.EDGE))
        billionths = do.floor(self._plus(do.times(do.chosen(near, size, 0.0), 1e9), 0.5))
        inside, outside = self._over(billionths, 10.0 ** (9 - digits)), do.times(size, 10.0**digits)
        steps = do.named(do.chosen(near, inside, outside))
        exact = do.named(do.compared("<", steps, arithmetic.EXACT_FLOAT))
        steps = do.named(do.chosen(exact, steps, 0.0))
        below = do.named(do.floor(steps))
        part = do.named(self._minus(steps, below))
        if mode == "half_up":
            up = do.compared(">=", part, 0.5)
        elif mode == "half_even":
            odd = self._minus(below, do.times(self._into(below, 2.0), 2.0))
            tie = do.every([do.compared("==", part, 0.5), do.compared("==", odd, 1.0)])
            up = do.some([do.compared(">", part, 0.5), tie])
        else:
            up = do.compared(">", part, 0.0) if mode == "up" else False
        whole = self._plus(below, do.chosen(up, 1.0, 0.0))
        found = do.named(self._over(whole, 10.0**digits) if digits >= 0 else do.times(whole, 10.0**-digits))
        return do.chosen(exact, do.chosen(negative, self._minus(0.0, found), found), x)

    def mixture(self, which: str, scale: float, parts: Sequence[Any], summed_on_grid: bool) -> Any:
        """As ``arithmetic.mixture``, in as many rounds as there can be: a round after the last changes nothing."""
        do, turn = self._do, 1.0 if which == "min" else -1.0
        parts = [tuple(do.named(each) for each in part) for part in parts]
        pulls = [do.compared("<", do.times(points, turn), 0.0) for points, _, _, _ in parts]
        taken = [
            do.some([surely, do.every([maybe, most == 0, pull])])
            for (_, most, surely, maybe), pull in zip(parts, pulls, strict=True)
        ]
        best: Any = None
        begun: Any = False
        going: Any = True
        for _ in range(len(parts) + 2):
            bare = None if best is None else do.named(self._over(best, scale))
            taken = self._with_one(parts, taken, turn, bare)
            ratio, there = self._ratio(scale, parts, taken, summed_on_grid)
            going = do.every([going, there])
            if best is None:
                best, begun = do.named(do.chosen(going, ratio, 0.0)), True
            else:
                nearer = do.compared("<", do.times(ratio, turn), do.named(do.times(best, turn)))
                going = do.named(do.every([going, nearer]))
                best = do.named(do.chosen(going, ratio, best))
            bare = do.named(self._over(best, scale))
            taken = [
                do.named(do.some([surely, do.every([maybe, self._pulls(points, most, bare, turn)])]))
                for points, most, surely, maybe in parts
            ]
            if begun and going is False:
                break
        return best

    def _pulls(self, points: Any, most: Any, bare: Any, turn: float) -> Any:
        do = self._do
        return do.compared("<", do.times(self._minus(points, do.times(bare, most)), turn), 0.0)

    def _with_one(self, parts: Sequence[Any], taken: Sequence[Any], turn: float, bare: Any) -> list[Any]:
        """Where no part with a maximum is taken, the one that pulls furthest as well."""
        do = self._do
        idle = do.contrary(
            do.some([use for (_, most, _, _), use in zip(parts, taken, strict=True) if most != 0])
        )
        if idle is False:
            return list(taken)
        furthest: Any = float("inf")
        chosen: Any = -1
        for place, (points, most, _, maybe) in enumerate(parts):
            if not most > 0:
                continue
            pull = self._over(do.times(points, turn), float(most))
            if bare is not None:
                other = do.times(self._minus(points, do.times(bare, most)), turn)
                pull = do.chosen(do.compared("!=", bare, 0.0), other, pull)
            pull = do.named(pull)
            closer = do.some([do.compared("<", pull, furthest), do.compared("<", chosen, 0)])
            nearer = do.named(do.every([idle, maybe, closer]))
            furthest = do.named(do.chosen(nearer, pull, furthest))
            chosen = do.named(do.chosen(nearer, place, chosen))
        return [do.named(do.some([use, do.compared("==", chosen, place)])) for place, use in enumerate(taken)]

    def _ratio(
        self, scale: float, parts: Sequence[Any], taken: Sequence[Any], summed_on_grid: bool
    ) -> tuple[Any, Any]:
        do = self._do
        uses = list(zip(parts, taken, strict=True))
        points = self._plus(0.0, *[do.chosen(use, part[0], 0.0) for part, use in uses])
        most = self._plus(0.0, *[do.chosen(use, float(part[1]), 0.0) for part, use in uses])
        if summed_on_grid:
            points, most = do.grid(points), do.grid(most)
        most = do.named(most)
        there = do.named(do.compared("!=", most, 0.0))
        return do.divided(do.times(points, scale), do.chosen(there, most, 1.0), 1e-300, safe=True), there


_DEEP = 40  # engines walk expressions by recursion
_COSTLY = 6  # what is not so deep is worked out sooner than it is asked whether it need be
_MOST_WHOLE = 1_000_000_000
_TOGETHER = 40  # terms that are added in one expression


@attrs.frozen(eq=False, repr=False)
class Formula:
    """An expression over the columns of the first ``layer`` layers; ``whole`` ones are integers."""

    expression: Any
    layer: int = 0
    depth: int = 0
    whole: bool = False


class Formulas:
    """Arithmetic on formulas; ``space`` makes expressions: narwhals, polars itself, or a dialect of SQL.

    ``layers`` are the columns that the formulas read, layer after layer: names and expressions. ``spread``
    is a truth value by row, for engines that multiply by the reciprocal of a plain divisor, which gives
    other bits: they are given a column to divide by.
    """

    def __init__(self, space: Any, mark: str, spread: Any = None) -> None:
        self.space = space
        self._spread = spread
        self._divisors: dict[float, Any] = {}
        self._mark = mark
        self.layers: list[list[tuple[str, Any]]] = []
        self._count = 0
        self._functions = FrameFunctions(self)
        self._only: Formula | None = None

    def only_where(self, test: Formula) -> None:
        """From here on what gets a name is worked out where the test holds, and null elsewhere.

        Engines that look at tests first save the work.
        """
        self._only = self.named(test)

    # ---- formulas ----------------------------------------------------------------------------

    def kept(self, value: Any, uses: int) -> Any:
        """A value that is read so many times: under a name, unless it is as short as one."""
        return self.named(value) if isinstance(value, Formula) and value.depth > 1 else value

    def named(self, value: Any) -> Any:
        """The value as a column of its own."""
        if not isinstance(value, Formula) or value.depth == 0:
            return value
        name = f"{self._mark}{self._count}"
        self._count += 1
        layer, expression = value.layer, value.expression
        if self._only is not None and value.depth >= _COSTLY:
            layer = max(layer, self._only.layer)
            expression = (
                self.space.when(self._only.expression).then(expression).otherwise(self.space.lit(None))
            )
        while len(self.layers) <= layer:
            self.layers.append([])
        self.layers[layer].append((name, expression))
        return Formula(self.space.col(name), layer + 1, 0, value.whole)

    def made(self, make: Callable[..., Any], *values: Any, whole: bool = False) -> Any:
        """A formula made of others and of plain values."""
        short = [
            self.named(each) if isinstance(each, Formula) and each.depth >= _DEEP else each for each in values
        ]
        formulas = [each for each in short if isinstance(each, Formula)]
        found = make(*[each.expression if isinstance(each, Formula) else each for each in short])
        if isinstance(found, bool | int | float):
            return found
        layer = max((each.layer for each in formulas), default=0)
        depth = 1 + max((each.depth for each in formulas), default=0)
        return Formula(found, layer, depth, whole)

    def _joined(self, make: Callable[[Any, Any], Any], values: Sequence[Any], *, whole: bool = False) -> Any:
        """Many values joined two by two, so that the expression does not grow deep."""
        listed = list(values)
        while len(listed) > 1:
            pairs = [listed[place : place + 2] for place in range(0, len(listed), 2)]
            listed = [self.made(make, *pair, whole=whole) if len(pair) == 2 else pair[0] for pair in pairs]
        return listed[0]

    def real(self, value: Any) -> Any:
        """The value as a float."""
        if isinstance(value, Formula):
            if not value.whole:
                return value
            return self.made(lambda x: x.cast(self.space.Float64), value)
        return float(value)

    def _literal(self, value: Any, *, whole: bool) -> Any:
        if isinstance(value, Formula):
            return value
        return Formula(self.space.lit(int(value) if whole else float(value)), 0, 0, whole)

    # ---- truth values ------------------------------------------------------------------------

    def every(self, values: Sequence[Any]) -> Any:
        """Where all hold."""
        if any(value is False for value in values):
            return False
        left = [value for value in values if value is not True]
        return self._joined(lambda one, other: one & other, left) if left else True

    def some(self, values: Sequence[Any]) -> Any:
        """Where at least one holds."""
        if any(value is True for value in values):
            return True
        left = [value for value in values if value is not False]
        return self._joined(lambda one, other: one | other, left) if left else False

    def contrary(self, value: Any) -> Any:
        """Where it does not hold."""
        return not value if isinstance(value, bool) else self.made(lambda x: ~x, value)

    def compared(self, operator: str, left: Any, right: Any) -> Any:
        """Where a comparison holds."""
        if not isinstance(left, Formula) and isinstance(right, Formula):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            return self.compared(turned.get(operator, operator), right, left)
        if not isinstance(left, Formula) or not isinstance(right, Formula):
            right = self._like(right, left)
        elif left.whole != right.whole:
            left, right = self.real(left), self.real(right)
        match operator:
            case "<":
                return self._compared(lambda x, y: x < y, left, right)
            case "<=":
                return self._compared(lambda x, y: x <= y, left, right)
            case ">":
                return self._compared(lambda x, y: x > y, left, right)
            case ">=":
                return self._compared(lambda x, y: x >= y, left, right)
            case "==":
                return self._compared(lambda x, y: x == y, left, right)
        return self._compared(lambda x, y: x != y, left, right)

    def _compared(self, make: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if isinstance(left, Formula):
            return self.made(make, left, right)
        return bool(make(left, right))

    def _like(self, plain: Any, formula: Any) -> Any:
        """A plain number of the kind of the formula it is compared with, where it can be that."""
        if isinstance(formula, Formula) and formula.whole:
            return int(plain) if plain == int(plain) and abs(plain) <= _MOST_WHOLE else float(plain)
        return float(plain)

    def chosen(self, test: Any, yes: Any, no: Any) -> Any:
        """``yes`` where the test holds, else ``no``."""
        if isinstance(test, bool):
            return yes if test else no
        whole = self._is_whole(yes) and self._is_whole(no)
        if not whole:
            yes, no = self.real(yes), self.real(no)
        yes, no = self._literal(yes, whole=whole), self._literal(no, whole=whole)
        return self.made(lambda t, y, n: self.space.when(t).then(y).otherwise(n), test, yes, no, whole=whole)

    def _is_whole(self, value: Any) -> bool:
        if isinstance(value, Formula):
            return value.whole
        return isinstance(value, int) and abs(value) <= _MOST_WHOLE

    # ---- arithmetic --------------------------------------------------------------------------

    def added(self, terms: Sequence[Any], most: float) -> Any:
        """The terms added from left to right; whole ones in any order, which is the same."""
        if all(self._is_whole(term) for term in terms) and most <= _MOST_WHOLE:
            return self._joined(lambda x, y: x + y, terms, whole=True)
        total = self.real(terms[0])
        for place, term in enumerate(terms[1:], 1):
            total = self._sum_of(total, self.real(term))
            if place % _TOGETHER == 0:
                total = self.named(total)
        return total

    def _sum_of(self, left: Any, right: Any) -> Any:
        if isinstance(left, Formula) or isinstance(right, Formula):
            return self.made(lambda x, y: x + y, left, right)
        return left + right

    def subtracted(self, left: Any, right: Any, most: float) -> Any:
        """``left`` less ``right``."""
        whole = self._is_whole(left) and self._is_whole(right) and most <= _MOST_WHOLE
        if not whole:
            left, right = self.real(left), self.real(right)
        if isinstance(left, Formula) or isinstance(right, Formula):
            return self.made(lambda x, y: x - y, left, right, whole=whole)
        return left - right

    def times(self, left: Any, right: Any) -> Any:
        """A product."""
        left, right = self.real(left), self.real(right)
        if isinstance(left, Formula) or isinstance(right, Formula):
            return self.made(lambda x, y: x * y, left, right)
        return left * right

    def divided(self, left: Any, right: Any, nearest: float, *, safe: bool) -> Any:
        """A quotient; 0 where the divisor is nearer to 0 than ``nearest`` (unless surely ``safe``)."""
        left, right = self.real(left), self.real(right)
        if not isinstance(right, Formula):
            if -nearest < right < nearest:
                return 0.0
            return self._divided_plainly(left, right) if isinstance(left, Formula) else left / right
        if safe:
            return self.made(lambda x, y: x / y, left, right)
        right = self.named(right)
        there = self.made(lambda y: (y >= nearest) | (y <= -nearest), right)
        there = self.named(there)
        # Some engines refuse to divide by 0 even where nobody looks.
        divisor = self.chosen(there, right, 1.0)
        return self.chosen(there, self.made(lambda x, y: x / y, left, divisor), 0.0)

    def _divided_plainly(self, left: Formula, right: float) -> Any:
        if self._spread is None or math.frexp(right)[0] == 0.5:
            return self.made(lambda x: x / right, left)
        if right not in self._divisors:
            column = self._spread.cast(self.space.Float64) * 0.0 + right
            self._divisors[right] = self.named(Formula(column, depth=1))
        return self.made(lambda x, y: x / y, left, self._divisors[right])

    def remainder(self, left: Any, right: Any) -> Any:
        """``left`` less the whole times that ``right`` goes into it."""
        left, right = self.named(self.real(left)), self.named(self.real(right))
        if not isinstance(left, Formula) and not isinstance(right, Formula):
            return float(arithmetic.remainder(left, right))
        there = self.contrary(
            self.every([self.compared(">", right, -NEAREST), self.compared("<", right, NEAREST)])
        )
        if there is False:
            return 0.0
        times = self.floor(self.grid(self.divided(left, right, NEAREST, safe=there is True)))
        return self.chosen(there, self.subtracted(left, self.times(right, times), EXACT_FLOAT), 0.0)

    def power(self, base: Any, exponent: int) -> Any:
        """The base multiplied by itself."""
        base = self.named(self.real(base))
        product = base
        for _ in range(exponent - 1):
            product = self.times(product, base)
        return product

    def extreme(self, which: str, values: Sequence[Any], *, finite: bool) -> Any:
        """The smallest or largest, as Python's ``min`` and ``max`` pick it."""
        found = values[0]
        for value in values[1:]:
            one, other = self.named(found), self.named(value)
            if not isinstance(one, Formula) and not isinstance(other, Formula):
                found = min(one, other) if which == "min" else max(one, other)
            else:
                found = self.chosen(self.compared("<" if which == "min" else ">", other, one), other, one)
        return found

    def floor(self, x: Any) -> Any:
        """The largest whole number not above ``x``, as a float; only for what floats hold to the unit."""
        if not isinstance(x, Formula):
            return float(arithmetic.floor(x))
        return self.made(lambda y: y.floor().cast(self.space.Float64), self.real(x))

    def grid(self, x: Any) -> Any:
        """On the grid of one billionth."""
        x = self.named(self.real(x))
        if not isinstance(x, Formula):
            return arithmetic.grid(x)
        size = self.named(self.made(lambda y: y.abs(), x))
        inside = self.compared("<=", size, EDGE)
        # Beyond the edge nobody looks at it, and some engines cannot take the floor of what is very large.
        steps = self.floor(self.made(lambda y: y * 1e9 + 0.5, self.chosen(inside, size, 0.0)))
        found = self.named(self._billionths(steps))
        signed = self.chosen(self.compared("<", x, 0.0), self.made(lambda y: 0.0 - y, found), found)
        return self.chosen(inside, signed, x)

    def _billionths(self, steps: Any) -> Any:
        return self._divided_plainly(steps, 1e9)

    def grid_inside(self, x: Any) -> Any:
        """The same for what is surely not below 0 and within the edge."""
        if not isinstance(x, Formula):
            return arithmetic.grid(float(x))
        steps = self.floor(self.made(lambda y: y * 1e9 + 0.5, self.real(x)))
        return self._billionths(steps)

    def applied(self, function: str, values: Sequence[Any], days_off: Collection[int]) -> Any:
        """A named function."""
        if not any(isinstance(value, Formula) for value in values):
            return arithmetic.applied(function, [float(value) for value in values], days_off)
        first = self.named(self.real(values[0]))
        match function:
            case "grid":
                return self.grid(first)
            case "abs":
                return self.made(lambda x: x.abs(), first)
            case "floor" | "ceil":
                return self._turned(function, first)
            case "sqrt":
                positive = self.compared(">", first, 0.0)
                root = self.made(lambda x: x.sqrt(), self.chosen(positive, first, 1.0))
                return self.chosen(positive, self.grid(root), 0.0)
            case "years_between" | "working_days_between":
                return self._functions.days(function, first, self.named(self.real(values[1])), days_off)
        return self._functions.by_series(function, first)

    def _turned(self, function: str, x: Formula) -> Any:
        inside = self.named(self.made(lambda y: y.abs() < EXACT_FLOAT, x))
        small = self.chosen(inside, x, 0.0)
        if function == "floor":
            return self.chosen(inside, self.floor(small), x)
        below = self.floor(self.made(lambda y: 0.0 - y, small))
        return self.chosen(inside, self.made(lambda y: 0.0 - y, below), x)

    def rounded(self, x: Any, digits: int, mode: RoundingMode) -> Any:
        """``x``, already on the grid, rounded to so many digits."""
        x = self.named(self.real(x))
        if not isinstance(x, Formula):
            return float(arithmetic.round_to(x, digits, mode))
        return self._functions.rounded(x, digits, mode)

    def mixture(self, which: str, scale: float, parts: Sequence[Any], *, summed_on_grid: bool) -> Any:
        """The smallest or largest ratio of sums over every choice of the parts that may apply."""
        return self._functions.mixture(which, scale, parts, summed_on_grid)
