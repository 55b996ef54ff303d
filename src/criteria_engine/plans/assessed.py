"""Assessments of the units of a plan over several years: one row of values for each unit and year.

``Verdicts`` judges rows by the program of a ruleset; ``read_assessments`` reads what callers give.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import attrs

from criteria_engine.backends.arrays import Arrays
from criteria_engine.backends.python import Row
from criteria_engine.backends.splitting import Anything
from criteria_engine.backends.steps import Block, Steps
from criteria_engine.evaluation.result import Result, plain
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.plan import YEAR
from criteria_engine.plans.roster import Roster, meant_unit, year_days
from criteria_engine.plans.unit_status import HELD, UnitStatus
from criteria_engine.ruleset import Ruleset


class RowVerdict(NamedTuple):
    """What a row comes to: whether it surely and whether it possibly reaches the level, and its points.

    Where values are missing the points are the middle of what they can be.
    """

    surely: bool
    possibly: bool
    points: float


class Verdicts:
    """Judges rows by the program of a ruleset, prerequisites, vetoes, floors and all.

    ``level`` is the level that counts, or a better one; by default the best. In a set without levels a row
    counts where the set as a whole is met. Raises ``ValueError`` where the ruleset has no such level.
    """

    def __init__(self, ruleset: Ruleset, level: str | None = None) -> None:
        self.ruleset, self.program = ruleset, ruleset.program
        self.reader = self.program.reader
        known = [each.id for each in ruleset.levels]
        if level is not None and level not in known:
            raise ValueError(f"{ruleset.id} has no level {level!r}; its levels are: {', '.join(known)}")
        self.level = level if level is not None else next(iter(known), None)
        wanted = known[: known.index(self.level) + 1] if self.level is not None else []
        outcomes = self.program.reaching.outcomes if self.program.reaching is not None else ()
        # Outcomes that count, and those that do not; a referral leaves the decision to another authority.
        self._good = frozenset(place for place, each in enumerate(outcomes) if each.level in wanted)
        self._referred = frozenset(place for place, each in enumerate(outcomes) if each.level is None)
        self._ways = len(outcomes) if wanted else None

    def row_of(self, values: Mapping[str, Any] | Result, year: int) -> tuple[Row, frozenset[str]]:
        """The values of a year, or those of a result, as a row, and which of them are proved.

        Raises ``CriteriaError``.
        """
        on: datetime.date | None = datetime.date(year, 12, 31)
        evidence = frozenset[str]()
        if isinstance(values, Result):
            on, evidence = values.on, frozenset(values.evidence)
            values = {name: value for name, value in values.given().items() if value is not None}
        day = on.toordinal() if on is not None and self.reader.needs_day else None
        return self.reader.read(values, evidence, day, strict=True)[0], evidence

    def judge(self, row: Row, proved: AbstractSet[str]) -> RowVerdict:
        """The verdict on a row, whether or not values are missing."""
        return self.judge_open(row, proved) if None in row else self.judge_complete(row, proved)

    def judge_complete(self, row: Row, proved: AbstractSet[str]) -> RowVerdict:
        """The verdict on a row without missing values."""
        if self._ways is None:
            return self.judge_open(row, proved)
        code, points, *_ = self.program.exact(row, proved)
        good = code in self._good
        return RowVerdict(good, good or code in self._referred, points)

    def judge_open(self, row: Row, proved: AbstractSet[str]) -> RowVerdict:
        """The verdict on a row with missing values."""
        if self._ways is None:
            asked = self.program.kept(
                "whole", lambda: self.program.function(self.program.asked_of(self.program.slots[0]))
            )
            met, *others, low, high, _, _ = asked(row, proved)
            return RowVerdict(bool(met) and not any(others), bool(met), (low + high) / 2.0)
        possible, low, high, *_ = self.program.bounded(row, proved)
        points = (low + high) / 2.0
        can = {place for place, way in enumerate(possible) if way}
        return RowVerdict(can <= self._good, bool(can & (self._good | self._referred)), points)

    def judge_block(self, np: Any, block: Block, *, complete: bool) -> tuple[Any, Any, Any]:
        """The verdicts on many rows, with NumPy: surely, possibly and points, as ``judge`` gives them.

        Each is an array, or one value for all rows. A block is ``complete`` where none of its rows has a
        missing value.
        """
        v = Arrays(np)
        steps = self.program.kept(("drawn rows", complete), lambda: Steps(v, self._asked(complete=complete)))
        with np.errstate(all="ignore"):
            *states, low, high = steps.run(block)
            points = v.real(low) if complete else (v.real(low) + v.real(high)) / 2.0
        if self._ways is None:
            met, *others = states
            return v.every([met, v.contrary(v.some(others))]), met, points
        if complete:
            code = np.asarray(states[0]).astype(np.intp)
            good = np.array([place in self._good for place in range(self._ways)])[code]
            referred = np.array([place in self._referred for place in range(self._ways)])[code]
            return good, good | referred, points
        other = [way for place, way in enumerate(states) if place not in self._good]
        hoped = [way for place, way in enumerate(states) if place in self._good | self._referred]
        return v.contrary(v.some(other)), v.some(hoped), points

    def _asked(self, *, complete: bool) -> list[Anything]:
        """What ``judge_complete`` and ``judge_open`` read of the program; the ends of the points come last."""
        program, can = self.program, self.program.bounds.can
        total, reaching = program.slots[0], program.reaching if self._ways is not None else None
        if complete:
            return [reaching.code if reaching is not None else total.states[0], total.points, total.points]
        ways = [each.possible for each in reaching.outcomes] if reaching is not None else total.states
        return [*map(can, ways), *program.bounds.interval(total.points)]


@attrs.frozen
class Year:
    """The values of one unit in one year: its row, which inputs are proved, and the verdict."""

    year: int
    row: Row
    proved: frozenset[str]
    judged: RowVerdict


@attrs.frozen
class Panel:
    """The known years of one unit, rising."""

    unit: str
    years: tuple[Year, ...]


@attrs.frozen
class Assessed:
    """All units with assessments, in the order of their ids."""

    panels: tuple[Panel, ...]

    @property
    def last_year(self) -> int:
        """The last year with an assessment; 0 where there is none."""
        return max((panel.years[-1].year for panel in self.panels), default=0)

    @property
    def can_move(self) -> bool:
        """Whether a unit has assessments of two years, so that steps can be seen."""
        return any(len(panel.years) > 1 for panel in self.panels)

    def plain(self) -> list[Any]:
        """Its values as plain data, for a digest."""
        return [
            [panel.unit, [[each.year, [plain(value) for value in each.row], sorted(each.proved)]]]
            for panel in self.panels
            for each in panel.years
        ]


def last_results(assessments: Mapping[str, Any], ruleset: Ruleset | None) -> dict[str, Result]:
    """The last ``Result`` of each unit: a single one, or that of its last year; values are judged."""
    results: dict[str, Result] = {}
    for name, by_year in assessments.items():
        if isinstance(by_year, Result):
            results[name] = by_year
        elif by_year:
            year = max(by_year)
            last = by_year[year]
            if isinstance(last, Result):
                results[name] = last
            elif ruleset is not None:
                on = datetime.date(year, 12, 31) if ruleset.program.reader.needs_day else None
                results[name] = ruleset.evaluate(last, on=on, subject=name)
    return results


def read_assessments(
    assessments: Mapping[str, Any], verdicts: Verdicts, roster: Roster, on: datetime.date
) -> Assessed:
    """Assessments by name or id of the unit, and by year, as rows that are judged.

    Years after that of ``on`` are left out. A single ``Result`` for a unit is of its own day, or else of
    the year of ``on``. Raises ``CriteriaError`` with all that is wrong: names, years, values.
    """
    problems = Problems()
    by_unit: dict[str, dict[int, Year]] = {}
    for name, by_year in assessments.items():
        single = isinstance(by_year, Result)
        for key, values in [((by_year.on or on).year, by_year)] if single else by_year.items():
            path = f"assessments.{name}.{key}"
            try:
                year = YEAR.accept(key)
                unit = meant_unit(name, roster, *year_days(year), also=on)
                if year <= on.year:
                    row, proved = verdicts.row_of(values, year)
                    known = Year(year, row, proved, verdicts.judge(row, proved))
                    by_unit.setdefault(unit.id, {})[year] = known
            except Fault as fault:
                problems.add_fault(path, fault)
            except CriteriaError as error:
                for wrong in error.diagnostics:
                    problems.append(attrs.evolve(wrong, path=f"{path}.{wrong.path}"))
    problems.raise_errors()
    return Assessed(
        tuple(
            Panel(unit, tuple(years[year] for year in sorted(years)))
            for unit, years in sorted(by_unit.items())
        )
    )


def statuses_of(assessed: Assessed, rows: Sequence[UnitStatus]) -> Iterator[UnitStatus]:
    """What the last assessments add to rows of recognitions, for units that they do not say more of.

    ``met`` where the criteria are met and no title is known, ``missing`` where missing values leave
    that open; where they are not met nothing is added, as a unit without a row was not recognised.
    """
    last = {row.unit: row for row in sorted(rows, key=lambda row: row.year)}
    for panel in assessed.panels:
        now, status = panel.years[-1], last.get(panel.unit)
        if status is not None and (status.status in HELD or status.year >= now.year):
            continue
        if now.judged.possibly:
            yield UnitStatus(panel.unit, now.year, "met" if now.judged.surely else "missing")
