"""Points and maxima: what a criterion gets and could get, in the order that the language fixes.

Combine, ``scale_to``, ``factor``, ``floor`` and ``cap``, the grid, ``round``; then nothing where blocked.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from criteria_engine.combining import Joined, joined, ratio, tighter
from criteria_engine.core import algebra as a
from criteria_engine.core.nodes import Branch, Choice, Condition, Not, Numeric, Part, Tighter
from criteria_engine.faces import fraction_of
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Combine, Criterion, Round
from criteria_engine.scope import RulesetScope
from criteria_engine.tree import Branchlet

__all__ = ["Scoring"]


class Scoring(RulesetScope):
    """Works out the faces ``most`` and ``points``."""

    def _work_out_most(self, found: Branchlet) -> None:
        faces, criterion = self.faces[found.path], found.criterion
        if not criterion.is_group:
            judged = faces.judged
            most: Numeric | None = None
            if not judged.measured:
                given = criterion.points
                most = (
                    judged.most
                    if given is None and judged.most is not None
                    else a.number(fraction_of(1 if given is None else given))
                )
            faces.most = faces.full = self._scaled(criterion, most)
            return
        children = [self.as_child(child) for child in found.children]
        plan = joined(criterion.combine or Combine(), children)
        faces.most, faces.full = self._scaled(criterion, plan.most), self._scaled(criterion, plan.full)
        self._check_maximum(found, plan.most)

    def _check_maximum(self, found: Branchlet, most: Numeric | None) -> None:
        criterion = found.criterion
        combine = criterion.combine or Combine()
        if most is None:
            if criterion.scale_to is not None:
                self.note(found.key("scale_to"), Fault("CE421"))
            if combine.at_least is not None or combine.word in ("all", "any"):
                self.note(found.key("combine"), Fault("CE422"))
        if combine.at_least is not None and not 1 <= combine.at_least <= len(found.children):
            self.note(found.key("combine"), Fault("CE423", need=combine.at_least, count=len(found.children)))

    def _scaled(self, criterion: Criterion, most: Numeric | None) -> Numeric | None:
        if most is None:
            return None
        if criterion.scale_to is not None:
            most = a.number(fraction_of(criterion.scale_to))
        if criterion.factor is not None:
            most = a.times(most, a.number(fraction_of(criterion.factor)))
        return a.on_grid(most)

    def _work_out_points(self, found: Branchlet) -> None:
        faces, criterion = self.faces[found.path], found.criterion
        plan = Joined(faces.judged.points.numeric, None, None)
        if criterion.is_group:
            children = [self.as_child(child) for child in found.children]
            plan = faces.joined = joined(criterion.combine or Combine(), children)
            if criterion.combine is not None and criterion.combine.word == "first":
                self._take_over_block(found)
        elif not faces.judged.measured:
            given = criterion.points
            most = (
                faces.judged.most
                if given is None and faces.judged.most is not None
                else a.number(fraction_of(1 if given is None else given))
            )
            plan = attrs.evolve(plan, most=most)
        numeric = self._clamped(criterion, self._rescaled(criterion, plan))
        if faces.undecided is not a.FALSE:
            policy = self.policy(found)
            given_points = a.number(fraction_of(policy)) if isinstance(policy, int | float) else a.ZERO
            numeric = a.choice(
                [Branch(faces.undecided, faces.undecided, given_points)], Not(faces.undecided), numeric
            )
        faces.own_points = numeric
        faces.points = self._unless_blocked(found, numeric)
        self._keep_share(found, plan.parts)

    def _unless_blocked(self, found: Branchlet, numeric: Numeric) -> Numeric:
        """The points, or none where it is blocked."""
        faces, judged = self.faces[found.path], self.faces[found.path].judged
        if numeric is judged.points.numeric and judged.met is not None and isinstance(numeric, Choice):
            only = numeric.branches[0]
            if len(numeric.branches) == 1 and only.test is judged.met.true and numeric.otherwise is a.ZERO:
                faces.got = a.every([faces.free, judged.met.true])
                lost = a.some([faces.blocked, judged.met.false])
                return a.choice([Branch(faces.got, faces.got, only.value)], lost, a.ZERO)
        return a.choice([Branch(faces.blocked, faces.blocked, a.ZERO)], faces.free, numeric)

    def _take_over_block(self, found: Branchlet) -> None:
        """A group that takes the state of its first applicable child is blocked where that is."""
        faces = self.faces[found.path]
        before: Condition = a.TRUE
        blocked: list[Condition] = [faces.blocked]
        free: list[Condition] = []
        for child in found.children:
            below, seen = self.faces[child.path], self.as_child(child)
            picked = a.every([before, seen.there])
            blocked.append(a.every([before, below.applies, below.blocked]))
            free.append(a.every([picked, a.some([below.free, below.absent])]))
            before = a.every([before, seen.absent])
        faces.blocked = a.some(blocked)
        faces.free = a.every([faces.free, a.some(free)])

    def _rescaled(self, criterion: Criterion, plan: Joined) -> Numeric:
        numeric, most = plan.points, plan.most
        if criterion.scale_to is not None and most is not None:
            scale = Fraction(repr(criterion.scale_to))
            exact = a.divide(a.times(a.number(scale), plan.points), most)
            rebased = exact if plan.parts is None else ratio(scale, plan.parts, exact)
            if plan.share is not None:
                rebased = tighter(rebased, a.times(a.number(scale), plan.share))
            elif plan.within:
                rebased = Tighter(exact, a.ZERO, a.number(scale), low=0.0, high=float(scale))
            there = a.is_nonzero(most)
            numeric = a.choice([Branch(there, there, rebased)], a.is_zero(most), plan.points)
        if criterion.factor is not None:
            numeric = a.times(numeric, a.number(fraction_of(criterion.factor)))
        return numeric

    def _clamped(self, criterion: Criterion, numeric: Numeric) -> Numeric:
        if criterion.floor is not None:
            numeric = a.extreme("max", [numeric, a.number(fraction_of(criterion.floor))])
        if criterion.cap is not None:
            numeric = a.extreme("min", [numeric, a.number(fraction_of(criterion.cap))])
        numeric = a.on_grid(numeric)
        if criterion.round is not None:
            rounding: Round = criterion.round
            numeric = a.rounded(numeric, rounding.digits, rounding.mode)  # type: ignore[arg-type]
        return numeric

    def _keep_share(self, found: Branchlet, parts: tuple[Part, ...] | None) -> None:
        """How the share is formed, where points and maximum come straight from the parts."""
        faces, criterion = self.faces[found.path], found.criterion
        changed = (criterion.scale_to, criterion.factor, criterion.floor, criterion.cap, criterion.round)
        if any(each is not None for each in changed) or faces.joined is None:
            return
        blockable = faces.blocked is not a.FALSE
        counting = any(each.criterion.not_applicable != "drop" for each in found.below())
        if not (blockable and counting):
            faces.parts = parts
        if faces.joined.share is not None and not blockable:
            faces.share = faces.joined.share

    def policy(self, found: Branchlet) -> str | float | None:
        """What a missing input means here: the nearest word or points."""
        at: Branchlet | None = found
        while at is not None:
            missing = at.criterion.missing
            if missing is not None:
                return missing.word if missing.word is not None else missing.points
            at = at.parent
        return None
