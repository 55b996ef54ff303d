"""Why a result is what it is: a tree of lines, shown as text, Markdown, HTML or plain data."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.compiler.levels import Outcomes, Wanted
from criteria_engine.compiler.tree import Node, prerequisite_name
from criteria_engine.core import arithmetic
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import TruthValue
from criteria_engine.evaluation.result import CriterionResult, Result
from criteria_engine.explanation.conditions import ConditionWriter, share_missed_by
from criteria_engine.explanation.lines import Decision, ExplanationLine, OverrideOutcome, Piece, Requirement
from criteria_engine.explanation.phrases import Wording
from criteria_engine.explanation.rendering import html, markdown, text
from criteria_engine.explanation.rules import RuleWriter
from criteria_engine.explanation.sight import Facts, Sight
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Language, chosen_language
from criteria_engine.messages.formatting import date
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.parts import Criterion, Definition, Level, Otherwise, Override, Round, Status

__all__ = [
    "CriterionWriter",
    "Explanation",
    "LevelWriter",
    "PeriodWriter",
    "PrerequisiteWriter",
    "explain",
    "level_name",
]


# ---- prerequisites: which hold, which block, and why ---------------------------------------------

_PREREQUISITE_STATES = {"held": "met", "fails": "not_met", "open": "unknown"}


class PrerequisiteWriter:
    """Says the prerequisites of one result."""

    def __init__(self, causes: RuleWriter) -> None:
        self._causes, self.conditions = causes, causes.conditions
        self._facts, self._wording = causes.conditions.facts, causes.conditions.facts.wording
        self._result = self._facts.sight.result
        self._told: set[str] = set()

    def lines(self, found: Node) -> list[ExplanationLine]:
        """Those of a criterion, then a word on each group above that is blocked or waits."""
        judging, sight = self._result.program.judging, self._facts.sight
        made = []
        pairs = zip(found.criterion.requires, judging.faces[found.path].requires, strict=True)
        for expression, (_, claim) in pairs:
            truth = sight.either(claim.true, claim.false)
            keys = {"held": "requires_held", "fails": "requires_failed", "open": "requires_open"}
            line = self.line(expression, claim, explained=truth != "held")
            made.append(attrs.evolve(self.conditions.prefixed(keys[truth], line), kind="prerequisite"))
        above = found.parent
        while above is not None:
            truths = [sight.either(each.true, each.false) for _, each in judging.faces[above.path].requires]
            if "fails" in truths or "open" in truths:
                key, status = ("above", "not_met") if "fails" in truths else ("above_open", "unknown")
                said = self._wording.say(f"requires_{key}", name=self._wording.phrases.criterion(above.path))
                made.append(ExplanationLine("prerequisite", (Piece(said),), status, above.path))
            above = above.parent
        return made

    def line(
        self, expression: Expression, claim: TruthValue, *, explained: bool, here: str = ""
    ) -> ExplanationLine:
        """One prerequisite: the state of a criterion with its cause, or a condition."""
        status = _PREREQUISITE_STATES[self._facts.sight.either(claim.true, claim.false)]
        tree = self._result.program.judging.tree
        name = prerequisite_name(expression, tree)
        if name is None:
            made = self.conditions.line(expression, "must", here=here)
            return attrs.evolve(made, status=status)
        found = tree.find(name)
        pieces = self.state(found)
        children = self._why(found) if explained else ()
        return ExplanationLine(
            "prerequisite", pieces, status, found.path, rule=expression.text, children=children
        )

    def state(self, found: Node) -> tuple[Piece, ...]:
        """A criterion's name and state as part of a sentence."""
        state = CriterionResult(self._result, found.path).status
        words = self._wording.state(str(state), lacking=not found.criterion.is_group)
        said = self._wording.say("criterion_state", name="\0", state=words)
        before, _, after = said.partition("\0")
        return Piece(before), Piece(self._wording.phrases.criterion(found.path), "name"), Piece(after)

    def _why(self, found: Node) -> tuple[ExplanationLine, ...]:
        """The cause of a prerequisite that does not hold: of a group its criteria that are not met.

        It is told once; what blocks many would otherwise fill the page.
        """
        if found.path in self._told:
            return ()
        self._told.add(found.path)
        if found.criterion.rule is not None:
            lines = self._causes.lines(found.criterion.rule, found.criterion.points)
            return tuple(line for line in lines if line.status not in ("met", "not_applicable"))
        kept = []
        for child in found.children:
            state = CriterionResult(self._result, child.path).status
            if state not in (Status.MET, Status.NOT_APPLICABLE):
                kept.append(ExplanationLine("prerequisite", self.state(child), str(state), child.path))
        return tuple(kept)


