"""What is wrong with a frame: rows, named in a column or raised, and columns, which are raised."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from criteria_engine.compiler.names import Described
from criteria_engine.compiler.program import Program
from criteria_engine.core.grammar import nearest
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic, Fault, Problems, chosen_language
from criteria_engine.tables.gathering import Column
from criteria_engine.tables.taking import plain

__all__ = ["Wrong", "error_column", "look_at_columns", "refuse_frame", "refuse_rows"]

Wrong = Sequence[tuple[str, Any]]
"""Names of inputs, each with the numbers of the rows in which it is wrong."""

_MOST_SHOWN = 50


def error_column(
    np: Any, count: int, wrong: Wrong, order: Sequence[str], labels: Mapping[str, str]
) -> Column:
    """The column ``error``: the names of what is wrong, null where all is well."""
    codes = np.zeros(count, dtype=np.int32)
    places = {name: place for place, name in enumerate(order)}
    by_row: dict[int, list[str]] = {}
    for name, rows in sorted(wrong, key=lambda each: places.get(each[0], len(places))):
        for row in rows.tolist():
            by_row.setdefault(row, []).append(labels.get(name, name))
    texts: dict[str, int] = {}
    for row, names in by_row.items():
        codes[row] = 1 + texts.setdefault(", ".join(names), len(texts))
    return Column("error", np.where(codes, codes - 1, len(texts)), (*texts, None))


def refuse_rows(
    ruleset: Described, program: Program, frame: Any, wrong: Wrong, labels: Mapping[str, str]
) -> None:
    """Raise what is wrong with rows, the first of them, as ``evaluate`` would say it."""
    problems = Problems()
    rules = {f"consistency[{n}]": rule for n, rule in enumerate(ruleset.consistency)}
    inputs = {given.id: given for given in program.door.inputs}
    found = sorted((int(row), name) for name, rows in wrong for row in rows[:_MOST_SHOWN].tolist())
    for row, name in found[:_MOST_SHOWN]:
        at = f"rows[{row}].{labels.get(name, name)}"
        if name in rules:
            note = rules[name].note.in_language("vi")
            problems.add(at, "CE561", rule=rules[name].holds.text, note=f" ({note})" if note else "")
            continue
        if name not in inputs:
            problems.add(f"rows[{row}].on", "CE558", name="on", value="–")
            continue
        value = frame[name][row] if name in frame.columns else None
        try:
            program.door.value_of(inputs[name], plain(value))
            problems.add(at, "CE552", name=name)
        except Fault as fault:
            problems.add_fault(at, fault)
    problems.raise_errors()


def refuse_frame(code: str, /, **details: object) -> CriteriaError:
    """What is wrong with a frame as a whole."""
    problems = Problems()
    problems.add_fault("frame", Fault(code, **details))
    return CriteriaError(problems)


def look_at_columns(
    program: Program, there: Sequence[str], added: Sequence[str], labels: Mapping[str, str]
) -> None:
    """Refuse a frame that has columns of the names that are added; warn of inputs without one."""
    taken = [name for name in added if name in there]
    if taken:
        raise refuse_frame("CE573", names=", ".join(taken[:8]))
    absent = [
        labels.get(each.id, each.id)
        for each in program.door.inputs
        if not {each.id, f"{each.id}@na"} & set(there)
    ]
    if absent:
        near = [close for name in absent if (close := nearest(name, there)) and close not in absent]
        details = {
            "names": ", ".join(absent[:8]) + ", …" * (len(absent) > 8),
            "nearest": ", ".join(near[:3]) or "–",
        }
        said = Diagnostic("CE574", details, "frame", "warning", lang=chosen_language())
        warnings.warn(str(said), UserWarning, stacklevel=4)
