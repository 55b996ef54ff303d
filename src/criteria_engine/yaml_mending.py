"""Reading a text with slips in it: each is mended for the time being, so that the next can be found."""

from __future__ import annotations

from bisect import bisect
from itertools import islice

import attrs

from criteria_engine.marks import Limits
from criteria_engine.slips import MOST_PROBLEMS, Edit, Slip
from criteria_engine.source_text import LEADING_TAB, Source
from criteria_engine.yaml_candidates import candidates
from criteria_engine.yaml_tree import Loader, Reading, read_events

__all__ = ["Mended", "read_mending"]

_MOST_MENDINGS = 20
_MOST_SET_ASIDE = 3
_MOST_MISREADINGS = 2
_FAR_ENOUGH = 10
_TRYING = 100_000
"""How much may be read again, in all, to find out what slips there are: in entries, and letters by the thirty."""


@attrs.frozen
class Mended:
    """A text as far as it could be mended, what was read of it, and the slips, each with its text."""

    source: Source
    reading: Reading
    slips: tuple[tuple[Source, Slip], ...]
    is_whole: bool
    """Whether nothing had to be left out."""


def read_mending(source: Source, limits: Limits, loader: Loader) -> Mended:
    """Read; where that fails, mend what is found to be a slip and read again.

    A line that cannot be mended is set aside with what belongs to it, to see what is wrong below it.
    """
    trying = _Trying(limits, loader)
    reading = trying.read(source)
    if reading.failure is not None and "\t" in source.text:
        trying.spares_tabs = True
        reading = trying.read(source)
    found: list[tuple[Source, Slip]] = []
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


_Attempt = tuple[tuple[Slip, ...], Source, Reading]


class _Trying:
    """Reads mended texts as long as that is cheap."""

    def __init__(self, limits: Limits, loader: Loader) -> None:
        self._limits = limits
        self._loader = loader
        self._left = _TRYING
        self.spares_tabs = False

    def read(self, source: Source) -> Reading:
        """Read a text, tabs between words as spaces once it is known that they are in the way."""
        return read_events(source, self._limits, self._loader, spares_tabs=self.spares_tabs)

    def _attempt(self, source: Source, slips: tuple[Slip, ...], entries: int) -> _Attempt | None:
        length = len(source.text) // 30
        if entries + length > self._left:
            return None
        mended = _mended(source, slips)
        reading = self.read(mended)
        self._left -= reading.entries + length
        return slips, mended, reading

    def without_misreadings(self, source: Source, reading: Reading) -> _Attempt | None:
        """The text with all mended that YAML read without complaint and otherwise than it was meant."""
        odd = (slip for slip in (*_tabs(source, reading), *reading.slips) if slip.edits)
        slips = tuple(islice(odd, MOST_PROBLEMS))
        if not slips or len(slips) == MOST_PROBLEMS:
            return None
        attempt = self._attempt(source, slips, reading.entries)
        return attempt if attempt and attempt[2].failure is None else None

    def likeliest(self, source: Source, reading: Reading) -> _Attempt | None:
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

    def set_aside(self, source: Source, reading: Reading) -> _Attempt | None:
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


def _mended(source: Source, slips: tuple[Slip, ...]) -> Source:
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
    return Source("".join(parts) + text[done:], originals)


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


def _tabs(source: Source, reading: Reading) -> list[Slip]:
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
