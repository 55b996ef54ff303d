"""What the parts of expressions came to in one result, and by what its levels were decided.

A part is lowered like the whole expression, so its nodes are those that the program already has, and the
interpreter of the result knows their values. What a part means is kept with the program: the next explanation
of the same ruleset finds it again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.compiler.levels import Outcomes, Wanted
from criteria_engine.compiler.lowering import lower
from criteria_engine.compiler.tree import Node
from criteria_engine.core.grammar import parse
from criteria_engine.core.nodes import Condition, Numeric, Operator, inner, inputs_of
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue, compared, within
from criteria_engine.evaluation.explanation_tree import Decision, OverrideOutcome, Requirement
from criteria_engine.evaluation.missing import open_below
from criteria_engine.evaluation.result import Result
from criteria_engine.explanation.phrases import Subexpression
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Otherwise, Override

_T = TypeVar("_T")


@attrs.frozen(eq=False)
class Comparison:
    """A comparison of two parts of an expression; ``operator`` is what is wanted to hold."""

    left: Subexpression
    operator: Operator
    right: Subexpression


class EvaluatedExpressions:
    """The expressions of one result, to be asked what their parts came to."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.scope = result.program.scope
        self._memory = result.program.memory

    def expression(self, text: str, here: str = "") -> Subexpression:
        """A whole expression, as a part to be asked about."""
        # setdefault, so that threads that come at once go on with one and the same tree
        parsed = self._memory.get(text) or self._memory.setdefault(text, parse(text))
        return Subexpression(parsed, parsed.tree, here)

    def _once(self, key: tuple[object, ...], trees: object, work_out: Callable[[], _T]) -> _T | None:
        """What the parts behind a key mean, worked out once a program; None where they mean nothing.

        The key holds the identities of the trees, so the trees are kept beside it.
        """
        entry = self._memory.get(key)
        if entry is None:
            try:
                value: _T | None = work_out()
            except Fault:
                value = None
            entry = self._memory.setdefault(key, (trees, value))
        known: _T | None = entry[1]
        return known

    def meaning(self, part: Subexpression) -> Meaning | None:
        """What a part means; None where it means nothing on its own."""

        def lowered() -> Meaning:
            scope = self.scope.for_explaining(part.here)
            parsed = part.parsed.replaced(tree=part.tree)
            return lower(parsed, scope.before(part.back) if part.back else scope)

        return self._once((part.here, part.back, id(part.tree)), part.tree, lowered)

    def claim(self, comparison: Comparison) -> TruthValue | None:
        """What a comparison means."""
        left, right = comparison.left, comparison.right

        def lowered() -> TruthValue | None:
            one, two = self.meaning(left), self.meaning(right)
            return None if one is None or two is None else compared(comparison.operator, one, two)

        key = left.here, left.back, id(left.tree), comparison.operator, id(right.tree)
        return self._once(key, (left.tree, right.tree), lowered)

    def claim_within(self, left: Subexpression, options: ast.List) -> TruthValue | None:
        """What it means that a part is one of the words listed."""

        def lowered() -> TruthValue | None:
            one = self.meaning(left)
            meanings = [self.meaning(left.part(option)) for option in options.elts]
            words = [meaning for meaning in meanings if meaning is not None]
            return None if one is None or len(words) < len(meanings) else within(one, words)

        key = left.here, left.back, id(left.tree), "in", id(options)
        return self._once(key, (left.tree, options), lowered)

    def truth(self, claim: TruthValue, *, negated: bool = False) -> str:
        """``met``, ``not_met``, ``not_applicable``, or ``unknown`` while several are possible."""
        can = self.result.walk.can
        words = ("not_met", "met") if negated else ("met", "not_met")
        sides = ((words[0], claim.true), (words[1], claim.false), ("not_applicable", claim.na))
        possible = [word for word, side in sides if can(side)]
        return possible[0] if len(possible) == 1 else "unknown"

    def holds(self, claim: TruthValue) -> str:
        """``held``, ``fails`` (false or not applicable) or ``open``."""
        can = self.result.walk.can
        return _held(can(claim.true), can(claim.false) or can(claim.na))

    def either(self, yes: Condition, no: Condition) -> str:
        """``held``, ``fails`` or ``open``, of two contraries."""
        return _held(self.result.walk.can(yes), self.result.walk.can(no))

    def value(self, part: Subexpression) -> Any:
        """What a part came to; see ``Result.reveal``."""
        meaning = self.meaning(part)
        return None if meaning is None else self.result.reveal(meaning)

    def value_of(self, text: str) -> Any:
        """What a whole expression came to."""
        return self.value(self.expression(text))

    def number(self, part: Subexpression) -> float | None:
        """A part's number as it is compared (a day, a place on a scale too); None while it is open."""
        meaning = self.meaning(part)
        if not isinstance(meaning, NumberValue) or self.result.walk.can(meaning.na):
            return None
        low, high = self.result.walk.interval(self._settled(part, meaning))
        return low if low == high else None

    def is_whole(self, part: Subexpression) -> bool:
        """Whether a part can only be a whole number."""
        meaning = self.meaning(part)
        return isinstance(meaning, NumberValue) and self._settled(part, meaning).whole

    def _settled(self, part: Subexpression, amount: NumberValue) -> Numeric:
        key = part.here, part.back, id(part.tree), "settled"
        return self._once(key, part.tree, lambda: amount.settled) or amount.settled

    def inputs(self, *parts: Subexpression) -> tuple[str, ...]:
        """The inputs that parts look at, directly or through anything they name."""
        meanings = [self.meaning(part) for part in parts]
        roots = [root for meaning in meanings for root in _roots(meaning)]
        names = {case.input for each in meanings if isinstance(each, TextValue) for case in each.cases}
        passed: set[int] = set()
        while roots:
            node = roots.pop()
            if id(node) not in passed:
                passed.add(id(node))
                names.update(inputs_of(node))
                roots.extend(inner(node))
        return tuple(name for name in self.scope.inputs if name in names)

    def missing(self, meanings: Sequence[Meaning | None]) -> tuple[str, ...]:
        """The missing inputs that still matter for some values, in the order of the ruleset."""
        roots = [root for meaning in meanings for root in _roots(meaning)]
        names = open_below(self.result.program, self.result.walk, roots)
        # The words that a text may be are no nodes of the core, so nothing leads to their input.
        of_texts = {case.input for each in meanings if isinstance(each, TextValue) for case in each.cases}
        open_texts = {name for name in of_texts if name is not None and self.result.observed(name) is None}
        return tuple(name for name in self.scope.inputs if name in names or name in open_texts)

    def changed(self, values: dict[str, float]) -> Interpreter:
        """The same assessment with other numbers in some inputs (days and places too)."""
        program = self.result.program
        row = {**dict(zip(program.reader.order, self.result.row, strict=True)), **values}
        return Interpreter(row, self.result.evidence.keys(), program.bounds)


