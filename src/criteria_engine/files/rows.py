"""Rows of a data file, of whatever kind: cells by column, each with its place, and what is wrong with them.

In order: places and problems of a file, how it is opened and its lines read, what the headings of its
columns mean, and how the cells of its rows are read. What is special to CSV, JSON and Parquet stands in the
files of these names; each of them gives ``DataRow`` after ``DataRow``.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeAlias

import attrs

from criteria_engine.core.grammar import clean_text, fold_name, nearest_word, shown_text
from criteria_engine.files.cells import InputDefinition, read_period, read_subject, read_value
from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic, Fault, chosen_language

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is held in memory."""

LONGEST_LINE = 16 * 1024 * 1024
"""Characters a line may have, so that a file without line ends does not fill the memory."""

_MOST_PROBLEMS = 1_000
_LINES_A_STEP = 64
# What Python makes of bytes that are not UTF-8 when it is told to go on.
_ESCAPED = re.compile("[\udc80-\udcff]")


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
        self.path = path
        self._diagnostics: list[Diagnostic] = []

    def add(self, place: TextPlace | None, code: str, path: str = "", /, **details: object) -> None:
        """Note what is wrong at a place; ``path`` names the input. Raises ``CriteriaError`` at the limit."""
        texts = {name: str(value) for name, value in details.items()}
        where: dict[str, Any] = {} if place is None else attrs.asdict(place)
        self._diagnostics.append(
            Diagnostic(code, texts, path, file=str(self.path), lang=chosen_language(), **where)
        )
        if len(self._diagnostics) == _MOST_PROBLEMS:
            self.stop(place, Code.TOO_MANY_FAULTS, limit=_MOST_PROBLEMS)

    def add_fault(self, place: TextPlace, fault: Fault, path: str = "", /) -> None:
        """Note what is wrong with the value at a place."""
        self.add(place, fault.code, path, **fault.details)

    def add_unknown(self, place: TextPlace | None, name: str, known: Iterable[str]) -> None:
        """Note a name that is none of the known ones, with the nearest of them."""
        names = list(known)
        near = nearest_word(name, names)
        if near is not None:
            self.add(place, Code.NAME_MISSPELT, name=shown_text(name), nearest=near)
        else:
            listed = ", ".join(names[:12]) + ", …" * (len(names) > 12)
            self.add(place, Code.NAME_NOT_KNOWN, name=shown_text(name), known=listed)

    def stop(self, place: TextPlace | None, code: str, /, **details: object) -> NoReturn:
        """Note what makes it useless to read on, and raise all that was found."""
        self.add(place, code, **details)
        raise CriteriaError(self._diagnostics)

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._diagnostics)

    def raise_all(self) -> None:
        """Raise ``CriteriaError`` with all that was found, if anything was."""
        if self._diagnostics:
            raise CriteriaError(self._diagnostics)


@contextlib.contextmanager
def opened(path: Path, problems: FileProblems, *, in_memory: bool) -> Iterator[None]:
    """While a file is read: what the system says of it becomes a fault of the file.

    With ``in_memory`` it may have at most ``LARGEST`` bytes.
    """
    try:
        if in_memory and path.stat().st_size > LARGEST:
            problems.stop(None, Code.DATA_TOO_LARGE, limit=f"{LARGEST // 1024**2} MB")
        yield
    except UnicodeDecodeError:
        problems.stop(_first_broken(path), Code.DATA_NOT_UTF8)
    except (OSError, ValueError):
        # ValueError is what a name with a null character gives.
        problems.stop(None, Code.CANNOT_OPEN_FILE)


