"""The faces of a criterion: what is known of it so far, and what a ruleset is made of.

What stands in for something that could not be understood is here as well, so that judging can go on
and all faults come out at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.combining import Joined
from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import normal
from criteria_engine.core.nodes import Condition, Flag, Numeric, Observed, Part
from criteria_engine.core.values import Amount, Claim, Meaning
from criteria_engine.rules.parts import Criterion, Definition, Input, Parameter
from criteria_engine.rules.shape import Judged
from criteria_engine.tree import Tree

__all__ = [
    "ANYTHING",
    "FREE",
    "Faces",
    "Parts",
    "expressions_in",
    "fraction_of",
    "free_claim",
    "free_number",
    "is_free",
    "prerequisite_name",
]

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

ANYTHING = "*"
"""Among the names that could not be read: any name may be one of them."""

FREE = "?"
"""The input that stands for whatever could not be understood; never run."""


@attrs.frozen(eq=False, repr=False)
class Parts:
    """What a ruleset is made of, as far as judging needs it; ``broken`` names are passed over."""

    inputs: Sequence[Input]
    scales: Mapping[str, tuple[str, ...]]
    parameters: Sequence[Parameter]
    definitions: Sequence[Definition]
    root: Criterion
    holidays: frozenset[int] = frozenset()
    broken: frozenset[str] = frozenset()
    id: str = ""


@attrs.define(eq=False, repr=False)
class Faces:
    """What is known of one criterion so far.

    ``applies`` and ``absent``, ``blocked`` and ``free`` are contraries; so are ``here`` and
    ``not_here``, which ask the same while what it is part of applies. ``dropped`` is the fact that it
    was left out because its rule could not be decided.
    """

    own_applies: Condition = a.TRUE
    own_absent: Condition = a.FALSE
    gate: Condition = a.TRUE
    no_gate: Condition = a.FALSE
    judged: Judged = attrs.field(factory=lambda: Judged(Amount(a.ZERO)))
    undecided: Condition = a.FALSE
    dropped: Condition = a.FALSE
    here: Condition = a.TRUE
    not_here: Condition = a.FALSE
    applies: Condition = a.TRUE
    absent: Condition = a.FALSE
    blocked: Condition = a.FALSE
    free: Condition = a.TRUE
    requires: tuple[tuple[str, Claim], ...] = ()
    joined: Joined | None = None
    own_points: Numeric = a.ZERO
    points: Numeric = a.ZERO
    most: Numeric | None = a.ONE
    full: Numeric | None = a.ONE
    parts: tuple[Part, ...] | None = None
    share: Numeric | None = None
    got: Condition | None = None
    met: Claim = attrs.field(factory=lambda: Claim(a.TRUE, a.FALSE))


def expressions_in(value: Any, place: str = "") -> Iterator[tuple[str, Expression]]:
    """Every expression inside a rule, with its place."""
    if isinstance(value, Expression):
        yield place, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str):
                yield from expressions_in(each[1], f"{place}.{each[0]}")
            else:
                yield from expressions_in(each, f"{place}[{number}]")
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):
            yield from expressions_in(getattr(value, attribute.name), f"{place}.{attribute.name}")


def prerequisite_name(expression: Expression, tree: Tree) -> str | None:
    """The criterion that a prerequisite names, or None where it is an expression."""
    name = normal(expression.text)
    if _DOTTED.fullmatch(name) and (tree.names(name) or "." in name):
        return name
    return None


def free_number() -> Observed:
    """A number that could be any, in the place of one that could not be understood."""
    return Observed(FREE, low=-1e15, high=1e15, on_grid=True)


def free_claim() -> Claim:
    """A condition that could come out either way, in the place of one that could not be understood."""
    return Claim(Flag(FREE, True), Flag(FREE, False))


def is_free(meaning: Meaning) -> bool:
    """Whether it stands in for what could not be understood."""
    return (
        isinstance(meaning, Amount)
        and isinstance(meaning.numeric, Observed)
        and meaning.numeric.input == FREE
    )


def fraction_of(value: float) -> Fraction:
    """A number of a ruleset as the decimal that was written."""
    return Fraction(repr(value))
