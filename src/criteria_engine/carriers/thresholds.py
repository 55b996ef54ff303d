"""Comparisons of what grows with a whole number, as comparisons of that number itself.

``percent(score(), max_score()) >= 80`` asks a hundred times a whole number over another whole number, on
the grid. Each of these steps grows with the number before it, in floats too; so there is one whole number from
which on the comparison holds, and it is found beforehand by the arithmetic that would be done for every row.
"""

from __future__ import annotations

from collections.abc import Callable

from criteria_engine.core import arithmetic
from criteria_engine.core.arithmetic import as_float
from criteria_engine.core.nodes import Apply, Compare, Minus, Number, Numeric, Over, Sum, Times

__all__ = ["threshold"]

_WIDEST = 1_000_000
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda x, edge: x >= edge,
    ">=": lambda x, edge: x >= edge,
    ">": lambda x, edge: x > edge,
    "<=": lambda x, edge: x > edge,
}
"""What turns over as the number grows."""


def threshold(compare: Compare) -> tuple[str, Numeric, int] | None:
    """The comparison as one (``<`` or ``>=``) of a whole number with a whole one; None where it is none."""
    right, operator = compare.right, compare.operator
    if not isinstance(right, Number) or operator not in _HOLDS:
        return None
    steps: list[Callable[[float], float]] = []
    part = compare.left
    while (found := _step(part)) is not None:
        part, step = found
        steps.append(step)
    if not steps or not part.whole or part.high - part.low > _WIDEST or isinstance(part, Number):
        return None

    def grown(number: int) -> float:
        size = float(number)
        for step in reversed(steps):
            size = step(size)
        return size

    edge, turned = as_float(right.value), _HOLDS[operator]
    below, above = int(part.low) - 1, int(part.high) + 1
    while above - below > 1:
        middle = (below + above) // 2
        if turned(grown(middle), edge):
            above = middle
        else:
            below = middle
    return (">=" if operator in (">", ">=") else "<"), part, above


def _step(part: Numeric) -> tuple[Numeric, Callable[[float], float]] | None:
    """What a part grows with, and how."""
    match part:
        case Apply(function="grid", parts=(inner,)):
            return inner, arithmetic.grid
        case Times(left=Number(value=value), right=inner) if value > 0:
            size = as_float(value)
            return inner, lambda x: size * x
        case Times(left=inner, right=Number(value=value)) if value > 0:
            size = as_float(value)
            return inner, lambda x: x * size
        case Over(left=inner, right=Number(value=value)) if value > 0:
            size = as_float(value)
            return inner, lambda x: x / size
        case Minus(left=inner, right=Number(value=value)):
            size = as_float(value)
            return inner, lambda x: x - size
        case Sum(terms=(Number(value=value), inner)):
            size = as_float(value)
            return inner, lambda x: size + x
        case Sum(terms=(inner, Number(value=value))):
            size = as_float(value)
            return inner, lambda x: x + size
    return None
