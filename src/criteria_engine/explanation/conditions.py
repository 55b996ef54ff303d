"""Conditions said part by part."""

from __future__ import annotations

import ast
import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt

import attrs

from criteria_engine.compiler.names import span_of
from criteria_engine.core.algebra import opposite
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import dotted, normal
from criteria_engine.core.nodes import Operator
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue, day_of
from criteria_engine.explanation.lines import ExplanationLine, Piece, Shortfall
from criteria_engine.explanation.phrases import SIGNS, Phrases
from criteria_engine.explanation.sight import Facts, Link, Sight, Sighted
from criteria_engine.messages.formatting import date

__all__ = [
    "ConditionWriter",
    "among",
    "compared",
    "compared_numbers",
    "missed_by",
    "share_missed_by",
]


# ---- by how much a comparison that fails is missed: exact, and true ------------------------------

_FLIPPED: dict[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}
_UNITS = {"percent": "percent_point", "points": "point"}
_STEPS_DOWN = 10**9


def _exact(value: float) -> Fraction:
    """A float as the decimal that it is written as."""
    return Fraction(repr(value))


def compared_numbers(
    sight: Sight, seen: Sighted, left: ast.expr, right: ast.expr
) -> tuple[Fraction, Fraction] | None:
    """The two numbers that are compared (days, places on a scale), where both are settled."""
    one, two = sight.meaning(seen, left), sight.meaning(seen, right)
    sizes = []
    for tree, meaning, other in ((left, one, two), (right, two, one)):
        size = _written_place(meaning, other)
        if size is None:
            known = sight.number(seen, tree)
            size = None if known is None else _exact(known)
        if size is None:
            return None
        sizes.append(size)
    return sizes[0], sizes[1]


def _written_place(meaning: Meaning | None, other: Meaning | None) -> Fraction | None:
    """The number that a written word stands for beside a scale or a day."""
    if not isinstance(meaning, TextValue) or not isinstance(other, NumberValue) or meaning.constant is None:
        return None
    if other.kind == "scale" and meaning.constant in other.words:
        return Fraction(other.words.index(meaning.constant))
    return Fraction(day_of(meaning.constant)) if other.kind == "date" else None


def missed_by(sight: Sight, phrases: Phrases, link: Link) -> Shortfall | None:
    """By how much the left side misses what is wanted; None where that cannot be said."""
    seen, left, operator, right = link.seen, link.left, link.operator, link.right
    if operator == "!=":
        return None
    if _is_constant(sight, seen, left):
        left, operator, right = right, _FLIPPED[operator], left
    numbers = compared_numbers(sight, seen, left, right)
    if numbers is None:
        return None
    value, edge = numbers
    whole = sight.is_whole(seen, left)
    found = _size(value, operator, edge, whole)
    if found is None:
        return None
    unit = phrases.unit(seen.parsed, left)
    name = normal(left.id) if isinstance(left, ast.Name) else ""
    is_input = name in sight.result.program.judging.inputs
    made = Shortfall(
        name if is_input else phrases.quoted(seen.parsed, left),
        is_input,
        abs(found[0]),
        1 if edge > value or operator in (">", ">=") else -1,
        found[1],
        _UNITS.get(unit, unit),
        value,
        edge,
        operator,
    )
    turned = Link(seen, left, operator, right)
    claim = sight.link(turned)
    if is_input:
        if claim is None or not _can_be(sight, name, value + found[0]):
            return None
        return made if _checked(sight, claim, made) else None
    return attrs.evolve(made, instead=_through_one_input(sight, phrases, turned, made))


def _is_constant(sight: Sight, seen: Sighted, tree: ast.expr) -> bool:
    return not sight.inputs(seen, [tree])


def _size(value: Fraction, operator: Operator, edge: Fraction, whole: bool) -> tuple[Fraction, bool] | None:
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


def _can_be(sight: Sight, name: str, value: Fraction) -> bool:
    """Whether an input can hold that number at all."""
    judging = sight.result.program.judging
    given = judging.inputs[name]
    low, high, _ = span_of(given, judging.scales.get(given.scale or "", ()))
    return low <= value <= high


def _checked(sight: Sight, claim: TruthValue, made: Shortfall) -> bool:
    """Whether an input moved by the amount makes it hold, and by a bit less does not."""
    given = sight.result.program.judging.inputs[made.of]
    whole = given.type in ("integer", "date", "ordinal")
    bit = Fraction(1) if whole else max(made.amount / 1000, Fraction(1, _STEPS_DOWN))

    def holds(amount: Fraction) -> bool:
        moved = made.value + made.direction * amount
        walk = sight.changed({made.of: int(moved) if whole else float(moved)})
        return walk.can(claim.true) and not walk.can(claim.false) and not walk.can(claim.na)

    if made.strict:
        return holds(made.amount + bit) and not holds(made.amount)
    return holds(made.amount) and not (made.amount >= bit and holds(made.amount - bit))


