"""The text a ruleset is read from: its characters made safe, and where the letters of a scalar stand.

Nothing here knows YAML's structure. ``decoded`` turns bytes into text, ``cleaned`` replaces what YAML
cannot hold by stand-ins *of the same length*, so that every place in the cleaned text is a place in
the author's, and ``letter_places`` walks one scalar's spelling to say where each letter of it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import attrs

__all__ = [
    "HIDDEN",
    "LEADING_TAB",
    "MOST_PROBLEMS",
    "NEVER",
    "SPACES",
    "Edit",
    "Limits",
    "Marked",
    "MarkedList",
    "MarkedMap",
    "MarkedText",
    "Slip",
    "Slips",
    "SourceLine",
    "SourceText",
    "blanked",
    "cleaned",
    "cut_slips",
    "decoded",
    "letter_places",
    "open_brackets",
    "pieces",
    "quoted",
    "refused_escape",
    "runs_of_pieces",
    "same_name",
    "shown",
    "without_comment",
]

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

LEADING_TAB = re.compile(r"^ *\t[ \t]*(?=[^\s#])", re.MULTILINE)
"""White space with a tab in it that indents something."""

_LATE_TAB = re.compile(r"(?<=\S)[ \t]+|^[ \t]+(?=[#\r\n]|\Z)", re.MULTILINE)
_QUESTION = re.compile(r"(?<=[^\s,\[{:?-]) *\?|(?<=[:-]) +\?(?=\S)")
_ESCAPE = re.compile(r"\\(?:x..|u.{4}|U.{8}|\r?\n[ \t]*|.)", re.DOTALL)
_CONTROLS = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "v": "\v", "f": "\f"}
_QUESTION_STAND_INS = range(0xE000, 0xF8FF)


@attrs.frozen(eq=False)
class SourceText:
    """A cleaned text, and what the author wrote on lines that were mended since."""

    text: str
    originals: Mapping[int, str] = attrs.field(factory=dict)

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

    def written(self, line: int, index: int) -> str:
        """The line as its author wrote it."""
        return self.originals.get(line) or self.line_at(index)

    def for_pyyaml(self) -> tuple[str, str]:
        """The text as PyYAML's own reader is given it, and the letter that stands for a question mark.

        It stumbles over tabs between words and question marks inside words, libyaml only over some tabs;
        so it gets spaces and a private letter in the same places, and what a file means hangs on neither.
        """
        text, question = self.text, ""
        if "\t" in text:
            text = _LATE_TAB.sub(lambda found: " " * len(found[0]), text)
        if "?" in text:
            question = next((chr(code) for code in _QUESTION_STAND_INS if chr(code) not in text), "?")
            text = _QUESTION.sub(lambda found: found[0][:-1] + question, text)
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


def refused_escape(raw: str) -> tuple[int, str] | None:
    """The first escape in a text between double quotes that gives what no ruleset holds, and what it gives."""
    for found in _ESCAPE.finditer(raw):
        sign, digits = found[0][1], found[0][2:]
        letter = chr(int(digits, 16)) if digits and sign in "xuU" else _CONTROLS.get(sign, "")
        if letter not in "\x85\u2028\u2029" and NEVER.match(letter):
            return found.start(), letter
    return None


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
    for letter in text:
        if style == '"':
            at = _after_joined_lines(raw, at)
        escape = _ESCAPE.match(raw, at) if style == '"' else None
        if escape is None and raw[at : at + 1] != letter and not letter.isspace():
            while at < len(raw) and raw[at].isspace():
                at += 1
            escape = _ESCAPE.match(raw, at) if style == '"' else None
        yield min(at, len(raw))
        doubled = style == "'" and raw.startswith("''", at)
        at += len(escape[0]) if escape else 2 if doubled else 1
    yield min(at, len(raw))


def _after_joined_lines(raw: str, at: int) -> int:
    """Past every backslash that ends a line here, and the indentation of the next."""
    while (escape := _ESCAPE.match(raw, at)) and "\n" in escape[0]:
        at += len(escape[0])
    return at


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
        kept = (line.rstrip("\r") + "\n")[min(depth, _lead(line)) :]
        indented = min(depth, _lead(line))
        letters.append(kept)
        offsets.extend(range(start + indented, start + indented + len(kept)))
        start += len(line) + 1
    return "".join(letters), [*offsets, len(raw)]


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# ---- something wrong at a place of a text, with the edits that would mend it ---------------------

MOST_PROBLEMS = 200
"""More than anybody reads."""

Edit = tuple[int, int, str]


@attrs.frozen
class Slip:
    """Something wrong at a place of the text, and the edits (start, end, new text) that would mend it."""

    code: str
    index: int
    width: int = 1
    details: Mapping[str, str] = attrs.field(factory=dict)
    edits: tuple[Edit, ...] = ()


@attrs.frozen
class SourceLine:
    """One line and where it begins in the text."""

    text: str
    start: int

    @property
    def indent(self) -> int:
        """How far it is indented."""
        return len(self.text) - len(self.text.lstrip())

    def slip(self, code: str, span: tuple[int, int], *edits: Edit, **details: str) -> Slip:
        """A slip on this line; the span and the edits count from the beginning of the line."""
        moved = tuple((self.start + start, self.start + end, new) for start, end, new in edits)
        return Slip(code, self.start + span[0], max(1, span[1] - span[0]), details, moved)


class Slips:
    """Slips being gathered, as many as somebody may read."""

    def __init__(self) -> None:
        self.found: list[Slip] = []

    @property
    def is_full(self) -> bool:
        """Whether more would not be kept."""
        return len(self.found) >= MOST_PROBLEMS

    def add(self, code: str, index: int, width: int = 1, /, *edits: Edit, **details: object) -> None:
        """Note one."""
        if not self.is_full:
            texts = {name: str(is_) for name, is_ in details.items()}
            self.found.append(Slip(code, index, max(1, width), texts, edits))


# ---- expressions that YAML's short form cuts into pieces, and how they are to be quoted ----------

_Span = tuple[int, int]

_IN_QUOTES = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'""", re.DOTALL)
# A mark that is not closed takes all that follows; looking for its partner from every mark on is quadratic.
_AFTER_QUOTE = re.compile(r""""(?:[^"\\]|\\.)*+(?:"|\Z)|'(?:[^']|'')*+(?:'|\Z)""", re.DOTALL)
_VALUE = re.compile(r"(?:(?<=[{,])\s*[\w.-]+: +|(?<=[\[,])\s*)(?=[^\s,{}\]])")
_CUTS = re.compile(r"[,\[\]{}]")
_SIMPLE_VALUE = re.compile(r"-?[0-9.]+%?|true|false")
_MOST = 40


