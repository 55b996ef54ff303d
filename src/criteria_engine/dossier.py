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
from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic, Problems, chosen_language
from criteria_engine.rules.parts import Input
from criteria_engine.ruleset import Ruleset


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
        levels = ", ".join(f"{name}: {result.level or '–'}" for name, result in self.items())
        return f"<Dossier{f' {self.subject}' if self.subject else ''} {levels}>"

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing inputs that could still change any of the levels, each once."""
        return tuple(dict.fromkeys(name for result in self.values() for name in result.missing))

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
    by_id: dict[str, Ruleset] = {}
    for ruleset in sets:
        if ruleset.id in by_id:
            problems.add("rulesets", Code.RULESETS_WITH_ONE_ID, name=ruleset.id)
        by_id.setdefault(ruleset.id, ruleset)
    ordered = _in_order(by_id, problems)
    evidences = _Evidence(by_id, same or {}, problems, strict=strict)
    now = evidences.by_ruleset(values, "values")
    before = [
        None if period is None else evidences.by_ruleset(period, f"history[{index}]")
        for index, period in enumerate(history or ())
    ]
    proofs = evidences.by_ruleset(evidence or {}, "evidence")
    problems.raise_errors()
    results: dict[str, Result] = {}
    known: dict[str, Any] = dict(titles or {})
    conflicts: list[Diagnostic] = []
    for name in ordered:
        periods = [None if period is None else period[name] for period in before]
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
            for each in error.diagnostics:
                problems.append(attrs.evolve(each, path=f"{name}: {each.path}"))
        else:
            results[name] = result
            conflicts += _conflicts(name, known.setdefault(name, result), result)
    problems.raise_errors()
    return Dossier(subject, results, tuple(conflicts))


def _in_order(by_id: Mapping[str, Ruleset], problems: Problems) -> list[str]:
    """The ids, first what others ask for; a set that asks for its own title looks back, not round."""
    needs = {}
    for name, ruleset in by_id.items():
        origins = ruleset.program.scope.observed_inputs.origins.values()
        needs[name] = sorted({of for of, level, _ in origins if level} & set(by_id) - {name})
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        problems.add("rulesets", Code.RULESETS_IN_A_RING, ring=" → ".join(reversed(error.args[1])))
        return []


def _conflicts(name: str, title: Any, result: Result) -> list[Diagnostic]:
    """Where a title that was given is another than the level that its ruleset came to."""
    held = title[0] if isinstance(title, list | tuple) and title else title
    if not isinstance(held, str) or not result.decided or result.level in (None, held):
        return []
    details = {"name": name, "given": held, "found": str(result.level)}
    return [Diagnostic(Code.TITLE_CONTRADICTED, details, f"titles.{name}", "warning", lang=chosen_language())]


class _Evidence:
    """Shares values out to rulesets by the names of their inputs."""

    def __init__(
        self, by_id: Mapping[str, Ruleset], same: Mapping[str, str], problems: Problems, *, strict: bool
    ) -> None:
        self._by_id = by_id
        self._problems = problems
        self._strict = strict
        self._same = {normal(one): normal(other) for one, other in same.items()}
        # By the name that they share, the inputs of all rulesets.
        self._inputs: dict[str, list[tuple[str, Input]]] = {}
        for ruleset in by_id.values():
            for input in ruleset.inputs:
                name = self._same.get(input.id, input.id)
                self._inputs.setdefault(name, []).append((ruleset.id, input))

    def by_ruleset(self, values: Mapping[str, Any], path: str) -> dict[str, dict[str, Any]]:
        """By ruleset, the values of its inputs; what is wrong is noted under ``path``."""
        shares: dict[str, dict[str, Any]] = {ruleset: {} for ruleset in self._by_id}
        shared: dict[str, tuple[str, Any]] = {}
        own = [key for key in values if "/" in str(key)]
        for key in own:
            ruleset, _, name = str(key).rpartition("/")
            inputs = self._by_id[ruleset].inputs if ruleset in self._by_id else ()
            if any(input.id == normal(name) for input in inputs):
                shares[ruleset][normal(name)] = values[key]
            elif self._strict:
                self._add_unknown(f"{path}.{key}", str(key), [f"{each}/{name}" for each in self._by_id])
        for key, value in values.items():
            if key not in own:
                self._share(normal(str(key)), value, path, shares, shared)
        return shares

    def _share(
        self,
        name: str,
        value: Any,
        path: str,
        shares: Mapping[str, dict[str, Any]],
        shared: dict[str, tuple[str, Any]],
    ) -> None:
        """Give a value under a name of no single ruleset to all that have no value of their own."""
        common = self._same.get(name, name)
        inputs = self._inputs.get(common, [])
        at = f"{path}.{name}"
        if not inputs:
            if self._strict:
                self._add_unknown(at, name, list(self._inputs))
            return
        other, known = shared.setdefault(common, (name, value))
        if known != value:
            first, second = f"{other} = {known!r}", f"{name} = {value!r}"
            self._problems.add(at, Code.GIVEN_TWICE, name=common, first=first, second=second)
            return
        shared[common] = name, value
        fed = [(ruleset, input) for ruleset, input in inputs if input.id not in shares[ruleset]]
        for ruleset, input in fed[1:] if path == "values" else ():
            if what := _difference(fed[0][1], input):
                self._problems.add(
                    at, Code.INPUTS_DIFFER, name=common, first=fed[0][0], second=ruleset, what=what
                )
        for ruleset, input in fed:
            shares[ruleset][input.id] = value

    def _add_unknown(self, path: str, name: str, known: Sequence[str]) -> None:
        near = nearest(name, known) or ", ".join(sorted(known)[:8])
        self._problems.add(path, Code.UNKNOWN_INPUT, name=name, nearest=near)


def _difference(one: Input, other: Input) -> str:
    """In what two inputs of one name differ in meaning; nothing where they mean one thing."""
    for part in ("type", "scale", "choices", "unit"):
        first, second = getattr(one, part), getattr(other, part)
        if part == "type" and {first, second} <= {"number", "integer"}:
            continue
        if first != second and (part != "unit" or (first and second)):
            return f"{part}: {_written(first)} – {_written(second)}"
    return ""


def _written(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "–")
