"""Pieces of Python's syntax trees, and how generated functions are made of them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from criteria_engine.core import arithmetic
from criteria_engine.core.arithmetic import EXACT_FLOAT, as_float
from criteria_engine.core.grammar import run_module, statements
from criteria_engine.core.nodes import NA, Choice, Condition, Mixture, Numeric, Settled
from criteria_engine.core.traversal import inner

__all__ = [
    "CHUNK",
    "OPERATORS",
    "Anything",
    "Row",
    "bound_to",
    "call",
    "children",
    "compiled",
    "constant_of",
    "count_uses",
    "grid_inline",
    "like",
    "name_of",
    "plain_constant",
    "refusal",
    "words_of",
]

Row = tuple[Any, ...]
"""The values of the inputs in order: a number, text or truth value, None (missing) or ``NA``."""


Anything = Condition | Numeric


CHUNK = 40  # how many terms or branches one generated expression holds


OPERATORS: Mapping[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
}


_CALLED = {
    name: getattr(arithmetic, name)
    for name in [
        "grid",
        "floor",
        "ceil",
        "sqrt",
        "exp",
        "ln",
        "log10",
        "log",
        "power_of_e",
        "remainder",
        "round_to",
        "working_days_between",
        "years_between",
        "mixture",
    ]
}


def children(part: Anything) -> tuple[Anything, ...]:
    """The parts that a program works a part out from: of a choice the tests, not the whole guards."""
    match part:
        case Choice(branches=branches, otherwise=otherwise):
            return (*[piece for branch in branches for piece in (branch.test, branch.value)], otherwise)
        case Mixture(parts=parts):
            return tuple(
                piece for each in parts for piece in (each.points, each.most, each.surely, each.maybe)
            )
        case Settled():
            return ()
    return inner(part)


def like(size: float, observed: Numeric) -> ast.Constant:
    """A number to compare an input with: of its own type, which CPython compares fastest."""
    whole = observed.whole and size == int(size)
    return ast.Constant(int(size) if whole else float(size))


def refusal() -> ast.stmt:
    """The statement that gives nothing back: something about the values is odd."""
    return ast.Return(ast.Tuple([ast.Constant(None), ast.Constant(None)], ast.Load()))


def plain_constant(value: Any) -> Any:
    """A constant as programs hold it: truth values as they are, numbers as numbers."""
    constant = constant_of(value) if isinstance(value, Fraction) else ast.Constant(value)
    return constant.value


def bound_to(names: Sequence[str], constants: Sequence[Any]) -> list[ast.stmt]:
    """Names bound to constants, those of the same constant together."""
    together: dict[tuple[type, Any], list[str]] = {}
    for name, constant in zip(names, constants, strict=True):
        plain = plain_constant(constant)
        together.setdefault((type(plain), plain), []).append(name)
    return [
        ast.Assign([ast.Name(name, ast.Store()) for name in same], ast.Constant(plain))
        for (_, plain), same in together.items()
    ]


def count_uses(outputs: Sequence[Anything]) -> Counter[int]:
    """How often each part is read, by its identity."""
    uses: Counter[int] = Counter()
    waiting: list[Anything] = list(outputs)
    while waiting:
        part = waiting.pop()
        uses[id(part)] += 1
        if uses[id(part)] == 1:
            waiting.extend(children(part))
    return uses


def name_of(name: str) -> ast.Name:
    """A name being read."""
    return ast.Name(name, ast.Load())


def grid_inline(value: ast.expr) -> ast.expr:
    """``arithmetic.grid`` for what is surely within its edges and not below 0, without a call."""
    steps = ast.BinOp(ast.BinOp(value, ast.Mult(), ast.Constant(1e9)), ast.Add(), ast.Constant(0.5))
    return ast.BinOp(ast.BinOp(steps, ast.FloorDiv(), ast.Constant(1.0)), ast.Div(), ast.Constant(1e9))


def words_of(words: Sequence[str]) -> ast.expr:
    """A tuple of texts."""
    return ast.Tuple([ast.Constant(word) for word in words], ast.Load())


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """A call of a function by its name."""
    return ast.Call(name_of(function), list(arguments), [])


def constant_of(value: Fraction) -> ast.Constant:
    """A number as a constant: whole where it is, as far as floats hold it."""
    size: float | int = value.numerator if value.denominator == 1 else as_float(value)
    if isinstance(size, int) and abs(size) > EXACT_FLOAT:
        size = as_float(Fraction(size))
    return ast.Constant(size)


def compiled(
    parameters: Sequence[str], body: Sequence[ast.stmt], names: Mapping[str, Any]
) -> Callable[..., Any]:
    """A function with that body, in a name space that holds only the arithmetic and ``names``."""
    function = statements(["def judge(" + ", ".join(parameters) + "): pass"])[0]
    if isinstance(function, ast.FunctionDef):
        function.body = list(body)
    space = {"abs": abs, "float": float, "max": max, "min": min, "NA": NA, **_CALLED, **names}
    made: Callable[..., Any] = run_module([function], space)["judge"]
    return made
