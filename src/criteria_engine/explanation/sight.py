"""Looking at parts of expressions with the eyes of one result.

Any part of any expression can be lowered on its own and asked what it comes to. What was lowered
once is kept with the program, so that the next explanation of the same ruleset finds it again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.compiler.lowering import lower
from criteria_engine.compiler.names import earlier_name
from criteria_engine.core.grammar import Parsed, normal, parse
from criteria_engine.core.nodes import Condition, Numeric, Operator
from criteria_engine.core.traversal import inner, inputs_of
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue, compared, within
from criteria_engine.evaluation.findings import Findings
from criteria_engine.evaluation.missing import open_below
from criteria_engine.explanation.lines import ExplanationLine, Piece
from criteria_engine.explanation.phrases import Wording
from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "Facts",
    "Link",
    "Sight",
    "Sighted",
]


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
            part = seen.parsed.replaced(tree=tree)
            try:
                scope = self.result.program.judging.for_explaining(seen.here)
                found: Meaning | None = lower(part, scope.before(seen.back) if seen.back else scope)
            except Fault:
                found = None
            known = self._memory.setdefault(key, (tree, found))
        made: Meaning | None = known[1]
        return made

    def link(self, link: Link) -> TruthValue | None:
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
        made: TruthValue | None = known[1]
        return made

    def inside(self, seen: Sighted, left: ast.expr, options: ast.List) -> TruthValue | None:
        """Whether a part is one of the words listed."""
        key = seen.here, seen.back, id(left), "in", id(options)
        known = self._memory.get(key)
        if known is None:
            one = self.meaning(seen, left)
            listed = [self.meaning(seen, each) for each in options.elts]
            words = [each for each in listed if each is not None]
            claim = None if one is None or len(words) < len(listed) else within(one, words)
            known = self._memory.setdefault(key, (left, claim, options))
        made: TruthValue | None = known[1]
        return made

    # ---- what things come to -----------------------------------------------------------------

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
        if not isinstance(meaning, NumberValue) or self.result.walk.can(meaning.na):
            return None
        low, high = self.result.walk.interval(self._settled(seen, tree, meaning))
        return low if low == high else None

    def _settled(self, seen: Sighted, tree: ast.expr, amount: NumberValue) -> Numeric:
        key = seen.here, seen.back, id(tree), "settled"
        known = self._memory.get(key) or self._memory.setdefault(key, (tree, amount.settled))
        settled: Numeric = known[1]
        return settled

    def is_whole(self, seen: Sighted, tree: ast.expr) -> bool:
        """Whether a part can only be a whole number."""
        meaning = self.meaning(seen, tree)
        return isinstance(meaning, NumberValue) and self._settled(seen, tree, meaning).whole

    # ---- inputs ------------------------------------------------------------------------------

    def inputs(self, seen: Sighted, trees: Iterable[ast.expr]) -> tuple[str, ...]:
        """The inputs that parts look at, directly or through anything they name."""
        meanings = [self.meaning(seen, tree) for tree in trees]
        roots = [root for each in meanings for root in _roots(each)]
        found = {case.input for each in meanings if isinstance(each, TextValue) for case in each.cases}
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
        spoken = {case.input for each in claims if isinstance(each, TextValue) for case in each.cases}
        observed = self.result.observed
        return tuple(
            name
            for name in self.result.program.judging.inputs
            if name in found or (name in spoken and observed(name) is None)
        )

    def changed(self, values: dict[str, float]) -> Interpreter:
        """The same assessment with other numbers in some inputs (days and places too)."""
        program = self.result.program
        row = {**dict(zip(program.door.order, self.result.row, strict=True)), **values}
        return Interpreter(row, self.result.evidence.keys(), program.bounds)


def _word(can_hold: bool, can_fail: bool) -> str:
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


# ---- what one result says of parts of expressions: values in words, what is lacking, what was meant ---

_MOST_FIGURES, _LONGEST_QUOTE = 8, 160


def _plainly(tree: ast.expr) -> str:
    """The input that a part plainly is, now or in an earlier period."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "previous":
        tree = tree.args[0]
    return normal(tree.id) if isinstance(tree, ast.Name) else ""


