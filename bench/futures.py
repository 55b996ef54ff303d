"""Measure forecasts: counts of units by their rates, and drawn futures of wards. Part of `make bench-frames`.

Counts are convolved exactly, for a province and for the nation; drawn wards have forty inputs each.
"""

from __future__ import annotations

import datetime
import random
import statistics
import time
from collections.abc import Callable

from workload import PLACES, Values, complete_values, ruleset_text

import criteria_engine as ce
from criteria_engine.plans.assessed import Verdicts, read_assessments
from criteria_engine.projection.drawn_values import futures_of

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


def middle_time(work: Callable[[], object], rounds: int) -> float:
    """The median time of some runs, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def counted(units: int, areas: int, *, each_area: bool) -> Callable[[], object]:
    """A projection by rates of a made-up plan, seven years ahead."""
    roster = ce.Roster(tuple(ce.Unit(f"u{at:04}", f"u{at:04}", area=f"a{at % areas}") for at in range(units)))
    targets = {"half": {"share": "50%", "by": 2028}}
    if each_area:
        targets["area"] = {"share": "50%", "by": 2028, "each": "area"}
    plan = ce.Plan(id="p", horizon={"from": 2021, "until": LAST + 7}, targets=targets, roster=roster)
    order = random.Random(SEED).sample(range(units), units)
    a_year = units // 12
    rows = [
        ce.UnitStatus(f"u{unit:04}", 2021 + at // a_year, "recognised")
        for at, unit in enumerate(order[: 4 * a_year])
    ]
    on = datetime.date(LAST, 12, 31)
    return lambda: ce.project(plan, recognitions=rows, on=on, method="hazard")


def print_futures(wards: int = 100, draws: int = 200, rounds: int = 3) -> None:
    """Measure and print."""
    print(f"\n{'projection by rates':<32}{'ms':>9}")
    for units, areas in ((35, 3), (300, 8), (3321, 34)):
        for each_area in (False, True):
            name = f"{units} units × 7 years" + (f", {areas} areas" if each_area else "")
            print(f"{name:<32}{middle_time(counted(units, areas, each_area=each_area), rounds) * 1e3:>9.1f}")
    assessments, verdicts = histories(wards), Verdicts(ce.loads(ruleset_text()))
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    known = read_assessments(assessments, verdicts, roster, datetime.date(LAST, 12, 31))
    units = sorted(assessments)
    drawn = middle_time(lambda: futures_of(known, units, verdicts, LAST + AHEAD, SEED, draws), rounds)
    count = wards * AHEAD * draws
    print(f"{f'{wards} wards × {AHEAD} years × {draws}, drawn':<32}{drawn * 1e3:>9.1f}", end="")
    print(f"   {count / drawn / 1e6:.2f} M rows/s")
