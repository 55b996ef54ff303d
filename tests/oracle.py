"""A slow and obvious judge of rulesets, written from the language page alone.

It takes a ruleset as plain data (ids in NFKC) and complete values, walks the tree anew for every
question and counts in whole fractions. What the library says is held against it. Readings taken:

- An input, a parameter, a written number stay off the grid where they stand alone.
- `met` of what is not applicable is not applicable, also if it counts as `met` or `zero`; its
  `score`, `max_score` and `share` are then those that it counts with, all or none.
- What counts as `met` or `zero` is a child like others for every combine, `count_met`,
  `lowest_share`, `each` and `floors`. A `value` counting as `met` brings 0 points.
- `lowest_share` passes over children with maximum 0; with none left it is not applicable.
- `first` takes the state of its child, `blocked` too; then it has exactly 0 points.
- A group of which nothing but bonus children is applicable is met by default.
- `each` and `lowest_share` ask bonus children too.
- In group levels only vetoes below that group matter; the levels of a blocked group are asked.
- In a group's `overrides`, `score()` is the group's, as in its `levels`.
- A level's `requires` that is not applicable holds, as a criterion's does.
- An earlier `at_most` caps the `level` of an override too, unless that has no rank.
- Where the set or a group with levels does not apply, its overrides are not asked.
- There is a level where there are `levels` or `overrides`.
- Items are shown whatever the state of their leaf. An event's item is whether it stands after
  `unless`; only its `when` can make it n/a. Items not applicable fail a checklist that wants all.
- A step whose edge is not applicable does not fit; points not applicable are 0 and never the best.
- `each`, `minus`, `at_most`, `need` go on the grid.
- A group holding a `value` has no maximum, also where that `value` is not applicable.
- `scale_to` of a maximum of 0 keeps the points, be they bonus points.
- A geometric mean leaves out what weighs 0.
- `known` and `applicable` take any expression; `==` of ordinals compares places.
- A `by` parameter whose input is not applicable is not applicable.
- `otherwise` of `choose` may stand in its map or beside it.
- `evidenced` inside `previous` is asked of this assessment, as evidence always is.
- `every_period` and `any_period` are `and` and `or` over the periods, so they pass over what is n/a.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil, floor
from typing import Any

NA, ZERO, HALF = object(), Fraction(0), Fraction(1, 2)
CHOSEN = ("bands", "curve", "choose", "table")
SHAPES = ("criteria", "test", "score", *CHOSEN, "deduct", "checklist", "none_of", "value")
ASKED = ("score", "max_score", "share", "met", "count_met", "lowest_share")
EDGES = {"at_least": ast.GtE, "above": ast.Gt, "at_most": ast.LtE, "below": ast.Lt, "is": ast.Eq}
SIGNS = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le}
SIGNS |= {ast.Gt: operator.gt, ast.GtE: operator.ge}
SIGNS |= {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
PRECISE = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True)
class Past:
    """What lies outside an assessment's own values."""

    history: Sequence[dict[str, Any]]
    titles: Mapping[str, Sequence[str]]
    ladders: Mapping[str, Sequence[str]]
    back: int = 0


@dataclass(frozen=True)
class Place:
    """A word on a scale."""

    word: str
    scale: tuple[str, ...]


