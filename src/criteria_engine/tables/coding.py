"""Texts of a column as numbers: what every kind of frame does fastest in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["coded", "numbers_and_gaps", "placed", "truth_values"]

_FEW = 8


def placed(np: Any, nw: Any, column: Any, words: Sequence[str]) -> Any:
    """For each row the place of its text among a few words, -1 where there is none; None if there are others.

    To compare a column with a word is ten times faster than to sort out its texts.
    """
    objects = column.implementation.is_pandas_like() and column.to_native().dtype == object
    if column.dtype != nw.String or not 0 < len(words) <= _FEW or objects:
        return None
    codes: Any = None
    for place, word in enumerate(words, 1):
        flags = (column == word).fill_null(value=False).to_numpy().astype(bool, copy=False).view(np.int8)
        codes = flags - np.int8(1) if codes is None else codes + np.int8(place) * flags
    others = np.count_nonzero(codes < 0) - column.null_count()
    return None if others else codes


def coded(np: Any, nw: Any, column: Any) -> tuple[Any, list[Any]]:
    """For each row the place of its text, -1 where there is none; and the texts."""
    native = column.to_native()
    if column.implementation.is_pandas_like():
        codes, texts = native.factorize()
        return codes, list(texts)
    if column.implementation.is_pyarrow():
        found = native.combine_chunks().dictionary_encode()
        codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return codes, found.dictionary.to_pylist()
    column = column.cast(nw.String)
    texts = column.drop_nulls().unique().to_list()
    if not texts:
        return np.full(len(column), -1), []
    gone = column.is_null().to_numpy()
    codes = column.fill_null(texts[0]).replace_strict(texts, list(range(len(texts)))).to_numpy()
    return (np.where(gone, -1, codes) if gone.any() else codes), texts


def numbers_and_gaps(np: Any, nw: Any, column: Any) -> tuple[Any, Any]:
    """Numbers as an array, and where there are any; None where the array itself says so, by NaN."""
    if not (column.implementation.is_pyarrow() and column.dtype == nw.Float64 and column.null_count()):
        return column.to_numpy(), None
    # As they lie in memory: a copy with NaN for each null takes longer than to judge by it.
    whole = column.to_native().combine_chunks()
    count, first = len(whole), whole.offset
    valid, held = whole.buffers()
    bits = np.frombuffer(valid, dtype=np.uint8)
    there = np.unpackbits(bits, count=first + count, bitorder="little")[first:].view(np.bool_)
    return np.frombuffer(held, dtype=np.float64, count=count, offset=8 * first), there


def truth_values(nw: Any, column: Any) -> tuple[Any, Any] | None:
    """Where truth values hold, and where there are any, of a column that pandas holds as objects because some are
    missing; None if there is anything else.
    """
    if not column.implementation.is_pandas():
        return None
    native, pandas = column.to_native(), nw.get_native_namespace(column)
    if pandas.api.types.infer_dtype(native, skipna=True) != "boolean":
        return None
    values = native.to_numpy()
    try:
        # Twice as fast as to ask pandas, and surely of truth values here, so that 1 is not met.
        yes, no = values == True, values == False  # noqa: E712
    except TypeError:  # of pd.NA one cannot ask even that
        nullable = native.astype("boolean")
        no = (nullable == False).to_numpy(dtype=bool, na_value=False)  # noqa: E712
        yes = nullable.to_numpy(dtype=bool, na_value=False)
    return yes, yes | no