def _through_one_input(sight: Sight, phrases: Phrases, link: Link, made: Shortfall) -> Shortfall | None:
    """Of a share of counts: by how much the counted part must move, the whole staying as it is."""
    seen, operator = link.seen, link.operator
    at, ratio = _ratio_behind(sight, phrases, seen, link.left)
    if ratio is None or not isinstance(ratio.args[0], ast.Name) or operator == "==":
        return None
    name, whole = normal(ratio.args[0].id), ratio.args[1]
    judging = sight.result.program.judging
    size = sight.number(at, whole)
    others = {*sight.inputs(at, [whole]), *sight.inputs(seen, [link.right])}
    if name not in judging.inputs or name in others or judging.inputs[name].type != "integer" or not size:
        return None
    value = sight.number(at, ratio.args[0])
    claim = sight.link(link)
    if value is None or claim is None:
        return None
    found = _size(_exact(value), operator, made.edge * _exact(size) / 100, True)
    if found is None or size < 0 or not _can_be(sight, name, _exact(value) + found[0]):
        return None
    part = Shortfall(
        name,
        True,
        abs(found[0]),
        made.direction,
        False,
        phrases.unit(at.parsed, ratio.args[0]),
        _exact(value),
        made.edge * _exact(size) / 100,
        operator,
    )
    return part if _checked(sight, claim, part) else None


def _ratio_behind(
    sight: Sight, phrases: Phrases, seen: Sighted, tree: ast.expr
) -> tuple[Sighted, ast.Call | None]:
    """The ``percent(a, b)`` that a part is, itself or by the name of a definition."""
    text = phrases.defined_as(normal(tree.id)) if isinstance(tree, ast.Name) else None
    if text is not None:
        seen = sight.at(text)
        tree = seen.parsed.tree
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "percent":
        return seen, tree
    return seen, None


def share_missed_by(of: str, value: float, edge: float) -> Shortfall | None:
    """By how much a criterion's share of its points misses the share that a level wants."""
    one, two = _exact(value), _exact(edge)
    return Shortfall(of, False, two - one, 1, False, "share", one, two, ">=") if one < two else None


# ---- comparisons said with what was observed, against what, and what is short --------------------

_OPERATORS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_TURNED: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def compared(
    facts: Facts, seen: Sighted, link: tuple[ast.expr, ast.cmpop, ast.expr], role: str, *, negated: bool
) -> ExplanationLine:
    """One comparison; where ``negated`` its contrary is what is wanted."""
    left, operator, right = link
    sign = opposite(_OPERATORS[type(operator)]) if negated else _OPERATORS[type(operator)]
    sight = facts.sight
    if not sight.inputs(seen, [left]) and sight.inputs(seen, [right]):
        left, sign, right = right, _TURNED[sign], left
    made = Link(seen, left, sign, right)
    claim = sight.link(made)
    if claim is None:
        return ExplanationLine("condition", (facts.code(seen.parsed.text),))
    status = sight.truth(claim)
    asked = status == "not_met" and role != "excused" and not seen.back  # what was, stays
    short = missed_by(sight, facts.wording.phrases, made) if asked else None
    ending = _ending(facts, (left, right), claim, role, status)
    if short is not None:
        ending += facts.wording.shortfall(short)
    pieces = (*_observed(facts, made, status), Piece(ending))
    figures = () if _counts(left) or _counts(right) else facts.figures(seen, (left, right))
    return ExplanationLine("condition", pieces, status, shortfall=short, children=figures)


def _counts(tree: ast.expr) -> bool:
    """Whether a side counts conditions, which are then said themselves."""
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "count"


def _ending(facts: Facts, sides: tuple[ast.expr, ...], claim: TruthValue, role: str, status: str) -> str:
    if status == "unknown":
        return facts.lacking(sides, claim)
    return "" if status == "not_applicable" else facts.verdict(role, status)


def _observed(facts: Facts, link: Link, status: str) -> tuple[Piece, ...]:
    seen, left, sign, right = link.seen, link.left, link.operator, link.right
    name = facts.name(seen, left)
    if status == "not_applicable":
        return facts.around("flag", name, value=facts.wording.say("na_value"))
    value, edge = _sides(facts, seen, left, right)
    shown = sign if status in ("met", "unknown") else opposite(sign)
    key = "compared_open" if status == "unknown" else "compared"
    other = _other_side(facts, seen, right)
    key = f"{key}_named" if other else key
    return facts.around(key, name, value=value, sign=SIGNS[shown], edge=edge, right=other)


