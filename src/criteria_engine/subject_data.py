"""What a data file says of subjects, row by row, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NoReturn, Protocol

import attrs

from criteria_engine.core.expression_text import clean_text, nearest, shown_text
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, chosen_language
from criteria_engine.values import Value

__all__ = [
    "FileProblems",
    "InputDefinition",
    "PeriodData",
    "Place",
    "Row",
    "SubjectData",
    "Table",
    "kind_of_period",
    "read_period",
    "read_subject",
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
class Place:
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

    def add(self, place: Place | None, code: str, path: str = "", /, **details: object) -> None:
        """Note what is wrong at a place; ``path`` names the input. Raises ``CriteriaError`` at the limit."""
        texts = {name: str(value) for name, value in details.items()}
        known = Diagnostic(code, texts, path, file=str(self._path), lang=chosen_language())
        if place is not None:
            where = attrs.asdict(place)
            known = attrs.evolve(known, **where)
        self._found.append(known)
        if len(self._found) == _MOST_PROBLEMS:
            self.stop(place, "CE805", limit=_MOST_PROBLEMS)

    def add_fault(self, place: Place, fault: Fault, path: str = "", /) -> None:
        """Note what is wrong with the value at a place."""
        self.add(place, fault.code, path, **fault.details)

    def add_unknown(self, place: Place | None, name: str, known: Iterable[str]) -> None:
        """Note a name that is none of the known ones, with the nearest of them."""
        names = list(known)
        near = nearest(name, names)
        if near is not None:
            self.add(place, "CE808", name=shown_text(name), nearest=near)
        else:
            self.add(
                place, "CE809", name=shown_text(name), known=", ".join(names[:12]) + ", …" * (len(names) > 12)
            )

    def stop(self, place: Place | None, code: str, /, **details: object) -> NoReturn:
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
class Row:
    """One row of a data file: a subject in one period, and the line on which it begins.

    ``place`` is where the subject stands. It may be asked only until the next row is read, and is asked
    only where there is a problem, since finding a place takes time.
    """

    subject: str
    data: PeriodData
    line: int
    place: Callable[[], Place]


class Table(Protocol):
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

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[Row]:
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
