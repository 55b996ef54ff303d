"""The words of explanations: sentences about one ruleset, the names of its parts, and values with their units.

The parts of an explanation come first: lines in a tree, each a frozen value. ``Wording`` makes the sentences.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.compiler.scope import ON_NAME
from criteria_engine.compiler.tree import Tree
from criteria_engine.core.grammar import Parsed, dotted, normal, parse
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.evaluation.explanation_tree import ExplanationLine, Piece, Shortfall
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Fault, Language
from criteria_engine.messages.speaker import Speaker
from criteria_engine.rules.parts import RulesetParts
from criteria_engine.rules.schema import Titles

SIGNS: Mapping[str, str] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
"""Signs of comparison as a reader knows them."""

MARKS: Mapping[str, str] = {
    "met": "✓",
    "not_met": "✗",
    "unknown": "?",
    "not_applicable": "–",
    "blocked": "⊘",
    "chosen": "→",
}
"""A mark for each state, beside its word."""

_LONGEST_PHRASE, _DEEPEST_PHRASE, _DEEPEST_UNIT = 110, 4, 12
_SHARE_DIGITS = 2
# A number that nothing bounds lies between these: to a reader, no figure at all.
_UNBOUNDED = 1e14

_ARITHMETIC: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
_OF_A_CRITERION = ("score", "max_score", "share", "count_met", "lowest_share")
_SAME_UNIT = ("round", "floor", "ceil", "abs", "min", "max", "first", "previous")
_WITHOUT_PHRASE = frozenset({"met", "known", "applicable", "evidenced", "every_period", "any_period"})


@attrs.frozen(eq=False)
class Subexpression:
    """A part of an expression; ``here`` is the group whose levels ask, ``back`` how many periods before."""

    parsed: Parsed
    tree: ast.expr
    here: str = ""
    back: int = 0

    def part(self, tree: ast.expr) -> Subexpression:
        """A part of the same expression, asked in the same place."""
        return Subexpression(self.parsed, tree, self.here, self.back)

    @property
    def text(self) -> str:
        """The part as its author wrote it."""
        start, length = self.parsed.span(self.tree)
        return self.parsed.text[start : start + length].strip()


class Wording(Speaker):
    """Sentences about one ruleset and its results, in one language."""

    def __init__(self, lang: Language, ruleset: RulesetParts, tree: Tree) -> None:
        super().__init__(lang, "results")
        self.between = self.text("list_mark")
        self._ruleset, self._tree = ruleset, tree
        self._inputs = {each.id: each for each in ruleset.inputs}
        self._defined = {each.id: each for each in ruleset.define}
        self._titles: dict[str, Titles] = {each.id: each.title for each in ruleset.inputs}
        self._titles |= {each.id: each.title for each in ruleset.parameters}
        self._titles |= {each.id: each.title for each in ruleset.define}
        self._units: dict[str, str] = {}

    def pieces(self, key: str, /, **details: object) -> tuple[Piece, ...]:
        """A sentence in pieces; a detail that is a piece, or several, is set off in it."""
        inside = next((name for name, value in details.items() if isinstance(value, Piece | tuple)), None)
        if inside is None:
            return (Piece(self.say(key, **details)),)
        value = details[inside]
        before, _, after = self.say(key, **{**details, inside: "\0"}).partition("\0")
        pieces = (Piece(before), *(value if isinstance(value, tuple) else (value,)), Piece(after))
        return tuple(piece for piece in pieces if isinstance(piece, Piece) and piece.text)

    def line(
        self, kind: str, key: str, status: str = "", path: str = "", /, **details: object
    ) -> ExplanationLine:
        """A line that says one sentence."""
        return ExplanationLine(kind, self.pieces(key, **details), status, path)

    def period(self, back: int) -> str:
        """What a period is called by how long before it is."""
        key = "this_period" if not back else "last_period" if back == 1 else "periods_ago"
        return self.say(key, number=back)

    def name(self, name: str) -> str:
        """The title of an input, parameter or definition; its id if it has none.

        Inputs of earlier periods and titles are named by the expressions that ask for them.
        """
        if "(" in name:
            parsed = parse(name)
            return self._phrase(parsed, parsed.tree, 0, bare=True) or name
        if name == ON_NAME and name not in self._titles:
            return self.say("day_of_assessment")
        return self._titles.get(name, Titles()).in_language(self.lang) or name

    def criterion(self, name: str) -> str:
        """The title of a criterion, by path or id; its id if it has none."""
        if not name:
            return self._ruleset.title.in_language(self.lang) or self._ruleset.id
        try:
            criterion = self._tree.find(name).criterion
        except Fault:
            return name
        return criterion.title.in_language(self.lang) or criterion.id

    def phrase(self, part: Subexpression) -> tuple[str, bool]:
        """What a part is called, and whether that is the author's expression itself."""
        if isinstance(part.tree, ast.Name):
            return self._phrase_of_name(normal(part.tree.id))
        phrase = self._phrase(part.parsed, part.tree, 0)
        if phrase is None or len(phrase) > _LONGEST_PHRASE:
            return part.text, True
        return phrase, False

    def _phrase_of_name(self, name: str) -> tuple[str, bool]:
        title, text = self.name(name), self.defined_as(name)
        if title != name or text is None:
            return (self.say("score_of_all") if name == "score" else title), False
        inside = parse(text)
        if isinstance(inside.tree, ast.Call):
            phrase = self._phrase(inside, inside.tree, 0)
            if phrase is not None and len(phrase) <= _LONGEST_PHRASE:
                return phrase, False
        return name, True

    def _phrase(self, parsed: Parsed, tree: ast.expr, depth: int, *, bare: bool = False) -> str | None:
        """A phrase for a part, or None where there is no short one; ``bare``: without quotation marks."""
        if depth > _DEEPEST_PHRASE:
            return None
        match tree:
            case ast.Name(id=name):
                title = self.name(normal(name))
                return title if bare else f"“{title}”"
            case ast.Constant(value=str(word)):
                return f"“{word}”"
            case ast.Constant():
                return self.say("as_written", number=Subexpression(parsed, tree).text)
            case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC:
                one, two = (self._phrase(parsed, side, depth + 1) for side in (left, right))
                if one is None or two is None:
                    return None
                if isinstance(operator, ast.Mult | ast.Div):
                    one, two = _bracketed(one, left), _bracketed(two, right)
                return f"{one} {_ARITHMETIC[type(operator)]} {_bracketed(two, right)}"
            case ast.Call(ast.Name(id="previous"), [inside, *back]):
                return self._earlier(parsed, inside, back, depth)
            case ast.Call(ast.Name(id="holds"), [ast.Constant(str(ruleset)), ast.Constant(level)]):
                return self.say("holds_of", ruleset=ruleset, level=level)
            case ast.Call(ast.Name(id=name), arguments):
                return self._call(parsed, name, arguments, depth)
        return None

    def _earlier(self, parsed: Parsed, inside: ast.expr, back: list[ast.expr], depth: int) -> str | None:
        name = self._phrase(parsed, inside, depth + 1, bare=True)
        periods = back[0].value if back and isinstance(back[0], ast.Constant) else 1
        period = self.period(int(str(periods)))
        return None if name is None else self.say("previous_of", name=name, period=period)

    def _call(self, parsed: Parsed, name: str, arguments: list[ast.expr], depth: int) -> str | None:
        if name in _OF_A_CRITERION:
            if not arguments:
                return self.say(f"{name}_of_all")
            return self.say(f"{name}_of", name=self.criterion(dotted(parsed.text, arguments[0])))
        if name == "count":
            return self.say("count_of", number=len(arguments))
        if name == "round":
            arguments = arguments[:1]
        phrases = [self._phrase(parsed, each, depth + 1) for each in arguments]
        texts = [phrase for phrase in phrases if phrase is not None]
        if len(texts) < len(phrases) or name in _WITHOUT_PHRASE:
            return None
        if name in ("min", "max", "first"):
            return self.say(f"{name}_of", names=", ".join(texts))
        if len(texts) == 2:
            return self.say(f"{name}_of", first=texts[0], second=texts[1])
        return self.say(f"{name}_of", name=texts[0])

    def defined_as(self, name: str) -> str | None:
        """The expression of a definition; None of anything else."""
        definition = self._defined.get(name)
        return None if definition is None or definition.expr is None else definition.expr.text

    def unit(self, part: Subexpression) -> str:
        """What a part is counted in: ``percent``, ``points``, ``day``, ``step``, or the author's unit."""
        return self._unit(part.tree, 0)

    def _unit(self, tree: ast.expr, depth: int) -> str:
        if depth > _DEEPEST_UNIT:
            return ""
        match tree:
            case ast.Name(id=name):
                return self._unit_of_name(normal(name), depth)
            case ast.BinOp(left, ast.Add() | ast.Sub(), right) | ast.IfExp(_, left, right):
                units = {self._unit(side, depth + 1) for side in (left, right)} - {""}
                return units.pop() if len(units) == 1 else ""
            case ast.Call(ast.Name(id="percent")):
                return "percent"
            case ast.Call(ast.Name(id="days_between" | "working_days_between")):
                return "day"
            case ast.Call(ast.Name(id="score" | "max_score")):
                return "points"
            case ast.Call(ast.Name(id=name), [first, *_]) if name in _SAME_UNIT:
                return self._unit(first, depth + 1)
        return ""

    def _unit_of_name(self, name: str, depth: int) -> str:
        if name in self._inputs:
            given = self._inputs[name]
            known = {"percent": "percent", "date": "day", "ordinal": "step"}.get(given.type)
            return known or given.unit.in_language(self.lang)
        if name not in self._units:
            unit = "points" if name == "score" and name not in self._titles else ""
            text = self.defined_as(name)
            self._units[name] = unit if text is None else self._unit(parse(text).tree, depth + 1)
        return self._units[name]

    def value(self, value: Any, unit: str = "", *, digits: int = 4, least: int = 0) -> str:
        """A value as a reader writes it: number, day, word, yes or no; missing; not applicable."""
        if value is None:
            return self.say("no_value")
        if value is NA:
            return self.say("na_value")
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, Bounds):
            return self._between(value, unit)
        if isinstance(value, datetime.date):
            return formatting.date(value, self.lang)
        if isinstance(value, str):
            return self.say("word", word=value)
        return self.sized(value, unit, digits=digits, least=least)

    def sized(self, value: float | Fraction, unit: str = "", *, digits: int = 4, least: int = 0) -> str:
        """A number with its unit."""
        if unit == "percent":
            return formatting.percent(value, self.lang, digits=digits, least=least)
        shown = formatting.number(value, self.lang, digits=digits)
        if unit in ("", "day", "step", "share"):
            return shown
        if unit == "points":
            return self.say("points", points=shown)
        return self.say("with_unit", number=shown, unit=unit)

    def _between(self, bounds: Bounds, unit: str) -> str:
        if bounds.low <= -_UNBOUNDED or bounds.high >= _UNBOUNDED:
            return self.say("no_value")
        low, high = (self.sized(end, unit) for end in bounds)
        return self.say("between", low=low, high=high)

    def points(self, bounds: Bounds, most: Bounds | None) -> str:
        """Points of the points possible."""
        got = self.end(bounds)
        if most is None:
            return self.say("measured", points=got)
        key = "points_of" if bounds.exact and most.exact else "points_of_open"
        return self.say(key, points=got, most=self.end(most))

    def end(self, bounds: Bounds) -> str:
        """A number of points, or from where to where it may lie."""
        if not bounds.exact and max(-bounds.low, bounds.high) >= _UNBOUNDED:
            return self.say("no_value")
        low, high = (formatting.points(end, self.lang) for end in bounds)
        return low if bounds.exact else self.say("between", low=low, high=high)

    def share(self, part: float | Fraction, *, least: int = 0) -> str:
        """A share of a maximum, as a percentage."""
        exact = Fraction(repr(part)) if isinstance(part, float) else Fraction(part)
        return formatting.percent(exact * 100, self.lang, digits=_SHARE_DIGITS, least=least)

    def apart(self, value: Fraction, edge: Fraction, unit: str) -> tuple[str, str]:
        """Two numbers with as many places as it takes to see which is larger."""
        digits = 2
        while digits < 9 and value != edge and _rounded(value, digits) == _rounded(edge, digits):
            digits += 1
        least = 1 if unit == "percent" else 0
        shown = self.sized(value, unit, digits=digits, least=least)
        return shown, self.sized(edge, unit, digits=max(digits, 4))

    def state(self, status: str, *, lacking: bool = True) -> str:
        """The word of a criterion's state; what is open for another reason is undecided."""
        return self.say("open_state" if status == "unknown" and not lacking else status)

    def verdict(self, role: str, status: str) -> str:
        """What it means for a condition in that role to have that state."""
        if status in ("met", "not_met"):
            return self.say(f"{role}_{status}")
        return self.state(status, lacking=role != "want")

    def shortfall(self, short: Shortfall) -> str:
        """By how much it is missed, as the end of a sentence."""
        way = "up" if short.direction > 0 else "down"
        if short.amount == 0:
            return self.say(f"edge_{way}")
        amount = self._amount(short)
        if short.strict:
            return self.say(f"strict_{way}", amount=amount)
        exact = "exact_" if short.operator in ("==", "<", ">") else ""
        said = self.say(f"short_{exact}{way}", amount=amount)
        if short.instead is not None:
            name = self.name(short.instead.of)
            said += self.say(f"instead_{way}", name=name, amount=self._amount(short.instead))
        return said

    def _amount(self, short: Shortfall) -> str:
        percents = short.unit in ("percent_point", "share")
        size = short.amount * 100 if short.unit == "share" else short.amount
        shown, raised = formatting.almost(size, self.lang, least=1 if percents else 0)
        keys = {"percent_point": "percent_points", "share": "percent_points", "day": "days", "step": "steps"}
        if short.unit in keys:
            said = self.say(keys[short.unit], number=shown)
        elif short.unit == "point":
            said = self.say("points", points=shown)
        else:
            said = self.say("with_unit", number=shown, unit=short.unit) if short.unit else shown
        return self.say("almost", amount=said) if raised else said


def _bracketed(text: str, tree: ast.expr) -> str:
    return f"({text})" if isinstance(tree, ast.BinOp) else text


def _rounded(value: Fraction, digits: int) -> str:
    return formatting.number(value, "en", digits=digits)
