"""What the command line says and where: language, colour, and nothing that a terminal would obey.

Text and tables of text come first, then ``Console``, where all output goes, then ``Progress``, the bar of long work.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import re
import shutil
import stat
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TextIO

import criteria_engine as ce
from criteria_engine.messages.codes import Code
from criteria_engine.messages.speaker import Speaker

_BETWEEN = " | "
_NARROWEST_COLUMN = 8


def safe(text: str, *, lines: bool = False) -> str:
    """The text without anything that a terminal would obey or a reader would not see.

    Controls, direction marks and the like become the replacement character; with ``lines`` line breaks
    stay.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _instead(letter, lines) for letter in text)


def _instead(letter: str, lines: bool) -> str:
    if letter == "\n" and lines:
        return letter
    if letter in "\t\r\n" or unicodedata.category(letter) == "Zs":
        return " "
    return "\N{REPLACEMENT CHARACTER}"


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes: wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if width_of(text) <= width:
        return text
    kept, used = "", 0
    for letter in text:
        used += _letter_width(letter)
        if used > width - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def wrapped(text: str, width: int, lines: int = 3) -> list[str]:
    """The text in lines of at most ``width``, parted at spaces; what does not fit ends in an ellipsis."""
    shown = [""]
    for word in text.split(" "):
        longer = f"{shown[-1]} {word}" if shown[-1] else word
        if width_of(longer) <= width or not shown[-1] or len(shown) == lines:
            shown[-1] = longer
        else:
            shown.append(word)
    return [cut(line, width) for line in shown]


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text brought to a width with spaces, before it where ``right``."""
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int = 100, right: Sequence[int] = ()
) -> str:
    """A table no wider than ``width``; ``right`` are the columns that are aligned to the right.

    Where it would be wider, the widest columns give way: their cells go on in the lines below, three at most.
    """
    # The sign that parts columns parts nothing else.
    cells = [[safe(cell).replace("|", "/") for cell in row] for row in (header, *rows)]
    widths = _fitting([max(width_of(row[at]) for row in cells) for at in range(len(header))], width)
    lines = []
    for row in cells:
        parts = [wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for line in zip_longest(*parts, fillvalue=""):
            shown = [padded(piece, widths[at], right=at in right) for at, piece in enumerate(line)]
            lines.append(_BETWEEN.join(shown).rstrip())
        if row is cells[0]:
            lines.append("-+-".join("-" * size for size in widths))
    return "\n".join(lines)


def _fitting(widths: list[int], most: int) -> list[int]:
    room = most - len(_BETWEEN) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST_COLUMN:
        widest = widths.index(max(widths))
        next_widest = max([size for size in widths if size < widths[widest]], default=_NARROWEST_COLUMN)
        excess = sum(widths) - room
        widths[widest] = max(_NARROWEST_COLUMN, next_widest, widths[widest] - excess)
        if widths[widest] == next_widest and sum(widths) > room:
            widths[widest] -= 1
    return widths


_COLOURS = {"bad": "31", "doubt": "33", "good": "32", "strong": "1"}
_WIDEST, _NARROWEST = 100, 60
_BAR = 40
_PIECE = 65_536
_NUMBERS = ((PermissionError, errno.EACCES), (IsADirectoryError, errno.EISDIR))


class Console:
    """Where output goes, in which language.

    Colour is used on a terminal only, never without a word that says the same, and not at all where
    ``NO_COLOR`` is set.
    """

    def __init__(self, lang: str, out: TextIO, err: TextIO) -> None:
        self.lang = lang
        self.speaker = Speaker(lang, "commands")
        self.to_file = False
        self._out = out
        self._err = err
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        self._colour = _is_terminal(out) and not plain

    @classmethod
    def of_process(cls, lang: str) -> Console:
        """The console of this process; its output is UTF-8 whatever the locale says."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(encoding="utf-8", errors="backslashreplace")
        return cls(lang, sys.stdout, sys.stderr)

    @property
    def width(self) -> int:
        """The columns of the terminal, between 60 and 100; 100 where it is none or a file is written."""
        if self.to_file or not _is_terminal(self._out):
            return _WIDEST
        return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))

    def word(self, key: str, **details: object) -> str:
        """A phrase of the catalogue in the language of this console."""
        return self.speaker.counted(key, **details)

    def reason(self, error: Exception) -> str:
        """Why a file cannot be written, in words."""
        number = getattr(error, "errno", None) or next(
            (number for kind, number in _NUMBERS if isinstance(error, kind)), 0
        )
        known = self.speaker.text(f"reason_{errno.errorcode.get(number, '')}", "")
        return known or getattr(error, "strerror", None) or str(error) or type(error).__name__

    def number(self, value: float) -> str:
        """A number for readers: at most four decimals, with a comma in Vietnamese."""
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
        return text.replace(".", ",") if self.lang == "vi" else text

    def diagnostic(self, diagnostic: ce.Diagnostic) -> str:
        """A diagnostic in words, a warning called so."""
        spoken = diagnostic.in_language(self.lang)
        text = str(spoken)
        if spoken.severity == "error":
            return text
        place = f"{spoken.place}: " if spoken.place else ""
        return f"{place}{self.word('warning')}: {text.removeprefix(place)}"

    def say(self, text: str = "", tone: str = "") -> None:
        """A line or several, to standard output, in the colour of a tone (``bad doubt good strong``)."""
        text = safe(text, lines=True)
        if tone and self._colour:
            text = f"\033[{_COLOURS[tone]}m{text}\033[0m"
        self._out.write(text + "\n")

    def give(self, text: str) -> None:
        """A finished document, to standard output."""
        self._out.write(text if text.endswith("\n") else text + "\n")

    def give_file(self, stream: BinaryIO) -> None:
        """A finished document in UTF-8, to standard output."""
        stream.seek(0)
        text = codecs.getreader("utf-8")(stream)
        for piece in iter(partial(text.read, _PIECE), ""):
            self._out.write(piece)

    def complain(self, text: str) -> None:
        """A line or several, to standard error; a closed one is no reason to stop."""
        with contextlib.suppress(OSError, ValueError):
            self._err.write(safe(text, lines=True) + "\n")
            self._err.flush()

    def complain_of(self, diagnostics: Iterable[ce.Diagnostic]) -> None:
        """What is wrong, to standard error."""
        for diagnostic in diagnostics:
            self.complain(self.diagnostic(diagnostic))

    def progress(self, share: float | None) -> None:
        """How much of a long work is done, as a bar where somebody watches; None wipes it."""
        if _is_terminal(self._err):
            filled = "#" * int(_BAR * (share or 0))
            line = "" if share is None else f"  [{filled:.<{_BAR}}] {int(100 * share):>3} %"
            with contextlib.suppress(OSError, ValueError):
                self._err.write(f"\r{line:<{_BAR + 12}}" + "\r" * (share is None))
                self._err.flush()

    def flush(self) -> None:
        """See to it that all was taken; raises where the reader has gone or the disk is full."""
        self._out.flush()


