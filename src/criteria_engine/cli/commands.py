"""From arguments to an exit status: the entry, the arguments, what is wrong with them in words.

A command loads its file when it is called, so that ``--help`` loads no engine at all.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import criteria_engine as ce
from criteria_engine.cli.terminal import Console

COMMANDS = ("demo", "check", "test", "evaluate", "explain", "project", "report")
"""The commands, as they are listed."""

_FINE, _FALLS_SHORT, _WRONG_USE, _OWN_BUG = 0, 1, 2, 3
# What a shell gives for a program that the signals of a closed pipe and of Ctrl-C have ended.
_READER_GONE, _STOPPED = 141, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: 0 fine, 1 falls short, 2 wrong use, 3 a bug of ours."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    console = Console.of_process(_language(given))
    try:
        status = _guarded(given, console)
        console.flush()
    except BrokenPipeError:
        status = _READER_GONE
    except OSError as error:
        console.complain(console.word("cannot_write", reason=console.reason(error)))
        status = _WRONG_USE
    else:
        return status
    # Keep Python from writing once more, on its way out, to what takes nothing.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _run(arguments: Sequence[str], console: Console) -> int:
    options = parsed(arguments)
    match options.command:
        case "demo":
            from criteria_engine.cli.tour import run_tour as run
        case "check":
            from criteria_engine.cli.check import run_check as run
        case "test":
            from criteria_engine.cli.check import run_test as run
        case "evaluate":
            from criteria_engine.cli.evaluate import run_evaluate as run
        case "explain":
            from criteria_engine.cli.evaluate import run_explain as run
        case "project":
            from criteria_engine.cli.project import run_project as run
        case "report":
            from criteria_engine.cli.project import run_report as run
        case _:
            console.complain(console.speaker.text("help_"))
            return _WRONG_USE
    return run(options, console)


def _guarded(arguments: Sequence[str], console: Console) -> int:
    """The exit status of a run; only trouble with the output itself goes on."""
    try:
        return _run(arguments, console)
    except _HelpWanted as asked:
        console.give(console.speaker.text(f"help_{asked.command}"))
        return _FINE
    except _WrongUse as error:
        console.complain(f"{error.program}: {_in_words(error.message, console)}")
        console.complain(console.word("use_help", program=error.program))
        return _WRONG_USE
    except ce.CriteriaError as error:
        from criteria_engine.cli.terminal import UNUSABLE

        console.complain_of(error.diagnostics)
        stands_in_the_way = any(diagnostic.code in UNUSABLE for diagnostic in error.diagnostics)
        return _WRONG_USE if stands_in_the_way else _FALLS_SHORT
    except KeyboardInterrupt:
        console.complain(console.word("stopped"))
        return _STOPPED
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a sentence
        console.complain(console.word("bug", kind=type(error).__name__))
        if os.environ.get("CRITERIA_DEBUG"):
            import traceback

            console.complain(traceback.format_exc())
        return _OWN_BUG


_LANGUAGES = ("vi", "en")


class _WrongUse(Exception):
    """A command that is not written correctly; ``program`` is the command whose help to read."""

    def __init__(self, program: str, message: str) -> None:
        super().__init__(message)
        self.program = program
        self.message = message


class _HelpWanted(Exception):
    """``--help`` was asked for, of the whole (``""``) or of a command."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _WrongUse(self.prog, message)


