"""What was read: texts, lists and maps that know their place in the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import attrs

from criteria_engine.source_text import letter_places

__all__ = ["Limits", "Marked", "MarkedList", "MarkedMap", "MarkedText", "same_name"]


@attrs.frozen
class Limits:
    """How much a file may hold. An entry is every text, list and map, keys too."""

    bytes: int = 5 * 2**20
    depth: int = 100
    entries: int = 200_000
    letters: int = 2**16
    """The longest single text, in characters."""


@attrs.frozen(eq=False)
class MarkedText:
    """A text and its place; always text, whatever it looks like.

    ``line`` and ``column`` (from 1, in characters) are where its spelling begins: at the quotation mark,
    at ``|`` or ``>``, else at its first letter.
    """

    text: str
    line: int
    column: int
    quoted: bool = False
    """Whether it stood in quotation marks or as a block after ``|`` or ``>``."""
    source: str = attrs.field(default="", repr=False)
    start: int = attrs.field(default=0, repr=False)
    end: int = attrs.field(default=0, repr=False)
    style: str = attrs.field(default="", repr=False)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a letter of ``text``; the end of the text for its length and beyond.

        Exact, but for white space that YAML made out of line breaks, which stands where these stood.
        """
        raw = self.source[self.start : self.end]
        if self.style or "\n" in raw:
            places = letter_places(raw, self.style, self.text)
            place = places[min(max(offset, 0), len(places) - 1)]
        else:
            place = min(max(offset, 0), len(self.text))
        breaks = raw.count("\n", 0, place)
        if not breaks:
            return self.line, self.column + place
        return self.line + breaks, place - raw.rindex("\n", 0, place)

    @property
    def is_null(self) -> bool:
        """Whether nothing was written: empty, ``~`` or ``null``, without quotation marks."""
        return not self.quoted and self.text in ("", "~", "null")


@attrs.frozen(eq=False)
class MarkedList:
    """A list and the place where it begins."""

    items: tuple[Marked, ...]
    line: int
    column: int


@attrs.frozen(eq=False)
class MarkedMap:
    """Keys with their values in the order of the file, and the place where it begins."""

    entries: tuple[tuple[MarkedText, Marked], ...]
    line: int
    column: int
    _by_name: Mapping[str, int] = attrs.field(
        repr=False,
        default=attrs.Factory(
            lambda self: {same_name(key.text): place for place, (key, _) in enumerate(self.entries)},
            takes_self=True,
        ),
    )

    def get(self, key: str) -> Marked | None:
        """The value of a key, or none; keys are the same if they are in NFKC."""
        place = self._by_name.get(same_name(key))
        return None if place is None else self.entries[place][1]

    def without(self, *keys: str) -> MarkedMap:
        """The map without some of its keys."""
        kept = tuple((key, value) for key, value in self.entries if key.text not in keys)
        return MarkedMap(kept, self.line, self.column)

    def key(self, key: str) -> MarkedText | None:
        """The key itself, with its place."""
        place = self._by_name.get(same_name(key))
        return None if place is None else self.entries[place][0]


Marked = MarkedText | MarkedList | MarkedMap


def same_name(text: str) -> str:
    """The form in which two spellings of one name are equal."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
