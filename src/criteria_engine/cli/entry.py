"""From arguments to an exit status; whatever goes wrong is said in words."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from criteria_engine import CriteriaError
from criteria_engine.cli import checking, evaluating, explaining, projecting, reporting, testing, touring
from criteria_engine.cli.arguments import HelpWanted, WrongUse, language_of, parsed
from criteria_engine.cli.console import Console
from criteria_engine.cli.guide import GUIDES
from criteria_engine.cli.output import UNREADABLE, Unusable

__all__ = ["main"]

FINE, FALLS_SHORT, WRONG_USE, OWN_BUG = 0, 1, 2, 3
# What a shell gives for a program that the signals of a closed pipe and of Ctrl-C have ended.
_READER_GONE, _STOPPED = 141, 130

_RUN = {
    "demo": touring.run,
    "check": checking.run,
    "test": testing.run,
    "evaluate": evaluating.run,
    "explain": explaining.run,
    "project": projecting.run,
    "report": reporting.run,
}


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
        console.complain(GUIDES[console.lang][""])
        return WRONG_USE
    return _RUN[options.command](options, console)


def _guarded(run: Callable[[], int], console: Console) -> int:
    """The exit status of a run; only trouble with the output itself goes on."""
    try:
        return run()
    except HelpWanted as asked:
        console.give(GUIDES[console.lang][asked.command])
        return FINE
    except WrongUse as error:
        console.complain(f"{error.program}: {error.in_words(console)}")
        console.complain(console.word("use_help", program=error.program))
        return WRONG_USE
    except CriteriaError as error:
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
            console.complain(traceback.format_exc())
        return OWN_BUG


def _let_go_of_output() -> None:
    """Keep Python from writing once more, on its way out, to what takes nothing."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
