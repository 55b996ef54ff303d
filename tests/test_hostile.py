"""Hostile input of every kind: refused with `CriteriaError` or harmless, soon, in little memory.

Expressions, files and values come from ``hostile_corpus``; what is done with them from
``hostile_uses``; ``hostile_runner`` does it in a process of its own, with little memory and watched by
an audit hook.
"""

from __future__ import annotations

import ast
import collections
import datetime
import decimal
import enum
import fractions
import functools
import json
import math
import random
import re
import subprocess
import sys
import time
import types
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hostile_corpus as corpus
import hostile_uses as uses
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine.core import grammar
from criteria_engine.messages.diagnostics import Fault

HERE = Path(__file__).resolve().parent
SHIPPED = sorted(
    path
    for path in (HERE.parent / "rulesets").rglob("*.yaml")
    if not path.name.endswith(".tests.yaml") and not path.name.startswith("plan-")
)


# ── In a process of its own ──────────────────────────────────────────────────────────────────────


RUNS = ("shipped", "small", "heavy", "bombs")


@functools.cache
def started() -> dict[str, subprocess.Popen[str]]:
    """All runs of the runner, side by side."""
    pipe = subprocess.PIPE
    return {
        what: subprocess.Popen(
            [sys.executable, str(HERE / "hostile_runner.py"), what], stdout=pipe, stderr=pipe, text=True
        )
        for what in RUNS
    }


@functools.cache
def report_of(what: str) -> dict[str, Any]:
    """What came of one run."""
    run = started()[what]
    said, complaint = run.communicate(timeout=120)
    assert run.returncode == 0, complaint[-3_000:]
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.mark.parametrize("what", RUNS)
def test_nothing_but_criteria_error(what: str) -> None:
    """A1, A3, A4: read, checked, judged, explained, written again; `CriteriaError` or all is well."""
    report = report_of(what)
    assert report["failed"] == []
    assert report["jobs"] >= {"shipped": 5, "small": 800, "heavy": 140, "bombs": 20}[what]


@pytest.mark.parametrize(("what", "seconds"), [("small", 1), ("heavy", 5), ("bombs", 10)])
def test_soon_and_in_little_memory(what: str, seconds: float) -> None:
    """A1, A4: each is done within the time, all that is done with it together, within 200 MB.

    Seconds of the processor, not of the clock: other programs may run beside it.
    """
    report = report_of(what)
    assert report["slowest"][0] < seconds, report["slowest"]
    assert report["peak"] < 200


@pytest.mark.parametrize("what", RUNS)
def test_nothing_is_touched(what: str) -> None:
    """A2: only the named files are opened, to read; nothing is run but generated trees; no import."""
    assert report_of(what)["events"] == []


def test_two_hundred_expressions() -> None:
    """The corpus is what was promised, and most of it is refused."""
    assert len(set(corpus.SMALL) | set(corpus.HEAVY)) >= 500
    refused = sum(is_refused(text) for text in corpus.SMALL)
    assert refused >= 0.9 * len(corpus.SMALL)


def is_refused(text: str) -> bool:
    try:
        ce.loads(uses.text_with(text, corpus))
    except ce.CriteriaError:
        return True
    return False


# ── The grammar ──────────────────────────────────────────────────────────────────────────────────

