"""Reading JSON: a list of ``{subject, period, values, titles, evidence}``, or one of these on each line."""

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

from criteria_engine.core.expression_text import clean_text, fold_name, fold_word, shown_text
from criteria_engine.core.nodes import NA
from criteria_engine.files.cells import (
    Value,
    checked_size,
    is_na_text,
    is_percent,
    read_iso_date,
    read_value,
    read_word,
)
from criteria_engine.files.subjects import (
    DataRow,
    FileProblems,
    InputDefinition,
    PeriodData,
    TextFile,
    TextPlace,
    read_period,
    read_subject,
)
from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "DECODER",
    "Invalid",
    "JsonLines",
    "JsonObject",
    "JsonTable",
    "JsonText",
    "Pairs",
    "open_json",
    "open_json_lines",
    "read_json_value",
    "spellings",
    "spoken",
]


# ---- values in JSON: the types are JSON's own, so a number is a number and never a text ----------


class Pairs(tuple[tuple[str, Any], ...]):
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


DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_NoNumber
)
"""Decodes JSON so that nothing is lost: repeated keys and what is no number can still be refused."""


def read_json_value(value: object, definition: InputDefinition) -> Value:
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
        raise Fault("CE546", value=spoken(value))
    raise Fault("CE548" if definition.type == "date" else "CE547", value=spoken(value))


def _from_text(text: str, definition: InputDefinition) -> Value:
    worded = definition.type in ("ordinal", "choice")
    if worded and fold_word(text) in [fold_word(word) for word in definition.words]:
        return read_word(text, definition.words)
    if is_na_text(text, definition.type):
        if definition.may_be_na:
            return NA
        raise Fault("CE504", value=shown_text(text))
    if worded:
        return read_word(text, definition.words)
    if definition.type == "text":
        return text
    if definition.type == "date":
        return read_iso_date(text)
    if definition.type == "boolean":
        raise Fault("CE546", value=spoken(text))
    raise _number_as_text(text, definition.type)


def _number_as_text(text: str, type: str) -> Fault:
    try:
        number = read_value(text, type)
    except Fault:
        number = None
    if number is None or isinstance(number, str | date):
        return Fault("CE549", value=spoken(text))
    return Fault("CE545", value=spoken(text), mended=json.dumps(number))


def _from_number(value: object, type: str) -> int | float:
    if isinstance(value, _NoNumber) and value.text.strip("-")[0].isdigit():
        raise Fault("CE514", value=shown_text(value.text), limit="10^15")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault("CE549", value=spoken(value))
    # Adding nothing turns -0.0 into 0.0 and leaves all others as they are.
    number = checked_size(value) + 0
    if type == "percent" and not is_percent(number):
        raise Fault("CE519", value=spoken(value))
    if type == "integer":
        if number != int(number):
            raise Fault("CE518", value=spoken(value))
        return int(number)
    return number


def spoken(value: object) -> str:
    """A JSON value as a message can quote it."""
    if isinstance(value, _NoNumber):
        return shown_text(value.text)
    if isinstance(value, Pairs):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return shown_text(json.dumps(value, ensure_ascii=False))


# ---- a JSON text whose values know where they stand, for what is wrong with them -----------------

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")


class Invalid(Exception):
    """What is no JSON, or nested beyond reading, from an offset on."""

    def __init__(self, at: int, code: str) -> None:
        super().__init__(at, code)
        self.at = at
        self.code = code


