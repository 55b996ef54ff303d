"""What each kind of frame does in its own way: giving columns, taking new ones, and earlier rows of a unit.

``table_of`` asks once of which kind a frame is; from there on its ``FrameTable`` answers. A ``MemoryTable`` (pandas,
polars, pyarrow, and a duckdb relation, fetched) is read and judged as arrays; a ``LazyTable`` (polars lazy, Spark,
whatever else narwhals knows as lazy) takes a plan of expressions and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Self

import attrs

from criteria_engine.backends.frames import SparkSql, quoted, window
from criteria_engine.core.extras import arrow, narwhals, numpy
from criteria_engine.messages.diagnostics import Code, refusal

_Earlier = Mapping[str, tuple[str, int]]
"""By the name of a new column the column that it is taken from, and how many periods before."""


def table_of(frame: Any) -> MemoryTable | LazyTable:
    """A frame as its kind; raises ``CriteriaError`` for what is no frame."""
    nw = narwhals()
    try:
        held = nw.from_native(frame)
    except TypeError:
        raise refusal("frame", Code.NOT_A_FRAME, kind=type(frame).__name__) from None
    engine, lazy = held.implementation, not isinstance(held, nw.DataFrame)
    if engine.is_duckdb():
        return _DuckdbTable(nw, held)
    if engine.is_polars():
        return _PolarsPlan(nw, held) if lazy else PolarsTable(nw, held)
    if lazy:
        return _SparkTable(nw, held) if engine.is_pyspark() else LazyTable(nw, held)
    return _ArrowTable(nw, held) if engine.is_pyarrow() else _PandasTable(nw, held)


class FrameTable:
    """A frame, as narwhals holds it; ``own`` are the columns that it came with."""

    def __init__(self, nw: Any, frame: Any) -> None:
        self.nw, self.frame = nw, frame
        self.own: Sequence[str] = frame.collect_schema().names()

    @property
    def schema(self) -> dict[str, Any]:
        """The kinds of its columns."""
        return dict(self.frame.collect_schema())

    def holding(self, frame: Any) -> Self:
        """The same kind of a frame with more columns."""
        table = copy(self)
        table.frame = frame
        return table

    def with_copies(self, copies: Mapping[str, str]) -> Self:
        """With columns under other names: by new name the old one."""
        columns = [self.nw.col(source).alias(name) for name, source in copies.items()]
        return self.holding(self.frame.with_columns(*columns)) if copies else self


@attrs.frozen(eq=False, repr=False)
class OutputColumn:
    """A finished column of NumPy: texts as codes (``words``, the last of which is null), numbers or flags.

    Where ``gone`` a number is null.
    """

    name: str
    values: Any
    words: tuple[str | None, ...] | None = None
    gone: Any = False


def is_missing(cell: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, or what cannot even be compared with itself."""
    try:
        return cell is None or bool(cell != cell)  # noqa: PLR0124 - NaN and its kin
    except ValueError:
        return False
    except (TypeError, ArithmeticError):
        return True


