"""What is asked of every row, and the columns in which the answers stand.

Each answer knows its parts twice: as they are for rows with nothing missing, and bounded. Carriers
work the parts out; how a column comes of them is said here once, for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import attrs

from criteria_engine.compiler.levels import Outcomes
from criteria_engine.compiler.program import CODES, Program
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import Branch, Condition, Not, Numeric
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue
from criteria_engine.rules.parts import Status

__all__ = [
    "NA_TEXT",
    "Answer",
    "BoundsAnswer",
    "ChoiceAnswer",
    "PlaceAnswer",
    "TextAnswer",
    "answers_of",
    "breaches_of",
    "columns_of",
]

NA_TEXT = "n/a"


@attrs.frozen(eq=False, repr=False)
class ChoiceAnswer:
    """One of several things: ``ways`` says of each whether it is the one, ``possible`` whether it can be.

    ``column`` holds its word where only one can be, else ``open``; ``decided`` whether only one can
    be; ``listed`` the words of all that can be, joined by ``|``. ``code`` is the number of the one, of
    complete rows.
    """

    words: tuple[str | None, ...]
    ways: tuple[Condition, ...]
    possible: tuple[Condition, ...]
    column: str
    open: str | None = None
    decided: str | None = None
    listed: str | None = None
    code: Numeric | None = None


@attrs.frozen(eq=False, repr=False)
class BoundsAnswer:
    """A number between two ends, null where there is ``nothing``; ``decided`` says that they agree."""

    exact: Numeric
    ends: tuple[Numeric, Numeric]
    nothing: Condition
    surely_nothing: Condition
    columns: tuple[str, str]
    decided: str | None = None


@attrs.frozen(eq=False, repr=False)
class PlaceAnswer:
    """A place among ``words``, or a day (without words): a text, null while open, ``n/a`` where ``na``."""

    exact: Numeric
    ends: tuple[Numeric, Numeric]
    there: tuple[Condition, Condition]
    na: tuple[Condition, Condition]
    column: str
    words: tuple[str, ...] | None


@attrs.frozen(eq=False, repr=False)
class TextAnswer:
    """A text: what the case that holds says, a fixed word or the text of an input; null while open."""

    guards: tuple[Condition, ...]
    possible: tuple[Condition, ...]
    words: tuple[str, ...]
    inputs: tuple[str | None, ...]
    there: tuple[Condition, Condition]
    na: tuple[Condition, Condition]
    column: str


Answer = ChoiceAnswer | BoundsAnswer | PlaceAnswer | TextAnswer


def answers_of(program: Program, *, detail: bool) -> list[Answer]:
    """All that is asked of a row, in the order of the columns."""
    found = _of_the_set(program)
    if not detail:
        return found
    for slot in program.slots:
        if slot.path:
            found += _of_criterion(program, slot.path)
    for name in program.judging.definitions:
        found.append(_of_value(program.bounds, f"values.{name}", program.judging.names[name]))
    return found


def columns_of(answers: Sequence[Answer]) -> list[str]:
    """The names of all columns, in their order."""
    found = ["level", "decided", "score_low", "score_high", "possible_levels", "error"]
    for answer in answers:
        found += [name for name in _names(answer) if name is not None and name not in found[:6]]
    return found


def _names(answer: Answer) -> tuple[str | None, ...]:
    match answer:
        case ChoiceAnswer():
            return answer.column, answer.decided, answer.listed
        case BoundsAnswer():
            return *answer.columns, answer.decided
        case PlaceAnswer() | TextAnswer():
            return (answer.column,)
    assert_never(answer)


def breaches_of(program: Program) -> list[tuple[Condition, Condition]]:
    """For each rule of consistency that it does not hold: of complete rows, and surely."""
    can = program.bounds.can
    return [
        (claim.false, a.contrary(a.some([can(claim.true), can(claim.na)])))
        for _, claim in program.consistency
    ]


def _of_the_set(program: Program) -> list[Answer]:
    reaching = program.reaching
    score = _size(program, "", ("score_low", "score_high"), None if reaching else "decided")
    if reaching is None:
        return [ChoiceAnswer((), (), (), "level", listed="possible_levels"), score]
    words = tuple(each.level for each in reaching.outcomes)
    ways = tuple(each.possible for each in reaching.outcomes)
    possible = tuple(program.bounds.can(way) for way in ways)
    level = ChoiceAnswer(
        words, ways, possible, "level", decided="decided", listed="possible_levels", code=reaching.code
    )
    return [level, score]


def _of_criterion(program: Program, path: str) -> list[Answer]:
    slot = program.slots[program.places[path]]
    can = program.bounds.can
    met, _, absent, blocked = slot.states
    code = a.choice(
        [
            Branch(absent, absent, a.number(2)),
            Branch(blocked, blocked, a.number(3)),
            Branch(met, met, a.number(0)),
        ],
        a.TRUE,
        a.number(1),
    )
    found: list[Answer] = [
        ChoiceAnswer(
            tuple(map(str, CODES)),
            slot.states,
            tuple(can(state) for state in slot.states),
            f"{path}.status",
            open=str(Status.UNKNOWN),
            code=code,
        ),
        _size(program, path, (f"{path}.low", f"{path}.high")),
    ]
    if path in program.groups:
        found.append(_of_group(program.bounds, path, program.groups[path]))
    for name, claim in program.judging.faces[path].judged.items:
        found.append(_of_claim(program.bounds, f"{path}.items.{name}", claim))
    return found


def _of_group(bounds: BoundsRewriter, path: str, reaching: Outcomes) -> Answer:
    ranked = [each for each in reaching.outcomes if each.level is not None]
    ways = tuple(each.possible for each in ranked)
    words = tuple(each.level for each in ranked)
    return ChoiceAnswer(words, ways, tuple(bounds.can(way) for way in ways), f"{path}.level")


def _size(program: Program, path: str, columns: tuple[str, str], decided: str | None = None) -> BoundsAnswer:
    """The points of a criterion; there are none where it does not apply and counts for nothing."""
    slot, can = program.slots[program.places[path]], program.bounds.can
    there = program.judging.as_seen(program.judging.tree.by_path[path]).there
    met, failed, absent, blocked = slot.states
    others = [a.contrary(can(each)) for each in (met, failed, blocked, there)]
    return BoundsAnswer(
        slot.points,
        program.bounds.interval(slot.points),
        a.every([absent, Not(there) if there is not a.TRUE else a.FALSE]),
        a.every([can(absent), *others]) if there is not a.TRUE else a.FALSE,
        columns,
        decided,
    )


def _of_claim(bounds: BoundsRewriter, column: str, claim: TruthValue) -> ChoiceAnswer:
    ways = (claim.true, claim.false, claim.na)
    return ChoiceAnswer(("true", "false", NA_TEXT), ways, tuple(map(bounds.can, ways)), column)


def _of_value(bounds: BoundsRewriter, column: str, meaning: Meaning) -> Answer:
    if isinstance(meaning, TruthValue):
        return _of_claim(bounds, column, meaning)
    there = meaning.there, bounds.can(meaning.there)
    na = meaning.na, bounds.can(meaning.na)
    if isinstance(meaning, TextValue):
        return _of_words(bounds, column, meaning, there, na)
    return _of_amount(bounds, column, meaning, there, na)


def _of_amount(
    bounds: BoundsRewriter,
    column: str,
    amount: NumberValue,
    there: tuple[Condition, Condition],
    na: tuple[Condition, Condition],
) -> Answer:
    ends = bounds.interval(amount.numeric)
    if amount.kind == "number":
        return BoundsAnswer(amount.numeric, ends, *na, (f"{column}.low", f"{column}.high"))
    return PlaceAnswer(
        amount.numeric, ends, there, na, column, amount.words if amount.kind == "scale" else None
    )


def _of_words(
    bounds: BoundsRewriter,
    column: str,
    words: TextValue,
    there: tuple[Condition, Condition],
    na: tuple[Condition, Condition],
) -> TextAnswer:
    guards: Sequence[Condition] = [case.guard for case in words.cases]
    return TextAnswer(
        tuple(guards),
        tuple(bounds.can(guard) for guard in guards),
        tuple(case.word for case in words.cases),
        tuple(case.input for case in words.cases),
        there,
        na,
        column,
    )
