"""Forecasts without a plan: of a share or a score known for some years, and of units by their scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.projection.chance import generator
from criteria_engine.projection.distribution import Distribution
from criteria_engine.projection.past import Past, read_past
from criteria_engine.projection.share_models import damped_drift, hazard, last_value, scored
from criteria_engine.projection.unit_scores import UnitShares, drawn_ahead

__all__ = ["Method", "UnitShares", "share", "units"]

Method = str | Callable[..., Any]
"""``"hazard"``, ``"damped"``, ``"last"``, or ``(years, values, n, horizons, rng) -> draws``."""


def share(
    years: Sequence[int],
    values: Sequence[float | None],
    n: int | None,
    horizons: Iterable[int],
    method: Method = "hazard",
    *,
    seed: int = 0,
) -> dict[int, Distribution]:
    """What is expected of a share of units, or of a score, in the years ahead.

    - ``"hazard"``: units outside are recognised and units inside lapse at yearly rates, with older years
      discounted and the spread taken from how the years differed; exact, with no random numbers. For a
      score (``n`` is None) its level and the errors of the past take the place of rates.
    - ``"damped"``: the mean change so far, ebbing, with a normal spread.
    - ``"last"``: the last value for certain, the "no change" that a forecast has to beat.
    - a function ``(years, values, n, horizons, rng) -> draws``: it is given the known years and values,
      the horizons as years ahead of the last known value and a ``random.Random``, and returns for each
      horizon a sequence of draws (a mapping by horizon, or one sequence for each in their order).

    Args:
        years: The years of the values, in any order; gaps are fine.
        values: For each year a share from 0 to 1 of ``n`` units; with ``n`` None a score on any scale.
            None is a value that is missing: it is left out, never taken for zero.
        n: How many units there are; None for a score.
        horizons: Years ahead of the last year, each at least 1.
        method: See above.
        seed: Where the random numbers of a function start; the other methods use none.

    Returns:
        For each horizon a ``Distribution``: over shares of ``n`` units, or over numbers.

    Raises:
        ValueError: Nothing is known, a year stands twice, a share is not between 0 and 1, a horizon is
            below 1, the method is unknown, or a score or a drift is asked of a single value. (One
            share of ``n`` units is enough for ``"hazard"``: what comes out is very wide.)
    """
    if len(years) != len(values):
        raise ValueError(f"{len(years)} years and {len(values)} values; each year needs a value or None")
    past = read_past(years, values)
    if n is not None:
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            raise ValueError(f"{n!r} units; a whole number of at least 1 is needed, or None for a score")
        n = n.__index__()
        wrong = next((value for value in past.values if not 0.0 <= value <= 1.0), None)
        if wrong is not None:
            raise ValueError(f"{wrong:g} is no share: shares lie between 0 and 1 (for a score let n be None)")
    asked = _horizons(horizons)
    if callable(method):
        return _drawn(method, past, n, asked, seed)
    if method == "hazard":
        return {
            h: scored(past, h + past.behind) if n is None else hazard(past, n, h + past.behind) for h in asked
        }
    way = {"damped": damped_drift, "last": last_value}.get(method)
    if way is None:
        raise ValueError(f"the method is 'hazard', 'damped', 'last' or a function, not {method!r}")
    return {h: way(past, n, h + past.behind) for h in asked}


def units(
    scores: Mapping[str, Mapping[int, float | None]],
    threshold: float,
    horizons: Iterable[int],
    seed: int = 0,
    *,
    draws: int = 1000,
) -> dict[int, UnitShares]:
    """What share of units will score at least a threshold in the years ahead, and how likely each one is to.

    Each drawn future takes every unit from its level, year by year, by a step that a unit of about its
    score made in the last six years, and by what the years do to all units together: a common shock, and
    a common drift that is shrunk towards none and ebbs. How much of a step lasts is read off how often
    steps were undone the year after, so that noise about a level does not add up over the years.

    Every unit has a random stream of its own, keyed by its name: another unit beside it changes none of
    its random numbers (though what its steps say of how scores move does count). The standard library's
    generator is used throughout, so the figures do not depend on what else is installed.

    Args:
        scores: For each unit its scores by year, on any scale on which more is better; None is missing.
        threshold: The score from which a unit passes.
        horizons: Years ahead of the last year in which any unit has an entry, each at least 1.
        seed: Where the random numbers start.
        draws: How many futures are drawn.

    Returns:
        For each horizon a ``UnitShares``: the distribution of the share of the units that pass, with
        ``by_unit`` giving each unit's probability. Units without any score are not counted.

    Raises:
        ValueError: No unit has scores of two years, a score is not finite, or a horizon or ``draws`` is
            below 1.
    """
    asked = _horizons(horizons)
    if draws < 1:
        raise ValueError(f"{draws} draws; at least 1 is needed")
    known = {
        unit: read_past(by_year.keys(), by_year.values())
        for unit, by_year in scores.items()
        if any(value is not None for value in by_year.values())
    }
    if all(len(past.values) < 2 for past in known.values()):
        raise ValueError("no unit has scores of two years, so nothing says how far scores move")
    return drawn_ahead(known, float(threshold), asked, seed, draws)


def _horizons(horizons: Iterable[int]) -> list[int]:
    """Years ahead, each once, in their order."""
    found = []
    for h in horizons:
        if isinstance(h, bool) or not hasattr(h, "__index__") or h < 1:
            raise ValueError(f"{h!r} years ahead; horizons are whole numbers from 1 on")
        found.append(h.__index__())
    if not found:
        raise ValueError("at least one horizon is needed")
    return list(dict.fromkeys(found))


def _drawn(
    method: Callable[..., Any], past: Past, n: int | None, horizons: list[int], seed: int
) -> dict[int, Distribution]:
    """What a caller's own method draws, as distributions."""
    ahead = [h + past.behind for h in horizons]
    draws = method(list(past.years), list(past.values), n, ahead, generator(seed, "method"))
    rows = [draws[h] for h in ahead] if isinstance(draws, Mapping) else list(draws)
    if len(rows) != len(horizons):
        raise ValueError(f"the method drew for {len(rows)} horizons, where {len(horizons)} were asked")
    found = {}
    for h, row in zip(horizons, rows, strict=True):
        numbers = [float(value) for value in row]
        if n is None:
            found[h] = Distribution.numbers(numbers)
            continue
        weights = [0.0] * (n + 1)
        for number in numbers:
            # A draw is of a share; the nearest whole number of units stands for it.
            weights[min(n, max(0, round(number * n)))] += 1.0
        found[h] = Distribution.shares(weights)
    return found
