"""Conditions in words: what was observed, against what, and by how much it is missed.

The shortfalls come first: each is exact, and checked by judging again. ``ConditionWriter`` says conditions part by
part, comparisons and truth values, and names the parts and their values.
"""

from __future__ import annotations

import ast
import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import TypeGuard

import attrs

from criteria_engine.compiler.lowering import OPERATORS
from criteria_engine.compiler.scope import earlier_name, span_of
from criteria_engine.core.algebra import opposite
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import dotted, normal
from criteria_engine.core.nodes import Operator
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue, day_of
from criteria_engine.evaluation.explanation_tree import ExplanationLine, Piece, Shortfall
from criteria_engine.explanation.evaluated import Comparison, EvaluatedExpressions
from criteria_engine.explanation.phrases import SIGNS, Subexpression, Wording
from criteria_engine.messages.formatting import date

_FLIPPED: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}
_UNITS = {"percent": "percent_point", "points": "point"}
_STEPS_DOWN = 10**9


def _exact(value: float) -> Fraction:
    """A float as the decimal that it is written as."""
    return Fraction(repr(value))


def _compared_numbers(values: EvaluatedExpressions, compared: Comparison) -> tuple[Fraction, Fraction] | None:
    """The two numbers that are compared (days, places on a scale), where both are settled."""
    one, two = values.meaning(compared.left), values.meaning(compared.right)
    sizes = []
    for part, meaning, other in ((compared.left, one, two), (compared.right, two, one)):
        size = _place_of_word(meaning, other)
        if size is None:
            number = values.number(part)
            if number is None:
                return None
            size = _exact(number)
        sizes.append(size)
    return sizes[0], sizes[1]


def _place_of_word(meaning: Meaning | None, other: Meaning | None) -> Fraction | None:
    """The number that a written word stands for beside a scale or a day."""
    if not isinstance(meaning, TextValue) or not isinstance(other, NumberValue) or meaning.constant is None:
        return None
    if other.kind == "scale" and meaning.constant in other.words:
        return Fraction(other.words.index(meaning.constant))
    return Fraction(day_of(meaning.constant)) if other.kind == "date" else None


def _missed_by(values: EvaluatedExpressions, wording: Wording, compared: Comparison) -> Shortfall | None:
    """By how much the left side misses what is wanted; None where that cannot be said."""
    if compared.operator == "!=":
        return None
    if not values.inputs(compared.left):
        compared = Comparison(compared.right, _FLIPPED[compared.operator], compared.left)
    left, operator = compared.left, compared.operator
    numbers = _compared_numbers(values, compared)
    if numbers is None:
        return None
    value, edge = numbers
    change = _change(value, operator, edge, whole=values.is_whole(left))
    if change is None:
        return None
    unit = wording.unit(left)
    name = normal(left.tree.id) if isinstance(left.tree, ast.Name) else ""
    is_input = name in values.scope.inputs
    of, amount, unit = name if is_input else left.text, abs(change[0]), _UNITS.get(unit, unit)
    direction = 1 if edge > value or operator in (">", ">=") else -1
    short = Shortfall(of, is_input, amount, direction, change[1], unit, value, edge, operator)
    claim = values.claim(compared)
    if not is_input:
        return attrs.evolve(short, instead=_through_one_input(values, wording, compared, short))
    if claim is None or not _can_be(values, name, value + change[0]) or not _checked(values, claim, short):
        return None
    return short


def _change(
    value: Fraction, operator: Operator, edge: Fraction, *, whole: bool
) -> tuple[Fraction, bool] | None:
    """The signed change that makes it hold, and whether it takes more than that."""
    goal = edge
    if whole and operator in (">", ">="):
        goal = Fraction(math.floor(edge) + 1 if operator == ">" else math.ceil(edge))
    elif whole and operator in ("<", "<="):
        goal = Fraction(math.ceil(edge) - 1 if operator == "<" else math.floor(edge))
    elif whole and edge.denominator != 1:
        return None
    if _HOLDS[operator](value, edge):
        return None
    return goal - value, not whole and operator in ("<", ">")


def _can_be(values: EvaluatedExpressions, name: str, value: Fraction) -> bool:
    """Whether an input can hold that number at all."""
    given = values.scope.inputs[name]
    low, high, _ = span_of(given, values.scope.scales.get(given.scale or "", ()))
    return low <= value <= high


