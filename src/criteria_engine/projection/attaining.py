"""Judging each target of a plan: what it needs, what there is, and what is to come."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.forecasting.distribution import binomial
from criteria_engine.plans.history import VIEWS, View
from criteria_engine.plans.plan import Target
from criteria_engine.projection.looking import Look
from criteria_engine.projection.pace import earned_schedule, required_per_year
from criteria_engine.projection.path import Path
from criteria_engine.projection.setting import Setting, need_of, present_units
from criteria_engine.projection.target_outlook import MustChange, Nearest, TargetOutlook

__all__ = ["attainment", "registrations_needed"]


@attrs.frozen
class _Amounts:
    """Numbers of units in the target's year, and surely and possibly now."""

    units: int
    there: tuple[int, int]
    then: tuple[Fraction, Fraction, Fraction]


class _Judge:
    """All that is asked of one target in one area, or in all."""

    def __init__(self, setting: Setting, look: Look, target: Target, area: str | None) -> None:
        self.setting, self.look, self.target, self.area = setting, look, target, area
        self.path: Path = look.path(area, None if area is None else target.year)
        self.on = setting.on
        self.over = target.year < self.on.year or self.on == datetime.date(target.year, 12, 31)
        self.this_year = max(min(self.on.year, target.year), min(self.path))

    def amounts(self) -> _Amounts:
        """What there is, and what is expected, by the form of the target."""
        if self.target.units is not None:
            return self._of_named()
        if self.target.in_ is not None:
            return self._of_a_year(self.target.in_)
        point, now = self.path[self.target.year], self.path[self.this_year]
        return _Amounts(point.units, (int(now.low), int(now.high)), (point.low, point.expected, point.high))

    def _of_a_year(self, year: int) -> _Amounts:
        point = self.path[year]
        if year > self.on.year:
            listed = self.setting.ahead.get(year, frozenset())
            units = {unit.id for unit in self.setting.units(year, self.area)}
            most = Fraction(max(len(listed & units), math.ceil(point.gained)))
            return _Amounts(point.units, (0, 0), (Fraction(0), point.gained, most))
        units = {unit.id for unit in self.setting.plan.roster if self.area in (None, unit.area)}
        found = [len(self.setting.ledger.recognised_for(year, view) & units) for view in VIEWS]
        low, expected, high = (Fraction(each) for each in found)
        return _Amounts(point.units, (found[0], found[2]), (low, expected, high))

    def _of_named(self) -> _Amounts:
        names = self.target.units or ()
        now = [self._kept(name, self.this_year, view) for name in names for view in ("low", "high")]
        then = [Fraction(sum(self._kept(name, self.target.year, view) for name in names)) for view in VIEWS]
        return _Amounts(len(names), (sum(now[::2]), sum(now[1::2])), (then[0], then[1], then[2]))

    def _kept(self, name: str, until: int, view: View) -> bool:
        """Whether a named unit holds it, ``through`` targets in every year; a merged one is what it went into."""
        ledger, first = self.setting.ledger, self.setting.plan.horizon.from_
        years = range(min(first, until) if self.target.through is not None else until, until + 1)
        return all(
            all(ledger.holds(unit, year, view) for unit in present_units(self.setting, name, year))
            for year in years
        )

    def need(self, units: int) -> int:
        """How many the target needs of so many."""
        return need_of(self.target, units)

    def status(self, amounts: _Amounts, need: int) -> str:
        """Whether it is reached, missed, on the way; or whether what is known does not say."""
        expected = amounts.then[1]
        lasting = self.target.through is not None
        if amounts.there[0] >= need and (self.over or not lasting):
            return "achieved"
        if self.over:
            return "missed" if amounts.there[1] < need else "not_enough_data"
        if lasting and amounts.there[0] < need:
            return "missed" if amounts.there[1] < need else "not_enough_data"
        return "on_track" if expected >= need else "off_track"

    def first_year(self, name: str) -> int | None:
        """The first year in which the path, seen in one way, has as many as it takes then."""
        if self.target.units is not None or self.target.in_ is not None:
            return None
        if name != "expected" and self.area is not None and not self.look.bounds_everywhere:
            return None
        for year, point in sorted(self.path.items()):
            if getattr(point, name) >= need_of(self.target, point.units) and point.units:
                return year
        return None

    def schedule(self, have: int) -> tuple[Fraction | None, Fraction | None, Fraction | None, int]:
        """Planned value, schedule performance, earned schedule and years passed."""
        start, base = self.setting.base(self.area)
        elapsed = max(0, min(self.on.year, self.target.year) - start)
        if self.target.units is not None or self.target.in_ is not None:
            return None, None, None, elapsed
        whole = self.setting.pathway(start, base, self.area)
        line = {year: need for year, need in whole.items() if year <= self.target.year}
        planned = line.get(self.this_year)
        if planned is None or not elapsed:
            return planned, None, None, elapsed
        spi = Fraction(have) / planned if planned else None
        return planned, spi, earned_schedule(line, have), elapsed

    def outlook(self, confidence: Fraction, nearest: Sequence[Nearest]) -> TargetOutlook:
        """All that is to be said of the target."""
        amounts = self.amounts()
        need = self.need(amounts.units)
        have, most = amounts.there
        low, expected, high = amounts.then
        years = self.target.year - self.on.year
        pace = None
        if self.target.units is None and self.target.in_ is None:
            pace = required_per_year(need, have, years, self.look.lapse_rate())
        planned, spi, earned, elapsed = self.schedule(have)
        status = self.status(amounts, need)
        open_ = status in ("on_track", "off_track")
        attained = self.first_year("expected")
        shares = self.target.shares
        return TargetOutlook(
            self.target.id,
            self.target.title,
            self.target.year,
            status,
            amounts.units,
            need,
            math.floor(shares[1] * amounts.units) if len(shares) == 2 else None,
            have,
            most - have,
            low,
            expected,
            high,
            max(0, need - have),
            max(Fraction(0), need - expected),
            Fraction(100 * have, need) if need else Fraction(100),
            pace,
            self.look.reaches(self.target, {self.area: need}) if open_ else None,
            datetime.date(attained, 12, 31) if attained is not None else None,
            self.first_year("high"),
            self.first_year("low"),
            planned,
            spi,
            earned,
            elapsed,
            must_change=self._must_change(pace, confidence, nearest) if open_ else None,
        )

    def _must_change(
        self, pace: Fraction | None, confidence: Fraction, nearest: Sequence[Nearest]
    ) -> MustChange:
        recognise = math.ceil(pace or 0)
        rate = min(Fraction(1), self.look.pass_rate() * self.setting.course.factor(self.on.year + 1))
        units = self.setting.units(self.on.year, self.area)
        held = self.setting.ledger.held(self.on.year, "low", units)
        register = registrations_needed(recognise, rate, confidence, len(units) - len(held))
        due = [
            unit.name
            for unit in units
            if unit.id in held and not self.setting.ledger.holds(unit, self.on.year + 1, "low")
        ]
        near = tuple(each for each in nearest if self.area in (None, each.area))
        return MustChange(recognise, register, rate, confidence, tuple(due), near)


