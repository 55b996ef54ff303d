"""What an author sees of a wrong file: the exact output of every wrong ruleset in ``bad/``.

The first lines of each file say what is wrong with it: the code, the text it must point at, and the
line (or line:column) of that text where it stands in the file more than once. Beside ``NAME.yaml``
lie ``NAME.vi.txt`` and ``NAME.en.txt``, its whole output; ``UPDATE_GOLDEN=1`` writes them anew.
A text that names no file's fault is shown by a line of ``MADE``.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from criteria_engine import CriteriaError, Diagnostic, load, loads, rules
from criteria_engine.messages.speaker import sentences
from criteria_engine.rules.parts import Criterion, Input

BAD = Path(__file__).resolve().parent / "bad"
FILES = sorted(path.name for path in BAD.glob("*.yaml"))
LANGUAGES = ("vi", "en")

EXPECTED = re.compile(r"# (CE\d{3})(?: (\d+)(?::(\d+))?)? «(.*)»")
SOUND = """\
criteria_engine: 1
id: vn.vi-du.phuong
version: "2024"
inputs: {tru_so: {type: boolean}}
criteria: {tru_so_chuan: {points: 10, test: tru_so}}
"""

# Faults that no small file shows, and those of calls from Python.
MADE: dict[str, Callable[[str], object]] = {
    "CE001-no-such-file": lambda lang: load("CE001-no-such-file.yaml", lang=lang),
    "CE002-too-large": lambda lang: loads(SOUND + "#" * (5 * 2**20), name="CE002-too-large.yaml", lang=lang),
    "CE006-too-many-entries": lambda lang: loads(
        SOUND + f"aliases: [{'1, ' * 200_000}]\n", name="CE006-too-many-entries.yaml", lang=lang
    ),
    "CE007-text-too-long": lambda lang: loads(
        SOUND + f"note: {'dài ' * 20_000}\n", name="CE007-text-too-long.yaml", lang=lang
    ),
    "CE101-python-no-number": lambda lang: Input("so_vu", "integer", range=["ít", 10]),
    "CE109-python-no-list": lambda lang: Input("so_vu", "integer", range=10),
    "CE221-python-truth-value": lambda lang: Criterion("it_vu", rule=rules.Test(True)),
    "CE222-python-no-expression": lambda lang: Criterion("it_vu", rule=rules.Test(None)),
}

# Codes below CE500 that nobody gives for a ruleset's file, and those of the lines above.
FROM_ELSEWHERE = {"CE001", "CE002", "CE006", "CE007", "CE101", "CE109", "CE221", "CE222"}


@pytest.fixture(autouse=True)
def _in_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


def fault(make: Callable[[str], object], lang: str) -> CriteriaError:
    with pytest.raises(CriteriaError) as caught:
        make(lang)
    return caught.value


@functools.cache
def faults_of(name: str, lang: str) -> CriteriaError:
    return fault(lambda lang: load(name, lang=lang), lang)


def lines_of(name: str) -> list[str]:
    """The lines of a file as an editor shows them."""
    return re.split(r"\r\n|\r|\n", (BAD / name).read_bytes().decode("utf-8", "replace"))


def expected(lines: list[str]) -> list[tuple[str, int, int, str]]:
    """Code, line, column and marked text of all that is wrong, as the head of the file says it."""
    found = []
    for line in lines:
        said = EXPECTED.fullmatch(line)
        if said is None:
            break
        code, row, column, escaped = said.groups()
        text = re.sub(r"\\(x..|u....|t|\\)", lambda each: each[0].encode().decode("unicode_escape"), escaped)
        head = sum(EXPECTED.fullmatch(each) is not None for each in lines)
        body = range(head, len(lines)) if row is None else [int(row) - 1]
        places = [
            (number + 1, found.start() + 1)
            for number in body
            for found in re.finditer(re.escape(text.removesuffix("…")), lines[number])
        ]
        if column is not None:
            places = [place for place in places if place[1] == int(column)]
        assert len(places) == 1, f"{line}: {len(places)} such texts; say which line, or line:column"
        found.append((code, *places[0], text))
    return sorted(found, key=lambda each: each[1:3])


def agrees_with(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", FILES)
def test_every_place_is_exact(name: str) -> None:
    """Line and column of every fault are those of the text that is wrong, and nothing else is said."""
    lines = lines_of(name)
    found = []
    for each in faults_of(name, "vi").diagnostics:
        assert each.line is not None
        assert each.column is not None
        marked = lines[each.line - 1][each.column - 1 : each.column - 1 + each.width]
        found.append((each.code, each.line, each.column, marked))
    wanted = expected(lines)
    cut = [
        (code, line, column, text.removesuffix("…") + "…" if text.endswith("…") else text)
        for code, line, column, text in wanted
    ]
    shown = [
        (code, line, column, text[: len(want[3]) - 1] + "…" if want[3].endswith("…") else text)
        for (code, line, column, text), want in zip(found, wanted, strict=False)
    ]
    assert shown + found[len(shown) :] == cut


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_every_word_is_as_reviewed(name: str, lang: str) -> None:
    """The whole output is what somebody has read and found clear."""
    agrees_with(BAD / f"{name.removesuffix('.yaml')}.{lang}.txt", f"{faults_of(name, lang)}\n")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MADE)
def test_every_word_of_made_faults_is_as_reviewed(
    name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults of large files and of Python's callers are the same kind of error."""
    monkeypatch.setenv("CRITERIA_LANG", lang)
    error = fault(MADE[name], lang)
    assert [each.code for each in error.diagnostics] == [name[:5]]
    agrees_with(BAD / f"{name}.{lang}.txt", f"{error}\n")


