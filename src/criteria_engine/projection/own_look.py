"""Looking ahead by a function of the caller's: what it draws of the share of recognised units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.forecasting.forecast import share
from criteria_engine.plans.plan import Target
from criteria_engine.projection.labels_look import told_shares
from criteria_engine.projection.looking import Arithmetic
from criteria_engine.projection.path import Path, Point
from criteria_engine.projection.setting import Setting

__all__ = ["Own"]


class Own:
    """A function ``(years, values, n, horizons, rng) -> draws``, as ``forecast.share`` takes one.

    It is given the shares (0–1) of the years of which something was told; where nothing was, there is
    nothing to give it, and paths are those of ``Arithmetic``.
    """

    bounds_everywhere = True

    def __init__(self, setting: Setting, method: Callable[..., Any], seed: int) -> None:
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


def _point(points: Mapping[int, Point], year: int, n: int, chances: Distribution) -> Point:
    """A year as it was drawn; what changed is all gain or all loss, since draws say no more."""
    before = points[year - 1].expected if year - 1 in points else Fraction(0)
    low, high = (Fraction(each) for each in chances.interval(0.8))
    now = Fraction(chances.mean)
    change = now - before
    point = Point(year, n, min(low, now), now, max(high, now), before, Fraction(0), Fraction(0), chances)
    return attrs.evolve(point, gained=max(change, Fraction(0)), lost=max(-change, Fraction(0)))
