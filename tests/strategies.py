"""Random sound rulesets as plain data, and assessments of them.

`documents()` draws what a YAML author could have written. Everything refers backwards, so that no
ring arises: a criterion asks only criteria that stand wholly before it, a definition only what was
defined before it; definitions that ask criteria are used by levels and overrides alone.

Dated parameters begin before `ON`, so an assessment is made `on=ON` or later. With `times` a ruleset
looks back at earlier periods, asks for titles and for the day now and then; `histories` and `titles`
draw what it looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

Document = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

ON = date(2025, 6, 30)
CHOOSE_OTHERWISE_BESIDE = True
"""Where `otherwise` of `choose` is written: beside the map of points, or in it."""

RATING = ("not_completed", "completed", "good", "excellent")
RISK = ("high", "medium", "low")
SCALES = {"rating": RATING, "risk": RISK}
CHOICES = (("normal", "difficult"), ("plain", "coast", "hills"), ("yes", "no"))
WORDS = ("plan", "report", "đề án")
DAYS = ("2024-01-01", "2024-02-29", "2024-07-15", "2025-02-28", "2025-03-01", "2025-06-30")
RANGES = ([0, 10], [0, 100], [-5, 5], [1, 50], [0, 1000])
STEMS = {
    "boolean": "đạt",
    "number": "amount",
    "integer": "cases",
    "percent": "rate",
    "ordinal": "rating",
    "choice": "area",
    "date": "day",
    "text": "word",
}
NUMERIC = ("integer", "number", "percent")
COMBINES = ("sum", "mean", "all", "any", "at_least", "first", "count", "min", "max")
COMBINES += ("geometric_mean",)
LEAVES = ("test", "bands", "score", "choose", "checklist", "none_of", "deduct", "curve", "table")
QUANTITIES = ("plain", "plain", "percent", "+", "-", "*", "/", "//", "%", "min", "max", "abs")
QUANTITIES += ("round", "floor", "ceil", "root", "ln", "log10", "exp", "**", "negative", "if")
QUANTITIES += ("count", "between", "between", "first", "asked", "asked", "product")
QUESTIONS = ("boolean", "number", "boolean", "number", "ordinal", "choice", "among", "text")
QUESTIONS += ("known", "applicable", "evidenced", "met", "named", "dates", "places", "word")
ASKS_FOR = {
    "boolean": ("boolean",),
    "number": NUMERIC,
    "first": NUMERIC,
    "chain": NUMERIC,
    "compare": NUMERIC,
    "**": ("integer", "percent"),
    "ordinal": ("ordinal",),
    "places": ("ordinal",),
    "choice": ("choice",),
    "among": ("choice", "ordinal"),
    "text": ("text",),
    "dates": ("date",),
    "between": ("date",),
}
MODES = ("half_up", "half_even", "down", "up")
MOST_INPUTS = 8
LADDERS = {"vn.example.safe": ("high", "fair"), "vn.example.clean": ("clean",)}
"""The rulesets whose titles are asked for, with their levels, the best first."""
MOST_BACK = 3


@cache
def whole(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def plain(x: Decimal | float) -> int | float:
    """A number as an author writes it: whole where it can be."""
    return int(x) if x == int(x) else float(x)


def tenths(x: float, rounding: str = ROUND_DOWN) -> Decimal:
    return Decimal(repr(x)).quantize(Decimal("0.1"), rounding)


def written(x: Any) -> str:
    return format(Decimal(repr(x)), "f")


class Author:
    """Someone who writes one ruleset, and remembers the names at hand while writing."""

    def __init__(self, draw: Draw, *, once: bool, absent: bool, evidence: bool, times: bool = False) -> None:
        self.draw, self.once, self.absent, self.evidence = draw, once, absent, evidence
        self.times, self.looking_back = times, False
        self.now_only: set[str] = set()
        self.inputs: dict[str, dict[str, Any]] = {}
        self.parameters: dict[str, Any] = {}
        self.numbers: list[str] = []
        self.definitions: dict[str, Any] = {}
        self.named: dict[str, list[str]] = {"number": [], "boolean": [], "text": []}
        self.late: dict[str, list[str]] = {"number": [], "boolean": []}
        self.done: list[Standing] = []
        self.counters: dict[str, int] = {}
        self.borrowed = self.repeats = False
        self.details: list[Standing] = []
        self.steady: list[str] = []

    # Draws

    def pick(self, *options: Any) -> Any:
        return options[self.draw(whole(0, len(options) - 1))]

    def number(self, low: int, high: int) -> int:
        return self.draw(whole(low, high))

    def chance(self, percent: int) -> bool:
        """Whether something rare happens; shrinks to no."""
        return self.draw(whole(0, 99)) >= 100 - percent

    def amount(self, low: int, high: int) -> int | float:
        """A number between two others, mostly whole, else of one place after the point."""
        x = self.number(low, high)
        if x < high and self.chance(20):
            return plain(Decimal(x) + Decimal(self.number(1, 9)) / 10)
        return x

    def fresh(self, stem: str) -> str:
        self.counters[stem] = self.counters.get(stem, 0) + 1
        return f"{stem}{self.counters[stem]}"

    # Inputs, parameters, definitions

    def input(self, *kinds: str) -> str:
        """The name of an input of one of the kinds, an earlier one or a new one."""
        there = [name for name, rules in self.inputs.items() if rules["type"] in kinds]
        full = self.borrowed or len(self.inputs) >= MOST_INPUTS
        if there and not self.once and (full or self.chance(60)):
            return self.pick(*there)
        return self.new_input(self.pick(*kinds))

    def new_input(self, kind: str) -> str:
        rules: dict[str, Any] = {"type": kind}
        if kind == "ordinal":
            rules["scale"] = self.pick(*SCALES)
        if kind == "choice":
            rules["choices"] = list(self.pick(*CHOICES))
        if kind in ("integer", "number") and self.chance(40):
            rules["range"] = list(self.pick(*RANGES))
        if self.chance(25):
            rules["may_be_na"] = True
        if self.evidence and self.chance(15):
            rules["evidence"] = "required"
        if self.chance(5):
            rules["title"] = {"vi": "Số liệu", "en": "Figure"}
        name = self.fresh(STEMS[kind])
        self.inputs[name] = rules
        return name

    def forms(self, options: tuple[str, ...]) -> list[str]:
        """The forms of expression for which inputs are at hand, or may still be added."""
        if self.once or not (self.borrowed or len(self.inputs) >= MOST_INPUTS):
            return list(options)
        there = {rules["type"] for rules in self.inputs.values()}
        return [form for form in options if there.intersection(ASKS_FOR.get(form, STEMS))]

    def words(self, name: str) -> tuple[str, ...]:
        rules = self.inputs[name]
        return SCALES[rules["scale"]] if "scale" in rules else tuple(rules["choices"])

    def reach(self, name: str) -> tuple[int, int]:
        """Between what values an input lies, or is drawn."""
        rules = self.inputs[name]
        if rules["type"] == "percent":
            return 0, 100
        low, high = rules.get("range", (0, 100))
        return low, high

    def new_parameter(self) -> None:
        name = self.fresh("mark")
        shape = self.pick("plain", "by", "dated")
        if shape == "plain":
            self.parameters[name] = self.amount(1, 100)
        elif shape == "by":
            by = self.input("choice", "ordinal")
            values = {word: self.amount(1, 100) for word in self.words(by)}
            self.parameters[name] = {"by": by, "values": values}
        else:
            starts = ("2020-01-01", "2024-01-01", "2026-01-01")[: self.number(1, 3)]
            steps = [{"from": start, "value": self.amount(1, 100)} for start in starts]
            self.parameters[name] = steps
        self.numbers.append(name)
        if not (shape == "by" and "may_be_na" in self.inputs[self.parameters[name]["by"]]):
            self.steady.append(name)

    def new_definition(self) -> None:
        name = self.fresh("share")
        kind = self.pick("number", "boolean", "text", *("bands", "curve", "choose", "table"))
        if kind == "text":
            rule: Any = f"'high' if {self.condition(1)} else 'low'"
        elif kind in ("number", "boolean"):
            rule = self.quantity(2) if kind == "number" else self.condition(2)
        else:
            rule = {kind: self.choosing(kind, "gives")}
            if self.chance(10):
                rule["title"] = "Chosen"
        self.definitions[name] = rule
        self.named[kind if kind in self.named else "number"].append(name)
        asked = set(re.findall(r"\w+", str(rule)))
        if asked & {"previous", "every_period", "any_period", *self.now_only}:
            self.now_only.add(name)

    def late_definition(self) -> None:
        """A definition that asks criteria, for levels and overrides."""
        name = self.fresh("result")
        kind = self.pick("number", "boolean", *["bands"] * bool(self.done))
        if kind == "bands":
            of = self.asked_number()
            edges = [{"at_least": edge, "gives": n} for n, edge in enumerate((8, 4, 1))]
            self.definitions[name] = {"bands": {"of": of, "steps": [*edges, {"otherwise": 7}]}}
            self.late["number"].append(name)
        else:
            rule = self.quantity(1) if kind == "number" else self.condition(1)
            self.definitions[name] = rule
            self.late[kind].append(name)

    def defined(self, kind: str) -> list[str]:
        """The definitions of a kind that may stand here; in another period none that looks back."""
        if not self.looking_back:
            return self.named[kind]
        return [name for name in self.named[kind] if name not in self.now_only]

    def back(self, inner: Callable[[], str]) -> str:
        """Something as it was in an earlier period; looking back does not nest, nor ask criteria."""
        self.looking_back, done, self.done = True, self.done, []
        try:
            return inner()
        finally:
            self.looking_back, self.done = False, done

    def looks_back(self, percent: int) -> bool:
        """Whether to look elsewhere here; where that is not wanted nothing is drawn."""
        return self.times and not self.looking_back and self.chance(percent)

    def title(self) -> str:
        ruleset = self.pick(*LADDERS)
        return f"holds('{ruleset}', '{self.pick(*LADDERS[ruleset], 'none')}')"

    def elsewhere(self) -> str:
        """A condition on other periods, other titles, the day."""
        form = self.pick("previous", "every_period", "any_period", "holds", "held", "on")
        if form == "holds":
            return self.title()
        if form == "on":
            return (
                f"on {self.pick('<', '>=')} {self.input('date')}"
                if self.forms(("dates",))
                else "on > '2024-01-01'"
            )
        inner = self.title() if form == "held" else self.back(lambda: self.condition(1))
        if form in ("every_period", "any_period"):
            return f"{form}({inner}, {self.number(1, MOST_BACK + 1)})"
        return self.previous(inner)

    def previous(self, inner: str) -> str:
        periods = self.number(1, MOST_BACK)
        return f"previous({inner})" if periods == 1 else f"previous({inner}, {periods})"

    def spend(self, names: list[str]) -> str:
        """One of the names; where everything is used once it is gone afterwards."""
        name = self.pick(*names)
        if self.once:
            names.remove(name)
        return name

    # Expressions

    def quantity(self, depth: int) -> str:
        """An expression that gives a number, and asks at least one input."""
        if self.looks_back(12):
            return self.previous(self.back(lambda: self.quantity(min(depth, 1))))
        if depth <= 0:
            return self.plain_quantity()
        form = self.pick(*self.forms(QUANTITIES))
        a = self.quantity
        if form == "percent":
            return f"percent({a(depth - 1)}, {a(depth - 1)})"
        if form in ("+", "-", "/", "//", "%"):
            small = self.chance(40)
            return f"({a(depth - 1)} {form} {self.constant(1, 20) if small else a(depth - 1)})"
        if form == "*":
            return f"({a(depth - 1)} * {self.constant(1, 5)})"
        if form == "product":
            return f"({self.plain_quantity()} * {self.plain_quantity()})"
        if form in ("min", "max"):
            return f"{form}({a(depth - 1)}, {self.constant(0, 50)}, {a(0)})"
        if form == "round":
            return f"round({a(depth - 1)}, {self.number(0, 2)})"
        if form in ("abs", "floor", "ceil", "ln", "log10"):
            return f"{form}({a(depth - 1)})"
        if form == "root":
            return f"sqrt({a(depth - 1)})"
        if form == "exp":
            return f"exp(min({a(0)} / 100, 5))"
        if form == "**":
            return f"{self.input('integer', 'percent')} ** 2"
        if form == "negative":
            return f"-{a(0)}"
        if form == "if":
            return f"({a(0)} if {self.condition(depth - 1)} else {a(depth - 1)})"
        if form == "count":
            return f"count({self.conditions(2, 3, depth - 1)})"
        if form == "between":
            unit = self.pick("days", "years", "working_days")
            return f"{unit}_between({self.input('date')}, {self.input('date')})"
        if form == "first" and self.absent:
            return f"first({self.input(*NUMERIC)}, {self.input(*NUMERIC)}, {self.constant(0, 9)})"
        if form == "asked" and self.done and not self.once:
            return self.asked_number()
        return a(0)

    def plain_quantity(self) -> str:
        kind = self.number(0, 9)
        if kind == 9 and self.numbers:
            return self.spend(self.numbers)
        if kind == 8 and self.defined("number"):
            return self.spend(self.defined("number"))
        return self.input(*NUMERIC) if self.forms(("number",)) else str(self.number(1, 9))

    def constant(self, low: int, high: int) -> str:
        """A number, sometimes a parameter."""
        if self.numbers and self.chance(20):
            return self.spend(self.numbers)
        return written(self.amount(low, high))

    def asked_number(self) -> str:
        """What a criterion that stands before brought."""
        of = self.pick(*self.done)
        forms = ["score"]
        forms += [] if of.holds_value else ["share", "max_score"]
        forms += ["count_met"] if of.children else []
        forms += ["lowest_share"] * 4 if of.children and not of.holds_value else []
        return f"{self.pick(*forms)}({of.name})"

    def condition(self, depth: int) -> str:
        """An expression that gives a truth value."""
        if self.looks_back(12):
            return self.elsewhere()
        if depth <= 0:
            return self.plain_condition()
        form = self.pick(*self.forms(("plain", "compare", "and", "or", "not", "chain", "count", "if")))
        if form in ("and", "or"):
            parts = [self.condition(depth - 1) for _ in range(self.number(2, 3))]
            return "(" + f" {form} ".join(parts) + ")"
        if form == "not":
            return f"not ({self.condition(depth - 1)})"
        if form == "compare":
            sign = self.pick(">=", ">", "<=", "<", "==", "!=")
            other = self.quantity(0) if self.chance(40) else self.constant(0, 100)
            return f"{self.quantity(depth)} {sign} {other}"
        if form == "chain":
            name = self.input(*NUMERIC)
            low, high = self.reach(name)
            edge = self.number(low, high - 2)
            upper = self.number(edge + 1, high)
            return f"{edge} {self.pick('<=', '<')} {name} {self.pick('<', '<=')} {upper}"
        if form == "count":
            return f"count({self.conditions(2, 3, depth - 1)}) >= {self.number(1, 2)}"
        if form == "if":
            parts = [self.condition(0), self.condition(depth - 1), self.condition(0)]
            return f"({parts[0]} if {parts[1]} else {parts[2]})"
        return self.plain_condition()

    def conditions(self, least: int, most: int, depth: int) -> str:
        return ", ".join(self.condition(depth) for _ in range(self.number(least, most)))

    def plain_condition(self) -> str:
        """One short question."""
        form = self.pick(*self.forms(QUESTIONS) or ["none"])
        if form == "number":
            name = self.input(*NUMERIC)
            low, high = self.reach(name)
            sign = self.pick(">=", ">", "<=", "<", "==")
            return f"{name} {sign} {written(self.amount(low, high))}"
        if form == "ordinal":
            name = self.input("ordinal")
            return f"{name} {self.pick('>=', '>', '<=', '<', '==')} '{self.word(name)}'"
        if form == "choice":
            name = self.input("choice")
            return f"{name} {self.pick('==', '!=')} '{self.word(name)}'"
        if form == "among":
            name = self.input("choice", "ordinal")
            listed = dict.fromkeys(f"'{self.word(name)}'" for _ in range(2))
            return f"{name} in [{', '.join(listed)}]"
        if form == "text":
            return f"{self.input('text')} == '{self.pick(*WORDS)}'"
        if form in ("known", "applicable") and self.absent:
            return f"{form}({self.input(*STEMS)})"
        if form == "evidenced" and not self.once:
            return f"evidenced({self.input(*STEMS)})"
        if form == "met" and self.done and not self.once:
            return f"met({self.pick(*self.done).name})"
        if form == "named" and self.defined("boolean"):
            return self.spend(self.defined("boolean"))
        if form == "word" and self.defined("text"):
            return f"{self.spend(self.defined('text'))} == '{self.pick('high', 'low')}'"
        if form == "dates":
            return f"{self.input('date')} {self.pick('<', '<=', '>=')} {self.input('date')}"
        if form == "places":
            one, other = self.input("ordinal"), self.input("ordinal")
            if self.words(one) == self.words(other):
                return f"{one} {self.pick('>=', '<', '==')} {other}"
            sides = [f"{name} >= '{self.word(name)}'" for name in (one, other)]
            return " or ".join(sides)
        if self.forms(("boolean",)):
            return self.input("boolean")
        return f"{self.plain_quantity()} >= {self.number(0, 9)}"

    def word(self, name: str) -> str:
        return self.pick(*self.words(name))

    # Rules that choose

    def choosing(self, kind: str, key: str) -> dict[str, Any]:
        """Bands, a curve, a choice or a table whose steps give points or values."""
        if kind == "bands":
            return self.bands(key)
        if kind == "curve":
            return self.curve()
        if kind == "choose":
            return self.choose(key)
        rows = [
            self.step({"when": self.condition(1), key: self.step_points()}) for _ in range(self.number(1, 3))
        ]
        table: dict[str, Any] = {"rows": rows}
        if self.chance(60):
            table["otherwise"] = self.number(0, 3)
        elif all(isinstance(row[key], (int, float)) and row[key] < 0 for row in rows):
            rows[0][key] = 2
        return table

    def step(self, rules: dict[str, Any]) -> dict[str, Any]:
        return {**rules, "title": "Bậc"} if self.chance(4) else rules

    def step_points(self) -> Any:
        """Points of a step; at times below 0, at times an expression."""
        if self.chance(6):
            return f"{self.number(1, 3)} + {self.number(1, 3)}"
        if self.steady and not self.once and self.chance(4):
            return self.pick(*self.steady)
        return self.amount(0, 10) if not self.chance(10) else -self.number(1, 3)

    def scrutinised(self) -> tuple[str, int, int]:
        """What bands and curves look at, and between what it lies."""
        kind = self.number(0, 9)
        if kind == 7:
            return f"percent({self.input('integer')}, {self.input('integer')})", 0, 100
        if kind == 8 and self.named["number"]:
            return self.spend(self.named["number"]), 0, 50
        if kind == 9 and self.done and not self.once:
            return f"score({self.pick(*self.done).name})", 0, 10
        if kind == 6:
            return self.quantity(1), 0, 100
        name = self.input(*NUMERIC)
        return name, *self.reach(name)

    def edges(self, low: int, high: int, most: int) -> list[int]:
        """Rising edges strictly inside, at least two apart, so that whole numbers fit between."""
        found, edge = [], low
        for left in range(self.number(1, most), 0, -1):
            room = high - 1 - 2 * (left - 1)
            if edge + 2 > room:
                break
            edge = self.number(edge + 2, room)
            found.append(edge)
        return found or [low + 2]

    def bands(self, key: str) -> dict[str, Any]:
        of, low, high = self.scrutinised()
        if self.numbers and self.chance(6):
            edge = {self.pick("at_least", "above"): self.spend(self.numbers)}
            return {"of": of, "steps": [{**edge, key: 5}, {"otherwise": 0}]}
        edges, rising = self.edges(low, high, 3), self.chance(35)
        signs = ("at_most", "below") if rising else ("at_least", "above")
        steps = [
            self.step({self.pick(*signs): edge, key: self.step_points()})
            for edge in (edges if rising else reversed(edges))
        ]
        if high - low > 20 and high - edges[-1] >= 4 and not rising and self.chance(20):
            steps.insert(0, {"is": high - 1, key: self.step_points()})
        least = self.number(0, 2) if not self.chance(10) else -1
        if all(isinstance(s[key], (int, float)) and s[key] < 0 for s in steps) and least < 0:
            least = 0
        return {"of": of, "steps": [*steps, {"otherwise": least}]}

    def curve(self) -> dict[str, Any]:
        of, low, high = self.scrutinised()
        places = [low, *self.edges(low, high, 2)]
        points = [0, *(self.amount(1, 10) for _ in places[1:])]
        if self.chance(30):
            points.reverse()
        through: list[list[Any]] = [list(place) for place in zip(places, points, strict=True)]
        if self.chance(5):
            through[0][1] = "1 - 1"
        return {"of": of, "through": through}

    def choose(self, key: str) -> dict[str, Any]:
        kind = self.pick("ordinal", "choice", "ordinal", "choice", "boolean", "number")
        if kind == "boolean":
            return {"of": self.input("boolean"), key: {"true": self.number(1, 9), "false": 0}}
        if kind == "number":
            name = self.input("integer")
            low = max(0, self.reach(name)[0])
            found: dict[str, Any] = {str(low + n): self.number(0, 9) for n in range(2)}
            return {"of": name, **self.with_otherwise(key, found)}
        name = self.input(kind)
        found = {word: self.step_points() for word in self.words(name)}
        last = next(iter(found))
        if self.chance(25):
            del found[last]
            return {"of": name, **self.with_otherwise(key, found)}
        found[last] = self.number(0, 5)
        return {"of": name, key: found}

    def with_otherwise(self, key: str, entries: dict[str, Any]) -> dict[str, Any]:
        otherwise = self.number(0, 2)
        if CHOOSE_OTHERWISE_BESIDE:
            return {key: entries, "otherwise": otherwise}
        return {key: {**entries, "otherwise": otherwise}}

    # Criteria

    def leaf(self, *, value: bool) -> tuple[dict[str, Any], float]:
        """A leaf, and its points possible."""
        kind = "value" if value else self.pick(*LEAVES)
        rules: dict[str, Any] = {}
        most = 1.0
        if kind not in ("value", "bands", "curve", "choose", "table") and self.chance(70):
            rules["points"] = self.pick(10, 5, 2, 1, 20, 2.5, 0, 0.5)
            most = rules["points"]
        if kind in ("test", "score", "value"):
            rules[kind] = self.condition(2) if kind == "test" else self.quantity(2)
            if kind == "score" and self.chance(20):
                rules["least"] = self.pick(-2, 0, -0.5)
        elif kind in ("checklist", "none_of", "deduct"):
            rules[kind] = getattr(self, kind)()
            if kind == "deduct" and self.chance(20):
                rules["least"] = self.pick(-2, 0, -0.5)
        else:
            rules[kind] = self.choosing(kind, "points")
            most, exact = best_of(kind, rules[kind])
            if exact and self.chance(15):
                rules["points"] = plain(most)
        return rules, most

    def checklist(self) -> dict[str, Any]:
        names = ("a", "b", "c", "d")[: self.number(1, 4)]
        items = {name: self.item(self.condition(1)) for name in names}
        rule: dict[str, Any] = {"of": items}
        if self.chance(50):
            rule["need"] = self.number(1, len(names))
        if self.chance(25):
            rule["including"] = [self.pick(*names)]
        if len(names) > 1 and self.chance(25):
            rule["including_any"] = list(names[-2:])
        return rule

    def item(self, when: str) -> Any:
        return {"when": when, "title": "Mục"} if self.chance(10) else when

    def none_of(self) -> dict[str, Any]:
        events: dict[str, Any] = {}
        for name in ("a", "b", "c")[: self.number(1, 3)]:
            when = self.condition(1)
            excused = self.chance(40)
            events[name] = {"when": when, "unless": self.condition(0)} if excused else when
        return events

    def deduct(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        for _ in range(self.number(1, 3)):
            minus = self.pick(1, 0.5, 1.5, 3, 0.25)
            if self.chance(50):
                each = self.quantity(1) if self.chance(30) else self.input("integer")
                line = {"each": each, "minus": minus}
                if self.chance(50):
                    line["at_most"] = self.pick(1, 2, 3, 4.5)
            else:
                line = {"when": self.condition(1), "minus": minus}
            lines.append(line)
        return lines

    def group(self, depth: int, leaves: int, *, value: bool, path: str) -> Part:
        """A group, or the body of the whole set, with its children."""
        combine: Any = self.pick("sum", "sum", *COMBINES)
        rebased = self.chance(12)
        value = value and not rebased and combine not in ("all", "any", "at_least")
        children: dict[str, Any] = {}
        parts: list[Part] = []
        count = self.number(1, min(5, leaves))
        if count == 1 and self.chance(70):
            count = min(3, leaves)
        for _ in range(count):
            if leaves < 1 or (self.once and len(self.inputs) >= MOST_INPUTS and parts):
                break
            grouped = self.number(1, min(4, leaves)) if depth > 1 and self.chance(40) else 0
            leaves -= grouped or 1
            part = self.criterion(depth - 1, grouped, value=value, path=path)
            if part.name in children:
                part.name = self.fresh("item")
            elif part.name == "detail":
                self.details.append(Standing(f"{path}detail", part.holds_value, False))
            children[part.name] = part.rules
            parts.append(part)
        if combine in ("mean", "geometric_mean"):
            self.weigh(parts)
        if combine == "sum" and len(parts) > 1 and self.chance(35):
            parts[-1].rules["bonus"] = True
        rules: dict[str, Any] = {}
        if combine == "at_least":
            combine = {"at_least": self.number(1, len(parts))}
        if combine != "sum" or self.chance(5):
            rules["combine"] = combine
        most = estimate(combine, parts)
        if rebased:
            most = rules["scale_to"] = self.pick(100, 10, 1)
        elif combine == "sum" and self.chance(50) and self.total(parts) is not None and path:
            rules["points"] = self.total(parts)
        if "points" not in rules and self.chance(10):
            rules["factor"] = self.pick(2, 0.5, 0.75, 1.5)
            most *= rules["factor"]
        rules["criteria"] = children
        holds_value = any(part.holds_value for part in parts)
        smallest = min(part.smallest for part in parts)
        return Part("", rules, most, holds_value, parts, smallest)

    def weigh(self, parts: list[Part]) -> None:
        for part in parts:
            if self.chance(60):
                part.rules["weight"] = self.pick(2, 1, 0.5, 3, 0)
        if all(part.rules.get("weight", 1) == 0 for part in parts):
            parts[0].rules["weight"] = 1

    def total(self, parts: list[Part]) -> int | float | None:
        """The total of children whose points are written out as numbers."""
        counted = [part for part in parts if not part.rules.get("bonus")]
        written_out = [part.rules.get("points") for part in counted]
        simple = all(
            points is not None and not {"criteria", "factor", "scale_to"} & set(part.rules)
            for part, points in zip(counted, written_out, strict=True)
        )
        return plain(sum(Decimal(repr(points)) for points in written_out)) if simple else None

    def criterion(self, depth: int, leaves: int, *, value: bool, path: str) -> Part:
        """A leaf, or a group if it may have leaves, with the keys both may have."""
        name = self.fresh("group" if leaves else "item")
        if self.repeats and not leaves and path and self.chance(60):
            name = "detail"
        before = self.before()
        if leaves:
            part = self.group(depth, leaves, value=value, path=f"{path}{name}.")
            part.name = name
        else:
            of_value = value and self.chance(40)
            rules, most = self.leaf(value=of_value)
            part = Part(name, rules, most, of_value, [], most)
        rules = part.rules
        rules.update(before)
        if self.chance(9):
            rules["round"] = {"digits": self.number(0, 2)}
            if self.chance(70):
                rules["round"]["mode"] = self.pick(*MODES)
        if self.chance(7):
            rules["floor"] = self.pick(0, 0.5, 1, -1) if part.most >= 1 else 0
        if self.chance(9) and part.most > 0:
            rules["cap"] = plain(tenths(part.most * self.pick(1, 0.8), ROUND_UP))
            rules["cap"] = max(rules["cap"], rules.get("floor", 0))
            part.most = min(part.most, rules["cap"])
        if self.chance(9) and not self.once:
            rules["veto"] = True
        if self.chance(8) and name != "detail":
            rules["met_when"] = self.met_when(part)
        self.vary_missing(part)
        if leaves and not self.once and self.chance(18):
            self.add_levels(part, name)
        if self.chance(3):
            rules["title"] = {"vi": "Tiêu chí", "en": "Criterion"}
        if name != "detail":
            self.done.append(Standing(name, part.holds_value, bool(part.parts)))
        return part

    def before(self) -> dict[str, Any]:
        """Keys that look at what stands before a criterion, drawn before its children."""
        rules: dict[str, Any] = {}
        if self.chance(9):
            rules["applies_when"] = self.condition(1)
        if self.chance(8):
            rules["not_applicable"] = self.pick("met", "zero", "drop")
        if self.chance(9):
            wanted = [self.prerequisite() for _ in range(self.number(1, 2))]
            rules["requires"] = wanted if len(wanted) > 1 or self.chance(60) else wanted[0]
        return rules

    def prerequisite(self) -> str:
        if self.done and not self.once and self.chance(60):
            return self.pick(*self.done).name
        return self.condition(1)

    def met_when(self, part: Part) -> str:
        form = self.pick("score", "share", "other", "count")
        if form == "share" and not part.holds_value:
            return f"share({part.name}) >= {self.pick('0.5', '0.6', '1')}"
        if form == "count" and part.parts:
            return f"count_met({part.name}) >= {self.number(1, len(part.parts))}"
        if form == "other" and not self.once:
            return self.condition(1)
        return f"score({part.name}) >= {written(plain(tenths(part.most / 2)))}"

    def vary_missing(self, part: Part) -> None:
        if not self.absent or not self.chance(6):
            return
        how = self.pick("drop", "zero", "unknown", "points")
        if how != "points":
            part.rules["missing"] = how
        elif part.smallest >= 1 and not part.holds_value:
            part.rules["missing"] = {"points": self.pick(0, 0.5, 1)}

    # Levels

    def add_levels(self, part: Part, home: str) -> None:
        """Levels, overrides and what goes with them, of the set or of a group."""
        rules = part.rules
        names = ["best", "good", "fair"][: self.number(1, 3)]
        levels: dict[str, Any] = {}
        for name, when in zip(names, self.ladder(part, len(names)), strict=True):
            levels[name] = {"when": when}
            if not self.once:
                self.harden(levels[name], part, at_top=not home)
            if self.chance(4):
                levels[name]["title"] = {"vi": "Kiểu mẫu", "en": "Model"}
        rules["levels"] = levels
        if self.chance(40):
            rules["otherwise"] = self.pick("poor", {"id": "poor", "title": "Chưa đạt"})
        if self.chance(25):
            rules["cumulative"] = True
        if self.chance(15 if home else 40):
            lowest = ["poor"] if "otherwise" in rules else []
            rules["overrides"] = [self.override([*names, *lowest], home) for _ in range(self.number(1, 2))]

    def ladder(self, part: Part, steps: int) -> list[str]:
        """Conditions of levels, the best first, each harder than the next."""
        form = self.pick("percent", "score", "plain", "share", "count")
        if part.holds_value and form in ("percent", "share"):
            form = "score"
        marks = {self.number(0, 10) * 10 for _ in range(steps)}
        while len(marks) < steps:
            marks.add(min({0, 30, 50, 70} - marks))
        shares = sorted(marks, reverse=True)
        if form == "percent":
            return [f"percent(score(), max_score()) >= {share}" for share in shares]
        if form == "share":
            return [f"share() >= {written(plain(Decimal(share) / 100))}" for share in shares]
        asked = "score" if form == "plain" else "score()"
        if form == "count" and not self.once:
            top = [p.name for p in part.parts if p.parts]
            if top:
                of = self.pick(*top)
                asked = f"count_met({of}) >= 1 and score"
        most = tenths(part.most)
        return [f"{asked} >= {written(plain(most * share / 100))}" for share in shares]

    def harden(self, level: dict[str, Any], part: Part, *, at_top: bool) -> None:
        """What a level may ask besides its `when`."""
        if not part.holds_value and self.chance(20):
            level["each"] = self.share()
        paths = self.details if len(self.details) > 1 and at_top else []
        fit = [s.name for s in (*paths, *self.done) if not s.holds_value]
        if fit and self.chance(40 if paths else 15):
            level["floors"] = {name: self.share() for name in dict.fromkeys((fit[0], fit[-1]))}
        if self.chance(20):
            wanted = [paths[0].name if paths else self.prerequisite()]
            level["requires"] = wanted if self.chance(60) else wanted[0]
        if self.late["number"] and self.chance(30):
            level["when"] += f" and {self.pick(*self.late['number'])} != 3"

    def share(self) -> Any:
        tens = self.number(0, 10)
        return f"{tens * 10}%" if self.chance(70) else plain(Decimal(tens) / 10)

    def override(self, names: list[str], home: str) -> dict[str, Any]:
        when = self.condition(1)
        if self.late["boolean"] and not home and self.chance(50):
            when = self.pick(*self.late["boolean"])
        what = self.pick("at_most", "level", "refer", "outside")
        if what == "refer":
            return {"when": when, "refer": "Hội đồng quyết định"}
        if what == "outside":
            return {"when": when, "level": "special", "reason": "set apart"}
        return {"when": when, what: self.pick(*names), "reason": "as the law says"}

    def whole_document(self) -> Document:
        """A ruleset, its parts in the order of the page."""
        for _ in range(self.number(0, 2)):
            self.new_parameter()
        for _ in range(self.number(0, 2)):
            self.new_definition()
        leaves = self.number(1, 5 if self.once else 10)
        if self.chance(60):
            leaves = max(leaves, 5)
        self.repeats = self.chance(20)
        before = self.before_root()
        root = self.group(3, leaves, value=self.chance(18), path="")
        root.rules.update(before)
        self.root_keys(root)
        if self.chance(80):
            if not self.once and self.chance(30):
                self.late_definition()
            self.add_levels(root, "")
        if not self.inputs:
            self.new_input("boolean")
        document: Document = {"criteria_engine": 1, "id": "vn.example.drawn", "version": "1"}
        document |= {"title": "Drawn", "status": "illustrative"}
        if any(rules["type"] == "date" for rules in self.inputs.values()) and self.chance(30):
            document["holidays"] = ["2024-01-01", "2025-02-28", "2025-06-28"]
        scales = {rules["scale"] for rules in self.inputs.values() if "scale" in rules}
        if scales:
            document["scales"] = {scale: list(SCALES[scale]) for scale in sorted(scales)}
        document["inputs"] = self.inputs
        if self.parameters:
            document["parameters"] = self.parameters
        if self.definitions:
            document["define"] = self.definitions
        return {**document, **root.rules}

    def before_root(self) -> dict[str, Any]:
        return {"applies_when": self.condition(1)} if self.chance(6) else {}

    def root_keys(self, root: Part) -> None:
        if self.chance(8):
            root.rules["round"] = {"digits": self.number(0, 2), "mode": self.pick(*MODES)}
        self.vary_missing(root)


@dataclass
class Standing:
    """A criterion that is written out, so that others may refer to it."""

    name: str
    holds_value: bool
    children: bool


@dataclass
class Part:
    """A criterion while it is written: its rules, points possible and children."""

    name: str
    rules: dict[str, Any]
    most: float
    holds_value: bool
    parts: list[Part]
    smallest: float
    """The fewest points possible of a leaf in it."""


def best_of(kind: str, rule: dict[str, Any]) -> tuple[float, bool]:
    """The points of the best step written out as a number, and whether all are."""
    if kind == "curve":
        found = [points for _, points in rule["through"]]
    elif kind == "choose":
        found = [*rule["points"].values(), rule.get("otherwise", 0)]
    else:
        steps = rule["steps"] if kind == "bands" else rule["rows"]
        found = [step.get("points", step.get("otherwise")) for step in steps]
        found.append(rule.get("otherwise", found[0]))
    numbers = [x for x in map(simple_sum, found) if x is not None]
    return max(numbers, default=1), len(numbers) == len(found)


def simple_sum(points: Any) -> float | None:
    """A number, or what a sum of two written numbers comes to."""
    if isinstance(points, (int, float)):
        return points
    found = re.fullmatch(r"(\d+) \+ (\d+)", points)
    return int(found[1]) + int(found[2]) if found else None


def estimate(combine: Any, parts: list[Part]) -> float:
    """About what a group can bring, never more than a plain reading of its children gives."""
    most = [part.most for part in parts if not part.rules.get("bonus")]
    if combine == "count":
        return len(most)
    if combine == "mean":
        weights = [part.rules.get("weight", 1) for part in parts]
        return sum(x * w for x, w in zip(most, weights, strict=True)) / sum(weights)
    if combine in ("min", "first", "geometric_mean"):
        return min(most)
    return max(most) if combine == "max" else sum(most)


@st.composite
def documents(
    draw: Draw,
    *,
    once: bool = False,
    absent: bool | None = None,
    evidence: bool = False,
    times: bool = False,
) -> Document:
    """A sound ruleset.

    With `once` every input is used in one place, and a criterion is asked by levels and its own
    `met_when` alone. `absent` allows what takes a missing input as absent for good (`known`,
    `first`, `missing`); unless told it is allowed where `once` is not. With `evidence` some inputs
    need evidence: see `evidences`. With `times` some expressions look at earlier periods (see
    `histories`), at titles (see `titles`) and at the day.
    """
    allowed = not once if absent is None else absent
    return Author(draw, once=once, absent=allowed, evidence=evidence, times=times).whole_document()


@st.composite
def expressions(draw: Draw, names_by_type: Mapping[str, Any], depth: int = 2, gives: str = "boolean") -> str:
    """An expression over given inputs that gives a `boolean` or a `number`.

    `names_by_type` holds names by the type of input; where a type has words, names lead to them:
    `{"integer": ["cases"], "ordinal": {"rating": ["low", "high"]}}`. A type of input that an
    expression asks for and that has no names is passed over.
    """
    author = Author(draw, once=False, absent=True, evidence=False)
    author.borrowed = True
    for kind, names in names_by_type.items():
        for name in names:
            author.inputs[name] = {"type": kind}
            if kind in ("ordinal", "choice"):
                author.inputs[name]["choices"] = list(names[name])
    return author.quantity(depth) if gives == "number" else author.condition(depth)


def numbers_in(part: Any) -> Iterable[Decimal]:
    """The numbers written anywhere in a part of a ruleset, also inside expressions."""
    if isinstance(part, dict):
        for entry in part.values():
            yield from numbers_in(entry)
    elif isinstance(part, list):
        for entry in part:
            yield from numbers_in(entry)
    elif isinstance(part, str):
        yield from map(Decimal, re.findall(r"(?<![\w.])\d+(?:\.\d+)?", part))
    elif not isinstance(part, bool):
        yield Decimal(repr(part))


def marks(document: Document) -> list[Decimal]:
    """The numbers at which something may turn over, in order."""
    parts = [document.get(part) for part in ("parameters", "define", "criteria", "applies_when")]
    parts += [document.get("levels"), document.get("overrides")]
    return sorted({x for part in parts if part is not None for x in numbers_in(part)})


def value(draw: Draw, document: Document, name: str, edges: list[Decimal]) -> Any:
    """One permitted value of an input."""
    rules = document["inputs"][name]
    kind = rules["type"]
    if rules.get("may_be_na") and draw(whole(0, 99)) >= 75:
        return "n/a"
    if kind == "boolean":
        return draw(whole(0, 1)) == 1
    if kind not in NUMERIC:
        words = {
            "ordinal": lambda: document["scales"][rules["scale"]],
            "choice": lambda: rules["choices"],
            "text": lambda: WORDS,
            "date": lambda: DAYS,
        }[kind]()
        return words[draw(whole(0, len(words) - 1))]
    low, high = rules.get("range", (0, 100))
    form = draw(whole(0, 9))
    if form >= 5 and edges:
        x = edges[draw(whole(0, len(edges) - 1))]
        x += (Decimal(0), Decimal(0), Decimal("0.001"), Decimal(-1), Decimal(1))[form - 5]
    elif form == 4 and "range" not in rules and kind != "percent":
        x = Decimal(draw(whole(-5, 1000)))
    else:
        x = Decimal(draw(whole(low, high)))
        x += Decimal(draw(whole(0, 999))) / 1000 if form == 3 else 0
    if kind == "integer":
        x = Decimal(int(x))
    if "range" in rules or kind == "percent":
        x = min(max(x, Decimal(low)), Decimal(high))
    return plain(x)


@st.composite
def values(draw: Draw, document: Document, missing: float = 0.0) -> dict[str, Any]:
    """An assessment: every input known or `n/a`, each left out with probability `missing`."""
    edges, found = marks(document), {}
    for name in document["inputs"]:
        if not missing or draw(whole(0, 99)) >= missing * 100:
            found[name] = value(draw, document, name, edges)
    return found


@st.composite
def fillings(draw: Draw, document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same assessment with what is missing filled in, in any permitted way."""
    edges = marks(document)
    return {
        name: value(draw, document, name, edges) if values.get(name) is None else values[name]
        for name in document["inputs"]
    }


