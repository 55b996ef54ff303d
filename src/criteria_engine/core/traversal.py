"""Walking the core as it was lowered: what a part is made of, and which inputs it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from criteria_engine.core.nodes import (
    Among,
    And,
    Apply,
    Choice,
    Compare,
    Condition,
    Difference,
    Extreme,
    InputEvidenced,
    InputFlag,
    InputGiven,
    InputNotApplicable,
    InputNumber,
    Mixture,
    Not,
    Number,
    Numeric,
    Or,
    Power,
    Product,
    Quotient,
    Ratio,
    Remainder,
    Rounded,
    Same,
    Settled,
    Sum,
    Tighter,
    Truth,
)

__all__ = ["children_first", "inner", "inputs_of"]


def children_first(
    roots: Iterable[Condition | Numeric],
    children: Callable[[Condition | Numeric], Iterable[Condition | Numeric]],
) -> Iterator[tuple[Condition | Numeric, int]]:
    """All parts below ``roots``, each after those it is made of, with its depth; without recursion."""
    depths: dict[int, int] = {}
    waiting = [(root, False) for root in reversed(list(roots))]
    while waiting:
        part, ready = waiting.pop()
        if id(part) in depths:
            continue
        below = tuple(children(part))
        if ready:
            depths[id(part)] = 1 + max((depths[id(each)] for each in below), default=0)
            yield part, depths[id(part)]
        else:
            waiting.append((part, True))
            waiting.extend((each, False) for each in reversed(below) if id(each) not in depths)


def inputs_of(part: Condition | Numeric) -> tuple[str, ...]:
    """The inputs that a part itself looks at."""
    match part:
        case (
            InputFlag(input)
            | InputNotApplicable(input)
            | InputGiven(input)
            | Among(input)
            | InputNumber(input=input)
        ):
            return (input,)
        case Same(left, right):
            return (left, right)
    return ()


def inner(part: Condition | Numeric) -> tuple[Condition | Numeric, ...]:
    """The parts that a part is made of, guards included."""
    match part:
        case Compare(_, left, right) | Difference(left=left, right=right) | Product(left=left, right=right):
            return (left, right)
        case Quotient(left=left, right=right) | Remainder(left=left, right=right):
            return (left, right)
        case And(parts) | Or(parts) | Extreme(parts=parts) | Apply(parts=parts):
            return tuple(parts)
        case Sum(terms=terms):
            return tuple(terms)
        case Not(one) | Rounded(part=one) | Power(base=one):
            return (one,)
        case Ratio(exact=one) | Tighter(exact=one):
            return (one,)
        case Choice(branches=branches, otherwise_guard=guard, otherwise=otherwise):
            pieces = [piece for branch in branches for piece in (branch.guard, branch.value)]
            return (*pieces, guard, otherwise)
        case Settled(outcomes, numbers):
            return (*outcomes, *numbers)
        case (
            Truth()
            | Number()
            | InputNumber()
            | InputFlag()
            | InputNotApplicable()
            | InputGiven()
            | InputEvidenced()
        ):
            return ()
        case Among() | Same() | Mixture():
            return ()
    assert_never(part)
