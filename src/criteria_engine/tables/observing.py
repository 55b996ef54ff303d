"""Earlier periods and titles in frames: columns under the names of the inputs that ask for them.

What a ruleset looks back to is an input of its own (``previous(theft)``), and so is a title. Its column is
``theft@-1``, or the library looks for the earlier row where it is told which column names the unit and which
the period. From there on nothing is special about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.compiler.names import Described
from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest
from criteria_engine.evaluation.evaluation import levels_that_reach
from criteria_engine.tables.layering import Copy, with_copies
from criteria_engine.tables.refusing import refuse_frame
from criteria_engine.tables.shifting import shifted

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
    for name in (*(asked.history or ()), *asked.titles.values()):
        if name not in names:
            raise refuse_frame("CE576", name=name, nearest=nearest(name, names) or ", ".join(list(names)[:8]))
    ranked = {each.id: each for each in (own, *asked.sets)}
    labels: dict[str, str] = {}
    levels: dict[str, tuple[str, ...]] = {}
    copies: list[Copy] = []
    moved: dict[str, tuple[str, int]] = {}
    for input, (of, level, back) in program.judging.observing.origins.items():
        source = asked.titles.get(of, f"titles.{of}") if level else of
        labels[input] = f"{source}@-{back}" if back else source
        if level:
            levels[input] = levels_that_reach(level, ranked.get(of))
        for mark in ("",) if level else ("", "@na"):
            if labels[input] + mark in names:
                copies.append(Copy(input + mark, labels[input] + mark))
            elif back and asked.history is not None and source + mark in names:
                moved[input + mark] = source + mark, back
    if asked.history is not None and moved:
        frame = shifted(nw, frame, asked.history, moved)
    return with_copies(nw, frame, copies), Observed(labels, levels)
