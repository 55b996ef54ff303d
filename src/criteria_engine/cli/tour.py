"""``criteria demo``: a tour of the rulesets and the data that come with the program."""

from __future__ import annotations

import csv
import datetime
import textwrap
from argparse import Namespace
from pathlib import Path

from criteria_engine import (
    CriteriaError,
    Diagnostic,
    Library,
    Recognition,
    Validity,
    check,
    evaluate_all,
    load_plan,
    project,
    read_subjects,
    run_tests,
)
from criteria_engine.cli.check import count_criteria, ruleset_files
from criteria_engine.cli.output import Unusable
from criteria_engine.cli.project import targets_text
from criteria_engine.cli.subjects import judged, read_data, tally, verdict_table
from criteria_engine.cli.terminal import Console, text_table

__all__ = [
    "PLAN",
    "RECOGNITIONS",
    "run_tour",
    "show_projection",
    "show_titles",
]


# ---- the step of the tour that looks ahead: a plan, its targets, and what is to be said of them ---

PLAN = "vn/khanh-hoa/plan-2377.yaml"
"""The plan that comes with the program."""

RECOGNITIONS = "vn/khanh-hoa/cong-nhan.gia-dinh.csv"
"""Its recognitions, which are assumed."""

_LOOKED_FROM = datetime.date(2024, 12, 31)
_MOST_LINES = 9


def show_projection(folder: Path, console: Console) -> None:
    """The plan of the province, from the end of 2024: its targets, and how the paragraph begins."""
    console.say(console.word("demo_project"), "strong")
    console.say(console.word("demo_project_assumed"), "doubt")
    console.say()
    plan = load_plan(folder / PLAN, lang=console.lang)
    found = project(plan, recognitions=folder / RECOGNITIONS, on=_LOOKED_FROM)
    console.say(targets_text(found, console))
    console.say()
    console.say(_beginning(found.explain(console.lang), console.width))
    console.say(console.word("demo_project_rest"))
    console.say()


def _beginning(paragraph: str, width: int) -> str:
    """As many whole sentences as fit into a few lines."""
    kept: list[str] = []
    shown = ""
    for sentence in paragraph.split(". "):
        kept.append(sentence)
        text = ". ".join(kept).removesuffix(".") + "."
        lines = textwrap.wrap(text, width, break_long_words=False)
        if len(lines) > _MOST_LINES:
            break
        shown = "\n".join(lines)
    return shown


# ---- the part of the tour that goes through time: versions, a dossier, the life of a recognition ---

_VERSIONED = "vn.ttg.tiep-can-phap-luat.xa"
_ASKED = "vn.bca.an-toan-antt.xa-phuong"
_TITLES_DATA = "vn/khanh-hoa/ho-so-2024.gia-dinh.json"
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
    [ward] = read_subjects(folder / _TITLES_DATA, list(columns.values()))
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


_RULESET = "vn/cong-an-phuong-kieu-mau/bo-tieu-chi.yaml"
_DATA = "vn/khanh-hoa/danh-gia-2024.gia-dinh.csv"
_WARDS = "vn/khanh-hoa/phuong-2024.csv"
_EXPLAINED = "Vĩnh Hòa"


def run_tour(_: Namespace, console: Console, /) -> int:
    """The tour; 1 where something that comes with the program is not in order."""
    folder = _shipped()
    console.say(console.word("demo_title"), "strong")
    console.say()
    in_order = _show_checks(folder, console)
    console.say()
    _show_verdicts(folder, console)
    show_titles(folder, console)
    show_projection(folder, console)
    console.say(console.word("demo_next"), "strong")
    ruleset, data = _shown(folder / _RULESET), _shown(folder / _DATA)
    lang = "" if console.lang == "vi" else f" --lang {console.lang}"
    console.say(f'  criteria explain "{ruleset}" "{data}" --subject "{_EXPLAINED}"{lang}')
    console.say(f'  criteria evaluate "{ruleset}" "{data}" --format csv{lang}')
    plan, told = _shown(folder / PLAN), _shown(folder / RECOGNITIONS)
    console.say(f'  criteria project "{plan}" "{told}"{lang}')
    console.say(f'  criteria report "{plan}" "{told}" --as-of 2024-11-15{lang}')
    console.say(f"  criteria --help{lang}")
    return 0 if in_order else 1


def _shipped() -> Path:
    """The rulesets inside the installed package, or of a source checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rulesets", package.parent.parent / "rulesets"):
        if (folder / _RULESET).is_file():
            return folder
    raise Unusable([Diagnostic("CE829")])


def _shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _show_checks(folder: Path, console: Console) -> bool:
    """Check and test every ruleset; whether all is in order."""
    console.say(console.word("demo_check"), "strong")
    rows, in_order = [], True
    for file in ruleset_files([str(folder / "vn")]):
        found = check(file, lang=console.lang)
        errors = sum(each.severity == "error" for each in found)
        row = [Path(file).relative_to(folder).as_posix(), "", str(errors), str(len(found) - errors), "", ""]
        try:
            tests = run_tests(file, console.lang)
        except CriteriaError:
            in_order = False
        else:
            passed = sum(outcome.passed for _, outcome in tests.outcomes)
            row[1] = str(count_criteria(tests.ruleset))
            row[4:] = [str(len(tests.outcomes)), str(passed)]
            in_order = in_order and not errors and tests.passed
        rows.append(row)
    keys = ("set", "criteria", "errors", "warnings", "tests", "passed")
    header = [console.word(f"demo_{key}") for key in keys]
    console.say(text_table(header, rows, width=console.width, right=(1, 2, 3, 4, 5)))
    return in_order


def _show_verdicts(folder: Path, console: Console) -> None:
    console.say(console.word("demo_evaluate"), "strong")
    console.say(console.word("demo_assumed"), "doubt")
    console.say()
    named = Namespace(
        ruleset=str(folder / _RULESET),
        data=str(folder / _DATA),
        on=None,
        subject_column="subject",
        numbers="vi",
        library=None,
    )
    given = read_data(named, console)
    ruleset, found = given.ruleset, list(judged(given, named.data))
    with (folder / _WARDS).open(encoding="utf-8", newline="") as stream:
        marks = {row["ward"]: " *" for row in csv.DictReader(stream) if row["plan_year"]}
    console.say(verdict_table(ruleset, found, console, marks))
    console.say(console.word("demo_marked"))
    console.say(tally(ruleset, found, console))
    console.say()
    explained = next(each for each in found if each.subject == _EXPLAINED)
    if explained.result is not None:
        console.say(console.word("demo_explain", subject=_EXPLAINED), "strong")
        # The head and the reason of the level; criterion by criterion it would fill three screens.
        parts = str(explained.result.explain(console.lang)).split("\n\n")
        console.say("\n\n".join(parts[:2]))
        if len(parts) > 2:
            console.say(console.word("demo_rest"))
        console.say()
