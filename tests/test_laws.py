"""Laws that hold for all rulesets and all values; each is said in the docstring of its test.

Rulesets are drawn at random over all shapes, combinations and keys (see ``strategies``).
"""

from __future__ import annotations

import copy
import datetime
import itertools
import pickle
import threading
from typing import Any

import attrs
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judged import judged, loaded, paths, same_numbers, scaled, seen

import criteria_engine as ce

_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
many = settings(max_examples=scaled(120), suppress_health_check=_LOOSE)
some = settings(max_examples=scaled(60), suppress_health_check=_LOOSE)


def _inside(inner: ce.Bounds | None, outer: ce.Bounds | None) -> bool:
    """Whether what is known later lies in what was said before."""
    return inner is None or (outer is not None and outer.low <= inner.low and inner.high <= outer.high)


class TestUnknowns:
    """What missing values may turn out to be."""

    @many
    @given(st.data())
    def test_truth_lies_within(self, data: st.DataObject) -> None:
        """Fill in the missing values in any way: the final score lies in the bounds, decided statuses
        and levels stay, the final level was possible.
        """
        document = data.draw(strategies.documents(absent=False))
        values = data.draw(strategies.values(document, missing=0.35))
        ruleset = loaded(document)
        before = judged(ruleset, values)
        for _ in range(2):
            after = judged(ruleset, data.draw(strategies.fillings(document, values)))
            assert _inside(after.score, before.score)
            assert _inside(after.max_score, before.max_score)
            if after.referred is None:
                assert after.level is None or after.level in before.possible_levels
            else:
                assert before.may_be_referred or before.referred is not None
            if before.decided and document.get("levels"):
                assert (after.level, after.referred) == (before.level, before.referred)
            for path in paths(before):
                was, now = before.criteria[path], after.criteria[path]
                assert was.status in (now.status, ce.Status.UNKNOWN), path
                assert _inside(now.score, was.score), path
                assert _inside(now.max_score, was.max_score), path

    @many
    @given(st.data())
    def test_learning_never_widens(self, data: st.DataObject) -> None:
        """Learning one value never widens a bound, adds a level or makes a decided status unknown."""
        document = data.draw(strategies.documents(absent=False))
        values = data.draw(strategies.values(document, missing=0.5))
        full = data.draw(strategies.fillings(document, values))
        gone = sorted(set(full) - set(values))
        assume(gone)
        learned = data.draw(st.sampled_from(gone))
        ruleset = loaded(document)
        before = judged(ruleset, values)
        after = judged(ruleset, {**values, learned: full[learned]})
        assert set(after.possible_levels) <= set(before.possible_levels)
        assert _inside(after.score, before.score)
        for path in paths(before):
            was, now = before.criteria[path], after.criteria[path]
            assert was.status in (now.status, ce.Status.UNKNOWN), path
            assert _inside(now.score, was.score), path

    @many
    @given(st.data())
    def test_bounds_are_reached(self, data: st.DataObject) -> None:
        """Where each input is used once, some filling reaches either end of the score, and a status is
        unknown only if two fillings differ in it.
        """
        document = data.draw(strategies.documents(absent=False, once=True))
        assume(
            "value:" not in strategies.dump(document)
        )  # met once known: unknown until then, whatever it is
        ruleset = loaded(document)
        options = {given.id: _all_values(ruleset, given) for given in ruleset.inputs}
        finite = [name for name, listed in options.items() if listed]
        assume(finite)
        gone = data.draw(st.lists(st.sampled_from(finite), min_size=1, max_size=3, unique=True))
        values = data.draw(strategies.values(document))
        kept = {name: value for name, value in values.items() if name not in gone}
        before = judged(ruleset, kept)
        assume(before.score is not None)
        after = [
            judged(ruleset, {**kept, **dict(zip(gone, chosen, strict=True))})
            for chosen in itertools.product(*[options[name] for name in gone])
        ]
        scores = [each.score.low for each in after if each.score is not None]
        assert before.score == ce.Bounds(min(scores), max(scores))
        for path in paths(before):
            states = {each.criteria[path].status for each in after}
            assert (before.criteria[path].status is ce.Status.UNKNOWN) == (len(states) > 1), path

    @some
    @given(st.data())
    def test_who_is_asked_often_says_the_same(self, data: st.DataObject) -> None:
        """What is missing, and in what order it is worth asking for, is the same looked at part by part, as for
        the first assessments of a set, and by the function that is compiled for all further ones.
        """
        document = data.draw(strategies.documents(evidence=True, times=data.draw(st.booleans())))
        drawn = [
            (
                data.draw(strategies.values(document, missing=missing)),
                data.draw(strategies.evidences(document)),
                data.draw(strategies.histories(document, missing=missing)),
            )
            for missing in (0.2, 0.5, 0.9)
        ]
        fresh, worn = loaded(document), loaded(document)
        nothing_known = worn.evaluate({}, on=strategies.ON)
        assert len({nothing_known.missing for _ in range(40)}) == 1
        for values, evidence, history in drawn:
            one, other = (
                each.evaluate(values, evidence=evidence, history=history, on=strategies.ON)
                for each in (fresh, worn)
            )
            assert one.missing == other.missing
        assert ("missing" in worn.program.once) is not nothing_known.decided

    @many
    @given(st.data())
    def test_first_verdicts_agree_with_later_ones(self, data: st.DataObject) -> None:
        """The first rows of a set are judged by the interpreter, later ones by generated functions: both
        agree to the last bit.
        """
        document = data.draw(strategies.documents(evidence=True, times=data.draw(st.booleans())))
        worn = loaded(document)
        drawn = []
        for missing in (0.0, 0.3):
            values = data.draw(strategies.values(document, missing=missing))
            evidence = data.draw(st.none() | strategies.evidences(document))
            drawn.append((values, evidence, data.draw(strategies.histories(document, missing=missing))))
        for values, evidence, history in 4 * drawn:
            seen(worn.evaluate(values, evidence=evidence, history=history, on=strategies.ON))
            seen(worn.evaluate(values, on=strategies.ON))
        for values, evidence, history in drawn:
            first = loaded(document).evaluate(values, evidence=evidence, history=history, on=strategies.ON)
            late = worn.evaluate(values, evidence=evidence, history=history, on=strategies.ON)
            assert repr(seen(first)) == repr(seen(late))
            first, late = (each.evaluate(values, on=strategies.ON) for each in (loaded(document), worn))
            assert repr(seen(first)) == repr(seen(late))

    @many
    @given(st.data())
    def test_nothing_missing_needs_no_bounds(self, data: st.DataObject) -> None:
        """With nothing missing, the exact and the bounded program agree to the last bit."""
        document = data.draw(strategies.documents())
        ruleset = loaded(document)
        exact = judged(ruleset, data.draw(strategies.values(document)))
        verdict = ruleset.program.bounded(exact.row, frozenset())
        bounded = ce.Result(ruleset, ruleset.program, exact.row, verdict, {}, strategies.ON, None)
        assert seen(bounded) == seen(exact)

    @many
    @given(st.data())
    def test_what_is_missing_can_matter(self, data: st.DataObject) -> None:
        """A missing input that ``missing`` does not name never changes the level or, without levels,
        the score.
        """
        document = data.draw(strategies.documents(absent=False))
        values = data.draw(strategies.values(document, missing=0.4))
        full = data.draw(strategies.fillings(document, values))
        other = data.draw(strategies.fillings(document, values))
        ruleset = loaded(document)
        before = judged(ruleset, values)
        swapped = {
            name: full[name] if name in values or name in before.missing else other[name] for name in full
        }
        one, two = judged(ruleset, full), judged(ruleset, swapped)
        if document.get("levels"):
            assert (one.level, one.referred) == (two.level, two.referred)
        elif ruleset.program.reaching is None:
            assert one.score == two.score


