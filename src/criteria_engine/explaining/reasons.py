"""Why the level is what it is: what each level wants, special cases and vetoes."""

from __future__ import annotations

from fractions import Fraction

import attrs

from criteria_engine.compiler.levels import Reaching, Wanted
from criteria_engine.compiler.tree import Branchlet
from criteria_engine.core import arithmetic
from criteria_engine.core.expression import Expression
from criteria_engine.core.nodes import Bounds
from criteria_engine.core.values import Claim
from criteria_engine.evaluation.findings import CriterionResult
from criteria_engine.explaining.prerequisites import Prerequisites
from criteria_engine.explaining.shortfalls import share_missed_by
from criteria_engine.lines import Asked, Decision, Line, Piece, Special
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.parts import Criterion, Level, Otherwise, Override
from criteria_engine.wording import Wording

__all__ = ["Reasons", "level_name"]

_STATES = {"held": "met", "fails": "not_met", "open": "unknown"}


class Reasons:
    """Says how the levels of a set or group were decided."""

    def __init__(self, prerequisites: Prerequisites, found: Branchlet, reaching: Reaching) -> None:
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

    def _special(self, override: Override, claim: Claim) -> Special:
        truth = self._sight.holds(claim)
        if override.refer:
            return Special("refer", override.refer.in_language(self._wording.lang), truth)
        kind = "level" if override.level is not None else "at_most"
        return Special(kind, override.level or override.at_most or "", truth)

    def _vetoing(self, found: Branchlet) -> Asked:
        """Whether a criterion with a veto lets the levels be asked."""
        faces, can = self._result.program.judging.faces[found.path], self._result.walk.can
        stands = can(faces.applies) and can(faces.met.false)
        free = can(faces.absent) or can(faces.met.true)
        return Asked("veto", "", found.path, "open" if stands and free else "held" if free else "fails")

    def _asked(self, wanted: Wanted) -> Asked:
        truth = self._sight.either(wanted.claim.true, wanted.claim.false)
        return Asked(wanted.kind, wanted.text, wanted.path, truth)

    def _title(self, level: str) -> str:
        return level_name(self._wording, self._found.criterion, level)

    # ---- the decision in words ---------------------------------------------------------------

    def lines(self) -> tuple[Line, ...]:
        """Special cases, vetoes, then the levels, best first until one is reached."""
        decision = self.decision()
        made: list[Line] = []
        if decision.applies != "held":
            key = "set_absent" if decision.applies == "fails" else "set_open"
            made.append(Line("applies", (Piece(self._wording.say(key)),), _STATES[decision.applies]))
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

    def _levels(self, decision: Decision) -> list[Line]:
        """The levels, best first until one is reached; then the lowest."""
        truths = _truths(decision.vetoes)
        made: list[Line] = []
        for (_, asked), level in zip(decision.levels, self._found.criterion.levels, strict=True):
            made.append(self._level(level, asked, vetoed="fails" in truths, open_veto="open" in truths))
            if made[-1].status == "met":
                return made
        before, _, after = self._wording.say("level_lowest", level="\0").partition("\0")
        pieces = (Piece(before), Piece(self._title(decision.otherwise), "name"), Piece(after))
        status = "unknown" if any(line.status == "unknown" for line in made) else "chosen"
        return [*made, Line("level", tuple(piece for piece in pieces if piece.text), status)]

    def _capped(self, decision: Decision) -> list[Line]:
        """The level that a special case brought it down to, if one did."""
        caps = [each.to for each in decision.overrides if each.kind == "at_most" and each.truth == "held"]
        possible = [each for each in self._reaching.outcomes if self._result.walk.can(each.possible)]
        level = possible[0].level if len(possible) == 1 else None
        if level is None or level not in caps:
            return []
        return [Line("capped", self._facts.around("capped", Piece(self._title(level), "name")), "chosen")]

    def _special_line(self, special: Special, override: Override) -> Line:
        made = self._conditions.line(override.when, "when", here=self._found.path)
        to = special.to
        if special.kind != "refer":
            to = self._title(to)
        made = self._conditions.prefixed(f"special_{special.kind}", made, to=to)
        reason = override.reason.in_language(self._wording.lang)
        if reason:
            said = Line("reason", self._facts.around("reason", Piece(reason, "name")))
            made = attrs.evolve(made, children=(*made.children, said))
        status = "chosen" if special.truth == "held" else "unknown" if special.truth == "open" else ""
        return attrs.evolve(made, kind="special", status=status)

    def _veto_line(self, asked: Asked) -> Line:
        found = self._result.program.judging.tree.by_path[asked.path]
        state = self._wording.state(
            str(CriterionResult(self._result, asked.path).status), lacking=not found.criterion.is_group
        )
        said = self._wording.say("veto_line", name=self._wording.phrases.criterion(asked.path), state=state)
        return Line("veto", (Piece(said),), _STATES[asked.truth], asked.path)

    def _level(self, level: Level, asked: tuple[Asked, ...], *, vetoed: bool, open_veto: bool) -> Line:
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
        return Line("level", kept, status, level.id, children=tuple(children))

    def _want(self, level: Level, wanted: Wanted, asked: Asked) -> Line:
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
                made = Line("want", (Piece(said),))
        return attrs.evolve(made, kind="want", status=_STATES[asked.truth])

    # ---- shares ------------------------------------------------------------------------------

    def _share(self, wanted: Wanted, asked: Asked) -> Line:
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
        return Line("want", pieces, path=wanted.path, shortfall=short)


def level_name(wording: Wording, group: Criterion, level: str) -> str:
    """The title of a level of a set or group, or its id; words for the lowest that nobody named."""
    titles = {each.id: each.title for each in group.levels}
    if group.otherwise is not None:
        titles[group.otherwise.id] = group.otherwise.title
    elif level == Otherwise().id:
        return wording.say("no_level")
    return titles.get(level, Titles()).in_language(wording.lang) or level


def _truths(asked: tuple[Asked, ...]) -> list[str]:
    return [each.truth for each in asked]
