"""Looking back on a plan: what projections from past years would have been worth."""

from __future__ import annotations

import datetime
from random import Random

import pytest
import score_panels as panels

import criteria_engine as ce

ON = datetime.date(2024, 12, 31)


def plan_of(count: int) -> ce.Plan:
    return ce.Plan(
        id="p",
        horizon={"from": 2015, "until": 2030},
        targets={"half": {"share": "50%", "by": 2026}},
        roster=ce.Roster(tuple(ce.Unit(f"u{at:02}", f"u{at:02}") for at in range(count))),
    )


def steady(count: int, a_year: int) -> list[ce.UnitStatus]:
    """So many units recognised every year, for good."""
    return [ce.UnitStatus(f"u{at:02}", 2015 + at // a_year, "recognised") for at in range(a_year * 10)]


def test_a_steady_programme_is_foreseen_better_than_by_no_change() -> None:
    found = ce.backtest_plan(plan_of(60), steady(60, 4), on=ON, method="hazard")
    # From each of 2016 to 2023 every later year up to 2024: 8 + 7 + … + 1.
    assert found.count == 36
    # "No change" errs by four of sixty units for each year ahead: 4/60 · (8·1 + 7·2 + … + 1·8)/36.
    assert found.crps_no_change == pytest.approx(4 / 60 * sum((9 - h) * h for h in range(1, 9)) / 36)
    assert found.skilled is True
    assert found.brier is not None
    assert "smaller than that of saying that nothing changes" in found.sentence("en")
    assert "nhỏ hơn" in found.sentence("vi")


def test_without_skill_it_says_so() -> None:
    """Nobody was recognised for years, and nobody is: no change was right all along."""
    rows = [ce.UnitStatus(f"u{at:02}", 2014, "recognised") for at in range(5)]
    rows += [ce.UnitStatus(f"u{at:02}", year, "maintained") for at in range(5) for year in range(2015, 2025)]
    found = ce.backtest_plan(plan_of(20), rows, on=ON, method="hazard")
    assert (found.crps_no_change, found.skilled) == (0.0, False)
    assert found.sentence("en").startswith("No skill: over")
    assert found.sentence("vi").startswith("Dự báo không hơn gì")


def test_results_that_are_open_are_not_compared() -> None:
    """What came of a unit that is still under way in the last year is not known."""
    rows = [*steady(60, 4), ce.UnitStatus("u59", 2024, "requested")]
    assert ce.backtest_plan(plan_of(60), rows, on=ON, method="hazard").count == 28


def test_drawn_scores_are_looked_back_on_by_their_own_verdicts() -> None:
    history = panels.true_history(Random(3), 25, range(2016, 2025), 0.2)
    found = ce.backtest_plan(
        panels.plan_of(sorted(history)), on=ON, assessments=history, ruleset=panels.ruleset(), draws=50
    )
    # A step is seen from 2017 on: from each of 2017 to 2023 every later year.
    assert found.count == 28
    assert 0.0 <= found.coverage <= 1.0
    assert found.crps < found.crps_no_change


def test_what_cannot_be_looked_back_on() -> None:
    with pytest.raises(ce.CriteriaError, match="CE961"):
        ce.backtest_plan(plan_of(5), on=ON, method="arithmetic")
    with pytest.raises(ValueError, match="nothing to look back on"):
        ce.backtest_plan(plan_of(5), [ce.UnitStatus("u01", 2024, "recognised")], on=ON)


def test_a_projection_looks_back_by_its_own_method() -> None:
    """``projection.backtest(history)`` is looking back on its plan from its day."""
    rows = steady(60, 4)
    projection = ce.project(plan_of(60), recognitions=rows, on=ON, method="hazard")
    found = projection.backtest(rows)
    assert found == ce.backtest_plan(plan_of(60), rows, on=ON, method="hazard")
    assert str(found)
    unlearned = ce.project(plan_of(60), recognitions=rows, on=ON, method="arithmetic")
    assert unlearned.backtest(rows) == found


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_the_years_are_a_frame(kind: str) -> None:
    """``to_frame`` holds what ``table()`` holds, in the kind of frame that is asked for."""
    projection = ce.project(plan_of(60), recognitions=steady(60, 4), on=ON, method="hazard")
    frame = projection.to_frame(kind)
    assert type(frame).__module__.split(".")[0] == kind
    rows = projection.table().to_dict()
    assert list(frame["year"].to_pylist() if kind == "pyarrow" else frame["year"]) == [
        row["year"] for row in rows
    ]
    shares = frame["expected_share"]
    assert list(shares.to_pylist() if kind == "pyarrow" else shares) == [
        row["expected_share"] for row in rows
    ]
    with pytest.raises(ce.CriteriaError, match="CE572"):
        projection.to_frame("excel")
