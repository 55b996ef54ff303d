"""What the columns of a table hold, and how its rows are read: the same for every kind of table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs

from criteria_engine.core.expression_text import clean_text, fold_name, shown_text
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.subject_data import (
    FileProblems,
    InputDefinition,
    PeriodData,
    Place,
    Row,
    read_period,
    read_subject,
)
from criteria_engine.values import Value, read_value

__all__ = ["PASSED_OVER", "PERIOD", "SUBJECT", "Columns", "ReadCell", "RowReader", "cell_readers"]

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
        self, headings: Sequence[str], problems: FileProblems, place: Callable[[int], Place | None]
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
        self, cells: Sequence[Any], line: int, place: Callable[[int], Place], problems: FileProblems
    ) -> Row | None:
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
        return Row(subject, data, line, functools.partial(place, self._subject_at))


def _taken(read: dict[str, Value], start: str) -> dict[str, str]:
    """The cells of one kind of column, taken out of a row; empty ones say nothing."""
    names = [name for name in read if name.startswith(start)]
    cells = {name.removeprefix(start): str(read.pop(name) or "") for name in names}
    return {name: text for name, text in cells.items() if text}