class Facts:
    """Values of one result, in words."""

    def __init__(self, sight: Sight, wording: Wording) -> None:
        self.sight, self.wording = sight, wording

    def code(self, text: str) -> Piece:
        """What an author wrote, cut if it is very long."""
        flat = " ".join(text.split())
        return Piece(flat if len(flat) <= _LONGEST_QUOTE else f"{flat[:_LONGEST_QUOTE]}…", "code")

    def name(self, seen: Sighted, tree: ast.expr) -> Piece:
        """What a part is called."""
        text, is_code = self.wording.phrases.phrase(seen.parsed, tree)
        return self.code(text) if is_code else Piece(text, "name")

    def named(self, names: Sequence[str]) -> str:
        """Titles of inputs in a row."""
        return self.wording.listed(f"“{self.wording.phrases.name(name)}”" for name in names)

    def is_input(self, tree: ast.expr) -> bool:
        """Whether a part is plainly an input."""
        return isinstance(tree, ast.Name) and normal(tree.id) in self.sight.result.program.judging.inputs

    def value(self, seen: Sighted, tree: ast.expr) -> str:
        """What a part comes to, with its unit; of an input without its evidence just that."""
        name = self._observed(seen, tree)
        if name is not None and self.sight.result.observed(name) is None:
            return self.wording.say("no_evidence" if self._unproved(name) else "no_value")
        unit = self.wording.phrases.unit(seen.parsed, tree)
        least = 1 if unit == "percent" else 0
        return self.wording.value(self.sight.value(seen, tree), unit, least=least)

    def _observed(self, seen: Sighted, tree: ast.expr) -> str | None:
        """The observed input that a part plainly is, in whatever period."""
        back = seen.back
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "previous":
            last = tree.args[-1]
            back = int(str(last.value)) if isinstance(last, ast.Constant) else 1
            tree = tree.args[0]
        name = earlier_name(normal(tree.id), back) if isinstance(tree, ast.Name) else ""
        return name if name in self.sight.result.program.judging.inputs else None

    def _unproved(self, name: str) -> bool:
        result = self.sight.result
        required = result.program.judging.inputs[name].evidence == "required"
        return required and name not in result.evidence

    def verdict(self, role: str, status: str) -> str:
        """The end of a line: what its state means."""
        return self.wording.say("verdict", verdict=self.wording.verdict(role, status)) if status else ""

    def lacking(self, trees: Sequence[ast.expr], claim: TruthValue) -> str:
        """The end of a line that is open: which figures are not there, unless the line just said so."""
        names = self.sight.missing([claim])
        said = {_plainly(tree) for tree in trees}
        if len(names) == 1 and names[0].removeprefix("previous(").split(",")[0].rstrip(")") in said:
            return ""
        if not names:
            return self.wording.say("verdict", verdict=self.wording.say("open_state"))
        return self.wording.say("lacking", names=self.named(names))

    def figures(self, seen: Sighted, trees: Sequence[ast.expr]) -> tuple[ExplanationLine, ...]:
        """The figures that parts were worked out from; none for what is plainly an input."""
        worked_out = [tree for tree in trees if not self.is_input(tree)]
        names = self.sight.inputs(seen, worked_out)
        if not 0 < len(names) <= _MOST_FIGURES:
            return ()
        texts = []
        for name in names:
            at = self.sight.at(name)
            value = self.value(at, at.parsed.tree)
            texts.append(self.wording.say("colon", label=self.wording.phrases.name(name), text=value))
        said = self.wording.say("made_from", names=self.wording.listed(texts))
        return (ExplanationLine("figures", (Piece(said),)),)

    def around(self, key: str, name: Piece, **details: str) -> tuple[Piece, ...]:
        """A sentence with a name set off in it, in the place of ``{left}``."""
        before, _, after = self.wording.say(key, left="\0", **details).partition("\0")
        return tuple(piece for piece in (Piece(before), name, Piece(after)) if piece.text)
