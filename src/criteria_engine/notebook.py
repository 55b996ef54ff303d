"""How rulesets and results show themselves in a notebook."""

from __future__ import annotations

from criteria_engine.described import Described
from criteria_engine.findings import Findings

__all__ = ["result_html", "ruleset_html"]


def result_html(result: Findings) -> str:
    """To be written."""
    return ""


def ruleset_html(ruleset: Described) -> str:
    """To be written."""
    return ""
