"""Looking ahead through the ruleset: laws, small cases by hand, and whether intervals hold what comes."""

from __future__ import annotations

import datetime
import json
from random import Random
from typing import Any

import pytest
import score_panels as panels
from hypothesis import given
from hypothesis import strategies as st
from panels import covered, crps

import criteria_engine as ce
from criteria_engine.plans.assessed import Verdicts, read_assessments
from criteria_engine.projection.drawn_values import counts_by_draw, futures_of, in_bits
from criteria_engine.projection.value_steps import moves_of

LAST = 2024
ON = datetime.date(LAST, 12, 31)
RULES = panels.ruleset()
YEARS_AHEAD = range(LAST + 1, 2031)


def look(assessments: panels.Assessments, plan: ce.Plan | None = None, **more: Any) -> ce.Projection:
    drawn = {"ruleset": RULES, "on": ON, "draws": 60, **more}
    return ce.project(plan or panels.plan_of(sorted(assessments)), assessments=assessments, **drawn)


def numbers(found: ce.Projection) -> str:
    """All that is counted and weighed, as text."""
    whole = found.to_dict()
    return json.dumps([whole["targets"], whole["years"], whole["changes"]], sort_keys=True)


values = st.fixed_dictionaries(
    {
        "turnout": st.sampled_from([None, 40.0, 62.5, 79.9, 80.0, 93.0, 100.0]),
        "thefts": st.sampled_from([None, 0, 11, 12, 13, 60]),
        "station": st.sampled_from([None, True, False]),
        "grade": st.sampled_from([None, "poor", "fair", "good"]),
    }
)


@st.composite
def histories(draw: st.DrawFn, *, fewest: int = 1, steps: bool = True) -> panels.Assessments:
    """A few wards, each with some of the last years; at least one with two of them."""
    found: panels.Assessments = {}
    for ward in range(draw(st.integers(fewest, 5))):
        known = draw(st.lists(st.integers(2020, LAST), unique=True, min_size=1, max_size=4))
        years = sorted(known) if ward else [LAST - 1, LAST]
        one = draw(values)
        found[f"u{ward}"] = {year: draw(values) if steps else one for year in years}
    return found


lengths = st.sampled_from([None, 1, 2, 3])


@given(histories(), lengths, st.integers(0, 3))
def test_counts_lie_between_nothing_and_the_roster(
    assessments: panels.Assessments, lasts: int | None, seed: int
) -> None:
    plan = panels.plan_of([*sorted(assessments), "x"], lasts=lasts)
    found = look(assessments, plan, seed=seed, draws=20)
    assert (found.method, found.seed) == ("scores", seed)
    for row in found.table():
        assert 0 <= row.low <= row.expected <= row.high <= row.units == len(assessments) + 1
    for target in found.targets.values():
        assert target.probability is None or 0 <= target.probability <= 1


@given(histories(), st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_whatever_the_order(
    assessments: panels.Assessments, seed: int, random: Random
) -> None:
    names = list(assessments)
    random.shuffle(names)
    turned = {
        name: dict(sorted(assessments[name].items(), key=lambda each: random.random())) for name in names
    }
    plans = panels.plan_of(sorted(assessments)), panels.plan_of(sorted(assessments))
    one, two = (
        look(each, plan, seed=seed, draws=20) for each, plan in zip((assessments, turned), plans, strict=True)
    )
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert look(assessments, seed=seed + 1, draws=20).digest != one.digest


def futures(
    assessments: panels.Assessments, seed: int = 0, draws: int = 20
) -> dict[str, dict[int, tuple[int, int]]]:
    """The draws in which each ward surely and possibly reaches the level, by year."""
    verdicts = Verdicts(RULES)
    names = sorted({*assessments, "new"})
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in names))
    read = read_assessments(assessments, verdicts, roster, ON)
    found = futures_of(read, names, verdicts, 2030, seed, draws)
    return {unit: dict(years) for unit, years in found.items()}


@given(histories(), values)
def test_a_ward_more_changes_no_other_stream(assessments: panels.Assessments, one: panels.Values) -> None:
    """A ward with a single year shows no steps, so nothing at all changes for the others."""
    with_it = futures({**assessments, "new": {LAST: one}})
    assert {unit: years for unit, years in with_it.items() if unit != "new"} == futures(assessments)


@given(histories(steps=False), lengths)
def test_with_no_steps_the_values_of_today_are_judged(
    assessments: panels.Assessments, lasts: int | None
) -> None:
    """Low is what surely reaches the level, high what possibly does, in every year and every draw."""
    last = [RULES.evaluate(years[max(years)]) for years in assessments.values()]
    surely = sum(each.level == "model" for each in last)
    possibly = sum("model" in each.possible_levels for each in last)
    found = look(assessments, panels.plan_of(sorted(assessments), lasts=lasts), draws=20)
    for row in list(found.table())[-6:]:
        assert (row.low, row.high) == (surely, possibly)
        assert surely <= row.expected <= possibly


