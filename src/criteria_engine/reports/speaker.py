"""Sentences of a report in one language."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from criteria_engine.projection.narrative import Speaker

__all__ = [
    "ReportSpeaker",
]


@attrs.frozen
class ReportSpeaker(Speaker):
    """The same with lists, captions and headings."""

    def shown(self, value: object) -> str:
        """A day, a number, a text or several as they are read."""
        if isinstance(value, list | tuple):
            return self.listed(str(each) for each in value)
        return super().shown(value)

    def listed(self, texts: Iterable[str], most: int | None = None) -> str:
        """Several texts in a row; beyond ``most`` their number stands for the rest."""
        known = list(texts)
        if most is None or len(known) <= most + 1:
            return ", ".join(known)
        return self.say("and_more", names=", ".join(known[:most]), count=len(known) - most)

    def caption(self, key: str, assumed: tuple[int, int]) -> str:
        """A caption, with how many of the rows behind the figures are assumed, where some are."""
        text = self.say(f"caption_{key}")
        if not assumed[0]:
            return text
        return self.say("caption_assumed", text=text, rows=assumed[0], of=assumed[1])

    def heads(self, *keys: str) -> tuple[str, ...]:
        """Headings of a table."""
        return tuple(self.say(f"head_{key}") for key in keys)
