"""Reading what happened from a CSV file: a row for each unit and year."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import attrs

from criteria_engine.files.cells import Value, read_value
from criteria_engine.files.rows import Row, read_rows
from criteria_engine.files.subjects import FileProblems
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.projection.plan_units import MOST_LOOKED_FOR, meant_unit, year_days
from criteria_engine.projection.plan_words import YEAR
from criteria_engine.projection.roster import Roster
from criteria_engine.projection.unit_status import UnitStatus, in_order, read_status, sequence_faults

__all__ = ["load_unit_statuses"]

_HEADINGS = {
    "unit": ("đơn vị", "subject"),
    "period": ("năm", "year"),
    "status": ("trạng thái", "kết quả"),
    "decided": ("ngày quyết định",),
    "assumed": ("giả định",),
    "note": ("ghi chú",),
}


def load_unit_statuses(
    path: str | os.PathLike[str], roster: Roster, also: datetime.date | None = None
) -> tuple[UnitStatus, ...]:
    """What a CSV file says of the units of a roster, in the order of unit and year.

    Its columns are ``unit`` (a name as it was in that year, or an id), ``period`` (a year), ``status``
    and, where known, ``decided`` (a date), ``assumed`` (yes or no) and ``note``. Names that no unit of
    that year has may be those of the day ``also``. Raises
    ``CriteriaError`` with all that is wrong, each with its line and column.
    """
    problems = FileProblems(Path(path))
    rows: list[UnitStatus] = []
    lines: list[Row] = []
    faults = 0
    for line in read_rows(path, problems, _HEADINGS, ("unit", "period", "status")):
        row = _read(line, roster, also, problems, looking=faults < MOST_LOOKED_FOR)
        if row is None:
            faults += 1
        else:
            rows.append(row)
            lines.append(line)
    for place, column, code, details in sequence_faults(rows):
        name = lines[place].cells["unit"]
        problems.add(lines[place].place(column), code, **{**details, "unit": name})
    problems.raise_all()
    return in_order(rows)


def _read(
    line: Row, roster: Roster, also: datetime.date | None, problems: FileProblems, *, looking: bool
) -> UnitStatus | None:
    cells, column = line.cells, "period"
    try:
        year = YEAR.read(cells["period"])
        column = "unit"
        unit = meant_unit(cells["unit"], roster, *year_days(year), also=also, looking=looking)
        column = "status"
        status = read_status(cells["status"])
        column = "decided"
        decided = read_value(cells.get(column, ""), "date")
        column = "assumed"
        assumed: Value = read_value(cells.get(column, ""), "boolean")
    except Fault as fault:
        problems.add_fault(line.place(column), fault)
        return None
    day = decided if isinstance(decided, datetime.date) else None
    return attrs.evolve(
        UnitStatus(unit.id, year, status, day), assumed=bool(assumed), note=cells.get("note", "")
    )
