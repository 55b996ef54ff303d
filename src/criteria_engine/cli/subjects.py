"""The subjects of a data file: read by the inputs of a ruleset, found by name, judged."""

from __future__ import annotations

import datetime
import difflib
import unicodedata
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from criteria_engine import (
    CriteriaError,
    Diagnostic,
    Library,
    Result,
    Ruleset,
    iter_subjects,
    load,
    read_value,
)
from criteria_engine.cli.console import Console
from criteria_engine.cli.output import Unusable
from criteria_engine.cli.progress import Progress

__all__ = ["Given", "Judged", "day_of", "found_subject", "judged", "library_of", "read_data"]

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@attrs.frozen(eq=False)
class Judged:
    """A subject in its newest period: its result, or what is wrong with its values."""

    subject: str
    period: str | None
    result: Result | None
    problems: tuple[Diagnostic, ...] = ()


def library_of(options: Namespace) -> Library | None:
    """The library that a command names."""
    return None if options.library is None else Library(options.library)


@attrs.frozen(eq=False)
class Given:
    """What a command names: the ruleset, the subjects (once), the day, the rulesets at hand."""

    ruleset: Ruleset
    subjects: Iterable[Any]
    on: datetime.date | None
    sets: tuple[Ruleset, ...] = ()


def read_data(options: Namespace, console: Console, progress: Progress | None = None) -> Given:
    """What a command names; the data are read when the subjects are gone through."""
    library = library_of(options)
    ruleset = load(options.ruleset, library=library, lang=console.lang)
    on = day_of(options.on)
    subjects = iter_subjects(
        options.data,
        ruleset.columns,
        subject_column=options.subject_column,
        lang=options.numbers,
        progress=progress,
    )
    sets = () if library is None else library.asked_by(ruleset, on=on)
    return Given(ruleset, subjects, on, sets)


def day_of(text: str | None) -> datetime.date | None:
    """The day that an option says, None where it is not given; raises ``Unusable`` for what is no day."""
    if text is None:
        return None
    try:
        day = read_value(text, "date")
    except ValueError:
        day = None
    if not isinstance(day, datetime.date):
        raise Unusable([Diagnostic("CE828", {"value": text})])
    return day


def judged(given: Given, file: str) -> Iterator[Judged]:
    """Each subject judged in its newest period; what is wrong with values stays with their subject."""
    return (_judged(given, subject, file) for subject in given.subjects)


def _judged(given: Given, subject: Any, file: str) -> Judged:
    newest = subject.periods[0]
    try:
        result = given.ruleset.evaluate(
            newest.values,
            history=subject.history or None,
            titles=subject.titles or None,
            evidence=newest.evidence or None,
            on=given.on,
            subject=subject.subject,
            sets=given.sets,
        )
    except CriteriaError as error:
        problems = tuple(attrs.evolve(each, file=file) for each in error.diagnostics)
        return Judged(subject.subject, newest.period, None, problems)
    return Judged(subject.subject, newest.period, result)


# ---- names -------------------------------------------------------------------------------------


def found_subject(subjects: Iterable[Any], name: str) -> Any:
    """The subject of that name, however its tone marks are placed; raises with the nearest names."""
    listed = list(subjects)
    composed = " ".join(unicodedata.normalize("NFC", name).split())
    for alike in (str, _folded):
        found = [each for each in listed if alike(each.subject) == alike(composed)]
        if len(found) == 1:
            return found[0]
    by_letters = {_unmarked(each.subject): each.subject for each in listed}
    near = difflib.get_close_matches(_unmarked(composed)[:64], by_letters, 3, 0.5)
    details = {"name": name}
    if near:
        raise Unusable(
            [Diagnostic("CE824", details | {"nearest": ", ".join(by_letters[each] for each in near)})]
        )
    known = ", ".join(each.subject for each in listed[:12]) + ", …" * (len(listed) > 12)
    raise Unusable([Diagnostic("CE825", details | {"known": known})])


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
