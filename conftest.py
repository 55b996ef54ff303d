"""Runs the examples of README.md and docs/: what a page says that a program prints, it must print.

- `csv`: a table, written under the name in its first line.
- `yaml`: a ruleset, or a plan. A first line `# NAME.yaml` also writes it, so that later examples may name it.
  A page may begin with a frame, a whole file; a later block that has no `criteria_engine:` is read as
  the frame with its own keys in place of those of the frame.
- `python` and `sh`: run, in the page's own folder; a line `$ …` of `sh` is one command.
- `text`: what the block before it printed, to the letter.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

Namespace = dict[str, Any]
_FILE_NAME = re.compile(r"# (\S+\.(?:yaml|csv))\n")
_PYTHON = PythonEvaluator()


def _make_folder(namespace: Namespace) -> None:
    namespace["folder"] = tempfile.TemporaryDirectory()
    # the shipped rulesets lie where a clone has them
    (Path(namespace["folder"].name) / "rulesets").symlink_to(Path(__file__).resolve().parent / "rulesets")


def _remove_folder(namespace: Namespace) -> None:
    namespace["folder"].cleanup()


@contextlib.contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _parts(text: str) -> dict[str, str]:
    """The top-level keys of a YAML text, each with its lines."""
    pieces = re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE)
    return {piece.partition(":")[0]: piece for piece in pieces if not piece.startswith("#") and piece.strip()}


def _read_ruleset(example: Example) -> None:
    import criteria_engine as ce  # noqa: PLC0415 - so that pages are collected even where it can't be imported

    text, namespace = example.parsed, example.namespace
    if "\nplan:" in text:
        ce.load_plan(_written(example))
        return
    if "\ncriteria_engine:" in f"\n{text}":
        namespace.setdefault("frame", text)
    else:
        text = "".join(({**_parts(namespace["frame"]), **_parts(text)}).values())
    name = _FILE_NAME.match(text)
    if name:
        (Path(namespace["folder"].name) / name[1]).write_text(text, encoding="utf-8")
    ce.loads(text, name=f"{Path(example.path).name}:{example.line}")


def _written(example: Example) -> Path:
    """The file that a block is, under the name in its first line."""
    name = _FILE_NAME.match(example.parsed)
    assert name, f"{example.path}:{example.line}: this block needs a first line with its name"
    path = Path(example.namespace["folder"].name) / name[1]
    text = example.parsed if path.suffix == ".yaml" else example.parsed[name.end() :]
    path.write_text(text, encoding="utf-8")
    return path


def _write_table(example: Example) -> None:
    _written(example)


def _run_python(example: Example) -> None:
    printed = io.StringIO()
    with _inside(example.namespace["folder"].name), contextlib.redirect_stdout(printed):
        _PYTHON(example)
    example.namespace["printed"] = printed.getvalue()


def _run_commands(example: Example) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    commands = [line.removeprefix("$ ") for line in example.parsed.splitlines() if line.startswith("$ ")]
    printed = ""
    for command in commands:
        done = subprocess.run(  # noqa: S602 - the commands are our own pages'
            command,
            shell=True,
            check=False,
            capture_output=True,
            cwd=example.namespace["folder"].name,
            encoding="utf-8",
            env=environment,
        )
        fine = done.returncode in (0, 1) and "Traceback" not in done.stderr
        assert fine, f"`{command}` ended with {done.returncode}:\n{done.stderr}"
        printed += done.stdout
    example.namespace["printed"] = printed


def _compare(example: Example) -> None:
    printed = example.namespace.get("printed", "")
    assert example.parsed.strip() == printed.strip(), (
        f"the page shows this, but what was printed is:\n{printed}"
    )


pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser("csv", _write_table),
        CodeBlockParser("yaml", _read_ruleset),
        CodeBlockParser("python", _run_python),
        CodeBlockParser("sh", _run_commands),
        CodeBlockParser("text", _compare),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md"],
    setup=_make_folder,
    teardown=_remove_folder,
).pytest()
