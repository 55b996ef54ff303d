"""Many assessments in a frame: what comes out, and the law that it is what `evaluate` says."""

from __future__ import annotations

import datetime

import duckdb
import framed
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import scaled

import criteria_engine as ce

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

_LOOSE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_MAKERS = framed.IN_MEMORY | framed.LAZY
FLAGGED = """
criteria_engine: 1
id: vn.example.flagged
version: "1"
inputs: {told: {type: boolean, may_be_na: true}}
criteria: {told: {test: told}}
levels: {met: {when: score() == 1}}
"""
ADDED = ("level", "decided", "score_low", "score_high", "possible_levels", "error")


@pytest.mark.parametrize("kind", _MAKERS)
@settings(max_examples=scaled(15), suppress_health_check=_LOOSE)
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


class TestTheDoor:
    """What a frame may be, and what is said of one that is not."""

    def test_a_wrong_value_refuses_its_row_alone(self) -> None:
        ruleset, frame = framed.small(framed.polars)
        rows = framed.rows_of(ruleset.evaluate_frame(frame))
        assert [row["error"] for row in rows] == [None, None, "cases, area"]
        assert [row["level"] for row in rows] == ["good", None, None]
        assert [row["possible_levels"] for row in rows] == ["good", "good|none", None]
        assert [row["decided"] for row in rows] == [True, False, False]

    def test_strict_raises_all_that_is_wrong(self) -> None:
        for make in framed.IN_MEMORY.values():
            ruleset, frame = framed.small(make)
            with pytest.raises(ce.CriteriaError) as raised:
                ruleset.evaluate_frame(frame, strict=True)
            found = {(each.code, each.path) for each in raised.value.diagnostics}
            assert found == {("CE557", "rows[2].cases"), ("CE554", "rows[2].area")}

    def test_strict_has_nothing_to_raise_of_a_plan(self) -> None:
        ruleset, frame = framed.small(framed.polars_lazy)
        with pytest.raises(ce.CriteriaError, match="CE575"):
            ruleset.evaluate_frame(frame, strict=True)

    def test_what_is_no_frame_is_refused(self) -> None:
        ruleset, _ = framed.small(framed.polars)
        with pytest.raises(ce.CriteriaError, match="CE572"):
            ruleset.evaluate_frame([1, 2])

    def test_columns_are_not_overwritten(self) -> None:
        ruleset, frame = framed.small(framed.polars)
        once = ruleset.evaluate_frame(frame)
        with pytest.raises(ce.CriteriaError, match="CE573"):
            ruleset.evaluate_frame(once)
        twice = ruleset.evaluate_frame(once, prefix="again_")
        assert twice["again_level"].to_list() == once["level"].to_list()

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("kind", _MAKERS)
    def test_an_input_without_a_column_is_missing_with_one_warning(self, kind: str) -> None:
        ruleset, _ = framed.small(framed.polars)
        frame = _MAKERS[kind]({"cases": [1, 5]}, {"cases": "whole"})
        with pytest.warns(UserWarning, match="area") as warned:
            found = framed.rows_of(ruleset.evaluate_frame(frame))
        assert len(warned) == 1
        assert [(row["score_low"], row["score_high"]) for row in found] == [(10, 15), (0, 5)]

    def test_the_index_of_pandas_stays(self) -> None:
        ruleset, frame = framed.small(framed.pandas_nullable)
        frame.index = ["x", "y", "z"]
        assert list(ruleset.evaluate_frame(frame).index) == ["x", "y", "z"]

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_no_rows(self, kind: str) -> None:
        ruleset, _ = framed.small(framed.polars)
        frame = _MAKERS[kind]({"cases": [], "area": []}, {"cases": "whole", "area": "text"})
        assert framed.rows_of(ruleset.evaluate_frame(frame, detail=True)) == []

    @pytest.mark.parametrize("rows", [2, 40_000])
    def test_large_frames_go_another_way_to_the_same(self, rows: int) -> None:
        ruleset, _ = framed.small(framed.polars)
        cells = [{"cases": n % 7, "area": ("normal", "difficult", None)[n % 3]} for n in range(rows)]
        columns = {name: [row[name] for row in cells] for name in ("cases", "area")}
        frame = framed.polars(columns, {"cases": "whole", "area": "text"})
        found = framed.rows_of(ruleset.evaluate_frame(frame))
        for row, values in zip(found[:21], cells[:21], strict=True):
            result = ruleset.evaluate(values)
            assert (row["level"], row["score_low"], row["score_high"]) == (result.level, *result.score)
        assert found[:21] * 2 == (found[-42:] if rows % 21 == 0 else found[:21] * 2)

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_numbers_as_texts_are_wrong(self, kind: str) -> None:
        ruleset, _ = framed.small(framed.polars)
        frame = _MAKERS[kind](
            {"cases": ["1", None], "area": ["normal", "normal"]}, {"cases": "text", "area": "text"}
        )
        found = framed.rows_of(ruleset.evaluate_frame(frame))
        assert [row["error"] for row in found] == ["cases", None]


