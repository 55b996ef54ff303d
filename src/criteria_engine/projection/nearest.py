"""The units outside that are nearest to the criteria, by their last assessments."""

from __future__ import annotations

from collections.abc import Mapping

from criteria_engine.evaluation.findings import leaves_of
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.plans.plan import meant_unit
from criteria_engine.projection.setting import Setting
from criteria_engine.projection.target_outlook import Nearest
from criteria_engine.rules.parts import Status

__all__ = ["nearest_units"]


def nearest_units(setting: Setting, assessments: Mapping[str, Result]) -> tuple[Nearest, ...]:
    """Units that do not hold the recognition, those first that lack the fewest criteria.

    Only leaves count: a group lacks what its criteria lack. Raises ``CriteriaError`` for names that mean
    no unit of the day.
    """
    problems, found = Problems(), []
    held = setting.ledger.held(setting.on.year, "low")
    counted = {unit.id for unit in setting.units(setting.on.year)}
    for name, result in assessments.items():
        try:
            unit = meant_unit(name, setting.plan.roster, setting.on, setting.on)
        except Fault as fault:
            problems.add_fault(f"assessments.{name}", fault)
            continue
        if unit.id in counted - held:
            not_met, open_ = _lacking(result)
            found.append(Nearest(unit.id, unit.name, unit.area, not_met, open_))
    if problems.has_errors:
        raise CriteriaError(problems)
    return tuple(sorted(found, key=lambda each: (len(each.not_met), len(each.open), each.unit)))


def _lacking(result: Result) -> tuple[tuple[str, ...], tuple[str, ...]]:
    leaves = list(leaves_of(result.criteria))
    not_met = [leaf.path for leaf in leaves if leaf.status in (Status.NOT_MET, Status.BLOCKED)]
    return tuple(not_met), tuple(leaf.path for leaf in leaves if leaf.status is Status.UNKNOWN)