# The parts of Python that expressions are made of; everything else that it has or gets is refused.
ALLOWED = {
    *("BoolOp", "BinOp", "UnaryOp", "Compare", "IfExp", "Call", "Name", "Constant"),
    *("And", "Or", "Not", "USub", "Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow"),
    *("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "In", "NotIn", "Load"),
}
# Allowed at one place only: a list after `in`, a dotted path as the argument of `score` and its like.
AT_ONE_PLACE = {"List", "Attribute"}


def classes_of_syntax() -> list[type[ast.AST]]:
    """Every kind of syntax that the running Python knows."""
    waiting: list[type[ast.AST]] = [ast.AST]
    found = []
    while waiting:
        waiting += waiting.pop().__subclasses__()
        found = [*found, *(each for each in waiting if each not in found)]
    return [each for each in found if each.__module__ == "ast"]


def bare(kind: type[ast.AST]) -> ast.AST:
    """A part of that kind with nothing in it."""
    part = kind(**{name: [] for name in kind._fields})
    part.lineno = part.end_lineno = 1  # type: ignore[attr-defined]
    part.col_offset, part.end_col_offset = 0, 1  # type: ignore[attr-defined]
    return part


def passes(part: ast.AST) -> bool:
    """Whether the list of what is allowed lets a part pass."""
    try:
        grammar._look_through("x", part, [], [])
    except Fault:
        return False
    except (TypeError, AttributeError, ValueError):
        return True  # let in, and then found to have nothing in it
    return True


# older names of syntax warn when they are made at all
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_other_kind_of_syntax_is_refused() -> None:
    """A3: what Python may learn to write can't slip in."""
    kinds = [
        kind
        for kind in classes_of_syntax()
        if issubclass(kind, ast.expr | ast.operator | ast.unaryop | ast.boolop | ast.cmpop | ast.expr_context)
    ]
    assert len(kinds) > 60
    let_in = {kind.__name__ for kind in kinds if kind._fields and passes(bare(kind))}
    let_in |= {kind.__name__ for kind in kinds if not kind._fields and kind in grammar._ALLOWED}
    abstract = {"expr", "operator", "unaryop", "boolop", "cmpop", "expr_context"}
    with_parts_only = {"Constant", "Call", "Compare"}
    assert let_in - abstract == ALLOWED - with_parts_only
    assert {kind.__name__ for kind in grammar._ALLOWED} == ALLOWED | AT_ONE_PLACE


# older names of syntax warn when they are made at all
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_statements_and_the_like_are_refused() -> None:
    """A3: neither statements nor patterns nor types are let in."""
    for kind in classes_of_syntax():
        if not issubclass(kind, ast.expr) and kind._fields:
            assert not passes(bare(kind)), kind


@pytest.mark.parametrize("value", [b"x", 1j, ..., None, True, frozenset({1}), (1,)])
def test_constants_of_other_types_are_refused(value: object) -> None:
    """A3: a constant is a number or a text, whatever Python folds."""
    part = ast.Constant(value)
    part.col_offset, part.end_col_offset = 0, 1
    assert not passes(part)


def parsed(text: str) -> str:
    """Empty where the expression keeps to the grammar, else the code of what is wrong."""
    try:
        grammar.parse(text)
    except Fault as fault:
        return fault.code
    return ""


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda more: "n < 1 or " + "a" * (3_991 + more), "CE203"),
        (lambda more: "-" * (1 + more) + "+".join(["n"] * 500), "CE204"),
        (lambda more: "(" * (50 + more) + "n" + ")" * (50 + more), "CE205"),
        (lambda more: "not " * (50 + more) + "a", "CE205"),
        (lambda more: "abs(" * (50 + more) + "n" + ")" * (50 + more), "CE205"),
        (lambda more: "-" * (50 + more) + "n", "CE205"),
    ],
    ids=["characters", "parts", "brackets", "not", "calls", "minus"],
)
def test_limits_are_exact(made: Callable[[int], str], code: str) -> None:
    """A4: one below and at the limit an expression is read, one beyond it is refused."""
    assert [parsed(made(more)) for more in (-1, 0, 1)] == ["", "", code]


@pytest.mark.parametrize("operator", ["+", "-", "*", " and ", " or "])
def test_a_chain_is_one_level(operator: str) -> None:
    """Five hundred terms are as deep as two."""
    assert parsed(operator.join(["n"] * 490)) == ""


def test_what_is_at_the_limit_is_judged_too() -> None:
    """A1: expressions as long and as deep as they may be are worked out, known or not."""
    for text in (
        "(" * 50 + "n" + ")" * 50 + " > 1",
        "abs(" * 48 + "n" + ")" * 48 + " > 1",
        "+".join(["n"] * 150) + " > 1",
        " and ".join(["a"] * 660),
        "count(" + ", ".join(["a"] * 900) + ") > 1",
    ):
        uses.use(ce.loads(f"{corpus.HEAD}{corpus.INPUTS}criteria: {{k: {{test: {json.dumps(text)}}}}}"))


