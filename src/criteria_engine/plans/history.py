"""Who holds a recognition at the end of a year, under the counting rules of a plan.

What is not known is looked at three ways: ``low`` (what is open goes badly), ``expected`` (the plan
goes as written) and ``high`` (what is open goes well). A year without figures is never a no.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import attrs

from criteria_engine.plans.plan import Counting, counted_units, of_those_that_count
from criteria_engine.plans.roster import Roster, Unit, year_days
from criteria_engine.plans.unit_status import HELD, PENDING, UnitStatus

View = Literal["low", "expected", "high"]
VIEWS: tuple[View, ...] = ("low", "expected", "high")
"""The three ways to look at what is not known, from the worst to the best."""


class History:
    """The rows of all units, as they are known on a day, and what follows from them.

    Rows of years after ``on``, and decisions of later days, are not looked at. ``registered`` has for each
    year the ids of the units on the plan's list. ``named`` are units of which the plan says that they held
    the recognition before it began, and in which year: without a row for them that is open, and not a no.
    """

    def __init__(
        self,
        roster: Roster,
        counting: Counting,
        rows: Iterable[UnitStatus],
        registered: Mapping[int, Sequence[str]],
        on: datetime.date,
        named: Mapping[str, int] | None = None,
    ) -> None:
        self.roster, self.counting, self.on = roster, counting, on
        self._rows: dict[str, list[UnitStatus]] = {}
        known = [row for row in rows if row.year <= on.year and (row.decided is None or row.decided <= on)]
        told_years = {self.counts_from(row) for row in known if row.status in (*HELD, "lapsed")}
        self.told_years = sorted(year for year in told_years if year <= on.year)
        """The years with a row that says who was recognised, kept it up, or lost it."""
        told = {(row.unit, row.year) for row in known}
        for year, units in registered.items():
            if year <= on.year:
                # A unit on the list without a row has an open result.
                known += [UnitStatus(unit, year, "registered") for unit in units if (unit, year) not in told]
        heard = {row.unit for row in known}
        known += [
            UnitStatus(unit, min(year, on.year), "missing")
            for unit, year in (named or {}).items()
            if unit not in heard
        ]
        for row in sorted(known, key=lambda row: (self.counts_from(row), row.year)):
            self._rows.setdefault(row.unit, []).append(row)
        self._registered = {(unit, year) for year, units in registered.items() for unit in units}
        self._held: dict[tuple[str, int, View], bool] = {}
        # Of predecessors only their kind is asked, not where they lay.
        kinds = tuple(each for each in counting.only if each[0] == "kind")
        self._of_kinds = attrs.evolve(counting, only=kinds)
        self._counted: dict[datetime.date, tuple[Unit, ...]] = {}

    @property
    def rows(self) -> tuple[UnitStatus, ...]:
        """All rows that are looked at."""
        return tuple(row for rows in self._rows.values() for row in rows)

    def counts_from(self, row: UnitStatus) -> int:
        """The year from which on a row counts: that of its title, or that of its decision."""
        if self.counting.basis == "title_year" or row.status in ("lapsed", "missing"):
            return row.year
        return row.decided.year if row.decided is not None else row.year + self.counting.decided_after

    def day_of(self, year: int) -> datetime.date:
        """The day whose units count for a year: its last, or the day of looking if that is earlier."""
        return min(year_days(year)[1], self.on)

    def units(self, year: int) -> tuple[Unit, ...]:
        """The units that count for a year."""
        day = self.day_of(year)
        if day not in self._counted:
            self._counted[day] = counted_units(self.roster, self.counting, day)
        return self._counted[day]

    def held(self, year: int, view: View, units: Iterable[Unit] | None = None) -> frozenset[str]:
        """The ids of those units (by default all that count) that hold the recognition in a year."""
        counted = self.units(year) if units is None else units
        return frozenset(unit.id for unit in counted if self.holds(unit, year, view))

    def held_surely(self, unit: Unit, year: int) -> bool | None:
        """Whether a unit holds the recognition at the end of a year; None where that is open."""
        low = self.holds(unit, year, "low")
        return low if low == self.holds(unit, year, "high") else None

    def holds(self, unit: Unit, year: int, view: View) -> bool:
        """Whether a unit holds the recognition at the end of a year."""
        key = (unit.id, year, view)
        if key not in self._held:
            later = None if self.counting.denominator.fixed is None else self._later(unit, year, view)
            self._held[key] = self._own(unit, year, view) if later is None else later
        return self._held[key]

    def _later(self, unit: Unit, year: int, view: View) -> bool | None:
        """On a fixed list: what the units say that this one went into; None where they say nothing yet."""
        said: list[bool] = []
        for successor in self.roster.successors(unit):
            further = self._later(successor, year, view)
            if further is None and not self._until(successor, year):
                return None
            said.append(self._by_rows(successor, year, view, before=False) if further is None else further)
        return all(said) if said else None

    def _until(self, unit: Unit, year: int) -> list[UnitStatus]:
        return [row for row in self._rows.get(unit.id, ()) if self.counts_from(row) <= year]

    def _own(self, unit: Unit, year: int, view: View) -> bool:
        return self._by_rows(unit, year, view, before=self._carried(unit, year, view))

    def _by_rows(self, unit: Unit, year: int, view: View, *, before: bool) -> bool:
        """Where a unit stands after its rows up to a year, if it stood so ``before`` them."""
        rows, lasts = self._until(unit, year), self.counting.lasts
        state, expires = before, None
        for row in rows:
            if row.status in HELD:
                state = True
                # The first year in which it stands no more unless it is renewed.
                expires = None if lasts is None else self.counts_from(row) + lasts
                continue
            if expires is not None and expires <= row.year:
                state = view == "high"
            if row.status in PENDING:
                # A later row tells what became of it; as the last word it leaves the matter open.
                if row is rows[-1]:
                    state = state or view != "low"
            elif row.status == "missing":
                planned = (unit.id, row.year) in self._registered
                state = {"low": False, "expected": state or planned, "high": True}[view]
            else:
                state = False
            expires = None
        if expires is not None and expires <= year:
            # It was to be renewed and there is no row: by the rule it has lapsed, but it may have been renewed.
            return view == "high" or (year > self.on.year and view == "expected")
        return state

    def _carried(self, unit: Unit, year: int, view: View) -> bool:
        """Whether a unit that others went into holds what they held."""
        policy = self.counting.carry_over
        before: Sequence[Unit] = self.roster.predecessors(unit)
        if before and self.counting.predecessors == "counted":
            before = of_those_that_count(before, self._of_kinds)
        if not before or policy == "reassess":
            return False
        held = [self._own(each, year, view) for each in before]
        if policy == "most":
            return 2 * sum(held) > len(held)
        return all(held) if policy == "all" else any(held)

    def recognised_for(self, year: int, view: View) -> frozenset[str]:
        """The units recognised for the first time, or anew, in a year (by the basis that counts)."""
        ids = set()
        for unit_id, rows in self._rows.items():
            for row in rows:
                counts = row.status == "recognised" or (view != "low" and self._is_open(row, rows, view))
                if self.counts_from(row) == year and counts:
                    ids.add(unit_id)
        units = [self.roster.unit(each) for each in sorted(ids)]
        return frozenset(unit.id for unit in of_those_that_count(units, self.counting))

    def _is_open(self, row: UnitStatus, rows: Sequence[UnitStatus], view: View) -> bool:
        if row.status == "missing":
            return view == "high" or (row.unit, row.year) in self._registered
        return row.status in PENDING and row is rows[-1]


_Trials = Mapping[int, tuple[float, float]]


@attrs.frozen
class YearCounts:
    """Pairs of successes and trials by year.

    ``entries``: units outside at the end of the year before that hold the recognition at its end.
    ``lapses``: units inside then that do not. ``passes``: registered units that were recognised, of
    those whose result is known. Units of which either year is not known are left out of all three.
    """

    entries: _Trials
    lapses: _Trials
    passes: _Trials


def observed(ledger: History, registered: Mapping[int, Sequence[str]]) -> YearCounts:
    """What the rows of a ledger say of the years that are over or under way."""
    # Only years with rows: in other years it is not known that no unit changed.
    years = ledger.told_years
    entries: dict[int, tuple[float, float]] = {}
    lapses: dict[int, tuple[float, float]] = {}
    for year in range(years[0] + 1, years[-1] + 1) if years else ():
        gained = outside = lost = inside = 0
        for unit in ledger.units(year):
            before, after = ledger.held_surely(unit, year - 1), ledger.held_surely(unit, year)
            if before is None or after is None:
                continue
            outside, gained = outside + (not before), gained + (not before and after)
            inside, lost = inside + before, lost + (before and not after)
        if outside:
            entries[year] = (gained, outside)
        if inside:
            lapses[year] = (lost, inside)
    return YearCounts(entries, lapses, _passes(ledger, registered))


def _passes(ledger: History, registered: Mapping[int, Sequence[str]]) -> dict[int, tuple[float, float]]:
    passes: dict[int, tuple[float, float]] = {}
    statuses = {(row.unit, row.year): row for row in ledger.rows}
    last: dict[str, int] = {}
    for row in ledger.rows:
        last[row.unit] = max(last.get(row.unit, 0), row.year)
    for year, units in registered.items():
        results = [statuses.get((unit, year)) for unit in units if year <= ledger.on.year]
        known = [
            row
            for row in results
            if row is not None
            and row.status != "missing"
            and not (row.status in PENDING and last[row.unit] == row.year)
        ]
        if known:
            passes[year] = (sum(row.status in HELD for row in known), len(known))
    return passes
