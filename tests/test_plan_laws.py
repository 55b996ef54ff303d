"""What holds of every plan, roster and table of recognitions, whatever method and scenario."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from criteria_engine.plans.plan import Plan
from criteria_engine.plans.roster import Roster, Unit
from criteria_engine.plans.unit_status import STATUSES, UnitStatus
from criteria_engine.projection.projection import Projection, project

FIRST, LAST = 2023, 2028
MERGED = datetime.date(2024, 7, 1)
BEFORE = datetime.date(2024, 6, 30)
METHODS = ("arithmetic", "hazard")
SCENARIOS = (
    "as_is",
    "plan",
    "required",
    "pass_rate(0.7)",
    "no_lapse",
    "capacity(2)",
    "pace(1.5)",
    "harder_last(2)",
    "criteria_change(2026-01-01, 0.5)",
)


@attrs.frozen
class World:
    """A plan with its rows, and the day from which one looks."""

    plan: Plan
    rows: tuple[UnitStatus, ...]
    on: datetime.date

    def look(self, method: str = "arithmetic", **more: Any) -> Projection:
        return project(self.plan, recognitions=self.rows, on=self.on, method=method, **more)


def names(count: int) -> list[str]:
    return [f"u{number:02}" for number in range(count)]


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Wards and communes of two areas, some of which merge in the middle of 2024."""
    ids = names(draw(st.integers(2, 9)))
    kinds = draw(st.lists(st.sampled_from(("phường", "phường", "xã")), min_size=len(ids), max_size=len(ids)))
    kinds[0] = "phường"
    groups = draw(st.lists(st.sampled_from((None, None, "m1", "m2")), min_size=len(ids), max_size=len(ids)))
    units = []
    for id, kind, group in zip(ids, kinds, groups, strict=True):
        area = "Nam" if group == "m2" or (group is None and int(id[1:]) % 2) else "Bắc"
        end, successors = (BEFORE, (group,)) if group else (None, ())
        units.append(Unit(id, f"Phường {id}", area, kind, None, end, successors))
    for group, area in (("m1", "Bắc"), ("m2", "Nam")):
        if group in groups:
            units.append(Unit(group, f"Phường {group}", area, "phường", MERGED))
    return Roster(tuple(units))


def sequences(unit: Unit, draw: st.DrawFn) -> list[UnitStatus]:
    """Rows of one unit in an order that may be: nothing is kept or lapses that was not there."""
    rows: list[UnitStatus] = []
    for year in range(FIRST, LAST):
        if not unit.exists_between(datetime.date(year, 1, 1), datetime.date(year, 12, 31)):
            continue
        held = bool(rows) and rows[-1].status in ("recognised", "maintained", "missing")
        usual = [each for each in STATUSES if held or each not in ("maintained", "lapsed")]
        status = draw(st.sampled_from([None, None, *usual]))
        if status is not None:
            rows.append(UnitStatus(unit.id, year, status))
    return rows


