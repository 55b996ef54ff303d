"""The subjects of a data file: read by the inputs of a ruleset, found by name, judged."""

from __future__ import annotations

import datetime
import re
import unicodedata
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import attrs

import criteria_engine as ce
from criteria_engine import (
    Bounds,
    CriteriaError,
    Diagnostic,
    Result,
    Ruleset,
    Status,
    load,
)
from criteria_engine.cli.output import Unusable
from criteria_engine.cli.terminal import Console, Progress, safe, text_table

__all__ = [
    "CommandInputs",
    "JudgedSubject",
    "as_parquet",
    "criteria_table",
    "csv_lines",
    "day_of",
    "found_subject",
    "json_lines",
    "json_parts",
    "json_text",
    "judged",
    "leaves",
    "level_title",
    "library_of",
    "read_data",
    "tally",
    "verdict",
    "verdict_table",
]

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@attrs.frozen(eq=False)
class JudgedSubject:
    """A subject in its newest period: its result, or what is wrong with its values."""

    subject: str
    period: str | None
    result: Result | None
    problems: tuple[Diagnostic, ...] = ()


def library_of(options: Namespace) -> ce.Library | None:
    """The library that a command names."""
    return None if options.library is None else ce.Library(options.library)


@attrs.frozen(eq=False)
class CommandInputs:
    """What a command names: the ruleset, the subjects (once), the day, the rulesets at hand."""

    ruleset: Ruleset
    subjects: Iterable[Any]
    on: datetime.date | None
    sets: tuple[Ruleset, ...] = ()


def read_data(options: Namespace, console: Console, progress: Progress | None = None) -> CommandInputs:
    """What a command names; the data are read when the subjects are gone through."""
    library = library_of(options)
    ruleset = load(options.ruleset, library=library, lang=console.lang)
    on = day_of(options.on)
    subjects = ce.iter_subjects(
        options.data,
        ruleset.columns,
        subject_column=options.subject_column,
        lang=options.numbers,
        progress=progress,
    )
    sets = () if library is None else library.asked_by(ruleset, on=on)
    return CommandInputs(ruleset, subjects, on, sets)


def day_of(text: str | None) -> datetime.date | None:
    """The day that an option says, None where it is not given; raises ``Unusable`` for what is no day."""
    if text is None:
        return None
    try:
        day = ce.read_value(text, "date")
    except ValueError:
        day = None
    if not isinstance(day, datetime.date):
        raise Unusable([Diagnostic("CE828", {"value": text})])
    return day


def judged(given: CommandInputs, file: str) -> Iterator[JudgedSubject]:
    """Each subject judged in its newest period; what is wrong with values stays with their subject."""
    return (_judged(given, subject, file) for subject in given.subjects)


def _judged(given: CommandInputs, subject: Any, file: str) -> JudgedSubject:
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
        return JudgedSubject(subject.subject, newest.period, None, problems)
    return JudgedSubject(subject.subject, newest.period, result)


# ---- names -------------------------------------------------------------------------------------


def found_subject(subjects: Iterable[Any], name: str) -> Any:
    """The subject of that name, however its tone marks are placed; raises with the nearest names."""
    listed = list(subjects)
    composed = " ".join(unicodedata.normalize("NFC", name).split())
    for alike in (str, _folded):
        found = [each for each in listed if alike(each.subject) == alike(composed)]
        if len(found) == 1:
            return found[0]
    from difflib import get_close_matches

    by_letters = {_unmarked(each.subject): each.subject for each in listed}
    near = get_close_matches(_unmarked(composed)[:64], by_letters, 3, 0.5)
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


# ---- verdicts in a line each: the level, the score, and what is missing or failed first ----------


def leaves(ruleset: Ruleset) -> Iterator[tuple[str, Any]]:
    """The criteria that are judged themselves, with their paths."""
    waiting = [(each.id, each) for each in reversed(ruleset.criteria)]
    while waiting:
        path, criterion = waiting.pop()
        if criterion.is_group:
            waiting.extend((f"{path}.{each.id}", each) for each in reversed(criterion.criteria))
        else:
            yield path, criterion


