"""A plan: units, whom it registers, what it aims at; sound, or not made."""

from __future__ import annotations

import datetime

import attrs

from criteria_engine.messages.diagnostics import Problems
from criteria_engine.messages.titles import Titles
from criteria_engine.projection.plan_checks import listed_units, look_at_plan
from criteria_engine.projection.plan_parts import (
    REGISTRATIONS,
    Capacity,
    Counting,
    Horizon,
    Registration,
    Reports,
    Target,
    Task,
)
from criteria_engine.projection.plan_units import counted_units
from criteria_engine.projection.roster import Roster, Unit
from criteria_engine.rules.parts import LegalBasis
from criteria_engine.rules.schema import LABEL, TEXT, TITLES, ById, ListOf, Plain, Struct, digest_of, part

__all__ = ["Plan"]


@attrs.frozen(repr=False, kw_only=True)
class Plan(Plain):
    """What an authority wants its units to reach, by when, and who registers when.

    ``ce.load_plan`` reads one from a file; one built here meets the same checks: ``CriteriaError``
    names all that is wrong, with the path instead of the line. ``roster`` holds the units,
    ``roster_file`` says where a file keeps them. Frozen, equal by value, picklable.
    """

    id: str = part(LABEL, key="plan")
    title: Titles = part(TITLES, default=Titles())
    legal_basis: tuple[LegalBasis, ...] = part(ListOf(Struct(LegalBasis)), default=())
    ruleset: str | None = part(LABEL, optional=True, default=None)
    roster_file: str = part(TEXT, key="roster", default="")
    horizon: Horizon = part(Struct(Horizon))
    counting: Counting = part(Struct(Counting), default=Counting())
    registrations: tuple[Registration, ...] = part(REGISTRATIONS, default=())
    targets: tuple[Target, ...] = part(ById(Struct(Target)), default=())
    reports: Reports | None = part(Struct(Reports), optional=True, default=None)
    tasks: tuple[Task, ...] = part(ListOf(Struct(Task)), default=())
    capacity: Capacity | None = part(Struct(Capacity), optional=True, default=None)
    note: Titles = part(TITLES, default=Titles())
    roster: Roster = attrs.field(default=Roster(()))

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        look_at_plan(self, problems)
        problems.raise_errors()

    @property
    def digest(self) -> str:
        """The SHA-256 of the plan and its units; comments and the order of keys play no part."""
        return digest_of(self)

    @property
    def report_days(self) -> tuple[datetime.date, ...]:
        """The days on which the half-yearly and yearly reports are due."""
        return () if self.reports is None else self.reports.due(self.horizon)

    def target(self, id: str) -> Target:
        """The target with that id; raises ``KeyError`` where there is none."""
        for target in self.targets:
            if target.id == id:
                return target
        raise KeyError(id)

    def counted_on(self, day: datetime.date) -> tuple[Unit, ...]:
        """The units that count on a day: those of the roster that ``counting.only`` picks out.

        Where the plan counts on the list of a fixed day, that day's list.
        """
        return counted_units(self.roster, self.counting, day)

    def registered(self, year: int) -> tuple[Unit, ...]:
        """The units on the list of a year; () where it has none."""
        return tuple(
            unit
            for each in self.registrations
            if each.year == year
            for _, _, _, unit in listed_units(self, each)
            if isinstance(unit, Unit)
        )
