"""How one number among the inputs moved from year to year, common to all units and on its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import attrs

from criteria_engine.plans.assessed import Assessed, Panel
from criteria_engine.projection.past import Past
from criteria_engine.projection.unit_scores import memory_of
from criteria_engine.projection.year_pairs import Pair, is_known

__all__ = ["STILL", "Fit", "fitted"]

STILL = 2.0
"""With how many years of no change a common drift is shrunk, and single years are made alike."""


@attrs.frozen(eq=False)
class Fit:
    """How one amount moved: the own part of each pair, those of each band, and the common part.

    ``levels`` are the values of the units without their noise: smoothed with the part of a change that stays.
    """

    place: int
    memory: float
    steps: tuple[float | None, ...]
    own: tuple[tuple[float, ...], ...]
    drift: float
    unsure: tuple[float, ...]
    shocks: tuple[float, ...]
    levels: Mapping[str, float]


def _past_of(panel: Panel, place: int) -> Past | None:
    """The known numbers of one input of a unit; None where there is none."""
    known = [(each.year, float(each.row[place])) for each in panel.years if is_known(each.row[place])]
    if not known:
        return None
    return Past(tuple(year for year, _ in known), tuple(value for _, value in known), known[-1][0])


def fitted(
    assessed: Assessed,
    place: int,
    pairs: Sequence[Pair],
    bands: Sequence[int],
    count: int,
    years: Sequence[int],
) -> Fit | None:
    """How one amount moved, as ``unit_scores`` has it of a score; None where it never did."""
    pasts = {panel.unit: past for panel in assessed.panels if (past := _past_of(panel, place)) is not None}
    memory = memory_of(pasts)
    errors, levels = _followed(pasts, memory)
    found = [errors.get((pair.unit, pair.after.year)) for pair in pairs]
    if not any(found):
        return None
    by_year: dict[int, list[float]] = {year: [] for year in years}
    for pair, moved in zip(pairs, found, strict=True):
        if moved is not None:
            by_year[pair.after.year].append(moved)
    means = {year: math.fsum(each) / len(each) for year, each in by_year.items() if each}
    own = [
        None if moved is None else moved - means[pair.after.year]
        for pair, moved in zip(pairs, found, strict=True)
    ]
    in_bands = [
        [part for part, band in zip(own, bands, strict=True) if band == each and part is not None]
        for each in range(count)
    ]
    # Half of a band's mean stays: scores near an end tend back from it, but a mean is partly luck.
    kept = [math.fsum(parts) / len(parts) / 2.0 if parts else 0.0 for parts in in_bands]
    drift, unsure, shocks = _common(by_year, means, own, years)
    return Fit(
        place,
        memory,
        tuple(None if part is None else part - kept[band] for part, band in zip(own, bands, strict=True)),
        tuple(tuple(part - mean for part in parts) for parts, mean in zip(in_bands, kept, strict=True)),
        drift,
        unsure,
        shocks,
        levels,
    )


def _followed(
    pasts: Mapping[str, Past], memory: float
) -> tuple[dict[tuple[str, int], float], dict[str, float]]:
    """By unit and year what a value was beyond the level, as of one year; by unit the level at the end."""
    errors: dict[tuple[str, int], float] = {}
    levels: dict[str, float] = {}
    for unit, past in pasts.items():
        level = past.values[0]
        for year, value, gap in zip(past.years[1:], past.values[1:], past.gaps, strict=True):
            error = value - level
            errors[unit, year] = error / math.sqrt(1.0 + (gap - 1) * memory**2)
            level += memory * error
        levels[unit] = level
    return errors, levels


def _common(
    by_year: Mapping[int, Sequence[float]],
    means: Mapping[int, float],
    own: Sequence[float | None],
    years: Sequence[int],
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """The common drift, and what normal numbers of the years are multiplied by: its doubt, and shocks."""
    count = len(means)
    center = math.fsum(means.values()) / count
    known = [part for part in own if part is not None]
    spread = math.fsum(part * part for part in known) / max(1, len(known) - count)
    # What the mean of a year's own parts would scatter by alone is no common shock.
    chance = spread * math.fsum(1.0 / len(each) for each in by_year.values() if each) / count
    scatter = math.fsum((mean - center) ** 2 for mean in means.values()) / max(1, count - 1)
    if count == 1:
        # A single year does not say what was lasting in it: all of it may have been a shock.
        scatter = center * center
    apart = [
        (center if count == 1 else (means[year] - center) / math.sqrt(count - 1)) if year in means else 0.0
        for year in years
    ]
    real = math.sqrt(max(0.0, 1.0 - chance / scatter)) if scatter else 0.0
    wider = real * math.sqrt(1.0 + 2.0 / count)
    return (
        center * count / (count + STILL),
        tuple(part / math.sqrt(count) for part in apart),
        tuple(part * wider for part in apart),
    )
