"""Steps and rows: which one counts, which are still possible, and what the next better one wants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.explaining.conditions import Conditions
from criteria_engine.lines import Line, Piece
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.messages.formatting import points as written_points
from criteria_engine.rules.shape import Clause

__all__ = ["lines", "measured"]

_EDGES = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "equals": "=="}


def measured(conditions: Conditions, clause: Clause) -> Line:
    """What a rule looks at, and what it comes to."""
    facts = conditions.facts
    if clause.expression is None:
        return Line("measured", ())
    seen = facts.sight.at(clause.expression.text)
    tree = seen.parsed.tree
    pieces = facts.around("measures", facts.name(seen, tree), value=facts.value(seen, tree))
    meaning = facts.sight.meaning(seen, tree)
    names = facts.sight.missing([meaning])
    if names and not facts.is_input(tree):
        pieces = (*pieces, Piece(facts.wording.say("lacking", names=facts.named(names))))
    if not facts.is_input(tree) and not any(piece.style == "code" for piece in pieces):
        pieces = (*pieces, Piece(" ["), facts.code(clause.expression.text), Piece("]"))
    children = facts.figures(seen, [tree])
    return Line("measured", pieces, rule=clause.expression.text, children=children)


def lines(conditions: Conditions, of: Clause | None, steps: Sequence[Clause], *, values: bool) -> list[Line]:
    """The steps of what is measured, or the rows of a table, in their order."""
    if steps[0].edge == "at":
        return [_places(conditions, of, steps)]
    fits = [_fit(conditions, of, step) for step in steps]
    made: list[Line] = []
    chosen: int | None = None
    settled, passed = False, True
    for number, (step, fit) in enumerate(zip(steps, fits, strict=True)):
        status = ""
        if not settled and fit.status in ("met", "unknown"):
            counts = fit.status == "met" and passed
            status = "chosen" if counts else "unknown"
            chosen = number if counts else chosen
        made.append(_step(conditions, of, step, fit, status, values=values))
        settled = settled or fit.status == "met"
        passed = passed and fit.status in ("not_met", "not_applicable")
    if chosen is not None and of is not None and not values:
        made += _better(conditions, of, steps, fits, chosen)
    return made


def _fit(conditions: Conditions, of: Clause | None, step: Clause) -> Line:
    """Whether a step or row fits: the line of its condition."""
    if step.edge == "otherwise" or step.name == "otherwise":
        return Line("step", (), "not_applicable" if _is_na(conditions, of) else "met")
    if step.role == "row" and step.expression is not None:
        return conditions.line(step.expression, "when")
    if of is None or of.expression is None:
        return Line("step", ())
    if step.expression is None:
        return Line("step", (), _says(_measure(conditions, of), step.name))
    text = f"({of.expression.text}) {_EDGES.get(step.edge, '==')} ({step.expression.text})"
    try:
        return conditions.line(Expression(text), "when")
    except Fault:  # both are sound, but together they may be too long
        return Line("step", ())


def _measure(conditions: Conditions, of: Clause | None) -> Any:
    if of is None or of.expression is None:
        return None
    seen = conditions.facts.sight.at(of.expression.text)
    return conditions.facts.sight.value(seen, seen.parsed.tree)


def _is_na(conditions: Conditions, of: Clause | None) -> bool:
    return _measure(conditions, of) is NA


def _says(value: Any, word: str) -> str:
    """Whether a value is the one that a step names."""
    if value is NA:
        return "not_applicable"
    if value is None or isinstance(value, Bounds):
        return "unknown"
    if isinstance(value, bool):
        return "met" if word == str(value).lower() else "not_met"
    if isinstance(value, int | float):
        return "met" if _same(word, value) else "not_met"
    return "met" if value == word else "not_met"


def _same(word: str, value: float) -> bool:
    try:
        return Fraction(word) == Fraction(repr(value))
    except ValueError:
        return False


def _step(
    conditions: Conditions, of: Clause | None, step: Clause, fit: Line, status: str, *, values: bool
) -> Line:
    wording = conditions.facts.wording
    given = _given(conditions, step, values=values)
    name = _step_name(conditions, of, step)
    key = {"chosen": "gives_chosen", "unknown": "gives_possible"}.get(status, "gives")
    said = wording.say(key, step="\0", points=given)
    before, _, after = said.partition("\0")
    pieces = (
        Piece(before),
        *(fit.pieces if step.role == "row" and not name else (Piece(name),)),
        Piece(after),
    )
    kept = tuple(piece for piece in pieces if piece.text)
    children = fit.children if step.role == "row" and status != "" else ()
    rule = step.expression.text if step.expression is not None else ""
    return Line(step.role, kept, status, rule=rule, children=children)


def _given(conditions: Conditions, step: Clause, *, values: bool) -> str:
    """What a step gives: points, or a value."""
    if step.points is None:
        return ""
    facts = conditions.facts
    seen = facts.sight.at(step.points.text)
    value = facts.sight.value(seen, seen.parsed.tree)
    if values or not isinstance(value, int | float) or isinstance(value, bool):
        return facts.wording.value(value)
    return facts.wording.say("points", points=written_points(value, facts.wording.lang))


def _step_name(conditions: Conditions, of: Clause | None, step: Clause) -> str:
    facts = conditions.facts
    title = step.title.in_language(facts.wording.lang)
    if title:
        return title
    if step.edge == "otherwise" or step.name == "otherwise":
        return facts.wording.say("step_otherwise")
    if step.expression is None:
        known = {"true": "yes", "false": "no"}
        if isinstance(_measure(conditions, of), bool) and step.name in known:
            return facts.wording.say(known[step.name])
        return facts.wording.say("word", word=step.name)
    return "" if step.role == "row" else _edge_name(conditions, of, step)


def _edge_name(conditions: Conditions, of: Clause | None, step: Clause) -> str:
    facts = conditions.facts
    if step.expression is None:
        return ""
    seen = facts.sight.at(step.expression.text)
    unit = ""
    if of is not None and of.expression is not None:
        measured_at = facts.sight.at(of.expression.text)
        unit = facts.wording.phrases.unit(measured_at.parsed, measured_at.parsed.tree)
    edge = facts.wording.value(facts.sight.value(seen, seen.parsed.tree), unit)
    return facts.wording.say(f"step_{step.edge}", edge=edge)


def _better(
    conditions: Conditions, of: Clause, steps: Sequence[Clause], fits: Sequence[Line], chosen: int
) -> list[Line]:
    """The step with more points that is nearest, and how far it is."""
    got = _size(conditions, steps[chosen])
    ways = [
        (fit.shortfall.amount, number)
        for number, (step, fit) in enumerate(zip(steps, fits, strict=True))
        if fit.shortfall is not None and _size(conditions, step) > got
    ]
    if not ways:
        return []
    nearest = min(ways)[1]
    short, wording = fits[nearest].shortfall, conditions.facts.wording
    if short is None:
        return []
    said = wording.say(
        "better_step",
        step=_step_name(conditions, of, steps[nearest]),
        points=_given(conditions, steps[nearest], values=False),
        short=wording.shortfall(short),
    )
    return [Line("better", (Piece(said),), shortfall=short)]


def _size(conditions: Conditions, step: Clause) -> float:
    if step.points is None:
        return -math.inf
    seen = conditions.facts.sight.at(step.points.text)
    value = conditions.facts.sight.number(seen, seen.parsed.tree)
    return -math.inf if value is None else value


def _places(conditions: Conditions, of: Clause | None, steps: Sequence[Clause]) -> Line:
    """The places of a curve in a row."""
    wording = conditions.facts.wording
    said = wording.listed(
        wording.say(
            "gives", step=_edge_name(conditions, of, step), points=_given(conditions, step, values=False)
        )
        for step in steps
    )
    return Line("curve", (Piece(wording.say("curve", places=said)),))
