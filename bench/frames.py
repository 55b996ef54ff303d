"""Measure frames, and print one table: `make bench-frames`.

Every speed is a ratio to the same judgement written by hand for that engine, the two timed in turn within one
run; the results are compared first. Rows and repetitions may be given, and where a chart of it is to be
drawn: `frames.py 1000000 7 docs/frames-speed.svg`. Memory (`frames_memory.py`) and drawn futures
(`futures.py`) come last.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable

import duckdb
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
from by_hand import by_numpy, by_polars, by_polars_asking, sql
from frames_memory import print_memory
from futures import print_futures
from machine import machine_and_versions
from workload import by_hand, ruleset_text

import criteria_engine as ce

SEED = 20260101


def drawn(rows: int, *, gaps: bool) -> pl.DataFrame:
    """Rows of the workload; with gaps a tenth of the values are missing."""
    chance = np.random.default_rng(SEED)
    columns: dict[str, pl.Series] = {}
    for number in range(30):
        columns[f"n{number:02}"] = pl.Series(np.round(chance.uniform(0, 100, rows), 1))
    for group in range(5):
        columns[f"flag{group}"] = pl.Series(chance.random(rows) < 0.9)
        places = pl.Series(chance.choice(3, rows, p=[0.1, 0.3, 0.6]).astype(np.uint32))
        columns[f"place{group}"] = pl.Series(["low", "middle", "high"]).gather(places)
    if gaps:
        columns = {
            name: column.set(pl.Series(chance.random(rows) < 0.1), None) for name, column in columns.items()
        }
    return pl.DataFrame(columns)


def in_turn(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each task, round by round, each round in another order."""
    chance, names = random.Random(SEED), list(tasks)
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        chance.shuffle(names)
        for name in names:
            start = time.perf_counter()
            tasks[name]()
            if turn:
                times[name].append(time.perf_counter() - start)
    return times


def tasks_for(
    ruleset: ce.Ruleset, full: pl.DataFrame, holes: pl.DataFrame
) -> dict[str, Callable[[], object]]:
    """What is timed."""
    tables = {"whole": full.to_arrow(), "holes": holes.to_arrow()}
    frames = {name: frame.to_pandas() for name, frame in (("full", full), ("holes", holes))}
    duck = duckdb.connect()
    for name, table in tables.items():
        duck.register(f"{name}_view", table)
        duck.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_view")
    rows = full.head(20_000).to_dicts()

    def in_duckdb(name: str) -> Callable[[], object]:
        return lambda: ruleset.evaluate_frame(duck.table(name)).to_arrow_table()

    def in_lazy(frame: pl.DataFrame) -> Callable[[], object]:
        return lambda: ruleset.evaluate_frame(frame.lazy()).collect()

    return {
        "polars by hand": lambda: by_polars(full),
        "polars by hand, asking": lambda: by_polars_asking(full),
        "polars": lambda: ruleset.evaluate_frame(full),
        "polars, gaps": lambda: ruleset.evaluate_frame(holes),
        "polars lazy": in_lazy(full),
        "polars lazy, gaps": in_lazy(holes),
        "duckdb by hand": lambda: duck.sql(sql("whole")).to_arrow_table(),
        "duckdb": in_duckdb("whole"),
        "duckdb, gaps": in_duckdb("holes"),
        "NumPy by hand": lambda: by_numpy(tables["whole"]),
        "pyarrow": lambda: ruleset.evaluate_frame(tables["whole"]),
        "pyarrow, gaps": lambda: ruleset.evaluate_frame(tables["holes"]),
        "pandas": lambda: ruleset.evaluate_frame(frames["full"]),
        "pandas, gaps": lambda: ruleset.evaluate_frame(frames["holes"]),
        "Python by hand": lambda: [by_hand(row) for row in rows],
    }


def check(ruleset: ce.Ruleset, full: pl.DataFrame, holes: pl.DataFrame) -> None:
    """All say the same, and what `evaluate` says of single rows."""
    wanted = by_polars(full)
    assert ruleset.evaluate_frame(full).equals(wanted)
    assert by_polars_asking(full).equals(wanted)
    assert ruleset.evaluate_frame(full.lazy()).collect().equals(wanted)
    assert pl.from_arrow(by_numpy(full.to_arrow())).equals(wanted)
    assert pl.from_arrow(ruleset.evaluate_frame(full.to_arrow())).equals(wanted)
    held = full.to_arrow()
    assert pl.from_arrow(duckdb.sql(sql("held")).to_arrow_table()).equals(wanted)
    assert pl.from_arrow(ruleset.evaluate_frame(duckdb.from_arrow(held)).to_arrow_table()).equals(wanted)
    found = ruleset.evaluate_frame(holes)
    assert ruleset.evaluate_frame(holes.lazy()).collect().equals(found)
    for row in found.sample(500, seed=1).to_dicts():
        result = ruleset.evaluate({given.id: row[given.id] for given in ruleset.inputs})
        assert (row["level"], row["score_low"], row["score_high"]) == (result.level, *result.score)


BASES = {"polars": "polars by hand", "duckdb": "duckdb by hand", "pyarrow": "NumPy by hand"}
BASES |= {"pandas": "NumPy by hand", "polars lazy": "polars by hand"}
BASES |= {"polars by hand, asking": "polars by hand"}


def main() -> None:
    """Measure, print, and draw."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    ruleset = ce.loads(ruleset_text())
    full, holes = drawn(rows, gaps=False), drawn(rows, gaps=True)
    check(ruleset, full.head(50_000), holes.head(50_000))
    tasks = tasks_for(ruleset, full, holes)
    times = in_turn(tasks, rounds)
    print(machine_and_versions("polars", "duckdb", "numpy", "pyarrow", "pandas", "narwhals"), "\n")
    print(f"| {rows:,} rows | ms | M rows/s | × by hand | × complete |")
    print("|---|---:|---:|---:|---:|")
    speeds = {}
    for name, found in times.items():
        count = 20_000 if name.startswith("Python") else rows
        base, complete = BASES.get(name.removesuffix(", gaps")), times.get(name.removesuffix(", gaps"))
        speeds[name] = count / statistics.median(found) / 1e6
        cells = [f"{statistics.median(found) * 1e3:.1f}", f"{speeds[name]:.2f}"]
        cells.append("" if base is None else f"{_ratio(found, times[base]):.2f}")
        cells.append(f"{_ratio(found, complete):.2f}" if complete is not None and "gaps" in name else "")
        print(f"| {name} | {' | '.join(cells)} |")
    if len(sys.argv) > 3:
        draw(speeds, sys.argv[3])
    print_memory()
    print_futures()


def _ratio(found: list[float], base: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(found, base, strict=True))


def draw(speeds: dict[str, float], path: str) -> None:
    """Rows a second of each, as bars: what is by hand, complete rows, and rows with gaps."""
    mpl.rcParams["svg.hashsalt"] = "frames"
    figure, axes = plt.subplots(figsize=(7.5, 0.32 * len(speeds) + 1), layout="constrained")
    names = list(speeds)[::-1]
    colours = [
        "#9aa5b1" if "by hand" in name else "#e0a458" if "gaps" in name else "#2a6f97" for name in names
    ]
    bars = axes.barh(names, [speeds[name] for name in names], color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set_xlabel("million rows a second (grey: by hand, blue: complete, ochre: a tenth missing)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    print(f"drawn: {path}")


if __name__ == "__main__":
    main()
