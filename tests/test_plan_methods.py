"""Labels of published rules, methods of one's own, and rates of lapse that are hardly observed."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine.forecasting.distribution import mixed_sums
from criteria_engine.forecasting.hazard import RARE, Rate

ON = datetime.date(2024, 12, 31)


def plan_of(count: int = 20, share: str = "50%") -> ce.Plan:
    return ce.Plan(
        id="p",
        horizon={"from": 2020, "until": 2030},
        targets={"half": {"share": share, "by": 2030}, "three": {"count": 3, "in": 2025}},
        roster=ce.Roster(tuple(ce.Unit(f"u{at:02}", f"u{at:02}") for at in range(count))),
    )


def recognised(*counts: int) -> list[ce.UnitStatus]:
    """So many units recognised in 2021 and the years after, for good."""
    rows = []
    for year, count in enumerate(counts, 2021):
        rows += [ce.UnitStatus(f"u{len(rows) + at:02}", year, "recognised") for at in range(count)]
    return rows


def test_labels_of_published_rules_by_hand() -> None:
    """5, 10, 15, 20 % of twenty wards: half of them by 2030 is on the way by every rule."""
    found = ce.project(plan_of(), recognitions=recognised(1, 1, 1, 1), on=ON, method="published")
    series = {2021: 5.0, 2022: 10.0, 2023: 15.0, 2024: 20.0}
    half = found.labels["half"]
    assert half["sdsn"] == ce.published.sdsn_arrow(series, 50, 2030)
    assert half["growth_ratio"] == ce.published.growth_ratio(series, 50, 2030)
    assert half["unsd"] == ce.published.unsd_progress(series, 50, 2030)
    assert half["escap"] == ce.published.escap(series, 50, 2030, 2.5)
    assert [half[rule].label for rule in ("sdsn", "growth_ratio", "unsd", "escap")] == [
        "on_track_or_maintaining",
        "significant",
        3,
        "maintain",
    ]
    assert "three" not in found.labels
    assert (found.method, found.seed, found.notes) == ("published", None, ())
    assert all(target.probability is None for target in found.targets.values())
    assert "SDSN: on track or maintaining" in found.explain("en")
    assert "UNSD: 3 (đúng tiến độ)" in found.explain("vi")
    assert found.to_dict()["labels"]["half"]["escap"]["label"] == "maintain"


def test_a_rule_of_growth_at_a_low_share_comes_with_a_warning() -> None:
    found = ce.project(plan_of(), recognitions=recognised(1, 1), on=ON, method="published")
    assert found.notes == ("low_share",)
    assert "30 to 40 of 100 cases" in found.explain("en")
    assert "30–40 %" in found.explain("vi")


def test_one_year_has_no_labels() -> None:
    found = ce.project(plan_of(), recognitions=recognised(3), on=ON, method="published")
    assert found.labels == {"half": {}}


def one_more(years: list[int], values: list[float], n: int, horizons: list[int], rng: Random) -> Any:
    """One unit more or none, each year, as a coin has it."""
    assert (years, n) == ([2021, 2022], 20)
    return [
        [values[-1] + sum(rng.random() < 0.5 for _ in range(h)) / n for _ in range(2000)] for h in horizons
    ]


def test_a_method_of_ones_own() -> None:
    found = ce.project(plan_of(share="25%"), recognitions=recognised(1, 1), on=ON, method=one_more, seed=4)
    assert (found.method, found.seed) == ("one_more", 4)
    # Two units in 2022, and eight years of which each brings half a unit.
    assert float(found.table()[2030].expected) == pytest.approx(6, abs=0.1)
    # At least three of eight coins: 1 − (1 + 8 + 28)/256.
    assert found.targets["half"].probability == pytest.approx(1 - 37 / 256, abs=0.03)
    again = ce.project(plan_of(share="25%"), recognitions=recognised(1, 1), on=ON, method=one_more, seed=4)
    assert again.to_dict() == found.to_dict()
    assert "a method of the user's own" in found.explain("en")


def test_a_title_that_was_kept_once_is_not_taken_to_lapse() -> None:
    """One unit kept its title for one year: half a lapse in eleven unit-years, not one in four a year."""
    assert Rate.posterior({2024: (0, 1)}, prior=RARE).mean == pytest.approx(0.5 / 11)
    assert Rate.posterior({2024: (0, 1)}).mean == pytest.approx(0.5 / 2)


def exactly(chances: list[float]) -> list[float]:
    """The Poisson-binomial distribution, unit by unit."""
    found = [1.0]
    for q in chances:
        found = [a * (1 - q) + b * q for a, b in zip([*found, 0.0], [0.0, *found], strict=True)]
    return found


@given(st.integers(41, 150), st.randoms(use_true_random=False), st.sampled_from([0.3, 1.0, 4.0]))
def test_many_different_chances(count: int, random: Random, power: float) -> None:
    chances = [random.random() ** power for _ in range(count)]
    found = mixed_sums(count, [(1.0, [(1, q) for q in chances])])
    assert found == pytest.approx(exactly(chances), abs=1e-12)
