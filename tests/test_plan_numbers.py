"""Plan 2377 of Khánh Hòa, counted by hand: rosters, needs, carry-over, paces, the basis of counting."""

from __future__ import annotations

import csv
import datetime
import functools
import pickle
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from criteria_engine.forecasting.distribution import units_needed
from criteria_engine.plans import plan as plan_parts
from criteria_engine.plans import roster
from criteria_engine.plans.plan import CLEARS, Plan
from criteria_engine.plans.plan_file import check_plan, load_plan
from criteria_engine.plans.roster import bare_name_key, name_key
from criteria_engine.plans.unit_status import load_unit_statuses
from criteria_engine.projection import projection as projecting
from criteria_engine.projection.context import earned_schedule, required_per_year, straight_pathway
from criteria_engine.projection.projection import Projection
from criteria_engine.rules.parts import LegalBasis

FOLDER = Path(__file__).resolve().parent.parent / "rulesets" / "vn" / "khanh-hoa"
ASSUMED = FOLDER / "cong-nhan.gia-dinh.csv"
PLAN = load_plan(FOLDER / "plan-2377.yaml")
OLD = PLAN.counting.only
NEW = (("kind", ("phường",)), ("province", ("Khánh Hòa",)))
MARCH_2024, NOVEMBER_2024, JULY_2025 = (
    datetime.date(2024, 3, 8),
    datetime.date(2024, 11, 1),
    datetime.date(2025, 7, 1),
)
END_2024, END_2025 = datetime.date(2024, 12, 31), datetime.date(2025, 12, 31)


project = functools.partial(projecting.project, method="arithmetic")


def counted(plan: Plan = PLAN, **counting: Any) -> Plan:
    return attrs.evolve(plan, counting=attrs.evolve(plan.counting, **counting))


def fixed(day: datetime.date) -> Plan:
    return counted(carry_over="freeze", denominator={"fixed": day})


def base_case(plan: Plan, on: datetime.date, **more: Any) -> Projection:
    return project(plan, recognitions=ASSUMED, on=on, **more)


# ---- the plan itself -------------------------------------------------------------------------


def test_the_plan_is_sound_and_a_value() -> None:
    assert check_plan(FOLDER / "plan-2377.yaml") == []
    again = pickle.loads(pickle.dumps(PLAN))  # noqa: S301 - our own bytes
    assert again == PLAN == load_plan(FOLDER / "plan-2377.yaml")
    assert hash(again) == hash(PLAN)
    assert PLAN.digest == load_plan(FOLDER / "plan-2377.yaml").digest
    assert [unit.name for unit in PLAN.registered(2024)] == [
        *("Phước Hòa", "Phước Long", "Vĩnh Hòa", "Vĩnh Trường"),
        *("Cam Linh", "Cam Lộc"),
        *("Ninh Thủy", "Ninh Hải"),
    ]


def test_reports_are_fourteen() -> None:
    """15 May and 15 November of every year from 2024 to 2030."""
    assert len(PLAN.report_days) == 14
    assert PLAN.report_days[0] == datetime.date(2024, 5, 15)
    assert PLAN.report_days[-1] == datetime.date(2030, 11, 15)


def test_every_task_has_its_five_clears() -> None:
    assert len(PLAN.tasks) == 8
    for task in PLAN.tasks:
        assert task.missing == ()
        assert set(task.assumed) <= set(CLEARS)


def test_every_assumed_row_says_so() -> None:
    rows = load_unit_statuses(ASSUMED, PLAN.roster)
    assert len(rows) == 10
    assert all(row.assumed for row in rows)


# ---- rosters and lineage ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "only", "wards"),
    [
        (MARCH_2024, OLD, 35),
        (datetime.date(2024, 10, 31), OLD, 35),
        (NOVEMBER_2024, OLD, 30),
        (datetime.date(2025, 6, 30), OLD, 30),
        (JULY_2025, OLD, 11),
        (JULY_2025, NEW, 16),
        (NOVEMBER_2024, NEW, 30),
    ],
)
def test_rosters_of_the_day(day: datetime.date, only: Any, wards: int) -> None:
    assert len(counted(only=only).counted_on(day)) == wards


