"""Reading a ruleset file: YAML with places → attributes by their kinds → a sound ruleset.

Classes say what their attributes hold (``kinds.part``); nothing here knows a rule shape by name. A set
that extends another is read on top of it.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, Protocol

import attrs

from criteria_engine.compiler.tree import ANYTHING
from criteria_engine.core.grammar import normal
from criteria_engine.document import Document
from criteria_engine.extending import extended
from criteria_engine.marks import Limits, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, Problems, chosen_language
from criteria_engine.rules import RULES
from criteria_engine.rules.schema import LABEL, TEXT, ListOf
from criteria_engine.ruleset import Ruleset

__all__ = ["Document", "Shelf", "load", "loads", "read_document", "read_ruleset"]

_LIMITS = Limits()
_UNREADABLE: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "no file"),
    (PermissionError, "no right"),
    (IsADirectoryError, "folder"),
)
_SECTIONS = frozenset({"inputs", "parameters", "define"})
_DEEPEST = 10
"""How many sets may stand one on another."""


class Shelf(Protocol):
    """Where a ruleset is found by its id; a ``Library`` is one."""

    def find(self, name: str, *, on: datetime.date | None = None) -> Ruleset:
        """The ruleset of that id in force on a day; ``CriteriaError`` where there is none."""


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
    return root.without("criteria_engine")


def _misses_criteria(document: Document, root: MarkedMap) -> bool:
    """Whether there may be criteria that were not read: under another key, or in another form."""
    criteria = root.get("criteria")
    if criteria is None:
        return any(each.code == "CE120" and "." not in each.path for each in document.problems)
    return not isinstance(criteria, MarkedMap) or bool(criteria.entries)


def _meant_at_top(found: Diagnostic) -> str:
    """The top-level key that an unknown one may have been meant for."""
    return found.details["nearest"] if found.code == "CE120" and "." not in found.path else ""


def read_ruleset(
    document: Document, library: Shelf | None = None, above: Sequence[str] = ()
) -> Ruleset | None:
    """The ruleset of a document, or None where something is wrong, which is then noted.

    ``library`` is where a set that it extends is found by id; ``above`` are the files that led here.
    """
    root = document.root
    if root is None:
        return None
    document.values[""] = root
    if not isinstance(root, MarkedMap):
        document.problems.add("", "CE127")
        return None
    root, base, replaces = _taken_over(document, _without_version(document, root), library, above)
    made, failed = document.read_attributes(Ruleset, document.keys_of(Ruleset), root, "", {})
    if not made:
        return None
    broken = frozenset(document.broken) | ({"?"} if failed or document.problems.has_errors else set())
    if base is None and not made.get("criteria") and _misses_criteria(document, root):
        broken |= {"criterion:"}
    if any(each.path in _SECTIONS or _meant_at_top(each) in _SECTIONS for each in document.problems):
        broken |= {ANYTHING}
    if base is None:
        return Ruleset.checked(made, document.problems, broken)
    merged = extended(base, made, replaces, document.problems)
    if document.problems.has_errors:
        broken |= {"?"}
    found = Problems()
    ruleset = Ruleset.checked(merged, found, broken)
    for each in found:
        # what lies in the other file is shown where it is taken over
        section = ".".join(each.path.split(".")[:2]).split("[")[0]
        document.problems.append(each if section in document.values else attrs.evolve(each, path="extends"))
    return None if document.problems.has_errors else ruleset


def _taken_over(
    document: Document, root: MarkedMap, library: Shelf | None, above: Sequence[str]
) -> tuple[MarkedMap, Ruleset | None, tuple[str, ...]]:
    """The mapping without ``extends`` and ``replaces``, the set that is extended, what is replaced."""
    own = {key.text: (key, value) for key, value in root.entries if key.text in ("extends", "replaces")}
    if not own:
        return root, None, ()
    read = {}
    for name, (key, value) in own.items():
        document.keys.setdefault(name, key)
        kind = TEXT if name == "extends" else ListOf(LABEL, single=True)
        read[name] = document.read(kind, value, name)
    rest = root.without(*own)
    reference, replaces = read.get("extends"), read.get("replaces", ())
    if "extends" not in own:
        document.problems.add("replaces", "CE121", key="extends")
    base = None
    if isinstance(reference, str):
        try:
            base = _base(document, rest, reference, library, above)
        except Fault as fault:
            document.problems.add_fault("extends", fault)
        if base is None:
            document.broken.update({ANYTHING, "criterion:"})
    return rest, base, tuple(normal(each) for each in replaces) if isinstance(replaces, tuple) else ()


def _base(
    document: Document, root: MarkedMap, reference: str, library: Shelf | None, above: Sequence[str]
) -> Ruleset:
    """The set that is extended, by the path of its file or by its id."""
    if not reference.endswith((".yaml", ".yml")):
        return _from_shelf(root, reference, library)
    if document.folder is None or PurePath(reference).is_absolute():
        raise Fault("CE333", reference=reference)
    path = Path(os.path.normpath(document.folder / reference))
    known = str(path.resolve())
    if known in above or len(above) >= _DEEPEST:
        raise Fault("CE334", reference=reference)
    try:
        inner = read_document(path, document.rules)
    except CriteriaError as error:
        raise Fault("CE332", reference=reference, first=_first(error.diagnostics)) from None
    ruleset = read_ruleset(inner, library, (*above, known))
    errors = [each for each in inner.located() if each.severity == "error"]
    if errors or ruleset is None:
        raise Fault("CE332", reference=reference, first=_first(errors))
    return ruleset


def _first(errors: Sequence[Diagnostic]) -> str:
    """Where the first error of another file stands, in the words of no language."""
    if not errors:
        return "–"
    place = "" if errors[0].line is None else f"{errors[0].line}:{errors[0].column} "
    return f"{place}[{errors[0].code}]"


def _from_shelf(root: MarkedMap, reference: str, library: Shelf | None) -> Ruleset:
    if library is None:
        raise Fault("CE333", reference=reference)
    effective = root.get("effective")
    start = effective.get("from") if isinstance(effective, MarkedMap) else None
    on = None
    if isinstance(start, MarkedText):
        try:
            on = datetime.date.fromisoformat(start.text)
        except ValueError:
            on = None  # which is said where it stands
    try:
        return library.find(reference, on=on)
    except CriteriaError as error:
        raise Fault("CE332", reference=reference, first=_first(error.diagnostics)) from None


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
    return Document(data, name, rules, Path(path).parent)


def _made(document: Document, lang: str | None, library: Shelf | None) -> Ruleset:
    own = () if document.folder is None else (str((document.folder / Path(document.name).name).resolve()),)
    ruleset = read_ruleset(document, library, own)
    if ruleset is None or document.problems.has_errors:
        found = [each for each in document.located(lang) if each.severity == "error"]
        raise CriteriaError(found)
    return ruleset


def load(
    path: str | os.PathLike[str],
    *,
    library: Shelf | None = None,
    rules: Sequence[type[Any]] = RULES,
    lang: str | None = None,
) -> Ruleset:
    """The ruleset of a file; ``CriteriaError`` with all that is wrong and where.

    ``library`` is where a set that it extends by id is found; ``rules`` are the shapes that a leaf may
    have; ``lang`` is the language of the messages.
    """
    return _made(read_document(path, rules), lang, library)


def loads(
    text: str | bytes,
    *,
    name: str = "<text>",
    library: Shelf | None = None,
    rules: Sequence[type[Any]] = RULES,
    lang: str | None = None,
) -> Ruleset:
    """The ruleset of a text; ``name`` stands in messages where a file's name would."""
    return _made(Document(text, name, rules), lang, library)
