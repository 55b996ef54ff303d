"""Which missing inputs can still change the level, the most telling first.

From what is open one follows what it needs, through parts that are open themselves; the missing inputs
met on the way can still change it. The order in which they are worth asking for comes from trying values:
how many outcomes fall away, how much of the score is settled.

Reading order: ``open_below`` follows the parts one by one with the interpreter; ``CompiledSearch`` does the
same with a generated function, once a program has been asked often; ``telling`` puts the inputs in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.scope import span_of
from criteria_engine.core import algebra as a
from criteria_engine.core import nodes

_Part = nodes.Condition | nodes.Numeric

_PATIENCE = 16
"""So many assessments are searched part by part before a function is compiled for all further ones."""


def open_below(program: Program, walk: Interpreter, roots: Iterable[_Part]) -> tuple[str, ...]:
    """The missing inputs that can still change one of those parts of the core."""
    order = list(program.scope.inputs)
    missing = {name for name in order if walk.values[name] is None}
    reached: set[str] = set()
    visited: set[int] = set()
    waiting = list(roots) if missing else []
    while waiting:
        part = waiting.pop()
        if id(part) in visited:
            continue
        visited.add(id(part))
        if walk.value(_question(program, part)):
            reached.update(missing.intersection(nodes.inputs_of(part)))
            waiting.extend(nodes.inner(part))
    return tuple(name for name in order if name in reached)


def _question(program: Program, part: _Part) -> nodes.Condition:
    """What says whether missing values leave a part open."""
    if isinstance(part, nodes.Settled):
        return a.TRUE
    if isinstance(part, nodes.NumberLike):
        return nodes.Compare("!=", *program.bounds.interval(part))
    return program.bounds.can(part)


class CompiledSearch:
    """``open_below`` for one set of roots, with a generated function that asks all parts at once.

    Inputs are bits, in the order of rows. Of each part are kept the parts below it, the inputs that it
    looks at itself (``_own``), and those that it or any part below it looks at (``_cones``).
    """

    def __init__(self, program: Program, roots: Sequence[_Part]) -> None:
        self._program = program
        self._bits = {name: 1 << place for place, name in enumerate(program.reader.order)}
        places: dict[int, int] = {}
        self._below: list[list[int]] = []
        self._own: list[int] = []
        self._cones: list[int] = []
        questions: list[nodes.Condition | nodes.Numeric] = []
        for part, _ in nodes.children_first(roots, nodes.inner):
            places[id(part)] = len(places)
            below = [places[id(each)] for each in nodes.inner(part)]
            own = sum({self._bits[name] for name in nodes.inputs_of(part)})
            cone = own
            for each in below:
                cone |= self._cones[each]
            self._below.append(below)
            self._own.append(own)
            self._cones.append(cone)
            questions.append(_question(program, part) if cone else a.FALSE)
        self._kept = roots  # their ids are the keys above
        self._roots = [places[id(root)] for root in roots]
        self._function = program.function(questions)

    def open_below(self, walk: Interpreter) -> tuple[str, ...]:
        """The missing inputs that can still change one of the roots."""
        names = [name for name in self._program.scope.inputs if walk.values[name] is None]
        missing = sum(self._bits[name] for name in names)
        open_parts = self._function(tuple(walk.values.values()), walk.evidence)
        reached, visited, waiting = 0, set[int](), list(self._roots)
        while waiting:
            place = waiting.pop()
            # Where all that is missing was met already, nothing new can be met.
            if place in visited or not self._cones[place] & missing & ~reached:
                continue
            visited.add(place)
            if open_parts[place]:
                reached |= self._own[place] & missing
                waiting.extend(self._below[place])
        return tuple(name for name in names if self._bits[name] & reached)


def telling(program: Program, walk: Interpreter) -> tuple[str, ...]:
    """The missing inputs that could still change the level (or score), most telling first."""
    roots: list[_Part] = [each.possible for each in program.outcomes]
    if program.reaching is None:
        roots = [program.scope.states[""].points]
    if next(program.kept("missing asked", count)) < _PATIENCE:
        names = open_below(program, walk, roots)
    else:
        search = program.kept("missing", lambda: CompiledSearch(program, roots))
        names = search.open_below(walk)
    order = list(program.scope.inputs)
    return tuple(sorted(names, key=lambda name: (*_left_open(program, walk, name), order.index(name))))


def _left_open(program: Program, walk: Interpreter, name: str) -> tuple[int, float]:
    """How much is left open once the input is known: at worst so many outcomes, on average so much score."""
    most, widths = 0, []
    for value in _samples(program, name):
        row = tuple({**walk.values, name: value}.values())
        possible, low, high, *_ = program.bounded(row, walk.evidence)
        most = max(most, sum(map(bool, possible)))
        widths.append(high - low)
    return most, sum(widths) / len(widths)


def _samples(program: Program, name: str) -> Iterator[Any]:
    """Values to try: the ends of what it can be, each word, and not applicable."""
    given = program.scope.inputs[name]
    if given.may_be_na:
        yield nodes.NA
    if given.type == "boolean":
        yield from (True, False)
    elif given.type == "choice":
        yield from given.choices or ("",)
    elif given.type == "ordinal":
        yield from range(len(program.reader.words[name]))
    elif given.type == "text":
        yield ""
    else:
        low, high, whole = span_of(given, ())
        ends = (low, (low + high) / 2, high)
        yield from (int(end) if whole else float(end) for end in ends)
