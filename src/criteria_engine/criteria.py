"""The parts of a ruleset: inputs, parameters, definitions, criteria and levels.

Each is a frozen value that keeps what its author wrote. Nothing here judges; whether the parts
fit together is asked when a ruleset is made of them.
"""

from __future__ import annotations

import datetime
from typing import Any

import attrs

from criteria_engine.core.expression import Composable, Expression
from criteria_engine.kinds import ById, ListOf, MapOf, OneRule, Plain, Struct, part
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.shape import Rule
from criteria_engine.scalars import (
    BOOLEAN,
    DATE,
    EXPRESSION,
    ID,
    INTEGER,
    LABEL,
    NUMBER,
    SETTING,
    SHARE,
    TEXT,
    TITLES,
    word_of,
)

__all__ = [
    "INPUT_TYPES",
    "Combine",
    "Consistency",
    "Criterion",
    "Dated",
    "Definition",
    "Effective",
    "Input",
    "LegalBasis",
    "Level",
    "Missing",
    "Otherwise",
    "Override",
    "Parameter",
    "Round",
    "Scale",
    "Setting",
]

INPUT_TYPES = ("boolean", "number", "integer", "percent", "ordinal", "choice", "date", "text")
"""What an input can hold."""


@attrs.frozen(order=False, repr=False)
class Input(Composable, Plain):
    """What is observed of a subject: ``Input("theft_cases", "integer", range=[0, 10000])``.

    It joins into expressions (``theft >= 3``). ``range`` are the lowest and highest possible
    value; ``choices`` are the words of a ``choice``, ``scale`` names the scale of an ``ordinal``.
    """

    id: str = part(ID)
    type: str = part(word_of(*INPUT_TYPES))
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())
    unit: Titles = part(TITLES, default=Titles())
    range: tuple[float, ...] | None = part(ListOf(NUMBER), optional=True, default=None)
    scale: str | None = part(LABEL, optional=True, default=None)
    choices: tuple[str, ...] | None = part(ListOf(LABEL), optional=True, default=None)
    may_be_na: bool = part(BOOLEAN, default=False)
    evidence: str | None = part(word_of("required"), optional=True, default=None)
    owner: str | None = part(TEXT, optional=True, default=None)
    source: str | None = part(TEXT, optional=True, default=None)

    @property
    def text(self) -> str:
        """Its name, as an expression."""
        return self.id


@attrs.frozen(repr=False)
class Scale(Plain):
    """Words in order, the worst first; ``rating >= 'good'`` compares their places."""

    id: str = part(LABEL)
    words: tuple[str, ...] = part(ListOf(LABEL))


@attrs.frozen(repr=False)
class Dated(Plain):
    """A value that holds from a day on."""

    from_: datetime.date = part(DATE, key="from")
    value: Any = part(SETTING)


@attrs.frozen(repr=False)
class Setting(Plain):
    """One value, or values by date."""

    value: Any = part(SETTING, optional=True, default=None)
    dated: tuple[Dated, ...] | None = part(ListOf(Struct(Dated)), optional=True, default=None)


_SETTING = Struct(Setting, short="value", listed="dated")


@attrs.frozen(repr=False)
class Parameter(Plain):
    """A named constant: one value, a value by class (``by`` an input), or by date."""

    id: str = part(ID)
    value: Any = part(SETTING, optional=True, default=None)
    by: str | None = part(ID, optional=True, default=None)
    values: tuple[tuple[str, Setting], ...] | None = part(MapOf(LABEL, _SETTING), optional=True, default=None)
    dated: tuple[Dated, ...] | None = part(ListOf(Struct(Dated)), optional=True, default=None)
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Definition(Plain):
    """A named value, shown in the result: an expression, or chosen by a rule that picks."""

    id: str = part(ID)
    expr: Expression | None = part(EXPRESSION, optional=True, default=None)
    rule: Rule | None = part(OneRule(), optional=True, default=None)
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Combine(Plain):
    """How a group joins its criteria: a word, or ``at_least`` so many met."""

    word: str | None = part(
        word_of("sum", "mean", "geometric_mean", "min", "max", "first", "count", "all", "any"),
        optional=True,
        default=None,
    )
    at_least: int | None = part(INTEGER, optional=True, default=None)


@attrs.frozen(repr=False)
class Missing(Plain):
    """What it means that a rule cannot be decided for want of an input."""

    word: str | None = part(word_of("unknown", "drop", "zero"), optional=True, default=None)
    points: float | None = part(NUMBER, optional=True, default=None)


