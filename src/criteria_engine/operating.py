"""Numbers put together: operators, functions and long sums over what may not apply."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from criteria_engine import algebra as a
from criteria_engine import meaning as m
from criteria_engine.meaning import Amount
from criteria_engine.messages.diagnostics import Fault

__all__ = ["TOO_LARGE", "applied", "binary", "handed_over", "long_sum"]

TOO_LARGE = 1e290
"""What may come out larger than this is refused."""


def long_sum(first: Amount, rest: Sequence[tuple[ast.operator, Amount]]) -> Amount:
    """A chain of sums and differences as one sum, so that its depth does not grow with its length."""
    terms = [first.numeric]
    for operator, amount in rest:
        terms.append(amount.numeric if isinstance(operator, ast.Add) else a.negate(amount.numeric))
    amounts = [first, *[amount for _, amount in rest]]
    total = a.add(terms)
    if max(-total.low, total.high) > TOO_LARGE:
        raise OverflowError
    return Amount(total, a.every([each.there for each in amounts]), a.some([each.na for each in amounts]))


def handed_over(value: Amount) -> Amount:
    """The number on the grid, as it is handed to a function."""
    return Amount(a.on_grid(value.numeric), value.there, value.na)


def binary(operator: ast.operator, left: Amount, right: Amount) -> Amount:
    """One operator between two numbers; a division by zero is not applicable."""
    there, na = [left.there, right.there], [left.na, right.na]
    if isinstance(operator, ast.Add | ast.Sub | ast.Mult):
        make = {ast.Add: lambda x, y: a.add([x, y]), ast.Sub: a.subtract, ast.Mult: a.times}[type(operator)]
        return Amount(make(left.numeric, right.numeric), a.every(there), a.some(na))
    there.append(a.is_nonzero(right.numeric))
    na.append(a.is_zero(right.numeric))
    if isinstance(operator, ast.Mod):
        value = a.remainder(left.numeric, right.numeric)
    else:
        value = a.divide(left.numeric, right.numeric)
        if isinstance(operator, ast.FloorDiv):
            value = a.apply("floor", [a.on_grid(value)])
    return Amount(value, a.every(there), a.some(na))


def applied(name: str, values: Sequence[Amount]) -> Amount:
    """A function of numbers, not applicable outside its domain."""
    first = values[0]
    match name:
        case "min" | "max" as which:
            return m.least_of(which, values)
        case "abs" | "floor" | "ceil" | "exp" as function:
            return Amount(a.apply(function, [first.numeric]), first.there, first.na)
        case "sqrt":
            inside, outside = a.compare(">=", first.numeric, a.ZERO), a.compare("<", first.numeric, a.ZERO)
            return Amount(
                a.on_grid(a.apply("sqrt", [first.numeric])),
                a.every([first.there, inside]),
                a.some([first.na, outside]),
            )
        case "ln" | "log10" as function:
            inside, outside = a.compare(">", first.numeric, a.ZERO), a.compare("<=", first.numeric, a.ZERO)
            return Amount(
                a.apply(function, [first.numeric]),
                a.every([first.there, inside]),
                a.some([first.na, outside]),
            )
    raise Fault("CE211", name=name, nearest="")
