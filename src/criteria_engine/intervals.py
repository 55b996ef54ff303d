"""Ends of numbers over values that are there: products, quotients, and which branch is possible."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from criteria_engine.algebra import choice, divide, extreme, number, times
from criteria_engine.core import Branch, Condition, Number, Numeric, Truth
from criteria_engine.logic import TRUE, contrary

__all__ = ["Interval", "constant", "first_possible", "never", "pair", "product", "quotient_one_side"]

Interval = tuple[Numeric, Numeric]
"""The low and the high end of a number."""

_FAR = 10**300  # stands for "no branch": only ever seen where the number does not apply


def never(condition: Condition) -> bool:
    """Whether it can never hold."""
    return isinstance(condition, Truth) and not condition.value


def constant(size: float) -> Number:
    """A span's end as a constant."""
    return number(str(int(size)) if size == int(size) else repr(size))


def pair(low: Numeric, high: Numeric) -> Interval:
    """A low and a high end."""
    return low, high


def product(left: Interval, right: Interval, left_span: Numeric, right_span: Numeric) -> Interval:
    """The ends of a product."""
    if left[0] is left[1] and right[0] is right[1]:
        product = times(left[0], right[0])
        return product, product
    if left_span.low >= 0 and right_span.low >= 0:
        return times(left[0], right[0]), times(left[1], right[1])
    corners = [times(one, two) for one in left for two in right]
    return extreme("min", corners), extreme("max", corners)


def quotient_one_side(
    left: Interval, right: Interval, nearest: Number, clamp: Literal["min", "max"]
) -> Interval:
    """The quotient where the divisor has the sign of ``nearest``."""
    edges = [extreme(clamp, [end, nearest]) for end in right]
    low, high = left if clamp == "max" else (left[1], left[0])
    return (
        extreme("min", [divide(low, edge) for edge in edges]),
        extreme("max", [divide(high, edge) for edge in edges]),
    )


def first_possible(ways: list[tuple[Condition, Numeric]], which: Literal["min", "max"]) -> Numeric:
    """The smallest (largest) value of the ways that are possible.

    Where the values stand in one order whatever they are, the first possible one in that order is
    it, and the last needs no asking.
    """
    ordered = sorted(ways, key=lambda way: (way[1].low, way[1].high), reverse=which == "max")
    ends = [value for _, value in ordered]
    if which == "min":
        in_order = all(one.high <= two.low for one, two in pairwise(ends))
    else:
        in_order = all(one.low >= two.high for one, two in pairwise(ends))
    if in_order:
        return choice([Branch(can, can, value) for can, value in ordered[:-1]], TRUE, ends[-1])
    far = number(_FAR if which == "min" else -_FAR)
    return extreme(which, [choice([Branch(can, can, value)], contrary(can), far) for can, value in ways])
