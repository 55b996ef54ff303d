"""Levels: which one is reached, and which stay possible.

Every level is a list of conditions; what ends up is one of a few *outcomes*: a level, the lowest
one, or a referral. For each outcome there is the condition, written out positively, that it is
the one; with nothing missing exactly one of them holds.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction

from criteria_engine.compiler.compiler import Judging
from criteria_engine.compiler.tree import FREE, Node, free_number
from criteria_engine.core import algebra as a
from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest, parse
from criteria_engine.core.lowering import Scope, lower
from criteria_engine.core.nodes import Branch, Condition, InputFlag, InputNumber, Numeric
from criteria_engine.core.record import Record
from criteria_engine.core.values import Meaning, NumberValue, TextValue, TruthValue
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Level, Otherwise, Override

__all__ = ["Outcome", "Outcomes", "Wanted", "never_nominally", "reaching"]


# ---- whether a level asks more points than there are, whatever the criteria find -----------------


class _Nominal:
    """A scope in which scores are free between none and all."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays of the set."""
        return self._judging.days_off

    def is_input(self, name: str) -> bool:
        """Whether the name is an input's."""
        return self._judging.is_input(name)

    def named(self, name: str) -> Meaning:
        """Inputs and parameters as they are, definitions free."""
        meaning = self._judging.named(name)
        if name == "score" and name not in self._judging.names:
            return self.of_criterion("score", "")
        if not any(each.id == name for each in self._judging.parts.definitions):
            return meaning
        if isinstance(meaning, NumberValue):
            return NumberValue(free_number(), kind=meaning.kind, words=meaning.words, named=True)
        return (
            meaning
            if isinstance(meaning, TextValue)
            else TruthValue(InputFlag(FREE, True), InputFlag(FREE, False))
        )

    def title(self, ruleset: str, level: str) -> TruthValue:
        """Titles as they are."""
        return self._judging.title(ruleset, level)

    def before(self, periods: int) -> Scope:
        """Earlier periods as they are."""
        return self._judging.before(periods)

    def read_earlier(self, tree: ast.expr) -> None:
        """What was read when the ruleset was made is not counted again."""

    def of_criterion(self, function: str, name: str) -> Meaning:
        """Scores free between none and all, states free."""
        found = self._judging.tree.find(name or self._judging.here or "")
        if function == "met":
            return TruthValue(InputFlag(FREE, True), InputFlag(FREE, False))
        if function == "count_met":
            return _free(0, len(found.children))
        if function == "max_score":
            return self._judging.of_face(function, found)
        full, beyond = self._judging.faces[found.path].full, _can_pass(found)
        if full is None or beyond:
            return NumberValue(free_number(), named=True)
        top = {"score": full.high, "percent": 100.0}.get(function, 1.0)
        return _free(min(0.0, self._judging.faces[found.path].points.low), top)


def _free(low: float, high: float) -> NumberValue:
    return NumberValue(InputNumber(FREE, low=low, high=high, on_grid=True), named=True)


def _can_pass(found: Node) -> bool:
    """Whether points may pass the maximum: by a bonus, a floor or a formula of their own."""
    parts = (found, *found.below())
    return any(each.criterion.bonus or each.criterion.floor or each.criterion.round for each in parts)


def never_nominally(judging: Judging, expression: Expression) -> bool:
    """Whether the condition cannot hold with any points the criteria could give."""
    try:
        meaning = lower(parse(expression.text), _Nominal(judging))
    except Fault:
        return False
    return isinstance(meaning, TruthValue) and meaning.true is a.FALSE


class Outcome(Record):
    """One way it can end: a level's id, or a referral (``refer`` is the override's number)."""

    level: str | None
    refer: int | None
    possible: Condition


class Wanted(Record):
    """One thing that a level wants: its ``kind`` (``when each floor requires veto lower``), the text
    of it, the criterion it is about, and whether it holds.
    """

    kind: str
    text: str
    path: str
    claim: TruthValue


class Outcomes(Record):
    """The outcomes of a set or group with levels, and what each level wants.

    ``code`` is the number of the outcome, for complete data.
    """

    outcomes: tuple[Outcome, ...]
    code: Numeric
    wanted: tuple[tuple[str, tuple[Wanted, ...]], ...]
    overrides: tuple[tuple[Override, TruthValue], ...]


class _Source(Record):
    """A way to come to an outcome before caps: a rank (None: outside the list) or a referral."""

    rank: int | None
    level: str | None
    refer: int | None
    test: Condition
    guard: Condition
    caps: tuple[tuple[int, TruthValue], ...]


