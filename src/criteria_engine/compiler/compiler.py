"""From the parts of a ruleset to its core: every definition, and every criterion step by step.

What a criterion comes to is worked out in seven steps (``Compiler.steps``), each of which needs steps of
other criteria and definitions before it (``Compiler._needs``). A ring among them is an error. What
does not fit is noted at its place, and something harmless stands in for it, so that all faults come
out at once. Read ``steps`` first, then the steps in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from criteria_engine.compiler.combining import Joined, all_met, joined, ratio, tighter
from criteria_engine.compiler.lowering import ExpressionReader, define_earlier
from criteria_engine.compiler.scope import Scope, input_meaning, parameter_meaning
from criteria_engine.compiler.tree import (
    CriterionState,
    Node,
    WorkStep,
    expressions_in,
    in_order,
    prerequisite_name,
)
from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Choice, Condition, Not, Number, Numeric, Part, Settled, Tighter
from criteria_engine.core.values import TruthValue
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.rules.parts import Combine, Criterion, RulesetParts
from criteria_engine.rules.shape import Judged

# What a function in an expression asks of its criterion.
_STEPS_OF: Mapping[str, tuple[str, ...]] = {
    "score": ("points", "applies"),
    "max_score": ("most", "applies"),
    "share": ("points", "most", "applies"),
    "met": ("state", "applies"),
}
# What it asks of the criteria of its group.
_STEPS_OF_CHILDREN: Mapping[str, tuple[str, ...]] = {
    "count_met": ("state", "applies"),
    "lowest_share": ("points", "most", "applies"),
}
_PARAMETER_KEYS = {Code.UNKNOWN_NAME: ".by", Code.NOT_A_CLASSIFIER: ".by", Code.CLASSES_DIFFER: ".values"}
_ABOVE_ALL = CriterionState()
"""The state of what the whole set stands in: it applies, and nothing blocks it."""


class Compiler:
    """Works out the names and criteria of one ruleset; the results stand in its ``scope``."""

    def __init__(self, parts: RulesetParts, problems: Problems, broken: frozenset[str]) -> None:
        self.scope = Scope(parts, broken, define_earlier)
        self.reader = ExpressionReader(self.scope, problems)
        self._inputs = parts.inputs

    @property
    def steps(self) -> dict[str, Callable[[Node], None]]:
        """The steps of a criterion, each in the order in which one criterion goes through them."""
        return {
            # whether all that it stands in applies, and its own ``applies_when``
            "gate": self._work_out_gate,
            # what the rule of a leaf says
            "judged": self._work_out_judged,
            # whether it applies: a leaf with its rule, a group with one of its criteria
            "applies": self._work_out_applies,
            # whether a prerequisite, its own or of a group above, is not held
            "blocked": self._work_out_blocked,
            # its maximum, and the maximum with nothing left out
            "most": self._work_out_most,
            # its points; of a group from the points and states of its criteria
            "points": self._work_out_points,
            # whether it is met: needs all of the others
            "state": self._work_out_state,
        }

    def compile(self) -> None:
        """Work out every definition and every step of every criterion; note what is wrong."""
        scope, steps = self.scope, self.steps
        self._name_inputs_and_parameters()
        order, rings = in_order(self._all_needs())
        for ring in rings:
            self._note_ring(ring)
        for kind, name in order:
            if kind != "define":
                steps[kind](scope.tree.by_path[name])
                continue
            meaning = self.reader.definition(scope.definitions[name])
            if meaning is not None:
                scope.names[name] = meaning

    def _name_inputs_and_parameters(self) -> None:
        scope = self.scope
        for declared in self._inputs:
            scope.names[declared.id] = input_meaning(declared, scope.scales.get(declared.scale or "", ()))
        for parameter in scope.parameters:
            try:
                scope.names[parameter.id] = parameter_meaning(parameter, scope.names, scope.inputs)
            except Fault as fault:
                if parameter.by not in scope.broken:
                    key = _PARAMETER_KEYS.get(fault.code, "")
                    self.reader.note(f"parameters.{parameter.id}{key}", fault)
        # what names one of those that mean nothing is not told of it again
        scope.broken |= {parameter.id for parameter in scope.parameters if parameter.id not in scope.names}

    def _note_ring(self, ring: Sequence[WorkStep]) -> None:
        members = list(dict.fromkeys(path or "score()" for _, path in ring))
        kind, path = ring[0]
        place = f"define.{path}" if kind == "define" else self.scope.tree.by_path[path].place
        self.reader.problems.add(place, Code.NEEDED_IN_A_RING, ring=" → ".join([*members, members[0]]))

    def _all_needs(self) -> dict[WorkStep, set[WorkStep]]:
        needs: dict[WorkStep, set[WorkStep]] = {}
        for definition in self.scope.definitions.values():
            expressions = expressions_in((definition.expr, definition.rule))
            needs["define", definition.id] = self._asked_by(*expressions)
        for path, node in self.scope.tree.by_path.items():
            needs |= {(kind, path): needed for kind, needed in self._needs(node).items()}
        return needs

    def _needs(self, node: Node) -> dict[str, set[WorkStep]]:
        path, criterion = node.path, node.criterion
        combine = criterion.combine or Combine()

        def above(kind: str) -> set[WorkStep]:
            return {(kind, node.parent.path)} if node.parent else set()

        def below(*kinds: str) -> set[WorkStep]:
            return {(kind, child.path) for child in node.children for kind in kinds}

        applies, blocked, most = ("applies", path), ("blocked", path), ("most", path)
        needs = {
            "gate": above("gate") | self._asked_by(criterion.applies_when),
            "blocked": above("blocked") | self._required_by(criterion),
            "state": {("points", path), most, applies, blocked} | self._asked_by(criterion.met_when),
        }
        if not criterion.is_group:
            needs["judged"] = self._asked_by(*expressions_in(criterion.rule))
            needs["applies"] = {("gate", path), ("judged", path)}
            needs["most"] = {("judged", path)}
            needs["points"] = {("judged", path), most, applies, blocked}
            return needs
        needs["state"] |= below("state", "applies")
        needs["applies"] = {("gate", path)} | below("applies")
        needs["most"] = below("most", "applies")
        if combine.word != "count":
            needs["most"].add(applies)
        needs["points"] = below("points", "most", "applies", "blocked") | {applies, blocked, most}
        if combine.at_least is not None or combine.word in ("count", "all", "any"):
            needs["points"] |= below("state")  # the others take no notice of states
        return needs

    def _asked_by(self, *expressions: Expression | None) -> set[WorkStep]:
        """The definitions that expressions name, and the steps of the criteria that they ask about."""
        needed: set[WorkStep] = set()
        for expression in expressions:
            if expression is None:
                continue
            try:
                parsed = self.scope.parsed(expression)
            except Fault:
                continue
            needed |= {("define", name) for name in parsed.names if name in self.scope.definitions}
            for function, name in parsed.criteria:
                needed |= self._steps_of(function, name)
        return needed

    def _required_by(self, criterion: Criterion) -> set[WorkStep]:
        needed: set[WorkStep] = set()
        for expression in criterion.requires:
            name = prerequisite_name(expression, self.scope.tree)
            needed |= self._asked_by(expression) if name is None else self._steps_of("met", name)
        return needed

    def _steps_of(self, function: str, name: str) -> set[WorkStep]:
        try:
            node = self.scope.tree.find(name)
        except Fault:
            return set()
        if function in _STEPS_OF:
            return {(kind, node.path) for kind in _STEPS_OF[function]}
        kinds = _STEPS_OF_CHILDREN[function]
        return {("applies", node.path), *[(kind, child.path) for child in node.children for kind in kinds]}

    def _state(self, node: Node) -> CriterionState:
        return self.scope.states[node.path]

    def _state_above(self, node: Node) -> CriterionState:
        return self.scope.states[node.parent.path] if node.parent else _ABOVE_ALL

    def _work_out_gate(self, node: Node) -> None:
        state, above, applies_when = self._state(node), self._state_above(node), node.criterion.applies_when
        if applies_when is not None:
            claim = self.reader.claim(applies_when, node.key("applies_when"))
            state.own_applies, state.own_absent = claim.true, claim.fails
        state.gate = a.every([above.gate, state.own_applies])
        state.no_gate = a.some([above.no_gate, state.own_absent])

    def _work_out_judged(self, node: Node) -> None:
        rule = node.criterion.rule
        if rule is not None:
            context = self.reader.context(node.key(rule.KEY), node.criterion)
            self._state(node).judged = rule.judge(context)

    def _work_out_applies(self, node: Node) -> None:
        state, above = self._state(node), self._state_above(node)
        if node.criterion.is_group:
            children = [self.scope.as_child(child) for child in node.children]
            state.here = a.every([state.own_applies, a.some([child.there for child in children])])
            state.not_here = a.some([state.own_absent, a.every([child.absent for child in children])])
        else:
            self._apply_leaf(node, state)
        state.applies = a.every([above.gate, state.here])
        state.absent = a.some([above.no_gate, state.not_here])

    def _apply_leaf(self, node: Node, state: CriterionState) -> None:
        policy, points = _missing_means(node), state.judged.points
        state.here = there = a.every([state.own_applies, points.there])
        state.not_here = absent = a.some([state.own_absent, points.na])
        if policy in (None, "unknown"):
            return
        decided = _decided(there, absent, state.judged)
        state.undecided = Not(decided)
        if policy == "drop":
            state.dropped = state.undecided
            state.here = a.every([decided, there])
            state.not_here = a.some([state.undecided, a.every([decided, absent])])
        else:
            state.here = a.some([state.undecided, there])
            state.not_here = a.every([decided, absent])

    def _work_out_blocked(self, node: Node) -> None:
        state, above, requires = self._state(node), self._state_above(node), node.criterion.requires
        held = [self.reader.prerequisite(each, node.key(f"requires[{n}]")) for n, each in enumerate(requires)]
        state.requires = tuple((each.text, claim) for each, claim in zip(requires, held, strict=True))
        state.blocked = a.some([above.blocked, *[claim.false for claim in held]])
        state.free = a.every([above.free, *[claim.true for claim in held]])

    def _take_over_block(self, node: Node) -> None:
        """A group that takes the state of its first applicable child is blocked where that is."""
        state = self._state(node)
        before: Condition = a.TRUE
        blocked: list[Condition] = [state.blocked]
        free: list[Condition] = []
        for each in node.children:
            below, child = self._state(each), self.scope.as_child(each)
            picked = a.every([before, child.there])
            blocked.append(a.every([before, below.applies, below.blocked]))
            free.append(a.every([picked, a.some([below.free, below.absent])]))
            before = a.every([before, child.absent])
        state.blocked = a.some(blocked)
        state.free = a.every([state.free, a.some(free)])

    def _work_out_most(self, node: Node) -> None:
        state, criterion = self._state(node), node.criterion
        if not criterion.is_group:
            state.most = state.full = _scaled(criterion, _leaf_maximum(criterion, state.judged))
            return
        children = [self.scope.as_child(child) for child in node.children]
        plan = joined(criterion.combine or Combine(), children)
        state.most, state.full = _scaled(criterion, plan.most), _scaled(criterion, plan.full)
        self._check_maximum(node, plan.most)

    def _check_maximum(self, node: Node, most: Numeric | None) -> None:
        criterion, note = node.criterion, self.reader.note
        combine = criterion.combine or Combine()
        if most is None and criterion.scale_to is not None:
            note(node.key("scale_to"), Fault(Code.SCALE_WITHOUT_MAXIMUM))
        if most is None and (combine.at_least is not None or combine.word in ("all", "any")):
            note(node.key("combine"), Fault(Code.COMBINE_WITHOUT_MAXIMUM))
        if combine.at_least is not None and not 1 <= combine.at_least <= len(node.children):
            note(
                node.key("combine"),
                Fault(Code.NEED_ABOVE_CRITERIA, need=combine.at_least, count=len(node.children)),
            )

    def _work_out_points(self, node: Node) -> None:
        state, criterion = self._state(node), node.criterion
        if criterion.is_group:
            children = [self.scope.as_child(child) for child in node.children]
            plan = state.joined = joined(criterion.combine or Combine(), children)
            if criterion.combine is not None and criterion.combine.word == "first":
                self._take_over_block(node)
        else:
            plan = Joined(state.judged.points.numeric, _leaf_maximum(criterion, state.judged), None)
        points = _clamped(criterion, _rescaled(criterion, plan))
        if state.undecided is not a.FALSE:
            undecided_points = _given_points(node) or a.ZERO
            points = a.either(state.undecided, undecided_points, Not(state.undecided), points)
        state.own_points = points
        state.points = _unless_blocked(state, points)
        _keep_share(node, state, plan.parts)

    def _work_out_state(self, node: Node) -> None:
        state = self._state(node)
        own = self._own_state(node)
        if state.undecided is not a.FALSE and _missing_means(node) != "drop":
            points, decided = _given_points(node), Not(state.undecided)
            all_of_it: Condition = a.FALSE
            not_all: Condition = a.TRUE
            if points is not None and state.most is not None:
                all_of_it = a.compare("==", points, state.most)
                not_all = a.compare("!=", points, state.most)
            own = TruthValue(
                a.some([a.every([state.undecided, all_of_it]), a.every([decided, own.true])]),
                a.some([a.every([state.undecided, not_all]), a.every([decided, own.false])]),
            )
        # where the points ask the same ("free, and the rule holds"), the very node is shared: it is worked
        # out once in each program
        shared = state.judged.met is not None and own.true is state.judged.met.true
        true = state.got if state.got is not None and shared else a.every([state.free, own.true])
        state.met = TruthValue(true, a.some([state.blocked, own.false]))
        state.child = self.scope.make_child(node, state.here, state.not_here)

    def _own_state(self, node: Node) -> TruthValue:
        """Whether it is met, prerequisites and missing inputs aside."""
        state, criterion = self._state(node), node.criterion
        if criterion.met_when is not None:
            # asked only while it applies, so that its own score is there
            kept = state.applies, state.absent
            state.applies, state.absent = a.TRUE, a.FALSE
            claim = self.reader.claim(criterion.met_when, node.key("met_when"))
            state.applies, state.absent = kept
            return TruthValue(claim.true, claim.fails)
        if not criterion.is_group:
            if state.judged.met is not None:
                return TruthValue(state.judged.met.true, state.judged.met.false)
            most = state.most if state.most is not None else a.ZERO
            return TruthValue(a.compare(">=", state.own_points, most), a.compare("<", state.own_points, most))
        own = joined(
            criterion.combine or Combine(), [self.scope.as_child(each) for each in node.children]
        ).own
        if own is not None:
            return own
        children = [self.scope.as_child(each) for each in node.children if not each.criterion.bonus]
        if len(children) == len(node.children):
            return all_met(children)
        # with a bonus beside them, those that count may all be absent where the group is there
        return TruthValue(
            a.every([a.some([child.met, child.absent]) for child in children]),
            a.some([child.failed for child in children]),
        )


def _missing_means(node: Node) -> str | float | None:
    """What a missing input means for a criterion: the nearest word or points."""
    at: Node | None = node
    while at is not None:
        missing = at.criterion.missing
        if missing is not None:
            return missing.word if missing.word is not None else missing.points
        at = at.parent
    return None


def _given_points(node: Node) -> Number | None:
    """The points that a missing input gives, where it gives points."""
    policy = _missing_means(node)
    return a.decimal(policy) if isinstance(policy, int | float) else None


def _decided(there: Condition, absent: Condition, judged: Judged) -> Condition:
    """That no missing input can change what a leaf's rule says."""
    scored = Settled((there, absent), (judged.points.numeric,), absent)
    if judged.met is None or judged.measured:
        return scored
    state = Settled((judged.met.true, judged.met.false), (), a.TRUE)
    return a.every([scored, a.some([absent, state])])


