"""Tables of plain text that keep their shape in a terminal and are still tables once pasted into Word.

Columns are parted by ``|``, which Word's "convert text to table" takes, and nothing is drawn with
letters that an office font lacks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

__all__ = ["cut", "padded", "safe", "text_table", "width_of", "wrapped"]

_BETWEEN = " | "
_NARROWEST = 8


def safe(text: str, *, lines: bool = False) -> str:
    """The text without anything that a terminal would obey or a reader would not see.

    Controls, direction marks and the like become the replacement character; with ``lines`` line breaks
    stay.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _instead(letter, lines) for letter in text)


def _instead(letter: str, lines: bool) -> str:
    if letter == "\n" and lines:
        return letter
    if letter in "\t\r\n" or unicodedata.category(letter) == "Zs":
        return " "
    return "\N{REPLACEMENT CHARACTER}"


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes: wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if width_of(text) <= width:
        return text
    kept, taken = [], 0
    for letter in text:
        taken += _letter_width(letter)
        if taken > width - 1:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def wrapped(text: str, width: int, lines: int = 3) -> list[str]:
    """The text in lines of at most ``width``, parted at spaces; what does not fit ends in an ellipsis."""
    made = [""]
    for word in text.split(" "):
        longer = f"{made[-1]} {word}" if made[-1] else word
        if width_of(longer) <= width or not made[-1] or len(made) == lines:
            made[-1] = longer
        else:
            made.append(word)
    return [cut(line, width) for line in made]


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text brought to a width with spaces, before it where ``right``."""
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int = 100, right: Sequence[int] = ()
) -> str:
    """A table no wider than ``width``; ``right`` are the columns that are aligned to the right.

    Where it would be wider, the widest columns give way: their cells go on in the lines below, three at most.
    """
    # The sign that parts columns parts nothing else.
    cells = [[safe(cell).replace("|", "/") for cell in row] for row in (header, *rows)]
    widths = _fitting([max(width_of(row[at]) for row in cells) for at in range(len(header))], width)
    lines = []
    for row in cells:
        parts = [wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for line in zip_longest(*parts, fillvalue=""):
            shown = [padded(piece, widths[at], right=at in right) for at, piece in enumerate(line)]
            lines.append(_BETWEEN.join(shown).rstrip())
        if row is cells[0]:
            lines.append("-+-".join("-" * size for size in widths))
    return "\n".join(lines)


def _fitting(widths: list[int], most: int) -> list[int]:
    room = most - len(_BETWEEN) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        next_widest = max([size for size in widths if size < widths[widest]], default=_NARROWEST)
        excess = sum(widths) - room
        widths[widest] = max(_NARROWEST, next_widest, widths[widest] - excess)
        if widths[widest] == next_widest and sum(widths) > room:
            widths[widest] -= 1
    return widths
