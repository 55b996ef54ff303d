"""The tests beside rules: what passes, what fails and how it is said, what no test reaches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from criteria_engine import (
    Case,
    CaseOutcome,
    CriteriaError,
    Expected,
    Ruleset,
    check,
    companion_cases,
    load,
    loads,
    run_cases,
    run_tests,
)

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = sorted(
    path
    for path in (ROOT / "rulesets").rglob("*.yaml")
    if not path.name.endswith(".tests.yaml") and not path.name.startswith("plan-")
)

WARD = """\
criteria_engine: 1
id: vn.example.ward
version: "1"
scales: {rating: [poor, fair, good]}
inputs:
  station: {type: boolean}
  cases: {type: integer, range: [0, 100]}
  served: {type: percent}
  area: {type: choice, choices: [normal, difficult]}
  rank: {type: ordinal, scale: rating, may_be_na: true}
  founded: {type: date}
  scandal: {type: boolean}
define:
  half: served / 2
  many: cases > 5
  place: area
  start: founded
criteria:
  base: {points: 10, test: station}
  order:
    requires: [base]
    criteria:
      few: {points: 10, test: cases < 5}
      rated: {points: 10, choose: {of: rank, points: {good: 10, fair: 4, poor: 0}}}
levels:
  model: {when: score() >= 25}
  fair: {when: score() >= 10}
otherwise: none
overrides:
  - {when: scandal, refer: {vi: Hội đồng xét, en: For the council}}
"""
FULL = "station: true, cases: 3, served: 50.5, area: normal, rank: good, founded: 2020-02-29, scandal: false"


@pytest.fixture
def ward() -> Ruleset:
    return loads(WARD)


def files(folder: Path, tests: str, ruleset: str = WARD) -> Path:
    """A ruleset with these lines under ``tests:`` in the file beside it."""
    path = folder / "ward.yaml"
    path.write_text(ruleset, encoding="utf-8")
    body = "\n".join(f"  {line}" for line in tests.splitlines())
    (folder / "ward.tests.yaml").write_text(f"ruleset: ward.yaml\ntests:\n{body}\n", encoding="utf-8")
    return path


def codes(outcome: CaseOutcome) -> list[str]:
    return [each.code for each in (*outcome.errors, *outcome.differences)]


def only(path: Path) -> CaseOutcome:
    [(_, outcome)] = run_tests(path, "en").outcomes
    return outcome


# ---- the shipped rulesets ----------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rulesets_pass_their_tests_and_leave_nothing_out(path: Path) -> None:
    run = run_tests(path)
    failing = [str(each) for _, outcome in run.outcomes for each in (*outcome.errors, *outcome.differences)]
    assert failing == []
    assert len(run.outcomes) >= 6
    assert not run.unreached


def test_there_are_as_many_tests_as_were_written() -> None:
    assert sum(len(run_tests(path).outcomes) for path in SHIPPED) >= 232


# ---- what can be expected ----------------------------------------------------------------------


def test_everything_that_can_be_expected(tmp_path: Path) -> None:
    expected = (
        "level: model, possible_levels: [model], score: 30, max_score: 30, decided: true,"
        " criteria: {base: met, order: 20, order.few: 10, rated: met},"
        " values: {half: 25.25, many: false, place: normal, start: 2020-02-29}"
    )
    outcome = only(files(tmp_path, f"- {{name: all, values: {{{FULL}}}, expect: {{{expected}}}}}"))
    assert outcome.passed, codes(outcome)


DIFFERENCES = [
    ("level: fair", "CE601", "`fair`, the result is `model`"),
    ("level: undecided", "CE601", "`undecided`, the result is `model`"),
    ("possible_levels: [model, fair]", "CE602", "[model, fair], the result is [model]"),
    ("score: 29.5", "CE603", "29.5, the result is 30"),
    ("score: [20, 30]", "CE603", "[20, 30], the result is 30"),
    ("max_score: 40", "CE604", "40, the result is 30"),
    ("decided: false", "CE605", "`false`, the result is `true`"),
    ("referred: council", "CE606", "“council”, the result is “–”"),
    (
        "criteria: {few: not_met}",
        "CE607",
        "criterion few: the test expects `not_met`, the result is `met`",
    ),
    ("criteria: {order: 19}", "CE607", "`19`, the result is `20`"),
    ("values: {half: 25}", "CE608", "value half: the test expects `25`, the result is `25.25`"),
    ("values: {half: null}", "CE608", "`null`, the result is `25.25`"),
    ("values: {many: true}", "CE608", "`true`, the result is `false`"),
    ("values: {place: difficult}", "CE608", "`difficult`, the result is `normal`"),
    ("values: {start: 2020-03-01}", "CE608", "`2020-03-01`, the result is `2020-02-29`"),
    ("error: true", "CE609", "but nothing is wrong"),
]


@pytest.mark.parametrize(("expected", "code", "said"), DIFFERENCES)
def test_what_came_out_otherwise_is_said_at_its_place(
    tmp_path: Path, expected: str, code: str, said: str
) -> None:
    outcome = only(files(tmp_path, f"- {{name: one, values: {{{FULL}}}, expect: {{{expected}}}}}"))
    assert codes(outcome) == [code]
    [found] = outcome.differences
    assert said in found.message
    assert found.file is not None
    assert found.file.endswith("ward.tests.yaml")
    assert found.line == 3
    assert found.column is not None
    assert found.source is not None
    marked = found.source[found.column - 1 :]
    assert marked.startswith((expected.partition(": ")[2].lstrip("{"), *expected.split(": ")))


def test_unknown_and_not_applicable(tmp_path: Path) -> None:
    tests = """\
