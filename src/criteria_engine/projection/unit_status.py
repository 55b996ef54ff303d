"""What happened to a unit in a year: registered, recognised, kept up, lapsed, or without figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.core.expression_text import fold_word
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.projection.plan_units import MOST_LOOKED_FOR, meant_unit, year_days
from criteria_engine.projection.plan_words import YEAR
from criteria_engine.projection.roster import Roster
from criteria_engine.rules.schema import DATE

__all__ = [
    "HELD",
    "PENDING",
    "STATUSES",
    "UnitStatus",
    "in_order",
    "read_status",
    "results_as_unit_statuses",
    "sequence_faults",
    "unit_statuses_from",
]

STATUSES = ("registered", "building", "requested", "met", "recognised", "maintained", "lapsed", "missing")
"""What may be said of a unit in a year, in the order of its way."""

PENDING = frozenset({"registered", "building", "requested", "met"})
"""Statuses after which a recognition for that year may still come."""

HELD = frozenset({"recognised", "maintained"})
"""Statuses of a unit that holds the recognition."""

_VIETNAMESE = {
    "đăng ký": "registered",
    "đã đăng ký": "registered",
    "đang xây dựng": "building",
    "xây dựng": "building",
    "đề nghị": "requested",
    "đã đề nghị": "requested",
    "đạt": "met",
    "công nhận": "recognised",
    "đã công nhận": "recognised",
    "được công nhận": "recognised",
    "giữ vững": "maintained",
    "duy trì": "maintained",
    "thôi công nhận": "lapsed",
    "không giữ vững": "lapsed",
    "chưa có số liệu": "missing",
    "": "missing",
}


@attrs.frozen
class UnitStatus:
    """The status of one unit in one year.

    Attributes:
        unit: The id of the unit in the roster; ``project`` takes a name too, and looks it up among the
            units of that year.
        year: The year the status is of; of a recognition the year in its title.
        status: One of ``STATUSES``.
        decided: The day of the decision, None where it is not known or there is none.
        assumed: Whether somebody assumed it, rather than a document saying it.
        note: What else is to be said.
    """

    unit: str
    year: int
    status: str
    decided: datetime.date | None = None
    assumed: bool = False
    note: str = ""


def read_status(text: str) -> str:
    """The status that a text says, in either language; raises ``Fault`` for any other."""
    folded = fold_word(text)
    status = _VIETNAMESE.get(folded, folded)
    if status not in STATUSES:
        raise Fault("CE951", value=text, words=", ".join(STATUSES))
    return status


def sequence_faults(rows: Sequence[UnitStatus]) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """What cannot be among rows whose units are known: the place, the column, the code, its details."""
    by_unit: dict[str, list[tuple[int, UnitStatus]]] = {}
    for place, row in enumerate(rows):
        by_unit.setdefault(row.unit, []).append((place, row))
        if row.decided is not None and row.decided < year_days(row.year)[0]:
            details = {"unit": row.unit, "day": row.decided, "year": row.year}
            yield place, "decided", "CE953", details
    for of_unit in by_unit.values():
        ordered = sorted(of_unit, key=lambda each: each[1].year)
        for (_, before), (place, row) in pairwise(ordered):
            if before.year == row.year:
                yield place, "period", "CE952", {"unit": row.unit, "year": row.year}
            elif row.status in ("maintained", "lapsed") and before.status not in (*HELD, "missing"):
                details = {"unit": row.unit, "year": row.year, "status_kind": row.status}
                details |= {"before_kind": before.status, "previous": before.year}
                yield place, "status", "CE954", details


def unit_statuses_from(
    given: Iterable[UnitStatus | Mapping[str, Any]],
    roster: Roster,
    also: datetime.date | None = None,
) -> tuple[UnitStatus, ...]:
    """Rows from Python with their units looked up, in the order of unit and year.

    A row is a ``UnitStatus``, or a mapping of ``unit``, ``period`` (or ``year``), ``status`` and, where
    known, ``decided``, ``assumed``, ``note``. Names that no unit of that year has may be those of the
    day ``also``. Raises ``CriteriaError`` with all that is wrong.
    """
    problems = Problems()
    rows: list[UnitStatus] = []
    places: list[int] = []
    for place, each in enumerate(given):
        path = f"recognitions[{place}]"
        try:
            row = each if isinstance(each, UnitStatus) else _of_mapping(each)
            first, last = year_days(YEAR.accept(row.year))
            looking = len(problems) < MOST_LOOKED_FOR
            unit = meant_unit(row.unit, roster, first, last, also=also, looking=looking)
            rows.append(attrs.evolve(row, unit=unit.id, status=read_status(row.status)))
            places.append(place)
        except Fault as fault:
            problems.add_fault(path, fault)
    for place, column, code, details in sequence_faults(rows):
        problems.add(f"recognitions[{places[place]}].{column}", code, **details)
    problems.raise_errors()
    return in_order(rows)


def in_order(rows: Iterable[UnitStatus]) -> tuple[UnitStatus, ...]:
    """Rows in the order of unit and year, so that the order of a file plays no part."""
    return tuple(sorted(rows, key=lambda row: (row.unit, row.year)))


def _of_mapping(each: Mapping[str, Any]) -> UnitStatus:
    known = {"unit", "period", "year", "status", "decided", "assumed", "note"}
    extra = sorted(set(each) - known)
    if extra:
        raise Fault("CE809", name=", ".join(extra), known=", ".join(sorted(known)))
    if not each.get("unit"):
        raise Fault("CE813")
    decided = each.get("decided")
    return UnitStatus(
        str(each["unit"]),
        YEAR.accept(each.get("period", each.get("year"))),
        str(each.get("status") or ""),
        None if decided is None else DATE.accept(decided),
        bool(each.get("assumed", False)),
        str(each.get("note", "")),
    )


def results_as_unit_statuses(results: Mapping[tuple[str, int], Result], level: str) -> tuple[UnitStatus, ...]:
    """What results of evaluated assessments say, by unit and year, about a level of their ruleset.

    ``met`` where the level is reached (a decision to recognise is another matter), ``building`` where
    it is decided that it is not, ``missing`` where missing values leave that open.
    """
    return tuple(
        UnitStatus(unit, year, _status_of(result, level)) for (unit, year), result in results.items()
    )


def _status_of(result: Result, level: str) -> str:
    if not result.decided or result.referred is not None:
        return "missing"
    return "met" if result.level == level else "building"
