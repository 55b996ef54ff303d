"""Reading a CSV file: a header, then a row for each subject and period."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from criteria_engine.files.subjects import (
    PERIOD,
    SUBJECT,
    Columns,
    DataRow,
    FileProblems,
    InputDefinition,
    RowReader,
    TextFile,
    TextPlace,
    cell_readers,
)

__all__ = [
    "CsvRows",
    "CsvTable",
    "delimiter_of",
    "open_csv",
    "read_header",
]

_DELIMITERS = (",", ";", "\t")
_HEADER_LINES = 64
_MOST_LINES = 65_536


def open_csv(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> CsvTable:
    """A CSV file in UTF-8, whose cells are parted by commas, semicolons or tabs.

    What is wrong with its header goes to ``problems``; ``UnicodeDecodeError`` if it is not UTF-8.
    """
    file = TextFile(path)
    columns = Columns.of(inputs, subject_column)
    with contextlib.closing(file.lines(problems)) as lines:
        first = list(islice(lines, _HEADER_LINES))
        delimiter = delimiter_of(first, columns)
        meanings = read_header(CsvRows(chain(first, lines), delimiter, problems), columns, problems)
    return CsvTable(file, delimiter, meanings, inputs, lang)


class CsvTable:
    """A CSV file whose header was read; see ``Table``."""

    def __init__(
        self,
        file: TextFile,
        delimiter: str,
        meanings: Sequence[str],
        inputs: Sequence[InputDefinition],
        lang: str,
    ) -> None:
        self._file = file
        self._delimiter = delimiter
        self._meanings = meanings
        self._readers = cell_readers(meanings, inputs, lang)
        self.has_periods = PERIOD in meanings
        self.total = file.size

    @property
    def done(self) -> int:
        """The bytes that were read."""
        return self._file.done

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows below the header."""
        reader = RowReader(self._meanings, self._readers, names_only=names_only)
        width = len(self._meanings)
        rows = CsvRows(self._file.lines(problems), self._delimiter, problems)
        next(iter(rows), None)
        for cells in rows:
            if len(cells) < width or not _is_blank(cells[width:]):
                at = len(cells) - 1 if len(cells) < width else width
                problems.add(rows.place(at), "CE806", found=len(cells), expected=width)
            elif row := reader.row(cells, rows.line, rows.place, problems):
                yield row


class CsvRows:
    """The rows of a CSV file, and where the cells of the present one stand in the text."""

    def __init__(self, source: Iterable[str], delimiter: str, problems: FileProblems) -> None:
        self._source = source
        self._problems = problems
        self._lines: list[str] = []
        self._read = 0
        # Strict: text behind a closing quote or a quote that is never closed is an error, not a guess.
        self._cells = csv.reader(self._take_lines(), delimiter=delimiter, strict=True)
        self._cell = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^{delimiter}\r\n]*')

    def _take_lines(self) -> Iterator[str]:
        for line in self._source:
            self._read += 1
            self._lines.append(line)
            if len(self._lines) > _MOST_LINES:
                self._problems.stop(self._place(0, 1), "CE817")
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

    def place(self, index: int) -> TextPlace:
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

    def _place(self, offset: int, width: int) -> TextPlace:
        """The place in the text of the present row, if there is one."""
        line = self.line
        for source in self._lines[:-1]:
            if offset < len(source):
                break
            offset -= len(source)
            line += 1
        shown_line = "".join(self._lines[line - self.line :][:1]).rstrip("\r\n")
        return TextPlace(line, offset + 1, shown_line, max(1, min(width, len(shown_line) - offset)))


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


def read_header(rows: CsvRows, columns: Columns, problems: FileProblems) -> list[str]:
    """What each column holds; empty for one without a heading."""
    meanings = columns.meant(next(iter(rows), ()), problems, rows.place)
    if SUBJECT not in meanings:
        problems.stop(rows.place(0), "CE807", column=columns.subject)
    return meanings