@st.composite
def histories(draw: Draw, document: Document, missing: float = 0.0) -> list[dict[str, Any]]:
    """The values of the periods before, the newest first, as many as a ruleset looks back."""
    return [draw(values(document, missing)) for _ in range(MOST_BACK)]


@st.composite
def titles(draw: Draw, missing: float = 0.0) -> dict[str, list[str | None]]:
    """The titles that are held now and in the periods before."""
    return {
        ruleset: [
            None
            if missing and draw(whole(0, 99)) < missing * 100
            else draw(st.sampled_from((*ladder, "none")))
            for _ in range(MOST_BACK + 1)
        ]
        for ruleset, ladder in LADDERS.items()
    }


@st.composite
def titles_filled(draw: Draw, held: Mapping[str, list[str | None]]) -> dict[str, list[str]]:
    """The same titles with those that are not known filled in."""
    return {
        ruleset: [
            draw(st.sampled_from((*LADDERS[ruleset], "none"))) if each is None else each for each in known
        ]
        for ruleset, known in held.items()
    }


@st.composite
def evidences(draw: Draw, document: Document) -> dict[str, str]:
    """Evidence of all inputs that need it, and of some others."""
    return {
        name: f"QĐ {n}"
        for n, (name, rules) in enumerate(document["inputs"].items(), 1)
        if rules.get("evidence") == "required" or draw(whole(0, 1))
    }


class PlainDumper(yaml.SafeDumper):
    """Writes decimals without exponents, and nothing by reference."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


PlainDumper.add_representer(
    float, lambda dumper, x: dumper.represent_scalar("tag:yaml.org,2002:float", written(x))
)


def dump(document: Document) -> str:
    """The ruleset as a file holds it."""
    return yaml.dump(document, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=10**6)


@st.composite
def spoiled(draw: Draw, document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same assessment with a number or a word that cannot be, where there is an input that has any."""
    spoilt = dict(values)
    for name, rules in document["inputs"].items():
        if rules["type"] == "percent" or "range" in rules:
            spoilt[name] = 1001
        elif rules["type"] in ("choice", "ordinal"):
            spoilt[name] = "nonsense"
        if spoilt != values and draw(whole(0, 1)):
            break
    return spoilt
