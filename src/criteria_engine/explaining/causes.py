"""Why a leaf got what it got: what its rule says, clause by clause.

A rule tells what there is to say about it in a few roles (see ``rules.shape.Clause``); a new shape
of rule that keeps to them needs nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.explaining import deductions, picking
from criteria_engine.explaining.conditions import Conditions
from criteria_engine.lines import Line, Piece
from criteria_engine.rules.shape import Clause, Rule

__all__ = ["Causes"]


class Causes:
    """Says what the rules of one result came to."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._facts, self._wording = conditions.facts, conditions.facts.wording

    def lines(self, rule: Rule, points: float | None, *, values: bool = False) -> tuple[Line, ...]:
        """The lines about a rule.

        ``points`` are those deducted from; ``values`` tells that its steps give values, not points.
        """
        clauses = rule.clauses()
        steps = [clause for clause in clauses if clause.role in ("step", "row")]
        measured = next((clause for clause in clauses if clause.role == "measured"), None)
        made: list[Line] = []
        for clause in clauses:
            if clause.role in ("step", "row"):
                if clause is steps[0]:
                    made += picking.lines(self.conditions, measured, steps, values=values)
            elif clause.role == "line":
                made.append(deductions.line(self.conditions, clause))
            else:
                made += self._clause(clause, clauses)
        if any(clause.role == "line" for clause in clauses):
            made.insert(0, deductions.start(self._wording, points))
        return tuple(made)

    def _clause(self, clause: Clause, clauses: Sequence[Clause]) -> list[Line]:
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
                return [picking.measured(self.conditions, clause)]
        if clause.expression is None:
            return []
        made = self.conditions.line(clause.expression, "must")
        return [attrs.evolve(self.titled(clause, made), kind=clause.role)]

    def titled(self, clause: Clause, line: Line) -> Line:
        """A line behind the title that the author gave to its clause."""
        title = clause.title.in_language(self._wording.lang)
        if not title:
            return line
        return attrs.evolve(line, pieces=(Piece(title, "name"), Piece(": "), *line.pieces))

    # ---- lists of events and items -----------------------------------------------------------

    def _event(self, clause: Clause) -> Line:
        """An event that must not happen, and what excuses it."""
        if clause.expression is None:
            return Line("event", ())
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

    def _need(self, clause: Clause, items: Sequence[Clause]) -> Line:
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
        return Line("need", (Piece(said),), status)

    def _including(self, role: str, named: Sequence[Clause], clauses: Sequence[Clause]) -> Line:
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
        return Line(role, (Piece(self._wording.say(role, name=said) + ending),), status)

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
