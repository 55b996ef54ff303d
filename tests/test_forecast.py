"""Forecasts of shares, scores and units: what goes in, what comes out, and what never changes."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine.forecasting.series import read_past

KH = ([2023, 2024], [1 / 35, 9 / 35])
SERIES = st.integers(2, 9).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(2005, 2024), min_size=size, max_size=size, unique=True),
        st.lists(st.integers(0, 40), min_size=size, max_size=size),
    )
)
few = settings(max_examples=30)


class TestShare:
    """A share of units."""

    def test_the_province(self) -> None:
        """One, then nine wards of 35: half by 2025 is open, 18 wards are needed for it."""
        found = ce.forecast.share(*KH, 35, [1, 6])
        assert list(found) == [1, 6]
        assert found[1].units == 35
        assert 9 / 35 < found[1].mean < 18 / 35
        assert 0.05 < found[1].probability(at_least=0.5) < 0.5
        assert found[1].probability(at_least=0.5) == found[1].in_counts().probability(at_least=18)
        assert found[6].mean > found[1].mean

    @few
    @given(SERIES, st.sampled_from(["hazard", "damped", "last"]), st.integers(40, 60))
    def test_they_are_distributions_of_shares(
        self, series: tuple[list[int], list[int]], method: str, n: int
    ) -> None:
        years, counts = series
        found = ce.forecast.share(years, [count / n for count in counts], n, [1, 3], method)
        for forecast in found.values():
            assert math.fsum(forecast.weights) == pytest.approx(1.0)
            assert 0.0 <= forecast.values[0] <= forecast.values[-1] <= 1.0
            assert (forecast.units, forecast.as_shares) == (n, True)
            assert pickle.loads(pickle.dumps(forecast)) == forecast  # noqa: S301 - our own bytes

    @few
    @given(SERIES, st.randoms(use_true_random=False))
    def test_order_does_not_matter_and_nothing_is_changed(
        self, series: tuple[list[int], list[int]], random: Random
    ) -> None:
        years, values = series[0], [count / 40 for count in series[1]]
        before = copy.deepcopy((years, values))
        found = ce.forecast.share(years, values, 40, [2])
        assert (years, values) == before
        pairs = list(zip(years, values, strict=True))
        random.shuffle(pairs)
        assert ce.forecast.share([y for y, _ in pairs], [v for _, v in pairs], 40, [2]) == found

    def test_missing_is_not_zero(self) -> None:
        """A year without a value is a gap: the same as if it were not there."""
        known = ce.forecast.share([2018, 2020, 2021], [0.2, 0.4, 0.5], 20, [1, 2])
        assert ce.forecast.share([2018, 2019, 2020, 2021], [0.2, None, 0.4, 0.5], 20, [1, 2]) == known

    def test_horizons_count_from_the_last_year(self) -> None:
        """If the last year has no value yet, a year ahead of it is two ahead of what is known."""
        known = ce.forecast.share([2019, 2020], [0.2, 0.4], 20, [2, 3])
        open_ = ce.forecast.share([2019, 2020, 2021], [0.2, 0.4, None], 20, [1, 2])
        assert [open_[1], open_[2]] == [known[2], known[3]]

    def test_a_gap_is_as_many_years_as_it_is(self) -> None:
        """From 0 to ¾ in two years is ½ a year."""
        wide = ce.forecast.share([2018, 2020], [0.0, 0.75], 1000, [1])[1]
        even = ce.forecast.share([2018, 2019, 2020], [0.0, 0.5, 0.75], 1000, [1])[1]
        assert wide.mean == pytest.approx(even.mean, abs=0.05)

    def test_stuck_shares_stay(self) -> None:
        years = list(range(2018, 2024))
        none = ce.forecast.share(years, [0.0] * 6, 35, [1, 5])
        everyone = ce.forecast.share(years, [1.0] * 6, 35, [1, 5])
        assert none[1].mean < 0.02
        assert none[1].quantile(0.9) <= 1 / 35
        assert everyone[1].mean > 0.98
        assert everyone[5].mean > 0.95
        assert 0.0 < none[5].probability(at_least=0.05) < 0.5

    def test_falling_shares_fall(self) -> None:
        found = ce.forecast.share([2019, 2020, 2021, 2022], [0.9, 0.7, 0.55, 0.45], 40, [1, 3])
        assert found[3].mean < found[1].mean < 0.45

    def test_the_more_years_the_narrower(self) -> None:
        """Two values: wide. Many that agree: narrower. One: wider still."""
        steady = [0.1 + 0.09 * year for year in range(7)]

        def width(values: list[float]) -> float:
            low, high = ce.forecast.share(range(len(values)), values, 1000, [2])[2].interval(0.8)
            return high - low

        assert width(steady[-7:]) < width(steady[-2:])
        one = ce.forecast.share([2024], [9 / 35], 35, [5])[5]
        assert one.quantile(0.9) - one.quantile(0.1) > 0.3

    @few
    @given(SERIES, st.sampled_from(["hazard", "damped", "last"]))
    def test_the_same_again(self, series: tuple[list[int], list[int]], method: str) -> None:
        arguments: Any = (series[0], [count / 40 for count in series[1]], 40, [1, 2], method)
        assert ce.forecast.share(*arguments) == ce.forecast.share(*arguments)

    def test_last_and_damped(self) -> None:
        last = ce.forecast.share([2020, 2021, 2022], [0.2, 0.3, 0.4], 10, [1, 9], "last")
        assert last[1] == last[9]
        assert last[1].values == (0.4,)
        damped = ce.forecast.share([2020, 2021, 2022], [0.2, 0.3, 0.4], 1000, [1, 2], "damped")
        assert damped[1].mean == pytest.approx(0.4 + 0.1 * 0.85, abs=1e-3)
        assert damped[2].mean == pytest.approx(0.4 + 0.1 * (0.85 + 0.85**2), abs=1e-3)


class TestOwnMethod:
    """A way to look ahead of one's own."""

    def test_mapping_or_rows(self) -> None:
        seen: list[Any] = []

        def rows(years: list[int], values: list[float], n: int, horizons: list[int], rng: Random) -> object:
            seen.append((years, values, n, horizons))
            return [[values[-1] + 0.1 * rng.random() for _ in range(50)] for _ in horizons]

        def mapping(*arguments: Any) -> Mapping[int, Iterable[float]]:
            return dict(zip(arguments[3], rows(*arguments), strict=True))  # type: ignore[arg-type]

        series = ([2020, 2021, 2022], [0.2, None, 0.4], 20, [1, 3])
        found = ce.forecast.share(*series, rows, seed=4)
        assert seen == [([2020, 2022], [0.2, 0.4], 20, [1, 3])]
        assert found == ce.forecast.share(*series, mapping, seed=4)
        assert found != ce.forecast.share(*series, mapping, seed=5)
        assert set(found[1].values) <= {8 / 20, 9 / 20, 10 / 20}

    def test_numbers(self) -> None:
        found = ce.forecast.share([2020], [70.0], None, [1], lambda *_: [[1.0, 2.0, 2.0]])
        assert found[1] == ce.Distribution.numbers([1.0, 2.0], [1, 2])

    def test_too_few_rows(self) -> None:
        with pytest.raises(ValueError, match="drew for 1 horizons"):
            ce.forecast.share([2020], [0.5], 10, [1, 2], lambda *_: [[0.5]])


