"""Recognitions in files: as offices have them, with every fault at its cell, and written whole."""

from __future__ import annotations

import itertools
import time
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine import Recognition, RecognitionEvent

TITLE = "vn.phuong-kieu-mau"
HEADER = "unit,title,state,date,by,decision,title_year,level,note\n"
GOOD = HEADER + (
    f"Vĩnh Nguyên,{TITLE},registered,15/01/2023,UBND phường,,2023,,\n"
    f"Vĩnh Nguyên,{TITLE},requested,20/12/2023,UBND phường,,2023,,\n"
    f"Vĩnh Nguyên,{TITLE},recognised,06/05/2024,Bộ Công an,3114/QĐ-BCA,2023,,lần đầu\n"
)
EVENTS = (
    RecognitionEvent("registered", date(2023, 1, 15), by="UBND phường", title_year=2023),
    RecognitionEvent("requested", date(2023, 12, 20), by="UBND phường", title_year=2023),
    RecognitionEvent(
        "recognised",
        date(2024, 5, 6),
        by="Bộ Công an",
        decision="3114/QĐ-BCA",
        title_year=2023,
        note="lần đầu",
    ),
)
LIFE = Recognition("Vĩnh Nguyên", TITLE, EVENTS)

Found = dict[str, dict[str, Recognition]]


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recognitions")


NUMBERS = itertools.count()


def read(folder: Path, content: str | bytes, lang: str = "vi") -> Found:
    path = folder / f"{next(NUMBERS)}.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        return ce.read_recognitions(path, lang=lang)
    finally:
        path.unlink()


def faults(folder: Path, content: str | bytes, lang: str = "vi") -> list[tuple[int | None, str, str]]:
    """Line, marked text and code of all that is wrong; every message can be said in both languages."""
    with pytest.raises(ce.CriteriaError) as caught:
        read(folder, content, lang)
    found = []
    for each in caught.value.diagnostics:
        assert each.file is not None
        for spoken in ("vi", "en"):
            said = each.in_language(spoken)
            assert said.hint
            assert len(said.message) <= 220
            assert len(said.hint) <= 240
            assert str(said)
        marked = ""
        if each.source is not None and each.column is not None:
            marked = each.source[each.column - 1 : each.column - 1 + each.width]
        found.append((each.line, marked, each.code))
    return found


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────


def test_a_table_is_read_by_unit_and_title(folder: Path) -> None:
    assert read(folder, GOOD) == {"Vĩnh Nguyên": {TITLE: LIFE}}


def test_the_same_table_as_an_office_writes_it(folder: Path) -> None:
    """Vietnamese headings and states in another order, semicolons, a byte order mark, letters in NFD."""
    text = (
        "Ngày;Trạng thái;Đơn vị;Danh hiệu;Số quyết định;Năm công nhận;Cơ quan;Ghi chú\r\n"
        f"15/1/2023;Đăng ký;Vĩnh  Nguyên;{TITLE};–;2023;UBND phường;\r\n"
        "\r\n"
        f"ngày 20 tháng 12 năm 2023;đã đề nghị;Vĩnh Nguyên;{TITLE};;2023;UBND phường;\r\n"
        f"6.5.2024;CÔNG NHẬN;Vĩnh Nguyên;{TITLE};3114/QĐ-BCA;2023;Bộ Công an;lần đầu\r\n"
    )
    spread = unicodedata.normalize("NFD", text)
    for content in (text, spread):
        assert read(folder, b"\xef\xbb\xbf" + content.encode()) == {"Vĩnh Nguyên": {TITLE: LIFE}}


def test_english_dates_are_read_in_english_only(folder: Path) -> None:
    text = f"unit,title,state,date\nA,{TITLE},registered,3 January 2023\n"
    assert read(folder, text, "en")["A"][TITLE].events[0].on == date(2023, 1, 3)
    either = text.replace("3 January 2023", "03/01/2023")
    assert faults(folder, either, "en") == [(2, "03/01/2023", "CE538")]
    assert read(folder, either)["A"][TITLE].events[0].on == date(2023, 1, 3)


@given(st.permutations(GOOD.splitlines()[1:]))
def test_the_order_of_rows_plays_no_part(folder: Path, rows: list[str]) -> None:
    text = HEADER + "\n".join(rows)
    assert read(folder, text) == {"Vĩnh Nguyên": {TITLE: LIFE}}


def test_rows_of_one_day_stay_in_their_order(folder: Path) -> None:
    rows = [f"A,{TITLE},registered,15/01/2023", f"A,{TITLE},requested,15/01/2023"]
    head = "unit,title,state,date\n"
    assert len(read(folder, head + "\n".join(rows))["A"][TITLE].events) == 2
    assert faults(folder, head + "\n".join(reversed(rows))) == [(2, "requested", "CE851")]


def test_units_and_titles_come_in_the_order_of_the_file(folder: Path) -> None:
    text = "unit,title,state,date\n" + "".join(
        f"{unit},{title},registered,15/01/2023\n" for unit, title in [("B", "z"), ("A", "y"), ("B", "x")]
    )
    found = read(folder, text)
    assert [(unit, list(by_title)) for unit, by_title in found.items()] == [("B", ["z", "x"]), ("A", ["y"])]


