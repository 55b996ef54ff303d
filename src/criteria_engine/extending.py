"""One set built on another: what it takes over, what it adds, and what it may not do in silence.

Whoever extends a set may add to it: inputs, criteria, prerequisites, conditions of a level. Taking
something away or changing it needs ``replaces``, so that a reader sees it and the linter can list it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import nearest
from criteria_engine.messages.diagnostics import Problems
from criteria_engine.rules.parts import Combine, Criterion, Level
from criteria_engine.rules.schema import key_of, kind_of
from criteria_engine.ruleset import Ruleset

__all__ = ["extended"]

_OWN = frozenset({"id", "version", "status", "note", "aliases", "effective", "tests", "owner", "source"})
"""What a set says of itself alone."""

_HEADINGS = frozenset({"title", "subject", "window"})
"""What is taken over unless the set says it anew, which changes no verdict."""

_SECTIONS = ("scales", "inputs", "parameters", "define")
_LISTS = ("consistency", "overrides", "holidays", "legal_basis")
_EASIER = frozenset({"any", "max", "first"})
_POINTS = re.compile(r"(?<!max_)\bscore\b")


def extended(
    base: Ruleset, made: Mapping[str, Any], replaces: Sequence[str], problems: Problems
) -> dict[str, Any]:
    """The attributes of a set that extends ``base``, of those that its own file gives.

    What is changed without ``replaces`` is noted as an error; what is replaced, or added where it may
    make the set easier, as a warning.
    """
    return _Extending(base, made, replaces, problems).whole()


class _Extending:
    def __init__(
        self, base: Ruleset, made: Mapping[str, Any], replaces: Sequence[str], problems: Problems
    ) -> None:
        self._base, self._made, self._problems = base, made, problems
        self._replaces = dict.fromkeys(replaces, False)

    def whole(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for attribute in attrs.fields(Ruleset):
            if kind_of(attribute) is not None:
                merged[attribute.name] = self._attribute(attribute)
        known = self._known()
        for place, (name, used) in enumerate(self._replaces.items()):
            at = f"replaces[{place}]"
            if not used:
                likely = nearest(name, known) or ", ".join(list(known)[:8])
                self._problems.add(at, "CE331", name=name, nearest=likely)
            else:
                self._problems.add(at, "CE715", severity="warning", name=name, base=self._base.id)
        return merged

    def _known(self) -> dict[str, None]:
        tree = self._base.program.judging.tree
        sections = [each.id for name in _SECTIONS for each in getattr(self._base, name)]
        levels = [each.id for each in self._base.levels]
        return dict.fromkeys([*sections, *(path for path in tree.by_path if path), *tree.by_id, *levels])

    def _attribute(self, attribute: attrs.Attribute[Any]) -> Any:
        name = attribute.name
        old = getattr(self._base, name)
        alias = attribute.alias or name
        new, given = self._made.get(alias, attribute.default), alias in self._made
        if name in _OWN:
            return new
        if name in _SECTIONS:
            return self._section(name, old, new)
        if name in _LISTS:
            return self._added(name, old, new)
        if name == "criteria":
            return self._criteria(old, new, "", self._base.combine)
        if name == "levels":
            return self._levels(old, new)
        if not given or new == old:
            return old
        free = name in _HEADINGS or self._may_replace(key_of(attribute))
        return new if free else self._refused(key_of(attribute), old)

    def _refused(self, place: str, old: Any, name: str = "") -> Any:
        self._problems.add(place, "CE330", name=name or place, base=self._base.id)
        return old

    def _may_replace(self, *names: str) -> bool:
        """Whether one of these names of a part is listed under ``replaces``."""
        found = [name for name in names if name in self._replaces]
        self._replaces.update(dict.fromkeys(found, True))
        return bool(found)

    # ---- parts by id -------------------------------------------------------------------------

    def _section(self, section: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
        return self._by_id(old, new, lambda each: (each.id,), lambda each: f"{section}.{each.id}", None)

    def _by_id(
        self,
        old: Sequence[Any],
        new: Sequence[Any],
        names: Callable[[Any], tuple[str, ...]],
        place: Callable[[Any], str],
        joined: Callable[[Any, Any], Any] | None,
    ) -> tuple[Any, ...]:
        """The old parts, changed where that is allowed, then the new ones."""
        ours = {each.id: each for each in new}
        kept = []
        for each in old:
            own = ours.pop(each.id, None)
            if own is None:
                if not self._may_replace(*names(each)):
                    kept.append(each)
            elif own == each or self._may_replace(*names(each)):
                kept.append(own)
            else:
                made = None if joined is None else joined(each, own)
                kept.append(self._refused(place(each), each, names(each)[-1]) if made is None else made)
        return (*kept, *ours.values())

    def _added(self, name: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
        if name == "legal_basis":
            return (*new, *(each for each in old if each not in new))
        if name == "overrides":
            for place, each in enumerate(new):
                if each.level is not None:
                    self._easier(f"overrides[{place}]", each.level)
        return (*old, *(each for each in new if each not in old))

    def _easier(self, place: str, name: str) -> None:
        self._problems.add(place, "CE716", severity="warning", name=name, base=self._base.id)

    # ---- criteria ----------------------------------------------------------------------------

    def _criteria(
        self, old: Sequence[Criterion], new: Sequence[Criterion], above: str, combine: Combine | None
    ) -> tuple[Criterion, ...]:
        def path(each: Criterion) -> str:
            return f"{above}.{each.id}" if above else each.id

        known = {each.id for each in old}
        summed = combine is None or combine.word == "sum"
        loose = _is_loose(combine) or (summed and self._counts_points())
        for each in new:
            if each.id not in known and (each.bonus or (loose and old)):
                self._easier(f"criteria.{path(each)}", path(each))

        def joined(was: Criterion, own: Criterion) -> Criterion | None:
            if attrs.evolve(own, criteria=(), requires=()) != Criterion(own.id):
                return None
            if own.criteria and not was.criteria:
                return None
            inside = self._criteria(was.criteria, own.criteria, path(was), was.combine)
            return attrs.evolve(was, criteria=inside, requires=_both(was.requires, own.requires))

        def kept(was: Criterion) -> Criterion:
            """A group that the file does not name may still lose something by ``replaces``."""
            inside = self._criteria(was.criteria, (), path(was), was.combine)
            return was if inside == was.criteria else attrs.evolve(was, criteria=inside)

        made = self._by_id(
            old,
            new,
            lambda each: (each.id, path(each)),
            lambda each: f"criteria.{path(each)}",
            joined,
        )
        ours = {each.id for each in new}
        return tuple(kept(each) if each.criteria and each.id not in ours else each for each in made)

    def _counts_points(self) -> bool:
        """Whether a level asks for so many points, whatever the maximum: more criteria, more points."""
        asked = [each.when.text for each in self._base.levels if each.when is not None]
        return any(_POINTS.search(text) and "max_score" not in text for text in asked)

    # ---- levels ------------------------------------------------------------------------------

    def _levels(self, old: Sequence[Level], new: Sequence[Level]) -> tuple[Level, ...]:
        """The old levels with what is added to them; new ones beside those that they stand beside."""

        def joined(was: Level, own: Level) -> Level | None:
            if attrs.evolve(own, when=None, requires=(), floors=()) != Level(own.id):
                return None
            if {name for name, _ in was.floors} & {name for name, _ in own.floors}:
                return None
            when = own.when if was.when is None else was.when
            if was.when is not None and own.when is not None:
                when = Expression(f"({was.when.text}) and ({own.when.text})")
            requires = _both(was.requires, own.requires)
            return attrs.evolve(was, when=when, requires=requires, floors=(*was.floors, *own.floors))

        known = [each.id for each in old]
        made = self._by_id(
            old,
            [each for each in new if each.id in known],
            lambda each: (each.id,),
            lambda each: f"levels.{each.id}",
            joined,
        )
        levels = list(made)
        for place in range(len(new) - 1, -1, -1):
            if new[place].id in known:
                continue
            after = next((each.id for each in new[place + 1 :]), None)
            before = next((each.id for each in reversed(new[:place]) if each.id in known), None)
            ids = [each.id for each in levels]
            below = ids.index(before) + 1 if before in ids else 0
            levels.insert(ids.index(after) if after in ids else below, new[place])
        return tuple(levels)


def _is_loose(combine: Combine | None) -> bool:
    """Whether one more criterion is one more way to be met."""
    return combine is not None and (combine.at_least is not None or combine.word in _EASIER)


def _both(old: Sequence[Expression], new: Sequence[Expression]) -> tuple[Expression, ...]:
    return (*old, *(each for each in new if each not in old))
