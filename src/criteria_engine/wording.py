"""The only maker of sentences about rules, in the language given to it."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from criteria_engine.compiler.names import Described
from criteria_engine.compiler.tree import Tree
from criteria_engine.core.grammar import Parsed
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.lines import Shortfall
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Language
from criteria_engine.messages.results_en import ENGLISH
from criteria_engine.messages.results_vi import VIETNAMESE
from criteria_engine.phrases import Phrases

__all__ = ["MARKS", "SIGNS", "Wording"]

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

    def __init__(self, lang: Language, ruleset: Described, tree: Tree) -> None:
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
