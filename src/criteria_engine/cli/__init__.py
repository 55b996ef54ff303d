"""The command line: ``criteria``, also ``python -m criteria_engine``."""

from __future__ import annotations

from criteria_engine.cli.commands import main

__all__ = ["main"]
