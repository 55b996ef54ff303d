"""Sums of two counts: their probabilities multiplied out, quickly and the same on every machine."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["convolved"]

# Fixed point: probabilities are whole multiples of 2⁻⁶⁰, so that sums of their products fit 128 bits.
_ONE = float(1 << 60)
_SLOT = 16
# The upper half of a slot holds multiples of 2⁶⁴⁻¹²⁰.
_UNIT = 2.0**-56
# Below so many products the plain way is quicker.
_FEW = 400


def convolved(one: Sequence[float], two: Sequence[float]) -> list[float]:
    """The probabilities of the sum of two independent counts, each from 0 on.

    Both lists are written into one whole number each, a slot of 128 bits for every entry, so that a
    single product of whole numbers multiplies them out (Kronecker's substitution). What is below 2⁻⁵⁶
    is lost, no more; and whole numbers are the same everywhere.
    """
    if len(one) * len(two) < _FEW:
        found = [0.0] * (len(one) + len(two) - 1)
        for at, weight in enumerate(one):
            if weight:
                for place, chance in enumerate(two, at):
                    found[place] += weight * chance
        return found
    size = len(one) + len(two) - 1
    product = _written(one) * _written(two)
    halves = struct.unpack(f"<{2 * size}Q", product.to_bytes(_SLOT * size, "little"))
    return [half * _UNIT for half in halves[1::2]]


def _written(chances: Sequence[float]) -> int:
    """Probabilities, none above 1, as one whole number."""
    slots = [0] * (2 * len(chances))
    slots[::2] = [int(chance * _ONE) for chance in chances]
    return int.from_bytes(struct.pack(f"<{len(slots)}Q", *slots), "little")
