"""The years of a projection as a table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.messages.formatting import number, percent
from criteria_engine.projection.target_outlook import plain

__all__ = ["YearRow", "YearTable"]

_HEADS = {
    "vi": ("Năm", "Đơn vị", "Thấp", "Dự kiến", "Cao", "Tỷ lệ", "Cần đạt", "Đăng ký"),
    "en": ("Year", "Units", "Low", "Expected", "High", "Share", "Required", "Registered"),
}


@attrs.frozen
class YearRow:
    """One year: the number of units, how many of them hold the recognition, how many it takes.

    ``low``, ``expected`` and ``high`` are as in ``TargetOutlook``; ``required`` is the straight line to
    the targets, from the plan's beginning for years behind and from today for those ahead; ``known``
    says whether the year is behind. ``registered`` is the number of units on the plan's list.
    """

    year: int
    units: int
    low: Fraction
    expected: Fraction
    high: Fraction
    required: Fraction | None
    registered: int
    known: bool

    @property
    def shares(self) -> tuple[Fraction, Fraction, Fraction]:
        """Low, expected and high as shares of the units, 0–1; 0 where there are none."""
        of = self.units or 1
        return self.low / of, self.expected / of, self.high / of

    def to_dict(self) -> dict[str, Any]:
        """As plain data; fractions as floats."""
        low, expected, high = self.shares
        shares = {"low_share": low, "expected_share": expected, "high_share": high}
        return {**plain(self), **plain(shares)}


@attrs.frozen
class YearTable:
    """A row a year. Iterates over the rows; ``str()`` is a table of text."""

    rows: tuple[YearRow, ...]

    def __iter__(self) -> Iterator[YearRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, year: int) -> YearRow:
        for row in self.rows:
            if row.year == year:
                return row
        raise KeyError(year)

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str | None = None) -> str:
        """The table as text, in Vietnamese or English."""
        heads, rows = self.cells(chosen_language(lang))
        lines = [heads, *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
        )

    def cells(self, lang: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """The headings and the cells of each row, as they are shown."""
        return _HEADS[lang], tuple(_cells(row, lang) for row in self.rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """A mapping a year."""
        return [row.to_dict() for row in self.rows]


def _cells(row: YearRow, lang: str) -> tuple[str, ...]:
    counts = [number(each, lang, digits=1) for each in (row.low, row.expected, row.high)]
    share = percent(row.shares[1] * 100, lang, digits=1, least=1)
    required = "–" if row.required is None else number(row.required, lang, digits=1)
    return (str(row.year), str(row.units), *counts, share, required, str(row.registered or "–"))
