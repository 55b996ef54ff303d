"""Whether forecasts are worth having: their errors and their intervals on series whose future is known."""

from __future__ import annotations

import math
from random import Random

import pytest
from panels import ADOPTION, LARGE, OTHERS, SIZES, Panel, backtest, brier, covered, crps, panels

import criteria_engine as ce
from criteria_engine.forecasting.forecast import Backtest

HORIZONS = (1, 2, 4, 6)


def figures(series: list[Panel]) -> dict[str, float]:
    """Errors against the last value and a damped drift, and how often the 80 % interval held."""
    ours, last, drift, held = [], [], [], []
    for n, past, future in series:
        years, shares = list(range(len(past))), [count / n for count in past]
        found = ce.forecast.share(years, shares, n, HORIZONS)
        damped = ce.forecast.share(years, shares, n, HORIZONS, "damped")
        for h in HORIZONS:
            came = future[h - 1] / n
            low, high = found[h].interval(0.8)
            ours.append(found[h].crps(came))
            last.append(abs(came - shares[-1]))
            drift.append(damped[h].crps(came))
            held.append(low <= came <= high)
    return {
        "count": len(ours),
        "to_last": math.fsum(ours) / math.fsum(last),
        "to_drift": math.fsum(ours) / math.fsum(drift),
        "coverage": sum(held) / len(held),
    }


def pooled(families: dict[str, dict[str, float]], key: str) -> float:
    """The mean of a figure over families."""
    return math.fsum(found[key] for found in families.values()) / len(families)


def test_adoption_quick() -> None:
    """On adoption-like panels: at least 30 % below the last value, 10 % below a damped drift, and 80 %
    intervals that hold 78 to 93 %. A few series of each family; the long test takes many.
    """
    found = {family: figures(panels(family, 25, SIZES[:5])) for family in ADOPTION}
    assert pooled(found, "to_last") <= 0.7, found
    assert pooled(found, "to_drift") <= 0.9, found
    assert 0.75 <= pooled(found, "coverage") <= 0.96, found


def test_other_kinds_quick() -> None:
    """Noisy, saturated, falling, walking and rising shares: together clearly better than no change."""
    found = {family: figures(panels(family, 20, SIZES[:5])) for family in OTHERS}
    assert pooled(found, "to_last") <= 0.85, found
    assert pooled(found, "to_drift") <= 1.0, found
    assert 0.75 <= pooled(found, "coverage") <= 0.95, found


@pytest.mark.long
@pytest.mark.parametrize("family", [*ADOPTION, *OTHERS])
def test_every_family(family: str) -> None:
    """Many series of each kind, with 10 to 3,000 units."""
    found = figures(panels(family, 150) + panels(family, 15, LARGE))
    assert found["to_last"] <= (0.7 if family in ADOPTION else 0.95), found
    assert found["to_drift"] <= (0.9 if family in ADOPTION else 1.0), found
    assert 0.72 <= found["coverage"] <= 0.985, found


def test_scores() -> None:
    """A score about a level, and one that walks: better than the last value, intervals that hold."""
    random = Random(3)
    kinds = {"level": (0.0, 6.0), "walk": (4.0, 0.0), "both": (2.0, 4.0)}
    for walk, noise in kinds.values():
        ours, last, held = [], [], []
        for _ in range(60):
            at, past = 60.0, random.randint(3, 10)
            scores = []
            for _ in range(past + 4):
                at += walk * random.gauss(0, 1)
                scores.append(at + noise * random.gauss(0, 1))
            found = ce.forecast.share(range(past), scores[:past], None, [1, 4])
            for h in (1, 4):
                came = scores[past + h - 1]
                low, high = found[h].interval(0.8)
                ours.append(found[h].crps(came))
                last.append(abs(came - scores[past - 1]))
                held.append(low <= came <= high)
        assert math.fsum(ours) < 0.9 * math.fsum(last)
        assert 0.7 <= sum(held) / len(held) <= 0.97


