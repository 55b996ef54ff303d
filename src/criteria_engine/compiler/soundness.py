"""Whether the parts of a ruleset fit together: everything that can be wrong, found when it is made.

``SoundRuleset`` is checked when it is made, and has a program. What concerns one expression or one
rule is found while it is compiled (see ``compiler``); here is what concerns names, points and the
shape of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

import attrs

from criteria_engine.compiler.compiler import Compiler
from criteria_engine.compiler.levels import levels_of
from criteria_engine.compiler.lowering import ExpressionReader
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.tree import Node
from criteria_engine.core.algebra import add
from criteria_engine.core.grammar import nearest
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.rules.deduct import Deduct
from criteria_engine.rules.parts import Combine, Criterion, Input, Parameter, RulesetParts
from criteria_engine.rules.schema import built
from criteria_engine.rules.score import Score

_RULESET_ID = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)*")


def _program_of(
    ruleset: RulesetParts, problems: Problems, broken: frozenset[str] = frozenset()
) -> Program | None:
    """The program of a ruleset, or None where something is wrong, which is then noted.

    ``broken`` are the names of parts that could not be read: they are passed over in silence.
    """
    before = sum(each.severity == "error" for each in problems)
    compiler = Compiler(ruleset, problems, broken)
    scope, reader = compiler.scope, compiler.reader
    root = scope.tree.root
    _check_head(ruleset, root.criterion, problems, broken)
    _check_names(ruleset, problems)
    for declared in ruleset.inputs:
        _check_input(declared, scope.scales, problems)
    for node in (root, *root.below()):
        _check_criterion(reader, node)
    compiler.compile()
    for node in (root, *root.below()):
        _check_total(reader, node)
    groups = {node.path: levels_of(reader, node) for node in root.below() if _has_levels(node.criterion)}
    top = levels_of(reader, root) if _has_levels(root.criterion) else None
    consistency = tuple(
        (each, reader.claim(each.holds, f"consistency[{place}].holds"))
        for place, each in enumerate(ruleset.consistency)
    )
    if sum(each.severity == "error" for each in problems) > before or broken:
        return None
    scope.inputs |= scope.observed_inputs.ordered(ruleset.inputs)
    needs_day = scope.observed_inputs.day or any(_dated(each) for each in ruleset.parameters)
    return Program(scope, top, groups, consistency, needs_day)


@attrs.frozen(repr=False, eq=False)
class SoundRuleset(RulesetParts):
    """A ruleset that was found sound when it was made, with its program."""

    _program: Program | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        program = _program_of(self, problems)
        problems.raise_errors()
        object.__setattr__(self, "_program", program)

    @classmethod
    def checked(
        cls, parts: Mapping[str, Any], problems: Problems, broken: frozenset[str] = frozenset()
    ) -> Self | None:
        """The ruleset of these parts, or None where something is wrong, which is then noted."""
        draft: Self = built(cls, parts)
        program = _program_of(draft, problems, broken)
        if program is None:
            return None
        object.__setattr__(draft, "_program", program)
        return draft

    @property
    def program(self) -> Program:
        """What a backend is to work out; made anew in a process that got the ruleset from another."""
        program = self._program
        if program is None:
            program = _program_of(self, Problems())
            if program is None:
                raise ValueError("a ruleset that was sound is no longer so")
            object.__setattr__(self, "_program", program)
        return program

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in attrs.fields(type(self)) if each.init}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_program", None)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def _has_levels(criterion: Criterion) -> bool:
    return bool(criterion.levels or criterion.overrides)


def _dated(parameter: Parameter) -> bool:
    return bool(parameter.dated) or any(setting.dated for _, setting in parameter.values or ())


def _check_head(ruleset: RulesetParts, root: Criterion, problems: Problems, broken: frozenset[str]) -> None:
    if not _RULESET_ID.fullmatch(ruleset.id):
        problems.add("id", Code.BAD_RULESET_ID, name=ruleset.id)
    effective = ruleset.effective
    if effective and effective.from_ and effective.until and effective.from_ > effective.until:
        problems.add("effective", Code.ENDS_BEFORE_IT_BEGINS, first=effective.from_, last=effective.until)
    if not root.criteria and "criterion:" not in broken:
        problems.add("criteria", Code.NO_CRITERIA)


def _check_names(ruleset: RulesetParts, problems: Problems) -> None:
    """Inputs, parameters and definitions share one name space; criteria, per group, another."""
    taken: dict[str, str] = {}
    groups: Sequence[tuple[str, Iterable[Any]]] = (
        ("inputs", ruleset.inputs),
        ("parameters", ruleset.parameters),
        ("define", ruleset.define),
    )
    for section, parts in groups:
        for part in parts:
            if part.id in taken:
                problems.add(f"{section}.{part.id}", Code.NAME_TAKEN, what=taken[part.id], name=part.id)
            taken.setdefault(part.id, section)
    for scale in ruleset.scales:
        if len(set(scale.words)) < max(2, len(scale.words)):
            problems.add(f"scales.{scale.id}", Code.SCALE_TOO_SHORT, name=scale.id)
    for definition in ruleset.define:
        if (definition.expr is None) == (definition.rule is None):
            problems.add(f"define.{definition.id}", Code.BAD_DEFINITION, key="expr")
    for parameter in ruleset.parameters:
        dated_lists = [parameter.dated, *[each.dated for _, each in parameter.values or ()]]
        for dated in dated_lists:
            days = [entry.from_ for entry in dated or ()]
            if dated is not None and (not days or len(set(days)) < len(days)):
                problems.add(f"parameters.{parameter.id}", Code.BAD_VALUES_BY_DATE)


def _check_input(given: Input, scales: Mapping[str, tuple[str, ...]], problems: Problems) -> None:
    place = f"inputs.{given.id}"
    if given.type == "ordinal":
        if given.scale is None or given.scale not in scales:
            known = nearest(given.scale or "", scales) or ", ".join(scales) or "–"
            problems.add(
                f"{place}.scale" if given.scale else place,
                Code.UNKNOWN_SCALE,
                name=given.scale or "",
                nearest=known,
            )
    elif given.scale is not None:
        problems.add(f"{place}.scale", Code.KEY_NOT_OF_TYPE, key="scale", type=given.type)
    if given.type == "choice":
        if not given.choices or len(set(given.choices)) < len(given.choices):
            problems.add(f"{place}.choices" if given.choices else place, Code.BAD_CHOICES)
    elif given.choices is not None:
        problems.add(f"{place}.choices", Code.KEY_NOT_OF_TYPE, key="choices", type=given.type)
    if given.range is None:
        return
    if given.type not in ("number", "integer", "percent"):
        problems.add(f"{place}.range", Code.KEY_NOT_OF_TYPE, key="range", type=given.type)
    elif len(given.range) != 2 or given.range[0] > given.range[1]:
        problems.add(f"{place}.range", Code.BAD_RANGE)
    elif given.type == "percent" and not (given.range[0] >= 0 and given.range[1] <= 100):
        problems.add(f"{place}.range", Code.BAD_PERCENT_RANGE)


_GROUP_KEYS = ("combine", "scale_to", "levels", "otherwise", "cumulative", "overrides")


def _check_criterion(reader: ExpressionReader, node: Node) -> None:
    criterion, problems = node.criterion, reader.problems
    ids = [child.criterion.id for child in node.children]
    for name in {each for each in ids if ids.count(each) > 1}:
        problems.add(f"{node.place or 'criteria'}.{name}", Code.NAME_TAKEN, what="criteria", name=name)
    if node.path and not criterion.criteria and criterion.rule is None:
        if f"criterion:{node.path}" not in reader.scope.broken:
            problems.add(node.place, Code.NEITHER_RULE_NOR_CRITERIA)
    elif criterion.criteria and criterion.rule is not None:
        problems.add(node.key(criterion.rule.KEY), Code.GROUP_WITH_RULE, key=criterion.rule.KEY)
    elif criterion.rule is not None:
        _check_leaf(reader, node)
    _check_numbers(reader, node)
    combine, missing = criterion.combine, criterion.missing
    if combine is not None and (combine.word is None) == (combine.at_least is None):
        reader.note(node.key("combine"), Fault(Code.BAD_COMBINE))
    if missing is not None and (missing.word is None) == (missing.points is None):
        reader.note(node.key("missing"), Fault(Code.BAD_MISSING))


def _check_leaf(reader: ExpressionReader, node: Node) -> None:
    criterion = node.criterion
    for key in _GROUP_KEYS:
        if getattr(criterion, key):
            reader.note(node.key(key), Fault(Code.KEY_OF_GROUPS_ONLY, key=key))
    if criterion.least is not None and not isinstance(criterion.rule, Score | Deduct):
        reader.note(node.key("least"), Fault(Code.LEAST_WITHOUT_DEDUCTION))


def _check_numbers(reader: ExpressionReader, node: Node) -> None:
    criterion = node.criterion

    def note(key: str, code: str, /, **details: object) -> None:
        reader.note(node.key(key), Fault(code, **details))

    for key in ("points", "weight", "factor", "scale_to"):
        value = getattr(criterion, key)
        if value is not None and (value < 0 or (key == "scale_to" and value == 0)):
            note(key, Code.NUMBER_TOO_SMALL, key=key, value=f"{value:g}")
    if criterion.floor is not None and criterion.cap is not None and criterion.floor > criterion.cap:
        note("floor", Code.FLOOR_ABOVE_CAP)
    most = 1 if criterion.points is None else criterion.points
    if criterion.least is not None and criterion.least > most:
        note("least", Code.LEAST_ABOVE_POINTS)
    if criterion.round is not None and not -9 <= criterion.round.digits <= 9:
        note("round", Code.BAD_DIGITS)
    above = (node.parent.criterion.combine if node.parent else None) or Combine()
    if criterion.bonus and not _is_sum(above):
        note("bonus", Code.BONUS_OUTSIDE_SUM)
    if criterion.weight is not None and above.word not in ("mean", "geometric_mean"):
        note("weight", Code.WEIGHT_OUTSIDE_MEAN)
    if criterion.combine is not None and criterion.combine.word in ("mean", "geometric_mean"):
        weights = [1 if child.weight is None else child.weight for child in criterion.criteria]
        if weights and not any(weights):
            note("combine", Code.NO_WEIGHT)


def _is_sum(combine: Combine) -> bool:
    return combine.at_least is None and combine.word in (None, "sum")


def _check_total(reader: ExpressionReader, node: Node) -> None:
    """``points`` given on a group: the total of a sum's criteria, and nothing else."""
    criterion, states = node.criterion, reader.scope.states
    inside = f"criterion:{node.path}." if node.path else "criterion:"
    if criterion.points is None or not criterion.criteria:
        return
    if any(name.startswith(inside) for name in reader.scope.broken):
        return  # something in it could not be read, so that its points are not known
    if not _is_sum(criterion.combine or Combine()):
        reader.note(node.key("points"), Fault(Code.POINTS_OF_GROUP_WITHOUT_SUM))
        return
    plan = states[node.path].joined
    full = plan.full if plan is not None else None
    if full is None:  # a value that is a bonus leaves the group without a maximum, not without a total
        counting = [states[child.path].full for child in node.children if not child.criterion.bonus]
        known = [each for each in counting if each is not None]
        full = add(known) if len(known) == len(counting) else None
    total = None if full is None or full.low != full.high else Fraction(repr(full.low))
    if total is None or total != Fraction(repr(criterion.points)):
        shown = "?" if total is None else f"{float(total):g}"
        reader.note(
            node.key("points"), Fault(Code.POINTS_NOT_A_SUM, points=f"{criterion.points:g}", total=shown)
        )