def test_time_is_linear_in_the_length() -> None:
    """A1: ten times as long takes no more than some ten times as long."""

    def seconds(count: int) -> float:
        text = "+".join(["n"] * count)
        started = time.process_time()
        for _ in range(20):
            grammar.parse(text)
        return time.process_time() - started

    assert min(seconds(480) for _ in range(3)) < 25 * min(seconds(48) for _ in range(3))


# ── Drawn at random ──────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    [
        "n",
        "a",
        "p",
        "t",
        "d",
        "x",
        "k",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "and",
        "or",
        "not",
        "in",
        "if",
        "else",
        "true",
        "false",
        "1",
        "0",
        "2.5",
        "1e9",
        "0x1",
        "'x'",
        '"y"',
        "min(",
        "max(",
        "percent(",
        "score(",
        "met(",
        "known(",
        "first(",
        "count(",
        "abs(",
        "round(",
        "sqrt(",
        "lambda",
        ":",
        ":=",
        "f'{n}'",
        "__class__",
        "\\",
        "#",
        "@",
        ";",
        "`",
        "$",
        "?",
        "!",
        "&",
        "|",
        "^",
        "~",
        "=",
        "“",
        "”",
        "−",
        "≥",
        "None",
        "True",
        "await",
        "yield",
        "for",
        "80%",
        "85,5",
    ]
)
EXPRESSIONS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=25).map(" ".join),
    st.lists(PIECES, max_size=25).map("".join),
)


@given(EXPRESSIONS)
@example("1e999999999")
@example("n\ud800")
def test_any_expression_is_refused_or_sound(text: str) -> None:
    """A3: whatever is written as an expression, nothing but `CriteriaError` comes of it."""
    try:
        ruleset = ce.loads(uses.text_with(text, corpus))
    except ce.CriteriaError as error:
        assert str(error)
    else:
        ruleset.evaluate({})
        ruleset.evaluate(uses.example(ruleset, 0))


@given(
    st.one_of(
        st.text(max_size=200), st.binary(max_size=200), st.text("abk:-[]{}#&*!|>'\"%@`?, \n\t", max_size=80)
    )
)
def test_any_file_is_refused_or_sound(text: str | bytes) -> None:
    """A4: whatever a file holds, nothing but `CriteriaError` comes of it."""
    try:
        ce.loads(text)
    except ce.CriteriaError as error:
        assert str(error)


def damaged(text: str, chance: random.Random) -> str:
    """A ruleset with some pieces left out, doubled, moved, or replaced by odd ones."""
    odd = ["\t", "{", "}", "[", "]", '"', "'", ": ", "- ", "&a", "*a", "!!x ", "|", ">", "#", ",", "\n", "  "]
    odd += [
        "\x00",
        "\u2028",
        "é",
        "\ud800",
        "1e9",
        "~",
        "null",
        "<<: ",
        "? ",
        "%",
        "@",
        "`",
        "\\",
        "criteria:",
    ]
    for _ in range(chance.randrange(1, 6)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 1, 2, 20, 300)))
        new = chance.choice(["", text[start:end] * 2, chance.choice(odd), text[end : end + 40]])
        text = text[:start] + new + text[end:]
    return text


@settings(max_examples=30)
@given(st.sampled_from(SHIPPED), st.integers(0, 2**32))
def test_a_damaged_ruleset_is_refused_or_sound(path: Path, seed: int) -> None:
    """A4: the same of shipped rulesets with some damage."""
    text = damaged(path.read_text(encoding="utf-8"), random.Random(seed))
    try:
        ruleset = ce.loads(text)
    except ce.CriteriaError as error:
        assert str(error)
        assert all(each.line is not None for each in error.diagnostics)
    else:
        ruleset.evaluate({}, on=datetime.date(2024, 6, 1))


# ── Values ───────────────────────────────────────────────────────────────────────────────────────

