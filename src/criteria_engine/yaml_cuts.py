"""Expressions that YAML's short form cuts into pieces, and how they are to be quoted.

``{when: percent(a, b) >= 80}`` is two keys to YAML, ``when`` and ``b) >= 80``, without a word. Here the
pieces are found again: in the line where YAML failed over them, or by the brackets left open in what it read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

__all__ = ["blanked", "cut_slips", "open_brackets", "pieces", "quoted", "runs_of_pieces", "without_comment"]

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
