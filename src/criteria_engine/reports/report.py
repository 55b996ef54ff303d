"""A periodic report: what it says, and the forms it can take."""

from __future__ import annotations

import datetime
from typing import Any

import attrs

from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.outlook import plain
from criteria_engine.projection.projection import Projection
from criteria_engine.reports.blocks import Page
from criteria_engine.reports.duties import Duty, Risk
from criteria_engine.reports.markdown import markdown
from criteria_engine.reports.page import page_of
from criteria_engine.reports.page_html import page_html
from criteria_engine.reports.period import Period, Since
from criteria_engine.reports.standings import AreaStanding, UnitStanding

__all__ = ["Report"]


@attrs.frozen(repr=False)
class Report:
    """What a half-year, yearly or mid-term report on a plan says. Made by ``ce.report``.

    Attributes:
        plan: The plan.
        on: The day of the report; nothing that came later is in it.
        period: Which report it is, when it is due, and since when it tells.
        projection: How the targets look from that day.
        units: Each unit that counts, by area and name.
        areas: Each area.
        since: What changed since the last report.
        duties: The tasks, those first that press most.
        risks: What a reader should weigh.
        assessments_assumed: Whether the assessments beside the count were assumed by somebody.
        ruleset_status: ``official``, ``adapted`` or ``illustrative``; None where it does not say, or no
            assessments were given.
    """

    plan: Plan
    on: datetime.date
    period: Period
    projection: Projection
    units: tuple[UnitStanding, ...]
    areas: tuple[AreaStanding, ...]
    since: Since
    duties: tuple[Duty, ...]
    risks: tuple[Risk, ...]
    assessments_assumed: bool
    ruleset_status: str | None

    def __repr__(self) -> str:
        return f"<Report on {self.plan.id}, {self.on.isoformat()} ({self.period.kind})>"

    def __str__(self) -> str:
        return self.markdown()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    @property
    def unreported(self) -> tuple[UnitStanding, ...]:
        """Units that were to be reported on for this year, and of which nothing was told.

        Those that the plan registers for the year, those that hold the recognition, and those whose
        result is open.
        """
        year = self.on.year
        return tuple(
            each for each in self.units if not each.told and (each.holds is not False or year in each.listed)
        )

    def markdown(self, lang: str | None = None) -> str:
        """The report as Markdown, in Vietnamese or English."""
        return markdown(self._page(lang))

    def html(self, lang: str | None = None) -> str:
        """The report as one HTML file that asks for nothing else: it can be mailed, printed, kept."""
        return page_html(self._page(lang))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data; fractions as floats, days as text."""
        return {
            "plan": self.plan.id,
            "on": self.on.isoformat(),
            "kind": self.period.kind,
            "due": plain(self.period.due),
            "units": plain(self.units),
            "areas": plain(self.areas),
            "unreported": [each.unit for each in self.unreported],
            "since": {**plain(self.since), "shares": plain(self.since.shares)},
            "tasks": plain(self.duties),
            "risks": plain(self.risks),
            "assessments": {"assumed": self.assessments_assumed, "ruleset_status": self.ruleset_status},
            "projection": self.projection.to_dict(),
        }

    def _page(self, lang: str | None) -> Page:
        return page_of(
            self.projection,
            self.period,
            self.units,
            self.areas,
            self.unreported,
            self.since,
            self.duties,
            self.risks,
            (self.assessments_assumed, self.ruleset_status),
            chosen_language(lang),
        )
