"""The tests of a ruleset: ``tests:`` in its file, and ``NAME.tests.yaml`` beside ``NAME.yaml``.

In order: running tests, what they expect compared with what came out, what no test reaches, and the files.
What is wrong with a test, and what came out other than expected, has the place in its file.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from criteria_engine.compiler.tree import Node
from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import NumberValue, TruthValue
from criteria_engine.evaluation.result import Result
from criteria_engine.files.document import Document
from criteria_engine.files.library import Library
from criteria_engine.files.reading import read_document, sound_ruleset
from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic, Fault, Problems
from criteria_engine.rules.parts import Case, Expected, Status
from criteria_engine.rules.schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    ListOf,
    Members,
    Plain,
    Scalar,
    Struct,
    part,
)
from criteria_engine.ruleset import Ruleset

_UNDECIDED = "undecided"
# The scalar that reads a value of an input or of a definition; texts and words stay as they are.
_SCALARS: Mapping[str, Scalar] = {
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": NUMBER,
    "percent": NUMBER,
    "date": DATE,
}


@attrs.frozen(eq=False)
class CaseOutcome:
    """What came of one test: passed, or the ways in which it did not.

    ``differences`` are where the result is not what was expected, ``errors`` what kept the test from
    running, ``warnings`` what it could say better; each has the path of its place
    (``tests[3].expect.level``). ``result`` is None where the values were refused.
    """

    case: Case
    path: str
    differences: tuple[Diagnostic, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    result: Result | None = None

    @property
    def name(self) -> str:
        """The name of the test."""
        return self.case.name

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.differences and not self.errors


def run_cases(
    ruleset: Ruleset,
    cases: Sequence[Case] | None = None,
    lang: str | None = None,
    *,
    sets: Sequence[Ruleset] = (),
) -> tuple[CaseOutcome, ...]:
    """Run tests, those of the ruleset itself if none are given; nothing is raised for a failing one.

    ``lang`` is the language of what is said about them; ``sets`` are the rulesets at hand.
    """
    chosen = ruleset.tests if cases is None else cases
    return tuple(_run_case(ruleset, case, f"tests[{index}]", lang, sets) for index, case in enumerate(chosen))


def check_cases(ruleset: Ruleset, cases: Sequence[Case], problems: Problems) -> None:
    """Note what is wrong with the form of tests: names, types of values; nothing is run."""
    for index, case in enumerate(cases):
        path = f"tests[{index}]"
        _check_expected(ruleset, case, path, problems)
        if case.expect.error is None:
            _typed_assessment(ruleset, case, path, problems)


def _run_case(
    ruleset: Ruleset, case: Case, path: str, lang: str | None, sets: Sequence[Ruleset]
) -> CaseOutcome:
    form, refused, differences = Problems(), Problems(), Problems()
    _check_expected(ruleset, case, path, form)
    values, history = _typed_assessment(ruleset, case, path, refused)
    result = None
    if not form.has_errors and not refused.has_errors:
        result = _evaluated(ruleset, case, values, history, path, refused, sets)
    if case.expect.error is not None:
        _compare_errors(case, list(refused), path, differences, lang)
        refused = Problems()
    elif result is not None:
        _compare(ruleset, case, result, f"{path}.expect", differences)
    said = [each.in_language(lang) for each in (*form, *refused)]
    return CaseOutcome(
        case,
        path,
        tuple(each.in_language(lang) for each in differences),
        tuple(each for each in said if each.severity == "error"),
        tuple(each for each in said if each.severity == "warning"),
        result,
    )


def _evaluated(
    ruleset: Ruleset,
    case: Case,
    values: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    path: str,
    problems: Problems,
    sets: Sequence[Ruleset],
) -> Result | None:
    evidence = {name: text or "" for name, text in case.evidence}
    titles = {name: list(held) if len(held) > 1 else held[0] for name, held in case.titles if held}
    try:
        return ruleset.evaluate(
            values,
            history=history or None,
            titles=titles or None,
            evidence=evidence or None,
            on=case.on,
            sets=sets,
        )
    except CriteriaError as error:
        for each in error.diagnostics:
            # What is no fault of one value, such as a breach of `consistency`, is a fault of them all.
            has_place = re.match(r"(?:values|evidence|titles)\.|history\[|on$", each.path)
            inner = each.path if has_place else "values"
            problems.append(attrs.evolve(each, path=f"{path}.{inner}"))
        return None


def _typed_assessment(
    ruleset: Ruleset, case: Case, path: str, problems: Problems
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The values of a test, and those of the periods before."""
    values = _typed_values(ruleset, case.values, f"{path}.values", problems)
    history = [
        _typed_values(ruleset, period, f"{path}.history[{index}]", problems)
        for index, period in enumerate(case.history)
    ]
    return values, history


