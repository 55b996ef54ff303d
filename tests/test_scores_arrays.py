"""Drawn futures with NumPy and without it: the same, bit for bit."""

from __future__ import annotations

import datetime
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
from criteria_engine.core import extras as numpy_door
from criteria_engine.forecasting.distribution import generator, uniforms
from criteria_engine.plans.assessed import Assessed, Verdicts, read_assessments
from criteria_engine.projection import methods
from criteria_engine.projection.drawn_values import futures_of, in_bits, rows_in_bits
from criteria_engine.projection.value_steps import moves_of

LAST = 2024
ON = datetime.date(LAST, 12, 31)
_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def read(assessments: Mapping[str, Any], verdicts: Verdicts) -> Assessed:
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    return read_assessments(assessments, verdicts, roster, ON)


def check_both(
    assessments: Mapping[str, Any], verdicts: Verdicts, *, seed: int, draws: int, until: int = 2027
) -> None:
    """Draw with plain Python and with NumPy, and hold the futures against each other."""
    known = read(assessments, verdicts)
    if not known.can_move:
        return
    plain, fast = (
        futures_of(known, sorted(assessments), verdicts, until, seed, draws, carrier)
        for carrier in (None, np)
    )
    assert plain == fast


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
def test_both_draw_the_same_whatever_the_ruleset(data: st.DataObject, seed: int) -> None:
    """Over all shapes of rules, with values of all types that are missing or do not apply, and evidence."""
    document = data.draw(strategies.documents(evidence=True, times=data.draw(st.booleans())))
    ruleset = loaded(document)
    level = data.draw(st.sampled_from([None, *(each.id for each in ruleset.levels)]))
    missing = [0.0, 0.0, 0.1, 0.3, 0.0]
    wards = range(data.draw(st.integers(2, 5)))
    assessments = {f"u{at}": data.draw(judged_years(ruleset, document, missing[at])) for at in wards}
    check_both(assessments, Verdicts(ruleset, level), seed=seed, draws=9)


@settings(max_examples=scaled(20), suppress_health_check=_LOOSE)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.05, 0.3]))
def test_both_draw_the_same_where_there_are_bands(seed: int, missing: float) -> None:
    """Many wards, whose steps make several bands; years that are left out, and values that are missing."""
    random = Random(seed)
    history = panels.true_history(random, 40, range(2019, LAST + 1), 0.2)
    left = {
        unit: {
            year: {name: None if random.random() < missing else value for name, value in each.items()}
            for year, each in years.items()
            if random.random() < 0.8 or year == 2019
        }
        for unit, years in history.items()
    }
    verdicts = Verdicts(panels.ruleset())
    moves = moves_of(read(left, verdicts), verdicts.door)
    assert len(moves.pools) > 1
    assert any(step.gap > 1 for step in moves.steps)
    assert bool(moves.lacking) == (missing > 0)
    check_both(left, verdicts, seed=seed, draws=13)


@pytest.mark.parametrize("draws", [1, 7, 8, 20_000])
def test_blocks_of_any_size(draws: int) -> None:
    """One draw, and more draws of a single ward than a block has rows."""
    history = panels.true_history(Random(3), 3, range(2021, LAST + 1), 0.2)
    check_both(history, Verdicts(panels.ruleset()), seed=5, draws=draws, until=2026)


def test_the_day_of_a_drawn_year() -> None:
    """A dated parameter has in each year the value of that year."""
    rules = ce.loads(
        'criteria_engine: 1\nid: t.dated\nversion: "1"\ninputs: {a: {type: number, range: [0, 10]}}\n'
        "parameters:\n  mark: [{from: 2020-01-01, value: 3}, {from: 2026-01-01, value: 5}]\n"
        "criteria: {c: {test: a >= mark, points: 1}}\nlevels: {good: {when: score() >= 1}}\n"
    )
    history = {"u": {2023: {"a": 4}, 2024: {"a": 4}}}
    verdicts = Verdicts(rules)
    found = futures_of(read(history, verdicts), ["u"], verdicts, 2027, 0, 3, np)
    assert {year: surely for year, (surely, _) in found.by_unit["u"].items()} == {
        2023: 7,
        2024: 7,
        2025: 7,
        2026: 0,
        2027: 0,
    }
    check_both(history, verdicts, seed=0, draws=3)


@given(st.integers(), st.lists(st.text(max_size=5), max_size=3), st.integers(0, 1500))
def test_numpy_gives_the_numbers_of_the_standard_library(seed: int, names: list[str], count: int) -> None:
    found = uniforms(np, seed, names, count)
    wanted = [
        [uniform() for _ in range(count)] for name in names for uniform in [generator(seed, name).random]
    ]
    assert found.tolist() == wanted


@given(st.lists(st.lists(st.booleans(), min_size=11, max_size=11), min_size=1))
def test_bits_of_rows(rows: list[list[bool]]) -> None:
    assert rows_in_bits(np, np.array(rows)) == [in_bits(row) for row in rows]


def test_a_longer_horizon_changes_no_earlier_year() -> None:
    """Every year has its own part of a ward's stream, however far one looks."""
    history = panels.true_history(Random(4), 6, range(2020, LAST + 1), 0.2)
    verdicts = Verdicts(panels.ruleset())
    near, far = (
        futures_of(read(history, verdicts), sorted(history), verdicts, until, 1, 50, np).by_unit
        for until in (2026, 2030)
    )
    assert near == {unit: {year: far[unit][year] for year in years} for unit, years in near.items()}


def test_a_projection_without_numpy_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    history = panels.true_history(Random(2), 30, range(2020, LAST + 1), 0.2)
    plan = panels.plan_of(sorted(history))

    def look() -> Any:
        return ce.project(
            plan, assessments=history, ruleset=panels.ruleset(), on=ON, draws=100, method="scores"
        ).to_dict()

    with_it = look()
    asked: list[None] = []
    monkeypatch.setattr(methods, "numpy_if_there", lambda: asked.append(None))
    assert look() == with_it
    assert asked


def test_what_is_missing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numpy_door.numpy_if_there() is np
    monkeypatch.setitem(__import__("sys").modules, "numpy", None)
    assert numpy_door.numpy_if_there() is None
