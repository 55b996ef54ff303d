"""``criteria demo``: a tour of the rulesets and the data that come with the program, a function a stop."""

from __future__ import annotations

import csv
import datetime
import textwrap
from argparse import Namespace
from pathlib import Path

import criteria_engine as ce
from criteria_engine.cli.check import ruleset_files
from criteria_engine.cli.output import unusable
from criteria_engine.cli.project import targets_text
from criteria_engine.cli.subjects import judged, leaves, read_data, tally, verdict_table
from criteria_engine.cli.terminal import Console, text_table
from criteria_engine.messages.codes import Code

_RULESET = "vn/cong-an-phuong-kieu-mau/bo-tieu-chi.yaml"
_DATA = "vn/khanh-hoa/danh-gia-2024.gia-dinh.csv"
_WARDS = "vn/khanh-hoa/phuong-2024.csv"
_EXPLAINED = "Vĩnh Hòa"
_TITLES_DATA = "vn/khanh-hoa/ho-so-2024.gia-dinh.json"
_PLAN = "vn/khanh-hoa/plan-2377.yaml"
_RECOGNITIONS = "vn/khanh-hoa/cong-nhan.gia-dinh.csv"

_VERSIONED, _ASKED = "vn.ttg.tiep-can-phap-luat.xa", "vn.bca.an-toan-antt.xa-phuong"
_DAYS = (
    datetime.date(2016, 6, 1),
    datetime.date(2020, 6, 1),
    datetime.date(2024, 11, 15),
    datetime.date(2026, 6, 1),
)
_PROJECTED_ON = datetime.date(2024, 12, 31)
_MOST_LINES = 9


def run_tour(_: Namespace, console: Console, /) -> int:
    """The tour; 1 where something that comes with the program is not in order."""
    folder = _shipped()
    console.say(console.word("demo_title"), "strong")
    console.say()
    in_order = _show_checks(folder, console)
    console.say()
    _show_verdicts(folder, console)
    _show_titles(folder, console)
    _show_projection(folder, console)
    console.say(console.word("demo_next"), "strong")
    lang = "" if console.lang == "vi" else f" --lang {console.lang}"
    ruleset, data, plan, rows = (
        f'"{_shown(folder / name)}"' for name in (_RULESET, _DATA, _PLAN, _RECOGNITIONS)
    )
    console.say(f'  criteria explain {ruleset} {data} --subject "{_EXPLAINED}"{lang}')
    console.say(f"  criteria evaluate {ruleset} {data} --format csv{lang}")
    console.say(f"  criteria project {plan} {rows}{lang}")
    console.say(f"  criteria report {plan} {rows} --as-of 2024-11-15{lang}")
    console.say(f"  criteria --help{lang}")
    return 0 if in_order else 1


