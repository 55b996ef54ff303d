"""How each criterion stands: its state, its points, and what they come from."""

from __future__ import annotations

from fractions import Fraction

import attrs

from criteria_engine.compiler.tree import Branchlet
from criteria_engine.evaluation.findings import CriterionResult
from criteria_engine.explaining.causes import Causes
from criteria_engine.explaining.prerequisites import Prerequisites
from criteria_engine.explaining.reasons import Reasons
from criteria_engine.lines import Line, Piece
from criteria_engine.messages import formatting
from criteria_engine.rules.parts import Criterion, Round, Status

__all__ = ["Standing"]


class Standing:
    """Says the criteria of one result."""

    def __init__(self, causes: Causes, prerequisites: Prerequisites) -> None:
        self._causes, self._prerequisites = causes, prerequisites
        self._conditions = causes.conditions
        self._facts, self._wording = self._conditions.facts, self._conditions.facts.wording
        self._result = self._facts.sight.result

    def line(self, found: Branchlet) -> Line:
        """A criterion, its causes and all below it."""
        view, criterion = CriterionResult(self._result, found.path), found.criterion
        state, points, most = view.status, view.score, view.max_score
        missing = view.missing if state is Status.UNKNOWN else ()
        words = self._wording.state(str(state), lacking=bool(missing) and not criterion.is_group)
        title = self._wording.phrases.criterion(found.path)
        shown = points is not None and (state is not Status.NOT_APPLICABLE or points.high > 0)
        if points is not None and shown:
            said = self._wording.say(
                "criterion_points", title="\0", state=words, points=self._wording.points(points, most)
            )
        else:
            said = self._wording.say("criterion", title="\0", state=words)
        before, _, after = said.partition("\0")
        ending = self._wording.say("bonus") if criterion.bonus else ""
        ending += self._wording.say("clause", clause=criterion.clause) if criterion.clause else ""
        pieces = tuple(
            each for each in (Piece(before), Piece(title, "name"), Piece(after + ending)) if each.text
        )
        children = self._below(found, state)
        children += self._missing(missing, children)
        decision = None
        if found.path in self._result.program.groups:
            decision = self._reasons(found).decision()
        return Line(
            "criterion",
            pieces,
            str(state),
            found.path,
            points=points,
            most=most,
            decision=decision,
            children=children,
        )

    def _reasons(self, found: Branchlet) -> Reasons:
        return Reasons(self._prerequisites, found, self._result.program.groups[found.path])

    def _below(self, found: Branchlet, state: Status) -> tuple[Line, ...]:
        criterion = found.criterion
        made = [*self._applicability(found, state), *self._prerequisites.lines(found), *self._policy(found)]
        if criterion.rule is not None:
            made += self._causes.lines(criterion.rule, criterion.points)
        else:
            made += self.joined(criterion)
            if found.path in self._result.program.groups:
                made += self._reasons(found).lines()
            made += [self.line(child) for child in found.children]
        if criterion.met_when is not None:
            made.append(
                self._conditions.prefixed("met_when", self._conditions.line(criterion.met_when, "when"))
            )
        made += self.adjusted(criterion)
        if criterion.veto:
            settled = state in (Status.NOT_MET, Status.BLOCKED)
            said = self._wording.say("vetoes" if settled else "vetoes_open")
            made.append(Line("veto", (Piece(said),)))
        return tuple(made)

    def _missing(self, names: tuple[str, ...], children: tuple[Line, ...]) -> tuple[Line, ...]:
        """Which figures are not there, where the lines do not name them all."""
        said = " ".join(line.text for child in children for line in child.below())
        if not names or all(self._wording.phrases.name(name) in said for name in names):
            return ()
        return (
            Line("missing", (Piece(self._wording.say("lacks", names=self._facts.named(names))),), "unknown"),
        )

    # ---- why it does not apply ---------------------------------------------------------------

    def _applicability(self, found: Branchlet, state: Status) -> list[Line]:
        faces, sight = self._result.program.judging.faces[found.path], self._facts.sight
        criterion = found.criterion
        made: list[Line] = []
        own = sight.either(faces.own_applies, faces.own_absent)
        if criterion.applies_when is not None and own != "held":
            key, status = ("na_because", "not_applicable") if own == "fails" else ("na_open", "unknown")
            line = self._conditions.line(criterion.applies_when, "when")
            line = self._conditions.prefixed(key, line)
            made.append(attrs.evolve(line, kind="applies", status=status))
        if state is Status.NOT_APPLICABLE and not made:
            made.append(self._absence(found))
        if state is Status.NOT_APPLICABLE and criterion.not_applicable != "drop":
            dropped = self._result.walk.can(faces.dropped)
            if not dropped:
                made.append(self._said("counts", f"counts_{criterion.not_applicable}"))
        return made

    def _absence(self, found: Branchlet) -> Line:
        """Why it does not apply, where its own condition is not the reason."""
        faces, can = self._result.program.judging.faces, self._result.walk.can
        above = found.parent
        while above is not None:
            if can(faces[above.path].own_absent):
                name = self._wording.phrases.criterion(above.path)
                return self._said("applies", "na_above", name=name)
            above = above.parent
        if found.criterion.is_group:
            return self._said("applies", "na_children")
        dropped = can(faces[found.path].dropped)
        return self._said("applies", "missing_drop" if dropped else "na_rule")

    def _policy(self, found: Branchlet) -> list[Line]:
        """That a figure was missing and the ruleset says what it then comes to."""
        faces, can = self._result.program.judging.faces[found.path], self._result.walk.can
        if not can(faces.undecided) or can(faces.dropped) or can(faces.absent):
            return []
        at: Branchlet | None = found
        while at is not None and at.criterion.missing is None:
            at = at.parent
        missing = at.criterion.missing if at is not None else None
        if missing is None:
            return []
        if missing.points is None:
            return [self._said("policy", f"missing_{missing.word}")]
        points = formatting.points(missing.points, self._wording.lang)
        return [self._said("policy", "missing_points", points=points)]

    def _said(self, kind: str, key: str, **details: object) -> Line:
        return Line(kind, (Piece(self._wording.say(key, **details)),))

    # ---- how points are formed ---------------------------------------------------------------

    def joined(self, criterion: Criterion) -> list[Line]:
        """How a group joins its criteria, unless it plainly adds them up."""
        combine = criterion.combine
        if combine is None or combine.word == "sum":
            return []
        if combine.at_least is not None:
            return [self._said("combine", "combine_at_least", number=combine.at_least)]
        return [self._said("combine", f"combine_{combine.word}")]

    def adjusted(self, criterion: Criterion) -> list[Line]:
        """What is done to the points in the end."""
        made = []
        for key in ("scale_to", "factor", "floor", "cap"):
            size = getattr(criterion, key)
            if size is not None:
                shown = formatting.number(Fraction(repr(size)), self._wording.lang)
                made.append(self._said("adjusted", key, points=shown, number=shown))
        if criterion.round is not None:
            made.append(self._rounded(criterion.round))
        return made

    def _rounded(self, rounding: Round) -> Line:
        key = "round" if rounding.digits >= 0 else "round_tens"
        return self._said("adjusted", key, digits=abs(rounding.digits), mode=self._wording.say(rounding.mode))
