"""What a group makes of its criteria: points, maximum and state, for each way to combine.

A child that does not apply is left out; where it counts as met or as zero it comes as an
applicable child with all its points, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from criteria_engine.core import algebra as a
from criteria_engine.core.nodes import Branch, Condition, Number, Numeric, Part, Ratio, Tighter
from criteria_engine.core.record import Record
from criteria_engine.core.values import NumberValue, TruthValue, least_of_any
from criteria_engine.rules.parts import Combine


class Child(Record):
    """A criterion as its parent sees it.

    ``there`` and ``absent`` are contraries; ``met`` and ``failed`` hold only where it is there.
    ``most`` is None for what is no share of a maximum; ``full`` is the maximum with nothing left
    out. ``parts`` are the parts of its own ratio, where it is a plain sum.
    """

    there: Condition
    absent: Condition
    points: Numeric
    most: Numeric | None
    full: Numeric | None
    met: Condition
    failed: Condition
    weight: Fraction = Fraction(1)
    bonus: bool = False
    parts: tuple[Part, ...] | None = None

    @property
    def always(self) -> bool:
        """Whether it surely applies."""
        return self.absent is a.FALSE

    def kept(self, numeric: Numeric) -> Numeric:
        """The number where it is there, else 0."""
        if self.always:
            return numeric
        return a.either(self.there, numeric, self.absent, a.ZERO)


class Joined(Record):
    """What a group comes to before it is scaled, clamped and rounded.

    ``own`` is its own condition, where it is one of those that have one; ``parts`` say how its
    share is formed, ``share`` gives it where it is plainly all or nothing or that of one child;
    ``within`` says that points can be neither below 0 nor above the maximum.
    """

    points: Numeric
    most: Numeric | None
    full: Numeric | None
    own: TruthValue | None = None
    parts: tuple[Part, ...] | None = None
    share: Numeric | None = None
    within: bool = False


def ratio(scale: Fraction, parts: Sequence[Part], exact: Numeric, *, summed_on_grid: bool = False) -> Numeric:
    """``exact``, with its parts beside it where it is open which of them apply."""
    if all(part.absent is a.FALSE for part in parts) or any(part.most.low < 0 for part in parts):
        return exact
    bounded = all(
        isinstance(part.most, Number) and part.points.low >= 0 and part.points.high <= part.most.high
        for part in parts
    )
    low, high = (0.0, float(scale)) if bounded else (exact.low, exact.high)
    return Ratio(scale, tuple(parts), summed_on_grid, exact, low=low, high=high, on_grid=exact.on_grid)


def tighter(exact: Numeric, other: Numeric) -> Numeric:
    """``exact``, which is bounded by another formula for the same number as well."""
    return Tighter(exact, other, other, low=max(exact.low, other.low), high=min(exact.high, other.high))


def joined(combine: Combine, children: Sequence[Child]) -> Joined:
    """The group's points, maximum and own condition."""
    if not children:  # what is wrong is said elsewhere
        return Joined(a.ZERO, a.ZERO, a.ZERO)
    if combine.at_least is not None:
        return _conditional(children, _at_least(children, combine.at_least))
    match combine.word:
        case "mean":
            return _mean(children)
        case "geometric_mean":
            return _geometric_mean(children)
        case "min" | "max" as word:
            return _extreme(word, children)
        case "first":
            return _first(children)
        case "count":
            return _count(children)
        case "all":
            return _conditional(children, all_met(children))
        case "any":
            return _conditional(children, _any_met(children))
    return _sum(children)


def _maxima(children: Sequence[Child]) -> tuple[list[Numeric], list[Numeric]] | None:
    """The maxima and full maxima; None where one of the children has none."""
    maxima = [child.most for child in children if child.most is not None]
    fulls = [child.full for child in children if child.full is not None]
    return (maxima, fulls) if len(maxima) == len(fulls) == len(children) else None


def _amounts(children: Sequence[Child], numbers: Sequence[Numeric]) -> list[NumberValue]:
    """A number of each child, not applicable where the child is absent."""
    return [
        NumberValue(number, child.there, child.absent)
        for child, number in zip(children, numbers, strict=True)
    ]


