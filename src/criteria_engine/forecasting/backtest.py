"""How good forecasts were: errors beside what came, and beside saying that nothing changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs

from criteria_engine.forecasting.distribution import Distribution
from criteria_engine.messages.speaker import Speaker

# Fewer forecasts than this say nothing of skill.
_FEWEST = 8


@attrs.frozen
class Checked:
    """One forecast of the past beside what came."""

    crps: float
    no_change: float
    inside: bool
    brier: tuple[float, float] | None


@attrs.frozen
class Backtest:
    """What forecasts from the past would have been worth.

    Attributes:
        count: How many forecasts were compared with what came.
        crps: Their mean continuous ranked probability score, in the terms of the values; 0 is best.
        crps_no_change: The same of "no change", that is the mean absolute change.
        brier: Mean squared error of the probability of reaching the share that was asked; None if none
            was asked.
        brier_no_change: The same of "no change".
        coverage: How often the 80 % interval held what came.
        error: Standard error of the difference of both scores, series taken as independent.
    """

    count: int
    crps: float
    crps_no_change: float
    brier: float | None
    brier_no_change: float | None
    coverage: float
    error: float

    @property
    def skill(self) -> float:
        """The part of the error of "no change" that the forecasts do away with; below 0 they add to it."""
        return 1.0 - self.crps / self.crps_no_change if self.crps_no_change else 0.0

    @property
    def skilled(self) -> bool | None:
        """Whether forecasts were clearly better than "no change"; None where there are too few to say."""
        if self.count < _FEWEST:
            return None
        return self.crps_no_change - self.crps > 2.0 * self.error

    def sentence(self, lang: str = "vi") -> str:
        """What it comes to, for a reader who has to decide whether to trust the forecasts.

        Raises:
            ValueError: The language is neither ``"vi"`` nor ``"en"``.
        """
        if lang not in ("vi", "en"):
            raise ValueError(f"the languages are 'vi' and 'en', not {lang!r}")
        kind = {None: "few", True: "skill", False: "none"}[self.skilled]
        part, coverage = f"{abs(self.skill):.0%}", f"{self.coverage:.0%}"
        if kind == "none" and self.skill < 0.0 and self.crps - self.crps_no_change > 2.0 * self.error:
            kind = "worse"
        return Speaker(lang, "plans").say(f"backtest_{kind}", count=self.count, part=part, coverage=coverage)


def compared(series: Iterable[Sequence[Checked]]) -> Backtest:
    """The figures of forecasts that were checked, at least one, those of each series together."""
    groups = [group for group in series if group]
    forecasts = [each for group in groups for each in group]
    pairs = [each.brier for each in forecasts if each.brier is not None]
    differences = [(len(group), math.fsum(each.no_change - each.crps for each in group)) for group in groups]
    return Backtest(
        len(forecasts),
        _mean([each.crps for each in forecasts]),
        _mean([each.no_change for each in forecasts]),
        _mean([ours for ours, _ in pairs]) if pairs else None,
        _mean([theirs for _, theirs in pairs]) if pairs else None,
        _mean([float(each.inside) for each in forecasts]),
        _error(forecasts, differences),
    )


def checked(forecast: Distribution, value: float, last: float, bound: float | None) -> Checked:
    """A forecast beside what came, and beside the last value before it; ``bound`` is to be reached."""
    low, high = forecast.interval(0.8)
    scores = None
    if bound is not None:
        reached = float(value >= bound)
        scores = (
            (forecast.probability(at_least=bound) - reached) ** 2,
            (float(last >= bound) - reached) ** 2,
        )
    return Checked(forecast.crps(value), abs(value - last), low <= value <= high, scores)


def _error(forecasts: Sequence[Checked], differences: Sequence[tuple[int, float]]) -> float:
    """The standard error of the mean difference of scores, from how far series differ from each other.

    Forecasts of one series share what came, so it is the series that count as independent; with a
    single one its own forecasts have to do.
    """
    if len(differences) < 2:
        differences = [(1, each.no_change - each.crps) for each in forecasts]
    total, count = sum(size for size, _ in differences), len(differences)
    if count < 2:
        return 0.0
    mean = math.fsum(difference for _, difference in differences) / total
    squares = math.fsum((difference - size * mean) ** 2 for size, difference in differences)
    return math.sqrt(squares * count / (count - 1)) / total


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
