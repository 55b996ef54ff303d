"""Unknowns as one rewriting of the core: what a missing value leaves possible.

``Bounds.can`` turns a condition over values that may be missing into the condition, over values
that are there, that it *can* hold; ``Bounds.interval`` turns a number into its low and high end.
Every part is asked on its own, so the answer is always sound, and exact where each missing value
is used once. Conditions are written out positively in the core (see there), so that asking each
part loses nothing that the author did not already lose by naming an input twice.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Literal, assert_never

from criteria_engine.core.algebra import (
    ONE,
    TRUE,
    ZERO,
    add,
    apply,
    choice,
    compare,
    contrary,
    divide,
    every,
    extreme,
    negate,
    number,
    on_grid,
    power,
    remainder,
    rounded,
    some,
    subtract,
    times,
)
from criteria_engine.core.nodes import (
    Among,
    And,
    Apply,
    Branch,
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
from criteria_engine.core.traversal import children_first, inner

__all__ = [
    "BoundsRewriter",
    "Interval",
    "constant",
    "first_possible",
    "never",
    "pair",
    "product",
    "quotient_one_side",
]


# ---- ends of numbers over values that are there: products, quotients, and which branch is possible ---

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


_ORDERS = ("<", "<=", ">", ">=")


class BoundsRewriter:
    """The rewriting, with a memory so that shared parts stay shared."""

    def __init__(self) -> None:
        self._conditions: dict[int, tuple[Condition, Condition]] = {}
        self._numbers: dict[int, tuple[Numeric, Interval]] = {}
        self._from_below = False

    def can(self, condition: Condition) -> Condition:
        """The condition, over values that are there, that ``condition`` can hold."""
        known = self._conditions.get(id(condition))
        if known is None:
            known = condition, self._can_at_any_depth(condition)
            self._conditions[id(condition)] = known
        return known[1]

    def _can_at_any_depth(self, condition: Condition) -> Condition:
        try:
            return self._can(condition)
        except RecursionError:
            if self._from_below:
                raise
            self._work_up(condition)
            return self._can(condition)

    def _work_up(self, root: Condition | Numeric) -> None:
        """Bound what is deeper than Python's stack from its lowest parts up."""
        self._from_below = True
        for part, _ in children_first([root], inner):
            if part is root:
                break
            if isinstance(part, NumberLike):
                self.interval(part)
            else:
                self.can(part)
        self._from_below = False

    def interval(self, numeric: Numeric) -> Interval:
        """The low and the high end of ``numeric``, over values that are there."""
        known = self._numbers.get(id(numeric))
        if known is None:
            known = numeric, self._interval_at_any_depth(numeric)
            self._numbers[id(numeric)] = known
        return known[1]

    def _interval_at_any_depth(self, numeric: Numeric) -> Interval:
        try:
            return self._interval(numeric)
        except RecursionError:
            if self._from_below:
                raise
            self._work_up(numeric)
            return self._interval(numeric)

    # ---- conditions --------------------------------------------------------------------------

    def _can(self, condition: Condition) -> Condition:
        match condition:
            case Truth() | InputGiven() | InputEvidenced():
                return condition
            case InputFlag(input) | InputNotApplicable(input):
                return some([contrary(InputGiven(input)), condition])
            case Among(input, words, wanted, domain):
                open_words = domain is None or any((word in words) == wanted for word in domain)
                return some([every([contrary(InputGiven(input)), Truth(open_words)]), condition])
            case Same(left, right, wanted, meet):
                either_missing = some([contrary(InputGiven(left)), contrary(InputGiven(right))])
                return some([every([either_missing, Truth(meet or not wanted)]), condition])
            case Compare():
                return self._can_compare(condition)
            case And(parts):
                return every(self.can(part) for part in parts)
            case Or(parts):
                return some(self.can(part) for part in parts)
            case Settled():
                return self._settled(condition)
            case Not(part):
                return contrary(self.can(part))
        assert_never(condition)

    def _can_compare(self, condition: Compare) -> Condition:
        left, right = condition.left, condition.right
        if isinstance(left, InputNumber) and isinstance(right, Number) and condition.operator in _ORDERS:
            end = left.high if condition.operator in (">", ">=") else left.low
            given, reaches = InputGiven(left.input), compare(condition.operator, constant(end), right)
            if reaches is TRUE:
                return some([contrary(given), condition])
            return every([given, condition])
        left_low, left_high = self.interval(condition.left)
        right_low, right_high = self.interval(condition.right)
        match condition.operator:
            case ">" | ">=" as operator:
                return compare(operator, left_high, right_low)
            case "<" | "<=" as operator:
                return compare(operator, left_low, right_high)
            case "==":
                return every([compare("<=", left_low, right_high), compare(">=", left_high, right_low)])
            case "!=":
                return some([compare("!=", left_low, right_high), compare("!=", left_high, right_low)])
        assert_never(condition.operator)

    def _settled(self, condition: Settled) -> Condition:
        possible = [self.can(outcome) for outcome in condition.outcomes]
        exact = every(compare("==", *self.interval(part)) for part in condition.numbers)
        alone = [contrary(every(pair)) for pair in combinations(possible, 2)]
        return every([*alone, some([self.can(condition.silent), exact])])

    # ---- numbers -----------------------------------------------------------------------------

    def _interval(self, numeric: Numeric) -> Interval:
        match numeric:
            case Number():
                return numeric, numeric
            case InputNumber(input):
                given = InputGiven(input)
                here = Branch(given, given, numeric)
                return pair(
                    choice([here], contrary(given), constant(numeric.low)),
                    choice([here], contrary(given), constant(numeric.high)),
                )
            case Sum(terms):
                ends = [self.interval(term) for term in terms]
                return pair(add(low for low, _ in ends), add(high for _, high in ends))
            case Difference(left, right):
                (left_low, left_high), (right_low, right_high) = self.interval(left), self.interval(right)
                return pair(subtract(left_low, right_high), subtract(left_high, right_low))
            case Product(left, right):
                return product(self.interval(left), self.interval(right), left, right)
            case Quotient():
                return self._quotient(numeric)
            case Remainder(left, right):
                return self._remainder(left, right)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Extreme(which, parts):
                ends = [self.interval(part) for part in parts]
                return pair(
                    extreme(which, [low for low, _ in ends]), extreme(which, [high for _, high in ends])
                )
            case Apply():
                return self._applied(numeric)
            case Rounded(part, digits, mode):
                low, high = self.interval(part)
                return pair(rounded(low, digits, mode), rounded(high, digits, mode))
            case Choice():
                return self._chosen(numeric)
            case Ratio():
                return self._ratio(numeric)
            case Tighter():
                return self._tighter(numeric)
            case Mixture():
                return numeric, numeric
        assert_never(numeric)

    def _tighter(self, numeric: Tighter) -> Interval:
        low, high = self.interval(numeric.exact)
        at_least, at_most = self.interval(numeric.lower)[0], self.interval(numeric.upper)[1]
        return pair(extreme("max", [low, at_least]), extreme("min", [high, at_most]))

    def _quotient(self, numeric: Quotient) -> Interval:
        left, right = self.interval(numeric.left), self.interval(numeric.right)
        if left[0] is left[1] and right[0] is right[1]:
            quotient = divide(left[0], right[0])
            return quotient, quotient
        span = numeric.right
        above = quotient_one_side(left, right, constant(numeric.nearest), "max")
        if span.low >= 0:
            return above
        below = quotient_one_side(left, right, constant(-numeric.nearest), "min")
        if span.high <= 0:
            return below
        only_above, only_below = compare(">=", right[0], ZERO), compare("<=", right[1], ZERO)

        def joined(side: Literal[0, 1], which: Literal["min", "max"]) -> Numeric:
            return choice(
                [Branch(only_above, only_above, above[side]), Branch(only_below, only_below, below[side])],
                TRUE,
                extreme(which, [above[side], below[side]]),
            )

        return joined(0, "min"), joined(1, "max")

    def _remainder(self, left: Numeric, right: Numeric) -> Interval:
        (left_low, left_high), (right_low, right_high) = self.interval(left), self.interval(right)
        if left_low is left_high and right_low is right_high:
            exact = remainder(left_low, right_low)
            return exact, exact
        step = ONE if left.whole and right.whole else ZERO
        floor_low = apply("floor", [on_grid(divide(left_low, right_low))])
        floor_high = apply("floor", [on_grid(divide(left_high, right_low))])
        same = every([compare("==", right_low, right_high), compare("==", floor_low, floor_high)])
        lowest = extreme("min", [ZERO, add([right_low, step])])
        highest = extreme("max", [ZERO, subtract(right_high, step)])
        first, last = remainder(left_low, right_low), remainder(left_high, right_low)
        return (
            choice([Branch(same, same, extreme("min", [first, last]))], TRUE, lowest),
            choice([Branch(same, same, extreme("max", [first, last]))], TRUE, highest),
        )

    def _power(self, base: Numeric, exponent: int) -> Interval:
        low, high = self.interval(base)
        ends = power(low, exponent), power(high, exponent)
        if exponent % 2 or base.low >= 0 or low is high:
            return ends
        above, below = compare(">=", low, ZERO), compare("<=", high, ZERO)
        least = choice([Branch(above, above, ends[0]), Branch(below, below, ends[1])], TRUE, ZERO)
        return least, extreme("max", ends)

    def _applied(self, numeric: Apply) -> Interval:
        ends = [self.interval(part) for part in numeric.parts]
        low, high = ends[0]
        match numeric.function:
            case "abs":
                if low is high:
                    return pair(apply("abs", [low]), apply("abs", [high]))
                above, below = compare(">=", low, ZERO), compare("<=", high, ZERO)
                least = choice([Branch(above, above, low), Branch(below, below, negate(high))], TRUE, ZERO)
                return least, extreme("max", [high, negate(low)])
            case "ln" | "log10" as function:
                smallest = ONE if numeric.parts[0].whole else number("0.000000001")
                return pair(
                    apply(function, [extreme("max", [low, smallest])]),
                    apply(function, [extreme("max", [high, smallest])]),
                )
            case "years_between" | "working_days_between" as function:
                later = ends[1]
                return pair(
                    apply(function, [high, later[0]], numeric.days_off),
                    apply(function, [low, later[1]], numeric.days_off),
                )
            case "grid":
                return pair(on_grid(low), on_grid(high))
            case "floor" | "ceil" | "sqrt" | "exp" | "log" | "power_of_e" as function:
                return pair(apply(function, [low]), apply(function, [high]))
        assert_never(numeric.function)

    def _chosen(self, numeric: Choice) -> Interval:
        ways = [(self.can(branch.guard), *self.interval(branch.value)) for branch in numeric.branches]
        ways.append((self.can(numeric.otherwise_guard), *self.interval(numeric.otherwise)))
        ways = [way for way in ways if not never(way[0])] or ways[-1:]
        lows = [(can, low) for can, low, _ in ways]
        highs = [(can, high) for can, _, high in ways]
        return first_possible(lows, "min"), first_possible(highs, "max")

    def _ratio(self, numeric: Ratio) -> Interval:
        open_parts = any(not isinstance(part.applies, Truth) for part in numeric.parts)
        fixed = all(isinstance(part.most, Number) for part in numeric.parts)
        if not (open_parts and fixed):
            return self.interval(numeric.exact)
        return self._mixture(numeric, "min", 0), self._mixture(numeric, "max", 1)

    def _mixture(self, numeric: Ratio, which: Literal["min", "max"], end: Literal[0, 1]) -> Numeric:
        parts = tuple(
            MixturePart(
                self.interval(part.points)[end],
                part.most,
                contrary(self.can(part.absent)),
                self.can(part.applies),
            )
            for part in numeric.parts
        )
        return Mixture(
            which, numeric.scale, parts, numeric.summed_on_grid, low=numeric.low, high=numeric.high
        )
