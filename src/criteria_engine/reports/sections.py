"""The sections about targets, years, risks and tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from criteria_engine.forecasting.published import Label
from criteria_engine.messages.formatting import number, points, sort_key_vi
from criteria_engine.messages.speaker import Speaker
from criteria_engine.plans.roster import Unit, UnitChange
from criteria_engine.projection.chart import drawing_of
from criteria_engine.projection.outlook import Nearest, TargetOutlook
from criteria_engine.projection.projection import Projection
from criteria_engine.reports.facts import (
    AreaStanding,
    CriterionName,
    Duty,
    Happening,
    Quality,
    Risk,
    Since,
    UnitStanding,
    commonly_lacking,
)
from criteria_engine.reports.layout import Block, Bullets, Cell, Chart, Paragraph, ReportTable, Section

__all__ = [
    "area_section",
    "chart_section",
    "outlook_word",
    "quality_section",
    "risk_section",
    "since_section",
    "target_section",
    "target_title",
    "task_section",
    "unit_section",
    "unreported_section",
]

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


def _caption(speaker: Speaker, key: str, assumed: tuple[int, int]) -> str:
    """The caption of a table, with how many of the rows behind its figures are assumed, where some are."""
    text = speaker.say(f"caption_{key}")
    if not assumed[0]:
        return text
    return speaker.say("caption_assumed", text=text, rows=assumed[0], of=assumed[1])


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
    table = ReportTable(
        _caption(speaker, "targets", projection.assumed), head, tuple(rows), frozenset(range(1, 7))
    )
    blocks = (table, Bullets(tuple(must))) if must else (table,)
    return Section("targets", speaker.say("section_targets"), blocks)


def _labels(speaker: Speaker, title: str, labels: Mapping[str, Label]) -> str:
    """What published rules call the trend; the words are those of the paragraph."""
    said = "; ".join(
        f"{speaker.say(rule)}: {speaker.say(f'label_{each.label}')}" for rule, each in labels.items()
    )
    return speaker.say("labels", title=title, labels=said)


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
    table = ReportTable(
        _caption(speaker, "years", projection.assumed), head, tuple(rows), frozenset(range(7))
    )
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
    table = ReportTable(speaker.say("caption_tasks"), head, rows)
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


# ---- the sections about areas, units, what changed, quality, and who has not reported ------------

_MOST_UNIT_NAMES, _MOST_CRITERIA = 12, 3
_MOST_COMMON = 5


def area_section(
    speaker: Speaker, areas: Sequence[AreaStanding], year: int, assumed: tuple[int, int]
) -> Section:
    """Numbers by area, and for the whole plan."""
    listed = [speaker.say("head_listed", year=each) for each in (year, year + 1)]
    head = (*speaker.heads("area", "total", "recognised", "open", "share"), *listed)
    rows = [_area_row(speaker, each.area or speaker.say("no_area"), [each]) for each in areas]
    rows.append(_area_row(speaker, speaker.say("total"), areas))
    table = ReportTable(_caption(speaker, "areas", assumed), head, tuple(rows), frozenset(range(1, 7)))
    return Section("areas", speaker.say("section_areas"), (table,))


def _area_row(speaker: Speaker, name: str, areas: Sequence[AreaStanding]) -> tuple[Cell, ...]:
    units, recognised = sum(each.units for each in areas), sum(each.recognised for each in areas)
    cells = [
        name,
        str(units),
        str(recognised),
        str(sum(each.open for each in areas)),
        speaker.share(Fraction(recognised, units or 1)),
        str(sum(each.listed_now for each in areas) or "–"),
        str(sum(each.listed_next for each in areas) or "–"),
    ]
    return tuple(Cell(cell) for cell in cells)


# ---- unit by unit --------------------------------------------------------------------------------


def unit_section(
    speaker: Speaker,
    units: Sequence[UnitStanding],
    year: int,
    *,
    lasting: bool,
    assessments_assumed: bool,
) -> Section:
    """A table an area, a row a unit; what is assumed is marked in its row."""
    assessed = any(each.quality is not None for each in units)
    head = speaker.heads("unit", "status", "title_year", "decided", "until")
    if assessed:
        more = speaker.heads("quality", "lacking")
        head += tuple(_marked(speaker, each, assumed=assessments_assumed) for each in more)
    by_area: dict[str, list[UnitStanding]] = {}
    for each in units:
        by_area.setdefault(each.area, []).append(each)
    tables = []
    for area, found in by_area.items():
        rows = tuple(_unit_row(speaker, each, year, assessed=assessed, lasting=lasting) for each in found)
        held = sum(each.holds is True for each in found)
        name = area or speaker.say("no_area")
        caption = speaker.say("caption_units", area=name, have=held, units=len(found))
        caption = _marked(speaker, caption, assumed=any(each.assumed for each in found))
        tables.append(ReportTable(caption, head, rows, frozenset({2})))
    return Section("units", speaker.say("section_units"), tuple(tables))


def _marked(speaker: Speaker, text: str, *, assumed: bool) -> str:
    return speaker.say("assumed_mark", text=text) if assumed else text


def _unit_row(
    speaker: Speaker, each: UnitStanding, year: int, *, assessed: bool, lasting: bool
) -> tuple[Cell, ...]:
    held = each.holds is not False and (each.title_year is not None or bool(each.carried))
    decided = "–"
    if each.title_year is not None:
        decided = speaker.say("unknown_day") if each.decided is None else speaker.shown(each.decided)
    until = "–"
    if held:
        until = speaker.say("until_lapsed") if lasting else "–"
        until = speaker.say("until_year", year=each.until) if each.until is not None else until
    tone = "good" if each.holds else "doubt" if each.holds is None else ""
    cells = [
        Cell(each.name),
        Cell(_status(speaker, each, year), tone),
        Cell(str(each.title_year or "–")),
        Cell(decided),
        Cell(until),
    ]
    if assessed:
        cells += [Cell(_score(speaker, each.quality)), Cell(_holding_back(speaker, each.quality))]
    return tuple(cells)


def _status(speaker: Speaker, each: UnitStanding, year: int) -> str:
    carried = [speaker.say("carried_name", name=name, year=then) for name, then in each.carried]
    status = each.status
    if status == "maintained" and each.kept_year is None:
        status = "recognised"
    text = speaker.say(status, names=speaker.listed(carried), year=each.kept_year)
    listed = [str(then) for then in each.listed if then > year or each.status == "none"]
    if listed:
        text = speaker.say("listed_mark", text=text, years=speaker.listed(listed))
    return speaker.say("assumed_mark", text=text) if each.assumed else text


def _score(speaker: Speaker, quality: Quality | None) -> str:
    if quality is None:
        return speaker.say("not_assessed")
    said = []
    if quality.score is not None and quality.most is not None:
        low, high = (points(each, speaker.lang) for each in quality.score)
        most = points(quality.most, speaker.lang)
        key = "score_of" if low == high else "score_between"
        said.append(speaker.say(key, score=low, low=low, high=high, most=most))
    if quality.level is not None:
        said.append(quality.level.in_language(speaker.lang))
    return "; ".join(said) or "–"


def _holding_back(speaker: Speaker, quality: Quality | None) -> str:
    if quality is None:
        return "–"
    said = [
        speaker.say(key, names=speaker.listed((_name(speaker, each) for each in found), _MOST_CRITERIA))
        for key, found in (("lacking", quality.lacking), ("open_criteria", quality.open))
        if found
    ]
    return "; ".join(said) or speaker.say("nothing_lacking")


def _name(speaker: Speaker, point: CriterionName) -> str:
    return point.title.in_language(speaker.lang) or point.path


# ---- what changed --------------------------------------------------------------------------------


def since_section(speaker: Speaker, since: Since) -> Section:
    """What happened to units, and to their list."""
    items = [
        said
        for key in ("recognised", "kept", "lapsed")
        for said in _happened(speaker, f"since_{key}", getattr(since, key))
    ]
    for year in sorted({each.year for each in since.registered}):
        names = [each.name for each in since.registered if each.year == year]
        items.append(speaker.say("since_registered", year=year, names=_in_order(speaker, names)))
    if since.undated:
        names = [
            _marked(speaker, each.name, assumed=each.assumed)
            for each in sorted(since.undated, key=lambda each: sort_key_vi(each.name))
        ]
        listed = speaker.listed(names, _MOST_UNIT_NAMES)
        items.append(speaker.say("since_undated", year=since.day.year, names=listed))
    items += [_roster_change(speaker, change) for change in since.changes]
    if since.units[0] != since.units[1]:
        then, now = (speaker.share(share) for share in since.shares)
        before, after = since.units
        items.append(speaker.say("denominator", before=before, after=after, then=then, now=now))
    blocks: tuple[Block, ...] = (Bullets(tuple(Cell(item) for item in items)),)
    if not items:
        blocks = (Paragraph(speaker.say("nothing_changed")),)
    return Section("since", speaker.say("section_since"), blocks)


def _happened(speaker: Speaker, key: str, found: Sequence[Happening]) -> list[str]:
    """A sentence for all that happened on one day, or for one year."""
    groups: dict[str, list[str]] = {}
    for each in found:
        when = speaker.say("happened_day" if each.day else "happened_year", year=each.year, day=each.day)
        when = speaker.say("happened_assumed", text=when) if each.assumed else when
        groups.setdefault(when, []).append(each.name)
    return [speaker.say(key, when=when, names=_in_order(speaker, names)) for when, names in groups.items()]


def _in_order(speaker: Speaker, names: Sequence[str]) -> str:
    return speaker.listed(sorted(names, key=sort_key_vi), _MOST_UNIT_NAMES)


def _roster_change(speaker: Speaker, change: UnitChange) -> str:
    before, after = (_listed_units(speaker, units, change.kind) for units in (change.before, change.after))
    return speaker.say(f"roster_{change.kind}", day=change.day, before=before, after=after)


def _listed_units(speaker: Speaker, units: Sequence[Unit], kind: str) -> str:
    # Where the kind of a unit changes, it is the kind that tells the two apart.
    names = [f"{unit.kind} {unit.name}" if kind == "kind" and unit.kind else unit.name for unit in units]
    return speaker.listed(names, _MOST_UNIT_NAMES)


# ---- quality, and who has not reported -----------------------------------------------------------


def quality_section(
    speaker: Speaker, units: Sequence[UnitStanding], assessments: tuple[bool, str | None]
) -> Section:
    """Scores and weakest criteria of the recognised units, and the criteria that most lack."""
    title = speaker.say("section_quality")
    found = [each for each in units if each.quality is not None]
    if not found:
        return Section("quality", title, (Paragraph(speaker.say("no_quality"), "note"),))
    assumed, status = assessments
    blocks: list[Block] = []
    if assumed:
        blocks.append(Paragraph(speaker.say("assumed_assessments"), "assumed"))
    if status in ("illustrative", "adapted"):
        blocks.append(Paragraph(speaker.say(status), "note"))
    blocks.append(Paragraph(speaker.say("assessed", count=len(found), units=len(units))))
    rows = tuple(
        (Cell(each.name), Cell(_score(speaker, each.quality)), Cell(_weakest(speaker, each.quality)))
        for each in found
        if each.holds
    )
    if rows:
        heads = speaker.heads("unit", "quality", "weakest")
        caption = _marked(speaker, speaker.say("caption_quality"), assumed=assumed)
        blocks.append(ReportTable(caption, heads, rows))
    common = commonly_lacking(each.quality for each in found if each.quality is not None)[:_MOST_COMMON]
    if common:
        counted = tuple((Cell(_name(speaker, point)), Cell(str(count))) for point, count in common)
        head = (speaker.say("head_criterion"), speaker.say("head_count"))
        caption = _marked(speaker, speaker.say("caption_lacking"), assumed=assumed)
        blocks.append(ReportTable(caption, head, counted, frozenset({1})))
    return Section("quality", title, tuple(blocks))


def _weakest(speaker: Speaker, quality: Quality | None) -> str:
    if quality is None or quality.weakest is None:
        return "–"
    return _name(speaker, quality.weakest)


def unreported_section(speaker: Speaker, units: Sequence[UnitStanding], year: int) -> Section:
    """Units of which nothing was told for the year, by area."""
    title = speaker.say("section_unreported")
    if not units:
        return Section("unreported", title, (Paragraph(speaker.say("all_reported", year=year)),))
    by_area: dict[str, list[str]] = {}
    for each in units:
        by_area.setdefault(each.area or speaker.say("no_area"), []).append(each.name)
    items = [
        speaker.say("unreported_area", area=area, names=speaker.listed(names, _MOST_UNIT_NAMES))
        for area, names in by_area.items()
    ]
    blocks = (Bullets(tuple(Cell(item) for item in items)), Paragraph(speaker.say("unreported_why"), "note"))
    return Section("unreported", title, blocks)
