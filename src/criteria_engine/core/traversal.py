"""Walking the core as it was lowered: what a part is made of, and which inputs it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from criteria_engine.core import nodes
from criteria_engine.core.nodes import Condition, Numeric


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
            nodes.InputFlag(input)
            | nodes.InputNotApplicable(input)
            | nodes.InputGiven(input)
            | nodes.Among(input)
            | nodes.InputNumber(input=input)
        ):
            return (input,)
        case nodes.Same(left, right):
            return (left, right)
    return ()


def inner(part: Condition | Numeric) -> tuple[Condition | Numeric, ...]:
    """The parts that a part is made of, guards included."""
    match part:
        case (
            nodes.Compare(_, left, right)
            | nodes.Difference(left=left, right=right)
            | nodes.Product(left=left, right=right)
        ):
            return (left, right)
        case nodes.Quotient(left=left, right=right) | nodes.Remainder(left=left, right=right):
            return (left, right)
        case nodes.And(parts) | nodes.Or(parts) | nodes.Extreme(parts=parts) | nodes.Apply(parts=parts):
            return tuple(parts)
        case nodes.Sum(terms=terms):
            return tuple(terms)
        case nodes.Not(one) | nodes.Rounded(part=one) | nodes.Power(base=one):
            return (one,)
        case nodes.Ratio(exact=one) | nodes.Tighter(exact=one):
            return (one,)
        case nodes.Choice(branches=branches, otherwise_guard=guard, otherwise=otherwise):
            pieces = [piece for branch in branches for piece in (branch.guard, branch.value)]
            return (*pieces, guard, otherwise)
        case nodes.Settled(outcomes, numbers):
            return (*outcomes, *numbers)
        case (
            nodes.Truth()
            | nodes.Number()
            | nodes.InputNumber()
            | nodes.InputFlag()
            | nodes.InputNotApplicable()
            | nodes.InputGiven()
            | nodes.InputEvidenced()
        ):
            return ()
        case nodes.Among() | nodes.Same() | nodes.Mixture():
            return ()
    assert_never(part)
