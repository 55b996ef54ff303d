"""``criteria demo``: a tour of the rulesets and the data that come with the program."""

from __future__ import annotations

import csv
from argparse import Namespace
from pathlib import Path

from criteria_engine import CriteriaError, Diagnostic, check, run_tests
from criteria_engine.cli.checking import count_criteria, ruleset_files
from criteria_engine.cli.console import Console
from criteria_engine.cli.output import Unusable
from criteria_engine.cli.subjects import judged, read_data
from criteria_engine.cli.table_text import text_table
from criteria_engine.cli.touring_plan import PLAN, RECOGNITIONS, show_projection
from criteria_engine.cli.touring_titles import show_titles
from criteria_engine.cli.verdicts import tally, verdict_table

__all__ = ["run"]

_RULESET = "vn/cong-an-phuong-kieu-mau/bo-tieu-chi.yaml"
_DATA = "vn/khanh-hoa/danh-gia-2024.gia-dinh.csv"
_WARDS = "vn/khanh-hoa/phuong-2024.csv"
_EXPLAINED = "Vĩnh Hòa"


def run(_: Namespace, console: Console) -> int:
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
