"""Reading subjects from data files: the one door to all formats."""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from criteria_engine.csv_files import open_csv
from criteria_engine.histories import Progress, subjects_of
from criteria_engine.json_files import open_json, open_json_lines
from criteria_engine.parquet_files import open_parquet
from criteria_engine.subject_data import FileProblems, InputDefinition, PeriodData, Place, SubjectData, Table
from criteria_engine.text_files import LONGEST_LINE

__all__ = ["InputDefinition", "PeriodData", "SubjectData", "iter_subjects", "read_subjects"]

_Opener: TypeAlias = Callable[[Path, Sequence[InputDefinition], str, str, FileProblems], Table]

# A new format is one more line here: the endings of its names, and a function that opens it.
_OPENERS: tuple[tuple[tuple[str, ...], _Opener], ...] = (
    ((".csv", ".tsv", ".txt"), open_csv),
    ((".json",), open_json),
    ((".jsonl", ".ndjson"), open_json_lines),
    ((".parquet",), open_parquet),
)
# What Python makes of bytes that are not UTF-8 when it is told to go on.
_ESCAPED = re.compile("[\udc80-\udcff]")
_LARGEST = 256 * 1024 * 1024


def read_subjects(
    path: str | os.PathLike[str],
    inputs: Sequence[InputDefinition],
    *,
    subject_column: str = "subject",
    lang: str = "vi",
) -> tuple[SubjectData, ...]:
    """The subjects of a data file, in its order, each with its periods, the newest first.

    A table (CSV, Parquet) has a header that names ``subject_column``, ``period`` (where there is more
    than one) and inputs, by id or title; its texts are read as ``read_value`` does, ``lang`` being their
    language. A JSON file has a list of ``{subject, period, values, titles, evidence}``, a file of JSON
    lines one of these on each line. The ending of the name says which it is.

    Raises ``CriteriaError`` with all that is wrong, each with its file, line, column and source line
    (of Parquet the number of the row). A file of more than 256 MB is refused: see ``iter_subjects``.
    """
    return tuple(_subjects(Path(path), inputs, subject_column, lang, _no_progress, largest=_LARGEST))


def iter_subjects(
    path: str | os.PathLike[str],
    inputs: Sequence[InputDefinition],
    *,
    subject_column: str = "subject",
    lang: str = "vi",
    progress: Progress | None = None,
) -> Iterator[SubjectData]:
    """The subjects of a data file as ``read_subjects`` gives them, one after the other.

    The file may be larger than memory (JSON, but not JSON lines, is held as a text of at most 256 MB). A
    subject is given as soon as its last row is read, and those that began before it are given; a file
    with periods is gone through twice for that. ``progress`` is told now and then how much was read and
    how much there is: bytes, or rows of Parquet.

    ``CriteriaError`` with all that is wrong comes where the first fault is met, after the rest was read:
    what came before it was sound, so whoever writes as he goes keeps the result back until the end.
    """
    return _subjects(Path(path), inputs, subject_column, lang, progress or _no_progress)


def _subjects(
    file: Path,
    inputs: Sequence[InputDefinition],
    subject_column: str,
    lang: str,
    progress: Progress,
    largest: int | None = None,
) -> Iterator[SubjectData]:
    problems = FileProblems(file)
    opener = next((each for endings, each in _OPENERS if file.suffix.lower() in endings), None)
    if opener is None:
        known = ", ".join(ending for endings, _ in _OPENERS for ending in endings)
        problems.stop(None, "CE802", ending=file.suffix or file.name, known=known)
    try:
        most = _LARGEST if opener is open_json else largest
        if most is not None and file.stat().st_size > most:
            problems.stop(None, "CE803", limit=f"{most // 1024**2} MB")
        yield from subjects_of(opener(file, inputs, subject_column, lang, problems), problems, progress)
    except UnicodeDecodeError:
        problems.stop(_first_broken(file), "CE804")
    except sqlite3.Error:
        problems.stop(None, "CE836")
    except (OSError, ValueError):
        # ValueError is what a name with a null character gives.
        problems.stop(None, "CE801")
    problems.raise_all()


def _no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def _first_broken(file: Path) -> Place | None:
    """Where the first bytes stand that are not UTF-8."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        lines = iter(partial(stream.readline, LONGEST_LINE), "")
        return next(filter(None, map(_broken_place, itertools.count(1), lines)), None)


def _broken_place(number: int, line: str) -> Place | None:
    found = _ESCAPED.search(line)
    if found is None:
        return None
    return Place(number, found.start() + 1, _ESCAPED.sub("\N{REPLACEMENT CHARACTER}", line).rstrip("\r\n"))
