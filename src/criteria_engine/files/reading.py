"""Reading a ruleset file: YAML with places → attributes by their kinds → a sound ruleset.

In order: ``load`` and ``loads``; from a document to a ruleset; sets that extend another, which are read on
top of it: what they take over, what they add, and what they may not do in silence.
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
from criteria_engine.messages.diagnostics import (
    Code,
    CriteriaError,
    Diagnostic,
    Fault,
    Problems,
    chosen_language,
)
from criteria_engine.rules import RULES
from criteria_engine.rules.parts import Combine, Criterion, Level
from criteria_engine.rules.schema import LABEL, TEXT, ListOf, key_of, kind_of
from criteria_engine.ruleset import Ruleset

_UNREADABLE: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "no file"),
    (PermissionError, "no right"),
    (IsADirectoryError, "folder"),
)
_SECTIONS = frozenset({"inputs", "parameters", "define"})
_DEEPEST = 10
"""How many sets may stand one on another."""


class Shelf(Protocol):
    """Where a ruleset is found by its id; a ``Library``, which reads its files by ``load``, is one."""

    def find(self, name: str, *, on: datetime.date | None = None) -> Ruleset:
        """The ruleset of that id in force on a day; ``CriteriaError`` where there is none."""


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
    return sound_ruleset(read_document(path, rules), lang, library)


def loads(
    text: str | bytes,
    *,
    name: str = "<text>",
    library: Shelf | None = None,
    rules: Sequence[type[Any]] = RULES,
    lang: str | None = None,
) -> Ruleset:
    """The ruleset of a text; ``name`` stands in messages where a file's name would."""
    return sound_ruleset(Document(text, name, rules), lang, library)


def sound_ruleset(document: Document, lang: str | None, library: Shelf | None) -> Ruleset:
    """The ruleset of a document; ``CriteriaError`` where something is wrong."""
    ruleset = read_ruleset(document, library)
    if ruleset is None:
        raise CriteriaError(document.errors(lang))
    return ruleset


def read_document(path: str | os.PathLike[str], rules: Sequence[type[Any]] = RULES) -> Document:
    """A file as a document; ``CriteriaError`` where it cannot be read at all."""
    name = os.fspath(path)
    try:
        if os.stat(path).st_size > Limits().bytes:
            code, details = Code.FILE_TOO_LARGE, {"limit": "5 MiB"}
        else:
            with open(path, "rb") as file:
                data = file.read()
            return Document(data, name, rules, os.path.dirname(name))
    except (OSError, ValueError) as error:
        reason = next((word for kind, word in _UNREADABLE if isinstance(error, kind)), "unreadable")
        code, details = Code.UNREADABLE_FILE, {"reason_kind": reason}
    raise CriteriaError([Diagnostic(code, details, file=name, lang=chosen_language())])


def read_ruleset(
    document: Document, library: Shelf | None = None, above: Sequence[str] = ()
) -> Ruleset | None:
    """The ruleset of a document, or None where something is wrong, which is then noted.

    ``library`` is where a set that it extends is found by id; ``above`` are the files that led here.
    """
    files = above
    if document.folder is not None:
        files = (*above, os.path.realpath(document.name))
    ruleset = _read(document, library, files)
    if document.problems.has_errors:
        return None
    if ruleset is None:
        # Silence would pass for "nothing wrong".
        raise RuntimeError(f"{document.name}: not read, and no reason given")
    return ruleset


