"""A periodic report: what it says, and the forms it can take."""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems, chosen_language
from criteria_engine.messages.plans import SENTENCES
from criteria_engine.messages.reports_en import ENGLISH
from criteria_engine.messages.reports_vi import VIETNAMESE
from criteria_engine.plans.assessed import last_results
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.unit_status import UnitStatus, load_unit_statuses, unit_statuses_from
from criteria_engine.projection.chart import unit_word
from criteria_engine.projection.context import context_of, scenarios_of
from criteria_engine.projection.outlook import TargetOutlook, plain
from criteria_engine.projection.projection import Projection, project
from criteria_engine.reports.facts import (
    KINDS,
    AreaStanding,
    Duty,
    Period,
    Risk,
    Since,
    UnitStanding,
    area_standings,
    changed_since,
    duties_of,
    period_of,
    qualities,
    risks_of,
    unit_standings,
)
from criteria_engine.reports.layout import Block, Bullets, Cell, Page, Paragraph, Section, markdown, page_html
from criteria_engine.reports.sections import (
    area_section,
    chart_section,
    outlook_word,
    quality_section,
    risk_section,
    since_section,
    target_section,
    target_title,
    task_section,
    unit_section,
    unreported_section,
)
from criteria_engine.reports.speaker import ReportSpeaker

__all__ = [
    "Report",
    "page_of",
    "report",
]


# ---- the page of a report in one language: its head, its sections in order, its foot -------------


def page_of(
    projection: Projection,
    period: Period,
    units: Sequence[UnitStanding],
    areas: Sequence[AreaStanding],
    unreported: Sequence[UnitStanding],
    since: Since,
    duties: Sequence[Duty],
    risks: Sequence[Risk],
    assessments: tuple[bool, str | None],
    lang: str,
) -> Page:
    """All of it, in the order in which it is read: what matters first, unit by unit at the end."""
    plan, year = projection.plan, projection.on.year
    speaker = ReportSpeaker(lang, unit_word(plan, lang), VIETNAMESE if lang == "vi" else ENGLISH)
    sections = (
        _summary(speaker, projection, since, units, unreported, duties, assessed_assumed=assessments[0]),
        target_section(speaker, projection, assessments_assumed=assessments[0]),
        chart_section(speaker, projection),
        area_section(speaker, areas, year, projection.assumed),
        since_section(speaker, since),
        unreported_section(speaker, unreported, year),
        quality_section(speaker, units, assessments),
        risk_section(speaker, projection, risks, assessments_assumed=assessments[0]),
        task_section(speaker, duties),
        unit_section(
            speaker,
            units,
            year,
            lasting=plan.counting.lasts is None,
            assessments_assumed=assessments[0],
        ),
        _sources(speaker, projection),
    )
    return Page(
        lang,
        speaker.say(f"title_{period.kind}"),
        plan.title.in_language(lang) or plan.id,
        _head(speaker, plan, projection, period),
        sections,
        (speaker.say("foot", engine=projection.engine, digest=projection.digest),),
    )


def _head(speaker: ReportSpeaker, plan: Plan, projection: Projection, period: Period) -> tuple[str, ...]:
    said = []
    for basis in plan.legal_basis[:1]:
        key = "document_bare" if basis.issued is None else "document"
        said.append(speaker.say(key, document=basis.document, day=basis.issued))
    said.append(speaker.say("day", day=projection.on, since=period.since))
    if period.due is not None:
        late = (projection.on - period.due).days
        said.append(speaker.say("late" if late > 0 else "due", day=period.due, count=late))
    return tuple(said)


def _summary(
    speaker: ReportSpeaker,
    projection: Projection,
    since: Since,
    units: Sequence[UnitStanding],
    unreported: Sequence[UnitStanding],
    duties: Sequence[Duty],
    *,
    assessed_assumed: bool,
) -> Section:
    have, open_, total = projection.standing
    share = speaker.share(Fraction(have, total or 1))
    key = "now_open" if open_ else "now"
    items = [speaker.say(key, day=projection.on, have=have, units=total, share=share, open=open_)]
    items += [_target_line(speaker, projection.plan, each) for each in projection.targets.values()]
    before, after = since.units
    counts = {name: len(getattr(since, name)) for name in ("recognised", "lapsed", "registered")}
    more = "period_line_more" if after > before else "period_line_units"
    key = "period_line" if before == after else more
    items.append(speaker.say(key, before=before, after=after, **counts))
    carried = sum(bool(each.carried) and each.holds is True for each in units)
    if carried:
        items.append(speaker.say("carried_line", count=carried))
    if unreported:
        items.append(speaker.say("unreported_line", count=len(unreported), year=projection.on.year))
    overdue = sum(each.state == "overdue" for each in duties)
    if overdue:
        items.append(speaker.say("overdue_line", count=overdue))
    blocks: list[Block] = []
    rows, of = projection.assumed
    if rows:
        key = "assumed_all" if rows == of else "assumed_rows"
        blocks.append(Paragraph(speaker.say(key, rows=rows, of=of), "assumed"))
    if assessed_assumed:
        blocks.append(Paragraph(speaker.say("assumed_assessments"), "assumed"))
    blocks.append(Bullets(tuple(Cell(item) for item in items)))
    return Section("summary", speaker.say("section_summary"), tuple(blocks))


