"""``choose``: points by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core import values
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import Condition
from criteria_engine.messages.codes import Code
from criteria_engine.rules.schema import (
    EXPRESSION,
    LABEL,
    Formula,
    MapOf,
    OptionalFormula,
    OptionalPairs,
    Plain,
    part,
)
from criteria_engine.rules.shape import Clause, Judged, Pick, RuleContext, picked_points


@attrs.frozen(repr=False)
class Choose(Plain):
    """Points by value: ``choose: {of: rating, points: {good: 5, fair: 3, poor: 0}}``.

    Every value must be there, or ``otherwise`` (among the points, or beside them).
    """

    KEY: ClassVar[str] = "choose"
    WHOLE: ClassVar[str | None] = None

    of: Formula = part(EXPRESSION)
    points: OptionalPairs[Expression] = part(MapOf(LABEL, EXPRESSION), default=None)
    gives: OptionalPairs[Expression] = part(MapOf(LABEL, EXPRESSION), default=None)
    otherwise: OptionalFormula = part(EXPRESSION, default=None)

    def picks(self, context: RuleContext) -> tuple[list[Pick], Condition, Condition]:
        """The ways by value, and when ``of`` is there and is not applicable."""
        of = context.value(self.of, "of")
        key = "points" if self.points is not None else "gives"
        pairs = self.points if self.points is not None else self.gives
        if pairs is None or (self.points is not None and self.gives is not None):
            context.fault("", Code.CHOOSE_WITHOUT_POINTS)
            return [], of.there, of.na
        options = values.options_of(of) or None
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
                context.fault(key, Code.VALUES_WITHOUT_POINTS, missing=", ".join(left) or "…")
            return [], of.there, of.na
        rest = self._says_none(context, of, [word for word in listed if word != "otherwise"], none)
        picks.append(
            Pick(a.TRUE, rest, otherwise, f"{key}.otherwise" if "otherwise" in listed else "otherwise")
        )
        return picks, of.there, of.na

    def _says(
        self, context: RuleContext, of: values.Meaning, word: str, options: Sequence[str] | None, place: str
    ) -> values.TruthValue:
        if options is not None and word not in options:
            context.fault(
                place,
                Code.UNKNOWN_WORD,
                word=word,
                words=", ".join(options),
                nearest=nearest(word, options) or options[0],
            )
            return values.TruthValue(a.FALSE, a.TRUE)
        if isinstance(of, values.TruthValue):
            return values.says(of, word)
        if isinstance(of, values.NumberValue) and of.kind == "number":
            return context.comparison("==", of, context.value(Expression(word), place), place)
        return context.comparison("==", of, values.said(word), place)

    def _says_none(
        self, context: RuleContext, of: values.Meaning, words: Sequence[str], none: Condition
    ) -> Condition:
        """That the value is none of the words, asked of all together where that loses nothing."""
        options = values.options_of(of) or None
        known = [values.said(word) for word in words if options is None or word in options]
        if isinstance(of, values.TextValue) and known:
            return values.within(of, known).false
        if isinstance(of, values.NumberValue) and of.kind == "scale" and known:
            return values.within(of, known).false
        return none

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where ``of`` is."""
        picks, there, na = self.picks(context)
        if not picks:
            return Judged(values.NumberValue(a.ZERO, there, na))
        return picked_points(context, picks, there, na)

    def clauses(self) -> Sequence[Clause]:
        """What is looked at, then the values."""
        pairs = self.points or self.gives or ()
        steps = [
            Clause("step", None, f"points.{word}", word, points=value, edge="is") for word, value in pairs
        ]
        if self.otherwise is not None:
            steps.append(Clause("step", None, "otherwise", "otherwise", points=self.otherwise, edge="is"))
        return [Clause("measured", self.of, "of"), *steps]
