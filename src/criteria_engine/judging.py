"""From the parts of a ruleset to its core: every criterion's faces, and every level's outcome.

The faces of a criterion are worked out in the order in which they need each other. Whatever does
not fit is noted at its place, and something harmless stands in for it, so that all faults come
out at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine import algebra as a
from criteria_engine import meaning as m
from criteria_engine.combining import Child, Joined, all_met, joined, ratio
from criteria_engine.core import (
    Branch,
    Choice,
    Condition,
    Flag,
    Not,
    Number,
    Numeric,
    Observed,
    Operator,
    Part,
    Settled,
    Tighter,
)
from criteria_engine.criteria import Combine, Criterion, Definition, Input, Parameter, Round
from criteria_engine.diagnostics import Fault, Problems
from criteria_engine.expressions import Expression
from criteria_engine.grammar import Parsed, is_id, nearest, normal, parse
from criteria_engine.lowering import as_amount, as_claim, lower
from criteria_engine.meaning import Amount, Claim, Meaning
from criteria_engine.names import input_meaning, parameter_meaning
from criteria_engine.rules.shape import Judged
from criteria_engine.tree import Branchlet, Face, Tree, in_order

__all__ = ["FREE", "Faces", "Judging", "Parts", "expressions_in", "prerequisite_name"]

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

FREE = "?"
"""The input that stands for whatever could not be understood; never run."""

_PARAMETER_KEYS = {"CE304": ".by", "CE305": ".values"}
_FACES_OF: Mapping[str, tuple[str, ...]] = {
    "score": ("points", "applies"),
    "max_score": ("most", "applies"),
    "share": ("points", "most", "applies"),
    "met": ("state", "applies"),
}


@attrs.frozen(eq=False, repr=False)
class Parts:
    """What a ruleset is made of, as far as judging needs it; ``broken`` names are passed over."""

    inputs: Sequence[Input]
    scales: Mapping[str, tuple[str, ...]]
    parameters: Sequence[Parameter]
    definitions: Sequence[Definition]
    root: Criterion
    holidays: frozenset[int] = frozenset()
    broken: frozenset[str] = frozenset()


@attrs.define(eq=False, repr=False)
class Faces:
    """What is known of one criterion so far.

    ``applies`` and ``absent``, ``blocked`` and ``free`` are contraries; so are ``here`` and
    ``not_here``, which ask the same while what it is part of applies. ``dropped`` is the fact that it
    was left out because its rule could not be decided.
    """

    own_applies: Condition = a.TRUE
    own_absent: Condition = a.FALSE
    gate: Condition = a.TRUE
    no_gate: Condition = a.FALSE
    judged: Judged = attrs.field(factory=lambda: Judged(Amount(a.ZERO)))
    undecided: Condition = a.FALSE
    dropped: Condition = a.FALSE
    here: Condition = a.TRUE
    not_here: Condition = a.FALSE
    applies: Condition = a.TRUE
    absent: Condition = a.FALSE
    blocked: Condition = a.FALSE
    free: Condition = a.TRUE
    requires: tuple[tuple[str, Claim], ...] = ()
    joined: Joined | None = None
    own_points: Numeric = a.ZERO
    points: Numeric = a.ZERO
    most: Numeric | None = a.ONE
    full: Numeric | None = a.ONE
    parts: tuple[Part, ...] | None = None
    share: Numeric | None = None
    got: Condition | None = None
    met: Claim = attrs.field(factory=lambda: Claim(a.TRUE, a.FALSE))


def expressions_in(value: Any, place: str = "") -> Iterator[tuple[str, Expression]]:
    """Every expression inside a rule, with its place."""
    if isinstance(value, Expression):
        yield place, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str):
                yield from expressions_in(each[1], f"{place}.{each[0]}")
            else:
                yield from expressions_in(each, f"{place}[{number}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from expressions_in(getattr(value, field.name), f"{place}.{field.name}")


def prerequisite_name(expression: Expression, tree: Tree) -> str | None:
    """The criterion that a prerequisite names, or None where it is an expression."""
    name = normal(expression.text)
    if _DOTTED.fullmatch(name) and (tree.names(name) or "." in name):
        return name
    return None


class Judging:
    """The judging of one ruleset: a scope for its expressions and a desk for its rules."""

    def __init__(self, parts: Parts, problems: Problems) -> None:
        self.parts = parts
        self.problems = problems
        self.here: str | None = None
        self.tree = Tree.of(parts.root)
        self.inputs = {given.id: given for given in parts.inputs}
        self.names: dict[str, Meaning] = {}
        self.faces = {path: Faces() for path in self.tree.by_path}
        self.needs: dict[Face, set[Face]] = {}
        self._parsed: dict[str, Parsed | Fault] = {}
        self._defined = {each.id for each in parts.definitions}
        self._finished: dict[str, Child] = {}
        self._reported: set[tuple[str, str]] = set()

    # ---- the scope of expressions ------------------------------------------------------------

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        return self.parts.holidays

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return name in self.inputs

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition."""
        found = self.names.get(name)
        if found is not None:
            return found
        if name == "score" and self.here is not None:
            return self.of_criterion("score", "")
        if name in self.parts.broken or any(each.id == name for each in self.parts.definitions):
            raise Fault("")
        if self.tree.names(name):
            raise Fault("CE226", name=name)
        known = [*self.names, *self._defined, *(each for each in self.parts.broken if is_id(each))]
        words = {word for given in self.parts.inputs for word in given.choices or ()}
        if name in words.union(*self.parts.scales.values()):
            known = [f"'{name}'"]
        raise Fault("CE225", name=name, nearest=nearest(name, known) or ", ".join(known[:8]) or "–")

    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``share``, ``met`` … of a criterion, or of the whole set."""
        return self.of_face(function, self.tree.find(name or self.here or ""))

    def of_face(self, function: str, found: Branchlet) -> Meaning:
        """The same of a criterion that is already found."""
        faces = self.faces[found.path]
        child = self.from_afar(found)
        match function:
            case "score":
                return Amount(child.points, child.there, child.absent, named=True)
            case "met":
                return Claim(
                    a.every([faces.applies, faces.met.true]),
                    a.every([faces.applies, faces.met.false]),
                    faces.absent,
                )
            case "count_met":
                self._must_be_group(found)
                ones = [self.as_child(each) for each in found.children]
                counts = [
                    a.choice([Branch(each.met, each.met, a.ONE)], a.some([each.failed, each.absent]), a.ZERO)
                    for each in ones
                ]
                return Amount(a.add(counts), faces.applies, faces.absent, named=True)
            case "lowest_share":
                self._must_be_group(found)
                shares = [self.share_of(each, self.as_child(each)) for each in found.children]
                least = m.least_of("min", shares)
                return Amount(
                    least.numeric,
                    a.every([faces.applies, least.there]),
                    a.some([faces.absent, least.na]),
                    named=True,
                )
        if child.most is None:
            raise Fault("CE227", name=found.path or "score()")
        if function == "max_score":
            return Amount(child.most, child.there, child.absent, named=True)
        return self.share_of(found, child, Fraction(100 if function == "percent" else 1))

    def _must_be_group(self, found: Branchlet) -> None:
        if found.criterion.is_group:
            return
        raise Fault("CE228", name=found.path)

    def share_of(self, found: Branchlet, seen: Child, scale: Fraction = Fraction(1)) -> Amount:
        """Points over maximum, bounded together; not applicable of a maximum of 0."""
        faces, child = self.faces[found.path], seen
        if child.most is None:
            raise Fault("CE227", name=found.path)
        exact = a.divide(a.times(a.number(scale), child.points), child.most)
        counted = found.criterion.not_applicable != "drop" and faces.absent is not a.FALSE
        if faces.share is not None and not counted:
            alternative = a.times(a.number(scale), faces.share)
            numeric = exact if isinstance(exact, Number) else _tighter(exact, alternative)
        elif faces.parts is not None and not counted:
            numeric = ratio(scale, faces.parts, exact, summed_on_grid=True)
        else:
            numeric = exact
        return Amount(
            numeric,
            a.every([child.there, a.is_nonzero(child.most)]),
            a.some([child.absent, a.is_zero(child.most)]),
        )

    # ---- expressions -------------------------------------------------------------------------

    def _parse(self, expression: Expression) -> Parsed:
        known = self._parsed.get(expression.text)
        if known is None:
            try:
                known = parse(expression.text)
            except Fault as fault:
                known = fault
            self._parsed[expression.text] = known
        if isinstance(known, Fault):
            raise Fault(known.code, known.span, **known.details)
        return known

    def meaning(self, expression: Expression, place: str) -> Meaning | None:
        """What an expression means; None where it means nothing, which is then noted."""
        try:
            return lower(self._parse(expression), self)
        except Fault as fault:
            self.note(place, fault)
            return None

    def note(self, place: str, fault: Fault) -> None:
        """Note a fault once."""
        if fault.code and (place, fault.code) not in self._reported:
            self._reported.add((place, fault.code))
            self.problems.add_fault(place, fault)

    def _fitting(self, expression: Expression, place: str, fit: Callable[[Meaning], Any], free: Any) -> Any:
        meaning = self.meaning(expression, place)
        if meaning is None:
            return free
        try:
            return fit(meaning)
        except Fault as fault:
            self.note(place, fault)
            return free

    def claim(self, expression: Expression, place: str) -> Claim:
        """A condition."""
        free = Claim(Flag(FREE, True), Flag(FREE, False))
        found: Claim = self._fitting(expression, place, as_claim, free)
        return found

    def amount(self, expression: Expression, place: str) -> Amount:
        """A number."""
        found: Amount = self._fitting(expression, place, as_amount, Amount(free_number()))
        return found

    # ---- the order of the faces --------------------------------------------------------------

    def _references(self, expression: Expression) -> set[Face]:
        try:
            parsed = self._parse(expression)
        except Fault:
            return set()
        needed: set[Face] = {("define", name) for name in parsed.names if name in self._defined}
        for function, name in parsed.criteria:
            try:
                found = self.tree.find(name)
            except Fault:
                continue
            needed |= self._faces_of(function, found)
        return needed

    def _faces_of(self, function: str, found: Branchlet) -> set[Face]:
        if function in _FACES_OF:
            return {(face, found.path) for face in _FACES_OF[function]}
        faces = ("state", "applies") if function == "count_met" else ("points", "most", "applies")
        return {("applies", found.path), *[(face, each.path) for each in found.children for face in faces]}

    def _wire(self) -> None:
        for definition in self.parts.definitions:
            needed: set[Face] = set()
            for _, expression in expressions_in((definition.expr, definition.rule)):
                needed |= self._references(expression)
            self.needs["define", definition.id] = needed
        for found in self.tree.by_path.values():
            self._wire_criterion(found)

    def _wire_criterion(self, found: Branchlet) -> None:
        path, criterion, needs = found.path, found.criterion, self.needs
        parent: set[str] = {found.parent.path} if found.parent else set()

        def refer(*expressions: Expression | None) -> set[Face]:
            return {face for each in expressions if each is not None for face in self._references(each)}

        def below(*faces: str) -> set[Face]:
            return {(face, child.path) for child in found.children for face in faces}

        needs["gate", path] = {("gate", each) for each in parent} | refer(criterion.applies_when)
        required: set[Face] = set()
        for expression in criterion.requires:
            name = prerequisite_name(expression, self.tree)
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
                needs["points", path] = below("points", "most", "applies", "blocked") | outcome | {("most", path)}
        else:
            rule = {face for _, each in expressions_in(criterion.rule) for face in self._references(each)}
            needs["judged", path] = rule
            needs["applies", path] = {("gate", path), ("judged", path)}
            needs["most", path] = {("judged", path)}
            needs["points", path] = {("judged", path), ("most", path), *outcome}

    def _required(self, name: str) -> set[Face]:
        try:
            return self._faces_of("met", self.tree.find(name))
        except Fault:
            return set()

    def _report_ring(self, ring: Sequence[Face]) -> None:
        members = list(dict.fromkeys(path or "score()" for _, path in ring))
        kind, path = ring[0]
        place = f"define.{path}" if kind == "define" else self.tree.by_path[path].place
        self.problems.add(place, "CE401", ring=" → ".join([*members, members[0]]))

    # ---- working out -------------------------------------------------------------------------

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
        self._wire()
        order, rings = in_order(self.needs)
        for ring in rings:
            self._report_ring(ring)
        definitions = {each.id: each for each in self.parts.definitions}
        for kind, path in order:
            if kind == "define":
                self._define(definitions[path])
            else:
                getattr(self, f"_work_out_{kind}")(self.tree.by_path[path])

    def _define(self, definition: Definition) -> None:
        place = f"define.{definition.id}"
        if definition.expr is not None:
            meaning = self.meaning(definition.expr, place)
        else:
            meaning = self._picked(definition, place)
        if meaning is None:
            return
        if isinstance(meaning, Amount):
            meaning = attrs.evolve(meaning, numeric=meaning.settled, named=True)
        self.names[definition.id] = meaning

    def _picked(self, definition: Definition, place: str) -> Meaning | None:
        rule: Any = definition.rule
        if rule is None:
            return None
        desk = RuleDesk(self, f"{place}.{rule.KEY}", Criterion("_"))
        if hasattr(rule, "amount"):
            amount: Amount = rule.amount(desk)[0]
            return amount
        if not hasattr(rule, "picks"):
            self.note(place, Fault("CE302", key=rule.KEY))
            return None
        picks, there, na = rule.picks(desk)
        if not picks:
            return None
        ways: list[tuple[Condition, Condition, Meaning]] = []
        for pick in picks:
            value = self.meaning(pick.value, f"{place}.{rule.KEY}.{pick.place}")
            if value is None:
                return None
            ways.append((a.every([there, pick.test]), a.every([there, pick.guard]), value))
        try:
            return m.joined_ways(ways, na)
        except Fault as fault:
            self.note(f"{place}.{rule.KEY}", fault)
            return None

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
        faces, policy = self.faces[found.path], self._policy(found)
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

    def _policy(self, found: Branchlet) -> str | float | None:
        """What a missing input means here: the nearest word or points."""
        at: Branchlet | None = found
        while at is not None:
            missing = at.criterion.missing
            if missing is not None:
                return missing.word if missing.word is not None else missing.points
            at = at.parent
        return None

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

    def prerequisite(self, expression: Expression, place: str) -> Claim:
        """Whether a prerequisite is held; one that is not applicable is."""
        name = prerequisite_name(expression, self.tree)
        if name is None:
            claim = self.claim(expression, place)
            return Claim(claim.passes, claim.false)
        taken = name in self.names or name in self.parts.broken
        try:
            found = self.tree.find(name)
            if taken and "." not in name:
                raise Fault("CE229", name=name)
        except Fault as fault:
            self.note(place, fault)
            return Claim(Flag(FREE, True), Flag(FREE, False))
        faces = self.faces[found.path]
        return Claim(a.some([faces.absent, faces.met.true]), a.every([faces.applies, faces.met.false]))

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
                    else a.number(_exact(1 if given is None else given))
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
            most = a.number(_exact(criterion.scale_to))
        if criterion.factor is not None:
            most = a.times(most, a.number(_exact(criterion.factor)))
        return a.on_grid(most)

    def _work_out_points(self, found: Branchlet) -> None:
        faces, criterion = self.faces[found.path], found.criterion
        raw, most, parts = faces.judged.points.numeric, None, None
        if criterion.is_group:
            children = [self.as_child(child) for child in found.children]
            faces.joined = plan = joined(criterion.combine or Combine(), children)
            if criterion.combine is not None and criterion.combine.word == "first":
                self._take_over_block(found)
            raw, most, parts = plan.points, plan.most, plan.parts
        elif not faces.judged.measured:
            given = criterion.points
            most = (
                faces.judged.most
                if given is None and faces.judged.most is not None
                else a.number(_exact(1 if given is None else given))
            )
        numeric = self._clamped(criterion, self._rescaled(criterion, raw, most, parts))
        if faces.undecided is not a.FALSE:
            policy = self._policy(found)
            given_points = a.number(_exact(policy)) if isinstance(policy, int | float) else a.ZERO
            numeric = a.choice(
                [Branch(faces.undecided, faces.undecided, given_points)], Not(faces.undecided), numeric
            )
        faces.own_points = numeric
        faces.points = self._unless_blocked(found, numeric)
        self._keep_share(found, parts)

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

    def _rescaled(
        self, criterion: Criterion, raw: Numeric, most: Numeric | None, parts: tuple[Part, ...] | None
    ) -> Numeric:
        numeric = raw
        if criterion.scale_to is not None and most is not None:
            scale = Fraction(repr(criterion.scale_to))
            exact = a.divide(a.times(a.number(scale), raw), most)
            rebased = exact if parts is None else ratio(scale, parts, exact)
            there = a.is_nonzero(most)
            numeric = a.choice([Branch(there, there, rebased)], a.is_zero(most), raw)
        if criterion.factor is not None:
            numeric = a.times(numeric, a.number(_exact(criterion.factor)))
        return numeric

    def _clamped(self, criterion: Criterion, numeric: Numeric) -> Numeric:
        if criterion.floor is not None:
            numeric = a.extreme("max", [numeric, a.number(_exact(criterion.floor))])
        if criterion.cap is not None:
            numeric = a.extreme("min", [numeric, a.number(_exact(criterion.cap))])
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

    def _work_out_state(self, found: Branchlet) -> None:
        faces = self.faces[found.path]
        own = self._own_state(found)
        if faces.undecided is not a.FALSE and self._policy(found) != "drop":
            policy = self._policy(found)
            points = a.number(_exact(policy)) if isinstance(policy, int | float) else None
            all_of_it = (
                a.FALSE if points is None or faces.most is None else a.compare("==", points, faces.most)
            )
            not_all = a.TRUE if points is None or faces.most is None else a.compare("!=", points, faces.most)
            decided = Not(faces.undecided)
            own = Claim(
                a.some([a.every([faces.undecided, all_of_it]), a.every([decided, own.true])]),
                a.some([a.every([faces.undecided, not_all]), a.every([decided, own.false])]),
            )
        got = faces.got if faces.got is not None and faces.judged.met is not None and own.true is faces.judged.met.true else None
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

    def as_child(self, found: Branchlet) -> Child:
        """The criterion as its parent sees it, with what is known of it so far."""
        finished = self._finished.get(found.path)
        faces = self.faces[found.path]
        return self._child(found, faces.here, faces.not_here) if finished is None else finished

    def from_afar(self, found: Branchlet) -> Child:
        """The same, seen by what is no part of its group: where a group above does not apply, nor does it."""
        faces = self.faces[found.path]
        return self._child(found, faces.applies, faces.absent)

    def _child(self, found: Branchlet, there: Condition, absent: Condition) -> Child:
        faces, criterion = self.faces[found.path], found.criterion
        points, most = faces.points, faces.most
        met, failed = a.every([there, faces.met.true]), a.every([there, faces.met.false])
        parts = faces.parts if (criterion.combine or Combine()).word in (None, "sum") else None
        counts = criterion.not_applicable
        if counts != "drop" and absent is not a.FALSE:
            counted = a.every([absent, Not(faces.dropped) if faces.dropped is not a.FALSE else a.TRUE])
            whole = faces.full if faces.full is not None else a.ZERO
            points = a.choice([Branch(there, there, points)], counted, whole if counts == "met" else a.ZERO)
            most = None if most is None else a.choice([Branch(there, there, most)], counted, whole)
            met = a.some([met, counted]) if counts == "met" else met
            failed = a.some([failed, counted]) if counts == "zero" else failed
            there, absent = a.some([there, counted]), faces.dropped
            if absent is a.FALSE:
                there = a.TRUE
            parts = None
        weight = Fraction(repr(criterion.weight)) if criterion.weight is not None else Fraction(1)
        return Child(there, absent, points, most, faces.full, met, failed, weight, criterion.bonus, parts)


class RuleDesk:
    """Where one rule asks; see ``rules.shape.Desk``."""

    def __init__(self, judging: Judging, place: str, criterion: Criterion) -> None:
        self._judging = judging
        self._place = place
        self._criterion = criterion

    def _at(self, place: str) -> str:
        if not place:
            return self._place
        return f"{self._place}{place}" if place.startswith("[") else f"{self._place}.{place}"

    @property
    def points(self) -> Numeric:
        """The points of the criterion: those given, else 1."""
        given = self.given_points
        return a.ONE if given is None else given

    @property
    def given_points(self) -> Numeric | None:
        """The points of the criterion if they were given."""
        given = self._criterion.points
        return None if given is None else a.number(_exact(given))

    @property
    def least(self) -> Numeric:
        """The fewest points: those given as ``least``, else 0."""
        least = self._criterion.least
        return a.ZERO if least is None else a.number(_exact(least))

    def condition(self, expression: Expression, place: str) -> Claim:
        """A condition."""
        return self._judging.claim(expression, self._at(place))

    def amount(self, expression: Expression, place: str) -> Amount:
        """A number."""
        return self._judging.amount(expression, self._at(place))

    def number(self, expression: Expression, place: str) -> Numeric:
        """A number of the rule itself, on the grid; 0 where it is not applicable."""
        amount = self.amount(expression, place)
        numeric = a.on_grid(amount.numeric)
        if amount.na is a.FALSE:
            return numeric
        return a.choice([Branch(amount.there, amount.there, numeric)], amount.na, a.ZERO)

    def value(self, expression: Expression, place: str) -> Meaning:
        """A value of any type."""
        meaning = self._judging.meaning(expression, self._at(place))
        return Amount(free_number()) if meaning is None else meaning

    def comparison(self, operator: str, left: Meaning, right: Meaning, place: str) -> Claim:
        """A comparison of two values."""
        free = Claim(Flag(FREE, True), Flag(FREE, False))
        if _is_free(left) or _is_free(right):
            return free
        try:
            return m.compared(_operator(operator), left, right)
        except Fault as fault:
            self._judging.note(self._at(place), fault)
            return free

    def fault(self, place: str, code: str, /, **details: object) -> None:
        """Note that the rule is wrong at ``place``."""
        self._judging.note(self._at(place), Fault(code, **details))


def free_number() -> Observed:
    """A number that could be any, in the place of one that could not be understood."""
    return Observed(FREE, low=-1e15, high=1e15, on_grid=True)


def _is_free(meaning: Meaning) -> bool:
    return (
        isinstance(meaning, Amount)
        and isinstance(meaning.numeric, Observed)
        and meaning.numeric.input == FREE
    )


def _operator(text: str) -> Operator:
    known: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}
    return known[text]


def _tighter(exact: Numeric, other: Numeric) -> Numeric:
    return Tighter(exact, other, other, low=max(exact.low, other.low), high=min(exact.high, other.high))


def _exact(value: float) -> Fraction:
    return Fraction(repr(value))


def _scored_only(criterion: Criterion) -> bool:
    """Whether its points need no child's state."""
    combine = criterion.combine
    return combine is None or (combine.at_least is None and combine.word not in ("count", "all", "any"))


def _decided(there: Condition, absent: Condition, judged: Judged) -> Condition:
    """That no missing input can change what a leaf's rule says."""
    scored = Settled((there, absent), (judged.points.numeric,), absent)
    if judged.met is None or judged.measured:
        return scored
    state = Settled((judged.met.true, judged.met.false), (), a.TRUE)
    return a.every([scored, a.some([absent, state])])
