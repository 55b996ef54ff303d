"""The page of a report in one language: its head, its sections in the order of reading, its foot.

What matters comes first (summary, targets, years), unit by unit at the end. Whatever was assumed by somebody is
marked where it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from criteria_engine.messages.formatting import points, sort_key_vi
from criteria_engine.messages.speaker import Speaker
from criteria_engine.plans.roster import Unit, UnitChange
from criteria_engine.projection.chart import drawing_of
from criteria_engine.projection.methods import METHODS, Own
from criteria_engine.projection.outlook import MustChange, Nearest, TargetOutlook
from criteria_engine.projection.projection import Projection
from criteria_engine.reports import facts
from criteria_engine.reports.layout import Block, Bullets, Cell, Chart, Page, Paragraph, ReportTable, Section

_MOST_NAMES, _MOST_UNIT_NAMES, _MOST_CRITERIA, _MOST_COMMON = 5, 12, 3, 5
_TONES = dict.fromkeys(("achieved", "very_likely", "likely", "on_track"), "good")
_TONES |= dict.fromkeys(("missed", "off_track", "unlikely", "very_unlikely"), "bad")


@attrs.frozen(eq=False)
class PageWriter:
    """Writes the page of one report; ``assessed_assumed`` says that its assessments were assumed by somebody."""

    speaker: Speaker
    projection: Projection
    period: facts.Period
    units: Sequence[facts.UnitStanding]
    areas: Sequence[facts.AreaStanding]
    unreported: Sequence[facts.UnitStanding]
    since: facts.Since
    duties: Sequence[facts.Duty]
    risks: Sequence[facts.Risk]
    assessed_assumed: bool
    ruleset_status: str | None

    def page(self) -> Page:
        """All of it."""
        plan, projection = self.projection.plan, self.projection
        return Page(
            self.speaker.lang,
            self._say(f"title_{self.period.kind}"),
            plan.title.in_language(self.speaker.lang) or plan.id,
            self._say("contents"),
            tuple(self._head()),
            (
                self._summary(),
                self._targets(),
                self._years(),
                self._areas(),
                self._changes(),
                self._unreported(),
                self._quality(),
                self._risks(),
                self._tasks(),
                self._units(),
                self._sources(),
            ),
            (self._say("foot", engine=projection.engine, digest=projection.digest),),
        )

    def _say(self, key: str, /, **values: object) -> str:
        return self.speaker.say(key, **values)

    def _section(self, id: str, *blocks: Block) -> Section:
        return Section(id, self._say(f"section_{id}"), blocks)

    def _bullets(self, items: Iterable[str]) -> Bullets:
        return Bullets(tuple(Cell(item) for item in items))

    def _marked(self, text: str, *, assumed: bool) -> str:
        return self._say("assumed_mark", text=text) if assumed else text

    def _caption(self, key: str) -> str:
        """The caption of a table, with how many of the rows behind its figures are assumed, where some are."""
        text, (rows, of) = self._say(f"caption_{key}"), self.projection.assumed
        return self._say("caption_assumed", text=text, rows=rows, of=of) if rows else text

    def _title(self, outlook: TargetOutlook) -> str:
        return outlook.title.in_language(self.speaker.lang) or outlook.id

    def _outlook(self, outlook: TargetOutlook) -> str:
        """How a target will come out, with the probability where there is one."""
        word = outlook.likelihood or outlook.status
        if outlook.probability is None or word == outlook.status:
            return self._say(word)
        chance = self.speaker.share(outlook.probability, least=0)
        return self._say("with_chance", word=self._say(word), chance=chance)

    def _head(self) -> Iterable[str]:
        for basis in self.projection.plan.legal_basis[:1]:
            key = "document_bare" if basis.issued is None else "document"
            yield self._say(key, document=basis.document, day=basis.issued)
        yield self._say("day", day=self.projection.on, since=self.period.since)
        if self.period.due is not None:
            late = (self.projection.on - self.period.due).days
            yield self._say("late" if late > 0 else "due", day=self.period.due, count=late)

    def _summary(self) -> Section:
        projection, since = self.projection, self.since
        have, open_, total = projection.standing
        share = self.speaker.share(Fraction(have, total or 1))
        key = "now_open" if open_ else "now"
        items = [self._say(key, day=projection.on, have=have, units=total, share=share, open=open_)]
        items += [self._target_line(outlook) for outlook in projection.targets.values()]
        before, after = since.units
        counts = {name: len(getattr(since, name)) for name in ("recognised", "lapsed", "registered")}
        more = "period_line_more" if after > before else "period_line_units"
        key = "period_line" if before == after else more
        items.append(self._say(key, before=before, after=after, **counts))
        carried = sum(bool(unit.carried) and unit.holds is True for unit in self.units)
        if carried:
            items.append(self._say("carried_line", count=carried))
        if self.unreported:
            items.append(self._say("unreported_line", count=len(self.unreported), year=projection.on.year))
        overdue = sum(duty.state == "overdue" for duty in self.duties)
        if overdue:
            items.append(self._say("overdue_line", count=overdue))
        blocks: list[Block] = []
        rows, of = projection.assumed
        if rows:
            key = "assumed_all" if rows == of else "assumed_rows"
            blocks.append(Paragraph(self._say(key, rows=rows, of=of), "assumed"))
        if self.assessed_assumed:
            blocks.append(Paragraph(self._say("assumed_assessments"), "assumed"))
        return self._section("summary", *blocks, self._bullets(items))

    def _target_line(self, outlook: TargetOutlook) -> str:
        key = "target_line" if outlook.needed else "target_line_met"
        if self._stands_alone(outlook):
            key = "target_line_year"
        sizes = {name: getattr(outlook, name) for name in ("required", "units", "have", "needed")}
        return self._say(key, title=self._title(outlook), word=self._outlook(outlook), **sizes)

    def _stands_alone(self, outlook: TargetOutlook) -> bool:
        """Whether a target is so many in a year, or named units, and thus no share of all."""
        target = self.projection.plan.target(outlook.id)
        return target.in_ is not None or target.units is not None

    def _targets(self) -> Section:
        rows, must = [], []
        for outlook in self.projection.targets.values():
            title, alone = self._title(outlook), self._stands_alone(outlook)
            rows.append(self._target_row(title, outlook, alone=alone))
            rows += [self._target_row(f"– {area}", part) for area, part in outlook.areas.items()]
            # What published rules call the trend.
            labels = [
                f"{self._say(rule)}: {self._say(f'label_{label.label}')}"
                for rule, label in self.projection.labels.get(outlook.id, {}).items()
            ]
            if labels:
                must.append(self._say("labels", title=title, labels="; ".join(labels)))
            said = self._must_change(outlook, alone=alone)
            if said:
                must.append(f"{self._say('must_title', title=title)} {'; '.join(said)}.")
        columns = ("target", "year", "required", "have", "needed", "expected", "pace", "outlook")
        head = self.speaker.heads(*columns)
        table = ReportTable(self._caption("targets"), head, tuple(rows), frozenset(range(1, 7)))
        return self._section("targets", table, *([self._bullets(must)] if must else []))

    def _target_row(self, title: str, outlook: TargetOutlook, *, alone: bool = False) -> tuple[Cell, ...]:
        number, most = self.speaker.number, outlook.required_most
        have = str(outlook.have) + (f"…{outlook.have + outlook.pending}" if outlook.pending else "")
        required = str(outlook.required)
        if most is not None and most > outlook.required:
            required += f"–{most}"
        cells = [
            title,
            str(outlook.year),
            required if alone else f"{required}/{outlook.units}",
            have,
            str(outlook.needed),
            number(outlook.expected),
            number(outlook.required_per_year) if outlook.required_per_year else "–",
        ]
        tone = _TONES.get(outlook.likelihood or outlook.status, "doubt")
        return (*(Cell(cell) for cell in cells), Cell(self._outlook(outlook), tone))

    def _must_change(self, outlook: TargetOutlook, *, alone: bool) -> list[str]:
        said = []
        if outlook.areas:
            parts = [
                self._say("area_part", area=area, have=part.have, required=part.required)
                for area, part in outlook.areas.items()
            ]
            said.append(self._say("must_areas", areas=parts))
        if outlook.attained_on is not None and outlook.attained_on > self.projection.on:
            said.append(self._say("must_attained", year=outlook.attained_on.year))
        if outlook.status != "off_track" or alone:
            return said
        if outlook.required_per_year:
            said.append(self._say("must_pace", pace=outlook.required_per_year, year=outlook.year))
        if outlook.must_change is not None:
            said += self._ways(outlook.must_change)
        return said

    def _ways(self, must: MustChange) -> Iterable[str]:
        """What would bring a target about: registrations, renewals, the units nearest to it."""
        if must.recognise:
            yield self._say(
                "must_register_never" if must.register is None else "must_register",
                next=self.projection.on.year + 1,
                register=must.register,
                recognise=must.recognise,
                confidence=self.speaker.share(must.confidence, least=0),
            )
        if must.renewals:
            yield self._say("must_renew", names=self.speaker.listed(must.renewals, _MOST_NAMES))
        if must.nearest:
            names = self.speaker.listed((self._near(unit) for unit in must.nearest), _MOST_NAMES)
            yield self._marked(self._say("must_nearest", names=names), assumed=self.assessed_assumed)

    def _near(self, unit: Nearest) -> str:
        """A unit, and how many criteria it lacks, or lacks figures for."""
        if unit.not_met:
            return self._say("near", name=unit.name, count=len(unit.not_met))
        return self._say("near_open" if unit.open else "near_met", name=unit.name, count=len(unit.open))

    def _years(self) -> Section:
        """The chart, and the same years as a table."""
        projection, share, number = self.projection, self.speaker.share, self.speaker.number
        drawing = drawing_of(
            projection.plan,
            projection.on,
            projection.targets,
            projection.years,
            projection.assumed,
            self.speaker.lang,
        )
        now, last = (drawing.known or drawing.rows)[-1], drawing.rows[-1]
        share_now = share(now.shares[0])
        if now.low != now.high:
            share_now = self._say("from_to", low=share_now, high=share(now.shares[2]))
        low, expected, high = (share(part) for part in last.shares)
        shares = {"share_now": share_now, "share_last": expected, "low": low, "high": high}
        caption = self._say("chart_caption", year_now=now.year, year_last=last.year, **shares)
        caption = self._marked(caption, assumed=bool(projection.assumed[0])) + "."
        head = self.speaker.heads("year", "total", "low", "expected", "high", "expected_share", "pathway")
        rows = []
        for row in projection.years:
            counts = [number(count) for count in (row.low, row.expected, row.high)]
            pathway = "–" if row.required is None else number(row.required)
            cells = [str(row.year), str(row.units), *counts, share(row.shares[1]), pathway]
            rows.append(tuple(Cell(cell) for cell in cells))
        table = ReportTable(self._caption("years"), head, tuple(rows), frozenset(range(7)))
        return self._section("years", Chart(drawing, caption), table)

    def _areas(self) -> Section:
        """Numbers by area, and for the whole plan."""
        year = self.projection.on.year
        listed = [self._say("head_listed", year=each) for each in (year, year + 1)]
        head = (*self.speaker.heads("area", "total", "recognised", "open", "share"), *listed)
        rows = [self._area_row(area.area or self._say("no_area"), [area]) for area in self.areas]
        rows.append(self._area_row(self._say("total"), self.areas))
        table = ReportTable(self._caption("areas"), head, tuple(rows), frozenset(range(1, 7)))
        return self._section("areas", table)

    def _area_row(self, name: str, areas: Sequence[facts.AreaStanding]) -> tuple[Cell, ...]:
        units, recognised = sum(area.units for area in areas), sum(area.recognised for area in areas)
        cells = [
            name,
            str(units),
            str(recognised),
            str(sum(area.open for area in areas)),
            self.speaker.share(Fraction(recognised, units or 1)),
            str(sum(area.listed_now for area in areas) or "–"),
            str(sum(area.listed_next for area in areas) or "–"),
        ]
        return tuple(Cell(cell) for cell in cells)

    def _changes(self) -> Section:
        """What happened to units, and to their list."""
        since = self.since
        items = self._happened("since_recognised", since.recognised)
        items += self._happened("since_kept", since.kept)
        items += self._happened("since_lapsed", since.lapsed)
        for year in sorted({each.year for each in since.registered}):
            names = [each.name for each in since.registered if each.year == year]
            items.append(self._say("since_registered", year=year, names=self._in_order(names)))
        if since.undated:
            undated = sorted(since.undated, key=lambda each: sort_key_vi(each.name))
            names = [self._marked(each.name, assumed=each.assumed) for each in undated]
            listed = self.speaker.listed(names, _MOST_UNIT_NAMES)
            items.append(self._say("since_undated", year=since.day.year, names=listed))
        items += [self._roster_change(change) for change in since.changes]
        if since.units[0] != since.units[1]:
            then, now = (self.speaker.share(share) for share in since.shares)
            before, after = since.units
            items.append(self._say("denominator", before=before, after=after, then=then, now=now))
        block = self._bullets(items) if items else Paragraph(self._say("nothing_changed"))
        return self._section("since", block)

    def _happened(self, key: str, happenings: Sequence[facts.Happening]) -> list[str]:
        """A sentence for all that happened on one day, or for one year."""
        groups: dict[str, list[str]] = {}
        for each in happenings:
            when = self._say("happened_day" if each.day else "happened_year", year=each.year, day=each.day)
            when = self._say("happened_assumed", text=when) if each.assumed else when
            groups.setdefault(when, []).append(each.name)
        return [self._say(key, when=when, names=self._in_order(names)) for when, names in groups.items()]

    def _in_order(self, names: Sequence[str]) -> str:
        return self.speaker.listed(sorted(names, key=sort_key_vi), _MOST_UNIT_NAMES)

    def _roster_change(self, change: UnitChange) -> str:
        def listed(units: Sequence[Unit]) -> str:
            # Where the kind of a unit changes, it is the kind that tells the two apart.
            kinds = change.kind == "kind"
            names = [f"{unit.kind} {unit.name}" if kinds and unit.kind else unit.name for unit in units]
            return self.speaker.listed(names, _MOST_UNIT_NAMES)

        before, after = listed(change.before), listed(change.after)
        return self._say(f"roster_{change.kind}", day=change.day, before=before, after=after)

    def _unreported(self) -> Section:
        """Units of which nothing was told for the year, by area."""
        if not self.unreported:
            nobody = Paragraph(self._say("all_reported", year=self.projection.on.year))
            return self._section("unreported", nobody)
        items = []
        for area, units in facts.by_area(self.unreported).items():
            names = self.speaker.listed((unit.name for unit in units), _MOST_UNIT_NAMES)
            items.append(self._say("unreported_area", area=area or self._say("no_area"), names=names))
        note = Paragraph(self._say("unreported_why"), "note")
        return self._section("unreported", self._bullets(items), note)

    def _quality(self) -> Section:
        assessed = [(unit, unit.quality) for unit in self.units if unit.quality is not None]
        if not assessed:
            return self._section("quality", Paragraph(self._say("no_quality"), "note"))
        assumed = self.assessed_assumed
        blocks: list[Block] = []
        if assumed:
            blocks.append(Paragraph(self._say("assumed_assessments"), "assumed"))
        if self.ruleset_status in ("illustrative", "adapted"):
            blocks.append(Paragraph(self._say(self.ruleset_status), "note"))
        blocks.append(Paragraph(self._say("assessed", count=len(assessed), units=len(self.units))))
        rows = []
        for unit, quality in assessed:
            if unit.holds:
                weakest = "–" if quality.weakest is None else self._criterion(quality.weakest)
                rows.append((Cell(unit.name), Cell(self._points(quality)), Cell(weakest)))
        if rows:
            caption = self._marked(self._say("caption_quality"), assumed=assumed)
            blocks.append(ReportTable(caption, self.speaker.heads("unit", "quality", "weakest"), tuple(rows)))
        common = facts.commonly_lacking(quality for _, quality in assessed)[:_MOST_COMMON]
        if common:
            counts = tuple((Cell(self._criterion(each)), Cell(str(count))) for each, count in common)
            caption = self._marked(self._say("caption_lacking"), assumed=assumed)
            head = self.speaker.heads("criterion", "count")
            blocks.append(ReportTable(caption, head, counts, frozenset({1})))
        return self._section("quality", *blocks)

    def _criterion(self, criterion: facts.CriterionName) -> str:
        return criterion.title.in_language(self.speaker.lang) or criterion.path

    def _points(self, quality: facts.Quality | None) -> str:
        if quality is None:
            return self._say("not_assessed")
        said = []
        if quality.score is not None and quality.most is not None:
            low, high = (points(each, self.speaker.lang) for each in quality.score)
            most = points(quality.most, self.speaker.lang)
            key = "score_of" if low == high else "score_between"
            said.append(self._say(key, score=low, low=low, high=high, most=most))
        if quality.level is not None:
            said.append(quality.level.in_language(self.speaker.lang))
        return "; ".join(said) or "–"

    def _holding_back(self, quality: facts.Quality | None) -> str:
        if quality is None:
            return "–"
        said = []
        for key, criteria in (("lacking", quality.lacking), ("open_criteria", quality.open)):
            if criteria:
                names = self.speaker.listed((self._criterion(each) for each in criteria), _MOST_CRITERIA)
                said.append(self._say(key, names=names))
        return "; ".join(said) or self._say("nothing_lacking")

    def _risks(self) -> Section:
        """What a reader should weigh."""
        items = [
            self._marked(self._risk(risk), assumed=risk.code == "weak" and self.assessed_assumed)
            for risk in self.risks
        ]
        return self._section("risks", self._bullets(items) if items else Paragraph(self._say("no_risks")))

    def _risk(self, risk: facts.Risk) -> str:
        details: Mapping[str, object] = risk.details
        if risk.code == "target":
            outlook = self.projection.targets[str(details["target"])]
            details = {"title": self._title(outlook), "word": self._outlook(outlook)}
        shares = {name: share for name, share in details.items() if isinstance(share, Fraction)}
        shown = {name: self.speaker.share(share) for name, share in shares.items()}
        return self._say(f"risk_{risk.code}", **{**details, **shown})

    def _tasks(self) -> Section:
        """The tasks with their five clears."""
        if not self.duties:
            return self._section("tasks", Paragraph(self._say("no_tasks")))
        rows = tuple(self._task_row(duty) for duty in self.duties)
        head = self.speaker.heads("task", "owner", "due", "result", "answerable")
        table = ReportTable(self._say("caption_tasks"), head, rows)
        assumed = any(duty.task.assumed for duty in self.duties)
        note = [Paragraph(self._say("tasks_assumed"), "note")] if assumed else []
        return self._section("tasks", table, *note)

    def _task_row(self, duty: facts.Duty) -> tuple[Cell, ...]:
        task, lang = duty.task, self.speaker.lang

        def cell(part: str, text: str, tone: str = "") -> Cell:
            return Cell(self._marked(text, assumed=part in task.assumed), tone)

        state = "later_undated" if duty.state == "later" and duty.due is None else duty.state
        tone = {"overdue": "bad", "done": "good"}.get(duty.state, "")
        return (
            cell("what", task.what.in_language(lang)),
            cell("owner", task.owner.in_language(lang)),
            cell("due", self._say(state, day=duty.due), tone),
            cell("result", task.result.in_language(lang)),
            cell("answerable", task.answerable.in_language(lang)),
        )

    def _units(self) -> Section:
        """A table an area, a row a unit; what is assumed is marked in its row."""
        assessed = any(unit.quality is not None for unit in self.units)
        head = self.speaker.heads("unit", "status", "title_year", "decided", "until")
        if assessed:
            more = self.speaker.heads("quality", "lacking")
            head += tuple(self._marked(text, assumed=self.assessed_assumed) for text in more)
        tables = []
        for area, units in facts.by_area(self.units).items():
            rows = tuple(self._unit_row(unit, assessed=assessed) for unit in units)
            held = sum(unit.holds is True for unit in units)
            name = area or self._say("no_area")
            caption = self._say("caption_units", area=name, have=held, units=len(units))
            caption = self._marked(caption, assumed=any(unit.assumed for unit in units))
            tables.append(ReportTable(caption, head, rows, frozenset({2})))
        return self._section("units", *tables)

    def _unit_row(self, unit: facts.UnitStanding, *, assessed: bool) -> tuple[Cell, ...]:
        decided = until = "–"
        if unit.title_year is not None:
            decided = self._say("unknown_day") if unit.decided is None else self.speaker.shown(unit.decided)
        if unit.holds is not False and (unit.title_year is not None or unit.carried):
            if unit.until is not None:
                until = self._say("until_year", year=unit.until)
            elif self.projection.plan.counting.lasts is None:
                until = self._say("until_lapsed")
        tone = "good" if unit.holds else "doubt" if unit.holds is None else ""
        others = [str(unit.title_year or "–"), decided, until]
        if assessed:
            others += [self._points(unit.quality), self._holding_back(unit.quality)]
        return (Cell(unit.name), Cell(self._status(unit), tone), *map(Cell, others))

    def _status(self, unit: facts.UnitStanding) -> str:
        carried = [self._say("carried_name", name=name, year=year) for name, year in unit.carried]
        status = unit.status
        if status == "maintained" and unit.kept_year is None:
            status = "recognised"
        text = self._say(status, names=carried, year=unit.kept_year)
        now = self.projection.on.year
        listed = [str(year) for year in unit.listed if year > now or unit.status == "none"]
        if listed:
            text = self._say("listed_mark", text=text, years=listed)
        return self._marked(text, assumed=unit.assumed)

    def _sources(self) -> Section:
        projection, counting = self.projection, self.projection.plan.counting
        rows, of = projection.assumed
        items = [Cell(self._say("source_rows", rows=rows, of=of) if of else self._say("source_none"))]
        items.append(Cell(self._say(f"source_basis_{counting.basis}")))
        if counting.assumed:
            names = "; ".join(self._say(f"rule_{name}") for name in counting.assumed)
            items.append(Cell(self._say("assumed_rules", names=names), "assumed"))
        items.append(Cell(self._method()))
        items += [Cell(self._say(note)) for note in projection.notes]
        if set(projection.scenarios) - {"as_is"}:
            items.append(Cell(self._say("scenarios", names=projection.scenarios)))
        return self._section("sources", Bullets(tuple(items)))

    def _method(self) -> str:
        """How expected numbers were come by."""
        method = METHODS.get(self.projection.method, Own)
        sentence = self._say("source_model" if method.sentence == "model" else method.sentence)
        return (
            f"{sentence} {self._say('source_seed', seed=self.projection.seed)}" if method.seeded else sentence
        )
