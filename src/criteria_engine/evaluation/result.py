"""The result of judging one assessment: what came out, what is open, and where to ask further.

A result holds the row of values and the verdict on it; everything else is made when it is asked for.
``Result`` comes first, then the views of single criteria, then results as plain data.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.backends.python import Row
from criteria_engine.compiler.levels import Outcomes
from criteria_engine.compiler.program import CODES, LevelVerdict, Program, Verdict
from criteria_engine.compiler.scope import ON
from criteria_engine.compiler.tree import Node
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue
from criteria_engine.evaluation.explanation_tree import Explanation
from criteria_engine.evaluation.missing import open_below, telling
from criteria_engine.rules.parts import RulesetParts, Status
from criteria_engine.rules.schema import digest_of

_bounds = tuple.__new__  # what a named tuple calls itself, without the call in between
# What the rooms that explain and count results ask of them; ``dir()`` does not show it.
_FOR_ROOMS = "blocked_by most_of observed points_of program reaching reveal row status_of truth_of walk"
_NO_TITLES: Mapping[str, Any] = MappingProxyType({})


class Result:
    """What an assessment comes to. Read ``level``, ``score``, ``criteria``; ask ``explain()`` why.

    ``subject`` and ``on`` are as they were given; so are ``titles``, as plain data. ``row`` are the values
    in the order of ``program.reader``.
    """

    __slots__ = (
        "_details",
        "_evidence",
        "_verdict",
        "_walk",
        "on",
        "program",
        "row",
        "ruleset",
        "subject",
        "titles",
    )

    def __init__(
        self,
        ruleset: RulesetParts,
        program: Program,
        row: Row,
        verdict: Verdict,
        evidence: Mapping[str, str],
        on: datetime.date | None,
        subject: str | None,
    ) -> None:
        self.ruleset = ruleset
        self.program = program
        self.row = row
        self._verdict = verdict
        self._evidence = evidence
        self.on = on
        self.subject = subject
        self.titles = _NO_TITLES
        self._walk: Interpreter | None = None
        self._details: Any = None

    def _levels(self) -> LevelVerdict:
        return self.program.level_verdict(self._verdict)

    @property
    def level(self) -> str | None:
        """The level's id; None while undecided, when referred, or in a set without levels."""
        # this and ``score`` are read of every subject, so they save calls
        verdict, program = self._verdict, self.program
        return (program.levels.get(verdict[0]) or program.level_verdict(verdict)).level

    @property
    def decided(self) -> bool:
        """Whether no missing value can change the level (without levels: the score)."""
        if self.program.reaching is not None:
            return self._levels().decided
        score = self.score
        return score is None or score.exact

    @property
    def possible_levels(self) -> tuple[str, ...]:
        """The levels it can still be, best first; () when referred."""
        return self._levels().possible

    @property
    def referred(self) -> str | None:
        """Why it is not for a rule to decide; None where a rule decides or that is open."""
        levels = self._levels()
        refer = levels.outcomes[0].refer if levels.decided else None
        return None if refer is None else self.ruleset.overrides[refer].refer.in_language("vi")

    @property
    def may_be_referred(self) -> bool:
        """Whether it can still turn out that a rule is not to decide."""
        levels = self._levels()
        return not levels.decided and any(each.refer is not None for each in levels.outcomes)

    def level_title(self, lang: str = "vi") -> str:
        """The title of the level in that language, or its id; empty while there is none."""
        level = self.level
        if level is None:
            return ""
        titles = {each.id: each.title for each in self.ruleset.levels}
        if self.ruleset.otherwise is not None:
            titles.setdefault(self.ruleset.otherwise.id, self.ruleset.otherwise.title)
        title = titles.get(level)
        return title.in_language(lang) if title else level

    def _details_of(self, path: str) -> Sequence[Any]:
        """Of a criterion: which of ``CODES`` it can be, the ends of its points and of its maximum."""
        place = self.program.places[path]
        if self._details is None:
            details = self.program.details(self.row, self._evidence.keys())
            self._details = [None] * len(self.program.slots) if details is None else details
        if self._details[place] is None:
            asked = self.program.asked_of(self.program.slots[place])
            self._details[place] = self.walk.answers(asked)
        found: Sequence[Any] = self._details[place]
        return found

    def status_of(self, path: str) -> Status:
        """The state of a criterion, by path; of the whole set for an empty path."""
        possible = [state for state, can in zip(CODES, self._details_of(path), strict=False) if can]
        return possible[0] if len(possible) == 1 else Status.UNKNOWN

    def _counts_for_nothing(self, path: str) -> bool:
        if self.status_of(path) is not Status.NOT_APPLICABLE:
            return False
        scope = self.program.scope
        child = scope.as_seen(scope.tree.by_path[path])
        return not self.walk.can(child.there)

    def points_of(self, path: str) -> Bounds | None:
        """The points of a criterion; None where it does not apply and counts for nothing."""
        if self._counts_for_nothing(path):
            return None
        low, high = self._details_of(path)[4:6]
        return Bounds(float(low), float(high))

    def most_of(self, path: str) -> Bounds | None:
        """The points possible; None for what is no share of a maximum or does not apply."""
        slot = self.program.slots[self.program.places[path]]
        if slot.most is None or self._counts_for_nothing(path):
            return None
        low, high = self._details_of(path)[6:8]
        return Bounds(float(low), float(high))

    @property
    def score(self) -> Bounds | None:
        """The points of the whole set; None where it does not apply."""
        verdict = self._verdict
        if verdict[3]:  # the set may not apply
            return self.points_of("")
        return _bounds(Bounds, (float(verdict[1]), float(verdict[2])))

    @property
    def max_score(self) -> Bounds | None:
        """The points possible in the whole set; None where it does not apply or has no maximum."""
        return self.most_of("")

    @property
    def status(self) -> Status:
        """The state of the whole set, as of a group."""
        return self.status_of("")

    @property
    def criteria(self) -> Criteria:
        """The criteria, by id or dotted path."""
        return Criteria(self, "")

    @property
    def walk(self) -> Interpreter:
        """To look at any part of the core with these values."""
        if self._walk is None:
            self._walk = self.program.interpreter(self.row, self._evidence.keys())
        return self._walk

    def observed(self, name: str) -> Any:
        """The value of an input as it was given: None where missing, ``NA`` where not applicable."""
        value = self.row[self.program.reader.order.index(name)]
        given = self.program.scope.inputs[name]
        if value is None or value is NA:
            return value
        if given.type == "ordinal":
            return self.program.reader.words[name][value]
        return datetime.date.fromordinal(value) if given.type == "date" else value

    @property
    def evidence(self) -> Mapping[str, str]:
        """The evidence given, by input."""
        return MappingProxyType(dict(self._evidence))

    def truth_of(self, claim: TruthValue) -> Any:
        """What a condition comes to: True, False, ``NA``, or None while it is open."""
        possible = [
            value
            for value, condition in ((True, claim.true), (False, claim.false), (NA, claim.na))
            if self.walk.can(condition)
        ]
        return possible[0] if len(possible) == 1 else None

    def reveal(self, meaning: Meaning) -> Any:
        """What a value comes to: number, text or truth value; ``Bounds`` or None while open; ``NA``."""
        if isinstance(meaning, TruthValue):
            return self.truth_of(meaning)
        can_apply, can_be_na = self.walk.can(meaning.there), self.walk.can(meaning.na)
        if can_be_na:
            return None if can_apply else NA
        if isinstance(meaning, NumberValue):
            return self._reveal_amount(meaning)
        return self._reveal_words(meaning)

    def _reveal_amount(self, amount: NumberValue) -> Any:
        low, high = self.walk.interval(amount.numeric)
        if amount.kind == "number":
            return Bounds(low, high) if low != high else low
        if low != high:
            return None
        if amount.kind == "scale":
            return amount.words[int(low)]
        return datetime.date.fromordinal(int(low))

    def _reveal_words(self, words: TextValue) -> Any:
        possible = {
            case.word if case.input is None else self.observed(case.input)
            for case in words.cases
            if self.walk.can(case.guard)
        }
        return possible.pop() if len(possible) == 1 else None

    @property
    def values(self) -> Mapping[str, Any]:
        """The definitions: number, text or truth value; ``Bounds`` or None while open; ``NA``."""
        names = self.program.scope.names
        return MappingProxyType({each.id: self.reveal(names[each.id]) for each in self.ruleset.define})

    def blocked_by(self, path: str) -> tuple[str, ...]:
        """The prerequisites that surely fail; where none does, those that are open."""
        status = self.status_of(path)
        if status in (Status.MET, Status.NOT_MET):
            return ()
        scope = self.program.scope
        failing: list[str] = []
        unsure: list[str] = []
        node: Node | None = scope.tree.by_path[path]
        while node is not None:
            for text, claim in scope.states[node.path].requires:
                if self.walk.can(claim.false):
                    (unsure if self.walk.can(claim.true) else failing).append(text)
            node = node.parent
        if failing:
            return tuple(dict.fromkeys(failing))
        return tuple(dict.fromkeys(unsure)) if status is Status.UNKNOWN else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that could still change the level, the most telling first."""
        return () if self.decided else telling(self.program, self.walk)

    @property
    def reaching(self) -> Outcomes | None:
        """The levels and what each wants; None of a set without levels."""
        return self.program.reaching

    def given(self) -> dict[str, Any]:
        """The values by input as they were given, the missing ones as None."""
        return {name: self.observed(name) for name in self.program.reader.order if name != ON}

    def explain(self, lang: str | None = None) -> Explanation:
        """Why it came out so, in Vietnamese or English: text, Markdown, HTML or plain data."""
        from criteria_engine.explanation.explanation import explain

        return explain(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data (for JSON), with the digests of ruleset and values."""
        score, most = self.score, self.max_score
        return {
            "ruleset": {
                "id": self.ruleset.id,
                "version": self.ruleset.version,
                "digest": self.program.kept("digest", lambda: digest_of(self.ruleset)),
            },
            "subject": self.subject,
            **({"titles": plain(self.titles)} if self.titles else {}),
            "on": None if self.on is None else self.on.isoformat(),
            "inputs_digest": digest_of([plain(self.given()), dict(self.evidence)]),
            "level": self.level,
            "decided": self.decided,
            "possible_levels": list(self.possible_levels),
            "referred": self.referred,
            "score": None if score is None else list(score),
            "max_score": None if most is None else list(most),
            "status": str(self.status),
            "criteria": {path: _criterion_data(self, path) for path in self.program.places if path},
            "values": plain(self.values),
            "missing": list(self.missing),
        }

    def _repr_html_(self) -> str:
        from criteria_engine.explanation.notebook import result_html

        return result_html(self)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in _FOR_ROOMS.split()]

    def __reduce__(self) -> tuple[Any, ...]:
        given = {name: value for name, value in self.given().items() if value is not None}
        return _again, (self.ruleset, given, dict(self._evidence), self.on, self.subject, dict(self.titles))

    def __repr__(self) -> str:
        level = self.level if self.decided else "|".join(self.possible_levels)
        subject = f" {self.subject}:" if self.subject else ""
        return f"<Result{subject} {level or self.referred or '–'}, {self.score} of {self.max_score}>"