@pytest.mark.parametrize("name", FILES)
def test_languages_differ_in_words_only(name: str) -> None:
    """Vietnamese and English say the same of the same places."""

    def without_words(lang: str) -> list[tuple[str, int | None, int | None, int, str]]:
        found = faults_of(name, lang).diagnostics
        return [(each.code, each.line, each.column, each.width, each.severity) for each in found]

    assert without_words("vi") == without_words("en")


def all_diagnostics() -> list[tuple[str, Diagnostic]]:
    return [
        (name, each) for name in FILES for lang in LANGUAGES for each in faults_of(name, lang).diagnostics
    ]


def test_every_code_occurs() -> None:
    """Each code that a ruleset's file can cause has a file that causes it."""
    wanted = {code for code in sentences("faults", "en") if code < "CE500"} - FROM_ELSEWHERE
    assert wanted - {each.code for _, each in all_diagnostics()} == set()
    made = {name[:5] for name in MADE}
    assert made == FROM_ELSEWHERE


def test_messages_are_short() -> None:
    """No more than a line of what and where, the source, the caret, and a hint of one line."""
    for name, each in all_diagnostics():
        shown = str(each).split("\n")
        assert len(shown) <= 4, name
        assert len(each.message) <= 220, name
        assert len(each.hint) <= 240, name
        assert each.hint, name


def test_vietnamese_is_vietnamese() -> None:
    """English words stand in Vietnamese only as keys, words of the language, or what the author wrote."""
    for code, text in sentences("faults", "vi").items():
        bare = re.sub(r"\{\{.*?\}\}|\{\w+\}|`[^`]*`|\w+\([^)]*\)|[a-z_]+:(?: \S+)?", " ", text)
        bare = bare.replace("and/or/not", "")
        found = set(re.findall(r"\b(?:number|boolean|text|list|mapping|value|the|is|not|of)\b", bare))
        allowed = {"CE304": {"boolean"}, "CE403": {"is"}}.get(code, set())
        assert found <= allowed, code


def test_files_have_their_output_only() -> None:
    """Nothing lies about that no test reads."""
    wanted = {f"{name.removesuffix('.yaml')}.{lang}.txt" for name in FILES for lang in LANGUAGES}
    wanted |= {f"{name}.{lang}.txt" for name in MADE for lang in LANGUAGES}
    assert {path.name for path in BAD.glob("*.??.txt")} == wanted
