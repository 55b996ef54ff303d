"""The single values of a plan file: years, spans, days of a year, days by which a task is due."""

from __future__ import annotations

import datetime
import re
from typing import Any

from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.schema import DATE, Scalar, shown

__all__ = ["DAY_OF_YEAR", "DUE", "LASTS", "YEAR", "YEARS", "day_of_year"]

_SPAN = re.compile(r"([0-9]{1,2}) years?")
_LAPSED = "until lapsed"
_EVERY_YEAR = "every year"


def _year(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch("[0-9]{4}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
        raise Fault("CE901", value=shown(value))
    return value


def _lasts(value: Any) -> int | None:
    if value in (None, _LAPSED):
        return None
    years = _number_of_years(value)
    if years is None or years < 1:
        raise Fault("CE902", value=shown(value))
    return years


def _years(value: Any) -> int:
    years = _number_of_years(value)
    if years is None:
        raise Fault("CE925", value=shown(value))
    return years


def _number_of_years(value: Any) -> int | None:
    if isinstance(value, str):
        found = _SPAN.fullmatch(value)
        return int(found[1]) if found else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 99 else None


def _day_of_year(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch("[0-9]{2}-[0-9]{2}", value):
        try:
            # A year that is no leap year: a report due on 29 February comes once in four years.
            datetime.date(2023, int(value[:2]), int(value[3:]))
        except ValueError:
            pass
        else:
            return value
    raise Fault("CE903", value=shown(value))


def _due(value: Any) -> datetime.date | str:
    if isinstance(value, str) and value == _EVERY_YEAR:
        return value
    try:
        return datetime.date(_year(value), 12, 31)
    except Fault:
        pass
    try:
        found: datetime.date = DATE.accept(value)
    except Fault:
        raise Fault("CE904", value=shown(value)) from None
    return found


def day_of_year(text: str, year: int) -> datetime.date:
    """The day of a year that a text like ``05-15`` says."""
    return datetime.date(year, int(text[:2]), int(text[3:]))


YEAR = Scalar("year", _year, _year)
"""A year of four digits, kept as an int."""

LASTS = Scalar("span", _lasts, _lasts, lambda years: _LAPSED if years is None else f"{years} years")
"""A number of years, or None for *until lapsed*."""

YEARS = Scalar("years", _years, _years, lambda years: f"{years} years")
"""A number of years, kept as an int."""

DAY_OF_YEAR = Scalar("day of a year", _day_of_year, _day_of_year)
"""A month and a day, ``05-15``, kept as that text."""

DUE = Scalar("due", _due, _due, str)
"""A date, the last day of a year, or ``every year``."""
