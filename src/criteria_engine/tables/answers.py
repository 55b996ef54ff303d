"""What is asked of every row, and the columns in which the answers stand.

An answer names the parts of the core that it is read from, twice: ``exact`` for rows in which nothing is missing,
and ``open``, bounded, for all others. Backends work the parts out; ``blocks`` and ``plan`` make columns of
them, each in its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import attrs

from criteria_engine.backends.splitting import Anything
from criteria_engine.compiler.levels import Outcomes
from criteria_engine.compiler.program import CODES, Program
from criteria_engine.core import algebra as a
from criteria_engine.core.bounds import BoundsRewriter
from criteria_engine.core.nodes import Branch, Condition, Not
from criteria_engine.core.values import Meaning, TextValue, TruthValue
from criteria_engine.rules.parts import Status

NA_TEXT = "n/a"


@attrs.frozen(eq=False, repr=False)
class AnswerParts:
    """The parts that an answer is read from, of complete rows and of all others."""

    exact: tuple[Anything, ...]
    open: tuple[Anything, ...]

    def parts(self, *, complete: bool) -> tuple[Anything, ...]:
        """Those of complete rows, or of all others."""
        return self.exact if complete else self.open


@attrs.frozen(eq=False, repr=False)
class ChoiceAnswer(AnswerParts):
    """One of several things; its parts say of each whether it is (can be) the one.

    ``column`` holds its word where only one can be, else ``open_word``; ``decided`` whether only one can
    be; ``listed`` the words of all that can be, joined by ``|``. ``coded`` answers have one exact part, the
    number of the one.
    """

    words: tuple[str | None, ...]
    column: str
    open_word: str | None = None
    decided: str | None = None
    listed: str | None = None
    coded: bool = False


@attrs.frozen(eq=False, repr=False)
class BoundsAnswer(AnswerParts):
    """A number between two ends: its parts are both, and where there is none, which gives null.

    ``decided`` says whether the ends agree.
    """

    columns: tuple[str, str]
    decided: str | None = None


@attrs.frozen(eq=False, repr=False)
class PlaceAnswer(AnswerParts):
    """A place among ``words``, or a day (without words): a text, null while open, ``n/a`` where not applicable.

    Its parts are the two ends, where there is a value, and where it is not applicable.
    """

    column: str
    words: tuple[str, ...] | None


@attrs.frozen(eq=False, repr=False)
class TextAnswer(AnswerParts):
    """A text: what the case that holds says, a fixed word or the text of an input; null while open.

    Its parts are the guards of the cases, where there is a text, and where it is not applicable.
    """

    column: str
    words: tuple[str, ...]
    inputs: tuple[str | None, ...]


Answer = ChoiceAnswer | BoundsAnswer | PlaceAnswer | TextAnswer


def answers_of(program: Program, *, detail: bool) -> list[Answer]:
    """All that is asked of a row, in the order of the columns."""
    answers = _of_the_set(program)
    if not detail:
        return answers
    for slot in program.slots:
        if slot.path:
            answers += _of_criterion(program, slot.path)
    for name in program.scope.definitions:
        answers.append(_of_value(program.bounds, f"values.{name}", program.scope.names[name]))
    return answers


def columns_of(answers: Sequence[Answer]) -> list[str]:
    """The names of all columns, in their order."""
    first = ["level", "decided", "score_low", "score_high", "possible_levels", "error"]
    others = [name for answer in answers for name in _names(answer) if name is not None]
    return first + [name for name in others if name not in first]


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
    claims = [claim for _, claim in program.consistency]
    return [(claim.false, a.contrary(a.some([can(claim.true), can(claim.na)]))) for claim in claims]


def _of_the_set(program: Program) -> list[Answer]:
    reaching = program.reaching
    score = _size(program, "", ("score_low", "score_high"), None if reaching else "decided")
    if reaching is None:
        return [ChoiceAnswer((), (), (), "level", listed="possible_levels"), score]
    level = ChoiceAnswer(
        (reaching.code,),
        tuple(program.bounds.can(outcome.possible) for outcome in reaching.outcomes),
        tuple(outcome.level for outcome in reaching.outcomes),
        "level",
        decided="decided",
        listed="possible_levels",
        coded=True,
    )
    return [level, score]


def _of_criterion(program: Program, path: str) -> list[Answer]:
    slot = program.slots[program.places[path]]
    met, _, absent, blocked = slot.states
    tests = [(absent, 2), (blocked, 3), (met, 0)]
    code = a.choice([Branch(test, test, a.number(place)) for test, place in tests], a.TRUE, a.number(1))
    status = ChoiceAnswer(
        (code,),
        tuple(map(program.bounds.can, slot.states)),
        tuple(map(str, CODES)),
        f"{path}.status",
        open_word=str(Status.UNKNOWN),
        coded=True,
    )
    answers: list[Answer] = [status, _size(program, path, (f"{path}.low", f"{path}.high"))]
    if path in program.groups:
        answers.append(_of_group(program.bounds, path, program.groups[path]))
    for name, claim in program.scope.states[path].judged.items:
        answers.append(_of_claim(program.bounds, f"{path}.items.{name}", claim))
    return answers


def _choice(
    bounds: BoundsRewriter, ways: Sequence[Condition], words: Sequence[str | None], column: str
) -> Answer:
    return ChoiceAnswer(tuple(ways), tuple(map(bounds.can, ways)), tuple(words), column)


def _of_group(bounds: BoundsRewriter, path: str, reaching: Outcomes) -> Answer:
    ranked = [outcome for outcome in reaching.outcomes if outcome.level is not None]
    words = [outcome.level for outcome in ranked]
    return _choice(bounds, [outcome.possible for outcome in ranked], words, f"{path}.level")


def _size(program: Program, path: str, columns: tuple[str, str], decided: str | None = None) -> BoundsAnswer:
    """The points of a criterion; there are none where it does not apply and counts for nothing."""
    slot, can = program.slots[program.places[path]], program.bounds.can
    there = program.scope.as_seen(program.scope.tree.by_path[path]).there
    met, failed, absent, blocked = slot.states
    nothing: Condition = a.FALSE
    surely_nothing: Condition = a.FALSE
    if there is not a.TRUE:
        others = [a.contrary(can(state)) for state in (met, failed, blocked, there)]
        nothing, surely_nothing = a.every([absent, Not(there)]), a.every([can(absent), *others])
    exact = (slot.points, slot.points, nothing)
    return BoundsAnswer(exact, (*program.bounds.interval(slot.points), surely_nothing), columns, decided)


def _of_claim(bounds: BoundsRewriter, column: str, claim: TruthValue) -> Answer:
    return _choice(bounds, [claim.true, claim.false, claim.na], ["true", "false", NA_TEXT], column)


def _of_value(bounds: BoundsRewriter, column: str, value: Meaning) -> Answer:
    if isinstance(value, TruthValue):
        return _of_claim(bounds, column, value)
    can = bounds.can
    exact, bounded = (value.there, value.na), (can(value.there), can(value.na))
    if isinstance(value, TextValue):
        guards = tuple(case.guard for case in value.cases)
        words, inputs = (case.word for case in value.cases), (case.input for case in value.cases)
        open_ = (*map(can, guards), *bounded)
        return TextAnswer((*guards, *exact), open_, column, tuple(words), tuple(inputs))
    size, ends = value.numeric, bounds.interval(value.numeric)
    if value.kind == "number":
        columns = (f"{column}.low", f"{column}.high")
        return BoundsAnswer((size, size, value.na), (*ends, can(value.na)), columns)
    scale = value.words if value.kind == "scale" else None
    return PlaceAnswer((size, size, *exact), (*ends, *bounded), column, scale)
