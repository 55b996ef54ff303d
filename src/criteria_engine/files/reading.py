"""Reading a ruleset file: YAML with places → attributes by their kinds → a sound ruleset.

Classes say what their attributes hold (``kinds.part``); nothing here knows a rule shape by name. A set
that extends another is read on top of it.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from criteria_engine.compiler.tree import ANYTHING
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest, normal
from criteria_engine.files.document import Document
from criteria_engine.files.source import Limits, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, Problems, chosen_language
from criteria_engine.rules import RULES
from criteria_engine.rules.parts import Combine, Criterion, Level
from criteria_engine.rules.schema import LABEL, TEXT, ListOf, key_of, kind_of
from criteria_engine.ruleset import Ruleset

__all__ = [
    "Document",
    "Shelf",
    "extended",
    "load",
    "loads",
    "read_document",
    "read_ruleset",
]


# ---- one set built on another: what it takes over, what it adds, and what it may not do in silence ---

_OWN = frozenset({"id", "version", "status", "note", "aliases", "effective", "tests", "owner", "source"})
"""What a set says of itself alone."""

_HEADINGS = frozenset({"title", "subject", "window"})
"""What is taken over unless the set says it anew, which changes no verdict."""

_EXTENDED_SECTIONS = ("scales", "inputs", "parameters", "define")
_LISTS = ("consistency", "overrides", "holidays", "legal_basis")
_EASIER = frozenset({"any", "max", "first"})
_POINTS = re.compile(r"(?<!max_)\bscore\b")


def extended(
    base: Ruleset, made: Mapping[str, Any], replaces: Sequence[str], problems: Problems
) -> dict[str, Any]:
    """The attributes of a set that extends ``base``, of those that its own file gives.

    What is changed without ``replaces`` is noted as an error; what is replaced, or added where it may
    make the set easier, as a warning.
    """
    return _Extending(base, made, replaces, problems).whole()


class _Extending:
    def __init__(
        self, base: Ruleset, made: Mapping[str, Any], replaces: Sequence[str], problems: Problems
    ) -> None:
        self._base, self._made, self._problems = base, made, problems
        self._replaces = dict.fromkeys(replaces, False)

    def whole(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for attribute in attrs.fields(Ruleset):
            if kind_of(attribute) is not None:
                merged[attribute.name] = self._attribute(attribute)
        known = self._known()
        for place, (name, used) in enumerate(self._replaces.items()):
            at = f"replaces[{place}]"
            if not used:
                likely = nearest(name, known) or ", ".join(list(known)[:8])
                self._problems.add(at, "CE331", name=name, nearest=likely)
            else:
                self._problems.add(at, "CE715", severity="warning", name=name, base=self._base.id)
        return merged

    def _known(self) -> dict[str, None]:
        tree = self._base.program.judging.tree
        sections = [each.id for name in _EXTENDED_SECTIONS for each in getattr(self._base, name)]
        levels = [each.id for each in self._base.levels]
        return dict.fromkeys([*sections, *(path for path in tree.by_path if path), *tree.by_id, *levels])

    def _attribute(self, attribute: attrs.Attribute[Any]) -> Any:
        name = attribute.name
        old = getattr(self._base, name)
        alias = attribute.alias or name
        new, given = self._made.get(alias, attribute.default), alias in self._made
        if name in _OWN:
            return new
        if name in _EXTENDED_SECTIONS:
            return self._section(name, old, new)
        if name in _LISTS:
            return self._added(name, old, new)
        if name == "criteria":
            return self._criteria(old, new, "", self._base.combine)
        if name == "levels":
            return self._levels(old, new)
        if not given or new == old:
            return old
        free = name in _HEADINGS or self._may_replace(key_of(attribute))
        return new if free else self._refused(key_of(attribute), old)

    def _refused(self, place: str, old: Any, name: str = "") -> Any:
        self._problems.add(place, "CE330", name=name or place, base=self._base.id)
        return old

    def _may_replace(self, *names: str) -> bool:
        """Whether one of these names of a part is listed under ``replaces``."""
        found = [name for name in names if name in self._replaces]
        self._replaces.update(dict.fromkeys(found, True))
        return bool(found)

    # ---- parts by id -------------------------------------------------------------------------

    def _section(self, section: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
        return self._by_id(old, new, lambda each: (each.id,), lambda each: f"{section}.{each.id}", None)

    def _by_id(
        self,
        old: Sequence[Any],
        new: Sequence[Any],
        names: Callable[[Any], tuple[str, ...]],
        place: Callable[[Any], str],
        joined: Callable[[Any, Any], Any] | None,
    ) -> tuple[Any, ...]:
        """The old parts, changed where that is allowed, then the new ones."""
        ours = {each.id: each for each in new}
        kept = []
        for each in old:
            own = ours.pop(each.id, None)
            if own is None:
                if not self._may_replace(*names(each)):
                    kept.append(each)
            elif own == each or self._may_replace(*names(each)):
                kept.append(own)
            else:
                made = None if joined is None else joined(each, own)
                kept.append(self._refused(place(each), each, names(each)[-1]) if made is None else made)
        return (*kept, *ours.values())

    def _added(self, name: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
        if name == "legal_basis":
            return (*new, *(each for each in old if each not in new))
        if name == "overrides":
            for place, each in enumerate(new):
                if each.level is not None:
                    self._easier(f"overrides[{place}]", each.level)
        return (*old, *(each for each in new if each not in old))

    def _easier(self, place: str, name: str) -> None:
        self._problems.add(place, "CE716", severity="warning", name=name, base=self._base.id)

    # ---- criteria ----------------------------------------------------------------------------

    def _criteria(
        self, old: Sequence[Criterion], new: Sequence[Criterion], above: str, combine: Combine | None
    ) -> tuple[Criterion, ...]:
        def path(each: Criterion) -> str:
            return f"{above}.{each.id}" if above else each.id

        known = {each.id for each in old}
        summed = combine is None or combine.word == "sum"
        loose = _is_loose(combine) or (summed and self._counts_points())
        for each in new:
            if each.id not in known and (each.bonus or (loose and old)):
                self._easier(f"criteria.{path(each)}", path(each))

        def joined(was: Criterion, own: Criterion) -> Criterion | None:
            if attrs.evolve(own, criteria=(), requires=()) != Criterion(own.id):
                return None
            if own.criteria and not was.criteria:
                return None
            inside = self._criteria(was.criteria, own.criteria, path(was), was.combine)
            return attrs.evolve(was, criteria=inside, requires=_both(was.requires, own.requires))

        def kept(was: Criterion) -> Criterion:
            """A group that the file does not name may still lose something by ``replaces``."""
            inside = self._criteria(was.criteria, (), path(was), was.combine)
            return was if inside == was.criteria else attrs.evolve(was, criteria=inside)

        made = self._by_id(
            old,
            new,
            lambda each: (each.id, path(each)),
            lambda each: f"criteria.{path(each)}",
            joined,
        )
        ours = {each.id for each in new}
        return tuple(kept(each) if each.criteria and each.id not in ours else each for each in made)

    def _counts_points(self) -> bool:
        """Whether a level asks for so many points, whatever the maximum: more criteria, more points."""
        asked = [each.when.text for each in self._base.levels if each.when is not None]
        return any(_POINTS.search(text) and "max_score" not in text for text in asked)

    # ---- levels ------------------------------------------------------------------------------

    def _levels(self, old: Sequence[Level], new: Sequence[Level]) -> tuple[Level, ...]:
        """The old levels with what is added to them; new ones beside those that they stand beside."""

        def joined(was: Level, own: Level) -> Level | None:
            if attrs.evolve(own, when=None, requires=(), floors=()) != Level(own.id):
                return None
            if {name for name, _ in was.floors} & {name for name, _ in own.floors}:
                return None
            when = own.when if was.when is None else was.when
            if was.when is not None and own.when is not None:
                when = Expression(f"({was.when.text}) and ({own.when.text})")
            requires = _both(was.requires, own.requires)
            return attrs.evolve(was, when=when, requires=requires, floors=(*was.floors, *own.floors))

        known = [each.id for each in old]
        made = self._by_id(
            old,
            [each for each in new if each.id in known],
            lambda each: (each.id,),
            lambda each: f"levels.{each.id}",
            joined,
        )
        levels = list(made)
        for place in range(len(new) - 1, -1, -1):
            if new[place].id in known:
                continue
            after = next((each.id for each in new[place + 1 :]), None)
            before = next((each.id for each in reversed(new[:place]) if each.id in known), None)
            ids = [each.id for each in levels]
            below = ids.index(before) + 1 if before in ids else 0
            levels.insert(ids.index(after) if after in ids else below, new[place])
        return tuple(levels)


def _is_loose(combine: Combine | None) -> bool:
    """Whether one more criterion is one more way to be met."""
    return combine is not None and (combine.at_least is not None or combine.word in _EASIER)


def _both(old: Sequence[Expression], new: Sequence[Expression]) -> tuple[Expression, ...]:
    return (*old, *(each for each in new if each not in old))


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
    if document.folder is None or os.path.isabs(reference):
        raise Fault("CE333", reference=reference)
    path = os.path.normpath(os.path.join(document.folder, reference))
    known = os.path.realpath(path)
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
        size = os.stat(path).st_size
        if size > _LIMITS.bytes:
            problems.append(Diagnostic("CE002", {"limit": "5 MiB"}, file=name, lang=chosen_language()))
            problems.raise_errors()
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:
        reason = next((word for kind, word in _UNREADABLE if isinstance(error, kind)), "unreadable")
        problems.append(Diagnostic("CE001", {"reason_kind": reason}, file=name, lang=chosen_language()))
        raise CriteriaError(problems) from None
    return Document(data, name, rules, os.path.dirname(name))


def _made(document: Document, lang: str | None, library: Shelf | None) -> Ruleset:
    own = () if document.folder is None else (os.path.realpath(document.name),)
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
