"""The published rules: worked by hand, their edges, and the laws that follow from their formulas."""

from __future__ import annotations

import math
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import criteria_engine as ce

rules = ce.published

YEARS = st.integers(2010, 2029)
POSITIVE = st.floats(0.1, 1000.0)
SERIES = st.dictionaries(YEARS, POSITIVE, min_size=2, max_size=8)


class TestSdsnArrow:
    """Scores from 0 to 100 against the threshold of green in 2030."""

    @pytest.mark.parametrize(
        ("series", "green", "label"),
        [
            # 1 point a year, and 2 would lead from 50 in 2015 to 80 in 2030: exactly half.
            ({2015: 50, 2020: 55}, 80, "moderately_improving"),
            ({2015: 50, 2020: 54.99}, 80, "stagnating"),
            ({2015: 50, 2020: 60}, 80, "on_track_or_maintaining"),
            ({2015: 50, 2020: 59.99}, 80, "moderately_improving"),
            ({2015: 50, 2020: 50}, 80, "stagnating"),
            ({2015: 50, 2020: 49.99}, 80, "decreasing"),
            # At or above green.
            ({2015: 70, 2020: 80}, 80, "on_track_or_maintaining"),
            ({2015: 85, 2020: 85}, 80, "on_track_or_maintaining"),
            ({2015: 90, 2020: 85}, 80, "stagnating"),
            ({2015: 85, 2020: 79}, 80, "decreasing"),
            ({2015: 80, 2020: 79}, 80, "decreasing"),
            # Capped at 100, so both count as 100; not floored.
            ({2015: 104, 2020: 101}, 80, "on_track_or_maintaining"),
            ({2015: -20, 2020: -10}, 80, "stagnating"),
            ({2015: -40, 2020: 5}, 80, "on_track_or_maintaining"),
            # Only the first observation since 2015 and the last count, whatever lies between or before.
            ({2010: 90, 2015: 50, 2017: 20, 2020: 60}, 80, "on_track_or_maintaining"),
            ({2016: 50, 2020: 50, 2014: 90}, 80, "stagnating"),
            # A single one since 2015: the last earlier one is the first point.
            ({2008: 20, 2012: 52, 2016: 60}, 80, "on_track_or_maintaining"),
            ({2012: 61, 2016: 60}, 80, "decreasing"),
        ],
    )
    def test_by_hand(self, series: dict[int, float], green: float, label: str) -> None:
        assert rules.sdsn_arrow(series, green, 2030).label == label

    def test_figures(self) -> None:
        found = rules.sdsn_arrow({2015: 50, 2020: 55}, 80, 2030)
        assert found == ce.Label("moderately_improving", 1.0, 2.0, 0.5)
        assert rules.sdsn_arrow({2015: 85, 2020: 79}, 80, 2030) == ce.Label("decreasing", -1.2, None, None)

    def test_edges_are_exact(self) -> None:
        """0.1 + 0.2 in floats would miss the half by a hair."""
        assert rules.sdsn_arrow({2015: 0.1, 2018: 0.4}, 3.1, 2030).ratio == 0.5
        assert rules.sdsn_arrow({2015: 0.1, 2018: 0.4}, 3.1, 2030).label == "moderately_improving"

    @given(SERIES, st.floats(0.1, 100.0))
    def test_two_points_decide(self, series: dict[int, float], green: float) -> None:
        """What lies between the first and the last observation changes nothing."""
        assume(sum(year >= 2015 for year in series) >= 2)
        ends = {min(y for y in series if y >= 2015), max(series)}
        kept = {year: value for year, value in series.items() if year in ends}
        assert rules.sdsn_arrow(series, green, 2030) == rules.sdsn_arrow(kept, green, 2030)

    def test_needs_a_recent_observation(self) -> None:
        with pytest.raises(ValueError, match="from 2015 or later"):
            rules.sdsn_arrow({2010: 50, 2014: 60}, 80, 2030)


