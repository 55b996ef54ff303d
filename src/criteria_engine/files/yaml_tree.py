"""YAML's events → texts, lists and maps with their places, within limits, and what was odd on the way.

In order: going through the events; the tree as it grows; what YAML reads without complaint and otherwise
than its author meant; expressions that YAML's short form cuts into pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from criteria_engine.files.source import (
    ESCAPE,
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
    quoted,
    same_name,
    shown,
)
from criteria_engine.messages.codes import Code

Loader = Callable[[str], Any]
"""PyYAML's class that gives the events of a text."""

LIBYAML: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one that is made with libyaml, where it is there."""

_PROPERTIES = r"(?:[!&]\S*(?:\s+|\Z)(?:#[^\n]*\n\s*)?)*"
_FOLDED = r"(?<![ \t])[ \t]++(?=\r?\n)"
_CONTROLS = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "v": "\v", "f": "\f"}
_LONGEST_ESCAPE = len(r"\U0001f600")
_REST = re.compile(r"(?:\s++|#[^\n]*+|\.\.\.(?=\s|\Z)|---(?=\s*+\Z))*+")
_NEXT_DOCUMENT = r"---(?=\s|\Z)|%"


class Reading(NamedTuple):
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


_Entry = tuple[MarkedText | None, Marked]


class _Open:
    """A list or a map whose end is not yet read."""

    __slots__ = ("column", "entries", "has_key", "in_flow", "is_map", "items", "key", "line", "start")

    def __init__(self, line: int, column: int, start: int, is_map: bool, in_flow: bool) -> None:
        self.line = line
        self.column = column
        self.start = start
        self.is_map = is_map
        self.in_flow = in_flow
        self.items: list[Marked] = []
        self.entries: list[_Entry] = []
        self.key: MarkedText | None = None
        self.has_key = False


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
    return Reading(root, tuple(tree.slips.slips), tree.count, failure, context, tuple(tree.quotes))


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
            self._stop(Code.TOO_MANY_ENTRIES, index, self._most)

    def _scalar(self, event: Any) -> None:
        mark, end = event.start_mark, event.end_mark.index
        start, line, column = mark.index, mark.line + 1, mark.column + 1
        self.count += 1
        if self.count > self._most:
            self._stop(Code.TOO_MANY_ENTRIES, start, self._most)
        text, style = event.value, event.style or ""
        if event.anchor is not None or event.tag is not None:
            start, line, column = self._after_properties(start, line, end)
        if len(text) > self._limits.letters:
            self.slips.add(Code.TEXT_TOO_LONG, start, limit=self._limits.letters)
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
            raw = re.sub(_FOLDED, lambda space: " " * len(space[0]), raw)
        places = letter_places(raw, style, text)
        return "".join(
            "\t" if letter == " " and raw[place : place + 1] == "\t" else letter
            for letter, place in zip(text, places, strict=False)
        )

    def _without_refused(self, text: str, start: int, end: int) -> str:
        """A quoted text without what an escape must not bring in."""
        raw = self._text[start : min(end, start + _LONGEST_ESCAPE * self._limits.letters)]
        if "\\" not in raw:
            return text
        for escape in re.finditer(ESCAPE, raw, re.DOTALL):
            sign, digits = escape[0][1], escape[0][2:]
            letter = chr(int(digits, 16)) if digits and sign in "xuU" else _CONTROLS.get(sign, "")
            if letter not in "\x85\u2028\u2029" and NEVER.match(letter):
                self.slips.add(Code.FORBIDDEN_CHARACTER, start + escape.start(), character=shown(letter))
                return NEVER.sub("\ufffd", text)
        return text

    def _after_properties(self, start: int, line: int, end: int) -> tuple[int, int, int]:
        """Note the tags and anchors before a value; gives where the value itself begins."""
        text = self._text
        properties = re.compile(_PROPERTIES).match(text, start, end)
        begins = properties.end() if properties else start
        for part in re.finditer(r"(?<!\S)[!&]\S*", text[start:begins]):
            what = part[0][:40]
            self.slips.add(Code.FORBIDDEN_YAML, start + part.start(), len(part[0]), what=what, sign=what[0])
        return begins, line + text.count("\n", start, begins), begins - text.rfind("\n", 0, begins)

    def _alias(self, event: Any) -> None:
        start, end, mark = event.start_mark.index, event.end_mark.index, event.start_mark
        self._counted(start)
        text = self._text[start:end]
        self.slips.add(Code.FORBIDDEN_YAML, start, end - start, what=text[:40], sign="*")
        self._put(MarkedText(text, mark.line + 1, mark.column + 1, False, self._text, start, end))

    def _begin(self, event: Any) -> None:
        mark, start = event.start_mark, event.start_mark.index
        self._counted(start)
        if len(self._open) >= self._limits.depth:
            self._stop(Code.NESTED_TOO_DEEP, start, self._limits.depth)
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
        self.slips.add(
            Code.UNSPACED_COLON, key.start, start - key.start, (start, start, " "), key=key.text, value=rest
        )

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
            _note_odd(value, key, self.slips)

    def _checked_key(self, key: Marked) -> MarkedText | None:
        """The key, or none where it cannot be one."""
        if not isinstance(key, MarkedText):
            self.slips.add(Code.KEY_NOT_TEXT, self._began)
            return None
        if key.is_null:
            self.slips.add(Code.KEY_NOT_TEXT, key.start, key.end - key.start)
            return None
        if key.text == "<<" and not key.quoted:
            self.slips.add(Code.FORBIDDEN_YAML, key.start, 2, what="<<", sign="<<")
            return None
        if key.quoted and not key.text.isascii() and (hidden := HIDDEN.search(key.text)):
            self.slips.add(Code.HIDDEN_CHARACTER, key.start, key.end - key.start, character=shown(hidden[0]))
        return key

    def _end(self, _event: Any) -> None:
        done = self._open.pop()
        self._began = done.start
        if done.is_map:
            entries, places = _whole_entries(done.entries, done.in_flow, self.slips)
            self._put(MarkedMap(tuple(entries), done.line, done.column, places))
        else:
            items = _whole_items(done.items, self.slips) if done.in_flow else done.items
            self._put(MarkedList(tuple(items), done.line, done.column))

    def _end_of_document(self, event: Any) -> None:
        """Stop before a second document; what cannot begin one is left to YAML to complain of."""
        text, end = self._text, event.end_mark.index
        blank = _REST.match(text, end)
        rest = blank.end() if blank else end
        if re.compile(_NEXT_DOCUMENT).match(text, rest):
            self.slips.add(Code.SEVERAL_DOCUMENTS, rest, 3)
        elif rest < len(text):
            return
        raise _EnoughError


_GLUED_COLON = r"([^\W\d][\w-]*):(?=[^\s:/])(.*)"
_GLUED_DASH = r"-(?=[^\W\d])[^\s()+*/<>=-]+(?: |$)"
_LONG = 4000
_COMMENT = r"[ \t]+#[^\n]*"
_OPEN_QUOTE = r"""(?:^|[\s(\[,=])(["'])(?:(?!\1).)*$"""
_ODD_SPACE = rf"^[{SPACES}]|[{SPACES}]$|^[\w.]+:[{SPACES}]|^-[{SPACES}]"


def _note_odd(value: MarkedText, key: MarkedText | None, slips: Slips) -> None:
    """Note what looks wrong with a plain text: ``key`` is the key it is the value of."""
    text = value.text
    if not text.isascii() and re.search(_ODD_SPACE, text):
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
    slips.add(Code.ODD_SPACE, edits[0][0] if edits else value.start, 1, *edits)


def _note_glued(value: MarkedText, slips: Slips) -> None:
    """``weight:2`` or ``-item`` on a line of its own."""
    first = value.text.split(" ", 1)[0]
    if glued := re.match(_GLUED_COLON, first, re.DOTALL):
        _add_unspaced(value.start, glued, slips)
    elif re.match(_GLUED_DASH, value.text):
        raw = value.source[value.start : value.end]
        for dash in re.finditer(r"(?:\A|\n[ \t]*)-(?=\w)([^\n#]*)", raw):
            place = value.start + dash.start(1)
            slips.add(Code.UNSPACED_DASH, place - 1, 1, (place, place, " "), item=dash[1].strip())


def _add_unspaced(start: int, glued: re.Match[str], slips: Slips) -> None:
    end = start + glued.end(1) + 1
    slips.add(Code.UNSPACED_COLON, start, len(glued[1]) + 1, (end, end, " "), key=glued[1], value=glued[2])


def _note_cut_by_comment(value: MarkedText, slips: Slips) -> None:
    """An expression in which `` #`` began a comment: a bracket or a quotation mark is left open."""
    comment = re.compile(_COMMENT).match(value.source, value.end)
    if not comment:
        return
    opened = re.search(_OPEN_QUOTE, value.text) if len(value.text) < _LONG else None
    if (_open_brackets(value.text) > 0 and ")" in comment[0]) or (opened and opened[1] in comment[0]):
        whole = value.source[value.start : comment.end()].rstrip()
        mended = quoted(whole)
        end = value.start + len(whole)
        place = comment.start() + comment[0].index("#")
        slips.add(Code.TEXT_CUT_BY_COMMENT, place, end - place, (value.start, end, mended), mended=mended)


def _whole_entries(
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
            slips.add(
                Code.DUPLICATE_KEY, key.start, key.end - key.start, key=key.text, first=kept[place][0].line
            )
    return kept, places


def _bare_keys(entries: Sequence[_Entry]) -> Iterator[MarkedText]:
    """The keys without a value and without quotation marks."""
    return (key for key, value in entries if key is not None and not key.quoted and _is_nothing(value))


def _note_glued_in_flow(entries: Sequence[_Entry], slips: Slips) -> None:
    """``{points:10}``, which YAML reads as a key without a value."""
    for key in _bare_keys(entries):
        glued = re.fullmatch(_GLUED_COLON, key.text, re.DOTALL) if ":" in key.text else None
        if glued and glued[1].isascii():
            _add_unspaced(key.start, glued, slips)


def _note_no_colon(entries: Sequence[_Entry], slips: Slips) -> None:
    """``points 10`` between entries that have a value."""
    for key in _bare_keys(entries) if len(entries) > 1 else ():
        if word := re.match(r"[^\W\d]\w*(?= )", key.text):
            end = key.start + word.end()
            slips.add(Code.MISSING_COLON, key.start, word.end(), (end, end, ":"), key=word[0])


def _is_nothing(value: Marked) -> bool:
    return isinstance(value, MarkedText) and not value.quoted and not value.text


def _plain(value: Marked | None) -> str | None:
    return value.text if isinstance(value, MarkedText) and not value.quoted else None


def _with_decimals(entries: Sequence[_Entry]) -> list[_Entry]:
    """``points: 2,5`` as one text: what reads it says how decimals are written."""
    decimals = {id(key) for key in _bare_keys(entries) if re.fullmatch(r"[0-9]+(?:[^\w,].*)?", key.text)}
    joined: list[_Entry] = []
    for key, value in entries:
        name, number = joined[-1] if joined else (None, None)
        if key is not None and id(key) in decimals and isinstance(number, MarkedText) and _plain(number):
            whole = number.source[number.start : key.end]
            if number.text[-1].isdecimal() and whole == f"{number.text},{key.text}":
                joined[-1] = name, _spanning(number, key, whole)
                continue
        joined.append((key, value))
    return joined


def _spanning(first: MarkedText, last: MarkedText, text: str) -> MarkedText:
    """One text in the place of several."""
    return MarkedText(text, first.line, first.column, False, first.source, first.start, last.end)


QUOTED = r""""(?:[^"\\]|\\.)*+(?:"|\Z)|'(?:[^']|'')*+(?:'|\Z)"""
"""What stands between quotation marks; the expression needs ``re.DOTALL``.

A mark that is not closed takes all that follows: looking for its partner from every mark on is quadratic.
"""


def _joined_entries(entries: Sequence[_Entry], slips: Slips) -> list[_Entry]:
    heads = [_plain(value) for _, value in entries]
    tails = [_plain(key) if _is_nothing(value) else None for key, value in entries]
    if not any(tails):
        return list(entries)
    joined = list(entries)
    for run in reversed(list(_runs_of_pieces(heads, tails, with_prose=True))):
        key, value = entries[run.start]
        parts = [value, *(key for key, _ in entries[run.start + 1 : run.stop])]
        joined[run.start : run.stop] = [(key, _joined(parts, slips))]
    return joined


def _whole_items(items: Sequence[Marked], slips: Slips) -> list[Marked]:
    """The items of a list in short form, cut expressions joined."""
    texts = [_plain(item) for item in items]
    if not any(text and "(" in text for text in texts):
        return list(items)
    joined = list(items)
    for run in reversed(list(_runs_of_pieces(texts, texts, with_prose=False))):
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
        slips.add(
            Code.TEXT_CUT, first.start, last.end - first.start, pieces=parts_shown, mended=quoted(whole)
        )
    return _spanning(first, last, whole)


def _runs_of_pieces(
    texts: Sequence[str | None], tails: Sequence[str | None], *, with_prose: bool
) -> Iterator[range]:
    """Runs of entries that are one cut text, as ranges of places.

    ``texts[i]`` is what may begin one (the value of an entry, or an item; none where it is not plain text),
    ``tails[i]`` what may carry one on (a key without a value, or an item). A bracket left open makes one;
    ``with_prose``, so does a text that goes on after a comma, which only a key without a value shows.
    """
    place = 0
    while place < len(texts):
        head = texts[place] or ""
        depth = _open_brackets(head)
        end = place + 1
        while end < len(tails) and (tail := tails[end]) is not None:
            if depth <= 0 and not (with_prose and head and _is_prose(head, tail)):
                break
            depth += _open_brackets(tail)
            end += 1
        if end > place + 1:
            yield range(place, end)
        place = end


def _is_prose(head: str, tail: str) -> bool:
    """Whether a text goes on after a comma in a key without a value, and that is no entry of its own."""
    word, _, rest = tail.partition(" ")
    if "_" in word or ("_" in rest and rest.isidentifier()):
        return False
    if word.isascii() and word.islower() and re.fullmatch(r"-?[0-9.]+%?|true|false", rest):
        return False
    return not head.isascii() or not tail.isascii() or (" " in head and " " in tail)


def _open_brackets(text: str) -> int:
    """How many round brackets are opened and not closed, leaving quoted parts out."""
    if "(" not in text and ")" not in text:
        return 0
    bare = re.sub(QUOTED, "", text, flags=re.DOTALL)
    return bare.count("(") - bare.count(")")


def pieces(parts: Sequence[str]) -> str:
    """The pieces as they are shown to the author."""
    return " · ".join(f"`{part}`" for part in parts)