def quoted(text: str) -> str:
    """The text between the quotation marks that need the least care."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def blanked(line: str) -> str:
    """A line with what stands between quotation marks blotted out, letter by letter."""
    return _AFTER_QUOTE.sub(lambda part: part[0][0] + "_" * (len(part[0]) - 2) + part[0][1:][-1:], line)


def without_comment(line: str) -> str:
    """A line without the comment at its end, and without white space there."""
    bare = blanked(line)
    found = re.search(r"(?:^|(?<=\s))#", bare)
    return line[: found.start() if found else len(line)].rstrip()


def open_brackets(text: str) -> int:
    """How many round brackets are opened and not closed, leaving quoted parts out."""
    if "(" not in text and ")" not in text:
        return 0
    bare = _AFTER_QUOTE.sub("", text)
    return bare.count("(") - bare.count(")")


def pieces(parts: Sequence[str]) -> str:
    """The pieces as they are shown to the author."""
    return " · ".join(f"`{part}`" for part in parts)


def _is_prose(head: str, tail: str) -> bool:
    """Whether a text goes on after a comma in a key without a value, and that is no entry of its own."""
    word, _, rest = tail.partition(" ")
    if "_" in word or ("_" in rest and rest.isidentifier()):
        return False
    if word.isascii() and word.islower() and _SIMPLE_VALUE.fullmatch(rest):
        return False
    return not head.isascii() or not tail.isascii() or (" " in head and " " in tail)


def runs_of_pieces(
    texts: Sequence[str | None], tails: Sequence[str | None], *, with_prose: bool
) -> Iterator[range]:
    """Runs of entries that are one cut text, as ranges of places.

    ``texts[i]`` is what may begin one (the value of an entry, or an item; none where it is not plain text),
    ``tails[i]`` what may carry one on (a key without a value, or an item). A bracket left open makes one;
    ``with_prose``, so does a text that goes on after a comma, which only a key without a value shows.
    """
    place = 0
    while place < len(texts):
        head = texts[place] or ""
        depth = open_brackets(head)
        end = place + 1
        while end < len(tails) and (tail := tails[end]) is not None:
            if depth <= 0 and not (with_prose and head and _is_prose(head, tail)):
                break
            depth += open_brackets(tail)
            end += 1
        if end > place + 1:
            yield range(place, end)
        place = end


def cut_slips(line: str) -> Iterator[tuple[_Span, tuple[int, int, str], dict[str, str]]]:
    """Expressions of a line in short form that must be quoted: their span, the edit, and the details."""
    bare = blanked(line)
    done = min((bare.find(bracket) for bracket in "{[" if bracket in bare), default=len(line))
    for found in islice(_VALUE.finditer(line), _MOST):
        start = found.end()
        if start <= done:
            continue
        text = line[start : _end_of_value(bare, start)].rstrip()
        if not _must_be_quoted(text):
            continue
        done = start + len(text)
        cut = next((place.start() for place in _CUTS.finditer(text) if place.start()), len(text))
        shown = [part for part in (text[:cut].strip(), text[cut:].strip(", ")) if part]
        mended = quoted(text)
        yield (start, done), (start, done, mended), {"pieces": pieces(shown), "mended": mended}


def _must_be_quoted(text: str) -> bool:
    if not text or _IN_QUOTES.fullmatch(text):
        return False
    if text[0] in "[{":
        return _end_of_brackets(text) < len(text)
    if text[0] in "\"'":
        return True
    return bool(_CUTS.search(text))


def _end_of_brackets(text: str) -> int:
    """Where the bracket that a text begins with is closed."""
    depth = 0
    for place, letter in enumerate(blanked(text)):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            return place + 1
    return len(text)


def _end_of_value(bare: str, start: int) -> int:
    """Where a value in short form ends if commas and brackets inside brackets are its own."""
    depth = 0
    for place in range(start, len(bare)):
        letter = bare[place]
        if depth == 0 and letter in ",]}":
            return place
        depth += (letter in "([{") - (letter in ")]}")
    return len(bare) if depth == 0 else start


# ---- what was read: texts, lists and maps that know their place in the file ----------------------


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
