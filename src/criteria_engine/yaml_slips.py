"""The commonest slips of people who write YAML, looked for on the lines around a place where reading failed.

YAML notices a slip late and says little about it. Each finder here looks at one line, and says of
every slip it sees what would mend it; whoever asked tries the mending, and believes a slip only if
reading gets further with it. A mending never adds or takes away a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from criteria_engine.slips import Line, Slip
from criteria_engine.source_text import SPACES
from criteria_engine.yaml_cuts import blanked, cut_slips, quoted, without_comment

__all__ = ["FINDERS", "unclosed_quote"]

_LEAD = r"^(\s*(?:- +)*)"
_OPENED = re.compile(r"""(?:^|(?<=[:\-\[{,]))\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(["']))""")
_IN_QUOTES = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'""")
_SIGN = re.compile(_LEAD + r"""(?:[\w.-]+: +)?([\[{*&!%@>|`"'].*)$""")
_BLOCK_HEADER = re.compile(r"[>|][-+0-9]*\s*$")
_COLON_INSIDE = re.compile(_LEAD + r"([\w.-]+: +)([^\s\[{\"'|>&*!].*)$")
_GLUED_COLON = re.compile(_LEAD + r"([^\W\d][\w.-]*):(?=[^\s/:])(.*)$")
_GLUED_COLON_IN_FLOW = re.compile(r"(?<=[{,])\s*([a-z_]+):(?=[^\s,/:}\]])([^,}]*)")
_GLUED_DASH = re.compile(r"^\s*(-)(?=[^\s\d.-])(.*)$")
_OTHER_SIGN = re.compile(_LEAD + r"(\w+)(\s*[=\uff1a]\s*)(\S.*)?$")
_NO_COLON = re.compile(_LEAD + r"([^\W\d]\w*)( .*)?$")
_COLON_IN_FLOW = re.compile(r"""(?<![\w.-])[\w.-]+: +([^\s,{}\[\]"'][^,{}\[\]]*:(?= )[^,{}\[\]]*)""")
_NO_COLON_BEFORE_BRACKET = re.compile(r"(?:^\s*(?:- +)*|[{,]\s*)([a-z_]\w*) +(?=[{\[])")
_NO_COMMA_BEFORE_KEY = re.compile(r"(?<=[^\s,{\[:]) +(?=[a-z_]+: )")
_NO_COMMA = re.compile(r"""(?<=[}\]"'\w]) +(?=[{\["'])|(?<=[}\]])(?=[{\[])""")
_ODD_ESCAPE = re.compile(
    r"""\\(?:(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfre "/\\N_LP])|(.))"""
)
_ODD_SPACE = re.compile(rf"^[ \t]*[{SPACES}][\s]*|(?<=[:\-,])[ ]*[{SPACES}]\s*")
_NEXT_KEY = re.compile(r", *[\w.-]+: ")
_MOST = 16
_PARTNER = {"{": "}", "[": "]"}


def unclosed_quote(line: Line) -> Iterator[Slip]:
    """A quotation mark that the line does not close, with every place where it may have been meant to."""
    opened = next((found for found in _OPENED.finditer(line.text) if found[1]), None)
    if opened is None:
        return
    start = opened.start(1)
    end = len(without_comment(line.text))
    inside = line.text[start:end]
    stops = [start + found.start() for found in re.finditer(r", *[\w.-]+: ", inside)]
    stops.append(start + len(inside.rstrip("}] ")))
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
    for place, letter in enumerate(blanked(value)):
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


def _colon_in_flow(line: Line) -> Iterator[Slip]:
    for found in islice(_COLON_IN_FLOW.finditer(line.text), _MOST):
        start, value = found.start(1), found[1].rstrip()
        place = start + value.index(": ") if ": " in value else start
        yield _in_quotes(line, "CE019", (place, place + 1), (start, start + len(value)))


def _missing_comma(line: Line, place: re.Pattern[str] = _NO_COMMA) -> Iterator[Slip]:
    bare = blanked(line.text)
    if "," not in bare and not any(sign in bare for sign in "{}[]"):
        return
    for found in islice(place.finditer(bare), 6):
        yield line.slip("CE025", (found.start(), found.end()), (found.start(), found.start(), ","))


def _missing_comma_at_end(line: Line) -> Iterator[Slip]:
    end = len(without_comment(line.text))
    if end and line.text[end - 1] in "}]\"'":
        yield line.slip("CE025", (end - 1, end), (end, end, ","))


def _brackets(line: Line) -> Iterator[Slip]:
    end = len(without_comment(line.text))
    bare = blanked(line.text[:end])
    opened: list[int] = []
    for place, letter in enumerate(bare):
        if letter in "{[":
            opened.append(place)
        elif letter in "}]":
            if opened and _PARTNER[bare[opened[-1]]] == letter:
                opened.pop()
            else:
                if letter in (_PARTNER[bare[each]] for each in opened):
                    yield from _unclosed(line, bare, opened[-1], place)
                yield line.slip("CE024", (place, place + 1), (place, place + 1, ""), bracket=letter)
                return
    if opened:
        closing = "".join(_PARTNER[bare[place]] for place in reversed(opened))
        yield line.slip("CE023", (opened[-1], opened[-1] + 1), (end, end, closing), bracket=bare[opened[-1]])


def _unclosed(line: Line, bare: str, opened: int, end: int) -> Iterator[Slip]:
    """A bracket that is open where one around it closes, with the places where it may have been meant to."""
    stops = [found.start() for found in _NEXT_KEY.finditer(bare, opened, end)]
    for stop in [*stops[:_MOST], end]:
        closing = (stop, stop, _PARTNER[bare[opened]])
        yield line.slip("CE023", (opened, opened + 1), closing, bracket=bare[opened])


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
    text = without_comment(line.text)
    found = _NO_COLON.match(text)
    if found and not re.search(r":(?: |$)", re.split(r"[{\[\"']", text)[0]):
        yield line.slip("CE016", found.span(2), (found.end(2), found.end(2), ":"), key=found[2])


def _missing_colon_before_bracket(line: Line) -> Iterator[Slip]:
    for found in islice(_NO_COLON_BEFORE_BRACKET.finditer(line.text), _MOST):
        yield line.slip("CE016", found.span(1), (found.end(1), found.end(1), ":"), key=found[1])


_Finder = Callable[[Line], Iterator[Slip]]
FINDERS: tuple[_Finder, ...] = (
    lambda line: _missing_comma(line, _NO_COMMA_BEFORE_KEY),
    _missing_colon_before_bracket,
    lambda line: (line.slip("CE012", part, edit, **details) for part, edit, details in cut_slips(line.text)),
    _odd_escape,
    _leading_sign,
    _glued_colon,
    _glued_dash,
    _odd_space,
    _missing_comma,
    _brackets,
    _colon_in_flow,
    _colon_inside,
    _missing_comma_at_end,
    _no_key,
    _missing_colon,
)
"""The finders, the surest first."""
