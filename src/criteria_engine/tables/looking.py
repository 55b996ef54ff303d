"""Looking at a polars frame before it is judged: of which inputs no value is missing or wrong.

That costs little beside judging, and where nothing is missing the exact program is enough.
"""

from __future__ import annotations

import inspect
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.inputs import Door
from criteria_engine.compiler.names import span_of

__all__ = ["Look", "look_of"]

_Words = dict[tuple[str, str], str]
"""By input and word the name of a column that says where it stands."""


@attrs.frozen(eq=False, repr=False)
class Look:
    """What is asked of frames of one kind.

    ``words`` are names of columns that say where each word stands, ``questions`` by input expressions of which each
    has one answer in all rows: whether all values of the input, which are there, are sound.
    """

    words: _Words
    questions: Mapping[str, Any]
    _flags: Sequence[Any]

    def at(self, native: Any, mark: str) -> tuple[Any, dict[str, str]]:
        """The frame with the columns of words and of answers, and by input the names of the latter."""
        asked = [input for input in self.questions if native[input].null_count() == 0]
        names = {input: f"{mark}sound{number}" for number, input in enumerate(asked)}
        answers = [self.questions[input].alias(name) for input, name in names.items()]
        return native.lazy().with_columns(self._flags).with_columns(answers).collect(), names


def look_of(nw: Any, frame: Any, door: Door, mark: str) -> Look:
    """What is to be asked of polars frames like this one (as narwhals holds it)."""
    pl, schema = nw.get_native_namespace(frame), frame.schema
    words = _words_of(nw, schema, door, mark)
    as_bits = "dtype" in inspect.signature(pl.Expr.reinterpret).parameters
    questions = {}
    for given in door.inputs:
        if {f"{given.id}@na", f"{given.id}@evidence"} & schema.keys() or given.id in door.evidenced:
            continue
        question = _question(nw, pl, schema, door, given, words, as_bits=as_bits)
        if question is not None:
            questions[given.id] = question
    flags = [(pl.col(input) == word).alias(name) for (input, word), name in words.items()]
    return Look(words, questions, flags)


def _words_of(nw: Any, schema: Any, door: Door, mark: str) -> _Words:
    listed = [
        (given.id, word)
        for given in door.inputs
        if given.type in ("choice", "ordinal") and schema.get(given.id) == nw.String
        for word in door.words[given.id]
        if word.isascii()
    ]
    return {each: f"{mark}word{number}" for number, each in enumerate(listed)}


def _question(nw: Any, pl: Any, schema: Any, door: Door, given: Any, words: _Words, *, as_bits: bool) -> Any:
    """Whether all values of a column without nulls are sound; None where that is not looked at."""
    kind, column = schema.get(given.id), pl.col(given.id)
    if kind is None:
        return None
    if given.type in ("number", "integer", "percent") and (kind.is_integer() or kind.is_float()):
        low, high, whole = span_of(given, ())
        within = _within(pl, column, low, high, as_bits=as_bits and low == 0 and kind == nw.Float64)
        return within & (column == column.floor()).all() if whole and kind.is_float() else within
    if given.type == "boolean" and kind == nw.Boolean:
        return pl.lit(value=True)
    flags = [pl.col(name) for (input, _), name in words.items() if input == given.id]
    if flags and len(flags) == len(door.words[given.id]):
        return pl.any_horizontal(flags).all()
    return None


def _within(pl: Any, column: Any, low: float, high: float, *, as_bits: bool) -> Any:
    """Whether all numbers are between the ends, which NaN is not."""
    if as_bits:
        # By their bits floats from 0 up are in order, and all others come after them: one look is enough.
        top = struct.unpack("<Q", struct.pack("<d", high))[0]
        return column.reinterpret(dtype=pl.UInt64).max() <= top
    return (column.nan_min() >= low) & (column.nan_max() <= high)