def reaching(judging: Judging, found: Node) -> Outcomes:
    """The levels of a set (its root) or of a group."""
    judging.here = found.path
    group = found.criterion
    lowest = (group.otherwise or Otherwise()).id
    ids = [level.id for level in group.levels]
    _check_ids(judging, found, ids, lowest)
    wanted = [_wanted(judging, found, level) for level in group.levels]
    claims = [_held(each) for each in wanted]
    if group.cumulative:
        claims = _cumulative(claims)
        wanted = [
            [
                *each,
                *[
                    Wanted("lower", below.id, "", _held(wanted[n + 1 + k]))
                    for k, below in enumerate(group.levels[n + 1 :])
                ],
            ]
            for n, each in enumerate(wanted)
        ]
    for level, claim in zip(group.levels, claims, strict=True):
        if (
            claim.true is a.FALSE
            and not judging.parts.broken
            and level.when is not None
            and never_nominally(judging, level.when)
        ):
            judging.note(found.key(f"levels.{level.id}"), Fault("CE431", level=level.id))
    veto = _veto(judging, found)
    ranks = {level: rank for rank, level in enumerate([*ids, lowest])}
    overrides = [
        (override, judging.claim(override.when, found.key(f"overrides[{n}].when")))
        for n, override in enumerate(group.overrides)
    ]
    active, inactive = _active(judging, found)
    sources = _sources(judging, found, overrides, ranks, active)
    caps = _caps(overrides, ranks, len(overrides))
    ending = [claim.fails for override, claim in overrides if override.at_most is None]
    base = _base(claims, veto, [*ids, lowest], a.every([active, *ending]), caps)
    if inactive is not a.FALSE:
        sources.insert(0, _Source(len(ids), lowest, None, inactive, inactive, ()))
    judging.here = None
    outcomes, code = _outcomes([*sources, *base], [*ids, lowest])
    shown = tuple((level.id, tuple(each)) for level, each in zip(group.levels, wanted, strict=True))
    return Outcomes(outcomes, code, shown, tuple(overrides))


def _check_ids(judging: Judging, found: Node, ids: Sequence[str], lowest: str) -> None:
    for place, level in enumerate(ids):
        if level in ids[:place]:
            judging.note(found.key(f"levels.{level}"), Fault("CE301", what="levels", name=level))
    if lowest in ids:
        judging.note(found.key("otherwise"), Fault("CE432", level=lowest))


# ---- what a level wants ----------------------------------------------------------------------


def _wanted(judging: Judging, found: Node, level: Level) -> list[Wanted]:
    at = found.key(f"levels.{level.id}")
    wanted: list[Wanted] = []
    if level.when is not None:
        claim = judging.claim(level.when, f"{at}.when")
        wanted.append(Wanted("when", level.when.text, "", TruthValue(claim.true, claim.fails)))
    if level.each is not None:
        for child in found.children:
            claim = _reaches(judging, child, level.each, f"{at}.each")
            wanted.append(Wanted("each", str(level.each), child.path, claim))
    for name, share in level.floors:
        try:
            floor = judging.tree.find(name)
        except Fault as fault:
            judging.note(f"{at}.floors.{name}", fault)
            continue
        claim = _reaches(judging, floor, share, f"{at}.floors.{name}")
        wanted.append(Wanted("floor", str(share), floor.path, claim))
    for number, expression in enumerate(level.requires):
        claim = judging.prerequisite(expression, f"{at}.requires[{number}]")
        wanted.append(Wanted("requires", expression.text, "", claim))
    return wanted


def _reaches(judging: Judging, child: Node, share: float, place: str) -> TruthValue:
    """Whether a criterion reaches a share of its points; of a maximum of 0 if it is met."""
    own = child.parent is not None and child.parent.path == judging.here
    faces, seen = judging.faces[child.path], judging.as_child(child) if own else judging.from_afar(child)
    if seen.most is None:
        judging.note(place, Fault("CE227", name=child.path))
        return TruthValue(a.TRUE, a.FALSE)
    size = a.on_grid(judging.share_of(child, seen).numeric)
    edge = a.number(Fraction(repr(share)))
    some_most, no_most = a.is_nonzero(seen.most), a.is_zero(seen.most)
    return TruthValue(
        a.some(
            [
                seen.absent,
                a.every([seen.there, some_most, a.compare(">=", size, edge)]),
                a.every([seen.there, no_most, a.some([seen.met, faces.absent])]),
            ]
        ),
        a.some(
            [
                a.every([seen.there, some_most, a.compare("<", size, edge)]),
                a.every([faces.applies, no_most, faces.met.false]),
            ]
        ),
    )


def _held(wanted: Sequence[Wanted]) -> TruthValue:
    return TruthValue(
        a.every([each.claim.true for each in wanted]), a.some([each.claim.false for each in wanted])
    )


def _cumulative(claims: Sequence[TruthValue]) -> list[TruthValue]:
    """Each level also wants all below it (further down the list)."""
    made: list[TruthValue] = []
    below = TruthValue(a.TRUE, a.FALSE)
    for claim in reversed(claims):
        below = TruthValue(a.every([claim.true, below.true]), a.some([claim.false, below.false]))
        made.append(below)
    return made[::-1]


