"""The table of forecasting methods, and which of them answers a request.

A method is a class with the answers of ``ForecastMethod``; to add one, write the class and put it into
``METHODS``. ``ForecastRequest`` says what is asked of any of them, and falls back where it cannot be done.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs

from criteria_engine.evaluation.result import Result
from criteria_engine.forecasting.forecast import share
from criteria_engine.forecasting.published import Label
from criteria_engine.messages.diagnostics import Code, CriteriaError, Problems
from criteria_engine.plans.assessed import Verdicts, read_assessments, statuses_of
from criteria_engine.plans.plan import Plan, Target
from criteria_engine.plans.unit_status import UnitStatus
from criteria_engine.projection.arithmetic import Arithmetic, ForecastMethod, Path, PathYear, arithmetic_path
from criteria_engine.projection.context import ProjectionContext, Scenarios, context_of
from criteria_engine.projection.hazard_method import Hazard
from criteria_engine.projection.outlook import is_low_share, published_labels, told_shares
from criteria_engine.projection.scores_method import Scores
from criteria_engine.ruleset import Ruleset

Method = str | Callable[..., Any]
"""The name of a method, or a function ``(years, values, n, horizons, rng) -> draws``."""


class Published(ForecastMethod):
    """The labels of published rules, and no probabilities."""

    name = "published"
    sentence = "no_model"
    forecasts = False

    def labels(self) -> dict[str, dict[str, Label]]:
        """For each target the label of every rule that applies."""
        return published_labels(self.context, self.path())

    def notes(self) -> tuple[str, ...]:
        """``low_share`` where a rule of growth met a low share, too."""
        low = is_low_share(self.context, self.path(), self.labels())
        return (*super().notes(), *(["low_share"] if low else []))


class Own(ForecastMethod):
    """A function ``(years, values, n, horizons, rng) -> draws``, as ``forecast.share`` takes one.

    It is given the shares (0–1) of the years of which something was told; where nothing was, there is
    nothing to give it, and paths are those of ``Arithmetic``.
    """

    seeded = True

    def __init__(self, context: ProjectionContext, function: Callable[..., Any]) -> None:
        super().__init__(context)
        self.function = function
        if context.ledger.told_years:
            self.name = str(getattr(function, "__name__", "own"))

    def _path(self, area: str | None) -> Path:
        """What was drawn in place of the years ahead; low and high are its 10 % and 90 % quantiles."""
        context = self.context
        points = arithmetic_path(context, area)
        series = {year: value / 100.0 for year, value in told_shares(context, points, area).items()}
        n = len(context.units(context.on.year, area))
        ahead = [year for year in context.years_ahead if series and year > max(series)]
        if not n or not ahead:
            return points
        last = max(series)
        horizons = [year - last for year in ahead]
        drawn = share(list(series), list(series.values()), n, horizons, self.function, seed=context.seed)
        for year in ahead:
            # What changed is all gain or all loss, since draws say no more.
            before = points[year - 1].expected if year - 1 in points else Fraction(0)
            points[year] = PathYear.forecast(year, n, drawn[year - last].in_counts(), before)
        return points

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """How likely a count is reached; None for named units, single years, and several areas at once."""
        if target.units is not None or target.in_ is not None or len(needs) != 1:
            return None
        ((area, need),) = needs.items()
        chances = self.path(area)[target.year].chances
        return None if chances is None else chances.probability(at_least=need)

    def digest_parts(self) -> list[Any]:
        """The seed."""
        return [self.context.seed]


METHODS: Mapping[str, type[ForecastMethod]] = {
    kind.name: kind for kind in (Arithmetic, Hazard, Published, Scores)
}
"""The methods by name, in the order of the alphabet; a function of the caller's is another."""


def unknown_method(method: Method | None, known: Iterable[str]) -> CriteriaError:
    """The error for a method that there is not, with those there are."""
    problems = Problems()
    problems.add("method", Code.UNKNOWN_METHOD, value=str(method), known=", ".join(known))
    return CriteriaError(problems)


@attrs.frozen
class ForecastRequest:
    """What is asked of any method, whatever the day.

    Without a ``method`` it is ``scores`` where assessments allow it, else ``hazard``. Raises
    ``CriteriaError`` for an unknown method, ``ValueError`` for ``scores`` without a ruleset and no draws.
    """

    plan: Plan
    method: Method | None
    scenarios: Scenarios
    assessments: Mapping[str, Any]
    ruleset: Ruleset | None
    level: str | None
    seed: int
    draws: int

    def __attrs_post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"{self.draws} draws; at least 1 is needed")
        if not callable(self.method) and self.method is not None and self.method not in METHODS:
            raise unknown_method(self.method, METHODS)
        if self.method == "scores" and self.ruleset is None:
            raise ValueError("method='scores' needs the ruleset= by which drawn units are judged")

    def begin(
        self, rows: Sequence[UnitStatus], on: datetime.date
    ) -> tuple[Callable[[ProjectionContext], ForecastMethod], ProjectionContext]:
        """The method to look ahead with from a day, and what it starts from.

        Raises ``CriteriaError`` for assessments that are not right, ``ValueError`` for an unknown level.
        """
        start = partial(context_of, self.plan, on=on, scenarios=self.scenarios, seed=self.seed)
        if callable(self.method):
            return partial(Own, function=self.method), start(rows)
        # Single results are enough where scores are asked for by name.
        has_years = any(not isinstance(each, Result) for each in self.assessments.values())
        can_draw = self.method == "scores" or (self.method is None and has_years)
        if self.ruleset is None or not can_draw:
            return METHODS[self.method or "hazard"], start(rows)
        verdicts = Verdicts(self.ruleset, self.level)
        assessed = read_assessments(self.assessments, verdicts, self.plan.roster, on)
        if self.scenarios.required or self.scenarios.pace is not None:
            # These suppose numbers of units, not which; who meets the criteria has no part in them.
            return Hazard, start(rows, notes=("scores_supposed",) if self.method else ())
        if not assessed.can_move:
            return Hazard, start(rows, notes=("scores_one_year",))
        known = (*rows, *statuses_of(assessed, rows))
        return Scores, start(known, draws=self.draws, verdicts=verdicts, assessed=assessed)
