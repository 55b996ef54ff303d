"""The commonest slips of people who write YAML, looked for on the lines around a place where reading failed.

YAML notices a slip late and says little about it. Each finder here looks at one line, and says of
every slip it sees what would mend it; whoever asked tries the mending, and believes a slip only if
reading gets further with it. A mending never adds or takes away a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import attrs

from criteria_engine.slips import Line, Slip
from criteria_engine.source_text import SPACES
from criteria_engine.yaml_cuts import cut_slips, quoted, without_comment

__all__ = ["candidates"]

_LEAD = r"^(\s*(?:- +)*)"
_OPENED = re.compile(r"""(?:^|(?<=[:\-\[{,]))\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(["']))""")
_IN_QUOTES = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_SIGN = re.compile(_LEAD + r"""(?:[\w.-]+: +)?([\[{*&!%@>|`"'].*)$""")
_BLOCK_HEADER = re.compile(r"[>|][-+0-9]*\s*$")
_COLON_INSIDE = re.compile(_LEAD + r"([\w.-]+: +)([^\s\[{\"'|>&*!].*)$")
_GLUED_COLON = re.compile(_LEAD + r"([^\W\d][\w.-]*):(?=[^\s/:])(.*)$")
_GLUED_COLON_IN_FLOW = re.compile(r"(?<=[{,])\s*([a-z_]+):(?=[^\s,/:}\]])([^,}]*)")
_GLUED_DASH = re.compile(r"^\s*(-)(?=[^\s\d.-])(.*)$")
_OTHER_SIGN = re.compile(_LEAD + r"(\w+)(\s*[=\uff1a]\s*)(\S.*)?$")
_NO_COLON = re.compile(_LEAD + r"([^\W\d]\w*)( .*)?$")
_NO_COMMA = re.compile(r"""(?<=[^\s,{\[:]) +(?=[a-z_]+: )|(?<=[}\]"'\w]) +(?=[{\["'])|(?<=[}\]])(?=[{\[])""")
_ODD_ESCAPE = re.compile(
    r"""\\(?:(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfre "/\\N_LP])|(.))"""
)
_ODD_SPACE = re.compile(rf"^[ \t]*[{SPACES}][\s]*|(?<=[:\-,])[ ]*[{SPACES}]\s*")
_PARTNER = {"{": "}", "[": "]"}


def _unclosed_quote(line: Line) -> Iterator[Slip]:
    opened = next((found for found in _OPENED.finditer(line.text) if found[1]), None)
    if opened is None:
        return
    start = opened.start(1)
    end = len(without_comment(line.text))
    inside = line.text[start:end]
    stops = [start + found.start() for found in re.finditer(r", *[\w.-]+: |[}\]\s]*$", inside)]
    for stop in sorted({*stops, end}) if any(sign in line.text[:start] for sign in "{[") else [end]:
        if stop > start + 1:
            yield line.slip("CE017", (start, stop), (stop, stop, opened[1]), quote=opened[1])


def _leading_sign(line: Line) -> Iterator[Slip]:
    found = _SIGN.match(line.text)
    if not found:
        return
    value = without_comment(found[2])
    whole = _IN_QUOTES.fullmatch(value) or _BLOCK_HEADER.fullmatch(value) or value in _PARTNER
    if whole or len(value) < 2 or value[-1] in ",{[":
        return
    if value[0] in _PARTNER and not _after_bracket(value).strip("]}"):
        return
    start = found.start(2)
    yield _in_quotes(line, "CE021", (start, start + 1), (start, start + len(value)), sign=value[0])


def _after_bracket(value: str) -> str:
    """What follows the bracket that closes the one a value begins with."""
    depth = 0
    bare = _IN_QUOTES.sub(lambda text: "_" * len(text[0]), value)
    for place, letter in enumerate(bare):
        depth += (letter in "[{") - (letter in "]}")
        if depth == 0:
            return value[place + 1 :].strip()
    return ""


def _in_quotes(line: Line, code: str, span: tuple[int, int], part: tuple[int, int], **details: str) -> Slip:
    mended = quoted(line.text[part[0] : part[1]])
    return line.slip(code, span, (*part, mended), mended=mended, **details)


def _colon_inside(line: Line) -> Iterator[Slip]:
    found = _COLON_INSIDE.match(line.text)
    value = without_comment(found[3]) if found else ""
    inner = re.search(r":(?= |$)", value)
    if found and inner:
        start = found.start(3)
        place = start + inner.start()
        yield _in_quotes(line, "CE019", (place, place + 1), (start, start + len(value)))


def _missing_comma(line: Line) -> Iterator[Slip]:
    bare = _IN_QUOTES.sub(lambda text: '"' + "_" * (len(text[0]) - 2) + '"', line.text)
    if not any(sign in bare for sign in "{}[]"):
        return
    for found in list(_NO_COMMA.finditer(bare))[:6]:
        yield line.slip("CE025", (found.start(), found.end()), (found.start(), found.start(), ","))


def _missing_comma_at_end(line: Line) -> Iterator[Slip]:
    end = len(without_comment(line.text))
    if end and line.text[end - 1] not in ",:{[" and line.text.strip()[0] != "#":
        yield line.slip("CE025", (end - 1, end), (end, end, ","))


def _brackets(line: Line) -> Iterator[Slip]:
    end = len(without_comment(line.text))
    bare = _IN_QUOTES.sub(lambda text: "_" * len(text[0]), line.text[:end])
    opened: list[int] = []
    for place, letter in enumerate(bare):
        if letter in "{[":
            opened.append(place)
        elif letter in "}]":
            if opened and _PARTNER[bare[opened[-1]]] == letter:
                opened.pop()
            else:
                yield line.slip("CE024", (place, place + 1), (place, place + 1, ""), bracket=letter)
                return
    if opened:
        closing = "".join(_PARTNER[bare[place]] for place in reversed(opened))
        yield line.slip("CE023", (opened[-1], opened[-1] + 1), (end, end, closing), bracket=bare[opened[-1]])


def _odd_escape(line: Line) -> Iterator[Slip]:
    if '"' not in line.text:
        return
    for found in _ODD_ESCAPE.finditer(line.text):
        half = re.fullmatch(r"u[dD][89a-fA-F]..", found[1] or "")
        beyond = re.fullmatch(r"U(?!000|0010).*", found[1] or "")
        if half:
            code = f"U+{found[1][1:].upper()}"
            yield line.slip(
                "CE028", (found.start(), found.start() + 1), (*found.span(), r"\ufffd"), character=code
            )
        elif found[2] or beyond:
            start = found.start()
            yield line.slip("CE029", (start, start + 2), (start, start, "\\"), escape=found[0][:2])


def _no_key(line: Line) -> Iterator[Slip]:
    if line.text.lstrip().startswith(": "):
        yield line.slip("CE026", (line.indent, line.indent + 1), (line.indent, line.indent, "#"))


def _glued_colon(line: Line) -> Iterator[Slip]:
    found = _GLUED_COLON.match(line.text)
    if found:
        yield _spaced(line, found.start(2), found[2], without_comment(found[3]))
    for found in _GLUED_COLON_IN_FLOW.finditer(line.text):
        yield _spaced(line, found.start(1), found[1], found[2].strip())


def _spaced(line: Line, start: int, key: str, value: str) -> Slip:
    end = start + len(key) + 1
    return line.slip("CE015", (start, end), (end, end, " "), key=key, value=value)


def _glued_dash(line: Line) -> Iterator[Slip]:
    if found := _GLUED_DASH.match(line.text):
        end = found.end(1)
        yield line.slip("CE020", found.span(1), (end, end, " "), item=without_comment(found[2]))


def _odd_space(line: Line) -> Iterator[Slip]:
    odd = list(_ODD_SPACE.finditer(line.text))
    if odd:
        edits = [(found.start(), found.end(), " " * len(found[0])) for found in odd]
        yield line.slip("CE027", odd[0].span(), *edits)


def _missing_colon(line: Line) -> Iterator[Slip]:
    if other := _OTHER_SIGN.match(line.text):
        yield line.slip("CE016", other.span(2), (*other.span(3), ": "), key=other[2])
        return
    found = _NO_COLON.match(without_comment(line.text))
    if found and ": " not in line.text and not line.text.rstrip().endswith(":"):
        yield line.slip("CE016", found.span(2), (found.end(2), found.end(2), ":"), key=found[2])


Finder = Callable[[Line], Iterator[Slip]]
_FINDERS: tuple[Finder, ...] = (
    lambda line: (line.slip("CE012", part, edit, **details) for part, edit, details in cut_slips(line.text)),
    _odd_escape,
    _leading_sign,
    _glued_colon,
    _glued_dash,
    _odd_space,
    _missing_comma,
    _brackets,
    _colon_inside,
    _missing_comma_at_end,
    _no_key,
    _missing_colon,
)
_TOGETHER = {"CE012", "CE014", "CE015", "CE016", "CE020", "CE025", "CE027", "CE028", "CE029"}
_NEAR = 8
_FAR = 300
_LONGEST = 4000
_MOST = 16


def candidates(text: str, failure: int, context: int | None) -> Iterator[tuple[Slip, ...]]:
    """Slips that may be why reading failed at ``failure``, the likeliest first; some only together."""
    far = _lines_before(text, failure)
    lines = far[:_NEAR]
    if context is not None:
        lines += [line for line in _lines_before(text, context, 1) if line not in lines]
    yield from _tabs(lines)
    quotes = [slip for line in [*lines, *far[_NEAR:]] for slip in _unclosed_quote(line)]
    yield from ((slip,) for slip in quotes[:6])
    for finder in _FINDERS:
        found = [tuple(finder(line)) for line in lines]
        single = [slip for slips in found for slip in slips]
        yield from (slips for slips in found if len(slips) > 1 and slips[0].code in _TOGETHER)
        yield from ((slip,) for slip in single[:_MOST])
        if len(single) > 1 and single[0].code in _TOGETHER:
            yield tuple(single)
    yield from _late_closing(text, context, lines)
    yield from _indentation(lines, far)


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
    if context is None or text[context : context + 1] not in _PARTNER:
        return
    bracket = text[context]
    for line in lines:
        if line.start > context:
            end = line.start + len(without_comment(line.text))
            yield (Slip("CE023", context, 1, {"bracket": bracket}, ((end, end, _PARTNER[bracket]),)),)


def _indentation(lines: list[Line], far: list[Line]) -> Iterator[tuple[Slip, ...]]:
    """A key or an item, with all that is deeper below it, set under one of those before it."""
    for place, line in enumerate(lines[:3]):
        below = [lower for lower in reversed(lines[:place]) if lower.indent > line.indent]
        is_item = line.text.lstrip().startswith("- ")
        indents = [
            other.indent
            for other in [*far[place + 1 :], *lines[:place]]
            if other.indent != line.indent and other.text.lstrip().startswith("- ") == is_item
        ]
        for wanted in sorted(dict.fromkeys(indents[:40]), key=lambda indent: abs(indent - line.indent)):
            shift = wanted - line.indent
            first = _indented(line, "CE018", wanted)
            rest = [
                (lower.start, lower.start + lower.indent, " " * (lower.indent + shift)) for lower in below
            ]
            yield (attrs.evolve(first, edits=(*first.edits, *rest)),)
