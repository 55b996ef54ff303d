"""A library: a folder of rulesets, found by id, document number or alias, in force on a day.

Only the head of each file is looked at until one is asked for.
"""

from __future__ import annotations

import datetime
import os
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.grammar import nearest
from criteria_engine.files.document import Document
from criteria_engine.files.reading import load, read_document
from criteria_engine.files.source import Marked, MarkedList, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Problems, chosen_language
from criteria_engine.rules import RULES
from criteria_engine.ruleset import Ruleset

__all__ = [
    "Edition",
    "Library",
    "read_head",
]


# ---- one version of a ruleset as the head of its file tells of it, before the rest is read -------


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


def read_head(document: Document, path: Path) -> Edition | None:
    """What the head of a file says, or None where the file holds no ruleset."""
    root = document.root
    if not isinstance(root, MarkedMap) or root.get("criteria_engine") is None or not _text(root.get("id")):
        return None
    effective = root.get("effective")
    title = root.get("title")
    if isinstance(title, MarkedMap):
        title = title.get("vi") or next((value for _, value in title.entries), None)
    return Edition(
        _text(root.get("id")),
        _text(root.get("version")),
        path,
        _text(title),
        _text(root.get("status")),
        _documents(root.get("legal_basis")),
        _texts(root.get("aliases")),
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


def _texts(marked: Marked | None) -> tuple[str, ...]:
    items = marked.items if isinstance(marked, MarkedList) else () if marked is None else (marked,)
    return tuple(text for text in map(_text, items) if text)


def _documents(marked: Marked | None) -> tuple[str, ...]:
    items = marked.items if isinstance(marked, MarkedList) else ()
    named = (each.get("document") if isinstance(each, MarkedMap) else each for each in items)
    return tuple(text for text in map(_text, named) if text)


def _day(marked: Marked | None, key: str) -> datetime.date | None:
    text = _text(marked.get(key)) if isinstance(marked, MarkedMap) else ""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


_DAY = datetime.timedelta(days=1)
_ENDINGS = (".yaml", ".yml")


class Library:
    """The rulesets of a folder and of all folders in it.

    ``Library("rulesets").find("124/2021/TT-BCA", on=date(2024, 6, 1))`` gives a ``Ruleset``. A version
    without an end is in force until the day before the next one of its id begins. ``rules`` are the
    shapes that a leaf may have. ``CriteriaError`` where the folder is none.
    """

    def __init__(self, folder: str | os.PathLike[str], *, rules: Sequence[type[Any]] = RULES) -> None:
        self.folder = Path(folder)
        self._rules = tuple(rules)
        self._found: tuple[Edition, ...] | None = None
        self._unreadable: tuple[Diagnostic, ...] = ()
        self._made: dict[str, Ruleset] = {}
        self._turn = threading.RLock()
        if not self.folder.is_dir():
            _raise("CE595", folder=os.fspath(folder))

    def __repr__(self) -> str:
        return f"Library({os.fspath(self.folder)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "rules": self._rules}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["folder"], rules=state["rules"])  # type: ignore[misc]  # made anew, read when asked

    # ---- what there is -----------------------------------------------------------------------

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Every version of every ruleset, by id and the day from which it is in force."""
        with self._turn:
            if self._found is None:
                self._look()
            return self._found or ()

    def _look(self) -> None:
        found: list[Edition] = []
        unreadable: list[Diagnostic] = []
        for path in sorted(self.folder.rglob("*")):
            if not path.name.endswith(_ENDINGS) or path.name.startswith(".") or ".tests." in path.name:
                continue
            try:
                document = read_document(path)
            except CriteriaError as error:
                unreadable += error.diagnostics
                continue
            edition = read_head(document, path)
            if edition is None:
                unreadable += [each for each in document.located() if each.severity == "error"]
            else:
                found.append(edition)
        found.sort(key=lambda each: (each.id, each.from_ or datetime.date.min, each.version, str(each.path)))
        self._found, self._unreadable = _ended(found), tuple(unreadable)

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
            _raise("CE591", name=name, ids=", ".join(ids))
        if not ids:
            known = [*self.ids, *(number for each in self.editions for number in each.documents)]
            _raise("CE590", name=name, nearest=nearest(name, known) or ", ".join(known[:8]) or "–")
        # the number is that of one version; another day has another version of the same ruleset
        return tuple(each for each in self.editions if each.id in ids)

    # ---- in force ----------------------------------------------------------------------------

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
                _raise("CE592", name=name, versions=listed)
            return meant[0]
        found = [each for each in versions if each.in_force(on)]
        if not found:
            _raise("CE593", name=name, day=on.isoformat(), versions=listed)
        if len(found) > 1:
            _raise("CE594", name=name, day=on.isoformat(), versions="; ".join(map(str, found)))
        return found[0]

    def find(self, name: str, *, on: datetime.date | None = None) -> Ruleset:
        """The ruleset in force on a day, by id, document number or alias.

        ``CriteriaError`` where there is none or more than one, or where its file is not sound.
        """
        return self.load(self.edition(name, on=on))

    def load(self, edition: Edition) -> Ruleset:
        """The ruleset of a version, read once."""
        key = os.fspath(edition.path)
        with self._turn:
            if key not in self._made:
                self._made[key] = load(edition.path, library=self, rules=self._rules)
            return self._made[key]

    def asked_by(self, ruleset: Ruleset, *, on: datetime.date | None = None) -> tuple[Ruleset, ...]:
        """The rulesets here whose titles a ruleset asks for, in force on that day, for ``sets=``.

        One that is not here, or of which no version or several are in force, is left out.
        """
        found = []
        origins = ruleset.program.judging.observing.origins.values()
        for name in dict.fromkeys(of for of, level, _ in origins if level and of in self.ids):
            try:
                found.append(self.find(name, on=on))
            except CriteriaError:
                continue
        return tuple(found)

    # ---- how versions stand to each other ----------------------------------------------------

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
        found = []
        for place, one in enumerate(self.editions):
            for other in self.editions[place + 1 :]:
                if one.id != other.id:
                    break
                first = max(one.from_ or datetime.date.min, other.from_ or datetime.date.min)
                last = min(one.until or datetime.date.max, other.until or datetime.date.max)
                if first <= last:
                    found.append((one, other, first, last))
        return tuple(found)

    def gaps(self, name: str) -> tuple[tuple[datetime.date, datetime.date], ...]:
        """The first and last day of each time between versions in which none is in force."""
        found: list[tuple[datetime.date, datetime.date]] = []
        covered: datetime.date | None = None
        for edition in self.versions(name):
            start = edition.from_ or datetime.date.min
            if covered is not None and covered < datetime.date.max and start > covered + _DAY:
                found.append((covered + _DAY, start - _DAY))
            covered = max(covered or datetime.date.min, edition.until or datetime.date.max)
        return tuple(found)

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
        found = Problems()
        for one, other, first, last in self.overlaps():
            if one.version == other.version and (one.from_, one.until) == (other.from_, other.until):
                found.add(
                    "",
                    "CE581",
                    severity="warning",
                    name=one.id,
                    version=one.version,
                    first=one.path,
                    second=other.path,
                )
            else:
                end = "…" if last == datetime.date.max else last.isoformat()
                found.add("", "CE580", severity="warning", first=one, second=other, start=first, end=end)
        return (*self._unreadable, *found)


def _ended(editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """The versions, one without an end ending the day before the next of its id begins."""
    made = []
    for place, edition in enumerate(editions):
        later = [
            each.from_
            for each in editions[place + 1 :]
            if each.id == edition.id and each.from_ and each.from_ > (edition.from_ or datetime.date.min)
        ]
        ends = edition.until is None and later
        made.append(attrs.evolve(edition, until=min(later) - _DAY) if ends else edition)
    return tuple(made)


def _raise(code: str, **details: object) -> None:
    texts = {name: str(value) for name, value in details.items()}
    raise CriteriaError([Diagnostic(code, texts, lang=chosen_language())])
