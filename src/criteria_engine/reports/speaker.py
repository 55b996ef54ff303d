"""Sentences of a report in one language."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction

import attrs

from criteria_engine.formatting import date, number, percent
from criteria_engine.reports.words_en import ENGLISH
from criteria_engine.reports.words_vi import VIETNAMESE

__all__ = ["Speaker"]


@attrs.frozen
class Speaker:
    """Sentences in one language about the units of one plan."""

    lang: str
    unit: str

    def say(self, key: str, **details: object) -> str:
        """A sentence with its places filled."""
        known = {"unit": self.unit, **{name: self.shown(value) for name, value in details.items()}}
        words = VIETNAMESE if self.lang == "vi" else ENGLISH
        return words[key].format_map(known)

    def shown(self, value: object) -> str:
        """A day, a number or a text as it is read."""
        if isinstance(value, datetime.date):
            return date(value, self.lang)
        if isinstance(value, Fraction | float):
            return number(value, self.lang, digits=1)
        if isinstance(value, list | tuple):
            return self.listed(str(each) for each in value)
        return str(value)

    def share(self, part: float | Fraction, *, least: int = 1) -> str:
        """A share (0–1) as a percentage."""
        return percent(Fraction(part) * 100, self.lang, digits=1, least=least)

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
