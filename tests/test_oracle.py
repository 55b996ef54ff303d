"""The library against the slow oracle, which knows only the page of the language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import oracle
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import judged, loaded, paths, scaled

import criteria_engine as ce

_LOOSE = {HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much}


def _same(found: ce.Bounds | None, wanted: Fraction | None) -> bool:
    """A score is the oracle's: to the last digit that a float of that size holds.

    Where the oracle's fractions fall on the half between two steps of the grid, floats may fall on
    either side of it, and the step above or below is as good.
    """
    if found is None or wanted is None:
        return found is None and wanted is None
    off, size = abs(found.low - float(wanted)), max(1.0, abs(float(wanted)))
    return found.exact and (off <= 1e-12 * size or 0.99e-9 <= off <= 1.01e-9)


def _ladder(ruleset: str) -> ce.Ruleset:
    """A ruleset whose levels are those of a drawn title."""
    levels = tuple(ce.Level(level, when=f"x >= {n}") for n, level in enumerate(strategies.LADDERS[ruleset]))
    return ce.Ruleset(
        id=ruleset,
        version="1",
        inputs=(ce.Input("x", type="integer"),),
        criteria=(ce.Criterion("k", rule=ce.Test("x > 0")),),
        levels=levels,
    )


def _agree(document: dict[str, Any], values: dict[str, Any]) -> None:
    result = judged(loaded(document), values)
    wanted = oracle.judge(document, values, on=strategies.ON)
    _says(result, wanted)


def _says(result: ce.Result, wanted: dict[str, Any]) -> None:
    assert (result.level, result.decided) == (wanted["level"], True)
    assert (result.referred is None) == (wanted["referred"] is None)
    assert _same(result.score, wanted["score"]), (result.score, wanted["score"])
    assert _same(result.max_score, wanted["max_score"]), (result.max_score, wanted["max_score"])
    assert sorted(paths(result)) == sorted(wanted["criteria"])
    for path, expected in wanted["criteria"].items():
        found = result.criteria[path]
        items = {name: "n/a" if held is ce.NA else held for name, held in found.items.items()}
        assert (path, str(found.status)) == (path, expected["status"])
        assert _same(found.score, expected["score"]), (path, found.score, expected["score"])
        assert _same(found.max_score, expected["max_score"]), (path, found.max_score)
        assert (path, items) == (path, expected["items"])
        assert (path, found.level) == (path, expected["level"])
    for name, value in wanted["values"].items():
        shown = "n/a" if result.values[name] is ce.NA else result.values[name]
        if isinstance(value, Fraction):
            assert isinstance(shown, int | float)
            assert _same(ce.Bounds(shown, shown), value), (name, shown, value)
        else:
            assert (name, shown) == (name, value)


@settings(max_examples=scaled(250), suppress_health_check=_LOOSE)
@given(st.data())
def test_agrees_with_the_oracle(data: st.DataObject) -> None:
    """Level, points, maxima, states, items and definitions are what the oracle says."""
    document = data.draw(strategies.documents())
    _agree(document, data.draw(strategies.values(document)))


@settings(max_examples=scaled(200), suppress_health_check=_LOOSE)
@given(st.data())
def test_agrees_with_the_oracle_on_other_periods(data: st.DataObject) -> None:
    """The same of rulesets that look back, ask for titles and for the day."""
    document = data.draw(strategies.documents(times=True))
    values = data.draw(strategies.values(document))
    history, titles = data.draw(strategies.histories(document)), data.draw(strategies.titles())
    at_hand = data.draw(st.sets(st.sampled_from(sorted(strategies.LADDERS))))
    result = loaded(document).evaluate(
        values, history=history, titles=titles, sets=map(_ladder, sorted(at_hand)), on=strategies.ON
    )
    ladders = {ruleset: strategies.LADDERS[ruleset] for ruleset in at_hand}
    _says(
        result,
        oracle.judge(document, values, on=strategies.ON, history=history, titles=titles, ladders=ladders),
    )


@pytest.mark.long
@settings(max_examples=20_000, suppress_health_check=_LOOSE)
@given(st.data())
def test_agrees_with_the_oracle_on_20_000_pairs(data: st.DataObject) -> None:
    """The same over 20,000 pairs of ruleset and assessment."""
    document = data.draw(strategies.documents())
    _agree(document, data.draw(strategies.values(document)))