EVERY_TYPE = """\
criteria_engine: 1
id: vn.vi-du.gia-tri
version: "1"
scales: {bậc: [kém, tốt]}
inputs:
  a: {type: boolean}
  n: {type: integer, range: [0, 100]}
  m: {type: number}
  p: {type: percent}
  c: {type: choice, choices: [x, y]}
  o: {type: ordinal, scale: bậc}
  d: {type: date}
  t: {type: text}
  điểm: {type: number, may_be_na: true}
criteria:
  k: {test: "a and n > 3 and m > 1 and p > 5 and c == 'x' and o >= 'tốt' and d > '2020-01-01' and t == 'z'"}
  l: {test: điểm > 1}
"""
SOUND: Mapping[str, Any] = {
    "a": True,
    "n": 5,
    "m": 2.5,
    "p": 50,
    "c": "x",
    "o": "tốt",
    "d": datetime.date(2024, 1, 1),
    "t": "z",
    "điểm": 3,
}


@functools.cache
def every_type() -> ce.Ruleset:
    return ce.loads(EVERY_TYPE)


class Floating:
    """What numbers of other libraries look like."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __float__(self) -> float:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value  # type: ignore[return-value]


class Indexed(Floating):
    """And whole numbers."""

    def __index__(self) -> int:
        return self.value  # type: ignore[return-value]


class Unshowable:
    """It can't even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class EqualToAll:
    """It says that it equals whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("x")


class Comparing:
    """It can't be compared."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    def __hash__(self) -> int:
        return 1


class Text(str):
    """A text of another class."""

    __slots__ = ()