def test_units() -> None:
    """Noisy unit scores about levels that last: the share and each unit better than no change."""
    random = Random(5)
    ours, last, own, own_last = [], [], [], []
    for _ in range(8):
        levels = [random.gauss(78, 8) for _ in range(40)]
        years = [random.gauss(0, 1.5) for _ in range(9)]
        scores = {
            f"unit {index}": {
                2000 + year: level + shock + random.gauss(0, 4) for year, shock in enumerate(years)
            }
            for index, level in enumerate(levels)
        }
        known = {unit: {y: s for y, s in found.items() if y < 2006} for unit, found in scores.items()}
        for h, found in ce.forecast.units(known, 80, [1, 3], draws=200).items():
            passed = {unit: found_[2005 + h] >= 80 for unit, found_ in scores.items()}
            before = {unit: found_[2005] >= 80 for unit, found_ in scores.items()}
            ours.append(found.crps(sum(passed.values()) / 40))
            last.append(abs(sum(passed.values()) - sum(before.values())) / 40)
            own.append(brier(found.by_unit.values(), passed.values()))
            own_last.append(brier(map(float, before.values()), passed.values()))
    assert math.fsum(ours) < 0.8 * math.fsum(last)
    assert math.fsum(own) < 0.8 * math.fsum(own_last)


class TestScores:
    """The scores themselves."""

    def test_by_hand(self) -> None:
        even = ce.Distribution.counts([0.5, 0.5])
        assert crps([even, even], [0, 1]) == pytest.approx(0.25)
        assert brier([0.8, 0.4], [True, False]) == pytest.approx((0.04 + 0.16) / 2)
        assert covered([even, even], [1, 5]) == 0.5


class TestBacktest:
    """Forecasts from the past beside what came."""

    def test_by_hand(self) -> None:
        """The last value has no skill over itself."""
        series = {"a": ([2018, 2019, 2020, 2021, 2022], [0.1, 0.2, 0.3, 0.5, 0.6], 10)}
        found = backtest(series, [1], "last", at_least=0.4)
        assert found == Backtest(2, pytest.approx(0.15), pytest.approx(0.15), 0.5, 0.5, 0.0, 0.0)
        assert found.skill == pytest.approx(0.0, abs=1e-12)
        assert found.skilled is None
        assert "too few" in found.sentence("en")
        assert "quá ít" in found.sentence()

    def test_skill_is_said(self) -> None:
        series = {
            str(at): ([2010 + y for y in range(len(past))], [c / n for c in past], n)
            for at, (n, past, _) in enumerate(panels("adoption", 12))
        }
        found = backtest(series, [1, 2], at_least=0.5)
        assert found.skilled is True
        assert found.brier is not None
        assert found.brier_no_change is not None
        assert found.brier < found.brier_no_change
        assert found.sentence("en").startswith(
            f"Over {found.count} past forecasts the error was {found.skill:.0%} smaller"
        )

    def test_no_skill_is_said(self) -> None:
        """A share that jumps at random about no change, forecast by one who promises a rise."""
        random = Random(1)
        series = {
            str(at): (range(2010, 2020), [random.uniform(0.4, 0.6) for _ in range(10)], 50) for at in range(9)
        }

        def rosy(
            _years: object, values: list[float], _n: object, horizons: list[int], _rng: object
        ) -> object:
            return [[min(1.0, values[-1] + 0.2 * h)] for h in horizons]

        found = backtest(series, [1], rosy)
        assert found.skill < 0
        assert found.skilled is False
        assert found.sentence("en").startswith("No skill")
        assert found.sentence("vi").startswith("Dự báo không hơn gì")
        with pytest.raises(ValueError, match="languages"):
            found.sentence("fr")

    def test_gaps_are_gaps(self) -> None:
        """A horizon counts in years, and a year without a value is compared with nothing."""
        series = {"a": ([2015, 2016, 2017, 2018, 2019, 2021], [0.1, 0.2, None, 0.3, None, 0.5], 20)}
        assert backtest(series, [3], "last").count == 1
