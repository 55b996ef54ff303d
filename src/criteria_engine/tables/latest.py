"""What was made of late, kept for when the same is asked for again: frames come in parts of one kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

__all__ = ["Latest"]

_Asked = TypeVar("_Asked")
_Made = TypeVar("_Made")

_MOST = 8


@attrs.define(eq=False)
class Latest(Generic[_Asked, _Made]):
    """A few things that were made, each with what had been asked for, the latest first."""

    _held: tuple[tuple[_Asked, _Made], ...] = ()

    def of(self, asked: _Asked, make: Callable[[], _Made]) -> _Made:
        """What is made of what is asked, unless it was asked for of late."""
        held = self._held
        for place, (before, made) in enumerate(held):
            if before == asked:
                if place:
                    self._held = (held[place], *held[:place], *held[place + 1 :])
                return made
        made = make()
        self._held = ((asked, made), *held)[:_MOST]
        return made