class CriterionResult:
    """What was found of one criterion; ``.criteria`` are those below it."""

    __slots__ = ("_path", "_result")

    def __init__(self, result: Result, path: str) -> None:
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
        judged = self._result.program.scope.states[self._path].judged
        return MappingProxyType({name: self._result.truth_of(claim) for name, claim in judged.items})

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that can still change its state or its points."""
        program, path = self._result.program, self._path
        state, points = program.scope.states[path], program.scope.states[path].points
        return open_below(program, self._result.walk, [state.absent, state.blocked, state.met.true, points])

    @property
    def criteria(self) -> Criteria:
        """The criteria of a group, by id."""
        return Criteria(self._result, self._path)

    @property
    def level(self) -> str | None:
        """The level of a group with levels; None while it is undecided."""
        possible = self.possible_levels
        return possible[0] if len(possible) == 1 else None

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

    def __init__(self, result: Result, path: str) -> None:
        self._result = result
        self._path = path

    def __getitem__(self, name: str) -> CriterionResult:
        by_path = self._result.program.scope.tree.by_path
        path = f"{self._path}.{name}" if self._path else name
        if path in by_path and path:
            return CriterionResult(self._result, path)
        below = [
            each
            for each in self._result.program.scope.tree.by_id.get(name, ())
            if not self._path or each.path.startswith(f"{self._path}.")
        ]
        if len(below) == 1:
            return CriterionResult(self._result, below[0].path)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        children = self._result.program.scope.tree.by_path[self._path].children
        return iter([child.criterion.id for child in children])

    def __len__(self) -> int:
        return len(self._result.program.scope.tree.by_path[self._path].children)


def leaves_of(criteria: Criteria) -> Iterator[CriterionResult]:
    """The criteria that have none below them, in the order of the tree."""
    for each in criteria.values():
        below = each.criteria
        if below:
            yield from leaves_of(below)
        else:
            yield each


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Bounds):
        return list(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if value is NA:
        return "n/a"
    return value.isoformat() if isinstance(value, datetime.date) else value


def _criterion_data(result: Result, path: str) -> dict[str, Any]:
    criterion = CriterionResult(result, path)
    score, most = criterion.score, criterion.max_score
    data: dict[str, Any] = {
        "status": str(criterion.status),
        "score": None if score is None else list(score),
        "max_score": None if most is None else list(most),
    }
    if blocked_by := criterion.blocked_by:
        data["blocked_by"] = list(blocked_by)
    if items := criterion.items:
        data["items"] = plain(items)
    if path in result.program.groups:
        data["level"] = criterion.level
    return data


def _again(
    ruleset: Any,
    given: Mapping[str, Any],
    evidence: Mapping[str, str],
    on: datetime.date | None,
    subject: str | None,
    titles: Mapping[str, Any],
) -> Any:
    """A result out of a pickle: its values judged once more."""
    return ruleset.evaluate_again(given, evidence, on, subject, titles)
