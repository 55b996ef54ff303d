"""What the last assessments say beside the count: scores, weakest criteria, what holds a unit back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from criteria_engine.evaluation.findings import CriterionResult, leaves_of
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.titles import Titles
from criteria_engine.plans.plan import meant_unit
from criteria_engine.plans.roster import Roster
from criteria_engine.projection.context import Setting
from criteria_engine.rules.parts import Status

__all__ = ["Point", "Quality", "commonly_lacking", "qualities"]


@attrs.frozen
class Point:
    """A criterion, by its path and its title."""

    path: str
    title: Titles


@attrs.frozen
class Quality:
    """What one assessment says.

    ``score`` is the least and the most points it can come to, ``most`` what can be had; None in sets
    without points. ``level`` is the title of the level reached, None while undecided. ``weakest`` is
    the criterion with the smallest sure part of its points, ``lacking`` those not met or blocked, ``open`` those
    without a verdict for lack of values.
    """

    score: tuple[float, float] | None
    most: float | None
    level: Titles | None
    weakest: Point | None
    lacking: tuple[Point, ...]
    open: tuple[Point, ...]


def qualities(setting: Setting, assessments: Mapping[str, Result]) -> dict[str, Quality]:
    """What the assessments say, by the id of the unit of the day that each name means."""
    roster: Roster = setting.plan.roster
    day = setting.ledger.day_of(setting.on.year)
    return {meant_unit(name, roster, day, day).id: _quality(result) for name, result in assessments.items()}


def _quality(result: Result) -> Quality:
    leaves = list(leaves_of(result.criteria))
    lacking = [leaf for leaf in leaves if leaf.status in (Status.NOT_MET, Status.BLOCKED)]
    open_ = [leaf for leaf in leaves if leaf.status is Status.UNKNOWN]
    score, most = result.score, result.max_score
    parts = [(part, each) for each in leaves if (part := _sure_part(each)) is not None]
    weakest = min(parts, key=lambda pair: pair[0], default=None)
    return Quality(
        None if score is None else (score.low, score.high),
        None if most is None else most.high,
        _level(result),
        None if weakest is None or weakest[0] >= 1 else _point(result, weakest[1]),
        tuple(_point(result, each) for each in lacking),
        tuple(_point(result, each) for each in open_),
    )


def _sure_part(leaf: CriterionResult) -> float | None:
    score, most = leaf.score, leaf.max_score
    if score is None or most is None or most.high <= 0:
        return None
    return score.low / most.high


def _point(result: Result, leaf: CriterionResult) -> Point:
    criterion = result.program.judging.tree.by_path[leaf.path].criterion
    return Point(leaf.path, criterion.title)


def _level(result: Result) -> Titles | None:
    if result.level is None:
        return None
    otherwise = result.ruleset.otherwise
    known = {level.id: level.title for level in result.ruleset.levels}
    if otherwise is not None:
        known[otherwise.id] = otherwise.title
    return known.get(result.level) or Titles((("", result.level),))


def commonly_lacking(found: Iterable[Quality]) -> tuple[tuple[Point, int], ...]:
    """The criteria that most units lack, with the number of units; the commonest first."""
    counted = Counter(point for each in found for point in each.lacking)
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0].path)))
