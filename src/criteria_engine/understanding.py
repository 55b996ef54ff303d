"""Understanding expressions in a scope: parsed once, lowered, and what does not fit is noted."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import Parsed, parse
from criteria_engine.core.lowering import Scope, as_amount, as_claim, lower
from criteria_engine.core.values import Amount, Claim, Meaning
from criteria_engine.faces import free_claim, free_number
from criteria_engine.messages.diagnostics import Fault, Problems

__all__ = ["Understanding"]


class Understanding(ABC):
    """A scope that takes whole expressions, each with its place in the ruleset."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._parsed: dict[str, Parsed | Fault] = {}
        self._reported: set[tuple[str, str]] = set()

    @property
    @abstractmethod
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""

    @abstractmethod
    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""

    @abstractmethod
    def named(self, name: str) -> Meaning:
        """An input, parameter or definition; ``Fault`` if there is none."""

    @abstractmethod
    def of_criterion(self, function: str, name: str) -> Meaning:
        """``score``, ``share``, ``met`` … of a criterion."""

    @abstractmethod
    def title(self, ruleset: str, level: str) -> Claim:
        """Whether a title is held."""

    @abstractmethod
    def before(self, periods: int) -> Scope:
        """The same names, so many periods earlier."""

    @abstractmethod
    def read_earlier(self, tree: ast.expr) -> None:
        """Count what is read of earlier periods; ``Fault`` where it is too much."""

    def parsed(self, expression: Expression) -> Parsed:
        """The tree of an expression, parsed once; ``Fault`` where it breaks the grammar."""
        known = self._parsed.get(expression.text)
        if known is None:
            try:
                known = parse(expression.text)
            except Fault as fault:
                known = fault
            self._parsed[expression.text] = known
        if isinstance(known, Fault):
            raise Fault(known.code, known.span, **known.details)
        return known

    def meaning(self, expression: Expression, place: str) -> Meaning | None:
        """What an expression means; None where it means nothing, which is then noted."""
        try:
            return lower(self.parsed(expression), self)
        except Fault as fault:
            self.note(place, fault)
            return None

    def note(self, place: str, fault: Fault) -> None:
        """Note a fault once."""
        if fault.code and (place, fault.code) not in self._reported:
            self._reported.add((place, fault.code))
            self.problems.add_fault(place, fault)

    def _fitting(self, expression: Expression, place: str, fit: Callable[[Meaning], Any], free: Any) -> Any:
        meaning = self.meaning(expression, place)
        if meaning is None:
            return free
        try:
            return fit(meaning)
        except Fault as fault:
            self.note(place, fault)
            return free

    def claim(self, expression: Expression, place: str) -> Claim:
        """A condition."""
        found: Claim = self._fitting(expression, place, as_claim, free_claim())
        return found

    def amount(self, expression: Expression, place: str) -> Amount:
        """A number."""
        found: Amount = self._fitting(expression, place, as_amount, Amount(free_number()))
        return found
