"""A program that reads, judges, explains and writes hostile things while it is watched.

It is started by ``test_hostile`` with little memory; it prints one JSON object: what failed, how long
the slowest took, how much memory was used, and what was opened, imported or run meanwhile.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MEBIBYTE = 2**20
GENERATED = "<criteria_engine>"

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "urllib.",
    "ctypes.",
    "pty.",
    "webbrowser.",
    "winreg.",
)
HARMLESS = frozenset({"os.fspath", "os.listdir", "os.scandir", "os.putenv"})


def _peak() -> float:
    """The most memory this program has held, in MB.

    Not ``ru_maxrss``: that remembers the process that started it, which may be far larger.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return float(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def watch(found: list[str], allowed: Callable[[str], bool]) -> None:
    """Note from now on every event that reading and judging must not cause."""

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else ""
            writes = isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
            if writes or not allowed(str(path)):
                found.append(f"open {arguments[:2]}")
        elif event == "import":
            if str(arguments[0]).partition(".")[0] not in sys.stdlib_module_names:
                found.append(f"import {arguments[0]}")
        elif event == "compile":
            source, name = arguments
            # ast.parse gives a text the name <unknown>, Python gives a tree none
            is_fine = name == "<unknown>" or (isinstance(source, ast.AST) and name in (None, GENERATED))
            if not is_fine:
                found.append(f"compile {type(source).__name__} {name}")
        elif event == "exec":
            if arguments[0].co_filename != GENERATED:
                found.append(f"exec {arguments[0].co_filename}")
        elif event.startswith(FORBIDDEN) and event not in HARMLESS:
            found.append(event)

    sys.addaudithook(look)


def limit_memory(mebibytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MEBIBYTE, mebibytes * MEBIBYTE))


def main(what: str) -> None:
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    import hostile_corpus
    import hostile_uses

    jobs = hostile_uses.jobs(what, hostile_corpus)
    hostile_uses.warm_up(hostile_corpus)
    found: list[str] = []
    failed: list[str] = []
    slowest: tuple[float, str] = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs:
            job.prepare(Path(folder))
        limit_memory(300)
        named = {str(job.file(Path(folder))) for job in jobs}
        watch(found, lambda path: path in named or f"{path.removesuffix('.tests.yaml')}.yaml" in named)
        watching = len(found)
        for job in jobs:
            started = time.process_time()
            try:
                job.run(Path(folder))
            except Exception:  # noqa: BLE001 - this is what is looked for
                failed.append(f"{job.name}: {traceback.format_exc(limit=-3)}")
            slowest = max(slowest, (time.process_time() - started, job.name))
        events = found[watching:]
        with contextlib.suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    peak = int(_peak())
    report = {"failed": failed, "slowest": slowest, "peak": peak, "events": events, "jobs": len(jobs)}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
