"""Rules that pick one of several values by steps, by value or by row: ``bands``, ``choose``, ``table``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import Condition, Number, Numeric, Operator
from criteria_engine.core.values import (
    Meaning,
    NumberValue,
    TextValue,
    TruthValue,
    options_of,
    said,
    says,
    within,
)
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.schema import EXPRESSION, LABEL, TITLES, ListOf, MapOf, Plain, Struct, part
from criteria_engine.rules.shape import Clause, Judged, Pick, RuleContext, picked_points

__all__ = ["Bands", "Choose", "Row", "Step", "Table"]


_EDGES: dict[str, Operator] = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "equals": "=="}


@attrs.frozen(repr=False)
class Step(Plain):
    """One step of ``bands``: one edge, and the points it gives; or ``otherwise`` alone."""

    at_least: Expression | None = part(EXPRESSION, default=None)
    above: Expression | None = part(EXPRESSION, default=None)
    at_most: Expression | None = part(EXPRESSION, default=None)
    below: Expression | None = part(EXPRESSION, default=None)
    equals: Expression | None = part(EXPRESSION, default=None, key="is")
    otherwise: Expression | None = part(EXPRESSION, default=None)
    points: Expression | None = part(EXPRESSION, default=None)
    gives: Expression | None = part(EXPRESSION, default=None)
    title: Titles = part(TITLES, default=Titles())

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

    of: Expression = part(EXPRESSION)
    steps: tuple[Step, ...] = part(ListOf(Struct(Step)))

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways through the steps, and when ``of`` is there and is not applicable."""
        of = context.value(self.of, "of")
        picks: list[Pick] = []
        rest = _Rest(of)
        prefix: Condition = a.TRUE
        for place, step in enumerate(self.steps):
            where = f"steps[{place}]"
            result, edges = step.result, step.edges
            if result is None or len(edges) + (step.otherwise is not None) != 1:
                context.fault(where, "CE403")
                continue
            if step.otherwise is not None:
                if place < len(self.steps) - 1:
                    context.fault(where, "CE404")
                elif rest.empty:
                    context.fault(where, "CE405")
                picks.append(Pick(a.TRUE, rest.guard(prefix), result[1], f"{where}.{result[0]}"))
                continue
            key, edge = edges[0]
            at = f"{where}.{'is' if key == 'equals' else key}"
            fits = context.comparison(_EDGES[key], of, context.value(edge, at), at)
            region = rest.take(_EDGES[key], context.value(edge, ""))
            if rest.unreachable:
                context.fault(where, "CE405")
            guard = region if region is not None else a.every([prefix, fits.true])
            picks.append(Pick(fits.true, guard, result[1], f"{where}.{result[0]}"))
            prefix = a.every([prefix, fits.fails])
        if all(step.otherwise is None for step in self.steps) and not rest.empty:
            context.fault("steps", "CE406")
        return picks, of.there, of.na

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        return picked_points(context, *self.picks(context))

    def clauses(self) -> Sequence[Clause]:
        """What is measured, then the steps."""
        said = [Clause("measured", self.of, "of")]
        for place, step in enumerate(self.steps):
            key, edge = step.edges[0] if step.edges else ("otherwise", None)
            result = step.result
            gives = result[1] if result else None
            said.append(Clause("step", edge, f"steps[{place}]", points=gives, edge=key, title=step.title))
        return said


# A cut of the line of numbers: just below a number (False), or just above it (True). Cuts compare as tuples.
_Cut = tuple[float, bool]
_Region = tuple[_Cut, _Cut]
_START: _Cut = (-math.inf, False)
_END: _Cut = (math.inf, True)


