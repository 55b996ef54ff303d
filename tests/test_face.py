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
