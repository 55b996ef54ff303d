"""JSON files: a list of ``{subject, period, values, titles, evidence}``, or one of these on each line.

In order: values, a text whose values know where they stand, objects, and the rows made of them.
"""

from __future__ import annotations

import bisect
import functools
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.grammar import clean_text, fold_name, fold_word, shown_text
from criteria_engine.core.nodes import NA
from criteria_engine.files import cells, rows
from criteria_engine.messages.diagnostics import Code, Fault

# ---- values: the types are JSON's own, so a number is a number and never a text ------------------


class _Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object as it stands in the text: its keys in order, equal ones too."""

    __slots__ = ()


@attrs.frozen
class _NoNumber:
    """What JSON's reader takes for a number and is none to us: NaN, Infinity, too many digits."""

    text: str


def _whole(text: str) -> int | _NoNumber:
    return int(text) if len(text) <= 17 else _NoNumber(text)


def _fraction(text: str) -> float | _NoNumber:
    number = float(text)
    return number if math.isfinite(number) else _NoNumber(text)


# Loses nothing: repeated keys and what is no number can still be refused.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_NoNumber
)


def read_json_value(value: object, definition: cells.InputDefinition) -> cells.Value:
    """The value of an input from what JSON gives; null is missing, the text ``n/a`` not applicable.

    Raises ``Fault`` where it is not of the input's type: ``"85,5"`` is no number, 1 is no truth value.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _from_text(clean_text(value), definition)
    if definition.type in ("number", "integer", "percent"):
        return _from_number(value, definition.type)
    if definition.type == "boolean":
        if isinstance(value, bool):
            return value
        raise Fault(Code.VALUE_NOT_TRUE_OR_FALSE, value=_spoken(value))
    raise Fault(Code.DATE_NOT_ISO if definition.type == "date" else Code.VALUE_NOT_TEXT, value=_spoken(value))


def _from_text(text: str, definition: cells.InputDefinition) -> cells.Value:
    worded = definition.type in ("ordinal", "choice")
    if worded and fold_word(text) in [fold_word(word) for word in definition.words]:
        return cells.read_word(text, definition.words)
    if cells.is_na_text(text, definition.type):
        if definition.may_be_na:
            return NA
        raise Fault(Code.NA_NOT_ALLOWED, value=shown_text(text))
    if worded:
        return cells.read_word(text, definition.words)
    if definition.type == "text":
        return text
    if definition.type == "date":
        return cells.read_iso_date(text)
    if definition.type == "boolean":
        raise Fault(Code.VALUE_NOT_TRUE_OR_FALSE, value=_spoken(text))
    raise _number_as_text(text, definition.type)


def _number_as_text(text: str, type: str) -> Fault:
    try:
        number = cells.read_value(text, type)
    except Fault:
        number = None
    if number is None or isinstance(number, str | date):
        return Fault(Code.NUMBER_OR_NULL_WANTED, value=_spoken(text))
    return Fault(Code.TEXT_FOR_A_NUMBER, value=_spoken(text), mended=json.dumps(number))


def _from_number(value: object, type: str) -> int | float:
    if isinstance(value, _NoNumber) and value.text.strip("-")[0].isdigit():
        raise Fault(Code.NUMBER_TOO_LARGE, value=shown_text(value.text), limit="10^15")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault(Code.NUMBER_OR_NULL_WANTED, value=_spoken(value))
    cells.checked_number(value, type, value)
    # Adding nothing turns -0.0 into 0.0 and leaves all others as they are.
    return int(value) if type == "integer" else value + 0


def _spoken(value: object) -> str:
    """A JSON value as a message can quote it."""
    if isinstance(value, _NoNumber):
        return shown_text(value.text)
    if isinstance(value, _Pairs):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return shown_text(json.dumps(value, ensure_ascii=False))


_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")


class _InvalidError(Exception):
    """What is no JSON, or nested beyond reading, from an offset on."""

    def __init__(self, at: int, code: str) -> None:
        super().__init__(at, code)
        self.at = at
        self.code = code


class _JsonText:
    """A JSON text and the places in it, with so many lines of the file above it.

    Places are sought only once something is wrong.
    """

    def __init__(self, text: str, problems: rows.FileProblems, above: int = 0) -> None:
        self.text = text
        self.problems = problems
        self._above = above
        self._last_line = (0, "")
        if "\0" in text:
            problems.stop(self.place(text.index("\0")), Code.DATA_NOT_UTF8)

    def elements(self) -> Iterator[tuple[int, int, Any]]:
        """The elements of the list that the text is, each with its start and end; raises ``_InvalidError``."""
        at = self.after_space(0)
        if self.text[at : at + 1] != "[":
            self.decode(at)
            raise _InvalidError(at, Code.NOT_THE_FORM_OF_DATA)
        at = self.after_space(at + 1)
        while self.text[at : at + 1] != "]":
            element, end = self.decode(at)
            yield at, end, element
            at = self.after_space(end)
            if self.text[at : at + 1] == ",":
                at = self.after_space(at + 1)
                if self.text[at : at + 1] == "]":
                    raise _InvalidError(at, Code.UNREADABLE_JSON)
            elif self.text[at : at + 1] != "]":
                raise _InvalidError(at, Code.UNREADABLE_JSON)
        self._end(at + 1)

    def only(self, start: int) -> tuple[Any, int]:
        """The one value that the text is from an offset on, and its end; of an empty text the offset."""
        if start == len(self.text):
            return None, start
        element, end = self.decode(start)
        self._end(end)
        return element, end

    def _end(self, at: int) -> None:
        """Raise ``_InvalidError`` where anything follows."""
        at = self.after_space(at)
        if at < len(self.text):
            raise _InvalidError(at, Code.UNREADABLE_JSON)

    def decode(self, at: int) -> tuple[Any, int]:
        """The value that begins at an offset, and the offset of its end; raises ``_InvalidError``."""
        try:
            return _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise _InvalidError(self._comma_before(error.pos), Code.UNREADABLE_JSON) from None
        except RecursionError:
            raise _InvalidError(at, Code.NOT_THE_FORM_OF_DATA) from None

    def _comma_before(self, at: int) -> int:
        """The comma that nothing follows, where that is what is wrong; Pythons point at it or behind it."""
        before = self.text[:at].rstrip()
        return len(before) - 1 if before.endswith(",") and self.text[at : at + 1] in "}]" else at

    def after_space(self, at: int) -> int:
        """The offset of what comes next."""
        matched = _SPACE.match(self.text, at)
        return matched.end() if matched else at

    @functools.cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def line(self, at: int) -> int:
        """The number of the line, from 1, on which an offset lies."""
        return self._above + bisect.bisect_right(self._line_starts, at)

    def place(self, start: int, end: int = 0) -> rows.TextPlace:
        """The place of what stands from ``start`` to ``end``."""
        line = self.line(start)
        line_start = self._line_starts[line - 1 - self._above]
        if self._last_line[0] != line:
            # Kept, since a whole file may be one line, and all that is wrong in it share the line.
            end_of_line = _LINE_END.search(self.text, line_start)
            line_end = end_of_line.start() if end_of_line else len(self.text)
            self._last_line = (line, self.text[line_start:line_end])
        source = self._last_line[1]
        column = min(start - line_start, len(source)) + 1
        return rows.TextPlace(line, column, source, max(1, min(end - start, len(source) - column + 1)))


class _JsonObject:
    """An object in a text; ``find_start`` says where it begins, once that is asked for."""

    def __init__(self, text: _JsonText, pairs: _Pairs, find_start: Callable[[], int]) -> None:
        self.text = text
        self.pairs = pairs
        self.find_start = find_start

    def key_place(self, index: int) -> rows.TextPlace:
        """The place of the key with this index."""
        return self.text.place(*self._spans[index][0])

    def value_place(self, index: int) -> rows.TextPlace:
        """The place of the value with this index."""
        return self.text.place(*self._spans[index][1])

    def inner(self, index: int) -> _JsonObject | None:
        """The value with this index as an object, or None (noted) where it is none."""
        value = self.pairs[index][1]
        if isinstance(value, _Pairs):
            return _JsonObject(self.text, value, lambda: self._spans[index][1][0])
        self.text.problems.add(self.value_place(index), Code.NOT_THE_FORM_OF_DATA)
        return None

    def known(self, names: Mapping[str, str] | None) -> Iterator[tuple[str, int, Any]]:
        """Name, index and value of each pair; keys that are not known or came before are noted.

        ``names`` gives the name for its spellings (see ``_spellings``); None takes any key.
        """
        seen = set()
        problems = self.text.problems
        for index, (key, value) in enumerate(self.pairs):
            if names is None:
                name: str | None = unicodedata.normalize("NFC", key)
            else:
                name = names.get(key) or names.get(fold_name(key))
            if name is None:
                problems.add_unknown(self.key_place(index), key, dict.fromkeys((names or {}).values()))
            elif name in seen:
                problems.add(self.key_place(index), Code.NAME_REPEATED, name=shown_text(key))
            else:
                yield name, index, value
            seen.add(name)

    @functools.cached_property
    def _spans(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Start and end of each key and of each value."""
        text, spans = self.text, []
        at = text.after_space(self.find_start() + 1)
        for _ in self.pairs:
            key_end = text.decode(at)[1]
            start = text.after_space(text.after_space(key_end) + 1)
            end = text.decode(start)[1]
            spans.append(((at, key_end), (start, end)))
            at = text.after_space(text.after_space(end) + 1)
        return spans


