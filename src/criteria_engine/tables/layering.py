"""In which words a frame's expressions are written, and how the layers of a plan are put on it.

narwhals speaks to every engine. Where a plan of thousands of expressions would take it seconds to say, the
engine is spoken to in its own words: polars by its own expressions, which are called the same, duckdb
and Spark by SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from criteria_engine.carriers.sql import DUCKDB, SPARK, Sql

__all__ = ["looks_at_tests_first", "space_of", "spread_of", "with_layers"]

_Named = Sequence[tuple[str, Any]]


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


def spread_of(nw: Any, frame: Any) -> Any:
    """What ``Formulas`` needs of engines that multiply by the reciprocal of a plain divisor."""
    names = frame.collect_schema().names()
    if not frame.implementation.is_polars() or not names:
        return None
    return nw.get_native_namespace(frame).col(names[0]).is_null()


def with_layers(nw: Any, frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    """The columns of those names and those that are added, of which the layers are worked out before."""
    engine = frame.implementation
    if engine.is_duckdb():
        return _in_duckdb(frame.to_native(), names, layers, added)
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


def _in_duckdb(relation: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    """One query, so that the engine looks it through once."""
    ex = Sql(DUCKDB)
    source = "criteria_frame"
    query = f"SELECT * FROM {source}"  # noqa: S608 - our own name
    for layer in layers:
        listed = ", ".join(["*", *[ex.named(expression, name) for name, expression in layer]])
        query = f"SELECT {listed} FROM ({query})"  # noqa: S608 - written by the carrier, with every text quoted
    listed = ", ".join([*map(ex.quoted, names), *[ex.named(expression, name) for name, expression in added]])
    return relation.query(source, f"SELECT {listed} FROM ({query})")  # noqa: S608 - the same


def _in_spark(frame: Any, names: Sequence[str], layers: Sequence[_Named], added: _Named) -> Any:
    ex = Sql(SPARK)
    for layer in layers:
        frame = frame.selectExpr("*", *[ex.named(expression, name) for name, expression in layer])
    listed = [*map(ex.quoted, names), *[ex.named(expression, name) for name, expression in added]]
    return frame.selectExpr(*listed)
