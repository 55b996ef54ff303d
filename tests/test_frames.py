"""Many assessments in a frame: what comes out, and the law that it is what `evaluate` says."""

from __future__ import annotations

import framed
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import scaled

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_MAKERS = framed.IN_MEMORY | framed.LAZY


@pytest.mark.parametrize("kind", _MAKERS)
@settings(max_examples=scaled(30), suppress_health_check=_LOOSE)
@given(data=st.data())
def test_every_cell_is_what_evaluate_says(kind: str, data: st.DataObject) -> None:
    """Bit for bit, over all shapes of rules, with missing, not applicable, evidenced and wrong values."""
    framed.judge_and_compare(_MAKERS[kind], data)


@pytest.mark.parametrize("kind", ["dask", "ibis"])
@settings(max_examples=8, suppress_health_check=_LOOSE)
@given(data=st.data())
def test_every_cell_of_a_plan_is_what_evaluate_says(kind: str, data: st.DataObject) -> None:
    """The same on engines for many machines, where these are installed."""
    pytest.importorskip(kind)
    framed.judge_and_compare(framed.DISTRIBUTED[kind], data)
