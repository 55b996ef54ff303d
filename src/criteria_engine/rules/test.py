"""``test``: all points where a condition holds, else none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.rules.schema import EXPRESSION, Formula, Plain, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext, all_or_nothing


@attrs.frozen(repr=False)
class Test(Plain):
    """All points, or none: ``test: theft_cases < 3``."""

    KEY: ClassVar[str] = "test"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Formula = part(EXPRESSION)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where the condition is."""
        return all_or_nothing(context.condition(self.expr, ""), context.points)

    def clauses(self) -> Sequence[Clause]:
        """The condition that must hold."""
        return [Clause("must", self.expr, "")]
