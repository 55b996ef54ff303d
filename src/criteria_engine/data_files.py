"""Reading subjects from data files: the one door to all formats."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from criteria_engine.csv_files import read_csv
from criteria_engine.json_files import read_json
from criteria_engine.subject_data import FileProblems, InputDefinition, PeriodData, Place, SubjectData

__all__ = ["InputDefinition", "PeriodData", "SubjectData", "read_subjects"]

_Reader: TypeAlias = Callable[
    [Path, Sequence[InputDefinition], str, str, FileProblems], tuple[SubjectData, ...]
]

# A new format is one more line here: the endings of its names, and a function that reads it.
_READERS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    ((".csv", ".tsv", ".txt"), read_csv),
    ((".json",), read_json),
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

    A CSV file has a header that names ``subject_column``, ``period`` (where there is more than one) and
    inputs, by id or title; its cells are read as ``read_value`` does, ``lang`` being their language. A
    JSON file has a list of ``{subject, period, values, titles, evidence}``.

    Raises ``CriteriaError`` with all that is wrong, each with its file, line, column and source line.
    """
    file = Path(path)
    problems = FileProblems(file)
    reader = next((read for endings, read in _READERS if file.suffix.lower() in endings), None)
    if reader is None:
        known = ", ".join(ending for endings, _ in _READERS for ending in endings)
        problems.stop(None, "CE802", ending=file.suffix or file.name, known=known)
    try:
        if file.stat().st_size > _LARGEST:
            problems.stop(None, "CE803", limit=f"{_LARGEST // 1024**2} MB")
        subjects = reader(file, inputs, subject_column, lang, problems)
    except UnicodeDecodeError:
        problems.stop(_first_broken(file), "CE804")
    except (OSError, ValueError):
        # ValueError is what a name with a null character gives.
        problems.stop(None, "CE801")
    problems.raise_all()
    return subjects


def _first_broken(file: Path) -> Place | None:
    """Where the first bytes stand that are not UTF-8."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        return next(filter(None, map(_broken_place, itertools.count(1), stream)), None)


def _broken_place(number: int, line: str) -> Place | None:
    found = _ESCAPED.search(line)
    if found is None:
        return None
    return Place(number, found.start() + 1, _ESCAPED.sub("\N{REPLACEMENT CHARACTER}", line).rstrip("\r\n"))
