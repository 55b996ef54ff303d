"""Lines as text, Markdown and HTML. What others typed is escaped: it is shown and never run."""

from __future__ import annotations

import html as markup
import re
import unicodedata
from collections.abc import Iterable, Sequence

from criteria_engine.evaluation.explanation_tree import ExplanationLine, Piece
from criteria_engine.explanation.phrases import MARKS
from criteria_engine.messages.formatting import width_of

_COLUMNS, _STEP, _HANGING, _DEEPEST = 100, 2, 2, 20

STYLE = (
    "<style>.criteria-engine{font-family:system-ui,sans-serif;color:inherit;line-height:1.45}"
    ".criteria-engine ul{list-style:none;margin:0;padding-left:1.2em}"
    ".criteria-engine code{font-size:.9em;opacity:.75}"
    ".criteria-engine .s{font-weight:600}"
    ".criteria-engine .met{color:#0b6b2e}.criteria-engine .not_met,.criteria-engine .blocked{color:#a31515}"
    ".criteria-engine .unknown{color:#8a5a00}"
    ".criteria-engine table{border-collapse:collapse}"
    ".criteria-engine th,.criteria-engine td{border:1px solid currentColor;padding:.15em .5em;text-align:left}"
    "@media (prefers-color-scheme:dark){.criteria-engine .met{color:#6fd394}"
    ".criteria-engine .not_met,.criteria-engine .blocked{color:#ff9a9a}"
    ".criteria-engine .unknown{color:#f0c060}}</style>"
)
"""The style of HTML in a notebook; colour only repeats what a word and a mark say."""

# Signs that turn the direction of writing: in plain text nothing could contain them.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A percent sign stays with its number, a sign of comparison with what follows.
_WORDS = re.compile(r"(?<![<>≤≥=≠]) (?!%)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")


def plain(text: str) -> str:
    """A text on one line, without invisible signs that could change how it reads."""
    letters = []
    for letter in text:
        if letter in "\t\r\n\v\f\u2028\u2029":
            letters.append(" ")
        elif letter in _TURNING or unicodedata.category(letter) in ("Cc", "Cs"):
            letters.append("\N{REPLACEMENT CHARACTER}")
        else:
            letters.append(letter)
    return "".join(letters)


def text(
    head: Sequence[ExplanationLine], sections: Sequence[ExplanationLine], foot: Sequence[ExplanationLine]
) -> str:
    """Lines of at most 100 columns, the tree by indents."""
    rows = [row for line in head for row in _wrapped(line.text, 0)]
    for section in sections:
        rows += ["", *_wrapped(section.text, 0)]
        for child in section.children:
            rows += _tree(child, _STEP)
    rows += ["", *[row for line in foot for row in _wrapped(line.text, 0)]]
    return "\n".join(rows)


def _tree(line: ExplanationLine, indent: int) -> list[str]:
    mark = MARKS.get(line.status, "•")
    rows = _wrapped(f"{mark} {line.text}", min(indent, _DEEPEST * _STEP))
    for child in line.children:
        rows += _tree(child, indent + _STEP)
    return rows


def _wrapped(text: str, indent: int) -> list[str]:
    """A text in rows of at most 100 columns, all but the first set in; a word that is longer is cut."""
    rows: list[str] = []
    row, width, room = "", 0, _COLUMNS - indent
    for word in _WORDS.split(plain(text)):
        for part, size in _cut(word, _COLUMNS - indent - _HANGING):
            if row and width + 1 + size > room:
                rows.append(row)
                row, width, room = part, size, _COLUMNS - indent - _HANGING
            elif row:
                row, width = f"{row} {part}", width + 1 + size
            else:
                row, width = part, size
    first, *more = *rows, row
    indented = [" " * indent + first, *(" " * (indent + _HANGING) + each for each in more)]
    return [each.rstrip() for each in indented]


