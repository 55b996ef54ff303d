"""The chart of a projection as inline SVG, drawn by hand: no library, no script, no request."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

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
        y = canvas.y(share)
        made.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>')
        made.append(
            _text(
                _LEFT - 8, _shown(float(y) + 4), drawing.speaker.share(share, least=0), "axis", anchor="end"
            )
        )
    made += [
        _text(canvas.x(year), _BOTTOM + 20, str(year), "axis", anchor="middle") for year in drawing.ticks
    ]
    return "".join(made)


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
    keys = [
        (kind, key)
        for kind, key, there in (
            ("known", "known", drawing.known),
            ("ahead", "expected", drawing.ahead),
            ("band", "band", drawing.has_band),
            ("pathway", "required", drawing.pathway),
            ("target", "target", drawing.marks),
        )
        if there
    ]
    made, x, y = [], float(_LEFT), float(_LEGEND)
    words = [(kind, drawing.word(key)) for kind, key in keys]
    if drawing.changes:
        words.append(("change", drawing.word("list")))
    for kind, word in words:
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
