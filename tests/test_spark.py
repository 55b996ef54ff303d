"""The law of frames on Spark, with a driver and two workers: `make test-spark`."""

from __future__ import annotations

from collections.abc import Iterator

import framed
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pyspark = pytest.importorskip("pyspark.sql")

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.fixture(scope="module")
def session() -> Iterator[object]:
    """Spark on this machine, its two workers processes of their own."""
    found = (
        pyspark.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    found.sparkContext.setLogLevel("ERROR")
    yield found
    found.stop()


@settings(max_examples=8, suppress_health_check=_LOOSE)
@given(data=st.data())
def test_every_cell_is_what_evaluate_says(session: object, data: st.DataObject) -> None:
    """Bit for bit, over all shapes of rules."""
    framed.judge_and_compare(framed.in_spark, data)


def test_the_plan_runs_no_job(session: pyspark.SparkSession) -> None:
    """Nothing is collected, counted or looked at before the frame's owner asks."""
    ruleset, frame = framed.small(framed.in_spark)
    tracker = session.sparkContext.statusTracker()
    session.sparkContext.setJobGroup("plan", "judging")
    made = ruleset.evaluate_frame(frame, detail=True)
    assert list(tracker.getJobIdsForGroup("plan")) == []
    assert made.count() == frame.count()
    assert list(tracker.getJobIdsForGroup("plan")) != []
