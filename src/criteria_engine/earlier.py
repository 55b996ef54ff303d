"""The names of a ruleset some periods before: every input is another one, which history fills.

So the core knows nothing of time. What shifts are all inputs and titles, and with them definitions and
the parameters that go by an input; dated parameters and the day stay those of this assessment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NoReturn

import attrs

from criteria_engine.core.grammar import Parsed, nearest
from criteria_engine.core.nodes import Flag
from criteria_engine.core.values import Claim, Meaning
from criteria_engine.defining import definition_meaning
from criteria_engine.faces import Parts, expressions_in
from criteria_engine.messages.diagnostics import Fault, Problems
from criteria_engine.names import (
    ON_NAME,
    day_of_assessment,
    earlier_name,
    input_meaning,
    parameter_meaning,
    title_name,
)
from criteria_engine.rules.parts import Definition, Input
from criteria_engine.rules.schema import built
from criteria_engine.understanding import Understanding

__all__ = ["EarlierScope", "Observing", "check_own_title"]

_MOST_PARTS = 20_000
"""How many parts of expressions all looking back may go through: each period reads them anew."""

_TOLD = frozenset({"CE251", "CE252", "CE256"})
"""What is wrong with looking back at a definition, and not with the definition itself."""


@attrs.define(eq=False)
class Observing:
    """What a ruleset observes beside its inputs: those of earlier periods, titles, the day.

    ``found`` are inputs that are named by the expression that asks for them, in the order in which they
    were met; ``origins`` says which input, or which ruleset and level, each is, and how long before.
    """

    found: dict[str, Input] = attrs.field(factory=dict)
    origins: dict[str, tuple[str, str, int]] = attrs.field(factory=dict)
    day: bool = False
    parts: int = 0

    def earlier(self, given: Input, periods: int) -> Input:
        """An input, so many periods before; its evidence is not asked."""
        name = earlier_name(given.id, periods)
        if name not in self.found:
            parts = attrs.asdict(given, recurse=False)
            self.found[name] = built(Input, {**parts, "id": name, "evidence": None})
            self.origins[name] = given.id, "", periods
        return self.found[name]

    def title(self, ruleset: str, level: str, periods: int = 0) -> Claim:
        """Whether a title is held, or was."""
        name = earlier_name(title_name(ruleset, level), periods)
        if name not in self.found:
            self.found[name] = built(Input, {"id": name, "type": "boolean"})
            self.origins[name] = ruleset, level, periods
        return Claim(Flag(name, True), Flag(name, False))

    def ordered(self, inputs: Sequence[Input]) -> dict[str, Input]:
        """Those that were found, the inputs of earlier periods first, whatever asked for them when."""
        places = {given.id: place for place, given in enumerate(inputs)}

        def order(name: str) -> tuple[bool, int, int, str]:
            of, level, periods = self.origins[name]
            return bool(level), periods, places.get(of, 0), name

        return {name: self.found[name] for name in sorted(self.found, key=order)}

    def read(self, tree: ast.expr) -> None:
        """Count the parts that are read of an earlier period; ``Fault`` where they are too many."""
        self.parts += sum(isinstance(each, ast.expr) for each in ast.walk(tree))
        if self.parts > _MOST_PARTS:
            raise Fault("CE256")


def check_own_title(parts: Parts, ruleset: str, level: str) -> None:
    """``Fault`` where a set asks for a title of its own that it does not give."""
    if ruleset != parts.id:
        return
    root = parts.root
    lowest = "none" if root.otherwise is None else root.otherwise.id
    known = [
        *(each.id for each in root.levels),
        lowest,
        *(each.level for each in root.overrides if each.level),
    ]
    if level not in known:
        raise Fault("CE255", level=level, nearest=nearest(level, known) or ", ".join(known))


class EarlierScope(Understanding):
    """The names of one ruleset, so many periods before."""

    def __init__(
        self, parts: Parts, observing: Observing, periods: int, unknown: Callable[[str], Fault]
    ) -> None:
        super().__init__(Problems())
        self._parts, self._observing, self.periods = parts, observing, periods
        self._unknown = unknown
        self._inputs = {given.id: given for given in parts.inputs}
        self._definitions = {each.id: each for each in parts.definitions}
        self._names: dict[str, Meaning | Fault] = {}

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        return self._parts.holidays

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return name in self._inputs

    def named(self, name: str) -> Meaning:
        """An input, parameter or definition as it was then."""
        if name not in self._names:
            if name in self._definitions:
                self._define(name)
            else:
                self._names[name] = self._given(name)
        known = self._names[name]
        if isinstance(known, Fault):
            raise Fault(known.code, **known.details)
        return known

    def _given(self, name: str) -> Meaning | Fault:
        """An input, a parameter or the day; what is wrong with one is said where it stands."""
        if name in self._inputs:
            given = self._inputs[name]
            words = self._parts.scales.get(given.scale or "", ())
            return input_meaning(self._observing.earlier(given, self.periods), words)
        for parameter in self._parts.parameters:
            if parameter.id == name:
                by = {parameter.by: self.named(parameter.by)} if parameter.by in self._inputs else {}
                try:
                    return parameter_meaning(parameter, by, self._inputs)
                except Fault:
                    return Fault("")
        if name == ON_NAME:
            self._observing.day = True
            return day_of_assessment()
        return self._unknown(name)

    def _define(self, name: str) -> None:
        """Work out a definition, and those that it needs before it, without recursion."""
        waiting, begun = [name], set[str]()
        while waiting:
            last = waiting[-1]
            needed = [] if last in begun else self._needed(last)
            begun.add(last)
            left = [each for each in needed if each not in self._names and each not in begun]
            waiting += left
            if not left:
                waiting.pop()
                self._names.setdefault(last, self._defined(self._definitions[last]))

    def _needed(self, name: str) -> list[str]:
        parsed = self._expressions(self._definitions[name])
        return [each for one in parsed for each in one.names if each in self._definitions]

    def _defined(self, definition: Definition) -> Meaning | Fault:
        if any(each not in self._names for each in self._needed(definition.id)):
            return Fault("")  # a ring, which is told where it stands
        for parsed in self._expressions(definition):
            self._observing.read(parsed.tree)
            if parsed.criteria:
                return Fault("CE251", name=definition.id)
            if parsed.looks_back:
                return Fault("CE252")
        before = len(self.problems)
        meaning = definition_meaning(self, definition)
        if meaning is not None:
            return meaning
        told = [each for each in list(self.problems)[before:] if each.code in _TOLD]
        # what is wrong with the definition itself is said where it stands
        return Fault(told[0].code, **told[0].details) if told else Fault("")

    def _expressions(self, definition: Definition) -> list[Parsed]:
        found = []
        for _, expression in expressions_in((definition.expr, definition.rule)):
            try:
                found.append(self.parsed(expression))
            except Fault:
                continue  # which is said where it stands
        return found

    def of_criterion(self, function: str, name: str) -> NoReturn:  # noqa: ARG002 – the same
        """Criteria are judged now; what they were is not asked."""
        raise Fault("CE251", name=function)

    def title(self, ruleset: str, level: str) -> Claim:
        """Whether a title was held then."""
        check_own_title(self._parts, ruleset, level)
        return self._observing.title(ruleset, level, self.periods)

    def read_earlier(self, tree: ast.expr) -> None:
        """Looking back does not nest, so nothing is read from here."""

    def before(self, periods: int) -> NoReturn:  # noqa: ARG002 – as the scope's own is called
        """Looking back does not nest."""
        raise Fault("CE252")
