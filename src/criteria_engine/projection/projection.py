"""What came of looking ahead: every target, every year, every change, and the words for them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.forecasting.backtest import Backtest
from criteria_engine.forecasting.published import Label
from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.unit_status import Rows
from criteria_engine.projection.changes import ShareChange
from criteria_engine.projection.drawing import drawing_of
from criteria_engine.projection.plan_backtest import backtest_plan
from criteria_engine.projection.plotting import plotted
from criteria_engine.projection.projection_html import projection_html
from criteria_engine.projection.target_outlook import TargetOutlook, plain
from criteria_engine.projection.telling import told
from criteria_engine.projection.year_frame import frame_of
from criteria_engine.projection.year_table import YearTable

__all__ = ["Projection"]


@attrs.frozen(repr=False)
class Projection:
    """How a plan's targets look on a day. Made by ``ce.project``; equal by value.

    Attributes:
        plan: The plan.
        on: The day from which one looks; nothing that came later is looked at.
        method: The way of looking ahead.
        scenarios: What is supposed of the years ahead.
        confidence: The confidence with which registrations are asked for.
        targets: Each target, by its id.
        changes: Each change of the expected share, in its parts.
        years: The rows of ``table()``.
        standing: How many units are recognised on the day, of how many the result is open, how many count.
        assumed: How many of the rows that were looked at somebody assumed, and how many there are.
        seed: What draws were begun with; None where nothing is drawn.
        engine: The version of this library.
        digest: The SHA-256 of the plan, the units, the rows and the choices.
        labels: With ``method="published"`` for each target the label of every rule that applies.
        notes: What was asked for and could not be done, and what to be careful of: ``scores_one_year``,
            ``scores_supposed``, ``low_share``. ``explain()`` says them.
    """

    plan: Plan
    on: datetime.date
    method: str
    scenarios: tuple[str, ...]
    confidence: Fraction
    targets: Mapping[str, TargetOutlook] = attrs.field(hash=False)
    changes: tuple[ShareChange, ...]
    years: YearTable
    standing: tuple[int, int, int]
    assumed: tuple[int, int]
    seed: int | None
    engine: str
    digest: str
    labels: Mapping[str, Mapping[str, Label]] = attrs.field(factory=dict, hash=False)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        found = ", ".join(f"{id}={each.likelihood or each.status}" for id, each in self.targets.items())
        return f"<Projection {self.plan.id} on {self.on.isoformat()}: {found}>"

    def __str__(self) -> str:
        return f"{self.explain()}\n\n{self.years}"

    def _repr_html_(self) -> str:
        lang = chosen_language()
        return projection_html(self.explain(lang), self.targets, self.years, lang)

    def table(self) -> YearTable:
        """A row a year: low, expected and high numbers and shares, and the required pathway."""
        return self.years

    def explain(self, lang: str | None = None) -> str:
        """A paragraph that says how the targets stand, in Vietnamese or English."""
        return told(
            self.plan,
            self.on,
            self.method,
            self.scenarios,
            self.targets,
            self.assumed,
            chosen_language(lang),
            self.standing,
            self.labels,
            self.notes,
        )

    def plot(self, ax: Any = None, lang: str | None = None) -> Any:
        """Draw the path against the required pathway, with the band, the targets and changes of the list.

        Needs matplotlib (``pip install "criteria-engine[plot]"``); raises ``CriteriaError`` without it.

        Args:
            ax: The matplotlib ``Axes`` to draw on; a new figure where none is given.
            lang: ``"vi"`` or ``"en"``.

        Returns:
            The ``Axes``. Nothing is shown: notebooks do that, or ``ax.figure.savefig(…)``.
        """
        language = chosen_language(lang)
        drawn = drawing_of(self.plan, self.on, self.targets, self.years, self.assumed, language)
        return plotted(drawn, ax)

    def to_frame(self, kind: str = "pandas") -> Any:
        """The years as a frame of that kind: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

        A row a year with the columns of ``YearRow.to_dict``; numbers that are not known are null. It takes
        the extra ``frames``; ``CriteriaError`` says what is not installed.
        """
        return frame_of(self.years.to_dict(), kind)

    def backtest(self, history: Rows, **choices: Any) -> Backtest:
        """What projections like this one, made in each past year, would have been worth.

        ``history`` is what happened, as ``ce.project`` takes ``recognitions``; ``choices`` are those of
        ``ce.backtest_plan`` (``assessments``, ``ruleset``, ``method``, …). The method is this
        projection's own if it forecasts by rates or scores, else ``"hazard"``. ``print`` it for CRPS, Brier
        and coverage against "no change". Raises what ``ce.backtest_plan`` raises.
        """
        method = self.method if self.method in ("hazard", "scores") else "hazard"
        return backtest_plan(self.plan, history, on=self.on, **{"method": method, **choices})

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data; fractions as floats, days as text."""
        return {
            "plan": self.plan.id,
            "plan_digest": self.plan.digest,
            "on": self.on.isoformat(),
            "method": self.method,
            "scenarios": list(self.scenarios),
            "standing": dict(zip(("recognised", "open", "units"), self.standing, strict=True)),
            "confidence": plain(self.confidence),
            "targets": {id: each.to_dict() for id, each in self.targets.items()},
            "years": self.years.to_dict(),
            "changes": [each.to_dict() for each in self.changes],
            "assumed": {"rows": self.assumed[0], "of": self.assumed[1]},
            "seed": self.seed,
            "engine": self.engine,
            "digest": self.digest,
            **({"labels": plain(self.labels)} if self.labels else {}),
            **({"notes": list(self.notes)} if self.notes else {}),
        }
