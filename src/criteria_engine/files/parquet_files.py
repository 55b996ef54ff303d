"""Parquet, a batch of rows at a time: subjects read, and tables of results written."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from criteria_engine.core.expression_text import shown_text
from criteria_engine.core.extras import arrow
from criteria_engine.files.cells import Value
from criteria_engine.files.json_files import read_json_value
from criteria_engine.files.subjects import (
    PASSED_OVER,
    PERIOD,
    SUBJECT,
    Columns,
    DataRow,
    FileProblems,
    InputDefinition,
    ReadCell,
    RowReader,
    TextPlace,
    cell_readers,
)
from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "ParquetTable",
    "open_parquet",
    "write_parquet",
]

_READ_ROWS = 8_192
_MADE_ROWS, _MADE_TOGETHER = 4_096, 16
# What pandas adds of its own when it saves a frame.
_OF_PANDAS = re.compile("__index_level_[0-9]+__")
# The kinds of columns that can be read as what; all others are to be texts.
_FITTING: Mapping[str, tuple[str, ...]] = {
    SUBJECT: ("text", "integer"),
    PERIOD: ("text", "integer", "date"),
    "number": ("number", "integer", "text"),
    "integer": ("number", "integer", "text"),
    "percent": ("number", "integer", "text"),
    "boolean": ("true or false", "text"),
    "date": ("date", "text"),
}
_NOTHING = "nothing"


# ---- reading -----------------------------------------------------------------------------------


def open_parquet(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> ParquetTable:
    """A Parquet file; what is wrong with its columns goes to ``problems``."""
    _, _, pq = arrow()
    with path.open("rb"), _sound(problems), pq.ParquetFile(str(path)) as file:
        schema, total = file.schema_arrow, file.metadata.num_rows
    columns = Columns.of(inputs, subject_column)
    named = ["" if _OF_PANDAS.fullmatch(name) else name for name in schema.names]
    meanings = [each or PASSED_OVER for each in columns.meant(named, problems, lambda _: None)]
    if SUBJECT not in meanings:
        known = ", ".join(map(shown_text, schema.names[:12])) + ", …" * (len(schema.names) > 12)
        problems.stop(None, "CE834", column=columns.subject, known=known or "–")
    return ParquetTable(path, schema, total, meanings, inputs, lang)


@contextlib.contextmanager
def _sound(problems: FileProblems) -> Iterator[None]:
    """What pyarrow says of a file that is not Parquet, or no longer, in our words."""
    pa, _, _ = arrow()
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        problems.stop(None, "CE835")


class ParquetTable:
    """A Parquet file whose columns were looked at; see ``Table``."""

    def __init__(
        self,
        path: Path,
        schema: Any,
        total: int,
        meanings: Sequence[str],
        inputs: Sequence[InputDefinition],
        lang: str,
    ) -> None:
        self._path = path
        self._names: list[str] = schema.names
        self._kinds = [_kind_of(type) for type in schema.types]
        self._meanings = meanings
        self._inputs = {definition.id: definition for definition in inputs}
        self._texts = cell_readers(meanings, inputs, lang)
        self.has_periods = PERIOD in meanings
        self.done = 0
        self.total = total

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows, numbered from 1."""
        readers = [self._reader(at) for at in range(len(self._names))]
        reader = RowReader(self._meanings, readers, names_only=names_only)
        self.done = 0
        for columns in self._batches(problems, names_only=names_only):
            for cells in zip(*columns, strict=True):
                self.done += 1
                place = partial(self._place, self.done, cells)
                if row := reader.row(cells, self.done, place, problems):
                    yield row

    def _batches(self, problems: FileProblems, *, names_only: bool) -> Iterator[list[Any]]:
        """The columns of some rows after the other, as lists; those that are not asked for hold nothing."""
        _, _, pq = arrow()
        asked = {
            name
            for name, meaning in zip(self._names, self._meanings, strict=True)
            if meaning == SUBJECT or not (names_only or meaning == PASSED_OVER)
        }
        with _sound(problems), pq.ParquetFile(str(self._path)) as file:
            batches = file.iter_batches(batch_size=_READ_ROWS, columns=sorted(asked))
            while True:
                batch = next(batches, None)
                if batch is None:
                    return
                there = batch.schema.names
                yield [
                    _plain(batch.column(there.index(name))) if name in asked else [None] * batch.num_rows
                    for name in self._names
                ]

    def _reader(self, at: int) -> ReadCell:
        """What reads the cells of a column, by what it holds and what is wanted."""
        meaning, kind, text = self._meanings[at], self._kinds[at], self._texts[at]
        definition = self._inputs.get(meaning)
        wanted = _FITTING.get(meaning if definition is None else definition.type, ("text",))
        if kind not in (*wanted, _NOTHING):
            return _Unfit(self._names[at], kind, wanted, text)
        if definition is None or kind in ("text", _NOTHING):
            return lambda cell: text("" if cell is None else str(cell))
        if kind == "date":
            return _as_it_is
        # Cells of a column are of one type, so that what is equal reads alike, and they repeat themselves.
        return functools.lru_cache(maxsize=65_536)(partial(_read_typed, definition=definition))

    def _place(self, row: int, cells: Sequence[Any], at: int) -> TextPlace:
        """A cell, by the number of its row; the name of the column and the cell stand for the line."""
        name, cell = shown_text(self._names[at]), "" if cells[at] is None else shown_text(str(cells[at]))
        return TextPlace(row, len(name) + 3, f"{name}: {cell}", max(1, len(cell)))


