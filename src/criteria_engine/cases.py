"""Tests beside the rules: what values are given, and what is expected."""

from __future__ import annotations

import datetime

import attrs

from criteria_engine.kinds import ListOf, MapOf, Plain, Struct, part
from criteria_engine.scalars import BOOLEAN, CELL, DATE, LABEL, NUMBER, TEXT

__all__ = ["Case", "Expected"]


@attrs.frozen(repr=False)
class Expected(Plain):
    """What a test expects, any of it; ``score`` is a number or its low and high end."""

    level: str | None = part(LABEL, optional=True, default=None)
    possible_levels: tuple[str, ...] | None = part(ListOf(LABEL), optional=True, default=None)
    score: tuple[float, ...] | None = part(ListOf(NUMBER, single=True), optional=True, default=None)
    max_score: tuple[float, ...] | None = part(ListOf(NUMBER, single=True), optional=True, default=None)
    decided: bool | None = part(BOOLEAN, optional=True, default=None)
    referred: str | None = part(TEXT, optional=True, default=None)
    criteria: tuple[tuple[str, str], ...] = part(MapOf(LABEL, CELL), default=())
    values: tuple[tuple[str, str], ...] = part(MapOf(LABEL, CELL), default=())
    error: str | None = part(TEXT, optional=True, default=None)


@attrs.frozen(repr=False)
class Case(Plain):
    """One test: ``values`` as an author writes them, and what is expected.

    ``history`` are the values of the periods before, the newest first; ``titles`` say by ruleset which
    level is held, in a list now and in the periods before.
    """

    name: str = part(TEXT)
    values: tuple[tuple[str, str | None], ...] = part(MapOf(LABEL, CELL), default=())
    history: tuple[tuple[tuple[str, str | None], ...], ...] = part(ListOf(MapOf(LABEL, CELL)), default=())
    titles: tuple[tuple[str, tuple[str | None, ...]], ...] = part(
        MapOf(LABEL, ListOf(CELL, single=True)), default=()
    )
    evidence: tuple[tuple[str, str], ...] = part(MapOf(LABEL, CELL), default=())
    on: datetime.date | None = part(DATE, optional=True, default=None)
    expect: Expected = part(Struct(Expected), default=Expected())
    note: str | None = part(TEXT, optional=True, default=None)
