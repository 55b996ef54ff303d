"""Sentences in one language: names, days, numbers and shares as its readers write them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction

import attrs

from criteria_engine.messages.formatting import date, number, percent

__all__ = ["Speaker"]


@attrs.frozen
class Speaker:
    """Sentences in one language about the units of one plan."""

    lang: str
    unit: str
    sentences: Mapping[str, str]

    def say(self, key: str, **details: object) -> str:
        """A sentence with its places filled."""
        known = {"unit": self.unit, **{name: self.shown(value) for name, value in details.items()}}
        return self.sentences[key].format_map(known)

    def shown(self, value: object) -> str:
        """A day, a number or a text as it is read."""
        if isinstance(value, datetime.date):
            return date(value, self.lang)
        if isinstance(value, Fraction | float):
            return number(value, self.lang, digits=1)
        return str(value)

    def share(self, part: float | Fraction, *, least: int = 1) -> str:
        """A share (0–1) as a percentage, with at least so many places."""
        return percent(Fraction(part) * 100, self.lang, digits=1, least=least)
