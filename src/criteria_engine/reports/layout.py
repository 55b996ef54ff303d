"""The layout of a report: its chart, the parts of its page, and the page as Markdown and as one HTML file.

The chart is inline SVG, drawn by hand. The parts hold plain text; the two layouts escape it. The HTML page has its
style inside and neither loads nor runs anything; colour only repeats what a word says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import attrs

from criteria_engine.explanation.rendering import escaped, plain
from criteria_engine.projection.chart import Drawing, ListChange, Mark, YearRow

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 738, 56, 336
_LEGEND = 388
# Wide letters of the common fonts, to keep the parts of the legend apart.
_LETTER = 7.0


class _Canvas:
    """Years and shares as places in the picture."""

    def __init__(self, drawing: Drawing) -> None:
        years = [row.year for row in drawing.rows]
        self.first, self.last = years[0], years[-1]
        self.step = Fraction(_RIGHT - _LEFT, self.last - self.first + 1)

    def x(self, year: int | Fraction) -> str:
        """The place of a year, each in the middle of its own strip."""
        return _shown(_LEFT + (year - self.first + Fraction(1, 2)) * self.step)

    def y(self, share: Fraction) -> str:
        """The place of a share."""
        return _shown(_BOTTOM - share * (_BOTTOM - _TOP))

    def points(self, line: Sequence[tuple[int, Fraction]]) -> str:
        """A line as SVG writes it."""
        return " ".join(f"{self.x(year)},{self.y(share)}" for year, share in line)


def _shown(value: Fraction | float) -> str:
    """To a tenth, the same on every machine."""
    return f"{float(round(Fraction(value) * 10)) / 10:g}"


def svg_chart(drawing: Drawing, caption: str) -> str:
    """The picture; what it says stands in ``<title>`` and ``<desc>`` for those who hear it."""
    if not drawing.rows:
        return ""
    canvas = _Canvas(drawing)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="chart-title chart-desc">',
        f'<title id="chart-title">{_safe(drawing.word("label"))}</title>',
        f'<desc id="chart-desc">{_safe(caption)}</desc>',
        _grid(canvas, drawing),
        "".join(_change(canvas, drawing, change) for change in drawing.changes),
        _lines(canvas, drawing),
        "".join(_mark(canvas, drawing, mark) for mark in drawing.marks),
        "".join(_label(canvas, drawing, row) for row in drawing.labelled),
        _legend(drawing),
        _text(_LEFT, 18, " · ".join(drawing.notes()), "note"),
        "</svg>",
    ]
    return "".join(parts)


def _safe(text: str) -> str:
    return escaped(plain(text))


def _text(x: float | str, y: float | str, text: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{style}>{_safe(text)}</text>'


def _grid(canvas: _Canvas, drawing: Drawing) -> str:
    made = []
    for tens in range(0, 101, 20):
        share = Fraction(tens, 100)
        y, label = canvas.y(share), drawing.speaker.share(share, least=0)
        made.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>')
        made.append(_text(_LEFT - 8, _shown(float(y) + 4), label, "axis", anchor="end"))
    years = [(canvas.x(year), str(year)) for year in drawing.ticks]
    return "".join([*made, *(_text(x, _BOTTOM + 20, year, "axis", anchor="middle") for x, year in years)])


def _lines(canvas: _Canvas, drawing: Drawing) -> str:
    made = []
    if drawing.has_band:
        upper = [(row.year, row.shares[2]) for row in drawing.rows]
        lower = [(row.year, row.shares[0]) for row in reversed(drawing.rows)]
        made.append(f'<polygon class="band" points="{canvas.points([*upper, *lower])}"/>')
    if drawing.pathway:
        made.append(f'<polyline class="pathway" points="{canvas.points(drawing.pathway)}"/>')
    for kind, rows in (("ahead", drawing.ahead), ("known", drawing.known)):
        line = [(row.year, row.shares[1]) for row in rows]
        if len(line) > 1:
            made.append(f'<polyline class="{kind}" points="{canvas.points(line)}"/>')
    for row in drawing.rows:
        kind = "dot" if row.known else "dot open"
        x, y = canvas.x(row.year), canvas.y(row.shares[1])
        made.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>')
    return "".join(made)


def _label(canvas: _Canvas, drawing: Drawing, row: YearRow) -> str:
    offset = -10 if drawing.label_above(row) else 19
    y = _shown(float(canvas.y(row.shares[1])) + offset)
    return _text(canvas.x(row.year), y, drawing.speaker.share(row.shares[1]), "value", anchor="middle")


def _diamond(x: float, y: float) -> str:
    around = ((0, -6), (6, 0), (0, 6), (-6, 0))
    corners = " ".join(f"{_shown(x + dx)},{_shown(y + dy)}" for dx, dy in around)
    return f'<polygon class="target" points="{corners}"/>'


def _mark(canvas: _Canvas, drawing: Drawing, mark: Mark) -> str:
    x, y = float(canvas.x(mark.year)), float(canvas.y(mark.share))
    at_edge = mark.year == canvas.last
    label = drawing.mark_label(mark)
    if at_edge:
        words = _text(_shown(x - 12), _shown(y + 4), label, "mark", anchor="end")
    else:
        below = 20 if drawing.mark_below(mark) else -11
        words = _text(_shown(x), _shown(y + below), label, "mark", anchor="middle")
    return _diamond(x, y) + words


def _change(canvas: _Canvas, drawing: Drawing, change: ListChange) -> str:
    x = canvas.x(change.year - Fraction(1, 2))
    label = drawing.word("change", before=change.before, after=change.after)
    line = f'<line class="change" x1="{x}" x2="{x}" y1="{_TOP - 6}" y2="{_BOTTOM}"/>'
    return line + _text(x, _TOP - 12, label, "note", anchor="middle")


def _legend(drawing: Drawing) -> str:
    """Keys in rows, as many as fit beside each other."""
    keys = (
        ("known", "known", drawing.known),
        ("ahead", "expected", drawing.ahead),
        ("band", "band", drawing.has_band),
        ("pathway", "required", drawing.pathway),
        ("target", "target", drawing.marks),
        ("change", "list", drawing.changes),
    )
    made, x, y = [], float(_LEFT), float(_LEGEND)
    for kind, word in ((kind, drawing.word(key)) for kind, key, there in keys if there):
        width = 34 + _LETTER * len(word) + 18
        if x + width > _WIDTH and x > _LEFT:
            x, y = float(_LEFT), y + 20
        made.append(_key(kind, x, y) + _text(_shown(x + 32), _shown(y + 4), word, "axis"))
        x += width
    return "".join(made)


def _key(kind: str, x: float, y: float) -> str:
    left, right, middle = _shown(x), _shown(x + 26), _shown(y)
    if kind == "band":
        return f'<rect class="band" x="{left}" y="{_shown(y - 6)}" width="26" height="12"/>'
    if kind == "target":
        return _diamond(x + 13, y)
    if kind == "change":
        x_at = _shown(x + 13)
        return f'<line class="change" x1="{x_at}" x2="{x_at}" y1="{_shown(y - 8)}" y2="{_shown(y + 8)}"/>'
    line = f'<line class="{kind}" x1="{left}" x2="{right}" y1="{middle}" y2="{middle}"/>'
    dot = {"known": "dot", "ahead": "dot open"}.get(kind)
    return line + (f'<circle class="{dot}" cx="{_shown(x + 13)}" cy="{middle}" r="4"/>' if dot else "")


@attrs.frozen
class Cell:
    """A text in a table or a list; ``tone`` (``good bad doubt assumed``) repeats what the words say."""

    text: str
    tone: str = ""


@attrs.frozen
class Paragraph:
    """A paragraph; of the tone ``assumed`` a box that nobody overlooks."""

    text: str
    tone: str = ""


@attrs.frozen
class Bullets:
    """A list of sentences."""

    items: tuple[Cell, ...]


@attrs.frozen
class ReportTable:
    """A table; ``numeric`` are the columns of numbers, ``caption`` says what is in it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()


