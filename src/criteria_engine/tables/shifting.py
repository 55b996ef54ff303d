"""Earlier rows of the same unit: their cells beside those of each row.

A period that is left out is one of which nothing is known: rows never move up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from criteria_engine.tables.layering import Copy, with_copies
from criteria_engine.tables.refusing import refuse_frame
from criteria_engine.tables.taking import is_missing

__all__ = ["shifted"]


def shifted(nw: Any, frame: Any, history: tuple[str, str], columns: Mapping[str, tuple[str, int]]) -> Any:
    """The frame with columns of what another column held so many periods before.

    ``history`` are the columns of unit and period; a period is a whole number.
    """
    unit, period = history
    if not frame.collect_schema()[period].is_numeric():
        raise refuse_frame("CE578", name=period)
    if frame.implementation.is_pyspark():
        copies = [Copy(column, of, back, history) for column, (of, back) in columns.items()]
        return with_copies(nw, frame, copies)
    by_back: dict[int, dict[str, str]] = {}
    for column, (of, back) in columns.items():
        by_back.setdefault(back, {})[column] = of
    for back, named in sorted(by_back.items()):
        make = _by_rows if isinstance(frame, nw.DataFrame) else _by_join
        frame = make(nw, frame, unit, period, back, named)
    return frame


def _by_join(nw: Any, frame: Any, unit: str, period: str, back: int, columns: Mapping[str, str]) -> Any:
    """A lazy frame: joined with its own earlier rows."""
    earlier = frame.select(
        nw.col(unit),
        (nw.col(period) + back).alias(period),
        *[nw.col(of).alias(column) for column, of in columns.items()],
    )
    return frame.join(earlier, on=[unit, period], how="left")


def _by_rows(nw: Any, frame: Any, unit: str, period: str, back: int, columns: Mapping[str, str]) -> Any:
    """A frame in memory: each row takes what the earlier row of its unit holds."""
    periods = [None if is_missing(each) else each for each in frame[period].to_list()]
    keys: list[tuple[Any, Any]] = list(zip(frame[unit].to_list(), periods, strict=True))
    places: dict[tuple[Any, Any], int] = {}
    for row, key in enumerate(keys):
        if key in places and None not in key:
            raise refuse_frame("CE579", unit=key[0], period=key[1])
        places[key] = row
    rows = [None if None in key else places.get((key[0], key[1] - back)) for key in keys]
    native, space = frame.to_native(), nw.get_native_namespace(frame)
    if frame.implementation.is_polars():
        at = space.Series(rows, dtype=space.UInt32)
        made = native.with_columns([native[of].gather(at).alias(column) for column, of in columns.items()])
    elif frame.implementation.is_pyarrow():
        at, made = space.array(rows, space.int64()), native
        for column, of in columns.items():
            made = made.append_column(column, native[of].take(at))
    else:
        here = [row is not None for row in rows]
        at = [row or 0 for row in rows]
        taken = {
            column: native[of].take(at).set_axis(native.index).where(here) for column, of in columns.items()
        }
        made = native.assign(**taken)
    return nw.from_native(made, eager_only=True)
