"""The scope of a ruleset's expressions: what names mean, and what may be asked of criteria."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import attrs

from criteria_engine.compiler.combining import Child, ratio, tighter
from criteria_engine.compiler.names import (
    ON_NAME,
    day_of_assessment,
    earlier_name,
    input_meaning,
    parameter_meaning,
    title_name,
)
from criteria_engine.compiler.tree import (
    ANYTHING,
    CriterionState,
    Node,
    RulesetParts,
    Tree,
    expressions_in,
    fraction_of,
    free_claim,
    free_number,
    is_free,
    prerequisite_name,
)
from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import Parsed, is_id, nearest, parse
from criteria_engine.core.lowering import Scope, as_amount, as_claim, lower
from criteria_engine.core.nodes import Branch, Condition, InputFlag, Not, Number, Numeric, Operator, Part
from criteria_engine.core.values import Meaning, NumberValue, TruthValue, compared
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.rules.parts import Combine, Criterion, Definition, Input
from criteria_engine.rules.schema import built

__all__ = [
    "EarlierScope",
    "ObservedInputs",
    "RuleDesk",
    "RulesetScope",
    "Understanding",
    "check_own_title",
    "definition_meaning",
]


# ---- understanding expressions in a scope: parsed once, lowered, and what does not fit is noted ---


class Understanding(ABC):
    """A scope that takes whole expressions, each with its place in the ruleset."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._parsed: dict[str, Parsed | Fault] = {}
        self._reported: set[tuple[str, str]] = set()

    @property
    @abstractmethod
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""

    @abstractmethod
    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""

    @abstractmethod
    def named(self, name: str) -> Meaning:
        """An input, parameter or definition; ``Fault`` if there is none."""

    @abstractmethod
    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``share``, ``met`` … of a criterion."""

    @abstractmethod
    def title(self, ruleset: str, level: str) -> TruthValue:
        """Whether a title is held."""

    @abstractmethod
    def before(self, periods: int) -> Scope:
        """The same names, so many periods earlier."""

    @abstractmethod
    def read_earlier(self, tree: ast.expr) -> None:
        """Count what is read of earlier periods; ``Fault`` where it is too much."""

    def parsed(self, expression: Expression) -> Parsed:
        """The tree of an expression, parsed once; ``Fault`` where it breaks the grammar."""
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
            return lower(self.parsed(expression), self)
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

    def claim(self, expression: Expression, place: str) -> TruthValue:
        """A condition."""
        found: TruthValue = self._fitting(expression, place, as_claim, free_claim())
        return found

    def amount(self, expression: Expression, place: str) -> NumberValue:
        """A number."""
        found: NumberValue = self._fitting(expression, place, as_amount, NumberValue(free_number()))
        return found


# ---- where one rule asks what its expressions mean (see ``rules.shape.RuleContext``) --------------------


class RuleDesk:
    """Where one rule asks; see ``rules.shape.RuleContext``."""

    def __init__(self, scope: Understanding, place: str, criterion: Criterion) -> None:
        self._scope = scope
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
        return None if given is None else a.number(fraction_of(given))

    @property
    def least(self) -> Numeric:
        """The fewest points: those given as ``least``, else 0."""
        least = self._criterion.least
        return a.ZERO if least is None else a.number(fraction_of(least))

    def condition(self, expression: Expression, place: str) -> TruthValue:
        """A condition."""
        return self._scope.claim(expression, self._at(place))

    def amount(self, expression: Expression, place: str) -> NumberValue:
        """A number."""
        return self._scope.amount(expression, self._at(place))

    def number(self, expression: Expression, place: str) -> Numeric:
        """A number of the rule itself, on the grid; 0 where it is not applicable."""
        amount = self.amount(expression, place)
        numeric = a.on_grid(amount.numeric)
        if amount.na is a.FALSE:
            return numeric
        return a.choice([Branch(amount.there, amount.there, numeric)], amount.na, a.ZERO)

    def value(self, expression: Expression, place: str) -> Meaning:
        """A value of any type."""
        meaning = self._scope.meaning(expression, self._at(place))
        return NumberValue(free_number()) if meaning is None else meaning

    def comparison(self, operator: str, left: Meaning, right: Meaning, place: str) -> TruthValue:
        """A comparison of two values."""
        free = free_claim()
        if is_free(left) or is_free(right):
            return free
        try:
            return compared(_operator(operator), left, right)
        except Fault as fault:
            self._scope.note(self._at(place), fault)
            return free

    def fault(self, place: str, code: str, /, **details: object) -> None:
        """Note that the rule is wrong at ``place``."""
        self._scope.note(self._at(place), Fault(code, **details))


def _operator(text: str) -> Operator:
    known: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}
    return known[text]


# ---- what a definition means, in whatever period it is asked -------------------------------------


def definition_meaning(scope: Understanding, definition: Definition) -> Meaning | None:
    """What a definition means in a scope; None where it means nothing, which is then noted."""
    place = f"define.{definition.id}"
    if definition.expr is not None:
        meaning = scope.meaning(definition.expr, place)
    else:
        meaning = _picked(scope, definition, place)
    if isinstance(meaning, NumberValue):
        return meaning.replaced(numeric=meaning.settled, named=True)
    return meaning


def _picked(scope: Understanding, definition: Definition, place: str) -> Meaning | None:
    rule: Any = definition.rule
    if rule is None:
        return None
    desk = RuleDesk(scope, f"{place}.{rule.KEY}", Criterion("_"))
    if hasattr(rule, "amount"):
        amount: NumberValue = rule.amount(desk)[0]
        return amount
    if not hasattr(rule, "picks"):
        scope.note(place, Fault("CE302", key=rule.KEY))
        return None
    picks, there, na = rule.picks(desk)
    if not picks:
        return None
    ways: list[tuple[Condition, Condition, Meaning]] = []
    for pick in picks:
        value = scope.meaning(pick.value, f"{place}.{rule.KEY}.{pick.place}")
        if value is None:
            return None
        ways.append((a.every([there, pick.test]), a.every([there, pick.guard]), value))
    try:
        return m.joined_ways(ways, na)
    except Fault as fault:
        scope.note(f"{place}.{rule.KEY}", fault)
        return None


# ---- the names of a ruleset some periods before: every input is another one, which history fills ---

_MOST_PARTS = 20_000
"""How many parts of expressions all looking back may go through: each period reads them anew."""

_TOLD = frozenset({"CE251", "CE252", "CE256"})
"""What is wrong with looking back at a definition, and not with the definition itself."""


@attrs.define(eq=False)
class ObservedInputs:
    """What a ruleset observes beside its inputs: those of earlier periods, titles, the day.

    ``found`` are inputs that are named by the expression that asks for them, in the order in which they
    were met; ``origins`` says which input, or which ruleset and level, each is, and how long before.
    """

    found: dict[str, Input] = attrs.field(factory=dict)
    origins: dict[str, tuple[str, str, int]] = attrs.field(factory=dict)
    day: bool = False
    parts: int = 0

    def earlier(self, given: Input, periods: int) -> Input:
        """An input, so many periods before; its evidence is not asked."""
        name = earlier_name(given.id, periods)
        if name not in self.found:
            parts = attrs.asdict(given, recurse=False)
            self.found[name] = built(Input, {**parts, "id": name, "evidence": None})
            self.origins[name] = given.id, "", periods
        return self.found[name]

    def title(self, ruleset: str, level: str, periods: int = 0) -> TruthValue:
        """Whether a title is held, or was."""
        name = earlier_name(title_name(ruleset, level), periods)
        if name not in self.found:
            self.found[name] = built(Input, {"id": name, "type": "boolean"})
            self.origins[name] = ruleset, level, periods
        return TruthValue(InputFlag(name, True), InputFlag(name, False))

    def ordered(self, inputs: Sequence[Input]) -> dict[str, Input]:
        """Those that were found, the inputs of earlier periods first, whatever asked for them when."""
        places = {given.id: place for place, given in enumerate(inputs)}

        def order(name: str) -> tuple[bool, int, int, str]:
            of, level, periods = self.origins[name]
            return bool(level), periods, places.get(of, 0), name

        return {name: self.found[name] for name in sorted(self.found, key=order)}

    def read(self, tree: ast.expr) -> None:
        """Count the parts that are read of an earlier period; ``Fault`` where they are too many."""
        self.parts += sum(isinstance(each, ast.expr) for each in ast.walk(tree))
        if self.parts > _MOST_PARTS:
            raise Fault("CE256")


def check_own_title(parts: RulesetParts, ruleset: str, level: str) -> None:
    """``Fault`` where a set asks for a title of its own that it does not give."""
    if ruleset != parts.id:
        return
    root = parts.root
    lowest = "none" if root.otherwise is None else root.otherwise.id
    known = [
        *(each.id for each in root.levels),
        lowest,
        *(each.level for each in root.overrides if each.level),
    ]
    if level not in known:
        raise Fault("CE255", level=level, nearest=nearest(level, known) or ", ".join(known))


class EarlierScope(Understanding):
    """The names of one ruleset, so many periods before."""

    def __init__(
        self, parts: RulesetParts, observing: ObservedInputs, periods: int, unknown: Callable[[str], Fault]
    ) -> None:
        super().__init__(Problems())
        self._parts, self._observing, self.periods = parts, observing, periods
        self._unknown = unknown
        self._inputs = {given.id: given for given in parts.inputs}
        self._definitions = {each.id: each for each in parts.definitions}
        self._names: dict[str, Meaning | Fault] = {}

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        return self._parts.holidays

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return name in self._inputs

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition as it was then."""
        if name not in self._names:
            if name in self._definitions:
                self._define(name)
            else:
                self._names[name] = self._given(name)
        known = self._names[name]
        if isinstance(known, Fault):
            raise Fault(known.code, **known.details)
        return known

    def _given(self, name: str) -> Meaning | Fault:
        """An input, a parameter or the day; what is wrong with one is said where it stands."""
        if name in self._inputs:
            given = self._inputs[name]
            words = self._parts.scales.get(given.scale or "", ())
            return input_meaning(self._observing.earlier(given, self.periods), words)
        for parameter in self._parts.parameters:
            if parameter.id == name:
                by = {parameter.by: self.named(parameter.by)} if parameter.by in self._inputs else {}
                try:
                    return parameter_meaning(parameter, by, self._inputs)
                except Fault:
                    return Fault("")
        if name == ON_NAME:
            self._observing.day = True
            return day_of_assessment()
        return self._unknown(name)

    def _define(self, name: str) -> None:
        """Work out a definition, and those that it needs before it, without recursion."""
        waiting, begun = [name], set[str]()
        while waiting:
            last = waiting[-1]
            needed = [] if last in begun else self._needed(last)
            begun.add(last)
            left = [each for each in needed if each not in self._names and each not in begun]
            waiting += left
            if not left:
                waiting.pop()
                self._names.setdefault(last, self._defined(self._definitions[last]))

    def _needed(self, name: str) -> list[str]:
        parsed = self._expressions(self._definitions[name])
        return [each for one in parsed for each in one.names if each in self._definitions]

    def _defined(self, definition: Definition) -> Meaning | Fault:
        if any(each not in self._names for each in self._needed(definition.id)):
            return Fault("")  # a ring, which is told where it stands
        for parsed in self._expressions(definition):
            self._observing.read(parsed.tree)
            if parsed.criteria:
                return Fault("CE251", name=definition.id)
            if parsed.looks_back:
                return Fault("CE252")
        before = len(self.problems)
        meaning = definition_meaning(self, definition)
        if meaning is not None:
            return meaning
        told = [each for each in list(self.problems)[before:] if each.code in _TOLD]
        # what is wrong with the definition itself is said where it stands
        return Fault(told[0].code, **told[0].details) if told else Fault("")

    def _expressions(self, definition: Definition) -> list[Parsed]:
        found = []
        for _, expression in expressions_in((definition.expr, definition.rule)):
            try:
                found.append(self.parsed(expression))
            except Fault:
                continue  # which is said where it stands
        return found

    def of_criterion(self, function: str, name: str) -> NoReturn:  # noqa: ARG002 – the same
        """Criteria are judged now; what they were is not asked."""
        raise Fault("CE251", name=function)

    def title(self, ruleset: str, level: str) -> TruthValue:
        """Whether a title was held then."""
        check_own_title(self._parts, ruleset, level)
        return self._observing.title(ruleset, level, self.periods)

    def read_earlier(self, tree: ast.expr) -> None:
        """Looking back does not nest, so nothing is read from here."""

    def before(self, periods: int) -> NoReturn:  # noqa: ARG002 – as the scope's own is called
        """Looking back does not nest."""
        raise Fault("CE252")