def judge(
    document: dict[str, Any],
    values: dict[str, Any],
    *,
    evidence: Collection[str] | None = None,
    on: date | None = None,
    history: Sequence[dict[str, Any]] = (),
    titles: Mapping[str, Sequence[str]] | None = None,
    ladders: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Judge complete values by a ruleset; `evidence` holds the names of the evidenced inputs.

    `history` are the values of earlier periods, the newest first; `titles` the levels held now and
    before; `ladders` the levels, the best first, of the rulesets that are at hand.
    """
    return Judge(document, values, evidence or (), on, Past(history, titles or {}, ladders or {})).result()


def number(written: Any) -> Fraction:
    return Fraction(repr(written) if isinstance(written, float) else written)


def day(written: Any) -> date:
    return date.fromisoformat(str(written))


def listed(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [written]


def grid(x: Fraction) -> Fraction:
    """The nearest billionth, halves away from zero; large numbers stay."""
    return x if abs(x) > 4194304 else rounded(x, 9)


def rounded(x: Fraction, digits: Any, mode: str = "half_up") -> Fraction:
    steps = abs(x) * 10 ** int(digits)
    near = floor(steps + HALF) if mode == "half_up" else round(steps)
    size = Fraction({"down": floor(steps), "up": ceil(steps)}.get(mode, near), 10 ** int(digits))
    return -size if x < 0 else size


def quotient(a: Fraction, b: Fraction) -> Any:
    return NA if grid(b) == 0 else a / b


def curved(function: str, x: Fraction) -> Fraction:
    """exp, ln, log10 or sqrt to sixty digits."""
    exact = PRECISE.divide(Decimal(x.numerator), Decimal(x.denominator))
    return Fraction(getattr(PRECISE, function)(exact))


def between(what: str, d1: date, d2: date, holidays: set[date]) -> int:
    if d2 < d1:
        return -between(what, d2, d1, holidays)
    if what == "years_between":
        return d2.year - d1.year - ((d2.month, d2.day) < (d1.month, d1.day))
    days = [d1 + timedelta(n) for n in range(1, (d2 - d1).days + 1)]
    return sum(what == "days_between" or (d.weekday() < 5 and d not in holidays) for d in days)


def compare(sign: type, left: Any, right: Any) -> Any:
    if left is NA or right is NA:
        return NA
    scale = next((x.scale for x in (left, right) if isinstance(x, Place)), None)
    if scale:
        left, right = (scale.index(getattr(x, "word", x)) for x in (left, right))
    elif isinstance(left, date) or isinstance(right, date):
        left, right = day(left), day(right)
    return SIGNS[sign](left, right)


def mean(kind: str, pairs: list[tuple[Fraction, Fraction]]) -> Fraction:
    """The plain or geometric mean of points by weight."""
    pairs = [(x, w) for x, w in pairs if w != 0]
    whole = sum(w for _, w in pairs)
    if whole == 0 or (kind == "geometric_mean" and any(x <= 0 for x, _ in pairs)):
        return ZERO
    if kind == "mean":
        return sum(x * w for x, w in pairs) / whole
    return curved("exp", sum(curved("ln", x) * w for x, w in pairs) / whole)


class Judge:
    """One assessment by one ruleset. Criteria go by dotted path, the whole set by ''."""

    def __init__(self, document: dict[str, Any], values: Any, evidence: Any, on: Any, past: Past) -> None:
        self.document, self.given, self.evidence, self.on = document, values, evidence, on
        self.past = past
        parts = ("inputs", "parameters", "define", "scales")
        self.inputs, self.parameters, self.definitions, self.scales = (
            document.get(part) or {} for part in parts
        )
        self.holidays = {day(d) for d in document.get("holidays") or ()}
        self.tree: dict[str, dict[str, Any]] = {}
        self.below: dict[str, list[str]] = {}
        self.grow("", document)
        for question in ("defined", "applicable", "blocked", "status", "points", "maximum"):
            setattr(self, question, cache(getattr(self, question)))

    def grow(self, path: str, rules: dict[str, Any]) -> None:
        self.tree[path], self.below[path] = rules, []
        for name, child in rules.get("criteria", {}).items():
            self.below[path].append(f"{path}.{name}".lstrip("."))
            self.grow(self.below[path][-1], child)

    def line(self, path: str) -> list[dict[str, Any]]:
        """The rules of the set, of the groups down to a criterion, and its own."""
        parts = path.split(".") if path else []
        return [self.tree[".".join(parts[:n])] for n in range(len(parts) + 1)]

    def find(self, name: Any) -> Any:
        """The path of a criterion named by its path or by its own id."""
        found = [path for path in self.tree if path and path.split(".")[-1] == name]
        return name if name in self.tree else found[0] if len(found) == 1 else None

    def worth(self, rule: Any, home: str = "") -> Any:
        """What a rule gives when compared or turned into points."""
        if isinstance(rule, (int, float)):
            return rule if isinstance(rule, bool) else number(rule)
        if rule.endswith("%"):
            return number(rule.rstrip("%")) / 100
        return self.settled(ast.parse(f"({rule}\n)", mode="eval").body, home)

    def holds(self, rule: Any, home: str = "") -> bool:
        return self.worth(rule, home) is True

    def held(self, prerequisites: Any, home: str = "") -> bool:
        """Whether every prerequisite holds or is not applicable."""
        paths = [(wanted, self.find(wanted)) for wanted in listed(prerequisites)]
        found = (self.asked("met", path) if path else self.worth(w, home) for w, path in paths)
        return all(value is not False for value in found)

    def settled(self, part: Any, home: str) -> Any:
        value = self.read(part, home)
        alone = isinstance(getattr(part, "operand", part), (ast.Name, ast.Constant))
        return grid(value) if isinstance(value, Fraction) and not alone else value

    def read(self, part: Any, home: str) -> Any:
        """The value of a part of an expression, worked out whole."""
        match part:
            case ast.Constant(value=value):
                return value if isinstance(value, str) else number(value)
            case ast.Name(id=name):
                return self.named(name, home)
            case ast.Attribute():
                return self.asked("met", self.find(ast.unparse(part)))
            case ast.UnaryOp(op=sign, operand=operand):
                value = self.read(operand, home)
                return NA if value is NA else not value if isinstance(sign, ast.Not) else -value
            case ast.BoolOp(op=sign, values=parts):
                found = [v for v in (self.read(p, home) for p in parts) if v is not NA]
                whole = all(found) if isinstance(sign, ast.And) else any(found)
                return whole if found else NA
            case ast.IfExp(test=test, body=body, orelse=orelse):
                held = self.read(test, home)
                return NA if held is NA else self.read(body if held else orelse, home)
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.List(elts=words)]):
                left = self.settled(left, home)
                found = [compare(ast.Eq, left, self.settled(w, home)) for w in words]
                return NA if NA in found else any(found)
            case ast.Compare(left=left, ops=signs, comparators=rest):
                sides = [self.settled(p, home) for p in (left, *rest)]
                found = [compare(type(s), *sides[n : n + 2]) for n, s in enumerate(signs)]
                return NA if NA in found else all(found)
            case ast.BinOp(left=left, op=sign, right=right):
                return self.worked(type(sign), self.read(left, home), self.read(right, home))
            case ast.Call(func=ast.Name(id=name), args=parts):
                return self.called(name, parts, home)
        raise ValueError(f"not of the language: {ast.unparse(part)}")

    def worked(self, sign: type, a: Any, b: Any) -> Any:
        if a is NA or b is NA:
            return NA
        if sign in SIGNS or sign is ast.Pow:
            return a ** int(b) if sign is ast.Pow else SIGNS[sign](a, b)
        ratio = quotient(a, b)
        if ratio is NA or sign is ast.Div:
            return ratio
        whole = Fraction(floor(grid(ratio)))
        return whole if sign is ast.FloorDiv else a - b * whole

    def named(self, name: str, home: str) -> Any:
        """The value of an input, a definition, a parameter; the state of a criterion."""
        if name in ("true", "false"):
            return name == "true"
        if name in self.inputs:
            return self.entered(name)
        if name in self.definitions:
            return self.defined(name)
        if name == "on" and name not in self.parameters:
            return self.on
        if name not in self.parameters:
            path = home if name == "score" else self.find(name)
            return self.asked("score" if name == "score" else "met", path)
        given = self.parameters[name]
        if isinstance(given, dict):
            key = self.named(given["by"], home)
            given = NA if key is NA else self.picked(given["values"], key)
        elif isinstance(given, list):
            given = max((day(p["from"]), p["value"]) for p in given if day(p["from"]) <= self.on)[1]
        counted = not isinstance(given, bool) and str(given).lstrip("-")[:1].isdigit()
        return number(given) if counted else given

    def entered(self, name: str) -> Any:
        """The value of an input in its own kind."""
        rules, given = self.inputs[name], self.given.get(name)
        asked = rules.get("evidence") == "required" and not self.past.back
        if given is None or (asked and name not in self.evidence):
            raise ValueError(f"the values are not complete: {name}")
        if given == "n/a":
            return NA
        return {
            "boolean": lambda: given in (True, "true"),
            "date": lambda: day(given),
            "ordinal": lambda: Place(given, tuple(self.scales[rules["scale"]])),
            "choice": lambda: given,
            "text": lambda: given,
        }.get(rules["type"], lambda: number(given))()

    def picked(self, entries: dict[Any, Any], value: Any, otherwise: Any = None) -> Any:
        """The entry of a map whose key is the value."""
        for key, entry in entries.items():
            if key == "otherwise":
                continue
            if isinstance(value, bool):
                same = str(key).lower() == str(value).lower()
            else:
                same = (number(key) if isinstance(value, Fraction) else key) == (
                    getattr(value, "word", value)
                )
            if same:
                return entry
        return entries.get("otherwise", otherwise)

    def defined(self, name: str) -> Any:
        given = self.definitions[name]
        if not isinstance(given, dict):
            return self.worth(given)
        kind = next(k for k in CHOSEN if k in given)
        return self.chosen(kind, given[kind], "gives")

    def called(self, name: str, parts: list[Any], home: str) -> Any:
        """What a function of the language gives."""
        if name in ASKED:
            return self.asked(name, self.find(ast.unparse(parts[0])) if parts else home)
        if name == "previous":
            return self.before(int(ast.unparse(parts[1])) if parts[1:] else 1).settled(parts[0], home)
        if name in ("every_period", "any_period"):
            judges = [self, *(self.before(n) for n in range(1, int(ast.unparse(parts[1]))))]
            found = [v for v in (judge.read(parts[0], home) for judge in judges) if v is not NA]
            return (all(found) if name == "every_period" else any(found)) if found else NA
        if name == "holds":
            return self.titled(*(str(ast.literal_eval(part)) for part in parts))
        if name == "evidenced":
            return ast.unparse(parts[0]) in self.evidence
        if name == "percent":
            a, b = (self.read(p, home) for p in parts)
            return NA if a is NA or b is NA else quotient(100 * a, b)
        given = [self.settled(p, home) for p in parts]
        there = [x for x in given if x is not NA]
        if name in ("known", "applicable"):
            return bool(there)
        if name == "count":
            return Fraction(sum(there))
        if name in ("first", "min", "max"):
            pick: Any = {"first": lambda xs: xs[0], "min": min, "max": max}[name]
            return pick(there) if there else NA
        x = given[0]
        if NA in given or (name in ("ln", "log10") and x <= 0) or (name == "sqrt" and x < 0):
            return NA
        if name in ("exp", "ln", "log10", "sqrt"):
            return grid(curved(name, x))
        if name.endswith("_between"):
            return Fraction(between(name, day(x), day(given[1]), self.holidays))
        if name == "round":
            return rounded(x, *given[1:] or [0])
        return Fraction({"abs": abs, "floor": floor, "ceil": ceil}[name](x))

    def before(self, periods: int) -> Judge:
        """The same ruleset so many periods earlier, the day and the evidence being those of now."""
        past = replace(self.past, back=periods)
        return Judge(self.document, self.past.history[periods - 1], self.evidence, self.on, past)

    def titled(self, ruleset: str, level: str) -> bool:
        """Whether a level of another ruleset is held, or a better one if its levels are at hand."""
        held, ladder = self.past.titles[ruleset][self.past.back], self.past.ladders.get(ruleset, ())
        ranks = [*ladder, "none"] if ladder else [level]
        return held == level or (held in ranks and ranks.index(held) <= ranks.index(level))

    def asked(self, question: str, path: str) -> Any:
        """What an expression may ask of a criterion, of a group or of the whole set."""
        if not self.applicable(path):
            if self.stands(path) == "drop" or question not in ("score", "max_score", "share"):
                return NA
            counted = {"score": self.child_points(path), "max_score": self.child_max(path)}
            return counted.get(question, quotient(self.child_points(path), self.child_max(path)))
        if question == "lowest_share":
            children = self.children(path)
            shares = [quotient(self.child_points(c), self.child_max(c)) for c in children]
            return min((s for s in shares if s is not NA), default=NA)
        return {
            "score": lambda: self.points(path),
            "max_score": lambda: self.maximum(path),
            "share": lambda: quotient(self.points(path), self.maximum(path)),
            "met": lambda: self.status(path) == "met",
            "count_met": lambda: Fraction(sum(self.child_met(c) for c in self.children(path))),
        }[question]()

    def chosen(self, kind: str, rule: dict[str, Any], key: str) -> Any:
        """The points, or the value, that bands, a curve, a choice or a table gives."""
        if kind == "table":
            row = next((r for r in rule["rows"] if self.holds(r["when"])), None)
            return self.worth(row[key] if row else rule.get("otherwise", 0))
        x = self.worth(rule["of"])
        if x is NA:
            return NA
        if kind == "choose":
            return self.worth(self.picked(rule[key], x, rule.get("otherwise")))
        if kind == "bands":
            for step in rule["steps"]:
                edges = [(EDGES[e], self.worth(step[e])) for e in EDGES if e in step]
                if all(compare(sign, x, edge) is True for sign, edge in edges):
                    return self.worth(step.get(key, step.get("otherwise")))
            return ZERO
        places = [(self.worth(a), self.worth(b)) for a, b in rule["through"]]
        if x <= places[0][0]:
            return places[0][1]
        for (x0, y0), (x1, y1) in pairwise(places):
            if x <= x1:
                return grid(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
        return places[-1][1]

    def kind(self, path: str) -> str:
        return next(shape for shape in SHAPES if shape in self.tree[path])

    def combine(self, path: str) -> Any:
        return self.tree[path].get("combine", "sum")

    def holds_value(self, path: str) -> bool:
        return self.kind(path) == "value" or any(self.holds_value(c) for c in self.below[path])

    def applicable(self, path: str) -> bool:
        kind, rules = self.kind(path), self.tree[path]
        if not all(self.holds(above.get("applies_when", True)) for above in self.line(path)):
            return False
        if kind == "criteria":
            return bool(self.children(path))
        if kind in ("test", "score", "value"):
            return self.worth(rules[kind]) is not NA
        return kind not in ("bands", "curve", "choose") or self.worth(rules[kind]["of"]) is not NA

    def stands(self, path: str) -> str:
        """How a criterion stands before its parent: by itself, or as what it counts."""
        return "itself" if self.applicable(path) else self.tree[path].get("not_applicable", "drop")

    def children(self, path: str) -> list[str]:
        return [c for c in self.below[path] if self.stands(c) != "drop"]

    def child_points(self, path: str) -> Fraction:
        counted = (self.maximum(path, full=True) or ZERO) if self.stands(path) == "met" else ZERO
        return self.points(path) if self.applicable(path) else counted

    def child_max(self, path: str) -> Any:
        return self.maximum(path, full=not self.applicable(path))

    def child_met(self, path: str) -> bool:
        return self.stands(path) == "met" or self.status(path) == "met"

    def blocked(self, path: str) -> bool:
        """Whether a prerequisite here or above fails; also a `first` whose child is blocked."""
        if not all(self.held(above.get("requires", [])) for above in self.line(path)):
            return True
        first = self.children(path)[0] if self.combine(path) == "first" else None
        return first is not None and self.applicable(first) and self.blocked(first)

    def status(self, path: str) -> str:
        if not self.applicable(path):
            return "not_applicable"
        if self.blocked(path):
            return "blocked"
        rules = self.tree[path]
        met = self.holds(rules["met_when"]) if "met_when" in rules else self.fulfilled(path)
        return "met" if met else "not_met"

    def fulfilled(self, path: str) -> bool:
        """Whether a criterion is met where no `met_when` says otherwise."""
        kind, combine, children = self.kind(path), self.combine(path), self.children(path)
        if kind in ("test", "checklist", "none_of"):
            return self.leaf_holds(path)
        if kind != "criteria":
            return kind == "value" or self.points(path) >= self.maximum(path)
        if combine == "first":
            return self.child_met(children[0])
        if isinstance(combine, dict):
            return sum(self.child_met(c) for c in children) >= self.worth(combine["at_least"])
        if combine == "any":
            return any(self.child_met(c) for c in children)
        return all(self.child_met(c) for c in children if not self.tree[c].get("bonus"))

    def items(self, path: str) -> dict[str, Any]:
        """The items of a checklist, or the events of which none may hold."""
        kind, rules, found = self.kind(path), self.tree[path], {}
        listing = {"checklist": rules.get("checklist", {}).get("of"), "none_of": rules.get(kind)}
        for name, item in listing.get(kind, {}).items():
            event = item if isinstance(item, dict) else {"when": item}
            held, excuse = self.worth(event["when"]), event.get("unless", False)
            found[name] = held if held is NA else held and not self.holds(excuse)
        return found

    def leaf_holds(self, path: str) -> bool:
        kind, rule = self.kind(path), self.tree[path][self.kind(path)]
        if kind == "test":
            return self.holds(rule)
        there = {name for name, held in self.items(path).items() if held is True}
        if kind == "none_of":
            return not there
        need, either = self.worth(rule.get("need", len(rule["of"]))), rule.get("including_any")
        enough = compare(ast.GtE, Fraction(len(there)), need) is True
        named = there.issuperset(rule.get("including", ()))
        return enough and named and (either is None or not there.isdisjoint(either))

    def leaf_points(self, path: str) -> Fraction:
        """The points of a leaf before factor, clamps and rounding."""
        kind, whole = self.kind(path), self.leaf_max(path)
        rule, least = self.tree[path][kind], self.worth(self.tree[path].get("least", 0))
        if kind in ("test", "checklist", "none_of"):
            return whole if self.leaf_holds(path) else ZERO
        if kind == "deduct":
            return max(least, whole - sum(self.deduction(line) for line in rule))
        found = self.chosen(kind, rule, "points") if kind in CHOSEN else self.worth(rule)
        found = ZERO if found is NA else found
        return max(least, min(whole, found)) if kind == "score" else found

    def deduction(self, line: dict[str, Any]) -> Fraction:
        often = self.worth(line["each"]) if "each" in line else Fraction(self.holds(line["when"]))
        minus = self.worth(line["minus"])
        taken = ZERO if often is NA or minus is NA else max(ZERO, often) * minus
        return min(taken, self.worth(line["at_most"])) if "at_most" in line else taken

    def leaf_max(self, path: str) -> Any:
        """The points given, else those of the best step, else 1."""
        kind, rules = self.kind(path), self.tree[path]
        if "points" in rules or kind not in CHOSEN:
            return self.worth(rules.get("points", 1))
        rule = rules[kind]
        beside = [rule["otherwise"]] if "otherwise" in rule else []
        steps = {
            "bands": lambda: [s.get("points", s.get("otherwise")) for s in rule["steps"]],
            "choose": lambda: [*rule["points"].values(), *beside],
            "table": lambda: [*(r["points"] for r in rule["rows"]), *(beside or [0])],
            "curve": lambda: [points for _, points in rule["through"]],
        }[kind]()
        return max(w for w in map(self.worth, steps) if w is not NA)

    def combined(self, path: str, children: list[str], worth: Callable[[str], Any]) -> Any:
        """Points or maxima of children brought together as their group says."""
        combine, found = self.combine(path), [worth(c) for c in children]
        if combine in ("min", "max"):
            return min(found) if combine == "min" else max(found)
        if combine == "first":
            return found[0]
        if combine not in ("mean", "geometric_mean"):
            return sum(found, ZERO)
        weights = [self.worth(self.tree[c].get("weight", 1)) for c in children]
        return mean(combine, list(zip(found, weights, strict=True)))

    def whole(self, path: str, *, full: bool = False) -> Any:
        """The maximum before scale and factor; `full` with nothing dropped."""
        if self.holds_value(path):
            return None
        if self.kind(path) != "criteria":
            return self.leaf_max(path)
        children = self.below[path] if full else self.children(path)
        if self.combine(path) == "count":
            return Fraction(len(children))
        children = [c for c in children if not self.tree[c].get("bonus")]
        of_child = (lambda c: self.maximum(c, full=True)) if full else self.child_max
        return self.combined(path, children, of_child)

    def maximum(self, path: str, *, full: bool = False) -> Any:
        rules, whole = self.tree[path], self.whole(path, full=full)
        if whole is None:
            return None
        rebased = self.worth(rules["scale_to"]) if "scale_to" in rules else whole
        return grid(rebased * self.worth(rules.get("factor", 1)))

    def points(self, path: str) -> Fraction:
        """The points of an applicable criterion or group."""
        rules, combine, kind = self.tree[path], self.combine(path), self.kind(path)
        if self.blocked(path):
            return ZERO
        children = self.children(path)
        if kind != "criteria":
            x = self.leaf_points(path)
        elif combine == "count":
            x = Fraction(sum(self.child_met(c) for c in children))
        elif combine in ("all", "any") or isinstance(combine, dict):
            x = self.whole(path) if self.fulfilled(path) else ZERO
        else:
            x = self.combined(path, children, self.child_points)
        if "scale_to" in rules and grid(self.whole(path)) != 0:
            x = x * self.worth(rules["scale_to"]) / self.whole(path)
        x = x * self.worth(rules.get("factor", 1))
        x = max(x, self.worth(rules["floor"])) if "floor" in rules else x
        x = grid(min(x, self.worth(rules["cap"])) if "cap" in rules else x)
        how = rules.get("round")
        return grid(rounded(x, how.get("digits", 0), how.get("mode", "half_up")) if how else x)

    def level(self, path: str) -> tuple[str | None, str | None]:
        """The level of the set or of a group, or why it is referred."""
        rules = self.tree[path]
        ladder, overrides = rules.get("levels") or {}, rules.get("overrides") or []
        if not ladder and not overrides:
            return None, None
        otherwise = rules.get("otherwise", "none")
        lowest = otherwise["id"] if isinstance(otherwise, dict) else otherwise
        ranks, cap, found = [*(name for name in ladder if name != lowest), lowest], 0, None
        applies = self.applicable(path) if path else self.holds(rules.get("applies_when", True))
        if not applies:
            return lowest, None
        for override in (o for o in overrides if self.holds(o["when"], path)):
            if "refer" in override:
                return None, override["refer"]
            if "level" in override:
                found = override["level"]
                break
            cap = max(cap, ranks.index(override["at_most"]))
        if found is None:
            found = self.best(path, ladder, bool(rules.get("cumulative"))) or lowest
        return (ranks[max(cap, ranks.index(found))] if found in ranks else found), None

    def best(self, path: str, ladder: dict[str, Any], cumulative: bool) -> str | None:
        """The best level that is reached, unless a veto stands."""
        inside = [p for p in self.tree if p.startswith(f"{path}." if path else "") and p]
        vetoes = [p for p in inside if self.tree[p].get("veto")]
        if any(self.status(p) in ("not_met", "blocked") for p in vetoes):
            return None
        best = None
        for name, level in reversed(ladder.items()):
            if self.reached(path, level):
                best = name
            elif cumulative:
                break
        return best

    def reached(self, path: str, level: dict[str, Any]) -> bool:
        each = [(c, level["each"]) for c in self.children(path) if "each" in level]
        floors = [(self.find(c), share) for c, share in level.get("floors", {}).items()]
        floors = [(c, share) for c, share in floors if self.stands(c) != "drop"]
        return (
            self.holds(level.get("when", True), path)
            and all(self.comes_to(c, self.worth(share, path)) for c, share in each + floors)
            and self.held(level.get("requires", []), path)
        )

    def comes_to(self, path: str, wanted: Any) -> bool:
        """Whether a criterion, as its group counts it, reaches a share."""
        share = quotient(self.child_points(path), self.child_max(path))
        if share is NA:
            return self.status(path) in ("met", "not_applicable")
        return compare(ast.GtE, grid(share), wanted) is True

    def result(self) -> dict[str, Any]:
        (level, referred), there = self.level(""), self.applicable("")
        return {
            "level": level,
            "referred": referred,
            "score": self.points("") if there else None,
            "max_score": self.maximum("") if there else None,
            "criteria": {path: self.shown(path) for path in self.tree if path},
            "values": {name: shown(self.defined(name)) for name in self.definitions},
        }

    def shown(self, path: str) -> dict[str, Any]:
        there = self.stands(path) != "drop"
        return {
            "status": self.status(path),
            "score": self.child_points(path) if there else None,
            "max_score": self.child_max(path) if there else None,
            "items": {name: shown(value) for name, value in self.items(path).items()},
            "level": self.level(path)[0],
        }


def shown(value: Any) -> Any:
    return "n/a" if value is NA else getattr(value, "word", value)
