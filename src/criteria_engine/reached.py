"""What the tests of a ruleset never reach."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from criteria_engine.compiler.tree import Branchlet
from criteria_engine.evaluation.result import Result
from criteria_engine.expecting import level_ids
from criteria_engine.rules.parts import Status
from criteria_engine.ruleset import Ruleset
from criteria_engine.running import CaseOutcome

__all__ = ["Unreached", "unreached"]


@attrs.frozen
class Unreached:
    """What no test shows: criteria by dotted path, levels by id (``group: level`` for a group's own).

    ``never_blocking`` pairs a criterion with a prerequisite of it that always holds.
    """

    never_met: tuple[str, ...] = ()
    never_failed: tuple[str, ...] = ()
    never_reached: tuple[str, ...] = ()
    never_blocking: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.never_met or self.never_failed or self.never_reached or self.never_blocking)


def unreached(ruleset: Ruleset, outcomes: Sequence[CaseOutcome]) -> Unreached:
    """What none of these tests reaches; a criterion that is blocked counts as not met."""
    results = [each.result for each in outcomes if each.result is not None]
    tree = ruleset.program.judging.tree
    seen = {path: {each.criteria[path].status for each in results} for path in tree.by_path if path}
    return Unreached(
        tuple(path for path, states in seen.items() if Status.MET not in states),
        tuple(
            path
            for path, states in seen.items()
            if not states & {Status.NOT_MET, Status.BLOCKED} and _can_fail(tree.by_path[path])
        ),
        _levels_never_reached(ruleset, results),
        _never_blocking(ruleset, results),
    )


def _can_fail(found: Branchlet) -> bool:
    """Whether it can be other than met: a plain ``value`` is met once it is known."""
    criterion = found.criterion
    if criterion.rule is None:
        return any(_can_fail(child) for child in found.children)
    return type(criterion.rule).KEY != "value" or criterion.met_when is not None


def _levels_never_reached(ruleset: Ruleset, results: Sequence[Result]) -> tuple[str, ...]:
    reached = {each.level for each in results}
    missed = [level for level in level_ids(ruleset) if level not in reached]
    for path, reaching in ruleset.program.groups.items():
        found = {each.criteria[path].level for each in results}
        own = [each.level for each in reaching.outcomes if each.level is not None]
        missed += [f"{path}: {level}" for level in own if level not in found]
    return tuple(missed)


def _never_blocking(ruleset: Ruleset, results: Sequence[Result]) -> tuple[tuple[str, str], ...]:
    missed = []
    for path, faces in ruleset.program.judging.faces.items():
        wanted = [text for text, _ in faces.requires]
        if not path or not wanted:
            continue
        blocking: set[str] = set()
        for result in results:
            found = result.criteria[path]
            if found.status is Status.BLOCKED:
                blocking.update(found.blocked_by)
        missed += [(path, text) for text in wanted if text not in blocking]
    return tuple(missed)
