"""Looking back in time and leaning on other titles: laws, edges, and what it costs.

Set UPDATE_GOLDEN=1 to write tests/golden/explain_times_*.txt anew, to be read before they are kept.
"""

from __future__ import annotations

import copy
import datetime
import functools
import itertools
import json
import os
import pickle
import re
import subprocess
import sys
import threading
import types
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import strategies
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from judged import loaded, paths, scaled, seen
from test_cli import run

import criteria_engine as ce

GOLDEN = Path(__file__).parent / "golden"
_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
many = settings(max_examples=scaled(150), suppress_health_check=_LOOSE)
some = settings(max_examples=scaled(40), suppress_health_check=_LOOSE)

Document = dict[str, Any]

HEAD = """\
criteria_engine: 1
id: vn.example.past
version: "1"
scales: {rating: [poor, fair, good]}
inputs:
  x: {type: integer, range: [0, 100]}
  y: {type: integer, may_be_na: true}
  b: {type: boolean}
  c: {type: boolean, may_be_na: true}
  area: {type: choice, choices: [plain, hills], may_be_na: true}
  grade: {type: ordinal, scale: rating}
  word: {type: text}
  day: {type: date}
  proof: {type: boolean, evidence: required}
"""


def past(test: str, *more: str, leaf: str = "") -> ce.Ruleset:
    """A ruleset whose one criterion ``k`` asks for ``test``; ``more`` stands before the criteria."""
    body = leaf or f'test: "{test}"'
    return ce.loads(HEAD + "".join(f"{line}\n" for line in more) + f"criteria:\n  k: {{{body}}}\n")


def status(ruleset: ce.Ruleset, values: Mapping[str, Any] | None = None, **more: Any) -> str:
    """The state of the criterion ``k``."""
    return str(ruleset.evaluate(values or {}, **more).criteria["k"].status)


def refused(make: Callable[[], Any]) -> list[tuple[str, str]]:
    """The codes and paths with which something is refused."""
    with pytest.raises(ce.CriteriaError) as caught:
        make()
    return [(each.code, each.path) for each in caught.value.diagnostics]


# ── Another period is another input ──────────────────────────────────────────────────────────────

_LOOKED_AT = ("define", "applies_when", "criteria", "levels", "overrides")
_MARK = re.compile("\0(.*?):(\\d)\0")