def _cut(word: str, room: int) -> list[tuple[str, int]]:
    """A word in parts that fit, each with its width."""
    whole = width_of(word)
    if whole <= room:
        return [(word, whole)]
    parts: list[tuple[str, int]] = []
    part, width = "", 0
    for letter in word:
        size = width_of(letter)
        if width + size > room:
            parts.append((part, width))
            part, width = "", 0
        part, width = part + letter, width + size
    return [*parts, (part, width)]


def markdown(
    head: Sequence[ExplanationLine], sections: Sequence[ExplanationLine], foot: Sequence[ExplanationLine]
) -> str:
    """A heading, then nested lists."""
    rows = [row for line in head[:1] for row in (f"# {_marked(line.pieces)}", "")]
    rows += [f"{_marked(line.pieces)}  " for line in head[1:]]
    for section in sections:
        rows += ["", f"## {_marked(section.pieces)}", ""]
        for child in section.children:
            rows += _listed(child, 0)
    rows += ["", *[_marked(line.pieces) for line in foot]]
    return "\n".join(rows) + "\n"


def _listed(line: ExplanationLine, depth: int) -> list[str]:
    mark = MARKS.get(line.status, "")
    rows = [f"{'  ' * depth}- {mark}{' ' if mark else ''}{_marked(line.pieces)}"]
    for child in line.children:
        rows += _listed(child, min(depth + 1, _DEEPEST))
    return rows


def _marked(pieces: Iterable[Piece]) -> str:
    made = []
    for piece in pieces:
        shown = plain(piece.text)
        if piece.style == "code" and shown.strip():
            fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
            pad = " " if "`" in shown else ""
            made.append(f"{fence}{pad}{shown}{pad}{fence}")
        elif piece.style == "name" and shown.strip():
            made.append("**" + _MARKDOWN.sub(r"\\\1", shown.strip()) + "**")
        else:
            made.append(_MARKDOWN.sub(r"\\\1", shown))
    return "".join(made)


def escaped(text: str) -> str:
    """A text inside HTML: every sign that means something there is written as an entity."""
    safe = "".join(
        letter if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs") else "\ufffd"
        for letter in text
    )
    return markup.escape(safe, quote=True)


def html(
    head: Sequence[ExplanationLine],
    sections: Sequence[ExplanationLine],
    foot: Sequence[ExplanationLine],
    lang: str,
) -> str:
    """A piece of HTML: a heading, paragraphs, then a foldable tree a section."""
    made = [f'<div class="criteria-engine" lang="{lang}">', STYLE]
    for number, line in enumerate(head):
        kind = "h3" if number == 0 else "p"
        strong = line.kind == "verdict"
        shown = _inside(line.pieces)
        made.append(f"<{kind}>{'<b>' if strong else ''}{shown}{'</b>' if strong else ''}</{kind}>")
    for section in sections:
        made.append(f"<details open><summary><b>{_inside(section.pieces)}</b></summary>")
        made += [items(section.children), "</details>"]
    made += [f"<p><small>{_inside(line.pieces)}</small></p>" for line in foot]
    return "".join([*made, "</div>"])


def items(lines: Sequence[ExplanationLine]) -> str:
    """Lines as a list; what stands below a line can be folded away."""
    made = ["<ul>"]
    for line in lines:
        mark = MARKS.get(line.status, "")
        shown = f'<span class="s {line.status}">{mark}</span> ' if mark else ""
        shown += _inside(line.pieces)
        if line.children:
            folded = "" if line.status in ("met", "not_applicable") else " open"
            shown = f"<details{folded}><summary>{shown}</summary>{items(line.children)}</details>"
        made.append(f"<li>{shown}</li>")
    return "".join([*made, "</ul>"])


def _inside(pieces: Iterable[Piece]) -> str:
    """Pieces inside HTML; what others wrote can't turn the direction of what stands around it."""
    made = []
    for piece in pieces:
        shown = escaped(piece.text)
        if piece.style == "name":
            shown = f"<b><bdi>{shown}</bdi></b>"
        elif piece.style == "code":
            shown = f"<code><bdi>{shown}</bdi></code>"
        else:
            shown = f"<bdi>{shown}</bdi>" if any(letter in _TURNING for letter in piece.text) else shown
        made.append(shown)
    return "".join(made)