def test_an_empty_table_has_no_lives(folder: Path) -> None:
    assert read(folder, HEADER) == {}


def test_every_word_for_a_state_is_read(folder: Path) -> None:
    words = {
        "công nhận lại": "recognised", "recognized": "recognised", "Duy trì": "maintained", "giữ vững": "maintained",
        "không duy trì": "lapsed", "thôi công nhận": "lapsed", "huỷ": "annulled", "Hủy": "annulled",
        "đang xây dựng": "building", "đề nghị công nhận": "requested",
    }  # fmt: skip
    for word, state in words.items():
        before = "" if state == "recognised" else f"A,{TITLE},registered,01/01/2020,\n"
        if state in ("maintained", "lapsed", "annulled"):
            before = f"A,{TITLE},recognised,01/01/2020,1/QĐ\n"
        text = f"unit,title,state,date,decision\n{before}A,{TITLE},{word},01/01/2024,2/QĐ\n"
        assert read(folder, text)["A"][TITLE].events[-1].state == state


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────


def test_all_wrong_cells_are_named_at_once(folder: Path) -> None:
    text = HEADER + (
        f",{TITLE},registered,15/01/2023,,,,,\n"
        "A,Phường kiểu mẫu,registered,15/01/2023,,,,,\n"
        f"A,{TITLE},công nhân,31/02/2023,,,,,\n"
        f"A,{TITLE},,,,,,,\n"
        f"A,{TITLE},xong,15/01/23,,,hai,none,\n"
        f"A,{TITLE},requested,15/01/2023,,,1023,,a\u200bb\n"
        f"A,{TITLE},requested\n"
        f"A,{TITLE},requested,15/01/2023,,,,,,thừa\n"
    )
    assert faults(folder, text) == [
        (2, ",", "CE813"),
        (3, "Phường kiểu mẫu", "CE112"),
        (4, "công nhân", "CE542"),
        (4, "31/02/2023", "CE537"),
        (5, ",", "CE857"),
        (5, ",", "CE857"),
        (6, "xong", "CE541"),
        (6, "15/01/23", "CE536"),
        (6, "hai", "CE510"),
        (6, "none", "CE859"),
        (7, "1023", "CE557"),
        (7, "a\u200bb", "CE502"),
        (8, "requested", "CE806"),
        (9, "thừa", "CE806"),
    ]


def test_what_is_wrong_with_a_life_is_named_at_its_cells(folder: Path) -> None:
    text = HEADER + (
        f"B,{TITLE},recognised,31/03/2024,,,2025,,\n"
        f"A,{TITLE},requested,01/03/2024,,,,,\n"
        f'B,{TITLE},maintained,30/03/2026,,2/QĐ,2023,,"hai\ndòng"\n'
        f"A,{TITLE},recognised,31/03/2024,,7/QĐ,,,\n"
        f"C,{TITLE},registered,31/03/2024,,,,,\n"
        f"C,{TITLE},lapsed,31/03/2025,,,,,\n"
    ).replace('"hai\ndòng"', '"hai"')
    assert faults(folder, text) == [
        (2, ",", "CE854"),
        (2, "2025", "CE855"),
        (3, "requested", "CE851"),
        (7, "lapsed", "CE852"),
    ]


def test_a_missing_column_is_named_at_the_state(folder: Path) -> None:
    text = f"unit,title,state,date\nA,{TITLE},recognised,31/03/2024\n"
    assert faults(folder, text) == [(2, "recognised", "CE854")]


def test_a_life_with_a_cell_that_cannot_be_read_is_not_judged_further(folder: Path) -> None:
    """Otherwise what follows from one wrong date would bury it."""
    broken = GOOD.replace("15/01/2023", "15/01/23")
    assert faults(folder, broken) == [(2, "15/01/23", "CE536")]


def test_places_hold_after_rows_of_several_lines(folder: Path) -> None:
    text = f'note,unit,title,state,date\n"a ""b"", c",A,{TITLE},registered,15/01/2023\n\n,A,{TITLE},building,15/01/2022\n'
    assert faults(folder, text) == [(4, "building", "CE851")]
    text = f'unit,title,state,date,note\nA,{TITLE},registered,15/01/2023,"a\nb"\nA,{TITLE},xong,15/01/2024,\n'
    assert [(line, code) for line, _, code in faults(folder, text)] == [(2, "CE505"), (4, "CE541")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("title,state,date", [(1, "title", "CE807")]),
        ("unit,title", [(1, "unit", "CE807"), (1, "unit", "CE807")]),
        ("unit,title,state,date,status", [(1, "status", "CE808")]),
        ("unit,title,state,date,ngày", [(1, "ngày", "CE810")]),
        ("unit,title,state,date,xyzzy", [(1, "xyzzy", "CE809")]),
        ("", [(1, "", "CE807")]),
    ],
)
def test_the_header_says_what_the_columns_are(
    folder: Path, header: str, expected: list[tuple[int, str, str]]
) -> None:
    assert faults(folder, header + "\n" if header else "") == expected


