"""Why a result is what it is."""

from __future__ import annotations

from criteria_engine.findings import Findings

__all__ = ["Explanation", "explain"]


class Explanation:
    """To be written."""


def explain(result: Findings, lang: str | None = None) -> Explanation:
    """To be written."""
    return Explanation()
