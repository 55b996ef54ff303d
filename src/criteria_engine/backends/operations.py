"""The arithmetic of ``arithmetic`` for many rows at once, whatever holds the rows.

A backend for tables subclasses ``Operations`` and gives the first half of it: comparing, choosing, adding,
dividing, rounding down. The second half (functions of days, logarithms, rounding to digits, ratios that move
together) is made of the first, once for all backends: the same operations in the same order give the same bits.
A value is whatever the backend takes for a column, or a plain number or truth value that holds for all rows.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Sequence
from typing import Any

from criteria_engine.core import arithmetic
from criteria_engine.core.algebra import COMPARISONS
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, NEAREST
from criteria_engine.core.nodes import RoundingMode

_ANY_DIVISOR = 1e-300
_BASE_OF_ERAS = 305.0  # days from 1 March of the year 0 to the day before 1 January of the year 1


def is_plain(value: Any) -> bool:
    """Whether a value is one number or truth value for all rows."""
    return isinstance(value, int | float)


class Operations:
    """Arithmetic on columns. Every method takes columns and plain values alike."""

    def named(self, value: Any) -> Any:
        """A value that is read more than once; a backend that writes plans makes it a column of its own."""
        return value

    def kept(self, value: Any) -> Any:
        """The same for a value that may be too short to be worth a name."""
        return value

    def nowhere(self, test: Any) -> bool:
        """Whether a truth value surely holds in no row."""
        return test is False

    def made(self, make: Callable[..., Any], *values: Any) -> Any:
        """What a function of plain Python operators makes of values."""
        return make(*values)

    def joined(self, make: Callable[[Any, Any], Any], values: Sequence[Any]) -> Any:
        """Truth values of columns, joined by ``and`` or ``or``."""
        raise NotImplementedError

    def chosen(self, test: Any, yes: Any, no: Any) -> Any:
        """``yes`` where the test holds, else ``no``."""
        raise NotImplementedError

    def real(self, value: Any) -> Any:
        """The value as floats."""
        raise NotImplementedError

    def added(self, terms: Sequence[Any], most: float) -> Any:
        """The terms added from left to right; no partial sum is larger than ``most``."""
        raise NotImplementedError

    def subtracted(self, left: Any, right: Any, most: float) -> Any:
        """``left`` less ``right``, no larger than ``most``."""
        raise NotImplementedError

    def root(self, x: Any) -> Any:
        """The square root of a column of numbers above 0."""
        raise NotImplementedError

    def floor(self, x: Any) -> Any:
        """The largest whole number not above ``x``, as a float; only for what floats hold to the unit."""
        raise NotImplementedError

    def halved(self, x: Any) -> tuple[Any, Any]:
        """A part from 0.5 up to 1 and a power of two (as a float) that make up ``x`` above 0."""
        raise NotImplementedError

    def doubled(self, x: Any, twos: Any) -> Any:
        """``x`` times two to a whole power from -1023 to 1023."""
        raise NotImplementedError

    def every(self, values: Sequence[Any]) -> Any:
        """Where all hold."""
        left = [value for value in values if value is not True]
        if any(value is False for value in left):
            return False
        return self.joined(operator.and_, left) if left else True

    def some(self, values: Sequence[Any]) -> Any:
        """Where at least one holds."""
        left = [value for value in values if value is not False]
        if any(value is True for value in left):
            return True
        return self.joined(operator.or_, left) if left else False

    def contrary(self, value: Any) -> Any:
        """Where it does not hold."""
        return not value if isinstance(value, bool) else self.made(operator.invert, value)

    def compared(self, sign: str, left: Any, right: Any) -> Any:
        """Where a comparison holds."""
        return self.made(COMPARISONS[sign], left, right)

    def extreme(self, which: str, values: Sequence[Any], *, finite: bool) -> Any:  # noqa: ARG002 - arrays ask it
        """The smallest or largest, as Python's ``min`` and ``max`` pick it."""
        best = values[0]
        for value in values[1:]:
            one, other = self.named(best), self.named(value)
            best = self.chosen(self.compared("<" if which == "min" else ">", other, one), other, one)
        return best

    def times(self, left: Any, right: Any) -> Any:
        """A product."""
        return self.made(operator.mul, self.real(left), self.real(right))

    def divided(self, left: Any, right: Any, nearest: float, *, safe: bool) -> Any:
        """A quotient; 0 where the divisor is nearer to 0 than ``nearest`` (unless surely ``safe``)."""
        left, right = self.real(left), self.real(right)
        if is_plain(right):
            return 0.0 if -nearest < right < nearest else self.by_constant(left, right)
        if safe:
            return self.made(operator.truediv, left, right)
        right = self.named(right)
        there = self.named(self.made(lambda y: (y >= nearest) | (y <= -nearest), right))
        # Some engines refuse to divide by 0 even where nobody looks.
        divisor = self.chosen(there, right, 1.0)
        return self.chosen(there, self.made(operator.truediv, left, divisor), 0.0)

    def by_constant(self, left: Any, right: float) -> Any:
        """A quotient by a number other than 0."""
        return self.made(operator.truediv, left, right)

    def size(self, x: Any) -> Any:
        """The number without its sign."""
        return self.made(abs, x)

    def grid(self, x: Any) -> Any:
        """On the grid of one billionth."""
        x = self.named(self.real(x))
        if is_plain(x):
            return arithmetic.grid(x)
        size = self.named(self.size(x))
        inside = self.compared("<=", size, EDGE)
        # Beyond the edge nobody looks at it, and some engines cannot take the floor of what is very large.
        near = self.named(self.grid_inside(self.chosen(inside, size, 0.0)))
        return self.chosen(inside, self._turned_where(self.compared("<", x, 0.0), near), x)

    def grid_inside(self, x: Any) -> Any:
        """The same for what is surely not below 0 and within the edge."""
        if is_plain(x):
            return arithmetic.grid(float(x))
        billionths = self.made(lambda y: y * 1e9 + 0.5, self.real(x))
        return self.by_constant(self.floor(billionths), 1e9)

    def _plus(self, *terms: Any) -> Any:
        return self.added(terms, EXACT_FLOAT)

    def _minus(self, left: Any, right: Any) -> Any:
        return self.subtracted(left, right, EXACT_FLOAT)

    def _over(self, left: Any, right: Any) -> Any:
        return self.divided(left, right, _ANY_DIVISOR, safe=True)

    def _into(self, left: Any, right: float) -> Any:
        """How often ``right`` goes into ``left``."""
        return self.floor(self._over(left, right))

    def _turned_where(self, test: Any, x: Any) -> Any:
        """``x`` with the other sign where the test holds; a zero keeps none."""
        return self.chosen(test, self._minus(0.0, x), x)

    def applied(self, function: str, values: Sequence[Any], days_off: Collection[int]) -> Any:
        """A function of the core, by its name."""
        if all(map(is_plain, values)):
            return arithmetic.applied(function, [float(value) for value in values], days_off)
        x = self.named(self.real(values[0]))
        match function:
            case "grid":
                return self.grid(x)
            case "abs":
                return self.size(x)
            case "floor" | "ceil":
                inside = self.named(self.compared("<", self.size(x), EXACT_FLOAT))
                small = self.chosen(inside, x, 0.0)
                return self.chosen(inside, self.floor(small) if function == "floor" else self._ceil(small), x)
            case "sqrt":
                positive = self.named(self.compared(">", x, 0.0))
                root = self.root(self.chosen(positive, x, 1.0))
                return self.chosen(positive, self.grid(root), 0.0)
            case "power_of_e":
                return self._power_of_e(x)
            case "exp":
                return self.grid(self._power_of_e(x))
            case "log" | "ln" | "log10":
                return self._logarithm(function, x)
        return self._between(function, x, self.named(self.real(values[1])), days_off)

    def _ceil(self, x: Any) -> Any:
        return self._minus(0.0, self.floor(self._minus(0.0, x)))

    def remainder(self, left: Any, right: Any) -> Any:
        """``left`` less the whole times that ``right`` goes into it."""
        left, right = self.named(self.real(left)), self.named(self.real(right))
        if is_plain(left) and is_plain(right):
            return float(arithmetic.remainder(left, right))
        near = [self.compared(">", right, -NEAREST), self.compared("<", right, NEAREST)]
        there = self.contrary(self.every(near))
        if there is False:
            return 0.0
        times = self.floor(self.grid(self.divided(left, right, NEAREST, safe=there is True)))
        return self.chosen(there, self._minus(left, self.times(right, times)), 0.0)

    def power(self, base: Any, exponent: int) -> Any:
        """The base multiplied by itself."""
        base = self.named(self.real(base))
        product = base
        for _ in range(exponent - 1):
            product = self.times(product, base)
        return product

    def rounded(self, x: Any, digits: int, mode: RoundingMode) -> Any:
        """``x``, already on the grid, rounded to so many digits."""
        x = self.named(self.real(x))
        if is_plain(x):
            return float(arithmetic.round_to(x, digits, mode))
        negative = self.named(self.compared("<", x, 0.0))
        size = self.named(self._turned_where(negative, x))
        near = self.named(self.compared("<=", size, EDGE))
        billionths = self.floor(self._plus(self.times(self.chosen(near, size, 0.0), 1e9), 0.5))
        inside, outside = self._over(billionths, 10.0 ** (9 - digits)), self.times(size, 10.0**digits)
        steps = self.named(self.chosen(near, inside, outside))
        exact = self.named(self.compared("<", steps, EXACT_FLOAT))
        steps = self.named(self.chosen(exact, steps, 0.0))
        below = self.named(self.floor(steps))
        up = self._goes_up(below, self.named(self._minus(steps, below)), mode)
        steps = self._plus(below, self.chosen(up, 1.0, 0.0))
        nearest = self._over(steps, 10.0**digits) if digits >= 0 else self.times(steps, 10.0**-digits)
        return self.chosen(exact, self._turned_where(negative, self.named(nearest)), x)

    def _goes_up(self, below: Any, part: Any, mode: RoundingMode) -> Any:
        """Where a whole number and a part of one are rounded up."""
        match mode:
            case "half_up":
                return self.compared(">=", part, 0.5)
            case "half_even":
                odd = self._minus(below, self.times(self._into(below, 2.0), 2.0))
                tie = self.every([self.compared("==", part, 0.5), self.compared("==", odd, 1.0)])
                return self.some([self.compared(">", part, 0.5), tie])
            case "up":
                return self.compared(">", part, 0.0)
        return False

    def _between(self, function: str, first: Any, second: Any, days_off: Collection[int]) -> Any:
        """Years or working days from one day to another; turned round the number is negative."""
        turned = self.named(self.compared(">", first, second))
        start = self.named(self.chosen(turned, second, first))
        end = self.named(self.chosen(turned, first, second))
        if function == "years_between":
            count = self._years(start, end)
        else:
            off = sorted(day for day in days_off if (day - 1) % 7 < 5)
            count = self._minus(self._workdays_to(end), self._workdays_to(start))
            count = self._minus(count, self.days_among(off, start, end)) if off else count
        return self._turned_where(turned, self.named(count))

    def _years(self, start: Any, end: Any) -> Any:
        (from_year, from_month, from_day), (to_year, to_month, to_day) = map(self.calendar, (start, end))
        place = self._plus(self.times(to_month, 32.0), to_day)
        before = self.compared("<", place, self._plus(self.times(from_month, 32.0), from_day))
        return self._minus(self._minus(to_year, from_year), self.chosen(before, 1.0, 0.0))

    def calendar(self, day: Any) -> tuple[Any, Any, Any]:
        """Year, month and day of the month of a day counted from 1 January of the year 1."""
        since_march = self.named(self._plus(day, _BASE_OF_ERAS))
        era = self.named(self._into(since_march, 146_097.0))
        of_era = self.named(self._minus(since_march, self.times(era, 146_097.0)))
        leaps = self._plus(self._minus(of_era, self._into(of_era, 1_460.0)), self._into(of_era, 36_524.0))
        year = self.named(self._into(self._minus(leaps, self._into(of_era, 146_096.0)), 365.0))
        past = self._plus(self.times(year, 365.0), self._into(year, 4.0))
        of_year = self.named(self._minus(of_era, self._minus(past, self._into(year, 100.0))))
        place = self.named(self._into(self._plus(self.times(of_year, 5.0), 2.0), 153.0))
        months = self._into(self._plus(self.times(place, 153.0), 2.0), 5.0)
        of_month = self._plus(self._minus(of_year, months), 1.0)
        early = self.named(self.compared("<", place, 10.0))
        month = self._plus(place, self.chosen(early, 3.0, -9.0))
        year = self._plus(year, self.times(era, 400.0), self.chosen(early, 0.0, 1.0))
        return self.named(year), self.named(month), self.named(of_month)

    def day_number(self, year: Any, month: Any, day: Any) -> Any:
        """The day counted from 1 January of the year 1, of year, month and day of the month."""
        early = self.named(self.compared("<=", month, 2.0))
        year = self.named(self._minus(year, self.chosen(early, 1.0, 0.0)))
        era = self.named(self._into(year, 400.0))
        of_era = self.named(self._minus(year, self.times(era, 400.0)))
        place = self._minus(month, self.chosen(early, -9.0, 3.0))
        months = self._into(self._plus(self.times(place, 153.0), 2.0), 5.0)
        leaps = self._minus(self._into(of_era, 4.0), self._into(of_era, 100.0))
        years = self._plus(self.times(era, 146_097.0), self.times(of_era, 365.0), leaps)
        return self._minus(self._plus(years, months, day), _BASE_OF_ERAS + 1.0)

    def _workdays_to(self, day: Any) -> Any:
        weeks = self.named(self._into(day, 7.0))
        rest = self._minus(day, self.times(weeks, 7.0))
        return self._plus(self.times(weeks, 5.0), self.extreme("min", [rest, 5.0], finite=True))

    def days_among(self, days: Sequence[int], start: Any, end: Any) -> Any:
        """How many of the days come after ``start``, up to and with ``end``."""
        tests = [self.every([self.compared("<", start, day), self.compared(">=", end, day)]) for day in days]
        return self.added([self.chosen(test, 1, 0) for test in tests], len(days))

    def _logarithm(self, function: str, x: Any) -> Any:
        positive = self.named(self.compared(">", x, 0.0))
        power = self._log(self.named(self.chosen(positive, x, 1.0)))
        if function == "log":
            return self.chosen(positive, power, float("-inf"))
        power = power if function == "ln" else self._over(power, arithmetic.LN_TEN)
        return self.chosen(positive, self.grid(power), 0.0)

    def _log(self, x: Any) -> Any:
        """As ``arithmetic.log``, of what is above 0."""
        half, twos = self.halved(x)
        small = self.named(self.compared("<", half, arithmetic.ROOT_OF_HALF))
        part = self.named(self.chosen(small, self.times(half, 2.0), half))
        twos = self.named(self.chosen(small, self._minus(twos, 1.0), twos))
        s = self.named(self._over(self._minus(part, 1.0), self._plus(part, 1.0)))
        total = self._series(arithmetic.LN_TERMS, self.named(self.times(s, s)))
        low = self._plus(self.times(twos, arithmetic.LN_TWO_LOW), self.times(self.times(s, 2.0), total))
        return self._plus(self.times(twos, arithmetic.LN_TWO_HIGH), low)

    def _power_of_e(self, x: Any) -> Any:
        there = self.named(self.compared(">", x, arithmetic.LOWEST_EXPONENT))
        top = [self.chosen(there, x, 0.0), arithmetic.MOST_EXPONENT]
        x = self.named(self.extreme("min", top, finite=True))
        twos = self.named(self.floor(self._plus(self.times(x, arithmetic.MANY_TWOS), 0.5)))
        rest = self._minus(x, self.times(twos, arithmetic.LN_TWO_HIGH))
        rest = self.named(self._minus(rest, self.times(twos, arithmetic.LN_TWO_LOW)))
        return self.chosen(there, self.doubled(self._series(arithmetic.EXP_TERMS, rest), twos), 0.0)

    def _series(self, terms: Sequence[float], x: Any) -> Any:
        total: Any = terms[0]
        for term in terms[1:]:
            total = self._plus(self.times(total, x), term)
        return total

    def mixture(self, which: str, scale: float, parts: Sequence[Any], *, summed_on_grid: bool) -> Any:
        """The smallest or largest ratio of sums; ``parts`` are (points, maximum, surely, maybe).

        As ``arithmetic.mixture``, in as many rounds as there can be: a round after the last changes nothing.
        The maxima are plain numbers, since ``bounds`` makes no mixture of others.
        """
        turn = 1.0 if which == "min" else -1.0
        parts = [tuple(self.named(each) for each in part) for part in parts]
        best: Any = 0.0
        bare: Any = None
        going: Any = True
        for _ in range(len(parts) + 2):
            taken = self._with_one(parts, self._taken(parts, turn, bare), turn, bare)
            ratio, there = self._ratio(scale, parts, taken, summed_on_grid=summed_on_grid)
            going = self.every([going, there])
            if bare is not None:
                further = self.compared("<", self.times(ratio, turn), self.named(self.times(best, turn)))
                going = self.every([going, further])
            going = self.named(going)
            if self.nowhere(going):
                return best
            best = self.named(self.chosen(going, ratio, best))
            bare = self.named(self._over(best, scale))
        return best

    def _taken(self, parts: Sequence[Any], turn: float, bare: Any) -> list[Any]:
        """Which parts pull the ratio further than ``bare``; before there is one, only parts without a maximum do."""
        taken = []
        for points, most, surely, maybe in parts:
            pull: Any = False
            if bare is not None or most == 0:
                pull = self.compared("<", self._pull(points, most, turn, bare), 0.0)
            taken.append(self.named(self.some([surely, self.every([maybe, pull])])))
        return taken

    def _pull(self, points: Any, most: float, turn: float, bare: Any) -> Any:
        beyond = points if bare is None else self._minus(points, self.times(bare, most))
        return self.times(beyond, turn)

    def _with_one(self, parts: Sequence[Any], taken: Sequence[Any], turn: float, bare: Any) -> Sequence[Any]:
        """Where no part with a maximum is taken, the one that pulls furthest as well."""
        counting = [use for (_, most, _, _), use in zip(parts, taken, strict=True) if most != 0]
        idle = self.contrary(self.some(counting))
        if self.nowhere(idle):
            return taken
        furthest: Any = float("inf")
        chosen: Any = -1
        for number, (points, most, _, maybe) in enumerate(parts):
            if not most > 0:
                continue
            pull = self._over(self.times(points, turn), float(most))
            if bare is not None:
                beyond = self._pull(points, most, turn, bare)
                pull = self.chosen(self.compared("!=", bare, 0.0), beyond, pull)
            pull = self.named(pull)
            closer = self.some([self.compared("<", pull, furthest), self.compared("<", chosen, 0)])
            nearer = self.named(self.every([idle, maybe, closer]))
            furthest = self.named(self.chosen(nearer, pull, furthest))
            chosen = self.named(self.chosen(nearer, number, chosen))
        return [
            self.named(self.some([use, self.compared("==", chosen, number)]))
            for number, use in enumerate(taken)
        ]

    def _ratio(
        self, scale: float, parts: Sequence[Any], taken: Sequence[Any], *, summed_on_grid: bool
    ) -> tuple[Any, Any]:
        uses = list(zip(parts, taken, strict=True))
        points = self._plus(0.0, *[self.chosen(use, part[0], 0.0) for part, use in uses])
        most = self._plus(0.0, *[self.chosen(use, float(part[1]), 0.0) for part, use in uses])
        if summed_on_grid:
            points, most = self.grid(points), self.grid(most)
        most = self.named(most)
        there = self.named(self.compared("!=", most, 0.0))
        return self._over(self.times(points, scale), self.chosen(there, most, 1.0)), there
