"""The kinds of single values: how each is read from text, taken from Python, and written again.

Each says what is wrong with a value (``Fault``) and knows no place.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.expression import expression
from criteria_engine.core.grammar import RESERVED, is_id, mended_date, nearest, normal
from criteria_engine.core.nodes import NA
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.messages.titles import titles

__all__ = [
    "BOOLEAN",
    "CELL",
    "DATE",
    "EXPRESSION",
    "ID",
    "INTEGER",
    "LABEL",
    "NUMBER",
    "SETTING",
    "SHARE",
    "TEXT",
    "TITLES",
    "Scalar",
    "plain_number",
    "shown",
    "word_of",
]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@attrs.frozen(eq=False, repr=False)
class Scalar:
    """One value: ``read`` from an author's text, ``accept`` from Python, ``write`` as text."""

    name: str
    read: Callable[[str], Any]
    accept: Callable[[Any], Any]
    write: Callable[[Any], str] = str
    words: tuple[str, ...] = ()


def plain_number(value: object) -> int | float:
    """A number as it is kept: whole ones as ``int``, others as the float of their decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        raise Fault("CE101", value=shown(value))
    if not -(10**15) <= value <= 10**15:
        raise Fault("CE102", value=shown(value))
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return exact.numerator if exact.denominator == 1 else float(exact)


def shown(value: object) -> str:
    """A value as messages quote it."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 – what a value of somebody else's class does is not known
        text = type(value).__name__
    return text if len(text) <= 60 else text[:57] + "…"


def _read_number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        mended = _mended(text)
        if not mended:
            raise Fault("CE101", value=shown(text))
        raise Fault("CE103", value=shown(text), mended=mended)
    if len(text) > 17:
        raise Fault("CE102", value=shown(text))
    return plain_number(Fraction(text))


def _mended(text: str) -> str:
    """The right spelling of a number typed another way; empty where one cannot tell."""
    tight = re.sub(r"[\s_\u00a0]", "", text).rstrip("%")
    if re.fullmatch(r"-?[0-9]+,[0-9]+", tight):
        return tight.replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", tight):
        return tight.replace(".", "").replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})+", tight):
        return re.sub(r"[.,]", "", tight)
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", tight):
        return tight
    try:
        size = float(tight)
    except ValueError:
        return ""
    return f"{size:f}".rstrip("0").rstrip(".") if abs(size) <= 10**15 else ""


def _number_text(value: float) -> str:
    return str(value) if isinstance(value, int) else format(Decimal(repr(value)), "f")


def _read_integer(text: str) -> int:
    return _integer(_read_number(text))


def _integer(value: object) -> int:
    number = plain_number(value)
    if not isinstance(number, int):
        raise Fault("CE104", value=shown(value))
    return number


def _read_share(text: str) -> int | float:
    if not text.endswith("%"):
        return _share(_read_number(text))
    hundredfold = _read_number(text[:-1].rstrip())
    if not 0 <= hundredfold <= 100:
        raise Fault("CE105", value=shown(text))
    return plain_number(Fraction(repr(hundredfold)) / 100)


def _share(value: object) -> int | float:
    if isinstance(value, str):
        return _read_share(value)
    number = plain_number(value)
    if not 0 <= number <= 1:
        raise Fault("CE105", value=shown(value))
    return number


def _share_text(value: float) -> str:
    hundredfold = plain_number(Fraction(repr(value)) * 100)
    return f"{_number_text(hundredfold)}%"


def _read_boolean(text: str) -> bool:
    if text in ("true", "false", "yes", "no"):
        return text in ("true", "yes")
    raise Fault("CE106", value=shown(text))


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Fault("CE106", value=shown(value))


def _read_date(text: str) -> datetime.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise Fault("CE107", value=shown(text), mended=mended_date(text))


def _date(value: object) -> datetime.date:
    if isinstance(value, str):
        return _read_date(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    raise Fault("CE107", value=shown(value), mended=mended_date(""))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise Fault("CE109", value=shown(value), wanted_kind="text")


def _id(value: object) -> str:
    name = normal(_text(value))
    if not is_id(name):
        raise Fault("CE110", name=shown(name))
    if name in RESERVED:
        raise Fault("CE111", name=name)
    return name


def _label(value: object) -> str:
    name = normal(_text(value))
    if not name or not name.isprintable():
        raise Fault("CE110", name=shown(name))
    return name


def word_of(*words: str) -> Scalar:
    """One of a few words."""

    def accept(value: object) -> str:
        if value not in words:
            found = shown(value)
            raise Fault(
                "CE108",
                value=found,
                words=", ".join(words),
                nearest=nearest(found, words) or ", ".join(words),
            )
        return str(value)

    return Scalar("word", accept, accept, words=words)


def _read_setting(text: str) -> int | float | bool | str:
    if text in ("true", "false"):
        return text == "true"
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].rstrip()):
        return _read_share(text)
    if text[:1].isdigit() or (text[:1] in "-." and text[1:2].isdigit()):
        return _read_number(text)
    return text


def _setting(value: object) -> int | float | bool | str:
    return value if isinstance(value, bool | str) else plain_number(value)


def _setting_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number_text(value) if isinstance(value, int | float) else str(value)


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "n/a" if value is NA else _setting_text(_setting(value))


TEXT = Scalar("text", _text, _text)
ID = Scalar("id", _id, _id)
LABEL = Scalar("label", _label, _label)
NUMBER = Scalar("number", _read_number, plain_number, _number_text)
INTEGER = Scalar("integer", _read_integer, _integer)
SHARE = Scalar("share", _read_share, _share, _share_text)
BOOLEAN = Scalar("boolean", _read_boolean, _boolean, lambda value: "true" if value else "false")
DATE = Scalar("date", _read_date, _date, datetime.date.isoformat)
EXPRESSION = Scalar("expression", expression, expression, lambda value: value.text)
SETTING = Scalar("setting", _read_setting, _setting, _setting_text)
CELL = Scalar("cell", _text, _cell)
TITLES = Scalar("titles", titles, titles)
