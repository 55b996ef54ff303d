"""A YAML text → plain data in which every text knows its place; faults are gathered, nothing is raised.

Texts stay texts: what ``no`` or ``12`` means is said by the place it fills. YAML is read by its events
only (building objects with libyaml kills the process on deep nesting), and within limits. Where reading
fails, the commonest slips are looked for, mended for the time being and reported, and reading goes on,
so that one run shows all faults of a file.
"""

from __future__ import annotations

import re
from typing import Any

from criteria_engine.files.source import (
    HIDDEN,
    MOST_PROBLEMS,
    NEVER,
    Limits,
    Marked,
    MarkedText,
    Slip,
    SourceText,
    cleaned,
    decoded,
    shown,
)
from criteria_engine.files.yaml_repair import Mended, read_mending
from criteria_engine.files.yaml_tree import LIBYAML, Loader
from criteria_engine.messages.codes import Code
from criteria_engine.messages.diagnostics import Diagnostic, Problems, chosen_language

_LIMITS = Limits()


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
    mended = read_mending(source, limits, loader or LIBYAML)
    for text_then, slip in mended.slips:
        notes.note(text_then, slip)
    for slip in mended.reading.slips:
        notes.note(mended.source, slip)
    _note_hidden(mended, notes)
    root = mended.reading.root if mended.is_whole else None
    if root is None or (isinstance(root, MarkedText) and root.is_null):
        if not notes.count:
            notes.note(source, Slip(Code.EMPTY_FILE, 0))
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
        index = min(slip.start, len(source.text))
        line, column = source.place(index)
        if line not in self._lines:
            self._lines[line] = source.written(line, index)
        written = self._lines[line]
        column = _written_column(written, source.line_at(index), column)
        width = max(1, min(slip.width, len(written) - column + 1))
        where: dict[str, Any] = {"line": line, "column": column, "width": width, "source": written}
        self._problems.append(Diagnostic(slip.code, slip.details, **where, lang=self._lang))


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
        limit = f"{limits.bytes} B" if rest else f"{mebi} MiB"
        notes.note(SourceText(""), Slip(Code.FILE_TOO_LARGE, 0, 1, {"limit": limit}))
        return None
    letters, wrong = decoded(text)
    clean = cleaned(letters)
    if wrong is not None:
        notes.note(SourceText(clean), Slip(Code.NOT_UTF8, wrong))
        return None
    source = SourceText(clean)
    for never in NEVER.finditer(letters):
        if notes.is_full:
            break
        notes.note(source, Slip(Code.FORBIDDEN_CHARACTER, never.start(), 1, {"character": shown(never[0])}))
    return _without_directives(source, notes)


def _without_directives(source: SourceText, notes: _Notes) -> SourceText:
    """Directives made comments: libyaml takes minutes over many of them."""
    if "%" not in source.text:
        return source
    header = re.match(r"(?:[ \t\r]*+(?:[#%][^\n]*+)?\n)*+(?:%[^\n]*+)?", source.text)
    end = header.end() if header else 0
    version = re.compile(r"%YAML[ \t]+1\.[012][ \t\r]*(?:#.*)?$", re.MULTILINE)
    for directive in re.finditer(r"^%\S*", source.text[:end], re.MULTILINE):
        if notes.is_full:
            break
        if not version.match(source.text, directive.start()):
            details = {"what": directive[0][:40], "sign": "%"}
            notes.note(source, Slip(Code.FORBIDDEN_YAML, directive.start(), len(directive[0]), details))
    return SourceText(re.sub(r"^%", "#", source.text[:end], flags=re.MULTILINE) + source.text[end:])


def _note_hidden(mended: Mended, notes: _Notes) -> None:
    """Report hidden characters outside quotation marks, as far as it is known what is quoted."""
    source, reading = mended.source, mended.reading
    if source.text.isascii():
        return
    known = len(source.text) if reading.failure is None else reading.failure
    quotes = iter([quote for quote in reading.quotes if quote[2] in ("'", '"')])
    quote = next(quotes, None)
    for hidden in HIDDEN.finditer(source.text, 0, known):
        while quote and quote[1] <= hidden.start():
            quote = next(quotes, None)
        if (quote is None or hidden.start() < quote[0]) and not notes.is_full:
            notes.note(
                source, Slip(Code.HIDDEN_CHARACTER, hidden.start(), 1, {"character": shown(hidden[0])})
            )
