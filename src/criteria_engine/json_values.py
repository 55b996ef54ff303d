"""Values in JSON: the types are JSON's own, so a number is a number and never a text."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import attrs

from criteria_engine.core.expression_text import clean_text, fold_word, shown_text
from criteria_engine.core.nodes import NA
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.subject_data import InputDefinition
from criteria_engine.values import Value, is_na_text, read_value, read_word
from criteria_engine.written_dates import read_iso_date
from criteria_engine.written_numbers import checked_size, is_percent

__all__ = ["DECODER", "Pairs", "read_json_value", "spoken"]


class Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object as it stands in the text: its keys in order, equal ones too."""

    __slots__ = ()


@attrs.frozen
class _NoNumber:
    """What JSON's reader takes for a number and is none to us: NaN, Infinity, too many digits."""

    text: str


def _whole(text: str) -> int | _NoNumber:
    return int(text) if len(text) <= 17 else _NoNumber(text)


def _fraction(text: str) -> float | _NoNumber:
    number = float(text)
    return number if math.isfinite(number) else _NoNumber(text)


DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_NoNumber
)
"""Decodes JSON so that nothing is lost: repeated keys and what is no number can still be refused."""


def read_json_value(value: object, definition: InputDefinition) -> Value:
    """The value of an input from what JSON gives; null is missing, the text ``n/a`` not applicable.

    Raises ``Fault`` where it is not of the input's type: ``"85,5"`` is no number, 1 is no truth value.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _from_text(clean_text(value), definition)
    if definition.type in ("number", "integer", "percent"):
        return _from_number(value, definition.type)
    if definition.type == "boolean":
        if isinstance(value, bool):
            return value
        raise Fault("CE546", value=spoken(value))
    raise Fault("CE548" if definition.type == "date" else "CE547", value=spoken(value))


def _from_text(text: str, definition: InputDefinition) -> Value:
    worded = definition.type in ("ordinal", "choice")
    if worded and fold_word(text) in [fold_word(word) for word in definition.words]:
        return read_word(text, definition.words)
    if is_na_text(text, definition.type):
        if definition.may_be_na:
            return NA
        raise Fault("CE504", value=shown_text(text))
    if worded:
        return read_word(text, definition.words)
    if definition.type == "text":
        return text
    if definition.type == "date":
        return read_iso_date(text)
    if definition.type == "boolean":
        raise Fault("CE546", value=spoken(text))
    raise _number_as_text(text, definition.type)


def _number_as_text(text: str, type: str) -> Fault:
    try:
        number = read_value(text, type)
    except Fault:
        number = None
    if number is None or isinstance(number, str | date):
        return Fault("CE549", value=spoken(text))
    return Fault("CE545", value=spoken(text), mended=json.dumps(number))


def _from_number(value: object, type: str) -> int | float:
    if isinstance(value, _NoNumber) and value.text.strip("-")[0].isdigit():
        raise Fault("CE514", value=shown_text(value.text), limit="10^15")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault("CE549", value=spoken(value))
    # Adding nothing turns -0.0 into 0.0 and leaves all others as they are.
    number = checked_size(value) + 0
    if type == "percent" and not is_percent(number):
        raise Fault("CE519", value=spoken(value))
    if type == "integer":
        if number != int(number):
            raise Fault("CE518", value=spoken(value))
        return int(number)
    return number


def spoken(value: object) -> str:
    """A JSON value as a message can quote it."""
    if isinstance(value, _NoNumber):
        return shown_text(value.text)
    if isinstance(value, Pairs):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return shown_text(json.dumps(value, ensure_ascii=False))
