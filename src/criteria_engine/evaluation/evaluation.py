"""Judging one assessment."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.compiler.names import earlier_name
from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest, normal
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.rules.parts import RulesetParts

__all__ = [
    "History",
    "Titled",
    "checked_day",
    "evaluate",
    "first_day",
    "levels_that_reach",
    "observed_before",
    "plain_titles",
    "titles_held",
]


# ---- history and titles of a subject, as the inputs that expressions ask for ---------------------

History = Sequence[Mapping[str, Any] | None]
"""The values of earlier periods, the newest first; None for a period of which nothing is known."""

Titled = str | Result | None
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
    program: Program, titles: object, sets: Iterable[RulesetParts], problems: Problems
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
        wrong = [each for each in newest_first if not isinstance(each, str | Result | None)]
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


def _is_held(ruleset: str, level: str, held: Titled, at_hand: Mapping[str, RulesetParts]) -> bool | None:
    """Whether ``held`` is that level or a better one; None while that is open."""
    if held is None:
        return None
    if isinstance(held, Result):
        if held.ruleset.id != ruleset:
            raise Fault("CE565", name=held.ruleset.id, ruleset=ruleset)
        possible = held.possible_levels
        if not possible or held.may_be_referred:
            return None
        answers = {_reaches(each, level, held.ruleset) for each in possible}
        return answers.pop() if len(answers) == 1 else None
    return _reaches(normal(held), level, at_hand.get(ruleset))


def _reaches(held: str, level: str, ruleset: RulesetParts | None) -> bool:
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


def levels_that_reach(level: str, ruleset: RulesetParts | None) -> tuple[str, ...]:
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
    return held.level if isinstance(held, Result) else held


_NO_EVIDENCE: Mapping[str, str] = {}


def evaluate(
    ruleset: RulesetParts,
    program: Program,
    values: Mapping[str, Any],
    *,
    history: History | None = None,
    titles: Mapping[str, Titled | Sequence[Titled]] | None = None,
    evidence: Mapping[str, str] | None = None,
    on: datetime.date | None = None,
    subject: str | None = None,
    sets: Iterable[RulesetParts] = (),
    strict: bool = True,
    again: bool = False,
) -> Result:
    """Judge the ``values`` of one subject: by input, None or absent where missing, ``NA`` where
    not applicable.

    ``history`` are the values of earlier periods, the newest first; ``titles`` say by ruleset which
    level is held, and ``sets`` rank the levels of those rulesets. ``evidence`` says by input what proves
    it; ``on`` is the day of the assessment; ``strict=False`` lets unknown names pass. Where it is done
    ``again``, values of earlier periods and titles are among the values. ``CriteriaError`` says all that
    is wrong with them.
    """
    _check_mappings(values=values, evidence=evidence or {})
    if not again:
        _check_names(program, values)
    if again or (history is None and titles is None):
        made = _carefully(ruleset, program, values, _given(evidence), on, subject, strict)
        made.titles = plain_titles(titles or {})
        return made
    problems = Problems()
    looked = observed_before(program, history, problems, strict=strict)
    looked |= titles_held(program, titles, (ruleset, *sets), problems)
    if problems.has_errors:
        # what is wrong with the values themselves is said at once
        try:
            _carefully(ruleset, program, {**looked, **values}, _given(evidence), on, subject, strict)
        except CriteriaError as error:
            for each in error.diagnostics:
                problems.append(each)
        problems.raise_errors()
    made = _carefully(ruleset, program, {**looked, **values}, _given(evidence), on, subject, strict)
    made.titles = {} if titles is None else plain_titles(titles)
    return made


def _carefully(
    ruleset: RulesetParts,
    program: Program,
    values: Mapping[str, Any],
    evidence: Mapping[str, str],
    on: datetime.date | None,
    subject: str | None,
    strict: bool,
) -> Result:
    on = _day_of(on)
    if program.needs_day or evidence:
        _check_day_and_evidence(ruleset, program, evidence if strict else {}, on)
    day = None if on is None else on.toordinal()
    row, gone = program.door.read(values, evidence.keys(), day, strict=strict)
    verdict = (program.bounded if gone else program.exact)(row, evidence.keys())
    if program.consistency:
        _check_consistency(ruleset, verdict[4:])
    return Result(ruleset, program, row, verdict, dict(evidence), on, subject)


def _check_mappings(**given: object) -> None:
    """``CriteriaError`` where something that is given by name is not."""
    problems = Problems()
    for name, value in given.items():
        if not isinstance(value, Mapping):
            problems.add(name, "CE566", name=name, found=type(value).__name__)
    problems.raise_errors()


def _check_names(program: Program, values: Mapping[str, Any]) -> None:
    """``CriteriaError`` where values name what only history and titles fill."""
    problems = Problems()
    inputs = [given.id for given in program.door.inputs if "(" not in given.id]
    for name in program.judging.observing.found:
        if name in values:
            likely = nearest(name, inputs) or ", ".join(sorted(inputs)[:8])
            problems.add(f"values.{name}", "CE551", name=name, nearest=likely)
    problems.raise_errors()


def _given(evidence: Mapping[str, str] | None) -> Mapping[str, str]:
    """The evidence that says something."""
    if not evidence:
        return _NO_EVIDENCE
    return {name: text for name, text in evidence.items() if text not in (None, "")}


def checked_day(ruleset: RulesetParts, program: Program, on: object) -> datetime.date | None:
    """The day whose dated parameters count, for many assessments; ``CriteriaError`` where it does not do."""
    day = _day_of(on)
    if program.needs_day:
        _check_day_and_evidence(ruleset, program, _NO_EVIDENCE, day)
    return day


def first_day(ruleset: RulesetParts) -> datetime.date | None:
    """The first day on which every dated parameter has a value; None where none is dated."""
    firsts = [
        min(entry.from_ for entry in dated)
        for parameter in ruleset.parameters
        for dated in (parameter.dated, *[each.dated for _, each in parameter.values or ()])
        if dated
    ]
    return max(firsts, default=None)


def _day_of(on: object) -> datetime.date | None:
    """The day of the assessment: a date, or an ISO text."""
    if on is None or type(on) is datetime.date:
        return on
    try:
        return datetime.date.fromisoformat(str(on))
    except ValueError:
        problems = Problems()
        problems.add("on", "CE558", name="on", value=repr(on)[:60])
        raise CriteriaError(problems) from None


def _check_day_and_evidence(
    ruleset: RulesetParts, program: Program, evidence: Mapping[str, str], on: datetime.date | None
) -> None:
    problems = Problems()
    known = {given.id for given in ruleset.inputs}
    for name in evidence:
        if name not in known:
            problems.add(f"evidence.{name}", "CE551", name=name, nearest=nearest(name, known) or "–")
    if program.needs_day and on is None:
        problems.add("on", "CE559")
    for parameter in ruleset.parameters:
        for dated in (parameter.dated, *[each.dated for _, each in parameter.values or ()]):
            if dated and on is not None:
                first = min(entry.from_ for entry in dated)
                if on < first:
                    problems.add("on", "CE560", name=parameter.id, first=first, on=on)
    problems.raise_errors()


def _check_consistency(ruleset: RulesetParts, breaches: Sequence[bool]) -> None:
    problems = Problems()
    for number, (rule, breach) in enumerate(zip(ruleset.consistency, breaches, strict=True)):
        if breach:
            note = rule.note.in_language("vi")
            problems.add(
                f"consistency[{number}]", "CE561", rule=rule.holds.text, note=f" ({note})" if note else ""
            )
    problems.raise_errors()
