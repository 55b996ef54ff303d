"""The common workload as a good programmer would write it for each engine, for complete values.

The same columns come out as from the library, since that is what the figures compare: level, decided, both
ends of the score, the levels that are possible, and an empty column of errors. None of them looks
whether a value is missing, a number in its range or a word among its choices, but for ``by_polars_asking``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from workload import GROUP_NEEDS, GROUPS, LEAF_NEEDS, NUMBERS_A_GROUP, SIGNS, THRESHOLDS

_POINTS = {"low": 0, "middle": 3, "high": 5}


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


# ---- polars --------------------------------------------------------------------------------------


def by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """One lazy plan; what is asked twice is a column of its own."""
    flags = {name: _held(pl.col(name), sign, threshold) for _, name, sign, threshold in _leaves()}
    group_sums = []
    for group in range(GROUPS):
        points: list[Any] = []
        for at, name, _, _ in _leaves():
            if at == group:
                met = flags[name]
                if name in LEAF_NEEDS:
                    met = met & pl.col(f"met_{LEAF_NEEDS[name]}")
                points.append(pl.when(met).then(2).otherwise(0))
        points.append(pl.when(pl.col(f"flag{group}")).then(3).otherwise(0))
        place = pl.col(f"place{group}")
        rated = pl.when(place == "high").then(5).when(place == "middle").then(3).otherwise(0)
        if f"place{group}" in LEAF_NEEDS:
            rated = pl.when(pl.col("met_flag1")).then(rated).otherwise(0)
        total = points[0]
        for each in [*points[1:], rated]:
            total = total + each
        if group in GROUP_NEEDS:
            total = pl.when(pl.col(f"met_{GROUP_NEEDS[group]}")).then(total).otherwise(0)
        group_sums.append(total)
    score = group_sums[0]
    for each in group_sums[1:]:
        score = score + each
    # n06, flag1 are in group 1, which flag0 unlocks; flag2 is in group 2, which n03 unlocks.
    mets = {
        "met_flag0": pl.col("flag0"),
        "met_n03": flags["n03"],
        "met_n06": flags["n06"] & pl.col("flag0"),
        "met_flag1": pl.col("flag1") & pl.col("flag0"),
        "met_flag2": pl.col("flag2") & flags["n03"],
    }
    level = pl.when(pl.col("score_low") >= 80).then(pl.lit("pass")).otherwise(pl.lit("none"))
    return (
        frame.lazy()
        .with_columns(**mets)
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
    asked += [pl.col(f"place{group}").is_in([*_POINTS]) for group in range(GROUPS)]
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
                need = f" AND met_{LEAF_NEEDS[name]}" if name in LEAF_NEEDS else ""
                points.append(f"CASE WHEN {name} {sign} {threshold}{need} THEN 2 ELSE 0 END")
        points.append(f"CASE WHEN flag{group} THEN 3 ELSE 0 END")
        rated = f"CASE place{group} WHEN 'high' THEN 5 WHEN 'middle' THEN 3 ELSE 0 END"
        if f"place{group}" in LEAF_NEEDS:
            rated = f"CASE WHEN met_{LEAF_NEEDS[f'place{group}']} THEN {rated} ELSE 0 END"
        total = " + ".join([*points, rated])
        if group in GROUP_NEEDS:
            total = f"CASE WHEN met_{GROUP_NEEDS[group]} THEN {total} ELSE 0 END"
        group_sums.append(f"({total})")
    return f"""
        SELECT * EXCLUDE (met_flag0, met_n03, met_n06, met_flag1, met_flag2, score),
            CASE WHEN score >= 80 THEN 'pass' ELSE 'none' END AS level, TRUE AS decided,
            CAST(score AS DOUBLE) AS score_low, CAST(score AS DOUBLE) AS score_high,
            CASE WHEN score >= 80 THEN 'pass' ELSE 'none' END AS possible_levels, CAST(NULL AS VARCHAR) AS error
        FROM (SELECT *, {" + ".join(group_sums)} AS score FROM (
            SELECT *, flag0 AS met_flag0, n03 <= 90 AS met_n03, n06 >= 20 AND flag0 AS met_n06,
                flag1 AND flag0 AS met_flag1, flag2 AND n03 <= 90 AS met_flag2 FROM {source}))
    """


# ---- NumPy ---------------------------------------------------------------------------------------


def by_numpy(table: pa.Table) -> pa.Table:
    """Whole columns as arrays, in and out of Arrow."""
    numbers = {name: table[name].to_numpy() for _, name, _, _ in _leaves()}
    flags = {f"flag{group}": table[f"flag{group}"].to_numpy() for group in range(GROUPS)}
    mets = {name: _held(numbers[name], sign, threshold) for _, name, sign, threshold in _leaves()}
    mets["n06"] &= flags["flag0"]
    mets |= {"flag0": flags["flag0"], "flag1": flags["flag1"] & flags["flag0"]}
    mets["flag2"] = flags["flag2"] & mets["n03"]
    score = np.zeros(len(table), dtype=np.int64)
    for group in range(GROUPS):
        total = np.zeros(len(table), dtype=np.int64)
        for at, name, _, _ in _leaves():
            if at == group:
                met = mets[name] & mets[LEAF_NEEDS[name]] if name in LEAF_NEEDS else mets[name]
                total += 2 * met
        total += 3 * flags[f"flag{group}"]
        coded = table[f"place{group}"].combine_chunks().dictionary_encode()
        worth = np.array([_POINTS[word] for word in coded.dictionary.to_pylist()])
        rated = worth[coded.indices.to_numpy()]
        if f"place{group}" in LEAF_NEEDS:
            rated = rated * mets[LEAF_NEEDS[f"place{group}"]]
        total += rated
        score += total * mets[GROUP_NEEDS[group]] if group in GROUP_NEEDS else total
    passed = score >= 80
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
