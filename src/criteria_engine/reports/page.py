"""The page of a report in one language: its head, its sections in order, its foot."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from criteria_engine.messages.plans import SENTENCES
from criteria_engine.messages.reports_en import ENGLISH
from criteria_engine.messages.reports_vi import VIETNAMESE
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.chart import unit_word
from criteria_engine.projection.outlook import TargetOutlook
from criteria_engine.projection.projection import Projection
from criteria_engine.reports.blocks import Block, Bullets, Cell, Page, Paragraph, Section
from criteria_engine.reports.duties import Duty, Risk
from criteria_engine.reports.period import Period, Since
from criteria_engine.reports.speaker import Speaker
from criteria_engine.reports.standings import AreaStanding, UnitStanding
from criteria_engine.reports.target_sections import (
    chart_section,
    outlook_word,
    risk_section,
    target_section,
    target_title,
    task_section,
)
from criteria_engine.reports.unit_sections import (
    area_section,
    quality_section,
    since_section,
    unit_section,
    unreported_section,
)

__all__ = ["page_of"]


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
    speaker = Speaker(lang, unit_word(plan, lang), VIETNAMESE if lang == "vi" else ENGLISH)
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


def _head(speaker: Speaker, plan: Plan, projection: Projection, period: Period) -> tuple[str, ...]:
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
    speaker: Speaker,
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


def _target_line(speaker: Speaker, plan: Plan, each: TargetOutlook) -> str:
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


def _method(speaker: Speaker, projection: Projection) -> str:
    """How expected numbers were come by."""
    match projection.method:
        case "hazard" | "arithmetic" as method:
            return speaker.say(f"source_{method}")
        case "published":
            return speaker.say("source_arithmetic")
        case "scores":
            return f"{SENTENCES[speaker.lang]['drawn']} {speaker.say('source_seed', seed=projection.seed)}"
    return f"{SENTENCES[speaker.lang]['own_model']} {speaker.say('source_seed', seed=projection.seed)}"


def _sources(speaker: Speaker, projection: Projection) -> Section:
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
