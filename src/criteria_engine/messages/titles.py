"""A title or note: one text, or a text a language."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from criteria_engine.messages.diagnostics import Fault


@attrs.frozen(order=False)
class Titles:
    """Texts by language, in the order given; the language ``""`` means: one text for all."""

    texts: tuple[tuple[str, str], ...] = ()

    def in_language(self, lang: str) -> str:
        """The text in that language, else the Vietnamese, else the first; empty if none."""
        known = dict(self.texts)
        for wanted in (lang, "", "vi"):
            if wanted in known:
                return known[wanted]
        return self.texts[0][1] if self.texts else ""

    def all(self) -> tuple[str, ...]:
        """The texts in every language."""
        return tuple(text for _, text in self.texts)

    def __bool__(self) -> bool:
        return bool(self.texts)


def titles(value: object) -> Titles:
    """Titles from a text, a mapping of languages to texts, or nothing."""
    if isinstance(value, Titles):
        return value
    if value is None or value == "":
        return Titles()
    if isinstance(value, str):
        return Titles((("", value),))
    if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
        return Titles(tuple((str(lang), text) for lang, text in value.items()))
    raise Fault("CE109", value=repr(value)[:60], wanted_kind="title")
