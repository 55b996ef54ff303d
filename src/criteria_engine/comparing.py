"""Comparing values: numbers, days, places on a scale, texts and truth values."""

from __future__ import annotations

from collections.abc import Sequence

from criteria_engine import algebra as a
from criteria_engine.core import Among, Condition, Numeric, Operator, Same
from criteria_engine.grammar import nearest
from criteria_engine.meaning import Amount, Case, Claim, Meaning, Words, contrary_of, fitted, kind_of
from criteria_engine.messages.diagnostics import Fault

__all__ = ["compared", "within"]


def compared(operator: Operator, left: Meaning, right: Meaning) -> Claim:
    """A comparison; ``Fault`` where the two do not fit."""
    left, right = fitted(left, right), fitted(right, left)
    if isinstance(left, Amount) and isinstance(right, Amount):
        if left.kind != right.kind or left.words != right.words:
            raise Fault("CE231", left_kind=kind_of(left), right_kind=kind_of(right))
        one, two = left.settled, right.settled
        return _strict(a.compare(operator, one, two), a.compare(a.opposite(operator), one, two), left, right)
    if operator not in ("==", "!=") or type(left) is not type(right):
        raise Fault("CE231", left_kind=kind_of(left), right_kind=kind_of(right))
    if isinstance(left, Claim) and isinstance(right, Claim):
        same = a.some([a.every([left.true, right.true]), a.every([left.false, right.false])])
        other = a.some([a.every([left.true, right.false]), a.every([left.false, right.true])])
        equal = Claim(same, other, a.some([left.na, right.na]))
    elif isinstance(left, Words) and isinstance(right, Words):
        equal = _same_words(left, right)
    else:
        raise Fault("CE231", left_kind=kind_of(left), right_kind=kind_of(right))
    return equal if operator == "==" else contrary_of(equal)


def _strict(true: Condition, false: Condition, left: Amount, right: Amount) -> Claim:
    there = [left.there, right.there]
    return Claim(a.every([*there, true]), a.every([*there, false]), a.some([left.na, right.na]))


def _same_words(left: Words, right: Words) -> Claim:
    pairs = [(one, two) for one in left.cases for two in right.cases]
    _check_words(left, right)
    return Claim(
        a.some([a.every([one.guard, two.guard, _agree(one, two, True)]) for one, two in pairs]),
        a.some([a.every([one.guard, two.guard, _agree(one, two, False)]) for one, two in pairs]),
        a.some([left.na, right.na]),
    )


def _check_words(left: Words, right: Words) -> None:
    for one, two in ((left, right), (right, left)):
        word, domain = one.constant, two.domain
        if word is not None and domain and two.constant is None and word not in domain:
            raise Fault(
                "CE232", word=word, words=", ".join(domain), nearest=nearest(word, domain) or domain[0]
            )


def _agree(one: Case, two: Case, wanted: bool) -> Condition:
    if one.input is None and two.input is None:
        return a.TRUE if (one.word == two.word) == wanted else a.FALSE
    if one.input is None:
        return _agree(two, one, wanted)
    if two.input is None:
        return Among(one.input, (two.word,), wanted, one.domain)
    if one.input == two.input:
        return a.TRUE if wanted else a.FALSE
    meet = one.domain is None or two.domain is None or bool(set(one.domain) & set(two.domain))
    return Same(one.input, two.input, wanted, meet)


def within(value: Meaning, options: Sequence[Meaning]) -> Claim:
    """Whether the value is one of the options, which are constants."""
    if isinstance(value, Amount) and value.kind == "scale":
        return _within_scale(value, options)
    if isinstance(value, Words):
        words = [option.constant for option in options if isinstance(option, Words)]
        if len(words) != len(options):
            raise Fault(
                "CE231",
                left_kind="text",
                right_kind=next(kind_of(o) for o in options if not isinstance(o, Words)),
            )
        for option in options:
            if isinstance(option, Words):
                _check_words(option, value)
        listed = tuple(word for word in words if word is not None)
        return Claim(
            a.some([a.every([case.guard, _in_list(case, listed, True)]) for case in value.cases]),
            a.some([a.every([case.guard, _in_list(case, listed, False)]) for case in value.cases]),
            value.na,
        )
    equal = [compared("==", value, option) for option in options]
    return Claim(
        a.some([claim.true for claim in equal]), a.every([claim.false for claim in equal]), equal[0].na
    )


def _in_list(case: Case, words: tuple[str, ...], wanted: bool) -> Condition:
    if case.input is None:
        return a.TRUE if (case.word in words) == wanted else a.FALSE
    return Among(case.input, words, wanted, case.domain)


def _within_scale(value: Amount, options: Sequence[Meaning]) -> Claim:
    places: set[int] = set()
    for option in options:
        placed = fitted(option, value)
        if not isinstance(placed, Amount) or placed.words != value.words:
            raise Fault("CE231", left_kind="scale", right_kind=kind_of(placed))
        places.add(int(placed.numeric.low))
    others = set(range(len(value.words))) - places
    return Claim(
        a.every([value.there, _in_runs(value.numeric, places)]),
        a.every([value.there, _in_runs(value.numeric, others)]),
        value.na,
    )


def _in_runs(numeric: Numeric, places: set[int]) -> Condition:
    """That a place is one of those: neighbours are asked together, so that nothing is lost."""
    runs = []
    for first in sorted(place for place in places if place - 1 not in places):
        last = first
        while last + 1 in places:
            last += 1
        edges = [a.compare(">=", numeric, a.number(first)), a.compare("<=", numeric, a.number(last))]
        runs.append(a.every(edges))
    return a.some(runs)
