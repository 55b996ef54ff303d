"""Made-up series of shares with a known truth, of the kinds that programmes and offices show.

Each family draws one series: how many units there are, the counts that are known, and the counts of the
six years after. Everything follows from the generator that is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random

import criteria_engine as ce
from criteria_engine.forecasting.forecast import Backtest, Checked, checked, compared

AHEAD = 6
SIZES = (10, 20, 35, 60, 120, 300)
LARGE = (800, 3000)

Panel = tuple[int, list[int], list[int]]


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _back(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _binomial(random: Random, n: int, p: float) -> int:
    if n * p * (1 - p) > 60:
        return min(n, max(0, round(random.gauss(n * p, math.sqrt(n * p * (1 - p))))))
    return sum(random.random() < p for _ in range(n))


def _chain(random: Random, n: int, start: float, entries: list[float], lapses: list[float]) -> list[int]:
    """Units recognised and lapsing at yearly rates."""
    count = int(n * start)
    found = [count]
    for p, q in zip(entries, lapses, strict=True):
        count += _binomial(random, n - count, p) - _binomial(random, count, q)
        found.append(count)
    return found


def adoption(random: Random, n: int, years: int) -> list[int]:
    """A lasting rate of recognition, shocks of the years, few lapses or none."""
    rate = math.exp(random.uniform(math.log(0.02), math.log(0.35)))
    shock, lapse = random.uniform(0.1, 0.6), random.choice([0.0, 0.0, 0.01, 0.03])
    entries = [_back(_logit(rate) + shock * random.gauss(0, 1)) for _ in range(years)]
    return _chain(random, n, random.uniform(0, 0.3), entries, [lapse] * years)


def drifting(random: Random, n: int, years: int) -> list[int]:
    """A rate of recognition that walks."""
    at, walk = random.uniform(math.log(0.03), math.log(0.3)), random.uniform(0.1, 0.3)
    entries = []
    for _ in range(years):
        at = min(max(at + walk * random.gauss(0, 1), -6.0), 1.5)
        entries.append(_back(at + 0.2 * random.gauss(0, 1)))
    return _chain(random, n, random.uniform(0, 0.3), entries, [random.choice([0.0, 0.01, 0.02])] * years)


def contagious(random: Random, n: int, years: int) -> list[int]:
    """An S-curve: the more have it, the more follow."""
    pull, first = random.uniform(0.3, 0.9), random.uniform(0.005, 0.04)
    count = max(1, int(n * random.uniform(0, 0.1)))
    found = [count]
    for _ in range(years):
        rate = min(0.95, (first + pull * count / n) * math.exp(0.3 * random.gauss(0, 1)))
        count += _binomial(random, n - count, rate)
        found.append(count)
    return found


def slowing(random: Random, n: int, years: int) -> list[int]:
    """The easy units first: each has a rate of its own, and those that are left are the harder ones."""
    shape, rest, shock = random.uniform(0.4, 1.5), random.uniform(2, 6), random.uniform(0, 0.4)
    left = [random.betavariate(shape, rest) for _ in range(n)]
    found = [0]
    for _ in range(years):
        factor = math.exp(shock * random.gauss(0, 1))
        left = [rate for rate in left if random.random() >= min(1.0, rate * factor)]
        found.append(n - len(left))
    return found


def noisy(random: Random, n: int, years: int) -> list[int]:
    """Judged anew every year about a level that stays."""
    level, keep, shock = _logit(random.uniform(0.15, 0.9)), random.uniform(0, 0.7), random.uniform(0.1, 0.5)
    width, common = random.uniform(0.5, 2.5), 0.0
    own = [random.gauss(0, width) for _ in range(n)]
    found = []
    for _ in range(years + 1):
        common = keep * common + shock * math.sqrt(1 - keep**2) * random.gauss(0, 1)
        found.append(sum(random.random() < _back(level + common + unit) for unit in own))
    return found


def saturated(random: Random, n: int, years: int) -> list[int]:
    """Nearly all, with a few lapsing and coming back."""
    rate, lapse, shock = random.uniform(0.3, 0.7), random.uniform(0.005, 0.06), random.uniform(0.2, 0.6)
    entries = [_back(_logit(rate) + shock * random.gauss(0, 1)) for _ in range(years)]
    lapses = [_back(_logit(lapse) + shock * random.gauss(0, 1)) for _ in range(years)]
    return _chain(random, n, random.uniform(0.3, 0.9), entries, lapses)


def falling(random: Random, n: int, years: int) -> list[int]:
    """More lapse than are recognised."""
    rate, lapse, shock = random.uniform(0.005, 0.05), random.uniform(0.05, 0.25), random.uniform(0.1, 0.5)
    entries = [_back(_logit(rate) + shock * random.gauss(0, 1)) for _ in range(years)]
    lapses = [_back(_logit(lapse) + shock * random.gauss(0, 1)) for _ in range(years)]
    return _chain(random, n, random.uniform(0.5, 1.0), entries, lapses)


def walking(random: Random, n: int, years: int) -> list[int]:
    """A share that goes where it likes."""
    at, width = _logit(random.uniform(0.1, 0.9)), random.uniform(0.05, 0.3)
    found = [round(n * _back(at))]
    for _ in range(years):
        at += width * random.gauss(0, 1)
        found.append(round(n * _back(at)))
    return found


def rising(random: Random, n: int, years: int) -> list[int]:
    """A straight rise on the logit scale, with noise."""
    slope, at, noise = random.uniform(0, 0.35), _logit(random.uniform(0.05, 0.6)), random.uniform(0.02, 0.2)
    found = []
    for _ in range(years + 1):
        found.append(round(n * _back(at + noise * random.gauss(0, 1))))
        at += slope + 0.08 * random.gauss(0, 1)
    return found


ADOPTION: dict[str, Callable[[Random, int, int], list[int]]] = {
    "adoption": adoption,
    "drifting": drifting,
    "contagious": contagious,
    "slowing": slowing,
}
OTHERS: dict[str, Callable[[Random, int, int], list[int]]] = {
    "noisy": noisy,
    "saturated": saturated,
    "falling": falling,
    "walking": walking,
    "rising": rising,
}


def panels(family: str, count: int, sizes: tuple[int, ...] = SIZES) -> list[Panel]:
    """Series of one family: 3 to 12 past periods, then six years that a forecast does not see."""
    random = Random(f"{family} {count}")
    make = {**ADOPTION, **OTHERS}[family]
    found = []
    for _ in range(count):
        n, past = random.choice(sizes), random.randint(3, 12)
        counts = make(random, n, past + AHEAD)
        found.append((n, counts[: past + 1], counts[past + 1 :]))
    return found


# ---- how good forecasts of known series were -----------------------------------------------------

Known = tuple[Sequence[int], Sequence[float | None], int | None]
"""A series as ``forecast.share`` takes it: its years, its values, and of how many units they are shares."""


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)


def crps(forecasts: Iterable[ce.Distribution], observed: Iterable[float]) -> float:
    """The mean continuous ranked probability score of forecasts."""
    return mean(found.crps(value) for found, value in zip(forecasts, observed, strict=True))


def brier(probabilities: Iterable[float], happened: Iterable[bool]) -> float:
    """The mean squared distance of probabilities from what happened (1) or did not (0); 0 is best."""
    return mean((p - float(came)) ** 2 for p, came in zip(probabilities, happened, strict=True))


def covered(forecasts: Iterable[ce.Distribution], observed: Iterable[float]) -> float:
    """How often the 80 % interval held what came; its ends count as inside."""
    intervals = (found.interval(0.8) for found in forecasts)
    return mean(float(low <= value <= high) for (low, high), value in zip(intervals, observed, strict=True))


def backtest(
    series: Mapping[str, Known],
    horizons: Sequence[int],
    method: ce.forecast.Method = "hazard",
    *,
    at_least: float | None = None,
) -> Backtest:
    """Forecast every series from each year of its past with three known ones, and compare with what came."""
    return compared([list(_checks(each, horizons, method, at_least)) for each in series.values()])


def _checks(
    series: Known, horizons: Sequence[int], method: ce.forecast.Method, bound: float | None
) -> Iterator[Checked]:
    years, values, n = series
    known = sorted((year, value) for year, value in zip(years, values, strict=True) if value is not None)
    came = dict(known)
    for cut in range(3, len(known)):
        start, last = known[cut - 1]
        ahead = [h for h in horizons if start + h in came]
        if ahead:
            past = zip(*known[:cut], strict=True)
            for h, forecast in ce.forecast.share(*past, n, ahead, method).items():
                # Shares are often rounded when they are published; the forecast is of whole units.
                value = came[start + h] if n is None else round(came[start + h] * n) / n
                yield checked(forecast, value, last, bound)
