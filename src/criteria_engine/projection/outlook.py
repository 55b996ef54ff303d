"""The outlook of each target: how many units it needs, how many there are, and how likely it is reached.

First the classes of results, then the labels of published rules, then ``attainment``, which judges every
target, the units that are nearest to the criteria, and the changes of the share.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.evaluation.result import Result, leaves_of
from criteria_engine.forecasting.distribution import binomial
from criteria_engine.forecasting.hazard import HALF_LIFE
from criteria_engine.forecasting.published import Label, escap, growth_ratio, sdsn_arrow, unsd_progress
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.plans.history import VIEWS, View
from criteria_engine.plans.plan import Target
from criteria_engine.plans.roster import meant_unit
from criteria_engine.projection.arithmetic import ForecastMethod, Path
from criteria_engine.projection.context import (
    ProjectionContext,
    earned_schedule,
    need_of,
    present_units,
    required_per_year,
)
from criteria_engine.rules.parts import Status
from criteria_engine.rules.schema import Titles


def likelihood_of(probability: float | None) -> str | None:
    """The word for a probability: ≥ 0.9 very likely, ≥ 2/3 likely, < 1/3 unlikely, ≤ 0.1 very unlikely."""
    if probability is None:
        return None
    if probability >= 0.9:
        return "very_likely"
    if probability <= 0.1:
        return "very_unlikely"
    if probability >= 2 / 3:
        return "likely"
    return "unlikely" if probability < 1 / 3 else "uncertain"


def plain(value: Any) -> Any:
    """A value as plain data: a fraction as a whole number or a float, a day as text."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Titles):
        return dict(value.texts)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(each) for each in value]
    if attrs.has(type(value)):
        return {each.name: plain(getattr(value, each.name)) for each in attrs.fields(type(value))}
    return value


@attrs.frozen
class Nearest:
    """A unit outside that is near to meeting the criteria, by its last assessment.

    ``open`` are its criteria without a verdict for lack of figures, ``not_met`` those it does not meet,
    blocked ones included.
    """

    unit: str
    name: str
    area: str
    not_met: tuple[str, ...]
    open: tuple[str, ...]


@attrs.frozen
class MustChange:
    """What it takes to reach a target.

    Attributes:
        recognise: How many recognitions the next year has to bring on the straight line to the target.
        register: The smallest number of registrations that brings so many with the stated confidence;
            None where all units outside would not be enough, or no year is left.
        pass_rate: The part of registered units that is recognised, as it was reckoned with.
        confidence: The confidence stated.
        renewals: Names of the units whose recognition stands no more by the end of the next year
            unless it is renewed: the lapses to prevent.
        nearest: Units outside, those first that lack the fewest criteria, where assessments are known.
    """

    recognise: int
    register: int | None
    pass_rate: Fraction
    confidence: Fraction
    renewals: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()


