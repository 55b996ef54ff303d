"""Tests in files: ``tests:`` of a ruleset, and ``NAME.tests.yaml`` beside ``NAME.yaml``.

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
from criteria_engine.files.reading import read_document, read_ruleset
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, Problems
from criteria_engine.rules.parts import Case, Expected, Input, Status
from criteria_engine.rules.schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    ListOf,
    Members,
    Plain,
    Struct,
    part,
)
from criteria_engine.ruleset import Ruleset

__all__ = [
    "CaseFile",
    "CaseOutcome",
    "TestRun",
    "Unreached",
    "companion_cases",
    "companion_of",
    "compare",
    "compare_errors",
    "level_ids",
    "look_at_cases",
    "look_at_expected",
    "read_companion",
    "run_cases",
    "run_tests",
    "said",
    "sound_ruleset",
    "unreached",
    "written",
]


# ---- what a test expects of a result, compared with what came out --------------------------------

_STATES = tuple(str(state) for state in Status)
_UNDECIDED = "undecided"
# Numbers are worked out on a grid of one billionth; what lies within half a step is the same.
_HALF_A_STEP = 5e-10


def level_ids(ruleset: Ruleset) -> tuple[str, ...]:
    """The levels that a subject can end up on, best first."""
    reaching = ruleset.program.reaching
    return (
        () if reaching is None else tuple(each.level for each in reaching.outcomes if each.level is not None)
    )


# ---- what can be said without running anything ------------------------------------------------


def look_at_expected(ruleset: Ruleset, case: Case, at: str, problems: Problems) -> None:
    """Note names that the ruleset does not have, and values that cannot come out."""
    expected, at = case.expect, f"{at}.expect"
    levels = level_ids(ruleset)
    if expected == Expected():
        example = levels[0] if levels else "…"
        problems.add(at.removesuffix(".expect"), "CE625", severity="warning", level=example)
    known = (*levels, _UNDECIDED) if levels else ()
    if expected.level is not None:
        _look_at_level(expected.level, known, f"{at}.level", problems)
    for place, level in enumerate(expected.possible_levels or ()):
        _look_at_level(level, levels, f"{at}.possible_levels[{place}]", problems)
    for key, ends in (("score", expected.score), ("max_score", expected.max_score)):
        if ends is not None and (len(ends) not in (1, 2) or ends[0] > ends[-1]):
            problems.add(f"{at}.{key}", "CE624")
    for name, wanted in expected.criteria:
        _look_at_criterion(ruleset, name, wanted, f"{at}.criteria.{name}", problems)
    defined = [each.id for each in ruleset.define]
    for name, wanted in expected.values:
        if name not in defined:
            near = nearest(name, defined) or ", ".join(defined[:8]) or "–"
            problems.add(f"{at}.values.{name}", "CE623", name=name, nearest=near)
            continue
        try:
            _wanted_value(ruleset, name, wanted)
        except Fault as fault:
            problems.add_fault(f"{at}.values.{name}", fault)


def _look_at_level(level: str, known: Sequence[str], at: str, problems: Problems) -> None:
    if level not in known:
        near = nearest(level, known) or ", ".join(known) or "–"
        near = "`referred: …`" if level == "referred" else near
        problems.add(at, "CE621", name=level, nearest=near)


def _look_at_criterion(ruleset: Ruleset, name: str, wanted: str | None, at: str, problems: Problems) -> None:
    try:
        ruleset.program.judging.tree.find(name)
    except Fault as fault:
        problems.add_fault(at, fault)
    if wanted in _STATES:
        return
    try:
        NUMBER.read(wanted or "")
    except Fault:
        problems.add(at, "CE622", value=wanted or "null", words=", ".join(_STATES))


def _wanted_value(ruleset: Ruleset, name: str, text: str | None) -> Any:
    """What a test wants of a definition, typed by what the definition gives."""
    if text is None:
        return None
    if text == "n/a":
        return NA
    meaning = ruleset.program.judging.names[name]
    if isinstance(meaning, TruthValue):
        return BOOLEAN.read(text)
    if isinstance(meaning, NumberValue) and meaning.kind == "number":
        return NUMBER.read(text)
    return DATE.read(text) if isinstance(meaning, NumberValue) and meaning.kind == "date" else text


# ---- what came out -----------------------------------------------------------------------------


def compare(ruleset: Ruleset, case: Case, result: Result, at: str, problems: Problems) -> None:
    """Note every way in which a result is not what its test expects."""
    expected, at = case.expect, f"{at}.expect"

    def differs(key: str, code: str, wanted: object, found: object, name: str = "") -> None:
        problems.add(f"{at}.{key}", code, expected=written(wanted), found=written(found), name=name)

    found_level = result.level or ("referred" if result.decided else _UNDECIDED)
    if expected.level is not None and expected.level != found_level:
        differs("level", "CE601", expected.level, found_level)
    possible = expected.possible_levels
    if possible is not None and set(possible) != set(result.possible_levels):
        differs("possible_levels", "CE602", _listed(possible), _listed(result.possible_levels))
    for key, code, ends, found in (
        ("score", "CE603", expected.score, result.score),
        ("max_score", "CE604", expected.max_score, result.max_score),
    ):
        if ends is not None and not _same_bounds(Bounds(ends[0], ends[-1]), found):
            differs(key, code, Bounds(ends[0], ends[-1]), NA if found is None else found)
    if expected.decided is not None and expected.decided is not result.decided:
        differs("decided", "CE605", expected.decided, result.decided)
    if expected.referred is not None and not _is_referred(ruleset, result, expected.referred):
        differs("referred", "CE606", expected.referred, result.referred or "–")
    for name, wanted in expected.criteria:
        found_state = _state_or_points(result, name, wanted)
        if found_state is not None:
            differs(f"criteria.{name}", "CE607", wanted, found_state, name=name)
    values = result.values
    for name, text in expected.values:
        if not _same(_wanted_value(ruleset, name, text), values[name]):
            differs(f"values.{name}", "CE608", text, values[name], name=name)


def _is_referred(ruleset: Ruleset, result: Result, wanted: str) -> bool:
    """Whether it is referred with a text that holds the one wanted, in any language."""
    if result.referred is None:
        return False
    texts = [
        each.refer.all() for each in ruleset.overrides if each.refer.in_language("vi") == result.referred
    ]
    return any(wanted in text for each in texts for text in each)


def _state_or_points(result: Result, name: str, wanted: str) -> object:
    """What a criterion came to where that is not what is wanted, else None."""
    path = result.program.judging.tree.find(name).path
    found = result.criteria[path]
    if wanted in _STATES:
        return None if found.status == wanted else str(found.status)
    points = float(NUMBER.read(wanted))
    if _same_bounds(Bounds(points, points), found.score):
        return None
    return NA if found.score is None else found.score


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(found, Bounds):
        return wanted is None
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is NA or found is NA:
        return wanted is found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return _near(wanted, found)
    return bool(wanted == found)


def _same_bounds(wanted: Bounds, found: Bounds | None) -> bool:
    return found is not None and _near(wanted.low, found.low) and _near(wanted.high, found.high)


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=_HALF_A_STEP)


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


# ---- errors that are expected --------------------------------------------------------------------


def compare_errors(
    case: Case, found: Sequence[Diagnostic], at: str, problems: Problems, lang: str | None
) -> None:
    """Note where the error that a test expects is not among those found.

    It is a code, ``true`` for any, or a part of a message in either language.
    """
    wanted = case.expect.error or ""
    at = f"{at}.expect.error"
    if not found:
        problems.add(at, "CE609", expected=wanted)
    elif wanted != "true" and not any(_is_error(wanted, each) for each in found):
        said = "; ".join(f"{each.in_language(lang).message} [{each.code}]" for each in found)
        problems.add(at, "CE610", expected=wanted, found=said)


def _is_error(wanted: str, found: Diagnostic) -> bool:
    messages = [found.in_language(lang).message.casefold() for lang in ("vi", "en")]
    return wanted == found.code or any(wanted.casefold() in message for message in messages)


# ---- running the tests beside the rules: each gives values and says what is to come out ----------

_OWN_PLACE = re.compile(r"(?:values|evidence|titles)\.|history\[|on$")


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
    given = ruleset.tests if cases is None else cases
    return tuple(_run_case(ruleset, case, f"tests[{place}]", lang, sets) for place, case in enumerate(given))


def look_at_cases(ruleset: Ruleset, cases: Sequence[Case], problems: Problems) -> None:
    """Note what is wrong with the form of tests: names, types of values; nothing is run."""
    for place, case in enumerate(cases):
        at = f"tests[{place}]"
        look_at_expected(ruleset, case, at, problems)
        if case.expect.error is None:
            _typed_assessment(ruleset, case, at, problems)


def _run_case(
    ruleset: Ruleset, case: Case, at: str, lang: str | None, sets: Sequence[Ruleset]
) -> CaseOutcome:
    form, given, differences = Problems(), Problems(), Problems()
    look_at_expected(ruleset, case, at, form)
    values, history = _typed_assessment(ruleset, case, at, given)
    result = None
    if not form.has_errors and not given.has_errors:
        result = _evaluated(ruleset, case, values, history, at, given, sets)
    if case.expect.error is not None:
        compare_errors(case, list(given), at, differences, lang)
        given = Problems()
    elif result is not None:
        compare(ruleset, case, result, at, differences)
    found = [each.in_language(lang) for each in (*form, *given)]
    return CaseOutcome(
        case,
        at,
        tuple(each.in_language(lang) for each in differences),
        tuple(each for each in found if each.severity == "error"),
        tuple(each for each in found if each.severity == "warning"),
        result,
    )


def _evaluated(
    ruleset: Ruleset,
    case: Case,
    values: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    at: str,
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
            inner = each.path if _OWN_PLACE.match(each.path) else "values"
            problems.append(attrs.evolve(each, path=f"{at}.{inner}"))
        return None


def _typed_assessment(
    ruleset: Ruleset, case: Case, at: str, problems: Problems
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The values of a test, and those of the periods before."""
    values = _typed_values(ruleset, case.values, f"{at}.values", problems)
    history = [
        _typed_values(ruleset, period, f"{at}.history[{place}]", problems)
        for place, period in enumerate(case.history)
    ]
    return values, history


