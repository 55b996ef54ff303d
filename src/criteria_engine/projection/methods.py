"""Which way to look ahead: the one that was asked for, or the best that what is known allows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.core.extras import numpy_if_there
from criteria_engine.evaluation.result import Result
from criteria_engine.forecasting.drawn_values import futures_of
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.assessed import Assessed, Verdicts, read_assessments, statuses_of
from criteria_engine.plans.roster import Roster
from criteria_engine.plans.unit_status import UnitStatus
from criteria_engine.projection.hazard_look import Hazard
from criteria_engine.projection.looking import Arithmetic, Look
from criteria_engine.projection.own_look import Own
from criteria_engine.projection.scenario import Course
from criteria_engine.projection.scores_look import Scores
from criteria_engine.projection.setting import Setting
from criteria_engine.ruleset import Ruleset

__all__ = ["METHODS", "Method", "Way", "way_of"]

METHODS = ("arithmetic", "hazard", "published", "scores")
"""The ways to look ahead that have a name; a function of the caller's is another."""

_MANY = 10_000
"""From so many drawn years of units on it is worth while to load NumPy."""

Method = str | Callable[..., Any]


@attrs.frozen
class Way:
    """A way to look ahead, with all that it needs.

    ``notes`` are keys of sentences that say what was asked for and could not be done.
    """

    method: Method
    seed: int
    draws: int
    verdicts: Verdicts | None = None
    assessed: Assessed | None = None
    notes: tuple[str, ...] = ()

    def rows(self, rows: Sequence[UnitStatus]) -> tuple[UnitStatus, ...]:
        """The rows of recognitions, with what assessments say where they are to be drawn on."""
        if self.method != "scores" or self.assessed is None:
            return tuple(rows)
        return (*rows, *statuses_of(self.assessed, rows))

    def look(self, setting: Setting) -> Look:
        """The way itself, from a setting."""
        if callable(self.method):
            return Own(setting, self.method, self.seed)
        if self.method == "scores" and self.assessed is not None and self.verdicts is not None:
            units = [unit.id for unit in setting.units(setting.on.year)]
            until = max(setting.plan.horizon.until, setting.on.year)
            many = len(units) * self.draws * (until - setting.on.year) >= _MANY
            np = numpy_if_there() if many else None
            futures = futures_of(self.assessed, units, self.verdicts, until, self.seed, self.draws, np)
            return Scores(setting, futures, self.seed)
        return Hazard(setting) if self.method == "hazard" else Arithmetic(setting)

    def is_seeded(self, look: Look) -> bool:
        """Whether random numbers have a part in it."""
        return look.name == "scores" or isinstance(look, Own)

    def digest_parts(self) -> list[Any]:
        """What of it goes into the digest of a projection, beside what every way has."""
        if callable(self.method):
            return [self.seed]
        if self.assessed is None or self.verdicts is None:
            return []
        return [
            self.assessed.plain(),
            self.verdicts.ruleset.digest,
            self.verdicts.level,
            self.seed,
            self.draws,
        ]


def way_of(
    method: Method | None,
    assessments: Mapping[str, Any],
    ruleset: Ruleset | None,
    level: str | None,
    roster: Roster,
    on: datetime.date,
    course: Course,
    seed: int,
    draws: int,
) -> Way:
    """The way that was asked for; without one ``scores`` where assessments allow it, else ``hazard``.

    Raises:
        CriteriaError: There is no such method, or an assessment is not right.
        ValueError: ``scores`` without a ruleset, a level that it has not, or fewer than one draw.
    """
    if draws < 1:
        raise ValueError(f"{draws} draws; at least 1 is needed")
    if callable(method):
        return Way(method, seed, draws)
    if method not in (*METHODS, None):
        problems = Problems()
        problems.add_fault("method", Fault("CE961", value=str(method), known=", ".join(METHODS)))
        raise CriteriaError(problems)
    if method == "scores" and ruleset is None:
        raise ValueError("method='scores' needs the ruleset= by which drawn units are judged")
    if ruleset is None or method not in ("scores", None) or not _are_of_years(assessments, method):
        return Way(method or "hazard", seed, draws)
    verdicts = Verdicts(ruleset, level)
    assessed = read_assessments(assessments, verdicts, roster, on)
    if course.required or course.pace is not None:
        # These suppose numbers of units, not which; who meets the criteria has no part in them.
        return Way("hazard", seed, draws, notes=("scores_supposed",) if method else ())
    if not assessed.can_move:
        return Way("hazard", seed, draws, notes=("scores_one_year",))
    return Way("scores", seed, draws, verdicts, assessed)


def _are_of_years(assessments: Mapping[str, Any], method: Method | None) -> bool:
    """Whether assessments are told by year; single results are enough where scores are asked for."""
    return method == "scores" or any(not isinstance(each, Result) for each in assessments.values())
