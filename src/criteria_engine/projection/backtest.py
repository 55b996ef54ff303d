"""Looking back: what projections of a plan, made in each past year, would have been worth."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from criteria_engine.forecasting.backtest import Backtest, Checked, checked, compared
from criteria_engine.forecasting.distribution import Share, exact_share
from criteria_engine.messages.codes import Code
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.roster import Unit, year_days
from criteria_engine.plans.unit_status import Rows, UnitStatus, rows_of
from criteria_engine.projection.context import Scenarios
from criteria_engine.projection.methods import METHODS, ForecastRequest, Method
from criteria_engine.ruleset import Ruleset


def backtest_plan(
    plan: Plan,
    recognitions: Rows = (),
    *,
    on: datetime.date,
    method: Method | None = None,
    assessments: Mapping[str, Any] | None = None,
    ruleset: Ruleset | None = None,
    level: str | None = None,
    at_least: Share | None = None,
    seed: int = 0,
    draws: int = 200,
) -> Backtest:
    """Project a plan from the end of each past year, and compare with what came and with "no change".

    From each year the method sees only what was known by then, and the roster of that day. A later year
    counts where its result is known for every unit, and the list of units is still the same: what a
    merger does to a share is no forecast. The lists of registrations are taken as they stand now.

    Args:
        plan: The plan.
        recognitions: What happened, as ``ce.project`` takes it.
        on: The day from which one looks back.
        method: As in ``ce.project``; ``"arithmetic"`` and ``"published"`` forecast nothing.
        assessments: As in ``ce.project``.
        ruleset: As in ``ce.project``.
        level: As in ``ce.project``.
        at_least: A share whose reaching is forecast as well, for the Brier score; by default that of the
            plan's first target with a share.
        seed: As in ``ce.project``.
        draws: As in ``ce.project``.

    Returns:
        The figures, in shares; ``.sentence()`` says plainly if there is no skill over "no change".

    Raises:
        CriteriaError: As ``ce.project`` does.
        ValueError: There are no two years that can be compared, or the method forecasts nothing.
    """
    forecasting = [name for name, kind in METHODS.items() if kind.forecasts]
    if method in METHODS and method not in forecasting:
        problems = Problems()
        problems.add_fault(
            "method", Fault(Code.UNKNOWN_METHOD, value=str(method), known=", ".join(forecasting))
        )
        raise CriteriaError(problems)
    if at_least is None:
        at_least = next((target.shares[0] for target in plan.targets if target.share is not None), None)
    asked = ForecastRequest(plan, method, Scenarios(), assessments or {}, ruleset, level, seed, draws)
    rows = rows_of(recognitions, plan)
    forecasts = list(
        _looked_back(asked, rows, on, None if at_least is None else float(exact_share(at_least)))
    )
    if not forecasts:
        raise ValueError("no year behind can be compared with a later one: nothing to look back on")
    return compared([forecasts])


def _looked_back(
    asked: ForecastRequest, rows: Sequence[UnitStatus], on: datetime.date, bound: float | None
) -> Iterator[Checked]:
    """Every forecast from a past year of a later one, beside what came."""
    came = _Came(asked, rows, on)
    for year in range(came.first, on.year):
        kind, context = asked.begin(rows, year_days(year)[1])
        units = context.units(year)
        start = came.share(year, units)
        if start is None:
            continue
        for ahead, point in kind(context).path().items():
            if not year < ahead <= on.year or point.chances is None:
                continue
            value = came.share(ahead, units)
            if value is not None:
                yield checked(point.chances.in_shares(), value, start, bound)


class _Came:
    """What is known today of the years behind: of titles, or where there is no word on any of the criteria."""

    def __init__(self, asked: ForecastRequest, rows: Sequence[UnitStatus], on: datetime.date) -> None:
        _, self.context = asked.begin(rows, on)
        self.judged: dict[tuple[str, int], bool | None] | None = None
        years = self.context.ledger.told_years
        if not rows and self.context.assessed is not None:
            self.judged = {
                (panel.unit, each.year): each.judged.surely
                if each.judged.surely == each.judged.possibly
                else None
                for panel in self.context.assessed.panels
                for each in panel.years
            }
            years = sorted({year for _, year in self.judged})
        self.first = years[0] if years else on.year
        self.last = years[-1] if years else on.year

    def share(self, year: int, units: Sequence[Unit]) -> float | None:
        """The share of units that held a title in a year; None where that is not known of all of them."""
        if year > self.last or not units or self.context.units(year) != tuple(units):
            return None
        if self.judged is None:
            held = [self.context.ledger.held_surely(unit, year) for unit in units]
        else:
            held = [self.judged.get((unit.id, year)) for unit in units]
        return None if None in held else sum(map(bool, held)) / len(units)
