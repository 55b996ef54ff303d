"""Lines that take points: which did, and how many."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.explaining.conditions import Conditions
from criteria_engine.lines import Line, Piece
from criteria_engine.messages import formatting
from criteria_engine.rules.shape import Clause
from criteria_engine.wording import Wording

__all__ = ["line", "start"]


def start(wording: Wording, points: float | None) -> Line:
    """From how many points lines take."""
    given = formatting.points(1 if points is None else points, wording.lang)
    return Line("start", (Piece(wording.say("starts_from", points=given)),))


def line(conditions: Conditions, clause: Clause) -> Line:
    """One line: what it took, from what."""
    wording = conditions.facts.wording
    minus = _number(conditions, clause.points)
    details = {"minus": _said(wording, minus)}
    if clause.expression is None:
        return Line("line", ())
    if clause.edge == "when":
        cause = conditions.line(clause.expression, "event", negated=True)
        taken = {"not_met": minus, "unknown": None}.get(cause.status, Fraction(0))
        key = "line_when"
    else:
        cause = _counted(conditions, clause.expression)
        limit = _number(conditions, clause.limit)
        taken = _times(conditions, clause.expression, minus, clause.limit is not None, limit)
        key = "line_each_limit" if clause.limit is not None else "line_each"
        details["limit"] = _said(wording, limit)
    status = "unknown" if taken is None else "not_met" if taken > 0 else "met"
    outer = {"unknown": "deducts_open", "not_met": "deducts", "met": "deducts_nothing"}[status]
    points = "" if taken is None else formatting.points(taken, wording.lang)
    inner = wording.say(key, cause="\0", **details)
    before, _, after = wording.say(outer, points=points, cause=inner).partition("\0")
    title = clause.title.in_language(wording.lang)
    named = (Piece(title, "name"), Piece(": ")) if title else ()
    pieces = (Piece(before), *named, *cause.pieces, Piece(after))
    return attrs.evolve(cause, kind="line", pieces=pieces, status=status, rule=clause.expression.text)


def _counted(conditions: Conditions, expression: Expression) -> Line:
    facts = conditions.facts
    seen = facts.sight.at(expression.text)
    tree = seen.parsed.tree
    pieces = facts.around("measures", facts.name(seen, tree), value=facts.value(seen, tree))
    return Line("line", pieces, children=facts.figures(seen, [tree]))


def _number(conditions: Conditions, expression: Expression | None) -> Fraction | None:
    """A number of the rule; None while it is open, 0 where it is not applicable."""
    if expression is None:
        return None
    seen = conditions.facts.sight.at(expression.text)
    value = conditions.facts.sight.value(seen, seen.parsed.tree)
    return _exact(value)


def _exact(value: Any) -> Fraction | None:
    if value is NA:
        return Fraction(0)
    if value is None or isinstance(value, Bounds):
        return None
    return Fraction(repr(value))


def _times(
    conditions: Conditions,
    expression: Expression,
    minus: Fraction | None,
    limited: bool,
    limit: Fraction | None,
) -> Fraction | None:
    count = _number(conditions, expression)
    if count is not None and count <= 0:
        return Fraction(0)
    if count is None or minus is None or (limited and limit is None):
        return None
    return min(count * minus, limit) if limit is not None else count * minus


def _said(wording: Wording, value: Fraction | None) -> str:
    return wording.say("no_value") if value is None else formatting.points(value, wording.lang)
