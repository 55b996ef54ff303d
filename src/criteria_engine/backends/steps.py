"""The core step by step, for many rows at once: one ``match``, run with arrays or with a frame's expressions.

A part that is used twice is worked out once. What a step gives is an array (an expression), or a plain
number or truth value that holds for all rows: what has no gap then costs no looking for gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol, assert_never

from criteria_engine.backends.operations import Operations
from criteria_engine.backends.python import Anything, children
from criteria_engine.backends.splitting import threshold
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, as_float
from criteria_engine.core.nodes import (
    Among,
    And,
    Apply,
    Branch,
    Choice,
    Compare,
    Difference,
    Extreme,
    InputEvidenced,
    InputFlag,
    InputGiven,
    InputNotApplicable,
    InputNumber,
    Mixture,
    Not,
    Number,
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
from criteria_engine.core.traversal import children_first

__all__ = [
    "Block",
    "Memory",
    "Step",
    "Steps",
]

_FINITE = 1e280

Memory = list[Any]
Step = Callable[[Memory, "Block"], Any]


class Block(Protocol):
    """Some rows of the inputs. Truth values are arrays, or one for all rows."""

    def given(self, input: str) -> Any:
        """Where the input is not missing."""

    def withheld(self, input: str) -> Any:
        """Where the input is not applicable."""

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input."""

    def number(self, input: str) -> Any:
        """The number of the input; its lowest where it is missing or not applicable."""

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""

    def among(self, input: str, words: tuple[str, ...], wanted: bool) -> Any:
        """Where a text is there, and is one (none) of the words."""

    def same(self, left: str, right: str, wanted: bool) -> Any:
        """Where two texts are there and agree (differ)."""


