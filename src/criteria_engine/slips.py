"""Something wrong at a place of a text, with the edits that would mend it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

__all__ = ["MOST_PROBLEMS", "Edit", "Line", "Slip", "Slips"]

MOST_PROBLEMS = 200
"""More than anybody reads."""

Edit = tuple[int, int, str]


@attrs.frozen
class Slip:
    """Something wrong at a place of the text, and the edits (start, end, new text) that would mend it."""

    code: str
    index: int
    width: int = 1
    details: Mapping[str, str] = attrs.field(factory=dict)
    edits: tuple[Edit, ...] = ()


@attrs.frozen
class Line:
    """One line and where it begins in the text."""

    text: str
    start: int

    @property
    def indent(self) -> int:
        """How far it is indented."""
        return len(self.text) - len(self.text.lstrip())

    def slip(self, code: str, span: tuple[int, int], *edits: Edit, **details: str) -> Slip:
        """A slip on this line; the span and the edits count from the beginning of the line."""
        moved = tuple((self.start + start, self.start + end, new) for start, end, new in edits)
        return Slip(code, self.start + span[0], max(1, span[1] - span[0]), details, moved)


class Slips:
    """Slips being gathered, as many as somebody may read."""

    def __init__(self) -> None:
        self.found: list[Slip] = []

    @property
    def is_full(self) -> bool:
        """Whether more would not be kept."""
        return len(self.found) >= MOST_PROBLEMS

    def add(self, code: str, index: int, width: int = 1, /, *edits: Edit, **details: object) -> None:
        """Note one."""
        if not self.is_full:
            texts = {name: str(is_) for name, is_ in details.items()}
            self.found.append(Slip(code, index, max(1, width), texts, edits))
