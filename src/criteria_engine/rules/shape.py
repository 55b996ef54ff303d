"""What every rule shape keeps to: how it asks, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, TypeVar

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Condition, Numeric, Operator
from criteria_engine.core.record import Record
from criteria_engine.core.values import (
    Meaning,
    NumberValue,
    TruthValue,
    as_amount,
    as_claim,
    compared,
    free_claim,
    free_number,
    is_free,
)
from criteria_engine.messages.diagnostics import Code, Fault
from criteria_engine.rules.schema import Titles

_Fitted = TypeVar("_Fitted")


class RuleContext:
    """Where a rule asks what its expressions mean; ``place`` is their place inside the rule.

    What is wrong is noted at that place, and something harmless comes back. ``meaning`` gives the meaning
    of an expression, and ``note`` takes a fault, each with its place in the ruleset.
    """

    def __init__(
        self,
        meaning: Callable[[Expression, str], Meaning | None],
        note: Callable[[str, Fault], None],
        place: str,
        *,
        points: float | None = None,
        least: float | None = None,
    ) -> None:
        self._meaning, self._note, self._place = meaning, note, place
        self._points, self._least = points, least

    def _at(self, place: str) -> str:
        return f"{self._place}.{place}" if place and not place.startswith("[") else self._place + place

    @property
    def points(self) -> Numeric:
        """The points of the criterion: those given, else 1."""
        return a.ONE if self._points is None else a.decimal(self._points)

    @property
    def given_points(self) -> Numeric | None:
        """The points of the criterion if they were given."""
        return None if self._points is None else a.decimal(self._points)

    @property
    def least(self) -> Numeric:
        """The fewest points: those given as ``least``, else 0."""
        return a.ZERO if self._least is None else a.decimal(self._least)

    def condition(self, expression: Expression, place: str) -> TruthValue:
        """A condition."""
        return self._fitting(expression, place, as_claim, free_claim())

    def amount(self, expression: Expression, place: str) -> NumberValue:
        """A number."""
        return self._fitting(expression, place, as_amount, NumberValue(free_number()))

    def _fitting(
        self, expression: Expression, place: str, fit: Callable[[Meaning], _Fitted], free: _Fitted
    ) -> _Fitted:
        meaning = self._meaning(expression, self._at(place))
        if meaning is None:
            return free
        try:
            return fit(meaning)
        except Fault as fault:
            self._note(self._at(place), fault)
            return free

    def number(self, expression: Expression, place: str) -> Numeric:
        """A number of the rule itself, on the grid; 0 where it is not applicable."""
        amount = self.amount(expression, place)
        numeric = a.on_grid(amount.numeric)
        return numeric if amount.na is a.FALSE else a.either(amount.there, numeric, amount.na, a.ZERO)

    def value(self, expression: Expression, place: str) -> Meaning:
        """A value of any type."""
        return self._meaning(expression, self._at(place)) or NumberValue(free_number())

    def comparison(self, operator: Operator, left: Meaning, right: Meaning, place: str) -> TruthValue:
        """A comparison of two values."""
        if is_free(left) or is_free(right):
            return free_claim()
        try:
            return compared(operator, left, right)
        except Fault as fault:
            self._note(self._at(place), fault)
            return free_claim()

    def fault(self, place: str, code: str, /, **details: object) -> None:
        """Note that the rule is wrong at ``place``."""
        self._note(self._at(place), Fault(code, **details))


@attrs.frozen(eq=False, repr=False)
class Judged:
    """What a leaf's rule comes to.

    ``met`` is None where the leaf is met by having all its points; ``most`` the best step where
    that gives the points possible; ``measured`` marks a number that is no share of a maximum.
    """

    points: NumberValue
    met: TruthValue | None = None
    most: Numeric | None = None
    measured: bool = False
    items: tuple[tuple[str, TruthValue], ...] = ()


@attrs.frozen(eq=False, repr=False)
class Clause:
    """One thing to say about a leaf: ``role`` tells how it counts.

    ``must`` hold, must not hold (``event``, unless ``unless``), is ``measured``; ``step`` and
    ``line`` with the ``points`` they give or take; ``item`` of a checklist, of which so many are a
    ``need`` and some stand in ``including`` or ``including_any``.
    """

    role: str
    expression: Expression | None
    place: str
    name: str = ""
    points: Expression | None = None
    unless: Expression | None = None
    edge: str = ""
    limit: Expression | None = None
    title: Titles = attrs.field(factory=Titles)


class Rule(Protocol):
    """A way to judge a leaf: a frozen class of its own, with a ``KEY`` in files.

    ``WHOLE`` names the one field that the value of the key stands for, if it is no mapping of
    fields.
    """

    KEY: ClassVar[str]
    WHOLE: ClassVar[str | None]

    def judge(self, context: RuleContext) -> Judged:
        """What the rule comes to, in the core."""

    def clauses(self) -> Sequence[Clause]:
        """What there is to say about it, in the author's words and order."""


class Pick(Record):
    """One way of a rule that picks: its test, its whole guard, and where its value stands."""

    test: Condition
    guard: Condition
    value: Expression
    place: str


def all_or_nothing(
    claim: TruthValue, points: Numeric, items: Sequence[tuple[str, TruthValue]] = ()
) -> Judged:
    """All the points where the condition holds, else none."""
    numeric = a.either(claim.true, points, claim.false, a.ZERO)
    return Judged(NumberValue(numeric, claim.there, claim.na), claim, items=tuple(items))


def picked_points(
    context: RuleContext, picks: Sequence[Pick], there: Condition = a.TRUE, na: Condition = a.FALSE
) -> Judged:
    """The points of the way that is picked; the best way is the most there is to get."""
    values = [context.number(pick.value, pick.place) for pick in picks]
    best = a.extreme("max", values)
    given = context.given_points
    if given is not None and best.low == best.high and best.low > given.low:
        worst = max(range(len(values)), key=lambda place: values[place].low)
        context.fault(
            picks[worst].place, Code.TOO_MANY_POINTS, points=f"{values[worst].low:g}", most=f"{given.low:g}"
        )
    branches = [Branch(pick.test, pick.guard, value) for pick, value in zip(picks, values, strict=True)]
    numeric = a.choice(branches[:-1], branches[-1].guard, branches[-1].value)
    return Judged(NumberValue(numeric, there, na), most=best)
