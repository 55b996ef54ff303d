"""From a path in a ruleset to its place in the text: file, line and column.

Only here ``criteria.order.turnout.bands.steps[1]`` becomes a line and a column.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import attrs

from criteria_engine.marks import Marked, MarkedText
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Problems, chosen_language

__all__ = ["Placed"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_COMPARED = 1_000
# What is said of the name before a colon, not of the value behind it.
_OF_NAMES = frozenset({"CE223", "CE224", "CE301", "CE330", "CE411", "CE716"})

_LAST_PART = re.compile(r"(\.[^.\[\]]*|\[\d+\])$")


class Placed:
    """A text whose parts know their places: values and keys by path."""

    def __init__(self, text: str | bytes, name: str) -> None:
        self.name = name
        self.problems = Problems()
        self.values: dict[str, Marked] = {}
        self.keys: dict[str, MarkedText] = {}
        decoded = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
        self._lines = _LINE_END.split(decoded)

    def located(self, lang: str | None = None) -> list[Diagnostic]:
        """All that was found, with file, line and column, in the order of the places."""
        language = chosen_language(lang)
        found = [attrs.evolve(self._locate(each), file=self.name, lang=language) for each in self.problems]
        unique = {(each.code, each.line, each.column, each.message): each for each in found}
        return list(CriteriaError(unique.values()).diagnostics)

    def _locate(self, diagnostic: Diagnostic) -> Diagnostic:
        if diagnostic.line is not None:
            return diagnostic
        path = diagnostic.path
        while path and path not in self.values:
            path = _LAST_PART.sub("", path) if _LAST_PART.search(path) else ""
        if not path and diagnostic.path and "extends" in self.values:
            path = "extends"  # what is not in this file was taken over
        value, key = self.values.get(path), self.keys.get(path)
        line, column, width = 1, 1, 1
        at_key = diagnostic.code in _OF_NAMES and diagnostic.span is None and diagnostic.path in self.keys
        if isinstance(value, MarkedText) and not at_key and (value.text or value.quoted or key is None):
            line, column, width = _inside(value, diagnostic.span)
            column = self._as_written(value, line, column)
        elif key is not None:
            line, column, width = key.line, key.column, max(1, len(key.text))
        elif value is not None:
            line, column = value.line, value.column
        source = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return attrs.evolve(
            diagnostic,
            line=line,
            column=column,
            source=source,
            width=min(width, max(1, len(source) - column + 1)),
        )

    def _as_written(self, value: MarkedText, line: int, column: int) -> int:
        """The column in the author's line, where the line was mended to be read."""
        start = value.source.rfind("\n", 0, value.start) + 1
        for _ in range(line - value.line):
            start = value.source.find("\n", start) + 1
        end = value.source.find("\n", start)
        read = value.source[start : end if end >= 0 else len(value.source)].rstrip("\r")
        written = self._lines[line - 1] if line <= len(self._lines) else ""
        if read == written or max(len(read), len(written)) > _LONGEST_COMPARED:
            return column
        for block in SequenceMatcher(None, read, written, autojunk=False).get_matching_blocks():
            if block.a <= column - 1 < block.a + block.size:
                return block.b + column - block.a
        return min(column, len(written))

    # ---- reading by kind ---------------------------------------------------------------------


def _inside(value: MarkedText, span: tuple[int, int] | None) -> tuple[int, int, int]:
    """Line, column and width of a part of a text, or of all of it as it is spelled."""
    if span is None and value.quoted:
        spelled = value.source[value.start : value.end]
        return value.line, value.column, len(spelled.split("\n")[0])
    stripped = len(value.text) - len(value.text.lstrip())
    offset, length = span or (0, len(value.text.strip()))
    line, column = value.at(offset + stripped)
    return line, column, max(1, min(length, len(value.text) - offset))
