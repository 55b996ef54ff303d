"""The command line as its users meet it: run as a program, on the shipped rulesets and on broken ones.

Set UPDATE_GOLDEN=1 to write tests/golden/cli_*.txt anew.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import pytest

from criteria_engine.cli.commands import COMMANDS, main, parsed
from criteria_engine.cli.terminal import cut, padded, safe, text_table, width_of
from criteria_engine.messages.speaker import Speaker, sentences

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).resolve().parent / "golden"
WARDS = ROOT / "rulesets/vn/cong-an-phuong-kieu-mau/bo-tieu-chi.yaml"
DATA = ROOT / "rulesets/vn/khanh-hoa/danh-gia-2024.gia-dinh.csv"
DATA_JSON = DATA.with_suffix(".json")

posix = pytest.mark.skipif(os.name != "posix", reason="asks for pipes, terminals and permission bits")
Done = subprocess.CompletedProcess[str]

RULES = """\
criteria_engine: 1
id: vn.example.ward
version: "1"
title: {vi: Phường, en: Ward}
subject: {vi: phường, en: ward}
inputs:
  station: {type: boolean, title: {vi: Có trụ sở, en: Has a station}}
  served: {type: percent, title: {vi: Tỷ lệ hài lòng, en: Satisfaction}}
  cases: {type: integer, range: [0, 100], title: {vi: Số vụ, en: Cases}}
criteria:
  base: {title: {vi: Trụ sở, en: Station}, points: 10, test: station}
  order:
    title: {vi: Trật tự, en: Order}
    requires: [base]
    criteria:
      few: {title: {vi: Ít vụ, en: Few cases}, points: 10, test: cases < 5}
      glad: {title: {vi: Hài lòng, en: Content}, points: 20, score: served / 5}
levels:
  model: {title: {vi: Kiểu mẫu, en: Model}, when: score() >= 35}
  fair: {title: {vi: Khá, en: Fair}, when: score() >= 20}
otherwise: {id: none, title: {vi: Chưa đạt, en: None}}
"""
TESTS = """\
ruleset: ward.yaml
tests:
  - {name: best, values: {station: true, served: 100, cases: 0}, expect: {level: model, score: 40}}
  - {name: worst, values: {station: false, served: 0, cases: 9}, expect: {level: none}}
