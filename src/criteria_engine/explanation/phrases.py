"""What parts of expressions are called: the author's titles, and what their numbers are counted in."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from criteria_engine.compiler.names import ON_NAME
from criteria_engine.compiler.tree import Tree
from criteria_engine.core.grammar import Parsed, dotted, normal, parse
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.explanation.lines import Shortfall
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Fault, Language
from criteria_engine.messages.results_en import ENGLISH
from criteria_engine.messages.results_vi import VIETNAMESE
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.parts import RulesetParts

__all__ = [
    "MARKS",
    "SIGNS",
    "Phrases",
    "Wording",
]

_Say = Callable[..., str]

_LONGEST, _DEEPEST = 110, 12
_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
}
_KEPT = ("round", "floor", "ceil", "abs", "min", "max", "first")
_DAYS = ("days_between", "working_days_between")
_UNPHRASED = frozenset({"met", "known", "applicable", "evidenced", "every_period", "any_period"})
_COUNTED = ("score", "max_score")


class Phrases:
    """Names for parts of the expressions of one ruleset, in one language."""

    def __init__(self, ruleset: RulesetParts, tree: Tree, lang: Language, say: _Say) -> None:
        self._ruleset, self._tree, self._lang, self._say = ruleset, tree, lang, say
        self._inputs = {each.id: each for each in ruleset.inputs}
        self._titles: dict[str, Titles] = {each.id: each.title for each in ruleset.inputs}
        self._titles |= {each.id: each.title for each in ruleset.parameters}
        self._titles |= {each.id: each.title for each in ruleset.define}
        self._defined = {each.id: each for each in ruleset.define}
        self._units: dict[str, str] = {}

    def name(self, name: str) -> str:
        """The title of an input, parameter or definition; its id if it has none.

        Inputs of earlier periods and titles are named by the expressions that ask for them.
        """
        if "(" in name:
            parsed = parse(name)
            return self._of(parsed, parsed.tree, 0, bare=True) or name
        if name == ON_NAME and name not in self._titles:
            return self._say("day_of_assessment")
        return self._titles.get(name, Titles()).in_language(self._lang) or name

    def criterion(self, name: str) -> str:
        """The title of a criterion, by path or id; its id if it has none."""
        if not name:
            return self._ruleset.title.in_language(self._lang) or self._ruleset.id
        try:
            criterion = self._tree.find(name).criterion
        except Fault:
            return name
        return criterion.title.in_language(self._lang) or criterion.id

    def quoted(self, parsed: Parsed, tree: ast.expr) -> str:
        """A part as its author wrote it."""
        start, length = parsed.span(tree)
        return parsed.text[start : start + length].strip()

    # ---- phrases -----------------------------------------------------------------------------

    def phrase(self, parsed: Parsed, tree: ast.expr) -> tuple[str, bool]:
        """What a part is called, and whether that is the author's expression itself."""
        if isinstance(tree, ast.Name):
            return self._named(normal(tree.id))
        made = self._of(parsed, tree, 0)
        if made is None or len(made) > _LONGEST:
            return self.quoted(parsed, tree), True
        return made, False

    def _named(self, name: str) -> tuple[str, bool]:
        titled = self.name(name)
        text = self.defined_as(name)
        if titled != name or text is None:
            return (self._say("score_of_all"), False) if name == "score" else (titled, False)
        inside = parse(text)
        if isinstance(inside.tree, ast.Call):
            made = self._of(inside, inside.tree, 0)
            if made is not None and len(made) <= _LONGEST:
                return made, False
        return name, True

    def _of(self, parsed: Parsed, tree: ast.expr, depth: int, *, bare: bool = False) -> str | None:
        """A phrase for a part, or None where there is no short one; ``bare``: without quotation marks."""
        if depth > 4:
            return None
        match tree:
            case ast.Name(id=name) if bare:
                return self.name(normal(name))
            case ast.Name(id=name):
                return f"“{self.name(normal(name))}”"
            case ast.Constant(value=str(word)):
                return f"“{word}”"
            case ast.Constant():
                return self._say("as_written", number=self.quoted(parsed, tree))
            case ast.BinOp(left, operator, right) if type(operator) in _SIGNS:
                one, two = self._of(parsed, left, depth + 1), self._of(parsed, right, depth + 1)
                if one is None or two is None:
                    return None
                if isinstance(operator, ast.Mult | ast.Div):
                    one, two = _bracketed(one, left), _bracketed(two, right)
                return f"{one} {_SIGNS[type(operator)]} {_bracketed(two, right)}"
            case ast.Call(ast.Name(id="previous"), [inside, *back]):
                return self._earlier(parsed, inside, back, depth)
            case ast.Call(
                ast.Name(id="holds"), [ast.Constant(value=str(ruleset)), ast.Constant(value=level)]
            ):
                return self._say("holds_of", ruleset=ruleset, level=level)
            case ast.Call(ast.Name(id=name), arguments):
                return self._called(parsed, name, arguments, depth)
        return None

    def _earlier(self, parsed: Parsed, inside: ast.expr, back: list[ast.expr], depth: int) -> str | None:
        name = self._of(parsed, inside, depth + 1, bare=True)
        periods = back[0].value if back and isinstance(back[0], ast.Constant) else 1
        key = "last_period" if periods == 1 else "periods_ago"
        return (
            None
            if name is None
            else self._say("previous_of", name=name, period=self._say(key, number=periods))
        )

    def _called(self, parsed: Parsed, name: str, arguments: list[ast.expr], depth: int) -> str | None:
        if name in ("score", "max_score", "share", "count_met", "lowest_share"):
            if not arguments:
                return self._say(f"{name}_of_all")
            return self._say(f"{name}_of", name=self.criterion(dotted(parsed.text, arguments[0])))
        if name == "count":
            return self._say("count_of", number=len(arguments))
        if name == "round":
            arguments = arguments[:1]
        parts = [self._of(parsed, each, depth + 1) for each in arguments]
        if any(each is None for each in parts) or name in _UNPHRASED:
            return None
        texts = [each for each in parts if each is not None]
        if name in ("min", "max", "first"):
            return self._say(f"{name}_of", names=", ".join(texts))
        if len(texts) == 2:
            return self._say(f"{name}_of", first=texts[0], second=texts[1])
        return self._say(f"{name}_of", name=texts[0])

    # ---- units -------------------------------------------------------------------------------

    def unit(self, parsed: Parsed, tree: ast.expr, depth: int = 0) -> str:
        """What a part is counted in: ``percent``, ``points``, ``day``, ``step``, or the author's unit."""
        if depth > _DEEPEST:
            return ""
        match tree:
            case ast.Name(id=name):
                return self._unit_of_name(normal(name), depth)
            case ast.BinOp(left, ast.Add() | ast.Sub(), right) | ast.IfExp(_, left, right):
                units = {self.unit(parsed, each, depth + 1) for each in (left, right)} - {""}
                return units.pop() if len(units) == 1 else ""
            case ast.Call(ast.Name(id="percent")):
                return "percent"
            case ast.Call(ast.Name(id="previous"), [first, *_]):
                return self.unit(parsed, first, depth + 1)
            case ast.Call(ast.Name(id=name)) if name in _DAYS:
                return "day"
            case ast.Call(ast.Name(id=name)) if name in _COUNTED:
                return "points"
            case ast.Call(ast.Name(id=name), [first, *_]) if name in _KEPT:
                return self.unit(parsed, first, depth + 1)
        return ""

    def _unit_of_name(self, name: str, depth: int) -> str:
        if name in self._inputs:
            given = self._inputs[name]
            known = {"percent": "percent", "date": "day", "ordinal": "step"}.get(given.type)
            return known or given.unit.in_language(self._lang)
        if name not in self._units:
            text = self.defined_as(name)
            made = "points" if name == "score" and name not in self._titles else ""
            if text is not None:
                inside = parse(text)
                made = self.unit(inside, inside.tree, depth + 1)
            self._units[name] = made
        return self._units[name]

    def defined_as(self, name: str) -> str | None:
        """The expression of a definition; None of anything else."""
        definition = self._defined.get(name)
        return None if definition is None or definition.expr is None else definition.expr.text


