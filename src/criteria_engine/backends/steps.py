"""The core step by step, for many rows at once: one ``match``, run with arrays or with a frame's expressions.

A part that is used twice is worked out once. What a step gives is an array (an expression), or a plain
number or truth value that holds for all rows: what has no gap then costs no looking for gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, assert_never

from criteria_engine.backends.operations import Operations
from criteria_engine.backends.splitting import Anything, children, threshold
from criteria_engine.core import nodes
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, as_float
from criteria_engine.core.nodes import children_first

_FINITE = 1e280

Step = Callable[["Block", Sequence[Any]], Any]
"""What works a part out, from the rows and the values of the parts that it reads."""


class Block:
    """Some rows of the inputs. Truth values are columns, or one for all rows."""

    def cells(self, input: str) -> Any:
        """What is known of an input: its ``values``, and where they are ``given``, ``withheld`` or ``bad``."""
        raise NotImplementedError

    def given(self, input: str) -> Any:
        """Where the input is not missing."""
        return self.cells(input).given

    def withheld(self, input: str) -> Any:
        """Where the input is not applicable."""
        return self.cells(input).withheld

    def number(self, input: str) -> Any:
        """The number of the input; its lowest where it is missing or not applicable."""
        return self.cells(input).values

    def evidenced(self, input: str) -> Any:
        """Where evidence names the input."""
        raise NotImplementedError

    def flag(self, input: str, wanted: bool) -> Any:
        """Where a truth value is there and is that."""
        raise NotImplementedError

    def among(self, input: str, words: tuple[str, ...], wanted: bool) -> Any:
        """Where a text is there, and is one (none) of the words."""
        raise NotImplementedError

    def same(self, left: str, right: str, wanted: bool) -> Any:
        """Where two texts are there and agree (differ)."""
        raise NotImplementedError


class Steps:
    """Works out parts of the core, one after the other, by the operations of a backend."""

    def __init__(self, operations: Operations, outputs: Sequence[Anything]) -> None:
        self._operations = operations
        self._outputs = tuple(outputs)  # parts are known by their ids, so they must live
        self._edges: dict[int, tuple[str, nodes.Numeric, int]] = {}
        slots: dict[int, int] = {}
        self._steps: list[Step] = []
        self._reads: list[tuple[int, ...]] = []
        for part, _ in children_first(outputs, self._read_by):
            self._reads.append(tuple(slots[id(child)] for child in self._read_by(part)))
            slots[id(part)] = len(self._steps)
            self._steps.append(self._step(part))
        self._places = [slots[id(part)] for part in outputs]
        uses = [0] * len(self._steps)
        last: dict[int, int] = {}
        for slot, reads in enumerate(self._reads):
            for read in reads:
                uses[read] += 1
                last[read] = slot
        for place in set(self._places):
            uses[place] += 1
        self._uses = uses
        self._freed = self._freed_after(last)

    def _read_by(self, part: Anything) -> tuple[Anything, ...]:
        """The parts that a part is worked out from, in the order in which its step takes their values."""
        if not isinstance(part, nodes.Compare):
            return children(part)
        if id(part) not in self._edges:
            edge = threshold(part)
            if edge is None:
                return children(part)
            self._edges[id(part)] = edge
        return (self._edges[id(part)][1],)

    def _freed_after(self, last: dict[int, int]) -> list[list[int]]:
        """For each step, what nobody reads after it: that memory serves the next steps."""
        freed: list[list[int]] = [[] for _ in self._steps]
        outputs = set(self._places)
        for slot, reader in last.items():
            if slot not in outputs:
                freed[reader].append(slot)
        return freed

    def run(self, block: Block) -> list[Any]:
        """The outputs for the rows of a block, each an array or one value for all rows."""
        memory: list[Any] = [None] * len(self._steps)
        each = zip(self._steps, self._reads, self._uses, self._freed, strict=True)
        for slot, (step, reads, uses, freed) in enumerate(each):
            value = step(block, [memory[read] for read in reads])
            memory[slot] = value if uses == 1 else self._operations.kept(value)
            for unread in freed:
                memory[unread] = None
        return [memory[place] for place in self._places]

    def _step(self, part: Anything) -> Step:
        v = self._operations
        match part:
            case nodes.Truth(value):
                return lambda block, values: value
            case nodes.InputGiven(input):
                return lambda block, values: block.given(input)
            case nodes.InputEvidenced(input):
                return lambda block, values: block.evidenced(input)
            case nodes.InputFlag(input, wanted):
                return lambda block, values: block.flag(input, wanted)
            case nodes.InputNotApplicable(input, True):
                return lambda block, values: block.withheld(input)
            case nodes.InputNotApplicable(input):
                return lambda block, values: v.contrary(block.withheld(input))
            case nodes.Among(input, words, wanted):
                return lambda block, values: block.among(input, words, wanted)
            case nodes.Same(left=left, right=right, wanted=wanted):
                return lambda block, values: block.same(left, right, wanted)
            case nodes.Compare() if id(part) in self._edges:
                sign, _, size = self._edges[id(part)]
                return lambda block, values: v.compared(sign, values[0], size)
            case nodes.Compare(operator):
                return lambda block, values: v.compared(operator, *values)
            case nodes.And():
                return lambda block, values: v.every(values)
            case nodes.Or():
                return lambda block, values: v.some(values)
            case nodes.Settled():
                return lambda block, values: True
            case nodes.Not():
                return lambda block, values: v.contrary(values[0])
        return self._number_step(part)

    def _number_step(self, part: nodes.Numeric) -> Step:
        v = self._operations
        match part:
            case nodes.Number(value=value):
                constant = _constant(value)
                return lambda block, values: constant
            case nodes.InputNumber(input=input):
                return lambda block, values: block.number(input)
            case nodes.Choice():
                return lambda block, values: self._chosen(values)
            case nodes.Ratio() | nodes.Tighter():
                return lambda block, values: values[0]
            case nodes.Mixture():
                return self._mixture(part)
            case nodes.Sum(terms=terms):
                most = sum(map(_size, terms))
                return lambda block, values: v.added(values, most)
            case nodes.Difference(left=left, right=right):
                most = _size(left) + _size(right)
                return lambda block, values: v.subtracted(values[0], values[1], most)
            case nodes.Product():
                return lambda block, values: v.times(*values)
            case nodes.Quotient(right=right, nearest=nearest):
                safe = right.low >= nearest or right.high <= -nearest
                return lambda block, values: v.divided(values[0], values[1], nearest, safe=safe)
            case nodes.Remainder():
                return lambda block, values: v.remainder(*values)
            case nodes.Power(exponent=exponent):
                return lambda block, values: v.power(values[0], exponent)
            case nodes.Extreme(which=which, parts=parts):
                finite = all(_size(each) < _FINITE for each in parts)
                return lambda block, values: v.extreme(which, values, finite=finite)
            case nodes.Rounded(digits=digits, mode=mode):
                return lambda block, values: v.rounded(values[0], digits, mode)
            case nodes.Apply(function="grid", parts=parts) if parts[0].low >= 0 and parts[0].high <= EDGE:
                return lambda block, values: v.grid_inside(values[0])
            case nodes.Apply(function=function, days_off=days_off):
                return lambda block, values: v.applied(function, values, days_off)
        assert_never(part)

    def _chosen(self, values: Sequence[Any]) -> Any:
        """The value of the first test that holds: tests and values in turn, what else it is at the end."""
        value = values[-1]
        for at in range(len(values) - 3, -1, -2):
            value = self._operations.chosen(values[at], values[at + 1], value)
        return value

    def _mixture(self, part: nodes.Mixture) -> Step:
        v, scale = self._operations, as_float(part.scale)
        which, gridded = part.which, part.summed_on_grid
        return lambda block, values: v.mixture(
            which,
            scale,
            [tuple(values[at : at + 4]) for at in range(0, len(values), 4)],
            summed_on_grid=gridded,
        )


def _constant(value: Fraction) -> float | int:
    size = as_float(value)
    return value.numerator if value.denominator == 1 and abs(size) <= EXACT_FLOAT else size


def _size(part: nodes.Numeric) -> float:
    return max(abs(part.low), abs(part.high))
