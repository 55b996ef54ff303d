"""A set built on another: what it takes over, what it adds, and what it may not do in silence."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import attrs
import pytest
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judged import judged, loaded, scaled, seen

import criteria_engine as ce

BASE = """\
criteria_engine: 1
id: vn.example.base
version: "1"
title: Nền
window: {from: 11-16, until: 11-15}
legal_basis: [{document: 1/TT}]
inputs:
  station: {type: boolean}
  cases: {type: integer, range: [0, 1000]}
parameters: {mark: 10}
define: {half: cases / 2}
criteria:
  base: {points: 10, test: station}
  order:
    requires: [base]
    criteria:
      few: {points: 5, test: cases < mark}
      fewer: {points: 5, test: half < 2}
  ways:
    combine: any
    criteria:
      one: {test: cases == 1}
      two: {test: cases == 2}
levels:
  good: {when: score() >= 15, floors: {order: 50%}}
overrides:
  - {when: cases > 900, at_most: none, reason: nhiều}
tests:
  - {name: none, values: {station: false, cases: 0}, expect: {level: none}}
"""
HEAD = """\
criteria_engine: 1
id: vn.example.local
version: "2"
extends: base.yaml
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def local(folder: Path, text: str) -> ce.Ruleset:
    path = folder / "local.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return ce.load(path, lang="en")