def _is_terminal(stream: TextIO) -> bool:
    with contextlib.suppress(ValueError, AttributeError):
        return stream.isatty()
    return False


_PATIENCE, _PAUSE = 2.0, 0.1


class Progress:
    """Told how far the work has come, draws a bar once it takes long; the bar goes when the block ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + _PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """So much of it is done."""
        moment = time.monotonic()
        if moment >= self._next and total > 0:
            self._next = moment + _PAUSE
            self._drawn = True
            self._console.progress(min(1.0, done / total))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._console.progress(None)


BOM = "\ufeff"
"""The mark by which spreadsheets know that a CSV file is UTF-8."""

UNUSABLE = frozenset(
    {
        Code.UNREADABLE_FILE,
        Code.FILE_TOO_LARGE,
        Code.PACKAGE_MISSING,
        Code.CANNOT_OPEN_FILE,
        Code.CANNOT_WRITE_FILE,
        Code.UNKNOWN_FILE_KIND,
        Code.UNKNOWN_OUTPUT_KIND,
        Code.OUTPUT_EXISTS,
        Code.OUTPUT_IS_INPUT,
        Code.DATA_TOO_LARGE,
        Code.NOT_PARQUET,
        Code.NO_ROOM_ON_DISK,
        Code.PARQUET_WITHOUT_FILE,
        Code.FOLDER_WITHOUT_RULESET,
        Code.SHIPPED_RULESETS_MISSING,
        Code.ARGUMENT_NOT_A_DATE,
        Code.ARGUMENT_NOT_A_SHARE,
        Code.SUBJECT_MISSPELT,
        Code.UNKNOWN_SUBJECT,
    }
)
"""Codes of what stands in the way of a command: of its files, its options or the machine, not of what it judges."""


def unusable(code: str, **details: object) -> ce.CriteriaError:
    """The error of a code, to raise."""
    return ce.CriteriaError([ce.Diagnostic(code, {name: str(value) for name, value in details.items()})])


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
    """Raise ``CriteriaError`` where the output exists already or is one of the inputs."""
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

    Until then the output is as it was; nothing is left if the block fails. Raises ``CriteriaError`` where the
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
