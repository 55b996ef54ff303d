"""Levels: which one is reached, and which stay possible.

Every level is a list of conditions; what ends up is one of a few *outcomes*: a level, the lowest
one, or a referral. For each outcome there is the condition, written out positively, that it is
the one; with nothing missing exactly one of them holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from criteria_engine.compiler.lowering import ExpressionReader, lower
from criteria_engine.compiler.scope import Scope
from criteria_engine.compiler.tree import Node
from criteria_engine.core import algebra as a
from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import Branch, Condition, Numeric
from criteria_engine.core.record import Record
from criteria_engine.core.values import TruthValue
from criteria_engine.messages.diagnostics import Code, Fault
from criteria_engine.rules.parts import Level, Otherwise, Override


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


def levels_of(reader: ExpressionReader, node: Node) -> Outcomes:
    """The levels of a set (its root) or of a group."""
    reader = reader.in_scope(reader.scope.for_levels_of(node.path))
    group = node.criterion
    lowest = (group.otherwise or Otherwise()).id
    ids = [level.id for level in group.levels]
    for place, level in enumerate(ids):
        if level in ids[:place]:
            reader.note(node.key(f"levels.{level}"), Fault(Code.NAME_TAKEN, what="levels", name=level))
    if lowest in ids:
        reader.note(node.key("otherwise"), Fault(Code.LEVEL_AND_OTHERWISE, level=lowest))
    wanted = [_wanted(reader, node, level) for level in group.levels]
    claims = [_held(each) for each in wanted]
    if group.cumulative:
        claims = _cumulative(claims)
        alone = [
            Wanted("lower", level.id, "", _held(wants))
            for level, wants in zip(group.levels, wanted, strict=True)
        ]
        wanted = [[*wants, *alone[place + 1 :]] for place, wants in enumerate(wanted)]
    _check_reachable(reader, node, claims)
    veto = _veto(reader.scope, node)
    overrides = [
        (override, reader.claim(override.when, node.key(f"overrides[{n}].when")))
        for n, override in enumerate(group.overrides)
    ]
    # where a set or group does not apply no level is asked: it gets the lowest
    state = reader.scope.states[node.path]
    active, inactive = (state.applies, state.absent) if node.path else (state.gate, state.no_gate)
    ranked = [*ids, lowest]
    ranks = {level: rank for rank, level in enumerate(ranked)}
    sources = _sources(reader, node, overrides, ranks, active)
    caps = _caps(overrides, ranks)
    ending = [claim.fails for override, claim in overrides if override.at_most is None]
    sources += _base(claims, veto, ranked, a.every([active, *ending]), caps)
    if inactive is not a.FALSE:
        sources.insert(0, _Source(len(ids), lowest, None, inactive, inactive, ()))
    outcomes, code = _outcomes(sources, ranked)
    shown = tuple((level.id, tuple(wants)) for level, wants in zip(group.levels, wanted, strict=True))
    return Outcomes(outcomes, code, shown, tuple(overrides))


def _check_reachable(reader: ExpressionReader, node: Node, claims: Sequence[TruthValue]) -> None:
    """Note each level that asks more points than there are, whatever the criteria come to."""
    scope = reader.scope
    if scope.broken:
        return
    for level, claim in zip(node.criterion.levels, claims, strict=True):
        if claim.true is not a.FALSE or level.when is None:
            continue
        with suppress(Fault):
            meaning = lower(scope.parsed(level.when), scope.with_free_scores())
            if isinstance(meaning, TruthValue) and meaning.true is a.FALSE:
                reader.note(node.key(f"levels.{level.id}"), Fault(Code.UNREACHABLE_LEVEL, level=level.id))


def _wanted(reader: ExpressionReader, node: Node, level: Level) -> list[Wanted]:
    at = node.key(f"levels.{level.id}")
    wanted: list[Wanted] = []
    if level.when is not None:
        claim = reader.claim(level.when, f"{at}.when")
        wanted.append(Wanted("when", level.when.text, "", TruthValue(claim.true, claim.fails)))
    if level.each is not None:
        for child in node.children:
            claim = _reaches(reader, child, level.each, f"{at}.each")
            wanted.append(Wanted("each", str(level.each), child.path, claim))
    for name, share in level.floors:
        try:
            floor = reader.scope.tree.find(name)
        except Fault as fault:
            reader.note(f"{at}.floors.{name}", fault)
            continue
        claim = _reaches(reader, floor, share, f"{at}.floors.{name}")
        wanted.append(Wanted("floor", str(share), floor.path, claim))
    for number, expression in enumerate(level.requires):
        claim = reader.prerequisite(expression, f"{at}.requires[{number}]")
        wanted.append(Wanted("requires", expression.text, "", claim))
    return wanted


def _reaches(reader: ExpressionReader, child: Node, share: float, place: str) -> TruthValue:
    """Whether a criterion reaches a share of its points; of a maximum of 0 if it is met."""
    scope = reader.scope
    own = child.parent is not None and child.parent.path == scope.here
    state, seen = scope.states[child.path], scope.as_child(child) if own else scope.as_seen(child)
    if seen.most is None:
        reader.note(place, Fault(Code.NO_SHARE_OF_A_MAXIMUM, name=child.path))
        return TruthValue(a.TRUE, a.FALSE)
    size = a.on_grid(scope.share_of(child, seen).numeric)
    edge = a.decimal(share)
    some_most, no_most = a.is_nonzero(seen.most), a.is_zero(seen.most)
    return TruthValue(
        a.some(
            [
                seen.absent,
                a.every([seen.there, some_most, a.compare(">=", size, edge)]),
                a.every([seen.there, no_most, a.some([seen.met, state.absent])]),
            ]
        ),
        a.some(
            [
                a.every([seen.there, some_most, a.compare("<", size, edge)]),
                a.every([state.applies, no_most, state.met.false]),
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


def _veto(scope: Scope, node: Node) -> TruthValue:
    """Whether a veto stands: a criterion with ``veto`` that applies and is not met."""
    states = [scope.states[each.path] for each in node.below() if each.criterion.veto]
    return TruthValue(
        a.some([a.every([each.applies, each.met.false]) for each in states]),
        a.every([a.some([each.absent, each.met.true]) for each in states]),
    )


def _caps(
    overrides: Sequence[tuple[Override, TruthValue]], ranks: dict[str, int]
) -> tuple[tuple[int, TruthValue], ...]:
    return tuple(
        (ranks[override.at_most], claim) for override, claim in overrides if override.at_most in ranks
    )


def _sources(
    reader: ExpressionReader,
    node: Node,
    overrides: Sequence[tuple[Override, TruthValue]],
    ranks: dict[str, int],
    prefix: Condition,
) -> list[_Source]:
    """The overrides that end the list, in order."""
    sources: list[_Source] = []
    for number, (override, claim) in enumerate(overrides):
        place = node.key(f"overrides[{number}]")
        ways = [override.level is not None, override.at_most is not None, bool(override.refer)]
        if sum(ways) != 1:
            reader.note(place, Fault(Code.BAD_OVERRIDE))
            continue
        if override.at_most is not None:
            if override.at_most not in ranks:
                known = nearest(override.at_most, ranks) or ", ".join(ranks)
                reader.note(
                    f"{place}.at_most", Fault(Code.UNKNOWN_CAP_LEVEL, level=override.at_most, nearest=known)
                )
            continue
        guard = a.every([prefix, claim.true])
        rank = ranks.get(override.level) if override.level is not None else None
        refer = number if override.refer else None
        caps = _caps(overrides[:number], ranks)
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