# ---- which version judged, which periods were looked at, which titles decided --------------------


class PeriodWriter:
    """Says of one result what lies outside its own period and its own ruleset."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._wording = facts, facts.wording
        self._result = facts.sight.result

    def _line(self, kind: str, key: str, **details: object) -> ExplanationLine:
        return ExplanationLine(kind, (Piece(self._wording.say(key, **details)),))

    def _date(self, day: datetime.date) -> str:
        return date(day, self._wording.lang)

    # ---- the version and the window ----------------------------------------------------------

    def head(self) -> Iterator[ExplanationLine]:
        """When the ruleset is in force, whether it was on the day, and the window of the assessment."""
        ruleset, day = self._result.ruleset, self._result.on
        effective = ruleset.effective
        if effective is not None and (effective.from_ or effective.until):
            force = self._in_force(effective.from_, effective.until)
            if day is None:
                yield self._line("force", "in_force", force=force)
            else:
                held = (effective.from_ or day) <= day <= (effective.until or day)
                key = "in_force_on" if held else "not_in_force_on"
                yield self._line("force", key, force=force, day=self._date(day), version=ruleset.version)
        window = self._window(0)
        if window is not None:
            first, last = window
            yield self._line("window", "window", first=self._date(first), last=self._date(last))

    def _in_force(self, first: datetime.date | None, last: datetime.date | None) -> str:
        if first is None:
            return self._wording.say("until_day", last=self._date(last or datetime.date.max))
        if last is None:
            return self._wording.say("from_day", first=self._date(first))
        return self._wording.say("from_until", first=self._date(first), last=self._date(last))

    # ---- earlier periods ---------------------------------------------------------------------

    def periods(self) -> list[ExplanationLine]:
        """A line for each earlier period that was looked at, with what was known of it."""
        by_period: dict[int, list[str]] = {}
        origins = self._result.program.judging.observing.origins
        for name in self._result.program.judging.inputs:
            of, level, back = origins.get(name, ("", "", 0))
            if back and not level:
                at = self._facts.sight.at(name)
                value = self._facts.value(at, at.parsed.tree)
                said = self._wording.say("colon", label=self._wording.phrases.name(of), text=value)
                by_period.setdefault(back, []).append(said)
        return [
            self._line(
                "period",
                "colon",
                label=self._period(back),
                text=self._wording.listed(by_period[back]),
            )
            for back in sorted(by_period)
        ]

    def _period(self, back: int) -> str:
        name = self._wording.period(back)
        window = self._window(back)
        if window is None:
            return name
        first, last = window
        return self._wording.say("period_window", period=name, first=self._date(first), last=self._date(last))

    def _window(self, back: int) -> tuple[datetime.date, datetime.date] | None:
        """The days of a period, if the set has windows; none beyond the years that calendars have."""
        window, day = self._result.ruleset.window, self._result.on
        try:
            return None if window is None or day is None else window.before(day, back)
        except ValueError:
            return None

    # ---- titles ------------------------------------------------------------------------------

    def titles(self) -> list[ExplanationLine]:
        """A line for each title that was asked for: whether it is held, and what was said of it."""
        made = []
        origins = self._result.program.judging.observing.origins
        for name in self._result.program.judging.inputs:
            ruleset, level, back = origins.get(name, ("", "", 0))
            if not level:
                continue
            value = self._result.observed(name)
            known = self._result.titles.get(ruleset)
            if isinstance(known, list):
                known = known[back] if back < len(known) else None
            key = (
                "title_unknown"
                if value is None or value is NA
                else "title_held"
                if value
                else "title_not_held"
            )
            said = self._wording.say(
                key, title=self._wording.phrases.name(name), held=known if known is not None else "–"
            )
            made.append(
                ExplanationLine(
                    "title_asked",
                    (Piece(said),),
                    "unknown" if value is None else "met" if value else "not_met",
                )
            )
        return made


# ---- why the level is what it is: what each level wants, special cases and vetoes ----------------

_STATES = {"held": "met", "fails": "not_met", "open": "unknown"}


class LevelWriter:
    """Says how the levels of a set or group were decided."""

    def __init__(self, prerequisites: PrerequisiteWriter, found: Node, reaching: Outcomes) -> None:
        self._prerequisites = prerequisites
        self._conditions = prerequisites.conditions
        self._facts = self._conditions.facts
        self._wording, self._sight = self._facts.wording, self._facts.sight
        self._result = self._sight.result
        self._found, self._reaching = found, reaching

    # ---- the decision as data ----------------------------------------------------------------

    def decision(self) -> Decision:
        """All that the level was decided by."""
        faces = self._result.program.judging.faces[self._found.path]
        yes, no = (faces.applies, faces.absent) if self._found.path else (faces.gate, faces.no_gate)
        return Decision(
            self._sight.either(yes, no),
            tuple(self._special(*each) for each in self._reaching.overrides),
            tuple(self._vetoing(each) for each in self._found.below() if each.criterion.veto),
            tuple(
                (level, tuple(self._asked(each) for each in wanted))
                for level, wanted in self._reaching.wanted
            ),
            (self._found.criterion.otherwise or Otherwise()).id,
        )

    def _special(self, override: Override, claim: TruthValue) -> OverrideOutcome:
        truth = self._sight.holds(claim)
        if override.refer:
            return OverrideOutcome("refer", override.refer.in_language(self._wording.lang), truth)
        kind = "level" if override.level is not None else "at_most"
        return OverrideOutcome(kind, override.level or override.at_most or "", truth)

    def _vetoing(self, found: Node) -> Requirement:
        """Whether a criterion with a veto lets the levels be asked."""
        faces, can = self._result.program.judging.faces[found.path], self._result.walk.can
        stands = can(faces.applies) and can(faces.met.false)
        free = can(faces.absent) or can(faces.met.true)
        return Requirement("veto", "", found.path, "open" if stands and free else "held" if free else "fails")

    def _asked(self, wanted: Wanted) -> Requirement:
        truth = self._sight.either(wanted.claim.true, wanted.claim.false)
        return Requirement(wanted.kind, wanted.text, wanted.path, truth)

    def _title(self, level: str) -> str:
        return level_name(self._wording, self._found.criterion, level)

    # ---- the decision in words ---------------------------------------------------------------

    def lines(self) -> tuple[ExplanationLine, ...]:
        """Special cases, vetoes, then the levels, best first until one is reached."""
        decision = self.decision()
        made: list[ExplanationLine] = []
        if decision.applies != "held":
            key = "set_absent" if decision.applies == "fails" else "set_open"
            made.append(
                ExplanationLine("applies", (Piece(self._wording.say(key)),), _STATES[decision.applies])
            )
            if decision.applies == "fails":
                return tuple(made)
        for special, (override, _) in zip(decision.overrides, self._reaching.overrides, strict=True):
            made.append(self._special_line(special, override))
            if special.truth == "held" and special.kind != "at_most":
                return tuple(made)
        made += [self._veto_line(each) for each in decision.vetoes]
        made += self._levels(decision)
        made += self._capped(decision)
        return tuple(made)

    def _levels(self, decision: Decision) -> list[ExplanationLine]:
        """The levels, best first until one is reached; then the lowest."""
        truths = _truths(decision.vetoes)
        made: list[ExplanationLine] = []
        for (_, asked), level in zip(decision.levels, self._found.criterion.levels, strict=True):
            made.append(self._level(level, asked, vetoed="fails" in truths, open_veto="open" in truths))
            if made[-1].status == "met":
                return made
        before, _, after = self._wording.say("level_lowest", level="\0").partition("\0")
        pieces = (Piece(before), Piece(self._title(decision.otherwise), "name"), Piece(after))
        status = "unknown" if any(line.status == "unknown" for line in made) else "chosen"
        return [*made, ExplanationLine("level", tuple(piece for piece in pieces if piece.text), status)]

    def _capped(self, decision: Decision) -> list[ExplanationLine]:
        """The level that a special case brought it down to, if one did."""
        caps = [each.to for each in decision.overrides if each.kind == "at_most" and each.truth == "held"]
        possible = [each for each in self._reaching.outcomes if self._result.walk.can(each.possible)]
        level = possible[0].level if len(possible) == 1 else None
        if level is None or level not in caps:
            return []
        return [
            ExplanationLine(
                "capped", self._facts.around("capped", Piece(self._title(level), "name")), "chosen"
            )
        ]

    def _special_line(self, special: OverrideOutcome, override: Override) -> ExplanationLine:
        made = self._conditions.line(override.when, "when", here=self._found.path)
        to = special.to
        if special.kind != "refer":
            to = self._title(to)
        made = self._conditions.prefixed(f"special_{special.kind}", made, to=to)
        reason = override.reason.in_language(self._wording.lang)
        if reason:
            said = ExplanationLine("reason", self._facts.around("reason", Piece(reason, "name")))
            made = attrs.evolve(made, children=(*made.children, said))
        status = "chosen" if special.truth == "held" else "unknown" if special.truth == "open" else ""
        return attrs.evolve(made, kind="special", status=status)

    def _veto_line(self, asked: Requirement) -> ExplanationLine:
        found = self._result.program.judging.tree.by_path[asked.path]
        state = self._wording.state(
            str(CriterionResult(self._result, asked.path).status), lacking=not found.criterion.is_group
        )
        said = self._wording.say("veto_line", name=self._wording.phrases.criterion(asked.path), state=state)
        return ExplanationLine("veto", (Piece(said),), _STATES[asked.truth], asked.path)

    def _level(
        self, level: Level, asked: tuple[Requirement, ...], *, vetoed: bool, open_veto: bool
    ) -> ExplanationLine:
        truths = _truths(asked)
        status = "not_met" if "fails" in truths else "unknown" if "open" in truths or open_veto else "met"
        key = {"met": "level_reached", "not_met": "level_failed", "unknown": "level_open"}[status]
        if vetoed:
            status, key = "not_met", "level_vetoed"
        title = self._title(level.id)
        clause = self._wording.say("clause", clause=level.clause) if level.clause else ""
        said = self._wording.say(key, level="\0").partition("\0")
        pieces = (Piece(said[0]), Piece(title, "name"), Piece(clause), Piece(said[2]))
        wants = dict(self._reaching.wanted)[level.id]
        children = [self._want(level, want, each) for want, each in zip(wants, asked, strict=True)]
        kept = tuple(piece for piece in pieces if piece.text)
        return ExplanationLine("level", kept, status, level.id, children=tuple(children))

    def _want(self, level: Level, wanted: Wanted, asked: Requirement) -> ExplanationLine:
        match wanted.kind:
            case "when" if level.when is not None:
                made = self._conditions.line(level.when, "want", here=self._found.path)
                made = self._conditions.prefixed("want_when", made)
            case "each" | "floor":
                made = self._share(wanted, asked)
            case "requires":
                expression = Expression(wanted.text)
                failing = asked.truth != "held"
                here = self._found.path
                made = self._prerequisites.line(expression, wanted.claim, explained=failing, here=here)
                made = self._conditions.prefixed("want_requires", made)
            case _:
                name = self._title(wanted.text)
                ending = self._facts.verdict("want", _STATES[asked.truth])
                said = self._wording.say("want_lower", name=name) + ending
                made = ExplanationLine("want", (Piece(said),))
        return attrs.evolve(made, kind="want", status=_STATES[asked.truth])

    # ---- shares ------------------------------------------------------------------------------

    def _share(self, wanted: Wanted, asked: Requirement) -> ExplanationLine:
        """A criterion's share of its points beside the share that it must reach."""
        edge = float(wanted.text)
        faces, walk = self._result.program.judging.faces[wanted.path], self._result.walk
        got, share = self._wording.say("share_na"), None
        if walk.can(faces.applies):
            points = Bounds(*walk.interval(faces.points))
            most = Bounds(*walk.interval(faces.most)) if faces.most is not None else Bounds(0.0, 0.0)
            got = self._wording.points(points, most)
            if points.exact and most.exact and most.low > 0:
                share = arithmetic.grid(points.low / most.low)
                got = self._wording.say("share_got", points=got, share=self._wording.share(share))
            elif most.exact and most.low == 0:
                state = str(CriterionResult(self._result, wanted.path).status)
                got = self._wording.say("share_met", state=self._wording.say(state))
        of = f"share({wanted.path})"
        short = share_missed_by(of, share, edge) if share is not None and asked.truth == "fails" else None
        name = self._wording.phrases.criterion(wanted.path)
        said = self._wording.say(
            f"want_{wanted.kind}", name="\0", share=self._wording.share(Fraction(wanted.text)), got=got
        ).partition("\0")
        ending = self._facts.verdict("want", _STATES[asked.truth])
        if short is not None:
            ending += self._wording.shortfall(short)
        pieces = (Piece(said[0]), Piece(name, "name"), Piece(said[2] + ending))
        return ExplanationLine("want", pieces, path=wanted.path, shortfall=short)


