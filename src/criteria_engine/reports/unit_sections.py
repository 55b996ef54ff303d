"""The sections about areas, units, what changed, quality, and who has not reported."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from criteria_engine.messages.formatting import points, sort_key_vi
from criteria_engine.plans.roster import Unit, UnitChange
from criteria_engine.reports.blocks import Block, Bullets, Cell, Paragraph, Section, Table
from criteria_engine.reports.period import Happening, Since
from criteria_engine.reports.quality import Point, Quality, commonly_lacking
from criteria_engine.reports.speaker import Speaker
from criteria_engine.reports.standings import AreaStanding, UnitStanding

__all__ = ["area_section", "quality_section", "since_section", "unit_section", "unreported_section"]

_MOST_NAMES, _MOST_CRITERIA = 12, 3
_MOST_COMMON = 5


def area_section(
    speaker: Speaker, areas: Sequence[AreaStanding], year: int, assumed: tuple[int, int]
) -> Section:
    """Numbers by area, and for the whole plan."""
    listed = [speaker.say("head_listed", year=each) for each in (year, year + 1)]
    head = (*speaker.heads("area", "total", "recognised", "open", "share"), *listed)
    rows = [_area_row(speaker, each.area or speaker.say("no_area"), [each]) for each in areas]
    rows.append(_area_row(speaker, speaker.say("total"), areas))
    table = Table(speaker.caption("areas", assumed), head, tuple(rows), frozenset(range(1, 7)))
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
        tables.append(Table(caption, head, rows, frozenset({2})))
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


def _name(speaker: Speaker, point: Point) -> str:
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
        listed = speaker.listed(names, _MOST_NAMES)
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
    return speaker.listed(sorted(names, key=sort_key_vi), _MOST_NAMES)


def _roster_change(speaker: Speaker, change: UnitChange) -> str:
    before, after = (_listed_units(speaker, units, change.kind) for units in (change.before, change.after))
    return speaker.say(f"roster_{change.kind}", day=change.day, before=before, after=after)


def _listed_units(speaker: Speaker, units: Sequence[Unit], kind: str) -> str:
    # Where the kind of a unit changes, it is the kind that tells the two apart.
    names = [f"{unit.kind} {unit.name}" if kind == "kind" and unit.kind else unit.name for unit in units]
    return speaker.listed(names, _MOST_NAMES)


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
        blocks.append(Table(caption, heads, rows))
    common = commonly_lacking(each.quality for each in found if each.quality is not None)[:_MOST_COMMON]
    if common:
        counted = tuple((Cell(_name(speaker, point)), Cell(str(count))) for point, count in common)
        head = (speaker.say("head_criterion"), speaker.say("head_count"))
        caption = _marked(speaker, speaker.say("caption_lacking"), assumed=assumed)
        blocks.append(Table(caption, head, counted, frozenset({1})))
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
        speaker.say("unreported_area", area=area, names=speaker.listed(names, _MOST_NAMES))
        for area, names in by_area.items()
    ]
    blocks = (Bullets(tuple(Cell(item) for item in items)), Paragraph(speaker.say("unreported_why"), "note"))
    return Section("unreported", title, blocks)
