"""How the rows of a data file come together as subjects, each given on with its last row."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TypeAlias

from criteria_engine.core.expression_text import shown_text
from criteria_engine.messages.diagnostics import CriteriaError
from criteria_engine.subject_data import FileProblems, PeriodData, Row, SubjectData, Table, kind_of_period

__all__ = ["Progress", "subjects_of"]

Progress: TypeAlias = Callable[[int, int], None]
"""Told now and then how much of a file was read, and how much there is to read."""

_EVERY = 64


def subjects_of(table: Table, problems: FileProblems, progress: Progress) -> Iterator[SubjectData]:
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
    table: Table,
    problems: FileProblems,
    progress: Progress,
    *,
    passes: int = 1,
    before: int = 0,
    names_only: bool = False,
) -> Iterator[Row]:
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


def _one_by_one(rows: Iterator[Row], lines: _Names, problems: FileProblems) -> Iterator[SubjectData]:
    """Each row a subject."""
    for row in rows:
        if not lines.put(row.subject, row.line):
            _note_again(row, lines.number(row.subject), problems)
        elif not problems:
            yield SubjectData(row.subject, (row.data,))


def _gathered(rows: Iterator[Row], times: _Names, problems: FileProblems) -> Iterator[SubjectData]:
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

    def add(self, row: Row, problems: FileProblems) -> None:
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


def _note_again(row: Row, first: int, problems: FileProblems) -> None:
    problems.add(
        row.place(), "CE814", subject=shown_text(row.subject), period=row.data.period or "–", first=first
    )
