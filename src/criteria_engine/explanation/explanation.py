"""Why a result is what it is: a tree of lines, shown as text, Markdown, HTML or plain data.

``ExplanationWriter`` puts the parts together in the order in which they are read: the head with the verdict, how
the level was decided, criterion by criterion with their prerequisites, then definitions, earlier periods, titles
and missing figures. What single conditions and rules say is the work of ``conditions`` and ``rules``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.compiler.levels import Outcomes, Wanted
from criteria_engine.compiler.tree import Node, prerequisite_name
from criteria_engine.core import arithmetic
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import NA, Bounds
from criteria_engine.core.values import TruthValue
from criteria_engine.evaluation.explanation_tree import (
    Decision,
    Explanation,
    ExplanationLine,
    OverrideOutcome,
    Piece,
    Requirement,
)
from criteria_engine.evaluation.result import CriterionResult, Result
from criteria_engine.explanation.conditions import ConditionWriter, share_missed_by
from criteria_engine.explanation.evaluated import EvaluatedExpressions, decision_of
from criteria_engine.explanation.phrases import Wording
from criteria_engine.explanation.rules import RuleWriter
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import Language, chosen_language
from criteria_engine.rules.parts import Criterion, Definition, Level, Otherwise, Override, Status
from criteria_engine.rules.schema import Titles

_STATUS_OF = {"held": "met", "fails": "not_met", "open": "unknown"}


def explain(result: Result, lang: str | None = None) -> Explanation:
    """Why a result is what it is, in Vietnamese or English."""
    return ExplanationWriter(result, chosen_language(lang)).explanation()


class ExplanationWriter:
    """Writes the explanation of one result in one language."""

    def __init__(self, result: Result, lang: Language) -> None:
        self.result, self.lang = result, lang
        self._scope = result.program.scope
        self._states, self._tree = self._scope.states, self._scope.tree
        self._can = result.walk.can
        self._wording = Wording(lang, result.ruleset, self._tree)
        self._say, self._line = self._wording.say, self._wording.line
        self._values = EvaluatedExpressions(result)
        self._conditions = ConditionWriter(self._values, self._wording)
        self._rules = RuleWriter(self._conditions)
        self._explained: set[str] = set()

    def explanation(self) -> Explanation:
        """All of it."""
        data = self.result.to_dict()
        # The sections are written in the order of reading: the cause of a prerequisite stands where it first blocks.
        sections = [
            self._why(),
            self._section("criteria", self._criteria()),
            self._section("defined", [self._definition(each) for each in self.result.ruleset.define]),
            self._section("periods", self._periods()),
            self._section("titles", self._titles()),
            self._section("missing", [self._missing(name) for name in self.result.missing]),
        ]
        return Explanation(
            self.lang,
            tuple(self._head()),
            tuple(section for section in sections if section is not None),
            tuple(self._foot(data)),
            data,
        )

    def _section(self, kind: str, lines: Sequence[ExplanationLine]) -> ExplanationLine | None:
        if not lines:
            return None
        return attrs.evolve(self._line(kind, f"section_{kind}"), children=tuple(lines))

    def _head(self) -> Iterator[ExplanationLine]:
        result, ruleset = self.result, self.result.ruleset
        title = [self._wording.criterion(""), self._say("version", version=ruleset.version)]
        if result.on is not None:
            title.append(self._say("as_of", date=result.on))
        key, subject = "title_line" if result.subject else "title_alone", Piece(result.subject or "", "name")
        yield self._line("title", key, subject=subject, title=", ".join(title))
        if ruleset.legal_basis:
            names = []
            for basis in ruleset.legal_basis:
                clause = self._say("basis_clause", document=basis.document, clause=basis.clause)
                names.append(clause if basis.clause else basis.document)
            yield self._line("basis", "basis", names=self._wording.listed(names))
        if ruleset.status in ("illustrative", "adapted"):
            yield self._line("status", str(ruleset.status))
        yield from self._force()
        yield self._verdict()
        yield self._score()

    def _force(self) -> Iterator[ExplanationLine]:
        """When the ruleset is in force, whether it was on the day, and the window of the assessment."""
        effective, day, version = self.result.ruleset.effective, self.result.on, self.result.ruleset.version
        if effective is not None and (effective.from_ or effective.until):
            first, last = effective.from_, effective.until
            key = "until_day" if first is None else "from_day" if last is None else "from_until"
            force = self._say(key, first=first, last=last)
            if day is None:
                yield self._line("force", "in_force", force=force)
            else:
                held = (first or day) <= day <= (last or day)
                key = "in_force_on" if held else "not_in_force_on"
                yield self._line("force", key, force=force, day=day, version=version)
        window = self._window(0)
        if window is not None:
            yield self._line("window", "window", first=window[0], last=window[1])

    def _verdict(self) -> ExplanationLine:
        result = self.result
        if result.reaching is None:
            return self._verdict_of_groups()
        root = self._tree.root.criterion
        if result.referred is not None:
            outcomes = [each for each in result.reaching.outcomes if self._can(each.possible)]
            refers = sorted({each.refer for each in outcomes if each.refer is not None})
            texts = [result.ruleset.overrides[number].refer.in_language(self.lang) for number in refers]
            return self._line("verdict", "verdict_referred", text=self._wording.listed(texts))
        if result.level is not None:
            return self._line("verdict", "verdict_level", level=self._level_name(root, result.level))
        levels = self._wording.listed(self._level_name(root, each) for each in result.possible_levels)
        key = "verdict_open_referred" if result.may_be_referred else "verdict_open"
        return self._line("verdict", key, levels=levels)

    def _verdict_of_groups(self) -> ExplanationLine:
        """In a set without levels: those of its groups, if they have any."""
        texts = []
        for path in self.result.program.groups:
            level = self.result.criteria[path].level
            group = self._tree.by_path[path].criterion
            name = self._say("open_state") if level is None else self._level_name(group, level)
            texts.append(self._say("colon", label=self._wording.criterion(path), text=name))
        if not texts:
            return self._line("verdict", "verdict_none")
        return self._line("verdict", "verdict_groups", levels=self._wording.listed(texts))

    def _score(self) -> ExplanationLine:
        score, most = self.result.score, self.result.max_score
        if score is None:
            return self._line("score", "score_absent")
        key = "score_line" if most is None else "score_of_line"
        shown = "" if most is None else self._wording.end(most)
        line = self._line("score", key, points=self._wording.end(score), most=shown)
        return attrs.evolve(line, points=score, most=most)

    def _why(self) -> ExplanationLine | None:
        if self.result.reaching is None:
            return None
        decision = decision_of(self._values, self._tree.root, self.result.reaching, self.lang)
        section = self._section("why", self._levels(self._tree.root, self.result.reaching, decision))
        return None if section is None else attrs.evolve(section, decision=decision)

    def _levels(self, group: Node, reaching: Outcomes, decision: Decision) -> list[ExplanationLine]:
        """Special cases, vetoes, then the levels, best first until one is reached."""
        lines: list[ExplanationLine] = []
        if decision.applies != "held":
            key = "set_absent" if decision.applies == "fails" else "set_open"
            lines.append(self._line("applies", key, _STATUS_OF[decision.applies]))
            if decision.applies == "fails":
                return lines
        for outcome, (override, _) in zip(decision.overrides, reaching.overrides, strict=True):
            lines.append(self._override_line(group, outcome, override))
            if outcome.truth == "held" and outcome.kind != "at_most":
                return lines
        for veto in decision.vetoes:
            name, state = self._wording.criterion(veto.path), self._state(self._tree.by_path[veto.path])
            status = _STATUS_OF[veto.truth]
            lines.append(self._line("veto", "veto_line", status, veto.path, name=name, state=state))
        lines += self._levels_asked(group, reaching, decision)
        caps = [each.to for each in decision.overrides if each.kind == "at_most" and each.truth == "held"]
        possible = [each.level for each in reaching.outcomes if self._can(each.possible)]
        if len(possible) == 1 and possible[0] in caps:
            title = Piece(self._level_name(group.criterion, possible[0]), "name")
            lines.append(self._line("capped", "capped", "chosen", left=title))
        return lines

    def _levels_asked(self, group: Node, reaching: Outcomes, decision: Decision) -> list[ExplanationLine]:
        """The levels, best first until one is reached; then the lowest."""
        vetoes = [veto.truth for veto in decision.vetoes]
        lines: list[ExplanationLine] = []
        levels = zip(group.criterion.levels, reaching.wanted, decision.levels, strict=True)
        for level, (_, wanted), (_, asked) in levels:
            truths = [each.truth for each in asked]
            still_open = "open" in truths or "open" in vetoes
            status = "not_met" if "fails" in truths else "unknown" if still_open else "met"
            key = {"met": "level_reached", "not_met": "level_failed", "unknown": "level_open"}[status]
            if "fails" in vetoes:
                status, key = "not_met", "level_vetoed"
            title = Piece(self._level_name(group.criterion, level.id), "name")
            clause = self._say("clause", clause=level.clause) if level.clause else ""
            children = [self._want(group, level, *each) for each in zip(wanted, asked, strict=True)]
            line = self._line("level", key, status, level.id, level=(title, Piece(clause)))
            lines.append(attrs.evolve(line, children=tuple(children)))
            if status == "met":
                return lines
        status = "unknown" if any(line.status == "unknown" for line in lines) else "chosen"
        lowest = Piece(self._level_name(group.criterion, decision.otherwise), "name")
        return [*lines, self._line("level", "level_lowest", status, level=lowest)]

    def _override_line(self, group: Node, outcome: OverrideOutcome, override: Override) -> ExplanationLine:
        to = outcome.to if outcome.kind == "refer" else self._level_name(group.criterion, outcome.to)
        line = self._conditions.about(f"special_{outcome.kind}", override.when, here=group.path, to=to)
        reason = override.reason.in_language(self.lang)
        if reason:
            below = self._line("reason", "reason", left=Piece(reason, "name"))
            line = attrs.evolve(line, children=(*line.children, below))
        status = {"held": "chosen", "open": "unknown"}.get(outcome.truth, "")
        return attrs.evolve(line, kind="special", status=status)

    def _want(self, group: Node, level: Level, wanted: Wanted, asked: Requirement) -> ExplanationLine:
        """One thing that a level wants."""
        status = _STATUS_OF[asked.truth]
        match wanted.kind:
            case "when" if level.when is not None:
                line = self._conditions.about("want_when", level.when, "want", here=group.path)
            case "each" | "floor":
                line = self._share_wanted(wanted, asked)
            case "requires":
                explained, expression = asked.truth != "held", Expression(wanted.text)
                line = self._prerequisite(expression, wanted.claim, explained=explained, here=group.path)
                line = self._conditions.prefixed("want_requires", line)
            case _:
                name = self._level_name(group.criterion, wanted.text)
                ending = self._conditions.verdict("want", status)
                line = ExplanationLine("want", (Piece(self._say("want_lower", name=name) + ending),))
        return attrs.evolve(line, kind="want", status=status)

    def _share_wanted(self, wanted: Wanted, asked: Requirement) -> ExplanationLine:
        """A criterion's share of its points beside the share that it must reach."""
        node_state, walk = self._states[wanted.path], self.result.walk
        got, share = self._say("share_na"), None
        if walk.can(node_state.applies):
            points = Bounds(*walk.interval(node_state.points))
            most = (
                Bounds(*walk.interval(node_state.most)) if node_state.most is not None else Bounds(0.0, 0.0)
            )
            got = self._wording.points(points, most)
            if points.exact and most.exact and most.low > 0:
                share = arithmetic.grid(points.low / most.low)
                got = self._say("share_got", points=got, share=self._wording.share(share))
            elif most.exact and most.low == 0:
                state = str(CriterionResult(self.result, wanted.path).status)
                got = self._say("share_met", state=self._say(state))
        short = None
        if share is not None and asked.truth == "fails":
            short = share_missed_by(f"share({wanted.path})", share, float(wanted.text))
        ending = self._conditions.verdict("want", _STATUS_OF[asked.truth])
        if short is not None:
            ending += self._wording.shortfall(short)
        name = Piece(self._wording.criterion(wanted.path), "name")
        edge = self._wording.share(Fraction(wanted.text))
        pieces = self._wording.pieces(f"want_{wanted.kind}", name=name, share=edge, got=got)
        return ExplanationLine("want", (*pieces, Piece(ending)), path=wanted.path, shortfall=short)

    def _level_name(self, group: Criterion, level: str) -> str:
        """The title of a level of a set or group, or its id; words for the lowest that nobody named."""
        titles = {each.id: each.title for each in group.levels}
        if group.otherwise is not None:
            titles[group.otherwise.id] = group.otherwise.title
        elif level == Otherwise().id:
            return self._say("no_level")
        return titles.get(level, Titles()).in_language(self.lang) or level

    def _criteria(self) -> list[ExplanationLine]:
        root = self._tree.root
        lines = [*self._joined(root.criterion), *self._adjusted(root.criterion)]
        if root.criterion.applies_when is not None and self.result.status is Status.NOT_APPLICABLE:
            lines.append(self._conditions.about("na_because", root.criterion.applies_when))
        return [*lines, *[self._criterion(child) for child in root.children]]

    def _criterion(self, node: Node) -> ExplanationLine:
        """A criterion, its causes and all below it."""
        view, criterion = CriterionResult(self.result, node.path), node.criterion
        state, points, most = view.status, view.score, view.max_score
        missing = view.missing if state is Status.UNKNOWN else ()
        details = {"state": self._wording.state(str(state), lacking=bool(missing) and not criterion.is_group)}
        key = "criterion"
        if points is not None and (state is not Status.NOT_APPLICABLE or points.high > 0):
            key = "criterion_points"
            details["points"] = self._wording.points(points, most)
        pieces = self._wording.pieces(key, title=Piece(self._wording.criterion(node.path), "name"), **details)
        ending = self._say("bonus") if criterion.bonus else ""
        ending += self._say("clause", clause=criterion.clause) if criterion.clause else ""
        reaching = self.result.program.groups.get(node.path)
        decision = None if reaching is None else decision_of(self._values, node, reaching, self.lang)
        children = self._below(node, state, reaching, decision)
        said = " ".join(line.text for child in children for line in child.below())
        if missing and not all(self._wording.name(name) in said for name in missing):
            names = self._conditions.named(missing)
            children.append(self._line("missing", "lacks", "unknown", names=names))
        return ExplanationLine(
            "criterion",
            (*pieces, Piece(ending)),
            str(state),
            node.path,
            points=points,
            most=most,
            decision=decision,
            children=tuple(children),
        )

    def _below(
        self, node: Node, state: Status, reaching: Outcomes | None, decision: Decision | None
    ) -> list[ExplanationLine]:
        """What stands below a criterion, in the order in which it was decided."""
        criterion = node.criterion
        lines = [*self._applicability(node, state), *self._prerequisites(node), *self._policy(node)]
        if criterion.rule is not None:
            lines += self._rules.lines(criterion.rule, criterion.points)
        else:
            lines += self._joined(criterion)
            if reaching is not None and decision is not None:
                lines += self._levels(node, reaching, decision)
            lines += [self._criterion(child) for child in node.children]
        if criterion.met_when is not None:
            lines.append(self._conditions.about("met_when", criterion.met_when))
        lines += self._adjusted(criterion)
        if criterion.veto:
            settled = state in (Status.NOT_MET, Status.BLOCKED)
            lines.append(self._line("veto", "vetoes" if settled else "vetoes_open"))
        return lines

    def _applicability(self, node: Node, state: Status) -> list[ExplanationLine]:
        """Why it does not apply, and what it counts as then."""
        node_state, criterion = self._states[node.path], node.criterion
        lines: list[ExplanationLine] = []
        own = self._values.either(node_state.own_applies, node_state.own_absent)
        if criterion.applies_when is not None and own != "held":
            key, status = ("na_because", "not_applicable") if own == "fails" else ("na_open", "unknown")
            line = self._conditions.about(key, criterion.applies_when)
            lines.append(attrs.evolve(line, kind="applies", status=status))
        if state is not Status.NOT_APPLICABLE:
            return lines
        if not lines:
            lines.append(self._absence(node))
        if criterion.not_applicable != "drop" and not self._can(node_state.dropped):
            lines.append(self._line("counts", f"counts_{criterion.not_applicable}"))
        return lines

    def _absence(self, node: Node) -> ExplanationLine:
        """Why it does not apply, where its own condition is not the reason."""
        for above in _above(node):
            if self._can(self._states[above.path].own_absent):
                return self._line("applies", "na_above", name=self._wording.criterion(above.path))
        if node.criterion.is_group:
            return self._line("applies", "na_children")
        dropped = self._can(self._states[node.path].dropped)
        return self._line("applies", "missing_drop" if dropped else "na_rule")

    def _policy(self, node: Node) -> list[ExplanationLine]:
        """That a figure was missing and the ruleset says what it then comes to."""
        node_state, can = self._states[node.path], self._can
        if not can(node_state.undecided) or can(node_state.dropped) or can(node_state.absent):
            return []
        nodes = (node, *_above(node))
        missing = next((each.criterion.missing for each in nodes if each.criterion.missing is not None), None)
        if missing is None:
            return []
        if missing.points is None:
            return [self._line("policy", f"missing_{missing.word}")]
        points = formatting.points(missing.points, self.lang)
        return [self._line("policy", "missing_points", points=points)]

    def _joined(self, criterion: Criterion) -> list[ExplanationLine]:
        """How a group joins its criteria, unless it plainly adds them up."""
        combine = criterion.combine
        if combine is None or combine.word == "sum":
            return []
        if combine.at_least is not None:
            return [self._line("combine", "combine_at_least", number=combine.at_least)]
        return [self._line("combine", f"combine_{combine.word}")]

    def _adjusted(self, criterion: Criterion) -> list[ExplanationLine]:
        """What is done to the points in the end."""
        lines = []
        for key in ("scale_to", "factor", "floor", "cap"):
            size = getattr(criterion, key)
            if size is not None:
                shown = formatting.number(Fraction(repr(size)), self.lang)
                lines.append(self._line("adjusted", key, points=shown, number=shown))
        if criterion.round is not None:
            digits, mode = criterion.round.digits, self._say(criterion.round.mode)
            key = "round" if digits >= 0 else "round_tens"
            lines.append(self._line("adjusted", key, digits=abs(digits), mode=mode))
        return lines

    def _prerequisites(self, node: Node) -> list[ExplanationLine]:
        """Those of a criterion, then a word on each group above that is blocked or waits."""
        either, lines = self._values.either, []
        claims = self._states[node.path].requires
        for expression, (_, claim) in zip(node.criterion.requires, claims, strict=True):
            truth = either(claim.true, claim.false)
            key = {"held": "requires_held", "fails": "requires_failed", "open": "requires_open"}[truth]
            line = self._prerequisite(expression, claim, explained=truth != "held")
            lines.append(attrs.evolve(self._conditions.prefixed(key, line), kind="prerequisite"))
        for above in _above(node):
            truths = [either(claim.true, claim.false) for _, claim in self._states[above.path].requires]
            if "fails" in truths or "open" in truths:
                failed = "fails" in truths
                key, status = ("requires_above", "not_met") if failed else ("requires_above_open", "unknown")
                name = self._wording.criterion(above.path)
                lines.append(self._line("prerequisite", key, status, above.path, name=name))
        return lines

    def _prerequisite(
        self, expression: Expression, claim: TruthValue, *, explained: bool, here: str = ""
    ) -> ExplanationLine:
        """One prerequisite: the state of a criterion with its cause, or a condition."""
        status = _STATUS_OF[self._values.either(claim.true, claim.false)]
        name = prerequisite_name(expression, self._tree)
        if name is None:
            return attrs.evolve(self._conditions.line(expression, "must", here=here), status=status)
        node = self._tree.find(name)
        children = self._cause(node) if explained else ()
        return attrs.evolve(self._state_line(node, status), rule=expression.text, children=children)

    def _cause(self, node: Node) -> tuple[ExplanationLine, ...]:
        """The cause of a prerequisite that does not hold: of a group its criteria that are not met.

        It is told once; what blocks many would otherwise fill the page.
        """
        if node.path in self._explained:
            return ()
        self._explained.add(node.path)
        if node.criterion.rule is not None:
            lines = self._rules.lines(node.criterion.rule, node.criterion.points)
            return tuple(line for line in lines if line.status not in ("met", "not_applicable"))
        states = [(child, CriterionResult(self.result, child.path).status) for child in node.children]
        fine = (Status.MET, Status.NOT_APPLICABLE)
        return tuple(self._state_line(child, str(state)) for child, state in states if state not in fine)

    def _state_line(self, node: Node, status: str) -> ExplanationLine:
        """A criterion's name and state."""
        name, state = Piece(self._wording.criterion(node.path), "name"), self._state(node)
        return self._line("prerequisite", "criterion_state", status, node.path, name=name, state=state)

    def _state(self, node: Node) -> str:
        status = str(CriterionResult(self.result, node.path).status)
        return self._wording.state(status, lacking=not node.criterion.is_group)

    def _definition(self, definition: Definition) -> ExplanationLine:
        part, title = self._values.expression(definition.id), definition.title.in_language(self.lang)
        name = Piece(title, "name") if title else self._conditions.code(definition.id)
        value = self._conditions.value(part)
        line = self._line("definition", "defined", "", definition.id, left=name, value=value)
        if definition.rule is not None:
            return attrs.evolve(line, children=self._rules.lines(definition.rule, None, gives_values=True))
        if definition.expr is None:
            return line
        text = definition.expr.text
        pieces = (*line.pieces, Piece(" ["), self._conditions.code(text), Piece("]"))
        return attrs.evolve(line, pieces=pieces, rule=text, children=self._conditions.figures(part))

    def _looked_back_at(self) -> Iterator[tuple[str, str, str, int]]:
        """The inputs that come from elsewhere: the input or ruleset they are of, the level, how many periods back."""
        origins = self._scope.observed_inputs.origins
        for name in self._scope.inputs:
            if name in origins:
                yield name, *origins[name]

    def _periods(self) -> list[ExplanationLine]:
        """A line for each earlier period that was looked at, with what was known of it."""
        by_period: dict[int, list[str]] = {}
        for name, of, level, back in self._looked_back_at():
            if back and not level:
                by_period.setdefault(back, []).append(self._conditions.labelled(of, name))
        lines = []
        for back, values in sorted(by_period.items()):
            label, window = self._wording.period(back), self._window(back)
            if window is not None:
                label = self._say("period_window", period=label, first=window[0], last=window[1])
            lines.append(self._line("period", "colon", label=label, text=self._wording.listed(values)))
        return lines

    def _window(self, back: int) -> tuple[datetime.date, datetime.date] | None:
        """The days of a period, if the set has windows; none beyond the years that calendars have."""
        window, day = self.result.ruleset.window, self.result.on
        try:
            return None if window is None or day is None else window.before(day, back)
        except ValueError:
            return None

    def _titles(self) -> list[ExplanationLine]:
        """A line for each title that was asked for: whether it is held, and what was said of it."""
        lines = []
        for name, ruleset, level, back in self._looked_back_at():
            if not level:
                continue
            value, held = self.result.observed(name), self.result.titles.get(ruleset)
            if isinstance(held, list):
                held = held[back] if back < len(held) else None
            unknown = value is None or value is NA
            key = "title_unknown" if unknown else "title_held" if value else "title_not_held"
            status = "unknown" if value is None else "met" if value else "not_met"
            details = {"title": self._wording.name(name), "held": "–" if held is None else held}
            lines.append(self._line("title_asked", key, status, **details))
        return lines

    def _missing(self, name: str) -> ExplanationLine:
        return ExplanationLine("missing", (Piece(self._wording.name(name), "name"),), "unknown", name)

    def _foot(self, data: dict[str, Any]) -> Iterable[ExplanationLine]:
        if not data["missing"] and any(value is None for value in self.result.given().values()):
            yield self._line("missing_settled", "missing_settled")
        # The kind of a digest and its first twelve signs.
        digests = (data["ruleset"]["digest"], data["inputs_digest"])
        ruleset, inputs = (digest[: digest.index(":") + 13] for digest in digests)
        yield self._line("digests", "digests", ruleset=ruleset, inputs=inputs)


def _above(node: Node) -> Iterator[Node]:
    """The groups above a criterion, from the nearest on."""
    while node.parent is not None:
        node = node.parent
        yield node
