"""``score``: points by a formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.values import NumberValue
from criteria_engine.rules.schema import EXPRESSION, Formula, Plain, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext


@attrs.frozen(repr=False)
class Score(Plain):
    """Points by formula, brought between ``least`` (0 if not given) and ``points``."""

    KEY: ClassVar[str] = "score"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Formula = part(EXPRESSION)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where the formula is."""
        value = context.amount(self.expr, "")
        raised = a.extreme("max", [a.on_grid(value.numeric), context.least])
        return Judged(NumberValue(a.extreme("min", [raised, context.points]), value.there, value.na))

    def clauses(self) -> Sequence[Clause]:
        """The formula."""
        return [Clause("measured", self.expr, "")]
