"""The one door to narwhals, which is optional (``criteria-engine[frames]``)."""

from __future__ import annotations

from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Problems

__all__ = ["narwhals"]


def narwhals() -> Any:
    """The package, its second stable face; ``CriteriaError`` says how to install it where it is missing."""
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        problems = Problems()
        problems.add("frame", "CE571", package="narwhals", extra="frames")
        raise CriteriaError(problems) from None
    return nw