"""
TABLE = """\
subject,station,served,cases
Hòa An,có,"92,5",3
Bình Hòa,có,"50",7
Vĩnh Thọ,không,"80",2
Xương Huân,có,,1
"""


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ
    }
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "error", **more}


def run(*arguments: object, cwd: Path = ROOT, **more: str) -> Done:
    """The command line run in this process, which saves its start; else as ``spawned``."""
    given = [str(argument) for argument in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="") for _ in range(2))
    with (
        mock.patch.dict(os.environ, environment(**more), clear=True),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        status = main(given)
        out.flush()
        err.flush()
    shown = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(given, status, *shown)


def spawned(*arguments: object, cwd: Path = ROOT, **more: str) -> Done:
    """The program run as one of its users would."""
    return subprocess.run(
        [sys.executable, "-m", "criteria_engine", *map(str, arguments)],
        check=False,
        capture_output=True,
        cwd=cwd,
        encoding="utf-8",
        env=environment(**more),
        timeout=60,
    )


def golden(name: str, text: str) -> None:
    """Compare with tests/golden/cli_NAME.txt."""
    path = GOLDEN / f"cli_{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A folder with a small ruleset, tests and a table."""
    for name, text in (("ward.yaml", RULES), ("ward.tests.yaml", TESTS), ("data.csv", TABLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


# ---- help and wrong use ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command: str, lang: str) -> None:
    done = spawned(*filter(None, [command]), "--help", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("Ví dụ: criteria" if lang == "vi" else "Example: criteria") in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 110
    golden(f"help_{command or 'criteria'}_{lang}", done.stdout)


def test_help_names_every_option_and_every_choice() -> None:
    source = Path(parsed.__code__.co_filename).read_text(encoding="utf-8")
    guides = {
        lang: {
            key.removeprefix("help_"): text
            for key, text in sentences("commands", lang).items()
            if key.startswith("help_")
        }
        for lang in ("vi", "en")
    }
    assert set(guides["vi"]) == set(guides["en"]) == {"", *COMMANDS}
    for lang in ("vi", "en"):
        pages = "".join(guides[lang].values())
        for option in set(re.findall(r'"(--?[a-z-]+)"', source)) - {"--"}:
            assert option in pages, (lang, option)
        for command in COMMANDS:
            assert f"criteria {command}" in guides[lang][""]
    for later in ("diff", "new", "schema", "form", "docs"):
        assert f"criteria {later}" not in guides["en"][""]
        assert run(later).returncode == 2


def test_what_is_one_is_said_so() -> None:
    english = Speaker("en", "commands")
    assert (
        english.counted("summary_sound", errors=1, warnings=11, criteria=1)
        == "1 error, 11 warnings, 1 criterion"
    )


WRONG_USES: list[Sequence[object]] = [
    [],
    ["chek", "x.yaml"],
    ["check"],
    ["check", "--format", "xml", "x.yaml"],
    ["check", "--frmat", "json", "x.yaml"],
    ["evaluate", "ward.yaml"],
    ["evaluate", "ward.yaml", "data.csv", "-o"],
    ["evaluate", "ward.yaml", "data.csv", "--force=yes"],
    ["explain", "ward.yaml", "data.csv"],
    ["check", "ward.yaml", "--lang", "fr"],
    ["check", "missing.yaml"],
    ["test", "missing.yaml"],
    ["check", "empty"],
    ["evaluate", "missing.yaml", "data.csv"],
    ["evaluate", "ward.yaml", "missing.csv"],
    ["evaluate", "ward.yaml", "data.xlsx"],
    ["evaluate", "ward.yaml", "data.csv", "--on", "31/02/2024"],
    ["evaluate", "ward.yaml", "data.csv", "-o", "out.xlsx"],
    ["explain", "ward.yaml", "data.csv", "--subject", "Hoa Anh"],
    ["explain", "ward.yaml", "data.csv", "--subject", "???"],
]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_wrong_use_is_said_in_words(ward: Path, lang: str) -> None:
    (ward / "empty").mkdir()
    (ward / "data.xlsx").write_bytes(b"PK")
    said = []
    for arguments in WRONG_USES:
        done = run(*arguments, cwd=ward, CRITERIA_LANG=lang)
        assert done.returncode == 2, arguments
        said.append(f"$ criteria {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        assert "Traceback" not in done.stderr
    golden(f"wrong_use_{lang}", "\n".join(said))


def test_the_language_is_chosen_by_option_then_variable_then_vietnamese(ward: Path) -> None:
    assert "0 lỗi" in run("check", "ward.yaml", cwd=ward).stdout
    assert "0 errors" in run("check", "ward.yaml", cwd=ward, CRITERIA_LANG="en_US.UTF-8").stdout
    assert "0 lỗi" in run("check", "ward.yaml", "--lang", "vi", cwd=ward, CRITERIA_LANG="en").stdout
    assert "0 errors" in run("--lang=en", "check", "ward.yaml", cwd=ward).stdout


# ---- check -------------------------------------------------------------------------------------

BROKEN = """\
criteria_engine: 1
id: vn.example.broken
version: "1"
status: official
inputs: {a: {type: boolean}, n: {type: integr}}
criteria:
  k: {ponts: 2, test: a}
  m: {test: a and aa}
"""


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_check(ward: Path, lang: str) -> None:
    fine = run("check", "ward.yaml", "--lang", lang, cwd=ward)
    assert fine.returncode == 0
    (ward / "broken.yaml").write_text(BROKEN)
    broken = run("check", "broken.yaml", "--lang", lang, cwd=ward)
    assert broken.returncode == 1
    (ward / "doubtful.yaml").write_text(
        RULES.replace("version", "status: official\nversion").replace("score() >= 20", "score() >= 38")
    )
    doubtful = run("check", "doubtful.yaml", "--lang", lang, cwd=ward)
    assert doubtful.returncode == 0
    folder = run("check", ".", "--lang", lang, cwd=ward)
    assert folder.returncode == 1
    golden(f"check_{lang}", "\n".join(done.stdout for done in (fine, broken, doubtful, folder)))
    assert fine.stderr == broken.stderr == doubtful.stderr == ""


def test_check_takes_the_tests_file_for_its_ruleset_and_skips_hidden_folders(ward: Path) -> None:
    (ward / ".venv").mkdir()
    (ward / ".venv" / "x.yaml").write_text("- nothing\n")
    listed = json.loads(run("check", ".", "ward.tests.yaml", "--format", "json", cwd=ward).stdout)
    assert listed == {"diagnostics": [], "errors": 0, "warnings": 0}
    (ward / "ward.tests.yaml").write_text(TESTS.replace("cases: 0", "casses: 0"))
    done = run("check", "ward.tests.yaml", cwd=ward)
    assert done.returncode == 1
    assert "ward.tests.yaml:3:55: " in done.stdout


def test_check_formats(ward: Path) -> None:
    name = "lạ, 100%: a b.yaml"
    (ward / name).write_text(BROKEN)
    github = run("check", name, "--format", "github", cwd=ward)
    assert github.returncode == 1
    assert all(
        re.match(r"::error file=lạ%2C 100%25%3A a b\.yaml,line=\d+,col=\d+,", line)
        for line in github.stdout.splitlines()
    )
    sarif = json.loads(run("check", name, "--format", "sarif", cwd=ward).stdout)
    [found] = sarif["runs"]
    assert found["results"]
    for result in found["results"]:
        assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "l%E1%BA%A1%2C%20100%25%3A%20a%20b.yaml"
        assert place["region"]["endColumn"] > place["region"]["startColumn"] >= 1
    plain = json.loads(run("check", name, "--format", "json", cwd=ward).stdout)
    assert plain["errors"] == len(plain["diagnostics"]) == len(found["results"])
    assert {"code", "message", "hint", "line", "column", "severity"} <= plain["diagnostics"][0].keys()
    absolute = json.loads(run("check", ward / name, "--format", "sarif", cwd=ward).stdout)
    uri = absolute["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")


# ---- test --------------------------------------------------------------------------------------

FAILING = (
    TESTS
    + """\
  - name: đòi quá nhiều & <thiếu>
    values: {station: true, served: 50, cases: 7}
    expect: {level: model, score: 25, criteria: {few: met}}
  - {name: refused, values: {cases: 200}, expect: {error: CE551}}
"""
)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_test(ward: Path, lang: str) -> None:
    fine = run("test", "ward.yaml", "--lang", lang, cwd=ward)
    assert fine.returncode == 0
    (ward / "ward.tests.yaml").write_text(FAILING, encoding="utf-8")
    failing = run("test", "ward.yaml", "--lang", lang, cwd=ward)
    assert failing.returncode == 1
    (ward / "none.yaml").write_text(RULES, encoding="utf-8")
    several = run("test", ".", "--lang", lang, cwd=ward)
    assert several.returncode == 1
    golden(f"test_{lang}", "\n".join(done.stdout for done in (fine, failing, several)))


def test_test_formats(ward: Path) -> None:
    (ward / "ward.tests.yaml").write_text(FAILING, encoding="utf-8")
    junit = run("test", "ward.yaml", "--format", "junit", cwd=ward)
    assert junit.returncode == 1
    root = ElementTree.fromstring(junit.stdout)  # noqa: S314 - our own
    [suite] = root
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
    }
    assert suite[2].get("name") == "đòi quá nhiều & <thiếu>"
    assert "ward.tests.yaml:7:" in (suite[2][0].text or "")
    plain = json.loads(run("test", "ward.yaml", "--format", "json", cwd=ward).stdout)
    [file] = plain["files"]
    assert [each["passed"] for each in file["tests"]] == [True, True, False, False]
    assert [each["code"] for each in file["tests"][2]["differences"]] == ["CE601", "CE603", "CE607"]
    assert file["never_reached"] == []


def test_a_faulty_file_of_tests_is_no_failed_test(ward: Path) -> None:
    (ward / "ward.tests.yaml").write_text(TESTS.replace("level: model", "levl: model"))
    done = run("test", "ward.yaml", cwd=ward)
    assert done.returncode == 1
    assert "CE120" in done.stderr


# ---- evaluate ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_evaluate_shows_verdicts(ward: Path, lang: str) -> None:
    done = run("evaluate", "ward.yaml", "data.csv", "--lang", lang, cwd=ward)
    assert (done.returncode, done.stderr) == (0, "")
    detail = run("evaluate", "ward.yaml", "data.csv", "--detail", "--lang", lang, cwd=ward)
    shipped = run("evaluate", WARDS, DATA, "--lang", lang)
    golden(f"evaluate_{lang}", "\n".join(each.stdout for each in (done, detail, shipped)))
    assert max(map(width_of, shipped.stdout.splitlines())) <= 100


def test_csv_and_json_in_give_the_same(ward: Path) -> None:
    from_csv = list(csv.DictReader(io.StringIO(run("evaluate", WARDS, DATA, "--format", "csv").stdout)))
    from_json = list(csv.DictReader(io.StringIO(run("evaluate", WARDS, DATA_JSON, "--format", "csv").stdout)))
    assert from_csv == from_json
    assert len(from_csv) == 14
    assert from_csv[4]["possible_levels"] == "kieu_mau|chua_dat"
    assert (from_csv[4]["level"], from_csv[4]["decided"]) == ("", "false")
    listed = json.loads(run("evaluate", WARDS, DATA, "--format", "json").stdout)
    assert [each["level"] or "" for each in listed] == [each["level"] for each in from_csv]
    assert [each["score"] for each in listed] == [
        [float(each["score_low"]), float(each["score_high"])] for each in from_csv
    ]


def test_detail_adds_every_criterion(ward: Path) -> None:
    text = run("evaluate", "ward.yaml", "data.csv", "--format", "csv", "--detail", cwd=ward).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["order.glad.low"] == rows[0]["order.glad.high"] == "18.5"
    assert rows[2]["order.few.status"] == "blocked"
    assert (rows[3]["order.low"], rows[3]["order.high"]) == ("10", "30")


def test_decimal_commas_and_the_other_way_of_writing_numbers(ward: Path) -> None:
    rules = RULES.replace("served: {type: percent", "served: {type: number")
    (ward / "ward.yaml").write_text(rules, encoding="utf-8")
    (ward / "dots.csv").write_text('subject;station;served;cases\nA;có;"1.234";3\n')
    refused = run("evaluate", "ward.yaml", "dots.csv", cwd=ward)
    assert refused.returncode == 1
    assert "[CE511]" in refused.stderr
    assert "dots.csv:2:" in refused.stderr
    taken = run(
        "evaluate", "ward.yaml", "dots.csv", "--numbers", "en", "--format", "csv", "--detail", cwd=ward
    )
    assert taken.returncode == 0
    assert ",0.2468," in taken.stdout


def test_output_files(ward: Path) -> None:
    for name in ("out.csv", "out.json", "out.txt"):
        done = run("evaluate", "ward.yaml", "data.csv", "-o", name, cwd=ward)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"đã ghi {name}\n")
    assert (ward / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfsubject,")
    assert len(json.loads((ward / "out.json").read_text(encoding="utf-8"))) == 4
    assert "Hòa An" in (ward / "out.txt").read_text(encoding="utf-8")
    assert sorted(path.name for path in ward.iterdir()) == sorted(
        ["data.csv", "out.csv", "out.json", "out.txt", "ward.tests.yaml", "ward.yaml"]
    )
    again = run("evaluate", "ward.yaml", "out.csv", cwd=ward)
    assert "[CE808]" in again.stderr or "[CE809]" in again.stderr


def test_an_existing_file_is_not_overwritten_by_accident(ward: Path) -> None:
    (ward / "out.csv").write_text("mine")
    done = run("evaluate", "ward.yaml", "data.csv", "-o", "out.csv", cwd=ward)
    assert done.returncode == 2
    assert "[CE821]" in done.stderr
    assert (ward / "out.csv").read_text() == "mine"
    forced = run("evaluate", "ward.yaml", "data.csv", "-o", "out.csv", "--force", cwd=ward)
    assert forced.returncode == 0
    assert "Hòa An" in (ward / "out.csv").read_text(encoding="utf-8")
    over = run("evaluate", "ward.yaml", "data.csv", "-o", "./data.csv", "--force", cwd=ward)
    assert over.returncode == 2
    assert "[CE823]" in over.stderr
    assert (ward / "data.csv").read_text(encoding="utf-8") == TABLE


@posix
def test_where_nothing_can_be_written(ward: Path) -> None:
    done = run("evaluate", "ward.yaml", "data.csv", "-o", "nowhere/out.csv", cwd=ward)
    assert done.returncode == 2
    assert "không có thư mục này [CE822]" in done.stderr
    locked = ward / "locked"
    locked.mkdir(mode=0o555)
    if not os.access(locked, os.W_OK):  # not as root
        done = run("evaluate", "ward.yaml", "data.csv", "-o", "locked/out.csv", cwd=ward)
        assert done.returncode == 2
        assert "không có quyền [CE822]" in done.stderr
    folder = run("evaluate", "ward.yaml", "data.csv", "-o", "locked", "--format", "csv", "--force", cwd=ward)
    assert folder.returncode == 2
    assert "[CE822]" in folder.stderr
    assert run("evaluate", "ward.yaml", "data.csv", "-o", "/dev/null", cwd=ward).returncode == 0
    if Path("/dev/full").exists():
        with Path("/dev/full").open("w") as full:
            command = [sys.executable, "-m", "criteria_engine", "evaluate", "ward.yaml", "data.csv"]
            full_disk = subprocess.run(
                command,
                check=False,
                stdout=full,
                stderr=subprocess.PIPE,
                cwd=ward,
                env=environment(),
                text=True,
            )
        assert full_disk.returncode == 2
        assert "đĩa đã đầy" in full_disk.stderr
        assert "Traceback" not in full_disk.stderr


def test_faulty_values_keep_their_row(ward: Path) -> None:
    rules = RULES + "consistency:\n  - {holds: cases < 90, note: quá nhiều}\n"
    (ward / "ward.yaml").write_text(rules, encoding="utf-8")
    (ward / "data.csv").write_text("subject,station,served,cases\nA,có,50,95\nB,có,100,1\n", encoding="utf-8")
    done = run("evaluate", "ward.yaml", "data.csv", "--format", "csv", cwd=ward)
    assert done.returncode == 1
    first, second = csv.DictReader(io.StringIO(done.stdout))
    assert "quá nhiều" in first["error"]
    assert (first["level"], second["level"]) == ("", "model")
    assert "A: data.csv" in done.stderr
    assert "[CE561]" in done.stderr
    table = run("evaluate", "ward.yaml", "data.csv", cwd=ward)
    assert "số liệu có lỗi" in table.stdout
    listed = json.loads(run("evaluate", "ward.yaml", "data.csv", "--format", "json", cwd=ward).stdout)
    assert listed[0]["errors"][0]["code"] == "CE561"
    assert run("explain", "ward.yaml", "data.csv", "--subject", "A", cwd=ward).returncode == 1


def test_several_periods_and_the_name_of_the_column(ward: Path) -> None:
    (ward / "data.csv").write_text(
        "Phường,period,station,served,cases\nA,2023,không,0,9\nA,2024,có,100,1\n", encoding="utf-8"
    )
    done = run("evaluate", "ward.yaml", "data.csv", "--subject-column", "phường", "--format", "csv", cwd=ward)
    assert [(row["period"], row["level"]) for row in csv.DictReader(io.StringIO(done.stdout))] == [
        ("2024", "model")
    ]


def test_the_day_of_the_assessment(ward: Path) -> None:
    rules = RULES.replace(
        "criteria:\n  base",
        "parameters: {mark: [{from: 2024-01-01, value: 5}, {from: 2026-01-01, value: 2}]}\ncriteria:\n  base",
    ).replace("cases < 5", "cases < mark")
    (ward / "ward.yaml").write_text(rules, encoding="utf-8")
    early = run("evaluate", "ward.yaml", "data.csv", "--format", "csv", "--on", "30/06/2024", cwd=ward)
    late = run("evaluate", "ward.yaml", "data.csv", "--format", "csv", "--on", "2026-06-30", cwd=ward)
    assert (early.returncode, late.returncode) == (0, 0)
    assert early.stdout != late.stdout
    without = run("evaluate", "ward.yaml", "data.csv", cwd=ward)
    assert without.returncode == 1
    assert "[CE559]" in without.stderr


def test_a_set_without_levels_shows_scores_only(ward: Path) -> None:
    (ward / "ward.yaml").write_text(RULES.partition("levels:")[0], encoding="utf-8")
    (ward / "data.csv").write_text(TABLE.replace("Xương Huân,có,,1\n", ""), encoding="utf-8")
    done = run("evaluate", "ward.yaml", "data.csv", "--lang", "en", cwd=ward)
    assert done.stdout.splitlines()[0].split(" | ")[1].strip() == "score"
    assert done.returncode == 0


# ---- explain -----------------------------------------------------------------------------------

SPELLINGS = [
    "Hòa An",
    "Hoà An",
    "hòa an",
    "HÒA  AN",
    unicodedata.normalize("NFD", "Hòa An"),
    unicodedata.normalize("NFD", "Hoà An"),
]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_subject_is_known_however_it_is_spelt(ward: Path, name: str) -> None:
    done = run("explain", "ward.yaml", "data.csv", "--subject", name, cwd=ward)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Hòa An")


def test_two_subjects_that_differ_in_tone_only_are_two(ward: Path) -> None:
    (ward / "data.csv").write_text("subject,cases\nHòa,1\nHỏa,2\nHoà,3\n", encoding="utf-8")
    for name in ("Hòa", "Hỏa", "Hoà"):
        done = run("explain", "ward.yaml", "data.csv", "--subject", name, cwd=ward)
        assert done.stdout.startswith(name)
    unclear = run("explain", "ward.yaml", "data.csv", "--subject", "hoà ", "--format", "json", cwd=ward)
    assert unclear.returncode == 2


def test_explain_formats_and_languages(ward: Path) -> None:
    for form, ending, sign in (
        ("text", "txt", "Hòa An"),
        ("markdown", "md", "#"),
        ("html", "html", "<"),
        ("json", "json", "{"),
    ):
        given = run("explain", "ward.yaml", "data.csv", "--subject", "Hòa An", "--format", form, cwd=ward)
        assert given.stdout.startswith(sign)
        named = f"out.{ending}"
        done = run("explain", "ward.yaml", "data.csv", "--subject", "Hòa An", "-o", named, cwd=ward)
        assert done.returncode == 0
        assert (ward / named).read_text(encoding="utf-8") == given.stdout
    english = run("explain", "ward.yaml", "data.csv", "--subject", "Hòa An", "--lang", "en", cwd=ward)
    assert "Satisfaction" in english.stdout
    assert json.loads((ward / "out.json").read_text(encoding="utf-8"))["lang"] == "vi"


# ---- demo --------------------------------------------------------------------------------------


def test_demo_tours_the_shipped_rulesets(tmp_path: Path) -> None:
    done = spawned("demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    lines = done.stdout.splitlines()
    marked = [line.partition(" *")[0].strip() for line in lines if re.match(r"^\S.* \* *\|", line)]
    assert marked == [
        *("Vĩnh Nguyên", "Phước Hòa", "Phước Long", "Vĩnh Hòa", "Vĩnh Trường"),
        *("Cam Linh", "Cam Lộc", "Ninh Thủy", "Ninh Hải"),
    ]
    assert "SỐ LIỆU GIẢ ĐỊNH" in done.stdout
    assert sum(int(row.split("|")[4]) for row in lines if row.startswith("vn/")) >= 800
    assert "Vì sao Vĩnh Hòa" in done.stdout
    assert "Kết luận: Chưa đạt" in done.stdout
    assert "KẾT QUẢ CÔNG NHẬN GIẢ ĐỊNH" in done.stdout
    assert max(width_of(line) for line in lines if not line.startswith("  criteria ")) <= 100
    assert "ASSUMED VALUES" in spawned("demo", "--lang", "en").stdout


def test_demo_finds_the_rulesets_inside_an_installed_package(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "site", ignore=shutil.ignore_patterns("__pycache__"))
    missing = spawned("demo", "--lang", "en", cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert missing.returncode == 2
    assert "[CE829]" in missing.stderr
    shutil.copytree(ROOT / "rulesets", tmp_path / "site" / "criteria_engine" / "rulesets")
    done = spawned("demo", "--lang", "en", cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 0
    assert "Model ward police" in done.stdout


# ---- project -----------------------------------------------------------------------------------

PLAN = ROOT / "rulesets/vn/khanh-hoa/plan-2377.yaml"
RECOGNITIONS = PLAN.with_name("cong-nhan.gia-dinh.csv")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_project(lang: str) -> None:
    done = run(
        "project", PLAN, RECOGNITIONS, "--method", "arithmetic", "--scenario", "pace(5)", "--lang", lang
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert max(width_of(line) for line in done.stdout.splitlines()) <= 100
    golden(f"project_{lang}", done.stdout)


def test_project_formats(tmp_path: Path) -> None:
    done = run("project", PLAN, RECOGNITIONS, "--format", "json", "--on", "31/12/2025")
    plain = json.loads(done.stdout)
    assert plain["on"] == "2025-12-31"
    assert plain["targets"]["half_by_2025"]["status"] == "achieved"
    assert plain["assumed"] == {"rows": 10, "of": 10}
    out = tmp_path / "years.csv"
    assert run("project", PLAN, RECOGNITIONS, "-o", out).returncode == 1
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["year"] for row in rows] == [str(year) for year in range(2023, 2031)]
    assert {row["units"] for row in rows[1:]} == {"30"}


def test_project_exits_by_what_is_asked_about() -> None:
    """On the eleven wards of 2025, with a ward more each year, nothing is missed."""
    done = run("project", PLAN, RECOGNITIONS, "--on", "2025-12-31", "--method", "arithmetic")
    assert done.returncode == 1
    more = ("--scenario", "pace(1)", "--confidence", "90%")
    done = run("project", PLAN, RECOGNITIONS, "--on", "2025-12-31", "--method", "arithmetic", *more)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("more", "code", "status"),
    [
        (["--confidence", "120%"], "CE830", 2),
        (["--on", "hôm nay"], "CE828", 2),
        (["--scenario", "tot"], "CE962", 1),
    ],
)
def test_project_says_what_is_wrong_with_its_options(more: list[str], code: str, status: int) -> None:
    done = run("project", PLAN, *more)
    assert done.returncode == status
    assert f"[{code}]" in done.stderr
    assert done.stdout == ""


def test_check_looks_over_plans_too(tmp_path: Path) -> None:
    assert run("check", PLAN).returncode == 0
    wrong = tmp_path / "plan.yaml"
    wrong.write_text(PLAN.read_text(encoding="utf-8").replace("[Phước Hòa,", "[Phước Hoa,"), encoding="utf-8")
    (tmp_path / "phuong.csv").write_bytes(PLAN.with_name("phuong.csv").read_bytes())
    for name in ("plan.yaml", "."):
        done = run("check", name, cwd=tmp_path, CRITERIA_LANG="en")
        assert done.returncode == 1
        assert "did you mean: Phước Hòa" in done.stdout
    assert run("test", ".", cwd=tmp_path).returncode == 2


# ---- terminals, pipes, signals, hostile text ---------------------------------------------------


@pytest.mark.parametrize(
    "locale", [{"LANG": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_output_is_utf8_whatever_the_locale(ward: Path, locale: dict[str, str]) -> None:
    done = spawned("evaluate", "ward.yaml", "data.csv", cwd=ward, **locale)
    assert done.returncode == 0
    assert "Xương Huân" in done.stdout
    again = spawned("evaluate", "ward.yaml", "data.csv", cwd=ward)
    assert again.stdout == done.stdout
    done = spawned("explain", "ward.yaml", "data.csv", "--subject", "Hoà An", cwd=ward, **locale)
    assert done.returncode == 0


HOSTILE = ["=1+1", "+SUM(A1)", "-2", "@x", "<b>c</b>", "d|e", "::error::f", "g%0Ah", "{h}", "'i"]


def test_hostile_names_do_no_harm(ward: Path) -> None:
    listed = [{"subject": name, "values": {"station": True}} for name in HOSTILE]
    (ward / "data.json").write_text(json.dumps(listed), encoding="utf-8")
    rules = RULES.replace("vi: Kiểu mẫu", 'vi: "=1+\\u202Emodel"').replace(
        "vi: Có trụ sở", 'vi: "có\\u200Btrụ sở"'
    )
    (ward / "ward.yaml").write_text(rules, encoding="utf-8")
    table = run("evaluate", "ward.yaml", "data.json", cwd=ward)
    assert table.returncode == 0
    assert all(letter.isprintable() or letter == "\n" for letter in table.stdout)
    rows = list(
        csv.reader(io.StringIO(run("evaluate", "ward.yaml", "data.json", "--format", "csv", cwd=ward).stdout))
    )
    cells = [cell for row in rows for cell in row]
    assert not [
        cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and not re.fullmatch(r"-?[\d.]+", cell)
    ]
    assert "'=1+1" in cells
    assert all(cell.isprintable() for cell in cells)
    plain = run("evaluate", "ward.yaml", "data.json", "--format", "json", cwd=ward).stdout
    assert all(letter.isprintable() or letter == "\n" for letter in plain)
    assert [each["subject"] for each in json.loads(plain)] == [each["subject"] for each in listed]
    for form in ("text", "markdown", "html", "json"):
        text = run(
            "explain", "ward.yaml", "data.json", "--subject", "<b>c</b>", "--format", form, cwd=ward
        ).stdout
        assert all(letter.isprintable() or letter == "\n" for letter in text)
        assert form != "html" or "<b>c</b>" not in text


@pytest.mark.parametrize("name", ["a\x1b[31mred", "b\u202eevil", "c\u200bd", "e\nf"])
def test_names_with_something_hidden_are_refused(ward: Path, name: str) -> None:
    (ward / "data.json").write_text(json.dumps([{"subject": name, "values": {}}]), encoding="utf-8")
    done = run("evaluate", "ward.yaml", "data.json", cwd=ward)
    assert done.returncode == 1
    assert re.search(r"\[CE50[25]\]", done.stderr)
    assert all(letter.isprintable() or letter == "\n" for letter in done.stderr)


def test_hidden_characters_in_arguments_and_files_are_not_shown_raw(ward: Path) -> None:
    evil = "\x1b]0;owned\x07\u202e"
    (ward / "evil.yaml").write_text(f"criteria_engine: 1\nid: x\nversion: {evil}\n", encoding="utf-8")
    for arguments in (
        ["check", "evil.yaml"],
        ["check", f"{evil}.yaml"],
        ["check", f"--{evil}"],
        ["explain", "ward.yaml", "data.csv", "--subject", evil],
        ["evaluate", "ward.yaml", "data.csv", "--on", evil],
        ["evaluate", "ward.yaml", "data.csv", "-o", f"x.{evil}"],
    ):
        done = run(*arguments, cwd=ward)
        assert done.returncode in (1, 2)
        assert all(letter.isprintable() or letter == "\n" for letter in done.stdout + done.stderr), arguments


@posix
def test_a_closed_pipe_is_quiet(ward: Path) -> None:
    (ward / "data.csv").write_text(
        "subject,station\n" + "".join(f"Phường số {number},có\n" for number in range(3000)), encoding="utf-8"
    )
    command = [sys.executable, "-m", "criteria_engine", "evaluate", "ward.yaml", "data.csv"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ward, env=environment()
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (141, b"")


@posix
def test_ctrl_c_ends_with_130(ward: Path) -> None:
    os.mkfifo(ward / "slow.csv")
    command = [sys.executable, "-m", "criteria_engine", "evaluate", "ward.yaml", "slow.csv"]
    with subprocess.Popen(  # noqa: SIM117 - the one has to run before the other can be opened
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ward,
        env=environment(),
        # a shell's background job ignores Ctrl-C, and so would what it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    ) as running:
        # Opening the other end waits until the program has opened its own, and reads.
        with (ward / "slow.csv").open("w") as stream:
            stream.write("subject,station\n")
            stream.flush()
            time.sleep(0.2)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=20)
    assert (running.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def test_a_bug_of_ours_is_one_line(
    ward: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("criteria_engine.cli.commands._run", fail)
    monkeypatch.delenv("CRITERIA_DEBUG", raising=False)
    assert main(["check", "x.yaml", "--lang", "en"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "ZeroDivisionError" in said.err
    assert "secret" not in said.err
    monkeypatch.setenv("CRITERIA_DEBUG", "1")
    assert main(["check", "x.yaml"]) == 3
    assert "Traceback" in capsys.readouterr().err


@posix
@pytest.mark.parametrize(
    ("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_only(ward: Path, more: dict[str, str], coloured: bool) -> None:
    (ward / "broken.yaml").write_text(BROKEN)
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "criteria_engine", "check", "broken.yaml"]
    with os.fdopen(outer, "rb", buffering=0) as screen:
        subprocess.run(
            command, check=False, stdout=inner, cwd=ward, env=environment(**{"TERM": "xterm", **more})
        )
        os.close(inner)
        shown = b""
        try:
            while piece := screen.read(4096):
                shown += piece
        except OSError:  # what Linux gives at the end of a terminal
            pass
    assert (b"\x1b[31m" in shown) is coloured
    assert "lỗi".encode() in shown
    assert b"\x1b" not in run("check", "broken.yaml", cwd=ward).stdout.encode()


def test_the_same_bytes_every_time(ward: Path) -> None:
    shown = {
        spawned("evaluate", WARDS, DATA, "--format", form, PYTHONHASHSEED=seed, TZ=zone, LANG=lang).stdout
        for seed, zone, lang in (
            ("0", "UTC", "C"),
            ("1", "Asia/Ho_Chi_Minh", "vi_VN.UTF-8"),
            ("2", "UTC", "tr_TR"),
        )
        for form in ("csv",)
    }
    assert len(shown) == 1


# ---- tables ------------------------------------------------------------------------------------


def test_tables_know_wide_letters() -> None:
    assert [
        width_of(text) for text in ("abc", "phường", unicodedata.normalize("NFD", "phường"), "日本", "\u200b")
    ] == [3, 6, 6, 4, 0]
    assert cut("Vĩnh Nguyên", 5) == "Vĩnh…"
    assert cut("日本語", 4) == "日…"
    assert padded("日", 4) == "日  "
    assert safe("a\tb\x1bc\u202ed\u00a0e\nf") == "a b\ufffdc\ufffdd e f"
    table = text_table(["tên", "n"], [["日本", "1"], ["a|b", "22"]], right=(1,))
    assert table == "tên  |  n\n-----+---\n日本 |  1\na/b  | 22"
    lines = table.splitlines()
    assert {width_of(line) for line in lines} == {9}


def test_tables_keep_to_their_width() -> None:
    for width in (20, 40, 77):
        table = text_table(
            ["a", "b", "c"], [["x " * 40, "y" * 60, "z"], ["", "1", "日" * 50]], width=max(width, 30)
        )
        assert max(map(width_of, table.splitlines())) <= max(width, 30)
