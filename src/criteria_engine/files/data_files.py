"""Subjects read from a data file of any kind; the ending of its name says which kind it is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from criteria_engine.files.cells import InputDefinition
from criteria_engine.files.csv_files import open_csv
from criteria_engine.files.json_files import open_json, open_json_lines
from criteria_engine.files.parquet_files import open_parquet
from criteria_engine.files.rows import DataTable, FileProblems, opened
from criteria_engine.files.subjects import Progress, SubjectData, subjects_of
from criteria_engine.messages.codes import Code

_Opener: TypeAlias = Callable[[Path, Sequence[InputDefinition], str, str, FileProblems], DataTable]

# A new format is one more line here: the endings of its names, and a function that opens it.
_OPENERS: tuple[tuple[tuple[str, ...], _Opener], ...] = (
    ((".csv", ".tsv", ".txt"), open_csv),
    ((".json",), open_json),
    ((".jsonl", ".ndjson"), open_json_lines),
    ((".parquet",), open_parquet),
)


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
    return tuple(_subjects(Path(path), inputs, subject_column, lang, _no_progress, in_memory=True))


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
    return _subjects(Path(path), inputs, subject_column, lang, progress or _no_progress, in_memory=False)


def _subjects(
    file: Path,
    inputs: Sequence[InputDefinition],
    subject_column: str,
    lang: str,
    progress: Progress,
    *,
    in_memory: bool,
) -> Iterator[SubjectData]:
    problems = FileProblems(file)
    opener = next((each for endings, each in _OPENERS if file.suffix.lower() in endings), None)
    if opener is None:
        known = ", ".join(ending for endings, _ in _OPENERS for ending in endings)
        problems.stop(None, Code.UNKNOWN_FILE_KIND, ending=file.suffix or file.name, known=known)
    with opened(file, problems, in_memory=in_memory or opener is open_json):
        try:
            yield from subjects_of(opener(file, inputs, subject_column, lang, problems), problems, progress)
        except sqlite3.Error:
            problems.stop(None, Code.NO_ROOM_ON_DISK)
    problems.raise_all()


def _no_progress(done: int, total: int) -> None:
    """Tell nobody."""
