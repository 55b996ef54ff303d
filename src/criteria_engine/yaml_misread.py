"""What YAML reads without complaint and otherwise than its author meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from criteria_engine.marks import Marked, MarkedText, same_name
from criteria_engine.slips import Slips
from criteria_engine.source_text import SPACES
from criteria_engine.yaml_cuts import open_brackets, pieces, quoted, runs_of_pieces

__all__ = ["odd_text", "whole_entries", "whole_items"]

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
