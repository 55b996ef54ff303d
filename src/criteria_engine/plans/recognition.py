"""The life of a title: what has happened to it, and what follows from it.

``Recognition`` holds the events of one title of one body and answers by ``recognition_standing``. Below it
lives are read from a CSV file, a row for each event, with every fault at its place, and written.
"""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs

from criteria_engine.core.grammar import clean_text, shown_text
from criteria_engine.files.cells import read_subject, read_value, read_word
from criteria_engine.files.csv_files import csv_rows
from criteria_engine.files.rows import Columns, DataRow, FileProblems, ReadCell, read_cells
from criteria_engine.files.writing import write_whole
from criteria_engine.messages.diagnostics import Code, CriteriaError, Fault, Problems
from criteria_engine.plans.recognition_events import (
    EVENT_PARTS,
    NO_TITLE,
    STATES,
    RecognitionEvent,
    State,
    Validity,
    Waiting,
    settle,
    slips,
    whole_number,
)
from criteria_engine.plans.recognition_standing import Basis, Standing, counted, earliest, standing_of
from criteria_engine.rules.schema import DATE, TEXT, Plain, shown, word_of

# As the id of a ruleset is written.
_TITLE = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)*")

_NO_LEVEL = "recognised"

_T = TypeVar("_T")


def accept_title(value: object) -> str:
    """The id of a ruleset; raises ``Fault`` for what cannot be one."""
    title = str(TEXT.accept(value)).strip()
    if not _TITLE.fullmatch(title):
        raise Fault(Code.BAD_RULESET_ID, name=shown(title))
    return title


def _accept_events(value: object) -> tuple[RecognitionEvent, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="list")
    events = tuple(value)
    for event in events:
        if not isinstance(event, RecognitionEvent):
            raise Fault(Code.WRONG_KIND, value=shown(event), wanted_kind="RecognitionEvent")
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
            raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind=kind.__name__)
        return value

    return accept


_accept_year = whole_number("year", datetime.MINYEAR, datetime.MAXYEAR)


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
    titles: dict[str, str] = {}
    for index, life in enumerate(given):
        first = next((each for each in given[:index] if each.title == life.title), given[0])
        if index and (life.unit != given[0].unit or first.title == life.title):
            names = [f"{each.unit}, {each.title}" for each in (first, life)]
            problems.add(f"lives[{index}]", Code.CLASHING_LIVES, first=names[0], second=names[1])
            continue
        rules = validity if isinstance(validity, Validity) else validity.get(life.title)
        standing = life.standing(on=on, validity=rules or Validity.until_lapsed())
        if standing.held is False:
            titles[life.title] = NO_TITLE
        elif standing.held and rules is not None:
            titles[life.title] = standing.level or _NO_LEVEL
    problems.raise_errors()
    return titles


_COLUMNS = ("unit", "title", "state", "date", "by", "decision", "title_year", "level", "note")
_REQUIRED = ("unit", "title", "state", "date")

# The headings an office writes, beside the names of the columns themselves.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit": ("đơn vị", "tên đơn vị", "phường", "xã, phường"),
    "title": ("danh hiệu", "bộ tiêu chí"),
    "state": ("trạng thái", "tình trạng"),
    "date": ("ngày", "on"),
    "by": ("cơ quan", "người thực hiện", "cơ quan quyết định"),
    "decision": ("quyết định", "số quyết định", "số văn bản"),
    "title_year": ("năm công nhận", "năm danh hiệu", "năm đạt", "title year"),
    "level": ("mức", "mức độ"),
    "note": ("ghi chú",),
}
_STATE_WORDS: Mapping[State, tuple[str, ...]] = {
    "registered": ("đăng ký", "đã đăng ký"),
    "building": ("đang xây dựng", "xây dựng"),
    "requested": ("đề nghị", "đã đề nghị", "đề nghị công nhận"),
    "recognised": ("công nhận", "đã công nhận", "được công nhận", "công nhận lại", "recognized"),
    "maintained": ("duy trì", "giữ vững"),
    "lapsed": ("không duy trì", "hết hiệu lực", "thôi công nhận"),
    "annulled": ("hủy", "huỷ", "bị hủy", "đã hủy"),
}
_STATE_OF: Mapping[str, State] = {
    word: state for state, words in _STATE_WORDS.items() for word in (state, *words)
}
_EventRow = tuple[RecognitionEvent, DataRow]
# A cell that begins with one of these is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "'")


