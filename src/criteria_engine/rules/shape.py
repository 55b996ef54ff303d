"""What every rule shape keeps to: how it asks, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

import attrs

from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Condition, Numeric
from criteria_engine.core.record import Record
from criteria_engine.core.values import Meaning, NumberValue, TruthValue
from criteria_engine.messages.titles import Titles

__all__ = ["Clause", "Judged", "Pick", "Rule", "RuleContext", "all_or_nothing", "picked_points"]


class RuleContext(Protocol):
    """Where a rule asks what its expressions mean; ``place`` is their place inside the rule.

    What is wrong is noted at that place, and something harmless comes back.
    """

    @property
    def points(self) -> Numeric:
        """The points of the criterion: those given, else 1."""

    @property
    def given_points(self) -> Numeric | None:
        """The points of the criterion if they were given."""

    @property
    def least(self) -> Numeric:
        """The fewest points: those given as ``least``, else 0."""

    def condition(self, expression: Expression, place: str) -> TruthValue:
        """A condition."""

    def amount(self, expression: Expression, place: str) -> NumberValue:
        """A number."""

    def number(self, expression: Expression, place: str) -> Numeric:
        """A number of the rule itself, on the grid; 0 where it is not applicable."""

    def value(self, expression: Expression, place: str) -> Meaning:
        """A value of any type."""

    def comparison(self, operator: str, left: Meaning, right: Meaning, place: str) -> TruthValue:
        """A comparison of two values."""

    def fault(self, place: str, code: str, /, **details: object) -> None:
        """Note that the rule is wrong at ``place``."""


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

    def judge(self, desk: RuleContext) -> Judged:
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
    numeric = a.choice([Branch(claim.true, claim.true, points)], claim.false, a.ZERO)
    return Judged(NumberValue(numeric, claim.there, claim.na), claim, items=tuple(items))


def picked_points(
    desk: RuleContext, picks: Sequence[Pick], there: Condition = a.TRUE, na: Condition = a.FALSE
) -> Judged:
    """The points of the way that is picked; the best way is the most there is to get."""
    values = [desk.number(pick.value, pick.place) for pick in picks]
    best = a.extreme("max", values)
    given = desk.given_points
    if given is not None and best.low == best.high and best.low > given.low:
        worst = max(range(len(values)), key=lambda place: values[place].low)
        desk.fault(picks[worst].place, "CE402", points=f"{values[worst].low:g}", most=f"{given.low:g}")
    branches = [Branch(pick.test, pick.guard, value) for pick, value in zip(picks, values, strict=True)]
    numeric = a.choice(branches[:-1], branches[-1].guard, branches[-1].value)
    return Judged(NumberValue(numeric, there, na), most=best)
