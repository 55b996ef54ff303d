"""Building in Python: composable rule objects, operators, and an application's own rule shape."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import ClassVar

import attrs
import pytest

import criteria_engine as ce

theft = ce.integer("theft_cases", range=[0, 10_000], title={"vi": "Số vụ trộm cắp", "en": "Thefts"})
area = ce.choice("area", ["normal", "difficult"])
headquarters = ce.boolean("headquarters")


def ward(*criteria: ce.Criterion, **details: object) -> ce.Ruleset:
    """A ruleset of these criteria."""
    return ce.Ruleset(
        id="test.ward", version="1", inputs=[theft, area, headquarters], criteria=list(criteria), **details
    )


def test_operators_build_what_an_author_would_write() -> None:
    """Comparisons, arithmetic and logic become text, with brackets only where they are needed."""
    cases = {
        "theft_cases >= 3": theft >= 3,
        "theft_cases >= 3 and theft_cases < 5": (theft >= 3) & (theft < 5),
        "not (theft_cases > 2 or headquarters)": ~((theft > 2) | headquarters),
        "(theft_cases + 2) * 3 - theft_cases / 2": (theft + 2) * 3 - theft / 2,
        "area == 'difficult'": area.equals("difficult"),
        "area in ['normal', 'difficult']": area.is_in("normal", "difficult"),
        "percent(theft_cases, 0.5) > 80": ce.percent(theft, 0.5) > 80,
        "score(order) >= 10 and met(base)": (ce.score("order") >= 10) & ce.met("base"),
    }
    assert {text: made.text for text, made in cases.items()} == {text: text for text in cases}
    assert (theft >= 3) == ce.Expression("theft_cases >= 3")
    assert len({theft >= 3, theft >= 3, theft >= 4}) == 2


def test_an_expression_has_no_truth_value() -> None:
    """``if theft >= 3`` raises and says what to write instead."""
    with pytest.raises(TypeError, match=r"write & for and, \| for or, ~ for not"):
        bool(theft >= 3)
    with pytest.raises(ce.CriteriaError, match=r"equals") as caught:
        ce.Test(theft == 3)
    assert caught.value.diagnostics[0].in_language("en").code == "CE221"


def test_text_wherever_an_expression_is() -> None:
    """The same set, once with operators and once with text."""
    one = ward(
        ce.Criterion("base", points=10, rule=ce.Test(headquarters)),
        ce.Criterion("fewer", points=10, rule=ce.Test(theft < 3), requires=["base"]),
        levels=[ce.Level("model", when=ce.score() >= 20, each=0.6)],
    )
    two = ward(
        ce.Criterion("base", points=10, rule=ce.Test("headquarters")),
        ce.Criterion("fewer", points=10, rule=ce.Test("theft_cases < 3"), requires="base"),
        levels=[ce.Level("model", when="score() >= 20", each="60%")],
    )
    assert one == two
    assert ce.loads(ce.dumps(one)) == one
    assert one.evaluate({"theft_cases": 1, "area": "normal", "headquarters": True}).level == "model"


def test_an_unsound_ruleset_cannot_be_made() -> None:
    """All that is wrong, with paths instead of lines."""
    with pytest.raises(ce.CriteriaError) as caught:
        ward(
            ce.Criterion("base", points=10, rule=ce.Test("headquarter")),
            ce.Criterion("fewer", rule=ce.Test(theft > "a"), requires=["bas"]),  # type: ignore[operator]
            levels=[ce.Level("model", when=ce.score() >= 80)],
        )
    found = {(each.code, each.path) for each in caught.value.diagnostics}
    assert found == {
        ("CE225", "criteria.base.test"),
        ("CE231", "criteria.fewer.test"),
        ("CE225", "criteria.fewer.requires[0]"),
        ("CE431", "levels.model"),
    }
    assert all(each.line is None for each in caught.value.diagnostics)


@attrs.frozen
class Within:
    """An application's own shape: all points where a number lies within so much of a target."""

    KEY: ClassVar[str] = "within"
    WHOLE: ClassVar[str | None] = None

    of: ce.Expression = ce.part(ce.EXPRESSION)
    target: ce.Expression = ce.part(ce.EXPRESSION)
    by: ce.Expression = ce.part(ce.EXPRESSION, default=ce.Expression("1"))

    @property
    def condition(self) -> ce.Expression:
        """The shape in the language that there is."""
        return ce.Expression(f"abs({self.of.text} - ({self.target.text})) <= {self.by.text}")

    def judge(self, context: ce.RuleContext) -> ce.Judged:
        """All or nothing."""
        return ce.all_or_nothing(context.condition(self.condition, "of"), context.points)

    def clauses(self) -> Sequence[ce.Clause]:
        """The condition that must hold."""
        return [ce.Clause("must", self.condition, "of")]


def test_an_own_rule_shape_is_an_argument() -> None:
    """It reads, judges with bounds, explains, writes and pickles, and nothing else was touched."""
    text = (
        "criteria_engine: 1\nid: a.b\nversion: '1'\ninputs: {staff: {type: integer, range: [0, 20]}}\n"
        "criteria:\n  size: {points: 5, within: {of: staff, target: 12, by: 2}}\n"
    )
    with pytest.raises(ce.CriteriaError, match="within"):
        ce.loads(text)
    ruleset = ce.loads(text, rules=(*ce.RULES, Within))
    assert ruleset.criteria[0].rule == Within("staff", "12", "2")
    scores = {staff: ruleset.evaluate({"staff": staff}).score for staff in (None, 9, 10, 14, 15)}
    assert scores == {None: (0, 5), 9: (0, 0), 10: (5, 5), 14: (5, 5), 15: (0, 0)}
    assert ce.loads(ce.dumps(ruleset), rules=(*ce.RULES, Within)) == ruleset
    assert pickle.loads(pickle.dumps(ruleset)) == ruleset  # noqa: S301 - made here
    assert "staff" in str(ruleset.evaluate({"staff": 9}).explain("en"))
    with pytest.raises(ce.CriteriaError, match="stafff") as caught:
        ce.loads(text.replace("of: staff", "of: stafff"), rules=(*ce.RULES, Within))
    assert (caught.value.diagnostics[0].line, caught.value.diagnostics[0].code) == (6, "CE225")