def wrong(folder: Path, text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(ce.CriteriaError) as raised:
        local(folder, text)
    return [(each.code, each.line) for each in raised.value.diagnostics]


def test_everything_is_taken_over(folder: Path) -> None:
    """A set that adds nothing judges as the other does, under its own name."""
    base, same = ce.load(folder / "base.yaml"), local(folder, "")
    assert (same.id, same.version, same.title, same.window) == (
        "vn.example.local",
        "2",
        base.title,
        base.window,
    )
    assert (same.inputs, same.criteria, same.levels) == (base.inputs, base.criteria, base.levels)
    assert same.tests == ()
    assert [each.document for each in same.legal_basis] == ["1/TT"]
    for cases in (0, 1, 5, 20, 950):
        values = {"station": True, "cases": cases}
        assert same.evaluate(values).level == base.evaluate(values).level


def test_criteria_prerequisites_and_conditions_are_added(folder: Path) -> None:
    text = (
        "inputs: {drills: integer}\n"
        "criteria:\n"
        "  order:\n    requires: [drilled]\n    criteria:\n      calm: {points: 2, test: cases == 0}\n"
        "  drilled: {points: 3, test: drills >= 1}\n"
        "levels:\n"
        "  excellent: {when: score() >= 26}\n"
        "  good: {when: met(drilled), requires: [station], floors: {drilled: 100%}}\n"
        "  tried: {when: score() >= 5}\n"
    )
    made = local(folder, text)
    assert [each.id for each in made.criteria] == ["base", "order", "ways", "drilled"]
    assert [each.id for each in made.criteria[1].criteria] == ["few", "fewer", "calm"]
    assert [each.text for each in made.criteria[1].requires] == ["base", "drilled"]
    assert [each.id for each in made.levels] == ["excellent", "good", "tried"]
    assert made.levels[1].when == ce.Expression("(score() >= 15) and (met(drilled))")
    assert made.levels[1].floors == (("order", 0.5), ("drilled", 1.0))
    blocked = made.evaluate({"station": True, "cases": 0, "drills": 0})
    assert blocked.criteria["order"].blocked_by == ("drilled",)
    assert made.evaluate({"station": True, "cases": 0, "drills": 1}).level == "good"
    assert made.evaluate({"station": True, "cases": 1, "drills": 1}).level == "good"


def test_a_set_and_its_dump_evaluate_alike(folder: Path) -> None:
    """What extends another is whole in itself: dumped, it needs no other file."""
    made = local(
        folder, "criteria: {calm: {points: 2, test: cases == 0}}\nreplaces: [mark]\nparameters: {mark: 8}\n"
    )
    again = ce.loads(ce.dumps(made))
    assert again == made
    assert again.digest == made.digest
    for cases in (None, 0, 3, 9, 950):
        values = {"station": True, "cases": cases}
        assert again.evaluate(values).to_dict() == made.evaluate(values).to_dict()


def test_a_change_needs_replaces(folder: Path) -> None:
    assert wrong(folder, "parameters: {mark: 12}\n") == [("CE330", 5)]
    assert wrong(folder, "criteria:\n  base: {points: 5, test: station}\n") == [("CE330", 6)]
    assert wrong(folder, "levels: {good: {when: score() >= 1, each: 10%}}\n") == [("CE330", 5)]
    assert wrong(folder, "combine: mean\n") == [("CE330", 5)]
    assert local(folder, "replaces: [mark]\nparameters: {mark: 12}\n").parameters[0].value == 12


def test_what_is_replaced_without_a_new_one_is_gone(folder: Path) -> None:
    made = local(folder, "replaces: [fewer, two]\n")
    assert [each.id for each in made.criteria[1].criteria] == ["few"]
    assert [each.id for each in made.criteria[2].criteria] == ["one"]
    assert wrong(folder, "replaces: [fewre]\n") == [("CE331", 5)]
    assert ("CE225", 4) in wrong(folder, "replaces: [base]\n")  # `order` still asks for it


def test_replaced_things_and_loosened_groups_are_listed(folder: Path) -> None:
    """The linter lists what is taken away, changed, or may be made easier."""
    text = (
        "replaces: [mark, fewer]\nparameters: {mark: 8}\n"
        "criteria:\n"
        "  ways: {criteria: {three: {test: cases == 3}}}\n"
        "  extra: {points: 1, bonus: true, test: station}\n"
        "overrides:\n  - {when: cases == 0, level: good, reason: không có vụ nào}\n"
    )
    local(folder, text)
    found = [each for each in ce.check(folder / "local.yaml", lang="vi") if each.code in ("CE715", "CE716")]
    for lang in ("vi", "en"):
        shown = (
            "\n".join(str(each.in_language(lang)).replace(f"{folder}{os.sep}", "") for each in found) + "\n"
        )
        path = Path(__file__).parent / "bad" / f"extending_{lang}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(shown, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == shown


def test_a_set_that_is_not_at_hand(folder: Path) -> None:
    text = HEAD.replace("base.yaml", "vn.example.base")
    with pytest.raises(ce.CriteriaError) as raised:
        ce.loads(text)
    assert [(each.code, each.line) for each in raised.value.diagnostics] == [("CE333", 4)]
    with pytest.raises(ce.CriteriaError) as raised:
        ce.loads(HEAD)  # a text has no folder
    assert [each.code for each in raised.value.diagnostics] == ["CE333"]
    made = ce.loads(text, library=ce.Library(folder))
    assert made.inputs == ce.load(folder / "base.yaml").inputs


def test_rings_and_unsound_sets_are_told_at_extends(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + "extends: local.yaml\n", encoding="utf-8")
    assert wrong(folder, "") == [("CE332", 4)]
    (folder / "base.yaml").write_text(BASE.replace("test: station", "test: staton"), encoding="utf-8")
    assert wrong(folder, "") == [("CE332", 4)]
    (folder / "base.yaml").unlink()
    assert wrong(folder, "") == [("CE332", 4)]
    (folder / "local.yaml").write_text(HEAD.replace("base.yaml", "local.yaml"), encoding="utf-8")
    with pytest.raises(ce.CriteriaError) as raised:
        ce.load(folder / "local.yaml")
    assert [each.code for each in raised.value.diagnostics] == ["CE334"]


def test_what_no_longer_fits_is_shown_where_it_is_taken_over(folder: Path) -> None:
    assert wrong(folder, "replaces: [half]\n") == [("CE225", 4)]
    assert wrong(folder, "replaces: [mark]\nparameters: {mark: 'abc'}\n") == [("CE231", 4)]


def test_more_points_where_points_are_counted_are_listed(folder: Path) -> None:
    """One more criterion makes a level easier that wants 15 points, not one that wants a share of them."""
    text = "criteria: {calm: {points: 2, test: cases == 0}}\n"
    local(folder, text)
    assert "CE716" in [each.code for each in ce.check(folder / "local.yaml")]
    base = BASE.replace("score() >= 15", '"percent(score(), max_score()) >= 70"')
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    local(folder, text)
    assert "CE716" not in [each.code for each in ce.check(folder / "local.yaml")]


@attrs.frozen
class OneSet:
    """A library of one ruleset."""

    ruleset: ce.Ruleset

    def find(self, name: str, *, on: datetime.date | None = None) -> ce.Ruleset:
        assert name == self.ruleset.id
        return self.ruleset


@settings(max_examples=scaled(40), suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_set_cut_in_two_and_joined_is_the_whole(data: st.DataObject) -> None:
    """A set whose last criteria stand in a second file that extends the first judges as in one file, and
    so does its dump.
    """
    document = data.draw(strategies.documents())
    ids = list(document["criteria"])
    assume(len(ids) > 1)
    cut = data.draw(st.integers(1, len(ids) - 1))
    first = {
        **document,
        "id": "vn.example.first",
        "criteria": {id: document["criteria"][id] for id in ids[:cut]},
    }
    second = {
        **{key: document[key] for key in ("criteria_engine", "id", "version", "title", "status")},
        "extends": "vn.example.first",
        "criteria": {id: document["criteria"][id] for id in ids[cut:]},
    }
    try:
        base = loaded(first)
    except ce.CriteriaError:
        assume(False)  # what stands in the second file is asked for in the first
    joined = ce.loads(strategies.dump(second), library=OneSet(base))
    again = ce.loads(ce.dumps(joined))
    assert again == joined
    values = data.draw(strategies.values(document, missing=0.2))
    whole = seen(judged(loaded(document), values))
    assert seen(judged(joined, values)) == seen(judged(again, values)) == whole
