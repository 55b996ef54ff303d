"""What happened to a unit in a year: registered, recognised, kept up, lapsed, or without figures.

Rows come from Python (``unit_statuses_from``), from a CSV file (``load_unit_statuses``), from results of
assessments, or from the lives of titles (``unit_statuses``); ``rows_of`` takes the first two.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.grammar import clean_text, fold_word
from criteria_engine.evaluation.result import Result
from criteria_engine.files.cells import read_value
from criteria_engine.files.csv_files import csv_rows
from criteria_engine.files.rows import Columns, DataRow, FileProblems, read_cells
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.plans.plan import YEAR, Plan
from criteria_engine.plans.recognition import Recognition
from criteria_engine.plans.recognition_events import OPEN, RecognitionEvent, Validity
from criteria_engine.plans.roster import MOST_LOOKED_FOR, Roster, meant_unit, year_days
from criteria_engine.rules.schema import DATE

STATUSES = ("registered", "building", "requested", "met", "recognised", "maintained", "lapsed", "missing")
"""The statuses of a unit in a year, from registering to losing the title; then ``missing``."""

PENDING = frozenset({"registered", "building", "requested", "met"})
"""Statuses after which a recognition for that year may still come."""

HELD = frozenset({"recognised", "maintained"})
"""Statuses of a unit that holds the recognition."""

_WORDS = {
    "registered": ("đăng ký", "đã đăng ký"),
    "building": ("đang xây dựng", "xây dựng"),
    "requested": ("đề nghị", "đã đề nghị"),
    "met": ("đạt",),
    "recognised": ("công nhận", "đã công nhận", "được công nhận"),
    "maintained": ("giữ vững", "duy trì"),
    "lapsed": ("thôi công nhận", "không giữ vững"),
    "missing": ("chưa có số liệu", ""),
}
_VIETNAMESE = {word: status for status, words in _WORDS.items() for word in words}


@attrs.frozen
class UnitStatus:
    """The status of one unit in one year.

    Attributes:
        unit: The id of the unit in the roster; ``project`` takes a name too, and looks it up among the
            units of that year.
        year: The year the status is of; of a recognition the year in its title.
        status: One of ``STATUSES``.
        decided: The day of the decision, None where it is not known or there is none.
        assumed: Whether somebody assumed it, rather than a document saying it.
        note: What else is to be said.
    """

    unit: str
    year: int
    status: str
    decided: datetime.date | None = None
    assumed: bool = False
    note: str = ""


def read_status(text: str) -> str:
    """The status that a text says, in either language; raises ``Fault`` for any other."""
    folded = fold_word(text)
    status = _VIETNAMESE.get(folded, folded)
    if status not in STATUSES:
        raise Fault(Code.UNKNOWN_STATUS, value=text, words=", ".join(STATUSES))
    return status


def sequence_faults(rows: Sequence[UnitStatus]) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """What cannot be among rows whose units are known: the place, the column, the code, its details."""
    by_unit: dict[str, list[tuple[int, UnitStatus]]] = {}
    for place, row in enumerate(rows):
        by_unit.setdefault(row.unit, []).append((place, row))
        if row.decided is not None and row.decided < year_days(row.year)[0]:
            details = {"unit": row.unit, "day": row.decided, "year": row.year}
            yield place, "decided", Code.DECIDED_BEFORE_YEAR, details
    for of_unit in by_unit.values():
        ordered = sorted(of_unit, key=lambda each: each[1].year)
        for (_, before), (place, row) in pairwise(ordered):
            if before.year == row.year:
                yield place, "period", Code.UNIT_YEAR_TWICE, {"unit": row.unit, "year": row.year}
            elif row.status in ("maintained", "lapsed") and before.status not in (*HELD, "missing"):
                details = {"unit": row.unit, "year": row.year, "status_kind": row.status}
                details |= {"before_kind": before.status, "previous": before.year}
                yield place, "status", Code.STATUS_OUT_OF_ORDER, details


def unit_statuses_from(
    given: Iterable[UnitStatus | Mapping[str, Any]], roster: Roster, also: datetime.date | None = None
) -> tuple[UnitStatus, ...]:
    """Rows from Python with their units looked up, in the order of unit and year.

    A row is a ``UnitStatus``, or a mapping of ``unit``, ``period`` (or ``year``), ``status`` and, where
    known, ``decided``, ``assumed``, ``note``. Names that no unit of that year has may be those of the
    day ``also``. Raises ``CriteriaError`` with all that is wrong.
    """
    problems = Problems()
    rows: list[UnitStatus] = []
    places: list[int] = []
    for place, each in enumerate(given):
        path = f"recognitions[{place}]"
        try:
            row = each if isinstance(each, UnitStatus) else _of_mapping(each)
            first, last = year_days(YEAR.accept(row.year))
            looking = len(problems) < MOST_LOOKED_FOR
            unit = meant_unit(row.unit, roster, first, last, also=also, looking=looking)
            rows.append(attrs.evolve(row, unit=unit.id, status=read_status(row.status)))
            places.append(place)
        except Fault as fault:
            problems.add_fault(path, fault)
    for place, column, code, details in sequence_faults(rows):
        problems.add(f"recognitions[{places[place]}].{column}", code, **details)
    problems.raise_errors()
    return in_order(rows)


def in_order(rows: Iterable[UnitStatus]) -> tuple[UnitStatus, ...]:
    """Rows in the order of unit and year, so that the order of a file plays no part."""
    return tuple(sorted(rows, key=lambda row: (row.unit, row.year)))


def _of_mapping(each: Mapping[str, Any]) -> UnitStatus:
    known = {"unit", "period", "year", "status", "decided", "assumed", "note"}
    extra = sorted(set(each) - known)
    if extra:
        raise Fault(Code.NAME_NOT_KNOWN, name=", ".join(extra), known=", ".join(sorted(known)))
    if not each.get("unit"):
        raise Fault(Code.SUBJECT_WITHOUT_NAME)
    decided = each.get("decided")
    return UnitStatus(
        str(each["unit"]),
        YEAR.accept(each.get("period", each.get("year"))),
        str(each.get("status") or ""),
        None if decided is None else DATE.accept(decided),
        bool(each.get("assumed", False)),
        str(each.get("note", "")),
    )


def results_as_unit_statuses(results: Mapping[tuple[str, int], Result], level: str) -> tuple[UnitStatus, ...]:
    """What results of evaluated assessments say, by unit and year, about a level of their ruleset.

    ``met`` where the level is reached (a decision to recognise is another matter), ``building`` where
    it is decided that it is not, ``missing`` where missing values leave that open.
    """
    rows = []
    for (unit, year), result in results.items():
        status = "met" if result.level == level else "building"
        is_open = not result.decided or result.referred is not None
        rows.append(UnitStatus(unit, year, "missing" if is_open else status))
    return tuple(rows)


_HEADINGS = {
    "unit": ("đơn vị", "subject"),
    "period": ("năm", "year"),
    "status": ("trạng thái", "kết quả"),
    "decided": ("ngày quyết định",),
    "assumed": ("giả định",),
    "note": ("ghi chú",),
}


def load_unit_statuses(
    path: str | os.PathLike[str], roster: Roster, also: datetime.date | None = None
) -> tuple[UnitStatus, ...]:
    """What a CSV file says of the units of a roster, in the order of unit and year.

    Its columns are ``unit`` (a name as it was in that year, or an id), ``period`` (a year), ``status``
    and, where known, ``decided`` (a date), ``assumed`` (yes or no) and ``note``. Names that no unit of
    that year has may be those of the day ``also``. Raises
    ``CriteriaError`` with all that is wrong, each with its line and column.
    """
    problems = FileProblems(Path(path))
    columns = Columns.named(_HEADINGS, ("unit", "period", "status"))
    statuses: list[UnitStatus] = []
    rows: list[DataRow] = []
    faults = 0
    for row in csv_rows(path, columns, problems, marks_rows=True):
        status = _read(row, roster, also, problems, looking=faults < MOST_LOOKED_FOR)
        if status is None:
            faults += 1
        else:
            statuses.append(status)
            rows.append(row)
    for place, column, code, details in sequence_faults(statuses):
        row = rows[place]
        problems.add(row.place(column), code, **{**details, "unit": clean_text(row.cells["unit"])})
    problems.raise_all()
    return in_order(statuses)


def _read(
    row: DataRow, roster: Roster, also: datetime.date | None, problems: FileProblems, *, looking: bool
) -> UnitStatus | None:
    """The status of a row; None, and noted, where one of its cells cannot be read."""
    cells = read_cells(row, {}, problems)
    if len(cells) < len(row.cells):
        return None
    column = "period"
    try:
        year = YEAR.read(cells["period"])
        column = "unit"
        unit = meant_unit(cells["unit"], roster, *year_days(year), also=also, looking=looking)
        column = "status"
        status = read_status(cells["status"])
        column = "decided"
        decided = read_value(cells.get(column, ""), "date")
        column = "assumed"
        assumed = read_value(cells.get(column, ""), "boolean")
    except Fault as fault:
        problems.add_fault(row.place(column), fault)
        return None
    day = decided if isinstance(decided, datetime.date) else None
    return UnitStatus(unit.id, year, status, day, bool(assumed), cells.get("note", ""))


def unit_statuses(
    lives: Iterable[Recognition],
    validity: Validity | None = None,
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
        lives: The lives, one a unit.
        validity: How long a title stands. Where time alone ends it, a title that was not renewed has a
            row ``lapsed`` in the first year whose end it does not see; else one ``missing``. Without it
            the plan's ``counting.lasts`` alone decides.
        on: The day from which one looks: later events play no part. Give the day that ``ce.project``
            is given, or else what was still open then is taken as it came out later.
        title: The title that counts, where lives of several are given.

    Raises:
        ValueError: A unit has two lives that count, or a life has a state that is none of these.
    """
    by_unit: dict[str, list[UnitStatus]] = {}
    for life in lives:
        if title is not None and life.title != title:
            continue
        if life.unit in by_unit:
            raise ValueError(f"{life.unit!r} has two lives; say with title= which title counts")
        rows = _LifeRows(life.unit, validity)
        for event in life.events:
            if on is None or event.on <= on:
                rows.add(event)
        rows.run_out(None)
        by_unit[life.unit] = rows.in_sequence()
    return in_order(row for kept in by_unit.values() for row in kept)


