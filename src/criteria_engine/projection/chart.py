"""What a chart of a projection shows, before anybody draws it: both kinds of chart draw the same."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs

from criteria_engine.core.extras import matplotlib
from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.messages.speaker import Speaker, sentences
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.outlook import TargetOutlook, plain

_HEADS = ("year", "units", "low", "expected", "high", "share", "path", "registered")


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
        speaker = Speaker(lang, "plans")
        return speaker.heads(*_HEADS), tuple(_cells(row, speaker) for row in self.rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """A mapping a year."""
        return [row.to_dict() for row in self.rows]


def _cells(row: YearRow, speaker: Speaker) -> tuple[str, ...]:
    counts = [speaker.number(count) for count in (row.low, row.expected, row.high)]
    required = "–" if row.required is None else speaker.number(row.required)
    share = speaker.share(row.shares[1])
    return (str(row.year), str(row.units), *counts, share, required, str(row.registered or "–"))


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
    """What a chart shows: the years, the targets, the changes of the denominator, and their words."""

    rows: tuple[YearRow, ...]
    marks: tuple[Mark, ...]
    changes: tuple[ListChange, ...]
    speaker: Speaker
    title: str
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
        needs = [(row.year, row.required, row.units or 1) for row in self.rows]
        return tuple((year, need / units) for year, need, units in needs if need is not None)

    @property
    def labelled(self) -> tuple[YearRow, ...]:
        """The years whose share is written beside the path: the ends, today, and the years of targets."""
        years = {mark.year for mark in self.marks} | {row.year for row in self.known[-1:]}
        years |= {row.year for row in (*self.rows[:1], *self.rows[-1:])}
        return tuple(row for row in self.rows if row.year in years)

    def word(self, key: str, **details: object) -> str:
        """A word or sentence of the chart."""
        return self.speaker.say(f"chart_{key}", **details)

    def mark_label(self, mark: Mark) -> str:
        """What stands beside a target."""
        share = self.speaker.share(mark.share, least=0)
        return self.word("mark", required=mark.required, units=mark.units, share=share)

    def notes(self) -> tuple[str, ...]:
        """From which day one looks, and whether figures are assumed."""
        texts = [self.word("day", day=self.on)]
        if self.assumed[0]:
            texts.append(self.word("assumed", rows=self.assumed[0], of=self.assumed[1]))
        return tuple(texts)

    def label_above(self, row: YearRow) -> bool:
        """Whether the share of a year is written above the path: over the axis, and over a lower target."""
        marks = [mark.share for mark in self.marks if mark.year == row.year]
        share = row.shares[1]
        return share < _NEAR if not marks else share > max(marks) + _NEAR

    def mark_below(self, mark: Mark) -> bool:
        """Whether the label of a target is written below it, since that of the path stands above."""
        return any(row.year == mark.year and self.label_above(row) for row in self.rows)


def plan_speaker(plan: Plan, lang: str, subject: str = "plans", also: str | None = None) -> Speaker:
    """The sentences about one plan, with the word for its units.

    That is their kind, where all that count are of one, and the language is that of the list.
    """
    kinds = dict(plan.counting.only).get("kind", ())
    unit = kinds[0] if lang == "vi" and len(kinds) == 1 else sentences("plans", lang)["unit"]
    return Speaker(lang, subject, also, unit=unit)


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
        plan_speaker(plan, lang),
        plan.title.in_language(lang) or plan.id,
        on,
        assumed,
    )


_PATH, _BAND, _PATHWAY, _TARGET, _QUIET = "#0b6b62", "#9fd3cc", "#8a5a00", "#a31515", "#555555"


_PLATE = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
_BESIDE: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9, "bbox": _PLATE}


def plotted(drawing: Drawing, ax: Any = None) -> Any:
    """Draw on ``ax``, or on a new figure; gives the ``Axes`` back and shows nothing.

    Raises ``CriteriaError`` where matplotlib is not installed.
    """
    pyplot, ticker = matplotlib()
    if ax is None:
        _, ax = pyplot.subplots(figsize=(9, 5.2), layout="constrained")
    _draw_paths(ax, drawing)
    _draw_marks(ax, drawing)
    _draw_changes(ax, drawing)
    years = [row.year for row in drawing.rows]
    ax.set_xlim(min(years) - 0.4, max(years) + 0.4)
    ax.set_ylim(0, 110)
    ax.set_xticks(drawing.ticks)
    ax.set_yticks(range(0, 101, 20))
    ax.yaxis.set_major_formatter(
        ticker.FuncFormatter(lambda value, _: drawing.speaker.share(Fraction(float(value)) / 100, least=0))
    )
    ax.grid(axis="y", color="#dddddd", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title(textwrap.fill(drawing.title, 80), loc="left", fontsize=11)
    ax.set_ylabel(drawing.word("of"))
    ax.set_xlabel(" · ".join(drawing.notes()), color=_QUIET, fontsize=9)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncol=5, frameon=False, fontsize=9)
    return ax


def _shares(rows: Sequence[YearRow], which: int) -> list[float]:
    return [float(row.shares[which] * 100) for row in rows]


def _draw_paths(ax: Any, drawing: Drawing) -> None:
    known, ahead = drawing.known, drawing.ahead
    if drawing.has_band:
        years = [row.year for row in drawing.rows]
        low, high = _shares(drawing.rows, 0), _shares(drawing.rows, 2)
        ax.fill_between(years, low, high, color=_BAND, alpha=0.5, linewidth=0, label=drawing.word("band"))
    if drawing.pathway:
        line = dict(drawing.pathway)
        values = [float(need * 100) for need in line.values()]
        label = drawing.word("required")
        ax.plot(list(line), values, color=_PATHWAY, linestyle="--", linewidth=1.6, label=label)
    if len(ahead) > 1:
        years = [row.year for row in ahead]
        style = {"linestyle": "-.", "marker": "o", "markerfacecolor": "white"}
        ax.plot(years, _shares(ahead, 1), color=_PATH, label=drawing.word("expected"), **style)
    if known:
        years = [row.year for row in known]
        ax.plot(years, _shares(known, 1), color=_PATH, linewidth=2.2, marker="o", label=drawing.word("known"))
    for row in drawing.labelled:
        offset, side = (8, "bottom") if drawing.label_above(row) else (-8, "top")
        text, at = drawing.speaker.share(row.shares[1]), (row.year, float(row.shares[1] * 100))
        ax.annotate(text, at, xytext=(0, offset), ha="center", va=side, color=_PATH, **_BESIDE)


def _draw_marks(ax: Any, drawing: Drawing) -> None:
    if not drawing.marks:
        return
    years = [mark.year for mark in drawing.marks]
    values = [float(mark.share * 100) for mark in drawing.marks]
    ax.scatter(years, values, marker="D", s=46, color=_TARGET, zorder=4, label=drawing.word("target"))
    last = drawing.rows[-1].year
    for mark, value in zip(drawing.marks, values, strict=True):
        # At the right edge the label would leave the picture.
        at_edge, below = mark.year == last, drawing.mark_below(mark)
        ax.annotate(
            drawing.mark_label(mark),
            (mark.year, value),
            xytext=(-8, 0) if at_edge else (0, -9 if below else 8),
            ha="right" if at_edge else "center",
            va="center" if at_edge else "top" if below else "bottom",
            color=_TARGET,
            **_BESIDE,
        )


def _draw_changes(ax: Any, drawing: Drawing) -> None:
    for change in drawing.changes:
        at = change.year - 0.5
        ax.axvline(at, color=_QUIET, linestyle=":", linewidth=1.2)
        label = drawing.word("change_of", before=change.before, after=change.after)
        ax.annotate(label, (at, 104), ha="center", va="center", color=_QUIET, fontsize=9, bbox=_PLATE)
