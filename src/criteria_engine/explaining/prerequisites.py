"""Prerequisites: which hold, which block, and why."""

from __future__ import annotations

import attrs

from criteria_engine.compiler.tree import Branchlet, prerequisite_name
from criteria_engine.core.expression import Expression
from criteria_engine.core.values import Claim
from criteria_engine.evaluation.findings import CriterionResult
from criteria_engine.explaining.causes import Causes
from criteria_engine.lines import Line, Piece
from criteria_engine.rules.parts import Status

__all__ = ["Prerequisites"]

_STATES = {"held": "met", "fails": "not_met", "open": "unknown"}


class Prerequisites:
    """Says the prerequisites of one result."""

    def __init__(self, causes: Causes) -> None:
        self._causes, self.conditions = causes, causes.conditions
        self._facts, self._wording = causes.conditions.facts, causes.conditions.facts.wording
        self._result = self._facts.sight.result
        self._told: set[str] = set()

    def lines(self, found: Branchlet) -> list[Line]:
        """Those of a criterion, then a word on each group above that is blocked or waits."""
        judging, sight = self._result.program.judging, self._facts.sight
        made = []
        pairs = zip(found.criterion.requires, judging.faces[found.path].requires, strict=True)
        for expression, (_, claim) in pairs:
            truth = sight.either(claim.true, claim.false)
            keys = {"held": "requires_held", "fails": "requires_failed", "open": "requires_open"}
            line = self.line(expression, claim, explained=truth != "held")
            made.append(attrs.evolve(self.conditions.prefixed(keys[truth], line), kind="prerequisite"))
        above = found.parent
        while above is not None:
            truths = [sight.either(each.true, each.false) for _, each in judging.faces[above.path].requires]
            if "fails" in truths or "open" in truths:
                key, status = ("above", "not_met") if "fails" in truths else ("above_open", "unknown")
                said = self._wording.say(f"requires_{key}", name=self._wording.phrases.criterion(above.path))
                made.append(Line("prerequisite", (Piece(said),), status, above.path))
            above = above.parent
        return made

    def line(self, expression: Expression, claim: Claim, *, explained: bool, here: str = "") -> Line:
        """One prerequisite: the state of a criterion with its cause, or a condition."""
        status = _STATES[self._facts.sight.either(claim.true, claim.false)]
        tree = self._result.program.judging.tree
        name = prerequisite_name(expression, tree)
        if name is None:
            made = self.conditions.line(expression, "must", here=here)
            return attrs.evolve(made, status=status)
        found = tree.find(name)
        pieces = self.state(found)
        children = self._why(found) if explained else ()
        return Line("prerequisite", pieces, status, found.path, rule=expression.text, children=children)

    def state(self, found: Branchlet) -> tuple[Piece, ...]:
        """A criterion's name and state as part of a sentence."""
        state = CriterionResult(self._result, found.path).status
        words = self._wording.state(str(state), lacking=not found.criterion.is_group)
        said = self._wording.say("criterion_state", name="\0", state=words)
        before, _, after = said.partition("\0")
        return Piece(before), Piece(self._wording.phrases.criterion(found.path), "name"), Piece(after)

    def _why(self, found: Branchlet) -> tuple[Line, ...]:
        """The cause of a prerequisite that does not hold: of a group its criteria that are not met.

        It is told once; what blocks many would otherwise fill the page.
        """
        if found.path in self._told:
            return ()
        self._told.add(found.path)
        if found.criterion.rule is not None:
            lines = self._causes.lines(found.criterion.rule, found.criterion.points)
            return tuple(line for line in lines if line.status not in ("met", "not_applicable"))
        kept = []
        for child in found.children:
            state = CriterionResult(self._result, child.path).status
            if state not in (Status.MET, Status.NOT_APPLICABLE):
                kept.append(Line("prerequisite", self.state(child), str(state), child.path))
        return tuple(kept)
