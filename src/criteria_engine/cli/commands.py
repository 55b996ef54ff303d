"""From arguments to an exit status; whatever goes wrong is said in words."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import criteria_engine as ce
from criteria_engine.cli.terminal import Console

__all__ = [
    "COMMANDS",
    "HelpWanted",
    "WrongUse",
    "language_of",
    "main",
    "parsed",
]


# ---- the commands and their options; what is wrong with them is said in the language of the user ---

COMMANDS = ("demo", "check", "test", "evaluate", "explain", "project", "report")
"""The commands, as they are listed."""

_LANGUAGES = ("vi", "en")
_TRANSLATED = (
    (re.compile(r"the following arguments are required: (?P<what>.*)"), "need"),
    (re.compile(r"unrecognized arguments: (?P<what>.*)"), "unknown_arguments"),
    (
        re.compile(r"argument (?P<what>.*?): invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)"),
        "bad_choice",
    ),
    (re.compile(r"argument (?P<what>.*?): expected .*argument.*"), "need_value"),
    (re.compile(r"argument (?P<what>.*?): ignored explicit argument.*"), "no_value"),
)


class WrongUse(Exception):
    """A command that is not written correctly; ``program`` is the command whose help to read."""

    def __init__(self, program: str, message: str) -> None:
        super().__init__(message)
        self.program = program
        self.message = message

    def in_words(self, console: Console) -> str:
        """What is wrong, in the language of the console."""
        for pattern, key in _TRANSLATED:
            found = pattern.fullmatch(self.message)
            if found:
                details = {name: text.replace("'", "") for name, text in found.groupdict().items()}
                details["what"] = ", ".join(console.operand(name) for name in details["what"].split(", "))
                return _with_nearest(console, console.word(key, **details), details)
        return console.word("bad_use", what=self.message)


def _with_nearest(console: Console, message: str, details: dict[str, str]) -> str:
    from difflib import get_close_matches

    near = []
    if "choices" in details:
        near = get_close_matches(details["value"], details["choices"].split(", "), 1)
    return console.word("did_you_mean", message=message, nearest=near[0]) if near else message


class HelpWanted(Exception):
    """``--help`` was asked for, of the whole (``""``) or of a command."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUse(self.prog, message)


class _Help(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        raise HelpWanted(parser.prog.partition(" ")[2])


def language_of(arguments: Sequence[str]) -> str:
    """The language asked for, as far as one can tell before the arguments are read."""
    wanted = os.environ.get("CRITERIA_LANG", "").lower()[:2]
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        option, _, value = argument.partition("=")
        if option == "--lang":
            asked = value or "".join(arguments[place + 1 : place + 2])
            wanted = asked if asked in _LANGUAGES else wanted
    return "en" if wanted == "en" else "vi"


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, ``command`` among them (None where there is none)."""
    parser = _Parser(prog="criteria", add_help=False, allow_abbrev=False)
    _add_common(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    made = {name: commands.add_parser(name, add_help=False, allow_abbrev=False) for name in COMMANDS}
    for each in made.values():
        _add_common(each)
    for name, formats in (
        ("check", ("text", "github", "sarif", "json")),
        ("test", ("text", "junit", "json")),
    ):
        made[name].add_argument("files", nargs="+", metavar="FILE")
        made[name].add_argument("--format", choices=formats, default="text")
        made[name].add_argument("--library", metavar="FOLDER")
    _add_data(made["evaluate"], ("text", "csv", "json", "jsonl", "parquet"))
    made["evaluate"].add_argument("--detail", action="store_true")
    _add_data(made["explain"], ("text", "markdown", "html", "json"))
    made["explain"].add_argument("--subject", required=True)
    _add_project(made["project"])
    _add_report(made["report"])
    options, left = parser.parse_known_args(list(arguments))
    if left:
        program = "criteria" if options.command is None else f"criteria {options.command}"
        raise WrongUse(program, f"unrecognized arguments: {' '.join(left)}")
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


def _add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN")
    parser.add_argument("data", metavar="DATA", nargs="?")
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--format", choices=("text", "csv", "json"))
    parser.add_argument("--on")
    _add_outlook(parser)


def _add_outlook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--method", choices=("hazard", "arithmetic"), default="hazard")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--confidence", default="80%")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN")
    parser.add_argument("data", metavar="DATA", nargs="?")
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--format", choices=("markdown", "html", "json"))
    parser.add_argument("--as-of", dest="on", required=True)
    parser.add_argument("--since")
    parser.add_argument("--kind", choices=("half_year", "year", "review"))
    parser.add_argument("--assessments", nargs=2, metavar=("RULESET", "DATA"))
    parser.add_argument("--assumed", action="store_true")
    parser.add_argument("--done", action="append")
    _add_outlook(parser)


def _add_data(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("ruleset", metavar="RULESET")
    parser.add_argument("data", metavar="DATA")
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--library", metavar="FOLDER")
    parser.add_argument("--format", choices=formats)
    parser.add_argument("--subject-column", default="subject")
    parser.add_argument("--on")
    parser.add_argument("--numbers", choices=_LANGUAGES, default="vi")


FINE, FALLS_SHORT, WRONG_USE, OWN_BUG = 0, 1, 2, 3
# What a shell gives for a program that the signals of a closed pipe and of Ctrl-C have ended.
_READER_GONE, _STOPPED = 141, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: 0 fine, 1 falls short, 2 wrong use, 3 a bug of ours."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    console = Console.of_process(language_of(given))
    try:
        status = _guarded(lambda: _run(given, console), console)
        console.flush()
    except BrokenPipeError:
        status = _READER_GONE
    except OSError as error:
        console.complain(console.word("cannot_write", reason=console.reason(error)))
        status = WRONG_USE
    else:
        return status
    _let_go_of_output()
    return status


def _run(given: Sequence[str], console: Console) -> int:
    options = parsed(given)
    if options.command is None:
        console.complain(console.speaker.text("help_"))
        return WRONG_USE
    return _run_command(options, console)


def _run_command(options: argparse.Namespace, console: Console) -> int:
    """Run a command out of its own file: a command loads no more than it needs."""
    match options.command:
        case "demo":
            from criteria_engine.cli.tour import run_tour

            return run_tour(options, console)
        case "check":
            from criteria_engine.cli.check import run_check

            return run_check(options, console)
        case "test":
            from criteria_engine.cli.test import run_test

            return run_test(options, console)
        case "evaluate":
            from criteria_engine.cli.evaluate import run_evaluate

            return run_evaluate(options, console)
        case "explain":
            from criteria_engine.cli.evaluate import run_explain

            return run_explain(options, console)
        case "project":
            from criteria_engine.cli.project import run_project

            return run_project(options, console)
        case _:
            from criteria_engine.cli.project import run_report

            return run_report(options, console)


def _guarded(run: Callable[[], int], console: Console) -> int:
    """The exit status of a run; only trouble with the output itself goes on."""
    try:
        return run()
    except HelpWanted as asked:
        console.give(console.speaker.text(f"help_{asked.command}"))
        return FINE
    except WrongUse as error:
        console.complain(f"{error.program}: {error.in_words(console)}")
        console.complain(console.word("use_help", program=error.program))
        return WRONG_USE
    except ce.CriteriaError as error:
        from criteria_engine.cli.output import UNREADABLE, Unusable

        console.complain_of(error.diagnostics)
        unusable = isinstance(error, Unusable) or any(each.code in UNREADABLE for each in error.diagnostics)
        return WRONG_USE if unusable else FALLS_SHORT
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
        return OWN_BUG


def _let_go_of_output() -> None:
    """Keep Python from writing once more, on its way out, to what takes nothing."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
