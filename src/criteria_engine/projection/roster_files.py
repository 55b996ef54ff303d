"""Reading a roster from a CSV file."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

from criteria_engine.files.cells import read_value
from criteria_engine.files.rows import Row, read_rows
from criteria_engine.files.subjects import FileProblems
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.projection.roster import Roster, Unit, roster_faults

__all__ = ["load_roster"]

_HEADINGS = {
    "unit": ("đơn vị", "mã đơn vị"),
    "name": ("tên", "tên đơn vị"),
    "area": ("khu vực", "địa bàn"),
    "kind": ("loại", "loại đơn vị"),
    "valid_from": ("từ ngày", "có từ ngày"),
    "valid_until": ("đến ngày", "có đến ngày"),
    "successors": ("đơn vị kế tiếp", "nhập vào"),
}


def load_roster(path: str | os.PathLike[str]) -> Roster:
    """The roster of a CSV file with the columns ``unit, name, area, kind, valid_from, valid_until, successors``.

    ``unit`` is an id of its own for each unit, not a code that is used again; days are the first and
    the last on which a unit exists; several successors are parted by spaces, ``|`` or ``;``. Further
    columns are kept. Raises ``CriteriaError`` with all that is wrong, each with its line and column.
    """
    problems = FileProblems(Path(path))
    rows, units = [], []
    for row in read_rows(path, problems, _HEADINGS, ("unit", "name"), others=True):
        if not row.cells["unit"]:
            problems.add(row.place("unit"), "CE941")
            continue
        rows.append(row)
        units.append(_unit(row, problems))
    for place, column, code, details in roster_faults(units):
        if "first" in details and code == "CE942":
            details["first"] = rows[int(details["first"]) - 1].line
        problems.add(rows[place].place(column), code, **details)
    problems.raise_all()
    return Roster(tuple(units))


def _unit(row: Row, problems: FileProblems) -> Unit:
    cells = row.cells
    successors = tuple(each for each in re.split(r"[\s|;]+", cells.get("successors", "")) if each)
    others = tuple((name, text) for name, text in cells.items() if name not in _HEADINGS)
    return Unit(
        cells["unit"],
        cells["name"],
        cells.get("area", ""),
        cells.get("kind", ""),
        _day(row, "valid_from", problems),
        _day(row, "valid_until", problems),
        successors,
        others,
    )


def _day(row: Row, column: str, problems: FileProblems) -> datetime.date | None:
    try:
        day = read_value(row.cells.get(column, ""), "date")
    except Fault as fault:
        problems.add_fault(row.place(column), fault)
        return None
    return day if isinstance(day, datetime.date) else None
