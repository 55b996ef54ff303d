"""The closed core: what every rule, group and level comes down to.

Two kinds of expression, numbers and conditions, over observed inputs. A *not applicable* value
never appears here: lowering carries it beside the value as a pair of conditions
("it applies", "it does not"), each written out positively. So the only question asked of a
condition later is "can this be true?", and ``bounds`` answers it part by part.

Texts appear only inside conditions (``Among``, ``Same``). Places on a scale, days and truth values
of inputs are numbers and flags.

Each number knows what it can be at all (``low``, ``high``), whether it is ``whole`` and whether it
stands ``on_grid`` (a multiple of one billionth): that is how edges that cannot be reached are found,
and why complete data needs so little rounding. Parts are shared by reference: the core of a
ruleset is a graph, compared by identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple, assert_never, final

from criteria_engine.core.record import Record

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
RoundingMode = Literal["half_up", "half_even", "down", "up"]
FunctionName = Literal[
    "grid",
    "floor",
    "ceil",
    "abs",
    "sqrt",
    "exp",
    "ln",
    "log10",
    "log",
    "power_of_e",
    "years_between",
    "working_days_between",
]


class NumberLike(Record, kw_only=True):
    """What every number of the core knows of itself when it is made."""

    low: float
    high: float
    whole: bool = False
    on_grid: bool = False


class Truth(Record):
    """Always, or never."""

    value: bool


class InputFlag(Record):
    """A boolean input says yes (``wanted``), or no."""

    input: str
    wanted: bool


class InputNotApplicable(Record):
    """An input is not applicable (``wanted``), or is not so."""

    input: str
    wanted: bool


class InputGiven(Record):
    """A fact of the assessment: the input is not missing."""

    input: str


class InputEvidenced(Record):
    """A fact of the assessment: evidence names the input."""

    input: str


class Compare(Record):
    """Two numbers compared."""

    operator: Operator
    left: Numeric
    right: Numeric


class Among(Record):
    """The text of an input is one of the words (``wanted``), or none of them.

    ``domain`` are all the words it can be at all, or None where it may be any text.
    """

    input: str
    words: tuple[str, ...]
    wanted: bool
    domain: tuple[str, ...] | None


class Same(Record):
    """Two text inputs agree (``wanted``), or differ; ``meet`` says whether they can agree."""

    left: str
    right: str
    wanted: bool
    meet: bool


class And(Record):
    """All of the conditions hold."""

    parts: tuple[Condition, ...]


class Or(Record):
    """At least one of the conditions holds."""

    parts: tuple[Condition, ...]


class Settled(Record):
    """No missing value can change it: one of ``outcomes`` is possible, and the numbers are exact.

    Where ``silent``, one of the outcomes, is that one, the numbers do not matter.
    """

    outcomes: tuple[Condition, ...]
    numbers: tuple[Numeric, ...]
    silent: Condition


class Not(Record):
    """The contrary of a fact (``InputGiven``, ``InputEvidenced``, ``Settled``) or of a bounded condition."""

    part: Condition


class Number(NumberLike):
    """A constant, exact as it was written."""

    value: Fraction


class InputNumber(NumberLike):
    """The number of an input (a place on its scale, a day); its lowest where it is not applicable."""

    input: str


class Sum(NumberLike):
    """Terms added from left to right."""

    terms: tuple[Numeric, ...]


class Difference(NumberLike):
    """``left`` less ``right``."""

    left: Numeric
    right: Numeric


class Product(NumberLike):
    """``left`` by ``right``."""

    left: Numeric
    right: Numeric


class Quotient(NumberLike):
    """``left`` divided by ``right``; 0 where the divisor is 0 (which is asked beside it).

    ``nearest`` is the smallest size that a divisor other than 0 has: 1 for whole numbers.
    """

    left: Numeric
    right: Numeric
    nearest: float


class Remainder(NumberLike):
    """What ``left // right`` leaves, with the sign of ``right``; 0 where ``right`` is 0."""

    left: Numeric
    right: Numeric


class Power(NumberLike):
    """``base`` multiplied by itself, ``exponent`` (2 to 10) factors."""

    base: Numeric
    exponent: int


class Extreme(NumberLike):
    """The smallest or the largest of the numbers."""

    which: Literal["min", "max"]
    parts: tuple[Numeric, ...]


class Apply(NumberLike):
    """A named function; outside its domain 0 (which is asked beside it).

    ``log`` and ``power_of_e`` are ``ln`` and ``exp`` off the grid, with ``log(0)`` minus infinity.
    """

    function: FunctionName
    parts: tuple[Numeric, ...]
    days_off: frozenset[int] = frozenset()


class Rounded(NumberLike):
    """Rounded to so many digits after the point, of the number on the grid."""

    part: Numeric
    digits: int
    mode: RoundingMode


class Branch(Record):
    """A value, the ``test`` that picks it after those before it failed, and the whole ``guard``."""

    test: Condition
    guard: Condition
    value: Numeric


class Choice(NumberLike):
    """The value of the first branch whose test holds, else ``otherwise``.

    Each guard says the same as "this branch is picked", written out positively;
    ``otherwise_guard`` likewise.
    """

    branches: tuple[Branch, ...]
    otherwise_guard: Condition
    otherwise: Numeric


