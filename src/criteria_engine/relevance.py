"""Which missing inputs still matter.

From what is open one follows what it needs, through parts that are open themselves; the missing
inputs met on the way can still change it. The order in which they are worth asking for comes from
trying values: how many levels fall away, how much of the score is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from criteria_engine.core import Condition, Numeric, Observed, Settled, Truth
from criteria_engine.na import NA
from criteria_engine.names import span_of
from criteria_engine.parts import inner, inputs_of
from criteria_engine.program import Program

__all__ = ["open_below", "open_inputs", "telling"]


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
    if isinstance(part, Observed) or hasattr(part, "low"):
        low, high = result.walk.interval(part)
        return bool(low != high)
    return bool(result.walk.can(part))


def telling(result: Any) -> tuple[str, ...]:
    """The missing inputs that could still change the level (or score), most telling first."""
    if result.decided:
        return ()
    program: Program = result.program
    if program.reaching is not None:
        roots: list[Condition | Numeric] = [each.possible for each in program.reaching.outcomes]
    else:
        roots = [program.judging.faces[""].points]
    candidates = open_below(result, roots)
    order = list(program.judging.inputs)
    return tuple(sorted(candidates, key=lambda name: (*_weight(result, name), order.index(name))))


def _weight(result: Any, name: str) -> tuple[float, float]:
    """How much is left open once the input is known, at worst: outcomes, then score."""
    left = [_left_open(result, name, value) for value in _samples(result, name)]
    return max(each[0] for each in left), sum(each[1] for each in left) / len(left)


def _left_open(result: Any, name: str, value: Any) -> tuple[float, float]:
    program: Program = result.program
    place = program.door.order.index(name)
    row = (*result.row[:place], value, *result.row[place + 1 :])
    found = program.bounded(row, result.evidence.keys())
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
