"""Unknowns as one rewriting of the core: what a missing value leaves possible.

``BoundsRewriter.can`` turns a condition over values that may be missing into the condition, over values
that are there, that it *can* hold; ``interval`` turns a number into its low and high end.
Every part is asked on its own, so the answer is always sound, and exact where each missing value
is used once. Conditions are written out positively in the core (see there), so that asking each
part loses nothing that the author did not already lose by naming an input twice.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Literal, TypeVar, assert_never

from criteria_engine.core import algebra as a
from criteria_engine.core import nodes
from criteria_engine.core.nodes import Branch, Condition, Number, Numeric, children_first, inner

_Interval = tuple[Numeric, Numeric]
"""The low and the high end of a number; one and the same node where no missing value can change it."""

_Part = TypeVar("_Part", bound=Condition | Numeric)
_Bounded = TypeVar("_Bounded")

_FAR = 10**300  # stands for "no branch": only ever seen where the number does not apply


def _never(condition: Condition) -> bool:
    return isinstance(condition, nodes.Truth) and not condition.value


def _constant(size: float) -> Number:
    """A span's end as a constant."""
    return a.number(str(int(size)) if size == int(size) else repr(size))


def _product(left: _Interval, right: _Interval, left_span: Numeric, right_span: Numeric) -> _Interval:
    if left[0] is left[1] and right[0] is right[1]:
        exact = a.times(left[0], right[0])
        return exact, exact
    if left_span.low >= 0 and right_span.low >= 0:
        return a.times(left[0], right[0]), a.times(left[1], right[1])
    corners = [a.times(one, two) for one in left for two in right]
    return a.extreme("min", corners), a.extreme("max", corners)


def _quotient_one_side(
    left: _Interval, right: _Interval, nearest: Number, clamp: Literal["min", "max"]
) -> _Interval:
    """The quotient where the divisor has the sign of ``nearest``."""
    edges = [a.extreme(clamp, [end, nearest]) for end in right]
    low, high = left if clamp == "max" else (left[1], left[0])
    lows, highs = [a.divide(low, edge) for edge in edges], [a.divide(high, edge) for edge in edges]
    return a.extreme("min", lows), a.extreme("max", highs)


def _closest_to_zero(low: Numeric, high: Numeric, above: Numeric, below: Numeric) -> Numeric:
    """``above`` where the ends are not below 0, ``below`` where they are not above, else 0."""
    not_below, not_above = a.compare(">=", low, a.ZERO), a.compare("<=", high, a.ZERO)
    return a.choice(
        [Branch(not_below, not_below, above), Branch(not_above, not_above, below)], a.TRUE, a.ZERO
    )


def _first_possible(ways: list[tuple[Condition, Numeric]], which: Literal["min", "max"]) -> Numeric:
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
        return a.choice([Branch(can, can, value) for can, value in ordered[:-1]], a.TRUE, ends[-1])
    far = a.number(_FAR if which == "min" else -_FAR)
    return a.extreme(which, [a.either(can, value, a.contrary(can), far) for can, value in ways])


_ORDERS = ("<", "<=", ">", ">=")


