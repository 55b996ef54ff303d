"""``bands``: the first step that fits gives the points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Condition, Number, Numeric, Operator
from criteria_engine.core.values import Meaning, NumberValue
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

_EDGES: dict[str, Operator] = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "equals": "=="}


@attrs.frozen(repr=False)
class Step(Plain):
    """One step of ``bands``: one edge, and the points it gives; or ``otherwise`` alone."""

    at_least: OptionalFormula = part(EXPRESSION, default=None)
    above: OptionalFormula = part(EXPRESSION, default=None)
    at_most: OptionalFormula = part(EXPRESSION, default=None)
    below: OptionalFormula = part(EXPRESSION, default=None)
    equals: OptionalFormula = part(EXPRESSION, default=None, key="is")
    otherwise: OptionalFormula = part(EXPRESSION, default=None)
    points: OptionalFormula = part(EXPRESSION, default=None)
    gives: OptionalFormula = part(EXPRESSION, default=None)
    title: Wording = part(TITLES, default=Titles())

    @property
    def edges(self) -> list[tuple[str, Expression]]:
        """The edges that were given (a sound step has one, or ``otherwise``)."""
        named = [(name, getattr(self, name)) for name in _EDGES]
        return [(name, edge) for name, edge in named if edge is not None]

    @property
    def result(self) -> tuple[str, Expression] | None:
        """The key and the expression of what the step gives."""
        for name in ("otherwise", "points", "gives"):
            found: Expression | None = getattr(self, name)
            if found is not None:
                return name, found
        return None


@attrs.frozen(repr=False)
class Bands(Plain):
    """The first step that fits: ``bands: {of: share, steps: [{at_least: 95, points: 5}, {otherwise: 0}]}``."""

    KEY: ClassVar[str] = "bands"
    WHOLE: ClassVar[str | None] = None

    of: Formula = part(EXPRESSION)
    steps: Members[Step] = part(ListOf(Struct(Step)))

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways through the steps, and when ``of`` is there and is not applicable."""
        of = context.value(self.of, "of")
        there, na = of.there, of.na
        picks: list[Pick] = []
        rest = _Rest(of)
        prefix: Condition = a.TRUE
        for place, step in enumerate(self.steps):
            where = f"steps[{place}]"
            result, edges = step.result, step.edges
            last = place == len(self.steps) - 1
            if result is None or len(edges) + (step.otherwise is not None) != 1:
                context.fault(where, Code.BAD_STEP)
                continue
            if step.otherwise is not None:
                if not last:
                    context.fault(where, Code.OTHERWISE_NOT_LAST)
                elif rest.empty:
                    context.fault(where, Code.UNREACHABLE_STEP)
                picks.append(Pick(a.TRUE, rest.guard(prefix), result[1], f"{where}.{result[0]}"))
                continue
            key, edge = edges[0]
            at_edge = f"{where}.{'is' if key == 'equals' else key}"
            fits = context.comparison(_EDGES[key], of, context.value(edge, at_edge), at_edge)
            region = rest.take(_EDGES[key], context.value(edge, ""))
            if rest.unreachable:
                context.fault(where, Code.UNREACHABLE_STEP)
            guard = region if region is not None else a.every([prefix, fits.true])
            picks.append(Pick(fits.true, guard, result[1], f"{where}.{result[0]}"))
            prefix = a.every([prefix, fits.fails])
        if all(step.otherwise is None for step in self.steps) and not rest.empty:
            context.fault("steps", Code.GAP_BETWEEN_STEPS)
        return picks, there, na

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        picks, there, na = self.picks(context)
        if not picks:
            return Judged(NumberValue(a.ZERO, there, na))
        return picked_points(context, picks, there, na)

    def clauses(self) -> Sequence[Clause]:
        """What is measured, then the steps."""
        said = [Clause("measured", self.of, "of")]
        for place, step in enumerate(self.steps):
            key, edge = step.edges[0] if step.edges else ("otherwise", None)
            result = step.result
            gives = result[1] if result else None
            said.append(Clause("step", edge, f"steps[{place}]", points=gives, edge=key, title=step.title))
        return said