def _target_line(speaker: ReportSpeaker, plan: Plan, each: TargetOutlook) -> str:
    key = "target_line" if each.needed else "target_line_met"
    if plan.target(each.id).in_ is not None or plan.target(each.id).units is not None:
        key = "target_line_year"
    return speaker.say(
        key,
        title=target_title(each, speaker.lang),
        required=each.required,
        units=each.units,
        have=each.have,
        needed=each.needed,
        word=outlook_word(speaker, each),
    )


def _method(speaker: ReportSpeaker, projection: Projection) -> str:
    """How expected numbers were come by."""
    match projection.method:
        case "hazard" | "arithmetic" as method:
            return speaker.say(f"source_{method}")
        case "published":
            return speaker.say("source_arithmetic")
        case "scores":
            return f"{SENTENCES[speaker.lang]['drawn']} {speaker.say('source_seed', seed=projection.seed)}"
    return f"{SENTENCES[speaker.lang]['own_model']} {speaker.say('source_seed', seed=projection.seed)}"


def _sources(speaker: ReportSpeaker, projection: Projection) -> Section:
    """Where the figures come from, and which of them somebody assumed."""
    rows, of = projection.assumed
    counting = projection.plan.counting
    items = [Cell(speaker.say("source_rows", rows=rows, of=of) if of else speaker.say("source_none"))]
    items.append(Cell(speaker.say(f"source_basis_{counting.basis}")))
    if counting.assumed:
        names = "; ".join(SENTENCES[speaker.lang][name] for name in counting.assumed)
        items.append(Cell(speaker.say("source_rules", names=names), "assumed"))
    items.append(Cell(_method(speaker, projection)))
    items += [Cell(SENTENCES[speaker.lang][note]) for note in projection.notes]
    if set(projection.scenarios) - {"as_is"}:
        items.append(Cell(speaker.say("source_scenarios", names=speaker.listed(projection.scenarios))))
    return Section("sources", speaker.say("section_sources"), (Bullets(tuple(items)),))


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


# ---- making a periodic report on a plan ----------------------------------------------------------

_Rows = str | os.PathLike[str] | Iterable[UnitStatus | Mapping[str, Any]]


def report(
    plan: Plan,
    recognitions: _Rows = (),
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
    if kind is not None and kind not in KINDS:
        raise _refused("kind", Fault("CE973", value=str(kind), known=", ".join(KINDS)))
    if since is not None and since >= on:
        raise _refused("since", Fault("CE974", since_day=since, on_day=on))
    rows = _rows_of(plan, recognitions)
    found = project(plan, recognitions=rows, on=on, assessments=assessments, **choices)
    setting = context_of(plan, rows, on, scenarios_of(choices.get("scenarios", ())))
    results = last_results(assessments or {}, choices.get("ruleset"))
    units = unit_standings(setting, qualities(setting, results))
    period = period_of(plan, on, kind, since)
    changed = changed_since(setting, period.since)
    duties = duties_of(plan, on, done)
    statuses = {each.ruleset.status for each in results.values()}
    return Report(
        plan,
        on,
        period,
        found,
        units,
        area_standings(setting, units),
        changed,
        duties,
        risks_of(plan, found, units, changed, duties),
        assessments_assumed and bool(results),
        next((word for word in ("illustrative", "adapted", "official") if word in statuses), None),
    )


def _rows_of(plan: Plan, given: _Rows) -> Sequence[UnitStatus]:
    fixed = plan.counting.denominator.fixed
    if isinstance(given, str | os.PathLike):
        return load_unit_statuses(given, plan.roster, fixed)
    return unit_statuses_from(given, plan.roster, fixed)


def _refused(path: str, fault: Fault) -> CriteriaError:
    problems = Problems()
    problems.add_fault(path, fault)
    return CriteriaError(problems)
