"""The program of a ruleset: what is asked of an assessment, and what answers it.

A row is asked for its *verdict* first: which outcomes are possible and where the score lies. The states
and points of single criteria are *details*, worked out when they are read. Complete rows are judged by the
core as it is, rows with missing values by its bounded form.

The first rows are judged by the interpreter. From the third on a generated function is worth its
compilation; both give the same to the last bit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Any, TypeVar

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.backends.python import Output, Row, build_function
from criteria_engine.backends.splitting import Anything
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.levels import Outcome, Outcomes
from criteria_engine.compiler.scope import Scope
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import Condition, NumberLike, Numeric, children_first, inner
from criteria_engine.core.values import TruthValue
from criteria_engine.rules.parts import Consistency, Status

CODES = (Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE, Status.BLOCKED)
"""The states of a criterion in the order of ``Slot.states``."""

Verdict = tuple[Any, ...]
"""What a row comes to: which outcome it is, low and high end of the score, whether the set may not apply,
then for each rule of consistency whether it is surely broken.

Of a complete row the outcome is its number; of a row with missing values there is a tuple that says of each
outcome whether it is possible.
"""

_Reading = Callable[[dict[str, Any]], tuple[Row | None, Verdict | None]]
"""From values to a row and its verdict, or twice None."""

_INTERPRETED = 2
"""So many rows are interpreted before a function is compiled."""

_Made = TypeVar("_Made")


class Slot:
    """A criterion of a program: the conditions of its state, its points and its maximum.

    ``states`` are, in the order of ``CODES``, that it is met, not met, not applicable, blocked.
    """

    __slots__ = ("most", "path", "points", "states")

    def __init__(
        self, path: str, states: tuple[Condition, ...], points: Numeric, most: Numeric | None
    ) -> None:
        self.path, self.states, self.points, self.most = path, states, points, most


class LevelVerdict:
    """The outcomes that are possible, and what they say of the level; the same for many rows.

    ``level`` is the level's id where one outcome alone is possible; ``decided`` says whether it is;
    ``possible`` are the ids of the possible levels.
    """

    __slots__ = ("decided", "level", "outcomes", "possible")

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        self.outcomes = outcomes
        self.decided = len(outcomes) == 1
        self.level = outcomes[0].level if self.decided else None
        self.possible = tuple(each.level for each in outcomes if each.level is not None)


class Program:
    """Everything that is worked out for one assessment.

    ``once`` holds what is made once, when it is first needed; ``memory`` what explanations lowered.
    """

    def __init__(
        self,
        scope: Scope,
        reaching: Outcomes | None,
        groups: dict[str, Outcomes],
        consistency: tuple[tuple[Consistency, TruthValue], ...],
        needs_day: bool,
    ) -> None:
        self.scope, self.reaching, self.groups = scope, reaching, groups
        self.consistency, self.needs_day = consistency, needs_day
        self.bounds = BoundsRewriter()
        self.memory: dict[Any, Any] = {}
        self.slots = tuple(self._slot(path) for path in scope.tree.by_path)
        self.places = {slot.path: place for place, slot in enumerate(self.slots)}
        self.reader = InputReader(tuple(scope.inputs.values()), scope.scales, needs_day)
        if consistency or scope.observed_inputs.found:
            self.reader.quickly = False
        self.levels: dict[Any, LevelVerdict] = {}
        self.once: dict[Any, Any] = {}
        self.quick: _Reading = self._too_early
        self._interpreted = 0
        self._turn = threading.RLock()

    def _slot(self, path: str) -> Slot:
        scope = self.scope
        state, child = scope.states[path], scope.as_seen(scope.tree.by_path[path])
        blocked = a.every([state.applies, state.blocked])
        met = a.every([state.applies, state.met.true])
        failed = a.every([state.applies, state.free, state.met.false])
        return Slot(path, (met, failed, state.absent, blocked), child.points, child.most)

    def kept(self, name: Any, make: Callable[[], _Made]) -> _Made:
        """What is made once, when it is first needed, by whichever thread comes first."""
        found: _Made | None = self.once.get(name)
        if found is None:
            with self._turn:
                found = self.once.get(name)
                if found is None:
                    found = self.once[name] = make()
        return found

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways in which the level can come out."""
        return self.reaching.outcomes if self.reaching is not None else ()

    def _contraries(self) -> dict[int, Condition]:
        """Conditions of which one holds exactly where the other does not, in a complete row."""
        states = self.scope.states.values()
        return {
            **{id(each.blocked): each.free for each in states},
            **{id(each.free): each.blocked for each in states},
        }

    def _exact_outputs(self) -> tuple[Output, ...]:
        """What makes the verdict of a complete row."""
        code: Numeric = self.reaching.code if self.reaching is not None else a.ZERO
        whole = self.slots[0]
        broken = [claim.false for _, claim in self.consistency]
        return (code, whole.points, whole.points, whole.states[2], *broken)

    def _bounded_outputs(self) -> tuple[Output, ...]:
        """What makes the verdict of a row with missing values."""
        can, whole = self.bounds.can, self.slots[0]
        possible = tuple(end for each in self.outcomes for end in self._ends(each.possible))
        ends = (*self._ends(whole.points), *self._ends(whole.states[2]))
        broken = [a.contrary(a.some([can(claim.true), can(claim.na)])) for _, claim in self.consistency]
        return (possible, *ends, *broken)

    def asked_of(self, slot: Slot) -> tuple[Anything, ...]:
        """The details of a criterion: which states are possible, the ends of its points and its maximum."""
        roots = (*slot.states, slot.points, slot.most if slot.most is not None else a.ZERO)
        return tuple(end for root in roots for end in self._ends(root))

    def _ends(self, root: Anything) -> tuple[Anything, ...]:
        """What a number can be at least and at most; that a condition can hold."""
        try:
            return self.bounds.interval(root) if isinstance(root, NumberLike) else (self.bounds.can(root),)
        except RecursionError:
            # deeper than Python's stack: once more from the lowest parts up, with nothing half done
            self.bounds = BoundsRewriter()
            for part, _ in children_first([root], inner):
                if isinstance(part, NumberLike):
                    self.bounds.interval(part)
                else:
                    self.bounds.can(part)
            return self._ends(root)

    def exact(self, row: Row, evidence: AbstractSet[str]) -> Verdict:
        """The verdict on a complete row."""
        return self._answered("exact", self._exact_outputs, row, evidence)

    def bounded(self, row: Row, evidence: AbstractSet[str]) -> Verdict:
        """The verdict on a row with missing values."""
        return self._answered("bounded", self._bounded_outputs, row, evidence)

    def details(self, row: Row, evidence: AbstractSet[str]) -> Sequence[Sequence[Any]] | None:
        """The details of all criteria, in the order of ``slots``; None while it is cheaper to ask singly."""
        if next(self.kept("details asked", count)) < _INTERPRETED:
            return None
        return self.kept("details", self._details_function)(row, evidence)  # type: ignore[no-any-return] # generated code has no types

    def _details_function(self) -> Callable[..., Any]:
        return self.function([self.asked_of(slot) for slot in self.slots])

    def _answered(
        self, name: str, outputs: Callable[[], tuple[Output, ...]], row: Row, evidence: AbstractSet[str]
    ) -> Verdict:
        """The answers to some questions: interpreted at first, then by a function."""
        function: Callable[..., Verdict] | None = self.once.get(name)
        if function is not None:
            return function(row, evidence)
        asked = self.kept((name, "outputs"), outputs)
        if self._interpreted < _INTERPRETED:
            self._interpreted += 1
            return self.interpreter(row, evidence).answers(asked)
        function = self.kept(name, lambda: self.function(asked, missing=name == "bounded"))
        return function(row, evidence)

    def function(self, outputs: Sequence[Output], *, missing: bool = True) -> Callable[..., Verdict]:
        """A generated function from a row and the inputs with evidence to some outputs."""
        return build_function(self.reader.order, self.reader.withholdable, outputs, missing=missing)

    def interpreter(self, row: Row, evidence: AbstractSet[str]) -> Interpreter:
        """What works out single parts for a row."""
        return Interpreter(dict(zip(self.reader.order, row, strict=True)), evidence, self.bounds)

    def level_verdict(self, verdict: Verdict) -> LevelVerdict:
        """What a verdict says of the level."""
        outcome = verdict[0]
        known = self.levels.get(outcome)
        if known is None:
            if isinstance(outcome, tuple):
                possible = [each for each, can in zip(self.outcomes, outcome, strict=True) if can]
            else:
                possible = [self.outcomes[int(outcome)]] if self.outcomes else []
            known = self.levels[outcome] = LevelVerdict(tuple(possible))
        return known

    # ``quick`` gives the row and the verdict of a dictionary of sound plain values, which one generated function
    # reads and judges. Whatever it does not take, it gives (None, None).

    def _too_early(self, values: dict[str, Any]) -> tuple[Row | None, Verdict | None]:
        """Stands for ``quick`` until enough rows were judged to make it worth compiling."""
        if self._interpreted < _INTERPRETED or not self.reader.quickly:
            return None, None
        if len(values) < len(self.reader.inputs):
            return self._with_gaps(values)
        self.quick = self.kept("quick", lambda: self._reading(self._with_gaps, missing=False))
        return self.quick(values)

    def _with_gaps(self, values: dict[str, Any]) -> tuple[Row | None, Verdict | None]:
        known: _Reading | None = self.once.get("quick with gaps")
        if known is None:
            known = self.kept("quick with gaps", lambda: self._reading(_nothing, missing=True))
        return known(values)

    def _reading(self, otherwise: _Reading, *, missing: bool) -> _Reading:
        """A generated function from a dictionary of values to row and verdict."""
        reader = self.reader
        return build_function(
            reader.order,
            reader.withholdable,
            self._bounded_outputs() if missing else self._exact_outputs(),
            missing=missing,
            contraries={} if missing else self._contraries(),
            entrance=reader.entrance(otherwise, missing=missing),
        )


def _nothing(_values: dict[str, Any]) -> tuple[None, None]:
    """What odd values come to: they are read again by the reader of inputs, which says what is wrong."""
    return None, None