class TestGrowthRatio:
    """Eurostat's and Open SDG's ratio of growth rates."""

    @pytest.mark.parametrize(
        ("series", "target", "direction", "label"),
        [
            ({2015: 20, 2020: 50}, 50, 1, "met"),
            ({2015: 60, 2020: 50}, 50, 1, "met"),
            ({2015: 20, 2020: 20}, 50, 1, "insufficient"),
            ({2015: 20, 2020: 19}, 50, 1, "moving_away"),
            ({2015: 20, 2020: 25}, 50, 1, "moderate"),
            ({2015: 20, 2020: 28}, 50, 1, "significant"),
            ({2015: 20, 2020: 14}, 5, -1, "moderate"),
            ({2015: 20, 2020: 4}, 5, -1, "met"),
            ({2015: 20, 2020: 21}, 5, -1, "moving_away"),
            # A base or a target of zero counts as 0.001.
            ({2015: 0, 2020: 25}, 50, 1, "significant"),
            ({2015: 20, 2020: 5}, 0, -1, "insufficient"),
            ({2015: 20, 2020: 0}, 0, -1, "met"),
            # The base was at the target, and it fell away.
            ({2015: 50, 2020: 49}, 50, 1, "moving_away"),
            # Already past the target at the base and still so, or no longer.
            ({2015: 60, 2020: 49}, 50, 1, "moving_away"),
            # All below zero: the wanted direction turns round with the sign.
            ({2015: -10, 2020: -5}, -2, 1, "significant"),
            ({2015: -10, 2020: -12}, -2, 1, "moving_away"),
        ],
    )
    def test_with_a_target(self, series: dict[int, float], target: float, direction: int, label: str) -> None:
        assert rules.growth_ratio(series, target, 2030, direction).label == label

    def test_figures(self) -> None:
        """20 → 40 in five years, 80 in fifteen: the same growth, so the ratio is 1."""
        found = rules.growth_ratio({2015: 20, 2020: 2 * 20 * 2 ** (-1 / 3)}, 80, 2030)
        assert found.actual == pytest.approx(2 ** (2 / 15) - 1)
        assert found.required == pytest.approx(4 ** (1 / 15) - 1)
        assert found.ratio == pytest.approx(1.0)
        assert found.label == "significant"

    @pytest.mark.parametrize(
        ("growth", "direction", "label"),
        [
            (0.015, 1, "significant"),
            (0.0149, 1, "moderate"),
            (0.005, 1, "moderate"),
            (0.0049, 1, "insufficient"),
            (0.0, 1, "insufficient"),
            (-0.0001, 1, "moving_away"),
            (-0.02, -1, "significant"),
            (0.0001, -1, "moving_away"),
        ],
    )
    def test_without_a_target(self, growth: float, direction: int, label: str) -> None:
        series = {2015: 100.0, 2025: 100.0 * (1 + growth) ** 10}
        found = rules.growth_ratio(series, None, 2030, direction)
        assert (found.label, found.required, found.ratio) == (label, None, None)
        assert found.actual == pytest.approx(growth)

    def test_eurostat_without_a_target(self) -> None:
        for growth, label in (
            (0.01, "significant"),
            (0.0099, "moderate"),
            (0.0, "moderate"),
            (-0.002, "moving_away"),
        ):
            series = {2015: 100.0, 2025: 100.0 * (1 + growth) ** 10}
            assert rules.growth_ratio(series, None, 2030, cuts="eurostat").label == label

    @pytest.mark.parametrize(
        ("base", "limit", "scale"),
        [
            (90.0, 100.0, 1 - 0.9**4.44),
            (10.0, 100.0, 1 - 0.1**4.44),
            (100.0, 100.0, 0.0),
            (12.0, 10.0, 1 - 0.8**4.44),
            (20.0, 10.0, 1.0),
            (35.0, 10.0, 1.0),
            (35.0, 0.0, 1.0),
        ],
    )
    def test_near_a_limit_less_is_asked(self, base: float, limit: float, scale: float) -> None:
        for cut, label, below in ((0.015, "significant", "moderate"), (0.005, "moderate", "insufficient")):
            # At the limit itself all cuts are 0, and there is nothing between them.
            under = "moving_away" if scale == 0.0 else below
            above = "significant" if scale == 0.0 else label
            for growth, expected in ((cut * scale + 1e-6, above), (cut * scale - 1e-6, under)):
                series = {2015: base, 2016: base * (1 + growth)}
                assert rules.growth_ratio(series, None, 2030, limit=limit).label == expected

    def test_base_year(self) -> None:
        """The base is the first value from the base year on."""
        series = {2010: 5.0, 2016: 20.0, 2020: 25.0}
        with_base = rules.growth_ratio(series, 50, 2030, base_year=2015)
        assert with_base == rules.growth_ratio({2016: 20.0, 2020: 25.0}, 50, 2030)

    @given(SERIES, POSITIVE, st.sampled_from([1, -1]))
    def test_scale_does_not_matter(self, series: dict[int, float], target: float, direction: int) -> None:
        """Another unit of measurement changes neither label nor ratio."""
        found = rules.growth_ratio(series, target, 2030, direction)
        eight = rules.growth_ratio({y: 8 * v for y, v in series.items()}, 8 * target, 2030, direction)
        assert eight.label == found.label
        assert (eight.ratio is None) == (found.ratio is None)
        if found.ratio is not None:
            assert eight.ratio == pytest.approx(found.ratio, rel=1e-6, abs=1e-9)

    @given(SERIES, POSITIVE, st.floats(1.01, 3.0))
    def test_more_is_never_worse(self, series: dict[int, float], target: float, more: float) -> None:
        order = ["moving_away", "insufficient", "moderate", "significant", "met"]
        last = max(series)
        found = rules.growth_ratio(series, target, 2030)
        better = rules.growth_ratio({**series, last: series[last] * more}, target, 2030)
        assert order.index(str(better.label)) >= order.index(str(found.label))

    def test_both_signs_are_refused(self) -> None:
        with pytest.raises(ValueError, match="crosses zero"):
            rules.growth_ratio({2015: -5, 2020: 5}, 10, 2030)
        with pytest.raises(ValueError, match="crosses zero"):
            rules.growth_ratio({2015: 5, 2020: 4}, -1, 2030, -1)
        with pytest.raises(ValueError, match="direction"):
            rules.growth_ratio({2015: 5, 2020: 4}, 6, 2030, 0)