def _spellings(names: Iterable[str]) -> dict[str, str]:
    """Each name by itself, which is found quickly, and by its folded form."""
    listed = list(names)
    return {fold_name(name): name for name in listed} | {name: name for name in listed}


_KEYS = {
    "subject": rows.SUBJECT,
    "period": rows.PERIOD,
    "values": "",
    "titles": rows.TITLES,
    "evidence": rows.EVIDENCE,
}
"""The keys of an element, with the columns that they give or the beginning of their names."""


def open_json(
    path: Path,
    inputs: Sequence[cells.InputDefinition],
    subject_column: str,
    lang: str,
    problems: rows.FileProblems,
) -> JsonTable:
    """A JSON file in UTF-8; the keys are fixed, and JSON has no language."""
    return JsonTable(path.read_bytes().decode("utf-8-sig"), inputs)


def open_json_lines(
    path: Path,
    inputs: Sequence[cells.InputDefinition],
    subject_column: str,
    lang: str,
    problems: rows.FileProblems,
) -> JsonLines:
    """A file in UTF-8 with one JSON object on each line."""
    return JsonLines(rows.TextFile(path), inputs)


class _JsonRows:
    """What makes rows of elements."""

    # Known only once all was read.
    has_periods = True

    def __init__(self, inputs: Sequence[cells.InputDefinition]) -> None:
        self.readers: dict[str, rows.ReadCell] = {
            definition.id: functools.partial(read_json_value, definition=definition) for definition in inputs
        }
        self._ids = _spellings(self.readers)
        self._keys = _spellings(_KEYS)
        self.readers |= {rows.SUBJECT: _read_subject, rows.PERIOD: _read_period}

    def _row(self, text: _JsonText, start: int, end: int, pairs: _Pairs, *, names_only: bool) -> rows.DataRow:
        """An element as a row: the cells of its inner objects stand beside its own."""
        element = _JsonObject(text, pairs, lambda: start)
        row = _JsonRow(element, start, end)
        for key, index, value in element.known(self._keys):
            if key == "subject" or (key == "period" and not names_only):
                row.add(_KEYS[key], value, element, index)
            elif key != "period" and value is not None and not names_only and (inner := element.inner(index)):
                self._add_cells(row, key, inner)
        return row

    def _add_cells(self, row: _JsonRow, key: str, inner: _JsonObject) -> None:
        """The values, titles or proofs of a subject and period, as cells of their columns."""
        for name, index, value in inner.known(None if key == "titles" else self._ids):
            if key == "titles" and value is None:
                continue
            if key == "values":
                row.add(name, value, inner, index)
                continue
            try:
                row.add(_KEYS[key] + clean_text(name), _text(value), inner, index)
            except Fault as fault:
                path = "" if key == "titles" else name
                inner.text.problems.add_fault(inner.value_place(index), fault, path)


