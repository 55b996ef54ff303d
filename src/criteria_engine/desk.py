"""Where one rule asks what its expressions mean (see ``rules.shape.Desk``)."""

from __future__ import annotations

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Numeric, Operator
from criteria_engine.core.values import Amount, Claim, Meaning, compared
from criteria_engine.faces import fraction_of, free_claim, free_number, is_free
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Criterion
from criteria_engine.understanding import Understanding

__all__ = ["RuleDesk"]


class RuleDesk:
    """Where one rule asks; see ``rules.shape.Desk``."""

    def __init__(self, scope: Understanding, place: str, criterion: Criterion) -> None:
        self._scope = scope
        self._place = place
        self._criterion = criterion

    def _at(self, place: str) -> str:
        if not place:
            return self._place
        return f"{self._place}{place}" if place.startswith("[") else f"{self._place}.{place}"

    @property
    def points(self) -> Numeric:
        """The points of the criterion: those given, else 1."""
        given = self.given_points
        return a.ONE if given is None else given

    @property
    def given_points(self) -> Numeric | None:
        """The points of the criterion if they were given."""
        given = self._criterion.points
        return None if given is None else a.number(fraction_of(given))

    @property
    def least(self) -> Numeric:
        """The fewest points: those given as ``least``, else 0."""
        least = self._criterion.least
        return a.ZERO if least is None else a.number(fraction_of(least))

    def condition(self, expression: Expression, place: str) -> Claim:
        """A condition."""
        return self._scope.claim(expression, self._at(place))

    def amount(self, expression: Expression, place: str) -> Amount:
        """A number."""
        return self._scope.amount(expression, self._at(place))

    def number(self, expression: Expression, place: str) -> Numeric:
        """A number of the rule itself, on the grid; 0 where it is not applicable."""
        amount = self.amount(expression, place)
        numeric = a.on_grid(amount.numeric)
        if amount.na is a.FALSE:
            return numeric
        return a.choice([Branch(amount.there, amount.there, numeric)], amount.na, a.ZERO)

    def value(self, expression: Expression, place: str) -> Meaning:
        """A value of any type."""
        meaning = self._scope.meaning(expression, self._at(place))
        return Amount(free_number()) if meaning is None else meaning

    def comparison(self, operator: str, left: Meaning, right: Meaning, place: str) -> Claim:
        """A comparison of two values."""
        free = free_claim()
        if is_free(left) or is_free(right):
            return free
        try:
            return compared(_operator(operator), left, right)
        except Fault as fault:
            self._scope.note(self._at(place), fault)
            return free

    def fault(self, place: str, code: str, /, **details: object) -> None:
        """Note that the rule is wrong at ``place``."""
        self._scope.note(self._at(place), Fault(code, **details))


def _operator(text: str) -> Operator:
    known: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}
    return known[text]
