"""Periodic reports: what they say, that it adds up, and that they stay whole whatever a name holds.

Set UPDATE_GOLDEN=1 to write tests/golden/report_* anew; read them before they are committed.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine.cli.commands import main

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden"
KHANH_HOA = ROOT / "rulesets" / "vn" / "khanh-hoa"
PLAN, ROWS = KHANH_HOA / "plan-2377.yaml", KHANH_HOA / "cong-nhan.gia-dinh.csv"
RULESET = ROOT / "rulesets" / "vn" / "cong-an-phuong-kieu-mau" / "bo-tieu-chi.yaml"
VALUES = KHANH_HOA / "danh-gia-2024.gia-dinh.csv"
NOVEMBER = datetime.date(2024, 11, 15)

VOID = {"meta", "wbr"}
TAGS = VOID | {"html", "head", "title", "style", "body", "header", "main", "section", "footer", "nav"}
TAGS |= {"h1", "h2", "p", "ul", "li", "a", "figure", "figcaption", "div"}
TAGS |= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"svg", "desc", "line", "text", "polygon", "polyline", "circle", "rect"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\u202egnourhp\u2066",
    "x" * 5_000,
    "a | b\n# c",
    "[x](http://evil.example) ![y](//evil.example/z)",
    '" onload="alert(1)',
    "</style></title>&amp;",
    "`*_~$=1+1",
]


class Page(HTMLParser):
    """Elements, attributes and texts of a page; every element is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag in ("th", "td"):
            self.cells.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.open and self.open[-1] in ("th", "td"):
            self.cells[-1] += data


def checked(html: str) -> Page:
    """A page that is well formed, needs nothing and runs nothing."""
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert len(page.ids) == len(set(page.ids))
    targets = [value or "" for name, value in page.attributes if name == "href"]
    assert all(value.startswith("#") and value[1:] in page.ids for value in targets)
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "style", "action")]
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in "".join(re.findall(r"<[^>]*>", html)).replace("http-equiv", "")
    return page


def made(on: datetime.date = NOVEMBER, rows: Path | str | list[ce.UnitStatus] = ROWS) -> ce.Report:
    return ce.report(ce.load_plan(PLAN), rows, on=on)


def results() -> dict[str, ce.Result]:
    ruleset = ce.load(RULESET)
    subjects = ce.read_subjects(VALUES, ruleset.columns)
    return {each.subject: ruleset.evaluate(each.periods[0].values) for each in subjects}


# ---- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_the_base_case(form: str, lang: str) -> None:
    """Plan 2377 on 15 November 2024, all nine wards assumed to be recognised."""
    found = made()
    text = found.html(lang) if form == "html" else found.markdown(lang)
    # The digest changes with whatever enters it; that it does is tested elsewhere.
    text = text.replace(found.projection.digest, "sha256:…")
    path = GOLDEN / f"report_{lang}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_assessments_stand_beside_the_count_and_are_called_assumed() -> None:
    found = ce.report(ce.load_plan(PLAN), ROWS, on=NOVEMBER, assessments=results(), assessments_assumed=True)
    told = {each.name: each for each in found.units}
    quality = told["Vĩnh Hòa"].quality
    assert quality is not None
    assert [point.path.rpartition(".")[2] for point in quality.lacking] == ["tru_so_trang_bi_6"]
    assert (quality.score, quality.most) == ((19, 19), 20)
    assert told["Ngọc Hiệp"].quality is None
    assert [each.details["names"] for each in found.risks if each.code == "weak"] == [
        ["Vĩnh Hòa", "Ninh Hải", "Ninh Thủy"]
    ]
    for text in (found.markdown("vi"), found.html("vi")):
        assert "số liệu đánh giá giả định" in text
        assert "bộ khung minh họa" in text
        assert "Còn vướng (giả định)" in text
        assert f"Có kết quả đánh giá: {len(results())}/30 phường." in text
    assert "GIẢ ĐỊNH: điểm" not in made().markdown("vi")
    assert "chỉ cho biết số lượng" in made().markdown("vi")


