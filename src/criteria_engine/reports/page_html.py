"""A page as one HTML file: inline style, inline SVG, no script, nothing to fetch."""

from __future__ import annotations

import re

from criteria_engine.explanation.rendering import escaped, plain
from criteria_engine.reports.blocks import Block, Bullets, Cell, Chart, Page, Paragraph, Section, Table
from criteria_engine.reports.page_style import PAGE_STYLE
from criteria_engine.reports.svg_chart import svg_chart

__all__ = ["page_html"]

# The browser is told to fetch nothing and run nothing, whatever might stand in a name.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_WIDE_FROM = 5
_LONG = re.compile(r"\S{30}(?=\S)")
_CONTENTS = {"vi": "Mục lục", "en": "Contents"}


def page_html(page: Page) -> str:
    """The whole file."""
    head = "".join(f"<p>{_breakable(line)}</p>\n" for line in page.head)
    contents = "".join(f'<li><a href="#{each.id}">{_text(each.title)}</a></li>' for each in page.sections)
    sections = "".join(_section(each) for each in page.sections)
    foot = "".join(f"<p>{_breakable(line)}</p>" for line in page.foot)
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(page.kind)} – {_text(page.title)}</title>\n<style>\n{PAGE_STYLE}</style>\n</head>\n"
        f'<body>\n<header>\n<p class="kind">{_text(page.kind)}</p>\n<h1>{_breakable(page.title)}</h1>\n'
        f'{head}</header>\n<nav aria-label="{_CONTENTS[page.lang]}"><ul>{contents}</ul></nav>\n'
        f"<main>\n{sections}</main>\n<footer>{foot}</footer>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    # Signs that turn the direction of writing are taken out: a name cannot reach past itself.
    return escaped(plain(text)).replace(" %", "\u00a0%")


def _breakable(text: str) -> str:
    """A text in which a browser may break words that are longer than any word is."""
    # No line end is left in a plain text, so it can mark the places.
    parts = _LONG.sub(r"\g<0>\n", plain(text)).split("\n")
    return "<wbr>".join(_text(part) for part in parts)


def _section(section: Section) -> str:
    blocks = "".join(f"{_block(block)}\n" for block in section.blocks)
    return (
        f'<section aria-labelledby="{section.id}">\n'
        f'<h2 id="{section.id}">{_breakable(section.title)}</h2>\n{blocks}</section>\n'
    )


def _block(block: Block) -> str:
    match block:
        case Paragraph(text, tone):
            role = ' role="note"' if tone == "assumed" else ""
            return f"<p{_tone(tone)}{role}>{_breakable(text)}</p>"
        case Bullets(items):
            return (
                f"<ul>{''.join(f'<li{_tone(item.tone)}>{_breakable(item.text)}</li>' for item in items)}</ul>"
            )
        case Table():
            return _table(block)
        case Chart(drawing, caption):
            picture = svg_chart(drawing, caption)
            return f'<figure><div class="scroll">{picture}</div><figcaption>{_breakable(caption)}</figcaption></figure>'


def _tone(tone: str) -> str:
    return f' class="{tone}"' if tone else ""


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_tone("n" if place in table.numeric else "")}>{_breakable(text)}</th>'
        for place, text in enumerate(table.head)
    )
    rows = "".join(_row(table, row) for row in table.rows)
    # On a phone rows of words become cards; columns of numbers stay side by side and can be moved.
    worded = len(table.numeric) < len(table.head) - 1
    kind = ' class="wide"' if len(table.head) >= _WIDE_FROM and worded else ""
    made = (
        f"<table{kind}><caption>{_breakable(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    )
    return made if kind else f'<div class="scroll">{made}</div>'


def _row(table: Table, row: tuple[Cell, ...]) -> str:
    made = []
    for place, (cell, label) in enumerate(zip(row, table.head, strict=True)):
        kinds = " ".join(part for part in ("n" if place in table.numeric else "", cell.tone) if part)
        if place == 0:
            made.append(f'<th scope="row"{_tone(kinds)}>{_breakable(cell.text)}</th>')
        else:
            made.append(f'<td{_tone(kinds)} data-label="{_text(label)}">{_breakable(cell.text)}</td>')
    return f"<tr>{''.join(made)}</tr>\n"