class _JsonRow(rows.DataRow):
    """An element with the objects in which its cells stand."""

    __slots__ = ("_cells", "_element", "_end", "_homes", "_start")

    def __init__(self, element: _JsonObject, start: int, end: int) -> None:
        self._cells: dict[str, Any] = {}
        super().__init__(self._cells, element.text.line(start))
        self._element = element
        self._start = start
        self._end = end
        self._homes: dict[str, tuple[_JsonObject, int]] = {}

    def add(self, column: str, value: object, home: _JsonObject, index: int) -> None:
        """Add a cell, the value with an index in an object."""
        self._cells[column] = value
        self._homes[column] = home, index

    def place(self, column: str) -> rows.TextPlace:
        """Where the cell of a column stands."""
        if column not in self._homes:
            return self._element.text.place(self._start, self._end)
        home, index = self._homes[column]
        return home.value_place(index)


class JsonTable(_JsonRows):
    """A list of objects, whose text is held as a whole; see ``DataTable``."""

    def __init__(self, text: str, inputs: Sequence[cells.InputDefinition]) -> None:
        super().__init__(inputs)
        self._text = text
        self.done = 0
        self.total = len(text)

    def rows(self, problems: rows.FileProblems, *, names_only: bool = False) -> Iterator[rows.DataRow]:
        """The elements of the list."""
        text = _JsonText(self._text, problems)
        try:
            for start, end, element in text.elements():
                self.done = end
                if isinstance(element, _Pairs):
                    yield self._row(text, start, end, element, names_only=names_only)
                else:
                    problems.add(text.place(start, end), Code.NOT_THE_FORM_OF_DATA)
        except _InvalidError as invalid:
            problems.stop(text.place(invalid.at), invalid.code)