class Part(Record):
    """A child's share in a ratio: it adds to both sums where it ``applies``.

    ``absent`` is the contrary of ``applies``, written out positively.
    """

    points: Numeric
    most: Numeric
    applies: Condition
    absent: Condition


class Ratio(NumberLike):
    """``scale`` times the sum of points over the sum of maxima, of the parts that apply.

    0 where the maxima sum to 0. ``exact`` says the same in plain arithmetic; the parts are there
    because the two sums move together when it is unknown which of them apply.
    """

    scale: Fraction
    parts: tuple[Part, ...]
    summed_on_grid: bool
    exact: Numeric


class MixturePart(Record):
    """One end of a part of a ratio, and whether it surely or possibly applies."""

    points: Numeric
    most: Numeric
    surely: Condition
    maybe: Condition


class Mixture(NumberLike):
    """The smallest or largest ratio over every choice of the parts that may apply.

    Made by ``bounds`` from a ``Ratio``; ``summed_on_grid`` puts the two sums on the grid first.
    """

    which: Literal["min", "max"]
    scale: Fraction
    parts: tuple[MixturePart, ...]
    summed_on_grid: bool


class Tighter(NumberLike):
    """A number that other formulas bound as well: never below ``lower``, never above ``upper``."""

    exact: Numeric
    lower: Numeric
    upper: Numeric


Condition = (
    Truth
    | InputFlag
    | InputNotApplicable
    | InputGiven
    | InputEvidenced
    | Compare
    | Among
    | Same
    | And
    | Or
    | Settled
    | Not
)
Numeric = (
    Number
    | InputNumber
    | Sum
    | Difference
    | Product
    | Quotient
    | Remainder
    | Power
    | Extreme
    | Apply
    | Rounded
    | Choice
    | Ratio
    | Mixture
    | Tighter
)


class Bounds(NamedTuple):
    """Where a number lies; exact where both ends agree, and then ``float()`` gives it."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether no missing value can change it."""
        return self.low == self.high

    def __float__(self) -> float:
        if self.low != self.high:
            raise ValueError(
                f"the number is still open: between {self.low:g} and {self.high:g} "
                "(read .low and .high, or fill in what result.missing names)"
            )
        return self.low

    def __str__(self) -> str:
        return f"{self.low:g}" if self.exact else f"{self.low:g}…{self.high:g}"


@final
class NotApplicable:
    """The class of ``NA``, of which there is only one: pickling and copying give it back.

    It is equal to nothing but itself, and neither true nor false: ``bool(NA)`` raises ``TypeError``.
    """

    __slots__ = ()
    _only: NotApplicable | None = None

    def __new__(cls) -> NotApplicable:
        """The only one there is."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "NA"

    def __bool__(self) -> bool:
        raise TypeError("NA (not applicable) is neither true nor false; write `value is NA` to ask for it")

    def __reduce__(self) -> str:
        return "NA"


NA: Final = NotApplicable()
"""Not applicable: the value of an input declared with ``may_be_na`` that does not apply."""


def children_first(
    roots: Iterable[Condition | Numeric],
    children: Callable[[Condition | Numeric], Iterable[Condition | Numeric]],
) -> Iterator[tuple[Condition | Numeric, int]]:
    """All parts below ``roots``, each after those it is made of, with its depth; without recursion."""
    depths: dict[int, int] = {}
    waiting = [(root, False) for root in reversed(list(roots))]
    while waiting:
        part, ready = waiting.pop()
        if id(part) in depths:
            continue
        below = tuple(children(part))
        if ready:
            depths[id(part)] = 1 + max((depths[id(each)] for each in below), default=0)
            yield part, depths[id(part)]
        else:
            waiting.append((part, True))
            waiting.extend((each, False) for each in reversed(below) if id(each) not in depths)


def inputs_of(part: Condition | Numeric) -> tuple[str, ...]:
    """The inputs that a part itself looks at."""
    match part:
        case (
            InputFlag(input)
            | InputNotApplicable(input)
            | InputGiven(input)
            | Among(input)
            | InputNumber(input=input)
        ):
            return (input,)
        case Same(left, right):
            return (left, right)
    return ()


def inner(part: Condition | Numeric) -> tuple[Condition | Numeric, ...]:
    """The parts that a part is made of, guards included."""
    match part:
        case Compare(_, left, right) | Difference(left=left, right=right) | Product(left=left, right=right):
            return (left, right)
        case Quotient(left=left, right=right) | Remainder(left=left, right=right):
            return (left, right)
        case And(parts) | Or(parts) | Extreme(parts=parts) | Apply(parts=parts):
            return tuple(parts)
        case Sum(terms=terms):
            return tuple(terms)
        case Not(one) | Rounded(part=one) | Power(base=one):
            return (one,)
        case Ratio(exact=one) | Tighter(exact=one):
            return (one,)
        case Choice(branches=branches, otherwise_guard=guard, otherwise=otherwise):
            pieces = [piece for branch in branches for piece in (branch.guard, branch.value)]
            return (*pieces, guard, otherwise)
        case Settled(outcomes, numbers):
            return (*outcomes, *numbers)
        case (
            Truth()
            | Number()
            | InputNumber()
            | InputFlag()
            | InputNotApplicable()
            | InputGiven()
            | InputEvidenced()
        ):
            return ()
        case Among() | Same() | Mixture():
            return ()
    assert_never(part)