class _Rest:
    """What the steps so far have left of the line of numbers, while their edges are constants."""

    def __init__(self, of: Meaning) -> None:
        self._of = of.settled if isinstance(of, NumberValue) else None
        self._left: list[_Region] | None = None if self._of is None else [(_START, _END)]
        self.unreachable = False

    @property
    def empty(self) -> bool:
        """Whether the steps cover everything."""
        return self._left == []

    def guard(self, prefix: Condition) -> Condition:
        """That none of the steps so far fits."""
        if self._left is None or self._of is None:
            return prefix
        return a.some([_inside(self._of, region) for region in self._left])

    def take(self, operator: Operator, edge: Meaning) -> Condition | None:
        """That this step fits and none before it; None where an edge is no constant."""
        size = edge.numeric if isinstance(edge, NumberValue) and edge.na is a.FALSE else None
        if self._left is None or self._of is None or not isinstance(size, Number):
            self._left = None
            self.unreachable = False
            return None
        fits, fails = _split(operator, size.low)
        taken = _common(self._left, fits, self._of.whole)
        self._left = _common(self._left, fails, self._of.whole)
        self.unreachable = not taken
        return a.some([_inside(self._of, region) for region in taken])


def _split(operator: Operator, edge: float) -> tuple[list[_Region], list[_Region]]:
    """The numbers that fit ``operator edge``, and those that do not."""
    below, above = (edge, False), (edge, True)
    match operator:
        case ">=":
            return [(below, _END)], [(_START, below)]
        case ">":
            return [(above, _END)], [(_START, above)]
        case "<=":
            return [(_START, above)], [(above, _END)]
        case "<":
            return [(_START, below)], [(below, _END)]
    return [(below, above)], [(_START, below), (above, _END)]


def _common(regions: Sequence[_Region], others: Sequence[_Region], whole: bool) -> list[_Region]:
    """The parts common to both lists of regions; of whole numbers only those that hold one."""
    common = [
        (max(start, other_start), min(end, other_end))
        for start, end in regions
        for other_start, other_end in others
    ]
    return [region for region in common if _holds_something(region, whole)]


def _holds_something(region: _Region, whole: bool) -> bool:
    (low, after), end = region
    if not whole or math.isinf(low) or math.isinf(end[0]):
        return (low, after) < end
    first = math.floor(low) + 1 if after else math.ceil(low)
    return (first, False) < end


def _inside(of: Numeric, region: _Region) -> Condition:
    (low, above_low), (high, above_high) = region
    edges = []
    if low > -math.inf:
        edges.append(a.compare(">" if above_low else ">=", of, a.number(repr(low))))
    if high < math.inf:
        edges.append(a.compare("<=" if above_high else "<", of, a.number(repr(high))))
    return a.every(edges)


