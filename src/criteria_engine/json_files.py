"""Reading JSON: a list of ``{subject, period, values, titles, evidence}``, or one of these on each line."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.expression_text import clean_text
from criteria_engine.json_text import Invalid, JsonObject, JsonText, spellings
from criteria_engine.json_values import Pairs, read_json_value, spoken
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.subject_data import (
    FileProblems,
    InputDefinition,
    PeriodData,
    Row,
    read_period,
    read_subject,
)
from criteria_engine.text_files import TextFile

__all__ = ["JsonLines", "JsonTable", "open_json", "open_json_lines"]

_KEYS = ("subject", "period", "values", "titles", "evidence")


def open_json(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> JsonTable:
    """A JSON file in UTF-8; the keys are fixed, and JSON has no language.

    What is wrong goes to ``problems``; ``UnicodeDecodeError`` if the file is not UTF-8.
    """
    return JsonTable(path.read_bytes().decode("utf-8-sig"), _Vocabulary.of(inputs))


def open_json_lines(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> JsonLines:
    """A file in UTF-8 with one JSON object on each line."""
    return JsonLines(TextFile(path), _Vocabulary.of(inputs))


class JsonTable:
    """A list of objects, whose text is held as a whole; see ``Table``."""

    # Known only once all was read.
    has_periods = True

    def __init__(self, text: str, vocabulary: _Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self.done = 0
        self.total = len(text)

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[Row]:
        """The elements of the list."""
        document = JsonText(self._text, problems)
        try:
            for start, end, element in document.elements():
                self.done = end
                if not isinstance(element, Pairs):
                    problems.add(document.place(start, end), "CE819")
                elif row := _row_of(document, start, end, element, self._vocabulary, names_only=names_only):
                    yield row
        except Invalid as invalid:
            problems.stop(document.place(invalid.at), invalid.code)


class JsonLines:
    """An object on each line, one line held at a time; see ``Table``."""

    has_periods = True

    def __init__(self, file: TextFile, vocabulary: _Vocabulary) -> None:
        self._file = file
        self._vocabulary = vocabulary
        self.total = file.size

    @property
    def done(self) -> int:
        """The bytes that were read."""
        return self._file.done

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[Row]:
        """The objects of the lines; what is wrong with one line does not touch the others."""
        for above, line in enumerate(self._file.lines(problems)):
            document = JsonText(line.rstrip("\r\n"), problems, above)
            if above == 0 and line.lstrip().startswith("["):
                problems.stop(document.place(document.after_space(0)), "CE832")
            try:
                found = document.only()
            except Invalid as invalid:
                problems.add(document.place(invalid.at), invalid.code)
                continue
            if found is None:
                continue
            start, end, element = found
            if not isinstance(element, Pairs):
                problems.add(document.place(start, end), "CE832")
            elif row := _row_of(document, start, end, element, self._vocabulary, names_only=names_only):
                yield row


def _span(start: int, end: int) -> tuple[int, int]:
    return start, end


@attrs.frozen
class _Vocabulary:
    """The keys that a file may use, each by its spellings, and the inputs by id."""

    keys: Mapping[str, str]
    ids: Mapping[str, str]
    inputs: Mapping[str, InputDefinition]

    @classmethod
    def of(cls, inputs: Sequence[InputDefinition]) -> _Vocabulary:
        """The keys of an element, and those of its values and evidence."""
        by_id = {definition.id: definition for definition in inputs}
        return cls(spellings(_KEYS), spellings(by_id), by_id)


def _row_of(
    document: JsonText, start: int, end: int, pairs: Pairs, vocabulary: _Vocabulary, *, names_only: bool
) -> Row | None:
    """One subject and period; None, and noted, where its name or its period cannot be read."""
    element = JsonObject(document, pairs, functools.partial(_span, start, end))
    subject: str | None = None
    period: str | None = None
    parts: dict[str, dict[str, Any]] = {}
    sound = True
    for key, index, value in element.known(vocabulary.keys):
        try:
            if key == "subject":
                subject = read_subject(_text(value))
            elif names_only:
                continue
            elif key == "period":
                period = _period(value)
            elif value is not None and (part := element.inner(index)) is not None:
                parts[key] = _read_part(key, part, vocabulary)
        except Fault as fault:
            sound = False
            document.problems.add_fault(element.place_of_value(index), fault)
    if not sound:
        return None
    if subject is None:
        document.problems.add(element.place(), "CE813")
        return None
    return Row(subject, PeriodData(period, **parts), document.line(start), element.place)


def _read_part(name: str, part: JsonObject, vocabulary: _Vocabulary) -> dict[str, Any]:
    """The values, titles or evidence of one subject and period."""
    read: dict[str, Any] = {}
    for key, index, value in part.known(None if name == "titles" else vocabulary.ids):
        try:
            if name == "values":
                read[key] = read_json_value(value, vocabulary.inputs[key])
            elif name == "evidence" or value is not None:
                read[clean_text(key)] = clean_text(_text(value))
        except Fault as fault:
            path = "" if name == "titles" else key
            part.document.problems.add_fault(part.place_of_value(index), fault, path)
    return read


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Fault("CE547", value=spoken(value))
    return value


def _period(value: object) -> str | None:
    if value is None:
        return None
    is_year = isinstance(value, int) and not isinstance(value, bool)
    return read_period(str(value) if is_year else _text(value))
