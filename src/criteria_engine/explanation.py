"""Why a result is what it is: a tree of lines, shown as text, Markdown, HTML or plain data."""

from __future__ import annotations

from typing import Any

import attrs

from criteria_engine import showing
from criteria_engine.evaluation.findings import Findings
from criteria_engine.explaining.causes import Causes
from criteria_engine.explaining.conditions import Conditions
from criteria_engine.explaining.facts import Facts
from criteria_engine.explaining.prerequisites import Prerequisites
from criteria_engine.explaining.reasons import Reasons, level_name
from criteria_engine.explaining.sight import Sight
from criteria_engine.explaining.standing import Standing
from criteria_engine.explaining.times import Times
from criteria_engine.lines import Line, Piece
from criteria_engine.messages.diagnostics import Language, chosen_language
from criteria_engine.messages.formatting import date
from criteria_engine.rules.parts import Definition, Status
from criteria_engine.wording import Wording

__all__ = ["Explanation", "explain"]


@attrs.frozen
class Explanation:
    """Why a result is what it is, in one language.

    ``str()`` gives text of at most 100 columns that can be pasted anywhere. ``head`` are the lines
    at the top, ``sections`` the parts with their trees, ``foot`` the digests.
    """

    lang: Language
    head: tuple[Line, ...]
    sections: tuple[Line, ...]
    foot: tuple[Line, ...]
    result: Any = attrs.field(repr=False, eq=False)

    def __str__(self) -> str:
        return showing.text(self.head, self.sections, self.foot)

    def __repr__(self) -> str:
        return f"<Explanation {self.head[0].text}>" if self.head else "<Explanation>"

    def _repr_html_(self) -> str:
        return self.html()

    def markdown(self) -> str:
        """The explanation as Markdown: headings and nested lists."""
        return showing.markdown(self.head, self.sections, self.foot)

    def html(self) -> str:
        """The explanation as a piece of HTML that needs nothing else and runs nothing."""
        return showing.html(self.head, self.sections, self.foot, self.lang)

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


def _without_decision(line: Line) -> Line:
    return attrs.evolve(line, decision=None)


def explain(result: Findings, lang: str | None = None) -> Explanation:
    """Why a result is what it is, in Vietnamese or English."""
    chosen = chosen_language(lang)
    return _Explaining(result, chosen).whole()


class _Explaining:
    """Puts the parts of one explanation together."""

    def __init__(self, result: Findings, lang: Language) -> None:
        self.result, self.lang = result, lang
        self.wording = Wording(lang, result.ruleset, result.program.judging.tree)
        self.facts = Facts(Sight(result), self.wording)
        self.conditions = Conditions(self.facts)
        self.causes = Causes(self.conditions)
        self.prerequisites = Prerequisites(self.causes)
        self.times = Times(self.facts)

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

    def _said(self, kind: str, key: str, **details: object) -> Line:
        return Line(kind, (Piece(self.wording.say(key, **details)),))

    # ---- the head ----------------------------------------------------------------------------

    def _head(self) -> list[Line]:
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
        made = [Line("title", tuple(piece for piece in pieces if piece.text))]
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

    def _verdict(self) -> Line:
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

    def _group_levels(self) -> Line:
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

    def _score(self) -> Line:
        score, most = self.result.score, self.result.max_score
        if score is None:
            return self._said("score", "score_absent")
        key = "score_line" if most is None else "score_of_line"
        shown = "" if most is None else self.wording.end(most)
        made = self._said("score", key, points=self.wording.end(score), most=shown)
        return attrs.evolve(made, points=score, most=most)

    # ---- the sections ------------------------------------------------------------------------

    def _section(self, kind: str, lines: list[Line]) -> Line | None:
        if not lines:
            return None
        return Line(kind, (Piece(self.wording.say(f"section_{kind}")),), children=tuple(lines))

    def _why(self) -> Line | None:
        if self.result.reaching is None:
            return None
        root = self.result.program.judging.tree.root
        reasons = Reasons(self.prerequisites, root, self.result.reaching)
        section = self._section("why", list(reasons.lines()))
        return None if section is None else attrs.evolve(section, decision=reasons.decision())

    def _criteria(self) -> Line | None:
        standing = Standing(self.causes, self.prerequisites)
        root = self.result.program.judging.tree.root
        about = [*standing.joined(root.criterion), *standing.adjusted(root.criterion)]
        if root.criterion.applies_when is not None and self.result.status is Status.NOT_APPLICABLE:
            line = self.conditions.line(root.criterion.applies_when, "when")
            about.append(self.conditions.prefixed("na_because", line))
        return self._section("criteria", [*about, *[standing.line(child) for child in root.children]])

    def _defined(self) -> Line | None:
        return self._section("defined", [self._definition(each) for each in self.result.ruleset.define])

    def _definition(self, definition: Definition) -> Line:
        sight = self.facts.sight
        at = sight.at(definition.id)
        name = definition.title.in_language(self.lang)
        piece = Piece(name, "name") if name else self.facts.code(definition.id)
        pieces = self.facts.around("defined", piece, value=self.facts.value(at, at.parsed.tree))
        if definition.expr is None:
            rule = definition.rule
            children = () if rule is None else self.causes.lines(rule, None, values=True)
            return Line("definition", pieces, path=definition.id, children=children)
        text = definition.expr.text
        pieces = (*pieces, Piece(" ["), self.facts.code(text), Piece("]"))
        figures = self.facts.figures(at, [at.parsed.tree])
        return Line("definition", pieces, path=definition.id, rule=text, children=figures)

    def _missing(self) -> Line | None:
        lines = [
            Line("missing", (Piece(self.wording.phrases.name(name), "name"),), "unknown", name)
            for name in self.result.missing
        ]
        return self._section("missing", lines)

    def _foot(self, data: dict[str, Any]) -> list[Line]:
        made = []
        if not data["missing"] and any(value is None for value in self.result.given().values()):
            made.append(self._said("missing_settled", "missing_settled"))
        digests = _short(data["ruleset"]["digest"]), _short(data["inputs_digest"])
        return [*made, self._said("digests", "digests", ruleset=digests[0], inputs=digests[1])]


def _outcome(result: Findings, refer: int) -> Any:
    reaching = result.reaching
    return next(each for each in reaching.outcomes if each.refer == refer) if reaching is not None else None


def _short(digest: str) -> str:
    """The kind of a digest and its first twelve signs."""
    kind, _, rest = digest.partition(":")
    return f"{kind}:{rest[:12]}"