class BoundsRewriter:
    """The rewriting, with a memory so that shared parts stay shared."""

    def __init__(self) -> None:
        # by the identity of the part, which is kept beside its bounds so that no other gets its identity
        self._conditions: dict[int, tuple[Condition, Condition]] = {}
        self._numbers: dict[int, tuple[Numeric, _Interval]] = {}
        self._from_below = False

    def can(self, condition: Condition) -> Condition:
        """The condition, over values that are there, that ``condition`` can hold."""
        known = self._conditions.get(id(condition))
        if known is None:
            bounded = self._at_any_depth(self._can, condition)
            known = self._conditions[id(condition)] = condition, bounded
        return known[1]

    def interval(self, numeric: Numeric) -> _Interval:
        """The low and the high end of ``numeric``, over values that are there."""
        known = self._numbers.get(id(numeric))
        if known is None:
            bounded = self._at_any_depth(self._interval, numeric)
            known = self._numbers[id(numeric)] = numeric, bounded
        return known[1]

    def _at_any_depth(self, bound: Callable[[_Part], _Bounded], part: _Part) -> _Bounded:
        """The bounds of a part; what is deeper than Python's stack is bounded from its lowest parts up."""
        try:
            return bound(part)
        except RecursionError:
            if self._from_below:
                raise
        self._from_below = True
        for below, _ in children_first([part], inner):
            if below is part:
                break
            if isinstance(below, nodes.NumberLike):
                self.interval(below)
            else:
                self.can(below)
        self._from_below = False
        return bound(part)

    def _can(self, condition: Condition) -> Condition:
        match condition:
            case nodes.Truth() | nodes.InputGiven() | nodes.InputEvidenced():
                return condition
            case nodes.InputFlag(input) | nodes.InputNotApplicable(input):
                return a.some([a.contrary(nodes.InputGiven(input)), condition])
            case nodes.Among(input, words, wanted, domain):
                open_words = domain is None or any((word in words) == wanted for word in domain)
                return a.some(
                    [a.every([a.contrary(nodes.InputGiven(input)), nodes.Truth(open_words)]), condition]
                )
            case nodes.Same(left, right, wanted, meet):
                either_missing = a.some(
                    [a.contrary(nodes.InputGiven(left)), a.contrary(nodes.InputGiven(right))]
                )
                return a.some([a.every([either_missing, nodes.Truth(meet or not wanted)]), condition])
            case nodes.Compare():
                return self._can_compare(condition)
            case nodes.And(parts):
                return a.every(self.can(part) for part in parts)
            case nodes.Or(parts):
                return a.some(self.can(part) for part in parts)
            case nodes.Settled():
                return self._settled(condition)
            case nodes.Not(part):
                return a.contrary(self.can(part))
        assert_never(condition)

    def _can_compare(self, condition: nodes.Compare) -> Condition:
        left, right = condition.left, condition.right
        if (
            isinstance(left, nodes.InputNumber)
            and isinstance(right, Number)
            and condition.operator in _ORDERS
        ):
            end = left.high if condition.operator in (">", ">=") else left.low
            given, reaches = (
                nodes.InputGiven(left.input),
                a.compare(condition.operator, _constant(end), right),
            )
            if reaches is a.TRUE:
                return a.some([a.contrary(given), condition])
            return a.every([given, condition])
        left_low, left_high = self.interval(condition.left)
        right_low, right_high = self.interval(condition.right)
        match condition.operator:
            case ">" | ">=" as operator:
                return a.compare(operator, left_high, right_low)
            case "<" | "<=" as operator:
                return a.compare(operator, left_low, right_high)
            case "==":
                return a.every([a.compare("<=", left_low, right_high), a.compare(">=", left_high, right_low)])
            case "!=":
                return a.some([a.compare("!=", left_low, right_high), a.compare("!=", left_high, right_low)])
        assert_never(condition.operator)

    def _settled(self, condition: nodes.Settled) -> Condition:
        possible = [self.can(outcome) for outcome in condition.outcomes]
        exact = a.every(a.compare("==", *self.interval(part)) for part in condition.numbers)
        alone = [a.contrary(a.every(pair)) for pair in combinations(possible, 2)]
        return a.every([*alone, a.some([self.can(condition.silent), exact])])

    def _interval(self, numeric: Numeric) -> _Interval:
        match numeric:
            case Number():
                return numeric, numeric
            case nodes.InputNumber(input):
                given = nodes.InputGiven(input)
                here = Branch(given, given, numeric)
                return (
                    a.choice([here], a.contrary(given), _constant(numeric.low)),
                    a.choice([here], a.contrary(given), _constant(numeric.high)),
                )
            case nodes.Sum(terms):
                ends = [self.interval(term) for term in terms]
                return a.add(low for low, _ in ends), a.add(high for _, high in ends)
            case nodes.Difference(left, right):
                (left_low, left_high), (right_low, right_high) = self.interval(left), self.interval(right)
                return a.subtract(left_low, right_high), a.subtract(left_high, right_low)
            case nodes.Product(left, right):
                return _product(self.interval(left), self.interval(right), left, right)
            case nodes.Quotient():
                return self._quotient(numeric)
            case nodes.Remainder(left, right):
                return self._remainder(left, right)
            case nodes.Power(base, exponent):
                return self._power(base, exponent)
            case nodes.Extreme(which, parts):
                ends = [self.interval(part) for part in parts]
                return (
                    a.extreme(which, [low for low, _ in ends]),
                    a.extreme(which, [high for _, high in ends]),
                )
            case nodes.Apply():
                return self._applied(numeric)
            case nodes.Rounded(part, digits, mode):
                low, high = self.interval(part)
                return a.rounded(low, digits, mode), a.rounded(high, digits, mode)
            case nodes.Choice():
                return self._chosen(numeric)
            case nodes.Ratio():
                return self._ratio(numeric)
            case nodes.Tighter():
                return self._tighter(numeric)
            case nodes.Mixture():
                return numeric, numeric
        assert_never(numeric)

    def _tighter(self, numeric: nodes.Tighter) -> _Interval:
        low, high = self.interval(numeric.exact)
        at_least, at_most = self.interval(numeric.lower)[0], self.interval(numeric.upper)[1]
        return a.extreme("max", [low, at_least]), a.extreme("min", [high, at_most])

    def _quotient(self, numeric: nodes.Quotient) -> _Interval:
        left, right = self.interval(numeric.left), self.interval(numeric.right)
        if left[0] is left[1] and right[0] is right[1]:
            quotient = a.divide(left[0], right[0])
            return quotient, quotient
        span = numeric.right
        above = _quotient_one_side(left, right, _constant(numeric.nearest), "max")
        if span.low >= 0:
            return above
        below = _quotient_one_side(left, right, _constant(-numeric.nearest), "min")
        if span.high <= 0:
            return below
        only_above, only_below = a.compare(">=", right[0], a.ZERO), a.compare("<=", right[1], a.ZERO)

        def joined(side: Literal[0, 1], which: Literal["min", "max"]) -> Numeric:
            return a.choice(
                [Branch(only_above, only_above, above[side]), Branch(only_below, only_below, below[side])],
                a.TRUE,
                a.extreme(which, [above[side], below[side]]),
            )

        return joined(0, "min"), joined(1, "max")

    def _remainder(self, left: Numeric, right: Numeric) -> _Interval:
        (left_low, left_high), (right_low, right_high) = self.interval(left), self.interval(right)
        if left_low is left_high and right_low is right_high:
            exact = a.remainder(left_low, right_low)
            return exact, exact
        step = a.ONE if left.whole and right.whole else a.ZERO
        floor_low = a.apply("floor", [a.on_grid(a.divide(left_low, right_low))])
        floor_high = a.apply("floor", [a.on_grid(a.divide(left_high, right_low))])
        same = a.every([a.compare("==", right_low, right_high), a.compare("==", floor_low, floor_high)])
        lowest = a.extreme("min", [a.ZERO, a.add([right_low, step])])
        highest = a.extreme("max", [a.ZERO, a.subtract(right_high, step)])
        first, last = a.remainder(left_low, right_low), a.remainder(left_high, right_low)
        return (
            a.either(same, a.extreme("min", [first, last]), a.TRUE, lowest),
            a.either(same, a.extreme("max", [first, last]), a.TRUE, highest),
        )

    def _power(self, base: Numeric, exponent: int) -> _Interval:
        low, high = self.interval(base)
        ends = a.power(low, exponent), a.power(high, exponent)
        if exponent % 2 or base.low >= 0 or low is high:
            return ends
        least = _closest_to_zero(low, high, *ends)
        return least, a.extreme("max", ends)

    def _applied(self, numeric: nodes.Apply) -> _Interval:
        ends = [self.interval(part) for part in numeric.parts]
        low, high = ends[0]
        match numeric.function:
            case "abs":
                if low is high:
                    return a.apply("abs", [low]), a.apply("abs", [high])
                least = _closest_to_zero(low, high, low, a.negate(high))
                return least, a.extreme("max", [high, a.negate(low)])
            case "ln" | "log10" as function:
                smallest = a.ONE if numeric.parts[0].whole else a.number("0.000000001")
                return (
                    a.apply(function, [a.extreme("max", [low, smallest])]),
                    a.apply(function, [a.extreme("max", [high, smallest])]),
                )
            case "years_between" | "working_days_between" as function:
                later = ends[1]
                return (
                    a.apply(function, [high, later[0]], numeric.days_off),
                    a.apply(function, [low, later[1]], numeric.days_off),
                )
            case "grid":
                return a.on_grid(low), a.on_grid(high)
            case "floor" | "ceil" | "sqrt" | "exp" | "log" | "power_of_e" as function:
                return a.apply(function, [low]), a.apply(function, [high])
        assert_never(numeric.function)

    def _chosen(self, numeric: nodes.Choice) -> _Interval:
        ways = [(self.can(branch.guard), *self.interval(branch.value)) for branch in numeric.branches]
        ways.append((self.can(numeric.otherwise_guard), *self.interval(numeric.otherwise)))
        ways = [way for way in ways if not _never(way[0])] or ways[-1:]
        lows = [(can, low) for can, low, _ in ways]
        highs = [(can, high) for can, _, high in ways]
        return _first_possible(lows, "min"), _first_possible(highs, "max")

    def _ratio(self, numeric: nodes.Ratio) -> _Interval:
        open_parts = any(not isinstance(part.applies, nodes.Truth) for part in numeric.parts)
        fixed = all(isinstance(part.most, Number) for part in numeric.parts)
        if not (open_parts and fixed):
            return self.interval(numeric.exact)
        return self._mixture(numeric, "min", 0), self._mixture(numeric, "max", 1)

    def _mixture(self, numeric: nodes.Ratio, which: Literal["min", "max"], end: Literal[0, 1]) -> Numeric:
        parts = tuple(
            nodes.MixturePart(
                self.interval(part.points)[end],
                part.most,
                a.contrary(self.can(part.absent)),
                self.can(part.applies),
            )
            for part in numeric.parts
        )
        return nodes.Mixture(
            which, numeric.scale, parts, numeric.summed_on_grid, low=numeric.low, high=numeric.high
        )