def _other_side(facts: Facts, seen: Sighted, right: ast.expr) -> str:
    """What stands on the right, where it is more than a written value."""
    if facts.sight.inputs(seen, [right]):
        return facts.wording.phrase(seen.parsed, right)
    if not isinstance(right, ast.Name):
        return ""
    titled = facts.wording.phrases.name(normal(right.id))
    return titled if titled != normal(right.id) else ""


def _sides(facts: Facts, seen: Sighted, left: ast.expr, right: ast.expr) -> tuple[str, str]:
    meaning, other = facts.sight.meaning(seen, left), facts.sight.meaning(seen, right)
    unit = facts.wording.phrases.unit(seen.parsed, left) or facts.wording.phrases.unit(seen.parsed, right)
    numbers = compared_numbers(facts.sight, seen, left, right)
    if numbers is not None and isinstance(meaning, NumberValue) and meaning.kind == "number":
        return facts.wording.apart(*numbers, unit)
    value = facts.value(seen, left)
    if isinstance(meaning, NumberValue) and meaning.kind == "date" and isinstance(other, TextValue):
        return value, date(datetime.date.fromisoformat(other.constant or ""), facts.wording.lang)
    return value, facts.wording.value(facts.sight.value(seen, right), unit)


def among(
    facts: Facts, seen: Sighted, sides: tuple[ast.expr, ast.List], role: str, *, wanted: bool
) -> ExplanationLine:
    """Whether a value is one of those listed, as ``wanted`` or not."""
    left, options = sides
    claim = facts.sight.inside(seen, left, options)
    name = facts.name(seen, left)
    if claim is None:
        return ExplanationLine("condition", (name,))
    status = facts.sight.truth(claim, negated=not wanted)
    if status == "not_applicable":
        return ExplanationLine(
            "condition", facts.around("flag", name, value=facts.wording.say("na_value")), status
        )
    inside = wanted if status in ("met", "unknown") else not wanted
    key = ("among" if inside else "not_among") + ("_open" if status == "unknown" else "")
    words = facts.wording.listed(_option(facts, seen, each) for each in options.elts)
    said = facts.around(key, name, value=facts.value(seen, left), words=words)
    ending = _ending(facts, (left,), claim, role, status)
    return ExplanationLine("condition", (*said, Piece(ending)), status)