@attrs.frozen
class TargetOutlook:
    """One target as it looks on a day. Numbers are of whole units; fractions are exact means.

    Attributes:
        id: The target's id.
        title: Its title.
        year: The year at whose end it is judged.
        status: ``achieved``, ``missed``, ``on_track``, ``off_track`` or ``not_enough_data``.
        units: Of how many units.
        required: How many of them it needs; half of 35 is 18.
        required_most: The upper end of a range target, else None.
        have: How many surely are recognised now (in the target's year, where that is over).
        pending: How many more may be, whose result is not known.
        low: The fewest at the target's year: what is open goes badly; with a model, the 10 % quantile.
        expected: The number expected then.
        high: The most: what is open goes well; with a model, the 90 % quantile.
        needed: ``required`` less ``have``: what is still needed; at least 0.
        shortfall: ``required`` less ``expected``: what will be lacking as things go; at least 0.
        percent_of_target: ``have`` as a percentage of ``required``.
        required_per_year: Recognitions a year from now on, those that replace lapses included; None
            where no year is left.
        probability: How likely the target is reached; None where the method has no model.
        likelihood: The word for it.
        attained_on: The last day of the first year in which the expected number is enough; None where
            that is not within the plan.
        earliest: The first year in which it may be reached, if what is open goes well; None as well where
            a model gives areas their means alone.
        latest: The first year in which it is reached even if what is open goes badly.
        planned: How many there should be now on the straight line from the plan's beginning.
        spi: Schedule performance: ``have`` over ``planned``.
        earned_schedule: How many years after the plan's beginning that line reaches ``have``.
        elapsed: How many years have passed since.
        areas: With ``each: area``, the same for every area.
        must_change: What it takes to reach it.
    """

    id: str
    title: Titles
    year: int
    status: str
    units: int
    required: int
    required_most: int | None
    have: int
    pending: int
    low: Fraction
    expected: Fraction
    high: Fraction
    needed: int
    shortfall: Fraction
    percent_of_target: Fraction
    required_per_year: Fraction | None
    probability: float | None
    attained_on: datetime.date | None
    earliest: int | None
    latest: int | None
    planned: Fraction | None
    spi: Fraction | None
    earned_schedule: Fraction | None
    elapsed: int
    areas: Mapping[str, TargetOutlook] = attrs.field(factory=dict, hash=False)
    must_change: MustChange | None = None

    @property
    def likelihood(self) -> str | None:
        """The word for the probability, or the status where that is settled."""
        if self.status in ("achieved", "missed", "not_enough_data"):
            return self.status
        return likelihood_of(self.probability)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; fractions as floats."""
        return {**plain(self), "likelihood": self.likelihood}


LOW_SHARE = 20.0
"""The percentage below which a rule of growth says little of a share: "on track" then came true in 30 to
40 of 100 cases."""

_Rule = Callable[[Mapping[int, float | None], float, int], Label]

RULES_OF_PROGRESS: Mapping[str, _Rule] = {
    "sdsn": sdsn_arrow,
    "growth_ratio": growth_ratio,
    "unsd": lambda series, target, year: unsd_progress(series, target, year, direction=1),
    "escap": lambda series, target, year: escap(series, target, year, HALF_LIFE, direction=1),
}
"""The rules by name: SDSN's arrow, the growth ratio of Eurostat and Open SDG, UNSD's and ESCAP's."""


def told_shares(context: ProjectionContext, path: Path, area: str | None = None) -> dict[int, float]:
    """The percentage of units recognised at the end of each year with rows."""
    years = context.ledger.told_years
    shares = {}
    for year in range(years[0], years[-1] + 1) if years else ():
        units = len(context.units(year, area))
        if year in path and units:
            shares[year] = float(100 * path[year].expected / units)
    return shares


def published_labels(context: ProjectionContext, path: Path) -> dict[str, dict[str, Label]]:
    """For each target the label of every rule that applies.

    A rule does not apply to targets of single years or of named units, nor where the series is too
    short for it or lies where it says nothing.
    """
    labels: dict[str, dict[str, Label]] = {}
    series = told_shares(context, path)
    for target in context.plan.targets:
        if target.units is not None or target.in_ is not None:
            continue
        goal, of_target = _goal(context, target), {}
        for name, rule in RULES_OF_PROGRESS.items():
            try:
                of_target[name] = rule(dict(series), goal, target.year)
            except ValueError:
                # What a rule cannot be put on has no label.
                continue
        labels[target.id] = of_target
    return labels


def is_low_share(context: ProjectionContext, path: Path, labels: Mapping[str, Mapping[str, Label]]) -> bool:
    """Whether a rule of growth met a low share."""
    series = told_shares(context, path)
    grows = any("growth_ratio" in found for found in labels.values())
    return grows and series[max(series)] < LOW_SHARE


def _goal(context: ProjectionContext, target: Target) -> float:
    """What a target asks for, as a percentage of the units, of each area alike."""
    if target.share is not None:
        return float(100 * target.shares[0])
    units = len(context.units(target.year))
    return float(Fraction(100 * need_of(target, units), units)) if units else 100.0


@attrs.frozen
class _Amounts:
    """Numbers of units in the target's year, and surely and possibly now."""

    units: int
    there: tuple[int, int]
    then: tuple[Fraction, Fraction, Fraction]