def _parts(
    children: Sequence[Child], points: Sequence[Numeric], maxima: Sequence[Numeric]
) -> tuple[Part, ...]:
    """What each child adds to the two sums of a ratio."""
    return tuple(
        Part(each, most, child.there, child.absent)
        for child, each, most in zip(children, points, maxima, strict=True)
    )


def _kept(children: Sequence[Child], numbers: Sequence[Numeric]) -> list[Numeric]:
    """The numbers of those that are there, 0 for the others."""
    return [child.kept(number) for child, number in zip(children, numbers, strict=True)]


def _times(weights: Sequence[Number], numbers: Sequence[Numeric]) -> list[Numeric]:
    return [a.times(weight, number) for weight, number in zip(weights, numbers, strict=True)]


def _within(children: Sequence[Child]) -> bool:
    """Whether no child's points can be below 0 or above its maximum."""
    return all(
        isinstance(child.most, Number) and child.points.low >= 0 and child.points.high <= child.most.high
        for child in children
    )


def all_met(children: Sequence[Child]) -> TruthValue:
    """Whether all that are there are met."""
    met = [a.some([child.met, child.absent]) for child in children]
    if not any(child.always for child in children):
        met.append(a.some([child.met for child in children]))
    return TruthValue(a.every(met), a.some([child.failed for child in children]))


def _any_met(children: Sequence[Child]) -> TruthValue:
    failed = [a.some([child.failed, child.absent]) for child in children]
    if not any(child.always for child in children):
        failed.append(a.some([child.failed for child in children]))
    return TruthValue(a.some([child.met for child in children]), a.every(failed))


def _at_least(children: Sequence[Child], wanted: int) -> TruthValue:
    if wanted == 1:
        return _any_met(children)  # the same, but asked without counting
    ones = [a.either(child.met, a.ONE, a.some([child.failed, child.absent]), a.ZERO) for child in children]
    count, need = a.add(ones), a.number(wanted)
    return TruthValue(a.compare(">=", count, need), a.compare("<", count, need))


def _conditional(children: Sequence[Child], own: TruthValue) -> Joined:
    """All the points where the condition holds, else none."""
    most, full = _summed_maxima(children)
    if most is None:
        return Joined(a.ZERO, None, None, own)
    points = a.either(own.true, most, own.false, a.ZERO)
    share = a.either(own.true, a.ONE, own.false, a.ZERO)
    return Joined(points, most, full, own, share=share)


def _together(children: Sequence[Child], numbers: Sequence[Numeric]) -> Numeric:
    """The sum of the numbers of those that are there.

    A group applies only where one of its children does, so of numbers that are never below 0 the sum
    is at least the smallest: that is lost where each child on its own may be absent.
    """
    total = a.add(_kept(children, numbers))
    if not children or any(child.always for child in children) or any(each.low < 0 for each in numbers):
        return total
    least = least_of_any("min", _amounts(children, numbers))
    return Tighter(
        total, least, total, low=total.low, high=total.high, whole=total.whole, on_grid=total.on_grid
    )


def _summed_maxima(children: Sequence[Child]) -> tuple[Numeric | None, Numeric | None]:
    """The maximum and the full maximum of a sum, to which a bonus adds nothing."""
    counting = [child for child in children if not child.bonus]
    ends = _maxima(counting)
    if ends is None or any(child.most is None for child in children):
        return None, None
    maxima, fulls = ends
    exhaustive = len(counting) == len(children)
    return _together(counting, maxima) if exhaustive else a.add(_kept(counting, maxima)), a.add(fulls)


def _sum(children: Sequence[Child]) -> Joined:
    points = _together(children, [child.points for child in children])
    most, full = _summed_maxima(children)
    if most is None:
        return Joined(points, None, None)
    parts: list[Part] = []
    for child in children:
        if child.parts is not None and not child.bonus:
            parts.extend(child.parts)
        else:
            size = a.ZERO if child.bonus or child.most is None else child.most
            parts.append(Part(child.points, size, child.there, child.absent))
    return Joined(points, most, full, parts=tuple(parts))


