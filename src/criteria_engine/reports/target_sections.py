"""The sections about targets, years, risks and tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from criteria_engine.forecasting.published import Label
from criteria_engine.messages.formatting import number
from criteria_engine.messages.plans import SENTENCES
from criteria_engine.projection.chart import drawing_of
from criteria_engine.projection.outlook import Nearest, TargetOutlook
from criteria_engine.projection.projection import Projection
from criteria_engine.reports.blocks import Bullets, Cell, Chart, Paragraph, Section, Table
from criteria_engine.reports.duties import Duty, Risk
from criteria_engine.reports.speaker import Speaker

__all__ = ["chart_section", "outlook_word", "risk_section", "target_section", "target_title", "task_section"]

_MOST_NAMES = 5
_TONES = {
    "achieved": "good",
    "very_likely": "good",
    "likely": "good",
    "on_track": "good",
    "missed": "bad",
    "off_track": "bad",
    "unlikely": "bad",
    "very_unlikely": "bad",
}


def target_title(each: TargetOutlook, lang: str) -> str:
    """What a target is called."""
    return each.title.in_language(lang) or each.id


def outlook_word(speaker: Speaker, each: TargetOutlook) -> str:
    """How a target will come out, with the probability where there is one."""
    word = each.likelihood or each.status
    said = speaker.say(word)
    if each.probability is None or word == each.status:
        return said
    return speaker.say("with_chance", word=said, chance=speaker.share(each.probability, least=0))


def target_section(speaker: Speaker, projection: Projection, *, assessments_assumed: bool) -> Section:
    """Need, have, shortfall, outlook; then what must change."""
    head = speaker.heads("target", "year", "required", "have", "needed", "expected", "pace", "outlook")
    rows = []
    must: list[Cell] = []
    for each in projection.targets.values():
        title = target_title(each, speaker.lang)
        target = projection.plan.target(each.id)
        alone = target.in_ is not None or target.units is not None
        rows.append(_target_row(speaker, title, each, alone=alone))
        rows += [_target_row(speaker, f"– {area}", part) for area, part in each.areas.items()]
        said = _must_change(speaker, projection, each, assessments_assumed=assessments_assumed)
        labels = projection.labels.get(each.id)
        if labels:
            must.append(Cell(_labels(speaker, title, labels)))
        if said:
            must.append(Cell(f"{speaker.say('must_title', title=title)} {'; '.join(said)}."))
    table = Table(speaker.caption("targets", projection.assumed), head, tuple(rows), frozenset(range(1, 7)))
    blocks = (table, Bullets(tuple(must))) if must else (table,)
    return Section("targets", speaker.say("section_targets"), blocks)


def _labels(speaker: Speaker, title: str, labels: Mapping[str, Label]) -> str:
    """What published rules call the trend; the words are those of the paragraph."""
    words = SENTENCES[speaker.lang]
    said = "; ".join(f"{words[rule]}: {words[f'label_{found.label}']}" for rule, found in labels.items())
    return words["labels"].format(title=title, labels=said)


def _target_row(
    speaker: Speaker, title: str, each: TargetOutlook, *, alone: bool = False
) -> tuple[Cell, ...]:
    """``alone``: so many in a year, or named units, are no share of all."""
    have = str(each.have) + (f"…{each.have + each.pending}" if each.pending else "")
    most = each.required_most
    required = f"{each.required}–{most}" if most is not None and most > each.required else str(each.required)
    pace = number(each.required_per_year, speaker.lang, digits=1) if each.required_per_year else "–"
    word = each.likelihood or each.status
    return (
        Cell(title),
        Cell(str(each.year)),
        Cell(required if alone else f"{required}/{each.units}"),
        Cell(have),
        Cell(str(each.needed)),
        Cell(number(each.expected, speaker.lang, digits=1)),
        Cell(pace),
        Cell(outlook_word(speaker, each), _TONES.get(word, "doubt")),
    )


def _must_change(
    speaker: Speaker, projection: Projection, each: TargetOutlook, *, assessments_assumed: bool
) -> list[str]:
    target = projection.plan.target(each.id)
    said = []
    if each.areas:
        parts = [
            speaker.say("area_part", area=area, have=part.have, required=part.required)
            for area, part in each.areas.items()
        ]
        said.append(speaker.say("must_areas", areas=speaker.listed(parts)))
    ahead = each.attained_on is not None and each.attained_on > projection.on
    if ahead and each.attained_on is not None:
        said.append(speaker.say("must_attained", year=each.attained_on.year))
    if each.status != "off_track" or target.units is not None or target.in_ is not None:
        return said
    if each.required_per_year:
        said.append(speaker.say("must_pace", pace=each.required_per_year, year=each.year))
    must = each.must_change
    if must is None:
        return said
    if must.recognise:
        said.append(
            speaker.say(
                "must_register_never" if must.register is None else "must_register",
                next=projection.on.year + 1,
                register=must.register,
                recognise=must.recognise,
                confidence=speaker.share(must.confidence, least=0),
            )
        )
    if must.renewals:
        said.append(speaker.say("must_renew", names=speaker.listed(must.renewals, _MOST_NAMES)))
    if must.nearest:
        near = [_near(speaker, each) for each in must.nearest]
        text = speaker.say("must_nearest", names=speaker.listed(near, _MOST_NAMES))
        said.append(speaker.say("assumed_mark", text=text) if assessments_assumed else text)
    return said


def _near(speaker: Speaker, unit: Nearest) -> str:
    """A unit, and how many criteria it lacks, or lacks figures for."""
    if unit.not_met:
        return speaker.say("near", name=unit.name, count=len(unit.not_met))
    return speaker.say("near_open" if unit.open else "near_met", name=unit.name, count=len(unit.open))


def chart_section(speaker: Speaker, projection: Projection) -> Section:
    """The picture, and the same years as a table."""
    drawing = drawing_of(
        projection.plan,
        projection.on,
        projection.targets,
        projection.years,
        projection.assumed,
        speaker.lang,
    )
    now = (drawing.known or drawing.rows)[-1]
    last = drawing.rows[-1]
    low, expected, high = (speaker.share(share) for share in last.shares)
    caption = speaker.say(
        "chart_caption",
        year_now=now.year,
        share_now=speaker.share(now.shares[0])
        if now.low == now.high
        else speaker.say("from_to", low=speaker.share(now.shares[0]), high=speaker.share(now.shares[2])),
        year_last=last.year,
        share_last=expected,
        low=low,
        high=high,
    )
    if projection.assumed[0]:
        caption = speaker.say("assumed_mark", text=caption)
    caption += "."
    head = speaker.heads("year", "total", "low", "expected", "high", "expected_share", "pathway")
    rows = []
    for row in projection.years:
        numbers = [number(each, speaker.lang, digits=1) for each in (row.low, row.expected, row.high)]
        pathway = "–" if row.required is None else number(row.required, speaker.lang, digits=1)
        cells = [str(row.year), str(row.units), *numbers, speaker.share(row.shares[1]), pathway]
        rows.append(tuple(Cell(cell) for cell in cells))
    table = Table(speaker.caption("years", projection.assumed), head, tuple(rows), frozenset(range(7)))
    return Section("years", speaker.say("section_chart"), (Chart(drawing, caption), table))


def risk_section(
    speaker: Speaker, projection: Projection, risks: Sequence[Risk], *, assessments_assumed: bool
) -> Section:
    """What a reader should weigh."""
    items = []
    for each in risks:
        text = _risk(speaker, projection, each)
        marked = each.code == "weak" and assessments_assumed
        items.append(Cell(speaker.say("assumed_mark", text=text) if marked else text))
    blocks = (Bullets(tuple(items)),) if items else (Paragraph(speaker.say("no_risks")),)
    return Section("risks", speaker.say("section_risks"), blocks)


def _risk(speaker: Speaker, projection: Projection, risk: Risk) -> str:
    details: Mapping[str, object] = risk.details
    if risk.code == "target":
        each = projection.targets[str(details["target"])]
        details = {"title": target_title(each, speaker.lang), "word": outlook_word(speaker, each)}
    shown = {
        name: speaker.share(value) if isinstance(value, Fraction) else value
        for name, value in details.items()
    }
    return speaker.say(f"risk_{risk.code}", **shown)


def task_section(speaker: Speaker, duties: Sequence[Duty]) -> Section:
    """The tasks with their five clears."""
    title = speaker.say("section_tasks")
    if not duties:
        return Section("tasks", title, (Paragraph(speaker.say("no_tasks")),))
    rows = tuple(_task_row(speaker, each) for each in duties)
    head = speaker.heads("task", "owner", "due", "result", "answerable")
    table = Table(speaker.say("caption_tasks"), head, rows)
    if any(each.task.assumed for each in duties):
        return Section("tasks", title, (table, Paragraph(speaker.say("tasks_assumed"), "note")))
    return Section("tasks", title, (table,))


def _task_row(speaker: Speaker, duty: Duty) -> tuple[Cell, ...]:
    task, lang = duty.task, speaker.lang

    def cell(part: str, text: str, tone: str = "") -> Cell:
        return Cell(speaker.say("assumed_mark", text=text) if part in task.assumed else text, tone)

    state = "later_undated" if duty.state == "later" and duty.due is None else duty.state
    due = speaker.say(state, day=duty.due) if duty.due is not None else speaker.say(state)
    tone = {"overdue": "bad", "done": "good"}.get(duty.state, "")
    return (
        cell("what", task.what.in_language(lang)),
        cell("owner", task.owner.in_language(lang)),
        cell("due", due, tone),
        cell("result", task.result.in_language(lang)),
        cell("answerable", task.answerable.in_language(lang)),
    )