def _typed_values(
    ruleset: Ruleset, texts: Sequence[tuple[str, str | None]], path: str, problems: Problems
) -> dict[str, Any]:
    """The values typed by the inputs they fill, as strictly as the ruleset itself is read."""
    inputs = {each.id: each for each in ruleset.inputs}
    values: dict[str, Any] = {}
    for name, text in texts:
        if name not in inputs:
            near = nearest(name, inputs) or ", ".join(list(inputs)[:8])
            problems.add(f"{path}.{name}", Code.UNKNOWN_INPUT, name=name, nearest=near)
            continue
        try:
            value = _typed(inputs[name].type, text)
            ruleset.program.reader.value_of(inputs[name], value)
        except Fault as fault:
            problems.add_fault(f"{path}.{name}", fault)
        else:
            values[name] = value
    return values


def _typed(type: str, text: str | None) -> Any:
    """The value that a text of a test says; raises ``Fault``."""
    if text is None or text == "n/a":
        return None if text is None else NA
    return _SCALARS[type].read(text) if type in _SCALARS else text


def _check_expected(ruleset: Ruleset, case: Case, path: str, problems: Problems) -> None:
    """Note names that the ruleset does not have, and values that cannot come out."""
    expected = case.expect
    levels = _levels(ruleset)
    if expected == Expected():
        example = levels[0] if levels else "…"
        problems.add(path, Code.NOTHING_EXPECTED, severity="warning", level=example)
    path = f"{path}.expect"
    if expected.level is not None:
        _check_level(expected.level, (*levels, _UNDECIDED) if levels else (), f"{path}.level", problems)
    for index, level in enumerate(expected.possible_levels or ()):
        _check_level(level, levels, f"{path}.possible_levels[{index}]", problems)
    for key, ends in (("score", expected.score), ("max_score", expected.max_score)):
        if ends is not None and (len(ends) not in (1, 2) or ends[0] > ends[-1]):
            problems.add(f"{path}.{key}", Code.BAD_EXPECTED_SCORE)
    for name, wanted in expected.criteria:
        _check_criterion(ruleset, name, wanted, f"{path}.criteria.{name}", problems)
    defined = [each.id for each in ruleset.define]
    for name, wanted in expected.values:
        try:
            if name not in defined:
                near = nearest(name, defined) or ", ".join(defined[:8]) or "–"
                raise Fault(Code.UNKNOWN_DEFINITION, name=name, nearest=near)
            _wanted_value(ruleset, name, wanted)
        except Fault as fault:
            problems.add_fault(f"{path}.values.{name}", fault)


def _levels(ruleset: Ruleset) -> tuple[str, ...]:
    """The levels that a subject can end up on, best first."""
    reaching = ruleset.program.reaching
    outcomes = () if reaching is None else reaching.outcomes
    return tuple(each.level for each in outcomes if each.level is not None)


def _check_level(level: str, known: Sequence[str], path: str, problems: Problems) -> None:
    if level not in known:
        near = nearest(level, known) or ", ".join(known) or "–"
        near = "`referred: …`" if level == "referred" else near
        problems.add(path, Code.EXPECTED_LEVEL_UNKNOWN, name=level, nearest=near)


