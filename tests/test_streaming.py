"""``criteria evaluate`` from one end to the other: every kind in, every kind out, nothing held that need not be."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli import DATA, RULES, TABLE, WARDS, environment, posix, run

import criteria_engine as ce
from criteria_engine.cli import evaluate as evaluating
from criteria_engine.cli.commands import parsed
from criteria_engine.cli.terminal import Console, Progress

KINDS = ("csv", "json", "jsonl", "parquet")
Values = Mapping[str, Any]
Entry = tuple[str, str | None, Values]
"""A subject, its period, its values."""


# ---- one set of data in every kind ---------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as JSON and Parquet hold it."""
    if value is ce.NA:
        return "n/a"
    return value.isoformat() if isinstance(value, datetime.date) else value


def written(value: Any) -> str:
    """A value as an office types it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    return str(plain(value)).replace(".", ",") if isinstance(value, float) else str(plain(value))


def save(path: Path, names: Sequence[str], entries: Sequence[Entry]) -> Path:
    """Entries as a file of the kind that its name says."""
    dated = any(period is not None for _, period, _ in entries)
    keys = ["subject", *["period"] * dated, *names]
    rows = [[s, *[p] * dated, *map(values.get, names)] for s, p, values in entries]
    objects = [
        {
            "subject": s,
            **({"period": p} if dated else {}),
            "values": {name: plain(each) for name, each in v.items()},
        }
        for s, p, v in entries
    ]
    match path.suffix:
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([keys, *[[written(cell) for cell in row] for row in rows]])
        case ".json":
            path.write_text(json.dumps(objects), encoding="utf-8")
        case ".jsonl":
            path.write_text("".join(json.dumps(each) + "\n" for each in objects), encoding="utf-8")
        case _:
            columns = zip(*rows, strict=True) if rows else [()] * len(keys)
            made = {key: [plain(cell) for cell in column] for key, column in zip(keys, columns, strict=True)}
            pq.write_table(pa.table(made), path)
    return path


def table(path: Path) -> list[dict[str, Any]]:
    """An output as rows of one shape, whatever its kind."""
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                found: list[dict[str, Any]] = list(csv.DictReader(stream))
            return [
                {
                    **{name: row[name] or None for name in ("subject", "period", "level", "missing")},
                    "decided": row["decided"] == "true",
                    "low": None if row["score_low"] == "" else float(row["score_low"]),
                }
                for row in found
            ]
        case ".parquet":
            return [
                {
                    **{name: row[name] or None for name in ("subject", "period", "level", "missing")},
                    "decided": row["decided"],
                    "low": row["score_low"],
                }
                for row in pq.read_table(path).to_pylist()
            ]
    text = path.read_text(encoding="utf-8")
    listed = json.loads(text) if path.suffix == ".json" else [json.loads(each) for each in text.splitlines()]
    return [
        {
            **{name: each[name] for name in ("subject", "period", "level")},
            "missing": "|".join(each["missing"]) or None,
            "decided": each["decided"],
            "low": each["score"][0],
        }
        for each in listed
    ]


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wards of a shipped ruleset in every kind of file, their rows in any order, with a year before."""
    columns = ce.load(WARDS).columns
    entries: list[Entry] = []
    for subject in ce.read_subjects(DATA, columns):
        values = dict(subject.periods[0].values)
        entries += [(subject.subject, "2024", values), (subject.subject, "2023", {**values, "tru_so": None})]
    for _, _, values in entries:
        values.pop("tru_so", None)  # type: ignore[attr-defined]
    random.Random(7).shuffle(entries)
    folder = tmp_path_factory.mktemp("wards")
    names = [column.id for column in columns]
    return {kind: save(folder / f"wards.{kind}", names, entries) for kind in KINDS}


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A folder with a small ruleset and a table."""
    (tmp_path / "ward.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "data.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("into", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_and_every_kind_out_say_the_same(
    wards: dict[str, Path], tmp_path: Path, kind: str, into: str
) -> None:
    done = run("evaluate", WARDS, wards[kind], "-o", tmp_path / f"out.{into}")
    assert (done.returncode, done.stdout) == (0, "")
    ruleset = ce.load(WARDS)
    expected = []
    for each in ce.read_subjects(wards["csv"], ruleset.columns):
        result = ruleset.evaluate(each.periods[0].values, history=each.history)
        low = None if result.score is None else result.score.low
        told = {"missing": "|".join(result.missing) or None, "decided": result.decided, "low": low}
        expected.append({"subject": each.subject, "period": "2024", "level": result.level, **told})
    assert table(tmp_path / f"out.{into}") == expected
    assert len(expected) == 14


@pytest.mark.parametrize("into", KINDS)
def test_the_same_bytes_from_every_kind(wards: dict[str, Path], tmp_path: Path, into: str) -> None:
    made = set()
    for kind in KINDS:
        assert run("evaluate", WARDS, wards[kind], "-o", tmp_path / f"{kind}.{into}").returncode == 0
        made.add((tmp_path / f"{kind}.{into}").read_bytes())
    assert len(made) == 1


def test_the_types_of_a_parquet_output(ward: Path) -> None:
    (ward / "data.csv").write_text(TABLE + "=A1,có,90,1\n", encoding="utf-8")
    assert run("evaluate", "ward.yaml", "data.csv", "-o", "out.parquet", "--detail", cwd=ward).returncode == 0
    found = pq.read_table(ward / "out.parquet")
    types = {field.name: str(field.type) for field in found.schema}
    assert types.pop("decided") == "bool"
    numbers = {name for name, type in types.items() if type == "double"}
    assert numbers == {name for name in types if re.search(r"score_|\.low|\.high", name)}
    assert {type for name, type in types.items() if name not in numbers} == {"string"}
    assert found.column("subject").to_pylist()[-1] == "=A1"
    assert found.column("period").null_count == 5
    again = run("evaluate", "ward.yaml", "data.csv", "--format", "jsonl", cwd=ward)
    assert json.loads(again.stdout.splitlines()[-1])["subject"] == "=A1"
    assert "\ufeff" not in again.stdout


def test_parquet_goes_to_files_only(ward: Path) -> None:
    done = run("evaluate", "ward.yaml", "data.csv", "--format", "parquet", cwd=ward)
    assert done.returncode == 2
    assert "[CE837]" in done.stderr


def test_no_subjects_are_an_empty_output_of_every_kind(ward: Path) -> None:
    (ward / "data.csv").write_text("subject,cases\n", encoding="utf-8")
    for kind in KINDS:
        assert run("evaluate", "ward.yaml", "data.csv", "-o", f"out.{kind}", cwd=ward).returncode == 0
        assert table(ward / f"out.{kind}") == []


# ---- subjects as they come -----------------------------------------------------------------------

INPUTS = [ce.Column("cases", "integer", (), False, ()), ce.Column("note", "text", (), False, ())]
PERIODS = {2: ["2021", "2022"], 3: ["2021-Q1", "2021-Q2", "2021-Q4"], 1: [None]}


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Rows of several subjects, each with its periods, in any order."""
    entries: list[Entry] = []
    several = draw(st.booleans())
    for subject in draw(st.lists(st.sampled_from(["A", "B", "Vĩnh Hòa", "D", "E"]), unique=True)):
        for period in PERIODS[draw(st.sampled_from([2, 3])) if several else 1]:
            values = {
                "cases": draw(st.none() | st.integers(0, 9)),
                "note": draw(st.sampled_from([None, "x"])),
            }
            entries.append((subject, period, values))
    return draw(st.permutations(entries))


