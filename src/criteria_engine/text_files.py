"""The lines of a text file, as they are read one after the other."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from io import TextIOWrapper
from pathlib import Path

from criteria_engine.subject_data import FileProblems, Place

__all__ = ["LONGEST_LINE", "TextFile"]

LONGEST_LINE = 16 * 1024 * 1024
"""Characters a line may have, so that a file without line ends does not fill the memory."""

_EVERY = 64


class TextFile:
    """A text file in UTF-8; ``done`` are the bytes read of its ``size``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.done = 0

    def lines(self, problems: FileProblems) -> Generator[str, None, None]:
        """The lines with their ends, as they are; ``UnicodeDecodeError`` where it is not UTF-8."""
        self.done = 0
        with self.path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
            for number, line in enumerate(iter(partial(stream.readline, LONGEST_LINE), ""), 1):
                if len(line) == LONGEST_LINE:
                    problems.stop(Place(number, 1, None), "CE831", limit=LONGEST_LINE)
                if number % _EVERY == 0 and raw.seekable():
                    self.done = raw.tell()
                yield line