@st.composite
def worlds(draw: st.DrawFn, **fixed: Any) -> World:
    roster = draw(rosters())
    counting = {
        "basis": draw(st.sampled_from(("title_year", "decision_date"))),
        "carry_over": draw(st.sampled_from(("any", "most", "all", "reassess"))),
        "predecessors": draw(st.sampled_from(("counted", "all"))),
        "lasts": draw(st.sampled_from((None, 1, 2, 3))),
        "registered_only": draw(st.booleans()),
        "only": {"kind": ["phường"]},
        **fixed,
    }
    on = datetime.date(draw(st.integers(2023, 2027)), 12, 31)
    lists = {}
    for year in draw(st.lists(st.integers(2024, LAST), unique=True, max_size=3)):
        alive = [
            unit.id
            for unit in roster
            if unit.kind == "phường"
            and unit.exists_between(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        ]
        lists[year] = draw(st.lists(st.sampled_from(alive), unique=True)) if alive else []
    plan = Plan(
        id="p",
        horizon={"from": 2024, "until": LAST},
        roster=roster,
        counting=counting,
        registrations=lists,
        targets={
            "half": {"share": 0.5, "by": 2026},
            "all": {"share": 1, "by": LAST},
            "each": {"share": 0.5, "by": 2027, "each": "area"},
            "one": {"count": 1, "in": 2025},
        },
    )
    rows = [row for unit in roster for row in sequences(unit, draw)]
    return World(plan, tuple(rows), on)


scenarios = st.lists(st.sampled_from(SCENARIOS), max_size=3, unique=True)


@given(worlds(), st.sampled_from(METHODS), scenarios)
def test_counts_lie_between_nothing_and_the_roster(world: World, method: str, given: list[str]) -> None:
    found = world.look(method=method, scenarios=given)
    for row in found.table():
        assert 0 <= row.low <= row.expected <= row.high <= row.units
    for target in found.targets.values():
        assert target.probability is None or 0 <= target.probability <= 1
        assert 0 <= target.have <= target.have + target.pending
        # What one area has too many does not help another.
        assert target.needed >= max(0, target.required - target.have)
        assert target.shortfall >= max(0, target.required - target.expected)


@given(worlds(), st.sampled_from(METHODS))
def test_the_parts_of_a_change_add_up_exactly(world: World, method: str) -> None:
    found = world.look(method=method)
    shares = {row.year: row.shares[1] for row in found.table()}
    for each in found.changes:
        assert each.before + each.recognition + each.lapse + each.composition == each.after
        assert each.after == shares[each.year]
        assert each.before == shares[each.year - 1]
        assert each.recognition >= 0 >= each.lapse


@given(worlds(), st.sampled_from(METHODS), st.sampled_from(["as_is", "plan", "required", "pass_rate(0.7)"]))
def test_without_lapses_there_are_never_fewer(world: World, method: str, scenario: str) -> None:
    with_lapses = world.look(method=method, scenarios=[scenario])
    without = world.look(method=method, scenarios=[scenario, "no_lapse"])
    if scenario == "required" and method == "hazard":
        # There the pathway makes up for lapses, so that they have to be replaced, not missed.
        return
    for one, other in zip(with_lapses.table(), without.table(), strict=True):
        assert other.low >= one.low
        assert other.high >= one.high
        assert float(other.expected) >= float(one.expected) - 1e-9


@given(worlds(), st.data())
def test_more_registrations_never_lower_a_probability(world: World, data: st.DataObject) -> None:
    lists = {each.year: list(each.units) for each in world.plan.registrations if each.year > world.on.year}
    if not lists:
        return
    year = data.draw(st.sampled_from(sorted(lists)))
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    alive = [
        unit.id for unit in world.plan.roster if unit.kind == "phường" and unit.exists_between(first, last)
    ]
    more = [unit for unit in alive if unit not in lists[year]]
    whole = {each.year: list(each.units) for each in world.plan.registrations}
    whole[year] += more[: data.draw(st.integers(0, len(more)))]
    longer = attrs.evolve(world, plan=attrs.evolve(world.plan, registrations=whole))
    for method in METHODS:
        before, after = world.look(method=method), longer.look(method=method)
        for id, target in before.targets.items():
            if world.plan.target(id).in_ not in (None, year):
                # Who is recognised a year earlier is not recognised in this one.
                continue
            other = after.targets[id]
            if target.probability is not None and other.probability is not None:
                assert other.probability >= target.probability - 1e-9
            assert float(other.expected) >= float(target.expected) - 1e-9


@given(worlds(carry_over="freeze", denominator={"fixed": BEFORE}))
def test_a_merger_changes_nothing_on_a_frozen_list(world: World) -> None:
    """As long as nothing is said of the new units, the old ones stand as if there were no merger."""
    old = [unit for unit in world.plan.roster if unit.valid_from is None]
    rows = tuple(row for row in world.rows if row.unit in {unit.id for unit in old})
    lists = {
        each.year: [unit for unit in each.units if unit in {unit.id for unit in old}]
        for each in world.plan.registrations
    }
    unmerged = Roster(tuple(attrs.evolve(unit, valid_until=None, successors=()) for unit in old))
    one = attrs.evolve(world, plan=attrs.evolve(world.plan, registrations=lists), rows=rows)
    other = attrs.evolve(one, plan=attrs.evolve(one.plan, roster=unmerged))
    assert one.look().table() == other.look().table()


def as_bytes(found: Projection) -> bytes:
    return json.dumps(
        [found.to_dict(), found.explain("vi"), found.explain("en")], ensure_ascii=False
    ).encode()


@given(worlds(), st.sampled_from(METHODS), scenarios, st.randoms(use_true_random=False))
def test_the_order_of_wards_plays_no_part(
    world: World, method: str, given: list[str], chance: random.Random
) -> None:
    def shuffled(things: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(chance.sample(things, len(things)))

    again = World(
        attrs.evolve(world.plan, roster=Roster(shuffled(world.plan.roster.units))),
        shuffled(world.rows),
        world.on,
    )
    one, other = world.look(method=method, scenarios=given), again.look(method=method, scenarios=given)
    assert one == other
    assert as_bytes(one) == as_bytes(other)


@given(worlds(), st.data())
def test_what_is_open_lies_within_the_bounds(world: World, data: st.DataObject) -> None:
    """Whatever missing and awaited results turn out to be, the count of the year lies between low and high."""
    bounds = world.look().table()
    told = {(row.unit, row.year) for row in world.rows}
    awaited = [
        UnitStatus(unit.id, year, "met")
        for year in range(2024, world.on.year + 1)
        for unit in world.plan.registered(year)
        if (unit.id, year) not in told
    ]
    whole = (*world.rows, *awaited)
    rows = []
    for row in whole:
        later = [each for each in whole if each.unit == row.unit and each.year > row.year]
        if row in awaited or row.status == "missing" or (row.status == "met" and not later):
            # What is kept up or lapses the year after was there.
            held = bool(later) and min(later, key=year_of).status in ("maintained", "lapsed")
            ends = ("recognised",) if held else ("recognised", "building")
            rows.append(attrs.evolve(row, status=data.draw(st.sampled_from(ends))))
        else:
            rows.append(row)
    found = project(world.plan, recognitions=rows, on=world.on, method="arithmetic").table()
    year = world.on.year
    if year in {row.year for row in found}:
        assert bounds[year].low <= found[year].low
        assert found[year].high <= bounds[year].high


def year_of(row: UnitStatus) -> int:
    return row.year


@given(st.integers(1, 400), st.integers(0, 100))
def test_whole_units_are_exact(units: int, hundredths: int) -> None:
    """The need is the least whole number that makes up the share, for every share of two digits."""
    roster = Roster(tuple(Unit(f"u{number}", f"Phường {number}") for number in range(units)))
    share = max(1, hundredths) / 100
    plan = Plan(
        id="p",
        horizon={"from": 2024, "until": 2025},
        roster=roster,
        targets={"t": {"share": share, "by": 2025}},
    )
    need = project(plan, on=datetime.date(2024, 12, 31)).targets["t"].required
    exact = Fraction(max(1, hundredths), 100)
    assert Fraction(need, units) >= exact
    assert Fraction(need - 1, units) < exact
