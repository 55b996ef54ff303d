"""Reading subjects from a CSV file: a header, then a row for each subject and period."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO, TypeAlias

import attrs

from criteria_engine.diagnostics import Fault
from criteria_engine.subject_data import (
    FileProblems,
    Histories,
    InputDefinition,
    PeriodData,
    Place,
    SubjectData,
    read_period,
    read_subject,
)
from criteria_engine.values import Value, read_value
from criteria_engine.written_text import clean_text, fold_name, shown

__all__ = ["Columns", "Rows", "delimiter_of", "read_csv", "read_header"]

_DELIMITERS = (",", ";", "\t")
_HEADER_LINES = 64
_ReadCell: TypeAlias = Callable[[str], Value]

# What a column holds: the id of an input, or one of these two, which no input can be called.
_SUBJECT, _PERIOD = "#subject", "#period"
# Columns of what is held elsewhere, and of what proves an input: ``titles.vn.example``, ``evidence.plan``.
_BESIDE = {"titles.": "#titles.", "evidence.": "#evidence."}


def read_csv(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> tuple[SubjectData, ...]:
    """The subjects of a CSV file in UTF-8, whose cells are parted by commas, semicolons or tabs.

    What is wrong goes to ``problems``; ``UnicodeDecodeError`` if the file is not UTF-8.
    """
    columns = Columns.of(inputs, subject_column)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        delimiter = delimiter_of(list(islice(stream, _HEADER_LINES)), columns)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = Rows(stream, delimiter, problems)
        meanings = read_header(rows, columns, problems)
        return _read_rows(rows, meanings, _cell_readers(meanings, inputs, lang), problems)


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
        meanings["period"] = (_PERIOD,)
        meanings[fold_name(subject_column)] = (_SUBJECT,)
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


class Rows:
    """The rows of a CSV file, and where the cells of the present one stand in the text."""

    def __init__(self, stream: TextIO, delimiter: str, problems: FileProblems) -> None:
        self._stream = stream
        self._problems = problems
        self._lines: list[str] = []
        self._read = 0
        # Strict: text behind a closing quote or a quote that is never closed is an error, not a guess.
        self._cells = csv.reader(self._take_lines(), delimiter=delimiter, strict=True)
        self._cell = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^{delimiter}\r\n]*')

    def _take_lines(self) -> Iterator[str]:
        for line in self._stream:
            self._read += 1
            self._lines.append(line)
            if "\0" in line:
                self._problems.stop(self._place(line.index("\0"), 1), "CE804")
            yield line

    def __iter__(self) -> Iterator[list[str]]:
        while True:
            self._lines.clear()
            try:
                row = next(self._cells)
            except StopIteration:
                return
            except csv.Error:
                self._problems.stop(self._place(0, 1), "CE817")
            if not _is_blank(row):
                yield row

    @property
    def line(self) -> int:
        """The line on which the present row begins."""
        return self._read - len(self._lines) + 1

    def place(self, index: int) -> Place:
        """Where the cell with this index (from 0) stands; the last cell of a row that has fewer."""
        text = "".join(self._lines)
        start, end = 0, self._end(text, 0)
        for _ in range(index):
            if text[end : end + 1] in ("", "\r", "\n"):
                break
            start, end = end + 1, self._end(text, end + 1)
        return self._place(start, end - start)

    def _end(self, text: str, start: int) -> int:
        matched = self._cell.match(text, start)
        return matched.end() if matched else start

    def _place(self, offset: int, width: int) -> Place:
        """The place in the text of the present row, if there is one."""
        line = self.line
        for source in self._lines[:-1]:
            if offset < len(source):
                break
            offset -= len(source)
            line += 1
        shown_line = "".join(self._lines[line - self.line :][:1]).rstrip("\r\n")
        return Place(line, offset + 1, shown_line, max(1, min(width, len(shown_line) - offset)))


def _is_blank(row: Sequence[str]) -> bool:
    return all(not cell or cell.isspace() for cell in row)


def delimiter_of(lines: list[str], columns: Columns) -> str:
    """The delimiter under which the header has most known columns, then most columns."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            header = next((row for row in csv.reader(lines, delimiter=delimiter) if not _is_blank(row)), [])
        except csv.Error:
            return (-1, 0)
        return (columns.known(header), len(header))

    return max(_DELIMITERS, key=fitness)