def level_title(ruleset: Ruleset, level: str, lang: str) -> str:
    """The title of a level, or its id."""
    titles = [(each.id, each.title) for each in ruleset.levels]
    if ruleset.otherwise is not None:
        titles.append((ruleset.otherwise.id, ruleset.otherwise.title))
    return next((title.in_language(lang) for known, title in titles if known == level and title), level)


def verdict(ruleset: Ruleset, result: Result, console: Console) -> str:
    """The level in words; where it is open, all that remain possible."""
    if result.referred is not None:
        return console.word("referred", text=result.referred)
    if result.level is not None:
        return level_title(ruleset, result.level, console.lang)
    if result.decided:
        return ""
    titles = [level_title(ruleset, each, console.lang) for each in result.possible_levels]
    if result.may_be_referred:
        titles.append(console.word("may_be_referred"))
    return (
        console.word("undecided", levels=console.word("either").join(titles))
        if titles
        else console.word("undecided_plain")
    )


def _score(result: Result, console: Console) -> str:
    score, most = result.score, result.max_score
    if score is None:
        return "–"
    return _ends(score, console) + (f"/{_ends(most, console)}" if most is not None else "")


def _ends(bounds: Bounds, console: Console) -> str:
    if bounds.exact:
        return console.number(bounds.low)
    return f"{console.number(bounds.low)}–{console.number(bounds.high)}"


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
    ruleset: Ruleset, found: Sequence[JudgedSubject], console: Console, marks: Mapping[str, str] | None = None
) -> str:
    """A row a subject; ``marks`` go behind names."""
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    header = [subject, console.word("verdict"), console.word("score"), console.word("why")]
    rows = []
    for each in found:
        name = each.subject + (marks or {}).get(each.subject, "")
        if each.result is None:
            rows.append(
                [name, console.word("refused"), "", each.problems[0].in_language(console.lang).message]
            )
        else:
            rows.append(
                [
                    name,
                    verdict(ruleset, each.result, console),
                    _score(each.result, console),
                    _why(ruleset, each.result, console),
                ]
            )
    if not ruleset.levels and all(each.result is None or each.result.decided for each in found):
        header = [header[0], *header[2:]]
        rows = [[row[0], *row[2:]] for row in rows]
    return text_table(header, rows, width=console.width)


def tally(ruleset: Ruleset, found: Sequence[JudgedSubject], console: Console) -> str:
    """How many came out how, in the order of the levels."""
    counts: Counter[str] = Counter()
    order = [level_title(ruleset, each.id, console.lang) for each in ruleset.levels]
    if ruleset.otherwise is not None:
        order.append(level_title(ruleset, ruleset.otherwise.id, console.lang))
    for each in found:
        if each.result is None:
            counts[console.word("refused")] += 1
        elif not each.result.decided:
            counts[console.word("tally_undecided")] += 1
        else:
            counts[verdict(ruleset, each.result, console)] += 1
    counts.pop("", None)
    order += [each for each in counts if each not in order]
    parts = [console.word("tally_part", count=counts[name], verdict=name) for name in order if counts[name]]
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    return console.word("tally", count=len(found), subject=subject, parts=", ".join(parts) or "–")


def criteria_table(ruleset: Ruleset, result: Result, console: Console) -> str:
    """State and points of every criterion of one subject."""
    rows = []
    for path, criterion in leaves(ruleset):
        found = result.criteria[path]
        points = "–" if found.score is None else _ends(found.score, console)
        rows.append(
            [criterion.title.in_language(console.lang) or path, console.word(str(found.status)), points]
        )
    header = [console.word("criterion"), console.word("state"), console.word("score")]
    return text_table(header, rows, width=console.width)


# ---- verdicts as CSV, JSON, JSON lines and Parquet, written as they come -------------------------

# A cell that begins with one of these is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


class _Echo:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, line: str) -> str:
        """The line."""
        return line


