"""The scope of a ruleset's expressions: what names mean, and what may be asked of criteria."""

from __future__ import annotations

import ast
from fractions import Fraction

from criteria_engine.combining import Child, ratio, tighter
from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import is_id, nearest
from criteria_engine.core.nodes import Branch, Condition, Not, Number, Part
from criteria_engine.core.values import Amount, Claim, Meaning
from criteria_engine.earlier import EarlierScope, Observing, check_own_title
from criteria_engine.faces import ANYTHING, Faces, Parts, free_claim, prerequisite_name
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.names import ON_NAME, day_of_assessment
from criteria_engine.rules.parts import Combine
from criteria_engine.tree import Branchlet, Tree
from criteria_engine.understanding import Understanding

__all__ = ["RulesetScope"]


class RulesetScope(Understanding):
    """The names and criteria of one ruleset, with the faces of the criteria as far as they are known."""

    def __init__(self, parts: Parts, problems: Problems) -> None:
        super().__init__(problems)
        self.parts = parts
        self.observing = Observing()
        self.here: str | None = None
        self.tree = Tree.of(parts.root)
        self.inputs = {given.id: given for given in parts.inputs}
        self.names: dict[str, Meaning] = {}
        self.faces = {path: Faces() for path in self.tree.by_path}
        self._earlier: dict[int, EarlierScope] = {}
        self._defined = {each.id for each in parts.definitions}
        self._finished: dict[str, Child] = {}
        self._from_afar: dict[str, Child] = {}

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
        if name == ON_NAME and name not in self._defined and name not in self.parts.broken:
            self.observing.day = True
            return day_of_assessment()
        raise self._unknown(name)

    def _unknown(self, name: str) -> Fault:
        """What is wrong with a name that means nothing here; nothing where that is said elsewhere."""
        if not self.parts.broken.isdisjoint((name, ANYTHING)) or any(
            each.id == name for each in self.parts.definitions
        ):
            return Fault("")
        if name == "score" and not self.tree.names(name):
            return Fault("CE251", name=name)
        if self.tree.names(name):
            return Fault("CE226", name=name)
        known = [*self.names, *self._defined, *(each for each in self.parts.broken if is_id(each))]
        words = {word for given in self.parts.inputs for word in given.choices or ()}
        if name in words.union(*self.parts.scales.values()):
            known = [f"'{name}'"]
        return Fault("CE225", name=name, nearest=nearest(name, known) or ", ".join(known[:8]) or "–")

    def title(self, ruleset: str, level: str) -> Claim:
        """Whether the subject holds that level of another ruleset, or a better one."""
        check_own_title(self.parts, ruleset, level)
        return self.observing.title(ruleset, level)

    def read_earlier(self, tree: ast.expr) -> None:
        """Count what is read of earlier periods; ``Fault`` where it is too much."""
        self.observing.read(tree)

    def before(self, periods: int) -> EarlierScope:
        """The names of the set, so many periods before."""
        if periods not in self._earlier:
            self._earlier[periods] = EarlierScope(self.parts, self.observing, periods, self._unknown)
        return self._earlier[periods]

    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``share``, ``met`` … of a criterion, or of the whole set."""
        return self.of_face(function, self.tree.find(name or self.here or ""))

    def of_face(self, function: str, found: Branchlet) -> Meaning:
        """The same of a criterion that is already found."""
        faces = self.faces[found.path]
        child = self.as_child(found) if self.here == found.path else self.from_afar(found)
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
                if not shares:
                    return Amount(a.ZERO, a.FALSE, a.TRUE)
                least = m.least_of("min", shares)
                return Amount(
                    least.numeric,
                    a.every([faces.applies, least.there]),
                    a.some([faces.absent, least.na]),
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
            numeric = exact if isinstance(exact, Number) else tighter(exact, alternative)
        elif faces.parts is not None and not counted:
            numeric = ratio(scale, faces.parts, exact, summed_on_grid=True)
        else:
            numeric = exact
        return Amount(
            numeric,
            a.every([child.there, a.is_nonzero(child.most)]),
            a.some([child.absent, a.is_zero(child.most)]),
        )

    # ---- criteria as others see them -----------------------------------------------------------

    def as_child(self, found: Branchlet) -> Child:
        """The criterion as its parent sees it, with what is known of it so far."""
        finished = self._finished.get(found.path)
        faces = self.faces[found.path]
        return self._child(found, faces.here, faces.not_here) if finished is None else finished

    def from_afar(self, found: Branchlet) -> Child:
        """The same, seen by what is no part of its group: where a group above does not apply, nor does it."""
        known = self._from_afar.get(found.path)
        if known is None:
            faces = self.faces[found.path]
            known = self._child(found, faces.applies, faces.absent)
            if found.path in self._finished:
                self._from_afar[found.path] = known
        return known

    def _child(self, found: Branchlet, there: Condition, absent: Condition) -> Child:
        faces, criterion = self.faces[found.path], found.criterion
        points, most = faces.points, faces.most
        met, failed = a.every([there, faces.met.true]), a.every([there, faces.met.false])
        parts = faces.parts if (criterion.combine or Combine()).word in (None, "sum") else None
        if parts is not None and faces.own_absent is not a.FALSE:
            parts = tuple(
                Part(
                    part.points,
                    part.most,
                    a.every([faces.own_applies, part.applies]),
                    a.some([faces.own_absent, part.absent]),
                )
                for part in parts
            )
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
            return free_claim()
        faces = self.faces[found.path]
        return Claim(a.some([faces.absent, faces.met.true]), a.every([faces.applies, faces.met.false]))
