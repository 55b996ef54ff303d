"""The labels of published rules for the targets of a plan: labels, and never probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from criteria_engine.forecasting.published import Label, escap, growth_ratio, sdsn_arrow, unsd_progress
from criteria_engine.forecasting.rates import HALF_LIFE
from criteria_engine.plans.plan import Target
from criteria_engine.projection.path import Path
from criteria_engine.projection.setting import Setting, need_of

__all__ = ["LOW_SHARE", "RULES_OF_PROGRESS", "published_labels", "told_shares"]

LOW_SHARE = 20.0
"""The percentage below which a rule of growth says little of a share: "on track" then came true in 30 to
40 of 100 cases."""

_Rule = Callable[[Mapping[int, float | None], float, int], Label]


def _escap(series: Mapping[int, float | None], target: float, year: int) -> Label:
    return escap(series, target, year, HALF_LIFE, direction=1)


def _growth(series: Mapping[int, float | None], target: float, year: int) -> Label:
    return growth_ratio(series, target, year)


def _sdsn(series: Mapping[int, float | None], target: float, year: int) -> Label:
    return sdsn_arrow(series, target, year)


def _unsd(series: Mapping[int, float | None], target: float, year: int) -> Label:
    return unsd_progress(series, target, year, direction=1)


RULES_OF_PROGRESS: Mapping[str, _Rule] = {
    "sdsn": _sdsn,
    "growth_ratio": _growth,
    "unsd": _unsd,
    "escap": _escap,
}
"""The rules by name: SDSN's arrow, the growth ratio of Eurostat and Open SDG, UNSD's and ESCAP's."""


def told_shares(setting: Setting, path: Path, area: str | None = None) -> dict[int, float]:
    """The percentage of units recognised at the end of each year of which something was told."""
    told = setting.ledger.told_years
    found = {}
    for year in range(told[0], told[-1] + 1) if told else ():
        units = len(setting.units(year, area))
        if year in path and units:
            found[year] = float(100 * path[year].expected / units)
    return found


def published_labels(setting: Setting, path: Path) -> tuple[dict[str, dict[str, Label]], bool]:
    """For each target the label of every rule that applies, and whether a rule of growth met a low share.

    A rule does not apply to targets of single years or of named units, nor where the series is too
    short for it or lies where it says nothing.
    """
    labels: dict[str, dict[str, Label]] = {}
    series = told_shares(setting, path)
    low = False
    for target in setting.plan.targets:
        if target.units is not None or target.in_ is not None:
            continue
        goal, found = _goal(setting, target), {}
        for name, rule in RULES_OF_PROGRESS.items():
            try:
                found[name] = rule(dict(series), goal, target.year)
            except ValueError:
                # What a rule cannot be put on has no label.
                continue
        labels[target.id] = found
        low = low or ("growth_ratio" in found and series[max(series)] < LOW_SHARE)
    return labels, low


def _goal(setting: Setting, target: Target) -> float:
    """What a target asks for, as a percentage of the units, of each area alike."""
    if target.share is not None:
        return float(100 * target.shares[0])
    units = len(setting.units(target.year))
    return float(Fraction(100 * need_of(target, units), units)) if units else 100.0
