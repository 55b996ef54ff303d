"""By how much a comparison that fails is missed: exact, and true.

Each shortfall is checked before it is said: with the amount added the comparison holds, with a bit
less it does not. What cannot be checked is not said.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt

import attrs

from criteria_engine.compiler.names import span_of
from criteria_engine.core.grammar import normal
from criteria_engine.core.nodes import Operator
from criteria_engine.core.values import Amount, Claim, Meaning, Words, day_of
from criteria_engine.explaining.sight import Link, Sight, Sighted
from criteria_engine.lines import Shortfall
from criteria_engine.phrases import Phrases

__all__ = ["compared_numbers", "missed_by", "share_missed_by"]

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
    if not isinstance(meaning, Words) or not isinstance(other, Amount) or meaning.constant is None:
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
    low, high, _ = span_of(given, judging.parts.scales.get(given.scale or "", ()))
    return low <= value <= high


def _checked(sight: Sight, claim: Claim, made: Shortfall) -> bool:
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
