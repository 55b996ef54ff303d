"""YAML's events → texts, lists and maps with their places, within limits, and what was odd on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import yaml

from criteria_engine.files.source import (
    HIDDEN,
    NEVER,
    SPACES,
    Limits,
    Marked,
    MarkedList,
    MarkedMap,
    MarkedText,
    Slip,
    Slips,
    SourceText,
    letter_places,
    open_brackets,
    pieces,
    quoted,
    refused_escape,
    runs_of_pieces,
    same_name,
    shown,
)

__all__ = [
    "Loader",
    "Reading",
    "odd_text",
    "read_events",
    "whole_entries",
    "whole_items",
]


# ---- what YAML reads without complaint and otherwise than its author meant -----------------------

_Entry = tuple[MarkedText | None, Marked]

_GLUED_COLON = re.compile(r"([^\W\d][\w-]*):(?=[^\s:/])(.*)", re.DOTALL)
_GLUED_DASH = re.compile(r"-(?=[^\W\d])[^\s()+*/<>=-]+(?: |$)")
_WORD = re.compile(r"[^\W\d]\w*(?= )")
_DECIMALS = re.compile(r"[0-9]+(?:[^\w,].*)?")
_LONG = 4000
_COMMENT = re.compile(r"[ \t]+#[^\n]*")
_OPEN_QUOTE = re.compile(r"""(?:^|[\s(\[,=])(["'])(?:(?!\1).)*$""")
_ODD_SPACE = re.compile(rf"^[{SPACES}]|[{SPACES}]$|^[\w.]+:[{SPACES}]|^-[{SPACES}]")


def odd_text(value: MarkedText, key: MarkedText | None, slips: Slips) -> None:
    """Note what looks wrong with a plain text: ``key`` is the key it is the value of."""
    text = value.text
    if not text.isascii() and _ODD_SPACE.search(text):
        _note_odd_space(value, slips)
    if key is not None and value.line > key.line:
        _note_glued(value, slips)
    if "(" in text or "'" in text or '"' in text:
        _note_cut_by_comment(value, slips)


def _note_odd_space(value: MarkedText, slips: Slips) -> None:
    """A space that is none to YAML, where one belongs."""
    raw = value.source[value.start : value.end]
    edits = [
        (value.start + odd.start(), value.start + odd.end(), " ")
        for odd in re.finditer(rf"(?:^|(?<=[\s:-]))[{SPACES}]|[{SPACES}](?=\s*$)", raw)
    ]
    slips.add("CE027", edits[0][0] if edits else value.start, 1, *edits)


def _note_glued(value: MarkedText, slips: Slips) -> None:
    """``weight:2`` or ``-item`` on a line of its own."""
    first = value.text.split(" ", 1)[0]
    if found := _GLUED_COLON.match(first):
        end = value.start + found.end(1) + 1
        slips.add("CE015", value.start, len(found[1]) + 1, (end, end, " "), key=found[1], value=found[2])
    elif _GLUED_DASH.match(value.text):
        raw = value.source[value.start : value.end]
        places = [value.start] + [
            value.start + dash.end() - 1 for dash in re.finditer(r"\n[ \t]*-(?=\w)", raw)
        ]
        for place in places:
            item = re.compile(r"-([^\n#]*)").match(value.source, place, value.end)
            slips.add("CE020", place, 1, (place + 1, place + 1, " "), item=item[1].strip() if item else "")


def _note_cut_by_comment(value: MarkedText, slips: Slips) -> None:
    """An expression in which `` #`` began a comment: a bracket or a quotation mark is left open."""
    comment = _COMMENT.match(value.source, value.end)
    if not comment:
        return
    opened = _OPEN_QUOTE.search(value.text) if len(value.text) < _LONG else None
    if (open_brackets(value.text) > 0 and ")" in comment[0]) or (opened and opened[1] in comment[0]):
        whole = value.source[value.start : comment.end()].rstrip()
        mended = quoted(whole)
        end = value.start + len(whole)
        place = comment.start() + comment[0].index("#")
        slips.add("CE022", place, end - place, (value.start, end, mended), mended=mended)


def whole_entries(
    entries: Sequence[_Entry], in_flow: bool, slips: Slips
) -> tuple[list[tuple[MarkedText, Marked]], dict[str, int]]:
    """The entries of a map, cut expressions joined, each key once, and the place of each name."""
    if in_flow and entries:
        _note_glued_in_flow(entries, slips)
        entries = _with_decimals(entries)
        entries = _joined_entries(entries, slips)
        _note_no_colon(entries, slips)
    places: dict[str, int] = {}
    kept: list[tuple[MarkedText, Marked]] = []
    for key, value in entries:
        if key is None:
            continue
        place = places.setdefault(same_name(key.text), len(kept))
        if place == len(kept):
            kept.append((key, value))
        else:
            slips.add("CE009", key.start, key.end - key.start, key=key.text, first=kept[place][0].line)
    return kept, places


def _note_glued_in_flow(entries: Sequence[_Entry], slips: Slips) -> None:
    for key, value in entries:
        if key is not None and not key.quoted and ":" in key.text and _is_nothing(value):
            found = _GLUED_COLON.fullmatch(key.text)
            if found and found[1].isascii():
                end = key.start + found.end(1) + 1
                edit = (end, end, " ")
                slips.add("CE015", key.start, len(found[1]) + 1, edit, key=found[1], value=found[2])


def _note_no_colon(entries: Sequence[_Entry], slips: Slips) -> None:
    """``points 10`` between entries that have a value."""
    for key, value in entries:
        if key is not None and not key.quoted and " " in key.text and len(entries) > 1 and _is_nothing(value):
            found = _WORD.match(key.text)
            if found:
                end = key.start + found.end()
                slips.add("CE016", key.start, found.end(), (end, end, ":"), key=found[0])


def _is_nothing(value: Marked) -> bool:
    return isinstance(value, MarkedText) and not value.quoted and not value.text


def _plain(value: Marked | None) -> str | None:
    return value.text if isinstance(value, MarkedText) and not value.quoted else None


def _with_decimals(entries: Sequence[_Entry]) -> list[_Entry]:
    """``points: 2,5`` as one text: what reads it says how decimals are written."""
    joined: list[_Entry] = []
    for key, value in entries:
        before = joined[-1][1] if joined else None
        if key is not None and not key.quoted and _is_nothing(value) and _DECIMALS.fullmatch(key.text):
            number = _plain(before)
            if isinstance(before, MarkedText) and number and number[-1].isdecimal():
                whole = before.source[before.start : key.end]
                if whole == f"{number},{key.text}":
                    parts = before.line, before.column, False, before.source, before.start, key.end
                    joined[-1] = (joined[-1][0], MarkedText(whole, *parts))
                    continue
        joined.append((key, value))
    return joined


def _joined_entries(entries: Sequence[_Entry], slips: Slips) -> list[_Entry]:
    heads = [_plain(value) for _, value in entries]
    tails = [_plain(key) if _is_nothing(value) else None for key, value in entries]
    if not any(tails):
        return list(entries)
    joined = list(entries)
    for run in reversed(list(runs_of_pieces(heads, tails, with_prose=True))):
        key, value = entries[run.start]
        parts = [value, *(key for key, _ in entries[run.start + 1 : run.stop])]
        joined[run.start : run.stop] = [(key, _joined(parts, slips))]
    return joined


def whole_items(items: Sequence[Marked], slips: Slips) -> list[Marked]:
    """The items of a list in short form, cut expressions joined."""
    texts = [_plain(item) for item in items]
    if not any(text and "(" in text for text in texts):
        return list(items)
    joined = list(items)
    for run in reversed(list(runs_of_pieces(texts, texts, with_prose=False))):
        joined[run.start : run.stop] = [_joined(items[run.start : run.stop], slips)]
    return joined


def _joined(parts: Sequence[Marked | None], slips: Slips) -> MarkedText:
    """One text out of its pieces, as its author wrote it."""
    texts = [part for part in parts if isinstance(part, MarkedText)]
    first, last = texts[0], texts[-1]
    whole = first.source[first.start : last.end]
    if "\n" in whole:
        whole = " ".join(line.strip() for line in whole.split("\n"))
    if not slips.is_full:
        shown = texts if len(texts) < 5 else [*texts[:4], texts[-1]]
        parts_shown = pieces([part.text for part in shown])
        slips.add("CE012", first.start, last.end - first.start, pieces=parts_shown, mended=quoted(whole))
    return MarkedText(whole, first.line, first.column, False, first.source, first.start, last.end)


Loader = Callable[[str], Any]

_PROPERTIES = re.compile(r"(?:[!&]\S*(?:\s+|\Z)(?:#[^\n]*\n\s*)?)*")
_FOLDED = re.compile(r"(?<![ \t])[ \t]++(?=\r?\n)")
_LONGEST_ESCAPE = len(r"\U0001f600")
_REST = re.compile(r"(?:\s++|#[^\n]*+|\.\.\.(?=\s|\Z)|---(?=\s*+\Z))*+")
_NEXT_DOCUMENT = re.compile(r"---(?=\s|\Z)|%")


@attrs.frozen
class Reading:
    """What one go through the text gave: a tree, where it failed, and what was found wrong."""

    root: Marked | None
    slips: tuple[Slip, ...]
    entries: int
    failure: int | None = None
    context: int | None = None
    """Where the construct began that could not be read to its end."""
    quotes: tuple[tuple[int, int, str], ...] = ()
    """Start, end and style of quoted texts and blocks; left out where nothing hangs on them."""


class _EnoughError(Exception):
    """A limit was reached, or the first document has ended."""


@attrs.define(eq=False)
class _Open:
    """A list or a map whose end is not yet read."""

    line: int
    column: int
    start: int
    is_map: bool
    in_flow: bool
    items: list[Marked] = attrs.field(factory=list)
    entries: list[tuple[MarkedText | None, Marked]] = attrs.field(factory=list)
    key: MarkedText | None = None
    has_key: bool = False


def read_events(source: SourceText, limits: Limits, loader: Loader, *, spares_tabs: bool = False) -> Reading:
    """One go through the text. Never raises, whatever the text is."""
    as_is = _is_libyaml(loader) and not spares_tabs
    text, question = (source.text, "") if as_is else source.for_pyyaml()
    tree = _Tree(source, question, limits)
    tree.restores = text != source.text
    failure: int | None = None
    context: int | None = None
    try:
        tree.grow(loader(text))
    except _EnoughError:
        pass
    except yaml.MarkedYAMLError as wrong:
        failure = wrong.problem_mark.index if wrong.problem_mark else 0
        # Where a block began says nothing of where it went wrong.
        is_block = "block" in (wrong.context or "")
        context = wrong.context_mark.index if wrong.context_mark and not is_block else None
    except Exception:  # noqa: BLE001 – PyYAML lets ValueError, OverflowError and more of its own through
        failure = tree.last
    root = None if failure is not None or tree.stopped else tree.root
    return Reading(root, tuple(tree.slips.found), tree.count, failure, context, tuple(tree.quotes))


def _is_libyaml(loader: Loader) -> bool:
    parser = getattr(yaml, "cyaml", None)
    return parser is not None and isinstance(loader, type) and issubclass(loader, parser.CParser)


class _Tree:
    """The tree as it grows, event by event; an own stack, so that no depth can overflow anything."""

    def __init__(self, source: SourceText, question: str, limits: Limits) -> None:
        self.root: Marked | None = None
        self.slips = Slips()
        self.quotes: list[tuple[int, int, str]] = []
        self.count = 0
        self.last = 0
        self.stopped = False
        self.restores = False
        self._text = source.text
        self._question = question
        self._limits = limits
        self._most = limits.entries
        self._open: list[_Open] = []
        self._began = 0
        self._has_hidden = not source.text.isascii() and HIDDEN.search(source.text) is not None
        self._keeps_quotes = self._has_hidden or "\t" in source.text

    def grow(self, parser: Any) -> None:
        """Take all events; what ``yaml.parse`` does, with one call an event less."""
        takers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentEndEvent: self._end_of_document,
        }
        event: Any = None
        try:
            while (following := parser.get_event()) is not None:
                event = following
                if taker := takers.get(type(event)):
                    taker(event)
        finally:
            self.last = event.end_mark.index if event else 0
            parser.dispose()

    def _stop(self, code: str, index: int, limit: int) -> None:
        self.slips.add(code, index, limit=limit)
        self.stopped = True
        raise _EnoughError

    def _counted(self, index: int) -> None:
        self.count += 1
        if self.count > self._most:
            self._stop("CE006", index, self._most)

    def _scalar(self, event: Any) -> None:
        mark, end = event.start_mark, event.end_mark.index
        start, line, column = mark.index, mark.line + 1, mark.column + 1
        self.count += 1
        if self.count > self._most:
            self._stop("CE006", start, self._most)
        text, style = event.value, event.style or ""
        if event.anchor is not None or event.tag is not None:
            start, line, column = self._after_properties(start, line, end)
        if len(text) > self._limits.letters:
            self.slips.add("CE007", start, limit=self._limits.letters)
            text = text[: self._limits.letters]
        if self.restores:
            text = self._as_written(text, style, start, end)
        if style:
            if self._keeps_quotes:
                self.quotes.append((start, end, style))
            if style == '"':
                text = self._without_refused(text, start, end)
        self._put(MarkedText(text, line, column, bool(style), self._text, start, end, style))

    def _as_written(self, text: str, style: str, start: int, end: int) -> str:
        """A text read by PyYAML with its tabs and question marks again."""
        if self._question:
            text = text.replace(self._question, "?")
        raw = self._text[start:end]
        if "\t" not in raw:
            return text
        if style not in ("|", ">"):
            raw = _FOLDED.sub(lambda space: " " * len(space[0]), raw)
        places = letter_places(raw, style, text)
        return "".join(
            "\t" if letter == " " and raw[place : place + 1] == "\t" else letter
            for letter, place in zip(text, places, strict=False)
        )

    def _without_refused(self, text: str, start: int, end: int) -> str:
        """A quoted text without what an escape must not bring in."""
        raw = self._text[start : min(end, start + _LONGEST_ESCAPE * self._limits.letters)]
        if "\\" in raw and (refused := refused_escape(raw)):
            self.slips.add("CE028", start + refused[0], character=shown(refused[1]))
            return NEVER.sub("\ufffd", text)
        return text

    def _after_properties(self, start: int, line: int, end: int) -> tuple[int, int, int]:
        """Note the tags and anchors before a value; gives where the value itself begins."""
        text = self._text
        found = _PROPERTIES.match(text, start, end)
        for part in re.finditer(r"(?<!\S)[!&]\S*", found[0] if found else ""):
            what = part[0][:40]
            self.slips.add("CE008", start + part.start(), len(part[0]), what=what, sign=what[0])
        begins = found.end() if found else start
        return begins, line + text.count("\n", start, begins), begins - text.rfind("\n", 0, begins)

    def _alias(self, event: Any) -> None:
        start, end, mark = event.start_mark.index, event.end_mark.index, event.start_mark
        self._counted(start)
        text = self._text[start:end]
        self.slips.add("CE008", start, end - start, what=text[:40], sign="*")
        self._put(MarkedText(text, mark.line + 1, mark.column + 1, False, self._text, start, end))

    def _begin(self, event: Any) -> None:
        mark, start = event.start_mark, event.start_mark.index
        self._counted(start)
        if len(self._open) >= self._limits.depth:
            self._stop("CE005", start, self._limits.depth)
        line, column = mark.line + 1, mark.column + 1
        if event.anchor is not None or event.tag is not None:
            start, line, column = self._after_properties(start, line, len(self._text))
        top = self._open[-1] if self._open else None
        if top and top.has_key and top.key and not top.key.quoted and start == top.key.end + 1:
            self._note_glued(top.key, start)
        is_map = type(event) is yaml.MappingStartEvent
        self._open.append(_Open(line, column, start, is_map, bool(event.flow_style)))

    def _note_glued(self, key: MarkedText, start: int) -> None:
        """``values:{`` is well in PyYAML and an error in libyaml."""
        rest = self._text[start : start + 60].split("\n", 1)[0].rstrip()
        self.slips.add("CE015", key.start, start - key.start, (start, start, " "), key=key.text, value=rest)

    def _put(self, value: Marked) -> None:
        """Put a value where it belongs: the root, an item, a key, or the value of a key."""
        top = self._open[-1] if self._open else None
        key: MarkedText | None = None
        if top is None:
            self.root = value
        elif not top.is_map:
            top.items.append(value)
        elif top.has_key:
            top.has_key = False
            key = top.key
            top.entries.append((key, value))
        else:
            top.has_key = True
            top.key = self._checked_key(value)
        if type(value) is MarkedText and not value.quoted and value.text:
            odd_text(value, key, self.slips)

    def _checked_key(self, key: Marked) -> MarkedText | None:
        """The key, or none where it cannot be one."""
        if not isinstance(key, MarkedText):
            self.slips.add("CE026", self._began)
            return None
        if key.is_null:
            self.slips.add("CE026", key.start, key.end - key.start)
            return None
        if key.text == "<<" and not key.quoted:
            self.slips.add("CE008", key.start, 2, what="<<", sign="<<")
            return None
        if key.quoted and not key.text.isascii() and (hidden := HIDDEN.search(key.text)):
            self.slips.add("CE013", key.start, key.end - key.start, character=shown(hidden[0]))
        return key

    def _end(self, _event: Any) -> None:
        done = self._open.pop()
        self._began = done.start
        if done.is_map:
            entries, places = whole_entries(done.entries, done.in_flow, self.slips)
            self._put(MarkedMap(tuple(entries), done.line, done.column, places))
        else:
            items = whole_items(done.items, self.slips) if done.in_flow else done.items
            self._put(MarkedList(tuple(items), done.line, done.column))

    def _end_of_document(self, event: Any) -> None:
        """Stop before a second document; what cannot begin one is left to YAML to complain of."""
        text, end = self._text, event.end_mark.index
        found = _REST.match(text, end)
        rest = found.end() if found else end
        if _NEXT_DOCUMENT.match(text, rest):
            self.slips.add("CE011", rest, 3)
        elif rest < len(text):
            return
        raise _EnoughError