class _Help(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        raise _HelpWanted(parser.prog.partition(" ")[2])


def _language(arguments: Sequence[str]) -> str:
    """The language asked for, as far as one can tell before the arguments are read."""
    lang = os.environ.get("CRITERIA_LANG", "").lower()[:2]
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        option, _, value = argument.partition("=")
        if option == "--lang":
            asked = value or "".join(arguments[position + 1 : position + 2])
            lang = asked if asked in _LANGUAGES else lang
    return "en" if lang == "en" else "vi"


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, ``command`` among them (None where there is none)."""
    parser = _Parser(prog="criteria", add_help=False, allow_abbrev=False)
    _add_common(parser)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    commands = {name: subparsers.add_parser(name, add_help=False, allow_abbrev=False) for name in COMMANDS}
    for command in commands.values():
        _add_common(command)
    _add_files(commands["check"], ("text", "github", "sarif", "json"))
    _add_files(commands["test"], ("text", "junit", "json"))
    _add_data(commands["evaluate"], ("text", "csv", "json", "jsonl", "parquet"))
    commands["evaluate"].add_argument("--detail", action="store_true")
    _add_data(commands["explain"], ("text", "markdown", "html", "json"))
    commands["explain"].add_argument("--subject", required=True)
    _add_plan(commands["project"], ("text", "csv", "json"))
    commands["project"].add_argument("--on")
    _add_plan(commands["report"], ("markdown", "html", "json"))
    _add_report(commands["report"])
    options, left = parser.parse_known_args(list(arguments))
    if left:
        program = "criteria" if options.command is None else f"criteria {options.command}"
        raise _WrongUse(program, f"unrecognized arguments: {' '.join(left)}")
    for name in ("subject", "subject_column"):
        if getattr(options, name, None) is not None:
            setattr(options, name, _typed(getattr(options, name)))
    return options


def _typed(text: str) -> str:
    """A name as it was typed: terminals send UTF-8, also where the locale knows letters of English only."""
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        return text


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", nargs=0, action=_Help, default=argparse.SUPPRESS)
    parser.add_argument("--lang", choices=_LANGUAGES, default=argparse.SUPPRESS)


def _add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--format", choices=formats)


def _add_files(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--format", choices=formats, default="text")
    parser.add_argument("--library", metavar="FOLDER")


def _add_data(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("ruleset", metavar="RULESET")
    parser.add_argument("data", metavar="DATA")
    _add_output(parser, formats)
    parser.add_argument("--library", metavar="FOLDER")
    parser.add_argument("--subject-column", default="subject")
    parser.add_argument("--on")
    parser.add_argument("--numbers", choices=_LANGUAGES, default="vi")


def _add_plan(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("plan", metavar="PLAN")
    parser.add_argument("data", metavar="DATA", nargs="?")
    _add_output(parser, formats)
    parser.add_argument("--method", choices=("hazard", "arithmetic"), default="hazard")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--confidence", default="80%")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", dest="on", required=True)
    parser.add_argument("--since")
    parser.add_argument("--kind", choices=("half_year", "year", "review"))
    parser.add_argument("--assessments", nargs=2, metavar=("RULESET", "DATA"))
    parser.add_argument("--assumed", action="store_true")
    parser.add_argument("--done", action="append")


# What argparse says in English, and the key of the sentence that says it in the language of the user.
_TRANSLATED = (
    (r"the following arguments are required: (?P<what>.*)", "need"),
    (r"unrecognized arguments: (?P<what>.*)", "unknown_arguments"),
    (r"argument (?P<what>.*?): invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)", "bad_choice"),
    (r"argument (?P<what>.*?): expected .*argument.*", "need_value"),
    (r"argument (?P<what>.*?): ignored explicit argument.*", "no_value"),
)


def _in_words(message: str, console: Console) -> str:
    """What argparse found wrong, in the language of the console."""
    for pattern, key in _TRANSLATED:
        match = re.fullmatch(pattern, message)
        if match is None:
            continue
        details = {name: text.replace("'", "") for name, text in match.groupdict().items()}
        operands = (console.speaker.text(f"operand_{name}", name) for name in details["what"].split(", "))
        details["what"] = ", ".join(operands)
        sentence = console.word(key, **details)
        if "choices" in details:
            from difflib import get_close_matches

            for nearest in get_close_matches(details["value"], details["choices"].split(", "), 1):
                return console.word("did_you_mean", message=sentence, nearest=nearest)
        return sentence
    return console.word("bad_use", what=message)
