"""Whether the parts of a ruleset fit together: everything that can be wrong, found when it is made.

What concerns one expression or one rule is found while judging (see ``judging``); here is what
concerns names, points and the shape of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from criteria_engine.compiler.compiler import Judging
from criteria_engine.compiler.levels import reaching
from criteria_engine.compiler.names import Described
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.tree import Node, RulesetParts
from criteria_engine.core.algebra import add
from criteria_engine.core.grammar import nearest
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.rules.deduct import Deduct
from criteria_engine.rules.parts import Combine, Criterion, Input, Parameter
from criteria_engine.rules.score import Score

__all__ = ["program_of"]

_RULESET_ID = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)*")


def program_of(
    ruleset: Described, problems: Problems, broken: frozenset[str] = frozenset()
) -> Program | None:
    """The program of a ruleset, or None where something is wrong, which is then noted.

    ``broken`` are the names of parts that could not be read: they are passed over in silence.
    """
    before = sum(each.severity == "error" for each in problems)
    _check_head(ruleset, problems, broken)
    scales = {scale.id: scale.words for scale in ruleset.scales}
    _check_names(ruleset, problems)
    for given in ruleset.inputs:
        _check_input(given, scales, problems)
    parts = RulesetParts(
        ruleset.inputs,
        scales,
        ruleset.parameters,
        ruleset.define,
        ruleset.root,
        ruleset.days_off,
        broken,
        ruleset.id,
    )
    judging = Judging(parts, problems)
    _check_tree(judging, problems)
    judging.work_out()
    _check_totals(judging)
    root = judging.tree.root
    groups = {each.path: reaching(judging, each) for each in root.below() if _has_levels(each.criterion)}
    top = reaching(judging, root) if _has_levels(root.criterion) else None
    consistency = tuple(
        (each, judging.claim(each.holds, f"consistency[{place}].holds"))
        for place, each in enumerate(ruleset.consistency)
    )
    if sum(each.severity == "error" for each in problems) > before or broken:
        return None
    judging.inputs |= judging.observing.ordered(ruleset.inputs)
    needs_day = judging.observing.day or any(_dated(each) for each in ruleset.parameters)
    return Program(judging, top, groups, consistency, needs_day)


def _has_levels(criterion: Criterion) -> bool:
    return bool(criterion.levels or criterion.overrides)


def _dated(parameter: Parameter) -> bool:
    return bool(parameter.dated) or any(setting.dated for _, setting in parameter.values or ())


def _check_head(ruleset: Described, problems: Problems, broken: frozenset[str]) -> None:
    if not _RULESET_ID.fullmatch(ruleset.id):
        problems.add("id", "CE112", name=ruleset.id)
    effective = ruleset.effective
    if effective and effective.from_ and effective.until and effective.from_ > effective.until:
        problems.add("effective", "CE306", first=effective.from_, last=effective.until)
    if not ruleset.root.criteria and "criterion:" not in broken:
        problems.add("criteria", "CE307")


def _check_names(ruleset: Described, problems: Problems) -> None:
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
                problems.add(f"{section}.{part.id}", "CE301", what=taken[part.id], name=part.id)
            taken.setdefault(part.id, section)
    for scale in ruleset.scales:
        if len(set(scale.words)) < max(2, len(scale.words)):
            problems.add(f"scales.{scale.id}", "CE308", name=scale.id)
    for definition in ruleset.define:
        if (definition.expr is None) == (definition.rule is None):
            problems.add(f"define.{definition.id}", "CE302", key="expr")
    for parameter in ruleset.parameters:
        dated_lists = [parameter.dated, *[each.dated for _, each in parameter.values or ()]]
        for dated in dated_lists:
            days = [entry.from_ for entry in dated or ()]
            if dated is not None and (not days or len(set(days)) < len(days)):
                problems.add(f"parameters.{parameter.id}", "CE309")


def _check_input(given: Input, scales: Mapping[str, tuple[str, ...]], problems: Problems) -> None:
    place = f"inputs.{given.id}"
    if given.type == "ordinal":
        if given.scale is None or given.scale not in scales:
            known = nearest(given.scale or "", scales) or ", ".join(scales) or "–"
            problems.add(
                f"{place}.scale" if given.scale else place, "CE310", name=given.scale or "", nearest=known
            )
    elif given.scale is not None:
        problems.add(f"{place}.scale", "CE311", key="scale", type=given.type)
    if given.type == "choice":
        if not given.choices or len(set(given.choices)) < len(given.choices):
            problems.add(f"{place}.choices" if given.choices else place, "CE312")
    elif given.choices is not None:
        problems.add(f"{place}.choices", "CE311", key="choices", type=given.type)
    if given.range is None:
        return
    if given.type not in ("number", "integer", "percent"):
        problems.add(f"{place}.range", "CE311", key="range", type=given.type)
    elif len(given.range) != 2 or given.range[0] > given.range[1]:
        problems.add(f"{place}.range", "CE313")
    elif given.type == "percent" and not (given.range[0] >= 0 and given.range[1] <= 100):
        problems.add(f"{place}.range", "CE314")


# ---- the tree --------------------------------------------------------------------------------

_GROUP_KEYS = ("combine", "scale_to", "levels", "otherwise", "cumulative", "overrides")


def _check_tree(judging: Judging, problems: Problems) -> None:
    for found in (judging.tree.root, *judging.tree.root.below()):
        criterion = found.criterion
        ids = [child.criterion.id for child in found.children]
        for name in {each for each in ids if ids.count(each) > 1}:
            problems.add(
                f"{found.place or 'criteria'}.{name}" if found.path else f"criteria.{name}",
                "CE301",
                what="criteria",
                name=name,
            )
        if found.path and not criterion.criteria and criterion.rule is None:
            if f"criterion:{found.path}" not in judging.parts.broken:
                problems.add(found.place, "CE315")
        elif criterion.criteria and criterion.rule is not None:
            problems.add(found.key(criterion.rule.KEY), "CE316", key=criterion.rule.KEY)
        elif criterion.rule is not None:
            _check_leaf(judging, found.path, criterion)
        _check_numbers(judging, found.path, criterion)
        if criterion.combine is not None and (criterion.combine.word is None) == (
            criterion.combine.at_least is None
        ):
            judging.note(found.key("combine"), Fault("CE317"))
        if criterion.missing is not None and (criterion.missing.word is None) == (
            criterion.missing.points is None
        ):
            judging.note(found.key("missing"), Fault("CE318"))


def _check_leaf(judging: Judging, path: str, criterion: Criterion) -> None:
    found = judging.tree.by_path[path]
    for key in _GROUP_KEYS:
        if getattr(criterion, key):
            judging.note(found.key(key), Fault("CE319", key=key))
    if criterion.least is not None and not isinstance(criterion.rule, Score | Deduct):
        judging.note(found.key("least"), Fault("CE320"))


def _check_numbers(judging: Judging, path: str, criterion: Criterion) -> None:
    found = judging.tree.by_path[path]
    for key in ("points", "weight", "factor", "scale_to"):
        value = getattr(criterion, key)
        if value is not None and (value < 0 or (key == "scale_to" and value == 0)):
            judging.note(found.key(key), Fault("CE321", key=key, value=f"{value:g}"))
    if criterion.floor is not None and criterion.cap is not None and criterion.floor > criterion.cap:
        judging.note(found.key("floor"), Fault("CE322"))
    if criterion.least is not None and criterion.least > (
        1 if criterion.points is None else criterion.points
    ):
        judging.note(found.key("least"), Fault("CE323"))
    if criterion.round is not None and not -9 <= criterion.round.digits <= 9:
        judging.note(found.key("round"), Fault("CE324"))
    combine = (found.parent.criterion.combine if found.parent else None) or Combine()
    plain_sum = combine.at_least is None and combine.word in (None, "sum")
    if criterion.bonus and not plain_sum:
        judging.note(found.key("bonus"), Fault("CE325"))
    if criterion.weight is not None and combine.word not in ("mean", "geometric_mean"):
        judging.note(found.key("weight"), Fault("CE326"))
    if criterion.combine is not None and criterion.combine.word in ("mean", "geometric_mean"):
        weights = [1 if child.weight is None else child.weight for child in criterion.criteria]
        if weights and not any(weights):
            judging.note(found.key("combine"), Fault("CE327"))


def _holds_broken(judging: Judging, found: Node) -> bool:
    """Whether something below could not be read, so that its points are not known."""
    prefix = f"criterion:{found.path}." if found.path else "criterion:"
    return any(each.startswith(prefix) for each in judging.parts.broken)


def _check_totals(judging: Judging) -> None:
    """``points`` given on a group: the children's total of a sum, and nothing else."""
    for found in (judging.tree.root, *judging.tree.root.below()):
        criterion = found.criterion
        if criterion.points is None or not criterion.criteria or _holds_broken(judging, found):
            continue
        combine = criterion.combine or Combine()
        if combine.at_least is not None or combine.word not in (None, "sum"):
            judging.note(found.key("points"), Fault("CE328"))
            continue
        plan = judging.faces[found.path].joined
        full = plan.full if plan is not None else None
        if full is None:  # a value that is a bonus leaves the group without a maximum, not without a total
            counting = [
                judging.faces[child.path].full for child in found.children if not child.criterion.bonus
            ]
            known = [each for each in counting if each is not None]
            full = add(known) if len(known) == len(counting) else None
        total = None if full is None or full.low != full.high else Fraction(repr(full.low))
        if total is None or total != Fraction(repr(criterion.points)):
            shown = "?" if total is None else f"{float(total):g}"
            judging.note(found.key("points"), Fault("CE329", points=f"{criterion.points:g}", total=shown))
