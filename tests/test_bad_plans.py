"""What an author sees of a wrong plan, roster or table of recognitions: the exact output, in ``bad_plans/``.

Beside ``NAME.yaml`` lie ``NAME.vi.txt`` and ``NAME.en.txt``; ``UPDATE_GOLDEN=1`` writes them anew.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from criteria_engine.messages.diagnostics import CriteriaError
from criteria_engine.messages.speaker import sentences
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.plan_file import check_plan, load_plan
from criteria_engine.plans.roster import Roster, Unit, load_roster
from criteria_engine.plans.unit_status import load_unit_statuses
from criteria_engine.projection.projection import project

BAD = Path(__file__).resolve().parent / "bad_plans"
FILES = sorted(path.name for path in BAD.glob("*.yaml"))
LANGUAGES = ("vi", "en")


def sound() -> Plan:
    return Plan(id="p", horizon={"from": 2024, "until": 2025}, roster=Roster((Unit("a", "Cam Linh"),)))


# Faults of other files, and of calls from Python.
MADE: dict[str, Callable[[], object]] = {
    "recognitions": lambda: load_unit_statuses("recognitions.csv", load_roster("phuong.csv")),
    "python-plan": lambda: Plan(
        id="p",
        horizon={"from": 2024, "until": 2025},
        roster=Roster((Unit("a", "Cam Linh"),)),
        registrations={2024: ["Cam Lính"]},
        targets={"tat_ca": {"share": 1, "by": 2029}},
    ),
    "python-roster": lambda: Roster((Unit("a", "Cam Linh", successors=("b",)), Unit("a", " "))),
    "python-rows": lambda: project(
        sound(),
        on=datetime.date(2024, 12, 31),
        recognitions=[
            {"unit": "Cam Lính", "period": 2024, "status": "recognised"},
            {"unit": "a", "period": 2024, "status": "xong"},
            {"unit": "a", "period": "nay", "status": "met"},
            {"status": "met"},
        ],
    ),
    "python-method": lambda: project(sound(), on=datetime.date(2024, 12, 31), method="đoán"),
    "python-scenarios": lambda: project(
        sound(),
        on=datetime.date(2024, 12, 31),
        scenarios=["tot_dep", "pass_rate(2)", "capacity(2.5)", "criteria_change(2026)", "pace"],
    ),
}


@pytest.fixture(autouse=True)
def _in_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


def agrees_with(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_every_word_is_as_reviewed(name: str, lang: str) -> None:
    """The whole output, warnings too, is what somebody has read and found clear."""
    found = check_plan(name, lang=lang)
    agrees_with(BAD / f"{name.removesuffix('.yaml')}.{lang}.txt", "".join(f"{each}\n" for each in found))


@pytest.mark.parametrize("name", FILES)
def test_errors_are_raised_all_at_once(name: str) -> None:
    """``load_plan`` raises exactly the errors that ``check_plan`` lists; warnings alone pass."""
    errors = [each for each in check_plan(name, lang="en") if each.severity == "error"]
    if not errors:
        assert load_plan(name).id == "vn.vi-du.ke-hoach"
        return
    with pytest.raises(CriteriaError) as caught:
        load_plan(name, lang="en")
    assert sorted(map(str, caught.value.diagnostics)) == sorted(map(str, errors))


@pytest.mark.parametrize("name", FILES)
def test_languages_differ_in_words_only(name: str) -> None:
    """Vietnamese and English say the same of the same places, and every fault has a place."""

    def places(lang: str) -> list[tuple[str, str | None, int | None, int | None, int]]:
        return [(e.code, e.file, e.line, e.column, e.width) for e in check_plan(name, lang=lang)]

    assert places("vi") == places("en")
    assert all(line is not None for _, _, line, _, _ in places("vi"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MADE)
def test_every_word_of_made_faults_is_as_reviewed(
    name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables and Python's callers meet the same kind of error."""
    monkeypatch.setenv("CRITERIA_LANG", lang)
    with pytest.raises(CriteriaError) as caught:
        MADE[name]()
    agrees_with(BAD / f"{name}.{lang}.txt", f"{caught.value}\n")


def test_every_code_occurs() -> None:
    """Each code of plans, rosters and recognitions is shown by one of the files."""
    shown = {
        code
        for path in BAD.glob("*.txt")
        for code in re.findall(r"\[(CE9\d\d)\]", path.read_text(encoding="utf-8"))
    }
    # CE97x are of reports, which test_reports shows
    wanted = {code for code in sentences("faults", "en") if re.fullmatch(r"CE9[0-6]\d", code)}
    assert wanted - shown == set()


def test_files_have_their_output_only() -> None:
    """Nothing lies about that no test reads."""
    names = [*(name.removesuffix(".yaml") for name in FILES), *MADE]
    wanted = {f"{name}.{lang}.txt" for name in names for lang in LANGUAGES}
    assert {path.name for path in BAD.glob("*.??.txt")} == wanted