def read_recognitions(path: str | os.PathLike[str], *, lang: str = "vi") -> dict[str, dict[str, Recognition]]:
    """The lives in a CSV file, by unit and then by title, in the order in which they first appear.

    A row is an event. The columns are ``unit``, ``title`` (the id of a ruleset), ``state``, ``date``, and
    where there is something to say ``by``, ``decision``, ``title_year``, ``level`` and ``note``, in any
    order; the header and the states may be Vietnamese (``đơn vị``, ``công nhận``). Dates are as offices
    write them in the language ``lang``. Rows may be in any order: events go by their dates, those of
    one day as they stand in the file.

    Raises ``CriteriaError`` with all that is wrong, each with its file, line and column, also where a
    life is none (see ``Recognition``). Lives with a cell that cannot be read are not judged further.
    """
    problems = FileProblems(Path(path))
    readers = {column: _reader(column, lang) for column in _COLUMNS}
    lives: dict[tuple[str, str], list[_EventRow]] = {}
    unread: set[tuple[str, str]] = set()
    for row in csv_rows(path, Columns.named(_HEADINGS, _REQUIRED), problems):
        cells = read_cells(row, readers, problems)
        if "unit" in cells and "title" in cells:
            key = cells.pop("unit"), cells.pop("title")
            events = lives.setdefault(key, [])
            if len(cells) + 2 < len(row.cells):
                unread.add(key)
            else:
                events.append((RecognitionEvent(on=cells.pop("date"), **cells), row))
    for key, events in lives.items():
        events.sort(key=lambda event_row: event_row[0].on)
        if key not in unread:
            _judge(events, problems)
    problems.raise_all()
    by_unit: dict[str, dict[str, Recognition]] = {}
    for (unit, title), events in lives.items():
        life = Recognition(unit, title, tuple(event for event, _ in events))
        by_unit.setdefault(unit, {})[title] = life
    return by_unit


def _judge(events: Sequence[_EventRow], problems: FileProblems) -> None:
    """Note what is wrong with the events of a life, in order of time."""
    for slip in slips([event for event, _ in events]):
        _, row = events[slip.event]
        column = "date" if slip.part == "on" else slip.part
        problems.add_fault(row.place(column if column in row.cells else "state"), slip.fault)


def _reader(column: str, lang: str) -> ReadCell:
    """What reads the cells of a column; it raises ``Fault`` for what cannot stand there."""

    def read_state(text: str) -> State:
        try:
            return _STATE_OF[read_word(clean_text(text), tuple(_STATE_OF))]
        except Fault as fault:
            if fault.code != Code.VALUE_NOT_ALLOWED:
                raise
            # All words in both languages would be a long list.
            raise Fault(Code.VALUE_NOT_ALLOWED, value=shown_text(text), words=", ".join(STATES)) from None

    def read_year(text: str) -> int | None:
        year = read_value(text, "integer", lang=lang)
        return None if year is None else EVENT_PARTS["title_year"](year)

    special: dict[str, Callable[[str], Any]] = {
        "unit": lambda text: read_subject(_unguarded(text)),
        "title": lambda text: accept_title(clean_text(text)),
        "state": read_state,
        "date": lambda text: read_value(text, "date", lang=lang),
        "title_year": read_year,
    }
    read = special.get(column) or (lambda text: EVENT_PARTS[column](_unguarded(text)))
    if column not in _REQUIRED or column == "unit":
        return read

    def read_required(text: str) -> object:
        value = read(text) if text.strip() else None
        if value is None:
            raise Fault(Code.EMPTY_CELL, column=column)
        return value

    return read_required


def write_recognitions(
    path: str | os.PathLike[str], lives: Iterable[Recognition] | Mapping[str, Mapping[str, Recognition]]
) -> None:
    """Write lives as the CSV file that ``read_recognitions`` reads; the old file or the new is there, whole.

    A row is an event, its date like ``2025-02-10``; a life without events leaves no row. A text that a
    spreadsheet would run as a formula gets an apostrophe before it, which reading takes away again.

    Raises ``CriteriaError`` where a title of a body has two lives, and ``OSError`` where the file cannot
    be written.
    """
    each_by_title = lives.values() if isinstance(lives, Mapping) else [{"": life} for life in lives]
    given = [life for by_title in each_by_title for life in by_title.values()]
    problems = Problems()
    seen: set[tuple[str, str]] = set()
    for index, life in enumerate(given):
        if (life.unit, life.title) in seen:
            name = f"{life.unit}, {life.title}"
            problems.add(f"lives[{index}]", Code.CLASHING_LIVES, first=name, second=name)
        seen.add((life.unit, life.title))
    problems.raise_errors()
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for life in given:
        for event in life.events:
            said = {**attrs.asdict(event), "date": event.on.isoformat()}
            said |= {"unit": life.unit, "title": life.title}
            rows.writerow([_guarded(str(said[column] or "")) for column in _COLUMNS])
    # Spreadsheets take a CSV file for UTF-8 only if it says so.
    write_whole(path, "\ufeff" + stream.getvalue())


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