def _typed_values(
    ruleset: Ruleset, given_values: Sequence[tuple[str, str | None]], at: str, problems: Problems
) -> dict[str, Any]:
    """The values typed by the inputs they fill, as strictly as the ruleset itself is read."""
    inputs = {each.id: each for each in ruleset.inputs}
    values: dict[str, Any] = {}
    for name, text in given_values:
        given = inputs.get(name)
        if given is None:
            near = nearest(name, inputs) or ", ".join(list(inputs)[:8])
            problems.add(f"{at}.{name}", "CE551", name=name, nearest=near)
            continue
        try:
            value = _typed(given, text)
            ruleset.program.door.value_of(given, value)
        except Fault as fault:
            problems.add_fault(f"{at}.{name}", fault)
        else:
            values[name] = value
    return values


def _typed(given: Input, text: str | None) -> Any:
    if text is None:
        return None
    if text == "n/a":
        return NA
    match given.type:
        case "boolean":
            return BOOLEAN.read(text)
        case "integer":
            return INTEGER.read(text)
        case "number" | "percent":
            return NUMBER.read(text)
        case "date":
            return DATE.read(text)
    return text


# ---- what the tests of a ruleset never reach -----------------------------------------------------


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
    tree = ruleset.program.judging.tree
    seen = {path: {each.criteria[path].status for each in results} for path in tree.by_path if path}
    return Unreached(
        tuple(path for path, states in seen.items() if Status.MET not in states),
        tuple(
            path
            for path, states in seen.items()
            if not states & {Status.NOT_MET, Status.BLOCKED} and _can_fail(tree.by_path[path])
        ),
        _levels_never_reached(ruleset, results),
        _never_blocking(ruleset, results),
    )