- {name: open, values: {station: true, cases: 3}, expect: {level: undecided, possible_levels: [model, fair],
   score: [20, 30], decided: false, criteria: {rated: unknown, few: 10}, values: {half: null}}}
- {name: n/a, values: {station: true, cases: 3, rank: n/a, scandal: false},
   expect: {score: 20, max_score: 20, level: fair, criteria: {rated: not_applicable}}}
- {name: blocked, values: {station: false, scandal: false}, expect: {level: none, criteria: {few: blocked, order: 0}}}
- {name: referred, values: {scandal: true}, expect: {referred: Hội đồng, decided: true, possible_levels: []}}
- {name: referred in English, values: {scandal: true}, expect: {referred: the council}}
"""
    run = run_tests(files(tmp_path, tests), "en")
    assert run.passed, [codes(outcome) for _, outcome in run.outcomes]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ("cases: 101", "CE557"),
        ("cases: 101", "true"),
        ("cases: 101", "lie between"),
        ("cases: 1.5", "CE104"),
        ("cases: '3,5'", "CE103"),
        ("station: có", "CE106"),
        ("served: n/a", "CE552"),
        ("area: rural", "CE554"),
        ("founded: 29/02/2020", "CE107"),
        ("casses: 3", "CE551"),
    ],
)
def test_errors_that_are_expected(tmp_path: Path, values: str, error: str) -> None:
    outcome = only(files(tmp_path, f"- {{name: bad, values: {{{values}}}, expect: {{error: {error}}}}}"))
    if error == "lie between":
        assert set(codes(outcome)) <= {"CE610"}
    else:
        assert outcome.passed, codes(outcome)


def test_another_error_than_expected_is_named(tmp_path: Path) -> None:
    outcome = only(files(tmp_path, "- {name: bad, values: {cases: 101}, expect: {error: CE551}}"))
    assert codes(outcome) == ["CE610"]
    assert "[CE557]" in outcome.differences[0].message


def test_an_error_may_be_expected_by_its_words(tmp_path: Path) -> None:
    ruleset = WARD + "consistency:\n  - {holds: cases <= served, note: cases cannot exceed served}\n"
    path = files(
        tmp_path,
        "- {name: breach, values: {cases: 9, served: 1}, expect: {error: cannot exceed}}\n"
        "- {name: unexpected, values: {cases: 9, served: 1}, expect: {level: none}}",
        ruleset,
    )
    (_, fine), (_, broken) = run_tests(path, "en").outcomes
    assert fine.passed
    assert codes(broken) == ["CE561"]
    assert broken.result is None
    assert (broken.errors[0].line, broken.errors[0].path) == (4, "tests[1].values")


# ---- tests that are not written as they should be -----------------------------------------------


FAULTS = [
    ("{name: a, values: {casses: 3}, expect: {level: none}}", "CE551", "casses", "cases"),
    ("{name: a, values: {cases: '85,5'}, expect: {level: none}}", "CE103", "'85,5'", "85.5"),
    ("{name: a, values: {station: có}, expect: {level: none}}", "CE106", "có", "true"),
    ("{name: a, values: {cases: 200}, expect: {level: none}}", "CE557", "200", ""),
    ("{name: a, expect: {level: modle}}", "CE621", "modle", "model"),
    ("{name: a, expect: {possible_levels: [model, undecided]}}", "CE621", "undecided", ""),
    ("{name: a, expect: {criteria: {bass: met}}}", "CE223", "bass", "base"),
    ("{name: a, expect: {criteria: {base: meet}}}", "CE622", "meet", "not_met"),
    ("{name: a, expect: {criteria: {base: '1,5'}}}", "CE622", "'1,5'", "12.5"),
    ("{name: a, expect: {values: {hlaf: 3}}}", "CE623", "hlaf", "half"),
    ("{name: a, expect: {values: {half: ten}}}", "CE101", "ten", ""),
    ("{name: a, expect: {score: [1, 2, 3]}}", "CE624", "score", "[60, 85]"),
    ("{name: a, expect: {score: [2, 1]}}", "CE624", "score", ""),
    ("{name: a, expekt: {score: 1}}", "CE120", "expekt", "expect"),
    ("{name: a, history: [{cases: 3}, {casses: 3}], expect: {level: none}}", "CE551", "casses", "cases"),
    ("{name: a, history: [{cases: 200}], expect: {level: none}}", "CE557", "200", ""),
    ("{name: a, history: {cases: 3}, expect: {level: none}}", "CE122", "history", ""),
    ("{name: a, titles: {other: {x: 1}}, expect: {level: none}}", "CE122", "other", ""),
    ("{expect: {level: none}}", "CE121", "{expect", "name"),
]


@pytest.mark.parametrize(("test", "code", "marked", "hint"), FAULTS)
def test_faults_of_a_test_are_located(tmp_path: Path, test: str, code: str, marked: str, hint: str) -> None:
    path = files(tmp_path, f"- {test}")
    with pytest.raises(CriteriaError) as raised:
        run_tests(path, "en")
    [found] = raised.value.diagnostics
    assert found.code == code
    assert found.line == 3
    assert found.source is not None
    assert found.source[(found.column or 0) - 1 :].startswith(marked)
    assert hint in found.hint
    with pytest.raises(CriteriaError):
        companion_cases(path, load(path))


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    path = files(tmp_path, "- {name: a, values: {casses: 3, station: có}, expect: {level: x, score: [2, 1]}}")
    with pytest.raises(CriteriaError) as raised:
        run_tests(path)
    assert [each.code for each in raised.value.diagnostics] == ["CE551", "CE106", "CE621", "CE624"]


def test_a_file_of_tests_names_the_ruleset_beside_it(tmp_path: Path) -> None:
    path = files(tmp_path, "- {name: a, values: {station: false}, expect: {criteria: {base: not_met}}}")
    beside = tmp_path / "ward.tests.yaml"
    beside.write_text(beside.read_text().replace("ward.yaml", "other.yaml"))
    with pytest.raises(CriteriaError) as raised:
        run_tests(path)
    [found] = raised.value.diagnostics
    assert (found.code, found.line, found.column) == ("CE626", 1, 10)
    beside.write_text("- just a list\n")
    with pytest.raises(CriteriaError, match="CE122"):
        run_tests(path)
    beside.write_text("")
    with pytest.raises(CriteriaError, match="CE010"):
        run_tests(path)


def test_tests_in_the_file_have_places_too(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(WARD + "tests:\n  - {name: a, values: {station: false}, expect: {level: model}}\n")
    [(file, outcome)] = run_tests(path).outcomes
    assert file == str(path)
    assert codes(outcome) == ["CE601"]
    assert outcome.differences[0].line == WARD.count("\n") + 2


def test_no_file_beside_means_no_tests(tmp_path: Path, ward: Ruleset) -> None:
    path = tmp_path / "alone.yaml"
    path.write_text(WARD)
    assert companion_cases(path, ward) == ()
    assert run_tests(path).outcomes == ()


# ---- in Python ---------------------------------------------------------------------------------


def test_cases_made_in_python(ward: Ruleset) -> None:
    fine = Case("fine", values={"station": True, "cases": 3, "rank": "good", "scandal": False})
    passed, failed = run_cases(
        ward,
        [fine, Case("bad", values={"station": False}, expect=Expected(level="model"))],
        "en",
    )
    assert passed.passed
    assert [each.code for each in passed.warnings] == ["CE625"]
    assert passed.result is not None
    assert codes(failed) == ["CE601"]
    assert failed.differences[0].path == "tests[1].expect.level"
    assert failed.differences[0].lang == "en"


def test_evidence_and_the_day_count() -> None:
    ruleset = loads("""\
