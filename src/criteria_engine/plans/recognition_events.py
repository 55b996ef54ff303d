"""What can happen to a title: events and their legal order, how long a title stands, how long one waits.

``slips`` says what is wrong with events as the life of one title; ``recognition_standing`` says what a
title is on a day, and ``recognition`` holds a whole life.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import attrs

from criteria_engine.core.grammar import clean_text
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.rules.schema import DATE, INTEGER, LABEL, TEXT, Plain, word_of

State: TypeAlias = Literal[
    "registered", "building", "requested", "recognised", "maintained", "lapsed", "annulled"
]
STATES: tuple[State, ...] = get_args(State)

HELD: tuple[State, ...] = ("recognised", "maintained")
"""The states in which a decision has given the title, or given it anew."""

OPEN: tuple[State, ...] = ("registered", "building", "requested")
"""The states of a body that strives for a title."""

DECISIONS: tuple[State, ...] = ("recognised", "maintained", "annulled")
"""The states that only a numbered decision brings about."""

_NEED_A_TITLE: tuple[State, ...] = ("maintained", "lapsed", "annulled")

NO_TITLE = "none"
"""What ``ruleset.evaluate(titles=…)`` takes for a title known not to be held; no level is called so."""


class Transition(NamedTuple):
    """One legal move: from a state (None: the life begins) to the next, and why the law knows it."""

    before: State | None
    after: State
    reason: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, "registered", "a life begins when the body registers to strive for the title"),
    Transition(None, "recognised", "the decision proves itself where what led to it is not on file"),
    Transition("registered", "registered", "wards register by name, year by year"),
    Transition("registered", "building", "after registering the body works on what is still missing"),
    Transition("registered", "requested", "it may meet all criteria already when it registers"),
    Transition("building", "registered", "the work goes on, and the body registers for another year"),
    Transition("building", "requested", "the dossier is complete, and recognition is asked for"),
    Transition("requested", "registered", "not recognised this time; the body registers again"),
    Transition("requested", "building", "the dossier came back, and the work goes on"),
    Transition("requested", "requested", "the dossier was handed in again, completed"),
    Transition("requested", "recognised", "the authority decides on the dossier"),
    Transition("registered", "maintained", "a title held meanwhile is confirmed on the yearly report"),
    Transition("building", "maintained", "a title held meanwhile is confirmed on the yearly report"),
    Transition("requested", "maintained", "the request was to confirm a title that is held"),
    *(Transition(state, "lapsed", "a title held meanwhile ends before it is renewed") for state in OPEN),
    *(
        Transition(state, "annulled", "a title held meanwhile turns out to rest on wrong results")
        for state in OPEN
    ),
    Transition("recognised", "registered", "the body registers to be recognised again, or at a higher level"),
    Transition("recognised", "requested", "re-recognition may be asked for without registering anew"),
    Transition("recognised", "maintained", "the yearly check confirms the title"),
    Transition("recognised", "lapsed", "the title was not maintained, or was given up"),
    Transition("recognised", "annulled", "results that turn out wrong are annulled"),
    Transition("maintained", "registered", "the body registers to be recognised again, or at a higher level"),
    Transition("maintained", "requested", "re-recognition may be asked for without registering anew"),
    Transition("maintained", "maintained", "the next yearly check confirms the title"),
    Transition("maintained", "lapsed", "the title was not maintained, or was given up"),
    Transition("maintained", "annulled", "results that turn out wrong are annulled"),
    Transition("lapsed", "registered", "the way to the title begins anew"),
    Transition("lapsed", "requested", "re-recognition may be asked for without registering anew"),
    Transition("lapsed", "maintained", "one missed year may be made good by the next yearly check"),
    Transition("lapsed", "lapsed", "the title was missed for a further year"),
    Transition("lapsed", "annulled", "results that turn out wrong are annulled, also afterwards"),
    Transition("annulled", "registered", "the way to the title begins anew"),
    Transition("annulled", "building", "what was found missing is worked on"),
    Transition("annulled", "requested", "a corrected dossier is handed in"),
    Transition("annulled", "recognised", "what was annulled is judged again on the same dossier"),
)
"""Every move that is legal; what is not here is refused. The reason says what it is for."""

_NEXT: Mapping[State | None, tuple[State, ...]] = {
    before: tuple(move.after for move in TRANSITIONS if move.before == before) for before in (None, *STATES)
}


class EventFault(NamedTuple):
    """What is wrong with a life: with which event (from 0), which part of it, and how."""

    event: int
    part: str
    fault: Fault


def _text(value: object) -> str:
    return clean_text(str(TEXT.accept(value)))


def _said(value: object) -> str | None:
    """A text, or None for one like a dash, which in a table says that there is none."""
    text = _text(value)
    return text if any(letter.isalnum() for letter in text) else None


def _level(value: object) -> str | None:
    text = _said(value)
    if text is None:
        return None
    # A ruleset keeps the ids of its levels in this form, which may begin with a space.
    level = _text(LABEL.accept(text))
    if level == NO_TITLE:
        raise Fault(Code.RESERVED_LEVEL_NAME, level=NO_TITLE)
    return level


def whole_number(name: str, low: int, high: int) -> Callable[[Any], int]:
    """What takes a whole number between two bounds, and raises ``Fault`` for anything else."""

    def accept(value: Any) -> int:
        number = int(INTEGER.accept(value))
        if not low <= number <= high:
            raise Fault(Code.INPUT_OUT_OF_RANGE, name=name, value=number, low=low, high=high)
        return number

    return accept


def settle(made: object, accepts: Mapping[str, Callable[[Any], Any]], optional: Sequence[str] = ()) -> None:
    """Set the attributes of a frozen object to what their functions make of them.

    Raises ``CriteriaError`` with all that is wrong, each under the name of its attribute.
    """
    problems = Problems()
    for name, accept in accepts.items():
        value = getattr(made, name)
        if value is None and name in optional:
            continue
        try:
            object.__setattr__(made, name, accept(value))
        except Fault as fault:
            problems.add_fault(name, fault)
    problems.raise_errors()


EVENT_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "state": word_of(*STATES).accept,
    "on": DATE.accept,
    "by": _text,
    "decision": _said,
    "title_year": whole_number("title_year", 1945, 2999),
    "level": _level,
    "note": _text,
}
"""What each part of an event may be: functions that give it as it is kept, or raise ``Fault``."""


@attrs.frozen(repr=False)
class RecognitionEvent(Plain):
    """One thing that happened to a title.

    ``state`` is what the title came to, ``on`` the day of it (a date, or a text like ``2025-02-10``),
    ``by`` who acted, ``decision`` the number of the document (a life wants one for ``recognised``,
    ``maintained`` and ``annulled``). ``title_year`` is the year the title is for, which is not that of
    the decision where the law lets it follow: commune legal access of 2024 is decided by 10 February
    2025 (Circular 09/2021/TT-BTP). It is None where nobody has said it, and is then unknown. ``level``
    is the id of the level in the ruleset.

    Raises ``CriteriaError`` with all values that are none.
    """

    state: State
    on: datetime.date
    by: str = ""
    decision: str | None = None
    title_year: int | None = None
    level: str | None = None
    note: str = ""

    def __attrs_post_init__(self) -> None:
        settle(self, EVENT_PARTS, ("decision", "title_year", "level"))


def slips(events: Sequence[RecognitionEvent]) -> Iterator[EventFault]:
    """All that is wrong with events as the life of one title, in their order."""
    before: RecognitionEvent | None = None
    titles = 0
    years = _Years()
    for index, event in enumerate(events):
        if move := _wrong_move(before, event, titled=titles > 0):
            yield EventFault(index, "state", move)
        if before is not None and event.on < before.on:
            yield EventFault(index, "on", Fault(Code.EVENT_BEFORE_THE_LAST, on=event.on, before=before.on))
        if event.state in DECISIONS and event.decision is None:
            yield EventFault(index, "decision", Fault(Code.DECISION_WITHOUT_NUMBER, state=event.state))
        if year := years.wrong(event):
            yield EventFault(index, "title_year", year)
        # An annulment takes back one recognition; an earlier one may be there still.
        titles = max(0, titles + (event.state == "recognised") - (event.state == "annulled"))
        before = event


def _wrong_move(before: RecognitionEvent | None, event: RecognitionEvent, *, titled: bool) -> Fault | None:
    legal = _NEXT[before.state if before else None]
    if event.state not in legal:
        allowed = ", ".join(legal)
        if before is None:
            return Fault(Code.BAD_FIRST_EVENT, state=event.state, allowed=allowed)
        return Fault(Code.EVENT_OUT_OF_ORDER, before=before.state, after=event.state, allowed=allowed)
    if event.state in _NEED_A_TITLE and not titled:
        return Fault(Code.EVENT_WITHOUT_TITLE, state=event.state)
    return None


class _Years:
    """The years of a title: none lies after its decision, and they go forward."""

    def __init__(self) -> None:
        self._last: int | None = None
        # The last year before each recognition, to which its annulment leads back.
        self._earlier: list[int | None] = []

    def wrong(self, event: RecognitionEvent) -> Fault | None:
        """What is wrong with the year of the next event."""
        year, last = event.title_year, self._last
        if event.state == "annulled":
            self._last = self._earlier.pop() if self._earlier else None
        elif event.state == "recognised":
            self._earlier.append(last)
        if year is None or event.state not in (*_NEED_A_TITLE, "recognised"):
            return None
        if year > event.on.year:
            return Fault(Code.DECIDED_BEFORE_TITLE_YEAR, year=year, decided=event.on)
        if event.state == "annulled":
            return None
        # A second recognition for one year is a higher level, or what was annulled judged again.
        if last is not None and (year < last or (year == last and event.state != "recognised")):
            return Fault(Code.TITLE_YEAR_GOES_BACK, year=year, last=last)
        self._last = year
        return None


FOR_EVER = datetime.date.max
"""The last day of what has no end of its own."""

_MOST = 1200
_LEAST = {"months_after_year": 1, "years": 1, "yearly": 0, "until_lapsed": 0}


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
        settle(self, {"length": whole_number("length", _LEAST[self.kind], _MOST)})

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
        # The months after a year end with the last day of a month, whatever its length.
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
        settle(self, {name: whole_number(name, 0, _MOST) for name in ("first", "again", "upgrade")})