class Steps:
    """Works out parts of the core, one after the other, by the arithmetic of a carrier."""

    def __init__(self, operations: Operations, outputs: Sequence[Anything]) -> None:
        self._operations = operations
        self._slots: dict[int, int] = {}
        self._steps: list[Step] = []
        self._uses: list[int] = []
        self._edges: dict[int, tuple[str, Numeric, int]] = {}
        self._kept = tuple(outputs)
        last: dict[int, int] = {}
        for part, _ in children_first(outputs, self._read_by):
            slot = self._slots[id(part)] = len(self._steps)
            self._steps.append(self._step(part))
            self._uses.append(0)
            for each in self._read_by(part):
                last[self._slots[id(each)]] = slot
                self._uses[self._slots[id(each)]] += 1
        self._places = [self._slots[id(part)] for part in outputs]
        for place in set(self._places):
            self._uses[place] += 1
        self._last = self._freed(last)

    def _read_by(self, part: Anything) -> tuple[Anything, ...]:
        """The parts that a part is worked out from."""
        if not isinstance(part, Compare):
            return children(part)
        if id(part) not in self._edges:
            edge = threshold(part)
            if edge is None:
                return children(part)
            self._edges[id(part)] = edge
        return (self._edges[id(part)][1],)

    def _freed(self, last: dict[int, int]) -> list[tuple[int, ...]]:
        """For each step, what nobody reads after it: that memory serves the next steps."""
        freed: list[list[int]] = [[] for _ in self._steps]
        asked = set(self._places)
        for slot, reader in last.items():
            if slot not in asked:
                freed[reader].append(slot)
        return [tuple(each) for each in freed]

    def run(self, block: Block) -> list[Any]:
        """The outputs for the rows of a block, each an array or one value for all rows."""
        keep, memory = self._operations.kept, [None] * len(self._steps)
        for slot, (step, freed, uses) in enumerate(zip(self._steps, self._last, self._uses, strict=True)):
            memory[slot] = step(memory, block) if uses == 1 else keep(step(memory, block))
            for each in freed:
                memory[each] = None
        return [memory[place] for place in self._places]

    def _at(self, parts: Sequence[Anything]) -> list[int]:
        return [self._slots[id(part)] for part in parts]

    # ---- conditions --------------------------------------------------------------------------

    def _step(self, part: Anything) -> Step:
        v = self._operations
        match part:
            case Truth(value):
                return lambda memory, block: value
            case InputGiven(input):
                return lambda memory, block: block.given(input)
            case InputEvidenced(input):
                return lambda memory, block: block.evidenced(input)
            case InputFlag(input, wanted):
                return lambda memory, block: block.flag(input, wanted)
            case InputNotApplicable(input, wanted):
                if wanted:
                    return lambda memory, block: block.withheld(input)
                return lambda memory, block: v.contrary(block.withheld(input))
            case Among(input, words, wanted):
                return lambda memory, block: block.among(input, words, wanted)
            case Same():
                pair, agree = (part.left, part.right), part.wanted
                return lambda memory, block: block.same(*pair, agree)
            case Compare() if id(part) in self._edges:
                turned, inner, size = self._edges[id(part)]
                (one,) = self._at((inner,))
                return lambda memory, block: v.compared(turned, memory[one], size)
            case Compare(operator, left, right):
                one, two = self._at((left, right))
                return lambda memory, block: v.compared(operator, memory[one], memory[two])
            case And(parts):
                places = self._at(parts)
                return lambda memory, block: v.every([memory[place] for place in places])
            case Or(parts):
                places = self._at(parts)
                return lambda memory, block: v.some([memory[place] for place in places])
            case Settled():
                return lambda memory, block: True
            case Not(inner):
                (one,) = self._at((inner,))
                return lambda memory, block: v.contrary(memory[one])
        return self._number_step(part)

    # ---- numbers -----------------------------------------------------------------------------

    def _number_step(self, part: Numeric) -> Step:
        match part:
            case Number(value=value):
                constant = _constant(value)
                return lambda memory, block: constant
            case InputNumber(input=input):
                return lambda memory, block: block.number(input)
            case Choice(branches=branches, otherwise=otherwise):
                return self._choice(branches, otherwise)
            case Ratio(exact=exact) | Tighter(exact=exact):
                (one,) = self._at((exact,))
                return lambda memory, block: memory[one]
            case Mixture():
                return self._mixture(part)
            case Sum() | Difference() | Product() | Quotient() | Remainder() | Power() | Extreme():
                return self._arithmetic(part)
            case Apply() | Rounded():
                return self._applied(part)
        assert_never(part)

    def _arithmetic(self, part: Sum | Difference | Product | Quotient | Remainder | Power | Extreme) -> Step:
        v = self._operations
        match part:
            case Sum(terms=terms):
                places, most = self._at(terms), sum(_size(term) for term in terms)
                return lambda memory, block: v.added([memory[place] for place in places], most)
            case Difference(left=left, right=right):
                one, two = self._at((left, right))
                most = _size(left) + _size(right)
                return lambda memory, block: v.subtracted(memory[one], memory[two], most)
            case Product(left=left, right=right):
                one, two = self._at((left, right))
                return lambda memory, block: v.times(memory[one], memory[two])
            case Quotient(left=left, right=right, nearest=nearest):
                one, two = self._at((left, right))
                safe = right.low >= nearest or right.high <= -nearest
                return lambda memory, block: v.divided(memory[one], memory[two], nearest, safe=safe)
            case Remainder(left=left, right=right):
                one, two = self._at((left, right))
                return lambda memory, block: v.remainder(memory[one], memory[two])
            case Power(base=base, exponent=exponent):
                (one,) = self._at((base,))
                return lambda memory, block: v.power(memory[one], exponent)
            case Extreme(which=which, parts=parts):
                places, finite = self._at(parts), all(_size(each) < _FINITE for each in parts)
                return lambda memory, block: v.extreme(
                    which, [memory[place] for place in places], finite=finite
                )
        assert_never(part)

    def _applied(self, part: Apply | Rounded) -> Step:
        v = self._operations
        match part:
            case Rounded(part=inner, digits=digits, mode=mode):
                (one,) = self._at((inner,))
                return lambda memory, block: v.rounded(memory[one], digits, mode)
            case Apply(function=function, parts=parts, days_off=days_off):
                places = self._at(parts)
                if function == "grid" and parts[0].low >= 0 and parts[0].high <= EDGE:
                    return lambda memory, block: v.grid_inside(memory[places[0]])
                return lambda memory, block: v.applied(
                    function, [memory[place] for place in places], days_off
                )
        assert_never(part)

    def _choice(self, branches: Sequence[Branch], otherwise: Numeric) -> Step:
        v, (last,) = self._operations, self._at((otherwise,))
        tests, values = (
            self._at([each.test for each in branches]),
            self._at([each.value for each in branches]),
        )
        ways = list(zip(tests, values, strict=True))[::-1]

        def step(memory: Memory, block: Block) -> Any:
            found = memory[last]
            for test, value in ways:
                found = v.chosen(memory[test], memory[value], found)
            return found

        return step

    def _mixture(self, part: Mixture) -> Step:
        v, scale = self._operations, as_float(part.scale)
        which, gridded = part.which, part.summed_on_grid
        rows = [self._at((each.points, each.most, each.surely, each.maybe)) for each in part.parts]
        return lambda memory, block: v.mixture(
            which,
            scale,
            [tuple(memory[place] for place in row) for row in rows],
            summed_on_grid=gridded,
        )


def _constant(value: Fraction) -> float | int:
    size = as_float(value)
    return value.numerator if value.denominator == 1 and abs(size) <= EXACT_FLOAT else size


def _size(part: Numeric) -> float:
    return max(abs(part.low), abs(part.high))