class MemoryTable(FrameTable):
    """A frame in memory."""

    def __init__(self, nw: Any, frame: Any) -> None:
        super().__init__(nw, frame)
        self._native, self._space = frame.to_native(), nw.get_native_namespace(frame)

    def __len__(self) -> int:
        return len(self.frame)

    def codes(self, column: Any) -> tuple[Any, list[Any]]:
        """For each row of a column (of narwhals) the place of its text, -1 where there is none; and the texts."""
        raise NotImplementedError

    def compares_texts(self, column: Any) -> bool:
        """Whether to compare all texts of a column with a word is fast."""
        return bool(column.dtype == self.nw.String)

    def numbers(self, column: Any) -> tuple[Any, Any]:
        """A column of numbers as an array, and where there are any; None where the array says so, by NaN."""
        return column.to_numpy(), None

    def truth_values(self, column: Any) -> tuple[Any, Any] | None:  # noqa: ARG002 - pandas reads it
        """Where truth values hold and where there are any, of a column of objects; None if it holds others."""
        return None

    def with_columns(self, columns: Sequence[OutputColumn]) -> Any:
        """The native frame as it came, with more columns."""
        raise NotImplementedError

    def _each_once(self, columns: Sequence[OutputColumn]) -> Iterator[tuple[str, Any]]:
        """Names and native columns; those that hold the same are made once."""
        made: dict[tuple[int, int, Any], Any] = {}
        for column in columns:
            key = id(column.values), id(column.gone), column.words
            if key not in made:
                made[key] = self._native_column(column)
            yield column.name, made[key]

    def _native_column(self, column: OutputColumn) -> Any:
        raise NotImplementedError

    def with_earlier(self, unit: str, period: str, earlier: _Earlier) -> Self:
        """Each row takes what the earlier row of its unit holds."""
        periods = [None if is_missing(cell) else cell for cell in self.frame[period].to_list()]
        keys: list[tuple[Any, Any]] = list(zip(self.frame[unit].to_list(), periods, strict=True))
        numbers: dict[tuple[Any, Any], int] = {}
        for number, key in enumerate(keys):
            if key in numbers and None not in key:
                raise refusal("frame", Code.UNIT_PERIOD_TWICE, unit=key[0], period=key[1])
            numbers[key] = number
        native = self._native
        for back in sorted({back for _, back in earlier.values()}):
            rows = [None if None in key else numbers.get((key[0], key[1] - back)) for key in keys]
            columns = {name: of for name, (of, before) in earlier.items() if before == back}
            native = self._with_rows(native, rows, columns)
        return self.holding(self.nw.from_native(native, eager_only=True))

    def _with_rows(self, native: Any, rows: Sequence[int | None], columns: Mapping[str, str]) -> Any:
        """The native frame with columns taken from others of the rows of those numbers."""
        raise NotImplementedError


class _PandasTable(MemoryTable):
    """A frame of pandas, or of a library that looks like it."""

    def codes(self, column: Any) -> tuple[Any, list[Any]]:
        codes, texts = column.to_native().factorize()
        return codes, list(texts)

    def compares_texts(self, column: Any) -> bool:
        # Objects are slow to compare.
        return super().compares_texts(column) and column.to_native().dtype != object

    def truth_values(self, column: Any) -> tuple[Any, Any] | None:
        native, pandas = column.to_native(), self._space
        if pandas.__name__ != "pandas" or pandas.api.types.infer_dtype(native, skipna=True) != "boolean":
            return None
        values = native.to_numpy()
        try:
            # Twice as fast as to ask pandas, and surely of truth values here, so that 1 is not met.
            yes, no = values == True, values == False  # noqa: E712 - each element is compared
        except TypeError:  # of pd.NA one cannot ask even that
            nullable = native.astype("boolean")
            no = (nullable == False).to_numpy(dtype=bool, na_value=False)  # noqa: E712 - each element
            yes = nullable.to_numpy(dtype=bool, na_value=False)
        return yes, yes | no

    def with_columns(self, columns: Sequence[OutputColumn]) -> Any:
        native, made = self._native, dict(self._each_once(columns))
        return self._space.concat([native, self._space.DataFrame(made, index=native.index)], axis=1)

    def _native_column(self, column: OutputColumn) -> Any:
        if column.words is not None:
            # Without an empty text a column of nulls alone would not be one of texts.
            words = self._space.Series([*column.words, ""])
            return words.take(column.values).set_axis(self._native.index)
        values = column.values
        if column.gone is not False:
            values = values.copy()
            values[column.gone] = float("nan")
        return self._space.Series(values, index=self._native.index)

    def _with_rows(self, native: Any, rows: Sequence[int | None], columns: Mapping[str, str]) -> Any:
        there, at = [row is not None for row in rows], [row or 0 for row in rows]
        taken = {name: native[of].take(at).set_axis(native.index) for name, of in columns.items()}
        return native.assign(**{name: column.where(there) for name, column in taken.items()})