def _check_criterion(ruleset: Ruleset, name: str, wanted: str | None, path: str, problems: Problems) -> None:
    try:
        ruleset.program.scope.tree.find(name)
    except Fault as fault:
        problems.add_fault(path, fault)
    states = tuple(map(str, Status))
    if wanted in states:
        return
    try:
        NUMBER.read(wanted or "")
    except Fault:
        problems.add(path, Code.NEITHER_STATE_NOR_POINTS, value=wanted or "null", words=", ".join(states))


def _wanted_value(ruleset: Ruleset, name: str, text: str | None) -> Any:
    """What a test wants of a definition, typed by what the definition gives."""
    meaning = ruleset.program.scope.names[name]
    kind = meaning.kind if isinstance(meaning, NumberValue) else ""
    return _typed("boolean" if isinstance(meaning, TruthValue) else kind, text)


def _compare(ruleset: Ruleset, case: Case, result: Result, path: str, problems: Problems) -> None:
    """Note every way in which a result is not what its test expects."""
    expected = case.expect

    def differs(key: str, code: str, wanted: object, actual: object, name: str = "") -> None:
        problems.add(f"{path}.{key}", code, expected=written(wanted), found=written(actual), name=name)

    level = result.level or ("referred" if result.decided else _UNDECIDED)
    if expected.level is not None and expected.level != level:
        differs("level", Code.LEVEL_DIFFERS, expected.level, level)
    possible = expected.possible_levels
    if possible is not None and set(possible) != set(result.possible_levels):
        differs(
            "possible_levels", Code.POSSIBLE_LEVELS_DIFFER, _listed(possible), _listed(result.possible_levels)
        )
    for key, code, ends, score in (
        ("score", Code.SCORE_DIFFERS, expected.score, result.score),
        ("max_score", Code.MAX_SCORE_DIFFERS, expected.max_score, result.max_score),
    ):
        if ends is not None and not _same_bounds(Bounds(ends[0], ends[-1]), score):
            differs(key, code, Bounds(ends[0], ends[-1]), NA if score is None else score)
    if expected.decided is not None and expected.decided is not result.decided:
        differs("decided", Code.DECIDED_DIFFERS, expected.decided, result.decided)
    if expected.referred is not None and not _is_referred(ruleset, result, expected.referred):
        differs("referred", Code.REFERRED_DIFFERS, expected.referred, result.referred or "–")
    for name, wanted in expected.criteria:
        actual = _other_state(result, name, wanted)
        if actual is not None:
            differs(f"criteria.{name}", Code.CRITERION_DIFFERS, wanted, actual, name=name)
    values = result.values
    for name, text in expected.values:
        if not _same(_wanted_value(ruleset, name, text), values[name]):
            differs(f"values.{name}", Code.DEFINITION_DIFFERS, text, values[name], name=name)


def _is_referred(ruleset: Ruleset, result: Result, wanted: str) -> bool:
    """Whether it is referred with a text that holds the one wanted, in any language."""
    if result.referred is None:
        return False
    texts = [
        each.refer.all() for each in ruleset.overrides if each.refer.in_language("vi") == result.referred
    ]
    return any(wanted in text for each in texts for text in each)


def _other_state(result: Result, name: str, wanted: str) -> object:
    """What a criterion came to where that is not what is wanted, else None."""
    criterion = result.criteria[result.program.scope.tree.find(name).path]
    if wanted in tuple(map(str, Status)):
        return None if criterion.status == wanted else str(criterion.status)
    points = float(NUMBER.read(wanted))
    if _same_bounds(Bounds(points, points), criterion.score):
        return None
    return NA if criterion.score is None else criterion.score


def _same(wanted: Any, actual: Any) -> bool:
    if isinstance(actual, Bounds):
        return wanted is None
    if isinstance(wanted, bool) or isinstance(actual, bool) or wanted is NA or actual is NA:
        return wanted is actual
    if isinstance(wanted, int | float) and isinstance(actual, int | float):
        return _near(wanted, actual)
    return bool(wanted == actual)


def _same_bounds(wanted: Bounds, actual: Bounds | None) -> bool:
    return actual is not None and _near(wanted.low, actual.low) and _near(wanted.high, actual.high)


