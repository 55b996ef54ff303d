"""Reading subjects from a JSON file: a list of ``{subject, period, values, titles, evidence}``."""

from __future__ import annotations

import bisect
import functools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.diagnostics import Fault
from criteria_engine.json_values import DECODER, Pairs, read_json_value, spoken
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
from criteria_engine.written_text import clean_text, fold_name, shown

__all__ = ["read_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")
_KEYS = ("subject", "period", "values", "titles", "evidence")


def read_json(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> tuple[SubjectData, ...]:
    """The subjects of a JSON file in UTF-8; the keys are fixed, and JSON has no language.

    What is wrong goes to ``problems``; ``UnicodeDecodeError`` if the file is not UTF-8.
    """
    document = _Document(path.read_bytes().decode("utf-8-sig"), problems)
    vocabulary = _Vocabulary.of(inputs)
    histories = Histories(problems)
    for start, end, element in document.elements():
        if isinstance(element, Pairs):
            known = _Object(document, element, functools.partial(_span, start, end))
            _read_element(known, vocabulary, histories)
        else:
            problems.add(document.place(start, end), "CE819")
    return histories.finished()


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
        return cls(_spellings(_KEYS), _spellings(by_id), by_id)


class _Document:
    """A JSON text and the places in it. Places are sought only once something is wrong."""

    def __init__(self, text: str, problems: FileProblems) -> None:
        self.text = text
        self.problems = problems
        self._last_line = (0, "")
        if "\0" in text:
            problems.stop(self.place(text.index("\0")), "CE804")

    def elements(self) -> Iterator[tuple[int, int, Any]]:
        """The elements of the list that the text is, each with its start and end."""
        at = self.after_space(0)
        if self.text[at : at + 1] != "[":
            self.decode(at)
            self.problems.stop(self.place(at), "CE819")
        at = self.after_space(at + 1)
        while self.text[at : at + 1] != "]":
            element, end = self.decode(at)
            yield at, end, element
            at = self.after_space(end)
            if self.text[at : at + 1] == ",":
                at = self.after_space(at + 1)
                if self.text[at : at + 1] == "]":
                    self.problems.stop(self.place(at), "CE818")
            elif self.text[at : at + 1] != "]":
                self.problems.stop(self.place(at), "CE818")
        at = self.after_space(at + 1)
        if at < len(self.text):
            self.problems.stop(self.place(at), "CE818")

    def decode(self, at: int) -> tuple[Any, int]:
        """The value that begins at an offset, and the offset of its end."""
        try:
            return DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            self.problems.stop(self.place(self._comma_before(error.pos)), "CE818")
        except RecursionError:
            self.problems.stop(self.place(at), "CE819")

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
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def line(self, at: int) -> int:
        """The number of the line, from 1, on which an offset lies."""
        return bisect.bisect_right(self._line_starts, at)

    def place(self, start: int, end: int = 0) -> Place:
        """The place of what stands from ``start`` to ``end``."""
        line = self.line(start)
        line_start = self._line_starts[line - 1]
        if self._last_line[0] != line:
            # Kept, since a whole file may be one line, and all that is wrong in it share the line.
            found = _LINE_END.search(self.text, line_start)
            line_end = found.start() if found else len(self.text)
            self._last_line = (line, self.text[line_start:line_end])
        source = self._last_line[1]
        column = min(start - line_start, len(source)) + 1
        return Place(line, column, source, max(1, min(end - start, len(source) - column + 1)))


class _Object:
    """A JSON object; ``span`` finds where it stands."""

    def __init__(self, document: _Document, pairs: Pairs, span: Callable[[], tuple[int, int]]) -> None:
        self.document = document
        self.pairs = pairs
        self.span = span

    def place(self) -> Place:
        """The place of the whole object."""
        return self.document.place(*self.span())

    def place_of_key(self, index: int) -> Place:
        """The place of the key with this index."""
        return self.document.place(*self._spans[index][0])

    def place_of_value(self, index: int) -> Place:
        """The place of the value with this index."""
        return self.document.place(*self._spans[index][1])

    def inner(self, index: int) -> _Object | None:
        """The value with this index as an object, or None (reported) where it is none."""
        value = self.pairs[index][1]
        if isinstance(value, Pairs):
            return _Object(self.document, value, lambda: self._spans[index][1])
        self.document.problems.add(self.place_of_value(index), "CE819")
        return None

    def known(self, names: Mapping[str, str] | None) -> Iterator[tuple[str, int, Any]]:
        """Key, index and value of each pair; keys that are not known or came before are reported.

        ``names`` gives the key for its spellings (see ``_spellings``); None takes any key.
        """
        seen = set()
        problems = self.document.problems
        for index, (key, value) in enumerate(self.pairs):
            known = _known(key, names)
            if known is None:
                problems.add_unknown(self.place_of_key(index), key, dict.fromkeys((names or {}).values()))
            elif known in seen:
                problems.add(self.place_of_key(index), "CE810", name=shown(key))
            else:
                yield known, index, value
            seen.add(known)

    @functools.cached_property
    def _spans(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Start and end of each key and of each value."""
        document = self.document
        found = []
        at = document.after_space(self.span()[0] + 1)
        for _ in self.pairs:
            key_end = document.decode(at)[1]
            start = document.after_space(document.after_space(key_end) + 1)
            end = document.decode(start)[1]
            found.append(((at, key_end), (start, end)))
            at = document.after_space(document.after_space(end) + 1)
        return found


def _known(key: str, names: Mapping[str, str] | None) -> str | None:
    if names is None:
        return unicodedata.normalize("NFC", key)
    return names.get(key) or names.get(fold_name(key))


def _spellings(names: Iterable[str]) -> dict[str, str]:
    """Each name by itself, which is found quickly, and by its folded form."""
    listed = list(names)
    return {fold_name(name): name for name in listed} | {name: name for name in listed}


def _read_element(element: _Object, vocabulary: _Vocabulary, histories: Histories) -> None:
    """Add one subject and period to the histories."""
    problems = element.document.problems
    subject: str | None = None
    period: str | None = None
    parts: dict[str, dict[str, Any]] = {}
    sound = True
    for key, index, value in element.known(vocabulary.keys):
        try:
            if key == "subject":
                subject = read_subject(_text(value))
            elif key == "period":
                period = _period(value)
            elif value is not None and (part := element.inner(index)) is not None:
                parts[key] = _read_part(key, part, vocabulary)
        except Fault as fault:
            sound = False
            problems.add_fault(element.place_of_value(index), fault)
    if sound and subject is None:
        problems.add(element.place(), "CE813")
    elif sound and subject is not None:
        data = PeriodData(period, **parts)
        histories.add(subject, data, element.document.line(element.span()[0]), element.place)


def _read_part(name: str, part: _Object, vocabulary: _Vocabulary) -> dict[str, Any]:
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