@attrs.frozen(repr=False)
class Round(Plain):
    """Rounding that is part of the rule."""

    digits: int = part(INTEGER, default=0)
    mode: str = part(word_of("half_up", "half_even", "down", "up"), default="half_up")


@attrs.frozen(repr=False)
class Level(Plain):
    """A level that a subject can reach; see ``docs/language.md`` for what each key wants."""

    id: str = part(LABEL)
    when: Expression | None = part(EXPRESSION, optional=True, default=None)
    each: float | None = part(SHARE, optional=True, default=None)
    floors: tuple[tuple[str, float], ...] = part(MapOf(LABEL, SHARE), default=())
    requires: tuple[Expression, ...] = part(ListOf(EXPRESSION, single=True), default=())
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())
    clause: str | None = part(TEXT, optional=True, default=None)


@attrs.frozen(repr=False)
class Otherwise(Plain):
    """The lowest level, of what reaches none."""

    id: str = part(LABEL, default="none")
    title: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Override(Plain):
    """Comes before the levels: ``level`` sets one, ``at_most`` caps it, ``refer`` leaves it open."""

    when: Expression = part(EXPRESSION)
    level: str | None = part(LABEL, optional=True, default=None)
    at_most: str | None = part(LABEL, optional=True, default=None)
    refer: Titles = part(TITLES, default=Titles())
    reason: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Criterion(Plain):
    """A criterion: a leaf with a ``rule``, or a group with ``criteria``.

    ``Criterion("fewer", points=10, rule=Test("theft_cases < 3"))``
    """

    id: str = part(ID)
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())
    clause: str | None = part(TEXT, optional=True, default=None)
    owner: str | None = part(TEXT, optional=True, default=None)
    due: str | None = part(TEXT, optional=True, default=None)
    task: str | None = part(TEXT, optional=True, default=None)
    evidence: str | None = part(TEXT, optional=True, default=None)
    points: float | None = part(NUMBER, optional=True, default=None)
    weight: float | None = part(NUMBER, optional=True, default=None)
    bonus: bool = part(BOOLEAN, default=False)
    applies_when: Expression | None = part(EXPRESSION, optional=True, default=None)
    not_applicable: str = part(word_of("drop", "met", "zero"), default="drop")
    missing: Missing | None = part(Struct(Missing, short="word"), optional=True, default=None)
    requires: tuple[Expression, ...] = part(ListOf(EXPRESSION, single=True), default=())
    veto: bool = part(BOOLEAN, default=False)
    met_when: Expression | None = part(EXPRESSION, optional=True, default=None)
    rule: Rule | None = part(OneRule(), optional=True, default=None)
    least: float | None = part(NUMBER, optional=True, default=None)
    combine: Combine | None = part(Struct(Combine, short="word"), optional=True, default=None)
    scale_to: float | None = part(NUMBER, optional=True, default=None)
    factor: float | None = part(NUMBER, optional=True, default=None)
    floor: float | None = part(NUMBER, optional=True, default=None)
    cap: float | None = part(NUMBER, optional=True, default=None)
    round: Round | None = part(Struct(Round), optional=True, default=None)
    criteria: tuple[Criterion, ...] = part(ById(Struct(lambda: Criterion)), default=())
    levels: tuple[Level, ...] = part(ById(Struct(Level)), default=())
    otherwise: Otherwise | None = part(Struct(Otherwise, short="id"), optional=True, default=None)
    cumulative: bool = part(BOOLEAN, default=False)
    overrides: tuple[Override, ...] = part(ListOf(Struct(Override)), default=())

    @property
    def is_group(self) -> bool:
        """Whether it is a group."""
        return self.rule is None


@attrs.frozen(repr=False)
class LegalBasis(Plain):
    """A document that the set rests on."""

    document: str = part(TEXT)
    issued: datetime.date | None = part(DATE, optional=True, default=None)
    clause: str | None = part(TEXT, optional=True, default=None)
    title: Titles = part(TITLES, default=Titles())
    note: Titles = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Effective(Plain):
    """The days between which a set is in force."""

    from_: datetime.date | None = part(DATE, optional=True, default=None, key="from")
    until: datetime.date | None = part(DATE, optional=True, default=None)


@attrs.frozen(repr=False)
class Consistency(Plain):
    """What must hold of every assessment; a breach is an error of the assessment."""

    holds: Expression = part(EXPRESSION)
    note: Titles = part(TITLES, default=Titles())
