"""Earlier periods and titles in frames: every row judged as `evaluate` judges it with its history."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import criteria_engine as ce

Row = dict[str, Any]

RULESET = ce.loads("""\
criteria_engine: 1
id: vn.example.calm
version: "1"
inputs:
  x: {type: integer, range: [0, 10], may_be_na: true}
  c: {type: choice, choices: [p, q]}
parameters: {m: {by: c, values: {p: 3, q: 6}}}
criteria:
  less: {points: 2, test: x < previous(x)}
  calm: {test: "every_period(x <= m, 3)"}
  safe: {test: "holds('vn.example.safe', 'silver')"}
  safer: {test: "every_period(holds('vn.example.safe', 'gold'), 2)"}
levels: {ok: {when: score() >= 3}}
""")
SAFE = ce.loads("""\
criteria_engine: 1
id: vn.example.safe
version: "1"
inputs: {a: boolean}
criteria: {k: {test: a}}
levels: {gold: {when: score() >= 1}, silver: {when: score() >= 0}}
""")
TITLE = "titles.vn.example.safe"


def _rows() -> list[Row]:
    """Wards by year in no order, some years left out, some values not known."""
    chance = random.Random(7)
    rows: list[Row] = [
        {
            "ward": f"w{ward}",
            "year": year,
            "x": chance.choice([None, 0, 2, 4, 7, 9]),
            "c": chance.choice(["p", "q", None]),
            TITLE: chance.choice(["gold", "silver", "none", None]),
        }
        for ward in range(40)
        for year in range(2018, 2026)
        if chance.random() > 0.25
    ]
    chance.shuffle(rows)
    return rows


ROWS = _rows()
BY_KEY = {(row["ward"], row["year"]): row for row in ROWS}


def _wanted(row: Row) -> Row:
    """What `evaluate` says of a row with the rows of the same ward in the years before."""
    periods = [BY_KEY.get((row["ward"], row["year"] - back)) for back in range(4)]
    result = RULESET.evaluate(
        {"x": row["x"], "c": row["c"]},
        history=[None if each is None else {"x": each["x"], "c": each["c"]} for each in periods[1:]],
        titles={"vn.example.safe": [None if each is None else each[TITLE] for each in periods]},
        sets=[SAFE],
    )
    assert result.score is not None
    return {
        "level": result.level,
        "decided": result.decided,
        "score_low": result.score.low,
        "score_high": result.score.high,
        "possible_levels": "|".join(result.possible_levels),
        "error": None,
    }


WANTED = {key: _wanted(row) for key, row in BY_KEY.items()}


def _of_pandas(frame: pd.DataFrame) -> list[Row]:
    rows: list[Row] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


MAKERS: dict[str, tuple[Callable[[list[Row]], Any], Callable[[Any], list[Row]]]] = {
    "pandas": (lambda rows: pd.DataFrame(rows, index=range(100, 100 + len(rows))), _of_pandas),
    "pandas-arrow": (lambda rows: pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow"), _of_pandas),
    "polars": (pl.DataFrame, lambda frame: frame.to_dicts()),
    "polars-lazy": (lambda rows: pl.DataFrame(rows).lazy(), lambda frame: frame.collect().to_dicts()),
    "pyarrow": (pa.Table.from_pylist, lambda frame: frame.to_pylist()),
    "duckdb": (
        lambda rows: duckdb.from_arrow(pa.Table.from_pylist(rows)),
        lambda frame: frame.to_arrow_table().to_pylist(),
    ),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_of_one_unit_are_its_history(kind: str) -> None:
    """A year that is left out is a period of which nothing is known; the order of rows plays no part."""
    make, read = MAKERS[kind]
    found = read(RULESET.evaluate_frame(make(ROWS), history=("ward", "year"), sets=[SAFE]))
    assert len(found) == len(ROWS)
    for row in found:
        assert {name: row[name] for name in WANTED[row["ward"], row["year"]]} == WANTED[
            row["ward"], row["year"]
        ]
    if "duckdb" not in kind and "lazy" not in kind:
        assert [(row["ward"], row["year"]) for row in found] == [(row["ward"], row["year"]) for row in ROWS]
    assert set(found[0]) == set(ROWS[0]) | set(_wanted(ROWS[0]))


def test_columns_of_earlier_periods_serve_as_well() -> None:
    """``x@-1``, ``x@-1@na`` and ``titles.ID@-1`` are read like any input; what is absent is told once."""
    rows = []
    for row in ROWS:
        made = dict(row)
        for back in (1, 2):
            before = BY_KEY.get((row["ward"], row["year"] - back), {})
            made |= {f"{name}@-{back}": before.get(name) for name in ("x", "c", TITLE)}
        rows.append(made)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    for row in RULESET.evaluate_frame(frame, sets=[SAFE]).to_dicts():
        assert row["level"] == WANTED[row["ward"], row["year"]]["level"]
        assert row["score_high"] == WANTED[row["ward"], row["year"]]["score_high"]
    with pytest.warns(UserWarning, match=r"x@-1, x@-2") as told:
        RULESET.evaluate_frame(pl.DataFrame(ROWS))
    assert len(told) == 1
    marked = pd.DataFrame({"x": [3], "c": ["p"], "x@-1": [None], "x@-1@na": [True]})
    with pytest.warns(UserWarning, match=r"x@-2"):
        low = RULESET.evaluate_frame(marked, detail=True)["less.status"]
    assert list(low) == ["not_applicable"]


@pytest.mark.parametrize(
    ("frame", "history", "code"),
    [
        (pl.DataFrame(ROWS), ("ward", "yaer"), "CE576"),
        (pl.DataFrame(ROWS), ("year", "ward"), "CE578"),
        (pl.DataFrame(ROWS + ROWS), ("ward", "year"), "CE579"),
    ],
)
def test_a_history_that_cannot_be_told(frame: Any, history: tuple[str, str], code: str) -> None:
    with pytest.raises(ce.CriteriaError) as raised:
        RULESET.evaluate_frame(frame, history=history)
    assert [each.code for each in raised.value.diagnostics] == [code]
