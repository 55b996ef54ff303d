"""The part of the tour that goes through time: versions, a dossier, the life of a recognition."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path

from criteria_engine import Library, Recognition, Validity, evaluate_all, read_subjects
from criteria_engine.cli.console import Console
from criteria_engine.cli.table_text import text_table

__all__ = ["show_titles"]

_VERSIONED = "vn.ttg.tiep-can-phap-luat.xa"
_ASKED = "vn.bca.an-toan-antt.xa-phuong"
_DATA = "vn/khanh-hoa/ho-so-2024.gia-dinh.json"
_DAYS = (
    datetime.date(2016, 6, 1),
    datetime.date(2020, 6, 1),
    datetime.date(2024, 11, 15),
    datetime.date(2026, 6, 1),
)


def show_titles(folder: Path, console: Console) -> None:
    """Which version judged when; two sets on one body of evidence; a title from year to year."""
    library = Library(folder)
    console.say(console.word("demo_titles"), "strong")
    rows = [[day.isoformat(), library.find(_VERSIONED, on=day).title.in_language("vi")] for day in _DAYS]
    console.say(
        text_table([console.word("demo_day"), console.word("demo_version")], rows, width=console.width)
    )
    console.say()
    day = _DAYS[2]
    sets = [library.find(name, on=day) for name in (_VERSIONED, _ASKED)]
    columns = {column.id: column for each in sets for column in each.columns}
    [ward] = read_subjects(folder / _DATA, list(columns.values()))
    dossier = evaluate_all(sets, ward.periods[0].values, history=ward.history, on=day, subject=ward.subject)
    console.say(console.word("demo_dossier", subject=ward.subject))
    for name, result in dossier.items():
        console.say(f"  {name}: {result.level_title(console.lang)}")
        for section in result.explain(console.lang).sections:
            if section.kind in ("periods", "titles"):
                for line in section.children:
                    _say(f"{section.text}: {line.text}", console)
    console.say()
    life = Recognition(unit="Vĩnh Nguyên", title="vn.bca.cong-an-phuong-kieu-mau")
    life = life.then("recognised", on=datetime.date(2024, 5, 1), decision="…/QĐ-BCA", title_year=2023)
    console.say(console.word("demo_life"), "doubt")
    for year in (2024, 2026):
        standing = life.standing(on=datetime.date(year, 11, 15), validity=Validity.yearly(misses_allowed=1))
        _say(standing.explain(console.lang, name="Công an phường kiểu mẫu"), console)
    console.say()


def _say(text: str, console: Console) -> None:
    width = min(console.width, 100)
    console.say(textwrap.fill(text, width, initial_indent="    ", subsequent_indent="      "))
