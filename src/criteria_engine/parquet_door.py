"""The one door to pyarrow, which is optional (``criteria-engine[parquet]``)."""

from __future__ import annotations

from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Problems

__all__ = ["arrow"]


def arrow() -> tuple[Any, Any, Any]:
    """pyarrow, its functions of columns and its Parquet; ``CriteriaError`` says how to install it."""
    try:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
    except ImportError:
        problems = Problems()
        problems.add("", "CE571", package="pyarrow", extra="parquet")
        raise CriteriaError(problems) from None
    return pa, pc, pq
