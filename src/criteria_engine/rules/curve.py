"""``curve``: points on straight lines between given places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Numeric
from criteria_engine.core.values import NumberValue
from criteria_engine.messages.codes import Code
from criteria_engine.rules.schema import EXPRESSION, Field, Formula, FormulaLike, ListOf, Plain, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext


@attrs.frozen(repr=False)
class Curve(Plain):
    """Linear between the places, flat outside: ``curve: {of: x, through: [[60, 0], [80, 3], [100, 5]]}``."""

    KEY: ClassVar[str] = "curve"
    WHOLE: ClassVar[str | None] = None

    of: Formula = part(EXPRESSION)
    through: Field[tuple[tuple[Expression, ...], ...], Iterable[Iterable[FormulaLike]]] = part(
        ListOf(ListOf(EXPRESSION))
    )

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
            context.fault("through", Code.BAD_CURVE)
        for number, pair in enumerate(self.through):
            where = f"through[{number}]"
            if len(pair) != 2:
                context.fault(where, Code.BAD_CURVE)
                continue
            x, y = (context.number(each, f"{where}[{side}]") for side, each in enumerate(pair))
            if places and x.high <= places[-1][0].low:
                context.fault(where, Code.CURVE_OUT_OF_ORDER)
            places.append((x, y))
        return places

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        amount, most = self.amount(context)
        given = context.given_points
        if given is not None and most.low == most.high and most.low > given.low:
            context.fault("through", Code.TOO_MANY_POINTS, points=f"{most.low:g}", most=f"{given.low:g}")
        return Judged(amount, most=most)

    def clauses(self) -> Sequence[Clause]:
        """What is measured, then the places."""
        places = [
            Clause("step", pair[0], f"through[{number}]", points=pair[1], edge="at")
            for number, pair in enumerate(self.through)
            if len(pair) == 2
        ]
        return [Clause("measured", self.of, "of"), *places]