class JsonLines(_JsonRows):
    """An object on each line, one line held at a time; see ``DataTable``."""

    def __init__(self, file: rows.TextFile, inputs: Sequence[cells.InputDefinition]) -> None:
        super().__init__(inputs)
        self._file = file
        self.total = file.size

    @property
    def done(self) -> int:
        """The bytes that were read."""
        return self._file.done

    def rows(self, problems: rows.FileProblems, *, names_only: bool = False) -> Iterator[rows.DataRow]:
        """The objects of the lines; what is wrong with one line does not touch the others."""
        for above, line in enumerate(self._file.lines(problems)):
            text = _JsonText(line.rstrip("\r\n"), problems, above)
            start = text.after_space(0)
            if above == 0 and line[start : start + 1] == "[":
                problems.stop(text.place(start), Code.LINE_NOT_AN_ENTRY)
            try:
                element, end = text.only(start)
            except _InvalidError as invalid:
                problems.add(text.place(invalid.at), invalid.code)
                continue
            if isinstance(element, _Pairs):
                yield self._row(text, start, end, element, names_only=names_only)
            elif end > start:
                problems.add(text.place(start, end), Code.LINE_NOT_AN_ENTRY)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Fault(Code.VALUE_NOT_TEXT, value=_spoken(value))
    return value


def _read_subject(value: object) -> str:
    return cells.read_subject(_text(value))


def _read_period(value: object) -> str | None:
    if value is None:
        return None
    is_year = isinstance(value, int) and not isinstance(value, bool)
    return cells.read_period(str(value) if is_year else _text(value))
