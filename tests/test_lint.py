"""``check``: errors without raising, and warnings at the right key, with none for what is well."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from criteria_engine import Diagnostic, check, load
from criteria_engine.messages.speaker import sentences

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = sorted(
    path for path in (ROOT / "rulesets").rglob("*.yaml") if not path.name.endswith(".tests.yaml")
)

HEAD = """\
criteria_engine: 1
id: vn.example.set
version: "1"
inputs: {a: {type: boolean}, n: {type: integer, range: [0, 10]}, c: {type: choice, choices: [x, y]}}
"""


def found(folder: Path, text: str, tests: str | None = None) -> list[Diagnostic]:
    path = folder / "set.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    if tests is not None:
        (folder / "set.tests.yaml").write_text(tests, encoding="utf-8")
    return check(path, lang="en")


def warning(folder: Path, text: str, code: str) -> Diagnostic | None:
    """The one warning of that code, if there is one."""
    listed = [each for each in found(folder, text) if each.code == code]
    assert all(each.severity == "warning" for each in listed)
    assert len(listed) <= 1
    return listed[0] if listed else None


def marked(diagnostic: Diagnostic) -> str:
    assert diagnostic.source is not None
    assert diagnostic.column is not None
    return diagnostic.source[diagnostic.column - 1 : diagnostic.column - 1 + diagnostic.width]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rulesets_are_well(path: Path) -> None:
    assert [str(each) for each in check(path)] == []


# Warnings: what to write after HEAD, the code, what is marked; then the same mended.
WARNINGS = [
    ("status: official\ncriteria: {k: {test: a}}\n", "CE701", "official"),
    ("status: adapted\ncriteria: {k: {test: a}}\n", "CE702", "adapted"),
    (
        "criteria: {k: {points: 9, bands: {of: n, steps: [{at_least: 5, points: 7}, {otherwise: 0}]}}}\n",
        "CE706",
        "9",
    ),
    ("criteria: {k: {points: 9, choose: {of: c, points: {x: 7, y: 0}}}}\n", "CE706", "9"),
    ("criteria: {k: {points: 9, table: {rows: [{when: a, points: 4}]}}}\n", "CE706", "9"),
    (
        "criteria: {k: {points: 9, deduct: [{when: a, minus: 3}, {each: n, minus: 1, at_most: 4}]}}\n",
        "CE707",
        "deduct",
    ),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {low: {when: score() >= 1}, high: {when: score() >= 2}}\n",
        "CE708",
        "high",
    ),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {low: {when: score > 1}, high: {when: 2 <= score()}}\n",
        "CE708",
        "high",
    ),
    (
        (
            "parameters: {p: 1, q: 2}\ncriteria: {k: {points: 9, test: a}}\n"
            "levels: {low: {when: score() >= p, each: 50%}, high: {when: score() >= q, each: 60%}}\n"
        ),
        "CE708",
        "high",
    ),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {low: {when: n < 9}, high: {when: n < 5}}\n",
        "CE708",
        "high",
    ),
    ("criteria: {k: {test: a and n > 1}}\n", "CE709", "c"),
    ("parameters: {p: 1}\ncriteria: {k: {test: a}}\n", "CE710", "1"),
    ("define: {d: n + 1}\ncriteria: {k: {test: a}}\n", "CE711", "n + 1"),
    (
        "legal_basis: [{document: 12/QĐ}]\naliases: [12-QĐ, 12/qđ]\ncriteria: {k: {test: a}}\n",
        "CE712",
        "12/qđ",
    ),
    (
        (
            "criteria: {k: {test: a}}\n"
            'levels: {good: {when: "percent(score(), max_score()) >= 60", each: 60%}}\n'
        ),
        "CE713",
        "60%",
    ),
    (
        "criteria: {k: {points: 10, test: a}}\nlevels: {good: {when: score() >= 5, each: 60%}}\n",
        "CE713",
        "60%",
    ),
    ("criteria: {k: {test: a, due: 2024-06-30}}\n", "CE714", "2024-06-30"),
]

# The like of them, in which nothing is to be said.
SILENT = [
    ("status: illustrative\ncriteria: {k: {test: a}}\n", "CE701"),
    ("status: adapted\nlegal_basis: [12/QĐ]\ncriteria: {k: {test: a}}\n", "CE702"),
    ("criteria: {k: {points: 7, choose: {of: c, points: {x: 7, y: 0}}}}\n", "CE706"),
    ("criteria: {k: {choose: {of: c, points: {x: 7, y: 0}}}}\n", "CE706"),
    ("criteria: {k: {points: 9, choose: {of: c, points: {x: n, y: 0}}}}\n", "CE706"),
    ("criteria: {k: {points: 7, deduct: [{when: a, minus: 3}, {each: n, minus: 1, at_most: 4}]}}\n", "CE707"),
    ("criteria: {k: {points: 9, deduct: [{when: a, minus: 3}, {each: n, minus: 1}]}}\n", "CE707"),
    ("criteria: {k: {points: 9, least: 2, deduct: [{when: a, minus: 7}]}}\n", "CE707"),
    ("criteria: {k: {points: 9, deduct: [{when: a, minus: n}]}}\n", "CE707"),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {high: {when: score() >= 2}, low: {when: score() >= 1}}\n",
        "CE708",
    ),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {low: {when: score() >= 1, each: 50%}, high: {when: score() >= 2}}\n",
        "CE708",
    ),
    (
        (
            "criteria: {k: {points: 9, test: a}}\n"
            "levels: {low: {when: score() >= 1, requires: [a]}, high: {when: score() >= 2}}\n"
        ),
        "CE708",
    ),
    (
        (
            "criteria: {k: {points: 9, test: a}}\n"
            "levels: {low: {when: score() >= 1, floors: {k: 90%}}, high: {when: score() >= 2}}\n"
        ),
        "CE708",
    ),
    (
        "criteria: {k: {points: 9, test: a}}\nlevels: {low: {when: n > 3}, high: {when: score() > 5}}\n",
        "CE708",
    ),
    ("parameters: {p: {by: c, values: {x: 1, y: 2}}}\ncriteria: {k: {test: n > p and a}}\n", "CE709"),
    ("parameters: {p: 1}\ncriteria: {k: {test: n > p}}\n", "CE710"),
    ("define: {d: n + 1}\ncriteria: {k: {test: d > 3}}\n", "CE711"),
    (
        "define: {d: {bands: {of: n, steps: [{at_least: 1, gives: 2}, {otherwise: 0}]}}}\ncriteria: {k: {test: d > 3 and a and c == 'x'}}\n",
        "CE709",
    ),
    (
        'criteria: {k: {test: a}}\nlevels: {good: {when: "percent(score(), max_score()) >= 80", each: 60%}}\n',
        "CE713",
    ),
    ("owner: Sở\ncriteria: {k: {test: a, due: 2024-06-30}}\n", "CE714"),
    ("criteria: {g: {owner: Sở, criteria: {k: {test: a, due: 2024-06-30}}}}\n", "CE714"),
]


@pytest.mark.parametrize(("text", "code", "place"), WARNINGS)
def test_warnings_stand_at_their_key(tmp_path: Path, text: str, code: str, place: str) -> None:
    given = warning(tmp_path, text, code)
    assert given is not None
    assert marked(given) == place
    assert given.file is not None
    assert load(tmp_path / "set.yaml").id == "vn.example.set"


@pytest.mark.parametrize(("text", "code"), SILENT)
def test_nothing_is_said_of_what_is_well(tmp_path: Path, text: str, code: str) -> None:
    assert warning(tmp_path, text, code) is None
    assert not [each for each in check(tmp_path / "set.yaml") if each.severity == "error"]


GROUP = "criteria: {g: {criteria: {k: {test: a}, m: {test: n > 3}}}, o: {test: c == 'x'}}\n"


def test_criteria_that_no_test_decides_meets_or_fails(tmp_path: Path) -> None:
    tests = """\