def test_whatever_is_assumed_is_called_so() -> None:
    found = made()
    units = [each.name for each in found.units if each.assumed]
    assert len(units) == 9
    for lang, mark in (("vi", "giả định"), ("en", "assumed")):
        text = found.markdown(lang)
        for name in units:
            (row,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
            assert f"({mark})" in row
        recognised = next(line for line in text.splitlines() if "Phước Hòa, Phước Long" in line)
        assert mark in recognised
    plain = [ce.UnitStatus("Vĩnh Nguyên", 2023, "recognised", datetime.date(2024, 8, 9))]
    text = made(rows=plain).markdown("vi")
    assert "GIẢ ĐỊNH" not in text
    assert "| Vĩnh Nguyên | đã công nhận | 2023 | 09/08/2024 | đến khi thôi công nhận |" in text


@pytest.mark.parametrize(
    ("day", "kind", "due", "since"),
    [
        ("2024-05-15", "half_year", "2024-05-15", "2023-12-31"),
        ("2024-11-15", "year", "2024-11-15", "2023-12-31"),
        ("2025-05-20", "half_year", "2025-05-15", "2024-11-15"),
        ("2025-11-10", "year", "2025-11-15", "2024-11-15"),
        ("2027-11-15", "review", "2027-11-15", "2023-12-31"),
    ],
)
def test_which_report_is_due(day: str, kind: str, due: str, since: str) -> None:
    period = made(datetime.date.fromisoformat(day)).period
    assert (period.kind, str(period.due), str(period.since)) == (kind, due, since)


def test_a_late_report_says_so() -> None:
    assert "đã quá 5 ngày" in made(datetime.date(2025, 5, 20)).markdown("vi")
    assert "đã quá" not in made(datetime.date(2025, 5, 15)).markdown("vi").split("## Tóm tắt")[0]


def test_what_changed_is_told_by_day_and_only_once() -> None:
    plan = ce.load_plan(PLAN)
    rows = [
        ce.UnitStatus("Vĩnh Nguyên", 2023, "recognised", datetime.date(2024, 5, 15)),
        ce.UnitStatus("Phước Hòa", 2024, "recognised", datetime.date(2024, 5, 16)),
        ce.UnitStatus("Cam Linh", 2024, "recognised"),
        ce.UnitStatus("Vĩnh Nguyên", 2024, "lapsed", datetime.date(2024, 11, 15)),
    ]
    since = ce.report(plan, rows, on=NOVEMBER, since=datetime.date(2024, 5, 15)).since
    assert [each.name for each in since.recognised] == ["Phước Hòa"]
    assert [each.name for each in since.lapsed] == ["Vĩnh Nguyên"]
    assert [each.name for each in since.undated] == ["Cam Linh"]
    assert since.registered == ()
    before = ce.report(plan, rows, on=datetime.date(2024, 5, 15)).since
    assert {each.name for each in before.recognised} == {"Cam Linh", "Vĩnh Nguyên"}


def test_a_smaller_list_is_no_work_done() -> None:
    since = made().since
    assert since.units == (35, 30)
    assert since.held == (9, 9)
    assert [f"{float(share):.4f}" for share in since.shares] == ["0.2571", "0.3000"]
    assert [change.kind for change in since.changes] == ["merge"] * 3
    assert "25,7 % của danh sách trước và 30,0 % của danh sách nay" in made().markdown("vi")


def test_titles_carried_over_a_merger_name_where_they_come_from() -> None:
    found = made(datetime.date(2025, 11, 15))
    told = {each.name: each for each in found.units}
    assert len(found.units) == 11
    assert told["Nha Trang"].status == "carried"
    assert sorted(told["Nha Trang"].carried) == [("Phước Hòa", 2024), ("Vĩnh Nguyên", 2023)]
    assert told["Tây Nha Trang"].status == "none"
    text = found.markdown("vi")
    assert "6 phường tính theo danh hiệu của đơn vị trước sắp xếp" in text


def test_an_early_finish_is_told() -> None:
    found = ce.report(ce.load_plan(PLAN), ROWS, on=NOVEMBER, method="arithmetic", scenarios=["pace(8)"])
    (line,) = [each for each in found.markdown("vi").splitlines() if each.startswith("- Đến năm 2030 đạt")][
        1:
    ]
    assert "theo dự kiến đạt vào năm 2027" in line
    assert "Phương án: pace(8)." in found.markdown("vi")


def test_labels_and_what_they_are_worth_are_told() -> None:
    text = ce.report(ce.load_plan(PLAN), ROWS, on=datetime.date(2024, 5, 15), method="published").markdown(
        "vi"
    )
    assert "Nhãn theo các quy tắc đã công bố" in text
    assert "không dùng mô hình" in text
    assert "%)" not in text.split("## Chỉ tiêu")[1].split("## Tiến độ")[0].replace("(50 %)", "")


def test_no_result_is_told_apart_from_a_no() -> None:
    found = ce.report(ce.load_plan(PLAN), on=NOVEMBER)
    assert len(found.unreported) == 9
    assert {each.holds for each in found.unreported} == {None}
    assert "Không có kết quả không có nghĩa là không đạt" in found.markdown("vi")
    assert "0/30 phường (0,0 %) đã được công nhận; 9 phường chưa rõ kết quả" in found.markdown("vi")
    assert made().unreported == ()


def test_a_recognition_says_how_long_it_is_valid() -> None:
    plan = ce.load_plan(PLAN)
    plan = attrs.evolve(plan, counting=attrs.evolve(plan.counting, lasts=2))
    found = ce.report(plan, ROWS, on=NOVEMBER)
    until = {each.name: each.until for each in found.units if each.holds}
    assert until["Phước Hòa"] == 2025
    assert "hết năm 2025" in found.markdown("vi")


def test_tasks_are_overdue_until_somebody_says_they_are_done() -> None:
    plan, day = ce.load_plan(PLAN), datetime.date(2025, 1, 1)
    states = {each.task.id: each.state for each in ce.report(plan, ROWS, on=day).duties}
    assert states["ke_hoach_dia_phuong"] == "overdue"
    assert states["theo_doi"] == "yearly"
    assert states["tru_so"] == "later"
    done = ce.report(plan, ROWS, on=day, done=["ke_hoach_dia_phuong"])
    assert {each.task.id: each.state for each in done.duties}["ke_hoach_dia_phuong"] == "done"
    assert [each.code for each in done.risks if each.code == "overdue"] == []
    on_the_day = ce.report(plan, ROWS, on=datetime.date(2024, 12, 31)).duties
    assert {each.task.id: each.state for each in on_the_day}["ke_hoach_dia_phuong"] == "next"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"done": ["no_such"]}, "CE972"),
        ({"kind": "monthly"}, "CE973"),
        ({"since": NOVEMBER}, "CE974"),
        ({"method": "magic"}, "CE961"),
    ],
)
def test_what_is_not_right_is_said(wrong: dict[str, object], code: str) -> None:
    with pytest.raises(ce.CriteriaError) as caught:
        ce.report(ce.load_plan(PLAN), ROWS, on=NOVEMBER, **wrong)
    assert [each.code for each in caught.value.diagnostics] == [code]