def _read(document: Document, library: Shelf | None, files: Sequence[str]) -> Ruleset | None:
    root = document.root
    if root is None:
        return None
    document.values[""] = root
    if not isinstance(root, MarkedMap):
        document.problems.add("", Code.NOT_A_RULESET)
        return None
    root, base, replaces = _read_base(document, without_version(document, root), library, files)
    arguments, failed = document.read_attributes(Ruleset, document.keys_of(Ruleset), root, "", {})
    if not arguments:
        return None
    broken = frozenset(document.broken) | ({"?"} if failed or document.problems.has_errors else set())
    if base is None and not arguments.get("criteria") and _misses_criteria(document, root):
        broken |= {"criterion:"}
    if any(each.path in _SECTIONS or _meant_at_top(each) in _SECTIONS for each in document.problems):
        broken |= {ANYTHING}
    if base is None:
        return Ruleset.checked(arguments, document.problems, broken)
    merged = _Extension(base, arguments, replaces, document.problems).arguments()
    if document.problems.has_errors:
        broken |= {"?"}
    problems = Problems()
    ruleset = Ruleset.checked(merged, problems, broken)
    for each in problems:
        # what lies in the other file is shown where it is taken over
        section = ".".join(each.path.split(".")[:2]).split("[")[0]
        document.problems.append(each if section in document.values else attrs.evolve(each, path="extends"))
    return ruleset


def without_version(document: Document, root: MarkedMap) -> MarkedMap:
    """The mapping without the language version, which is looked at here."""
    version = root.get("criteria_engine")
    if version is None:
        document.problems.add("", Code.MISSING_KEY, key="criteria_engine: 1")
    elif not isinstance(version, MarkedText) or version.text != "1":
        document.values["criteria_engine"] = version
        text = version.text if isinstance(version, MarkedText) else "–"
        document.problems.add("criteria_engine", Code.WRONG_LANGUAGE_VERSION, found=text)
    return root.without("criteria_engine")


def _misses_criteria(document: Document, root: MarkedMap) -> bool:
    """Whether there may be criteria that were not read: under another key, or in another form."""
    criteria = root.get("criteria")
    if criteria is None:
        return any(each.code == Code.UNKNOWN_KEY and "." not in each.path for each in document.problems)
    return not isinstance(criteria, MarkedMap) or bool(criteria.entries)


def _meant_at_top(diagnostic: Diagnostic) -> str:
    """The top-level key that an unknown one may have been meant for."""
    is_of_top = diagnostic.code == Code.UNKNOWN_KEY and "." not in diagnostic.path
    return diagnostic.details["nearest"] if is_of_top else ""


