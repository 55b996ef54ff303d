"""Reading a text with slips in it: each is mended for the time being, so that the next can be found.

In order: mending and reading again; how far reading got, and how a text is mended; which slips may be why it
failed, the likeliest first.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from criteria_engine.files.source import MOST_PROBLEMS, Edit, Limits, Slip, SourceText
from criteria_engine.files.yaml_slips import FINDERS, PARTNER, SourceLine, unclosed_quote
from criteria_engine.files.yaml_tree import Loader, Reading, read_events
from criteria_engine.messages.codes import Code

_MOST_MENDINGS = 20
_MOST_SET_ASIDE = 3
_MOST_MISREADINGS = 2
_FAR_ENOUGH = 10
# How much may be read again, in all, to find out what slips there are: in entries, and letters by the thirty.
_TRYING = 100_000


class Mended(NamedTuple):
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
    slips: list[tuple[SourceText, Slip]] = []
    set_aside = 0
    misread = 0
    for _ in range(_MOST_MENDINGS):
        if reading.failure is None:
            misread += 1
            better = trying.without_misreadings(source, reading) if misread <= _MOST_MISREADINGS else None
        else:
            better = trying.likeliest(source, reading)
            if better is None:
                slips.append((source, Slip(Code.UNREADABLE_YAML, _failing_place(source.text, reading))))
                set_aside += 1
                better = trying.set_aside(source, reading) if set_aside <= _MOST_SET_ASIDE else None
        if better is None:
            break
        slips += [(source, slip) for slip in better.slips if slip.code != Code.UNREADABLE_YAML]
        source, reading = better.source, better.reading
    if reading.failure is None:
        slips += [(source, slip) for slip in _tabs(source, reading)]
    return Mended(source, reading, tuple(slips), not set_aside and reading.failure is None)


class _Attempt(NamedTuple):
    """Some slips, the text after mending them, and what was read of it."""

    slips: tuple[Slip, ...]
    source: SourceText
    reading: Reading


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
        return _Attempt(slips, mended, reading)

    def without_misreadings(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The text with all mended that YAML read without complaint and otherwise than it was meant."""
        odd = (slip for slip in (*_tabs(source, reading), *reading.slips) if slip.edits)
        slips = tuple(islice(odd, MOST_PROBLEMS))
        if not slips or len(slips) == MOST_PROBLEMS:
            return None
        attempt = self._attempt(source, slips, reading.entries)
        return attempt if attempt and attempt.reading.failure is None else None

    def likeliest(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The slips with whose mending reading gets furthest; none if it never gets beyond their lines."""
        best: _Attempt | None = None
        first = furthest = _reached(source.text, reading)
        closed: _Attempt | None = None
        for slips in _candidates(source.text, reading.failure or 0, reading.context):
            attempt = self._attempt(source, slips, reading.entries)
            if attempt is None:
                break
            if attempt.reading.failure is None:
                return attempt
            reached = _reached(attempt.source.text, attempt.reading)
            slip_line = source.place(slips[0].start)[0]
            if reached > furthest and (reached[0] > furthest[0] or slip_line < furthest[0]):
                furthest, best = reached, attempt
                if reached[0] > first[0] + _FAR_ENOUGH:
                    break
            elif closed is None and slips[0].code == Code.UNCLOSED_QUOTE and reached[0] > slip_line + 1:
                closed = attempt
        return best or closed

    def set_aside(self, source: SourceText, reading: Reading) -> _Attempt | None:
        """The text without the line that cannot be read and without what is deeper below it."""
        edits = _aside(source.text, _failing_place(source.text, reading))
        attempt = self._attempt(source, (Slip(Code.UNREADABLE_YAML, 0, edits=edits),), reading.entries)
        if attempt is None or attempt.reading.failure is None:
            return attempt
        is_further = _reached(attempt.source.text, attempt.reading) > _reached(source.text, reading)
        return attempt if is_further else None


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
    slips = []
    for tab in islice(re.finditer(r"^ *\t[ \t]*(?=[^\s#])", source.text, re.MULTILINE), MOST_PROBLEMS):
        before = bisect(starts, tab.start()) - 1
        if before < 0 or reading.quotes[before][1] <= tab.start():
            edit = (tab.start(), tab.end(), " " * len(tab[0]))
            slips.append(Slip(Code.TAB_INDENT, tab.start(), len(tab[0]), {}, (edit,)))
    return slips


_TOGETHER = {
    Code.TEXT_CUT,
    Code.TAB_INDENT,
    Code.UNSPACED_COLON,
    Code.MISSING_COLON,
    Code.UNSPACED_DASH,
    Code.MISSING_COMMA,
    Code.ODD_SPACE,
    Code.FORBIDDEN_CHARACTER,
    Code.UNKNOWN_ESCAPE,
}
_NEAR = 8
_FAR = 300
_LONGEST = 2000
_MOST_CANDIDATES = 16
_MOST_QUOTES = 6


def _candidates(text: str, failure: int, context: int | None) -> Iterator[tuple[Slip, ...]]:
    """Slips that may be why reading failed at ``failure``, the likeliest first; some only together."""
    far = _lines_before(text, failure)
    lines = far[:_NEAR]
    if context is not None:
        lines += [line for line in _lines_before(text, context, 1) if line not in lines]
    yield from _without_tabs(lines)
    quotes = (slip for line in [*lines, *far[_NEAR:]] for slip in unclosed_quote(line))
    yield from ((slip,) for slip in islice(quotes, _MOST_QUOTES))
    for finder in FINDERS:
        by_line = [tuple(finder(line)) for line in lines]
        single = [slip for slips in by_line for slip in slips]
        yield from (slips for slips in by_line if len(slips) > 1 and slips[0].code in _TOGETHER)
        yield from ((slip,) for slip in single[:_MOST_CANDIDATES])
        if len(single) > 1 and single[0].code in _TOGETHER:
            yield tuple(single)
    yield from _late_closing(text, context, lines)
    yield from _indentation(text, lines, far)


def _lines_before(text: str, index: int, most: int = _FAR) -> list[SourceLine]:
    """The line of a place and those before it, the nearest first, without blank ones and comments."""
    lines: list[SourceLine] = []
    end = min(index, len(text))
    for _ in range(most):
        start = text.rfind("\n", 0, end) + 1
        stop = text.find("\n", start, start + _LONGEST)
        if stop >= 0 or len(text) - start < _LONGEST:
            line = SourceLine(text[start : stop if stop >= 0 else len(text)].rstrip("\r"), start)
            if line.text.strip() and not line.text.lstrip().startswith("#"):
                lines.append(line)
        end = start - 1
        if end < 0:
            break
    return lines


def _without_tabs(lines: list[SourceLine]) -> Iterator[tuple[Slip, ...]]:
    """Lines indented with tabs: set like the line before, or two or four spaces a tab."""
    tabbed = [line for line in lines if "\t" in line.text[: line.indent]]
    if not tabbed:
        return
    above = [line for line in lines if line.start < tabbed[-1].start]
    below = [line for line in lines if line.start > tabbed[0].start]
    likely = [line.indent + 2 * line.text.endswith(":") for line in above[:1]]
    likely += [line.indent for line in below[-1:]]
    beside = [[wanted] * len(tabbed) for wanted in dict.fromkeys(likely)]
    sized = [[len(line.text[: line.indent].expandtabs(size)) for line in tabbed] for size in (2, 4, 8)]
    for all_wanted in beside + sized if len(tabbed) == 1 else sized + beside:
        yield tuple(
            _indented(line, Code.TAB_INDENT, wanted) for line, wanted in zip(tabbed, all_wanted, strict=True)
        )


def _indented(line: SourceLine, code: str, wanted: int) -> Slip:
    edit = (0, line.indent, " " * wanted)
    if code == Code.TAB_INDENT:
        return line.slip(code, (0, line.indent), edit)
    span = (line.indent, line.end)
    return line.slip(code, span, edit, found=str(line.indent), expected=str(wanted))


def _late_closing(text: str, context: int | None, lines: list[SourceLine]) -> Iterator[tuple[Slip, ...]]:
    """A bracket over several lines that closes nowhere."""
    if context is None or text[context : context + 1] not in PARTNER:
        return
    bracket = text[context]
    for line in lines:
        if line.start > context:
            end = line.start + line.end
            yield (
                Slip(
                    Code.UNCLOSED_BRACKET, context, 1, {"bracket": bracket}, ((end, end, PARTNER[bracket]),)
                ),
            )


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
            first = _indented(line, Code.WRONG_INDENT, wanted)
            yield (first._replace(edits=(*first.edits, *edits)),)


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
