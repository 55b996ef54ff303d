"""From the parts of a ruleset to its core: every criterion's faces, and every definition.

The faces of a criterion are worked out in the order in which they need each other. Whatever does
not fit is noted at its place, and something harmless stands in for it, so that all faults come
out at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from criteria_engine.combining import all_met, joined
from criteria_engine.core import algebra as a
from criteria_engine.core.nodes import Condition, Not, Settled
from criteria_engine.core.values import Claim
from criteria_engine.defining import definition_meaning
from criteria_engine.desk import RuleDesk
from criteria_engine.faces import Faces, fraction_of
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.names import input_meaning, parameter_meaning
from criteria_engine.rules.parts import Combine, Definition
from criteria_engine.rules.shape import Judged
from criteria_engine.scoring import Scoring
from criteria_engine.tree import Branchlet, Face, in_order
from criteria_engine.wiring import Wiring

__all__ = ["Judging"]

_PARAMETER_KEYS = {"CE225": ".by", "CE304": ".by", "CE305": ".values"}


class Judging(Scoring):
    """The judging of one ruleset: works out everything, in order."""

    def _report_ring(self, ring: Sequence[Face]) -> None:
        members = list(dict.fromkeys(path or "score()" for _, path in ring))
        kind, path = ring[0]
        place = f"define.{path}" if kind == "define" else self.tree.by_path[path].place
        self.problems.add(place, "CE401", ring=" → ".join([*members, members[0]]))

    def work_out(self) -> None:
        """Work out every face of every criterion and every definition; note what is wrong."""
        for given in self.parts.inputs:
            words = self.parts.scales.get(given.scale or "", ())
            self.names[given.id] = input_meaning(given, words)
        for parameter in self.parts.parameters:
            try:
                self.names[parameter.id] = parameter_meaning(parameter, self.names, self.inputs)
            except Fault as fault:
                if parameter.by not in self.parts.broken:
                    key = _PARAMETER_KEYS.get(fault.code, "")
                    self.note(f"parameters.{parameter.id}{key}", fault)
        broken = {each.id for each in self.parts.parameters if each.id not in self.names}
        self.parts = attrs.evolve(self.parts, broken=self.parts.broken | broken)
        order, rings = in_order(Wiring(self).needs)
        for ring in rings:
            self._report_ring(ring)
        definitions = {each.id: each for each in self.parts.definitions}
        for kind, path in order:
            if kind == "define":
                self._define(definitions[path])
            else:
                getattr(self, f"_work_out_{kind}")(self.tree.by_path[path])

    def _define(self, definition: Definition) -> None:
        meaning = definition_meaning(self, definition)
        if meaning is not None:
            self.names[definition.id] = meaning

    def _work_out_gate(self, found: Branchlet) -> None:
        faces, criterion = self.faces[found.path], found.criterion
        if criterion.applies_when is not None:
            claim = self.claim(criterion.applies_when, found.key("applies_when"))
            faces.own_applies, faces.own_absent = claim.true, claim.fails
        above = self.faces[found.parent.path] if found.parent else Faces()
        faces.gate = a.every([above.gate, faces.own_applies])
        faces.no_gate = a.some([above.no_gate, faces.own_absent])

    def _work_out_judged(self, found: Branchlet) -> None:
        rule = found.criterion.rule
        if rule is not None:
            desk = RuleDesk(self, found.key(rule.KEY), found.criterion)
            self.faces[found.path].judged = rule.judge(desk)

    def _work_out_applies(self, found: Branchlet) -> None:
        faces = self.faces[found.path]
        above = self.faces[found.parent.path] if found.parent else Faces()
        if found.criterion.is_group:
            children = [self.as_child(child) for child in found.children]
            faces.here = a.every([faces.own_applies, a.some([child.there for child in children])])
            faces.not_here = a.some([faces.own_absent, a.every([child.absent for child in children])])
        else:
            self._leaf_applies(found)
        faces.applies = a.every([above.gate, faces.here])
        faces.absent = a.some([above.no_gate, faces.not_here])

    def _leaf_applies(self, found: Branchlet) -> None:
        faces, policy = self.faces[found.path], self.policy(found)
        points = faces.judged.points
        faces.here = there = a.every([faces.own_applies, points.there])
        faces.not_here = absent = a.some([faces.own_absent, points.na])
        if policy in (None, "unknown"):
            return
        decided = _decided(there, absent, faces.judged)
        faces.undecided = Not(decided)
        if policy == "drop":
            faces.dropped = faces.undecided
            faces.here = a.every([decided, there])
            faces.not_here = a.some([faces.undecided, a.every([decided, absent])])
        else:
            faces.here = a.some([faces.undecided, there])
            faces.not_here = a.every([decided, absent])

    def _work_out_blocked(self, found: Branchlet) -> None:
        faces = self.faces[found.path]
        above = self.faces[found.parent.path] if found.parent else Faces()
        held = [
            self.prerequisite(each, found.key(f"requires[{n}]"))
            for n, each in enumerate(found.criterion.requires)
        ]
        faces.requires = tuple(
            (each.text, claim) for each, claim in zip(found.criterion.requires, held, strict=True)
        )
        faces.blocked = a.some([above.blocked, *[claim.false for claim in held]])
        faces.free = a.every([above.free, *[claim.true for claim in held]])

    def _work_out_state(self, found: Branchlet) -> None:
        faces = self.faces[found.path]
        own = self._own_state(found)
        if faces.undecided is not a.FALSE and self.policy(found) != "drop":
            policy = self.policy(found)
            points = a.number(fraction_of(policy)) if isinstance(policy, int | float) else None
            all_of_it = (
                a.FALSE if points is None or faces.most is None else a.compare("==", points, faces.most)
            )
            not_all = a.TRUE if points is None or faces.most is None else a.compare("!=", points, faces.most)
            decided = Not(faces.undecided)
            own = Claim(
                a.some([a.every([faces.undecided, all_of_it]), a.every([decided, own.true])]),
                a.some([a.every([faces.undecided, not_all]), a.every([decided, own.false])]),
            )
        got = (
            faces.got
            if faces.got is not None and faces.judged.met is not None and own.true is faces.judged.met.true
            else None
        )
        true = got if got is not None else a.every([faces.free, own.true])
        faces.met = Claim(true, a.some([faces.blocked, own.false]))
        self._finished[found.path] = self._child(found, faces.here, faces.not_here)

    def _own_state(self, found: Branchlet) -> Claim:
        faces, criterion = self.faces[found.path], found.criterion
        if criterion.met_when is not None:
            # asked only while it applies, so that its own score is there
            kept = faces.applies, faces.absent
            faces.applies, faces.absent = a.TRUE, a.FALSE
            claim = self.claim(criterion.met_when, found.key("met_when"))
            faces.applies, faces.absent = kept
            return Claim(claim.true, claim.fails)
        if not criterion.is_group:
            if faces.judged.met is not None:
                return Claim(faces.judged.met.true, faces.judged.met.false)
            most = faces.most if faces.most is not None else a.ZERO
            return Claim(a.compare(">=", faces.own_points, most), a.compare("<", faces.own_points, most))
        combine = criterion.combine or Combine()
        own = joined(combine, [self.as_child(each) for each in found.children]).own
        if own is not None:
            return own
        children = [self.as_child(each) for each in found.children if not each.criterion.bonus]
        if len(children) == len(found.children):
            return all_met(children)
        return Claim(
            a.every([a.some([child.met, child.absent]) for child in children]),
            a.some([child.failed for child in children]),
        )


def _decided(there: Condition, absent: Condition, judged: Judged) -> Condition:
    """That no missing input can change what a leaf's rule says."""
    scored = Settled((there, absent), (judged.points.numeric,), absent)
    if judged.met is None or judged.measured:
        return scored
    state = Settled((judged.met.true, judged.met.false), (), a.TRUE)
    return a.every([scored, a.some([absent, state])])
