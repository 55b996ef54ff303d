"""The command line: ``criteria``, also ``python -m criteria_engine``.

``commands`` is the entry: it reads the arguments and calls a command. The commands are ``check`` (and test),
``evaluate`` (and explain), ``project`` (and report) and ``tour`` (demo). Below them, ``subjects`` reads and judges
the subjects of a data file, ``terminal`` is where results go and what they look like. Words are
``messages/commands``. Of the engine the room sees the public names alone.
"""

from __future__ import annotations

from criteria_engine.cli.commands import main

__all__ = ["main"]
