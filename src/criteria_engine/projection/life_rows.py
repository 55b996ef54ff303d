"""From the lives of recognitions, with their decisions and annulments, to the rows that a plan counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import attrs

from criteria_engine.projection.unit_status import HELD, UnitStatus, in_order

__all__ = ["LifeEvent", "RecognitionLife", "TitleValidity", "unit_statuses"]

_OPEN = frozenset({"registered", "building", "requested"})
_ONE_DAY = datetime.timedelta(days=1)


class LifeEvent(Protocol):
    """One thing that happened to a title.

    ``state`` is ``registered``, ``building``, ``requested``, ``recognised``, ``maintained``, ``lapsed``
    or ``annulled``; ``on`` its day; ``title_year`` the year the title is for, None where nobody said it.
    """

    @property
    def state(self) -> str:
        """What the title came to."""

    @property
    def on(self) -> datetime.date:
        """The day of it."""

    @property
    def title_year(self) -> int | None:
        """The year that it is for."""


class RecognitionLife(Protocol):
    """All that happened to one title of one unit, in order of time."""

    @property
    def unit(self) -> str:
        """The unit: its name or its id."""

    @property
    def title(self) -> str:
        """Which title it is: the id of a ruleset."""

    @property
    def events(self) -> Sequence[LifeEvent]:
        """What happened, the earliest first."""


class TitleValidity(Protocol):
    """How long a title stands by its rules."""

    @property
    def ends_by_itself(self) -> bool:
        """Whether time alone ends it; if not, silence after its last day leaves it unknown."""

    def last_day(self, decision: Any) -> datetime.date | None:
        """The last day on which the title of a decision stands; ``date.max`` for ever, None if unknown."""


def unit_statuses(
    lives: Iterable[RecognitionLife],
    validity: TitleValidity | None = None,
    *,
    on: datetime.date | None = None,
    title: str | None = None,
) -> tuple[UnitStatus, ...]:
    """The lives of recognitions as rows for ``ce.project(plan, recognitions=…)``: one a unit and year.

    A row is of the year that an event is for (``title_year``), else of the year of its day. A decision
    answers the requests before it; what is asked while a title is held is left out, since the title
    counts either way. What an annulment takes back is as if it had never been, and the unit is outside
    from the year of that title on; where an older title may stand again, that is not known.

    Args:
        lives: The lives, one a unit; anything with ``unit``, ``title`` and ``events`` will do.
        validity: How long a title stands. Where time alone ends it, a title that was not renewed has a
            row ``lapsed`` in the first year whose end it does not see; else one ``missing``. Without it
            the plan's ``counting.lasts`` alone decides.
        on: The day from which one looks: later events play no part. Give the day that ``ce.project``
            is given, or else what was still open then is taken as it came out later.
        title: The title that counts, where lives of several are given.

    Raises:
        ValueError: A unit has two lives that count, or a life has a state that is none of these.
    """
    found: dict[str, list[UnitStatus]] = {}
    for life in lives:
        if title is not None and life.title != title:
            continue
        if life.unit in found:
            raise ValueError(f"{life.unit!r} has two lives; say with title= which title counts")
        events = [event for event in life.events if on is None or event.on <= on]
        found[life.unit] = _rows_of(life.unit, events, validity)
    return in_order(row for rows in found.values() for row in rows)


@attrs.define
class _Told:
    """The rows of one unit so far, by year, and the decision that the title rests on."""

    unit: str
    rows: dict[int, UnitStatus] = attrs.field(factory=dict)
    decision: LifeEvent | None = None

    def tell(self, year: int, status: str, decided: datetime.date | None = None) -> None:
        """Put a row in its year."""
        self.rows[year] = UnitStatus(self.unit, year, status, decided)

    def drop(self, first: int, *, statuses: frozenset[str] = _OPEN) -> None:
        """Take out the rows of some statuses from a year on."""
        gone = [year for year, row in self.rows.items() if year >= first and row.status in statuses]
        for year in gone:
            del self.rows[year]

    def last_held(self) -> int | None:
        """The last year with a row that says that the title is held."""
        return max((year for year, row in self.rows.items() if row.status in HELD), default=None)


def _rows_of(unit: str, events: Sequence[LifeEvent], validity: TitleValidity | None) -> list[UnitStatus]:
    told = _Told(unit)
    # What each recognition can be taken back to.
    before: list[tuple[dict[int, UnitStatus], LifeEvent | None]] = []
    for event in events:
        year = event.on.year if event.title_year is None else event.title_year
        if event.state in _OPEN:
            if told.decision is None and year >= max(told.rows, default=year):
                _ran_out(told, event.on, validity)
                told.tell(year, event.state)
        elif event.state in HELD:
            if event.state == "recognised":
                before.append((dict(told.rows), told.decision))
            _ran_out(told, event.on, validity, renewed=year)
            _hold(told, year, event)
        elif event.state == "lapsed":
            _lapse(told, year, event.on)
        elif event.state == "annulled":
            _annul(told, before, event)
        else:
            raise ValueError(f"{event.state!r} is no state of a title")
    _ran_out(told, None, validity)
    return _in_sequence(told.rows[year] for year in sorted(told.rows))


def _in_sequence(rows: Iterable[UnitStatus]) -> list[UnitStatus]:
    """Rows such that a title is lost or kept up only where it is held, or where that is not known."""
    found: list[UnitStatus] = []
    for row in rows:
        if row.status == "lapsed":
            while found and found[-1].status in _OPEN:
                found.pop()
            if found and found[-1].status == "lapsed":
                continue
        anew = row.status == "maintained" and found and found[-1].status not in (*HELD, "missing")
        found.append(attrs.evolve(row, status="recognised") if anew else row)
    return found


def _hold(told: _Told, year: int, event: LifeEvent) -> None:
    """A decision gave the title, or gave it anew; it answers what was asked for its year or later."""
    told.drop(year)
    same = told.rows.get(year)
    told.tell(year, event.state if same is None or same.status != "recognised" else "recognised", event.on)
    told.decision = event


def _lapse(told: _Told, year: int, day: datetime.date) -> None:
    """The title ended; what was asked for meanwhile is answered."""
    told.drop(year)
    told.tell(year, "lapsed", day)
    told.decision = None


def _annul(
    told: _Told, before: list[tuple[dict[int, UnitStatus], LifeEvent | None]], event: LifeEvent
) -> None:
    """The last recognition is taken back, and all that rested on it."""
    taken = told.decision
    wrong = event.title_year
    if before:
        rows, told.decision = before.pop()
        held_before = {year for year, row in rows.items() if row.status in HELD}
        newer = [year for year, row in told.rows.items() if row.status in HELD and year not in held_before]
        wrong = min(newer, default=wrong)
        told.rows = rows
    if wrong is None:
        wrong = event.on.year if taken is None or taken.title_year is None else taken.title_year
    held = told.last_held()
    if held is None:
        told.rows.clear()
        told.tell(wrong, "lapsed", event.on)
    elif held < wrong:
        told.drop(held)
        told.tell(wrong, "missing")
    told.decision = None


def _ran_out(
    told: _Told,
    until: datetime.date | None,
    validity: TitleValidity | None,
    renewed: int | None = None,
) -> None:
    """Say that time has ended the title, where its rules say so, before a day and a year."""
    if told.decision is None or validity is None:
        return
    last_day = validity.last_day(told.decision)
    if last_day is None or last_day == datetime.date.max:
        return
    ends = last_day + _ONE_DAY
    held = told.last_held()
    if (until is not None and until < ends) or (renewed is not None and renewed <= ends.year):
        return
    if held is not None and ends.year <= held:
        return
    told.tell(ends.year, "lapsed" if validity.ends_by_itself else "missing", ends)
    told.decision = None
