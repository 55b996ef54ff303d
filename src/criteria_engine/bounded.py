"""A number between a low and a high end."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Bounds"]


class Bounds(NamedTuple):
    """Where a number lies; exact where both ends agree, and then ``float()`` gives it."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether no missing value can change it."""
        return self.low == self.high

    def __float__(self) -> float:
        if self.low != self.high:
            raise ValueError(
                f"the number is still open: between {self.low:g} and {self.high:g} "
                "(read .low and .high, or fill in what result.missing names)"
            )
        return self.low

    def __str__(self) -> str:
        return f"{self.low:g}" if self.exact else f"{self.low:g}…{self.high:g}"
