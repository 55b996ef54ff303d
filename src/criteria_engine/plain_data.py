"""Findings as plain data, and the titles of levels."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from criteria_engine.compiler.names import Described
from criteria_engine.core.nodes import NA, Bounds

__all__ = ["again", "plain", "title_of_level"]


def title_of_level(ruleset: Described, level: str, lang: str) -> str:
    """The title of a level in a language, or its id."""
    titles = {each.id: each.title for each in ruleset.levels}
    if ruleset.otherwise is not None:
        titles.setdefault(ruleset.otherwise.id, ruleset.otherwise.title)
    title = titles.get(level)
    return title.in_language(lang) if title else level


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Bounds):
        return list(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if value is NA:
        return "n/a"
    return value.isoformat() if isinstance(value, datetime.date) else value


def again(
    ruleset: Any,
    given: Mapping[str, Any],
    evidence: Mapping[str, str],
    on: Any,
    subject: Any,
    titles: Mapping[str, Any],
) -> Any:
    """The same findings once more, in another process."""
    return ruleset.evaluate_again(given, evidence, on, subject, titles)
