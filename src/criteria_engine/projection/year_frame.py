"""Rows as a frame of the kind that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from criteria_engine.core.extras import narwhals
from criteria_engine.messages.diagnostics import CriteriaError, Problems

__all__ = ["frame_of"]


def frame_of(rows: Sequence[Mapping[str, Any]], kind: str) -> Any:
    """A frame of ``"pandas"``, ``"polars"`` or ``"pyarrow"``; ``CriteriaError`` where that is not there."""
    columns = {name: _alike([row[name] for row in rows]) for name in rows[0]} if rows else {}
    problems = Problems()
    if kind not in ("pandas", "polars", "pyarrow"):
        problems.add("kind", "CE572", kind=repr(kind)[:40])
        raise CriteriaError(problems)
    try:
        return narwhals().from_dict(columns, backend=kind).to_native()
    except ImportError:
        problems.add("frame", "CE571", package=kind, extra="frames")
        raise CriteriaError(problems) from None


def _alike(cells: list[Any]) -> list[Any]:
    """Cells of one type: whole numbers among others become floats."""
    if not any(isinstance(each, float) for each in cells):
        return cells
    return [None if each is None else float(each) for each in cells]