def read_header(rows: Rows, columns: Columns, problems: FileProblems) -> list[str]:
    """What each column holds; empty for one without a heading, or with a faulty one."""
    meanings: list[str] = []
    for index, heading in enumerate(next(iter(rows), ())):
        found = columns.meaning(heading)
        name = heading.strip()
        if len(found) > 1:
            problems.add(rows.place(index), "CE812", name=shown(name), ids=", ".join(found))
        elif not found and name:
            problems.add_unknown(rows.place(index), name, columns.names)
        elif found and found[0] in meanings:
            problems.add(rows.place(index), "CE810", name=shown(name))
        meanings.append(found[0] if len(found) == 1 else "" if not name else "#faulty")
    if _SUBJECT not in meanings:
        problems.stop(rows.place(0), "CE807", column=columns.subject)
    return meanings


def _read_rows(
    rows: Rows, meanings: Sequence[str], readers: Sequence[_ReadCell], problems: FileProblems
) -> tuple[SubjectData, ...]:
    histories = Histories(problems)
    subject_at = meanings.index(_SUBJECT)
    for row in rows:
        if len(row) < len(meanings) or not _is_blank(row[len(meanings) :]):
            at = len(row) - 1 if len(row) < len(meanings) else len(meanings)
            problems.add(rows.place(at), "CE806", found=len(row), expected=len(meanings))
            continue
        read: dict[str, Value] = {}
        for index, (meaning, reader, text) in enumerate(zip(meanings, readers, row, strict=False)):
            try:
                read[meaning] = reader(text)
            except Fault as fault:
                path = "" if meaning.startswith("#") else meaning
                problems.add_fault(rows.place(index), fault, path)
        subject, period = read.pop(_SUBJECT, None), read.pop(_PERIOD, None)
        read.pop("", None)
        if isinstance(subject, str) and (period is None or isinstance(period, str)):
            data = PeriodData(period, read, _beside(read, "#titles."), _beside(read, "#evidence."))
            histories.add(subject, data, rows.line, functools.partial(rows.place, subject_at))
    return histories.finished()


def _beside(read: dict[str, Value], start: str) -> dict[str, str]:
    """The cells of one kind of column, taken out of a row; empty ones say nothing."""
    names = [name for name in read if name.startswith(start)]
    cells = {name.removeprefix(start): str(read.pop(name) or "") for name in names}
    return {name: text for name, text in cells.items() if text}


def _cell_readers(meanings: Sequence[str], inputs: Sequence[InputDefinition], lang: str) -> list[_ReadCell]:
    """For each column a function that reads its cells, and remembers what it has read.

    Columns of one kind share their memory: tables say the same few things over and over.
    """
    by_id = {definition.id: definition for definition in inputs}

    @functools.cache
    def reader(type: str, words: tuple[str, ...], may_be_na: bool) -> _ReadCell:
        remembered = functools.lru_cache(maxsize=65_536)
        return remembered(
            functools.partial(read_value, type=type, lang=lang, words=words, may_be_na=may_be_na)
        )

    fixed: dict[str, _ReadCell] = {_SUBJECT: read_subject, _PERIOD: read_period, "": _refuse_cell}
    return [
        reader(by_id[each].type, tuple(by_id[each].words), by_id[each].may_be_na)
        if each in by_id
        else fixed.get(each, clean_text if each.startswith(tuple(_BESIDE.values())) else _pass_over)
        for each in meanings
    ]


def _refuse_cell(text: str) -> None:
    """Raise ``Fault`` where a cell of a column without a heading is not empty."""
    if text.strip():
        raise Fault("CE811", value=shown(text))


def _pass_over(text: str) -> None:
    """A cell of a column whose heading is faulty says nothing more."""
