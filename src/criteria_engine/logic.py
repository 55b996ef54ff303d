"""Building conditions: each function makes a part, folding what always or never holds."""

from __future__ import annotations

from collections.abc import Iterable

from criteria_engine.core import Compare, Condition, Every, Not, Number, Numeric, Operator, Some, Truth

__all__ = ["FALSE", "TRUE", "compare", "contrary", "every", "opposite", "some"]

TRUE = Truth(True)


FALSE = Truth(False)


def every(parts: Iterable[Condition]) -> Condition:
    """All hold; what always holds is left out."""
    kept: dict[int, Condition] = {}
    for part in parts:
        if isinstance(part, Truth):
            if not part.value:
                return FALSE
        else:
            kept[id(part)] = part
    return _joined(Every, tuple(kept.values()), TRUE)


def some(parts: Iterable[Condition]) -> Condition:
    """At least one holds; what never holds is left out."""
    kept: dict[int, Condition] = {}
    for part in parts:
        if isinstance(part, Truth):
            if part.value:
                return TRUE
        else:
            kept[id(part)] = part
    return _joined(Some, tuple(kept.values()), FALSE)


def _joined(kind: type[Every | Some], parts: tuple[Condition, ...], empty: Truth) -> Condition:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else kind(parts)


_OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def opposite(operator: Operator) -> Operator:
    """The comparison that holds exactly when this one does not."""
    return _OPPOSITE[operator]


def compare(operator: Operator, left: Numeric, right: Numeric) -> Condition:
    """A comparison; where the spans decide it, its truth."""
    surely = {
        "<": left.high < right.low,
        "<=": left.high <= right.low,
        ">": left.low > right.high,
        ">=": left.low >= right.high,
        "==": False,
        "!=": left.high < right.low or left.low > right.high,
    }
    if isinstance(left, Number) and isinstance(right, Number):
        same = left.value == right.value
        less = left.value < right.value
        held = {"<": less, "<=": less or same, ">": not (less or same), ">=": not less}
        return TRUE if held.get(operator, same if operator == "==" else not same) else FALSE
    if surely[operator]:
        return TRUE
    never = {
        "<": left.low >= right.high,
        "<=": left.low > right.high,
        ">": left.high <= right.low,
        ">=": left.high < right.low,
        "==": surely["!="],
        "!=": False,
    }
    return FALSE if never[operator] else Compare(operator, left, right)


def contrary(fact: Condition) -> Condition:
    """The contrary of a fact, or of a condition that is already bounded."""
    match fact:
        case Truth(value):
            return FALSE if value else TRUE
        case Not(part):
            return part
        case Compare(operator, left, right):
            return Compare(opposite(operator), left, right)
    return Not(fact)
