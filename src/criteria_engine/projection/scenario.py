"""What is to be supposed of the years ahead; several suppositions compose."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from fractions import Fraction

import attrs

from criteria_engine.forecasting.shares import exact_number
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems

__all__ = ["SCENARIOS", "Course", "Scenario", "course_of"]

SCENARIOS = (
    "as_is",
    "plan",
    "required",
    "pass_rate(0.9)",
    "no_lapse",
    "capacity(12)",
    "pace(8)",
    "harder_last(5)",
    "criteria_change(2026-01-01, 0.8)",
)
"""The suppositions there are, each as it is written."""

_CALL = re.compile(r"\s*([a-z_]+)\s*(?:\(([^()]*)\))?\s*")
_HARDER = Fraction(1, 2)


@attrs.frozen
class Scenario:
    """One supposition: its name and what it is given, as ``SCENARIOS`` shows them.

    - ``as_is``: lists as given; in years without a list the method decides.
    - ``plan``: nothing but the plan's lists: in years without a list nobody is recognised.
    - ``required``: in every year as many are recognised as the pathway to the targets asks for.
    - ``pass_rate(p)``: a registered unit is recognised with probability ``p``.
    - ``no_lapse``: nobody who holds the recognition loses it.
    - ``capacity(n)``: at most ``n`` units are recognised in a year.
    - ``pace(x)``: in years without a list ``x`` units are recognised (may be a fraction).
    - ``harder_last(k, factor=1/2)``: once no more than ``k`` units are left, their chance is
      multiplied by ``factor``.
    - ``criteria_change(day, factor)``: from the year of ``day`` on every chance is multiplied by
      ``factor``.
    """

    name: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str | Scenario) -> Scenario:
        """The supposition that a text like ``pass_rate(0.9)`` writes; raises ``Fault`` for any other."""
        if isinstance(text, Scenario):
            return text
        found = _CALL.fullmatch(text)
        known = {each.partition("(")[0] for each in SCENARIOS}
        if found is None or found[1] not in known:
            raise Fault("CE962", value=text, known=", ".join(SCENARIOS))
        arguments = tuple(each.strip() for each in (found[2] or "").split(",") if each.strip())
        return cls(found[1], arguments)

    def __str__(self) -> str:
        return self.name + (f"({', '.join(self.arguments)})" if self.arguments else "")


@attrs.frozen
class Course:
    """Suppositions put together: how the years ahead are to go."""

    lists_only: bool = False
    required: bool = False
    pass_rate: Fraction | None = None
    no_lapse: bool = False
    capacity: int | None = None
    pace: Fraction | None = None
    last: tuple[int, Fraction] | None = None
    changes: tuple[tuple[int, Fraction], ...] = ()

    def factor(self, year: int) -> Fraction:
        """What multiplies every chance of recognition in a year."""
        product = Fraction(1)
        for begins, factor in self.changes:
            if begins <= year:
                product *= factor
        return product

    def slowed(self, gain: Fraction, outside: Fraction) -> Fraction:
        """How many are recognised of a number that would be, where so many are still outside."""
        if self.last is None or gain <= 0:
            return gain
        few, factor = self.last
        easy = min(gain, max(Fraction(0), outside - few))
        return easy + (gain - easy) * factor


def course_of(scenarios: Iterable[str | Scenario]) -> Course:
    """The course that some suppositions make together; a later one of a kind counts.

    Raises ``CriteriaError`` with all that is wrong.
    """
    problems = Problems()
    course = Course()
    for place, each in enumerate(scenarios):
        try:
            course = _with(course, Scenario.of(each))
        except Fault as fault:
            problems.add_fault(f"scenarios[{place}]", fault)
    if problems.has_errors:
        raise CriteriaError(problems)
    return course


def _with(course: Course, scenario: Scenario) -> Course:
    given = scenario.arguments
    match scenario.name:
        case "plan":
            return attrs.evolve(course, lists_only=True)
        case "required":
            return attrs.evolve(course, required=True)
        case "no_lapse":
            return attrs.evolve(course, no_lapse=True)
        case "pass_rate":
            (share,) = _numbers(scenario, 1, 1)
            return attrs.evolve(course, pass_rate=_at_most_one(scenario, share))
        case "capacity":
            (most,) = _numbers(scenario, 1, 1)
            return attrs.evolve(course, capacity=_whole(scenario, most))
        case "pace":
            (pace,) = _numbers(scenario, 1, 1)
            return attrs.evolve(course, pace=pace)
        case "harder_last":
            few, *factor = _numbers(scenario, 1, 2)
            harder = _at_most_one(scenario, factor[0]) if factor else _HARDER
            return attrs.evolve(course, last=(_whole(scenario, few), harder))
        case "criteria_change":
            try:
                year = datetime.date.fromisoformat(given[0]).year
            except (ValueError, IndexError):
                raise _wanted(scenario) from None
            (factor_,) = _numbers(Scenario(scenario.name, given[1:]), 1, 1)
            return attrs.evolve(course, changes=(*course.changes, (year, factor_)))
    return course


def _numbers(scenario: Scenario, fewest: int, most: int) -> list[Fraction]:
    try:
        numbers = [exact_number(each) for each in scenario.arguments]
    except ValueError:
        raise _wanted(scenario) from None
    if not fewest <= len(numbers) <= most or any(number < 0 for number in numbers):
        raise _wanted(scenario)
    return numbers


def _whole(scenario: Scenario, number: Fraction) -> int:
    if number.denominator != 1:
        raise _wanted(scenario)
    return number.numerator


def _at_most_one(scenario: Scenario, number: Fraction) -> Fraction:
    if number > 1:
        raise _wanted(scenario)
    return number


def _wanted(scenario: Scenario) -> Fault:
    example = next(each for each in SCENARIOS if each.partition("(")[0] == scenario.name)
    return Fault("CE963", value=str(scenario), example=example)
