"""The arithmetic that generated programs call: plain floats, total, the same on every backend.

Each function says in float operations what ``language.md`` calls the grid, rounding and the named
functions. None raises; outside its domain each gives 0, since "not applicable" is asked beside it.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

from criteria_engine.core.nodes import RoundingMode

__all__ = [
    "EDGE",
    "EXACT_FLOAT",
    "EXP_TERMS",
    "LN_TEN",
    "LN_TERMS",
    "LN_TWO_HIGH",
    "LN_TWO_LOW",
    "LOWEST_EXPONENT",
    "MANY_TWOS",
    "MOST_EXPONENT",
    "NEAREST",
    "ROOT_OF_HALF",
    "applied",
    "as_float",
    "ceil",
    "exp",
    "floor",
    "grid",
    "ln",
    "log",
    "log10",
    "mixture",
    "power_of_e",
    "raised",
    "remainder",
    "round_to",
    "series",
    "sqrt",
    "working_days_between",
    "years_between",
]

EDGE = 4_194_304
"""Beyond this size a number keeps all its digits; within it, it stands on the grid."""
EXACT_FLOAT = 2.0**53
"""Below this size a float holds every whole number."""
NEAREST = 5e-10
"""What is nearer to 0 than this is 0 on the grid, so no divisor."""

# exp and ln are worked out here, by the four operations alone: those of C libraries, dataframe engines and
# the JVM differ in the last digit, and a score would depend on who computes it.
LN_TWO_HIGH = 6.93147180369123816490e-01
LN_TWO_LOW = 1.90821492927058770002e-10
"""The logarithm of two in two parts; the first times a whole number below 2048 is exact."""
MANY_TWOS = 1.4426950408889634
"""One over the logarithm of two."""
LN_TEN = 2.302585092994046
ROOT_OF_HALF = 0.7071067811865476
MOST_EXPONENT = 345.0
LOWEST_EXPONENT = -700.0
EXP_TERMS = tuple(1.0 / math.factorial(n) for n in range(13, -1, -1))
"""The series of e to the r, the highest power first."""
LN_TERMS = tuple(1.0 / (2 * n + 1) for n in range(11, -1, -1))
"""The series of ln((1 + s) / (1 - s)) / 2s over the square of s, the highest power first."""


def as_float(exact: Fraction) -> float:
    """A constant as a float; infinite beyond what floats hold (only where it is not used)."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def applied(function: str, values: Sequence[float], days_off: Collection[int]) -> float:
    """A function of the core, by its name."""
    if function == "abs":
        return abs(values[0])
    if function == "working_days_between":
        return working_days_between(values[0], values[1], days_off)
    return float(globals()[function](*values))


def grid(x: float) -> float:
    """``x`` on the grid of one billionth, halves away from zero; unchanged beyond 4,194,304."""
    if 0 <= x <= EDGE:
        return math.floor(x * 1e9 + 0.5) / 1e9
    if -EDGE <= x < 0:
        return -math.floor(x * -1e9 + 0.5) / 1e9
    return x


def floor(x: float) -> float:
    """The largest whole number not above ``x``."""
    return math.floor(x) if -EXACT_FLOAT < x < EXACT_FLOAT else x


def ceil(x: float) -> float:
    """The smallest whole number not below ``x``."""
    return math.ceil(x) if -EXACT_FLOAT < x < EXACT_FLOAT else x


def sqrt(x: float) -> float:
    """The square root on the grid."""
    return grid(math.sqrt(x)) if x > 0 else 0.0


def exp(x: float) -> float:
    """e to the ``x`` on the grid; beyond 345 it stays at e^345, far above any score."""
    return grid(power_of_e(x))


def ln(x: float) -> float:
    """The natural logarithm on the grid."""
    return grid(log(x)) if x > 0 else 0.0


def log10(x: float) -> float:
    """The decimal logarithm on the grid."""
    return grid(log(x) / LN_TEN) if x > 0 else 0.0


def log(x: float) -> float:
    """The natural logarithm as it is; minus infinity for 0 and less."""
    if not 0 < x < math.inf:
        return math.inf if x > 0 else -math.inf
    part, twos = math.frexp(x)
    if part < ROOT_OF_HALF:
        part, twos = part * 2.0, twos - 1
    s = (part - 1.0) / (part + 1.0)
    total: float = series(LN_TERMS, s * s)
    return twos * LN_TWO_HIGH + (twos * LN_TWO_LOW + 2.0 * s * total)


def power_of_e(x: float) -> float:
    """e to the ``x`` as it is; 0 from -700 down."""
    if not x > LOWEST_EXPONENT:
        return 0.0
    x = min(x, MOST_EXPONENT)
    twos = math.floor(x * MANY_TWOS + 0.5)
    rest = x - twos * LN_TWO_HIGH - twos * LN_TWO_LOW
    return math.ldexp(series(EXP_TERMS, rest), twos)


