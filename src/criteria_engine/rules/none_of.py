"""``none_of``: a list of events none of which may hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.values import TruthValue
from criteria_engine.messages.codes import Code
from criteria_engine.rules.schema import (
    EXPRESSION,
    LABEL,
    TITLES,
    Formula,
    MapOf,
    OptionalFormula,
    Pairs,
    Plain,
    Struct,
    Titles,
    Wording,
    part,
)
from criteria_engine.rules.shape import Clause, Judged, RuleContext, all_or_nothing


@attrs.frozen(repr=False)
class Event(Plain):
    """An event that must not hold, ``unless`` there is an excuse or a remedy."""

    when: Formula = part(EXPRESSION)
    unless: OptionalFormula = part(EXPRESSION, default=None)
    title: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class NoneOf(Plain):
    """None of the events may hold: ``none_of: {a: expr, b: {when: expr, unless: expr}}``."""

    KEY: ClassVar[str] = "none_of"
    WHOLE: ClassVar[str | None] = "events"

    events: Pairs[Event] = part(MapOf(LABEL, Struct(Event, short="when")))

    def judge(self, context: RuleContext) -> Judged:
        """An event that is not applicable does not hold; nor does such an excuse."""
        items = []
        for name, event in self.events:
            claim = context.condition(event.when, f"{name}.when")
            if event.unless is not None:
                excuse = context.condition(event.unless, f"{name}.unless")
                true = a.every([claim.true, excuse.fails])
                claim = TruthValue(true, a.some([claim.false, a.every([claim.true, excuse.true])]), claim.na)
            items.append((name, claim))
        if not items:
            context.fault("", Code.NO_ITEMS)
        none = TruthValue(
            a.every([claim.fails for _, claim in items]), a.some([claim.true for _, claim in items])
        )
        return all_or_nothing(none, context.points, items)

    def clauses(self) -> Sequence[Clause]:
        """The events."""
        return [
            Clause("event", event.when, name, name, unless=event.unless, title=event.title)
            for name, event in self.events
        ]
