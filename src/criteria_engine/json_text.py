"""A JSON text whose values know where they stand, for what is wrong with them."""

from __future__ import annotations

import bisect
import functools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from criteria_engine.core.expression_text import fold_name, shown_text
from criteria_engine.json_values import DECODER, Pairs
from criteria_engine.subject_data import FileProblems, Place

__all__ = ["Invalid", "JsonObject", "JsonText", "spellings"]

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

    def place(self, start: int, end: int = 0) -> Place:
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
        return Place(line, column, source, max(1, min(end - start, len(source) - column + 1)))


class JsonObject:
    """A JSON object; ``span`` finds where it stands."""

    def __init__(self, document: JsonText, pairs: Pairs, span: Callable[[], tuple[int, int]]) -> None:
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
