"""Dates as offices write them: the day first, the year with four digits."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from criteria_engine.core.expression_text import fold_word, shown_text
from criteria_engine.messages.diagnostics import Fault

__all__ = ["read_date", "read_iso_date"]

_DAY_FIRST = re.compile(
    r"(?:ngày )?([0-9]{1,2}) ?([-/.]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})(?![0-9])(.*)"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(.*)")
_VIETNAMESE = re.compile(r"(?:ngày )?([0-9]{1,2}) tháng ([0-9]{1,2}),? (?:năm )?([0-9]{2}|[0-9]{4})")
_ENGLISH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})[,.]?[ -]([0-9]{2}|[0-9]{4})")
_AMERICAN = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{2}|[0-9]{4})")
_TIME = re.compile(r"[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:z)?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def read_date(text: str, lang: Literal["vi", "en"]) -> date:
    """The date a clean text says: ``01/03/2026`` is the first of March; ``2026-03-01`` is taken too.

    In English 01/03/2026 may also be the third of January, and is refused; ``1 March 2026`` is read.
    Raises ``Fault`` that says why not: no such day, a year of two digits, a time of day.
    """
    written = re.sub("[\u2013\u2010\u2011]", "-", fold_word(text))
    if matched := _YEAR_FIRST.fullmatch(written):
        year, _, month, day, rest = matched.groups()
        _refuse_time(text, rest)
        return _day(text, year, month, day)
    if matched := _DAY_FIRST.fullmatch(written):
        day, _, month, year, rest = matched.groups()
        _refuse_time(text, rest)
        if lang == "en":
            _refuse_either_way(text, day, month, year)
        return _day(text, year, month, day)
    if matched := _VIETNAMESE.fullmatch(written):
        day, month, year = matched.groups()
        return _day(text, year, month, day)
    if matched := _ENGLISH.fullmatch(written):
        day, name, year = matched.groups()
        return _day(text, year, _month(text, name), day)
    if matched := _AMERICAN.fullmatch(written):
        name, day, year = matched.groups()
        return _day(text, year, _month(text, name), day)
    raise Fault("CE539" if re.fullmatch("[0-9]{5}", written) else "CE535", value=shown_text(text))


def read_iso_date(text: str) -> date:
    """The date of a text like ``2026-03-01``, as programs write it; raises ``Fault`` for any other."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise Fault("CE548", value=shown_text(text))
    return _day(text, text[:4], text[5:7], text[8:])


def _day(text: str, year: str, month: str, day: str) -> date:
    if len(year) == 2:
        raise Fault("CE536", value=shown_text(text))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Fault("CE537", value=shown_text(text)) from None


def _month(text: str, name: str) -> str:
    for number, month in enumerate(_MONTHS, 1):
        if name in (month, month[:3]) or (name, number) == ("sept", 9):
            return str(number)
    raise Fault("CE535", value=shown_text(text))


def _refuse_time(text: str, rest: str) -> None:
    """Midnight is what programs add to a date and says nothing; any other time of day is a mistake."""
    if not rest:
        return
    if not _TIME.fullmatch(rest):
        raise Fault("CE535", value=shown_text(text))
    if rest.strip(" t:.z0"):
        raise Fault("CE540", value=shown_text(text))


def _refuse_either_way(text: str, day: str, month: str, year: str) -> None:
    low, high = int(day), int(month)
    if len(year) == 4 and low != high and 1 <= low <= 12 and 1 <= high <= 12:
        raise Fault(
            "CE538",
            value=shown_text(text),
            first=f"{year}-{high:02}-{low:02}",
            second=f"{year}-{low:02}-{high:02}",
        )
