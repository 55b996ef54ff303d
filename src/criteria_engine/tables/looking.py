"""Looking at a polars frame before it is judged: of which inputs no value is missing or wrong.

That costs little beside judging, and where nothing is missing the exact program is enough.
"""

from __future__ import annotations

import inspect
import struct
from typing import Any

from criteria_engine.door import Door
from criteria_engine.names import span_of

__all__ = ["looked_at"]

_Words = dict[tuple[str, str], str]
"""By input and word the name of a column that says where it stands."""


def looked_at(nw: Any, frame: Any, door: Door, mark: str) -> tuple[Any, frozenset[str], _Words]:
    """The native frame with columns that say where each word stands, the sound inputs, and those columns."""
    pl, native, schema = nw.get_native_namespace(frame), frame.to_native(), frame.schema
    names, words = native.columns, _words_of(nw, schema, door, mark)
    with_words = (
        native.lazy()
        .with_columns([(pl.col(input) == word).alias(name) for (input, word), name in words.items()])
        .collect()
    )
    questions = {}
    for given in door.inputs:
        if {f"{given.id}@na", f"{given.id}@evidence"} & set(names) or given.id in door.evidenced:
            continue
        question = _question(nw, pl, schema, door, given, words)
        if question is not None and native[given.id].null_count() == 0:
            questions[given.id] = question
    if not questions:
        return with_words, frozenset(), words
    answers = with_words.lazy().select([each.alias(name) for name, each in questions.items()]).collect()
    sound = frozenset(name for name, answer in answers.row(0, named=True).items() if answer)
    return with_words, sound, words


def _words_of(nw: Any, schema: Any, door: Door, mark: str) -> _Words:
    listed = [
        (given.id, word)
        for given in door.inputs
        if given.type in ("choice", "ordinal") and schema.get(given.id) == nw.String
        for word in door.words[given.id]
        if word.isascii()
    ]
    return {each: f"{mark}word{number}" for number, each in enumerate(listed)}


def _question(nw: Any, pl: Any, schema: Any, door: Door, given: Any, words: _Words) -> Any:
    """Whether all values of a column without nulls are sound; None where that is not looked at."""
    kind, column = schema.get(given.id), pl.col(given.id)
    if kind is None:
        return None
    if given.type in ("number", "integer", "percent") and (kind.is_integer() or kind.is_float()):
        low, high, whole = span_of(given, ())
        within = _within(pl, column, low, high, as_bits=low == 0 and kind == nw.Float64)
        return within & (column == column.floor()).all() if whole and kind.is_float() else within
    if given.type == "boolean" and kind == nw.Boolean:
        return pl.lit(value=True)
    flags = [pl.col(name) for (input, _), name in words.items() if input == given.id]
    if flags and len(flags) == len(door.words[given.id]):
        return pl.any_horizontal(flags).all()
    return None


def _within(pl: Any, column: Any, low: float, high: float, *, as_bits: bool) -> Any:
    """Whether all numbers are between the ends, which NaN is not."""
    if as_bits and "dtype" in inspect.signature(pl.Expr.reinterpret).parameters:
        # By their bits floats from 0 up are in order, and all others come after them: one look is enough.
        top = struct.unpack("<Q", struct.pack("<d", high))[0]
        return column.reinterpret(dtype=pl.UInt64).max() <= top
    return (column.nan_min() >= low) & (column.nan_max() <= high)
