"""Many assessments in a frame: what comes out, and the law that it is what `evaluate` says."""

from __future__ import annotations

from typing import Any

import framed
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import loaded

import criteria_engine as ce

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_ROWS = 12


def _drawn(data: st.DataObject) -> tuple[ce.Ruleset, list[dict[str, Any]], list[dict[str, Any]]]:
    """A ruleset, assessments of it, some with gaps and some with values that cannot be, and evidence."""
    document = data.draw(strategies.documents(evidence=True))
    ruleset = loaded(document)
    assessments, evidence = [], []
    for number in range(_ROWS):
        values = data.draw(strategies.values(document, missing=(0, 0.2, 0.6)[number % 3]))
        assessments.append(data.draw(strategies.spoiled(document, values)) if number == 5 else values)
        evidence.append(data.draw(strategies.evidences(document)) if number % 2 else {})
    return ruleset, assessments, evidence


def _agree(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    for number, (row, cells) in enumerate(zip(found, wanted, strict=True)):
        if isinstance(cells["error"], set):
            assert row["error"] is not None, (number, cells)
            assert set(row["error"].split(", ")) == cells["error"], number
            assert (row["level"], row["decided"], row["score_low"]) == (None, False, None)
            continue
        for name, cell in cells.items():
            assert (number, name, row[name]) == (number, name, cell)


_MAKERS = framed.IN_MEMORY | framed.LAZY


@pytest.mark.parametrize("kind", _MAKERS)
@settings(max_examples=60, suppress_health_check=_LOOSE)
@given(data=st.data())
def test_every_cell_is_what_evaluate_says(kind: str, data: st.DataObject) -> None:
    """Bit for bit, over all shapes of rules, with missing, not applicable, evidenced and wrong values."""
    ruleset, assessments, evidence = _drawn(data)
    rows = framed.columns_of(ruleset, assessments, evidence)
    kinds = framed.kinds_of(ruleset, rows)
    columns = {name: [row.get(name) for row in rows] for name in kinds}
    frame = _MAKERS[kind](columns, kinds)
    found = framed.rows_of(ruleset.evaluate_frame(frame, detail=True, on=strategies.ON))
    wanted = [framed.cells_of(ruleset, *each) for each in zip(assessments, evidence, strict=True)]
    _agree(found, wanted)
