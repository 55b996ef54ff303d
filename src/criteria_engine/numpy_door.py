"""The one door to NumPy, which is optional (``criteria-engine[fast]``)."""

from __future__ import annotations

from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Problems

__all__ = ["numpy", "numpy_if_there"]


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
