"""``value``: a real number that is no share of a maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.nodes import Not, Settled
from criteria_engine.core.values import NumberValue, TruthValue
from criteria_engine.rules.schema import EXPRESSION, Formula, Plain, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext


@attrs.frozen(repr=False)
class Value(Plain):
    """A number as it is, for composite indices; met once it is known."""

    KEY: ClassVar[str] = "value"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Formula = part(EXPRESSION)

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
