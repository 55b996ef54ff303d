"""Which units a plan counts, and which of them a name in it means."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from criteria_engine.messages.diagnostics import Fault
from criteria_engine.projection.plan_parts import Counting
from criteria_engine.projection.roster import Roster, Unit
from criteria_engine.projection.unit_names import name_key, nearest_name

__all__ = ["MOST_LOOKED_FOR", "counted_units", "meant_unit", "of_those_that_count", "year_days"]

MOST_LOOKED_FOR = 50
"""For so many unknown names it is looked up which were meant."""


def year_days(year: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a year."""
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


def of_those_that_count(units: Sequence[Unit], counting: Counting) -> tuple[Unit, ...]:
    """Those of some units that ``counting.only`` picks out."""
    left = tuple(units)
    for column, values in counting.only:
        wanted = {name_key(value) for value in values}
        found = {unit.column(column) or "" for unit in left}
        kept = {value for value in found if name_key(value) in wanted}
        left = tuple(unit for unit in left if (unit.column(column) or "") in kept)
    return left


def counted_units(roster: Roster, counting: Counting, day: datetime.date) -> tuple[Unit, ...]:
    """The units that count on a day; where the plan counts on a fixed day's list, those of that day."""
    return of_those_that_count(roster.on(counting.denominator.fixed or day), counting)


def meant_unit(
    name: str,
    roster: Roster,
    first: datetime.date,
    last: datetime.date,
    area: str | None = None,
    also: datetime.date | None = None,
    *,
    looking: bool = True,
) -> Unit:
    """The one unit that a name means between two days, or else on the day ``also``.

    Unless ``looking``, no name is looked for that may have been meant; it takes time, and nobody reads it
    hundreds of times.

    Raises ``Fault``: no unit ever had the name (the nearest is told), none has it then, or several do.
    """
    found = roster.named(name, first, last, area)
    if not found and also is not None:
        found = roster.named(name, also, also, area)
    if len(found) == 1:
        return found[0]
    if found:
        raise Fault("CE913", unit=name, units=", ".join(unit.id for unit in found))
    earlier = roster.ever_named(name)
    if earlier:
        unit = earlier[0]
        went = [f"{each.name} ({each.id})" for each in roster.successors(unit)]
        raise Fault(
            "CE912",
            unit=name,
            first_day=first,
            last_day=last,
            since_day=unit.valid_from or "…",
            until_day=unit.valid_until or "…",
            successors=", ".join(went) or "–",
        )
    alive = [unit.name for unit in roster if unit.exists_between(first, last)] if looking else []
    raise Fault("CE911", unit=name, nearest=nearest_name(name, alive))