@given(entries=histories(), kind=st.sampled_from(KINDS))
def test_subjects_are_those_of_the_table_whatever_the_order_of_its_rows(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], kind: str
) -> None:
    """Law: iter_subjects gives each subject once, in the order of first rows, with all of its periods."""
    path = save(tmp_path_factory.mktemp("drawn") / f"data.{kind}", ["cases", "note"], entries)
    gathered: dict[str, list[tuple[str | None, Values]]] = {}
    for subject, period, values in entries:
        gathered.setdefault(subject, []).append((period, values))
    expected = [
        (subject, sorted(periods, key=lambda each: each[0] or "", reverse=True))
        for subject, periods in gathered.items()
    ]
    found = list(ce.iter_subjects(path, INPUTS))
    assert [(each.subject, [(p.period, p.values) for p in each.periods]) for each in found] == expected
    assert tuple(found) == ce.read_subjects(path, INPUTS)


def many(count: int, periods: Sequence[str | None] = (None,)) -> list[Entry]:
    """Many subjects, each of whose rows stand together."""
    return [(f"Phường {n}", p, {"cases": n % 10, "note": "chữ"}) for n in range(count) for p in periods]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("periods", [[None], ["2023", "2024"]])
def test_a_subject_is_given_while_most_of_the_file_is_unread(
    tmp_path: Path, kind: str, periods: list[str | None]
) -> None:
    path = save(tmp_path / f"data.{kind}", ["cases", "note"], many(20_000, periods))
    told: list[tuple[int, int]] = []
    subjects = ce.iter_subjects(path, INPUTS, progress=lambda done, total: told.append((done, total)))
    assert next(subjects).subject == "Phường 0"
    twice = kind == "jsonl" or periods != [None]
    assert told[-1][0] <= told[-1][1] * (0.55 if twice else 0.1)
    assert sum(1 for _ in subjects) == 19_999
    assert told == sorted(told)
    assert told[-1][1] * 0.9 < told[-1][0] <= told[-1][1]


