"""The method ``scores``: values are drawn ahead, and every drawn unit is judged by the ruleset itself.

A unit outside is recognised in a year in which it reaches the level, where the lists let it. A title
that has to be renewed stands on only in draws in which the unit reaches the level again in time; one
that stands until it lapses does so at the rate that was seen. Seeded; the order of units does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.forecasting.distribution import Distribution, beta_quantile, stream
from criteria_engine.forecasting.hazard import RARE, Rate
from criteria_engine.plans.history import VIEWS, View
from criteria_engine.plans.plan import Target
from criteria_engine.plans.roster import Unit
from criteria_engine.projection.arithmetic import ForecastMethod, Path, PathYear, past_points
from criteria_engine.projection.context import ProjectionContext, holders_named
from criteria_engine.projection.drawn_values import Reached, Reaching, counts_by_draw, futures_of, in_bits
from criteria_engine.projection.hazard_method import Prospects

_COVERAGE = 0.8
# Rates of lapse that draws are shared out among.
_STRATA = 20


class Scores(ForecastMethod):
    """Every draw of every unit, walked through the plan: ``held`` has the draws in which it holds a title.

    Each unit is looked at three ways: what is undecided for missing values goes badly, is as likely as
    not, goes well.
    """

    name = "scores"
    sentence = "drawn"
    seeded = True

    def __init__(self, context: ProjectionContext) -> None:
        super().__init__(context)
        if context.assessed is None or context.verdicts is None:
            raise ValueError("method='scores' needs assessments and a ruleset")
        self.assessed, self.verdicts = context.assessed, context.verdicts
        self.seed, self.draws = context.seed, context.draws
        self.every = (1 << self.draws) - 1
        self.units = context.units(context.on.year)
        until = max(context.plan.horizon.until, context.on.year)
        units = [unit.id for unit in self.units]
        self.futures = futures_of(self.assessed, units, self.verdicts, until, self.seed, self.draws)
        counting = context.plan.counting
        self.delay = counting.decided_after if counting.basis == "decision_date" else 0
        rate = Rate.posterior(context.counts.lapses, as_of=context.on.year, prior=RARE)
        lapses = context.counts.lapses and counting.lasts is None and not context.scenarios.no_lapse
        self._lapse_rates = self._rates(rate) if lapses else None
        self.prospects = Prospects(context, float(self.pass_rate()), 0.0, 0.0)
        # What was drawn for one view serves the others, too.
        self._stays: dict[str, list[int]] = {}
        self._some: dict[tuple[str, float], int] = {}
        self.held: dict[View, Reached] = {}
        self.gained: dict[View, Reached] = {}
        for view in VIEWS:
            self.held[view], self.gained[view] = _ScoresWalk(self, view).run()

    def digest_parts(self) -> list[Any]:
        """The assessments, what they are judged by, the seed and the number of draws."""
        verdicts = self.verdicts
        return [self.assessed.plain(), verdicts.ruleset.digest, verdicts.level, self.seed, self.draws]

    def _rates(self, rate: Rate) -> list[float]:
        """For each draw a rate of lapse, as likely as it is."""
        over = rate.averaged(max(1, len(self.context.years_ahead)))
        rates = [beta_quantile(over.alpha, over.beta, (at + 0.5) / _STRATA) for at in range(_STRATA)]
        chance = stream(self.seed, "the lapses")
        return [rates[chance.below(_STRATA)] for _ in range(self.draws)]

    def stays(self, unit: str, years: int) -> list[int]:
        """For each of some years the draws in which a title does not lapse."""
        if self._lapse_rates is None:
            return [self.every] * years
        if unit not in self._stays:
            uniform = stream(self.seed, f"lapse {unit}").random
            self._stays[unit] = [
                in_bits(uniform() >= rate for rate in self._lapse_rates) for _ in range(years)
            ]
        return self._stays[unit]

    def reaching(self, unit: str, year: int, view: View) -> int:
        """The draws in which a unit reaches the level in a year, seen in one way.

        Where nothing is known of it, it surely does not, and possibly does. What is open is so in half of
        all draws.
        """
        known: Mapping[int, Reaching] = self.futures.get(unit, {})
        years = [each for each in known if each <= year]
        surely, possibly = known[max(years)] if years else (0, self.every)
        if view == "low" or surely == possibly:
            return surely
        return possibly if view == "high" else surely | (possibly & self.some(f"coin {unit}", 0.5))

    def some(self, name: str, part: float) -> int:
        """Draws picked with a probability, by a stream of their own."""
        if part >= 1.0:
            return self.every
        if (name, part) not in self._some:
            uniform = stream(self.seed, name).random
            self._some[name, part] = in_bits(uniform() < part for _ in range(self.draws))
        return self._some[name, part]

    def standing(self, unit: Unit, view: View) -> int:
        """The draws in which a unit holds a title on the day."""
        ledger, year = self.context.ledger, self.context.on.year
        if ledger.holds(unit, year, "low"):
            return self.every
        if not ledger.holds(unit, year, "high") or view == "low":
            return 0
        if view == "high":
            return self.every
        if unit.id in self.futures:
            return self.reaching(unit.id, year - self.delay, view)
        return self.some(f"open {unit.id}", self.prospects.open_chance(unit.id))

    def _path(self, area: str | None) -> Path:
        """Means over the draws; low and high are the 10 % quantile of the worst, the 90 % of the best."""
        points = past_points(self.context, area)
        units = [unit.id for unit in self.units if area is None or unit.area == area]
        n, today = len(units), self.context.on.year
        for year in ([today] if today in points else []) + list(self.context.years_ahead):
            held = [[self.held[view][unit][year] for unit in units] for view in VIEWS]
            low, chances, high = (_distribution(counts_by_draw(draws, self.draws), n) for draws in held)
            expected = self._mean(self.held["expected"], year, units)
            if year == today:
                points[year] = attrs.evolve(points[year], expected=expected, chances=chances).with_gains()
                continue
            kept = self._mean(self.held["expected"], year - 1, units)
            gained = self._mean(self.gained["expected"], year, units)
            worst = min(Fraction(low.interval(_COVERAGE)[0]), expected)
            best = max(Fraction(high.interval(_COVERAGE)[1]), expected)
            lost = kept + gained - expected
            points[year] = PathYear(year, n, worst, expected, best, kept, gained, lost, chances)
        return points

    def _mean(self, reached: Reached, year: int, units: Sequence[str]) -> Fraction:
        return Fraction(sum(reached[unit][year].bit_count() for unit in units), self.draws)

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """In what part of the draws a target is reached, in all of its areas at once."""
        if target.units is not None:
            return self._kept(target)
        reached = self.held["expected"]
        if target.in_ is not None:
            if target.in_ <= self.context.on.year:
                return None
            reached = self.gained["expected"]
        if target.year < self.context.on.year:
            return None
        draws = self.every
        for area, need in needs.items():
            units = [unit.id for unit in self.units if area is None or unit.area == area]
            counts = counts_by_draw((reached[unit][target.year] for unit in units), self.draws)
            draws &= in_bits(count >= need for count in counts)
        return draws.bit_count() / self.draws

    def _kept(self, target: Target) -> float | None:
        """In what part of the draws units that hold it today hold it in every year to the target's."""
        units, draws = holders_named(self.context, target), self.every
        if units is None:
            return None
        for unit in units:
            for year in range(self.context.on.year + 1, target.year + 1):
                draws &= self.held["expected"][unit.id][year]
        return draws.bit_count() / self.draws


