"""Running the tests beside the rules: each gives values and says what is to come out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import NA
from criteria_engine.evaluation.result import Result
from criteria_engine.expecting import compare, compare_errors, look_at_expected
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, Problems
from criteria_engine.rules.parts import Case, Input
from criteria_engine.rules.schema import BOOLEAN, DATE, INTEGER, NUMBER
from criteria_engine.ruleset import Ruleset

__all__ = ["CaseOutcome", "look_at_cases", "run_cases"]

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
    return tuple(_run(ruleset, case, f"tests[{place}]", lang, sets) for place, case in enumerate(given))


def look_at_cases(ruleset: Ruleset, cases: Sequence[Case], problems: Problems) -> None:
    """Note what is wrong with the form of tests: names, types of values; nothing is run."""
    for place, case in enumerate(cases):
        at = f"tests[{place}]"
        look_at_expected(ruleset, case, at, problems)
        if case.expect.error is None:
            _typed_assessment(ruleset, case, at, problems)


def _run(ruleset: Ruleset, case: Case, at: str, lang: str | None, sets: Sequence[Ruleset]) -> CaseOutcome:
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