def _read_base(
    document: Document, root: MarkedMap, library: Shelf | None, files: Sequence[str]
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
        document.problems.add("replaces", Code.MISSING_KEY, key="extends")
    base = None
    if isinstance(reference, str):
        try:
            base = _base(document, rest, reference, library, files)
        except Fault as fault:
            document.problems.add_fault("extends", fault)
        if base is None:
            document.broken.update({ANYTHING, "criterion:"})
    return rest, base, tuple(normal(each) for each in replaces) if isinstance(replaces, tuple) else ()


def _base(
    document: Document, root: MarkedMap, reference: str, library: Shelf | None, files: Sequence[str]
) -> Ruleset:
    """The set that is extended, by the path of its file or by its id."""
    if not reference.endswith((".yaml", ".yml")):
        return _from_shelf(root, reference, library)
    if document.folder is None or os.path.isabs(reference):
        raise Fault(Code.BASE_NOT_FOUND, reference=reference)
    path = os.path.normpath(os.path.join(document.folder, reference))
    if os.path.realpath(path) in files or len(files) >= _DEEPEST:
        raise Fault(Code.BASE_IN_A_RING, reference=reference)
    try:
        inner = read_document(path, document.rules)
    except CriteriaError as error:
        raise Fault(Code.BASE_UNSOUND, reference=reference, first=_first(error.diagnostics)) from None
    ruleset = read_ruleset(inner, library, files)
    if ruleset is None:
        raise Fault(Code.BASE_UNSOUND, reference=reference, first=_first(inner.errors()))
    return ruleset


def _first(errors: Sequence[Diagnostic]) -> str:
    """Where the first error of another file stands, in the words of no language."""
    if not errors:
        return "–"
    place = "" if errors[0].line is None else f"{errors[0].line}:{errors[0].column} "
    return f"{place}[{errors[0].code}]"


def _from_shelf(root: MarkedMap, reference: str, library: Shelf | None) -> Ruleset:
    if library is None:
        raise Fault(Code.BASE_NOT_FOUND, reference=reference)
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
        raise Fault(Code.BASE_UNSOUND, reference=reference, first=_first(error.diagnostics)) from None


# What a set says of itself alone.
_OWN = frozenset({"id", "version", "status", "note", "aliases", "effective", "tests", "owner", "source"})
# What is taken over unless the set says it anew, which changes no verdict.
_HEADINGS = frozenset({"title", "subject", "window"})
_SECTIONS_BY_ID = ("scales", "inputs", "parameters", "define")
_LISTS = ("consistency", "overrides", "holidays", "legal_basis")
_EASIER = frozenset({"any", "max", "first"})


class _Extension:
    """A set that extends ``base``, by the arguments of ``Ruleset`` that its own file gives.

    What is changed without ``replaces`` is noted as an error; what is replaced, or added where it may
    make the set easier, as a warning.
    """

    def __init__(
        self, base: Ruleset, own: Mapping[str, Any], replaces: Sequence[str], problems: Problems
    ) -> None:
        self._base = base
        self._own = own
        self._problems = problems
        # Whether each of them was used.
        self._replaces = dict.fromkeys(replaces, False)

    def arguments(self) -> dict[str, Any]:
        """The arguments of the whole set."""
        attributes = [each for each in attrs.fields(Ruleset) if kind_of(each) is not None]
        merged = {each.name: self._merged(each) for each in attributes}
        for index, (name, is_used) in enumerate(self._replaces.items()):
            if is_used:
                self._warn(f"replaces[{index}]", Code.BASE_REPLACED, name)
            else:
                known = self._known_names()
                near = nearest(name, known) or ", ".join(list(known)[:8])
                self._problems.add(f"replaces[{index}]", Code.REPLACED_NOT_IN_BASE, name=name, nearest=near)
        return merged

    def _known_names(self) -> dict[str, None]:
        tree = self._base.program.scope.tree
        sections = [each.id for name in _SECTIONS_BY_ID for each in getattr(self._base, name)]
        levels = [each.id for each in self._base.levels]
        return dict.fromkeys([*sections, *(path for path in tree.by_path if path), *tree.by_id, *levels])

    def _merged(self, attribute: attrs.Attribute[Any]) -> Any:
        name, alias = attribute.name, attribute.alias or attribute.name
        old, new = getattr(self._base, name), self._own.get(alias, attribute.default)
        if name in _OWN:
            return new
        if name in _SECTIONS_BY_ID:
            return self._by_id(old, new, name)
        if name in _LISTS:
            return self._added(name, old, new)
        if name == "criteria":
            return self._criteria(old, new, "", self._base.combine)
        if name == "levels":
            return self._levels(old, new)
        if alias not in self._own or new == old or name in _HEADINGS or self._may_replace(key_of(attribute)):
            return new if alias in self._own else old
        return self._refused(key_of(attribute), old)

    def _refused(self, path: str, old: Any, name: str = "") -> Any:
        self._problems.add(path, Code.ALREADY_IN_BASE, name=name or path, base=self._base.id)
        return old

    def _warn(self, path: str, code: str, name: str) -> None:
        self._problems.add(path, code, severity="warning", name=name, base=self._base.id)

    def _may_replace(self, *names: str) -> bool:
        """Whether one of these names of a part is listed under ``replaces``."""
        listed = [name for name in names if name in self._replaces]
        self._replaces.update(dict.fromkeys(listed, True))
        return bool(listed)

    def _by_id(
        self,
        old: Sequence[Any],
        new: Sequence[Any],
        section: str,
        path: Callable[[Any], str] = lambda part: str(part.id),
        joined: Callable[[Any, Any], Any] | None = None,
    ) -> tuple[Any, ...]:
        """The old parts, changed where that is allowed, then the new ones.

        ``path`` is that of a part within its section, ``joined`` makes one of an old part and what the
        file adds to it, or None where it does not only add.
        """
        added = {part.id: part for part in new}
        kept = []
        for part in old:
            own = added.pop(part.id, None)
            names = dict.fromkeys((part.id, path(part)))
            if own is None:
                if not self._may_replace(*names):
                    kept.append(part)
            elif own == part or self._may_replace(*names):
                kept.append(own)
            else:
                both = None if joined is None else joined(part, own)
                place = f"{section}.{path(part)}"
                kept.append(self._refused(place, part, path(part)) if both is None else both)
        return (*kept, *added.values())

    def _added(self, name: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
        if name == "legal_basis":
            return (*new, *(each for each in old if each not in new))
        if name == "overrides":
            for index, override in enumerate(new):
                if override.level is not None:
                    self._warn(f"overrides[{index}]", Code.BASE_MADE_EASIER, override.level)
        return _both(old, new)

    def _criteria(
        self, old: Sequence[Criterion], new: Sequence[Criterion], above: str, combine: Combine | None
    ) -> tuple[Criterion, ...]:
        def path(criterion: Criterion) -> str:
            return f"{above}.{criterion.id}" if above else criterion.id

        def joined(old: Criterion, own: Criterion) -> Criterion | None:
            if attrs.evolve(own, criteria=(), requires=()) != Criterion(own.id):
                return None
            if own.criteria and not old.criteria:
                return None
            inside = self._criteria(old.criteria, own.criteria, path(old), old.combine)
            return attrs.evolve(old, criteria=inside, requires=_both(old.requires, own.requires))

        def reduced(group: Criterion) -> Criterion:
            """A group that the file does not name may still lose something by ``replaces``."""
            inside = self._criteria(group.criteria, (), path(group), group.combine)
            return group if inside == group.criteria else attrs.evolve(group, criteria=inside)

        known = {criterion.id for criterion in old}
        is_summed = combine is None or combine.word == "sum"
        is_loose = _is_loose(combine) or (is_summed and self._counts_points())
        for criterion in new:
            if criterion.id not in known and (criterion.bonus or (is_loose and old)):
                self._warn(f"criteria.{path(criterion)}", Code.BASE_MADE_EASIER, path(criterion))
        named = {criterion.id for criterion in new}
        merged = self._by_id(old, new, "criteria", path, joined)
        return tuple(reduced(each) if each.criteria and each.id not in named else each for each in merged)

    def _counts_points(self) -> bool:
        """Whether a level asks for so many points, whatever the maximum: more criteria, more points."""
        conditions = [level.when.text for level in self._base.levels if level.when is not None]
        return any(re.search(r"(?<!max_)\bscore\b", text) and "max_score" not in text for text in conditions)

    def _levels(self, old: Sequence[Level], new: Sequence[Level]) -> tuple[Level, ...]:
        """The old levels with what is added to them; new ones beside those that they stand beside."""

        def joined(old: Level, own: Level) -> Level | None:
            if attrs.evolve(own, when=None, requires=(), floors=()) != Level(own.id):
                return None
            if {name for name, _ in old.floors} & {name for name, _ in own.floors}:
                return None
            when = own.when if old.when is None else old.when
            if old.when is not None and own.when is not None:
                when = Expression(f"({old.when.text}) and ({own.when.text})")
            requires = _both(old.requires, own.requires)
            return attrs.evolve(old, when=when, requires=requires, floors=(*old.floors, *own.floors))

        known = [level.id for level in old]
        changed = [level for level in new if level.id in known]
        levels = list(self._by_id(old, changed, "levels", joined=joined))
        for index in range(len(new) - 1, -1, -1):
            if new[index].id in known:
                continue
            after = next((level.id for level in new[index + 1 :]), None)
            before = next((level.id for level in reversed(new[:index]) if level.id in known), None)
            ids = [level.id for level in levels]
            below = ids.index(before) + 1 if before in ids else 0
            levels.insert(ids.index(after) if after in ids else below, new[index])
        return tuple(levels)


def _is_loose(combine: Combine | None) -> bool:
    """Whether one more criterion is one more way to be met."""
    return combine is not None and (combine.at_least is not None or combine.word in _EASIER)


def _both(old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    return (*old, *(each for each in new if each not in old))
