"""``table``: the first row that holds gives the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Condition
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
from criteria_engine.rules.shape import Clause, Judged, Pick, RuleContext, picked_points


@attrs.frozen(repr=False)
class Row(Plain):
    """One row of a table: a condition and the points it gives."""

    when: Formula = part(EXPRESSION)
    points: OptionalFormula = part(EXPRESSION, default=None)
    gives: OptionalFormula = part(EXPRESSION, default=None)
    title: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Table(Plain):
    """The first row that holds; ``otherwise`` (0 if not given) where none does."""

    KEY: ClassVar[str] = "table"
    WHOLE: ClassVar[str | None] = None

    rows: Members[Row] = part(ListOf(Struct(Row)))
    otherwise: Formula = part(EXPRESSION, default=Expression("0"))

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways through the rows; a table always applies."""
        picks: list[Pick] = []
        prefix: Condition = a.TRUE
        for place, row in enumerate(self.rows):
            where = f"rows[{place}]"
            claim = context.condition(row.when, f"{where}.when")
            value = row.points if row.points is not None else row.gives
            if value is None or (row.points is not None and row.gives is not None):
                context.fault(where, Code.BAD_ROW)
                continue
            key = "points" if row.points is not None else "gives"
            picks.append(Pick(claim.true, a.every([prefix, claim.true]), value, f"{where}.{key}"))
            prefix = a.every([prefix, claim.fails])
        picks.append(Pick(a.TRUE, prefix, self.otherwise, "otherwise"))
        return picks, a.TRUE, a.FALSE

    def judge(self, context: RuleContext) -> Judged:
        """A row that is not applicable does not hold."""
        return picked_points(context, self.picks(context)[0])

    def clauses(self) -> Sequence[Clause]:
        """The rows, then what is given otherwise."""
        rows = [
            Clause(
                "row",
                row.when,
                f"rows[{place}]",
                points=row.points if row.points is not None else row.gives,
                title=row.title,
            )
            for place, row in enumerate(self.rows)
        ]
        return [*rows, Clause("step", None, "otherwise", points=self.otherwise, edge="otherwise")]
