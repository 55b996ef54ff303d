"""Data files as users have them, and as they should never have them."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import time
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria_engine.core.nodes import NA
from criteria_engine.files.subjects import PeriodData, SubjectData, read_subjects
from criteria_engine.messages.diagnostics import CriteriaError


@attrs.frozen
class Input:
    """An input as the readers need to know it."""

    id: str
    type: str
    words: tuple[str, ...] = ()
    may_be_na: bool = False
    titles: tuple[str, ...] = ()


INPUTS = (
    Input("theft_cases", "integer", titles=("Số vụ trộm cắp", "Thefts")),
    Input("registered", "percent", may_be_na=True, titles=("Tỷ lệ đăng ký, %",)),
    Input("headquarters", "boolean", titles=("Có trụ sở đạt chuẩn",)),
    Input("rating", "ordinal", ("poor", "fair", "good"), True, ("Xếp loại",)),
    Input("since", "date"),
    Input("note", "text"),
    Input("index", "number"),
    Input("số_dân", "integer", titles=("Dân số",)),
    Input("one", "integer", titles=("Chung",)),
    Input("other", "integer", titles=("Chung",)),
)

Found = tuple[SubjectData, ...]


class Files:
    """A folder to put data files into and read them from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()

    def read(self, ending: str, content: str | bytes, **options: Any) -> Found:
        path = self.folder / f"{next(self.numbers)}{ending}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            return read_subjects(path, INPUTS, **options)
        finally:
            path.unlink()

    def faults(
        self, ending: str, content: str | bytes, **options: Any
    ) -> list[tuple[int | None, int | None, str]]:
        """Line, column and code of all that is wrong."""
        with pytest.raises(CriteriaError) as caught:
            self.read(ending, content, **options)
        assert str(caught.value)
        for known in caught.value.diagnostics:
            for lang in ("vi", "en"):
                assert str(known.in_language(lang))
            if known.source is not None:
                assert known.column is not None
                assert 1 <= known.column <= len(known.source) + 1
        return [(known.line, known.column, known.code) for known in caught.value.diagnostics]

    def marked(self, ending: str, content: str) -> list[str]:
        """What the carets stand under."""
        with pytest.raises(CriteriaError) as caught:
            self.read(ending, content)
        return [
            (known.source or "")[known.column - 1 :][: known.width]
            for known in caught.value.diagnostics
            if known.column
        ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A folder for all tests of this file."""
    return Files(tmp_path_factory.mktemp("data"))


def values(found: Found) -> list[dict[str, Any]]:
    """The values of the newest period of each subject."""
    return [dict(subject.periods[0].values) for subject in found]


OFFICE = (
    "subject;period;Số vụ trộm cắp;Tỷ lệ đăng ký, %;HEADQUARTERS;Xếp loại;since\r\n"
    "Vĩnh Hòa;2024;1.234;85,5 %;Có;Good;01/03/2024\r\n"
    "Vĩnh Hòa;2025;3;n/a;không;;\r\n"
    '"Phường ""Một"" ";2025;;90;x;-;\r\n'
    ";;;;;;\r\n"
    "\r\n"
)
OFFICE_READ = (
    SubjectData(
        "Vĩnh Hòa",
        (
            PeriodData(
                "2025",
                {"theft_cases": 3, "registered": NA, "headquarters": False, "rating": None, "since": None},
            ),
            PeriodData(
                "2024",
                {
                    "theft_cases": 1234,
                    "registered": 85.5,
                    "headquarters": True,
                    "rating": "good",
                    "since": date(2024, 3, 1),
                },
            ),
        ),
    ),
    SubjectData(
        'Phường "Một"',
        (
            PeriodData(
                "2025",
                {"theft_cases": None, "registered": 90, "headquarters": True, "rating": None, "since": None},
            ),
        ),
    ),
)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_table_as_an_office_saves_it(files: Files, mark: str, end: str, delimiter: str, form: Any) -> None:
    rows = list(csv.reader(io.StringIO(OFFICE, newline=""), delimiter=";"))
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    text = mark + unicodedata.normalize(form, stream.getvalue())
    assert files.read(".csv", text) == OFFICE_READ


def test_the_delimiter_is_the_one_that_makes_known_columns(files: Files) -> None:
    text = 'subject;"Tỷ lệ đăng ký, %";note\nA;85,5;a,b,c,d\n'
    assert values(files.read(".csv", text)) == [{"registered": 85.5, "note": "a,b,c,d"}]
    assert values(files.read(".csv", 'subject,note\nA,"x;y;z"\n')) == [{"note": "x;y;z"}]
    assert values(files.read(".tsv", "subject\tnote\nA\tx, y; z\n")) == [{"note": "x, y; z"}]


def test_headings_by_id_or_title_in_any_form(files: Files) -> None:
    text = " Subject , SỐ_DÂN,thefts,Ｎｏｔｅ\nA,1.234,3,x\n"
    assert values(files.read(".csv", text)) == [{"số_dân": 1234, "theft_cases": 3, "note": "x"}]
    wrapped = 'subject,"Số vụ\ntrộm  cắp"\nA,3\n'
    assert values(files.read(".csv", wrapped)) == [{"theft_cases": 3}]


def test_another_column_can_name_the_subject(files: Files) -> None:
    assert files.read(".csv", "Phường,note\nA,x\n", subject_column="phường")[0].subject == "A"
    assert files.faults(".csv", "subject,note\nA,x\n", subject_column="phường") == [
        (1, 1, "CE807"),
        (1, 1, "CE809"),
    ]


def test_the_language_is_that_of_the_cells(files: Files) -> None:
    text = "subject;index\nA;1.234\n"
    assert files.faults(".csv", text) == [(2, 3, "CE511")]
    assert values(files.read(".csv", text, lang="en")) == [{"index": 1.234}]


def test_titles_and_evidence_are_empty_in_a_table(files: Files) -> None:
    (found,) = files.read(".csv", "subject\nA\n")
    assert found == SubjectData("A", (PeriodData(None, {}, {}, {}),))


def test_all_faults_at_once_each_in_its_place(files: Files) -> None:
    text = (
        "subject,theft_cases,registered,theft_case,zzzz,theft_cases,Chung\n"
        "A,1.5,0.5,x,x,1,x\n"
        ",1\n"
        "A,1,85,,,,\n"
        "B,x,120,,,,\n"
        "C,1,2,3,4,5,6,7\n"
        ",1,,,,,\n"
    )
    assert files.faults(".csv", text) == [
        (1, 32, "CE808"),
        (1, 43, "CE809"),
        (1, 48, "CE810"),
        (1, 60, "CE812"),
        (2, 3, "CE518"),
        (2, 7, "CE520"),
        (3, 2, "CE806"),
        (4, 1, "CE814"),
        (5, 3, "CE510"),
        (5, 5, "CE519"),
        (6, 15, "CE806"),
        (7, 1, "CE813"),
    ]


def test_places_inside_quoted_cells_that_go_over_lines(files: Files) -> None:
    text = 'subject;note;theft_cases\n"A";"x\ny; ""z""";"one"\nB;ok;"1,5"\n'
    assert files.faults(".csv", text) == [(2, 5, "CE505"), (3, 11, "CE510"), (4, 6, "CE518")]
    assert files.marked(".csv", text) == ['"x', '"one"', '"1,5"']


def test_the_whole_sentence(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.folder / "phường.csv"
    path.write_text("subject;theft_cases\nVĩnh Hòa;ba vụ\n", encoding="utf-8")
    expected = {
        "vi": f"{path}:2:10: “ba vụ” không phải là số [CE510]\n"
        "    2 | Vĩnh Hòa;ba vụ\n"
        "      |          ^^^^^\n"
        "  sửa: chỉ ghi chữ số, không kèm đơn vị; để trống nếu chưa có số liệu",
        "en": f"{path}:2:10: “ba vụ” is not a number [CE510]\n"
        "    2 | Vĩnh Hòa;ba vụ\n"
        "      |          ^^^^^\n"
        "  hint: write digits only, without a unit; leave it empty if there is no figure yet",
    }
    for lang, text in expected.items():
        monkeypatch.setenv("CRITERIA_LANG", lang)
        with pytest.raises(CriteriaError) as caught:
            read_subjects(path, INPUTS)
        assert str(caught.value) == text
        assert caught.value.diagnostics[0].path == "theft_cases"


def test_columns_and_cells_beyond_the_headings(files: Files) -> None:
    assert values(files.read(".csv", "subject,note,,\nA,x,,\nB,y,,,,\n")) == [{"note": "x"}, {"note": "y"}]
    assert files.faults(".csv", "subject,note,\nA,x,lost\n") == [(2, 5, "CE811")]
    assert files.faults(".csv", "subject,note\nA\nB,x,lost\n") == [(2, 1, "CE806"), (3, 5, "CE806")]


def test_a_decimal_comma_without_quotes_is_a_cell_too_many(files: Files) -> None:
    assert files.faults(".csv", "subject,registered\nA,85,5\n") == [(2, 6, "CE806")]


@pytest.mark.parametrize(
    ("periods", "sorted_periods"),
    [
        (["2023", "2025", "2024"], ["2025", "2024", "2023"]),
        (["2024-02", "2024-10", "2023-12"], ["2024-10", "2024-02", "2023-12"]),
        (["2024-Q2", "2024-q4", "2025-Q1"], ["2025-Q1", "2024-Q4", "2024-Q2"]),
        (["2024-H1", "2024-H2"], ["2024-H2", "2024-H1"]),
        (["2024-W02", "2024-W50"], ["2024-W50", "2024-W02"]),
        (["2024-01-31", "2024-02-29"], ["2024-02-29", "2024-01-31"]),
        (["2022-2023", "2023–2024"], ["2023-2024", "2022-2023"]),
        ([""], [None]),
    ],
)
def test_periods_stand_newest_first(
    files: Files, periods: list[str], sorted_periods: list[str | None]
) -> None:
    text = "subject;period\n" + "".join(f"A;{period}\n" for period in periods)
    (found,) = files.read(".csv", text)
    assert [data.period for data in found.periods] == sorted_periods
    listed = json.dumps([{"subject": "A", "period": period} for period in periods])
    assert [data.period for data in files.read(".json", listed)[0].periods] == sorted_periods


@pytest.mark.parametrize(
    ("periods", "faults"),
    [
        (["2024", "2024-06"], [(3, 1, "CE816")]),
        (["2024", ""], [(3, 1, "CE816")]),
        (["2024", "2024"], [(3, 1, "CE814")]),
        (["", ""], [(3, 1, "CE814")]),
        (["2024-13"], [(2, 3, "CE815")]),
        (["2024-02-30"], [(2, 3, "CE815")]),
        (["2024-2023"], [(2, 3, "CE815")]),
        (["24"], [(2, 3, "CE815")]),
        (["Quý I/2024"], [(2, 3, "CE815")]),
        (["２０２４"], [(2, 3, "CE815")]),
    ],
)
def test_periods_without_an_order(files: Files, periods: list[str], faults: list[Any]) -> None:
    text = "subject;period\n" + "".join(f"A;{period}\n" for period in periods)
    assert files.faults(".csv", text) == faults


def test_names_of_subjects_are_one_in_nfc_and_nfd(files: Files) -> None:
    text = "subject,period\nVĩnh  Hòa,2024\n" + unicodedata.normalize("NFD", "Vĩnh Hòa,2024\n")
    assert files.faults(".csv", text) == [(3, 1, "CE814")]


@pytest.mark.parametrize("ending", [".csv", ".json"])
@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("subject,note\nVĩnh Hòa,x\n".encode("utf-16"), (1, 1)),
        ("subject,note\nA,x\n".encode("utf-16-le"), (1, 2)),
        (b"subject,note\nV\xecnh,x\n", (2, 2)),
        (b"subject,note\nA,x\x00y\n", (2, 4)),
        (b"subject,note\n" + b"A%d,x\n" * 3 + b"\xc3", (5, 1)),
        (b"PK\x03\x04\x14\x00\x06\x00", (1, 6)),
        (b"subject,note\nA,\xed\xa0\x80\n", (2, 3)),
    ],
)
def test_what_is_not_utf8(files: Files, ending: str, content: bytes, place: tuple[int, int]) -> None:
    assert files.faults(ending, content) == [(*place, "CE804")]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, 1, "CE807")]),
        ("\n\n", [(3, 1, "CE807")]),
        ("\ufeff", [(1, 1, "CE807")]),
        ("note\nx\n", [(1, 1, "CE807")]),
        ('subject,note\nA,"x\nB,y\n', [(2, 1, "CE817")]),
        ('subject,note\nA,"x"y\n', [(2, 1, "CE817")]),
        ('"subject\n', [(1, 1, "CE817")]),
        ("subject," + "x" * 140_000, [(1, 1, "CE817")]),
        ("subject,note\nA," + "x" * 140_000, [(2, 1, "CE817")]),
        ("subject,note\nA," + "x" * 70_000, [(2, 3, "CE501")]),
        ("subject,note\nA,a\u202eb\n", [(2, 3, "CE502")]),
        ("subject,note\nA\u200b,a\n", [(2, 1, "CE502")]),
        ("subject,theft_cases\nA,#DIV/0!\n", [(2, 3, "CE503")]),
        ("subject,theft_cases\nA,n/a\n", [(2, 3, "CE504")]),
        ("subject,rating\nA,g\u043eod\nB,goood\n", [(2, 3, "CE543"), (3, 3, "CE542")]),
    ],
)
def test_hostile_tables(files: Files, text: str, faults: list[Any]) -> None:
    assert files.faults(".csv", text) == faults


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("absent.csv", "folder.csv", "a\0b.csv", "x" * 300 + ".json"):
        with pytest.raises(CriteriaError) as caught:
            read_subjects(tmp_path / name, INPUTS)
        assert [known.code for known in caught.value.diagnostics] == ["CE801"]
    for name in ("book.xlsx", "data", "data.csv.gz"):
        with pytest.raises(CriteriaError) as caught:
            read_subjects(tmp_path / name, INPUTS)
        assert [known.code for known in caught.value.diagnostics] == ["CE802"]


