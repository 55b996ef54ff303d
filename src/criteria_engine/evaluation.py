"""Judging one assessment."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from criteria_engine.compiler.names import Described
from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest
from criteria_engine.messages.diagnostics import CriteriaError, Problems
from criteria_engine.observing import History, Titled, observed_before, plain_titles, titles_held
from criteria_engine.result import Result

__all__ = ["checked_day", "evaluate", "first_day"]

_NO_EVIDENCE: Mapping[str, str] = {}


def evaluate(
    ruleset: Described,
    program: Program,
    values: Mapping[str, Any],
    *,
    history: History | None = None,
    titles: Mapping[str, Titled | Sequence[Titled]] | None = None,
    evidence: Mapping[str, str] | None = None,
    on: datetime.date | None = None,
    subject: str | None = None,
    sets: Iterable[Described] = (),
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
    ruleset: Described,
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
    answers = (program.bounded if gone else program.exact)(row, evidence.keys())
    if program.consistency:
        _check_consistency(ruleset, program.breaches(answers, not gone))
    return Result(ruleset, program, row, answers, not gone, dict(evidence), on, subject)


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


def checked_day(ruleset: Described, program: Program, on: object) -> datetime.date | None:
    """The day whose dated parameters count, for many assessments; ``CriteriaError`` where it does not do."""
    day = _day_of(on)
    if program.needs_day:
        _check_day_and_evidence(ruleset, program, _NO_EVIDENCE, day)
    return day


def first_day(ruleset: Described) -> datetime.date | None:
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
    ruleset: Described, program: Program, evidence: Mapping[str, str], on: datetime.date | None
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


def _check_consistency(ruleset: Described, breaches: Sequence[bool]) -> None:
    problems = Problems()
    for number, (rule, breach) in enumerate(zip(ruleset.consistency, breaches, strict=True)):
        if breach:
            note = rule.note.in_language("vi")
            problems.add(
                f"consistency[{number}]", "CE561", rule=rule.holds.text, note=f" ({note})" if note else ""
            )
    problems.raise_errors()
