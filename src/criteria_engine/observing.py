"""History and titles of a subject, as the inputs that expressions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.compiler.names import Described, earlier_name
from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest, normal
from criteria_engine.findings import Findings
from criteria_engine.messages.diagnostics import Fault, Problems

__all__ = ["History", "Titled", "levels_that_reach", "observed_before", "plain_titles", "titles_held"]

History = Sequence[Mapping[str, Any] | None]
"""The values of earlier periods, the newest first; None for a period of which nothing is known."""

Titled = str | Findings | None
"""A title: the id of the level that is held, ``"none"`` for none, or the result of judging it; None where
that is not known."""


def observed_before(program: Program, history: object, problems: Problems, *, strict: bool) -> dict[str, Any]:
    """The values of earlier periods that the ruleset asks for; what is wrong with any is noted."""
    found: dict[str, Any] = {}
    if history is None:
        return found
    if isinstance(history, str | bytes | Mapping) or not isinstance(history, Iterable):
        problems.add("history", "CE562")
        return found
    inputs = {given.id: given for given in program.door.inputs if "(" not in given.id}
    for back, values in enumerate(history, 1):
        at = f"history[{back - 1}]"
        if values is None:
            continue
        if not isinstance(values, Mapping):
            problems.add(at, "CE562")
            continue
        for key, value in values.items():
            name = normal(key) if isinstance(key, str) else repr(key)[:60]
            asked = earlier_name(name, back)
            if name not in inputs:
                if strict:
                    likely = nearest(name, inputs) or ", ".join(sorted(inputs)[:8])
                    problems.add(f"{at}.{name}", "CE551", name=name, nearest=likely)
                continue
            if asked in found:
                problems.add(f"{at}.{name}", "CE810", name=name)
            try:
                program.door.value_of(inputs[name], value)
            except Fault as fault:
                problems.add_fault(f"{at}.{name}", fault)
            else:
                if asked in program.judging.observing.found:
                    found[asked] = value
    return found


def titles_held(
    program: Program, titles: object, sets: Iterable[Described], problems: Problems
) -> dict[str, Any]:
    """Whether each title that the ruleset asks for is held; one of which nothing is said is left out."""
    found: dict[str, Any] = {}
    if titles is None:
        return found
    if not isinstance(titles, Mapping):
        problems.add("titles", "CE563", value=type(titles).__name__)
        return found
    at_hand = {each.id: each for each in sets}
    for ruleset, held in titles.items():
        told: set[tuple[str, str | None]] = set()
        newest_first = held if isinstance(held, list | tuple) else [held]
        wrong = [each for each in newest_first if not isinstance(each, str | Findings | None)]
        if wrong or not isinstance(ruleset, str):
            problems.add(f"titles.{ruleset}", "CE563", value=repr(wrong[0] if wrong else ruleset)[:60])
            continue
        for name, (of, level, back) in program.judging.observing.origins.items():
            if of != ruleset or not level or back >= len(newest_first):
                continue
            try:
                known = _is_held(ruleset, level, newest_first[back], at_hand)
            except Fault as fault:
                if (fault.code, fault.details.get("level")) not in told:
                    problems.add_fault(f"titles.{ruleset}", fault)
                told.add((fault.code, fault.details.get("level")))
            else:
                found[name] = known
    return found


def _is_held(ruleset: str, level: str, held: Titled, at_hand: Mapping[str, Described]) -> bool | None:
    """Whether ``held`` is that level or a better one; None while that is open."""
    if held is None:
        return None
    if isinstance(held, Findings):
        if held.ruleset.id != ruleset:
            raise Fault("CE565", name=held.ruleset.id, ruleset=ruleset)
        possible = held.possible_levels
        if not possible or held.may_be_referred:
            return None
        answers = {_reaches(each, level, held.ruleset) for each in possible}
        return answers.pop() if len(answers) == 1 else None
    return _reaches(normal(held), level, at_hand.get(ruleset))


def _reaches(held: str, level: str, ruleset: Described | None) -> bool:
    """Whether a level is another, or stands above it where the ruleset that ranks them is at hand."""
    if ruleset is None:
        return held == level
    ranks = [each.id for each in ruleset.levels]
    ranks.append("none" if ruleset.otherwise is None else ruleset.otherwise.id)
    known = [*ranks, *(each.level for each in ruleset.overrides if each.level), "none"]
    for each in (level, held):
        if each not in known:
            listed = ", ".join(dict.fromkeys(known))
            raise Fault("CE564", level=each, ruleset=ruleset.id, nearest=nearest(each, known) or listed)
    if held in ranks and level in ranks:
        return ranks.index(held) <= ranks.index(level)
    return held == level


def levels_that_reach(level: str, ruleset: Described | None) -> tuple[str, ...]:
    """A level, and those that stand above it where the ruleset that ranks them is at hand."""
    ranks = [] if ruleset is None else [each.id for each in ruleset.levels]
    if ruleset is not None:
        ranks.append("none" if ruleset.otherwise is None else ruleset.otherwise.id)
    return tuple(ranks[: ranks.index(level) + 1]) if level in ranks else (level,)


def plain_titles(titles: Mapping[str, Any]) -> dict[str, Any]:
    """Titles as plain data: ids of levels, the newest first where there are several."""
    return {str(ruleset): _plain(held) for ruleset, held in titles.items()}


def _plain(held: Any) -> Any:
    if isinstance(held, list | tuple):
        return [_plain(each) for each in held]
    return held.level if isinstance(held, Findings) else held
