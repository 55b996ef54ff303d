"""Types as users see them: mypy and pyright, both strict, on what tests/typing/ writes."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests" / "typing"


def mypy(_: Path) -> str:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-pretty",
        *map(str, sorted(SAMPLES.glob("*.py"))),
    ]
    return _output(command, {"MYPYPATH": str(ROOT / "src")})


def pyright(folder: Path) -> str:
    settings = {"typeCheckingMode": "strict", "include": [str(SAMPLES)], "extraPaths": [str(ROOT / "src")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "-p", str(folder)]
    return _output(command, {})


def _output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", cwd=ROOT, env=os.environ | environment
    )
    assert done.returncode == 1, done.stdout + done.stderr  # there are errors, and only errors of types
    return done.stdout


@pytest.mark.parametrize(
    ("checker", "package"), [(mypy, "mypy"), (pyright, "basedpyright")], ids=["mypy", "pyright"]
)
def test_users_need_no_cast(checker: object, package: str, tmp_path: Path) -> None:
    """The sample has no error, and every wrong line of the other file has one."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed; `make check` installs it")
    assert callable(checker)
    told = checker(tmp_path)
    errors = set(re.findall(r"(\w+)\.py:(\d+)(?::\d+)?(?: -|:) error", told))
    lines = (SAMPLES / "refused.py").read_text(encoding="utf-8").splitlines()
    wrong = {("refused", str(at)) for at, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert errors == wrong, told
