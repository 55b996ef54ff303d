"""What an author may write: the kinds of fields, the parts of a ruleset, and the rules of leaves.

Read ``schema`` (what a field holds), ``parts`` (what is made of fields), ``shape`` (how a rule asks
and answers), then the rules: ``conditions``, ``picks``, ``amounts``. ``RULES`` is all of them. An
application's own rule is a class of the same make: ``load(path, rules=(*RULES, Mine))``.
"""

from __future__ import annotations

from typing import Any

from criteria_engine.rules.amounts import Curve, Deduct, Score, Value
from criteria_engine.rules.conditions import Checklist, NoneOf, Test
from criteria_engine.rules.picks import Bands, Choose, Table

__all__ = ["RULES"]

RULES: tuple[type[Any], ...] = (Test, Score, Bands, Curve, Choose, Deduct, Checklist, NoneOf, Table, Value)
