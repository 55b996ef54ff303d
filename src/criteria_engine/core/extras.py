"""The one door to NumPy, which is optional (``criteria-engine[fast]``)."""

from __future__ import annotations

from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Problems

__all__ = [
    "arrow",
    "narwhals",
    "numpy",
    "numpy_if_there",
]


def numpy() -> Any:
    """The package; ``CriteriaError`` says how to install it where it is missing."""
    try:
        import numpy as np
    except ImportError:
        problems = Problems()
        problems.add("frame", "CE571", package="numpy", extra="fast")
        raise CriteriaError(problems) from None
    return np


def numpy_if_there() -> Any:
    """The package; None where it is missing, for what goes as well without it, but slowly."""
    try:
        return numpy()
    except CriteriaError:
        return None


# ---- the one door to narwhals, which is optional (``criteria-engine[frames]``) -------------------


def narwhals() -> Any:
    """The package, its second stable face; ``CriteriaError`` says how to install it where it is missing."""
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        problems = Problems()
        problems.add("frame", "CE571", package="narwhals", extra="frames")
        raise CriteriaError(problems) from None
    return nw


# ---- the one door to pyarrow, which is optional (``criteria-engine[parquet]``) -------------------


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