class TestUnsd:
    """The United Nations' progress chart."""

    @pytest.mark.parametrize(
        ("series", "target", "label"),
        [
            # Doubling in five years: 20 → 160 in 2030.
            ({2015: 20, 2020: 40}, 160, 3),
            ({2015: 20, 2020: 40}, 170, 2),
            ({2015: 20, 2020: 20}, 80, 1),
            ({2015: 20, 2020: 19}, 80, 1),
            ({2015: 20, 2020: 21}, 80, 1),
            ({2015: 20, 2020: 22}, 80, 2),
            ({2015: 20, 2020: 85}, 80, 3),
            # Within one point of 100, or of 0 where it is to fall.
            ({2015: 98.9, 2020: 99.0}, 100, 3),
            ({2015: 98.9, 2020: 98.92}, 100, 1),
            ({2015: 1.2, 2020: 1.0}, 0, 3),
            ({2015: 1.2, 2020: 1.19}, 0, 1),
            ({2015: 0, 2020: 0}, 0, 3),
            ({2015: 100, 2020: 100}, 100, 3),
            ({2015: 100, 2020: 97}, 100, 1),
            ({2015: 60, 2020: 60}, 60, 3),
        ],
    )
    def test_by_hand(self, series: dict[int, float], target: float, label: int) -> None:
        assert rules.unsd_progress(series, target, 2030).label == label

    def test_figures(self) -> None:
        found = rules.unsd_progress({2015: 20, 2020: 40}, 80, 2030)
        assert found.ratio == pytest.approx((160 - 20) / (80 - 20))
        assert found.actual == pytest.approx(2 ** (1 / 5) - 1)
        assert found.required == pytest.approx(4 ** (1 / 15) - 1)

    def test_direction(self) -> None:
        """A base past the target that fell below it went back, which only the direction can say."""
        assert rules.unsd_progress({2015: 95, 2020: 85}, 90, 2030).label == 3
        assert rules.unsd_progress({2015: 95, 2020: 85}, 90, 2030, direction=1).label == 1
        assert rules.unsd_progress({2015: 60, 2020: 55}, 60, 2030, direction=1).label == 1
        with pytest.raises(ValueError, match="direction="):
            rules.unsd_progress({2015: 60, 2020: 55}, 60, 2030)

    def test_no_growth_from_zero(self) -> None:
        with pytest.raises(ValueError, match="base of 0"):
            rules.unsd_progress({2015: 0, 2020: 5}, 60, 2030)
        with pytest.raises(ValueError, match="at least 0"):
            rules.unsd_progress({2015: -1, 2020: 5}, 60, 2030)


