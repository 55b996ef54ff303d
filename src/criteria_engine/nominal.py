"""Whether a level asks more points than there are, whatever the criteria find.

Looked at with every criterion free between no points and all of its points: what a level wants is
impossible then only if its own threshold is, not because some criterion happens never to be met.
"""

from __future__ import annotations

import ast

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import parse
from criteria_engine.core.lowering import Scope, lower
from criteria_engine.core.nodes import Flag, Observed
from criteria_engine.core.values import Amount, Claim, Meaning, Words
from criteria_engine.faces import FREE, free_number
from criteria_engine.judging import Judging
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.tree import Branchlet

__all__ = ["never_nominally"]


class _Nominal:
    """A scope in which scores are free between none and all."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        return self._judging.days_off

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return self._judging.is_input(name)

    def named(self, name: str) -> Meaning:
        """Inputs and parameters as they are, definitions free."""
        meaning = self._judging.named(name)
        if name == "score" and name not in self._judging.names:
            return self.of_criterion("score", "")
        if not any(each.id == name for each in self._judging.parts.definitions):
            return meaning
        if isinstance(meaning, Amount):
            return Amount(free_number(), kind=meaning.kind, words=meaning.words, named=True)
        return meaning if isinstance(meaning, Words) else Claim(Flag(FREE, True), Flag(FREE, False))

    def title(self, ruleset: str, level: str) -> Claim:
        """Titles as they are."""
        return self._judging.title(ruleset, level)

    def before(self, periods: int) -> Scope:
        """Earlier periods as they are."""
        return self._judging.before(periods)

    def read_earlier(self, tree: ast.expr) -> None:
        """What was read when the ruleset was made is not counted again."""

    def of_criterion(self, function: str, name: str) -> Meaning:
        """Scores free between none and all, states free."""
        found = self._judging.tree.find(name or self._judging.here or "")
        if function == "met":
            return Claim(Flag(FREE, True), Flag(FREE, False))
        if function == "count_met":
            return _free(0, len(found.children))
        if function == "max_score":
            return self._judging.of_face(function, found)
        full, beyond = self._judging.faces[found.path].full, _can_pass(found)
        if full is None or beyond:
            return Amount(free_number(), named=True)
        top = {"score": full.high, "percent": 100.0}.get(function, 1.0)
        return _free(min(0.0, self._judging.faces[found.path].points.low), top)


def _free(low: float, high: float) -> Amount:
    return Amount(Observed(FREE, low=low, high=high, on_grid=True), named=True)


def _can_pass(found: Branchlet) -> bool:
    """Whether points may pass the maximum: by a bonus, a floor or a formula of their own."""
    parts = (found, *found.below())
    return any(each.criterion.bonus or each.criterion.floor or each.criterion.round for each in parts)


def never_nominally(judging: Judging, expression: Expression) -> bool:
    """Whether the condition cannot hold with any points the criteria could give."""
    try:
        meaning = lower(parse(expression.text), _Nominal(judging))
    except Fault:
        return False
    return isinstance(meaning, Claim) and meaning.true is a.FALSE
