"""The scope of a ruleset's expressions: what names mean, and what may be asked of criteria.

``Scope`` answers both, for this period and for earlier ones. What it observes beside the declared
inputs (inputs of earlier periods, titles, the day) is gathered in ``ObservedInputs``.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.compiler.combining import Child, ratio, tighter
from criteria_engine.compiler.tree import ANYTHING, CriterionState, Node, Tree
from criteria_engine.core import algebra as a
from criteria_engine.core import values as m
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import Parsed, is_id, nearest, parse
from criteria_engine.core.nodes import (
    Condition,
    InputFlag,
    InputNotApplicable,
    InputNumber,
    Not,
    Number,
    Part,
)
from criteria_engine.core.values import (
    FREE,
    Meaning,
    NumberValue,
    TextCase,
    TextValue,
    TruthValue,
    chosen,
    compared,
    fixed,
    fixed_day,
    free_claim,
    free_number,
    options_of,
    says,
)
from criteria_engine.messages.diagnostics import Code, Fault
from criteria_engine.rules.parts import Combine, Dated, Input, Parameter, ParameterValue, RulesetParts
from criteria_engine.rules.schema import built

ON = "@on"
"""The name under which the day of the assessment is observed."""

ON_NAME = "on"
"""What expressions call the day of the assessment, unless the set has something of that name."""

_LARGEST = 10**15
_LAST_DAY = datetime.date.max.toordinal()


def earlier_name(name: str, periods: int) -> str:
    """What an input of an earlier period is called: the expression that asks for it."""
    if not periods:
        return name
    return f"previous({name})" if periods == 1 else f"previous({name}, {periods})"


def title_name(ruleset: str, level: str) -> str:
    """What a title is called among the observed: the expression that asks for it."""
    return f"holds({_quoted(ruleset)}, {_quoted(level)})"


def _quoted(word: str) -> str:
    return f'"{word}"' if "'" in word else f"'{word}'"


def day_of_assessment() -> NumberValue:
    """The day of the assessment."""
    day = InputNumber(ON, low=1.0, high=float(_LAST_DAY), whole=True, on_grid=True)
    return NumberValue(day, kind="date", named=True)


def span_of(declared: Input, words: Sequence[str]) -> tuple[float, float, bool]:
    """The lowest and highest number of an input, and whether it is whole."""
    match declared.type:
        case "ordinal":
            return 0, max(0, len(words) - 1), True
        case "date":
            return 1, _LAST_DAY, True
    low: float = 0 if declared.type == "percent" else -_LARGEST
    high: float = 100 if declared.type == "percent" else _LARGEST
    if declared.range is not None and len(declared.range) == 2:
        low, high = max(low, declared.range[0]), min(high, declared.range[1])
    whole = declared.type == "integer"
    return low, high, whole


def observed_input(declared: Input, words: Sequence[str]) -> InputNumber:
    """The number of an input in the core."""
    low, high, whole = span_of(declared, words)
    return InputNumber(declared.id, low=float(low), high=float(high), whole=whole, on_grid=whole)


def input_meaning(declared: Input, words: Sequence[str]) -> Meaning:
    """What the name of an input means; ``words`` are those of its scale."""
    there: Condition = a.TRUE
    na: Condition = a.FALSE
    if declared.may_be_na:
        there, na = InputNotApplicable(declared.id, False), InputNotApplicable(declared.id, True)
    match declared.type:
        case "boolean":
            return TruthValue(InputFlag(declared.id, True), InputFlag(declared.id, False), na)
        case "choice":
            return TextValue((TextCase(there, input=declared.id, domain=declared.choices or ()),), na)
        case "text":
            return TextValue((TextCase(there, input=declared.id),), na)
        case "ordinal":
            return NumberValue(observed_input(declared, words), there, na, "scale", tuple(words), named=True)
        case "date":
            return NumberValue(observed_input(declared, words), there, na, "date", named=True)
    return NumberValue(observed_input(declared, words), there, na, named=True)


def _by_date(dated: Sequence[Dated]) -> Meaning:
    """The latest value whose day has come; an assessment before the first day is refused."""
    day = day_of_assessment()
    latest_first = sorted(dated, key=lambda entry: entry.from_, reverse=True)
    picks = []
    for entry in latest_first[:-1]:
        begun = compared(">=", day, fixed_day(entry.from_.toordinal()))
        picks.append((begun, fixed(entry.value)))
    last = fixed(latest_first[-1].value)
    return chosen(picks, last) if picks else last


def _setting(setting: ParameterValue | Parameter) -> Meaning:
    if setting.dated:
        return _by_date(setting.dated)
    if setting.value is None:
        raise Fault(Code.BAD_PARAMETER)
    return fixed(setting.value)


def parameter_meaning(
    parameter: Parameter, names: Mapping[str, Meaning], inputs: Mapping[str, Input]
) -> Meaning:
    """What a parameter means; ``Fault`` where it is given in two ways, or a class is left out."""
    ways = [parameter.value is not None, parameter.dated is not None, parameter.by is not None]
    if sum(ways) != 1 or (parameter.by is None) != (parameter.values is None):
        raise Fault(Code.BAD_PARAMETER)
    if parameter.by is None or parameter.values is None:
        return _setting(parameter)
    if parameter.by not in inputs:
        known = nearest(parameter.by, inputs) or ", ".join(list(inputs)[:8]) or "–"
        raise Fault(
            Code.NOT_A_CLASSIFIER if parameter.by in names else Code.UNKNOWN_NAME,
            name=parameter.by,
            nearest=known,
        )
    of = names[parameter.by]
    options = options_of(of)
    if not options:
        raise Fault(Code.NOT_A_CLASSIFIER, name=parameter.by)
    values = dict(parameter.values)
    missing = [word for word in options if word not in values]
    extra = [word for word in values if word not in options]
    if missing or extra:
        raise Fault(Code.CLASSES_DIFFER, missing=", ".join(missing) or "–", extra=", ".join(extra) or "–")
    return _exhaustive([(says(of, word), _setting(values[word])) for word in options], of)


def _exhaustive(picks: Sequence[tuple[TruthValue, Meaning]], of: Meaning) -> Meaning:
    """One pick holds unless ``of`` is not applicable."""
    joined = chosen(picks, None)
    if isinstance(joined, NumberValue):
        return NumberValue(joined.numeric, of.there, of.na, joined.kind, joined.words, joined.named)
    if isinstance(joined, TruthValue):
        return TruthValue(joined.true, joined.false, of.na)
    return TextValue(joined.cases, of.na)


_MOST_PARTS = 20_000
"""How many parts of expressions all looking back may go through: each period reads them anew."""


class ObservedInputs:
    """What a ruleset observes beside its inputs: those of earlier periods, titles, the day.

    ``found`` are inputs that are named by the expression that asks for them, in the order in which they
    were met; ``origins`` says which input, or which ruleset and level, each is, and how long before.
    """

    def __init__(self) -> None:
        self.found: dict[str, Input] = {}
        self.origins: dict[str, tuple[str, str, int]] = {}
        self.day = False
        self._parts = 0

    def earlier(self, of: Input, periods: int) -> Input:
        """An input, so many periods before; its evidence is not asked."""
        name = earlier_name(of.id, periods)
        if name not in self.found:
            attributes = attrs.asdict(of, recurse=False)
            self.found[name] = built(Input, {**attributes, "id": name, "evidence": None})
            self.origins[name] = of.id, "", periods
        return self.found[name]

    def title(self, ruleset: str, level: str, periods: int) -> TruthValue:
        """Whether a title is held, or was."""
        name = earlier_name(title_name(ruleset, level), periods)
        if name not in self.found:
            self.found[name] = built(Input, {"id": name, "type": "boolean"})
            self.origins[name] = ruleset, level, periods
        return TruthValue(InputFlag(name, True), InputFlag(name, False))

    def ordered(self, inputs: Sequence[Input]) -> dict[str, Input]:
        """Those that were found, the inputs of earlier periods first, whatever asked for them when."""
        places = {declared.id: place for place, declared in enumerate(inputs)}

        def order(name: str) -> tuple[bool, int, int, str]:
            of, level, periods = self.origins[name]
            return bool(level), periods, places.get(of, 0), name

        return {name: self.found[name] for name in sorted(self.found, key=order)}

    def count_parts(self, tree: ast.expr) -> None:
        """Count the parts that are read of an earlier period; ``Fault`` where they are too many."""
        self._parts += sum(isinstance(each, ast.expr) for each in ast.walk(tree))
        if self._parts > _MOST_PARTS:
            raise Fault(Code.TOO_MUCH_LOOKING_BACK)


class Scope:
    """The names and criteria of one ruleset, as one kind of expression sees them.

    ``periods`` is how many periods before now it looks. ``here`` is the path of the group whose levels
    ask ("" the whole set), where levels ask: there ``score`` is ``score()`` of that group. A scope of
    another period or group is a view of the same one: it shares all that is known.

    ``names`` are the meanings of inputs, parameters and definitions, and ``states`` the states of the
    criteria by path, as far as they are worked out. ``broken`` are the names of parts that could not be
    read. ``known_then`` is what was found of names in the scope of an earlier period; ``define`` adds what a
    definition meant there.
    """

    def __init__(
        self, parts: RulesetParts, broken: frozenset[str], define: Callable[[Scope, str], None]
    ) -> None:
        self.id = parts.id
        self.broken = broken
        self.days_off = parts.days_off
        self.scales = {scale.id: scale.words for scale in parts.scales}
        self.parameters = parts.parameters
        self.definitions = {definition.id: definition for definition in parts.define}
        self.inputs = {declared.id: declared for declared in parts.inputs}
        self.tree = Tree.of(parts.root)
        self.states = {path: CriterionState() for path in self.tree.by_path}
        self.names: dict[str, Meaning] = {}
        self.observed_inputs = ObservedInputs()
        self.periods = 0
        self.here: str | None = None
        self.known_then: dict[str, Meaning | Fault] = {}
        self._define = define
        self._earlier: dict[int, Scope] = {}
        self._parsed: dict[str, Parsed | Fault] = {}
        self._free = False
        self._made = False

    def _view(self, **changes: Any) -> Scope:
        view = copy(self)
        vars(view).update(changes)
        return view

    def for_levels_of(self, path: str) -> Scope:
        """What the levels of a group see, or those of the set (the path is empty)."""
        return self._view(here=path)

    def for_explaining(self, path: str) -> Scope:
        """The same once everything is worked out.

        Nothing is counted again. An explanation speaks from outside the group: where what is above
        does not apply, nor does the group.
        """
        return self._view(here=path, _made=True)

    def with_free_scores(self) -> Scope:
        """The same with scores that may be anything between none and all, and free states."""
        return self._view(_free=True)

    def before(self, periods: int) -> Scope:
        """The same names so many periods earlier; ``Fault`` from there, since looking back does not nest."""
        if self.periods:
            raise Fault(Code.NESTED_LOOK_BACK)
        if periods not in self._earlier:
            self._earlier[periods] = self._view(
                periods=periods, here=None, known_then={}, _free=False, _made=False
            )
        return self._earlier[periods]

    def count_parts(self, tree: ast.expr) -> None:
        """Count what is read of earlier periods; ``Fault`` where it is too much."""
        if not (self._free or self._made):  # these read again what was counted when it was first read
            self.observed_inputs.count_parts(tree)

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

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition; ``Fault`` if there is none."""
        meaning = self._named_earlier(name) if self.periods else self.names.get(name)
        if meaning is not None:
            return _freed(meaning) if self._free and name in self.definitions else meaning
        if name == "score" and self.here is not None:
            return self.of_criterion("score", "")
        if name == ON_NAME and name not in self.definitions and name not in self.broken:
            self.observed_inputs.day = True
            return day_of_assessment()
        raise self._unknown(name)

    def _named_earlier(self, name: str) -> Meaning | None:
        """What a name meant in an earlier period; ``Fault`` where that is not known, None for no name."""
        if name not in self.known_then:
            if name in self.definitions:
                self._define(self, name)
            elif name in self.inputs:
                earlier = self.observed_inputs.earlier(self.inputs[name], self.periods)
                self.known_then[name] = input_meaning(earlier, self.scales.get(earlier.scale or "", ()))
            elif any(parameter.id == name for parameter in self.parameters):
                self.known_then[name] = self._earlier_parameter(name)
            else:
                return None
        known = self.known_then[name]
        if isinstance(known, Fault):
            raise Fault(known.code, **known.details)
        return known

    def _earlier_parameter(self, name: str) -> Meaning | Fault:
        parameter = next(each for each in self.parameters if each.id == name)
        by = {parameter.by: self.named(parameter.by)} if parameter.by in self.inputs else {}
        try:
            return parameter_meaning(parameter, by, self.inputs)
        except Fault:
            return Fault("")  # which is said where the parameter stands

    def _unknown(self, name: str) -> Fault:
        """What is wrong with a name that means nothing here; nothing where that is said elsewhere."""
        if not self.broken.isdisjoint((name, ANYTHING)) or name in self.definitions:
            return Fault("")
        if name == "score" and not self.tree.names(name):
            return Fault(Code.CRITERIA_LOOKED_BACK_AT, name=name)
        if self.tree.names(name):
            return Fault(Code.CRITERION_AS_VALUE, name=name)
        known = [*self.names, *self.definitions, *(each for each in self.broken if is_id(each))]
        words = {word for declared in self.inputs.values() for word in declared.choices or ()}
        if name in words.union(*self.scales.values()):
            known = [f"'{name}'"]
        return Fault(
            Code.UNKNOWN_NAME, name=name, nearest=nearest(name, known) or ", ".join(known[:8]) or "–"
        )

    def title(self, ruleset: str, level: str) -> TruthValue:
        """Whether the subject holds that level of another ruleset, or a better one.

        ``Fault`` where a set asks for a title of its own that it does not give.
        """
        if ruleset == self.id:
            root = self.tree.root.criterion
            lowest = "none" if root.otherwise is None else root.otherwise.id
            set_by_overrides = [each.level for each in root.overrides if each.level]
            known = [*(each.id for each in root.levels), lowest, *set_by_overrides]
            if level not in known:
                raise Fault(
                    Code.UNKNOWN_OWN_LEVEL, level=level, nearest=nearest(level, known) or ", ".join(known)
                )
        return self.observed_inputs.title(ruleset, level, self.periods)

    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``max_score``, ``share``, ``percent``, ``met`` … of a criterion, or of the whole set.

        ``Fault`` in earlier periods: criteria are judged now; what they were is not asked.
        """
        if self.periods:
            raise Fault(Code.CRITERIA_LOOKED_BACK_AT, name=function)
        node = self.tree.find(name or self.here or "")
        if self._free and function != "max_score":
            return self._free_of(function, node)
        state = self.states[node.path]
        inside = node.path == self.here and not self._made
        child = self.as_child(node) if inside else self.as_seen(node)
        match function:
            case "score":
                return NumberValue(child.points, child.there, child.absent, named=True)
            case "met":
                true, false = (
                    a.every([state.applies, state.met.true]),
                    a.every([state.applies, state.met.false]),
                )
                return TruthValue(true, false, state.absent)
            case "count_met":
                ones = [
                    a.either(each.met, a.ONE, a.some([each.failed, each.absent]), a.ZERO)
                    for each in map(self.as_child, _children(node))
                ]
                return NumberValue(a.add(ones), state.applies, state.absent, named=True)
            case "lowest_share":
                shares = [self.share_of(each, self.as_child(each)) for each in _children(node)]
                if not shares:
                    return NumberValue(a.ZERO, a.FALSE, a.TRUE)
                least = m.least_of("min", shares)
                there, na = a.every([state.applies, least.there]), a.some([state.absent, least.na])
                return NumberValue(least.numeric, there, na)
        if child.most is None:
            raise Fault(Code.NO_SHARE_OF_A_MAXIMUM, name=node.path or "score()")
        if function == "max_score":
            return NumberValue(child.most, child.there, child.absent, named=True)
        return self.share_of(node, child, Fraction(100 if function == "percent" else 1))

    def _free_of(self, function: str, node: Node) -> Meaning:
        """Any score between none and all, any state."""
        if function == "met":
            return free_claim()
        if function == "count_met":
            return _between(0, len(node.children))
        state = self.states[node.path]
        if state.full is None or _can_pass_maximum(node):
            return NumberValue(free_number(), named=True)
        top = {"score": state.full.high, "percent": 100.0}.get(function, 1.0)
        return _between(min(0.0, state.points.low), top)

    def share_of(self, node: Node, child: Child, scale: Fraction = Fraction(1)) -> NumberValue:
        """Points over maximum, bounded together; not applicable of a maximum of 0."""
        state = self.states[node.path]
        if child.most is None:
            raise Fault(Code.NO_SHARE_OF_A_MAXIMUM, name=node.path)
        numeric = a.divide(a.times(a.number(scale), child.points), child.most)
        # what counts as met or as zero where it does not apply has points that its own parts do not have
        if node.criterion.not_applicable == "drop" or state.absent is a.FALSE:
            if state.share is not None:
                if not isinstance(numeric, Number):
                    numeric = tighter(numeric, a.times(a.number(scale), state.share))
            elif state.parts is not None:
                numeric = ratio(scale, state.parts, numeric, summed_on_grid=True)
        there = a.every([child.there, a.is_nonzero(child.most)])
        return NumberValue(numeric, there, a.some([child.absent, a.is_zero(child.most)]))

    def as_child(self, node: Node) -> Child:
        """The criterion as its own group sees it, with what is known of it so far."""
        state = self.states[node.path]
        return state.child or self.make_child(node, state.here, state.not_here)

    def as_seen(self, node: Node) -> Child:
        """The same as all others see it: where a group above does not apply, nor does it."""
        state = self.states[node.path]
        if state.seen is not None:
            return state.seen
        child = self.make_child(node, state.applies, state.absent)
        if state.child is not None:  # so that all who ask share the same nodes, once nothing will change
            state.seen = child
        return child

    def make_child(self, node: Node, there: Condition, absent: Condition) -> Child:
        """The criterion where it counts as ``there`` or ``absent``."""
        state, criterion = self.states[node.path], node.criterion
        points, most = state.points, state.most
        met, failed = a.every([there, state.met.true]), a.every([there, state.met.false])
        parts = state.parts if (criterion.combine or Combine()).word in (None, "sum") else None
        if parts is not None and state.own_absent is not a.FALSE:
            parts = tuple(
                Part(
                    part.points,
                    part.most,
                    a.every([state.own_applies, part.applies]),
                    a.some([state.own_absent, part.absent]),
                )
                for part in parts
            )
        counts = criterion.not_applicable
        if counts != "drop" and absent is not a.FALSE:
            counted = a.every([absent, Not(state.dropped) if state.dropped is not a.FALSE else a.TRUE])
            full = state.full if state.full is not None else a.ZERO
            points = a.either(there, points, counted, full if counts == "met" else a.ZERO)
            most = None if most is None else a.either(there, most, counted, full)
            met = a.some([met, counted]) if counts == "met" else met
            failed = a.some([failed, counted]) if counts == "zero" else failed
            there, absent = a.some([there, counted]), state.dropped
            if absent is a.FALSE:
                there = a.TRUE
            parts = None
        weight = Fraction(repr(criterion.weight)) if criterion.weight is not None else Fraction(1)
        return Child(there, absent, points, most, state.full, met, failed, weight, criterion.bonus, parts)


def _children(node: Node) -> Sequence[Node]:
    if not node.criterion.is_group:
        raise Fault(Code.NOT_A_GROUP, name=node.path)
    return node.children


def _between(low: float, high: float) -> NumberValue:
    return NumberValue(InputNumber(FREE, low=low, high=high, on_grid=True), named=True)


def _freed(meaning: Meaning) -> Meaning:
    """A definition of which only the type is known; texts stay as they are."""
    match meaning:
        case NumberValue():
            return NumberValue(free_number(), kind=meaning.kind, words=meaning.words, named=True)
        case TextValue():
            return meaning
    return free_claim()


def _can_pass_maximum(node: Node) -> bool:
    """Whether points may pass the maximum: by a bonus, a floor or rounding."""
    criteria = [each.criterion for each in (node, *node.below())]
    return any(criterion.bonus or criterion.floor or criterion.round for criterion in criteria)