class _ScoresWalk:
    """All units through the years ahead, seen in one way."""

    def __init__(self, scores: Scores, view: View) -> None:
        self.scores, self.view, self.context = scores, view, scores.context
        self.years = range(self.context.on.year + 1, self.context.plan.horizon.until + 1)
        self.counting = self.context.plan.counting
        self.lists_bind = scores.prospects.lists_bind

    def run(self) -> tuple[Reached, Reached]:
        """For each unit by year the draws in which it holds a title, and in which it got one."""
        scores, today = self.scores, self.context.on.year
        units = sorted(scores.units, key=self._turn)
        held = {unit.id: {today: scores.standing(unit, self.view)} for unit in units}
        gained: dict[str, dict[int, int]] = {unit.id: {} for unit in units}
        stays = {unit.id: scores.stays(unit.id, len(self.years)) for unit in units}
        length = self.counting.lasts or 1
        # How long a title stands that is held for certain, the rows say; one that may be is of this year.
        sure = {unit.id for unit in units if self.context.ledger.holds(unit, today, "low")}
        renewed = {
            unit.id: deque([0 if unit.id in sure else held[unit.id][today]], maxlen=length) for unit in units
        }
        for place, year in enumerate(self.years):
            entries = {unit.id: self._entry(unit, year) for unit in units}
            # A unit that holds the title already takes no place from another.
            room = self._limited({unit: each & ~held[unit][year - 1] for unit, each in entries.items()})
            for unit in units:
                before = held[unit.id][year - 1]
                entry = room[unit.id] | (entries[unit.id] & before)
                now = self._standing(unit, year, before & stays[unit.id][place], entry, renewed[unit.id])
                held[unit.id][year] = now
                gained[unit.id][year] = now & ~before
        return held, gained

    def _turn(self, unit: Unit) -> tuple[float, str]:
        """The order of units where capacity is limited, drawn once."""
        if self.context.scenarios.capacity is None:
            return 0.0, unit.id
        return stream(self.scores.seed, f"turn {unit.id}").random(), unit.id

    def _standing(self, unit: Unit, year: int, before: int, entry: int, renewed: deque[int]) -> int:
        """The draws in which a unit holds a title at the end of a year."""
        sure = self.scores.every if self.context.ledger.holds(unit, year, "low") else 0
        if self.counting.lasts is None:
            today = self.context.ledger.holds(unit, self.context.on.year, "low")
            return before | entry | (0 if today else sure)
        again = entry | (before & self.scores.reaching(unit.id, year - self.scores.delay, self.view))
        renewed.append(again)
        draws = sure | (before if self.context.scenarios.no_lapse else 0)
        for each in renewed:
            draws |= each
        return draws

    def _entry(self, unit: Unit, year: int) -> int:
        """The draws in which a unit is recognised in a year if there is room, or anew where it held it."""
        context, scores, scenarios = self.context, self.scores, self.context.scenarios
        listed = unit.id in context.ahead.get(year, frozenset())
        if not listed and (self.lists_bind if year in context.ahead else scenarios.lists_only):
            return 0
        part = float(scenarios.factor(year))
        if scenarios.last is not None and unit.id in scores.prospects.last:
            part *= float(scenarios.last[1])
        supposed = listed and scenarios.pass_rate is not None
        draws = 0
        if not (supposed and self.lists_bind):
            draws = scores.reaching(unit.id, year - scores.delay, self.view)
            draws &= scores.some(f"pass {year} {unit.id}", part)
        if supposed:
            # By the same numbers, so that being on a list never takes a chance away.
            draws |= scores.some(f"pass {year} {unit.id}", float(scenarios.pass_rate or 0) * part)
        return draws

    def _limited(self, entries: dict[str, int]) -> dict[str, int]:
        """Within the capacity that is supposed: in each draw the units that come first."""
        most = self.context.scenarios.capacity
        if most is None:
            return entries
        room = [most] * self.scores.draws
        entered = {}
        for unit, entry in entries.items():
            left, within = entry, 0
            while left:
                bit = left & -left
                left ^= bit
                draw = bit.bit_length() - 1
                if room[draw]:
                    room[draw] -= 1
                    within |= bit
            entered[unit] = within
        return entered


def _distribution(counts: Sequence[int], units: int) -> Distribution:
    weights = [0.0] * (units + 1)
    for count in counts:
        weights[count] += 1.0
    return Distribution.counts(weights)
