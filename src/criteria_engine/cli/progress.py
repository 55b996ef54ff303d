"""A bar for long work, where somebody watches."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from criteria_engine.cli.console import Console

__all__ = ["Progress"]

_PATIENCE, _PAUSE = 2.0, 0.1


class Progress:
    """Told how far the work has come, draws a bar once it takes long; the bar goes when the block ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + _PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """So much of it is done."""
        moment = time.monotonic()
        if moment >= self._next and total > 0:
            self._next = moment + _PAUSE
            self._drawn = True
            self._console.progress(min(1.0, done / total))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._console.progress(None)
