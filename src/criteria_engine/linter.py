"""Looking a file over, a ruleset's or a plan's: all that is wrong, and what an author may want to look at again.

``check`` gathers what the readers of files say. Of a sound ruleset it asks more: ``_CHECKS`` is the table of
the questions, and each of them stands below it in that order.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import attrs

from criteria_engine.compiler.tree import Node, expressions_in
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import parse
from criteria_engine.files.cases import (
    CaseOutcome,
    check_cases,
    companion_of,
    read_companion,
    run_cases,
    unreached,
    written,
)
from criteria_engine.files.library import Library
from criteria_engine.files.reading import read_document, read_ruleset
from criteria_engine.files.source import MarkedMap
from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic
from criteria_engine.rules.deduct import Deduct
from criteria_engine.rules.parts import Level
from criteria_engine.rules.schema import SHARE
from criteria_engine.ruleset import Ruleset


def check(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    library: Library | None = None,
    lang: str | None = None,
) -> list[Diagnostic]:
    """All that is wrong with rulesets' files and the tests beside them, and with plans; nothing is raised.

    A file with a key ``plan`` is looked over as a plan, with the roster it names.

    ``severity`` tells errors from warnings; warnings are given for sound rulesets only. Whether the
    tests pass is another question (``run_tests``). ``library`` is where sets that they extend are found.
    """
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [diagnostic for path in several for diagnostic in _check_file(path, library, lang)]


def _check_file(path: str | os.PathLike[str], library: Library | None, lang: str | None) -> list[Diagnostic]:
    try:
        document = read_document(path)
    except CriteriaError as error:
        return [each.in_language(lang) for each in error.diagnostics]
    if isinstance(document.root, MarkedMap) and document.root.get("plan") is not None:
        from criteria_engine.plans.plan_file import check_plan

        return check_plan(path, lang=lang)
    ruleset = read_ruleset(document, library)
    if ruleset is None:
        return document.located(lang)
    check_cases(ruleset, ruleset.tests, document.problems)
    try:
        companion, cases = read_companion(path, ruleset)
    except CriteriaError as error:
        return [*document.located(lang), *(each.in_language(lang) for each in error.diagnostics)]
    documents = [document] if companion is None else [document, companion]
    if not any(each.problems.has_errors for each in documents):
        sets = () if library is None else library.asked_by(ruleset)
        outcomes = run_cases(ruleset, (*ruleset.tests, *cases), sets=sets)
        tested = _Tested(ruleset, outcomes, companion_of(document.name).name)
        for question in _CHECKS:
            for place, code, details in question(tested):
                document.problems.append(Diagnostic(code, details, place, "warning"))
    return [diagnostic for each in documents for diagnostic in each.located(lang)]


class _Tested(NamedTuple):
    """A sound ruleset, what came of its tests, and the name of the file of tests beside it."""

    ruleset: Ruleset
    outcomes: Sequence[CaseOutcome]
    tests_file: str

    @property
    def nodes(self) -> Iterator[Node]:
        """Its criteria and groups."""
        return self.ruleset.program.scope.tree.root.below()


_Advice = Iterator[tuple[str, str, dict[str, str]]]
"""Path, code and details of each warning."""


def _official_without_tests(tested: _Tested) -> _Advice:
    if tested.ruleset.status == "official" and not tested.outcomes:
        yield "status", Code.OFFICIAL_WITHOUT_TESTS, {"file": tested.tests_file}


def _without_legal_basis(tested: _Tested) -> _Advice:
    status = tested.ruleset.status
    if status in ("official", "adapted") and not tested.ruleset.legal_basis:
        yield "status", Code.NO_LEGAL_BASIS, {"status": status}


def _needless_aliases(tested: _Tested) -> _Advice:
    documents = {each.document.casefold() for each in tested.ruleset.legal_basis}
    for index, alias in enumerate(tested.ruleset.aliases):
        if alias.casefold() in documents:
            yield f"aliases[{index}]", Code.ALIAS_IS_LEGAL_BASIS, {"alias": alias}


def _points_never_given(tested: _Tested) -> _Advice:
    """Rules that pick points, of which none picks all that the criterion has."""
    for node in tested.nodes:
        rule, points = node.criterion.rule, node.criterion.points
        if points is None or rule is None or type(rule).KEY not in ("bands", "choose", "curve", "table"):
            continue
        most = tested.ruleset.program.scope.states[node.path].judged.most
        if most is not None and most.high < points:
            details = {"name": node.path, "points": written(points), "most": written(most.high)}
            yield node.key("points"), Code.POINTS_ABOVE_RULE, details


def _points_never_taken(tested: _Tested) -> _Advice:
    """Deductions whose lines are all bounded and yet leave some of the points."""
    for node in tested.nodes:
        criterion, rule = node.criterion, node.criterion.rule
        if not isinstance(rule, Deduct):
            continue
        points = 1.0 if criterion.points is None else float(criterion.points)
        limits = [line.minus if line.when is not None else line.at_most for line in rule.lines]
        taken = [None if limit is None else _number(tested.ruleset, limit) for limit in limits]
        most = sum(number for number in taken if number is not None)
        if None not in taken and most < points - (criterion.least or 0):
            details = {"name": node.path, "points": written(points), "most": written(most)}
            yield node.key("deduct"), Code.DEDUCTIONS_TOO_SMALL, {**details, "rest": written(points - most)}


def _number(ruleset: Ruleset, expression: Expression | ast.expr) -> float | None:
    """The number that an expression is: written there, or a parameter with one value."""
    match parse(expression.text).tree if isinstance(expression, Expression) else expression:
        case ast.Constant(value=value) if type(value) in (int, float):
            return float(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(ruleset, operand)
            return None if inner is None else -inner
        case ast.Name(id=name):
            known: Any = next((each.value for each in ruleset.parameters if each.id == name), None)
            is_number = isinstance(known, int | float) and not isinstance(known, bool)
            return float(known) if is_number else None
    return None


def _deadlines_of_nobody(tested: _Tested) -> _Advice:
    for node in tested.nodes:
        if node.criterion.due is not None and not _has_owner(tested.ruleset, node):
            yield node.key("due"), Code.DUE_WITHOUT_OWNER, {"name": node.path}


def _has_owner(ruleset: Ruleset, node: Node | None) -> bool:
    """Whether somebody answers for it, or for all that it is part of."""
    while node is not None:
        if node.criterion.owner is not None:
            return True
        node = node.parent
    return ruleset.owner is not None


def _hidden_levels(tested: _Tested) -> _Advice:
    """Levels that a better one always hides."""
    ladders = [("levels", tested.ruleset.levels)]
    ladders += [(node.key("levels"), node.criterion.levels) for node in tested.nodes]
    for path, levels in ladders:
        for index, level in enumerate(levels):
            better = next((each for each in levels[:index] if _hides(tested.ruleset, each, level)), None)
            if better is not None:
                yield f"{path}.{level.id}", Code.LEVEL_COVERED, {"level": level.id, "better": better.id}


def _hides(ruleset: Ruleset, better: Level, level: Level) -> bool:
    """Whether what reaches ``level`` surely reaches ``better``, which stands before it."""
    floors = dict(level.floors)
    return (
        _follows(ruleset, better.when, level.when)
        and (better.each or 0) <= (level.each or 0)
        and all(share <= floors.get(name, 0) for name, share in better.floors)
        and set(better.requires) <= set(level.requires)
    )


class _Threshold(NamedTuple):
    """A comparison of something with a number: ``subject >= number``."""

    subject: str
    upward: bool
    number: float
    strict: bool


def _follows(ruleset: Ruleset, wanted: Expression | None, known: Expression | None) -> bool:
    """Whether ``wanted`` holds wherever ``known`` does, as far as one can see without data."""
    if wanted is None or wanted == known:
        return True
    one, other = _threshold(ruleset, wanted), _threshold(ruleset, known)
    if one is None or other is None or (one.subject, one.upward) != (other.subject, other.upward):
        return False
    if one.number == other.number:
        return other.strict or not one.strict
    return one.number < other.number if one.upward else one.number > other.number


def _threshold(ruleset: Ruleset, expression: Expression | None) -> _Threshold | None:
    tree = None if expression is None else parse(expression.text).tree
    if not (isinstance(tree, ast.Compare) and len(tree.ops) == 1):
        return None
    left, right, operator = tree.left, tree.comparators[0], tree.ops[0]
    if not isinstance(operator, ast.GtE | ast.Gt | ast.LtE | ast.Lt):
        return None
    upward = isinstance(operator, ast.GtE | ast.Gt)
    number = _number(ruleset, right)
    if number is None:
        left, number, upward = right, _number(ruleset, left), not upward
    if number is None:
        return None
    subject = ast.unparse(left)
    strict = isinstance(operator, ast.Gt | ast.Lt)
    return _Threshold("score()" if subject == "score" else subject, upward, number, strict)


def _needless_totals(tested: _Tested) -> _Advice:
    """Levels whose ``each`` alone brings the total that ``when`` asks for."""
    ruleset = tested.ruleset
    adds_up = ruleset.combine is None or ruleset.combine.word == "sum"
    if not adds_up or any(each.bonus or each.points == 0 for each in ruleset.criteria):
        return
    for level in ruleset.levels:
        share = _wanted_share(ruleset, _threshold(ruleset, level.when))
        if level.each is not None and level.when is not None and share is not None and share(level.each):
            details = {"level": level.id, "each": SHARE.write(level.each), "when": level.when.text}
            yield f"levels.{level.id}.each", Code.NEEDLESS_CONDITION, details


def _wanted_share(ruleset: Ruleset, wanted: _Threshold | None) -> Callable[[float], bool] | None:
    """What tells whether a share of the points in every criterion is the total that is wanted."""
    if wanted is None or not wanted.upward:
        return None
    share = wanted.number / 100
    if not re.fullmatch(r"percent\( *score\(\) *, *max_score\(\) *\)", wanted.subject):
        most = ruleset.program.slots[0].most
        if wanted.subject != "score()" or most is None or not most.low == most.high > 0:
            return None
        share = wanted.number / most.high
    return (lambda each: each > share) if wanted.strict else (lambda each: each >= share)


def _unused_names(tested: _Tested) -> _Advice:
    """Inputs, parameters and definitions that no expression names."""
    ruleset = tested.ruleset
    fields = [each.name for each in attrs.fields(Ruleset) if "kind" in each.metadata]
    expressions = expressions_in(tuple(getattr(ruleset, field) for field in fields))
    used = {name for expression in expressions for name in parse(expression.text).names}
    used |= {each.by for each in ruleset.parameters if each.by is not None}
    for section, code in (
        ("inputs", Code.UNUSED_INPUT),
        ("parameters", Code.UNUSED_PARAMETER),
        ("define", Code.UNUSED_DEFINITION),
    ):
        for each in getattr(ruleset, section):
            if each.id not in used:
                yield f"{section}.{each.id}", code, {"name": each.id}


def _untested_criteria(tested: _Tested) -> _Advice:
    """Criteria that the tests never meet or never fail; a group only where its own children are all seen."""
    if not tested.outcomes:
        return
    missed = unreached(tested.ruleset, tested.outcomes)
    never_met, never_failed = set(missed.never_met), set(missed.never_failed)
    neither = never_met & never_failed
    by_path = tested.ruleset.program.scope.tree.by_path
    for code, paths in (
        (Code.CRITERION_NEVER_DECIDED, neither),
        (Code.CRITERION_NEVER_MET, never_met - neither),
        (Code.CRITERION_NEVER_FAILED, never_failed - neither),
    ):
        for path in paths:
            if not any(child.path in never_met | never_failed for child in by_path[path].below()):
                yield by_path[path].place, code, {"name": path}


_CHECKS: tuple[Callable[[_Tested], _Advice], ...] = (
    _official_without_tests,
    _without_legal_basis,
    _needless_aliases,
    _points_never_given,
    _points_never_taken,
    _deadlines_of_nobody,
    _hidden_levels,
    _needless_totals,
    _unused_names,
    _untested_criteria,
)
"""What is asked of a sound ruleset."""