class TestEscap:
    """The regional commissions' anticipated progress."""

    @pytest.mark.parametrize(
        ("last", "label", "gap"),
        [
            # On a line from 20 in 2015: 2030 lies at 20 + 3·(last − 20), and 50 is wanted.
            (30.0, "maintain", 0.0),
            (40.0, "maintain", 0.0),
            (29.0, "maintain", 0.1),
            (28.9, "accelerate", 0.11),
            (20.0, "accelerate", 1.0),
            (19.9, "reverse", 1.01),
        ],
    )
    def test_two_points(self, last: float, label: str, gap: float) -> None:
        """Two points make the line, however they are weighed."""
        for half_life in (0.5, 5.0, math.inf):
            found = rules.escap({2015: 20.0, 2020: last}, 50, 2030, half_life)
            assert found.label == label
            assert found.ratio == pytest.approx(gap)
            assert found.actual == pytest.approx((last - 20) / 5)
            assert found.required == 2.0

    def test_recent_years_count_more(self) -> None:
        series = {2015: 20.0, 2016: 26.0, 2017: 26.0, 2018: 26.0, 2019: 26.0, 2020: 26.0}
        flat = rules.escap(series, 50, 2030, 0.5)
        even = rules.escap(series, 50, 2030, math.inf)
        assert flat.actual is not None
        assert even.actual is not None
        assert flat.actual < even.actual
        # By hand: years about 2017.5, Σ(t − t̄)(v − v̄) = −2.5·(20 − 25) + Σ(t − t̄)·1 = 12.5 + 2.5 = 15.
        assert even.actual == pytest.approx(15 / 17.5)

    def test_base_year(self) -> None:
        """Values before the base take part in the line, but the way is counted from the base."""
        series = {2005: 10.0, 2015: 20.0, 2020: 25.0}
        found = rules.escap(series, 50, 2030, 5.0, base_year=2014)
        assert found.required == pytest.approx(30 / 15)
        assert rules.escap(series, 50, 2030, 5.0).required == pytest.approx(40 / 25)

    def test_current_status(self) -> None:
        assert rules.current_status({2015: 20, 2020: 35}, 50) == 5.0
        assert rules.current_status({2015: 20, 2020: 10}, 50) == 0.0
        assert rules.current_status({2015: 20, 2020: 60}, 50) == 10.0
        assert rules.current_status({2015: 20, 2020: 15}, 10) == 5.0
        with pytest.raises(ValueError, match="target already"):
            rules.current_status({2015: 50, 2020: 60}, 50)


class TestRates:
    """Rates of reduction."""

    def test_by_hand(self) -> None:
        assert rules.annual_rate_of_reduction({2000: 80, 2010: 40}) == pytest.approx(math.log(2) / 10)
        assert rules.annual_rate_of_reduction({2000: 40, 2010: 80}) == pytest.approx(-math.log(2) / 10)
        assert rules.required_rate({2012: 40}, 20, 2022) == pytest.approx(1 - 0.5**0.1)
        assert rules.required_rate({2012: 40, 2015: 37}, 20, 2022) == pytest.approx(1 - 0.5**0.1)
        assert rules.average_annual_rate_of_reduction({2000: 80, 2010: 40}) == pytest.approx(1 - 0.5**0.1)

    def test_unicef_example(self) -> None:
        """The note's exponential fit: a series that falls by a tenth a year gives a tenth, gaps or not."""
        series = {year: 50 * 0.9 ** (year - 1995) for year in (1995, 1996, 1999, 2003, 2004)}
        assert rules.average_annual_rate_of_reduction(series) == pytest.approx(0.1)

    @given(SERIES)
    def test_two_points_agree(self, series: dict[int, float]) -> None:
        """1 − e^(−ARR) of the ends is the required rate between them."""
        first, last = min(series), max(series)
        log_rate = rules.annual_rate_of_reduction(series)
        needed = rules.required_rate({first: series[first]}, series[last], last)
        assert 1 - math.exp(-log_rate) == pytest.approx(needed, abs=1e-9)

    @pytest.mark.parametrize("rule", ["annual_rate_of_reduction", "average_annual_rate_of_reduction"])
    def test_needs_values_above_zero(self, rule: str) -> None:
        with pytest.raises(ValueError, match="above 0"):
            getattr(rules, rule)({2000: 80, 2005: 0, 2010: 40})