# ---- laws --------------------------------------------------------------------------------------

DAYS = st.dates(datetime.date(2023, 6, 1), datetime.date(2030, 12, 31))


@st.composite
def histories(draw: st.DrawFn) -> list[ce.UnitStatus]:
    """What may have happened to wards that the plan names, one row a year at most."""
    rows = []
    for name in ("Vĩnh Nguyên", "Phước Hòa", "Cam Linh", "Ninh Hải", "Lộc Thọ"):
        held = False
        for year in range(2022, draw(st.integers(2021, 2024)) + 1):
            later = ("maintained", "lapsed") if held else ("recognised", "registered", "building")
            status = draw(st.sampled_from(later))
            held = status in ("recognised", "maintained")
            decided = draw(st.none() | st.dates(datetime.date(year, 1, 1), datetime.date(year + 1, 12, 31)))
            rows.append(ce.UnitStatus(name, year, status, decided, draw(st.booleans())))
    return rows


@given(histories(), DAYS)
def test_the_parts_add_up_and_both_forms_are_whole(rows: list[ce.UnitStatus], on: datetime.date) -> None:
    found = ce.report(ce.load_plan(PLAN), rows, on=on, method="arithmetic")
    have, open_, units = found.projection.standing
    assert [each.holds for each in found.units].count(True) == have
    assert [each.holds for each in found.units].count(None) == open_
    assert len(found.units) == units
    for name, whole in (("units", units), ("recognised", have), ("open", open_)):
        assert sum(getattr(each, name) for each in found.areas) == whole
    then, now = found.since.shares
    assert 0 <= then <= 1
    assert now * (units or 1) == have
    for each in found.units:
        assert each.holds is not False or (each.title_year, each.until, each.carried) == (None, None, ())
    lang = "vi" if on.day % 2 else "en"
    checked(found.html(lang))
    _tables(found.markdown(lang))
    json.dumps(found.to_dict(), allow_nan=False)


def _tables(text: str) -> list[int]:
    """The number of cells in every row of every table; all rows of a table have as many."""
    widths, before = [], 0
    for line in text.splitlines():
        width = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (before and width) or before == width, line
        widths += [width] if width else []
        before = width
    return widths


def test_the_same_bytes_in_every_process() -> None:
    program = (
        "import datetime, hashlib, criteria_engine as ce\n"
        f"found = ce.report(ce.load_plan({str(PLAN)!r}), {str(ROWS)!r}, on=datetime.date(2024, 11, 15))\n"
        "print(hashlib.sha256((found.html('vi') + found.markdown('en')).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT / "src")},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Ho_Chi_Minh"))
    }
    assert len(digests) == 1


# ---- hostile names -----------------------------------------------------------------------------


