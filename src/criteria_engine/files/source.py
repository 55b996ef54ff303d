"""The text a file is read from, what is wrong at its places, and the texts, lists and maps read from it.

Nothing here knows YAML's structure. ``decoded`` turns bytes into text, ``cleaned`` replaces what YAML
cannot hold by stand-ins *of the same length*, so that every place in the cleaned text is a place in the
author's. A ``Slip`` is something wrong at a place of it. ``MarkedText``, ``MarkedList`` and ``MarkedMap``
are what was read; ``letter_places`` walks a scalar's spelling to say where each letter of it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs

NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters no ruleset holds: control characters, halves of letters, line breaks no editor shows."""

HIDDEN = re.compile(
    "[\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
"""Characters that cannot be seen and may turn the order of others round; only in quoted text."""

SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that look like one and are none to YAML, as the inside of a character class."""

ESCAPE = r"\\(?:x..|u.{4}|U.{8}|\r?\n[ \t]*|.)"
"""An escape in a text between double quotes; the expression needs ``re.DOTALL``."""

MOST_PROBLEMS = 200
"""More than anybody reads."""

_QUESTION_STAND_INS = range(0xE000, 0xF8FF)


class Limits(NamedTuple):
    """How much a file may hold. An entry is every text, list and map, keys too."""

    bytes: int = 5 * 2**20
    depth: int = 100
    entries: int = 200_000
    letters: int = 2**16
    """The longest single text, in characters."""


class SourceText:
    """A cleaned text, and what the author wrote on lines that were mended since."""

    __slots__ = ("originals", "text")

    def __init__(self, text: str, originals: Mapping[int, str] | None = None) -> None:
        self.text = text
        self.originals: Mapping[int, str] = originals or {}

    def line_at(self, index: int) -> str:
        """The whole line in which a character stands."""
        end = self.text.find("\n", index)
        return self.text[self.start_of_line(index) : end if end >= 0 else len(self.text)].rstrip("\r")

    def start_of_line(self, index: int) -> int:
        """Where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, both counted from 1, of a character."""
        return self.text.count("\n", 0, index) + 1, index - self.start_of_line(index) + 1

    def for_pyyaml(self) -> tuple[str, str]:
        """The text as PyYAML's own reader is given it, and the letter that stands for a question mark.

        It stumbles over tabs between words and question marks inside words, libyaml only over some tabs;
        so it gets spaces and a private letter in the same places, and what a file means hangs on neither.
        """
        text, question = self.text, ""
        if "\t" in text:
            tabs = r"(?<=\S)[ \t]+|^[ \t]+(?=[#\r\n]|\Z)"
            text = re.sub(tabs, lambda run: " " * len(run[0]), text, flags=re.MULTILINE)
        if "?" in text:
            question = next((chr(code) for code in _QUESTION_STAND_INS if chr(code) not in text), "?")
            marks = r"(?<=[^\s,\[{:?-]) *\?|(?<=[:-]) +\?(?=\S)"
            text = re.sub(marks, lambda mark: mark[0][:-1] + question, text)
        return text, question


def decoded(text: str | bytes) -> tuple[str, int | None]:
    """The text without its mark of UTF-8, and the place of the first byte that is not UTF-8."""
    if isinstance(text, str):
        return text.removeprefix("\ufeff"), None
    try:
        return text.decode("utf-8").removeprefix("\ufeff"), None
    except UnicodeDecodeError as wrong:
        before = text[: wrong.start].decode("utf-8", "replace").removeprefix("\ufeff")
        rest = re.split(rb"[\r\n]", text[wrong.start : wrong.start + 200], maxsplit=1)[0]
        return before + rest.decode("utf-8", "replace"), len(before)


def cleaned(text: str) -> str:
    """The text with stand-ins, one for one, for what YAML cannot read."""
    if "\r" in text:
        text = re.sub(r"\r(?!\n)", "\n", text)
    if not text.isascii():
        text = re.sub("[\x85\u2028\u2029]", " ", text)
    return NEVER.sub("\ufffd", text)


def shown(character: str) -> str:
    """A character that cannot be seen, by its number and its name in Unicode."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} ({name})" if name else f"U+{ord(character):04X}"


def quoted(text: str) -> str:
    """The text between the quotation marks that need the least care."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


Edit = tuple[int, int, str]
"""Start, end and new text."""


class Slip(NamedTuple):
    """Something wrong at a place of the text, and the edits that would mend it."""

    code: str
    start: int
    width: int = 1
    details: Mapping[str, str] = {}
    edits: tuple[Edit, ...] = ()


class Slips:
    """Slips being gathered, as many as somebody may read."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    @property
    def is_full(self) -> bool:
        """Whether more would not be kept."""
        return len(self.slips) >= MOST_PROBLEMS

    def add(self, code: str, index: int, width: int = 1, /, *edits: Edit, **details: object) -> None:
        """Note one."""
        if not self.is_full:
            texts = {name: str(detail) for name, detail in details.items()}
            self.slips.append(Slip(code, index, max(1, width), texts, edits))


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


def letter_places(raw: str, style: str, text: str) -> list[int]:
    """For each letter of a scalar's text its offset in ``raw``, the scalar as it is spelled; then the end.

    ``style`` is the quotation mark, ``|`` or ``>``, or empty. Exact but for letters that YAML made
    (the space of a folded line break), which stand where the white space stood.
    """
    if style in ("|", ">"):
        content, offsets = _block_content(raw, text)
        return [offsets[place] for place in _aligned(content, "", text, 0)]
    return list(_aligned(raw, style, text, 1 if style else 0))


def _aligned(raw: str, style: str, text: str, at: int) -> Iterator[int]:
    escapes = re.compile(ESCAPE, re.DOTALL) if style == '"' else None
    for letter in text:
        # A backslash at the end of a line joins it to the next, and gives no letter.
        while escapes and (joined := escapes.match(raw, at)) and "\n" in joined[0]:
            at = joined.end()
        escape = escapes.match(raw, at) if escapes else None
        if escape is None and raw[at : at + 1] != letter and not letter.isspace():
            while at < len(raw) and raw[at].isspace():
                at += 1
            escape = escapes.match(raw, at) if escapes else None
        yield min(at, len(raw))
        doubled = style == "'" and raw.startswith("''", at)
        at += len(escape[0]) if escape else 2 if doubled else 1
    yield min(at, len(raw))


def _block_content(raw: str, text: str) -> tuple[str, list[int]]:
    """A block scalar without its first line and its indentation, and where each letter of it stood."""
    lines = raw.split("\n")
    first = next((line for line in lines[1:] if line.strip()), "")
    written = next((line for line in text.split("\n") if line.strip()), "")
    depth = _lead(first) - _lead(written)
    letters: list[str] = []
    offsets: list[int] = []
    start = len(lines[0]) + 1
    for line in lines[1:]:
        indented = min(depth, _lead(line))
        kept = (line.rstrip("\r") + "\n")[indented:]
        letters.append(kept)
        offsets.extend(range(start + indented, start + indented + len(kept)))
        start += len(line) + 1
    return "".join(letters), [*offsets, len(raw)]


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
