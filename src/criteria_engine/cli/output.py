"""Where results go: a file, whole and never by accident over another, or standard output."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import criteria_engine as ce
from criteria_engine.cli.terminal import Console
from criteria_engine.messages.codes import Code

BOM = "\ufeff"
"""The mark by which spreadsheets know that a CSV file is UTF-8."""

UNREADABLE = frozenset(
    {
        Code.UNREADABLE_FILE,
        Code.FILE_TOO_LARGE,
        Code.PACKAGE_MISSING,
        Code.CANNOT_OPEN_FILE,
        Code.UNKNOWN_FILE_KIND,
        Code.DATA_TOO_LARGE,
        Code.NOT_PARQUET,
        Code.NO_ROOM_ON_DISK,
    }
)
"""Codes of files that cannot be opened, are too large, or of a kind that is not read (here)."""


class Unusable(ce.CriteriaError):
    """Something about the files that were named stands in the way: nothing was done."""


def unusable(code: str, **details: object) -> Unusable:
    """The error of a code, to raise."""
    return Unusable([ce.Diagnostic(code, {name: str(value) for name, value in details.items()})])


def form_of(output: str | None, wanted: str | None, endings: Mapping[str, str]) -> str:
    """The form of the output: the one asked for, else the one that its name says, else text."""
    if wanted is not None:
        return wanted
    if output is None or not _is_plain(output):
        return "text"
    ending = Path(output).suffix.lower()
    if ending not in endings:
        raise unusable(Code.UNKNOWN_OUTPUT_KIND, ending=ending or output, known=", ".join(endings))
    return endings[ending]


def look_at_output(output: str | None, inputs: Iterable[str], *, force: bool) -> None:
    """Raise ``Unusable`` where the output exists already or is one of the inputs."""
    if output is None or not _is_plain(output):
        return
    for name in inputs:
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise unusable(Code.OUTPUT_IS_INPUT, file=name)
    if os.path.lexists(output) and not force:
        raise unusable(Code.OUTPUT_EXISTS, file=output)


def _is_plain(output: str) -> bool:
    """Whether it is, or would become, a file that keeps what is written: no terminal and no pipe."""
    try:
        mode = Path(output).stat().st_mode
    except (OSError, ValueError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def give_out(console: Console, text: str, output: str | None) -> None:
    """Write to the output and say so, or to standard output."""
    if output is None:
        console.give(text)
        return
    with opened_output(console, output) as stream:
        stream.write((text if text.endswith("\n") else text + "\n").encode())


@contextlib.contextmanager
def opened_output(console: Console, output: str | None) -> Iterator[BinaryIO]:
    """A stream whose bytes go to the output once the block ends well, and are said to be saved.

    Until then the output is as it was; nothing is left if the block fails. Raises ``Unusable`` where the
    output cannot be written.
    """
    if output is None:
        import tempfile

        with tempfile.TemporaryFile() as stream:
            yield stream
            console.give_file(stream)
        return
    try:
        with ce.writing_whole(output) as stream:
            yield stream
    except (OSError, UnicodeError) as error:
        raise unusable(Code.CANNOT_WRITE_FILE, file=output, reason=console.reason(error)) from None
    console.complain(console.word("saved", file=output))


def json_text(value: object, indent: int | None = 2) -> str:
    """JSON that people can read, with nothing in it that a terminal would obey."""
    import json

    def escaped(match: re.Match[str]) -> str:
        letter = match[0]
        if letter.isprintable():
            return letter
        return json.dumps(letter)[1:-1] if ord(letter) > 0x7F else f"\\u{ord(letter):04x}"

    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return re.sub(r"[^\x20-\x7e\n]", escaped, text)
