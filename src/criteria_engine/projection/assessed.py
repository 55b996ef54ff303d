"""What assessments of several years say of the units of a plan: a row of values a unit and year."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.backends.python import Row
from criteria_engine.evaluation.findings import plain
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.projection.plan_units import meant_unit, year_days
from criteria_engine.projection.plan_words import YEAR
from criteria_engine.projection.roster import Roster
from criteria_engine.projection.unit_status import HELD, UnitStatus
from criteria_engine.projection.verdicts import Judged, Verdicts
from criteria_engine.ruleset import Ruleset

__all__ = ["Assessed", "Panel", "Year", "last_results", "read_assessments", "statuses_of"]


@attrs.frozen
class Year:
    """The values of one unit in one year: its row, what of it is proved, and what it comes to."""

    year: int
    row: Row
    proved: frozenset[str]
    judged: Judged


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
    found: dict[str, Result] = {}
    for name, given in assessments.items():
        if isinstance(given, Result):
            found[name] = given
        elif given:
            year = max(given)
            last = given[year]
            if isinstance(last, Result):
                found[name] = last
            elif ruleset is not None:
                on = datetime.date(year, 12, 31) if ruleset.program.door.needs_day else None
                found[name] = ruleset.evaluate(last, on=on, subject=name)
    return found


def read_assessments(
    assessments: Mapping[str, Any],
    verdicts: Verdicts,
    roster: Roster,
    on: datetime.date,
) -> Assessed:
    """Assessments by name or id of the unit, and by year, as rows that are judged.

    Years after that of ``on`` are left out. A single ``Result`` for a unit is of its own day, or else of
    the year of ``on``. Raises ``CriteriaError`` with all that is wrong: names, years, values.
    """
    problems = Problems()
    by_unit: dict[str, dict[int, Year]] = {}
    for name, given in assessments.items():
        for told, each in _by_year(given, on):
            path = f"assessments.{name}.{told}"
            try:
                year = YEAR.accept(told)
                unit = meant_unit(name, roster, *year_days(year), also=on)
                if year <= on.year:
                    by_unit.setdefault(unit.id, {})[year] = _read(verdicts, each, year)
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


def _by_year(given: Any, on: datetime.date) -> Sequence[tuple[Any, Any]]:
    if isinstance(given, Result):
        return [((given.on or on).year, given)]
    return list(given.items())


def _read(verdicts: Verdicts, given: Any, year: int) -> Year:
    if isinstance(given, Result):
        row, proved = verdicts.row_of_result(given)
    else:
        row, proved = verdicts.row_of(given, year)
    return Year(year, row, proved, verdicts.judge(row, proved))


def statuses_of(assessed: Assessed, rows: Sequence[UnitStatus]) -> Iterator[UnitStatus]:
    """What the last assessments add to rows of recognitions, for units that they do not say more of.

    ``met`` where the criteria are met and no title is known, ``missing`` where missing values leave
    that open; where they are not met nothing is added, as a unit without a row was not recognised.
    """
    last = {row.unit: row for row in sorted(rows, key=lambda row: row.year)}
    for panel in assessed.panels:
        now, told = panel.years[-1], last.get(panel.unit)
        if told is not None and (told.status in HELD or told.year >= now.year):
            continue
        if now.judged.possibly:
            yield UnitStatus(panel.unit, now.year, "met" if now.judged.surely else "missing")
