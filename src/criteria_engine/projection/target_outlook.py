"""What is to be said of one target: what it needs, what there is, how it will come out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.messages.titles import Titles

__all__ = ["MustChange", "Nearest", "TargetOutlook", "likelihood_of", "plain"]


def likelihood_of(probability: float | None) -> str | None:
    """The word for a probability: ≥ 0.9 very likely, ≥ 2/3 likely, < 1/3 unlikely, ≤ 0.1 very unlikely."""
    if probability is None:
        return None
    if probability >= 0.9:
        return "very_likely"
    if probability <= 0.1:
        return "very_unlikely"
    if probability >= 2 / 3:
        return "likely"
    return "unlikely" if probability < 1 / 3 else "uncertain"


def plain(value: Any) -> Any:
    """A value as plain data: a fraction as a whole number or a float, a day as text."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Titles):
        return dict(value.texts)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(each) for each in value]
    if attrs.has(type(value)):
        return {each.name: plain(getattr(value, each.name)) for each in attrs.fields(type(value))}
    return value


@attrs.frozen
class Nearest:
    """A unit outside that is near to meeting the criteria, by its last assessment.

    ``open`` are its criteria without a verdict for lack of figures, ``not_met`` those it does not meet,
    blocked ones included.
    """

    unit: str
    name: str
    area: str
    not_met: tuple[str, ...]
    open: tuple[str, ...]


@attrs.frozen
class MustChange:
    """What it takes to reach a target.

    Attributes:
        recognise: How many recognitions the next year has to bring on the straight line to the target.
        register: The smallest number of registrations that brings so many with the stated confidence;
            None where all units outside would not be enough, or no year is left.
        pass_rate: The part of registered units that is recognised, as it was reckoned with.
        confidence: The confidence stated.
        renewals: Names of the units whose recognition stands no more by the end of the next year
            unless it is renewed: the lapses to prevent.
        nearest: Units outside, those first that lack the fewest criteria, where assessments are known.
    """

    recognise: int
    register: int | None
    pass_rate: Fraction
    confidence: Fraction
    renewals: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()


@attrs.frozen
class TargetOutlook:
    """One target as it looks on a day. Numbers are of whole units; fractions are exact means.

    Attributes:
        id: The target's id.
        title: Its title.
        year: The year at whose end it is judged.
        status: ``achieved``, ``missed``, ``on_track``, ``off_track`` or ``not_enough_data``.
        units: Of how many units.
        required: How many of them it needs; half of 35 is 18.
        required_most: The upper end of a range target, else None.
        have: How many surely are recognised now (in the target's year, where that is over).
        pending: How many more may be, whose result is not known.
        low: The fewest at the target's year: what is open goes badly; with a model, the 10 % quantile.
        expected: The number expected then.
        high: The most: what is open goes well; with a model, the 90 % quantile.
        needed: ``required`` less ``have``: what is still needed; at least 0.
        shortfall: ``required`` less ``expected``: what will be lacking as things go; at least 0.
        percent_of_target: ``have`` as a percentage of ``required``.
        required_per_year: Recognitions a year from now on, those that replace lapses included; None
            where no year is left.
        probability: How likely the target is reached; None where the method has no model.
        likelihood: The word for it.
        attained_on: The last day of the first year in which the expected number is enough; None where
            that is not within the plan.
        earliest: The first year in which it may be reached, if what is open goes well; None as well where
            a model gives areas their means alone.
        latest: The first year in which it is reached even if what is open goes badly.
        planned: How many there should be now on the straight line from the plan's beginning.
        spi: Schedule performance: ``have`` over ``planned``.
        earned_schedule: How many years after the plan's beginning that line reaches ``have``.
        elapsed: How many years have passed since.
        areas: With ``each: area``, the same for every area.
        must_change: What it takes to reach it.
    """

    id: str
    title: Titles
    year: int
    status: str
    units: int
    required: int
    required_most: int | None
    have: int
    pending: int
    low: Fraction
    expected: Fraction
    high: Fraction
    needed: int
    shortfall: Fraction
    percent_of_target: Fraction
    required_per_year: Fraction | None
    probability: float | None
    attained_on: datetime.date | None
    earliest: int | None
    latest: int | None
    planned: Fraction | None
    spi: Fraction | None
    earned_schedule: Fraction | None
    elapsed: int
    areas: Mapping[str, TargetOutlook] = attrs.field(factory=dict, hash=False)
    must_change: MustChange | None = None

    @property
    def likelihood(self) -> str | None:
        """The word for the probability, or the status where that is settled."""
        if self.status in ("achieved", "missed", "not_enough_data"):
            return self.status
        return likelihood_of(self.probability)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; fractions as floats."""
        return {**plain(self), "likelihood": self.likelihood}
