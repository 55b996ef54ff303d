"""Measure drawn futures of wards, by arrays and draw by draw: a part of `make bench-frames`.

Forty inputs a ward; the two are timed in turn within one run, and must come to the same first.
"""

from __future__ import annotations

import datetime
import random
import statistics
import time
from typing import Any

import numpy as np
from workload import PLACES, Values, complete_values, ruleset_text

import criteria_engine as ce
from criteria_engine.plans.assessed import Verdicts, read_assessments
from criteria_engine.projection.drawn_values import Futures, futures_of

SEED, LAST, AHEAD, SEEN = 20260101, 2024, 6, 6


def moved(chance: random.Random, values: Values) -> Values:
    """The values of a ward a year later."""
    found: Values = {}
    for name, value in values.items():
        if isinstance(value, bool):
            found[name] = value is not (chance.random() < 0.1)
        elif isinstance(value, str):
            found[name] = chance.choice(PLACES) if chance.random() < 0.15 else value
        else:
            found[name] = round(min(100.0, max(0.0, value + chance.gauss(0.5, 4.0))), 1)
    return found


def histories(wards: int) -> dict[str, dict[int, Values]]:
    """Made-up wards with the values of some years."""
    chance = random.Random(SEED)
    found = {}
    for ward in range(wards):
        values, years = complete_values(chance), {}
        for year in range(LAST - SEEN + 1, LAST + 1):
            years[year] = values = moved(chance, values)
        found[f"u{ward:04}"] = years
    return found


def print_futures(wards: int = 100, draws: int = 200, rounds: int = 3) -> None:
    """Check, measure and print."""
    assessments, verdicts = histories(wards), Verdicts(ce.loads(ruleset_text()))
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    known = read_assessments(assessments, verdicts, roster, datetime.date(LAST, 12, 31))

    def drawn(carrier: Any) -> Futures:
        return futures_of(known, sorted(assessments), verdicts, LAST + AHEAD, SEED, draws, carrier)

    assert drawn(np) == drawn(None)
    times: dict[str, list[float]] = {"futures, NumPy": [], "futures, plain": []}
    for _ in range(rounds):
        for name, carrier in zip(times, (np, None), strict=True):
            start = time.perf_counter()
            drawn(carrier)
            times[name].append(time.perf_counter() - start)
    count = wards * AHEAD * draws
    print(f"\n{f'{wards} × {AHEAD} × {draws}':<20}{'ms':>9}{'M rows/s':>10}{'× NumPy':>11}")
    for name, found in times.items():
        ratio = statistics.median(a / b for a, b in zip(found, times["futures, NumPy"], strict=True))
        middle = statistics.median(found)
        print(f"{name:<20}{middle * 1e3:>9.1f}{count / middle / 1e6:>10.2f}{ratio:>11.2f}")