class TestScore:
    """A score on any scale."""

    def test_scale_and_place_do_not_matter(self) -> None:
        years, scores = list(range(6)), [61.0, 64.0, 60.0, 66.0, 65.0, 69.0]
        plain = ce.forecast.share(years, scores, None, [1, 3])
        moved = ce.forecast.share(years, [1000 + 8 * score for score in scores], None, [1, 3])
        for h, found in plain.items():
            assert moved[h].mean == pytest.approx(1000 + 8 * found.mean)
            assert moved[h].quantile(0.9) == pytest.approx(1000 + 8 * found.quantile(0.9))

    def test_noise_about_a_level_is_smoothed(self) -> None:
        """A last value far off its level is not where the next one is expected."""
        noisy = ce.forecast.share(range(8), [70.0, 76.0, 69.0, 75.0, 70.0, 76.0, 69.0, 77.0], None, [1])[1]
        assert 70 < noisy.mean < 75
        walked = ce.forecast.share(range(8), [70.0, 71.0, 73.0, 72.0, 74.0, 75.0, 75.0, 77.0], None, [1])[1]
        assert walked.mean > 77

    def test_it_widens(self) -> None:
        found = ce.forecast.share(range(6), [61.0, 64.0, 60.0, 66.0, 65.0, 69.0], None, [1, 5])
        assert found[5].deviation > found[1].deviation
        assert ce.forecast.share([1, 2, 3], [5.0, 5.0, 5.0], None, [2])[2].values == (5.0,)

    def test_memory(self) -> None:
        assert read_past(range(4), [1.0, 2.0, 3.0, 4.0]).memory == 1.0
        assert read_past(range(8), [0.0, 1.0] * 4).memory < 0.6
        assert read_past(range(8), [0.0, 1.0] * 4).straightness == pytest.approx(1 / 7)


