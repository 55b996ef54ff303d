"""Frames of every kind made of plain rows, what `evaluate` says of a row, and rows read back."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import strategies
from hypothesis import strategies as st
from judged import loaded

import criteria_engine as ce

Row = dict[str, Any]
KINDS = {"boolean": "flag", "number": "number", "percent": "number", "integer": "whole", "date": "day"}


def kinds_of(ruleset: ce.Ruleset, rows: Sequence[Row]) -> dict[str, str]:
    """The kind of every column: of an input what it declares, of `x@na` flag, of all else text."""
    declared = {given.id: KINDS.get(given.type, "text") for given in ruleset.inputs}
    names = list(dict.fromkeys([*declared, *[name for row in rows for name in row]]))
    return {
        name: declared.get(name.partition("@")[0], "text")
        if "@" not in name or re.fullmatch(r"[^@]+@-[0-9]+", name)
        else "flag"
        if name.endswith("@na")
        else "text"
        for name in names
    }


@dataclasses.dataclass
class Drawn:
    """An assessment: values, evidence, the values of earlier periods and titles."""

    values: Row
    evidence: Row
    history: list[Row]
    titles: dict[str, list[str | None]]


def columns_of(ruleset: ce.Ruleset, assessments: Sequence[Drawn]) -> list[Row]:
    """Assessments as rows of a frame: what is not applicable, or evidenced, or of earlier periods, and titles
    in columns of their own.
    """
    types = {given.id: given.type for given in ruleset.inputs}
    rows = []
    for drawn in assessments:
        row: Row = dict.fromkeys(types)
        for back, values in enumerate([drawn.values, *drawn.history]):
            suffix = f"@-{back}" if back else ""
            for name, value in values.items():
                if value == "n/a" and KINDS.get(types[name]) is not None:
                    row[f"{name}{suffix}@na"] = True
                elif types[name] == "date":
                    row[f"{name}{suffix}"] = datetime.date.fromisoformat(value)
                else:
                    row[f"{name}{suffix}"] = value
        for of, held in drawn.titles.items():
            for back, level in enumerate(held):
                row[f"titles.{of}" + (f"@-{back}" if back else "")] = level
        rows.append(row | {f"{name}@evidence": text for name, text in drawn.evidence.items()})
    return rows


def cells_of(ruleset: ce.Ruleset, drawn: Drawn, *, detail: bool = True) -> Row:
    """What `evaluate` says of an assessment, in the columns of a frame."""
    try:
        result = ruleset.evaluate(
            drawn.values,
            evidence=drawn.evidence,
            history=drawn.history,
            titles=drawn.titles,
            on=strategies.ON,
        )
    except ce.CriteriaError as error:
        names = [each.path.removeprefix("values.") for each in error.diagnostics]
        return {"error": set(names)}
    low, high = result.score or (None, None)
    cells: Row = {
        "level": result.level,
        "decided": result.decided,
        "score_low": low,
        "score_high": high,
        "possible_levels": "|".join(result.possible_levels),
        "error": None,
    }
    return cells | (_details(ruleset, result) if detail else {})


def _details(ruleset: ce.Ruleset, result: ce.Result) -> Row:
    cells: Row = {}
    for path in result.program.places:
        if not path:
            continue
        found = result.criteria[path]
        low, high = found.score or (None, None)
        cells |= {f"{path}.status": str(found.status), f"{path}.low": low, f"{path}.high": high}
        if path in result.program.groups:
            cells[f"{path}.level"] = found.level
        cells |= {f"{path}.items.{name}": _text(held) for name, held in found.items.items()}
    names = result.program.scope.names
    for definition in ruleset.define:
        name, value = f"values.{definition.id}", result.values[definition.id]
        if getattr(names[definition.id], "kind", None) == "number":
            ends = value if isinstance(value, ce.Bounds) else (value, value)
            low, high = (None, None) if value is None or value is ce.NA else ends
            cells |= {f"{name}.low": low, f"{name}.high": high}
        else:
            cells[name] = _text(value)
    return cells


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return "n/a" if value is ce.NA else str(value)


# ---- kinds of frames -----------------------------------------------------------------------------

Columns = Mapping[str, list[Any]]
Kinds = Mapping[str, str]

_PANDAS = {"flag": "boolean", "number": "Float64", "whole": "Int64", "text": "string"}
_POLARS: dict[str, Any] = {"flag": pl.Boolean, "number": pl.Float64, "whole": pl.Int64, "text": pl.String}
_ARROW = {"flag": pa.bool_(), "number": pa.float64(), "whole": pa.int64(), "text": pa.string()}
_DUCK = {"flag": "BOOLEAN", "number": "DOUBLE", "whole": "BIGINT", "text": "VARCHAR", "day": "DATE"}


def pandas_numpy(columns: Columns, kinds: Kinds) -> Any:
    made = {}
    for name, cells in columns.items():
        if kinds[name] in ("number", "whole"):
            made[name] = pd.Series([float("nan") if x is None else x for x in cells], dtype="float64")
        elif kinds[name] == "day":
            made[name] = pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)))
        elif kinds[name] == "flag" and None not in cells:
            made[name] = pd.Series(cells, dtype=bool)
        else:
            made[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(made)


def pandas_nullable(columns: Columns, kinds: Kinds) -> Any:
    return pd.DataFrame({
        name: pd.Series(cells, dtype=_PANDAS.get(kinds[name], object)) for name, cells in columns.items()
    })  # fmt: skip


def arrow(columns: Columns, kinds: Kinds) -> Any:
    return pa.table({
        name: pa.array(cells, type=_ARROW.get(kinds[name], pa.date32())) for name, cells in columns.items()
    })  # fmt: skip


def pandas_arrow(columns: Columns, kinds: Kinds) -> Any:
    return arrow(columns, kinds).to_pandas(types_mapper=pd.ArrowDtype)


def polars(columns: Columns, kinds: Kinds) -> Any:
    schema = {name: _POLARS.get(kinds[name], pl.Date) for name in columns}
    return pl.DataFrame(columns, schema=schema)


def polars_lazy(columns: Columns, kinds: Kinds) -> Any:
    return polars(columns, kinds).lazy()


def duck(columns: Columns, kinds: Kinds) -> Any:
    return duckdb.from_arrow(arrow(columns, kinds))


IN_MEMORY: dict[str, Callable[[Columns, Kinds], Any]] = {
    "pandas": pandas_numpy,
    "pandas nullable": pandas_nullable,
    "pandas Arrow": pandas_arrow,
    "pyarrow": arrow,
    "polars": polars,
}

LAZY: dict[str, Callable[[Columns, Kinds], Any]] = {"polars lazy": polars_lazy, "duckdb": duck}


def in_dask(columns: Columns, kinds: Kinds) -> Any:
    from dask import dataframe

    return dataframe.from_pandas(pandas_nullable(columns, kinds), npartitions=3, sort=False)


def in_ibis(columns: Columns, kinds: Kinds) -> Any:
    import ibis

    return ibis.memtable(arrow(columns, kinds))


def in_spark(columns: Columns, kinds: Kinds) -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    names = {"flag": "boolean", "number": "double", "whole": "bigint", "text": "string", "day": "date"}
    schema = ", ".join(f"`{name}` {names[kinds[name]]}" for name in columns)
    cells = {
        name: [None if x is None else float(x) for x in found] if kinds[name] == "number" else found
        for name, found in columns.items()
    }
    return session.createDataFrame([*zip(*cells.values(), strict=True)], schema)


DISTRIBUTED: dict[str, Callable[[Columns, Kinds], Any]] = {
    "dask": in_dask,
    "ibis": in_ibis,
    "spark": in_spark,
}


def rows_of(frame: Any) -> list[Row]:
    """The rows of a frame, each cell as Python holds it, missing ones as None."""
    if isinstance(frame, pd.DataFrame):
        listed = frame.to_dict("records")
    elif isinstance(frame, pa.Table):
        listed = frame.to_pylist()
    elif isinstance(frame, duckdb.DuckDBPyRelation):
        listed = frame.to_arrow_table().to_pylist()
    elif hasattr(frame, "to_pyarrow"):
        listed = frame.to_pyarrow().to_pylist()
    elif hasattr(frame, "compute"):
        listed = frame.compute().to_dict("records")
    elif hasattr(frame, "rdd"):
        listed = [row.asDict() for row in frame.collect()]
    else:
        listed = frame.collect().to_dicts() if isinstance(frame, pl.LazyFrame) else frame.to_dicts()
    return [{name: None if pd.isna(cell) else cell for name, cell in row.items()} for row in listed]


# ---- the law -------------------------------------------------------------------------------------

_ROWS = 9


def _drawn(data: st.DataObject) -> tuple[ce.Ruleset, list[Drawn]]:
    """A ruleset, assessments of it, some with gaps and some with values that cannot be, and evidence."""
    document = data.draw(strategies.documents(evidence=True, times=data.draw(st.booleans())))
    ruleset = loaded(document)
    assessments = []
    for number in range(_ROWS):
        missing = (0, 0.2, 0.6)[number % 3]
        values = data.draw(strategies.values(document, missing=missing))
        values = data.draw(strategies.spoiled(document, values)) if number == 5 else values
        evidence = data.draw(strategies.evidences(document)) if number % 2 else {}
        history = data.draw(strategies.histories(document, missing=missing))
        assessments.append(Drawn(values, evidence, history, data.draw(strategies.titles(missing=missing))))
    return ruleset, assessments


def _agree(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    for number, (row, cells) in enumerate(zip(found, wanted, strict=True)):
        if isinstance(cells["error"], set):
            assert row["error"] is not None, (number, cells)
            assert set(row["error"].split(", ")) == cells["error"], number
            assert (row["level"], row["decided"], row["score_low"]) == (None, False, None)
            continue
        for name, cell in cells.items():
            assert (number, name, row[name]) == (number, name, cell)


def judge_and_compare(make: Callable[..., Any], data: st.DataObject) -> None:
    """A frame of that kind, judged, and every cell held against what `evaluate` says of its row."""
    ruleset, assessments = _drawn(data)
    rows = columns_of(ruleset, assessments)
    kinds = kinds_of(ruleset, rows)
    columns = {name: [row.get(name) for row in rows] for name in kinds}
    frame = make(columns, kinds)
    found = rows_of(ruleset.evaluate_frame(frame, detail=True, on=strategies.ON))
    _agree(found, [cells_of(ruleset, each) for each in assessments])


SMALL = """
criteria_engine: 1
id: vn.example.small
version: "1"
inputs:
  cases: {type: integer, range: [0, 100]}
  area: {type: choice, choices: [normal, difficult], may_be_na: true}
criteria:
  few: {points: 10, test: cases < 3}
  kind: {points: 5, test: area == 'normal'}
levels:
  good: {when: "score() >= 10"}
"""


def small(make: Callable[..., Any]) -> tuple[ce.Ruleset, Any]:
    """A small ruleset and a frame of three rows for it: a sound one, one with a gap, and a wrong one."""
    columns = {"cases": [1, None, 500], "area": ["normal", "n/a", "elsewhere"]}
    return ce.loads(SMALL), make(columns, {"cases": "whole", "area": "text"})
