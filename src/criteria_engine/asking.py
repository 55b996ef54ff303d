"""What a program is asked, without asking anything twice.

Returning hundreds of values costs as much as working them out. So constants are not asked for, the
same part is asked for once, and a number that is one constant or another (a leaf's points) is read
off the condition that decides it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from criteria_engine.core.nodes import Choice, Condition, Number, Numeric, Truth

__all__ = ["Asking"]

_AS_IT_IS: Any = object()


@attrs.frozen(eq=False, repr=False)
class Asking:
    """The parts to work out, and how each of the questions is answered from them.

    An answer is (place, if true, if false); a constant has no place.
    """

    parts: tuple[Condition | Numeric, ...]
    answers: tuple[tuple[int, Any, Any], ...]

    @classmethod
    def of(cls, questions: Sequence[Condition | Numeric]) -> Asking:
        """What to ask so that all questions are answered."""
        parts: dict[int, tuple[int, Condition | Numeric]] = {}

        def place(part: Condition | Numeric) -> int:
            return parts.setdefault(id(part), (len(parts), part))[0]

        answers: list[tuple[int, Any, Any]] = []
        for question in questions:
            match question:
                case Truth(value):
                    answers.append((-1, value, value))
                case Number():
                    answers.append((-1, question.low, question.low))
                case Choice(branches=[one], otherwise=Number(low=no)) if isinstance(one.value, Number):
                    answers.append((place(one.test), one.value.low, no))
                case _:
                    answers.append((place(question), _AS_IT_IS, _AS_IT_IS))
        return cls(tuple(part for _, part in parts.values()), tuple(answers))

    def answer(self, question: int, found: Sequence[Any]) -> Any:
        """The answer to a question, from what was worked out."""
        at, yes, no = self.answers[question]
        if at < 0:
            return yes
        return found[at] if yes is _AS_IT_IS else yes if found[at] else no

    def all(self, found: Sequence[Any]) -> list[Any]:
        """The answers to all questions."""
        return [
            yes if at < 0 else found[at] if yes is _AS_IT_IS else yes if found[at] else no
            for at, yes, no in self.answers
        ]