class Lagging:
    """A drawn ruleset in which some names are of earlier periods: by ``previous``, or as more inputs."""

    def __init__(self, draw: Callable[[Any], Any], document: Document) -> None:
        self.document = document
        self.inputs = document["inputs"]
        self.parameters = document.get("parameters", {})
        self.definitions = document.get("define", {})
        self.asked: set[tuple[str, int]] = set()
        # late definitions ask criteria, so they are not looked back at
        early = [name for name in self.definitions if name.startswith("share")]
        self.whole = early if draw(st.booleans()) else []
        names = [*self.inputs, *self.parameters, *self.whole]
        lagged = [name for name in names if draw(st.integers(0, 9)) < 6]
        pattern = re.compile(rf"(?<!evidenced\()\b(?:{'|'.join(map(re.escape, lagged)) or '-'})\b")

        def mark(found: re.Match[str]) -> str:
            return f"\0{found[0]}:{draw(st.integers(0, 2))}\0"

        self.marked = {key: value for key, value in document.items() if key in _LOOKED_AT}
        plain = {name: self.definitions[name] for name in self.whole}
        self.marked = _each_text(self.marked, lambda text: pattern.sub(mark, text))
        if plain:
            self.marked["define"] |= plain

    def looking_back(self) -> Document:
        """The ruleset that looks back."""

        def said(found: re.Match[str]) -> str:
            name, back = found[1], int(found[2])
            if back:
                self.asked.add((name, back))
            return (name, f"previous({name})", f"previous({name}, 2)")[back]

        return {**self.document, **_each_text(self.marked, lambda text: _MARK.sub(said, text))}

    def with_inputs(self) -> Document:
        """The ruleset in which what was before are inputs of their own."""
        made = _each_text(
            self.marked, lambda text: _MARK.sub(lambda found: _before(found[1], int(found[2])), text)
        )
        document = {**self.document, **made}
        document["inputs"] = dict(self.inputs)
        for back in (1, 2):
            for name, rules in self.inputs.items():
                kept = {key: value for key, value in rules.items() if key != "evidence"}
                document["inputs"][_before(name, back)] = kept
        if self.parameters:
            document["parameters"] = dict(self.parameters)
            for back, (name, rules) in itertools.product((1, 2), self.parameters.items()):
                earlier = {**rules, "by": _before(rules["by"], back)} if isinstance(rules, dict) else rules
                document["parameters"][_before(name, back)] = earlier
        if self.whole:
            shifts = [*self.inputs, *self.parameters, *self.whole]
            names = re.compile(rf"(?<!evidenced\()\b(?:{'|'.join(map(re.escape, shifts))})\b")
            for back, name in itertools.product((1, 2), self.whole):
                shifted = _each_text(
                    self.definitions[name],
                    lambda text, back=back: names.sub(lambda found: _before(found[0], back), text),
                )
                document["define"][_before(name, back)] = shifted
        return document

    def split(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The values of the second ruleset as values and history of the first."""
        now = {name: values[name] for name in self.inputs if name in values}
        history = [
            {name: values[_before(name, back)] for name in self.inputs if _before(name, back) in values}
            for back in (1, 2)
        ]
        return now, history


def _before(name: str, back: int) -> str:
    return f"{name}_before{back}" if back else name


def _each_text(part: Any, change: Callable[[str], str]) -> Any:
    """The same plain data with every text in it changed; keys stay."""
    if isinstance(part, dict):
        return {key: _each_text(value, change) for key, value in part.items()}
    if isinstance(part, list):
        return [_each_text(each, change) for each in part]
    return change(part) if isinstance(part, str) else part


def _says_the_same(one: ce.Result, two: ce.Result) -> None:
    """Everything equal but for the definitions that only the second has."""
    first, second = seen(one), seen(two)
    second["values"] = {name: second["values"][name] for name in first["values"]}
    assert first == second


class TestAnotherInput:
    """Evaluating with history is evaluating a ruleset that has the earlier values as inputs."""

    @many
    @given(st.data())
    def test_history_is_more_inputs(self, data: st.DataObject) -> None:
        """``previous(x)`` with history is an input ``x_before1`` with that value: every status, score,
        bound, level, possible level, item and definition, with nothing missing and with something.
        """
        lagging = Lagging(data.draw, data.draw(strategies.documents()))
        one, two = loaded(lagging.looking_back()), loaded(lagging.with_inputs())
        for missing in (0.0, 0.3):
            values = data.draw(strategies.values(lagging.with_inputs(), missing))
            now, history = lagging.split(values)
            found = one.evaluate(now, history=history, on=strategies.ON)
            _says_the_same(found, two.evaluate(values, on=strategies.ON))
        looked_at = {name for name in one.program.reader.order if name.startswith("previous(")}
        plainly = {(name, back) for name, back in lagging.asked if name in lagging.inputs}
        named = {f"previous({n})" if back == 1 else f"previous({n}, {back})" for n, back in plainly}
        assert named <= looked_at
        assert named == looked_at or plainly != lagging.asked

    @some
    @given(st.data())
    def test_history_as_long_as_it_is(self, data: st.DataObject) -> None:
        """A shorter history is one whose last periods are not known, and so is ``None`` for a period; a
        longer one changes nothing, nor does what is said of inputs that are not looked back at.
        """
        lagging = Lagging(data.draw, data.draw(strategies.documents()))
        ruleset, wide = loaded(lagging.looking_back()), lagging.with_inputs()
        values = data.draw(strategies.values(wide, 0.1))
        now, (last, older) = lagging.split(values)

        def say(history: Any) -> dict[str, Any]:
            return seen(ruleset.evaluate(now, history=history, on=strategies.ON))

        assert say([last]) == say([last, {}]) == say([last, None]) == say((last, dict.fromkeys(older)))
        assert say([None, older]) == say([{}, older])
        assert say([last, older]) == say([last, older, data.draw(strategies.values(lagging.document))])
        assert say([]) == say(None) == say([None, None]) == seen(ruleset.evaluate(now, on=strategies.ON))
        looked = {name for name in lagging.inputs if f"previous({name})" in ruleset.program.reader.order}
        assert say([{name: last[name] for name in looked if name in last}, older]) == say([last, older])

    @many
    @given(st.data())
    def test_periods_are_conditions_joined(self, data: st.DataObject) -> None:
        """``every_period(e, n)`` is ``(e) and previous(e) and …``, ``any_period`` the same with ``or``;
        unknown and not applicable included.
        """
        names = {
            "boolean": ["b", "c"],
            "integer": ["x", "y"],
            "choice": {"area": ["plain", "hills"]},
            "ordinal": {"grade": ["poor", "fair", "good"]},
            "text": ["word"],
            "date": ["day"],
        }
        condition = data.draw(strategies.expressions(names))
        count = data.draw(st.integers(1, 4))
        each = [f"({condition})", f"previous({condition})"] + [
            f"previous({condition}, {n})" for n in range(2, count)
        ]
        lines = {
            "every": f"every_period({condition}, {count})",
            "every_by_hand": " and ".join(each[:count]),
            "any": f"any_period({condition}, {count})",
            "any_by_hand": " or ".join(each[:count]),
        }
        assume(all(len(line) < 4_000 for line in lines.values()))
        define = "".join(f"  {name}: {line!r}\n" for name, line in lines.items())
        criteria = "".join(f"  k_{name}: {{test: {name}}}\n" for name in lines)
        ruleset = ce.loads(HEAD + f"define:\n{define}criteria:\n{criteria}")
        document = {
            "inputs": {given.id: _rules(given) for given in ruleset.inputs if given.id != "proof"},
            "scales": {"rating": ["poor", "fair", "good"]},
        }
        periods = [data.draw(strategies.values(document, 0.3)) for _ in range(count)]
        result = ruleset.evaluate(periods[0], history=periods[1:])
        assert result.values["every"] == result.values["every_by_hand"]
        assert result.values["any"] == result.values["any_by_hand"]
        for name in ("every", "any"):
            one, two = result.criteria[f"k_{name}"], result.criteria[f"k_{name}_by_hand"]
            assert (one.status, one.score) == (two.status, two.score)


def _rules(given: ce.Input) -> Document:
    rules: Document = {"type": given.type, "may_be_na": given.may_be_na}
    rules |= {"scale": given.scale} if given.scale else {}
    rules |= {"choices": list(given.choices)} if given.choices else {}
    return rules | ({"range": list(given.range)} if given.range else {})


class TestWhatShifts:
    """All inputs and titles, and with them definitions and ``by`` parameters; nothing else."""

    def test_definition_is_its_expression(self) -> None:
        """``previous(d)`` of a definition is the definition written out, whatever it is made of."""
        define = [
            "define:",
            "  sum: x + y",
            "  twice: 2 * sum",
            "  many: twice > 30 or b",
            "  said: \"'much' if many else 'little'\"",
            "  rank: {bands: {of: twice, steps: [{at_least: 30, gives: 2}, {otherwise: 1}]}}",
        ]
        pairs = {
            "previous(sum) > 9": "previous(x + y) > 9",
            "previous(many)": "previous(2 * (x + y) > 30 or b)",
            "previous(said) == 'much'": "previous(2 * (x + y) > 30 or b)",
            "previous(rank) == 2": "previous(2 * (x + y) >= 30)",
            "previous(twice) > twice": "previous(2 * (x + y)) > 2 * (x + y)",
        }
        periods = [{"x": 1, "y": 2, "b": False}, {"x": 9, "y": 9}, {"y": ce.NA, "x": 3, "b": True}, {}]
        for named, written in pairs.items():
            one, two = past(named, *define), past(written)
            for now, before in itertools.product(periods, repeat=2):
                assert status(one, now, history=[before]) == status(two, now, history=[before]), named

    def test_definition_that_rounds(self) -> None:
        """A definition goes on the grid in an earlier period as it does now."""
        one = past("previous(third) * 3 == 1", "define:", "  third: x / 3")
        two = past("third * 3 == 1", "define:", "  third: x / 3")
        assert status(one, history=[{"x": 1}]) == status(two, {"x": 1}) == "not_met"

    def test_by_parameter_goes_with_its_input(self) -> None:
        """The mark of an earlier period is that of the area it was in then."""
        by = ["parameters:", "  mark: {by: area, values: {plain: 90, hills: 60}}"]
        ruleset = past("previous(x >= mark)", *by)
        before = {"x": 70, "area": "hills"}
        assert status(ruleset, {"area": "plain"}, history=[before]) == "met"
        assert status(ruleset, {"area": "hills"}, history=[{**before, "area": "plain"}]) == "not_met"
        assert status(ruleset, {"area": "hills"}, history=[{"x": 70}]) == "unknown"
        assert status(ruleset, {"area": "hills"}, history=[{"x": 95}]) == "unknown"  # it may be n/a
        mixed = past("previous(x) >= mark", *by)
        assert status(mixed, {"area": "plain"}, history=[before]) == "not_met"
        assert status(past("previous(mark) == 60", *by), history=[{"area": ce.NA}]) == "not_applicable"

    def test_dated_parameter_keeps_its_date(self) -> None:
        """Dated parameters are those of the day of this assessment in every period."""
        dated = ["parameters:", "  mark: [{from: 2020-01-01, value: 50}, {from: 2024-01-01, value: 80}]"]
        ruleset = past("previous(x >= mark) and previous(mark) == mark", *dated)
        assert status(ruleset, history=[{"x": 70}], on=date(2023, 12, 31)) == "met"
        assert status(ruleset, history=[{"x": 70}], on=date(2024, 1, 1)) == "not_met"
        assert refused(lambda: ruleset.evaluate({}, history=[{"x": 70}])) == [("CE559", "on")]
        assert refused(lambda: ruleset.evaluate({}, on=date(2019, 1, 1))) == [("CE560", "on")]

    def test_by_parameter_of_dated_values(self) -> None:
        """A ``by`` parameter with dated values shifts by its input and not by its date."""
        both = [
            "parameters:",
            "  mark:",
            "    by: area",
            "    values:",
            "      plain: [{from: 2020-01-01, value: 50}, {from: 2024-01-01, value: 80}]",
            "      hills: 10",
        ]
        ruleset = past("previous(mark) == 50", *both)
        history = [{"area": "plain"}]
        assert status(ruleset, {"area": "hills"}, history=history, on=date(2023, 5, 5)) == "met"
        assert status(ruleset, {"area": "hills"}, history=history, on=date(2024, 5, 5)) == "not_met"

    def test_the_day_stays(self) -> None:
        """``on`` is the day of this assessment, in ``previous`` too; without a day it is asked for."""
        ruleset = past("previous(days_between(day, on)) == 366 and previous(on) == on")
        values = {"history": [{"day": date(2024, 1, 1)}]}
        assert status(ruleset, on=date(2025, 1, 1), **values) == "met"
        assert status(ruleset, on="2025-01-02", **values) == "not_met"
        assert refused(lambda: ruleset.evaluate({}, **values)) == [("CE559", "on")]

    def test_evidence_is_asked_of_this_assessment(self) -> None:
        """What needs evidence counts without it in earlier periods, and only there; ``evidenced`` looks
        at the evidence of now wherever it stands.
        """
        ruleset, history = past("proof and previous(proof)"), [{"proof": True}]
        assert status(ruleset, {"proof": True}, history=history) == "unknown"
        assert status(ruleset, {"proof": True}, history=history, evidence={"proof": "QĐ 1"}) == "met"
        assert status(past("previous(proof)"), history=history) == "met"
        assert status(past("any_period(proof, 2)"), {"proof": True}, history=history) == "met"
        assert status(past("previous(evidenced(proof))"), history=history) == "not_met"
        assert status(past("previous(evidenced(proof))"), evidence={"proof": "QĐ"}) == "met"
        asked = {"previous(proof)": "QĐ"}
        assert refused(lambda: ruleset.evaluate({}, evidence=asked)) == [
            ("CE551", "evidence.previous(proof)")
        ]

    def test_one_period_before_is_written_either_way(self) -> None:
        """``previous(x, 1)`` is ``previous(x)``, and a period of one is now."""
        assert past("previous(x, 1) > previous(x)").program.reader.order.count("previous(x)") == 1
        assert status(past("every_period(b, 1)"), {"b": True}) == "met"
        assert status(past("any_period(b, 1)"), {"b": False}, history=[{"b": True}]) == "not_met"

    def test_names_are_names_in_history_too(self) -> None:
        """Names of earlier periods are compared as other names are, in NFKC."""
        text = HEAD.replace("  x:", "  ﬁn_số:") + "criteria: {k: {test: previous(ﬁn_số) > 3}}\n"
        ruleset = ce.loads(text)
        for name in ("ﬁn_số", "fin_số", "fin_sô\u0301"):
            assert status(ruleset, history=[{name: 4}]) == "met"


# ── What is not known ────────────────────────────────────────────────────────────────────────────


def _inside(inner: ce.Bounds | None, outer: ce.Bounds | None) -> bool:
    return inner is None or (outer is not None and outer.low <= inner.low and inner.high <= outer.high)


def _still_true(before: ce.Result, after: ce.Result) -> None:
    """Nothing that was said before is taken back by what is known later."""
    assert _inside(after.score, before.score)
    assert _inside(after.max_score, before.max_score)
    assert set(after.possible_levels) <= set(before.possible_levels)
    if after.referred is not None:
        assert before.may_be_referred or before.referred is not None
    for path in paths(before):
        was, now = before.criteria[path], after.criteria[path]
        assert was.status in (now.status, ce.Status.UNKNOWN), path
        assert _inside(now.score, was.score), path
        assert _inside(now.max_score, was.max_score), path


class TestUnknowns:
    """The law of unknowns, with values of earlier periods and titles among the missing."""

    @many
    @given(st.data())
    def test_truth_lies_within(self, data: st.DataObject) -> None:
        """Fill in what is missing now, before, and among the titles: the final score lies in the bounds,
        statuses and levels that were decided stay, the final level was possible.
        """
        document = data.draw(strategies.documents(absent=False, times=True))
        ruleset = loaded(document)
        periods = [data.draw(strategies.values(document, 0.35)) for _ in range(strategies.MOST_BACK + 1)]
        held = data.draw(strategies.titles(0.35))
        before = ruleset.evaluate(periods[0], history=periods[1:], titles=held, on=strategies.ON)
        for _ in range(2):
            full = [data.draw(strategies.fillings(document, each)) for each in periods]
            filled = data.draw(strategies.titles_filled(held))
            after = ruleset.evaluate(full[0], history=full[1:], titles=filled, on=strategies.ON)
            assert after.decided
            _still_true(before, after)
            if before.decided and document.get("levels"):
                assert (after.level, after.referred) == (before.level, before.referred)

    @many
    @given(st.data())
    def test_learning_never_widens(self, data: st.DataObject) -> None:
        """Learning one value of one period, or one title, never widens a bound, adds a level or makes a
        decided status unknown.
        """
        document = data.draw(strategies.documents(absent=False, times=True))
        ruleset = loaded(document)
        periods = [data.draw(strategies.values(document, 0.5)) for _ in range(strategies.MOST_BACK + 1)]
        held = data.draw(strategies.titles(0.5))
        gone = [
            (back, name)
            for back, each in enumerate(periods)
            for name in document["inputs"]
            if name not in each
        ]
        gone += [(back, name) for name, each in held.items() for back, it in enumerate(each) if it is None]
        assume(gone)
        back, name = data.draw(st.sampled_from(gone))
        before = ruleset.evaluate(periods[0], history=periods[1:], titles=held, on=strategies.ON)
        if name in held:
            held[name] = [*held[name]]
            held[name][back] = data.draw(st.sampled_from((*strategies.LADDERS[name], "none")))
        else:
            periods[back] = {**periods[back], name: data.draw(strategies.fillings(document, {}))[name]}
        after = ruleset.evaluate(periods[0], history=periods[1:], titles=held, on=strategies.ON)
        _still_true(before, after)

    @many
    @given(st.data())
    def test_what_is_missing_can_matter(self, data: st.DataObject) -> None:
        """Where nothing that is missing matters, filling it in changes no level (without levels: no
        score); and what matters is only what is missing.
        """
        document = data.draw(strategies.documents(absent=False, times=True))
        ruleset = loaded(document)
        periods = [data.draw(strategies.values(document, 0.3)) for _ in range(strategies.MOST_BACK + 1)]
        held = data.draw(strategies.titles(0.3))
        result = ruleset.evaluate(periods[0], history=periods[1:], titles=held, on=strategies.ON)
        assert all(result.observed(name) is None for name in result.missing)
        assert not (result.decided and result.missing)

    def test_unknown_decides_what_it_can(self) -> None:
        """False and unknown is false, a range decides what it can, in earlier periods as well."""
        assert status(past("every_period(b, 3)"), {"b": True}, history=[{"b": False}]) == "not_met"
        assert status(past("every_period(b, 3)"), {"b": True}, history=[{"b": True}]) == "unknown"
        assert status(past("any_period(b, 3)"), {"b": False}, history=[None, {"b": True}]) == "met"
        assert status(past("previous(x) <= 100 and previous(x) >= 0")) == "met"
        assert status(past("previous(x) > 100")) == "not_met"

    def test_absence_as_an_answer(self) -> None:
        """``known`` and ``first`` take a missing value of an earlier period as absent for good, wherever
        they stand; not applicable is there but does not apply.
        """
        for test in ("known(previous(x))", "previous(known(x))"):
            assert status(past(test)) == "not_met"
            assert status(past(test), history=[{"x": None}]) == "not_met"
            assert status(past(test), history=[{"x": 0}]) == "met"
        first = past("first(previous(x), x, 7) == 5")
        assert status(first, {"x": 5}) == "met"
        assert status(first, {"x": 4}, history=[{"x": 5}]) == "met"
        assert status(first, {"x": 5}, history=[{"x": 4}]) == "not_met"
        assert status(past("applicable(previous(y))"), history=[{"y": ce.NA}]) == "not_met"
        assert status(past("previous(y) > 3"), history=[{"y": "n/a"}]) == "not_applicable"
        assert status(past("every_period(c, 2)"), {"c": ce.NA}, history=[{"c": ce.NA}]) == "not_applicable"
        assert status(past("every_period(c, 2)"), {"c": ce.NA}, history=[{"c": True}]) == "met"

    def test_missing_of_a_leaf(self) -> None:
        """``missing:`` speaks of earlier periods as well."""
        leaf = "test: previous(b), missing: {}"
        for policy, wanted in (("drop", "not_applicable"), ("zero", "not_met"), ("unknown", "unknown")):
            assert status(past("", leaf=leaf.format(policy))) == wanted


# ── What is refused, and where ───────────────────────────────────────────────────────────────────


class TestRefused:
    """What cannot be meant is an error with its place, and never passed over in silence."""

    @pytest.mark.parametrize(
        ("test", "code"),
        [
            ("previous(nothing) > 3", "CE225"),
            ("previous(x + nothing) > 3", "CE225"),
            ("every_period(nothing > 3, 2)", "CE225"),
            ("previous(k)", "CE226"),
            ("previous(score) > 2", "CE251"),
            ("previous(score(k)) > 2", "CE251"),
            ("previous(met(k))", "CE251"),
            ("any_period(share(k) > 0, 2)", "CE251"),
            ("previous(previous(x)) > 1", "CE252"),
            ("every_period(previous(b), 2)", "CE252"),
            ("previous(any_period(b, 2))", "CE252"),
            ("previous(x, 0) > 1", "CE253"),
            ("previous(x, -1) > 1", "CE253"),
            ("previous(x, 61) > 1", "CE253"),
            ("previous(x, 1000000000) > 1", "CE253"),
            ("previous(x, 2.0) > 1", "CE253"),
            ("previous(x, y) > 1", "CE253"),
            ("previous(x, '2') > 1", "CE253"),
            ("any_period(b, 0)", "CE253"),
            ("every_period(b, y)", "CE253"),
            ("every_period(b)", "CE212"),
            ("every_period(x, 2)", "CE235"),
            ("previous(x) >= 'fair'", "CE231"),
            ("previous(grade) >= 'fare'", "CE232"),
            ("previous(area == 'hill')", "CE232"),
            ("evidenced(previous(proof))", "CE237"),
            ("holds('vn.x', '')", "CE254"),
            ("holds('vn.x', word)", "CE254"),
            ("holds(vn.x, 'level')", "CE254"),
            ("holds('vn.example.past', 'level')", "CE255"),
            ("previous(holds('vn.example.past', 'level'))", "CE255"),
            ("any_period(holds('vn.example.past', 'level'), 2)", "CE255"),
        ],
    )
    def test_expressions(self, test: str, code: str) -> None:
        """An unknown name, a criterion, nesting, a number of periods that is none: told at its place."""
        assert (code, "criteria.k.test") in refused(lambda: past(test))

    @pytest.mark.parametrize(
        ("define", "test"),
        [
            (["sum: score(k)"], "previous(sum) > 1"),
            (["sum: score(k)", "more: sum + 1"], "previous(more) > 1"),
            (["sum: previous(x)"], "previous(sum) > 1"),
            (["sum: previous(x)", "more: sum + 1", "most: more + 1"], "previous(most) > 1"),
            (["sum: any_period(b, 2)", "more: not sum"], "every_period(more, 2)"),
            (
                ["sum: {bands: {of: score(k), steps: [{at_least: 1, gives: 1}, {otherwise: 0}]}}"],
                "previous(sum) > 0",
            ),
            (
                ["sum: {table: {rows: [{when: previous(b), gives: 1}]}}", "more: sum * 2"],
                "previous(more) > 0",
            ),
        ],
    )
    def test_definitions(self, define: list[str], test: str) -> None:
        """A definition that asks criteria or looks back itself cannot be looked back at, however many
        definitions stand between.
        """
        lines = [f"  {each}" for each in define]
        text = HEAD + "\n".join(["define:", *lines]) + "\ncriteria:\n  k: {test: b}\n"
        found = refused(lambda: ce.loads(text + f'  last: {{test: "{test}"}}\n'))
        assert [path for code, path in found if code in ("CE251", "CE252")] == ["criteria.last.test"]

    def test_rings_through_time(self) -> None:
        """A definition that asks what it was itself is a ring, directly or through another."""
        ring = ["define:", "  one: x + previous(one)"]
        assert refused(lambda: past("one > 1", *ring)) == [("CE401", "define.one")]
        longer = ["define:", "  one: x + previous(two)", "  two: y + one"]
        assert next(code for code, _ in refused(lambda: past("one > 1", *longer))) == "CE401"

    def test_a_fault_of_a_definition_is_told_once(self) -> None:
        """What is wrong inside a definition is told there, not where it is looked back at."""
        assert refused(lambda: past("previous(one) > 3", "define:", "  one: x + nothing")) == [
            ("CE225", "define.one")
        ]

    def test_all_that_is_wrong_with_an_assessment(self) -> None:
        """Values, history and titles: everything wrong is told at once, each with its path."""
        other = _ladder()
        ruleset = past("previous(x) > 1 and every_period(holds('vn.other', 'good'), 2)")
        history = [{"x": -1, "nothing": 3, "b": 3, "y": 1.5}, None, 5, {"grade": "fare", "day": "30/2"}]
        titles = {"vn.other": ["goood", "best"], "vn.third": 3, 4: "x"}
        wrong = {"x": "3", "zz": 1}
        found = refused(lambda: ruleset.evaluate(wrong, history=history, titles=titles, sets=[other]))
        assert set(found) == {
            ("CE557", "history[0].x"),
            ("CE551", "history[0].nothing"),
            ("CE553", "history[0].b"),
            ("CE556", "history[0].y"),
            ("CE562", "history[2]"),
            ("CE554", "history[3].grade"),
            ("CE558", "history[3].day"),
            ("CE564", "titles.vn.other"),
            ("CE563", "titles.vn.third"),
            ("CE563", "titles.4"),
            ("CE555", "values.x"),
            ("CE551", "values.zz"),
        }
        both = past("holds('vn.other', 'good') or holds('vn.other', 'best')")
        assert refused(lambda: both.evaluate({}, titles={"vn.other": "goood"}, sets=[other])) == [
            ("CE564", "titles.vn.other")
        ]
        passed = ruleset.evaluate({}, history=[{"x": 3, "nothing": 1}], titles={}, strict=False)
        assert passed.observed("previous(x)") == 3

    @pytest.mark.parametrize("history", ["b", {"x": 1}, 3, [["x", 3]], [3], [{"x": 1}, "y"]])
    def test_what_is_no_history(self, history: Any) -> None:
        """A history is a list of values; anything else is refused, not guessed at."""
        assert {code for code, _ in refused(lambda: past("previous(b)").evaluate({}, history=history))} == {
            "CE562"
        }

    @pytest.mark.parametrize(
        "titles",
        ["good", ["good"], {"vn.other": 3}, {"vn.other": {"good"}}, {"vn.other": [["good"]]}, {3: "good"}],
    )
    def test_what_is_no_title(self, titles: Any) -> None:
        """A title is a level, ``"none"``, None or a result; anything else is refused."""
        ruleset = past("holds('vn.other', 'good')")
        assert {code for code, _ in refused(lambda: ruleset.evaluate({}, titles=titles))} == {"CE563"}

    def test_names_of_earlier_values_are_no_names_of_values(self) -> None:
        """What was before is given as history; among the values it is an unknown name."""
        ruleset = past("previous(b) and holds('vn.other', 'good')")
        both = {"history": [{"b": False}], "titles": {"vn.other": "none"}}
        for name, more in itertools.product(("previous(b)", "holds('vn.other', 'good')"), ({}, both)):
            found = refused(functools.partial(ruleset.evaluate, {name: True}, **more))
            assert found == [("CE551", f"values.{name}")]


# ── Titles ───────────────────────────────────────────────────────────────────────────────────────


def _ladder(*, more: str = "", least: int = 0) -> ce.Ruleset:
    """A ruleset with the levels ``best`` (q > 5), ``good`` (q > 3) and ``fair`` (q > 1)."""
    return ce.loads(
        "criteria_engine: 1\nid: vn.other\nversion: '1'\n"
        f"inputs: {{q: {{type: integer, range: [{least}, 100]}}, late: {{type: boolean}}}}\n"
        "criteria: {k: {test: q > 0}}\n"
        "levels: {best: {when: q > 5}, good: {when: q > 3}, fair: {when: q > 1}}\n" + more
    )


class TestTitles:
    """``holds``: whether a level of another ruleset is held, now and before."""

    def test_without_the_ruleset_a_title_is_equal_or_not(self) -> None:
        """Without the ruleset at hand only the level itself is that level."""
        ruleset = past("holds('vn.other', 'good')")
        held = {"good": "met", "best": "not_met", "fair": "not_met", "none": "not_met", "zzz": "not_met"}
        for level, wanted in held.items():
            assert status(ruleset, titles={"vn.other": level}) == wanted
            assert status(ruleset, titles={"vn.other": [level]}) == wanted

    def test_with_the_ruleset_a_better_one_counts(self) -> None:
        """With the ruleset at hand a better level counts, a worse one does not."""
        ruleset, sets = past("holds('vn.other', 'good')"), [_ladder()]
        held = {"good": "met", "best": "met", "fair": "not_met", "none": "not_met"}
        for level, wanted in held.items():
            assert status(ruleset, titles={"vn.other": level}, sets=sets) == wanted
        assert status(past("holds('vn.other', 'none')"), titles={"vn.other": "best"}, sets=sets) == "met"
        assert status(past("holds('vn.other', 'none')"), titles={"vn.other": "best"}) == "not_met"

    def test_what_titles_do_not_speak_of_is_unknown(self) -> None:
        """None, absence, another ruleset, a list that ends before: unknown, and named as missing."""
        ruleset = past("holds('vn.other', 'good')")
        for titles in (
            None,
            {},
            {"vn.other": None},
            {"vn.other": []},
            {"vn.third": "good"},
            {"vn.other": [None]},
        ):
            result = ruleset.evaluate({}, titles=titles)
            assert result.missing == ("holds('vn.other', 'good')",)
        assert status(past("previous(holds('vn.other', 'good'))"), titles={"vn.other": "good"}) == "unknown"

    def test_outside_the_list_and_otherwise(self) -> None:
        """A level that only an override gives has no rank; ``otherwise`` is the lowest one."""
        more = "otherwise: poor\noverrides: [{when: late, level: special}]\n"
        sets = [_ladder(more=more)]
        good, poor, special = (past(f"holds('vn.other', '{each}')") for each in ("good", "poor", "special"))
        assert status(good, titles={"vn.other": "special"}, sets=sets) == "not_met"
        assert status(special, titles={"vn.other": "special"}, sets=sets) == "met"
        assert status(special, titles={"vn.other": "best"}, sets=sets) == "not_met"
        assert status(poor, titles={"vn.other": "fair"}, sets=sets) == "met"
        assert status(good, titles={"vn.other": "none"}, sets=sets) == "not_met"

    def test_lists_are_periods(self) -> None:
        """A list says what is held now and what was before; None is a period of which nothing is known."""
        every = past("every_period(holds('vn.other', 'good'), 2)")
        before = past("previous(holds('vn.other', 'good'), 2)")
        for held, now, then in [
            (["good", "good", "good"], "met", "met"),
            (["good", "none", "best"], "not_met", "not_met"),
            (["good", None, "good"], "unknown", "met"),
            (["none", None, None], "not_met", "unknown"),
            (("good", "good"), "met", "unknown"),
        ]:
            assert status(every, titles={"vn.other": held}) == now
            assert status(before, titles={"vn.other": held}) == then
        better = {"titles": {"vn.other": ["best", "good", "best"]}, "sets": [_ladder()]}
        assert status(every, **better) == status(before, **better) == "met"

    def test_a_result_is_a_title(self) -> None:
        """A result ranks its own level; an undecided one counts where all that is possible agrees."""
        other = _ladder(more="overrides: [{when: late and q == 50, refer: council}]\n")
        good, best = past("holds('vn.other', 'good')"), past("holds('vn.other', 'best')")
        for values, is_good, is_best in [
            ({"q": 6, "late": False}, "met", "met"),
            ({"q": 4, "late": True}, "met", "not_met"),
            ({"q": 0, "late": True}, "not_met", "not_met"),
            ({"late": False}, "unknown", "unknown"),
            ({"q": 50}, "unknown", "unknown"),  # it may be referred
            ({"q": 50, "late": True}, "unknown", "unknown"),
        ]:
            held = {"vn.other": other.evaluate(values)}
            assert (status(good, titles=held), status(best, titles=held)) == (is_good, is_best), values
        open_result = _ladder(least=4).evaluate({})
        assert open_result.possible_levels == ("best", "good")
        assert status(good, titles={"vn.other": open_result}) == "met"
        assert status(best, titles={"vn.other": open_result}) == "unknown"
        assert status(past("holds('vn.other', 'fair')"), titles={"vn.other": [open_result]}) == "met"
        wrong = {"vn.third": open_result}
        third = past("holds('vn.third', 'good')")
        assert refused(lambda: third.evaluate({}, titles=wrong)) == [("CE565", "titles.vn.third")]

    def test_its_own_level_of_before(self) -> None:
        """A ruleset may ask for its own levels, and knows their ranks."""
        text = HEAD.replace("vn.example.past", "vn.other") + (
            "criteria: {k: {test: \"previous(holds('vn.other', 'good'))\"}}\n"
            "levels: {best: {when: x > 5}, good: {when: x > 3}}\notherwise: low\n"
        )
        ruleset = ce.loads(text)
        for level, wanted in {"best": "met", "good": "met", "low": "not_met"}.items():
            assert status(ruleset, titles={"vn.other": [None, level]}) == wanted
        last = ruleset.evaluate({"x": 6})
        assert status(ruleset, titles={"vn.other": [None, last]}) == "met"
        assert refused(lambda: ruleset.evaluate({}, titles={"vn.other": [None, "goood"]})) == [
            ("CE564", "titles.vn.other")
        ]
        lowest = ce.loads(text.replace("'good'))", "'low'))"))
        assert status(lowest, titles={"vn.other": [None, "good"]}) == "met"

    def test_a_level_that_the_ruleset_does_not_have(self) -> None:
        """With the ruleset at hand a level it does not have is an error that names the nearest one."""
        with pytest.raises(ce.CriteriaError) as caught:
            past("holds('vn.other', 'god')").evaluate({}, titles={"vn.other": "bets"}, sets=[_ladder()])
        (only,) = caught.value.diagnostics
        assert (only.code, only.path) == ("CE564", "titles.vn.other")
        assert "good" in only.hint


# ── Days and windows ─────────────────────────────────────────────────────────────────────────────

_EDGES = st.integers(0, 365).map(lambda n: f"{date(2024, 1, 1) + timedelta(n):%m-%d}")
_DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


class TestWindows:
    """The days of the year between which an assessment looks."""

    def test_a_window_that_crosses_the_year(self) -> None:
        """A window from 16 November until 15 November ends in the year of its last day."""
        window = ce.Window("11-16", "11-15")
        assert window.ending_in(2024) == (date(2023, 11, 16), date(2024, 11, 15))
        assert window.at(date(2024, 11, 15)) == (date(2023, 11, 16), date(2024, 11, 15))
        assert window.at(date(2024, 11, 16)) == (date(2024, 11, 16), date(2025, 11, 15))
        assert window.before(date(2024, 11, 15), 2) == window.ending_in(2022)

    def test_a_window_within_the_year(self) -> None:
        """After its last day a window is the latest that has begun."""
        window = ce.Window("03-01", "05-31")
        this = date(2024, 3, 1), date(2024, 5, 31)
        assert window.ending_in(2024) == this
        assert window.at(date(2024, 3, 1)) == window.at(date(2024, 12, 31)) == this
        assert window.at(date(2024, 2, 29)) == window.ending_in(2023)

    @pytest.mark.parametrize(
        ("first", "last", "year", "days"),
        [
            ("02-29", "12-31", 2023, (date(2023, 3, 1), date(2023, 12, 31))),
            ("02-29", "12-31", 2024, (date(2024, 2, 29), date(2024, 12, 31))),
            ("03-01", "02-29", 2024, (date(2023, 3, 1), date(2024, 2, 29))),
            ("03-01", "02-29", 2025, (date(2024, 3, 1), date(2025, 2, 28))),
            ("02-29", "02-28", 2023, (date(2022, 3, 1), date(2023, 2, 28))),
            ("11-16", None, 2024, (date(2023, 11, 16), date(2024, 11, 15))),
            (None, "11-15", 2024, (date(2023, 11, 16), date(2024, 11, 15))),
            ("01-01", None, 2024, (date(2024, 1, 1), date(2024, 12, 31))),
            (None, "12-31", 2024, (date(2024, 1, 1), date(2024, 12, 31))),
            ("02-29", None, 2025, (date(2024, 2, 29), date(2025, 2, 28))),
            (None, "02-29", 2025, (date(2024, 3, 1), date(2025, 2, 28))),
            (None, None, 2024, (date(2024, 1, 1), date(2024, 12, 31))),
        ],
    )
    def test_ends(self, first: str | None, last: str | None, year: int, days: tuple[date, date]) -> None:
        """Without 29 February a window ends on the 28th or begins on 1 March; one with one end is a whole year."""
        assert ce.Window(first, last).ending_in(year) == days

    @given(_EDGES, st.sampled_from(("from", "until")), _DAYS)
    @example("02-29", "from", date(2024, 2, 29))
    @example("02-29", "until", date(2024, 2, 29))
    @example("02-29", "from", date(2023, 2, 28))
    @example("01-01", "from", date(2023, 12, 31))
    def test_every_day_lies_in_exactly_one(self, edge: str, end: str, day: date) -> None:
        """Every day lies in exactly one window of a whole year, and ``at`` finds it."""
        window = ce.Window(edge, None) if end == "from" else ce.Window(None, edge)
        around = [window.ending_in(year) for year in range(day.year - 1, day.year + 3)]
        assert [each for each in around if each[0] <= day <= each[1]] == [window.at(day)]
        assert all(two[0] - one[1] == timedelta(1) for one, two in itertools.pairwise(around))
        assert window.before(day, 1)[1] + timedelta(1) == window.at(day)[0]

    @given(_EDGES, _EDGES, _DAYS)
    def test_the_latest_that_has_begun(self, first: str, last: str, day: date) -> None:
        """``at`` is the latest window that has begun; it lasts a year and a day at most."""
        assume((first, last) != ("02-29", "02-28"))
        window = ce.Window(first, last)
        begun, ended = window.at(day)
        assert begun <= day
        assert begun <= ended <= begun + timedelta(366)
        assert window.ending_in(ended.year + 1)[0] > day

    @pytest.mark.parametrize("day", [date.min, date(40, 3, 3), date.max])
    def test_the_ends_of_the_calendar(self, day: date) -> None:
        """An explanation is given on any day that there is, however far a ruleset looks back."""
        ruleset = past("previous(b, 60)", "window: {from: 11-16, until: 11-15}")
        assert "60" in str(ruleset.evaluate({}, history=[{"b": True}], on=day).explain("en"))

    @pytest.mark.parametrize("edge", ["02-30", "11-31", "00-10", "13-01", "1-1", "15/11", "", "2024-01-01"])
    def test_no_day_of_any_year(self, edge: str) -> None:
        """What is no day of any year is refused at its end."""
        assert refused(lambda: ce.Window(until=edge)) == [("CE113", "until")]


WORKING = past(
    "since > 0",
    "holidays: [2025-04-30, 2025-05-01, 2025-05-03, 2025-09-02]",
    "define:",
    "  since: working_days_between(day, on)",
    "  then: previous(working_days_between(day, on))",
    "  back: working_days_between(previous(day), day)",
)


class TestDays:
    """Days counted from and to the day of the assessment."""

    def test_a_birthday_on_29_february(self) -> None:
        """Who was born on 29 February is a year older on 1 March, but in a leap year on the 29th."""
        for on, years in [
            (date(2023, 2, 28), 2),
            (date(2023, 3, 1), 3),
            (date(2024, 2, 28), 3),
            (date(2024, 2, 29), 4),
        ]:
            ruleset = past(f"years_between(day, on) == {years}")
            assert status(ruleset, {"day": date(2020, 2, 29)}, on=on) == "met"
        turned = past("years_between(on, day) == -3")
        assert status(turned, {"day": date(2020, 2, 29)}, on=date(2023, 3, 1)) == "met"

    @given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.dates(date(2024, 1, 1), date(2026, 12, 31)))
    def test_working_days(self, first: date, last: date) -> None:
        """Monday to Friday without the holidays, the first day not counted, the last counted; turned
        round it is the negative.
        """
        off = [date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 3), date(2025, 9, 2)]
        low, high = min(first, last), max(first, last)
        between = [low + timedelta(n) for n in range(1, (high - low).days + 1)]
        wanted = sum(each.weekday() < 5 and each not in off for each in between)
        result = WORKING.evaluate({"day": first}, history=[{"day": last}], on=last)
        assert result.values["since"] == (wanted if first <= last else -wanted)
        assert result.values["then"] == 0
        assert result.values["back"] == -result.values["since"]


# ── Wherever an expression stands ────────────────────────────────────────────────────────────────

EVERYWHERE = """\
criteria_engine: 1
id: vn.example.everywhere
version: "1"
inputs:
  n: {type: integer, range: [0, 100]}
  b: {type: boolean}
  area: {type: choice, choices: [plain, hills]}
consistency: [{holds: n >= previous(n) - 50, note: no great fall}]
criteria:
  more: {test: n > previous(n)}
  points: {points: 10, score: previous(n) / 10}
  bands: {bands: {of: n - previous(n), steps: [{at_least: "previous(n, 2)", points: 5}, {otherwise: 0}]}}
  choose: {choose: {of: previous(area), points: {plain: 1, hills: 2}}}
  curve: {curve: {of: previous(n), through: [[0, 0], [100, 10]]}}
  table: {table: {rows: [{when: previous(b), points: previous(n)}], otherwise: 0}}
  deduct: {points: 9, deduct: [{each: previous(n), minus: 0.5, at_most: 3}, {when: previous(b), minus: 2}]}
  list: {checklist: {need: 1, of: {one: previous(b), two: "every_period(b, 2)"}}}
  free: {none_of: {ev: {when: previous(b), unless: "any_period(n > 40, 2)"}}}
  value: {value: "previous(n, 2)"}
  applies: {applies_when: previous(b), test: b}
  needs: {requires: [previous(b), more], test: "true"}
  fulfilled: {points: 10, score: n / 10, met_when: score(fulfilled) > previous(n) / 10}
  group:
    criteria: {inner: {test: b}}
    levels: {high: {when: score >= 1 and previous(b)}}
    overrides: [{when: "previous(n) > 90", level: special}]
levels:
  top: {when: score(more) >= 1 and previous(b), requires: [previous(n) > 10]}
  mid: {when: n > previous(n)}
overrides: [{when: "previous(n, 2) == 77", refer: council}]
"""


class TestEverywhere:
    """Looking back wherever a ruleset takes an expression."""

    def test_each_place(self) -> None:
        """Rules, prerequisites, items, lines, levels and overrides, of the set and of a group."""
        ruleset = ce.loads(EVERYWHERE)
        last = {"n": 40, "b": True, "area": "hills"}
        now = {"n": 60, "b": True, "area": "plain"}
        result = ruleset.evaluate(now, history=[last, {"n": 20}])
        found = {path: result.criteria[path] for path in paths(result)}
        points = {name: each.score.low for name, each in found.items() if each.score is not None}
        assert points == {
            "more": 1,
            "points": 4,
            "bands": 5,
            "choose": 2,
            "curve": 4,
            "table": 40,
            "deduct": 4,
            "list": 1,
            "free": 1,
            "value": 20,
            "applies": 1,
            "needs": 1,
            "fulfilled": 6,
            "group": 1,
            "group.inner": 1,
        }
        assert found["list"].items == {"one": True, "two": True}
        assert found["free"].items == {"ev": False}
        assert found["fulfilled"].status is ce.Status.MET
        assert (result.level, found["group"].level) == ("top", "high")

        fallen = ruleset.evaluate({**now, "n": 41, "b": False}, history=[{**last, "b": False}, {"n": 77}])
        assert fallen.referred == "council"
        assert fallen.criteria["applies"].status is ce.Status.NOT_APPLICABLE
        assert fallen.criteria["needs"].blocked_by == ("previous(b)",)
        assert fallen.criteria["group"].level == "none"
        assert ruleset.evaluate(now, history=[{**last, "n": 95}]).criteria["group"].level == "special"

    def test_consistency_over_time(self) -> None:
        """A rule of consistency may compare periods; it is broken only where it surely does not hold."""
        ruleset = ce.loads(EVERYWHERE)
        assert refused(lambda: ruleset.evaluate({"n": 20}, history=[{"n": 71}])) == [
            ("CE561", "consistency[0]")
        ]
        assert ruleset.evaluate({"n": 20}, history=[{"n": 70}]).level is None
        assert ruleset.evaluate({"n": 20}).missing

    def test_nothing_known_of_before(self) -> None:
        """Without history everything that looks back is open, and what is missing is named as written."""
        result = ce.loads(EVERYWHERE).evaluate({"n": 60, "b": True, "area": "plain"})
        open_ones = {path for path in paths(result) if result.criteria[path].status is ce.Status.UNKNOWN}
        assert {"more", "points", "bands", "choose", "curve", "applies", "needs", "value"} <= open_ones
        assert set(result.possible_levels) == {"top", "mid", "none"}
        assert result.may_be_referred
        assert set(result.missing) >= {"previous(n)", "previous(b)", "previous(n, 2)"}


# ── Tests beside the rules ───────────────────────────────────────────────────────────────────────

CASES = """\
tests:
  - name: it was more before
    values: {x: 4}
    history: [{x: 5, y: n/a}, {x: 2}]
    titles: {vn.other: good, vn.third: [none, good, null]}
    on: 2025-06-30
    expect: {criteria: {k: met}}
  - {name: not known, values: {x: 4}, expect: {criteria: {k: unknown}}}
  - {name: too much, values: {x: 4}, history: [{x: 101}], expect: {error: CE557}}
"""


class TestBeside:
    """``history:`` and ``titles:`` of the tests beside the rules."""

    def test_run(self) -> None:
        """A test gives the values of earlier periods and titles, and finds what ``evaluate`` finds."""
        test = "previous(x) > x and holds('vn.other', 'good') and previous(holds('vn.third', 'good'))"
        ruleset = ce.loads(HEAD + f'criteria: {{k: {{test: "{test}"}}}}\n' + CASES)
        outcomes = ce.run_cases(ruleset)
        assert [each.passed for each in outcomes] == [True, True, True]
        assert outcomes[0].result is not None
        assert outcomes[0].result.observed("previous(x)") == 5

    def test_written_and_read_again(self) -> None:
        """``loads(dumps(r)) == r`` with window, history and titles, and ``eval(repr(r)) == r``."""
        text = HEAD + "window: {from: 11-16, until: 11-15}\ncriteria: {k: {test: previous(b)}}\n" + CASES
        ruleset = ce.loads(text)
        again = ce.loads(ce.dumps(ruleset))
        assert again == ruleset
        assert again.digest == ruleset.digest
        assert again.tests[0].titles == (("vn.other", ("good",)), ("vn.third", ("none", "good", None)))
        names = {name: getattr(ce, name) for name in ce.__all__} | {"datetime": datetime}
        assert eval(repr(ruleset), names) == ruleset  # noqa: S307 - our own repr

    def test_places_of_what_is_wrong(self) -> None:
        """A value of an earlier period and a level of this ruleset are marked where they stand."""
        text = (
            HEAD.replace("vn.example.past", "vn.other")
            + "criteria: {k: {test: \"previous(holds('vn.other', 'good'))\"}}\n"
            + "levels: {good: {when: x > 3}}\n"
            + "tests:\n  - {name: a, titles: {vn.other: [null, goood]}, expect: {level: none}}\n"
        )
        (outcome,) = ce.run_cases(ce.loads(text))
        assert [(each.code, each.path) for each in outcome.errors] == [("CE564", "tests[0].titles.vn.other")]


# ── Data files ───────────────────────────────────────────────────────────────────────────────────

WARD = """\
criteria_engine: 1
id: vn.example.ward
version: "2"
title: {vi: Phường, en: Ward}
effective: {from: 2024-01-01, until: 2025-12-31}
window: {from: 11-16, until: 11-15}
inputs:
  cases: {type: integer, range: [0, 1000], title: {vi: Số vụ, en: Cases}}
  glad: {type: percent, title: {vi: Hài lòng, en: Content}}
  plan: {type: boolean, evidence: required, title: {vi: Có kế hoạch, en: Has a plan}}
criteria:
  fewer: {title: {vi: Giảm số vụ, en: Fewer cases}, points: 10, test: cases < previous(cases)}
  steady: {title: {vi: Hài lòng ba năm, en: Content for three years}, points: 5, test: "every_period(glad >= 80, 3)"}
  safe: {title: {vi: An toàn, en: Safe}, points: 5, test: "holds('vn.example.safe', 'good')"}
  plan: {title: {vi: Kế hoạch, en: Plan}, points: 5, test: plan}
levels:
  model: {title: {vi: Kiểu mẫu, en: Model}, when: score() >= 25}
  fair: {title: {vi: Khá, en: Fair}, when: score() >= 10}
"""
TABLE = """\
subject,period,cases,glad,plan,titles.vn.example.safe,evidence.plan
Hòa An,2022,9,80,có,,
Hòa An,2024,5,85,có,good,QĐ 12
Hòa An,2023,7,"82,5",có,none,
Vĩnh Thọ,2024,5,90,có,none,
Vĩnh Thọ,2022,6,90,có,,
"""
LISTED = [
    {"subject": "Hòa An", "period": 2022, "values": {"cases": 9, "glad": 80, "plan": True}},
    {
        "subject": "Hòa An",
        "period": "2024",
        "values": {"cases": 5, "glad": 85, "plan": True},
        "titles": {"vn.example.safe": "good"},
        "evidence": {"plan": "QĐ 12"},
    },
    {
        "subject": "Hòa An",
        "period": 2023,
        "values": {"cases": 7, "glad": 82.5, "plan": True},
        "titles": {"vn.example.safe": "none"},
    },
    {
        "subject": "Vĩnh Thọ",
        "period": 2024,
        "values": {"cases": 5, "glad": 90, "plan": True},
        "titles": {"vn.example.safe": "none"},
    },
    {"subject": "Vĩnh Thọ", "period": 2022, "values": {"cases": 6, "glad": 90, "plan": True}},
]


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A folder with a ruleset that looks back, and the same data in a table and in JSON."""
    (tmp_path / "ward.yaml").write_text(WARD, encoding="utf-8")
    (tmp_path / "data.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "data.json").write_text(json.dumps(LISTED), encoding="utf-8")
    return tmp_path


def periods_of(folder: Path, rows: str) -> tuple[Any, ...]:
    """The subjects of a table of the columns subject, period, cases."""
    (folder / "some.csv").write_text(f"subject,period,cases\n{rows}", encoding="utf-8")
    return ce.read_subjects(folder / "some.csv", ce.loads(WARD).columns)


class TestFiles:
    """Several rows of one subject are its history."""

    @pytest.mark.parametrize("name", ["data.csv", "data.json"])
    def test_rows_are_periods(self, ward: Path, name: str) -> None:
        """The newest period is judged, those before are its history, newest first, a year left out is
        a period of which nothing is known; titles and evidence come from their columns.
        """
        one, other = ce.read_subjects(ward / name, ce.loads(WARD).columns)
        assert [each["cases"] for each in one.history if each is not None] == [7, 9]
        assert one.titles == {"vn.example.safe": ["good", "none", None]}
        assert one.periods[0].evidence == {"plan": "QĐ 12"}
        assert other.history == (None, {"cases": 6, "glad": 90, "plan": True})
        assert other.titles == {"vn.example.safe": ["none", None, None]}

    @pytest.mark.parametrize("name", ["data.csv", "data.json"])
    def test_evaluate(self, ward: Path, name: str) -> None:
        """``criteria evaluate`` judges what ``evaluate`` judges."""
        done = run("evaluate", "ward.yaml", name, "--format", "json", "--on", "2024-11-15", cwd=ward)
        assert (done.returncode, done.stderr) == (0, "")
        found = {each["subject"]: each for each in json.loads(done.stdout)}
        assert (found["Hòa An"]["level"], found["Hòa An"]["score"]) == ("model", [25, 25])
        other = found["Vĩnh Thọ"]
        assert (other["level"], other["score"]) == (None, [0, 20])
        assert {name: each["status"] for name, each in other["criteria"].items()} == {
            "fewer": "unknown",
            "steady": "unknown",
            "safe": "not_met",
            "plan": "unknown",
        }

    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_explain(self, ward: Path, lang: str) -> None:
        """``criteria explain`` says what ``explain`` says, from a table as from JSON."""
        said = [
            run(
                "explain",
                "ward.yaml",
                name,
                "--subject",
                "Vĩnh Thọ",
                "--on",
                "2024-11-15",
                "--lang",
                lang,
                cwd=ward,
            )
            for name in ("data.csv", "data.json")
        ]
        assert [each.returncode for each in said] == [0, 0]
        assert said[0].stdout == said[1].stdout
        assert ("kỳ trước" if lang == "vi" else "the period before") in said[0].stdout

    @pytest.mark.parametrize("name", ["data.csv", "data.json"])
    def test_what_is_wrong_with_an_earlier_period(self, ward: Path, name: str) -> None:
        """A value of an earlier period that is out of range is told for its subject."""
        path = ward / name
        path.write_text(
            path.read_text(encoding="utf-8").replace("2022,6,", "2022,6000,").replace(": 6,", ": 6000,"),
            encoding="utf-8",
        )
        done = run("evaluate", "ward.yaml", name, "--lang", "en", cwd=ward)
        assert done.returncode == 1
        assert "Vĩnh Thọ" in done.stderr
        assert "6000" in done.stderr

    @pytest.mark.parametrize(
        ("periods", "known"),
        [
            (("2024", "2023", "2021"), (True, False, True)),
            (("2024-H1", "2023-H2", "2022-H2"), (True, False, True)),
            (("2024-Q1", "2023-Q4", "2023-Q2"), (True, False, True)),
            (("2024-01", "2023-12", "2023-10"), (True, False, True)),
            (("2021-W01", "2020-W53", "2020-W51"), (True, False, True)),
            (("2024-2025", "2023-2024", "2021-2022"), (True, False, True)),
            (("2021-2025", "2016-2020", "2011-2015"), (True, True)),
            (("2026-2030", "2021-2025", "2011-2015"), (True, False, True)),
            (("2020-2025", "2015-2020", "2010-2015"), (True, True)),
            (("2024-06-30", "2023-06-30"), (True,)),
        ],
    )
    def test_periods_that_are_left_out(
        self, ward: Path, periods: tuple[str, ...], known: tuple[bool, ...]
    ) -> None:
        """Years, halves, quarters, months, weeks, school years, plan periods: one that is left out is
        not known, and none is between two that follow each other.
        """
        rows = "".join(f"A,{period},{n}\n" for n, period in enumerate(periods))
        (subject,) = periods_of(ward, rows)
        assert tuple(each is not None for each in subject.history) == known

    @pytest.mark.parametrize("period", ["2023-W53", "9999-W53", "0000-W01", "2024-02-30"])
    def test_periods_that_there_are_not(self, ward: Path, period: str) -> None:
        """A week that a year does not have is refused with its place, as a day that there is not."""
        with pytest.raises(ce.CriteriaError) as caught:
            periods_of(ward, f"A,{period},1\n")
        assert [(each.code, each.line) for each in caught.value.diagnostics] == [("CE815", 2)]

    def test_titles_that_are_not_known(self, ward: Path) -> None:
        """In JSON a title may be null, as in the tests beside the rules: it is not known."""
        listed = [
            {"subject": "A", "period": 2024, "values": {"cases": 1}, "titles": {"vn.example.safe": None}}
        ]
        (ward / "data.json").write_text(json.dumps(listed), encoding="utf-8")
        (subject,) = ce.read_subjects(ward / "data.json", ce.loads(WARD).columns)
        assert subject.titles in ({}, {"vn.example.safe": [None]})

    def test_faulty_columns_of_titles_and_evidence(self, ward: Path) -> None:
        """A column of evidence for no input, and a column given twice, are told in the heading."""
        for heading, code in [
            ("evidence.plen", "CE809"),
            ("titles.vn.example.safe", "CE810"),
            ("evidence.plan", "CE810"),
        ]:
            table = "\n".join(
                f"{line},{heading if n == 0 else ''}" for n, line in enumerate(TABLE.splitlines())
            )
            (ward / "data.csv").write_text(table + "\n", encoding="utf-8")
            with pytest.raises(ce.CriteriaError) as caught:
                ce.read_subjects(ward / "data.csv", ce.loads(WARD).columns)
            assert [(each.code, each.line) for each in caught.value.diagnostics] == [(code, 1)]


# ── Explanations ─────────────────────────────────────────────────────────────────────────────────


def _explained(lang: str, on: date) -> str:
    ruleset = ce.loads(WARD)
    result = ruleset.evaluate(
        {"cases": 5, "glad": 85, "plan": True},
        history=[{"cases": 5, "glad": 79.5}, {"glad": 90}],
        titles={"vn.example.safe": "best"},
        sets=[SAFE],
        evidence={"plan": "QĐ 12"},
        on=on,
        subject="Hòa An",
    )
    return re.sub(r"sha256:[0-9a-f]{12}", "sha256:…", str(result.explain(lang))) + "\n"


SAFE = ce.loads(
    "criteria_engine: 1\nid: vn.example.safe\nversion: '1'\ninputs: {q: integer}\n"
    "criteria: {k: {test: q > 0}}\nlevels: {best: {when: q > 5}, good: {when: q > 3}}\n"
)


class TestExplanations:
    """What is said of other periods, other titles and the day, and that it is so."""

    @pytest.mark.parametrize("lang", ["vi", "en"])
    @pytest.mark.parametrize(
        ("name", "on"), [("in_force", date(2024, 11, 15)), ("too_late", date(2026, 2, 1))]
    )
    def test_the_text_is_as_it_was_read(self, lang: str, name: str, on: date) -> None:
        """Which periods were looked at and what was known of them, which title decided, which window
        that was, and whether the version was in force.
        """
        text = _explained(lang, on)
        place = GOLDEN / f"explain_times_{name}_{lang}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            place.write_text(text, encoding="utf-8")
        assert text == place.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("on", "vi", "en"),
        [
            ("2024-01-01", "Xét theo phiên bản 2", "Judged by version 2"),
            ("2025-12-31", "Xét theo phiên bản 2", "Judged by version 2"),
            ("2023-12-31", "không có hiệu lực vào ngày 31/12/2023", "and not on 31 December 2023"),
            ("2026-01-01", "không có hiệu lực vào ngày 01/01/2026", "and not on 1 January 2026"),
        ],
    )
    def test_whether_the_version_is_in_force(self, on: str, vi: str, en: str) -> None:
        """A version is in force from its first to its last day, both included."""
        result = ce.loads(WARD).evaluate({}, on=date.fromisoformat(on))
        assert vi in " ".join(str(result.explain("vi")).split())
        assert en in " ".join(str(result.explain("en")).split())

    @some
    @given(st.data())
    def test_every_period_and_title_that_counts_is_named(self, data: st.DataObject) -> None:
        """Whatever is drawn is explained in both languages; each earlier period that was looked at has a
        line, and each title has one with its state; the plain data is the same again from a pickle.
        """
        document = data.draw(strategies.documents(times=True))
        ruleset = loaded(document)
        periods = [data.draw(strategies.values(document, 0.2)) for _ in range(strategies.MOST_BACK + 1)]
        held = data.draw(strategies.titles(0.2))
        result = ruleset.evaluate(periods[0], history=periods[1:], titles=held, on=strategies.ON)
        asked = ruleset.program.reader.order
        backs = {
            1 if "," not in name.rsplit("(", 1)[1] else int(name.rsplit(", ", 1)[1][:-1])
            for name in asked
            if name.startswith("previous(") and "holds" not in name
        }
        for lang, section in (("vi", "Các kỳ trước đã xét"), ("en", "Earlier periods looked at")):
            explanation = result.explain(lang)
            data_of_it = explanation.to_dict()
            lines = [line for part in data_of_it["sections"] for line in part.get("children", ())]
            assert sum(line["kind"] == "period" for line in lines) == len(backs)
            titles = [line for line in lines if line["kind"] == "title_asked"]
            names = [name for name in asked if "holds(" in name]
            assert len(titles) == len(names)
            states = {True: "met", False: "not_met", None: "unknown"}
            assert sorted(line["status"] for line in titles) == sorted(
                states[result.observed(n)] for n in names
            )
            assert (section in str(explanation)) == bool(backs)

    def test_titles_are_said_as_they_were_given(self) -> None:
        """A title is named with what was given for it: a level, a result, nothing."""
        ruleset = past("holds('vn.other', 'good') or previous(holds('vn.other', 'good'))")
        other = _ladder().evaluate({"q": 9})
        one = ruleset.evaluate({}, titles={"vn.other": [other, "none"]}, sets=[_ladder()])
        text = str(one.explain("en"))
        assert "title “good” of vn.other: yes (held: best)" in text
        assert "title “good” of vn.other (the period before): no (held: none)" in text
        assert "title “good” of vn.other: not known" in str(ruleset.evaluate({}).explain("en"))
        assert one.titles == one.to_dict()["titles"] == {"vn.other": ["best", "none"]}


# ── What must not matter ─────────────────────────────────────────────────────────────────────────


class TestNothingElseMatters:
    """Pickles, copies, threads, hash seeds."""

    @some
    @given(st.data())
    def test_pickle_and_copy(self, data: st.DataObject) -> None:
        """A pickled result, and one of a pickled ruleset, says the same of other periods too."""
        document = data.draw(strategies.documents(times=True))
        ruleset = loaded(document)
        periods = [data.draw(strategies.values(document, 0.2)) for _ in range(strategies.MOST_BACK + 1)]
        given_them = {
            "history": periods[1:],
            "titles": data.draw(strategies.titles(0.2)),
            "on": strategies.ON,
        }
        result = ruleset.evaluate(periods[0], **given_them)
        other = pickle.loads(pickle.dumps(ruleset))  # noqa: S301 - made here
        assert other.evaluate(periods[0], **given_them).to_dict() == result.to_dict()
        for again in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):  # noqa: S301 - made here
            assert again.to_dict() == result.to_dict()
            assert str(again.explain("en")) == str(result.explain("en"))
        assert other.program.reader.order == ruleset.program.reader.order

    def test_what_is_given_is_not_changed(self) -> None:
        """Values, history and titles are as they were, and may be of any kind of mapping and sequence."""
        values, history, titles = {"b": True}, [{"b": True, "y": ce.NA}, None], {"vn.other": ["good", None]}
        kept = copy.copy(values), [dict(history[0] or {}), None], {"vn.other": ["good", None]}
        ruleset = past("every_period(b, 2) and holds('vn.other', 'good')")
        assert status(ruleset, values, history=history, titles=titles) == "met"
        assert (values, history, titles) == kept
        read_only = [types.MappingProxyType(history[0] or {}), None]
        given_once = iter(read_only)
        assert (
            status(ruleset, values, history=tuple(read_only), titles=types.MappingProxyType(titles)) == "met"
        )
        assert status(ruleset, values, history=given_once, titles=titles) == "met"

    @settings(max_examples=scaled(5), suppress_health_check=_LOOSE)
    @given(st.data())
    def test_threads(self, data: st.DataObject) -> None:
        """Eight threads that share a ruleset find and explain what one does."""
        document = data.draw(strategies.documents(times=True))
        cases = [
            [data.draw(strategies.values(document, 0.2)) for _ in range(strategies.MOST_BACK + 1)]
            for _ in range(4)
        ]
        held = data.draw(strategies.titles(0.2))

        def say(ruleset: ce.Ruleset) -> list[str]:
            results = [
                ruleset.evaluate(now, history=history, titles=held, on=strategies.ON)
                for now, *history in cases
            ]
            return [json.dumps(each.to_dict()) + str(each.explain("vi")) for each in results]

        wanted, shared, found = say(loaded(document)), loaded(document), []
        threads = [threading.Thread(target=lambda: found.append(say(shared))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [wanted] * 8

    def test_hash_seeds(self, ward: Path) -> None:
        """The same bytes whatever seed the hashes of texts have."""
        script = (
            "import criteria_engine as ce, json, sys\n"
            "r = ce.load('ward.yaml')\n"
            "x = r.evaluate({'cases': 5}, history=[{'glad': 79}], titles={'vn.example.safe': ['good', None]},"
            " on='2024-11-15')\n"
            "sys.stdout.buffer.write((json.dumps(x.to_dict()) + str(x.explain('vi')) + repr(r.program.reader.order)"
            ").encode())\n"
        )
        said = {
            subprocess.run(
                [sys.executable, "-c", script],
                cwd=ward,
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in ("0", "1", "42")
        }
        assert len(said) == 1
        assert said != {b""}


# ── Hostile ──────────────────────────────────────────────────────────────────────────────────────

PLAIN = """\
criteria_engine: 1
id: vn.example.hostile
version: "1"
inputs: {x: {type: integer, range: [0, 100]}, b: {type: boolean}}
"""


class TestHostile:
    """What costs more than it is worth is refused before it is paid for."""

    @pytest.mark.parametrize(
        "test",
        [
            "previous(" * 49 + "x" + ")" * 49,
            "every_period(" * 30 + "b" + ", 60)" * 30,
            "previous(x, 1" + "0" * 14 + ") > 1",
            "previous(x, 10 ** 9) > 1",
            "previous(x, " + "9" * 3000 + ") > 1",
            "any_period(b, 60 * 60)",
            "holds('" + "x" * 3990 + "', 'y'",
            "previous()",
            "previous(x, 1, 1)",
            "previous(*x)",
            "holds('vn.x', level='y')",
            "holds('vn.' + 'x', 'y')",
            "previous(holds)",
            "previous(on, on) > 1",
        ],
    )
    def test_expressions(self, test: str) -> None:
        """Nested, endless, far away: refused where it stands."""
        found = refused(lambda: ce.loads(PLAIN + f'criteria: {{k: {{test: "{test}"}}}}\n'))
        assert {path for _, path in found} == {"criteria.k.test"}

    def test_as_far_as_one_may_look(self) -> None:
        """Sixty periods of a condition are within the limits, and mean what they say."""
        ruleset = ce.loads(PLAIN + "criteria: {k: {test: 'every_period(b, 60) and previous(b, 60)'}}\n")
        good = [{"b": True}] * 60
        assert status(ruleset, {"b": True}, history=good) == "met"
        assert status(ruleset, {"b": True}, history=good[1:]) == "unknown"
        assert status(ruleset, {"b": True}, history=[*good[:58], {"b": False}]) == "not_met"
        assert status(ruleset, {"b": True}, history=good * 100) == "met"

    def test_definitions_times_periods(self) -> None:
        """Long chains of definitions over many periods are refused, not worked out one by one."""
        chain = "".join(f"  d{n}: {f'd{n - 1}' if n else 'x'} + 1\n" for n in range(2_000))
        text = PLAIN + f"define:\n{chain}criteria: {{k: {{test: 'every_period(d1999 > 3, 60)'}}}}\n"
        assert [code for code, _ in refused(lambda: ce.loads(text))] == ["CE256"]

    def test_conditions_times_periods(self) -> None:
        """A condition of hundreds of parts over sixty periods, many times: refused as well."""
        long = " or ".join(f"x>{n}" for n in range(330))
        body = "".join(f'  c{n}: {{test: "every_period({long}, 60)"}}\n' for n in range(8))
        assert "CE256" in [code for code, _ in refused(lambda: ce.loads(f"{PLAIN}criteria:\n{body}"))]

    def test_names_that_lead_out(self) -> None:
        """Ids of rulesets and levels are only text, whatever they hold."""
        for word in (
            "../../etc/passwd",
            "__import__",
            "x); previous(b",
            "@on",
            "previous(b)",
            "ﬁ",
            "đ" * 900,
        ):
            test = f"holds('{word}', '{word}') or previous(holds('{word}', '{word}'))"
            ruleset = ce.loads(PLAIN + f'criteria: {{k: {{test: "{test}"}}}}\n')
            same = unicodedata.normalize("NFKC", word)
            assert status(ruleset, titles={same: [same, None]}) == "met"
            assert status(ruleset, {"b": True}, history=[{"b": True}]) == "unknown"
            result = ruleset.evaluate({}, titles={same: ["none", same]})
            assert pickle.loads(pickle.dumps(result)).to_dict() == result.to_dict()  # noqa: S301 - made here
            assert result.explain("en").html().count("<script") == 0
