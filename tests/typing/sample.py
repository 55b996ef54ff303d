"""What a user writes, as the type checkers see it: no error in strict mode, and no cast.

``assert_type`` says what each expression is. It is never run: tests/test_typing.py gives it to the checkers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import assert_type

import attrs
import polars as pl

import criteria_engine as ce


def reading() -> ce.Ruleset:
    ruleset = ce.load("rulesets/vn/example/ward.yaml")
    assert_type(ruleset, ce.Ruleset)
    problems = ce.check("ward.yaml", lang="en")
    assert_type(problems, list[ce.Diagnostic])
    for problem in problems:
        print(problem.code, problem.severity, problem.message, problem.hint, problem.path)
        print(problem.file, problem.line, problem.column, problem.to_dict()["code"])
    try:
        ce.loads(ce.dumps(ruleset), name="copy.yaml")
    except ce.CriteriaError as error:
        assert_type(error.diagnostics, tuple[ce.Diagnostic, ...])
    library = ce.Library("rulesets")
    assert_type(library.find("vn.example.ward", on=date(2024, 6, 1)), ce.Ruleset)
    ce.read_value("85,5 %", "percent", lang="vi")
    return ruleset


def building() -> ce.Ruleset:
    theft, area = ce.integer("theft_cases"), ce.choice("area", ["normal", "difficult"])
    turnout, paved = ce.percent("turnout"), ce.boolean("paved")
    fewer = ce.Criterion("fewer", points=10, rule=ce.Test(theft.previous() > theft))
    few = ce.Criterion("few", title="Ít vụ trộm", points=10, rule=ce.Test("theft_cases < 3"))
    bands = ce.Criterion(
        "turnout",
        title={"vi": "Cử tri", "en": "Voters"},
        points=5,
        rule=ce.Bands(of=turnout, steps=[ce.Step(at_least=95, points=5), ce.Step(otherwise=0)]),
        requires="few",
        missing="zero",
    )
    items = ce.Criterion("items", rule=ce.Checklist(of={"paved": paved, "lit": "lit"}, need=1))
    veto = ce.Criterion("none", rule=ce.NoneOf(events={"fire": "fires > 0"}), veto=True)
    deduct = ce.Criterion("deduct", rule=ce.Deduct(lines=[ce.Line(each="complaints", minus=0.5)]))
    curve = ce.Criterion("curve", rule=ce.Curve(of="turnout", through=[(60, 0), (80, 3)]))
    choose = ce.Criterion("choose", rule=ce.Choose(of=area, points={"normal": 3, "difficult": 5}))
    table = ce.Criterion("table", rule=ce.Table(rows=[ce.Row(when=paved & (theft < 3), points=2)]))
    order = ce.Criterion("order", criteria=[fewer, few], requires=["base"], combine="sum")
    group = ce.Criterion("more", criteria=(bands, items, veto), combine={"at_least": 2}, round={"digits": 1})
    ruleset = ce.Ruleset(
        id="vn.example.ward",
        version="1",
        title="Phường",
        legal_basis=["25/2021/QĐ-TTg", ce.LegalBasis("1/2024", issued="2024-01-01")],
        effective={"from": "2024-01-01"},
        holidays=["2024-01-01", date(2024, 4, 30)],
        inputs=[theft, area, turnout, paved],
        parameters=[ce.Parameter("least", dated=[ce.Dated("2024-01-01", 3)])],
        define=[ce.Definition("share", "percent(theft_cases, households)")],
        consistency=["theft_cases >= 0"],
        criteria=[order, group, deduct, curve, choose, table],
        levels=[
            ce.Level("model", when=ce.score() >= 80, each="50%", floors={"order": "70%"}),
            ce.Level("good", when="score() >= 50", requires=["met(base)", ce.met("few")]),
        ],
        otherwise="none",
        overrides=[ce.Override(when=~paved, at_most="good")],
        tests=[ce.Case("a test", values={"theft_cases": 3}, expect={"level": "model"}, on="2024-06-30")],
    )
    assert_type(ruleset.criteria, tuple[ce.Criterion, ...])
    assert_type(ruleset.criteria[0].requires, tuple[ce.Expression, ...])
    assert_type(ruleset.title, ce.Titles)
    assert_type(ruleset.levels[0].when, ce.Expression | None)
    assert_type(ruleset.holidays, tuple[date, ...])
    assert_type(theft.previous() > theft, ce.Expression)
    if ruleset.combine is not None:
        assert_type(ruleset.combine.word, str | None)
    return attrs.evolve(ruleset, version="2", criteria=[order])


def evaluating(ruleset: ce.Ruleset, values: Mapping[str, object]) -> None:
    result = ruleset.evaluate(
        values,
        history=[{"theft_cases": 3}, None],
        titles={"vn.example.safe": "recognised", "vn.example.calm": ["silver", None]},
        evidence={"theft_cases": "12/BC"},
        on=date(2024, 6, 30),
        subject="Vĩnh Hòa",
    )
    assert_type(result, ce.Result)
    assert_type(result.level, str | None)
    assert_type(result.decided, bool)
    assert_type(result.possible_levels, tuple[str, ...])
    assert_type(result.score, ce.Bounds | None)
    if result.score is not None:
        assert_type(float(result.score) + result.score.low, float)
    criterion = result.criteria["order.fewer"]
    assert_type(criterion, ce.CriterionResult)
    assert_type(criterion.status is ce.Status.MET, bool)
    assert_type(criterion.missing, tuple[str, ...])
    print(result.values["share"], result.referred, result.level_title("vi"), result.to_dict()["level"])
    explanation = result.explain(lang="vi")
    print(str(explanation), explanation.markdown(), explanation.html(), explanation.to_dict())
    ruleset.evaluate({"day": "2024-01-01", "turnout": None, "paved": ce.NA, "rating": "n/a"})
    dossier = ce.evaluate_all([ruleset], values, same={"theft": "theft_cases"})
    assert_type({name: each.level for name, each in dossier.items()}, dict[str, str | None])


def frames(ruleset: ce.Ruleset, table: pl.DataFrame, lazy: pl.LazyFrame) -> None:
    assert_type(ruleset.evaluate_frame(table, detail=True), pl.DataFrame)
    assert_type(ruleset.evaluate_frame(lazy, history=("ward", "year"), on="2024-06-30"), pl.LazyFrame)


def projecting(rows: Sequence[ce.UnitStatus]) -> None:
    plan = ce.load_plan("plan.yaml")
    projection = ce.project(plan, recognitions=rows, on=date(2024, 12, 31), scenarios=["plan"])
    target = projection.targets["half_by_2025"]
    assert_type(target, ce.TargetOutlook)
    assert_type(target.expected, Fraction)
    print(target.status, target.required, target.shortfall, target.probability, target.attained_on)
    assert_type(projection.explain(lang="vi"), str)
    assert_type([row.year for row in projection.table()], list[int])
    assert_type(ce.report(plan, rows, on=date(2024, 11, 15)).markdown("vi"), str)
    ce.Plan(id="plan", horizon={"from": 2024, "until": 2026}, targets=[ce.Target("half", share=0.5, by=2025)])


@attrs.frozen
class Half:
    """A rule shape of one's own."""

    of: ce.Expression = ce.part(ce.EXPRESSION)

    KEY = "half"
    WHOLE = "of"

    def judge(self, context: ce.RuleContext) -> ce.Judged:
        return ce.all_or_nothing(context.condition(self.of, "of"), context.points)

    def clauses(self) -> Sequence[ce.Clause]:
        return [ce.Clause("must", self.of, "of")]
