"""Looking a file over, a ruleset's or a plan's: everything that is wrong, and what an author may want to see."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.tree import Node
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import parse
from criteria_engine.files.cases import (
    Unreached,
    companion_of,
    look_at_cases,
    read_companion,
    run_cases,
    said,
    sound_ruleset,
    unreached,
    written,
)
from criteria_engine.files.document import Document
from criteria_engine.files.library import Library
from criteria_engine.files.reading import read_document
from criteria_engine.files.source import MarkedMap
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic
from criteria_engine.rules.deduct import Deduct
from criteria_engine.rules.parts import Criterion, Level
from criteria_engine.rules.schema import SHARE
from criteria_engine.ruleset import Ruleset

__all__ = [
    "Advice",
    "about_criteria",
    "about_head",
    "about_levels",
    "about_tests",
    "check",
    "unused_names",
]


# ---- what an author of a sound ruleset may want to look at again ---------------------------------

Advice = tuple[str, str, dict[str, str]]
"""Path, code and details of one warning."""

_PICKING = ("bands", "choose", "curve", "table")
_TOTAL_SHARE = re.compile(r"percent\( *score\(\) *, *max_score\(\) *\)")


# ---- the head of the file --------------------------------------------------------------------


def about_head(ruleset: Ruleset, tests: int, tests_file: str) -> Iterator[Advice]:
    """Status, documents and aliases; ``tests`` is how many tests there are."""
    status = ruleset.status
    if status == "official" and not tests:
        yield "status", "CE701", {"file": tests_file}
    if status in ("official", "adapted") and not ruleset.legal_basis:
        yield "status", "CE702", {"status": status}
    documents = {each.document.casefold() for each in ruleset.legal_basis}
    for place, alias in enumerate(ruleset.aliases):
        if alias.casefold() in documents:
            yield f"aliases[{place}]", "CE712", {"alias": alias}


# ---- criteria --------------------------------------------------------------------------------


def about_criteria(ruleset: Ruleset) -> Iterator[Advice]:
    """Points that no rule gives or takes, and deadlines that nobody answers for."""
    for found in ruleset.program.judging.tree.root.below():
        criterion = found.criterion
        yield from _about_points(ruleset, found)
        if isinstance(criterion.rule, Deduct):
            yield from _about_deduction(ruleset, found, criterion.rule)
        if criterion.due is not None and not _has_owner(ruleset, found):
            yield found.key("due"), "CE714", {"name": found.path}


def _about_points(ruleset: Ruleset, found: Node) -> Iterator[Advice]:
    criterion = found.criterion
    if criterion.rule is None or type(criterion.rule).KEY not in _PICKING or criterion.points is None:
        return
    most = ruleset.program.judging.faces[found.path].judged.most
    if most is not None and most.high < criterion.points:
        details = {"name": found.path, "points": written(criterion.points), "most": written(most.high)}
        yield found.key("points"), "CE706", details


def _about_deduction(ruleset: Ruleset, found: Node, rule: Deduct) -> Iterator[Advice]:
    """Lines that are all bounded and yet leave some of the points."""
    points, least = _given_points(found.criterion), found.criterion.least or 0
    most = 0.0
    for line in rule.lines:
        taken = _constant(ruleset, line.minus if line.when is not None else line.at_most)
        if taken is None:
            return
        most += taken
    if most < points - least:
        rest = written(points - most)
        details = {"name": found.path, "points": written(points), "most": written(most), "rest": rest}
        yield found.key("deduct"), "CE707", details


def _given_points(criterion: Criterion) -> float:
    return 1.0 if criterion.points is None else float(criterion.points)


def _has_owner(ruleset: Ruleset, found: Node) -> bool:
    """Whether somebody answers for it, or for all that it is part of."""
    at: Node | None = found
    while at is not None:
        if at.criterion.owner is not None:
            return True
        at = at.parent
    return ruleset.owner is not None


def _constant(ruleset: Ruleset, expression: Expression | None) -> float | None:
    """The number that an expression is: written there, or a parameter with one value."""
    return None if expression is None else _number(ruleset, parse(expression.text).tree)


def _number(ruleset: Ruleset, tree: ast.expr) -> float | None:
    match tree:
        case ast.Constant(value=value) if type(value) in (int, float):
            return float(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(ruleset, operand)
            return None if inner is None else -inner
        case ast.Name(id=name):
            given: Any = next((each.value for each in ruleset.parameters if each.id == name), None)
            known = isinstance(given, int | float) and not isinstance(given, bool)
            return float(given) if known else None
    return None


# ---- levels ----------------------------------------------------------------------------------


def about_levels(ruleset: Ruleset) -> Iterator[Advice]:
    """Levels that a better one always hides, and totals that the floors decide already."""
    yield from _about_ladder(ruleset, ruleset.levels, "levels")
    for found in ruleset.program.judging.tree.root.below():
        yield from _about_ladder(ruleset, found.criterion.levels, found.key("levels"))
    for level in ruleset.levels:
        yield from _about_floors(ruleset, level)


def _about_ladder(ruleset: Ruleset, levels: Sequence[Level], at: str) -> Iterator[Advice]:
    for place, level in enumerate(levels):
        better = next((each for each in levels[:place] if _wants_no_more(ruleset, each, level)), None)
        if better is not None:
            yield f"{at}.{level.id}", "CE708", {"level": level.id, "better": better.id}


def _wants_no_more(ruleset: Ruleset, better: Level, level: Level) -> bool:
    """Whether whoever reaches ``level`` surely reaches ``better``, which stands before it."""
    floors = dict(level.floors)
    return (
        _follows(ruleset, better.when, level.when)
        and (better.each or 0) <= (level.each or 0)
        and all(share <= floors.get(name, 0) for name, share in better.floors)
        and set(better.requires) <= set(level.requires)
    )


@attrs.frozen
class _Threshold:
    """A comparison of something with a number: ``subject >= number``."""

    subject: str
    upward: bool
    number: float
    strict: bool


def _follows(ruleset: Ruleset, wanted: Expression | None, given: Expression | None) -> bool:
    """Whether ``wanted`` holds wherever ``given`` does, as far as one can see without data."""
    if wanted is None or wanted == given:
        return True
    one, other = _threshold(ruleset, wanted), _threshold(ruleset, given)
    if one is None or other is None or (one.subject, one.upward) != (other.subject, other.upward):
        return False
    if one.number == other.number:
        return other.strict or not one.strict
    return one.number < other.number if one.upward else one.number > other.number


def _threshold(ruleset: Ruleset, expression: Expression | None) -> _Threshold | None:
    if expression is None:
        return None
    parsed = parse(expression.text)
    if not (isinstance(parsed.tree, ast.Compare) and len(parsed.tree.ops) == 1):
        return None
    left, right, operator = parsed.tree.left, parsed.tree.comparators[0], parsed.tree.ops[0]
    if not isinstance(operator, ast.GtE | ast.Gt | ast.LtE | ast.Lt):
        return None
    upward = isinstance(operator, ast.GtE | ast.Gt)
    number = _number(ruleset, right)
    if number is None:
        left, number, upward = right, _number(ruleset, left), not upward
    if number is None:
        return None
    return _Threshold(_spelt(left), upward, number, isinstance(operator, ast.Gt | ast.Lt))


def _spelt(tree: ast.expr) -> str:
    text = ast.unparse(tree)
    return "score()" if text == "score" else text


def _about_floors(ruleset: Ruleset, level: Level) -> Iterator[Advice]:
    """Where ``each`` alone brings the total that ``when`` asks for."""
    wanted: Any = _threshold(ruleset, level.when)
    if level.each is None or wanted is None or not wanted.upward:
        return
    if _TOTAL_SHARE.fullmatch(wanted.subject):
        share = wanted.number / 100
    else:
        most = ruleset.program.slots[0].most
        plain = wanted.subject == "score()" and most is not None and most.low == most.high > 0
        share = wanted.number / most.high if plain and most is not None else 2.0
    sums_up = ruleset.combine is None or ruleset.combine.word == "sum"
    no_bonus = not any(each.bonus or each.points == 0 for each in ruleset.criteria)
    if sums_up and no_bonus and (level.each >= share if not wanted.strict else level.each > share):
        when = level.when.text if level.when is not None else ""
        yield (
            f"levels.{level.id}.each",
            "CE713",
            {"level": level.id, "each": SHARE.write(level.each), "when": when},
        )


# ---- tests -----------------------------------------------------------------------------------


def about_tests(ruleset: Ruleset, missed: Unreached) -> Iterator[Advice]:
    """Criteria that the tests never meet or never fail; a group only where its own children are all seen."""
    tree = ruleset.program.judging.tree
    never = {"CE705": set(missed.never_met) & set(missed.never_failed)}
    never["CE703"] = set(missed.never_met) - never["CE705"]
    never["CE704"] = set(missed.never_failed) - never["CE705"]
    silent = never["CE703"] | never["CE704"] | never["CE705"]
    for code, paths in never.items():
        for path in paths:
            if not any(child.path in silent for child in tree.by_path[path].below()):
                yield tree.by_path[path].place, code, {"name": path}


# ---- names that nothing in a ruleset uses --------------------------------------------------------

_KINDS = (("inputs", "CE709"), ("parameters", "CE710"), ("define", "CE711"))


def unused_names(ruleset: Ruleset) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Path, code and details for each input, parameter and definition that no expression names."""
    used = {name for expression in _expressions(ruleset) for name in parse(expression.text).names}
    used |= {each.by for each in ruleset.parameters if each.by is not None}
    for key, code in _KINDS:
        for each in getattr(ruleset, key):
            if each.id not in used:
                yield f"{key}.{each.id}", code, {"name": each.id}