def _veto(judging: Judging, found: Node) -> TruthValue:
    """Whether a veto stands: a criterion with ``veto`` that applies and is not met."""
    faces = [judging.faces[each.path] for each in found.below() if each.criterion.veto]
    return TruthValue(
        a.some([a.every([each.applies, each.met.false]) for each in faces]),
        a.every([a.some([each.absent, each.met.true]) for each in faces]),
    )


# ---- overrides -------------------------------------------------------------------------------


def _caps(
    overrides: Sequence[tuple[Override, TruthValue]], ranks: dict[str, int], before: int
) -> tuple[tuple[int, TruthValue], ...]:
    return tuple(
        (ranks[override.at_most], claim)
        for override, claim in overrides[:before]
        if override.at_most is not None and override.at_most in ranks
    )


def _active(judging: Judging, found: Node) -> tuple[Condition, Condition]:
    """Whether levels are asked at all: where a set or group does not apply, it gets the lowest."""
    faces = judging.faces[found.path]
    return (faces.applies, faces.absent) if found.path else (faces.gate, faces.no_gate)


def _sources(
    judging: Judging,
    found: Node,
    overrides: Sequence[tuple[Override, TruthValue]],
    ranks: dict[str, int],
    prefix: Condition,
) -> list[_Source]:
    """The overrides that end the list, in order."""
    sources: list[_Source] = []
    for number, (override, claim) in enumerate(overrides):
        place = found.key(f"overrides[{number}]")
        ways = [override.level is not None, override.at_most is not None, bool(override.refer)]
        if sum(ways) != 1:
            judging.note(place, Fault("CE433"))
            continue
        if override.at_most is not None:
            if override.at_most not in ranks:
                known = nearest(override.at_most, ranks) or ", ".join(ranks)
                judging.note(f"{place}.at_most", Fault("CE434", level=override.at_most, nearest=known))
            continue
        guard = a.every([prefix, claim.true])
        rank = ranks.get(override.level) if override.level is not None else None
        refer = number if override.refer else None
        caps = _caps(overrides, ranks, number)
        sources.append(_Source(rank, override.level, refer, claim.true, guard, caps))
        prefix = a.every([prefix, claim.fails])
    return sources


def _base(
    claims: Sequence[TruthValue],
    veto: TruthValue,
    ranked: Sequence[str],
    prefix: Condition,
    caps: tuple[tuple[int, TruthValue], ...],
) -> list[_Source]:
    """The levels themselves, best first, then the lowest."""
    sources = []
    none_so_far: Condition = a.TRUE
    for rank, (level, claim) in enumerate(zip(ranked, claims, strict=False)):
        test = a.every([veto.false, claim.true])
        guard = a.every([prefix, veto.false, none_so_far, claim.true])
        sources.append(_Source(rank, level, None, test, guard, caps))
        none_so_far = a.every([none_so_far, claim.false])
    guard = a.every([prefix, a.some([veto.true, none_so_far])])
    sources.append(_Source(len(ranked) - 1, ranked[-1], None, a.TRUE, guard, caps))
    return sources


def _outcomes(sources: Sequence[_Source], ranked: Sequence[str]) -> tuple[tuple[Outcome, ...], Numeric]:
    """Each outcome with the condition that it is the one, and its number for complete data."""
    possible: dict[tuple[str | None, int | None], list[Condition]] = {(level, None): [] for level in ranked}
    for source in sources:
        if source.refer is not None or source.rank is None:
            possible.setdefault((source.level, source.refer), []).append(source.guard)
            continue
        for rank in range(source.rank, len(ranked)):
            condition = _capped_to(source, rank)
            if condition is not a.FALSE:
                possible[ranked[rank], None].append(condition)
    outcomes = tuple(
        Outcome(level, refer, a.some(conditions)) for (level, refer), conditions in possible.items()
    )
    places = {(each.level, each.refer): number for number, each in enumerate(outcomes)}
    if any(source.caps for source in sources):
        tests = [(each.possible, each.possible, number) for number, each in enumerate(outcomes)]
    else:
        tests = [(each.test, each.guard, places[each.level, each.refer]) for each in sources]
    branches = [Branch(test, guard, a.number(number)) for test, guard, number in tests]
    return outcomes, a.choice(branches[:-1], branches[-1].guard, branches[-1].value)


def _capped_to(source: _Source, rank: int) -> Condition:
    """That the source is the one and the caps before it bring it to ``rank``."""
    lower_caps = [claim.fails for cap, claim in source.caps if cap > rank]
    if source.rank == rank:
        return a.every([source.guard, *lower_caps])
    here = a.some([claim.true for cap, claim in source.caps if cap == rank])
    return a.every([source.guard, *lower_caps, here])