class PolarsTable(MemoryTable):
    """A frame of polars."""

    def codes(self, column: Any) -> tuple[Any, list[Any]]:
        """By replacing each text by its place."""
        column = column.cast(self.nw.String)
        gone, texts = column.is_null().to_numpy(), column.drop_nulls().unique().to_list()
        if not texts:
            return -gone.astype("int8"), []
        codes = column.fill_null(texts[0]).replace_strict(texts, list(range(len(texts)))).to_numpy()
        if gone.any():
            codes = codes.copy()
            codes[gone] = -1
        return codes, texts

    def plan(self) -> _PolarsPlan:
        """The same as a plan."""
        plan = _PolarsPlan(self.nw, self.frame.lazy())
        plan.own = self.own
        return plan

    def with_columns(self, columns: Sequence[OutputColumn]) -> Any:
        """The native frame as it came, with more columns."""
        return self._native.with_columns([made.alias(name) for name, made in self._each_once(columns)])

    def _native_column(self, column: OutputColumn) -> Any:
        pl = self._space
        if column.words == (None,):
            return pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(column.values))
        if column.words is not None:
            words = pl.Series(column.name, column.words, dtype=pl.String)
            return words.gather(pl.Series(column.values.astype("uint32")))
        made = pl.Series(column.name, column.values)
        return made if column.gone is False else made.set(pl.Series(column.gone), None)

    def _with_rows(self, native: Any, rows: Sequence[int | None], columns: Mapping[str, str]) -> Any:
        at = self._space.Series(rows, dtype=self._space.UInt32)
        return native.with_columns([native[of].gather(at).alias(name) for name, of in columns.items()])


class _ArrowTable(MemoryTable):
    """A table of pyarrow."""

    def codes(self, column: Any) -> tuple[Any, list[Any]]:
        encoded = column.to_native().combine_chunks().dictionary_encode()
        # A dictionary that comes from elsewhere may count its texts without a sign.
        codes = encoded.indices.cast("int32").fill_null(-1).to_numpy(zero_copy_only=False)
        return codes, encoded.dictionary.to_pylist()

    def numbers(self, column: Any) -> tuple[Any, Any]:
        if column.dtype != self.nw.Float64 or not column.null_count():
            return super().numbers(column)
        # As they lie in memory: a copy with NaN for each null takes longer than to judge by it.
        np = numpy()
        array = column.to_native().combine_chunks()
        count, first = len(array), array.offset
        valid, held = array.buffers()
        bits = np.unpackbits(np.frombuffer(valid, dtype=np.uint8), count=first + count, bitorder="little")
        there = bits[first:].view(np.bool_)
        return np.frombuffer(held, dtype=np.float64, count=count, offset=8 * first), there

    def with_columns(self, columns: Sequence[OutputColumn]) -> Any:
        native = self._native
        for name, made in self._each_once(columns):
            native = native.append_column(name, made)
        return native

    def _native_column(self, column: OutputColumn) -> Any:
        pa = self._space
        if column.words == (None,):
            return pa.nulls(len(column.values), pa.string())
        if column.words is not None:
            return pa.array(column.words, type=pa.string()).take(pa.array(column.values))
        return pa.array(column.values, mask=None if column.gone is False else column.gone)

    def _with_rows(self, native: Any, rows: Sequence[int | None], columns: Mapping[str, str]) -> Any:
        at = self._space.array(rows, self._space.int64())
        for name, of in columns.items():
            native = native.append_column(name, native[of].take(at))
        return native


class _DuckdbTable(_ArrowTable):
    """A relation of duckdb: fetched as a table of Arrow, and given back as a relation over one.

    Arrays judge what is fetched faster than any query that duckdb was given, and their plan does not grow with
    the ruleset. What duckdb would compute again for each use of the result is computed once.
    """

    def __init__(self, nw: Any, relation: Any) -> None:
        arrow()  # says how to install it where it is missing
        self._relation = relation.to_native()
        lossy = {name: "VARCHAR" for name, kind in self._types(self._relation).items() if kind in _LOSSY}
        fetched = nw.from_native(self._cast(self._relation, lossy)).collect("pyarrow")
        super().__init__(nw, fetched)

    def with_columns(self, columns: Sequence[OutputColumn]) -> Any:
        # duckdb finds the table by the name of this variable; a name that no table of the user has.
        criteria_engine_judged = super().with_columns(columns)  # noqa: F841 - see above
        judged = self._relation.query("criteria_frame", "SELECT * FROM criteria_engine_judged")
        made = self._types(judged)
        types = self._types(self._relation)
        return self._cast(judged, {name: kind for name, kind in types.items() if made[name] != kind})

    def _types(self, relation: Any) -> dict[str, str]:
        return dict(zip(relation.columns, map(str, relation.types), strict=True))

    def _cast(self, relation: Any, types: Mapping[str, str]) -> Any:
        """The relation with columns of other types."""
        names = {name: f'"{name.replace(chr(34), chr(34) * 2)}"' for name in types}
        casts = [f"CAST({names[name]} AS {kind}) AS {names[name]}" for name, kind in types.items()]
        return relation.project(f"* REPLACE ({', '.join(casts)})") if casts else relation


