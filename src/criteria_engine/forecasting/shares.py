"""Shares and whole units, exactly: half of 35 wards is 18, whatever floats say of a product."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

__all__ = [
    "Share",
    "exact_number",
    "exact_share",
    "units_needed",
]

Share = str | float | int | Decimal | Fraction
"""A share of a whole: ``"50%"``, ``"1/2"``, ``Fraction(1, 2)``, ``Decimal("0.5")``, ``0.5``, or 0 or 1."""


def exact_number(number: Share) -> Fraction:
    """A number as a fraction; a float stands for the decimal it prints as, so 0.7 is seven tenths.

    A text may end in ``%`` and may have a decimal comma (``"62,5%"``).

    Raises:
        ValueError: It is not a number, or not a finite one.
    """
    try:
        if isinstance(number, bool):
            raise TypeError
        if isinstance(number, str):
            text = number.strip()
            bare = text.removesuffix("%").strip().replace(",", ".")
            return Fraction(bare) / (100 if text.endswith("%") else 1)
        if isinstance(number, float):
            return Fraction(repr(float(number)))
        return Fraction(number)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise ValueError(f"{number!r} is not a finite number") from None


def exact_share(share: Share) -> Fraction:
    """A share between 0 and 1 as a fraction.

    Raises:
        ValueError: It is no number, or not between 0 and 1: a bare 50 is refused, because 1 could then
            mean one percent or all.
    """
    exact = exact_number(share)
    if not 0 <= exact <= 1:
        raise ValueError(f"{share!r} is not between 0 and 1; write a share as '50%' or 0.5")
    return exact


def units_needed(share: Share, n: int) -> int:
    """The least number of whole units that makes up a share of ``n`` units.

    The smallest whole k with k / n ≥ share, in exact arithmetic: 50 % of 35 is 18, and 0.7 of 25 is 18
    (in floats 0.7 × 25 is a little more than 17.5 and 0.7 × 10 a little more than 7; a float is taken
    as the decimal it prints as).

    Args:
        share: ``"50%"``, ``"1/2"``, a ``Fraction``, a ``Decimal`` or a number between 0 and 1.
        n: How many units there are.

    Returns:
        A whole number from 0 to ``n``.

    Raises:
        ValueError: ``share`` is no number between 0 and 1, or ``n`` is not a whole number of at least 0.
    """
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < 0:
        raise ValueError(f"{n!r} is not a number of units; a whole number of at least 0 is needed")
    return math.ceil(exact_share(share) * n.__index__())
