"""Counts of successes: binomial ones, sums of several, and mixtures of such sums."""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Blocks", "Mixture", "binomial", "mixed_sums"]

# Minus the logarithm of what is too little to count.
_NOTHING = 32.0
# So many different chances are multiplied out one by one; more are gathered in so many cells.
_FEW, _CELLS = 40, 16

Blocks = Sequence[tuple[int, float]]
"""Blocks of units that fare alike: how many, and the chance of each one."""

Mixture = Iterable[tuple[float, Blocks]]
"""Blocks under each of several assumptions, with the weight of the assumption; the weights add up to 1."""


def binomial(n: int, p: float, cut: float = 0.0) -> tuple[int, list[float]]:
    """The probabilities of Bin(n, p): the first count that is listed, and the list from there on.

    Grown outwards from the commonest count, so that nothing overflows and the tails keep their digits.
    Counts rarer than ``cut`` times the commonest are left out.
    """
    if p <= 0.0 or p >= 1.0 or n == 0:
        return (n if p >= 1.0 else 0), [1.0]
    mode = min(n, int((n + 1) * p))
    peak = math.exp(
        math.lgamma(n + 1)
        - math.lgamma(mode + 1)
        - math.lgamma(n - mode + 1)
        + mode * math.log(p)
        + (n - mode) * math.log1p(-p)
    )
    odds, least = p / (1.0 - p), peak * cut
    above, value = [peak], peak
    for k in range(mode, n):
        value *= (n - k) / (k + 1) * odds
        if value <= least:
            break
        above.append(value)
    below, value = [], peak
    for k in range(mode, 0, -1):
        value *= k / (n - k + 1) / odds
        if value <= least:
            break
        below.append(value)
    return mode - len(below), below[::-1] + above


def _transform(signal: list[complex], roots: list[complex]) -> list[complex]:
    """The discrete Fourier transform of a list whose length is a power of two."""
    size = len(signal)
    if size == 1:
        return signal
    even = _transform(signal[::2], roots[::2])
    odd = [root * value for root, value in zip(roots, _transform(signal[1::2], roots[::2]), strict=False)]
    return [a + b for a, b in zip(even, odd, strict=True)] + [a - b for a, b in zip(even, odd, strict=True)]


def _gathered(sizes: Mapping[float, float]) -> Mapping[float, float]:
    """Chances and how many units have each, with many different chances gathered into few.

    The chances within a sixteenth of the way from 0 to 1 are replaced by two with the same sum, squares
    and cubes (Gauss's quadrature of two points), so that the mean, the variance and the skewness of the
    count stay what they are.
    """
    if len(sizes) <= _FEW:
        return sizes
    cells: dict[int, list[tuple[float, float]]] = {}
    for q, m in sizes.items():
        cells.setdefault(int(q * _CELLS), []).append((q, m))
    found: dict[float, float] = {}
    for cell in cells.values():
        for q, m in cell if len(cell) < 3 else _two_points(cell):
            found[q] = found.get(q, 0.0) + m
    return found


def _two_points(cell: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Two chances, with their weights, that have the first three moments of many."""
    size = math.fsum(m for _, m in cell)
    mean = math.fsum(m * q for q, m in cell) / size
    square = math.fsum(m * (q - mean) ** 2 for q, m in cell) / size
    if square <= 1e-18:
        return ((mean, size),)
    half = math.fsum(m * (q - mean) ** 3 for q, m in cell) / size / square / 2.0
    reach = math.sqrt(half * half + square)
    low, high = half - reach, half + reach
    part = high / (high - low)
    return ((mean + low, size * part), (mean + high, size * (1.0 - part)))


def mixed_sums(n: int, mixture: Mixture) -> list[float]:
    """The probabilities of 0 to n for a sum of binomial counts, mixed over assumptions.

    The characteristic function of such a sum is the product over its blocks of (1 − q + q·z)^m; it is
    mixed at the roots of unity and turned back by a fast Fourier transform (for the Poisson-binomial
    distribution: Y. Hong, Computational Statistics & Data Analysis 59, 2013). Exact up to rounding,
    that is to about twelve decimals.

    Args:
        n: The most the sum can be, that is the number of units in all blocks together.
        mixture: Pairs of a weight and the blocks under it.
    """
    size = 1 << n.bit_length()
    half = size // 2
    circle = [cmath.exp(-1j * math.tau * j / size) for j in range(half + 1)]
    found = [0j] * (half + 1)
    for weight, blocks in mixture:
        merged: dict[float, float] = {}
        for m, q in blocks:
            if m and q > 0.0:
                chance = min(q, 1.0)
                merged[chance] = merged.get(chance, 0) + m
        # No factor is larger than exp(−m·q·(1 − q)·(1 − cos θ)): beyond some angle nothing is left.
        scatter = math.fsum(m * q * (1.0 - q) for q, m in merged.items())
        reach = 1.0 - _NOTHING / scatter if scatter else -2.0
        last = half + 1 if reach <= -1.0 else math.ceil(math.acos(reach) * size / math.tau) + 1
        terms = [complex(weight)] * min(last, half + 1)
        for q, many in _gathered(merged).items():
            p = 1.0 - q
            terms = [term * (p + q * z) ** many for term, z in zip(terms, circle, strict=False)]
        found[: len(terms)] = map(operator.add, found, terms)
    signal = [value.conjugate() for value in found]
    spectrum = signal + [value.conjugate() for value in signal[half - 1 : 0 : -1]]
    roots = circle[:half]
    values = [max(value.real / size, 0.0) for value in _transform(spectrum, roots)[: n + 1]]
    total = math.fsum(values)
    return [value / total if value > 1e-14 else 0.0 for value in values]
