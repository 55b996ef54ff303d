"""Faults: what is wrong, where, and how to mend it.

Code that finds a fault knows a *path* into the ruleset (``criteria.order.turnout.bands.steps[1]``) and, inside
an expression, a span of characters. Only ``files`` knows YAML and turns a path into file, line and column.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import attrs

from criteria_engine.messages.codes import Code as Code  # handed on: whoever notes a fault names its code
from criteria_engine.messages.formatting import date, width_of
from criteria_engine.messages.speaker import Speaker

Language = Literal["vi", "en"]
Severity = Literal["error", "warning"]

_SHOWN = 50


def chosen_language(lang: str | None = None) -> Language:
    """The language of messages: the one given, else ``CRITERIA_LANG``, else Vietnamese."""
    wanted = lang or os.environ.get("CRITERIA_LANG", "")
    return "en" if wanted.lower().startswith("en") else "vi"


@attrs.frozen
class Diagnostic:
    """One thing that is wrong with a ruleset, a value or a file.

    ``code`` is stable (see the page of errors in the docs). ``path`` says where in the ruleset;
    ``file``, ``line`` and ``column`` (both counted from 1, characters, not bytes) where in the
    text it was read from; ``source`` is that line and ``width`` the length of what is marked.
    ``details`` fill the sentence of the catalogue; those called ``…kind`` are said in its
    words, those called ``…day`` are dates. ``span`` is the part of an expression that is
    meant: (offset, length) in characters.
    """

    code: str
    details: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    path: str = ""
    severity: Severity = "error"
    span: tuple[int, int] | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None
    width: int = 1
    lang: Language = "vi"

    @property
    def message(self) -> str:
        """What is wrong, one sentence in ``lang``."""
        return _said(self.code, self.details, self.lang)[0]

    @property
    def hint(self) -> str:
        """What to do about it, one sentence in ``lang``; empty where there is nothing to add."""
        return _said(self.code, self.details, self.lang)[1]

    def in_language(self, lang: str | None) -> Diagnostic:
        """The same diagnostic in another language (``"vi"`` or ``"en"``)."""
        return attrs.evolve(self, lang=chosen_language(lang))

    @property
    def place(self) -> str:
        """``file:line:column`` where it was read from a text, else the path."""
        if self.line is None:
            return ":".join(part for part in (self.file, self.path) if part)
        return f"{self.file or '<text>'}:{self.line}:{self.column}"

    def to_dict(self) -> dict[str, Any]:
        """Code, severity, message, hint and place, as plain data."""
        keys = ("code", "severity", "message", "hint", "file", "line", "column", "path")
        return {key: getattr(self, key) for key in keys}

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        lines = [f"{place}{self.message} [{self.code}]"]
        if self.source is not None and self.line is not None:
            lines += _pointed(self.source, self.line, self.column or 1, self.width)
        if self.hint:
            lines.append(f"  {Speaker(self.lang, 'faults').say('hint')}: {self.hint}")
        return "\n".join(lines)


def _pointed(source: str, line: int, column: int, width: int) -> list[str]:
    """The source line and a caret under the place; long lines are cut around it."""
    start = max(0, column - 80)
    shown = source[start : start + 150].replace("\t", " ")
    gutter = f"{line:>5} | "
    before = width_of(shown[: column - 1 - start])
    marked = shown[column - 1 - start : column - 1 - start + width]
    return [
        gutter + "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown),
        " " * (len(gutter) - 2) + "| " + " " * before + "^" * max(1, width_of(marked)),
    ]


def _place_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    path = diagnostic.path if diagnostic.line is None else ""
    return diagnostic.file or "", diagnostic.line or 0, diagnostic.column or 0, path, diagnostic.code


def _said(code: str, details: Mapping[str, str], lang: Language) -> tuple[str, str]:
    """The message and the hint of a code in a language, with the details filled in."""
    speaker = Speaker(lang, "faults")
    values = {name: _shown(name, text, speaker) for name, text in details.items()}
    # The two are parted before they are filled: a value may hold a line end of its own.
    message, _, hint = speaker.text(code).partition("\n")
    return message.format_map(values), hint.format_map(values)


def _shown(name: str, text: str, speaker: Speaker) -> str:
    """A detail as the language has it: the kinds of values (``left_kind``) and dates (``last_day``)."""
    if name.endswith(("kind", "kinds")):
        return ", ".join(speaker.text(word, word) for word in text.split(", "))
    # A year before the thousandth, or what stands for an unknown day, stays as it is.
    if name.endswith("day") and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date(datetime.date.fromisoformat(text), speaker.lang)
    return text


class CriteriaError(Exception):
    """Everything that is wrong, at once: ``error.diagnostics``, in the order of their places.

    ``str()`` shows them all (at most 50), each with its place, the line and what to do.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_place_order))
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        shown = [str(diagnostic) for diagnostic in self.diagnostics[:_SHOWN]]
        left = len(self.diagnostics) - len(shown)
        if left:
            shown.append(Speaker(self.diagnostics[0].lang, "faults").say("more", count=left))
        return "\n".join(shown)


class Fault(ValueError):
    """What is wrong with one value, raised by code that does not know where the value stands."""

    def __init__(self, code: str, span: tuple[int, int] | None = None, /, **details: object) -> None:
        self.code = code
        self.span = span
        self.details = {name: str(value) for name, value in details.items()}
        super().__init__(code)

    def __str__(self) -> str:
        return _said(self.code, self.details, "en")[0]


class Problems:
    """A list of diagnostics being gathered; never stops at the first."""

    def __init__(self) -> None:
        self._diagnostics: list[Diagnostic] = []

    def add(
        self,
        path: str,
        code: str,
        /,
        *,
        span: tuple[int, int] | None = None,
        severity: Severity = "error",
        **details: object,
    ) -> None:
        """Note that something is wrong at ``path``."""
        texts = {name: str(value) for name, value in details.items()}
        self._diagnostics.append(Diagnostic(code, texts, path, severity, span, lang=chosen_language()))

    def add_fault(self, path: str, fault: Fault, /) -> None:
        """Note a fault of a value that stands at ``path``."""
        lang = chosen_language()
        self._diagnostics.append(Diagnostic(fault.code, fault.details, path, "error", fault.span, lang=lang))

    def append(self, diagnostic: Diagnostic, /) -> None:
        """Note a finished diagnostic."""
        self._diagnostics.append(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether any of them is more than a warning."""
        return any(diagnostic.severity == "error" for diagnostic in self._diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._diagnostics)

    def __len__(self) -> int:
        return len(self._diagnostics)

    def raise_errors(self) -> None:
        """Raise ``CriteriaError`` with all errors, if there is one; warnings alone pass."""
        errors = [each for each in self._diagnostics if each.severity == "error"]
        if errors:
            raise CriteriaError(errors)


def refusal(path: str, code: str, /, **details: object) -> CriteriaError:
    """The error of one fault alone, at ``path``."""
    problems = Problems()
    problems.add_fault(path, Fault(code, **details))
    return CriteriaError(problems)
