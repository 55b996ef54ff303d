"""Probabilities of targets against sums done by hand, and what an official gets to read and to do."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

import criteria_engine as ce
from criteria_engine.projection.outlook import likelihood_of, registrations_needed

FOLDER = Path(__file__).resolve().parent.parent / "rulesets" / "vn" / "khanh-hoa"
ASSUMED = FOLDER / "cong-nhan.gia-dinh.csv"
PLAN = ce.load_plan(FOLDER / "plan-2377.yaml")
END_2024 = datetime.date(2024, 12, 31)


def project(plan: ce.Plan = PLAN, **more: Any) -> ce.Projection:
    return ce.project(plan, recognitions=ASSUMED, on=END_2024, **more)


def binomial_tail(size: int, chance: float, need: int) -> float:
    return math.fsum(
        math.comb(size, k) * chance**k * (1 - chance) ** (size - k) for k in range(max(0, need), size + 1)
    )


def registering(count: int, **counting: Any) -> ce.Plan:
    """The plan with a list of so many further wards for 2025."""
    held = {"Vĩnh Nguyên", *(unit.name for unit in PLAN.registered(2024))}
    more = [unit.name for unit in PLAN.counted_on(END_2024) if unit.name not in held][:count]
    lists = {2024: [unit.name for unit in PLAN.registered(2024)], 2025: more}
    return attrs.evolve(PLAN, registrations=lists, counting=attrs.evolve(PLAN.counting, **counting))


@pytest.mark.parametrize("count", [5, 6, 9, 12])
def test_a_list_with_a_known_pass_rate_is_a_binomial(count: int) -> None:
    """Nine of thirty are there and fifteen are needed: six of those on the list have to pass."""
    found = project(registering(count), scenarios=["no_lapse", "pass_rate(0.8)"])
    probability = found.targets["half_by_2025"].probability
    assert probability == pytest.approx(binomial_tail(count, 0.8, 6), abs=1e-9)
    row = found.table()[2025]
    assert float(row.expected) == pytest.approx(9 + 0.8 * count)


def test_an_unknown_pass_rate_is_learnt_from_the_lists_behind() -> None:
    """Eight of eight passed: Beta(8½, ½), whose mean is 17/18."""
    found = project(registering(9), scenarios=["no_lapse"])
    must = found.targets["half_by_2025"].must_change
    assert must is not None
    assert float(must.pass_rate) == pytest.approx(17 / 18, abs=1e-3)


def test_without_a_list_the_common_rate_holds() -> None:
    """Who is on no list of 2025 can't be recognised for it, and in 2026 everybody can again."""
    found = project(registering(0), scenarios=["no_lapse"])
    assert found.table()[2025].expected == 9
    assert found.table()[2026].expected > 10
    lists_only = project(registering(0), scenarios=["no_lapse", "plan"])
    assert lists_only.table()[2030].expected == 9
    assert lists_only.targets["half_by_2025"].likelihood == "very_unlikely"


def test_one_year_is_too_little_for_a_model() -> None:
    rows = [{"unit": "Vĩnh Nguyên", "period": 2024, "status": "recognised"}]
    found = ce.project(PLAN, recognitions=rows, on=END_2024)
    assert found.method == "arithmetic"
    assert all(target.probability is None for target in found.targets.values())
    assert ce.project(PLAN, on=END_2024).method == "arithmetic"


def test_by_decision_the_titles_under_way_come_a_year_later() -> None:
    """Titles of 2024 count from 2025 on: those of eight wards come with the pass rate, nothing else does."""
    rows = [
        {"unit": "Vĩnh Nguyên", "period": 2022, "status": "recognised"},
        {"unit": "Vĩnh Nguyên", "period": 2023, "status": "maintained"},
        *({"unit": unit.name, "period": 2024, "status": "requested"} for unit in PLAN.registered(2024)),
    ]
    plan = attrs.evolve(PLAN, counting=attrs.evolve(PLAN.counting, basis="decision_date"))
    found = ce.project(plan, recognitions=rows, on=END_2024, scenarios=["no_lapse", "plan", "pass_rate(0.5)"])
    assert found.table()[2024].expected == 1
    assert float(found.table()[2025].expected) == pytest.approx(5)
    target = attrs.evolve(plan, targets={"sau": {"count": 6, "by": 2025}})
    chance = ce.project(target, recognitions=rows, on=END_2024, scenarios=found.scenarios).targets["sau"]
    assert chance.probability == pytest.approx(binomial_tail(8, 0.5, 5), abs=1e-9)


def test_results_that_are_awaited_are_weighed() -> None:
    """At the end of 2025 three of seven results are still open: two of them would be enough."""
    names = [unit.name for unit in PLAN.counted_on(END_2024) if unit.valid_from is None][:17]
    rows = [{"unit": name, "period": 2023, "status": "recognised"} for name in names[:13]]
    rows += [{"unit": name, "period": 2024, "status": "met"} for name in names[13:16]]
    rows += [{"unit": names[16], "period": 2024, "status": "lapsed"}]
    rows += [{"unit": names[16], "period": 2023, "status": "recognised"}]
    plan = attrs.evolve(PLAN, registrations={}, targets={"nua": {"share": 0.5, "by": 2024}})
    target = ce.project(plan, recognitions=rows, on=END_2024, scenarios=["pass_rate(0.7)"]).targets["nua"]
    assert (target.have, target.pending, target.required) == (13, 3, 15)
    assert target.status == "not_enough_data"
    assert float(target.expected) == pytest.approx(13 + 3 * 0.7)


