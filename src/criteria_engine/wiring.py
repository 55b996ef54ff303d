"""Which face of which criterion needs which: the order in which everything is worked out."""

from __future__ import annotations

from collections.abc import Mapping

from criteria_engine.core.expression import Expression
from criteria_engine.faces import expressions_in, prerequisite_name
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Criterion
from criteria_engine.scope import RulesetScope
from criteria_engine.tree import Branchlet, Face

__all__ = ["Wiring"]

_FACES_OF: Mapping[str, tuple[str, ...]] = {
    "score": ("points", "applies"),
    "max_score": ("most", "applies"),
    "share": ("points", "most", "applies"),
    "met": ("state", "applies"),
}


class Wiring:
    """The needs of every face, gathered from the expressions of a ruleset."""

    def __init__(self, scope: RulesetScope) -> None:
        self._scope = scope
        self._tree = scope.tree
        self._defined = {each.id for each in scope.parts.definitions}
        self.needs: dict[Face, set[Face]] = {}
        self._wire()

    def _references(self, expression: Expression) -> set[Face]:
        try:
            parsed = self._scope.parsed(expression)
        except Fault:
            return set()
        needed: set[Face] = {("define", name) for name in parsed.names if name in self._defined}
        for function, name in parsed.criteria:
            try:
                found = self._tree.find(name)
            except Fault:
                continue
            needed |= self._faces_of(function, found)
        return needed

    def _faces_of(self, function: str, found: Branchlet) -> set[Face]:
        if function in _FACES_OF:
            return {(face, found.path) for face in _FACES_OF[function]}
        faces = ("state", "applies") if function == "count_met" else ("points", "most", "applies")
        return {("applies", found.path), *[(face, each.path) for each in found.children for face in faces]}

    def _wire(self) -> None:
        for definition in self._scope.parts.definitions:
            needed: set[Face] = set()
            for _, expression in expressions_in((definition.expr, definition.rule)):
                needed |= self._references(expression)
            self.needs["define", definition.id] = needed
        for found in self._tree.by_path.values():
            self._wire_criterion(found)

    def _wire_criterion(self, found: Branchlet) -> None:
        path, criterion, needs = found.path, found.criterion, self.needs
        parent: set[str] = {found.parent.path} if found.parent else set()

        def refer(*expressions: Expression | None) -> set[Face]:
            return {face for each in expressions if each is not None for face in self._references(each)}

        def below(*faces: str) -> set[Face]:
            return {(face, child.path) for child in found.children for face in faces}

        needs["gate", path] = {("gate", each) for each in parent} | refer(criterion.applies_when)
        required: set[Face] = set()
        for expression in criterion.requires:
            name = prerequisite_name(expression, self._tree)
            required |= self._references(expression) if name is None else self._required(name)
        needs["blocked", path] = {("blocked", each) for each in parent} | required
        outcome = {("applies", path), ("blocked", path)}
        needs["state", path] = {("points", path), ("most", path), *outcome} | refer(criterion.met_when)
        if criterion.is_group:
            needs["applies", path] = {("gate", path)} | below("applies")
            needs["most", path] = below("most", "applies") | {("applies", path)}
            if criterion.combine is not None and criterion.combine.word == "count":
                needs["most", path] = below("most", "applies")
            needs["points", path] = below("points", "state", "most", "applies") | outcome | {("most", path)}
            needs["points", path] |= below("blocked")
            needs["state", path] |= below("state", "applies")
            if _scored_only(criterion):
                needs["points", path] = (
                    below("points", "most", "applies", "blocked") | outcome | {("most", path)}
                )
        else:
            rule = {face for _, each in expressions_in(criterion.rule) for face in self._references(each)}
            needs["judged", path] = rule
            needs["applies", path] = {("gate", path), ("judged", path)}
            needs["most", path] = {("judged", path)}
            needs["points", path] = {("judged", path), ("most", path), *outcome}

    def _required(self, name: str) -> set[Face]:
        try:
            return self._faces_of("met", self._tree.find(name))
        except Fault:
            return set()


def _scored_only(criterion: Criterion) -> bool:
    """Whether its points need no child's state."""
    combine = criterion.combine
    return combine is None or (combine.at_least is None and combine.word not in ("count", "all", "any"))