def test_a_file_too_large_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(300 * 1024**2)
    with pytest.raises(CriteriaError) as caught:
        read_subjects(path, INPUTS)
    assert [known.code for known in caught.value.diagnostics] == ["CE803"]


@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_a_thousand_faults_are_enough(files: Files, ending: str) -> None:
    if ending == ".csv":
        text = "subject,theft_cases\n" + "".join(f"A{number},x\n" for number in range(100_000))
    else:
        text = json.dumps([{"subject": f"A{number}", "values": {"note": 1}} for number in range(100_000)])
    faults = files.faults(ending, text)
    assert len(faults) == 1001
    assert faults[-1][2] == "CE805"


def test_fifty_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    row = ";".join(["12,5"] * 6) + ";" + "chữ " * 12_000
    extra = tuple(Input(f"x{number}", "percent") for number in range(6))
    with path.open("w", encoding="utf-8") as stream:
        stream.write("subject;" + ";".join(each.id for each in extra) + ";note\n")
        for number in range(50_000_000 // len(row.encode()) + 1):
            stream.write(f"Phường {number};{row}\n")
    assert path.stat().st_size >= 50_000_000
    start = time.perf_counter()
    found = read_subjects(path, (*extra, Input("note", "text")))
    assert time.perf_counter() - start < 10
    assert found[-1].periods[0].values["x5"] == 12.5


JSON = """[
  {"subject": "Vĩnh Hòa", "period": 2024, "values": {"theft_cases": 5, "registered": 85.5, "note": null}},
  {"subject": "Vĩnh Hòa", "period": "2025",
   "values": {"theft_cases": 3.0, "registered": "n/a", "headquarters": true, "rating": "good",
              "since": "2026-03-01", "note": "12", "index": -1e-3},
   "titles": {"vn.example": "recognised"}, "evidence": {"headquarters": "QĐ 12"}},
  {"subject": "Xã Một", "period": null, "titles": null}
]
"""
JSON_READ = (
    SubjectData(
        "Vĩnh Hòa",
        (
            PeriodData(
                "2025",
                {
                    "theft_cases": 3,
                    "registered": NA,
                    "headquarters": True,
                    "rating": "good",
                    "since": date(2026, 3, 1),
                    "note": "12",
                    "index": -0.001,
                },
                {"vn.example": "recognised"},
                {"headquarters": "QĐ 12"},
            ),
            PeriodData("2024", {"theft_cases": 5, "registered": 85.5, "note": None}),
        ),
    ),
    SubjectData("Xã Một", (PeriodData(None),)),
)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_json(files: Files, mark: str) -> None:
    assert files.read(".json", mark + JSON) == JSON_READ
    assert files.read(".json", json.dumps(json.loads(JSON))) == JSON_READ
    assert files.read(".json", " [ ] ") == ()


def test_ids_in_json_are_one_in_nfc_and_nfd(files: Files) -> None:
    key = unicodedata.normalize("NFD", "số_dân")
    assert values(files.read(".json", json.dumps([{"subject": "A", "values": {key: 1}}]))) == [{"số_dân": 1}]


@pytest.mark.parametrize(
    ("id", "written", "expected"),
    [
        ("theft_cases", "3", 3),
        ("theft_cases", "3.0", 3),
        ("theft_cases", "1e3", 1000),
        ("theft_cases", "3.5", "CE518"),
        ("theft_cases", '"3"', "CE545"),
        ("theft_cases", '"3,5"', "CE549"),
        ("theft_cases", "true", "CE549"),
        ("theft_cases", '"n/a"', "CE504"),
        ("theft_cases", "[1]", "CE549"),
        ("theft_cases", '{"a": 1}', "CE549"),
        ("index", "-0.0", 0.0),
        ("index", "0.30000000000000004", 0.1 + 0.2),
        ("index", "1e15", 1e15),
        ("index", "1.1e15", "CE514"),
        ("index", "1e308", "CE514"),
        ("index", "1e999", "CE514"),
        ("index", "-1" + "0" * 5000, "CE514"),
        ("index", "5e-324", 5e-324),
        ("index", "NaN", "CE549"),
        ("index", "-Infinity", "CE549"),
        ("index", '"85,5"', "CE545"),
        ("index", '"many"', "CE549"),
        ("registered", "0.855", 0.855),
        ("registered", "100", 100),
        ("registered", "100.5", "CE519"),
        ("registered", "-1", "CE519"),
        ("registered", '"85,5 %"', "CE545"),
        ("registered", '"N/A"', NA),
        ("headquarters", "false", False),
        ("headquarters", "0", "CE546"),
        ("headquarters", '"có"', "CE546"),
        ("rating", '"GOOD"', "good"),
        ("rating", '"goood"', "CE542"),
        ("rating", "1", "CE547"),
        ("since", '"2024-02-29"', date(2024, 2, 29)),
        ("since", '"2026-02-29"', "CE537"),
        ("since", '"01/03/2026"', "CE548"),
        ("since", "20260301", "CE548"),
        ("note", '"V\\u0129nh"', "Vĩnh"),
        ("note", "5", "CE547"),
        ("note", '"\\ud800"', "CE502"),
        ("note", '"a\\u202eb"', "CE502"),
        ("note", '"a\\nb"', "CE505"),
    ],
)
def test_types_in_json_are_those_of_json(files: Files, id: str, written: str, expected: Any) -> None:
    text = f'[{{"subject": "A", "values": {{"{id}": {written}}}}}]'
    if isinstance(expected, str) and expected.startswith("CE"):
        assert files.faults(".json", text) == [(1, text.index(written, 32) + 1, expected)]
    else:
        found = values(files.read(".json", text))[0][id]
        assert found == expected
        assert found.__class__ is expected.__class__
        assert not isinstance(found, float) or math.copysign(1, found) == math.copysign(1, expected)


def test_a_number_as_text_is_shown_as_a_number(files: Files) -> None:
    with pytest.raises(CriteriaError) as caught:
        files.read(".json", '[{"subject": "A", "values": {"index": "85,5"}}]')
    assert "85.5" in caught.value.diagnostics[0].in_language("en").hint


def test_all_faults_of_a_json_file_at_once(files: Files) -> None:
    text = """[
 {"subject": "A", "values": {"theft_cases": "x", "headquarters": true, "headquarters": 1, "thefts_cases": 1}},
 {"subject": "", "perod": 1, "evidence": {"headquarters": true, "x": "y"}, "values": [1]},
 5,
 {"values": {}, "titles": {"vn.x": 1, "vn.x": "a"}},
 {"subject": "A"},
 {"subject": 3, "period": 3.5},
 {"subject": "B", "subject": "C"}
]"""
    assert files.faults(".json", text) == [
        (2, 45, "CE549"),
        (2, 72, "CE810"),
        (2, 91, "CE808"),
        (3, 14, "CE813"),
        (3, 18, "CE808"),
        (3, 59, "CE547"),
        (3, 65, "CE809"),
        (3, 86, "CE819"),
        (4, 2, "CE819"),
        (5, 2, "CE813"),
        (5, 36, "CE547"),
        (5, 39, "CE810"),
        (6, 2, "CE814"),
        (7, 14, "CE547"),
        (7, 27, "CE547"),
        (8, 19, "CE810"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", (1, 1, "CE818")),
        ("[", (1, 2, "CE818")),
        ("[{", (1, 3, "CE818")),
        ('[{"subject": "A"},]', (1, 19, "CE818")),
        ('[{"subject": "A"}\n{}]', (2, 1, "CE818")),
        ('[{"subject": "A"}] x', (1, 20, "CE818")),
        ('[{"subject": "A",}]', (1, 17, "CE818")),
        ("[{'subject': 1}]", (1, 3, "CE818")),
        ('[{"subject": "A\nB"}]', (1, 16, "CE818")),
        ('{"subject": "A"}', (1, 1, "CE819")),
        ("null", (1, 1, "CE819")),
        ("[" * 100_000, (1, 2, "CE819")),
        ('[{"subject": "A", "values": {"note": ' + "[" * 100_000 + "]" * 100_000 + "}}]", (1, 2, "CE819")),
    ],
)
def test_broken_json(files: Files, text: str, fault: tuple[int, int, str]) -> None:
    assert files.faults(".json", text) == [fault]


def test_many_keys_with_faults_at_their_end_take_no_time(files: Files) -> None:
    titles: dict[str, Any] = {f"vn.x{number}": "a" for number in range(200_000)}
    titles |= {f"vn.y{number}": 1 for number in range(900)}
    start = time.perf_counter()
    assert len(files.faults(".json", json.dumps([{"subject": "A", "titles": titles}]))) == 900
    assert time.perf_counter() - start < 10


PIECES: Sequence[str] = [
    *("subject", "period", "theft_cases", "Chung", "note", "A", "2024", "1,5", "85,5 %", "n/a", ""),
    *(",", ";", "\t", "\n", "\r\n", "\r", '"', '""', " ", "\0", "\ufeff", "\u202e", "[", "]", "{", "}", ":"),
    *('"subject"', '"values"', '"note"', '"A"', "null", "1", "1e999", "NaN", '{"subject": "A"}'),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([".csv", ".json"]))
def test_any_pieces_are_read_or_refused(files: Files, pieces: list[str], ending: str) -> None:
    text = ("subject;note\n" if ending == ".csv" else "[") + "".join(pieces)
    try:
        files.read(ending, text)
    except CriteriaError:
        files.faults(ending, text)


@given(st.binary(max_size=200), st.sampled_from([".csv", ".json"]))
def test_any_bytes_are_read_or_refused(files: Files, content: bytes, ending: str) -> None:
    try:
        files.read(ending, content)
    except CriteriaError:
        files.faults(ending, content)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8), max_size=4),
    st.sampled_from([",", ";", "\t"]),
)
def test_the_caret_stands_under_the_cell(files: Files, notes: list[str], delimiter: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(["subject", *(f"unknown{number}" for number in range(len(notes))), "theft_cases"])
    writer.writerow(["A", *notes, "⚠"])
    marked = files.marked(".csv", stream.getvalue())
    assert marked == [*(f"unknown{number}" for number in range(len(notes))), "⚠"]
