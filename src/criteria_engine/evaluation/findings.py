"""The result of judging one assessment: what came out, what is open, and where to ask further.

A result holds the row of values and the answers of the program; everything else is made when it is
asked for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from criteria_engine.backends.interpreter import Interpreter
from criteria_engine.backends.python import Row
from criteria_engine.compiler.levels import Outcome, Outcomes
from criteria_engine.compiler.names import ON
from criteria_engine.compiler.program import CODES, Program
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue
from criteria_engine.evaluation.missing import open_inputs, telling
from criteria_engine.rules.parts import RulesetParts, Status
from criteria_engine.rules.schema import digest_of

__all__ = [
    "AskedFindings",
    "Criteria",
    "CriterionResult",
    "Findings",
    "again",
    "data_of",
    "leaves_of",
    "plain",
    "title_of_level",
]


# ---- findings as plain data, and the titles of levels --------------------------------------------


def title_of_level(ruleset: RulesetParts, level: str, lang: str) -> str:
    """The title of a level in a language, or its id."""
    titles = {each.id: each.title for each in ruleset.levels}
    if ruleset.otherwise is not None:
        titles.setdefault(ruleset.otherwise.id, ruleset.otherwise.title)
    title = titles.get(level)
    return title.in_language(lang) if title else level


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Bounds):
        return list(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if value is NA:
        return "n/a"
    return value.isoformat() if isinstance(value, datetime.date) else value


def again(
    ruleset: Any,
    given: Mapping[str, Any],
    evidence: Mapping[str, str],
    on: Any,
    subject: Any,
    titles: Mapping[str, Any],
) -> Any:
    """The same findings once more, in another process."""
    return ruleset.evaluate_again(given, evidence, on, subject, titles)


# ---- what was found of single criteria: views on the findings, made when they are asked for ------


class AskedFindings(Protocol):
    """The findings that the views ask."""

    @property
    def program(self) -> Program:
        """What was worked out."""

    @property
    def walk(self) -> Interpreter:
        """To look at any part of the core."""

    def status_of(self, path: str) -> Status:
        """The state of a criterion."""

    def points_of(self, path: str) -> Bounds | None:
        """The points of a criterion."""

    def most_of(self, path: str) -> Bounds | None:
        """The maximum of a criterion."""

    def blocked_by(self, path: str) -> tuple[str, ...]:
        """What blocks a criterion."""

    def truth_of(self, claim: TruthValue) -> Any:
        """What a condition comes to."""

    def observed(self, name: str) -> Any:
        """The value of an input."""


class CriterionResult:
    """What was found of one criterion; ``.criteria`` are those below it."""

    __slots__ = ("_path", "_result")

    def __init__(self, result: AskedFindings, path: str) -> None:
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
        return open_inputs(self._result, [("state", self._path), ("points", self._path)])

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

    def __init__(self, result: AskedFindings, path: str) -> None:
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


_NO_TITLES: Mapping[str, Any] = {}


class Findings:
    """What an assessment comes to. Read ``level``, ``score``, ``criteria``; ask ``explain()`` why.

    ``subject`` and ``on`` are as they were given; so are ``titles``, as plain data.
    """

    __slots__ = (
        "_answers",
        "_complete",
        "_details",
        "_evidence",
        "_row",
        "_walk",
        "on",
        "program",
        "ruleset",
        "subject",
        "titles",
    )

    def __init__(
        self,
        ruleset: RulesetParts,
        program: Program,
        row: Row,
        answers: tuple[Any, ...],
        complete: bool,
        evidence: Mapping[str, str],
        on: datetime.date | None,
        subject: str | None,
    ) -> None:
        self.ruleset = ruleset
        self.program = program
        self._row = row
        self._answers = answers
        self._complete = complete
        self._evidence = evidence
        self.on = on
        self.subject = subject
        self.titles: Mapping[str, Any] = _NO_TITLES
        self._walk: Interpreter | None = None
        self._details: list[Any] | None = None

    # ---- the level ---------------------------------------------------------------------------

    def _outcomes(self) -> tuple[Outcome, ...]:
        reaching = self.program.reaching
        if reaching is None:
            return ()
        if self._complete:
            return (reaching.outcomes[int(self.program.exact_answer(0, self._answers))],)
        possible = self.program.answers(self._answers, False, 0, len(reaching.outcomes))
        return tuple(each for each, can in zip(reaching.outcomes, possible, strict=True) if can)

    def _ask(self, first: int, count: int) -> list[Any]:
        """So many answers from one on; whoever asks about one criterion asks about the next."""
        if self._details is None:
            program = self.program
            asking = program.exact_asking if self._complete else program.bounded_asking
            self._details = asking.all(self._answers)
        return self._details[first : first + count]

    @property
    def level(self) -> str | None:
        """The level's id; None while undecided, when referred, or in a set without levels."""
        reaching = self.program.reaching
        if self._complete and reaching is not None:
            return reaching.outcomes[int(self.program.exact_answer(0, self._answers))].level
        if reaching is None:
            return None
        found = self._outcomes()
        return found[0].level if len(found) == 1 else None

    @property
    def decided(self) -> bool:
        """Whether no missing value can change the level (without levels: the score)."""
        if self.program.reaching is not None:
            return len(self._outcomes()) == 1
        score = self.score
        return score is None or score.exact

    @property
    def possible_levels(self) -> tuple[str, ...]:
        """The levels it can still be, best first; () when referred."""
        return tuple(each.level for each in self._outcomes() if each.level is not None)

    @property
    def referred(self) -> str | None:
        """Why it is not for a rule to decide; None where a rule decides or that is open."""
        found = self._outcomes()
        return self._refer_text(found[0]) if len(found) == 1 else None

    @property
    def may_be_referred(self) -> bool:
        """Whether it can still turn out that a rule is not to decide."""
        found = self._outcomes()
        return len(found) > 1 and any(each.refer is not None for each in found)

    def _refer_text(self, outcome: Outcome) -> str | None:
        if outcome.refer is None:
            return None
        return self.ruleset.overrides[outcome.refer].refer.in_language("vi")

    def level_title(self, lang: str = "vi") -> str:
        """The title of the level in that language, or its id; empty while there is none."""
        level = self.level
        return "" if level is None else title_of_level(self.ruleset, level, lang)

    # ---- scores and states -------------------------------------------------------------------

    def _at(self, path: str) -> int:
        """Where the answers about a criterion begin."""
        place = self.program.places[path]
        return 1 + 5 * place if self._complete else self.program.outcomes + 8 * place

    def status_of(self, path: str) -> Status:
        """The state of a criterion, by path; of the whole set for an empty path."""
        if self._complete:
            met, absent, blocked = self._ask(self._at(path), 3)
            found = 2 if absent else 3 if blocked else 0 if met else 1
            return CODES[found]
        flags = self._ask(self._at(path), 4)
        possible = [state for state, can in zip(CODES, flags, strict=True) if can]
        return possible[0] if len(possible) == 1 else Status.UNKNOWN

    def _ends(self, path: str, which: int) -> tuple[float, float]:
        """The ends of the points (0) or the maximum (1)."""
        if self._complete:
            value = self._ask(self._at(path) + 3 + which, 1)[0]
            return value, value
        low, high = self._ask(self._at(path) + 4 + 2 * which, 2)
        return low, high

    def _counts_for_nothing(self, path: str) -> bool:
        if self.status_of(path) is not Status.NOT_APPLICABLE:
            return False
        judging = self.program.judging
        child = judging.as_seen(judging.tree.by_path[path])
        return not self.walk.can(child.there)

    def points_of(self, path: str) -> Bounds | None:
        """The points of a criterion; None where it does not apply and counts for nothing."""
        if self._counts_for_nothing(path):
            return None
        low, high = self._ends(path, 0)
        return Bounds(float(low), float(high))

    def most_of(self, path: str) -> Bounds | None:
        """The points possible; None for what is no share of a maximum or does not apply."""
        slot = self.program.slots[self.program.places[path]]
        if slot.most is None or self._counts_for_nothing(path):
            return None
        low, high = self._ends(path, 1)
        return Bounds(float(low), float(high))

    @property
    def score(self) -> Bounds | None:
        """The points of the whole set; None where it does not apply."""
        if self._complete and not self.program.exact_answer(2, self._answers):
            points = float(self.program.exact_answer(4, self._answers))
            return Bounds(points, points)
        if not self._complete and not self.program.open_answer(2, self._answers):
            low, high = (float(self.program.open_answer(end, self._answers)) for end in (4, 5))
            return Bounds(low, high)
        return self.points_of("")

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

    # ---- looking closer ----------------------------------------------------------------------

    @property
    def row(self) -> Row:
        """The values in the order of the program's door."""
        return self._row

    @property
    def walk(self) -> Interpreter:
        """To look at any part of the core with these values."""
        if self._walk is None:
            values = dict(zip(self.program.door.order, self.row, strict=True))
            self._walk = Interpreter(values, self._evidence.keys(), self.program.bounds)
        return self._walk

    def observed(self, name: str) -> Any:
        """The value of an input as it was given: None where missing, ``NA`` where not applicable."""
        value = self.row[self.program.door.order.index(name)]
        given = self.program.judging.inputs[name]
        if value is None or value is NA:
            return value
        if given.type == "ordinal":
            return self.program.door.words[name][value]
        return datetime.date.fromordinal(value) if given.type == "date" else value

    @property
    def evidence(self) -> Mapping[str, str]:
        """The evidence given, by input."""
        return MappingProxyType(dict(self._evidence))

    def truth_of(self, claim: TruthValue) -> Any:
        """What a condition comes to: True, False, ``NA``, or None while it is open."""
        found = [
            value
            for value, condition in ((True, claim.true), (False, claim.false), (NA, claim.na))
            if self.walk.can(condition)
        ]
        return found[0] if len(found) == 1 else None

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
        found = set()
        for case in words.cases:
            if self.walk.can(case.guard):
                found.add(case.word if case.input is None else self.observed(case.input))
        return found.pop() if len(found) == 1 else None

    @property
    def values(self) -> Mapping[str, Any]:
        """The definitions: number, text or truth value; ``Bounds`` or None while open; ``NA``."""
        names = self.program.judging.names
        return MappingProxyType({each.id: self.reveal(names[each.id]) for each in self.ruleset.define})

    def blocked_by(self, path: str) -> tuple[str, ...]:
        """The prerequisites that surely fail; where none does, those that are open."""
        status = self.status_of(path)
        if status in (Status.MET, Status.NOT_MET):
            return ()
        judging = self.program.judging
        found = judging.tree.by_path[path]
        failing: list[str] = []
        unsure: list[str] = []
        at = found
        while True:
            for text, claim in judging.faces[at.path].requires:
                if self.walk.can(claim.false):
                    (unsure if self.walk.can(claim.true) else failing).append(text)
            if at.parent is None:
                break
            at = at.parent
        if failing:
            return tuple(dict.fromkeys(failing))
        return tuple(dict.fromkeys(unsure)) if status is Status.UNKNOWN else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that could still change the level, the most telling first."""
        return telling(self)

    @property
    def reaching(self) -> Outcomes | None:
        """The levels and what each wants (see ``reaching``)."""
        return self.program.reaching

    # ---- plain data --------------------------------------------------------------------------

    def given(self) -> dict[str, Any]:
        """The values by input as they were given, the missing ones as None."""
        return {name: self.observed(name) for name in self.program.door.order if name != ON}

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data (for JSON), with the digests of ruleset and values."""
        return data_of(self)

    def __reduce__(self) -> tuple[Any, ...]:
        given = {name: value for name, value in self.given().items() if value is not None}
        return again, (self.ruleset, given, dict(self._evidence), self.on, self.subject, dict(self.titles))

    def __repr__(self) -> str:
        level = self.level if self.decided else "|".join(self.possible_levels)
        subject = f" {self.subject}:" if self.subject else ""
        return f"<Result{subject} {level or self.referred or '–'}, {self.score} of {self.max_score}>"
