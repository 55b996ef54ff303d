"""Reading a ruleset file: YAML with places → attributes by their kinds → a sound ruleset.

Only this file turns a path (``criteria.order.turnout.bands.steps[1]``) into file, line and column.
Classes say what their attributes hold (``kinds.part``); nothing here knows a rule shape by name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.diagnostics import CriteriaError, Diagnostic, Problems, chosen_language
from criteria_engine.document import Document
from criteria_engine.faces import ANYTHING
from criteria_engine.marked import Limits, MarkedMap, MarkedText
from criteria_engine.rules import RULES
from criteria_engine.ruleset import Ruleset

__all__ = ["Document", "load", "loads", "read_document", "read_ruleset"]

_LIMITS = Limits()
_UNREADABLE: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "no file"),
    (PermissionError, "no right"),
    (IsADirectoryError, "folder"),
)
_SECTIONS = frozenset({"inputs", "parameters", "define"})


def _without_version(document: Document, root: MarkedMap) -> MarkedMap:
    """The mapping without the language version, which is looked at here."""
    version = root.get("criteria_engine")
    if not isinstance(version, MarkedText) or version.text != "1":
        found = version.text if isinstance(version, MarkedText) else "–"
        if version is not None:
            document.values["criteria_engine"] = version
            document.problems.add("criteria_engine", "CE123", found=found)
        else:
            document.problems.add("", "CE121", key="criteria_engine: 1")
    entries = tuple((key, value) for key, value in root.entries if key.text != "criteria_engine")
    return attrs.evolve(root, entries=entries)


def _misses_criteria(document: Document, root: MarkedMap) -> bool:
    """Whether there may be criteria that were not read: under another key, or in another form."""
    criteria = root.get("criteria")
    if criteria is None:
        return any(each.code == "CE120" and "." not in each.path for each in document.problems)
    return not isinstance(criteria, MarkedMap) or bool(criteria.entries)


def _meant_at_top(found: Diagnostic) -> str:
    """The top-level key that an unknown one may have been meant for."""
    return found.details["nearest"] if found.code == "CE120" and "." not in found.path else ""


def read_ruleset(document: Document) -> Ruleset | None:
    """The ruleset of a document, or None where something is wrong, which is then noted."""
    root = document.root
    if root is None:
        return None
    document.values[""] = root
    if not isinstance(root, MarkedMap):
        document.problems.add("", "CE127")
        return None
    made, failed = document.read_attributes(
        Ruleset, document.keys_of(Ruleset), _without_version(document, root), "", {}
    )
    if not made:
        return None
    broken = frozenset(document.broken) | ({"?"} if failed or document.problems.has_errors else set())
    if not made.get("criteria") and _misses_criteria(document, root):
        broken |= {"criterion:"}
    if any(each.path in _SECTIONS or _meant_at_top(each) in _SECTIONS for each in document.problems):
        broken |= {ANYTHING}
    return Ruleset.checked(made, document.problems, broken)


def read_document(path: str | os.PathLike[str], rules: Sequence[type[Any]] = RULES) -> Document:
    """A file as a document; ``CriteriaError`` where it cannot be read at all."""
    name = os.fspath(path)
    problems = Problems()
    try:
        size = Path(path).stat().st_size
        if size > _LIMITS.bytes:
            problems.append(Diagnostic("CE002", {"limit": "5 MiB"}, file=name, lang=chosen_language()))
            problems.raise_errors()
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = next((word for kind, word in _UNREADABLE if isinstance(error, kind)), "unreadable")
        problems.append(Diagnostic("CE001", {"reason_kind": reason}, file=name, lang=chosen_language()))
        raise CriteriaError(problems) from None
    return Document(data, name, rules)


def _made(document: Document, lang: str | None) -> Ruleset:
    ruleset = read_ruleset(document)
    if ruleset is None or document.problems.has_errors:
        found = [each for each in document.located(lang) if each.severity == "error"]
        raise CriteriaError(found)
    return ruleset


def load(
    path: str | os.PathLike[str], *, rules: Sequence[type[Any]] = RULES, lang: str | None = None
) -> Ruleset:
    """The ruleset of a file; ``CriteriaError`` with all that is wrong and where.

    ``rules`` are the shapes that a leaf may have; ``lang`` is the language of the messages.
    """
    return _made(read_document(path, rules), lang)


def loads(
    text: str | bytes, *, name: str = "<text>", rules: Sequence[type[Any]] = RULES, lang: str | None = None
) -> Ruleset:
    """The ruleset of a text; ``name`` stands in messages where a file's name would."""
    return _made(Document(text, name, rules), lang)
