"""Reading subjects from data files: the one door to all formats."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import secrets
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from criteria_engine.files.csv_files import open_csv
from criteria_engine.files.json_files import open_json, open_json_lines
from criteria_engine.files.parquet_files import open_parquet
from criteria_engine.files.subjects import (
    LONGEST_LINE,
    DataTable,
    FileProblems,
    InputDefinition,
    PeriodData,
    Progress,
    SubjectData,
    TextPlace,
    subjects_of,
)

__all__ = [
    "InputDefinition",
    "PeriodData",
    "SubjectData",
    "iter_subjects",
    "read_subjects",
    "write_whole",
    "writing_whole",
]

_Opener: TypeAlias = Callable[[Path, Sequence[InputDefinition], str, str, FileProblems], DataTable]

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


def _first_broken(file: Path) -> TextPlace | None:
    """Where the first bytes stand that are not UTF-8."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        lines = iter(partial(stream.readline, LONGEST_LINE), "")
        return next(filter(None, map(_broken_place, itertools.count(1), lines)), None)


def _broken_place(number: int, line: str) -> TextPlace | None:
    found = _ESCAPED.search(line)
    if found is None:
        return None
    return TextPlace(
        number, found.start() + 1, _ESCAPED.sub("\N{REPLACEMENT CHARACTER}", line).rstrip("\r\n")
    )


# ---- writing files that are whole or absent ------------------------------------------------------

# Elsewhere one cannot ask whether a process lives without touching it.
_CAN_ASK = os.name == "posix"


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that at every moment the old one or the new one is there, whole.

    Text is written as UTF-8, its line ends as they are; see ``writing_whole``. Raises ``OSError`` where
    it cannot be written, and ``UnicodeEncodeError`` for text that UTF-8 cannot hold; the old file is then
    as it was, and nothing else is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else bytes(content)
    with writing_whole(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def writing_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when the block ends, or nothing if the block fails.

    At every moment the old file or the new one is there, whole. The new one is made under a passing name
    in the same folder and then takes the place of the old one, whose permission bits it keeps; a link
    stays a link. What an earlier run that was killed has left of this file is cleared away. A terminal or
    a pipe gets all at the end.

    Raises ``OSError`` where the file cannot be written, when the block begins or when it ends.
    """
    mode = _mode_of(path)
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        # It has no old content to keep, and must not be replaced by a file.
        with tempfile.TemporaryFile() as stream:
            yield stream
            stream.seek(0)
            with open(path, "wb") as target:
                shutil.copyfileobj(stream, target)
        return
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(f"the file is write-protected: {os.fspath(path)}")
    whole = Path(os.path.realpath(path))
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(f"a folder, not a file: {whole}")
    mark = hashlib.sha256(os.fsencode(whole.name)).hexdigest()[:12]
    _clear_leftovers(whole.parent, mark)
    passing = whole.parent / f".{mark}-{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        with _made_anew(passing, mode) as made:
            yield made
        os.replace(passing, whole)
    except BaseException:
        with contextlib.suppress(OSError):
            passing.unlink()
        raise


def _mode_of(path: str | os.PathLike[str]) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _made_anew(path: Path, mode: int | None) -> Iterator[BinaryIO]:
    """A new file, seen onto the disk at the end."""
    # Opened by hand, since tempfile makes files that only their owner can read.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
    if mode is not None:
        os.chmod(path, stat.S_IMODE(mode))


def _clear_leftovers(folder: Path, mark: str) -> None:
    """Remove what killed processes have left of the file with this mark."""
    if not _CAN_ASK:
        return
    pattern = re.compile(rf"\.{mark}-([0-9]+)-[0-9a-f]{{8}}\.part")
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            matched = pattern.fullmatch(name)
            if matched and not _is_alive(int(matched[1])):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
