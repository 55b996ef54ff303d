"""``checklist``: at least so many items, with those named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.grammar import nearest
from criteria_engine.core.values import TruthValue, counted
from criteria_engine.messages.codes import Code
from criteria_engine.rules.schema import (
    EXPRESSION,
    LABEL,
    TITLES,
    Formula,
    ListOf,
    MapOf,
    OptionalFormula,
    Pairs,
    Plain,
    Several,
    Struct,
    Titles,
    Wording,
    part,
)
from criteria_engine.rules.shape import Clause, Judged, RuleContext, all_or_nothing


@attrs.frozen(repr=False)
class Item(Plain):
    """One item of a checklist: an expression, perhaps with a title."""

    when: Formula = part(EXPRESSION)
    title: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Checklist(Plain):
    """At least ``need`` items (all, if not given), with those in ``including`` and one of ``including_any``."""

    KEY: ClassVar[str] = "checklist"
    WHOLE: ClassVar[str | None] = None

    of: Pairs[Item] = part(MapOf(LABEL, Struct(Item, short="when")))
    need: OptionalFormula = part(EXPRESSION, default=None)
    including: Several[str] = part(ListOf(LABEL, single=True), default=())
    including_any: Several[str] = part(ListOf(LABEL, single=True), default=())

    def judge(self, context: RuleContext) -> Judged:
        """An item that is not applicable does not hold; the checklist itself always applies."""
        items = {name: context.condition(item.when, f"of.{name}") for name, item in self.of}
        if not items:
            context.fault("of", Code.NO_ITEMS)
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
                context.fault("need", Code.NEED_ABOVE_ITEMS, need=f"{need.low:g}", count=len(items))
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
                    f"{key}[{place}]",
                    Code.UNKNOWN_ITEM,
                    name=name,
                    nearest=nearest(name, items) or ", ".join(items),
                )
        return [items[name] for name in names if name in items]

    def clauses(self) -> Sequence[Clause]:
        """How many items are needed, the items, and which must be among them."""
        items = [Clause("item", item.when, f"of.{name}", name, title=item.title) for name, item in self.of]
        must = [Clause("including", None, "including", name) for name in self.including]
        either = [Clause("including_any", None, "including_any", name) for name in self.including_any]
        return [Clause("need", self.need, "need"), *items, *must, *either]
