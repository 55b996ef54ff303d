"""The sentences of one language: which there are, and how the values in them are written.

The words stand in one module a subject and language (``faults_vi``, ``results_en``), a table of one sentence
a line by key. Both languages have equal keys and equal placeholders.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from importlib import import_module

from criteria_engine.messages import formatting

_ONE_OF_MANY = r"\b1 (error|warning|test|ruleset|point)s\b"


def sentences(subject: str, lang: str) -> Mapping[str, str]:
    """The word table of a subject in a language.

    It is loaded on first use: a reader of Vietnamese never pays for the English tables, nor a verdict for
    the words of plans and commands.
    """
    table: Mapping[str, str] = import_module(f"criteria_engine.messages.{subject}_{lang}").SENTENCES
    return table


class Speaker:
    """Says sentences in one language.

    ``subject`` is the word table, ``also`` one more for the keys that it does not have. ``values`` may stand
    in every sentence, such as what the units of a plan are called. ``between`` parts the items of a list.
    """

    between = ", "

    def __init__(self, lang: str, subject: str, also: str | None = None, **values: str) -> None:
        self.lang = lang
        self._values = values
        # One table is used as it is, not copied: a speaker is made for every message that is shown.
        table = sentences(subject, lang)
        self._sentences = table if also is None else {**sentences(also, lang), **table}

    def say(self, key: str, /, **values: object) -> str:
        """A sentence with its places filled; see ``shown`` for how values are written."""
        for name, value in values.items():
            # An explanation says thousands of sentences, most of them of texts alone.
            if not isinstance(value, str):
                values[name] = self.shown(value)
        return self._sentences[key].format_map({**self._values, **values} if self._values else values)

    def counted(self, key: str, /, **values: object) -> str:
        """The same, with the English singular after a 1."""
        return re.sub(_ONE_OF_MANY, r"1 \1", self.say(key, **values)).replace(" 1 criteria", " 1 criterion")

    def text(self, key: str, default: str | None = None) -> str:
        """A sentence as it stands in the table, or the default where there is none."""
        return self._sentences[key] if default is None else self._sentences.get(key, default)

    def shown(self, value: object) -> str:
        """A value as it is read: a date, a number to one place, several in a row."""
        if isinstance(value, str):
            return value
        if isinstance(value, datetime.date):
            return formatting.date(value, self.lang)
        if isinstance(value, Fraction | float):
            return self.number(value)
        if isinstance(value, list | tuple):
            return self.listed(str(each) for each in value)
        return str(value)

    def number(self, value: float | Fraction) -> str:
        """A number to one place."""
        return formatting.number(value, self.lang, digits=1)

    def share(self, part: float | Fraction, *, least: int = 1) -> str:
        """A share (0–1) as a percentage, to one place; ``least`` are the fewest places."""
        return formatting.percent(Fraction(part) * 100, self.lang, digits=1, least=least)

    def heads(self, *keys: str) -> tuple[str, ...]:
        """The headings of a table."""
        return tuple(self.say(f"head_{key}") for key in keys)

    def listed(self, texts: Iterable[str], most: int | None = None) -> str:
        """Several texts in a row; beyond ``most`` their number stands for the rest."""
        known = list(texts)
        if most is None or len(known) <= most + 1:
            return self.between.join(known)
        return self.say("and_more", names=self.between.join(known[:most]), count=len(known) - most)