@given(histories(steps=False), st.integers(1, 3), st.integers(0, 5))
def test_a_ward_that_holds_the_title_and_meets_the_criteria_keeps_it(
    assessments: panels.Assessments, lasts: int, seed: int
) -> None:
    best = {"turnout": 90.0, "thefts": 3, "station": True, "grade": "good"}
    known = {**assessments, "kept": {LAST - 1: best, LAST: best}}
    rows = [ce.UnitStatus("kept", LAST, "recognised")]
    plan = panels.plan_of(sorted(known), lasts=lasts)
    (found,) = [
        ce.project(
            ce.Plan(
                id="p",
                horizon=plan.horizon,
                counting=plan.counting,
                roster=plan.roster,
                targets={"kept": {"units": ["kept"], "through": 2030}},
            ),
            recognitions=rows,
            assessments=known,
            ruleset=RULES,
            on=ON,
            seed=seed,
            draws=20,
        )
    ]
    assert found.targets["kept"].probability == 1.0


@given(histories(fewest=3), st.data())
def test_registering_more_never_makes_a_target_less_likely(
    assessments: panels.Assessments, data: st.DataObject
) -> None:
    names = sorted(assessments)
    lasts = data.draw(lengths)
    lists = {year: data.draw(st.lists(st.sampled_from(names), unique=True)) for year in (2025, 2026, 2027)}
    year, one = data.draw(st.sampled_from(sorted(lists))), data.draw(st.sampled_from(names))
    more = {**lists, year: sorted({*lists[year], one})}
    counting = {"registered_only": data.draw(st.booleans())}
    given_ = data.draw(st.sampled_from([(), ("pass_rate(0.5)",), ("no_lapse",), ("plan",)]))
    before, after = (
        look(
            assessments,
            panels.plan_of(names, lasts=lasts, counting=counting, registrations=each),
            scenarios=given_,
            draws=20,
        )
        for each in (lists, more)
    )
    for id, target in before.targets.items():
        now = after.targets[id]
        if target.probability is not None and now.probability is not None:
            assert now.probability >= target.probability
        assert now.expected >= target.expected


@given(histories())
def test_drawn_values_stay_what_they_may_be(assessments: panels.Assessments) -> None:
    """The door takes every drawn row as an officer's values, and what is missing stays missing."""
    verdicts = Watched(RULES)
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    read = read_assessments(assessments, verdicts, roster, ON)
    futures_of(read, sorted(assessments), verdicts, 2028, 0, 10)
    patterns = {tuple(value is None for value in panel.years[-1].row) for panel in read.panels}
    order = verdicts.reader.order
    for row in verdicts.rows:
        assert tuple(value is None for value in row) in patterns
        plain = dict(zip(order, row, strict=True))
        if plain["grade"] is not None:
            plain["grade"] = ("poor", "fair", "good")[plain["grade"]]
        verdicts.row_of(plain, LAST)


class Watched(Verdicts):
    """Keeps the rows of the blocks that it is asked to judge."""

    def __init__(self, ruleset: ce.Ruleset) -> None:
        self.rows: list[Any] = []
        super().__init__(ruleset)

    def judge_block(self, np: Any, block: Any, *, complete: bool) -> Any:
        kinds = {"percent": float, "number": float, "integer": int, "boolean": bool, "ordinal": int}
        columns = []
        for definition in self.reader.inputs:
            values, given = np.broadcast_arrays(block.cells(definition.id).values, block.given(definition.id))
            kind = kinds[definition.type]
            pairs = zip(values.tolist(), given.tolist(), strict=True)
            columns.append([kind(value) if there else None for value, there in pairs])
        self.rows += zip(*columns, strict=True)
        return super().judge_block(np, block, complete=complete)


@given(histories())
def test_a_change_that_nobody_showed_is_not_drawn(assessments: panels.Assessments) -> None:
    verdicts = Watched(RULES)
    roster = ce.Roster(tuple(ce.Unit(name, name) for name in assessments))
    read = read_assessments(assessments, verdicts, roster, ON)
    moves = moves_of(read, verdicts.reader)
    order = verdicts.reader.order
    for state in moves.states:
        seen = {
            (before.row[state.place], after.row[state.place])
            for panel in read.panels
            for before, after in zip(panel.years, panel.years[1:], strict=False)
        }
        for ways in state.ways:
            assert {(before, after) for before, each in ways.items() for _, after in each} <= seen
    moving = {each.place for each in (*moves.numbers, *moves.states)}
    futures_of(read, sorted(assessments), verdicts, 2027, 1, 10)
    still = [place for place in range(len(order)) if place not in moving]
    last = {tuple(panel.years[-1].row[place] for place in still) for panel in read.panels}
    assert {tuple(row[place] for place in still) for row in verdicts.rows} <= last


