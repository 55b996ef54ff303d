"""The open shelf of rules: one file for each way to judge a leaf.

``RULES`` is the whole shelf. An application's own shape is a class of the same make, handed in as
an argument: ``load(path, rules=(*RULES, Mine))``.
"""

from __future__ import annotations

from typing import Any

from criteria_engine.rules.amounts import Curve, Deduct, Line, Score, Value
from criteria_engine.rules.conditions import Checklist, Event, Item, NoneOf, Test
from criteria_engine.rules.picks import Bands, Choose, Row, Step, Table
from criteria_engine.rules.shape import Clause, Judged, Rule, RuleContext

__all__ = [
    "RULES", "Bands", "Checklist", "Choose", "Clause", "Curve", "Deduct", "Event", "Item", "Judged", "Line",
    "NoneOf", "Row", "Rule", "RuleContext", "Score", "Step", "Table", "Test", "Value",
]  # fmt: skip

RULES: tuple[type[Any], ...] = (Test, Score, Bands, Curve, Choose, Deduct, Checklist, NoneOf, Table, Value)
