"""Texts of a column as numbers, each text once: what every kind of frame does fastest in its own way."""

from __future__ import annotations

from typing import Any

__all__ = ["coded"]


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