@attrs.frozen(repr=False)
class Choose(Plain):
    """Points by value: ``choose: {of: rating, points: {good: 5, fair: 3, poor: 0}}``.

    Every value must be there, or ``otherwise`` (among the points, or beside them).
    """

    KEY: ClassVar[str] = "choose"
    WHOLE: ClassVar[str | None] = None

    of: Expression = part(EXPRESSION)
    points: tuple[tuple[str, Expression], ...] | None = part(MapOf(LABEL, EXPRESSION), default=None)
    gives: tuple[tuple[str, Expression], ...] | None = part(MapOf(LABEL, EXPRESSION), default=None)
    otherwise: Expression | None = part(EXPRESSION, default=None)

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways by value, and when ``of`` is there and is not applicable."""
        of = context.value(self.of, "of")
        key = "points" if self.points is not None else "gives"
        pairs = self.points if self.points is not None else self.gives
        if pairs is None or (self.points is not None and self.gives is not None):
            context.fault("", "CE409")
            return [], of.there, of.na
        options = options_of(of) or None
        picks: list[Pick] = []
        none: Condition = of.there
        for word, value in pairs:
            if word == "otherwise":
                continue
            claim = self._says(context, of, word, options, f"{key}.{word}")
            picks.append(Pick(claim.true, claim.true, value, f"{key}.{word}"))
            none = a.every([none, claim.false])
        listed = [word for word, _ in pairs]
        if options is not None and set(options) <= set(listed):
            return picks, of.there, of.na
        otherwise = dict(pairs).get("otherwise", self.otherwise)
        if otherwise is None:
            left = [word for word in options or () if word not in listed]
            if options is None or set(listed) <= set(options):
                context.fault(key, "CE410", missing=", ".join(left) or "…")
            return [], of.there, of.na
        known = [
            said(word) for word in listed if word != "otherwise" and (options is None or word in options)
        ]
        if known and (isinstance(of, TextValue) or (isinstance(of, NumberValue) and of.kind == "scale")):
            none = within(of, known).false  # asked of all together, which loses nothing where it is missing
        place = f"{key}.otherwise" if "otherwise" in listed else "otherwise"
        picks.append(Pick(a.TRUE, none, otherwise, place))
        return picks, of.there, of.na

    def _says(
        self, context: RuleContext, of: Meaning, word: str, options: Sequence[str] | None, place: str
    ) -> TruthValue:
        """That the value is the word."""
        if options is not None and word not in options:
            likely = nearest(word, options) or options[0]
            context.fault(place, "CE411", word=word, words=", ".join(options), nearest=likely)
            return TruthValue(a.FALSE, a.TRUE)
        if isinstance(of, TruthValue):
            return says(of, word)
        is_number = isinstance(of, NumberValue) and of.kind == "number"
        value = context.value(Expression(word), place) if is_number else said(word)
        return context.comparison("==", of, value, place)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        return picked_points(context, *self.picks(context))

    def clauses(self) -> Sequence[Clause]:
        """What is looked at, then the values."""
        pairs = self.points or self.gives or ()
        steps = [
            Clause("step", None, f"points.{word}", word, points=value, edge="is") for word, value in pairs
        ]
        if self.otherwise is not None:
            steps.append(Clause("step", None, "otherwise", "otherwise", points=self.otherwise, edge="is"))
        return [Clause("measured", self.of, "of"), *steps]


@attrs.frozen(repr=False)
class Row(Plain):
    """One row of a table: a condition and the points it gives."""

    when: Expression = part(EXPRESSION)
    points: Expression | None = part(EXPRESSION, default=None)
    gives: Expression | None = part(EXPRESSION, default=None)
    title: Titles = part(TITLES, default=Titles())

    @property
    def result(self) -> Expression | None:
        """What the row gives, whichever key it was written under."""
        return self.points if self.points is not None else self.gives


@attrs.frozen(repr=False)
class Table(Plain):
    """The first row that holds; ``otherwise`` (0 if not given) where none does."""

    KEY: ClassVar[str] = "table"
    WHOLE: ClassVar[str | None] = None

    rows: tuple[Row, ...] = part(ListOf(Struct(Row)))
    otherwise: Expression = part(EXPRESSION, default=Expression("0"))

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways through the rows; a table always applies."""
        picks: list[Pick] = []
        prefix: Condition = a.TRUE
        for place, row in enumerate(self.rows):
            where = f"rows[{place}]"
            claim = context.condition(row.when, f"{where}.when")
            value = row.result
            if value is None or (row.points is not None and row.gives is not None):
                context.fault(where, "CE417")
                continue
            key = "points" if row.points is not None else "gives"
            picks.append(Pick(claim.true, a.every([prefix, claim.true]), value, f"{where}.{key}"))
            prefix = a.every([prefix, claim.fails])
        picks.append(Pick(a.TRUE, prefix, self.otherwise, "otherwise"))
        return picks, a.TRUE, a.FALSE

    def judge(self, context: RuleContext) -> Judged:
        """A row that is not applicable does not hold."""
        return picked_points(context, *self.picks(context))

    def clauses(self) -> Sequence[Clause]:
        """The rows, then what is given otherwise."""
        rows = [
            Clause("row", row.when, f"rows[{place}]", points=row.result, title=row.title)
            for place, row in enumerate(self.rows)
        ]
        return [*rows, Clause("step", None, "otherwise", points=self.otherwise, edge="otherwise")]
