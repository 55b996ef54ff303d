"""The program of a ruleset: what a carrier is to work out, and what its answers mean.

Complete data runs the core as it is; with missing values its bounded form runs. Both are made when
they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from criteria_engine import algebra as a
from criteria_engine.bounds import Bounds
from criteria_engine.carriers.python import build_function
from criteria_engine.core import Branch, Condition, Numeric
from criteria_engine.criteria import Consistency
from criteria_engine.door import Door
from criteria_engine.judging import Judging
from criteria_engine.meaning import Claim
from criteria_engine.reaching import Reaching
from criteria_engine.status import Status

__all__ = ["CODES", "Program", "Slot"]

CODES = (Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE, Status.BLOCKED)
"""The states in the order of the codes that programs work with."""


@attrs.frozen(eq=False)
class Slot:
    """A criterion among the answers: its state, its points and, if it has one, its maximum."""

    path: str
    state: Numeric
    points: Numeric
    most: Numeric | None


@attrs.define(eq=False)
class Program:
    """Everything that is worked out for one assessment."""

    judging: Judging
    reaching: Reaching | None
    groups: dict[str, Reaching]
    consistency: tuple[tuple[Consistency, Claim], ...]
    needs_day: bool
    bounds: Bounds = attrs.field(factory=Bounds)
    slots: tuple[Slot, ...] = attrs.field(init=False)
    places: dict[str, int] = attrs.field(init=False)
    door: Door = attrs.field(init=False)
    _exact: Callable[..., Any] | None = attrs.field(init=False, default=None)
    _bounded: Callable[..., Any] | None = attrs.field(init=False, default=None)
    _quick: Callable[..., Any] | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.slots = tuple(self._slot(path) for path in self.judging.tree.by_path)
        self.places = {slot.path: place for place, slot in enumerate(self.slots)}
        self.door = Door.of(self.judging.parts.inputs, self.judging.parts.scales, self.needs_day)

    def _slot(self, path: str) -> Slot:
        judging = self.judging
        faces, child = judging.faces[path], judging.as_child(judging.tree.by_path[path])
        blocked = a.every([faces.applies, faces.blocked])
        met = a.every([faces.applies, faces.met.true])
        failed = a.every([faces.applies, faces.free, faces.met.false])
        state = a.choice(
            [
                Branch(faces.absent, faces.absent, a.number(2)),
                Branch(faces.blocked, blocked, a.number(3)),
                Branch(faces.met.true, met, a.ZERO),
            ],
            failed,
            a.ONE,
        )
        return Slot(path, state, child.points, child.most)

    # ---- what is asked -----------------------------------------------------------------------

    def exact_outputs(self) -> list[Numeric | Condition]:
        """The level's code, then state, points and maximum a criterion, then consistency."""
        code: Numeric = self.reaching.code if self.reaching is not None else a.ZERO
        return [
            code,
            *self._slot_outputs(lambda part: [part]),
            *[claim.false for _, claim in self.consistency],
        ]

    def bounded_outputs(self) -> list[Numeric | Condition]:
        """The same with a low and a high end each; first, which outcomes are possible."""
        outcomes = self.reaching.outcomes if self.reaching is not None else ()
        return [
            *[self.bounds.can(each.possible) for each in outcomes],
            *self._slot_outputs(lambda part: list(self.bounds.interval(part))),
            *[
                a.contrary(a.some([self.bounds.can(claim.true), self.bounds.can(claim.na)]))
                for _, claim in self.consistency
            ],
        ]

    def _slot_outputs(self, ends: Callable[[Numeric], list[Numeric]]) -> list[Numeric]:
        asked: list[Numeric] = []
        for slot in self.slots_in_order():
            asked += [
                *ends(slot.state),
                *ends(slot.points),
                *ends(slot.most if slot.most is not None else a.ZERO),
            ]
        return asked

    def slots_in_order(self) -> Sequence[Slot]:
        """The criteria, the whole set first."""
        return self.slots

    # ---- functions ---------------------------------------------------------------------------

    @property
    def exact(self) -> Callable[..., Any]:
        """The function for complete rows."""
        if self._exact is None:
            self._exact = self._build(self.exact_outputs())
        return self._exact

    @property
    def bounded(self) -> Callable[..., Any]:
        """The function for rows with missing values."""
        if self._bounded is None:
            self._bounded = self._build(self.bounded_outputs())
        return self._bounded

    @property
    def quick(self) -> Callable[..., Any]:
        """From a complete dictionary straight to (row, answers); None where it is anything else."""
        if self._quick is None:
            door = self.door
            self._quick = build_function(
                door.order,
                door.withholdable,
                self._warmed(self.exact_outputs()),
                parameters=("values", "evidence"),
                prologue=door.quick_prologue(),
                names=door.names,
            )
        return self._quick

    def _build(self, outputs: list[Numeric | Condition]) -> Callable[..., Any]:
        return build_function(self.door.order, self.door.withholdable, self._warmed(outputs))

    def _warmed(self, outputs: list[Numeric | Condition]) -> list[Numeric | Condition]:
        return outputs