class _Judge:
    """Judges one target in one area, or in all."""

    def __init__(
        self, context: ProjectionContext, method: ForecastMethod, target: Target, area: str | None
    ) -> None:
        self.context, self.method, self.target, self.area = context, method, target, area
        self.path: Path = method.path(area, None if area is None else target.year)
        self.on = context.on
        self.over = target.year < self.on.year or self.on == datetime.date(target.year, 12, 31)
        self.this_year = max(min(self.on.year, target.year), min(self.path))

    def amounts(self) -> _Amounts:
        """The units there are, and those expected, by the form of the target."""
        if self.target.units is not None:
            return self._of_named()
        if self.target.in_ is not None:
            return self._of_a_year(self.target.in_)
        point, now = self.path[self.target.year], self.path[self.this_year]
        return _Amounts(point.units, (int(now.low), int(now.high)), (point.low, point.expected, point.high))

    def _of_a_year(self, year: int) -> _Amounts:
        point = self.path[year]
        if year > self.on.year:
            listed = self.context.ahead.get(year, frozenset())
            units = {unit.id for unit in self.context.units(year, self.area)}
            most = Fraction(max(len(listed & units), math.ceil(point.gained)))
            return _Amounts(point.units, (0, 0), (Fraction(0), point.gained, most))
        counts = [self.context.recognised_for(year, view, self.area) for view in VIEWS]
        low, expected, high = (Fraction(each) for each in counts)
        return _Amounts(point.units, (counts[0], counts[2]), (low, expected, high))

    def _of_named(self) -> _Amounts:
        names = self.target.units or ()
        now = [self._kept(name, self.this_year, view) for name in names for view in ("low", "high")]
        then = [Fraction(sum(self._kept(name, self.target.year, view) for name in names)) for view in VIEWS]
        return _Amounts(len(names), (sum(now[::2]), sum(now[1::2])), (then[0], then[1], then[2]))

    def _kept(self, name: str, until: int, view: View) -> bool:
        """Whether a named unit holds it, ``through`` targets in every year; a merged one is what it went into."""
        ledger, first = self.context.ledger, self.context.plan.horizon.from_
        years = range(min(first, until) if self.target.through is not None else until, until + 1)
        return all(
            all(ledger.holds(unit, year, view) for unit in present_units(self.context, name, year))
            for year in years
        )

    def status(self, amounts: _Amounts, need: int) -> str:
        """Whether it is reached, missed or on track, or whether there is not enough data."""
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
        if name != "expected" and self.area is not None and not self.method.bounds_everywhere:
            return None
        for year, point in sorted(self.path.items()):
            if getattr(point, name) >= need_of(self.target, point.units) and point.units:
                return year
        return None

    def schedule(self, have: int) -> tuple[Fraction | None, Fraction | None, Fraction | None, int]:
        """Planned value, schedule performance, earned schedule and years passed."""
        start, base = self.context.base(self.area)
        elapsed = max(0, min(self.on.year, self.target.year) - start)
        if self.target.units is not None or self.target.in_ is not None:
            return None, None, None, elapsed
        pathway = self.context.pathway(start, base, self.area)
        line = {year: need for year, need in pathway.items() if year <= self.target.year}
        planned = line.get(self.this_year)
        if planned is None or not elapsed:
            return planned, None, None, elapsed
        spi = Fraction(have) / planned if planned else None
        return planned, spi, earned_schedule(line, have), elapsed

    def outlook(self, confidence: Fraction, nearest: Sequence[Nearest]) -> TargetOutlook:
        """The outlook of the target."""
        amounts = self.amounts()
        need = need_of(self.target, amounts.units)
        have, most = amounts.there
        low, expected, high = amounts.then
        years = self.target.year - self.on.year
        pace = None
        if self.target.units is None and self.target.in_ is None:
            pace = required_per_year(need, have, years, self.method.lapse_rate())
        planned, spi, earned, elapsed = self.schedule(have)
        status = self.status(amounts, need)
        is_open = status in ("on_track", "off_track")
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
            _percent(have, need),
            pace,
            self.method.reaches(self.target, {self.area: need}) if is_open else None,
            datetime.date(attained, 12, 31) if attained is not None else None,
            self.first_year("high"),
            self.first_year("low"),
            planned,
            spi,
            earned,
            elapsed,
            must_change=self._must_change(pace, confidence, nearest) if is_open else None,
        )

    def _must_change(
        self, pace: Fraction | None, confidence: Fraction, nearest: Sequence[Nearest]
    ) -> MustChange:
        recognise = math.ceil(pace or 0)
        rate = min(Fraction(1), self.method.pass_rate() * self.context.scenarios.factor(self.on.year + 1))
        units = self.context.units(self.on.year, self.area)
        held = self.context.ledger.held(self.on.year, "low", units)
        register = registrations_needed(recognise, rate, confidence, len(units) - len(held))
        due = [
            unit.name
            for unit in units
            if unit.id in held and not self.context.ledger.holds(unit, self.on.year + 1, "low")
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
    context: ProjectionContext, method: ForecastMethod, confidence: Fraction, nearest: Sequence[Nearest] = ()
) -> dict[str, TargetOutlook]:
    """Every target of the plan, by its id."""
    outlooks = {}
    for target in context.plan.targets:
        areas = sorted({unit.area for unit in context.units(target.year)})
        if target.each is None or not areas:
            outlooks[target.id] = _Judge(context, method, target, None).outlook(confidence, nearest)
            continue
        parts = {area: _Judge(context, method, target, area).outlook(confidence, nearest) for area in areas}
        outlooks[target.id] = _together(method, target, parts)
    return outlooks