def _leaf_maximum(criterion: Criterion, judged: Judged) -> Numeric | None:
    """The points of a leaf: those given, else its best step, else 1; None where it is measured."""
    if judged.measured:
        return None
    if criterion.points is None and judged.most is not None:
        return judged.most
    return a.decimal(1 if criterion.points is None else criterion.points)


def _scaled(criterion: Criterion, most: Numeric | None) -> Numeric | None:
    if most is None:
        return None
    if criterion.scale_to is not None:
        most = a.decimal(criterion.scale_to)
    if criterion.factor is not None:
        most = a.times(most, a.decimal(criterion.factor))
    return a.on_grid(most)


def _rescaled(criterion: Criterion, plan: Joined) -> Numeric:
    points, most = plan.points, plan.most
    if criterion.scale_to is not None and most is not None:
        scale = Fraction(repr(criterion.scale_to))
        exact = a.divide(a.times(a.number(scale), plan.points), most)
        rebased = exact if plan.parts is None else ratio(scale, plan.parts, exact)
        if plan.share is not None:
            rebased = tighter(rebased, a.times(a.number(scale), plan.share))
        elif plan.within:
            rebased = Tighter(exact, a.ZERO, a.number(scale), low=0.0, high=float(scale))
        points = a.either(a.is_nonzero(most), rebased, a.is_zero(most), plan.points)
    if criterion.factor is not None:
        points = a.times(points, a.decimal(criterion.factor))
    return points


