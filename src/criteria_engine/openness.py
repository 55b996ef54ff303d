"""Which parts of a set missing values leave open, worked out for all of them at once.

To look at part after part, as is done for a single assessment, costs some fifty times the judging. Where
many assessments are asked, one more function is compiled that says it of every part.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import attrs

from criteria_engine.backends.python import Row, build_function
from criteria_engine.compiler.program import Asking, Program
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import Bounds
from criteria_engine.core.nodes import Compare, Condition, NumberLike, Numeric, Settled
from criteria_engine.core.traversal import children_first, inner, inputs_of

__all__ = ["Openness", "Weighing"]

_Part = Condition | Numeric


@attrs.frozen(eq=False, repr=False)
class Openness:
    """What decides a set, part by part: where each leads on to, and whether it is open.

    Inputs are bits, in the order of rows. ``_own`` are the inputs that a part itself looks at, ``_cones``
    those that it or any part below it looks at.
    """

    _roots: Sequence[int]
    _below: Sequence[Sequence[int]]
    _own: Sequence[int]
    _cones: Sequence[int]
    _asking: Asking
    _function: Callable[..., Any]

    @classmethod
    def of(cls, program: Program, roots: Iterable[_Part]) -> Openness:
        """That of all parts below some."""
        bits = {name: 1 << place for place, name in enumerate(program.door.order)}
        kept, places = list(roots), dict[int, int]()
        below, own, cones, questions = list[list[int]](), list[int](), list[int](), list[_Part]()
        for part, _ in children_first(kept, inner):
            places[id(part)] = len(places)
            below.append([places[id(each)] for each in inner(part)])
            own.append(sum({bits[name] for name in inputs_of(part)}))
            cones.append(own[-1])
            for each in below[-1]:
                cones[-1] |= cones[each]
            questions.append(_question(program.bounds, part) if cones[-1] else a.FALSE)
        asking = Asking.of(questions)
        return cls([places[id(root)] for root in kept], below, own, cones, asking, _compiled(program, asking))

    def missing_below(self, row: Row, evidence: Collection[str], missing: int) -> int:
        """Those of the missing inputs that can still change what decides the set."""
        answers, answer = self._function(row, evidence), self._asking.answer
        found, seen, waiting = 0, set[int](), list(self._roots)
        while waiting:
            at = waiting.pop()
            # Where all that is missing was met already, nothing new can be met.
            if at in seen or not self._cones[at] & missing & ~found:
                continue
            seen.add(at)
            if answer(at, answers):
                found |= self._own[at] & missing
                waiting.extend(self._below[at])
        return found


def _question(bounds: Bounds, part: _Part) -> _Part:
    """What says whether a part is open."""
    if isinstance(part, Settled):
        return a.TRUE
    if isinstance(part, NumberLike):
        return Compare("!=", *bounds.interval(part))
    return bounds.can(part)


@attrs.frozen(eq=False, repr=False)
class Weighing:
    """How much a row leaves open: how many outcomes, and how much of the score."""

    _asking: Asking
    _function: Callable[..., Any]

    @classmethod
    def of(cls, program: Program) -> Weighing:
        """That of a program's rows."""
        outcomes = program.reaching.outcomes if program.reaching is not None else ()
        possible = [program.bounds.can(each.possible) for each in outcomes]
        asking = Asking.of([*possible, *program.bounds.interval(program.slots[0].points)])
        return cls(asking, _compiled(program, asking))

    def left_open(self, row: Row, evidence: Collection[str]) -> tuple[float, float]:
        """How many outcomes are possible, and how far the ends of the score are apart."""
        answers, count = self._function(row, evidence), len(self._asking.answers)
        *possible, low, high = [self._asking.answer(question, answers) for question in range(count)]
        return sum(map(bool, possible)), high - low


def _compiled(program: Program, asking: Asking) -> Callable[..., Any]:
    door = program.door
    return build_function(door.order, door.withholdable, asking.parts, missing=True)
