"""Expressions as SQL text for Spark, under the names that dataframe libraries give them.

Spark reads a plan of a thousand expressions as text ten times faster than it is built call by call through its
Python interface. Every name and every text is quoted here; nothing that a ruleset or a frame says becomes SQL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs


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
    """A method that calls a function of its object and more."""
    return lambda self, *others: _Expression(f"{name}({', '.join([self.sql, *map(_written, others)])})")


@attrs.frozen(eq=False)
class _Expression:
    """A piece of SQL. ``str`` and ``dt``, under which others keep what is asked of texts and days, are itself."""

    sql: str

    __and__, __or__ = _infix("AND"), _infix("OR")
    __lt__, __le__, __gt__, __ge__ = _infix("<"), _infix("<="), _infix(">"), _infix(">=")
    # As columns of every frame do, these write a comparison; so an expression has no hash either.
    __eq__, __ne__ = _infix("="), _infix("<>")
    __hash__ = None  # type: ignore[assignment]
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
