"""Integrals by weighted sums: Gauss and Legendre's points, and points of a Beta distribution."""

from __future__ import annotations

import math

__all__ = ["Points", "beta_cdf", "beta_points", "beta_quantile", "legendre"]

Points = tuple[tuple[float, float], ...]
"""Where to look, each place with its weight."""


def legendre(count: int) -> Points:
    """The points and weights of Gauss–Legendre quadrature on the interval from 0 to 1.

    A sum over ``count`` points is exact for polynomials up to degree 2·count − 1. The points are the
    roots of Legendre's polynomial, found by Newton's method (Abramowitz and Stegun, 25.4.29).
    """
    found = []
    for index in range(count):
        x = math.cos(math.pi * (index + 0.75) / (count + 0.5))
        slope = 1.0
        for _ in range(100):
            before, value = 1.0, x
            for degree in range(2, count + 1):
                before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
            slope = count * (x * value - before) / (x * x - 1.0) if count > 1 else 1.0
            step = value / slope
            x -= step
            if abs(step) < 1e-15:
                break
        found.append(((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope)))
    return tuple(found)


def _continued(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete Beta function (Lentz's method)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    whole = d
    for m in range(1, 10_000):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + top * d or tiny)
            c = 1.0 + top / c or tiny
            whole *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return whole


def beta_cdf(a: float, b: float, x: float) -> float:
    """P(X ≤ x) for X with a Beta(a, b) distribution (Abramowitz and Stegun, 26.5.8)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued(a, b, x) / a
    return 1.0 - front * _continued(b, a, 1.0 - x) / b


def beta_quantile(a: float, b: float, q: float) -> float:
    """The x with P(X ≤ x) = q for X with a Beta(a, b) distribution, by halving the interval."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if beta_cdf(a, b, middle) < q:
            low = middle
        else:
            high = middle
        if high - low <= 1e-15 * high:
            break
    return (low + high) / 2.0


def _side(a: float, b: float, rule: Points) -> list[tuple[float, float]]:
    """Points below the mean of a Beta(a, b) distribution, with the mass each stands for."""
    mean = a / (a + b)
    deviation = math.sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    # How far a normal and how far an exponential tail reach: what lies beyond is below a millionth.
    start = max(0.0, mean - 6.0 * deviation - 12.0 / (a + b))
    # Near 0 the density goes as x^(a−1); in this variable that is smooth, pole or not. A side that is
    # cut off before it gets there has its mass near the mean, and so most of its points.
    power = max(1.0, 2.0 / a) if start == 0.0 else 2.0
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + math.log((mean - start) * power)
    found = []
    for point, weight in rule:
        way = point**power
        x = start + (mean - start) * way if start == 0.0 else mean - (mean - start) * way
        if 0.0 < x < 1.0:
            log_density = scale + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)
            found.append((x, weight * math.exp(log_density + (power - 1.0) * math.log(point))))
    return found


def beta_points(a: float, b: float, rule: Points) -> Points:
    """Points and weights of a Beta(a, b) distribution: Σ weight · f(point) is the mean of f.

    The two sides of the mean are taken apart, each by its own run of ``rule`` (from ``legendre``),
    and each only as far out as the distribution reaches.
    """
    # Below 1 by more than nothing, so that its logarithms can be taken.
    upper = [(min(1.0 - x, 1.0 - 2**-53), mass) for x, mass in _side(b, a, rule)]
    found = _side(a, b, rule) + upper
    total = math.fsum(mass for _, mass in found)
    return tuple((x, mass / total) for x, mass in found)