def registrations_needed(need: int, pass_rate: Fraction, confidence: Fraction, most: int) -> int | None:
    """The smallest R up to ``most`` with P(Bin(R, pass rate) ≥ need) ≥ confidence; None if there is none."""
    if need <= 0:
        return 0

    def enough(size: int) -> bool:
        if pass_rate >= 1:
            return size >= need
        first, chances = binomial(size, float(pass_rate))
        return math.fsum(chances[max(0, need - first) :]) >= confidence

    if need > most or not enough(most):
        return None
    low, high = need, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def attainment(
    setting: Setting, look: Look, confidence: Fraction, nearest: Sequence[Nearest] = ()
) -> dict[str, TargetOutlook]:
    """Every target of the plan, by its id."""
    found = {}
    for target in setting.plan.targets:
        areas = sorted({unit.area for unit in setting.units(target.year)})
        if target.each is None or not areas:
            found[target.id] = _Judge(setting, look, target, None).outlook(confidence, nearest)
            continue
        parts = {area: _Judge(setting, look, target, area).outlook(confidence, nearest) for area in areas}
        found[target.id] = _together(look, target, parts)
    return found


_WORST_FIRST = ("missed", "not_enough_data", "off_track", "on_track", "achieved")


def _together(look: Look, target: Target, parts: Mapping[str, TargetOutlook]) -> TargetOutlook:
    """A target that every area has to reach: as far on as the area that is furthest behind."""
    each = list(parts.values())
    status = next(word for word in _WORST_FIRST if any(part.status == word for part in each))
    need, have = sum(part.required for part in each), sum(part.have for part in each)
    paces = [part.required_per_year for part in each]
    open_ = status in ("on_track", "off_track")
    needs: dict[str | None, int] = {area: part.required for area, part in parts.items()}
    dates = [part.attained_on for part in each]
    return attrs.evolve(
        each[0],
        status=status,
        units=sum(part.units for part in each),
        required=need,
        required_most=None,
        have=have,
        pending=sum(part.pending for part in each),
        low=sum((part.low for part in each), Fraction(0)),
        expected=sum((part.expected for part in each), Fraction(0)),
        high=sum((part.high for part in each), Fraction(0)),
        needed=sum(part.needed for part in each),
        shortfall=sum((part.shortfall for part in each), Fraction(0)),
        percent_of_target=Fraction(100 * have, need) if need else Fraction(100),
        required_per_year=None
        if None in paces
        else sum((pace or Fraction(0) for pace in paces), Fraction(0)),
        probability=look.reaches(target, needs) if open_ else None,
        attained_on=None if None in dates else max(day for day in dates if day is not None),
        earliest=_latest_of([part.earliest for part in each]),
        latest=_latest_of([part.latest for part in each]),
        planned=None,
        spi=None,
        earned_schedule=None,
        areas=dict(parts),
        must_change=None,
    )


def _latest_of(years: Sequence[int | None]) -> int | None:
    known = [year for year in years if year is not None]
    return max(known) if len(known) == len(years) else None
