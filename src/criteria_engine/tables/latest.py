"""What was made last, kept for when the same is asked for again: frames come in parts of one kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

__all__ = ["Latest"]

_Asked = TypeVar("_Asked")
_Made = TypeVar("_Made")


@attrs.define(eq=False)
class Latest(Generic[_Asked, _Made]):
    """One thing that was made, with what had been asked for."""

    _held: tuple[_Asked, _Made] | None = None

    def of(self, asked: _Asked, make: Callable[[], _Made]) -> _Made:
        """What is made of what is asked, unless it was asked for just before."""
        held = self._held
        if held is None or held[0] != asked:
            held = self._held = asked, make()
        return held[1]
