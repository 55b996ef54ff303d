"""A folder of rulesets: by id, number and alias, in force on a day."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce

RULESETS = Path(__file__).resolve().parent.parent / "rulesets"
LEGAL_ACCESS = "vn.ttg.tiep-can-phap-luat.xa"
DAY = datetime.timedelta(days=1)


def write(folder: Path, name: str, text: str, id: str = "vn.example.set") -> None:
    head = f"criteria_engine: 1\nid: {id}\ninputs: {{a: boolean}}\ncriteria: {{k: {{test: a}}}}\n"
    (folder / name).write_text(head + text, encoding="utf-8")


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(ce.CriteriaError) as raised:
        call(*arguments, **named)  # type: ignore[operator]
    [found] = raised.value.diagnostics
    assert found.message
    assert found.in_language("vi").message != found.in_language("en").message
    return found.code


def test_four_versions_of_one_title_by_date() -> None:
    """The shipped versions of commune legal access, each in its time, by id, number and alias."""
    library = ce.Library(RULESETS)
    versions = library.versions(LEGAL_ACCESS)
    assert len(versions) == 4
    for edition in versions:
        assert edition.from_ is not None
        assert library.find(LEGAL_ACCESS, on=edition.from_).version == edition.version
    assert library.find(LEGAL_ACCESS, on=datetime.date(2016, 5, 1)).version == "2013"
    assert library.find(LEGAL_ACCESS, on=datetime.date(2024, 12, 31)).version == "2021"
    assert library.find("25/2021/QĐ-TTg").version == "2021"
    assert library.find(" 25/2021/qđ-ttg ", on=datetime.date(2016, 5, 1)).version == "2013"
    assert library.find("639/QĐ-BCA-05").id == "vn.bca.cong-an-phuong-kieu-mau"


def test_find_gives_one_version_for_every_day() -> None:
    """From the first day to the last each day has exactly one version of each shipped ruleset."""
    library = ce.Library(RULESETS)
    for name in library.ids:
        versions = library.versions(name)
        assert library.gaps(name) == ()
        start = versions[0].from_ or datetime.date(2000, 1, 1)
        for days in range(0, 15 * 365, 13):
            day = start + datetime.timedelta(days=days)
            assert sum(each.in_force(day) for each in versions) == 1
            assert library.edition(name, on=day).in_force(day)
    assert library.overlaps() == ()
    assert [each for each in library.problems if each.severity == "error"] == []


DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 12, 31))


@given(spans=st.lists(st.tuples(DAYS, st.none() | DAYS), min_size=1, max_size=5), day=DAYS)
def test_one_none_or_two(
    tmp_path_factory: pytest.TempPathFactory,
    spans: list[tuple[datetime.date, datetime.date | None]],
    day: datetime.date,
) -> None:
    """On any day there is the one version in force, or the library says that there is none, or several."""
    folder = tmp_path_factory.mktemp("library")
    for place, (first, last) in enumerate(spans):
        until = "" if last is None else f", until: {max(first, last)}"
        write(folder, f"{place}.yaml", f"version: v{place}\neffective: {{from: {first}{until}}}\n")
    library = ce.Library(folder)
    count = sum(each.in_force(day) for each in library)
    if count == 1:
        assert library.edition("vn.example.set", on=day).in_force(day)
    else:
        assert code_of(library.edition, "vn.example.set", on=day) == ("CE594" if count else "CE593")
    gaps, overlaps = library.gaps("vn.example.set"), library.overlaps()
    first = min(each.from_ or day for each in library)
    if day >= first:
        last = max(each.until or datetime.date.max for each in library)
        assert (count == 0) == (any(start <= day <= end for start, end in gaps) or day > last)
    assert (count > 1) == any(start <= day <= end for _, _, start, end in overlaps)


def test_an_open_end_lasts_until_the_next_begins(tmp_path: Path) -> None:
    write(tmp_path, "old.yaml", "version: old\neffective: {from: 2013-01-01}\n")
    write(tmp_path, "new.yaml", "version: new\neffective: {from: 2022-01-01}\n")
    library = ce.Library(tmp_path)
    old, new = library.versions("vn.example.set")
    assert (old.until, new.until) == (datetime.date(2021, 12, 31), None)
    assert library.successor(old) == new
    assert library.successor(new) is None
    assert library.superseded(datetime.date(2022, 1, 1)) == (old,)
    assert library.superseded(datetime.date(2021, 12, 31)) == ()
    assert code_of(library.find, "vn.example.set") == "CE592"


def test_what_it_cannot_find_it_says(tmp_path: Path) -> None:
    write(tmp_path, "one.yaml", 'version: "1"\nlegal_basis: [{document: 124/2021/TT-BCA}]\n')
    write(tmp_path, "two.yaml", 'version: "1"\nlegal_basis: [124/2021/TT-BCA]\n', "vn.example.other")
    library = ce.Library(tmp_path)
    assert code_of(library.find, "vn.example.sett") == "CE590"
    assert code_of(library.find, "124/2021/TT-BCA") == "CE591"
    assert code_of(ce.Library, tmp_path / "none") == "CE595"
    assert library.find("vn.example.other").id == "vn.example.other"


def test_it_is_lazy_and_tells_of_faulty_files(tmp_path: Path) -> None:
    """A file is read whole only when it is asked for; what cannot be read at all is told."""
    write(tmp_path, "good.yaml", 'version: "1"\n')
    write(tmp_path, "wrong.yaml", 'version: "1"\nlevels: {x: {when: b > 1}}\n', "vn.example.wrong")
    (tmp_path / "broken.yaml").write_text("criteria_engine: 1\nid: [\n", encoding="utf-8")
    (tmp_path / "good.tests.yaml").write_text("ruleset: good.yaml\ntests: []\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text("criteria_engine: 1\nplan: vn.example.plan\n", encoding="utf-8")
    library = ce.Library(tmp_path)
    assert library.ids == ("vn.example.set", "vn.example.wrong")
    assert library.find("vn.example.set").id == "vn.example.set"
    assert code_of(library.find, "vn.example.wrong") == "CE225"
    assert [Path(each.file or "").name for each in library.problems] == ["broken.yaml"]
    assert library.find("vn.example.set") is library.find("vn.example.set")
    assert pickle.loads(pickle.dumps(library)).ids == library.ids  # noqa: S301 - our own bytes


def test_versions_that_are_there_twice_or_overlap(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", 'version: "1"\neffective: {from: 2020-01-01, until: 2022-12-31}\n')
    write(tmp_path, "b.yaml", 'version: "2"\neffective: {from: 2022-01-01}\n')
    assert [each.code for each in ce.Library(tmp_path).problems] == ["CE580"]
    write(tmp_path, "b.yaml", 'version: "1"\neffective: {from: 2020-01-01, until: 2022-12-31}\n')
    assert [each.code for each in ce.Library(tmp_path).problems] == ["CE581"]


def test_what_extends_what() -> None:
    library = ce.Library(RULESETS)
    [overlay] = library.extending("vn.bca.an-toan-antt.xa-phuong")
    assert overlay.extends
    assert library.load(overlay).inputs[0] == library.find("vn.bca.an-toan-antt.xa-phuong").inputs[0]
