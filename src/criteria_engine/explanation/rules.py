"""Why a leaf got what it got: what its rule says, clause by clause.

A rule tells what there is to say about it in a few roles (see ``rules.shape.Clause``); a new shape
of rule that keeps to them needs nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.explanation.conditions import ConditionWriter
from criteria_engine.explanation.lines import ExplanationLine, Piece
from criteria_engine.explanation.phrases import Wording
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.messages.formatting import points as written_points
from criteria_engine.rules.shape import Clause, Rule

__all__ = [
    "RuleWriter",
    "line",
    "lines",
    "measured",
    "start",
]


# ---- steps and rows: which one counts, which are still possible, and what the next better one wants ---

_EDGES = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "equals": "=="}


def measured(conditions: ConditionWriter, clause: Clause) -> ExplanationLine:
    """What a rule looks at, and what it comes to."""
    facts = conditions.facts
    if clause.expression is None:
        return ExplanationLine("measured", ())
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
    return ExplanationLine("measured", pieces, rule=clause.expression.text, children=children)


def lines(
    conditions: ConditionWriter, of: Clause | None, steps: Sequence[Clause], *, values: bool
) -> list[ExplanationLine]:
    """The steps of what is measured, or the rows of a table, in their order."""
    if steps[0].edge == "at":
        return [_places(conditions, of, steps)]
    fits = [_fit(conditions, of, step) for step in steps]
    made: list[ExplanationLine] = []
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


def _fit(conditions: ConditionWriter, of: Clause | None, step: Clause) -> ExplanationLine:
    """Whether a step or row fits: the line of its condition."""
    if step.edge == "otherwise" or step.name == "otherwise":
        return ExplanationLine("step", (), "not_applicable" if _is_na(conditions, of) else "met")
    if step.role == "row" and step.expression is not None:
        return conditions.line(step.expression, "when")
    if of is None or of.expression is None:
        return ExplanationLine("step", ())
    if step.expression is None:
        return ExplanationLine("step", (), _says(_measure(conditions, of), step.name))
    text = f"({of.expression.text}) {_EDGES.get(step.edge, '==')} ({step.expression.text})"
    try:
        return conditions.line(Expression(text), "when")
    except Fault:  # both are sound, but together they may be too long
        return ExplanationLine("step", ())


def _measure(conditions: ConditionWriter, of: Clause | None) -> Any:
    if of is None or of.expression is None:
        return None
    seen = conditions.facts.sight.at(of.expression.text)
    return conditions.facts.sight.value(seen, seen.parsed.tree)


def _is_na(conditions: ConditionWriter, of: Clause | None) -> bool:
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
    conditions: ConditionWriter,
    of: Clause | None,
    step: Clause,
    fit: ExplanationLine,
    status: str,
    *,
    values: bool,
) -> ExplanationLine:
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
    return ExplanationLine(step.role, kept, status, rule=rule, children=children)


def _given(conditions: ConditionWriter, step: Clause, *, values: bool) -> str:
    """What a step gives: points, or a value."""
    if step.points is None:
        return ""
    facts = conditions.facts
    seen = facts.sight.at(step.points.text)
    value = facts.sight.value(seen, seen.parsed.tree)
    if values or not isinstance(value, int | float) or isinstance(value, bool):
        return facts.wording.value(value)
    return facts.wording.say("points", points=written_points(value, facts.wording.lang))


def _step_name(conditions: ConditionWriter, of: Clause | None, step: Clause) -> str:
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


def _edge_name(conditions: ConditionWriter, of: Clause | None, step: Clause) -> str:
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
    conditions: ConditionWriter,
    of: Clause,
    steps: Sequence[Clause],
    fits: Sequence[ExplanationLine],
    chosen: int,
) -> list[ExplanationLine]:
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
    return [ExplanationLine("better", (Piece(said),), shortfall=short)]


def _size(conditions: ConditionWriter, step: Clause) -> float:
    if step.points is None:
        return -math.inf
    seen = conditions.facts.sight.at(step.points.text)
    value = conditions.facts.sight.number(seen, seen.parsed.tree)
    return -math.inf if value is None else value


def _places(conditions: ConditionWriter, of: Clause | None, steps: Sequence[Clause]) -> ExplanationLine:
    """The places of a curve in a row."""
    wording = conditions.facts.wording
    said = wording.listed(
        wording.say(
            "gives", step=_edge_name(conditions, of, step), points=_given(conditions, step, values=False)
        )
        for step in steps
    )
    return ExplanationLine("curve", (Piece(wording.say("curve", places=said)),))


# ---- lines that take points: which did, and how many ---------------------------------------------


def start(wording: Wording, points: float | None) -> ExplanationLine:
    """From how many points lines take."""
    given = formatting.points(1 if points is None else points, wording.lang)
    return ExplanationLine("start", (Piece(wording.say("starts_from", points=given)),))


def line(conditions: ConditionWriter, clause: Clause) -> ExplanationLine:
    """One line: what it took, from what."""
    wording = conditions.facts.wording
    minus = _number(conditions, clause.points)
    details = {"minus": _said(wording, minus)}
    if clause.expression is None:
        return ExplanationLine("line", ())
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


def _counted(conditions: ConditionWriter, expression: Expression) -> ExplanationLine:
    facts = conditions.facts
    seen = facts.sight.at(expression.text)
    tree = seen.parsed.tree
    pieces = facts.around("measures", facts.name(seen, tree), value=facts.value(seen, tree))
    return ExplanationLine("line", pieces, children=facts.figures(seen, [tree]))


def _number(conditions: ConditionWriter, expression: Expression | None) -> Fraction | None:
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
    conditions: ConditionWriter,
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


class RuleWriter:
    """Says what the rules of one result came to."""

    def __init__(self, conditions: ConditionWriter) -> None:
        self.conditions = conditions
        self._facts, self._wording = conditions.facts, conditions.facts.wording

    def lines(self, rule: Rule, points: float | None, *, values: bool = False) -> tuple[ExplanationLine, ...]:
        """The lines about a rule.

        ``points`` are those deducted from; ``values`` tells that its steps give values, not points.
        """
        clauses = rule.clauses()
        steps = [clause for clause in clauses if clause.role in ("step", "row")]
        measured = next((clause for clause in clauses if clause.role == "measured"), None)
        made: list[ExplanationLine] = []
        for clause in clauses:
            if clause.role in ("step", "row"):
                if clause is steps[0]:
                    made += lines(self.conditions, measured, steps, values=values)
            elif clause.role == "line":
                made.append(line(self.conditions, clause))
            else:
                made += self._clause(clause, clauses)
        if any(clause.role == "line" for clause in clauses):
            made.insert(0, start(self._wording, points))
        return tuple(made)

    def _clause(self, clause: Clause, clauses: Sequence[Clause]) -> list[ExplanationLine]:
        match clause.role:
            case "need":
                return [self._need(clause, [each for each in clauses if each.role == "item"])]
            case "event":
                return [self._event(clause)]
            case "including":
                return [self._including("including", [clause], clauses)]
            case "including_any":
                named = [each for each in clauses if each.role == "including_any"]
                return [self._including("including_any", named, clauses)] if clause is named[0] else []
            case "measured":
                return [measured(self.conditions, clause)]
        if clause.expression is None:
            return []
        made = self.conditions.line(clause.expression, "must")
        return [attrs.evolve(self.titled(clause, made), kind=clause.role)]

    def titled(self, clause: Clause, line: ExplanationLine) -> ExplanationLine:
        """A line behind the title that the author gave to its clause."""
        title = clause.title.in_language(self._wording.lang)
        if not title:
            return line
        return attrs.evolve(line, pieces=(Piece(title, "name"), Piece(": "), *line.pieces))

    # ---- lists of events and items -----------------------------------------------------------

    def _event(self, clause: Clause) -> ExplanationLine:
        """An event that must not happen, and what excuses it."""
        if clause.expression is None:
            return ExplanationLine("event", ())
        made = self.conditions.line(clause.expression, "event", negated=True)
        if clause.unless is not None and made.status not in ("met", "not_applicable"):
            excuse = self.conditions.prefixed("excuse", self.conditions.line(clause.unless, "when"))
            status = "unknown" if excuse.status == "unknown" else made.status
            if excuse.status == "met":
                made = self.conditions.line(clause.expression, "excused", negated=True)
                status = "met"
            made = attrs.evolve(made, status=status, children=(*made.children, excuse))
        made = attrs.evolve(made, kind="event")
        return self.titled(clause, made)

    def _items(self, items: Sequence[Clause]) -> list[str]:
        return [
            self.conditions.line(item.expression, "must").status
            for item in items
            if item.expression is not None
        ]

    def _need(self, clause: Clause, items: Sequence[Clause]) -> ExplanationLine:
        """How many items are needed, and how many hold."""
        states = self._items(items)
        held, open_ = states.count("met"), states.count("unknown")
        need: Any = len(items)
        key = "need_all"
        if clause.expression is not None:
            seen = self._facts.sight.at(clause.expression.text)
            key, need = "need", self._facts.sight.value(seen, seen.parsed.tree)
        status = _enough(need, held, open_)
        key = f"{key}_open" if open_ else key
        said = self._wording.say(
            key, need=self._wording.value(need), all=len(items), held=held, most=held + open_
        )
        return ExplanationLine("need", (Piece(said),), status)

    def _including(self, role: str, named: Sequence[Clause], clauses: Sequence[Clause]) -> ExplanationLine:
        """That certain items must be among those that hold."""
        names = {clause.name for clause in named}
        items = [clause for clause in clauses if clause.role == "item" and clause.name in names]
        states = self._items(items)
        if role == "including":
            status = states[0] if states else ""
        else:
            status = next((each for each in ("met", "unknown") if each in states), "not_met")
        status = "not_met" if status == "not_applicable" else status
        said = self._wording.listed(self._item_name(clause) for clause in items)
        ending = self._facts.verdict("must", status)
        return ExplanationLine(role, (Piece(self._wording.say(role, name=said) + ending),), status)

    def _item_name(self, clause: Clause) -> str:
        title = clause.title.in_language(self._wording.lang)
        if title or clause.expression is None:
            return title or clause.name
        seen = self._facts.sight.at(clause.expression.text)
        return f"“{self._wording.phrase(seen.parsed, seen.parsed.tree)}”"


def _enough(need: Any, held: int, open_: int) -> str:
    if need is NA or need is None:
        return "unknown" if need is None else "met"
    low, high = need if isinstance(need, Bounds) else (need, need)
    if held >= Fraction(repr(float(high))):
        return "met"
    return "not_met" if held + open_ < Fraction(repr(float(low))) else "unknown"
