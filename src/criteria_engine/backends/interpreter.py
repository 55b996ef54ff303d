"""The interpreter: works out single parts of the core for one assessment, on demand.

It judges the first rows of a program, for which no function is worth its compilation, and explanations ask it
which steps were open and what a comparison saw. It does the same arithmetic in the same order as generated
functions, so both agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, assert_never

from criteria_engine.backends.python import Output
from criteria_engine.backends.splitting import Anything, children
from criteria_engine.core import arithmetic, nodes
from criteria_engine.core.algebra import COMPARISONS
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import NA, Condition, Numeric, children_first


class Interpreter:
    """One assessment, to be asked what is possible.

    ``values`` maps inputs to a number, text or truth value, None (missing) or ``NA``.
    """

    def __init__(self, values: Mapping[str, Any], evidence: AbstractSet[str], bounds: BoundsRewriter) -> None:
        self.values = values
        self.evidence = evidence
        self._bounds = bounds
        self._seen: dict[int, tuple[object, Any]] = {}

    def can(self, condition: Condition) -> bool:
        """Whether the condition can still hold."""
        return bool(self.value(self._bounds.can(condition)))

    def interval(self, numeric: Numeric) -> tuple[float, float]:
        """The low and the high end of a number."""
        low, high = self._bounds.interval(numeric)
        return self.value(low), self.value(high)

    def answers(self, outputs: Sequence[Output]) -> tuple[Any, ...]:
        """The values of some parts of the core as they stand: what a function generated for them gives."""
        return tuple(
            tuple(map(self.value, output)) if isinstance(output, tuple) else self.value(output)
            for output in outputs
        )

    def value(self, part: Anything) -> Any:
        """The truth value or number of a part of the core as it stands."""
        try:
            return self._value(part)
        except RecursionError:
            # deeper than Python's stack: from the lowest parts up
            for below, _ in children_first([part], children):
                self._value(below)
            return self._value(part)

    def _value(self, part: Anything) -> Any:
        known = self._seen.get(id(part))
        if known is None:
            known = part, self._worked_out(part)
            self._seen[id(part)] = known
        return known[1]

    def _worked_out(self, part: Anything) -> Any:
        match part:
            case nodes.Truth(value):
                return value
            case nodes.InputGiven(input):
                return self.values[input] is not None
            case nodes.InputEvidenced(input):
                return input in self.evidence
            case nodes.InputFlag(input, wanted):
                return self.values[input] is wanted
            case nodes.InputNotApplicable(input, wanted):
                return (self.values[input] is NA) == wanted
            case nodes.Among(input, words, wanted):
                value = self.values[input]
                return value is not None and value is not NA and (value in words) == wanted
            case nodes.Same(left, right, wanted):
                pair = self.values[left], self.values[right]
                there = all(value is not None and value is not NA for value in pair)
                return there and (pair[0] == pair[1]) == wanted
            case nodes.Compare(operator, left, right):
                return COMPARISONS[operator](self._value(left), self._value(right))
            case nodes.And(parts):
                return all(self._value(each) for each in parts)
            case nodes.Or(parts):
                return any(self._value(each) for each in parts)
            case nodes.Not(inner):
                return not self._value(inner)
            case nodes.Settled():
                return self._value(self._bounds.can(part))
        return self._number(part)

    def _number(self, part: Numeric) -> Any:
        match part:
            case nodes.Number(value):
                return arithmetic.as_float(value)
            case nodes.InputNumber(input):
                value = self.values[input]
                return part.low if value is None or value is NA else float(value)
            case nodes.Sum(terms):
                total = self._value(terms[0])
                for term in terms[1:]:
                    total += self._value(term)
                return total
            case nodes.Difference(left, right):
                return self._value(left) - self._value(right)
            case nodes.Product(left, right):
                return self._value(left) * self._value(right)
            case nodes.Quotient(left, right, nearest):
                divisor = self._value(right)
                return 0.0 if -nearest < divisor < nearest else self._value(left) / divisor
            case nodes.Remainder(left, right):
                return arithmetic.remainder(self._value(left), self._value(right))
            case nodes.Power(base, exponent):
                return arithmetic.raised(self._value(base), exponent)
            case nodes.Extreme(which, parts):
                sizes = [self._value(each) for each in parts]
                return min(sizes) if which == "min" else max(sizes)
            case nodes.Apply(function, parts, days_off):
                return arithmetic.applied(function, [self._value(each) for each in parts], days_off)
            case nodes.Rounded(inner, digits, mode):
                return arithmetic.round_to(self._value(inner), digits, mode)
            case nodes.Choice(branches, _, otherwise):
                for branch in branches:
                    if self._value(branch.test):
                        return self._value(branch.value)
                return self._value(otherwise)
            case nodes.Ratio(exact=exact) | nodes.Tighter(exact=exact):
                return self._value(exact)
            case nodes.Mixture(which, scale, parts, summed_on_grid):
                rows = [self._mixed(each) for each in parts]
                return arithmetic.mixture(which, float(scale), rows, summed_on_grid)
        assert_never(part)

    def _mixed(self, part: nodes.MixturePart) -> tuple[float, float, bool, bool]:
        ends = self._value(part.points), self._value(part.most)
        return *ends, self._value(part.surely), self._value(part.maybe)