class JsonText:
    """A JSON text and the places in it, with so many lines of the file above it.

    Places are sought only once something is wrong.
    """

    def __init__(self, text: str, problems: FileProblems, above: int = 0) -> None:
        self.text = text
        self.problems = problems
        self._above = above
        self._last_line = (0, "")
        if "\0" in text:
            problems.stop(self.place(text.index("\0")), "CE804")

    def elements(self) -> Iterator[tuple[int, int, Any]]:
        """The elements of the list that the text is, each with its start and end; raises ``Invalid``."""
        at = self.after_space(0)
        if self.text[at : at + 1] != "[":
            self.decode(at)
            raise Invalid(at, "CE819")
        at = self.after_space(at + 1)
        while self.text[at : at + 1] != "]":
            element, end = self.decode(at)
            yield at, end, element
            at = self.after_space(end)
            if self.text[at : at + 1] == ",":
                at = self.after_space(at + 1)
                if self.text[at : at + 1] == "]":
                    raise Invalid(at, "CE818")
            elif self.text[at : at + 1] != "]":
                raise Invalid(at, "CE818")
        self._end(at + 1)

    def only(self) -> tuple[int, int, Any] | None:
        """The one value that the text is, with its start and end; None where there is none."""
        at = self.after_space(0)
        if at == len(self.text):
            return None
        element, end = self.decode(at)
        self._end(end)
        return at, end, element

    def _end(self, at: int) -> None:
        """Raise ``Invalid`` where anything follows."""
        at = self.after_space(at)
        if at < len(self.text):
            raise Invalid(at, "CE818")

    def decode(self, at: int) -> tuple[Any, int]:
        """The value that begins at an offset, and the offset of its end; raises ``Invalid``."""
        try:
            return DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise Invalid(self._comma_before(error.pos), "CE818") from None
        except RecursionError:
            raise Invalid(at, "CE819") from None

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
        return self._above + bisect.bisect_right(self._line_starts, at)

    def place(self, start: int, end: int = 0) -> TextPlace:
        """The place of what stands from ``start`` to ``end``."""
        line = self.line(start)
        line_start = self._line_starts[line - 1 - self._above]
        if self._last_line[0] != line:
            # Kept, since a whole file may be one line, and all that is wrong in it share the line.
            found = _LINE_END.search(self.text, line_start)
            line_end = found.start() if found else len(self.text)
            self._last_line = (line, self.text[line_start:line_end])
        source = self._last_line[1]
        column = min(start - line_start, len(source)) + 1
        return TextPlace(line, column, source, max(1, min(end - start, len(source) - column + 1)))


class JsonObject:
    """A JSON object; ``span`` finds where it stands."""

    def __init__(self, document: JsonText, pairs: Pairs, span: Callable[[], tuple[int, int]]) -> None:
        self.document = document
        self.pairs = pairs
        self.span = span

    def place(self) -> TextPlace:
        """The place of the whole object."""
        return self.document.place(*self.span())

    def place_of_key(self, index: int) -> TextPlace:
        """The place of the key with this index."""
        return self.document.place(*self._spans[index][0])

    def place_of_value(self, index: int) -> TextPlace:
        """The place of the value with this index."""
        return self.document.place(*self._spans[index][1])

    def inner(self, index: int) -> JsonObject | None:
        """The value with this index as an object, or None (reported) where it is none."""
        value = self.pairs[index][1]
        if isinstance(value, Pairs):
            return JsonObject(self.document, value, lambda: self._spans[index][1])
        self.document.problems.add(self.place_of_value(index), "CE819")
        return None

    def known(self, names: Mapping[str, str] | None) -> Iterator[tuple[str, int, Any]]:
        """Key, index and value of each pair; keys that are not known or came before are reported.

        ``names`` gives the key for its spellings (see ``spellings``); None takes any key.
        """
        seen = set()
        problems = self.document.problems
        for index, (key, value) in enumerate(self.pairs):
            known = _known(key, names)
            if known is None:
                problems.add_unknown(self.place_of_key(index), key, dict.fromkeys((names or {}).values()))
            elif known in seen:
                problems.add(self.place_of_key(index), "CE810", name=shown_text(key))
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


def spellings(names: Iterable[str]) -> dict[str, str]:
    """Each name by itself, which is found quickly, and by its folded form."""
    listed = list(names)
    return {fold_name(name): name for name in listed} | {name: name for name in listed}


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

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
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

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
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
) -> DataRow | None:
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
    return DataRow(subject, PeriodData(period, **parts), document.line(start), element.place)


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
