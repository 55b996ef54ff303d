"""The parts of a plan: how it counts, whom it registers, what it aims at, who does what."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.grammar import normal
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.messages.titles import Titles
from criteria_engine.projection.plan_words import DAY_OF_YEAR, DUE, LASTS, YEAR, YEARS, day_of_year
from criteria_engine.rules.schema import (
    BOOLEAN,
    DATE,
    ID,
    INTEGER,
    LABEL,
    SHARE,
    TITLES,
    ListOf,
    MapOf,
    Plain,
    Scalar,
    Struct,
    part,
    shown,
    word_of,
)

__all__ = [
    "CLEARS",
    "REGISTRATIONS",
    "AreaList",
    "Capacity",
    "Counting",
    "Denominator",
    "Horizon",
    "Registration",
    "Reports",
    "Target",
    "Task",
    "listed",
]

CLEARS = ("owner", "what", "due", "result", "answerable")
"""The "five clears" of a task: who, what, by when, with which result, who answers for it."""


@attrs.frozen(repr=False)
class Horizon(Plain):
    """The first and the last year of a plan."""

    from_: int = part(YEAR, key="from")
    until: int = part(YEAR)


@attrs.frozen(repr=False)
class Denominator(Plain):
    """Of how many units a share is: those of the day (``rule="current"``), or those of a ``fixed`` day."""

    rule: str = part(word_of("current"), default="current")
    fixed: datetime.date | None = part(DATE, optional=True, default=None)


@attrs.frozen(repr=False)
class Counting(Plain):
    """What counts, of how many, and for how long.

    ``basis``: a recognition counts from the year in its title, or from the day of its decision, which
    then comes ``decided_after`` years later as long as it is not known. ``carry_over``: what becomes of
    the titles of units that merge: the new unit holds one if ``any``, ``most`` (more than half) or
    ``all`` of its predecessors did, none (``reassess``), or the old list goes on being counted
    (``freeze``). ``predecessors`` are those of the kinds that count (``counted``), or ``all``.
    ``lasts``: years a recognition stands without renewal, None until it lapses. ``only``: the units
    that count, by the columns of the roster. ``registered_only``: in a year with a list, only units on
    it can be recognised. ``assumed``: which of all this no document says.
    """

    basis: str = part(word_of("title_year", "decision_date"), default="title_year")
    denominator: Denominator = part(Struct(Denominator, short="rule"), default=Denominator())
    carry_over: str = part(word_of("any", "most", "all", "reassess", "freeze"), default="any")
    predecessors: str = part(word_of("counted", "all"), default="counted")
    lasts: int | None = part(LASTS, default=None)
    decided_after: int = part(YEARS, default=1)
    only: tuple[tuple[str, tuple[str, ...]], ...] = part(MapOf(LABEL, ListOf(LABEL, single=True)), default=())
    registered_only: bool = part(BOOLEAN, default=False)
    assumed: tuple[str, ...] = part(
        ListOf(
            word_of(
                "basis",
                "denominator",
                "carry_over",
                "predecessors",
                "lasts",
                "decided_after",
                "only",
                "registered_only",
            ),
            single=True,
        ),
        default=(),
    )


@attrs.frozen(repr=False)
class AreaList(Plain):
    """The units that one area registers for a year; ``total`` is the number the document states."""

    units: tuple[str, ...] = part(ListOf(LABEL), default=())
    total: int | None = part(INTEGER, optional=True, default=None)
    area: str = attrs.field(default="")


@attrs.frozen(repr=False)
class Registration(Plain):
    """The units registered for one year, by area; ``total`` is the number the document states.

    A list without areas is that of one area without a name.
    """

    year: int
    areas: tuple[AreaList, ...] = ()
    total: int | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """All names on the list."""
        return tuple(name for each in self.areas for name in each.units)


def listed(value: Any) -> tuple[Registration, ...]:
    """Registrations from Python: years with a list of names, or with lists by area."""
    if isinstance(value, Mapping):
        return tuple(_of_year(year, each) for year, each in value.items())
    if isinstance(value, list | tuple) and all(isinstance(each, Registration) for each in value):
        return tuple(value)
    raise Fault("CE109", value=shown(value), wanted_kind="map")


def _of_year(year: Any, value: Any) -> Registration:
    known = YEAR.accept(year)
    if isinstance(value, list | tuple):
        return Registration(known, (AreaList(tuple(value)),))
    if not isinstance(value, Mapping):
        raise Fault("CE109", value=shown(value), wanted_kind="map")
    areas = [_of_area(name, each) for name, each in value.items() if name != "total"]
    return Registration(known, tuple(areas), INTEGER.accept(value["total"]) if "total" in value else None)


def _of_area(name: Any, value: Any) -> AreaList:
    made = AreaList(**value) if isinstance(value, Mapping) else AreaList(tuple(value))
    return attrs.evolve(made, area=normal(LABEL.accept(name)))


REGISTRATIONS = Scalar("registrations", listed, listed)
"""The registrations of a plan; a file's are read by ``plan_files``, which knows their places."""