@pytest.mark.parametrize("pass_rate", [Fraction(1, 2), Fraction(9, 10), Fraction(1)])
@pytest.mark.parametrize("need", [0, 1, 6, 10])
def test_registrations_are_the_fewest_that_suffice(need: int, pass_rate: Fraction) -> None:
    found = registrations_needed(need, pass_rate, Fraction(4, 5), 21)
    enough = [size for size in range(22) if binomial_tail(size, float(pass_rate), need) >= 0.8]
    assert found == (enough[0] if enough else None)


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.95, "very_likely"),
        (0.9, "very_likely"),
        (0.7, "likely"),
        (2 / 3, "likely"),
        (0.5, "uncertain"),
        (1 / 3, "uncertain"),
        (0.3, "unlikely"),
        (0.1, "very_unlikely"),
        (0.0, "very_unlikely"),
        (None, None),
    ],
)
def test_words_of_likelihood(probability: float | None, word: str | None) -> None:
    assert likelihood_of(probability) == word


def test_suppositions_compose() -> None:
    """The last of a kind counts, and a change of the criteria works from its year on."""
    one = project(scenarios=["pace(8)", "pace(3)"], method="arithmetic")
    assert one.table()[2025].expected == 12
    both = project(scenarios=["pace(4)", "criteria_change(2026-01-01, 0.5)"], method="arithmetic")
    assert [both.table()[year].expected for year in (2025, 2026, 2027)] == [13, 15, 17]
    capped = project(scenarios=["required", "capacity(2)"], method="arithmetic")
    assert [capped.table()[year].expected for year in (2025, 2026)] == [11, 13]
    last = project(scenarios=["pace(8)", "harder_last(13)"], method="arithmetic")
    # Of 21 that are outside 8 come at the full pace; from then on half as many.
    assert [last.table()[year].expected for year in (2025, 2026, 2027)] == [17, 21, 25]


def test_nearest_wards_lack_the_fewest_criteria() -> None:
    ruleset = ce.load(FOLDER.parent / "cong-an-phuong-kieu-mau" / "bo-tieu-chi.yaml")
    subjects = ce.read_subjects(FOLDER / "danh-gia-2024.gia-dinh.csv", ruleset.columns)
    results = {
        each.subject: ruleset.evaluate(each.periods[0].values, subject=each.subject) for each in subjects
    }
    must = project(assessments=results).targets["half_by_2025"].must_change
    assert must is not None
    # The table of the README: Cam Nghĩa meets all that apply, Phước Hải is open, Ninh Hiệp lacks no. 9.
    assert [each.name for each in must.nearest] == [
        *("Cam Nghĩa", "Phước Hải", "Ninh Hiệp", "Lộc Thọ", "Ba Ngòi")
    ]
    assert [(len(each.not_met), len(each.open)) for each in must.nearest] == [
        (0, 0),
        (0, 5),
        (1, 2),
        (3, 0),
        (3, 0),
    ]
    rows = ce.results_as_unit_statuses(
        {(name, 2024): result for name, result in results.items()}, level="kieu_mau"
    )
    said = {row.unit: row.status for row in rows}
    assert (said["Phước Hòa"], said["Vĩnh Hòa"], said["Cam Linh"]) == ("met", "building", "missing")


def test_the_paragraph_can_be_pasted() -> None:
    found = project(method="arithmetic")
    said = found.explain("vi")
    assert said.startswith("Tính đến ngày 31/12/2024, 9/30 phường (30,0 %) đã được công nhận.")
    assert "Đến năm 2025 đạt ít nhất 50%: cần 15/30 phường, hiện có 9 (60 % chỉ tiêu)." in said
    assert "10/10 dòng kết quả công nhận là giả định" in said
    assert "giữ danh hiệu sau sắp xếp" in said
    assert "\n" not in said
    assert str(found).startswith(said[:40])


def test_plain_data_says_where_it_came_from() -> None:
    found = project()
    plain = found.to_dict()
    assert plain["engine"] == ce.__version__
    assert plain["digest"].startswith("sha256:")
    assert plain["seed"] is None
    assert plain["method"] == "hazard"
    assert plain["targets"]["eight_in_2024"]["likelihood"] == "achieved"
    assert found.digest != project(scenarios=["no_lapse"]).digest
    assert "half_by_2025" in repr(found)


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_notebooks_show_tables() -> None:
    plan = attrs.evolve(
        PLAN, targets={"nua": {"share": 0.5, "by": 2025, "title": "<script>alert(1)</script>"}}
    )
    page = _Cells()
    page.feed(project(plan)._repr_html_())
    assert page.tags.count("table") == 2
    assert page.tags.count("tr") == 1 + 1 + 1 + 8
    assert "script" not in page.tags
    assert "15/30" in page.text
