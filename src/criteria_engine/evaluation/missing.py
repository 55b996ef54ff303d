"""Which missing inputs still matter.

From what is open one follows what it needs, through parts that are open themselves; the missing
inputs met on the way can still change it. The order in which they are worth asking for comes from
trying values: how many levels fall away, how much of the score is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

import attrs

from criteria_engine.backends.python import Row, build_function
from criteria_engine.compiler.names import span_of
from criteria_engine.compiler.program import Program, Questions
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import (
    NA,
    Compare,
    Condition,
    InputNumber,
    NumberLike,
    Numeric,
    Settled,
    Truth,
)
from criteria_engine.core.traversal import children_first, inner, inputs_of

__all__ = [
    "Openness",
    "Weighing",
    "open_below",
    "open_inputs",
    "telling",
]


# ---- which parts of a set missing values leave open, worked out for all of them at once ----------

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
    _asking: Questions
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
        asking = Questions.of(questions)
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


def _question(bounds: BoundsRewriter, part: _Part) -> _Part:
    """What says whether a part is open."""
    if isinstance(part, Settled):
        return a.TRUE
    if isinstance(part, NumberLike):
        return Compare("!=", *bounds.interval(part))
    return bounds.can(part)


@attrs.frozen(eq=False, repr=False)
class Weighing:
    """How much a row leaves open: how many outcomes, and how much of the score."""

    _asking: Questions
    _function: Callable[..., Any]

    @classmethod
    def of(cls, program: Program) -> Weighing:
        """That of a program's rows."""
        outcomes = program.reaching.outcomes if program.reaching is not None else ()
        possible = [program.bounds.can(each.possible) for each in outcomes]
        asking = Questions.of([*possible, *program.bounds.interval(program.slots[0].points)])
        return cls(asking, _compiled(program, asking))

    def left_open(self, row: Row, evidence: Collection[str]) -> tuple[float, float]:
        """How many outcomes are possible, and how far the ends of the score are apart."""
        answers, count = self._function(row, evidence), len(self._asking.answers)
        *possible, low, high = [self._asking.answer(question, answers) for question in range(count)]
        return sum(map(bool, possible)), high - low


def _compiled(program: Program, asking: Questions) -> Callable[..., Any]:
    door = program.door
    return build_function(door.order, door.withholdable, asking.parts, missing=True)


_LeftOpen = Callable[[Row, Collection[str]], tuple[float, float]]

_PATIENCE = 16
"""So many assessments are looked at part by part before a function is compiled for all further ones."""


def open_inputs(result: Any, faces: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The missing inputs that can still change one of those faces of criteria."""
    judging = result.program.judging
    roots: list[Condition | Numeric] = []
    for kind, path in faces:
        known = judging.faces[path]
        if kind == "state":
            roots += [known.absent, known.blocked, known.met.true]
        else:
            roots.append(known.points)
    return open_below(result, roots)


def open_below(result: Any, roots: Iterable[Condition | Numeric]) -> tuple[str, ...]:
    """The missing inputs that can still change one of those parts of the core."""
    missing = {name for name in result.program.judging.inputs if result.observed(name) is None}
    if not missing:
        return ()
    found: dict[str, None] = {}
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if not _is_open(result, part):
            continue
        found.update(dict.fromkeys(name for name in inputs_of(part) if name in missing))
        waiting.extend(inner(part))
    order = list(result.program.judging.inputs)
    return tuple(sorted(found, key=order.index))


def _is_open(result: Any, part: Condition | Numeric) -> bool:
    """Whether missing values leave the part undecided."""
    if isinstance(part, Truth | Settled):
        return isinstance(part, Settled)
    if isinstance(part, InputNumber) or hasattr(part, "low"):
        low, high = result.walk.interval(part)
        return bool(low != high)
    return bool(result.walk.can(part))


def telling(result: Any) -> tuple[str, ...]:
    """The missing inputs that could still change the level (or score), most telling first."""
    if result.decided:
        return ()
    program: Program = result.program
    order = list(program.judging.inputs)
    if next(program.kept("telling", count)) < _PATIENCE:
        left_open: _LeftOpen = partial(_left_open, program)
        candidates = open_below(result, _roots(program))
    else:
        left_open = program.kept("weighing", lambda: Weighing.of(program)).left_open
        candidates = _found_at_once(result)
    return tuple(sorted(candidates, key=lambda name: (*_weight(result, name, left_open), order.index(name))))


def _roots(program: Program) -> list[Condition | Numeric]:
    """What decides the level, or the score of a set without levels."""
    if program.reaching is not None:
        return [each.possible for each in program.reaching.outcomes]
    return [program.judging.faces[""].points]


def _found_at_once(result: Any) -> tuple[str, ...]:
    """What ``open_below`` finds below the roots, by a compiled function."""
    program: Program = result.program
    openness = program.kept("openness", lambda: Openness.of(program, _roots(program)))
    bits = {name: 1 << place for place, name in enumerate(program.door.order) if result.row[place] is None}
    missing = sum(bits[name] for name in program.judging.inputs if name in bits)
    found = openness.missing_below(result.row, result.evidence.keys(), missing)
    return tuple(name for name in program.judging.inputs if bits.get(name, 0) & found)


def _weight(result: Any, name: str, left_open: _LeftOpen) -> tuple[float, float]:
    """How much is left open once the input is known, at worst: outcomes, then score."""
    place, row, evidence = result.program.door.order.index(name), result.row, result.evidence.keys()
    left = [left_open((*row[:place], value, *row[place + 1 :]), evidence) for value in _samples(result, name)]
    return max(each[0] for each in left), sum(each[1] for each in left) / len(left)


def _left_open(program: Program, row: Row, evidence: Collection[str]) -> tuple[float, float]:
    """How many outcomes are possible, and how far the ends of the score are apart."""
    found = program.bounded(row, evidence)
    possible = program.answers(found, False, 0, program.outcomes)
    low, high = program.answers(found, False, program.outcomes + 4, 2)
    return sum(map(bool, possible)), high - low


def _samples(result: Any, name: str) -> Iterator[Any]:
    """Values to try: the ends of what it can be, each word, and not applicable."""
    program: Program = result.program
    given = program.judging.inputs[name]
    if given.may_be_na:
        yield NA
    if given.type == "boolean":
        yield from (True, False)
    elif given.type == "choice":
        yield from given.choices or ("",)
    elif given.type == "ordinal":
        yield from range(len(program.door.words[name]))
    elif given.type == "text":
        yield ""
    else:
        low, high, whole = span_of(given, ())
        ends = (low, (low + high) / 2, high)
        yield from (int(end) if whole else float(end) for end in ends)