ruleset: set.yaml
tests:
  - {name: one, values: {a: true, n: 5}, expect: {criteria: {k: met}}}
  - {name: two, values: {a: false, n: 5}, expect: {criteria: {k: not_met}}}
"""
    listed = found(tmp_path, GROUP, tests)
    assert [(each.code, each.details["name"]) for each in listed] == [("CE704", "g.m"), ("CE705", "o")]
    assert [marked(each) for each in listed] == ["m", "o"]
    assert [each.line for each in listed] == [5, 5]


def test_one_failing_test_is_no_matter_of_check(tmp_path: Path) -> None:
    tests = "ruleset: set.yaml\ntests: [{name: wrong, values: {a: true}, expect: {criteria: {k: not_met}}}]\n"
    assert {
        each.code for each in found(tmp_path, "criteria: {k: {test: a and n > 1 and c == 'x'}}\n", tests)
    } == {"CE705"}


def test_the_form_of_tests_is_checked_in_both_files(tmp_path: Path) -> None:
    text = (
        "criteria: {k: {test: a}}\ntests:\n  - {name: here, values: {a: có}, expect: {criteria: {k: met}}}\n"
    )
    tests = "ruleset: set.yaml\ntests:\n  - {name: there, values: {b: true}, expect: {criteria: {k: met}}}\n"
    listed = found(tmp_path, text, tests)
    assert [(each.code, Path(each.file or "").name, each.line) for each in listed] == [
        ("CE106", "set.yaml", 7),
        ("CE551", "set.tests.yaml", 3),
    ]


def test_a_test_that_expects_nothing_and_a_file_without_tests(tmp_path: Path) -> None:
    text = "criteria: {k: {test: a and n > 1 and c == 'x'}}\n"
    listed = found(tmp_path, text, "ruleset: set.yaml\ntests:\n  - {name: idle, values: {a: false}}\n")
    assert ("CE625", "warning", 3) in [(each.code, each.severity, each.line) for each in listed]
    listed = found(tmp_path, text, "ruleset: set.yaml\ntests: []\n")
    assert [(each.code, each.severity) for each in listed] == [("CE627", "warning")]


def test_history_and_titles_are_looked_at_in_either_file(tmp_path: Path) -> None:
    line = "{name: h, history: [{b: true}], values: {a: true}, expect: {criteria: {k: met}}}"
    listed = found(tmp_path, f"criteria: {{k: {{test: a}}}}\ntests: [{line}]\n")
    assert [(each.code, marked(each)) for each in listed] == [("CE551", "b")]
    listed = found(tmp_path, "criteria: {k: {test: a}}\n", f"ruleset: set.yaml\ntests: [{line}]\n")
    assert [(each.code, marked(each)) for each in listed] == [("CE551", "b")]


def test_nothing_is_raised(tmp_path: Path) -> None:
    missing = check(tmp_path / "none.yaml")
    assert [each.code for each in missing] == ["CE001"]
    assert [each.code for each in check(tmp_path)] == ["CE001"]
    (tmp_path / "bomb.yaml").write_bytes(b"a: &a [1]\nb: [*a, *a]\n\x00")
    (tmp_path / "list.yaml").write_text("- 1\n")
    several = check([tmp_path / "bomb.yaml", str(tmp_path / "list.yaml"), tmp_path / "none.yaml"])
    assert {Path(each.file or "").name for each in several} == {"bomb.yaml", "list.yaml", "none.yaml"}
    assert all(each.severity == "error" for each in several)


def test_errors_come_without_warnings(tmp_path: Path) -> None:
    listed = found(tmp_path, "status: official\nparameters: {p: 1}\ncriteria: {k: {test: d}}\n")
    assert [(each.code, each.severity) for each in listed] == [("CE225", "error")]


def test_a_criterion_that_is_never_met(tmp_path: Path) -> None:
    tests = "ruleset: set.yaml\ntests: [{name: one, values: {a: false}, expect: {criteria: {k: not_met}}}]\n"
    listed = found(tmp_path, "criteria: {k: {test: a and n > 1 and c == 'x'}}\n", tests)
    assert [(each.code, marked(each)) for each in listed] == [("CE703", "k")]


def test_messages_are_in_the_language_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(
        HEAD + "status: official\nlegal_basis: [1/QĐ]\ncriteria: {k: {test: a and n > 0 and c == 'x'}}\n"
    )
    assert [each.message for each in check(path, lang="en")] == ["an official set without a single test"]
    assert [each.message for each in check(path, lang="vi")] == [
        "bộ tiêu chí chính thức mà chưa có phép thử nào"
    ]


def test_a_hundred_criteria_are_checked_quickly(tmp_path: Path) -> None:
    inputs = ", ".join(f"i{number}: {{type: integer}}" for number in range(100))
    criteria = "\n".join(f"  k{number}: {{points: 1, test: i{number} > 3}}" for number in range(100))
    path = tmp_path / "large.yaml"
    path.write_text(
        f'criteria_engine: 1\nid: vn.example.large\nversion: "1"\ninputs: {{{inputs}}}\ncriteria:\n{criteria}\n'
    )
    best = min(_seconds(path) for _ in range(3))
    assert best < 0.2


def _seconds(path: Path) -> float:
    started = time.perf_counter()
    assert check(path) == []
    return time.perf_counter() - started


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_warnings_are_said_as_they_always_were(
    tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = []
    for text, code, _ in WARNINGS:
        found(Path(), text)
        page += [str(each) for each in check("set.yaml", lang=lang) if each.code == code]
    tests = """\