class _LifeRows:
    """The rows of one unit by year, as they follow from its events, and the decision its title rests on."""

    def __init__(self, unit: str, validity: Validity | None) -> None:
        self.unit, self.validity = unit, validity
        self.rows: dict[int, UnitStatus] = {}
        self.decision: RecognitionEvent | None = None
        # What each recognition can be taken back to.
        self.before: list[tuple[dict[int, UnitStatus], RecognitionEvent | None]] = []

    def add(self, event: RecognitionEvent) -> None:
        """Take the next event."""
        year = event.on.year if event.title_year is None else event.title_year
        if event.state in OPEN:
            if self.decision is None and year >= max(self.rows, default=year):
                self.run_out(event.on)
                self._put(year, event.state)
        elif event.state in HELD:
            if event.state == "recognised":
                self.before.append((dict(self.rows), self.decision))
            self.run_out(event.on, renewed=year)
            # A decision answers what was asked for its year or later.
            self._drop_open(year)
            again = year in self.rows and self.rows[year].status == "recognised"
            self._put(year, "recognised" if again else event.state, event.on)
            self.decision = event
        elif event.state == "lapsed":
            # What was asked for meanwhile is answered.
            self._drop_open(year)
            self._put(year, "lapsed", event.on)
            self.decision = None
        elif event.state == "annulled":
            self._annul(event)
        else:
            raise ValueError(f"{event.state!r} is no state of a title")

    def run_out(self, until: datetime.date | None, renewed: int | None = None) -> None:
        """Note that time has ended the title, where its rules say so, before a day and a year."""
        if self.decision is None or self.validity is None:
            return
        last_day = self.validity.last_day(self.decision)
        if last_day is None or last_day == datetime.date.max:
            return
        ends, held = last_day + datetime.timedelta(days=1), self._last_held()
        if (until is not None and until < ends) or (renewed is not None and renewed <= ends.year):
            return
        if held is None or held < ends.year:
            self._put(ends.year, "lapsed" if self.validity.ends_by_itself else "missing", ends)
            self.decision = None

    def in_sequence(self) -> list[UnitStatus]:
        """The rows, such that a title is lost or kept up only where it is held, or where that is unknown."""
        kept: list[UnitStatus] = []
        for _, row in sorted(self.rows.items()):
            if row.status == "lapsed":
                while kept and kept[-1].status in OPEN:
                    kept.pop()
                if kept and kept[-1].status == "lapsed":
                    continue
            anew = row.status == "maintained" and kept and kept[-1].status not in (*HELD, "missing")
            kept.append(attrs.evolve(row, status="recognised") if anew else row)
        return kept

    def _annul(self, event: RecognitionEvent) -> None:
        """The last recognition is taken back, and all that rested on it."""
        decision, wrong = self.decision, event.title_year
        if self.before:
            rows, _ = self.before.pop()
            held_before = {year for year, row in rows.items() if row.status in HELD}
            newer = [
                year for year, row in self.rows.items() if row.status in HELD and year not in held_before
            ]
            wrong = min(newer, default=wrong)
            self.rows = rows
        if wrong is None:
            wrong = event.on.year if decision is None or decision.title_year is None else decision.title_year
        held = self._last_held()
        if held is None:
            self.rows = {}
            self._put(wrong, "lapsed", event.on)
        elif held < wrong:
            self._drop_open(held)
            self._put(wrong, "missing")
        self.decision = None

    def _put(self, year: int, status: str, decided: datetime.date | None = None) -> None:
        self.rows[year] = UnitStatus(self.unit, year, status, decided)

    def _drop_open(self, first: int) -> None:
        self.rows = {year: row for year, row in self.rows.items() if year < first or row.status not in OPEN}

    def _last_held(self) -> int | None:
        return max((year for year, row in self.rows.items() if row.status in HELD), default=None)


Rows = str | os.PathLike[str] | Iterable[UnitStatus | Mapping[str, Any]]
"""The path of a CSV file, or rows of units by year."""


def rows_of(recognitions: Rows, plan: Plan) -> tuple[UnitStatus, ...]:
    """What happened, read and looked up among the units of a plan; raises ``CriteriaError``."""
    fixed = plan.counting.denominator.fixed
    if isinstance(recognitions, str | os.PathLike):
        return load_unit_statuses(recognitions, plan.roster, fixed)
    return unit_statuses_from(recognitions, plan.roster, fixed)
