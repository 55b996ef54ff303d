"""Earlier periods and titles in a frame: columns of their own, or rows of the same unit shifted.

What comes out are columns named by the expressions that ask for them, which the door then reads like
any input; they are taken out again at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from criteria_engine.described import Described
from criteria_engine.observing import levels_enough
from criteria_engine.program import Program
from criteria_engine.tables.refusing import refuse_frame

__all__ = ["Earlier", "with_earlier"]


@attrs.frozen(eq=False, repr=False)
class Earlier:
    """A frame with the columns that were added to it, and the names of those that it lacks."""

    frame: Any
    added: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def with_earlier(
    nw: Any,
    frame: Any,
    ruleset: Described,
    program: Program,
    history: tuple[str, str] | None,
    sets: Iterable[Described],
) -> Earlier:
    """The frame (as narwhals holds it) with a column for each earlier value and title that is asked for.

    ``x@-1`` holds x of the period before, ``titles.ID`` the title of another ruleset; ``history`` names
    the columns of unit and period by which they are found in the rows of the frame instead.
    """
    observing = program.judging.observing
    if not observing.found and history is None:
        return Earlier(frame)
    names = frame.collect_schema().names()
    wanted = {name: _column(*observing.origins[name]) for name in observing.found}
    made: list[str] = []
    if history is not None:
        shifts = {
            column: (_column(*observing.origins[name][:2], 0), observing.origins[name][2])
            for name, column in wanted.items()
            if observing.origins[name][2] and column not in names
        }
        frame, made = _shifted(nw, frame, history, shifts, names)
    there = {*names, *made}
    at_hand = {each.id: each for each in (ruleset, *sets)}
    columns = []
    for name, column in wanted.items():
        of, level, _ = observing.origins[name]
        if column not in there:
            continue
        if level:
            enough = levels_enough(level, at_hand.get(of))
            said = nw.col(column)
            columns.append(nw.when(~said.is_null()).then(said.is_in(enough)).alias(name))
            continue
        columns.append(nw.col(column).alias(name))
        if f"{column}@na" in there:
            columns.append(nw.col(f"{column}@na").alias(f"{name}@na"))
    own = [*made, *(each for name, column in wanted.items() if column in there for each in (name,))]
    own += [f"{name}@na" for name, column in wanted.items() if f"{column}@na" in there]
    absent = tuple(dict.fromkeys(column for column in wanted.values() if column not in there))
    return Earlier(frame.with_columns(*columns) if columns else frame, tuple(own), absent)


def _column(of: str, level: str, back: int) -> str:
    """The column in which an earlier value or a title stands."""
    name = f"titles.{of}" if level else of
    return f"{name}@-{back}" if back else name


# ---- rows of the same unit -------------------------------------------------------------------


def _shifted(
    nw: Any,
    frame: Any,
    history: tuple[str, str],
    shifts: Mapping[str, tuple[str, int]],
    names: list[str],
) -> tuple[Any, list[str]]:
    """The frame with the columns that shifting by unit and period makes, and their names."""
    unit, period = history
    lacking = [name for name in history if name not in names]
    if lacking:
        raise refuse_frame("CE576", name=lacking[0])
    if not frame.collect_schema()[period].is_integer():
        raise refuse_frame("CE577", name=period)
    by_back: dict[int, dict[str, str]] = {}
    for column, (of, back) in shifts.items():
        for ending in ("", "@na"):
            if of + ending in names:
                by_back.setdefault(back, {})[column + ending] = of + ending
    for back, columns in sorted(by_back.items()):
        if isinstance(frame, nw.DataFrame):
            frame = _by_rows(nw, frame, unit, period, back, columns)
        else:
            frame = _by_join(nw, frame, unit, period, back, columns)
    return frame, [column for columns in by_back.values() for column in columns]


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
    keys = list(zip(frame[unit].to_list(), frame[period].to_list(), strict=True))
    places: dict[tuple[Any, Any], int] = {}
    for row, key in enumerate(keys):
        if key in places and None not in key:
            raise refuse_frame("CE578", unit=key[0], period=key[1])
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
