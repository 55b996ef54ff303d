"""Judging one assessment: its values, history, titles, evidence and day, checked, become a result.

``evaluate`` is the entry. Values of earlier periods and titles are inputs of their own in a program;
``_earlier_values`` and ``_titles_held`` turn what the caller gives into those. The checks come last.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from criteria_engine.compiler.program import Program
from criteria_engine.compiler.scope import earlier_name
from criteria_engine.core.grammar import nearest, normal
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import Code, CriteriaError, Fault, Problems
from criteria_engine.rules.parts import Dated, Parameter, RulesetParts

History = Sequence[Mapping[str, Any] | None]
"""The values of earlier periods, the newest first; None for a period of which nothing is known."""

Titled = str | Result | None
"""A title: the id of the level that is held, ``"none"`` for none, or the result of judging it; None where
that is not known."""


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
    ``again``, values of earlier periods and titles are among the values.

    Raises:
        CriteriaError: All that is wrong with what was given.
    """
    _check_mappings(values=values, evidence=evidence or {})
    proofs = {name: text for name, text in (evidence or {}).items() if text not in (None, "")}
    if not again:
        _check_names(program, values)
        problems = Problems()
        before = _earlier_values(program, history, problems, strict=strict)
        before |= _titles_held(program, titles, (ruleset, *sets), problems)
        if before:
            values = {**before, **values}
        if problems.has_errors:
            try:  # what is wrong with the values themselves is reported together with it
                _judged(ruleset, program, values, proofs, on, subject, strict)
            except CriteriaError as error:
                for diagnostic in error.diagnostics:
                    problems.append(diagnostic)
            problems.raise_errors()
    result = _judged(ruleset, program, values, proofs, on, subject, strict)
    if titles:
        result.titles = {str(name): _plain_title(held) for name, held in titles.items()}
    return result


def _judged(
    ruleset: RulesetParts,
    program: Program,
    values: Mapping[str, Any],
    evidence: Mapping[str, str],
    on: datetime.date | None,
    subject: str | None,
    strict: bool,
) -> Result:
    """The result of values that include those of earlier periods and titles."""
    on = _day_of(on)
    if program.needs_day or evidence:
        _check_day_and_evidence(ruleset, program, evidence if strict else {}, on)
    day = None if on is None else on.toordinal()
    row, gone = program.reader.read(values, evidence.keys(), day, strict=strict)
    verdict = (program.bounded if gone else program.exact)(row, evidence.keys())
    if program.consistency:
        _check_consistency(ruleset, verdict[4:])
    return Result(ruleset, program, row, verdict, evidence, on, subject)


def _earlier_values(program: Program, history: object, problems: Problems, *, strict: bool) -> dict[str, Any]:
    """The values of earlier periods that the ruleset asks for; what is wrong with any is noted."""
    values: dict[str, Any] = {}
    if history is None:
        return values
    if isinstance(history, str | bytes | Mapping) or not isinstance(history, Iterable):
        problems.add("history", Code.BAD_HISTORY)
        return values
    inputs = {given.id: given for given in program.reader.inputs if "(" not in given.id}
    for back, period in enumerate(history, 1):
        path = f"history[{back - 1}]"
        if period is None:
            continue
        if not isinstance(period, Mapping):
            problems.add(path, Code.BAD_HISTORY)
            continue
        for key, value in period.items():
            name = normal(key) if isinstance(key, str) else repr(key)[:60]
            asked = earlier_name(name, back)
            if name not in inputs:
                if strict:
                    likely = nearest(name, inputs) or ", ".join(sorted(inputs)[:8])
                    problems.add(f"{path}.{name}", Code.UNKNOWN_INPUT, name=name, nearest=likely)
                continue
            if asked in values:
                problems.add(f"{path}.{name}", Code.NAME_REPEATED, name=name)
            try:
                program.reader.value_of(inputs[name], value)
            except Fault as fault:
                problems.add_fault(f"{path}.{name}", fault)
            else:
                if asked in program.scope.observed_inputs.found:
                    values[asked] = value
    return values


def _titles_held(
    program: Program, titles: object, sets: Iterable[RulesetParts], problems: Problems
) -> dict[str, Any]:
    """Whether each title that the ruleset asks for is held; one of which nothing is said is left out."""
    answers: dict[str, Any] = {}
    if titles is None:
        return answers
    if not isinstance(titles, Mapping):
        problems.add("titles", Code.BAD_TITLE, value=type(titles).__name__)
        return answers
    known_sets = {each.id: each for each in sets}
    for ruleset, held in titles.items():
        newest_first = held if isinstance(held, list | tuple) else [held]
        wrong = [title for title in newest_first if not isinstance(title, str | Result | None)]
        if wrong or not isinstance(ruleset, str):
            problems.add(f"titles.{ruleset}", Code.BAD_TITLE, value=repr(wrong[0] if wrong else ruleset)[:60])
            continue
        reported: set[tuple[str, str | None]] = set()
        for name, (of, level, back) in program.scope.observed_inputs.origins.items():
            if of != ruleset or not level or back >= len(newest_first):
                continue
            try:
                answers[name] = _is_held(ruleset, level, newest_first[back], known_sets)
            except Fault as fault:
                key = (fault.code, fault.details.get("level"))
                if key not in reported:
                    problems.add_fault(f"titles.{ruleset}", fault)
                reported.add(key)
    return answers