def _shipped() -> Path:
    """The rulesets inside the installed package, or of a source checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rulesets", package.parent.parent / "rulesets"):
        if (folder / _RULESET).is_file():
            return folder
    raise unusable(Code.SHIPPED_RULESETS_MISSING)


def _shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _say(text: str, console: Console) -> None:
    width = min(console.width, 100)
    console.say(textwrap.fill(text, width, initial_indent="    ", subsequent_indent="      "))


def _show_checks(folder: Path, console: Console) -> bool:
    """Check and test every ruleset; whether all is in order."""
    console.say(console.word("demo_check"), "strong")
    rows, in_order = [], True
    for file in ruleset_files([str(folder / "vn")]):
        problems = ce.check(file, lang=console.lang)
        errors = sum(problem.severity == "error" for problem in problems)
        name = Path(file).relative_to(folder).as_posix()
        row = [name, "", str(errors), str(len(problems) - errors), "", ""]
        try:
            tests = ce.run_tests(file, console.lang)
        except ce.CriteriaError:
            in_order = False
        else:
            passed = sum(outcome.passed for _, outcome in tests.outcomes)
            row[1] = str(sum(1 for _ in leaves(tests.ruleset)))
            row[4:] = [str(len(tests.outcomes)), str(passed)]
            in_order = in_order and not errors and tests.passed
        rows.append(row)
    keys = ("set", "criteria", "errors", "warnings", "tests", "passed")
    header = [console.word(f"demo_{key}") for key in keys]
    console.say(text_table(header, rows, width=console.width, right=(1, 2, 3, 4, 5)))
    return in_order


def _show_verdicts(folder: Path, console: Console) -> None:
    """The wards of the province judged, and why one of them comes out as it does."""
    console.say(console.word("demo_evaluate"), "strong")
    console.say(console.word("demo_assumed"), "doubt")
    console.say()
    inputs = read_data(str(folder / _RULESET), str(folder / _DATA), console)
    ruleset, wards = inputs.ruleset, list(judged(inputs))
    with (folder / _WARDS).open(encoding="utf-8", newline="") as stream:
        marks = {row["ward"]: " *" for row in csv.DictReader(stream) if row["plan_year"]}
    console.say(verdict_table(ruleset, wards, console, marks))
    console.say(console.word("demo_marked"))
    console.say(tally(ruleset, wards, console))
    console.say()
    explained = next(ward for ward in wards if ward.subject == _EXPLAINED)
    if explained.result is not None:
        console.say(console.word("demo_explain", subject=_EXPLAINED), "strong")
        # The head and the reason of the level; criterion by criterion it would fill three screens.
        parts = str(explained.result.explain(console.lang)).split("\n\n")
        console.say("\n\n".join(parts[:2]))
        if len(parts) > 2:
            console.say(console.word("demo_rest"))
        console.say()


def _show_titles(folder: Path, console: Console) -> None:
    """Which version judged when; two sets on one body of evidence; a title from year to year."""
    library = ce.Library(folder)
    console.say(console.word("demo_titles"), "strong")
    header = [console.word("demo_day"), console.word("demo_version")]
    rows = [[day.isoformat(), library.find(_VERSIONED, on=day).title.in_language("vi")] for day in _DAYS]
    console.say(text_table(header, rows, width=console.width))
    console.say()
    day = _DAYS[2]
    sets = [library.find(name, on=day) for name in (_VERSIONED, _ASKED)]
    columns = {column.id: column for ruleset in sets for column in ruleset.columns}
    [ward] = ce.read_subjects(folder / _TITLES_DATA, list(columns.values()))
    values = ward.periods[0].values
    dossier = ce.evaluate_all(sets, values, history=ward.history, on=day, subject=ward.subject)
    console.say(console.word("demo_dossier", subject=ward.subject))
    for name, result in dossier.items():
        console.say(f"  {name}: {result.level_title(console.lang)}")
        for section in result.explain(console.lang).sections:
            if section.kind in ("periods", "titles"):
                for line in section.children:
                    _say(f"{section.text}: {line.text}", console)
    console.say()
    life = ce.Recognition(unit="Vĩnh Nguyên", title="vn.bca.cong-an-phuong-kieu-mau")
    life = life.then("recognised", on=datetime.date(2024, 5, 1), decision="…/QĐ-BCA", title_year=2023)
    console.say(console.word("demo_life"), "doubt")
    validity = ce.Validity.yearly(misses_allowed=1)
    for year in (2024, 2026):
        standing = life.standing(on=datetime.date(year, 11, 15), validity=validity)
        _say(standing.explain(console.lang, name="Công an phường kiểu mẫu"), console)
    console.say()


def _show_projection(folder: Path, console: Console) -> None:
    """The plan of the province, from the end of 2024: its targets, and how the paragraph begins."""
    console.say(console.word("demo_project"), "strong")
    console.say(console.word("demo_project_assumed"), "doubt")
    console.say()
    plan = ce.load_plan(folder / _PLAN, lang=console.lang)
    projection = ce.project(plan, recognitions=folder / _RECOGNITIONS, on=_PROJECTED_ON)
    console.say(targets_text(projection, console))
    console.say()
    console.say(_beginning(projection.explain(console.lang), console.width))
    console.say(console.word("demo_project_rest"))
    console.say()


def _beginning(paragraph: str, width: int) -> str:
    """As many whole sentences as fit into a few lines."""
    sentences = paragraph.split(". ")
    shown = ""
    for count in range(1, len(sentences) + 1):
        text = ". ".join(sentences[:count]).removesuffix(".") + "."
        lines = textwrap.wrap(text, width, break_long_words=False)
        if len(lines) > _MOST_LINES:
            break
        shown = "\n".join(lines)
    return shown
