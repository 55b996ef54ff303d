"""What a test expects of a result, compared with what came out.

Values are shown as an author would write them in a test, so that a message can be pasted back.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import Amount, Claim
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import Diagnostic, Fault, Problems
from criteria_engine.rules.parts import Case, Expected, Status
from criteria_engine.rules.schema import BOOLEAN, DATE, NUMBER
from criteria_engine.ruleset import Ruleset

__all__ = ["compare", "compare_errors", "level_ids", "look_at_expected", "written"]

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
    if isinstance(meaning, Claim):
        return BOOLEAN.read(text)
    if isinstance(meaning, Amount) and meaning.kind == "number":
        return NUMBER.read(text)
    return DATE.read(text) if isinstance(meaning, Amount) and meaning.kind == "date" else text


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
