"""The commonest slips of people who write YAML, each looked for on a single line.

In order: a line; the finders, each for one slip, and the table of them; how quotes and brackets are told
apart. Regular expressions are given to ``re`` as texts, so that they are compiled once a text is faulty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from criteria_engine.files.source import SPACES, Edit, Slip, quoted
from criteria_engine.files.yaml_tree import QUOTED, pieces
from criteria_engine.messages.codes import Code

PARTNER = {"{": "}", "[": "]"}
"""The brackets of the short form, each with the one that closes it."""

_MOST_SLIPS = 16
_MOST_CUTS = 40


class SourceLine(NamedTuple):
    """One line and where it begins in the text."""

    text: str
    start: int

    @property
    def indent(self) -> int:
        """How far it is indented."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def end(self) -> int:
        """Where it ends without a comment and the white space before it."""
        return len(_without_comment(self.text))

    def slip(self, code: str, span: tuple[int, int], *edits: Edit, **details: str) -> Slip:
        """A slip on this line; the span and the edits count from the beginning of the line."""
        moved = tuple((self.start + start, self.start + end, new) for start, end, new in edits)
        return Slip(code, self.start + span[0], max(1, span[1] - span[0]), details, moved)


_LEAD = r"^(\s*(?:- +)*)"


def unclosed_quote(line: SourceLine) -> Iterator[Slip]:
    """A quotation mark that the line does not close, with every place where it may have been meant to."""
    quotes = r"""(?:^|(?<=[:\-\[{,]))\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(["']))"""
    opened = next((quote for quote in re.finditer(quotes, line.text) if quote[1]), None)
    if opened is None:
        return
    start, end = opened.start(1), line.end
    stops = [end]
    if any(sign in line.text[:start] for sign in "{["):
        inside = line.text[start:end]
        stops += [start + key.start() for key in re.finditer(r", *[\w.-]+: ", inside)]
        stops.append(start + len(inside.rstrip("}] ")))
    for stop in sorted(set(stops)):
        if stop > start + 1:
            yield line.slip(Code.UNCLOSED_QUOTE, (start, stop), (stop, stop, opened[1]), quote=opened[1])


def _leading_sign(line: SourceLine) -> Iterator[Slip]:
    """A value that begins with a letter that means something to YAML."""
    sign = re.match(_LEAD + r"""(?:[\w.-]+: +)?([\[{*&!%@>|`"'].*)$""", line.text)
    value = _without_comment(sign[2]) if sign else ""
    if sign is None or len(value) < 2 or value[-1] in ",{[":
        return
    if _is_quoted(value) or re.fullmatch(r"[>|][-+0-9]*\s*", value):
        return
    if value[0] in PARTNER and not value[_end_of_brackets(value, "[{", "]}") :].strip(" ]}"):
        return
    start = sign.start(2)
    yield _in_quotes(line, Code.RESERVED_SIGN, (start, start + 1), (start, start + len(value)), sign=value[0])


def _in_quotes(
    line: SourceLine, code: str, span: tuple[int, int], part: tuple[int, int], **details: str
) -> Slip:
    mended = quoted(line.text[part[0] : part[1]])
    return line.slip(code, span, (*part, mended), mended=mended, **details)


def _colon_inside(line: SourceLine) -> Iterator[Slip]:
    entry = re.match(_LEAD + r"([\w.-]+: +)([^\s\[{\"'|>&*!].*)$", line.text)
    value = _without_comment(entry[3]) if entry else ""
    colon = re.search(r":(?= |$)", value)
    if entry and colon:
        start = entry.start(3)
        place = start + colon.start()
        yield _in_quotes(line, Code.COLON_IN_TEXT, (place, place + 1), (start, start + len(value)))


def _colon_in_flow(line: SourceLine) -> Iterator[Slip]:
    entries = r"""(?<![\w.-])[\w.-]+: +([^\s,{}\[\]"'][^,{}\[\]]*:(?= )[^,{}\[\]]*)"""
    for entry in islice(re.finditer(entries, line.text), _MOST_SLIPS):
        start, value = entry.start(1), entry[1].rstrip()
        place = start + value.index(": ") if ": " in value else start
        yield _in_quotes(line, Code.COLON_IN_TEXT, (place, place + 1), (start, start + len(value)))


