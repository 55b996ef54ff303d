"""Subjects of a data file: what is known of each in its periods, put together from the rows.

In order: what is known of a subject, how periods follow each other, and how rows come together as subjects,
each given on with its last row.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

import attrs

from criteria_engine.core.grammar import shown_text
from criteria_engine.files.cells import InputDefinition, Value, kind_of_period
from criteria_engine.files.csv_files import open_csv
from criteria_engine.files.json_files import open_json, open_json_lines
from criteria_engine.files.parquet_files import open_parquet
from criteria_engine.files.rows import (
    EVIDENCE,
    PERIOD,
    SUBJECT,
    TITLES,
    DataRow,
    DataTable,
    FileProblems,
    opened,
    read_cells,
)
from criteria_engine.messages.diagnostics import Code, CriteriaError

_MOST_LEFT_OUT = 1_000


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
        return tuple(None if data is None else data.values for data in self._one_by_one()[1:])

    @property
    def titles(self) -> dict[str, list[str | None]]:
        """By ruleset, the titles of the newest period and of those before; None where nothing is said."""
        periods = self._one_by_one()
        names = dict.fromkeys(name for data in self.periods for name in data.titles)
        return {name: [None if data is None else data.titles.get(name) for data in periods] for name in names}

    def _one_by_one(self) -> list[PeriodData | None]:
        """The periods with None for each that is left out between two of them."""
        periods: list[PeriodData | None] = [self.periods[0]]
        for newer, older in pairwise(self.periods):
            gap = _left_out(newer.period, older.period)
            periods += [None] * max(0, min(_MOST_LEFT_OUT, gap))
            periods.append(older)
        return periods


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
    return 0


Progress: TypeAlias = Callable[[int, int], None]
"""Told now and then how much of a file was read, and how much there is to read."""

_EVERY = 64


class _SubjectRow(NamedTuple):
    """A row that was read: a subject in one period."""

    subject: str
    data: PeriodData
    row: DataRow


def subjects_of(table: DataTable, problems: FileProblems, progress: Progress) -> Iterator[SubjectData]:
    """The subjects in the order in which they begin, each given as soon as its last row is read.

    Where there are periods the file is gone through twice, at first for the names alone; so a subject is
    known to be complete with its last row, and waits only for those that began before it. Once something
    is wrong no more subjects are given, and the rest is read to say all that is wrong.
    """
    with contextlib.closing(_Names()) as names:
        if not table.has_periods:
            yield from _one_by_one(_subject_rows(table, problems, progress), names, problems)
            return
        # What is wrong is met again, and said, when the whole rows are read.
        with contextlib.suppress(CriteriaError, UnicodeDecodeError):
            for row in _subject_rows(table, FileProblems(problems.path), progress, passes=2, names_only=True):
                names.count(row.subject)
        yield from _gathered(_subject_rows(table, problems, progress, passes=2, before=1), names, problems)


def _subject_rows(
    table: DataTable,
    problems: FileProblems,
    progress: Progress,
    *,
    passes: int = 1,
    before: int = 0,
    names_only: bool = False,
) -> Iterator[_SubjectRow]:
    """The rows whose subject and period could be read."""
    readers = table.readers
    for number, row in enumerate(table.rows(problems, names_only=names_only)):
        if number % _EVERY == 0:
            progress(before * table.total + table.done, passes * table.total)
        values = read_cells(row, readers, problems, of_inputs=True)
        if PERIOD in row.cells and PERIOD not in values:
            continue
        if SUBJECT not in row.cells:
            problems.add(row.place(""), Code.SUBJECT_WITHOUT_NAME)
        subject, period = values.pop(SUBJECT, None), values.pop(PERIOD, None)
        # None of a column that cannot hold names, which was said already.
        if subject is not None:
            titles, evidence = {}, {}
            if beside := [column for column in values if column[0] == "#"]:
                cells = {column: values.pop(column) for column in beside}
                titles, evidence = _named(cells, TITLES), _named(cells, EVIDENCE)
            yield _SubjectRow(subject, PeriodData(period, values, titles, evidence), row)


def _named(cells: Mapping[str, str | None], start: str) -> dict[str, str]:
    """The cells of one kind of column by what follows in its name; empty ones say nothing."""
    return {
        column.removeprefix(start): text
        for column, text in cells.items()
        if text is not None and column.startswith(start)
    }


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
        numbers = self._ask("select number from names where name = ?", (name,)).fetchone()
        return 0 if numbers is None else int(numbers[0])

    def close(self) -> None:
        """Forget all."""
        self._database.close()


def _one_by_one(rows: Iterator[_SubjectRow], lines: _Names, problems: FileProblems) -> Iterator[SubjectData]:
    """Each row a subject."""
    for row in rows:
        if not lines.put(row.subject, row.row.line):
            _note_again(row, lines.number(row.subject), problems)
        elif not problems:
            yield SubjectData(row.subject, (row.data,))


def _gathered(rows: Iterator[_SubjectRow], times: _Names, problems: FileProblems) -> Iterator[SubjectData]:
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

    def add(self, row: _SubjectRow, problems: FileProblems) -> None:
        """Add a period; note a problem if it is there already or written in another way."""
        self.left -= 1
        period = row.data.period
        if period in self._periods:
            _note_again(row, self._lines[period], problems)
            return
        other = next(iter(self._periods), period)
        if kind_of_period(other) != kind_of_period(period):
            problems.add(row.row.place(""), Code.MIXED_PERIODS, first=other or "–", second=period or "–")
            return
        self._periods[period], self._lines[period] = row.data, row.row.line

    def newest_first(self) -> tuple[PeriodData, ...]:
        """The periods. All are of one kind, and texts of one kind sort as time goes."""
        return tuple(sorted(self._periods.values(), key=lambda data: data.period or "", reverse=True))


def _note_again(row: _SubjectRow, first: int, problems: FileProblems) -> None:
    subject, period = shown_text(row.subject), row.data.period or "–"
    problems.add(row.row.place(""), Code.SUBJECT_PERIOD_TWICE, subject=subject, period=period, first=first)


_Opener: TypeAlias = Callable[[Path, Sequence[InputDefinition], str, str, FileProblems], DataTable]

# A new format is one more line here: the endings of its names, and a function that opens it.
_OPENERS: tuple[tuple[tuple[str, ...], _Opener], ...] = (
    ((".csv", ".tsv", ".txt"), open_csv),
    ((".json",), open_json),
    ((".jsonl", ".ndjson"), open_json_lines),
    ((".parquet",), open_parquet),
)


def read_subjects(
    path: str | os.PathLike[str],
    inputs: Sequence[InputDefinition],
    *,
    subject_column: str = "subject",
    lang: str = "vi",
) -> tuple[SubjectData, ...]:
    """The subjects of a data file, in its order, each with its periods, the newest first.

    A table (CSV, Parquet) has a header that names ``subject_column``, ``period`` (where there is more
    than one) and inputs, by id or title; its texts are read as ``read_value`` does, ``lang`` being their
    language. A JSON file has a list of ``{subject, period, values, titles, evidence}``, a file of JSON
    lines one of these on each line. The ending of the name says which it is.

    Raises ``CriteriaError`` with all that is wrong, each with its file, line, column and source line
    (of Parquet the number of the row). A file of more than 256 MB is refused: see ``iter_subjects``.
    """
    return tuple(_subjects(Path(path), inputs, subject_column, lang, _no_progress, in_memory=True))


def iter_subjects(
    path: str | os.PathLike[str],
    inputs: Sequence[InputDefinition],
    *,
    subject_column: str = "subject",
    lang: str = "vi",
    progress: Progress | None = None,
) -> Iterator[SubjectData]:
    """The subjects of a data file as ``read_subjects`` gives them, one after the other.

    The file may be larger than memory (JSON, but not JSON lines, is held as a text of at most 256 MB). A
    subject is given as soon as its last row is read, and those that began before it are given; a file
    with periods is gone through twice for that. ``progress`` is told now and then how much was read and
    how much there is: bytes, or rows of Parquet.

    ``CriteriaError`` with all that is wrong comes where the first fault is met, after the rest was read:
    what came before it was sound, so whoever writes as he goes keeps the result back until the end.
    """
    return _subjects(Path(path), inputs, subject_column, lang, progress or _no_progress, in_memory=False)


def _subjects(
    file: Path,
    inputs: Sequence[InputDefinition],
    subject_column: str,
    lang: str,
    progress: Progress,
    *,
    in_memory: bool,
) -> Iterator[SubjectData]:
    problems = FileProblems(file)
    opener = next((each for endings, each in _OPENERS if file.suffix.lower() in endings), None)
    if opener is None:
        known = ", ".join(ending for endings, _ in _OPENERS for ending in endings)
        problems.stop(None, Code.UNKNOWN_FILE_KIND, ending=file.suffix or file.name, known=known)
    with opened(file, problems, in_memory=in_memory or opener is open_json):
        try:
            yield from subjects_of(opener(file, inputs, subject_column, lang, problems), problems, progress)
        except sqlite3.Error:
            problems.stop(None, Code.NO_ROOM_ON_DISK)
    problems.raise_all()


def _no_progress(done: int, total: int) -> None:
    """Tell nobody."""