class _Rest:
    """What the steps so far have left of the line, while their edges are constants.

    A region is a list of (low, low included, high, high included).
    """

    def __init__(self, of: Meaning) -> None:
        self._of = of.settled if isinstance(of, NumberValue) else None
        self.unreachable = False
        everything = [(-math.inf, True, math.inf, True)]
        self._left: list[tuple[float, bool, float, bool]] | None = None if self._of is None else everything

    @property
    def empty(self) -> bool:
        """Whether the steps cover everything."""
        return self._left == []

    def guard(self, prefix: Condition) -> Condition:
        """That none of the steps so far fits."""
        if self._left is None or self._of is None:
            return prefix
        return a.some([_inside(self._of, each) for each in self._left])

    def take(self, operator: Operator, edge: Meaning) -> Condition | None:
        """That this step fits and none before it; None where an edge is no constant."""
        size = edge.numeric if isinstance(edge, NumberValue) and edge.na is a.FALSE else None
        if self._left is None or self._of is None or not isinstance(size, Number):
            self._left = None
            self.unreachable = False
            return None
        taken, left = _split(self._left, operator, size.low, self._of.whole)
        self.unreachable = not taken
        self._left = left
        return a.some([_inside(self._of, each) for each in taken])


def _inside(of: Numeric, region: tuple[float, bool, float, bool]) -> Condition:
    low, low_in, high, high_in = region
    edges = []
    if low > -math.inf:
        edges.append(a.compare(">=" if low_in else ">", of, a.number(repr(low))))
    if high < math.inf:
        edges.append(a.compare("<=" if high_in else "<", of, a.number(repr(high))))
    return a.every(edges)


def _split(
    regions: Sequence[tuple[float, bool, float, bool]], operator: Operator, edge: float, whole: bool
) -> tuple[list[tuple[float, bool, float, bool]], list[tuple[float, bool, float, bool]]]:
    """The regions that fit ``operator edge``, and those that do not."""
    inf = math.inf
    fits = {
        ">=": [(edge, True, inf, True)],
        ">": [(edge, False, inf, True)],
        "<=": [(-inf, True, edge, True)],
        "<": [(-inf, True, edge, False)],
        "==": [(edge, True, edge, True)],
    }[operator]
    fails = {
        ">=": [(-inf, True, edge, False)],
        ">": [(-inf, True, edge, True)],
        "<=": [(edge, False, inf, True)],
        "<": [(edge, True, inf, True)],
        "==": [(-inf, True, edge, False), (edge, False, inf, True)],
    }[operator]
    return _met(regions, fits, whole), _met(regions, fails, whole)


def _met(
    regions: Sequence[tuple[float, bool, float, bool]],
    others: Sequence[tuple[float, bool, float, bool]],
    whole: bool,
) -> list[tuple[float, bool, float, bool]]:
    """The parts common to both lists of regions; of whole numbers only those that hold one."""
    common = []
    for low, low_in, high, high_in in regions:
        for other_low, other_low_in, other_high, other_high_in in others:
            start, start_in = max((low, not low_in), (other_low, not other_low_in))
            end, end_in = min((high, high_in), (other_high, other_high_in))
            region = start, not start_in, end, end_in
            if _holds_something(region, whole):
                common.append(region)
    return common


def _holds_something(region: tuple[float, bool, float, bool], whole: bool) -> bool:
    low, low_in, high, high_in = region
    if low > high or (low == high and not (low_in and high_in)):
        return False
    if not whole or math.isinf(low) or math.isinf(high):
        return True
    first = math.ceil(low) + (math.ceil(low) == low and not low_in)
    return first < high or (first == high and high_in)
