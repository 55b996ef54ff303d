"""The backend of frame expressions: operations as columns of any dataframe engine.

By additions, multiplications, divisions, comparisons and ``floor`` alone, of which every engine makes the same
bits. No expression is ever null or not a number where somebody looks: what is missing was turned into truth
values before. What is read twice becomes a column of its own for a while (``Formulas.layers``), so that plans
stay small; a value that holds for all rows stays plain.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from criteria_engine.backends.operations import Operations, is_plain
from criteria_engine.core import arithmetic

_DEEP = 40  # engines walk expressions by recursion
_MOST_WHOLE = 1_000_000_000
_TOGETHER = 40  # terms that are added in one expression
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_STEPS = (512, 256, 128, 64, 32, 16, 8, 4, 2, 1)  # the bits of a power of two that a float can hold
_STEPS_UP = (512, *_STEPS)  # numbers below 2**-1022 are smaller than those powers


@attrs.frozen(eq=False, repr=False)
class Formula:
    """An expression over the columns of the first ``layer`` layers; ``whole`` ones are integers."""

    expression: Any
    layer: int = 0
    depth: int = 0
    whole: bool = False


class Formulas(Operations):
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

    def kept(self, value: Any) -> Any:
        """Under a name, unless the expression is as short as one."""
        return self.named(value) if isinstance(value, Formula) and value.depth > 1 else value

    def named(self, value: Any) -> Any:
        """The value as a column of its own."""
        if not isinstance(value, Formula) or value.depth == 0:
            return value
        name = f"{self._mark}{self._count}"
        self._count += 1
        layer = value.layer
        while len(self.layers) <= layer:
            self.layers.append([])
        self.layers[layer].append((name, value.expression))
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

    def joined(self, make: Callable[[Any, Any], Any], values: Sequence[Any], *, whole: bool = False) -> Any:
        """Two by two, so that the expression does not grow deep."""
        listed = list(values)
        while len(listed) > 1:
            pairs = [listed[place : place + 2] for place in range(0, len(listed), 2)]
            listed = [self.made(make, *pair, whole=whole) if len(pair) == 2 else pair[0] for pair in pairs]
        return listed[0]

    def compared(self, sign: str, left: Any, right: Any) -> Any:
        """Of two whole numbers, or of two floats; a plain number stands on the right."""
        if is_plain(left) and isinstance(right, Formula):
            return self.compared(_TURNED.get(sign, sign), right, left)
        if is_plain(right):
            right = self._like(right, left)
        elif left.whole != right.whole:
            left, right = self.real(left), self.real(right)
        return super().compared(sign, left, right)

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

    def added(self, terms: Sequence[Any], most: float) -> Any:
        """The terms added from left to right; whole ones in any order, which is the same."""
        if all(self._is_whole(term) for term in terms) and most <= _MOST_WHOLE:
            return self.joined(operator.add, terms, whole=True)
        total = self.real(terms[0])
        for place, term in enumerate(terms[1:], 1):
            total = self.made(operator.add, total, self.real(term))
            if place % _TOGETHER == 0:
                total = self.named(total)
        return total

    def subtracted(self, left: Any, right: Any, most: float) -> Any:
        """``left`` less ``right``."""
        whole = self._is_whole(left) and self._is_whole(right) and most <= _MOST_WHOLE
        if not whole:
            left, right = self.real(left), self.real(right)
        return self.made(operator.sub, left, right, whole=whole)

    def by_constant(self, left: Any, right: float) -> Any:
        """By a column of the constant for engines that multiply by its reciprocal, unless that is exact."""
        if is_plain(left) or self._spread is None or math.frexp(right)[0] == 0.5:
            return super().by_constant(left, right)
        if right not in self._divisors:
            column = self._spread.cast(self.space.Float64) * 0.0 + right
            self._divisors[right] = self.named(Formula(column, depth=1))
        return super().by_constant(left, self._divisors[right])

    def floor(self, x: Any) -> Any:
        """The largest whole number not above ``x``, as a float; only for what floats hold to the unit."""
        if not isinstance(x, Formula):
            return float(arithmetic.floor(x))
        return self.made(lambda y: y.floor().cast(self.space.Float64), self.real(x))

    def size(self, x: Any) -> Any:
        """The number without its sign."""
        return self.made(lambda y: y.abs(), x) if isinstance(x, Formula) else abs(x)

    def root(self, x: Any) -> Any:
        """The square root of what is above 0."""
        return self.made(lambda y: y.sqrt(), x)

    def halved(self, x: Any) -> tuple[Any, Any]:
        """What ``frexp`` gives, found by halving and doubling, which is exact."""
        twos: Any = 1.0
        for step in _STEPS_UP:
            small = self.named(self.compared("<", x, 2.0 ** (1 - step)))
            twos = self.named(self.chosen(small, self.subtracted(twos, float(step), _MOST_WHOLE), twos))
            x = self.named(self.chosen(small, self.times(x, 2.0**step), x))
        for step in _STEPS:
            large = self.named(self.compared(">=", x, 2.0**step))
            twos = self.named(self.chosen(large, self.added([twos, float(step)], _MOST_WHOLE), twos))
            x = self.named(self.chosen(large, self.times(x, 2.0**-step), x))
        return self.named(self.times(x, 0.5)), twos

    def doubled(self, x: Any, twos: Any) -> Any:
        """``x`` times the product of what the bits of a power of two say, those of its inverse where it is below 0."""
        up = self.named(self.extreme("max", [twos, 0.0], finite=True))
        down = self.named(self.extreme("max", [self.subtracted(0.0, twos, _MOST_WHOLE), 0.0], finite=True))
        return self.times(self.times(x, self._two_to(up, 1)), self._two_to(down, -1))

    def _two_to(self, exponent: Any, sign: int) -> Any:
        product: Any = 1.0
        for step in _STEPS:
            times, pairs = (
                self.floor(self.divided(exponent, size, 0.5, safe=True)) for size in (float(step), 2.0 * step)
            )
            odd = self.compared(">", times, self.times(pairs, 2.0))
            product = self.times(product, self.chosen(odd, 2.0 ** (sign * step), 1.0))
        return self.named(product)


def quoted(name: str) -> str:
    """The name of a column."""
    return f"`{name.replace('`', '``')}`"


def window(column: str, back: int, unit: str, period: str) -> str:
    """What a column holds in the row of the same unit so many periods before."""
    span = f"RANGE BETWEEN {back} PRECEDING AND {back} PRECEDING"
    over = f"PARTITION BY {quoted(unit)} ORDER BY {quoted(period)} {span}"
    return f"first_value({quoted(column)}) OVER ({over})"


def _written(value: Any) -> str:
    match value:
        case _Expression():
            return value.sql
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value) if value >= 0 else f"({value})"
        case float() if math.isinf(value):
            return f"CAST('{'-' if value < 0 else ''}Infinity' AS DOUBLE)"
        case float():
            # With an exponent it is a double and no decimal.
            text = repr(value) if "e" in repr(value) else f"{value!r}e0"
            return text if value >= 0 else f"({text})"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


class SparkSql:
    """Makes expressions, as the namespace of a dataframe library does."""

    Float64, Int64, Boolean, String = "DOUBLE", "BIGINT", "BOOLEAN", "STRING"

    def col(self, name: str) -> Any:
        """A column."""
        return _Expression(quoted(name))

    def lit(self, value: Any, dtype: str | None = None) -> Any:
        """A plain value."""
        literal = _Expression(_written(value))
        return literal if dtype is None else literal.cast(dtype)

    def when(self, test: Any) -> Any:
        """``when(test).then(this).otherwise(that)``."""
        return _When(f"CASE WHEN {test.sql}")

    def concat_str(self, parts: Sequence[Any], separator: str = "") -> Any:
        """Texts one after the other."""
        between = f", {_written(separator)}, " if separator else ", "
        return _Expression(f"concat({between.join(part.sql for part in parts)})")


@attrs.frozen(eq=False)
class _When:
    sql: str

    def then(self, this: Any) -> _When:
        return _When(f"{self.sql} THEN {_written(this)}")

    def otherwise(self, that: Any) -> _Expression:
        return _Expression(f"{self.sql} ELSE {_written(that)} END")


def _infix(operator: str) -> Callable[[_Expression, Any], Any]:
    """A method that writes an operator between its object and another value."""
    return lambda self, other: _Expression(f"({self.sql} {operator} {_written(other)})")


def _turned(operator: str) -> Callable[[_Expression, Any], Any]:
    """The same with the other value first."""
    return lambda self, other: _Expression(f"({_written(other)} {operator} {self.sql})")


def _function(name: str) -> Callable[..., Any]:
    return lambda self, *others: _Expression(f"{name}({', '.join([self.sql, *map(_written, others)])})")


@attrs.frozen(eq=False)
class _Expression:
    """A piece of SQL. ``str`` and ``dt``, under which others keep what is asked of texts and days, are itself."""

    sql: str

    __and__, __or__ = _infix("AND"), _infix("OR")
    __lt__, __le__, __gt__, __ge__ = _infix("<"), _infix("<="), _infix(">"), _infix(">=")
    # As columns of every frame do, these write a comparison; so an expression has no hash either.
    __eq__, __ne__ = _infix("="), _infix("<>")
    __hash__ = None  # type: ignore[assignment] # equality makes an expression, so there is no hash
    __add__, __radd__ = _infix("+"), _turned("+")
    __sub__, __rsub__ = _infix("-"), _turned("-")
    __mul__, __rmul__ = _infix("*"), _turned("*")
    __truediv__, __rtruediv__ = _infix("/"), _turned("/")
    is_nan, fill_null = _function("isnan"), _function("coalesce")
    floor, abs, sqrt = _function("floor"), _function("abs"), _function("sqrt")
    year, month, day = _function("year"), _function("month"), _function("day")
    contains = _infix("RLIKE")

    @property
    def str(self) -> _Expression:
        return self

    @property
    def dt(self) -> _Expression:
        return self

    def __invert__(self) -> _Expression:
        return _Expression(f"(NOT {self.sql})")

    def cast(self, kind: Any) -> _Expression:
        return _Expression(f"CAST({self.sql} AS {kind})")

    def is_null(self) -> _Expression:
        return _Expression(f"({self.sql} IS NULL)")

    def slice(self, offset: int, *length: int) -> Any:
        return _function("substring")(self, offset + 1, *length)
