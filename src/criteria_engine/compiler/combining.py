"""What a group makes of its criteria: points, maximum and state, for each way to combine.

A child that does not apply is left out; where it counts as met or as zero it comes as an
applicable child with all its points, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from criteria_engine.core import algebra as a
from criteria_engine.core.nodes import Branch, Condition, Number, Numeric, Part, Ratio, Tighter
from criteria_engine.core.record import Record
from criteria_engine.core.values import NumberValue, TruthValue, least_of_any
from criteria_engine.rules.parts import Combine

__all__ = ["Child", "Joined", "all_met", "joined", "ratio", "tighter"]


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
        case "min" | "max":
            return _extreme(combine.word, children)
        case "first":
            return _first(children)
        case "count":
            return _count(children)
        case "all":
            return _conditional(children, all_met(children))
        case "any":
            return _conditional(children, _any_met(children))
    return _sum(children)


def _maxima(children: Sequence[Child], name: str) -> list[Numeric] | None:
    found = [getattr(child, name) for child in children]
    return None if any(each is None for each in found) else found


def all_met(children: Sequence[Child]) -> TruthValue:
    """Whether all that are there are met, given that one of them is there."""
    each = [a.some([child.met, child.absent]) for child in children]
    if not any(child.always for child in children):
        each.append(a.some([child.met for child in children]))
    return TruthValue(a.every(each), a.some([child.failed for child in children]))


def _together(children: Sequence[Child], numbers: Sequence[Numeric]) -> Numeric:
    """The sum of the numbers of those that are there.

    A group applies only where one of its children does, so of numbers that are never below 0 the sum
    is at least the smallest: that is lost where each child on its own may be absent.
    """
    total = a.add([child.kept(each) for child, each in zip(children, numbers, strict=True)])
    if not children or any(child.always for child in children) or any(each.low < 0 for each in numbers):
        return total
    amounts = [
        NumberValue(each, child.there, child.absent) for child, each in zip(children, numbers, strict=True)
    ]
    least = least_of_any("min", amounts)
    return Tighter(
        total, least, total, low=total.low, high=total.high, whole=total.whole, on_grid=total.on_grid
    )


def _summed_maxima(children: Sequence[Child]) -> tuple[Numeric | None, Numeric | None]:
    counting = [child for child in children if not child.bonus]
    maxima, fulls = _maxima(counting, "most"), _maxima(counting, "full")
    if maxima is None or fulls is None or _maxima(children, "most") is None:
        return None, None
    exhaustive = len(counting) == len(children)
    kept = [child.kept(each) for child, each in zip(counting, maxima, strict=True)]
    return _together(counting, maxima) if exhaustive else a.add(kept), a.add(fulls)


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


def _mean(children: Sequence[Child]) -> Joined:
    weights = [a.number(child.weight) for child in children]
    total = a.add([child.kept(weight) for child, weight in zip(children, weights, strict=True)])

    def mean(numbers: Sequence[Numeric]) -> Numeric:
        weighed = [a.times(weight, each) for weight, each in zip(weights, numbers, strict=True)]
        terms = [child.kept(each) for child, each in zip(children, weighed, strict=True)]
        parts = [
            Part(each, weight, child.there, child.absent)
            for each, weight, child in zip(weighed, weights, children, strict=True)
        ]
        return ratio(Fraction(1), parts, a.divide(a.add(terms), total))

    points = mean([child.points for child in children])
    maxima, fulls = _maxima(children, "most"), _maxima(children, "full")
    if maxima is None or fulls is None:
        return Joined(points, None, None)
    weighed = [a.times(weight, each) for weight, each in zip(weights, fulls, strict=True)]
    share_parts = tuple(
        Part(a.times(weight, child.points), a.times(weight, most), child.there, child.absent)
        for weight, child, most in zip(weights, children, maxima, strict=True)
        if weight.value
    )
    return Joined(points, mean(maxima), a.divide(a.add(weighed), a.add(weights)), parts=share_parts)


def _geometric_mean(children: Sequence[Child]) -> Joined:
    weighty = [child for child in children if child.weight > 0]

    def mean(numbers: Sequence[Numeric], dropping: bool) -> Numeric:
        weights = [a.number(child.weight) for child in weighty]
        logs = [
            a.times(weight, a.apply("log", [a.on_grid(each)]))
            for weight, each in zip(weights, numbers, strict=True)
        ]
        if not dropping:
            return a.apply("power_of_e", [a.divide(a.add(logs), a.add(weights))])
        total = a.add([child.kept(weight) for child, weight in zip(weighty, weights, strict=True)])
        terms = [child.kept(each) for child, each in zip(weighty, logs, strict=True)]
        parts = [
            Part(each, weight, child.there, child.absent)
            for each, weight, child in zip(logs, weights, weighty, strict=True)
        ]
        mean_log = ratio(Fraction(1), parts, a.divide(a.add(terms), total))
        some_weight = a.compare(">", total, a.ZERO)
        none = a.compare("<=", total, a.ZERO)
        value = a.apply("power_of_e", [mean_log])
        return a.either(some_weight, value, none, a.ZERO)

    points = mean([child.points for child in weighty], dropping=True)
    maxima, fulls = _maxima(weighty, "most"), _maxima(weighty, "full")
    if maxima is None or fulls is None or _maxima(children, "most") is None:
        return Joined(points, None, None)
    return Joined(points, mean(maxima, dropping=True), mean(fulls, dropping=False), within=_within(children))


def _within(children: Sequence[Child]) -> bool:
    """Whether no child's points can be below 0 or above its maximum."""
    return all(
        isinstance(child.most, Number) and child.points.low >= 0 and child.points.high <= child.most.high
        for child in children
    )