class TestPlanning:
    """Whole units, needs and registrations."""

    @pytest.mark.parametrize(
        ("share", "n", "units"),
        [
            ("50%", 35, 18),
            (0.5, 35, 18),
            (Fraction(1, 2), 35, 18),
            (Decimal("0.5"), 35, 18),
            ("1/2", 35, 18),
            ("62,5%", 8, 5),
            (0.7, 25, 18),
            (0.7, 10, 7),
            (0.07, 100, 7),
            (0.1 + 0.2, 10, 4),
            (0.3, 10, 3),
            (1, 35, 35),
            (0, 35, 0),
            ("100%", 16, 16),
            ("30%", 0, 0),
        ],
    )
    def test_units_needed(self, share: Any, n: int, units: int) -> None:
        assert rules.units_needed(share, n) == units

    @given(st.integers(0, 1000), st.integers(1, 4000))
    def test_units_needed_is_least(self, thousandths: int, n: int) -> None:
        share = Fraction(thousandths, 1000)
        k = rules.units_needed(float(share), n)
        assert Fraction(k, n) >= share > Fraction(k - 1, n)

    @pytest.mark.parametrize(
        "share", [50, 1.5, -0.1, "50", "x", "", "nan", math.nan, math.inf, True, None, "1/0"]
    )
    def test_what_is_no_share(self, share: Any) -> None:
        with pytest.raises(ValueError, match=r"share|number"):
            rules.units_needed(share, 35)

    @pytest.mark.parametrize("n", [-1, 3.5, True, "35"])
    def test_what_is_no_number_of_units(self, n: Any) -> None:
        with pytest.raises(ValueError, match="number of units"):
            rules.units_needed("50%", n)

    def test_gross_need(self) -> None:
        """From 9 to 18 in a year are nine; with a tenth lapsing each year the 9 must be made good, too."""
        assert rules.gross_need(18, 9, 0, 1) == 9.0
        assert rules.gross_need(18, 9, 0.1, 1) == 9.9
        assert rules.gross_need(35, 9, 0, 6) == pytest.approx(26 / 6)
        assert rules.gross_need(35, 9, 1, 6) == 35.0
        assert rules.gross_need(5, 9, 0, 6) == 0.0

    @given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 100), st.integers(1, 10))
    def test_gross_need_leads_there(self, k: int, m: int, lapse: int, years: int) -> None:
        x = rules.gross_need(k, m, f"{lapse}%", years)
        units = float(m)
        for _ in range(years):
            units = units * (1 - lapse / 100) + x
        assert units == pytest.approx(k) or (x == 0.0 and units > k)

    @pytest.mark.parametrize(
        ("need", "pass_rate", "confidence", "registered"),
        [
            (1, 0.5, 0.5, 1),
            (1, 0.5, 0.75, 2),
            (1, 0.5, "75.0001%", 3),
            (9, 1, 1, 9),
            (9, 0.8, 0.9, 13),
            (8.2, 0.8, 0.9, 13),
            (0, 0.5, 0.9, 0),
            (-3, 0.5, 0.9, 0),
            (9, 0.8, 0, 0),
        ],
    )
    def test_registrations(self, need: Any, pass_rate: Any, confidence: Any, registered: int) -> None:
        assert rules.registrations(need, pass_rate, confidence) == registered

    @given(st.integers(1, 30), st.integers(5, 95), st.integers(1, 99))
    def test_registrations_are_least(self, need: int, rate: int, sure: int) -> None:
        def passing(r: int) -> Fraction:
            p = Fraction(rate, 100)
            return sum((math.comb(r, j) * p**j * (1 - p) ** (r - j) for j in range(need, r + 1)), Fraction(0))

        r = rules.registrations(need, f"{rate}%", f"{sure}%")
        assert passing(r) >= Fraction(sure, 100) > passing(r - 1)

    def test_what_no_number_of_registrations_gives(self) -> None:
        for pass_rate, confidence in ((0, 0.9), (0.5, 1)):
            with pytest.raises(ValueError, match="no number of registrations"):
                rules.registrations(3, pass_rate, confidence)


