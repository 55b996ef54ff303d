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
from workload import GROUPS, MARK, NUMBERS_A_GROUP, PLACE_POINTS, SIGNS, THRESHOLDS


def _leaves(group: int) -> list[tuple[str, str, float]]:
    """Name, sign and threshold of each number of a group."""
    names = [f"n{group * NUMBERS_A_GROUP + number:02}" for number in range(NUMBERS_A_GROUP)]
    return [*zip(names, SIGNS, THRESHOLDS, strict=True)]


def _ready(column: Any) -> list[Any]:
    """What each group requires, of columns by their names."""
    return [
        (column("n08") >= 5) | column("flag1"),
        (column("n01") < 95) & (column("place0") != "low"),
        column("n14") + column("n20") >= 30.05,
        (column("place1") != "low") | column("flag4"),
        (column("n24") <= 97) & (column("n03") <= 98),
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
    ready = {f"ready{group}": need for group, need in enumerate(_ready(pl.col))}
    score: Any = 0
    for group in range(GROUPS):
        total: Any = pl.when(pl.col(f"flag{group}")).then(3).otherwise(0)
        for name, sign, threshold in _leaves(group):
            total = total + pl.when(_held(pl.col(name), sign, threshold)).then(2).otherwise(0)
        place = pl.col(f"place{group}")
        total = total + pl.when(place == "high").then(5).when(place == "middle").then(3).otherwise(0)
        score = score + pl.when(pl.col(f"ready{group}")).then(total).otherwise(0)
    passed = pl.all_horizontal(pl.col("score_low") >= MARK, *map(pl.col, ready))
    return (
        frame.lazy()
        .with_columns(**ready)
        .with_columns(score_low=score.cast(pl.Float64))
        .with_columns(level=pl.when(passed).then(pl.lit("pass")).otherwise(pl.lit("none")))
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
    asked = [pl.col(name).is_between(0, 100) for group in range(GROUPS) for name, _, _ in _leaves(group)]
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
    ready = [
        "n08 >= 5 OR flag1",
        "n01 < 95 AND place0 <> 'low'",
        "n14 + n20 >= 30.05",
        "place1 <> 'low' OR flag4",
        "n24 <= 97 AND n03 <= 98",
    ]
    sums = []
    for group in range(GROUPS):
        points = [
            *[f"CASE WHEN {name} {sign} {mark} THEN 2 ELSE 0 END" for name, sign, mark in _leaves(group)],
            f"CASE WHEN flag{group} THEN 3 ELSE 0 END",
            f"CASE place{group} WHEN 'high' THEN 5 WHEN 'middle' THEN 3 ELSE 0 END",
        ]
        sums.append(f"CASE WHEN ready{group} THEN {' + '.join(points)} ELSE 0 END")
    names = [f"ready{group}" for group in range(GROUPS)]
    needs = ", ".join(f"{need} AS {name}" for name, need in zip(names, ready, strict=True))
    passed = f"CASE WHEN {' AND '.join(names)} AND score >= {MARK} THEN 'pass' ELSE 'none' END"
    return f"""
        SELECT * EXCLUDE ({", ".join(names)}, score), {passed} AS level, TRUE AS decided,
            CAST(score AS DOUBLE) AS score_low, CAST(score AS DOUBLE) AS score_high,
            {passed} AS possible_levels, CAST(NULL AS VARCHAR) AS error
        FROM (SELECT *, {" + ".join(sums)} AS score FROM (SELECT *, {needs} FROM {source}))
    """


# ---- NumPy ---------------------------------------------------------------------------------------


def by_numpy(table: pa.Table) -> pa.Table:
    """Whole columns as arrays, in and out of Arrow."""
    columns: dict[str, Any] = {}
    for name in table.column_names:
        if name.startswith("place"):
            coded = table[name].combine_chunks().dictionary_encode()
            words = np.array(coded.dictionary.to_pylist(), dtype=object)
            columns[name] = _Words(words, coded.indices.to_numpy())
        else:
            columns[name] = table[name].to_numpy()
    score = np.zeros(len(table), dtype=np.int64)
    passed = np.ones(len(table), dtype=bool)
    for group, ready in enumerate(_ready(columns.__getitem__)):
        total = 3 * columns[f"flag{group}"]
        for name, sign, threshold in _leaves(group):
            total += 2 * _held(columns[name], sign, threshold)
        total += columns[f"place{group}"].points()
        score += total * ready
        passed &= ready
    passed &= score >= MARK
    level = pa.array(["none", "pass"]).take(pa.array(passed.astype(np.int8)))
    points = pa.array(score.astype(np.float64))
    added = {
        "level": level,
        "decided": pa.array(np.ones(len(table), dtype=bool)),
        "score_low": points,
        "score_high": points,
        "possible_levels": level,
        "error": pa.nulls(len(table), pa.string()),
    }
    for name, column in added.items():
        table = table.append_column(name, column)
    return table


class _Words:
    """A column of few words: each word is looked at once."""

    def __init__(self, words: Any, codes: Any) -> None:
        self._words, self._codes = words, codes

    def __ne__(self, word: object) -> Any:  # as an array would
        return (self._words != word)[self._codes]

    def points(self) -> Any:
        return np.array([PLACE_POINTS[word] for word in self._words])[self._codes]