@attrs.frozen(repr=False)
class Target(Plain):
    """What a plan wants to reach; exactly one of ``share``, ``count`` and ``units`` is given.

    ``share`` (0–1; two for a range) and ``count`` ``by`` a year are of units that hold the title at its
    end; ``count`` ``in`` a year are units recognised for that year; ``units`` keep it ``through`` a
    year. With ``each="area"`` every area must reach it on its own.
    """

    id: str = part(ID)
    share: tuple[float, ...] | None = part(ListOf(SHARE, single=True), optional=True, default=None)
    count: int | None = part(INTEGER, optional=True, default=None)
    units: tuple[str, ...] | None = part(ListOf(LABEL), optional=True, default=None)
    by: int | None = part(YEAR, optional=True, default=None)
    in_: int | None = part(YEAR, optional=True, default=None, key="in")
    through: int | None = part(YEAR, optional=True, default=None)
    each: str | None = part(word_of("area"), optional=True, default=None)
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())

    @property
    def year(self) -> int:
        """The year at whose end the target is judged."""
        return self.by or self.in_ or self.through or 0

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """The share, or both ends of its range, exactly as written."""
        return tuple(Fraction(repr(each)) for each in self.share or ())


@attrs.frozen(repr=False)
class Reports(Plain):
    """The days of the year on which reports are due, and the years of reviews."""

    half_year: str | None = part(DAY_OF_YEAR, optional=True, default=None)
    year: str | None = part(DAY_OF_YEAR, optional=True, default=None)
    review: tuple[int, ...] = part(ListOf(YEAR, single=True), default=())

    def due(self, horizon: Horizon) -> tuple[datetime.date, ...]:
        """The days on which reports are due, from the first to the last year."""
        days = [text for text in (self.half_year, self.year) if text is not None]
        years = range(horizon.from_, horizon.until + 1)
        return tuple(sorted(day_of_year(text, year) for year in years for text in days))


@attrs.frozen(repr=False)
class Task(Plain):
    """A task with its five clears; ``assumed`` names those that no document says."""

    id: str | None = part(ID, optional=True, default=None)
    owner: Titles = part(TITLES, default=Titles())
    what: Titles = part(TITLES, default=Titles())
    due: datetime.date | str | None = part(DUE, optional=True, default=None)
    result: Titles = part(TITLES, default=Titles())
    answerable: Titles = part(TITLES, default=Titles())
    criteria: tuple[str, ...] = part(ListOf(LABEL, single=True), default=())
    assumed: tuple[str, ...] = part(ListOf(word_of(*CLEARS), single=True), default=())
    note: Titles = part(TITLES, default=Titles())

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of the five clears that are not said."""
        return tuple(name for name in CLEARS if not getattr(self, name))


@attrs.frozen(repr=False)
class Capacity(Plain):
    """How many units can be built up in a year."""

    per_year: int = part(INTEGER)