def test_a_cell_without_a_heading_is_refused(folder: Path) -> None:
    text = f"unit,title,state,date,\nA,{TITLE},registered,15/01/2023,thừa\n"
    assert faults(folder, text) == [(2, "thừa", "CE811")]
    assert read(folder, text.replace("thừa", ""))["A"][TITLE].events[0].note == ""


def test_files_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("khong-co.csv", "a\0b.csv", ""):
        with pytest.raises(ce.CriteriaError) as caught:
            ce.read_recognitions(folder / name)
        assert [each.code for each in caught.value.diagnostics] == ["CE801"]
    assert faults(folder, GOOD.encode("utf-16")) == [(1, "\N{REPLACEMENT CHARACTER}", "CE804")]
    broken = HEADER.encode() + f"Phường A,{TITLE},".encode() + b"\xff\n"
    assert [(line, code) for line, _, code in faults(folder, broken)] == [(2, "CE804")]
    assert [code for _, _, code in faults(folder, GOOD + '"')] == ["CE817"]
    assert [code for _, _, code in faults(folder, GOOD + "\0")] == ["CE804"]
    monkeypatch.setattr("criteria_engine.files.rows.LARGEST", 10)
    assert faults(folder, GOOD) == [(None, "", "CE803")]


def test_a_thousand_faults_are_enough(folder: Path) -> None:
    assert len(faults(folder, HEADER + "x\n" * 3_000)) == 1_001


def test_large_tables_take_moments(folder: Path) -> None:
    """Twenty thousand rows, with a fault in the last life."""
    rows = [
        f"Phường {number},{TITLE},{state},{day:02}/01/2023,,,,,\n"
        for number in range(10_000)
        for state, day in (("registered", 1), ("building", 2))
    ]
    start = time.process_time()
    assert len(read(folder, HEADER + "".join(rows))) == 10_000
    assert faults(
        folder, HEADER + "".join(rows) + f"Phường 9999,{TITLE},recognised,03/01/2023,,1/QĐ,,,\n"
    ) == [(20_002, "recognised", "CE850")]
    assert time.process_time() - start < 20


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────

texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("C", "Zl", "Zp"), exclude_characters="\N{REPLACEMENT CHARACTER}"
    ),
    max_size=8,
) | st.sampled_from(
    ["=1+1", "'=x", "''", "-", "–", '"', ',";', "@a", "null", "n/a", " ' ", "A\N{COMBINING ACUTE ACCENT}"]
)


@st.composite
def tables(draw: st.DrawFn) -> Found:
    found: Found = {}
    for unit in draw(st.lists(texts.filter(str.strip), max_size=3, unique=True)):
        for title in draw(st.lists(st.sampled_from(["a", "b.c-d"]), min_size=1, unique=True)):
            when = draw(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=4))
            events = [
                RecognitionEvent("registered", on, by=draw(texts), decision=draw(texts), note=draw(texts))
                for on in sorted(when)
            ]
            level = draw(texts.filter(lambda text: text.strip().casefold() != "none"))
            year = draw(st.none() | st.integers(2000, 2030))
            last = RecognitionEvent("requested", date(2030, 1, 2), title_year=year, level=level)
            life = Recognition(unit, title, (*events, last))
            found.setdefault(life.unit, {})[title] = life
    return found


@given(tables())
def test_what_is_written_is_read_again(folder: Path, given_lives: Found) -> None:
    path = folder / "written.csv"
    ce.write_recognitions(path, given_lives)
    assert ce.read_recognitions(path) == given_lives
    assert ce.read_recognitions(path, lang="en") == given_lives


def test_a_written_table_opens_in_a_spreadsheet(folder: Path) -> None:
    """UTF-8 that says so, days as programs write them, and no text that would be run."""
    path = folder / "opened.csv"
    noted = LIFE.then("maintained", on=date(2025, 2, 3), decision="+84", by="=1+1", note="-", title_year=2024)
    ce.write_recognitions(path, iter([noted]))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfunit,title,state,date,by,decision,title_year,level,note\r\n")
    assert data.decode().splitlines()[-1] == f"Vĩnh Nguyên,{TITLE},maintained,2025-02-03,'=1+1,'+84,2024,,'-"
    assert ce.read_recognitions(path) == {"Vĩnh Nguyên": {TITLE: noted}}


def test_a_title_with_two_lives_is_not_written(folder: Path) -> None:
    path = folder / "twice.csv"
    with pytest.raises(ce.CriteriaError) as caught:
        ce.write_recognitions(path, [LIFE, LIFE])
    assert [(each.path, each.code) for each in caught.value.diagnostics] == [("lives[1]", "CE858")]
    assert not path.exists()


def test_a_life_without_events_leaves_no_row(folder: Path) -> None:
    path = folder / "empty.csv"
    ce.write_recognitions(path, [Recognition("A", TITLE), LIFE])
    assert ce.read_recognitions(path) == {"Vĩnh Nguyên": {TITLE: LIFE}}
    with pytest.raises(OSError, match="No such file"):
        ce.write_recognitions(folder / "khong-co" / "a.csv", [LIFE])
