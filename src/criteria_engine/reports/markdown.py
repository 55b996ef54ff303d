"""A page as Markdown, for Word, e-mail and version control. What others typed stays text."""

from __future__ import annotations

import re

from criteria_engine.explanation.rendering import plain
from criteria_engine.reports.blocks import Block, Bullets, Cell, Chart, Page, Paragraph, Table

__all__ = ["markdown"]

# What would be markup inside a line; at its beginning, lists, headings and quotes too.
_INSIDE = re.compile(r"([\\`*_\[\]<>|~$#&@])")
_AT_FIRST = re.compile(r"^(\d+(?=[.)]\s)|(?=[-+=:]))")
_LINKS = re.compile(r"(?i)(://|www\.)")


def markdown(page: Page) -> str:
    """The whole page."""
    made = [f"# {_text(page.kind)}: {_text(page.title)}"]
    for line in page.head:
        made += ["", _text(line)]
    for section in page.sections:
        made += ["", f"## {_text(section.title)}"]
        for block in section.blocks:
            made += ["", *_block(block)]
    made += ["", "---"]
    for line in page.foot:
        made += ["", _text(line)]
    return "\n".join(made) + "\n"


def _text(text: str) -> str:
    escaped = _INSIDE.sub(r"\\\1", " ".join(plain(text).split()))
    unlinked = _LINKS.sub(lambda found: found[1].replace(":", "\\:").replace(".", "\\."), escaped)
    return _AT_FIRST.sub(r"\1\\", unlinked)


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text, tone):
            shown = _text(text)
            return [f"> **{shown}**"] if tone == "assumed" else [shown]
        case Bullets(items):
            return [f"- {_text(item.text)}" for item in items]
        case Table():
            return _table(block)
        case Chart(_, caption):
            return [f"*{_text(caption)}*"]


def _table(table: Table) -> list[str]:
    rule = ["---:" if place in table.numeric else "---" for place in range(len(table.head))]
    head = [Cell(text) for text in table.head]
    return [
        _text(table.caption),
        "",
        _row(head),
        f"| {' | '.join(rule)} |",
        *[_row(row) for row in table.rows],
    ]


def _row(cells: tuple[Cell, ...] | list[Cell]) -> str:
    return f"| {' | '.join(_text(cell.text) or ' ' for cell in cells)} |"
