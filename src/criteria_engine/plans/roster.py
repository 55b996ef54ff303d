"""Units and the days on which they exist: a list that changes by mergers, splits and new names.

A unit is known by an id of its own, never by its code or name, since offices use both again for other
territory: in Khánh Hòa the code 22366 was that of three different wards within sixteen months. Names are
compared by ``name_key``; ``meant_unit`` says which unit a name means between two days.
"""

from __future__ import annotations

import datetime
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.grammar import fold_name, nearest_word
from criteria_engine.files.cells import read_value
from criteria_engine.files.csv_files import csv_rows
from criteria_engine.files.rows import Columns, FileProblems, read_cells
from criteria_engine.messages.diagnostics import Code, Fault, Problems

# Grave, acute, tilde, hook, dot: the five tone marks; the other marks belong to letters.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_KINDS = ("phường", "xã", "thị trấn", "đặc khu", "công an phường", "công an xã", "p.", "x.", "tt.")


def name_key(name: str) -> str:
    """What is equal for two spellings of one name.

    Case, spaces, hyphens and the Unicode form play no part, nor does the letter of a syllable that
    carries the tone mark: ``Hòa`` is ``Hoà`` and ``Thủy`` is ``Thuỷ``, but ``Hoa`` is another name.
    """
    return " ".join(_syllable_key(each) for each in fold_name(name).replace("-", " ").split())


def _syllable_key(syllable: str) -> str:
    spread = unicodedata.normalize("NFD", syllable)
    tones = "".join(letter for letter in spread if letter in _TONES)
    return "".join(letter for letter in spread if letter not in _TONES) + tones


def bare_name_key(name: str) -> str:
    """The key of a name without the kind of unit before it: of ``phường Phước Hòa`` that of ``Phước Hòa``."""
    key = name_key(name)
    for kind in _KIND_KEYS:
        rest = key.removeprefix(kind)
        if rest != key and (rest.startswith(" ") or kind.endswith(".")) and rest.strip():
            return rest.strip()
    return key