def test_wards_by_area_in_march_2024() -> None:
    areas = [unit.area for unit in PLAN.counted_on(MARCH_2024)]
    assert {area: areas.count(area) for area in set(areas)} == {"Nha Trang": 19, "Cam Ranh": 9, "Ninh Hòa": 7}


def test_the_list_agrees_with_the_sample_data() -> None:
    """The 35 wards of the sample data of 2024 are those of the roster."""
    with (FOLDER / "phuong-2024.csv").open(encoding="utf-8") as stream:
        sample = {(row["code"], row["ward"]) for row in csv.DictReader(stream)}
    assert {(unit.id, unit.name) for unit in PLAN.counted_on(MARCH_2024)} == sample


def test_lineage() -> None:
    changes = PLAN.roster.changes()
    by_day = {day: [each for each in changes if each.day == day] for day in (NOVEMBER_2024, JULY_2025)}
    merged = {each.after[0].name: {unit.name for unit in each.before} for each in by_day[NOVEMBER_2024]}
    assert merged == {
        "Phương Sài": {"Phương Sài", "Phương Sơn"},
        "Vạn Thạnh": {"Vạn Thạnh", "Vạn Thắng", "Xương Huân"},
        "Tân Tiến": {"Phước Tiến", "Phước Tân", "Tân Lập"},
    }
    assert len(by_day[JULY_2025]) == 16
    split = next(each for each in by_day[JULY_2025] if "Mỹ Hải" in {unit.name for unit in each.before})
    assert split.kind == "redraw"
    assert {unit.name for unit in split.after} == {"Đông Hải", "Phước Dinh"}
    reused = {name for each in changes for name in each.names_reused}
    assert {"Cam Linh", "Ba Ngòi", "Đông Hải", "Bảo An", "Đô Vinh"} <= reused


