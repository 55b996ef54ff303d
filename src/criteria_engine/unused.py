"""Names that nothing in a ruleset uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.core.grammar import parse
from criteria_engine.ruleset import Ruleset

__all__ = ["unused_names"]

_KINDS = (("inputs", "CE709"), ("parameters", "CE710"), ("define", "CE711"))


def unused_names(ruleset: Ruleset) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Path, code and details for each input, parameter and definition that no expression names."""
    used = {name for expression in _expressions(ruleset) for name in parse(expression.text).names}
    used |= {each.by for each in ruleset.parameters if each.by is not None}
    for key, code in _KINDS:
        for each in getattr(ruleset, key):
            if each.id not in used:
                yield f"{key}.{each.id}", code, {"name": each.id}


def _expressions(value: Any) -> Iterator[Expression]:
    """Every expression in a part of a ruleset, however deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Expression):
            yield found
        elif isinstance(found, tuple):
            waiting.extend(found)
        elif attrs.has(type(found)):
            waiting.extend(
                getattr(found, part.name) for part in attrs.fields(type(found)) if "kind" in part.metadata
            )
