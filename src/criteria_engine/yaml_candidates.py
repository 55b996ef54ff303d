"""Which slips may be why YAML could not read on: the lines around the place, finder by finder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import attrs

from criteria_engine.slips import Edit, Line, Slip
from criteria_engine.yaml_cuts import without_comment
from criteria_engine.yaml_slips import FINDERS, unclosed_quote

__all__ = ["candidates"]

_TOGETHER = {"CE012", "CE014", "CE015", "CE016", "CE020", "CE025", "CE027", "CE028", "CE029"}
_NEAR = 8
_FAR = 300
_LONGEST = 2000
_MOST = 16
_MOST_QUOTES = 6
_CLOSES = {"{": "}", "[": "]"}


def candidates(text: str, failure: int, context: int | None) -> Iterator[tuple[Slip, ...]]:
    """Slips that may be why reading failed at ``failure``, the likeliest first; some only together."""
    far = _lines_before(text, failure)
    lines = far[:_NEAR]
    if context is not None:
        lines += [line for line in _lines_before(text, context, 1) if line not in lines]
    yield from _tabs(lines)
    quotes = (slip for line in [*lines, *far[_NEAR:]] for slip in unclosed_quote(line))
    yield from ((slip,) for slip in islice(quotes, _MOST_QUOTES))
    for finder in FINDERS:
        found = [tuple(finder(line)) for line in lines]
        single = [slip for slips in found for slip in slips]
        yield from (slips for slips in found if len(slips) > 1 and slips[0].code in _TOGETHER)
        yield from ((slip,) for slip in single[:_MOST])
        if len(single) > 1 and single[0].code in _TOGETHER:
            yield tuple(single)
    yield from _late_closing(text, context, lines)
    yield from _indentation(text, lines, far)


def _lines_before(text: str, index: int, most: int = _FAR) -> list[Line]:
    """The line of a place and those before it, the nearest first, without blank ones and comments."""
    found: list[Line] = []
    end = min(index, len(text))
    for _ in range(most):
        start = text.rfind("\n", 0, end) + 1
        stop = text.find("\n", start, start + _LONGEST)
        if stop >= 0 or len(text) - start < _LONGEST:
            line = Line(text[start : stop if stop >= 0 else len(text)].rstrip("\r"), start)
            if line.text.strip() and not line.text.lstrip().startswith("#"):
                found.append(line)
        end = start - 1
        if end < 0:
            break
    return found


def _tabs(lines: list[Line]) -> Iterator[tuple[Slip, ...]]:
    """Lines indented with tabs: set like the line before, or two or four spaces a tab."""
    tabbed = [line for line in lines if "\t" in line.text[: line.indent]]
    if not tabbed:
        return
    likely = [line.indent + 2 * line.text.endswith(":") for line in lines if line.start < tabbed[-1].start][
        :1
    ]
    likely += [line.indent for line in lines if line.start > tabbed[0].start][-1:]
    beside = [[wanted] * len(tabbed) for wanted in dict.fromkeys(likely)]
    sized = [[len(line.text[: line.indent].expandtabs(size)) for line in tabbed] for size in (2, 4, 8)]
    for all_wanted in beside + sized if len(tabbed) == 1 else sized + beside:
        yield tuple(_indented(line, "CE014", wanted) for line, wanted in zip(tabbed, all_wanted, strict=True))


def _indented(line: Line, code: str, wanted: int) -> Slip:
    edit = (0, line.indent, " " * wanted)
    if code == "CE014":
        return line.slip(code, (0, line.indent), edit)
    span = (line.indent, len(without_comment(line.text)))
    return line.slip(code, span, edit, found=str(line.indent), expected=str(wanted))


def _late_closing(text: str, context: int | None, lines: list[Line]) -> Iterator[tuple[Slip, ...]]:
    """A bracket over several lines that closes nowhere."""
    if context is None or text[context : context + 1] not in _CLOSES:
        return
    bracket = text[context]
    for line in lines:
        if line.start > context:
            end = line.start + len(without_comment(line.text))
            yield (Slip("CE023", context, 1, {"bracket": bracket}, ((end, end, _CLOSES[bracket]),)),)


def _indentation(text: str, lines: list[Line], far: list[Line]) -> Iterator[tuple[Slip, ...]]:
    """A key or an item, with all that is deeper below it, set under one of those before it."""
    for place, line in enumerate(lines[:3]):
        is_item = line.text.lstrip().startswith("- ")
        indents = [
            other.indent
            for other in [*lines[:place], *far[place + 1 :]]
            if other.indent != line.indent and other.text.lstrip().startswith("- ") == is_item
        ]
        deeper = _deeper_below(text, line)
        likely = sorted(dict.fromkeys(indents[:40]), key=lambda indent: abs(indent - line.indent))
        for wanted in sorted(likely, key=lambda indent: indent >= deeper):
            edits = _moved_below(line, wanted, lines[:place])
            first = _indented(line, "CE018", wanted)
            yield (attrs.evolve(first, edits=(*first.edits, *edits)),)


def _deeper_below(text: str, line: Line) -> int:
    """How far the line after one that ends with a colon is indented; far, where that says nothing."""
    end = line.start + len(line.text)
    following = text[end : end + _LONGEST].lstrip("\r\n").split("\n", 1)[0]
    indent = len(following) - len(following.lstrip())
    return indent if line.text.endswith(":") and indent > line.indent else _LONGEST


def _moved_below(line: Line, wanted: int, lower: list[Line]) -> list[Edit]:
    """The edits that move what is deeper below a line with it."""
    edits: list[Edit] = []
    for other in reversed(lower):
        if other.indent <= max(line.indent, wanted):
            break
        indented = " " * (other.indent + wanted - line.indent)
        edits.append((other.start, other.start + other.indent, indented))
    return edits
