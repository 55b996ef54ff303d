"""What was found of single criteria: views on the findings, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from criteria_engine import relevance
from criteria_engine.backends.interpreter import Walk
from criteria_engine.compiler.program import Program
from criteria_engine.core.nodes import Bounds
from criteria_engine.core.values import Claim
from criteria_engine.plain_data import plain
from criteria_engine.rules.parts import Status
from criteria_engine.rules.schema import digest_of

__all__ = ["Asked", "Criteria", "CriterionResult", "data_of", "leaves_of"]


class Asked(Protocol):
    """The findings that the views ask."""

    @property
    def program(self) -> Program:
        """What was worked out."""

    @property
    def walk(self) -> Walk:
        """To look at any part of the core."""

    def status_of(self, path: str) -> Status:
        """The state of a criterion."""

    def points_of(self, path: str) -> Bounds | None:
        """The points of a criterion."""

    def most_of(self, path: str) -> Bounds | None:
        """The maximum of a criterion."""

    def blocked_by(self, path: str) -> tuple[str, ...]:
        """What blocks a criterion."""

    def truth_of(self, claim: Claim) -> Any:
        """What a condition comes to."""

    def observed(self, name: str) -> Any:
        """The value of an input."""


class CriterionResult:
    """What was found of one criterion; ``.criteria`` are those below it."""

    __slots__ = ("_path", "_result")

    def __init__(self, result: Asked, path: str) -> None:
        self._result = result
        self._path = path

    @property
    def path(self) -> str:
        """Its dotted path."""
        return self._path

    @property
    def id(self) -> str:
        """Its id."""
        return self._path.rsplit(".", 1)[-1]

    @property
    def status(self) -> Status:
        """Met, not met, unknown, not applicable or blocked."""
        return self._result.status_of(self._path)

    @property
    def score(self) -> Bounds | None:
        """The points got; None where it does not apply and counts for nothing."""
        return self._result.points_of(self._path)

    @property
    def max_score(self) -> Bounds | None:
        """The points possible; None for what is no share of a maximum or does not apply."""
        return self._result.most_of(self._path)

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """The prerequisites, of it or of what it is part of, that do not hold (or are open)."""
        return self._result.blocked_by(self._path)

    @property
    def items(self) -> Mapping[str, Any]:
        """Items of a checklist and events of a list: True, False, None (unknown) or ``NA``."""
        judged = self._result.program.judging.faces[self._path].judged
        return MappingProxyType({name: self._result.truth_of(claim) for name, claim in judged.items})

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that can still change its state or its points."""
        return relevance.open_inputs(self._result, [("state", self._path), ("points", self._path)])

    @property
    def criteria(self) -> Criteria:
        """The criteria of a group, by id."""
        return Criteria(self._result, self._path)

    @property
    def level(self) -> str | None:
        """The level of a group with levels; None while it is undecided."""
        found = self.possible_levels
        return found[0] if len(found) == 1 else None

    @property
    def possible_levels(self) -> tuple[str, ...]:
        """The levels that a group with levels can still reach."""
        reaching = self._result.program.groups.get(self._path)
        if reaching is None:
            return ()
        walk = self._result.walk
        return tuple(
            each.level for each in reaching.outcomes if each.level is not None and walk.can(each.possible)
        )

    def __repr__(self) -> str:
        return f"<{self._path}: {self.status}, {self.score} of {self.max_score}>"


class Criteria(Mapping[str, CriterionResult]):
    """Criteria by id or dotted path; iteration goes over the ids of one level of the tree."""

    __slots__ = ("_path", "_result")

    def __init__(self, result: Asked, path: str) -> None:
        self._result = result
        self._path = path

    def __getitem__(self, name: str) -> CriterionResult:
        by_path = self._result.program.judging.tree.by_path
        path = f"{self._path}.{name}" if self._path else name
        if path in by_path and path:
            return CriterionResult(self._result, path)
        below = [
            each
            for each in self._result.program.judging.tree.by_id.get(name, ())
            if not self._path or each.path.startswith(f"{self._path}.")
        ]
        if len(below) == 1:
            return CriterionResult(self._result, below[0].path)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        children = self._result.program.judging.tree.by_path[self._path].children
        return iter([child.criterion.id for child in children])

    def __len__(self) -> int:
        return len(self._result.program.judging.tree.by_path[self._path].children)


def data_of(result: Any) -> dict[str, Any]:
    """A result as plain data (for JSON), with the digests of ruleset and values."""
    score, most = result.score, result.max_score
    return {
        "ruleset": {
            "id": result.ruleset.id,
            "version": result.ruleset.version,
            "digest": result.program.kept("digest", lambda: digest_of(result.ruleset)),
        },
        "subject": result.subject,
        **({"titles": plain(result.titles)} if result.titles else {}),
        "on": None if result.on is None else result.on.isoformat(),
        "inputs_digest": digest_of([plain(result.given()), dict(result.evidence)]),
        "level": result.level,
        "decided": result.decided,
        "possible_levels": list(result.possible_levels),
        "referred": result.referred,
        "score": None if score is None else list(score),
        "max_score": None if most is None else list(most),
        "status": str(result.status),
        "criteria": {path: _criterion_data(result, path) for path in result.program.places if path},
        "values": plain(result.values),
        "missing": list(result.missing),
    }


def _criterion_data(result: Any, path: str) -> dict[str, Any]:
    found = CriterionResult(result, path)
    score, most = found.score, found.max_score
    made: dict[str, Any] = {
        "status": str(found.status),
        "score": None if score is None else list(score),
        "max_score": None if most is None else list(most),
    }
    if blocked_by := found.blocked_by:
        made["blocked_by"] = list(blocked_by)
    if items := found.items:
        made["items"] = plain(items)
    if path in result.program.groups:
        made["level"] = found.level
    return made


def leaves_of(criteria: Criteria) -> Iterator[CriterionResult]:
    """The criteria that have none below them, in the order of the tree."""
    for each in criteria.values():
        below = each.criteria
        if below:
            yield from leaves_of(below)
        else:
            yield each
