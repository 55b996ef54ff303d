"""Conditions said part by part."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import dotted
from criteria_engine.core.values import Claim
from criteria_engine.explaining.comparisons import among, compared
from criteria_engine.explaining.facts import Facts
from criteria_engine.explaining.sight import Sighted
from criteria_engine.lines import Line, Piece

__all__ = ["Conditions"]


@attrs.frozen
class _Aim:
    """Which words a verdict takes, and whether the contrary is wanted."""

    role: str
    negated: bool = False

    @property
    def turned(self) -> bool:
        """Whether what is said is the contrary of what stands there; an event is said as it stands."""
        return self.negated != (self.role in ("event", "excused"))


class Conditions:
    """Says the conditions of one result; ``role`` chooses the words of the verdict.

    Where ``negated``, what is wanted is the contrary; a line's state always says whether what is
    wanted is so.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def line(self, expression: Expression, role: str, *, here: str = "", negated: bool = False) -> Line:
        """The line of a whole expression, with the author's words behind it."""
        seen = self.facts.sight.at(expression.text, here)
        made = self._part(seen, seen.parsed.tree, _Aim(role, negated))
        pieces = made.pieces
        quoted = self.facts.code(expression.text)
        if not isinstance(seen.parsed.tree, ast.Name) and quoted not in pieces:
            pieces = (*pieces, Piece(" ["), quoted, Piece("]"))
        return attrs.evolve(made, pieces=pieces, rule=expression.text)

    def prefixed(self, key: str, line: Line, **details: str) -> Line:
        """A line behind the words that say what it is about."""
        return attrs.evolve(line, pieces=(Piece(self.facts.wording.say(key, **details)), *line.pieces))

    def _part(self, seen: Sighted, tree: ast.expr, aim: _Aim) -> Line:
        match tree:
            case ast.UnaryOp(ast.Not(), inside):
                return self._part(seen, inside, attrs.evolve(aim, negated=not aim.negated))
            case ast.BoolOp(operator, values):
                children = [self._part(seen, each, aim) for each in values]
                return self._joined(seen, tree, aim, isinstance(operator, ast.And), children)
            case ast.Compare(left, [operator], [right]):
                return self._link(seen, (left, operator, right), aim)
            case ast.Compare(left, operators, rights):
                links = zip((left, *rights), operators, rights, strict=False)
                children = [self._link(seen, link, aim) for link in links]
                return self._joined(seen, tree, aim, True, children)
            case ast.IfExp():
                return self._branches(seen, tree, aim)
            case ast.Call(ast.Name(id="previous"), [inside, *back]):
                periods = back[0].value if back and isinstance(back[0], ast.Constant) else 1
                return self._in_period(seen, inside, aim, int(str(periods)))
            case ast.Call(
                ast.Name(id="every_period" | "any_period"), [inside, ast.Constant(value=int(count))]
            ):
                return self._periods(seen, tree, inside, aim, count)
        return self._flag(seen, tree, aim)

    def _status(self, seen: Sighted, tree: ast.expr, *, negated: bool) -> str:
        meaning = self.facts.sight.meaning(seen, tree)
        return self.facts.sight.truth(meaning, negated=negated) if isinstance(meaning, Claim) else ""

    def _joined(
        self, seen: Sighted, tree: ast.expr, aim: _Aim, every: bool, children: Sequence[Line]
    ) -> Line:
        status = self._status(seen, tree, negated=aim.negated)
        said = Piece(self.facts.wording.say("all_of" if every != aim.turned else "any_of"))
        return Line(
            "condition", (said, Piece(self.facts.verdict(aim.role, status))), status, children=(*children,)
        )

    def _in_period(self, seen: Sighted, tree: ast.expr, aim: _Aim, back: int) -> Line:
        """A condition as it was so many periods before."""
        line = self._part(attrs.evolve(seen, back=back), tree, aim)
        return self.prefixed("in_period", line, period=self.facts.wording.period(back))

    def _periods(self, seen: Sighted, tree: ast.Call, inside: ast.expr, aim: _Aim, count: int) -> Line:
        """A condition over several periods, each said."""
        children = [self._in_period(seen, inside, aim, back) for back in range(count)]
        status = self._status(seen, tree, negated=aim.negated)
        every = isinstance(tree.func, ast.Name) and tree.func.id == "every_period"
        key = "every_period" if every != aim.turned else "any_period"
        pieces = Piece(self.facts.wording.say(key, number=count)), Piece(self.facts.verdict(aim.role, status))
        return Line("condition", pieces, status, children=(*children,))

    def _branches(self, seen: Sighted, tree: ast.IfExp, aim: _Aim) -> Line:
        """``a if test else b``: the test, and the side that counts (both while that is open)."""
        status = self._status(seen, tree, negated=aim.negated)
        test = self._part(seen, tree.test, _Aim("when"))
        children = [self.prefixed("if_test", test)]
        if test.status in ("met", "unknown"):
            children.append(self.prefixed("if_then", self._part(seen, tree.body, aim)))
        # a long chain of `else … if` would be as deep a tree; it is quoted, and its end left out
        if test.status in ("not_met", "unknown") and not isinstance(tree.orelse, ast.IfExp):
            children.append(self.prefixed("if_else", self._part(seen, tree.orelse, aim)))
        quoted = self.facts.code(self.facts.wording.phrases.quoted(seen.parsed, tree))
        return Line(
            "condition", (quoted, Piece(self.facts.verdict(aim.role, status))), status, children=(*children,)
        )

    def _link(self, seen: Sighted, link: tuple[ast.expr, ast.cmpop, ast.expr], aim: _Aim) -> Line:
        left, operator, right = link
        if isinstance(right, ast.List):
            wanted = isinstance(operator, ast.In) != aim.negated
            return among(self.facts, seen, (left, right), aim.role, wanted=wanted)
        made = compared(self.facts, seen, link, aim.role, negated=aim.negated)
        counted = [
            self._part(seen, each, _Aim("when"))
            for side in (left, right)
            if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "count"
            for each in side.args
        ]
        return attrs.evolve(made, children=(*made.children, *counted)) if counted else made

    # ---- truth values ------------------------------------------------------------------------

    def _flag(self, seen: Sighted, tree: ast.expr, aim: _Aim) -> Line:
        facts, meaning = self.facts, self.facts.sight.meaning(seen, tree)
        status = self._status(seen, tree, negated=aim.negated)
        key, name = self._named_flag(seen, tree)
        ending = facts.verdict(aim.role, status)
        if status == "unknown" and isinstance(meaning, Claim):
            ending = facts.lacking([tree], meaning)
        elif status == "not_applicable":
            ending = ""
        elif aim.turned and status == "not_met":
            ending = facts.wording.say("wanted_no") + ending
        pieces = facts.around(key, name, value=facts.value(seen, tree))
        return Line("condition", (*pieces, Piece(ending)), status)

    def _named_flag(self, seen: Sighted, tree: ast.expr) -> tuple[str, Piece]:
        """The key of the sentence about a truth value, and what it is about."""
        match tree:
            case ast.Call(ast.Name(id="met"), [inside]):
                name = self.facts.wording.phrases.criterion(dotted(seen.parsed.text, inside))
                return "met_flag", Piece(name, "name")
            case ast.Call(ast.Name(id="known" | "applicable" | "evidenced" as function), [inside]):
                return f"{function}_flag", self.facts.name(seen, inside)
        return "flag", self.facts.name(seen, tree)
