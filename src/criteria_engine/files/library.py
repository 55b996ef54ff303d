"""A library: a folder of rulesets, found by id, document number or alias, in force on a day.

Only the head of each file is read into an ``Edition`` until its ruleset is asked for.
In order: an edition; the library, what it holds, what is in force, how versions stand to each other; the head.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs

from criteria_engine.core.grammar import nearest
from criteria_engine.files.document import Document
from criteria_engine.files.reading import load, read_document
from criteria_engine.files.source import Marked, MarkedList, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic, Problems, chosen_language
from criteria_engine.rules import RULES
from criteria_engine.ruleset import Ruleset

_DAY = datetime.timedelta(days=1)
_ENDINGS = (".yaml", ".yml")


@attrs.frozen
class Edition:
    """A version of a ruleset in a library: who it is, when it is in force, where it lies.

    ``until`` is the last day on which it is in force: its own, or the day before the next version of
    its id; None where it has no end. ``documents`` are the numbers of the documents that it rests on.
    """

    id: str
    version: str
    path: Path
    title: str = ""
    status: str = ""
    documents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    from_: datetime.date | None = None
    until: datetime.date | None = None
    extends: str = ""

    def in_force(self, on: datetime.date) -> bool:
        """Whether it is in force on a day."""
        return (self.from_ or on) <= on <= (self.until or on)

    def goes_by(self, number: str) -> bool:
        """Whether that is the number of one of its documents, or another spelling of it."""
        return _number(number) in map(_number, (*self.documents, *self.aliases))

    def __str__(self) -> str:
        first = "…" if self.from_ is None else self.from_.isoformat()
        last = "…" if self.until is None else self.until.isoformat()
        return f"{self.version} ({first} – {last})"


class Library:
    """The rulesets of a folder and of all folders in it.

    ``Library("rulesets").find("124/2021/TT-BCA", on=date(2024, 6, 1))`` gives a ``Ruleset``. A version
    without an end is in force until the day before the next one of its id begins. ``rules`` are the
    shapes that a leaf may have. ``CriteriaError`` where the folder is none.
    """

    def __init__(self, folder: str | os.PathLike[str], *, rules: Sequence[type[Any]] = RULES) -> None:
        self.folder = Path(folder)
        self._rules = tuple(rules)
        self._editions: tuple[Edition, ...] | None = None
        self._unreadable: list[Diagnostic] = []
        self._rulesets: dict[str, Ruleset] = {}
        self._lock = threading.RLock()
        if not self.folder.is_dir():
            _raise(Code.NOT_A_FOLDER, folder=os.fspath(folder))

    def __repr__(self) -> str:
        return f"Library({os.fspath(self.folder)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "rules": self._rules}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["folder"], rules=state["rules"])  # type: ignore[misc]  # made anew, read when asked

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Every version of every ruleset, by id and the day from which it is in force."""
        with self._lock:
            if self._editions is None:
                self._editions = self._read_heads()
            return self._editions

    def _read_heads(self) -> tuple[Edition, ...]:
        editions: list[Edition] = []
        for path in sorted(self.folder.rglob("*")):
            if not path.name.endswith(_ENDINGS) or path.name.startswith(".") or ".tests." in path.name:
                continue
            try:
                document = read_document(path)
            except CriteriaError as error:
                self._unreadable += error.diagnostics
                continue
            edition = _read_head(document, path)
            if edition is None:
                self._unreadable += document.errors()
            else:
                editions.append(edition)
        editions.sort(
            key=lambda each: (each.id, each.from_ or datetime.date.min, each.version, str(each.path))
        )
        return _with_ends(editions)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rulesets."""
        return tuple(dict.fromkeys(each.id for each in self.editions))

    def __iter__(self) -> Iterator[Edition]:
        return iter(self.editions)

    def __len__(self) -> int:
        return len(self.editions)

    def versions(self, name: str) -> tuple[Edition, ...]:
        """All versions of the ruleset of that id, document number or alias, the oldest first."""
        exact = tuple(each for each in self.editions if each.id == name)
        if exact:
            return exact
        ids = dict.fromkeys(each.id for each in self.editions if each.goes_by(name))
        if len(ids) > 1:
            _raise(Code.AMBIGUOUS_RULESET, name=name, ids=", ".join(ids))
        if not ids:
            known = [*self.ids, *(number for each in self.editions for number in each.documents)]
            _raise(
                Code.UNKNOWN_RULESET, name=name, nearest=nearest(name, known) or ", ".join(known[:8]) or "–"
            )
        # the number is that of one version; another day has another version of the same ruleset
        return tuple(each for each in self.editions if each.id in ids)

    def edition(self, name: str, *, on: datetime.date | None = None) -> Edition:
        """The version in force on a day; without a day the only one there is.

        ``CriteriaError`` where there is none, or more than one.
        """
        versions = self.versions(name)
        listed = "; ".join(map(str, versions))
        if on is None:
            # a document's number is that of its version; an id needs a day
            meant = [each for each in versions if each.id != name and each.goes_by(name)] or versions
            if len(meant) > 1:
                _raise(Code.SEVERAL_VERSIONS, name=name, versions=listed)
            return meant[0]
        current = [each for each in versions if each.in_force(on)]
        if not current:
            _raise(Code.NO_VERSION_IN_FORCE, name=name, day=on.isoformat(), versions=listed)
        if len(current) > 1:
            _raise(
                Code.VERSIONS_IN_FORCE, name=name, day=on.isoformat(), versions="; ".join(map(str, current))
            )
        return current[0]

    def find(self, name: str, *, on: datetime.date | None = None) -> Ruleset:
        """The ruleset in force on a day, by id, document number or alias.

        ``CriteriaError`` where there is none or more than one, or where its file is not sound.
        """
        return self.load(self.edition(name, on=on))

    def load(self, edition: Edition) -> Ruleset:
        """The ruleset of a version, read once."""
        key = os.fspath(edition.path)
        with self._lock:
            if key not in self._rulesets:
                self._rulesets[key] = load(edition.path, library=self, rules=self._rules)
            return self._rulesets[key]

    def asked_by(self, ruleset: Ruleset, *, on: datetime.date | None = None) -> tuple[Ruleset, ...]:
        """The rulesets here whose titles a ruleset asks for, in force on that day, for ``sets=``.

        One that is not here, or of which no version or several are in force, is left out.
        """
        rulesets = []
        origins = ruleset.program.scope.observed_inputs.origins.values()
        for name in dict.fromkeys(of for of, level, _ in origins if level and of in self.ids):
            with contextlib.suppress(CriteriaError):
                rulesets.append(self.find(name, on=on))
        return tuple(rulesets)

    def successor(self, edition: Edition) -> Edition | None:
        """The version that came after one, or None while it is the last."""
        versions = self.versions(edition.id)
        later = versions[versions.index(edition) + 1 :]
        return later[0] if later else None

    def superseded(self, on: datetime.date) -> tuple[Edition, ...]:
        """The versions that were in force once, and have been followed by another on that day."""
        return tuple(each for each in self.editions if (each.until or on) < on and self.successor(each))

    def overlaps(self) -> tuple[tuple[Edition, Edition, datetime.date, datetime.date], ...]:
        """Two versions of one ruleset that are both in force, with the first and the last such day."""
        overlaps = []
        for one, other in itertools.combinations(self.editions, 2):
            first = max(one.from_ or datetime.date.min, other.from_ or datetime.date.min)
            last = min(one.until or datetime.date.max, other.until or datetime.date.max)
            if one.id == other.id and first <= last:
                overlaps.append((one, other, first, last))
        return tuple(overlaps)

    def gaps(self, name: str) -> tuple[tuple[datetime.date, datetime.date], ...]:
        """The first and last day of each time between versions in which none is in force."""
        gaps: list[tuple[datetime.date, datetime.date]] = []
        covered: datetime.date | None = None
        for edition in self.versions(name):
            start = edition.from_ or datetime.date.min
            if covered is not None and covered < datetime.date.max and start > covered + _DAY:
                gaps.append((covered + _DAY, start - _DAY))
            covered = max(covered or datetime.date.min, edition.until or datetime.date.max)
        return tuple(gaps)

    def extending(self, name: str) -> tuple[Edition, ...]:
        """The versions that extend the ruleset of that id."""
        files = {each.path.resolve() for each in self.versions(name)}
        ids = {each.id for each in self.versions(name)}
        return tuple(
            each
            for each in self.editions
            if each.extends in ids
            or (each.extends.endswith(_ENDINGS) and (each.path.parent / each.extends).resolve() in files)
        )

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """Files that cannot be read, versions that are there twice, versions that overlap."""
        problems = Problems()
        for one, other, first, last in self.overlaps():
            details: dict[str, Any]
            if one.version == other.version and (one.from_, one.until) == (other.from_, other.until):
                code, details = Code.VERSION_IN_TWO_FILES, {"name": one.id, "version": one.version}
                details |= {"first": one.path, "second": other.path}
            else:
                end = "…" if last == datetime.date.max else last.isoformat()
                code, details = Code.VERSIONS_OVERLAP, {"first": one, "second": other}
                details |= {"start": first, "end": end}
            problems.add("", code, severity="warning", **details)
        return (*self._unreadable, *problems)


def _with_ends(editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """The versions, one without an end ending the day before the next of its id begins."""

    def with_end(edition: Edition) -> Edition:
        begins = edition.from_ or datetime.date.min
        others = [each.from_ for each in editions if each.id == edition.id and each.from_]
        later = [first for first in others if first > begins]
        if edition.until is None and later:
            return attrs.evolve(edition, until=min(later) - _DAY)
        return edition

    return tuple(map(with_end, editions))


def _raise(code: str, **details: object) -> NoReturn:
    texts = {name: str(value) for name, value in details.items()}
    raise CriteriaError([Diagnostic(code, texts, lang=chosen_language())])


def _read_head(document: Document, path: Path) -> Edition | None:
    """What the head of a file says, or None where the file holds no ruleset."""
    root = document.root
    if not isinstance(root, MarkedMap) or root.get("criteria_engine") is None or not _text(root.get("id")):
        return None
    effective, title = root.get("effective"), root.get("title")
    if isinstance(title, MarkedMap):
        title = title.get("vi") or next((value for _, value in title.entries), None)
    documents = (
        each.get("document") if isinstance(each, MarkedMap) else each for each in _items(root, "legal_basis")
    )
    return Edition(
        _text(root.get("id")),
        _text(root.get("version")),
        path,
        _text(title),
        _text(root.get("status")),
        _texts(documents),
        _texts(_items(root, "aliases", single=True)),
        _day(effective, "from"),
        _day(effective, "until"),
        _text(root.get("extends")),
    )


def _number(name: str) -> str:
    """A document number in the form in which two spellings of it are equal."""
    text = unicodedata.normalize("NFKC", name).casefold()
    for dash in "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}":
        text = text.replace(dash, "-")
    return "".join(text.split()).replace("\N{LATIN SMALL LETTER ETH}", "đ")


def _text(marked: Marked | None) -> str:
    return marked.text if isinstance(marked, MarkedText) and not marked.is_null else ""


def _items(root: MarkedMap, key: str, *, single: bool = False) -> Sequence[Marked]:
    """The items of a list; with ``single`` what stands in its place."""
    marked = root.get(key)
    if isinstance(marked, MarkedList):
        return marked.items
    return (marked,) if single and marked is not None else ()


def _texts(items: Iterable[Marked | None]) -> tuple[str, ...]:
    return tuple(text for text in map(_text, items) if text)


def _day(marked: Marked | None, key: str) -> datetime.date | None:
    text = _text(marked.get(key)) if isinstance(marked, MarkedMap) else ""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
