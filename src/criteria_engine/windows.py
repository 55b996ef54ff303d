"""The days of the year between which an assessment looks; a window may cross the year."""

from __future__ import annotations

import calendar
import datetime
import re

import attrs

from criteria_engine.kinds import Plain, part
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.scalars import Scalar, shown

__all__ = ["Window"]

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def _month_day(value: object) -> str:
    """A month and a day that some year has, as ``MM-DD``."""
    text = value.strip() if isinstance(value, str) else ""
    found = _MONTH_DAY.fullmatch(text)
    if found is None or int(found[2]) > calendar.monthrange(2024, int(found[1]))[1]:
        raise Fault("CE113", value=shown(value), mended=_mended(text))
    return text


def _mended(text: str) -> str:
    """A month and a day as a ruleset writes them, where they were written day/month."""
    found = re.fullmatch(r"([0-3]?[0-9])[/.]([01]?[0-9])", text)
    return f"{int(found[2]):02}-{int(found[1]):02}" if found else "11-16"


_EDGE = Scalar("month-day", _month_day, _month_day)


@attrs.frozen(repr=False)
class Window(Plain):
    """The days of the year, ``MM-DD``, between which an assessment looks.

    ``Window("11-16", "11-15")`` crosses the year. Where one end is not given, the window is a whole
    year that begins or ends there. In a year without 29 February a window that ends there ends on the
    28th, and one that begins there begins on 1 March. ``ValueError`` beyond the years 1 to 9999.
    """

    from_: str | None = part(_EDGE, optional=True, default=None, key="from")
    until: str | None = part(_EDGE, optional=True, default=None)

    def ending_in(self, year: int) -> tuple[datetime.date, datetime.date]:
        """The first and the last day of the window that ends in a year."""
        if self.until is not None:
            last = _day(year, self.until)
        else:
            last = _day(year, self.from_ or "01-01", first=True) - datetime.timedelta(days=1)
            if last.year < year:
                last = datetime.date(year, 12, 31)
        if self.from_ is None:
            first = _day(year - 1, self.until or "12-31") + datetime.timedelta(days=1)
        else:
            crosses = (
                last < _day(year, self.from_, first=True) if self.until is None else self.from_ > self.until
            )
            first = min(last, _day(year - crosses, self.from_, first=True))
        return first, last

    def at(self, day: datetime.date) -> tuple[datetime.date, datetime.date]:
        """The first and the last day of the latest window that has begun by ``day``."""
        return max(
            window for window in map(self.ending_in, range(day.year - 1, day.year + 2)) if window[0] <= day
        )

    def before(self, day: datetime.date, periods: int) -> tuple[datetime.date, datetime.date]:
        """The window so many years before the one at ``day``."""
        return self.ending_in(self.at(day)[1].year - periods)


def _day(year: int, edge: str, *, first: bool = False) -> datetime.date:
    """A day of a year; without a 29 February the last of the month, or the first of the next."""
    month, day = map(int, edge.split("-"))
    last = calendar.monthrange(year, month)[1]
    return (
        datetime.date(year, month + 1, 1)
        if first and day > last
        else datetime.date(year, month, min(day, last))
    )
