"""CSV files in UTF-8, whose cells are parted by commas, semicolons or tabs: a header, then row after row.

``open_csv`` opens a file of subjects, ``csv_rows`` gives the rows of a table of fixed form.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from criteria_engine.core.grammar import shown_text
from criteria_engine.files.cells import InputDefinition
from criteria_engine.files.rows import (
    PERIOD,
    SUBJECT,
    Columns,
    DataRow,
    FileProblems,
    ReadCell,
    TextFile,
    TextPlace,
    cell_readers,
    opened,
)
from criteria_engine.messages.codes import Code

_DELIMITERS = (",", ";", "\t")
_HEADER_LINES = 64
_MOST_LINES = 65_536
"""Lines that one row may have."""


def open_csv(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> CsvTable:
    """A CSV file of subjects; what is wrong with its header goes to ``problems``."""
    table = CsvTable(path, Columns.of_inputs(inputs, subject_column), problems)
    table.readers = cell_readers(table.columns, inputs, lang)
    return table


def csv_rows(
    path: str | os.PathLike[str], columns: Columns, problems: FileProblems, *, marks_rows: bool = False
) -> Iterator[DataRow]:
    """The rows of a CSV file with these columns; what is wrong goes to ``problems``.

    With ``marks_rows`` a row that has not as many cells as the header is marked where it begins, else
    where a cell is missing or too many.
    """
    file = Path(path)
    with opened(file, problems, in_memory=True):
        table = CsvTable(file, columns, problems)
        table.marks_rows = marks_rows
        yield from table.rows(problems)


class CsvTable:
    """A CSV file whose header was read; see ``DataTable``."""

    marks_rows = False

    def __init__(self, path: Path, columns: Columns, problems: FileProblems) -> None:
        self._file = TextFile(path)
        self.total = self._file.size
        with contextlib.closing(self._file.lines(problems)) as lines:
            first = list(islice(lines, _HEADER_LINES))
            self._delimiter = _delimiter_of(first, columns)
            rows = _Rows(chain(first, lines), self._delimiter, problems)
            header = next(iter(rows), None)
        if header is None:
            column = next(iter(columns.required.values()))
            problems.stop(TextPlace(rows.lines_read + 1, 1, ""), Code.HEADER_WITHOUT_COLUMN, column=column)
        self.columns = columns.of_header(header, problems, rows.place)
        self._blank = [index for index, heading in enumerate(header) if not heading.strip()]
        missing = [name for column, name in columns.required.items() if column not in self.columns]
        for name in missing:
            problems.add(rows.place(0), Code.HEADER_WITHOUT_COLUMN, column=name)
        if missing:
            problems.raise_all()
        self.has_periods = PERIOD in self.columns
        self.readers: Mapping[str, ReadCell] = {}

    @property
    def done(self) -> int:
        """The bytes that were read."""
        return self._file.done

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows below the header."""
        columns = [each if each == SUBJECT or not names_only else None for each in self.columns]
        width = len(columns)
        rows = _Rows(self._file.lines(problems), self._delimiter, problems)
        for values in islice(rows, 1, None):
            if len(values) < width or not _is_blank(values[width:]):
                at = 0 if self.marks_rows else min(len(values) - 1, width)
                problems.add(rows.place(at), Code.WRONG_CELL_COUNT, found=len(values), expected=width)
                continue
            for index in self._blank:
                if not _is_blank(values[index : index + 1]):
                    problems.add(
                        rows.place(index), Code.CELL_WITHOUT_HEADING, value=shown_text(values[index])
                    )
            cells: dict[Any, str] = dict(zip(columns, values, strict=False))
            cells.pop(None, None)
            yield _CsvRow(cells, rows, self.columns)


class _Rows:
    """The rows of a CSV text that are not blank, and the lines on which the present one stands."""

    def __init__(self, lines: Iterable[str], delimiter: str, problems: FileProblems) -> None:
        self._source = lines
        self.delimiter = delimiter
        self._problems = problems
        self.lines: list[str] = []
        self.lines_read = 0

    def __iter__(self) -> Iterator[list[str]]:
        # Strict: text behind a closing quote or a quote that is never closed is an error, not a guess.
        reader = csv.reader(self._checked_lines(), delimiter=self.delimiter, strict=True)
        try:
            for values in reader:
                if not _is_blank(values):
                    yield values
                self.lines.clear()
        except csv.Error:
            self._problems.stop(_place_at(self.lines, self.line, 0), Code.UNMATCHED_QUOTE)

    def _checked_lines(self) -> Iterator[str]:
        for line in self._source:
            self.lines_read += 1
            self.lines.append(line)
            if len(self.lines) > _MOST_LINES:
                self._problems.stop(_place_at(self.lines, self.line, 0), Code.UNMATCHED_QUOTE)
            if "\0" in line:
                self._problems.stop(_place_at(self.lines, self.line, line.index("\0")), Code.DATA_NOT_UTF8)
            yield line

    @property
    def line(self) -> int:
        """The line on which the present row begins."""
        return self.lines_read - len(self.lines) + 1

    def place(self, index: int) -> TextPlace:
        """Where a cell of the present row stands."""
        return _place_of(self.lines, self.line, self.delimiter, index)


class _CsvRow(DataRow):
    """A row with the lines on which it stands."""

    __slots__ = ("_columns", "_delimiter", "_lines")

    def __init__(self, cells: Mapping[str, str], rows: _Rows, columns: Sequence[str | None]) -> None:
        super().__init__(cells, rows.line)
        self._lines = tuple(rows.lines)
        self._delimiter = rows.delimiter
        self._columns = columns

    def place(self, column: str) -> TextPlace:
        """Where the cell of a column stands."""
        column = column if column in self._columns else SUBJECT
        index = self._columns.index(column) if column in self._columns else 0
        return _place_of(self._lines, self.line, self._delimiter, index)


def _place_of(lines: Sequence[str], first: int, delimiter: str, index: int) -> TextPlace:
    """Where the cell with this index (from 0) stands; the last cell of a row that has fewer."""
    cell = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^{delimiter}\r\n]*')
    text = "".join(lines)
    start, end = cell.match(text).span()  # type: ignore[union-attr]  # it matches an empty text, too
    for _ in range(index):
        if text[end : end + 1] in ("", "\r", "\n"):
            break
        start, end = cell.match(text, end + 1).span()  # type: ignore[union-attr]  # as above
    return _place_at(lines, first, start, end - start)


def _place_at(lines: Sequence[str], first: int, offset: int, width: int = 1) -> TextPlace:
    """The place of an offset in the text of a row that begins on the line ``first``."""
    above = 0
    while above < len(lines) - 1 and offset >= len(lines[above]):
        offset -= len(lines[above])
        above += 1
    source = "".join(lines[above : above + 1]).rstrip("\r\n")
    return TextPlace(first + above, offset + 1, source, max(1, min(width, len(source) - offset)))


def _is_blank(cells: Sequence[str]) -> bool:
    return all(not cell or cell.isspace() for cell in cells)


def _delimiter_of(lines: list[str], columns: Columns) -> str:
    """The delimiter under which the header has most known columns, then most columns."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            rows = csv.reader(lines, delimiter=delimiter)
            header = next((cells for cells in rows if not _is_blank(cells)), [])
        except csv.Error:
            return (-1, 0)
        return (sum(bool(columns.meaning(heading)) for heading in header), len(header))

    return max(_DELIMITERS, key=fitness)
