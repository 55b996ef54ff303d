"""Drawn futures, in arrays: each row judged as alone, blocks of any size, and what needs NumPy."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest
import score_panels as panels
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import loaded, scaled

import criteria_engine as ce
from criteria_engine.core.extras import numpy_if_there
from criteria_engine.forecasting.distribution import stream, uniforms
from criteria_engine.plans.assessed import Assessed, Panel, Verdicts, Year, read_assessments
from criteria_engine.projection.drawn_values import futures_of, in_bits, rows_in_bits
from criteria_engine.projection.value_steps import moves_of

LAST = 2024
GOLDEN = {2025: (1024, 1186), 2026: (1098, 1271), 2027: (1122, 1313)}
ON = datetime.date(LAST, 12, 31)
_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def read(assessments: Mapping[str, Any], verdicts: Verdicts) -> Assessed:
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    return read_assessments(assessments, verdicts, roster, ON)


@st.composite
def judged_years(draw: st.DrawFn, ruleset: ce.Ruleset, document: Any, missing: float) -> dict[int, ce.Result]:
    """Some years of one ward, each judged with its evidence, earlier periods and titles."""
    years = draw(st.lists(st.integers(2021, LAST), unique=True, min_size=1, max_size=4))
    found = {}
    for year in sorted(years):
        found[year] = ruleset.evaluate(
            draw(strategies.values(document, missing=missing)),
            evidence=draw(strategies.evidences(document)),
            history=draw(strategies.histories(document, missing=missing)),
            titles=draw(strategies.titles(missing=missing)),
            on=datetime.date(year, 12, 31),
        )
    return found


@settings(max_examples=scaled(40), suppress_health_check=_LOOSE)
@given(st.data(), st.integers(0, 99))
def test_where_nothing_moves_the_last_row_is_judged(data: st.DataObject, seed: int) -> None:
    """Over all shapes of rules, with values of all types that are missing or do not apply, and evidence."""
    document = data.draw(strategies.documents(evidence=True, times=data.draw(st.booleans())))
    ruleset = loaded(document)
    level = data.draw(st.sampled_from([None, *(each.id for each in ruleset.levels)]))
    wards = {f"u{at}": data.draw(judged_years(ruleset, document, 0.1 * at)) for at in range(4)}
    verdicts = Verdicts(ruleset, level)
    assessments = {unit: {2020: years[max(years)], **years} for unit, years in wards.items()}
    known = read(assessments, verdicts)
    still = Assessed(
        tuple(Panel(each.unit, tuple(_as_last(each, year) for year in each.years)) for each in known.panels)
    )
    found = futures_of(still, sorted(assessments), verdicts, LAST + 2, seed, 3)
    for panel in still.panels:
        last = panel.years[-1]
        for year in range(last.year + 1, LAST + 3):
            row = list(last.row)
            if verdicts.reader.needs_day:
                row[-1] = datetime.date(year, 12, 31).toordinal()
            judged = verdicts.judge(tuple(row), last.proved)
            assert found[panel.unit][year] == (7 * judged.surely, 7 * judged.possibly)


def _as_last(panel: Panel, year: Year) -> Year:
    """A year with the values of the last one."""
    last = panel.years[-1]
    return Year(year.year, last.row, last.proved, last.judged)


def test_a_panel_by_its_numbers() -> None:
    """How many wards surely and possibly reach the level in all draws; years are left out, values missing."""
    random = Random(11)
    history = panels.true_history(random, 40, range(2019, LAST + 1), 0.2)
    left = {
        unit: {
            year: {name: None if random.random() < 0.05 else value for name, value in each.items()}
            for year, each in years.items()
            if random.random() < 0.8 or year == 2019
        }
        for unit, years in history.items()
    }
    verdicts = Verdicts(panels.ruleset())
    known = read(left, verdicts)
    moves = moves_of(known, verdicts.reader)
    assert len(moves.pools) > 1
    assert max(moves.gaps) > 1
    assert moves.lacking
    found = futures_of(known, sorted(left), verdicts, 2027, 11, 100).values()
    counts = {
        year: tuple(sum(years[year][way].bit_count() for years in found) for way in (0, 1))
        for year in (2025, 2026, 2027)
    }
    assert counts == GOLDEN


@pytest.mark.parametrize("draws", [1, 7, 8, 20_000])
def test_blocks_of_any_size(draws: int) -> None:
    """One draw, and more draws of a single ward than a block has rows: a ward alone is the same."""
    history = panels.true_history(Random(3), 3, range(2021, LAST + 1), 0.2)
    verdicts = Verdicts(panels.ruleset())
    known = read(history, verdicts)
    together = futures_of(known, sorted(history), verdicts, 2026, 5, draws)
    for unit in history:
        assert futures_of(known, [unit], verdicts, 2026, 5, draws) == {unit: together[unit]}


def test_the_day_of_a_drawn_year() -> None:
    """A dated parameter has in each year the value of that year."""
    rules = ce.loads(
        'criteria_engine: 1\nid: t.dated\nversion: "1"\ninputs: {a: {type: number, range: [0, 10]}}\n'
        "parameters:\n  mark: [{from: 2020-01-01, value: 3}, {from: 2026-01-01, value: 5}]\n"
        "criteria: {c: {test: a >= mark, points: 1}}\nlevels: {good: {when: score() >= 1}}\n"
    )
    history = {"u": {2023: {"a": 4}, 2024: {"a": 4}}}
    verdicts = Verdicts(rules)
    found = futures_of(read(history, verdicts), ["u"], verdicts, 2027, 0, 3)
    assert {year: surely for year, (surely, _) in found["u"].items()} == {
        2023: 7,
        2024: 7,
        2025: 7,
        2026: 0,
        2027: 0,
    }


@given(st.integers(), st.lists(st.text(max_size=5), max_size=3), st.integers(0, 1500))
def test_numpy_gives_the_numbers_of_the_standard_library(seed: int, names: list[str], count: int) -> None:
    found = uniforms(np, seed, names, count)
    wanted = [[uniform() for _ in range(count)] for name in names for uniform in [stream(seed, name).random]]
    assert found.tolist() == wanted


@given(st.lists(st.lists(st.booleans(), min_size=11, max_size=11), min_size=1))
def test_bits_of_rows(rows: list[list[bool]]) -> None:
    assert rows_in_bits(np, np.array(rows)) == [in_bits(row) for row in rows]


def test_a_longer_horizon_changes_no_earlier_year() -> None:
    """Every year has its own part of a ward's stream, however far one looks."""
    history = panels.true_history(Random(4), 6, range(2020, LAST + 1), 0.2)
    verdicts = Verdicts(panels.ruleset())
    near, far = (
        futures_of(read(history, verdicts), sorted(history), verdicts, until, 1, 50) for until in (2026, 2030)
    )
    assert near == {unit: {year: far[unit][year] for year in years} for unit, years in near.items()}


def test_what_is_drawn_needs_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it ``scores`` and ``forecast.units`` say what to install; rates do without."""
    history = panels.true_history(Random(2), 6, range(2020, LAST + 1), 0.2)
    plan = panels.plan_of(sorted(history))
    rows = [ce.UnitStatus(unit, 2023 + at, "recognised") for at, unit in enumerate(sorted(history)[:2])]
    with_it = ce.project(plan, recognitions=rows, on=ON, method="hazard").to_dict()
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert numpy_if_there() is None
    assert ce.project(plan, recognitions=rows, on=ON, method="hazard").to_dict() == with_it
    with pytest.raises(ce.CriteriaError) as caught:
        ce.project(plan, assessments=history, ruleset=panels.ruleset(), on=ON, method="scores")
    assert [(each.code, "criteria-engine[fast]" in str(each)) for each in caught.value.diagnostics] == [
        ("CE571", True)
    ]
    with pytest.raises(ce.CriteriaError, match="CE571"):
        ce.forecast.units({"a": {2023: 1.0, 2024: 2.0}}, 2, [1])