def level_name(wording: Wording, group: Criterion, level: str) -> str:
    """The title of a level of a set or group, or its id; words for the lowest that nobody named."""
    titles = {each.id: each.title for each in group.levels}
    if group.otherwise is not None:
        titles[group.otherwise.id] = group.otherwise.title
    elif level == Otherwise().id:
        return wording.say("no_level")
    return titles.get(level, Titles()).in_language(wording.lang) or level


def _truths(asked: tuple[Requirement, ...]) -> list[str]:
    return [each.truth for each in asked]


# ---- how each criterion stands: its state, its points, and what they come from -------------------


class CriterionWriter:
    """Says the criteria of one result."""

    def __init__(self, causes: RuleWriter, prerequisites: PrerequisiteWriter) -> None:
        self._causes, self._prerequisites = causes, prerequisites
        self._conditions = causes.conditions
        self._facts, self._wording = self._conditions.facts, self._conditions.facts.wording
        self._result = self._facts.sight.result

    def line(self, found: Node) -> ExplanationLine:
        """A criterion, its causes and all below it."""
        view, criterion = CriterionResult(self._result, found.path), found.criterion
        state, points, most = view.status, view.score, view.max_score
        missing = view.missing if state is Status.UNKNOWN else ()
        words = self._wording.state(str(state), lacking=bool(missing) and not criterion.is_group)
        title = self._wording.phrases.criterion(found.path)
        shown = points is not None and (state is not Status.NOT_APPLICABLE or points.high > 0)
        if points is not None and shown:
            said = self._wording.say(
                "criterion_points", title="\0", state=words, points=self._wording.points(points, most)
            )
        else:
            said = self._wording.say("criterion", title="\0", state=words)
        before, _, after = said.partition("\0")
        ending = self._wording.say("bonus") if criterion.bonus else ""
        ending += self._wording.say("clause", clause=criterion.clause) if criterion.clause else ""
        pieces = tuple(
            each for each in (Piece(before), Piece(title, "name"), Piece(after + ending)) if each.text
        )
        children = self._below(found, state)
        children += self._missing(missing, children)
        decision = None
        if found.path in self._result.program.groups:
            decision = self._reasons(found).decision()
        return ExplanationLine(
            "criterion",
            pieces,
            str(state),
            found.path,
            points=points,
            most=most,
            decision=decision,
            children=children,
        )

    def _reasons(self, found: Node) -> LevelWriter:
        return LevelWriter(self._prerequisites, found, self._result.program.groups[found.path])

    def _below(self, found: Node, state: Status) -> tuple[ExplanationLine, ...]:
        criterion = found.criterion
        made = [*self._applicability(found, state), *self._prerequisites.lines(found), *self._policy(found)]
        if criterion.rule is not None:
            made += self._causes.lines(criterion.rule, criterion.points)
        else:
            made += self.joined(criterion)
            if found.path in self._result.program.groups:
                made += self._reasons(found).lines()
            made += [self.line(child) for child in found.children]
        if criterion.met_when is not None:
            made.append(
                self._conditions.prefixed("met_when", self._conditions.line(criterion.met_when, "when"))
            )
        made += self.adjusted(criterion)
        if criterion.veto:
            settled = state in (Status.NOT_MET, Status.BLOCKED)
            said = self._wording.say("vetoes" if settled else "vetoes_open")
            made.append(ExplanationLine("veto", (Piece(said),)))
        return tuple(made)

    def _missing(
        self, names: tuple[str, ...], children: tuple[ExplanationLine, ...]
    ) -> tuple[ExplanationLine, ...]:
        """Which figures are not there, where the lines do not name them all."""
        said = " ".join(line.text for child in children for line in child.below())
        if not names or all(self._wording.phrases.name(name) in said for name in names):
            return ()
        return (
            ExplanationLine(
                "missing", (Piece(self._wording.say("lacks", names=self._facts.named(names))),), "unknown"
            ),
        )

    # ---- why it does not apply ---------------------------------------------------------------

    def _applicability(self, found: Node, state: Status) -> list[ExplanationLine]:
        faces, sight = self._result.program.judging.faces[found.path], self._facts.sight
        criterion = found.criterion
        made: list[ExplanationLine] = []
        own = sight.either(faces.own_applies, faces.own_absent)
        if criterion.applies_when is not None and own != "held":
            key, status = ("na_because", "not_applicable") if own == "fails" else ("na_open", "unknown")
            line = self._conditions.line(criterion.applies_when, "when")
            line = self._conditions.prefixed(key, line)
            made.append(attrs.evolve(line, kind="applies", status=status))
        if state is Status.NOT_APPLICABLE and not made:
            made.append(self._absence(found))
        if state is Status.NOT_APPLICABLE and criterion.not_applicable != "drop":
            dropped = self._result.walk.can(faces.dropped)
            if not dropped:
                made.append(self._said("counts", f"counts_{criterion.not_applicable}"))
        return made

    def _absence(self, found: Node) -> ExplanationLine:
        """Why it does not apply, where its own condition is not the reason."""
        faces, can = self._result.program.judging.faces, self._result.walk.can
        above = found.parent
        while above is not None:
            if can(faces[above.path].own_absent):
                name = self._wording.phrases.criterion(above.path)
                return self._said("applies", "na_above", name=name)
            above = above.parent
        if found.criterion.is_group:
            return self._said("applies", "na_children")
        dropped = can(faces[found.path].dropped)
        return self._said("applies", "missing_drop" if dropped else "na_rule")

    def _policy(self, found: Node) -> list[ExplanationLine]:
        """That a figure was missing and the ruleset says what it then comes to."""
        faces, can = self._result.program.judging.faces[found.path], self._result.walk.can
        if not can(faces.undecided) or can(faces.dropped) or can(faces.absent):
            return []
        at: Node | None = found
        while at is not None and at.criterion.missing is None:
            at = at.parent
        missing = at.criterion.missing if at is not None else None
        if missing is None:
            return []
        if missing.points is None:
            return [self._said("policy", f"missing_{missing.word}")]
        points = formatting.points(missing.points, self._wording.lang)
        return [self._said("policy", "missing_points", points=points)]

    def _said(self, kind: str, key: str, **details: object) -> ExplanationLine:
        return ExplanationLine(kind, (Piece(self._wording.say(key, **details)),))

    # ---- how points are formed ---------------------------------------------------------------

    def joined(self, criterion: Criterion) -> list[ExplanationLine]:
        """How a group joins its criteria, unless it plainly adds them up."""
        combine = criterion.combine
        if combine is None or combine.word == "sum":
            return []
        if combine.at_least is not None:
            return [self._said("combine", "combine_at_least", number=combine.at_least)]
        return [self._said("combine", f"combine_{combine.word}")]

    def adjusted(self, criterion: Criterion) -> list[ExplanationLine]:
        """What is done to the points in the end."""
        made = []
        for key in ("scale_to", "factor", "floor", "cap"):
            size = getattr(criterion, key)
            if size is not None:
                shown = formatting.number(Fraction(repr(size)), self._wording.lang)
                made.append(self._said("adjusted", key, points=shown, number=shown))
        if criterion.round is not None:
            made.append(self._rounded(criterion.round))
        return made

    def _rounded(self, rounding: Round) -> ExplanationLine:
        key = "round" if rounding.digits >= 0 else "round_tens"
        return self._said("adjusted", key, digits=abs(rounding.digits), mode=self._wording.say(rounding.mode))