class LyingText(str):
    """A text that equals every other."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Whole(int):
    """A whole number that is never too large."""

    def __le__(self, other: object) -> bool:
        return True

    __ge__ = __lt__ = __gt__ = __le__


class Real(float):
    """A float of another class."""


class Word(str, enum.Enum):
    """A word as programs keep it."""

    X = "x"


NAN, INFINITY = float("nan"), float("inf")
ODD_VALUES: tuple[Any, ...] = (
    *(
        NAN,
        INFINITY,
        -INFINITY,
        10**400,
        -(10**400),
        10**5_000,
        10**15,
        10**15 + 1,
        2**53 + 1,
        1e308,
        5e-324,
        -0.0,
    ),
    *(True, False, 1, 0, 5.0, 5.5, 99.99999999999999, 100.00000000000001, None, ce.NA, "n/a"),
    *("", "x", "1", "5", "5,5", "nan", "true", b"x", b"5", "TỐT", "x" * 10**6, "\ud800", "\x00", "\x1b[31m"),
    *(
        [],
        [1],
        (1,),
        {},
        {1},
        range(3),
        object(),
        type,
        len,
        NotImplemented,
        ...,
        Exception("x"),
        memoryview(b"x"),
    ),
    *(
        Floating(2.0),
        Floating(NAN),
        Floating(RuntimeError("no")),
        Floating("x"),
        Indexed(5),
        Indexed(10**400),
    ),
    *(
        Unshowable(),
        EqualToAll(),
        Comparing(),
        Text("x"),
        Text("tốt"),
        LyingText("q"),
        Whole(5),
        Whole(10**20),
    ),
    *(Real(5.0), Real(NAN), Word.X, complex(1, 2), unicodedata.normalize("NFD", "tốt")),
    *(
        datetime.datetime(2024, 1, 1, 5, tzinfo=datetime.UTC),
        datetime.date.min,
        datetime.date.max,
        datetime.time(1),
    ),
    *("2024-01-01", "2024-02-30", "0000-00-00", "31/12/2024"),
    *(decimal.Decimal(5), decimal.Decimal("5.5"), decimal.Decimal("NaN"), decimal.Decimal("sNaN")),
    *(decimal.Decimal("1e999"), fractions.Fraction(1, 3), fractions.Fraction(10**400, 3)),
)


@pytest.mark.parametrize("name", SOUND)
def test_odd_values_are_taken_rightly_or_refused(name: str) -> None:
    """A10, B3: whatever is handed over as a value; alone and among sound ones."""
    for value in ODD_VALUES:
        for others in (SOUND, {}):
            try:
                result = every_type().evaluate({**others, name: value})
            except ce.CriteriaError as error:
                assert str(error).isprintable() or "\n" in str(error)
                continue
            assert all(math.isfinite(each) for each in uses.numbers(result))
            assert str(result.explain())
            assert json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("n", each)
            for each in (NAN, INFINITY, 10**400, True, "5", 5.5, Whole(101), Floating(NAN), -1, 101)
        ),
        *(("m", each) for each in (NAN, -INFINITY, 10**400, False, "2", 10**15 + 1, decimal.Decimal("NaN"))),
        *(
            ("p", each)
            for each in (NAN, 100.00000000000001, -0.1, "50", True, fractions.Fraction(10**400, 3))
        ),
        *(("a", each) for each in (1, 0, "true", 1.0, NAN, EqualToAll())),
        *(("c", each) for each in ("z", 1, LyingText("q"), EqualToAll(), "", "X")),
        *(("o", each) for each in (1, "giỏi", True, LyingText("q"))),
        *(("d", each) for each in (1, "31/12/2024", "2024-02-30", datetime.time(1), NAN)),
        *(("t", each) for each in (1, b"z", "\ud800", None.__class__)),
        *(("điểm", each) for each in (EqualToAll(), Comparing(), NAN, "3")),
        *(("n", each) for each in (ce.NA, "n/a")),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else type(value).__name__,
)
def test_wrong_values_are_refused(name: str, value: Any) -> None:
    """B3, A10: nan is no number, `True` is no 1, and what equals everything is no word of the list."""
    with pytest.raises(ce.CriteriaError) as caught:
        every_type().evaluate({**SOUND, name: value})
    (only,) = caught.value.diagnostics
    assert only.path == f"values.{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("n", each) for each in (5.0, Indexed(5), decimal.Decimal(5), Whole(5), Real(5.0), 2**3)),
        *(
            ("m", each)
            for each in (Floating(2.0), fractions.Fraction(5, 2), decimal.Decimal("2.5"), 10**15, 1e15)
        ),
        *(("c", each) for each in (Text("x"), Word.X)),
        *(("o", each) for each in (Text("tốt"), unicodedata.normalize("NFD", "tốt"))),
        *(("d", each) for each in ("2024-01-01", datetime.datetime(2024, 1, 1, 5, tzinfo=datetime.UTC))),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else type(value).__name__,
)
def test_values_of_other_libraries_are_taken(name: str, value: Any) -> None:
    """B3: numbers, words and days of other classes mean what they say."""
    assert every_type().evaluate({**SOUND, name: value}).criteria["k"].status is ce.Status.MET


class LyingMapping(dict[str, Any]):
    """A dictionary that answers `get` with something else."""

    def get(self, key: object, default: object = None) -> Any:
        return 10**20


@pytest.mark.parametrize(
    "make",
    [
        collections.UserDict,
        types.MappingProxyType,
        collections.OrderedDict,
        lambda values: collections.ChainMap({}, values),
        lambda values: collections.defaultdict(int, values),
        LyingMapping,
        lambda values: {Text(name): value for name, value in values.items()},
        lambda values: {unicodedata.normalize("NFD", name): value for name, value in values.items()},
    ],
)
def test_mappings_of_any_class_are_read(make: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """A8, B3: what holds the values, and how their names are composed, makes no difference."""
    plain = every_type().evaluate(SOUND).to_dict()
    assert every_type().evaluate(make(dict(SOUND))).to_dict() == plain


@pytest.mark.parametrize(
    "key",
    [1, None, ("n",), b"n", "N", "n ", "", "x" * 10**6, "\ud800", "\x1b[31m", "а", Unshowable()],
    ids=lambda key: type(key).__name__,
)
def test_unknown_names_are_refused(key: Any) -> None:
    """A8: an unknown name is refused, shortly and with nothing in it that a terminal would obey."""
    with pytest.raises(ce.CriteriaError) as caught:
        every_type().evaluate({**SOUND, key: 1})
    (only,) = caught.value.diagnostics
    assert only.code == "CE551"
    assert len(str(only)) < 400
    assert str(only).replace("\n", "").isprintable()


def test_one_name_in_two_compositions_is_refused() -> None:
    """A8: `điểm` in NFC and in NFD is one name; two values for it are one too many."""
    with pytest.raises(ce.CriteriaError) as caught:
        every_type().evaluate({**SOUND, unicodedata.normalize("NFD", "điểm"): 9})
    assert [each.code for each in caught.value.diagnostics] == ["CE810"]


# ── Large files that keep to the language ────────────────────────────────────────────────────────

SIZES = {
    "criteria side by side": 400,
    "terms of a sum": 400,
    "steps of bands": 300,
    "items of a checklist": 300,
    "places of a curve": 300,
}
"""Fewer than there may be, in a short run."""


# Each is legal and small; what overflows is a walk that goes as deep as the chain is long.
OVERFLOWS = ("definitions in a row", "levels", "rows of a table")


@pytest.mark.parametrize("name", [name for name in corpus.SOUND_GIANTS if name not in OVERFLOWS])
def test_large_files_are_judged_like_small_ones(name: str) -> None:
    """B6, A1: no depth, length or number makes anything overflow."""
    make, count = corpus.SOUND_GIANTS[name]
    uses.use(ce.loads(make(SIZES.get(name, count))), few=True)


@pytest.mark.parametrize("name", OVERFLOWS)
def test_long_chains_do_not_overflow(name: str) -> None:
    """B6: the same of chains of rows, levels and definitions."""
    make, count = corpus.SOUND_GIANTS[name]
    uses.use(ce.loads(make(count)), few=True)


@pytest.mark.parametrize(
    "text",
    [*(operator.join(["n"] * 495) + " > 1" for operator in "+-"), "n if a else " * 320 + "n"],
    ids=["sum", "difference", "if"],
)
def test_long_chains_in_one_expression_do_not_overflow(text: str) -> None:
    """A1: a chain of operators is one level, however long it may be."""
    uses.use(
        ce.loads(
            f"{corpus.HEAD}{corpus.INPUTS}define: {{x: {json.dumps(text)}}}\ncriteria: {{k: {{test: known(x)}}}}"
        )
    )


@pytest.mark.long
@pytest.mark.parametrize("name", SIZES)
def test_the_largest_files_are_judged_too(name: str) -> None:
    """The same with as many as were promised."""
    make, count = corpus.SOUND_GIANTS[name]
    uses.use(ce.loads(make(count)), few=True)


@pytest.mark.parametrize("count", [1, 2, 50, 1_000])
def test_rings_are_found_soon(count: int) -> None:
    """B6: a ring of any length, and many rings, are told at once, the first twenty of them."""
    ring = corpus.chained(count).replace("k0: {test: a}", f"k0: {{test: a, requires: [k{count - 1}]}}")
    many = f"{corpus.HEAD}{corpus.INPUTS}criteria:\n" + "".join(
        f"  k{number}: {{test: a, requires: [k{number}]}}\n" for number in range(count)
    )
    for text in (ring, many):
        started = time.process_time()
        with pytest.raises(ce.CriteriaError) as caught:
            ce.loads(text)
        assert {each.code for each in caught.value.diagnostics} == {"CE401"}
        assert len(caught.value.diagnostics) <= 20
        assert time.process_time() - started < 5


def test_no_regular_expression_hangs() -> None:
    """A7: the worst texts for the patterns of the grammar and of the reader take no time."""
    for piece in (
        "1",
        "_",
        "1_",
        ".1",
        "1.",
        "'",
        '"',
        " ",
        "\t",
        "-",
        "- ",
        "a: ",
        "{",
        "[",
        "%",
        "#",
        "\\",
        "(",
        "1,",
    ):
        for text in (piece * (64_000 // len(piece)), "a: " + piece * 20_000, 'note: "' + piece * 20_000):
            started = time.process_time()
            with pytest.raises(ce.CriteriaError):
                ce.loads(text)
            assert time.process_time() - started < 3, repr(piece)
            assert re.fullmatch(r"CE\d{3}", parsed(text[:5_000]))
