"""How long a title stands by its rules, and how long one has to wait for it."""

from __future__ import annotations

import calendar
import datetime
from typing import Literal

import attrs

from criteria_engine.messages.diagnostics import Fault
from criteria_engine.recognition.events import RecognitionEvent, settle
from criteria_engine.rules.schema import INTEGER, Plain, word_of

__all__ = ["FOR_EVER", "Validity", "Waiting", "months_later"]

FOR_EVER = datetime.date.max
"""The last day of what has no end of its own."""

_MOST = 1200
_LEAST = {"months_after_year": 1, "years": 1, "yearly": 0, "until_lapsed": 0}


def _number(name: str, value: object, least: int) -> int:
    number = int(INTEGER.accept(value))
    if not least <= number <= _MOST:
        raise Fault("CE557", name=name, value=number, low=least, high=_MOST)
    return number


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where it has no such day.

    So the Civil Code of Viet Nam ends a term (Article 148 of Law 91/2015/QH13).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > datetime.MAXYEAR:
        return FOR_EVER
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


@attrs.frozen(repr=False)
class Validity:
    """What a title's rules say about how long it stands; made by one of its four class methods.

    ``yearly`` is apart from the others: when the time is over and no new decision is on file, it is not
    known whether the title was maintained. In the others time alone ends it.
    """

    kind: Literal["months_after_year", "years", "yearly", "until_lapsed"]
    length: int = 0

    def __attrs_post_init__(self) -> None:
        settle(self, {"kind": word_of(*_LEAST).accept})
        settle(self, {"length": lambda value: _number("length", value, _LEAST[self.kind])})

    @classmethod
    def months_after_year(cls, months: int) -> Validity:
        """So many months following the year of recognition; from 1 to 1200.

        36 months for a learning community (Circular 25/2023/TT-BGDĐT): recognised for 2024, it stands to
        31/12/2027. Raises ``CriteriaError`` for another number.
        """
        return cls("months_after_year", months)

    @classmethod
    def years(cls, years: int) -> Validity:
        """So many years from the day of the decision, to the end of that day; from 1 to 1200."""
        return cls("years", years)

    @classmethod
    def yearly(cls, misses_allowed: int = 1) -> Validity:
        """Recognised anew each year; after more misses in a row than allowed it is a first time again.

        Universal education: two years in a row not maintained count as a first time (Circular
        07/2016/TT-BGDĐT), so one miss is allowed. The title of one year stands until the end of the next,
        in which that of the next is decided on.
        """
        return cls("yearly", misses_allowed)

    @classmethod
    def until_lapsed(cls) -> Validity:
        """Until an event ends it."""
        return cls("until_lapsed")

    @property
    def ends_by_itself(self) -> bool:
        """Whether time alone ends the title; if not, silence after its last day leaves it unknown."""
        return self.kind != "yearly"

    def last_day(self, decision: RecognitionEvent, *, for_its_year: bool = False) -> datetime.date | None:
        """The last day on which the title of a decision stands; ``FOR_EVER``, or None if unknown.

        With ``for_its_year`` a title that is given for one year is counted in that year alone.
        """
        if self.kind == "until_lapsed":
            return FOR_EVER
        if self.kind == "years":
            return months_later(decision.on, 12 * self.length)
        if decision.title_year is None:
            return None
        end_of_year = datetime.date(decision.title_year, 12, 31)
        if self.kind == "yearly":
            return end_of_year if for_its_year else months_later(end_of_year, 12)
        # The months after a year end with a month, be it of 28 days or of 31.
        return months_later(end_of_year, self.length)

    def __repr__(self) -> str:
        shown = "" if self.kind == "until_lapsed" else str(self.length)
        return f"Validity.{self.kind}({shown})"


@attrs.frozen(repr=False)
class Waiting(Plain):
    """How many months a body has to wait before a decision can be taken, each from 0 to 1200.

    ``first`` and ``again`` run from the registration, for a first recognition and for another;
    ``upgrade`` from the decision that gave the present level. A civilised ward waits 2 years the first
    time and 5 again, ``Waiting(first=24, again=60)`` (Decision 04/2022/QĐ-TTg); a learning unit is
    raised no sooner than 12 months after the decision on level 1, ``Waiting(upgrade=12)`` (Circular
    24/2023/TT-BGDĐT). Raises ``CriteriaError`` with all numbers that are none.
    """

    first: int = 0
    again: int = 0
    upgrade: int = 0

    def __attrs_post_init__(self) -> None:
        settle(
            self,
            {
                "first": lambda value: _number("first", value, 0),
                "again": lambda value: _number("again", value, 0),
                "upgrade": lambda value: _number("upgrade", value, 0),
            },
        )
