"""Building in Python: inputs by type, and the functions that ask about criteria.

``theft = integer("theft_cases")`` makes an input; ``theft >= 3`` an expression; ``score("order")`` asks
for the points of a criterion.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, overload

from criteria_engine.compiler.scope import title_name
from criteria_engine.core.expression import Composable, Expression, expression
from criteria_engine.rules.parts import Input


def boolean(id: str, **details: Any) -> Input:
    """An input that is true or false; ``details`` are those of ``Input``: title, note and so on."""
    return Input(id, "boolean", **details)


def number(id: str, **details: Any) -> Input:
    """An input that is a number; ``range=[low, high]`` says what is possible."""
    return Input(id, "number", **details)


def integer(id: str, **details: Any) -> Input:
    """An input that is a whole number."""
    return Input(id, "integer", **details)


def ordinal(id: str, scale: str, **details: Any) -> Input:
    """An input that is a word of a scale; the scale's words stand in ``Ruleset(scales=…)``."""
    return Input(id, "ordinal", scale=scale, **details)


def choice(id: str, choices: Iterable[str], **details: Any) -> Input:
    """An input that is one of a few words."""
    return Input(id, "choice", choices=tuple(choices), **details)


def date(id: str, **details: Any) -> Input:
    """An input that is a day."""
    return Input(id, "date", **details)


def text(id: str, **details: Any) -> Input:
    """An input that is any text."""
    return Input(id, "text", **details)


@overload
def percent(of: str, /, **details: Any) -> Input: ...


@overload
def percent(of: object, whole: object, /) -> Expression: ...


def percent(of: Any, whole: Any = None, /, **details: Any) -> Input | Expression:
    """``percent("turnout")``: an input from 0 to 100. ``percent(a, b)``: the expression 100·a/b."""
    if whole is None:
        return Input(of, "percent", **details)
    return _call("percent", of, whole)


def _call(function: str, *arguments: object) -> Expression:
    return Expression(f"{function}({', '.join(expression(each).text for each in arguments)})")


def score(criterion: str = "") -> Expression:
    """The points got in a criterion, by id or dotted path; without one, in the whole set."""
    return Expression(f"score({criterion})")


def max_score(criterion: str = "") -> Expression:
    """The points possible in a criterion, or in the whole set."""
    return Expression(f"max_score({criterion})")


def share(criterion: str = "") -> Expression:
    """Points got over points possible, from 0 to 1."""
    return Expression(f"share({criterion})")


def met(criterion: str) -> Expression:
    """Whether a criterion is met."""
    return Expression(f"met({criterion})")


def count_met(criterion: str = "") -> Expression:
    """How many of a group's criteria are met."""
    return Expression(f"count_met({criterion})")


def lowest_share(criterion: str = "") -> Expression:
    """The smallest share among a group's applicable criteria."""
    return Expression(f"lowest_share({criterion})")


def known(value: Composable | str) -> Expression:
    """Whether a value is there: neither missing nor not applicable."""
    return _call("known", value)


def applicable(value: Composable | str) -> Expression:
    """Whether a value is not ``n/a``."""
    return _call("applicable", value)


def evidenced(given: Composable | str) -> Expression:
    """Whether the evidence names the input."""
    return _call("evidenced", given)


def first(*values: object) -> Expression:
    """The first of the values that is there."""
    return _call("first", *values)


def count(*conditions: object) -> Expression:
    """How many of the conditions hold."""
    return _call("count", *conditions)


def every_period(condition: Composable | str, periods: int) -> Expression:
    """Whether a condition holds in this period and in those before it, so many in all."""
    return _call("every_period", condition, periods)


def any_period(condition: Composable | str, periods: int) -> Expression:
    """Whether a condition holds in this period or in one of those before it, so many in all."""
    return _call("any_period", condition, periods)


def holds(ruleset: str, level: str) -> Expression:
    """Whether the subject holds that level of another ruleset, or a better one."""
    return Expression(title_name(ruleset, level))


def years_between(first_day: object, last_day: object) -> Expression:
    """The whole years from one day to another; ``"on"`` is the day of the assessment."""
    return _call("years_between", first_day, last_day)


def days_between(first_day: object, last_day: object) -> Expression:
    """The days from one day to another."""
    return _call("days_between", first_day, last_day)


def working_days_between(first_day: object, last_day: object) -> Expression:
    """The working days from one day to another: Monday to Friday, less the set's holidays."""
    return _call("working_days_between", first_day, last_day)
