"""criteria_engine: composable criteria, explained verdicts, projected targets."""

from __future__ import annotations

from criteria_engine.reading import load, loads
from criteria_engine.ruleset import Ruleset
from criteria_engine.writing import dumps

__all__ = ["Ruleset", "dumps", "load", "loads"]