class TestUnits:
    """Units by their scores."""

    SCORES: Mapping[str, Mapping[int, float | None]] = {
        f"ward {index}": {2020 + year: 60.0 + 2 * index + (7 * index * year) % 11 for year in range(5)}
        for index in range(20)
    }

    def test_what_comes_back(self) -> None:
        found = ce.forecast.units(self.SCORES, 80, [1, 3], draws=200)
        for forecast in found.values():
            assert isinstance(forecast, ce.Distribution)
            assert forecast.units == 20
            assert list(forecast.by_unit) == list(self.SCORES)
            assert forecast.mean == pytest.approx(math.fsum(forecast.by_unit.values()) / 20)
            assert forecast.share == ce.Distribution(forecast.points, forecast.weights, 20, as_shares=True)
            assert pickle.loads(pickle.dumps(forecast)) == forecast  # noqa: S301 - our own bytes
        assert found[1].by_unit["ward 19"] > found[1].by_unit["ward 0"]

    def test_the_same_again(self) -> None:
        once = ce.forecast.units(self.SCORES, 80, [1, 3], 7, draws=100)
        assert once == ce.forecast.units(self.SCORES, 80, [1, 3], 7, draws=100)
        assert once != ce.forecast.units(self.SCORES, 80, [1, 3], 8, draws=100)

    def test_order_does_not_matter(self) -> None:
        mixed = dict(sorted(self.SCORES.items(), reverse=True))
        one, other = (ce.forecast.units(found, 80, [2], draws=100)[2] for found in (self.SCORES, mixed))
        assert one.share == other.share
        assert one.by_unit == other.by_unit

    def test_another_unit_changes_no_other_stream(self) -> None:
        """A unit that has one score only brings no step: then not a single draw of the others changes."""
        more = {**self.SCORES, "new": {2024: 79.0}}
        before = ce.forecast.units(self.SCORES, 80, [1, 2], draws=100)
        after = ce.forecast.units(more, 80, [1, 2], draws=100)
        for h, found in before.items():
            assert found.by_unit == {unit: p for unit, p in after[h].by_unit.items() if unit != "new"}
            assert 0 < after[h].by_unit["new"] < 1

    def test_a_higher_threshold_is_never_easier(self) -> None:
        low, high = (ce.forecast.units(self.SCORES, bound, [2], draws=100)[2] for bound in (75, 85))
        assert all(high.by_unit[unit] <= low.by_unit[unit] for unit in self.SCORES)

    def test_missing_scores(self) -> None:
        """A year without a score is a gap, and a unit without any is not counted."""
        holes = {
            **self.SCORES,
            "ward 3": {**self.SCORES["ward 3"], 2022: None, 2024: None},
            "none": {2024: None},
        }
        found = ce.forecast.units(holes, 80, [1], draws=100)[1]
        assert found.units == 20
        assert "none" not in found.by_unit

    def test_two_years_are_enough(self) -> None:
        """One step a unit: what all did together may have been chance, so the share is wide."""
        two = {unit: {year: by_year[year] for year in (2023, 2024)} for unit, by_year in self.SCORES.items()}
        found = ce.forecast.units(two, 80, [1], draws=100)[1]
        assert found.deviation > 0
        assert repr(found).startswith("<Distribution over shares of 20 units")

    def test_all_alike_and_never_moving(self) -> None:
        still = {str(unit): {2020: 85.0, 2021: 85.0, 2022: 85.0} for unit in range(5)}
        found = ce.forecast.units(still, 80, [1, 4], draws=20)
        assert found[4].values == (1.0,)

    def test_what_makes_no_sense_is_refused(self) -> None:
        for scores in ({}, {"a": {2020: 5.0}}, {"a": {}}):
            with pytest.raises(ValueError, match="two years"):
                ce.forecast.units(scores, 80, [1])  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="draws"):
            ce.forecast.units(self.SCORES, 80, [1], draws=0)
        with pytest.raises(ValueError, match="None for one that is missing"):
            ce.forecast.units({"a": {2020: 5.0, 2021: math.nan}}, 80, [1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": [0.5]}, "2 years and 1 values"),
        ({"values": [None, None]}, "no value is known"),
        ({"values": [0.5, math.nan]}, "None for one that is missing"),
        ({"values": [50.0, 60.0]}, "lie between 0 and 1"),
        ({"values": [-0.1, 0.5]}, "lie between 0 and 1"),
        ({"years": [2023, 2023]}, "twice"),
        ({"years": [2023, 2023.5]}, "no year"),
        ({"n": 0}, "whole number of at least 1"),
        ({"n": 3.5}, "whole number of at least 1"),
        ({"n": True}, "whole number of at least 1"),
        ({"horizons": []}, "at least one horizon"),
        ({"horizons": [0]}, "from 1 on"),
        ({"horizons": [1.5]}, "from 1 on"),
        ({"method": "crystal"}, "'hazard', 'damped', 'last'"),
        ({"values": [None, 0.5], "method": "damped"}, "at least two known values"),
        ({"values": [None, 70.0], "n": None}, "at least two known values"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    given_: dict[str, Any] = {"years": KH[0], "values": KH[1], "n": 35, "horizons": [1], **change}
    with pytest.raises(ValueError, match=said):
        ce.forecast.share(**given_)