class RulesetScope(Understanding):
    """The names and criteria of one ruleset, with the faces of the criteria as far as they are known."""

    def __init__(self, parts: RulesetParts, problems: Problems) -> None:
        super().__init__(problems)
        self.parts = parts
        self.observing = ObservedInputs()
        self.here: str | None = None
        self.tree = Tree.of(parts.root)
        self.inputs = {given.id: given for given in parts.inputs}
        self.names: dict[str, Meaning] = {}
        self.faces = {path: CriterionState() for path in self.tree.by_path}
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

    def title(self, ruleset: str, level: str) -> TruthValue:
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

    def of_face(self, function: str, found: Node) -> Meaning:
        """The same of a criterion that is already found."""
        faces = self.faces[found.path]
        child = self.as_child(found) if self.here == found.path else self.from_afar(found)
        match function:
            case "score":
                return NumberValue(child.points, child.there, child.absent, named=True)
            case "met":
                return TruthValue(
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
                return NumberValue(a.add(counts), faces.applies, faces.absent, named=True)
            case "lowest_share":
                self._must_be_group(found)
                shares = [self.share_of(each, self.as_child(each)) for each in found.children]
                if not shares:
                    return NumberValue(a.ZERO, a.FALSE, a.TRUE)
                least = m.least_of("min", shares)
                return NumberValue(
                    least.numeric, a.every([faces.applies, least.there]), a.some([faces.absent, least.na])
                )
        if child.most is None:
            raise Fault("CE227", name=found.path or "score()")
        if function == "max_score":
            return NumberValue(child.most, child.there, child.absent, named=True)
        return self.share_of(found, child, Fraction(100 if function == "percent" else 1))

    def _must_be_group(self, found: Node) -> None:
        if found.criterion.is_group:
            return
        raise Fault("CE228", name=found.path)

    def share_of(self, found: Node, seen: Child, scale: Fraction = Fraction(1)) -> NumberValue:
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
        return NumberValue(
            numeric,
            a.every([child.there, a.is_nonzero(child.most)]),
            a.some([child.absent, a.is_zero(child.most)]),
        )

    # ---- criteria as others see them -----------------------------------------------------------

    def as_child(self, found: Node) -> Child:
        """The criterion as its parent sees it, with what is known of it so far."""
        finished = self._finished.get(found.path)
        faces = self.faces[found.path]
        return self._child(found, faces.here, faces.not_here) if finished is None else finished

    def from_afar(self, found: Node) -> Child:
        """The same, seen by what is no part of its group: where a group above does not apply, nor does it."""
        known = self._from_afar.get(found.path)
        if known is None:
            faces = self.faces[found.path]
            known = self._child(found, faces.applies, faces.absent)
            if found.path in self._finished:
                self._from_afar[found.path] = known
        return known

    def _child(self, found: Node, there: Condition, absent: Condition) -> Child:
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

    def prerequisite(self, expression: Expression, place: str) -> TruthValue:
        """Whether a prerequisite is held; one that is not applicable is."""
        name = prerequisite_name(expression, self.tree)
        if name is None:
            claim = self.claim(expression, place)
            return TruthValue(claim.passes, claim.false)
        taken = name in self.names or name in self.parts.broken
        try:
            found = self.tree.find(name)
            if taken and "." not in name:
                raise Fault("CE229", name=name)
        except Fault as fault:
            self.note(place, fault)
            return free_claim()
        faces = self.faces[found.path]
        return TruthValue(a.some([faces.absent, faces.met.true]), a.every([faces.applies, faces.met.false]))