def _expressions(value: Any) -> Iterator[Expression]:
    """Every expression in a part of a ruleset, however deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Expression):
            yield found
        elif isinstance(found, tuple):
            waiting.extend(found)
        elif attrs.has(type(found)):
            waiting.extend(
                getattr(found, part.name) for part in attrs.fields(type(found)) if "kind" in part.metadata
            )


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
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    return [each for path in several for each in _check(path, library, lang)]


def _check(path: str | os.PathLike[str], library: Library | None, lang: str | None) -> list[Diagnostic]:
    try:
        document = read_document(path)
    except CriteriaError as error:
        return [each.in_language(lang) for each in error.diagnostics]
    if isinstance(document.root, MarkedMap) and document.root.get("plan") is not None:
        from criteria_engine.plans.plan_file import check_plan

        return check_plan(path, lang=lang)
    ruleset = sound_ruleset(document, library)
    if ruleset is None:
        return said(document, lang)
    look_at_cases(ruleset, ruleset.tests, document.problems)
    try:
        companion, beside = read_companion(path, ruleset)
    except CriteriaError as error:
        return [*said(document, lang), *(each.in_language(lang) for each in error.diagnostics)]
    documents = [document] if companion is None else [document, companion]
    if not any(each.problems.has_errors for each in documents):
        sets = () if library is None else library.asked_by(ruleset)
        outcomes = run_cases(ruleset, (*ruleset.tests, *beside), sets=sets)
        _advise(ruleset, document, len(outcomes))
        if outcomes:
            _add(document, about_tests(ruleset, unreached(ruleset, outcomes)))
    return [found for each in documents for found in said(each, lang)]


def _advise(ruleset: Ruleset, document: Document, tests: int) -> None:
    _add(document, about_head(ruleset, tests, companion_of(document.name).name))
    _add(document, about_criteria(ruleset))
    _add(document, about_levels(ruleset))
    _add(document, unused_names(ruleset))


def _add(document: Document, advice: Iterable[Advice]) -> None:
    for path, code, details in advice:
        document.problems.append(Diagnostic(code, details, path, "warning"))
