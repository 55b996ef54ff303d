"""Reading a text with slips in it: each is mended for the time being, so that the next can be found."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import islice

import attrs

from criteria_engine.files.source import (
    LEADING_TAB,
    MOST_PROBLEMS,
    SPACES,
    Edit,
    Limits,
    Slip,
    SourceLine,
    SourceText,
    blanked,
    cut_slips,
    quoted,
    without_comment,
)
from criteria_engine.files.yaml_tree import Loader, Reading, read_events

__all__ = [
    "FINDERS",
    "Mended",
    "candidates",
    "read_mending",
    "unclosed_quote",
]


# ---- the commonest slips of people who write YAML, looked for on the lines around a place where reading failed ---

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
_MOST_SLIPS = 16
_PARTNER = {"{": "}", "[": "]"}


def unclosed_quote(line: SourceLine) -> Iterator[Slip]:
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


def _leading_sign(line: SourceLine) -> Iterator[Slip]:
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


def _in_quotes(
    line: SourceLine, code: str, span: tuple[int, int], part: tuple[int, int], **details: str
) -> Slip:
    mended = quoted(line.text[part[0] : part[1]])
    return line.slip(code, span, (*part, mended), mended=mended, **details)


def _colon_inside(line: SourceLine) -> Iterator[Slip]:
    found = _COLON_INSIDE.match(line.text)
    value = without_comment(found[3]) if found else ""
    inner = re.search(r":(?= |$)", value)
    if found and inner:
        start = found.start(3)
        place = start + inner.start()
        yield _in_quotes(line, "CE019", (place, place + 1), (start, start + len(value)))


def _colon_in_flow(line: SourceLine) -> Iterator[Slip]:
    for found in islice(_COLON_IN_FLOW.finditer(line.text), _MOST_SLIPS):
        start, value = found.start(1), found[1].rstrip()
        place = start + value.index(": ") if ": " in value else start
        yield _in_quotes(line, "CE019", (place, place + 1), (start, start + len(value)))


def _missing_comma(line: SourceLine, place: re.Pattern[str] = _NO_COMMA) -> Iterator[Slip]:
    bare = blanked(line.text)
    if "," not in bare and not any(sign in bare for sign in "{}[]"):
        return
    for found in islice(place.finditer(bare), 6):
        yield line.slip("CE025", (found.start(), found.end()), (found.start(), found.start(), ","))


def _missing_comma_at_end(line: SourceLine) -> Iterator[Slip]:
    end = len(without_comment(line.text))
    if end and line.text[end - 1] in "}]\"'":
        yield line.slip("CE025", (end - 1, end), (end, end, ","))


def _brackets(line: SourceLine) -> Iterator[Slip]:
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


def _unclosed(line: SourceLine, bare: str, opened: int, end: int) -> Iterator[Slip]:
    """A bracket that is open where one around it closes, with the places where it may have been meant to."""
    stops = [found.start() for found in _NEXT_KEY.finditer(bare, opened, end)]
    for stop in [*stops[:_MOST_SLIPS], end]:
        closing = (stop, stop, _PARTNER[bare[opened]])
        yield line.slip("CE023", (opened, opened + 1), closing, bracket=bare[opened])


def _odd_escape(line: SourceLine) -> Iterator[Slip]:
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


def _no_key(line: SourceLine) -> Iterator[Slip]:
    if line.text.lstrip().startswith(": "):
        yield line.slip("CE026", (line.indent, line.indent + 1), (line.indent, line.indent, "#"))


def _glued_colon(line: SourceLine) -> Iterator[Slip]:
    found = _GLUED_COLON.match(line.text)
    if found:
        yield _spaced(line, found.start(2), found[2], without_comment(found[3]))
    for found in _GLUED_COLON_IN_FLOW.finditer(line.text):
        yield _spaced(line, found.start(1), found[1], found[2].strip())


def _spaced(line: SourceLine, start: int, key: str, value: str) -> Slip:
    end = start + len(key) + 1
    return line.slip("CE015", (start, end), (end, end, " "), key=key, value=value)


def _glued_dash(line: SourceLine) -> Iterator[Slip]:
    if found := _GLUED_DASH.match(line.text):
        end = found.end(1)
        yield line.slip("CE020", found.span(1), (end, end, " "), item=without_comment(found[2]))


def _odd_space(line: SourceLine) -> Iterator[Slip]:
    odd = list(_ODD_SPACE.finditer(line.text))
    if odd:
        edits = [(found.start(), found.end(), " " * len(found[0])) for found in odd]
        yield line.slip("CE027", odd[0].span(), *edits)


def _missing_colon(line: SourceLine) -> Iterator[Slip]:
    if other := _OTHER_SIGN.match(line.text):
        yield line.slip("CE016", other.span(2), (*other.span(3), ": "), key=other[2])
        return
    text = without_comment(line.text)
    found = _NO_COLON.match(text)
    if found and not re.search(r":(?: |$)", re.split(r"[{\[\"']", text)[0]):
        yield line.slip("CE016", found.span(2), (found.end(2), found.end(2), ":"), key=found[2])


def _missing_colon_before_bracket(line: SourceLine) -> Iterator[Slip]:
    for found in islice(_NO_COLON_BEFORE_BRACKET.finditer(line.text), _MOST_SLIPS):
        yield line.slip("CE016", found.span(1), (found.end(1), found.end(1), ":"), key=found[1])


_Finder = Callable[[SourceLine], Iterator[Slip]]
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


# ---- which slips may be why YAML could not read on: the lines around the place, finder by finder ---

_TOGETHER = {"CE012", "CE014", "CE015", "CE016", "CE020", "CE025", "CE027", "CE028", "CE029"}
_NEAR = 8
_FAR = 300
_LONGEST = 2000
_MOST_CANDIDATES = 16
_MOST_QUOTES = 6
_CLOSES = {"{": "}", "[": "]"}


def candidates(text: str, failure: int, context: int | None) -> Iterator[tuple[Slip, ...]]:
    """Slips that may be why reading failed at ``failure``, the likeliest first; some only together."""
    far = _lines_before(text, failure)
    lines = far[:_NEAR]
    if context is not None:
        lines += [line for line in _lines_before(text, context, 1) if line not in lines]
    yield from _without_tabs(lines)
    quotes = (slip for line in [*lines, *far[_NEAR:]] for slip in unclosed_quote(line))
    yield from ((slip,) for slip in islice(quotes, _MOST_QUOTES))
    for finder in FINDERS:
        found = [tuple(finder(line)) for line in lines]
        single = [slip for slips in found for slip in slips]
        yield from (slips for slips in found if len(slips) > 1 and slips[0].code in _TOGETHER)
        yield from ((slip,) for slip in single[:_MOST_CANDIDATES])
        if len(single) > 1 and single[0].code in _TOGETHER:
            yield tuple(single)
    yield from _late_closing(text, context, lines)
    yield from _indentation(text, lines, far)


def _lines_before(text: str, index: int, most: int = _FAR) -> list[SourceLine]:
    """The line of a place and those before it, the nearest first, without blank ones and comments."""
    found: list[SourceLine] = []
    end = min(index, len(text))
    for _ in range(most):
        start = text.rfind("\n", 0, end) + 1
        stop = text.find("\n", start, start + _LONGEST)
        if stop >= 0 or len(text) - start < _LONGEST:
            line = SourceLine(text[start : stop if stop >= 0 else len(text)].rstrip("\r"), start)
            if line.text.strip() and not line.text.lstrip().startswith("#"):
                found.append(line)
        end = start - 1
        if end < 0:
            break
    return found


def _without_tabs(lines: list[SourceLine]) -> Iterator[tuple[Slip, ...]]:
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


def _indented(line: SourceLine, code: str, wanted: int) -> Slip:
    edit = (0, line.indent, " " * wanted)
    if code == "CE014":
        return line.slip(code, (0, line.indent), edit)
    span = (line.indent, len(without_comment(line.text)))
    return line.slip(code, span, edit, found=str(line.indent), expected=str(wanted))


def _late_closing(text: str, context: int | None, lines: list[SourceLine]) -> Iterator[tuple[Slip, ...]]:
    """A bracket over several lines that closes nowhere."""
    if context is None or text[context : context + 1] not in _CLOSES:
        return
    bracket = text[context]
    for line in lines:
        if line.start > context:
            end = line.start + len(without_comment(line.text))
            yield (Slip("CE023", context, 1, {"bracket": bracket}, ((end, end, _CLOSES[bracket]),)),)


def _indentation(text: str, lines: list[SourceLine], far: list[SourceLine]) -> Iterator[tuple[Slip, ...]]:
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


def _deeper_below(text: str, line: SourceLine) -> int:
    """How far the line after one that ends with a colon is indented; far, where that says nothing."""
    end = line.start + len(line.text)
    following = text[end : end + _LONGEST].lstrip("\r\n").split("\n", 1)[0]
    indent = len(following) - len(following.lstrip())
    return indent if line.text.endswith(":") and indent > line.indent else _LONGEST


def _moved_below(line: SourceLine, wanted: int, lower: list[SourceLine]) -> list[Edit]:
    """The edits that move what is deeper below a line with it."""
    edits: list[Edit] = []
    for other in reversed(lower):
        if other.indent <= max(line.indent, wanted):
            break
        indented = " " * (other.indent + wanted - line.indent)
        edits.append((other.start, other.start + other.indent, indented))
    return edits


_MOST_MENDINGS = 20
_MOST_SET_ASIDE = 3
_MOST_MISREADINGS = 2
_FAR_ENOUGH = 10
_TRYING = 100_000
"""How much may be read again, in all, to find out what slips there are: in entries, and letters by the thirty."""


@attrs.frozen
class Mended:
    """A text as far as it could be mended, what was read of it, and the slips, each with its text."""

    source: SourceText
    reading: Reading
    slips: tuple[tuple[SourceText, Slip], ...]
    is_whole: bool
    """Whether nothing had to be left out."""


def read_mending(source: SourceText, limits: Limits, loader: Loader) -> Mended:
    """Read; where that fails, mend what is found to be a slip and read again.

    A line that cannot be mended is set aside with what belongs to it, to see what is wrong below it.
    """
    trying = _Trying(limits, loader)
    reading = trying.read(source)
    if reading.failure is not None and "\t" in source.text:
        trying.spares_tabs = True
        reading = trying.read(source)
    found: list[tuple[SourceText, Slip]] = []
    set_aside = 0
    misread = 0
    for _ in range(_MOST_MENDINGS):
        if reading.failure is None:
            misread += 1
            better = trying.without_misreadings(source, reading) if misread <= _MOST_MISREADINGS else None
        else:
            better = trying.likeliest(source, reading)
            if better is None:
                found.append((source, Slip("CE004", _failing_place(source.text, reading))))
                set_aside += 1
                better = trying.set_aside(source, reading) if set_aside <= _MOST_SET_ASIDE else None
        if better is None:
            break
        slips, mended, reading = better
        found += [(source, slip) for slip in slips if slip.code != "CE004"]
        source = mended
    if reading.failure is None:
        found += [(source, slip) for slip in _tabs(source, reading)]
    is_whole = not set_aside and reading.failure is None
    return Mended(source, reading, tuple(found), is_whole)


_Attempt = tuple[tuple[Slip, ...], SourceText, Reading]


class _Trying:
    """Reads mended texts as long as that is cheap."""

    def __init__(self, limits: Limits, loader: Loader) -> None:
        self._limits = limits
        self._loader = loader
        self._left = _TRYING
        self.spares_tabs = False

    def read(self, source: SourceText) -> Reading:
        """Read a text, tabs between words as spaces once it is known that they are in the way."""
        return read_events(source, self._limits, self._loader, spares_tabs=self.spares_tabs)

    def _attempt(self, source: SourceText, slips: tuple[Slip, ...], entries: int) -> _Attempt | None:
        length = len(source.text) // 30
        if entries + length > self._left:
            return None
        mended = _mended(source, slips)
        reading = self.read(mended)
        self._left -= reading.entries + length
        return slips, mended, reading

    def without_misreadings(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The text with all mended that YAML read without complaint and otherwise than it was meant."""
        odd = (slip for slip in (*_tabs(source, reading), *reading.slips) if slip.edits)
        slips = tuple(islice(odd, MOST_PROBLEMS))
        if not slips or len(slips) == MOST_PROBLEMS:
            return None
        attempt = self._attempt(source, slips, reading.entries)
        return attempt if attempt and attempt[2].failure is None else None

    def likeliest(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The slips with whose mending reading gets furthest; none if it never gets beyond their lines."""
        best: _Attempt | None = None
        first = furthest = _reached(source.text, reading)
        closed: _Attempt | None = None
        for slips in candidates(source.text, reading.failure or 0, reading.context):
            attempt = self._attempt(source, slips, reading.entries)
            if attempt is None:
                break
            _, mended, again = attempt
            if again.failure is None:
                return attempt
            reached = _reached(mended.text, again)
            slip_line = source.place(slips[0].index)[0]
            if reached > furthest and (reached[0] > furthest[0] or slip_line < furthest[0]):
                furthest, best = reached, attempt
                if reached[0] > first[0] + _FAR_ENOUGH:
                    break
            elif closed is None and slips[0].code == "CE017" and reached[0] > slip_line + 1:
                closed = attempt
        return best or closed

    def set_aside(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The text without the line that cannot be read and without what is deeper below it."""
        edits = _aside(source.text, _failing_place(source.text, reading))
        attempt = self._attempt(source, (Slip("CE004", 0, edits=edits),), reading.entries)
        if attempt is None or attempt[2].failure is None:
            return attempt
        return attempt if _reached(attempt[1].text, attempt[2]) > _reached(source.text, reading) else None


def _reached(text: str, reading: Reading) -> tuple[int, int]:
    """How far reading got: the line, and the place on it counted from the end of the text.

    A quotation mark that is not closed is met at the end of the text and stands elsewhere, a bracket too.
    """
    failure, context = reading.failure or 0, reading.context
    is_late = failure >= len(text.rstrip())
    if context is not None and (text[context : context + 1] in ("'", '"') or is_late):
        failure = min(failure, context)
    return text.count("\n", 0, failure) + 1, failure - len(text)


def _failing_place(text: str, reading: Reading) -> int:
    """Where reading failed: where a key or a quotation mark stands that did not end, else where YAML says."""
    failure, context = min(reading.failure or 0, len(text.rstrip())), reading.context
    if (
        context is not None
        and not text.startswith("- ", failure)
        and (text.count("\n", context, failure) == 1 or text[context : context + 1] in "'\"")
    ):
        return context
    return failure


def _mended(source: SourceText, slips: tuple[Slip, ...]) -> SourceText:
    """The text after the edits of some slips, the lines as they were written kept beside it."""
    text = source.text
    originals = dict(source.originals)
    parts: list[str] = []
    done = 0
    line = 1
    for start, end, new in sorted({edit for slip in slips for edit in slip.edits}):
        if start < done:
            continue
        line += text.count("\n", done, start)
        originals.setdefault(line, source.line_at(start))
        parts += (text[done:start], new)
        line += text.count("\n", start, end)
        done = end
    return SourceText("".join(parts) + text[done:], originals)


def _aside(text: str, place: int) -> tuple[Edit, ...]:
    """Edits that make comments of the line of a place and of what is deeper below it."""
    edits: list[Edit] = []
    start = text.rfind("\n", 0, place) + 1
    depth: int | None = None
    while start < len(text) and len(edits) < MOST_PROBLEMS:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        lead = len(line) - len(line.lstrip())
        if depth is None:
            depth = lead
        elif line.strip() and lead <= depth:
            break
        edits.append((start + lead, start + lead, "#"))
        if end < 0:
            break
        start = end + 1
    return tuple(edits)


def _tabs(source: SourceText, reading: Reading) -> list[Slip]:
    """Tabs that indent outside quoted texts and blocks, where libyaml lets them pass."""
    if "\t" not in source.text:
        return []
    starts = [start for start, _, _ in reading.quotes]
    found = []
    for tab in islice(LEADING_TAB.finditer(source.text), MOST_PROBLEMS):
        before = bisect(starts, tab.start()) - 1
        if before < 0 or reading.quotes[before][1] <= tab.start():
            edit = (tab.start(), tab.end(), " " * len(tab[0]))
            found.append(Slip("CE014", tab.start(), len(tab[0]), {}, (edit,)))
    return found
