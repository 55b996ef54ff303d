"""What the property tests share: drawn rulesets loaded, and what is compared of a result."""

from __future__ import annotations

from typing import Any

import strategies
from hypothesis import settings

import criteria_engine as ce

Document = dict[str, Any]


def loaded(document: Document) -> ce.Ruleset:
    """The ruleset of a drawn document."""
    return ce.loads(strategies.dump(document))


def judged(ruleset: ce.Ruleset, values: dict[str, Any]) -> ce.Result:
    """The result on the day for which the dated parameters of drawn rulesets are made."""
    return ruleset.evaluate(values, on=strategies.ON)


def seen(result: ce.Result) -> dict[str, Any]:
    """All that a result says, as plain values that compare bit by bit."""
    return {
        "level": (result.level, result.possible_levels, result.referred, result.may_be_referred),
        "set": (result.status, result.score, result.max_score),
        "values": dict(result.values),
        "criteria": {
            path: (found.status, found.score, found.max_score, found.level, dict(found.items))
            for path in paths(result)
            for found in [result.criteria[path]]
        },
    }


def paths(result: ce.Result) -> list[str]:
    """The dotted paths of all criteria."""
    return [path for path in result.program.places if path]


def same_numbers(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """Whether two results say the same, whatever their ids."""
    return list(one["criteria"].values()) == list(two["criteria"].values()) and one["set"] == two["set"]


def scaled(examples: int) -> int:
    """So many examples; a tenth of them in the brief run, ten times as many in the long one."""
    profile = settings.get_current_profile_name()
    return max(5, examples // 10) if profile == "brief" else 10 * examples if profile == "long" else examples
