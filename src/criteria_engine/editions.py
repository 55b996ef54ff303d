"""One version of a ruleset as the head of its file tells of it, before the rest is read."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path

import attrs

from criteria_engine.document import Document
from criteria_engine.marks import Marked, MarkedList, MarkedMap, MarkedText

__all__ = ["Edition", "read_head"]


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