def _can_fail(found: Node) -> bool:
    """Whether it can be other than met: a plain ``value`` is met once it is known."""
    criterion = found.criterion
    if criterion.rule is None:
        return any(_can_fail(child) for child in found.children)
    return type(criterion.rule).KEY != "value" or criterion.met_when is not None


def _levels_never_reached(ruleset: Ruleset, results: Sequence[Result]) -> tuple[str, ...]:
    reached = {each.level for each in results}
    missed = [level for level in level_ids(ruleset) if level not in reached]
    for path, reaching in ruleset.program.groups.items():
        found = {each.criteria[path].level for each in results}
        own = [each.level for each in reaching.outcomes if each.level is not None]
        missed += [f"{path}: {level}" for level in own if level not in found]
    return tuple(missed)


def _never_blocking(ruleset: Ruleset, results: Sequence[Result]) -> tuple[tuple[str, str], ...]:
    missed = []
    for path, faces in ruleset.program.judging.faces.items():
        wanted = [text for text, _ in faces.requires]
        if not path or not wanted:
            continue
        blocking: set[str] = set()
        for result in results:
            found = result.criteria[path]
            if found.status is Status.BLOCKED:
                blocking.update(found.blocked_by)
        missed += [(path, text) for text in wanted if text not in blocking]
    return tuple(missed)


