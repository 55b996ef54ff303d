"""From an expression to its meaning: one ``match`` over the allowed syntax.

Names and criteria are looked up in a ``Scope``; everything else is here. Whatever does not fit is
a ``Fault`` with its place in the text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.grammar import (
    CRITERION_FUNCTIONS,
    MOST_PERIODS,
    PERIOD_FUNCTIONS,
    Parsed,
    dotted,
    normal,
)
from criteria_engine.core.nodes import FunctionName, InputEvidenced, Not, Operator
from criteria_engine.core.values import (
    TOO_LARGE,
    Meaning,
    NumberValue,
    TruthValue,
    applied,
    binary,
    compared,
    first_there,
    handed_over,
    is_known,
    long_sum,
    within,
)
from criteria_engine.messages.diagnostics import Fault

__all__ = ["Scope", "as_amount", "as_claim", "lower"]

_OPERATORS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_LONG = 20
_OF_CRITERIA = frozenset({"CE223", "CE224", "CE227", "CE228"})
_Fitted = TypeVar("_Fitted")


class Scope(Protocol):
    """What an expression may name."""

    @property
    def days_off(self) -> frozenset[int]:
        """The days that ``working_days_between`` leaves out."""

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition; ``Fault`` if there is none."""

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""

    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``max_score``, ``share``, ``percent``, ``met`` … of a criterion."""

    def title(self, ruleset: str, level: str) -> TruthValue:
        """Whether that level of another ruleset, or a better one, is held."""

    def before(self, periods: int) -> Scope:
        """The same names, so many periods earlier."""

    def read_earlier(self, tree: ast.expr) -> None:
        """Count what is read of earlier periods; ``Fault`` where it is too much."""


def lower(parsed: Parsed, scope: Scope) -> Meaning:
    """The meaning of an expression; ``Fault`` where its parts do not fit."""
    return _Lowering(parsed, scope).of(parsed.tree)


def as_claim(meaning: Meaning) -> TruthValue:
    """The meaning as a condition; ``Fault`` if it is none."""
    if not isinstance(meaning, TruthValue):
        raise Fault("CE235", found_kind=m.kind_of(meaning))
    return meaning


def as_amount(meaning: Meaning) -> NumberValue:
    """The meaning as a number; ``Fault`` if it is none."""
    if not isinstance(meaning, NumberValue) or meaning.kind != "number":
        raise Fault("CE236", found_kind=m.kind_of(meaning))
    return meaning


class _Lowering:
    def __init__(self, parsed: Parsed, scope: Scope) -> None:
        self._parsed = parsed
        self._scope = scope

    def of(self, tree: ast.expr) -> Meaning:
        try:
            meaning = self._of(tree)
        except Fault as fault:
            if fault.span is None:
                fault.span = self._parsed.span(_meant(tree, fault))
            raise
        except OverflowError:
            raise Fault("CE241", self._parsed.span(tree)) from None
        if isinstance(meaning, NumberValue) and max(-meaning.numeric.low, meaning.numeric.high) > TOO_LARGE:
            raise Fault("CE241", self._parsed.span(tree))
        return meaning

    def _of(self, tree: ast.expr) -> Meaning:
        match tree:
            case ast.Constant(value=str(word)):
                return m.said(normal(word))
            case ast.Constant(value=size):
                return NumberValue(a.number(Fraction(repr(size))), named=True)
            case ast.Name(id="true"):
                return TruthValue(a.TRUE, a.FALSE)
            case ast.Name(id="false"):
                return TruthValue(a.FALSE, a.TRUE)
            case ast.Name(id=name):
                return self._scope.named(normal(name))
            case ast.BoolOp(operator, values):
                claims = [self._claim(each) for each in values]
                return m.all_of(claims) if isinstance(operator, ast.And) else m.any_of(claims)
            case ast.UnaryOp(ast.Not(), operand):
                return m.contrary_of(self._claim(operand))
            case ast.UnaryOp(_, operand):
                value = self._amount(operand)
                return NumberValue(
                    a.negate(value.numeric), value.there, value.na, named=isinstance(operand, ast.Constant)
                )
            case ast.BinOp():
                return self._arithmetic(tree)
            case ast.Compare():
                return self._comparison(tree)
            case ast.IfExp():
                return self._conditional(tree)
            case ast.Call(ast.Name(id=name), arguments):
                return self._call(name, arguments)
        raise Fault("CE218", found=ast.unparse(tree)[:40])

    def _claim(self, tree: ast.expr) -> TruthValue:
        return self._fitting(tree, as_claim)

    def _amount(self, tree: ast.expr) -> NumberValue:
        return self._fitting(tree, as_amount)

    def _fitting(self, tree: ast.expr, fit: Callable[[Meaning], _Fitted]) -> _Fitted:
        try:
            return fit(self.of(tree))
        except Fault as fault:
            if fault.span is None:
                fault.span = self._parsed.span(tree)
            raise

    # ---- operators ---------------------------------------------------------------------------

    def _arithmetic(self, tree: ast.BinOp) -> NumberValue:
        """A chain of operators, worked from the left without recursion."""
        chain: list[tuple[ast.operator, ast.expr]] = []
        first: ast.expr = tree
        while isinstance(first, ast.BinOp):
            chain.append((first.op, first.right))
            first = first.left
        value = self._amount(first)
        if len(chain) > _LONG and all(isinstance(operator, ast.Add | ast.Sub) for operator, _ in chain):
            return long_sum(value, [(operator, self._amount(right)) for operator, right in reversed(chain)])
        for operator, right in reversed(chain):
            if isinstance(operator, ast.Pow):
                exponent = int(self._amount(right).numeric.low)
                value = NumberValue(a.power(value.numeric, exponent), value.there, value.na)
            else:
                value = binary(operator, value, self._amount(right))
            if max(-value.numeric.low, value.numeric.high) > TOO_LARGE:
                raise OverflowError
        return value

    def _comparison(self, tree: ast.Compare) -> TruthValue:
        left, links = tree.left, []
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            if isinstance(right, ast.List):
                if not right.elts:
                    raise Fault("CE213")
                inside = within(self.of(left), [self.of(each) for each in right.elts])
                links.append(inside if isinstance(operator, ast.In) else m.contrary_of(inside))
            else:
                links.append(compared(_OPERATORS[type(operator)], self.of(left), self.of(right)))
            left = right
        if len(links) == 1:
            return links[0]
        # a chain is one comparison: with a part that does not apply it does not apply
        there = [link.there for link in links]
        return TruthValue(
            a.every([link.true for link in links]),
            a.every([*there, a.some([link.false for link in links])]),
            a.some([link.na for link in links]),
        )

    def _conditional(self, tree: ast.IfExp) -> Meaning:
        picks: list[tuple[TruthValue, Meaning]] = []
        last: ast.expr = tree
        while isinstance(last, ast.IfExp):
            picks.append((self._claim(last.test), self.of(last.body)))
            last = last.orelse
        return m.conditional(picks, self.of(last))

    # ---- functions ---------------------------------------------------------------------------

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> Meaning:
        match name:
            case "score" | "max_score" | "share" | "met" | "count_met" | "lowest_share":
                place = dotted(self._parsed.text, arguments[0]) if arguments else ""
                return self._scope.of_criterion(name, place)
            case "percent":
                return self._percent(arguments)
            case "known":
                return is_known(self.of(arguments[0]))
            case "applicable":
                value = self.of(arguments[0])
                return TruthValue(value.there, value.na)
            case "evidenced":
                return self._evidenced(arguments[0])
            case "first":
                return first_there([self.of(each) for each in arguments])
            case "count":
                return m.counted([self._claim(each) for each in arguments])
            case "years_between" | "days_between" | "working_days_between":
                return self._days(name, arguments)
            case "round":
                return self._round(arguments)
            case "previous":
                back = self._periods(arguments[1]) if len(arguments) == 2 else 1
                return self._before(back, arguments[0])
            case "every_period" | "any_period":
                return self._each_period(name, arguments)
            case "holds":
                return self._title(arguments)
        values = [self._amount(each) for each in arguments]
        return applied(name, [handed_over(value) for value in values])

    def _percent(self, arguments: Sequence[ast.expr]) -> NumberValue:
        of, all_of_it = arguments
        if (
            isinstance(of, ast.Call)
            and isinstance(all_of_it, ast.Call)
            and isinstance(of.func, ast.Name)
            and isinstance(all_of_it.func, ast.Name)
            and (of.func.id, all_of_it.func.id) == ("score", "max_score")
        ):
            places = [
                dotted(self._parsed.text, each.args[0]) if each.args else "" for each in (of, all_of_it)
            ]
            if places[0] == places[1]:
                return as_amount(self._scope.of_criterion("percent", places[0]))
        part, whole = self._amount(of), self._amount(all_of_it)
        hundredfold = NumberValue(a.times(a.number(100), part.numeric), part.there, part.na)
        return binary(ast.Div(), hundredfold, whole)

    def _evidenced(self, tree: ast.expr) -> TruthValue:
        name = normal(tree.id) if isinstance(tree, ast.Name) else ""
        if not self._scope.is_input(name):
            raise Fault("CE237", self._parsed.span(tree))
        return TruthValue(InputEvidenced(name), Not(InputEvidenced(name)))

    def _days(self, name: str, arguments: Sequence[ast.expr]) -> NumberValue:
        days = []
        for tree in arguments:
            value = self.of(tree)
            if isinstance(value, m.TextValue) and value.constant is not None:
                value = NumberValue(a.number(m.day_of(value.constant)), kind="date", named=True)
            if not isinstance(value, NumberValue) or value.kind != "date":
                raise Fault("CE238", self._parsed.span(tree), found_kind=m.kind_of(value))
            days.append(value)
        first, second = days
        there, na = a.every([first.there, second.there]), a.some([first.na, second.na])
        if name == "days_between":
            return NumberValue(a.subtract(second.numeric, first.numeric), there, na)
        between: FunctionName = "years_between" if name == "years_between" else "working_days_between"
        off = self._scope.days_off if name == "working_days_between" else frozenset()
        return NumberValue(a.apply(between, [first.numeric, second.numeric], off), there, na)

    def _round(self, arguments: Sequence[ast.expr]) -> NumberValue:
        value, digits = self._amount(arguments[0]), 0
        if len(arguments) == 2:
            wanted = self._amount(arguments[1]).numeric
            if wanted.low != wanted.high or not wanted.whole or not -9 <= wanted.low <= 9:
                raise Fault("CE239", self._parsed.span(arguments[1]))
            digits = int(wanted.low)
        return NumberValue(a.rounded(value.numeric, digits, "half_up"), value.there, value.na)

    # ---- other periods, other titles ---------------------------------------------------------

    def _periods(self, tree: ast.expr) -> int:
        """A number of periods: whole, written, at least 1."""
        if isinstance(tree, ast.Constant) and type(tree.value) is int and 1 <= tree.value <= MOST_PERIODS:
            return tree.value
        raise Fault("CE253", self._parsed.span(tree), limit=MOST_PERIODS)

    def _before(self, periods: int, tree: ast.expr) -> Meaning:
        scope = self._scope.before(periods)
        self._scope.read_earlier(tree)
        return _Lowering(self._parsed, scope).of(tree)

    def _each_period(self, name: str, arguments: Sequence[ast.expr]) -> TruthValue:
        """The condition now and in the periods before, as one ``and`` or ``or``."""
        condition, count = arguments
        self._scope.before(1)
        self._check_this_period(condition)
        now = self._claim(condition)
        claims = [now]
        for back in range(1, self._periods(count)):
            try:
                claims.append(as_claim(self._before(back, condition)))
            except Fault as fault:
                fault.span = fault.span or self._parsed.span(condition)
                raise
        return m.all_of(claims) if name == "every_period" else m.any_of(claims)

    def _check_this_period(self, condition: ast.expr) -> None:
        """What cannot be asked of earlier periods is not asked of this one either."""
        for call in ast.walk(condition):
            name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
            if isinstance(call, ast.expr) and name in PERIOD_FUNCTIONS:
                raise Fault("CE252", self._parsed.span(call))
            if isinstance(call, ast.expr) and name in CRITERION_FUNCTIONS:
                raise Fault("CE251", self._parsed.span(call), name=name)

    def _title(self, arguments: Sequence[ast.expr]) -> TruthValue:
        words = [str(each.value) for each in arguments if isinstance(each, ast.Constant)]
        ruleset, level = map(normal, words)
        return self._scope.title(ruleset, level)


def _meant(tree: ast.expr, fault: Fault) -> ast.expr:
    """The part of an expression that a fault is about: a word in it, a criterion, else all of it."""
    if isinstance(tree, ast.Call) and fault.code in _OF_CRITERIA and tree.args:
        return tree.args[0]
    if isinstance(tree, ast.Compare) and (word := fault.details.get("word")) is not None:
        sides = [part for each in (tree.left, *tree.comparators) for part in getattr(each, "elts", [each])]
        return next((each for each in sides if isinstance(each, ast.Constant) and each.value == word), tree)
    return tree
