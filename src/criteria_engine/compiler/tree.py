"""The tree of criteria, the state of each, and the order in which states are worked out.

A criterion is worked out in steps (see ``compiler``), which need each other in a graph: ``in_order``
puts them in order. A ring in it is an error that names its members, the shortest one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import attrs

from criteria_engine.compiler.combining import Child, Joined
from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest, normal
from criteria_engine.core.nodes import Condition, Numeric, Part
from criteria_engine.core.record import Record
from criteria_engine.core.values import NumberValue, TruthValue
from criteria_engine.messages.diagnostics import Code, Fault
from criteria_engine.rules.parts import Criterion
from criteria_engine.rules.shape import Judged

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_MOST_RINGS = 20
_MOST_STEPS = 20_000
"""How many rings are told, and how far the shortest is looked for."""

ANYTHING = "*"
"""Among the names that could not be read: any name may be one of them."""

WorkStep = tuple[str, str]
"""One step of the work: its kind and what of, ("points", "order.turnout"), ("define", "share"), …"""


class Node(Record):
    """A criterion in its tree; the root's path is empty and stands for the whole set."""

    path: str
    criterion: Criterion
    parent: Node | None
    children: list[Node]

    @property
    def place(self) -> str:
        """Its path in the ruleset, as diagnostics name it."""
        return f"criteria.{self.path}" if self.path else ""

    def key(self, name: str) -> str:
        """The place of one of its keys."""
        return f"{self.place}.{name}" if self.path else name

    def below(self) -> Iterator[Node]:
        """All criteria below, parents first."""
        waiting = deque(self.children)
        while waiting:
            node = waiting.popleft()
            yield node
            waiting.extendleft(reversed(node.children))


class Tree(Record):
    """All criteria, by path and by id."""

    root: Node
    by_path: Mapping[str, Node]
    by_id: Mapping[str, Sequence[Node]]

    @classmethod
    def of(cls, root: Criterion) -> Tree:
        """The tree below ``root``, which stands for the whole set."""
        top = Node("", root, None, [])
        by_path: dict[str, Node] = {"": top}
        by_id: dict[str, list[Node]] = {}
        waiting = [top]
        while waiting:
            parent = waiting.pop()
            for criterion in parent.criterion.criteria:
                path = f"{parent.path}.{criterion.id}" if parent.path else criterion.id
                child = Node(path, criterion, parent, [])
                parent.children.append(child)
                by_path.setdefault(path, child)
                by_id.setdefault(criterion.id, []).append(child)
            waiting.extend(reversed(parent.children))
        return cls(top, by_path, by_id)

    def find(self, name: str) -> Node:
        """The criterion of that id or dotted path; ``Fault`` where there is none or several."""
        if name in self.by_path:
            found = self.by_path[name]
            if "." in name or len(self.by_id.get(name, ())) <= 1:
                return found
        several = self.by_id.get(name, ())
        if len(several) == 1:
            return several[0]
        if several:
            raise Fault(Code.AMBIGUOUS_CRITERION, name=name, paths=", ".join(each.path for each in several))
        known = [*self.by_id, *self.by_path]
        raise Fault(
            Code.UNKNOWN_CRITERION, name=name, nearest=nearest(name, known) or ", ".join(list(self.by_id)[:8])
        )

    def names(self, name: str) -> bool:
        """Whether some criterion is called that."""
        return name in self.by_id or (bool(name) and name in self.by_path)


def in_order(needs: Mapping[WorkStep, set[WorkStep]]) -> tuple[list[WorkStep], list[list[WorkStep]]]:
    """The steps in the order in which they need each other, and the first rings that were found.

    One edge of each ring is dropped, so that everything else can still be looked at.
    """
    graph = {step: set(needed) for step, needed in needs.items()}
    rings: list[list[WorkStep]] = []
    while len(rings) < _MOST_RINGS:
        try:
            return list(TopologicalSorter(graph).static_order()), rings
        except CycleError as error:
            ring = _shortest_ring(graph, error.args[1])
            rings.append(ring)
            graph[ring[-1]].discard(ring[0])
    return _in_any_order(graph), rings


def _in_any_order(graph: Mapping[WorkStep, set[WorkStep]]) -> list[WorkStep]:
    """What each step needs before it, where that does not lead back to it."""
    order: dict[WorkStep, None] = {}
    begun: set[WorkStep] = set()
    for start in graph:
        waiting = [start]
        while waiting:
            step = waiting[-1]
            left = [] if step in begun else [each for each in graph.get(step, ()) if each not in begun]
            begun.add(step)
            waiting += left
            if not left:
                order.setdefault(waiting.pop())
    return list(order)


def _shortest_ring(graph: Mapping[WorkStep, set[WorkStep]], cycle: Sequence[WorkStep]) -> list[WorkStep]:
    """The shortest ring through any member of ``cycle``, as far as so many steps lead."""
    best = list(cycle[:0:-1])
    left = _MOST_STEPS
    for start in dict.fromkeys(cycle):
        if left < 0:
            break
        came_from: dict[WorkStep, WorkStep] = {}
        waiting = deque([start])
        while waiting and start not in came_from:
            step = waiting.popleft()
            left -= 1
            for needed in sorted(graph.get(step, ())):
                if needed not in came_from:
                    came_from[needed] = step
                    waiting.append(needed)
        if start in came_from:
            path = [came_from[start]]
            while path[-1] != start:
                path.append(came_from[path[-1]])
            best = min(best, path[::-1], key=len)
    return best


class CriterionState(Record, frozen=False):
    """What is known of one criterion so far.

    ``applies`` and ``absent``, ``blocked`` and ``free`` are contraries; so are ``here`` and
    ``not_here``, which ask the same while what it is part of applies. ``dropped`` is the fact that it
    was left out because its rule could not be decided. ``child`` and ``seen`` are the criterion as its group
    and as all others see it, once everything is known.
    """

    own_applies: Condition = a.TRUE
    own_absent: Condition = a.FALSE
    gate: Condition = a.TRUE
    no_gate: Condition = a.FALSE
    judged: Judged = Judged(NumberValue(a.ZERO))
    undecided: Condition = a.FALSE
    dropped: Condition = a.FALSE
    here: Condition = a.TRUE
    not_here: Condition = a.FALSE
    applies: Condition = a.TRUE
    absent: Condition = a.FALSE
    blocked: Condition = a.FALSE
    free: Condition = a.TRUE
    requires: tuple[tuple[str, TruthValue], ...] = ()
    joined: Joined | None = None
    own_points: Numeric = a.ZERO
    points: Numeric = a.ZERO
    most: Numeric | None = a.ONE
    full: Numeric | None = a.ONE
    parts: tuple[Part, ...] | None = None
    share: Numeric | None = None
    got: Condition | None = None
    met: TruthValue = TruthValue(a.TRUE, a.FALSE)
    child: Child | None = None
    seen: Child | None = None


def expressions_in(value: Any) -> Iterator[Expression]:
    """Every expression inside a rule, or inside a tuple of what rules are made of."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from expressions_in(each)
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):
            yield from expressions_in(getattr(value, attribute.name))


def prerequisite_name(expression: Expression, tree: Tree) -> str | None:
    """The criterion that a prerequisite names, or None where it is an expression."""
    name = normal(expression.text)
    if _DOTTED.fullmatch(name) and (tree.names(name) or "." in name):
        return name
    return None
