"""How a truth value or a word among the inputs changed, among units of about the same score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from criteria_engine.projection.year_pairs import Pair, is_known

__all__ = ["POOLED", "Ways", "known_values", "ways_of"]

POOLED = 5.0
"""Steps of all bands weigh as much in each as so many of its own."""

Ways = Mapping[Any, tuple[tuple[float, Any], ...]]
"""For a value that may change, what it becomes, each with the probability up to it; else nothing."""


def known_values(pairs: Sequence[Pair], place: int) -> Iterator[Any]:
    """The values that were seen in two years, one after the other."""
    for pair in pairs:
        both = pair.before.row[place], pair.after.row[place]
        if all(map(is_known, both)):
            yield from both


def ways_of(pairs: Sequence[Pair], bands: Sequence[int], count: int, place: int) -> tuple[Ways, ...]:
    """For each band what a value becomes in a year; what nobody showed stays impossible.

    Over a gap of several years a change falls into one of them. All bands together weigh as much as
    five steps of a band's own.
    """
    seen: list[dict[Any, dict[Any, float]]] = [{} for _ in range(count)]
    whole: dict[Any, dict[Any, float]] = {}
    for pair, band in zip(pairs, bands, strict=True):
        before, after = pair.before.row[place], pair.after.row[place]
        if not (is_known(before) and is_known(after)):
            continue
        part = 1.0 / (pair.after.year - pair.before.year)
        for found in (seen[band], whole):
            ways = found.setdefault(before, {})
            ways[after] = ways.get(after, 0.0) + part
            ways[before] = ways.get(before, 0.0) + 1.0 - part
    return tuple(
        {
            before: chances
            for before in sorted(whole, key=repr)
            if (chances := tuple(_chances(before, each.get(before, {}), whole[before])))
        }
        for each in seen
    )


def _chances(
    before: Any, here: Mapping[Any, float], whole: Mapping[Any, float]
) -> Iterator[tuple[float, Any]]:
    """What a value may become, each with the probability of it or of one before it."""
    own, all_ = math.fsum(here.values()), math.fsum(whole.values())
    below = 0.0
    for after in sorted(whole, key=repr):
        if after != before:
            below += (here.get(after, 0.0) + POOLED * whole[after] / all_) / (own + POOLED)
            yield below, after