def series(terms: Sequence[float], x: Any) -> Any:
    """The sum of the terms times the powers of ``x``, the highest first; ``x`` is a number or an array."""
    total: Any = terms[0]
    for term in terms[1:]:
        total = total * x + term
    return total


def raised(size: float, exponent: int) -> float:
    """``size`` multiplied by itself, ``exponent`` factors; infinite beyond what floats hold."""
    product = size
    for _ in range(exponent - 1):
        product *= size
    return product


def remainder(left: float, right: float) -> float:
    """``left`` less the whole times that ``right`` goes into it."""
    if -NEAREST < right < NEAREST:
        return 0.0
    return left - right * floor(grid(left / right))


def round_to(x: float, digits: int, mode: RoundingMode) -> float:
    """``x``, already on the grid, rounded to ``digits`` after the point (before it, if negative)."""
    size = abs(x)
    if size <= EDGE:
        steps = math.floor(size * 1e9 + 0.5) / 10.0 ** (9 - digits)
    else:
        steps = size * 10.0**digits
    if not steps < EXACT_FLOAT:  # too large to round, or not a number: then it is not used
        return x
    below = math.floor(steps)
    part = steps - below
    if mode == "half_up":
        up = part >= 0.5
    elif mode == "half_even":
        up = part > 0.5 or (part == 0.5 and below % 2 == 1)
    else:
        up = mode == "up" and part > 0
    result = (below + up) / 10.0**digits if digits >= 0 else (below + up) * 10.0**-digits
    return result if x >= 0 else -result if result else 0.0


def _day(ordinal: float) -> datetime.date:
    return datetime.date.fromordinal(min(max(int(ordinal), 1), datetime.date.max.toordinal()))


def years_between(first: float, second: float) -> float:
    """Whole years from one day to another (days counted from 1 January of the year 1).

    Born on 29 February one is a year older on 1 March; turned round the number is negative.
    """
    if first > second:
        return -years_between(second, first)
    start, end = _day(first), _day(second)
    before_the_day = (end.month, end.day) < (start.month, start.day)
    return end.year - start.year - before_the_day


def working_days_between(first: float, second: float, days_off: Collection[int] = ()) -> float:
    """Mondays to Fridays after the first day, up to and with the second, less the days off."""
    if first > second:
        return -working_days_between(second, first, days_off)
    start, end = int(first), int(second)
    off = sum(1 for day in days_off if start < day <= end and _workdays_to(day) - _workdays_to(day - 1))
    return _workdays_to(end) - _workdays_to(start) - off


def _workdays_to(day: int) -> int:
    """How many Mondays to Fridays there are from 1 January of the year 1, a Monday, to ``day``."""
    weeks, rest = divmod(day, 7)
    return weeks * 5 + min(rest, 5)


def mixture(
    which: str, scale: float, parts: Sequence[tuple[float, float, bool, bool]], summed_on_grid: bool
) -> float:
    """The smallest or largest ratio of sums over every choice of the parts that may apply.

    ``parts`` are (points, maximum, surely, maybe). Each round takes the parts that pull the ratio
    further; it ends when none does (Dinkelbach's method for a ratio of linear sums).
    """
    turn = 1.0 if which == "min" else -1.0
    best: float | None = None
    taken = [surely or (maybe and not most and turn * points < 0) for points, most, surely, maybe in parts]
    while True:
        if not any(use and most for (_, most, _, _), use in zip(parts, taken, strict=True)):
            taken = _with_one(parts, taken, turn, 0.0 if best is None else best / scale)
        ratio = _ratio_of(scale, parts, taken, summed_on_grid)
        if ratio is None:
            return 0.0 if best is None else best
        if best is not None and turn * ratio >= turn * best:
            return best
        best = ratio
        bare = best / scale
        taken = [
            surely or (maybe and turn * (points - bare * most) < 0) for points, most, surely, maybe in parts
        ]


def _with_one(
    parts: Sequence[tuple[float, float, bool, bool]], taken: Sequence[bool], turn: float, bare: float
) -> list[bool]:
    """The same with the one part that pulls furthest: a ratio needs a maximum above 0."""
    pulls = [
        (turn * (points - bare * most) if bare else turn * points / most, place)
        for place, (points, most, _, maybe) in enumerate(parts)
        if maybe and most > 0
    ]
    chosen = min(pulls)[1] if pulls else -1
    return [use or place == chosen for place, use in enumerate(taken)]


def _ratio_of(
    scale: float,
    parts: Sequence[tuple[float, float, bool, bool]],
    taken: Sequence[bool],
    summed_on_grid: bool,
) -> float | None:
    points = most = 0.0
    for (part_points, part_most, _, _), use in zip(parts, taken, strict=True):
        if use:
            points += part_points
            most += part_most
    if summed_on_grid:
        points, most = grid(points), grid(most)
    return scale * points / most if most else None
