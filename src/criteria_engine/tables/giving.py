"""Putting finished columns back into the frame they belong to, in its own kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from criteria_engine.tables.gathering import Column

__all__ = ["with_columns"]


def with_columns(nw: Any, frame: Any, columns: Sequence[Column]) -> Any:
    """The frame (as narwhals holds it) with the columns, as its own kind."""
    native, space = frame.to_native(), nw.get_native_namespace(frame)
    if frame.implementation.is_pandas_like():
        made = {
            each.name: column
            for each, column in _each_once(columns, lambda one: _of_pandas(space, native.index, one))
        }
        return space.concat([native, space.DataFrame(made, index=native.index)], axis=1)
    if frame.implementation.is_polars():
        found = _each_once(columns, lambda one: _of_polars(space, one))
        return native.with_columns([column.alias(each.name) for each, column in found])
    if frame.implementation.is_pyarrow():
        for each, column in _each_once(columns, lambda one: _of_pyarrow(space, one)):
            native = native.append_column(each.name, column)
        return native
    return frame.with_columns(*[_of_any(nw, space, each) for each in columns]).to_native()


def _each_once(columns: Sequence[Column], make: Callable[[Column], Any]) -> Iterator[tuple[Column, Any]]:
    """Each column made; those that hold the same are made once."""
    made: dict[tuple[int, int, Any], Any] = {}
    for each in columns:
        key = id(each.values), id(each.gone), each.words
        if key not in made:
            made[key] = make(each)
        yield each, made[key]


def _of_pandas(pd: Any, index: Any, column: Column) -> Any:
    if column.words is not None:
        # Without an empty text a column of nulls alone would not be one of texts.
        words = pd.Series([*column.words, ""])
        return words.take(column.values).set_axis(index)
    values = column.values
    if column.gone is not False:
        values = values.copy()
        values[column.gone] = float("nan")
    return pd.Series(values, index=index)


def _of_polars(pl: Any, column: Column) -> Any:
    if column.words == (None,):
        return pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(column.values))
    if column.words is not None:
        words = pl.Series(column.name, column.words, dtype=pl.String)
        return words.gather(pl.Series(column.values.astype("uint32")))
    made = pl.Series(column.name, column.values)
    if column.gone is False:
        return made
    return made.set(pl.Series(column.gone), None)


def _of_pyarrow(pa: Any, column: Column) -> Any:
    if column.words == (None,):
        return pa.nulls(len(column.values), pa.string())
    if column.words is not None:
        return pa.array(column.words, type=pa.string()).take(pa.array(column.values))
    gone = column.gone if column.gone is not False else None
    return pa.array(column.values, mask=gone)


def _of_any(nw: Any, space: Any, column: Column) -> Any:
    if column.words is not None:
        words = nw.new_series(column.name, list(column.words), nw.String, backend=space)
        return words[column.values]
    kind = nw.Boolean if column.values.dtype.kind == "b" else nw.Float64
    gone = set() if column.gone is False else set(column.gone.nonzero()[0].tolist())
    values = [None if row in gone else value for row, value in enumerate(column.values.tolist())]
    return nw.new_series(column.name, values, kind, backend=space)
