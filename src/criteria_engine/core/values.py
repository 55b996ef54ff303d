"""What a value is while it is being lowered: a number, a truth value or a text that may not apply.

Each carries, beside what it is, the conditions under which it is there and under which it is not
applicable, both written out positively (see ``core``). The functions here give the meanings of
``and``, ``or``, ``if``, comparisons and ``first`` over such values.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Iterable, Sequence
from typing import Literal

from criteria_engine.core import algebra as a
from criteria_engine.core import nodes
from criteria_engine.core.grammar import mended_date, nearest
from criteria_engine.core.record import Record
from criteria_engine.messages.diagnostics import Code, Fault

_FAR = 10**300


class NumberValue(Record):
    """A number. ``kind`` is ``number``, ``date`` (a day) or ``scale`` (a place among ``words``).

    ``named`` numbers (inputs, constants, definitions, scores) are compared as they are.
    """

    numeric: nodes.Numeric
    there: nodes.Condition = a.TRUE
    na: nodes.Condition = a.FALSE
    kind: Literal["number", "date", "scale"] = "number"
    words: tuple[str, ...] = ()
    named: bool = False

    @property
    def settled(self) -> nodes.Numeric:
        """The number as it is compared: as it is if named, else on the grid."""
        return self.numeric if self.named else a.on_grid(self.numeric)


class TruthValue(Record):
    """A truth value: exactly one of the three conditions holds."""

    true: nodes.Condition
    false: nodes.Condition
    na: nodes.Condition = a.FALSE

    @property
    def there(self) -> nodes.Condition:
        """That it applies."""
        return a.some([self.true, self.false]) if self.na is not a.FALSE else a.TRUE

    @property
    def fails(self) -> nodes.Condition:
        """That it does not hold, be it false or not applicable."""
        return a.some([self.false, self.na])

    @property
    def passes(self) -> nodes.Condition:
        """That it holds or is not applicable."""
        return a.some([self.true, self.na])


class TextCase(Record):
    """One text that it may be: a fixed ``word``, or what an ``input`` says (of a ``domain``)."""

    guard: nodes.Condition
    word: str = ""
    input: str | None = None
    domain: tuple[str, ...] | None = None


class TextValue(Record):
    """A text: exactly one case holds, or it is not applicable."""

    cases: tuple[TextCase, ...]
    na: nodes.Condition = a.FALSE

    @property
    def there(self) -> nodes.Condition:
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


Meaning = NumberValue | TruthValue | TextValue


def fixed(value: bool | str | float) -> Meaning:
    """A constant as it was written."""
    if isinstance(value, bool):
        return TruthValue(a.TRUE, a.FALSE) if value else TruthValue(a.FALSE, a.TRUE)
    return said(value) if isinstance(value, str) else NumberValue(a.decimal(value), named=True)


def said(word: str) -> TextValue:
    """A fixed text."""
    return TextValue((TextCase(a.TRUE, word),))


def fixed_day(ordinal: int) -> NumberValue:
    """A fixed day, counted from 1 January of the year 1."""
    return NumberValue(a.number(ordinal), kind="date", named=True)


def kind_of(meaning: Meaning) -> str:
    """What kind of value it is, as messages name it."""
    match meaning:
        case NumberValue(kind=kind):
            return kind
        case TruthValue():
            return "boolean"
    return "text"


def options_of(meaning: Meaning) -> tuple[str, ...]:
    """All the words that a value can be; none where it may be any text, a number or a day."""
    match meaning:
        case NumberValue(words=words):
            return words
        case TextValue(domain=domain):
            return domain or ()
    return ("true", "false")


def says(meaning: Meaning, word: str) -> TruthValue:
    """Whether a value is one of its ``options_of``."""
    if isinstance(meaning, TruthValue):
        return meaning if word == "true" else TruthValue(meaning.false, meaning.true, meaning.na)
    return compared("==", meaning, said(word))


def as_claim(meaning: Meaning) -> TruthValue:
    """The meaning as a condition; ``Fault`` if it is none."""
    if not isinstance(meaning, TruthValue):
        raise Fault(Code.CONDITION_WANTED, found_kind=kind_of(meaning))
    return meaning


def as_amount(meaning: Meaning) -> NumberValue:
    """The meaning as a number; ``Fault`` if it is none."""
    if not isinstance(meaning, NumberValue) or meaning.kind != "number":
        raise Fault(Code.NUMBER_WANTED, found_kind=kind_of(meaning))
    return meaning


FREE = "?"
"""The input that stands for whatever could not be understood."""


def free_number() -> nodes.InputNumber:
    """A number that could be any."""
    return nodes.InputNumber(FREE, low=-1e15, high=1e15, on_grid=True)


def free_claim() -> TruthValue:
    """A condition that could come out either way."""
    return TruthValue(nodes.InputFlag(FREE, True), nodes.InputFlag(FREE, False))


def is_free(meaning: Meaning) -> bool:
    """Whether it is a stand-in."""
    numeric = meaning.numeric if isinstance(meaning, NumberValue) else None
    return isinstance(numeric, nodes.InputNumber) and numeric.input == FREE


def all_of(claims: Sequence[TruthValue]) -> TruthValue:
    """``and``: passes over what is not applicable."""
    na = a.every([claim.na for claim in claims])
    false = a.some([claim.false for claim in claims])
    if all(claim.na is a.FALSE for claim in claims):
        return TruthValue(a.every([claim.true for claim in claims]), false)
    passed = [a.some([claim.true, claim.na]) for claim in claims]
    return TruthValue(a.every([*passed, a.some([claim.true for claim in claims])]), false, na)


def any_of(claims: Sequence[TruthValue]) -> TruthValue:
    """``or``: passes over what is not applicable."""
    turned = all_of([contrary_of(claim) for claim in claims])
    return contrary_of(turned)


def contrary_of(claim: TruthValue) -> TruthValue:
    """``not``."""
    return TruthValue(claim.false, claim.true, claim.na)


def counted(claims: Sequence[TruthValue]) -> NumberValue:
    """How many of the conditions hold."""
    ones = [a.either(claim.true, a.ONE, claim.fails, a.ZERO) for claim in claims]
    return NumberValue(a.add(ones))


def fitted(one: Meaning, other: Meaning) -> Meaning:
    """A fixed text beside a place on a scale or a day becomes one."""
    if not isinstance(one, TextValue) or not isinstance(other, NumberValue):
        return one
    word = one.constant
    if word is None or other.kind == "number":
        return one
    if other.kind == "scale":
        return NumberValue(a.number(_place(word, other.words)), kind="scale", words=other.words, named=True)
    return fixed_day(day_of(word))


def day_of(word: str) -> int:
    """The day of an ISO date, counted from 1 January of the year 1."""
    try:
        return datetime.date.fromisoformat(word).toordinal()
    except ValueError:
        raise Fault(Code.TEXT_NOT_A_DATE, word=word, mended=mended_date(word)) from None


def _place(word: str, words: tuple[str, ...]) -> int:
    if not words:
        raise Fault("")  # the scale is not there, which is said where it is named
    if word not in words:
        raise Fault(
            Code.WORD_NOT_OF_INPUT,
            word=word,
            words=", ".join(words),
            nearest=nearest(word, words) or words[-1],
        )
    return words.index(word)


def chosen(picks: Sequence[tuple[TruthValue, Meaning]], otherwise: Meaning | None) -> Meaning:
    """The value of the first condition that holds, else ``otherwise`` (None: not applicable).

    A condition that is not applicable does not hold. ``Fault`` where the values are of two kinds.
    """
    prefix: nodes.Condition = a.TRUE
    ways: list[tuple[nodes.Condition, nodes.Condition, Meaning]] = []
    for claim, value in picks:
        ways.append((claim.true, a.every([prefix, claim.true]), value))
        prefix = a.every([prefix, claim.fails])
    if otherwise is not None:
        ways.append((a.TRUE, prefix, otherwise))
        prefix = a.FALSE
    return joined_ways(ways, prefix)


def conditional(picks: Sequence[tuple[TruthValue, Meaning]], otherwise: Meaning) -> Meaning:
    """``a if c else b if d else e``: where a condition that is asked does not apply, nor does the whole."""
    prefix: nodes.Condition = a.TRUE
    ways: list[tuple[nodes.Condition, nodes.Condition, Meaning]] = []
    unclear: list[nodes.Condition] = []
    for claim, value in picks:
        ways.append((claim.true, a.every([prefix, claim.true]), value))
        unclear.append(a.every([prefix, claim.na]))
        prefix = a.every([prefix, claim.false])
    return joined_ways([*ways, (a.TRUE, prefix, otherwise)], a.some(unclear))


def joined_ways(
    ways: Sequence[tuple[nodes.Condition, nodes.Condition, Meaning]], none: nodes.Condition
) -> Meaning:
    """One of the values: each with its test, its whole guard; ``none``: not applicable."""
    values = [value for _, _, value in ways]
    pattern = next((value for value in values if isinstance(value, NumberValue)), values[0])
    alike = [fitted(value, pattern) for value in values]
    guards = [guard for _, guard, _ in ways]
    na = a.some([none, *[a.every([guard, value.na]) for guard, value in zip(guards, alike, strict=True)]])
    if all(isinstance(value, TruthValue) for value in alike):
        claims = [value for value in alike if isinstance(value, TruthValue)]
        true, false = [claim.true for claim in claims], [claim.false for claim in claims]
        return TruthValue(_picked(guards, true), _picked(guards, false), na)
    if all(isinstance(value, TextValue) for value in alike):
        words = [value for value in alike if isinstance(value, TextValue)]
        cases = [
            case.replaced(guard=a.every([guard, case.guard]))
            for guard, value in zip(guards, words, strict=True)
            for case in value.cases
        ]
        return TextValue(tuple(cases), na)
    return _joined_amounts(ways, alike, na)


def _picked(guards: Sequence[nodes.Condition], conditions: Iterable[nodes.Condition]) -> nodes.Condition:
    """The condition of the one way whose guard holds."""
    return a.some([a.every(pair) for pair in zip(guards, conditions, strict=True)])


def _joined_amounts(
    ways: Sequence[tuple[nodes.Condition, nodes.Condition, Meaning]],
    alike: Sequence[Meaning],
    na: nodes.Condition,
) -> NumberValue:
    amounts = [value for value in alike if isinstance(value, NumberValue)]
    kinds = {(amount.kind, amount.words) for amount in amounts}
    if len(amounts) < len(alike) or len(kinds) > 1:
        raise Fault(
            Code.BRANCHES_OF_SEVERAL_KINDS, kinds=", ".join(sorted({kind_of(value) for value in alike}))
        )
    branches = [
        nodes.Branch(test, a.every([guard, amount.there]), amount.numeric)
        for (test, guard, _), amount in zip(ways, amounts, strict=True)
    ]
    there = a.some([branch.guard for branch in branches]) if na is not a.FALSE else a.TRUE
    named = all(amount.named for amount in amounts)
    # where none holds the number does not apply: the last stands in, so that spans stay true
    last = branches[-1]
    numeric = a.choice(branches[:-1], last.guard, last.value)
    return NumberValue(numeric, there, na, amounts[0].kind, amounts[0].words, named)


def least_of(which: Literal["min", "max"], amounts: Sequence[NumberValue]) -> NumberValue:
    """The smallest (largest) of those that apply; not applicable where none does."""
    numeric = least_of_any(which, amounts)
    if all(amount.na is a.FALSE for amount in amounts):
        return NumberValue(numeric)
    there = a.some([amount.there for amount in amounts])
    na = a.every([amount.na for amount in amounts])
    return NumberValue(a.either(there, numeric, na, a.ZERO), there, na)


def least_of_any(which: Literal["min", "max"], amounts: Sequence[NumberValue]) -> nodes.Numeric:
    """The smallest (largest) of those that apply, given that one does."""
    if all(amount.na is a.FALSE for amount in amounts):
        return a.extreme(which, [amount.numeric for amount in amounts])
    far = a.number(_FAR if which == "min" else -_FAR)
    other_far = a.number(-_FAR if which == "min" else _FAR)

    def padded(pad: nodes.Numeric) -> list[nodes.Numeric]:
        return [a.either(amount.there, amount.numeric, amount.na, pad) for amount in amounts]

    exact = a.extreme(which, padded(far))
    other = a.extreme("max" if which == "min" else "min", padded(other_far))
    spans = [amount.numeric for amount in amounts]
    return nodes.Tighter(
        exact,
        exact if which == "min" else other,
        other if which == "min" else exact,
        low=min(span.low for span in spans),
        high=max(span.high for span in spans),
        whole=all(span.whole for span in spans),
        on_grid=all(span.on_grid for span in spans),
    )


def is_known(meaning: Meaning) -> TruthValue:
    """Whether the value is there: nothing missing can change it, and it applies. A plain fact."""
    fact = _settled(meaning)
    return TruthValue(
        a.every([fact, meaning.there]),
        a.some([nodes.Not(fact) if fact is not a.TRUE else a.FALSE, meaning.na]),
    )


def _settled(meaning: Meaning) -> nodes.Condition:
    match meaning:
        case NumberValue(numeric=numeric, there=there, na=na):
            return nodes.Settled((there, na), (numeric,), na)
        case TruthValue(true, false, na):
            return nodes.Settled((true, false, na), (), a.TRUE)
        case TextValue(cases, na):
            known = [a.TRUE if case.input is None else nodes.InputGiven(case.input) for case in cases]
            guards = [case.guard for case in cases]
            said_now = a.some([na, *[a.every(pair) for pair in zip(guards, known, strict=True)]])
            return a.every([nodes.Settled((*guards, na), (), a.TRUE), said_now])


def first_there(values: Sequence[Meaning]) -> Meaning:
    """The first that is there; of none, open if one is missing, else not applicable."""
    prefix: nodes.Condition = a.TRUE
    ways: list[tuple[nodes.Condition, nodes.Condition, Meaning]] = []
    for value in values:
        known = is_known(value)
        ways.append((known.true, a.every([prefix, known.true]), value))
        prefix = a.every([prefix, known.false])
    ways.extend((value.there, a.every([prefix, value.there]), value) for value in values)
    return joined_ways(ways, a.every([prefix, *[value.na for value in values]]))


TOO_LARGE = 1e290
"""What may come out larger than this is refused."""


def long_sum(first: NumberValue, rest: Sequence[tuple[ast.operator, NumberValue]]) -> NumberValue:
    """A chain of sums and differences as one sum, so that its depth does not grow with its length."""
    terms = [first.numeric]
    for operator, amount in rest:
        terms.append(amount.numeric if isinstance(operator, ast.Add) else a.negate(amount.numeric))
    amounts = [first, *[amount for _, amount in rest]]
    total = a.add(terms)
    if max(-total.low, total.high) > TOO_LARGE:
        raise OverflowError
    return NumberValue(
        total, a.every([each.there for each in amounts]), a.some([each.na for each in amounts])
    )


def binary(operator: ast.operator, left: NumberValue, right: NumberValue) -> NumberValue:
    """One operator between two numbers; a division by zero is not applicable."""
    there, na = [left.there, right.there], [left.na, right.na]
    if isinstance(operator, ast.Add | ast.Sub | ast.Mult):
        make = {ast.Add: lambda x, y: a.add([x, y]), ast.Sub: a.subtract, ast.Mult: a.times}[type(operator)]
        return NumberValue(make(left.numeric, right.numeric), a.every(there), a.some(na))
    there.append(a.is_nonzero(right.numeric))
    na.append(a.is_zero(right.numeric))
    if isinstance(operator, ast.Mod):
        value = a.remainder(left.numeric, right.numeric)
    else:
        value = a.divide(left.numeric, right.numeric)
        if isinstance(operator, ast.FloorDiv):
            value = a.apply("floor", [a.on_grid(value)])
    return NumberValue(value, a.every(there), a.some(na))


def applied(name: str, values: Sequence[NumberValue]) -> NumberValue:
    """A function of numbers, not applicable outside its domain."""
    first = values[0]
    match name:
        case "min" | "max" as which:
            return least_of(which, values)
        case "abs" | "floor" | "ceil" | "exp" as function:
            return NumberValue(a.apply(function, [first.numeric]), first.there, first.na)
        case "sqrt" | "ln" | "log10" as function:
            edge: nodes.Operator = ">=" if function == "sqrt" else ">"
            inside = a.compare(edge, first.numeric, a.ZERO)
            outside = a.compare(a.opposite(edge), first.numeric, a.ZERO)
            value = a.apply(function, [first.numeric])
            return NumberValue(value, a.every([first.there, inside]), a.some([first.na, outside]))
    raise Fault(Code.UNKNOWN_FUNCTION, name=name, nearest="")


def compared(operator: nodes.Operator, left: Meaning, right: Meaning) -> TruthValue:
    """A comparison; ``Fault`` where the two do not fit."""
    left, right = fitted(left, right), fitted(right, left)
    na = a.some([left.na, right.na])
    match left, right:
        case NumberValue(), NumberValue() if left.kind == right.kind and left.words == right.words:
            there, one, two = [left.there, right.there], left.settled, right.settled
            true, false = a.compare(operator, one, two), a.compare(a.opposite(operator), one, two)
            return TruthValue(a.every([*there, true]), a.every([*there, false]), na)
        case TruthValue(), TruthValue() if operator in ("==", "!="):
            same = a.some([a.every([left.true, right.true]), a.every([left.false, right.false])])
            other = a.some([a.every([left.true, right.false]), a.every([left.false, right.true])])
        case TextValue(), TextValue() if operator in ("==", "!="):
            _check_words(left, right)
            _check_words(right, left)
            pairs = [(one, two) for one in left.cases for two in right.cases]
            same = a.some([a.every([one.guard, two.guard, _agree(one, two, True)]) for one, two in pairs])
            other = a.some([a.every([one.guard, two.guard, _agree(one, two, False)]) for one, two in pairs])
        case _:
            raise Fault(Code.INCOMPARABLE_KINDS, left_kind=kind_of(left), right_kind=kind_of(right))
    equal = TruthValue(same, other, na)
    return equal if operator == "==" else contrary_of(equal)


def _check_words(text: TextValue, other: TextValue) -> None:
    """``Fault`` where a fixed text is compared with one that never says it."""
    word, domain = text.constant, other.domain
    if word is not None and domain and other.constant is None and word not in domain:
        raise Fault(
            Code.WORD_NOT_OF_INPUT,
            word=word,
            words=", ".join(domain),
            nearest=nearest(word, domain) or domain[0],
        )


def _agree(one: TextCase, two: TextCase, wanted: bool) -> nodes.Condition:
    if one.input is None and two.input is None:
        return a.TRUE if (one.word == two.word) == wanted else a.FALSE
    if one.input is None:
        return _agree(two, one, wanted)
    if two.input is None:
        return nodes.Among(one.input, (two.word,), wanted, one.domain)
    if one.input == two.input:
        return a.TRUE if wanted else a.FALSE
    meet = one.domain is None or two.domain is None or bool(set(one.domain) & set(two.domain))
    return nodes.Same(one.input, two.input, wanted, meet)


def within(value: Meaning, options: Sequence[Meaning]) -> TruthValue:
    """Whether the value is one of the options, which are constants."""
    if isinstance(value, NumberValue) and value.kind == "scale":
        return _within_scale(value, options)
    if not isinstance(value, TextValue):
        equal = [compared("==", value, option) for option in options]
        true, false = [claim.true for claim in equal], [claim.false for claim in equal]
        return TruthValue(a.some(true), a.every(false), equal[0].na)
    texts = [option for option in options if isinstance(option, TextValue)]
    if len(texts) < len(options):
        other = next(option for option in options if not isinstance(option, TextValue))
        raise Fault(Code.INCOMPARABLE_KINDS, left_kind="text", right_kind=kind_of(other))
    for text in texts:
        _check_words(text, value)
        _check_words(value, text)
    words = tuple(text.constant for text in texts if text.constant is not None)
    guards = [case.guard for case in value.cases]
    return TruthValue(
        _picked(guards, [_in_list(case, words, True) for case in value.cases]),
        _picked(guards, [_in_list(case, words, False) for case in value.cases]),
        value.na,
    )


def _in_list(case: TextCase, words: tuple[str, ...], wanted: bool) -> nodes.Condition:
    if case.input is None:
        return a.TRUE if (case.word in words) == wanted else a.FALSE
    return nodes.Among(case.input, words, wanted, case.domain)


def _within_scale(value: NumberValue, options: Sequence[Meaning]) -> TruthValue:
    places: set[int] = set()
    for option in options:
        placed = fitted(option, value)
        if not isinstance(placed, NumberValue) or placed.words != value.words:
            raise Fault(Code.INCOMPARABLE_KINDS, left_kind="scale", right_kind=kind_of(placed))
        places.add(int(placed.numeric.low))
    others = set(range(len(value.words))) - places
    return TruthValue(
        a.every([value.there, _in_runs(value.numeric, places)]),
        a.every([value.there, _in_runs(value.numeric, others)]),
        value.na,
    )


def _in_runs(numeric: nodes.Numeric, places: set[int]) -> nodes.Condition:
    """That a place is one of those: neighbours are asked together, so that nothing is lost."""
    runs = []
    for first in sorted(place for place in places if place - 1 not in places):
        last = first
        while last + 1 in places:
            last += 1
        edges = [a.compare(">=", numeric, a.number(first)), a.compare("<=", numeric, a.number(last))]
        runs.append(a.every(edges))
    return a.some(runs)
