"""What the readers of data files need to know of an input."""

from __future__ import annotations

import attrs

__all__ = ["Column"]


@attrs.frozen
class Column:
    """An input as a column of a table: its ``words`` are its choices, or those of its scale."""

    id: str
    type: str
    words: tuple[str, ...]
    may_be_na: bool
    titles: tuple[str, ...]