class TestUnsoundSeries:
    """What no rule can be put on is refused, with what is needed."""

    @pytest.mark.parametrize(
        ("series", "said"),
        [
            ({}, "at least two years"),
            ({2020: 5.0}, "at least two years"),
            ({2020: 5.0, 2021: None}, "at least two years"),
            ({2020: 5.0, 2021: math.nan}, "finite"),
            ({2020: 5.0, 2021: math.inf}, "finite"),
        ],
    )
    @pytest.mark.parametrize("rule", ["sdsn_arrow", "growth_ratio", "unsd_progress", "escap"])
    def test_series(self, rule: str, series: dict[int, float | None], said: str) -> None:
        more = [5.0] if rule == "escap" else []
        with pytest.raises(ValueError, match=said):
            getattr(rules, rule)(series, 50, 2030, *more)

    @pytest.mark.parametrize("rule", ["sdsn_arrow", "growth_ratio", "unsd_progress", "escap"])
    def test_target_year(self, rule: str) -> None:
        more = [5.0] if rule == "escap" else []
        with pytest.raises(ValueError, match="before the last value"):
            getattr(rules, rule)({2015: 20.0, 2031: 25.0}, 50, 2030, *more)
        with pytest.raises(ValueError, match="finite"):
            getattr(rules, rule)({2015: 20.0, 2021: 25.0}, math.nan, 2030, *more)

    @given(SERIES, st.randoms(use_true_random=False))
    def test_order_and_gaps_do_not_matter(self, series: dict[int, float], random: Any) -> None:
        """A mapping has no order, and what is missing is not there."""
        pairs: list[tuple[int, float | None]] = list(series.items())
        random.shuffle(pairs)
        mixed: dict[int, float | None] = {2009: None, **dict(pairs), 2030: None}
        assert rules.sdsn_arrow(mixed, 60, 2030, since=2010) == rules.sdsn_arrow(series, 60, 2030, since=2010)
        assert rules.growth_ratio(mixed, 60, 2030) == rules.growth_ratio(series, 60, 2030)
        assert rules.escap(mixed, 2000, 2030, 5) == rules.escap(series, 2000, 2030, 5)

    @pytest.mark.parametrize(
        ("rule", "arguments", "said"),
        [
            ("growth_ratio", ({2015: 5, 2020: 6}, None, 2030, 1, None), None),
            ("growth_ratio", ({2015: 5, 2020: 6}, 9, 2015), "before the last value"),
            ("unsd_progress", ({2015: 5, 2020: 6}, math.inf, 2030), "finite"),
            ("escap", ({2015: 5, 2020: 6}, 9, 2030, 0), "half-life"),
            ("escap", ({2015: 9, 2020: 8}, 9, 2030, 5), "direction="),
            ("required_rate", ({}, 9, 2030), "at least two years"),
            ("required_rate", ({2015: 0}, 9, 2030), "above 0"),
            ("required_rate", ({2015: 5}, 0, 2030), "above 0"),
            ("required_rate", ({2015: 5}, 9, 2015), "after the base"),
            ("required_rate", ({2015: 5, 2031: 6}, 9, 2030), "before the last value"),
            ("gross_need", (-1, 5, 0, 2), "negative"),
            ("gross_need", (5, 5, 0, 0), "at least 1"),
            ("gross_need", (5, 5, 0, 1.5), "at least 1"),
            ("gross_need", (5, 5, 1.5, 2), "between 0 and 1"),
            ("registrations", (5, 1.5, 0.9), "between 0 and 1"),
        ],
    )
    def test_arguments(self, rule: str, arguments: tuple[Any, ...], said: str | None) -> None:
        if said is None:
            assert getattr(rules, rule)(*arguments).ratio is None
            return
        with pytest.raises(ValueError, match=said):
            getattr(rules, rule)(*arguments)

    def test_options(self) -> None:
        """Options that are none are named."""
        series: Any = {2015: 5, 2020: 6}
        with pytest.raises(ValueError, match="open_sdg"):
            rules.growth_ratio(series, None, 2030, cuts="mine")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="direction"):
            rules.unsd_progress(series, 9, 2030, direction=2)
        with pytest.raises(ValueError, match="direction"):
            rules.escap(series, 9, 2030, 5, direction=0)
        with pytest.raises(ValueError, match="base from 2021"):
            rules.escap(series, 9, 2030, 5, base_year=2021)
        # The base is past the target already, and the direction says that it fell back from it.
        assert rules.escap({2015: 9, 2020: 8}, 9, 2030, 5, direction=1).label == "reverse"
        assert rules.escap({2015: 9, 2020: 10}, 9, 2030, 5, direction=1).label == "maintain"

    def test_labels_are_values(self) -> None:
        found = rules.growth_ratio({2015: 20, 2020: 25}, 50, 2030)
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
        assert hash(found) == hash(rules.growth_ratio({2020: 25, 2015: 20}, 50, 2030))