# ---- small cases by hand -------------------------------------------------------------------------

GOOD = {"turnout": 90.0, "thefts": 3, "station": True, "grade": "good"}
"""100 points: a model ward."""
NO_STATION = {**GOOD, "station": False}
"""70 points: the grade counts only in a station."""


def test_rates_of_change_by_hand() -> None:
    """Of four wards without a station one built it in a year: each of the others does so with ¼ a year."""
    history = {f"u{at}": {2023: NO_STATION, 2024: GOOD if at == 0 else NO_STATION} for at in range(4)}
    found = look(history, draws=4000)
    rows = {row.year: row for row in found.table()}
    for ahead in (1, 2, 6):
        assert float(rows[LAST + ahead].expected) == pytest.approx(1 + 3 * (1 - 0.75**ahead), abs=0.08)
    alone = (1 - 0.75**3) ** 1
    # Half of four wards by 2027 is two: of the three that are left at least one.
    assert found.targets["half"].probability == pytest.approx(1 - (1 - alone) ** 3, abs=0.03)


def test_a_veto_and_a_floor_hold_in_drawn_futures() -> None:
    """All points but a theft too many, or votes below the floor: neither is ever a model ward."""
    vetoed = {**GOOD, "thefts": 13}
    low = {**GOOD, "turnout": 59.0}
    history = {"a": {2023: vetoed, 2024: vetoed}, "b": {2023: low, 2024: low}}
    assert all(
        surely == possibly == 0 for years in futures(history).values() for surely, possibly in years.values()
    )


def test_what_is_missing_counts_in_the_high_alone() -> None:
    unknown = {**GOOD, "thefts": None}
    history = {"a": {2023: GOOD, 2024: GOOD}, "b": {2023: unknown, 2024: unknown}}
    found = look(history, draws=2000)
    for row in list(found.table())[1:]:
        assert (row.low, row.high) == (1, 2)
        assert float(row.expected) == pytest.approx(1.5, abs=0.05)


def test_a_title_is_earned_anew_only_when_its_time_is_over() -> None:
    """A ward that no longer meets the criteria keeps its title of 2024 for as long as it lasts."""
    history = {"a": {2023: GOOD, 2024: GOOD}, "b": {2023: NO_STATION, 2024: NO_STATION}}
    rows = [ce.UnitStatus("b", 2024, "recognised"), ce.UnitStatus("a", 2024, "recognised")]
    expected = {1: [1] * 6, 3: [2, 2, 1, 1, 1, 1], None: [2] * 6}
    for lasts, counts in expected.items():
        plan = panels.plan_of(["a", "b"], lasts=lasts)
        found = look(history, plan, recognitions=rows)
        assert [row.expected for row in list(found.table())[-6:]] == counts


def test_lists_that_bind() -> None:
    history = {unit: {2023: GOOD, 2024: GOOD} for unit in "abc"}
    counting = {"registered_only": True, "lasts": "until lapsed"}
    plan = panels.plan_of(
        list("abc"), counting=counting, registrations={2025: ["a"], 2026: ["b"]}, until=2028
    )
    never = [ce.UnitStatus(unit, 2024, "building") for unit in "abc"]
    known = {unit: dict.fromkeys((2023, 2024), NO_STATION) for unit in "abc"}
    found = look(known, plan, recognitions=never)
    assert [row.expected for row in found.table()] == [0, 0, 0, 0, 0]
    found = look(history, plan)
    assert [row.low for row in found.table()] == [0, 1, 2, 3, 3]


def test_a_capacity_holds_in_every_draw() -> None:
    history = {f"u{at}": {2023: GOOD, 2024: GOOD} for at in range(5)}
    plan = panels.plan_of(sorted(history), lasts=None)
    found = look(history, plan, scenarios=["capacity(2)"])
    assert [row.low for row in list(found.table())[1:]] == [2, 4, 5, 5, 5, 5]


def test_decisions_that_come_a_year_later_count_a_year_later() -> None:
    history = {"a": {2023: NO_STATION, 2024: GOOD}}
    counting = {"basis": "decision_date", "decided_after": "1 year", "lasts": "until lapsed"}
    found = look(history, panels.plan_of(["a"], counting=counting))
    assert [row.low for row in list(found.table())[:2]] == [0, 1]


def test_years_that_were_skipped_make_smaller_steps() -> None:
    """A station built between 2020 and 2024 was built in one of four years."""
    history = {"a": {2020: NO_STATION, 2024: GOOD}, "b": {2020: NO_STATION, 2024: NO_STATION}}
    found = look(history, draws=4000)
    assert float(list(found.table())[1].expected) == pytest.approx(1 + 1 / 8, abs=0.03)


