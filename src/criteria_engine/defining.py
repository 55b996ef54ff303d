"""What a definition means, in whatever period it is asked."""

from __future__ import annotations

from typing import Any

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.nodes import Condition
from criteria_engine.core.values import Amount, Meaning
from criteria_engine.desk import RuleDesk
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Criterion, Definition
from criteria_engine.understanding import Understanding

__all__ = ["definition_meaning"]


def definition_meaning(scope: Understanding, definition: Definition) -> Meaning | None:
    """What a definition means in a scope; None where it means nothing, which is then noted."""
    place = f"define.{definition.id}"
    if definition.expr is not None:
        meaning = scope.meaning(definition.expr, place)
    else:
        meaning = _picked(scope, definition, place)
    if isinstance(meaning, Amount):
        return attrs.evolve(meaning, numeric=meaning.settled, named=True)
    return meaning


def _picked(scope: Understanding, definition: Definition, place: str) -> Meaning | None:
    rule: Any = definition.rule
    if rule is None:
        return None
    desk = RuleDesk(scope, f"{place}.{rule.KEY}", Criterion("_"))
    if hasattr(rule, "amount"):
        amount: Amount = rule.amount(desk)[0]
        return amount
    if not hasattr(rule, "picks"):
        scope.note(place, Fault("CE302", key=rule.KEY))
        return None
    picks, there, na = rule.picks(desk)
    if not picks:
        return None
    ways: list[tuple[Condition, Condition, Meaning]] = []
    for pick in picks:
        value = scope.meaning(pick.value, f"{place}.{rule.KEY}.{pick.place}")
        if value is None:
            return None
        ways.append((a.every([there, pick.test]), a.every([there, pick.guard]), value))
    try:
        return m.joined_ways(ways, na)
    except Fault as fault:
        scope.note(f"{place}.{rule.KEY}", fault)
        return None