# The longest first: what begins with "công an phường" names no other kind.
_KIND_KEYS = tuple(sorted(map(name_key, _KINDS), key=len, reverse=True))


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or the first twelve where none is near."""
    names = list(dict.fromkeys(known))
    near = nearest_word(name, names)
    return near or ", ".join(names[:12]) + (", …" if len(names) > 12 else "") or "–"


_ONE_DAY = datetime.timedelta(days=1)


@attrs.frozen
class Unit:
    """One ward or commune for as long as it stays the same.

    ``valid_from`` and ``valid_until`` are the first and the last day on which it exists; None where
    the list begins later, or where it still exists. ``successors`` are the ids of the units its
    territory went to. ``others`` are further columns of the list, as pairs.
    """

    id: str
    name: str
    area: str = ""
    kind: str = ""
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    successors: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()

    def in_force(self, day: datetime.date) -> bool:
        """Whether the unit exists on that day."""
        return self.exists_between(day, day)

    def exists_between(self, first: datetime.date, last: datetime.date) -> bool:
        """Whether the unit exists on any of the days from ``first`` to ``last``."""
        begins = self.valid_from is None or self.valid_from <= last
        return begins and (self.valid_until is None or first <= self.valid_until)

    def column(self, name: str) -> str | None:
        """What the list says of the unit under a heading: ``area``, ``kind``, or one of ``others``."""
        fixed = {"area": self.area, "kind": self.kind, "name": self.name, "unit": self.id}
        return fixed.get(name, dict(self.others).get(name))


@attrs.frozen
class UnitChange:
    """What became of some units on one day.

    ``kind`` is ``merge``, ``split``, ``rename``, ``kind`` (the same territory as another kind of
    unit), ``same`` (a new entry alone) or ``redraw`` (several to several, or part of one split off).
    ``names_reused`` are names that stand for another territory from that day on.
    """

    day: datetime.date
    kind: str
    before: tuple[Unit, ...]
    after: tuple[Unit, ...]
    names_reused: tuple[str, ...] = ()


_by_id = attrgetter("id")


def _sorted(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(units, key=_by_id))


@attrs.frozen
class Roster:
    """All units that a plan may count, with the days on which they exist.

    Equal by the units, whatever their order. Raises ``CriteriaError`` with all that is wrong with them.
    """

    units: tuple[Unit, ...] = attrs.field(converter=_sorted)
    _by_id: Mapping[str, Unit] = attrs.field(init=False, eq=False, repr=False)
    _before: Mapping[str, tuple[Unit, ...]] = attrs.field(init=False, eq=False, repr=False)
    _named: Mapping[str, tuple[Unit, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        for place, column, code, details in roster_faults(self.units):
            problems.add(f"units[{place}].{column}", code, **details)
        problems.raise_errors()
        object.__setattr__(self, "_by_id", {unit.id: unit for unit in self.units})
        before: dict[str, list[Unit]] = {}
        named: dict[str, list[Unit]] = {}
        for unit in self.units:
            for successor in unit.successors:
                before.setdefault(successor, []).append(unit)
            for key in {name_key(unit.name), bare_name_key(unit.name)}:
                named.setdefault(key, []).append(unit)
        object.__setattr__(self, "_before", {name: tuple(found) for name, found in before.items()})
        object.__setattr__(self, "_named", {key: tuple(found) for key, found in named.items()})

    def __len__(self) -> int:
        return len(self.units)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units)

    def unit(self, id: str) -> Unit:
        """The unit with that id; raises ``KeyError`` where there is none."""
        return self._by_id[id]

    def on(self, day: datetime.date) -> tuple[Unit, ...]:
        """The units that exist on a day, in the order of their ids."""
        return tuple(unit for unit in self.units if unit.in_force(day))

    def predecessors(self, unit: Unit) -> tuple[Unit, ...]:
        """The units whose territory went to this one, wholly or in part."""
        return self._before.get(unit.id, ())

    def successors(self, unit: Unit) -> tuple[Unit, ...]:
        """The units that the territory of this one went to."""
        return tuple(self._by_id[each] for each in unit.successors)

    def columns(self) -> tuple[str, ...]:
        """The headings by which units can be picked out."""
        others = {name for unit in self.units for name, _ in unit.others}
        return ("area", "kind", *sorted(others))

    def named(
        self, name: str, first: datetime.date, last: datetime.date, area: str | None = None
    ) -> tuple[Unit, ...]:
        """The units that a name, or an id, may mean between two days; of those the earliest.

        A name is matched in any Unicode form, with the tone mark on either vowel, with or without the
        kind of unit before it (``phường Hoà``). Several units are given only where the name alone, with
        the area where one is told, cannot tell them apart; none where nothing has this name then.
        """
        known = self._by_id.get(name)
        if known is not None and known.exists_between(first, last):
            return (known,)
        units: list[Unit] = []
        for key in (name_key(name), bare_name_key(name)):
            units = units or [unit for unit in self._named.get(key, ()) if unit.exists_between(first, last)]
        if area is not None and len(units) > 1:
            units = [unit for unit in units if name_key(unit.area) == name_key(area)] or units
        begins = min((_begin(unit) for unit in units), default=None)
        return tuple(unit for unit in units if _begin(unit) == begins)

    def ever_named(self, name: str) -> tuple[Unit, ...]:
        """All units that have, or had, this name."""
        return self._named.get(name_key(name)) or self._named.get(bare_name_key(name), ())

    def changes(self) -> tuple[UnitChange, ...]:
        """What became of the units, in the order of the days: mergers, splits, new names."""
        changes = [self._change(day, before) for day, before in self._groups()]
        return tuple(sorted(changes, key=lambda each: (each.day, each.after[0].id)))

    def _groups(self) -> list[tuple[datetime.date, tuple[Unit, ...]]]:
        """Units that end on one day and are tied to each other by a common successor."""
        groups: list[tuple[datetime.date, set[str], list[Unit]]] = []
        for unit in self.units:
            if not unit.successors or unit.valid_until is None:
                continue
            day, names, units = unit.valid_until + _ONE_DAY, set(unit.successors), [unit]
            for group in [each for each in groups if each[0] == day and each[1] & names]:
                groups.remove(group)
                names |= group[1]
                units += group[2]
            groups.append((day, names, units))
        return [(day, tuple(sorted(units, key=_by_id))) for day, _, units in groups]

    def _change(self, day: datetime.date, before: tuple[Unit, ...]) -> UnitChange:
        names = {name for unit in before for name in unit.successors}
        after = tuple(self._by_id[name] for name in sorted(names))
        reused = {unit.name for unit in before} & {unit.name for unit in after}
        same = len(before) == len(after) == 1
        names_reused = () if same else tuple(sorted(reused))
        return UnitChange(day, _kind_of_change(before, after), before, after, names_reused)


def _begin(unit: Unit) -> datetime.date:
    return unit.valid_from or datetime.date.min


def _kind_of_change(before: Sequence[Unit], after: Sequence[Unit]) -> str:
    match len(before), len(after):
        case 1, 1:
            if before[0].kind != after[0].kind:
                return "kind"
            return "same" if before[0].name == after[0].name else "rename"
        case _, 1:
            return "merge"
        case 1, _:
            return "split"
    return "redraw"


def roster_faults(units: Sequence[Unit]) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """What is wrong with a list of units: the place in it, the column, the code and its details."""
    ids = {unit.id: unit for unit in reversed(units)}
    first: dict[str, int] = {}
    for place, unit in enumerate(units):
        if unit.id in first:
            yield place, "unit", Code.UNIT_ID_TWICE, {"unit": unit.id, "first": first[unit.id] + 1}
        first.setdefault(unit.id, place)
        if not unit.name.strip():
            yield place, "name", Code.UNIT_WITHOUT_NAME, {"unit": unit.id}
        start, end = unit.valid_from, unit.valid_until
        if start is not None and end is not None and end < start:
            details = {"unit": unit.id, "first_day": start, "last_day": end}
            yield place, "valid_until", Code.UNIT_ENDS_BEFORE_IT_BEGINS, details
        elif unit.successors and end is None:
            yield place, "valid_until", Code.SUCCESSORS_WITHOUT_LAST_DAY, {"unit": unit.id}
        yield from ((place, *fault) for fault in _successor_faults(unit, ids))


def _successor_faults(unit: Unit, ids: Mapping[str, Unit]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name in unit.successors:
        successor = ids.get(name)
        if successor is None:
            yield "successors", Code.UNKNOWN_UNIT_ID, {"unit": name, "nearest": nearest_name(name, ids)}
        elif unit.valid_until is not None and not successor.in_force(unit.valid_until + _ONE_DAY):
            day = unit.valid_until + _ONE_DAY
            yield "successors", Code.SUCCESSOR_NOT_THERE, {"unit": name, "day": day}


MOST_LOOKED_FOR = 50
"""For this many unknown names the nearest known name is searched for."""


def year_days(year: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a year."""
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


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

    Unless ``looking``, the nearest name is not searched for: it takes time, and is not read hundreds of
    times.

    Raises ``Fault``: no unit ever had the name (the nearest is told), none has it then, or several do.
    """
    units = roster.named(name, first, last, area)
    if not units and also is not None:
        units = roster.named(name, also, also, area)
    if len(units) == 1:
        return units[0]
    if units:
        raise Fault(Code.AMBIGUOUS_UNIT, unit=name, units=", ".join(unit.id for unit in units))
    earlier = roster.ever_named(name)
    if earlier:
        unit = earlier[0]
        went = [f"{each.name} ({each.id})" for each in roster.successors(unit)]
        raise Fault(
            Code.UNIT_NAME_OF_OTHER_DAYS,
            unit=name,
            first_day=first,
            last_day=last,
            since_day=unit.valid_from or "…",
            until_day=unit.valid_until or "…",
            successors=", ".join(went) or "–",
        )
    alive = [unit.name for unit in roster if unit.exists_between(first, last)] if looking else []
    raise Fault(Code.UNKNOWN_UNIT, unit=name, nearest=nearest_name(name, alive))


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
    columns = Columns.named(_HEADINGS, ("unit", "name"), keeps_others=True)
    rows, units = [], []
    for row in csv_rows(path, columns, problems, marks_rows=True):
        cells = read_cells(row, _READERS, problems)
        if not cells.get("unit"):
            problems.add(row.place("unit"), Code.UNIT_WITHOUT_ID)
            continue
        rows.append(row)
        units.append(_unit(cells))
    for place, column, code, details in roster_faults(units):
        if code == Code.UNIT_ID_TWICE:
            details["first"] = rows[int(details["first"]) - 1].line
        problems.add(rows[place].place(column), code, **details)
    problems.raise_all()
    return Roster(tuple(units))


def _read_day(text: str) -> datetime.date | None:
    day = read_value(text, "date")
    return day if isinstance(day, datetime.date) else None


_READERS = {"valid_from": _read_day, "valid_until": _read_day}


def _unit(cells: Mapping[str, Any]) -> Unit:
    return Unit(
        cells["unit"],
        cells.get("name", ""),
        cells.get("area", ""),
        cells.get("kind", ""),
        cells.get("valid_from"),
        cells.get("valid_until"),
        tuple(name for name in re.split(r"[\s|;]+", cells.get("successors", "")) if name),
        tuple((name, text) for name, text in cells.items() if name not in _HEADINGS),
    )
