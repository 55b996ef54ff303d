"""Reading a plan from its file: all that is wrong at once, each with its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.core.grammar import normal
from criteria_engine.files.document import Document
from criteria_engine.files.reading import read_document, without_version
from criteria_engine.files.source import Marked, MarkedList, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import (
    Code,
    CriteriaError,
    Diagnostic,
    Fault,
    Problems,
    chosen_language,
)
from criteria_engine.plans.plan import YEAR, AreaList, Plan, Registration, look_at_plan
from criteria_engine.plans.roster import Roster, load_roster
from criteria_engine.rules.schema import INTEGER, LABEL, ListOf, MapOf, Struct, built

_AREAS = MapOf(LABEL, Struct(AreaList, listed="units"))


def load_plan(path: str | os.PathLike[str], *, lang: str | None = None) -> Plan:
    """The plan of a YAML file, with the units of the roster it names (a CSV file beside it).

    Raises ``CriteriaError`` with all that is wrong with either, each with file, line and column;
    ``lang`` is the language of the messages.
    """
    diagnostics, plan = _read(path, lang)
    errors = [each for each in diagnostics if each.severity == "error"]
    if errors or plan is None:
        raise CriteriaError(errors)
    return plan


def check_plan(path: str | os.PathLike[str], *, lang: str | None = None) -> list[Diagnostic]:
    """All that is wrong with a plan's file and its roster, warnings too; nothing is raised."""
    try:
        diagnostics, _ = _read(path, lang)
    except CriteriaError as error:
        return [each.in_language(lang) for each in error.diagnostics]
    return diagnostics


def _read(path: str | os.PathLike[str], lang: str | None) -> tuple[list[Diagnostic], Plan | None]:
    document = read_document(path)
    plan, elsewhere = _read_plan(document, Path(path))
    language = chosen_language(lang)
    beside = [each.in_language(language) for each in elsewhere]
    return [*document.located(lang), *beside], plan


def _read_plan(document: Document, path: Path) -> tuple[Plan | None, Sequence[Diagnostic]]:
    root = document.root
    if root is None:
        return None, ()
    document.values[""] = root
    if not isinstance(root, MarkedMap):
        document.problems.add("", Code.NOT_A_PLAN)
        return None, ()
    registrations = _read_registrations(document, root)
    values, failed = document.read_attributes(
        Plan, document.keys_of(Plan), without_version(document, root).without("registrations"), "", {}
    )
    values.pop("registrations", None)
    if not values or not {"id", "horizon"} <= values.keys():
        if not values and not document.problems.has_errors:
            document.problems.add("", Code.MISSING_KEY, key="plan")
        return None, ()
    roster, elsewhere = _read_roster(document, path, values.get("roster_file", ""))
    plan = built(Plan, {**values, "registrations": registrations, "roster": roster})
    _look(document, plan, whole=not elsewhere and len(roster) > 0)
    return (None if failed or elsewhere or document.problems.has_errors else plan), elsewhere


def _look(document: Document, plan: Plan, *, whole: bool) -> None:
    """Note what is wrong with a plan, but for what follows from what could not be read."""
    problems = Problems()
    look_at_plan(plan, problems)
    broken = [each.path for each in document.problems if each.severity == "error"]
    for each in problems:
        follows = any(_within(each.path, path) or _within(path, each.path) for path in broken)
        if not follows and (whole or each.path.startswith(("tasks", "horizon", "reports", "capacity"))):
            document.problems.append(each)


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _read_roster(document: Document, path: Path, name: str) -> tuple[Roster, Sequence[Diagnostic]]:
    """The roster that a plan names, and what is wrong in its file."""
    if not name:
        if "roster" not in document.keys:
            document.problems.add("", Code.MISSING_KEY, key="roster")
        return Roster(()), ()
    file = path.parent / name
    if not file.is_file():
        document.problems.add("roster", Code.ROSTER_NOT_FOUND, file=name)
        return Roster(()), ()
    try:
        return load_roster(file), ()
    except CriteriaError as error:
        return Roster(()), error.diagnostics


def _read_registrations(document: Document, root: MarkedMap) -> tuple[Registration, ...]:
    marked, key = root.get("registrations"), root.key("registrations")
    if marked is None or key is None:
        return ()
    document.keys["registrations"], document.values["registrations"] = key, marked
    if not isinstance(marked, MarkedMap):
        form = "value" if isinstance(marked, MarkedText) else "list"
        document.problems.add("registrations", Code.WRONG_KIND_OF_NODE, wanted_kind="map", found_kind=form)
        return ()
    registrations = [_read_year(document, year, value) for year, value in marked.entries]
    return tuple(each for each in registrations if each is not None)


def _read_year(document: Document, key: MarkedText, value: Marked) -> Registration | None:
    path = f"registrations.{normal(key.text)}"
    document.keys[path], document.values[path] = key, value
    try:
        year = YEAR.read(key.text)
    except Fault as fault:
        document.values[path] = key
        document.problems.add_fault(path, fault)
        return None
    if isinstance(value, MarkedList):
        names = document.read(ListOf(LABEL), value, path)
        return Registration(year, (AreaList(names),)) if isinstance(names, tuple) else None
    total = None
    if isinstance(value, MarkedMap):
        total, value = _read_total(document, value, path), value.without("total")
    areas = document.read(_AREAS, value, path)
    if not isinstance(areas, tuple):
        return None
    return Registration(year, tuple(attrs.evolve(each, area=name) for name, each in areas), total)


def _read_total(document: Document, value: MarkedMap, path: str) -> int | None:
    total, key = value.get("total"), value.key("total")
    if total is None or key is None:
        return None
    document.keys[f"{path}.total"] = key
    read: Any = document.read(INTEGER, total, f"{path}.total")
    return read if isinstance(read, int) else None
