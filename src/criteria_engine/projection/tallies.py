"""What is true of units in every draw at once: whole numbers with a bit for each draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Reached", "Reaching", "counts_by_draw", "in_bits", "rows_in_bits"]

Reaching = tuple[int, int]
"""In which draws a unit surely, and in which it possibly, reaches the level in a year."""

Reached = Mapping[str, Mapping[int, int]]
"""For each unit, by year, the draws in which something is so."""

_DIGITS = b"01" + bytes(254)


def in_bits(flags: Iterable[bool | int]) -> int:
    """Flags, one a draw, as a number with a bit for each; the first draw is the lowest bit."""
    return int(bytes(flags).translate(_DIGITS)[::-1] or b"0", 2)


def rows_in_bits(np: Any, flags: Any) -> list[int]:
    """The same for every row of an array of truth values, with NumPy."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def counts_by_draw(sets: Iterable[int], draws: int) -> list[int]:
    """Of some sets of draws, how many each draw is in.

    The sets are added up in binary: one number holds the ones of all draws, the next their twos.
    """
    planes: list[int] = []
    for each in sets:
        carry = each
        for place, plane in enumerate(planes):
            planes[place], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    counts = [0] * draws
    for place, plane in enumerate(planes):
        digits, worth = f"{plane:0{draws}b}"[::-1], 1 << place
        counts = [
            count + worth if digit == "1" else count for count, digit in zip(counts, digits, strict=True)
        ]
    return counts
