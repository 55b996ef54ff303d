"""What a data file says of subjects, row by row, and what is wrong with it."""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeAlias

import attrs

from criteria_engine.core.expression_text import clean_text, fold_name, nearest, shown_text
from criteria_engine.files.cells import Value, read_value
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, chosen_language

__all__ = [
    "LONGEST_LINE",
    "PASSED_OVER",
    "PERIOD",
    "SUBJECT",
    "Columns",
    "DataRow",
    "DataTable",
    "FileProblems",
    "InputDefinition",
    "PeriodData",
    "Progress",
    "ReadCell",
    "RowReader",
    "SubjectData",
    "TextFile",
    "TextPlace",
    "cell_readers",
    "kind_of_period",
    "read_period",
    "read_subject",
    "subjects_of",
]

_MOST_PROBLEMS = 1_000
_MOST_LEFT_OUT = 1_000
_PERIODS = (
    ("year", re.compile("[0-9]{4}")),
    ("half", re.compile("[0-9]{4}-H[12]")),
    ("quarter", re.compile("[0-9]{4}-Q[1-4]")),
    ("month", re.compile("[0-9]{4}-(?:0[1-9]|1[0-2])")),
    ("week", re.compile("[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])")),
    ("day", re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("years", re.compile("[0-9]{4}-[0-9]{4}")),
)


class InputDefinition(Protocol):
    """What the readers of files need to know of an input."""

    @property
    def id(self) -> str:
        """The name of the input."""

    @property
    def type(self) -> str:
        """One of ``values.TYPES``."""

    @property
    def words(self) -> tuple[str, ...]:
        """The choices or the words of the scale; empty for other types."""

    @property
    def may_be_na(self) -> bool:
        """Whether the input may be not applicable."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles in all languages; a table may use them in its header."""


@attrs.frozen
class PeriodData:
    """What is known of a subject in one period.

    ``values`` are by the id of the input (None: missing), ``titles`` by the id of another ruleset,
    ``evidence`` by the id of the input it supports. ``period`` is None where the file names none.
    """

    period: str | None
    values: Mapping[str, Value] = attrs.field(factory=dict, hash=False)
    titles: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    evidence: Mapping[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen
class SubjectData:
    """One subject and what is known of its periods, the newest first (there is at least one)."""

    subject: str
    periods: tuple[PeriodData, ...]

    @property
    def history(self) -> tuple[Mapping[str, Value] | None, ...]:
        """The values of the periods before the newest, the newest first; None for one that is left out."""
        return tuple(None if each is None else each.values for each in self._one_by_one()[1:])

    @property
    def titles(self) -> dict[str, list[str | None]]:
        """By ruleset, the titles of the newest period and of those before; None where nothing is said."""
        periods = self._one_by_one()
        named = dict.fromkeys(name for each in self.periods for name in each.titles)
        return {name: [None if each is None else each.titles.get(name) for each in periods] for name in named}

    def _one_by_one(self) -> list[PeriodData | None]:
        """The periods with None for each that is left out between two of them."""
        made: list[PeriodData | None] = []
        for data in self.periods:
            last = next((each for each in reversed(made) if each is not None), None)
            gap = 0 if last is None else _left_out(last.period, data.period)
            made += [None] * max(0, min(_MOST_LEFT_OUT, gap))
            made.append(data)
        return made


@attrs.frozen
class TextPlace:
    """A place in a text: line and column counted from 1, that line, and the length of what is meant."""

    line: int
    column: int
    source: str | None
    width: int = 1


class FileProblems:
    """What is wrong with one data file, being gathered; after a thousand it is enough."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[Diagnostic] = []

    def add(self, place: TextPlace | None, code: str, path: str = "", /, **details: object) -> None:
        """Note what is wrong at a place; ``path`` names the input. Raises ``CriteriaError`` at the limit."""
        texts = {name: str(value) for name, value in details.items()}
        known = Diagnostic(code, texts, path, file=str(self._path), lang=chosen_language())
        if place is not None:
            where = attrs.asdict(place)
            known = attrs.evolve(known, **where)
        self._found.append(known)
        if len(self._found) == _MOST_PROBLEMS:
            self.stop(place, "CE805", limit=_MOST_PROBLEMS)

    def add_fault(self, place: TextPlace, fault: Fault, path: str = "", /) -> None:
        """Note what is wrong with the value at a place."""
        self.add(place, fault.code, path, **fault.details)

    def add_unknown(self, place: TextPlace | None, name: str, known: Iterable[str]) -> None:
        """Note a name that is none of the known ones, with the nearest of them."""
        names = list(known)
        near = nearest(name, names)
        if near is not None:
            self.add(place, "CE808", name=shown_text(name), nearest=near)
        else:
            self.add(
                place, "CE809", name=shown_text(name), known=", ".join(names[:12]) + ", …" * (len(names) > 12)
            )

    def stop(self, place: TextPlace | None, code: str, /, **details: object) -> NoReturn:
        """Note what makes it useless to read on, and raise all that was found."""
        self.add(place, code, **details)
        raise CriteriaError(self._found)

    def apart(self) -> FileProblems:
        """Those of another look at the same file, of which there are none yet."""
        return FileProblems(self._path)

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def raise_all(self) -> None:
        """Raise ``CriteriaError`` with all that was found, if anything was."""
        if self._found:
            raise CriteriaError(self._found)


@attrs.frozen(eq=False)
class DataRow:
    """One row of a data file: a subject in one period, and the line on which it begins.

    ``place`` is where the subject stands. It may be asked only until the next row is read, and is asked
    only where there is a problem, since finding a place takes time.
    """

    subject: str
    data: PeriodData
    line: int
    place: Callable[[], TextPlace]


class DataTable(Protocol):
    """A data file that is open: its rows, to be gone through as often as one likes."""

    @property
    def has_periods(self) -> bool:
        """Whether several rows may be of one subject."""

    @property
    def done(self) -> int:
        """How much of it was read in this going through: bytes, or rows."""

    @property
    def total(self) -> int:
        """How much there is to read."""

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows, in the order of the file; what is wrong goes to ``problems``.

        With ``names_only`` nothing but the subjects is looked at.
        """


def read_subject(text: str) -> str:
    """The name of a subject; raises ``Fault`` for an empty one."""
    name = " ".join(clean_text(text).split())
    if not name:
        raise Fault("CE813")
    return name


def read_period(text: str) -> str | None:
    """A period, None for an empty text; raises ``Fault`` for what cannot be put in order of time."""
    period = clean_text(text).replace("\N{EN DASH}", "-").upper()
    if not period:
        return None
    kind = kind_of_period(period)
    if (
        kind is None
        or (kind in ("day", "week") and not _is_day(period))
        or (kind == "years" and period[:4] >= period[5:])
    ):
        raise Fault("CE815", value=shown_text(text))
    return period


def kind_of_period(period: str | None) -> str | None:
    """In which of the ways a period is written; None for no period, and for what is none."""
    if period is None:
        return None
    return next((kind for kind, form in _PERIODS if form.fullmatch(period)), None)


def _left_out(newer: str | None, older: str | None) -> int:
    """How many periods lie between two of one kind; days are taken as they come."""
    if kind_of_period(newer) == "years" and newer and older:
        # 2023-2024 is followed by 2024-2025, 2011-2015 by 2016-2020
        start, end, span = int(newer[:4]), int(older[5:]), int(newer[5:]) - int(newer[:4])
        follows = (0,) if span == 1 else (0, 1)
        return 0 if start - end in follows else max(1, (start - end) // max(1, span))
    return _number(newer) - _number(older) - 1


def _number(period: str | None) -> int:
    """A period as a number, so that the next one has the next; 0 where no period follows another."""
    text = period or ""
    year = int(text[:4] or 0)
    match kind_of_period(period):
        case "year":
            return year
        case "half":
            return 2 * year + int(text[-1])
        case "quarter":
            return 4 * year + int(text[-1])
        case "month":
            return 12 * year + int(text[-2:])
        case "week":
            return date.fromisocalendar(year, int(text[-2:]), 1).toordinal() // 7
        case "day":
            return 0
    return 0


def _is_day(period: str) -> bool:
    try:
        date.fromisoformat(period)  # of a week, its Monday
    except ValueError:
        return False
    return True


# ---- what the columns of a table hold, and how its rows are read: the same for every kind of table ---

ReadCell: TypeAlias = Callable[[Any], Value]
"""Reads a cell; raises ``Fault``."""

# What a column holds: the id of an input, or one of these two, which no input can be called.
SUBJECT = "#subject"
PERIOD = "#period"
# A column that says nothing more, since its heading is faulty.
PASSED_OVER = "#passed over"
# Columns of what is held elsewhere, and of what proves an input: ``titles.vn.example``, ``evidence.plan``.
_BESIDE = {"titles.": "#titles.", "evidence.": "#evidence."}


@attrs.frozen
class Columns:
    """What a heading may mean: by its folded name, one input or (faultily) several, or a fixed column."""

    meanings: dict[str, tuple[str, ...]]
    names: tuple[str, ...]
    subject: str

    @classmethod
    def of(cls, inputs: Sequence[InputDefinition], subject_column: str) -> Columns:
        """The headings that a table of these inputs may have; an id counts before a title."""
        meanings: dict[str, tuple[str, ...]] = {}
        for definition in inputs:
            for name in {fold_name(title) for title in definition.titles}:
                meanings[name] = (*meanings.get(name, ()), definition.id)
        for definition in inputs:
            meanings[fold_name(definition.id)] = (definition.id,)
        meanings["period"] = (PERIOD,)
        meanings[fold_name(subject_column)] = (SUBJECT,)
        ids = (subject_column, "period", *(definition.id for definition in inputs))
        titles = (title for definition in inputs for title in definition.titles)
        return cls(meanings, (*ids, *titles), subject_column)

    def meaning(self, heading: str) -> tuple[str, ...]:
        """What a heading means: one input or (faultily) several, a fixed column, a title, evidence."""
        found = self.meanings.get(fold_name(heading), ())
        name = heading.strip()
        for start, meaning in _BESIDE.items():
            of = name.removeprefix(start)
            if not found and of != name and (start == "titles." or of in self.names):
                return (meaning + of,)
        return found

    def known(self, header: Sequence[str]) -> int:
        """How many of these headings mean something."""
        return sum(bool(self.meaning(heading)) for heading in header)

    def meant(
        self, headings: Sequence[str], problems: FileProblems, place: Callable[[int], TextPlace | None]
    ) -> list[str]:
        """What each column holds; empty for one without a heading, and a mark for a faulty one."""
        meanings: list[str] = []
        for index, heading in enumerate(headings):
            found = self.meaning(heading)
            name = heading.strip()
            if len(found) > 1:
                problems.add(place(index), "CE812", name=shown_text(name), ids=", ".join(found))
            elif not found and name:
                problems.add_unknown(place(index), name, self.names)
            elif found and found[0] in meanings:
                problems.add(place(index), "CE810", name=shown_text(name))
            meanings.append(found[0] if len(found) == 1 else "" if not name else PASSED_OVER)
        return meanings


def cell_readers(meanings: Sequence[str], inputs: Sequence[InputDefinition], lang: str) -> list[ReadCell]:
    """For each column a function that reads its texts, and remembers what it has read.

    Columns of one kind share their memory: tables say the same few things over and over.
    """
    by_id = {definition.id: definition for definition in inputs}

    @functools.cache
    def reader(type: str, words: tuple[str, ...], may_be_na: bool) -> ReadCell:
        remembered = functools.lru_cache(maxsize=65_536)
        return remembered(
            functools.partial(read_value, type=type, lang=lang, words=words, may_be_na=may_be_na)
        )

    fixed: dict[str, ReadCell] = {SUBJECT: read_subject, PERIOD: read_period, "": _refuse_cell}
    return [
        reader(by_id[each].type, tuple(by_id[each].words), by_id[each].may_be_na)
        if each in by_id
        else fixed.get(each, clean_text)
        for each in meanings
    ]


def _refuse_cell(text: str) -> None:
    """Raise ``Fault`` where a cell of a column without a heading is not empty."""
    if text.strip():
        raise Fault("CE811", value=shown_text(text))


class RowReader:
    """Reads the cells of rows by what the columns hold; with ``names_only`` the subject alone."""

    def __init__(
        self, meanings: Sequence[str], readers: Sequence[ReadCell], *, names_only: bool = False
    ) -> None:
        self._subject_at = meanings.index(SUBJECT)
        self._beside = not names_only and any(each.startswith(tuple(_BESIDE.values())) for each in meanings)
        self._columns = [
            (index, meaning, reader)
            for index, (meaning, reader) in enumerate(zip(meanings, readers, strict=True))
            if meaning == SUBJECT or not (names_only or meaning == PASSED_OVER)
        ]

    def row(
        self, cells: Sequence[Any], line: int, place: Callable[[int], TextPlace], problems: FileProblems
    ) -> DataRow | None:
        """A row; None, and noted, where its subject or its period cannot be read.

        ``place`` finds the cell with an index.
        """
        read: dict[str, Value] = {}
        timely = True
        for index, meaning, reader in self._columns:
            try:
                read[meaning] = reader(cells[index])
            except Fault as fault:
                problems.add_fault(place(index), fault, "" if meaning.startswith("#") else meaning)
                timely = timely and meaning != PERIOD
        subject, period = read.pop(SUBJECT, None), read.pop(PERIOD, None)
        read.pop("", None)
        if not isinstance(subject, str) or not timely:
            return None
        titles, evidence = (_taken(read, each) for each in _BESIDE.values()) if self._beside else ({}, {})
        data = PeriodData(None if period is None else str(period), read, titles, evidence)
        return DataRow(subject, data, line, functools.partial(place, self._subject_at))


def _taken(read: dict[str, Value], start: str) -> dict[str, str]:
    """The cells of one kind of column, taken out of a row; empty ones say nothing."""
    names = [name for name in read if name.startswith(start)]
    cells = {name.removeprefix(start): str(read.pop(name) or "") for name in names}
    return {name: text for name, text in cells.items() if text}


# ---- how the rows of a data file come together as subjects, each given on with its last row ------

Progress: TypeAlias = Callable[[int, int], None]
"""Told now and then how much of a file was read, and how much there is to read."""

_EVERY = 64


def subjects_of(table: DataTable, problems: FileProblems, progress: Progress) -> Iterator[SubjectData]:
    """The subjects in the order in which they begin, each given as soon as its last row is read.

    Where there are periods the file is gone through twice, at first for the names alone; so a subject is
    known to be complete with its last row, and waits only for those that began before it. Once something
    is wrong no more subjects are given, and the rest is read to say all that is wrong.
    """
    with contextlib.closing(_Names()) as names:
        if not table.has_periods:
            yield from _one_by_one(_watched(table, problems, progress), names, problems)
            return
        # What is wrong is met again, and said, when the whole rows are read.
        with contextlib.suppress(CriteriaError, UnicodeDecodeError):
            for row in _watched(table, problems.apart(), progress, passes=2, names_only=True):
                names.count(row.subject)
        yield from _gathered(_watched(table, problems, progress, passes=2, before=1), names, problems)


def _watched(
    table: DataTable,
    problems: FileProblems,
    progress: Progress,
    *,
    passes: int = 1,
    before: int = 0,
    names_only: bool = False,
) -> Iterator[DataRow]:
    for number, row in enumerate(table.rows(problems, names_only=names_only)):
        if number % _EVERY == 0:
            progress(before * table.total + table.done, passes * table.total)
        yield row


class _Names:
    """A number for each name, kept on the disk: there may be more names than fit into memory."""

    def __init__(self) -> None:
        # Without a name it is a file that goes away by itself, and what fits is held in memory.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._ask = self._database.execute
        for command in (
            "pragma journal_mode = off",
            "pragma synchronous = off",
            "create table names (name text primary key, number integer) without rowid",
            "begin",
        ):
            self._ask(command)

    def put(self, name: str, number: int) -> bool:
        """Give a name its number; False where it has one already."""
        return self._ask("insert or ignore into names values (?, ?)", (name, number)).rowcount > 0

    def count(self, name: str) -> None:
        """Make the number of a name greater by one."""
        if not self.put(name, 1):
            self._ask("update names set number = number + 1 where name = ?", (name,))

    def number(self, name: str) -> int:
        """The number of a name, 0 where it has none."""
        found = self._ask("select number from names where name = ?", (name,)).fetchone()
        return 0 if found is None else int(found[0])

    def close(self) -> None:
        """Forget all."""
        self._database.close()


def _one_by_one(rows: Iterator[DataRow], lines: _Names, problems: FileProblems) -> Iterator[SubjectData]:
    """Each row a subject."""
    for row in rows:
        if not lines.put(row.subject, row.line):
            _note_again(row, lines.number(row.subject), problems)
        elif not problems:
            yield SubjectData(row.subject, (row.data,))


def _gathered(rows: Iterator[DataRow], times: _Names, problems: FileProblems) -> Iterator[SubjectData]:
    """Subjects of several rows; ``times`` says of how many."""
    # Not a dict, which takes the longer to find its first key the more were taken away before it.
    waiting: OrderedDict[str, _History] = OrderedDict()
    for row in rows:
        history = waiting.get(row.subject)
        if history is None:
            history = waiting[row.subject] = _History(times.number(row.subject))
        history.add(row, problems)
        while waiting and next(iter(waiting.values())).left <= 0:
            subject, history = waiting.popitem(last=False)
            if not problems:
                yield SubjectData(subject, history.newest_first())
    if not problems:
        # Only of a file that was cut while it was read.
        for subject, history in waiting.items():
            yield SubjectData(subject, history.newest_first())


class _History:
    """The periods of a subject; ``left`` are the rows that are still to come."""

    def __init__(self, rows: int) -> None:
        self.left = rows
        self._periods: dict[str | None, PeriodData] = {}
        self._lines: dict[str | None, int] = {}

    def add(self, row: DataRow, problems: FileProblems) -> None:
        """Add a period; note a problem if it is there already or written in another way."""
        self.left -= 1
        period = row.data.period
        if period in self._periods:
            _note_again(row, self._lines[period], problems)
            return
        other = next(iter(self._periods), period)
        if kind_of_period(other) != kind_of_period(period):
            problems.add(row.place(), "CE816", first=other or "–", second=period or "–")
            return
        self._periods[period], self._lines[period] = row.data, row.line

    def newest_first(self) -> tuple[PeriodData, ...]:
        """The periods. All are of one kind, and texts of one kind sort as time goes."""
        return tuple(sorted(self._periods.values(), key=lambda each: each.period or "", reverse=True))


def _note_again(row: DataRow, first: int, problems: FileProblems) -> None:
    problems.add(
        row.place(), "CE814", subject=shown_text(row.subject), period=row.data.period or "–", first=first
    )


# ---- the lines of a text file, as they are read one after the other ------------------------------

LONGEST_LINE = 16 * 1024 * 1024
"""Characters a line may have, so that a file without line ends does not fill the memory."""

_LINES_A_STEP = 64


class TextFile:
    """A text file in UTF-8; ``done`` are the bytes read of its ``size``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.done = 0

    def lines(self, problems: FileProblems) -> Generator[str, None, None]:
        """The lines with their ends, as they are; ``UnicodeDecodeError`` where it is not UTF-8."""
        self.done = 0
        with self.path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
            for number, line in enumerate(iter(partial(stream.readline, LONGEST_LINE), ""), 1):
                if len(line) == LONGEST_LINE:
                    problems.stop(TextPlace(number, 1, None), "CE831", limit=LONGEST_LINE)
                if number % _LINES_A_STEP == 0 and raw.seekable():
                    self.done = raw.tell()
                yield line
