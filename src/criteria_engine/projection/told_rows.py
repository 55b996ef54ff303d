"""What happened, as callers give it: a file, or rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from criteria_engine.projection.plan import Plan
from criteria_engine.projection.unit_status import UnitStatus, unit_statuses_from
from criteria_engine.projection.unit_status_files import load_unit_statuses

__all__ = ["Rows", "rows_of"]

Rows = str | os.PathLike[str] | Iterable[UnitStatus | Mapping[str, Any]]
"""The path of a CSV file, or rows of units by year."""


def rows_of(recognitions: Rows, plan: Plan) -> tuple[UnitStatus, ...]:
    """What happened, read and looked up among the units of a plan; raises ``CriteriaError``."""
    fixed = plan.counting.denominator.fixed
    if isinstance(recognitions, str | os.PathLike):
        return load_unit_statuses(recognitions, plan.roster, fixed)
    return unit_statuses_from(recognitions, plan.roster, fixed)
