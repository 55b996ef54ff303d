"""What can be known of a graph before code is generated for it.

- ``splits`` finds parts that depend on one comparison alone. A leaf such as ``theft_cases < 3`` gives two
  conditions and two numbers, all fixed once it is known whether the input is missing and how the comparison
  comes out. One ``if … elif … else`` of constants costs about half of working each out.
- ``Simplifier`` takes out questions that the branch around them has answered already.
- ``threshold`` turns a comparison of what grows with a whole number into one of that number itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from criteria_engine.core import arithmetic, nodes
from criteria_engine.core.algebra import COMPARISONS, opposite
from criteria_engine.core.arithmetic import as_float
from criteria_engine.core.nodes import Condition, Numeric, children_first, inner

Anything = Condition | Numeric
"""A part of the core."""
Way = str | bool | None
"""How it comes out: None where missing, a truth value, or the word of a choice."""

_MANY = ("",)


def children(part: Anything) -> tuple[Anything, ...]:
    """The parts that a program works a part out from: of a choice the tests, not the whole guards."""
    match part:
        case nodes.Choice(branches=branches, otherwise=otherwise):
            return (*[piece for branch in branches for piece in (branch.test, branch.value)], otherwise)
        case nodes.Mixture(parts=parts):
            return tuple(
                piece for each in parts for piece in (each.points, each.most, each.surely, each.maybe)
            )
        case nodes.Settled():
            return ()
    return inner(part)


def count_uses(outputs: Sequence[Anything]) -> Counter[int]:
    """How often each part is read, by its identity."""
    uses: Counter[int] = Counter()
    waiting: list[Anything] = list(outputs)
    while waiting:
        part = waiting.pop()
        uses[id(part)] += 1
        if uses[id(part)] == 1:
            waiting.extend(children(part))
    return uses


class Split(NamedTuple):
    """An input (and, for numbers, the comparison) and the parts that it alone decides.

    ``ways`` pairs each way it can come out with the constants of the parts, in their order.
    """

    input: str
    comparison: nodes.Compare | None
    parts: tuple[Anything, ...]
    ways: tuple[tuple[Way, tuple[Any, ...]], ...]


def splits(
    outputs: Sequence[Anything],
    withholdable: frozenset[str],
    missing: bool,
    least: int,
) -> list[Split]:
    """The splits worth making in the graph below ``outputs``: those of at least so many parts."""
    finder = _Finder(withholdable)
    roots: dict[tuple[Any, ...], dict[int, Anything]] = {}
    for part in outputs:
        finder.visit(part)
    for part in [*outputs, *finder.edges]:
        key = finder.keys.get(id(part), ())
        if len(key) > 1 and key[1] is not None:
            roots.setdefault(key, {})[id(part)] = part
    return [
        _split(key, tuple(parts.values()), finder.comparisons.get(key), missing)
        for key, parts in roots.items()
        if len(parts) >= least
    ]


class _Finder:
    """Finds which single comparison, if any, decides each part."""

    def __init__(self, withholdable: frozenset[str]) -> None:
        self._withholdable = withholdable
        self.keys: dict[int, tuple[Any, ...]] = {}
        self.edges: list[Anything] = []
        self.comparisons: dict[tuple[Any, ...], nodes.Compare] = {}

    def visit(self, root: Anything) -> None:
        """Work out the keys of a part and all below it; note the parts where one key ends."""
        waiting: list[tuple[Anything, bool]] = [(root, False)]
        while waiting:
            part, ready = waiting.pop()
            if id(part) in self.keys:
                continue
            below = children(part)
            if not ready:
                waiting.append((part, True))
                waiting.extend((each, False) for each in below)
                continue
            key = self._key(part, below)
            self.keys[id(part)] = key
            if key == _MANY:
                self.edges.extend(each for each in below if len(self.keys[id(each)]) > 1)

    def _key(self, part: Anything, below: tuple[Anything, ...]) -> tuple[Any, ...]:
        match part:
            case nodes.Truth() | nodes.Number():
                return ()
            case nodes.InputGiven(input):
                return (input, None) if input not in self._withholdable else _MANY
            case nodes.InputFlag(input) if input not in self._withholdable:
                return (input, "flag")
            case nodes.Among(input, _, _, domain) if domain is not None and input not in self._withholdable:
                return (input, domain)
            case nodes.Compare(operator, nodes.InputNumber(input=input), nodes.Number(value=value)):
                return self._compared(part, operator, input, value)
            case nodes.InputNumber():
                return _MANY
            case nodes.And() | nodes.Or() | nodes.Not() | nodes.Choice() | nodes.Compare():
                return self._joined([self.keys[id(each)] for each in below])
        return _MANY

    def _compared(self, part: nodes.Compare, operator: str, input: str, value: Any) -> tuple[Any, ...]:
        if input in self._withholdable or operator in ("==", "!="):
            return _MANY
        upward = part if operator in (">", ">=") else None
        kept = operator if upward is not None else opposite(part.operator)
        key = (input, (kept, value))
        self.comparisons.setdefault(key, nodes.Compare(kept, part.left, part.right))  # type: ignore[arg-type] # one of six texts
        return key

    def _joined(self, keys: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        found: tuple[Any, ...] = ()
        for key in keys:
            if not key or key == found:
                continue
            if not found or (found[0] == key[0] and found[1] is None and key != _MANY):
                found = key
            elif not (found[0] == key[0] and key != _MANY and key[1] is None):
                return _MANY
        return found


def _split(
    key: tuple[Any, ...], parts: tuple[Anything, ...], comparison: nodes.Compare | None, missing: bool
) -> Split:
    input, kind = key
    ways: list[Way] = [True, False] if comparison is not None or kind == "flag" else list(kind or ())
    if missing:
        ways.insert(0, None)
    made = [(way, tuple(_value(part, way) for part in parts)) for way in ways]
    return Split(input, comparison, parts, tuple(made))


def _value(part: Anything, way: Way) -> Any:
    """What a part comes to, one way."""
    match part:
        case nodes.Truth(value) | nodes.Number(value=value):
            return value
        case nodes.InputGiven():
            return way is not None
        case nodes.InputFlag(_, wanted):
            return way is wanted
        case nodes.Among(_, words, wanted):
            return way is not None and (way in words) == wanted
        case nodes.Compare(operator, left, right) if not isinstance(left, nodes.InputNumber):
            return COMPARISONS[operator](_value(left, way), _value(right, way))
        case nodes.Compare(operator):
            upward = operator in (">", ">=")
            return way is upward
        case nodes.And(parts):
            return all(_value(each, way) for each in parts)
        case nodes.Or(parts):
            return any(_value(each, way) for each in parts)
        case nodes.Not(inner):
            return not _value(inner, way)
        case nodes.Choice(branches=branches, otherwise=otherwise):
            for branch in branches:
                if _value(branch.test, way):
                    return _value(branch.value, way)
            return _value(otherwise, way)
    raise AssertionError(part)


_DEEPEST = 200


class Simplifier:
    """Takes out of choices what the branch around them has decided.

    ``0 if blocked else (2 if free and met else 0) + …`` asks again in every term what the choice itself has
    asked. A part that is read more than once is worked out before any branch, so nothing is known there.
    ``contraries`` maps conditions (by identity) to one that holds exactly where they do not.
    """

    def __init__(
        self,
        outputs: Sequence[Anything],
        contraries: Mapping[int, Condition],
    ) -> None:
        self._contraries = contraries
        self._shared: dict[int, Anything] = {}
        order = list(children_first(outputs, children))
        if max((depth for _, depth in order), default=0) > _DEEPEST:
            return  # the recursion below would not do
        roots, uses = {id(part) for part in outputs}, count_uses(outputs)
        for part, _ in order:
            if uses[id(part)] > 1 or id(part) in roots:
                self._shared[id(part)] = self._rebuilt(part, {})

    def simplified(self, output: Anything) -> Any:
        """What to work out in the place of an output."""
        return self._shared.get(id(output), output)

    def _under(self, part: Anything, known: Mapping[int, bool]) -> Any:
        """The part where some conditions are known."""
        if id(part) in known:
            return nodes.Truth(known[id(part)])
        if id(part) in self._shared:
            return self._shared[id(part)]
        return self._rebuilt(part, known)

    def _rebuilt(self, part: Anything, known: Mapping[int, bool]) -> Any:
        match part:
            case nodes.And(parts):
                return self._joined(part, parts, known, neutral=True)
            case nodes.Or(parts):
                return self._joined(part, parts, known, neutral=False)
            case nodes.Choice():
                return self._choice(part, known)
        below = {id(each): self._under(each, known) for each in children(part)}

        def replaced(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(map(replaced, value))
            if isinstance(value, nodes.MixturePart):
                return nodes.MixturePart(*[replaced(getattr(value, name)) for name in value.__match_args__])
            return below.get(id(value), value)

        if all(id(part) == old for old, part in below.items()):
            return part
        values = [replaced(getattr(part, name)) for name in part.__match_args__]
        return type(part)(*values, **(_span(part) if isinstance(part, nodes.NumberLike) else {}))

    def _joined(
        self,
        part: nodes.And | nodes.Or,
        parts: Sequence[Condition],
        known: Mapping[int, bool],
        *,
        neutral: bool,
    ) -> Condition:
        kept = []
        for each in parts:
            below = self._under(each, known)
            if isinstance(below, nodes.Truth):
                if below.value is not neutral:
                    return below
            else:
                kept.append(below)
        if not kept:
            return nodes.Truth(neutral)
        return kept[0] if len(kept) == 1 else type(part)(tuple(kept))

    def _choice(self, part: nodes.Choice, known: Mapping[int, bool]) -> Any:
        branches = []
        for branch in part.branches:
            test = self._under(branch.test, known)
            if isinstance(test, nodes.Truth) and not test.value:
                continue
            value = self._under(branch.value, {**known, **self._facts(branch.test, True)})
            if isinstance(test, nodes.Truth):
                otherwise = value
                break
            branches.append(nodes.Branch(test, branch.guard, value))
            known = {**known, **self._facts(branch.test, False)}
        else:
            otherwise = self._under(part.otherwise, known)
        if not branches:
            return otherwise
        return nodes.Choice(tuple(branches), part.otherwise_guard, otherwise, **_span(part))

    def _facts(self, test: Condition, holds: bool) -> dict[int, bool]:
        """What is known where a test holds, or does not."""
        facts = {id(test): holds}
        if isinstance(test, nodes.And if holds else nodes.Or):
            for each in test.parts:
                facts |= self._facts(each, holds)
        contrary = self._contraries.get(id(test))
        if contrary is not None:
            facts[id(contrary)] = not holds
        return facts


def _span(part: Numeric) -> dict[str, Any]:
    return {"low": part.low, "high": part.high, "whole": part.whole, "on_grid": part.on_grid}


_WIDEST = 1_000_000
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda x, edge: x >= edge,
    ">=": lambda x, edge: x >= edge,
    ">": lambda x, edge: x > edge,
    "<=": lambda x, edge: x > edge,
}
"""What turns over as the number grows."""


def threshold(compare: nodes.Compare) -> tuple[str, Numeric, int] | None:
    """The comparison as one (``<`` or ``>=``) of a whole number with a whole one; None where it is none."""
    right, operator = compare.right, compare.operator
    if not isinstance(right, nodes.Number) or operator not in _HOLDS:
        return None
    steps: list[Callable[[float], float]] = []
    part = compare.left
    while (found := _step(part)) is not None:
        part, step = found
        steps.append(step)
    if not steps or not part.whole or part.high - part.low > _WIDEST or isinstance(part, nodes.Number):
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
        case nodes.Apply(function="grid", parts=(inner,)):
            return inner, arithmetic.grid
        case nodes.Product(left=nodes.Number(value=value), right=inner) if value > 0:
            size = as_float(value)
            return inner, lambda x: size * x
        case nodes.Product(left=inner, right=nodes.Number(value=value)) if value > 0:
            size = as_float(value)
            return inner, lambda x: x * size
        case nodes.Quotient(left=inner, right=nodes.Number(value=value)) if value > 0:
            size = as_float(value)
            return inner, lambda x: x / size
        case nodes.Difference(left=inner, right=nodes.Number(value=value)):
            size = as_float(value)
            return inner, lambda x: x - size
        case nodes.Sum(terms=(nodes.Number(value=value), inner)):
            size = as_float(value)
            return inner, lambda x: size + x
        case nodes.Sum(terms=(inner, nodes.Number(value=value))):
            size = as_float(value)
            return inner, lambda x: x + size
    return None