def _count(children: Sequence[Child]) -> Joined:
    ones = [a.either(child.met, a.ONE, child.failed, a.ZERO) for child in children]
    points = _together(children, ones)
    if any(child.most is None for child in children):
        return Joined(points, None, None)
    all_ones = [a.ONE] * len(children)
    most = _together(children, all_ones)
    return Joined(points, most, a.number(len(children)), parts=_parts(children, ones, all_ones))


def _mean(children: Sequence[Child]) -> Joined:
    weights = [a.number(child.weight) for child in children]
    total = a.add(_kept(children, weights))

    def mean(numbers: Sequence[Numeric]) -> Numeric:
        weighed = _times(weights, numbers)
        exact = a.divide(a.add(_kept(children, weighed)), total)
        return ratio(Fraction(1), _parts(children, weighed, weights), exact)

    points = [child.points for child in children]
    ends = _maxima(children)
    if ends is None:
        return Joined(mean(points), None, None)
    maxima, fulls = ends
    parts = _parts(children, _times(weights, points), _times(weights, maxima))
    weighty = tuple(part for part, weight in zip(parts, weights, strict=True) if weight.value)
    full = a.divide(a.add(_times(weights, fulls)), a.add(weights))
    return Joined(mean(points), mean(maxima), full, parts=weighty)


def _geometric_mean(children: Sequence[Child]) -> Joined:
    weighty = [child for child in children if child.weight > 0]
    weights = [a.number(child.weight) for child in weighty]

    def weighed_logs(numbers: Sequence[Numeric]) -> list[Numeric]:
        return _times(weights, [a.apply("log", [a.on_grid(number)]) for number in numbers])

    def mean(numbers: Sequence[Numeric]) -> Numeric:
        """The mean of those that are there."""
        logs, total = weighed_logs(numbers), a.add(_kept(weighty, weights))
        exact = a.divide(a.add(_kept(weighty, logs)), total)
        mean_log = ratio(Fraction(1), _parts(weighty, logs, weights), exact)
        some_weight, none = a.compare(">", total, a.ZERO), a.compare("<=", total, a.ZERO)
        return a.either(some_weight, a.apply("power_of_e", [mean_log]), none, a.ZERO)

    points = mean([child.points for child in weighty])
    ends = _maxima(weighty)
    if ends is None or any(child.most is None for child in children):
        return Joined(points, None, None)
    maxima, fulls = ends
    full = a.apply("power_of_e", [a.divide(a.add(weighed_logs(fulls)), a.add(weights))])
    return Joined(points, mean(maxima), full, within=_within(children))


def _extreme(which: Literal["min", "max"], children: Sequence[Child]) -> Joined:
    points = least_of_any(which, _amounts(children, [child.points for child in children]))
    ends = _maxima(children)
    if ends is None:
        return Joined(points, None, None)
    maxima, fulls = ends
    most = least_of_any(which, _amounts(children, maxima))
    return Joined(points, most, a.extreme(which, fulls), within=_within(children))


def _first(children: Sequence[Child]) -> Joined:
    guards: list[Condition] = []
    prefix: Condition = a.TRUE
    for child in children:
        guards.append(a.every([prefix, child.there]))
        prefix = a.every([prefix, child.absent])

    def pick(numbers: Sequence[Numeric]) -> Numeric:
        branches = [
            Branch(child.there, guard, number)
            for child, guard, number in zip(children, guards, numbers, strict=True)
        ]
        return a.choice(branches[:-1], branches[-1].guard, branches[-1].value)

    own = TruthValue(
        a.some([a.every([guard, child.met]) for guard, child in zip(guards, children, strict=True)]),
        a.some([a.every([guard, child.failed]) for guard, child in zip(guards, children, strict=True)]),
    )
    points = pick([child.points for child in children])
    ends = _maxima(children)
    if ends is None:
        return Joined(points, None, None, own)
    maxima, fulls = ends
    share = pick([a.divide(child.points, most) for child, most in zip(children, maxima, strict=True)])
    return Joined(points, pick(maxima), fulls[0], own, share=share)
