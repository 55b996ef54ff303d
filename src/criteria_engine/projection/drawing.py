"""What a chart of a projection shows, before anybody draws it: both kinds of chart draw the same."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

import attrs

from criteria_engine.messages.formatting import date, percent
from criteria_engine.messages.plans import SENTENCES
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.target_outlook import TargetOutlook
from criteria_engine.projection.year_table import YearRow, YearTable

__all__ = ["Drawing", "ListChange", "Mark", "drawing_of", "unit_word"]

_VIETNAMESE = {
    "expected": "Dự kiến",
    "known": "Đến nay",
    "band": "Khoảng thấp–cao",
    "required": "Lộ trình cần đạt",
    "target": "Chỉ tiêu",
    "change": "{before} → {after}",
    "list": "Số {unit} thay đổi",
    "mark": "{required}/{units} ({share})",
    "of": "Tỷ lệ {unit} được công nhận",
    "day": "Nhìn từ ngày {day}",
    "assumed": "Giả định: {rows}/{of} dòng kết quả công nhận",
    "label": "Biểu đồ: dự kiến, lộ trình cần đạt và chỉ tiêu theo từng năm",
}
_ENGLISH = {
    "expected": "Expected",
    "known": "So far",
    "band": "Low to high",
    "required": "Required pathway",
    "target": "Target",
    "change": "{before} → {after}",
    "list": "Number of {unit} changed",
    "mark": "{required} of {units} ({share})",
    "of": "Share of {unit} recognised",
    "day": "Looked at from {day}",
    "assumed": "Assumed: {rows} of {of} rows of recognitions",
    "label": "Chart: expected path, required pathway and targets, year by year",
}
_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"vi": _VIETNAMESE, "en": _ENGLISH})

# Two labels that lie nearer to each other than this (a share) would touch.
_NEAR = Fraction(7, 100)


@attrs.frozen
class Mark:
    """A target that is a number of units at the end of a year."""

    year: int
    required: int
    units: int

    @property
    def share(self) -> Fraction:
        """What the target comes to as a share of the units, 0–1."""
        return Fraction(self.required, self.units or 1)


@attrs.frozen
class ListChange:
    """A year whose list of units is longer or shorter than that of the year before."""

    year: int
    before: int
    after: int


@attrs.frozen
class Drawing:
    """The years, the targets and the changes of the denominator, with the words beside them."""

    rows: tuple[YearRow, ...]
    marks: tuple[Mark, ...]
    changes: tuple[ListChange, ...]
    lang: str
    title: str
    unit: str
    on: datetime.date
    assumed: tuple[int, int]

    @property
    def known(self) -> tuple[YearRow, ...]:
        """The years behind."""
        return tuple(row for row in self.rows if row.known)

    @property
    def ahead(self) -> tuple[YearRow, ...]:
        """The years ahead, from the last one behind on, so that the path is one line."""
        return (*self.known[-1:], *(row for row in self.rows if not row.known))

    @property
    def ticks(self) -> list[int]:
        """The years that are written below the chart: all, or so many that they do not touch."""
        years = [row.year for row in self.rows]
        return years[:: 1 + len(years) // 14]

    @property
    def has_band(self) -> bool:
        """Whether what is low and what is high differ in any year."""
        return any(row.low != row.high for row in self.rows)

    @property
    def pathway(self) -> tuple[tuple[int, Fraction], ...]:
        """The required pathway: years and shares."""
        found = [(row.year, row.required, row.units or 1) for row in self.rows]
        return tuple((year, need / units) for year, need, units in found if need is not None)

    @property
    def labelled(self) -> tuple[YearRow, ...]:
        """The years whose share is written beside the path: ends, today, and the years of targets."""
        years = {mark.year for mark in self.marks} | {row.year for row in self.known[-1:]}
        years |= {row.year for row in (*self.rows[:1], *self.rows[-1:])}
        return tuple(row for row in self.rows if row.year in years)

    def word(self, key: str, **details: object) -> str:
        """A word or sentence of the chart."""
        return _WORDS[self.lang][key].format_map({"unit": self.unit, **details})

    def share(self, share: Fraction, *, least: int = 1) -> str:
        """A share (0–1) as a percentage."""
        return percent(share * 100, self.lang, digits=1, least=least)

    def mark_label(self, mark: Mark) -> str:
        """What stands beside a target."""
        share = self.share(mark.share, least=0)
        return self.word("mark", required=mark.required, units=mark.units, share=share)

    def notes(self) -> tuple[str, ...]:
        """From which day one looks, and whether figures are assumed."""
        said = [self.word("day", day=date(self.on, self.lang))]
        if self.assumed[0]:
            said.append(self.word("assumed", rows=self.assumed[0], of=self.assumed[1]))
        return tuple(said)

    def label_above(self, row: YearRow) -> bool:
        """Whether the share of a year is written above the path: over the axis, and over a lower target."""
        marks = [mark.share for mark in self.marks if mark.year == row.year]
        share = row.shares[1]
        return share < _NEAR if not marks else share > max(marks) + _NEAR

    def mark_below(self, mark: Mark) -> bool:
        """Whether the label of a target is written below it, since that of the path stands above."""
        return any(row.year == mark.year and self.label_above(row) for row in self.rows)


def unit_word(plan: Plan, lang: str) -> str:
    """What the units are called: their kind, where all are of one, and the language is that of the list."""
    kinds = dict(plan.counting.only).get("kind", ())
    return kinds[0] if lang == "vi" and len(kinds) == 1 else SENTENCES[lang]["unit"]


def drawing_of(
    plan: Plan,
    on: datetime.date,
    targets: Mapping[str, TargetOutlook],
    years: YearTable,
    assumed: tuple[int, int],
    lang: str,
) -> Drawing:
    """What a chart of these years shows.

    Targets that are no number of units at the end of a year (so many *in* a year, or named units) have
    no place on a chart of shares.
    """
    marks = {
        Mark(each.year, each.required, each.units)
        for id, each in targets.items()
        if plan.target(id).in_ is None and plan.target(id).units is None and each.units
    }
    rows = years.rows
    changes = [
        ListChange(row.year, before.units, row.units)
        for before, row in pairwise(rows)
        if row.units != before.units
    ]
    return Drawing(
        rows,
        tuple(sorted(marks, key=lambda mark: (mark.year, mark.required))),
        tuple(changes),
        lang,
        plan.title.in_language(lang) or plan.id,
        unit_word(plan, lang),
        on,
        assumed,
    )