def hostile_report() -> ce.Report:
    units = [ce.Unit(str(number), name, area=HOSTILE[0]) for number, name in enumerate(HOSTILE)]
    plan = ce.Plan(
        id="p",
        title=HOSTILE[0] + HOSTILE[6],
        horizon=ce.Horizon(2024, 2030),
        registrations={2025: ["0", "1"]},
        targets=[ce.Target("t", share=0.5, by=2025, title=HOSTILE[5])],
        tasks=[ce.Task("k", HOSTILE[0], HOSTILE[1], 2024, HOSTILE[3], HOSTILE[4])],
        roster=ce.Roster(units),
    )
    rows = [ce.UnitStatus(str(number), 2024, "recognised") for number in range(4)]
    return ce.report(plan, rows, on=datetime.date(2025, 5, 15))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_hostile_names_stay_text_in_html(lang: str) -> None:
    html = hostile_report().html(lang)
    page = checked(html)
    cells = [cell.strip() for cell in page.cells]
    for name in (HOSTILE[0], HOSTILE[2], HOSTILE[4], HOSTILE[5], HOSTILE[6]):
        assert name in cells
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)
    longest = max(re.split(r"<wbr>|\s", html[html.index("<body>") :]), key=lambda part: part.count("x"))
    assert longest.count("x") <= 30


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_hostile_names_stay_text_in_markdown(lang: str) -> None:
    text = hostile_report().markdown(lang)
    assert min(_tables(text)) >= 6
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"(?<!\\)[<>`\[\]$~]", re.sub(r"^> ", "", text, flags=re.MULTILINE))
    assert not re.search(r"(?<!\\)://", text)
    assert "\n# c" not in text
    assert text.count("\n# ") == 0


# ---- the command -------------------------------------------------------------------------------


def command(*given: object) -> int:
    return main([str(each) for each in given])


def test_the_command_writes_what_the_library_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ("report", PLAN, ROWS, "--as-of", "2024-11-15", "--lang", "vi")
    assert command(*base, "-o", tmp_path / "r.html") == 0
    assert command(*base, "-o", tmp_path / "r.md") == 0
    assert command(*base, "-o", tmp_path / "r.json") == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == made().html("vi")
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == made().markdown("vi")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == made().to_dict()
    capsys.readouterr()
    assert command(*base) == 0
    assert capsys.readouterr().out == made().markdown("vi")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.html", "r.json", "r.md"]


def test_the_command_knows_assumed_values_by_the_name_of_their_file(tmp_path: Path) -> None:
    base = ("report", PLAN, ROWS, "--as-of", "2024-11-15", "--lang", "en")
    assert command(*base, "--assessments", RULESET, VALUES, "-o", tmp_path / "r.md") == 0
    assert "come from assumed assessments" in (tmp_path / "r.md").read_text(encoding="utf-8")
    (tmp_path / "values.csv").write_bytes(VALUES.read_bytes())
    given = ("--assessments", RULESET, tmp_path / "values.csv")
    assert command(*base, *given, "-o", tmp_path / "s.md") == 0
    assert "come from assumed assessments" not in (tmp_path / "s.md").read_text(encoding="utf-8")
    assert command(*base, *given, "--assumed", "-o", tmp_path / "t.md") == 0
    assert "come from assumed assessments" in (tmp_path / "t.md").read_text(encoding="utf-8")


def test_the_command_overwrites_only_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    path.write_text("old", encoding="utf-8")
    base = ("report", PLAN, ROWS, "--as-of", "2024-11-15", "-o", path)
    assert command(*base) == 2
    assert path.read_text(encoding="utf-8") == "old"
    assert command(*base, "--force") == 0
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert command(*base[:-1], tmp_path / "r.docx") == 2
    assert command(*base[:-1], tmp_path / "none" / "r.html") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_a_report_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.html"
    path.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert command("report", PLAN, ROWS, "--as-of", "2024-11-15", "-o", path, "--force") == 2
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ((PLAN, ROWS), 2),
        ((PLAN, ROWS, "--as-of", "someday"), 2),
        ((PLAN, ROWS, "--as-of", "2024-11-15", "--kind", "monthly"), 2),
        ((PLAN, ROWS, "--as-of", "2024-11-15", "--done", "no_such"), 1),
        ((PLAN, ROWS, "--as-of", "2024-11-15", "--since", "2025-01-01"), 1),
        ((PLAN, "no-such.csv", "--as-of", "2024-11-15"), 2),
        ((ROWS, ROWS, "--as-of", "2024-11-15"), 1),
    ],
)
def test_exit_statuses(given: tuple[object, ...], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("report", *given) == status
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err
    assert "Traceback" not in shown.err
