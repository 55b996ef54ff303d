"""The walking carrier: works out single parts of the core for one assessment, on demand.

It is what explanations look with: which steps were open, what a comparison saw. It runs the same
bounded core as the generated programs, part by part, and compiles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, assert_never

from criteria_engine.backends.python import children
from criteria_engine.core import arithmetic
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import (
    NA,
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
    MixturePart,
    Not,
    Number,
    NumberLike,
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
from criteria_engine.core.traversal import children_first

__all__ = [
    "Interpreter",
]


class Interpreter:
    """One assessment, to be asked what is possible.

    ``values`` maps inputs to a number, text or truth value, None (missing) or ``NA``.
    """

    def __init__(self, values: Mapping[str, Any], evidence: AbstractSet[str], bounds: BoundsRewriter) -> None:
        self._values = values
        self._evidence = evidence
        self._bounds = bounds
        self._seen: dict[int, tuple[object, Any]] = {}

    def can(self, condition: Condition) -> bool:
        """Whether the condition can still hold."""
        bounded = self._bounds.can(condition)
        try:
            return self._truth(bounded)
        except RecursionError:
            self._from_below(bounded)
            return self._truth(bounded)

    def interval(self, numeric: Numeric) -> tuple[float, float]:
        """The low and the high end of a number."""
        low, high = self._bounds.interval(numeric)
        try:
            return self._number(low), self._number(high)
        except RecursionError:
            self._from_below(low, high)
            return self._number(low), self._number(high)

    def _from_below(self, *parts: Condition | Numeric) -> None:
        """Work out what is deeper than Python's stack from its lowest parts up."""
        for part, _ in children_first(parts, children):
            if isinstance(part, NumberLike):
                self._number(part)
            else:
                self._truth(part)

    def _truth(self, part: Condition) -> bool:
        known = self._seen.get(id(part))
        if known is None:
            known = part, self._work_out_truth(part)
            self._seen[id(part)] = known
        return bool(known[1])

    def _number(self, part: Numeric) -> float:
        known = self._seen.get(id(part))
        if known is None:
            known = part, self._work_out_number(part)
            self._seen[id(part)] = known
        number: float = known[1]
        return number

    def _work_out_truth(self, part: Condition) -> bool:
        match part:
            case Truth(value):
                return value
            case InputGiven(input):
                return self._values[input] is not None
            case InputEvidenced(input):
                return input in self._evidence
            case InputFlag(input, wanted):
                return self._values[input] is wanted
            case InputNotApplicable(input, wanted):
                return (self._values[input] is NA) == wanted
            case Among(input, words, wanted):
                value = self._values[input]
                return value is not None and value is not NA and (value in words) == wanted
            case Same(left, right, wanted):
                pair = self._values[left], self._values[right]
                there = all(value is not None and value is not NA for value in pair)
                return there and (pair[0] == pair[1]) == wanted
            case Compare(operator, left, right):
                return _compared(operator, self._number(left), self._number(right))
            case And(parts):
                return all(self._truth(each) for each in parts)
            case Or(parts):
                return any(self._truth(each) for each in parts)
            case Not(inner):
                return not self._truth(inner)
            case Settled():
                return self._truth(self._bounds.can(part))
        assert_never(part)

    def _work_out_number(self, part: Numeric) -> float:
        match part:
            case Number(value):
                return arithmetic.as_float(value)
            case InputNumber(input):
                value = self._values[input]
                return part.low if value is None or value is NA else float(value)
            case Sum(terms):
                total = self._number(terms[0])
                for term in terms[1:]:
                    total += self._number(term)
                return total
            case Difference(left, right):
                return self._number(left) - self._number(right)
            case Product(left, right):
                return self._number(left) * self._number(right)
            case Quotient(left, right, nearest):
                divisor = self._number(right)
                return 0.0 if -nearest < divisor < nearest else self._number(left) / divisor
            case Remainder(left, right):
                return arithmetic.remainder(self._number(left), self._number(right))
            case Power(base, exponent):
                return _raised(self._number(base), exponent)
            case Extreme(which, parts):
                sizes = [self._number(each) for each in parts]
                return min(sizes) if which == "min" else max(sizes)
            case Apply(function, parts, days_off):
                return _applied(function, [self._number(each) for each in parts], days_off)
            case Rounded(inner, digits, mode):
                return arithmetic.round_to(self._number(inner), digits, mode)
            case Choice(branches, _, otherwise):
                for branch in branches:
                    if self._truth(branch.test):
                        return self._number(branch.value)
                return self._number(otherwise)
            case Ratio(exact=exact) | Tighter(exact=exact):
                return self._number(exact)
            case Mixture(which, scale, parts, summed_on_grid):
                rows = [self._mixed(each) for each in parts]
                return arithmetic.mixture(which, float(scale), rows, summed_on_grid)
        assert_never(part)

    def _mixed(self, part: MixturePart) -> tuple[float, float, bool, bool]:
        ends = self._number(part.points), self._number(part.most)
        return *ends, self._truth(part.surely), self._truth(part.maybe)


def _raised(size: float, exponent: int) -> float:
    product = size
    for _ in range(exponent - 1):
        product *= size
    return product


def _compared(operator: str, left: float, right: float) -> bool:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
    return left != right


def _applied(function: str, sizes: list[float], days_off: frozenset[int]) -> float:
    if function == "abs":
        return abs(sizes[0])
    if function == "working_days_between":
        return arithmetic.working_days_between(sizes[0], sizes[1], days_off)
    called: Any = getattr(arithmetic, function)
    return float(called(*sizes))
