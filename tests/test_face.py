"""The face: every promised name is there, and the stub for type checkers says the same."""

from __future__ import annotations

import ast
import importlib.util
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import criteria_engine as ce

STUB = Path(ce.__file__).with_suffix(".pyi")
WRITER = Path(__file__).resolve().parent.parent / "tools" / "write_pages.py"


def test_the_stub_is_up_to_date() -> None:
    """The stub is what the table of public names gives, and imports each name from where it is loaded."""
    spec = importlib.util.spec_from_file_location("write_pages", WRITER)
    assert spec is not None
    assert spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    assert STUB.read_text(encoding="utf-8") == writer.stub(), "run: make pages"
    homes = {}
    for statement in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom):
            homes.update({alias.name: statement.module for alias in statement.names})
    assert sorted(homes) == sorted(ce.__all__)
    for name, home in homes.items():
        assert getattr(ce, name) is getattr(__import__(str(home), fromlist=[name]), name)


def test_help_begins_with_every_public_name() -> None:
    """The docstring names each public name once, with a few words; pydoc shows it first."""
    assert ce.__doc__ is not None
    listed = re.findall(r"^    (\w+) {2,}\S", ce.__doc__, flags=re.MULTILINE)
    assert sorted(listed) == sorted(ce.__all__)
    page = pydoc.plain(pydoc.render_doc(ce)).splitlines()
    assert page.index("PACKAGE CONTENTS") < 200


def test_unknown_names_are_refused() -> None:
    """What is not promised is not there."""
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        getattr(ce, "laod")  # noqa: B009 - the name is wrong on purpose
    assert dir(ce) == sorted(ce.__all__)
    assert ce.__version__[0].isdigit()


def test_a_result_shows_what_is_for_users() -> None:
    """``dir(result)`` lists the contract of the library, and no more."""
    text = 'criteria_engine: 1\nid: a.b\nversion: "1"\ninputs: {x: boolean}\ncriteria: {c: {test: x}}\n'
    result = ce.loads(text).evaluate({"x": True})
    judged = {"level", "decided", "possible_levels", "referred", "may_be_referred", "level_title", "status"}
    measured = {"score", "max_score", "criteria", "values", "missing"}
    said = {"explain", "to_dict"}
    given = {"ruleset", "subject", "on", "given", "evidence", "titles"}
    shown = {name for name in dir(result) if not name.startswith("_")}
    assert shown == judged | measured | said | given
    below = {"id", "path", "status", "score", "max_score", "blocked_by", "items", "missing", "criteria"}
    below |= {"level", "possible_levels"}
    assert {name for name in dir(result.criteria["c"]) if not name.startswith("_")} == below


def test_import_is_quiet() -> None:
    """Importing, and loading every name, prints nothing and brings in attrs and yaml alone."""
    code = (
        "import sys; before = set(sys.modules); import criteria_engine as ce\n"
        "for name in ce.__all__: getattr(ce, name)\n"
        "roots = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "print(sorted(root for root in roots if root not in ('cython_runtime',) and not root.startswith('_')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['attr', 'attrs', 'criteria_engine', 'yaml']"
    assert done.stderr == ""


def _loaded_by(program: str) -> set[str]:
    """The modules that a fresh process holds at the end of a program."""
    shown = f"{program}\nimport sys; print('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", shown], check=True, capture_output=True, encoding="utf-8", timeout=60
    )
    return set(done.stdout.splitlines()[-1].split())


def _ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("criteria_engine.") for name in modules if name.startswith("criteria_engine")}


def test_a_first_verdict_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text(
        "criteria_engine: 1\nid: a.b\nversion: '1'\ninputs: {x: integer}\n"
        "criteria:\n  c: {points: 2, test: x > 3}\nlevels: {good: {when: score() >= 1}}\n",
        encoding="utf-8",
    )
    loaded = _loaded_by(f"import criteria_engine as ce; ce.load({str(file)!r}).evaluate({{}}).level")
    ours = _ours(loaded)
    assert len(ours) <= 60, sorted(ours)
    assert not {name for name in ours if name.partition(".")[0] in {"tables", "explanation", "plans", "cli"}}
    assert not loaded & {"argparse", "csv", "difflib", "hashlib", "json", "pathlib", "tempfile"}


def test_help_loads_no_engine() -> None:
    loaded = _loaded_by("from criteria_engine.cli import main; assert main(['--help']) == 0")
    assert not loaded & {"yaml", "attr", "attrs"}
    rooms = {name.partition(".")[0] for name in _ours(loaded)}
    assert not rooms & {"compiler", "core", "files", "rules", "ruleset"}, sorted(rooms)
