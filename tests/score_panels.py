"""Made-up assessments of wards over several years, with a small ruleset that has a veto and a floor."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import criteria_engine as ce

RULES = """
criteria_engine: 1
id: t.wards
version: "1"
scales:
  grade: [poor, fair, good]
inputs:
  turnout: {type: percent}
  thefts: {type: integer, range: [0, 60]}
  station: {type: boolean}
  grade: {type: ordinal, scale: grade}
criteria:
  order: {test: thefts <= 12, points: 30, veto: true}
  voters: {points: 40, bands: {of: turnout, steps: [{at_least: 80, points: 40}, {at_least: 60, points: 25}, {otherwise: 0}]}}
  house: {test: station, points: 20}
  graded: {points: 10, requires: [house], choose: {of: grade, points: {good: 10, fair: 5, poor: 0}}}
levels:
  model: {when: "score() >= 85", floors: {voters: 60%}}
  near: {when: "score() >= 60"}
otherwise: below
"""

Values = dict[str, Any]
Assessments = dict[str, dict[int, Values]]


def ruleset() -> ce.Ruleset:
    return ce.loads(RULES)


def plan_of(units: list[str], *, lasts: int | None = 1, until: int = 2030, **more: Any) -> ce.Plan:
    """A plan that wants half of all wards by a middle year and all of them at the end."""
    counting = {"lasts": lasts or "until lapsed", **more.pop("counting", {})}
    return ce.Plan(
        id="p",
        horizon={"from": 2024, "until": until},
        counting=counting,
        targets={
            "half": {"share": "50%", "by": 2027},
            "all": {"share": "100%", "by": until},
            "each": {"share": "50%", "by": 2027, "each": "area"},
        },
        roster=ce.Roster(
            tuple(ce.Unit(unit, f"Ward {unit}", "Bắc" if at % 2 else "Nam") for at, unit in enumerate(units))
        ),
        **more,
    )


def true_history(random: Random, wards: int, years: range, common: float) -> Assessments:
    """Wards with levels of their own, steps of their own, and a shock a year for all."""
    shocks = {year: random.gauss(0, common) for year in years}
    found: Assessments = {}
    for ward in range(wards):
        turnout, thefts = random.gauss(70, 12), random.gauss(12, 4)
        station, grade = random.random() < 0.6, random.choice(("poor", "fair", "good"))
        by_year: dict[int, Values] = {}
        for year in years:
            turnout += 1.0 + 3.0 * shocks[year] + random.gauss(0, 2.5)
            thefts += -0.3 - shocks[year] + random.gauss(0, 1.2)
            station = station or random.random() < 0.12
            if random.random() < 0.15:
                grade = {"poor": "fair", "fair": "good", "good": "fair"}[grade]
            by_year[year] = {
                "turnout": round(min(100.0, max(0.0, turnout)), 1),
                "thefts": min(60, max(0, round(thefts))),
                "station": station,
                "grade": grade,
            }
        found[f"u{ward:03}"] = by_year
    return found


def until(assessments: Assessments, last: int) -> Assessments:
    """What was known at the end of a year."""
    return {
        unit: {year: each for year, each in years.items() if year <= last}
        for unit, years in assessments.items()
    }


def share_of_models(assessments: Assessments, year: int, rules: ce.Ruleset) -> int:
    """How many wards reach the best level in a year."""
    return sum(rules.evaluate(years[year]).level == "model" for years in assessments.values())


def deviation(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
