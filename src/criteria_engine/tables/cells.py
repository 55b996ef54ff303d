"""Values that the door has read, as the cells of an input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from criteria_engine.compiler.names import span_of
from criteria_engine.core.nodes import NA
from criteria_engine.rules.parts import Input
from criteria_engine.tables.sources import Cells

__all__ = ["WORDED", "cells_of", "fill_of"]

WORDED = ("choice", "text")
"""Types of inputs whose cells are places among texts."""


def cells_of(
    np: Any, given: Input, words: Sequence[str], values: Sequence[Any], texts: Sequence[str] = ()
) -> tuple[Cells, tuple[str, ...]]:
    """The cells of one input from its values as they stand in rows, and the texts that they name by place.

    ``words`` are those of its scale or its choices; ``texts`` have their places already.
    """
    fill, places = fill_of(given, words), {word: place for place, word in enumerate(texts)}
    found, there, withheld = [fill] * len(values), [False] * len(values), [False] * len(values)
    for row, value in enumerate(values):
        if value is None:
            continue
        there[row] = True
        if value is NA:
            withheld[row] = True
        elif given.type in WORDED:
            found[row] = places.setdefault(value, len(places))
        else:
            found[row] = value
    kind = _kind(np, given, max(len(places), len(words)))
    masks = [np.array(each, dtype=bool) for each in (there, withheld)]
    return Cells(np.array(found, dtype=kind), *masks), tuple(places)


def fill_of(given: Input, words: Sequence[str]) -> Any:
    """What stands where there is no value: the lowest there is."""
    if given.type == "boolean":
        return False
    if given.type in WORDED:
        return 0
    low = span_of(given, words)[0]
    return int(low) if given.type == "ordinal" else float(low)


def _kind(np: Any, given: Input, count: int) -> Any:
    """The kind of array in which an input's values stand."""
    if given.type == "boolean":
        return bool
    if given.type in WORDED or given.type == "ordinal":
        return np.int8 if count < 128 else np.int16 if count < 32_000 else np.int64
    return np.float64