DATED = """
criteria_engine: 1
id: vn.example.dated
version: "1"
inputs:
  rate: percent
parameters:
  mark: [{from: 2024-01-01, value: 80}, {from: 2026-01-01, value: 90}]
criteria:
  enough: {test: rate >= mark}
"""


class TestTheDay:
    """The day whose dated parameters count: one for all, or one a row."""

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_a_column_of_days(self, kind: str) -> None:
        ruleset = ce.loads(DATED)
        days = [datetime.date(2025, 1, 1), datetime.date(2026, 1, 1), datetime.date(2023, 12, 31), None]
        frame = _MAKERS[kind]({"rate": [85.0] * 4, "day": days}, {"rate": "number", "day": "day"})
        found = framed.rows_of(ruleset.evaluate_frame(frame, on="day"))
        assert [row["score_low"] for row in found] == [1, 0, None, None]
        assert [row["error"] for row in found] == [None, None, "on", "on"]

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_one_day_for_all(self, kind: str) -> None:
        ruleset = ce.loads(DATED)
        frame = _MAKERS[kind]({"rate": [85.0]}, {"rate": "number"})
        scores = [framed.rows_of(ruleset.evaluate_frame(frame, on=on)) for on in ("2025-01-01", "2026-01-01")]
        assert [found[0]["score_low"] for found in scores] == [1, 0]

    def test_no_day(self) -> None:
        frame = framed.polars({"rate": [85.0]}, {"rate": "number"})
        with pytest.raises(ce.CriteriaError, match="CE559"):
            ce.loads(DATED).evaluate_frame(frame)


@pytest.mark.parametrize("kind", _MAKERS)
def test_a_day_written_as_a_text(kind: str) -> None:
    """Texts such as 2024-02-29 are days; others are wrong, and abort nothing."""
    text = 'criteria_engine: 1\nid: a.b\nversion: "1"\ninputs: {day: date}\ndefine: {named: day}\n'
    ruleset = ce.loads(text + "criteria: {early: {test: \"day < '2024-03-01'\"}}\n")
    days = ["2024-02-29", "2024-03-01", "2023-02-29", "yesterday", None, "2024-13-01"]
    frame = _MAKERS[kind]({"day": days}, {"day": "text"})
    found = framed.rows_of(ruleset.evaluate_frame(frame, detail=True))
    assert [row["score_low"] for row in found] == [1, 0, None, None, 0, None]
    assert [row["values.named"] for row in found] == ["2024-02-29", "2024-03-01", None, None, None, None]
    assert [row["error"] for row in found] == [None, None, "day", "day", None, "day"]


TREND = """
criteria_engine: 1
id: vn.example.trend
version: "1"
inputs:
  theft: {type: integer, range: [0, 1000]}
criteria:
  fewer: {points: 10, test: theft < previous(theft)}
  title: {points: 5, test: "holds('vn.example.safe', 'fair')"}
"""
SAFE = """
criteria_engine: 1
id: vn.example.safe
version: "1"
inputs: {x: number}
criteria: {k: {test: x > 0}}
levels: {high: {when: x > 9}, fair: {when: x > 5}}
"""