@attrs.frozen
class Explanation:
    """Why a result is what it is, in one language.

    ``str()`` gives text of at most 100 columns that can be pasted anywhere. ``head`` are the lines
    at the top, ``sections`` the parts with their trees, ``foot`` the digests.
    """

    lang: Language
    head: tuple[ExplanationLine, ...]
    sections: tuple[ExplanationLine, ...]
    foot: tuple[ExplanationLine, ...]
    result: Any = attrs.field(repr=False, eq=False)

    def __str__(self) -> str:
        return text(self.head, self.sections, self.foot)

    def __repr__(self) -> str:
        return f"<Explanation {self.head[0].text}>" if self.head else "<Explanation>"

    def _repr_html_(self) -> str:
        return self.html()

    def markdown(self) -> str:
        """The explanation as Markdown: headings and nested lists."""
        return markdown(self.head, self.sections, self.foot)

    def html(self) -> str:
        """The explanation as a piece of HTML that needs nothing else and runs nothing."""
        return html(self.head, self.sections, self.foot, self.lang)

    def to_dict(self) -> dict[str, Any]:
        """The result as ``Result.to_dict`` gives it, with all lines and what the level was decided by.

        The level can be worked out again from ``decision`` alone.
        """
        decision = next((each.decision for each in self.sections if each.decision is not None), None)
        return {
            "lang": self.lang,
            "result": self.result,
            "decision": None if decision is None else decision.to_dict(),
            "head": [line.to_dict() for line in self.head],
            "sections": [_without_decision(line).to_dict() for line in self.sections],
            "foot": [line.to_dict() for line in self.foot],
        }