@attrs.frozen
class Chart:
    """The picture of the projection, and what it says in one sentence."""

    drawing: Drawing
    caption: str


Block = Paragraph | Bullets | ReportTable | Chart


@attrs.frozen
class Section:
    """A heading and what stands below it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@attrs.frozen
class Page:
    """A whole report in one language."""

    lang: str
    kind: str
    title: str
    contents: str
    head: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]


PAGE_STYLE = """\
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.2rem 1rem 3rem;max-width:62rem;background:#fff;color:#1a1a1a;
font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:break-word}
header{border-bottom:2px solid #0b6b62;margin-bottom:1rem;padding-bottom:.6rem}
header p{margin:.15rem 0;color:#444}
.kind{color:#0b6b62;font-weight:700;text-transform:uppercase;letter-spacing:.04em}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-bottom:.15rem;border-bottom:1px solid #bbb}
ul{margin:.4rem 0;padding-left:1.3rem}
li{margin:.2rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;font-size:.9rem}
nav a{color:#0b6b62}
.assumed{border:2px solid #a15c00;background:#fff6e5;padding:.5rem .8rem;margin:.7rem 0;font-weight:600}
li.assumed{border:0;background:none;padding:0;margin:.2rem 0;color:#7a4600}
.note{color:#444;font-style:italic}
table{border-collapse:collapse;width:100%;margin:.7rem 0;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{border:1px solid #999;padding:.28rem .45rem;text-align:left;vertical-align:top}
thead th{background:#e8f1f0}
tbody th{font-weight:600}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
thead .n{white-space:normal}
.good{color:#0b6b2e}.bad{color:#a31515}.doubt{color:#7a4600}
figure{margin:.8rem 0}
.scroll{overflow-x:auto}
figcaption{color:#444;font-size:.92rem}
svg{display:block;width:100%;height:auto;min-width:34rem;font-size:13px;
font-family:system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
svg text{fill:#1a1a1a}
svg .axis{fill:#333}svg .note{fill:#555;font-size:12px;font-style:normal}
svg .value{fill:#0b6b62;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px}
svg .mark{fill:#a31515;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px}
svg .grid{stroke:#ddd}svg .band{fill:#bfe0dc;stroke:none}
svg .pathway{fill:none;stroke:#8a5a00;stroke-width:2;stroke-dasharray:7 5}
svg .known{fill:none;stroke:#0b6b62;stroke-width:3}
svg .ahead{fill:none;stroke:#0b6b62;stroke-width:2;stroke-dasharray:9 3 2 3}
svg .dot{fill:#0b6b62;stroke:#0b6b62;stroke-width:1.5}svg .open{fill:#fff}
svg .target{fill:#a31515}svg .change{stroke:#555;stroke-width:1.2;stroke-dasharray:2 3}
footer{margin-top:2rem;border-top:1px solid #bbb;color:#555;font-size:.8rem}
@media (max-width:42rem){
body{padding:.8rem .7rem 2rem}
.wide,.wide tbody,.wide tr,.wide th,.wide td,.wide caption{display:block;width:auto}
.wide thead{position:absolute;left:-999rem}
.wide tr{border:1px solid #999;margin:.6rem 0}
.wide th,.wide td{border:0;border-bottom:1px solid #ddd;text-align:left;white-space:normal}
.wide td::before{content:attr(data-label) ": ";font-weight:600;color:#444}
.wide tr :last-child{border-bottom:0}
table:not(.wide){font-size:.85rem}
}
@page{size:A4;margin:18mm 15mm 18mm 20mm;@bottom-center{content:counter(page);font:9pt serif}}
@media print{
body{max-width:none;padding:0;font:11.5pt/1.35 "Times New Roman",Tinos,"Liberation Serif",serif}
nav{display:none}
h1{font-size:15pt}h2{font-size:12.5pt;margin:5mm 0 2mm;break-after:avoid}
table{font-size:10pt;width:calc(100% - 1px)}
caption{break-after:avoid}
thead{display:table-header-group}
tr,figure,li,.assumed{break-inside:avoid}
thead th,.assumed,svg .band,svg .dot,svg .target{-webkit-print-color-adjust:exact;print-color-adjust:exact}
svg{min-width:0}
.scroll{overflow:visible}
}
"""
"""One sheet for the whole page; it names no font, picture or sheet that would have to be fetched."""


# What would be markup inside a line; at its beginning, lists, headings and quotes too.
_INSIDE = re.compile(r"([\\`*_\[\]<>|~$#&@])")
_AT_FIRST = re.compile(r"^(\d+(?=[.)]\s)|(?=[-+=:]))")
_LINKS = re.compile(r"(?i)(://|www\.)")


def markdown(page: Page) -> str:
    """The whole page."""
    made = [f"# {_text_markdown(page.kind)}: {_text_markdown(page.title)}"]
    for line in page.head:
        made += ["", _text_markdown(line)]
    for section in page.sections:
        made += ["", f"## {_text_markdown(section.title)}"]
        for block in section.blocks:
            made += ["", *_block_markdown(block)]
    made += ["", "---"]
    for line in page.foot:
        made += ["", _text_markdown(line)]
    return "\n".join(made) + "\n"


def _text_markdown(text: str) -> str:
    escaped = _INSIDE.sub(r"\\\1", " ".join(plain(text).split()))
    unlinked = _LINKS.sub(lambda found: found[1].replace(":", "\\:").replace(".", "\\."), escaped)
    return _AT_FIRST.sub(r"\1\\", unlinked)


def _block_markdown(block: Block) -> list[str]:
    match block:
        case Paragraph(text, tone):
            shown = _text_markdown(text)
            return [f"> **{shown}**"] if tone == "assumed" else [shown]
        case Bullets(items):
            return [f"- {_text_markdown(item.text)}" for item in items]
        case ReportTable():
            return _table_markdown(block)
        case Chart(_, caption):
            return [f"*{_text_markdown(caption)}*"]


def _table_markdown(table: ReportTable) -> list[str]:
    rule = ["---:" if place in table.numeric else "---" for place in range(len(table.head))]
    head = _row_markdown([Cell(text) for text in table.head])
    rows = [_row_markdown(row) for row in table.rows]
    return [_text_markdown(table.caption), "", head, f"| {' | '.join(rule)} |", *rows]


def _row_markdown(cells: tuple[Cell, ...] | list[Cell]) -> str:
    return f"| {' | '.join(_text_markdown(cell.text) or ' ' for cell in cells)} |"


# The browser is told to fetch nothing and run nothing, whatever might stand in a name.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_WIDE_FROM = 5
_LONG = re.compile(r"\S{30}(?=\S)")


def page_html(page: Page) -> str:
    """The whole file."""
    head = "".join(f"<p>{_breakable(line)}</p>\n" for line in page.head)
    contents = "".join(
        f'<li><a href="#{each.id}">{_text_html(each.title)}</a></li>' for each in page.sections
    )
    sections = "".join(_section(each) for each in page.sections)
    foot = "".join(f"<p>{_breakable(line)}</p>" for line in page.foot)
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text_html(page.kind)} – {_text_html(page.title)}</title>\n<style>\n{PAGE_STYLE}</style>\n</head>\n"
        f'<body>\n<header>\n<p class="kind">{_text_html(page.kind)}</p>\n<h1>{_breakable(page.title)}</h1>\n'
        f'{head}</header>\n<nav aria-label="{page.contents}"><ul>{contents}</ul></nav>\n'
        f"<main>\n{sections}</main>\n<footer>{foot}</footer>\n</body>\n</html>\n"
    )


def _text_html(text: str) -> str:
    # Signs that turn the direction of writing are taken out: a name cannot reach past itself.
    return escaped(plain(text)).replace(" %", "\u00a0%")


def _breakable(text: str) -> str:
    """A text in which a browser may break words that are longer than any word is."""
    # No line end is left in a plain text, so it can mark the places.
    parts = _LONG.sub(r"\g<0>\n", plain(text)).split("\n")
    return "<wbr>".join(_text_html(part) for part in parts)


def _section(section: Section) -> str:
    blocks = "".join(f"{_block_html(block)}\n" for block in section.blocks)
    return (
        f'<section aria-labelledby="{section.id}">\n'
        f'<h2 id="{section.id}">{_breakable(section.title)}</h2>\n{blocks}</section>\n'
    )


def _block_html(block: Block) -> str:
    match block:
        case Paragraph(text, tone):
            role = ' role="note"' if tone == "assumed" else ""
            return f"<p{_tone(tone)}{role}>{_breakable(text)}</p>"
        case Bullets(items):
            lines = (f"<li{_tone(item.tone)}>{_breakable(item.text)}</li>" for item in items)
            return f"<ul>{''.join(lines)}</ul>"
        case ReportTable():
            return _table_html(block)
        case Chart(drawing, caption):
            picture = svg_chart(drawing, caption)
            return f'<figure><div class="scroll">{picture}</div><figcaption>{_breakable(caption)}</figcaption></figure>'


def _tone(tone: str) -> str:
    return f' class="{tone}"' if tone else ""


def _table_html(table: ReportTable) -> str:
    head = "".join(
        f'<th scope="col"{_tone("n" if place in table.numeric else "")}>{_breakable(text)}</th>'
        for place, text in enumerate(table.head)
    )
    rows = "".join(_row_html(table, row) for row in table.rows)
    # On a phone rows of words become cards; columns of numbers stay side by side and can be moved.
    worded = len(table.numeric) < len(table.head) - 1
    kind = ' class="wide"' if len(table.head) >= _WIDE_FROM and worded else ""
    made = (
        f"<table{kind}><caption>{_breakable(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    )
    return made if kind else f'<div class="scroll">{made}</div>'


def _row_html(table: ReportTable, row: tuple[Cell, ...]) -> str:
    made = []
    for place, (cell, label) in enumerate(zip(row, table.head, strict=True)):
        kinds = " ".join(part for part in ("n" if place in table.numeric else "", cell.tone) if part)
        if place == 0:
            made.append(f'<th scope="row"{_tone(kinds)}>{_breakable(cell.text)}</th>')
        else:
            made.append(f'<td{_tone(kinds)} data-label="{_text_html(label)}">{_breakable(cell.text)}</td>')
    return f"<tr>{''.join(made)}</tr>\n"
