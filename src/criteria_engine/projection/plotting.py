"""Drawing a projection with matplotlib: the one door to it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.projection.drawing import Drawing
from criteria_engine.projection.year_table import YearRow

__all__ = ["plotted"]

_PATH, _BAND, _PATHWAY, _TARGET, _QUIET = "#0b6b62", "#9fd3cc", "#8a5a00", "#a31515", "#555555"


def plotted(drawing: Drawing, ax: Any = None) -> Any:
    """Draw on ``ax``, or on a new figure; gives the ``Axes`` back and shows nothing.

    Raises ``CriteriaError`` where matplotlib is not installed.
    """
    pyplot, ticker = _matplotlib()
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
        ticker.FuncFormatter(lambda value, _: drawing.share(Fraction(float(value)) / 100, least=0))
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


def _matplotlib() -> tuple[Any, Any]:
    try:
        from matplotlib import pyplot, ticker
    except ImportError as error:
        problems = Problems()
        problems.add_fault("plot", Fault("CE571", package="matplotlib", extra="plot"))
        raise CriteriaError(problems) from error
    return pyplot, ticker


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
        label = drawing.word("expected")
        ax.plot(
            [row.year for row in ahead],
            _shares(ahead, 1),
            color=_PATH,
            linestyle="-.",
            marker="o",
            markerfacecolor="white",
            label=label,
        )
    if known:
        years = [row.year for row in known]
        ax.plot(years, _shares(known, 1), color=_PATH, linewidth=2.2, marker="o", label=drawing.word("known"))
    for row in drawing.labelled:
        above = drawing.label_above(row)
        ax.annotate(
            drawing.share(row.shares[1]),
            (row.year, float(row.shares[1] * 100)),
            xytext=(0, 8 if above else -8),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            color=_PATH,
            fontsize=9,
            bbox=_PLATE,
        )


_PLATE = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}


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
            textcoords="offset points",
            ha="right" if at_edge else "center",
            va="center" if at_edge else "top" if below else "bottom",
            color=_TARGET,
            fontsize=9,
            bbox=_PLATE,
        )


def _draw_changes(ax: Any, drawing: Drawing) -> None:
    for change in drawing.changes:
        at = change.year - 0.5
        ax.axvline(at, color=_QUIET, linestyle=":", linewidth=1.2)
        label = f"{drawing.word('change', before=change.before, after=change.after)}\n{drawing.unit}"
        ax.annotate(label, (at, 104), ha="center", va="center", color=_QUIET, fontsize=9, bbox=_PLATE)
