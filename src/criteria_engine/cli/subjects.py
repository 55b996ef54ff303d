"""The subjects of a data file: read by the inputs of a ruleset, found by name, judged, said in a line each.

A line has the level, the score, and what is missing or failed first.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

import criteria_engine as ce
from criteria_engine import Bounds, CriteriaError, Criterion, Diagnostic, Result, Ruleset, Status
from criteria_engine.cli.terminal import Console, Progress, text_table, unusable
from criteria_engine.messages.codes import Code


@attrs.frozen(eq=False)
class JudgedSubject:
    """A subject in its newest period: its result, or what is wrong with its values."""

    subject: str
    period: str | None
    result: Result | None
    problems: tuple[Diagnostic, ...] = ()


@attrs.frozen(eq=False)
class CommandInputs:
    """What a command names: the ruleset, the data file and its subjects (once), the day, the rulesets at hand."""

    ruleset: Ruleset
    file: str
    subjects: Iterable[Any]
    on: datetime.date | None
    sets: tuple[Ruleset, ...]


def library_of(folder: str | None) -> ce.Library | None:
    """The library that an option names."""
    return None if folder is None else ce.Library(folder)


def read_data(
    ruleset: str,
    data: str,
    console: Console,
    *,
    on: str | None = None,
    library: str | None = None,
    subject_column: str = "subject",
    numbers: str = "vi",
    progress: Progress | None = None,
) -> CommandInputs:
    """What a command names; the data are read when the subjects are gone through."""
    folder = library_of(library)
    rules = ce.load(ruleset, library=folder, lang=console.lang)
    day = day_of(on)
    subjects = ce.iter_subjects(
        data, rules.columns, subject_column=subject_column, lang=numbers, progress=progress
    )
    sets = () if folder is None else folder.asked_by(rules, on=day)
    return CommandInputs(rules, data, subjects, day, sets)


def day_of(text: str | None) -> datetime.date | None:
    """The day that an option says, None where it is not given; raises ``CriteriaError`` for what is no day."""
    if text is None:
        return None
    try:
        day = ce.read_value(text, "date")
    except ValueError:
        day = None
    if not isinstance(day, datetime.date):
        raise unusable(Code.ARGUMENT_NOT_A_DATE, value=text)
    return day


def judged(inputs: CommandInputs) -> Iterator[JudgedSubject]:
    """Each subject judged in its newest period; what is wrong with values stays with their subject."""
    for subject in inputs.subjects:
        newest = subject.periods[0]
        try:
            result = inputs.ruleset.evaluate(
                newest.values,
                history=subject.history or None,
                titles=subject.titles or None,
                evidence=newest.evidence or None,
                on=inputs.on,
                subject=subject.subject,
                sets=inputs.sets,
            )
        except CriteriaError as error:
            problems = tuple(attrs.evolve(each, file=inputs.file) for each in error.diagnostics)
            yield JudgedSubject(subject.subject, newest.period, None, problems)
        else:
            yield JudgedSubject(subject.subject, newest.period, result)


_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def found_subject(subjects: Iterable[Any], name: str) -> Any:
    """The subject of that name, however its tone marks are placed; raises with the nearest names."""
    listed = list(subjects)
    composed = " ".join(unicodedata.normalize("NFC", name).split())
    for alike in (str, _folded):
        matching = [subject for subject in listed if alike(subject.subject) == alike(composed)]
        if len(matching) == 1:
            return matching[0]
    from difflib import get_close_matches

    by_letters = {_unmarked(subject.subject): subject.subject for subject in listed}
    near = get_close_matches(_unmarked(composed)[:64], by_letters, 3, 0.5)
    if near:
        raise unusable(
            Code.SUBJECT_MISSPELT, name=name, nearest=", ".join(by_letters[letters] for letters in near)
        )
    known = ", ".join(subject.subject for subject in listed[:12]) + ", …" * (len(listed) > 12)
    raise unusable(Code.UNKNOWN_SUBJECT, name=name, known=known)


def _folded(name: str) -> str:
    """The name in small letters, the tone of each word behind it: Hòa and Hoà are one."""
    words = []
    for word in unicodedata.normalize("NFD", name.casefold()).split():
        letters = "".join(letter for letter in word if letter not in _TONES)
        tones = "".join(sorted(letter for letter in word if letter in _TONES))
        words.append(f"{letters}|{tones}")
    return " ".join(words)


def _unmarked(name: str) -> str:
    spread = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def criteria_of(ruleset: Ruleset) -> Iterator[tuple[str, Criterion]]:
    """All criteria with their paths, groups before what is in them."""
    waiting = [(criterion.id, criterion) for criterion in reversed(ruleset.criteria)]
    while waiting:
        path, criterion = waiting.pop()
        yield path, criterion
        waiting.extend((f"{path}.{below.id}", below) for below in reversed(criterion.criteria))


def leaves(ruleset: Ruleset) -> Iterator[tuple[str, Criterion]]:
    """The criteria that are judged themselves, with their paths."""
    return ((path, criterion) for path, criterion in criteria_of(ruleset) if not criterion.is_group)


def _level_titles(ruleset: Ruleset, lang: str) -> dict[str, str]:
    """The levels in order, each with its title, or its id where it has none."""
    levels: list[ce.Level | ce.Otherwise] = [*ruleset.levels]
    if ruleset.otherwise is not None:
        levels.append(ruleset.otherwise)
    titles: dict[str, str] = {}
    for level in levels:
        titles.setdefault(level.id, level.title.in_language(lang) if level.title else level.id)
    return titles


def _verdict(ruleset: Ruleset, result: Result, console: Console) -> str:
    """The level in words; where it is open, all that remain possible."""
    if result.referred is not None:
        return console.word("referred", text=result.referred)
    if result.level is not None or result.decided:
        return result.level_title(console.lang)
    titles = _level_titles(ruleset, console.lang)
    levels = [titles.get(level, level) for level in result.possible_levels]
    if result.may_be_referred:
        levels.append(console.word("may_be_referred"))
    if not levels:
        return console.word("undecided_plain")
    return console.word("undecided", levels=console.word("either").join(levels))


def _points(bounds: Bounds | None, console: Console) -> str:
    if bounds is None:
        return "–"
    low, high = console.number(bounds.low), console.number(bounds.high)
    return low if bounds.exact else f"{low}–{high}"


def _score(result: Result, console: Console) -> str:
    score = _points(result.score, console)
    if result.score is None or result.max_score is None:
        return score
    return f"{score}/{_points(result.max_score, console)}"


def _why(ruleset: Ruleset, result: Result, console: Console) -> str:
    """What is still missing, or what failed first."""
    if not result.decided:
        titles = {each.id: each.title.in_language(console.lang) or each.id for each in ruleset.inputs}
        names = [titles[name] for name in result.missing if name in titles]
        return console.word("missing", count=len(names), names="; ".join(names)) if names else ""
    if result.referred is not None or (ruleset.levels and result.level == ruleset.levels[0].id):
        return ""
    failed = [
        criterion.title.in_language(console.lang) or criterion.id
        for path, criterion in leaves(ruleset)
        if result.criteria[path].status in (Status.NOT_MET, Status.BLOCKED)
    ]
    return console.word("not_met_first", count=len(failed), names="; ".join(failed)) if failed else ""


def verdict_table(
    ruleset: Ruleset,
    subjects: Sequence[JudgedSubject],
    console: Console,
    marks: Mapping[str, str] | None = None,
) -> str:
    """A row a subject; ``marks`` go behind names."""
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    rows = [[subject, console.word("verdict"), console.word("score"), console.word("why")]]
    for each in subjects:
        name, result = each.subject + (marks or {}).get(each.subject, ""), each.result
        if result is None:
            message = each.problems[0].in_language(console.lang).message
            rows.append([name, console.word("refused"), "", message])
        else:
            verdict = _verdict(ruleset, result, console)
            rows.append([name, verdict, _score(result, console), _why(ruleset, result, console)])
    if not ruleset.levels and all(each.result is None or each.result.decided for each in subjects):
        rows = [[row[0], *row[2:]] for row in rows]
    return text_table(rows[0], rows[1:], width=console.width)


def tally(ruleset: Ruleset, subjects: Sequence[JudgedSubject], console: Console) -> str:
    """How many came out how, in the order of the levels."""
    counts: Counter[str] = Counter()
    for each in subjects:
        if each.result is None:
            counts[console.word("refused")] += 1
        elif not each.result.decided:
            counts[console.word("tally_undecided")] += 1
        else:
            counts[_verdict(ruleset, each.result, console)] += 1
    counts.pop("", None)
    order = dict.fromkeys([*_level_titles(ruleset, console.lang).values(), *counts])
    parts = [console.word("tally_part", count=counts[name], verdict=name) for name in order if counts[name]]
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    return console.word("tally", count=len(subjects), subject=subject, parts=", ".join(parts) or "–")


def criteria_table(ruleset: Ruleset, result: Result, console: Console) -> str:
    """State and points of every criterion of one subject."""
    rows = []
    for path, criterion in leaves(ruleset):
        verdict = result.criteria[path]
        title = criterion.title.in_language(console.lang) or path
        rows.append([title, console.word(str(verdict.status)), _points(verdict.score, console)])
    header = [console.word("criterion"), console.word("state"), console.word("score")]
    return text_table(header, rows, width=console.width)
