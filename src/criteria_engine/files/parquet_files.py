"""Parquet, a batch of rows at a time: subjects read, and tables of results written, in this order."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from criteria_engine.core.extras import arrow
from criteria_engine.core.grammar import shown_text
from criteria_engine.files.cells import InputDefinition
from criteria_engine.files.json_files import read_json_value
from criteria_engine.files.rows import (
    PERIOD,
    SUBJECT,
    Columns,
    DataRow,
    FileProblems,
    ReadCell,
    TextPlace,
    cell_readers,
)
from criteria_engine.messages.diagnostics import Code, Fault

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


def open_parquet(
    path: Path, inputs: Sequence[InputDefinition], subject_column: str, lang: str, problems: FileProblems
) -> ParquetTable:
    """A Parquet file; what is wrong with its columns goes to ``problems``."""
    _, _, pq = arrow()
    with path.open("rb"), _sound(problems), pq.ParquetFile(str(path)) as file:
        schema, total = file.schema_arrow, file.metadata.num_rows
    known = Columns.of_inputs(inputs, subject_column)
    headings = ["" if _OF_PANDAS.fullmatch(name) else name for name in schema.names]
    columns = known.of_header(headings, problems, lambda _: None)
    if SUBJECT not in columns:
        listed = ", ".join(map(shown_text, schema.names[:12])) + ", …" * (len(schema.names) > 12)
        problems.stop(None, Code.COLUMN_NOT_IN_FILE, column=subject_column, known=listed or "–")
    return ParquetTable(path, schema, total, columns, inputs, lang)


@contextlib.contextmanager
def _sound(problems: FileProblems) -> Iterator[None]:
    """What pyarrow says of a file that is not Parquet, or no longer, in our words."""
    pa, _, _ = arrow()
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        problems.stop(None, Code.NOT_PARQUET)


class ParquetTable:
    """A Parquet file whose columns were looked at; see ``DataTable``."""

    def __init__(
        self,
        path: Path,
        schema: Any,
        total: int,
        columns: Sequence[str | None],
        inputs: Sequence[InputDefinition],
        lang: str,
    ) -> None:
        self._path = path
        places = {column: index for index, column in enumerate(columns) if column is not None}
        # By column, what the file calls it and of which kind its cells are.
        self._headings: dict[str, str] = {column: schema.names[index] for column, index in places.items()}
        self._kinds = {column: _kind_of(schema.types[index]) for column, index in places.items()}
        self._inputs = {definition.id: definition for definition in inputs}
        self._texts = cell_readers(columns, inputs, lang)
        self.has_periods = PERIOD in self._headings
        self.done = 0
        self.total = total

    def rows(self, problems: FileProblems, *, names_only: bool = False) -> Iterator[DataRow]:
        """The rows, numbered from 1."""
        _, _, pq = arrow()
        columns = [SUBJECT] if names_only else list(self._headings)
        names = [self._headings[column] for column in columns]
        self.done = 0
        with _sound(problems), pq.ParquetFile(str(self._path)) as file:
            batches = file.iter_batches(batch_size=_READ_ROWS, columns=sorted(names))
            while (batch := next(batches, None)) is not None:
                present = batch.schema.names
                values = [_plain(batch.column(present.index(name))) for name in names]
                for cells in zip(*values, strict=True):
                    self.done += 1
                    yield _ParquetRow(dict(zip(columns, cells, strict=True)), self.done, self._headings)

    @property
    def readers(self) -> dict[str, ReadCell]:
        """What reads the cells of its columns, made for one going through: what does not fit is said once."""
        return {column: self._reader(column, kind) for column, kind in self._kinds.items()}

    def _reader(self, column: str, kind: str) -> ReadCell:
        """What reads the cells of a column, by what it holds and what is wanted."""
        read_text, definition = self._texts[column], self._inputs.get(column)
        wanted = _FITTING.get(column if definition is None else definition.type, ("text",))
        if kind not in (*wanted, _NOTHING):
            return _Unfit(self._headings[column], kind, wanted, read_text)
        if definition is None or kind in ("text", _NOTHING):
            return lambda cell: read_text("" if cell is None else str(cell))
        if kind == "date":
            return lambda cell: cell
        # Cells of a column are of one type, so that what is equal reads alike, and they repeat themselves.
        return functools.lru_cache(maxsize=65_536)(partial(read_json_value, definition=definition))


class _ParquetRow(DataRow):
    """A row, and what the file calls its columns."""

    __slots__ = ("_headings",)

    def __init__(self, cells: Mapping[str, Any], line: int, headings: Mapping[str, str]) -> None:
        super().__init__(cells, line)
        self._headings = headings

    def place(self, column: str) -> TextPlace:
        """A cell, by the number of its row; the name of the column and the cell stand for the line."""
        column = column if column in self.cells else SUBJECT
        value, heading = self.cells[column], shown_text(self._headings[column])
        cell = "" if value is None else shown_text(str(value))
        return TextPlace(self.line, len(heading) + 3, f"{heading}: {cell}", max(1, len(cell)))


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


class _Unfit:
    """Reads a column of a kind that cannot hold what is wanted; says so once, if anything stands in it."""

    def __init__(self, name: str, kind: str, wanted: Sequence[str], text: ReadCell) -> None:
        self._name, self._kind, self._wanted, self._text = name, kind, wanted, text
        self._is_told = False

    def __call__(self, cell: object) -> Any:
        if cell is None:
            return self._text("")
        if self._is_told:
            return None
        self._is_told = True
        wanted = ", ".join(self._wanted)
        raise Fault(
            Code.WRONG_COLUMN_TYPE, name=shown_text(self._name), found_kind=self._kind, wanted_kinds=wanted
        )


def write_parquet(
    stream: BinaryIO, columns: Mapping[str, type[str | float | bool]], rows: Iterable[Sequence[Any]]
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
        groups = iter(lambda: list(islice(left, _MADE_ROWS)), [])
        batches = (pa.record_batch([*zip(*group, strict=True)], schema=schema) for group in groups)
        while together := list(islice(batches, _MADE_TOGETHER)):
            writer.write_table(pa.Table.from_batches(together))