_LOSSY = ("BIT", "TIME WITH TIME ZONE")
"""Types of duckdb of which Arrow keeps a part."""


_Named = Sequence[tuple[str, Any]]


class LazyTable(FrameTable):
    """A plan that nothing runs yet, in the words of narwhals."""

    @property
    def space(self) -> Any:
        """What makes expressions for it."""
        return self.nw

    def spread(self) -> Any:
        """A truth value by row, where ``Formulas`` need one to divide by a constant."""
        return None

    def with_layers(self, layers: Sequence[_Named], added: _Named) -> Any:
        """The native frame as it came, with columns that are added, of which the layers are worked out before."""
        return self._layered(self.frame, layers, added).to_native()

    def _layered(self, held: Any, layers: Sequence[_Named], added: _Named) -> Any:
        for layer in layers:
            held = held.with_columns([expression.alias(name) for name, expression in layer])
        own = [self.space.col(name) for name in self.own]
        return held.select([*own, *[expression.alias(name) for name, expression in added]])

    def with_earlier(self, unit: str, period: str, earlier: _Earlier) -> Self:
        """Joined with its own earlier rows."""
        nw, frame = self.nw, self.frame
        for back in sorted({back for _, back in earlier.values()}):
            copies = [nw.col(of).alias(name) for name, (of, before) in earlier.items() if before == back]
            before = frame.select(nw.col(unit), (nw.col(period) + back).alias(period), *copies)
            frame = frame.join(before, on=[unit, period], how="left")
        return self.holding(frame)


class _PolarsPlan(LazyTable):
    """A lazy frame of polars, spoken to in its own words: narwhals takes seconds to say a large plan."""

    @property
    def space(self) -> Any:
        return self.nw.get_native_namespace(self.frame)

    def spread(self) -> Any:
        # polars multiplies by the reciprocal of a constant, which gives other bits.
        names = self.frame.collect_schema().names()
        return self.space.col(names[0]).is_null() if names else None

    def with_layers(self, layers: Sequence[_Named], added: _Named) -> Any:
        return self._layered(self.frame.to_native(), layers, added)


class _SparkTable(LazyTable):
    """A frame of Spark, spoken to in SQL.

    narwhals takes ten times as long to say a plan, and takes the dots in the name of a column for a struct's.
    """

    @property
    def space(self) -> Any:
        return SparkSql()

    def with_layers(self, layers: Sequence[_Named], added: _Named) -> Any:
        frame = self.frame.to_native()
        for layer in layers:
            frame = frame.selectExpr("*", *self._selected(layer))
        return frame.selectExpr(*map(quoted, self.own), *self._selected(added))

    def _selected(self, named: _Named) -> list[str]:
        return [f"{expression.sql} AS {quoted(name)}" for name, expression in named]

    def with_copies(self, copies: Mapping[str, str]) -> Self:
        return self._with({name: quoted(source) for name, source in copies.items()})

    def with_earlier(self, unit: str, period: str, earlier: _Earlier) -> Self:
        # By windows over the rows of a unit: a join would move all rows between the workers.
        return self._with({name: window(of, back, unit, period) for name, (of, back) in earlier.items()})

    def _with(self, columns: Mapping[str, str]) -> Self:
        listed = [f"{column} AS {quoted(name)}" for name, column in columns.items()]
        native = self.frame.to_native()
        return self.holding(self.nw.from_native(native.selectExpr("*", *listed))) if listed else self
