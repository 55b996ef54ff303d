"""Reading YAML: every text knows its place, every fault has one, and nothing hostile gets through."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import scaled

from criteria_engine.files.document import read_marked
from criteria_engine.files.source import HIDDEN, NEVER, Limits, Marked, MarkedList, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Problems

LOADERS = {"pyyaml": yaml.SafeLoader}
if hasattr(yaml, "CSafeLoader"):
    LOADERS["libyaml"] = yaml.CSafeLoader

both = pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS.keys())


def read(text: str | bytes, loader: Any = None, **limits: int) -> tuple[Any, list[tuple[str, int, int]]]:
    """Plain data, and (code, line, column) of what was found, in the order of the places."""
    problems = Problems()
    root = read_marked(text, problems, loader=loader, limits=Limits(**limits))
    found = sorted(problems, key=lambda one: (one.line, one.column, one.code))
    return plain(root), [(one.code, one.line, one.column) for one in found]


def plain(marked: Marked | None) -> Any:
    match marked:
        case None:
            return None
        case MarkedText():
            return marked.text
        case MarkedList():
            return [plain(item) for item in marked.items]
        case MarkedMap():
            return {key.text: plain(value) for key, value in marked.entries}


def the_only(text: str | bytes, loader: Any = None) -> Diagnostic:
    problems = Problems()
    read_marked(text, problems, loader=loader)
    (found,) = problems
    return found


# ---- what is read -----------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("text", "data"),
    [
        (
            "a: no\nb: 1_000\nc: 2024-01-30\nd: 0x10\n",
            {"a": "no", "b": "1_000", "c": "2024-01-30", "d": "0x10"},
        ),
        ("a:\nb: ~\nc: null\n", {"a": "", "b": "~", "c": "null"}),
        (
            "{title: có đạt không?, b: y? n, c: [1, 2]}",
            {"title": "có đạt không?", "b": "y? n", "c": ["1", "2"]},
        ),
        ('a:\t1\nb: "x\ty"\nc: |\n  x\ty\n  \tz\n', {"a": "1", "b": "x\ty", "c": "x\ty\n\tz\n"}),
        ("a: >\n  x\n  y\n\n  z\nb: 'it''s'\n", {"a": "x y\nz\n", "b": "it's"}),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", {"a": "1", "b": "x\ny\n"}),
        ("a: 1\rb: 2\r", {"a": "1", "b": "2"}),
        ("\ufeffa: 1", {"a": "1"}),
        (b"\xef\xbb\xbfa: 1", {"a": "1"}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": "1"}),
        ("--- # here\na: 1\n---\n", {"a": "1"}),
        ("# only\n- a\n- - b\n  - c\n", ["a", ["b", "c"]]),
        ("a:\n  b: 1\n\t\n  c: 2\n", {"a": {"b": "1", "c": "2"}}),
        ("a: Phường\xa0Xanh\n", {"a": "Phường\xa0Xanh"}),
        ("test: x in [a, b]\nwhen: first(a, b) > 2\n", {"test": "x in [a, b]", "when": "first(a, b) > 2"}),
        ("title: don't # don't\n", {"title": "don't"}),
        ("plain", "plain"),
    ],
)
def test_texts_stay_texts(text: str | bytes, data: Any, loader: Any) -> None:
    assert read(text, loader) == (data, [])


def test_what_a_text_knows() -> None:
    problems = Problems()
    root = read_marked('a: "x"\nnâ: \nc: |\n  y\nd: "~"\n', problems)
    assert isinstance(root, MarkedMap)
    (a, x), (_, nothing), (_, y), (_, tilde) = root.entries
    assert isinstance(x, MarkedText)
    assert isinstance(nothing, MarkedText)
    assert isinstance(y, MarkedText)
    assert isinstance(tilde, MarkedText)
    assert (a.line, a.column, a.quoted) == (1, 1, False)
    assert (x.line, x.column, x.quoted, x.at(0)) == (1, 4, True, (1, 5))
    assert nothing.is_null
    assert not tilde.is_null
    assert y.quoted
    assert y.at(0) == (4, 3)
    assert (y.line, y.column) == (3, 4)
    assert root.get("c") is y
    assert root.get("z") is None
    assert root.key("c") is root.entries[2][0]
    assert root.key("z") is None
    assert not len(problems)


def test_keys_are_compared_in_nfkc() -> None:
    root = read_marked("tre\u0302\u0309: 1", Problems())
    assert isinstance(root, MarkedMap)
    assert plain(root.get(unicodedata.normalize("NFC", "tre\u0302\u0309"))) == "1"


def test_what_was_read_is_frozen_and_can_be_pickled() -> None:
    root = read_marked("a: [b, {c: d}]", Problems())
    assert plain(pickle.loads(pickle.dumps(root))) == plain(root)  # noqa: S301 – its own
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        root.line = 2  # type: ignore[union-attr, misc]


# ---- places -----------------------------------------------------------------------------------

WORDS = st.text(
    st.characters(
        blacklist_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"), blacklist_characters="\ufeff"
    ),
    min_size=1,
    max_size=20,
).filter(lambda text: not NEVER.search(text))
DATA = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def texts_of(marked: Marked) -> list[MarkedText]:
    match marked:
        case MarkedText():
            return [marked]
        case MarkedList():
            return [text for item in marked.items for text in texts_of(item)]
        case MarkedMap():
            return [text for key, value in marked.entries for text in (key, *texts_of(value))]


@settings(max_examples=scaled(80), deadline=None)
@given(
    data=st.lists(DATA, min_size=1) | st.dictionaries(WORDS, DATA, min_size=1),
    flow=st.sampled_from([True, False, None]),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    width=st.sampled_from([20, 80, 10_000]),
)
def test_every_letter_stands_where_it_is_said_to(data: Any, flow: Any, style: Any, width: int) -> None:
    text = yaml.safe_dump(
        data, allow_unicode=True, default_flow_style=flow, default_style=style, width=width, sort_keys=False
    )
    lines = text.split("\n")
    for loader in LOADERS.values():
        problems = Problems()
        root = read_marked(text, problems, loader=loader)
        if len(problems):  # names that are one in NFKC, YAML's own signs for tags
            continue
        assert root is not None
        for marked in texts_of(root):
            for offset, letter in enumerate(marked.text):
                line, column = marked.at(offset)
                there = lines[line - 1][column - 1 : column]
                assert there in (letter, "\\") or letter.isspace(), (marked, offset, there)


@both
@pytest.mark.parametrize(
    ("value", "places"),
    [
        ("abc", [(1, 4), (1, 5), (1, 6)]),
        ("'a''b'", [(1, 5), (1, 6), (1, 8)]),
        (r'"a\x41é\n"', [(1, 5), (1, 6), (1, 10), (1, 11)]),
        ("|\n  ab\n   c\n\n  d\n", [(2, 3), (2, 4), (2, 5), (3, 3), (3, 4), (3, 5), (4, 1), (5, 3), (5, 4)]),
        (">\n  a\n  b\n", [(2, 3), (2, 4), (3, 3), (3, 4)]),
        ("|2-\n    x\n  y\n", [(2, 3), (2, 4), (2, 5), (2, 6), (3, 3)]),
        ("ab\n  c", [(1, 4), (1, 5), (1, 6), (2, 3)]),
        ('"a\n\n  b"', [(1, 5), (1, 6), (3, 3)]),
        ('"a\\\n  b"', [(1, 5), (2, 3)]),
        ("!!str  'x'", [(1, 12)]),
    ],
)
def test_places_of_letters(value: str, places: list[tuple[int, int]], loader: Any) -> None:
    root = read_marked("k: " + value, Problems(), loader=loader)
    assert isinstance(root, MarkedMap)
    text = root.entries[0][1]
    assert isinstance(text, MarkedText)
    assert [text.at(offset) for offset in range(len(text.text))] == places
    assert text.at(99) == text.at(len(text.text))
    assert text.at(-5) == text.at(0)


# ---- slips ------------------------------------------------------------------------------------

SLIPS: list[tuple[str, list[tuple[str, int, int]], Any]] = [
    ("a:\n  weight:2\n  points: 3\n", [("CE015", 2, 3)], {"a": {"weight": "2", "points": "3"}}),
    ("a:\n  points: 3\n  weight:2\n  x: 1\n", [("CE015", 3, 3)], None),
    ("a:\n  weight:2\nb: 1\n", [("CE015", 2, 3)], {"a": {"weight": "2"}, "b": "1"}),
    ("a:\n  weight:2\n  cap:3\n  x: 1\n", [("CE015", 2, 3), ("CE015", 3, 3)], None),
    ("a: {points:10, test: x}\n", [("CE015", 1, 5)], {"a": {"points": "10", "test": "x"}}),
    ("a:\n\tb: 1\n\tc: 2\nd: 3\n", [("CE014", 2, 1), ("CE014", 3, 1)], {"a": {"b": "1", "c": "2"}, "d": "3"}),
    ("a:\n  b: 1\n\tc: 2\n  d: 3\n", [("CE014", 3, 1)], {"a": {"b": "1", "c": "2", "d": "3"}}),
    ("a: [\n\tb,\n\tc]\n", [("CE014", 2, 1), ("CE014", 3, 1)], {"a": ["b", "c"]}),
    ("a:\n  points 10\n  x: 1\n", [("CE016", 2, 3)], {"a": {"points": "10", "x": "1"}}),
    ("criteria\n  a:\n    x: 1\n", [("CE016", 1, 1)], {"criteria": {"a": {"x": "1"}}}),
    ("a:\n  x: 1\n  points = 10\n  y: 1\n", [("CE016", 3, 3)], {"a": {"x": "1", "points": "10", "y": "1"}}),
    ("a:\n  x: 1\n  title\uff1a A\n  y: 1\n", [("CE016", 3, 3)], {"a": {"x": "1", "title": "A", "y": "1"}}),
    ("a: {points 10, test: x}\n", [("CE016", 1, 5)], {"a": {"points": "10", "test": "x"}}),
    ("a: {x: 1, values {b: 2}}\n", [("CE016", 1, 11)], {"a": {"x": "1", "values": {"b": "2"}}}),
    ('title: "Phường\nid: x\nnote: y\n', [("CE017", 1, 8)], {"title": "Phường", "id": "x", "note": "y"}),
    ('a:\n  title: "Phường\n  id: x\n  note: "y"\n', [("CE017", 2, 10)], None),
    ('a: {title: "Phường, points: 10}\n', [("CE017", 1, 12)], {"a": {"title": "Phường", "points": "10"}}),
    ("a:\n  b: 1\n   c: 2\n  d: 3\n", [("CE018", 3, 4)], {"a": {"b": "1", "c": "2", "d": "3"}}),
    ("a:\n  b: 1\n c: 2\n  d: 3\n", [("CE018", 3, 2)], {"a": {"b": "1", "c": "2", "d": "3"}}),
    ("a:\n  title: Mục: một\n  b: 1\n", [("CE019", 2, 13)], {"a": {"title": "Mục: một", "b": "1"}}),
    ("a: {test: x, title: Mục: một}\n", [("CE019", 1, 24)], {"a": {"test": "x", "title": "Mục: một"}}),
    (
        "a:\n  r:\n    -b\n    -c\n  d: 1\n",
        [("CE020", 3, 5), ("CE020", 4, 5)],
        {"a": {"r": ["b", "c"], "d": "1"}},
    ),
    ("a:\n  - x: 1\n  -y: 2\n  - z: 3\n", [("CE020", 3, 3)], {"a": [{"x": "1"}, {"y": "2"}, {"z": "3"}]}),
    ("a:\n  when: 'x' == b\n  c: 1\n", [("CE021", 2, 9)], {"a": {"when": "'x' == b", "c": "1"}}),
    ("a:\n  - 'x' == b\n  - c\n", [("CE021", 2, 5)], {"a": ["'x' == b", "c"]}),
    ("a:\n  when: [a, b] == c\n  c: 1\n", [("CE021", 2, 9)], {"a": {"when": "[a, b] == c", "c": "1"}}),
    ("a:\n  when: >= 5\n  c: 1\n", [("CE021", 2, 9)], {"a": {"when": ">= 5", "c": "1"}}),
    ("a:\n  when: %a\n", [("CE021", 2, 9)], {"a": {"when": "%a"}}),
    ("a:\n  when: @a\n", [("CE021", 2, 9)], {"a": {"when": "@a"}}),
    ("a:\n  when: `a`\n", [("CE021", 2, 9)], {"a": {"when": "`a`"}}),
    ("a:\n  when: *a and b\n  c: 1\n", [("CE021", 2, 9)], {"a": {"when": "*a and b", "c": "1"}}),
    ("a:\n  when: & a\n", [("CE021", 2, 9)], {"a": {"when": "& a"}}),
    ("test: count(a, #b) > 1\n", [("CE022", 1, 16)], {"test": "count(a, #b) > 1"}),
    ("test: x == 'a #1'\nb: 1\n", [("CE022", 1, 15)], {"test": "x == 'a #1'", "b": "1"}),
    ("a: {b: 1, c: 2\nd: 1\ne: 2\n", [("CE023", 1, 4)], {"a": {"b": "1", "c": "2"}, "d": "1", "e": "2"}),
    (
        "a:\n  s: [{a: 1}, {b: 2}\n  c: 1\n",
        [("CE023", 2, 6)],
        {"a": {"s": [{"a": "1"}, {"b": "2"}], "c": "1"}},
    ),
    ("a:\n  s: [\n    {a: 1},\n    {b: 2}\n  c: 1\n  d: 2\n", [("CE023", 2, 6)], None),
    ("a: {b: 1}}\nc: 1\n", [("CE024", 1, 10)], {"a": {"b": "1"}, "c": "1"}),
    ("a: {b: 1 c: 2}\nd: 1\n", [("CE025", 1, 9)], {"a": {"b": "1", "c": "2"}, "d": "1"}),
    ("a: [{b: 1} {c: 2}]\nd: 1\n", [("CE025", 1, 11)], {"a": [{"b": "1"}, {"c": "2"}], "d": "1"}),
    ("a: [\n  {b: 1}\n  {c: 2}\n]\n", [("CE025", 2, 8)], {"a": [{"b": "1"}, {"c": "2"}]}),
    (": a\n~: b\n? [c]\n: d\ne: 1\n", [("CE026", 1, 1), ("CE026", 2, 1), ("CE026", 3, 3)], {"e": "1"}),
    ("{a: b}: c\nd: 1\n", [("CE026", 1, 1)], {"d": "1"}),
    ("a:\n\xa0\xa0b: 1\n\xa0\xa0c: 2\n", [("CE027", 2, 1), ("CE027", 3, 1)], {"a": {"b": "1", "c": "2"}}),
    ("a:\n  b:\xa01\n  c: 2\n", [("CE027", 2, 5)], {"a": {"b": "1", "c": "2"}}),
    ("a:\n  -\xa0b\n  -\xa0c\n", [("CE027", 2, 4)], {"a": ["b", "c"]}),
    ("a:\n  b: 1\n\u3000 c: 2\n", [("CE027", 3, 1)], {"a": {"b": "1", "c": "2"}}),
    ('a: "C:\\Users"\nb: 1\n', [("CE029", 1, 7)], {"a": "C:\\Users", "b": "1"}),
    ('a: "\\U00110000"\n', [("CE029", 1, 5)], None),
    ("a: 1\n- b\n", [("CE004", 2, 1)], None),
    ("- a\nb: 1\n", [("CE004", 2, 1)], None),
    ("a: 1\n{b: 2}\nc:3\nd: 4\n", [("CE004", 2, 1), ("CE015", 3, 1)], None),
]


@both
@pytest.mark.parametrize(("text", "found", "data"), SLIPS)
def test_slips(text: str, found: list[tuple[str, int, int]], data: Any, loader: Any) -> None:
    got, problems = read(text, loader)
    assert problems == found
    if data is not None:
        assert got == data


@both
def test_all_slips_of_a_file_are_found_in_one_run(loader: Any) -> None:
    text = (
        'criteria:\n  a:\n    weight:2\n    title: "abc\n    points: 3\n  b:\n    test: f(a: b)\n'
        "\tc: 1\n  d: {test: f(a, b) > 2}\n  e\n    x: 1\n"
    )
    data, found = read(text, loader)
    assert found == [
        ("CE015", 3, 5),
        ("CE017", 4, 12),
        ("CE019", 7, 14),
        ("CE014", 8, 1),
        ("CE012", 9, 13),
        ("CE016", 10, 3),
    ]
    assert data["criteria"]["d"] == {"test": "f(a, b) > 2"}
    assert data["criteria"]["e"] == {"x": "1"}


def test_the_line_is_shown_as_it_was_written() -> None:
    problems = Problems()
    read_marked("a:\n  weight:2\n  x: [f(a, b), 'c\n", problems)
    assert {one.source for one in problems} <= {"  weight:2", "  x: [f(a, b), 'c"}


CUTS = [
    ("a: {when: percent(a, b) >= 80, points: 4}", "`percent(a` · `b) >= 80`", '"percent(a, b) >= 80"'),
    ("requires: [count(a, b) >= 2]", "`count(a` · `b) >= 2`", '"count(a, b) >= 2"'),
    ("a: {test: x in [a, b], points: 2}", "`x in` · `[a, b]`", '"x in [a, b]"'),
    ("a: {test: x in ['a', 'b']}", "`x in` · `['a', 'b']`", "\"x in ['a', 'b']\""),
    ('a: {test: x in ["a"]}', '`x in` · `["a"]`', "'x in [\"a\"]'"),
    ("a: {test: first(x, 'b') == 'b', p: 1}", "`first(x` · `'b') == 'b'`", "\"first(x, 'b') == 'b'\""),
    (
        "a: {test: f(a, f(b, c), g(a)) > 2 and f(a, b)}",
        "`f(a` · `f(b` · `c)` · `g(a)) > 2 and f(a` · `b)`",
        '"f(a, f(b, c), g(a)) > 2 and f(a, b)"',
    ),
    ("- [a, max(a,b)]", "`max(a` · `b)`", '"max(a,b)"'),
    (
        "a: {title: Chấp hành chủ trương, chính sách, quy định, points: 3}",
        "`Chấp hành chủ trương` · `chính sách` · `quy định`",
        '"Chấp hành chủ trương, chính sách, quy định"',
    ),
]


@both
@pytest.mark.parametrize(("text", "pieces", "mended"), CUTS)
def test_cut_texts_are_put_together(text: str, pieces: str, mended: str, loader: Any) -> None:
    found = the_only(text, loader)
    assert found.code == "CE012"
    assert (found.details["pieces"], found.details["mended"]) == (pieces, mended)
    written = yaml.safe_load(mended)
    assert written in text
    assert read(text.replace(written, mended), loader) == (read(text, loader)[0], [])


def test_two_cuts_leave_no_key_that_stands_twice() -> None:
    data, found = read("{a: f(x, y), b: f(z, y), c: 1}")
    assert data == {"a": "f(x, y)", "b": "f(z, y)", "c": "1"}
    assert found == [("CE012", 1, 5), ("CE012", 1, 17)]


# ---- what is refused --------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: !!int 3\n", [("CE008", 1, 4)]),
        ("a: &x 4\nb: *x\n", [("CE008", 1, 4), ("CE008", 2, 4)]),
        ("a: &x {b: 1}\n<<: {c: 2}\n", [("CE008", 1, 4), ("CE008", 2, 1)]),
        ("%TAG ! x\n%FOO\n---\na: 1\n", [("CE008", 1, 1), ("CE008", 2, 1)]),
        ("a: 1\nb: 2\na: 3\n", [("CE009", 3, 1)]),
        ("\ufb01: 1\nfi: 2\n", [("CE009", 2, 1)]),
        ("{a: 1, a: 2}", [("CE009", 1, 8)]),
        ("a: 1\n---\nb: 1\n", [("CE011", 2, 1)]),
        ("a: 1\n...\n%FOO\n---\nb", [("CE011", 3, 1)]),
        ("", [("CE010", 1, 1)]),
        ("# x\n", [("CE010", 1, 1)]),
        ("~", [("CE010", 1, 1)]),
        ("a: x\u202ey\n", [("CE013", 1, 5)]),
        ("# \u2066\na: 1\n", [("CE013", 1, 3)]),
        ('"\u200b": 1\nb\u200b: "\u200b"', [("CE013", 1, 1), ("CE013", 2, 2)]),
        ("a: x\x00y\n", [("CE028", 1, 5)]),
        ("a: x\u2028y\x85\n", [("CE028", 1, 5), ("CE028", 1, 7)]),
        ("a: x\ud800\n", [("CE028", 1, 5)]),
        ("a: b\ufeff\n", [("CE028", 1, 5)]),
        ('a: "x\\0y"\n', [("CE028", 1, 6)]),
        ('a: "x\\ud800"\n', [("CE028", 1, 6)]),
        (b"title: Ph\xb7\n", [("CE003", 1, 10)]),
        ("a: 1".encode("utf-16"), [("CE003", 1, 1)]),
        (b"a: 1\nb: \xff", [("CE003", 2, 4)]),
    ],
)
def test_refused(text: str | bytes, found: list[tuple[str, int, int]], loader: Any) -> None:
    assert read(text, loader)[1] == found


def test_refused_characters_are_named() -> None:
    assert the_only("a: \u202eb").details == {"character": "U+202E (RIGHT-TO-LEFT OVERRIDE)"}
    assert the_only("a: \x07").details == {"character": "U+0007"}


def test_hidden_characters_may_stand_in_quotes() -> None:
    assert read('a: "x\u202ey"\nb: [\'\u200d\', "\\u200b"]') == (
        {"a": "x\u202ey", "b": ["\u200d", "\u200b"]},
        [],
    )


def test_the_classes_of_characters_are_unicode_s() -> None:
    hidden = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"} - {"\ufeff"}
    assert not {letter for letter in hidden if not HIDDEN.fullmatch(letter)}
    control = {chr(code) for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"} - set("\t\n\r")
    assert all(NEVER.fullmatch(letter) for letter in [*control, "\ud800", "\udfff", "\u2028", "\u2029"])


# ---- limits -----------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("by", [-1, 0, 1])
@pytest.mark.parametrize(
    ("limit", "size", "make", "code"),
    [
        ("bytes", 100, lambda size: "# " + "é" * ((size - 4) // 2) + "x" * (size % 2) + "\nb", "CE002"),
        ("depth", 20, lambda size: "[" * size + "]" * size, "CE005"),
        ("depth", 20, lambda size: "- " * (size - 1) + "{a: b}", "CE005"),
        ("entries", 50, lambda size: "\n".join(["- a"] * (size - 1)), "CE006"),
        ("entries", 51, lambda size: "- {}\n" * (size - 1), "CE006"),
        ("letters", 64, lambda size: "- " + "é" * size, "CE007"),
        ("letters", 64, lambda size: "- |\n  " + "é" * size, "CE007"),
    ],
)
def test_limits(limit: str, size: int, make: Any, code: str, by: int, loader: Any) -> None:
    codes = [found[0] for found in read(make(size + by), loader, **{limit: size})[1]]
    assert codes == ([code] if by > 0 else [])


@pytest.mark.parametrize("by", [0, 1])
def test_the_limits_that_hold_if_none_are_given(by: int) -> None:
    texts = {
        "CE002": "#" * (5 * 2**20 - 2 + by) + "\na",
        "CE005": "[" * (100 + by) + "]" * (100 + by),
        "CE006": "[" + "a," * (199_999 + by) + "]",
        "CE007": "a" * (2**16 + by),
    }
    for code, text in texts.items():
        assert [found[0] for found in read(text)[1]] == ([code] if by > 0 else [])


# ---- whatever comes ---------------------------------------------------------------------------

VALID = """\
criteria_engine: 1
title: {vi: "Phường kiểu mẫu", en: 'Model'}
criteria:
  force:
    title: >-
      Xây dựng
      lực lượng

      hai
    note: |
      a
        b
    criteria:
      base:    {points: 10, test: headquarters}   # tại chỗ
      quality: {points: 10, choose: {of: f, points: {good: 8}}}
  order:
  - - a
    - "b \\u00e9
      c"
  - when: percent(a, b) >= 80