def test_a_code_or_a_name_is_no_key() -> None:
    """The code 22366 was that of three wards, and Cam Linh of 2025 is another one than that of 2024."""
    names = {unit.name for unit in PLAN.roster if unit.id.startswith("22366")}
    assert names == {"Phước Tiến", "Tân Tiến", "Nha Trang"}
    year_2024 = PLAN.roster.named("Cam Linh", MARCH_2024, END_2024)
    year_2026 = PLAN.roster.named("Cam Linh", datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    assert [unit.id for unit in (*year_2024, *year_2026)] == ["22432", "22432.2025-07"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phước Hòa", "Phước Hoà"),
        ("Ninh Thủy", "Ninh Thuỷ"),
        ("Vĩnh Hòa", unicodedata.normalize("NFD", "Vĩnh Hoà")),
        ("Phan Rang - Tháp Chàm", "PHAN RANG–THÁP CHÀM".replace("–", "-")),
        ("Đông Hải", "đông  hải"),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_other_names_stay_others() -> None:
    names = {unit.name for unit in PLAN.roster}
    assert len({name_key(name) for name in names}) == len(names)
    assert name_key("Hoa") != name_key("Hòa")
    assert bare_name_key("phường Phước Hoà") == bare_name_key("P. Phước Hòa") == name_key("Phước Hòa")
    assert bare_name_key("Phường Đúc") == name_key("Đúc") != name_key("Phường Đúc")


# ---- needs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wards", "half", "still", "all_still"),
    [(35, 18, 9, 26), (30, 15, 6, 21), (11, 6, None, None), (16, 8, None, None)],
)
def test_needs(wards: int, half: int, still: int | None, all_still: int | None) -> None:
    """17.5 wards are 18; the same nine wards are 25.7% of 35 and 30% of 30."""
    assert units_needed("50%", wards) == half
    if still is not None:
        assert half - 9 == still
        assert wards - 9 == all_still


@pytest.mark.parametrize(
    ("plan", "wards", "half", "share", "needed", "needed_for_all"),
    [
        (fixed(MARCH_2024), 35, 18, Fraction(9, 35), 9, 26),
        (fixed(NOVEMBER_2024), 30, 15, Fraction(3, 10), 6, 21),
        (PLAN, 30, 15, Fraction(3, 10), 6, 21),
    ],
)
def test_targets_of_the_base_case(
    plan: Plan, wards: int, half: int, share: Fraction, needed: int, needed_for_all: int
) -> None:
    found = base_case(plan, END_2024)
    target, whole = found.targets["half_by_2025"], found.targets["all_by_2030"]
    assert (target.units, target.required, target.have, target.needed) == (wards, half, 9, needed)
    assert (whole.required, whole.needed) == (wards, needed_for_all)
    assert found.table()[2024].shares[1] == share
    assert target.required_per_year == needed
    assert whole.required_per_year == Fraction(needed_for_all, 6)
    assert target.percent_of_target == Fraction(900, half)


def test_half_in_each_area_needs_one_more() -> None:
    """10 + 5 + 4 = 19, where half of the province is 18; by area 5 of 19, 2 of 9, 2 of 7 are there."""
    plan = attrs.evolve(fixed(MARCH_2024), targets={"moi_noi": {"share": 0.5, "by": 2025, "each": "area"}})
    target = base_case(plan, END_2024).targets["moi_noi"]
    assert target.required == 19
    found = {area: (each.required, each.have, each.units) for area, each in target.areas.items()}
    assert found == {"Nha Trang": (10, 5, 19), "Cam Ranh": (5, 2, 9), "Ninh Hòa": (4, 2, 7)}
    assert target.status == "off_track"


def test_a_range_and_a_number() -> None:
    """The forms of sibling plans: 30–50% by 2025, and a plain number of units."""
    plan = attrs.evolve(
        fixed(MARCH_2024),
        targets={"khoang": {"share": [0.3, 0.5], "by": 2025}, "so": {"count": 9, "by": 2025}},
    )
    found = base_case(plan, END_2024).targets
    assert (found["khoang"].required, found["khoang"].required_most) == (11, 17)
    assert found["khoang"].status == "off_track"
    assert found["so"].status == "achieved"


# ---- carry-over ------------------------------------------------------------------------------

CARRIED = [
    ("any", "counted", 6),
    ("most", "counted", 2),
    ("most", "all", 0),
    ("all", "counted", 0),
    ("all", "all", 0),
    ("reassess", "counted", 0),
]


@pytest.mark.parametrize(("only", "of"), [(OLD, 11), (NEW, 16)])
@pytest.mark.parametrize(("policy", "predecessors", "held"), CARRIED)
def test_carry_over(policy: str, predecessors: str, held: int, only: Any, of: int) -> None:
    plan = counted(carry_over=policy, predecessors=predecessors, only=only)
    assert base_case(plan, END_2025).table()[2025].shares == (Fraction(held, of),) * 3


def test_a_frozen_list_keeps_its_wards() -> None:
    for day, wards in ((NOVEMBER_2024, 30), (MARCH_2024, 35)):
        assert base_case(fixed(day), END_2025).table()[2025].shares[1] == Fraction(9, wards)


def test_met_on_eleven_wards_and_missed_on_sixteen() -> None:
    old = base_case(PLAN, END_2025).targets["half_by_2025"]
    new = base_case(counted(only=NEW), END_2025).targets["half_by_2025"]
    assert (old.have, old.required, old.status) == (6, 6, "achieved")
    assert (new.have, new.required, new.status) == (6, 8, "missed")


# ---- the basis of counting -------------------------------------------------------------------


def test_by_decision_the_first_target_is_missed_whatever_happens() -> None:
    """A title of 2025 is decided in 2026, so at the end of 2025 those of 2023 and 2024 can count at most."""
    everyone = [unit.name for unit in fixed(MARCH_2024).counted_on(MARCH_2024)]
    rows = [
        {"unit": name, "period": 2024, "status": "recognised", "decided": datetime.date(2025, 6, 11)}
        for name in everyone[:9]
    ]
    rows += [{"unit": name, "period": 2025, "status": "met"} for name in everyone[9:]]
    plan = attrs.evolve(
        fixed(MARCH_2024),
        registrations={2025: everyone[9:]},
    )
    by_decision = attrs.evolve(plan, counting=attrs.evolve(plan.counting, basis="decision_date"))
    missed = project(by_decision, recognitions=rows, on=END_2025).targets["half_by_2025"]
    assert (missed.have, missed.required, missed.status) == (9, 18, "missed")
    open_ = project(plan, recognitions=rows, on=END_2025).targets["half_by_2025"]
    assert (open_.have, open_.pending, open_.status) == (9, 26, "not_enough_data")


def test_a_decision_that_is_not_made_yet_is_not_known() -> None:
    rows = [
        {"unit": "Phước Hòa", "period": 2024, "status": "recognised", "decided": datetime.date(2025, 6, 11)}
    ]
    before = project(PLAN, recognitions=rows, on=datetime.date(2025, 5, 15)).table()[2024]
    after = project(PLAN, recognitions=rows, on=datetime.date(2025, 6, 15)).table()[2024]
    assert (before.low, before.high) == (0, 9)
    assert (after.low, after.high) == (1, 9)


# ---- paces -----------------------------------------------------------------------------------

PACES = [
    ("pace(8)", [17, 25, 33, 35, 35, 35], False, 2028),
    ("pace(4.5)", [Fraction(27, 2), 18, Fraction(45, 2), 27, Fraction(63, 2), 35], False, 2030),
    (
        "required",
        [18, Fraction("21.4"), Fraction("24.8"), Fraction("28.2"), Fraction("31.6"), 35],
        True,
        2030,
    ),
]


@pytest.mark.parametrize(("scenario", "counts", "meets", "whole"), PACES)
def test_paces_on_35_wards(scenario: str, counts: list[Fraction], meets: bool, whole: int) -> None:
    found = base_case(fixed(MARCH_2024), END_2024, scenarios=[scenario])
    assert [found.table()[year].expected for year in range(2025, 2031)] == counts
    assert (found.targets["half_by_2025"].status == "on_track") is meets
    assert found.targets["all_by_2030"].attained_on == datetime.date(whole, 12, 31)


def test_eight_a_year_misses_by_one_ward() -> None:
    found = base_case(fixed(MARCH_2024), END_2024, scenarios=["pace(8)"])
    assert found.targets["half_by_2025"].shortfall == 1
    assert found.table()[2025].shares[1] == Fraction(17, 35)


def test_the_straight_line_to_2030() -> None:
    line = straight_pathway(2024, 9, {2030: 35})
    assert [round(float(line[year]), 1) for year in range(2025, 2031)] == [13.3, 17.7, 22.0, 26.3, 30.7, 35.0]
    assert required_per_year(35, 9, 6) == Fraction(13, 3)
    assert [line[2024 + ahead] for ahead in range(1, 7)] == [
        9 + Fraction(13, 3) * ahead for ahead in range(1, 7)
    ]


def test_lapses_are_replaced() -> None:
    """With a tenth lapsing, 9 wards stay 8.1, and the pace must bring the rest and replace what goes."""
    assert required_per_year(18, 9, 1, Fraction(1, 10)) == Fraction(99, 10)
    pace = required_per_year(35, 9, 6, Fraction(1, 10))
    assert pace is not None
    held = Fraction(9)
    for _ in range(6):
        held = held * Fraction(9, 10) + pace
    assert held == 35
    assert required_per_year(9, 18, 3) == 0
    assert required_per_year(9, 18, 0) is None


def test_earned_schedule() -> None:
    line = straight_pathway(2023, 1, {2025: 18, 2030: 35})
    assert line[2024] == Fraction(19, 2)
    assert earned_schedule(line, 9) == Fraction(16, 17)
    assert earned_schedule(line, 18) == 2
    assert earned_schedule(line, 35) == 7
    assert earned_schedule(line, 0) is None
    target = base_case(fixed(MARCH_2024), END_2024).targets["half_by_2025"]
    assert (target.planned, target.spi, target.earned_schedule, target.elapsed) == (
        Fraction(19, 2),
        Fraction(18, 19),
        Fraction(16, 17),
        1,
    )


# ---- what is not known -----------------------------------------------------------------------


def test_without_results_nothing_is_a_silent_no() -> None:
    """Nobody has published a result: nine wards may be recognised or not."""
    found = project(PLAN, on=END_2024)
    row = found.table()[2024]
    assert (row.low, row.high) == (0, 9)
    assert found.targets["eight_in_2024"].status == "not_enough_data"
    assert found.targets["vinh_nguyen_kept"].status == "not_enough_data"
    assert "chưa có kết quả" in found.explain("vi")


def test_a_year_without_figures_gives_bounds() -> None:
    rows = [
        {"unit": "Vĩnh Nguyên", "period": 2023, "status": "recognised"},
        {"unit": "Vĩnh Nguyên", "period": 2024, "status": "missing"},
    ]
    row = project(attrs.evolve(PLAN, registrations={}), recognitions=rows, on=END_2024).table()[2024]
    assert (row.low, row.expected, row.high) == (0, 1, 1)


def test_a_recognition_that_lasts_a_year_has_to_be_renewed() -> None:
    plan = attrs.evolve(counted(lasts="1 year"), registrations={})
    rows = [{"unit": "Vĩnh Nguyên", "period": 2023, "status": "recognised"}]
    now = project(plan, recognitions=rows, on=END_2024).table()[2024]
    assert (now.low, now.expected, now.high) == (0, 0, 1)
    rows += [{"unit": "Vĩnh Nguyên", "period": 2024, "status": "maintained"}]
    kept = project(plan, recognitions=rows, on=END_2024)
    assert kept.table()[2024].low == 1
    assert (kept.table()[2025].low, kept.table()[2025].expected) == (0, 1)
    assert kept.targets["half_by_2025"].must_change is not None
    assert kept.targets["half_by_2025"].must_change.renewals == ("Vĩnh Nguyên",)


def test_a_lapse_counts_from_its_year_on() -> None:
    rows = [
        {"unit": "Vĩnh Nguyên", "period": 2023, "status": "recognised"},
        {"unit": "Vĩnh Nguyên", "period": 2024, "status": "lapsed"},
    ]
    found = project(attrs.evolve(PLAN, registrations={}), recognitions=rows, on=END_2024)
    assert [found.table()[year].high for year in (2023, 2024)] == [1, 0]
    assert found.targets["vinh_nguyen_kept"].status == "missed"
    assert found.changes[0].lapse == Fraction(-1, 30)


# ---- the forms of a plan ---------------------------------------------------------------------

EVERY_FORM = """\
criteria_engine: 1
plan: vn.khanh-hoa.2377
title: {vi: Kế hoạch 2377/KH-UBND, en: Plan 2377/KH-UBND}
legal_basis: [{document: 2377/KH-UBND, issued: 2024-03-08}]
ruleset: vn.bca.cong-an-phuong-kieu-mau
roster: phuong.csv
horizon: {from: 2024, until: 2030}
counting:
  basis: title_year
  denominator: current
  carry_over: any
  lasts: 1 year
  only: {kind: phường, area: [Nha Trang, Cam Ranh, Ninh Hòa]}
registrations:
  2024: {Nha Trang: [Phước Hoà, Phước Long, phường Vĩnh Hòa, Vĩnh Trường], Cam Ranh: [Cam Linh, Cam Lộc]}
  2025: [Ninh Thuỷ, Ninh Hải]
targets:
  eight_in_2024: {count: 8, in: 2024}
  half_by_2025: {share: 50%, by: 2025}
  all_by_2030: {share: 100%, by: 2030}
  each_area: {share: 50%, by: 2025, each: area}
  kept: {units: [Vĩnh Nguyên], through: 2030}
  band: {share: [30%, 50%], by: 2025}
  number: {count: 20, by: 2028}
reports: {half_year: 05-15, year: 11-15, review: [2027]}
tasks:
  - {id: tru_so, owner: Công an tỉnh, what: Trụ sở, due: 2026-06-30, result: Xong, answerable: Giám đốc, criteria: [base]}
capacity: {per_year: 8}
"""


def every_form(folder: Path, text: str = EVERY_FORM) -> Plan:
    (folder / "phuong.csv").write_bytes((FOLDER / "phuong.csv").read_bytes())
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    return load_plan(folder / "plan.yaml")


def test_every_form_is_read(tmp_path: Path) -> None:
    plan = every_form(tmp_path)
    # Two fewer are on the list than the target wants; that is worth a word, and no error.
    assert [each.code for each in check_plan(tmp_path / "plan.yaml")] == ["CE927"]
    assert [unit.name for unit in plan.registered(2025)] == ["Ninh Thủy", "Ninh Hải"]
    assert plan.tasks[0].due == datetime.date(2026, 6, 30)
    assert plan.counting.lasts == 1
    found = project(plan, recognitions=ASSUMED, on=END_2024)
    assert list(found.targets) == [target.id for target in plan.targets]
    assert found.table()[2025].expected == 9
    assert found.targets["number"].required == 20
    for method in ("arithmetic", "hazard"):
        again = projecting.project(plan, recognitions=ASSUMED, on=END_2024, method=method)
        assert pickle.loads(pickle.dumps(again)) == again  # noqa: S301 - our own bytes


def test_a_plan_prints_as_the_code_that_builds_it(tmp_path: Path) -> None:
    plan = every_form(tmp_path)
    names = {**vars(plan_parts), **vars(roster), "Plan": Plan, "LegalBasis": LegalBasis, "datetime": datetime}
    assert eval(repr(plan), names) == plan  # noqa: S307 - our own code


def test_a_fixed_day_needs_no_other_words(tmp_path: Path) -> None:
    text = EVERY_FORM.replace("denominator: current", "denominator: {fixed: 2024-03-08}")
    plan = every_form(tmp_path, text)
    assert len(plan.counted_on(datetime.date(2026, 1, 1))) == 35


def test_rosters_can_be_built_in_python() -> None:
    """A split, a new name and another kind, told apart."""
    end, start = datetime.date(2025, 6, 30), JULY_2025
    units = (
        roster.Unit("a", "Cũ", kind="xã", valid_until=end, successors=("a1", "a2")),
        roster.Unit("a1", "Bắc", kind="xã", valid_from=start),
        roster.Unit("a2", "Nam", kind="xã", valid_from=start),
        roster.Unit("b", "Hòa", kind="xã", valid_until=end, successors=("b1",)),
        roster.Unit("b1", "Hòa", kind="phường", valid_from=start),
        roster.Unit("c", "Thanh", kind="xã", valid_until=end, successors=("c1",)),
        roster.Unit("c1", "Thanh An", kind="xã", valid_from=start),
    )
    made = roster.Roster(units)
    assert [(each.kind, each.before[0].id) for each in made.changes()] == [
        ("split", "a"),
        ("kind", "b"),
        ("rename", "c"),
    ]
    assert made == roster.Roster(units[::-1])
    assert [unit.id for unit in made.successors(made.unit("a"))] == ["a1", "a2"]
    assert [unit.id for unit in made.predecessors(made.unit("b1"))] == ["b"]