def _is_held(ruleset: str, level: str, held: Titled, sets: Mapping[str, RulesetParts]) -> bool | None:
    """Whether ``held`` is that level or a better one; None while that is open."""
    if held is None:
        return None
    if isinstance(held, Result):
        if held.ruleset.id != ruleset:
            raise Fault(Code.RESULT_OF_ANOTHER_RULESET, name=held.ruleset.id, ruleset=ruleset)
        possible = held.possible_levels
        if not possible or held.may_be_referred:
            return None
        answers = {_reaches(each, level, held.ruleset) for each in possible}
        return answers.pop() if len(answers) == 1 else None
    return _reaches(normal(held), level, sets.get(ruleset))


def _reaches(held: str, level: str, ruleset: RulesetParts | None) -> bool:
    """Whether a level is another, or stands above it where the ruleset that ranks them is known."""
    if ruleset is None:
        return held == level
    ranks = _ranks(ruleset)
    known = [*ranks, *(each.level for each in ruleset.overrides if each.level), "none"]
    for each in (level, held):
        if each not in known:
            listed = ", ".join(dict.fromkeys(known))
            raise Fault(
                Code.UNKNOWN_TITLE_LEVEL,
                level=each,
                ruleset=ruleset.id,
                nearest=nearest(each, known) or listed,
            )
    if held in ranks and level in ranks:
        return ranks.index(held) <= ranks.index(level)
    return held == level


def _ranks(ruleset: RulesetParts) -> list[str]:
    """The ids of its levels, best first, down to what it gives otherwise."""
    lowest = "none" if ruleset.otherwise is None else ruleset.otherwise.id
    return [*[each.id for each in ruleset.levels], lowest]


def levels_that_reach(level: str, ruleset: RulesetParts | None) -> tuple[str, ...]:
    """A level, and those that stand above it where the ruleset that ranks them is known."""
    ranks = [] if ruleset is None else _ranks(ruleset)
    return tuple(ranks[: ranks.index(level) + 1]) if level in ranks else (level,)


def _plain_title(held: Any) -> Any:
    """A title as plain data: the id of a level, or a list of them, the newest first."""
    if isinstance(held, list | tuple):
        return [_plain_title(each) for each in held]
    return held.level if isinstance(held, Result) else held


def _check_mappings(**given: object) -> None:
    """``CriteriaError`` where something that must map names is no mapping."""
    problems = Problems()
    for name, value in given.items():
        if not isinstance(value, Mapping):
            problems.add(name, Code.VALUES_NOT_BY_NAME, name=name, found=type(value).__name__)
    problems.raise_errors()


def _check_names(program: Program, values: Mapping[str, Any]) -> None:
    """``CriteriaError`` where values name what only history and titles fill."""
    problems = Problems()
    inputs = [given.id for given in program.reader.inputs if "(" not in given.id]
    for name in program.scope.observed_inputs.found:
        if name in values:
            likely = nearest(name, inputs) or ", ".join(sorted(inputs)[:8])
            problems.add(f"values.{name}", Code.UNKNOWN_INPUT, name=name, nearest=likely)
    problems.raise_errors()


def checked_day(ruleset: RulesetParts, program: Program, on: object) -> datetime.date | None:
    """The day whose dated parameters count, for many assessments; ``CriteriaError`` where it does not do."""
    day = _day_of(on)
    if program.needs_day:
        _check_day_and_evidence(ruleset, program, {}, day)
    return day


def first_day(ruleset: RulesetParts) -> datetime.date | None:
    """The first day on which every dated parameter has a value; None where none is dated."""
    firsts = [min(entry.from_ for entry in dated) for _, dated in _dated_values(ruleset)]
    return max(firsts, default=None)


def _dated_values(ruleset: RulesetParts) -> Iterator[tuple[Parameter, Sequence[Dated]]]:
    """The values by date of all parameters, those of each class of subjects by themselves."""
    for parameter in ruleset.parameters:
        for dated in (parameter.dated, *[each.dated for _, each in parameter.values or ()]):
            if dated:
                yield parameter, dated


def _day_of(on: object) -> datetime.date | None:
    """The day of the assessment: a date, or an ISO text."""
    if on is None or type(on) is datetime.date:
        return on
    try:
        return datetime.date.fromisoformat(str(on))
    except ValueError:
        problems = Problems()
        problems.add("on", Code.INPUT_NOT_A_DATE, name="on", value=repr(on)[:60])
        raise CriteriaError(problems) from None


def _check_day_and_evidence(
    ruleset: RulesetParts, program: Program, evidence: Mapping[str, str], on: datetime.date | None
) -> None:
    problems = Problems()
    known = {given.id for given in ruleset.inputs}
    for name in evidence:
        if name not in known:
            problems.add(
                f"evidence.{name}", Code.UNKNOWN_INPUT, name=name, nearest=nearest(name, known) or "–"
            )
    if program.needs_day and on is None:
        problems.add("on", Code.DAY_WANTED)
    for parameter, dated in _dated_values(ruleset):
        first = min(entry.from_ for entry in dated)
        if on is not None and on < first:
            problems.add("on", Code.NO_PARAMETER_YET, name=parameter.id, first=first, on=on)
    problems.raise_errors()


def _check_consistency(ruleset: RulesetParts, broken: Sequence[bool]) -> None:
    problems = Problems()
    for number, (rule, is_broken) in enumerate(zip(ruleset.consistency, broken, strict=True)):
        if is_broken:
            note = rule.note.in_language("vi")
            problems.add(
                f"consistency[{number}]",
                Code.CONTRADICTION,
                rule=rule.holds.text,
                note=f" ({note})" if note else "",
            )
    problems.raise_errors()
