"""Rules that work out a number: ``score``, ``curve``, ``deduct``, ``value``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Not, Numeric, Settled
from criteria_engine.core.values import NumberValue, TruthValue
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.schema import EXPRESSION, TITLES, ListOf, Plain, Struct, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext

__all__ = ["Curve", "Deduct", "Line", "Score", "Value"]


@attrs.frozen(repr=False)
class Score(Plain):
    """Points by formula, brought between ``least`` (0 if not given) and ``points``."""

    KEY: ClassVar[str] = "score"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Expression = part(EXPRESSION)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where the formula is."""
        value = context.amount(self.expr, "")
        raised = a.extreme("max", [a.on_grid(value.numeric), context.least])
        return Judged(NumberValue(a.extreme("min", [raised, context.points]), value.there, value.na))

    def clauses(self) -> Sequence[Clause]:
        """The formula."""
        return [Clause("measured", self.expr, "")]


@attrs.frozen(repr=False)
class Curve(Plain):
    """Linear between the places, flat outside: ``curve: {of: x, through: [[60, 0], [80, 3], [100, 5]]}``."""

    KEY: ClassVar[str] = "curve"
    WHOLE: ClassVar[str | None] = None

    of: Expression = part(EXPRESSION)
    through: tuple[tuple[Expression, ...], ...] = part(ListOf(ListOf(EXPRESSION)))

    def amount(self, context: RuleContext) -> tuple[NumberValue, Numeric]:
        """The number on the curve, and its highest place."""
        of = context.amount(self.of, "of")
        at = a.on_grid(of.numeric)
        places = self._places(context)
        if not places:
            return NumberValue(a.ZERO, of.there, of.na), a.ONE
        first_x, first_y = places[0]
        before = a.compare("<=", at, first_x)
        branches = [Branch(before, before, first_y)]
        for (x0, y0), (x1, y1) in pairwise(places):
            test = a.compare("<=", at, x1)
            guard = a.every([a.compare(">", at, x0), test])
            inside = a.extreme("min", [a.extreme("max", [at, x0]), x1])
            rise = a.times(a.subtract(inside, x0), a.subtract(y1, y0))
            value = a.add([y0, a.divide(rise, a.subtract(x1, x0))])
            branches.append(Branch(test, guard, a.on_grid(value)))
        last_x, last_y = places[-1]
        numeric = a.choice(branches, a.compare(">", at, last_x), last_y)
        return NumberValue(numeric, of.there, of.na), a.extreme("max", [y for _, y in places])

    def _places(self, context: RuleContext) -> list[tuple[Numeric, Numeric]]:
        places: list[tuple[Numeric, Numeric]] = []
        if not self.through:
            context.fault("through", "CE407")
        for number, pair in enumerate(self.through):
            where = f"through[{number}]"
            if len(pair) != 2:
                context.fault(where, "CE407")
                continue
            x, y = (context.number(each, f"{where}[{side}]") for side, each in enumerate(pair))
            if places and x.high <= places[-1][0].low:
                context.fault(where, "CE408")
            places.append((x, y))
        return places

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        amount, most = self.amount(context)
        given = context.given_points
        if given is not None and most.low == most.high and most.low > given.low:
            context.fault("through", "CE402", points=f"{most.low:g}", most=f"{given.low:g}")
        return Judged(amount, most=most)

    def clauses(self) -> Sequence[Clause]:
        """What is measured, then the places."""
        places = [
            Clause("step", pair[0], f"through[{number}]", points=pair[1], edge="at")
            for number, pair in enumerate(self.through)
            if len(pair) == 2
        ]
        return [Clause("measured", self.of, "of"), *places]


@attrs.frozen(repr=False)
class Line(Plain):
    """One line of ``deduct``: ``{when: expr, minus: 1.5}`` or ``{each: count, minus: 0.5, at_most: 3}``."""

    when: Expression | None = part(EXPRESSION, default=None)
    each: Expression | None = part(EXPRESSION, default=None)
    minus: Expression = part(EXPRESSION, default=Expression("1"))
    at_most: Expression | None = part(EXPRESSION, default=None)
    title: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Deduct(Plain):
    """From ``points`` down to 0, or to ``least``; ``at_most`` is the most a line takes."""

    KEY: ClassVar[str] = "deduct"
    WHOLE: ClassVar[str | None] = "lines"

    lines: tuple[Line, ...] = part(ListOf(Struct(Line)))

    def judge(self, context: RuleContext) -> Judged:
        """A line that is not applicable takes nothing."""
        taken = [self._taken(context, line, f"[{place}]") for place, line in enumerate(self.lines)]
        if not taken:
            context.fault("", "CE412")
        total = a.add(taken)
        left = a.on_grid(a.subtract(context.points, total))
        if total.low < 0:
            left = a.extreme("min", [left, context.points])
        return Judged(NumberValue(a.extreme("max", [left, context.least])))

    def _taken(self, context: RuleContext, line: Line, where: str) -> Numeric:
        if (line.when is None) == (line.each is None) or (line.when is not None and line.at_most is not None):
            context.fault(where, "CE413")
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


@attrs.frozen(repr=False)
class Value(Plain):
    """A number as it is, for composite indices; met once it is known."""

    KEY: ClassVar[str] = "value"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Expression = part(EXPRESSION)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where the expression is."""
        value = context.amount(self.expr, "")
        numeric = a.on_grid(value.numeric)
        still_open = Not(Settled((value.there, value.na), (numeric,), value.na))
        met = TruthValue(value.there, a.every([value.there, still_open]), value.na)
        return Judged(NumberValue(numeric, value.there, value.na), met, measured=True)

    def clauses(self) -> Sequence[Clause]:
        """The expression."""
        return [Clause("measured", self.expr, "")]