_SUMMED = ("units", "required", "have", "pending", "low", "expected", "high", "needed", "shortfall")
_WORST_FIRST = ("missed", "not_enough_data", "off_track", "on_track", "achieved")


def _together(method: ForecastMethod, target: Target, parts: Mapping[str, TargetOutlook]) -> TargetOutlook:
    """A target that every area has to reach: as far on as the area that is furthest behind."""
    each = list(parts.values())
    status = next(word for word in _WORST_FIRST if any(part.status == word for part in each))
    is_open = status in ("on_track", "off_track")
    sums = {name: sum(getattr(part, name) for part in each) for name in _SUMMED}
    needs: dict[str | None, int] = {area: part.required for area, part in parts.items()}
    paces = [part.required_per_year for part in each if part.required_per_year is not None]
    dates = [part.attained_on for part in each if part.attained_on is not None]
    return attrs.evolve(
        each[0],
        **sums,
        status=status,
        required_most=None,
        percent_of_target=_percent(sums["have"], sums["required"]),
        required_per_year=sum(paces, Fraction(0)) if len(paces) == len(each) else None,
        probability=method.reaches(target, needs) if is_open else None,
        attained_on=max(dates) if len(dates) == len(each) else None,
        earliest=_latest_of([part.earliest for part in each]),
        latest=_latest_of([part.latest for part in each]),
        planned=None,
        spi=None,
        earned_schedule=None,
        areas=dict(parts),
        must_change=None,
    )


def _percent(have: int, need: int) -> Fraction:
    return Fraction(100 * have, need) if need else Fraction(100)


def _latest_of(years: Sequence[int | None]) -> int | None:
    known = [year for year in years if year is not None]
    return max(known) if len(known) == len(years) else None


def nearest_units(context: ProjectionContext, assessments: Mapping[str, Result]) -> tuple[Nearest, ...]:
    """Units that do not hold the recognition, those first that lack the fewest criteria.

    Only leaves count: a group lacks what its criteria lack. Raises ``CriteriaError`` for names that mean
    no unit of the day.
    """
    problems, nearest = Problems(), []
    held = context.ledger.held(context.on.year, "low")
    counted = {unit.id for unit in context.units(context.on.year)}
    for name, result in assessments.items():
        try:
            unit = meant_unit(name, context.plan.roster, context.on, context.on)
        except Fault as fault:
            problems.add_fault(f"assessments.{name}", fault)
            continue
        if unit.id in counted - held:
            leaves = list(leaves_of(result.criteria))
            not_met = tuple(leaf.path for leaf in leaves if leaf.status in (Status.NOT_MET, Status.BLOCKED))
            unknown = tuple(leaf.path for leaf in leaves if leaf.status is Status.UNKNOWN)
            nearest.append(Nearest(unit.id, unit.name, unit.area, not_met, unknown))
    problems.raise_errors()
    return tuple(sorted(nearest, key=lambda each: (len(each.not_met), len(each.open), each.unit)))


@attrs.frozen
class ShareChange:
    """The change of the expected share between the ends of two years, exactly in three parts.

    ``composition`` is what another list of units makes of what stood the year before; ``recognition``
    and ``lapse`` (at most 0) are what was gained and lost on the new list. All are shares, 0–1.
    """

    year: int
    before: Fraction
    after: Fraction
    recognition: Fraction
    lapse: Fraction
    composition: Fraction

    @property
    def change(self) -> Fraction:
        """The whole change: the sum of its parts."""
        return self.recognition + self.lapse + self.composition

    def to_dict(self) -> dict[str, Any]:
        """As plain data; fractions as floats."""
        return {**plain(self), "change": plain(self.change)}


def share_changes(path: Path) -> tuple[ShareChange, ...]:
    """The changes along a path; a year without units is passed over."""
    changes = []
    for year, following in pairwise(sorted(path)):
        old, new = path[year], path[following]
        if not old.units or not new.units:
            continue
        before, after = old.expected / old.units, new.expected / new.units
        recognition, lapse = new.gained / new.units, -new.lost / new.units
        composition = new.kept / new.units - before
        changes.append(ShareChange(following, before, after, recognition, lapse, composition))
    return tuple(changes)