def _first_broken(path: Path) -> TextPlace | None:
    """Where the first bytes stand that are not UTF-8."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        for number, line in zip(itertools.count(1), iter(partial(stream.readline, LONGEST_LINE), "")):
            if broken := _ESCAPED.search(line):
                source = _ESCAPED.sub("\N{REPLACEMENT CHARACTER}", line).rstrip("\r\n")
                return TextPlace(number, broken.start() + 1, source)
    return None


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
                    problems.stop(TextPlace(number, 1, None), Code.LINE_TOO_LONG, limit=LONGEST_LINE)
                if number % _LINES_A_STEP == 0 and raw.seekable():
                    self.done = raw.tell()
                yield line


# What a column holds: the id of an input, or one of these, which no input can be called.
SUBJECT = "#subject"
PERIOD = "#period"
# With the id of a ruleset behind it, or of the input that is proved.
TITLES = "#titles."
EVIDENCE = "#evidence."


@attrs.frozen
class Columns:
    """What a heading may mean: by its folded name, one column or (faultily) several.

    ``names`` are the headings as messages list them, ``required`` maps the columns that must be there to
    the names that messages call them by. With ``keeps_others`` a column under any other heading is kept
    under that heading; else it is a fault.
    """

    meanings: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...]
    required: Mapping[str, str]
    keeps_others: bool = False

    @classmethod
    def of_inputs(cls, inputs: Sequence[InputDefinition], subject_column: str) -> Columns:
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
        return cls(meanings, (*ids, *titles), {SUBJECT: subject_column})

    @classmethod
    def named(
        cls, headings: Mapping[str, Sequence[str]], required: Sequence[str], *, keeps_others: bool = False
    ) -> Columns:
        """The columns of a table of fixed form, each with the other headings that it goes by."""
        meanings = {fold_name(name): (column,) for column, names in headings.items() for name in names}
        meanings |= {fold_name(column): (column,) for column in headings}
        names = (*headings, *(name for names in headings.values() for name in names))
        return cls(meanings, names, {column: column for column in required}, keeps_others)

    def meaning(self, heading: str) -> tuple[str, ...]:
        """What a heading means: an input or (faultily) several, a fixed column, a title, evidence."""
        meaning = self.meanings.get(fold_name(heading), ())
        kind, dot, name = heading.strip().partition(".")
        if meaning or not dot or SUBJECT not in self.required:
            return meaning
        if kind == "titles":
            return (TITLES + name,)
        return (EVIDENCE + name,) if kind == "evidence" and name in self.names else ()

    def of_header(
        self, headings: Sequence[str], problems: FileProblems, place: Callable[[int], TextPlace | None]
    ) -> list[str | None]:
        """What each column holds; None for one without a heading or with a faulty one, which is noted."""
        columns: list[str | None] = []
        for index, heading in enumerate(headings):
            column: str | None = None
            try:
                column = self._of_heading(heading, columns)
            except Fault as fault:
                problems.add(place(index), fault.code, **fault.details)
            else:
                if column is None and heading.strip():
                    problems.add_unknown(place(index), heading.strip(), self.names)
            columns.append(column)
        return columns

    def _of_heading(self, heading: str, before: Sequence[str | None]) -> str | None:
        """The column under a heading, None for an unknown one; raises ``Fault`` for one that cannot be."""
        meaning = self.meaning(heading)
        if not meaning and self.keeps_others and heading.strip():
            meaning = (clean_text(heading),)
        if len(meaning) > 1:
            raise Fault(Code.AMBIGUOUS_HEADING, name=shown_text(heading.strip()), ids=", ".join(meaning))
        if meaning and meaning[0] in before:
            raise Fault(Code.NAME_REPEATED, name=shown_text(heading.strip()))
        return meaning[0] if meaning else None


ReadCell: TypeAlias = Callable[[Any], Any]
"""Reads a cell; raises ``Fault``."""


class DataRow:
    """One row: its cells by column, as the file has them, and the line (or number) at which it begins."""

    __slots__ = ("cells", "line")

    def __init__(self, cells: Mapping[str, Any], line: int) -> None:
        self.cells = cells
        self.line = line

    @abstractmethod
    def place(self, column: str) -> TextPlace:
        """Where the cell of a column stands.

        For any other name (say ``""``) the row itself: the cell that names its subject, the first cell, or
        the whole object of JSON.
        """


class DataTable(Protocol):
    """A data file that is open: its rows, to be gone through as often as one likes."""

    @property
    def done(self) -> int:
        """How much of it was read in this going through: bytes, or rows."""

    @property
    def total(self) -> int:
        """How much there is to read."""

    @property
    def readers(self) -> Mapping[str, ReadCell]:
        """What reads the cells of its columns."""

    @property
    def has_periods(self) -> bool:
        """Whether several rows may be of one subject."""

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows, in the order of the file; what is wrong goes to ``problems``.

        With ``names_only`` only the column of subjects is looked at.
        """


def read_cells(
    row: DataRow, readers: Mapping[str, ReadCell], problems: FileProblems, *, of_inputs: bool = False
) -> dict[str, Any]:
    """The cells of a row as their columns' readers give them; what cannot be read is noted, and left out.

    A text in a column that has no reader is cleaned. With ``of_inputs`` the path of a fault is its input.
    """
    values = {}
    reader_of = readers.get
    for column, cell in row.cells.items():
        try:
            values[column] = reader_of(column, clean_text)(cell)
        except Fault as fault:
            name = column.removeprefix(EVIDENCE)
            path = name if of_inputs and not name.startswith("#") else ""
            problems.add_fault(row.place(column), fault, path)
    return values


def cell_readers(
    columns: Iterable[str | None], inputs: Sequence[InputDefinition], lang: str
) -> dict[str, ReadCell]:
    """For the columns of a data file what reads their texts, and remembers what it has read.

    Inputs of one kind share their memory: tables say the same few things over and over.
    """
    by_id = {definition.id: definition for definition in inputs}

    @cache
    def value_reader(type: str, words: tuple[str, ...], may_be_na: bool) -> ReadCell:
        remembered = lru_cache(maxsize=65_536)
        return remembered(partial(read_value, type=type, lang=lang, words=words, may_be_na=may_be_na))

    readers: dict[str, ReadCell] = {SUBJECT: read_subject, PERIOD: read_period}
    for column in columns:
        if column in by_id:
            definition = by_id[column]
            readers[column] = value_reader(definition.type, tuple(definition.words), definition.may_be_na)
        elif column is not None:
            readers.setdefault(column, _read_beside)
    return readers


def _read_beside(text: str) -> str | None:
    """A title or a proof; an empty cell says nothing."""
    return clean_text(text) or None