# ---- what is asked -------------------------------------------------------------------------------


def test_one_year_of_assessments_falls_back_and_says_so() -> None:
    history = {"a": {2024: GOOD}, "b": {2024: NO_STATION}}
    found = look(history)
    assert (found.method, found.seed, found.notes) == ("arithmetic", None, ("scores_one_year",))
    assert "assessments of one year only" in found.explain("en")
    single = look({unit: RULES.evaluate(years[2024]) for unit, years in history.items()}, method="scores")
    assert single.notes == ("scores_one_year",)


def test_results_do_as_well_as_values() -> None:
    history = panels.true_history(Random(1), 8, range(2021, LAST + 1), 0.2)
    judged = {
        unit: {year: RULES.evaluate(each) for year, each in years.items()} for unit, years in history.items()
    }
    assert numbers(look(judged)) == numbers(look(history))


def test_suppositions_of_numbers_leave_scores_out() -> None:
    history = panels.true_history(Random(1), 8, range(2021, LAST + 1), 0.2)
    found = look(history, method="scores", scenarios=["pace(2)"])
    assert (found.method, found.notes) == ("arithmetic", ("scores_supposed",))


def test_another_level_may_count() -> None:
    history = {"a": {2023: NO_STATION, 2024: NO_STATION}}
    assert list(look(history).table())[1].expected == 0
    assert list(look(history, level="near").table())[1].expected == 1
    with pytest.raises(ValueError, match=r"t\.wards has no level 'best'"):
        look(history, level="best")


def test_what_is_not_right_is_said_with_its_place() -> None:
    with pytest.raises(ce.CriteriaError) as caught:
        look(
            {"a": {2023: {**GOOD, "turnout": 130}, 2024: GOOD}, "nobody": {2024: GOOD}}, panels.plan_of(["a"])
        )
    places = [(each.path, each.code) for each in caught.value.diagnostics]
    assert places == [("assessments.a.2023.values.turnout", "CE557"), ("assessments.nobody.2024", "CE911")]
    with pytest.raises(ValueError, match="needs the ruleset="):
        ce.project(panels.plan_of(["a"]), on=ON, method="scores", assessments={"a": {2023: GOOD, 2024: GOOD}})
    with pytest.raises(ValueError, match="0 draws"):
        look({"a": {2023: GOOD, 2024: GOOD}}, draws=0)


def test_a_set_without_levels_counts_where_it_is_met() -> None:
    rules = ce.loads(
        'criteria_engine: 1\nid: t.two\nversion: "1"\ninputs: {a: {type: boolean}, b: {type: boolean}}\n'
        "combine: all\ncriteria: {a: {test: a}, b: {test: b}}\n"
    )
    judge = Verdicts(rules)
    rows = [judge.row_of(each, LAST)[0] for each in ({"a": True, "b": True}, {"a": True}, {"a": False})]
    assert [judge.judge(row, frozenset())[:2] for row in rows] == [
        (True, True),
        (False, True),
        (False, False),
    ]


@given(st.lists(st.lists(st.booleans(), min_size=7, max_size=7)))
def test_sums_over_draws(sets: list[list[bool]]) -> None:
    found = counts_by_draw([in_bits(each) for each in sets], 7)
    assert found == [sum(each[draw] for each in sets) for draw in range(7)]


# ---- calibration ---------------------------------------------------------------------------------


@pytest.mark.long
def test_intervals_hold_what_comes() -> None:
    """On panels with shocks of their own: 80 % intervals hold 70 to 93 %, and beat "no change"."""
    wards, first, today = 60, 2015, 2020
    forecasts, came, before = [], [], []
    for seed in range(60):
        history = panels.true_history(Random(seed), wards, range(first, 2026), 0.3 * (seed % 3))
        plan = panels.plan_of(sorted(history))
        read = read_assessments(
            panels.until(history, today), Verdicts(RULES), plan.roster, datetime.date(today, 12, 31)
        )
        units = sorted(history)
        futures = futures_of(read, units, Verdicts(RULES), 2025, seed, 100)
        start = panels.share_of_models(history, today, RULES)
        for year in (2021, 2023, 2025):
            counts = counts_by_draw((futures[unit][year][0] for unit in units), 100)
            weights = [0.0] * (wards + 1)
            for count in counts:
                weights[count] += 1
            forecasts.append(ce.Distribution.counts(weights))
            came.append(float(panels.share_of_models(history, year, RULES)))
            before.append(float(start))
    coverage = covered(forecasts, came)
    assert 0.70 <= coverage <= 0.93
    no_change = sum(abs(a - b) for a, b in zip(came, before, strict=True)) / len(came)
    assert crps(forecasts, came) < 0.75 * no_change
