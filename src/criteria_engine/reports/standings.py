"""Where each unit and each area stands on the day of a report."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

import attrs

from criteria_engine.messages.formatting import sort_key_vi
from criteria_engine.plans.history import Ledger
from criteria_engine.plans.roster import Unit
from criteria_engine.plans.unit_status import HELD, UnitStatus
from criteria_engine.projection.context import Setting
from criteria_engine.reports.quality import Quality

__all__ = ["AreaStanding", "UnitStanding", "area_standings", "unit_standings"]


@attrs.frozen
class UnitStanding:
    """What is known of one unit that counts.

    Attributes:
        unit: Its id in the roster.
        name: Its name.
        area: Its area.
        holds: Whether it holds the recognition; None where that is open.
        status: The last word about it (see ``ce.UnitStatus``); ``carried`` where it holds what units
            did that went into it, ``expired`` where a recognition was not renewed in time, ``none``
            where nothing was ever told.
        title_year: The year in the title it holds.
        kept_year: The last year for which it was said to be kept up.
        decided: The day of the decision, where it is known.
        until: The last year for which the title stands without renewal; None until it lapses.
        carried: The names and title years of the units that it has its title from.
        listed: The years, from this one on, in which the plan registers it.
        told: Whether anything was told of it for this year.
        assumed: Whether what is said here was assumed by somebody.
        quality: What its last assessment says, where there is one.
    """

    unit: str
    name: str
    area: str
    holds: bool | None
    status: str
    title_year: int | None
    kept_year: int | None
    decided: datetime.date | None
    until: int | None
    carried: tuple[tuple[str, int], ...]
    listed: tuple[int, ...]
    told: bool
    assumed: bool
    quality: Quality | None


@attrs.frozen
class AreaStanding:
    """The units of an area: how many, how many recognised, open, registered this year and next."""

    area: str
    units: int
    recognised: int
    open: int
    listed_now: int
    listed_next: int


def unit_standings(setting: Setting, quality: Mapping[str, Quality]) -> tuple[UnitStanding, ...]:
    """All units that count on the day, by area and name as a dictionary has them."""
    rows: dict[str, list[UnitStatus]] = {}
    for row in setting.ledger.rows:
        rows.setdefault(row.unit, []).append(row)
    listed = _listed(setting)
    units = sorted(
        setting.units(setting.on.year),
        key=lambda unit: (sort_key_vi(unit.area), sort_key_vi(unit.name), unit.id),
    )
    return tuple(
        _standing(setting.ledger, unit, rows, listed.get(unit.id, ()), quality.get(unit.id)) for unit in units
    )


def _listed(setting: Setting) -> dict[str, tuple[int, ...]]:
    """For units of the day the years, from this one on, in which they are registered."""
    found: dict[str, list[int]] = {}
    for year, units in sorted(setting.lists.items()):
        if year == setting.on.year:
            for unit in units:
                found.setdefault(unit, []).append(year)
    for year, ids in sorted(setting.ahead.items()):
        for unit in sorted(ids):
            found.setdefault(unit, []).append(year)
    return {unit: tuple(years) for unit, years in found.items()}


def _standing(
    ledger: Ledger,
    unit: Unit,
    rows: Mapping[str, Sequence[UnitStatus]],
    listed: tuple[int, ...],
    quality: Quality | None,
) -> UnitStanding:
    year = ledger.on.year
    own = list(rows.get(unit.id, ())) or _later_rows(ledger, unit, rows)
    holds = ledger.held_surely(unit, year)
    before = _carried_rows(ledger, unit, rows) if not own or not any(r.status in HELD for r in own) else []
    carried = [] if holds is False else before
    told = own or [row for _, row in carried]
    title = next((row for row in reversed(own) if row.status == "recognised"), None)
    kept = next((row.year for row in reversed(own) if row.status == "maintained"), None)
    if holds is False:
        title, kept = None, None
    last_held = next((row for row in reversed(own) if row.status in HELD), None)
    lasts = ledger.counting.lasts
    until = None
    if lasts is not None and last_held is not None and holds is not False:
        until = ledger.counts_from(last_held) + lasts - 1
    return UnitStanding(
        unit.id,
        unit.name,
        unit.area,
        holds,
        _word(own, holds, carried=bool(carried)),
        title.year if title else None,
        kept,
        title.decided if title else None,
        until,
        tuple((before_unit.name, row.year) for before_unit, row in carried),
        listed,
        any(row.year == year and row.status not in ("missing", "registered") for row in own),
        any(row.assumed for row in told),
        quality,
    )


def _word(own: Sequence[UnitStatus], holds: bool | None, *, carried: bool) -> str:
    if carried and holds is not False and (not own or own[-1].status not in HELD):
        return "carried"
    if not own:
        return "none"
    last = own[-1].status
    return "expired" if last in HELD and holds is not True else last


def _carried_rows(
    ledger: Ledger, unit: Unit, rows: Mapping[str, Sequence[UnitStatus]]
) -> list[tuple[Unit, UnitStatus]]:
    """The last recognitions of the units that went into this one."""
    if ledger.counting.carry_over == "reassess":
        return []
    found = []
    for before in ledger.roster.predecessors(unit):
        held = [row for row in rows.get(before.id, ()) if row.status == "recognised"]
        if held and ledger.holds(before, ledger.on.year, "high"):
            found.append((before, held[-1]))
        elif not held:
            found += _carried_rows(ledger, before, rows)
    return found


def _later_rows(ledger: Ledger, unit: Unit, rows: Mapping[str, Sequence[UnitStatus]]) -> list[UnitStatus]:
    """On a fixed list: what is told of the units that this one went into."""
    if ledger.counting.denominator.fixed is None:
        return []
    return [row for each in ledger.roster.successors(unit) for row in rows.get(each.id, ())]


def area_standings(setting: Setting, units: Iterable[UnitStanding]) -> tuple[AreaStanding, ...]:
    """The areas, in the order of their units."""
    by_area: dict[str, list[UnitStanding]] = {}
    for each in units:
        by_area.setdefault(each.area, []).append(each)
    year = setting.on.year
    return tuple(
        AreaStanding(
            area,
            len(found),
            sum(each.holds is True for each in found),
            sum(each.holds is None for each in found),
            sum(year in each.listed for each in found),
            sum(year + 1 in each.listed for each in found),
        )
        for area, found in by_area.items()
    )