def test_verdicts_are_written_while_the_data_are_read(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(ward / "many.csv", ["cases"], many(20_000))
    seen: list[int] = []
    judged = evaluating.judged

    def watched(*arguments: Any) -> Iterator[Any]:
        for number, each in enumerate(judged(*arguments)):
            if number % 5_000 == 0:
                seen.extend(part.stat().st_size for part in ward.glob(".*.part"))
            yield each

    monkeypatch.setattr(evaluating, "judged", watched)
    assert run("evaluate", "ward.yaml", "many.csv", "-o", "out.csv", cwd=ward).returncode == 0
    assert len(seen) == 4
    assert seen == sorted(set(seen))
    assert not list(ward.glob(".*.part"))


# ---- what is wrong -------------------------------------------------------------------------------


def codes(path: Path, inputs: Sequence[ce.Column] = INPUTS, **more: Any) -> list[tuple[int | None, str]]:
    """Lines and codes of all that is wrong with a file; each can be said in both languages."""
    with pytest.raises(ce.CriteriaError) as caught:
        list(ce.iter_subjects(path, inputs, **more))
    for each in caught.value.diagnostics:
        assert all(str(each.in_language(lang)) for lang in ("vi", "en"))
    return [(each.line, each.code) for each in caught.value.diagnostics]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_the_last_row_leaves_the_old_output(ward: Path, kind: str) -> None:
    entries = [(name, period, {"cases": values["cases"]}) for name, period, values in many(2_000)]
    data = save(ward / f"many.{kind}", ["cases"], [*entries, ("Phường 5", None, {"cases": 1})])
    (ward / "out.csv").write_text("mine", encoding="utf-8")
    before = sorted(ward.iterdir())
    done = run("evaluate", "ward.yaml", data.name, "-o", "out.csv", "--force", cwd=ward)
    assert (done.returncode, done.stdout) == (1, "")
    assert "[CE814]" in done.stderr
    assert run("evaluate", "ward.yaml", data.name, "--format", "csv", cwd=ward).stdout == ""
    assert (ward / "out.csv").read_text(encoding="utf-8") == "mine"
    assert sorted(ward.iterdir()) == before


def test_all_faults_are_said_though_subjects_were_given_before(tmp_path: Path) -> None:
    rows = [f"P{n},{'x' if n in (300, 700) else n % 9}" for n in range(1_000)]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["subject,cases", *rows, "P1,1", "P2"]), encoding="utf-8")
    given_before: list[str] = []
    with pytest.raises(ce.CriteriaError) as caught:
        given_before.extend(each.subject for each in ce.iter_subjects(path, INPUTS))
    assert given_before == [f"P{n}" for n in range(300)]
    found = [(each.line, each.code) for each in caught.value.diagnostics]
    assert found == [(302, "CE510"), (702, "CE510"), (1002, "CE814"), (1003, "CE806")]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("\ufeff" + '{"subject": "A"}\n', []),
        ('\n{"subject": "A"}\r\n  \n{"subject": "B"}', []),
        ('{"subject": "A"}\n{"subject": "B", "values": {"cas', [(2, "CE818")]),
        ('{"subject": "A"}\n5\n"x"\n[1]\nnull\n', [(n, "CE832") for n in (2, 3, 4, 5)]),
        ('[{"subject": "A"},\n{"subject": "B"}]\n', [(1, "CE832")]),
        ('{"subject": "A"} {"subject": "B"}\n{"subject": "A"},\n', [(1, "CE818"), (2, "CE818")]),
        ('{"subject": "A"}\n{"subject": "B"}\n{"subject": " A"}\n', [(3, "CE814")]),
        (
            '{"subject": "A", "values": {"cases": "85,5"}}\n{"name": "B"}\n',
            [(1, "CE549"), (2, "CE813"), (2, "CE809")],
        ),
        ('{"subject": "A"}\n' + "[" * 100_000, [(2, "CE819")]),
        ("", []),
    ],
)
def test_json_lines_as_they_should_not_be(tmp_path: Path, text: str, faults: list[Any]) -> None:
    path = tmp_path / "data.ndjson"
    path.write_text(text, encoding="utf-8", newline="")
    if faults:
        assert codes(path) == faults
    else:
        assert len(list(ce.iter_subjects(path, INPUTS))) == text.count("subject")


