"""CSV files in UTF-8, whose cells are parted by commas, semicolons or tabs: a header, then row after row.

``open_csv`` opens a file of subjects, ``csv_rows`` gives the rows of a table of fixed form.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from criteria_engine.core.expression_text import shown_text
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

__all__ = [
    "CsvTable",
    "csv_rows",
    "open_csv",
]

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
            problems.stop(TextPlace(rows.lines_read + 1, 1, ""), "CE807", column=column)
        self.columns = columns.of_header(header.cells, problems, header.place)
        self._blank = [index for index, heading in enumerate(header.cells) if not heading.strip()]
        missing = [name for column, name in columns.required.items() if column not in self.columns]
        for name in missing:
            problems.add(header.place(0), "CE807", column=name)
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
        rows = iter(_Rows(self._file.lines(problems), self._delimiter, problems))
        next(rows, None)
        for row in rows:
            if len(row.cells) < width or not _is_blank(row.cells[width:]):
                at = 0 if self.marks_rows else min(len(row.cells) - 1, width)
                problems.add(row.place(at), "CE806", found=len(row.cells), expected=width)
                continue
            for index in self._blank:
                if not _is_blank(row.cells[index : index + 1]):
                    problems.add(row.place(index), "CE811", value=shown_text(row.cells[index]))
            cells: dict[Any, str] = dict(zip(columns, row.cells, strict=False))
            cells.pop(None, None)
            yield DataRow(cells, row.line, partial(self._place, row))

    def _place(self, row: _CsvRow, column: str) -> TextPlace:
        column = column if column in self.columns else SUBJECT
        return row.place(self.columns.index(column) if column in self.columns else 0)


class _CsvRow:
    """The cells of a row as the text has them, and the lines on which they stand."""

    __slots__ = ("_delimiter", "_lines", "cells", "line")

    def __init__(self, cells: list[str], line: int, lines: Sequence[str], delimiter: str) -> None:
        self.cells = cells
        self.line = line
        self._lines = lines
        self._delimiter = delimiter

    def place(self, index: int) -> TextPlace:
        """Where the cell with this index (from 0) stands; the last cell of a row that has fewer."""
        cell = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^{self._delimiter}\r\n]*')
        text = "".join(self._lines)
        start, end = cell.match(text).span()  # type: ignore[union-attr]  # it matches nothing, too
        for _ in range(index):
            if text[end : end + 1] in ("", "\r", "\n"):
                break
            start, end = cell.match(text, end + 1).span()  # type: ignore[union-attr]
        return self.place_at(start, end - start)

    def place_at(self, offset: int, width: int = 1) -> TextPlace:
        """The place of an offset in the text of the row."""
        before = 0
        while before < len(self._lines) - 1 and offset >= len(self._lines[before]):
            offset -= len(self._lines[before])
            before += 1
        source = "".join(self._lines[before : before + 1]).rstrip("\r\n")
        return TextPlace(self.line + before, offset + 1, source, max(1, min(width, len(source) - offset)))


class _Rows:
    """The rows of a CSV text that are not blank; ``lines_read`` are the lines that were read so far."""

    def __init__(self, lines: Iterable[str], delimiter: str, problems: FileProblems) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._problems = problems
        self._present: list[str] = []
        self.lines_read = 0

    def __iter__(self) -> Iterator[_CsvRow]:
        # Strict: text behind a closing quote or a quote that is never closed is an error, not a guess.
        rows = csv.reader(self._checked_lines(), delimiter=self._delimiter, strict=True)
        try:
            for cells in rows:
                if not _is_blank(cells):
                    yield self._row(cells)
                self._present.clear()
        except csv.Error:
            self._problems.stop(self._row([]).place_at(0), "CE817")

    def _checked_lines(self) -> Iterator[str]:
        for line in self._lines:
            self.lines_read += 1
            self._present.append(line)
            if len(self._present) > _MOST_LINES:
                self._problems.stop(self._row([]).place_at(0), "CE817")
            if "\0" in line:
                self._problems.stop(self._row([]).place_at(line.index("\0")), "CE804")
            yield line

    def _row(self, cells: list[str]) -> _CsvRow:
        """The row that the lines read last hold."""
        first = self.lines_read - len(self._present) + 1
        return _CsvRow(cells, first, tuple(self._present), self._delimiter)


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
        return (columns.known(header), len(header))

    return max(_DELIMITERS, key=fitness)