def _extreme(word: str, children: Sequence[Child]) -> Joined:
    def ends(numbers: Sequence[Numeric]) -> Numeric:
        amounts = [
            NumberValue(each, child.there, child.absent)
            for child, each in zip(children, numbers, strict=True)
        ]
        return least_of_any("min" if word == "min" else "max", amounts)

    points = ends([child.points for child in children])
    maxima, fulls = _maxima(children, "most"), _maxima(children, "full")
    if maxima is None or fulls is None:
        return Joined(points, None, None)
    full = a.extreme("min" if word == "min" else "max", fulls)
    return Joined(points, ends(maxima), full, within=_within(children))


def _first(children: Sequence[Child]) -> Joined:
    guards: list[Condition] = []
    prefix: Condition = a.TRUE
    for child in children:
        guards.append(a.every([prefix, child.there]))
        prefix = a.every([prefix, child.absent])

    def pick(numbers: Sequence[Numeric]) -> Numeric:
        branches = [
            Branch(child.there, guard, each)
            for child, guard, each in zip(children, guards, numbers, strict=True)
        ]
        return a.choice(branches[:-1], branches[-1].guard, branches[-1].value)

    own = TruthValue(
        a.some([a.every([guard, child.met]) for guard, child in zip(guards, children, strict=True)]),
        a.some([a.every([guard, child.failed]) for guard, child in zip(guards, children, strict=True)]),
    )
    points = pick([child.points for child in children])
    maxima, fulls = _maxima(children, "most"), _maxima(children, "full")
    if maxima is None or fulls is None:
        return Joined(points, None, None, own)
    share = pick([a.divide(child.points, most) for child, most in zip(children, maxima, strict=True)])
    return Joined(points, pick(maxima), fulls[0], own, share=share)


def _count(children: Sequence[Child]) -> Joined:
    ones = [a.either(child.met, a.ONE, child.failed, a.ZERO) for child in children]
    points = _together(children, ones)
    if _maxima(children, "most") is None:
        return Joined(points, None, None)
    most = _together(children, [a.ONE] * len(children))
    parts = tuple(
        Part(one, a.ONE, child.there, child.absent) for one, child in zip(ones, children, strict=True)
    )
    return Joined(points, most, a.number(len(children)), parts=parts)


def _any_met(children: Sequence[Child]) -> TruthValue:
    """Whether one that is there is met, given that one of them is there."""
    each = [a.some([child.failed, child.absent]) for child in children]
    if not any(child.always for child in children):
        each.append(a.some([child.failed for child in children]))
    return TruthValue(a.some([child.met for child in children]), a.every(each))


def _at_least(children: Sequence[Child], wanted: int) -> TruthValue:
    if wanted == 1:
        return _any_met(children)
    count = a.add(
        [a.either(child.met, a.ONE, a.some([child.failed, child.absent]), a.ZERO) for child in children]
    )
    need = a.number(wanted)
    return TruthValue(a.compare(">=", count, need), a.compare("<", count, need))


def _conditional(children: Sequence[Child], own: TruthValue) -> Joined:
    """All the points where the condition holds, else none."""
    most, full = _summed_maxima(children)
    if most is None:
        return Joined(a.ZERO, None, None, own)
    points = a.either(own.true, most, own.false, a.ZERO)
    share = a.either(own.true, a.ONE, own.false, a.ZERO)
    return Joined(points, most, full, own, share=share)
