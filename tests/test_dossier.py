"""One ward, several sets on one body of evidence."""

from __future__ import annotations

import itertools

import pytest

import criteria_engine as ce

SAFE = """\
criteria_engine: 1
id: vn.example.safe
version: "1"
inputs: {cases: {type: integer, unit: vụ}, station: boolean}
criteria: {few: {test: cases < 10}, base: {test: station}}
levels: {gold: {when: score() == 2}, silver: {when: score() >= 1}}
"""
LEGAL = """\
criteria_engine: 1
id: vn.example.legal
version: "1"
inputs: {cases: {type: integer}, meetings: integer}
criteria: {safe: {test: "holds('vn.example.safe', 'silver')"}, met_people: {test: meetings >= 2}}
levels: {reached: {when: score() == 2}}
"""
MODEL = """\
criteria_engine: 1
id: vn.example.model
version: "1"
inputs: {so_vu: {type: integer, unit: vụ}}
criteria: {law: {test: "holds('vn.example.legal', 'reached')"}, calm: {test: so_vu < 20}}
levels: {model: {when: score() == 2}}
"""
SETS = tuple(ce.loads(text) for text in (MODEL, LEGAL, SAFE))
VALUES = {"cases": 5, "station": False, "meetings": 2}


@pytest.mark.parametrize("sets", list(itertools.permutations(SETS)), ids=str)
def test_sets_are_judged_in_the_order_in_which_they_need_each_other(sets: tuple[ce.Ruleset, ...]) -> None:
    """Whatever the order in which they are given; a better level is a title as well."""
    dossier = ce.evaluate_all(sets, VALUES, same={"so_vu": "cases"}, subject="Vĩnh Hòa")
    assert list(dossier) == ["vn.example.safe", "vn.example.legal", "vn.example.model"]
    assert {name: each.level for name, each in dossier.items()} == {
        "vn.example.safe": "silver",
        "vn.example.legal": "reached",
        "vn.example.model": "model",
    }
    assert dossier.conflicts == ()
    assert "vn.example.safe" in dossier.explain("vi")
    assert list(dossier.to_dict()["results"]) == list(dossier)


def test_what_is_open_in_one_is_open_in_the_next() -> None:
    """A level that is undecided is a title that is not known, unless all it can be is enough."""
    dossier = ce.evaluate_all(SETS[1:], {"station": True, "meetings": 2})
    assert dossier["vn.example.safe"].possible_levels == ("gold", "silver")
    assert dossier["vn.example.legal"].level == "reached"
    dossier = ce.evaluate_all(SETS[1:], {"station": False, "meetings": 2})
    assert dossier["vn.example.safe"].possible_levels == ("silver", "none")
    assert dossier["vn.example.legal"].possible_levels == ("reached", "none")
    assert dossier.missing == ("cases", "holds('vn.example.safe', 'silver')")


def test_it_is_what_evaluating_one_by_one_gives() -> None:
    safe = SETS[2].evaluate({"cases": 50, "station": False})
    legal = SETS[1].evaluate({"cases": 50, "meetings": 2}, titles={"vn.example.safe": safe}, sets=SETS)
    dossier = ce.evaluate_all(SETS[1:], {"cases": 50, "station": False, "meetings": 2})
    assert dossier["vn.example.safe"].to_dict() == safe.to_dict()
    assert dossier["vn.example.legal"].level == legal.level == "none"


def test_a_title_that_is_given_counts_and_a_difference_is_told() -> None:
    dossier = ce.evaluate_all(SETS[1:], VALUES, titles={"vn.example.safe": "none"})
    assert dossier["vn.example.safe"].level == "silver"
    assert dossier["vn.example.legal"].level == "none"
    [conflict] = dossier.conflicts
    assert (conflict.code, conflict.severity) == ("CE582", "warning")
    assert conflict.message in dossier.explain("vi")
    assert ce.evaluate_all(SETS[1:], VALUES, titles={"vn.example.safe": "silver"}).conflicts == ()


def codes(*arguments: object, **named: object) -> list[tuple[str, str]]:
    with pytest.raises(ce.CriteriaError) as raised:
        ce.evaluate_all(*arguments, **named)  # type: ignore[arg-type]
    return [(each.code, each.path) for each in raised.value.diagnostics]


def test_a_value_is_given_once() -> None:
    same = {"so_vu": "cases"}
    assert codes(SETS, {**VALUES, "so_vu": 6}, same=same) == [("CE598", "values.so_vu")]
    twice = ce.evaluate_all(SETS, {**VALUES, "so_vu": 5}, same=same)
    assert twice["vn.example.model"].level == "model"
    apart = ce.evaluate_all(SETS, {**VALUES, "vn.example.model/so_vu": 30})
    assert apart["vn.example.model"].level == "none"


def test_one_name_with_two_meanings_is_told() -> None:
    other = ce.loads(LEGAL.replace("cases: {type: integer}", "cases: {type: choice, choices: [few, many]}"))
    assert codes([other, SETS[2]], {"cases": 3}) == [("CE597", "values.cases")]
    apart = {"vn.example.safe/cases": 3, "vn.example.legal/cases": "few"}
    assert ce.evaluate_all([other, SETS[2]], apart)["vn.example.safe"].level is None


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = codes(SETS[1:], {"casses": 3, "vn.example.safe/meetings": 1})
    assert found == [("CE551", "values.casses"), ("CE551", "values.vn.example.safe/meetings")]
    found = codes(SETS[1:], {"cases": "x", "meetings": -0.5})
    assert found == [
        ("CE555", "vn.example.legal: values.cases"),
        ("CE556", "vn.example.legal: values.meetings"),
        ("CE555", "vn.example.safe: values.cases"),
    ]


def test_rings_and_doubles_are_refused() -> None:
    ring = ce.loads(SAFE.replace("test: station", "test: \"holds('vn.example.model', 'model')\""))
    assert [code for code, _ in codes([*SETS[:2], ring], VALUES)] == ["CE596"]
    assert [code for code, _ in codes([SETS[2], SETS[2]], {})] == ["CE599"]


def test_history_is_parted_too() -> None:
    looking = ce.loads(SAFE.replace("cases < 10", "cases < previous(cases)"))
    dossier = ce.evaluate_all([looking, SETS[1]], VALUES, history=[{"cases": 6, "meetings": 9}, None])
    assert dossier["vn.example.safe"].level == "silver"
