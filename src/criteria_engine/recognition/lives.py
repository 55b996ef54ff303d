"""A life: what has happened to one title of one body, and what follows from it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import attrs

from criteria_engine.files.subjects import read_subject
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.recognition.events import NO_TITLE, RecognitionEvent, State, settle, slips
from criteria_engine.recognition.standing import Basis, Standing, counted, earliest, standing_of
from criteria_engine.recognition.validity import Validity, Waiting
from criteria_engine.rules.schema import DATE, INTEGER, TEXT, Plain, shown, word_of

__all__ = ["Recognition", "accept_title", "titles_on"]

# As the id of a ruleset is written.
_TITLE = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)*")

_NO_LEVEL = "recognised"

_T = TypeVar("_T")


def accept_title(value: object) -> str:
    """The id of a ruleset; raises ``Fault`` for what cannot be one."""
    title = str(TEXT.accept(value)).strip()
    if not _TITLE.fullmatch(title):
        raise Fault("CE112", name=shown(title))
    return title


def _accept_events(value: object) -> tuple[RecognitionEvent, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise Fault("CE109", value=shown(value), wanted_kind="list")
    events = tuple(value)
    for event in events:
        if not isinstance(event, RecognitionEvent):
            raise Fault("CE109", value=shown(event), wanted_kind="RecognitionEvent")
    return events


def _checked(path: str, accept: Callable[[Any], _T], value: Any) -> _T:
    """An argument as its function takes it; raises ``CriteriaError`` under the name of the argument."""
    problems = Problems()
    try:
        return accept(value)
    except Fault as fault:
        problems.add_fault(path, fault)
        raise CriteriaError(problems) from None


def _of(kind: type[_T]) -> Callable[[Any], _T]:
    def accept(value: Any) -> _T:
        if not isinstance(value, kind):
            raise Fault("CE109", value=shown(value), wanted_kind=kind.__name__)
        return value

    return accept


def _accept_year(value: object) -> int:
    year = int(INTEGER.accept(value))
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise Fault("CE557", name="year", value=year, low=datetime.MINYEAR, high=datetime.MAXYEAR)
    return year


@attrs.frozen(repr=False)
class Recognition(Plain):
    """The life of a title (``title``, the id of a ruleset) that a body (``unit``) strives for or holds.

    ``events`` are in order of time. A life begins when the body registers, or with a recognition where
    what led to it is not on file; ``TRANSITIONS`` has every move from then on. Days never go back,
    decisions have numbers, and the year of a title is not after that of its decision.

    Raises ``CriteriaError`` with all that is wrong, each under its path (``events[2].on``).

    >>> life = Recognition(unit="Vĩnh Nguyên", title="vn.phuong-kieu-mau")
    >>> life = life.then("registered", on=date(2023, 1, 15)).then("requested", on=date(2023, 12, 20))
    >>> life = life.then("recognised", on=date(2024, 5, 6), decision="3114/QĐ-BCA", title_year=2023)
    """

    unit: str
    title: str
    events: tuple[RecognitionEvent, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(
            self,
            {
                "unit": lambda value: read_subject(str(TEXT.accept(value))),
                "title": accept_title,
                "events": _accept_events,
            },
        )
        problems = Problems()
        for slip in slips(self.events):
            problems.add_fault(f"events[{slip.event}].{slip.part}", slip.fault)
        problems.raise_errors()

    def then(
        self,
        state: State,
        *,
        on: datetime.date,
        by: str = "",
        decision: str | None = None,
        title_year: int | None = None,
        level: str | None = None,
        note: str = "",
    ) -> Recognition:
        """The life with one more event; raises ``CriteriaError`` as ``Recognition`` does."""
        event = RecognitionEvent(state, on, by, decision, title_year, level, note)
        return attrs.evolve(self, events=(*self.events, event))

    def standing(self, *, on: datetime.date, validity: Validity) -> Standing:
        """What the title counts as at the end of a day, by the events up to it; later ones play no part.

        Raises ``CriteriaError`` where ``on`` is no date.
        """
        day = _checked("on", DATE.accept, on)
        rules = _checked("validity", _of(Validity), validity)
        return standing_of(self.unit, self.title, self.events, day, rules)

    def counts_in(self, year: int, *, basis: Basis = "title_year", validity: Validity) -> bool | None:
        """Whether the title counts in a year: True, False, or None where the life leaves it open.

        By ``"title_year"`` a title counts from the year it is for; by ``"decision_date"`` it counts when
        it has been decided on by the end of the year. Either way it counts while it stands at the end of
        the year; one that is given anew each year (``Validity.yearly``) counts by title year only in the
        year it is for. Unlike ``standing`` this looks back on the whole life: what was annulled later
        never counted. While a request is open, a no for its year is not known to be one; a request that
        names no year may be for the year before it.

        Raises ``CriteriaError`` for another ``basis`` and for what is no year.
        """
        number = _checked("year", _accept_year, year)
        by: Any = _checked("basis", word_of("title_year", "decision_date").accept, basis)
        rules = _checked("validity", _of(Validity), validity)
        return counted(self.events, number, by, rules)

    def earliest(
        self, *, on: datetime.date, validity: Validity, waiting: Waiting, upgrade: bool = False
    ) -> datetime.date | None:
        """The first day on which a recognition may be decided, by what is on file at the end of ``on``.

        The wait runs from the first registration since the last recognition; with ``upgrade`` from the
        decision that gave the level now held. None where that is not on file, where the title to be
        raised is not known to be held, and where nobody can say whether it would be a first time.
        """
        day = _checked("on", DATE.accept, on)
        rules = _checked("validity", _of(Validity), validity)
        wait = _checked("waiting", _of(Waiting), waiting)
        return earliest(self.events, day, rules, wait, upgrade=upgrade)


def titles_on(
    lives: Iterable[Recognition] | Mapping[str, Recognition],
    on: datetime.date,
    validity: Validity | Mapping[str, Validity],
) -> dict[str, str]:
    """The titles of one body at the end of a day, as ``ruleset.evaluate(…, titles=…)`` takes them.

    A title that is held gives the id of its level, or ``recognised`` where it has none; one that is known
    not to be held gives ``none``; what is unknown is left out. ``validity`` holds for all titles, or is
    a mapping by title; a title without one is unknown from its recognition until it lapses.

    Raises ``CriteriaError`` where these are not the lives of one body, each title once.
    """
    listed = enumerate(lives.values() if isinstance(lives, Mapping) else lives)
    given = [_checked(f"lives[{index}]", _of(Recognition), life) for index, life in listed]
    if not isinstance(validity, Mapping):
        validity = _checked("validity", _of(Validity), validity)
    problems = Problems()
    found: dict[str, str] = {}
    for index, life in enumerate(given):
        first = next((each for each in given[:index] if each.title == life.title), given[0])
        if index and (life.unit != given[0].unit or first.title == life.title):
            names = [f"{each.unit}, {each.title}" for each in (first, life)]
            problems.add(f"lives[{index}]", "CE858", first=names[0], second=names[1])
            continue
        rules = validity if isinstance(validity, Validity) else validity.get(life.title)
        held = life.standing(on=on, validity=rules or Validity.until_lapsed())
        if held.held is False:
            found[life.title] = NO_TITLE
        elif held.held and rules is not None:
            found[life.title] = held.level or _NO_LEVEL
    problems.raise_errors()
    return found
