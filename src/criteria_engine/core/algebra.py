"""Building the core: each function makes a node, folding what is constant and keeping spans.

Constants are exact fractions until a backend runs them; ``grid`` is the grid of one billionth on
which results stand when they are compared, named or become points. Conditions come first, then numbers.
"""

from __future__ import annotations

import math
import operator as op
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Literal

from criteria_engine.core import nodes
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, NEAREST, as_float, raised
from criteria_engine.core.nodes import Branch, Compare, Condition, Number, Numeric, Operator, Truth

TRUE = Truth(True)
FALSE = Truth(False)


def every(parts: Iterable[Condition]) -> Condition:
    """All hold; what always holds is left out."""
    return _joined(nodes.And, parts, TRUE, FALSE)


def some(parts: Iterable[Condition]) -> Condition:
    """At least one holds; what never holds is left out."""
    return _joined(nodes.Or, parts, FALSE, TRUE)


def _joined(
    kind: type[nodes.And | nodes.Or], parts: Iterable[Condition], neutral: Truth, decisive: Truth
) -> Condition:
    """The conditions joined: each node once, without those that change nothing."""
    kept: dict[int, Condition] = {}
    for part in parts:
        if not isinstance(part, Truth):
            kept[id(part)] = part
        elif part.value is decisive.value:
            return decisive
    if len(kept) < 2:
        return next(iter(kept.values()), neutral)
    return kind(tuple(kept.values()))


_OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": op.lt,
    "<=": op.le,
    ">": op.gt,
    ">=": op.ge,
    "==": op.eq,
    "!=": op.ne,
}


def opposite(operator: Operator) -> Operator:
    """The comparison that holds exactly when this one does not."""
    return _OPPOSITE[operator]


def compare(operator: Operator, left: Numeric, right: Numeric) -> Condition:
    """A comparison; where constants or spans decide it, its truth."""
    if isinstance(left, Number) and isinstance(right, Number):
        return TRUE if COMPARISONS[operator](left.value, right.value) else FALSE
    if _surely(operator, left, right):
        return TRUE
    return FALSE if _surely(_OPPOSITE[operator], left, right) else Compare(operator, left, right)


def _surely(operator: Operator, left: Numeric, right: Numeric) -> bool:
    """Whether a comparison holds whatever the two are within their spans."""
    match operator:
        case "<":
            return left.high < right.low
        case "<=":
            return left.high <= right.low
        case ">":
            return left.low > right.high
        case ">=":
            return left.low >= right.high
        case "!=":
            return left.high < right.low or left.low > right.high
    return False


def contrary(fact: Condition) -> Condition:
    """The contrary of a fact, or of a condition that is already bounded."""
    match fact:
        case Truth(value):
            return FALSE if value else TRUE
        case nodes.Not(part):
            return part
        case Compare(operator, left, right):
            return Compare(opposite(operator), left, right)
    return nodes.Not(fact)


_BILLION = 10**9


def fraction_on_grid(value: Fraction) -> Fraction:
    """A constant on the grid of one billionth, halves away from zero."""
    if abs(value) > EDGE:
        return value
    steps = math.floor(abs(value) * _BILLION + Fraction(1, 2))
    return Fraction(steps if value >= 0 else -steps, _BILLION)


def number(value: Fraction | int | str) -> Number:
    """A constant."""
    exact = value if isinstance(value, Fraction) else Fraction(value)
    size = as_float(exact)
    whole = exact.denominator == 1
    on_grid = whole or _BILLION % exact.denominator == 0 or abs(size) > EDGE
    return Number(exact, low=size, high=size, whole=whole, on_grid=on_grid)


def decimal(value: float) -> Number:
    """A number of a ruleset as the decimal that was written."""
    return number(Fraction(repr(value)))


ZERO = number(0)
ONE = number(1)


def is_zero(divisor: Numeric) -> Condition:
    """Whether a divisor is 0 on the grid."""
    return compare("==", on_grid(divisor), ZERO)


def is_nonzero(divisor: Numeric) -> Condition:
    """Whether one may divide by it."""
    return compare("!=", on_grid(divisor), ZERO)


