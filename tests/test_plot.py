"""The plot of a projection, drawn by the real matplotlib and read back."""

from __future__ import annotations

import datetime
import io
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

import criteria_engine as ce

KHANH_HOA = Path(__file__).resolve().parent.parent / "rulesets" / "vn" / "khanh-hoa"


@pytest.fixture(autouse=True)
def _closed() -> object:
    mpl.use("Agg")
    yield None
    plt.close("all")


def projected(on: str = "2024-11-15", **more: object) -> ce.Projection:
    plan = ce.load_plan(KHANH_HOA / "plan-2377.yaml")
    day = datetime.date.fromisoformat(on)
    return ce.project(plan, recognitions=KHANH_HOA / "cong-nhan.gia-dinh.csv", on=day, **more)


def test_what_is_drawn_is_what_was_found() -> None:
    found = projected()
    ax = found.plot(lang="vi")
    lines = {line.get_label(): line for line in ax.lines}
    rows = list(found.table())

    def drawn(label: str) -> list[tuple[float, float]]:
        return list(zip(lines[label].get_xdata(), lines[label].get_ydata(), strict=True))

    shares = {row.year: float(row.shares[1] * 100) for row in rows}
    assert drawn("Đến nay") == [(2023, shares[2023]), (2024, shares[2024])]
    assert drawn("Dự kiến") == [(year, share) for year, share in shares.items() if year >= 2024]
    assert drawn("Lộ trình cần đạt") == [
        (row.year, float(row.required / row.units * 100)) for row in rows if row.required is not None
    ]
    marks = next(each for each in ax.collections if each.get_label() == "Chỉ tiêu")
    assert [tuple(place) for place in marks.get_offsets()] == [(2025, 50), (2030, 100)]
    band = next(each for each in ax.collections if each.get_label() == "Khoảng thấp–cao")
    (path,) = band.get_paths()
    corners = {(round(x), round(y, 9)) for x, y in path.vertices}
    for row in rows:
        assert {(row.year, round(float(row.shares[place] * 100), 9)) for place in (0, 2)} <= corners


def test_words_and_numbers_are_vietnamese() -> None:
    ax = projected().plot(lang="vi")
    ax.figure.canvas.draw()
    assert [each.get_text() for each in ax.get_yticklabels()] == [
        "0 %",
        "20 %",
        "40 %",
        "60 %",
        "80 %",
        "100 %",
    ]
    texts = [each.get_text() for each in ax.texts]
    assert {"2,9 %", "30,0 %", "15/30 (50 %)", "30/30 (100 %)", "35 → 30\nphường"} <= set(texts)
    assert "Giả định: 10/10 dòng" in ax.get_xlabel()
    assert "an ninh, trật tự" in ax.get_title(loc="left")
    english = projected().plot(lang="en")
    assert "Assumed: 10 of 10 rows" in english.get_xlabel()
    assert "15 of 30 (50%)" in {each.get_text() for each in english.texts}


def test_every_letter_has_a_glyph_and_no_texts_overlap() -> None:
    for on in ("2024-05-15", "2024-11-15", "2025-11-15"):
        ax = projected(on).plot(lang="vi")
        ax.figure.savefig(io.BytesIO())  # a missing glyph is a warning, and warnings are errors here
        boxes = [(each.get_text(), each.get_window_extent()) for each in ax.texts]
        overlaps = [
            (one, other)
            for place, (one, box) in enumerate(boxes)
            for other, second in boxes[place + 1 :]
            if box.overlaps(second)
        ]
        assert overlaps == [], on
        inside = ax.figure.bbox
        assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for _, box in boxes)


def test_changes_of_the_list_are_marked() -> None:
    ax = projected("2025-11-15").plot(lang="vi")
    assert [each.get_text() for each in ax.texts if "→" in each.get_text()] == [
        "35 → 30\nphường",
        "30 → 11\nphường",
    ]
    at = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"]
    assert at == [2023.5, 2024.5]


def test_it_draws_where_it_is_told_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def show(*_: object, **__: object) -> None:
        raise AssertionError("shown")

    monkeypatch.setattr(plt, "show", show)
    figure, (left, right) = plt.subplots(1, 2)
    assert projected().plot(ax=right) is right
    assert left.lines[:] == []
    assert plt.get_fignums() == [figure.number]


def test_without_a_model_there_is_no_band_of_chance() -> None:
    ax = projected(method="arithmetic").plot(lang="en")
    colours = {line.get_label(): to_hex(line.get_color()) for line in ax.lines}
    assert colours["Expected"] == colours["So far"]
    assert colours["Required pathway"] != colours["Expected"]
    assert "Low to high" not in {each.get_label() for each in ax.collections}


@pytest.mark.parametrize(("lang", "word"), [("vi", "chưa được cài"), ("en", "is not installed")])
def test_where_matplotlib_is_missing_it_is_said(
    monkeypatch: pytest.MonkeyPatch, lang: str, word: str
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ce.CriteriaError) as caught:
        projected().plot()
    (found,) = caught.value.diagnostics
    assert found.code == "CE571"
    shown = str(found.in_language(lang))
    assert word in shown
    assert 'pip install "criteria-engine[plot]"' in shown


def test_years_of_a_long_plan_do_not_touch() -> None:
    plan = ce.Plan(
        id="p",
        horizon=ce.Horizon(2024, 2060),
        roster=ce.Roster([ce.Unit("1", "A")]),
        targets=[ce.Target("all", share=1.0, by=2060)],
    )
    ax = ce.project(plan, on=datetime.date(2025, 5, 15)).plot()
    ax.figure.canvas.draw()
    boxes = [each.get_window_extent() for each in ax.get_xticklabels()]
    assert len(boxes) >= 10
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