def csv_lines(
    ruleset: Ruleset, found: Iterable[JudgedSubject], console: Console, *, detail: bool
) -> Iterator[str]:
    """A row a subject; ``detail`` adds state and points of every criterion.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    import csv

    line_of = csv.writer(_Echo(), lineterminator="\r\n").writerow
    yield line_of(_columns(ruleset, detail=detail))
    for row in _rows(ruleset, found, console, detail=detail):
        yield line_of([_cell(value) for value in row])


def as_parquet(
    stream: BinaryIO, ruleset: Ruleset, found: Iterable[JudgedSubject], console: Console, *, detail: bool
) -> None:
    """The rows and columns of ``csv_lines`` with their types: texts as they are, numbers, truth values."""
    columns = _columns(ruleset, detail=detail)
    ce.write_parquet(stream, columns, _rows(ruleset, found, console, detail=detail))


def _columns(ruleset: Ruleset, *, detail: bool) -> dict[str, type[str | float | bool]]:
    """What stands in each column."""
    columns: dict[str, type[str | float | bool]] = dict.fromkeys(("subject", "period", "level"), str)
    columns |= {"level_title": str, "decided": bool, "score_low": float, "score_high": float}
    columns |= dict.fromkeys(("possible_levels", "referred", "missing", "error"), str)
    for path in _paths(ruleset) if detail else ():
        columns |= {f"{path}.status": str, f"{path}.low": float, f"{path}.high": float}
    return columns


def _rows(
    ruleset: Ruleset, found: Iterable[JudgedSubject], console: Console, *, detail: bool
) -> Iterator[list[object]]:
    paths = _paths(ruleset) if detail else []
    return (_row(ruleset, each, paths, console) for each in found)


def _paths(ruleset: Ruleset) -> list[str]:
    paths = []
    waiting = [(each.id, each) for each in reversed(ruleset.criteria)]
    while waiting:
        path, criterion = waiting.pop()
        paths.append(path)
        waiting.extend((f"{path}.{each.id}", each) for each in reversed(criterion.criteria))
    return paths


def _row(ruleset: Ruleset, each: JudgedSubject, paths: Sequence[str], console: Console) -> list[object]:
    result = each.result
    if result is None:
        said = "; ".join(problem.in_language(console.lang).message for problem in each.problems)
        return [each.subject, each.period, *[None] * 8, said, *[None] * (3 * len(paths))]
    title = None if result.level is None else level_title(ruleset, result.level, console.lang)
    row: list[object] = [each.subject, each.period, result.level, title, result.decided]
    row += [*_low_and_high(result.score), "|".join(result.possible_levels), result.referred]
    row += ["|".join(result.missing), None]
    for path in paths:
        criterion = result.criteria[path]
        row += [str(criterion.status), *_low_and_high(criterion.score)]
    return row


def _low_and_high(bounds: Bounds | None) -> list[object]:
    return [None, None] if bounds is None else [bounds.low, bounds.high]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return repr(value)
    text = safe(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def json_parts(found: Iterable[JudgedSubject], console: Console) -> Iterator[str]:
    """A list of results as ``to_dict`` gives them, with the period; faulty values as ``errors``."""
    between = "[\n  "
    for each in found:
        yield between + json_text(_plain(each, console)).replace("\n", "\n  ")
        between = ",\n  "
    yield "[]\n" if between.startswith("[") else "\n]\n"


def json_lines(found: Iterable[JudgedSubject], console: Console) -> Iterator[str]:
    """The elements of ``json_parts``, each on a line of its own."""
    return (json_text(_plain(each, console), indent=None) + "\n" for each in found)


def _plain(each: JudgedSubject, console: Console) -> dict[str, Any]:
    if each.result is not None:
        return {**each.result.to_dict(), "period": each.period}
    problems = [problem.in_language(console.lang) for problem in each.problems]
    errors = [{"code": one.code, "message": one.message, "path": one.path} for one in problems]
    return {"subject": each.subject, "period": each.period, "errors": errors}


def json_text(value: object, indent: int | None = 2) -> str:
    """JSON that people can read, with nothing in it that a terminal would obey."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _UNSEEN.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    import json

    return json.dumps(letter)[1:-1] if ord(letter) > 0x7F else f"\\u{ord(letter):04x}"