class TestEarlierPeriods:
    """What was before, and what is held: in columns, or shifted by the library."""

    UNITS = ("a", "b", "a", "b", "a")
    YEARS = (2023, 2024, 2025, 2023, 2024)
    THEFT = (5, 2, 9, 3, None)

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_periods_are_shifted(self, kind: str) -> None:
        """The earlier rows of a unit are its history, in whatever order they stand."""
        columns = {"unit": [*self.UNITS], "year": [*self.YEARS], "theft": [*self.THEFT]}
        frame = _MAKERS[kind](columns, {"unit": "text", "year": "whole", "theft": "whole"})
        ruleset = ce.loads(TREND)
        made = ruleset.evaluate_frame(frame, history=("unit", "year"), titles={"vn.example.safe": "unit"})
        found = {(row["unit"], row["year"]): row for row in framed.rows_of(made)}
        assert list(framed.rows_of(made)[0]) == [*columns, *ADDED]
        for (unit, year), row in found.items():
            before = [found[unit, year - 1]["theft"]] if (unit, year - 1) in found else []
            history = [{"theft": theft} for theft in before]
            result = ruleset.evaluate(
                {"theft": row["theft"]}, history=history, titles={"vn.example.safe": unit}
            )
            assert (row["score_low"], row["score_high"]) == result.score, (unit, year)

    def test_what_cannot_shift_says_so(self) -> None:
        frame = framed.arrow(
            {"unit": ["a"], "year": [1], "theft": [1]}, {"unit": "text", "year": "whole", "theft": "whole"}
        )
        with pytest.raises(ce.CriteriaError, match="CE578"):
            ce.loads(TREND).evaluate_frame(frame, history=("year", "unit"))
        with pytest.raises(ce.CriteriaError, match="CE576"):
            ce.loads(TREND).evaluate_frame(frame, history=("unit", "month"))

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_titles_are_ranked_by_their_sets(self, kind: str) -> None:
        held = ["high", "fair", "none", None]
        frame = _MAKERS[kind](
            {"theft": [1] * 4, "theft@-1": [0] * 4, "safe": held},
            {"theft": "whole", "theft@-1": "whole", "safe": "text"},
        )
        made = ce.loads(TREND).evaluate_frame(
            frame, titles={"vn.example.safe": "safe"}, sets=[ce.loads(SAFE)]
        )
        assert [(row["score_low"], row["score_high"]) for row in framed.rows_of(made)] == [
            (5, 5),
            (5, 5),
            (0, 0),
            (0, 5),
        ]

    @pytest.mark.parametrize("kind", _MAKERS)
    def test_a_wrong_value_of_an_earlier_period_is_named_by_its_column(self, kind: str) -> None:
        frame = _MAKERS[kind]({"theft": [1], "theft@-1": [-7]}, {"theft": "whole", "theft@-1": "whole"})
        assert framed.rows_of(ce.loads(TREND).evaluate_frame(frame))[0]["error"] == "theft@-1"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_truth_values_among_missing_ones_in_pandas_are_taken_as_they_are(missing: object) -> None:
    ruleset = ce.loads(FLAGGED)
    for cells, levels in (
        ([True, missing, False], ["met", None, "none"]),
        ([np.True_, missing, np.False_], ["met", None, "none"]),
        ([missing, missing], [None, None]),
    ):
        made = ruleset.evaluate_frame(pd.DataFrame({"told": pd.Series(cells, dtype=object)}))
        assert [None if level is None or level != level else level for level in made["level"]] == levels  # noqa: PLR0124
        assert made["error"].isna().all()
    # 1 is no truth value, though Python says that it equals one.
    made = ruleset.evaluate_frame(pd.DataFrame({"told": pd.Series([True, 1, missing], dtype=object)}))
    assert [cell if isinstance(cell, str) else None for cell in made["error"]] == [None, "told", None]


def test_a_plan_that_is_kept_serves_no_other_frame() -> None:
    """Frames that differ in kinds, names or what is sound in them are judged each by itself, in any order."""
    ruleset = ce.loads(FLAGGED)
    frames = [
        pl.DataFrame({"told": [True, None, False] * 2_000}),
        pl.DataFrame({"told": [True, True, False] * 2_000}),
        pl.DataFrame({"told": ["n/a", None, None] * 2_000}),
        pl.DataFrame({"other": [1, 2, 3] * 2_000, "told": [False, True, None] * 2_000}),
        pl.DataFrame({"told": [True, False, True] * 2_000, "told@na": [True, False, None] * 2_000}),
    ]
    apart = [ce.loads(FLAGGED).evaluate_frame(frame) for frame in frames]
    for order in ([0, 1, 2, 3, 4, 0, 2], [4, 3, 2, 1, 0, 1]):
        for place in order:
            assert ruleset.evaluate_frame(frames[place]).equals(apart[place])
            assert ruleset.evaluate_frame(frames[place].lazy()).collect().equals(apart[place])