_CASE = re.compile(r"tests\[(\d+)\]")
# What is said of the name before a colon.
_NAMES = frozenset({"CE223", "CE224", "CE551", "CE623"})


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


def sound_ruleset(document: Document, library: Library | None = None) -> Ruleset | None:
    """The ruleset of a document, None where the document says what is wrong with it."""
    ruleset = read_ruleset(document, library)
    if document.problems.has_errors:
        return None
    if ruleset is None:
        # Silence would pass for "nothing wrong".
        raise RuntimeError(f"{document.name}: not read, and no reason given")
    return ruleset


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
    _raise_errors(document, lang)
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
    read = document.read_struct(Struct(CaseFile), document.root, "")
    if not isinstance(read, CaseFile):
        return document, ()
    expected = Path(path).name
    if read.ruleset != expected:
        document.problems.add("ruleset", "CE626", expected=expected, found=read.ruleset)
    if not read.tests and not document.problems.has_errors:
        document.problems.add("tests", "CE627", severity="warning")
    look_at_cases(ruleset, read.tests, document.problems)
    return document, read.tests


def said(document: Document, lang: str | None = None) -> list[Diagnostic]:
    """All that was found in a document that may hold tests, with its places."""
    return [_at_its_name(document, each) for each in document.located(lang)]


def _at_its_name(document: Document, diagnostic: Diagnostic) -> Diagnostic:
    """A name that is unknown is marked itself, not the value that stands behind it."""
    key = document.keys.get(diagnostic.path)
    if key is None or diagnostic.code not in _NAMES:
        return diagnostic
    lines = key.source.splitlines()
    source = lines[key.line - 1] if 0 < key.line <= len(lines) else diagnostic.source
    return attrs.evolve(
        diagnostic, line=key.line, column=key.column, source=source, width=max(1, len(key.text))
    )


def _raise_errors(document: Document | None, lang: str | None) -> None:
    errors = [] if document is None else [each for each in said(document, lang) if each.severity == "error"]
    if errors:
        raise CriteriaError(errors)


def run_tests(
    path: str | os.PathLike[str], lang: str | None = None, *, library: Library | None = None
) -> TestRun:
    """Run all tests of a ruleset's file, those in it and those beside it.

    ``library`` is where sets that it extends or asks titles of are found.

    Raises ``CriteriaError`` where the ruleset or the file of tests is not sound; a failing test is no
    error but an outcome.
    """
    document = read_document(path)
    ruleset = sound_ruleset(document, library)
    if ruleset is None:
        raise CriteriaError([each for each in said(document, lang) if each.severity == "error"])
    look_at_cases(ruleset, ruleset.tests, document.problems)
    _raise_errors(document, lang)
    companion, beside = read_companion(path, ruleset)
    _raise_errors(companion, lang)
    sets = () if library is None else library.asked_by(ruleset)
    outcomes = [(document.name, each) for each in _run(document, ruleset, ruleset.tests, lang, sets)]
    if companion is not None:
        outcomes += [(companion.name, each) for each in _run(companion, ruleset, beside, lang, sets)]
    missed = unreached(ruleset, [outcome for _, outcome in outcomes])
    return TestRun(os.fspath(path), ruleset, tuple(outcomes), missed)


def _run(
    document: Document,
    ruleset: Ruleset,
    cases: Sequence[Case],
    lang: str | None,
    sets: Sequence[Ruleset],
) -> list[CaseOutcome]:
    """Run tests that were read from a document, and give what they show its place there."""
    outcomes = run_cases(ruleset, cases, lang, sets=sets)
    for outcome in outcomes:
        for each in (*outcome.differences, *outcome.errors):
            document.problems.append(each)
    placed: dict[int, list[Diagnostic]] = {}
    for each in said(document, lang):
        of = _CASE.match(each.path)
        if of:
            placed.setdefault(int(of[1]), []).append(each)
    return [_placed(outcome, placed.get(place, [])) for place, outcome in enumerate(outcomes)]


def _placed(outcome: CaseOutcome, located: Sequence[Diagnostic]) -> CaseOutcome:
    by_path = {(each.code, each.path): each for each in located}

    def place(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        return tuple(by_path.get((each.code, each.path), each) for each in found)

    return attrs.evolve(
        outcome,
        differences=place(outcome.differences),
        errors=place(outcome.errors),
        warnings=place(outcome.warnings),
    )