def _checked(values: EvaluatedExpressions, claim: TruthValue, short: Shortfall) -> bool:
    """Whether an input moved by the amount makes it hold, and by a bit less does not."""
    whole = values.scope.inputs[short.of].type in ("integer", "date", "ordinal")
    bit = Fraction(1) if whole else max(short.amount / 1000, Fraction(1, _STEPS_DOWN))

    def holds(amount: Fraction) -> bool:
        moved = short.value + short.direction * amount
        walk = values.changed({short.of: int(moved) if whole else float(moved)})
        return walk.can(claim.true) and not walk.can(claim.false) and not walk.can(claim.na)

    if short.strict:
        return holds(short.amount + bit) and not holds(short.amount)
    return holds(short.amount) and not (short.amount >= bit and holds(short.amount - bit))


def _through_one_input(
    values: EvaluatedExpressions, wording: Wording, compared: Comparison, short: Shortfall
) -> Shortfall | None:
    """Of a share of counts: by how much the counted part must move, the whole staying as it is."""
    ratio = _ratio_behind(values, wording, compared.left)
    if ratio is None or compared.operator == "==":
        return None
    part, whole = ratio
    name = normal(part.tree.id) if isinstance(part.tree, ast.Name) else ""
    inputs = values.scope.inputs
    if name not in inputs or inputs[name].type != "integer":
        return None
    size, value, claim = values.number(whole), values.number(part), values.claim(compared)
    if name in {*values.inputs(whole), *values.inputs(compared.right)} or not size or size < 0:
        return None
    if value is None or claim is None:
        return None
    edge = short.edge * _exact(size) / 100
    change = _change(_exact(value), compared.operator, edge, whole=True)
    if change is None or not _can_be(values, name, _exact(value) + change[0]):
        return None
    amount, unit, counted = abs(change[0]), wording.unit(part), _exact(value)
    instead = Shortfall(name, True, amount, short.direction, False, unit, counted, edge, compared.operator)
    return instead if _checked(values, claim, instead) else None


def _ratio_behind(
    values: EvaluatedExpressions, wording: Wording, part: Subexpression
) -> tuple[Subexpression, Subexpression] | None:
    """The two sides of the ``percent(a, b)`` that a part is, itself or by the name of a definition."""
    text = wording.defined_as(normal(part.tree.id)) if isinstance(part.tree, ast.Name) else None
    part = part if text is None else values.expression(text)
    match part.tree:
        case ast.Call(ast.Name(id="percent"), [counted, whole]):
            return part.part(counted), part.part(whole)
    return None


def share_missed_by(of: str, value: float, edge: float) -> Shortfall | None:
    """By how much a criterion's share of its points misses the share that a level wants."""
    one, two = _exact(value), _exact(edge)
    return Shortfall(of, False, two - one, 1, False, "share", one, two, ">=") if one < two else None


_MOST_FIGURES, _LONGEST_QUOTE = 8, 160


@attrs.frozen
class _Aim:
    """Which words a verdict takes, and whether the contrary is wanted."""

    role: str
    negated: bool = False

    @property
    def turned(self) -> bool:
        """Whether what is said is the contrary of what stands there; an event is said as it stands."""
        return self.negated != (self.role in ("event", "excused"))