def test_words_that_look_like_sql_stay_words() -> None:
    """What a ruleset says is never taken for a column or a piece of a query, also where columns are of like names."""
    words = ["it's", '"criteria_1"', "criteria_2", "a'; DROP TABLE t; --", '"cases"']
    quoted = ["'" + word.replace("'", "''") + "'" for word in words]
    points = ", ".join(f"{word}: {at}" for at, word in enumerate(quoted))
    ruleset = ce.loads(f"""
criteria_engine: 1
id: vn.example.words
version: "1"
inputs: {{cases: {{type: choice, choices: [{", ".join(quoted)}]}}, more: {{type: number, range: [0, 9]}}}}
criteria:
  said: {{points: 5, choose: {{of: cases, points: {{{points}}}}}}}
  more: {{points: 5, test: more >= 3}}
levels: {{met: {{when: score() >= 7}}}}
""")
    rows = [{"cases": word, "more": more} for word in [*words, None, "odd"] for more in (2.0, 3.0, None)]
    frame = pl.DataFrame(rows, schema={"cases": pl.String, "more": pl.Float64})
    wanted = ruleset.evaluate_frame(frame, detail=True).to_dicts()
    assert [row["error"] for row in wanted] == [None] * 18 + ["cases"] * 3
    for made in (
        ruleset.evaluate_frame(frame.lazy(), detail=True).collect(),
        pl.from_arrow(
            ruleset.evaluate_frame(duckdb.from_arrow(frame.to_arrow()), detail=True).to_arrow_table()
        ),
    ):
        assert made.to_dicts() == wanted


def test_numbers_under_nulls_in_arrow_say_nothing() -> None:
    """Where Arrow marks a null anything may lie in memory; parts of tables begin in the middle of a byte of marks."""
    ruleset = ce.loads(framed.SMALL.replace("integer", "number"))
    lying = pa.Array.from_buffers(
        pa.float64(), 11, [pa.py_buffer(b"\xa5\x03"), pa.py_buffer(np.full(11, 1e9).tobytes())], null_count=5
    )
    said = pa.chunked_array([pa.array([1.0, None, float("nan"), 5.0]), pa.array([None, 2.0, 101.0] * 3)])
    for column in (pa.chunked_array([lying]), said):
        table = pa.table({"cases": column, "area": ["normal"] * len(column)})
        for start in range(4):
            part = table.slice(start)
            made = ruleset.evaluate_frame(part)
            for cell, level, error in zip(
                part["cases"].to_pylist(), made["level"].to_pylist(), made["error"].to_pylist(), strict=True
            ):
                missing = cell is None or cell != cell  # noqa: PLR0124 - not a number
                wrong = not missing and cell > 100
                assert error == ("cases" if wrong else None)
                assert level == (None if missing or wrong else "good" if cell < 3 else "none")


def test_a_relation_of_duckdb_comes_back_on_its_connection_with_all_its_types() -> None:
    """What Arrow has no type for keeps its own, and the judged relation can be joined with tables beside it."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE names AS SELECT 7::HUGEINT AS ward, 'seven' AS name")
    relation = connection.sql("""
        SELECT 7::HUGEINT AS ward, 1::DECIMAL(9, 2) AS cases, 'normal'::ENUM('normal', 'difficult') AS area,
            '101'::BIT AS "a ""bit", TIMETZ '01:02:03+01' AS hour, uuid() AS id, '{"a": 1}'::JSON AS json
    """)
    ruleset, _ = framed.small(framed.polars)
    made = ruleset.evaluate_frame(relation)
    assert made.columns == [*relation.columns, *ADDED]
    assert [*map(str, made.types)][: len(relation.types)] == [*map(str, relation.types)]
    same = 'ward, "a ""bit", hour, json'
    assert made.project(same).fetchall() == relation.project(same).fetchall()
    assert made.join(connection.table("names"), "ward").project("name, level").fetchall() == [
        ("seven", "good")
    ]


def test_a_relation_of_duckdb_can_be_strict() -> None:
    ruleset, relation = framed.small(framed.duck)
    with pytest.raises(ce.CriteriaError) as raised:
        ruleset.evaluate_frame(relation, strict=True)
    assert {each.path for each in raised.value.diagnostics} == {"rows[2].cases", "rows[2].area"}
