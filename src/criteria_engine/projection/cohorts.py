"""The units of a plan as cohorts: those that fare alike, by where they stand and which lists they are on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from criteria_engine.forecasting.hazard import Cohort, Step
from criteria_engine.plans.unit_status import PENDING
from criteria_engine.projection.setting import Setting

__all__ = ["Prospects", "cohorts_of", "open_today"]

_Chances = tuple[float | None, ...]

# What is not known at all is as likely as not.
_EVEN = 0.5


class Prospects:
    """How every unit may fare in the years ahead.

    ``pass_rate`` is the chance of a unit on a list, ``entry`` the mean rate at which units outside are
    recognised, ``lapse`` that at which they lapse. A chance of None is the rate common to all.
    """

    def __init__(self, setting: Setting, pass_rate: float, entry: float, lapse: float) -> None:
        self.setting, self.pass_rate, self.entry = setting, pass_rate, entry
        course = setting.course
        self.steered = course.required or course.pace is not None
        open_years = [year for year in setting.years_ahead if year not in setting.ahead]
        self.lists_bind = setting.plan.counting.registered_only or course.lists_only
        self.any_open = not self.steered and bool(open_years) and not course.lists_only
        ledger, today = setting.ledger, setting.on.year
        units = setting.units(today)
        self.low, self.high = ledger.held(today, "low", units), ledger.held(today, "high", units)
        self.latest = {row.unit: row.status for row in sorted(ledger.rows, key=lambda row: row.year)}
        self.listed: frozenset[str] = frozenset().union(*setting.ahead.values())
        self.last = self._last()
        self.steering = self._steering(lapse) if self.steered else {}

    def _last(self) -> frozenset[str]:
        """The units that are hardest to bring along: of those outside the ones no list names come last."""
        if self.setting.course.last is None or self.steered:
            return frozenset()
        few = self.setting.course.last[0]
        outside = [unit.id for unit in self.setting.units(self.setting.on.year) if unit.id not in self.low]
        ordered = sorted(outside, key=lambda unit: (unit not in self.listed, unit))
        return frozenset(ordered[max(0, len(ordered) - few) :])

    def chances(self, unit: str) -> _Chances:
        """The chance of a unit outside, in every year ahead."""
        found: list[float | None] = []
        for year in self.setting.years_ahead:
            if self.steered:
                found.append(self.steering[year])
            elif year in self.setting.ahead:
                found.append(self._listed(unit, year))
            else:
                found.append(0.0 if self.setting.course.lists_only else None)
        for place, chance in self._coming(unit):
            found[place] = chance
        return tuple(found)

    def _coming(self, unit: str) -> Iterator[tuple[int, float]]:
        """What is known to come, or open, whatever lists say: the place of the year ahead, and the chance."""
        setting = self.setting
        if not setting.years_ahead:
            return
        if unit in self.high:
            if unit not in self.low:
                # What is open today is settled in the first year ahead.
                yield 0, self.open_chance(unit)
            return
        if setting.plan.counting.basis == "title_year":
            return
        # Titles of years behind whose decision is still to come.
        known = setting.plan.roster.unit(unit)
        for place, year in enumerate(setting.years_ahead):
            if setting.ledger.holds(known, year, "high"):
                sure = setting.ledger.holds(known, year, "low")
                yield place, 1.0 if sure else self.open_chance(unit)
                return

    def _steering(self, lapse: float) -> dict[int, float]:
        """For each year ahead the chance that brings the mean to the pathway, or by a pace."""
        setting, course = self.setting, self.setting.course
        n = len(setting.units(setting.on.year))
        opened = [self.open_chance(unit) for unit in sorted(self.high - self.low)]
        mean = len(self.low) + math.fsum(opened)
        pathway = setting.pathway(setting.on.year, round(mean))
        found = {}
        for year in setting.years_ahead:
            stays = mean * (1.0 - lapse)
            gain = Fraction(course.pace or 0) * course.factor(year)
            if course.required:
                gain = Fraction(max(0.0, float(pathway.get(year, Fraction(n))) - stays))
            if course.capacity is not None:
                gain = min(gain, Fraction(course.capacity))
            outside = n - mean
            slowed = float(course.slowed(gain, Fraction(outside)))
            found[year] = min(1.0, slowed / outside) if outside > 0.0 else 0.0
            mean = stays + found[year] * outside
        return found

    def _listed(self, unit: str, year: int) -> float | None:
        listed = unit in self.setting.ahead[year]
        if not self.lists_bind:
            # Numbers for both: an unsure rate may reach further than a higher one that is sure, and then
            # a unit more on the list would make a target less likely.
            return max(self.pass_rate, self.entry) if listed else self.entry
        if not listed:
            return 0.0
        # The common rate is that of those on lists, where no year is open to all.
        return self.pass_rate if self.any_open else None

    def open_chance(self, unit: str) -> float:
        """How likely a unit whose result is open holds the recognition."""
        return self.pass_rate if self._is_pending(unit) else _EVEN

    def _is_pending(self, unit: str) -> bool:
        """Whether a recognition of it, or of a unit that went into it, is under way."""
        if unit in self.latest:
            return self.latest[unit] in PENDING
        roster = self.setting.plan.roster
        return any(self._is_pending(each.id) for each in roster.predecessors(roster.unit(unit)))

    def steps(self, area: str | None, years: int) -> Sequence[Step]:
        """The years ahead for units that are all alike, within the capacity."""
        setting, course, found = self.setting, self.setting.course, []
        units = {unit.id for unit in setting.units(setting.on.year, area)}
        whole = len(setting.units(setting.on.year)) or 1
        capacity = None if course.capacity is None else round(course.capacity * len(units) / whole)
        for year in setting.years_ahead[:years]:
            listed = len(setting.ahead.get(year, frozenset()) & units)
            open_ = not course.lists_only and (year not in setting.ahead or not self.lists_bind)
            rate = None if open_ or not self.any_open else self.pass_rate
            registered = None if open_ else listed
            factor = float(course.factor(year))
            found.append(Step(registered=registered, capacity=capacity, pass_rate=rate, factor=factor))
        return found

    def trying(self, area: str | None, year: int) -> list[Cohort]:
        """Those who may be recognised in one year, and are not yet: the open ones of the day, or a list."""
        setting, today = self.setting, self.setting.on.year
        units = {unit.id for unit in setting.units(today, area)}
        if year <= today:
            ledger = setting.ledger
            open_ = (ledger.recognised_for(year, "high") - ledger.recognised_for(year, "low")) & units
            sizes = Counter(self.open_chance(unit) for unit in open_)
            return [Cohort(size, chances=(chance,)) for chance, size in sorted(sizes.items())]
        if year in setting.ahead:
            listed = len((setting.ahead[year] & units) - self.low)
            return [Cohort(listed, chances=(self.pass_rate,))] if listed else []
        outside = len(units - self.low)
        chance = 0.0 if setting.course.lists_only else self.steering[year] if self.steered else None
        return [Cohort(outside, chances=(chance,))] if outside else []

    def recognised_already(self, area: str | None, year: int) -> int:
        """How many surely were recognised in that year."""
        ids = {unit.id for unit in self.setting.plan.roster if area in (None, unit.area)}
        return len(self.setting.ledger.recognised_for(year, "low") & ids)


def cohorts_of(prospects: Prospects, area: str | None) -> list[Cohort]:
    """The units of an area, or all, as cohorts for the years ahead."""
    setting = prospects.setting
    course = setting.course
    sizes: Counter[tuple[bool, _Chances, float]] = Counter()
    for unit in setting.units(setting.on.year, area):
        harder = float(course.last[1]) if course.last is not None and unit.id in prospects.last else 1.0
        sizes[unit.id in prospects.low, prospects.chances(unit.id), harder] += 1
    ordered = sorted(sizes.items(), key=lambda each: repr(each[0]))
    return [
        Cohort(size, recognised=held, chances=chances, factor=factor)
        for (held, chances, factor), size in ordered
    ]


def open_today(prospects: Prospects, area: str | None) -> list[Cohort]:
    """Those who hold it today, those whose result is open, and the rest."""
    sizes: Counter[tuple[bool, float]] = Counter()
    for unit in prospects.setting.units(prospects.setting.on.year, area):
        held = unit.id in prospects.low
        open_ = unit.id in prospects.high and not held
        sizes[held, prospects.open_chance(unit.id) if open_ else 0.0] += 1
    return [
        Cohort(size, recognised=held, chances=(chance,)) for (held, chance), size in sorted(sizes.items())
    ]
