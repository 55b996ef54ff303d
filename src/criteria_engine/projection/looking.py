"""Ways to look ahead: what each of them has to answer, and the one without a model."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from criteria_engine.plans.plan import Target
from criteria_engine.projection.path import Path, arithmetic_path
from criteria_engine.projection.setting import Setting

__all__ = ["Arithmetic", "Look"]


class Look(Protocol):
    """A way to look ahead from a setting."""

    name: str
    bounds_everywhere: bool
    """Whether low and high are given for every year of an area, too."""

    def path(self, area: str | None = None, year: int | None = None) -> Path:
        """The number of recognised units by year, of one area or of all.

        With a ``year`` low and high are asked for that year alone; elsewhere they may be the mean.
        """

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:
        """How likely a target is reached, if each area (None: all together) needs so many."""

    def lapse_rate(self) -> Fraction:
        """The part of recognised units that lapses in a year."""

    def pass_rate(self) -> Fraction:
        """The part of registered units that is recognised."""


class Arithmetic:
    """No model: lists as given, lapses as given."""

    name = "arithmetic"
    bounds_everywhere = True

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._paths: dict[str | None, Path] = {}

    def path(self, area: str | None = None, year: int | None = None) -> Path:  # noqa: ARG002 - as every look
        """See ``path.arithmetic_path``."""
        if area not in self._paths:
            self._paths[area] = arithmetic_path(self.setting, area)
        return self._paths[area]

    def reaches(self, target: Target, needs: Mapping[str | None, int]) -> float | None:  # noqa: ARG002 - as every look
        """Nothing: there is no model."""
        return None

    def lapse_rate(self) -> Fraction:
        """The part of those who held it that lapsed in the years behind; 0 where none was seen."""
        if self.setting.course.no_lapse:
            return Fraction(0)
        return _ratio(self.setting.seen.lapses, Fraction(0))

    def pass_rate(self) -> Fraction:
        """The supposed one, else that of the years behind, else all."""
        supposed = self.setting.course.pass_rate
        return _ratio(self.setting.seen.passes, Fraction(1)) if supposed is None else supposed


def _ratio(trials: Mapping[int, tuple[float, float]], otherwise: Fraction) -> Fraction:
    size = sum((Fraction(n) for _, n in trials.values()), Fraction(0))
    return sum((Fraction(x) for x, _ in trials.values()), Fraction(0)) / size if size else otherwise