def _kind_of(type: Any) -> str:
    """What a column holds: a word of ``_FITTING``, or what pyarrow calls it."""
    pa, _, _ = arrow()
    types = pa.types
    if types.is_dictionary(type):
        return _kind_of(type.value_type)
    for kind, tests in (
        (_NOTHING, (types.is_null,)),
        ("text", (types.is_string, types.is_large_string, types.is_string_view)),
        ("integer", (types.is_integer,)),
        ("number", (types.is_floating, types.is_decimal)),
        ("true or false", (types.is_boolean,)),
        ("date", (types.is_date, types.is_timestamp)),
    ):
        if any(test(type) for test in tests):
            return kind
    return str(type)


def _plain(column: Any) -> list[Any]:
    """The cells as Python has them: a time stamp is its day, and what is not a number is nothing."""
    pa, pc, _ = arrow()
    types, type = pa.types, column.type
    if types.is_dictionary(type):
        return _plain(column.dictionary_decode())
    if types.is_timestamp(type):
        column = pc.local_timestamp(column) if type.tz is not None else column
        column = pc.floor_temporal(column, unit="day").cast(pa.date32())
    elif types.is_floating(type):
        column = pc.if_else(pc.is_nan(column), None, column)
    elif types.is_nested(type):
        return ["…" if there else None for there in column.is_valid().to_pylist()]
    cells: list[Any] = column.to_pylist()
    if types.is_decimal(type):
        number = float if type.scale > 0 else int
        return [None if cell is None else number(cell) for cell in cells]
    return cells


def _as_it_is(cell: datetime.date | None) -> Value:
    return cell


def _read_typed(cell: object, definition: InputDefinition) -> Value:
    return read_json_value(cell, definition)


class _Unfit:
    """Reads a column of a kind that cannot hold what is wanted; says so once, if anything stands in it."""

    def __init__(self, name: str, kind: str, wanted: Sequence[str], text: ReadCell) -> None:
        self._name, self._kind, self._wanted, self._text = name, kind, wanted, text
        self._told = False

    def __call__(self, cell: object) -> Value:
        if cell is None:
            return self._text("")
        if self._told:
            return None
        self._told = True
        wanted = ", ".join(self._wanted)
        raise Fault("CE833", name=shown_text(self._name), found_kind=self._kind, wanted_kinds=wanted)


# ---- writing -----------------------------------------------------------------------------------


def write_parquet(
    stream: BinaryIO,
    columns: Mapping[str, type[str | float | bool]],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows as they come, as a Parquet file with these columns; None is null.

    Of the rows no more is held at a time than a group of some ten thousand. Raises ``CriteriaError``
    where pyarrow (``criteria-engine[parquet]``) is not installed, and ``OSError`` as the stream does.
    """
    pa, _, pq = arrow()
    types = {str: pa.string(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema([(name, types[type]) for name, type in columns.items()])
    left = iter(rows)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        # Rows take far more room than the columns made of them.
        made = iter(lambda: list(islice(left, _MADE_ROWS)), [])
        batches = (pa.record_batch([*zip(*each, strict=True)], schema=schema) for each in made)
        while together := list(islice(batches, _MADE_TOGETHER)):
            writer.write_table(pa.Table.from_batches(together))
