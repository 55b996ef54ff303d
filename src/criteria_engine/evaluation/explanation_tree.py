"""An explanation as a tree of lines, and the decision on the level as plain values.

``Explanation`` comes last; before it stand the lines that it is made of. The room ``explanation`` writes the
lines, and its file ``rendering``, loaded when text is asked for, shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from criteria_engine.core.nodes import Bounds
from criteria_engine.messages.diagnostics import Language


@attrs.frozen
class Piece:
    """A part of a line: ``style`` is ``name`` of a title, ``code`` of the author's words, or nothing."""

    text: str
    style: str = ""


@attrs.frozen
class Shortfall:
    """By how much the left side of a comparison that fails misses it.

    Moving ``of`` by exactly ``amount`` (``direction`` is 1 up, -1 down) makes the comparison hold,
    and by less does not; where ``strict``, more than that amount is needed. ``of`` is an input if
    ``is_input``, else the text of an expression. ``value``, ``operator`` and ``edge`` are what was compared.
    ``unit`` is ``percent_point``, ``point``, ``share``, ``day``, ``step`` (of a scale), a unit of the
    author's, or nothing. ``instead`` says the same of one input, where that is simpler.
    """

    of: str
    is_input: bool
    amount: Fraction
    direction: int
    strict: bool
    unit: str
    value: Fraction
    edge: Fraction
    operator: str
    instead: Shortfall | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data; numbers as exact decimal text."""
        data = attrs.asdict(self, recurse=False)
        for name in ("amount", "value", "edge"):
            data[name] = _decimal_text(data[name])
        data["direction"] = "up" if self.direction > 0 else "down"
        if self.instead is None:
            del data["instead"]
        else:
            data["instead"] = self.instead.to_dict()
        return data


@attrs.frozen
class Requirement:
    """One thing that a level wants, or a veto, and whether it is so: ``held``, ``fails`` or ``open``.

    ``kind`` says what is asked (``when each floor requires lower veto``), ``text`` is the author's
    expression or share, ``path`` the criterion it is about.
    """

    kind: str
    text: str
    path: str
    truth: str


@attrs.frozen
class OverrideOutcome:
    """One override, and whether its condition is so: ``held``, ``fails`` or ``open``.

    ``kind`` says what it does (``level``, ``at_most``, ``refer``), ``to`` to which level or in which
    words.
    """

    kind: str
    to: str
    truth: str


@attrs.frozen
class Decision:
    """All that a level was decided by; it can be decided again from this alone.

    ``applies`` says whether levels are asked at all, ``levels`` are best first.
    """

    applies: str
    overrides: tuple[OverrideOutcome, ...]
    vetoes: tuple[Requirement, ...]
    levels: tuple[tuple[str, tuple[Requirement, ...]], ...]
    otherwise: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "applies": self.applies,
            "overrides": [attrs.asdict(each) for each in self.overrides],
            "vetoes": [attrs.asdict(each) for each in self.vetoes],
            "levels": [
                {"id": level, "wants": [attrs.asdict(each) for each in wants]} for level, wants in self.levels
            ],
            "otherwise": self.otherwise,
        }


@attrs.frozen
class ExplanationLine:
    """One thing said, and what stands below it.

    ``status`` is ``met``, ``not_met``, ``unknown``, ``not_applicable``, ``blocked``, ``chosen`` (the
    step or row that counts) or nothing. ``rule`` is what the author wrote.
    """

    kind: str
    pieces: tuple[Piece, ...]
    status: str = ""
    path: str = ""
    rule: str = ""
    shortfall: Shortfall | None = None
    points: Bounds | None = None
    most: Bounds | None = None
    decision: Decision | None = None
    children: tuple[ExplanationLine, ...] = ()

    @property
    def text(self) -> str:
        """The whole line as plain text."""
        return "".join(piece.text for piece in self.pieces)

    def below(self) -> Iterator[ExplanationLine]:
        """It and all lines below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.below()

    def to_dict(self) -> dict[str, Any]:
        """As plain data; what is empty is left out."""
        data: dict[str, Any] = {"kind": self.kind, "text": self.text}
        data |= {name: getattr(self, name) for name in ("status", "path", "rule") if getattr(self, name)}
        if self.kind == "criterion":
            data["score"] = None if self.points is None else list(self.points)
            data["max_score"] = None if self.most is None else list(self.most)
        if self.shortfall is not None:
            data["shortfall"] = self.shortfall.to_dict()
        if self.decision is not None:
            data["decision"] = self.decision.to_dict()
        if self.children:
            data["children"] = [child.to_dict() for child in self.children]
        return data


def _decimal_text(value: Fraction) -> str:
    """A fraction as exact decimal text, where it is one."""
    if value.denominator == 1:
        return str(value.numerator)
    digits = 0
    scaled = value
    while scaled.denominator != 1 and digits < 400:
        digits, scaled = digits + 1, scaled * 10
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{'-' if value < 0 else ''}{text[:-digits]}.{text[-digits:]}"


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
        from criteria_engine.explanation.rendering import text

        return text(self.head, self.sections, self.foot)

    def __repr__(self) -> str:
        return f"<Explanation {self.head[0].text}>" if self.head else "<Explanation>"

    def _repr_html_(self) -> str:
        return self.html()

    def markdown(self) -> str:
        """The explanation as Markdown: headings and nested lists."""
        from criteria_engine.explanation.rendering import markdown

        return markdown(self.head, self.sections, self.foot)

    def html(self) -> str:
        """The explanation as a piece of HTML that needs nothing else and runs nothing."""
        from criteria_engine.explanation.rendering import html

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
            "sections": [attrs.evolve(line, decision=None).to_dict() for line in self.sections],
            "foot": [line.to_dict() for line in self.foot],
        }
