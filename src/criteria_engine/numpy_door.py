"""The one door to NumPy, which is optional (``criteria-engine[fast]``)."""

from __future__ import annotations

from typing import Any

from criteria_engine.diagnostics import CriteriaError, Problems

__all__ = ["numpy"]


def numpy() -> Any:
    """The package; ``CriteriaError`` says how to install it where it is missing."""
    try:
        import numpy as np
    except ImportError:
        problems = Problems()
        problems.add("frame", "CE571", package="numpy", extra="fast")
        raise CriteriaError(problems) from None
    return np
