"""Rules of conditions, which give all points or none: ``test``, ``checklist``, ``none_of``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest
from criteria_engine.core.values import TruthValue, counted
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.schema import EXPRESSION, LABEL, TITLES, ListOf, MapOf, Plain, Struct, part
from criteria_engine.rules.shape import Clause, Judged, RuleContext, all_or_nothing

__all__ = ["Checklist", "Event", "Item", "NoneOf", "Test"]


@attrs.frozen(repr=False)
class Test(Plain):
    """All points, or none: ``test: theft_cases < 3``."""

    KEY: ClassVar[str] = "test"
    WHOLE: ClassVar[str | None] = "expr"

    expr: Expression = part(EXPRESSION)

    def judge(self, context: RuleContext) -> Judged:
        """Not applicable where the condition is."""
        return all_or_nothing(context.condition(self.expr, ""), context.points)

    def clauses(self) -> Sequence[Clause]:
        """The condition that must hold."""
        return [Clause("must", self.expr, "")]


@attrs.frozen(repr=False)
class Item(Plain):
    """One item of a checklist: an expression, perhaps with a title."""

    when: Expression = part(EXPRESSION)
    title: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Checklist(Plain):
    """At least ``need`` items (all, if not given), with those in ``including`` and one of ``including_any``."""

    KEY: ClassVar[str] = "checklist"
    WHOLE: ClassVar[str | None] = None

    of: tuple[tuple[str, Item], ...] = part(MapOf(LABEL, Struct(Item, short="when")))
    need: Expression | None = part(EXPRESSION, default=None)
    including: tuple[str, ...] = part(ListOf(LABEL, single=True), default=())
    including_any: tuple[str, ...] = part(ListOf(LABEL, single=True), default=())

    def judge(self, context: RuleContext) -> Judged:
        """An item that is not applicable does not hold; the checklist itself always applies."""
        items = {name: context.condition(item.when, f"of.{name}") for name, item in self.of}
        if not items:
            context.fault("of", "CE414")
        wanted = self._named(context, items, self.including, "including")
        either = self._named(context, items, self.including_any, "including_any")
        true, false = [claim.true for claim in wanted], [claim.fails for claim in wanted]
        if either:
            true.append(a.some([claim.true for claim in either]))
            false.append(a.every([claim.fails for claim in either]))
        if self.need is None:
            true += [claim.true for claim in items.values()]
            false += [claim.fails for claim in items.values()]
        else:
            need = context.number(self.need, "need")
            if need.low > len(items):
                context.fault("need", "CE415", need=f"{need.low:g}", count=len(items))
            count = counted(list(items.values())).numeric
            true.append(a.compare(">=", count, need))
            false.append(a.compare("<", count, need))
        claim = TruthValue(a.every(true), a.some(false))
        return all_or_nothing(claim, context.points, list(items.items()))

    def _named(
        self, context: RuleContext, items: dict[str, TruthValue], names: Sequence[str], key: str
    ) -> list[TruthValue]:
        for place, name in enumerate(names):
            if name not in items:
                context.fault(
                    f"{key}[{place}]", "CE416", name=name, nearest=nearest(name, items) or ", ".join(items)
                )
        return [items[name] for name in names if name in items]

    def clauses(self) -> Sequence[Clause]:
        """How many items are needed, the items, and which must be among them."""
        items = [Clause("item", item.when, f"of.{name}", name, title=item.title) for name, item in self.of]
        must = [Clause("including", None, "including", name) for name in self.including]
        either = [Clause("including_any", None, "including_any", name) for name in self.including_any]
        return [Clause("need", self.need, "need"), *items, *must, *either]


@attrs.frozen(repr=False)
class Event(Plain):
    """An event that must not hold, ``unless`` there is an excuse or a remedy."""

    when: Expression = part(EXPRESSION)
    unless: Expression | None = part(EXPRESSION, default=None)
    title: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class NoneOf(Plain):
    """None of the events may hold: ``none_of: {a: expr, b: {when: expr, unless: expr}}``."""

    KEY: ClassVar[str] = "none_of"
    WHOLE: ClassVar[str | None] = "events"

    events: tuple[tuple[str, Event], ...] = part(MapOf(LABEL, Struct(Event, short="when")))

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
            context.fault("", "CE414")
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
