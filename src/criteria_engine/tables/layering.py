"""In which words a frame's expressions are written, and how the layers of a plan are put on it.

narwhals speaks to every engine. Where a plan of thousands of expressions would take it seconds to say, the
engine is spoken to in its own words: polars by its own expressions, which are called the same, duckdb
and Spark by SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from criteria_engine.backends.sql import DUCKDB, SPARK, Sql, query_of

__all__ = ["Copy", "looks_at_tests_first", "space_of", "spread_of", "with_copies", "with_layers"]

_Named = Sequence[tuple[str, Any]]
_SOURCE = "criteria_frame"


@attrs.frozen
class Copy:
    """A column under another name, perhaps as it was so many periods before in the row of the same unit."""

    name: str
    source: str
    back: int = 0
    history: tuple[str, str] | None = None


def with_copies(nw: Any, frame: Any, copies: Sequence[Copy]) -> Any:
    """The frame (as narwhals holds it) with copies of columns."""
    if not copies:
        return frame
    if frame.implementation.is_pyspark():
        # narwhals takes the dots in the name of a column for those of a struct.
        ex = Sql(SPARK)
        listed = [f"{_in_sql(ex, copy)} AS {ex.quoted(copy.name)}" for copy in copies]
        return nw.from_native(frame.to_native().selectExpr("*", *listed))
    return frame.with_columns(*[nw.col(copy.source).alias(copy.name) for copy in copies])


def _in_sql(ex: Sql, copy: Copy) -> str:
    column = ex.quoted(copy.source)
    if copy.history is None:
        return column
    unit, period = map(ex.quoted, copy.history)
    span = f"RANGE BETWEEN {copy.back} PRECEDING AND {copy.back} PRECEDING"
    return f"first_value({column}) OVER (PARTITION BY {unit} ORDER BY {period} {span})"


def space_of(nw: Any, frame: Any) -> Any:
    """What makes expressions for a frame (as narwhals holds it)."""
    engine = frame.implementation
    if engine.is_polars():
        return nw.get_native_namespace(frame)
    if engine.is_duckdb():
        return Sql(DUCKDB)
    if engine.is_pyspark():
        return Sql(SPARK)
    return nw


def looks_at_tests_first(frame: Any) -> bool:
    """Whether the engine works out only that side of a choice which the rows at hand need."""
    return bool(frame.implementation.is_duckdb())


def spread_of(nw: Any, frame: Any, names: Iterable[str]) -> Any:
    """What ``Formulas`` needs of engines that multiply by the reciprocal of a plain divisor."""
    names = list(names)
    if not frame.implementation.is_polars() or not names:
        return None
    return nw.get_native_namespace(frame).col(names[0]).is_null()


def with_layers(nw: Any, frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    """The columns of those names and those that are added, of which the layers are worked out before."""
    engine = frame.implementation
    if engine.is_duckdb():
        hidden = frozenset(frame.collect_schema().names()) - frozenset(names)
        query = query_of(Sql(DUCKDB), _SOURCE, names, hidden, layers, added)
        return frame.to_native().query(_SOURCE, query)
    if engine.is_pyspark():
        return _in_spark(frame.to_native(), names, layers, added)
    space, held = nw, frame
    if engine.is_polars():
        space, held = nw.get_native_namespace(frame), frame.to_native()
    for layer in layers:
        held = held.with_columns([expression.alias(name) for name, expression in layer])
    held = held.select(
        [*[space.col(name) for name in names], *[expression.alias(name) for name, expression in added]]
    )
    return held if engine.is_polars() else held.to_native()


def _in_spark(frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    ex = Sql(SPARK)
    for layer in layers:
        frame = frame.selectExpr("*", *[ex.named(expression, name) for name, expression in layer])
    listed = [*map(ex.quoted, names), *[ex.named(expression, name) for name, expression in added]]
    return frame.selectExpr(*listed)
