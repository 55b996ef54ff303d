"""Which way to look ahead: the one that was asked for, or the best that what is known allows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.extras import numpy_if_there
from criteria_engine.evaluation.result import Result
from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.forecasting.forecast import share
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.assessed import Assessed, Verdicts, read_assessments, statuses_of
from criteria_engine.plans.plan import Target
from criteria_engine.plans.roster import Roster
from criteria_engine.plans.unit_status import UnitStatus
from criteria_engine.projection.arithmetic import Arithmetic, ForecastMethod, Path, PathYear
from criteria_engine.projection.context import ProjectionContext, Scenarios
from criteria_engine.projection.drawn_values import futures_of
from criteria_engine.projection.hazard_method import Hazard
from criteria_engine.projection.outlook import told_shares
from criteria_engine.projection.scores_method import Scores
from criteria_engine.ruleset import Ruleset

__all__ = [
    "METHODS",
    "Method",
    "MethodChoice",
    "Own",
    "way_of",
]


# ---- looking ahead by a function of the caller's: what it draws of the share of recognised units ---


class Own:
    """A function ``(years, values, n, horizons, rng) -> draws``, as ``forecast.share`` takes one.

    It is given the shares (0–1) of the years of which something was told; where nothing was, there is
    nothing to give it, and paths are those of ``Arithmetic``.
    """

    bounds_everywhere = True

    def __init__(self, setting: ProjectionContext, method: Callable[..., Any], seed: int) -> None:
        self.setting, self.method, self.seed = setting, method, seed
        self.plain = Arithmetic(setting)
        self.name = str(getattr(method, "__name__", "own")) if setting.ledger.told_years else self.plain.name
        self._paths: dict[str | None, Path] = {}

    def path(self, area: str | None = None, year: int | None = None) -> Path:  # noqa: ARG002 - as every look
        """What was drawn in place of the years ahead; low and high are its 10 % and 90 % quantiles."""
        if area not in self._paths:
            self._paths[area] = self._drawn(area)
        return self._paths[area]

    def _drawn(self, area: str | None) -> Path:
        points, setting = dict(self.plain.path(area)), self.setting
        series = {year: value / 100.0 for year, value in told_shares(setting, points, area).items()}
        n = len(setting.units(setting.on.year, area))
        if not series or not n:
            return points
        last = max(series)
        ahead = [year for year in setting.years_ahead if year > last]
        if not ahead:
            return points
        horizons = [year - last for year in ahead]
        found = share(list(series), list(series.values()), n, horizons, self.method, seed=self.seed)
        for year in ahead:
            points[year] = _point(points, year, n, found[year - last].in_counts())
        return points

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """How likely a count is reached; None for named units, single years, and several areas at once."""
        if target.units is not None or target.in_ is not None or len(needs) != 1:
            return None
        ((area, need),) = needs.items()
        chances = self.path(area)[target.year].chances
        return None if chances is None else chances.probability(at_least=need)

    def lapse_rate(self) -> Fraction:
        """That of the years behind."""
        return self.plain.lapse_rate()

    def pass_rate(self) -> Fraction:
        """That of the years behind."""
        return self.plain.pass_rate()


def _point(points: Mapping[int, PathYear], year: int, n: int, chances: Distribution) -> PathYear:
    """A year as it was drawn; what changed is all gain or all loss, since draws say no more."""
    before = points[year - 1].expected if year - 1 in points else Fraction(0)
    low, high = (Fraction(each) for each in chances.interval(0.8))
    now = Fraction(chances.mean)
    change = now - before
    point = PathYear(year, n, min(low, now), now, max(high, now), before, Fraction(0), Fraction(0), chances)
    return attrs.evolve(point, gained=max(change, Fraction(0)), lost=max(-change, Fraction(0)))


METHODS = ("arithmetic", "hazard", "published", "scores")
"""The ways to look ahead that have a name; a function of the caller's is another."""

_MANY = 10_000
"""From so many drawn years of units on it is worth while to load NumPy."""

Method = str | Callable[..., Any]


@attrs.frozen
class MethodChoice:
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

    def look(self, setting: ProjectionContext) -> ForecastMethod:
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

    def is_seeded(self, look: ForecastMethod) -> bool:
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
    course: Scenarios,
    seed: int,
    draws: int,
) -> MethodChoice:
    """The way that was asked for; without one ``scores`` where assessments allow it, else ``hazard``.

    Raises:
        CriteriaError: There is no such method, or an assessment is not right.
        ValueError: ``scores`` without a ruleset, a level that it has not, or fewer than one draw.
    """
    if draws < 1:
        raise ValueError(f"{draws} draws; at least 1 is needed")
    if callable(method):
        return MethodChoice(method, seed, draws)
    if method not in (*METHODS, None):
        problems = Problems()
        problems.add_fault("method", Fault("CE961", value=str(method), known=", ".join(METHODS)))
        raise CriteriaError(problems)
    if method == "scores" and ruleset is None:
        raise ValueError("method='scores' needs the ruleset= by which drawn units are judged")
    if ruleset is None or method not in ("scores", None) or not _are_of_years(assessments, method):
        return MethodChoice(method or "hazard", seed, draws)
    verdicts = Verdicts(ruleset, level)
    assessed = read_assessments(assessments, verdicts, roster, on)
    if course.required or course.pace is not None:
        # These suppose numbers of units, not which; who meets the criteria has no part in them.
        return MethodChoice("hazard", seed, draws, notes=("scores_supposed",) if method else ())
    if not assessed.can_move:
        return MethodChoice("hazard", seed, draws, notes=("scores_one_year",))
    return MethodChoice("scores", seed, draws, verdicts, assessed)


def _are_of_years(assessments: Mapping[str, Any], method: Method | None) -> bool:
    """Whether assessments are told by year; single results are enough where scores are asked for."""
    return method == "scores" or any(not isinstance(each, Result) for each in assessments.values())
