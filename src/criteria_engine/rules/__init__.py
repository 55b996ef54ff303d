"""The open shelf of rules: one file for each way to judge a leaf.

Read ``schema`` (what an attribute holds), ``parts`` (what a ruleset is made of), ``shape`` (what a rule is asked and
answers), then any rule: ``test``, ``score``, ``bands``, ``curve``, ``choose``, ``deduct``, ``checklist``, ``none_of``,
``table``, ``value``. ``RULES`` is the whole shelf. An application's own shape is a class of the same make, handed
in as an argument: ``load(path, rules=(*RULES, Mine))``.
"""

from __future__ import annotations

from typing import Any

from criteria_engine.rules.bands import Bands, Step
from criteria_engine.rules.checklist import Checklist, Item
from criteria_engine.rules.choose import Choose
from criteria_engine.rules.curve import Curve
from criteria_engine.rules.deduct import Deduct, Line
from criteria_engine.rules.none_of import Event, NoneOf
from criteria_engine.rules.score import Score
from criteria_engine.rules.shape import Clause, Judged, Rule, RuleContext
from criteria_engine.rules.table import Row, Table
from criteria_engine.rules.test import Test
from criteria_engine.rules.value import Value

__all__ = [
    "RULES",
    "Bands",
    "Checklist",
    "Choose",
    "Clause",
    "Curve",
    "Deduct",
    "Event",
    "Item",
    "Judged",
    "Line",
    "NoneOf",
    "Row",
    "Rule",
    "RuleContext",
    "Score",
    "Step",
    "Table",
    "Test",
    "Value",
]

RULES: tuple[type[Any], ...] = (Test, Score, Bands, Curve, Choose, Deduct, Checklist, NoneOf, Table, Value)