criteria_engine: 1
id: vn.example.dated
version: "1"
inputs: {station: {type: boolean, evidence: required}, served: {type: percent}}
parameters: {mark: [{from: 2024-01-01, value: 50}, {from: 2026-01-01, value: 90}]}
criteria:
  base: {test: station}
  high: {test: served >= mark}
tests:
  - {name: no proof, on: 2024-06-01, values: {station: true, served: 60}, expect: {criteria: {base: unknown, high: met}}}
  - {name: proof, on: 2026-06-01, values: {station: true, served: 60}, evidence: {station: QD 12},
     expect: {criteria: {base: met, high: not_met}}}
  - {name: no day, values: {served: 60}, expect: {error: CE559}}
  - {name: unknown evidence, on: 2026-06-01, evidence: {staton: QD 12}, expect: {error: CE551}}
""")
    assert [codes(outcome) for outcome in run_cases(ruleset)] == [[], [], [], []]


# ---- what no test reaches ------------------------------------------------------------------------


def test_what_no_test_reaches(tmp_path: Path) -> None:
    path = files(tmp_path, f"- {{name: best, values: {{{FULL}}}, expect: {{level: model}}}}")
    missed = run_tests(path).unreached
    assert missed.never_met == ()
    assert missed.never_failed == ("base", "order", "order.few", "order.rated")
    assert missed.never_reached == ("fair", "none")
    assert missed.never_blocking == (("order", "base"),)
    path = files(
        tmp_path,
        "- {name: worst, values: {station: false, rank: poor, scandal: false}, expect: {level: none}}",
    )
    missed = run_tests(path).unreached
    assert missed.never_met == ("base", "order", "order.few", "order.rated")
    assert missed.never_failed == ()
    assert missed.never_blocking == ()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_tests_are_spoken_of_as_they_always_were(
    tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = []
    for expected, _, _ in DIFFERENCES:
        path = files(Path(), f"- {{name: one, values: {{{FULL}}}, expect: {{{expected}}}}}")
        page += [str(each) for _, outcome in run_tests(path, lang).outcomes for each in outcome.differences]
    path = files(Path(), "- {name: bad, values: {cases: 101}, expect: {error: CE551}}")
    page += [str(each) for _, outcome in run_tests(path, lang).outcomes for each in outcome.differences]
    for test, _, _, _ in FAULTS:
        page += [str(each) for each in check(files(Path(), f"- {test}"), lang=lang)]
    text = "\n".join(page) + "\n"
    golden = Path(__file__).parent / "bad" / f"tests_{lang}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