def _missing_comma(
    line: SourceLine, gaps: str = r"""(?<=[}\]"'\w]) +(?=[{\["'])|(?<=[}\]])(?=[{\[])"""
) -> Iterator[Slip]:
    bare = _blanked(line.text)
    if any(sign in bare for sign in ",{}[]"):
        for gap in islice(re.finditer(gaps, bare), 6):
            yield line.slip(Code.MISSING_COMMA, gap.span(), (gap.start(), gap.start(), ","))


def _missing_comma_at_end(line: SourceLine) -> Iterator[Slip]:
    end = line.end
    if end and line.text[end - 1] in "}]\"'":
        yield line.slip(Code.MISSING_COMMA, (end - 1, end), (end, end, ","))


def _brackets(line: SourceLine) -> Iterator[Slip]:
    """Brackets that are not closed, or not opened, on this line."""
    bare = _blanked(line.text[: line.end])
    opened: list[int] = []
    for place, letter in enumerate(bare):
        if letter in "{[":
            opened.append(place)
        elif letter in "}]" and opened and PARTNER[bare[opened[-1]]] == letter:
            opened.pop()
        elif letter in "}]":
            if letter in (PARTNER[bare[other]] for other in opened):
                yield from _unclosed(line, bare, opened[-1], place)
            yield line.slip(Code.UNOPENED_BRACKET, (place, place + 1), (place, place + 1, ""), bracket=letter)
            return
    if opened:
        last, end = opened[-1], len(bare)
        closing = "".join(PARTNER[bare[place]] for place in reversed(opened))
        yield line.slip(Code.UNCLOSED_BRACKET, (last, last + 1), (end, end, closing), bracket=bare[last])


def _unclosed(line: SourceLine, bare: str, opened: int, end: int) -> Iterator[Slip]:
    """A bracket that is open where one around it closes, with the places where it may have been meant to."""
    keys = re.compile(r", *[\w.-]+: ").finditer(bare, opened, end)
    for stop in [*(key.start() for key in islice(keys, _MOST_SLIPS)), end]:
        closing = (stop, stop, PARTNER[bare[opened]])
        yield line.slip(Code.UNCLOSED_BRACKET, (opened, opened + 1), closing, bracket=bare[opened])


def _odd_escape(line: SourceLine) -> Iterator[Slip]:
    """A backslash in double quotes before what is no escape, or is one of no letter."""
    known = r"""x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfre "/\\N_LP]"""
    for escape in re.finditer(rf"\\(?:({known})|(.))", line.text) if '"' in line.text else ():
        start, sign = escape.start(), escape[1] or ""
        if re.fullmatch(r"u[dD][89a-fA-F]..", sign):
            edit = (*escape.span(), r"\ufffd")
            yield line.slip(
                Code.FORBIDDEN_CHARACTER, (start, start + 1), edit, character=f"U+{sign[1:].upper()}"
            )
        elif escape[2] or re.fullmatch(r"U(?!000|0010).*", sign):
            yield line.slip(
                Code.UNKNOWN_ESCAPE, (start, start + 2), (start, start, "\\"), escape=escape[0][:2]
            )


def _no_key(line: SourceLine) -> Iterator[Slip]:
    if line.text.lstrip().startswith(": "):
        yield line.slip(Code.KEY_NOT_TEXT, (line.indent, line.indent + 1), (line.indent, line.indent, "#"))


def _glued_colon(line: SourceLine) -> Iterator[Slip]:
    if glued := re.match(_LEAD + r"([^\W\d][\w.-]*):(?=[^\s/:])(.*)$", line.text):
        yield _spaced(line, glued.start(2), glued[2], _without_comment(glued[3]))
    for glued in re.finditer(r"(?<=[{,])\s*([a-z_]+):(?=[^\s,/:}\]])([^,}]*)", line.text):
        yield _spaced(line, glued.start(1), glued[1], glued[2].strip())


def _spaced(line: SourceLine, start: int, key: str, value: str) -> Slip:
    end = start + len(key) + 1
    return line.slip(Code.UNSPACED_COLON, (start, end), (end, end, " "), key=key, value=value)


def _glued_dash(line: SourceLine) -> Iterator[Slip]:
    if dash := re.match(r"^\s*(-)(?=[^\s\d.-])(.*)$", line.text):
        edit = (dash.end(1), dash.end(1), " ")
        yield line.slip(Code.UNSPACED_DASH, dash.span(1), edit, item=_without_comment(dash[2]))


