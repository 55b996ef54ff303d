"""What a value is while it is being lowered: a number, a truth value or a text that may not apply.

Each carries, beside what it is, the conditions under which it is there and under which it is not
applicable, both written out positively (see ``core``). The functions here give the meanings of
``and``, ``or``, ``if``, comparisons and ``first`` over such values.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

import attrs

from criteria_engine import algebra as a
from criteria_engine.core import Branch, Condition, Numeric, Tighter
from criteria_engine.grammar import mended_date, nearest
from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "Amount",
    "Case",
    "Claim",
    "Meaning",
    "Words",
    "all_of",
    "any_of",
    "chosen",
    "conditional",
    "contrary_of",
    "counted",
    "day_of",
    "fitted",
    "joined_ways",
    "kind_of",
    "least_of",
    "least_of_any",
    "said",
]

_FAR = 10**300


@attrs.frozen(eq=False, repr=False)
class Amount:
    """A number. ``kind`` is ``number``, ``date`` (a day) or ``scale`` (a place among ``words``).

    ``named`` numbers (inputs, constants, definitions, scores) are compared as they are.
    """

    numeric: Numeric
    there: Condition = a.TRUE
    na: Condition = a.FALSE
    kind: Literal["number", "date", "scale"] = "number"
    words: tuple[str, ...] = ()
    named: bool = False

    @property
    def settled(self) -> Numeric:
        """The number as it is compared: as it is if named, else on the grid."""
        return self.numeric if self.named else a.on_grid(self.numeric)


@attrs.frozen(eq=False, repr=False)
class Claim:
    """A truth value: exactly one of the three conditions holds."""

    true: Condition
    false: Condition
    na: Condition = a.FALSE

    @property
    def there(self) -> Condition:
        """That it applies."""
        return a.some([self.true, self.false]) if self.na is not a.FALSE else a.TRUE

    @property
    def fails(self) -> Condition:
        """That it does not hold, be it false or not applicable."""
        return a.some([self.false, self.na])

    @property
    def passes(self) -> Condition:
        """That it holds or is not applicable."""
        return a.some([self.true, self.na])


@attrs.frozen(eq=False, repr=False)
class Case:
    """One text that it may be: a fixed ``word``, or what an ``input`` says (of a ``domain``)."""

    guard: Condition
    word: str = ""
    input: str | None = None
    domain: tuple[str, ...] | None = None


@attrs.frozen(eq=False, repr=False)
class Words:
    """A text: exactly one case holds, or it is not applicable."""

    cases: tuple[Case, ...]
    na: Condition = a.FALSE

    @property
    def there(self) -> Condition:
        """That it applies."""
        return a.some([case.guard for case in self.cases]) if self.na is not a.FALSE else a.TRUE

    @property
    def domain(self) -> tuple[str, ...] | None:
        """All it can say, or None where it may be any text."""
        found: list[str] = []
        for case in self.cases:
            if case.input is not None and case.domain is None:
                return None
            found.extend(case.domain or () if case.input is not None else (case.word,))
        return tuple(dict.fromkeys(found))

    @property
    def constant(self) -> str | None:
        """The text, where it is always the same."""
        only = self.cases[0]
        return only.word if len(self.cases) == 1 and only.input is None else None


Meaning = Amount | Claim | Words


def said(word: str) -> Words:
    """A fixed text."""
    return Words((Case(a.TRUE, word),))


def kind_of(meaning: Meaning) -> str:
    """What kind of value it is, as messages name it."""
    match meaning:
        case Amount(kind=kind):
            return kind
        case Claim():
            return "boolean"
    return "text"


# ---- conditions ------------------------------------------------------------------------------


def all_of(claims: Sequence[Claim]) -> Claim:
    """``and``: passes over what is not applicable."""
    na = a.every([claim.na for claim in claims])
    false = a.some([claim.false for claim in claims])
    if all(claim.na is a.FALSE for claim in claims):
        return Claim(a.every([claim.true for claim in claims]), false)
    passed = [a.some([claim.true, claim.na]) for claim in claims]
    return Claim(a.every([*passed, a.some([claim.true for claim in claims])]), false, na)


def any_of(claims: Sequence[Claim]) -> Claim:
    """``or``: passes over what is not applicable."""
    turned = all_of([contrary_of(claim) for claim in claims])
    return contrary_of(turned)


def contrary_of(claim: Claim) -> Claim:
    """``not``."""
    return Claim(claim.false, claim.true, claim.na)


def counted(claims: Sequence[Claim]) -> Amount:
    """How many of the conditions hold."""
    ones = [a.choice([Branch(claim.true, claim.true, a.ONE)], claim.fails, a.ZERO) for claim in claims]
    return Amount(a.add(ones))


# ---- choosing --------------------------------------------------------------------------------


def fitted(one: Meaning, other: Meaning) -> Meaning:
    """A fixed text beside a place on a scale or a day becomes one."""
    if not isinstance(one, Words) or not isinstance(other, Amount):
        return one
    word = one.constant
    if word is None or other.kind == "number":
        return one
    if other.kind == "scale":
        return Amount(a.number(_place(word, other.words)), kind="scale", words=other.words, named=True)
    return Amount(a.number(day_of(word)), kind="date", named=True)


def day_of(word: str) -> int:
    """The day of an ISO date, counted from 1 January of the year 1."""
    try:
        return datetime.date.fromisoformat(word).toordinal()
    except ValueError:
        raise Fault("CE233", word=word, mended=mended_date(word)) from None


def _place(word: str, words: tuple[str, ...]) -> int:
    if not words:
        raise Fault("")  # the scale is not there, which is said where it is named
    if word not in words:
        raise Fault("CE232", word=word, words=", ".join(words), nearest=nearest(word, words) or words[-1])
    return words.index(word)


def chosen(picks: Sequence[tuple[Claim, Meaning]], otherwise: Meaning | None) -> Meaning:
    """The value of the first condition that holds, else ``otherwise`` (None: not applicable).

    A condition that is not applicable does not hold. ``Fault`` where the values are of two kinds.
    """
    prefix: Condition = a.TRUE
    ways: list[tuple[Condition, Condition, Meaning]] = []
    for claim, value in picks:
        ways.append((claim.true, a.every([prefix, claim.true]), value))
        prefix = a.every([prefix, claim.fails])
    if otherwise is not None:
        ways.append((a.TRUE, prefix, otherwise))
        prefix = a.FALSE
    return joined_ways(ways, prefix)


def conditional(picks: Sequence[tuple[Claim, Meaning]], otherwise: Meaning) -> Meaning:
    """``a if c else b if d else e``: where a condition that is asked does not apply, nor does the whole."""
    prefix: Condition = a.TRUE
    ways: list[tuple[Condition, Condition, Meaning]] = []
    unclear: list[Condition] = []
    for claim, value in picks:
        ways.append((claim.true, a.every([prefix, claim.true]), value))
        unclear.append(a.every([prefix, claim.na]))
        prefix = a.every([prefix, claim.false])
    return joined_ways([*ways, (a.TRUE, prefix, otherwise)], a.some(unclear))


def joined_ways(ways: Sequence[tuple[Condition, Condition, Meaning]], none: Condition) -> Meaning:
    """One of the values: each with its test, its whole guard; ``none``: not applicable."""
    values = [value for _, _, value in ways]
    pattern = next((value for value in values if isinstance(value, Amount)), values[0])
    alike = [fitted(value, pattern) for value in values]
    guards = [guard for _, guard, _ in ways]
    na = a.some([none, *[a.every([guard, value.na]) for guard, value in zip(guards, alike, strict=True)]])
    if all(isinstance(value, Claim) for value in alike):
        claims = [value for value in alike if isinstance(value, Claim)]
        return Claim(
            a.some([a.every([guard, claim.true]) for guard, claim in zip(guards, claims, strict=True)]),
            a.some([a.every([guard, claim.false]) for guard, claim in zip(guards, claims, strict=True)]),
            na,
        )
    if all(isinstance(value, Words) for value in alike):
        words = [value for value in alike if isinstance(value, Words)]
        cases = [
            attrs.evolve(case, guard=a.every([guard, case.guard]))
            for guard, value in zip(guards, words, strict=True)
            for case in value.cases
        ]
        return Words(tuple(cases), na)
    return _joined_amounts(ways, alike, na)


def _joined_amounts(
    ways: Sequence[tuple[Condition, Condition, Meaning]], alike: Sequence[Meaning], na: Condition
) -> Amount:
    amounts = [value for value in alike if isinstance(value, Amount)]
    first = amounts[0] if amounts else None
    odd = next(
        (
            value
            for value in alike
            if not isinstance(value, Amount)
            or first is None
            or value.kind != first.kind
            or value.words != first.words
        ),
        None,
    )
    if odd is not None or first is None:
        kinds = sorted({kind_of(value) for value in alike})
        raise Fault("CE234", kinds=", ".join(kinds))
    branches = [
        Branch(test, a.every([guard, amount.there]), amount.numeric)
        for (test, guard, _), amount in zip(ways, amounts, strict=True)
    ]
    there = a.some([branch.guard for branch in branches]) if na is not a.FALSE else a.TRUE
    named = all(amount.named for amount in amounts)
    # where none holds the number does not apply: the last stands in, so that spans stay true
    last = branches[-1]
    numeric = a.choice(branches[:-1], last.guard, last.value)
    return Amount(numeric, there, na, first.kind, first.words, named)


def least_of(which: Literal["min", "max"], amounts: Sequence[Amount]) -> Amount:
    """The smallest (largest) of those that apply; not applicable where none does."""
    numeric = least_of_any(which, amounts)
    if all(amount.na is a.FALSE for amount in amounts):
        return Amount(numeric)
    there = a.some([amount.there for amount in amounts])
    na = a.every([amount.na for amount in amounts])
    return Amount(a.choice([Branch(there, there, numeric)], na, a.ZERO), there, na)


def least_of_any(which: Literal["min", "max"], amounts: Sequence[Amount]) -> Numeric:
    """The smallest (largest) of those that apply, given that one does."""
    if all(amount.na is a.FALSE for amount in amounts):
        return a.extreme(which, [amount.numeric for amount in amounts])
    far = a.number(_FAR if which == "min" else -_FAR)
    other_far = a.number(-_FAR if which == "min" else _FAR)

    def padded(pad: Numeric) -> list[Numeric]:
        return [
            a.choice([Branch(amount.there, amount.there, amount.numeric)], amount.na, pad)
            for amount in amounts
        ]

    exact = a.extreme(which, padded(far))
    other = a.extreme("max" if which == "min" else "min", padded(other_far))
    spans = [amount.numeric for amount in amounts]
    return Tighter(
        exact,
        exact if which == "min" else other,
        other if which == "min" else exact,
        low=min(span.low for span in spans),
        high=max(span.high for span in spans),
        whole=all(span.whole for span in spans),
        on_grid=all(span.on_grid for span in spans),
    )
