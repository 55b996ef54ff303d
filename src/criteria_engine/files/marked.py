"""A YAML text → plain data in which every text knows its place; faults are gathered, nothing is raised.

Texts stay texts: what ``no`` or ``12`` means is said by the place it fills. YAML is read by its events
only (building objects with libyaml kills the process on deep nesting), and within limits. Where reading
fails, the commonest slips are looked for, mended for the time being and reported, and reading goes on,
so that one run shows all faults of a file.
"""

from __future__ import annotations

import re

import attrs
import yaml

from criteria_engine.files.source import (
    HIDDEN,
    MOST_PROBLEMS,
    NEVER,
    Limits,
    Marked,
    MarkedList,
    MarkedMap,
    MarkedText,
    Slip,
    SourceText,
    cleaned,
    decoded,
    shown,
)
from criteria_engine.files.yaml_repair import Mended, read_mending
from criteria_engine.files.yaml_tree import Loader
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Problems, chosen_language

__all__ = [
    "Limits",
    "Marked",
    "MarkedList",
    "MarkedMap",
    "MarkedText",
    "Placed",
    "read_marked",
]

_LIBYAML: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LIMITS = Limits()
_HEADER = re.compile(r"(?:[ \t\r]*+(?:[#%][^\n]*+)?\n)*+(?:%[^\n]*+)?")
_YAML_VERSION = re.compile(r"%YAML[ \t]+1\.[012][ \t\r]*(?:#.*)?$", re.MULTILINE)


def read_marked(
    text: str | bytes, problems: Problems, *, limits: Limits = _LIMITS, loader: Loader | None = None
) -> Marked | None:
    """Read a YAML text; put what is wrong with it into ``problems``; give what could be read of it.

    None where nothing usable was read. ``loader`` is PyYAML's class to read events with: libyaml's
    where there is one.
    """
    notes = _Notes(problems)
    source = _opened(text, limits, notes)
    if source is None:
        return None
    mended = read_mending(source, limits, loader or _LIBYAML)
    for text_then, slip in mended.slips:
        notes.note(text_then, slip)
    for slip in mended.reading.slips:
        notes.note(mended.source, slip)
    _note_hidden(mended, notes)
    root = mended.reading.root if mended.is_whole else None
    if root is None or (isinstance(root, MarkedText) and root.is_null):
        if not notes.count:
            notes.note(source, Slip("CE010", 0))
        return None
    return root


class _Notes:
    """Puts slips into the problems with their places, up to a number nobody reads beyond."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._lang = chosen_language()
        self._lines: dict[int, str] = {}
        self.count = 0

    @property
    def is_full(self) -> bool:
        """Whether more would not be kept."""
        return self.count >= MOST_PROBLEMS

    def note(self, source: SourceText, slip: Slip) -> None:
        """Put a slip of a text into the problems."""
        self.count += 1
        if self.count > MOST_PROBLEMS:
            return
        index = min(slip.index, len(source.text))
        line, column = source.place(index)
        if line not in self._lines:
            self._lines[line] = source.written(line, index)
        written = self._lines[line]
        column = _written_column(written, source.line_at(index), column)
        width = max(1, min(slip.width, len(written) - column + 1))
        self._problems.append(
            Diagnostic(
                slip.code,
                slip.details,
                line=line,
                column=column,
                width=width,
                source=written,
                lang=self._lang,
            )
        )


def _written_column(written: str, mended: str, column: int) -> int:
    """The column in a line as it was written of a column in the line as it was mended."""
    if written == mended:
        return column
    both = enumerate(zip(written, mended, strict=False))
    same = next((place for place, (one, other) in both if one != other), min(len(written), len(mended)))
    return column if column <= same + 1 else max(same + 1, column + len(written) - len(mended))


def _opened(text: str | bytes, limits: Limits, notes: _Notes) -> SourceText | None:
    """The text decoded and cleaned; none where it is too long or not UTF-8."""
    size = len(text)
    if isinstance(text, str) and limits.bytes // 4 < size <= limits.bytes and not text.isascii():
        size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.bytes:
        mebi, rest = divmod(limits.bytes, 2**20)
        notes.note(
            SourceText(""), Slip("CE002", 0, 1, {"limit": f"{limits.bytes} B" if rest else f"{mebi} MiB"})
        )
        return None
    letters, wrong = decoded(text)
    clean = cleaned(letters)
    if wrong is not None:
        notes.note(SourceText(clean), Slip("CE003", wrong))
        return None
    source = SourceText(clean)
    for found in NEVER.finditer(letters):
        if notes.is_full:
            break
        notes.note(source, Slip("CE028", found.start(), 1, {"character": shown(found[0])}))
    return _without_directives(source, notes)


def _without_directives(source: SourceText, notes: _Notes) -> SourceText:
    """Directives made comments: libyaml takes minutes over many of them."""
    header = _HEADER.match(source.text)
    end = header.end() if header else 0
    for found in re.finditer(r"^%\S*", source.text[:end], re.MULTILINE):
        if notes.is_full:
            break
        if not _YAML_VERSION.match(source.text, found.start()):
            details = {"what": found[0][:40], "sign": "%"}
            notes.note(source, Slip("CE008", found.start(), len(found[0]), details))
    return SourceText(re.sub(r"^%", "#", source.text[:end], flags=re.MULTILINE) + source.text[end:])


def _note_hidden(mended: Mended, notes: _Notes) -> None:
    """Report hidden characters outside quotation marks, as far as it is known what is quoted."""
    source, reading = mended.source, mended.reading
    if source.text.isascii():
        return
    known = len(source.text) if reading.failure is None else reading.failure
    quotes = iter([quote for quote in reading.quotes if quote[2] in ("'", '"')])
    quote = next(quotes, None)
    for found in HIDDEN.finditer(source.text, 0, known):
        while quote and quote[1] <= found.start():
            quote = next(quotes, None)
        if (quote is None or found.start() < quote[0]) and not notes.is_full:
            notes.note(source, Slip("CE013", found.start(), 1, {"character": shown(found[0])}))


# ---- from a path in a ruleset to its place in the text: file, line and column --------------------

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
        from difflib import SequenceMatcher

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
