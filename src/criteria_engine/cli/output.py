"""Where results go: a file, whole and never by accident over another, or standard output."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import criteria_engine as ce
from criteria_engine import CriteriaError, Diagnostic
from criteria_engine.cli.terminal import Console

__all__ = [
    "UNREADABLE",
    "Unusable",
    "form_of",
    "give_out",
    "look_at_output",
    "opened_output",
]

UNREADABLE = frozenset({"CE001", "CE002", "CE571", "CE801", "CE802", "CE803", "CE835", "CE836"})
"""Codes of files that cannot be opened, are too large, or of a kind that is not read (here)."""


class Unusable(CriteriaError):
    """Something about the files that were named stands in the way: nothing was done."""


def _unusable(code: str, **details: object) -> Unusable:
    return Unusable([Diagnostic(code, {name: str(value) for name, value in details.items()})])


def form_of(output: str | None, wanted: str | None, endings: Mapping[str, str]) -> str:
    """The form of the output: the one asked for, else the one that its name says, else text."""
    if wanted is not None:
        return wanted
    if output is None or not _is_plain(output):
        return "text"
    ending = Path(output).suffix.lower()
    if ending not in endings:
        raise _unusable("CE826", ending=ending or output, known=", ".join(endings))
    return endings[ending]


def look_at_output(output: str | None, inputs: Iterable[str], *, force: bool) -> None:
    """Raise ``Unusable`` where the output exists already or is one of the inputs."""
    if output is None or not _is_plain(output):
        return
    for name in inputs:
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise _unusable("CE823", file=name)
    if os.path.lexists(output) and not force:
        raise _unusable("CE821", file=output)


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
        raise _unusable("CE822", file=output, reason=console.reason(error)) from None
    console.complain(console.word("saved", file=output))