def _without_decision(line: ExplanationLine) -> ExplanationLine:
    return attrs.evolve(line, decision=None)


def explain(result: Result, lang: str | None = None) -> Explanation:
    """Why a result is what it is, in Vietnamese or English."""
    chosen = chosen_language(lang)
    return _Explaining(result, chosen).whole()


class _Explaining:
    """Puts the parts of one explanation together."""

    def __init__(self, result: Result, lang: Language) -> None:
        self.result, self.lang = result, lang
        self.wording = Wording(lang, result.ruleset, result.program.judging.tree)
        self.facts = Facts(Sight(result), self.wording)
        self.conditions = ConditionWriter(self.facts)
        self.causes = RuleWriter(self.conditions)
        self.prerequisites = PrerequisiteWriter(self.causes)
        self.times = PeriodWriter(self.facts)

    def whole(self) -> Explanation:
        data = self.result.to_dict()
        sections = [
            self._why(),
            self._criteria(),
            self._defined(),
            self._section("periods", self.times.periods()),
            self._section("titles", self.times.titles()),
            self._missing(),
        ]
        return Explanation(
            self.lang,
            tuple(self._head()),
            tuple(each for each in sections if each is not None),
            tuple(self._foot(data)),
            data,
        )

    def _said(self, kind: str, key: str, **details: object) -> ExplanationLine:
        return ExplanationLine(kind, (Piece(self.wording.say(key, **details)),))

    # ---- the head ----------------------------------------------------------------------------

    def _head(self) -> list[ExplanationLine]:
        ruleset = self.result.ruleset
        title = ruleset.title.in_language(self.lang) or ruleset.id
        parts = [title, self.wording.say("version", version=ruleset.version)]
        if self.result.on is not None:
            parts.append(self.wording.say("as_of", date=date(self.result.on, self.lang)))
        whole = ", ".join(parts)
        subject = self.result.subject
        key = "title_line" if subject else "title_alone"
        before, _, after = self.wording.say(key, subject="\0", title=whole).partition("\0")
        pieces = (Piece(before), Piece(subject or "", "name"), Piece(after))
        made = [ExplanationLine("title", tuple(piece for piece in pieces if piece.text))]
        if ruleset.legal_basis:
            names = [
                self.wording.say("basis_clause", document=each.document, clause=each.clause)
                if each.clause
                else each.document
                for each in ruleset.legal_basis
            ]
            made.append(self._said("basis", "basis", names=self.wording.listed(names)))
        if ruleset.status in ("illustrative", "adapted"):
            made.append(self._said("status", str(ruleset.status)))
        made += self.times.head()
        return [*made, self._verdict(), self._score()]

    def _verdict(self) -> ExplanationLine:
        result = self.result
        if result.reaching is None:
            return self._group_levels()
        if result.referred is not None:
            refers = {each.refer for each in result.reaching.outcomes if each.refer is not None}
            texts = [
                self.result.ruleset.overrides[number].refer.in_language(self.lang)
                for number in sorted(refers)
                if result.walk.can(_outcome(result, number).possible)
            ]
            return self._said("verdict", "verdict_referred", text=self.wording.listed(texts))
        if result.level is not None:
            return self._said("verdict", "verdict_level", level=self._level(result.level))
        levels = self.wording.listed(self._level(each) for each in result.possible_levels)
        key = "verdict_open_referred" if result.may_be_referred else "verdict_open"
        return self._said("verdict", key, levels=levels)

    def _level(self, level: str) -> str:
        return level_name(self.wording, self.result.program.judging.tree.root.criterion, level)

    def _group_levels(self) -> ExplanationLine:
        """In a set without levels: those of its groups, if they have any."""
        texts = []
        for path in self.result.program.groups:
            view, group = self.result.criteria[path], self.result.program.judging.tree.by_path[path].criterion
            level = self.wording.say("open_state")
            if view.level is not None:
                level = level_name(self.wording, group, view.level)
            texts.append(self.wording.say("colon", label=self.wording.phrases.criterion(path), text=level))
        if not texts:
            return self._said("verdict", "verdict_none")
        return self._said("verdict", "verdict_groups", levels=self.wording.listed(texts))

    def _score(self) -> ExplanationLine:
        score, most = self.result.score, self.result.max_score
        if score is None:
            return self._said("score", "score_absent")
        key = "score_line" if most is None else "score_of_line"
        shown = "" if most is None else self.wording.end(most)
        made = self._said("score", key, points=self.wording.end(score), most=shown)
        return attrs.evolve(made, points=score, most=most)

    # ---- the sections ------------------------------------------------------------------------

    def _section(self, kind: str, lines: list[ExplanationLine]) -> ExplanationLine | None:
        if not lines:
            return None
        return ExplanationLine(kind, (Piece(self.wording.say(f"section_{kind}")),), children=tuple(lines))

    def _why(self) -> ExplanationLine | None:
        if self.result.reaching is None:
            return None
        root = self.result.program.judging.tree.root
        reasons = LevelWriter(self.prerequisites, root, self.result.reaching)
        section = self._section("why", list(reasons.lines()))
        return None if section is None else attrs.evolve(section, decision=reasons.decision())

    def _criteria(self) -> ExplanationLine | None:
        standing = CriterionWriter(self.causes, self.prerequisites)
        root = self.result.program.judging.tree.root
        about = [*standing.joined(root.criterion), *standing.adjusted(root.criterion)]
        if root.criterion.applies_when is not None and self.result.status is Status.NOT_APPLICABLE:
            line = self.conditions.line(root.criterion.applies_when, "when")
            about.append(self.conditions.prefixed("na_because", line))
        return self._section("criteria", [*about, *[standing.line(child) for child in root.children]])

    def _defined(self) -> ExplanationLine | None:
        return self._section("defined", [self._definition(each) for each in self.result.ruleset.define])

    def _definition(self, definition: Definition) -> ExplanationLine:
        sight = self.facts.sight
        at = sight.at(definition.id)
        name = definition.title.in_language(self.lang)
        piece = Piece(name, "name") if name else self.facts.code(definition.id)
        pieces = self.facts.around("defined", piece, value=self.facts.value(at, at.parsed.tree))
        if definition.expr is None:
            rule = definition.rule
            children = () if rule is None else self.causes.lines(rule, None, values=True)
            return ExplanationLine("definition", pieces, path=definition.id, children=children)
        text = definition.expr.text
        pieces = (*pieces, Piece(" ["), self.facts.code(text), Piece("]"))
        figures = self.facts.figures(at, [at.parsed.tree])
        return ExplanationLine("definition", pieces, path=definition.id, rule=text, children=figures)

    def _missing(self) -> ExplanationLine | None:
        lines = [
            ExplanationLine("missing", (Piece(self.wording.phrases.name(name), "name"),), "unknown", name)
            for name in self.result.missing
        ]
        return self._section("missing", lines)

    def _foot(self, data: dict[str, Any]) -> list[ExplanationLine]:
        made = []
        if not data["missing"] and any(value is None for value in self.result.given().values()):
            made.append(self._said("missing_settled", "missing_settled"))
        digests = _short(data["ruleset"]["digest"]), _short(data["inputs_digest"])
        return [*made, self._said("digests", "digests", ruleset=digests[0], inputs=digests[1])]


def _outcome(result: Result, refer: int) -> Any:
    reaching = result.reaching
    return next(each for each in reaching.outcomes if each.refer == refer) if reaching is not None else None


def _short(digest: str) -> str:
    """The kind of a digest and its first twelve signs."""
    kind, _, rest = digest.partition(":")
    return f"{kind}:{rest[:12]}"