def test_json_lines_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_bytes(b'{"subject": "A"}\n{"subject": "V\xecnh"}\n')
    assert codes(tmp_path / "data.jsonl") == [(2, "CE804")]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_line_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("criteria_engine.files.rows.LONGEST_LINE", 1_000)
    path = save(tmp_path / f"data.{kind}", ["cases"], [("A", None, {"cases": 1})])
    with path.open("a", encoding="utf-8") as stream:
        stream.write("x" * 5_000)
    assert (path.read_text(encoding="utf-8").count("\n") + 1, "CE831") in codes(path)


def test_a_row_of_endless_lines(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("subject,cases\n" + '"a\n",' * 100_000, encoding="utf-8")
    assert codes(tmp_path / "data.csv") == [(2, "CE817")]


def test_large_files_are_for_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("criteria_engine.files.rows.LARGEST", 1_000)
    for kind in KINDS:
        path = save(tmp_path / f"data.{kind}", ["cases"], many(100))
        with pytest.raises(ce.CriteriaError) as caught:
            ce.read_subjects(path, INPUTS)
        assert [each.code for each in caught.value.diagnostics] == ["CE803"]
        if kind == "json":
            assert codes(path) == [(None, "CE803")]
        else:
            assert len(list(ce.iter_subjects(path, INPUTS))) == 100


def test_a_full_disk_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "data.csv", ["cases"], many(3))

    def full(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    assert codes(path) == [(None, "CE836")]


def test_many_refused_subjects_are_counted(ward: Path) -> None:
    with (ward / "ward.yaml").open("a", encoding="utf-8") as stream:
        stream.write("consistency:\n  - {holds: cases < 5, note: quá nhiều}\n")
    save(ward / "many.csv", ["cases"], many(200))
    done = run("evaluate", "ward.yaml", "many.csv", "-o", "out.jsonl", cwd=ward, CRITERIA_LANG="en")
    assert done.returncode == 1
    assert done.stderr.count("[CE561]") == 50
    assert "and 50 more with faulty values" in done.stderr
    lines = (ward / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum("errors" in json.loads(line) for line in lines) == 100


# ---- Parquet -------------------------------------------------------------------------------------

EVERY = [
    ce.Column("cases", "integer", (), False, ("Số vụ",)),
    ce.Column("share", "percent", (), True, ()),
    ce.Column("index", "number", (), False, ()),
    ce.Column("station", "boolean", (), False, ()),
    ce.Column("grade", "ordinal", ("poor", "good"), True, ()),
    ce.Column("since", "date", (), False, ()),
    ce.Column("note", "text", (), False, ()),
]
DAY = datetime.date(2024, 2, 29)
SAIGON = datetime.timezone(datetime.timedelta(hours=7))


def parquet(folder: Path, columns: Mapping[str, Any]) -> Path:
    """A Parquet file of these columns, below a column of subjects unless there is one."""
    count = len(next(iter(columns.values())))
    subjects = {} if "subject" in columns else {"subject": [f"S{n}" for n in range(count)]}
    pq.write_table(pa.table({**subjects, **columns}), folder / "data.parquet")
    return folder / "data.parquet"


@pytest.mark.parametrize(
    ("name", "column", "expected"),
    [
        ("cases", pa.array([3, None], pa.uint8()), [3, None]),
        ("cases", pa.array([3.0, float("nan")]), [3, None]),
        ("cases", ["1.234", " "], [1234, None]),
        ("Số vụ", pa.array([Decimal(12), None], pa.decimal128(9, 0)), [12, None]),
        ("share", ["85,5 %", "n/a"], [85.5, ce.NA]),
        ("share", pa.array([0.5, 100], pa.float32()), [0.5, 100.0]),
        ("index", pa.array([Decimal("0.30"), Decimal("-1.00")], pa.decimal128(20, 2)), [0.3, -1.0]),
        ("index", pa.array([-0.0, None], pa.float64()), [0.0, None]),
        ("station", [True, None], [True, None]),
        ("station", pa.array(["Có", "không"], pa.large_string()), [True, False]),
        ("station", pa.array(["x", None], pa.string_view()), [True, None]),
        ("grade", pa.array(["Good", None]).dictionary_encode(), ["good", None]),
        ("grade", pa.nulls(2), [None, None]),
        ("grade", pa.array([float("nan"), None], pa.float64()), [None, None]),
        ("since", pa.array([DAY, None], pa.date32()), [DAY, None]),
        ("since", pa.array([DAY, None], pa.date64()), [DAY, None]),
        ("since", pa.array([datetime.datetime(2024, 2, 29, 23), None], pa.timestamp("ns")), [DAY, None]),  # noqa: DTZ001 - a zone there is none
        (
            "since",
            pa.array([datetime.datetime(2024, 2, 29, tzinfo=SAIGON)], pa.timestamp("us", "Asia/Ho_Chi_Minh")),
            [DAY],
        ),
        ("since", ["29/02/2024", "2024-02-29"], [DAY, DAY]),
        ("note", ["Vĩnh\u00a0Hòa ", None], ["Vĩnh Hòa", None]),
    ],
)
def test_what_a_parquet_column_says(tmp_path: Path, name: str, column: Any, expected: list[Any]) -> None:
    path = parquet(tmp_path, {name: column})
    found = [dict(each.periods[0].values) for each in ce.read_subjects(path, EVERY)]
    values = [value for each in found for value in each.values()]
    assert values == expected
    assert [type(each) for each in values] == [type(each) for each in expected]


def test_subjects_periods_titles_and_evidence_in_parquet(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        {
            "subject": [22_366, 22_366],
            "period": [2023, 2024],
            "cases": [1, 2],
            "titles.vn.example": ["safe", None],
            "evidence.cases": [None, "QĐ 12"],
            "__index_level_0__": [7, 8],
        },
    )
    (found,) = ce.read_subjects(path, EVERY)
    assert (found.subject, [each.period for each in found.periods]) == ("22366", ["2024", "2023"])
    assert found.titles == {"vn.example": [None, "safe"]}
    assert found.periods[0].evidence == {"cases": "QĐ 12"}
    days = parquet(tmp_path, {"subject": ["A", "A"], "period": [DAY, DAY + datetime.timedelta(1)]})
    assert [each.period for each in ce.read_subjects(days, EVERY)[0].periods] == ["2024-03-01", "2024-02-29"]


@pytest.mark.parametrize(
    ("columns", "faults"),
    [
        ({"cases": [1, -(2**62)], "index": [float("inf"), 1.0]}, [(1, "CE514"), (2, "CE514")]),
        ({"cases": [1.5, 2.0], "share": [101, 5]}, [(1, "CE518"), (1, "CE519")]),
        ({"cases": ["ba vụ", "1,5"], "grade": ["godo", "poor"]}, [(1, "CE510"), (1, "CE542"), (2, "CE518")]),
        (
            {"station": [1, 0], "grade": [None, 3], "since": [20_240_101, None]},
            [(1, "CE833")] * 2 + [(2, "CE833")],
        ),
        ({"cases": [True, False], "note": [1.0, None]}, [(1, "CE833"), (1, "CE833")]),
        ({"cases": [[1], [2]], "note": [{"a": 1}, None]}, [(1, "CE833"), (1, "CE833")]),
        ({"note": [b"x", None]}, [(1, "CE833")]),
        ({"subject": ["A", "A"]}, [(2, "CE814")]),
        ({"subject": [None, " "]}, [(1, "CE813"), (2, "CE813")]),
        ({"subject": [1.0, 2.0]}, [(1, "CE833")]),
        ({"subject": ["A", "B"], "period": ["2024", "24"]}, [(2, "CE815")]),
        ({"casse": [1, 2], "xyz": [1, 2]}, [(None, "CE808"), (None, "CE809")]),
        ({"name": ["A", "B"], "subject_": [1, 2]}, None),
    ],
)
def test_parquet_as_it_should_not_be(tmp_path: Path, columns: dict[str, Any], faults: Any) -> None:
    path = parquet(tmp_path, columns)
    if faults is None:
        assert codes(path, EVERY, subject_column="ward")[-1] == (None, "CE834")
    else:
        assert codes(path, EVERY) == faults


def test_a_fault_in_parquet_names_row_and_column(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"Số vụ": ["1", "ba vụ"]})
    with pytest.raises(ce.CriteriaError) as caught:
        ce.read_subjects(path, EVERY)
    assert str(caught.value.diagnostics[0].in_language("en")) == (
        f"{path}:2:8: “ba vụ” is not a number [CE510]\n"
        "    2 | Số vụ: ba vụ\n"
        "      |        ^^^^^\n"
        "  hint: write digits only, without a unit; leave it empty if there is no figure yet"
    )


def test_columns_of_one_name_in_parquet(tmp_path: Path) -> None:
    columns = [pa.array(["A"]), pa.array([1]), pa.array([2])]
    pq.write_table(pa.table(columns, names=["subject", "cases", "cases"]), tmp_path / "data.parquet")
    assert codes(tmp_path / "data.parquet", EVERY) == [(None, "CE810")]
    pq.write_table(pa.table([], names=[]), tmp_path / "data.parquet")
    assert codes(tmp_path / "data.parquet", EVERY) == [(None, "CE834")]


def broken(whole: bytes) -> dict[str, bytes]:
    """Files that are no Parquet, or no longer."""
    middle = len(whole) // 2
    return {
        "empty": b"",
        "magic alone": b"PAR1",
        "a table": b"subject,cases\nA,1\n",
        "cut": whole[:-20],
        "head lost": b"PAR1" + whole[middle:],
        "no metadata": b"PAR1" + b"\0" * 100 + (50).to_bytes(4, "little") + b"PAR1",
        "zeroed data": whole[:4] + b"\0" * (middle // 2) + whole[4 + middle // 2 :],
    }


def test_files_that_are_not_parquet(tmp_path: Path, ward: Path) -> None:
    whole = parquet(tmp_path, {"cases": list(range(5_000)), "note": ["chữ"] * 5_000}).read_bytes()
    for name, content in broken(whole).items():
        path = tmp_path / "broken.parquet"
        path.write_bytes(content)
        assert codes(path, EVERY) == [(None, "CE835")], name
        done = run("evaluate", "ward.yaml", path, "-o", "out.csv", cwd=ward)
        assert (done.returncode, "[CE835]" in done.stderr) == (2, True), name
        assert not (ward / "out.csv").exists()
    (tmp_path / "folder.parquet").mkdir()
    for name in ("absent.parquet", "folder.parquet"):
        assert codes(tmp_path / name, EVERY) == [(None, "CE801")]


@given(st.data())
def test_parquet_with_any_byte_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Law: a damaged file never ends in anything but subjects or a CriteriaError."""
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(parquet(folder, {"cases": [1, 2, None], "note": ["a", "b", "c"]}).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255))
    (folder / "data.parquet").write_bytes(content)
    try:
        assert len(ce.read_subjects(folder / "data.parquet", EVERY)) <= 3
    except ce.CriteriaError as error:
        assert error.diagnostics


def test_without_pyarrow_a_package_is_named(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet(ward, {"cases": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for arguments in (("data.parquet",), ("data.csv", "-o", "out.parquet")):
        done = run("evaluate", "ward.yaml", *arguments, cwd=ward)
        assert done.returncode == 2
        assert 'pip install "criteria-engine[parquet]"' in done.stderr
    assert not (ward / "out.parquet").exists()
    assert run("evaluate", "ward.yaml", "data.csv", "-o", "out.csv", cwd=ward).returncode == 0


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    taken = 0

    def rows() -> Iterator[tuple[str, float | None, bool]]:
        nonlocal taken
        for number in range(150_000):
            taken = number
            yield f"S{number}", None if number % 2 else number, True

    sizes: list[int] = []
    with (tmp_path / "out.parquet").open("wb") as stream:
        watched = Watched(stream, lambda: sizes.append(taken))
        ce.write_parquet(watched, {"name": str, "score": float, "fine": bool}, rows())
    assert min(sizes[1:]) < 70_000
    found = pq.ParquetFile(tmp_path / "out.parquet")
    assert (found.metadata.num_rows, found.metadata.num_row_groups) == (150_000, 3)
    found.close()


class Watched(io.RawIOBase):
    """A stream that says when it is written to."""

    def __init__(self, stream: io.BufferedWriter, say: Callable[[], None]) -> None:
        super().__init__()
        self._stream, self._say = stream, say

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._say()
        return self._stream.write(data)

    def tell(self) -> int:
        return self._stream.tell()


# ---- the output and the screen -------------------------------------------------------------------


def test_a_file_that_appears_meanwhile_is_not_overwritten(
    ward: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = evaluating.judged

    def slow(*arguments: Any) -> Iterator[Any]:
        (ward / "out.csv").write_text("of another", encoding="utf-8")
        return judged(*arguments)

    monkeypatch.setattr(evaluating, "judged", slow)
    done = run("evaluate", "ward.yaml", "data.csv", "-o", "out.csv", cwd=ward)
    assert done.returncode == 2
    assert "[CE821]" in done.stderr
    assert (ward / "out.csv").read_text(encoding="utf-8") == "of another"
    assert not list(ward.glob(".*.part"))


@posix
@pytest.mark.parametrize(("way", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended_leaves_the_old_output(ward: Path, way: signal.Signals, status: int) -> None:
    save(ward / "many.csv", ["cases"], many(200_000))
    (ward / "out.csv").write_text("mine", encoding="utf-8")
    command = [sys.executable, "-m", "criteria_engine", "evaluate", "ward.yaml", "many.csv", "-o", "out.csv"]
    with subprocess.Popen(
        [*command, "--force"],
        cwd=ward,
        env=environment(),
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
    ) as running:
        while not any(part.stat().st_size for part in ward.glob(".*.part")):
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(way)
        _, said = running.communicate(timeout=20)
    assert (running.returncode, b"Traceback" in said) == (status, False)
    assert (ward / "out.csv").read_text(encoding="utf-8") == "mine"
    assert len(list(ward.glob(".*.part"))) == (way == signal.SIGKILL)
    assert run("evaluate", "ward.yaml", "data.csv", "-o", "out.csv", "--force", cwd=ward).returncode == 0
    assert sorted(path.name for path in ward.iterdir()) == ["data.csv", "many.csv", "out.csv", "ward.yaml"]


class Terminal(io.StringIO):
    """What stands for a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_that_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 1.0, 3.0, 3.05, 4.0])
    monkeypatch.setattr("criteria_engine.cli.terminal.time.monotonic", lambda: next(moments))
    screen = Terminal()
    with Progress(Console("vi", io.StringIO(), screen)) as progress:
        progress(1, 100)
        assert screen.getvalue() == ""
        progress(25, 100)
        progress(26, 100)
        progress(100, 100)
    drawn = [line.rstrip() for line in screen.getvalue().split("\r")]
    bar, full = "#" * 10 + "." * 30, "#" * 40
    assert drawn == ["", f"  [{bar}]  25 %", f"  [{full}] 100 %", "", ""]


def test_the_bar_is_gone_before_anything_is_said(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("criteria_engine.cli.terminal._PATIENCE", 0)
    screen = Terminal()
    console = Console("vi", io.StringIO(), screen)
    monkeypatch.chdir(ward)
    assert (
        evaluating.run_evaluate(parsed(["evaluate", "ward.yaml", "data.csv", "-o", "out.csv"]), console) == 0
    )
    *bars, wiped, said = screen.getvalue().split("\r")
    assert "%" in "".join(bars)
    assert (wiped.strip(), said) == ("", "đã ghi out.csv\n")


def test_no_bar_where_nobody_watches_or_the_work_is_short(ward: Path) -> None:
    silent, screen = io.StringIO(), Terminal()
    for err in (silent, screen):
        with Progress(Console("vi", io.StringIO(), err)) as progress:
            progress(1, 2)
    Console("vi", io.StringIO(), silent).progress(0.5)
    assert silent.getvalue() == screen.getvalue() == ""