class ConditionWriter:
    """Says the conditions of one result, and what the parts of its expressions came to.

    ``role`` chooses the words of a verdict (``must when want event excused``). Where ``negated``, what is wanted
    is the contrary; a line's status always says whether what is wanted is so.
    """

    def __init__(self, values: EvaluatedExpressions, wording: Wording) -> None:
        self.values, self.wording = values, wording

    def line(
        self, expression: Expression, role: str, *, here: str = "", negated: bool = False
    ) -> ExplanationLine:
        """The line of a whole expression, with the author's words behind it."""
        whole = self.values.expression(expression.text, here)
        line = self._part(whole, _Aim(role, negated))
        pieces, quoted = line.pieces, self.code(expression.text)
        if not isinstance(whole.tree, ast.Name) and quoted not in pieces:
            pieces = (*pieces, Piece(" ["), quoted, Piece("]"))
        return attrs.evolve(line, pieces=pieces, rule=expression.text)

    def about(
        self, key: str, expression: Expression, role: str = "when", *, here: str = "", **details: str
    ) -> ExplanationLine:
        """The line of an expression behind the words that say what it is about."""
        return self.prefixed(key, self.line(expression, role, here=here), **details)

    def prefixed(self, key: str, line: ExplanationLine, **details: str) -> ExplanationLine:
        """A line behind the words that say what it is about."""
        return attrs.evolve(line, pieces=(*self.wording.pieces(key, **details), *line.pieces))

    def _part(self, part: Subexpression, aim: _Aim) -> ExplanationLine:
        match part.tree:
            case ast.UnaryOp(ast.Not(), inside):
                return self._part(part.part(inside), attrs.evolve(aim, negated=not aim.negated))
            case ast.BoolOp(operator, sides):
                children = [self._part(part.part(side), aim) for side in sides]
                return self._joined(part, aim, children, every=isinstance(operator, ast.And))
            case ast.Compare(left, [operator], [right]):
                return self._link(part, left, operator, right, aim)
            case ast.Compare(left, operators, rights):
                links = zip((left, *rights), operators, rights, strict=False)
                children = [self._link(part, *link, aim) for link in links]
                return self._joined(part, aim, children, every=True)
            case ast.IfExp():
                return self._branches(part, part.tree, aim)
            case ast.Call(ast.Name(id="previous"), [inside, *back]):
                periods = back[0].value if back and isinstance(back[0], ast.Constant) else 1
                return self._in_period(part.part(inside), aim, int(str(periods)))
            case ast.Call(
                ast.Name(id="every_period" | "any_period" as name), [inside, ast.Constant(value=int(count))]
            ):
                children = [self._in_period(part.part(inside), aim, back) for back in range(count)]
                return self._joined(part, aim, children, every=name == "every_period", periods=count)
        return self._flag(part, aim)

    def _status(self, part: Subexpression, aim: _Aim) -> str:
        meaning = self.values.meaning(part)
        return self.values.truth(meaning, negated=aim.negated) if isinstance(meaning, TruthValue) else ""

    def _joined(
        self,
        part: Subexpression,
        aim: _Aim,
        children: list[ExplanationLine],
        *,
        every: bool,
        periods: int = 0,
    ) -> ExplanationLine:
        """Several conditions, of which every one or any one is wanted; or one in so many periods."""
        status = self._status(part, aim)
        key = ("every" if periods else "all") if every != aim.turned else "any"
        sentence = self.wording.pieces(f"{key}_{'period' if periods else 'of'}", number=periods)
        pieces = (*sentence, Piece(self.verdict(aim.role, status)))
        return ExplanationLine("condition", pieces, status, children=tuple(children))

    def _in_period(self, part: Subexpression, aim: _Aim, back: int) -> ExplanationLine:
        """A condition as it was so many periods before."""
        line = self._part(attrs.evolve(part, back=back), aim)
        return self.prefixed("in_period", line, period=self.wording.period(back))

    def _branches(self, part: Subexpression, tree: ast.IfExp, aim: _Aim) -> ExplanationLine:
        """``a if test else b``: the test, and the side that counts (both while that is open)."""
        status = self._status(part, aim)
        test = self._part(part.part(tree.test), _Aim("when"))
        children = [self.prefixed("if_test", test)]
        if test.status in ("met", "unknown"):
            children.append(self.prefixed("if_then", self._part(part.part(tree.body), aim)))
        # A long chain of `else … if` would be as deep a tree; it is quoted, and its end left out.
        if test.status in ("not_met", "unknown") and not isinstance(tree.orelse, ast.IfExp):
            children.append(self.prefixed("if_else", self._part(part.part(tree.orelse), aim)))
        pieces = self.code(part.text), Piece(self.verdict(aim.role, status))
        return ExplanationLine("condition", pieces, status, children=tuple(children))

    def _link(
        self, whole: Subexpression, left: ast.expr, operator: ast.cmpop, right: ast.expr, aim: _Aim
    ) -> ExplanationLine:
        if isinstance(right, ast.List):
            wanted = isinstance(operator, ast.In) != aim.negated
            return self._among(whole.part(left), right, aim, wanted=wanted)
        sign = opposite(OPERATORS[type(operator)]) if aim.negated else OPERATORS[type(operator)]
        compared = Comparison(whole.part(left), sign, whole.part(right))
        counts = [side for side in (left, right) if _is_call(side, "count")]
        line = self._compared(compared, aim, with_figures=not counts)
        # The conditions that are counted are said themselves.
        counted = [self._part(whole.part(each), _Aim("when")) for side in counts for each in side.args]
        return attrs.evolve(line, children=(*line.children, *counted)) if counted else line

    def _compared(self, compared: Comparison, aim: _Aim, *, with_figures: bool) -> ExplanationLine:
        """One comparison, with an input on its left; where the aim is negated, the contrary of what stands there."""
        values = self.values
        if not values.inputs(compared.left) and values.inputs(compared.right):
            compared = Comparison(compared.right, _FLIPPED[compared.operator], compared.left)
        claim = values.claim(compared)
        if claim is None:
            return ExplanationLine("condition", (self.code(compared.left.parsed.text),))
        status = values.truth(claim)
        ending = self._ending(claim, aim, status, compared.left, compared.right)
        short = None
        # An event that is excused needs no change, and the past cannot change.
        if status == "not_met" and aim.role != "excused" and not compared.left.back:
            short = _missed_by(values, self.wording, compared)
        if short is not None:
            ending += self.wording.shortfall(short)
        pieces = (*self._observed(compared, status), Piece(ending))
        figures = self.figures(compared.left, compared.right) if with_figures else ()
        return ExplanationLine("condition", pieces, status, shortfall=short, children=figures)

    def _ending(self, claim: TruthValue, aim: _Aim, status: str, *parts: Subexpression) -> str:
        if status == "unknown":
            return self._lacking(claim, parts)
        return "" if status == "not_applicable" else self.verdict(aim.role, status)

    def _observed(self, compared: Comparison, status: str) -> tuple[Piece, ...]:
        name = self.name(compared.left)
        if status == "not_applicable":
            return self.wording.pieces("flag", left=name, value=self.wording.say("na_value"))
        value, edge = self._sides(compared)
        shown = compared.operator if status in ("met", "unknown") else opposite(compared.operator)
        other = self._other_side(compared.right)
        key = ("compared_open" if status == "unknown" else "compared") + ("_named" if other else "")
        return self.wording.pieces(key, left=name, value=value, sign=SIGNS[shown], edge=edge, right=other)

    def _other_side(self, right: Subexpression) -> str:
        """What stands on the right, where it is more than a written value."""
        if self.values.inputs(right):
            return self.wording.phrase(right)[0]
        if not isinstance(right.tree, ast.Name):
            return ""
        name = normal(right.tree.id)
        title = self.wording.name(name)
        return title if title != name else ""

    def _sides(self, compared: Comparison) -> tuple[str, str]:
        """The two values that are compared, in words."""
        left, right = compared.left, compared.right
        meaning, other = self.values.meaning(left), self.values.meaning(right)
        unit = self.wording.unit(left) or self.wording.unit(right)
        numbers = _compared_numbers(self.values, compared)
        if numbers is not None and isinstance(meaning, NumberValue) and meaning.kind == "number":
            return self.wording.apart(*numbers, unit)
        value = self.value(left)
        if isinstance(meaning, NumberValue) and meaning.kind == "date" and isinstance(other, TextValue):
            return value, date(datetime.date.fromisoformat(other.constant or ""), self.wording.lang)
        return value, self.wording.value(self.values.value(right), unit)

    def _among(self, left: Subexpression, options: ast.List, aim: _Aim, *, wanted: bool) -> ExplanationLine:
        """Whether a value is one of those listed, as ``wanted`` or not."""
        claim, name = self.values.claim_within(left, options), self.name(left)
        if claim is None:
            return ExplanationLine("condition", (name,))
        status = self.values.truth(claim, negated=not wanted)
        if status == "not_applicable":
            value = self.wording.say("na_value")
            return self.wording.line("condition", "flag", status, left=name, value=value)
        inside = wanted if status in ("met", "unknown") else not wanted
        key = ("among" if inside else "not_among") + ("_open" if status == "unknown" else "")
        values = (self.values.value(left.part(option)) for option in options.elts)
        words = self.wording.listed(map(self.wording.value, values))
        pieces = self.wording.pieces(key, left=name, value=self.value(left), words=words)
        return ExplanationLine("condition", (*pieces, Piece(self._ending(claim, aim, status, left))), status)

    def _flag(self, part: Subexpression, aim: _Aim) -> ExplanationLine:
        meaning, status = self.values.meaning(part), self._status(part, aim)
        key, name = self._named_flag(part)
        ending = self.verdict(aim.role, status)
        if status == "unknown" and isinstance(meaning, TruthValue):
            ending = self._lacking(meaning, [part])
        elif status == "not_applicable":
            ending = ""
        elif aim.turned and status == "not_met":
            ending = self.wording.say("wanted_no") + ending
        pieces = self.wording.pieces(key, left=name, value=self.value(part))
        return ExplanationLine("condition", (*pieces, Piece(ending)), status)

    def _named_flag(self, part: Subexpression) -> tuple[str, Piece]:
        """The key of the sentence about a truth value, and what it is about."""
        match part.tree:
            case ast.Call(ast.Name(id="met"), [inside]):
                return "met_flag", Piece(self.wording.criterion(dotted(part.parsed.text, inside)), "name")
            case ast.Call(ast.Name(id="known" | "applicable" | "evidenced" as function), [inside]):
                return f"{function}_flag", self.name(part.part(inside))
        return "flag", self.name(part)

    def code(self, text: str) -> Piece:
        """What an author wrote, cut if it is very long."""
        flat = " ".join(text.split())
        return Piece(flat if len(flat) <= _LONGEST_QUOTE else f"{flat[:_LONGEST_QUOTE]}…", "code")

    def name(self, part: Subexpression) -> Piece:
        """What a part is called."""
        text, is_code = self.wording.phrase(part)
        return self.code(text) if is_code else Piece(text, "name")

    def named(self, names: Iterable[str]) -> str:
        """Titles of inputs in a row."""
        return self.wording.listed(f"“{self.wording.name(name)}”" for name in names)

    def is_input(self, part: Subexpression) -> bool:
        """Whether a part is plainly an input."""
        return isinstance(part.tree, ast.Name) and normal(part.tree.id) in self.values.scope.inputs

    def value(self, part: Subexpression) -> str:
        """What a part came to, with its unit; of an input without its evidence just that."""
        name, result = self._observed_input(part), self.values.result
        if name is not None and result.observed(name) is None:
            required = self.values.scope.inputs[name].evidence == "required"
            unproved = required and name not in result.evidence
            return self.wording.say("no_evidence" if unproved else "no_value")
        unit = self.wording.unit(part)
        return self.wording.value(self.values.value(part), unit, least=1 if unit == "percent" else 0)

    def _observed_input(self, part: Subexpression) -> str | None:
        """The observed input that a part plainly is, in its period."""
        tree, back = part.tree, part.back
        if _is_call(tree, "previous"):
            last = tree.args[-1]
            back = int(str(last.value)) if isinstance(last, ast.Constant) else 1
            tree = tree.args[0]
        name = earlier_name(normal(tree.id), back) if isinstance(tree, ast.Name) else ""
        return name if name in self.values.scope.inputs else None

    def verdict(self, role: str, status: str) -> str:
        """The end of a line: what its status means."""
        return self.wording.say("verdict", verdict=self.wording.verdict(role, status)) if status else ""

    def _lacking(self, claim: TruthValue, parts: Iterable[Subexpression]) -> str:
        """The end of a line that is open: which figures are not there, unless the line just said so."""
        names = self.values.missing([claim])
        said = {_input_name(part.tree) for part in parts}
        if len(names) == 1 and names[0].removeprefix("previous(").split(",")[0].rstrip(")") in said:
            return ""
        if not names:
            return self.wording.say("verdict", verdict=self.wording.say("open_state"))
        return self.wording.say("lacking", names=self.named(names))

    def figures(self, *parts: Subexpression) -> tuple[ExplanationLine, ...]:
        """The figures that parts were worked out from; none for what is plainly an input."""
        names = self.values.inputs(*(part for part in parts if not self.is_input(part)))
        if not 0 < len(names) <= _MOST_FIGURES:
            return ()
        texts = self.wording.listed(self.labelled(name, name) for name in names)
        return (self.wording.line("figures", "made_from", names=texts),)

    def labelled(self, label: str, name: str) -> str:
        """The value of an input behind its title, or the title of the input that it is an earlier value of."""
        value = self.value(self.values.expression(name))
        return self.wording.say("colon", label=self.wording.name(label), text=value)


def _is_call(tree: ast.expr, name: str) -> TypeGuard[ast.Call]:
    """Whether a part calls that function."""
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == name


def _input_name(tree: ast.expr) -> str:
    """The name that a part plainly is, now or in an earlier period."""
    if _is_call(tree, "previous"):
        tree = tree.args[0]
    return normal(tree.id) if isinstance(tree, ast.Name) else ""
