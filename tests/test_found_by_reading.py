"""Faults that a second reader of the contract found, each with the sentence it broke."""

from __future__ import annotations

import unicodedata

import pytest

import criteria_engine as ce

HEAD = "criteria_engine: 1\nid: a.b\nversion: '1'\n"


def made(inputs: str, rest: str) -> ce.Ruleset:
    """A ruleset with boolean inputs of these names (``name?``: may be n/a)."""
    given = ", ".join(
        f"{name.strip('?')}: {{type: boolean{', may_be_na: true' if name.endswith('?') else ''}}}"
        for name in inputs.split()
    )
    return ce.loads(f"{HEAD}inputs: {{{given}}}\n{rest}")


def test_a_group_that_does_not_apply_is_in_no_ratio() -> None:
    """A criterion that does not apply, and all below it, adds neither points nor maximum."""
    ruleset = made(
        "b k z",
        'define: {s: share(), p: "percent(score(), max_score())"}\n'
        "criteria: {g: {applies_when: b, criteria: {x: {points: 4, test: k}, "
        "y: {points: 1, applies_when: k, test: k}}}, h: {points: 2, test: not k}}\n"
        "levels: {top: {when: share() >= 0.5}}\n",
    )
    for more in ({}, {"z": True}):
        result = ruleset.evaluate({"b": False, "k": True, **more})
        assert (result.level, dict(result.values)) == ("none", {"s": 0, "p": 0})
        assert (result.score, result.max_score) == ((0, 0), (2, 2))
    rebased = made(
        "b k z",
        "scale_to: 100\ncriteria: {g: {applies_when: b, criteria: {x: {points: 4, test: k}, "
        "y: {points: 1, applies_when: k, test: k}}}, h: {points: 2, test: not k}}\n",
    )
    assert rebased.evaluate({"b": False, "k": True}).score == (0, 0)


@pytest.mark.parametrize("scaled", [False, True])
def test_a_bonus_can_pass_the_maximum_in_a_ratio(scaled: bool) -> None:
    """Bounds are always sound, with a bonus outside the maximum as well."""
    top = "scale_to: 100\n" if scaled else ""
    ruleset = made(
        "b k n?",
        f"{top}criteria: {{c0: {{points: 1, test: b, applies_when: k}}, c1: {{points: 3, test: n, bonus: true}}}}\n"
        'levels: {top: {when: "percent(score(), max_score()) > 100"}}\n',
    )
    before, after = ruleset.evaluate({"b": True}), ruleset.evaluate({"b": True, "k": True, "n": True})
    assert before.score.low <= after.score.low <= before.score.high
    assert after.level in before.possible_levels
    if not scaled:
        one = made(
            "n?",
            "criteria: {c0: {points: 1, test: n}, c1: {points: 3, test: n, bonus: true}}\n"
            'levels: {top: {when: "percent(score(), max_score()) > 100"}}\n',
        )
        assert set(one.evaluate({}).possible_levels) == {"top", "none"}
        assert one.evaluate({"n": True}).level == "top"


def test_low_is_never_above_high() -> None:
    """A maximum below 0 turns no bound round."""
    ruleset = made(
        "j k",
        "scale_to: 100\ncriteria: {a: {applies_when: j, bands: {of: 1, steps: [{at_most: 0, points: -1}, "
        "{otherwise: -2}]}}, x: {points: 2, bonus: true, test: k}}\n",
    )
    score = ruleset.evaluate({"j": True}).score
    assert score.low <= score.high


@pytest.mark.parametrize("combine", ["first", "max", "min", "mean", "geometric_mean", "count", "all", "any"])
def test_an_empty_group_is_an_error_with_a_place(combine: str) -> None:
    """Whatever is half written is told, never a traceback."""
    with pytest.raises(ce.CriteriaError) as caught:
        made("b", f"criteria: {{c: {{combine: {combine}, criteria: {{}}}}}}\n")
    assert "CE315" in [each.code for each in caught.value.diagnostics]
    with pytest.raises(ce.CriteriaError):
        made("b", "criteria: {}\nlevels: {top: {when: lowest_share() >= 0.5}}\n")


def test_no_is_false_where_a_boolean_is_wanted() -> None:
    """``no`` is a word where a word is wanted, and false where a boolean is."""
    ruleset = made("b", "criteria: {c: {test: b, veto: no}}\ncumulative: no\n")
    assert ruleset.criteria[0].veto is False