def _option(facts: Facts, seen: Sighted, tree: ast.expr) -> str:
    return facts.wording.value(facts.sight.value(seen, tree))


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
    """Says the conditions of one result; ``role`` chooses the words of the verdict.

    Where ``negated``, what is wanted is the contrary; a line's state always says whether what is
    wanted is so.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def line(
        self, expression: Expression, role: str, *, here: str = "", negated: bool = False
    ) -> ExplanationLine:
        """The line of a whole expression, with the author's words behind it."""
        seen = self.facts.sight.at(expression.text, here)
        made = self._part(seen, seen.parsed.tree, _Aim(role, negated))
        pieces = made.pieces
        quoted = self.facts.code(expression.text)
        if not isinstance(seen.parsed.tree, ast.Name) and quoted not in pieces:
            pieces = (*pieces, Piece(" ["), quoted, Piece("]"))
        return attrs.evolve(made, pieces=pieces, rule=expression.text)

    def prefixed(self, key: str, line: ExplanationLine, **details: str) -> ExplanationLine:
        """A line behind the words that say what it is about."""
        return attrs.evolve(line, pieces=(Piece(self.facts.wording.say(key, **details)), *line.pieces))

    def _part(self, seen: Sighted, tree: ast.expr, aim: _Aim) -> ExplanationLine:
        match tree:
            case ast.UnaryOp(ast.Not(), inside):
                return self._part(seen, inside, attrs.evolve(aim, negated=not aim.negated))
            case ast.BoolOp(operator, values):
                children = [self._part(seen, each, aim) for each in values]
                return self._joined(seen, tree, aim, isinstance(operator, ast.And), children)
            case ast.Compare(left, [operator], [right]):
                return self._link(seen, (left, operator, right), aim)
            case ast.Compare(left, operators, rights):
                links = zip((left, *rights), operators, rights, strict=False)
                children = [self._link(seen, link, aim) for link in links]
                return self._joined(seen, tree, aim, True, children)
            case ast.IfExp():
                return self._branches(seen, tree, aim)
            case ast.Call(ast.Name(id="previous"), [inside, *back]):
                periods = back[0].value if back and isinstance(back[0], ast.Constant) else 1
                return self._in_period(seen, inside, aim, int(str(periods)))
            case ast.Call(
                ast.Name(id="every_period" | "any_period"), [inside, ast.Constant(value=int(count))]
            ):
                return self._periods(seen, tree, inside, aim, count)
        return self._flag(seen, tree, aim)

    def _status(self, seen: Sighted, tree: ast.expr, *, negated: bool) -> str:
        meaning = self.facts.sight.meaning(seen, tree)
        return self.facts.sight.truth(meaning, negated=negated) if isinstance(meaning, TruthValue) else ""

    def _joined(
        self, seen: Sighted, tree: ast.expr, aim: _Aim, every: bool, children: Sequence[ExplanationLine]
    ) -> ExplanationLine:
        status = self._status(seen, tree, negated=aim.negated)
        said = Piece(self.facts.wording.say("all_of" if every != aim.turned else "any_of"))
        return ExplanationLine(
            "condition", (said, Piece(self.facts.verdict(aim.role, status))), status, children=(*children,)
        )

    def _in_period(self, seen: Sighted, tree: ast.expr, aim: _Aim, back: int) -> ExplanationLine:
        """A condition as it was so many periods before."""
        line = self._part(attrs.evolve(seen, back=back), tree, aim)
        return self.prefixed("in_period", line, period=self.facts.wording.period(back))

    def _periods(
        self, seen: Sighted, tree: ast.Call, inside: ast.expr, aim: _Aim, count: int
    ) -> ExplanationLine:
        """A condition over several periods, each said."""
        children = [self._in_period(seen, inside, aim, back) for back in range(count)]
        status = self._status(seen, tree, negated=aim.negated)
        every = isinstance(tree.func, ast.Name) and tree.func.id == "every_period"
        key = "every_period" if every != aim.turned else "any_period"
        pieces = Piece(self.facts.wording.say(key, number=count)), Piece(self.facts.verdict(aim.role, status))
        return ExplanationLine("condition", pieces, status, children=(*children,))

    def _branches(self, seen: Sighted, tree: ast.IfExp, aim: _Aim) -> ExplanationLine:
        """``a if test else b``: the test, and the side that counts (both while that is open)."""
        status = self._status(seen, tree, negated=aim.negated)
        test = self._part(seen, tree.test, _Aim("when"))
        children = [self.prefixed("if_test", test)]
        if test.status in ("met", "unknown"):
            children.append(self.prefixed("if_then", self._part(seen, tree.body, aim)))
        # a long chain of `else … if` would be as deep a tree; it is quoted, and its end left out
        if test.status in ("not_met", "unknown") and not isinstance(tree.orelse, ast.IfExp):
            children.append(self.prefixed("if_else", self._part(seen, tree.orelse, aim)))
        quoted = self.facts.code(self.facts.wording.phrases.quoted(seen.parsed, tree))
        return ExplanationLine(
            "condition", (quoted, Piece(self.facts.verdict(aim.role, status))), status, children=(*children,)
        )

    def _link(self, seen: Sighted, link: tuple[ast.expr, ast.cmpop, ast.expr], aim: _Aim) -> ExplanationLine:
        left, operator, right = link
        if isinstance(right, ast.List):
            wanted = isinstance(operator, ast.In) != aim.negated
            return among(self.facts, seen, (left, right), aim.role, wanted=wanted)
        made = compared(self.facts, seen, link, aim.role, negated=aim.negated)
        counted = [
            self._part(seen, each, _Aim("when"))
            for side in (left, right)
            if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "count"
            for each in side.args
        ]
        return attrs.evolve(made, children=(*made.children, *counted)) if counted else made

    # ---- truth values ------------------------------------------------------------------------

    def _flag(self, seen: Sighted, tree: ast.expr, aim: _Aim) -> ExplanationLine:
        facts, meaning = self.facts, self.facts.sight.meaning(seen, tree)
        status = self._status(seen, tree, negated=aim.negated)
        key, name = self._named_flag(seen, tree)
        ending = facts.verdict(aim.role, status)
        if status == "unknown" and isinstance(meaning, TruthValue):
            ending = facts.lacking([tree], meaning)
        elif status == "not_applicable":
            ending = ""
        elif aim.turned and status == "not_met":
            ending = facts.wording.say("wanted_no") + ending
        pieces = facts.around(key, name, value=facts.value(seen, tree))
        return ExplanationLine("condition", (*pieces, Piece(ending)), status)

    def _named_flag(self, seen: Sighted, tree: ast.expr) -> tuple[str, Piece]:
        """The key of the sentence about a truth value, and what it is about."""
        match tree:
            case ast.Call(ast.Name(id="met"), [inside]):
                name = self.facts.wording.phrases.criterion(dotted(seen.parsed.text, inside))
                return "met_flag", Piece(name, "name")
            case ast.Call(ast.Name(id="known" | "applicable" | "evidenced" as function), [inside]):
                return f"{function}_flag", self.facts.name(seen, inside)
        return "flag", self.facts.name(seen, tree)
