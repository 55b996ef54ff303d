"""A dossier: one subject, several rulesets, one body of evidence.

The level of one set is the title that another asks for, so they are judged in the order in which they
need each other.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import attrs

from criteria_engine.core.grammar import nearest, normal
from criteria_engine.evaluation.evaluation import History, Titled
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Problems, chosen_language
from criteria_engine.rules.parts import Input
from criteria_engine.ruleset import Ruleset

__all__ = ["Dossier", "evaluate_all"]


@attrs.frozen(eq=False, repr=False)
class Dossier(Mapping[str, Result]):
    """The results of several rulesets for one subject, by the id of the ruleset.

    They stand in the order in which they were judged: first what others lean on. ``conflicts`` are
    titles that were given otherwise than judging them came out; the title that was given counted.
    """

    subject: str | None
    results: Mapping[str, Result]
    conflicts: tuple[Diagnostic, ...] = ()

    def __getitem__(self, ruleset: str) -> Result:
        return self.results[ruleset]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}: {each.level or '–'}" for name, each in self.items())
        return f"<Dossier{f' {self.subject}' if self.subject else ''} {said}>"

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that could still change any of the levels, each once."""
        return tuple(dict.fromkeys(name for each in self.values() for name in each.missing))

    def explain(self, lang: str | None = None) -> str:
        """Why each of them came out so, one after another, and what was given against it."""
        parts = [str(each.explain(lang)) for each in self.values()]
        return "\n\n".join([*parts, *(str(each.in_language(lang)) for each in self.conflicts)])

    def to_dict(self) -> dict[str, Any]:
        """All results as plain data."""
        return {
            "subject": self.subject,
            "results": {name: each.to_dict() for name, each in self.items()},
            "conflicts": [{"code": each.code, "message": each.message} for each in self.conflicts],
        }


