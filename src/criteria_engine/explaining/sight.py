"""Looking at parts of expressions with the eyes of one result.

Any part of any expression can be lowered on its own and asked what it comes to. What was lowered
once is kept with the program, so that the next explanation of the same ruleset finds it again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from criteria_engine.backends.interpreter import Walk
from criteria_engine.core.grammar import Parsed, parse
from criteria_engine.core.lowering import Scope, lower
from criteria_engine.core.nodes import Condition, Numeric, Operator
from criteria_engine.core.traversal import inner, inputs_of
from criteria_engine.core.values import Amount, Claim, Meaning, Words, compared, within
from criteria_engine.evaluation.findings import Findings
from criteria_engine.evaluation.missing import open_below
from criteria_engine.messages.diagnostics import Fault

__all__ = ["Clear", "Link", "Sight", "Sighted"]


@attrs.frozen(eq=False)
class Clear:
    """The scope of expressions once a ruleset is made; ``here`` is the group whose levels ask."""

    judging: Any
    here: str

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        off: frozenset[int] = self.judging.days_off
        return off

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return name in self.judging.inputs

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition; ``score`` is ``score()``."""
        if name == "score" and name not in self.judging.names:
            return self.of_criterion("score", "")
        found: Meaning = self.judging.named(name)
        return found

    def title(self, ruleset: str, level: str) -> Claim:
        """Whether a title is held."""
        found: Claim = self.judging.title(ruleset, level)
        return found

    def before(self, periods: int) -> Scope:
        """The same names, so many periods before."""
        found: Scope = self.judging.before(periods)
        return found

    def read_earlier(self, tree: ast.expr) -> None:
        """What was read when the ruleset was made is not counted again."""

    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``share``, ``met`` … of a criterion, or of the set or group."""
        found: Meaning = self.judging.of_face(function, self.judging.tree.find(name or self.here))
        return found


@attrs.frozen(eq=False)
class Sighted:
    """An expression being looked at: what it parsed to, whose levels ask, and how many periods before."""

    parsed: Parsed
    here: str = ""
    back: int = 0


@attrs.frozen(eq=False)
class Link:
    """One comparison of two parts of an expression; ``operator`` is what is wanted to hold."""

    seen: Sighted
    left: ast.expr
    operator: Operator
    right: ast.expr


class Sight:
    """One result, to be asked what parts of expressions come to."""

    def __init__(self, result: Findings) -> None:
        self.result = result
        self._memory = result.program.memory

    def at(self, text: str, here: str = "") -> Sighted:
        """An expression, ready to be looked at."""
        # setdefault, so that threads that come at once go on with one and the same tree
        parsed = self._memory.get(text) or self._memory.setdefault(text, parse(text))
        return Sighted(parsed, here)

    def meaning(self, seen: Sighted, tree: ast.expr) -> Meaning | None:
        """What a part means; None where it means nothing on its own."""
        key = seen.here, seen.back, id(tree)
        known = self._memory.get(key)
        if known is None:
            part = attrs.evolve(seen.parsed, tree=tree)
            try:
                scope: Scope = Clear(self.result.program.judging, seen.here)
                found: Meaning | None = lower(part, scope.before(seen.back) if seen.back else scope)
            except Fault:
                found = None
            known = self._memory.setdefault(key, (tree, found))
        made: Meaning | None = known[1]
        return made

    def link(self, link: Link) -> Claim | None:
        """What a comparison means."""
        seen, left, right = link.seen, link.left, link.right
        key = seen.here, seen.back, id(left), link.operator, id(right)
        known = self._memory.get(key)
        if known is None:
            one, two = self.meaning(seen, left), self.meaning(seen, right)
            try:
                claim = None if one is None or two is None else compared(link.operator, one, two)
            except Fault:
                claim = None
            known = self._memory.setdefault(key, (left, claim, right))
        made: Claim | None = known[1]
        return made

    def inside(self, seen: Sighted, left: ast.expr, options: ast.List) -> Claim | None:
        """Whether a part is one of the words listed."""
        key = seen.here, seen.back, id(left), "in", id(options)
        known = self._memory.get(key)
        if known is None:
            one = self.meaning(seen, left)
            listed = [self.meaning(seen, each) for each in options.elts]
            words = [each for each in listed if each is not None]
            claim = None if one is None or len(words) < len(listed) else within(one, words)
            known = self._memory.setdefault(key, (left, claim, options))
        made: Claim | None = known[1]
        return made

    # ---- what things come to -----------------------------------------------------------------

    def truth(self, claim: Claim, *, negated: bool = False) -> str:
        """``met``, ``not_met``, ``not_applicable``, or ``unknown`` while several are possible."""
        can = self.result.walk.can
        words = ("not_met", "met") if negated else ("met", "not_met")
        sides = ((words[0], claim.true), (words[1], claim.false), ("not_applicable", claim.na))
        possible = [word for word, side in sides if can(side)]
        return possible[0] if len(possible) == 1 else "unknown"

    def holds(self, claim: Claim) -> str:
        """``held``, ``fails`` (false or not applicable) or ``open``."""
        can = self.result.walk.can
        return _word(can(claim.true), can(claim.false) or can(claim.na))

    def either(self, yes: Condition, no: Condition) -> str:
        """``held``, ``fails`` or ``open``, of two contraries."""
        return _word(self.result.walk.can(yes), self.result.walk.can(no))

    def value(self, seen: Sighted, tree: ast.expr) -> Any:
        """What a part comes to; see ``Findings.reveal``."""
        meaning = self.meaning(seen, tree)
        return None if meaning is None else self.result.reveal(meaning)

    def number(self, seen: Sighted, tree: ast.expr) -> float | None:
        """A part's number as it is compared (a day, a place on a scale too); None while open."""
        meaning = self.meaning(seen, tree)
        if not isinstance(meaning, Amount) or self.result.walk.can(meaning.na):
            return None
        low, high = self.result.walk.interval(self._settled(seen, tree, meaning))
        return low if low == high else None

    def _settled(self, seen: Sighted, tree: ast.expr, amount: Amount) -> Numeric:
        key = seen.here, seen.back, id(tree), "settled"
        known = self._memory.get(key) or self._memory.setdefault(key, (tree, amount.settled))
        settled: Numeric = known[1]
        return settled

    def is_whole(self, seen: Sighted, tree: ast.expr) -> bool:
        """Whether a part can only be a whole number."""
        meaning = self.meaning(seen, tree)
        return isinstance(meaning, Amount) and self._settled(seen, tree, meaning).whole

    # ---- inputs ------------------------------------------------------------------------------

    def inputs(self, seen: Sighted, trees: Iterable[ast.expr]) -> tuple[str, ...]:
        """The inputs that parts look at, directly or through anything they name."""
        meanings = [self.meaning(seen, tree) for tree in trees]
        roots = [root for each in meanings for root in _roots(each)]
        found = {case.input for each in meanings if isinstance(each, Words) for case in each.cases}
        passed: set[int] = set()
        while roots:
            part = roots.pop()
            if id(part) not in passed:
                passed.add(id(part))
                found.update(inputs_of(part))
                roots.extend(inner(part))
        return tuple(name for name in self.result.program.judging.inputs if name in found)

    def missing(self, claims: Sequence[Meaning | None]) -> tuple[str, ...]:
        """The missing inputs that still matter for some values, in the order of the ruleset."""
        found = open_below(self.result, [root for each in claims for root in _roots(each)])
        # what a text says is no part of the core, so nothing leads to its input
        spoken = {case.input for each in claims if isinstance(each, Words) for case in each.cases}
        observed = self.result.observed
        return tuple(
            name
            for name in self.result.program.judging.inputs
            if name in found or (name in spoken and observed(name) is None)
        )

    def changed(self, values: dict[str, float]) -> Walk:
        """The same assessment with other numbers in some inputs (days and places too)."""
        program = self.result.program
        row = {**dict(zip(program.door.order, self.result.row, strict=True)), **values}
        return Walk(row, self.result.evidence.keys(), program.bounds)


def _word(can_hold: bool, can_fail: bool) -> str:
    return "open" if can_hold and can_fail else "held" if can_hold else "fails"


def _roots(meaning: Meaning | None) -> list[Condition | Numeric]:
    match meaning:
        case None:
            return []
        case Amount(numeric=numeric, na=na):
            return [numeric, na]
        case Claim(true, false, na):
            return [true, false, na]
    return [*[case.guard for case in meaning.cases], meaning.na]