ruleset: set.yaml
tests:
  - {name: one, values: {a: true, n: 5}}
  - {name: two, values: {a: true, n: 1}, expect: {criteria: {k: met}}}
"""
    found(Path(), GROUP, tests)
    page += [str(each) for each in check("set.yaml", lang=lang)]
    found(
        Path(),
        GROUP,
        tests.replace("n: 1", "n: 5").replace("a: true", "a: false").replace("k: met", "k: not_met"),
    )
    page += [str(each) for each in check("set.yaml", lang=lang) if each.code == "CE703"]
    found(Path(), GROUP, "ruleset: other.yaml\ntests: []\n")
    page += [str(each) for each in check("set.yaml", lang=lang) if each.code == "CE626"]
    found(Path(), GROUP, "ruleset: set.yaml\ntests: []\n")
    page += [str(each) for each in check("set.yaml", lang=lang) if each.code == "CE627"]
    as_ever(f"warnings_{lang}", "\n".join(page) + "\n")


def as_ever(name: str, text: str) -> None:
    """Compare with tests/bad/NAME.txt; UPDATE_GOLDEN=1 writes it."""
    path = Path(__file__).parent / "bad" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_code_of_tests_and_warnings_is_tried_here_or_beside() -> None:
    here = Path(__file__).parent
    pages = [*here.glob("test_*.py"), *here.glob("golden/cli_*.txt")]
    tried = "".join(page.read_text(encoding="utf-8") for page in pages)
    codes = {code for code in sentences("faults", "en") if re.match(r"CE[67]|CE82", code)}
    assert {code for code in codes if code not in tried} == set()
