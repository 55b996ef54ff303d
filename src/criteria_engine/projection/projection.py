"""Projecting a plan: ``project``, and the ``Projection`` that comes of it with its table, words and displays.

Looking back comes first (``backtest_plan``), then frames and HTML, ``Projection``, ``project``, and last the
paragraph that says how the targets stand, ready to be pasted into a document.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import metadata
from typing import Any

import attrs

from criteria_engine.core.extras import narwhals
from criteria_engine.explanation.rendering import STYLE, escaped
from criteria_engine.forecasting.distribution import Share, exact_share
from criteria_engine.forecasting.forecast import Backtest, Checked, checked, compared
from criteria_engine.forecasting.published import Label
from criteria_engine.messages.diagnostics import Code, CriteriaError, Problems, chosen_language
from criteria_engine.messages.formatting import percent
from criteria_engine.messages.speaker import Speaker
from criteria_engine.plans.assessed import last_results
from criteria_engine.plans.plan import Plan
from criteria_engine.plans.roster import Unit, year_days
from criteria_engine.plans.unit_status import Rows, UnitStatus, rows_of
from criteria_engine.projection.arithmetic import Path
from criteria_engine.projection.chart import YearRow, YearTable, drawing_of, plan_speaker, plotted
from criteria_engine.projection.context import ProjectionContext, Scenario, Scenarios, scenarios_of
from criteria_engine.projection.hazard_method import Hazard
from criteria_engine.projection.methods import METHODS, ForecastRequest, Method, Own, unknown_method
from criteria_engine.projection.outlook import (
    MustChange,
    ShareChange,
    TargetOutlook,
    attainment,
    likelihood_of,
    nearest_units,
    plain,
    share_changes,
)
from criteria_engine.rules.schema import digest_of
from criteria_engine.ruleset import Ruleset


def backtest_plan(
    plan: Plan,
    recognitions: Rows = (),
    *,
    on: datetime.date,
    method: Method | None = None,
    assessments: Mapping[str, Any] | None = None,
    ruleset: Ruleset | None = None,
    level: str | None = None,
    at_least: Share | None = None,
    seed: int = 0,
    draws: int = 200,
) -> Backtest:
    """Project a plan from the end of each past year, and compare with what came and with "no change".

    From each year the method sees only what was known by then, and the roster of that day. A later year
    counts where its result is known for every unit, and the list of units is still the same: what a
    merger does to a share is no forecast. The lists of registrations are taken as they stand now.

    Args:
        plan: The plan.
        recognitions: What happened, as ``ce.project`` takes it.
        on: The day from which one looks back.
        method: As in ``ce.project``; ``"arithmetic"`` and ``"published"`` forecast nothing.
        assessments: As in ``ce.project``.
        ruleset: As in ``ce.project``.
        level: As in ``ce.project``.
        at_least: A share whose reaching is forecast as well, for the Brier score; by default that of the
            plan's first target with a share.
        seed: As in ``ce.project``.
        draws: As in ``ce.project``.

    Returns:
        The figures, in shares; ``.sentence()`` says plainly if there is no skill over "no change".

    Raises:
        CriteriaError: As ``ce.project`` does.
        ValueError: There are no two years that can be compared, or the method forecasts nothing.
    """
    forecasting = [name for name, kind in METHODS.items() if kind.forecasts]
    if method in METHODS and method not in forecasting:
        raise unknown_method(method, forecasting)
    if at_least is None:
        at_least = next((target.shares[0] for target in plan.targets if target.share is not None), None)
    request = ForecastRequest(plan, method, Scenarios(), assessments or {}, ruleset, level, seed, draws)
    rows = rows_of(recognitions, plan)
    bound = None if at_least is None else float(exact_share(at_least))
    forecasts = list(_past_forecasts(request, rows, on, bound))
    if not forecasts:
        raise ValueError("no year behind can be compared with a later one: nothing to look back on")
    return compared([forecasts])


def _past_forecasts(
    request: ForecastRequest, rows: Sequence[UnitStatus], on: datetime.date, bound: float | None
) -> Iterator[Checked]:
    """Every forecast from a past year of a later one, beside what came."""
    outcomes = _Outcomes(request, rows, on)
    for year in range(outcomes.first, on.year):
        kind, context = request.begin(rows, year_days(year)[1])
        units = context.units(year)
        start = outcomes.share(year, units)
        if start is None:
            continue
        for ahead, point in kind(context).path().items():
            if not year < ahead <= on.year or point.chances is None:
                continue
            value = outcomes.share(ahead, units)
            if value is not None:
                yield checked(point.chances.in_shares(), value, start, bound)


class _Outcomes:
    """The results of past years known today: of titles, or of the criteria where no title is on file."""

    def __init__(self, request: ForecastRequest, rows: Sequence[UnitStatus], on: datetime.date) -> None:
        _, self.context = request.begin(rows, on)
        self.judged: dict[tuple[str, int], bool | None] | None = None
        years = self.context.ledger.told_years
        if not rows and self.context.assessed is not None:
            self.judged = {
                (panel.unit, each.year): each.judged.surely
                if each.judged.surely == each.judged.possibly
                else None
                for panel in self.context.assessed.panels
                for each in panel.years
            }
            years = sorted({year for _, year in self.judged})
        self.first = years[0] if years else on.year
        self.last = years[-1] if years else on.year

    def share(self, year: int, units: Sequence[Unit]) -> float | None:
        """The share of units that held a title in a year; None where that is not known of all of them."""
        if year > self.last or not units or self.context.units(year) != tuple(units):
            return None
        if self.judged is None:
            held = [self.context.ledger.held_surely(unit, year) for unit in units]
        else:
            held = [self.judged.get((unit.id, year)) for unit in units]
        return None if None in held else sum(map(bool, held)) / len(units)


def frame_of(rows: Sequence[Mapping[str, Any]], kind: str) -> Any:
    """A frame of ``"pandas"``, ``"polars"`` or ``"pyarrow"``; ``CriteriaError`` where that is not there."""
    columns = {name: _alike([row[name] for row in rows]) for name in rows[0]} if rows else {}
    problems = Problems()
    if kind not in ("pandas", "polars", "pyarrow"):
        problems.add("kind", Code.NOT_A_FRAME, kind=repr(kind)[:40])
        raise CriteriaError(problems)
    try:
        return narwhals().from_dict(columns, backend=kind).to_native()
    except ImportError:
        problems.add("frame", Code.PACKAGE_MISSING, package=kind, extra="frames")
        raise CriteriaError(problems) from None


def _alike(cells: list[Any]) -> list[Any]:
    """Cells of one type: whole numbers among others become floats."""
    if not any(isinstance(each, float) for each in cells):
        return cells
    return [None if each is None else float(each) for each in cells]


_TARGET_HEADS = ("target", "year", "required", "have", "expected", "outlook")


def projection_html(paragraph: str, targets: Mapping[str, TargetOutlook], years: YearTable, lang: str) -> str:
    """The targets and the years as tables, and the paragraph folded away."""
    speaker = Speaker(lang, "plans")
    rows = [_target_cells(id, each, speaker) for id, each in targets.items()]
    parts = [_year_table_html(speaker.heads(*_TARGET_HEADS), rows), _year_table_html(*years.cells(lang))]
    # The paragraph says all of it in words; its first sentence says where things stand.
    title, _, rest = paragraph.partition(". ")
    folded = f"<details><summary>{escaped(title)}.</summary><p>{escaped(rest)}</p></details>"
    return f'<div class="criteria-engine" lang="{lang}">{STYLE}{"".join(parts)}{folded}</div>'


def _target_cells(id: str, each: TargetOutlook, speaker: Speaker) -> tuple[str, ...]:
    outlook = speaker.say(each.likelihood or f"status_{each.status}")
    if each.probability is not None and each.likelihood:
        outlook += f" ({speaker.share(each.probability, least=0)})"
    have = str(each.have) + (f"…{each.have + each.pending}" if each.pending else "")
    expected = speaker.number(each.expected)
    title = each.title.in_language(speaker.lang) or id
    return (title, str(each.year), f"{each.required}/{each.units}", have, expected, outlook)


def _year_table_html(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escaped(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


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
        outlooks = ", ".join(f"{id}={each.likelihood or each.status}" for id, each in self.targets.items())
        return f"<Projection {self.plan.id} on {self.on.isoformat()}: {outlooks}>"

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
        return _explanation(self, chosen_language(lang))

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
        kind = METHODS.get(self.method)
        method = self.method if kind is not None and kind.forecasts else Hazard.name
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


def project(
    plan: Plan,
    *,
    recognitions: Rows = (),
    on: datetime.date,
    method: Method | None = None,
    scenarios: Sequence[str | Scenario] = ("as_is",),
    confidence: Share = Fraction(4, 5),
    assessments: Mapping[str, Any] | None = None,
    ruleset: Ruleset | None = None,
    level: str | None = None,
    seed: int = 0,
    draws: int = 1000,
) -> Projection:
    """How the targets of a plan look on a day.

    Args:
        plan: The plan, from ``ce.load_plan`` or built in Python.
        recognitions: What happened: the path of a CSV file, or rows (``ce.UnitStatus``, or mappings of
            ``unit``, ``period``, ``status`` and, where known, ``decided``). A unit without a row has
            not been recognised, unless the plan registered it: then its result is open.
        on: The day from which one looks. Rows of later years and decisions of later days are left out,
            and units are those of that day.
        method: ``"scores"`` (the default where assessments of two years and a ruleset are given):
            the values of every unit are drawn ahead, by steps that units of about the same score made,
            and every drawn unit is judged by the ruleset itself. ``"hazard"`` (else the default): rates
            of recognition and lapse with what is not known of them, counted exactly, without random
            numbers; where the rows show one year only there is nothing to learn from, and it is
            ``"arithmetic"``: no model, the plan's lists and lapses as given. ``"published"``: the
            labels of published rules (``labels``), and no probabilities. Or a function
            ``(years, values, n, horizons, rng) -> draws`` of the share of recognised units, as
            ``ce.forecast.share`` takes one.
        scenarios: What is to be supposed of the years ahead; see ``ce.Scenario``. They compose.
        confidence: How sure registrations for the next year are to be enough (0–1, or ``"80%"``).
        assessments: By name or id of the unit, and by year, its values or the ``Result`` of them; or its
            last ``Result`` alone. Also for the units that are nearest to the criteria.
        ruleset: What drawn values are judged by.
        level: Its level that counts as recognised, or a better one; by default its best.
        seed: Where random numbers start, for ``"scores"`` and functions.
        draws: How many futures are drawn for ``"scores"``.

    Raises:
        CriteriaError: Rows, names, values, the method or a scenario are not right; all of it at once.
        ValueError: ``confidence`` is not between 0 and 1, ``"scores"`` has no ruleset, the ruleset not
            this level, or ``draws`` is below 1.
    """
    request = ForecastRequest(
        plan, method, scenarios_of(scenarios), assessments or {}, ruleset, level, seed, draws
    )
    rows = rows_of(recognitions, plan)
    kind, context = request.begin(rows, on)
    forecast = kind(context)
    sure, path = exact_share(confidence), forecast.path()
    nearest = nearest_units(context, last_results(request.assessments, ruleset))
    named = tuple(str(Scenario.of(each)) for each in scenarios)
    looked_at = set(context.ledger.rows)
    known_rows = [row for row in rows if row in looked_at]
    digested = [
        *(plan, [attrs.asdict(row) for row in rows], on),
        *(method if isinstance(method, str) else forecast.name, list(named), str(sure)),
        *forecast.digest_parts(),
    ]
    return Projection(
        plan,
        on,
        forecast.name,
        named,
        sure,
        attainment(context, forecast, sure, nearest),
        share_changes(path),
        _table(context, path),
        _standing(context),
        (sum(row.assumed for row in known_rows), len(known_rows)),
        seed if forecast.seeded else None,
        metadata.version("criteria-engine"),
        digest_of(digested),
        forecast.labels(),
        forecast.notes(),
    )


def _standing(context: ProjectionContext) -> tuple[int, int, int]:
    """How many units are recognised on the day, how many are open, and how many count."""
    low = len(context.ledger.held(context.on.year, "low"))
    high = len(context.ledger.held(context.on.year, "high"))
    return low, high - low, len(context.units(context.on.year))


def _table(context: ProjectionContext, path: Path) -> YearTable:
    now = max(context.first, min(context.on.year, context.years[-1]))
    behind = context.pathway(*context.base())
    ahead = context.pathway(now, path[now].expected) if now in path else {}
    rows = []
    for year, point in sorted(path.items()):
        known = year <= context.on.year
        listed = len(context.lists.get(year, ()))
        required = (behind if known else ahead).get(year)
        views = point.low, point.expected, point.high
        rows.append(YearRow(year, point.units, *views, required, listed, known))
    return YearTable(tuple(rows))


_MOST_NAMES = 5
_EXPECTED = ("on_track", "off_track")
_NUMBERS = ("year", "units", "required", "have", "needed", "pending", "expected", "shortfall")


def _explanation(projection: Projection, lang: str) -> str:
    """A paragraph: where the plan stands, then each target, then what was assumed."""
    plan, on = projection.plan, projection.on
    speaker = plan_speaker(plan, lang)
    have, pending, units = projection.standing
    share = speaker.share(Fraction(have, units) if units else Fraction(0), least=1)
    key = "now_open" if pending else "now"
    texts = [speaker.say(key, day=on, have=have, units=units, share=share, pending=pending)]
    texts += [_of_target(speaker, plan, on, target) for target in projection.targets.values()]
    if set(projection.scenarios) - {"as_is"}:
        texts.append(speaker.say("scenarios", names=", ".join(projection.scenarios)))
    texts += [_of_labels(speaker, plan, id, found) for id, found in projection.labels.items() if found]
    texts.append(speaker.say(METHODS.get(projection.method, Own).sentence))
    texts += [speaker.say(note) for note in projection.notes]
    if projection.assumed[0]:
        texts.append(speaker.say("assumed", rows=projection.assumed[0], of=projection.assumed[1]))
    if plan.counting.assumed:
        names = "; ".join(speaker.say(f"rule_{name}") for name in plan.counting.assumed)
        texts.append(speaker.say("assumed_rules", names=names))
    return " ".join(texts)


def _of_labels(speaker: Speaker, plan: Plan, id: str, labels: Mapping[str, Label]) -> str:
    title = plan.target(id).title.in_language(speaker.lang) or id
    texts = [f"{speaker.say(rule)}: {speaker.say(f'label_{label.label}')}" for rule, label in labels.items()]
    return speaker.say("labels", title=title, labels="; ".join(texts))


def _of_target(speaker: Speaker, plan: Plan, on: datetime.date, outlook: TargetOutlook) -> str:
    target = plan.target(outlook.id)
    kind = "_named" if target.units is not None else "_year" if target.in_ is not None else ""
    part_reached = percent(outlook.percent_of_target, speaker.lang, digits=1)
    numbers = {name: getattr(outlook, name) for name in _NUMBERS}
    status = outlook.status + (kind if kind == "_year" and outlook.status in _EXPECTED else "")
    texts = [
        speaker.say("target", title=target.title.in_language(speaker.lang) or target.id),
        speaker.say(f"need{kind}", **numbers, percent=part_reached),
        speaker.say(status, **numbers),
    ]
    if outlook.probability is not None and outlook.status in _EXPECTED:
        word = speaker.say(likelihood_of(outlook.probability) or "uncertain")
        texts.append(
            speaker.say("chance", word=word, probability=speaker.share(outlook.probability, least=0))
        )
    if outlook.areas:
        parts = [
            speaker.say("area", area=area, have=part.have, required=part.required)
            for area, part in outlook.areas.items()
        ]
        texts.append(speaker.say("areas", areas="; ".join(parts)))
    if outlook.status == "off_track" and not kind:
        if outlook.required_per_year:
            texts.append(speaker.say("pace", year=outlook.year, pace=outlook.required_per_year))
        if outlook.must_change is not None:
            texts += _of_change(speaker, on, outlook.must_change)
    return " ".join(texts)


def _of_change(speaker: Speaker, on: datetime.date, must: MustChange) -> list[str]:
    texts = []
    if must.recognise:
        texts.append(
            speaker.say(
                "register_never" if must.register is None else "register",
                next=on.year + 1,
                register=must.register,
                recognise=must.recognise,
                confidence=speaker.share(must.confidence, least=0),
            )
        )
    if must.renewals:
        texts.append(speaker.say("renewals", names=_names(must.renewals)))
    if must.nearest:
        near = [speaker.say("near", name=unit.name, count=len(unit.not_met)) for unit in must.nearest]
        texts.append(speaker.say("nearest", names=_names(near)))
    return texts


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
