"""``deduct``: from all points down, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Numeric
from criteria_engine.core.values import NumberValue
from criteria_engine.messages.codes import Code
from criteria_engine.rules.schema import (
    EXPRESSION,
    TITLES,
    Formula,
    ListOf,
    Members,
    OptionalFormula,
    Plain,
    Struct,
    Titles,
    Wording,
    part,
)
from criteria_engine.rules.shape import Clause, Judged, RuleContext


@attrs.frozen(repr=False)
class Line(Plain):
    """One line of ``deduct``: ``{when: expr, minus: 1.5}`` or ``{each: count, minus: 0.5, at_most: 3}``."""

    when: OptionalFormula = part(EXPRESSION, default=None)
    each: OptionalFormula = part(EXPRESSION, default=None)
    minus: Formula = part(EXPRESSION, default=Expression("1"))
    at_most: OptionalFormula = part(EXPRESSION, default=None)
    title: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Deduct(Plain):
    """From ``points`` down to 0, or to ``least``; ``at_most`` is the most a line takes."""

    KEY: ClassVar[str] = "deduct"
    WHOLE: ClassVar[str | None] = "lines"

    lines: Members[Line] = part(ListOf(Struct(Line)))

    def judge(self, context: RuleContext) -> Judged:
        """A line that is not applicable takes nothing."""
        taken = [self._taken(context, line, f"[{place}]") for place, line in enumerate(self.lines)]
        if not taken:
            context.fault("", Code.NO_DEDUCTION_LINES)
        total = a.add(taken)
        left = a.on_grid(a.subtract(context.points, total))
        if total.low < 0:
            left = a.extreme("min", [left, context.points])
        return Judged(NumberValue(a.extreme("max", [left, context.least])))

    def _taken(self, context: RuleContext, line: Line, where: str) -> Numeric:
        if (line.when is None) == (line.each is None) or (line.when is not None and line.at_most is not None):
            context.fault(where, Code.BAD_DEDUCTION_LINE)
            return a.ZERO
        minus = context.number(line.minus, f"{where}.minus")
        if line.when is not None:
            claim = context.condition(line.when, f"{where}.when")
            return a.either(claim.true, minus, claim.fails, a.ZERO)
        each = line.each if line.each is not None else Expression("0")
        count = a.extreme("max", [context.number(each, f"{where}.each"), a.ZERO])
        points = a.times(count, minus)
        if line.at_most is None:
            return points
        return a.extreme("min", [a.on_grid(points), context.number(line.at_most, f"{where}.at_most")])

    def clauses(self) -> Sequence[Clause]:
        """The lines."""
        return [
            Clause(
                "line",
                line.when if line.when is not None else line.each,
                f"[{place}]",
                points=line.minus,
                edge="when" if line.when is not None else "each",
                limit=line.at_most,
                title=line.title,
            )
            for place, line in enumerate(self.lines)
        ]
