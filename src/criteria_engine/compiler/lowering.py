"""From expressions to their meanings.

``lower`` is one ``match`` over the allowed syntax; names and criteria are looked up in a ``Scope``.
What does not fit is a ``Fault`` with its place in the text. ``ExpressionReader`` reads the expressions of a
ruleset: it notes such faults at their place in the ruleset and goes on with a harmless stand-in, so
that all faults come out at once. ``define_earlier`` says what definitions meant in earlier periods.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from criteria_engine.compiler.scope import Scope
from criteria_engine.compiler.tree import expressions_in, prerequisite_name
from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import (
    CRITERION_FUNCTIONS,
    MOST_PERIODS,
    PERIOD_FUNCTIONS,
    Parsed,
    dotted,
    normal,
)
from criteria_engine.core.nodes import FunctionName, InputEvidenced, Not, Operator
from criteria_engine.core.values import Meaning, NumberValue, TruthValue
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.rules.parts import Criterion, Definition
from criteria_engine.rules.shape import RuleContext

OPERATORS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_LONG = 20
_OF_CRITERIA = frozenset(
    {Code.UNKNOWN_CRITERION, Code.AMBIGUOUS_CRITERION, Code.NO_SHARE_OF_A_MAXIMUM, Code.NOT_A_GROUP}
)
_Fitted = TypeVar("_Fitted")


def lower(parsed: Parsed, scope: Scope) -> Meaning:
    """The meaning of an expression; ``Fault`` where its parts do not fit."""
    return _Lowering(parsed, scope).of(parsed.tree)


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
            raise Fault(Code.UNBOUNDED, self._parsed.span(tree)) from None
        if isinstance(meaning, NumberValue) and max(-meaning.numeric.low, meaning.numeric.high) > m.TOO_LARGE:
            raise Fault(Code.UNBOUNDED, self._parsed.span(tree))
        return meaning

    def _of(self, tree: ast.expr) -> Meaning:
        match tree:
            case ast.Constant(value=str(word)):
                return m.said(normal(word))
            case ast.Constant(value=int() | float() as size):
                return m.fixed(size)
            case ast.Name(id="true" | "false" as word):
                return m.fixed(word == "true")
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
        raise Fault(Code.NOT_IN_THE_LANGUAGE, found=ast.unparse(tree)[:40])

    def _claim(self, tree: ast.expr) -> TruthValue:
        return self._fitting(tree, m.as_claim)

    def _amount(self, tree: ast.expr) -> NumberValue:
        return self._fitting(tree, m.as_amount)

    def _fitting(self, tree: ast.expr, fit: Callable[[Meaning], _Fitted]) -> _Fitted:
        try:
            return fit(self.of(tree))
        except Fault as fault:
            if fault.span is None:
                fault.span = self._parsed.span(tree)
            raise

    def _arithmetic(self, tree: ast.BinOp) -> NumberValue:
        """A chain of operators, worked from the left without recursion."""
        chain: list[tuple[ast.operator, ast.expr]] = []
        first: ast.expr = tree
        while isinstance(first, ast.BinOp):
            chain.append((first.op, first.right))
            first = first.left
        value = self._amount(first)
        if len(chain) > _LONG and all(isinstance(operator, ast.Add | ast.Sub) for operator, _ in chain):
            return m.long_sum(value, [(operator, self._amount(right)) for operator, right in reversed(chain)])
        for operator, right in reversed(chain):
            if isinstance(operator, ast.Pow):
                exponent = int(self._amount(right).numeric.low)
                value = NumberValue(a.power(value.numeric, exponent), value.there, value.na)
            else:
                value = m.binary(operator, value, self._amount(right))
            if max(-value.numeric.low, value.numeric.high) > m.TOO_LARGE:
                raise OverflowError
        return value

    def _comparison(self, tree: ast.Compare) -> TruthValue:
        left, links = tree.left, []
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            if isinstance(right, ast.List):
                if not right.elts:
                    raise Fault(Code.IN_WANTS_A_LIST)
                inside = m.within(self.of(left), [self.of(each) for each in right.elts])
                links.append(inside if isinstance(operator, ast.In) else m.contrary_of(inside))
            else:
                links.append(m.compared(OPERATORS[type(operator)], self.of(left), self.of(right)))
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

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> Meaning:
        match name:
            case "score" | "max_score" | "share" | "met" | "count_met" | "lowest_share":
                return self._scope.of_criterion(name, self._criterion(arguments))
            case "percent":
                return self._percent(arguments)
            case "known":
                return m.is_known(self.of(arguments[0]))
            case "applicable":
                value = self.of(arguments[0])
                return TruthValue(value.there, value.na)
            case "evidenced":
                return self._evidenced(arguments[0])
            case "first":
                return m.first_there([self.of(each) for each in arguments])
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
        return m.applied(
            name, [NumberValue(a.on_grid(value.numeric), value.there, value.na) for value in values]
        )

    def _criterion(self, arguments: Sequence[ast.expr]) -> str:
        """The criterion that arguments name; empty for the whole set."""
        return dotted(self._parsed.text, arguments[0]) if arguments else ""

    def _percent(self, arguments: Sequence[ast.expr]) -> NumberValue:
        match arguments:
            # score and max_score of one criterion move together, so they are asked of it together
            case [ast.Call(ast.Name("score"), of_score), ast.Call(ast.Name("max_score"), of_most)]:
                name = self._criterion(of_score)
                if name == self._criterion(of_most):
                    return m.as_amount(self._scope.of_criterion("percent", name))
        part, whole = map(self._amount, arguments)
        hundredfold = NumberValue(a.times(a.number(100), part.numeric), part.there, part.na)
        return m.binary(ast.Div(), hundredfold, whole)

    def _evidenced(self, tree: ast.expr) -> TruthValue:
        name = normal(tree.id) if isinstance(tree, ast.Name) else ""
        if name not in self._scope.inputs:
            raise Fault(Code.INPUT_NAME_WANTED, self._parsed.span(tree))
        return TruthValue(InputEvidenced(name), Not(InputEvidenced(name)))

    def _days(self, name: str, arguments: Sequence[ast.expr]) -> NumberValue:
        days = []
        for tree in arguments:
            value = self.of(tree)
            if isinstance(value, m.TextValue) and value.constant is not None:
                value = m.fixed_day(m.day_of(value.constant))
            if not isinstance(value, NumberValue) or value.kind != "date":
                raise Fault(Code.DATE_WANTED, self._parsed.span(tree), found_kind=m.kind_of(value))
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
                raise Fault(Code.BAD_ROUND_DIGITS, self._parsed.span(arguments[1]))
            digits = int(wanted.low)
        return NumberValue(a.rounded(value.numeric, digits, "half_up"), value.there, value.na)

    def _periods(self, tree: ast.expr) -> int:
        """A number of periods: whole, written, at least 1."""
        if isinstance(tree, ast.Constant) and type(tree.value) is int and 1 <= tree.value <= MOST_PERIODS:
            return tree.value
        raise Fault(Code.BAD_NUMBER_OF_PERIODS, self._parsed.span(tree), limit=MOST_PERIODS)

    def _before(self, periods: int, tree: ast.expr) -> Meaning:
        scope = self._scope.before(periods)
        self._scope.count_parts(tree)
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
                claims.append(m.as_claim(self._before(back, condition)))
            except Fault as fault:
                fault.span = fault.span or self._parsed.span(condition)
                raise
        return m.all_of(claims) if name == "every_period" else m.any_of(claims)

    def _check_this_period(self, condition: ast.expr) -> None:
        """What cannot be asked of earlier periods is not asked of this one either."""
        for part in ast.walk(condition):
            match part:
                case ast.Call(ast.Name(name)) if name in PERIOD_FUNCTIONS:
                    raise Fault(Code.NESTED_LOOK_BACK, self._parsed.span(part))
                case ast.Call(ast.Name(name)) if name in CRITERION_FUNCTIONS:
                    raise Fault(Code.CRITERIA_LOOKED_BACK_AT, self._parsed.span(part), name=name)

    def _title(self, arguments: Sequence[ast.expr]) -> TruthValue:
        ruleset, level = [normal(str(each.value)) for each in arguments if isinstance(each, ast.Constant)]
        return self._scope.title(ruleset, level)


def _meant(tree: ast.expr, fault: Fault) -> ast.expr:
    """The part of an expression that a fault is about: a word in it, a criterion, else all of it."""
    if isinstance(tree, ast.Call) and fault.code in _OF_CRITERIA and tree.args:
        return tree.args[0]
    if isinstance(tree, ast.Compare) and (word := fault.details.get("word")) is not None:
        sides = [part for each in (tree.left, *tree.comparators) for part in getattr(each, "elts", [each])]
        return next((each for each in sides if isinstance(each, ast.Constant) and each.value == word), tree)
    return tree


class ExpressionReader:
    """Reads whole expressions in a scope, each with its place in the ruleset."""

    def __init__(self, scope: Scope, problems: Problems) -> None:
        self.scope = scope
        self.problems = problems
        self._noted: set[tuple[str, str]] = set()

    def in_scope(self, scope: Scope) -> ExpressionReader:
        """One that reads in another scope, and notes at the same place."""
        reader = ExpressionReader(scope, self.problems)
        reader._noted = self._noted
        return reader

    def note(self, place: str, fault: Fault) -> None:
        """Note a fault, of each kind one at a place; one without a code is said elsewhere."""
        if fault.code and (place, fault.code) not in self._noted:
            self._noted.add((place, fault.code))
            self.problems.add_fault(place, fault)

    def meaning(self, expression: Expression, place: str) -> Meaning | None:
        """What an expression means; None where it means nothing, which is then noted."""
        try:
            return lower(self.scope.parsed(expression), self.scope)
        except Fault as fault:
            self.note(place, fault)
            return None

    def context(self, place: str, criterion: Criterion | None = None) -> RuleContext:
        """Where a rule that stands at a place asks what its expressions mean."""
        points, least = (None, None) if criterion is None else (criterion.points, criterion.least)
        return RuleContext(self.meaning, self.note, place, points=points, least=least)

    def claim(self, expression: Expression, place: str) -> TruthValue:
        """A condition."""
        return self.context(place).condition(expression, "")

    def prerequisite(self, expression: Expression, place: str) -> TruthValue:
        """Whether a prerequisite is held; one that is not applicable is."""
        scope = self.scope
        name = prerequisite_name(expression, scope.tree)
        if name is None:
            claim = self.claim(expression, place)
            return TruthValue(claim.passes, claim.false)
        try:
            node = scope.tree.find(name)
            if (name in scope.names or name in scope.broken) and "." not in name:
                raise Fault(Code.CRITERION_AND_VALUE, name=name)
        except Fault as fault:
            self.note(place, fault)
            return m.free_claim()
        state = scope.states[node.path]
        return TruthValue(a.some([state.absent, state.met.true]), a.every([state.applies, state.met.false]))

    def definition(self, definition: Definition) -> Meaning | None:
        """What a definition means; None where it means nothing, which is then noted."""
        place = f"define.{definition.id}"
        if definition.expr is not None:
            meaning = self.meaning(definition.expr, place)
        else:
            meaning = self._picked(definition.rule, place)
        if isinstance(meaning, NumberValue):
            return meaning.replaced(numeric=meaning.settled, named=True)
        return meaning

    def _picked(self, rule: Any, place: str) -> Meaning | None:
        """The value that a rule picks, where it is one that picks or gives a number."""
        if rule is None:
            return None
        inside = f"{place}.{rule.KEY}"
        context = self.context(inside)
        if hasattr(rule, "amount"):
            amount: NumberValue = rule.amount(context)[0]
            return amount
        if not hasattr(rule, "picks"):
            self.note(place, Fault(Code.BAD_DEFINITION, key=rule.KEY))
            return None
        picks, there, na = rule.picks(context)
        ways = []
        for pick in picks:
            value = self.meaning(pick.value, f"{inside}.{pick.place}")
            if value is None:
                return None
            ways.append((a.every([there, pick.test]), a.every([there, pick.guard]), value))
        try:
            return m.joined_ways(ways, na) if ways else None
        except Fault as fault:
            self.note(inside, fault)
            return None


_ABOUT_LOOKING_BACK = frozenset(
    {Code.CRITERIA_LOOKED_BACK_AT, Code.NESTED_LOOK_BACK, Code.TOO_MUCH_LOOKING_BACK}
)
"""What is wrong with looking back at a definition, and not with the definition itself."""


def define_earlier(scope: Scope, name: str) -> None:
    """Add to ``scope.known_then`` what a definition meant in the period of the scope.

    Those that it needs are worked out before it, without recursion.
    """
    waiting, begun = [name], set[str]()
    while waiting:
        last = waiting[-1]
        needed = [] if last in begun else _definitions_in(scope, last)
        begun.add(last)
        left = [each for each in needed if each not in scope.known_then and each not in begun]
        waiting += left
        if not left:
            waiting.pop()
            scope.known_then.setdefault(last, _defined_earlier(scope, last))


def _definitions_in(scope: Scope, name: str) -> list[str]:
    parsed = _parsed_in(scope, scope.definitions[name])
    return [each for expression in parsed for each in expression.names if each in scope.definitions]


def _parsed_in(scope: Scope, definition: Definition) -> list[Parsed]:
    parsed = []
    for expression in expressions_in((definition.expr, definition.rule)):
        with suppress(Fault):  # which is said where the definition stands
            parsed.append(scope.parsed(expression))
    return parsed


def _defined_earlier(scope: Scope, name: str) -> Meaning | Fault:
    definition = scope.definitions[name]
    if any(each not in scope.known_then for each in _definitions_in(scope, name)):
        return Fault("")  # a ring, which is said where it stands
    for parsed in _parsed_in(scope, definition):
        scope.observed_inputs.count_parts(parsed.tree)
        if parsed.criteria:
            return Fault(Code.CRITERIA_LOOKED_BACK_AT, name=name)
        if parsed.looks_back:
            return Fault(Code.NESTED_LOOK_BACK)
    problems = Problems()
    meaning = ExpressionReader(scope, problems).definition(definition)
    if meaning is not None:
        return meaning
    # what is wrong with the definition itself is said where it stands
    wrong = next((each for each in problems if each.code in _ABOUT_LOOKING_BACK), None)
    return Fault("") if wrong is None else Fault(wrong.code, **wrong.details)