def evaluate_all(
    rulesets: Iterable[Ruleset],
    values: Mapping[str, Any],
    *,
    history: History | None = None,
    titles: Mapping[str, Titled | Sequence[Titled]] | None = None,
    evidence: Mapping[str, str] | None = None,
    on: datetime.date | None = None,
    subject: str | None = None,
    same: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Dossier:
    """Judge one subject by several rulesets on one body of evidence.

    A value is given once, under the name of the input that it fills in every set; where sets mean
    different things by one name, ``"ruleset.id/name"`` fills that of one set. ``same`` joins names that
    mean one thing: ``{"so_vu_trom": "theft_cases"}``. The level that a set comes to is the title that
    others ask for with ``holds``, unless ``titles`` speaks of it. ``history``, ``titles``, ``evidence``,
    ``on``, ``subject`` and ``strict`` are those of ``Ruleset.evaluate``.

    ``CriteriaError`` says all that is wrong: values of a wrong kind, unknown names, names that mean
    different things, a value given twice and differently, rulesets that need each other in a ring.
    """
    sets = tuple(rulesets)
    problems = Problems()
    by_id = _by_id(sets, problems)
    ordered = _in_order(by_id, problems)
    body = _Body(by_id, same or {}, problems, strict=strict)
    now = body.parted(values, "values")
    before = [
        None if each is None else body.parted(each, f"history[{n}]") for n, each in enumerate(history or ())
    ]
    proofs = body.parted(evidence or {}, "evidence")
    problems.raise_errors()
    results: dict[str, Result] = {}
    known: dict[str, Any] = dict(titles or {})
    conflicts: list[Diagnostic] = []
    for name in ordered:
        periods = [None if each is None else each[name] for each in before]
        try:
            result = by_id[name].evaluate(
                now[name],
                history=periods or None,
                titles=known or None,
                evidence=proofs[name] or None,
                on=on,
                subject=subject,
                sets=sets,
            )
        except CriteriaError as error:
            _note(error, name, problems)
        else:
            results[name] = result
            conflicts += _conflicts(name, known.setdefault(name, result), result)
    problems.raise_errors()
    return Dossier(subject, results, tuple(conflicts))


def _note(error: CriteriaError, ruleset: str, problems: Problems) -> None:
    for each in error.diagnostics:
        problems.append(attrs.evolve(each, path=f"{ruleset}: {each.path}"))


def _by_id(sets: Sequence[Ruleset], problems: Problems) -> dict[str, Ruleset]:
    by_id: dict[str, Ruleset] = {}
    for each in sets:
        if each.id in by_id:
            problems.add("rulesets", "CE599", name=each.id)
        by_id.setdefault(each.id, each)
    return by_id


def _in_order(by_id: Mapping[str, Ruleset], problems: Problems) -> list[str]:
    """The ids, first what others ask for; a set that asks for its own title looks back, not round."""
    needs = {
        name: {of for of, level, _ in each.program.judging.observing.origins.values() if level}
        & set(by_id) - {name}
        for name, each in by_id.items()
    }
    sorter = TopologicalSorter({name: sorted(needs[name]) for name in by_id})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        problems.add("rulesets", "CE596", ring=" → ".join(reversed(error.args[1])))
        return []


def _conflicts(name: str, given: Any, result: Result) -> list[Diagnostic]:
    held = given[0] if isinstance(given, list | tuple) and given else given
    if not isinstance(held, str) or not result.decided or result.level in (None, held):
        return []
    details = {"name": name, "given": held, "found": str(result.level)}
    return [Diagnostic("CE582", details, f"titles.{name}", "warning", lang=chosen_language())]


class _Body:
    """One body of evidence, to be parted among rulesets."""

    def __init__(
        self, by_id: Mapping[str, Ruleset], same: Mapping[str, str], problems: Problems, *, strict: bool
    ) -> None:
        self._by_id, self._problems, self._strict = by_id, problems, strict
        self._same = {normal(one): normal(other) for one, other in same.items()}
        self._inputs: dict[str, list[tuple[str, Input]]] = {}
        for name, ruleset in by_id.items():
            for given in ruleset.inputs:
                self._inputs.setdefault(self._same.get(given.id, given.id), []).append((name, given))

    def parted(self, values: Mapping[str, Any], at: str) -> dict[str, dict[str, Any]]:
        """By ruleset, the values of its inputs."""
        parted: dict[str, dict[str, Any]] = {name: {} for name in self._by_id}
        own = {key: value for key, value in values.items() if "/" in str(key)}
        for key, value in own.items():
            ruleset, _, name = str(key).rpartition("/")
            inputs = {given.id for given in self._by_id[ruleset].inputs} if ruleset in self._by_id else set()
            if normal(name) in inputs:
                parted[ruleset][normal(name)] = value
            elif self._strict:
                self._unknown(f"{at}.{key}", str(key), [f"{each}/{name}" for each in self._by_id])
        taken: dict[str, tuple[str, Any]] = {}
        for key, value in values.items():
            if key not in own:
                self._shared(normal(str(key)), value, at, parted, taken)
        return parted

    def _shared(
        self,
        name: str,
        value: Any,
        at: str,
        parted: Mapping[str, dict[str, Any]],
        taken: dict[str, tuple[str, Any]],
    ) -> None:
        """A value under a name that every set may share."""
        joined = self._same.get(name, name)
        users = self._inputs.get(joined, [])
        if not users:
            if self._strict:
                self._unknown(f"{at}.{name}", name, list(self._inputs))
            return
        if joined in taken and taken[joined][1] != value:
            other, known = taken[joined]
            first, second = f"{other} = {known!r}", f"{name} = {value!r}"
            self._problems.add(f"{at}.{name}", "CE598", name=joined, first=first, second=second)
            return
        taken[joined] = name, value
        fed = [(ruleset, given) for ruleset, given in users if given.id not in parted[ruleset]]
        for ruleset, given in fed[1:]:
            what = _difference(fed[0][1], given)
            if what and at == "values":
                self._problems.add(
                    f"{at}.{name}", "CE597", name=joined, first=fed[0][0], second=ruleset, what=what
                )
        for ruleset, given in fed:
            parted[ruleset][given.id] = value

    def _unknown(self, place: str, name: str, known: Sequence[str]) -> None:
        likely = nearest(name, known) or ", ".join(sorted(known)[:8])
        self._problems.add(place, "CE551", name=name, nearest=likely)


def _difference(one: Input, other: Input) -> str:
    """In what two inputs of one name differ in meaning; nothing where they mean one thing."""
    for part in ("type", "scale", "choices", "unit"):
        first, second = getattr(one, part), getattr(other, part)
        if part == "type" and {first, second} <= {"number", "integer"}:
            continue
        if first != second and (part != "unit" or (first and second)):
            return f"{part}: {_said(first)} – {_said(second)}"
    return ""


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "–")