def _near(one: float, other: float) -> bool:
    # Numbers are worked out on a grid of one billionth; what lies within half a step is the same.
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=5e-10)


def _listed(levels: Sequence[str]) -> str:
    return f"[{', '.join(levels)}]"


def written(value: object) -> str:
    """A value as it would stand in a test."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Bounds(low, high):
            return written(low) if low == high else f"[{written(low)}, {written(high)}]"
        case int() | float():
            return NUMBER.write(int(value) if float(value).is_integer() else float(value))
        case datetime.date():
            return value.isoformat()
    return "n/a" if value is NA else str(value)


def _compare_errors(
    case: Case, errors: Sequence[Diagnostic], path: str, problems: Problems, lang: str | None
) -> None:
    """Note where the error that a test expects is not among those found.

    It is a code, ``true`` for any, or a part of a message in either language.
    """
    wanted = case.expect.error or ""
    if not errors:
        problems.add(f"{path}.expect.error", Code.EXPECTED_ERROR_ABSENT, expected=wanted)
    elif wanted != "true" and not any(_is_error(wanted, each) for each in errors):
        said = "; ".join(f"{each.in_language(lang).message} [{each.code}]" for each in errors)
        problems.add(f"{path}.expect.error", Code.OTHER_ERROR, expected=wanted, found=said)


def _is_error(wanted: str, error: Diagnostic) -> bool:
    messages = [error.in_language(lang).message.casefold() for lang in ("vi", "en")]
    return wanted == error.code or any(wanted.casefold() in message for message in messages)


@attrs.frozen
class Unreached:
    """What no test shows: criteria by dotted path, levels by id (``group: level`` for a group's own).

    ``never_blocking`` pairs a criterion with a prerequisite of it that always holds.
    """

    never_met: tuple[str, ...] = ()
    never_failed: tuple[str, ...] = ()
    never_reached: tuple[str, ...] = ()
    never_blocking: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.never_met or self.never_failed or self.never_reached or self.never_blocking)


def unreached(ruleset: Ruleset, outcomes: Sequence[CaseOutcome]) -> Unreached:
    """What none of these tests reaches; a criterion that is blocked counts as not met."""
    results = [each.result for each in outcomes if each.result is not None]
    by_path = ruleset.program.scope.tree.by_path
    states = {path: {each.criteria[path].status for each in results} for path in by_path if path}
    failed = {Status.NOT_MET, Status.BLOCKED}
    return Unreached(
        tuple(path for path in states if Status.MET not in states[path]),
        tuple(path for path in states if not states[path] & failed and _can_fail(by_path[path])),
        _levels_never_reached(ruleset, results),
        _never_blocking(ruleset, results),
    )


def _can_fail(node: Node) -> bool:
    """Whether it can be other than met: a plain ``value`` is met once it is known."""
    criterion = node.criterion
    if criterion.rule is None:
        return any(_can_fail(child) for child in node.children)
    return type(criterion.rule).KEY != "value" or criterion.met_when is not None


def _levels_never_reached(ruleset: Ruleset, results: Sequence[Result]) -> tuple[str, ...]:
    reached = {each.level for each in results}
    missed = [level for level in _levels(ruleset) if level not in reached]
    for path, reaching in ruleset.program.groups.items():
        reached = {each.criteria[path].level for each in results}
        own = [each.level for each in reaching.outcomes if each.level is not None]
        missed += [f"{path}: {level}" for level in own if level not in reached]
    return tuple(missed)


def _never_blocking(ruleset: Ruleset, results: Sequence[Result]) -> tuple[tuple[str, str], ...]:
    missed = []
    for path, node_state in ruleset.program.scope.states.items():
        if path and node_state.requires:
            criteria = [result.criteria[path] for result in results]
            blocking = {
                text for each in criteria if each.status is Status.BLOCKED for text in each.blocked_by
            }
            missed += [(path, text) for text, _ in node_state.requires if text not in blocking]
    return tuple(missed)


@attrs.frozen(repr=False)
class CaseFile(Plain):
    """What a file of tests holds: the ruleset's file it belongs to, and the tests."""

    ruleset: str = part(TEXT)
    tests: Members[Case] = part(ListOf(Struct(Case)), default=())


@attrs.frozen(eq=False)
class TestRun:
    """What came of all tests of one ruleset, those in the file and those beside it.

    ``outcomes`` pairs each with the file it stands in.
    """

    __test__ = False

    path: str
    ruleset: Ruleset
    outcomes: tuple[tuple[str, CaseOutcome], ...]
    unreached: Unreached

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(outcome.passed for _, outcome in self.outcomes)


def companion_of(path: str | os.PathLike[str]) -> Path:
    """The name of the file of tests beside a ruleset's file."""
    file = Path(path)
    return file.with_name(f"{file.stem}.tests.yaml")


def companion_cases(
    path: str | os.PathLike[str], ruleset: Ruleset, lang: str | None = None
) -> tuple[Case, ...]:
    """The tests beside the ruleset's file at ``path``; () where there is no such file.

    Raises ``CriteriaError`` with all that is wrong with them, also names that the ruleset does not have.
    """
    document, cases = read_companion(path, ruleset)
    if document is not None:
        document.raise_errors(lang)
    return cases


def read_companion(
    path: str | os.PathLike[str], ruleset: Ruleset
) -> tuple[Document | None, tuple[Case, ...]]:
    """The file of tests beside a ruleset's file, and the tests; problems stay in the document."""
    file = companion_of(path)
    if not file.exists():
        return None, ()
    document = read_document(file)
    if document.root is None:
        return document, ()
    content = document.read_struct(Struct(CaseFile), document.root, "")
    if not isinstance(content, CaseFile):
        return document, ()
    expected = Path(path).name
    if content.ruleset != expected:
        document.problems.add(
            "ruleset", Code.TESTS_OF_ANOTHER_RULESET, expected=expected, found=content.ruleset
        )
    if not content.tests and not document.problems.has_errors:
        document.problems.add("tests", Code.NO_TESTS_IN_FILE, severity="warning")
    check_cases(ruleset, content.tests, document.problems)
    return document, content.tests


def run_tests(
    path: str | os.PathLike[str], lang: str | None = None, *, library: Library | None = None
) -> TestRun:
    """Run all tests of a ruleset's file, those in it and those beside it.

    ``library`` is where sets that it extends or asks titles of are found.

    Raises ``CriteriaError`` where the ruleset or the file of tests is not sound; a failing test is no
    error but an outcome.
    """
    document = read_document(path)
    ruleset = sound_ruleset(document, lang, library)
    check_cases(ruleset, ruleset.tests, document.problems)
    document.raise_errors(lang)
    companion, cases = read_companion(path, ruleset)
    if companion is not None:
        companion.raise_errors(lang)
    sets = () if library is None else library.asked_by(ruleset)
    outcomes = [(document.name, each) for each in _run(document, ruleset, ruleset.tests, lang, sets)]
    if companion is not None:
        outcomes += [(companion.name, each) for each in _run(companion, ruleset, cases, lang, sets)]
    missed = unreached(ruleset, [outcome for _, outcome in outcomes])
    return TestRun(os.fspath(path), ruleset, tuple(outcomes), missed)


def _run(
    document: Document, ruleset: Ruleset, cases: Sequence[Case], lang: str | None, sets: Sequence[Ruleset]
) -> list[CaseOutcome]:
    """Run tests that were read from a document, and give what they show its place there."""
    outcomes = run_cases(ruleset, cases, lang, sets=sets)
    for outcome in outcomes:
        for each in (*outcome.differences, *outcome.errors):
            document.problems.append(each)
    by_path = {(each.code, each.path): each for each in document.located(lang)}

    def placed(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        return tuple(by_path.get((each.code, each.path), each) for each in diagnostics)

    return [
        attrs.evolve(
            outcome,
            differences=placed(outcome.differences),
            errors=placed(outcome.errors),
            warnings=placed(outcome.warnings),
        )
        for outcome in outcomes
    ]