def test_names_are_one_in_every_normal_form() -> None:
    """Names and words that are equal in NFKC are the same, inside expressions as well."""
    name, word = "đường_bê_tông", "tiêu"
    apart = unicodedata.normalize("NFD", f"{name} and loại == '{word}'")
    assert apart != f"{name} and loại == '{word}'"
    ruleset = ce.loads(
        f"{HEAD}inputs: {{{name}: {{type: boolean}}, loại: {{type: choice, choices: [{word}, khác]}}}}\n"
        f"criteria: {{c: {{test: {apart}}}}}\n"
    )
    assert ruleset.evaluate({name: True, "loại": word}).score == (1, 1)


def test_fixed_texts_can_be_compared() -> None:
    """A text parameter that differs from a word is simply not equal to it."""
    ruleset = made(
        "b", "parameters: {r: north}\ncriteria: {c: {test: r == 'south'}, d: {test: r == 'north'}}\n"
    )
    result = ruleset.evaluate({})
    assert [result.criteria[name].status for name in "cd"] == [ce.Status.NOT_MET, ce.Status.MET]


def test_a_floor_of_a_nested_criterion_sees_its_groups() -> None:
    """What does not apply because its group does not reaches every floor."""
    ruleset = made(
        "b k",
        "criteria: {g: {applies_when: b, criteria: {x: {test: k}}}, h: {test: true}}\n"
        "levels: {top: {floors: {x: 60%}}}\n",
    )
    assert ruleset.evaluate({"b": False, "k": False}).level == "top"
    assert ruleset.evaluate({"b": True, "k": False}).level == "none"


def test_arguments_of_evaluate() -> None:
    """An ISO day is a day, empty evidence is none, unknown evidence passes with ``strict=False``."""
    ruleset = ce.loads(
        f"{HEAD}inputs: {{b: {{type: boolean, evidence: required}}}}\n"
        "parameters: {p: [{from: 2024-01-01, value: 1}]}\ncriteria: {c: {test: b and p > 0}}\n"
    )
    assert ruleset.evaluate({"b": True}, evidence={"b": "QĐ 12"}, on="2024-06-01").score == (1, 1)
    assert ruleset.evaluate({"b": True}, evidence={"b": ""}, on="2024-06-01").score == (0, 1)
    assert ruleset.evaluate({}, evidence={"zz": "x"}, on="2024-06-01", strict=False).score == (0, 1)
    with pytest.raises(ce.CriteriaError, match="CE558"):
        ruleset.evaluate({}, on="hôm nay")


def test_referred_is_no_longer_open() -> None:
    """``may_be_referred`` says so while that is open."""
    ruleset = made("b", "criteria: {c: {test: b}}\noverrides: [{when: b, refer: X}]\nlevels: {top: {}}\n")
    referred, unsure = ruleset.evaluate({"b": True}), ruleset.evaluate({})
    assert (referred.referred, referred.may_be_referred, referred.decided) == ("X", False, True)
    assert (unsure.referred, unsure.may_be_referred) == (None, True)


def test_a_dead_otherwise_is_an_error() -> None:
    """A step that can never be reached is an error; ``otherwise`` is a step."""
    with pytest.raises(ce.CriteriaError, match="CE405"):
        ce.loads(
            f"{HEAD}inputs: {{n: {{type: number}}}}\ncriteria: {{c: {{bands: {{of: n, steps: "
            "[{at_least: 3, points: 1}, {at_most: 5, points: 2}, {otherwise: 0}]}}}\n"
        )


def test_a_line_never_adds_points() -> None:
    """``deduct`` goes from the points down."""
    ruleset = made("b", "criteria: {c: {points: 2, deduct: [{when: b, minus: -0.5}]}}\n")
    assert ruleset.evaluate({"b": True}).score == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"values": [1]}, "CE566"),
        ({"values": {}, "evidence": ["a"]}, "CE566"),
        ({"values": {}, "history": {"a": 1}}, "CE562"),
        ({"values": {}, "history": [3]}, "CE562"),
        ({"values": {}, "titles": ["x"]}, "CE563"),
        ({"values": {1: 2}}, "CE551"),
        ({"values": {}, "on": "next week"}, "CE558"),
    ],
)
def test_arguments_of_a_wrong_form_are_told(wrong: dict[str, object], code: str) -> None:
    """What is given to ``evaluate`` in a wrong form is an error like any other, no traceback."""
    ruleset = ce.loads(
        'criteria_engine: 1\nid: a\nversion: "1"\ninputs: {a: boolean, b: boolean}\n'
        "criteria: {k: {test: a and b}}\n"
    )
    with pytest.raises(ce.CriteriaError) as raised:
        ruleset.evaluate(**wrong)  # type: ignore[arg-type]
    assert [each.code for each in raised.value.diagnostics] == [code]
