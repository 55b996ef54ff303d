"""Earlier periods and titles in frames: columns under the names of the inputs that ask for them.

What a ruleset looks back to is an input of its own (``previous(theft)``), and so is a title. Its column is
``theft@-1``, or the library shifts ``theft`` itself where it is told which column names the unit and which
the period. From there on nothing is special about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.described import Described
from criteria_engine.grammar import nearest
from criteria_engine.observing import levels_that_reach
from criteria_engine.program import Program
from criteria_engine.tables.layering import Copy, with_copies
from criteria_engine.tables.refusing import refuse_frame

__all__ = ["Asked", "Observed", "observed"]


@attrs.frozen
class Asked:
    """How a frame tells of earlier periods and titles.

    ``history`` are the columns that name the unit and the period; ``titles`` says by ruleset which column
    holds the level, and ``sets`` rank the levels of those rulesets.
    """

    history: tuple[str, str] | None = None
    titles: Mapping[str, str] = attrs.field(factory=dict)
    sets: Sequence[Described] = ()


@attrs.frozen
class Observed:
    """What was found of it: by input what users call it, and by title the levels that will do."""

    labels: Mapping[str, str] = attrs.field(factory=dict)
    levels: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


def observed(nw: Any, frame: Any, program: Program, asked: Asked, own: Described) -> tuple[Any, Observed]:
    """The frame with a column for every input that is no column of its own, and what was found."""
    names = frame.collect_schema().names()
    _look_at(frame, names, asked)
    copies: list[Copy] = []
    labels: dict[str, str] = {}
    levels: dict[str, tuple[str, ...]] = {}
    ranked = {each.id: each for each in (own, *asked.sets)}
    for input, (of, level, back) in program.judging.observing.origins.items():
        source = asked.titles.get(of, f"{of}@title") if level else of
        labels[input] = f"{source}@-{back}" if back else source
        if level:
            levels[input] = levels_that_reach(level, ranked.get(of))
        for mark in ("",) if level else ("", "@na"):
            found = _copy(names, source, back, mark, asked.history)
            if found is not None:
                copies.append(attrs.evolve(found, name=f"{input}{mark}"))
    return with_copies(nw, frame, copies), Observed(labels, levels)


def _look_at(frame: Any, names: Sequence[str], asked: Asked) -> None:
    """Refuse what the frame does not have, or its engine cannot do."""
    wanted: Iterable[str] = (*(asked.history or ()), *asked.titles.values())
    for name in wanted:
        if name not in names:
            raise refuse_frame("CE576", name=name, nearest=nearest(name, names) or ", ".join(list(names)[:8]))
    if asked.history is not None and frame.implementation.is_pyarrow():
        raise refuse_frame("CE577", kind="pyarrow")


def _copy(
    names: Sequence[str], source: str, back: int, mark: str, history: tuple[str, str] | None
) -> Copy | None:
    """The column of an earlier period, as it is there or shifted; None where there is none."""
    there = f"{source}@-{back}{mark}" if back else f"{source}{mark}"
    if there in names:
        return Copy("", there)
    if back and history is not None and f"{source}{mark}" in names:
        return Copy("", f"{source}{mark}", back, history)
    return None