def _bracketed(text: str, tree: ast.expr) -> str:
    return f"({text})" if isinstance(tree, ast.BinOp) else text


# ---- the only maker of sentences about rules, in the language given to it ------------------------

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

# A number that nothing bounds lies between these: to a reader, no figure at all.
_UNBOUNDED = 1e14
_SHARE_DIGITS = 2


class Wording:
    """Sentences about one ruleset in one language."""

    def __init__(self, lang: Language, ruleset: RulesetParts, tree: Tree) -> None:
        self.lang = lang
        self._sentences = VIETNAMESE if lang == "vi" else ENGLISH
        self.phrases = Phrases(ruleset, tree, lang, self.say)

    def say(self, key: str, **details: object) -> str:
        """The sentence of that key."""
        return self._sentences[key].format_map(details)

    def period(self, back: int) -> str:
        """What a period is called by how long before it is."""
        return self.say(
            "this_period" if not back else "last_period" if back == 1 else "periods_ago", number=back
        )

    def listed(self, texts: Iterable[str]) -> str:
        """Several texts in a row."""
        return self.say("list_mark").join(texts)

    # ---- values ------------------------------------------------------------------------------

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
        return self.number(value, unit, digits=digits, least=least)

    def number(self, value: float | Fraction, unit: str = "", *, digits: int = 4, least: int = 0) -> str:
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
        low, high = (self.number(end, unit) for end in bounds)
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

    def share(self, share: float | Fraction) -> str:
        """A share of a maximum, as a percentage."""
        hundredfold = (Fraction(repr(share)) if isinstance(share, float) else Fraction(share)) * 100
        return formatting.percent(hundredfold, self.lang, digits=_SHARE_DIGITS)

    def apart(self, value: Fraction, edge: Fraction, unit: str) -> tuple[str, str]:
        """Two numbers with as many places as it takes to see which is larger."""
        digits = 2
        while digits < 9 and value != edge and _shown(value, digits) == _shown(edge, digits):
            digits += 1
        least = 1 if unit == "percent" else 0
        return (
            self.number(value, unit, digits=digits, least=least),
            self.number(edge, unit, digits=max(digits, 4)),
        )

    # ---- states ------------------------------------------------------------------------------

    def state(self, status: str, *, lacking: bool = True) -> str:
        """The word of a criterion's state; what is open for another reason is undecided."""
        return self.say("open_state" if status == "unknown" and not lacking else status)

    def verdict(self, role: str, status: str) -> str:
        """What it means for a condition in that role to have that state."""
        if status in ("met", "not_met"):
            return self.say(f"{role}_{status}")
        return self.state(status, lacking=role != "want")

    # ---- shortfalls --------------------------------------------------------------------------

    def shortfall(self, short: Shortfall) -> str:
        """By how much it is missed, as the end of a sentence."""
        way = "up" if short.direction > 0 else "down"
        if short.amount == 0:
            return self.say(f"edge_{way}")
        amount = self._amount(short)
        if short.strict:
            return self.say(f"strict_{way}", amount=amount)
        said = self.say(
            f"short_exact_{way}" if short.operator in ("==", "<", ">") else f"short_{way}", amount=amount
        )
        if short.instead is not None:
            name = self.phrases.name(short.instead.of)
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

    # ---- parts of expressions ----------------------------------------------------------------

    def phrase(self, parsed: Parsed, tree: ast.expr) -> str:
        """What a part of an expression is called."""
        return self.phrases.phrase(parsed, tree)[0]


def _shown(value: Fraction, digits: int) -> str:
    return formatting.number(value, "en", digits=digits)
