"""The text a ruleset is read from: its characters made safe, and where the letters of a scalar stand.

Nothing here knows YAML's structure. ``decoded`` turns bytes into text, ``cleaned`` replaces what YAML
cannot hold by stand-ins *of the same length*, so that every place in the cleaned text is a place in
the author's, and ``letter_places`` walks one scalar's spelling to say where each letter of it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

import attrs

__all__ = [
    "HIDDEN",
    "LEADING_TAB",
    "NEVER",
    "SPACES",
    "Source",
    "cleaned",
    "decoded",
    "letter_places",
    "refused_escape",
    "shown",
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
class Source:
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
