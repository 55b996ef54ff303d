"""Comparisons said with what was observed, against what, and what is short."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Mapping

from criteria_engine.core.algebra import opposite
from criteria_engine.core.grammar import normal
from criteria_engine.core.nodes import Operator
from criteria_engine.core.values import Amount, Claim, Words
from criteria_engine.explaining.facts import Facts
from criteria_engine.explaining.shortfalls import compared_numbers, missed_by
from criteria_engine.explaining.sight import Link, Sighted
from criteria_engine.lines import Line, Piece
from criteria_engine.messages.formatting import date
from criteria_engine.wording import SIGNS

__all__ = ["among", "compared"]

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
) -> Line:
    """One comparison; where ``negated`` its contrary is what is wanted."""
    left, operator, right = link
    sign = opposite(_OPERATORS[type(operator)]) if negated else _OPERATORS[type(operator)]
    sight = facts.sight
    if not sight.inputs(seen, [left]) and sight.inputs(seen, [right]):
        left, sign, right = right, _TURNED[sign], left
    made = Link(seen, left, sign, right)
    claim = sight.link(made)
    if claim is None:
        return Line("condition", (facts.code(seen.parsed.text),))
    status = sight.truth(claim)
    asked = status == "not_met" and role != "excused" and not seen.back  # what was, stays
    short = missed_by(sight, facts.wording.phrases, made) if asked else None
    ending = _ending(facts, (left, right), claim, role, status)
    if short is not None:
        ending += facts.wording.shortfall(short)
    pieces = (*_observed(facts, made, status), Piece(ending))
    figures = () if _counts(left) or _counts(right) else facts.figures(seen, (left, right))
    return Line("condition", pieces, status, shortfall=short, children=figures)


def _counts(tree: ast.expr) -> bool:
    """Whether a side counts conditions, which are then said themselves."""
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "count"


def _ending(facts: Facts, sides: tuple[ast.expr, ...], claim: Claim, role: str, status: str) -> str:
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
    if numbers is not None and isinstance(meaning, Amount) and meaning.kind == "number":
        return facts.wording.apart(*numbers, unit)
    value = facts.value(seen, left)
    if isinstance(meaning, Amount) and meaning.kind == "date" and isinstance(other, Words):
        return value, date(datetime.date.fromisoformat(other.constant or ""), facts.wording.lang)
    return value, facts.wording.value(facts.sight.value(seen, right), unit)


def among(facts: Facts, seen: Sighted, sides: tuple[ast.expr, ast.List], role: str, *, wanted: bool) -> Line:
    """Whether a value is one of those listed, as ``wanted`` or not."""
    left, options = sides
    claim = facts.sight.inside(seen, left, options)
    name = facts.name(seen, left)
    if claim is None:
        return Line("condition", (name,))
    status = facts.sight.truth(claim, negated=not wanted)
    if status == "not_applicable":
        return Line("condition", facts.around("flag", name, value=facts.wording.say("na_value")), status)
    inside = wanted if status in ("met", "unknown") else not wanted
    key = ("among" if inside else "not_among") + ("_open" if status == "unknown" else "")
    words = facts.wording.listed(_option(facts, seen, each) for each in options.elts)
    said = facts.around(key, name, value=facts.value(seen, left), words=words)
    ending = _ending(facts, (left,), claim, role, status)
    return Line("condition", (*said, Piece(ending)), status)


def _option(facts: Facts, seen: Sighted, tree: ast.expr) -> str:
    return facts.wording.value(facts.sight.value(seen, tree))
