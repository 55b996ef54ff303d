"""Measure frames on Spark, on this machine: rows a second of the common workload, and the plan alone.

`spark.py 1000000 2`: so many rows, on so many cores; what comes out is summed up, so that nothing is left out of
the work and little is sent back.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from frames import drawn
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everybody who uses Spark calls it
from workload import ruleset_text

import criteria_engine as ce


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    cores = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    ruleset = ce.loads(ruleset_text())
    session = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("complete", "a tenth missing"):
            path = str(Path(folder) / f"{name}.parquet".replace(" ", "_"))
            drawn(rows, gaps=name != "complete").write_parquet(path)
            frame = session.read.parquet(path).repartition(cores * 4).cache()
            frame.count()
            base = _timed(frame, ["n00"])
            for detail in (False, True):
                start = time.perf_counter()
                made = ruleset.evaluate_frame(frame, detail=detail)
                planned = time.perf_counter() - start
                wanted = [column for column in made.columns if column not in frame.columns]
                _timed(made, wanted)
                seconds = _timed(made, wanted)
                print(
                    f"{name}, detail={detail}: plan {planned:.2f} s, "
                    f"{rows / seconds / 1e6:.2f} M rows/s on {cores} cores (scan alone {rows / base / 1e6:.1f})"
                )
    session.stop()


def _timed(frame: object, names: list[str]) -> float:
    start = time.perf_counter()
    frame.select(F.sum(F.xxhash64(*[F.col(f"`{name}`") for name in names]) % 1000)).collect()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