def decision_of(values: EvaluatedExpressions, group: Node, reaching: Outcomes, lang: str) -> Decision:
    """All that the level of a set or group was decided by."""
    node_state = values.scope.states[group.path]
    yes, no = (node_state.applies, node_state.absent) if group.path else (node_state.gate, node_state.no_gate)

    def requirement(wanted: Wanted) -> Requirement:
        truth = values.either(wanted.claim.true, wanted.claim.false)
        return Requirement(wanted.kind, wanted.text, wanted.path, truth)

    overrides = [(override, values.holds(claim)) for override, claim in reaching.overrides]
    return Decision(
        values.either(yes, no),
        tuple(_override_outcome(override, truth, lang) for override, truth in overrides),
        tuple(_veto(values, each) for each in group.below() if each.criterion.veto),
        tuple((level, tuple(requirement(each) for each in wanted)) for level, wanted in reaching.wanted),
        (group.criterion.otherwise or Otherwise()).id,
    )


def _override_outcome(override: Override, truth: str, lang: str) -> OverrideOutcome:
    if override.refer:
        return OverrideOutcome("refer", override.refer.in_language(lang), truth)
    kind = "level" if override.level is not None else "at_most"
    return OverrideOutcome(kind, override.level or override.at_most or "", truth)


def _veto(values: EvaluatedExpressions, criterion: Node) -> Requirement:
    """Whether a criterion with a veto lets the levels be asked."""
    node_state, can = values.scope.states[criterion.path], values.result.walk.can
    stands = can(node_state.applies) and can(node_state.met.false)
    free = can(node_state.absent) or can(node_state.met.true)
    return Requirement("veto", "", criterion.path, _held(free, stands))


def _held(can_hold: bool, can_fail: bool) -> str:
    return "open" if can_hold and can_fail else "held" if can_hold else "fails"


def _roots(meaning: Meaning | None) -> list[Condition | Numeric]:
    match meaning:
        case None:
            return []
        case NumberValue(numeric=numeric, na=na):
            return [numeric, na]
        case TruthValue(true, false, na):
            return [true, false, na]
    return [*[case.guard for case in meaning.cases], meaning.na]
