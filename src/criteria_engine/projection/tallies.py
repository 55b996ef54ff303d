"""What is true of units in every draw at once: whole numbers with a bit for each draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["Reached", "counts_by_draw", "in_bits"]

Reached = Mapping[str, Mapping[int, int]]
"""For each unit, by year, the draws in which something is so."""

_DIGITS = b"01" + bytes(254)


def in_bits(flags: Iterable[bool | int]) -> int:
    """Flags, one a draw, as a number with a bit for each; the first draw is the lowest bit."""
    return int(bytes(flags).translate(_DIGITS)[::-1] or b"0", 2)


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
