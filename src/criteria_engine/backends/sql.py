"""Expressions as SQL text for Spark, under the names that dataframe libraries give them.

Spark reads a plan of a thousand expressions as text ten times faster than it is built call by call through its
Python interface. Every name and every text is quoted here; nothing that a ruleset or a frame says becomes SQL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs

__all__ = ["SparkSql", "SqlExpression", "When", "quoted", "window"]


def quoted(name: str) -> str:
    """The name of a column."""
    return f"`{name.replace('`', '``')}`"


def window(column: str, back: int, unit: str, period: str) -> str:
    """What a column holds in the row of the same unit so many periods before."""
    span = f"RANGE BETWEEN {back} PRECEDING AND {back} PRECEDING"
    over = f"PARTITION BY {quoted(unit)} ORDER BY {quoted(period)} {span}"
    return f"first_value({quoted(column)}) OVER ({over})"


def _written(value: Any) -> str:
    """A plain value, or an expression."""
    match value:
        case SqlExpression():
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

    def col(self, name: str) -> SqlExpression:
        """A column."""
        return SqlExpression(quoted(name))

    def lit(self, value: Any, dtype: str | None = None) -> SqlExpression:
        """A plain value."""
        literal = SqlExpression(_written(value))
        return literal if dtype is None else literal.cast(dtype)

    def when(self, test: SqlExpression) -> When:
        """``when(test).then(this).otherwise(that)``."""
        return When(test.sql)

    def concat_str(self, parts: Sequence[SqlExpression], separator: str = "") -> SqlExpression:
        """Texts one after the other."""
        between = f", {_written(separator)}, " if separator else ", "
        return SqlExpression(f"concat({between.join(part.sql for part in parts)})")


@attrs.frozen(eq=False)
class When:
    """The first half of a choice, or both."""

    test: str
    value: str = ""

    def then(self, this: Any) -> When:
        """What it is where the test holds."""
        return When(self.test, _written(this))

    def otherwise(self, that: Any) -> SqlExpression:
        """What it is elsewhere."""
        return SqlExpression(f"CASE WHEN {self.test} THEN {self.value} ELSE {_written(that)} END")


def _infix(operator: str, *, turned: bool = False) -> Callable[[SqlExpression, Any], SqlExpression]:
    """A method that writes an operator between two values."""

    def method(self: SqlExpression, other: Any) -> SqlExpression:
        left, right = (_written(other), self.sql) if turned else (self.sql, _written(other))
        return SqlExpression(f"({left} {operator} {right})")

    return method


@attrs.frozen(eq=False)
class SqlExpression:
    """A piece of SQL."""

    sql: str

    __and__, __or__ = _infix("AND"), _infix("OR")
    __lt__, __le__, __gt__, __ge__ = _infix("<"), _infix("<="), _infix(">"), _infix(">=")
    __add__, __radd__ = _infix("+"), _infix("+", turned=True)
    __sub__, __rsub__ = _infix("-"), _infix("-", turned=True)
    __mul__, __rmul__ = _infix("*"), _infix("*", turned=True)
    __truediv__, __rtruediv__ = _infix("/"), _infix("/", turned=True)

    # As columns of every frame do, these write a comparison; so an expression has no hash either.
    def __eq__(self, other: object) -> SqlExpression:  # type: ignore[override]
        return _infix("=")(self, other)

    def __ne__(self, other: object) -> SqlExpression:  # type: ignore[override]
        return _infix("<>")(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __invert__(self) -> SqlExpression:
        return SqlExpression(f"(NOT {self.sql})")

    def _called(self, function: str, *arguments: Any) -> SqlExpression:
        return SqlExpression(f"{function}({', '.join([self.sql, *map(_written, arguments)])})")

    def cast(self, kind: str) -> SqlExpression:
        """The same as another kind of value."""
        return SqlExpression(f"CAST({self.sql} AS {kind})")

    def is_null(self) -> SqlExpression:
        """Where nothing stands."""
        return SqlExpression(f"({self.sql} IS NULL)")

    def is_nan(self) -> SqlExpression:
        """Where it is not a number."""
        return self._called("isnan")

    def fill_null(self, value: Any) -> SqlExpression:
        """Something where nothing stands."""
        return self._called("coalesce", value)

    def floor(self) -> SqlExpression:
        """The largest whole number not above it."""
        return self._called("floor")

    def abs(self) -> SqlExpression:
        """The number without its sign."""
        return self._called("abs")

    def sqrt(self) -> SqlExpression:
        """Its root."""
        return self._called("sqrt")

    @property
    def str(self) -> SqlExpression:
        """What is asked of texts: ``contains`` and ``slice``."""
        return self

    @property
    def dt(self) -> SqlExpression:
        """What is asked of days: ``year``, ``month`` and ``day``."""
        return self

    def contains(self, pattern: Any) -> SqlExpression:
        """Whether a text is of that form."""
        return SqlExpression(f"({self.sql} RLIKE {_written(pattern)})")

    def slice(self, offset: int, length: int | None = None) -> SqlExpression:
        """A part of a text."""
        return self._called("substring", offset + 1, *([] if length is None else [length]))

    def year(self) -> SqlExpression:
        """The year of a day."""
        return self._called("year")

    def month(self) -> SqlExpression:
        """The month of a day."""
        return self._called("month")

    def day(self) -> SqlExpression:
        """The day of the month of a day."""
        return self._called("day")