"""
PIECES = [
    *" \t\n\r:-{}[],#&*!|>'\"%@`?a1é()\0\u2028\u202e\xa0\ufeff\ud800=~",
    ": ",
    "- ",
    "\n  ",
    "# c",
    "? ",
]
PIECES += [
    '""',
    "---",
    "...",
    "%YAML 1.1",
    "\\n",
    "\\ud800",
    "\\U00110000",
    "<<",
    ":\t",
    "f(a, b)",
    "a:1",
    "x y",
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = VALID
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from([0, 0, 0, 1, 2, 5]))
        text = text[:place] + draw(st.sampled_from(["", *PIECES])) + text[place + gone :]
    return text


@settings(max_examples=scaled(150), deadline=None)
@given(text=damaged() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text() | st.binary())
def test_nothing_is_ever_raised(text: str | bytes) -> None:
    for loader in LOADERS.values():
        problems = Problems()
        root = read_marked(text, problems, loader=loader)
        assert root is None or isinstance(root, (MarkedText, MarkedList, MarkedMap))
        assert root is not None or problems.has_errors
        for found in problems:
            assert found.line is not None
            assert found.column is not None
            assert found.source is not None
            assert found.line >= 1
            assert 1 <= found.column <= len(found.source) + 1
            shown = attrs.evolve(found, file="x.yaml")
            for lang in ("vi", "en"):
                assert str(shown.in_language(lang)).startswith("x.yaml:")
                assert "{" not in shown.in_language(lang).message or "{" in str(shown.details)
        assert str(CriteriaError(problems)) is not None


@settings(max_examples=scaled(80), deadline=None)
@given(text=damaged())
@pytest.mark.skipif(len(LOADERS) < 2, reason="there is no libyaml to compare with")
def test_both_readers_agree_on_what_is_well(text: str) -> None:
    one, other = (read(text, loader) for loader in LOADERS.values())
    if not one[1] and not other[1]:
        assert one == other
    if one[1] and one[1] == other[1]:
        assert one == other


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parents[1].glob("rulesets/**/*.yaml")), ids=lambda path: path.stem
)
def test_the_shipped_rulesets_are_read_alike(path: Path) -> None:
    one, *others = (read(path.read_bytes(), loader) for loader in LOADERS.values())
    assert not one[1]
    assert all(other == one for other in others)


# ---- hostile texts ----------------------------------------------------------------------------

N = 2**18
HOSTILE = {
    "flow lists": "'[' * N",
    "flow maps": "'{a: ' * (N // 4)",
    "dashes": "'- ' * (N // 2)",
    "questions": "'? ' * (N // 2)",
    "questions in lists": "'[?' * (N // 2)",
    "one letter": "'a' * N",
    "a letter a line": "'a\\n' * (N // 2)",
    "keys of keys": "'a: ' * (N // 3)",
    "deep indentation": "''.join(' ' * i + 'a:\\n' for i in range(1400))",
    "keys": "''.join(f'k{i}: 1\\n' for i in range(20_000))",
    "one key": "'a: 1\\n' * 20_000",
    "items in a line": "'[' + 'a,' * (N // 8)",
    "pairs in a line": "'{' + ','.join(f'a{i}: 1' for i in range(20_000)) + '}'",
    "open quote": "'\"' + 'a ' * (N // 2)",
    "open quotes": "'a: \"' * (N // 4)",
    "single quotes": '"\'" * N',
    "anchors": "'&a ' * (N // 3)",
    "huge anchor": "'&' + 'a' * N + ' b'",
    "aliases": "'[&a b' + ',*a' * 20_000 + ']'",
    "laughs": "''.join(f'a{i}: &a{i} [{(f\"*a{i - 1}, \" if i else \"x, \") * 9}]\\n' for i in range(99))",
    "documents": "'---\\n' * (N // 4)",
    "documents with ends": "'--- a\\n...\\n' * (N // 10)",
    "directives": "''.join(f'%TAG !a{i}! b\\n' for i in range(20_000)) + '---\\na'",
    "later directives": "'a\\n...\\n' + ''.join(f'%TAG !a{i}! b\\n' for i in range(20_000)) + '---\\na'",
    "comments": "'# a\\n' * (N // 4)",
    "empty lines": "'\\n' * N",
    "spaces": "' ' * N",
    "tabs": "'\\t' * N",
    "tabs and a word": "'\\t' * N + 'x'",
    "block": "'a: |\\n' + ' a\\n' * (N // 3)",
    "folded block": "'a: >\\n' + ' a\\n\\n' * (N // 4)",
    "block signs": "'|\\n' * (N // 2)",
    "colons": "':' * N",
    "colons and spaces": "': ' * (N // 2)",
    "commas": "'[' + ',' * N",
    "closing": "'}' * N",
    "empty maps": "'[' + '{},' * 20_000",
    "explicit keys": "'?\\n' * (N // 8)",
    "tags": "'- !a b\\n' * 20_000",
    "bangs": "'! ' * (N // 2)",
    "open tag": "'!<' + 'a' * N",
    "escapes": "'\"' + '\\\\x41' * (N // 4) + '\"'",
    "hidden escapes": "'- \"' + '\\\\u202e' * 10_000 + '\"\\n'",
    "escaped quotes": "'a(' + '\"' + '\\\\\"' * 30_000 + '\\n'",
    "many escaped quotes": "('- a(' + '\"' + '\\\\\"' * 30_000 + '\\n') * 16",
    "blank lines in a text": "'a\\n' + '\\n' * N + ' b'",
    "NUL": "'\\0' * N",
    "control characters": "'a: \\x07\\n' * (N // 6)",
    "form feeds": "'\\f' * N",
    "line separators": "'a\\u2028' * (N // 4)",
    "marks of order": "'\\ufeff' * (N // 3)",
    "lone halves": "'\\ud800' * (N // 3)",
    "bidi": "'a: \\u202e\\n' * 20_000",
    "quoted bidi": "'- \"\\u202e\"\\n' * 20_000",
    "wide spaces": "'\\xa0a: 1\\n' * 20_000",
    "random bytes": "__import__('random').Random(1).randbytes(N)",
    "printable": "bytes(range(32, 127)) * (N // 95)",
    "carriage returns": "'a: 1\\r' * 20_000",
    "glued colons": "'- {a:1}\\n' * 30_000",
    "glued lines": "'k:\\n  a:1\\n' * 20_000",
    "glued dashes": "'a:\\n' + '-b\\n' * 20_000",
    "cut texts": "'- {a: f(b, c)}\\n' * 20_000",
    "one long cut": "'{a: f(' + 'b, ' * 20_000 + ')}'",
    "cuts never closed": "'[' + 'f(a, ' * 20_000 + ']'",
    "underscores": "'{a: é, ' + ('_' * 200 + ' x, ') * 5_000 + '}'",
    "tab lines": "'- a\\n\\tb\\n' * 20_000",
    "tabs in a list": "'[\\n' + '\\ta,\\n' * 20_000 + ']'",
    "tabs in quotes": "('- \"' + '\\t' * 60_000 + 'x\"\\n') * 16",
    "slips all over": "'a: b: c\\n' * 3_000",
    "quotes all over": "'a: \"b\\n' * 3_000",
    "long lines of quotes": "(\"a: 'b' \\\"c\\\" \" * 150 + '\\n') * 300 + 'a: b: c'",
    "long lines of spaces": "('a: \"' + ' \\xa0' * 900 + 'x\\n') * 300",
    "long lines of brackets": "('a: ' + '[{' * 900 + '\\n') * 9",
    "long lines of colons": "('a' + ': b' * 600 + '\\n') * 20",
    "indentations": "''.join(' ' * (i % 37) + f'k{i}: 1\\n' for i in range(3_000))",
    "a slip at the end": "'a:\\n' + '- b\\n' * 30_000 + 'weight:2\\nx: 1\\n'",
}
FULL_SIZE = {
    "full of keys": "''.join(f'k{i}: 1\\n' for i in range(200_000))",
    "full of lists": "'[' * (20 * N)",
    "full of letters": "'a' * (20 * N)",
    "too large": "'a' * (800 * N)",
}
RUN = """
import json, re, resource, sys, time
from criteria_engine.messages.diagnostics import Problems
from criteria_engine.files.document import read_marked
import yaml
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
N, loader = int(sys.argv[1]), getattr(yaml, sys.argv[2])
for name, make in json.loads(sys.stdin.read()).items():
    text = eval(make)
    start = time.process_time()
    problems = Problems()
    read_marked(text, problems, loader=loader)
    codes = sorted({found.code for found in problems})
    seconds = time.process_time() - start
    # not ru_maxrss, which remembers the (larger) process that started this one
    peak = int(re.findall(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[0]) / 1024
    print(json.dumps([name, seconds, peak, codes]), flush=True)
"""


def run_hostile(texts: dict[str, str], size: int, loader: str) -> dict[str, tuple[float, float, list[str]]]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(size), loader],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (seconds, peak, codes) for name, seconds, peak, codes in rows}


def test_hostile_texts_are_read_in_no_time() -> None:
    took = run_hostile(HOSTILE, N, "CSafeLoader" if "libyaml" in LOADERS else "SafeLoader")
    assert took.keys() == HOSTILE.keys()
    assert len(took) >= 60
    if "libyaml" in LOADERS:
        assert {name: seconds for name, (seconds, _, _) in took.items() if seconds > 1} == {}
    assert max(peak for _, peak, _ in took.values()) < 200
    harmless = {name for name, (_, _, codes) in took.items() if not codes}
    assert harmless <= {
        *("keys", "pairs in a line", "hidden escapes", "quoted bidi", "tabs in quotes", "escaped quotes"),
        *("many escaped quotes", "escapes"),
    }


@pytest.mark.skipif("libyaml" not in LOADERS, reason="there is no libyaml")
def test_hostile_texts_of_full_size() -> None:
    took = run_hostile(
        {name: text for name, text in FULL_SIZE.items() if name != "too large"}, N, "CSafeLoader"
    )
    assert {name: seconds for name, (seconds, _, _) in took.items() if seconds > 3} == {}
    assert max(peak for _, peak, _ in took.values()) < 200


def test_without_libyaml_the_time_grows_with_the_length_only() -> None:
    short = {
        name: re.sub(r"\b(\d+_000|1400|9\d*)\b", lambda digits: str(max(9, int(digits[0]) // 100)), text)
        for name, text in HOSTILE.items()
    }
    took = run_hostile(short, 2**11, "SafeLoader")
    assert {name: seconds for name, (seconds, _, _) in took.items() if seconds > 2} == {}


def test_what_is_too_large_is_not_even_looked_at() -> None:
    took = run_hostile({"too large": FULL_SIZE["too large"]}, N, "SafeLoader")
    assert took["too large"][0] < 0.1
    assert took["too large"][2] == ["CE002"]


# ---- messages ---------------------------------------------------------------------------------


@both
def test_every_slip_fills_its_message(loader: Any) -> None:
    for text, _, _ in SLIPS:
        problems = Problems()
        read_marked(text, problems, loader=loader)
        for found in problems:
            for lang in ("vi", "en"):
                assert found.in_language(lang).message
                assert found.in_language(lang).hint
