"""The program of a ruleset: what a carrier is to work out, and what its answers mean.

Complete data runs the core as it is; with missing values its bounded form runs. Both are made when
they are first needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs

from criteria_engine.backends.python import build_function
from criteria_engine.compiler.inputs import InputReader
from criteria_engine.compiler.levels import Outcomes
from criteria_engine.compiler.scope import Scope
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import Choice, Condition, Number, Numeric, Truth
from criteria_engine.core.values import TruthValue
from criteria_engine.rules.parts import Consistency, Status

__all__ = ["CODES", "Program", "Questions", "Slot"]


# ---- what a program is asked, without asking anything twice --------------------------------------

_AS_IT_IS: Any = object()


@attrs.frozen(eq=False, repr=False)
class Questions:
    """The parts to work out, and how each of the questions is answered from them.

    An answer is (place, if true, if false); a constant has no place.
    """

    parts: tuple[Condition | Numeric, ...]
    answers: tuple[tuple[int, Any, Any], ...]

    @classmethod
    def of(cls, questions: Sequence[Condition | Numeric]) -> Questions:
        """What to ask so that all questions are answered."""
        parts: dict[int, tuple[int, Condition | Numeric]] = {}

        def place(part: Condition | Numeric) -> int:
            return parts.setdefault(id(part), (len(parts), part))[0]

        answers: list[tuple[int, Any, Any]] = []
        for question in questions:
            match question:
                case Truth(value):
                    answers.append((-1, value, value))
                case Number():
                    answers.append((-1, question.low, question.low))
                case Choice(branches=[one], otherwise=Number(low=no)) if isinstance(one.value, Number):
                    answers.append((place(one.test), one.value.low, no))
                case _:
                    answers.append((place(question), _AS_IT_IS, _AS_IT_IS))
        return cls(tuple(part for _, part in parts.values()), tuple(answers))

    def answer(self, question: int, found: Sequence[Any]) -> Any:
        """The answer to a question, from what was worked out."""
        at, yes, no = self.answers[question]
        if at < 0:
            return yes
        return found[at] if yes is _AS_IT_IS else yes if found[at] else no

    def all(self, found: Sequence[Any]) -> list[Any]:
        """The answers to all questions."""
        return [
            yes if at < 0 else found[at] if yes is _AS_IT_IS else yes if found[at] else no
            for at, yes, no in self.answers
        ]


_Made = TypeVar("_Made")

CODES = (Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE, Status.BLOCKED)
"""The states in the order of the codes that programs work with."""


@attrs.frozen(eq=False, repr=False)
class Slot:
    """A criterion among the answers: the conditions of its state, its points and its maximum.

    ``states`` are, in the order of ``CODES``, that it is met, not met, not applicable, blocked.
    """

    path: str
    states: tuple[Condition, Condition, Condition, Condition]
    points: Numeric
    most: Numeric | None


@attrs.define(eq=False, repr=False)
class Program:
    """Everything that is worked out for one assessment.

    ``memory`` keeps what explanations lowered, so that each part is lowered once.
    """

    judging: Scope
    reaching: Outcomes | None
    groups: dict[str, Outcomes]
    consistency: tuple[tuple[Consistency, TruthValue], ...]
    needs_day: bool
    bounds: BoundsRewriter = attrs.field(factory=BoundsRewriter)
    memory: dict[Any, Any] = attrs.field(factory=dict, repr=False)
    slots: tuple[Slot, ...] = attrs.field(init=False)
    places: dict[str, int] = attrs.field(init=False)
    door: InputReader = attrs.field(init=False)
    once: dict[Any, Any] = attrs.field(init=False, factory=dict)
    _turn: threading.RLock = attrs.field(init=False, factory=threading.RLock)

    def __attrs_post_init__(self) -> None:
        self.slots = tuple(self._slot(path) for path in self.judging.tree.by_path)
        self.places = {slot.path: place for place, slot in enumerate(self.slots)}
        self.door = InputReader.of(tuple(self.judging.inputs.values()), self.judging.scales, self.needs_day)
        if self.consistency or self.judging.observing.found:
            self.door.quickly = False

    def _slot(self, path: str) -> Slot:
        judging = self.judging
        faces, child = judging.faces[path], judging.as_seen(judging.tree.by_path[path])
        blocked = a.every([faces.applies, faces.blocked])
        met = a.every([faces.applies, faces.met.true])
        failed = a.every([faces.applies, faces.free, faces.met.false])
        states = (met, failed, faces.absent, blocked)
        return Slot(path, states, child.points, child.most)

    # ---- what is asked -----------------------------------------------------------------------

    def _exact_questions(self) -> list[Numeric | Condition]:
        """The level's code; a criterion's states (all but "not met"), points, maximum; consistency."""
        code: Numeric = self.reaching.code if self.reaching is not None else a.ZERO
        asked: list[Numeric | Condition] = [code]
        for slot in self.slots:
            met, _, absent, blocked = slot.states
            asked += [met, absent, blocked, slot.points, slot.most if slot.most is not None else a.ZERO]
        return [*asked, *[claim.false for _, claim in self.consistency]]

    def _bounded_questions(self) -> list[Numeric | Condition]:
        """Which outcomes are possible; a criterion's possible states, ends of points and maximum."""
        outcomes = self.reaching.outcomes if self.reaching is not None else ()
        asked: list[Numeric | Condition] = [self.bounds.can(each.possible) for each in outcomes]
        for slot in self.slots:
            asked += [self.bounds.can(state) for state in slot.states]
            asked += [*self.bounds.interval(slot.points)]
            asked += [*self.bounds.interval(slot.most if slot.most is not None else a.ZERO)]
        for _, claim in self.consistency:
            asked.append(a.contrary(a.some([self.bounds.can(claim.true), self.bounds.can(claim.na)])))
        return asked

    # ---- functions ---------------------------------------------------------------------------

    @property
    def exact_asking(self) -> Questions:
        """What complete rows are asked."""
        return self._made("exact_asking", lambda: Questions.of(self._exact_questions()))

    @property
    def bounded_asking(self) -> Questions:
        """What rows with missing values are asked."""
        return self._made("bounded_asking", lambda: Questions.of(self._bounded_questions()))

    @property
    def exact(self) -> Callable[..., Any]:
        """The function for complete rows."""
        return self._made("exact", lambda: self._written(self.exact_asking, missing=False))

    @property
    def bounded(self) -> Callable[..., Any]:
        """The function for rows with missing values."""
        return self._made("bounded", lambda: self._written(self.bounded_asking, missing=True))

    @property
    def quick(self) -> Callable[..., Any]:
        """From a complete dictionary straight to (row, answers); None where it is anything else."""
        return self._made("quick", lambda: self._entered(self.exact_asking, missing=False))

    @property
    def quick_with_gaps(self) -> Callable[..., Any]:
        """From a row with missing values to (row, answers); None where anything else is odd."""
        return self._made("quick_with_gaps", lambda: self._entered(self.bounded_asking, missing=True))

    def kept(self, name: Any, make: Callable[[], _Made]) -> _Made:
        """What other carriers make of it, once."""
        return self._made(name, make)

    def _made(self, name: Any, make: Callable[[], _Made]) -> _Made:
        """What is made once, when it is first needed, by whichever thread comes first."""
        found: _Made | None = self.once.get(name)
        if found is None:
            with self._turn:
                found = self.once.get(name)
                if found is None:
                    found = self.once[name] = make()
        return found

    def _written(self, asking: Questions, *, missing: bool) -> Callable[..., Any]:
        return build_function(self.door.order, self.door.withholdable, asking.parts, missing=missing)

    def _entered(self, asking: Questions, *, missing: bool) -> Callable[..., Any]:
        door = self.door
        return build_function(
            door.order,
            door.withholdable,
            asking.parts,
            missing=missing,
            parameters=("row" if missing else "values", "evidence"),
            entrance=door.entrance(missing=missing),
        )

    # ---- reading the answers -----------------------------------------------------------------

    def exact_answer(self, question: int, found: Sequence[Any]) -> Any:
        """One answer of a complete row: 0 is the level, 2 whether the set is absent, 4 its points."""
        asking: Questions = self.once.get("exact_asking") or self.exact_asking
        return asking.answer(question, found)

    def open_answer(self, question: int, found: Sequence[Any]) -> Any:
        """One answer about the set of a row with gaps: 2 whether it can be absent, 4 and 5 its points."""
        asking: Questions = self.once.get("bounded_asking") or self.bounded_asking
        return asking.answer(self.outcomes + question, found)

    def answers(self, found: Sequence[Any], complete: bool, first: int, count: int) -> list[Any]:
        """So many answers from one on."""
        asking = self.exact_asking if complete else self.bounded_asking
        return [asking.answer(question, found) for question in range(first, first + count)]

    def breaches(self, found: Sequence[Any], complete: bool) -> list[Any]:
        """For each rule of consistency, whether it surely does not hold."""
        count = len(self.consistency)
        asking = self.exact_asking if complete else self.bounded_asking
        return self.answers(found, complete, len(asking.answers) - count, count)

    @property
    def outcomes(self) -> int:
        """How many ways the level can come out."""
        return len(self.reaching.outcomes) if self.reaching is not None else 0