def _odd_space(line: SourceLine) -> Iterator[Slip]:
    """Spaces that are none to YAML."""
    odd = list(re.finditer(rf"^[ \t]*[{SPACES}][\s]*|(?<=[:\-,])[ ]*[{SPACES}]\s*", line.text))
    if odd:
        edits = [(*spaces.span(), " " * len(spaces[0])) for spaces in odd]
        yield line.slip(Code.ODD_SPACE, odd[0].span(), *edits)


def _missing_colon(line: SourceLine) -> Iterator[Slip]:
    if other := re.match(_LEAD + r"(\w+)(\s*[=\uff1a]\s*)(\S.*)?$", line.text):
        yield line.slip(Code.MISSING_COLON, other.span(2), (*other.span(3), ": "), key=other[2])
        return
    text = _without_comment(line.text)
    key = re.match(_LEAD + r"([^\W\d]\w*)( .*)?$", text)
    if key and not re.search(r":(?: |$)", re.split(r"[{\[\"']", text)[0]):
        yield line.slip(Code.MISSING_COLON, key.span(2), (key.end(2), key.end(2), ":"), key=key[2])


def _missing_colon_before_bracket(line: SourceLine) -> Iterator[Slip]:
    keys = r"(?:^\s*(?:- +)*|[{,]\s*)([a-z_]\w*) +(?=[{\[])"
    for key in islice(re.finditer(keys, line.text), _MOST_SLIPS):
        yield line.slip(Code.MISSING_COLON, key.span(1), (key.end(1), key.end(1), ":"), key=key[1])


def _cut_expression(line: SourceLine) -> Iterator[Slip]:
    """Expressions in the short form with commas or brackets of their own, which must be quoted."""
    text, bare = line.text, _blanked(line.text)
    done = min((bare.find(bracket) for bracket in "{[" if bracket in bare), default=len(text))
    values = r"(?:(?<=[{,])\s*[\w.-]+: +|(?<=[\[,])\s*)(?=[^\s,{}\]])"
    for start in (value.end() for value in islice(re.finditer(values, text), _MOST_CUTS)):
        if start <= done:
            continue
        value = text[start : _end_of_value(bare, start)].rstrip()
        if _must_be_quoted(value):
            done = start + len(value)
            cut = next((sign.start() for sign in re.finditer(_CUTS, value) if sign.start()), len(value))
            parts = [part for part in (value[:cut].strip(), value[cut:].strip(", ")) if part]
            yield _in_quotes(line, Code.TEXT_CUT, (start, done), (start, done), pieces=pieces(parts))


_Finder = Callable[[SourceLine], Iterator[Slip]]
FINDERS: tuple[_Finder, ...] = (
    # Between an entry and the key of the next.
    partial(_missing_comma, gaps=r"(?<=[^\s,{\[:]) +(?=[a-z_]+: )"),
    _missing_colon_before_bracket,
    _cut_expression,
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

_CUTS = r"[,\[\]{}]"


def _is_quoted(text: str) -> bool:
    """Whether a text stands between quotation marks as a whole."""
    marks = r""""(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'"""
    return re.fullmatch(marks, text, re.DOTALL) is not None


def _must_be_quoted(text: str) -> bool:
    if not text or _is_quoted(text):
        return False
    if text[0] in "[{":
        return _end_of_brackets(text, "([{", ")]}") < len(text)
    return text[0] in "\"'" or re.search(_CUTS, text) is not None


def _end_of_brackets(text: str, opening: str, closing: str) -> int:
    """Where the bracket that a text begins with is closed; the end of a text where it is not."""
    depth = 0
    for place, letter in enumerate(_blanked(text)):
        depth += (letter in opening) - (letter in closing)
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


def _blanked(line: str) -> str:
    """A line with what stands between quotation marks blotted out, letter by letter."""
    return re.sub(
        QUOTED, lambda part: part[0][0] + "_" * (len(part[0]) - 2) + part[0][1:][-1:], line, flags=re.DOTALL
    )


def _without_comment(line: str) -> str:
    """A line without the comment at its end, and without white space there."""
    comment = re.search(r"(?:^|(?<=\s))#", _blanked(line))
    return line[: comment.start() if comment else len(line)].rstrip()