def _all_values(ruleset: ce.Ruleset, given: ce.Input) -> list[Any]:
    """All that an input can be, where that is few."""
    words = {scale.id: scale.words for scale in ruleset.scales}
    listed: list[Any] = {
        "boolean": [True, False],
        "choice": list(given.choices or ()),
        "ordinal": list(words.get(given.scale or "", ())),
    }.get(given.type, [])
    return [*listed, ce.NA] if listed and given.may_be_na else listed


class TestWriting:
    """Rulesets written and read again."""

    @many
    @given(st.data())
    def test_round_trip(self, data: st.DataObject) -> None:
        """``loads(dumps(r)) == r``, hash and digest too, and both evaluate alike."""
        document = data.draw(strategies.documents())
        ruleset = loaded(document)
        again = ce.loads(ce.dumps(ruleset))
        assert again == ruleset
        assert (hash(again), again.digest) == (hash(ruleset), ruleset.digest)
        values = data.draw(strategies.values(document, missing=0.2))
        assert seen(judged(again, values)) == seen(judged(ruleset, values))

    @some
    @given(st.data())
    def test_prints_as_code(self, data: st.DataObject) -> None:
        """``eval(repr(r)) == r``."""
        ruleset = loaded(data.draw(strategies.documents()))
        names = {name: getattr(ce, name) for name in ce.__all__} | {"datetime": datetime}
        assert eval(repr(ruleset), names) == ruleset  # noqa: S307 - our own repr