def _known(parts: Sequence[Numeric]) -> list[Fraction] | None:
    values = [part.value for part in parts if isinstance(part, Number)]
    return values if len(values) == len(parts) else None


def add(terms: Iterable[Numeric]) -> Numeric:
    """A sum, from left to right; terms that are 0 are left out."""
    kept = [term for term in terms if not (isinstance(term, Number) and term.value == 0)]
    values = _known(kept)
    if values is not None:
        return number(sum(values, Fraction(0)))
    if len(kept) == 1:
        return kept[0]
    whole = all(term.whole for term in kept)
    return nodes.Sum(
        tuple(kept),
        low=sum(term.low for term in kept),
        high=sum(term.high for term in kept),
        whole=whole,
        on_grid=whole,
    )


def subtract(left: Numeric, right: Numeric) -> Numeric:
    """``left`` less ``right``."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value - right.value)
    if isinstance(right, Number) and right.value == 0:
        return left
    whole = left.whole and right.whole
    return nodes.Difference(
        left, right, low=left.low - right.high, high=left.high - right.low, whole=whole, on_grid=whole
    )


def negate(part: Numeric) -> Numeric:
    """The number with its sign turned."""
    return subtract(ZERO, part)


def times(left: Numeric, right: Numeric) -> Numeric:
    """A product."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value * right.value)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Number) and one.value in (0, 1):
            return other if one.value else ZERO
    # 0 times infinity is 0 here: the number is 0, however far the other one may go
    corners = [x * y if x and y else 0.0 for x in (left.low, left.high) for y in (right.low, right.high)]
    whole = left.whole and right.whole
    return nodes.Product(left, right, low=min(corners), high=max(corners), whole=whole, on_grid=whole)


def divide(left: Numeric, right: Numeric) -> Numeric:
    """A quotient; 0 where the divisor is 0, so ask ``is_nonzero`` beside it."""
    if isinstance(right, Number):
        if fraction_on_grid(right.value) == 0:
            return ZERO
        if isinstance(left, Number):
            return number(left.value / right.value)
        if right.value == 1:
            return left
    nearest = 1.0 if right.whole else NEAREST
    edges = _divisor_edges(right, nearest)
    quotients = [end / edge for end in (left.low, left.high) for edge in edges]
    if isinstance(is_nonzero(right), Compare):
        quotients.append(0.0)
    return nodes.Quotient(left, right, nearest, low=min(quotients), high=max(quotients))


def _divisor_edges(right: Numeric, nearest: float) -> list[float]:
    """The ends of what a divisor can be, without 0."""
    edges = []
    if right.high > 0:
        edges += [right.high, max(right.low, nearest)]
    if right.low < 0:
        edges += [right.low, min(right.high, -nearest)]
    return edges or [nearest]


def remainder(left: Numeric, right: Numeric) -> Numeric:
    """What ``left // right`` leaves."""
    if isinstance(left, Number) and isinstance(right, Number):
        if fraction_on_grid(right.value) == 0:
            return ZERO
        return number(left.value - right.value * math.floor(fraction_on_grid(left.value / right.value)))
    whole = left.whole and right.whole
    return nodes.Remainder(
        left, right, low=min(0.0, right.low), high=max(0.0, right.high), whole=whole, on_grid=whole
    )


def power(base: Numeric, exponent: int) -> Numeric:
    """``base`` to a whole power from 0 to 10."""
    if isinstance(base, Number):
        return number(base.value**exponent)
    if exponent < 2:
        return base if exponent else ONE
    ends = (raised(base.low, exponent), raised(base.high, exponent))
    through_zero = exponent % 2 == 0 and base.low < 0 < base.high
    return nodes.Power(
        base,
        exponent,
        low=0.0 if through_zero else min(ends),
        high=max(ends),
        whole=base.whole,
        on_grid=base.whole,
    )


def _turned(turn: Callable[[float], int], size: float) -> float:
    """A span's end made whole; what is beyond whole floats is so already."""
    return float(turn(size)) if abs(size) < EXACT_FLOAT else size


