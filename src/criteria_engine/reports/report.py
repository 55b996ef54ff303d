"""A periodic report: what it says, and the forms it can take."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

import attrs

from criteria_engine.messages.diagnostics import Code, chosen_language, refusal
from criteria_engine.plans.assessed import last_results
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.unit_status import Rows, rows_of
from criteria_engine.projection.chart import plan_speaker
from criteria_engine.projection.context import context_of, scenarios_of
from criteria_engine.projection.outlook import plain
from criteria_engine.projection.projection import Projection, project
from criteria_engine.reports import facts
from criteria_engine.reports.layout import Page, markdown, page_html
from criteria_engine.reports.sections import PageWriter


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
    period: facts.Period
    projection: Projection
    units: tuple[facts.UnitStanding, ...]
    areas: tuple[facts.AreaStanding, ...]
    since: facts.Since
    duties: tuple[facts.Duty, ...]
    risks: tuple[facts.Risk, ...]
    assessments_assumed: bool
    ruleset_status: str | None

    def __repr__(self) -> str:
        return f"<Report on {self.plan.id}, {self.on.isoformat()} ({self.period.kind})>"

    def __str__(self) -> str:
        return self.markdown()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    @property
    def unreported(self) -> tuple[facts.UnitStanding, ...]:
        """Units that were to be reported on for this year, and of which nothing was told.

        Those that the plan registers for the year, those that hold the recognition, and those whose
        result is open.
        """
        year = self.on.year
        untold = [unit for unit in self.units if not unit.told]
        return tuple(unit for unit in untold if unit.holds is not False or year in unit.listed)

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
        return PageWriter(
            plan_speaker(self.plan, chosen_language(lang), "reports", "plans"),
            self.projection,
            self.period,
            self.units,
            self.areas,
            self.unreported,
            self.since,
            self.duties,
            self.risks,
            self.assessments_assumed,
            self.ruleset_status,
        ).page()


def report(
    plan: Plan,
    recognitions: Rows = (),
    *,
    on: datetime.date,
    since: datetime.date | None = None,
    kind: str | None = None,
    assessments: Mapping[str, Any] | None = None,
    assessments_assumed: bool = False,
    done: Collection[str] = (),
    **choices: Any,
) -> Report:
    """The report on a plan that is due on a day, or near it.

    Args:
        plan: The plan, from ``ce.load_plan`` or built in Python.
        recognitions: What happened: the path of a CSV file, or rows, as ``ce.project`` takes them.
        on: The day of the report. What came later is left out.
        since: The day of the last report; changes are told from the day after it. Where it is not
            given, the plan's own duties say it.
        kind: ``half_year``, ``year`` or ``review``, where the plan's duties do not say it.
        assessments: By name or id of the unit the ``Result`` of its last assessment, or by year its
            results or values, as ``ce.project`` takes them.
        assessments_assumed: Whether the values they were made from are assumed; the report says so.
        done: Ids of tasks that are done. Of others the report says when they are due, or were.
        choices: How to look ahead: ``method``, ``scenarios``, ``confidence`` and whatever else
            ``ce.project`` takes.

    Raises:
        CriteriaError: Rows, names, the kind, the tasks, the method or a scenario are not right.
        ValueError: ``confidence`` is not between 0 and 1.
    """
    if kind is not None and kind not in facts.KINDS:
        raise refusal("kind", Code.UNKNOWN_REPORT_KIND, value=kind, known=", ".join(facts.KINDS))
    if since is not None and since >= on:
        raise refusal("since", Code.SINCE_NOT_BEFORE_DAY, since_day=since, on_day=on)
    rows = rows_of(recognitions, plan)
    projection = project(plan, recognitions=rows, on=on, assessments=assessments, **choices)
    setting = context_of(plan, rows, on, scenarios_of(choices.get("scenarios", ())))
    results = last_results(assessments or {}, choices.get("ruleset"))
    units = facts.unit_standings(setting, facts.qualities(setting, results))
    period = facts.period_of(plan, on, kind, since)
    changed = facts.changed_since(setting, period.since)
    duties = facts.duties_of(plan, on, done)
    statuses = {each.ruleset.status for each in results.values()}
    return Report(
        plan,
        on,
        period,
        projection,
        units,
        facts.area_standings(setting, units),
        changed,
        duties,
        facts.risks_of(plan, projection, units, changed, duties),
        assessments_assumed and bool(results),
        next((word for word in ("illustrative", "adapted", "official") if word in statuses), None),
    )
