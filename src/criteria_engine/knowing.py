"""Whether a value is there, and the first of several that is: plain facts of an assessment."""

from __future__ import annotations

from collections.abc import Sequence

from criteria_engine import algebra as a
from criteria_engine.core import Condition, Given, Not, Settled
from criteria_engine.meaning import Amount, Claim, Meaning, Words, joined_ways

__all__ = ["first_there", "is_known"]


def is_known(meaning: Meaning) -> Claim:
    """Whether the value is there: nothing missing can change it, and it applies. A plain fact."""
    fact = _settled(meaning)
    return Claim(
        a.every([fact, meaning.there]), a.some([Not(fact) if fact is not a.TRUE else a.FALSE, meaning.na])
    )


def _settled(meaning: Meaning) -> Condition:
    match meaning:
        case Amount(numeric=numeric, there=there, na=na):
            return Settled((there, na), (numeric,), na)
        case Claim(true, false, na):
            return Settled((true, false, na), (), a.TRUE)
        case Words():
            return _settled_words(meaning)


def _settled_words(meaning: Words) -> Condition:
    guards = tuple(case.guard for case in meaning.cases)
    spoken = [
        a.every([case.guard, Given(case.input) if case.input is not None else a.TRUE])
        for case in meaning.cases
    ]
    return a.every([Settled((*guards, meaning.na), (), a.TRUE), a.some([meaning.na, *spoken])])


def first_there(values: Sequence[Meaning]) -> Meaning:
    """The first that is there; of none, open if one is missing, else not applicable."""
    prefix: Condition = a.TRUE
    ways: list[tuple[Condition, Condition, Meaning]] = []
    for value in values:
        known = is_known(value)
        ways.append((known.true, a.every([prefix, known.true]), value))
        prefix = a.every([prefix, known.false])
    ways.extend((value.there, a.every([prefix, value.there]), value) for value in values)
    return joined_ways(ways, a.every([prefix, *[value.na for value in values]]))
