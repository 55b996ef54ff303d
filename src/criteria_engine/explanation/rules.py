"""What the rule of a criterion says, clause by clause, and what that came to.

A rule tells what there is to say about it in a few roles (see ``rules.shape.Clause``); a new shape of rule
that keeps to them needs nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.evaluation.explanation_tree import ExplanationLine, Piece
from criteria_engine.explanation.conditions import ConditionWriter
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.shape import Clause, Rule

_EDGES = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "equals": "=="}


class RuleWriter:
    """Says what the rules of one result came to."""

    def __init__(self, conditions: ConditionWriter) -> None:
        self.conditions = conditions
        self._values, self._wording = conditions.values, conditions.wording

    def lines(
        self, rule: Rule, points: float | None, *, gives_values: bool = False
    ) -> tuple[ExplanationLine, ...]:
        """The lines about a rule.

        ``points`` are those deducted from; ``gives_values`` tells that its steps give values, not points.
        """
        clauses = rule.clauses()
        steps = [clause for clause in clauses if clause.role in ("step", "row")]
        measured = next((clause for clause in clauses if clause.role == "measured"), None)
        lines: list[ExplanationLine] = []
        if any(clause.role == "line" for clause in clauses):
            start = self._points(1 if points is None else points)
            lines.append(self._wording.line("start", "starts_from", points=start))
        for clause in clauses:
            if clause.role not in ("step", "row"):
                lines += self._clause(clause, clauses)
            elif clause is steps[0]:
                lines += self._steps(measured, steps, gives_values=gives_values)
        return tuple(lines)

    def _clause(self, clause: Clause, clauses: Sequence[Clause]) -> list[ExplanationLine]:
        match clause.role:
            case "need":
                return [self._need(clause, [each for each in clauses if each.role == "item"])]
            case "including":
                return [self._including("including", [clause], clauses)]
            case "including_any":
                named = [each for each in clauses if each.role == "including_any"]
                return [self._including("including_any", named, clauses)] if clause is named[0] else []
        if clause.expression is None:
            return []
        match clause.role:
            case "line":
                return [self._deduction(clause, clause.expression)]
            case "event":
                return [self._event(clause, clause.expression)]
            case "measured":
                return [self._measured(clause.expression)]
        line = self.conditions.line(clause.expression, "must")
        return [attrs.evolve(self._titled(clause, line), kind=clause.role)]

    def _titled(self, clause: Clause, line: ExplanationLine) -> ExplanationLine:
        """A line behind the title that the author gave to its clause."""
        title = clause.title.in_language(self._wording.lang)
        if not title:
            return line
        return attrs.evolve(line, pieces=(Piece(title, "name"), Piece(": "), *line.pieces))

    def _value(self, expression: Expression | None) -> Any:
        """What an expression of the rule came to; None without one."""
        return None if expression is None else self._values.value_of(expression.text)

    def _points(self, value: float | Fraction) -> str:
        return formatting.points(value, self._wording.lang)

    def _observed(self, expression: Expression) -> tuple[tuple[Piece, ...], tuple[ExplanationLine, ...]]:
        """What an expression came to, and the figures that it was worked out from."""
        part, conditions = self._values.expression(expression.text), self.conditions
        pieces = self._wording.pieces("measures", left=conditions.name(part), value=conditions.value(part))
        return pieces, conditions.figures(part)

    def _measured(self, expression: Expression) -> ExplanationLine:
        """What a rule looks at, and what it came to."""
        part, conditions = self._values.expression(expression.text), self.conditions
        pieces, figures = self._observed(expression)
        if not conditions.is_input(part):
            names = self._values.missing([self._values.meaning(part)])
            if names:
                pieces += self._wording.pieces("lacking", names=conditions.named(names))
            if not any(piece.style == "code" for piece in pieces):
                pieces += (Piece(" ["), conditions.code(expression.text), Piece("]"))
        return ExplanationLine("measured", pieces, rule=expression.text, children=figures)

    def _event(self, clause: Clause, expression: Expression) -> ExplanationLine:
        """An event that must not happen, and what excuses it."""
        line = self.conditions.line(expression, "event", negated=True)
        if clause.unless is not None and line.status not in ("met", "not_applicable"):
            excuse = self.conditions.about("excuse", clause.unless)
            status = "unknown" if excuse.status == "unknown" else line.status
            if excuse.status == "met":
                line = self.conditions.line(expression, "excused", negated=True)
                status = "met"
            line = attrs.evolve(line, status=status, children=(*line.children, excuse))
        return self._titled(clause, attrs.evolve(line, kind="event"))

    def _states(self, items: Sequence[Clause]) -> list[str]:
        conditions = [item.expression for item in items if item.expression is not None]
        return [self.conditions.line(condition, "must").status for condition in conditions]

    def _need(self, clause: Clause, items: Sequence[Clause]) -> ExplanationLine:
        """How many items are needed, and how many hold."""
        states = self._states(items)
        held, open_ = states.count("met"), states.count("unknown")
        need = len(items) if clause.expression is None else self._value(clause.expression)
        key = ("need_all" if clause.expression is None else "need") + ("_open" if open_ else "")
        details = {"need": self._wording.value(need), "all": len(items), "held": held, "most": held + open_}
        return self._wording.line("need", key, _enough(need, held, open_), **details)

    def _including(self, role: str, named: Sequence[Clause], clauses: Sequence[Clause]) -> ExplanationLine:
        """That certain items must be among those that hold."""
        names = {clause.name for clause in named}
        items = [clause for clause in clauses if clause.role == "item" and clause.name in names]
        states = self._states(items)
        if role == "including":
            status = states[0] if states else ""
        else:
            status = next((each for each in ("met", "unknown") if each in states), "not_met")
        status = "not_met" if status == "not_applicable" else status
        listed = self._wording.listed(self._item_name(clause) for clause in items)
        ending = self.conditions.verdict("must", status)
        return ExplanationLine(role, (Piece(self._wording.say(role, name=listed) + ending),), status)

    def _item_name(self, clause: Clause) -> str:
        title = clause.title.in_language(self._wording.lang)
        if title or clause.expression is None:
            return title or clause.name
        return f"“{self._wording.phrase(self._values.expression(clause.expression.text))[0]}”"

    def _steps(
        self, of: Clause | None, steps: Sequence[Clause], *, gives_values: bool
    ) -> list[ExplanationLine]:
        """The steps of what is measured (``of``), or the rows of a table, in their order."""
        if steps[0].edge == "at":
            return [self._curve(of, steps)]
        fits = [self._fit(of, step) for step in steps]
        lines: list[ExplanationLine] = []
        chosen: int | None = None
        settled, all_before_fail = False, True
        for number, (step, fit) in enumerate(zip(steps, fits, strict=True)):
            status = ""
            if not settled and fit.status in ("met", "unknown"):
                counts = fit.status == "met" and all_before_fail
                status = "chosen" if counts else "unknown"
                chosen = number if counts else chosen
            lines.append(self._step(of, step, fit, status, gives_values=gives_values))
            settled = settled or fit.status == "met"
            all_before_fail = all_before_fail and fit.status in ("not_met", "not_applicable")
        if chosen is not None and of is not None and not gives_values:
            lines += self._better(of, steps, fits, chosen)
        return lines

    def _fit(self, of: Clause | None, step: Clause) -> ExplanationLine:
        """Whether a step or row fits: the line of its condition."""
        measured = None if of is None else of.expression
        if _is_otherwise(step):
            status = "not_applicable" if self._value(measured) is NA else "met"
            return ExplanationLine("step", (), status)
        if step.role == "row" and step.expression is not None:
            return self.conditions.line(step.expression, "when")
        if measured is None:
            return ExplanationLine("step", ())
        if step.expression is None:
            return ExplanationLine("step", (), _says(self._value(measured), step.name))
        text = f"({measured.text}) {_EDGES.get(step.edge, '==')} ({step.expression.text})"
        try:
            return self.conditions.line(Expression(text), "when")
        except Fault:  # both are sound, but together they may be too long
            return ExplanationLine("step", ())

    def _step(
        self, of: Clause | None, step: Clause, fit: ExplanationLine, status: str, *, gives_values: bool
    ) -> ExplanationLine:
        name = self._step_name(of, step)
        inside = fit.pieces if step.role == "row" and not name else (Piece(name),)
        key = {"chosen": "gives_chosen", "unknown": "gives_possible"}.get(status, "gives")
        pieces = self._wording.pieces(key, step=inside, points=self._given(step, gives_values=gives_values))
        children = fit.children if step.role == "row" and status else ()
        rule = step.expression.text if step.expression is not None else ""
        return ExplanationLine(step.role, pieces, status, rule=rule, children=children)

    def _given(self, step: Clause, *, gives_values: bool = False) -> str:
        """What a step gives: points, or a value."""
        if step.points is None:
            return ""
        value = self._value(step.points)
        if gives_values or not isinstance(value, int | float) or isinstance(value, bool):
            return self._wording.value(value)
        return self._wording.say("points", points=self._points(value))

    def _step_name(self, of: Clause | None, step: Clause) -> str:
        title = step.title.in_language(self._wording.lang)
        if title:
            return title
        if _is_otherwise(step):
            return self._wording.say("step_otherwise")
        if step.expression is None:
            known = {"true": "yes", "false": "no"}
            if step.name in known and of is not None and isinstance(self._value(of.expression), bool):
                return self._wording.say(known[step.name])
            return self._wording.say("word", word=step.name)
        return "" if step.role == "row" else self._edge_name(of, step)

    def _edge_name(self, of: Clause | None, step: Clause) -> str:
        unit = ""
        if of is not None and of.expression is not None:
            unit = self._wording.unit(self._values.expression(of.expression.text))
        edge = self._wording.value(self._value(step.expression), unit)
        return self._wording.say(f"step_{step.edge}", edge=edge)

    def _better(
        self, of: Clause, steps: Sequence[Clause], fits: Sequence[ExplanationLine], chosen: int
    ) -> list[ExplanationLine]:
        """The step with more points that is nearest, and how far it is."""
        got = self._size(steps[chosen])
        ways = [
            (fit.shortfall.amount, number, fit.shortfall)
            for number, (step, fit) in enumerate(zip(steps, fits, strict=True))
            if fit.shortfall is not None and self._size(step) > got
        ]
        if not ways:
            return []
        _, nearest, short = min(ways, key=lambda way: way[:2])
        step, points = self._step_name(of, steps[nearest]), self._given(steps[nearest])
        shown = self._wording.shortfall(short)
        line = self._wording.line("better", "better_step", step=step, points=points, short=shown)
        return [attrs.evolve(line, shortfall=short)]

    def _size(self, step: Clause) -> float:
        """The points of a step, to compare it by."""
        text = step.points.text if step.points is not None else None
        value = None if text is None else self._values.number(self._values.expression(text))
        return -math.inf if value is None else value

    def _curve(self, of: Clause | None, steps: Sequence[Clause]) -> ExplanationLine:
        """The places of a curve in a row."""
        say, pairs = self._wording.say, [(self._edge_name(of, step), self._given(step)) for step in steps]
        places = self._wording.listed(say("gives", step=edge, points=points) for edge, points in pairs)
        return self._wording.line("curve", "curve", places=places)

    def _deduction(self, clause: Clause, expression: Expression) -> ExplanationLine:
        """One line: what it took, from what."""
        minus, limit = self._number(clause.points), self._number(clause.limit)
        details = {"minus": self._open_points(minus)}
        if clause.edge == "when":
            cause = self.conditions.line(expression, "event", negated=True)
            taken = {"not_met": minus, "unknown": None}.get(cause.status, Fraction(0))
            key = "line_when"
        else:
            pieces, figures = self._observed(expression)
            cause = ExplanationLine("line", pieces, children=figures)
            taken = _taken(self._number(expression), minus, limit, limited=clause.limit is not None)
            key = "line_each_limit" if clause.limit is not None else "line_each"
            details["limit"] = self._open_points(limit)
        status = "unknown" if taken is None else "not_met" if taken > 0 else "met"
        outer = {"unknown": "deducts_open", "not_met": "deducts", "met": "deducts_nothing"}[status]
        inside = self._wording.pieces(key, cause=self._titled(clause, cause).pieces, **details)
        points = "" if taken is None else self._points(taken)
        pieces = self._wording.pieces(outer, points=points, cause=inside)
        return attrs.evolve(cause, kind="line", pieces=pieces, status=status, rule=expression.text)

    def _number(self, expression: Expression | None) -> Fraction | None:
        """A number of the rule; None while it is open, 0 where it is not applicable."""
        value = self._value(expression)
        if value is NA:
            return Fraction(0)
        return None if value is None or isinstance(value, Bounds) else Fraction(repr(value))

    def _open_points(self, value: Fraction | None) -> str:
        return self._wording.say("no_value") if value is None else self._points(value)


def _is_otherwise(step: Clause) -> bool:
    return "otherwise" in (step.edge, step.name)


def _says(value: Any, word: str) -> str:
    """Whether a value is the one that a step names."""
    if value is NA:
        return "not_applicable"
    if value is None or isinstance(value, Bounds):
        return "unknown"
    if isinstance(value, bool):
        same = word == str(value).lower()
    elif isinstance(value, int | float):
        same = _is_number(word, value)
    else:
        same = value == word
    return "met" if same else "not_met"


def _is_number(word: str, value: float) -> bool:
    try:
        return Fraction(word) == Fraction(repr(value))
    except ValueError:
        return False


def _taken(
    count: Fraction | None, minus: Fraction | None, limit: Fraction | None, *, limited: bool
) -> Fraction | None:
    """The points that a line takes for each of a number; None while that is open."""
    if count is not None and count <= 0:
        return Fraction(0)
    if count is None or minus is None or (limited and limit is None):
        return None
    return min(count * minus, limit) if limit is not None else count * minus


def _enough(need: Any, held: int, open_: int) -> str:
    """Whether enough items hold."""
    if need is NA or need is None:
        return "unknown" if need is None else "met"
    low, high = need if isinstance(need, Bounds) else (need, need)
    if held >= Fraction(repr(float(high))):
        return "met"
    return "not_met" if held + open_ < Fraction(repr(float(low))) else "unknown"
