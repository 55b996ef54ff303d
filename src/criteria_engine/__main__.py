"""``python -m criteria_engine``: the command line."""

from __future__ import annotations

import sys

from criteria_engine.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