class TestNothingElseMatters:
    """What must not change a result."""

    @some
    @given(st.data())
    def test_pickle_and_copy(self, data: st.DataObject) -> None:
        """A pickled ruleset and a pickled result say the same; a copy is the ruleset itself."""
        document = data.draw(strategies.documents())
        ruleset = loaded(document)
        result = judged(ruleset, data.draw(strategies.values(document, missing=0.2)))
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(ruleset, protocol)) == ruleset  # noqa: S301 - made here
        assert seen(pickle.loads(pickle.dumps(result))) == seen(result)  # noqa: S301 - made here
        assert copy.copy(ruleset) is ruleset
        assert copy.deepcopy(ruleset) is ruleset

    @some
    @given(st.data())
    def test_order_of_criteria(self, data: st.DataObject) -> None:
        """The order of the criteria of a group changes no score, no state and no level (but for
        ``first``, which asks for the order).
        """
        document = data.draw(strategies.documents())
        ruleset = loaded(document)
        text = strategies.dump(document)
        assume("first" not in text)
        values = data.draw(strategies.values(document, missing=0.2))
        turned = attrs.evolve(ruleset, criteria=_turned(ruleset.criteria))
        one, two = judged(ruleset, values), judged(turned, values)
        assert _near(one.score, two.score)
        assert (one.level, one.possible_levels) == (two.level, two.possible_levels)
        for path in paths(one):
            assert one.criteria[path].status == two.criteria[path].status
            assert _near(one.criteria[path].score, two.criteria[path].score)

    @some
    @given(st.data())
    def test_criterion_of_weight_0(self, data: st.DataObject) -> None:
        """A criterion of weight 0 changes no mean; scaling all weights of a mean changes none."""
        document = data.draw(strategies.documents())
        if _sums(document):
            # levels that ask for what the sum can bring may be out of a mean's reach
            ladder = ("levels", "otherwise", "cumulative", "overrides")
            kept = {key: value for key, value in document.items() if key not in ladder}
            document = {**kept, "combine": "mean"}
        ruleset = loaded(document)
        assume(ruleset.combine == ce.Combine("mean") and ruleset.points is None)
        values = data.draw(strategies.values(document))
        extra = ce.Criterion("nothing_at_all", weight=0, points=7, rule=ce.Test("true"))
        before = judged(ruleset, values)
        assume(before.score is not None)
        weightless = attrs.evolve(ruleset, criteria=(*ruleset.criteria, extra), levels=(), overrides=())
        assert _near(judged(weightless, values).score, before.score)
        factor = data.draw(st.sampled_from([2, 3, 10, 0.5]))
        scaled = tuple(
            attrs.evolve(each, weight=(1 if each.weight is None else each.weight) * factor)
            for each in ruleset.criteria
        )
        assert _near(judged(attrs.evolve(ruleset, criteria=scaled), values).score, before.score)

    @settings(max_examples=scaled(10), suppress_health_check=_LOOSE)
    @given(st.data())
    def test_threads(self, data: st.DataObject) -> None:
        """Eight threads that share a ruleset find what one finds."""
        document = data.draw(strategies.documents())
        cases = [data.draw(strategies.values(document, missing=0.2)) for _ in range(6)]
        wanted = [seen(judged(loaded(document), values)) for values in cases]
        shared, found = loaded(document), []

        def work() -> None:
            found.append([seen(judged(shared, values)) for values in cases])

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [wanted] * 8


def _sums(document: dict[str, Any]) -> bool:
    bonus = any("bonus" in each for each in document["criteria"].values())
    return document.get("combine", "sum") == "sum" and not bonus and "points" not in document


def _near(one: ce.Bounds | None, two: ce.Bounds | None) -> bool:
    """Equal but for a step of the grid: the order of an addition can move its last digit."""
    if one is None or two is None:
        return one is two
    return all(abs(a - b) <= 2e-9 * max(1.0, abs(a)) for a, b in zip(one, two, strict=True))


def _turned(criteria: tuple[ce.Criterion, ...]) -> tuple[ce.Criterion, ...]:
    return tuple(attrs.evolve(each, criteria=_turned(each.criteria)) for each in reversed(criteria))


def test_renaming_changes_nothing() -> None:
    """Other names for criteria give the same numbers."""
    text = (
        "criteria_engine: 1\nid: a.b\nversion: '1'\ninputs: {x: {type: integer}, y: {type: boolean}}\n"
        "criteria:\n  {a}: {points: 5, test: x > 3}\n  {b}: {points: 7, test: y, requires: [{a}]}\n"
    )
    one = ce.loads(text.replace("{a}", "first_one").replace("{b}", "second_one"))
    two = ce.loads(text.replace("{a}", "đường").replace("{b}", "a1"))
    for x, y in itertools.product((None, 3, 4), (None, True, False)):
        values = {"x": x, "y": y}
        assert same_numbers(seen(one.evaluate(values)), seen(two.evaluate(values)))
