"""Rows of a CSV file under known headings, each cell with its place."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from criteria_engine.core.expression_text import clean_text, fold_name, shown_text
from criteria_engine.files.subjects import FileProblems, TextPlace
from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "TableRow",
    "read_rows",
]

_LARGEST = 64 * 1024 * 1024
_DELIMITERS = (",", ";", "\t")


@attrs.frozen
class TableRow:
    """One row: its cells by the name of their column, cleaned, and where each of them stands."""

    cells: Mapping[str, str]
    line: int
    text: str = attrs.field(repr=False)
    delimiter: str = attrs.field(repr=False)
    order: Mapping[str, int] = attrs.field(repr=False)

    def place(self, column: str) -> TextPlace:
        """Where the cell of a column stands; the begin of the row for one that is not there."""
        cell = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^{self.delimiter}\r\n]*')
        start = end = 0
        for _ in range(self.order.get(column, 0) + 1):
            start = end
            matched = cell.match(self.text, start)
            end = (matched.end() if matched else start) + 1
        first = self.text[:start].count("\n")
        source = self.text.split("\n")[first].rstrip("\r")
        offset = start - (self.text.rfind("\n", 0, start) + 1)
        return TextPlace(
            self.line + first, offset + 1, source, max(1, min(end - 1 - start, len(source) - offset))
        )


def read_rows(
    path: str | os.PathLike[str],
    problems: FileProblems,
    headings: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    *,
    others: bool = False,
) -> Iterator[TableRow]:
    """The rows of a CSV file in UTF-8 (commas, semicolons or tabs), one by one.

    ``headings`` are the columns with other names they go by; those in ``needed`` must be there. With
    ``others``, a column of another name is kept under its own; else it is a fault. What is wrong goes
    to ``problems``, which raises ``CriteriaError`` where it makes no sense to read on.
    """
    text = _text_of(Path(path), problems)
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(lines, headings)
    rows = _numbered(lines, delimiter, problems)
    names: list[str] = []
    order: dict[str, int] = {}
    for line, source, cells in rows:
        if not names:
            names = _columns(
                cells, TableRow({}, line, source, delimiter, _at(cells)), problems, headings, others
            )
            order = {name: place for place, name in enumerate(names) if name}
            for column in needed:
                if column not in order:
                    problems.stop(TextPlace(line, 1, source.rstrip("\r\n")), "CE807", column=column)
            continue
        bare = TableRow({}, line, source, delimiter, order)
        if len(cells) != len(names):
            problems.add(bare.place(names[0]), "CE806", found=len(cells), expected=len(names))
        else:
            yield attrs.evolve(bare, cells=_cleaned(bare, cells, problems))
    if not names:
        problems.stop(None, "CE807", column=needed[0])


def _cleaned(row: TableRow, cells: Sequence[str], problems: FileProblems) -> dict[str, str]:
    clean = dict.fromkeys(row.order, "")
    for name, at in row.order.items():
        try:
            clean[name] = clean_text(cells[at])
        except Fault as fault:
            problems.add_fault(row.place(name), fault)
    return clean


def _at(cells: Sequence[str]) -> dict[str, int]:
    return {cell: place for place, cell in reversed(list(enumerate(cells)))}


def _text_of(path: Path, problems: FileProblems) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            problems.stop(None, "CE803", limit=f"{_LARGEST // 1024**2} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.stop(None, "CE804")
    except (OSError, ValueError):
        problems.stop(None, "CE801")
    if "\0" in text:
        problems.stop(None, "CE804")
    return text


def _delimiter(lines: Sequence[str], headings: Mapping[str, Sequence[str]]) -> str:
    head = next((line for line in lines if line.strip()), "")
    known = _known(headings)
    fitness = {each: sum(fold_name(cell) in known for cell in head.split(each)) for each in _DELIMITERS}
    return max(_DELIMITERS, key=lambda each: fitness[each])


def _known(headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {fold_name(name): column for column, names in headings.items() for name in (column, *names)}


def _numbered(
    lines: Sequence[str], delimiter: str, problems: FileProblems
) -> Iterator[tuple[int, str, list[str]]]:
    """Rows that are not blank, with the line on which each begins and its text."""
    taken = 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems.stop(TextPlace(taken + 1, 1, lines[taken].rstrip("\r\n")), "CE817")
        first, taken = taken, reader.line_num
        if any(cell.strip() for cell in cells):
            yield first + 1, "".join(lines[first:taken]), cells


def _columns(
    cells: Sequence[str],
    head: TableRow,
    problems: FileProblems,
    headings: Mapping[str, Sequence[str]],
    others: bool,
) -> list[str]:
    """The name of each column; empty for one that cannot be used."""
    known: dict[str, str] = _known(headings)
    names: list[str] = []
    for cell in cells:
        name = known.get(fold_name(cell), "")
        try:
            name = name or (clean_text(cell) if others else "")
        except Fault as fault:
            problems.add_fault(head.place(cell), fault)
            names.append("")
            continue
        if not name and cell.strip():
            problems.add_unknown(head.place(cell), shown_text(cell.strip()), headings)
        elif name in names and name:
            problems.add(head.place(cell), "CE810", name=shown_text(name))
        names.append(name)
    return names