def extreme(which: Literal["min", "max"], parts: Sequence[Numeric]) -> Numeric:
    """The smallest or largest."""
    pick = min if which == "min" else max
    values = _known(parts)
    if values is not None:
        return number(pick(values))
    if len(parts) == 1:
        return parts[0]
    return nodes.Extreme(
        which,
        tuple(parts),
        low=pick(part.low for part in parts),
        high=pick(part.high for part in parts),
        whole=all(part.whole for part in parts),
        on_grid=all(part.on_grid for part in parts),
    )


def on_grid(part: Numeric) -> Numeric:
    """The number on the grid of one billionth."""
    if part.on_grid:
        return part
    if isinstance(part, Number):
        return number(fraction_on_grid(part.value))
    return nodes.Apply("grid", (part,), low=part.low - 1e-9, high=part.high + 1e-9, on_grid=True)


_SPANS: dict[nodes.FunctionName, tuple[float, float]] = {
    "sqrt": (0.0, 1e150),
    "exp": (0.0, 1e150),
    "ln": (-800.0, 800.0),
    "log10": (-330.0, 330.0),
    "log": (-math.inf, 800.0),
    "power_of_e": (0.0, 1e150),
    "years_between": (-10_000.0, 10_000.0),
    "working_days_between": (-3_660_000.0, 3_660_000.0),
}


def apply(
    function: nodes.FunctionName, parts: Sequence[Numeric], days_off: frozenset[int] = frozenset()
) -> Numeric:
    """A named function; ``floor``, ``ceil`` and ``abs`` of a constant are worked out."""
    first = parts[0]
    if function in ("floor", "ceil"):
        turn = math.floor if function == "floor" else math.ceil
        if isinstance(first, Number):
            return number(turn(first.value))
        if first.whole:
            return first
        low, high = _turned(turn, first.low), _turned(turn, first.high)
    elif function == "abs":
        if isinstance(first, Number):
            return number(abs(first.value))
        low = 0.0 if first.low <= 0 <= first.high else min(abs(first.low), abs(first.high))
        high = max(abs(first.low), abs(first.high))
        return nodes.Apply("abs", (first,), low=low, high=high, whole=first.whole, on_grid=first.on_grid)
    else:
        low, high = _SPANS[function]
    whole = function in ("floor", "ceil", "years_between", "working_days_between")
    gridded = whole or function in ("sqrt", "exp", "ln", "log10")
    return nodes.Apply(function, tuple(parts), days_off, low=low, high=high, whole=whole, on_grid=gridded)


def rounded(part: Numeric, digits: int, mode: nodes.RoundingMode) -> Numeric:
    """The number rounded, after it was put on the grid."""
    if part.whole and digits >= 0:
        return part
    step = 10.0**-digits
    return nodes.Rounded(
        on_grid(part),
        digits,
        mode,
        low=part.low - step,
        high=part.high + step,
        whole=digits <= 0,
        on_grid=True,
    )


def choice(branches: Iterable[Branch], otherwise_guard: Condition, otherwise: Numeric) -> Numeric:
    """The first branch that holds; branches that never hold are left out."""
    kept: list[Branch] = []
    for branch in branches:
        if not isinstance(branch.test, Truth):
            kept.append(branch)
        elif branch.test.value:
            otherwise_guard, otherwise = branch.guard, branch.value
            break
    if not kept:
        return otherwise
    values = [branch.value for branch in kept]
    if not (isinstance(otherwise_guard, Truth) and not otherwise_guard.value):
        values.append(otherwise)
    constants = _known(values)
    if constants is not None and len(set(constants)) == 1:
        return values[0]
    return nodes.Choice(
        tuple(kept),
        otherwise_guard,
        otherwise,
        low=min(value.low for value in values),
        high=max(value.high for value in values),
        whole=all(value.whole for value in values),
        on_grid=all(value.on_grid for value in values),
    )


def either(test: Condition, value: Numeric, contrary: Condition, otherwise: Numeric) -> Numeric:
    """``value`` where ``test`` holds, ``otherwise`` where its ``contrary`` does."""
    return choice([Branch(test, test, value)], contrary, otherwise)
