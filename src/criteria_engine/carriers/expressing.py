"""Core expressions as Python expressions: one ``match`` over the parts, the same arithmetic in the same order.

A part that is used twice is worked out once, in a statement of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import assert_never

from criteria_engine.carriers.trees import (
    CHUNK,
    OPERATORS,
    Anything,
    call,
    constant_of,
    count_uses,
    grid_inline,
    name_of,
    words_of,
)
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT
from criteria_engine.core.nodes import (
    Among,
    Apply,
    Branch,
    Choice,
    Compare,
    Every,
    Evidenced,
    Extreme,
    Flag,
    Given,
    Minus,
    Mixture,
    Not,
    Number,
    Numeric,
    Observed,
    Over,
    Power,
    Ratio,
    Remainder,
    Rounded,
    Same,
    Settled,
    Some,
    Sum,
    Tighter,
    Times,
    Truth,
    Withheld,
)

__all__ = ["ExpressionWriter"]


class ExpressionWriter:
    """Turns parts of the core into expressions, and gathers the statements that these read."""

    def __init__(
        self, inputs: Sequence[str], withholdable: frozenset[str], outputs: Sequence[Anything]
    ) -> None:
        self._places = {name: f"i{place}" for place, name in enumerate(inputs)}
        self._withholdable = withholdable
        self._uses = count_uses(outputs)
        self._names: dict[int, str] = {}
        self._kept: list[Anything] = []
        self._body: list[ast.stmt] = []
        self._lowered: dict[str, str] = {}

    def _named(self, part: Anything) -> ast.expr:
        """The part as something that may be read twice: a name or a constant."""
        known = self._names.get(id(part))
        if known is not None:
            return name_of(known)
        expression = self._fresh(part)
        if isinstance(expression, ast.Constant | ast.Name):
            return expression
        return self._assigned(expression, part)

    def _assigned(self, expression: ast.expr, part: Anything | None = None) -> ast.Name:
        name = f"t{len(self._body)}"
        self._body.append(ast.Assign([ast.Name(name, ast.Store())], expression))
        if part is not None:
            self._names[id(part)] = name
            self._kept.append(part)
        return name_of(name)

    def _read(self, part: Anything) -> ast.expr:
        """The part where it is read once here: inlined, unless others read it too."""
        if id(part) in self._names or self._uses[id(part)] > 1:
            return self._named(part)
        return self._fresh(part)

    def _fresh(self, part: Anything) -> ast.expr:
        match part:
            case Truth(value):
                return ast.Constant(value)
            case Given(input):
                return self._is(input, ast.IsNot(), ast.Constant(None))
            case Evidenced(input):
                return ast.Compare(ast.Constant(input), [ast.In()], [name_of("evidence")])
            case Flag(input, wanted):
                return self._is(input, ast.Is(), ast.Constant(wanted))
            case Withheld(input, wanted):
                return self._is(input, ast.Is() if wanted else ast.IsNot(), name_of("NA"))
            case Among():
                return self._among(part)
            case Same():
                return self._same(part)
            case Compare(operator, left, right):
                return ast.Compare(self._read(left), [OPERATORS[operator]()], [self._read(right)])
            case Every(parts):
                return ast.BoolOp(ast.And(), [self._read(each) for each in parts])
            case Some(parts):
                return ast.BoolOp(ast.Or(), [self._read(each) for each in parts])
            case Settled():
                return ast.Constant(True)
            case Not(Given(input)):
                return self._is(input, ast.Is(), ast.Constant(None))
            case Not(inner):
                return ast.UnaryOp(ast.Not(), self._read(inner))
        return self._fresh_number(part)

    def _is(self, input: str, operator: ast.cmpop, other: ast.expr) -> ast.expr:
        return ast.Compare(name_of(self._places[input]), [operator], [other])

    def _there(self, input: str) -> list[ast.expr]:
        tests = [self._is(input, ast.IsNot(), ast.Constant(None))]
        if input in self._withholdable:
            tests.append(self._is(input, ast.IsNot(), name_of("NA")))
        return tests

    def _among(self, part: Among) -> ast.expr:
        value = name_of(self._places[part.input])
        if part.wanted:
            words = part.words
        elif part.domain is not None:
            words = tuple(word for word in part.domain if word not in part.words)
        else:
            outside = ast.Compare(value, [ast.NotIn()], [words_of(part.words)])
            return ast.BoolOp(ast.And(), [*self._there(part.input), outside])
        if len(words) == 1:
            return ast.Compare(value, [ast.Eq()], [ast.Constant(words[0])])
        return ast.Compare(value, [ast.In()], [words_of(words)])

    def _same(self, part: Same) -> ast.expr:
        compared = ast.Compare(
            name_of(self._places[part.left]),
            [ast.Eq() if part.wanted else ast.NotEq()],
            [name_of(self._places[part.right])],
        )
        return ast.BoolOp(ast.And(), [*self._there(part.left), *self._there(part.right), compared])

    def _fresh_number(self, part: Numeric) -> ast.expr:
        match part:
            case Number(value):
                return constant_of(value)
            case Observed():
                return self._observed(part)
            case Sum(terms):
                return self._sum(part, terms)
            case Minus(left, right):
                return ast.BinOp(self._exact_float(part, left), ast.Sub(), self._read(right))
            case Times(left, right):
                return ast.BinOp(self._exact_float(part, left), ast.Mult(), self._read(right))
            case Over():
                return self._over(part)
            case Remainder(left, right):
                return call("remainder", self._read(left), self._read(right))
            case Power(base, exponent):
                self._uses[id(base)] += 1
                product = self._exact_float(part, base)
                for _ in range(exponent - 1):
                    product = ast.BinOp(product, ast.Mult(), self._named(base))
                return product
            case Extreme(which, parts):
                return call(which, *[self._read(each) for each in parts])
            case Apply():
                return self._apply(part)
            case Rounded(inner, digits, mode):
                return call("round_to", self._read(inner), ast.Constant(digits), ast.Constant(mode))
            case Choice():
                return self._choice(part)
            case Ratio(exact=exact) | Tighter(exact=exact):
                return self._read(exact)
            case Mixture():
                return self._mixture(part)
        assert_never(part)

    def _observed(self, part: Observed) -> ast.expr:
        input, name = part.input, self._places[part.input]
        if input not in self._withholdable:
            return name_of(name)
        if input not in self._lowered:
            is_na = self._is(input, ast.Is(), name_of("NA"))
            self._lowered[input] = self._assigned(ast.IfExp(is_na, ast.Constant(part.low), name_of(name))).id
        return name_of(self._lowered[input])

    def _exact_float(self, whole: Numeric, first: Numeric) -> ast.expr:
        """The first operand, as a float where whole numbers could outgrow what floats hold."""
        operand = self._read(first)
        if max(-whole.low, whole.high) <= EXACT_FLOAT:
            return operand
        return call("float", operand)

    def _sum(self, part: Sum, terms: Sequence[Numeric]) -> ast.expr:
        total = self._exact_float(part, terms[0])
        for place, term in enumerate(terms[1:], 1):
            total = ast.BinOp(total, ast.Add(), self._read(term))
            if place % CHUNK == 0:
                total = self._assigned(total)
        return total

    def _over(self, part: Over) -> ast.expr:
        left, right = self._read(part.left), part.right
        if right.low >= part.nearest or right.high <= -part.nearest:
            return ast.BinOp(left, ast.Div(), self._read(right))
        divisor = self._named(right)
        if right.whole:
            there: ast.expr = divisor
        else:
            inside = ast.Compare(
                ast.Constant(-part.nearest), [ast.Lt(), ast.Lt()], [divisor, ast.Constant(part.nearest)]
            )
            there = ast.UnaryOp(ast.Not(), inside)
        return ast.IfExp(there, ast.BinOp(left, ast.Div(), divisor), ast.Constant(0))

    def _apply(self, part: Apply) -> ast.expr:
        if part.function == "grid" and part.parts[0].low >= 0 and part.parts[0].high <= EDGE:
            return grid_inline(self._read(part.parts[0]))
        arguments = [self._read(each) for each in part.parts]
        if part.days_off:
            arguments.append(ast.Tuple([ast.Constant(day) for day in sorted(part.days_off)], ast.Load()))
        return call(part.function, *arguments)

    def _choice(self, part: Choice) -> ast.expr:
        chosen = self._read(part.otherwise)
        for place, branch in enumerate(reversed(part.branches), 1):
            chosen = self._branch(branch, chosen)
            if place % CHUNK == 0:
                chosen = self._assigned(chosen)
        return chosen

    def _branch(self, branch: Branch, otherwise: ast.expr) -> ast.expr:
        return ast.IfExp(self._read(branch.test), self._read(branch.value), otherwise)

    def _mixture(self, part: Mixture) -> ast.expr:
        rows = [
            ast.Tuple(
                [
                    self._read(each.points),
                    self._read(each.most),
                    self._read(each.surely),
                    self._read(each.maybe),
                ],
                ast.Load(),
            )
            for each in part.parts
        ]
        return call(
            "mixture",
            ast.Constant(part.which),
            constant_of(part.scale),
            ast.Tuple(list(rows), ast.Load()),
            ast.Constant(part.summed_on_grid),
        )
