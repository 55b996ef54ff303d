"""The common workload as a good programmer would write it for each engine, for complete values.

The same columns come out as from the library, since that is what the figures compare: level, decided, both
ends of the score, the levels that are possible, and an empty column of errors. None of them looks
whether a value is missing, a number in its range or a word among its choices, but for ``by_polars_asking``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from workload import GROUPS, MARK, NUMBERS_A_GROUP, PLACE_POINTS, SIGNS, THRESHOLDS


def _leaves() -> list[tuple[int, str, str, float]]:
    """Group, name, sign and threshold of each number."""
    return [
        (group, f"n{group * NUMBERS_A_GROUP + number:02}", sign, threshold)
        for group in range(GROUPS)
        for number, (sign, threshold) in enumerate(zip(SIGNS, THRESHOLDS, strict=True))
    ]


def _held(column: Any, sign: str, threshold: float) -> Any:
    return {
        ">=": column.__ge__,
        "<": column.__lt__,
        ">": column.__gt__,
        "<=": column.__le__,
    }[sign](threshold)


def _ready(column: Callable[[str], Any]) -> list[Any]:
    """Whether each group may be judged, as ``workload.REQUIRES`` says it."""
    return [
        (column("n08") >= 5) | column("flag1"),
        (column("n01") < 95) & (column("place0") != "low"),
        column("n14") + column("n20") >= 30.05,
        (column("place1") != "low") | column("flag4"),
        (column("n24") <= 97) & (column("n03") <= 98),
    ]


# ---- polars --------------------------------------------------------------------------------------


def by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """One lazy plan; what is asked twice is a column of its own."""
    ready = {f"ready{group}": test for group, test in enumerate(_ready(pl.col))}
    group_sums = []
    for group in range(GROUPS):
        points: list[Any] = []
        for at, name, sign, threshold in _leaves():
            if at == group:
                points.append(pl.when(_held(pl.col(name), sign, threshold)).then(2).otherwise(0))
        points.append(pl.when(pl.col(f"flag{group}")).then(3).otherwise(0))
        place = pl.col(f"place{group}")
        rated = pl.when(place == "high").then(5).when(place == "middle").then(3).otherwise(0)
        total = points[0]
        for each in [*points[1:], rated]:
            total = total + each
        group_sums.append(pl.when(pl.col(f"ready{group}")).then(total).otherwise(0))
    score = group_sums[0]
    for each in group_sums[1:]:
        score = score + each
    passed = pl.all_horizontal([pl.col("score_low") >= MARK, *map(pl.col, ready)])
    level = pl.when(passed).then(pl.lit("pass")).otherwise(pl.lit("none"))
    return (
        frame.lazy()
        .with_columns(**ready)
        .with_columns(score_low=score.cast(pl.Float64))
        .with_columns(level=level)
        .select(
            *[pl.col(name) for name in frame.columns],
            pl.col("level"),
            pl.lit(value=True).alias("decided"),
            pl.col("score_low"),
            pl.col("score_low").alias("score_high"),
            pl.col("level").alias("possible_levels"),
            pl.lit(None, dtype=pl.String).alias("error"),
        )
        .collect()
    )


def by_polars_asking(frame: pl.DataFrame) -> pl.DataFrame:
    """The same, by someone who asks of every row whether all is there and can be, though not what is wrong."""
    asked = [pl.col(name).is_between(0, 100) for _, name, _, _ in _leaves()]
    asked += [pl.col(f"place{group}").is_in([*PLACE_POINTS]) for group in range(GROUPS)]
    asked += [pl.col(f"flag{group}").is_not_null() for group in range(GROUPS)]
    added = ("level", "score_low", "score_high", "possible_levels")
    sound, unsound = pl.col("sound"), pl.lit("unsound")
    return (
        by_polars(frame)
        .lazy()
        .with_columns(sound=pl.all_horizontal(asked).fill_null(value=False))
        .with_columns(
            *[pl.when(sound).then(pl.col(name)).alias(name) for name in added],
            decided=sound,
            error=pl.when(~sound).then(unsound),
        )
        .drop("sound")
        .collect()
    )


# ---- duckdb --------------------------------------------------------------------------------------


def sql(source: str) -> str:
    """One query; what is asked twice is a column of a query inside."""
    group_sums = []
    for group in range(GROUPS):
        points = []
        for at, name, sign, threshold in _leaves():
            if at == group:
                points.append(f"CASE WHEN {name} {sign} {threshold} THEN 2 ELSE 0 END")
        points.append(f"CASE WHEN flag{group} THEN 3 ELSE 0 END")
        rated = f"CASE place{group} WHEN 'high' THEN 5 WHEN 'middle' THEN 3 ELSE 0 END"
        total = " + ".join([*points, rated])
        group_sums.append(f"(CASE WHEN ready{group} THEN {total} ELSE 0 END)")
    ready = [f"ready{group}" for group in range(GROUPS)]
    level = f"CASE WHEN score >= {MARK} AND {' AND '.join(ready)} THEN 'pass' ELSE 'none' END"
    return f"""
        SELECT * EXCLUDE ({", ".join(ready)}, score), {level} AS level, TRUE AS decided,
            CAST(score AS DOUBLE) AS score_low, CAST(score AS DOUBLE) AS score_high,
            {level} AS possible_levels, CAST(NULL AS VARCHAR) AS error
        FROM (SELECT *, {" + ".join(group_sums)} AS score FROM (
            SELECT *, n08 >= 5 OR flag1 AS ready0, n01 < 95 AND place0 <> 'low' AS ready1,
                n14 + n20 >= 30.05 AS ready2, place1 <> 'low' OR flag4 AS ready3,
                n24 <= 97 AND n03 <= 98 AS ready4 FROM {source}))
    """


# ---- NumPy ---------------------------------------------------------------------------------------


def by_numpy(table: pa.Table) -> pa.Table:
    """Whole columns as arrays, in and out of Arrow."""
    numbers = {name: table[name].to_numpy() for _, name, _, _ in _leaves()}
    flags = {f"flag{group}": table[f"flag{group}"].to_numpy() for group in range(GROUPS)}
    places = {f"place{group}": table[f"place{group}"].combine_chunks() for group in range(GROUPS)}
    coded = {name: column.dictionary_encode() for name, column in places.items()}
    words = {name: np.array(column.dictionary.to_pylist())[column.indices] for name, column in coded.items()}
    ready = _ready((numbers | flags | words).__getitem__)
    score = np.zeros(len(table), dtype=np.int64)
    for group in range(GROUPS):
        total = np.zeros(len(table), dtype=np.int64)
        for at, name, sign, threshold in _leaves():
            if at == group:
                total += 2 * _held(numbers[name], sign, threshold)
        total += 3 * flags[f"flag{group}"]
        place = coded[f"place{group}"]
        worth = np.array([PLACE_POINTS[word] for word in place.dictionary.to_pylist()])
        total += worth[place.indices.to_numpy()]
        score += total * ready[group]
    passed = (score >= MARK) & np.logical_and.reduce(ready)
    level = pa.array(["none", "pass"]).take(pa.array(passed.astype(np.int8)))
    points = pa.array(score.astype(np.float64))
    columns = {
        "level": level,
        "decided": pa.array(np.ones(len(table), dtype=bool)),
        "score_low": points,
        "score_high": points,
        "possible_levels": level,
        "error": pa.nulls(len(table), pa.string()),
    }
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table
