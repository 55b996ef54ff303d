"""Running the array carrier over a whole frame: in blocks, exact where nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.backends.arrays import Arrays
from criteria_engine.backends.steps import Steps
from criteria_engine.compiler.program import Program
from criteria_engine.core.nodes import Condition
from criteria_engine.tables.answers import answers_of, breaches_of
from criteria_engine.tables.gathering import Column, Gathering, gathering_of
from criteria_engine.tables.sources import NO, Rows, Source

__all__ = ["Inputs", "judged"]

_BLOCK = 16_384
"""Rows in a block: small enough for the cache, large enough that a step costs little."""

_FEW = 3  # fewer than a third of the rows with gaps are judged by themselves


@attrs.frozen(eq=False, repr=False)
class Inputs:
    """All that is read of a frame."""

    count: int
    sources: Mapping[str, Source]
    words: Mapping[str, Sequence[str]]
    evidence: Mapping[str, Any]


@attrs.define(eq=False, repr=False)
class _Run:
    np: Any
    inputs: Inputs
    gatherings: list[Gathering]
    programs: tuple[Steps, Steps]
    wrong: list[tuple[str, Any]] = attrs.field(factory=list)
    """What is wrong: the name of an input and the numbers of rows."""

    def block(self, rows: Any) -> Rows:
        """Some rows of the inputs."""
        inputs = self.inputs
        return Rows(self.np, inputs.sources, inputs.words, inputs.evidence, rows)

    def judge(self, block: Rows, rows: Any, *, complete: bool) -> None:
        """Run the exact or the bounded program over some rows."""
        program = self.programs[0 if complete else 1]
        with self.np.errstate(all="ignore"):
            found = program.run(block)
        start = 0
        for gathering in self.gatherings:
            size = len(gathering.exact if complete else gathering.open)
            gathering.take(found[start : start + size], rows, block, complete=complete)
            start += size
        for number, breach in enumerate(found[start:]):
            self.note(f"consistency[{number}]", breach, rows)

    def note(self, name: str, bad: Any, rows: Any) -> None:
        """Note the rows in which an input is wrong."""
        if bad is NO:
            return
        np = self.np
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        self.wrong.append((name, numbers if bad is True else numbers[bad]))


def judged(
    np: Any, program: Program, inputs: Inputs, *, detail: bool
) -> tuple[list[Column], list[tuple[str, Any]]]:
    """The columns of all answers, and what is wrong: names of inputs with numbers of rows."""
    answers = program.kept(("answers", detail), lambda: answers_of(program, detail=detail))
    gatherings = [gathering_of(np, answer, inputs.count) for answer in answers]
    programs = program.kept(("arrays", detail), lambda: _programs(np, program, gatherings))
    run = _Run(np, inputs, gatherings, programs)
    _judge_all(run, program)
    refused = _refused(np, run)
    columns = [column for gathering in gatherings for column in gathering.columns(refused)]
    return columns, run.wrong


def _programs(np: Any, program: Program, gatherings: Sequence[Gathering]) -> tuple[Steps, Steps]:
    breaches: list[tuple[Condition, Condition]] = breaches_of(program)
    exact = [part for gathering in gatherings for part in gathering.exact]
    bounded = [part for gathering in gatherings for part in gathering.open]
    return (
        Steps(Arrays(np), [*exact, *[breach[0] for breach in breaches]]),
        Steps(Arrays(np), [*bounded, *[breach[1] for breach in breaches]]),
    )


def _judge_all(run: _Run, program: Program) -> None:
    np, count = run.np, run.inputs.count
    left: list[Any] = []
    for start in range(0, count, _BLOCK):
        rows = slice(start, min(start + _BLOCK, count))
        block = run.block(rows)
        gaps = _gaps(run, block, program.door.order, rows)
        if gaps is NO:
            run.judge(block, rows, complete=True)
        elif gaps is True or _FEW * np.count_nonzero(gaps) > rows.stop - rows.start:
            run.judge(block, rows, complete=False)
        else:
            run.judge(block, rows, complete=True)
            left.append(np.flatnonzero(gaps) + start)
    if left:
        _judge_again(run, np.concatenate(left))


def _judge_again(run: _Run, numbers: Any) -> None:
    """Judge scattered rows with gaps, which the exact program has judged for nothing."""
    scattered = set(numbers.tolist()) if run.wrong else set()
    run.wrong = [
        (name, rows if not name.startswith("consistency[") else _without(run.np, rows, scattered))
        for name, rows in run.wrong
    ]
    for start in range(0, len(numbers), _BLOCK):
        rows = numbers[start : start + _BLOCK]
        run.judge(run.block(rows), rows, complete=False)


def _without(np: Any, rows: Any, others: set[int]) -> Any:
    return np.array([row for row in rows.tolist() if row not in others], dtype=np.int64)


def _gaps(run: _Run, block: Rows, order: Sequence[str], rows: slice) -> Any:
    """The rows in which something is missing, or wrong; what is wrong is noted."""
    gaps: Any = NO
    for name in order:
        cells = block.cells(name)
        run.note(name, cells.bad, rows)
        if cells.given is False:
            gaps = True
        elif gaps is not True and cells.given is not True:
            gone = ~cells.given
            gaps = gone if gaps is NO else gaps | gone
    return gaps


def _refused(np: Any, run: _Run) -> Any:
    if not any(len(rows) for _, rows in run.wrong):
        return None
    found = np.zeros(run.inputs.count, dtype=bool)
    for _, rows in run.wrong:
        found[rows] = True
    return found
