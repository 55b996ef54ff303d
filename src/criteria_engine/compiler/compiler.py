"""From the parts of a ruleset to its core: every criterion's faces, and every definition.

The faces of a criterion are worked out in the order in which they need each other. Whatever does
not fit is noted at its place, and something harmless stands in for it, so that all faults come
out at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from criteria_engine.compiler.combining import Joined, all_met, joined, ratio, tighter
from criteria_engine.compiler.names import input_meaning, parameter_meaning
from criteria_engine.compiler.scope import RuleDesk, RulesetScope, definition_meaning
from criteria_engine.compiler.tree import (
    CriterionState,
    Face,
    Node,
    expressions_in,
    fraction_of,
    in_order,
    prerequisite_name,
)
from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Branch, Choice, Condition, Not, Numeric, Part, Settled, Tighter
from criteria_engine.core.values import TruthValue
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Combine, Criterion, Definition, Round
from criteria_engine.rules.shape import Judged

__all__ = ["Judging", "Scoring", "Wiring"]


# ---- points and maxima: what a criterion gets and could get, in the order that the language fixes ---


class Scoring(RulesetScope):
    """Works out the faces ``most`` and ``points``."""

    def _work_out_most(self, found: Node) -> None:
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

    def _check_maximum(self, found: Node, most: Numeric | None) -> None:
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

    def _work_out_points(self, found: Node) -> None:
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
            plan = plan.replaced(most=most)
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

    def _unless_blocked(self, found: Node, numeric: Numeric) -> Numeric:
        """The points, or none where it is blocked."""
        faces, judged = self.faces[found.path], self.faces[found.path].judged
        if numeric is judged.points.numeric and judged.met is not None and isinstance(numeric, Choice):
            only = numeric.branches[0]
            if len(numeric.branches) == 1 and only.test is judged.met.true and numeric.otherwise is a.ZERO:
                faces.got = a.every([faces.free, judged.met.true])
                lost = a.some([faces.blocked, judged.met.false])
                return a.choice([Branch(faces.got, faces.got, only.value)], lost, a.ZERO)
        return a.choice([Branch(faces.blocked, faces.blocked, a.ZERO)], faces.free, numeric)

    def _take_over_block(self, found: Node) -> None:
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

    def _keep_share(self, found: Node, parts: tuple[Part, ...] | None) -> None:
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

    def policy(self, found: Node) -> str | float | None:
        """What a missing input means here: the nearest word or points."""
        at: Node | None = found
        while at is not None:
            missing = at.criterion.missing
            if missing is not None:
                return missing.word if missing.word is not None else missing.points
            at = at.parent
        return None


# ---- which face of which criterion needs which: the order in which everything is worked out ------

_FACES_OF: Mapping[str, tuple[str, ...]] = {
    "score": ("points", "applies"),
    "max_score": ("most", "applies"),
    "share": ("points", "most", "applies"),
    "met": ("state", "applies"),
}


class Wiring:
    """The needs of every face, gathered from the expressions of a ruleset."""

    def __init__(self, scope: RulesetScope) -> None:
        self._scope = scope
        self._tree = scope.tree
        self._defined = {each.id for each in scope.parts.definitions}
        self.needs: dict[Face, set[Face]] = {}
        self._wire()

    def _references(self, expression: Expression) -> set[Face]:
        try:
            parsed = self._scope.parsed(expression)
        except Fault:
            return set()
        needed: set[Face] = {("define", name) for name in parsed.names if name in self._defined}
        for function, name in parsed.criteria:
            try:
                found = self._tree.find(name)
            except Fault:
                continue
            needed |= self._faces_of(function, found)
        return needed

    def _faces_of(self, function: str, found: Node) -> set[Face]:
        if function in _FACES_OF:
            return {(face, found.path) for face in _FACES_OF[function]}
        faces = ("state", "applies") if function == "count_met" else ("points", "most", "applies")
        return {("applies", found.path), *[(face, each.path) for each in found.children for face in faces]}

    def _wire(self) -> None:
        for definition in self._scope.parts.definitions:
            needed: set[Face] = set()
            for _, expression in expressions_in((definition.expr, definition.rule)):
                needed |= self._references(expression)
            self.needs["define", definition.id] = needed
        for found in self._tree.by_path.values():
            self._wire_criterion(found)

    def _wire_criterion(self, found: Node) -> None:
        path, criterion, needs = found.path, found.criterion, self.needs
        parent: set[str] = {found.parent.path} if found.parent else set()

        def refer(*expressions: Expression | None) -> set[Face]:
            return {face for each in expressions if each is not None for face in self._references(each)}

        def below(*faces: str) -> set[Face]:
            return {(face, child.path) for child in found.children for face in faces}

        needs["gate", path] = {("gate", each) for each in parent} | refer(criterion.applies_when)
        required: set[Face] = set()
        for expression in criterion.requires:
            name = prerequisite_name(expression, self._tree)
            required |= self._references(expression) if name is None else self._required(name)
        needs["blocked", path] = {("blocked", each) for each in parent} | required
        outcome = {("applies", path), ("blocked", path)}
        needs["state", path] = {("points", path), ("most", path), *outcome} | refer(criterion.met_when)
        if criterion.is_group:
            needs["applies", path] = {("gate", path)} | below("applies")
            needs["most", path] = below("most", "applies") | {("applies", path)}
            if criterion.combine is not None and criterion.combine.word == "count":
                needs["most", path] = below("most", "applies")
            needs["points", path] = below("points", "state", "most", "applies") | outcome | {("most", path)}
            needs["points", path] |= below("blocked")
            needs["state", path] |= below("state", "applies")
            if _scored_only(criterion):
                needs["points", path] = (
                    below("points", "most", "applies", "blocked") | outcome | {("most", path)}
                )
        else:
            rule = {face for _, each in expressions_in(criterion.rule) for face in self._references(each)}
            needs["judged", path] = rule
            needs["applies", path] = {("gate", path), ("judged", path)}
            needs["most", path] = {("judged", path)}
            needs["points", path] = {("judged", path), ("most", path), *outcome}

    def _required(self, name: str) -> set[Face]:
        try:
            return self._faces_of("met", self._tree.find(name))
        except Fault:
            return set()


def _scored_only(criterion: Criterion) -> bool:
    """Whether its points need no child's state."""
    combine = criterion.combine
    return combine is None or (combine.at_least is None and combine.word not in ("count", "all", "any"))


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
        self.parts = self.parts.replaced(broken=self.parts.broken | broken)
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

    def _work_out_gate(self, found: Node) -> None:
        faces, criterion = self.faces[found.path], found.criterion
        if criterion.applies_when is not None:
            claim = self.claim(criterion.applies_when, found.key("applies_when"))
            faces.own_applies, faces.own_absent = claim.true, claim.fails
        above = self.faces[found.parent.path] if found.parent else CriterionState()
        faces.gate = a.every([above.gate, faces.own_applies])
        faces.no_gate = a.some([above.no_gate, faces.own_absent])

    def _work_out_judged(self, found: Node) -> None:
        rule = found.criterion.rule
        if rule is not None:
            desk = RuleDesk(self, found.key(rule.KEY), found.criterion)
            self.faces[found.path].judged = rule.judge(desk)

    def _work_out_applies(self, found: Node) -> None:
        faces = self.faces[found.path]
        above = self.faces[found.parent.path] if found.parent else CriterionState()
        if found.criterion.is_group:
            children = [self.as_child(child) for child in found.children]
            faces.here = a.every([faces.own_applies, a.some([child.there for child in children])])
            faces.not_here = a.some([faces.own_absent, a.every([child.absent for child in children])])
        else:
            self._leaf_applies(found)
        faces.applies = a.every([above.gate, faces.here])
        faces.absent = a.some([above.no_gate, faces.not_here])

    def _leaf_applies(self, found: Node) -> None:
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

    def _work_out_blocked(self, found: Node) -> None:
        faces = self.faces[found.path]
        above = self.faces[found.parent.path] if found.parent else CriterionState()
        held = [
            self.prerequisite(each, found.key(f"requires[{n}]"))
            for n, each in enumerate(found.criterion.requires)
        ]
        faces.requires = tuple(
            (each.text, claim) for each, claim in zip(found.criterion.requires, held, strict=True)
        )
        faces.blocked = a.some([above.blocked, *[claim.false for claim in held]])
        faces.free = a.every([above.free, *[claim.true for claim in held]])

    def _work_out_state(self, found: Node) -> None:
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
            own = TruthValue(
                a.some([a.every([faces.undecided, all_of_it]), a.every([decided, own.true])]),
                a.some([a.every([faces.undecided, not_all]), a.every([decided, own.false])]),
            )
        got = (
            faces.got
            if faces.got is not None and faces.judged.met is not None and own.true is faces.judged.met.true
            else None
        )
        true = got if got is not None else a.every([faces.free, own.true])
        faces.met = TruthValue(true, a.some([faces.blocked, own.false]))
        self._finished[found.path] = self._child(found, faces.here, faces.not_here)

    def _own_state(self, found: Node) -> TruthValue:
        faces, criterion = self.faces[found.path], found.criterion
        if criterion.met_when is not None:
            # asked only while it applies, so that its own score is there
            kept = faces.applies, faces.absent
            faces.applies, faces.absent = a.TRUE, a.FALSE
            claim = self.claim(criterion.met_when, found.key("met_when"))
            faces.applies, faces.absent = kept
            return TruthValue(claim.true, claim.fails)
        if not criterion.is_group:
            if faces.judged.met is not None:
                return TruthValue(faces.judged.met.true, faces.judged.met.false)
            most = faces.most if faces.most is not None else a.ZERO
            return TruthValue(a.compare(">=", faces.own_points, most), a.compare("<", faces.own_points, most))
        combine = criterion.combine or Combine()
        own = joined(combine, [self.as_child(each) for each in found.children]).own
        if own is not None:
            return own
        children = [self.as_child(each) for each in found.children if not each.criterion.bonus]
        if len(children) == len(found.children):
            return all_met(children)
        return TruthValue(
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