def _clamped(criterion: Criterion, points: Numeric) -> Numeric:
    if criterion.floor is not None:
        points = a.extreme("max", [points, a.decimal(criterion.floor)])
    if criterion.cap is not None:
        points = a.extreme("min", [points, a.decimal(criterion.cap)])
    points = a.on_grid(points)
    if criterion.round is not None:
        mode = criterion.round.mode
        points = a.rounded(points, criterion.round.digits, mode)  # type: ignore[arg-type] # its kind has checked it
    return points


def _unless_blocked(state: CriterionState, points: Numeric) -> Numeric:
    """The points, or none where it is blocked.

    A rule that gives all or nothing has points "p where the rule holds, else 0". If these come here
    unchanged, "0 where blocked, else (p where the rule holds, else 0)" is one choice and not two:
    "p where it is not blocked and the rule holds, else 0". Its test is kept as ``got``, which the state
    takes over, so that a program works it out once. The result is the same either way. That the points are
    those of the rule is seen by identity: nodes are never copied, so it is the very number of ``judged``,
    and its one branch asks the very condition that ``met`` is.
    """
    judged = state.judged
    if points is judged.points.numeric and judged.met is not None and isinstance(points, Choice):
        only = points.branches[0]
        if len(points.branches) == 1 and only.test is judged.met.true and points.otherwise is a.ZERO:
            state.got = a.every([state.free, judged.met.true])
            lost = a.some([state.blocked, judged.met.false])
            return a.either(state.got, only.value, lost, a.ZERO)
    return a.either(state.blocked, a.ZERO, state.free, points)


def _keep_share(node: Node, state: CriterionState, parts: tuple[Part, ...] | None) -> None:
    """How the share is formed, where points and maximum come straight from the parts."""
    criterion = node.criterion
    changed = (criterion.scale_to, criterion.factor, criterion.floor, criterion.cap, criterion.round)
    if any(each is not None for each in changed) or state.joined is None:
        return
    blockable = state.blocked is not a.FALSE
    counting = any(each.criterion.not_applicable != "drop" for each in node.below())
    if not (blockable and counting):
        state.parts = parts
    if state.joined.share is not None and not blockable:
        state.share = state.joined.share
